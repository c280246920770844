//! Commands for containers that are there: ps, start, stop, restart, kill, rm, logs, port, wait, inspect.

use std::ops::ControlFlow;

use podarium_machine::{Process, StreamItem, Suspend};
use serde_json::Value;

use super::flags::{Flags, NONE, Parsed};
use super::table::{duration, table};
use super::{Done, ask, each, encoded, refusal, request, unreachable_daemon};

pub const PS: Flags = &[
    ("all", 'a', "", "Show all containers (default shows just running)"),
    ("filter", 'f', "filter", "Filter output based on conditions provided"),
    ("latest", 'l', "", "Show the latest created container (includes all states)"),
    ("no-trunc", NONE, "", "Don't truncate output"),
    ("quiet", 'q', "", "Only display container IDs"),
];
pub const STOP: Flags = &[("time", 't', "int", "Seconds to wait before killing the container")];
pub const RM: Flags = &[
    ("force", 'f', "", "Force the removal of a running container (uses SIGKILL)"),
    ("volumes", 'v', "", "Remove anonymous volumes associated with the container"),
];
pub const LOGS: Flags = &[
    ("follow", 'f', "", "Follow log output"),
    ("tail", 'n', "string", "Number of lines to show from the end of the logs (default \"all\")"),
    ("timestamps", 't', "", "Show timestamps"),
];
pub const INSPECT: Flags = &[("format", 'f', "string", "Format output using a custom template"), ("type", NONE, "string", "Only inspect objects of the given type")];

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

/// `0.0.0.0:8080->8080/tcp, [::]:8080->8080/tcp`
fn ports(value: &Value) -> String {
    let mut parts = Vec::new();
    for port in value["Ports"].as_array().into_iter().flatten() {
        let inner = text(port, "container");
        match port["host"].as_u64() {
            Some(host) => {
                parts.push(format!("0.0.0.0:{host}->{inner}"));
                parts.push(format!("[::]:{host}->{inner}"));
            }
            None => parts.push(inner.to_owned()),
        }
    }
    parts.join(", ")
}

fn ellipsis(text: &str, length: usize) -> String {
    match text.chars().count() > length {
        true => format!("{}…", text.chars().take(length - 1).collect::<String>()),
        false => text.to_owned(),
    }
}

fn fits(container: &Value, filters: &[String]) -> bool {
    filters.iter().all(|filter| match filter.split_once('=') {
        Some(("name", name)) => text(container, "Name").contains(name),
        Some(("status", status)) => text(container, "State") == status,
        Some(("ancestor", image)) => text(container, "Image") == image,
        Some(("label", label)) => {
            let (key, value) = label.split_once('=').map_or((label, None), |(key, value)| (key, Some(value)));
            container["Labels"][key].as_str().is_some_and(|found| value.is_none_or(|value| value == found))
        }
        _ => false,
    })
}

pub fn ps(process: &mut Process<'_>, parsed: &Parsed) -> Done {
    let filters = parsed.values("filter");
    if let Some(filter) = filters.iter().find(|filter| !["name", "status", "ancestor", "label"].contains(&filter.split('=').next().unwrap_or_default())) {
        process.eprint(&format!("podarium: not simulated: docker ps --filter {filter}\n"))?;
        return Ok(1);
    }
    let all = parsed.has("all") || parsed.has("latest") || filters.iter().any(|filter| filter.starts_with("status="));
    let list = match ask(process, request("GET", &format!("/containers/json{}", if all { "?all=1" } else { "" })))? {
        Ok(list) => list,
        Err(problem) => return fail(process, &problem),
    };
    let mut shown: Vec<&Value> = list.as_array().into_iter().flatten().filter(|container| fits(container, &filters)).collect();
    if parsed.has("latest") {
        shown.truncate(1);
    }
    let whole = parsed.has("no-trunc");
    let id = |container: &Value| if whole { text(container, "Id").to_owned() } else { text(container, "Id")[..12].to_owned() };
    if parsed.has("quiet") {
        let ids: String = shown.iter().map(|container| format!("{}\n", id(container))).collect();
        process.print(&ids)?;
        return Ok(0);
    }
    let mut rows = vec![["CONTAINER ID", "IMAGE", "COMMAND", "CREATED", "STATUS", "PORTS", "NAMES"].map(str::to_owned).to_vec()];
    for container in shown {
        let ago = |name: &str| duration(container["Now"].as_i64().unwrap_or(0) - container[name].as_i64().unwrap_or(0));
        let status = match text(container, "State") {
            "running" => match text(container, "Health") {
                "" => format!("Up {}", ago("Since")),
                health => format!("Up {} ({health})", ago("Since")),
            },
            "exited" => format!("Exited ({}) {} ago", container["ExitCode"], ago("Since")),
            _ => "Created".to_owned(),
        };
        let command = text(container, "Command");
        let command = if whole { command.to_owned() } else { ellipsis(command, 20) };
        rows.push(vec![
            id(container),
            text(container, "Image").to_owned(),
            format!("\"{command}\""),
            format!("{} ago", ago("Created")),
            status,
            ports(container),
            text(container, "Name").to_owned(),
        ]);
    }
    process.print(&table(&rows))?;
    Ok(0)
}

