//! `openssl s_client`: a TLS connection to look at: the server's certificates, and whether they are believed.
//!
//! Simplified: TLS 1.3 with the usual cipher; no session tickets; what the server would accept of a client is not told. Behind the
//! handshake, requests in HTTP that are typed or piped in are answered, and nothing else.

use std::ops::ControlFlow;
use std::sync::Arc;

use der::{Decode as _, Encode as _};
use podarium_machine::{self as machine, CertificateProblem, HttpRequest, NetError, Process, RequestReader, Suspend, Trust, problem_of, write_response};
use rsa::pkcs8::DecodePublicKey as _;
use rsa::traits::PublicKeyParts as _;
use x509_cert::Certificate;

use super::text::date;
use super::{Answer, Options, absent, problem, read, shown};

/// What of the handshake does not depend on the certificates: bytes that a server with a key of RSA or on P-256 sends, and
/// that a client sends.
const READ_RSA: usize = 551;
const READ_EC: usize = 366;
const WRITTEN: usize = 377;
/// What the client has sent when the server answers something else, and how much it reads of that.
const WRITTEN_IN_VAIN: usize = 297;
const EACH_CERTIFICATE: usize = 5;

/// How a certificate is found wanting: the number, the depth, the words.
type Fault = (i32, usize, &'static str);

pub(super) fn main(process: &mut Process<'_>, words: &[String]) -> Result<Answer<String>, Suspend> {
    let options = ok!(Options::read(
        "s_client",
        words,
        &["connect", "CAfile", "servername", "verify_hostname", "host", "port"],
        &["showcerts", "brief", "verify_return_error", "tls1_3", "noservername", "quiet", "ign_eof"],
    ));
    let target = match (options.value("connect").or(options.operands.first().map(String::as_str)), options.value("host")) {
        (Some(target), _) => target.to_owned(),
        (None, host) => format!("{}:{}", host.unwrap_or("localhost"), options.value("port").unwrap_or("4433")),
    };
    let (host, port) = target.rsplit_once(':').unwrap_or((&target, "4433"));
    let Ok(port) = port.parse::<u16>() else { return Ok(problem("s_client: -connect argument or target parameter malformed or ambiguous\ns_client: Use -help for summary.")) };
    let trusted = match options.value("CAfile") {
        Some(path) => ok!(read(process, path)?),
        None => String::new(),
    };
    // Only a name is told to the server, not an address.
    let name = options.value("servername").map(str::to_owned).or_else(|| host.parse::<std::net::IpAddr>().is_err().then(|| host.to_owned()));
    let name = name.filter(|_| !options.has("noservername"));
    let answered = process.http(HttpRequest::handshake(host, port, name.as_deref().unwrap_or(host)))?;
    let response = match answered {
        Ok(response) => response,
        Err(NetError::NotTls) => {
            process.print(&format!("CONNECTED(00000003)\n{}", nothing_came()))?;
            return Ok(Err(("4017EF2E817F0000:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../ssl/record/ssl3_record.c:350:\n".to_owned(), 1)));
        }
        Err(error) => return Ok(Err((not_connected(error), 1))),
    };
    let pem = String::from_utf8_lossy(&response.body).into_owned();
    let seen = machine::Certificate::read_all(pem.as_bytes());
    let chain: Vec<(Vec<u8>, Certificate)> = super::blocks(&pem).into_iter().filter_map(|der| Certificate::from_der(&der).ok().map(|found| (der, found))).collect();
    if response.status != 200 || chain.is_empty() {
        return Ok(absent(&format!("s_client to {target}: its certificates are not known")));
    }
    let now = process.unix_nanos()?.div_euclid(1_000_000_000);
    let faults = faults(&seen, &trusted, options.value("verify_hostname"), now);
    if name.is_none() {
        process.eprint("Can't use SSL_get_servername\n")?;
    }
    process.eprint(&verification(&chain, &trusted, &faults, options.has("verify_return_error")))?;
    let code = faults.last().map_or((0, "ok"), |(number, _, words)| (*number, *words));
    if options.has("brief") {
        let verified = if code.0 == 0 { "Verification: OK".to_owned() } else { format!("Verification error: {}", code.1) };
        process.eprint(&format!("CONNECTION ESTABLISHED\nProtocol version: TLSv1.3\nCiphersuite: TLS_AES_256_GCM_SHA384\nPeer certificate: {}\nHash used: SHA256\nSignature type: {}\n{verified}\nServer Temp Key: X25519, 253 bits\n", shown(&chain[0].1.tbs_certificate.subject), signature_type(&chain[0].1)))?;
    } else if !options.has("quiet") {
        let refused = options.has("verify_return_error") && code.0 != 0;
        process.print(&format!("CONNECTED(00000003)\n{}", told(&chain, name.as_deref(), options.has("showcerts"), code, refused)))?;
    }
    if options.has("verify_return_error") && code.0 != 0 {
        return Ok(Err(("4017EF2E817F0000:error:0A000086:SSL routines:tls_post_process_server_certificate:certificate verify failed:../ssl/statem/statem_clnt.c:1889:\n".to_owned(), 1)));
    }
    converse(process, host, port)
}

/// Passes on what is typed, as requests, until there is no more.
fn converse(process: &mut Process<'_>, host: &str, port: u16) -> Result<Answer<String>, Suspend> {
    let words = process.repeat(RequestReader::default(), |process, reader: &mut RequestReader| {
        let typed = process.read(0)?.unwrap_or_default();
        if typed.is_empty() || typed.starts_with(b"Q\n") {
            return Ok(ControlFlow::Break("DONE\n"));
        }
        // Empty lines before a request mean nothing.
        let begins = if typed.iter().all(u8::is_ascii_whitespace) { Vec::new() } else { typed };
        reader.push(&begins);
        let request = match reader.next_request() {
            Ok(Some(request)) => request,
            Ok(None) => return Ok(ControlFlow::Continue(())),
            Err(_) => return Ok(ControlFlow::Break("closed\n")),
        };
        let (method, closes) = (request.method.clone(), reader.wants_close());
        let url = format!("https://{host}:{port}{}", request.path());
        let path = if request.url.starts_with('/') { format!("https://{host}:{port}{}", request.url) } else { url };
        let answered = process.http(HttpRequest { url: path, trust: Trust::Anything, ..request })?;
        let Ok(response) = answered else { return Ok(ControlFlow::Break("closed\n")) };
        process.write_stdout(&write_response(&response, &method, false))?;
        Ok(if closes { ControlFlow::Break("closed\n") } else { ControlFlow::Continue(()) })
    })?;
    process.eprint(words)?;
    Ok(Ok(String::new()))
}

fn not_connected(error: NetError) -> String {
    let id = "4017EF2E817F0000";
    let by_system = |number: u32, words: &str, code: u32| {
        format!("{id}:error:80{number:06X}:system library:BIO_connect:{words}:../crypto/bio/bio_sock2.c:117:calling connect()\n{id}:error:10000067:BIO routines:BIO_connect:connect error:../crypto/bio/bio_sock2.c:119:\nconnect:errno={code}\n")
    };
    match error {
        NetError::ConnectionRefused => by_system(0x6f, "Connection refused", 111),
        NetError::TimedOut => by_system(0x6e, "Connection timed out", 110),
        NetError::NetworkUnreachable => by_system(0x65, "Network is unreachable", 101),
        NetError::UnknownHost => format!("{id}:error:10080002:BIO routines:BIO_lookup_ex:system lib:../crypto/bio/bio_addr.c:746:Name or service not known\nconnect:errno=0\n"),
        error => format!("{error}\n"),
    }
}

/// What openssl has against a chain, in the order in which it says so.
fn faults(chain: &[machine::Certificate], trusted: &str, name: Option<&str>, now: i64) -> Vec<Fault> {
    let trust = Trust::Authorities(Arc::new(trusted.as_bytes().to_vec()));
    // The name is looked at only if it is asked for.
    let found = problem_of(chain, &trust, name.unwrap_or("\0"), now).filter(|problem| name.is_some() || *problem != CertificateProblem::WrongName);
    let last = chain.len() - 1;
    match found {
        None => Vec::new(),
        Some(CertificateProblem::SelfSigned) => vec![(18, 0, "self-signed certificate")],
        Some(CertificateProblem::SelfSignedInChain) => vec![(19, last, "self-signed certificate in certificate chain")],
        Some(CertificateProblem::UnknownIssuer) if last == 0 => vec![(20, 0, "unable to get local issuer certificate"), (21, 0, "unable to verify the first certificate")],
        Some(CertificateProblem::UnknownIssuer) => vec![(20, last, "unable to get local issuer certificate")],
        Some(CertificateProblem::Expired) => vec![(10, 0, "certificate has expired")],
        Some(CertificateProblem::NotYetValid) => vec![(9, 0, "certificate is not yet valid")],
        Some(CertificateProblem::WrongName) => vec![(62, 0, "hostname mismatch")],
    }
}

/// The lines about each certificate on the way from the root.
fn verification(chain: &[(Vec<u8>, Certificate)], trusted: &str, faults: &[Fault], stops: bool) -> String {
    let mut names: Vec<String> = chain.iter().map(|(_, one)| shown(&one.tbs_certificate.subject)).collect();
    let (_, last) = &chain[chain.len() - 1];
    let issuer = shown(&last.tbs_certificate.issuer);
    let is_known = super::blocks(trusted).iter().filter_map(|der| Certificate::from_der(der).ok()).any(|root| shown(&root.tbs_certificate.subject) == issuer);
    if issuer != names[names.len() - 1] && is_known {
        names.push(issuer);
    }
    let mut out = String::new();
    for (number, depth, words) in faults {
        out.push_str(&format!("depth={depth} {}\nverify error:num={number}:{words}\n", names[*depth]));
        if stops {
            return out;
        }
        if matches!(number, 9 | 10) {
            let validity = &chain[*depth].1.tbs_certificate.validity;
            let line = if *number == 10 { format!("notAfter={}", date(&validity.not_after)) } else { format!("notBefore={}", date(&validity.not_before)) };
            out.push_str(&format!("{line}\nverify return:1\ndepth={depth} {}\n{line}\nverify return:1\n", names[*depth]));
            return out;
        }
        out.push_str("verify return:1\n");
    }
    let top = faults.first().map_or(names.len() - 1, |(_, depth, _)| *depth);
    for depth in (0..=top).rev() {
        out.push_str(&format!("depth={depth} {}\nverify return:1\n", names[depth]));
    }
    out
}

/// Bits of a key, and whether it is one of RSA.
fn key(certificate: &Certificate) -> (usize, bool) {
    let der = certificate.tbs_certificate.subject_public_key_info.to_der().unwrap_or_default();
    match rsa::RsaPublicKey::from_public_key_der(&der) {
        Ok(key) => (key.n().bits(), true),
        Err(_) => (256, false),
    }
}

fn signature_type(certificate: &Certificate) -> &'static str {
    if key(certificate).1 { "RSA-PSS" } else { "ECDSA" }
}

