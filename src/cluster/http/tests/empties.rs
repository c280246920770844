//! What a request sends empty counts until it is stored.

use super::*;

const POLICIES: &str = "/apis/networking.k8s.io/v1/namespaces/default/networkpolicies";

/// What a policy becomes: its generation, and whether the answer has the list.
fn put(cluster: &mut Cluster, spec: Value) -> (Value, bool) {
    let policy = json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "deny"}, "spec": spec});
    let path = format!("{POLICIES}/deny");
    let (code, answer) = match call(cluster, "GET", &path, None).0 {
        404 => call(cluster, "POST", POLICIES, Some(&policy)),
        _ => call(cluster, "PUT", &path, Some(&policy)),
    };
    assert!(code < 300, "{answer}");
    (answer["metadata"]["generation"].clone(), answer["spec"].get("ingress").is_some())
}

#[test]
fn a_policy_with_an_empty_list_changes_whenever_it_is_sent() {
    let mut cluster = cluster();
    let empty = || json!({"podSelector": {}, "ingress": [], "policyTypes": ["Ingress"]});
    assert_eq!(put(&mut cluster, empty()), (json!(1), false));
    assert_eq!(put(&mut cluster, empty()), (json!(2), false));
    assert_eq!(put(&mut cluster, json!({"podSelector": {}, "policyTypes": ["Ingress"]})), (json!(2), false));
    // This one is filled with what it means.
    assert_eq!(put(&mut cluster, json!({"podSelector": {}, "policyTypes": []})), (json!(2), false));
    let patch = json!({"spec": {"ingress": []}});
    let request = HttpRequest::new("PATCH", format!("{POLICIES}/deny").as_str()).header("Content-Type", "application/merge-patch+json").body(patch.to_string());
    let answer: Value = serde_json::from_slice(&send(&mut cluster, request).body).unwrap();
    assert_eq!(answer["metadata"]["generation"], json!(3));
}

#[test]
fn errors_of_puts_patches_and_applied_configurations_show_empty_lists() {
    let mut cluster = cluster();
    let job = json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "j"}, "spec": {"template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "i"}]}}}});
    let jobs = "/apis/batch/v1/namespaces/default/jobs";
    assert_eq!(call(&mut cluster, "POST", jobs, Some(&job)).0, 201);
    let policy = json!({"spec": {"successPolicy": {"rules": []}}});
    let whole = json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "j"}, "spec": {"successPolicy": {"rules": []}}});
    for (media_type, query, body) in [("application/merge-patch+json", "", &policy), ("application/apply-patch+yaml", "?fieldManager=m", &whole)] {
        let request = HttpRequest::new("PATCH", format!("{jobs}/j{query}").as_str()).header("Content-Type", media_type).body(body.to_string());
        let answer: Value = serde_json::from_slice(&send(&mut cluster, request).body).unwrap();
        let message = answer["message"].as_str().unwrap_or_default();
        assert!(message.contains("spec.successPolicy: Invalid value: {\"Rules\":[]}: field is immutable"), "{media_type}: {message}");
    }
}

#[test]
fn a_frozen_secret_without_data_does_not_take_an_empty_map() {
    let mut cluster = cluster();
    let secrets = "/api/v1/namespaces/default/secrets";
    let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "immutable": true});
    assert_eq!(call(&mut cluster, "POST", secrets, Some(&secret)).0, 201);
    let mut put = |data: Option<Value>| {
        let mut sent = secret.clone();
        data.into_iter().for_each(|data| sent["data"] = data);
        call(&mut cluster, "PUT", &format!("{secrets}/s"), Some(&sent))
    };
    assert_eq!(put(None).0, 200);
    assert_eq!(put(Some(Value::Null)).0, 200);
    let (code, answer) = put(Some(json!({})));
    assert_eq!((code, answer["message"].as_str()), (422, Some("Secret \"s\" is invalid: data: Forbidden: field is immutable when `immutable` is set")));
    // Of a ConfigMap the data are there by default, and only the binary ones are not.
    let map = |field: &str| json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "m"}, "immutable": true, field: {}});
    let maps = "/api/v1/namespaces/default/configmaps";
    assert_eq!(call(&mut cluster, "POST", maps, Some(&map("data"))).0, 201);
    let codes = ["data", "binaryData"].map(|field| call(&mut cluster, "PUT", &format!("{maps}/m"), Some(&map(field))).0);
    assert_eq!(codes, [200, 422]);
}
