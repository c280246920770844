//! `python3 -m http.server`: serves the files of a directory. Python itself is not simulated.

use std::ops::ControlFlow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::arguments;
use super::clock::Clock;
use crate::{HttpRequest, HttpResponse, Process, Suspend};

const VERSION: &str = "3.13.5";

/// What `python3 -m http.server` was told.
struct Server {
    port: u16,
    directory: String,
}

fn read(words: &[String]) -> Result<Server, String> {
    let mut server = Server { port: 8000, directory: ".".to_owned() };
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "-d" | "--directory" => words.next().map_or("", String::as_str).clone_into(&mut server.directory),
            "-b" | "--bind" => {
                let address = words.next().map_or("", String::as_str);
                if address != "0.0.0.0" {
                    return Err(format!("python3 -m http.server --bind {address}"));
                }
            }
            port => server.port = port.parse().map_err(|_| format!("python3 -m http.server {port}"))?,
        }
    }
    Ok(server)
}

pub(super) fn main(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let words = process.args();
    let unbuffered = words.iter().any(|word| word == "-u") || process.env("PYTHONUNBUFFERED").is_some_and(|value| !value.is_empty());
    let rest: Vec<String> = words.into_iter().skip(1).filter(|word| word != "-u").collect();
    match rest.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["--version" | "-V"] => {
            process.print(&format!("Python {VERSION}\n"))?;
            Ok(0)
        }
        ["-m", "http.server", ..] => match read(&rest[2..]) {
            Ok(server) => serve(process, &server, unbuffered),
            Err(what) => arguments::not_simulated(process, &what),
        },
        _ => {
            process.eprint("podarium: not simulated: python3 (only python3 -m http.server is)\n")?;
            Ok(127)
        }
    }
}

fn serve(process: &mut Process<'_>, server: &Server, unbuffered: bool) -> Result<i32, Suspend> {
    let port = server.port;
    if process.listen(port)?.is_err() {
        process.eprint("OSError: [Errno 98] Address already in use\n")?;
        return Ok(1);
    }
    // What is printed to something that is no terminal stays in Python's buffer: the log does not show it.
    if process.is_tty(1) || unbuffered {
        process.print(&format!("Serving HTTP on 0.0.0.0 port {port} (http://0.0.0.0:{port}/) ...\n"))?;
    }
    process.set_memory(18 << 20)?;
    process.repeat((), |process, ()| {
        let (id, request) = process.accept(port)?;
        let clock = Clock::read(process)?;
        let (response, problem) = answer(process, server, &request, clock)?;
        let from = if request.from.is_empty() { "127.0.0.1" } else { request.from.as_str() };
        let stamp = clock.format(clock.now, "%d/%b/%Y %H:%M:%S");
        if let Some(problem) = problem {
            process.eprint(&format!("{from} - - [{stamp}] code {}, message {problem}\n", response.status))?;
        }
        process.eprint(&format!("{from} - - [{stamp}] \"{} {} HTTP/1.1\" {} -\n", request.method, request.path(), response.status))?;
        process.respond(id, response)?;
        Ok(ControlFlow::Continue(()))
    })
}

