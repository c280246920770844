//! Probes in one line each.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/describe/describe.go (DescribeProbe), v1.36.
//! Simplified: nothing.

use k8s_openapi::api::core::v1::{Container, HTTPGetAction, Probe};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::page::{Page, text};

pub fn probes(page: &mut Page, container: &Container) {
    let probes = [("Liveness", &container.liveness_probe), ("Readiness", &container.readiness_probe), ("Startup", &container.startup_probe)];
    for (title, probe) in probes {
        if let Some(probe) = probe {
            page.field(2, title, probe_text(probe));
        }
    }
}

/// `http-get http://:80/healthz delay=5s timeout=1s period=15s #success=1 #failure=3`
fn probe_text(probe: &Probe) -> String {
    let number = |number: Option<i32>| number.unwrap_or_default();
    let times = format!(
        "delay={}s timeout={}s period={}s #success={} #failure={}",
        number(probe.initial_delay_seconds), number(probe.timeout_seconds), number(probe.period_seconds),
        number(probe.success_threshold), number(probe.failure_threshold)
    );
    if let Some(exec) = &probe.exec {
        return format!("exec [{}] {times}", exec.command.as_deref().unwrap_or_default().join(" "));
    }
    if let Some(get) = &probe.http_get {
        return format!("http-get {} {times}", url(get));
    }
    if let Some(socket) = &probe.tcp_socket {
        return format!("tcp-socket {}:{} {times}", text(&socket.host), port_text(&socket.port));
    }
    if let Some(grpc) = &probe.grpc {
        return format!("grpc <pod>:{} {} {times}", grpc.port, text(&grpc.service));
    }
    format!("unknown {times}")
}

pub fn port_text(port: &IntOrString) -> String {
    match port {
        IntOrString::Int(number) => number.to_string(),
        IntOrString::String(name) => name.clone(),
    }
}

fn url(get: &HTTPGetAction) -> String {
    let (scheme, host, port, path) = (text(&get.scheme).to_lowercase(), text(&get.host), port_text(&get.port), text(&get.path));
    let scheme = if scheme.is_empty() { scheme } else { format!("{scheme}:") };
    let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
    let slash = if path.is_empty() || path.starts_with('/') { "" } else { "/" };
    format!("{scheme}//{host}:{port}{slash}{}", escaped(path))
}

/// A path as a URL has it. A question mark is part of the path: `/a?b=1` becomes `/a%3Fb=1`.
fn escaped(path: &str) -> String {
    const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
        .remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'$').remove(b'&').remove(b'+').remove(b',').remove(b'/').remove(b':').remove(b';').remove(b'=').remove(b'@');
    utf8_percent_encode(path, ESCAPED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn probes_are_one_line() {
        let times = "delay=0s timeout=1s period=10s #success=1 #failure=3";
        let cases: [(Value, &str); 5] = [
            (json!({"httpGet": {"path": "/ready?full=1", "port": 80, "scheme": "HTTP"}}), "http-get http://:80/ready%3Ffull=1"),
            (json!({"httpGet": {"path": "x", "port": "web", "host": "::1", "scheme": "HTTPS"}}), "http-get https://[::1]:web/x"),
            (json!({"exec": {"command": ["cat", "/tmp/ok"]}}), "exec [cat /tmp/ok]"),
            (json!({"tcpSocket": {"port": "http"}}), "tcp-socket :http"),
            (json!({"grpc": {"port": 9, "service": ""}}), "grpc <pod>:9 "),
        ];
        for (mut value, text) in cases {
            for (name, number) in [("timeoutSeconds", 1), ("periodSeconds", 10), ("successThreshold", 1), ("failureThreshold", 3)] {
                value[name] = number.into();
            }
            assert_eq!(probe_text(&serde_json::from_value(value).unwrap()), format!("{text} {times}"));
        }
    }
}
