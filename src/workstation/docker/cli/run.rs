//! `docker run` and `docker exec`.

use std::ops::ControlFlow;

use podarium_machine::{ExchangeId, Process, Ready, Source, StreamItem, Suspend};
use serde_json::{Value, json};

use super::flags::{Flags, NONE, Parsed};
use super::{Done, ask, encoded, images, refusal, request, unreachable_daemon};

pub const RUN: Flags = &[
    ("add-host", NONE, "list", "Add a custom host-to-IP mapping (host:ip)"),
    ("detach", 'd', "", "Run container in background and print container ID"),
    ("entrypoint", NONE, "string", "Overwrite the default ENTRYPOINT of the image"),
    ("env", 'e', "list", "Set environment variables"),
    ("env-file", NONE, "list", "Read in a file of environment variables"),
    ("health-cmd", NONE, "string", "Command to run to check health"),
    ("health-interval", NONE, "duration", "Time between running the check (ms|s|m|h) (default 0s)"),
    ("health-retries", NONE, "int", "Consecutive failures needed to report unhealthy"),
    ("health-start-interval", NONE, "duration", "Time between running the check during the start period (ms|s|m|h) (default 0s)"),
    ("health-start-period", NONE, "duration", "Start period for the container to initialize before starting health-retries countdown (ms|s|m|h) (default 0s)"),
    ("health-timeout", NONE, "duration", "Maximum time to allow one check to run (ms|s|m|h) (default 0s)"),
    ("hostname", 'h', "string", "Container host name"),
    ("interactive", 'i', "", "Keep STDIN open even if not attached"),
    ("label", 'l', "list", "Set meta data on a container"),
    ("memory", 'm', "bytes", "Memory limit"),
    ("cpus", NONE, "decimal", "Number of CPUs"),
    ("name", NONE, "string", "Assign a name to the container"),
    ("network", NONE, "network", "Connect a container to a network"),
    ("network-alias", NONE, "list", "Add network-scoped alias for the container"),
    ("no-healthcheck", NONE, "", "Disable any container-specified HEALTHCHECK"),
    ("publish", 'p', "list", "Publish a container's port(s) to the host"),
    ("publish-all", 'P', "", "Publish all exposed ports to random ports"),
    ("pull", NONE, "string", "Pull image before running (\"always\", \"missing\", \"never\") (default \"missing\")"),
    ("quiet", 'q', "", "Suppress the pull output"),
    ("read-only", NONE, "", "Mount the container's root filesystem as read only"),
    ("rm", NONE, "", "Automatically remove the container and its associated anonymous volumes when it exits"),
    ("tty", 't', "", "Allocate a pseudo-TTY"),
    ("user", 'u', "string", "Username or UID (format: <name|uid>[:<group|gid>])"),
    ("volume", 'v', "list", "Bind mount a volume"),
    ("workdir", 'w', "string", "Working directory inside the container"),
];
pub const EXEC: Flags = &[
    ("detach", 'd', "", "Detached mode: run command in the background"),
    ("interactive", 'i', "", "Keep STDIN open even if not attached"),
    ("tty", 't', "", "Allocate a pseudo-TTY"),
];

/// What docker says when a container could not be run, and its exit code.
fn refused(process: &mut Process<'_>, problem: &str, code: i32) -> Done {
    let own = problem.starts_with("podarium:");
    process.eprint(&if own { format!("{problem}\n") } else { format!("docker: {problem}\n\nRun 'docker run --help' for more information\n") })?;
    Ok(code)
}

