//! A process that plays a [`Behavior`]: starts up, writes its lines, serves, ends when its time has come.
//!
//! Models: nothing of Kubernetes.
//! Simplified: without a CPU limit there is always CPU.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use podarium_sim::Time;

use super::cpu_meter::CpuMeter;
use super::greeting::Greeting;
use super::{Access, Behavior, Ended, Line, LogLine, LogText, Output, Spawned, Taken};
use crate::network::{Answered, Asked, Peer};

/// The exit code of a process that died of SIGKILL.
/// Where name servers listen.
const DNS_PORT: u16 = 53;
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
    greeting: Option<Arc<Greeting>>,
    version: Arc<str>,
    answers: OnceLock<Arc<Answers>>,
    /// SIGTERM came and it listens to that: its ports are closed.
    closed: bool,
    /// When each of its workers is free again.
    workers: Vec<Time>,
    cpu: CpuMeter,
    /// Its CPU limit, and when it has done the work that it has taken on under that limit.
    cpu_limit: Option<u64>,
    cpu_free: Time,
    memory_limit: Option<u64>,
    /// What requests have leaked, and what those under way hold until when.
    leaked: u64,
    held: Vec<(Time, u64)>,
}

/// Its answers, made when the first is asked for.
#[derive(Clone, Debug)]
struct Answers {
    /// By the place in `serves`.
    serves: Vec<Arc<Answered>>,
    not_found: Arc<Answered>,
    not_ready: Arc<Answered>,
}

impl Answers {
    fn of(behavior: &Behavior, version: &Arc<str>) -> Self {
        let answer = |status: u16, body: &str| {
            let kind = match body.trim_start().as_bytes().first() {
                Some(b'<') => "text/html",
                Some(b'{' | b'[') => "application/json",
                _ => "text/plain; charset=utf-8",
            };
            let headers = [("Content-Type", kind.to_owned()), ("Content-Length", body.len().to_string())];
            let headers = headers.map(|(name, value)| (name.to_owned(), value)).to_vec();
            Arc::new(Answered { status, headers, body: body.as_bytes().to_vec(), version: version.clone() })
        };
        Answers {
            serves: behavior.serves.iter().map(|serves| answer(serves.status, &serves.body)).collect(),
            not_found: answer(404, "404 page not found\n"),
            not_ready: answer(503, "Service Unavailable\n"),
        }
    }
}

impl Behaving {
    /// Plays this in a container of an image of this version.
    pub fn start(behavior: Arc<Behavior>, version: &str, spawned: &Spawned) -> Self {
        let lines_at = behavior.logs.iter().enumerate().filter_map(|(place, log)| match log {
            LogText::Every(period, _) => Some((place, spawned.at + *period)),
            LogText::Once(_) | LogText::Dated(_) | LogText::Workers(_) => None,
        });
        Behaving {
            started: spawned.at,
            end: end_of(&behavior, spawned),
            lines_at: lines_at.collect(),
            greeting: Greeting::of(&behavior, spawned),
            version: version.into(),
            answers: OnceLock::new(),
            closed: false,
            workers: vec![spawned.at; behavior.workers.unwrap_or(0)],
            cpu: CpuMeter::new(spawned.at),
            cpu_limit: spawned.cpu_limit,
            cpu_free: spawned.at,
            memory_limit: spawned.memory_limit,
            leaked: 0,
            held: Vec::new(),
            behavior,
        }
    }

    /// When so much CPU time has been had that is asked for now. Under a limit the kernel gives it out slowly: 50 ms of
    /// work take 250 ms with a limit of 200m, and what comes meanwhile waits.
    fn compute(&mut self, cpu: Duration, now: Time) -> Time {
        let Some(limit) = self.cpu_limit.filter(|_| !cpu.is_zero()) else { return now };
        let nanos = u64::try_from(cpu.as_nanos() * 1000 / u128::from(limit)).unwrap_or(u64::MAX);
        self.cpu_free = self.cpu_free.max(now) + Duration::from_nanos(nanos);
        self.cpu_free
    }

    /// A request needs memory until it is answered, and some for ever. Too much gets the program killed.
    fn hold(&mut self, now: Time, until: Time, bytes: u64) {
        self.leaked += self.behavior.leaks.per_request;
        if bytes > 0 {
            self.held.retain(|(until, _)| *until > now);
            self.held.push((until, bytes));
        }
        if self.memory_limit.is_some_and(|limit| self.memory_bytes(now) > limit) {
            self.end = Some((now, Ended { code: KILLED, out_of_memory: true }));
        }
    }

