//! The recordings of a real Kubernetes 1.36.2, as far as objects alone can answer them: what is decoded, defaulted,
//! validated, patched and printed. Stored objects are taken from the recorded answers, so that each step stands alone.

#![allow(clippy::disallowed_methods, reason = "a test reads its recordings from files")]

use std::collections::BTreeMap;
use std::path::PathBuf;

use podarium_api::patch::{self, PatchType};
use podarium_api::{Kind, Object, Status, decode};
use serde_json::{Value, json};

/// What a request is about: `/api/v1/namespaces/shop/pods/web`.
struct Target {
    kind: Kind,
    namespace: Option<String>,
    name: Option<String>,
    subresource: Option<String>,
}

impl Target {
    fn parse(path: &str) -> Option<Self> {
        let path = path.split('?').next()?;
        let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
        let (version, rest) = match parts.as_slice() {
            ["api", version, rest @ ..] => ((*version).to_owned(), rest),
            ["apis", group, version, rest @ ..] => (format!("{group}/{version}"), rest),
            _ => return None,
        };
        let (namespace, rest) = match rest {
            ["namespaces", namespace, rest @ ..] if !rest.is_empty() && !matches!(rest[0], "status" | "finalize") => (Some((*namespace).to_owned()), rest),
            rest => (None, rest),
        };
        let kind = *Kind::ALL.iter().find(|kind| kind.info().plural == rest[0] && kind.info().api_version() == version)?;
        let part = |index: usize| rest.get(index).map(|part| (*part).to_owned());
        Some(Target { kind, namespace, name: part(1), subresource: part(2) })
    }

    fn key(&self, name: &str) -> (Kind, String) {
        (self.kind, name.to_owned())
    }
}

/// Creates as the API server does, at the recorded time, without allocating addresses. Of admission only the default
/// account of a pod is done, since validation asks for it.
fn create(target: &Target, body: &Value, answer: &Value) -> Result<Object, Status> {
    let mut body = body.clone();
    if target.kind == Kind::Pod && body["kind"] == "Pod" && body["spec"].get("serviceAccountName").is_none() {
        body["spec"]["serviceAccountName"] = json!("default");
    }
    let mut object = decode::decode(target.kind, body)?.object;
    object.set_defaults();
    let meta = object.meta_mut();
    meta.creation_timestamp = serde_json::from_value(answer["metadata"]["creationTimestamp"].clone()).unwrap_or_default();
    meta.namespace.clone_from(&target.namespace);
    if let Some(base) = meta.generate_name.clone().filter(|_| meta.name.is_none()) {
        meta.name = Some(base + "xxxxx");
    }
    object.prepare_for_create();
    let errors = object.validate();
    if errors.is_empty() { Ok(object) } else { Err(Status::invalid(target.kind, object.meta().name.as_deref().unwrap_or_default(), &errors)) }
}

fn update(target: &Target, old: &Object, mut new: Object) -> Result<Object, Status> {
    new.set_defaults();
    let in_status = target.subresource.as_deref() == Some("status");
    if in_status { new.prepare_for_status_update(old) } else { new.prepare_for_update(old) }
    let errors = if in_status { new.validate_status_update(old) } else { new.validate_update(old) };
    if errors.is_empty() { Ok(new) } else { Err(Status::invalid(target.kind, old.meta().name.as_deref().unwrap_or_default(), &errors)) }
}

/// Takes out what admission, allocation and the store add, and what differs between two recordings.
fn normalize(value: &mut Value, body: &Value) {
    let meta = value["metadata"].as_object_mut().expect("an object has metadata");
    for name in ["managedFields", "uid", "resourceVersion", "creationTimestamp", "namespace"] {
        meta.remove(name);
    }
    if body["metadata"].get("name").is_none() {
        meta.remove("name");
    }
    // The scheduler may have looked at the pod between two steps.
    if let Some(status) = value.get_mut("status").and_then(Value::as_object_mut) {
        remove_items(status, "conditions", |condition| condition["reason"] == "Unschedulable");
    }
    let Some(spec) = value.get_mut("spec").and_then(Value::as_object_mut) else { return };
    let own = &body["spec"];
    let added: &[&str] = match body["kind"].as_str() {
        Some("Service") => &["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "healthCheckNodePort"],
        Some("Pod") => &["serviceAccount", "serviceAccountName", "priority", "preemptionPolicy"],
        _ => &[],
    };
    for name in added.iter().filter(|name| own.get(**name).is_none()) {
        spec.remove(*name);
    }
    if body["kind"] == "Service" {
        for port in spec.get_mut("ports").and_then(Value::as_array_mut).into_iter().flatten() {
            port.as_object_mut().expect("a port is an object").remove("nodePort");
        }
    }
    if body["kind"] == "Pod" {
        remove_items(spec, "volumes", |volume| volume["name"].as_str().is_some_and(|name| name.starts_with("kube-api-access")));
        remove_items(spec, "tolerations", |toleration| toleration["tolerationSeconds"] == 300);
        for list in ["containers", "initContainers"] {
            for container in spec.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
                let container = container.as_object_mut().expect("a container is an object");
                remove_items(container, "volumeMounts", |mount| mount["name"].as_str().is_some_and(|name| name.starts_with("kube-api-access")));
            }
        }
    }
}

