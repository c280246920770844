//! `replacements`: a value of one object goes to places in others.
//!
//! Models: sigs.k8s.io/kustomize/api/{filters/replacement,internal/builtins/ReplacementTransformer.go}, as kubectl v1.36 uses them.
//! Simplified: a place within YAML that is the text of a field (`data.conf.db.host`) is refused; within JSON it is not.

use serde_json::{Value, json};

use super::fields::Gvk;
use super::load::Loader;
use super::path::{Shape, lookup, plain, split, visit, written};
use super::resource::{Id, Resource};
use super::selector::Selector;
use crate::failure::{Outcome, fail, not_simulated};
use crate::kubectl::Kubectl;
use crate::manifest;
use crate::printers::json;
use crate::unstructured::{flag, int, items, text};

/// All replacements, those in files with them.
pub(super) fn read(kubectl: &mut Kubectl<'_, '_>, loader: &Loader, config: &Value) -> Outcome<Vec<Value>> {
    let mut all = Vec::new();
    for entry in items(config, "/replacements") {
        let path = text(entry, "/path");
        if path.is_empty() {
            all.push(entry.clone());
            continue;
        }
        if !entry["source"].is_null() || !items(entry, "/targets").is_empty() {
            return fail("cannot specify both path and inline replacement");
        }
        match manifest::first_document(&loader.load_text(kubectl, path)?) {
            Ok(Value::Array(list)) => all.extend(list),
            Ok(one @ Value::Object(_)) => all.push(one),
            Ok(Value::Null) => return fail("unsupported replacement type encountered within replacement path: invalid"),
            Ok(Value::String(_)) => return fail("unsupported replacement type encountered within replacement path: string"),
            Ok(Value::Bool(_)) => return fail("unsupported replacement type encountered within replacement path: bool"),
            Ok(Value::Number(_)) => return fail("unsupported replacement type encountered within replacement path: float64"),
            Err(error) => return fail(format!("error converting YAML to JSON: {error}")),
        }
    }
    Ok(all)
}

pub(super) fn apply(replacements: &[Value], resources: &mut [Resource]) -> Outcome<()> {
    for one in replacements {
        let (source, fixed) = (one.get("source").filter(|source| !source.is_null()), one["sourceValue"].as_str());
        if source.is_none() && fixed.is_none() || !one["targets"].is_array() {
            return fail("replacements must specify a source and at least one target");
        }
        let value = match (source, fixed) {
            (Some(_), Some(_)) => return fail("value and resource selectors are mutually exclusive"),
            (None, fixed) => plain(fixed.unwrap_or_default()),
            (Some(source), None) => value_of(source, resources)?,
        };
        for target in items(one, "/targets") {
            put(&value, target, resources)?;
        }
    }
    Ok(())
}

/// What a source selects.
fn value_of(source: &Value, resources: &[Resource]) -> Outcome<Value> {
    let wanted = Id { gvk: Gvk::of_selector(source), name: text(source, "/name").to_owned(), namespace: text(source, "/namespace").to_owned() };
    let fits = |id: &Id| {
        (wanted.name.is_empty() || wanted.name == id.name) && id.gvk.is_selected_by(&wanted.gvk) && (wanted.namespace.is_empty() || wanted.effective_namespace() == id.effective_namespace())
    };
    let options = &source["options"];
    let told = || {
        let mut parts = vec![wanted.to_string()];
        parts.extend([text(source, "/fieldPath")].into_iter().filter(|path| !path.is_empty()).map(str::to_owned));
        if !text(options, "/delimiter").is_empty() || flag(options, "/create") {
            parts.push(format!("{}({}), create={}", text(options, "/delimiter"), int(options, "/index").unwrap_or(0), flag(options, "/create")));
        }
        parts.join(":")
    };
    let found = super::resource::called(resources, fits);
    let object = match found[..] {
        [at] => &resources[at].object,
        [] => return fail(format!("nothing selected by {}", told())),
        _ => return fail(format!("multiple matches for selector {}", told())),
    };
    let path = if text(source, "/fieldPath").is_empty() { "metadata.name" } else { text(source, "/fieldPath") };
    let value = match lookup(object, &split(path)) {
        Ok(value) => value,
        Err(why) => return fail(format!("error looking up replacement source: {why}")),
    };
    let is_empty = |value: &Value| value.is_null() || value.as_array().is_some_and(Vec::is_empty) || value.as_object().is_some_and(serde_json::Map::is_empty) || value == "";
    let Some(value) = value.filter(|value| !is_empty(value)) else {
        return fail(format!("fieldPath `{path}` is missing for replacement source {wanted}"));
    };
    let delimiter = text(options, "/delimiter");
    if delimiter.is_empty() {
        return Ok(value.clone());
    }
    if value.is_object() || value.is_array() {
        return fail("delimiter option can only be used with scalar nodes");
    }
    let (whole, index) = (written(value), int(options, "/index").unwrap_or(0));
    match usize::try_from(index).ok().and_then(|index| whole.split(delimiter).nth(index)) {
        Some(part) => Ok(part.into()),
        None => fail(format!("options.index {index} is out of bounds for value {whole}")),
    }
}

