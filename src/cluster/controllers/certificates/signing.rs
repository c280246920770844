//! Signs the requests that are approved, if they are for one of the signers of the cluster itself and keep to its rules.
//!
//! Models: pkg/controller/certificates/signer/signer.go, pkg/controller/certificates/authority/policies.go, v1.36.
//! Simplified: one controller for the four signers. The serial number comes from the request's uid, so that the same run
//! gives the same certificate.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use k8s_openapi::ByteString;
use k8s_openapi::api::certificates::v1::CertificateSigningRequestCondition;
use podarium_api::certificate_request::CertificateRequest;
use podarium_api::{CertificateSigningRequest, Kind, Resource as _};
use podarium_sim::Fingerprint;

use super::super::{Controller, Enqueue, Stop, Sync};
use super::{BACK_OFF, KUBELET_CLIENT, kubelet_client_fault, kubelet_serving_fault, usages};
use crate::apiserver::Filter;
use crate::authority::{Authority, Terms};
use crate::client::{Caches, Change};
use crate::store::Key;

/// How long a certificate holds if its request does not say (`--cluster-signing-duration`), and at most.
const LONGEST: SignedDuration = SignedDuration::from_hours(365 * 24);
const SHORTEST: SignedDuration = SignedDuration::from_mins(10);
/// Certificates begin a little in the past, for clocks that are slow.
const BACKDATE: SignedDuration = SignedDuration::from_mins(5);
/// A certificate that holds no longer than this loses nothing of its end for that.
const SHORT: SignedDuration = SignedDuration::from_hours(8);

#[derive(Clone, Debug)]
pub struct SigningController {
    authority: Authority,
}

impl SigningController {
    pub fn new(authority: Authority) -> Self {
        SigningController { authority }
    }

    fn certificate(&self, ctx: &Sync<'_>, request: &CertificateSigningRequest, parsed: &CertificateRequest) -> Result<String, String> {
        parsed.check_signature().map_err(|why| format!("unable to verify certificate request signature: {why}"))?;
        let asked = request.spec.expiration_seconds.map_or(LONGEST, |seconds| SignedDuration::from_secs(i64::from(seconds)));
        let life = asked.clamp(SHORTEST, LONGEST);
        let now = ctx.epoch().timestamp(ctx.now());
        let end = if life < SHORT { life } else { life - BACKDATE };
        let after = |span: SignedDuration| now.checked_add(span).map_err(|error| error.to_string());
        let until = after(end)?.min(self.authority.until());
        if now >= self.authority.until() {
            return Err(format!("refusing to sign a certificate that expired in the past: NotAfter={}", self.authority.until()));
        }
        let mut serial = Fingerprint::default();
        serial.write(request.uid().as_bytes());
        let usages = request.spec.usages.clone().unwrap_or_default();
        self.authority.sign(parsed, &Terms { usages: &usages, from: after(-BACKDATE)?, until, serial: serial.finish() >> 1 })
    }
}

/// What a signer has against a request; `None` if the signer is not one of the cluster's.
fn judged(request: &CertificateSigningRequest, parsed: &CertificateRequest) -> Option<Result<(), String>> {
    let usages = usages(request);
    let fault = match request.spec.signer_name.as_str() {
        "kubernetes.io/kubelet-serving" => kubelet_serving_fault(parsed, &usages),
        KUBELET_CLIENT => kubelet_client_fault(parsed, &usages),
        "kubernetes.io/kube-apiserver-client" => client_fault(request),
        "kubernetes.io/legacy-unknown" => None,
        _ => return None,
    };
    Some(fault.map_or(Ok(()), Err))
}

fn client_fault(request: &CertificateSigningRequest) -> Option<String> {
    let allowed = ["digital signature", "key encipherment", "client auth"];
    let usages = request.spec.usages.as_deref().unwrap_or_default();
    if let Some(usage) = usages.iter().find(|usage| !allowed.contains(&usage.as_str())) {
        return Some(format!("invalid usage for client certificate: {usage}"));
    }
    let has_client_auth = usages.iter().any(|usage| usage == "client auth");
    (!has_client_auth).then(|| "missing required usage for client certificate: client auth".to_owned())
}

impl Controller for SigningController {
    const NAME: &'static str = "csrsigning";
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
        let approved = request.has("Approved") && !request.has("Denied");
        if request.is_issued() || !approved || request.has("Failed") {
            return Ok(());
        }
        let parsed = CertificateRequest::parse(&request.spec.request.0).map_err(|why| Stop::Failed(format!("unable to parse csr {:?}: {why}", request.name())))?;
        let Some(judged) = judged(&request, &parsed) else { return Ok(()) };
        let mut next = (*request).clone();
        let status = Arc::make_mut(&mut next.status);
        match judged {
            Ok(()) => {
                let pem = self.certificate(ctx, &request, &parsed).map_err(|why| Stop::Failed(format!("error auto signing csr: {why}")))?;
                status.certificate = Some(ByteString(pem.into_bytes()));
            }
            Err(why) => status.conditions.get_or_insert_default().push(CertificateSigningRequestCondition {
                type_: "Failed".to_owned(),
                status: "True".to_owned(),
                reason: Some("SignerValidationFailure".to_owned()),
                message: Some(why),
                last_update_time: Some(ctx.epoch().seconds(ctx.now())),
                ..CertificateSigningRequestCondition::default()
            }),
        }
        ctx.update_status(next)??;
        Ok(())
    }
}
