//! What the server adds to a new object once its kind's rules have been applied.
//!
//! Models: the PrepareForCreate of strategies that know of the requester or of the time, v1.36.
//! Simplified: nothing.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time as MetaTime;
use podarium_api::Object;

use super::{api_service, certificate_signing_request};
use crate::apiserver::User;

pub(in crate::apiserver) fn complete_new(object: &mut Object, user: &User, now: &MetaTime) {
    match object {
        Object::CertificateSigningRequest(request) => certificate_signing_request::note_requester(request, user),
        Object::APIService(service) => api_service::note_time(service, now),
        _ => {}
    }
}
