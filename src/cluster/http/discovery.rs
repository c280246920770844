//! Discovery: which groups, versions and resources there are; version and health.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/endpoints/discovery, v1.36.
//! Simplified: the legacy form alone, not the aggregated one; no OpenAPI yet.

use std::collections::BTreeMap;

use podarium_api::Kind;
use podarium_api::compat::old_versions;
use podarium_machine::HttpResponse;
use serde_json::{Value, json};

use super::{custom, render};
use crate::store::Store;

/// The answer to a path that is not about objects; `None` for one that is.
pub(super) fn answer(parts: &[&str], compat: bool, store: &Store) -> Option<HttpResponse> {
    Some(match parts {
        ["version"] => render::json(200, &version()),
        ["healthz" | "livez" | "readyz"] => render::text(200, "ok"),
        ["api"] => render::json(
            200,
            &json!({"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": [{"clientCIDR": "0.0.0.0/0", "serverAddress": "10.0.0.2:6443"}]}),
        ),
        ["apis"] => render::json(200, &groups(compat, store)),
        ["api", "v1"] => render::json(200, &resources("", "v1", compat, store)?),
        ["apis", group] => render::json(200, &group_of(group, compat, store)?),
        ["apis", group, version] => render::json(200, &resources(group, version, compat, store)?),
        _ => return None,
    })
}

fn version() -> Value {
    json!({
        "major": "1",
        "minor": "36",
        "emulationMajor": "1",
        "emulationMinor": "36",
        "minCompatibilityMajor": "1",
        "minCompatibilityMinor": "35",
        "gitVersion": "v1.36.2",
        "gitCommit": "98b35193b2ac7a23a673325f5e9b830ecd5ba406",
        "gitTreeState": "clean",
        "buildDate": "2026-06-11T00:00:00Z",
        "goVersion": "go1.26.6",
        "compiler": "gc",
        "platform": "linux/amd64",
    })
}

/// The groups with their versions, the preferred one first.
fn versions(compat: bool, store: &Store) -> BTreeMap<String, Vec<String>> {
    let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut add = |group: &str, version: &str| {
        let versions = groups.entry(group.to_owned()).or_default();
        if !group.is_empty() && !versions.iter().any(|known| known == version) {
            versions.push(version.to_owned());
        }
    };
    for info in Kind::ALL.iter().map(|kind| kind.info()) {
        add(info.group, info.version);
    }
    if compat {
        for old in Kind::ALL.iter().flat_map(|kind| old_versions(kind.info().kind)) {
            let (group, version) = old.split_once('/').unwrap_or(("", old));
            add(group, version);
        }
    }
    groups.remove("");
    groups.extend(custom::groups(store));
    groups
}

fn group(name: &str, versions: &[String]) -> Value {
    let versions: Vec<Value> = versions.iter().map(|version| json!({"groupVersion": format!("{name}/{version}"), "version": version})).collect();
    json!({"name": name, "versions": versions, "preferredVersion": versions[0]})
}

fn groups(compat: bool, store: &Store) -> Value {
    let groups: Vec<Value> = versions(compat, store).iter().map(|(name, versions)| group(name, versions)).collect();
    json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": groups})
}

fn group_of(name: &str, compat: bool, store: &Store) -> Option<Value> {
    let mut value = group(name, versions(compat, store).get(name)?);
    value["kind"] = "APIGroup".into();
    value["apiVersion"] = "v1".into();
    Some(value)
}

fn resources(group: &str, version: &str, compat: bool, store: &Store) -> Option<Value> {
    let mut resources: Vec<Value> = Vec::new();
    for kind in Kind::ALL {
        let info = kind.info();
        let wanted = if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
        let old = compat && old_versions(info.kind).any(|old| old == wanted);
        if info.api_version() != wanted && !old || kind.verbs().is_empty() {
            continue;
        }
        let mut entry = json!({"name": info.plural, "singularName": info.singular, "namespaced": info.namespaced, "kind": info.kind, "verbs": kind.verbs()});
        if !info.short_names.is_empty() {
            entry["shortNames"] = json!(info.short_names);
        }
        if !info.categories.is_empty() {
            entry["categories"] = json!(info.categories);
        }
        resources.push(entry);
        let sub = |name: &str, kind: &str, verbs: &[&str]| {
            json!({"name": format!("{}/{name}", info.plural), "singularName": "", "namespaced": info.namespaced, "kind": kind, "verbs": verbs})
        };
        if info.has_status {
            resources.push(sub("status", info.kind, &["get", "patch", "update"]));
        }
        match kind {
            Kind::Pod => {
                resources.push(sub("binding", "Binding", &["create"]));
                resources.push(sub("eviction", "Eviction", &["create"]));
                resources.push(sub("log", "Pod", &["get"]));
            }
            Kind::ServiceAccount => {
                let mut token = sub("token", "TokenRequest", &["create"]);
                token["group"] = "authentication.k8s.io".into();
                token["version"] = "v1".into();
                resources.push(token);
            }
            Kind::Deployment | Kind::ReplicaSet | Kind::StatefulSet | Kind::ReplicationController => resources.push(sub("scale", "Scale", &["get", "patch", "update"])),
            _ => {}
        }
    }
    resources.extend(custom::resources(store, group, version));
    resources.sort_by(|a, b| a["name"].as_str().cmp(&b["name"].as_str()));
    let group_version = if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
    (!resources.is_empty()).then(|| json!({"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": group_version, "resources": resources}))
}
