//! Reading kustomizations and the files that they name, and building what comes of them.
//!
//! Models: sigs.k8s.io/kustomize/api/{krusty,internal/target}, as kubectl v1.36 uses them.
//! Simplified: no addresses, no plugins, charts, `replacements`, `vars`, `crds`, `openapi`, `configurations`; what they
//! are used for is refused.

use podarium_api::decode::go_kind;
use serde_json::Value;

use super::generate::generate;
use super::hash::hash;
use super::patches;
use super::references::follow;
use super::resource::{Resource, sort};
use super::transform::transform;
use crate::failure::{Failure, Outcome, caught, fail, not_simulated};
use crate::kubectl::Kubectl;
use crate::manifest;
use crate::printers::format::is_list;
use crate::unstructured::{items, text};

const FILES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];
const KNOWN: &[&str] = &[
    "apiVersion", "kind", "metadata", "resources", "bases", "components", "namePrefix", "nameSuffix", "namespace", "labels", "commonLabels",
    "commonAnnotations", "images", "imageTags", "replicas", "configMapGenerator", "secretGenerator", "generatorOptions", "patches", "patchesStrategicMerge", "patchesJson6902",
];
const REFUSED: &[&str] = &[
    "vars", "replacements", "helmCharts", "helmGlobals", "helmChartInflationGenerator", "transformers", "generators", "validators", "crds", "openapi",
    "configurations", "buildMetadata", "sortOptions", "inventory",
];

/// The objects of a kustomization, in the order in which they are best created.
pub fn build(kubectl: &mut Kubectl<'_, '_>, directory: &str) -> Outcome<Vec<Value>> {
    if directory.contains("://") || directory.starts_with("github.com/") {
        return not_simulated(format!("a kustomization from {directory}"));
    }
    let cwd = kubectl.process.cwd()?;
    let root = join(&cwd, directory);
    match kubectl.process.stat(&root)? {
        Ok(metadata) if metadata.is_dir() => {}
        Ok(_) => return fail(format!("must build at directory: '{directory}': file is not directory")),
        Err(_) => return fail(format!("must build at directory: not a valid directory: evalsymlink failure on '{directory}' : lstat {root}: no such file or directory")),
    }
    let mut resources = Vec::new();
    let kustomization = kustomization(kubectl, &root)?;
    accumulate(kubectl, &root, kustomization, &mut resources, &mut Vec::new())?;
    for one in resources.iter_mut().filter(|one| one.hashes) {
        let name = format!("{}-{}", one.name(), hash(&one.object, ""));
        one.rename(name);
    }
    follow(&mut resources);
    sort(&mut resources);
    Ok(resources.into_iter().map(|one| one.object).collect())
}

/// The kustomization of a directory, and all that it stands on.
fn accumulate(kubectl: &mut Kubectl<'_, '_>, root: &str, kustomization: Value, resources: &mut Vec<Resource>, above: &mut Vec<String>) -> Outcome<()> {
    if above.iter().any(|known| known == root) {
        return fail(format!("cycle detected: candidate root '{root}' contains visited root '{root}'"));
    }
    above.push(root.to_owned());
    // What a component changes includes what is around it.
    let mut own = if text(&kustomization, "/kind") == "Component" { std::mem::take(resources) } else { Vec::new() };
    for path in ["/resources", "/bases"].iter().flat_map(|list| items(&kustomization, list)).filter_map(Value::as_str) {
        resource(kubectl, root, path, &mut own, above)?;
    }
    for path in items(&kustomization, "/components").iter().filter_map(Value::as_str) {
        let component = join(root, path);
        let kustomization = read_below(kubectl, &component, |why| format!("accumulating components: accumulateDirectory: \"couldn't make target for path '{component}': {why}\""))?;
        accumulate(kubectl, &component, kustomization, &mut own, above)?;
    }
    let options = &kustomization["generatorOptions"];
    for (list, kind) in [("/configMapGenerator", "ConfigMap"), ("/secretGenerator", "Secret")] {
        for entry in items(&kustomization, list) {
            generate(kubectl, root, kind, entry, options, &mut own)?;
        }
    }
    for entry in items(&kustomization, "/patchesStrategicMerge").iter().filter_map(Value::as_str) {
        patches::strategic_patch(kubectl, root, entry, &mut own)?;
    }
    for entry in items(&kustomization, "/patches") {
        patches::patch(kubectl, root, entry, &mut own)?;
    }
    for entry in items(&kustomization, "/patchesJson6902") {
        patches::json_patch(kubectl, root, entry, &mut own)?;
    }
    transform(&kustomization, &mut own)?;
    for one in own {
        if let Some(known) = resources.iter().find(|known| known.id() == one.id()) {
            return fail(format!("may not add resource with an already registered id: {}", known.id()));
        }
        resources.push(one);
    }
    above.pop();
    Ok(())
}

