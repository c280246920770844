//! Manifests and files: written in the scenario, or fetched from beside it.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde_json::Value;

use crate::error::{Errors, Source, did_you_mean};
use crate::yaml::{self, Node, Place};

/// A Kubernetes object, and where it was written.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Manifest {
    pub object: Value,
    pub file: String,
    pub line: usize,
}

/// Where manifests come from.
#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(rename = "Manifest")]
#[expect(dead_code, reason = "only its schema is used: the loader puts the objects in its place")]
pub(crate) enum ManifestSource {
    /// YAML text with one object or several, separated by `---`.
    Text(String),
    File(ManifestFile),
    Object(KubernetesObject),
}

/// A file with manifests.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct ManifestFile {
    /// The path from the scenario's folder.
    path: String,
}

/// A Kubernetes object as it is. Its keys are Kubernetes' own; the API server checks them.
#[derive(Deserialize)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct KubernetesObject(Value);

impl JsonSchema for KubernetesObject {
    fn schema_name() -> Cow<'static, str> {
        "KubernetesObject".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A Kubernetes object as it is. Its keys are Kubernetes' own; the API server checks them.",
            "type": "object",
            "required": ["apiVersion", "kind"],
            "properties": {
                "apiVersion": {"type": "string"},
                "kind": {"type": "string"},
                "metadata": {"type": "object"},
            },
            "additionalProperties": true,
        })
    }
}

/// A file in the student's home folder.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct HomeFile {
    /// The path from the home folder.
    pub path: String,
    pub text: String,
    pub executable: bool,
}

/// A file in the student's home folder, with its text or the file that holds the text.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "HomeFile")]
#[expect(dead_code, reason = "only its schema is used: the loader puts the text in its place")]
pub(crate) struct HomeFileSource {
    /// The path from the home folder.
    #[schemars(length(min = 1))]
    path: String,
    /// What is in the file.
    text: Option<String>,
    /// The file to copy, from the scenario's folder.
    from: Option<String>,
    /// Whether it can be run as a program.
    #[serde(default)]
    executable: bool,
}

/// Fetches the files that a scenario names.
pub(crate) struct Files<'a> {
    pub resolve: &'a dyn Fn(&str) -> Result<String, String>,
    pub scenario: Source<'a>,
}

impl Files<'_> {
    /// The text of a file, or an error at the place that names it.
    pub fn fetch(&self, path: &str, place: Place, errors: &mut Errors) -> Option<String> {
        // A scenario may come from anywhere. It reads what lies beside it, and nothing else of this computer.
        if path.starts_with(['/', '\\', '~']) || path.contains(':') || path.split(['/', '\\']).any(|part| part == "..") {
            errors.add(self.scenario, place, format!("the path `{path}`")).expected("a path inside the scenario's folder");
            return None;
        }
        match (self.resolve)(path) {
            Ok(text) => Some(text),
            Err(why) => {
                errors
                    .add(self.scenario, place, format!("the file `{path}` cannot be read: {why}"))
                    .expected("a path from the scenario's folder");
                None
            }
        }
    }

    /// The manifests of one source, or of a list of sources.
    pub fn manifests(&self, node: &Node, errors: &mut Errors) -> Vec<Manifest> {
        match &node.value {
            yaml::Value::List(items) => items.iter().flat_map(|item| self.manifests(item, errors)).collect(),
            yaml::Value::Map(_) => match node.get("path").filter(|_| node.get("kind").is_none()) {
                Some(path) => self.in_file(path, errors),
                None => objects(node, self.scenario, errors),
            },
            yaml::Value::Scalar(scalar) => match (node.text(), scalar.block) {
                (Some(text), Some(block)) => {
                    let here = |inner: Place| Place {
                        line: inner.line + block.first_line - 1,
                        column: inner.column + block.indent,
                        ..inner
                    };
                    self.in_text(text, here, errors)
                }
                (Some(text), None) => self.in_text(text, |_| node.place, errors),
                (None, _) => vec![],
            },
        }
    }

    fn in_file(&self, path: &Node, errors: &mut Errors) -> Vec<Manifest> {
        let Some(name) = path.text() else { return vec![] };
        let Some(text) = self.fetch(name, path.place, errors) else { return vec![] };
        let source = Source { file: name, text: &text };
        let documents = yaml::read(source, errors);
        let manifests: Vec<_> = documents.iter().flat_map(|document| objects(document, source, errors)).collect();
        if manifests.is_empty() && documents.iter().all(|document| document.described() == "nothing") {
            errors.add(self.scenario, path.place, format!("no objects in `{name}`"));
        }
        manifests
    }

    /// Text inside the scenario: places in it are translated to places in the scenario's file.
    fn in_text(&self, text: &str, here: impl Fn(Place) -> Place, errors: &mut Errors) -> Vec<Manifest> {
        let inner = Source { file: self.scenario.file, text };
        let mut own = Errors::default();
        let documents = yaml::read(inner, &mut own);
        let mut manifests: Vec<_> = documents.iter().flat_map(|document| objects(document, inner, &mut own)).collect();
        let start = here(Place { line: 1, column: 1, width: 1 });
        if manifests.is_empty() && own.is_empty() {
            errors.add(self.scenario, start, "no objects in this text");
        }
        for error in own.finish() {
            let place = here(Place { line: error.line, column: error.column, width: error.width });
            let moved = errors.add(self.scenario, place, error.found);
            moved.expected = error.expected;
            moved.help = error.help;
        }
        for manifest in &mut manifests {
            manifest.line = here(Place { line: manifest.line, column: 1, width: 1 }).line;
        }
        manifests
    }
}

/// The objects of one document: one, several in a `List`, or none in an empty document.
fn objects(document: &Node, source: Source<'_>, errors: &mut Errors) -> Vec<Manifest> {
    if document.described() == "nothing" {
        return vec![];
    }
    if !matches!(document.value, yaml::Value::Map(_)) {
        errors.add(source, document.place, document.described()).expected("a Kubernetes object");
        return vec![];
    }
    if document.get("kind").and_then(Node::text) == Some("List") {
        let items = document.get("items").map(Node::items).unwrap_or_default();
        return items.iter().flat_map(|item| objects(item, source, errors)).collect();
    }
    let mut good = true;
    for key in ["apiVersion", "kind"] {
        good &= wants_text(document, key, document.get(key), source, errors);
    }
    match document.get("metadata") {
        Some(metadata) if metadata.get("generateName").is_some() => {
            good &= wants_text(metadata, "generateName", metadata.get("generateName"), source, errors);
        }
        Some(metadata) => good &= wants_text(metadata, "name", metadata.get("name"), source, errors),
        None => good &= wants_text(document, "metadata", None, source, errors),
    }
    if !good {
        return vec![];
    }
    vec![Manifest { object: document.json(), file: source.file.to_string(), line: document.place.line }]
}

fn wants_text(parent: &Node, key: &str, node: Option<&Node>, source: Source<'_>, errors: &mut Errors) -> bool {
    match node {
        Some(node) if node.text().is_some_and(|text| !text.is_empty()) => return true,
        Some(node) => {
            errors.add(source, node.place, format!("{} as `{key}`", node.described())).expected("text");
        }
        None => {
            let place = Place { width: 1, ..parent.place };
            let error = errors.add(source, place, format!("the key `{key}` of a Kubernetes object is missing"));
            let near = parent.entries().iter().find(|entry| did_you_mean(&entry.key, [key]).is_some());
            if let Some(near) = near {
                error.help(format!("is `{}` meant to be it?", near.key));
            }
        }
    }
    false
}
