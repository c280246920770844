//! Objects as they were written in 2019, for clusters with `compat: course-2019`: Deployments, ReplicaSets, DaemonSets,
//! Ingresses and NetworkPolicies of `extensions/v1beta1`, `apps/v1beta1` and `apps/v1beta2`.
//!
//! An old manifest is first given the defaults that its own version had, which differ (`maxSurge: 1` instead of `25%`,
//! a selector taken from the template's labels, and labels of its own likewise), and is then rewritten as today's
//! version. Answers to clients of an old version are rewritten the other way around.
//!
//! Models: pkg/apis/extensions/v1beta1/defaults.go and conversion.go, pkg/apis/apps/v1beta1 and v1beta2, v1.15.
//! Simplified: `rollbackTo` is refused; StatefulSets and CronJobs of old versions are not converted.

use serde_json::{Map, Value, json};

use super::Version;
use crate::Status;

/// What stood for "no limit" in the old versions.
const UNLIMITED: i32 = i32::MAX;

/// The version of a kind in 2019, and what it has become.
const fn old(group: &'static str, version: &'static str, kind: &'static str, stored: &'static str) -> Version {
    Version { group, version, kind, stored, course_2019: true, names: &[], places: &[], asks: super::nothing, to_stored, from_stored }
}

pub(super) const VERSIONS: &[Version] = &[
    old("extensions", "v1beta1", "Deployment", "apps/v1"),
    old("extensions", "v1beta1", "ReplicaSet", "apps/v1"),
    old("extensions", "v1beta1", "DaemonSet", "apps/v1"),
    old("extensions", "v1beta1", "Ingress", "networking.k8s.io/v1"),
    old("extensions", "v1beta1", "NetworkPolicy", "networking.k8s.io/v1"),
    old("apps", "v1beta1", "Deployment", "apps/v1"),
    old("apps", "v1beta2", "Deployment", "apps/v1"),
    old("apps", "v1beta2", "ReplicaSet", "apps/v1"),
    old("apps", "v1beta2", "DaemonSet", "apps/v1"),
];

/// Rewrites an object of an old version as one of today's.
fn to_stored(version: &Version, mut value: Value) -> Result<Value, Status> {
    let api_version = version.api_version();
    if value.pointer("/spec/rollbackTo").is_some_and(|target| !target.is_null()) {
        return Err(Status::not_simulated("spec.rollbackTo of a Deployment; use `kubectl rollout undo`"));
    }
    match version.kind {
        "Deployment" => default_deployment(&mut value, &api_version),
        "ReplicaSet" => default_selector(&mut value, &api_version),
        "DaemonSet" => default_daemon_set(&mut value, &api_version),
        "Ingress" => ingress_to_current(&mut value),
        _ => default_network_policy(&mut value),
    }
    Ok(value)
}

/// Rewrites an object of today's version for a client of an old one.
fn from_stored(_: &Version, mut value: Value) -> Value {
    if value["kind"] == "Ingress" {
        ingress_from_current(&mut value);
    }
    value
}

/// The object in this field, made if it is missing.
fn object<'a>(value: &'a mut Value, name: &str) -> &'a mut Map<String, Value> {
    if !value[name].is_object() {
        value[name] = json!({});
    }
    value[name].as_object_mut().expect("it was just made an object")
}

fn default(object: &mut Map<String, Value>, name: &str, value: Value) {
    if object.get(name).is_none_or(Value::is_null) {
        object.insert(name.to_owned(), value);
    }
}

/// Before the apps/v1beta2 a missing selector, and missing labels, were those of the template.
fn default_selector(value: &mut Value, api_version: &str) {
    let labels = value.pointer("/spec/template/metadata/labels").filter(|labels| labels.is_object()).cloned();
    let Some(labels) = labels.filter(|_| api_version != "apps/v1beta2") else { return };
    default(object(value, "spec"), "selector", json!({"matchLabels": labels}));
    let own = object(value, "metadata");
    if own.get("labels").and_then(Value::as_object).is_none_or(Map::is_empty) {
        own.insert("labels".to_owned(), labels);
    }
}

