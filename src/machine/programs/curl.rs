//! `curl`: asks an HTTP server.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;

use super::arguments::{self, Arguments, Options};
use super::cookies::Jar;
use super::curl_tls;
use super::lines::read_all;
use crate::wire::reason;
use crate::{CertificateProblem, HttpRequest, HttpStream, NetError, Process, StreamItem, Suspend, Trust};

const OPTIONS: Options = Options::new("sSfLkivIX:H:d:o:Om:w:A:u:NC:BE:J:b:c:", &[
    ("silent", 's'),
    ("show-error", 'S'),
    ("fail", 'f'),
    ("location", 'L'),
    ("insecure", 'k'),
    ("include", 'i'),
    ("verbose", 'v'),
    ("head", 'I'),
    ("request", 'X'),
    ("header", 'H'),
    ("data", 'd'),
    ("data-raw", 'd'),
    ("data-binary", 'd'),
    ("output", 'o'),
    ("remote-name", 'O'),
    ("max-time", 'm'),
    ("connect-timeout", 'C'),
    ("write-out", 'w'),
    ("user-agent", 'A'),
    ("no-buffer", 'N'),
    ("cacert", 'E'),
    ("user", 'u'),
    ("json", 'J'),
    ("cookie", 'b'),
    ("cookie-jar", 'c'),
])
.lacking(&["F", "T", "x", "e", "G", "resolve", "retry", "cert", "key", "form", "proxy", "http2"])
.wrong_use(2);

/// What curl adds when it does not believe a certificate.
const UNBELIEVED: &str = "\
More details here: https://curl.se/docs/sslcerts.html

curl failed to verify the legitimacy of the server and therefore could not
establish a secure connection to it. To learn more about this situation and
how to fix it, please visit the webpage mentioned above.";

/// The status and message of a transfer that failed.
fn failure(error: NetError, url: &str) -> (i32, String) {
    let (host, port) = host_and_port(url);
    match error {
        NetError::UnknownHost => (6, format!("Could not resolve host: {host}")),
        NetError::ConnectionRefused => {
            (7, format!("Failed to connect to {host} port {port} after 0 ms: Could not connect to server"))
        }
        NetError::NetworkUnreachable => {
            (7, format!("Failed to connect to {host} port {port} after 0 ms: Network is unreachable"))
        }
        NetError::ConnectionReset => (56, "Recv failure: Connection reset by peer".to_owned()),
        NetError::TimedOut => (28, "Operation timed out".to_owned()),
        NetError::Certificate(CertificateProblem::WrongName) => {
            let kind = if host.parse::<std::net::IpAddr>().is_ok() { "ipv4 address" } else { "host name" };
            (60, format!("SSL: no alternative certificate subject name matches target {kind} '{host}'\n{UNBELIEVED}"))
        }
        NetError::Certificate(_) => (60, format!("SSL certificate problem: {error}\n{UNBELIEVED}")),
        NetError::NotTls => (35, "OpenSSL/3.0.17: error:0A00010B:SSL routines::wrong version number".to_owned()),
        NetError::EmptyReply => (52, "Empty reply from server".to_owned()),
        NetError::NotHttp => (1, "Received HTTP/0.9 when not allowed".to_owned()),
        NetError::BadUrl => (3, "URL using bad/illegal format or missing URL".to_owned()),
    }
}

pub(super) fn host_and_port(url: &str) -> (String, String) {
    let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let authority = authority.rsplit('@').next().unwrap_or_default();
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => (host.to_owned(), port.to_owned()),
        _ => (authority.to_owned(), if scheme == "https" { "443" } else { "80" }.to_owned()),
    }
}

/// Where an answer from `url` sends a client on to.
pub(super) fn redirected(url: &str, location: &str) -> String {
    if location.contains("://") {
        return location.to_owned();
    }
    let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
    let (host, port) = host_and_port(url);
    let here = rest.split(['?', '#']).next().unwrap_or_default();
    let folder = here.find('/').map_or("/", |at| &here[at..=here.rfind('/').unwrap_or(at)]);
    let whole = if location.starts_with('/') { location.to_owned() } else { format!("{folder}{location}") };
    let (path, query) = whole.split_at(whole.find(['?', '#']).unwrap_or(whole.len()));
    let is_folder = matches!(path.rsplit('/').next(), Some("" | "." | ".."));
    let path = crate::walk::normalize(path);
    let slash = if is_folder && path != "/" { "/" } else { "" };
    format!("{scheme}://{host}:{port}{path}{slash}{query}")
}

