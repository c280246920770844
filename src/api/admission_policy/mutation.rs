//! What a mutating policy changes of an object: a configuration that is laid over it as server-side apply does, or a
//! JSON patch. Nobody is recorded as the owner of what a policy sets.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/admission/plugin/policy/mutating/patch/{json_patch.go,smd.go},
//! apiserver/pkg/cel/mutation, v1.36.
//! Simplified: nothing.

use k8s_openapi::api::admissionregistration::v1::{MutatingAdmissionPolicySpec, Mutation};
use serde_json::{Map, Value};

use super::evaluation::{Input, Names, composed, wrong};
use crate::cel::{self, Struct};
use crate::managed_fields::{Elements, Schema, merge, validate};
use crate::patch::{Undone, json_operations};

/// The mutations of a policy, in their order.
pub fn mutations(spec: &MutatingAdmissionPolicySpec) -> &[Mutation] {
    spec.mutations.as_deref().unwrap_or_default()
}

/// The object with one mutation made. `input` has the object as it is by now.
pub fn mutate<S: Schema>(spec: &MutatingAdmissionPolicySpec, mutation: &Mutation, schema: S, input: &Input<'_>) -> Result<Value, String> {
    let (mut expressions, variables) = composed(spec.param_kind.is_some(), spec.variables.as_deref().unwrap_or_default());
    expressions.compose();
    let names = Names::new(input, variables);
    if let Some(configuration) = &mutation.apply_configuration {
        let text = configuration.expression.as_deref().unwrap_or_default();
        let made = expressions.compile_configuration(text)?.run(&names).0.map_err(|fault| wrong(text, &fault))?;
        return apply(schema, &input.object, &made);
    }
    let text = mutation.json_patch.as_ref().and_then(|patch| patch.expression.as_deref()).unwrap_or_default();
    let made = expressions.compile_patch(text)?.run(&names).0.map_err(|fault| wrong(text, &fault))?;
    patch(&input.object, &made)
}

fn apply<S: Schema>(schema: S, object: &Value, made: &cel::Value) -> Result<Value, String> {
    check_names(made)?;
    let mut configuration = made.to_json()?;
    for name in ["apiVersion", "kind"] {
        configuration[name] = object[name].clone();
    }
    let failed = |why: String| format!("error applying patch: {why}");
    validate(schema, &configuration, false).map_err(|why| failed(format!("failed to convert patch object to typed object: {why}")))?;
    let mut atomic = Vec::new();
    find_atomic(schema, &configuration, "", &mut atomic);
    if !atomic.is_empty() {
        return Err(failed(format!("invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: {}", atomic.join(", "))));
    }
    Ok(merge(schema, object, &configuration))
}

/// The parts of a configuration that can only be set as a whole, which a policy may not do.
fn find_atomic<S: Schema>(schema: S, value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            let Some(map) = schema.map() else { return };
            if map.atomic {
                found.push(path.to_owned());
            }
            for (name, value) in fields {
                if let Some((_, of)) = schema.field(name) {
                    find_atomic(of, value, &format!("{path}.{name}"), found);
                }
            }
        }
        Value::Array(items) => {
            let Some((elements, of)) = schema.list() else { return };
            if elements == Elements::Atomic {
                found.push(path.to_owned());
            }
            for (index, item) in items.iter().enumerate() {
                find_atomic(of, item, &format!("{path}[{index}]"), found);
            }
        }
        _ => {}
    }
}

fn patch(object: &Value, made: &cel::Value) -> Result<Value, String> {
    let cel::Value::List(operations) = made else {
        return Err("type mismatch: JSONPatchType.expression should evaluate to array".to_owned());
    };
    let operations = operations.iter().map(operation).collect::<Result<Vec<Value>, String>>()?;
    match json_operations(object, &operations) {
        Ok(patched) => Ok(patched),
        // A test that fails means that the patch is for other objects.
        Err(Undone::TestFailed(_)) => Ok(object.clone()),
        Err(Undone::Refused(why)) => Err(format!("JSON Patch: {why}")),
    }
}

fn operation(made: &cel::Value) -> Result<Value, String> {
    let cel::Value::Struct(made) = made else {
        return Err("type mismatch: JSONPatchType.expression should evaluate to array of JSONPatch".to_owned());
    };
    let mut operation = Map::new();
    for (name, value) in &made.fields {
        if &**name == "value" {
            check_names(value)?;
        }
        let unset = &**name == "from" && value.is_zero();
        if !unset {
            operation.insert(name.to_string(), value.to_json().map_err(|why| format!("JSONPath valueExpression evaluated to a type that could not marshal to JSON: {why}"))?);
        }
    }
    Ok(Value::Object(operation))
}

