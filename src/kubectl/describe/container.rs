//! Containers of a pod or a template.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/describe/describe.go (describeContainers), v1.36.
//! Simplified: values of `resourceFieldRef` are not worked out.

use serde_json::Value;

use super::{Writer, rfc1123};
use crate::printers::jsonpath::go_value;
use crate::unstructured::{flag, int, items, text};

/// What a container is described with.
pub struct Context<'a> {
    /// The pod, whose fields environment variables may take; a template has none.
    pub pod: Option<&'a Value>,
    pub statuses: &'a [Value],
    /// Templates stand further in.
    pub inside: bool,
}

pub fn containers(writer: &mut Writer, label: &str, containers: &[Value], context: &Context<'_>) {
    let space = if context.inside { "  " } else { "" };
    writer.write(0, format!("{space}{label}:{}\n", if containers.is_empty() { " <none>" } else { "" }));
    for container in containers {
        let status = context.statuses.iter().find(|status| text(status, "/name") == text(container, "/name"));
        basics(writer, container, status, context.inside);
        for (title, field) in [("Command", "/command"), ("Args", "/args")] {
            let words = items(container, field);
            if !words.is_empty() {
                writer.write(2, format!("{title}:\n"));
            }
            for line in words.iter().filter_map(Value::as_str).flat_map(|word| word.split('\n')) {
                writer.write(3, format!("{line}\n"));
            }
        }
        if let Some(status) = status {
            state(writer, "State", &status["state"]);
            if status.pointer("/lastState/terminated").is_some() {
                state(writer, "Last State", &status["lastState"]);
            }
            writer.field(2, "Ready", if flag(status, "/ready") { "True" } else { "False" });
            writer.field(2, "Restart Count", int(status, "/restartCount").unwrap_or(0));
        }
        resources(writer, container, 2);
        for (title, field) in [("Liveness", "livenessProbe"), ("Readiness", "readinessProbe"), ("Startup", "startupProbe")] {
            if let Some(probe) = container.get(field) {
                writer.field(2, title, self::probe(probe));
            }
        }
        environment(writer, container, context.pod);
        mounts(writer, container);
    }
}

fn basics(writer: &mut Writer, container: &Value, status: Option<&Value>, inside: bool) {
    writer.write(1, format!("{}{}:\n", if inside { " " } else { "" }, text(container, "/name")));
    if let Some(status) = status {
        writer.field(2, "Container ID", text(status, "/containerID"));
    }
    writer.field(2, "Image", text(container, "/image"));
    if let Some(status) = status {
        writer.field(2, "Image ID", text(status, "/imageID"));
    }
    for (title, field) in [("Port", "/containerPort"), ("Host Port", "/hostPort")] {
        let ports: Vec<String> = items(container, "/ports")
            .iter()
            .map(|port| {
                let shown = format!("{}/{}", int(port, field).unwrap_or(0), text(port, "/protocol"));
                match text(port, "/name") {
                    "" => shown,
                    name => format!("{shown} ({name})"),
                }
            })
            .collect();
        match ports.len() {
            0 => writer.field(2, title, "<none>"),
            1 => writer.field(2, title, &ports[0]),
            _ => writer.field(2, &format!("{title}s"), ports.join(", ")),
        }
    }
    seccomp(writer, container, 2);
}

pub fn seccomp(writer: &mut Writer, object: &Value, level: usize) {
    if let Some(profile) = object.pointer("/securityContext/seccompProfile") {
        writer.field(level, "SeccompProfile", text(profile, "/type"));
        if text(profile, "/type") == "Localhost" {
            writer.field(if level == 0 { 0 } else { level + 1 }, "LocalhostProfile", text(profile, "/localhostProfile"));
        }
    }
}

fn state(writer: &mut Writer, title: &str, state: &Value) {
    if let Some(running) = state.get("running") {
        writer.field(2, title, "Running");
        writer.field(3, "Started", rfc1123(text(running, "/startedAt")));
    } else if let Some(ended) = state.get("terminated") {
        writer.field(2, title, "Terminated");
        for (label, field) in [("Reason", "/reason"), ("Message", "/message")] {
            if !text(ended, field).is_empty() {
                writer.field(3, label, text(ended, field));
            }
        }
        writer.field(3, "Exit Code", int(ended, "/exitCode").unwrap_or(0));
        if let Some(signal) = int(ended, "/signal").filter(|signal| *signal > 0) {
            writer.field(3, "Signal", signal);
        }
        writer.field(3, "Started", rfc1123(text(ended, "/startedAt")));
        writer.field(3, "Finished", rfc1123(text(ended, "/finishedAt")));
    } else {
        writer.field(2, title, "Waiting");
        match text(state, "/waiting/reason") {
            "" => {}
            reason => writer.field(3, "Reason", reason),
        }
    }
}