/// The kustomization of a directory that another one names; a fault in it is told with the way there.
fn read_below(kubectl: &mut Kubectl<'_, '_>, directory: &str, told: impl Fn(&str) -> String) -> Outcome<Value> {
    match caught(kustomization(kubectl, directory))? {
        Ok(kustomization) => Ok(kustomization),
        Err(Failure::Message(why)) if !why.starts_with("not simulated") => fail(told(&why)),
        Err(failure) => Err(failure.into()),
    }
}

fn kustomization(kubectl: &mut Kubectl<'_, '_>, root: &str) -> Outcome<Value> {
    let mut found = Vec::new();
    for name in FILES {
        if let Ok(bytes) = kubectl.process.read_file(&join(root, name))? {
            found.push((name, bytes));
        }
    }
    let (name, bytes) = match found.len() {
        0 => return fail(format!("unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory '{root}'")),
        1 => found.remove(0),
        _ => return fail(format!("Found multiple kustomization files under: {root}\n")),
    };
    let kustomization = match manifest::first_document(&String::from_utf8_lossy(&bytes)) {
        Ok(Value::Null) => return fail("kustomization.yaml is empty"),
        Ok(value) => value,
        Err(error) => return fail(format!("invalid Kustomization: {error} ({name})")),
    };
    let (version, kind) = (text(&kustomization, "/apiVersion"), text(&kustomization, "/kind"));
    let wanted = match kind {
        "" | "Kustomization" => "kustomize.config.k8s.io/v1beta1",
        "Component" => "kustomize.config.k8s.io/v1alpha1",
        _ => return fail(format!("Failed to read kustomization file under {root}:\nkind should be Kustomization or Component")),
    };
    if !version.is_empty() && version != wanted {
        let kind = if kind.is_empty() { "Kustomization" } else { kind };
        return fail(format!("Failed to read kustomization file under {root}:\napiVersion for {kind} should be {wanted}"));
    }
    for field in kustomization.as_object().into_iter().flat_map(|fields| fields.keys()) {
        if REFUSED.contains(&field.as_str()) {
            return not_simulated(format!("{field} in a kustomization"));
        }
        if !KNOWN.contains(&field.as_str()) {
            return fail(format!("invalid Kustomization: json: unknown field {field:?}"));
        }
    }
    if let Some(why) = wrong_type(&kustomization) {
        return fail(format!("invalid Kustomization: json: cannot unmarshal {why}"));
    }
    for (old, new) in [("bases", "resources"), ("commonLabels", "labels"), ("patchesJson6902", "patches"), ("patchesStrategicMerge", "patches")] {
        if kustomization.get(old).is_some() {
            kubectl.eprint(&format!("# Warning: '{old}' is deprecated. Please use '{new}' instead. Run 'kustomize edit fix' to update your Kustomization automatically.\n"))?;
        }
    }
    Ok(kustomization)
}

