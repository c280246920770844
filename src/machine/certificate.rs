//! Certificates: what a server shows, and what a client thinks of it.
//!
//! Simplified: a chain is followed by names and key identifiers; signatures are not computed.

use std::net::IpAddr;
use std::sync::Arc;

use x509_cert::der::Decode;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{AuthorityKeyIdentifier, BasicConstraints, SubjectAltName, SubjectKeyIdentifier};
use x509_cert::name::Name;

/// Which certificates a client believes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Trust {
    /// The client does not look.
    #[default]
    Anything,
    /// Those of the well-known authorities, of which none has signed anything in here.
    WellKnown,
    /// Those that these (in PEM) have signed.
    Authorities(Arc<Vec<u8>>),
}

/// Why a client refuses a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CertificateProblem {
    SelfSigned,
    SelfSignedInChain,
    UnknownIssuer,
    Expired,
    NotYetValid,
    WrongName,
}

/// A certificate, as far as clients look at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    pub subject: String,
    pub issuer: String,
    pub common_name: Option<String>,
    /// DNS names and addresses that it is for.
    pub names: Vec<String>,
    /// Seconds since 1970.
    pub not_before: i64,
    pub not_after: i64,
    pub is_authority: bool,
    /// As it goes over the wire.
    pub der: Vec<u8>,
    key_id: Option<Vec<u8>>,
    issuer_key_id: Option<Vec<u8>>,
}

impl Certificate {
    /// All certificates in a file; empty if there is none.
    pub fn read_all(pem: &[u8]) -> Vec<Certificate> {
        let parsed = blocks(pem, "CERTIFICATE").into_iter().filter_map(|block| Some((x509_cert::Certificate::from_der(&block).ok()?, block)));
        parsed.map(|(certificate, der)| Certificate::of(&certificate, der)).collect()
    }

    /// As a file holds it.
    pub fn pem(&self) -> String {
        use base64::Engine as _;
        let text = base64::engine::general_purpose::STANDARD.encode(&self.der);
        let lines: Vec<&str> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap_or_default()).collect();
        format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
    }

    fn of(certificate: &x509_cert::Certificate, der: Vec<u8>) -> Self {
        let body = &certificate.tbs_certificate;
        let names = body.get::<SubjectAltName>().ok().flatten().map(|(_, names)| names.0).unwrap_or_default();
        let names = names.iter().filter_map(|name| match name {
            GeneralName::DnsName(name) => Some(name.as_str().to_owned()),
            GeneralName::IpAddress(bytes) => match bytes.as_bytes() {
                [a, b, c, d] => Some(IpAddr::from([*a, *b, *c, *d]).to_string()),
                bytes => <[u8; 16]>::try_from(bytes).ok().map(|bytes| IpAddr::from(bytes).to_string()),
            },
            _ => None,
        });
        let seconds = |time: &x509_cert::time::Time| i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX);
        let key_id = body.get::<SubjectKeyIdentifier>().ok().flatten().map(|(_, id)| id.0.as_bytes().to_vec());
        let issuer_key_id = body.get::<AuthorityKeyIdentifier>().ok().flatten().and_then(|(_, id)| id.key_identifier);
        Certificate {
            subject: described(&body.subject),
            issuer: described(&body.issuer),
            common_name: common_name(&body.subject),
            names: names.collect(),
            not_before: seconds(&body.validity.not_before),
            not_after: seconds(&body.validity.not_after),
            is_authority: body.get::<BasicConstraints>().ok().flatten().is_some_and(|(_, constraints)| constraints.ca),
            der,
            key_id,
            issuer_key_id: issuer_key_id.map(|id| id.as_bytes().to_vec()),
        }
    }

    fn is_self_signed(&self) -> bool {
        self.subject == self.issuer && self.is_signed_by(self)
    }

    fn is_signed_by(&self, issuer: &Certificate) -> bool {
        let same_key = match (&self.issuer_key_id, &issuer.key_id) {
            (Some(wanted), Some(id)) => wanted == id,
            _ => true,
        };
        self.issuer == issuer.subject && same_key
    }

    /// Whether it is for a host of this name or address.
    pub fn is_for(&self, host: &str) -> bool {
        let fits = |name: &str| match name.strip_prefix("*.") {
            Some(domain) if host.parse::<IpAddr>().is_err() => host.split_once('.').is_some_and(|(first, rest)| !first.is_empty() && rest.eq_ignore_ascii_case(domain)),
            _ => name.eq_ignore_ascii_case(host),
        };
        match self.names.is_empty() {
            true => self.common_name.as_deref().is_some_and(fits),
            false => self.names.iter().any(|name| fits(name)),
        }
    }
}