    fn works(&self, now: Time) -> bool {
        now >= self.started + self.behavior.starts_in
    }

    fn is_ready(&self, now: Time) -> bool {
        now >= self.started + self.behavior.starts_in + self.behavior.ready_after
    }

    fn answers(&self) -> &Answers {
        self.answers.get_or_init(|| Arc::new(Answers::of(&self.behavior, &self.version)))
    }

    /// The rule for this command at this moment.
    fn rule(&self, line: &str, now: Time) -> Option<&super::ExecRule> {
        let age = now - self.started;
        let rules = self.behavior.execs.iter().rev();
        rules.into_iter().find(|rule| line.contains(&rule.contains) && rule.from <= age && rule.until.is_none_or(|until| age < until))
    }

    /// What it answers on a port and path, how long that takes and what it costs. `None`: it does not listen there.
    fn answer(&self, port: u16, path: &str, now: Time) -> Option<(&Arc<Answered>, Duration, Duration, u64)> {
        if !self.listens(port, now) {
            return None;
        }
        if !self.is_ready(now) {
            return Some((&self.answers().not_ready, Duration::ZERO, Duration::ZERO, 0));
        }
        let on_port = || self.behavior.serves.iter().enumerate().filter(|(_, serves)| serves.port == port);
        let exact = on_port().find(|(_, serves)| serves.path.as_deref() == Some(path));
        let found = exact.or_else(|| on_port().find(|(_, serves)| serves.path.is_none()));
        Some(match found {
            Some((place, serves)) => (&self.answers().serves[place], serves.takes, serves.cpu, serves.memory_bytes),
            None => (&self.answers().not_found, Duration::ZERO, Duration::ZERO, 0),
        })
    }
}

/// A process that needs more memory than it may have is killed as soon as it works.
fn end_of(behavior: &Behavior, spawned: &Spawned) -> Option<(Time, Ended)> {
    if spawned.memory_limit.is_some_and(|limit| behavior.memory_bytes > limit) {
        return Some((spawned.at + behavior.starts_in, Ended { code: KILLED, out_of_memory: true }));
    }
    let run = usize::try_from(spawned.attempt).unwrap_or(usize::MAX);
    let exit = behavior.exits.get(run).or(behavior.exits.last()).map(|exit| (spawned.at + exit.after, Ended::code(exit.code)));
    // What leaks by itself is full at a moment that is known.
    let full = spawned.memory_limit.filter(|_| behavior.leaks.per_second > 0).map(|limit| {
        let seconds = (limit - behavior.memory_bytes) / behavior.leaks.per_second + 1;
        (spawned.at + Duration::from_secs(seconds), Ended { code: KILLED, out_of_memory: true })
    });
    [exit, full].into_iter().flatten().min_by_key(|(at, _)| *at)
}

/// What a container does with it.
impl Behaving {
    pub fn next_at(&self) -> Option<Time> {
        let greets = self.greeting.as_ref().map(|_| self.started);
        let lines = self.lines_at.iter().map(|(_, at)| *at);
        lines.chain(self.end.map(|(at, _)| at)).chain(greets).min()
    }

    pub fn run(&mut self, now: Time, out: &mut Output) {
        if let Some(greeting) = self.greeting.take() {
            out.lines.extend((0..greeting.len()).map(|number| LogLine { at: now, text: Line::Greeting(greeting.clone(), number) }));
        }
        for (place, at) in &mut self.lines_at {
            let LogText::Every(period, line) = &self.behavior.logs[*place] else { continue };
            while *at <= now {
                out.lines.push(LogLine { at: *at, text: Line::Text(line.as_str().into()) });
                *at += (*period).max(Duration::from_millis(1));
            }
        }
        out.ended = self.end.filter(|(at, _)| *at <= now).map(|(_, ended)| ended);
    }

    pub fn terminate(&mut self, now: Time, out: &mut Output) {
        let Some(takes) = self.behavior.stops_in else { return };
        self.closed = true;
        let at = now + takes;
        if self.end.is_none_or(|(ends, _)| at < ends) {
            self.end = Some((at, Ended::code(self.behavior.stop_code)));
        }
        self.run(now, out);
    }

    pub fn listens(&self, port: u16, now: Time) -> bool {
        !self.closed && self.works(now) && self.behavior.serves.iter().any(|serves| serves.port == port)
    }

