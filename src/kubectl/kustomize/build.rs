//! Building what comes of a kustomization, from the inside out.
//!
//! Models: sigs.k8s.io/kustomize/api/{krusty,internal/target,internal/accumulator}, as kubectl v1.36 uses them.
//! Simplified: charts, plugins and functions that the flags allow are refused, and a schema of `openapi` is.

use serde_json::{Value, json};

use super::configuration::Configuration;
use super::defaults;
use super::fields::{FieldSpec, Gvk, add_pairs, merge};
use super::generate::{absorb, generate};
use super::load::{Loader, documents, join, within};
use super::origin::Origin;
use super::plugins::{generators, transformers};
use super::references::follow;
use super::resource::{Resource, append};
use super::sort::sort;
use super::transform::{Transformer, trouble};
use super::variables::{Variables, add, resolve, take};
use crate::cmd::KUSTOMIZE;
use crate::failure::{Outcome, caught, fail, not_simulated};
use crate::kubectl::Kubectl;
use crate::manifest;
use crate::unstructured::{annotation, flag, items, text};

/// What the flags allow.
#[derive(Clone, Copy, Debug, Default)]
pub struct Allowed {
    pub files_elsewhere: bool,
    pub plugins: bool,
    pub charts: bool,
}

/// What there is so far of a kustomization.
#[derive(Debug, Default)]
struct Accumulated {
    resources: Vec<Resource>,
    configuration: Configuration,
    variables: Variables,
}

/// A directory with its kustomization.
pub(super) struct Target {
    pub loader: Loader,
    pub kustomization: Value,
    pub file: String,
    /// How the directory is reached from the first one, if that is to be told.
    pub origin: Option<String>,
    pub allowed: Allowed,
}

/// The objects of a kustomization, in the order in which they are best created.
pub fn build(kubectl: &mut Kubectl<'_, '_>, directory: &str, allowed: Allowed) -> Outcome<Vec<Value>> {
    let loader = Loader::at(kubectl, directory, !allowed.files_elsewhere)?;
    let (kustomization, file) = loader.kustomization(kubectl)?;
    let metadata: Vec<String> = items(&kustomization, "/buildMetadata").iter().filter_map(Value::as_str).map(str::to_owned).collect();
    let sorting = kustomization.get("sortOptions").filter(|options| !options.is_null()).cloned();
    let target = Target { loader, kustomization, file, origin: (!metadata.is_empty()).then(String::new), allowed };
    target.check_schema(kubectl)?;
    let mut all = Accumulated::default();
    target.accumulate(kubectl, &mut all)?;
    Transformer::Hashes.apply(&mut all.resources)?;
    follow(&all.configuration, &mut all.resources)?;
    if !all.variables.is_empty() {
        resolve(kubectl, &all.variables, &all.configuration, &mut all.resources)?;
    }
    let mut resources = all.resources;
    resources.retain(|one| matches!(annotation(&one.object, "config.kubernetes.io/local-config"), None | Some("false")));
    sort(sorting.as_ref(), &mut resources)?;
    let says = |option: &str| metadata.iter().any(|one| one == option);
    for one in &mut resources {
        if says("managedByLabel") {
            let labels = [FieldSpec::new(Gvk::default(), "metadata/labels", true)];
            add_pairs(&mut one.object, &labels, &[("app.kubernetes.io/managed-by".to_owned(), format!("kustomize-{KUSTOMIZE}"))]).or_else(fail)?;
        }
        one.tell_origin(says("originAnnotations"), says("transformerAnnotations"));
    }
    Ok(resources.into_iter().map(|one| one.object).collect())
}

impl Target {
    fn is_component(&self) -> bool {
        text(&self.kustomization, "/kind") == "Component"
    }

    /// How a path of this kustomization is told.
    pub fn path(&self, path: &str) -> Option<String> {
        self.origin.as_ref().map(|origin| join(origin, path))
    }

    /// A schema of one's own changes how objects are merged.
    fn check_schema(&self, kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
        match self.kustomization["openapi"]["path"].as_str() {
            Some(path) => {
                self.loader.load(kubectl, path)?;
                not_simulated("the openapi of a kustomization")
            }
            None => Ok(()),
        }
    }

