//! Conflicts of an apply: fields that it would change and that somebody else owns.
//!
//! Models: staging/src/k8s.io/apimachinery/pkg/util/managedfields/internal/conflict.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use super::element::PathElement;
use super::entry::{Entry, Managed, Operation, Writer};
use super::set::{FieldSet, path_text};
use crate::Status;

/// Each field with who owns it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflicts(Vec<(Arc<Writer>, Vec<PathElement>)>);

impl Conflicts {
    /// An error if the change touches what the entries own.
    pub(super) fn check(managed: &Managed, changed: &FieldSet, counts: impl Fn(&Entry) -> bool) -> Result<(), Self> {
        let mut writers: Vec<&Entry> = managed.entries().iter().filter(|entry| counts(entry)).collect();
        writers.sort_by_key(|entry| entry.writer.identifier());
        let conflicts: Vec<_> = writers
            .into_iter()
            .flat_map(|entry| entry.fields.intersection(changed).paths().into_iter().map(|path| (entry.writer.clone(), path)))
            .collect();
        if conflicts.is_empty() { Ok(()) } else { Err(Conflicts(conflicts)) }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Those about fields that are not in the set.
    #[must_use]
    pub fn beyond(self, allowed: &FieldSet) -> Self {
        Conflicts(self.0.into_iter().filter(|(_, path)| !allowed.has(path)).collect())
    }

    /// The server's answer 409.
    pub fn into_status(self) -> Status {
        let status = Status::new(409, "Conflict", self.message());
        self.0.iter().fold(status, |status, (writer, path)| {
            status.with_cause(&path_text(path), "FieldManagerConflict", format!("conflict with {}", shown(writer)))
        })
    }

    fn message(&self) -> String {
        if let [(writer, path)] = self.0.as_slice() {
            return format!("Apply failed with 1 conflict: conflict with {}: {}", shown(writer), path_text(path));
        }
        let mut lines = Vec::new();
        let mut last: Option<&Arc<Writer>> = None;
        for (writer, path) in &self.0 {
            if last != Some(writer) {
                lines.push(format!("conflicts with {}:", shown(writer)));
                last = Some(writer);
            }
            lines.push(format!("- {}", path_text(path)));
        }
        format!("Apply failed with {} conflicts: {}", self.0.len(), lines.join("\n"))
    }
}

/// `"kubectl-edit" using apps/v1`, `"x" with subresource "status" using v1`, or the name of an applier alone.
fn shown(writer: &Writer) -> String {
    let mut text = format!("{:?}", writer.manager);
    if !writer.subresource.is_empty() {
        text.push_str(&format!(" with subresource {:?}", writer.subresource));
    }
    if writer.operation == Operation::Update {
        text.push_str(&format!(" using {}", writer.api_version));
    }
    text
}
