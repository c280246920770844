//! `kubectl explain RESOURCE.FIELD…`: what a field of a kind is, as the server's OpenAPI document describes it.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/explain/explain.go, pkg/explain/v2/explain.go, v1.36.
//! Simplified: nothing.

use serde_json::Value;

use crate::client::Call;
use crate::command::Command;
use crate::explanation::Document;
use crate::explanation_v2;
use crate::failure::{Failure, Outcome, caught, fail};
use crate::flags::{Flag, Takes};
use crate::kubectl::Kubectl;
use crate::mapping::Mapping;

pub const COMMAND: Command = Command::new("explain", &[OWN], run);

const OWN: &[Flag] = &[Flag::text("api-version"), Flag::new("output", Takes::Text, "plaintext").short('o'), Flag::bool("recursive").short('R')];

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let flags = kubectl.flags.clone();
    let request = match &flags.args[..] {
        [] => return fail("You must specify the type of resource to explain. Use \"kubectl api-resources\" for a complete list of supported resources.\n"),
        [request] => request.clone(),
        _ => return fail("We accept only this format: explain RESOURCE\n"),
    };
    let (mapping, path) = find(kubectl, &request, !flags.text("api-version").is_empty())?;
    let (group, version) = match flags.text("api-version") {
        "" => (mapping.group.clone(), mapping.version.clone()),
        asked => match asked.split_once('/') {
            Some((group, version)) => (group.to_owned(), version.to_owned()),
            None => (String::new(), asked.to_owned()),
        },
    };
    match flags.text("output") {
        "plaintext" => {}
        "plaintext-openapiv2" => {
            let document = kubectl.send(&Call::get("/openapi/v2"))?;
            return match explanation_v2::Document(&document).explain((&group, &version, &mapping.kind), &path, flags.bool("recursive")) {
                Ok(text) => kubectl.print(&text),
                Err(error) => fail(error),
            };
        }
        other => return fail(format!("unrecognized format: {other}")),
    }
    let document = open(kubectl, &group, &version, &mapping.resource)?;
    let text = Document(&document).explain((&group, &version, &mapping.resource), &path, flags.bool("recursive"));
    match text {
        Ok(text) => kubectl.print(&text),
        // What is known by then has been printed.
        Err(error) if error.starts_with("field ") => {
            let head = if group.is_empty() { String::new() } else { format!("GROUP:      {group}\n") };
            let text = format!("{head}KIND:       {}\nVERSION:    {version}\n\n", mapping.kind);
            Err(Failure::Shown { text, failure: Box::new(Failure::Message(error)) }.into())
        }
        Err(error) => Err(Failure::Message(error).into()),
    }
}

/// The resource that a request begins with, and the fields that follow. A dot may belong to the name of the group, unless
/// `--api-version` says which group is meant: of the resources with that name the first counts that the request begins with.
fn find(kubectl: &mut Kubectl<'_, '_>, request: &str, versioned: bool) -> Outcome<(Mapping, Vec<String>)> {
    // The field names are read as JSONPath, of which nothing but names may be there.
    if request.starts_with('.') || request.contains("..") || request.contains('[') {
        return fail("invalid jsonpath syntax, first node must be field node");
    }
    if request.trim().is_empty() {
        return fail("a resource must be present, got: /, Resource=");
    }
    let parts: Vec<&str> = request.split('.').collect();
    let first = match caught(kubectl.mapping(parts[0]))? {
        Ok(first) => first,
        // This one command says it without `error: `.
        Err(failure) => return Err(Failure::Plain(failure.to_string()).into()),
    };
    let of_that_name = kubectl.mapper()?.preferred().into_iter().filter(|mapping| mapping.resource == first.resource);
    let named = of_that_name.filter(|mapping| !versioned && request.starts_with(&mapping.group_resource())).map(|mapping| (mapping.group_resource().len(), mapping)).next();
    Ok(match named {
        Some((length, mapping)) => (mapping, fields(&request[length..].split('.').collect::<Vec<_>>())),
        None => (first, fields(&parts[1..])),
    })
}

fn fields(parts: &[&str]) -> Vec<String> {
    parts.iter().filter(|part| !part.is_empty()).map(|part| (*part).to_owned()).collect()
}

fn open(kubectl: &mut Kubectl<'_, '_>, group: &str, version: &str, resource: &str) -> Outcome<Value> {
    let index = kubectl.send(&Call::get("/openapi/v3"))?;
    let place = if group.is_empty() { format!("api/{version}") } else { format!("apis/{group}/{version}") };
    let Some(url) = index["paths"][&place]["serverRelativeURL"].as_str() else {
        return fail(format!("couldn't find resource for \"{group}/{version}, Resource={resource}\""));
    };
    kubectl.send(&Call::get(url))
}
