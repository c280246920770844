//! Several logs followed at once: lines of each as they come, and never half of one.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/logs/logs.go (parallelConsumeRequest), v1.36.
//! Simplified: nothing.

use std::ops::ControlFlow;
use std::time::Duration;

use podarium_machine::{ExchangeId, HttpRequest, Process, Ready, Source, StreamItem, Suspend};
use podarium_sim::Time;

use crate::client::server_error;
use crate::failure::{Failure, Outcome};
use crate::kubectl::Kubectl;
use crate::watch::left_until;

/// A log that is not there yet is asked for again after this.
const RETRY: Duration = Duration::from_secs(1);

/// One of the logs.
#[derive(Clone)]
pub struct Log {
    pub request: HttpRequest,
    /// `[pod/web/nginx] `, or nothing.
    pub prefix: String,
}

#[derive(Clone)]
enum State {
    Asking { next: Time },
    Reading { stream: ExchangeId, rest: Vec<u8> },
    Ended,
}

/// What a log that breaks is to the others.
#[derive(Clone, Copy)]
pub struct Rules {
    pub ignore_errors: bool,
    /// Until when a log that is not there yet is waited for.
    pub deadline: Time,
}

/// Shows all of them until the last has ended or one has failed.
pub fn follow(kubectl: &mut Kubectl<'_, '_>, logs: &[Log], rules: Rules) -> Outcome<()> {
    let now = kubectl.process.now()?;
    let states = vec![State::Asking { next: now }; logs.len()];
    let failed = kubectl.process.repeat(states, |process, states: &mut Vec<State>| {
        for (log, state) in logs.iter().zip(states.iter_mut()) {
            if let State::Asking { next } = *state
                && next <= process.now()?
                && let Some(why) = ask(process, log, state, rules)?
            {
                return Ok(ControlFlow::Break(Some(why)));
            }
        }
        let (mut sources, mut reading, mut retry) = (Vec::new(), Vec::new(), None);
        for (index, state) in states.iter().enumerate() {
            match state {
                State::Asking { next } => retry = Some(retry.map_or(*next, |earlier: Time| earlier.min(*next))),
                State::Reading { stream, .. } => {
                    sources.push(Source::Stream(*stream));
                    reading.push(index);
                }
                State::Ended => {}
            }
        }
        if sources.is_empty() && retry.is_none() {
            return Ok(ControlFlow::Break(None));
        }
        let patience = match retry {
            Some(retry) => Some(left_until(retry, process.now()?)),
            None => None,
        };
        if let Ready::Source(ready) = process.poll(&sources, patience)?
            && let Some(why) = read(process, &logs[reading[ready]], &mut states[reading[ready]])?
        {
            return Ok(ControlFlow::Break(Some(why)));
        }
        Ok(ControlFlow::Continue(()))
    })?;
    failed.map_or(Ok(()), |why| Err(Failure::Message(why).into()))
}

/// Asks for a log; what ends all of them comes back.
fn ask(process: &mut Process<'_>, log: &Log, state: &mut State, rules: Rules) -> Result<Option<String>, Suspend> {
    let why = match process.http_open(log.request.clone())? {
        Ok(stream) if stream.status < 400 => {
            *state = State::Reading { stream: stream.id, rest: Vec::new() };
            return Ok(None);
        }
        Ok(stream) => {
            let mut body = Vec::new();
            while let StreamItem::Chunk(bytes) = process.http_next(stream.id, None)? {
                body.extend(bytes);
            }
            server_error(stream.status, &body).to_string()
        }
        Err(error) => return Ok(Some(error.to_string())),
    };
    if rules.ignore_errors {
        *state = State::Ended;
        return process.print(&format!("error: {why}\n")).map(|()| None);
    }
    process.eprint(&format!("{why}\n"))?;
    let next = process.now()? + RETRY;
    *state = State::Asking { next };
    Ok((next >= rules.deadline).then(|| "context deadline exceeded".to_owned()))
}

/// Shows what has come of a log; what ends all of them comes back.
fn read(process: &mut Process<'_>, log: &Log, state: &mut State) -> Result<Option<String>, Suspend> {
    let State::Reading { stream, rest } = state else { return Ok(None) };
    let item = process.http_next(*stream, None)?;
    let ended = !matches!(item, StreamItem::Chunk(_));
    if let StreamItem::Chunk(bytes) = &item {
        rest.extend(bytes);
    }
    let lines = whole_lines(rest, &log.prefix, ended);
    if ended {
        *state = State::Ended;
    }
    if !lines.is_empty() {
        process.write_stdout(&lines)?;
    }
    Ok(matches!(item, StreamItem::Failed(_)).then(|| "unexpected EOF".to_owned()))
}

/// Takes the lines that are complete, or all that is left, with the prefix before each.
pub fn whole_lines(rest: &mut Vec<u8>, prefix: &str, all: bool) -> Vec<u8> {
    let whole = if all { rest.len() } else { rest.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1) };
    let lines: Vec<u8> = rest.drain(..whole).collect();
    lines.split_inclusive(|byte| *byte == b'\n').flat_map(|line| prefix.bytes().chain(line.iter().copied())).collect()
}
