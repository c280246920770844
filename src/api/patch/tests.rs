//! Patches of Pods and Deployments, in the situations that the reference's own tests distinguish.

use super::*;
use serde_json::json;

fn merge(spec: Value, patch: Value) -> Value {
    strategic_merge(Kind::Pod, &json!({"spec": spec}), &json!({"spec": patch})).map_or_else(|error| json!(error.to_string()), |pod| pod["spec"].clone())
}

#[test]
fn lists_of_containers_are_merged_by_name() {
    let two = json!({"containers": [{"name": "a", "image": "x:1"}, {"name": "b", "image": "y:1", "tty": true}]});
    let cases = [
        ("one image changes", json!({"containers": [{"name": "b", "image": "y:2"}]}),
            json!([{"name": "a", "image": "x:1"}, {"name": "b", "image": "y:2", "tty": true}])),
        ("a new one goes to the front", json!({"containers": [{"name": "c"}]}),
            json!([{"name": "c"}, {"name": "a", "image": "x:1"}, {"name": "b", "image": "y:1", "tty": true}])),
        ("one is deleted", json!({"containers": [{"name": "a", "$patch": "delete"}]}), json!([{"name": "b", "image": "y:1", "tty": true}])),
        ("all are replaced", json!({"containers": [{"$patch": "replace"}, {"name": "z"}]}), json!([{"name": "z"}])),
        ("a null removes a field", json!({"containers": [{"name": "b", "tty": null}]}),
            json!([{"name": "a", "image": "x:1"}, {"name": "b", "image": "y:1"}])),
        ("the order is set", json!({"$setElementOrder/containers": [{"name": "b"}, {"name": "a"}]}),
            json!([{"name": "b", "image": "y:1", "tty": true}, {"name": "a", "image": "x:1"}])),
        ("an element is replaced", json!({"containers": [{"name": "b", "command": ["s"]}, {"name": "a", "image": null}]}),
            json!([{"name": "b", "image": "y:1", "tty": true, "command": ["s"]}, {"name": "a"}])),
    ];
    for (what, patch, containers) in cases {
        assert_eq!(merge(two.clone(), patch)["containers"], containers, "{what}");
    }
}

#[test]
fn new_elements_take_the_places_of_deleted_ones() {
    let names = |list: &[&str]| -> Value { list.iter().map(|name| json!({"name": name})).collect() };
    let patch = json!({"$setElementOrder/containers": names(&["2", "3"]), "containers": [{"name": "3"}, {"name": "1", "$patch": "delete"}]});
    let merged = merge(json!({"containers": names(&["1", "2", "4"])}), patch);
    assert_eq!(merged["containers"], names(&["2", "4", "3"]));
    let patch = json!({"$setElementOrder/containers": names(&["2", "3"]), "containers": names(&["3"])});
    let merged = merge(json!({"containers": names(&["1", "2", "4"])}), patch);
    assert_eq!(merged["containers"], names(&["1", "2", "3", "4"]), "nothing was deleted");
}

#[test]
fn plain_lists_are_replaced_and_maps_are_merged() {
    let spec = json!({"nodeSelector": {"a": "1", "b": "2"}, "containers": [{"name": "c", "command": ["x", "y"]}], "tolerations": [{"key": "k"}]});
    let patch = json!({"nodeSelector": {"b": null, "c": "3"}, "containers": [{"name": "c", "command": ["z"]}], "tolerations": [{"key": "l"}]});
    let expected = json!({"nodeSelector": {"a": "1", "c": "3"}, "containers": [{"name": "c", "command": ["z"]}], "tolerations": [{"key": "l"}]});
    assert_eq!(merge(spec, patch), expected);
}

#[test]
fn directives_replace_and_delete_maps() {
    let spec = json!({"nodeSelector": {"a": "1"}, "securityContext": {"runAsUser": 1}});
    let patch = json!({"nodeSelector": {"$patch": "replace", "b": "2"}, "securityContext": {"$patch": "delete"}});
    assert_eq!(merge(spec, patch), json!({"nodeSelector": {"b": "2"}, "securityContext": {}}));
}

#[test]
fn a_volume_keeps_only_the_keys_that_the_patch_names() {
    let spec = json!({"volumes": [{"name": "v", "emptyDir": {}}]});
    let good = json!({"volumes": [{"name": "v", "$retainKeys": ["name", "configMap"], "configMap": {"name": "c"}}]});
    assert_eq!(merge(spec.clone(), good)["volumes"], json!([{"name": "v", "configMap": {"name": "c"}}]));
    let bad = json!({"volumes": [{"name": "v", "$retainKeys": ["name"], "configMap": {"name": "c"}}]});
    assert_eq!(merge(spec, bad), json!("invalid patch format of retainKeys"));
}

