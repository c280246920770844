//! Reviews: questions that can be answered.
//!
//! Models: pkg/apis/authorization/validation/validation.go, pkg/apis/authentication/validation/validation.go, v1.36.
//! Simplified: nothing.

use k8s_openapi::api::authorization::v1::{
    LocalSubjectAccessReview, NonResourceAttributes, ResourceAttributes, SelfSubjectAccessReview, SubjectAccessReview,
    SubjectAccessReviewSpec,
};
use serde_json::json;

use super::{list, text};
use crate::field::{FieldError, Path};
use crate::{ObjectMeta, TokenRequest, name_rules};

const TEN_MINUTES: i64 = 600;
const LONGEST: i64 = 1 << 32;

pub(crate) fn subject_access_review(review: &SubjectAccessReview) -> Vec<FieldError> {
    let mut errors = spec(&review.spec);
    errors.extend(metadata(&review.metadata, "", "must be empty"));
    errors
}

pub(crate) fn self_subject_access_review(review: &SelfSubjectAccessReview) -> Vec<FieldError> {
    let spec = &review.spec;
    let mut errors: Vec<FieldError> = attributes(spec.resource_attributes.as_ref(), spec.non_resource_attributes.as_ref()).into_iter().collect();
    errors.extend(selectors(review.spec.resource_attributes.as_ref()));
    errors.extend(metadata(&review.metadata, "", "must be empty"));
    errors
}

pub(crate) fn local_subject_access_review(review: &LocalSubjectAccessReview) -> Vec<FieldError> {
    let mut errors = spec(&review.spec);
    let namespace = text(&review.metadata.namespace);
    errors.extend(metadata(&review.metadata, namespace, "must be empty except for namespace"));
    if let Some(resource) = &review.spec.resource_attributes
        && text(&resource.namespace) != namespace
    {
        errors.push(FieldError::invalid("spec.resourceAttributes.namespace", text(&resource.namespace), "must match metadata.namespace"));
    }
    if let Some(path) = &review.spec.non_resource_attributes {
        errors.push(FieldError::invalid("spec.nonResourceAttributes", json!(path), "disallowed on this kind of request").shown_as(shown(path)));
    }
    errors
}

fn spec(spec: &SubjectAccessReviewSpec) -> Vec<FieldError> {
    let mut errors: Vec<FieldError> = attributes(spec.resource_attributes.as_ref(), spec.non_resource_attributes.as_ref()).into_iter().collect();
    if text(&spec.user).is_empty() && list(&spec.groups).is_empty() {
        errors.push(FieldError::invalid("spec.user", "", "at least one of user or group must be specified"));
    }
    errors.extend(selectors(spec.resource_attributes.as_ref()));
    errors
}

/// A question is either about a resource or about a path.
fn attributes(resource: Option<&ResourceAttributes>, path: Option<&NonResourceAttributes>) -> Option<FieldError> {
    match (resource, path) {
        (Some(_), Some(path)) => Some(
            FieldError::invalid("spec.nonResourceAttributes", json!(path), "cannot be specified in combination with resourceAttributes")
                .shown_as(shown(path)),
        ),
        (None, None) => Some(FieldError::invalid(
            "spec.resourceAttributes",
            serde_json::Value::Null,
            "exactly one of nonResourceAttributes or resourceAttributes must be specified",
        )),
        _ => None,
    }
}

fn shown(path: &NonResourceAttributes) -> String {
    format!("{{\"Path\":{},\"Verb\":{}}}", json!(text(&path.path)), json!(text(&path.verb)))
}

fn selectors(resource: Option<&ResourceAttributes>) -> Vec<FieldError> {
    let Some(resource) = resource else { return Vec::new() };
    let path = Path::new("spec").child("resourceAttributes");
    let mut errors = Vec::new();
    if let Some(part) = &resource.field_selector {
        let (path, wants) = (path.child("fieldSelector"), list(&part.requirements));
        errors.extend(one_way(text(&part.raw_selector), wants.len(), &path));
        for (index, want) in wants.iter().enumerate() {
            let path = path.child("requirements").index(index);
            if want.key.is_empty() {
                errors.push(FieldError::required(path.child("key"), "must be specified"));
            }
            errors.extend(values(&want.operator, list(&want.values), &path));
        }
    }
    if let Some(part) = &resource.label_selector {
        let (path, wants) = (path.child("labelSelector"), list(&part.requirements));
        errors.extend(one_way(text(&part.raw_selector), wants.len(), &path));
        for (index, want) in wants.iter().enumerate() {
            let path = path.child("requirements").index(index);
            errors.extend(values(&want.operator, list(&want.values), &path));
            super::invalid_each(&mut errors, &path.child("key"), want.key.as_str(), name_rules::label_key(&want.key));
            for (index, value) in list(&want.values).iter().enumerate() {
                super::invalid_each(&mut errors, &path.child("values").index(index), value.as_str(), name_rules::label_value(value));
            }
        }
    }
    errors
}

