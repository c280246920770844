//! Validation of requests for certificates: the request must be signed by its own key, what is approved stays approved,
//! and a certificate that was handed out stays.
//!
//! Models: pkg/apis/certificates/validation/validation.go, v1.36.
//! Simplified: the difference between two approvals is not shown.

use k8s_openapi::api::certificates::v1::CertificateSigningRequestCondition;

use super::{list, metadata};
use crate::CertificateSigningRequest;
use crate::certificate_request::{CertificateRequest, certificates_fault};
use crate::field::{FieldError, Path};
use crate::name_rules;

const USAGES: &[&str] = &[
    "any", "cert sign", "client auth", "code signing", "content commitment", "crl sign", "data encipherment", "decipher only", "digital signature",
    "email protection", "encipher only", "ipsec end system", "ipsec tunnel", "ipsec user", "key agreement", "key encipherment", "microsoft sgc",
    "netscape sgc", "ocsp signing", "s/mime", "server auth", "signing", "timestamping",
];
const LEGACY: &str = "kubernetes.io/legacy-unknown";
const ONLY_TRUE: &[&str] = &["Approved", "Denied", "Failed"];

/// Through which path a request changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Plain,
    Status,
    Approval,
}

/// What is tolerated since the stored request has it already.
struct Tolerated {
    both: bool,
    legacy: bool,
    duplicate_conditions: bool,
    empty_condition: bool,
    certificate: bool,
    unknown_usages: bool,
    duplicate_usages: bool,
}

impl Tolerated {
    fn of(new: &CertificateSigningRequest, old: Option<&CertificateSigningRequest>) -> Self {
        let had = |fault: &dyn Fn(&CertificateSigningRequest) -> bool| old.is_some_and(fault);
        Tolerated {
            both: had(&|old| old.has("Approved") && old.has("Denied")),
            legacy: had(&|old| old.spec.signer_name == LEGACY),
            duplicate_conditions: had(&|old| has_duplicates(conditions(old).iter().map(|condition| condition.type_.as_str()))),
            empty_condition: had(&|old| old.has("")),
            certificate: had(&|old| old.status.certificate == new.status.certificate || certificate_fault(old).is_some()),
            unknown_usages: had(&|old| list(&old.spec.usages).iter().any(|usage| !USAGES.contains(&usage.as_str()))),
            duplicate_usages: had(&|old| has_duplicates(list(&old.spec.usages).iter().map(String::as_str))),
        }
    }
}

fn conditions(request: &CertificateSigningRequest) -> &[CertificateSigningRequestCondition] {
    list(&request.status.conditions)
}

fn has_duplicates<'a>(texts: impl Iterator<Item = &'a str>) -> bool {
    let mut seen = std::collections::BTreeSet::new();
    !texts.into_iter().all(|text| seen.insert(text))
}

fn certificate_fault(request: &CertificateSigningRequest) -> Option<String> {
    request.status.certificate.as_ref().and_then(|certificate| certificates_fault(&certificate.0))
}

pub(crate) fn request(request: &CertificateSigningRequest, old: Option<&CertificateSigningRequest>) -> Vec<FieldError> {
    let tolerated = Tolerated::of(request, old);
    let mut errors = metadata::validate(&request.metadata, false, |_| Vec::new());
    let path = Path::new("spec");
    let spec = &request.spec;
    if let Err(why) = CertificateRequest::parse(&spec.request.0).and_then(|request| request.check_signature()) {
        let field = path.child("request");
        errors.push(match spec.request.0.as_slice() {
            [] => FieldError::invalid(&field, serde_json::Value::Null, why.clone()).unless_empty([FieldError::invalid(&field, "", why)]),
            _ => FieldError::invalid(field, serde_json::json!(spec.request), why),
        });
    }
    errors.extend(usages(list(&spec.usages), &tolerated, &path.child("usages")));
    if spec.signer_name == LEGACY && !tolerated.legacy {
        errors.push(FieldError::invalid(path.child("signerName"), LEGACY, "the legacy signerName is not allowed via this API version"));
    } else {
        errors.extend(signer_name(&spec.signer_name, &path.child("signerName")));
    }
    if let Some(seconds) = spec.expiration_seconds.filter(|seconds| *seconds < 600) {
        errors.push(FieldError::invalid(path.child("expirationSeconds"), seconds, "may not specify a duration less than 600 seconds (10 minutes)"));
    }
    errors.extend(validate_conditions(request, &tolerated));
    if let Some(why) = certificate_fault(request).filter(|_| !tolerated.certificate) {
        errors.push(FieldError::invalid("status.certificate", "<certificate data>", why));
    }
    errors
}

