//! The OpenAPI document (version 2) against that of the reference, `api/openapi-spec/swagger.json`: every operation of the
//! stable groups with its parameters and answers, every definition with its fields. Descriptions are not compared.
//!
//! `tests/golden/openapi.txt` holds a fingerprint of each, made by this test with `OPENAPI_SPEC=swagger.json`
//! (with `OPENAPI=name` besides it prints what differs in one of them);
//! `tests/golden/openapi-open.txt` lists what is not equal yet, and `OPENAPI=write` writes it anew.

use std::collections::{BTreeMap, BTreeSet};

use podarium_cluster::Cluster;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::{client, normal};

const METHODS: &[&str] = &["get", "put", "post", "patch", "delete", "options", "head"];

/// Everything in the document, by name.
fn parts(document: &Value) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten().filter(|(path, _)| is_stable(path)) {
        for method in METHODS.iter().filter(|method| item.get(**method).is_some()) {
            let operation = operation(document, item, &item[*method]);
            found.insert(format!("{} {path}", method.to_uppercase()), operation);
        }
    }
    for (name, definition) in document["definitions"].as_object().into_iter().flatten().filter(|(name, _)| is_stable_type(name)) {
        found.insert(format!("type {name}"), plain(definition));
    }
    found
}

fn fingerprints(parts: &BTreeMap<String, Value>) -> BTreeMap<String, String> {
    parts.iter().map(|(name, part)| (name.clone(), fingerprint(part))).collect()
}

/// Whether the path is of a version that is served by default.
fn is_stable(path: &str) -> bool {
    !path.split('/').any(|part| part.starts_with('v') && (part.contains("alpha") || part.contains("beta")))
}

fn is_stable_type(name: &str) -> bool {
    !name.split('.').any(|part| part.starts_with('v') && (part.contains("alpha") || part.contains("beta")))
}

/// An operation with the parameters of its path, in the order of their names.
fn operation(document: &Value, item: &Value, operation: &Value) -> Value {
    let resolve = |parameter: &Value| match parameter["$ref"].as_str().and_then(|reference| reference.strip_prefix('#')) {
        Some(place) => document.pointer(place).cloned().unwrap_or_default(),
        None => parameter.clone(),
    };
    let lists = [&item["parameters"], &operation["parameters"]];
    let mut parameters: Vec<Value> = lists.into_iter().filter_map(Value::as_array).flatten().map(resolve).map(|parameter| plain(&parameter)).collect();
    parameters.sort_by_key(Value::to_string);
    let mut operation = plain(operation);
    operation["parameters"] = json!(parameters);
    operation
}

/// The same without what is only explained, and without the words that a field takes: the reference is written without them.
fn plain(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let kept = fields.iter().filter(|(name, value)| !(*name == "description" && value.is_string() || *name == "enum" && value.is_array()));
            Value::Object(kept.map(|(name, value)| (name.clone(), plain(value))).collect::<Map<_, _>>())
        }
        Value::Array(items) => items.iter().map(plain).collect(),
        other => other.clone(),
    }
}

fn fingerprint(value: &Value) -> String {
    Sha256::digest(value.to_string()).iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

fn document(cluster: &mut Cluster) -> Value {
    let request = json!({"method": "GET", "path": "/openapi/v2", "headers": {"Accept": "application/json"}});
    client::send(cluster, &request).answer
}

#[test]
fn the_document_of_the_api_is_that_of_the_reference() {
    let (known, open) = (crate::golden().join("openapi.txt"), crate::golden().join("openapi-open.txt"));
    let ours = parts(&document(&mut client::control_plane()));
    if let Ok(path) = std::env::var("OPENAPI_SPEC") {
        let spec: Value = serde_json::from_str(&std::fs::read_to_string(path).expect("OPENAPI_SPEC names a readable file")).expect("a JSON document");
        let theirs = parts(&spec);
        if let Ok(name) = std::env::var("OPENAPI") {
            let none = Value::Null;
            let (wanted, got) = (theirs.get(&name).unwrap_or(&none), ours.get(&name).unwrap_or(&none));
            println!("{}", normal::differences(wanted, got, "").join("\n"));
            return;
        }
        let lines: Vec<String> = fingerprints(&theirs).into_iter().map(|(name, print)| format!("{print} {name}\n")).collect();
        std::fs::write(&known, lines.concat()).expect("tests/golden can be written");
    }
    let text = std::fs::read_to_string(&known).expect("the fingerprints are in tests/golden");
    let theirs: BTreeMap<String, String> = text.lines().filter_map(|line| line.split_once(' ')).map(|(print, name)| (name.to_owned(), print.to_owned())).collect();
    let ours = fingerprints(&ours);
    let differing = |name: &&String| theirs.get(*name) != ours.get(*name);
    let wrong: BTreeSet<String> = theirs.keys().chain(ours.keys()).filter(differing).cloned().collect();
    println!("{} of {} operations and types equal", theirs.len() - wrong.len().min(theirs.len()), theirs.len());
    if std::env::var("OPENAPI").is_ok_and(|what| what == "write") {
        let head = "# Operations and types whose description differs from the reference's. The list only shrinks.\n";
        let lines: Vec<String> = wrong.iter().map(|name| format!("{name}\n")).collect();
        std::fs::write(&open, format!("{head}{}", lines.concat())).expect("tests/golden can be written");
        return;
    }
    let listed = std::fs::read_to_string(&open).expect("the list of open differences is in tests/golden");
    let listed: BTreeSet<String> = listed.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect();
    let news: Vec<&String> = wrong.symmetric_difference(&listed).collect();
    assert!(news.is_empty(), "equal and listed, or different and not listed: {news:#?}");
}
