//! Field selectors: `spec.nodeName=node-1,status.phase!=Succeeded`.
//!
//! Each kind offers a few fields (`Strategy::selectable_fields`); to name another one is an error.
//!
//! Models: staging/src/k8s.io/apimachinery/pkg/fields/selector.go, v1.36.
//! Simplified: nothing.

use std::cell::OnceCell;
use std::fmt;

use super::label::SelectorError;
use crate::versions::Version;
use crate::{Kind, Object};

/// Conditions on fields, all of which an object must meet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldSelector(Vec<Term>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Term {
    field: String,
    equal: bool,
    value: String,
}

impl FieldSelector {
    pub fn equal(field: &str, value: &str) -> Self {
        FieldSelector(vec![Term { field: field.to_owned(), equal: true, value: value.to_owned() }])
    }

    pub fn parse(text: &str) -> Result<Self, SelectorError> {
        let mut parts = split_terms(text);
        parts.sort_unstable();
        let mut terms = Vec::new();
        for part in parts.into_iter().filter(|part| !part.is_empty()) {
            let Some((field, equal, value)) = split_term(part) else {
                return Err(SelectorError(format!("invalid selector: '{text}'; can't understand '{part}'")));
            };
            // `=` asks for nothing.
            if !(field.is_empty() && equal && value.is_empty()) {
                terms.push(Term { field: field.to_owned(), equal, value: unescape(value)? });
            }
        }
        Ok(FieldSelector(terms))
    }

    /// The selector with the names that its fields have in the stored version.
    pub fn in_version(self, version: &Version) -> Result<Self, SelectorError> {
        let stored = |term: Term| match version.selectable(&term.field) {
            Some(field) => Ok(Term { field: field.into_owned(), ..term }),
            None => Err(SelectorError(format!("field label not supported: {}", term.field))),
        };
        self.0.into_iter().map(stored).collect::<Result<_, _>>().map(FieldSelector)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value that `field` must have, if the selector says so.
    pub fn required(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|term| term.equal && term.field == field).map(|term| term.value.as_str())
    }

    /// The error for a field that objects of `kind` cannot be selected by.
    pub fn check(&self, kind: Kind) -> Result<(), SelectorError> {
        self.check_names(kind, &kind.selectable_field_names())
    }

    /// The same for a kind whose selectable fields are `known`, such as a custom one.
    pub fn check_names(&self, kind: Kind, known: &[&str]) -> Result<(), SelectorError> {
        let info = kind.info();
        for Term { field, .. } in &self.0 {
            let common = field == "metadata.name" || (info.namespaced && field == "metadata.namespace");
            if common || known.contains(&field.as_str()) {
                continue;
            }
            return Err(SelectorError(if kind == Kind::Job {
                format!("field label {field:?} not supported for Job")
            } else if known.is_empty() && !matches!(kind, Kind::Custom(_)) {
                format!("{field:?} is not a known field selector: only \"metadata.name\", \"metadata.namespace\"")
            } else if kind == Kind::ResourceSlice {
                format!("field label not supported for {}, Kind={}: {field}", info.api_version(), info.kind)
            } else {
                format!("field label not supported: {field}")
            }));
        }
        Ok(())
    }

    pub fn matches(&self, object: &Object) -> bool {
        if self.0.is_empty() {
            return true;
        }
        let fields = OnceCell::new();
        self.0.iter().all(|term| {
            let value = match (term.field.as_str(), object) {
                ("metadata.name", _) => object.meta().name.as_deref(),
                ("metadata.namespace", _) => object.meta().namespace.as_deref(),
                // What kubelets and the scheduler ask of every change of a pod.
                ("spec.nodeName", Object::Pod(pod)) => pod.spec.node_name.as_deref(),
                ("status.phase", Object::Pod(pod)) => pod.status.phase.as_deref(),
                (field, _) => fields.get_or_init(|| object.selectable_fields()).iter().find(|(name, _)| name == field).map(|(_, value)| value.as_str()),
            };
            (value.unwrap_or_default() == term.value) == term.equal
        })
    }
}

impl fmt::Display for FieldSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, term) in self.0.iter().enumerate() {
            let value = term.value.replace('\\', "\\\\").replace(',', "\\,").replace('=', "\\=");
            let operator = if term.equal { "=" } else { "!=" };
            write!(f, "{}{}{operator}{value}", if index > 0 { "," } else { "" }, term.field)?;
        }
        Ok(())
    }
}

/// Splits at commas that no backslash protects.
fn split_terms(text: &str) -> Vec<&str> {
    let (mut terms, mut start, mut escaped) = (Vec::new(), 0, false);
    for (index, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b',' => {
                terms.push(&text[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    terms.push(&text[start..]);
    terms
}

fn split_term(term: &str) -> Option<(&str, bool, &str)> {
    let at = term.find(['!', '=']).filter(|&at| term[at..].starts_with('=') || term[at..].starts_with("!="));
    let at = at.or_else(|| [term.find("!="), term.find('=')].into_iter().flatten().min())?;
    let (field, rest) = term.split_at(at);
    Some(match rest.strip_prefix("!=") {
        Some(value) => (field, false, value),
        None => (field, true, rest.strip_prefix("==").or_else(|| rest.strip_prefix('=')).unwrap_or(rest)),
    })
}

fn unescape(value: &str) -> Result<String, SelectorError> {
    let mut out = String::new();
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some(c @ ('\\' | ',' | '=')) => out.push(c),
                other => {
                    let sequence = format!("\\{}", other.map(String::from).unwrap_or_default());
                    return Err(SelectorError(format!("invalid field selector: invalid escape sequence: {sequence}")));
                }
            },
            ',' | '=' => {
                return Err(SelectorError(format!("invalid field selector: unescaped character in value: {}", c as u32)));
            }
            c => out.push(c),
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Pod;

    #[test]
    fn pods_are_found_by_node_and_name() {
        let pod: Pod = serde_json::from_value(serde_json::json!({
            "metadata": {"name": "a", "namespace": "shop"}, "spec": {"nodeName": "node-1", "containers": []}
        }))
        .unwrap();
        let object = Object::Pod(pod.into());
        let cases = [
            ("", true), ("metadata.name=a", true), ("metadata.name!=a", false), ("spec.nodeName==node-1", true),
            ("spec.nodeName=", false), ("spec.nodeName!=,metadata.namespace=shop", true), ("metadata.name=b,spec.nodeName=node-1", false),
        ];
        for (text, expected) in cases {
            let selector = FieldSelector::parse(text).unwrap();
            assert_eq!(selector.check(Kind::Pod), Ok(()));
            assert_eq!(selector.matches(&object), expected, "{text:?}");
        }
    }

    #[test]
    fn broken_selectors_and_unknown_fields_are_refused() {
        let error = |text: &str| FieldSelector::parse(text).unwrap_err().0;
        assert_eq!(error("foo"), "invalid selector: 'foo'; can't understand 'foo'");
        assert_eq!(error("a=b=c"), "invalid field selector: unescaped character in value: 61");
        assert_eq!(error(r"a=b\c"), r"invalid field selector: invalid escape sequence: \c");
        let selector = FieldSelector::parse("spec.foo=1").unwrap();
        assert_eq!(selector.check(Kind::Pod).unwrap_err().0, "field label not supported: spec.foo");
        let text = "\"spec.foo\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"";
        assert_eq!(selector.check(Kind::ConfigMap).unwrap_err().0, text);
    }
}
