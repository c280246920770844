//! `nc`, as netcat-openbsd (and, on a busybox machine, busybox) has it: whether a port is open, and HTTP typed by hand.
//! Connections that speak something else are not simulated, and it says so.

use std::time::Duration;

use super::arguments::{self, Arguments, Options};
use super::names::{addresses, reason};
use crate::{HttpRequest, HttpResponse, NetError, Process, Suspend};

pub(super) fn main(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let options = Options::new("zvlkp:w:nN46q:", &[]).lacking(&["u", "e", "U", "x", "X", "i", "s", "c"]);
    let arguments = match arguments::read(process, &options)? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    if arguments.has('l') {
        return listen(process, &arguments);
    }
    let [host, ports @ ..] = arguments.operands.as_slice() else {
        process.eprint("usage: nc [-46klNnvz] [-p port] [-w timeout] [destination] [port]\n")?;
        return Ok(1);
    };
    let [ports] = ports else {
        process.eprint("nc: missing port number\n")?;
        return Ok(1);
    };
    let range = match ports.split_once('-') {
        Some((first, last)) => first.parse::<u16>().ok().zip(last.parse::<u16>().ok()),
        None => ports.parse::<u16>().ok().map(|port| (port, port)),
    };
    let Some((first, last)) = range else {
        process.eprint(&format!("nc: port number invalid: {ports}\n"))?;
        return Ok(1);
    };
    let address = match addresses(process, host)? {
        Ok((list, _)) => list[0].to_string(),
        Err(answer) => {
            let problem = match process.is_busybox() {
                true => format!("nc: bad address '{host}'\n"),
                false => format!("nc: getaddrinfo for host \"{host}\" port {first}: {}\n", reason(&answer)),
            };
            process.eprint(&problem)?;
            return Ok(1);
        }
    };
    let limit = arguments.value('w').and_then(|text| text.parse::<u64>().ok()).map(Duration::from_secs);
    if arguments.has('z') {
        let mut status = 1;
        for port in first..=last {
            let request = HttpRequest { timeout: limit, ..HttpRequest::connect(host, port) };
            let result = process.http(request)?.map(|_| ());
            report(process, &arguments, host, &address, port, result)?;
            if result.is_ok() {
                status = 0;
            }
        }
        return Ok(status);
    }
    talk(process, &arguments, host, &address, first, limit)
}

fn report(process: &mut Process<'_>, arguments: &Arguments, host: &str, address: &str, port: u16, result: Result<(), NetError>) -> Result<(), Suspend> {
    if process.is_busybox() {
        return match result {
            Ok(()) if arguments.has('v') => process.eprint(&format!("{host} ({address}:{port}) open\n")),
            Ok(()) => Ok(()),
            Err(NetError::TimedOut) => process.eprint(&format!("nc: {host} ({address}:{port}): Connection timed out\n")),
            Err(error) if arguments.has('v') => process.eprint(&format!("nc: {host} ({address}:{port}): {error}\n")),
            Err(_) => Ok(()),
        };
    }
    if !arguments.has('v') {
        return Ok(());
    }
    let named = if host == address { host.to_owned() } else { format!("{host} ({address})") };
    let service = match port {
        22 => "ssh",
        53 => "domain",
        80 => "http",
        443 => "https",
        3306 => "mysql",
        5432 => "postgresql",
        6379 => "redis",
        8080 => "http-alt",
        _ => "*",
    };
    match result {
        Ok(()) => process.eprint(&format!("Connection to {named} {port} port [tcp/{service}] succeeded!\n")),
        Err(NetError::TimedOut) => process.eprint(&format!("nc: connect to {named} port {port} (tcp) timed out: Operation now in progress\n")),
        Err(error) => process.eprint(&format!("nc: connect to {named} port {port} (tcp) failed: {error}\n")),
    }
}

