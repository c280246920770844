//! Definitions: made, discovered, refused, deleted.

use serde_json::{Value, json};

use crate::bench::{Bench, CRON_TABS, DEFINITIONS, cron_tab, definition, version};

#[test]
fn a_definition_is_established_and_discovered() {
    let mut bench = Bench::new();
    assert_eq!(bench.get(CRON_TABS).code, 404);
    bench.define(definition());
    let found = bench.get(&format!("{DEFINITIONS}/crontabs.stable.example.com")).body;
    let conditions: Vec<String> = found["status"]["conditions"].as_array().unwrap().iter().map(|one| format!("{} {} {}", one["type"], one["status"], one["reason"]).replace('"', "")).collect();
    assert_eq!(conditions, ["NamesAccepted True NoConflicts", "Established True InitialNamesAccepted"]);
    assert_eq!(found["status"]["acceptedNames"], json!({"kind": "CronTab", "listKind": "CronTabList", "plural": "crontabs", "shortNames": ["ct"], "singular": "crontab"}));
    assert_eq!(found["spec"]["conversion"], json!({"strategy": "None"}));
    assert_eq!(found["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]["replicas"]["minimum"].to_string(), "1");
    let resources = bench.get("/apis/stable.example.com/v1").body;
    let names: Vec<&str> = resources["resources"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["crontabs", "crontabs/status", "crontabs/scale"]);
}

#[test]
fn versions_are_one_collection() {
    let mut bench = Bench::new();
    let mut two = definition();
    two["spec"]["versions"] = json!([version("v1", true), version("v1beta1", false)]);
    two["spec"]["versions"][1]["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]["note"] = json!({"type": "string", "default": "old"});
    bench.define(two);
    bench.call("POST", CRON_TABS, Some(cron_tab("a", json!({"cronSpec": "* * * * *"}))));
    let beta = bench.get(&CRON_TABS.replace("/v1/", "/v1beta1/")).body;
    assert_eq!((&beta["apiVersion"], &beta["items"][0]["apiVersion"]), (&json!("stable.example.com/v1beta1"), &json!("stable.example.com/v1beta1")));
    assert_eq!(beta["items"][0]["spec"]["note"], "old");
    assert_eq!(bench.get(&format!("{CRON_TABS}/a")).body["spec"]["note"], Value::Null);
    assert_eq!(bench.get("/apis/stable.example.com").body["preferredVersion"]["version"], "v1");
}

#[test]
fn a_definition_goes_with_its_instances() {
    let mut bench = Bench::new();
    bench.define(definition());
    bench.call("POST", CRON_TABS, Some(cron_tab("a", json!({"cronSpec": "* * * * *"}))));
    let path = format!("{DEFINITIONS}/crontabs.stable.example.com");
    let going = bench.call("DELETE", &path, None);
    assert_eq!((going.code, &going.body["metadata"]["finalizers"]), (200, &json!(["customresourcecleanup.apiextensions.k8s.io"])));
    bench.run(2.0);
    assert_eq!(bench.get(&path).code, 404);
    assert_eq!(bench.get(CRON_TABS).code, 404);
    bench.define(definition());
    assert_eq!(bench.get(CRON_TABS).body["items"], json!([]));
}

#[test]
fn a_name_that_is_taken_is_not_accepted() {
    let mut bench = Bench::new();
    bench.define(definition());
    let mut other = definition();
    other["metadata"]["name"] = json!("others.stable.example.com");
    other["spec"]["names"] = json!({"plural": "others", "kind": "CronTab", "shortNames": ["ct"]});
    bench.define(other);
    let path = format!("{DEFINITIONS}/others.stable.example.com");
    let conditions = bench.get(&path).body["status"]["conditions"].clone();
    assert_eq!((&conditions[0]["reason"], &conditions[0]["message"]), (&json!("ListKindConflict"), &json!("\"CronTabList\" is already in use")));
    assert_eq!((&conditions[1]["reason"], &conditions[1]["status"]), (&json!("NotAccepted"), &json!("False")));
    bench.call("DELETE", &format!("{DEFINITIONS}/crontabs.stable.example.com"), None);
    bench.run(3.0);
    assert_eq!(bench.get(&path).body["status"]["conditions"][1]["status"], "True", "the name is free by now");
}

#[test]
fn bad_definitions_are_refused_in_the_server_s_words() {
    let mut bench = Bench::new();
    let mut refused = |pointer: &str, value: Value| {
        let mut bad = definition();
        *bad.pointer_mut(pointer).unwrap() = value;
        let answer = bench.call("POST", DEFINITIONS, Some(bad));
        assert_eq!(answer.code, 422, "{pointer}: {}", answer.body);
        answer.message().trim_start_matches("CustomResourceDefinition.apiextensions.k8s.io \"crontabs.stable.example.com\" is invalid: ").to_owned()
    };
    let schema = "/spec/versions/0/schema/openAPIV3Schema";
    let cases = [
        ("/spec/scope".to_owned(), json!("Galaxy"), "spec.scope: Unsupported value: \"Galaxy\": supported values: \"Cluster\", \"Namespaced\""),
        (format!("{schema}/properties/spec"), json!({"properties": {}}), "spec.validation.openAPIV3Schema.properties[spec].type: Required value: must not be empty for specified object fields"),
        (format!("{schema}/properties/spec/properties/image/default"), json!(5), "spec.validation.openAPIV3Schema.properties[spec].properties[image].default: Invalid value: \"integer\":  in body must be of type string: \"integer\""),
        ("/spec/versions/0/additionalPrinterColumns/0/type".to_owned(), json!("text"), "spec.additionalPrinterColumns[0].type: Invalid value: \"text\": must be one of boolean,date,integer,number,string"),
        ("/spec/versions/0/storage".to_owned(), json!(false), "[spec.versions: Invalid value: [{\"Name\":\"v1\",\"Served\":true,\"Storage\":false,\"Deprecated\":false,\"DeprecationWarning\":null,\"Schema\":null,\"Subresources\":null,\"AdditionalPrinterColumns\":null,\"SelectableFields\":null}]: must have exactly one version marked as storage version, status.storedVersions: Invalid value: null: must have at least one stored version]"),
        ("/metadata/name".to_owned(), json!("crontabs"), "CustomResourceDefinition.apiextensions.k8s.io \"crontabs\" is invalid: metadata.name: Invalid value: \"crontabs\": must be spec.names.plural+\".\"+spec.group"),
    ];
    for (pointer, value, text) in cases {
        assert_eq!(refused(&pointer, value), text, "{pointer}");
    }
}
