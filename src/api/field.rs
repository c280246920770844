//! Validation errors: which field, which value, what is wrong with it.
//!
//! Models: staging/src/k8s.io/apimachinery/pkg/util/validation/field/errors.go, v1.36.
//! Simplified: nothing.

use std::fmt;

use serde_json::Value;

use crate::sent_empty::SentEmpty;
use crate::validation::go_dump;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorType {
    NotFound,
    Required,
    Duplicate,
    Invalid,
    NotSupported,
    Forbidden,
    TooLong,
    TooMany,
    InternalError,
    TypeInvalid,
}

impl ErrorType {
    /// The reason of a cause in a Status.
    pub fn reason(self) -> &'static str {
        match self {
            ErrorType::NotFound => "FieldValueNotFound",
            ErrorType::Required => "FieldValueRequired",
            ErrorType::Duplicate => "FieldValueDuplicate",
            ErrorType::Invalid => "FieldValueInvalid",
            ErrorType::NotSupported => "FieldValueNotSupported",
            ErrorType::Forbidden => "FieldValueForbidden",
            ErrorType::TooLong => "FieldValueTooLong",
            ErrorType::TooMany => "FieldValueTooMany",
            ErrorType::InternalError => "InternalError",
            ErrorType::TypeInvalid => "FieldValueTypeInvalid",
        }
    }

    fn text(self) -> &'static str {
        match self {
            ErrorType::NotFound => "Not found",
            ErrorType::Required => "Required value",
            ErrorType::Duplicate => "Duplicate value",
            ErrorType::Invalid | ErrorType::TypeInvalid => "Invalid value",
            ErrorType::NotSupported => "Unsupported value",
            ErrorType::Forbidden => "Forbidden",
            ErrorType::TooLong => "Too long",
            ErrorType::TooMany => "Too many",
            ErrorType::InternalError => "Internal error",
        }
    }
}

/// One thing that is wrong with one field.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldError {
    pub error_type: ErrorType,
    /// `spec.template.spec.containers[0].image`
    pub field: String,
    pub value: Value,
    pub detail: String,
    shown: Shown,
    more: Option<Box<More>>,
}

/// What few errors have.
#[derive(Clone, Debug, Default, PartialEq)]
struct More {
    /// Where the value is, if that is not the field.
    place: Option<String>,
    difference: Option<Difference>,
    /// What is wrong instead if the field was sent empty.
    if_empty: Vec<FieldError>,
    /// Whether nothing is wrong unless the field was sent empty.
    only_if_empty: bool,
}