/// The name of each part's type says where it stands: `Object.spec` is the value of `spec`.
fn check_names(made: &cel::Value) -> Result<(), String> {
    let cel::Value::Struct(root) = made else { return Ok(()) };
    let mut faults = Vec::new();
    name_faults(made, &root.name.clone(), &mut faults);
    if faults.is_empty() { Ok(()) } else { Err(format!("type mismatch: {}", faults.join("\n"))) }
}

fn name_faults(value: &cel::Value, path: &str, faults: &mut Vec<String>) {
    match value {
        cel::Value::Struct(made) => {
            let Struct { name, fields } = &**made;
            if &**name != path {
                faults.push(format!("unexpected type name {name:?}, expected {path:?}, which matches field name path from root Object type"));
            }
            fields.iter().for_each(|(field, value)| name_faults(value, &format!("{path}.{field}"), faults));
        }
        cel::Value::List(items) => items.iter().for_each(|item| name_faults(item, path, faults)),
        cel::Value::Map(entries) => entries.values().for_each(|value| name_faults(value, path, faults)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::managed_fields::Type;

    fn mutated(mutation: Value, object: &Value) -> Result<Value, String> {
        let spec: MutatingAdmissionPolicySpec = serde_json::from_value(json!({"mutations": [mutation], "variables": [{"name": "team", "expression": "'a' + 'b'"}]})).unwrap();
        let input = Input { object: object.clone(), ..Input::default() };
        mutate(&spec, &mutations(&spec)[0], Type::of_kind("v1", "Pod").unwrap(), &input)
    }

    fn pod() -> Value {
        json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": "i", "args": ["x"]}]}})
    }

    #[test]
    fn a_configuration_is_laid_over_the_object() {
        let mutation = json!({"patchType": "ApplyConfiguration", "applyConfiguration": {"expression":
            "Object{metadata: Object.metadata{labels: {'team': variables.team}}, spec: Object.spec{initContainers: [Object.spec.initContainers{name: 'side', image: object.spec.containers[0].image, restartPolicy: 'Always'}]}}"}});
        let object = mutated(mutation, &pod()).unwrap();
        assert_eq!(object["metadata"]["labels"], json!({"a": "b", "team": "ab"}));
        assert_eq!(object["spec"]["initContainers"], json!([{"name": "side", "image": "i", "restartPolicy": "Always"}]));
        assert_eq!(object["spec"]["containers"], pod()["spec"]["containers"]);
    }

    #[test]
    fn a_patch_is_made_unless_its_test_fails() {
        let patch = |expression: &str| mutated(json!({"patchType": "JSONPatch", "jsonPatch": {"expression": expression}}), &pod());
        let added = patch("[JSONPatch{op: 'test', path: '/metadata/name', value: 'p'}, JSONPatch{op: 'add', path: '/metadata/labels/' + jsonpatch.escapeKey('x/y'), value: 'z'}]").unwrap();
        assert_eq!(added["metadata"]["labels"], json!({"a": "b", "x/y": "z"}));
        assert_eq!(patch("[JSONPatch{op: 'test', path: '/metadata/name', value: 'q'}, JSONPatch{op: 'remove', path: '/spec'}]").unwrap(), pod());
        assert!(patch("[JSONPatch{op: 'remove', path: '/nope'}]").unwrap_err().starts_with("JSON Patch: "));
    }

    #[test]
    fn what_a_policy_may_not_set_is_refused() {
        let apply = |expression: &str| mutated(json!({"patchType": "ApplyConfiguration", "applyConfiguration": {"expression": expression}}), &pod()).unwrap_err();
        assert_eq!(
            apply("Object{spec: Object.spec{containers: [Object.spec.containers{name: 'c', args: ['y']}]}}"),
            "error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: .spec.containers[0].args"
        );
        assert_eq!(
            apply("Object{spec: Object.wrong{hostNetwork: true}}"),
            "type mismatch: unexpected type name \"Object.wrong\", expected \"Object.spec\", which matches field name path from root Object type"
        );
        assert_eq!(apply("1"), "must evaluate to Object but got int");
        assert!(apply("JSONPatch{op: 1}").contains("expected type of field 'op' is 'string' but provided type is 'int'"));
    }
}