pub fn fail(process: &mut Process<'_>, problem: &str) -> Done {
    process.eprint(&format!("{problem}\n"))?;
    Ok(1)
}

fn path(name: &str, verb: &str) -> String {
    format!("/containers/{}/{verb}", encoded(name))
}

pub fn start(process: &mut Process<'_>, parsed: &Parsed) -> Done {
    each(process, &parsed.operands, |name| request("POST", &path(name, "start")))
}

fn stopping(parsed: &Parsed, name: &str) -> podarium_machine::HttpRequest {
    let query = parsed.value("time").map(|seconds| format!("?t={seconds}")).unwrap_or_default();
    request("POST", &format!("{}{query}", path(name, "stop")))
}

pub fn stop(process: &mut Process<'_>, parsed: &Parsed) -> Done {
    each(process, &parsed.operands, |name| stopping(parsed, name))
}

pub fn restart(process: &mut Process<'_>, parsed: &Parsed) -> Done {
    let mut code = 0;
    for name in &parsed.operands {
        let stopped = ask(process, stopping(parsed, name))?;
        let started = match stopped {
            Ok(_) => ask(process, request("POST", &path(name, "start")))?,
            Err(problem) => Err(problem),
        };
        match started {
            Ok(_) => process.print(&format!("{name}\n"))?,
            Err(problem) => code = fail(process, &problem)?,
        }
    }
    Ok(code)
}

pub fn kill(process: &mut Process<'_>, parsed: &Parsed) -> Done {
    each(process, &parsed.operands, |name| request("POST", &path(name, "kill")))
}

pub fn rm(process: &mut Process<'_>, parsed: &Parsed) -> Done {
    let query = match (parsed.has("force"), parsed.has("volumes")) {
        (true, true) => "?force=1&v=1",
        (true, false) => "?force=1",
        (false, true) => "?v=1",
        (false, false) => "",
    };
    each(process, &parsed.operands, |name| request("DELETE", &format!("/containers/{}{query}", encoded(name))))
}

pub fn wait(process: &mut Process<'_>, parsed: &Parsed) -> Done {
    let mut code = 0;
    for name in &parsed.operands {
        match ask(process, request("POST", &path(name, "wait")))? {
            Ok(answer) => process.print(&format!("{}\n", answer["StatusCode"]))?,
            Err(problem) => code = fail(process, &problem)?,
        }
    }
    Ok(code)
}

pub fn logs(process: &mut Process<'_>, parsed: &Parsed) -> Done {
    let mut query = Vec::new();
    for name in ["follow", "timestamps"] {
        if parsed.has(name) {
            query.push(format!("{name}=1"));
        }
    }
    if let Some(tail) = parsed.value("tail") {
        query.push(format!("tail={tail}"));
    }
    let request = request("GET", &format!("{}?{}", path(&parsed.operands[0], "logs"), query.join("&")));
    stream(process, request, |process, bytes| process.write_stdout(bytes).map(|()| None))
}

