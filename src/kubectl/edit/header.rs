//! The comment at the top of a file that is edited: what to do, and why it must be edited once more.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/util/editor/editoptions.go (editHeader, editResults), v1.36.
//! Simplified: nothing.

use super::session::Mode;
use crate::builder::Info;
use crate::failure::Failure;
use crate::unstructured::{items, text};

const USUAL: &str = "# Please edit the object below. Lines beginning with a '#' will be ignored,
# and an empty file will abort the edit. If an error occurs while saving this file will be
# reopened with the relevant failures.
#
";
const LAST_APPLIED: &str = "# Please edit the 'last-applied-configuration' annotations below.
# Lines beginning with a '#' will be ignored, and an empty file will abort the edit.
#
";

/// A reason for which the file must be edited again.
pub(super) struct Reason {
    pub head: String,
    pub causes: Vec<String>,
}

/// What came of sending what was edited.
#[derive(Default)]
pub(super) struct Results {
    pub reasons: Vec<Reason>,
    pub retryable: usize,
    pub not_found: usize,
    /// Objects that the server found invalid.
    pub invalid: usize,
    pub file: String,
}

impl Results {
    pub fn in_file(file: &str) -> Self {
        Results { file: file.to_owned(), ..Results::default() }
    }

    pub fn header(&self, mode: Mode) -> String {
        let mut header = if mode == Mode::LastApplied { LAST_APPLIED } else { USUAL }.to_owned();
        for reason in &self.reasons {
            let colon = if reason.causes.is_empty() { "" } else { ":" };
            header.push_str(&format!("# {}{colon}\n", hash_lines(&reason.head)));
            for cause in &reason.causes {
                header.push_str(&format!("# * {}\n", hash_lines(cause)));
            }
            header.push_str("#\n");
        }
        header
    }

    /// Keeps a failure in mind; the answer is the line for standard error.
    pub fn add(&mut self, failure: &Failure, info: &Info) -> String {
        let (resource, name) = (info.mapping.group_resource(), &info.name);
        match failure.reason() {
            "Invalid" => {
                let Failure::Server(status) = failure else { return String::new() };
                let causes = items(status, "/details/causes").iter().map(|cause| format!("{}: {}", text(cause, "/field"), text(cause, "/message")));
                self.add_invalid(causes.collect(), info)
            }
            "NotFound" => {
                self.not_found += 1;
                format!("error: {resource} {name:?} could not be found on the server\n")
            }
            _ => {
                self.retryable += 1;
                format!("error: {resource} {name:?} could not be patched: {failure}\n")
            }
        }
    }

    pub fn add_invalid(&mut self, causes: Vec<String>, info: &Info) -> String {
        let (resource, name) = (info.mapping.group_resource(), &info.name);
        self.invalid += 1;
        self.reasons.push(Reason { head: format!("{resource} {name:?} was not valid"), causes });
        format!("error: {resource} {name:?} is invalid\n")
    }
}

/// A text of several lines stays a comment.
fn hash_lines(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        out.push(c);
        if c == '\n' && rest.peek().is_some_and(|next| *next != '#') {
            out.push_str("# ");
        }
    }
    out
}