fn default_deployment(value: &mut Value, api_version: &str) {
    default_selector(value, api_version);
    let (step, history, deadline) = match api_version {
        "extensions/v1beta1" => (json!(1), UNLIMITED, UNLIMITED),
        "apps/v1beta1" => (json!("25%"), 2, 600),
        _ => (json!("25%"), 10, 600),
    };
    let spec = object(value, "spec");
    default(spec, "replicas", json!(1));
    default(spec, "revisionHistoryLimit", json!(history));
    default(spec, "progressDeadlineSeconds", json!(deadline));
    let strategy = object(&mut value["spec"], "strategy");
    default(strategy, "type", json!("RollingUpdate"));
    if strategy["type"] == "RollingUpdate" {
        let rolling = object(&mut value["spec"]["strategy"], "rollingUpdate");
        default(rolling, "maxUnavailable", step.clone());
        default(rolling, "maxSurge", step);
    }
}

fn default_daemon_set(value: &mut Value, api_version: &str) {
    default_selector(value, api_version);
    let spec = object(value, "spec");
    default(spec, "revisionHistoryLimit", json!(10));
    spec.remove("templateGeneration");
    let strategy = object(&mut value["spec"], "updateStrategy");
    // In extensions, pods were replaced only when somebody deleted them.
    default(strategy, "type", json!(if api_version == "extensions/v1beta1" { "OnDelete" } else { "RollingUpdate" }));
}

fn default_network_policy(value: &mut Value) {
    let has_egress = value.pointer("/spec/egress").and_then(Value::as_array).is_some_and(|rules| !rules.is_empty());
    let types = if has_egress { json!(["Ingress", "Egress"]) } else { json!(["Ingress"]) };
    default(object(value, "spec"), "policyTypes", types);
}

/// `{serviceName: web, servicePort: 80}` became `{service: {name: web, port: {number: 80}}}`.
fn backend_to_current(backend: &mut Value) {
    let Some(old) = backend.as_object_mut() else { return };
    let (name, port) = (old.remove("serviceName"), old.remove("servicePort"));
    let port = match port {
        Some(Value::String(name)) => Some(json!({"name": name})),
        Some(number) => Some(json!({"number": number})),
        None => None,
    };
    if name.is_some() || port.is_some() {
        let mut service = Map::new();
        service.extend(name.map(|name| ("name".to_owned(), name)));
        service.extend(port.map(|port| ("port".to_owned(), port)));
        old.insert("service".to_owned(), Value::Object(service));
    }
}

fn backend_from_current(backend: &mut Value) {
    let Some(service) = backend.as_object_mut().and_then(|backend| backend.remove("service")) else { return };
    backend["serviceName"] = service["name"].clone();
    let port = &service["port"];
    backend["servicePort"] = port.get("number").or_else(|| port.get("name")).cloned().unwrap_or_default();
}

/// Calls `change` on every path of an Ingress.
fn each_path(value: &mut Value, change: impl Fn(&mut Value)) {
    for rule in value.pointer_mut("/spec/rules").and_then(Value::as_array_mut).into_iter().flatten() {
        rule.pointer_mut("/http/paths").and_then(Value::as_array_mut).into_iter().flatten().for_each(&change);
    }
}

fn rename(value: &mut Value, from: &str, to: &str) {
    if let Some(object) = value.as_object_mut()
        && let Some(inner) = object.remove(from)
    {
        object.insert(to.to_owned(), inner);
    }
}

fn ingress_to_current(value: &mut Value) {
    if let Some(spec) = value.get_mut("spec") {
        rename(spec, "backend", "defaultBackend");
        spec.get_mut("defaultBackend").into_iter().for_each(backend_to_current);
    }
    each_path(value, |path| {
        path.get_mut("backend").into_iter().for_each(backend_to_current);
        if let Some(path) = path.as_object_mut() {
            default(path, "pathType", json!("ImplementationSpecific"));
        }
    });
}

