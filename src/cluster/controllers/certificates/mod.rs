//! The controllers of requests for certificates: one approves what kubelets ask for themselves, one signs what is approved,
//! one clears away what is over.
//!
//! Models: pkg/controller/certificates, v1.36.
//! Simplified: nothing.

mod approving;
mod cleaning;
mod signing;
#[cfg(test)]
mod tests;

pub(super) use approving::ApprovingController;
pub(super) use cleaning::CleaningController;
pub(super) use signing::SigningController;

use std::collections::BTreeSet;
use std::time::Duration;

use podarium_api::CertificateSigningRequest;
use podarium_api::certificate_request::CertificateRequest;

const KUBELET_CLIENT: &str = "kubernetes.io/kube-apiserver-client-kubelet";
/// How long a request waits that could not be worked on.
const BACK_OFF: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(1000));

fn usages(request: &CertificateSigningRequest) -> BTreeSet<&str> {
    request.spec.usages.iter().flatten().map(String::as_str).collect()
}

/// Why this is no request of a kubelet for a certificate with which it is a client.
fn kubelet_client_fault(request: &CertificateRequest, usages: &BTreeSet<&str>) -> Option<String> {
    if request.organizations != ["system:nodes"] {
        return Some("subject organization is not system:nodes".to_owned());
    }
    let names = [
        ("DNS", !request.dns_names.is_empty()),
        ("Email", !request.email_addresses.is_empty()),
        ("IP", !request.ip_addresses.is_empty()),
        ("URI", !request.uris.is_empty()),
    ];
    if let Some((kind, _)) = names.iter().find(|(_, given)| *given) {
        return Some(format!("{kind} subjectAltNames are not allowed"));
    }
    if !request.common_name.starts_with("system:node:") {
        return Some("subject common name does not begin with system:node:".to_owned());
    }
    usages_fault(usages, "client auth")
}

/// Why this is no request of a kubelet for a certificate with which it is a server.
fn kubelet_serving_fault(request: &CertificateRequest, usages: &BTreeSet<&str>) -> Option<String> {
    if request.organizations != ["system:nodes"] {
        return Some("subject organization is not system:nodes".to_owned());
    }
    if request.dns_names.is_empty() && request.ip_addresses.is_empty() {
        return Some("DNS or IP subjectAltName is required".to_owned());
    }
    if !request.email_addresses.is_empty() {
        return Some("Email subjectAltNames are not allowed".to_owned());
    }
    if !request.uris.is_empty() {
        return Some("URI subjectAltNames are not allowed".to_owned());
    }
    if let Some(fault) = usages_fault(usages, "server auth") {
        return Some(fault);
    }
    let named = request.common_name.starts_with("system:node:");
    (!named).then(|| "subject common name does not begin with system:node:".to_owned())
}

/// Digital signatures and this, with or without enciphering keys.
fn usages_fault(usages: &BTreeSet<&str>, extended: &str) -> Option<String> {
    let mut wanted = BTreeSet::from(["digital signature", extended]);
    if *usages == wanted {
        return None;
    }
    wanted.insert("key encipherment");
    let words: Vec<&str> = wanted.iter().copied().collect();
    (*usages != wanted).then(|| format!("usages did not match [{}]", words.join(" ")))
}
