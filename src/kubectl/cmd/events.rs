//! `kubectl events`.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/events, v1.36.
//! Simplified: `--watch` is refused.

use serde_json::Value;

use super::change::{ALL_NAMESPACES, CHUNK, PRINT};
use crate::client::Call;
use crate::command::Command;
use crate::describe::interval;
use crate::failure::{Outcome, fail, not_simulated};
use crate::flags::{Flag, Takes};
use crate::kubectl::Kubectl;
use crate::printers::format;
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
    if flags.bool("watch") {
        return not_simulated("kubectl events --watch: use `kubectl get events -w`");
    }
    let space = kubectl.namespace()?;
    let all = flags.bool("all-namespaces");
    let mut call = Call::get(if all { "/api/v1/events".to_owned() } else { format!("/api/v1/namespaces/{space}/events") }).query("limit", "500");
    if !flags.text("for").is_empty() {
        let parts: Vec<&str> = flags.text("for").split('/').collect();
        let [word, name] = parts[..] else {
            return fail(if parts.len() > 2 { "arguments in resource/name form may not have more than one slash" } else { "--for must be in resource/name form" });
        };
        let mapping = kubectl.mapping(word)?;
        call = call.query("fieldSelector", format!("involvedObject.kind={},involvedObject.apiVersion={},involvedObject.name={name}", mapping.kind, mapping.api_version()));
    }
    let list = kubectl.send(&call)?;
    let mut events: Vec<Value> = items(&list, "/items").to_vec();
    events.retain(|event| types.is_empty() || types.iter().any(|kind| kind.eq_ignore_ascii_case(text(event, "/type"))));
    if events.is_empty() {
        let message = if all { "No events found.\n".to_owned() } else { format!("No events found in {space} namespace.\n") };
        return kubectl.eprint(&message);
    }
    events.sort_by(|a, b| time_of(a).cmp(time_of(b)));
    let output = flags.text("output");
    if !output.is_empty() {
        let printer = format::printer(output, flags.text("template"), "", format::CHANGE, false)?;
        for event in &mut events {
            event["apiVersion"] = "v1".into();
            event["kind"] = "Event".into();
        }
        let list = serde_json::json!({"apiVersion": "v1", "kind": "EventList", "metadata": {}, "items": events});
        return kubectl.print_object(&printer, &list);
    }
    let now = kubectl.now()?;
    let mut out = String::new();
    if !flags.bool("no-headers") {
        out.push_str(if all { "NAMESPACE\tLAST SEEN\tTYPE\tREASON\tOBJECT\tMESSAGE\n" } else { "LAST SEEN\tTYPE\tREASON\tOBJECT\tMESSAGE\n" });
    }
    for event in &events {
        if all {
            out.push_str(&format!("{}\t", namespace(event)));
        }
        let object = format!("{}/{}", text(event, "/involvedObject/kind"), text(event, "/involvedObject/name"));
        let message = text(event, "/message").trim();
        let seen = serde_json::from_value(event.clone()).map_or("<unknown>".to_owned(), |event| interval(&event, now));
        out.push_str(&format!("{seen}\t{}\t{}\t{object}\t{message}\n", text(event, "/type"), text(event, "/reason")));
    }
    kubectl.print(&TABLE.align(&out))
}

fn time_of(event: &Value) -> &str {
    match (text(event, "/series/lastObservedTime"), text(event, "/lastTimestamp")) {
        ("", "") => text(event, "/eventTime"),
        ("", last) => last,
        (observed, _) => observed,
    }
}
