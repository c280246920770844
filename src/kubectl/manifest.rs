//! Manifests: YAML and JSON, several documents to a file.
//!
//! Models: staging/src/k8s.io/cli-runtime/pkg/resource/visitor.go, staging/src/k8s.io/apimachinery/pkg/util/yaml, v1.36.
//! Simplified: nothing.

use podarium_api::decode::{UNEXPECTED_END, as_yaml_1_1, go_kind, numbers_as_yaml_1_1, syntax_error};
use serde_json::Value;

/// What Go says of a stream that ends in the middle of something.
const UNEXPECTED_EOF: &str = "unexpected EOF";

/// Reads all documents of a file. What was read before an error counts.
pub fn documents(bytes: &[u8]) -> (Vec<Value>, Option<String>) {
    read(bytes, as_yaml_1_1)
}

/// The same as kustomize reads it: `yes` is a text, `0644` a number all the same.
pub fn resources(bytes: &[u8]) -> (Vec<Value>, Option<String>) {
    read(bytes, numbers_as_yaml_1_1)
}

fn read(bytes: &[u8], again: fn(&str, &mut Value)) -> (Vec<Value>, Option<String>) {
    let text = String::from_utf8_lossy(bytes);
    if text.trim_start().starts_with('{') {
        return json_documents(&text, again);
    }
    let mut found = Vec::new();
    let error = yaml_documents(&text, again, &mut found);
    (found, error)
}

/// Adds the documents of a text in YAML, up to the first that cannot be read.
fn yaml_documents(text: &str, again: fn(&str, &mut Value), found: &mut Vec<Value>) -> Option<String> {
    for document in split(text).iter().filter(|document| !document.trim().is_empty()) {
        match serde_yaml::from_str::<Value>(document) {
            Ok(Value::Null) => {}
            Ok(mut value) => {
                again(document, &mut value);
                found.push(value);
            }
            Err(error) => return Some(format!("error converting YAML to JSON: {}", go_yaml_error(&error))),
        }
    }
    None
}

/// The first document of a text, or go-yaml's complaint.
pub fn first_document(text: &str) -> Result<Value, String> {
    let (documents, error) = documents(text.as_bytes());
    match (documents.into_iter().next(), error) {
        (Some(first), _) => Ok(first),
        (None, Some(error)) => Err(error.strip_prefix("error converting YAML to JSON: ").unwrap_or(&error).to_owned()),
        (None, None) => Ok(Value::Null),
    }
}

/// Why a document is no object: it does not say what it is.
pub fn untyped(document: &Value) -> Option<String> {
    let mut missing: Vec<&str> = Vec::new();
    if document.is_object() {
        for (field, unset, wrong) in [("apiVersion", "apiVersion not set", "apiVersion isn't string type"), ("kind", "kind not set", "kind isn't string type")] {
            match &document[field] {
                Value::Null => missing.push(unset),
                Value::String(_) => {}
                _ => missing.push(wrong),
            }
        }
    } else {
        missing.push("invalid object to validate");
    }
    match missing[..] {
        [] => None,
        [one] => Some(one.to_owned()),
        _ => Some(format!("[{}]", missing.join(", "))),
    }
}

/// What Go says of metadata that is not of its type, e.g. a label `version: 1`. It reads the fields by name.
pub fn wrong_metadata(document: &Value) -> Option<String> {
    let metadata = document.get("metadata")?;
    let wrong = |value: &Value, path: &str, wanted: &str| (!value.is_null()).then(|| format!("json: cannot unmarshal {} into Go struct field ObjectMeta.metadata{path} of type {wanted}", go_kind(value)));
    let Some(fields) = metadata.as_object() else { return wrong(metadata, "", "v1.ObjectMeta") };
    let mut names: Vec<&String> = fields.keys().collect();
    names.sort();
    names.into_iter().find_map(|name| {
        let (value, path) = (&fields[name], format!(".{name}"));
        match (name.as_str(), value) {
            ("annotations" | "labels", Value::Object(entries)) => entries.values().find(|entry| !entry.is_string()).and_then(|entry| wrong(entry, &path, "string")),
            ("annotations" | "labels", other) => wrong(other, &path, "map[string]string"),
            ("name" | "namespace" | "generateName", Value::String(_)) => None,
            ("name" | "namespace" | "generateName", other) => wrong(other, &path, "string"),
            _ => None,
        }
    })
}

/// What begins with a brace is JSON, one document after the other, as long as it can be read so. Where that ends after the
/// first document at the latest, YAML goes on.
fn json_documents(text: &str, again: fn(&str, &mut Value)) -> (Vec<Value>, Option<String>) {
    let mut found = Vec::new();
    let mut documents = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    let mut start = 0;
    loop {
        match documents.next() {
            None => return (found, None),
            Some(Ok(value)) => found.push(value),
            Some(Err(_)) => break,
        }
        start = documents.byte_offset();
    }
    let (rest, read) = (&text[start..], found.len());
    let fault = syntax_error(rest.as_bytes());
    let is_cut = fault.offset == rest.len() && fault.message == UNEXPECTED_END;
    if read > 1 {
        return (found, Some(if is_cut { UNEXPECTED_EOF.to_owned() } else { fault.message }));
    }
    // Blanks up to the end of the line belong to what was read.
    let blank = rest.find(|c: char| !c.is_whitespace()).unwrap_or(rest.len());
    let yaml = &rest[rest[..blank].find('\n').map_or(blank, |end| end + 1)..];
    let error = yaml_documents(yaml, again, &mut found);
    let error = error.map(|error| match (found.len() == read, is_cut) {
        (false, _) => error,
        (true, true) => UNEXPECTED_EOF.to_owned(),
        (true, false) => format!("json: offset {}: {}", start + fault.offset, fault.message),
    });
    (found, error)
}

