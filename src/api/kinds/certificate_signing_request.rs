//! Somebody asks for a certificate: the request in PKCS #10, who signs it, what it is for. Once it is approved, the signer
//! puts the certificate into the status.
//!
//! Models: pkg/registry/certificates/certificates/strategy.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use k8s_openapi::api::certificates::v1::{CertificateSigningRequestCondition, CertificateSigningRequestSpec, CertificateSigningRequestStatus};

use crate::field::FieldError;
use crate::object::Part;
use crate::{Cell, Column, ResourceInfo, Strategy, spec_and_status_kind, tables, validation};

spec_and_status_kind! {
    /// CertificateSigningRequest.
    CertificateSigningRequest, "certificates.k8s.io/v1", spec: CertificateSigningRequestSpec, status: CertificateSigningRequestStatus
}

impl CertificateSigningRequest {
    /// Whether the request has a condition of this type.
    pub fn has(&self, condition: &str) -> bool {
        conditions(self).iter().any(|found| found.type_ == condition)
    }

    /// `Approved,Issued`: how far it is, as it is shown to people.
    pub fn state(&self) -> String {
        let mut state = if self.has("Denied") {
            "Denied"
        } else if self.has("Approved") {
            "Approved"
        } else {
            "Pending"
        }
        .to_owned();
        if self.has("Failed") {
            state.push_str(",Failed");
        }
        if self.is_issued() {
            state.push_str(",Issued");
        }
        state
    }

    pub fn is_issued(&self) -> bool {
        self.status.certificate.as_ref().is_some_and(|certificate| !certificate.0.is_empty())
    }
}

fn conditions(request: &CertificateSigningRequest) -> &[CertificateSigningRequestCondition] {
    request.status.conditions.as_deref().unwrap_or_default()
}

/// Keeps the stored conditions of a type unless their number has changed, which validation refuses.
fn keep_conditions(new: &mut CertificateSigningRequest, old: &CertificateSigningRequest, condition: &str) {
    let stored: Vec<&CertificateSigningRequestCondition> = conditions(old).iter().filter(|found| found.type_ == condition).collect();
    let status = Arc::make_mut(&mut new.status);
    let of_type = status.conditions.iter_mut().flatten().filter(|found| found.type_ == condition);
    let places: Vec<&mut CertificateSigningRequestCondition> = of_type.collect();
    if places.len() == stored.len() {
        for (place, kept) in places.into_iter().zip(stored) {
            place.clone_from(kept);
        }
    }
}

impl Strategy for CertificateSigningRequest {
    const INFO: ResourceInfo = ResourceInfo {
        group: "certificates.k8s.io",
        version: "v1",
        kind: "CertificateSigningRequest",
        plural: "certificatesigningrequests",
        singular: "certificatesigningrequest",
        short_names: &["csr"],
        categories: &[],
        namespaced: false,
        has_status: true,
    };

    fn prepare_for_create(&mut self) {
        // Who asks is filled in by the server, which knows it.
        let spec = Arc::make_mut(&mut self.spec);
        (spec.username, spec.uid, spec.groups, spec.extra) = (None, None, None, None);
        self.status = Default::default();
    }

    fn prepare_for_update(&mut self, old: &Self) {
        self.spec = Arc::clone(&old.spec);
        self.status = Arc::clone(&old.status);
    }

    fn prepare_for_status_update(&mut self, old: &Self) {
        self.spec = Arc::clone(&old.spec);
        for condition in ["Approved", "Denied"] {
            keep_conditions(self, old, condition);
        }
    }

    fn prepare_for_part_update(&mut self, _part: Part, old: &Self) {
        self.spec = Arc::clone(&old.spec);
        let conditions = self.status.conditions.clone();
        self.status = Arc::new(CertificateSigningRequestStatus { conditions, ..(*old.status).clone() });
    }

    fn validate(&self) -> Vec<FieldError> {
        validation::certificate::request(self, None)
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        validation::certificate::update(self, old, validation::certificate::Change::Plain)
    }

    fn validate_status_update(&self, old: &Self) -> Vec<FieldError> {
        validation::certificate::update(self, old, validation::certificate::Change::Status)
    }

    fn validate_part_update(&self, _part: Part, old: &Self) -> Vec<FieldError> {
        validation::certificate::update(self, old, validation::certificate::Change::Approval)
    }

    fn selectable_fields(&self) -> Vec<(&'static str, String)> {
        vec![("spec.signerName", self.spec.signer_name.clone())]
    }

    fn columns() -> Vec<Column> {
        tables::api_machinery::CERTIFICATE_SIGNING_REQUEST.to_vec()
    }

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        tables::api_machinery::certificate_signing_request_row(self, now)
    }
}
