//! Admission policies and webhooks over HTTP.

use serde_json::{Value, json};

use crate::bench::{Bench, CRON_TABS, cron_tab, definition};

const GROUP: &str = "/apis/admissionregistration.k8s.io/v1";
const MAPS: &str = "/api/v1/namespaces/default/configmaps";

fn policy(validation: Value, more: Value) -> Value {
    let mut spec = json!({
        "matchConstraints": {"resourceRules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE", "UPDATE"], "resources": ["configmaps"]}]},
        "validations": [validation],
    });
    for (name, value) in more.as_object().into_iter().flatten() {
        spec[name] = value.clone();
    }
    json!({"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicy", "metadata": {"name": "small"}, "spec": spec})
}

fn binding(more: Value) -> Value {
    let mut spec = json!({"policyName": "small", "validationActions": ["Deny"]});
    for (name, value) in more.as_object().into_iter().flatten() {
        spec[name] = value.clone();
    }
    json!({"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicyBinding", "metadata": {"name": "everywhere"}, "spec": spec})
}

fn set_up(policy: Value, binding: Value) -> Bench {
    let mut bench = Bench::new();
    for (plural, object) in [("validatingadmissionpolicies", policy), ("validatingadmissionpolicybindings", binding)] {
        let made = bench.call("POST", &format!("{GROUP}/{plural}"), Some(object));
        assert_eq!(made.code, 201, "{}", made.message());
    }
    bench
}

fn map(data: Value) -> Value {
    json!({"metadata": {"name": "m"}, "data": data})
}

#[test]
fn a_policy_denies_in_the_server_s_words() {
    let mut bench = set_up(policy(json!({"expression": "!has(object.data) || object.data.size() <= 1"}), json!({})), binding(json!({})));
    let denied = bench.call("POST", MAPS, Some(map(json!({"a": "1", "b": "2"}))));
    assert_eq!((denied.code, &denied.body["reason"]), (422, &json!("Invalid")));
    let message = "ValidatingAdmissionPolicy 'small' with binding 'everywhere' denied request: failed expression: !has(object.data) || object.data.size() <= 1";
    assert_eq!(denied.message(), format!("configmaps \"m\" is forbidden: {message}"));
    assert_eq!(denied.body["details"]["causes"], json!([{"message": message}]));
    assert_eq!(bench.call("POST", MAPS, Some(map(json!({"a": "1"})))).code, 201);
    let updated = bench.merge(&format!("{MAPS}/m"), json!({"data": {"b": "2"}}));
    assert_eq!(updated.code, 422);
    assert_eq!(bench.call("DELETE", &format!("{MAPS}/m"), None).code, 200, "the policy is not about deletes");
}

#[test]
fn a_policy_may_warn_and_may_have_parameters() {
    let with_params = json!({"paramKind": {"apiVersion": "v1", "kind": "ConfigMap"}});
    let limit = json!({"expression": "object.data.size() <= int(params.data.max)", "messageExpression": "'at most ' + params.data.max"});
    let reference = json!({"validationActions": ["Warn"], "paramRef": {"name": "limits", "namespace": "kube-system", "parameterNotFoundAction": "Deny"}, "matchResources": {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "default"}}}});
    let mut bench = set_up(policy(limit, with_params), binding(reference));
    let missing = bench.call("POST", MAPS, Some(map(json!({"a": "1", "b": "2"}))));
    assert_eq!(missing.message(), "configmaps \"m\" is forbidden: ValidatingAdmissionPolicy 'small' with binding 'everywhere' denied request: failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction");
    bench.call("POST", "/api/v1/namespaces/kube-system/configmaps", Some(json!({"metadata": {"name": "limits"}, "data": {"max": "1"}})));
    let warned = bench.call("POST", MAPS, Some(map(json!({"a": "1", "b": "2"}))));
    assert_eq!(warned.code, 201, "{}", warned.message());
    assert_eq!(warned.warnings, ["299 - \"Validation failed for ValidatingAdmissionPolicy 'small' with binding 'everywhere': at most 1\""]);
}

#[test]
fn bad_policies_are_refused() {
    let mut bench = Bench::new();
    let bad = bench.call("POST", &format!("{GROUP}/validatingadmissionpolicies"), Some(policy(json!({"expression": "object.a >"}), json!({}))));
    let report = "compilation failed: ERROR: <input>:1:11: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}\n | object.a >\n | ..........^";
    assert_eq!(bad.message(), format!("ValidatingAdmissionPolicy.admissionregistration.k8s.io \"small\" is invalid: spec.validations[0].expression: Invalid value: \"object.a >\": {report}"));
    let nothing = bench.call("POST", &format!("{GROUP}/validatingadmissionpolicybindings"), Some(binding(json!({"validationActions": ["Deny", "Warn"]}))));
    assert_eq!(nothing.message(), "ValidatingAdmissionPolicyBinding.admissionregistration.k8s.io \"everywhere\" is invalid: spec.validationActions: Invalid value: [\"Deny\",\"Warn\"]: must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)");
}

