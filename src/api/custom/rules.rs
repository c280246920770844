//! `x-kubernetes-validations`: rules in CEL that objects must meet.
//!
//! Models: staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel/{compilation.go,validation.go}, v1.36.
//! Simplified: an error that ratcheting lets pass is not told as a warning.

use std::collections::BTreeMap;

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::ValidationRule;
use serde_json::{Value, json};

use super::rule_types::{measure, most_values, to_cel, type_of};
use super::schema::{Old, Schema, items, property, same, values};
use super::field_path;
use crate::cel::{self, Program, Type, Variables};
use crate::field::{FieldError, Path};

/// What the rules of one object may cost together.
const BUDGET: u64 = 10_000_000;
const MAX_MESSAGE: usize = 5 * 1024;
/// What one expression, and all expressions of a schema together, may be estimated to cost.
const RULE_LIMIT: u64 = 10_000_000;
const SCHEMA_LIMIT: u64 = 100_000_000;
/// How many of the dearest rules are told.
const SHOWN_RULES: usize = 4;

/// The compiled rules of a schema and of those below it.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    schema: Schema,
    root: bool,
    own: Vec<Rule>,
    items: Option<Box<Rules>>,
    values: Option<Box<Rules>>,
    properties: BTreeMap<String, Rules>,
}

#[derive(Clone, Debug)]
struct Rule {
    source: ValidationRule,
    program: Program,
    message: Option<Program>,
    uses_old: bool,
    /// `spec.replicas`, below the value that the rule is about.
    field: String,
}

/// Where in a definition's schema a rule stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scope {
    root: bool,
    /// How many values of the schema there can be in an object; `None` if a list or map around it has no limit.
    count: Option<u64>,
}

impl Scope {
    pub fn root() -> Self {
        Scope { root: true, count: Some(1) }
    }

    /// A schema below this one, in the list, map or object `around`.
    pub fn below(self, around: &Schema, schema: &Schema) -> Self {
        let limit = |limit: Option<i64>| limit.map(|limit| u64::try_from(limit).unwrap_or(0));
        let each = match around.type_.as_deref() {
            Some("object") if around.additional_properties.is_some() => limit(around.max_properties),
            Some("array") => limit(around.max_items),
            _ => Some(1),
        };
        let count = self.count.zip(each).map(|(count, each)| count.saturating_mul(each));
        Scope { root: schema.x_kubernetes_embedded_resource == Some(true), count }
    }
}

/// What is wrong with the rules of a schema, and what each expression may cost.
#[derive(Default)]
pub(crate) struct Checked {
    pub errors: Vec<FieldError>,
    pub costs: Vec<(Path, u64)>,
}

fn variables(of: &Type, optional_old: bool) -> Variables {
    let old = if optional_old { Type::optional(of.clone()) } else { of.clone() };
    Variables::from([("self".to_owned(), of.clone()), ("oldSelf".to_owned(), old)])
}

/// Checks the expressions of a schema's own rules.
pub(crate) fn check(schema: &Schema, scope: Scope, uncorrelatable: Option<&Path>, path: &Path) -> Checked {
    let rules = schema.x_kubernetes_validations.as_deref().unwrap_or_default();
    let field = path.child("x-kubernetes-validations");
    let mut checked = Checked::default();
    let Checked { errors, costs } = &mut checked;
    if rules.is_empty() {
        return checked;
    }
    let Some((of, size)) = type_of(schema, scope.root).zip(measure(schema, scope.root)) else {
        errors.push(FieldError::internal(field, "internal error: failed to retrieve type information for x-kubernetes-validations"));
        return checked;
    };
    let count = scope.count.unwrap_or_else(|| most_values(size.least));
    for (index, rule) in rules.iter().enumerate() {
        let field = field.index(index);
        let shown = crate::validation::custom_resource_definition::shown_rule(rule);
        let invalid = |name: &str, why: String| FieldError::invalid(field.child(name), json!(rule), why).shown_as(shown.clone());
        let variables = variables(&of, rule.optional_old_self == Some(true));
        let mut uses_old = false;
        match Program::compile(&rule.rule, &variables) {
            Err(report) => errors.push(invalid("rule", format!("compilation failed: {report}"))),
            Ok(program) if *program.result() != Type::Bool => errors.push(invalid("rule", "cel expression must evaluate to a bool".to_owned())),
            Ok(program) => {
                uses_old = program.names("oldSelf");
                let cost = program.cost(&variables, &size.extent).saturating_mul(count);
                errors.extend(over_limit(field.child("rule"), "estimated rule cost", cost, RULE_LIMIT));
                costs.push((field.child("rule"), cost));
                let message = rule.message_expression.as_deref().filter(|text| !text.is_empty());
                match message.map(|text| Program::compile(text, &variables)) {
                    Some(Err(report)) => errors.push(invalid("messageExpression", format!("messageExpression compilation failed: {report}"))),
                    Some(Ok(program)) if *program.result() != Type::Text => {
                        errors.push(invalid("messageExpression", "messageExpression must evaluate to a string".to_owned()));
                    }
                    Some(Ok(program)) => {
                        let cost = program.cost(&variables, &size.extent);
                        errors.extend(over_limit(field.child("messageExpression"), "estimated messageExpression cost", cost, RULE_LIMIT));
                        costs.push((field.child("messageExpression"), cost));
                    }
                    None => {}
                }
            }
        }
        if uses_old {
            if let Some(within) = uncorrelatable {
                let why = format!("oldSelf cannot be used on the uncorrelatable portion of the schema within {within}");
                errors.push(FieldError::invalid(field.child("rule"), rule.rule.as_str(), why));
            }
        } else if let Some(set) = rule.optional_old_self {
            errors.push(FieldError::invalid(field.child("optionalOldSelf"), set, "may not be set if oldSelf is not used in rule"));
        }
    }
    checked
}

