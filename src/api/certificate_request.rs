//! A request for a certificate in PKCS #10: a name, a public key, what the certificate shall hold, and a signature that
//! proves that the asker has the key.
//!
//! Models: pkg/apis/certificates/helpers.go, crypto/x509 of Go's library, v1.36.
//! Simplified: keys are RSA, P-256, P-384 or Ed25519; what is no ASN.1 is refused in fewer words.

use std::net::IpAddr;

use der::asn1::ObjectIdentifier;
use der::{Decode as _, DecodePem as _, Encode as _};
use rsa::pkcs1v15::{Signature as RsaSignature, VerifyingKey as RsaKey};
use rsa::signature::Verifier as _;
use sha2::{Sha256, Sha384, Sha512};
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::request::{CertReq, ExtensionReq};
use x509_cert::spki::{DecodePublicKey as _, SubjectPublicKeyInfoOwned};

const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
const ORGANIZATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.10");

/// What such a request says.
#[derive(Clone, Debug)]
pub struct CertificateRequest {
    inner: CertReq,
    pub common_name: String,
    pub organizations: Vec<String>,
    pub dns_names: Vec<String>,
    pub email_addresses: Vec<String>,
    pub ip_addresses: Vec<IpAddr>,
    pub uris: Vec<String>,
}

impl CertificateRequest {
    /// Reads the PEM block of a request.
    pub fn parse(pem: &[u8]) -> Result<Self, String> {
        let wrong_type = || "PEM block type must be CERTIFICATE REQUEST".to_owned();
        let text = std::str::from_utf8(pem).map_err(|_| wrong_type())?;
        let block = pem_blocks(text).into_iter().next().filter(|block| block.label == "CERTIFICATE REQUEST").ok_or_else(wrong_type)?;
        let inner = CertReq::from_pem(block.text.as_bytes()).map_err(|_| "x509: malformed certificate request".to_owned())?;
        let mut request = CertificateRequest {
            common_name: String::new(),
            organizations: Vec::new(),
            dns_names: Vec::new(),
            email_addresses: Vec::new(),
            ip_addresses: Vec::new(),
            uris: Vec::new(),
            inner,
        };
        request.read_subject();
        request.read_names();
        Ok(request)
    }

    fn read_subject(&mut self) {
        for part in self.inner.info.subject.0.iter().flat_map(|set| set.0.iter()) {
            let text = String::from_utf8_lossy(part.value.value()).into_owned();
            match part.oid {
                COMMON_NAME => self.common_name = text,
                ORGANIZATION => self.organizations.push(text),
                _ => {}
            }
        }
    }

    /// The values of one part of the name, by its object identifier.
    pub fn subject_values(&self, id: &str) -> Vec<String> {
        let parts = self.inner.info.subject.0.iter().flat_map(|set| set.0.iter());
        parts.filter(|part| part.oid.to_string() == id).map(|part| String::from_utf8_lossy(part.value.value()).into_owned()).collect()
    }

    /// The other names that the certificate shall be for.
    fn read_names(&mut self) {
        let mut names: Vec<GeneralName> = Vec::new();
        for attribute in self.inner.info.attributes.iter() {
            for value in attribute.values.iter() {
                let Ok(wanted) = value.to_der().and_then(|der| ExtensionReq::from_der(&der)) else { continue };
                for extension in wanted.0.iter().filter(|extension| extension.extn_id == ObjectIdentifier::new_unwrap("2.5.29.17")) {
                    names.extend(SubjectAltName::from_der(extension.extn_value.as_bytes()).map(|names| names.0).unwrap_or_default());
                }
            }
        }
        for name in names {
            match name {
                GeneralName::DnsName(name) => self.dns_names.push(name.to_string()),
                GeneralName::Rfc822Name(name) => self.email_addresses.push(name.to_string()),
                GeneralName::UniformResourceIdentifier(name) => self.uris.push(name.to_string()),
                GeneralName::IpAddress(bytes) => match bytes.as_bytes().len() {
                    4 => self.ip_addresses.extend(<[u8; 4]>::try_from(bytes.as_bytes()).map(IpAddr::from)),
                    _ => self.ip_addresses.extend(<[u8; 16]>::try_from(bytes.as_bytes()).map(IpAddr::from)),
                },
                _ => {}
            }
        }
    }