/// A selector is given as a text or in parts.
fn one_way(raw: &str, count: usize, path: &Path) -> Option<FieldError> {
    match (raw.is_empty(), count) {
        (false, 1..) => Some(FieldError::invalid(path.child("rawSelector"), raw, "may not specified at the same time as requirements")),
        (true, 0) => {
            let why = format!("when {path} is specified, requirements or rawSelector is required");
            Some(FieldError::required(path.child("requirements"), why))
        }
        _ => None,
    }
}

/// Operators that the server does not know come from newer clients; they are let pass.
fn values(operator: &str, values: &[String], path: &Path) -> Option<FieldError> {
    let field = path.child("values");
    match operator {
        "In" | "NotIn" if values.is_empty() => Some(FieldError::required(field, "must be specified when `operator` is 'In' or 'NotIn'")),
        "Exists" | "DoesNotExist" if !values.is_empty() => Some(FieldError::forbidden(field, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")),
        _ => None,
    }
}

/// Reviews are not kept, so they have no metadata; the server has stamped time and uid on ours, which do not count.
fn metadata(meta: &ObjectMeta, namespace: &str, why: &str) -> Option<FieldError> {
    let given = ObjectMeta { managed_fields: None, namespace: None, ..meta.clone() };
    let elsewhere = text(&meta.namespace) != namespace;
    (given != ObjectMeta::default() || elsewhere).then(|| FieldError::invalid("metadata", json!(meta), why).of_struct("ObjectMeta"))
}

pub(crate) fn token_request(request: &TokenRequest) -> Vec<FieldError> {
    let seconds = request.spec.as_ref().and_then(|spec| spec.expiration_seconds).unwrap_or(0);
    let mut errors = Vec::new();
    if seconds < TEN_MINUTES {
        errors.push(FieldError::invalid("spec.expirationSeconds", seconds, "may not specify a duration less than 10 minutes"));
    }
    if seconds > LONGEST {
        errors.push(FieldError::invalid("spec.expirationSeconds", seconds, "may not specify a duration larger than 2^32 seconds"));
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Kind;

    #[test]
    fn a_question_names_who_and_what() {
        let pods = json!({"resource": "pods", "verb": "get", "namespace": "a"});
        let cases = [
            (Kind::SubjectAccessReview, json!({"spec": {"user": "jane", "resourceAttributes": pods}}), vec![]),
            (Kind::SubjectAccessReview, json!({"spec": {"resourceAttributes": pods}}), vec!["spec.user: Invalid value: \"\": at least one of user or group must be specified"]),
            (Kind::SelfSubjectAccessReview, json!({"spec": {}}), vec!["spec.resourceAttributes: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified"]),
            (
                Kind::SelfSubjectAccessReview,
                json!({"spec": {"resourceAttributes": pods, "nonResourceAttributes": {"path": "/x", "verb": "get"}}}),
                vec!["spec.nonResourceAttributes: Invalid value: {\"Path\":\"/x\",\"Verb\":\"get\"}: cannot be specified in combination with resourceAttributes"],
            ),
            (
                Kind::LocalSubjectAccessReview,
                json!({"metadata": {"namespace": "b"}, "spec": {"user": "jane", "resourceAttributes": pods}}),
                vec!["spec.resourceAttributes.namespace: Invalid value: \"a\": must match metadata.namespace"],
            ),
        ];
        for (kind, value, expected) in cases {
            let errors: Vec<String> = kind.parse(value.clone()).unwrap().validate().iter().map(ToString::to_string).collect();
            assert_eq!(errors, expected, "{value}");
        }
    }
}
