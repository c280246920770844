//! CertificateApproval, CertificateSigning and CertificateSubjectRestriction: who may approve and sign for a signer, and that
//! nobody gets a certificate of the group that may do everything.
//!
//! Models: plugin/pkg/admission/certificates/{approval,signing,subjectrestriction}/admission.go,
//! pkg/certauthorization/certauthorization.go, v1.36.
//! Simplified: nothing.

use podarium_api::certificate_request::CertificateRequest;
use podarium_api::{CertificateSigningRequest, Kind, Object, Status};

use crate::apiserver::authorization::{Attributes, Decision};
use crate::apiserver::{ApiServer, Call, Subresource};

const CLIENT: &str = "kubernetes.io/kube-apiserver-client";
const MASTERS: &str = "system:masters";

impl ApiServer {
    /// Looks at a write that is complete and valid.
    pub(in crate::apiserver) fn check_certificates(&self, object: &Object, old: Option<&Object>, subresource: Option<Subresource>, call: &Call) -> Result<(), Status> {
        let Object::CertificateSigningRequest(request) = object else { return Ok(()) };
        let name = request.metadata.name.as_deref().unwrap_or_default();
        let forbidden = |why: String| Err(Status::forbidden(Kind::CertificateSigningRequest, name, why));
        match (old, subresource) {
            (None, None) => match subject_fault(request) {
                Some(why) => forbidden(why),
                None => Ok(()),
            },
            (Some(Object::CertificateSigningRequest(old)), Some(Subresource::Approval)) if !self.may(call, "approve", old) => {
                forbidden(format!("user not permitted to approve requests with signerName {:?}", old.spec.signer_name))
            }
            (Some(Object::CertificateSigningRequest(old)), Some(Subresource::Status)) if old.status != request.status && !self.may(call, "sign", old) => {
                forbidden(format!("user not permitted to sign requests with signerName {:?}", old.spec.signer_name))
            }
            _ => Ok(()),
        }
    }

    /// Whether the user may do this for the signer, or for all signers of its domain.
    fn may(&self, call: &Call, verb: &str, request: &CertificateSigningRequest) -> bool {
        let signer = &request.spec.signer_name;
        let domain = format!("{}/*", signer.split('/').next().unwrap_or_default());
        [signer.as_str(), domain.as_str()].into_iter().any(|name| {
            let question = Attributes::resource(&call.user, verb, "certificates.k8s.io", "signers", "").named(name);
            matches!(self.decide(&question), Decision::Allowed(_))
        })
    }
}

fn subject_fault(request: &CertificateSigningRequest) -> Option<String> {
    if request.spec.signer_name != CLIENT {
        return None;
    }
    match CertificateRequest::parse(&request.spec.request.0) {
        Err(why) => Some(format!("failed to parse CSR: {why}")),
        Ok(parsed) => parsed
            .organizations
            .iter()
            .any(|group| group == MASTERS)
            .then(|| format!("use of {CLIENT} signer with {MASTERS} group is not allowed")),
    }
}
