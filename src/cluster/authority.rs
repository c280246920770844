//! The certificate authority of a cluster: it signs the certificates of kubelets and people, and whoever trusts the cluster
//! trusts its own certificate.
//!
//! Its key comes from the cluster's seed, so the same run gives the same certificates. Whoever knows the seed knows the
//! key; a server for others therefore takes only certificates that the cluster has given out itself.
//!
//! Models: cmd/kubeadm/app/phases/certs, pkg/controller/certificates/authority/{authority,policies}.go, v1.36.
//! Simplified: one authority for everything, with a key on P-256.

use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use der::asn1::{BitString, GeneralizedTime, Ia5String, ObjectIdentifier, OctetString, UtcTime};
use der::flagset::FlagSet;
use der::{DateTime, Decode as _, DecodePem as _, Encode as _, EncodePem as _};
use jiff::Timestamp;
use p256::ecdsa::signature::{Signer as _, Verifier as _};
use p256::ecdsa::{DerSignature, SigningKey, VerifyingKey};
use p256::pkcs8::EncodePublicKey as _;
use podarium_api::certificate_request::CertificateRequest;
use podarium_api::time::Epoch;
use podarium_sim::Stream;
use sha2::{Digest as _, Sha256};
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage, KeyUsage, KeyUsages, SubjectAltName, SubjectKeyIdentifier};
use x509_cert::ext::{AsExtension, Extension};
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};
use x509_cert::time::{Time, Validity};
use x509_cert::{Certificate, TbsCertificate, Version};

use crate::apiserver::User;

const ECDSA_WITH_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");
const CLIENT_AUTH: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.2");
const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
const ORGANIZATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.10");
const LIFE: Duration = Duration::from_secs(10 * 365 * 24 * 3600);

/// The authority. Its key and certificate are made when they are first needed.
#[derive(Clone, Debug)]
pub struct Authority {
    seed: u64,
    epoch: Epoch,
    made: Arc<OnceLock<Made>>,
}

#[derive(Debug)]
struct Made {
    key: SigningKey,
    subject: Name,
    key_id: OctetString,
    pem: String,
}

/// What a certificate is for, and how long it holds.
pub(crate) struct Terms<'a> {
    pub usages: &'a [String],
    pub from: Timestamp,
    pub until: Timestamp,
    pub serial: u64,
}

impl Authority {
    pub(crate) fn new(seed: u64, epoch: Epoch) -> Self {
        Authority { seed, epoch, made: Arc::default() }
    }

    fn made(&self) -> &Made {
        self.made.get_or_init(|| make(self.seed, self.epoch))
    }

    /// Its own certificate, as `ca.crt` has it.
    pub fn pem(&self) -> &str {
        &self.made().pem
    }

    /// Until when it signs.
    pub(crate) fn until(&self) -> Timestamp {
        self.epoch.0.checked_add(jiff::SignedDuration::try_from(LIFE).unwrap_or_default()).unwrap_or(Timestamp::MAX)
    }

    /// The certificate that a request asks for, as PEM.
    pub(crate) fn sign(&self, request: &CertificateRequest, terms: &Terms<'_>) -> Result<String, String> {
        let made = self.made();
        let fault = |error: der::Error| format!("failed to sign certificate: {error}");
        let mut extensions = Extensions::default();
        let (usages, extended) = usages(terms.usages)?;
        extensions.add(&KeyUsage(usages)).map_err(fault)?;
        if !extended.is_empty() {
            extensions.add(&ExtendedKeyUsage(extended)).map_err(fault)?;
        }
        extensions.add(&BasicConstraints { ca: false, path_len_constraint: None }).map_err(fault)?;
        let key_id = Some(made.key_id.clone());
        extensions.add(&AuthorityKeyIdentifier { key_identifier: key_id, ..AuthorityKeyIdentifier::default() }).map_err(fault)?;
        let names = names(request).map_err(fault)?;
        if !names.is_empty() {
            extensions.add(&SubjectAltName(names)).map_err(fault)?;
        }
        let body = TbsCertificate {
            version: Version::V3,
            serial_number: SerialNumber::from(terms.serial),
            signature: algorithm(),
            issuer: made.subject.clone(),
            validity: Validity { not_before: time(terms.from).map_err(fault)?, not_after: time(terms.until).map_err(fault)? },
            subject: request.subject().clone(),
            subject_public_key_info: request.public_key().clone(),
            issuer_unique_id: None,
            subject_unique_id: None,
            extensions: Some(extensions.0),
        };
        signed(body, &made.key).and_then(|certificate| certificate.to_pem(der::pem::LineEnding::LF)).map_err(fault)
    }

