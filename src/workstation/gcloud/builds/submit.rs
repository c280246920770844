//! `gcloud builds submit`: sends the source, and shows the log until the build has ended.
//!
//! Models: command_lib/builds/submit_util.py, command_lib/cloudbuild/execution.py, api_lib/cloudbuild/logs.py of gcloud 535.
//! Simplified: the source is a directory here; a third Ctrl-C, which ends gcloud while it cancels, is like a second one.

use std::ops::ControlFlow;
use std::time::Duration;

use podarium_machine::{Process, Suspend};
use serde_json::{Value, json};

use super::super::cli::{Done, ask_with, not_simulated};
use super::super::command::Given;
use super::super::{PROJECT, format};
use super::{config, listing, source};

/// The bucket of the project's sources.
const BUCKET: &str = "podarium-lab_cloudbuild";

/// `2h15m5s`, `600`: seconds.
fn duration(text: &str) -> Option<u64> {
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(seconds);
    }
    let (mut total, mut digits) = (0, String::new());
    for c in text.chars() {
        match c {
            '0'..='9' => digits.push(c),
            unit => {
                let factor = match unit {
                    's' => 1,
                    'm' => 60,
                    'h' => 3600,
                    'd' => 86_400,
                    _ => return None,
                };
                total += digits.parse::<u64>().ok()? * factor;
                digits.clear();
            }
        }
    }
    digits.is_empty().then_some(total)
}

/// `3.7 KiB`: as gcloud writes sizes.
fn size(bytes: u64) -> String {
    if bytes == 0 {
        return "0".to_owned();
    }
    let mut value = bytes as f64;
    for unit in ["bytes", "KiB", "MiB", "GiB"] {
        if value < 1024.0 || unit == "GiB" {
            return if value.fract() == 0.0 { format!("{value:.0} {unit}") } else { format!("{value:.1} {unit}") };
        }
        value /= 1024.0;
    }
    String::new()
}

/// A line of dashes with a text in its middle, as Python centres it.
fn rule(text: &str, width: usize) -> String {
    let space = width.saturating_sub(text.len());
    let left = space / 2 + (space & width & 1);
    format!("{}{text}{}\n", "-".repeat(left), "-".repeat(space - left))
}

/// `_A=1,_B=two`; the error is argparse's.
fn pairs(text: &str) -> Result<Vec<(String, String)>, String> {
    let read = |pair: &str| match pair.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err(format!("argument --substitutions: Bad syntax for dict arg: [{pair}]. Please see `gcloud topic flags-file` or `gcloud topic escaping` for information on providing list or dictionary flag values with special characters.")),
    };
    text.split(',').filter(|pair| !pair.is_empty()).map(read).collect()
}

