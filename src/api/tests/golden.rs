//! The recordings of a real Kubernetes 1.36.2, as far as kinds alone can answer them: the columns of their tables, and
//! objects that are read and written. The requests themselves are sent again by `src/cluster/tests/recordings`.

#![allow(clippy::disallowed_methods, reason = "a test reads its recordings from files")]

use std::path::PathBuf;

use podarium_api::{Kind, decode};
use serde_json::{Value, json};

/// The kind that a path is about: `/api/v1/namespaces/shop/pods/web`.
fn kind_of(path: &str) -> Option<Kind> {
    let path = path.split('?').next()?;
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    let (version, rest) = match parts.as_slice() {
        ["api", version, rest @ ..] => ((*version).to_owned(), rest),
        ["apis", group, version, rest @ ..] => (format!("{group}/{version}"), rest),
        _ => return None,
    };
    let plural = match rest {
        ["namespaces", _, plural, ..] => plural,
        [plural, ..] => plural,
        [] => return None,
    };
    Kind::ALL.iter().copied().find(|kind| kind.info().plural == *plural && kind.info().api_version() == version)
}

#[derive(Default)]
struct Tally {
    compared: usize,
    failures: Vec<String>,
}

impl Tally {
    fn check(&mut self, label: &str, ours: &Value, theirs: &Value) {
        self.compared += 1;
        if ours != theirs {
            let (ours, theirs) = (serde_json::to_string_pretty(ours).unwrap(), serde_json::to_string_pretty(theirs).unwrap());
            let diff = similar::TextDiff::from_lines(&theirs, &ours).unified_diff().context_radius(1).header("recorded", "ours").to_string();
            self.failures.push(format!("{label}\n{diff}"));
        }
    }
}

/// Tables: the columns with their descriptions, and the cells of the recorded objects.
#[test]
fn recorded_tables_are_printed_again() {
    let folder = "../../tests/golden/api";
    let mut tables = 0;
    for file in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        let recording: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        for step in recording["steps"].as_array().unwrap() {
            let Some(kind) = step["path"].as_str().and_then(kind_of) else { continue };
            let Some(columns) = step["answer"]["columnDefinitions"].as_array().filter(|_| step["unstable"] != json!(true)) else { continue };
            let ours: Vec<Value> = kind.columns().iter().map(|column| json!({
                "name": column.name, "type": column.kind, "format": column.format, "priority": column.priority, "description": column.description
            })).collect();
            assert_eq!(&ours, columns, "{}", file.display());
            tables += 1;
        }
    }
    assert!(tables > 5, "only {tables} tables were compared");
}

/// Every recorded object reads and writes back as it was: the answers, and one object of each shape that the other
/// recordings have (`objects.json`).
#[test]
fn recorded_objects_survive_reading_and_writing() {
    let golden = PathBuf::from("../../tests/golden");
    let answers = std::fs::read_dir(golden.join("api")).unwrap().map(|entry| entry.unwrap().path());
    let mut tally = Tally::default();
    for file in answers.chain([golden.join("objects.json")]) {
        let recording: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        visit(&recording, &mut |value| {
            let (Some(kind), Some(version)) = (value["kind"].as_str(), value["apiVersion"].as_str()) else { return };
            let known = Kind::ALL.iter().find(|known| known.info().kind == kind && known.info().api_version() == version);
            let (Some(&kind), true) = (known, value["metadata"]["uid"].is_string()) else { return };
            let mut theirs = value.clone();
            theirs["metadata"].as_object_mut().unwrap().remove("managedFields");
            let ours = decode::decode(kind, theirs.clone()).map_or_else(|status| json!(status.message()), |decoded| decoded.object.to_value());
            tally.check(&file.display().to_string(), &ours, &theirs);
        });
    }
    assert!(tally.compared > 100, "only {} objects were compared", tally.compared);
    let shown = tally.failures.iter().take(12).map(String::as_str).collect::<Vec<_>>().join("\n");
    assert!(tally.failures.is_empty(), "{} of {} differ:\n{shown}", tally.failures.len(), tally.compared);
}

fn visit(value: &Value, seen: &mut impl FnMut(&Value)) {
    match value {
        Value::Object(object) => {
            seen(value);
            object.values().for_each(|value| visit(value, seen));
        }
        Value::Array(items) => items.iter().for_each(|value| visit(value, seen)),
        _ => {}
    }
}
