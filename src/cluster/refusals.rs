//! The record of requests that came to nothing: what somebody may not do, what admission or a quota keeps out, what is
//! not valid, what lost against another write. The writes tell why something is there, this why something is not.
//!
//! Models: nothing of Kubernetes, whose audit log is this where somebody sets it up.
//! Simplified: requests that cannot be read, and objects that are not there, are not noted.

use std::sync::Arc;

use imbl::Vector;
use podarium_api::Status;
use podarium_sim::Time;

use crate::apiserver::{Attributes, Grant};
use crate::cause::Cause;

/// How many are remembered: the latest.
const KEPT: usize = 1024;

/// A request that was refused.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    pub at: Time,
    pub user: Arc<str>,
    /// `create`, `list`; of a path that is no resource the method in small letters.
    pub verb: String,
    /// `pods`, `deployments.apps/scale`, or the path that is no resource.
    pub resource: String,
    pub namespace: Arc<str>,
    /// Empty if the request named nothing.
    pub name: Arc<str>,
    /// By what right the user could ask; `None` where the user had none, which is why it was refused.
    pub grant: Option<Grant>,
    pub code: u16,
    /// `Forbidden`, `Conflict`, `Invalid`, …
    pub reason: String,
    pub message: String,
    pub cause: Cause,
}

/// What a refusal is about.
#[derive(Clone, Debug)]
pub(crate) struct Subject {
    pub user: Arc<str>,
    pub verb: &'static str,
    pub group: &'static str,
    pub resource: &'static str,
    pub subresource: &'static str,
    pub namespace: Arc<str>,
    pub name: Arc<str>,
}

/// The latest refused requests, the latest last.
#[derive(Clone, Debug, Default)]
pub struct Refusals(Vector<Refusal>);

impl Refusals {
    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Refusal> {
        self.0.iter()
    }

    pub fn last(&self) -> Option<&Refusal> {
        self.0.last()
    }

    fn push(&mut self, refusal: Refusal) {
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        self.0.push_back(refusal);
    }

    /// Notes what somebody may not do.
    pub(crate) fn forbidden(&mut self, attributes: &Attributes<'_>, status: &Status, at: Time, cause: Cause) {
        let resource = if attributes.is_resource() { named(&attributes.resource, &attributes.group, &attributes.subresource) } else { attributes.path.to_string() };
        self.push(Refusal {
            at,
            user: attributes.user.shared_name(),
            verb: attributes.verb.to_string(),
            resource,
            namespace: (&*attributes.namespace).into(),
            name: (&*attributes.name).into(),
            grant: None,
            code: status.code(),
            reason: status.reason().to_owned(),
            message: status.message().to_owned(),
            cause,
        });
    }

    /// Notes what somebody may ask for and does not get, if the answer is such a refusal.
    pub(crate) fn answered(&mut self, subject: Subject, grant: &Grant, status: &Status, at: Time, cause: Cause) {
        if !matches!(status.code(), 403 | 409 | 422 | 429) {
            return;
        }
        // A new object has its name in its body, and the answer tells it.
        let told = || status.as_meta().details.as_ref().and_then(|details| details.name.as_deref()).unwrap_or_default().into();
        self.push(Refusal {
            at,
            user: subject.user,
            verb: subject.verb.to_owned(),
            resource: named(subject.resource, subject.group, subject.subresource),
            namespace: subject.namespace,
            name: if subject.name.is_empty() { told() } else { subject.name },
            grant: Some(grant.clone()),
            code: status.code(),
            reason: status.reason().to_owned(),
            message: status.message().to_owned(),
            cause,
        });
    }
}

fn named(resource: &str, group: &str, subresource: &str) -> String {
    let dot = if group.is_empty() { "" } else { "." };
    let slash = if subresource.is_empty() { "" } else { "/" };
    format!("{resource}{dot}{group}{slash}{subresource}")
}
