//! The suffix that follows from the data of a ConfigMap or a Secret, so that a change makes a new object.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/util/hash/hash.go, sigs.k8s.io/kustomize/api/hasher/hasher.go, v1.36.
//! Simplified: nothing.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::printers::json;
use crate::unstructured::text;

/// Ten letters. `name` is the object's for kubectl, and nothing for kustomize.
pub fn hash(object: &Value, name: &str) -> String {
    let kind = text(object, "/kind");
    let data = |field: &str| if object[field].is_object() { object[field].clone() } else { json!("") };
    let mut hashed = json!({"kind": kind, "name": name, "data": data("data")});
    if kind == "Secret" {
        hashed["type"] = text(object, "/type").into();
        if object["stringData"].is_object() {
            hashed["stringData"] = object["stringData"].clone();
        }
    } else if object["binaryData"].is_object() {
        hashed["binaryData"] = object["binaryData"].clone();
    }
    let digest = Sha256::digest(json::compact(&hashed).as_bytes());
    let digits: String = digest.iter().take(5).map(|byte| format!("{byte:02x}")).collect();
    // No vowels, and nothing that is read as one.
    let letter = |digit| match digit {
        '0' => 'g',
        '1' => 'h',
        '3' => 'k',
        'a' => 'm',
        'e' => 't',
        other => other,
    };
    digits.chars().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_kustomize() {
        assert_eq!(hash(&json!({"kind": "ConfigMap", "data": {"a": "1", "b": "2"}}), ""), "7gdc49gk6d");
        assert_eq!(hash(&json!({"kind": "Secret", "type": "Opaque", "data": {"k": "dg=="}}), ""), "ftgtgc4t9f");
    }
}
