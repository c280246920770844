//! Loading a scenario: text in, a whole scenario or all of its errors out.

use serde_json::{Value, json};

use super::manifest::Files;
use super::{Scenario, check, values};
use crate::error::{Errors, FileError, Source};
use crate::schema;
use crate::yaml::{self, Node, Place};

/// Reads the scenario in `text`. `file` is its name for errors, and `resolve` gives the text of a file that the
/// scenario names, by its path from the scenario's folder.
///
/// # Errors
/// Everything that is wrong with the scenario and with the files that it names, sorted by place. A text that is not
/// YAML has that one error.
pub fn load(
    file: &str,
    text: &str,
    resolve: impl Fn(&str) -> Result<String, String>,
) -> Result<Scenario, Vec<FileError>> {
    let mut errors = Errors::default();
    let source = Source { file, text };
    let documents = yaml::read(source, &mut errors);
    if let Some(second) = documents.get(1) {
        errors.add(source, Place { width: 1, ..second.place }, "a second document").expected("one scenario in a file");
    }
    let scenario = match documents.first() {
        Some(root) if root.described() != "nothing" => {
            read_root(root, &Files { resolve: &resolve, scenario: source }, &mut errors)
        }
        _ => {
            if errors.is_empty() {
                let start = Place { line: 1, column: 1, width: 1 };
                errors.add(source, start, "nothing").expected("a scenario, which begins with `name: …`");
            }
            None
        }
    };
    match scenario {
        Some(scenario) if errors.is_empty() => Ok(scenario),
        _ => Err(errors.finish()),
    }
}

/// The JSON Schema of scenario files, as `podarium schema scenario` prints it.
pub fn scenario_schema() -> Value {
    schema::schema_of::<Scenario>()
}

fn read_root(root: &Node, files: &Files<'_>, errors: &mut Errors) -> Option<Scenario> {
    schema::check(root, &scenario_schema(), values::FORMATS, files.scenario, errors);
    check::check(root, files.scenario, errors);
    let json = resolved(root, files, errors);
    if !errors.is_empty() {
        return None;
    }
    match serde_json::from_value(json) {
        Ok(scenario) => Some(scenario),
        Err(error) => {
            errors.add(files.scenario, Place { width: 1, ..root.place }, format!("this scenario cannot be read: {error}"));
            None
        }
    }
}

/// The scenario as JSON, with objects and texts in place of the files that they come from.
fn resolved(root: &Node, files: &Files<'_>, errors: &mut Errors) -> Value {
    let mut json = root.json();
    if let Some(manifests) = root.get("manifests") {
        json["manifests"] = manifests_json(manifests, files, errors);
    }
    for (index, entry) in root.get("timeline").map(Node::items).unwrap_or_default().iter().enumerate() {
        if entry.entries().is_empty() {
            continue;
        }
        json["timeline"][index]["line"] = json!(entry.place.line);
        if let Some(apply) = entry.get("apply") {
            json["timeline"][index]["apply"] = manifests_json(apply, files, errors);
        }
    }
    for (index, file) in root.get("files").map(Node::items).unwrap_or_default().iter().enumerate() {
        let from = file.get("from").and_then(|from| Some((from.text()?, from.place)));
        let text = match (file.get("text"), from) {
            (None, Some((path, place))) => files.fetch(path, place, errors),
            (text, _) => text.and_then(Node::text).map(str::to_string),
        };
        let path = file.get("path").and_then(Node::text);
        let executable = file.get("executable").and_then(Node::scalar).is_some_and(|scalar| scalar.text == "true");
        json["files"][index] = json!({"path": path, "text": text.unwrap_or_default(), "executable": executable});
    }
    json
}

fn manifests_json(node: &Node, files: &Files<'_>, errors: &mut Errors) -> Value {
    let one = |manifest: super::Manifest| {
        json!({"object": manifest.object, "file": manifest.file, "line": manifest.line})
    };
    files.manifests(node, errors).into_iter().map(one).collect()
}
