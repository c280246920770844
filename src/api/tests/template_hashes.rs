//! The hash of a pod template, against what Kubernetes 1.36.2 computes for templates with every field, every way to write a quantity,
//! and those of the recorded flows.

#![expect(clippy::disallowed_methods, reason = "the recordings are files")]

use k8s_openapi::api::core::v1::PodTemplateSpec;
use podarium_api::names::pod_template_hash;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Case {
    collision_count: Option<i32>,
    hash: String,
    template: PodTemplateSpec,
}

#[test]
fn templates_have_the_hashes_that_kubernetes_gives_them() {
    let text = std::fs::read_to_string("../../tests/golden/template-hashes.jsonl").unwrap();
    let cases: Vec<Case> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(cases.len() > 40, "only {} cases", cases.len());
    for Case { collision_count, hash, template } in cases {
        assert_eq!(pod_template_hash(&template, collision_count), hash, "{}", serde_json::to_string(&template).unwrap());
    }
}
