//! The controller in a running cluster.

use podarium_api::{Kind, ValidatingAdmissionPolicy};
use serde_json::{Value, json};

use crate::controllers::testbed::TestBed;

fn policy(group: &str, resource: &str, expression: &str) -> Value {
    let rule = json!({"apiGroups": [group], "apiVersions": ["v1"], "operations": ["*"], "resources": [resource]});
    json!({"metadata": {"name": "p"}, "spec": {"matchConstraints": {"resourceRules": [rule]}, "validations": [{"expression": expression}]}})
}

fn told(bed: &TestBed) -> (i64, Vec<String>) {
    let policy = bed.get::<ValidatingAdmissionPolicy>("p");
    let checking = policy.status.type_checking.clone().expect("the policy was looked at");
    let warnings = checking.expression_warnings.unwrap_or_default();
    (policy.status.observed_generation.unwrap_or(0), warnings.into_iter().map(|told| told.warning).collect())
}

#[test]
fn each_generation_is_looked_at_once() {
    let mut bed = TestBed::new();
    bed.create(Kind::ValidatingAdmissionPolicy, policy("apps", "deployments", "object.spec.replica > 1"));
    bed.run(5.0);
    let warning = "apps/v1, Kind=Deployment: ERROR: <input>:1:12: undefined field 'replica'\n | object.spec.replica > 1\n | ...........^\n";
    assert_eq!(told(&bed), (1, vec![warning.to_owned()]));
    let version = |bed: &TestBed| bed.get::<ValidatingAdmissionPolicy>("p").metadata.resource_version.clone();
    bed.patch(Kind::ValidatingAdmissionPolicy, "p", json!({"metadata": {"labels": {"a": "b"}}}));
    let labelled = version(&bed);
    bed.run(5.0);
    assert_eq!(version(&bed), labelled, "a label makes no generation");
    bed.patch(Kind::ValidatingAdmissionPolicy, "p", json!({"spec": {"validations": [{"expression": "object.spec.replicas > 1"}]}}));
    bed.run(5.0);
    assert_eq!(told(&bed), (2, Vec::new()));
}

#[test]
fn a_definition_is_known_to_policies_that_come_after_it() {
    let mut bed = TestBed::new();
    let schema = json!({"type": "object", "properties": {"spec": {"type": "object", "properties": {"size": {"type": "integer"}}}}});
    bed.create(Kind::ValidatingAdmissionPolicy, policy("example.com", "things", "object.spec.siz > 1"));
    bed.run(5.0);
    assert_eq!(told(&bed), (1, Vec::new()), "nobody knows what a thing is");
    bed.create(Kind::CustomResourceDefinition, json!({"metadata": {"name": "things.example.com"}, "spec": {
        "group": "example.com", "scope": "Cluster", "names": {"plural": "things", "singular": "thing", "kind": "Thing", "listKind": "ThingList"},
        "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": schema}}]}}));
    bed.run(5.0);
    assert_eq!(told(&bed), (1, Vec::new()), "the policy has been looked at");
    bed.patch(Kind::ValidatingAdmissionPolicy, "p", json!({"spec": {"validations": [{"expression": "object.spec.siz > 2"}]}}));
    bed.run(5.0);
    let warning = "example.com/v1, Kind=Thing: ERROR: <input>:1:12: undefined field 'siz'\n | object.spec.siz > 2\n | ...........^\n";
    assert_eq!(told(&bed), (2, vec![warning.to_owned()]));
}
