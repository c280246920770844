//! HEALTHCHECK: a command that is run in a container again and again, and what it says of the container.

use std::time::Duration;

use podarium_cluster::images::{ExecEvent, ExecId};
use podarium_sim::Time;
use serde_json::{Value, json};

use super::dockerfile;

/// How many results are kept.
const KEPT: usize = 5;
/// How much of a result's output is kept.
const OUTPUT_BYTES: usize = 4096;

/// What HEALTHCHECK says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// `CMD` or `CMD-SHELL`, and its words; or `NONE`.
    pub test: Vec<String>,
    interval: Option<Duration>,
    timeout: Option<Duration>,
    start_period: Option<Duration>,
    start_interval: Option<Duration>,
    retries: u32,
}

impl Check {
    /// Reads `--interval=5s CMD curl -f http://localhost/`; the error is BuildKit's.
    pub fn parse(rest: &str) -> Result<Self, String> {
        let mut check = Check { test: Vec::new(), interval: None, timeout: None, start_period: None, start_interval: None, retries: 0 };
        let mut rest = rest.trim_start();
        while let Some(flag) = rest.strip_prefix("--") {
            let (flag, after) = flag.split_once(char::is_whitespace).unwrap_or((flag, ""));
            let (name, value) = flag.split_once('=').unwrap_or((flag, ""));
            match name {
                "interval" => check.interval = Some(duration(name, value)?),
                "timeout" => check.timeout = Some(duration(name, value)?),
                "start-period" => check.start_period = Some(duration(name, value)?),
                "start-interval" => check.start_interval = Some(duration(name, value)?),
                "retries" => check.retries = value.parse().map_err(|_| format!("strconv.ParseInt: parsing {value:?}: invalid syntax"))?,
                _ => return Err(format!("unknown flag: --{name}")),
            }
            rest = after.trim_start();
        }
        let (kind, command) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        match kind.to_uppercase().as_str() {
            "NONE" if command.trim().is_empty() => check.test = vec!["NONE".to_owned()],
            "NONE" => return Err("HEALTHCHECK NONE takes no arguments".to_owned()),
            "CMD" if command.trim().is_empty() => return Err("missing command after HEALTHCHECK CMD".to_owned()),
            "CMD" => {
                check.test = match dockerfile::exec_form(command) {
                    Some(words) => ["CMD".to_owned()].into_iter().chain(words).collect(),
                    None => vec!["CMD-SHELL".to_owned(), command.trim().to_owned()],
                };
            }
            other => return Err(format!("Unknown type \"{other}\" in HEALTHCHECK (try CMD)")),
        }
        Ok(check)
    }

    /// What `docker run --health-…` says, upon what the image says; nothing: it says nothing.
    pub fn with(of_image: Option<&Check>, asked: &Value) -> Result<Option<Self>, String> {
        let text = |name: &str| asked[name].as_str().filter(|text| !text.is_empty());
        if asked["none"] == true {
            return Ok(Some(Check { test: vec!["NONE".to_owned()], interval: None, timeout: None, start_period: None, start_interval: None, retries: 0 }));
        }
        let names = ["cmd", "interval", "timeout", "start-period", "start-interval", "retries"];
        if names.iter().all(|name| text(name).is_none()) {
            return Ok(None);
        }
        let mut check = of_image.cloned().unwrap_or(Check { test: Vec::new(), interval: None, timeout: None, start_period: None, start_interval: None, retries: 0 });
        if let Some(command) = text("cmd") {
            check.test = vec!["CMD-SHELL".to_owned(), command.to_owned()];
        }
        for (name, place) in [("interval", &mut check.interval), ("timeout", &mut check.timeout), ("start-period", &mut check.start_period), ("start-interval", &mut check.start_interval)] {
            if let Some(value) = text(name) {
                *place = Some(duration(name, value)?);
            }
        }
        if let Some(retries) = text("retries") {
            check.retries = retries.parse().map_err(|_| format!("strconv.ParseInt: parsing {retries:?}: invalid syntax"))?;
        }
        Ok(Some(check))
    }

    /// The command line; none if nothing is checked.
    pub fn command(&self) -> Option<Vec<String>> {
        match self.test.split_first() {
            Some((kind, words)) if kind == "CMD" => Some(words.to_vec()),
            Some((kind, words)) if kind == "CMD-SHELL" => Some(["/bin/sh", "-c"].map(str::to_owned).into_iter().chain(words.iter().cloned()).collect()),
            _ => None,
        }
    }

