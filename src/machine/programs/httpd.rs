//! `httpd` of busybox: serves the files of a directory, and runs the programs below `/cgi-bin/`, one after the other. Its
//! configuration file is not simulated.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use percent_encoding::percent_decode_str;

use super::arguments::{self, Options};
use super::clock::Clock;
use crate::{HttpRequest, HttpResponse, Process, Spawn, Suspend};

/// Content types by the ends of names.
const TYPES: &[(&str, &str)] = &[
    ("txt", "text/plain"),
    ("h", "text/plain"),
    ("c", "text/plain"),
    ("cc", "text/plain"),
    ("cpp", "text/plain"),
    ("htm", "text/html"),
    ("html", "text/html"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("gif", "image/gif"),
    ("png", "image/png"),
    ("svg", "image/svg+xml"),
    ("css", "text/css"),
    ("js", "application/javascript"),
    ("wav", "audio/wav"),
    ("avi", "video/x-msvideo"),
];

pub(super) fn main(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let options = Options::new("fvip:h:", &[]).lacking(&["i", "c", "u", "r", "e", "d", "m"]);
    let arguments = match arguments::read(process, &options)? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    if let Some(home) = arguments.value('h')
        && let Err(error) = process.set_cwd(home)?
    {
        process.eprint(&format!("httpd: can't change directory to '{home}': {error}\n"))?;
        return Ok(1);
    }
    let address = arguments.value('p').unwrap_or("80");
    let Ok(port) = address.rsplit(':').next().unwrap_or_default().parse::<u16>() else {
        process.eprint(&format!("httpd: bad port '{address}'\n"))?;
        return Ok(1);
    };
    if !arguments.has('f') {
        // It goes into the background, with the directory that it is in.
        let verbose = if arguments.has('v') { "-fv" } else { "-f" };
        let child = Spawn { group: crate::Group::Own, ..Spawn::new(&["httpd", verbose, "-p", address]) };
        return Ok(i32::from(process.spawn(child)?.is_err()));
    }
    if process.listen(port)?.is_err() {
        process.eprint("httpd: bind: Address already in use\n")?;
        return Ok(1);
    }
    let verbose = arguments.has('v');
    process.repeat((), |process, ()| {
        let (id, request) = process.accept(port)?;
        let response = answer(process, &request)?;
        if verbose {
            let from = if request.from.is_empty() { "127.0.0.1" } else { request.from.as_str() };
            process.eprint(&format!("[::ffff:{from}]: response:{}\n", response.status))?;
        }
        process.respond(id, response)?;
        Ok(ControlFlow::Continue(()))
    })
}

fn failed(status: u16, clock: Clock) -> HttpResponse {
    let (name, why) = match status {
        404 => ("Not Found", "The requested URL was not found"),
        403 => ("Forbidden", ""),
        400 => ("Bad Request", "Unsupported method"),
        _ => ("Not Implemented", "The requested method is not recognized"),
    };
    let body = format!("<HTML><HEAD><TITLE>{status} {name}</TITLE></HEAD>\n<BODY><H1>{status} {name}</H1>\n{why}\n</BODY></HTML>\n");
    headed(HttpResponse::new(status, body.into_bytes()), clock).with_header("Content-type", "text/html")
}

fn headed(response: HttpResponse, clock: Clock) -> HttpResponse {
    let date = clock.format(clock.now, "%a, %d %b %Y %H:%M:%S GMT");
    response.with_header("Date", &date).with_header("Connection", "close")
}

/// Runs a program that makes the answer: headers, an empty line, the body.
fn run_program(process: &mut Process<'_>, request: &HttpRequest, name: &str, info: &str, clock: Clock) -> Result<HttpResponse, Suspend> {
    let mut env: BTreeMap<String, String> = process.all_env().into_iter().collect();
    let script = format!("/cgi-bin/{name}");
    let query = request.path().split_once('?').map_or("", |(_, query)| query).to_owned();
    let (address, port) = request.from.rsplit_once(':').unwrap_or((&request.from, "0"));
    for (name, value) in [
        ("GATEWAY_INTERFACE", "CGI/1.1"), ("PATH_INFO", info), ("QUERY_STRING", &query), ("REMOTE_ADDR", &format!("[::ffff:{address}]")), ("REMOTE_PORT", port),
        ("REQUEST_METHOD", &request.method), ("REQUEST_URI", request.path()), ("SCRIPT_NAME", &script), ("SERVER_PROTOCOL", "HTTP/1.1"), ("SERVER_SOFTWARE", "busybox httpd/1.36.1"),
    ] {
        env.insert(name.to_owned(), value.to_owned());
    }
    for (name, value) in request.headers.iter().filter(|(name, _)| !name.to_lowercase().starts_with("content-")) {
        env.insert(format!("HTTP_{}", name.to_uppercase().replace('-', "_")), value.clone());
    }
    if !request.body.is_empty() {
        env.insert("CONTENT_LENGTH".to_owned(), request.body.len().to_string());
        env.insert("CONTENT_TYPE".to_owned(), request.header_value("content-type").unwrap_or_default().to_owned());
    }
    let ((input, to_child), (from_child, output)) = (process.pipe()?, process.pipe()?);
    let folder = format!("{}/cgi-bin", process.cwd()?.trim_end_matches('/'));
    let spawn = Spawn { env: Some(env.into()), cwd: Some(folder), ..Spawn::new(&[format!("./{name}")]).fd(0, input).fd(1, output) };
    let child = process.spawn(spawn)?;
    process.close(input)?;
    process.close(output)?;
    let _ = process.write(to_child, &request.body)?;
    process.close(to_child)?;
    let out = process.read_to_end(from_child)?;
    process.close(from_child)?;
    match child {
        Ok(child) => drop(process.wait(child)?),
        Err(_) => return Ok(failed(404, clock)),
    }
    let text = String::from_utf8_lossy(&out).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").or_else(|| text.split_once("\n\n")).unwrap_or((&text, ""));
    let mut response = HttpResponse::new(200, body.as_bytes().to_vec());
    for (name, value) in head.lines().filter_map(|line| line.split_once(':')) {
        match name.eq_ignore_ascii_case("status") {
            true => response.status = value.split_whitespace().next().and_then(|status| status.parse().ok()).unwrap_or(200),
            false => response = response.with_header(name, value.trim()),
        }
    }
    Ok(response)
}

fn answer(process: &mut Process<'_>, request: &HttpRequest) -> Result<HttpResponse, Suspend> {
    let clock = Clock::read(process)?;
    let target = request.path().split(['?', '#']).next().unwrap_or_default().to_owned();
    let decoded = percent_decode_str(&target).decode_utf8_lossy().into_owned();
    let path = crate::walk::normalize(&decoded);
    if let Some(below) = path.strip_prefix("/cgi-bin").filter(|below| below.is_empty() || below.starts_with('/')) {
        let (name, info) = below.trim_start_matches('/').split_once('/').map_or((below.trim_start_matches('/'), String::new()), |(name, info)| (name, format!("/{info}")));
        if name.is_empty() {
            return Ok(failed(403, clock));
        }
        let found = process.stat(&format!("./cgi-bin/{name}"))?;
        return match found.is_ok_and(|found| !found.is_dir() && found.is_executable()) {
            true => run_program(process, request, name, &info, clock),
            false => Ok(failed(404, clock)),
        };
    }
    match request.method.as_str() {
        "GET" | "HEAD" => {}
        _ => return Ok(failed(501, clock)),
    }
    let mut file = format!(".{path}");
    if process.stat(&file)?.is_ok_and(|found| found.is_dir()) {
        if !target.ends_with('/') {
            return Ok(headed(HttpResponse::new(302, Vec::new()), clock).with_header("Location", &format!("{target}/")));
        }
        file = format!("{}/index.html", file.trim_end_matches('/'));
    }
    let (Ok(bytes), Ok(found)) = (process.read_file(&file)?, process.stat(&file)?) else { return Ok(failed(404, clock)) };
    let length = bytes.len().to_string();
    let body = if request.method == "HEAD" { Vec::new() } else { bytes };
    let ending = file.rsplit('/').next().and_then(|name| name.rsplit_once('.')).map(|(_, ending)| ending);
    let mut response = headed(HttpResponse::new(200, body), clock);
    if let Some((_, kind)) = TYPES.iter().find(|(known, _)| Some(*known) == ending) {
        response = response.with_header("Content-type", kind);
    }
    let modified = clock.format(found.modified, "%a, %d %b %Y %H:%M:%S GMT");
    Ok(response.with_header("Accept-Ranges", "bytes").with_header("Last-Modified", &modified).with_header("Content-Length", &length))
}
