//! Any object: its fields, as they are.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/describe/describe.go (genericDescriber), v1.36.
//! Simplified: nothing.

use serde_json::Value;

use super::{Events, Writer};
use crate::builder::Info;
use crate::failure::Outcome;
use crate::kubectl::Kubectl;
use crate::printers::jsonpath::go_value;
use crate::unstructured::{fields, name, namespace, strings};

const SKIPPED: [&str; 5] = [".metadata.managedFields", ".metadata.name", ".metadata.namespace", ".metadata.labels", ".metadata.annotations"];

pub fn describe(kubectl: &mut Kubectl<'_, '_>, info: &Info, writer: &mut Writer) -> Outcome<()> {
    let object = kubectl.get(&info.mapping, &info.namespace, &info.name)?;
    let events = Events::of(kubectl, info, &object, true)?;
    let now = kubectl.now()?;
    writer.field(0, "Name", name(&object));
    writer.field(0, "Namespace", namespace(&object));
    writer.labels("Labels", &strings(&object, "/metadata/labels"));
    writer.annotations("Annotations", &strings(&object, "/metadata/annotations"));
    content(writer, 0, &object, "");
    events.write(writer, now);
    Ok(())
}

fn content(writer: &mut Writer, level: usize, object: &Value, prefix: &str) {
    for (field, value) in fields(object, "") {
        let path = format!("{prefix}.{field}");
        if SKIPPED.contains(&path.as_str()) {
            continue;
        }
        let label = label_for(field);
        match value {
            Value::Object(_) => {
                writer.write(level, format!("{label}:\n"));
                content(writer, level + 1, value, &path);
            }
            Value::Array(children) => {
                writer.write(level, format!("{label}:\n"));
                for child in children {
                    if child.is_object() {
                        content(writer, level + 1, child, &path);
                    } else {
                        writer.write(level + 1, format!("{}\n", go_value(child)));
                    }
                }
            }
            other => writer.field(level, &label, go_value(other)),
        }
    }
}

/// `apiVersion` is `API Version`; what is no plain word stays.
fn label_for(field: &str) -> String {
    if field.chars().any(|c| !c.is_alphabetic() && c != '-') {
        return field.to_owned();
    }
    let mut words: Vec<String> = Vec::new();
    let chars: Vec<char> = field.chars().collect();
    for (at, &c) in chars.iter().enumerate() {
        let before = at.checked_sub(1).map(|before| chars[before]);
        let starts = match before {
            None => true,
            Some(before) if c.is_uppercase() => !before.is_uppercase() || chars.get(at + 1).is_some_and(|next| next.is_lowercase()),
            Some(before) => !c.is_alphabetic() || !before.is_alphabetic(),
        };
        if starts {
            words.push(String::new());
        }
        words.last_mut().expect("the first letter starts a word").push(c);
    }
    let shown = words.into_iter().map(|word| match word.to_uppercase().as_str() {
        upper @ ("API" | "URL" | "UID" | "GUID") => upper.to_owned(),
        _ if word.to_lowercase() == word => {
            let mut letters = word.chars();
            letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
        }
        _ => word,
    });
    shown.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::label_for;

    #[test]
    fn labels_are_words() {
        for (field, label) in [("apiVersion", "API Version"), ("uid", "UID"), ("creationTimestamp", "Creation Timestamp"), ("clusterIP", "Cluster IP"), ("app.kubernetes.io/name", "app.kubernetes.io/name")] {
            assert_eq!(label_for(field), label);
        }
    }
}