    pub fn timeout(&self) -> Duration {
        self.timeout.unwrap_or(Duration::from_secs(30))
    }

    pub fn config(&self) -> Value {
        let mut config = json!({"Test": self.test});
        for (name, value) in [("Interval", self.interval), ("Timeout", self.timeout), ("StartPeriod", self.start_period), ("StartInterval", self.start_interval)] {
            if let Some(value) = value {
                config[name] = json!(u64::try_from(value.as_nanos()).unwrap_or(u64::MAX));
            }
        }
        if self.retries > 0 {
            config["Retries"] = json!(self.retries);
        }
        config
    }
}

/// `30s`, `1m30s`, `500ms`.
fn duration(name: &str, text: &str) -> Result<Duration, String> {
    let bad = || format!("time: invalid duration {text:?}");
    let (mut rest, mut total) = (text, 0.0);
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).ok_or_else(|| format!("time: missing unit in duration {text:?}"))?;
        let number: f64 = rest[..digits].parse().map_err(|_| bad())?;
        let unit = rest[digits..].find(|c: char| c.is_ascii_digit() || c == '.').map_or(rest.len(), |end| digits + end);
        let seconds = match &rest[digits..unit] {
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 0.001,
            _ => return Err(bad()),
        };
        total += number * seconds;
        rest = &rest[unit..];
    }
    match total {
        total if total >= 0.001 => Ok(Duration::from_secs_f64(total)),
        0.0 if !text.is_empty() => Ok(Duration::ZERO),
        _ => Err(format!("Interval \"{name}\" cannot be less than 1ms")),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    Starting,
    Healthy,
    Unhealthy,
}

impl Status {
    fn text(self) -> &'static str {
        match self {
            Status::Starting => "starting",
            Status::Healthy => "healthy",
            Status::Unhealthy => "unhealthy",
        }
    }
}

#[derive(Clone, Debug)]
struct Running {
    id: ExecId,
    since: (Time, i64),
    output: Vec<u8>,
}

/// The health of one container that runs.
#[derive(Clone, Debug)]
pub struct Health {
    check: Check,
    started: Time,
    status: Status,
    streak: u32,
    next_at: Time,
    running: Option<Running>,
    results: Vec<Value>,
}

impl Health {
    pub fn begin(check: Check, now: Time) -> Self {
        let mut health = Health { check, started: now, status: Status::Starting, streak: 0, next_at: now, running: None, results: Vec::new() };
        health.next_at = now + health.interval(now);
        health
    }

    /// Until the start period is over, a container that is not healthy yet is asked more often.
    fn interval(&self, now: Time) -> Duration {
        match self.status {
            Status::Starting if now - self.started < self.start_period() => self.check.start_interval.unwrap_or(Duration::from_secs(5)),
            _ => self.check.interval.filter(|interval| !interval.is_zero()).unwrap_or(Duration::from_secs(30)),
        }
    }

    fn start_period(&self) -> Duration {
        self.check.start_period.unwrap_or(Duration::ZERO)
    }

    /// When something is due: the next check, or the end of one that takes too long.
    pub fn next_at(&self) -> Time {
        self.running.as_ref().map_or(self.next_at, |running| running.since.0 + self.check.timeout())
    }

    /// The command to run now.
    pub fn due(&self, now: Time) -> Option<Vec<String>> {
        (self.running.is_none() && self.next_at <= now).then(|| self.check.command()).flatten()
    }

    pub fn runs(&mut self, id: ExecId, now: Time, unix_nanos: i64) {
        self.running = Some(Running { id, since: (now, unix_nanos), output: Vec::new() });
    }

    /// The command that has run for too long, which is to be killed.
    pub fn overdue(&mut self, now: Time, unix_nanos: i64) -> Option<ExecId> {
        let running = self.running.take_if(|running| running.since.0 + self.check.timeout() <= now)?;
        let text = format!("Health check exceeded timeout ({})", seconds(self.check.timeout()));
        self.result(running.since, -1, &text, now, unix_nanos);
        Some(running.id)
    }

