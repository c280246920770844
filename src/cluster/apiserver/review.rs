//! Questions that the server answers at once: who am I, whose token is this, may this user do that, what may I do here.
//!
//! Models: pkg/registry/authorization/*/rest.go, pkg/registry/authentication/*/rest.go, pkg/registry/authorization/util, v1.36.
//! Simplified: nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use k8s_openapi::api::authentication::v1::{SelfSubjectReviewStatus, TokenReviewStatus, UserInfo as ReviewedUser};
use k8s_openapi::api::authorization::v1::{
    NonResourceAttributes, NonResourceRule, ResourceAttributes, ResourceRule, SubjectAccessReviewSpec,
    SubjectAccessReviewStatus, SubjectRulesReviewStatus,
};
use podarium_api::selector::{FieldSelector, LabelSelector};
use podarium_api::{Kind, Object, ObjectMeta, Resource as _, Status};

use super::authentication::{Refused, User, UserInfo};
use super::authorization::{Attributes, Decision, Mode};
use super::{ApiServer, Call};

/// Whether objects of this kind are answered and not stored.
pub(super) fn is_review(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::SubjectAccessReview
            | Kind::LocalSubjectAccessReview
            | Kind::SelfSubjectAccessReview
            | Kind::SelfSubjectRulesReview
            | Kind::TokenReview
            | Kind::SelfSubjectReview
    )
}

impl ApiServer {
    /// The review with its answer.
    pub(super) fn review(&self, object: &Object, call: &mut Call) -> Result<Object, Status> {
        call.created = true;
        let user = call.user.clone();
        Ok(match object {
            Object::SubjectAccessReview(review) => {
                let mut review = (**review).clone();
                review.status = Some(self.access(&reviewed(&review.spec), review.spec.resource_attributes.as_ref(), review.spec.non_resource_attributes.as_ref()));
                Arc::new(review).into_object()
            }
            Object::LocalSubjectAccessReview(review) => {
                let mut review = (**review).clone();
                review.status = Some(self.access(&reviewed(&review.spec), review.spec.resource_attributes.as_ref(), None));
                Arc::new(review).into_object()
            }
            Object::SelfSubjectAccessReview(review) => {
                let mut review = (**review).clone();
                review.status = Some(self.access(&user, review.spec.resource_attributes.as_ref(), review.spec.non_resource_attributes.as_ref()));
                Arc::new(review).into_object()
            }
            Object::SelfSubjectRulesReview(review) => {
                let namespace = review.spec.namespace.as_deref().unwrap_or_default();
                if namespace.is_empty() {
                    return Err(Status::bad_request("no namespace on request"));
                }
                // The answer is a new object without the question, and nobody owns anything of it.
                call.managed = None;
                let status = Some(self.rules(&user, namespace));
                Arc::new(podarium_api::SelfSubjectRulesReview { status, ..Default::default() }).into_object()
            }
            Object::SelfSubjectReview(_) => {
                call.managed = None;
                let metadata = ObjectMeta { creation_timestamp: Some(self.epoch.seconds(call.now)), ..ObjectMeta::default() };
                let status = Some(SelfSubjectReviewStatus { user_info: Some(described(&user)) });
                Arc::new(podarium_api::SelfSubjectReview { metadata, status }).into_object()
            }
            Object::TokenReview(review) => {
                let token = review.spec.token.as_str();
                if token.is_empty() {
                    return Err(Status::bad_request("token is required for TokenReview in authentication"));
                }
                let mut review = (**review).clone();
                review.status = Some(self.token_status(token, review.spec.audiences.as_deref().unwrap_or_default(), call));
                Arc::new(review).into_object()
            }
            other => other.clone(),
        })
    }

    fn access(&self, user: &User, resource: Option<&ResourceAttributes>, path: Option<&NonResourceAttributes>) -> SubjectAccessReviewStatus {
        fn text(text: &Option<String>) -> &str {
            text.as_deref().unwrap_or_default()
        }
        let attributes = match (resource, path) {
            (Some(resource), _) => {
                let (verb, group, plural) = (text(&resource.verb), text(&resource.group), text(&resource.resource));
                Attributes::resource(user, verb, group, plural, text(&resource.namespace))
                    .named(text(&resource.name))
                    .of_subresource(text(&resource.subresource))
            }
            (None, Some(path)) => Attributes::path(user, text(&path.verb), text(&path.path)),
            (None, None) => Attributes::path(user, "", ""),
        };
        let (allowed, reason) = match self.decide(&attributes) {
            Decision::Allowed(grant) => (true, grant.to_string()),
            Decision::NoOpinion(reason) => (false, reason),
        };
        let evaluation_error = resource.and_then(selector_faults);
        SubjectAccessReviewStatus { allowed, denied: None, evaluation_error, reason: (!reason.is_empty()).then_some(reason) }
    }