fn told(chain: &[(Vec<u8>, Certificate)], name: Option<&str>, all: bool, code: (i32, &str), refused: bool) -> String {
    let mut out = "---\nCertificate chain\n".to_owned();
    let own = &chain[0].1;
    let pem = |der: &[u8]| super::pem("CERTIFICATE", der);
    for (place, (der, one)) in chain.iter().enumerate() {
        let body = &one.tbs_certificate;
        let ((bits, is_rsa), sigalg) = (key(one), one.signature_algorithm.oid.to_string());
        let sigalg = match sigalg.as_str() {
            "1.2.840.113549.1.1.11" => "RSA-SHA256",
            "1.2.840.113549.1.1.12" => "RSA-SHA384",
            "1.2.840.113549.1.1.13" => "RSA-SHA512",
            "1.2.840.10045.4.3.2" => "ecdsa-with-SHA256",
            "1.2.840.10045.4.3.3" => "ecdsa-with-SHA384",
            other => other,
        };
        let kind = if is_rsa { "rsaEncryption" } else { "id-ecPublicKey" };
        out.push_str(&format!(
            "{place:2} s:{}\n   i:{}\n   a:PKEY: {kind}, {bits} (bit); sigalg: {sigalg}\n   v:NotBefore: {}; NotAfter: {}\n",
            shown(&body.subject), shown(&body.issuer), date(&body.validity.not_before), date(&body.validity.not_after),
        ));
        if all {
            out.push_str(&pem(der));
        }
    }
    let (bits, is_rsa) = key(own);
    out.push_str("---\n");
    if refused {
        out.push_str("no peer certificate available\n---\nNo client certificate CA names sent\nServer Temp Key: X25519, 253 bits\n---\n");
    } else {
        // Shown before already, it is not shown again.
        let own_pem = if all { String::new() } else { pem(&chain[0].0) };
        let (subject, issuer) = (shown(&own.tbs_certificate.subject), shown(&own.tbs_certificate.issuer));
        out.push_str(&format!("Server certificate\n{own_pem}subject={subject}\nissuer={issuer}\n---\nNo client certificate CA names sent\nPeer signing digest: SHA256\nPeer signature type: {}\nServer Temp Key: X25519, 253 bits\n---\n", signature_type(own)));
    }
    let sizes: usize = chain.iter().map(|(der, _)| der.len() + EACH_CERTIFICATE).sum();
    let written = WRITTEN + name.map_or(0, |name| name.len() + 9);
    let verified = if code.0 == 0 { "Verification: OK".to_owned() } else { format!("Verification error: {}", code.1) };
    let public = if refused { String::new() } else { format!("Server public key is {bits} bit\n") };
    out.push_str(&format!(
        "SSL handshake has read {} bytes and written {written} bytes\n{verified}\n---\nNew, TLSv1.3, Cipher is TLS_AES_256_GCM_SHA384\n{public}Secure Renegotiation IS NOT supported\nCompression: NONE\nExpansion: NONE\nNo ALPN negotiated\nEarly data was not sent\nVerify return code: {} ({})\n---\n",
        sizes + if is_rsa { READ_RSA } else { READ_EC }, code.0, code.1,
    ));
    out
}