fn remove_items(object: &mut serde_json::Map<String, Value>, name: &str, unwanted: impl Fn(&Value) -> bool) {
    if let Some(items) = object.get_mut(name).and_then(Value::as_array_mut) {
        items.retain(|item| !unwanted(item));
        if items.is_empty() {
            object.remove(name);
        }
    }
}

/// Errors that need more than the object: other objects, quotas, policies, allocators.
fn is_beyond(answer: &Value) -> bool {
    let text = answer["message"].as_str().unwrap_or_default();
    matches!(answer["code"].as_u64(), Some(403 | 404 | 409))
        || text.contains("provided port is")
        || text.contains("PatchOptions")
        || text.contains("TokenRequest")
        || text.contains("json parse error")
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

fn replay(file: &str, recording: &Value, tally: &mut Tally) {
    let mut stored: BTreeMap<(Kind, String), Object> = BTreeMap::new();
    for (index, step) in recording["steps"].as_array().expect("a recording has steps").iter().enumerate() {
        let (Some(method), Some(path)) = (step["method"].as_str(), step["path"].as_str()) else { continue };
        let Some(target) = Target::parse(path) else { continue };
        let (answer, body) = (&step["answer"], &step["body"]);
        let label = format!("{file} step {index}: {method} {path}");
        let good = step["code"].as_u64().is_some_and(|code| code < 300);
        if step["unstable"] == json!(true) || !matches!(method, "POST" | "PUT" | "PATCH") || path.contains("dryRun") && !good {
            remember(&mut stored, &target, answer, good);
            continue;
        }
        let media = step["headers"]["Content-Type"].as_str().unwrap_or_default();
        let ours = match method {
            "POST" if target.subresource.is_none() => Some(create(&target, body, answer)),
            "PUT" | "PATCH" if matches!(target.subresource.as_deref(), None | Some("status")) => {
                let old = target.name.as_deref().and_then(|name| stored.get(&target.key(name)));
                old.and_then(|old| changed(&target, old, method, media, body))
            }
            _ => None,
        };
        if let Some(ours) = ours.filter(|_| !is_beyond(answer)) {
            match ours {
                Ok(object) if good => {
                    if let Some(warning) = step["warning"].as_str() {
                        let ours: Vec<String> = object.warnings().iter().map(|text| format!("299 - {text:?}")).collect();
                        tally.check(&format!("{label} (warning)"), &json!(ours.join(", ")), &json!(warning));
                    }
                    let (mut ours, mut theirs) = (object.to_value(), answer.clone());
                    let shape = if body["kind"].is_string() { body.clone() } else { answer.clone() };
                    normalize(&mut ours, &shape);
                    normalize(&mut theirs, &shape);
                    tally.check(&label, &ours, &theirs);
                }
                Ok(object) => tally.check(&label, &object.to_value(), answer),
                Err(status) => {
                    let mut ours = serde_json::to_value(status.as_meta()).unwrap();
                    let mut theirs = answer.clone();
                    for value in [&mut ours, &mut theirs] {
                        value.as_object_mut().unwrap().retain(|name, _| matches!(name.as_str(), "message" | "reason" | "code" | "details"));
                    }
                    tally.check(&label, &ours, &theirs);
                }
            }
        }
        remember(&mut stored, &target, answer, good);
    }
}

/// The result of an update or a patch, or nothing if it is a kind of patch that needs the whole server.
fn changed(target: &Target, old: &Object, method: &str, media: &str, body: &Value) -> Option<Result<Object, Status>> {
    if method == "PUT" {
        return Some(decode::decode(target.kind, body.clone()).and_then(|decoded| update(target, old, decoded.object)));
    }
    let patch_type = PatchType::from_media_type(media).filter(|patch_type| *patch_type != PatchType::Apply)?;
    let patched = patch::apply(target.kind, patch_type, &old.to_value(), body);
    Some(patched.and_then(|value| decode::decode(target.kind, value)).and_then(|decoded| update(target, old, decoded.object)))
}

fn remember(stored: &mut BTreeMap<(Kind, String), Object>, target: &Target, answer: &Value, good: bool) {
    if !good || answer["kind"] != target.kind.info().kind {
        return;
    }
    let name = answer["metadata"]["name"].as_str().unwrap_or_default().to_owned();
    if let Ok(decoded) = decode::decode(target.kind, answer.clone()) {
        stored.insert((target.kind, name), decoded.object);
    }
}

#[test]
fn recorded_answers_are_given_again() {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/api"));
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut tally = Tally::default();
    for file in &files {
        let recording: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
        replay(&file.file_stem().unwrap().to_string_lossy(), &recording, &mut tally);
    }
    println!("{} answers compared", tally.compared);
    assert!(tally.compared > 90, "only {} answers were compared", tally.compared);
    assert!(tally.failures.is_empty(), "{} of {} differ:\n{}", tally.failures.len(), tally.compared, tally.failures.join("\n"));
}

/// Tables: the columns with their descriptions, and the cells of the recorded objects.
#[test]
fn recorded_tables_are_printed_again() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/api");
    let mut tables = 0;
    for file in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        let recording: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        for step in recording["steps"].as_array().unwrap() {
            let Some(target) = step["path"].as_str().and_then(Target::parse) else { continue };
            let Some(columns) = step["answer"]["columnDefinitions"].as_array().filter(|_| step["unstable"] != json!(true)) else { continue };
            let ours: Vec<Value> = target.kind.columns().iter().map(|column| json!({
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
    let golden = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden"));
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
