//! What a policy decides of a request.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/admission/plugin/policy/validating/validator.go, plugin/cel/activation.go, v1.36.
//! Simplified: nothing.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use k8s_openapi::api::admissionregistration::v1::{MatchCondition, ValidatingAdmissionPolicySpec, Variable};
use serde_json::Value;

use super::Expressions;
use crate::cel::{self, Activation, Answer, Asking, Fault, Program, Question};

const BUDGET: u64 = 10_000_000;
const MAX_MESSAGE: usize = 5 * 1024;

/// Who answers whether somebody may do something.
pub trait Authorizer {
    fn decide(&self, question: &Question) -> Answer;
}

/// What the expressions see. What there is not is null.
#[derive(Clone, Default)]
pub struct Input<'s> {
    pub object: Value,
    pub old_object: Value,
    pub request: Value,
    pub namespace: Value,
    pub params: Value,
    pub authorizer: Option<Arc<dyn Authorizer + 's>>,
}

/// A validation that does not hold, or could not be asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    pub message: String,
    /// `Invalid` and its like; empty for an error.
    pub reason: String,
    /// The place of the validation in the policy.
    pub index: usize,
}

/// The values and the variables of one evaluation; a variable is worked out when it is first asked for.
pub(super) struct Names<'a> {
    authorizer: Option<Arc<dyn Authorizer + 'a>>,
    values: BTreeMap<&'static str, cel::Value>,
    variables: BTreeMap<&'a str, Program>,
    known: RefCell<BTreeMap<&'a str, Result<cel::Value, Fault>>>,
}

/// The times of a namespace are times for expressions.
fn namespace_value(namespace: &Value) -> cel::Value {
    fn convert(value: &Value) -> cel::Value {
        match value {
            Value::Object(fields) => cel::Value::map(fields.iter().map(|(name, value)| {
                let time = value.as_str().filter(|_| name.ends_with("Timestamp") || name.ends_with("Time")).and_then(|text| text.parse().ok());
                (if name == "uid" { "UID" } else { name.as_str() }, time.map_or_else(|| convert(value), cel::Value::Timestamp))
            })),
            Value::Array(items) => items.iter().map(convert).collect::<Vec<_>>().into(),
            other => cel::Value::of_json(other),
        }
    }
    convert(namespace)
}

impl<'a> Names<'a> {
    pub(super) fn new(input: &Input<'a>, variables: BTreeMap<&'a str, Program>) -> Self {
        let text = |name: &str| input.request.pointer(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let requested = Question {
            group: text("/resource/group"),
            resource: text("/resource/resource"),
            subresource: text("/subResource"),
            namespace: text("/namespace"),
            name: text("/name"),
            ..Question::default()
        };
        let values = BTreeMap::from([
            ("object", cel::Value::of_json(&input.object)),
            ("oldObject", cel::Value::of_json(&input.old_object)),
            ("request", cel::Value::of_json(&input.request)),
            ("namespaceObject", namespace_value(&input.namespace)),
            ("params", cel::Value::of_json(&input.params)),
            ("authorizer", Asking::Whom(Question::default()).value()),
            ("authorizer.requestResource", Asking::Resource(requested).value()),
        ]);
        Names { authorizer: input.authorizer.clone(), values, variables, known: RefCell::default() }
    }
}

impl Activation for Names<'_> {
    fn decide(&self, question: &Question) -> Answer {
        self.authorizer.as_ref().map_or_else(Answer::default, |authorizer| authorizer.decide(question))
    }

    fn find(&self, name: &str) -> Option<Result<cel::Value, Fault>> {
        if let Some(value) = self.values.get(name) {
            return Some(Ok(value.clone()));
        }
        let (name, program) = self.variables.get_key_value(name.strip_prefix("variables.")?)?;
        if let Some(known) = self.known.borrow().get(name) {
            return Some(known.clone());
        }
        let result = program.run(self).0.map_err(|fault| format!("composited variable {name:?} fails to evaluate: {fault}"));
        self.known.borrow_mut().insert(name, result.clone());
        Some(result)
    }
}

pub(super) fn wrong(expression: &str, fault: &str) -> String {
    format!("expression '{expression}' resulted in error: {fault}")
}

/// Whether all match conditions hold; one that is false decides, whatever errors others have.
pub fn conditions_hold(conditions: &[MatchCondition], with_params: bool, input: &Input<'_>) -> Result<bool, String> {
    let (expressions, names) = (Expressions::new(with_params), Names::new(input, BTreeMap::new()));
    let mut faults = Vec::new();
    for condition in conditions {
        let expression = condition.expression.trim();
        match expressions.compile(expression, &["bool"]).map(|program| program.run(&names).0) {
            Ok(Ok(cel::Value::Bool(true))) => {}
            Ok(Ok(_)) => return Ok(false),
            Ok(Err(fault)) => faults.push(wrong(expression, &fault)),
            Err(fault) => faults.push(fault),
        }
    }
    match faults.as_slice() {
        [] => Ok(true),
        [one] => Err(one.clone()),
        several => Err(format!("[{}]", several.join(", "))),
    }
}

fn variables(spec: &ValidatingAdmissionPolicySpec) -> (Expressions, BTreeMap<&str, Program>) {
    composed(spec.param_kind.is_some(), spec.variables.as_deref().unwrap_or_default())
}

/// The expressions of a policy that has these variables, and the variables' own.
pub(super) fn composed(with_params: bool, list: &[Variable]) -> (Expressions, BTreeMap<&str, Program>) {
    let mut expressions = Expressions::new(with_params);
    let mut variables = BTreeMap::new();
    for variable in list {
        if let Ok(program) = expressions.add_variable(&variable.name, &variable.expression) {
            variables.insert(variable.name.as_str(), program);
        }
    }
    (expressions, variables)
}

