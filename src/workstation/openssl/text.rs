//! Certificates and requests in words: `-text` and `-ext`.
//!
//! Simplified: of the extensions those that servers' certificates have are told; others appear as `...`, with their number.

use der::asn1::ObjectIdentifier;
use der::{Decode as _, Encode as _};
use jiff::Timestamp;
use rsa::pkcs8::DecodePublicKey as _;
use rsa::traits::PublicKeyParts as _;
use x509_cert::attr::Attributes;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage, KeyUsage, KeyUsages, SubjectAltName, SubjectKeyIdentifier};
use x509_cert::ext::{Extension, Extensions};
use x509_cert::request::CertReq;
use x509_cert::spki::SubjectPublicKeyInfoOwned;
use x509_cert::time::Time;
use x509_cert::{Certificate, Version};

use super::shown;

/// The extensions that are known: number, the name for `-ext`, and the title.
const EXTENSIONS: [(&str, &str, &str); 6] = [
    ("2.5.29.14", "subjectKeyIdentifier", "X509v3 Subject Key Identifier"),
    ("2.5.29.35", "authorityKeyIdentifier", "X509v3 Authority Key Identifier"),
    ("2.5.29.19", "basicConstraints", "X509v3 Basic Constraints"),
    ("2.5.29.17", "subjectAltName", "X509v3 Subject Alternative Name"),
    ("2.5.29.15", "keyUsage", "X509v3 Key Usage"),
    ("2.5.29.37", "extendedKeyUsage", "X509v3 Extended Key Usage"),
];
const PURPOSES: [(&str, &str); 6] = [
    ("1.3.6.1.5.5.7.3.1", "TLS Web Server Authentication"), ("1.3.6.1.5.5.7.3.2", "TLS Web Client Authentication"), ("1.3.6.1.5.5.7.3.3", "Code Signing"),
    ("1.3.6.1.5.5.7.3.4", "E-mail Protection"), ("1.3.6.1.5.5.7.3.8", "Time Stamping"), ("1.3.6.1.5.5.7.3.9", "OCSP Signing"),
];
const USAGES: [(KeyUsages, &str); 9] = [
    (KeyUsages::DigitalSignature, "Digital Signature"), (KeyUsages::NonRepudiation, "Non Repudiation"), (KeyUsages::KeyEncipherment, "Key Encipherment"),
    (KeyUsages::DataEncipherment, "Data Encipherment"), (KeyUsages::KeyAgreement, "Key Agreement"), (KeyUsages::KeyCertSign, "Certificate Sign"),
    (KeyUsages::CRLSign, "CRL Sign"), (KeyUsages::EncipherOnly, "Encipher Only"), (KeyUsages::DecipherOnly, "Decipher Only"),
];
const ALGORITHMS: [(&str, &str); 8] = [
    ("1.2.840.113549.1.1.11", "sha256WithRSAEncryption"), ("1.2.840.113549.1.1.12", "sha384WithRSAEncryption"), ("1.2.840.113549.1.1.13", "sha512WithRSAEncryption"),
    ("1.2.840.113549.1.1.5", "sha1WithRSAEncryption"), ("1.2.840.10045.4.3.2", "ecdsa-with-SHA256"), ("1.2.840.10045.4.3.3", "ecdsa-with-SHA384"),
    ("1.3.101.112", "ED25519"), ("1.2.840.113549.1.1.1", "rsaEncryption"),
];
/// Curves: number, name, the name that NIST gave it, bits.
const CURVES: [(&str, &str, &str, u32); 2] = [("1.2.840.10045.3.1.7", "prime256v1", "P-256", 256), ("1.3.132.0.34", "secp384r1", "P-384", 384)];

fn algorithm(oid: &ObjectIdentifier) -> String {
    let oid = oid.to_string();
    ALGORITHMS.iter().find(|(known, _)| *known == oid).map_or(oid.clone(), |(_, name)| (*name).to_owned())
}

pub(super) fn date(time: &Time) -> String {
    let seconds = i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(0);
    Timestamp::from_second(seconds).unwrap_or_default().strftime("%b %e %H:%M:%S %Y GMT").to_string()
}

/// `0a:1b:2c`, so many bytes a line.
fn block(bytes: &[u8], a_line: usize, indent: usize) -> String {
    let all: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let lines: Vec<String> = all.chunks(a_line).map(|line| format!("{}{}", " ".repeat(indent), line.join(":"))).collect();
    lines.join(":\n") + "\n"
}

fn upper(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":")
}