/// What all rules of a schema together may cost too much, with those that cost most.
pub(crate) fn total_errors(costs: Vec<(Path, u64)>, schema: &Path) -> Vec<FieldError> {
    let total = costs.iter().fold(0, |total: u64, (_, cost)| total.saturating_add(*cost));
    let what = "x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema";
    let Some(error) = over_limit(schema.clone(), what, total, SCHEMA_LIMIT) else { return Vec::new() };
    let mut dear: Vec<(Path, u64)> = costs.into_iter().filter(|(_, cost)| *cost >= SCHEMA_LIMIT / 100).collect();
    dear.sort_by_key(|(_, cost)| std::cmp::Reverse(*cost));
    let why = "contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema";
    let dear = dear.into_iter().take(SHOWN_RULES).map(|(path, _)| FieldError::forbidden(path, why));
    dear.chain([error]).collect()
}

fn over_limit(field: Path, what: &str, cost: u64, limit: u64) -> Option<FieldError> {
    if cost <= limit {
        return None;
    }
    let factor = cost as f64 / limit as f64;
    let factor = match factor {
        factor if factor > 100.0 => "more than 100x".to_owned(),
        // So that nothing is said to exceed by a factor of 1.0.
        factor if factor < 1.5 => format!("{factor:.6}x"),
        factor => format!("{factor:.1}x"),
    };
    let advice = "try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared";
    Some(FieldError::forbidden(field, format!("{what} exceeds budget by factor of {factor} ({advice})")))
}

impl Rules {
    /// The rules of a whole object's schema, or nothing if it has none.
    pub fn of_object(schema: &Schema) -> Option<Self> {
        let root = Self::compile(schema, true);
        (!root.is_empty()).then_some(root)
    }

    /// The rules of a schema that has a default.
    pub fn of_default(schema: &Schema) -> Option<Self> {
        let rules = Self::compile(schema, schema.x_kubernetes_embedded_resource == Some(true));
        (!rules.is_empty()).then_some(rules)
    }

    fn compile(schema: &Schema, root: bool) -> Self {
        let below = |inner: &Schema| {
            let rules = Self::compile(inner, inner.x_kubernetes_embedded_resource == Some(true));
            (!rules.is_empty()).then(|| Box::new(rules))
        };
        let properties = schema.properties.iter().flatten().filter_map(|(name, inner)| Some((name.clone(), *below(inner)?)));
        Rules {
            own: compile_own(schema, root),
            items: items(schema).and_then(below),
            values: values(schema).and_then(below),
            properties: properties.collect(),
            schema: schema.clone(),
            root,
        }
    }

    fn is_empty(&self) -> bool {
        self.own.is_empty() && self.items.is_none() && self.values.is_none() && self.properties.is_empty()
    }

    /// What rules an object breaks.
    pub fn validate(&self, value: &Value, old: Option<&Value>) -> Vec<FieldError> {
        let mut run = Run { errors: Vec::new(), budget: BUDGET };
        run.check(self, value, Old(old), false, "");
        run.errors
    }

