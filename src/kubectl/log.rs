//! kubectl's log on standard error: complaints of its libraries, and with `-v` and `--vmodule` what it sends and gets.
//!
//! Models: k8s.io/klog/v2, staging/src/k8s.io/client-go/{transport/round_trippers,rest/request,features/envvar}.go, v1.36.
//! Simplified: all bodies are logged from one place of the source, and as JSON, which they are here, where the reference sends protobuf;
//! one connection carries all requests; nothing is said above 9; what the reference asks of OpenAPI is known here and not
//! asked, and `auth can-i`, `exec`, `rollout status` and `top` ask for a little less.

use podarium_machine::{HttpRequest, Process, Suspend};
use podarium_sim::Time;
use serde_json::Value;

use crate::builder::glob_matches;
use crate::failure::{Failure, Outcome};
use crate::kubectl::Kubectl;
use crate::printers::json;
use crate::unstructured::text;

/// The client's features, with whether they are on.
const FEATURES: [(&str, bool); 10] = [
    ("AtomicFIFO", true),
    ("ClientsAllowCARotation", true),
    ("ClientsAllowCBOR", false),
    ("ClientsAllowTLSCacheGC", true),
    ("ClientsPreferCBOR", false),
    ("InOrderInformers", true),
    ("InOrderInformersBatchProcess", true),
    ("InformerResourceVersion", true),
    ("UnlockWhileProcessingFIFO", true),
    ("WatchListClient", true),
];

/// The fields of a Status, and of what is in it.
const STATUS: json::Order = json::Order::Listed(&["name", "group", "kind", "uid", "apiVersion", "metadata", "status", "message", "reason", "field", "details", "causes", "retryAfterSeconds", "code"]);

/// How much of a body is shown.
const BRIEF: usize = 1024;
const LONG: usize = 10240;

/// Whether a value of `--vmodule` can be read.
pub(crate) fn check_modules(value: &str) -> Result<(), String> {
    for pair in value.split(',').filter(|pair| !pair.is_empty()) {
        match pair.split_once('=').map(|(file, level)| (file, level.parse::<i32>())) {
            Some((file, Ok(level))) if !file.is_empty() && level < 0 => return Err("negative value for vmodule level".to_owned()),
            Some((file, Ok(_))) if !file.is_empty() => {}
            _ => return Err("syntax error: expect comma-separated list of filename=N".to_owned()),
        }
    }
    Ok(())
}

/// How much is logged by the messages of a file of the reference's source.
fn verbosity(general: i64, modules: &str, file: &str) -> i64 {
    let chars = |text: &str| text.chars().collect::<Vec<_>>();
    let named = modules.split(',').filter_map(|pair| pair.split_once('=')).find(|(pattern, level)| *level != "0" && glob_matches(&chars(pattern), &chars(file)));
    general.max(named.and_then(|(_, level)| level.parse().ok()).unwrap_or(0))
}

/// A value in a message: quoted, or on lines of its own where it has several.
pub(crate) fn value(text: &str) -> String {
    match text.strip_suffix('\n').unwrap_or(text) {
        line if line.len() == text.len() && !text.contains('\n') => Value::from(text).to_string(),
        lines => format!("<\n\t{}\n >", lines.replace('\n', "\n\t")),
    }
}

/// Headers in the order of their names, without what is secret.
fn headers(headers: &[(String, String)]) -> String {
    let mut shown: Vec<(String, String)> = headers.iter().map(|(name, value)| (canonical(name), masked(name, value))).collect();
    shown.sort_by(|a, b| a.0.cmp(&b.0));
    shown.iter().map(|(name, value)| format!("{name}: {value}\n")).collect()
}

/// `content-type` as Go writes it.
fn canonical(name: &str) -> String {
    let part = |part: &str| part[..1].to_uppercase() + &part[1..].to_lowercase();
    name.split('-').map(|word| if word.is_empty() { String::new() } else { part(word) }).collect::<Vec<_>>().join("-")
}

