//! What Kubernetes 1.36.2 tells of validating policies whose expressions do not fit their kinds: built-in ones and those of four
//! definitions. Where it calls a type by a number of its own, the recording has 7.

#![expect(clippy::disallowed_methods, reason = "the recordings are files")]

use std::sync::Arc;

use k8s_openapi::api::admissionregistration::v1::{ExpressionWarning, ValidatingAdmissionPolicySpec};
use podarium_api::CustomResourceDefinition;
use podarium_api::admission_policy::type_warnings;
use serde::Deserialize;

#[derive(Deserialize)]
struct Recorded {
    definitions: Vec<CustomResourceDefinition>,
    policies: Vec<Policy>,
}

#[derive(Deserialize)]
struct Policy {
    name: String,
    spec: ValidatingAdmissionPolicySpec,
    warnings: Vec<ExpressionWarning>,
}

fn shown(warnings: &[ExpressionWarning]) -> Vec<String> {
    warnings.iter().map(|told| format!("{}: {}", told.field_ref, told.warning)).collect()
}

#[test]
fn policies_are_told_what_kubernetes_tells_of_them() {
    let text = std::fs::read_to_string("../../tests/golden/policy-warnings.json").unwrap();
    let Recorded { mut definitions, policies } = serde_json::from_str(&text).unwrap();
    definitions.iter_mut().for_each(|definition| definition.establish(None));
    let served: Vec<_> = definitions.iter().flat_map(|definition| definition.definitions.all_served()).map(Arc::clone).collect();
    assert_eq!(served.len(), 5, "the recorded definitions serve five versions");
    let (mut told, mut wrong) = (0, Vec::new());
    for Policy { name, spec, warnings } in policies {
        let (found, wanted) = (shown(&type_warnings(&spec, &served, 7)), shown(&warnings));
        told += wanted.len();
        wrong.extend(wanted.iter().filter(|one| !found.contains(one)).map(|one| format!("{name}: not told: {one}")));
        wrong.extend(found.iter().filter(|one| !wanted.contains(one)).map(|one| format!("{name}: told: {one}")));
    }
    assert!(told > 300, "only {told} warnings");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