#[test]
fn webhooks_are_kept_and_said_not_to_be_called() {
    let mut bench = Bench::new();
    let webhook = |policy: &str| json!({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration", "metadata": {"name": "w"},
        "webhooks": [{"name": "check.example.com", "clientConfig": {"service": {"name": "s", "namespace": "default"}}, "failurePolicy": policy, "sideEffects": "None",
            "admissionReviewVersions": ["v1"], "rules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["configmaps"]}]}],
    });
    let path = format!("{GROUP}/validatingwebhookconfigurations");
    let made = bench.call("POST", &path, Some(webhook("Fail")));
    assert_eq!((made.code, &made.body["webhooks"][0]["timeoutSeconds"], &made.body["webhooks"][0]["clientConfig"]["service"]["port"]), (201, &json!(10), &json!(443)), "{}", made.message());
    let refused = bench.call("POST", MAPS, Some(map(json!({}))));
    assert_eq!((refused.code, refused.message()), (501, "not simulated: the admission webhook check.example.com"));
    assert_eq!(bench.call("DELETE", &format!("{path}/w"), None).code, 200);
    bench.call("POST", &path, Some(webhook("Ignore")));
    let passed = bench.call("POST", MAPS, Some(map(json!({}))));
    assert_eq!(passed.warnings, ["299 - \"not simulated: the admission webhook check.example.com was not called\""]);
}

#[test]
fn rules_of_a_definition_hold_for_its_objects() {
    let mut bench = Bench::new();
    let mut ruled = definition();
    ruled["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]["x-kubernetes-validations"] = json!([
        {"rule": "self.replicas <= 5 || self.image.startsWith('big/')", "message": "only big images may have more than 5 replicas"},
        {"rule": "self.cronSpec == oldSelf.cronSpec", "message": "cronSpec is immutable", "fieldPath": ".cronSpec"},
    ]);
    bench.define(ruled);
    let refused = bench.call("POST", CRON_TABS, Some(cron_tab("a", json!({"cronSpec": "* * * * *", "replicas": 7}))));
    assert_eq!(refused.message(), "CronTab.stable.example.com \"a\" is invalid: spec: Invalid value: only big images may have more than 5 replicas");
    assert_eq!(bench.call("POST", CRON_TABS, Some(cron_tab("a", json!({"cronSpec": "* * * * *", "replicas": 5})))).code, 201);
    let changed = bench.merge(&format!("{CRON_TABS}/a"), json!({"spec": {"cronSpec": "1 * * * *"}}));
    assert_eq!(changed.message(), "CronTab.stable.example.com \"a\" is invalid: spec.cronSpec: Invalid value: cronSpec is immutable");
}

#[test]
fn custom_resources_are_applied_by_the_server() {
    let mut bench = Bench::new();
    bench.define(definition());
    let path = format!("{CRON_TABS}/a?fieldManager=me");
    let applied = bench.send("PATCH", &path, "application/apply-patch+yaml", "application/json", Some(cron_tab("a", json!({"cronSpec": "* * * * *", "replicas": 2}))));
    assert_eq!(applied.code, 201, "{}", applied.message());
    let entries = &applied.body["metadata"]["managedFields"];
    assert_eq!(entries[0]["fieldsV1"], json!({"f:spec": {"f:cronSpec": {}, "f:replicas": {}}}));
    let other = bench.send("PATCH", &format!("{CRON_TABS}/a?fieldManager=you"), "application/apply-patch+yaml", "application/json", Some(cron_tab("a", json!({"replicas": 3}))));
    assert_eq!((other.code, other.message()), (409, "Apply failed with 1 conflict: conflict with \"me\": .spec.replicas"));
}

#[test]
fn a_policy_says_in_its_status_what_does_not_fit_its_kinds() {
    let mut bench = Bench::new();
    let policies = format!("{GROUP}/validatingadmissionpolicies");
    let made = bench.call("POST", &policies, Some(policy(json!({"expression": "object.dat.size() < 3"}), json!({}))));
    assert_eq!((made.code, &made.body["status"]), (201, &json!({})));
    bench.run(1.0);
    let small = format!("{policies}/small");
    let found = bench.get(&small).body;
    let warning = json!({
        "fieldRef": "spec.validations[0].expression",
        "warning": "/v1, Kind=ConfigMap: ERROR: <input>:1:7: undefined field 'dat'\n | object.dat.size() < 3\n | ......^\n",
    });
    assert_eq!(found["status"], json!({"observedGeneration": 1, "typeChecking": {"expressionWarnings": [warning]}}));
    let owner = found["metadata"]["managedFields"].as_array().into_iter().flatten().find(|entry| entry["subresource"] == "status").cloned().unwrap_or_default();
    assert_eq!((&owner["manager"], &owner["operation"]), (&json!("validatingadmissionpolicy-status"), &json!("Apply")));
    bench.merge(&small, json!({"spec": {"validations": [{"expression": "object.data.size() < 3"}]}}));
    bench.run(1.0);
    assert_eq!(bench.get(&small).body["status"], json!({"observedGeneration": 2, "typeChecking": {}}));
}
