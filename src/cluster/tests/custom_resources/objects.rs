//! Objects of custom kinds.

use serde_json::{Value, json};

use crate::bench::{Bench, CRON_TABS, cron_tab, definition};

#[test]
fn objects_are_defaulted_pruned_validated_and_printed() {
    let mut bench = Bench::new();
    bench.define(definition());
    let made = bench.call("POST", CRON_TABS, Some(cron_tab("a", json!({"cronSpec": "* * * * */5", "extra": 1}))));
    assert_eq!((made.code, &made.body["spec"]), (201, &json!({"cronSpec": "* * * * */5", "image": "busybox", "replicas": 1})), "{}", made.message());
    assert_eq!(made.warnings, ["299 - \"unknown field \\\"spec.extra\\\"\""]);
    assert_eq!(made.body["metadata"]["generation"], 1);
    let wrong = bench.call("POST", CRON_TABS, Some(cron_tab("b", json!({"cronSpec": "* * *", "replicas": 15}))));
    assert_eq!(wrong.code, 422);
    assert_eq!(wrong.message(), "CronTab.stable.example.com \"b\" is invalid: [spec.cronSpec: Invalid value: \"* * *\": spec.cronSpec in body should match '^(\\d+|\\*)(/\\d+)?(\\s+(\\d+|\\*)(/\\d+)?){4}$', spec.replicas: Invalid value: 15: spec.replicas in body should be less than or equal to 10]");
    let table = bench.send("GET", CRON_TABS, "", "application/json;as=Table;v=v1;g=meta.k8s.io", None).body;
    let names: Vec<&str> = table["columnDefinitions"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Name", "Spec", "Replicas", "Age"]);
    assert_eq!(table["rows"][0]["cells"].as_array().unwrap()[..3], [json!("a"), json!("* * * * */5"), json!(1)]);
    let merged = bench.merge(&format!("{CRON_TABS}/a"), json!({"spec": {"replicas": 3}, "status": {"replicas": 9}}));
    assert_eq!((&merged.body["spec"]["replicas"], &merged.body["metadata"]["generation"], &merged.body["status"]), (&json!(3), &json!(2), &Value::Null));
    let strategic = bench.send("PATCH", &format!("{CRON_TABS}/a"), "application/strategic-merge-patch+json", "application/json", Some(json!({})));
    assert_eq!((strategic.code, strategic.message()), (415, "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml"));
}

#[test]
fn status_and_scale_are_subresources() {
    let mut bench = Bench::new();
    bench.define(definition());
    bench.call("POST", CRON_TABS, Some(cron_tab("a", json!({"cronSpec": "* * * * *"}))));
    let status = bench.merge(&format!("{CRON_TABS}/a/status"), json!({"spec": {"replicas": 7}, "status": {"replicas": 2, "labelSelector": "app=a"}}));
    assert_eq!((&status.body["spec"]["replicas"], &status.body["status"]["replicas"]), (&json!(1), &json!(2)), "{}", status.message());
    let scale = bench.get(&format!("{CRON_TABS}/a/scale")).body;
    assert_eq!(scale["kind"], "Scale", "{}", scale["message"]);
    assert_eq!((&scale["spec"], &scale["status"]), (&json!({"replicas": 1}), &json!({"replicas": 2, "selector": "app=a"})));
    let scaled = bench.merge(&format!("{CRON_TABS}/a/scale"), json!({"spec": {"replicas": 4}}));
    assert_eq!(scaled.body["spec"]["replicas"], 4, "{}", scaled.message());
    assert_eq!(bench.get(&format!("{CRON_TABS}/a")).body["spec"]["replicas"], 4);
}

#[test]
fn owners_and_namespaces_take_custom_resources_with_them() {
    let mut bench = Bench::new();
    bench.define(definition());
    bench.call("POST", "/api/v1/namespaces", Some(json!({"metadata": {"name": "shop"}})));
    let path = CRON_TABS.replace("default", "shop");
    let owner = bench.call("POST", &path, Some(cron_tab("a", json!({"cronSpec": "* * * * *"})))).body;
    let owners = json!([{"apiVersion": "stable.example.com/v1", "kind": "CronTab", "name": "a", "uid": owner["metadata"]["uid"]}]);
    bench.call("POST", "/api/v1/namespaces/shop/configmaps", Some(json!({"metadata": {"name": "owned", "ownerReferences": owners}})));
    let mut owned = cron_tab("b", json!({"cronSpec": "* * * * *"}));
    owned["metadata"]["ownerReferences"] = owners;
    bench.call("POST", &path, Some(owned));
    bench.run(1.0);
    bench.call("DELETE", &format!("{path}/a"), None);
    bench.run(2.0);
    assert_eq!(bench.get("/api/v1/namespaces/shop/configmaps/owned").code, 404);
    assert_eq!(bench.get(&format!("{path}/b")).code, 404);
    bench.call("POST", &path, Some(cron_tab("a", json!({"cronSpec": "* * * * *"}))));
    bench.call("DELETE", "/api/v1/namespaces/shop", None);
    bench.run(30.0);
    assert_eq!(bench.get("/api/v1/namespaces/shop").code, 404);
    assert_eq!(bench.get("/apis/stable.example.com/v1/crontabs").body["items"], json!([]));
}