    pub fn speaks_tls(&self, port: u16, now: Time) -> bool {
        self.behavior.tls && self.listens(port, now)
    }

    /// Played servers take datagrams where their like do: name servers.
    pub fn takes_datagrams(&self, port: u16, now: Time) -> bool {
        port == DNS_PORT && self.listens(port, now)
    }

    pub fn take(&mut self, port: u16, asked: &Asked, now: Time) -> Taken {
        if asked.tls && !self.behavior.tls && self.listens(port, now) {
            return Taken::NotTls;
        }
        let Some((answered, takes, cpu, memory)) = self.answer(port, asked.path_only(), now) else { return Taken::Refused };
        let answered = answered.clone();
        self.cpu.add(now, cpu);
        let begins = match self.workers.iter_mut().min() {
            Some(free) => {
                let begins = now.max(*free);
                *free = begins + takes;
                begins
            }
            None => now,
        };
        let at = (begins + takes).max(self.compute(cpu, begins));
        self.hold(now, at, memory);
        Taken::Answer { at, answered }
    }

    /// The line of its access log about a request that is answered so, if it keeps one.
    pub fn access(&self, asked: &Arc<Asked>, from: Peer, answered: &Answered, unix_nanos: i64) -> Option<Line> {
        let format = self.behavior.access_log?;
        let (status, bytes) = (answered.status, if asked.method == "HEAD" { 0 } else { answered.body.len() });
        Some(Line::Access(Arc::new(Access { format, from, asked: asked.clone(), status, bytes, unix_nanos })))
    }

    /// Its container has other limits now.
    pub fn resize(&mut self, memory_limit: Option<u64>, cpu_limit: Option<u64>, now: Time) {
        (self.cpu_limit, self.memory_limit) = (cpu_limit, memory_limit);
        if memory_limit.is_some_and(|limit| self.behavior.memory_bytes > limit) {
            self.end = Some((now, Ended { code: KILLED, out_of_memory: true }));
        }
    }

    /// The directory whose files it hands out.
    pub fn root(&self) -> Option<&str> {
        self.behavior.root.as_deref()
    }

    /// What a command comes to for which there is a rule: its code and its output.
    pub fn exec(&self, line: &str, now: Time) -> Option<(i32, String)> {
        self.rule(line, now).map(|rule| (i32::from(!rule.succeeds), rule.output.clone()))
    }

    pub fn memory_bytes(&self, now: Time) -> u64 {
        let held: u64 = self.held.iter().filter(|(until, _)| *until > now).map(|(_, bytes)| bytes).sum();
        let age = now.since(self.started).as_secs();
        self.behavior.memory_bytes + self.leaked + held + self.behavior.leaks.per_second * age
    }

    /// CPU time since it started.
    pub fn cpu_total(&self, now: Time) -> Duration {
        let idle = now.since(self.started) * u32::try_from(self.behavior.cpu_millis).unwrap_or(0) / 1000;
        idle + self.cpu.total()
    }