/// Reads an answer in pieces. `take` gives an exit code when it has seen one.
pub fn stream(
    process: &mut Process<'_>,
    request: podarium_machine::HttpRequest,
    take: impl Fn(&mut Process<'_>, &[u8]) -> Result<Option<i32>, Suspend>,
) -> Done {
    let stream = match process.http_open(request)? {
        Ok(stream) => stream,
        Err(error) => return fail(process, &unreachable_daemon(error)),
    };
    if stream.status >= 300 {
        let mut body = Vec::new();
        while let StreamItem::Chunk(piece) = process.http_next(stream.id, None)? {
            body.extend(piece);
        }
        return fail(process, &refusal(&serde_json::from_slice(&body).unwrap_or_default()));
    }
    process.repeat(0, |process, code: &mut i32| match process.http_next(stream.id, None)? {
        StreamItem::Chunk(bytes) => {
            if let Some(ended) = take(process, &bytes)? {
                *code = ended;
            }
            Ok(ControlFlow::Continue(()))
        }
        _ => Ok(ControlFlow::Break(*code)),
    })
}

pub fn port(process: &mut Process<'_>, parsed: &Parsed) -> Done {
    let found = match ask(process, request("GET", &path(&parsed.operands[0], "json")))? {
        Ok(found) => found,
        Err(problem) => return fail(process, &problem),
    };
    let wanted = parsed.operands.get(1).map(|port| if port.contains('/') { port.clone() } else { format!("{port}/tcp") });
    let mut any = false;
    for (inner, hosts) in found["NetworkSettings"]["Ports"].as_object().into_iter().flatten() {
        if wanted.as_ref().is_some_and(|wanted| wanted != inner) {
            continue;
        }
        for host in hosts.as_array().into_iter().flatten() {
            any = true;
            for address in ["0.0.0.0", "[::]"] {
                let place = format!("{address}:{}\n", text(host, "HostPort"));
                process.print(&if wanted.is_some() { place } else { format!("{inner} -> {place}") })?;
            }
        }
    }
    match wanted {
        Some(wanted) if !any => fail(process, &format!("no public port '{wanted}' published for {}", parsed.operands[0])),
        _ => Ok(0),
    }
}

/// `{{.State.Status}}`: paths between braces, and no more of Go's templates.
fn fill(template: &str, value: &Value) -> Option<String> {
    let (mut out, mut rest) = (String::new(), template);
    while let Some((before, after)) = rest.split_once("{{") {
        let (inner, tail) = after.split_once("}}")?;
        let inner = inner.trim();
        let (json, path) = inner.strip_prefix("json ").map_or((false, inner), |path| (true, path.trim()));
        let mut found = value;
        for name in path.strip_prefix('.')?.split('.').filter(|name| !name.is_empty()) {
            found = found.get(name)?;
        }
        out.push_str(before);
        out.push_str(&match found {
            Value::String(text) if !json => text.clone(),
            found if json || !(found.is_object() || found.is_array()) => found.to_string(),
            _ => return None,
        });
        rest = tail;
    }
    Some(out + rest)
}

pub fn inspect(process: &mut Process<'_>, parsed: &Parsed) -> Done {
    let (mut found, mut code) = (Vec::new(), 0);
    for name in &parsed.operands {
        let container = ask(process, request("GET", &path(name, "json")))?;
        let answer = match container {
            Ok(answer) => Ok(answer),
            Err(_) => ask(process, request("GET", &format!("/images/{}/json", encoded(name))))?,
        };
        match answer {
            Ok(answer) => found.push(answer),
            Err(_) => code = fail(process, &format!("error: no such object: {name}"))?,
        }
    }
    pretty(process, parsed, &found, code)
}

/// Objects in JSON, or as a template wants them.
pub fn pretty(process: &mut Process<'_>, parsed: &Parsed, found: &[Value], code: i32) -> Done {
    if let Some(template) = parsed.value("format") {
        for one in found {
            match fill(template, one) {
                Some(text) => process.print(&format!("{text}\n"))?,
                None => return fail(process, &format!("podarium: not simulated: docker inspect --format '{template}' (paths of fields are)")),
            }
        }
        return Ok(code);
    }
    let mut out = Vec::new();
    let mut writer = serde_json::Serializer::with_formatter(&mut out, serde_json::ser::PrettyFormatter::with_indent(b"    "));
    if serde::Serialize::serialize(found, &mut writer).is_ok() {
        process.print(&format!("{}\n", String::from_utf8_lossy(&out)))?;
    }
    Ok(code)
}
