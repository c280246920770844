//! `--sort-by`: the order of rows and objects by a field.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/get/sorter.go, v1.36.
//! Simplified: equal objects keep their order, where Go's sort may turn them around.

use std::cmp::Ordering;

use podarium_api::quantity::Quantity;
use serde_json::Value;

use super::jsonpath::{find, parse, relaxed};
use super::jsonpath::Node;

/// The order in which to show some objects. The error is kubectl's.
pub fn order(objects: &[&Value], path: &str) -> Result<Vec<usize>, String> {
    let field = relaxed(path)?;
    let nodes = parse(&field)?;
    let Some(Node::Path(steps)) = nodes.first() else { return Ok((0..objects.len()).collect()) };
    let keys: Result<Vec<Option<Value>>, String> = objects.iter().map(|object| Ok(find(steps, object)?.into_iter().next())).collect();
    let keys = keys?;
    if !objects.is_empty() && keys.iter().all(Option::is_none) {
        return Err(format!("couldn't find any field with path {field:?} in the list of objects"));
    }
    let mut order: Vec<usize> = (0..objects.len()).collect();
    order.sort_by(|a, b| compare(keys[*a].as_ref(), keys[*b].as_ref()));
    Ok(order)
}

fn compare(a: Option<&Value>, b: Option<&Value>) -> Ordering {
    match (a, b) {
        (None, None) => Ordering::Equal,
        (None, _) => Ordering::Less,
        (_, None) => Ordering::Greater,
        (Some(Value::String(a)), Some(Value::String(b))) => match (a.parse::<Quantity>(), b.parse::<Quantity>()) {
            (Ok(a), Ok(b)) => a.partial_cmp(&b).unwrap_or(Ordering::Equal),
            _ => a.cmp(b),
        },
        (Some(Value::Number(a)), Some(Value::Number(b))) => a.as_f64().partial_cmp(&b.as_f64()).unwrap_or(Ordering::Equal),
        (Some(Value::Bool(a)), Some(Value::Bool(b))) => a.cmp(b),
        _ => Ordering::Equal,
    }
}
