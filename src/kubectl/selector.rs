//! Label selectors from the command line, for fields of objects.
//!
//! Models: staging/src/k8s.io/apimachinery/pkg/apis/meta/v1/helpers.go (ParseToLabelSelector), v1.36.
//! Simplified: nothing.

use podarium_api::selector::{LabelSelector, Operator};
use serde_json::{Map, Value, json};

use crate::failure::{Outcome, fail};

/// `app=web,tier in (a,b)` as a LabelSelector.
pub fn parse(text: &str) -> Outcome<Value> {
    let parsed = match LabelSelector::parse(text) {
        Ok(parsed) => parsed,
        Err(error) => return fail(format!("couldn't parse the selector string \"{text}\": {}", error.0)),
    };
    let (mut labels, mut expressions) = (Map::new(), Vec::new());
    for requirement in parsed.requirements() {
        let (key, values) = (requirement.key(), requirement.values());
        let operator = match requirement.operator() {
            Operator::Equals | Operator::DoubleEquals => {
                labels.insert(key.to_owned(), values.first().cloned().into());
                continue;
            }
            Operator::In => "In",
            Operator::NotIn => "NotIn",
            Operator::Exists => "Exists",
            Operator::DoesNotExist => "DoesNotExist",
            Operator::GreaterThan => return fail("\"gt\" isn't supported in label selectors"),
            Operator::LessThan => return fail("\"lt\" isn't supported in label selectors"),
            Operator::NotEquals => return fail("\"!=\" is not a valid label selector operator"),
        };
        let mut expression = json!({"key": key, "operator": operator});
        if !values.is_empty() {
            expression["values"] = json!(values);
        }
        expressions.push(expression);
    }
    let mut selector = json!({});
    if !labels.is_empty() {
        selector["matchLabels"] = Value::Object(labels);
    }
    if !expressions.is_empty() {
        selector["matchExpressions"] = expressions.into();
    }
    Ok(selector)
}
