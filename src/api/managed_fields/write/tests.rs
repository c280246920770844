//! Ownership through updates and applies.

use serde_json::{Value, json};

use super::super::{Type, empty_object, fields_v1, last_applied};
use super::*;

fn write(manager: &str, operation: Operation, now: i64) -> Write {
    let writer = Writer { manager: manager.to_owned(), operation, api_version: "apps/v1".to_owned(), subresource: String::new() };
    Write { writer: Arc::new(writer), now, reset: Reset::of("Deployment", "", true), versions_alike: false }
}

fn schema() -> Type {
    Type::of_kind("apps/v1", "Deployment").unwrap()
}

/// An object with its ownership, on which managers act one after another.
struct Live {
    object: Value,
    managed: Managed,
}

impl Live {
    fn new() -> Self {
        Live { object: empty_object("apps/v1", "Deployment"), managed: Managed::default() }
    }

    fn apply(&mut self, manager: &str, configuration: Value, force: bool, now: i64) -> Result<(), String> {
        let write = write(manager, Operation::Apply, now);
        let applied = last_applied::apply(&write, schema(), &self.object, &configuration, &self.managed, force).map_err(|conflicts| conflicts.into_status().message().to_owned())?;
        self.managed = applied.managed;
        if let Some(object) = applied.object {
            self.object = object;
        }
        Ok(())
    }

    fn update(&mut self, manager: &str, object: Value, now: i64) {
        self.managed = write(manager, Operation::Update, now).update(&self.managed, &compare(schema(), &self.object, &object));
        self.object = object;
    }

    /// `manager operation time {fields}`, one a line.
    fn owners(&self) -> Vec<String> {
        let entries = self.managed.entries().iter();
        entries
            .map(|entry| {
                let fields: Vec<String> = entry.fields.paths().iter().map(|path| super::super::path_text(path)).collect();
                format!("{} {} {} {}", entry.writer.manager, entry.writer.operation.name(), entry.time.map_or("-".to_owned(), |time| time.to_string()), fields.join(" "))
            })
            .collect()
    }
}

#[test]
fn who_applies_owns_what_is_mentioned_and_what_is_no_longer_mentioned_goes() {
    let mut live = Live::new();
    live.apply("a", json!({"metadata": {"name": "x", "labels": {"x": "1", "y": "2"}}, "spec": {"replicas": 1}}), false, 1).unwrap();
    assert_eq!(live.owners(), ["a Apply 1 .metadata.labels.x .metadata.labels.y .spec.replicas"]);
    live.apply("b", json!({"metadata": {"labels": {"y": "2"}}, "spec": {"paused": true}}), false, 2).unwrap();
    live.apply("a", json!({"metadata": {"labels": {"x": "1"}}}), false, 3).unwrap();
    assert_eq!(live.owners(), ["b Apply 2 .metadata.labels.y .spec.paused", "a Apply 3 .metadata.labels.x"]);
    assert_eq!(live.object["metadata"], json!({"name": "x", "labels": {"x": "1", "y": "2"}}), "what another still owns stays, and the name");
    assert_eq!(live.object["spec"].get("replicas"), None);
}

#[test]
fn changing_what_another_owns_is_a_conflict_unless_it_is_forced() {
    let mut live = Live::new();
    live.apply("a", json!({"metadata": {"labels": {"x": "1"}}, "spec": {"replicas": 1}}), false, 1).unwrap();
    live.update("editor", json!({"metadata": {"labels": {"x": "1"}}, "spec": {"replicas": 1, "paused": true}}), 2);
    let change = json!({"metadata": {"labels": {"x": "2"}}, "spec": {"replicas": 2, "paused": false}});
    assert_eq!(live.apply("b", json!({"spec": {"replicas": 2}}), false, 3), Err("Apply failed with 1 conflict: conflict with \"a\": .spec.replicas".to_owned()));
    assert_eq!(
        live.apply("b", change.clone(), false, 3),
        Err("Apply failed with 3 conflicts: conflicts with \"a\":\n- .metadata.labels.x\n- .spec.replicas\nconflicts with \"editor\" using apps/v1:\n- .spec.paused".to_owned())
    );
    live.apply("b", change, true, 4).unwrap();
    assert_eq!(live.owners(), ["b Apply 4 .metadata.labels.x .spec.paused .spec.replicas"]);
}

#[test]
fn the_same_value_is_shared_and_changes_no_time() {
    let mut live = Live::new();
    live.apply("a", json!({"spec": {"replicas": 1}}), false, 1).unwrap();
    live.apply("a", json!({"spec": {"replicas": 1}}), false, 2).unwrap();
    live.apply("b", json!({"spec": {"replicas": 1}}), false, 3).unwrap();
    assert_eq!(live.owners(), ["b Apply - .spec.replicas", "a Apply 1 .spec.replicas"]);
}

#[test]
fn an_update_takes_what_it_changes_and_nothing_else() {
    let mut live = Live::new();
    live.apply("a", json!({"metadata": {"labels": {"x": "1"}}, "spec": {"replicas": 1}}), false, 1).unwrap();
    live.update("u", json!({"metadata": {"labels": {"x": "1"}, "generation": 2}, "spec": {"replicas": 3}, "status": {"replicas": 1}}), 2);
    assert_eq!(live.owners(), ["a Apply 1 .metadata.labels.x", "u Update 2 .spec.replicas"]);
    let same = live.object.clone();
    live.update("v", same, 3);
    assert_eq!(live.owners(), ["a Apply 1 .metadata.labels.x", "u Update 2 .spec.replicas"]);
    live.update("u", json!({"metadata": {"labels": {}}, "spec": {}}), 4);
    assert_eq!(live.owners(), Vec::<String>::new(), "who removes a field owns nothing by it");
}