/// `8080:80`, `127.0.0.1:8080:80/tcp`, `80`.
fn port(text: &str) -> Result<Value, String> {
    let bad = |port: &str| format!("invalid publish opts format (should be name=value but got '{port}')");
    let (plain, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
    match protocol.to_ascii_lowercase().as_str() {
        "tcp" | "udp" => {}
        "sctp" => return Err(format!("podarium: not simulated: docker run -p {text} (TCP and UDP are)")),
        other => return Err(format!("invalid proto: {other}")),
    }
    let parts: Vec<&str> = plain.split(':').collect();
    let (host, inner) = match parts.as_slice() {
        [inner] => ("", *inner),
        [host, inner] | [_, host, inner] => (*host, *inner),
        _ => return Err(bad(text)),
    };
    let number = |port: &str| port.parse::<u16>().ok().filter(|port| *port > 0);
    let inner = number(inner).ok_or_else(|| format!("invalid containerPort: {inner}"))?;
    let host = match host {
        "" => Value::Null,
        host => json!(number(host).ok_or_else(|| format!("invalid hostPort: {host}"))?),
    };
    Ok(json!({"host": host, "container": format!("{inner}/{}", protocol.to_ascii_lowercase())}))
}

/// `64m`, `1g`, `1000000`.
fn memory(text: &str) -> Option<u64> {
    let lower = text.to_lowercase();
    let digits = lower.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let factor = match lower[digits.len()..].trim_end_matches('b') {
        "" => 1,
        "k" => 1 << 10,
        "m" => 1 << 20,
        "g" => 1 << 30,
        _ => return None,
    };
    Some((digits.parse::<f64>().ok()? * factor as f64) as u64)
}

fn settings(process: &mut Process<'_>, parsed: &Parsed) -> Result<Result<Value, String>, Suspend> {
    let mut env = Vec::new();
    for file in parsed.values("env-file") {
        match process.read_file(&file)? {
            Ok(bytes) => env.extend(String::from_utf8_lossy(&bytes).lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')).map(str::to_owned)),
            Err(error) => return Ok(Err(format!("open {file}: {}", error.to_string().to_lowercase()))),
        }
    }
    for entry in parsed.values("env") {
        // A name alone passes on the value from here.
        match entry.contains('=') {
            true => env.push(entry),
            false => env.extend(process.env(&entry).map(|value| format!("{entry}={value}"))),
        }
    }
    let mut ports = Vec::new();
    for text in parsed.values("publish") {
        match port(&text) {
            Ok(port) => ports.push(port),
            Err(problem) => return Ok(Err(problem)),
        }
    }
    let limit = match parsed.value("memory").map(|text| (text, memory(text))) {
        Some((text, None)) => return Ok(Err(format!("invalid argument \"{text}\" for \"-m, --memory\" flag: invalid size: '{text}'"))),
        found => found.and_then(|(_, limit)| limit),
    };
    let cpus = parsed.value("cpus").and_then(|text| text.parse::<f64>().ok()).map(|cpus| (cpus * 1000.0) as u64);
    Ok(Ok(json!({
        "Image": parsed.operands[0],
        "Cmd": parsed.operands[1..],
        "Entrypoint": parsed.value("entrypoint").map(|program| vec![program]),
        "Env": env,
        "Ports": ports,
        "PublishAll": parsed.has("publish-all"),
        "Name": parsed.value("name").unwrap_or_default(),
        "Hostname": parsed.value("hostname").unwrap_or_default(),
        "User": parsed.value("user").unwrap_or_default(),
        "WorkingDir": parsed.value("workdir").unwrap_or_default(),
        "Labels": parsed.values("label"),
        "Volumes": parsed.values("volume"),
        "Network": parsed.value("network").unwrap_or_default(),
        "Aliases": parsed.values("network-alias"),
        "ExtraHosts": parsed.values("add-host"),
        "Health": {
            "none": parsed.has("no-healthcheck"), "cmd": parsed.value("health-cmd"), "interval": parsed.value("health-interval"), "timeout": parsed.value("health-timeout"),
            "start-period": parsed.value("health-start-period"), "start-interval": parsed.value("health-start-interval"), "retries": parsed.value("health-retries"),
        },
        "Tty": parsed.has("tty"),
        "OpenStdin": parsed.has("interactive"),
        "AutoRemove": parsed.has("rm"),
        "ReadonlyRootfs": parsed.has("read-only"),
        "Memory": limit,
        "CpuMillis": cpus,
    })))
}

pub fn run(process: &mut Process<'_>, parsed: &Parsed) -> Done {
    let image = parsed.operands[0].clone();
    if parsed.has("tty") && parsed.has("interactive") && !process.is_tty(0) && !parsed.has("detach") {
        return refused_tty(process);
    }
    let body = match settings(process, parsed)? {
        Ok(body) => body.to_string(),
        Err(problem) => return refused(process, &problem, 125),
    };
    if parsed.value("pull") == Some("always") {
        let pulled = images::pull_image(process, &image, true)?;
        if let Err(problem) = pulled {
            return refused(process, &problem, 125);
        }
    }
    let mut created = ask(process, request("POST", "/containers/create").body(body.clone()))?;
    if created.as_ref().is_err_and(|problem| problem.contains("No such image")) && parsed.value("pull") != Some("never") {
        let shown = if image.rsplit('/').next().unwrap_or_default().contains(':') { image.clone() } else { format!("{image}:latest") };
        process.eprint(&format!("Unable to find image '{shown}' locally\n"))?;
        if let Err(problem) = images::pull_image(process, &image, true)? {
            return refused(process, &problem, 125);
        }
        created = ask(process, request("POST", "/containers/create").body(body))?;
    }
    let id = match created {
        Ok(answer) => {
            for warning in answer["Warnings"].as_array().into_iter().flatten() {
                process.eprint(&format!("WARNING: {}\n", warning.as_str().unwrap_or_default()))?;
            }
            answer["Id"].as_str().unwrap_or_default().to_owned()
        }
        Err(problem) => return refused(process, &problem, 125),
    };
    let detach = parsed.has("detach");
    let attached = match detach {
        true => None,
        false => match process.http_open(request("POST", &format!("/containers/{id}/attach")))? {
            Ok(stream) => Some(stream.id),
            Err(error) => return refused(process, &unreachable_daemon(error), 125),
        },
    };
    if let Err(problem) = ask(process, request("POST", &format!("/containers/{id}/start")))? {
        if detach {
            process.print(&format!("{id}\n"))?;
        }
        let code = if problem.contains("executable file not found") || problem.contains("no such file or directory") { 127 } else { 125 };
        // A container that never ran is not kept by --rm.
        if parsed.has("rm") {
            let _ = ask(process, request("DELETE", &format!("/containers/{id}?force=1")))?;
        }
        return refused(process, &problem, code);
    }
    match attached {
        None => {
            process.print(&format!("{id}\n"))?;
            Ok(0)
        }
        Some(stream) => talk(process, stream, parsed.has("interactive"), parsed.has("tty")),
    }
}

fn refused_tty(process: &mut Process<'_>) -> Done {
    process.eprint("the input device is not a TTY\n")?;
    Ok(1)
}

pub fn exec(process: &mut Process<'_>, parsed: &Parsed) -> Done {
    let (interactive, tty) = (parsed.has("interactive"), parsed.has("tty"));
    if tty && interactive && !process.is_tty(0) {
        return refused_tty(process);
    }
    let body = json!({"Cmd": parsed.operands[1..], "Stdin": interactive, "Tty": tty}).to_string();
    let stream = match process.http_open(request("POST", &format!("/containers/{}/exec", encoded(&parsed.operands[0]))).body(body))? {
        Ok(stream) => stream,
        Err(error) => return super::containers::fail(process, &unreachable_daemon(error)),
    };
    if stream.status >= 300 {
        let mut body = Vec::new();
        while let StreamItem::Chunk(piece) = process.http_next(stream.id, None)? {
            body.extend(piece);
        }
        let problem = refusal(&serde_json::from_slice(&body).unwrap_or_default());
        process.eprint(&format!("{problem}\n"))?;
        let problem = problem.to_lowercase();
        return Ok(if problem.contains("executable file not found") { 127 } else { 1 });
    }
    if parsed.has("detach") {
        return Ok(0);
    }
    talk(process, stream.id, interactive, tty)
}

/// What stands in a stream about the end of the process behind it.
fn take_mark(bytes: &[u8]) -> (Vec<u8>, Option<i32>) {
    let text = b"\0exit ";
    let Some(at) = bytes.windows(text.len()).position(|window| window == text) else { return (bytes.to_vec(), None) };
    let code = String::from_utf8_lossy(&bytes[at + text.len()..]).trim_end_matches('\0').parse().ok();
    (bytes[..at].to_vec(), code)
}

/// Carries bytes both ways until the process behind the stream has ended.
fn talk(process: &mut Process<'_>, stream: ExchangeId, interactive: bool, tty: bool) -> Done {
    let raw = interactive && tty && process.is_tty(0);
    if raw {
        process.set_raw(true)?;
    }
    let code = process.repeat((interactive, 0), |process, (reads, code): &mut (bool, i32)| {
        let mut sources = vec![Source::Stream(stream)];
        if *reads {
            sources.push(Source::Readable(0));
        }
        match process.poll(&sources, None)? {
            Ready::Source(1) => {
                let bytes = process.read(0)?.unwrap_or_default();
                *reads = !bytes.is_empty();
                process.http_write(stream, &bytes)?;
                Ok(ControlFlow::Continue(()))
            }
            _ => match process.http_next(stream, None)? {
                StreamItem::Chunk(bytes) => {
                    let (out, ended) = take_mark(&bytes);
                    if !out.is_empty() {
                        process.write_stdout(&out)?;
                    }
                    *code = ended.unwrap_or(*code);
                    Ok(ControlFlow::Continue(()))
                }
                _ => Ok(ControlFlow::Break(*code)),
            },
        }
    })?;
    if raw {
        process.set_raw(false)?;
    }
    Ok(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_and_sizes_are_read() {
        assert_eq!(port("8080:80"), Ok(json!({"host": 8080, "container": "80/tcp"})));
        assert_eq!(port("127.0.0.1:8080:80/tcp"), Ok(json!({"host": 8080, "container": "80/tcp"})));
        assert_eq!(port("53:53/udp"), Ok(json!({"host": 53, "container": "53/udp"})));
        assert_eq!(port("80"), Ok(json!({"host": null, "container": "80/tcp"})));
        assert_eq!(port("x:80"), Err("invalid hostPort: x".to_owned()));
        assert_eq!((memory("64m"), memory("1g"), memory("12x")), (Some(64 << 20), Some(1 << 30), None));
        assert_eq!(take_mark(b"hi\n\0exit 3\0"), (b"hi\n".to_vec(), Some(3)));
    }
}