/// The validations that do not hold. Those that could not be asked count unless failures are ignored.
pub fn evaluate(spec: &ValidatingAdmissionPolicySpec, input: &Input<'_>) -> Vec<Decision> {
    let ignore = spec.failure_policy.as_deref() == Some("Ignore");
    let (expressions, variables) = variables(spec);
    let names = Names::new(input, variables);
    let mut budget = BUDGET;
    let mut decisions = Vec::new();
    for (index, validation) in spec.validations.iter().flatten().enumerate() {
        let fault = match expressions.compile(&validation.expression, &["bool"]) {
            Err(why) => Some(why),
            Ok(program) => {
                let (result, cost) = program.run(&names);
                let affordable = budget.checked_sub(cost);
                budget = affordable.unwrap_or(0);
                match (affordable, result) {
                    (None, _) => Some("validation failed due to running out of cost budget, no further validation rules will be run".to_owned()),
                    (_, Err(fault)) => Some(wrong(&validation.expression, &fault)),
                    (_, Ok(cel::Value::Bool(true))) => continue,
                    (_, Ok(_)) => None,
                }
            }
        };
        match fault {
            Some(_) if ignore => {}
            Some(message) => decisions.push(Decision { message, reason: String::new(), index }),
            None => {
                let own = validation.message_expression.as_deref().filter(|text| !text.trim().is_empty());
                let own = own.and_then(|text| match expressions.compile(text, &["string"]).ok()?.run(&names).0 {
                    Ok(cel::Value::Text(text)) => Some(text.trim().to_owned()),
                    _ => None,
                });
                let own = own.filter(|text| !text.is_empty() && text.len() <= MAX_MESSAGE && !text.contains('\n'));
                let stated = validation.message.as_deref().filter(|text| !text.is_empty()).map(|text| text.trim().to_owned());
                let message = own.or(stated).unwrap_or_else(|| format!("failed expression: {}", validation.expression.trim()));
                let reason = validation.reason.clone().unwrap_or_else(|| "Invalid".to_owned());
                decisions.push(Decision { message, reason, index });
            }
        }
    }
    decisions
}

/// What the policy's audit annotations say, by key; an error of one stands in its place.
pub fn audit_annotations(spec: &ValidatingAdmissionPolicySpec, input: &Input<'_>) -> Vec<(String, Result<String, String>)> {
    let (expressions, variables) = variables(spec);
    let names = Names::new(input, variables);
    let mut annotations = Vec::new();
    for annotation in spec.audit_annotations.iter().flatten() {
        let expression = annotation.value_expression.trim();
        let value = match expressions.compile(expression, &["string", "null_type"]).map(|program| program.run(&names).0) {
            Ok(Ok(cel::Value::Text(text))) if !text.trim().is_empty() => Ok(text.trim().to_owned()),
            Ok(Ok(_)) => continue,
            Ok(Err(fault)) => Err(wrong(expression, &fault)),
            Err(why) => Err(why),
        };
        annotations.push((annotation.key.clone(), value));
    }
    annotations
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn decide(spec: Value, object: Value) -> Vec<String> {
        let spec = serde_json::from_value(spec).unwrap();
        let input = Input { object, request: json!({"operation": "CREATE", "userInfo": {"username": "jane", "groups": ["dev"]}}), namespace: json!({"metadata": {"labels": {"env": "prod"}}}), ..Input::default() };
        evaluate(&spec, &input).into_iter().map(|decision| format!("{} {}", decision.reason, decision.message)).collect()
    }

    #[test]
    fn validations_decide() {
        let deployment = json!({"metadata": {"name": "web"}, "spec": {"replicas": 7, "template": {"spec": {"containers": [{"image": "a:1"}]}}}});
        let cases = [
            (json!({"validations": [{"expression": "object.spec.replicas <= 5"}]}), vec!["Invalid failed expression: object.spec.replicas <= 5"]),
            (json!({"validations": [{"expression": "object.spec.replicas <= 5", "message": "too many", "reason": "Forbidden"}]}), vec!["Forbidden too many"]),
            (json!({"validations": [{"expression": "object.spec.replicas <= 5", "messageExpression": "'%d is too many for %s'.format([object.spec.replicas, request.userInfo.username])"}]}), vec!["Invalid 7 is too many for jane"]),
            (json!({"validations": [{"expression": "object.spec.nope > 1"}]}), vec![" expression 'object.spec.nope > 1' resulted in error: no such key: nope"]),
            (json!({"failurePolicy": "Ignore", "validations": [{"expression": "object.spec.nope > 1"}]}), vec![]),
            (json!({"variables": [{"name": "images", "expression": "object.spec.template.spec.containers.map(c, c.image)"}], "validations": [{"expression": "variables.images.all(i, i.startsWith('a:'))"}]}), vec![]),
            (json!({"validations": [{"expression": "namespaceObject.metadata.labels.env == 'test'", "message": "not here"}]}), vec!["Invalid not here"]),
        ];
        for (spec, decisions) in cases {
            assert_eq!(decide(spec.clone(), deployment.clone()), decisions, "{spec}");
        }
    }

    #[test]
    fn a_condition_that_does_not_hold_decides() {
        let conditions: Vec<MatchCondition> = serde_json::from_value(json!([{"name": "a", "expression": "object.nope"}, {"name": "b", "expression": "false"}])).unwrap();
        assert_eq!(conditions_hold(&conditions, false, &Input { object: json!({}), ..Input::default() }), Ok(false));
        let wrong = conditions_hold(&conditions[..1], false, &Input { object: json!({}), ..Input::default() });
        assert_eq!(wrong, Err("must evaluate to bool but got dyn".to_owned()));
    }
}