#[test]
fn elements_of_lists_are_owned_one_by_one() {
    let mut live = Live::new();
    let container = |name: &str, image: &str| json!({"spec": {"template": {"spec": {"containers": [{"name": name, "image": image}]}}}});
    live.apply("a", container("x", "1"), false, 1).unwrap();
    live.apply("b", container("y", "2"), false, 2).unwrap();
    assert_eq!(live.object.pointer("/spec/template/spec/containers").unwrap(), &json!([{"name": "x", "image": "1"}, {"name": "y", "image": "2"}]));
    live.apply("a", json!({"metadata": {"labels": {"l": "1"}}}), false, 3).unwrap();
    assert_eq!(live.object.pointer("/spec/template/spec/containers").unwrap(), &json!([{"name": "y", "image": "2"}]));
    assert_eq!(
        live.owners(),
        ["b Apply 2 .spec.template.spec.containers[name=\"y\"] .spec.template.spec.containers[name=\"y\"].image .spec.template.spec.containers[name=\"y\"].name", "a Apply 3 .metadata.labels.l"]
    );
}

#[test]
fn what_nobody_owns_stays_unless_its_element_goes() {
    let mut live = Live::new();
    live.apply("a", json!({"metadata": {"name": "d", "labels": {"l": "1"}}, "spec": {"template": {"spec": {"containers": [{"name": "x", "image": "1"}]}}}}), false, 1).unwrap();
    live.object["spec"]["template"]["spec"]["containers"][0]["imagePullPolicy"] = "Always".into();
    live.object["metadata"]["annotations"] = json!({"server": "set"});
    let container = json!({"metadata": {"name": "d"}, "spec": {"template": {"spec": {"containers": [{"name": "x", "image": "1"}]}}}});
    live.apply("a", container, false, 2).unwrap();
    assert_eq!(live.object.pointer("/metadata").unwrap(), &json!({"name": "d", "annotations": {"server": "set"}}));
    assert_eq!(live.object.pointer("/spec/template/spec/containers").unwrap(), &json!([{"name": "x", "image": "1", "imagePullPolicy": "Always"}]));
    live.apply("a", json!({"metadata": {"name": "d"}, "spec": {"replicas": 1}}), false, 3).unwrap();
    assert_eq!(live.object.pointer("/spec/template"), None);
}

#[test]
fn the_oldest_of_too_many_updaters_share_an_entry() {
    let mut live = Live::new();
    let mut object = live.object.clone();
    object["metadata"]["labels"] = json!({});
    for number in 0..14 {
        object["metadata"]["labels"][format!("l{number:02}")] = "x".into();
        live.update(&format!("m{number:02}"), object.clone(), 100 + number);
    }
    let owners = live.owners();
    assert_eq!(owners.len(), 10);
    assert_eq!(owners[0], "ancient-changes Update 104 .metadata.labels .metadata.labels.l00 .metadata.labels.l01 .metadata.labels.l02 .metadata.labels.l03 .metadata.labels.l04");
    assert_eq!(owners[1], "m05 Update 105 .metadata.labels.l05");
}

#[test]
fn kubectl_takes_over_what_its_annotation_says_that_it_set() {
    let last = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "x"}, "spec": {"replicas": 1, "paused": true}});
    let mut live = Live::new();
    let mut object = last.clone();
    object["metadata"]["annotations"] = json!({last_applied::LAST_APPLIED: last.to_string()});
    live.update("kubectl-client-side-apply", object.clone(), 1);
    object["spec"]["paused"] = false.into();
    live.update("editor", object, 2);
    let wanted = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "x"}, "spec": {"replicas": 2}});
    assert!(live.apply("other", wanted.clone(), false, 3).is_err(), "the annotation counts for kubectl alone");
    live.apply("kubectl", wanted.clone(), false, 3).unwrap();
    let mut conflicting = wanted.clone();
    conflicting["spec"]["paused"] = true.into();
    assert_eq!(
        live.apply("kubectl", conflicting, false, 4),
        Err("Apply failed with 1 conflict: conflict with \"editor\" using apps/v1: .spec.paused".to_owned()),
        "what somebody has changed since is not kubectl's any more"
    );
    assert_eq!(live.object["metadata"]["annotations"][last_applied::LAST_APPLIED], format!("{wanted}\n"));
}

#[test]
fn a_creator_owns_what_an_empty_object_does_not_have() {
    let new = json!({"metadata": {"name": "x", "labels": {"a": "b"}}, "spec": {"replicas": 0, "selector": {"matchLabels": {}}, "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%"}}}, "status": {"replicas": 3}});
    let fields = write("c", Operation::Update, 1).owned_by_creator(&compare(schema(), &empty_object("apps/v1", "Deployment"), &new));
    assert_eq!(
        fields_v1::to_value(&fields),
        json!({"f:metadata": {"f:labels": {".": {}, "f:a": {}}}, "f:spec": {"f:replicas": {}, "f:selector": {}, "f:strategy": {"f:type": {}, "f:rollingUpdate": {".": {}, "f:maxSurge": {}}}}})
    );
}
