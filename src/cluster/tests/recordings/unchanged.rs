//! What is patched with nothing, or put back as it came, stays as it is: no write, no new version. So each object that the
//! recordings create is compared with itself in all the ways in which an object comes in.

use std::collections::BTreeSet;

use podarium_cluster::Cluster;
use serde_json::{Value, json};

use crate::{client, recorded, requests};

/// The creations of the recordings that succeeded, each body once.
fn created() -> Vec<Value> {
    let mut seen = BTreeSet::new();
    let cases = recorded().into_values().chain(requests::recorded());
    let steps = cases.flat_map(|case| case["steps"].as_array().cloned().unwrap_or_default());
    steps.filter(|step| step["method"] == "POST" && step["code"] == 201 && step["body"].is_object() && seen.insert(step["body"].to_string())).collect()
}

/// The same creation in another namespace, and where the object will be found.
fn in_namespace(step: &Value, namespace: &str) -> Option<(Value, String)> {
    let path = step["path"].as_str()?.split('?').next()?;
    let name = step["body"].pointer("/metadata/name")?.as_str()?;
    let mut step = step.clone();
    let path = match path.split_once("/namespaces/") {
        Some((before, rest)) => {
            let (_, plural) = rest.split_once('/')?;
            step["body"]["metadata"].as_object_mut()?.remove("namespace");
            format!("{before}/namespaces/{namespace}/{plural}")
        }
        None => path.to_owned(),
    };
    step["path"] = path.clone().into();
    Some((step, format!("{path}/{name}")))
}

fn version(answer: &Value) -> Option<&str> {
    answer.pointer("/metadata/resourceVersion")?.as_str()
}

/// What has changed an object that nothing was to change.
fn changes(mut cluster: Cluster, step: &Value) -> Option<Vec<String>> {
    let (create, path) = in_namespace(step, "here")?;
    if client::send(&mut cluster, &create).code != 201 {
        return None;
    }
    // Of some kinds the server itself writes a status soon.
    client::sleep(&mut cluster, 0.5);
    let made = client::send(&mut cluster, &json!({"method": "GET", "path": path}));
    let before = version(&made.answer).filter(|_| made.code == 200)?;
    let patch = |kind: &str| json!({"method": "PATCH", "path": path, "headers": {"Content-Type": format!("application/{kind}+json")}, "body": if kind == "json-patch" { json!([]) } else { json!({}) }});
    let put = json!({"method": "PUT", "path": path, "headers": {"Content-Type": "application/json"}, "body": made.answer});
    let mut found = Vec::new();
    for request in [patch("merge-patch"), patch("json-patch"), patch("strategic-merge-patch"), put] {
        let answered = client::send(&mut cluster, &request);
        // Custom kinds know no strategic patches, and some kinds no updates.
        if !matches!(answered.code, 405 | 415) && (answered.code != 200 || version(&answered.answer) != Some(before)) {
            found.push(format!("{} {} {}: {} {}", request["method"], path, request["headers"]["Content-Type"], answered.code, answered.answer));
        }
    }
    Some(found)
}

#[test]
fn what_is_put_back_as_it_came_changes_nothing() {
    let mut fresh = client::control_plane();
    client::make_namespace(&mut fresh, "here");
    for name in ["kube-controller-manager", "kube-scheduler"] {
        if let Some(id) = fresh.component_id(name) {
            fresh.stop(id);
        }
    }
    let (mut count, mut wrong) = (0, Vec::new());
    for step in created() {
        if let Some(found) = changes(fresh.clone(), &step) {
            count += 1;
            wrong.extend(found);
        }
    }
    println!("{count} objects");
    assert!(count > 500, "only {count} objects were made");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
