//! The decision about a request, and why: kept with every write, so that "who allowed this?" has an answer.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/{authorization/union,endpoints/filters/authorization.go}, v1.36.
//! Simplified: nothing.

use std::fmt;
use std::sync::Arc;

use podarium_api::Status;
use podarium_api::admission_policy::{Answer, Authorizer, Question};
use podarium_api::selector::FieldSelector;
use podarium_sim::Time;

use super::rbac::{Bound, Rbac};
use super::{Attributes, node};
use crate::apiserver::authentication::MASTERS;
use crate::apiserver::{ApiServer, User};
use crate::cause::Cause;
use crate::store::Store;

/// One of those that are asked whether a request is allowed (`--authorization-mode`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Everybody may do everything, for tests of other things.
    AlwaysAllow,
    /// Kubelets have the rights that their nodes' business takes.
    Node,
    /// Roles and their bindings.
    Rbac,
}

/// As kubeadm sets the server up.
pub const NODE_AND_RBAC: [Mode; 2] = [Mode::Node, Mode::Rbac];

/// Why a request was allowed.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Grant {
    /// Nobody was asked.
    #[default]
    AlwaysAllow,
    /// The user is in `system:masters`.
    Masters,
    /// A kubelet is about its node's own business.
    Node,
    /// A binding gives the user a role with a fitting rule.
    Rbac { binding: Arc<Bound>, subject: usize },
}

impl Grant {
    /// Whether it is the very same grant.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Grant::Rbac { binding, subject }, Grant::Rbac { binding: other, subject: place }) => Arc::ptr_eq(binding, other) && subject == place,
            (one, other) => one == other,
        }
    }
}

impl fmt::Display for Grant {
    /// The reason that a SubjectAccessReview gives; empty where the server gives none.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Grant::Rbac { binding, subject } => write!(f, "RBAC: allowed by {}", binding.describe(*subject)),
            _ => Ok(()),
        }
    }
}

/// Allowed and why, or not and what authorizers had to say about it.
#[derive(Clone, Debug)]
pub enum Decision {
    Allowed(Grant),
    NoOpinion(String),
}

impl Decision {
    pub fn is_allowed(&self) -> bool {
        matches!(self, Decision::Allowed(_))
    }
}

/// What a decision rests on.
#[derive(Clone, Copy)]
pub(in crate::apiserver) struct Judge<'a> {
    pub store: &'a Store,
    pub rbac: &'a Rbac,
    pub modes: &'a [Mode],
}

impl Judge<'_> {
    /// Asks the authorizers one after the other. The first that allows decides.
    pub(in crate::apiserver) fn decide(&self, attributes: &Attributes<'_>) -> Decision {
        if self.modes.first() != Some(&Mode::AlwaysAllow) && attributes.user.in_group(MASTERS) {
            return Decision::Allowed(Grant::Masters);
        }
        let mut reasons = Vec::new();
        for mode in self.modes {
            let asked = match (mode, attributes.user.node_name()) {
                (Mode::AlwaysAllow, _) => Ok(Grant::AlwaysAllow),
                (Mode::Node, Some(node)) => node::authorize(self.store, node, attributes).map(|()| Grant::Node),
                (Mode::Node, None) => continue,
                (Mode::Rbac, _) => self.rbac.authorize(self.store, attributes),
            };
            match asked {
                Ok(grant) => return Decision::Allowed(grant),
                Err(reason) => reasons.extend(Some(reason).filter(|reason| !reason.is_empty())),
            }
        }
        Decision::NoOpinion(reasons.join("\n"))
    }
}

/// What expressions of policies ask about, in the name of whoever makes a request.
pub(in crate::apiserver) struct Asked<'a> {
    pub judge: Judge<'a>,
    pub user: User,
}

impl Authorizer for Asked<'_> {
    fn decide(&self, question: &Question) -> Answer {
        let account = question.account.as_ref().map(|(namespace, name)| User::service_account(namespace, name));
        let user = account.as_ref().unwrap_or(&self.user);
        let fields = FieldSelector::parse(&question.field_selector).unwrap_or_default();
        let attributes = match question.resource.as_str() {
            "" => Attributes::path(user, &question.verb, &question.path),
            resource => Attributes {
                fields: (!fields.is_empty()).then_some(&fields),
                ..Attributes::resource(user, &question.verb, &question.group, resource, &question.namespace).named(&question.name).of_subresource(&question.subresource)
            },
        };
        match self.judge.decide(&attributes) {
            Decision::Allowed(grant) => Answer { allowed: true, reason: grant.to_string(), error: String::new() },
            Decision::NoOpinion(reason) => Answer { allowed: false, reason, error: String::new() },
        }
    }
}

impl ApiServer {
    /// Sets who is asked about requests, in this order.
    pub(crate) fn set_authorization_modes(&mut self, modes: &[Mode]) {
        self.modes = modes.into();
    }

    /// Switches admission plugins off.
    pub(crate) fn switch_off(&mut self, plugins: &[&'static str]) {
        self.switched_off = plugins.into();
    }

    /// Asks the authorizers one after the other. The first that allows decides.
    pub(crate) fn decide(&self, attributes: &Attributes<'_>) -> Decision {
        Judge { store: &self.store, rbac: &self.rbac, modes: &self.modes }.decide(attributes)
    }

    /// The same as the server's answer, remembering a refusal.
    pub(crate) fn authorize(&mut self, attributes: &Attributes<'_>, now: Time, cause: Cause) -> Result<Grant, Status> {
        match self.decide(attributes) {
            Decision::Allowed(grant) => Ok(grant),
            Decision::NoOpinion(reason) => {
                let status = attributes.forbidden(&reason);
                self.refusals.forbidden(attributes, &status, now, cause);
                Err(status)
            }
        }
    }
}