/// What shall be built.
fn wanted(process: &mut Process<'_>, given: &Given, source: Option<&str>) -> Result<Result<Value, i32>, Suspend> {
    let substitutions = match given.flag("substitutions").map_or(Ok(Vec::new()), pairs) {
        Ok(pairs) => pairs,
        Err(what) => {
            process.eprint(&format!("ERROR: (gcloud.builds.submit) {what}\nUsage: gcloud builds submit [[SOURCE] --no-source] [optional flags]\n\nFor detailed information on this command and its flags, run:\n  gcloud builds submit --help\n"))?;
            return Ok(Err(2));
        }
    };
    if let Some(tag) = given.flag("tag") {
        if !tag.contains("gcr.io") && !tag.contains("pkg.dev") {
            return Ok(Err(given.invalid(process, "--tag", "Tag value must be in the *gcr.io* or *pkg.dev* namespace.")?));
        }
        if given.has("no-cache") {
            return Ok(Err(given.invalid(process, "no-cache", "Cannot specify --no-cache if builds/use_kaniko property is False")?));
        }
        if let Some(source) = source
            && process.stat(source)?.is_ok_and(|found| found.is_dir())
            && process.stat(&format!("{source}/Dockerfile"))?.is_err()
        {
            return Ok(Err(given.invalid(process, "source", "Dockerfile required when specifying --tag")?));
        }
        let mut build = json!({"images": [tag], "steps": [{"args": ["build", "--network", "cloudbuild", "--no-cache", "-t", tag, "."], "name": "gcr.io/cloud-builders/docker"}]});
        if !substitutions.is_empty() {
            build["substitutions"] = substitutions.into_iter().map(|(key, value)| (key, json!(value))).collect::<serde_json::Map<_, _>>().into();
        }
        return Ok(Ok(build));
    }
    if given.has("no-cache") {
        return Ok(Err(given.fail(process, "arguments not allowed simultaneously: --config, --no-cache")?));
    }
    let path = given.flag("config").unwrap_or("cloudbuild.yaml").to_owned();
    if path.is_empty() {
        return Ok(Err(given.invalid(process, "--config", "Config file path must not be empty.")?));
    }
    let text = match process.read_file(&path)? {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) => {
            let why = match error {
                podarium_machine::Errno::IsDirectory => "[Errno 21] Is a directory",
                podarium_machine::Errno::AccessDenied => "[Errno 13] Permission denied",
                _ => "[Errno 2] No such file or directory",
            };
            return Ok(Err(given.fail(process, &format!("Unable to read file [{path}]: {why}: '{path}'"))?));
        }
    };
    match config::load(&path, &text, &substitutions) {
        Ok(build) => Ok(Ok(build)),
        Err(what) => Ok(Err(given.fail(process, &what)?)),
    }
}

