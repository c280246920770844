//! `nc -u`: datagrams to one address, or from whoever sends the first.
//!
//! Models: netcat-openbsd 1.219 of Debian and busybox's networking/nc_bloaty.c (1.36) as programs that are used see them.
//! Nobody answers a datagram by itself, so both wait for more until `-w`, `-q` or Ctrl-C ends them; and `-z` tells a closed
//! port only from an open or a filtered one.

use std::ops::ControlFlow;
use std::time::Duration;

use super::arguments::Arguments;
use super::netcat::service;
use crate::{ExchangeId, HttpRequest, NetError, Process, Ready, Source, StreamItem, Suspend};

/// How many seconds OpenBSD's goes on sending its test after the first.
const TEST_SECONDS: u64 = 3;

/// What is sent, and what comes back.
pub(super) fn talk(process: &mut Process<'_>, arguments: &Arguments, host: &str, address: &str, port: u16) -> Result<i32, Suspend> {
    let opened = process.http_open(HttpRequest::datagrams(address, port))?;
    let Ok(stream) = opened else { return Ok(1) };
    let status = match process.is_busybox() {
        true => {
            let tested = arguments.has('z');
            if tested && !test(process, stream.id, Duration::from_secs(1), 1)? {
                if arguments.count('v') > 1 {
                    process.eprint(&format!("nc: {host} ({address}:{port}): {}\n", NetError::ConnectionRefused))?;
                }
                1
            } else {
                if arguments.has('v') {
                    process.eprint(&format!("{host} ({address}:{port}) open\n"))?;
                }
                if tested { 0 } else { exchange(process, arguments, stream.id)? }
            }
        }
        false => {
            let seconds = wait_of(arguments).map_or(TEST_SECONDS, |wait| wait.as_secs().max(1));
            // Only who wants to be told looks whether anybody is there.
            if arguments.has('v') && !test(process, stream.id, Duration::from_secs(1), seconds)? {
                1
            } else {
                if arguments.has('v') {
                    let named = if host == address { host.to_owned() } else { format!("{host} ({address})") };
                    process.eprint(&format!("Connection to {named} {port} port [udp/{}] succeeded!\n", service(port, true)))?;
                }
                if arguments.has('z') { 0 } else { exchange(process, arguments, stream.id)? }
            }
        }
    };
    process.http_close(stream.id)?;
    Ok(status)
}

fn wait_of(arguments: &Arguments) -> Option<Duration> {
    arguments.value('w').and_then(|text| text.parse::<u64>().ok()).map(Duration::from_secs)
}

/// Sends a byte now and then and looks whether the other host says that nobody listens.
fn test(process: &mut Process<'_>, stream: ExchangeId, pause: Duration, times: u64) -> Result<bool, Suspend> {
    process.http_write(stream, b"X")?;
    process.repeat(0, |process, done: &mut u64| {
        if *done > 0 || !process.is_busybox() {
            process.http_write(stream, b"X")?;
        }
        match process.poll(&[Source::Stream(stream)], Some(pause))? {
            // Whatever is there is no refusal, unless it is one.
            Ready::Source(_) => match process.http_next(stream, None)? {
                StreamItem::Failed(_) => return Ok(ControlFlow::Break(false)),
                item => {
                    if let StreamItem::Chunk(bytes) = item {
                        process.write_stdout(&bytes)?;
                    }
                }
            },
            Ready::TimedOut => {}
        }
        *done += 1;
        if *done < times {
            return Ok(ControlFlow::Continue(()));
        }
        process.http_write(stream, b"X")?;
        Ok(ControlFlow::Break(true))
    })
}

