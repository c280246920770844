//! Ownership through requests.

use std::sync::Arc;

use podarium_api::managed_fields::path_text;
use podarium_api::time::Epoch;
use podarium_api::{ConfigMap, Kind, Namespace, Object, Resource as _};
use podarium_sim::Time;
use serde_json::{Value, json};

use crate::apiserver::{Answer, ApiServer, Body, Grant, PatchType, Request, Subresource, Verb};
use crate::cause::Cause;
use crate::store::Key;

/// A server with the namespace `shop`, at a second that can be set.
struct Rig {
    server: ApiServer,
    now: u64,
}

impl Rig {
    fn new() -> Self {
        let mut server = ApiServer::new(1, Epoch::default());
        let mut namespace = Namespace::default();
        namespace.metadata.name = Some("shop".to_owned());
        server.seed(Arc::new(namespace).into_object(), Time::ZERO).unwrap();
        Rig { server, now: 1 }
    }

    fn ask(&mut self, mut request: Request, manager: &str) -> Answer {
        request.options.user_agent = Some("curl/8".to_owned());
        request.options.field_manager = manager.to_owned();
        request.options.managed_fields = true;
        self.server.serve(request, Grant::Masters, Cause::Start, Time::from_secs(self.now))
    }

    fn patch(&mut self, kind: Kind, name: &str, patch_type: PatchType, patch: Value, manager: &str) -> Answer {
        self.ask(Request::patch(kind, &Key::new("shop", name), patch_type, patch), manager)
    }

    /// `manager operation/subresource second: fields`, one a line.
    fn owners(&self, kind: Kind, name: &str) -> Vec<String> {
        let managed = self.server.managed(kind, &Key::new("shop", name));
        let start = Epoch::default().seconds(Time::ZERO).0.as_second();
        let entries = managed.entries().iter();
        entries
            .map(|entry| {
                let fields: Vec<String> = entry.fields.paths().iter().map(|path| path_text(path)).collect();
                let second = entry.time.map_or("-".to_owned(), |time| (time - start).to_string());
                format!("{} {}/{} {second}: {}", entry.writer.manager, entry.writer.operation.name(), entry.writer.subresource, fields.join(" "))
            })
            .collect()
    }
}

fn config_map(data: Value) -> Request {
    let map: ConfigMap = serde_json::from_value(json!({"metadata": {"name": "c", "namespace": "shop"}, "data": data})).unwrap();
    Request::create(map)
}

fn version(answer: Answer) -> String {
    answer.result.unwrap().object().unwrap().meta().resource_version.clone().unwrap()
}

#[test]
fn creates_and_patches_are_recorded_under_their_managers() {
    let mut rig = Rig::new();
    rig.ask(config_map(json!({"a": "1", "b": "1"})), "");
    assert_eq!(rig.owners(Kind::ConfigMap, "c"), ["curl Update/ 1: .data .data.a .data.b"]);
    rig.now = 2;
    rig.patch(Kind::ConfigMap, "c", PatchType::Merge, json!({"data": {"b": "2", "c": "1"}, "metadata": {"labels": {"l": "x"}}}), "m");
    assert_eq!(rig.owners(Kind::ConfigMap, "c"), ["curl Update/ 1: .data .data.a", "m Update/ 2: .data.b .data.c .metadata.labels .metadata.labels.l"]);
    rig.now = 3;
    let answer = rig.patch(Kind::ConfigMap, "c", PatchType::Merge, json!({"data": {"a": null}}), "n");
    assert_eq!(rig.owners(Kind::ConfigMap, "c").len(), 2, "who only removes owns nothing");
    assert_eq!(answer.managed[0].entries().len(), 2, "the answer knows them");
    assert!(rig.server.store().list(Kind::ConfigMap, None).all(|object| object.meta().managed_fields.is_none()), "stored objects carry nothing");
}

#[test]
fn an_apply_that_changes_nothing_writes_nothing() {
    let mut rig = Rig::new();
    let applied = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"a": "1"}});
    let made = rig.patch(Kind::ConfigMap, "c", PatchType::Apply, applied.clone(), "x");
    assert!(made.created);
    let first = version(made);
    rig.now = 5;
    let again = rig.patch(Kind::ConfigMap, "c", PatchType::Apply, applied.clone(), "x");
    assert!(!again.created);
    assert_eq!(version(again), first);
    assert_ne!(version(rig.patch(Kind::ConfigMap, "c", PatchType::Apply, applied.clone(), "y")), first, "a new owner is a change");
    let mut dry = Request::patch(Kind::ConfigMap, &Key::new("shop", "c"), PatchType::Apply, json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"z": "1"}}));
    dry.options.dry_run = true;
    rig.ask(dry, "z");
    assert_eq!(rig.owners(Kind::ConfigMap, "c"), ["y Apply/ -: .data.a", "x Apply/ 1: .data.a"]);
}

