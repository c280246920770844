//! `docker build`: sends the context and shows how the build goes, as BuildKit does.
//!
//! Simplified: on a terminal the steps appear when the build has ended, as they stand at its end.

use std::collections::BTreeMap;

use podarium_machine::{Process, StreamItem, Suspend};
use serde_json::{Value, json};

use super::containers::fail;
use super::flags::{Flags, NONE, Parsed};
use super::{Done, refusal, request, unreachable_daemon};
use crate::docker::selection::matches;

pub const BUILD: Flags = &[
    ("build-arg", NONE, "stringArray", "Set build-time variables"),
    ("cache-from", NONE, "stringArray", "External cache sources (e.g., \"user/app:cache\", \"type=local,src=path/to/dir\")"),
    ("file", 'f', "string", "Name of the Dockerfile (default: \"PATH/Dockerfile\")"),
    ("network", NONE, "string", "Set the networking mode for the \"RUN\" instructions during build (default \"default\")"),
    ("no-cache", NONE, "", "Do not use cache when building the image"),
    ("progress", NONE, "string", "Set type of progress output (\"auto\", \"plain\", \"quiet\", \"tty\")"),
    ("pull", NONE, "", "Always attempt to pull all referenced images"),
    ("quiet", 'q', "", "Suppress the build output and print image ID on success"),
    ("tag", 't', "stringArray", "Image identifier (format: \"[registry/]repository[:tag]\")"),
    ("target", NONE, "string", "Set the target build stage to build"),
];

/// The largest context that is sent.
const MOST_BYTES: usize = 32 << 20;

/// A file of the context: its path below it, and its mode.
type Found = (String, u32);

pub fn build(process: &mut Process<'_>, parsed: &Parsed) -> Done {
    let context = parsed.operands[0].trim_end_matches('/').to_owned();
    let classic = match process.env("DOCKER_BUILDKIT").as_deref() {
        Some("0" | "false") => true,
        Some("1" | "true") => false,
        _ => parsed.classic,
    };
    if let Some(from) = parsed.value("cache-from") {
        return fail(process, &format!("podarium: not simulated: docker build --cache-from {from}"));
    }
    if let Some(network) = parsed.value("network").filter(|network| !["default", "cloudbuild", "none"].contains(network)) {
        return fail(process, &format!("podarium: not simulated: docker build --network {network}"));
    }
    if classic && !parsed.classic {
        process.eprint("DEPRECATED: The legacy builder is deprecated and will be removed in a future release.\n            BuildKit is currently disabled; enable it by removing the DOCKER_BUILDKIT=0\n            environment-variable.\n\n")?;
    }
    let unprepared = if classic { "unable to prepare context" } else { "ERROR: unable to prepare context" };
    if context == "-" || context.contains("://") {
        return fail(process, "podarium: not simulated: docker build of anything but a directory");
    }
    match process.stat(&context)? {
        Ok(found) if found.is_dir() => {}
        Ok(_) => return fail(process, &format!("{unprepared}: context must be a directory: {context}")),
        Err(_) => return fail(process, &format!("{unprepared}: path \"{context}\" not found")),
    }
    let name = parsed.value("file").map_or_else(|| "Dockerfile".to_owned(), |file| file.rsplit('/').next().unwrap_or(file).to_owned());
    let path = parsed.value("file").map_or_else(|| format!("{context}/Dockerfile"), str::to_owned);
    let dockerfile = match process.read_file(&path)? {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(_) if classic => {
            let directory = process.cwd()?;
            let whole = if path.starts_with('/') { path.clone() } else { format!("{}/{}", directory.trim_end_matches('/'), path.trim_start_matches("./")) };
            return fail(process, &format!("unable to prepare context: unable to evaluate symlinks in Dockerfile path: lstat {whole}: no such file or directory"));
        }
        Err(_) => {
            process.eprint(&format!(
                "#0 building with \"default\" instance using docker driver\n\n#1 [internal] load build definition from {name}\n#1 transferring dockerfile: 2B done\n#1 DONE 0.0s\nERROR: failed to build: failed to solve: failed to read dockerfile: open {name}: no such file or directory\n"
            ))?;
            return Ok(1);
        }
    };
    let ignore = process.read_file(&format!("{context}/.dockerignore"))?.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let patterns: Vec<&str> = ignore.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    let (mut files, mut bodies) = (Vec::new(), Vec::new());
    for (path, mode) in walk(process, &context)? {
        if is_ignored(&patterns, &path) {
            continue;
        }
        let Ok(bytes) = process.read_file(&format!("{context}/{path}"))? else { continue };
        files.push(json!({"path": path, "mode": mode, "size": bytes.len()}));
        bodies.extend(bytes);
        if bodies.len() > MOST_BYTES {
            return fail(process, "podarium: not simulated: a build context of more than 32 MB");
        }
    }
    let mut args = BTreeMap::new();
    for arg in parsed.values("build-arg") {
        let (name, value) = arg.split_once('=').map_or((arg.as_str(), None), |(name, value)| (name, Some(value.to_owned())));
        if let Some(value) = value.or_else(|| process.env(name)) {
            args.insert(name.to_owned(), value);
        }
    }
    let head = json!({
        "dockerfile": dockerfile, "name": name, "tags": parsed.values("tag"), "args": args, "target": parsed.value("target"),
        "noCache": parsed.has("no-cache"), "files": files, "classic": classic,
    });
    let sent: Vec<u64> = files.iter().filter_map(|file| file["size"].as_u64()).collect();
    let mut body = format!("{head}\n").into_bytes();
    body.extend(bodies);
    if classic {
        return super::classic::show(process, body, &sent, parsed.has("quiet"));
    }
    let plain = match parsed.value("progress") {
        Some("plain") => true,
        Some("tty") => false,
        _ => !process.is_tty(2),
    };
    show(process, body, &dockerfile, &name, plain, parsed.has("quiet"))
}

