//! What Kubernetes 1.36.2 tells of validating policies whose expressions do not fit their kinds: built-in ones and those of four
//! definitions. Where it calls a type by a number of its own, the recording has 7.

#![expect(clippy::disallowed_methods, reason = "the recordings are files")]

use std::sync::Arc;

use k8s_openapi::api::admissionregistration::v1::{ExpressionWarning, ValidatingAdmissionPolicySpec};
use podarium_api::CustomResourceDefinition;
use podarium_api::admission_policy::type_warnings;
use serde::Deserialize;
use serde_json::{Value, json};

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

/// What is told of a policy for things, which have this schema, as `field: the first line of the report`.
fn told_of_things(schema: Value, spec: Value) -> Vec<String> {
    let names = json!({"plural": "things", "singular": "thing", "kind": "Thing", "listKind": "ThingList"});
    let definition = json!({
        "metadata": {"name": "things.example.com"},
        "spec": {"group": "example.com", "scope": "Cluster", "names": names, "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": schema}}]},
        "status": {"acceptedNames": names, "conditions": [{"type": "Established", "status": "True"}]},
    });
    let mut definition: CustomResourceDefinition = serde_json::from_value(definition).unwrap();
    definition.establish(None);
    let served: Vec<_> = definition.definitions.all_served().into_iter().map(Arc::clone).collect();
    let mut spec = spec;
    spec["matchConstraints"] = json!({"resourceRules": [{"apiGroups": ["example.com"], "apiVersions": ["v1"], "operations": ["*"], "resources": ["things"]}]});
    let spec: ValidatingAdmissionPolicySpec = serde_json::from_value(spec).unwrap();
    let first = |told: &ExpressionWarning| told.warning.lines().next().unwrap_or_default().rsplit_once(": ").map_or(String::new(), |(_, why)| why.to_owned());
    type_warnings(&spec, &served, 7).iter().map(|told| format!("{}: {}", told.field_ref, first(told))).collect()
}

#[test]
fn expressions_are_checked_against_the_schema() {
    let with = |name: &str, of: &str| json!({"type": "object", "properties": {name: {"type": of}}});
    let one = |text: &str| json!({"validations": [{"expression": text}]});
    let composed = |variable: &str, text: &str| json!({"variables": [{"name": "v", "expression": variable}], "validations": [{"expression": text}]});
    let (foo, bar) = ("object.foo == 'bar'", "object.bar == 'foo'");
    let cases = [
        (with("foo", "string"), json!({}), vec![]),
        (with("foo", "string"), one(foo), vec![]),
        (with("bar", "string"), one(foo), vec!["spec.validations[0].expression: undefined field 'foo'"]),
        (with("foo", "integer"), one(foo), vec!["spec.validations[0].expression: found no matching overload for '_==_' applied to '(int, string)'"]),
        (json!(null), one("object.foo == 1"), vec!["spec.validations[0].expression: undefined field 'foo'"]),
        (with("foo", "string"), json!({"paramKind": {"apiVersion": "example.com/v1", "kind": "Thing"}, "validations": [{"expression": "object.foo == params.bar"}]}), vec!["spec.validations[0].expression: undefined field 'bar'"]),
        (with("foo", "string"), json!({"paramKind": {"apiVersion": "example.com/v1", "kind": "Other"}, "validations": [{"expression": "object.foo == params.bar"}]}), vec![]),
        (with("foo", "string"), json!({"paramKind": {"apiVersion": "a/b/c", "kind": "Odd"}, "validations": [{"expression": "params == null"}]}), vec!["spec.validations[0].expression: undeclared reference to 'params' (in container '')"]),
        (with("foo", "string"), json!({"validations": [{"expression": foo}, {"expression": bar}]}), vec!["spec.validations[1].expression: undefined field 'bar'"]),
        (with("foo", "string"), json!({"validations": [{"expression": foo, "messageExpression": "object.foo + 114514"}]}), vec!["spec.validations[0].messageExpression: found no matching overload for '_+_' applied to '(string, int)'"]),
        (with("foo", "string"), one("authorizer.group('').resource('endpoints').check('create').allowed()"), vec![]),
        (with("foo", "string"), one("authorizer.allowed()"), vec!["spec.validations[0].expression: found no matching overload for 'allowed' applied to 'kubernetes.authorization.Authorizer.()'"]),
        (json!({"type": "object", "properties": {"text": {"type": "string"}, "open": {"type": "object", "additionalProperties": true}}}), one("has(object.text)"), vec![]),
        (with("foo", "integer"), composed("true", "variables.v"), vec![]),
        (with("foo", "integer"), composed("true", "variables.w"), vec!["spec.validations[0].expression: undefined field 'w'"]),
        (with("foo", "integer"), composed("'something'", "variables.v == object.foo"), vec!["spec.validations[0].expression: found no matching overload for '_==_' applied to '(string, int)'"]),
        (with("foo", "integer"), composed("object.foo == 'str'", "variables.v == object.foo"), vec![]),
        (with("foo", "integer"), composed("object", "variables.v.nothing == 1"), vec![]),
    ];
    for (schema, spec, wanted) in cases {
        assert_eq!(told_of_things(schema, spec.clone()), wanted, "{spec}");
    }
}
