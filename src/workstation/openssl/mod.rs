//! `openssl`: keys, requests and certificates, as students make them for TLS. The keys and signatures are real ones.
//!
//! Simplified: RSA alone, with SHA-256; keys without a passphrase; a subject has to be given with `-subj`; of the subcommands `version`,
//! `rand`, `genrsa`, `req`, `s_client`, `verify` and `x509`.

macro_rules! ok {
    ($answer:expr) => {
        match $answer {
            Ok(value) => value,
            Err(problem) => return Ok(Err(problem)),
        }
    };
}

mod s_client;
mod text;

use std::net::IpAddr;
use std::ops::ControlFlow;

use der::asn1::{BitString, Ia5String, ObjectIdentifier, OctetString, PrintableStringRef, UtcTime, GeneralizedTime, Utf8StringRef};
use der::{Any, DateTime, Decode as _, Encode as _};
use podarium_kubectl::base64;
use podarium_machine::{Process, Suspend};
use podarium_sim::Stream;
use rsa::pkcs1v15::{SigningKey, VerifyingKey};
use rsa::pkcs8::{DecodePrivateKey as _, DecodePublicKey as _, EncodePrivateKey as _, EncodePublicKey as _};
use rsa::signature::{SignatureEncoding as _, Signer as _, Verifier as _};
use rsa::{RsaPrivateKey, RsaPublicKey, rand_core};
use sha2::{Digest as _, Sha256};
use x509_cert::attr::{Attribute, AttributeTypeAndValue};
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{AuthorityKeyIdentifier, BasicConstraints, SubjectAltName, SubjectKeyIdentifier};
use x509_cert::ext::{AsExtension, Extension};
use x509_cert::name::{Name, RdnSequence, RelativeDistinguishedName};
use x509_cert::request::{CertReq, CertReqInfo, ExtensionReq};
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};
use x509_cert::time::{Time, Validity};
use x509_cert::{Certificate, TbsCertificate, Version};

const SHA256_WITH_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");
/// Parts of a name: short names, identifiers, and whether they are printable strings.
const PARTS: [(&str, &str, bool); 7] = [
    ("C", "2.5.4.6", true), ("ST", "2.5.4.8", false), ("L", "2.5.4.7", false), ("O", "2.5.4.10", false), ("OU", "2.5.4.11", false), ("CN", "2.5.4.3", false),
    ("emailAddress", "1.2.840.113549.1.9.1", false),
];

/// What is said on standard error, and the code that it ends with.
type Problem = (String, i32);
type Answer<T> = Result<T, Problem>;

fn problem<T>(text: impl Into<String>) -> Answer<T> {
    Err((format!("{}\n", text.into()), 1))
}

fn absent<T>(what: &str) -> Answer<T> {
    problem(format!("podarium: not simulated: openssl {what}"))
}

/// Draws from the computer's own randomness.
struct Draw(Stream);

impl rand_core::RngCore for Draw {
    fn next_u32(&mut self) -> u32 {
        self.0.bits() as u32
    }

    fn next_u64(&mut self) -> u64 {
        self.0.bits()
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        for part in bytes.chunks_mut(8) {
            part.copy_from_slice(&self.0.bits().to_le_bytes()[..part.len()]);
        }
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rand_core::Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

impl rand_core::CryptoRng for Draw {}

/// Options: `-name value` and `-name`; what has no dash is an operand.
struct Options {
    given: Vec<(String, Option<String>)>,
    operands: Vec<String>,
}

impl Options {
    fn read(command: &str, words: &[String], with_value: &[&str], without: &[&str]) -> Answer<Self> {
        let mut options = Options { given: Vec::new(), operands: Vec::new() };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let Some(name) = word.strip_prefix('-').map(|name| name.trim_start_matches('-')) else {
                options.operands.push(word.clone());
                continue;
            };
            if with_value.contains(&name) {
                let Some(value) = words.next() else { return problem(format!("{command}: Option -{name} needs a value\n{command}: Use -help for summary.")) };
                options.given.push((name.to_owned(), Some(value.clone())));
            } else if without.contains(&name) {
                options.given.push((name.to_owned(), None));
            } else {
                return absent(&format!("{command} -{name}"));
            }
        }
        Ok(options)
    }

    fn has(&self, name: &str) -> bool {
        self.given.iter().any(|(known, _)| known == name)
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.values(name).last()
    }

    fn values<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.given.iter().filter(move |(known, _)| known == name).filter_map(|(_, value)| value.as_deref())
    }
}

