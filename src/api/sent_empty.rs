//! Lists, maps and texts that a request sent empty. Our types read an empty list like a missing one, and what is stored knows no
//! difference either: etcd holds protobuf, which has no empty lists. But while Go has the object of a request in hand, it tells
//! `[]` from nothing: errors show which of the two it was, and a few rules of generations count it as a change. So whoever reads
//! a body notes the places of what is empty. Of most bodies there are none, which costs nothing.
//!
//! Models: encoding/json as the API server uses it (nil and empty slices and maps, pointers to text), v1.36.
//! Simplified: a place is that of the body; what admission moves within a list is not followed.

use serde_json::Value;

/// What was sent with nothing in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Empty {
    List,
    Map,
    /// Where no text at all would be something else.
    Text,
}

/// The places of what was sent empty, as errors name them: `spec.containers[0].ports`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SentEmpty(Vec<(String, Empty)>);

impl SentEmpty {
    pub(crate) const NOTHING: SentEmpty = SentEmpty(Vec::new());

    pub(crate) fn note(&mut self, place: String, empty: Empty) {
        self.0.push((place, empty));
    }

    /// The same places within this field.
    pub(crate) fn within(self, field: &str) -> SentEmpty {
        SentEmpty(self.0.into_iter().map(|(place, empty)| (format!("{field}.{place}"), empty)).collect())
    }

    /// How a list or map that has nothing in it is shown.
    pub(crate) fn shown(&self, place: &str) -> &'static str {
        match self.at(place) {
            Some(Empty::List) => "[]",
            Some(Empty::Map) => "{}",
            Some(Empty::Text) | None => "null",
        }
    }

    pub(crate) fn at(&self, place: &str) -> Option<Empty> {
        self.0.iter().find(|(known, _)| known == place).map(|(_, empty)| *empty)
    }

    /// All but what is at these places or below them.
    pub(crate) fn outside(&self, places: &[&str]) -> SentEmpty {
        SentEmpty(self.0.iter().filter(|(known, _)| !places.iter().any(|place| is_within(known, place))).cloned().collect())
    }

    /// Whether a list or map below this place was sent empty and still is.
    pub fn holds_within(&self, place: &str, object: impl FnOnce() -> Value) -> bool {
        let places: Vec<&str> = self.0.iter().filter(|(known, empty)| *empty != Empty::Text && is_within(known, place)).map(|(known, _)| known.as_str()).collect();
        if places.is_empty() {
            return false;
        }
        let object = object();
        places.into_iter().any(|place| value_at(&object, place).is_none_or(has_nothing))
    }
}

fn is_within(known: &str, place: &str) -> bool {
    known.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// Whether a value is missing, or a list or map with nothing in it.
pub(crate) fn has_nothing(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        value => value.is_null(),
    }
}

/// What stands at a place like `spec.rules[0].http` or `metadata.annotations[a.b/c]`.
fn value_at<'a>(value: &'a Value, place: &str) -> Option<&'a Value> {
    if place.is_empty() {
        return Some(value);
    }
    if let Some((inside, rest)) = place.strip_prefix('[').and_then(|place| place.split_once(']')) {
        let inner = match value {
            Value::Array(items) => items.get(inside.parse::<usize>().ok()?)?,
            value => value.get(inside)?,
        };
        return value_at(inner, rest);
    }
    let place = place.strip_prefix('.').unwrap_or(place);
    let end = place.find(['.', '[']).unwrap_or(place.len());
    value_at(value.get(&place[..end])?, &place[end..])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn places_lead_through_lists_and_maps() {
        let value = json!({"a": [{"b": {"x.y/z": 1}}]});
        assert_eq!(value_at(&value, "a[0].b[x.y/z]"), Some(&json!(1)));
        assert_eq!(value_at(&value, "a[1]"), None);
    }

    #[test]
    fn what_has_been_filled_since_is_not_empty() {
        let mut sent = SentEmpty::default();
        sent.note("spec.policyTypes".to_owned(), Empty::List);
        assert!(sent.holds_within("spec", || json!({"spec": {}})));
        assert!(!sent.holds_within("spec", || json!({"spec": {"policyTypes": ["Ingress"]}})));
        assert!(!sent.holds_within("spe", || json!({})) && !sent.holds_within("status", || json!({})));
    }
}