    /// Whether the signature is that of the key in the request.
    pub fn check_signature(&self) -> Result<(), String> {
        let wrong = || "x509: certificate signature algorithm verification failed".to_owned();
        let (key, message) = (self.public_key().to_der().map_err(|_| wrong())?, self.inner.info.to_der().map_err(|_| wrong())?);
        let signature = self.inner.signature.raw_bytes();
        let rsa = |check: &dyn Fn(rsa::RsaPublicKey, &RsaSignature) -> bool| -> Result<(), String> {
            let key = rsa::RsaPublicKey::from_public_key_der(&key).map_err(|_| wrong())?;
            let signature = RsaSignature::try_from(signature).map_err(|_| RSA_FAULT.to_owned())?;
            if check(key, &signature) { Ok(()) } else { Err(RSA_FAULT.to_owned()) }
        };
        match self.inner.algorithm.oid.to_string().as_str() {
            "1.2.840.113549.1.1.11" => rsa(&|key, signature| RsaKey::<Sha256>::new(key).verify(&message, signature).is_ok()),
            "1.2.840.113549.1.1.12" => rsa(&|key, signature| RsaKey::<Sha384>::new(key).verify(&message, signature).is_ok()),
            "1.2.840.113549.1.1.13" => rsa(&|key, signature| RsaKey::<Sha512>::new(key).verify(&message, signature).is_ok()),
            "1.2.840.10045.4.3.2" => {
                let key = p256::ecdsa::VerifyingKey::from_public_key_der(&key).map_err(|_| UNKNOWN_ALGORITHM.to_owned())?;
                let signature = p256::ecdsa::Signature::from_der(signature).map_err(|_| ECDSA_FAULT.to_owned())?;
                key.verify(&message, &signature).map_err(|_| ECDSA_FAULT.to_owned())
            }
            "1.2.840.10045.4.3.3" => {
                let key = p384::ecdsa::VerifyingKey::from_public_key_der(&key).map_err(|_| UNKNOWN_ALGORITHM.to_owned())?;
                let signature = p384::ecdsa::Signature::from_der(signature).map_err(|_| ECDSA_FAULT.to_owned())?;
                key.verify(&message, &signature).map_err(|_| ECDSA_FAULT.to_owned())
            }
            "1.3.101.112" => {
                let bytes = <[u8; 32]>::try_from(self.public_key().subject_public_key.raw_bytes()).map_err(|_| wrong())?;
                let key = ed25519_dalek::VerifyingKey::from_bytes(&bytes).map_err(|_| wrong())?;
                let signature = ed25519_dalek::Signature::from_slice(signature).map_err(|_| ED25519_FAULT.to_owned())?;
                key.verify(&message, &signature).map_err(|_| ED25519_FAULT.to_owned())
            }
            _ => Err(UNKNOWN_ALGORITHM.to_owned()),
        }
    }

    pub fn public_key(&self) -> &SubjectPublicKeyInfoOwned {
        &self.inner.info.public_key
    }

    /// The name that the certificate shall be for.
    pub fn subject(&self) -> &x509_cert::name::Name {
        &self.inner.info.subject
    }
}

const RSA_FAULT: &str = "crypto/rsa: verification error";
const ECDSA_FAULT: &str = "x509: ECDSA verification failure";
const ED25519_FAULT: &str = "x509: Ed25519 verification failure";
const UNKNOWN_ALGORITHM: &str = "x509: cannot verify signature: algorithm unimplemented";

/// A block of a PEM text: what stands after BEGIN, and all of its lines.
pub(crate) struct Block {
    pub label: String,
    pub text: String,
    pub has_headers: bool,
}

/// The blocks of a text that are whole.
pub(crate) fn pem_blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for line in text.lines().map(str::trim_end) {
        let label = |line: &str, word: &str| Some(line.strip_prefix("-----")?.strip_prefix(word)?.strip_suffix("-----")?.to_owned());
        if let Some(label) = label(line, "BEGIN ") {
            open = Some(Block { label, text: format!("{line}\n"), has_headers: false });
        } else if let Some(block) = &mut open {
            block.text.push_str(line);
            block.text.push('\n');
            block.has_headers |= line.contains(": ");
            if label(line, "END ").is_some_and(|end| end == block.label) {
                blocks.extend(open.take());
            }
        }
    }
    blocks
}

/// What is wrong with the certificates that a signer hands out, if there are any.
pub(crate) fn certificates_fault(pem: &[u8]) -> Option<String> {
    if pem.is_empty() {
        return None;
    }
    let blocks = pem_blocks(&String::from_utf8_lossy(pem));
    for block in &blocks {
        if block.label != "CERTIFICATE" {
            return Some(format!("only CERTIFICATE PEM blocks are allowed, found {:?}", block.label));
        }
        if block.has_headers {
            return Some("no PEM block headers are permitted".to_owned());
        }
        if x509_cert::Certificate::from_pem(block.text.as_bytes()).is_err() {
            return Some("x509: malformed certificate".to_owned());
        }
    }
    blocks.is_empty().then(|| "must contain at least one CERTIFICATE PEM block".to_owned())
}