fn usages(usages: &[String], tolerated: &Tolerated, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if usages.is_empty() {
        errors.push(FieldError::required(path, ""));
    }
    for (index, usage) in usages.iter().enumerate() {
        if !tolerated.unknown_usages && !USAGES.contains(&usage.as_str()) {
            errors.push(FieldError::not_supported(path.index(index), usage.as_str(), USAGES));
        }
    }
    for (index, usage) in usages.iter().enumerate() {
        if !tolerated.duplicate_usages && usages[..index].contains(usage) {
            errors.push(FieldError::duplicate(path.index(index), usage.as_str()));
        }
    }
    errors
}

/// What is wrong with the first faulty one of the parts between the dots.
fn label_faults(segment: &str, rule: fn(&str) -> Vec<String>, path: &Path) -> Vec<FieldError> {
    let faulty = segment.split('.').map(|label| (label, rule(label))).find(|(_, faults)| !faults.is_empty());
    let Some((label, faults)) = faulty else { return Vec::new() };
    faults.into_iter().map(|fault| FieldError::invalid(path, segment, format!("validating label {label:?}: {fault}"))).collect()
}

/// `example.com/my-signer`: a domain and a path.
fn signer_name(name: &str, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if name.is_empty() {
        return vec![FieldError::required(path, "")];
    }
    let segments: Vec<&str> = name.split('/').collect();
    let [domain, signer] = segments.as_slice() else {
        return vec![FieldError::invalid(path, name, "must be a fully qualified domain and path of the form 'example.com/signer-name'")];
    };
    if domain.len() > 253 {
        errors.push(FieldError::too_long(path, 253));
    }
    errors.extend(label_faults(domain, name_rules::dns1123_label, path));
    if !domain.contains('.') {
        errors.push(FieldError::invalid(path, *domain, "should be a domain with at least two segments separated by dots"));
    }
    errors.extend(label_faults(signer, name_rules::dns1123_subdomain, path));
    // A path has room for a namespace and a name.
    let longest = 253 + 1 + 63 + 1 + 253;
    if name.len() > longest {
        errors.push(FieldError::too_long(path, longest));
    }
    errors
}

fn validate_conditions(request: &CertificateSigningRequest, tolerated: &Tolerated) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let path = Path::new("status").child("conditions");
    let all = conditions(request);
    for (index, condition) in all.iter().enumerate() {
        let at = path.index(index);
        if condition.type_.is_empty() && !tolerated.empty_condition {
            errors.push(FieldError::required(at.child("type"), ""));
        }
        let allowed: &[&str] = if ONLY_TRUE.contains(&condition.type_.as_str()) { &["True"] } else { &["False", "True", "Unknown"] };
        match condition.status.as_str() {
            "" => errors.push(FieldError::required(at.child("status"), "")),
            status if !allowed.contains(&status) => errors.push(FieldError::not_supported(at.child("status"), status, allowed)),
            _ => {}
        }
        let before = &all[..index];
        let opposite = match condition.type_.as_str() {
            "Approved" => Some("Denied"),
            "Denied" => Some("Approved"),
            _ => None,
        };
        if !tolerated.both && opposite.is_some_and(|opposite| before.iter().any(|condition| condition.type_ == opposite)) {
            errors.push(FieldError::invalid(&path, condition.type_.as_str(), "Approved and Denied conditions are mutually exclusive"));
        }
        if !tolerated.duplicate_conditions && before.iter().any(|other| other.type_ == condition.type_) {
            errors.push(FieldError::duplicate(at.child("type"), condition.type_.as_str()));
        }
    }
    errors
}

pub(crate) fn update(new: &CertificateSigningRequest, old: &CertificateSigningRequest, change: Change) -> Vec<FieldError> {
    let mut errors = request(new, Some(old));
    let of_type = |request: &CertificateSigningRequest, type_: &str| -> Vec<CertificateSigningRequestCondition> {
        conditions(request).iter().filter(|condition| condition.type_ == type_).cloned().collect()
    };
    let mut forbid = |what: String| errors.push(FieldError::forbidden("status.conditions", what));
    for type_ in ONLY_TRUE {
        if of_type(new, type_).len() < of_type(old, type_).len() {
            forbid(format!("updates may not remove a condition of type {type_:?}"));
        }
    }
    for type_ in ["Approved", "Denied"].into_iter().filter(|_| change != Change::Approval) {
        let (now, was) = (of_type(new, type_), of_type(old, type_));
        if now.len() > was.len() {
            forbid(format!("updates may not add a condition of type {type_:?}"));
        } else if now.len() == was.len() && now != was {
            forbid(format!("updates may not modify a condition of type {type_:?}"));
        }
    }
    let bytes = |request: &CertificateSigningRequest| request.status.certificate.clone().unwrap_or_default().0;
    if bytes(new) != bytes(old) {
        if change != Change::Status {
            errors.push(FieldError::forbidden("status.certificate", "updates may not set certificate content"));
        } else if old.is_issued() {
            errors.push(FieldError::forbidden("status.certificate", "updates may not modify existing certificate content"));
        }
    }
    errors.extend(metadata::validate_update(&new.metadata, &old.metadata));
    errors
}
