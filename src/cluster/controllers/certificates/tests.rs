//! Requests for certificates from their creation to the certificate, and who may have which.

use std::time::Duration;

use k8s_openapi::ByteString;
use k8s_openapi::api::certificates::v1::CertificateSigningRequestSpec;
use p256::ecdsa::SigningKey;
use p256::ecdsa::signature::Signer as _;
use p256::pkcs8::EncodePublicKey as _;
use podarium_api::{CertificateSigningRequest, Kind, ObjectMeta, Status};
use podarium_sim::Time;
use serde_json::json;
use x509_cert::request::{CertReq, CertReqInfo};

use crate::apiserver::authentication::{Connection, MASTERS, User};
use crate::apiserver::{PatchType, Request, Subresource};
use crate::authority::first_certificate;
use crate::store::Key;
use crate::{Cluster, Config};

/// A request in PEM for this subject, signed by a key of its own.
fn pem(subject: &str) -> Vec<u8> {
    use der::asn1::BitString;
    use der::{Decode as _, Encode as _, EncodePem as _};
    let key = SigningKey::from_slice(&[7; 32]).unwrap();
    let public = p256::PublicKey::from(p256::ecdsa::VerifyingKey::from(&key)).to_public_key_der().unwrap();
    let info = CertReqInfo {
        version: x509_cert::request::Version::V1,
        subject: subject.parse().unwrap(),
        public_key: x509_cert::spki::SubjectPublicKeyInfoOwned::from_der(public.as_bytes()).unwrap(),
        attributes: Default::default(),
    };
    let signature: p256::ecdsa::DerSignature = key.sign(&info.to_der().unwrap());
    let algorithm = x509_cert::spki::AlgorithmIdentifierOwned { oid: der::asn1::ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2"), parameters: None };
    let request = CertReq { info, algorithm, signature: BitString::from_bytes(signature.as_bytes()).unwrap() };
    request.to_pem(der::pem::LineEnding::LF).unwrap().into_bytes()
}

fn asked(name: &str, subject: &str, signer: &str, usages: &[&str]) -> CertificateSigningRequest {
    CertificateSigningRequest {
        metadata: ObjectMeta { name: Some(name.to_owned()), ..ObjectMeta::default() },
        spec: std::sync::Arc::new(CertificateSigningRequestSpec {
            request: ByteString(pem(subject)),
            signer_name: signer.to_owned(),
            usages: Some(usages.iter().map(|usage| (*usage).to_owned()).collect()),
            ..CertificateSigningRequestSpec::default()
        }),
        ..CertificateSigningRequest::default()
    }
}

fn cluster() -> Cluster {
    let mut cluster = Cluster::new(Config::default());
    cluster.bootstrap();
    cluster.advance(Time::from_secs(2));
    cluster
}

fn send(cluster: &mut Cluster, request: Request, user: &User) -> Result<(), Status> {
    let id = cluster.request(request.with_user(user));
    cluster.advance(cluster.now() + Duration::from_secs(1));
    let answer = cluster.take_replies().into_iter().find(|(of, _)| *of == id).expect("an answer").1;
    answer.result.map(|_| ())
}

fn approval(name: &str, type_: &str) -> Request {
    let conditions = json!({"status": {"conditions": [{"type": type_, "status": "True", "reason": "KubectlApprove", "message": "fine"}]}});
    let request = Request::patch(Kind::CertificateSigningRequest, &Key::new("", name), PatchType::Merge, conditions);
    let body = request.body.clone();
    request.with_subresource(Subresource::Approval, body)
}

fn found(cluster: &Cluster, name: &str) -> std::sync::Arc<CertificateSigningRequest> {
    cluster.get::<CertificateSigningRequest>(&Key::new("", name)).expect("the request is there").clone()
}

const CLIENT: &str = "kubernetes.io/kube-apiserver-client";

#[test]
fn an_approved_request_gets_a_certificate_of_its_asker() {
    let mut cluster = cluster();
    let jane = User::with_groups("jane", &["developers"]);
    cluster.set_authorization_modes(&[crate::apiserver::authorization::Mode::AlwaysAllow]);
    send(&mut cluster, Request::create(asked("jane", "CN=jane,O=developers", CLIENT, &["client auth"])), &jane).unwrap();
    let request = found(&cluster, "jane");
    assert_eq!(request.spec.username.as_deref(), Some("jane"));
    assert_eq!(request.spec.groups.as_deref(), Some(&["developers".to_owned(), "system:authenticated".to_owned()][..]));
    assert!(!request.is_issued(), "people's requests wait for people");
    send(&mut cluster, approval("jane", "Approved"), &User::admin()).unwrap();
    cluster.advance(cluster.now() + Duration::from_secs(2));
    let request = found(&cluster, "jane");
    let (certificate, until) = first_certificate(&request.status.certificate.as_ref().expect("a certificate").0).unwrap();
    let now = cluster.config().epoch.timestamp(cluster.now());
    assert_eq!(cluster.authority().user_of(&certificate, now), Some(jane.clone()));
    let days = until.duration_since(now).as_hours() / 24;
    assert_eq!(days, 364, "a year, less the minutes by which it began earlier");
    // The certificate is a way into the cluster until it ends.
    let connection = cluster.connection_with_certificate(&certificate).expect("the cluster knows its own certificate");
    assert_eq!(connection, Connection::of(jane));
    cluster.advance(cluster.now() + Duration::from_secs(2 * 3600));
    assert!(cluster.get::<CertificateSigningRequest>(&Key::new("", "jane")).is_none(), "an issued request is cleared away after an hour");
}

#[test]
fn kubelets_are_approved_and_others_fail_or_wait() {
    let mut cluster = cluster();
    let usages = ["digital signature", "client auth"];
    let kubelet = "kubernetes.io/kube-apiserver-client-kubelet";
    let node = User::named("system:node:node-1");
    // As an installer does, so that kubelets can get new certificates.
    let role = "system:certificates.k8s.io:certificatesigningrequests:selfnodeclient";
    let binding: podarium_api::ClusterRoleBinding = serde_json::from_value(json!({
        "metadata": {"name": "kubeadm:node-autoapprove-certificate-rotation"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "system:nodes"}],
    }))
    .unwrap();
    send(&mut cluster, Request::create(binding), &User::admin()).unwrap();
    send(&mut cluster, Request::create(asked("node", "CN=system:node:node-1,O=system:nodes", kubelet, &usages)), &node).unwrap();
    send(&mut cluster, Request::create(asked("wrong", "CN=jane", CLIENT, &["client auth", "server auth"])), &User::admin()).unwrap();
    send(&mut cluster, approval("wrong", "Approved"), &User::admin()).unwrap();
    cluster.advance(cluster.now() + Duration::from_secs(2));
    let node = found(&cluster, "node");
    let message = node.status.conditions.iter().flatten().find(|condition| condition.type_ == "Approved").and_then(|condition| condition.message.clone());
    assert_eq!(message.as_deref(), Some("Auto approving self kubelet client certificate after SubjectAccessReview."));
    assert!(node.is_issued());
    let wrong = found(&cluster, "wrong");
    let failed = wrong.status.conditions.iter().flatten().find(|condition| condition.type_ == "Failed").expect("it failed");
    assert_eq!(
        (failed.reason.as_deref(), failed.message.as_deref()),
        (Some("SignerValidationFailure"), Some("invalid usage for client certificate: server auth"))
    );
}