fn nothing_came() -> String {
    format!("---\nno peer certificate available\n---\nNo client certificate CA names sent\n---\nSSL handshake has read 5 bytes and written {WRITTEN_IN_VAIN} bytes\nVerification: OK\n---\nNew, (NONE), Cipher is (NONE)\nSecure Renegotiation IS NOT supported\nCompression: NONE\nExpansion: NONE\nNo ALPN negotiated\nEarly data was not sent\nVerify return code: 0 (ok)\n---\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain(pem: &str) -> Vec<(Vec<u8>, Certificate)> {
        super::super::blocks(pem).into_iter().filter_map(|der| Certificate::from_der(&der).ok().map(|found| (der, found))).collect()
    }

    /// Recorded from OpenSSL 3.0 of Debian, with `s_server`.
    #[test]
    fn what_is_told_is_what_openssl_tells() {
        let files = include_str!("recorded/s_client.pem");
        let (both, own) = (chain(files), chain(files)[..1].to_vec());
        let seen: Vec<machine::Certificate> = machine::Certificate::read_all(files.as_bytes());
        let authority = super::super::pem("CERTIFICATE", &both[1].0);
        let now = seen[0].not_before + 3600;
        for (shown_chain, trusted, name, all, out, errors) in [
            (&both, "", None, false, include_str!("recorded/s_client-chain.out"), include_str!("recorded/s_client-chain.err")),
            (&both, authority.as_str(), Some("shop.example"), false, include_str!("recorded/s_client-trusted.out"), include_str!("recorded/s_client-trusted.err")),
            (&own, "", None, true, include_str!("recorded/s_client-leaf.out"), include_str!("recorded/s_client-leaf.err")),
        ] {
            let faults = faults(&seen[..shown_chain.len()], trusted, None, now);
            let code = faults.last().map_or((0, "ok"), |(number, _, words)| (*number, *words));
            assert_eq!(format!("CONNECTED(00000003)\n{}", told(shown_chain, name, all, code, false)), out);
            let said = if name.is_none() { "Can't use SSL_get_servername\n" } else { "" };
            assert_eq!(format!("{said}{}DONE\n", verification(shown_chain, trusted, &faults, false)), errors);
        }
    }
}