fn key(key: &SubjectPublicKeyInfoOwned) -> String {
    let parameters = key.algorithm.parameters.as_ref();
    let mut out = "        Subject Public Key Info:\n".to_owned();
    let curve = parameters.and_then(|any| any.decode_as::<ObjectIdentifier>().ok()).and_then(|oid| CURVES.iter().find(|(known, ..)| *known == oid.to_string()));
    let public = key.to_der().ok().and_then(|der| rsa::RsaPublicKey::from_public_key_der(&der).ok());
    match (public, curve) {
        (Some(public), _) => {
            let mut modulus = public.n().to_bytes_be();
            // A first bit that is set would be a sign.
            if modulus.first().is_some_and(|byte| *byte >= 0x80) {
                modulus.insert(0, 0);
            }
            out += &format!("            Public Key Algorithm: rsaEncryption\n                Public-Key: ({} bit)\n                Modulus:\n{}", public.n().bits(), block(&modulus, 15, 20));
            out + &format!("                Exponent: {0} (0x{0:x})\n", u64::from_be_bytes(padded(&public.e().to_bytes_be())))
        }
        (None, Some((_, name, nist, bits))) => {
            out += &format!("            Public Key Algorithm: id-ecPublicKey\n                Public-Key: ({bits} bit)\n                pub:\n{}", block(key.subject_public_key.raw_bytes(), 15, 20));
            out + &format!("                ASN1 OID: {name}\n                NIST CURVE: {nist}\n")
        }
        (None, None) => {
            let name = algorithm(&key.algorithm.oid);
            out + &format!("            Public Key Algorithm: {name}\n                {name} Public-Key:\n                pub:\n{}", block(key.subject_public_key.raw_bytes(), 15, 20))
        }
    }
}

fn padded(bytes: &[u8]) -> [u8; 8] {
    let mut all = [0; 8];
    for (to, from) in all.iter_mut().rev().zip(bytes.iter().rev()) {
        *to = *from;
    }
    all
}

fn address(bytes: &[u8]) -> String {
    match bytes {
        [a, b, c, d] => format!("{a}.{b}.{c}.{d}"),
        bytes => bytes.chunks(2).map(|pair| format!("{:X}", pair.iter().fold(0_u32, |all, byte| all << 8 | u32::from(*byte)))).collect::<Vec<_>>().join(":"),
    }
}

fn general_name(name: &GeneralName) -> String {
    match name {
        GeneralName::DnsName(name) => format!("DNS:{}", name.as_str()),
        GeneralName::IpAddress(bytes) => format!("IP Address:{}", address(bytes.as_bytes())),
        GeneralName::Rfc822Name(name) => format!("email:{}", name.as_str()),
        GeneralName::UniformResourceIdentifier(name) => format!("URI:{}", name.as_str()),
        _ => "othername:<unsupported>".to_owned(),
    }
}

/// What an extension says, or nothing if it is not known.
fn value(extension: &Extension) -> Option<String> {
    let bytes = extension.extn_value.as_bytes();
    Some(match extension.extn_id.to_string().as_str() {
        "2.5.29.14" => upper(SubjectKeyIdentifier::from_der(bytes).ok()?.0.as_bytes()),
        "2.5.29.35" => upper(AuthorityKeyIdentifier::from_der(bytes).ok()?.key_identifier?.as_bytes()),
        "2.5.29.19" => {
            let found = BasicConstraints::from_der(bytes).ok()?;
            let length = found.path_len_constraint.map_or(String::new(), |length| format!(", pathlen:{length}"));
            format!("CA:{}{length}", if found.ca { "TRUE" } else { "FALSE" })
        }
        "2.5.29.17" => SubjectAltName::from_der(bytes).ok()?.0.iter().map(general_name).collect::<Vec<_>>().join(", "),
        "2.5.29.15" => {
            let found = KeyUsage::from_der(bytes).ok()?;
            USAGES.iter().filter(|(usage, _)| found.0.contains(*usage)).map(|(_, name)| *name).collect::<Vec<_>>().join(", ")
        }
        "2.5.29.37" => {
            let named = |oid: &ObjectIdentifier| PURPOSES.iter().find(|(known, _)| *known == oid.to_string()).map_or_else(|| oid.to_string(), |(_, name)| (*name).to_owned());
            ExtendedKeyUsage::from_der(bytes).ok()?.0.iter().map(named).collect::<Vec<_>>().join(", ")
        }
        _ => return None,
    })
}

fn extension(extension: &Extension, indent: usize) -> String {
    let oid = extension.extn_id.to_string();
    let title = EXTENSIONS.iter().find(|(known, ..)| *known == oid).map_or(oid.as_str(), |(_, _, title)| title);
    let space = " ".repeat(indent);
    let critical = if extension.critical { "critical" } else { "" };
    format!("{space}{title}: {critical}\n{space}    {}\n", value(extension).unwrap_or_else(|| "...".to_owned()))
}