fn pem(kind: &str, der: &[u8]) -> String {
    let text = base64::encode(der);
    let lines: Vec<&str> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap_or_default()).collect();
    format!("-----BEGIN {kind}-----\n{}\n-----END {kind}-----\n", lines.join("\n"))
}

/// All certificates in a text.
fn blocks(text: &str) -> Vec<Vec<u8>> {
    let pieces = text.split("-----BEGIN CERTIFICATE-----").skip(1).filter_map(|piece| piece.split("-----END").next());
    pieces.filter_map(|body| base64::decode(&body.split_whitespace().collect::<String>())).collect()
}

/// The first block of a kind in a text.
fn block(text: &str, kind: &str) -> Option<Vec<u8>> {
    let (_, rest) = text.split_once(&format!("-----BEGIN {kind}-----"))?;
    let (body, _) = rest.split_once("-----END")?;
    base64::decode(&body.split_whitespace().collect::<String>())
}

/// `/C=DE/O=Shop/CN=shop.example`
fn subject(text: &str) -> Answer<Name> {
    let Some(rest) = text.strip_prefix('/') else {
        return problem(format!("req: subject name is expected to be in the format /type0=value0/type1=value1/type2=... where characters may be escaped by \\. This name is not in that format: '{text}'"));
    };
    let mut name = RdnSequence::default();
    for part in rest.split('/').filter(|part| !part.is_empty()) {
        let Some((key, value)) = part.split_once('=') else { return absent(&format!("a subject with {part:?}")) };
        let Some((_, oid, printable)) = PARTS.iter().find(|(known, ..)| *known == key) else { return problem(format!("req: Skipping unknown subject name attribute \"{key}\"")) };
        let value = if *printable { PrintableStringRef::new(value).and_then(|value| Any::encode_from(&value)) } else { Utf8StringRef::new(value).and_then(|value| Any::encode_from(&value)) };
        let set = value.and_then(|value| {
            let part = AttributeTypeAndValue { oid: ObjectIdentifier::new_unwrap(oid), value };
            Ok(RelativeDistinguishedName(vec![part].try_into()?))
        });
        name.0.push(set.or_else(|error| problem(error.to_string()))?);
    }
    Ok(name)
}

/// `C = DE, O = Shop, CN = shop.example`
fn shown(name: &Name) -> String {
    let part = |part: &AttributeTypeAndValue| {
        let oid = part.oid.to_string();
        let key = PARTS.iter().find(|(_, known, _)| *known == oid).map_or(oid.as_str(), |(key, ..)| key).to_owned();
        format!("{key} = {}", String::from_utf8_lossy(part.value.value()))
    };
    name.0.iter().flat_map(|set| set.0.iter()).map(part).collect::<Vec<_>>().join(", ")
}

/// `subjectAltName=DNS:a,DNS:b,IP:1.2.3.4`
fn extension(text: &str) -> Answer<SubjectAltName> {
    let Some(list) = text.trim().strip_prefix("subjectAltName").map(|rest| rest.trim_start().trim_start_matches('=').trim()) else { return absent(&format!("-addext {text}")) };
    let fault = |error: der::Error| (format!("{error}\n"), 1);
    let mut names = Vec::new();
    for entry in list.split(',').map(str::trim) {
        names.push(match entry.split_once(':') {
            Some(("DNS", name)) => GeneralName::DnsName(Ia5String::new(name).map_err(fault)?),
            Some(("IP", address)) => match address.parse() {
                Ok(IpAddr::V4(address)) => GeneralName::IpAddress(OctetString::new(address.octets()).map_err(fault)?),
                Ok(IpAddr::V6(address)) => GeneralName::IpAddress(OctetString::new(address.octets()).map_err(fault)?),
                Err(_) => return problem(format!("Error adding extensions defined via -addext: bad IP address {address}")),
            },
            _ => return absent(&format!("-addext with {entry}")),
        });
    }
    Ok(SubjectAltName(names))
}