    /// The same for a value inside of something.
    pub fn validate_at(&self, value: &Value, old: Option<&Value>, path: &Path) -> Vec<FieldError> {
        let mut run = Run { errors: Vec::new(), budget: BUDGET };
        run.check(self, value, Old(old), false, &path.to_string());
        run.errors
    }
}

fn compile_own(schema: &Schema, root: bool) -> Vec<Rule> {
    let rules = schema.x_kubernetes_validations.as_deref().unwrap_or_default();
    let Some(of) = type_of(schema, root).filter(|_| !rules.is_empty()) else { return Vec::new() };
    let compile = |rule: &ValidationRule| {
        let variables = variables(&of, rule.optional_old_self == Some(true));
        let program = Program::compile(&rule.rule, &variables).ok()?;
        let message = rule.message_expression.as_deref().and_then(|text| Program::compile(text, &variables).ok());
        let field = rule.field_path.as_deref().filter(|path| !path.is_empty());
        let field = field.and_then(|path| field_path::resolve(path, schema, true).ok()).map(|(path, _)| path);
        Some(Rule { uses_old: program.names("oldSelf"), program, message, field: field.unwrap_or_default(), source: rule.clone() })
    };
    rules.iter().filter_map(compile).collect()
}

struct Run {
    errors: Vec<FieldError>,
    budget: u64,
}

fn child(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

impl Run {
    /// `unchanged` says whether what holds this value is as it was.
    fn check(&mut self, rules: &Rules, value: &Value, old: Old<'_>, unchanged: bool, path: &str) {
        if value.is_null() {
            return;
        }
        let unchanged = old.0.map_or(unchanged, |old| same(old, value));
        self.check_own(rules, value, old.0, unchanged, path);
        match value {
            Value::Object(fields) => {
                if let Some(inner) = &rules.values {
                    for (name, value) in fields.iter().filter(|(name, _)| property(&rules.schema, name).is_none()) {
                        self.check(inner, value, old.field(name), unchanged, &format!("{path}[{name}]"));
                    }
                }
                for (name, inner) in &rules.properties {
                    if let Some(value) = fields.get(name) {
                        self.check(inner, value, old.field(name), unchanged, &child(path, name));
                    }
                }
            }
            Value::Array(list) => {
                let Some(inner) = &rules.items else { return };
                for (index, item) in list.iter().enumerate() {
                    self.check(inner, item, old.item(&rules.schema, item), unchanged, &format!("{path}[{index}]"));
                }
            }
            _ => {}
        }
    }

    fn check_own(&mut self, rules: &Rules, value: &Value, old: Option<&Value>, unchanged: bool, path: &str) {
        if rules.own.is_empty() {
            return;
        }
        let this = to_cel(value, &rules.schema, rules.root);
        let before = old.map(|old| to_cel(old, &rules.schema, rules.root));
        let field = if path.is_empty() { "<nil>" } else { path };
        let type_name = rules.schema.type_.clone().unwrap_or_default();
        for rule in &rules.own {
            let optional = rule.source.optional_old_self == Some(true);
            if rule.uses_old && before.is_none() && !optional {
                continue;
            }
            let given = Given { this: &this, old: before.as_ref(), optional };
            let (result, cost) = rule.program.run(&given);
            if cost > self.budget {
                self.errors.push(FieldError::invalid(field, type_name.as_str(), "validation failed due to running out of cost budget, no further validation rules will be run"));
                self.budget = 0;
                return;
            }
            self.budget -= cost;
            let shown = shown_rule(&rule.source);
            match result {
                Ok(cel::Value::Bool(true)) => {}
                Err(fault) => {
                    let why = match fault.as_str() {
                        fault if fault.starts_with("no such overload") => format!("'{fault}': call arguments did not match a supported operator, function or macro signature for rule: {shown}"),
                        fault if fault.starts_with("operation cancelled") => format!("'{fault}': no further validation rules will be run due to call cost exceeds limit for rule: {shown}"),
                        fault => format!("{fault} evaluating rule: {shown}"),
                    };
                    self.errors.push(FieldError::invalid(field, type_name.as_str(), why));
                }
                Ok(_) if !rule.uses_old && unchanged => {}
                Ok(_) => self.errors.push(broken(rule, value, &type_name, &given, path)),
            }
        }
    }
}

/// The rule as error texts name it.
fn shown_rule(rule: &ValidationRule) -> String {
    let message = rule.message.as_deref().unwrap_or_default();
    if message.is_empty() { rule.rule.trim().to_owned() } else { message.trim().to_owned() }
}

/// The error of a rule that does not hold.
fn broken(rule: &Rule, value: &Value, type_name: &str, given: &Given<'_>, path: &str) -> FieldError {
    let field = if rule.field.is_empty() { path.to_owned() } else { child(path, &rule.field) };
    let field = if field.is_empty() { "<nil>".to_owned() } else { field };
    let message = rule.message.as_ref().and_then(|program| match program.run(given).0 {
        Ok(cel::Value::Text(text)) => Some(text.trim().to_owned()),
        _ => None,
    });
    let message = message.filter(|text| !text.is_empty() && text.len() <= MAX_MESSAGE && !text.contains('\n'));
    let stated = rule.source.message.as_deref().filter(|text| !text.is_empty());
    let detail = message.or_else(|| stated.map(|text| text.trim().to_owned())).unwrap_or_else(|| format!("failed rule: {}", shown_rule(&rule.source)));
    let hidden = matches!(type_name, "object" | "array");
    let hide = |error: FieldError| if hidden { error.without_value() } else { error };
    match rule.source.reason.as_deref() {
        Some("FieldValueForbidden") => FieldError::forbidden(field, detail),
        Some("FieldValueRequired") => FieldError::required(field, detail),
        Some("FieldValueDuplicate") => hide(FieldError::duplicate(field, value.clone())),
        _ => hide(FieldError::invalid(field, value.clone(), detail)),
    }
}

/// `self` and `oldSelf`.
struct Given<'a> {
    this: &'a cel::Value,
    old: Option<&'a cel::Value>,
    optional: bool,
}