fn signature(oid: &ObjectIdentifier, bytes: &[u8]) -> String {
    format!("    Signature Algorithm: {}\n    Signature Value:\n{}", algorithm(oid), block(bytes, 18, 8))
}

/// `x509 -text`
pub(super) fn certificate(certificate: &Certificate) -> String {
    let body = &certificate.tbs_certificate;
    let version = match body.version {
        Version::V1 => "1 (0x0)",
        Version::V2 => "2 (0x1)",
        Version::V3 => "3 (0x2)",
    };
    let serial = body.serial_number.as_bytes();
    let trimmed = if serial.len() > 1 && serial[0] == 0 { &serial[1..] } else { serial };
    let serial = match trimmed.len() <= 8 {
        true => format!(" {0} (0x{0:x})\n", u64::from_be_bytes(padded(trimmed))),
        false => format!("\n{}", block(trimmed, 64, 12)),
    };
    let mut out = format!(
        "Certificate:\n    Data:\n        Version: {version}\n        Serial Number:{serial}        Signature Algorithm: {}\n        Issuer: {}\n        Validity\n            Not Before: {}\n            Not After : {}\n        Subject: {}\n{}",
        algorithm(&certificate.signature_algorithm.oid), shown(&body.issuer), date(&body.validity.not_before), date(&body.validity.not_after), shown(&body.subject), key(&body.subject_public_key_info),
    );
    if let Some(extensions) = &body.extensions {
        out += "        X509v3 extensions:\n";
        out.extend(extensions.iter().map(|one| extension(one, 12)));
    }
    out + &signature(&certificate.signature_algorithm.oid, certificate.signature.raw_bytes())
}

/// The extensions that a request asks for.
fn asked(attributes: &Attributes) -> Extensions {
    let of = attributes.iter().filter(|attribute| attribute.oid.to_string() == "1.2.840.113549.1.9.14");
    of.flat_map(|attribute| attribute.values.iter()).filter_map(|any| any.decode_as::<Extensions>().ok()).flatten().collect()
}

/// `req -text`
pub(super) fn request(request: &CertReq) -> String {
    let mut out = format!("Certificate Request:\n    Data:\n        Version: 1 (0x0)\n        Subject: {}\n{}        Attributes:\n", shown(&request.info.subject), key(&request.info.public_key));
    let extensions = asked(&request.info.attributes);
    if extensions.is_empty() {
        out += "            (none)\n";
    }
    out += "            Requested Extensions:\n";
    out.extend(extensions.iter().map(|one| extension(one, 16)));
    out + &signature(&request.algorithm.oid, request.signature.raw_bytes())
}

/// `x509 -ext NAME,NAME`; nothing: there is none of them.
pub(super) fn some_extensions(certificate: &Certificate, names: &str) -> Option<String> {
    let wanted: Vec<&str> = names.split(',').map(str::trim).collect();
    let all = certificate.tbs_certificate.extensions.iter().flatten();
    let found: String = all.filter(|one| EXTENSIONS.iter().any(|(oid, name, _)| *oid == one.extn_id.to_string() && wanted.contains(name))).map(|one| extension(one, 0)).collect();
    (!found.is_empty()).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pem: &str, kind: &str) -> Vec<u8> {
        super::super::block(pem, kind).expect("a block")
    }

    #[test]
    fn certificates_read_as_openssl_tells_them() {
        for (pem, text) in [(include_str!("recorded/rsa.pem"), include_str!("recorded/rsa.txt")), (include_str!("recorded/ec.pem"), include_str!("recorded/ec.txt"))] {
            let found = Certificate::from_der(&read(pem, "CERTIFICATE")).expect("a certificate");
            assert_eq!(certificate(&found), text);
        }
        let asked = CertReq::from_der(&read(include_str!("recorded/request.pem"), "CERTIFICATE REQUEST")).expect("a request");
        assert_eq!(request(&asked), include_str!("recorded/request.txt"));
    }

    #[test]
    fn some_extensions_stand_alone() {
        let found = Certificate::from_der(&read(include_str!("recorded/rsa.pem"), "CERTIFICATE")).expect("a certificate");
        let said = "X509v3 Basic Constraints: critical\n    CA:TRUE\nX509v3 Subject Alternative Name: \n    DNS:shop.example, DNS:*.shop.example, IP Address:10.0.0.1\n";
        assert_eq!(some_extensions(&found, "subjectAltName,basicConstraints").as_deref(), Some(said));
        assert_eq!(some_extensions(&found, "keyUsage"), None);
    }
}