fn algorithm() -> AlgorithmIdentifierOwned {
    AlgorithmIdentifierOwned { oid: SHA256_WITH_RSA, parameters: Some(Any::null()) }
}

fn sign(key: &RsaPrivateKey, message: &[u8]) -> Result<BitString, der::Error> {
    BitString::from_bytes(&SigningKey::<Sha256>::new(key.clone()).sign(message).to_vec())
}

fn public(key: &RsaPrivateKey) -> Result<SubjectPublicKeyInfoOwned, der::Error> {
    let public = key.to_public_key().to_public_key_der().map_err(|_| der::ErrorKind::Failed)?;
    SubjectPublicKeyInfoOwned::from_der(public.as_bytes())
}

fn moment(unix_seconds: i64) -> Result<Time, der::Error> {
    let date = DateTime::from_unix_duration(std::time::Duration::from_secs(u64::try_from(unix_seconds).unwrap_or(0)))?;
    if date.year() < 2050 { Ok(Time::UtcTime(UtcTime::from_date_time(date)?)) } else { Ok(Time::GeneralTime(GeneralizedTime::from_date_time(date))) }
}

fn key_id(public: &SubjectPublicKeyInfoOwned) -> Result<OctetString, der::Error> {
    use sha1::Digest as _;
    OctetString::new(&sha1::Sha1::digest(public.subject_public_key.raw_bytes())[..])
}

/// What a certificate says, and who signs it.
struct Terms<'a> {
    subject: Name,
    public: SubjectPublicKeyInfoOwned,
    issuer: Name,
    key: &'a RsaPrivateKey,
    names: Option<SubjectAltName>,
    own: bool,
    from: i64,
    days: i64,
    serial: u64,
}

fn certificate(terms: Terms<'_>) -> Result<Vec<u8>, der::Error> {
    let mut extensions: Vec<Extension> = Vec::new();
    let mut add = |extension: &dyn Fn(&[Extension]) -> Result<Extension, der::Error>| -> Result<(), der::Error> {
        extensions.push(extension(&extensions)?);
        Ok(())
    };
    let none = Name::default();
    if terms.own {
        let id = key_id(&terms.public)?;
        add(&|all| SubjectKeyIdentifier(id.clone()).to_extension(&none, all))?;
        add(&|all| AuthorityKeyIdentifier { key_identifier: Some(id.clone()), ..AuthorityKeyIdentifier::default() }.to_extension(&none, all))?;
        add(&|all| BasicConstraints { ca: true, path_len_constraint: None }.to_extension(&none, all))?;
    }
    if let Some(names) = &terms.names {
        add(&|all| names.to_extension(&none, all))?;
    }
    let body = TbsCertificate {
        version: if extensions.is_empty() { Version::V1 } else { Version::V3 },
        serial_number: SerialNumber::from(terms.serial >> 1),
        signature: algorithm(),
        issuer: terms.issuer,
        validity: Validity { not_before: moment(terms.from)?, not_after: moment(terms.from + terms.days * 86_400)? },
        subject: terms.subject,
        subject_public_key_info: terms.public,
        issuer_unique_id: None,
        subject_unique_id: None,
        extensions: (!extensions.is_empty()).then_some(extensions),
    };
    let signature = sign(terms.key, &body.to_der()?)?;
    Certificate { tbs_certificate: body, signature_algorithm: algorithm(), signature }.to_der()
}

