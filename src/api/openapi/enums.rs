//! Which words a field of the API takes, and what they mean: what a server adds to its documents, and `kubectl explain`
//! shows. The documents that Kubernetes keeps beside its source are written without them.
//!
//! The data in `enums.json` is a line for each set of words: the fields (`type/field`, `type/field/items`) that take them, and
//! `says` (each word with its explanation, which stands in the field's description) or, where it is not told, `values`.
//!
//! Models: vendor/k8s.io/kube-openapi/pkg/generators/enum.go, v1.36; the data are the documents of a real server.
//! Simplified: types in alpha and beta are left out.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Map, Value, json};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    fields: Vec<String>,
    #[serde(default)]
    values: Vec<String>,
    #[serde(default)]
    says: BTreeMap<String, String>,
}

/// By type: the path of each field with its words.
static FIELDS: LazyLock<BTreeMap<&str, Vec<(&str, &Words)>>> = LazyLock::new(|| {
    static WORDS: LazyLock<Vec<Words>> = LazyLock::new(|| serde_json::from_str(include_str!("enums.json")).expect("the words of the fields are JSON"));
    let mut found: BTreeMap<&str, Vec<(&str, &Words)>> = BTreeMap::new();
    for words in WORDS.iter() {
        for (name, path) in words.fields.iter().filter_map(|field| field.split_once('/')) {
            found.entry(name).or_default().push((path, words));
        }
    }
    found
});

/// Adds to the fields of a type which words they take.
pub(super) fn add(name: &str, properties: &mut Map<String, Value>) {
    for (path, words) in FIELDS.get(name).into_iter().flatten() {
        let (field, inner) = path.split_once('/').map_or((*path, None), |(field, inner)| (field, Some(inner)));
        let Some(property) = properties.get_mut(field) else { continue };
        let property = match inner {
            Some(inner) => &mut property[inner],
            None => property,
        };
        let values: Vec<&String> = words.values.iter().chain(words.says.keys()).collect();
        property["enum"] = json!(values);
        if !words.says.is_empty() {
            let description = property["description"].as_str().unwrap_or_default();
            let lines: Vec<String> = words.says.iter().map(|(word, says)| format!(" - `{word:?}` {says}").trim_end().to_owned()).collect();
            property["description"] = json!(format!("{description}\n\nPossible enum values:\n{}", lines.join("\n")));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::definitions;
    use super::*;

    #[test]
    fn fields_say_which_words_they_take() {
        let strategy = &definitions()["io.k8s.api.apps.v1.DeploymentStrategy"]["properties"]["type"];
        assert_eq!(strategy["enum"], json!(["Recreate", "RollingUpdate"]));
        assert!(strategy["description"].as_str().expect("a text").contains("\n\nPossible enum values:\n - `\"Recreate\"` Kill all"));
        let modes = &definitions()["io.k8s.api.core.v1.PersistentVolumeClaimSpec"]["properties"]["accessModes"];
        assert_eq!(modes["items"]["enum"][0], "ReadOnlyMany");
        assert_eq!(modes.get("enum"), None);
    }

    #[test]
    fn every_field_that_is_named_exists() {
        let exists = |name: &str, path: &str| {
            let properties = &definitions()[name]["properties"];
            properties.pointer(&format!("/{path}/enum")).is_some_and(Value::is_array)
        };
        let lost: Vec<String> =
            FIELDS.iter().flat_map(|(name, fields)| fields.iter().filter(|(path, _)| !exists(name, path)).map(move |(path, _)| format!("{name}/{path}"))).collect();
        assert_eq!(lost, Vec::<String>::new());
    }
}