pub(super) fn curl(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let arguments = match arguments::read(process, &OPTIONS)? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    if arguments.operands.is_empty() {
        process.eprint("curl: (2) no URL specified\ncurl: try 'curl --help' or 'curl --manual' for more information\n")?;
        return Ok(2);
    }
    let user = match arguments.value('u') {
        None => None,
        Some(user) if user.contains(':') => Some(user.to_owned()),
        Some(user) => Some(format!("{user}:{}", password(process, user)?)),
    };
    let trust = match (arguments.has('k'), arguments.value('E')) {
        (true, _) => Trust::Anything,
        (false, None) => Trust::WellKnown,
        (false, Some(path)) => match process.read_file(path)? {
            Ok(pem) => Trust::Authorities(Arc::new(pem)),
            Err(_) => {
                process.eprint(&format!("curl: (77) error setting certificate file: {path}\n"))?;
                return Ok(77);
            }
        },
    };
    let mut status = 0;
    let sources: Vec<String> = arguments.values('b').map(str::to_owned).collect();
    let mut jar = Jar::read(process, &sources)?;
    for url in &arguments.operands {
        status = transfer(process, &arguments, url, user.as_deref(), &trust, &mut jar)?;
    }
    match arguments.value('c') {
        None => {}
        Some("-") => process.print(&jar.text())?,
        Some(path) => {
            if let Ok(fd) = process.open(path, crate::OpenMode::Write)? {
                let _ = process.write(fd, jar.text().as_bytes())?;
                process.close(fd)?;
            }
        }
    }
    Ok(status)
}

/// Asks for the password of a user, which nobody sees.
fn password(process: &mut Process<'_>, user: &str) -> Result<String, Suspend> {
    process.eprint(&format!("Enter host password for user '{user}':"))?;
    if !process.is_tty(0) {
        return Ok(process.read_line()?.unwrap_or_default().trim_end_matches('\n').to_owned());
    }
    process.set_raw(true)?;
    let typed = process.repeat(String::new(), |process, typed: &mut String| {
        let bytes = process.read(0)?.unwrap_or_default();
        if bytes.is_empty() {
            return Ok(ControlFlow::Break(typed.clone()));
        }
        for byte in bytes {
            match byte {
                b'\r' | b'\n' | 4 => return Ok(ControlFlow::Break(typed.clone())),
                // Ctrl-C: a keyboard that hands over every key sends no signal.
                3 => {
                    process.set_raw(false)?;
                    return Err(process.exit_with(130));
                }
                8 | 127 => drop(typed.pop()),
                byte => typed.push(char::from(byte)),
            }
        }
        Ok(ControlFlow::Continue(()))
    })?;
    process.set_raw(false)?;
    process.eprint("\n")?;
    Ok(typed)
}

fn request(process: &mut Process<'_>, arguments: &Arguments, url: &str, user: Option<&str>, trust: &Trust, jar: &Jar) -> Result<Result<HttpRequest, String>, Suspend> {
    let mut pieces = Vec::new();
    for value in arguments.values('d').chain(arguments.values('J')).map(str::to_owned).collect::<Vec<_>>() {
        match value.strip_prefix('@') {
            None => pieces.push(value),
            Some(path) => match read_all(process, path)? {
                Ok(bytes) => pieces.push(String::from_utf8_lossy(&bytes).replace(['\n', '\r'], "")),
                Err(error) => return Ok(Err(format!("Failed to open {path}: {error}"))),
            },
        }
    }
    let has_body = !pieces.is_empty();
    let default = match (arguments.has('I'), has_body) {
        (true, _) => "HEAD",
        (false, true) => "POST",
        (false, false) => "GET",
    };
    let mut request = HttpRequest::new(arguments.value('X').unwrap_or(default), url);
    request.trust = trust.clone();
    let in_url = url.split_once("://").and_then(|(_, rest)| rest.split(['/', '?']).next()?.rsplit_once('@')).map(|(user, _)| user);
    if let Some(user) = user.or(in_url) {
        let encoded = base64::engine::general_purpose::STANDARD.encode(user);
        request = request.header("Authorization", &format!("Basic {encoded}"));
    }
    let agent = arguments.value('A').unwrap_or("curl/8.14.1");
    request = request.header("User-Agent", agent).header("Accept", "*/*");
    if let Some(cookies) = jar.header(url) {
        request = request.header("Cookie", &cookies);
    }
    let given: Vec<(&str, &str)> = arguments.values('H').filter_map(|header| header.split_once(':')).collect();
    if has_body {
        let kind = if arguments.has('J') { "application/json" } else { "application/x-www-form-urlencoded" };
        if !given.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
            request = request.header("Content-Type", kind);
        }
        request = request.body(pieces.join("&"));
    }
    for (name, value) in given {
        request.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        request = request.header(name, value.trim());
    }
    let seconds = arguments.value('m').or(arguments.value('C')).and_then(|text| text.parse::<f64>().ok());
    request.timeout = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    Ok(Ok(request))
}

