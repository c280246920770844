//! Values against their schema: types, ranges, lengths, patterns, formats, enumerations, required fields.
//!
//! Models: k8s.io/kube-openapi/pkg/validation/validate, as
//! staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/validation/validation.go uses it, v1.36.
//! Simplified: errors of the fields of one object come in alphabetical order; the reference's come in any.

use serde_json::Value;

use super::walk::{additional, items};
use super::{Old, Patterns, Schema, formats, same};
use crate::field::{ErrorType, FieldError};

/// What is wrong with a value, and how many checks it passed: of several schemas of which it should fit one, the errors
/// of the one that it fits best are told.
#[derive(Clone, Debug, Default)]
pub(crate) struct Checked {
    pub errors: Vec<FieldError>,
    matches: usize,
}

impl Checked {
    fn merge(&mut self, other: Checked) {
        self.errors.extend(other.errors);
        self.matches += other.matches;
    }
}

/// Checks a value against a schema. `path` is empty for a whole object, whose errors begin with the name of a field;
/// values that are as they were in `old` are passed over.
pub(crate) fn validate(value: &Value, old: Old<'_>, schema: &Schema, patterns: &Patterns, path: &str) -> Vec<FieldError> {
    Validator { patterns }.check(value, old, schema, path).errors
}

struct Validator<'a> {
    patterns: &'a Patterns,
}

/// The error of a field, whose detail begins with its name: `spec.replicas in body should be …`.
fn invalid(path: &str, value: impl Into<Value>, what: &str) -> FieldError {
    FieldError::invalid(field(path), value, format!("{path} in body {what}"))
}

/// An error that belongs to no field in particular.
fn general(text: String) -> FieldError {
    FieldError::invalid("<nil>", "", text)
}

fn field(path: &str) -> &str {
    match path.strip_prefix('.').unwrap_or(path) {
        "" => "<nil>",
        path => path,
    }
}

fn wrong_type(path: &str, expected: &str, found: &str) -> FieldError {
    let detail = format!("{path} in body must be of type {expected}: {}", crate::field::go_quoted(found));
    let mut error = FieldError::invalid(field(path), found, detail);
    error.error_type = ErrorType::TypeInvalid;
    error
}

fn json_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// A number as Go's `%v` writes it: `0.5`, `100000`, `1e+06`.
pub(crate) fn go_number(number: f64) -> String {
    let text = format!("{number:e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    match exponent.parse::<i32>().unwrap_or(0) {
        -4..=5 => number.to_string(),
        exponent => format!("{mantissa}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs()),
    }
}

/// The types that the schema allows.
fn types(schema: &Schema) -> Vec<&str> {
    if schema.x_kubernetes_int_or_string == Some(true) {
        return vec!["integer", "string"];
    }
    schema.type_.as_deref().filter(|name| !name.is_empty()).into_iter().collect()
}

fn format_of<'a>(schema: &'a Schema, types: &[&str]) -> Option<&'a str> {
    let format = schema.format.as_deref().filter(|format| !format.is_empty())?;
    formats::is_recognized(if let [only] = types { only } else { "" }, format).then_some(format)
}

