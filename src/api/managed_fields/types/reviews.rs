//! Data: how questions to the API server and requests for tokens are owned and merged.
//!
//! Models: api/openapi-spec (x-kubernetes-list-type, -list-map-keys, -map-type, -patch-strategy, -patch-merge-key), v1.36.
//! Simplified: the rules and the user of a self review are answers, which nobody owns.

use super::core::META_V1_OBJECT_META;
use crate::managed_fields::schema::Struct;
use crate::managed_fields::schema::Type::{self, AtomicList, Flag, Map, Number, Scalar, Text};

/// What a user is asked about or told. `extra` has lists as its values.
const EXTRA: Type = Map(&AtomicList(&Text));

pub(super) static AUTHENTICATION_V1_BOUND_OBJECT_REFERENCE: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("kind", Text), ("name", Text), ("uid", Text),
] };
pub(super) static AUTHENTICATION_V1_TOKEN_REQUEST: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("kind", Text), ("metadata", Type::Struct(&META_V1_OBJECT_META)),
    ("spec", Type::Struct(&AUTHENTICATION_V1_TOKEN_REQUEST_SPEC)), ("status", Type::Struct(&AUTHENTICATION_V1_TOKEN_REQUEST_STATUS)),
] };
pub(super) static AUTHENTICATION_V1_TOKEN_REQUEST_SPEC: Struct = Struct { atomic: false, fields: &[
    ("audiences", AtomicList(&Text)), ("boundObjectRef", Type::Struct(&AUTHENTICATION_V1_BOUND_OBJECT_REFERENCE)), ("expirationSeconds", Number),
] };
pub(super) static AUTHENTICATION_V1_TOKEN_REQUEST_STATUS: Struct = Struct { atomic: false, fields: &[("expirationTimestamp", Scalar), ("token", Text)] };
pub(super) static AUTHENTICATION_V1_TOKEN_REVIEW: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("kind", Text), ("metadata", Type::Struct(&META_V1_OBJECT_META)),
    ("spec", Type::Struct(&AUTHENTICATION_V1_TOKEN_REVIEW_SPEC)), ("status", Type::Struct(&AUTHENTICATION_V1_TOKEN_REVIEW_STATUS)),
] };
pub(super) static AUTHENTICATION_V1_TOKEN_REVIEW_SPEC: Struct = Struct { atomic: false, fields: &[("audiences", AtomicList(&Text)), ("token", Text)] };
pub(super) static AUTHENTICATION_V1_TOKEN_REVIEW_STATUS: Struct = Struct { atomic: false, fields: &[
    ("audiences", AtomicList(&Text)), ("authenticated", Flag), ("error", Text), ("user", Type::Struct(&AUTHENTICATION_V1_USER_INFO)),
] };
pub(super) static AUTHENTICATION_V1_USER_INFO: Struct = Struct { atomic: false, fields: &[
    ("extra", EXTRA), ("groups", AtomicList(&Text)), ("uid", Text), ("username", Text),
] };
pub(super) static AUTHORIZATION_V1_FIELD_SELECTOR_ATTRIBUTES: Struct = Struct { atomic: false, fields: &[
    ("rawSelector", Text), ("requirements", AtomicList(&Type::AnyAtomic)),
] };
pub(super) static AUTHORIZATION_V1_NON_RESOURCE_ATTRIBUTES: Struct = Struct { atomic: false, fields: &[("path", Text), ("verb", Text)] };
pub(super) static AUTHORIZATION_V1_RESOURCE_ATTRIBUTES: Struct = Struct { atomic: false, fields: &[
    ("fieldSelector", Type::Struct(&AUTHORIZATION_V1_FIELD_SELECTOR_ATTRIBUTES)), ("group", Text),
    ("labelSelector", Type::Struct(&AUTHORIZATION_V1_FIELD_SELECTOR_ATTRIBUTES)), ("name", Text), ("namespace", Text), ("resource", Text),
    ("subresource", Text), ("verb", Text), ("version", Text),
] };
/// All three kinds of this question.
pub(super) static AUTHORIZATION_V1_SUBJECT_ACCESS_REVIEW: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("kind", Text), ("metadata", Type::Struct(&META_V1_OBJECT_META)),
    ("spec", Type::Struct(&AUTHORIZATION_V1_SUBJECT_ACCESS_REVIEW_SPEC)), ("status", Type::Struct(&AUTHORIZATION_V1_SUBJECT_ACCESS_REVIEW_STATUS)),
] };
pub(super) static AUTHORIZATION_V1_SUBJECT_ACCESS_REVIEW_SPEC: Struct = Struct { atomic: false, fields: &[
    ("extra", EXTRA), ("groups", AtomicList(&Text)), ("nonResourceAttributes", Type::Struct(&AUTHORIZATION_V1_NON_RESOURCE_ATTRIBUTES)),
    ("resourceAttributes", Type::Struct(&AUTHORIZATION_V1_RESOURCE_ATTRIBUTES)), ("uid", Text), ("user", Text),
] };
pub(super) static AUTHORIZATION_V1_SUBJECT_ACCESS_REVIEW_STATUS: Struct = Struct { atomic: false, fields: &[
    ("allowed", Flag), ("denied", Flag), ("evaluationError", Text), ("reason", Text),
] };