/// Certificates are long: what is read, written and told, in the order in which a real openssl does it.
pub fn main(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let words = process.args();
    let rest = words.get(2..).unwrap_or_default().to_vec();
    let done = match words.get(1).map(String::as_str) {
        None => absent("without a command"),
        Some("version") => Ok("OpenSSL 3.0.19 27 Jan 2026 (Library: OpenSSL 3.0.19 27 Jan 2026)\n".to_owned()),
        Some("rand") => rand(process, &rest)?,
        Some("genrsa") => genrsa(process, &rest)?,
        Some("req") => req(process, &rest)?,
        Some("x509") => x509(process, &rest)?,
        Some("verify") => verify(process, &rest)?,
        Some("s_client") => s_client::main(process, &rest)?,
        Some(other) => absent(other),
    };
    match done {
        Ok(text) => {
            process.print(&text)?;
            Ok(0)
        }
        Err((text, code)) => {
            process.eprint(&text)?;
            Ok(code)
        }
    }
}

fn draw(process: &mut Process<'_>) -> Result<Draw, Suspend> {
    Ok(Draw(Stream::new(process.random_bits()?, "openssl")))
}

fn make_key(process: &mut Process<'_>, bits: &str) -> Result<Answer<RsaPrivateKey>, Suspend> {
    let Ok(bits) = bits.parse::<usize>() else { return Ok(problem(format!("Can't parse \"{bits}\" as a number"))) };
    if bits < 512 {
        return Ok(problem("Error generating RSA key: key size too small"));
    }
    if bits > 4096 {
        return Ok(absent(&format!("keys of {bits} bits")));
    }
    let mut draw = draw(process)?;
    Ok(RsaPrivateKey::new(&mut draw, bits).or_else(|error| problem(error.to_string())))
}

fn key_text(key: &RsaPrivateKey) -> Answer<String> {
    key.to_pkcs8_der().map(|der| pem("PRIVATE KEY", der.as_bytes())).or_else(|error| problem(error.to_string()))
}

fn read(process: &mut Process<'_>, path: &str) -> Result<Answer<String>, Suspend> {
    Ok(match process.read_file(path)? {
        Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        Err(error) => problem(format!("Can't open \"{path}\" for reading, {error}")),
    })
}

/// All of the standard input.
fn input(process: &mut Process<'_>) -> Result<String, Suspend> {
    process.repeat(Vec::new(), |process, all: &mut Vec<u8>| {
        let piece = process.read(0)?.unwrap_or_default();
        if piece.is_empty() {
            return Ok(ControlFlow::Break(String::from_utf8_lossy(all).into_owned()));
        }
        all.extend(piece);
        Ok(ControlFlow::Continue(()))
    })
}

/// Writes a file, or gives the text back to be printed.
fn write(process: &mut Process<'_>, path: Option<&str>, text: String, mode: u32) -> Result<Answer<String>, Suspend> {
    let Some(path) = path else { return Ok(Ok(text)) };
    Ok(match process.write_file(path, text.as_bytes(), mode)? {
        Ok(()) => Ok(String::new()),
        Err(error) => problem(format!("Can't open \"{path}\" for writing, {error}")),
    })
}

fn key_of(text: &str) -> Answer<RsaPrivateKey> {
    let found = block(text, "PRIVATE KEY").and_then(|der| RsaPrivateKey::from_pkcs8_der(&der).ok());
    found.map_or_else(|| problem("Could not read private key from file"), Ok)
}

fn rand(process: &mut Process<'_>, words: &[String]) -> Result<Answer<String>, Suspend> {
    let options = ok!(Options::read("rand", words, &["out"], &["hex", "base64"]));
    let Some(count) = options.operands.first().and_then(|count| count.parse::<usize>().ok()).filter(|count| *count <= 1 << 16) else { return Ok(absent("rand without a number of bytes")) };
    let mut bytes = vec![0; count];
    rand_core::RngCore::fill_bytes(&mut draw(process)?, &mut bytes);
    let text = match (options.has("hex"), options.has("base64")) {
        (true, _) => bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>() + "\n",
        (_, true) => {
            let text = base64::encode(&bytes);
            text.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line).into_owned() + "\n").collect()
        }
        _ => return Ok(absent("rand without -hex or -base64")),
    };
    write(process, options.value("out"), text, 0o644)
}