#[test]
fn finalizers_are_a_set_of_plain_values() {
    let pod = json!({"metadata": {"finalizers": ["a/b", "c/d"]}});
    let patched = |patch: Value| strategic_merge(Kind::Pod, &pod, &json!({"metadata": patch})).unwrap()["metadata"]["finalizers"].clone();
    assert_eq!(patched(json!({"finalizers": ["e/f", "a/b"]})), json!(["e/f", "a/b", "c/d"]));
    assert_eq!(patched(json!({"$deleteFromPrimitiveList/finalizers": ["a/b"]})), json!(["c/d"]));
    assert_eq!(patched(json!({"$setElementOrder/finalizers": ["c/d", "a/b"]})), json!(["c/d", "a/b"]));
}

#[test]
fn broken_patches_are_refused_with_the_reason() {
    let spec = json!({"containers": [{"name": "a"}]});
    let cases = [
        (json!({"containers": [{"image": "x"}]}), "map: map[image:x] does not contain declared merge key: name"),
        (json!({"containers": [{"name": "a", "$patch": "melt"}]}), "unknown patch type: melt in map: map[$patch:melt name:a]"),
        (json!({"containers": [[]]}), "lists of lists are not supported"),
        (json!({"nodeSelector": {"$patch": "melt"}}), ""),
        (json!({"$setElementOrder/containers": 1}), "expected a []interface {}, but received a int64"),
    ];
    for (patch, error) in cases {
        let found = merge(spec.clone(), patch.clone());
        if !error.is_empty() {
            assert_eq!(found, json!(error), "{patch}");
        }
    }
}

#[test]
fn apply_changes_what_is_new_deletes_what_is_gone_and_keeps_what_others_set() {
    let container = |image: &str| json!({"name": "c", "image": image});
    let original = json!({"metadata": {"labels": {"a": "1", "b": "1"}}, "spec": {"replicas": 2, "template": {"spec": {"containers": [container("x:1"), {"name": "old"}]}}}});
    let modified = json!({"metadata": {"labels": {"a": "2"}}, "spec": {"template": {"spec": {"containers": [container("x:2")]}}}});
    let current = json!({
        "metadata": {"labels": {"a": "1", "b": "1", "by-other": "1"}},
        "spec": {"replicas": 5, "template": {"spec": {"dnsPolicy": "ClusterFirst", "containers": [
            {"name": "c", "image": "x:1", "imagePullPolicy": "Always"}, {"name": "old"}, {"name": "injected"}]}}}
    });
    let patch = create_three_way(Kind::Deployment, &original, &modified, &current).unwrap();
    let expected = json!({
        "metadata": {"labels": {"a": "2", "b": null}},
        "spec": {"replicas": null, "template": {"spec": {
            "$setElementOrder/containers": [{"name": "c"}],
            "containers": [{"name": "c", "image": "x:2"}, {"name": "old", "$patch": "delete"}]}}}
    });
    assert_eq!(patch, expected);
    let result = strategic_merge(Kind::Deployment, &current, &patch).unwrap();
    assert_eq!(result["metadata"]["labels"], json!({"a": "2", "by-other": "1"}));
    assert_eq!(result["spec"]["template"]["spec"]["containers"], json!([{"name": "c", "image": "x:2", "imagePullPolicy": "Always"}, {"name": "injected"}]));
}

#[test]
fn applying_the_same_again_changes_nothing() {
    let manifest = json!({"metadata": {"name": "web", "labels": {"a": "1"}}, "spec": {"replicas": 2, "template": {"spec": {"containers": [{"name": "c", "ports": [{"containerPort": 80}]}]}}}});
    let mut current = manifest.clone();
    current["spec"]["template"]["spec"]["containers"][0]["ports"][0]["protocol"] = json!("TCP");
    current["metadata"]["uid"] = json!("1");
    assert_eq!(create_three_way(Kind::Deployment, &manifest, &manifest, &current).unwrap(), json!({}));
    assert_eq!(create_three_way(Kind::Deployment, &Value::Null, &manifest, &current).unwrap(), json!({}));
}

#[test]
fn a_changed_strategy_names_the_keys_that_stay() {
    let with = |strategy: Value| json!({"spec": {"strategy": strategy}});
    let old = with(json!({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}}));
    let new = with(json!({"type": "Recreate"}));
    let patch = create_two_way(Kind::Deployment, &old, &new).unwrap();
    assert_eq!(patch, with(json!({"type": "Recreate", "rollingUpdate": null, "$retainKeys": ["type"]})));
    assert_eq!(strategic_merge(Kind::Deployment, &old, &patch).unwrap(), new);
    // The defaults that the server added do not stay behind when they were never applied.
    let applied = with(json!({"type": "RollingUpdate"}));
    let patch = create_three_way(Kind::Deployment, &applied, &new, &old).unwrap();
    assert_eq!(strategic_merge(Kind::Deployment, &old, &patch).unwrap(), new);
}