/// Puts the value at all places of a target.
fn put(value: &Value, target: &Value, resources: &mut [Resource]) -> Outcome<()> {
    let Some(select) = target.get("select").filter(|select| !select.is_null()) else { return fail("target must specify resources to select") };
    let read = |selector: &Value| Selector::of(selector).or_else(|why| fail(format!("error creating target selector: {why}")));
    let select = read(select)?;
    let rejects = items(target, "/reject").iter().map(read).collect::<Outcome<Vec<_>>>()?;
    let mut paths: Vec<&str> = items(target, "/fieldPaths").iter().filter_map(Value::as_str).collect();
    if paths.is_empty() {
        paths.push("metadata.name");
    }
    'objects: for one in resources {
        let ids = one.ids();
        if !select.fits_labels(one)? {
            continue;
        }
        for reject in &rejects {
            let by_labels = reject.asks_for_labels() && reject.fits_labels(one)?;
            if by_labels || !reject.names_nothing() && ids.iter().any(|id| reject.fits_id(id)) {
                continue 'objects;
            }
        }
        if ids.iter().any(|id| select.fits_id(id)) {
            for path in &paths {
                put_at(&mut one.object, path, value, &target["options"])?;
            }
        }
    }
    Ok(())
}

fn put_at(object: &mut Value, path: &str, value: &Value, options: &Value) -> Outcome<()> {
    let creates = flag(options, "/create");
    let shape = match value {
        Value::Object(_) => Shape::Map,
        Value::Array(_) => Shape::List,
        _ => Shape::Scalar,
    };
    let create = creates.then_some(shape);
    let parts = split(path);
    if in_text(object, &parts, value, create)? {
        return Ok(());
    }
    let lost = format!("unable to find {}field {path:?} in replacement target", if creates { "or create " } else { "" });
    let mut refused = None;
    let found = visit(object, &parts, create, false, &mut |place, fresh| set(place, fresh, value, options).inspect_err(|why| refused = Some(why.clone())));
    match (found, refused) {
        (_, Some(why)) => fail(why),
        (Ok(0), _) => fail(lost),
        (Ok(_), _) => Ok(()),
        (Err(why), _) => fail(format!("{lost}: {why}")),
    }
}

/// A scalar keeps its type, so that a number in a text goes where a number is; a new one is read as YAML.
fn set(place: &mut Value, fresh: bool, value: &Value, options: &Value) -> Result<(), String> {
    let delimiter = text(options, "/delimiter");
    let is_scalar = |value: &Value| !value.is_object() && !value.is_array();
    let old = if fresh { String::new() } else { written(place) };
    let mut new = value.clone();
    if !delimiter.is_empty() {
        if !is_scalar(place) {
            return Err("delimiter option can only be used with scalar nodes".to_owned());
        }
        let mut parts: Vec<String> = old.split(delimiter).map(str::to_owned).collect();
        let index = int(options, "/index").unwrap_or(0);
        match usize::try_from(index) {
            Err(_) => parts.insert(0, written(value)),
            Ok(index) if index >= parts.len() => parts.push(written(value)),
            Ok(index) => parts[index] = written(value),
        }
        new = parts.join(delimiter).into();
    }
    *place = match (&*place, is_scalar(&new)) {
        (Value::Object(_) | Value::Array(_), _) => new,
        (_, false) if fresh => new,
        (Value::String(_), _) => written(&new).into(),
        _ if fresh => plain(&written(&new)),
        _ => keeping_type(place, &written(&new))?,
    };
    Ok(())
}

/// A word as a value of the type that is there.
fn keeping_type(place: &Value, word: &str) -> Result<Value, String> {
    let tag = |value: &Value| match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "float",
        Value::Number(_) => "int",
        _ => "str",
    };
    let new = plain(word);
    match (tag(&new), tag(place)) {
        (found, wanted) if found == wanted || (found, wanted) == ("int", "float") => Ok(new),
        (found, wanted) => Err(format!("map[string]interface {{}}(nil): yaml: cannot decode !!{found} `{word}` as a !!{wanted}")),
    }
}

/// A path may go on within JSON that is the text of a field: whether this one does.
fn in_text(object: &mut Value, parts: &[String], value: &Value, create: Option<Shape>) -> Outcome<bool> {
    for end in 1..parts.len() {
        let Ok(Some(Value::String(held))) = lookup(object, &parts[..end]) else { continue };
        let held = held.clone();
        let Ok(mut structured) = manifest::first_document(&held) else { continue };
        let rest = &parts[end..];
        let changed = visit(&mut structured, rest, create, false, &mut |place, _| {
            *place = match (&*place, value) {
                (Value::Object(_) | Value::Array(_), value) => value.clone(),
                (Value::String(_), value) => written(value).into(),
                (_, value) => plain(&written(value)),
            };
            Ok(())
        });
        if !matches!(changed, Ok(count) if count > 0) {
            return Ok(false);
        }
        if !held.trim_start().starts_with(['{', '[']) {
            return not_simulated(format!("a replacement within YAML in a text ({})", parts.join(".")));
        }
        let pretty = held.contains('\n') && held.contains("  ");
        let text = if pretty { json::pretty_by(&structured, json::Order::Names, b"  ") } else { json::compact_in(&structured, json::Order::Names) };
        visit(object, &parts[..end], None, false, &mut |place, _| {
            *place = json!(text.trim_end());
            Ok(())
        })
        .or_else(fail)?;
        return Ok(true);
    }
    Ok(false)
}
