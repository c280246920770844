//! `kubectl events`.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/events, v1.36.
//! Simplified: nothing.

use std::ops::ControlFlow;

use jiff::Timestamp;
use podarium_machine::StreamItem;
use serde_json::Value;

use super::change::{ALL_NAMESPACES, CHUNK, PRINT};
use crate::client::Call;
use crate::command::Command;
use crate::describe::interval;
use crate::failure::{Failure, Outcome, caught, fail};
use crate::flags::{Flag, Takes};
use crate::go_sort;
use crate::kubectl::Kubectl;
use crate::printers::format::{self, How, Printer};
use crate::printers::tabwriter::TABLE;
use crate::unstructured::{items, namespace, text};

pub const COMMAND: Command = Command { aliases: &["event"], ..Command::new("events", &[OWN, PRINT, ALL_NAMESPACES, CHUNK], run) };

const OWN: &[Flag] = &[Flag::text("for"), Flag::bool("no-headers"), Flag::new("types", Takes::List, ""), Flag::bool("watch").short('w')];

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let flags = kubectl.flags.clone();
    let types = flags.list("types");
    if types.iter().any(|kind| !kind.eq_ignore_ascii_case("Normal") && !kind.eq_ignore_ascii_case("Warning")) {
        return fail("valid --types are Normal or Warning");
    }
    let space = kubectl.namespace()?;
    let shown = Shown { all: flags.bool("all-namespaces"), headed: !flags.bool("no-headers"), types };
    let mut call = Call::get(if shown.all { "/api/v1/events".to_owned() } else { format!("/api/v1/namespaces/{space}/events") }).query("limit", "500");
    if !flags.text("for").is_empty() {
        let parts: Vec<&str> = flags.text("for").split('/').collect();
        let [word, name] = parts[..] else {
            return fail(if parts.len() > 2 { "arguments in resource/name form may not have more than one slash" } else { "--for must be in resource/name form" });
        };
        let mapping = match caught(kubectl.mapping(word))? {
            Ok(mapping) => mapping,
            Err(failure) => return Err(Failure::Plain(failure.to_string()).into()),
        };
        call = call.query("fieldSelector", format!("involvedObject.kind={},involvedObject.apiVersion={},involvedObject.name={name}", mapping.kind, mapping.api_version()));
    }
    let output = flags.text("output");
    let printer = if output.is_empty() { None } else { Some(format::printer(output, flags.text("template"), "", format::CHANGE, false)?) };
    if flags.bool("watch") {
        return watch(kubectl, &shown, &call.query("watch", "true"), printer);
    }
    let list = kubectl.send(&call)?;
    let mut events: Vec<Value> = items(&list, "/items").iter().filter(|event| shown.is_wanted(event)).map(typed).collect();
    if events.is_empty() {
        let message = if shown.all { "No events found.\n".to_owned() } else { format!("No events found in {space} namespace.\n") };
        return kubectl.eprint(&message);
    }
    go_sort::sort(&mut events, |a, b| time_of(a) < time_of(b));
    match printer {
        // Names of lists are not printed, and nobody is told so.
        Some(Printer::Name { .. }) => Ok(()),
        Some(printer) => kubectl.print_object(&printer, &serde_json::json!({"apiVersion": "v1", "kind": "EventList", "metadata": {}, "items": events})),
        None => {
            let now = kubectl.now()?;
            let lines: String = events.iter().map(|event| shown.line(event, now)).collect();
            kubectl.print(&TABLE.align(&format!("{}{lines}", shown.heading())))
        }
    }
}

/// What is to be seen of events.
struct Shown {
    all: bool,
    headed: bool,
    types: Vec<String>,
}

impl Shown {
    fn is_wanted(&self, event: &Value) -> bool {
        self.types.is_empty() || self.types.iter().any(|kind| kind.eq_ignore_ascii_case(text(event, "/type")))
    }

    fn heading(&self) -> &'static str {
        match (self.headed, self.all) {
            (false, _) => "",
            (true, true) => "NAMESPACE\tLAST SEEN\tTYPE\tREASON\tOBJECT\tMESSAGE\n",
            (true, false) => "LAST SEEN\tTYPE\tREASON\tOBJECT\tMESSAGE\n",
        }
    }

    fn line(&self, event: &Value, now: Timestamp) -> String {
        let space = if self.all { format!("{}\t", namespace(event)) } else { String::new() };
        let object = format!("{}/{}", text(event, "/involvedObject/kind"), text(event, "/involvedObject/name"));
        let message = text(event, "/message").trim();
        let seen = serde_json::from_value(event.clone()).map_or("<unknown>".to_owned(), |event| interval(&event, now));
        format!("{space}{seen}\t{}\t{}\t{object}\t{message}\n", text(event, "/type"), text(event, "/reason"))
    }
}

/// Events as they come, those that are there already first, until the server or somebody ends it.
fn watch(kubectl: &mut Kubectl<'_, '_>, shown: &Shown, call: &Call, printer: Option<Printer>) -> Outcome<()> {
    let stream = kubectl.open(call)?;
    Ok(kubectl.process.repeat((Vec::new(), Vec::new(), shown.heading()), |process, (rest, widths, heading)| {
        let StreamItem::Chunk(bytes) = process.http_next(stream.id, None)? else { return Ok(ControlFlow::Break(())) };
        rest.extend(bytes);
        let now = Timestamp::from_nanosecond(process.unix_nanos()?.into()).unwrap_or_default();
        let mut out = String::new();
        while let Some(end) = rest.iter().position(|byte: &u8| *byte == b'\n') {
            let line: Vec<u8> = rest.drain(..=end).collect();
            let Ok(change) = serde_json::from_slice::<Value>(&line) else { continue };
            let event = typed(&change["object"]);
            if !matches!(text(&change, "/type"), "ADDED" | "MODIFIED") || !shown.is_wanted(&event) {
                continue;
            }
            out.push_str(&match &printer {
                Some(printer) => printer.print(&event, How::default()).unwrap_or_default(),
                None => TABLE.align_remembering(&format!("{}{}", std::mem::take(heading), shown.line(&event, now)), widths),
            });
        }
        if !out.is_empty() {
            process.print(&out)?;
        }
        Ok(ControlFlow::Continue(()))
    })?)
}

fn typed(event: &Value) -> Value {
    let mut event = event.clone();
    event["apiVersion"] = "v1".into();
    event["kind"] = "Event".into();
    event
}

fn time_of(event: &Value) -> &str {
    match (text(event, "/series/lastObservedTime"), text(event, "/lastTimestamp")) {
        ("", "") => text(event, "/eventTime"),
        ("", last) => last,
        (observed, _) => observed,
    }
}