/// How a value is shown.
#[derive(Clone, Debug, PartialEq)]
enum Shown {
    /// Text in quotes, and all else as JSON.
    Value,
    /// A struct inside the server, or a list of them: Go's own names of all fields in their order.
    Struct(&'static str),
    Structs(&'static str),
    /// In these words; in none, no value is shown at all.
    As(String),
}

/// Two states of a struct inside the server, of which an error says how they differ.
#[derive(Clone, Debug, PartialEq)]
struct Difference {
    of: &'static str,
    old: Value,
    new: Value,
    /// Where the new state has what the old one had, whatever was sent.
    kept: Vec<&'static str>,
}

impl FieldError {
    fn new(error_type: ErrorType, field: impl fmt::Display, value: Value, detail: impl Into<String>) -> Self {
        FieldError { error_type, field: field.to_string(), value, detail: detail.into(), shown: Shown::Value, more: None }
    }

    pub fn invalid(field: impl fmt::Display, value: impl Into<Value>, detail: impl Into<String>) -> Self {
        Self::new(ErrorType::Invalid, field, value.into(), detail)
    }

    /// Something that is wrong with several fields together: no value is shown.
    pub fn invalid_whole(field: impl fmt::Display, detail: impl Into<String>) -> Self {
        Self::new(ErrorType::Invalid, field, Value::Null, detail).shown_as("")
    }

    pub fn required(field: impl fmt::Display, detail: impl Into<String>) -> Self {
        Self::new(ErrorType::Required, field, Value::Null, detail)
    }

    pub fn duplicate(field: impl fmt::Display, value: impl Into<Value>) -> Self {
        Self::new(ErrorType::Duplicate, field, value.into(), "")
    }

    pub fn forbidden(field: impl fmt::Display, detail: impl Into<String>) -> Self {
        Self::new(ErrorType::Forbidden, field, Value::Null, detail)
    }

    pub fn internal(field: impl fmt::Display, detail: impl Into<String>) -> Self {
        Self::new(ErrorType::InternalError, field, Value::Null, detail)
    }

    pub fn not_found(field: impl fmt::Display, value: impl Into<Value>) -> Self {
        Self::new(ErrorType::NotFound, field, value.into(), "")
    }

    /// A value that is none of `supported`, in this order.
    pub fn not_supported(field: impl fmt::Display, value: impl Into<Value>, supported: &[&str]) -> Self {
        let names: Vec<String> = supported.iter().map(|name| format!("{name:?}")).collect();
        let detail = if names.is_empty() { String::new() } else { format!("supported values: {}", names.join(", ")) };
        Self::new(ErrorType::NotSupported, field, value.into(), detail)
    }

    /// Shows `text` in place of the value.
    #[must_use]
    pub fn shown_as(self, text: impl Into<String>) -> Self {
        FieldError { shown: Shown::As(text.into()), ..self }
    }

    /// Shows no value at all.
    #[must_use]
    pub fn without_value(self) -> Self {
        self.shown_as("")
    }

    /// Shows the value as this struct inside the server, `null` as none.
    #[must_use]
    pub(crate) fn of_struct(self, name: &'static str) -> Self {
        FieldError { shown: Shown::Struct(name), ..self }
    }

    /// Shows the value as a list of such structs.
    #[must_use]
    pub(crate) fn of_structs(self, name: &'static str) -> Self {
        FieldError { shown: Shown::Structs(name), ..self }
    }

    /// The value is that of another field than the one that is named.
    #[must_use]
    pub(crate) fn in_place(mut self, place: impl fmt::Display) -> Self {
        self.more.get_or_insert_default().place = Some(place.to_string());
        self
    }

    /// Says at the end how two states of a struct differ, of which the new one has the old values at the `kept` places.
    #[must_use]
    pub(crate) fn with_difference(mut self, of: &'static str, old: Value, new: Value, kept: Vec<&'static str>) -> Self {
        self.more.get_or_insert_default().difference = Some(Difference { of, old, new, kept });
        self
    }

    /// What is wrong if the field was sent as an empty text or struct, which reads here like none.
    #[must_use]
    pub(crate) fn unless_empty(mut self, otherwise: impl Into<Vec<FieldError>>) -> Self {
        self.more.get_or_insert_default().if_empty = otherwise.into();
        self
    }

    /// This is wrong only if the field was sent as an empty list or map, which reads here like none.
    #[must_use]
    pub(crate) fn only_if_empty(mut self) -> Self {
        self.more.get_or_insert_default().only_if_empty = true;
        self
    }

    /// The error with what it shows as it was sent.
    pub fn as_sent(mut self, sent: &SentEmpty) -> Vec<FieldError> {
        if self.more.as_ref().is_some_and(|more| more.only_if_empty) && sent.at(&self.field).is_none() {
            return Vec::new();
        }
        if let Some(more) = self.more.take_if(|more| !more.if_empty.is_empty() && sent.at(&self.field).is_some()) {
            return more.if_empty;
        }
        self.shown = Shown::As(self.shown_value(sent));
        self.detail = self.whole_detail(sent);
        self.more = None;
        vec![self]
    }

    /// Where the value is.
    fn place(&self) -> &str {
        self.more.as_ref().and_then(|more| more.place.as_deref()).unwrap_or(&self.field)
    }

    fn shown_value(&self, sent: &SentEmpty) -> String {
        let place = self.place();
        match (&self.shown, &self.value) {
            (Shown::As(text), _) => text.clone(),
            (_, Value::Null) => sent.shown(place).to_owned(),
            (Shown::Value, Value::String(text)) => go_quoted(text),
            (Shown::Value, value) => go_json(value),
            (Shown::Struct(name), value) => go_dump::structure(name, value, place, sent),
            (Shown::Structs(name), value) => go_dump::structures(name, value, place, sent),
        }
    }

    fn whole_detail(&self, sent: &SentEmpty) -> String {
        let Some(Difference { of, old, new, kept }) = self.more.as_ref().and_then(|more| more.difference.as_ref()) else { return self.detail.clone() };
        format!("{}{}", self.detail, go_dump::difference(of, old, new, self.place(), &sent.outside(kept)))
    }

    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    /// Text over the limit; the value is not repeated.
    pub fn too_long(field: impl fmt::Display, max_bytes: usize) -> Self {
        let unit = if max_bytes == 1 { "byte" } else { "bytes" };
        Self::new(ErrorType::TooLong, field, Value::Null, format!("may not be more than {max_bytes} {unit}"))
    }

    pub fn too_many(field: impl fmt::Display, actual: usize, max: usize) -> Self {
        let unit = if max == 1 { "item" } else { "items" };
        Self::new(ErrorType::TooMany, field, Value::from(actual), format!("must have at most {max} {unit}"))
    }

    /// The text without the field's name, as a Status cause carries it.
    pub fn body(&self) -> String {
        let text = self.error_type.text();
        let mut body = match (self.error_type, &self.shown) {
            (ErrorType::Required | ErrorType::Forbidden | ErrorType::TooLong | ErrorType::InternalError, _) => text.to_owned(),
            // A value that is too big to show is not shown.
            (_, Shown::As(shown)) if shown.is_empty() => text.to_owned(),
            _ => format!("{text}: {}", self.shown_value(&SentEmpty::NOTHING)),
        };
        let detail = self.whole_detail(&SentEmpty::NOTHING);
        if !detail.is_empty() {
            body.push_str(": ");
            body.push_str(&detail);
        }
        body
    }
}

/// Structs whose fields Go does not write in alphabetical order, where a server of our own kinds would not know them from
/// their names: selectors by labels, and owners.
const IN_ORDER: &[&[&str]] = &[
    &["matchLabels", "matchExpressions"],
    &["apiVersion", "kind", "name", "uid", "controller", "blockOwnerDeletion"],
    &["manager", "operation", "apiVersion", "time", "fieldsType", "fieldsV1", "subresource"],
];

/// JSON as Go writes it in messages, which escapes what HTML would read.
pub(crate) fn go_json(value: &Value) -> String {
    let mut out = String::new();
    write_go_json(value, &mut out);
    crate::escaped_text(out)
}

fn write_go_json(value: &Value, out: &mut String) {
    match value {
        Value::Object(fields) => {
            let order = IN_ORDER.iter().find(|order| !fields.is_empty() && fields.keys().all(|name| order.contains(&name.as_str())));
            let mut names: Vec<&String> = fields.keys().collect();
            if let Some(order) = order {
                names.sort_by_key(|name| order.iter().position(|known| known == name));
                // An empty part of a selector is left out.
                names.retain(|name| !(name.starts_with("match") && !is_filled(&fields[*name])));
            }
            out.push('{');
            for (index, name) in names.into_iter().enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                out.push_str(&Value::from(name.as_str()).to_string());
                out.push(':');
                write_go_json(&fields[name], out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                write_go_json(item, out);
            }
            out.push(']');
        }
        plain => out.push_str(&plain.to_string()),
    }
}

fn is_filled(value: &Value) -> bool {
    value.as_object().is_some_and(|fields| !fields.is_empty()) || value.as_array().is_some_and(|items| !items.is_empty())
}

/// Text in quotes as Go's `%q` writes it.
pub(crate) fn go_quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if (c as u32) < 0x20 => out.push_str(&format!("\\x{:02x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.body())
    }
}

/// The path to a field while an object is walked: `spec.containers[0].env`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path(String);

impl Path {
    pub fn new(name: &str) -> Self {
        Path(name.to_owned())
    }

    #[must_use]
    pub fn child(&self, name: &str) -> Self {
        self.with(&[".", name])
    }

    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.key(&index.to_string())
    }

    #[must_use]
    pub fn key(&self, key: &str) -> Self {
        self.with(&["[", key, "]"])
    }

    /// Paths are made for every field of every object, right or wrong, and so without the machinery of formatting.
    fn with(&self, parts: &[&str]) -> Self {
        let mut path = String::with_capacity(self.0.len() + parts.iter().map(|part| part.len()).sum::<usize>());
        path.push_str(&self.0);
        parts.iter().for_each(|part| path.push_str(part));
        Path(path)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::sent_empty::Empty;

    #[test]
    fn texts_are_those_of_kubernetes() {
        let negative = FieldError::invalid("spec.replicas", -1, "must be greater than or equal to 0");
        assert_eq!(negative.to_string(), "spec.replicas: Invalid value: -1: must be greater than or equal to 0");
        let policy = FieldError::not_supported("spec.restartPolicy", "Maybe", &["OnFailure", "Always", "Never"]);
        assert_eq!(
            policy.to_string(),
            "spec.restartPolicy: Unsupported value: \"Maybe\": supported values: \"OnFailure\", \"Always\", \"Never\""
        );
        assert_eq!(FieldError::required("spec.selector", "").to_string(), "spec.selector: Required value");
    }

    #[test]
    fn what_was_sent_empty_is_shown_empty() {
        let mut sent = SentEmpty::default();
        sent.note("spec.labels".to_owned(), Empty::Map);
        sent.note("spec.rules".to_owned(), Empty::List);
        sent.note("spec.type".to_owned(), Empty::Text);
        let said = |error: FieldError| error.as_sent(&sent).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(said(FieldError::invalid("spec.labels", Value::Null, "wrong")), ["spec.labels: Invalid value: {}: wrong"]);
        assert_eq!(said(FieldError::invalid("spec.others", Value::Null, "wrong")), ["spec.others: Invalid value: null: wrong"]);
        assert_eq!(said(FieldError::invalid("spec", Value::Null, "wrong").in_place("spec.rules")), ["spec: Invalid value: []: wrong"]);
        let policy = FieldError::invalid("spec", json!({}), "wrong").of_struct("SuccessPolicy");
        assert_eq!(said(policy), ["spec: Invalid value: {\"Rules\":[]}: wrong"]);
        let missing = FieldError::required("spec.type", "");
        let empty = FieldError::not_supported("spec.type", "", &["A"]);
        assert_eq!(said(missing.unless_empty([empty])), ["spec.type: Unsupported value: \"\": supported values: \"A\""]);
        let frozen = |field: &str| FieldError::forbidden(field, "frozen").only_if_empty();
        assert_eq!(said(frozen("spec.labels")), ["spec.labels: Forbidden: frozen"]);
        assert_eq!(said(frozen("spec.others")), [""; 0]);
    }

    #[test]
    fn a_difference_shows_what_the_new_state_was_sent_with() {
        let mut sent = SentEmpty::default();
        sent.note("spec.succeeded".to_owned(), Empty::List);
        sent.note("spec.failed".to_owned(), Empty::List);
        let error = |kept| FieldError::forbidden("spec", "no\n").with_difference("UncountedTerminatedPods", json!({}), json!({}), kept);
        let said = |kept| error(kept).as_sent(&sent)[0].body();
        assert_eq!(error(Vec::new()).body(), "Forbidden: no\n");
        assert_eq!(said(vec!["spec.failed"]), "Forbidden: no\n@@ -1,4 +1,4 @@\n {\n- \"Succeeded\": null,\n+ \"Succeeded\": [],\n  \"Failed\": null\n }\n");
    }
}
