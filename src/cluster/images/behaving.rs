//! A process that plays a [`Behavior`]: starts up, writes its lines, serves, ends when its time has come.
//!
//! Models: nothing of Kubernetes.
//! Simplified: a command line that no behaviour is written for runs, does nothing, and says so in its log.

use std::sync::Arc;
use std::time::Duration;

use podarium_sim::Time;

use super::sleep_of;
use super::{Behavior, Ended, Image, LogLine, LogText, MainProcess, Output, ProbeAnswer, ProbeRequest, ProbeTarget, Spawned};

/// The exit code of a process that died of SIGKILL.
const KILLED: i32 = 137;

#[derive(Clone, Debug)]
pub struct Behaving {
    behavior: Arc<Behavior>,
    started: Time,
    /// When it ends, and how.
    end: Option<(Time, Ended)>,
    /// When each repeated line is written next, by its place in the behaviour.
    lines_at: Vec<(usize, Time)>,
    /// What it has to say at once.
    greeting: Vec<String>,
}

impl Behaving {
    /// The process of a container of this image.
    pub fn start(image: &Image, spawned: &Spawned) -> Self {
        let mut greeting = Vec::new();
        let behavior = if spawned.command.is_empty() {
            image.behavior.clone()
        } else {
            let line = spawned.command.join(" ");
            match image.commands.iter().find(|command| line.contains(&command.contains)) {
                Some(command) => command.behavior.clone(),
                None => match sleep_of(&spawned.command) {
                    Some(Duration::MAX) => Behavior { stops_in: None, ..Behavior::default() },
                    // `sleep` is process 1 and has no handler for SIGTERM, so only SIGKILL ends it early.
                    Some(time) => Behavior { stops_in: None, ..Behavior::exits(time, 0) },
                    None => {
                        greeting.push(format!("not simulated: the command `{line}`"));
                        Behavior::default()
                    }
                },
            }
        };
        greeting.extend(behavior.logs.iter().filter_map(|log| match log {
            LogText::Once(line) => Some(line.clone()),
            LogText::Every(..) => None,
        }));
        let lines_at = behavior.logs.iter().enumerate().filter_map(|(place, log)| match log {
            LogText::Every(period, _) => Some((place, spawned.at + *period)),
            LogText::Once(_) => None,
        });
        Behaving { started: spawned.at, end: end_of(&behavior, spawned), lines_at: lines_at.collect(), greeting, behavior: Arc::new(behavior) }
    }

    fn works(&self, now: Time) -> bool {
        now >= self.started + self.behavior.starts_in
    }

    fn is_ready(&self, now: Time) -> bool {
        now >= self.started + self.behavior.starts_in + self.behavior.ready_after
    }

    /// The rule that decides about this probe at this moment.
    fn rule(&self, request: &ProbeRequest, now: Time) -> Option<&super::ProbeRule> {
        let age = now - self.started;
        let about = |target: &ProbeTarget| match (target, request) {
            (ProbeTarget::Any, _) => true,
            (ProbeTarget::Path(path), ProbeRequest::Http { path: asked, .. }) => path == asked,
            (ProbeTarget::Exec(part), ProbeRequest::Exec { command }) => command.join(" ").contains(part),
            _ => false,
        };
        self.behavior.probes.iter().rev().find(|rule| about(&rule.target) && rule.from <= age && rule.until.is_none_or(|until| age < until))
    }

    fn http(&self, port: u16, path: &str, now: Time) -> ProbeAnswer {
        let on_port = || self.behavior.serves.iter().filter(|serves| serves.port == port);
        if on_port().next().is_none() || !self.works(now) {
            return ProbeAnswer::Refused;
        }
        if !self.is_ready(now) {
            return ProbeAnswer::Http { status: 503 };
        }
        let exact = on_port().find(|serves| serves.path.as_deref() == Some(path));
        let status = exact.or_else(|| on_port().find(|serves| serves.path.is_none())).map_or(404, |serves| serves.status);
        ProbeAnswer::Http { status }
    }
}

/// A process that needs more memory than it may have is killed as soon as it works.
fn end_of(behavior: &Behavior, spawned: &Spawned) -> Option<(Time, Ended)> {
    if spawned.memory_limit.is_some_and(|limit| behavior.memory_bytes > limit) {
        return Some((spawned.at + behavior.starts_in, Ended { code: KILLED, out_of_memory: true }));
    }
    let run = usize::try_from(spawned.attempt).unwrap_or(usize::MAX);
    let exit = behavior.exits.get(run).or(behavior.exits.last())?;
    Some((spawned.at + exit.after, Ended::code(exit.code)))
}

impl MainProcess for Behaving {
    fn next_at(&self) -> Option<Time> {
        let greets = (!self.greeting.is_empty()).then_some(self.started);
        let lines = self.lines_at.iter().map(|(_, at)| *at);
        lines.chain(self.end.map(|(at, _)| at)).chain(greets).min()
    }