/// All files below a directory. Links are followed, as far as they lead to files.
fn walk(process: &mut Process<'_>, context: &str) -> Result<Vec<Found>, Suspend> {
    let (mut found, mut open) = (Vec::new(), vec![String::new()]);
    while let Some(directory) = open.pop() {
        let Ok(names) = process.read_dir(&format!("{context}/{directory}"))? else { continue };
        for name in names {
            let path = if directory.is_empty() { name } else { format!("{directory}/{name}") };
            match process.stat(&format!("{context}/{path}"))? {
                Ok(it) if it.is_dir() => open.push(path),
                Ok(it) => found.push((path, it.mode)),
                Err(_) => {}
            }
        }
    }
    found.sort();
    Ok(found)
}

fn is_ignored(patterns: &[&str], path: &str) -> bool {
    let mut ignored = false;
    for pattern in patterns {
        let (except, pattern) = pattern.strip_prefix('!').map_or((false, *pattern), |pattern| (true, pattern));
        let pattern = pattern.trim_start_matches('/').trim_start_matches("./").trim_end_matches('/');
        let mut end = path.len();
        loop {
            if matches(pattern, &path[..end]) {
                ignored = !except;
            }
            match path[..end].rfind('/') {
                Some(at) => end = at,
                None => break,
            }
        }
    }
    ignored
}

/// A step as it is shown at the end on a terminal.
#[derive(Clone, Default)]
struct Shown {
    name: String,
    logs: Vec<String>,
    state: String,
}

fn show(process: &mut Process<'_>, body: Vec<u8>, dockerfile: &str, file: &str, plain: bool, quiet: bool) -> Done {
    let begun = process.now()?;
    let stream = match process.http_open(request("POST", "/build").body(body))? {
        Ok(stream) => stream,
        Err(error) => return fail(process, &format!("ERROR: {}", unreachable_daemon(error))),
    };
    if stream.status >= 300 {
        let mut body = Vec::new();
        while let StreamItem::Chunk(piece) = process.http_next(stream.id, None)? {
            body.extend(piece);
        }
        let problem = refusal(&serde_json::from_slice(&body).unwrap_or_default());
        return fail(process, &format!("ERROR: failed to build: {}", problem.trim_start_matches("Error response from daemon: ")));
    }
    if plain && !quiet {
        process.eprint("#0 building with \"default\" instance using docker driver\n")?;
    }
    let mut steps: BTreeMap<u64, Shown> = BTreeMap::new();
    let (mut image, mut warnings, mut failed): (Option<String>, Vec<String>, Option<Value>) = (None, Vec::new(), None);
    let mut open = String::new();
    // Numbers are given to what is shown, one after the other.
    let mut numbers: BTreeMap<u64, usize> = BTreeMap::new();
    while let StreamItem::Chunk(piece) = process.http_next(stream.id, None)? {
        open.push_str(&String::from_utf8_lossy(&piece));
        let mut text = String::new();
        while let Some((line, rest)) = open.split_once('\n').map(|(line, rest)| (line.to_owned(), rest.to_owned())) {
            open = rest;
            let event: Value = serde_json::from_str(&line).unwrap_or_default();
            text.push_str(&take(&event, &mut steps, &mut numbers));
            if let Some(id) = event["image"].as_str() {
                image = Some(id.to_owned());
                warnings = event["warnings"].as_array().into_iter().flatten().filter_map(|warning| warning.as_str().map(str::to_owned)).collect();
            }
            if event["failed"].is_string() {
                failed = Some(event);
            }
        }
        if plain && !quiet {
            process.eprint(&text)?;
        }
    }
    if !plain && !quiet {
        let took = (process.now()? - begun).as_secs_f64();
        let width = process.columns()?.unwrap_or(80);
        process.eprint(&block(&steps, took, failed.is_some(), width))?;
    }
    if let Some(failed) = failed {
        process.eprint(&failure(&failed, &steps, dockerfile, file))?;
        return Ok(1);
    }
    if !warnings.is_empty() && !quiet {
        let plural = if warnings.len() == 1 { "" } else { "s" };
        let list: String = warnings.iter().map(|warning| format!(" - {warning}\n")).collect();
        process.eprint(&format!("\n {} warning{plural} found (use docker --debug to expand):\n{list}", warnings.len()))?;
    }
    if quiet && let Some(image) = image {
        process.print(&format!("{image}\n"))?;
    }
    Ok(0)
}