/// The first value, by the names of the fields, that is not of its field's type, as Go says it: `commonLabels: {a: yes}`
/// has a truth value where a text belongs.
fn wrong_type(kustomization: &Value) -> Option<String> {
    let wrong = |value: &Value, place: &str, wanted: &str| (!value.is_null()).then(|| format!("{} into Go struct field {place} of type {wanted}", go_kind(value)));
    let texts = |value: &Value, place: &str| match value {
        Value::Object(entries) => entries.values().find(|entry| !entry.is_string()).and_then(|entry| wrong(entry, place, "string")),
        other => wrong(other, place, "map[string]string"),
    };
    let mut fields: Vec<(&String, &Value)> = kustomization.as_object()?.iter().collect();
    fields.sort_by_key(|(name, _)| *name);
    fields.into_iter().find_map(|(name, value)| {
        let place = format!("Kustomization.{name}");
        match name.as_str() {
            "commonLabels" | "commonAnnotations" => texts(value, &place),
            "namePrefix" | "nameSuffix" | "namespace" if !value.is_string() => wrong(value, &place, "string"),
            "resources" | "components" | "bases" => match value {
                Value::Array(list) => list.iter().find(|entry| !entry.is_string()).and_then(|entry| wrong(entry, &place, "string")),
                other => wrong(other, &place, "[]string"),
            },
            "labels" => value.as_array()?.iter().find_map(|entry| texts(entry.get("pairs")?, "Label.labels.pairs")),
            "images" => value.as_array()?.iter().find_map(|entry| ["digest", "name", "newName", "newTag"].iter().find_map(|field| {
                entry.get(field).filter(|value| !value.is_string()).and_then(|value| wrong(value, &format!("Image.images.{field}"), "string"))
            })),
            _ => None,
        }
    })
}

/// A file with objects, or a directory with a kustomization of its own.
fn resource(kubectl: &mut Kubectl<'_, '_>, root: &str, path: &str, resources: &mut Vec<Resource>, above: &mut Vec<String>) -> Outcome<()> {
    if path.contains("://") || path.starts_with("github.com/") {
        return not_simulated(format!("resources of a kustomization from {path}"));
    }
    let full = join(root, path);
    match kubectl.process.stat(&full)? {
        Ok(metadata) if metadata.is_dir() => {
            let from = format!("accumulating resources: accumulation err='accumulating resources from '{path}': '{full}' must resolve to a file': ");
            let kustomization = read_below(kubectl, &full, |why| format!("{from}couldn't make target for path '{full}': {why}"))?;
            return match caught(accumulate(kubectl, &full, kustomization, resources, above))? {
                Err(Failure::Message(why)) if why.starts_with("accumulating ") => fail(format!("{from}recursed accumulation of path '{full}': {why}")),
                other => other.map_err(Into::into),
            };
        }
        Ok(_) => {}
        Err(_) => {
            let missing = format!("evalsymlink failure on '{full}' : lstat {full}: no such file or directory");
            return fail(format!("accumulating resources: accumulation err='accumulating resources from '{path}': {missing}': must build at directory: not a valid directory: {missing}"));
        }
    }
    let source = read(kubectl, root, path)?;
    let (documents, error) = manifest::resources(source.as_bytes());
    if let Some(error) = error {
        let error = error.strip_prefix("error converting YAML to JSON: ").unwrap_or(&error);
        return fail(format!("accumulating resources: accumulation err='accumulating resources from '{path}': MalformedYAMLError: {error} in File: {path}': must build at directory: '{full}': file is not directory"));
    }
    for document in documents {
        let listed = if is_list(&document) { items(&document, "/items").to_vec() } else { vec![document] };
        for one in listed.into_iter().map(Resource::new) {
            if let Some(known) = resources.iter().find(|known| known.id() == one.id()) {
                let twice = format!("merging resources from '{path}': may not add resource with an already registered id: {}", known.id());
                return fail(format!("accumulating resources: accumulation err='{twice}': must build at directory: '{full}': file is not directory"));
            }
            resources.push(one);
        }
    }
    Ok(())
}

pub(super) fn read(kubectl: &mut Kubectl<'_, '_>, root: &str, path: &str) -> Outcome<String> {
    let full = join(root, path);
    match kubectl.process.read_file(&full)? {
        Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        Err(_) => fail(format!("evalsymlink failure on '{full}' : lstat {full}: no such file or directory")),
    }
}

/// A path from a directory, without `.` and `..`.
pub(super) fn join(root: &str, path: &str) -> String {
    let full = if path.starts_with('/') { path.to_owned() } else { format!("{root}/{path}") };
    let mut parts: Vec<&str> = Vec::new();
    for part in full.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}