impl Validator<'_> {
    fn check(&self, value: &Value, old: Old<'_>, schema: &Schema, path: &str) -> Checked {
        let mut checked = Checked::default();
        checked.merge(self.check_type(value, schema, path));
        if !value.is_null() {
            checked.merge(self.check_combined(value, old, schema, path));
            match value {
                Value::String(text) => checked.merge(self.check_text(text, schema, path)),
                Value::Number(number) => checked.merge(self.check_number(number, schema, path)),
                Value::Array(list) => checked.merge(self.check_list(list, old, schema, path)),
                _ => {}
            }
        }
        checked.merge(self.check_enum(value, schema, path));
        if let Value::Object(fields) = value {
            checked.merge(self.check_object(fields, old, schema, path));
        }
        if old.is(value) {
            checked.errors.clear();
        }
        checked.matches += 1;
        checked
    }

    fn check_type(&self, value: &Value, schema: &Schema, path: &str) -> Checked {
        let mut checked = Checked::default();
        let (types, found) = (types(schema), json_type(value));
        let format = format_of(schema, &types);
        if types.is_empty() && format.is_none() {
            return checked;
        }
        let number_types = types.contains(&"number") || types.contains(&"integer");
        let fits = match value {
            Value::Null => types.is_empty() || types.contains(&"null") || schema.nullable == Some(true),
            Value::String(_) | Value::Array(_) if !number_types && format.is_some() => true,
            Value::Number(number) if number.is_f64() => {
                types.contains(&"number") || types.contains(&"integer") && number.as_f64().is_some_and(|number| number.fract() == 0.0)
            }
            Value::Number(_) => number_types,
            _ => types.contains(&found),
        };
        if fits {
            checked.matches += 2;
            return checked;
        }
        checked.errors.push(match (value, format) {
            (Value::Bool(_) | Value::Object(_), Some(format)) => wrong_type(path, format, ""),
            _ => wrong_type(path, &types.join(","), found),
        });
        checked.matches += 1;
        checked
    }

    /// `anyOf`, `oneOf`, `allOf`, `not`.
    fn check_combined(&self, value: &Value, old: Old<'_>, schema: &Schema, path: &str) -> Checked {
        let mut checked = Checked { errors: Vec::new(), matches: 2 };
        let run = |schemas: &Option<Vec<Schema>>| -> Vec<Checked> {
            schemas.iter().flatten().map(|schema| self.check(value, old, schema, path)).collect()
        };
        let good = |result: &&Checked| result.errors.is_empty();
        // The first one that fits best.
        let best = |results: &[Checked]| results.iter().rev().max_by_key(|result| result.matches).cloned();
        let any = run(&schema.any_of);
        if !any.is_empty() {
            let fitting = any.iter().find(good).cloned();
            if fitting.is_none() {
                checked.errors.push(general(format!("{path:?} must validate at least one schema (anyOf)")));
            }
            checked.merge(fitting.or_else(|| best(&any)).unwrap_or_default());
        }
        let one = run(&schema.one_of);
        if !one.is_empty() {
            match one.iter().filter(good).count() {
                1 => checked.merge(one.iter().find(good).cloned().unwrap_or_default()),
                0 => {
                    checked.errors.push(general(format!("{path:?} must validate one and only one schema (oneOf). Found none valid")));
                    checked.merge(best(&one).unwrap_or_default());
                }
                many => checked.errors.push(general(format!("{path:?} must validate one and only one schema (oneOf). Found {many} valid alternatives"))),
            }
        }
        let all = run(&schema.all_of);
        let fitting = all.iter().filter(good).count();
        let count = all.len();
        all.into_iter().for_each(|result| checked.merge(result));
        if fitting != count {
            let none = if fitting == 0 { ". None validated" } else { "" };
            checked.errors.push(general(format!("{path:?} must validate all the schemas (allOf){none}")));
        }
        if let Some(not) = &schema.not
            && self.check(value, old, not, path).errors.is_empty()
        {
            checked.errors.push(general(format!("{path:?} must not validate the schema (not)")));
        }
        checked
    }

    fn check_text(&self, text: &str, schema: &Schema, path: &str) -> Checked {
        let mut checked = Checked { errors: Vec::new(), matches: 1 };
        let length = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
        let pattern = schema.pattern.as_deref().filter(|pattern| !pattern.is_empty());
        if let Some(max) = schema.max_length.filter(|max| length > *max) {
            checked.errors.push(FieldError::too_long(field(path), usize::try_from(max).unwrap_or(0)));
        } else if let Some(min) = schema.min_length.filter(|min| length < *min) {
            checked.errors.push(invalid(path, text, &format!("should be at least {min} chars long")));
        } else if let Some(pattern) = pattern.filter(|pattern| !self.patterns.matches(pattern, text)) {
            checked.errors.push(invalid(path, text, &format!("should match '{pattern}'")));
        }
        let types = types(schema);
        if let Some(format) = format_of(schema, &types)
            && !formats::is_format(format, text)
        {
            checked.errors.push(wrong_type(path, format, text));
        }
        checked
    }

    fn check_number(&self, number: &serde_json::Number, schema: &Schema, path: &str) -> Checked {
        let mut checked = Checked { errors: Vec::new(), matches: 1 };
        let value = number.as_f64().unwrap_or(0.0);
        // Integers are compared with the limit cut to an integer, as the reference does.
        let whole = !number.is_f64();
        let limit = |limit: f64| if whole { limit.trunc() } else { limit };
        let shown = |limit: f64| if whole { (limit.trunc() as i64).to_string() } else { go_number(limit) };
        checked.errors.extend(beyond_type(number, schema, path));
        if let Some(factor) = schema.multiple_of.filter(|factor| whole && limit(*factor) < 1.0) {
            let what = format!("factor MultipleOf declared for {path} must be positive: {}", shown(factor));
            checked.errors.push(FieldError::invalid(field(path), Value::Number(number.clone()), what));
        }
        let mut fail = |what: String| checked.errors.push(invalid(path, Value::Number(number.clone()), &what));
        if let Some(factor) = schema.multiple_of.filter(|factor| limit(*factor) != 0.0) {
            let times = if factor < 1.0 && !whole { 1.0 / factor * value } else { value / limit(factor) };
            if (times - times.round()).abs() > 1e-9 * times.abs().max(1.0) {
                fail(format!("should be a multiple of {}", shown(factor)));
            }
        }
        if let Some(max) = schema.maximum {
            let exclusive = schema.exclusive_maximum == Some(true);
            if value > limit(max) || exclusive && value >= limit(max) {
                fail(format!("should be less than {}{}", if exclusive { "" } else { "or equal to " }, shown(max)));
            }
        }
        if let Some(min) = schema.minimum {
            let exclusive = schema.exclusive_minimum == Some(true);
            if value < limit(min) || exclusive && value <= limit(min) {
                fail(format!("should be greater than {}{}", if exclusive { "" } else { "or equal to " }, shown(min)));
            }
        }
        checked
    }

    fn check_list(&self, list: &[Value], old: Old<'_>, schema: &Schema, path: &str) -> Checked {
        let mut checked = Checked { errors: Vec::new(), matches: 2 };
        if let Some(inner) = items(schema) {
            for (index, item) in list.iter().enumerate() {
                checked.merge(self.check(item, old.item(schema, item), inner, &format!("{path}[{index}]")));
            }
        }
        let size = i64::try_from(list.len()).unwrap_or(i64::MAX);
        if let Some(min) = schema.min_items.filter(|min| size < *min) {
            checked.errors.push(invalid(path, size, &format!("should have at least {min} items")));
        }
        if let Some(max) = schema.max_items.filter(|max| size > *max) {
            checked.errors.push(FieldError::too_many(field(path), list.len(), usize::try_from(max).unwrap_or(0)));
        }
        if schema.unique_items == Some(true) && list.iter().enumerate().any(|(index, item)| list[..index].iter().any(|other| same(other, item))) {
            checked.errors.push(invalid(path, "", "shouldn't contain duplicates"));
        }
        checked
    }

    fn check_enum(&self, value: &Value, schema: &Schema, path: &str) -> Checked {
        let mut checked = Checked { errors: Vec::new(), matches: 1 };
        let allowed = schema.enum_.as_deref().unwrap_or_default();
        if !allowed.is_empty() && !allowed.iter().any(|one| !one.0.is_null() && same(&one.0, value)) {
            let names: Vec<String> = allowed.iter().map(|one| one.0.as_str().map_or_else(|| one.0.to_string(), str::to_owned)).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            checked.errors.push(FieldError::not_supported(field(path), value.clone(), &names));
        }
        checked
    }

    fn check_object(&self, fields: &serde_json::Map<String, Value>, old: Old<'_>, schema: &Schema, path: &str) -> Checked {
        let mut checked = Checked { errors: Vec::new(), matches: 1 };
        let size = i64::try_from(fields.len()).unwrap_or(i64::MAX);
        if let Some(min) = schema.min_properties.filter(|min| size < *min) {
            checked.errors.push(invalid(path, size, &format!("should have at least {min} properties")));
            return checked;
        }
        if let Some(max) = schema.max_properties.filter(|max| size > *max) {
            checked.errors.push(FieldError::too_many(field(path), fields.len(), usize::try_from(max).unwrap_or(0)));
            return checked;
        }
        let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        for (name, value) in fields {
            let own = schema.properties.as_ref().and_then(|properties| properties.get(name));
            let inner = match (own, additional(schema)) {
                (Some(own), _) => own,
                (None, Some(Some(values))) => values,
                (None, Some(None)) if is_closed(schema) => {
                    checked.errors.push(FieldError::invalid(field(path), name.as_str(), format!("{path}.{name} in body is a forbidden property")));
                    continue;
                }
                _ => continue,
            };
            checked.merge(self.check(value, old.field(name), inner, &below(name)));
        }
        for name in schema.required.iter().flatten().filter(|name| !fields.contains_key(*name)) {
            checked.errors.push(FieldError::required(field(&format!("{path}.{name}")), ""));
        }
        checked
    }
}