/// The answer, and what the log says is wrong.
fn answer(process: &mut Process<'_>, server: &Server, request: &HttpRequest, clock: Clock) -> Result<(HttpResponse, Option<String>), Suspend> {
    let date = clock.format(clock.now, "%a, %d %b %Y %H:%M:%S GMT");
    let respond = |status: u16, body: Vec<u8>| {
        let head = HttpResponse::new(status, body).with_header("Server", &format!("SimpleHTTP/0.6 Python/{VERSION}"));
        head.with_header("Date", &date)
    };
    let fail = |status: u16, message: String, explanation: &str| {
        let body = error_page(status, &message, explanation).into_bytes();
        let length = body.len().to_string();
        let body = if request.method == "HEAD" { Vec::new() } else { body };
        let response = respond(status, body).with_header("Connection", "close").with_header("Content-Type", "text/html;charset=utf-8");
        (response.with_header("Content-Length", &length), Some(message))
    };
    if !matches!(request.method.as_str(), "GET" | "HEAD") {
        let message = format!("Unsupported method ('{}')", request.method);
        return Ok(fail(501, message, "Server does not support this operation"));
    }
    let target = request.path().split(['?', '#']).next().unwrap_or_default();
    let path = crate::walk::normalize(&decode(target));
    let full = format!("{}{path}", server.directory);
    let missing = || fail(404, "File not found".to_owned(), "Nothing matches the given URI");
    let mut file = full.clone();
    let Ok(mut found) = process.stat(&full)? else { return Ok(missing()) };
    if found.is_dir() {
        if !target.ends_with('/') {
            return Ok((respond(301, Vec::new()).with_header("Location", &format!("{target}/")).with_header("Content-Length", "0"), None));
        }
        let mut index = None;
        for name in ["index.html", "index.htm"] {
            let candidate = format!("{full}/{name}");
            if index.is_none() && let Ok(there) = process.stat(&candidate)? {
                index = Some((candidate, there));
            }
        }
        match index {
            Some(there) => (file, found) = there,
            None => {
                let Ok(names) = process.read_dir(&full)? else {
                    return Ok(fail(404, "No permission to list directory".to_owned(), "Nothing matches the given URI"));
                };
                let body = listing(process, &full, target, names)?;
                let length = body.len().to_string();
                let body = if request.method == "HEAD" { Vec::new() } else { body.into_bytes() };
                return Ok((respond(200, body).with_header("Content-type", "text/html; charset=utf-8").with_header("Content-Length", &length), None));
            }
        }
    } else if target.ends_with('/') {
        return Ok(missing());
    }
    let Ok(bytes) = process.read_file(&file)? else { return Ok(missing()) };
    let length = bytes.len().to_string();
    let body = if request.method == "HEAD" { Vec::new() } else { bytes };
    let modified = clock.format(found.modified, "%a, %d %b %Y %H:%M:%S GMT");
    let response = respond(200, body).with_header("Content-type", kind(&file)).with_header("Content-Length", &length);
    Ok((response.with_header("Last-Modified", &modified), None))
}

fn listing(process: &mut Process<'_>, directory: &str, shown: &str, mut names: Vec<String>) -> Result<String, Suspend> {
    names.sort_by_key(|name| name.to_lowercase());
    let title = format!("Directory listing for {}", escape(&decode(shown)));
    let mut out = format!(
        "<!DOCTYPE HTML>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>{title}</title>\n</head>\n<body>\n<h1>{title}</h1>\n<hr>\n<ul>\n"
    );
    for name in names {
        let path = format!("{directory}/{name}");
        let (mut link, mut label) = (name.clone(), name.clone());
        if process.stat(&path)?.is_ok_and(|found| found.is_dir()) {
            link.push('/');
            label.push('/');
        }
        if process.lstat(&path)?.is_ok_and(|found| found.target.is_some()) {
            label = format!("{name}@");
        }
        out.push_str(&format!("<li><a href=\"{}\">{}</a></li>\n", encode(&link), escape(&label)));
    }
    Ok(out + "</ul>\n<hr>\n</body>\n</html>\n")
}

fn error_page(status: u16, message: &str, explanation: &str) -> String {
    format!(
        "<!DOCTYPE HTML>\n<html lang=\"en\">\n    <head>\n        <meta charset=\"utf-8\">\n        <title>Error response</title>\n    </head>\n    <body>\n        <h1>Error response</h1>\n        <p>Error code: {status}</p>\n        <p>Message: {message}.</p>\n        <p>Error code explanation: {status} - {explanation}.</p>\n    </body>\n</html>\n"
    )
}

fn kind(path: &str) -> &'static str {
    match path.rsplit('/').next().and_then(|name| name.rsplit_once('.')).map(|(_, ending)| ending.to_ascii_lowercase()).as_deref() {
        Some("html" | "htm") => "text/html",
        Some("txt" | "c" | "h" | "bat" | "pl") => "text/plain",
        Some("css") => "text/css",
        Some("csv") => "text/csv",
        Some("py") => "text/x-python",
        Some("xml") => "text/xml",
        Some("js" | "mjs") => "text/javascript",
        Some("json") => "application/json",
        Some("md") => "text/markdown",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("gif") => "image/gif",
        Some("ico") => "image/vnd.microsoft.icon",
        Some("pdf") => "application/pdf",
        Some("sh") => "application/x-sh",
        Some("tar") => "application/x-tar",
        Some("zip") => "application/zip",
        Some("gz" | "tgz") => "application/gzip",
        Some("wasm") => "application/wasm",
        _ => "application/octet-stream",
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// `%20` for a blank.
fn encode(text: &str) -> String {
    const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'_').remove(b'.').remove(b'-').remove(b'~').remove(b'/');
    utf8_percent_encode(text, ESCAPED).to_string()
}

fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}