fn genrsa(process: &mut Process<'_>, words: &[String]) -> Result<Answer<String>, Suspend> {
    let options = ok!(Options::read("genrsa", words, &["out"], &[]));
    let bits = options.operands.first().map_or("2048", String::as_str).to_owned();
    let key = ok!(make_key(process, &bits)?);
    write(process, options.value("out"), ok!(key_text(&key)), 0o600)
}

fn req(process: &mut Process<'_>, words: &[String]) -> Result<Answer<String>, Suspend> {
    let options = ok!(Options::read("req", words, &["newkey", "keyout", "key", "out", "days", "subj", "addext", "in"], &["x509", "new", "nodes", "noenc", "sha256", "batch", "noout", "subject", "text", "verify"]));
    if let Some(path) = options.value("in") {
        let text = ok!(read(process, path)?);
        let Some(request) = block(&text, "CERTIFICATE REQUEST").and_then(|der| CertReq::from_der(&der).ok()) else { return Ok(problem("Unable to load X509 request")) };
        let mut out = String::new();
        for (name, _) in &options.given {
            match name.as_str() {
                "subject" => out.push_str(&format!("subject={}\n", shown(&request.info.subject))),
                "text" => out.push_str(&text::request(&request)),
                _ => {}
            }
        }
        return Ok(Ok(if options.has("noout") { out } else { out + &text }));
    }
    let key = match (options.value("newkey"), options.value("key")) {
        (Some(kind), _) => {
            let Some(bits) = kind.strip_prefix("rsa:").or((kind == "rsa").then_some("2048")) else { return Ok(absent(&format!("req -newkey {kind}"))) };
            if !options.has("nodes") && !options.has("noenc") {
                return Ok(absent("keys with a passphrase; add -nodes"));
            }
            let key = ok!(make_key(process, bits)?);
            process.eprint("-----\n")?;
            let path = options.value("keyout").unwrap_or("privkey.pem").to_owned();
            ok!(write(process, Some(&path), ok!(key_text(&key)), 0o600)?);
            key
        }
        (None, Some(path)) => ok!(key_of(&ok!(read(process, path)?))),
        (None, None) => return Ok(absent("req without -newkey and without -key")),
    };
    let Some(name) = options.value("subj") else { return Ok(absent("req without -subj: it asks no questions")) };
    let name = ok!(subject(name));
    let mut names = None;
    for text in options.values("addext") {
        names = Some(ok!(extension(text)));
    }
    let (now, serial) = (process.unix_nanos()?.div_euclid(1_000_000_000), process.random_bits()?);
    let made = public(&key).and_then(|public| match options.has("x509") {
        true => {
            let days = options.value("days").and_then(|days| days.parse().ok()).unwrap_or(30);
            certificate(Terms { subject: name.clone(), public, issuer: name.clone(), key: &key, names: names.clone(), own: true, from: now, days, serial }).map(|der| pem("CERTIFICATE", &der))
        }
        false => request(&name, public, names.as_ref(), &key).map(|der| pem("CERTIFICATE REQUEST", &der)),
    });
    let text = ok!(made.or_else(|error| problem(error.to_string())));
    write(process, options.value("out"), text, 0o644)
}

fn request(name: &Name, public_key: SubjectPublicKeyInfoOwned, names: Option<&SubjectAltName>, key: &RsaPrivateKey) -> Result<Vec<u8>, der::Error> {
    let mut info = CertReqInfo { version: x509_cert::request::Version::V1, subject: name.clone(), public_key, attributes: Default::default() };
    if let Some(names) = names {
        let asked = ExtensionReq(vec![names.to_extension(name, &[])?]);
        info.attributes.insert(Attribute::try_from(asked)?)?;
    }
    let signature = sign(key, &info.to_der()?)?;
    CertReq { info, algorithm: algorithm(), signature }.to_der()
}