/// Documents are separated by lines of three dashes.
pub(crate) fn split(text: &str) -> Vec<String> {
    let mut documents = vec![String::new()];
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end();
        if bare == "---" || bare.starts_with("--- #") || (bare.starts_with("---") && bare[3..].trim_start().starts_with('#')) {
            documents.push(String::new());
        } else if let Some(rest) = bare.strip_prefix("--- ") {
            documents.push(format!("{rest}\n"));
        } else {
            documents.last_mut().expect("there is always a document").push_str(line);
        }
    }
    documents
}

/// A complaint about a document, as go-yaml words it: `yaml: line 1: did not find expected ',' or ']'`.
pub fn go_yaml_error(error: &serde_yaml::Error) -> String {
    let text = error.to_string();
    let Some((message, rest)) = text.split_once(" at line ") else {
        return format!("yaml: {}", text.split(", while ").next().unwrap_or_default());
    };
    let line = rest.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
    let line = line.parse::<usize>().unwrap_or(1) - 1;
    // go-yaml counts lines from zero, says nothing of the first one, and its scanner (not its parser) adds one.
    match line {
        0 => format!("yaml: {message}"),
        line if message.starts_with("did not find expected") => format!("yaml: line {line}: {message}"),
        line => format!("yaml: line {}: {message}", line + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_separated_by_dashes() {
        let (documents, error) = documents(b"---\na: 1\n---\n\n--- # second\nb: 2\n");
        assert_eq!(documents, [serde_json::json!({"a": 1}), serde_json::json!({"b": 2})]);
        assert_eq!(error, None);
    }

    #[test]
    fn plain_words_are_read_as_kubectl_and_kustomize_read_them() {
        let text = b"a: yes\nb: 0644\nc: \"on\"\n";
        assert_eq!(documents(text).0, [serde_json::json!({"a": true, "b": 420, "c": "on"})]);
        assert_eq!(resources(text).0, [serde_json::json!({"a": "yes", "b": 420, "c": "on"})]);
        assert_eq!(documents(b"{a: yes}").0, [serde_json::json!({"a": true})]);
    }

    #[test]
    fn metadata_of_a_wrong_type_is_told_in_the_words_of_go() {
        let told = |text: &str| wrong_metadata(&documents(text.as_bytes()).0[0]);
        let of = |what: &str| Some(format!("json: cannot unmarshal {what}"));
        assert_eq!(told("metadata: {name: 1}"), of("number into Go struct field ObjectMeta.metadata.name of type string"));
        assert_eq!(told("metadata: {name: 1, labels: {a: yes}}"), of("bool into Go struct field ObjectMeta.metadata.labels of type string"));
        assert_eq!(told("metadata: {labels: [a]}"), of("array into Go struct field ObjectMeta.metadata.labels of type map[string]string"));
        assert_eq!(told("metadata: {name: a, labels: {a: \"1\"}, annotations: null}"), None);
    }

    #[test]
    fn a_list_of_json_is_several_documents() {
        assert_eq!(documents(b"{\"a\": 1}\n{\"b\": 2}").0.len(), 2);
        assert_eq!(documents(b"{a: 1}").0.len(), 1);
    }

    /// What the real kubectl 1.36 makes of each.
    #[test]
    fn json_goes_over_into_yaml_after_the_first_document_at_the_latest() {
        let cases = [
            ("{\"a\": 1}\n---\n{\"b\": 2}\n", 2, None),
            ("{\"a\": 1} --- \n{b: 2}\n---\nc: 3\n", 3, None),
            ("{\"a\": 1}\n{\"b\": 2}\n---\n{\"c\": 3}\n", 2, Some("invalid character '-' in numeric literal")),
            ("{a: 1\n", 0, Some("json: offset 2: invalid character 'a' looking for beginning of object key string")),
            ("{\"a\": Config, \"b\": {\"c\": 1}\n", 0, Some("json: offset 7: invalid character 'C' looking for beginning of value")),
            ("{\"a\": {\"b\": 1}\n", 0, Some("unexpected EOF")),
            ("{\"a\": 1}\n---\n{\"b\": c d: e}\n", 1, Some("json: offset 11: invalid character '-' in numeric literal")),
            ("{\"a\":\"v1\" \"b\": 1}", 0, Some("json: offset 11: invalid character '\"' after object key:value pair")),
            ("{'a':'v1',}", 1, None),
            ("{\"a\": 1}\nrubbish\n", 2, None),
        ];
        for (text, count, error) in cases {
            let (found, said) = documents(text.as_bytes());
            assert_eq!((found.len(), said.as_deref()), (count, error), "{text}");
        }
    }

    #[test]
    fn a_broken_document_gets_the_text_of_go_yaml() {
        for (text, expected) in [
            ("a: [1\n", "line 1: did not find expected ',' or ']'"),
            ("a: 1\nb: [1\nc: 2\n", "line 2: did not find expected ',' or ']'"),
            ("a: b: c\n", "mapping values are not allowed in this context"),
            ("a:\n  b: 1\n c: 2\n", "line 2: did not find expected key"),
            ("\ta: 1\n", "found character that cannot start any token"),
            ("a: \"x\n", "line 2: found unexpected end of stream"),
            ("a: 1\n- b\n", "line 1: did not find expected key"),
            ("a\nb: c\n", "line 2: mapping values are not allowed in this context"),
            ("kind: Pod\nmetadata:\n  name: x\n   foo: y\n", "line 4: mapping values are not allowed in this context"),
        ] {
            let (_, error) = documents(text.as_bytes());
            assert_eq!(error, Some(format!("error converting YAML to JSON: yaml: {expected}")), "{text}");
        }
    }
}
