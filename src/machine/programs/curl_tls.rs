//! What `curl -v` tells of a TLS connection: the handshake, and the server's certificate.
//!
//! Simplified: the lines about each message of the handshake and about sessions are left out.

use jiff::Timestamp;

use crate::{Certificate, HttpRequest, NetError, Process, Suspend, Trust, problem_of};

/// Shakes hands and tells of it. Nothing, if that fails: the request finds out, too.
pub(super) fn tell(process: &mut Process<'_>, host: &str, port: u16, trust: &Trust) -> Result<(), Suspend> {
    let Ok(response) = process.http(HttpRequest::handshake(host, port, host))? else { return Ok(()) };
    let chain = Certificate::read_all(&response.body);
    let Some(own) = chain.first().filter(|_| response.status == 200) else { return Ok(()) };
    let now = process.unix_nanos()?.div_euclid(1_000_000_000);
    let problem = problem_of(&chain, trust, host, now);
    if let Some(problem) = problem.filter(|_| *trust != Trust::Anything) {
        return process.eprint(&format!("* SSL certificate problem: {}\n", NetError::Certificate(problem)));
    }
    let date = |seconds: i64| Timestamp::from_second(seconds).unwrap_or_default().strftime("%b %e %H:%M:%S %Y GMT").to_string();
    let name = |shown: &str| shown.replace(" = ", "=").replace(", ", "; ");
    let matched = match own.names.iter().find(|name| name.eq_ignore_ascii_case(host)).or_else(|| own.names.iter().find(|_| own.is_for(host))) {
        Some(_) if *trust == Trust::Anything => String::new(),
        Some(_) if host.parse::<std::net::IpAddr>().is_ok() => format!("*  subjectAltName: host \"{host}\" matched cert's IP address!\n"),
        Some(name) => format!("*  subjectAltName: host \"{host}\" matched cert's \"{name}\"\n"),
        None => String::new(),
    };
    // What it would have had against the certificate, had it been asked to look.
    let believed = match trust {
        Trust::Anything => problem_of(&chain, &Trust::WellKnown, host, now),
        _ => None,
    };
    let verified = match believed.map(|problem| (NetError::Certificate(problem), chain.len())) {
        None => "*  SSL certificate verify ok.\n".to_owned(),
        Some((error, length)) => {
            let number = match error.to_string().as_str() {
                "self-signed certificate" => 18,
                "self-signed certificate in certificate chain" => 19,
                "certificate has expired" => 10,
                "certificate is not yet valid" => 9,
                _ if length == 1 => 21,
                _ => 20,
            };
            let words = if number == 21 { "unable to verify the first certificate".to_owned() } else { error.to_string() };
            format!("*  SSL certificate verify result: {words} ({number}), continuing anyway.\n")
        }
    };
    process.eprint(&format!(
        "* SSL connection using TLSv1.3 / TLS_AES_256_GCM_SHA384\n* Server certificate:\n*  subject: {}\n*  start date: {}\n*  expire date: {}\n{matched}*  issuer: {}\n{verified}",
        name(&own.subject), date(own.not_before), date(own.not_after), name(&own.issuer),
    ))
}
