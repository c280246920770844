//! `httpd` of busybox: serves the files of a directory. Its configuration file and CGI programs are not simulated.

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

fn answer(process: &mut Process<'_>, request: &HttpRequest) -> Result<HttpResponse, Suspend> {
    let clock = Clock::read(process)?;
    let target = request.path().split(['?', '#']).next().unwrap_or_default().to_owned();
    let decoded = percent_decode_str(&target).decode_utf8_lossy().into_owned();
    let path = crate::walk::normalize(&decoded);
    if path.starts_with("/cgi-bin/") {
        process.eprint("podarium: not simulated: CGI programs of httpd\n")?;
        return Ok(failed(501, clock));
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