    /// A component works on what is there already.
    fn accumulate(&self, kubectl: &mut Kubectl<'_, '_>, all: &mut Accumulated) -> Outcome<()> {
        let listed = |field: &str| items(&self.kustomization, field).iter().filter_map(Value::as_str);
        let paths: Vec<&str> = listed("/resources").chain(listed("/bases")).collect();
        within(self.resources(kubectl, &paths, all), |why| format!("accumulating resources: {why}"))?;
        let mut configuration = defaults::configuration();
        for path in listed("/configurations") {
            let read = self.loader.load_text(kubectl, path)?;
            let value = manifest::first_document(&read).or_else(|why| fail(format!("error converting YAML to JSON: {why}")))?;
            configuration.merge(&Configuration::of(&value).or_else(fail)?).or_else(fail)?;
        }
        all.configuration.merge(&configuration).or_else(fail)?;
        let crds: Vec<&str> = listed("/crds").collect();
        for path in &crds {
            let read = within(self.loader.load_text(kubectl, path), |why| format!("loading CRDs [{}]: {why}", crds.join(" ")))?;
            let types = manifest::first_document(&read).or_else(|why| fail(format!("loading CRDs [{}]: unable to parse open API definition from '{path}': error converting YAML to JSON: {why}", crds.join(" "))))?;
            all.configuration.merge(&Configuration::of_types(&types).or_else(fail)?).or_else(fail)?;
        }
        self.generate(kubectl, &mut all.resources)?;
        let components: Vec<&str> = listed("/components").collect();
        within(self.components(kubectl, &components, all), |why| format!("accumulating components: {why}"))?;
        self.transform(kubectl, all)?;
        self.validate(kubectl, all)?;
        take(items(&self.kustomization, "/vars"), &mut all.variables, &mut all.resources)
    }

    /// Files with objects, and directories with kustomizations of their own.
    fn resources(&self, kubectl: &mut Kubectl<'_, '_>, paths: &[&str], all: &mut Accumulated) -> Outcome<()> {
        for path in paths {
            let Err(why) = caught(self.file(kubectl, path, &mut all.resources))? else { continue };
            let why = match why.to_string() {
                why if why.starts_with("not simulated") => return fail(why),
                why => why,
            };
            let told = |err: &str| format!("accumulation err='{why}': {err}");
            let loader = match caught(self.loader.below(kubectl, path))? {
                Err(_) if why.contains("MalformedYAMLError: ") => return fail(why),
                other => within(other.map_err(Into::into), told)?,
            };
            within(self.directory(kubectl, loader, path, false, all), told)?;
        }
        Ok(())
    }

    fn file(&self, kubectl: &mut Kubectl<'_, '_>, path: &str, resources: &mut Vec<Resource>) -> Outcome<()> {
        let from = |why: &str| format!("accumulating resources from '{path}': {why}");
        let read = within(self.loader.load_text(kubectl, path), from)?;
        let objects = documents(&read).or_else(|why| fail(from(&if why.starts_with("yaml: ") { format!("MalformedYAMLError: {why} in File: {path}") } else { why })))?;
        for object in objects {
            let mut one = Resource::new(object);
            one.origin = self.path(path).map(|path| Origin::File(path).text());
            within(append(resources, one), |why| format!("merging resources from '{path}': {why}"))?;
        }
        Ok(())
    }

    fn components(&self, kubectl: &mut Kubectl<'_, '_>, paths: &[&str], all: &mut Accumulated) -> Outcome<()> {
        for path in paths {
            let loader = within(self.loader.below(kubectl, path), |why| format!("loader.New {why:?}"))?;
            within(self.directory(kubectl, loader, path, true, all), |why| format!("accumulateDirectory: {why:?}"))?;
        }
        Ok(())
    }

    fn directory(&self, kubectl: &mut Kubectl<'_, '_>, loader: Loader, path: &str, component: bool, all: &mut Accumulated) -> Outcome<()> {
        let root = loader.root.clone();
        let (kustomization, file) = within(loader.kustomization(kubectl), |why| format!("couldn't make target for path '{root}': {why}"))?;
        let target = Target { loader, kustomization, file, origin: self.path(path), allowed: self.allowed };
        target.check_schema(kubectl)?;
        if component && !target.is_component() {
            return fail(format!("expected kind 'Component' for path '{root}' but got 'Kustomization'"));
        }
        if !component && target.is_component() {
            return fail(format!("expected kind != 'Component' for path '{root}'"));
        }
        let recursed = |why: &str| format!("recursed accumulation of path '{root}': {why}");
        if component {
            return within(target.accumulate(kubectl, all), recursed);
        }
        let mut own = Accumulated::default();
        within(target.accumulate(kubectl, &mut own), recursed)?;
        let merging = |why: &str| format!("recursed merging from path '{root}': {why}");
        for one in own.resources {
            within(append(&mut all.resources, one), merging)?;
        }
        all.configuration.merge(&own.configuration).or_else(|why| fail(merging(&why)))?;
        own.variables.into_iter().try_for_each(|(name, variable)| add(&mut all.variables, &name, variable)).or_else(|why| fail(merging(&why)))
    }