fn masked(name: &str, value: &str) -> String {
    if !name.eq_ignore_ascii_case("authorization") {
        return value.to_owned();
    }
    let kind = value.split(' ').next().unwrap_or_default();
    match kind.to_lowercase().as_str() {
        "bearer" | "basic" | "negotiate" => format!("{kind} <masked>"),
        _ => "<masked>".to_owned(),
    }
}

/// A line of the log.
pub(crate) fn line(process: &mut Process<'_>, severity: char, place: &str, message: &str) -> Result<String, Suspend> {
    let nanos = process.unix_nanos()?;
    let now = jiff::Timestamp::from_nanosecond(nanos.into()).unwrap_or_default().to_zoned(jiff::tz::TimeZone::UTC);
    let pid = process.pid().0;
    Ok(format!("{severity}{} {pid:>7} {place}] {message}\n", now.strftime("%m%d %H:%M:%S.%6f")))
}

/// A request that is under way, as the log shows it.
pub(crate) struct Sent {
    method: String,
    url: String,
    at: Time,
}

impl Kubectl<'_, '_> {
    /// What the reference writes to its log; the place is that of its source.
    pub fn log_warning(&mut self, place: &str, message: &str) -> Outcome<()> {
        self.log('W', place, message)
    }

    pub fn log_error(&mut self, place: &str, message: &str) -> Outcome<()> {
        self.log('E', place, message)
    }

    pub fn log_fatal(&mut self, place: &str, message: &str) -> Outcome<()> {
        self.log('F', place, message)
    }

    /// What is said only to those who want to hear so much.
    pub fn log_info(&mut self, level: i64, place: &str, message: &str) -> Outcome<()> {
        if self.verbosity(place) >= level { self.log('I', place, message) } else { Ok(()) }
    }

    fn verbosity(&self, place: &str) -> i64 {
        let file = place.split('.').next().unwrap_or_default();
        verbosity(self.flags.int("v"), self.flags.text("vmodule"), file)
    }

    fn log(&mut self, severity: char, place: &str, message: &str) -> Outcome<()> {
        let line = line(self.process, severity, place, message)?;
        self.eprint(&line)
    }

    /// What is logged when somebody is about to be asked for the first time.
    pub(crate) fn log_features(&mut self) -> Outcome<()> {
        if !std::mem::replace(&mut self.told_features, true) {
            for (feature, on) in FEATURES {
                self.log_info(1, "envvar.go:195", &format!("\"Feature gate default state\" feature={feature:?} enabled={on}"))?;
            }
        }
        Ok(())
    }

    /// What is logged of a request before it goes out.
    pub(crate) fn log_request(&mut self, request: &HttpRequest) -> Outcome<Option<Sent>> {
        self.log_features()?;
        self.log_body("Request", &request.body)?;
        let place = "round_trippers.go:527";
        let (method, url) = (&request.method, &request.url);
        let level = self.verbosity(place);
        match level {
            ..=6 => {}
            7 | 8 => self.log('I', place, &format!("\"Request\" verb={method:?} url={url:?} headers={}", value(&headers(&request.headers))))?,
            _ => {
                let shown: String = request.headers.iter().map(|(name, value)| format!(" -H {:?}", format!("{}: {}", canonical(name), masked(name, value)))).collect();
                self.log('I', place, &format!("\"Request\" curlCommand={}", value(&format!("curl -v -X{method} {shown} '{url}'\n"))))?;
                if !self.connected {
                    let host = url.split("://").last().unwrap_or_default().split('/').next().unwrap_or_default();
                    self.log('I', "round_trippers.go:562", &format!("\"HTTP Trace: Dial succeed\" network=\"tcp\" address={host:?}"))?;
                }
            }
        }
        match level {
            ..=5 => Ok(None),
            _ => Ok(Some(Sent { method: method.clone(), url: url.clone(), at: self.process.now()? })),
        }
    }