pub fn submit(process: &mut Process<'_>, given: &Given) -> Done {
    if given.has("tag") && given.has("config") {
        process.eprint("ERROR: (gcloud.builds.submit) argument --config: At most one of --config | --pack | --tag can be specified.\nUsage: gcloud builds submit [[SOURCE] --no-source] [optional flags]\n\nFor detailed information on this command and its flags, run:\n  gcloud builds submit --help\n")?;
        return Ok(2);
    }
    if given.has("no-source") && !given.operands.is_empty() {
        process.eprint("ERROR: (gcloud.builds.submit) argument SOURCE: At most one of SOURCE | --no-source can be specified.\nUsage: gcloud builds submit [[SOURCE] --no-source] [optional flags]\n\nFor detailed information on this command and its flags, run:\n  gcloud builds submit --help\n")?;
        return Ok(2);
    }
    let source = (!given.has("no-source")).then(|| given.operands.first().cloned().unwrap_or_else(|| ".".to_owned()));
    let timeout = match given.flag("timeout").map(|text| (text.to_owned(), duration(text))) {
        Some((text, None)) => return given.fail(process, &format!("Failed to parse duration [{text}]")),
        found => found.and_then(|(_, seconds)| seconds),
    };
    let mut build = match wanted(process, given, source.as_deref())? {
        Ok(build) => build,
        Err(code) => return Ok(code),
    };
    if let Some(seconds) = timeout {
        build["timeout"] = json!(format!("{seconds}s"));
    }
    if let Some(kind) = given.flag("machine-type") {
        build["options"]["machineType"] = json!(kind.to_uppercase().replace('-', "_"));
    }
    if let Some(disk) = given.flag("disk-size") {
        build["options"]["diskSizeGb"] = json!(disk.trim_end_matches(|c: char| c.is_ascii_alphabetic()));
    }
    let mut archive = Vec::new();
    if let Some(source) = &source {
        if source.starts_with("gs://") || source.starts_with("http://") || source.starts_with("https://") || source.starts_with("projects/") {
            return not_simulated(process, &format!("builds submit {source} (a directory is)"));
        }
        match process.stat(source)? {
            Err(_) => return given.fail(process, &format!("could not find source [{source}]")),
            Ok(found) if !found.is_dir() => {
                return match [".zip", ".tgz", ".gz"].iter().any(|end| source.ends_with(end)) {
                    true => not_simulated(process, &format!("builds submit {source} (a directory is)")),
                    // The real one forgets to put the name in.
                    false => given.fail(process, "Local file [{src}] is none of .zip, .tgz, .gz"),
                };
            }
            Ok(_) => {}
        }
        let found = match source::collect(process, source.trim_end_matches('/'), given.flag("ignore-file"))? {
            Ok(found) => found,
            Err(what) => return given.fail(process, &what),
        };
        process.eprint(&format!("Creating temporary archive of {} file(s) totalling {} before compression.\n", found.files, size(found.bytes)))?;
        let nanos = process.unix_nanos()?;
        if found.left_out_silently {
            let at = jiff::Timestamp::from_nanosecond(nanos.into()).unwrap_or_default();
            let home = process.env("HOME").unwrap_or_default();
            process.eprint(&format!("Some files were not included in the source upload.\n\nCheck the gcloud log [{home}/.config/gcloud/logs/{}.{:06}.log] to see which files and the contents of the\ndefault gcloudignore file used (see `$ gcloud topic gcloudignore` to learn\nmore).\n\n", at.strftime("%Y.%m.%d/%H.%M.%S"), nanos / 1000 % 1_000_000))?;
        }
        let stamp = format!("{}.{:06}", nanos / 1_000_000_000, nanos / 1000 % 1_000_000);
        let (high, low) = (process.random_bits()?, process.random_bits()?);
        let uuid = format!("{:016x}{:016x}", high & !0xf000 | 0x4000, low & !(0xc << 60) | 0x8 << 60);
        let object = format!("source/{}-{uuid}.tgz", stamp.trim_end_matches('0').trim_end_matches('.'));
        process.eprint(&format!("Uploading tarball of [{source}] to [gs://{BUCKET}/{object}]\n"))?;
        process.sleep(Duration::from_millis(900 + found.archive.len() as u64 / 2000))?;
        let generation = process.unix_nanos()? / 1000;
        build["source"] = json!({"storageSource": {"bucket": BUCKET, "generation": generation.to_string(), "object": object}});
        archive = found.archive;
    }
    let mut body = format!("{build}\n").into_bytes();
    body.extend(archive);
    let made = match ask_with(process, "POST", "/builds", body)? {
        Ok(made) => made,
        Err(error) => return given.refused(process, &error),
    };
    let id = made["id"].as_str().unwrap_or_default().to_owned();
    process.eprint(&format!("Created [https://cloudbuild.googleapis.com/v1/projects/{PROJECT}/locations/global/builds/{id}].\nLogs are available at [ {} ].\n", made["logUrl"].as_str().unwrap_or_default()))?;
    if given.has("async") {
        return listing::show(process, given, vec![made]);
    }
    let polling = given.flag("polling-interval").and_then(|text| text.parse::<u64>().ok()).unwrap_or(1).max(1);
    let in_buckets = !["CLOUD_LOGGING_ONLY", "STACKDRIVER_ONLY", "NONE"].contains(&made["options"]["logging"].as_str().unwrap_or_default());
    if !in_buckets && made["options"]["logging"] != "NONE" {
        process.eprint("\ngcloud builds submit only displays logs from Cloud Storage. To view logs from Cloud Logging, run:\ngcloud beta builds submit\n\n")?;
    }
    process.eprint(&format!("Waiting for build to complete. Polling interval: {polling} second(s).\n"))?;
    let shows = in_buckets && !given.has("suppress-logs");
    process.catch_interrupts(true)?;
    match stream(process, &id, polling, shows)? {
        Streamed::ToItsEnd => process.catch_interrupts(false)?,
        Streamed::Refused(error) => return given.refused(process, &error),
    }
    let done = match super::super::cli::ask(process, "GET", &format!("/builds/{id}"), &Value::Null)? {
        Ok(done) => done,
        Err(error) => return given.refused(process, &error),
    };
    if done["status"] == "TIMEOUT" {
        process.eprint("Your build timed out. Use the [--timeout=DURATION] flag to change the timeout threshold.\n")?;
    }
    if let Some(detail) = done["failureInfo"]["detail"].as_str() {
        process.eprint(&format!("\nBUILD FAILURE: {detail}\n"))?;
    }
    if done["status"] != "SUCCESS" {
        return given.fail(process, &format!("build {id} completed with status \"{}\"", done["status"].as_str().unwrap_or_default()));
    }
    match given.has("format") {
        true => format::one(process, given, &done),
        false => listing::show(process, given, vec![done]),
    }
}

