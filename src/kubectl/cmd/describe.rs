//! `kubectl describe`.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/describe/describe.go, v1.36.
//! Simplified: nothing.

use serde_json::Value;

use super::change::{ALL_NAMESPACES, CHUNK, FILES, SELECTOR};
use crate::builder::{Builder, Info};
use crate::client::Call;
use crate::command::Command;
use crate::describe::{Query, Related, describe, queries};
use crate::failure::{Failure, Outcome, all_of, caught, fail};
use crate::flags::{Flag, Takes};
use crate::kubectl::Kubectl;
use crate::unstructured::items;

pub const COMMAND: Command = Command::new("describe", &[OWN, FILES, SELECTOR, ALL_NAMESPACES, CHUNK], run);

const OWN: &[Flag] = &[Flag::new("show-events", Takes::Bool, "true")];

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    if kubectl.flags.args.is_empty() && kubectl.flags.list("filename").is_empty() && kubectl.flags.text("kustomize").is_empty() {
        return fail("You must specify the type of resource to describe. Use \"kubectl api-resources\" for a complete list of supported resources.");
    }
    let builder = Builder { allow_empty_selector: true, chunk_size: kubectl.flags.int("chunk-size"), ..Builder::of(kubectl, &kubectl.flags.args) };
    let found = builder.find(kubectl)?;
    // With several objects, or one that is missing, events are shown only on request.
    let alone = found.infos.len() < 2 && found.failures.is_empty();
    let show_events = kubectl.flags.bool("show-events") && (alone || kubectl.flags.is_set("show-events"));
    if kubectl.flags.args.len() == 2 && !found.failures.is_empty() && found.failures.iter().all(Failure::is_not_found) {
        return matching(kubectl, builder, show_events, found.failures);
    }
    let mut failures = found.failures;
    let mut out = String::new();
    for info in &found.infos {
        match caught(description(kubectl, info, show_events))? {
            Ok(text) if out.is_empty() => out = text,
            Ok(text) => out.push_str(&format!("\n\n{text}")),
            Err(failure) => failures.push(failure),
        }
    }
    if found.infos.is_empty() && failures.is_empty() {
        let namespace = kubectl.namespace()?;
        let message = if kubectl.flags.bool("all-namespaces") { "No resources found\n".to_owned() } else { format!("No resources found in {namespace} namespace.\n") };
        kubectl.eprint(&message)?;
    }
    kubectl.print(&out)?;
    kubectl.visited(failures)
}

/// What has no such name may be the beginning of one.
fn matching(kubectl: &mut Kubectl<'_, '_>, builder: Builder, show_events: bool, not_found: Vec<Failure>) -> Outcome<()> {
    let prefix = kubectl.flags.args[1].clone();
    let all = Builder { args: vec![kubectl.flags.args[0].clone()], single_resource_type: true, ..builder }.find(kubectl)?;
    let infos: Vec<Info> = all.infos.into_iter().filter(|info| info.name.starts_with(&prefix)).collect();
    if infos.is_empty() {
        return all_of(not_found);
    }
    for info in &infos {
        let text = description(kubectl, info, show_events)?;
        kubectl.print(&format!("{text}\n"))?;
    }
    Ok(())
}

/// Asks for the object once more, then for what is around it.
fn description(kubectl: &mut Kubectl<'_, '_>, info: &Info, show_events: bool) -> Outcome<String> {
    let object = kubectl.get(&info.mapping, &info.namespace, &info.name)?;
    let mut related = Related::default();
    for query in queries(&object, show_events) {
        match caught(ask(kubectl, &query))? {
            Ok(answer) => related.add(query.resource, &answer),
            Err(failure) if query.may_fail(failure.reason()) => related.add_failure(query, failure.text()),
            Err(failure) => return Err(failure.into()),
        }
    }
    Ok(describe(&object, &related, kubectl.now()?))
}

fn ask(kubectl: &mut Kubectl<'_, '_>, query: &Query) -> Outcome<Vec<Value>> {
    let mapping = kubectl.mapping(query.resource)?;
    if let Some(name) = &query.name {
        return Ok(vec![kubectl.get(&mapping, &query.namespace, name)?]);
    }
    let call = Call::get(mapping.path(&query.namespace, ""))
        .maybe("labelSelector", &query.label_selector)
        .maybe("fieldSelector", &query.field_selector)
        .query("limit", kubectl.flags.int("chunk-size").to_string());
    let list = kubectl.send(&call)?;
    Ok(items(&list, "/items").to_vec())
}