    /// The API server's own certificate, as PEM, for a server with this address.
    pub(crate) fn server_certificate(&self, address: &str) -> String {
        self.made_for_server(address).expect("the server's certificate is well formed")
    }

    fn made_for_server(&self, address: &str) -> Result<String, der::Error> {
        let made = self.made();
        let mut stream = Stream::new(self.seed, "certificate of the API server");
        let public = p256::PublicKey::from(VerifyingKey::from(&draw_key(&mut stream))).to_public_key_der().map_err(|_| der::ErrorKind::Failed)?;
        let mut names = Vec::new();
        for name in ["kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local"] {
            names.push(GeneralName::DnsName(Ia5String::new(name)?));
        }
        let own = address.rsplit_once(':').map_or(address, |(ip, _)| ip);
        for ip in ["10.96.0.1", own].iter().filter_map(|ip| ip.parse::<std::net::Ipv4Addr>().ok()) {
            names.push(GeneralName::IpAddress(OctetString::new(ip.octets())?));
        }
        let mut extensions = Extensions::default();
        extensions.add(&KeyUsage(KeyUsages::DigitalSignature | KeyUsages::KeyEncipherment))?;
        extensions.add(&ExtendedKeyUsage(vec![ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.1")]))?;
        extensions.add(&BasicConstraints { ca: false, path_len_constraint: None })?;
        extensions.add(&AuthorityKeyIdentifier { key_identifier: Some(made.key_id.clone()), ..AuthorityKeyIdentifier::default() })?;
        extensions.add(&SubjectAltName(names))?;
        let until = self.epoch.0.checked_add(jiff::SignedDuration::from_hours(365 * 24)).unwrap_or(Timestamp::MAX);
        let body = TbsCertificate {
            version: Version::V3,
            serial_number: SerialNumber::from(stream.bits() >> 1),
            signature: algorithm(),
            issuer: made.subject.clone(),
            validity: Validity { not_before: time(self.epoch.0)?, not_after: time(until)? },
            subject: "CN=kube-apiserver".parse()?,
            subject_public_key_info: SubjectPublicKeyInfoOwned::from_der(public.as_bytes())?,
            issuer_unique_id: None,
            subject_unique_id: None,
            extensions: Some(extensions.0),
        };
        signed(body, &made.key)?.to_pem(der::pem::LineEnding::LF)
    }

    /// Whose certificate this is, if it is ours, for clients, and valid now.
    pub(crate) fn user_of(&self, certificate: &[u8], now: Timestamp) -> Option<User> {
        let parsed = Certificate::from_der(certificate).ok()?;
        let signature = DerSignature::try_from(parsed.signature.raw_bytes()).ok()?;
        let message = parsed.tbs_certificate.to_der().ok()?;
        VerifyingKey::from(&self.made().key).verify(&message, &signature).ok()?;
        let seconds = u64::try_from(now.as_second()).ok()?;
        let validity = &parsed.tbs_certificate.validity;
        let holds = (validity.not_before.to_unix_duration().as_secs()..=validity.not_after.to_unix_duration().as_secs()).contains(&seconds);
        let (_, usage) = parsed.tbs_certificate.get::<ExtendedKeyUsage>().ok()??;
        if !holds || !usage.0.contains(&CLIENT_AUTH) {
            return None;
        }
        let part = |oid: ObjectIdentifier| {
            let parts = parsed.tbs_certificate.subject.0.iter().flat_map(|set| set.0.iter()).filter(move |part| part.oid == oid);
            parts.map(|part| String::from_utf8_lossy(part.value.value()).into_owned()).collect::<Vec<String>>()
        };
        let name = part(COMMON_NAME).into_iter().next().filter(|name| !name.is_empty())?;
        let groups = part(ORGANIZATION);
        let groups: Vec<&str> = groups.iter().map(String::as_str).collect();
        Some(User::with_groups(&name, &groups))
    }
}

/// The digest by which a certificate is known.
pub(crate) fn fingerprint(certificate: &[u8]) -> [u8; 32] {
    Sha256::digest(certificate).into()
}

/// The first certificate of a PEM text, and until when it holds.
pub(crate) fn first_certificate(pem: &[u8]) -> Option<(Vec<u8>, Timestamp)> {
    let certificate = Certificate::from_pem(pem).ok()?;
    let until = certificate.tbs_certificate.validity.not_after.to_unix_duration().as_secs();
    Some((certificate.to_der().ok()?, Timestamp::from_second(i64::try_from(until).ok()?).ok()?))
}

fn algorithm() -> AlgorithmIdentifierOwned {
    AlgorithmIdentifierOwned { oid: ECDSA_WITH_SHA256, parameters: None }
}

fn signed(body: TbsCertificate, key: &SigningKey) -> Result<Certificate, der::Error> {
    let signature: DerSignature = key.sign(&body.to_der()?);
    Ok(Certificate { tbs_certificate: body, signature_algorithm: algorithm(), signature: BitString::from_bytes(signature.as_bytes())? })
}

/// Whole seconds; years that fit are written with two digits.
fn time(at: Timestamp) -> Result<Time, der::Error> {
    let since = Duration::from_secs(u64::try_from(at.as_second()).unwrap_or(0));
    let date = DateTime::from_unix_duration(since)?;
    if date.year() < 2050 { Ok(Time::UtcTime(UtcTime::from_date_time(date)?)) } else { Ok(Time::GeneralTime(GeneralizedTime::from_date_time(date))) }
}

#[derive(Default)]
struct Extensions(Vec<Extension>);

impl Extensions {
    fn add(&mut self, extension: &impl AsExtension) -> Result<(), der::Error> {
        let made = extension.to_extension(&Name::default(), &self.0)?;
        self.0.push(made);
        Ok(())
    }
}

fn draw_key(stream: &mut Stream) -> SigningKey {
    loop {
        let bytes: Vec<u8> = (0..4).flat_map(|_| stream.bits().to_be_bytes()).collect();
        // All but one in four billion draws are a key.
        if let Ok(key) = SigningKey::from_slice(&bytes) {
            return key;
        }
    }
}

fn make(seed: u64, epoch: Epoch) -> Made {
    let mut stream = Stream::new(seed, "certificate authority");
    let key = draw_key(&mut stream);
    own_certificate(key, epoch, stream.bits()).expect("the authority's own certificate is well formed")
}

fn own_certificate(key: SigningKey, epoch: Epoch, serial: u64) -> Result<Made, der::Error> {
    let public = p256::PublicKey::from(VerifyingKey::from(&key)).to_public_key_der().map_err(|_| der::ErrorKind::Failed)?;
    let public = SubjectPublicKeyInfoOwned::from_der(public.as_bytes())?;
    let key_id = OctetString::new(&Sha256::digest(public.subject_public_key.raw_bytes())[..20])?;
    let subject: Name = "CN=kubernetes".parse()?;
    let mut extensions = Extensions::default();
    extensions.add(&KeyUsage(KeyUsages::DigitalSignature | KeyUsages::KeyEncipherment | KeyUsages::KeyCertSign))?;
    extensions.add(&BasicConstraints { ca: true, path_len_constraint: None })?;
    extensions.add(&SubjectKeyIdentifier(key_id.clone()))?;
    extensions.add(&SubjectAltName(vec![GeneralName::DnsName(Ia5String::new("kubernetes")?)]))?;
    let until = epoch.0.checked_add(jiff::SignedDuration::try_from(LIFE).unwrap_or_default()).unwrap_or(Timestamp::MAX);
    let body = TbsCertificate {
        version: Version::V3,
        serial_number: SerialNumber::from(serial >> 1),
        signature: algorithm(),
        issuer: subject.clone(),
        validity: Validity { not_before: time(epoch.0)?, not_after: time(until)? },
        subject: subject.clone(),
        subject_public_key_info: public,
        issuer_unique_id: None,
        subject_unique_id: None,
        extensions: Some(extensions.0),
    };
    let pem = signed(body, &key)?.to_pem(der::pem::LineEnding::LF)?;
    Ok(Made { key, subject, key_id, pem })
}

/// The names in a request that its certificate is for too.
fn names(request: &CertificateRequest) -> Result<Vec<GeneralName>, der::Error> {
    let mut names = Vec::new();
    for name in &request.dns_names {
        names.push(GeneralName::DnsName(Ia5String::new(name)?));
    }
    for name in &request.email_addresses {
        names.push(GeneralName::Rfc822Name(Ia5String::new(name)?));
    }
    for address in &request.ip_addresses {
        let bytes = match address {
            IpAddr::V4(address) => OctetString::new(address.octets())?,
            IpAddr::V6(address) => OctetString::new(address.octets())?,
        };
        names.push(GeneralName::IpAddress(bytes));
    }
    for name in &request.uris {
        names.push(GeneralName::UniformResourceIdentifier(Ia5String::new(name)?));
    }
    Ok(names)
}

/// Kubernetes' words for what a key may be used for, as bits and identifiers of X.509.
fn usages(words: &[String]) -> Result<(FlagSet<KeyUsages>, Vec<ObjectIdentifier>), String> {
    let mut bits = FlagSet::default();
    let mut extended = Vec::new();
    let mut unknown: Vec<&str> = Vec::new();
    for word in words {
        match word.as_str() {
            "signing" | "digital signature" => bits |= KeyUsages::DigitalSignature,
            "content commitment" => bits |= KeyUsages::NonRepudiation,
            "key encipherment" => bits |= KeyUsages::KeyEncipherment,
            "key agreement" => bits |= KeyUsages::KeyAgreement,
            "data encipherment" => bits |= KeyUsages::DataEncipherment,
            "cert sign" => bits |= KeyUsages::KeyCertSign,
            "crl sign" => bits |= KeyUsages::CRLSign,
            "encipher only" => bits |= KeyUsages::EncipherOnly,
            "decipher only" => bits |= KeyUsages::DecipherOnly,
            other => match EXTENDED.iter().find(|(known, _)| *known == other) {
                Some((_, identifier)) => extended.push(ObjectIdentifier::new_unwrap(identifier)),
                None => unknown.push(other),
            },
        }
    }
    extended.sort();
    extended.dedup();
    if unknown.is_empty() { Ok((bits, extended)) } else { Err(format!("unrecognized usage values: {unknown:?}")) }
}

const EXTENDED: &[(&str, &str)] = &[
    ("any", "2.5.29.37.0"),
    ("server auth", "1.3.6.1.5.5.7.3.1"),
    ("client auth", "1.3.6.1.5.5.7.3.2"),
    ("code signing", "1.3.6.1.5.5.7.3.3"),
    ("email protection", "1.3.6.1.5.5.7.3.4"),
    ("s/mime", "1.3.6.1.5.5.7.3.4"),
    ("ipsec end system", "1.3.6.1.5.5.7.3.5"),
    ("ipsec tunnel", "1.3.6.1.5.5.7.3.6"),
    ("ipsec user", "1.3.6.1.5.5.7.3.7"),
    ("timestamping", "1.3.6.1.5.5.7.3.8"),
    ("ocsp signing", "1.3.6.1.5.5.7.3.9"),
    ("microsoft sgc", "1.3.6.1.4.1.311.10.3.3"),
    ("netscape sgc", "2.16.840.1.113730.4.1"),
];
