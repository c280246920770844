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
    ("apiVersion", Text, 1), ("kind", Text, 0), ("name", Text, 2), ("uid", Text, 3),
] };
pub(super) static AUTHENTICATION_V1_TOKEN_REQUEST: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("kind", Text, 0), ("metadata", Type::Struct(&META_V1_OBJECT_META), 2),
    ("spec", Type::Struct(&AUTHENTICATION_V1_TOKEN_REQUEST_SPEC), 3), ("status", Type::Struct(&AUTHENTICATION_V1_TOKEN_REQUEST_STATUS), 4),
] };
pub(super) static AUTHENTICATION_V1_TOKEN_REQUEST_SPEC: Struct = Struct { atomic: false, fields: &[
    ("audiences", AtomicList(&Text), 0), ("boundObjectRef", Type::Struct(&AUTHENTICATION_V1_BOUND_OBJECT_REFERENCE), 2), ("expirationSeconds", Number, 1),
] };
pub(super) static AUTHENTICATION_V1_TOKEN_REQUEST_STATUS: Struct = Struct { atomic: false, fields: &[("expirationTimestamp", Scalar, 1), ("token", Text, 0)] };
pub(super) static AUTHENTICATION_V1_TOKEN_REVIEW: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("kind", Text, 0), ("metadata", Type::Struct(&META_V1_OBJECT_META), 2),
    ("spec", Type::Struct(&AUTHENTICATION_V1_TOKEN_REVIEW_SPEC), 3), ("status", Type::Struct(&AUTHENTICATION_V1_TOKEN_REVIEW_STATUS), 4),
] };
pub(super) static AUTHENTICATION_V1_TOKEN_REVIEW_SPEC: Struct = Struct { atomic: false, fields: &[("audiences", AtomicList(&Text), 1), ("token", Text, 0)] };
pub(super) static AUTHENTICATION_V1_TOKEN_REVIEW_STATUS: Struct = Struct { atomic: false, fields: &[
    ("audiences", AtomicList(&Text), 2), ("authenticated", Flag, 0), ("error", Text, 3), ("user", Type::Struct(&AUTHENTICATION_V1_USER_INFO), 1),
] };
pub(super) static AUTHENTICATION_V1_USER_INFO: Struct = Struct { atomic: false, fields: &[
    ("extra", EXTRA, 3), ("groups", AtomicList(&Text), 2), ("uid", Text, 1), ("username", Text, 0),
] };
pub(super) static AUTHORIZATION_V1_FIELD_SELECTOR_ATTRIBUTES: Struct = Struct { atomic: false, fields: &[
    ("rawSelector", Text, 0), ("requirements", AtomicList(&Type::AnyAtomic), 1),
] };
pub(super) static AUTHORIZATION_V1_NON_RESOURCE_ATTRIBUTES: Struct = Struct { atomic: false, fields: &[("path", Text, 0), ("verb", Text, 1)] };
pub(super) static AUTHORIZATION_V1_RESOURCE_ATTRIBUTES: Struct = Struct { atomic: false, fields: &[
    ("fieldSelector", Type::Struct(&AUTHORIZATION_V1_FIELD_SELECTOR_ATTRIBUTES), 7), ("group", Text, 2),
    ("labelSelector", Type::Struct(&AUTHORIZATION_V1_FIELD_SELECTOR_ATTRIBUTES), 8), ("name", Text, 6), ("namespace", Text, 0), ("resource", Text, 4),
    ("subresource", Text, 5), ("verb", Text, 1), ("version", Text, 3),
] };
/// All three kinds of this question.
pub(super) static AUTHORIZATION_V1_SUBJECT_ACCESS_REVIEW: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("kind", Text, 0), ("metadata", Type::Struct(&META_V1_OBJECT_META), 2),
    ("spec", Type::Struct(&AUTHORIZATION_V1_SUBJECT_ACCESS_REVIEW_SPEC), 3), ("status", Type::Struct(&AUTHORIZATION_V1_SUBJECT_ACCESS_REVIEW_STATUS), 4),
] };
pub(super) static AUTHORIZATION_V1_SUBJECT_ACCESS_REVIEW_SPEC: Struct = Struct { atomic: false, fields: &[
    ("extra", EXTRA, 4), ("groups", AtomicList(&Text), 3), ("nonResourceAttributes", Type::Struct(&AUTHORIZATION_V1_NON_RESOURCE_ATTRIBUTES), 1),
    ("resourceAttributes", Type::Struct(&AUTHORIZATION_V1_RESOURCE_ATTRIBUTES), 0), ("uid", Text, 5), ("user", Text, 2),
] };
pub(super) static AUTHORIZATION_V1_SUBJECT_ACCESS_REVIEW_STATUS: Struct = Struct { atomic: false, fields: &[
    ("allowed", Flag, 0), ("denied", Flag, 1), ("evaluationError", Text, 3), ("reason", Text, 2),
] };