#[test]
fn a_two_way_patch_leads_from_one_object_to_the_other() {
    let pod = |containers: Value, finalizers: Value| json!({"metadata": {"finalizers": finalizers}, "spec": {"containers": containers}});
    let versions = [
        pod(json!([{"name": "a", "image": "1"}, {"name": "b", "env": [{"name": "X", "value": "1"}, {"name": "Y", "value": "2"}]}]), json!(["x/a", "x/b"])),
        pod(json!([{"name": "b", "env": [{"name": "Y", "value": "3"}]}, {"name": "a", "image": "1"}]), json!(["x/b"])),
        pod(json!([{"name": "c"}, {"name": "a", "image": "2", "args": ["q"]}]), json!(["x/c", "x/a"])),
        pod(json!([{"name": "a"}]), json!([])),
    ];
    for old in &versions {
        for new in &versions {
            let patch = create_two_way(Kind::Pod, old, new).unwrap();
            assert_eq!(strategic_merge(Kind::Pod, old, &patch).as_ref(), Ok(new), "{patch}");
            assert_eq!(old == new, patch == json!({}));
        }
    }
}

#[test]
fn json_patches_and_merge_patches_do_what_their_standards_say() {
    let current = json!({"metadata": {"labels": {"a": "1", "b/c": "2"}}, "spec": {"tolerations": [{"key": "x"}]}});
    let patched = |patch_type: PatchType, patch: Value| apply(Kind::Pod, patch_type, &current, &patch);
    let json_patch = json!([{"op": "replace", "path": "/metadata/labels/b~1c", "value": "9"}, {"op": "add", "path": "/spec/tolerations/-", "value": {"key": "y"}}]);
    let result = patched(PatchType::Json, json_patch).unwrap();
    assert_eq!((&result["metadata"]["labels"]["b/c"], &result["spec"]["tolerations"][1]["key"]), (&json!("9"), &json!("y")));
    for fault in [json!({"op": "remove", "path": "/none"}), json!({"op": "test", "path": "/metadata/labels/a", "value": "2"})] {
        let status = patched(PatchType::Json, json!([fault])).unwrap_err();
        assert_eq!((status.code(), status.message()), (422, "the server rejected our request due to an error in our request"));
    }
    let result = patched(PatchType::Merge, json!({"metadata": {"labels": {"a": null}}, "spec": {"tolerations": [{"key": "z"}]}})).unwrap();
    assert_eq!(result, json!({"metadata": {"labels": {"b/c": "2"}}, "spec": {"tolerations": [{"key": "z"}]}}));
    let status = patched(PatchType::Merge, json!([])).unwrap_err();
    assert_eq!(status.message(), "error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}");
}

#[test]
fn what_is_replaced_as_a_whole_is_in_every_patch() {
    let budget = json!({"spec": {"maxUnavailable": 1, "selector": {"matchLabels": {"a": "b"}}}});
    let patch = json!({"spec": {"selector": {"matchLabels": {"a": "b"}}}});
    assert_eq!(create_two_way(Kind::PodDisruptionBudget, &budget, &budget).unwrap(), patch);
    assert_eq!(create_three_way(Kind::PodDisruptionBudget, &budget, &budget, &budget).unwrap(), patch);
}

#[test]
fn a_patch_that_breaks_the_type_is_an_invalid_patch() {
    let pod: crate::Pod = serde_json::from_value(json!({"metadata": {"name": "p"}})).unwrap();
    let object = Object::Pod(pod.into());
    let status = apply_to_object(PatchType::Strategic, &object, &json!({"spec": {"hostNetwork": "x"}}), None).unwrap_err();
    let text = " \"\" is invalid: patch: Invalid value: \"map[spec:map[hostNetwork:x]]\": unrecognized type: bool";
    assert_eq!((status.code(), status.message()), (422, text));
}

#[test]
fn a_patch_of_a_part_leaves_the_very_same_others() {
    let pod = Kind::Pod.parse(json!({"metadata": {"name": "a", "labels": {"x": "y"}}, "spec": {"containers": [{"name": "c"}]}, "status": {"phase": "Pending"}})).unwrap();
    let spec_of = |object: &Object| match object {
        Object::Pod(pod) => pod.spec.clone(),
        _ => unreachable!("a patched pod is a pod"),
    };
    for (patch_type, patch) in [
        (PatchType::Strategic, json!({"status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}})),
        (PatchType::Merge, json!({"metadata": {"labels": {"x": null, "z": "1"}}, "status": {"phase": null}})),
        (PatchType::Merge, json!({"status": null})),
        (PatchType::Merge, json!({"kind": "Pod", "status": {"phase": "Running", "nothing": 1}, "other": 1})),
    ] {
        let patched = apply_to_object(patch_type, &pod, &patch, None).unwrap();
        let whole = crate::decode::decode_value(Kind::Pod, &apply(Kind::Pod, patch_type, &pod.to_value(), &patch).unwrap()).unwrap();
        // What was sent empty is that of the patch alone.
        assert_eq!((&patched.object, &patched.strict_errors), (&whole.object, &whole.strict_errors), "as if all of it were patched by {patch}");
        assert!(std::sync::Arc::ptr_eq(&spec_of(&patched.object), &spec_of(&pod)));
    }
}