/// What a client has against the chain that a server of this name shows now (seconds since 1970).
pub fn problem_of(chain: &[Certificate], trust: &Trust, host: &str, now: i64) -> Option<CertificateProblem> {
    let trusted = match trust {
        Trust::Anything => return None,
        Trust::WellKnown => Vec::new(),
        Trust::Authorities(pem) => Certificate::read_all(pem),
    };
    let Some(own) = chain.first() else { return Some(CertificateProblem::UnknownIssuer) };
    let (mut last, mut followed) = (own, vec![own]);
    loop {
        if let Some(root) = trusted.iter().find(|root| *root == last || last.is_signed_by(root)) {
            followed.push(root);
            break;
        }
        if last.is_self_signed() {
            let alone = std::ptr::eq(last, own);
            return Some(if alone { CertificateProblem::SelfSigned } else { CertificateProblem::SelfSignedInChain });
        }
        match chain.iter().find(|next| last.is_signed_by(next) && !followed.contains(next)) {
            Some(next) => last = next,
            None => return Some(CertificateProblem::UnknownIssuer),
        }
        followed.push(last);
    }
    if followed.iter().any(|certificate| certificate.not_before > now) {
        return Some(CertificateProblem::NotYetValid);
    }
    if followed.iter().any(|certificate| certificate.not_after < now) {
        return Some(CertificateProblem::Expired);
    }
    (!own.is_for(host)).then_some(CertificateProblem::WrongName)
}

/// The contents of the blocks of this kind in a PEM file.
pub(crate) fn blocks(pem: &[u8], kind: &str) -> Vec<Vec<u8>> {
    let text = String::from_utf8_lossy(pem);
    let (begin, end) = (format!("-----BEGIN {kind}-----"), format!("-----END {kind}-----"));
    let mut found = Vec::new();
    let mut rest: &str = &text;
    while let Some((_, after)) = rest.split_once(&begin) {
        let Some((body, more)) = after.split_once(&end) else { break };
        if let Some(bytes) = unbase64(body) {
            found.push(bytes);
        }
        rest = more;
    }
    found
}

fn unbase64(text: &str) -> Option<Vec<u8>> {
    use base64::Engine as _;
    let text: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    base64::engine::general_purpose::STANDARD.decode(text).ok()
}

/// A name as OpenSSL shows it: `C = US, O = Example, CN = example.com`.
pub(crate) fn described(name: &Name) -> String {
    let parts = name.0.iter().flat_map(|part| part.0.iter()).map(|part| format!("{} = {}", short_name(&part.oid.to_string()), text(&part.value)));
    parts.collect::<Vec<_>>().join(", ")
}

fn common_name(name: &Name) -> Option<String> {
    name.0.iter().flat_map(|part| part.0.iter()).find(|part| part.oid.to_string() == "2.5.4.3").map(|part| text(&part.value))
}

fn text(value: &x509_cert::der::Any) -> String {
    let bytes = value.value();
    // A BMPString has two bytes a character; nobody uses it any more.
    String::from_utf8_lossy(bytes).into_owned()
}

fn short_name(oid: &str) -> &str {
    match oid {
        "2.5.4.3" => "CN",
        "2.5.4.6" => "C",
        "2.5.4.7" => "L",
        "2.5.4.8" => "ST",
        "2.5.4.10" => "O",
        "2.5.4.11" => "OU",
        "1.2.840.113549.1.9.1" => "emailAddress",
        oid => oid,
    }
}