    /// All that the user may do in a namespace, as far as rules say it.
    fn rules(&self, user: &User, namespace: &str) -> SubjectRulesReviewStatus {
        let (rules, mut faults) = self.rbac.rules_for(&self.store, user, namespace);
        let incomplete = user.node_name().is_some() && self.modes.contains(&Mode::Node);
        if incomplete {
            faults.insert(0, "node authorizer does not support user rule resolution".to_owned());
        }
        let of_resources = rules.iter().filter(|rule| rule.resources.as_ref().is_some_and(|list| !list.is_empty()));
        let of_paths = rules.iter().filter(|rule| rule.non_resource_urls.as_ref().is_some_and(|list| !list.is_empty()));
        let fault = match faults.as_slice() {
            [] => None,
            [fault] => Some(fault.clone()),
            faults => Some(format!("[{}]", faults.join(", "))),
        };
        let all = || vec!["*".to_owned()];
        // Who asks nobody has one rule for everything.
        let everything = self.modes.contains(&Mode::AlwaysAllow);
        SubjectRulesReviewStatus {
            evaluation_error: fault,
            incomplete,
            non_resource_rules: of_paths.map(|rule| NonResourceRule { non_resource_urls: rule.non_resource_urls.clone(), verbs: rule.verbs.clone() }).chain(everything.then(|| NonResourceRule { non_resource_urls: Some(all()), verbs: all() })).collect(),
            resource_rules: of_resources
                .map(|rule| ResourceRule {
                    api_groups: rule.api_groups.clone(),
                    resource_names: rule.resource_names.clone(),
                    resources: rule.resources.clone(),
                    verbs: rule.verbs.clone(),
                })
                .chain(everything.then(|| ResourceRule { api_groups: Some(all()), resource_names: None, resources: Some(all()), verbs: all() }))
                .collect(),
        }
    }

    fn token_status(&self, token: &str, audiences: &[String], call: &Call) -> TokenReviewStatus {
        const UNKNOWN: &str = "invalid bearer token";
        let refused = |error: String| TokenReviewStatus { error: Some(error), user: Some(ReviewedUser::default()), ..TokenReviewStatus::default() };
        match self.user_of_token(token, audiences, call.now) {
            Ok((user, audiences)) => TokenReviewStatus {
                audiences: Some(audiences),
                authenticated: Some(true),
                error: None,
                user: Some(described(&user)),
            },
            // The server asks for its own tokens first, which nobody else has.
            Err(Refused::Unknown) => refused(UNKNOWN.to_owned()),
            Err(Refused::Because(why)) => refused(format!("[{UNKNOWN}, {why}]")),
        }
    }
}

/// Which selectors of a question cannot be read, and so count as missing.
fn selector_faults(resource: &ResourceAttributes) -> Option<String> {
    let mut faults = Vec::new();
    if let Some(selector) = &resource.field_selector {
        let raw = selector.raw_selector.as_deref().unwrap_or_default();
        let wants = selector.requirements.as_deref().unwrap_or_default();
        let is_good = |operator: &str, values: usize| matches!(operator, "In" | "NotIn") && values == 1;
        let good = wants.iter().filter(|want| is_good(&want.operator, want.values.as_deref().unwrap_or_default().len())).count();
        faults.extend(fault("fieldSelector", FieldSelector::parse(raw).is_ok(), good, wants.len()));
    }
    if let Some(selector) = &resource.label_selector {
        let raw = selector.raw_selector.as_deref().unwrap_or_default();
        let wants = selector.requirements.as_deref().unwrap_or_default();
        let is_good = |operator: &str, values: usize| match operator {
            "In" | "NotIn" => values > 0,
            "Exists" | "DoesNotExist" => values == 0,
            _ => false,
        };
        let good = wants.iter().filter(|want| is_good(&want.operator, want.values.as_deref().unwrap_or_default().len())).count();
        faults.extend(fault("labelSelector", LabelSelector::parse(raw).is_ok(), good, wants.len()));
    }
    (!faults.is_empty()).then(|| faults.join("; "))
}

fn fault(name: &str, readable: bool, good: usize, all: usize) -> Option<String> {
    let how = match (readable, good) {
        (true, good) if good == all => return None,
        (true, 1..) => "partially ignored",
        _ => "ignored",
    };
    Some(format!("spec.resourceAttributes.{name} {how} due to parse error"))
}

/// The user that a review asks about; it has the groups that the question gives it and no more.
fn reviewed(spec: &SubjectAccessReviewSpec) -> User {
    let extra = spec.extra.iter().flatten().map(|(key, values)| (key.to_ascii_lowercase().into(), values.iter().map(|value| value.as_str().into()).collect()));
    UserInfo {
        name: spec.user.as_deref().unwrap_or_default().into(),
        uid: spec.uid.as_deref().unwrap_or_default().into(),
        groups: spec.groups.iter().flatten().map(|group| group.as_str().into()).collect(),
        extra: extra.collect(),
    }
    .into()
}

fn described(user: &User) -> ReviewedUser {
    let extra: BTreeMap<String, Vec<String>> =
        user.extra().map(|(key, values)| (key.to_string(), values.iter().map(ToString::to_string).collect())).collect();
    let groups: Vec<String> = user.groups().iter().map(ToString::to_string).collect();
    ReviewedUser {
        extra: (!extra.is_empty()).then_some(extra),
        groups: (!groups.is_empty()).then_some(groups),
        uid: Some(user.uid().to_owned()).filter(|uid| !uid.is_empty()),
        username: Some(user.name().to_owned()),
    }
}