impl cel::Activation for Given<'_> {
    fn find(&self, name: &str) -> Option<Result<cel::Value, cel::Fault>> {
        match name {
            "self" => Some(Ok(self.this.clone())),
            "oldSelf" if self.optional => Some(Ok(self.old.map_or(cel::Value::Optional(None), |old| cel::Value::some(old.clone())))),
            "oldSelf" => self.old.cloned().map(Ok),
            _ => None,
        }
    }
}

/// What is wrong with a rule before its expressions are read.
pub(crate) fn form_errors(rule: &ValidationRule, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let (message, message_expression, field_path) = (text(&rule.message), text(&rule.message_expression), text(&rule.field_path));
    let broken = |text: &str| text.contains(['\n', '\r']);
    if rule.rule.trim().is_empty() {
        errors.push(FieldError::required(path.child("rule"), "rule is not specified"));
    } else if !message.is_empty() && message.trim().is_empty() {
        errors.push(FieldError::invalid(path.child("message"), message.as_str(), "must be non-empty if specified"));
    } else if broken(message.trim()) {
        errors.push(FieldError::invalid(path.child("message"), message.as_str(), "must not contain line breaks"));
    } else if broken(rule.rule.trim()) && message.trim().is_empty() {
        errors.push(FieldError::required(path.child("message"), "message must be specified if rule contains line breaks"));
    }
    if !message_expression.is_empty() && message_expression.trim().is_empty() {
        errors.push(FieldError::required(path.child("messageExpression"), "messageExpression must be non-empty if specified"));
    }
    const REASONS: &[&str] = &["FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"];
    if let Some(reason) = rule.reason.as_deref().filter(|reason| !REASONS.contains(reason)) {
        errors.push(FieldError::not_supported(path.child("reason"), reason, REASONS));
    }
    if !field_path.is_empty() && field_path.trim().is_empty() {
        errors.push(FieldError::invalid(path.child("fieldPath"), field_path.as_str(), "must be non-empty if specified"));
    }
    if broken(&field_path) {
        errors.push(FieldError::invalid(path.child("fieldPath"), field_path.as_str(), "must not contain line breaks"));
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema(value: Value) -> Schema {
        serde_json::from_value(value).unwrap()
    }

    fn broken_rules(rules: Value, value: Value, old: Option<Value>) -> Vec<String> {
        let schema = schema(json!({"type": "object", "properties": {"spec": {
            "type": "object", "x-kubernetes-validations": rules,
            "properties": {"min": {"type": "integer"}, "max": {"type": "integer"}, "name": {"type": "string"}, "my-key": {"type": "string"}},
        }}}));
        assert_eq!(check(super::super::schema::property(&schema, "spec").unwrap(), Scope { root: false, count: Some(1) }, None, &Path::new("s")).errors, []);
        let of = |spec: Value| json!({"apiVersion": "a/v1", "kind": "K", "metadata": {"name": "n"}, "spec": spec});
        let old = old.map(of);
        let rules = Rules::of_object(&schema).unwrap();
        rules.validate(&of(value), old.as_ref()).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn broken_rules_are_told_as_they_say() {
        let cases = [
            (json!([{"rule": "self.min <= self.max"}]), "spec: Invalid value: failed rule: self.min <= self.max"),
            (json!([{"rule": "self.min <= self.max", "message": "min is over max"}]), "spec: Invalid value: min is over max"),
            (json!([{"rule": "self.min <= self.max", "messageExpression": "'%d > %d'.format([self.min, self.max])"}]), "spec: Invalid value: 5 > 3"),
            (json!([{"rule": "self.min <= self.max", "fieldPath": ".min", "reason": "FieldValueForbidden", "message": "no"}]), "spec.min: Forbidden: no"),
            (json!([{"rule": "self.name != ''"}]), "spec: Invalid value: \"object\": no such key: name evaluating rule: self.name != ''"),
            (json!([{"rule": "has(self.my__dash__key)"}]), "spec: Invalid value: failed rule: has(self.my__dash__key)"),
        ];
        for (rules, text) in cases {
            assert_eq!(broken_rules(rules.clone(), json!({"min": 5, "max": 3}), None), [text], "{rules}");
        }
        assert_eq!(broken_rules(json!([{"rule": "self.min <= self.max"}]), json!({"min": 1, "max": 3}), None), Vec::<String>::new());
    }

    #[test]
    fn rules_may_compare_with_what_was() {
        let rule = json!([{"rule": "self.min >= oldSelf.min", "message": "min may only grow"}]);
        assert_eq!(broken_rules(rule.clone(), json!({"min": 1}), None), Vec::<String>::new());
        assert_eq!(broken_rules(rule.clone(), json!({"min": 1}), Some(json!({"min": 2}))), ["spec: Invalid value: min may only grow"]);
        let optional = json!([{"rule": "!oldSelf.hasValue() || self.min >= oldSelf.value().min", "optionalOldSelf": true, "message": "no"}]);
        assert_eq!(broken_rules(optional.clone(), json!({"min": 1}), None), Vec::<String>::new());
        assert_eq!(broken_rules(optional, json!({"min": 1}), Some(json!({"min": 2}))), ["spec: Invalid value: no"]);
        let plain = json!([{"rule": "self.min <= self.max"}]);
        let bad = json!({"min": 5, "max": 3});
        assert_eq!(broken_rules(plain, bad.clone(), Some(bad)), Vec::<String>::new(), "what was wrong before is let be");
    }

    #[test]
    fn bad_rules_are_refused() {
        let schema = schema(json!({"type": "object", "properties": {"a": {"type": "integer"}}, "x-kubernetes-validations": [
            {"rule": "self.b > 1"}, {"rule": "self.a + 1"}, {"rule": "self.a > 1", "messageExpression": "self.a"},
        ]}));
        let errors: Vec<String> = check(&schema, Scope { root: false, count: Some(1) }, None, &Path::new("s")).errors.iter().map(ToString::to_string).collect();
        assert_eq!(errors, [
            "s.x-kubernetes-validations[0].rule: Invalid value: {\"Rule\":\"self.b \\u003e 1\",\"Message\":\"\",\"MessageExpression\":\"\",\"Reason\":null,\"FieldPath\":\"\",\"OptionalOldSelf\":null}: compilation failed: ERROR: <input>:1:5: undefined field 'b'\n | self.b > 1\n | ....^",
            "s.x-kubernetes-validations[1].rule: Invalid value: {\"Rule\":\"self.a + 1\",\"Message\":\"\",\"MessageExpression\":\"\",\"Reason\":null,\"FieldPath\":\"\",\"OptionalOldSelf\":null}: cel expression must evaluate to a bool",
            "s.x-kubernetes-validations[2].messageExpression: Invalid value: {\"Rule\":\"self.a \\u003e 1\",\"Message\":\"\",\"MessageExpression\":\"self.a\",\"Reason\":null,\"FieldPath\":\"\",\"OptionalOldSelf\":null}: messageExpression must evaluate to a string",
        ]);
    }
}
