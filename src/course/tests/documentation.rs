//! The page for instructors, `docs/scenarios.md`, against the format itself.

use std::collections::BTreeSet;

use podarium_course::{load, report, scenario_schema};
use serde_json::Value;

const PAGE: &str = include_str!("../../../docs/scenarios.md");

#[test]
fn its_scenarios_load() {
    let scenarios: Vec<&str> = PAGE.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(!scenarios.is_empty());
    for text in scenarios {
        let loaded = load("docs/scenarios.md", text, |_| Err("there is no such file".to_string()));
        assert!(loaded.is_ok(), "{}", report(&loaded.err().unwrap_or_default()));
    }
}

/// A key that nobody can read about might as well not exist.
#[test]
fn it_names_every_key_and_word_of_the_schema() {
    let schema = scenario_schema();
    let mut names = BTreeSet::new();
    let mut open = vec![("", &schema)];
    while let Some((at, node)) = open.pop() {
        if at == "KubernetesObject" || at == "Phase" {
            continue;
        }
        match node {
            Value::Object(fields) => {
                let properties = fields.get("properties").and_then(Value::as_object).filter(|_| at != "properties");
                names.extend(properties.into_iter().flat_map(|own| own.keys()).cloned());
                names.extend(fields.get("const").and_then(Value::as_str).map(str::to_string));
                let listed = fields.get("enum").and_then(Value::as_array).into_iter().flatten();
                names.extend(listed.filter_map(Value::as_str).map(str::to_string));
                open.extend(fields.iter().map(|(key, value)| (key.as_str(), value)));
            }
            Value::Array(items) => open.extend(items.iter().map(|item| ("", item))),
            _ => {}
        }
    }
    assert!(names.len() > 80, "{names:?}");
    let words: BTreeSet<&str> = PAGE.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').collect();
    let missing: Vec<_> = names.iter().filter(|name| !words.contains(name.as_str())).collect();
    assert!(missing.is_empty(), "docs/scenarios.md says nothing of {missing:?}");
}