fn x509(process: &mut Process<'_>, words: &[String]) -> Result<Answer<String>, Suspend> {
    let options = ok!(Options::read(
        "x509",
        words,
        &["in", "out", "CA", "CAkey", "days", "CAserial", "ext", "checkend"],
        &["noout", "subject", "issuer", "dates", "startdate", "enddate", "serial", "fingerprint", "sha256", "req", "CAcreateserial", "text", "pubkey"],
    ));
    let text = match options.value("in") {
        Some(path) => ok!(read(process, path)?),
        None => input(process)?,
    };
    if options.has("req") {
        return sign_request(process, &options, &text);
    }
    let Some((der, found)) = block(&text, "CERTIFICATE").and_then(|der| Certificate::from_der(&der).ok().map(|found| (der, found))) else {
        let what = options.value("in").map_or_else(|| "<stdin>".to_owned(), str::to_owned);
        return Ok(problem(format!("Could not find certificate from {what}")));
    };
    let body = &found.tbs_certificate;
    let date = text::date;
    let hex = |bytes: &[u8], between: &str| bytes.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(between);
    let mut out = String::new();
    let mut expired = false;
    for (name, value) in &options.given {
        out.push_str(&match name.as_str() {
            "text" => text::certificate(&found),
            "ext" => match text::some_extensions(&found, value.as_deref().unwrap_or_default()) {
                Some(text) => text,
                None => {
                    process.eprint("No extensions in certificate\n")?;
                    String::new()
                }
            },
            "pubkey" => pem("PUBLIC KEY", &body.subject_public_key_info.to_der().unwrap_or_default()),
            "checkend" => {
                let Ok(seconds) = value.as_deref().unwrap_or_default().parse::<i64>() else { return Ok(problem("x509: Invalid number")) };
                let until = process.unix_nanos()?.div_euclid(1_000_000_000) + seconds;
                expired = i64::try_from(body.validity.not_after.to_unix_duration().as_secs()).unwrap_or(i64::MAX) < until;
                if expired { "Certificate will expire\n".to_owned() } else { "Certificate will not expire\n".to_owned() }
            }
            "subject" => format!("subject={}\n", shown(&body.subject)),
            "issuer" => format!("issuer={}\n", shown(&body.issuer)),
            "startdate" => format!("notBefore={}\n", date(&body.validity.not_before)),
            "enddate" => format!("notAfter={}\n", date(&body.validity.not_after)),
            "dates" => format!("notBefore={}\nnotAfter={}\n", date(&body.validity.not_before), date(&body.validity.not_after)),
            "serial" => format!("serial={}\n", hex(body.serial_number.as_bytes(), "")),
            "fingerprint" if options.has("sha256") => format!("sha256 Fingerprint={}\n", hex(&Sha256::digest(&der), ":")),
            "fingerprint" => {
                use sha1::Digest as _;
                format!("SHA1 Fingerprint={}\n", hex(&sha1::Sha1::digest(&der), ":"))
            }
            _ => String::new(),
        });
    }
    if !options.has("noout") {
        out.push_str(&pem("CERTIFICATE", &der));
    }
    let written = ok!(write(process, options.value("out"), out, 0o644)?);
    if expired {
        process.print(&written)?;
        return Ok(Err((String::new(), 1)));
    }
    Ok(Ok(written))
}

/// Whether the issuer's key has signed a certificate; `None`: it is a signature that is not known here.
fn is_signed_by(certificate: &Certificate, issuer: &Certificate) -> Option<bool> {
    if certificate.signature_algorithm.oid != SHA256_WITH_RSA {
        return None;
    }
    let public = RsaPublicKey::from_public_key_der(&issuer.tbs_certificate.subject_public_key_info.to_der().ok()?).ok()?;
    let signature = rsa::pkcs1v15::Signature::try_from(certificate.signature.raw_bytes()).ok()?;
    let message = certificate.tbs_certificate.to_der().ok()?;
    Some(VerifyingKey::<Sha256>::new(public).verify(&message, &signature).is_ok())
}