    /// Something came of a command: whether it is the check's.
    pub fn hear(&mut self, id: ExecId, event: &ExecEvent, now: Time, unix_nanos: i64) -> bool {
        let Some(running) = self.running.as_mut().filter(|running| running.id == id) else { return false };
        match event {
            ExecEvent::Stdout(bytes) | ExecEvent::Stderr(bytes) => running.output.extend(bytes),
            ExecEvent::Ended(code) => {
                let output = String::from_utf8_lossy(&running.output[..running.output.len().min(OUTPUT_BYTES)]).into_owned();
                let since = running.since;
                self.running = None;
                self.result(since, *code, &output, now, unix_nanos);
            }
        }
        true
    }

    /// A check has ended, or could not be made.
    pub fn result(&mut self, since: (Time, i64), code: i32, output: &str, now: Time, unix_nanos: i64) {
        self.results.push(json!({"Start": super::daemon::stamp(since.1), "End": super::daemon::stamp(unix_nanos), "ExitCode": code, "Output": output}));
        if self.results.len() > KEPT {
            self.results.remove(0);
        }
        let retries = if self.check.retries == 0 { 3 } else { self.check.retries };
        let starts = self.status == Status::Starting && since.0 - self.started < self.start_period();
        if code == 0 {
            (self.streak, self.status) = (0, Status::Healthy);
        } else if !starts {
            self.streak += 1;
            if self.streak >= retries {
                self.status = Status::Unhealthy;
            }
        }
        self.next_at = now + self.interval(now);
    }

    /// What `docker ps` adds: `healthy`, `unhealthy`, `health: starting`.
    pub fn shown(&self) -> &'static str {
        if self.status == Status::Starting { "health: starting" } else { self.status.text() }
    }

    pub fn inspected(&self) -> Value {
        json!({"Status": self.status.text(), "FailingStreak": self.streak, "Log": self.results})
    }
}

/// `30s`, `1m30s`: as Go writes whole seconds; `1.5s`.
fn seconds(duration: Duration) -> String {
    let whole = duration.as_secs();
    if duration.subsec_millis() > 0 && whole == 0 {
        return format!("{}ms", duration.as_millis());
    }
    let fraction = (duration.as_secs_f64() - (whole / 60 * 60) as f64).to_string();
    match (whole / 3600, whole / 60 % 60) {
        (0, 0) => format!("{fraction}s"),
        (0, minutes) => format!("{minutes}m{fraction}s"),
        (hours, minutes) => format!("{hours}h{minutes}m{fraction}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn healthchecks_are_read() {
        let check = Check::parse("--interval=5s --timeout=1m30s --retries=2 CMD curl -f http://localhost/ || exit 1").unwrap();
        assert_eq!(check.config(), json!({"Test": ["CMD-SHELL", "curl -f http://localhost/ || exit 1"], "Interval": 5_000_000_000_u64, "Timeout": 90_000_000_000_u64, "Retries": 2}));
        assert_eq!(seconds(check.timeout()), "1m30s");
        assert_eq!(Check::parse("CMD [\"true\"]").unwrap().command(), Some(vec!["true".to_owned()]));
        assert_eq!(Check::parse("NONE").unwrap().command(), None);
        for (text, problem) in [
            ("--often CMD x", "unknown flag: --often"),
            ("--interval=5 CMD x", "time: missing unit in duration \"5\""),
            ("curl x", "Unknown type \"CURL\" in HEALTHCHECK (try CMD)"),
            ("CMD", "missing command after HEALTHCHECK CMD"),
        ] {
            assert_eq!(Check::parse(text).unwrap_err(), problem);
        }
    }

    #[test]
    fn three_failures_in_a_row_make_it_unhealthy_and_one_success_healthy() {
        let mut health = Health::begin(Check::parse("--interval=10s --start-period=15s CMD x").unwrap(), Time::ZERO);
        let mut seen = Vec::new();
        for code in [1, 1, 1, 1, 1, 1, 0] {
            let now = health.next_at();
            health.result((now, 0), code, "", now, 0);
            seen.push((now.as_millis() / 1000, health.shown()));
        }
        let starting = "health: starting";
        assert_eq!(seen, [(5, starting), (10, starting), (15, starting), (25, starting), (35, "unhealthy"), (45, "unhealthy"), (55, "healthy")]);
    }
}