/// A number that the integer type of the schema does not hold. It is told beside the wrong type.
fn beyond_type(number: &serde_json::Number, schema: &Schema, path: &str) -> Option<FieldError> {
    if schema.type_.as_deref() != Some("integer") {
        return None;
    }
    let format = schema.format.as_deref().filter(|format| !format.is_empty());
    let fits = match format {
        Some("int32") => number.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
        _ => number.is_i64() || number.as_f64().is_some_and(|number| number.fract() == 0.0),
    };
    let format = format.map_or_else(|| "(default format)".to_owned(), |format| format!("with format {format}"));
    (!fits).then(|| general(format!("Checked value must be of type integer {format} in {path}")))
}

/// `additionalProperties: false`.
fn is_closed(schema: &Schema) -> bool {
    use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::JSONSchemaPropsOrBool;
    matches!(schema.additional_properties, Some(JSONSchemaPropsOrBool::Bool(false)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn errors(schema: Value, value: Value) -> Vec<String> {
        let schema: Schema = serde_json::from_value(schema).unwrap();
        validate(&value, Old::none(), &schema, &Patterns::of(&schema), "").iter().map(ToString::to_string).collect()
    }

    #[test]
    fn errors_are_those_of_the_reference() {
        let one = |inner: Value, value: Value| errors(json!({"type": "object", "properties": {"spec": {"type": "object", "properties": {"x": inner}}}}), json!({"spec": {"x": value}}));
        let cases = [
            (json!({"type": "integer"}), json!("3"), "spec.x: Invalid value: \"string\": spec.x in body must be of type integer: \"string\""),
            (json!({"type": "string"}), json!(null), "spec.x: Invalid value: \"null\": spec.x in body must be of type string: \"null\""),
            (json!({"x-kubernetes-int-or-string": true}), json!(true), "spec.x: Invalid value: \"boolean\": spec.x in body must be of type integer,string: \"boolean\""),
            (json!({"type": "integer", "minimum": 1}), json!(0), "spec.x: Invalid value: 0: spec.x in body should be greater than or equal to 1"),
            (json!({"type": "integer", "maximum": 10, "exclusiveMaximum": true}), json!(10), "spec.x: Invalid value: 10: spec.x in body should be less than 10"),
            (json!({"type": "number", "multipleOf": 0.5}), json!(0.75), "spec.x: Invalid value: 0.75: spec.x in body should be a multiple of 0.5"),
            (json!({"type": "string", "pattern": "^a+$"}), json!("b"), "spec.x: Invalid value: \"b\": spec.x in body should match '^a+$'"),
            (json!({"type": "string", "minLength": 2}), json!("b"), "spec.x: Invalid value: \"b\": spec.x in body should be at least 2 chars long"),
            (json!({"type": "string", "maxLength": 2}), json!("bcd"), "spec.x: Too long: may not be more than 2 bytes"),
            (json!({"type": "string", "enum": ["a", "b"]}), json!("c"), "spec.x: Unsupported value: \"c\": supported values: \"a\", \"b\""),
            (json!({"type": "string", "format": "date"}), json!("x"), "spec.x: Invalid value: \"x\": spec.x in body must be of type date: \"x\""),
            (json!({"type": "array", "items": {"type": "string"}, "minItems": 1}), json!([]), "spec.x: Invalid value: 0: spec.x in body should have at least 1 items"),
            (json!({"type": "array", "items": {"type": "string"}, "maxItems": 1}), json!(["a", "b"]), "spec.x: Too many: 2: must have at most 1 item"),
            (json!({"type": "array", "items": {"type": "string"}}), json!(["a", 1]), "spec.x[1]: Invalid value: \"integer\": spec.x[1] in body must be of type string: \"integer\""),
            (json!({"type": "object", "required": ["y"]}), json!({}), "spec.x.y: Required value"),
            (json!({"type": "object", "additionalProperties": {"type": "integer"}}), json!({"k": "v"}), "spec.x.k: Invalid value: \"string\": spec.x.k in body must be of type integer: \"string\""),
        ];
        for (schema, value, text) in cases {
            assert_eq!(one(schema.clone(), value), [text], "{schema}");
        }
    }

    #[test]
    fn a_fraction_is_told_twice_where_an_integer_is_wanted() {
        let schema = json!({"type": "object", "properties": {"x": {"type": "integer"}}});
        let twice = ["x: Invalid value: \"number\": x in body must be of type integer: \"number\"", "<nil>: Invalid value: \"\": Checked value must be of type integer (default format) in x"];
        assert_eq!(errors(schema, json!({"x": 1.5})), twice);
    }

    #[test]
    fn combined_schemas_tell_the_nearest_miss() {
        let schema = json!({"type": "object", "properties": {"x": {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}, "oneOf": [{"required": ["a"]}, {"required": ["b"]}]}}});
        assert_eq!(errors(schema.clone(), json!({"x": {"a": "1"}})), Vec::<String>::new());
        assert_eq!(errors(schema.clone(), json!({"x": {}})), ["<nil>: Invalid value: \"\": \"x\" must validate one and only one schema (oneOf). Found none valid", "x.a: Required value"]);
        assert_eq!(errors(schema, json!({"x": {"a": "1", "b": "2"}})), ["<nil>: Invalid value: \"\": \"x\" must validate one and only one schema (oneOf). Found 2 valid alternatives"]);
    }

    #[test]
    fn what_was_wrong_before_is_let_be() {
        let schema: Schema = serde_json::from_value(json!({"type": "object", "properties": {"a": {"type": "integer", "maximum": 5}, "b": {"type": "integer", "maximum": 5}}})).unwrap();
        let old = json!({"a": 9, "b": 1});
        let check = |new: Value| validate(&new, Old(Some(&old)), &schema, &Patterns::default(), "").len();
        assert_eq!((check(json!({"a": 9, "b": 2})), check(json!({"a": 9, "b": 6})), check(json!({"a": 8, "b": 1}))), (0, 1, 1));
    }
}
