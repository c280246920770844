//! `nc`, as netcat-openbsd (and, on a busybox machine, busybox) has it: whether a port is open, and a connection to one or
//! from somebody, with what is typed and what comes back.

use std::ops::ControlFlow;
use std::time::Duration;

use super::arguments::{self, Arguments, Options};
use super::names::{addresses, reason};
use super::netcat_udp;
use crate::{HttpRequest, NetError, Process, Ready, Source, StreamItem, Suspend};

pub(super) fn main(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let options = Options::new("zvlkup:w:nN46q:", &[]).lacking(&["e", "U", "x", "X", "i", "s", "c"]);
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
    if arguments.has('u') {
        return process.repeat((first, 1), |process, (port, status): &mut (u16, i32)| {
            // One that answers is enough.
            *status *= netcat_udp::talk(process, &arguments, host, &address, *port)?;
            *port = port.wrapping_add(1);
            Ok(if *port > last || *port == 0 { ControlFlow::Break(*status) } else { ControlFlow::Continue(()) })
        });
    }
    if arguments.has('z') {
        let mut status = 1;
        for port in first..=last {
            let request = HttpRequest { timeout: limit, ..HttpRequest::connect(host, port) };
            let result = process.http_open(request)?;
            if let Ok(stream) = &result {
                process.http_close(stream.id)?;
            }
            let result = result.map(|_| ());
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
    let service = service(port, false);
    match result {
        Ok(()) => process.eprint(&format!("Connection to {named} {port} port [tcp/{service}] succeeded!\n")),
        Err(NetError::TimedOut) => process.eprint(&format!("nc: connect to {named} port {port} (tcp) timed out: Operation now in progress\n")),
        Err(error) => process.eprint(&format!("nc: connect to {named} port {port} (tcp) failed: {error}\n")),
    }
}

/// What `/etc/services` calls a port.
pub(super) fn service(port: u16, udp: bool) -> &'static str {
    match port {
        53 => "domain",
        123 if udp => "ntp",
        161 if udp => "snmp",
        443 => "https",
        514 if udp => "syslog",
        _ if udp => "*",
        22 => "ssh",
        80 => "http",
        3306 => "mysql",
        5432 => "postgresql",
        6379 => "redis",
        8080 => "http-alt",
        _ => "*",
    }
}

/// Connects, and passes on what is typed and what comes back until the other side closes the connection.
fn talk(process: &mut Process<'_>, arguments: &Arguments, host: &str, address: &str, port: u16, limit: Option<Duration>) -> Result<i32, Suspend> {
    let opened = process.http_open(HttpRequest { timeout: limit, ..HttpRequest::connect(host, port) })?;
    report(process, arguments, host, address, port, opened.as_ref().map(|_| ()).map_err(|error| *error))?;
    let Ok(stream) = opened else { return Ok(1) };
    // BusyBox tells the other side that standard input has ended; OpenBSD's does so only if it is asked to.
    let shuts_down = process.is_busybox() || arguments.has('N') || arguments.has('q');
    let end = process.repeat(true, |process, reads: &mut bool| {
        let sources = [Source::Readable(0), Source::Stream(stream.id)];
        let sources = if *reads { &sources[..] } else { &sources[1..] };
        match process.poll(sources, limit)? {
            Ready::TimedOut => return Ok(ControlFlow::Break(1)),
            Ready::Source(0) if *reads => {
                let typed = process.read(0)?.unwrap_or_default();
                *reads = !typed.is_empty();
                if *reads || shuts_down {
                    process.http_write(stream.id, &typed)?;
                }
                return Ok(ControlFlow::Continue(()));
            }
            Ready::Source(_) => {}
        }
        Ok(match process.http_next(stream.id, None)? {
            StreamItem::Chunk(bytes) => {
                process.write_stdout(&bytes)?;
                ControlFlow::Continue(())
            }
            StreamItem::End => ControlFlow::Break(0),
            StreamItem::TimedOut | StreamItem::Failed(_) => ControlFlow::Break(1),
        })
    })?;
    process.http_close(stream.id)?;
    Ok(end)
}

/// Accepts a connection (with `-k`, one after the other) and does the same with it.
fn listen(process: &mut Process<'_>, arguments: &Arguments) -> Result<i32, Suspend> {
    let port = arguments.value('p').or(arguments.operands.last().map(String::as_str)).and_then(|text| text.parse::<u16>().ok());
    let Some(port) = port else {
        process.eprint("nc: missing port number\n")?;
        return Ok(1);
    };
    if arguments.has('u') {
        return netcat_udp::listen(process, arguments, port);
    }
    if let Err(error) = process.listen_stream(port)? {
        process.eprint(&format!("nc: {}{error}\n", if process.is_busybox() { "bind: " } else { "" }))?;
        return Ok(1);
    }
    if arguments.has('v') {
        let shown = if process.is_busybox() { format!("listening on 0.0.0.0:{port} ...\n") } else { format!("Listening on 0.0.0.0 {port}\n") };
        process.eprint(&shown)?;
    }
    let (keep, shuts_down) = (arguments.has('k'), process.is_busybox() || arguments.has('N') || arguments.has('q'));
    process.repeat(true, |process, reads: &mut bool| {
        let (id, from) = process.accept_stream(port)?;
        if !keep {
            process.stop_listening(port)?;
        }
        if arguments.has('v') {
            let shown = match process.is_busybox() {
                true => format!("connect to 0.0.0.0:{port} from {from} ({from}:40000)\n"),
                false => format!("Connection received on {from} 40000\n"),
            };
            process.eprint(&shown)?;
        }
        let begins = *reads;
        *reads = process.repeat(begins, |process, reads: &mut bool| {
            let sources = [Source::Received(id), Source::Readable(0)];
            let sources = if *reads { &sources[..] } else { &sources[..1] };
            if process.poll(sources, None)? == Ready::Source(1) {
                let typed = process.read(0)?.unwrap_or_default();
                *reads = !typed.is_empty();
                match typed.is_empty() {
                    true if shuts_down => process.stream_end(id)?,
                    true => {}
                    false => process.stream_write(id, &typed)?,
                }
                return Ok(ControlFlow::Continue(()));
            }
            let bytes = process.stream_read(id)?;
            if bytes.is_empty() {
                return Ok(ControlFlow::Break(*reads));
            }
            process.write_stdout(&bytes)?;
            Ok(ControlFlow::Continue(()))
        })?;
        process.stream_close(id)?;
        Ok(if keep { ControlFlow::Continue(()) } else { ControlFlow::Break(0) })
    })
}