#[test]
fn what_may_not_be_asked_or_approved_is_refused() {
    let mut cluster = cluster();
    let refused = |result: Result<(), Status>| result.expect_err("it is refused").message().to_owned();
    let masters = asked("m", &format!("CN=jane,O={MASTERS}"), CLIENT, &["client auth"]);
    assert_eq!(
        refused(send(&mut cluster, Request::create(masters), &User::admin())),
        "certificatesigningrequests.certificates.k8s.io \"m\" is forbidden: use of kubernetes.io/kube-apiserver-client signer with system:masters group is not allowed"
    );
    let mut broken = asked("b", "CN=jane", CLIENT, &["client auth"]);
    std::sync::Arc::make_mut(&mut broken.spec).request = ByteString(b"nonsense".to_vec());
    assert_eq!(
        refused(send(&mut cluster, Request::create(broken), &User::admin())),
        "CertificateSigningRequest.certificates.k8s.io \"b\" is invalid: spec.request: Invalid value: \"bm9uc2Vuc2U=\": PEM block type must be CERTIFICATE REQUEST"
    );
    send(&mut cluster, Request::create(asked("two", "CN=jane", CLIENT, &["client auth"])), &User::admin()).unwrap();
    send(&mut cluster, approval("two", "Denied"), &User::admin()).unwrap();
    let removed = refused(send(&mut cluster, approval("two", "Approved"), &User::admin()));
    assert_eq!(
        removed,
        "CertificateSigningRequest.certificates.k8s.io \"two\" is invalid: status.conditions: Forbidden: updates may not remove a condition of type \"Denied\""
    );
}
