//! Any kind without a description of its own: its fields, with their names in words.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/describe/describe.go (genericDescriber, smartLabelFor), v1.36.
//! Simplified: very large and very small fractions are not written with an exponent.

use std::collections::BTreeMap;

use podarium_api::ObjectMeta;
use serde_json::{Map, Value};

use super::events::events;
use super::metadata;
use super::page::Page;
use super::related::Related;

/// What the lines before the fields have shown already, and what nobody wants to see.
const SKIPPED: [&str; 5] = [".metadata.managedFields", ".metadata.name", ".metadata.namespace", ".metadata.labels", ".metadata.annotations"];

pub fn describe(page: &mut Page, object: &Value, related: &Related) {
    let meta = object.get("metadata").cloned().and_then(|meta| serde_json::from_value::<ObjectMeta>(meta).ok());
    metadata::identity(page, &meta.unwrap_or_default());
    if let Value::Object(content) = object {
        fields(page, 0, content, "");
    }
    events(page, related);
}

fn fields(page: &mut Page, level: usize, content: &Map<String, Value>, path: &str) {
    let sorted: BTreeMap<&String, &Value> = content.iter().collect();
    for (name, value) in sorted {
        let path = format!("{path}.{name}");
        if SKIPPED.contains(&path.as_str()) {
            continue;
        }
        let label = label(name);
        match value {
            Value::Object(content) => {
                page.line(level, format_args!("{label}:"));
                fields(page, level + 1, content, &path);
            }
            Value::Array(items) => {
                page.line(level, format_args!("{label}:"));
                for item in items {
                    match item {
                        Value::Object(content) => fields(page, level + 1, content, &path),
                        item => page.line(level + 1, go_text(item)),
                    }
                }
            }
            value => page.field(level, &label, go_text(value)),
        }
    }
}

/// A value as Go prints one: `<nil>`, `[a b]`, `map[a:b]`.
fn go_text(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(value) => value.to_string(),
        Value::String(value) => value.clone(),
        Value::Array(items) => format!("[{}]", items.iter().map(go_text).collect::<Vec<_>>().join(" ")),
        Value::Object(fields) => {
            let sorted: BTreeMap<&String, &Value> = fields.iter().collect();
            let pairs: Vec<String> = sorted.into_iter().map(|(name, value)| format!("{name}:{}", go_text(value))).collect();
            format!("map[{}]", pairs.join(" "))
        }
    }
}

/// `creationTimestamp` becomes `Creation Timestamp`, `apiVersion` becomes `API Version`.
fn label(field: &str) -> String {
    if field.chars().any(|letter| !letter.is_alphabetic() && letter != '-') {
        return field.to_owned();
    }
    merged(words(field)).into_iter().map(capitalized).collect::<Vec<_>>().join(" ")
}

fn capitalized(word: String) -> String {
    if ["API", "URL", "UID", "GUID"].contains(&word.to_uppercase().as_str()) {
        return word.to_uppercase();
    }
    if word.to_lowercase() != word {
        return word;
    }
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The words of a name in camel case: `PDFLoader` is `PDF`, `Loader`.
fn words(field: &str) -> Vec<String> {
    let class = |letter: char| (letter.is_lowercase(), letter.is_uppercase());
    let mut runs: Vec<Vec<char>> = Vec::new();
    for letter in field.chars() {
        match runs.last_mut() {
            Some(run) if class(run[0]) == class(letter) => run.push(letter),
            _ => runs.push(vec![letter]),
        }
    }
    // The last capital before small letters begins their word.
    for index in 1..runs.len() {
        if runs[index - 1].last().is_some_and(|letter| letter.is_uppercase()) && runs[index][0].is_lowercase() {
            let capital = runs[index - 1].pop();
            runs[index].splice(0..0, capital);
        }
    }
    runs.into_iter().filter(|run| !run.is_empty()).map(String::from_iter).collect()
}

/// Capitals and a word in capitals after them belong together: `CR`, `Ds` is `CRDs`.
fn merged(words: Vec<String>) -> Vec<String> {
    let mut merged = Vec::new();
    let mut words = words.into_iter().peekable();
    while let Some(mut word) = words.next() {
        let capitals = word.len() >= 2 && !word.chars().any(|letter| letter.is_alphabetic() && !letter.is_uppercase());
        if let Some(next) = words.next_if(|next| capitals && next.starts_with(char::is_uppercase)) {
            word += &next;
        }
        merged.push(word);
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn field_names_become_words() {
        let cases = [
            ("creationTimestamp", "Creation Timestamp"), ("apiVersion", "API Version"), ("uid", "UID"), ("kind", "Kind"),
            ("podCIDR", "Pod CIDR"), ("f:spec", "f:spec"), ("example.com/role", "example.com/role"), ("hostIPs", "Host I Ps"), ("customCRDs", "Custom CRDs"), ("HTTPSProxy", "HTTPSProxy"),
        ];
        for (field, text) in cases {
            assert_eq!(label(field), text, "{field}");
        }
    }
}
