//! `--sort-by`: the order of rows and objects by a field.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/get/sorter.go, v1.36.
//! Simplified: nothing.

use podarium_api::quantity::Quantity;
use serde_json::Value;

use super::jsonpath::{find, parse, relaxed};
use super::jsonpath::Node;
use crate::go_sort;

/// Why there is no order. The texts are kubectl's.
#[derive(Debug, PartialEq)]
pub enum SortError {
    /// The path is wrong, or leads nowhere in any of the objects.
    Path(String),
    /// What the path leads to has no order; kubectl ends there and then.
    Unsortable { field: String, why: String },
}

impl SortError {
    /// What the reference says, of what it sorts.
    pub fn text(&self, sorted: &str) -> String {
        match self {
            SortError::Path(why) => why.clone(),
            SortError::Unsortable { field, why } => format!("Field {field} in {sorted} {why}"),
        }
    }
}

/// The order in which to show some objects.
pub fn order(objects: &[&Value], path: &str) -> Result<Vec<usize>, SortError> {
    order_by(objects, relaxed(path).map_err(SortError::Path)?)
}

/// The order of the rows of a table, whose path may have more than one piece; the first counts.
pub fn order_of_rows(objects: &[&Value], path: &str) -> Result<Vec<usize>, SortError> {
    order_by(objects, relaxed(path).unwrap_or_else(|_| path.to_owned()))
}

fn order_by(objects: &[&Value], field: String) -> Result<Vec<usize>, SortError> {
    let nodes = parse(&field).map_err(SortError::Path)?;
    let Some(Node::Path(steps)) = nodes.first() else { return Ok((0..objects.len()).collect()) };
    let keys: Result<Vec<Option<Value>>, String> = objects.iter().map(|object| Ok(find(steps, object)?.into_iter().next())).collect();
    let keys = keys.map_err(SortError::Path)?;
    if !objects.is_empty() && keys.iter().all(Option::is_none) {
        return Err(SortError::Path(format!("couldn't find any field with path {field:?} in the list of objects")));
    }
    let mut sorter = Sorter { keys: &keys, unsortable: None };
    let mut order: Vec<usize> = (0..objects.len()).collect();
    go_sort::sort(&mut order, |a, b| sorter.less(*a, *b));
    match sorter.unsortable {
        Some(why) => Err(SortError::Unsortable { field, why }),
        None => Ok(order),
    }
}

struct Sorter<'k> {
    keys: &'k [Option<Value>],
    unsortable: Option<String>,
}

impl Sorter<'_> {
    fn less(&mut self, a: usize, b: usize) -> bool {
        let (a, b) = match (&self.keys[a], &self.keys[b]) {
            (None, _) => return true,
            (_, None) => return false,
            (Some(a), Some(b)) => (a, b),
        };
        match (a, b) {
            (Value::Null, other) => !other.is_null(),
            (_, Value::Null) => false,
            (Value::String(a), Value::String(b)) => match (a.parse::<Quantity>(), b.parse::<Quantity>()) {
                (Ok(a), Ok(b)) => a < b,
                _ => a < b,
            },
            (Value::Number(a), Value::Number(b)) if a.is_f64() == b.is_f64() => a.as_f64() < b.as_f64(),
            (Value::Bool(_), _) => self.refuse("interface", "unsortable type: bool"),
            (Value::Object(_), _) => self.refuse("interface", "unsortable type: map[string]interface {}"),
            (Value::Array(_), _) => self.refuse("interface", "unsortable type: []interface {}"),
            (Value::String(_) | Value::Number(_), _) => self.refuse("interface", "unsortable interface: interface"),
        }
    }

    fn refuse(&mut self, kind: &str, why: &str) -> bool {
        self.unsortable.get_or_insert_with(|| format!("is an unsortable type: {kind}, err: {why}"));
        false
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn ordered(values: &[Value]) -> Vec<usize> {
        let objects: Vec<Value> = values.iter().map(|value| json!({"at": value})).collect();
        order(&objects.iter().collect::<Vec<_>>(), ".at").expect("sortable")
    }

    #[test]
    fn what_has_no_time_comes_first_and_mixed_texts_never_panic() {
        assert_eq!(ordered(&[json!("b"), Value::Null, json!("a")]), [1, 2, 0]);
        assert_eq!(ordered(&[json!("10"), json!("9"), json!("1k")]), [1, 0, 2]);
        let mixed: Vec<Value> = (0..200).map(|at| if at % 3 == 0 { Value::Null } else { json!(format!("{}{}", at * 7 % 31, if at % 2 == 0 { "a" } else { "" })) }).collect();
        assert_eq!(ordered(&mixed).len(), mixed.len());
    }

    #[test]
    fn what_cannot_be_sorted_is_refused() {
        let objects = [json!({"at": {"a": 1}}), json!({"at": {"a": 2}})];
        let error = order(&objects.iter().collect::<Vec<_>>(), ".at").expect_err("maps have no order");
        let why = "Field {.at} in table is an unsortable type: interface, err: unsortable type: map[string]interface {}";
        assert_eq!(error.text("table"), why);
    }
}
