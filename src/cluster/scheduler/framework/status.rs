//! What a plugin says about a pod or a node: a code and, when the answer is no, the reasons that a person reads in
//! `kubectl describe pod`.
//!
//! Models: kube-scheduler/framework/interface.go (Code, Status), v1.36.
//! Simplified: nothing.

use std::borrow::Cow;

/// The kinds of answers other than "yes". Success is `Ok(())` of a `Result`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Code {
    /// Something went wrong that has nothing to do with the pod; it is tried again after a back-off.
    Error,
    /// Not now; evicting other pods may help.
    Unschedulable,
    /// Not now, and evicting pods of the node cannot help.
    UnschedulableAndUnresolvable,
    /// The plugin has nothing to do for this pod and is left out of this cycle.
    Skip,
    /// The plugin waits for something outside; the pod is queued at once when that happens.
    Pending,
}

/// A reason; nearly all of them are constants.
pub type Reason = Cow<'static, str>;

/// An answer other than yes. The first reason is stored in place, so that a node that fails for one reason, which is
/// the common case, costs no allocation.
#[derive(Clone, Debug, PartialEq)]
pub struct Status {
    pub code: Code,
    /// The plugin that answered; empty until the framework has filled it in.
    pub plugin: &'static str,
    first: Option<Reason>,
    more: Vec<Reason>,
}

impl Status {
    pub fn new(code: Code, reason: impl Into<Reason>) -> Self {
        Status { code, plugin: "", first: Some(reason.into()), more: Vec::new() }
    }

    pub fn unschedulable(reason: impl Into<Reason>) -> Self {
        Self::new(Code::Unschedulable, reason)
    }

    pub fn unresolvable(reason: impl Into<Reason>) -> Self {
        Self::new(Code::UnschedulableAndUnresolvable, reason)
    }

    pub fn error(reason: impl Into<Reason>) -> Self {
        Self::new(Code::Error, reason)
    }

    pub fn skip() -> Self {
        Self::without_reason(Code::Skip)
    }

    pub const fn without_reason(code: Code) -> Self {
        Status { code, plugin: "", first: None, more: Vec::new() }
    }

    pub fn by(mut self, plugin: &'static str) -> Self {
        self.plugin = plugin;
        self
    }

    pub fn push(&mut self, reason: impl Into<Reason>) {
        match self.first {
            None => self.first = Some(reason.into()),
            Some(_) => self.more.push(reason.into()),
        }
    }

    pub fn reasons(&self) -> impl Iterator<Item = &Reason> {
        self.first.iter().chain(&self.more)
    }

    /// The reasons as one text.
    pub fn message(&self) -> String {
        let reasons: Vec<&str> = self.reasons().map(AsRef::as_ref).collect();
        reasons.join(", ")
    }

    /// The answer is about the pod ("not there"), in contrast to a failure of the machinery.
    pub fn is_rejected(&self) -> bool {
        matches!(self.code, Code::Unschedulable | Code::UnschedulableAndUnresolvable | Code::Pending)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_keep_their_order() {
        let mut status = Status::unschedulable("Too many pods").by("NodeResourcesFit");
        status.push("Insufficient cpu");
        status.push(format!("Insufficient {}", "example.com/gpu"));
        assert_eq!(status.message(), "Too many pods, Insufficient cpu, Insufficient example.com/gpu");
        assert!(status.is_rejected());
        assert!(!Status::error("x").is_rejected());
    }
}
