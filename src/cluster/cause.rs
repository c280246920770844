//! Why a write happened: each write names what made it, so a chain of writes leads back to an input.
//!
//! Models: nothing of Kubernetes, which does not keep this.
//! Simplified: nothing.

use std::sync::Arc;

use podarium_api::Kind;
use podarium_sim::Time;

use crate::apiserver::{Grant, Verb};
use crate::store::Key;

/// What set a component to work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// The cluster was being built.
    Start,
    /// The recorded input of this number.
    Input(u64),
    /// The write that made this resourceVersion; the component saw it through a watch.
    Write(u64),
    /// Time passed: the name says which clock ran out.
    Timer(&'static str),
}

/// One write to the store. The resourceVersion identifies it.
#[derive(Clone, Debug, PartialEq)]
pub struct Write {
    pub resource_version: u64,
    pub at: Time,
    /// Who wrote, e.g. `system:serviceaccount:kube-system:replicaset-controller`.
    pub user: Arc<str>,
    /// Why the writer was allowed to.
    pub grant: Grant,
    pub verb: Verb,
    pub kind: Kind,
    pub key: Key,
    pub cause: Cause,
}