/// Takes in one event; what it is in plain progress.
fn take(event: &Value, steps: &mut BTreeMap<u64, Shown>, numbers: &mut BTreeMap<u64, usize>) -> String {
    let step_of = |name: &str| event[name].as_u64();
    if let Some(step) = step_of("start") {
        let next = numbers.len() + 1;
        numbers.insert(step, next);
        let name = event["name"].as_str().unwrap_or_default().to_owned();
        steps.insert(step, Shown { name: name.clone(), ..Shown::default() });
        return format!("\n#{next} {name}\n");
    }
    let number = |step: u64| numbers.get(&step).copied().unwrap_or_default();
    if let Some(step) = step_of("log") {
        let text = event["text"].as_str().unwrap_or_default();
        let shown = match event["at"].as_f64() {
            Some(at) => format!("{at:.3} {text}"),
            None => text.to_owned(),
        };
        if let Some(known) = steps.get_mut(&step) {
            known.logs.push(shown.clone());
        }
        let done = if event["done"].is_boolean() { " done" } else { "" };
        return format!("#{} {shown}{done}\n", number(step));
    }
    if let Some(step) = step_of("done") {
        let seconds = event["seconds"].as_f64().unwrap_or_default();
        let Some(known) = steps.get_mut(&step) else { return String::new() };
        known.state = format!("{seconds:.1}s");
        return format!("#{} DONE {seconds:.1}s\n", number(step));
    }
    if let Some(step) = step_of("cached") {
        let Some(known) = steps.get_mut(&step) else { return String::new() };
        known.state = "CACHED".to_owned();
        return format!("#{} CACHED\n", number(step));
    }
    if let Some(step) = step_of("error") {
        if let Some(known) = steps.get_mut(&step) {
            known.state = "ERROR".to_owned();
        }
        return format!("#{} ERROR: {}\n", number(step), event["text"].as_str().unwrap_or_default());
    }
    String::new()
}

/// All steps as they stand at the end on a terminal.
fn block(steps: &BTreeMap<u64, Shown>, took: f64, failed: bool, width: usize) -> String {
    let line = |left: String, right: &str| {
        let space = width.saturating_sub(right.chars().count() + 1);
        let left: String = left.chars().take(space).collect();
        format!("{left:<space$} {right}\n")
    };
    let done = steps.values().filter(|step| step.state != "ERROR").count();
    let end = if failed { "" } else { " FINISHED" };
    let mut out = line(format!("[+] Building {took:.1}s ({done}/{}){end}", steps.len()), "docker:default");
    for step in steps.values() {
        let (mark, time) = match step.state.as_str() {
            "CACHED" => ("CACHED ", "0.0s"),
            "ERROR" => ("ERROR ", "0.0s"),
            time => ("", time),
        };
        out.push_str(&line(format!(" => {mark}{}", step.name), time));
        if !step.name.contains("] RUN") {
            for log in &step.logs {
                out.push_str(&line(format!(" => => {log}"), "0.0s"));
            }
        }
    }
    out
}

/// What is said below a build that failed.
fn failure(failed: &Value, steps: &BTreeMap<u64, Shown>, dockerfile: &str, file: &str) -> String {
    let mut out = String::new();
    if let Some(step) = failed["step"].as_u64().and_then(|step| steps.get(&step)) {
        let logs: String = step.logs.iter().filter(|_| step.name.contains("] RUN")).map(|log| format!("{log}\n")).collect();
        out.push_str(&format!("------\n > {}:\n{logs}------\n", step.name));
    }
    let (first, last) = (failed["lines"][0].as_u64().unwrap_or(0) as usize, failed["lines"][1].as_u64().unwrap_or(0) as usize);
    if first > 0 {
        out.push_str(&format!("{file}:{first}\n--------------------\n"));
        let lines: Vec<&str> = dockerfile.split('\n').collect();
        let (start, end) = (first.saturating_sub(3).max(1), (last + 2).min(lines.len()));
        for number in start..=end {
            let mark = if (first..=last).contains(&number) { ">>>" } else { "   " };
            out.push_str(&format!("{number:>4} | {mark} {}\n", lines[number - 1]));
        }
        out.push_str("--------------------\n");
    }
    let text = failed["failed"].as_str().unwrap_or_default();
    match text.starts_with("podarium:") {
        true => out.push_str(&format!("{text}\n")),
        false => out.push_str(&format!("ERROR: failed to build: failed to solve: {text}\n")),
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_ignored_is_not_sent() {
        let patterns = ["node_modules", "*.log", "!keep.log", "doc/**"];
        for (path, ignored) in [("node_modules/a/b.js", true), ("a.log", true), ("keep.log", false), ("sub/a.log", false), ("doc/x/y", true), ("server.js", false)] {
            assert_eq!(is_ignored(&patterns, path), ignored, "{path}");
        }
    }
}