/// How the watching of a build has ended.
#[derive(Clone)]
pub enum Streamed {
    ToItsEnd,
    /// It should be cancelled, and was not.
    Refused((u16, String)),
}

/// Shows the log of a build until it has ended. Where interrupts are caught the first one cancels the build, whose end is then waited for.
pub fn stream(process: &mut Process<'_>, id: &str, polling: u64, shows: bool) -> Result<Streamed, Suspend> {
    let width = process.columns()?.unwrap_or(80);
    let id = id.to_owned();
    process.repeat((0usize, false), move |process, (seen, cancelled)| {
        let told = super::super::cli::ask(process, "GET", &format!("/builds/{id}/log/{seen}"), &Value::Null)?;
        let Ok(told) = told else { return Ok(ControlFlow::Break(Streamed::ToItsEnd)) };
        let text = told["text"].as_str().unwrap_or_default();
        let over = !matches!(told["status"].as_str(), Some("QUEUED" | "WORKING"));
        if shows && !text.is_empty() {
            let head = if *seen == 0 { rule(" REMOTE BUILD OUTPUT ", width) } else { String::new() };
            process.print(&format!("{head}{}\n", text.trim_end()))?;
        }
        *seen += text.len();
        if over {
            if shows {
                process.print(&rule("", width))?;
            }
            return Ok(ControlFlow::Break(Streamed::ToItsEnd));
        }
        if process.sleep_or_interrupt(Duration::from_secs(polling))? && !std::mem::replace(cancelled, true) {
            process.eprint("Cancelling...\n")?;
            if let Err(error) = listing::cancel_one(process, &id)? {
                return Ok(ControlFlow::Break(Streamed::Refused(error)));
            }
        }
        Ok(ControlFlow::Continue(()))
    })
}

/// Shows what the log of a build has now.
pub fn print_log(process: &mut Process<'_>, text: &str) -> Result<(), Suspend> {
    let width = process.columns()?.unwrap_or(80);
    process.print(&format!("{}{}\n{}", rule(" REMOTE BUILD OUTPUT ", width), text.trim_end(), rule("", width)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_rules_and_durations_are_gclouds() {
        for (bytes, wanted) in [(0, "0"), (108, "108 bytes"), (1024, "1 KiB"), (9011, "8.8 KiB"), (4198, "4.1 KiB")] {
            assert_eq!(size(bytes), wanted);
        }
        assert_eq!(rule(" REMOTE BUILD OUTPUT ", 80), "----------------------------- REMOTE BUILD OUTPUT ------------------------------\n");
        assert_eq!(rule("", 4), "----\n");
        for (text, wanted) in [("600", Some(600)), ("2h15m5s", Some(8105)), ("10m", Some(600)), ("soon", None), ("5", Some(5)), ("5x", None)] {
            assert_eq!(duration(text), wanted, "{text}");
        }
        assert_eq!(pairs("_A=1,_B=x=y").unwrap(), [("_A".to_owned(), "1".to_owned()), ("_B".to_owned(), "x=y".to_owned())]);
        assert!(pairs("_A").unwrap_err().starts_with("argument --substitutions: Bad syntax for dict arg: [_A]."));
    }
}