    /// What is logged when the head of an answer is there, or when there is none.
    pub(crate) fn log_response(&mut self, sent: Option<Sent>, status: &str, answered: &[(String, String)]) -> Outcome<()> {
        let Some(sent) = sent else { return Ok(()) };
        let place = "round_trippers.go:632";
        let level = self.verbosity(place);
        let mut message = "\"Response\"".to_owned();
        if !matches!(level, 7 | 8) {
            message.push_str(&format!(" verb={:?} url={:?}", sent.method, sent.url));
        }
        message.push_str(&format!(" status={status:?}"));
        if level >= 8 {
            message.push_str(&format!(" headers={}", value(&headers(answered))));
        }
        let taken = self.process.now()?.since(sent.at).as_millis();
        message.push_str(&format!(" milliseconds={taken}"));
        if level >= 9 {
            let connecting = if self.connected { "getConnectionMilliseconds=0" } else { "dnsLookupMilliseconds=0 dialMilliseconds=0 tlsHandshakeMilliseconds=0" };
            message.push_str(&format!(" {connecting} serverProcessingMilliseconds={taken}"));
        }
        self.connected = !status.is_empty();
        self.log('I', place, &message)
    }

    /// Whether bodies are logged, which have to be kept for it.
    pub(crate) fn logs_bodies(&self) -> bool {
        self.verbosity("") >= 8
    }

    pub(crate) fn log_body(&mut self, what: &str, body: &[u8]) -> Outcome<()> {
        if !self.logs_bodies() {
            return Ok(());
        }
        let most = match self.verbosity("") {
            8 => BRIEF,
            9 => LONG,
            _ => usize::MAX,
        };
        let mut text = String::from_utf8_lossy(&body[..body.len().min(most)]).into_owned();
        if body.len() > most {
            text.push_str(&format!(" [truncated {} chars]", body.len() - most));
        }
        self.log('I', "helper.go:105", &format!("\"{what} Body\" body={}", value(&text)))
    }

    /// What is logged of a failure before it is told.
    pub(crate) fn log_failure(&mut self, failure: &Failure) -> Outcome<()> {
        match failure {
            // What the server found wrong with an object is told in another way.
            Failure::Server(status) if text(status, "/reason") == "Invalid" => Ok(()),
            Failure::Server(status) => {
                let mut whole = status.clone();
                if whole.get("metadata").is_none() {
                    whole["metadata"] = Value::Object(serde_json::Map::new());
                }
                let said = json::pretty_by(&whole, STATUS, b"  ");
                self.log_info(4, "helpers.go:246", &format!("server response object: %s[{said}]"))
            }
            Failure::Connection { method, url, .. } => {
                let why = failure.to_string();
                let why = why.split_once("\": ").map_or(why.as_str(), |(_, why)| why);
                let verb = method[..1].to_uppercase() + &method[1..].to_lowercase();
                self.log_info(4, "helpers.go:264", &format!("Connection error: {verb} {url}: {why}"))
            }
            Failure::Shown { failure, .. } => self.log_failure(failure),
            Failure::Many(failures) => failures.iter().try_for_each(|failure| self.log_failure(failure)),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_may_say_more_than_others() {
        for (general, modules, file, level) in [(0, "", "helper", 0), (3, "helper=6", "helper", 6), (7, "helper=6", "helper", 7), (0, "a=1,h*=2,helper=9", "helper", 2), (0, "*=6", "", 6)] {
            assert_eq!(verbosity(general, modules, file), level, "{modules} {file}");
        }
        assert_eq!(check_modules("a=1,,b*=3"), Ok(()));
        assert_eq!(check_modules("a=-1").unwrap_err(), "negative value for vmodule level");
        for wrong in ["a", "=1", "a=", "a=x", "a=1=2"] {
            assert_eq!(check_modules(wrong).unwrap_err(), "syntax error: expect comma-separated list of filename=N", "{wrong}");
        }
    }

    #[test]
    fn values_of_several_lines_stand_below_each_other() {
        assert_eq!(value("a \"b\""), "\"a \\\"b\\\"\"");
        assert_eq!(value("a\nb"), "<\n\ta\n\tb\n >");
        assert_eq!(value("a\n"), "<\n\ta\n >");
    }

    #[test]
    fn nobody_reads_tokens_in_a_log() {
        let shown = headers(&[("user-agent".to_owned(), "x".to_owned()), ("Authorization".to_owned(), "Bearer secret".to_owned())]);
        assert_eq!(shown, "Authorization: Bearer <masked>\nUser-Agent: x\n");
    }
}