    /// Accumulates other objects: the configurations of plugins, in texts and in files.
    pub fn configurations(&self, kubectl: &mut Kubectl<'_, '_>, field: &str) -> Outcome<Vec<Resource>> {
        let mut all = Accumulated::default();
        let mut paths = Vec::new();
        for entry in items(&self.kustomization, field).iter().filter_map(Value::as_str) {
            let Ok(objects) = documents(entry) else {
                paths.push(entry);
                continue;
            };
            for object in objects {
                let mut one = Resource::new(object);
                one.origin = self.path(&self.file).map(|path| Origin::File(path).text());
                append(&mut all.resources, one)?;
            }
        }
        self.resources(kubectl, &paths, &mut all)?;
        Ok(all.resources)
    }

    fn generate(&self, kubectl: &mut Kubectl<'_, '_>, resources: &mut Vec<Resource>) -> Outcome<()> {
        self.check_charts()?;
        let options = &self.kustomization["generatorOptions"];
        let mut made = Vec::new();
        let own = generators(kubectl, self)?;
        for (list, kind) in [("/configMapGenerator", "ConfigMap"), ("/secretGenerator", "Secret")] {
            for entry in items(&self.kustomization, list) {
                made.push((kind, entry.clone(), options, Origin::builtin(self, &format!("{kind}Generator"))));
            }
        }
        made.extend(own.into_iter().map(|(kind, entry, origin)| (kind, entry, &Value::Null, origin)));
        for (kind, entry, options, origin) in made {
            let mut one = generate(kubectl, &self.loader, kind, &entry, options)?;
            one.origin = origin.map(|origin| origin.text());
            // Go shows where the generator is in memory.
            within(absorb(one, text(&entry, "/behavior"), resources), |why| format!("merging from generator &{{0xc000a3e140 <nil>}}: {why}"))?;
        }
        Ok(())
    }

    fn check_charts(&self) -> Outcome<()> {
        let mut charts = items(&self.kustomization, "/helmCharts").iter().chain(items(&self.kustomization, "/helmChartInflationGenerator"));
        let Some(chart) = charts.next() else { return Ok(()) };
        if self.allowed.charts {
            return not_simulated("helmCharts in a kustomization");
        }
        let mut config = chart.clone();
        for (field, value) in self.kustomization["helmGlobals"].as_object().into_iter().flatten() {
            config[field] = value.clone();
        }
        if text(&config, "/namespace").is_empty() && !text(&self.kustomization, "/namespace").is_empty() {
            config["namespace"] = self.kustomization["namespace"].clone();
        }
        fail(trouble("HelmChartInflationGenerator", &config, "must specify --enable-helm"))
    }

    fn transform(&self, kubectl: &mut Kubectl<'_, '_>, all: &mut Accumulated) -> Outcome<()> {
        let mut transformers_of_it = Vec::new();
        for (kind, config) in self.builtin(&all.configuration)? {
            let transformer = within(Transformer::of(kubectl, &self.loader, kind, &config), |why| trouble(kind, &shown(kind, &config), why))?;
            transformers_of_it.extend(transformer.map(|transformer| (transformer, Origin::builtin(self, kind))));
        }
        transformers_of_it.extend(transformers(kubectl, self, "/transformers")?);
        for (transformer, origin) in transformers_of_it {
            transformer.apply(&mut all.resources)?;
            if let Some(origin) = origin {
                all.resources.iter_mut().for_each(|one| one.transformed_by(&origin));
            }
            all.resources.retain(|one| !one.object.is_null());
        }
        Ok(())
    }