    fn run(&mut self, now: Time, out: &mut Output) {
        out.lines.extend(self.greeting.drain(..).map(|line| LogLine { at: now, text: line.into() }));
        for (place, at) in &mut self.lines_at {
            let LogText::Every(period, line) = &self.behavior.logs[*place] else { continue };
            while *at <= now {
                out.lines.push(LogLine { at: *at, text: line.as_str().into() });
                *at += (*period).max(Duration::from_millis(1));
            }
        }
        out.ended = self.end.filter(|(at, _)| *at <= now).map(|(_, ended)| ended);
    }

    fn terminate(&mut self, now: Time, out: &mut Output) {
        let Some(takes) = self.behavior.stops_in else { return };
        let at = now + takes;
        if self.end.is_none_or(|(ends, _)| at < ends) {
            self.end = Some((at, Ended::code(self.behavior.stop_code)));
        }
        self.run(now, out);
    }

    fn probe(&self, request: &ProbeRequest, now: Time) -> ProbeAnswer {
        let rule = self.rule(request, now);
        match request {
            ProbeRequest::Http { port, path } => match rule {
                Some(rule) => ProbeAnswer::Http { status: if rule.healthy { 200 } else { 503 } },
                None => self.http(*port, path, now),
            },
            ProbeRequest::Tcp { port } => match rule {
                Some(rule) if !rule.healthy => ProbeAnswer::Refused,
                Some(_) => ProbeAnswer::Connected,
                None if self.works(now) && self.behavior.serves.iter().any(|serves| serves.port == *port) => ProbeAnswer::Connected,
                None => ProbeAnswer::Refused,
            },
            ProbeRequest::Exec { command } => match rule {
                Some(rule) => ProbeAnswer::Exec { code: i32::from(!rule.healthy), output: rule.output.clone() },
                None => exec(command),
            },
        }
    }

    fn memory_bytes(&self) -> u64 {
        self.behavior.memory_bytes
    }

    fn cpu_millis(&self) -> u64 {
        self.behavior.cpu_millis
    }
}

/// `true` and `false` need no program; what else there is does.
fn exec(command: &[String]) -> ProbeAnswer {
    let line = match command {
        [shell, flag, script] if shell.ends_with("sh") && flag == "-c" => script.clone(),
        words => words.join(" "),
    };
    match line.trim() {
        "true" | "/bin/true" | "exit 0" => ProbeAnswer::Exec { code: 0, output: String::new() },
        "false" | "/bin/false" | "exit 1" => ProbeAnswer::Exec { code: 1, output: String::new() },
        line => ProbeAnswer::NotSimulated(format!("not simulated: the command `{line}`")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Exit;
    use super::*;

    fn spawned(command: &[&str], attempt: u32) -> Spawned {
        let command = command.iter().map(|word| (*word).to_owned()).collect();
        Spawned { at: Time::from_secs(10), command, attempt, memory_limit: Some(20 << 20) }
    }

    #[test]
    fn each_run_can_end_differently() {
        let after = Duration::from_secs(1);
        let image = Image::new("app:1", 1).with(Behavior { exits: vec![Exit { after, code: 1 }, Exit { after, code: 0 }], ..Behavior::default() });
        let code = |attempt| Behaving::start(&image, &spawned(&[], attempt)).end.map(|(_, ended)| ended.code);
        assert_eq!([code(0), code(1), code(7)], [Some(1), Some(0), Some(0)]);
    }



    #[test]
    fn sleep_is_known_and_other_commands_are_owned_up_to() {
        let image = Image::new("busybox", 1);
        let mut asleep = Behaving::start(&image, &spawned(&["sleep", "2m"], 0));
        assert_eq!(asleep.next_at(), Some(Time::from_secs(130)));
        let mut out = Output::default();
        asleep.terminate(Time::from_secs(11), &mut out);
        assert_eq!(asleep.next_at(), Some(Time::from_secs(130)), "process 1 without a handler ignores SIGTERM");
        let mut unknown = Behaving::start(&image, &spawned(&["sh", "-c", "while :; do date; done"], 0));
        unknown.run(Time::from_secs(10), &mut out);
        assert_eq!(&*out.lines[0].text, "not simulated: the command `sh -c while :; do date; done`");
    }

    #[test]
    fn ports_refuse_then_are_unready_then_answer() {
        let seconds = Duration::from_secs;
        let behavior = Behavior { starts_in: seconds(1), ready_after: seconds(2), ..Behavior::serving(80, "hi") };
        let process = Behaving::start(&Image::new("web", 1).with(behavior), &spawned(&[], 0));
        let ask = |second: u64| process.probe(&ProbeRequest::Http { port: 80, path: "/".to_owned() }, Time::from_secs(10 + second));
        assert_eq!([ask(0), ask(1), ask(3)], [ProbeAnswer::Refused, ProbeAnswer::Http { status: 503 }, ProbeAnswer::Http { status: 200 }]);
        assert_eq!(process.probe(&ProbeRequest::Tcp { port: 81 }, Time::from_secs(99)), ProbeAnswer::Refused);
    }

    #[test]
    fn too_much_memory_is_the_end() {
        let image = Image::new("big", 1).with(Behavior { memory_bytes: 30 << 20, ..Behavior::default() });
        let process = Behaving::start(&image, &spawned(&[], 0));
        assert_eq!(process.end.map(|(_, ended)| ended), Some(Ended { code: 137, out_of_memory: true }));
    }
}
