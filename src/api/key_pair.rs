//! Whether a certificate and a private key belong together, as whoever makes a TLS Secret is asked.
//!
//! Models: crypto/tls/tls.go (X509KeyPair, parsePrivateKey) of Go 1.25, which kubectl v1.36 calls.
//! Simplified: keys are RSA, P-256, P-384 or Ed25519; of a broken certificate it is only said that it is.

use der::Decode as _;
use der::pem::decode_vec;
use rsa::pkcs1::DecodeRsaPrivateKey as _;
use rsa::pkcs8::{DecodePrivateKey as _, PrivateKeyInfo};
use rsa::traits::PublicKeyParts as _;
use x509_cert::Certificate;
use x509_cert::spki::DecodePublicKey as _;

use crate::certificate_request::pem_blocks;

const ED25519: &str = "1.3.101.112";

/// The half of a pair that can be told to everybody, from either side.
#[derive(PartialEq)]
enum Public {
    Rsa(rsa::BigUint),
    /// The curve and the point.
    Elliptic(&'static str, Vec<u8>),
    Ed25519(Vec<u8>),
}

/// What is wrong with a pair in PEM.
pub fn key_pair_fault(certificates: &[u8], key: &[u8]) -> Option<String> {
    let check = || {
        let certificate = first_certificate(certificates)?;
        let key = first_key(key)?;
        let certificate = Certificate::from_der(&certificate).map_err(|_| "x509: malformed certificate".to_owned())?;
        let own = of_key(&key).ok_or("tls: failed to parse private key")?;
        let told = of_certificate(&certificate).ok_or("tls: unknown public key algorithm")?;
        match std::mem::discriminant(&own) == std::mem::discriminant(&told) {
            false => Err("tls: private key type does not match public key type".to_owned()),
            true if own != told => Err("tls: private key does not match public key".to_owned()),
            true => Ok(()),
        }
    };
    check().err()
}

/// The blocks that can be read: what they are and what they hold.
fn blocks(pem: &[u8]) -> Vec<(String, Vec<u8>)> {
    let blocks = pem_blocks(&String::from_utf8_lossy(pem));
    blocks.into_iter().filter_map(|block| Some((block.label, decode_vec(block.text.as_bytes()).ok()?.1))).collect()
}

fn first_certificate(pem: &[u8]) -> Result<Vec<u8>, String> {
    let mut skipped = Vec::new();
    for (label, bytes) in blocks(pem) {
        if label == "CERTIFICATE" {
            return Ok(bytes);
        }
        skipped.push(label);
    }
    Err(match skipped.as_slice() {
        [] => "tls: failed to find any PEM data in certificate input".to_owned(),
        [one] if one.ends_with("PRIVATE KEY") => {
            "tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched".to_owned()
        }
        _ => format!("tls: failed to find \"CERTIFICATE\" PEM block in certificate input after skipping PEM blocks of the following types: [{}]", skipped.join(" ")),
    })
}

fn first_key(pem: &[u8]) -> Result<Vec<u8>, String> {
    let mut skipped = Vec::new();
    for (label, bytes) in blocks(pem) {
        if label == "PRIVATE KEY" || label.ends_with(" PRIVATE KEY") {
            return Ok(bytes);
        }
        skipped.push(label);
    }
    Err(match skipped.as_slice() {
        [] => "tls: failed to find any PEM data in key input".to_owned(),
        [one] if one == "CERTIFICATE" => "tls: found a certificate rather than a key in the PEM for the private key".to_owned(),
        _ => format!("tls: failed to find PEM block with type ending in \"PRIVATE KEY\" in key input after skipping PEM blocks of the following types: [{}]", skipped.join(" ")),
    })
}

fn of_key(der: &[u8]) -> Option<Public> {
    if let Ok(key) = rsa::RsaPrivateKey::from_pkcs1_der(der).or_else(|_| rsa::RsaPrivateKey::from_pkcs8_der(der)) {
        return Some(Public::Rsa(key.n().clone()));
    }
    if let Ok(key) = p256::SecretKey::from_pkcs8_der(der).or_else(|_| p256::SecretKey::from_sec1_der(der).map_err(|_| p256::pkcs8::Error::KeyMalformed)) {
        return Some(Public::Elliptic("P-256", key.public_key().to_sec1_bytes().to_vec()));
    }
    if let Ok(key) = p384::SecretKey::from_pkcs8_der(der).or_else(|_| p384::SecretKey::from_sec1_der(der).map_err(|_| p384::pkcs8::Error::KeyMalformed)) {
        return Some(Public::Elliptic("P-384", key.public_key().to_sec1_bytes().to_vec()));
    }
    let info = PrivateKeyInfo::from_der(der).ok().filter(|info| info.algorithm.oid.to_string() == ED25519)?;
    // The key is a string of bytes within the string of bytes.
    let seed = <[u8; 32]>::try_from(info.private_key.get(2..)?).ok()?;
    Some(Public::Ed25519(ed25519_dalek::SigningKey::from_bytes(&seed).verifying_key().to_bytes().to_vec()))
}

fn of_certificate(certificate: &Certificate) -> Option<Public> {
    use der::Encode as _;
    let info = &certificate.tbs_certificate.subject_public_key_info;
    let der = info.to_der().ok()?;
    if let Ok(key) = rsa::RsaPublicKey::from_public_key_der(&der) {
        return Some(Public::Rsa(key.n().clone()));
    }
    if let Ok(key) = p256::PublicKey::from_public_key_der(&der) {
        return Some(Public::Elliptic("P-256", key.to_sec1_bytes().to_vec()));
    }
    if let Ok(key) = p384::PublicKey::from_public_key_der(&der) {
        return Some(Public::Elliptic("P-384", key.to_sec1_bytes().to_vec()));
    }
    (info.algorithm.oid.to_string() == ED25519).then(|| Public::Ed25519(info.subject_public_key.raw_bytes().to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RSA: (&str, &str) = (include_str!("key_pair/rsa.crt"), include_str!("key_pair/rsa.key"));
    const P256: (&str, &str) = (include_str!("key_pair/p256.crt"), include_str!("key_pair/p256.key"));
    const ED25519: (&str, &str) = (include_str!("key_pair/ed25519.crt"), include_str!("key_pair/ed25519.key"));

    /// Pairs made by openssl 3; what kubectl 1.36 says of each combination.
    #[test]
    fn a_pair_is_told_from_what_is_none() {
        let (both, switched) = (format!("{}{}", RSA.1, RSA.0), "tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched");
        let cases = [
            (RSA.0, RSA.1, None),
            (P256.0, P256.1, None),
            (ED25519.0, ED25519.1, None),
            (&both, &both, None),
            (P256.0, include_str!("key_pair/sec1.key"), Some("tls: private key does not match public key")),
            (RSA.0, include_str!("key_pair/other.key"), Some("tls: private key does not match public key")),
            (RSA.0, P256.1, Some("tls: private key type does not match public key type")),
            (ED25519.0, RSA.1, Some("tls: private key type does not match public key type")),
            (RSA.1, RSA.0, Some(switched)),
            (RSA.0, RSA.0, Some("tls: found a certificate rather than a key in the PEM for the private key")),
            ("nothing", RSA.1, Some("tls: failed to find any PEM data in certificate input")),
            (RSA.0, "nothing", Some("tls: failed to find any PEM data in key input")),
        ];
        for (number, (certificate, key, fault)) in cases.into_iter().enumerate() {
            assert_eq!(key_pair_fault(certificate.as_bytes(), key.as_bytes()).as_deref(), fault, "case {number}");
        }
    }
}
