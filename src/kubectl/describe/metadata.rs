//! The lines on which an object says who it is: name, labels, annotations, who controls it.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/describe/describe.go (printLabelsMultiline, printAnnotationsMultiline), v1.36.
//! Simplified: nothing.

use std::collections::BTreeMap;

use podarium_api::ObjectMeta;
use podarium_api::owner::controller_of;

use super::page::{Page, text};

/// What `kubectl apply` remembers is not for people.
const HIDDEN_ANNOTATION: &str = "kubectl.kubernetes.io/last-applied-configuration";
/// Beyond this, an annotation begins on a line of its own and is cut.
const LONGEST_ANNOTATION: usize = 140;

/// The first lines of most descriptions of namespaced objects.
pub fn identity(page: &mut Page, meta: &ObjectMeta) {
    name(page, meta);
    labels_and_annotations(page, meta);
}

pub fn name(page: &mut Page, meta: &ObjectMeta) {
    page.field(0, "Name", text(&meta.name));
    page.field(0, "Namespace", text(&meta.namespace));
}

pub fn labels_and_annotations(page: &mut Page, meta: &ObjectMeta) {
    labels(page, "Labels", meta.labels.as_ref());
    annotations(page, "Annotations", meta.annotations.as_ref());
}

pub fn labels(page: &mut Page, title: &str, labels: Option<&BTreeMap<String, String>>) {
    page.list(title, labels.into_iter().flatten().map(|(key, value)| format!("{key}={value}")));
}

pub fn annotations(page: &mut Page, title: &str, annotations: Option<&BTreeMap<String, String>>) {
    let shown = annotations.into_iter().flatten().filter(|(key, _)| *key != HIDDEN_ANNOTATION);
    page.list(title, shown.map(|(key, value)| annotation(key, value)));
}

/// `key: value`, or the value on the lines below where it is long or has several lines.
fn annotation(key: &str, value: &str) -> String {
    let value = value.strip_suffix('\n').unwrap_or(value);
    if value.len() + key.len() + 2 <= LONGEST_ANNOTATION && !value.contains('\n') {
        return format!("{key}: {value}");
    }
    let lines = value.split('\n').map(|line| format!("\n\t  {}", shortened(line, LONGEST_ANNOTATION - 2)));
    format!("{key}:{}", lines.collect::<String>())
}

/// At most so many bytes, with `...` where something was cut off.
pub fn shortened(text: &str, most: usize) -> String {
    if text.len() <= most { text.to_owned() } else { format!("{}...", &text[..text.floor_char_boundary(most)]) }
}

/// `[a b]`, as Go prints a list.
pub fn go_list(values: Option<&[String]>) -> String {
    format!("[{}]", values.unwrap_or_default().join(" "))
}

/// The phase, or since when the object is going.
pub fn status(page: &mut Page, meta: &ObjectMeta, phase: &str) {
    match &meta.deletion_timestamp {
        Some(time) => page.field(0, "Status", format_args!("Terminating (lasts {})", page.age(Some(time)))),
        None => page.field(0, "Status", phase),
    }
}

/// `ReplicaSet/web-6bdd6c7d58`
pub fn controlled_by(page: &mut Page, meta: &ObjectMeta) {
    if let Some(owner) = controller_of(meta) {
        page.field(0, "Controlled By", format_args!("{}/{}", owner.kind, owner.name));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_annotations_stand_below_their_key_and_are_cut() {
        assert_eq!(annotation("a", "b\n"), "a: b");
        assert_eq!(annotation("a", "b\nc"), "a:\n\t  b\n\t  c");
        let long = annotation("a", &"x".repeat(150));
        assert_eq!(long, format!("a:\n\t  {}...", "x".repeat(138)));
    }
}