pub fn resources(writer: &mut Writer, object: &Value, level: usize) {
    for (title, field) in [("Limits", "/resources/limits"), ("Requests", "/resources/requests")] {
        if !crate::unstructured::fields(object, field).is_empty() {
            writer.write(level, format!("{title}:\n"));
            writer.quantities(level + 1, object, field);
        }
    }
}

pub fn probe(probe: &Value) -> String {
    let number = |field: &str| int(probe, field).unwrap_or(0);
    let numbers = format!(
        "delay={}s timeout={}s period={}s #success={} #failure={}",
        number("/initialDelaySeconds"),
        number("/timeoutSeconds"),
        number("/periodSeconds"),
        number("/successThreshold"),
        number("/failureThreshold")
    );
    let port = |field: &str| probe.pointer(field).map(go_value).unwrap_or_default();
    let what = if let Some(exec) = probe.get("exec") {
        format!("exec {}", go_value(exec.get("command").unwrap_or(&Value::Array(Vec::new()))))
    } else if let Some(http) = probe.get("httpGet") {
        format!("http-get {}://{}:{}{}", text(http, "/scheme").to_lowercase(), text(http, "/host"), port("/httpGet/port"), text(http, "/path"))
    } else if let Some(socket) = probe.get("tcpSocket") {
        format!("tcp-socket {}:{}", text(socket, "/host"), port("/tcpSocket/port"))
    } else if let Some(grpc) = probe.get("grpc") {
        format!("grpc <pod>:{} {}", port("/grpc/port"), text(grpc, "/service"))
    } else {
        "unknown".to_owned()
    };
    format!("{what} {numbers}")
}

fn environment(writer: &mut Writer, container: &Value, pod: Option<&Value>) {
    let sources = items(container, "/envFrom");
    if !sources.is_empty() {
        writer.write(2, "Environment Variables from:\n");
    }
    for source in sources {
        let (from, reference) = match source.get("configMapRef") {
            Some(reference) => ("ConfigMap", reference),
            None => ("Secret", &source["secretRef"]),
        };
        let from = match text(source, "/prefix") {
            "" => from.to_owned(),
            prefix => format!("{from} with prefix '{prefix}'"),
        };
        writer.write(3, format!("{}\t{from}\tOptional: {}\n", text(reference, "/name"), flag(reference, "/optional")));
    }
    let variables = items(container, "/env");
    writer.write(2, format!("Environment:{}\n", if variables.is_empty() { "\t<none>" } else { "" }));
    for variable in variables {
        let name = text(variable, "/name");
        let Some(from) = variable.get("valueFrom") else {
            let lines: Vec<&str> = text(variable, "/value").split('\n').collect();
            writer.field(3, name, lines[0]);
            lines[1..].iter().for_each(|line| writer.write(3, format!("\t{line}\n")));
            continue;
        };
        if let Some(field) = from.get("fieldRef") {
            let path = text(field, "/fieldPath");
            let value = pod.map(|pod| field_value(pod, path)).unwrap_or_default();
            writer.field(3, name, format!("{value} ({}:{path})", text(field, "/apiVersion")));
        } else if let Some(resource) = from.get("resourceFieldRef") {
            writer.field(3, name, format!(" ({})", text(resource, "/resource")));
        } else if let Some(secret) = from.get("secretKeyRef") {
            let (key, secret_name) = (text(secret, "/key"), text(secret, "/name"));
            writer.field(3, name, format!("<set to the key '{key}' in secret '{secret_name}'>\tOptional: {}", flag(secret, "/optional")));
        } else if let Some(map) = from.get("configMapKeyRef") {
            let (key, map_name) = (text(map, "/key"), text(map, "/name"));
            writer.field(3, name, format!("<set to the key '{key}' of config map '{map_name}'>\tOptional: {}", flag(map, "/optional")));
        }
    }
}

/// `metadata.name`, `metadata.labels['app']`, `status.podIP`.
fn field_value(pod: &Value, path: &str) -> String {
    let pointer = match path.split_once("['") {
        Some((map, key)) => format!("/{}/{}", map.replace('.', "/"), crate::unstructured::escape(key.trim_end_matches("']"))),
        None => format!("/{}", path.replace('.', "/")),
    };
    text(pod, &pointer).to_owned()
}

fn mounts(writer: &mut Writer, container: &Value) {
    let mut mounts: Vec<&Value> = items(container, "/volumeMounts").iter().collect();
    mounts.sort_by_key(|mount| text(mount, "/mountPath"));
    writer.write(2, format!("Mounts:{}\n", if mounts.is_empty() { "\t<none>" } else { "" }));
    for mount in mounts {
        let mut how = if flag(mount, "/readOnly") { "ro" } else { "rw" }.to_owned();
        if !text(mount, "/subPath").is_empty() {
            how.push_str(&format!(",path={:?}", text(mount, "/subPath")));
        }
        writer.write(3, format!("{} from {} ({how})\n", text(mount, "/mountPath"), text(mount, "/name")));
    }
}