fn transfer(process: &mut Process<'_>, arguments: &Arguments, url: &str, user: Option<&str>, trust: &Trust, jar: &mut Jar) -> Result<i32, Suspend> {
    let mut url = if url.contains("://") { url.to_owned() } else { format!("http://{url}") };
    let after_host = url.split_once("://").map_or("", |(_, rest)| rest);
    if !after_host.contains('/') {
        url.push('/');
    }
    let start = process.now()?;
    for _ in 0..50 {
        let request = match request(process, arguments, &url, user, trust, jar)? {
            Ok(request) => request,
            Err(problem) => {
                process.eprint(&format!("curl: (26) {problem}\n"))?;
                return Ok(26);
            }
        };
        if arguments.has('v') {
            if url.starts_with("https://") {
                let (host, port) = host_and_port(&url);
                curl_tls::tell(process, &host, port.parse().unwrap_or(443), trust)?;
            }
            process.eprint(&sent(&request))?;
        }
        let stream = match process.http_open(request)? {
            Ok(stream) => stream,
            Err(error) => {
                let (status, message) = failure(error, &url);
                let message = match error {
                    NetError::TimedOut => {
                        let waited = process.now()?.since(start).as_millis();
                        match arguments.has('m') || arguments.has('C') {
                            true => format!("Connection timed out after {waited} milliseconds"),
                            // Linux gives up before curl does.
                            false => {
                                let (host, port) = host_and_port(&url);
                                format!("Failed to connect to {host} port {port} after {waited} ms: Could not connect to server")
                            }
                        }
                    }
                    _ => message,
                };
                if !arguments.has('s') || arguments.has('S') {
                    process.eprint(&format!("curl: ({status}) {message}\n"))?;
                }
                write_out(process, arguments, None, 0, start)?;
                return Ok(status);
            }
        };
        if arguments.has('v') {
            let head = head(&stream).replace('\r', "");
            process.eprint(&head.lines().map(|line| format!("< {line}\n")).collect::<String>())?;
        }
        let set: Vec<String> = stream.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie")).map(|(_, value)| value.clone()).collect();
        if !set.is_empty() {
            let seconds = process.unix_nanos()? / 1_000_000_000;
            set.iter().for_each(|header| jar.set(&url, header, seconds));
        }
        let next = stream.header("Location").filter(|_| arguments.has('L') && (300..400).contains(&stream.status));
        let Some(next) = next.map(str::to_owned) else { return answer(process, arguments, &url, &stream, start) };
        process.http_close(stream.id)?;
        url = redirected(&url, &next);
    }
    process.eprint("curl: (47) Maximum (50) redirects followed\n")?;
    Ok(47)
}

fn sent(request: &HttpRequest) -> String {
    let (host, port) = host_and_port(&request.url);
    let rest = request.url.split_once("://").map_or("", |(_, rest)| rest);
    let path = rest.find('/').map_or("/", |at| &rest[at..]);
    let mut out = format!("> {} {path} HTTP/1.1\n> Host: {host}:{port}\n", request.method);
    for (name, value) in &request.headers {
        out.push_str(&format!("> {name}: {value}\n"));
    }
    out + "> \n"
}

