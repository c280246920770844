//! Who asks for a certificate, and since when conditions hold: the server knows both.
//!
//! Models: pkg/registry/certificates/certificates/strategy.go, v1.36.
//! Simplified: nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time as MetaTime;
use podarium_api::{CertificateSigningRequest, Object};

use crate::apiserver::User;
use crate::authority;

pub(super) fn note_requester(request: &mut Arc<CertificateSigningRequest>, user: &User) {
    let spec = Arc::make_mut(&mut Arc::make_mut(request).spec);
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    spec.username = text(user.name());
    spec.uid = text(user.uid());
    spec.groups = Some(user.groups().iter().map(ToString::to_string).collect());
    let extra: BTreeMap<String, Vec<String>> =
        user.extra().map(|(name, values)| (name.to_string(), values.iter().map(ToString::to_string).collect())).collect();
    spec.extra = (!extra.is_empty()).then_some(extra);
}

/// Gives conditions without times the present one. A condition whose state is as before holds since then.
pub(in crate::apiserver) fn stamp_conditions(object: &mut Object, old: &Object, now: &MetaTime) {
    let (Object::CertificateSigningRequest(request), Object::CertificateSigningRequest(old)) = (object, old) else { return };
    let complete = |condition: &k8s_openapi::api::certificates::v1::CertificateSigningRequestCondition| {
        condition.last_update_time.is_some() && condition.last_transition_time.is_some()
    };
    if request.status.conditions.iter().flatten().all(complete) {
        return;
    }
    let status = Arc::make_mut(&mut Arc::make_mut(request).status);
    for condition in status.conditions.iter_mut().flatten() {
        condition.last_update_time.get_or_insert_with(|| now.clone());
        if condition.last_transition_time.is_none() {
            let same = old.status.conditions.iter().flatten().find(|stored| stored.type_ == condition.type_ && stored.status == condition.status);
            condition.last_transition_time = same.and_then(|stored| stored.last_transition_time.clone()).or_else(|| Some(now.clone()));
        }
    }
}

/// The digest of the certificate that a request got.
pub(in crate::apiserver) fn issued(request: &CertificateSigningRequest) -> Option<[u8; 32]> {
    let pem = request.status.certificate.as_ref()?;
    authority::first_certificate(&pem.0).map(|(certificate, _)| authority::fingerprint(&certificate))
}