    /// The transformers of the kustomization's own fields, in kustomize's order.
    fn builtin(&self, configuration: &Configuration) -> Outcome<Vec<(&'static str, Value)>> {
        let own = &self.kustomization;
        let specs = |list: &str| specs_as_value(configuration.list(list));
        let mut all: Vec<(&'static str, Value)> = Vec::new();
        if !items(own, "/patchesStrategicMerge").is_empty() {
            all.push(("PatchStrategicMergeTransformer", json!({"paths": own["patchesStrategicMerge"]})));
        }
        all.extend(items(own, "/patches").iter().map(|entry| ("PatchTransformer", entry.clone())));
        if !text(own, "/namespace").is_empty() {
            all.push(("NamespaceTransformer", json!({"metadata": {"namespace": own["namespace"]}, "fieldSpecs": specs("namespace")})));
        }
        for (kind, field, name) in [("PrefixTransformer", "namePrefix", "prefix"), ("SuffixTransformer", "nameSuffix", "suffix")] {
            if own[field].as_str().is_some_and(|text| !text.is_empty()) {
                all.push((kind, json!({name: own[field], "fieldSpecs": specs(field)})));
            }
        }
        let (labels, common) = (items(own, "/labels"), own["commonLabels"].as_object().is_some_and(|pairs| !pairs.is_empty()));
        for entry in labels {
            let mut places = FieldSpec::list(&entry["fields"]);
            let own_labels = [FieldSpec::new(Gvk::default(), "metadata/labels", true)];
            let lists: [&[FieldSpec]; 3] = match (flag(entry, "/includeSelectors"), flag(entry, "/includeTemplates")) {
                (true, _) => [configuration.list("labels"), configuration.list("commonLabels"), &[]],
                (false, true) => [configuration.list("labels"), configuration.list("templateLabels"), &own_labels],
                (false, false) => [configuration.list("labels"), &[], &own_labels],
            };
            for list in lists {
                merge(&mut places, list).or_else(|why| fail(format!("failed to merge labels: {why}")))?;
            }
            all.push(("LabelTransformer", json!({"labels": entry["pairs"], "fieldSpecs": specs_as_value(&places)})));
        }
        if !labels.is_empty() || common {
            all.push(("LabelTransformer", json!({"labels": own["commonLabels"], "fieldSpecs": specs("commonLabels")})));
        }
        if own["commonAnnotations"].as_object().is_some_and(|pairs| !pairs.is_empty()) {
            all.push(("AnnotationsTransformer", json!({"annotations": own["commonAnnotations"], "fieldSpecs": specs("commonAnnotations")})));
        }
        for entry in items(own, "/patchesJson6902") {
            let mut config = json!({});
            for (field, name) in [("target", "target"), ("path", "path"), ("patch", "jsonOp")] {
                if let Some(value) = entry.get(field) {
                    config[name] = value.clone();
                }
            }
            all.push(("PatchJson6902Transformer", config));
        }
        all.extend(items(own, "/replicas").iter().map(|entry| ("ReplicaCountTransformer", json!({"replica": entry, "fieldSpecs": specs("replicas")}))));
        let images = items(own, "/images").iter().chain(items(own, "/imageTags"));
        all.extend(images.map(|entry| ("ImageTagTransformer", json!({"imageTag": entry, "fieldSpecs": specs("images")}))));
        if !items(own, "/replacements").is_empty() {
            all.push(("ReplacementTransformer", json!({"replacements": own["replacements"]})));
        }
        Ok(all)
    }

    /// Validators are transformers that may change nothing.
    fn validate(&self, kubectl: &mut Kubectl<'_, '_>, all: &mut Accumulated) -> Outcome<()> {
        for (validator, _) in transformers(kubectl, self, "/validators")? {
            let before: Vec<Value> = all.resources.iter().map(|one| one.object.clone()).collect();
            validator.apply(&mut all.resources)?;
            if before.iter().ne(all.resources.iter().map(|one| &one.object)) {
                return not_simulated("what a validator that changes objects is told");
            }
        }
        Ok(())
    }
}

/// A configuration as messages show it: this one has no tags in Go.
fn shown(kind: &str, config: &Value) -> Value {
    if kind == "ReplacementTransformer" { json!({"Replacements": config["replacements"]}) } else { config.clone() }
}

fn specs_as_value(specs: &[FieldSpec]) -> Value {
    specs.iter().map(|spec| json!({"group": spec.of.group, "version": spec.of.version, "kind": spec.of.kind, "path": spec.path, "create": spec.create})).collect()
}