#[test]
fn a_configuration_that_is_not_one_is_refused() {
    let mut rig = Rig::new();
    let message = |answer: Answer| {
        let status = answer.result.unwrap_err();
        (status.code(), status.message().to_owned())
    };
    let cases = [
        (json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "c"}}), 400, "invalid object type: /v1, Kind=Secret"),
        (
            json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "d"}}),
            400,
            "the name of the object (d) does not match the name on the URL (c)",
        ),
        (json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c", "managedFields": []}}), 400, "metadata.managedFields must be nil"),
        (
            json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c", "namespace": "shop"}, "data": {"a": 1}}),
            500,
            "failed to create typed patch object (shop/c; /v1, Kind=ConfigMap): .data.a: expected string, got &value.valueUnstructured{Value:1}",
        ),
        (
            json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c", "uid": "u"}}),
            409,
            "Operation cannot be fulfilled on configmaps \"c\": uid mismatch: the provided object specified uid u, and no existing object was found",
        ),
    ];
    for (configuration, code, text) in cases {
        assert_eq!(message(rig.patch(Kind::ConfigMap, "c", PatchType::Apply, configuration, "x")), (code, text.to_owned()));
    }
}

#[test]
fn ownership_can_be_forgotten_and_begins_again_with_the_first_apply() {
    let mut rig = Rig::new();
    rig.ask(config_map(json!({"a": "1"})), "m");
    rig.patch(Kind::ConfigMap, "c", PatchType::Merge, json!({"metadata": {"managedFields": [{}]}}), "m");
    assert!(rig.owners(Kind::ConfigMap, "c").is_empty());
    rig.patch(Kind::ConfigMap, "c", PatchType::Merge, json!({"data": {"b": "1"}}), "m");
    assert!(rig.owners(Kind::ConfigMap, "c").is_empty());
    rig.now = 4;
    rig.patch(Kind::ConfigMap, "c", PatchType::Apply, json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"c": "1"}}), "x");
    assert_eq!(rig.owners(Kind::ConfigMap, "c"), ["x Apply/ 4: .data.c", "before-first-apply Update/ 4: .data .data.a .data.b"]);
}

#[test]
fn statuses_and_replicas_are_owned_through_their_subresources() {
    let mut rig = Rig::new();
    let configuration = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "w"}, "spec": {"replicas": 1, "selector": {"matchLabels": {"a": "b"}},
        "template": {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}}}});
    let made = rig.patch(Kind::Deployment, "w", PatchType::Apply, configuration, "x");
    assert!(made.created, "{:?}", made.result);
    rig.now = 2;
    let key = Key::new("shop", "w");
    rig.ask(Request::patch_status(Kind::Deployment, &key, json!({"status": {"replicas": 1}, "spec": {"paused": true}})), "controller");
    rig.now = 3;
    let scale = Request { verb: Verb::Update, ..Request::get(Kind::Deployment, &key) };
    rig.ask(scale.with_subresource(Subresource::Scale, Body::Value(json!({"metadata": {"name": "w"}, "spec": {"replicas": 4}}))), "scaler");
    let owners = rig.owners(Kind::Deployment, "w");
    assert!(owners[0].starts_with("x Apply/ 1: ") && !owners[0].contains("replicas"), "{owners:?}");
    assert_eq!(owners[1..], ["scaler Update/scale -: .spec.replicas", "controller Update/status 2: .status.replicas"]);
    let Some(Object::Deployment(deployment)) = rig.server.store().get(Kind::Deployment, &key) else { panic!("no deployment") };
    assert_eq!((deployment.spec.replicas, deployment.spec.paused), (Some(4), None));
}

#[test]
fn objects_of_one_shape_share_their_record() {
    let mut rig = Rig::new();
    let made: Vec<_> = ["a", "b"]
        .map(|name| {
            let map: ConfigMap = serde_json::from_value(json!({"metadata": {"name": name, "namespace": "shop"}, "data": {"k": name}})).unwrap();
            rig.ask(Request::create(map), "m");
            rig.server.managed(Kind::ConfigMap, &Key::new("shop", name))
        })
        .into();
    assert!(made[0].is_same(&made[1]));
}

#[test]
fn replicas_are_applied_through_the_scale() {
    let mut rig = Rig::new();
    let configuration = json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "w", "namespace": "shop"},
        "spec": {"replicas": 2, "selector": {"matchLabels": {"a": "b"}},
            "template": {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}}},
    });
    rig.patch(Kind::Deployment, "w", PatchType::Apply, configuration, "x");
    let scale = |replicas: i64, force: bool| {
        let value = json!({"apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": {"name": "w"}, "spec": {"replicas": replicas}});
        let mut request = Request::get(Kind::Deployment, &Key::new("shop", "w"));
        request.verb = Verb::Patch;
        request.options.force = force;
        request.with_subresource(Subresource::Scale, Body::Patch(PatchType::Apply, value))
    };
    let refused = rig.ask(scale(5, false), "scaler").result.unwrap_err();
    assert_eq!((refused.code(), refused.message()), (409, "Apply failed with 1 conflict: conflict with \"x\": .spec.replicas"));
    let done = rig.ask(scale(5, true), "scaler").result;
    assert!(done.is_ok(), "{done:?}");
    let Some(Object::Deployment(made)) = rig.server.store().get(Kind::Deployment, &Key::new("shop", "w")) else { panic!("no deployment") };
    assert_eq!(made.spec.replicas, Some(5));
    let owners = rig.owners(Kind::Deployment, "w");
    assert_eq!(owners[0], "scaler Apply/scale -: .spec.replicas");
    assert!(owners[1].starts_with("x Apply/ 1: ") && !owners[1].contains("replicas"), "{owners:?}");
}
