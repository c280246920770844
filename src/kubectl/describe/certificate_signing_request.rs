//! CertificateSigningRequest, with what stands in the request itself.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/describe/describe.go (describeCertificateSigningRequest), v1.36.
//! Simplified: a request that cannot be read is described without its contents.

use std::time::Duration;

use podarium_api::CertificateSigningRequest;
use podarium_api::certificate_request::CertificateRequest;
use podarium_api::time::human_duration;

use super::events::events;
use super::page::{Page, date, text};
use super::related::Related;
use crate::printers::table::show_labels;

/// The further parts of a subject, by their object identifiers.
const PARTS: [(&str, &str); 7] = [
    ("Organization", "2.5.4.10"), ("Organizational Unit", "2.5.4.11"), ("Country", "2.5.4.6"), ("Locality", "2.5.4.7"), ("Province", "2.5.4.8"),
    ("StreetAddress", "2.5.4.9"), ("PostalCode", "2.5.4.17"),
];

pub fn describe(page: &mut Page, request: &CertificateSigningRequest, related: &Related) {
    let (meta, spec) = (&request.metadata, &request.spec);
    page.field(0, "Name", text(&meta.name));
    page.field(0, "Labels", show_labels(&meta.labels.clone().unwrap_or_default()));
    page.field(0, "Annotations", show_labels(&meta.annotations.clone().unwrap_or_default()));
    page.field(0, "CreationTimestamp", date(meta.creation_timestamp.as_ref()));
    page.field(0, "Requesting User", text(&spec.username));
    page.field_unless_empty(0, "Signer", Some(&spec.signer_name));
    if let Some(seconds) = spec.expiration_seconds {
        page.field(0, "Requested Duration", human_duration(Duration::from_secs(u64::try_from(seconds).unwrap_or(0))));
    }
    page.field(0, "Status", request.state());
    if let Ok(parsed) = CertificateRequest::parse(&spec.request.0) {
        contents(page, &parsed);
    }
    events(page, related);
}

fn contents(page: &mut Page, parsed: &CertificateRequest) {
    page.line(0, "Subject:");
    page.line(0, format_args!("\tCommon Name:\t{}", parsed.common_name));
    page.line(0, format_args!("\tSerial Number:\t{}", parsed.subject_values("2.5.4.5").concat()));
    for (name, id) in PARTS {
        list(page, name, &parsed.subject_values(id));
    }
    let addresses: Vec<String> = parsed.ip_addresses.iter().map(ToString::to_string).collect();
    let names = [("DNS Names", &parsed.dns_names), ("Email Addresses", &parsed.email_addresses), ("URIs", &parsed.uris), ("IP Addresses", &addresses)];
    if names.iter().any(|(_, values)| !values.is_empty()) {
        page.line(0, "Subject Alternative Names:");
        names.into_iter().for_each(|(name, values)| list(page, name, values));
    }
}

fn list(page: &mut Page, name: &str, values: &[String]) {
    if !values.is_empty() {
        page.line(0, format_args!("\t{name}:\t{}", values.join("\n\t\t")));
    }
}