/// Whether authorities in a file have signed certificates.
fn verify(process: &mut Process<'_>, words: &[String]) -> Result<Answer<String>, Suspend> {
    let options = ok!(Options::read("verify", words, &["CAfile"], &[]));
    let trusted = match options.value("CAfile") {
        Some(path) => ok!(read(process, path)?),
        None => String::new(),
    };
    let authorities: Vec<Certificate> = blocks(&trusted).iter().filter_map(|der| Certificate::from_der(der).ok()).collect();
    let now = u64::try_from(process.unix_nanos()?.div_euclid(1_000_000_000)).unwrap_or(0);
    let (mut out, mut failed) = (String::new(), false);
    for path in &options.operands {
        let found = block(&ok!(read(process, path)?), "CERTIFICATE").and_then(|der| Certificate::from_der(&der).ok());
        let Some(found) = found else { return Ok(problem(format!("Could not read certificate from {path}\nUnable to load certificate"))) };
        let body = &found.tbs_certificate;
        let issuer = authorities.iter().find(|authority| authority.tbs_certificate.subject == body.issuer);
        let signed = match issuer.map(|issuer| is_signed_by(&found, issuer)) {
            Some(None) => return Ok(absent("verify of other signatures than RSA with SHA-256")),
            Some(signed) => signed,
            None => None,
        };
        let wrong = match signed {
            Some(false) => Some((7, "certificate signature failure")),
            None if body.issuer == body.subject => Some((18, "self-signed certificate")),
            None => Some((20, "unable to get local issuer certificate")),
            Some(true) if body.validity.not_before.to_unix_duration().as_secs() > now => Some((9, "certificate is not yet valid")),
            Some(true) if body.validity.not_after.to_unix_duration().as_secs() < now => Some((10, "certificate has expired")),
            Some(true) => None,
        };
        match wrong {
            None => out.push_str(&format!("{path}: OK\n")),
            Some((number, why)) => {
                process.eprint(&format!("{}\nerror {number} at 0 depth lookup: {why}\nerror {path}: verification failed\n", shown(&body.subject)))?;
                failed = true;
            }
        }
    }
    if failed {
        process.print(&out)?;
        return Ok(Err((String::new(), 2)));
    }
    Ok(Ok(out))
}

fn sign_request(process: &mut Process<'_>, options: &Options, text: &str) -> Result<Answer<String>, Suspend> {
    let Some(asked) = block(text, "CERTIFICATE REQUEST").and_then(|der| CertReq::from_der(&der).ok()) else { return Ok(problem("Unable to load X509 request")) };
    let (Some(authority), Some(key)) = (options.value("CA"), options.value("CAkey")) else { return Ok(absent("x509 -req without -CA and -CAkey")) };
    let authority = ok!(read(process, authority)?);
    let key = ok!(key_of(&ok!(read(process, key)?)));
    let Some(authority) = block(&authority, "CERTIFICATE").and_then(|der| Certificate::from_der(&der).ok()) else { return Ok(problem("Could not find certificate from the file of -CA")) };
    let (now, serial) = (process.unix_nanos()?.div_euclid(1_000_000_000), process.random_bits()?);
    let days = options.value("days").and_then(|days| days.parse().ok()).unwrap_or(30);
    process.eprint(&format!("Certificate request self-signature ok\nsubject={}\n", shown(&asked.info.subject)))?;
    let terms = Terms { subject: asked.info.subject, public: asked.info.public_key, issuer: authority.tbs_certificate.subject, key: &key, names: None, own: false, from: now, days, serial };
    let text = ok!(certificate(terms).map(|der| pem("CERTIFICATE", &der)).or_else(|error| problem(error.to_string())));
    write(process, options.value("out"), text, 0o644)
}