    pub fn cpu_millis(&self, now: Time) -> u64 {
        (self.behavior.cpu_millis + self.cpu.millis(now)).min(self.cpu_limit.unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Exit, Leaks};
    use super::*;

    fn spawned(attempt: u32) -> Spawned {
        Spawned { attempt, memory_limit: Some(20 << 20), ..Spawned::plain(Time::from_secs(10)) }
    }

    #[test]
    fn what_leaks_is_killed_when_it_is_full() {
        let of = |leaks: Leaks, memory: u64| {
            let mut behavior = Behavior { memory_bytes: 10 << 20, leaks, starts_in: Duration::ZERO, ..Behavior::serving(80, "hi") };
            behavior.serves[0].takes = Duration::from_secs(1);
            behavior.serves[0].memory_bytes = memory;
            Behaving::start(behavior.into(), "1", &spawned(0))
        };
        let by_itself = of(Leaks { per_request: 0, per_second: 1 << 20 }, 0);
        assert_eq!(by_itself.memory_bytes(Time::from_secs(14)), 14 << 20);
        assert_eq!(by_itself.end, Some((Time::from_secs(21), Ended { code: KILLED, out_of_memory: true })), "its limit is 20 MiB");
        let mut by_requests = of(Leaks { per_request: 3 << 20, per_second: 0 }, 0);
        let mut at_once = of(Leaks::default(), 4 << 20);
        for _ in 0..3 {
            status(&mut by_requests, "/", 11);
        }
        assert_eq!((by_requests.memory_bytes(Time::from_secs(50)), by_requests.end), (19 << 20, None));
        status(&mut by_requests, "/", 12);
        assert_eq!(by_requests.end, Some((Time::from_secs(12), Ended { code: KILLED, out_of_memory: true })));
        for second in [11, 12, 13] {
            status(&mut at_once, "/", second);
        }
        assert_eq!((at_once.memory_bytes(Time::from_secs(30)), at_once.end), (10 << 20, None), "one after the other they fit");
        for _ in 0..3 {
            status(&mut at_once, "/", 40);
        }
        assert_eq!(at_once.end.map(|(at, _)| at), Some(Time::from_secs(40)));
    }

    #[test]
    fn each_run_can_end_differently() {
        let after = Duration::from_secs(1);
        let behavior = Behavior { exits: vec![Exit { after, code: 1 }, Exit { after, code: 0 }], ..Behavior::default() };
        let code = |attempt| Behaving::start(behavior.clone().into(), "1", &spawned(attempt)).end.map(|(_, ended)| ended.code);
        assert_eq!([code(0), code(1), code(7)], [Some(1), Some(0), Some(0)]);
    }

    #[test]
    fn ports_refuse_then_are_unready_then_answer() {
        let seconds = Duration::from_secs;
        let behavior = Behavior { starts_in: seconds(1), ready_after: seconds(2), ..Behavior::serving(80, "hi") };
        let mut process = Behaving::start(behavior.into(), "1", &spawned(0));
        assert_eq!([10, 11, 13].map(|second| status(&mut process, "/", second)), [None, Some(503), Some(200)]);
        assert!(process.listens(80, Time::from_secs(11)) && !process.listens(81, Time::from_secs(99)));
        process.terminate(Time::from_secs(20), &mut Output::default());
        assert_eq!(status(&mut process, "/", 20), None, "who is asked to stop takes nothing new");
    }

    fn status(process: &mut Behaving, path: &str, second: u64) -> Option<u16> {
        match process.take(80, &Asked::get("web", path), Time::from_secs(second)) {
            Taken::Refused | Taken::NotTls | Taken::Untrusted(_) | Taken::Later(_) => None,
            Taken::Answer { answered, .. } => Some(answered.status),
        }
    }

    #[test]
    fn requests_wait_for_a_worker_and_cost_cpu() {
        let mut behavior = Behavior { workers: Some(2), starts_in: Duration::ZERO, ..Behavior::serving(80, "hi") };
        behavior.serves[0].takes = Duration::from_millis(100);
        behavior.serves[0].cpu = Duration::from_millis(50);
        let mut process = Behaving::start(behavior.into(), "1", &spawned(0));
        let now = Time::from_secs(20);
        let waits: Vec<u128> = (0..5)
            .map(|_| match process.take(80, &Asked::get("web", "/"), now) {
                Taken::Answer { at, .. } => (at - now).as_millis(),
                Taken::Refused | Taken::NotTls | Taken::Untrusted(_) | Taken::Later(_) => 0,
            })
            .collect();
        assert_eq!(waits, [100, 100, 200, 200, 300]);
        assert_eq!(process.cpu_millis(Time::from_secs(30)), 1 + 25);
    }

    #[test]
    fn a_cpu_limit_slows_work_down() {
        let mut behavior = Behavior { starts_in: Duration::ZERO, ..Behavior::serving(80, "hi") };
        behavior.serves[0].cpu = Duration::from_millis(50);
        let limited = Spawned { cpu_limit: Some(200), ..spawned(0) };
        let mut process = Behaving::start(behavior.into(), "1", &limited);
        let mut wait = |millis: u64| match process.take(80, &Asked::get("web", "/"), Time::from_millis(millis)) {
            Taken::Answer { at, .. } => (at - Time::from_millis(millis)).as_millis(),
            Taken::Refused | Taken::NotTls | Taken::Untrusted(_) | Taken::Later(_) => 0,
        };
        assert_eq!([wait(20_000), wait(20_000), wait(21_000)], [250, 500, 250]);
    }

    #[test]
    fn too_much_memory_is_the_end() {
        let process = Behaving::start(Behavior { memory_bytes: 30 << 20, ..Behavior::default() }.into(), "1", &spawned(0));
        assert_eq!(process.end.map(|(_, ended)| ended), Some(Ended { code: 137, out_of_memory: true }));
    }
}
