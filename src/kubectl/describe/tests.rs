//! Descriptions against what kubectl 1.36 printed, byte for byte.
//!
//! `tests/golden/describe/*.jsonl`: a line for each command, with everything that was in the namespace then, the time,
//! and the recorded text. `flows` and `kubelet` come from real clusters, `lines` from one whose objects were written
//! down from what else was recorded there; `kinds` are objects with every field, served to the real kubectl as they stand.

use std::collections::BTreeMap;

use jiff::Timestamp;
use podarium_api::selector::LabelSelector;
use serde::Deserialize;
use serde_json::Value;

use super::{Query, Related, describe, queries};

#[derive(Deserialize)]
struct Case {
    /// Where it was recorded, and the command.
    name: String,
    now: Timestamp,
    /// Whether kubectl showed events: for one object it does, for several it does not.
    events: bool,
    /// `Pod/web-1`, in the order of the text.
    describe: Vec<String>,
    objects: Vec<Value>,
    text: String,
}

fn cases() -> Vec<Case> {
    let files = [
        include_str!("../../../tests/golden/describe/flows.jsonl"),
        include_str!("../../../tests/golden/describe/kubelet.jsonl"),
        include_str!("../../../tests/golden/describe/lines.jsonl"),
        include_str!("../../../tests/golden/describe/kinds.jsonl"),
    ];
    files.iter().flat_map(|file| file.lines()).map(|line| serde_json::from_str(line).expect("a case")).collect()
}

fn at<'v>(object: &'v Value, pointer: &str) -> &'v str {
    object.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// Answers a query from the recorded objects, as far as the recordings need it.
fn answer(query: &Query, objects: &[Value]) -> Vec<Value> {
    let selector = LabelSelector::parse(&query.label_selector).expect("a selector");
    let mut found: Vec<Value> = objects.iter().filter(|object| matches(query, &selector, object)).cloned().collect();
    // The server lists in the order of its keys, in which `a-b/pod` comes before `a/pod`.
    found.sort_by_key(|object| format!("{}/{}", at(object, "/metadata/namespace"), at(object, "/metadata/name")));
    found
}

fn matches(query: &Query, selector: &LabelSelector, object: &Value) -> bool {
    let labels: BTreeMap<String, String> = object.pointer("/metadata/labels").cloned().map(|labels| serde_json::from_value(labels).expect("labels")).unwrap_or_default();
    let field = |(name, value): (&str, &str)| match name.strip_suffix('!') {
        Some(name) => at(object, &format!("/{}", name.replace('.', "/"))) != value,
        None => at(object, &format!("/{}", name.replace('.', "/"))) == value,
    };
    format!("{}s", at(object, "/kind").to_lowercase()) == query.resource
        && (query.namespace.is_empty() || at(object, "/metadata/namespace") == query.namespace)
        && query.name.as_ref().is_none_or(|name| at(object, "/metadata/name") == name)
        && selector.matches(Some(&labels))
        && query.field_selector.split(',').filter_map(|term| term.split_once('=')).all(field)
}

/// One description of the case.
fn described(case: &Case, name: &str) -> String {
    let object = case.objects.iter().find(|object| format!("{}/{}", at(object, "/kind"), at(object, "/metadata/name")) == name);
    let object = object.unwrap_or_else(|| panic!("{}: no {name}", case.name));
    let mut related = Related::default();
    for query in queries(object, case.events) {
        let found = answer(&query, &case.objects);
        match (&query.name, found.is_empty()) {
            (Some(name), true) => {
                let resource = if query.resource == "leases" { "leases.coordination.k8s.io" } else { query.resource };
                let why = format!("{resource} {name:?} not found");
                related.add_failure(query, why);
            }
            _ => related.add(query.resource, &found),
        }
    }
    describe(object, &related, case.now)
}

#[test]
fn descriptions_are_those_of_kubectl() {
    let (mut wrong, mut right) = (Vec::new(), 0);
    for case in cases() {
        let recorded: Vec<&str> = case.text.split("\n\n\nName:").collect();
        assert_eq!(recorded.len(), case.describe.len(), "{}: as many descriptions as objects", case.name);
        for (index, (name, text)) in case.describe.iter().zip(&recorded).enumerate() {
            let start = if index == 0 { "" } else { "Name:" };
            let end = if index + 1 == recorded.len() { "" } else { "\n" };
            let (text, ours) = (format!("{start}{text}{end}"), described(&case, name));
            if ours == text {
                right += 1;
            } else {
                wrong.push(format!("{}, {name}:\n--- recorded\n{text}--- ours\n{ours}", case.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), wrong.len() + right, wrong.join("\n"));
    assert!(right > 0, "there are recordings");
}