fn head(stream: &HttpStream) -> String {
    let mut out = format!("HTTP/1.1 {} {}\r\n", stream.status, reason(stream.status));
    for (name, value) in &stream.headers {
        out.push_str(&format!("{name}: {value}\r\n"));
    }
    out + "\r\n"
}

fn answer(
    process: &mut Process<'_>,
    arguments: &Arguments,
    url: &str,
    stream: &HttpStream,
    start: podarium_sim::Time,
) -> Result<i32, Suspend> {
    if arguments.has('f') && stream.status >= 400 {
        if !arguments.has('s') || arguments.has('S') {
            process.eprint(&format!("curl: (22) The requested URL returned error: {}\n", stream.status))?;
        }
        write_out(process, arguments, Some(stream), 0, start)?;
        return Ok(22);
    }
    let path = match arguments.value('o') {
        Some(path) => Some(path.to_owned()),
        None if arguments.has('O') => Some(super::paths::last_name(url.split('?').next().unwrap_or(url)).to_owned()),
        None => None,
    };
    let fd = match path.as_deref() {
        None | Some("-") => 1,
        Some(path) => match process.open(path, crate::OpenMode::Write)? {
            Ok(fd) => fd,
            Err(error) => {
                process.eprint(&format!("curl: (23) Failure writing output to destination: {path}: {error}\n"))?;
                return Ok(23);
            }
        },
    };
    if arguments.has('i') || arguments.has('I') {
        let _ = process.write(fd, head(stream).as_bytes())?;
    }
    let deadline = arguments.value('m').and_then(|text| text.parse::<f64>().ok());
    let (size, status) = process.repeat(0_usize, |process, size: &mut usize| {
        let left = match deadline {
            None => None,
            Some(seconds) => Some(Duration::try_from_secs_f64(seconds).unwrap_or_default().saturating_sub(process.now()?.since(start))),
        };
        Ok(match process.http_next(stream.id, left)? {
            StreamItem::Chunk(bytes) => {
                *size += bytes.len();
                let _ = process.write(fd, &bytes)?;
                ControlFlow::Continue(())
            }
            StreamItem::End => ControlFlow::Break((*size, 0)),
            StreamItem::TimedOut => ControlFlow::Break((*size, 28)),
            StreamItem::Failed(error) => ControlFlow::Break((*size, failure(error, url).0)),
        })
    })?;
    if status != 0 && (!arguments.has('s') || arguments.has('S')) {
        let message = match status {
            28 => format!("Operation timed out after {} milliseconds with {size} bytes received", process.now()?.since(start).as_millis()),
            _ => "Recv failure: Connection reset by peer".to_owned(),
        };
        process.eprint(&format!("curl: ({status}) {message}\n"))?;
    }
    write_out(process, arguments, Some(stream), size, start)?;
    Ok(status)
}

/// `-w '%{http_code}\n'`
fn write_out(
    process: &mut Process<'_>,
    arguments: &Arguments,
    stream: Option<&HttpStream>,
    size: usize,
    start: podarium_sim::Time,
) -> Result<(), Suspend> {
    let Some(format) = arguments.value('w') else { return Ok(()) };
    let code = format!("{:03}", stream.map_or(0, |stream| stream.status));
    let took = format!("{:.6}", process.now()?.since(start).as_secs_f64());
    let text = format
        .replace("%{http_code}", &code)
        .replace("%{response_code}", &code)
        .replace("%{time_total}", &took)
        .replace("%{size_download}", &size.to_string())
        .replace("\\n", "\n")
        .replace("\\t", "\t");
    process.print(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_is_sent_on_as_seen_from_where_it_is() {
        let cases = [
            ("http://web/a/b?c", "http://other:81/x", "http://other:81/x"),
            ("http://web/a/b?c=/d", "/x/", "http://web:80/x/"),
            ("https://web/a/b", "x?y", "https://web:443/a/x?y"),
            ("http://web:8001/files/sub", "sub/", "http://web:8001/files/sub/"),
            ("http://web/a/b/", "./", "http://web:80/a/b/"),
            ("http://web/a/b", "../c.", "http://web:80/c."),
            ("http://web", "..", "http://web:80/"),
        ];
        for (url, location, next) in cases {
            assert_eq!(redirected(url, location), next, "{location} from {url}");
        }
    }
}
