//! Approves the requests of kubelets for the certificates with which they reach the API server, if they may ask for them.
//! People's requests are left to people.
//!
//! Models: pkg/controller/certificates/approver/sarapprove.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::api::authorization::v1::{ResourceAttributes, SubjectAccessReviewSpec};
use k8s_openapi::api::certificates::v1::CertificateSigningRequestCondition;
use podarium_api::certificate_request::CertificateRequest;
use podarium_api::{CertificateSigningRequest, Kind, Resource as _, SubjectAccessReview};

use super::super::{Controller, Enqueue, Stop, Sync};
use super::{BACK_OFF, KUBELET_CLIENT, kubelet_client_fault, usages};
use crate::apiserver::{Body, Filter, Request, Subresource};
use crate::client::{Caches, Change};
use crate::store::Key;

#[derive(Clone, Debug, Default)]
pub struct ApprovingController;

/// What a kubelet may ask for: the subresource that stands for the right, and what is said of the approval.
const RIGHTS: [(&str, &str); 2] = [
    ("selfnodeclient", "Auto approving self kubelet client certificate after SubjectAccessReview."),
    ("nodeclient", "Auto approving kubelet client certificate after SubjectAccessReview."),
];

impl Controller for ApprovingController {
    const NAME: &'static str = "csrapproving";
    const SERVICE_ACCOUNT: &'static str = "certificate-controller";
    const WORKERS: usize = 5;
    const BACK_OFF: (Duration, Duration) = BACK_OFF;

    fn watched() -> Vec<(Kind, Filter)> {
        vec![(Kind::CertificateSigningRequest, Filter::all())]
    }

    fn on_change(&mut self, change: &Change, _caches: &Caches, enqueue: &mut Enqueue<'_>) {
        if change.kind == Kind::CertificateSigningRequest {
            enqueue.add(change.key.clone());
        }
    }

    fn sync(&self, ctx: &mut Sync<'_>, key: &Key) -> Result<(), Stop> {
        let Some(request) = ctx.caches().get::<CertificateSigningRequest>(key).cloned() else { return Ok(()) };
        if request.is_issued() || request.has("Approved") || request.has("Denied") {
            return Ok(());
        }
        let parsed = CertificateRequest::parse(&request.spec.request.0).map_err(|why| Stop::Failed(format!("unable to parse csr {:?}: {why}", request.name())))?;
        if request.spec.signer_name != KUBELET_CLIENT || kubelet_client_fault(&parsed, &usages(&request)).is_some() {
            return Ok(());
        }
        let own = request.spec.username.as_deref() == Some(parsed.common_name.as_str());
        for (right, message) in RIGHTS.into_iter().filter(|(right, _)| own || *right != "selfnodeclient") {
            let review = ctx.create(review(&request, right))??;
            if review.status.as_ref().is_some_and(|status| status.allowed) {
                return approve(ctx, &request, message);
            }
        }
        Err(Stop::Failed(format!("recognized csr {:?} but subject access review was not approved", request.name())))
    }
}

fn review(request: &CertificateSigningRequest, right: &str) -> SubjectAccessReview {
    let spec = &request.spec;
    SubjectAccessReview {
        spec: SubjectAccessReviewSpec {
            user: spec.username.clone(),
            uid: spec.uid.clone(),
            groups: spec.groups.clone(),
            extra: spec.extra.clone(),
            resource_attributes: Some(ResourceAttributes {
                group: Some("certificates.k8s.io".to_owned()),
                resource: Some("certificatesigningrequests".to_owned()),
                subresource: Some(right.to_owned()),
                verb: Some("create".to_owned()),
                version: Some("*".to_owned()),
                ..ResourceAttributes::default()
            }),
            ..SubjectAccessReviewSpec::default()
        },
        ..SubjectAccessReview::default()
    }
}

fn approve(ctx: &mut Sync<'_>, request: &CertificateSigningRequest, message: &str) -> Result<(), Stop> {
    let mut next = request.clone();
    Arc::make_mut(&mut next.status).conditions.get_or_insert_default().push(CertificateSigningRequestCondition {
        type_: "Approved".to_owned(),
        status: "True".to_owned(),
        reason: Some("AutoApproved".to_owned()),
        message: Some(message.to_owned()),
        ..CertificateSigningRequestCondition::default()
    });
    let body = Body::Object(Arc::new(next.clone()).into_object());
    ctx.send(Request::update(next).with_subresource(Subresource::Approval, body))??;
    Ok(())
}
