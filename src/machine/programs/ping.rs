//! `ping`: whether a host answers, and how long that takes in virtual time.

use std::ops::ControlFlow;
use std::time::Duration;

use super::arguments::{self, Options};
use super::names::{addresses, reason};
use crate::{HttpRequest, Process, Suspend};

/// What was sent and what came back.
#[derive(Clone, Default)]
struct Tally {
    sent: u64,
    /// Round trips in milliseconds.
    trips: Vec<f64>,
}

pub(super) fn main(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let options = Options::new("c:i:W:w:qn4s:", &[]).lacking(&["f", "I", "t", "6", "R", "a", "A", "D", "O"]).wrong_use(2);
    let arguments = match arguments::read(process, &options)? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    let Some(host) = arguments.operands.first() else {
        process.eprint("ping: usage error: Destination address required\n")?;
        return Ok(1);
    };
    let busybox = process.is_busybox();
    let address = match addresses(process, host)? {
        Ok((list, _)) => list[0],
        Err(answer) => {
            let problem = if busybox { format!("bad address '{host}'") } else { format!("{host}: {}", reason(&answer)) };
            process.eprint(&format!("ping: {problem}\n"))?;
            return Ok(if busybox { 1 } else { 2 });
        }
    };
    let number = |letter: char| arguments.value(letter).and_then(|text| text.parse::<f64>().ok());
    let count = number('c').map(|count| count as u64);
    let seconds = |letter: char, usual: f64| Duration::try_from_secs_f64(number(letter).unwrap_or(usual)).unwrap_or(Duration::from_secs(1));
    let (interval, patience) = (seconds('i', 1.0), seconds('W', 10.0));
    let size = number('s').unwrap_or(56.0) as u64;
    let head = match busybox {
        true => format!("PING {host} ({address}): {size} data bytes\n"),
        false => format!("PING {host} ({address}) {size}({}) bytes of data.\n", size + 28),
    };
    process.print(&head)?;
    let (start, deadline) = (process.now()?, number('w'));
    let quiet = arguments.has('q');
    let tally = process.repeat(Tally::default(), |process, tally: &mut Tally| {
        let sent_at = process.now()?;
        tally.sent += 1;
        let request = HttpRequest { timeout: Some(patience.min(interval.max(Duration::from_secs(1)))), ..HttpRequest::ping(&address.to_string()) };
        if let Ok(answer) = process.http(request)? {
            let ttl = answer.status;
            let millis = process.now()?.since(sent_at).as_secs_f64() * 1000.0;
            tally.trips.push(millis);
            let line = match busybox {
                true => format!("{} bytes from {address}: seq={} ttl={ttl} time={millis:.3} ms\n", size + 8, tally.sent - 1),
                false => format!("{} bytes from {address}: icmp_seq={} ttl={ttl} time={} ms\n", size + 8, tally.sent, three_digits(millis)),
            };
            if !quiet {
                process.print(&line)?;
            }
        }
        let now = process.now()?;
        let is_over = count.is_some_and(|count| tally.sent >= count) || deadline.is_some_and(|seconds| now.since(start).as_secs_f64() >= seconds);
        if is_over {
            return Ok(ControlFlow::Break(tally.clone()));
        }
        process.sleep(interval.saturating_sub(now.since(sent_at)))?;
        Ok(ControlFlow::Continue(()))
    })?;
    let took = process.now()?.since(start).as_millis();
    process.print(&summary(&tally, host, took, busybox))?;
    Ok(i32::from(tally.trips.is_empty()))
}

/// `0.045`, `1.23`, `12.3`, `123`
fn three_digits(millis: f64) -> String {
    match millis {
        small if small < 1.0 => format!("{small:.3}"),
        small if small < 10.0 => format!("{small:.2}"),
        small if small < 100.0 => format!("{small:.1}"),
        large => format!("{large:.0}"),
    }
}

fn summary(tally: &Tally, host: &str, took: u128, busybox: bool) -> String {
    let received = tally.trips.len() as u64;
    let loss = (tally.sent - received) * 100 / tally.sent.max(1);
    let mut out = match busybox {
        true => format!("\n--- {host} ping statistics ---\n{} packets transmitted, {received} packets received, {loss}% packet loss\n", tally.sent),
        false => format!("\n--- {host} ping statistics ---\n{} packets transmitted, {received} received, {loss}% packet loss, time {took}ms\n", tally.sent),
    };
    if received > 0 {
        let (least, most) = (tally.trips.iter().copied().fold(f64::INFINITY, f64::min), tally.trips.iter().copied().fold(0.0, f64::max));
        let mean = tally.trips.iter().sum::<f64>() / received as f64;
        let spread = (tally.trips.iter().map(|trip| (trip - mean).powi(2)).sum::<f64>() / received as f64).sqrt();
        match busybox {
            true => out.push_str(&format!("round-trip min/avg/max = {least:.3}/{mean:.3}/{most:.3} ms\n")),
            false => out.push_str(&format!("rtt min/avg/max/mdev = {least:.3}/{mean:.3}/{most:.3}/{spread:.3} ms\n")),
        }
    } else if !busybox {
        out.push('\n');
    }
    out
}