fn ingress_from_current(value: &mut Value) {
    if let Some(spec) = value.get_mut("spec") {
        rename(spec, "defaultBackend", "backend");
        spec.get_mut("backend").into_iter().for_each(backend_from_current);
    }
    each_path(value, |path| path.get_mut("backend").into_iter().for_each(backend_from_current));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Kind, decode};

    fn find(api_version: &str, kind: &str) -> &'static Version {
        VERSIONS.iter().find(|version| version.api_version() == api_version && version.kind == kind).unwrap()
    }

    fn to_current(value: Value) -> Result<Value, Status> {
        let text = |name: &str| value[name].as_str().unwrap().to_owned();
        find(&text("apiVersion"), &text("kind")).to_stored(value)
    }

    fn hello(api_version: &str) -> Value {
        json!({
            "apiVersion": api_version, "kind": "Deployment", "metadata": {"name": "hello", "namespace": "default"},
            "spec": {"replicas": 3, "template": {"metadata": {"labels": {"app": "hello", "tier": "backend"}},
                "spec": {"containers": [{"name": "hello", "image": "hello:1.0.0"}]}}}
        })
    }

    #[test]
    fn the_course_s_deployments_run_unchanged() {
        let current = to_current(hello("extensions/v1beta1")).unwrap();
        let mut object = decode::decode(Kind::Deployment, current).and_then(decode::Decoded::strict).unwrap();
        object.set_defaults();
        object.prepare_for_create();
        assert_eq!(object.validate(), []);
        let value = object.to_value();
        assert_eq!(value["spec"]["selector"], json!({"matchLabels": {"app": "hello", "tier": "backend"}}));
        assert_eq!(value["metadata"]["labels"], json!({"app": "hello", "tier": "backend"}));
        assert_eq!(value["spec"]["strategy"], json!({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 1}}));
        assert_eq!((&value["spec"]["revisionHistoryLimit"], &value["spec"]["progressDeadlineSeconds"]), (&json!(UNLIMITED), &json!(UNLIMITED)));
        assert_eq!(find("extensions/v1beta1", "Deployment").from_stored(value)["apiVersion"], "extensions/v1beta1");
    }

    #[test]
    fn each_old_version_has_its_own_defaults() {
        let spec = |api_version: &str| to_current(hello(api_version)).unwrap()["spec"].clone();
        let surge = |spec: &Value| spec["strategy"]["rollingUpdate"]["maxSurge"].clone();
        let (middle, late) = (spec("apps/v1beta1"), spec("apps/v1beta2"));
        assert_eq!((surge(&middle), &middle["revisionHistoryLimit"]), (json!("25%"), &json!(2)));
        assert_eq!((surge(&late), &late["revisionHistoryLimit"]), (json!("25%"), &json!(10)));
        assert!(middle["selector"].is_object() && late["selector"].is_null(), "apps/v1beta2 asks for a selector");
    }

    #[test]
    fn an_ingress_goes_to_the_current_version_and_back() {
        let old = json!({
            "apiVersion": "extensions/v1beta1", "kind": "Ingress", "metadata": {"name": "i"},
            "spec": {"backend": {"serviceName": "web", "servicePort": 80}, "rules": [{"http": {"paths": [
                {"path": "/a", "pathType": "ImplementationSpecific", "backend": {"serviceName": "a", "servicePort": "http"}}]}}]}
        });
        let current = to_current(old.clone()).unwrap();
        assert_eq!(current["spec"]["defaultBackend"], json!({"service": {"name": "web", "port": {"number": 80}}}));
        assert_eq!(current["spec"]["rules"][0]["http"]["paths"][0]["backend"], json!({"service": {"name": "a", "port": {"name": "http"}}}));
        assert_eq!(find("extensions/v1beta1", "Ingress").from_stored(current), old);
    }

    #[test]
    fn old_daemon_sets_wait_for_their_pods_to_be_deleted() {
        let old = json!({"apiVersion": "extensions/v1beta1", "kind": "DaemonSet", "spec": {"templateGeneration": 3, "template": {"metadata": {"labels": {"a": "b"}}}}});
        let current = to_current(old).unwrap();
        assert_eq!(current["spec"]["updateStrategy"], json!({"type": "OnDelete"}));
        assert_eq!((&current["spec"]["selector"], &current["spec"]["templateGeneration"]), (&json!({"matchLabels": {"a": "b"}}), &Value::Null));
    }
}