/// Sends a request that was typed by hand and shows the answer as it stands on the wire.
fn talk(process: &mut Process<'_>, arguments: &Arguments, host: &str, address: &str, port: u16, limit: Option<Duration>) -> Result<i32, Suspend> {
    let asked = process.http(HttpRequest { timeout: limit, ..HttpRequest::connect(host, port) })?;
    report(process, arguments, host, address, port, asked.as_ref().map(|_| ()).map_err(|error| *error))?;
    if asked.is_err() {
        return Ok(1);
    }
    let text = match process.is_tty(0) {
        true => typed_head(process)?,
        false => String::from_utf8_lossy(&process.read_stdin_to_end()?).into_owned(),
    };
    if text.trim().is_empty() {
        return Ok(0);
    }
    let Some(mut request) = parse_request(&text, host, port) else {
        return arguments::not_simulated(process, "nc with anything but HTTP");
    };
    request.timeout = limit;
    match process.http(request)? {
        Ok(response) => process.write_stdout(&on_the_wire(&response))?,
        Err(_) => return Ok(1),
    }
    Ok(0)
}

/// The lines up to the empty one that ends a request's head.
fn typed_head(process: &mut Process<'_>) -> Result<String, Suspend> {
    process.repeat(String::new(), |process, text: &mut String| {
        let line = process.read_line()?.unwrap_or_default();
        text.push_str(&line);
        Ok(match line.trim().is_empty() {
            true => std::ops::ControlFlow::Break(text.clone()),
            false => std::ops::ControlFlow::Continue(()),
        })
    })
}

fn parse_request(text: &str, host: &str, port: u16) -> Option<HttpRequest> {
    let text = text.replace("\r\n", "\n");
    let (head, body) = text.split_once("\n\n").unwrap_or((text.trim_end(), ""));
    let mut lines = head.lines();
    let mut words = lines.next()?.split_whitespace();
    let (method, path, version) = (words.next()?, words.next()?, words.next()?);
    if !version.starts_with("HTTP/") || !path.starts_with('/') {
        return None;
    }
    let mut request = HttpRequest::new(method, format!("http://{host}:{port}{path}")).body(body);
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        request = request.header(name.trim(), value.trim());
    }
    Some(request)
}

fn parse_response(text: &str) -> Option<HttpResponse> {
    let text = text.replace("\r\n", "\n");
    let (head, body) = text.split_once("\n\n").unwrap_or((text.as_str(), ""));
    let mut lines = head.lines();
    let mut words = lines.next()?.split_whitespace();
    let status = words.next().filter(|version| version.starts_with("HTTP/")).and(words.next())?.parse().ok()?;
    let mut response = HttpResponse::new(status, body);
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        response = response.with_header(name.trim(), value.trim());
    }
    Some(response)
}

fn on_the_wire(response: &HttpResponse) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {} {}\r\n", response.status, super::curl::reason(response.status));
    for (name, value) in &response.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    [head.as_bytes(), b"\r\n", &response.body].concat()
}

/// Answers one request with what stands on standard input, and shows it.
fn listen(process: &mut Process<'_>, arguments: &Arguments) -> Result<i32, Suspend> {
    let port = arguments.value('p').or(arguments.operands.last().map(String::as_str)).and_then(|text| text.parse::<u16>().ok());
    let Some(port) = port else {
        process.eprint("nc: missing port number\n")?;
        return Ok(1);
    };
    if let Err(error) = process.listen(port)? {
        process.eprint(&format!("nc: {error}\n"))?;
        return Ok(1);
    }
    if arguments.has('v') {
        process.eprint(&format!("Listening on 0.0.0.0 {port}\n"))?;
    }
    let answer = if process.is_tty(0) { Vec::new() } else { process.read_stdin_to_end()? };
    let keep = arguments.has('k');
    process.repeat((), |process, ()| {
        let (id, request) = process.accept(port)?;
        if arguments.has('v') {
            process.eprint(&format!("Connection received on {} 40000\n", request.from))?;
        }
        let mut text = format!("{} {} HTTP/1.1\r\n", request.method, request.path());
        for (name, value) in &request.headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        process.print(&format!("{text}\r\n{}", String::from_utf8_lossy(&request.body)))?;
        match parse_response(&String::from_utf8_lossy(&answer)) {
            Some(response) => process.respond(id, response)?,
            None => process.reset(id)?,
        }
        Ok(if keep { std::ops::ControlFlow::Continue(()) } else { std::ops::ControlFlow::Break(0) })
    })
}