/// Sends what is read, line by line as it comes, and shows what comes back.
fn exchange(process: &mut Process<'_>, arguments: &Arguments, stream: ExchangeId) -> Result<i32, Suspend> {
    let busybox = process.is_busybox();
    let (wait, quits) = (wait_of(arguments), quits_after(arguments));
    process.repeat((true, 2u8), |process, (reads, patience): &mut (bool, u8)| {
        let sources = [Source::Readable(0), Source::Stream(stream)];
        let sources = if *reads { &sources[..] } else { &sources[1..] };
        let limit = if *reads { wait } else { quits.or(wait) };
        match process.poll(sources, limit)? {
            Ready::TimedOut => {
                // busybox tries twice, and not while there may be more to send.
                *patience -= u8::from(!*reads);
                let ends = if busybox { *patience == 0 } else { true };
                return Ok(if ends { ControlFlow::Break(0) } else { ControlFlow::Continue(()) });
            }
            Ready::Source(0) if *reads => {
                let typed = process.read(0)?.unwrap_or_default();
                *reads = !typed.is_empty();
                if *reads {
                    process.http_write(stream, &typed)?;
                } else if quits == Some(Duration::ZERO) {
                    return Ok(ControlFlow::Break(0));
                }
                return Ok(ControlFlow::Continue(()));
            }
            Ready::Source(_) => {}
        }
        Ok(match process.http_next(stream, None)? {
            StreamItem::Chunk(bytes) => {
                process.write_stdout(&bytes)?;
                ControlFlow::Continue(())
            }
            StreamItem::Failed(error) if busybox => {
                process.eprint(&format!("nc: read: {error}\n"))?;
                ControlFlow::Break(1)
            }
            _ => ControlFlow::Break(0),
        })
    })
}

/// How long after the end of its input it ends, if it was told.
fn quits_after(arguments: &Arguments) -> Option<Duration> {
    let seconds = arguments.value('q').and_then(|text| text.parse::<i64>().ok());
    let seconds = seconds.or(arguments.has('N').then_some(0))?;
    u64::try_from(seconds).ok().map(Duration::from_secs)
}

/// Waits for somebody's first datagram and talks with them alone; with OpenBSD's `-k`, shows what everybody sends.
pub(super) fn listen(process: &mut Process<'_>, arguments: &Arguments, port: u16) -> Result<i32, Suspend> {
    let busybox = process.is_busybox();
    if let Err(error) = process.listen_datagrams(port)? {
        process.eprint(&format!("nc: {}{error}\n", if busybox { "bind: " } else { "" }))?;
        return Ok(1);
    }
    if arguments.has('v') {
        let shown = if busybox { format!("listening on 0.0.0.0:{port} ...\n") } else { format!("Bound on 0.0.0.0 {port}\n") };
        process.eprint(&shown)?;
    }
    let wait = wait_of(arguments);
    if let Some(limit) = wait.filter(|_| !busybox)
        && process.poll(&[Source::Datagram(port)], Some(limit))? == Ready::TimedOut
    {
        return Ok(1);
    }
    let keeps = arguments.has('k') && !busybox;
    let (client, from, bytes) = process.receive(port)?;
    process.write_stdout(&bytes)?;
    if !keeps {
        process.receive_only_from(port, client)?;
        if arguments.has('v') {
            let (ip, number) = from.rsplit_once(':').unwrap_or((&from, "0"));
            let shown = if busybox { format!("connect to 0.0.0.0:{port} from {ip} ({ip}:{number})\n") } else { format!("Connection received on {ip} {number}\n") };
            process.eprint(&shown)?;
        }
    }
    process.repeat(!keeps, |process, reads: &mut bool| {
        let sources = [Source::Datagram(port), Source::Readable(0)];
        let sources = if *reads { &sources[..] } else { &sources[..1] };
        match process.poll(sources, wait)? {
            Ready::TimedOut => return Ok(ControlFlow::Break(0)),
            Ready::Source(1) => {
                let typed = process.read(0)?.unwrap_or_default();
                *reads = !typed.is_empty();
                if *reads {
                    process.reply(client, &typed)?;
                }
                return Ok(ControlFlow::Continue(()));
            }
            Ready::Source(_) => {}
        }
        let (_, _, bytes) = process.receive(port)?;
        process.write_stdout(&bytes)?;
        Ok(ControlFlow::Continue(()))
    })
}
