//! Probes and lifecycle hooks.
//!
//! Models: pkg/apis/core/validation/validation.go (validateProbe, validateHandler, validateLifecycle), v1.36.
//! Simplified: the names of stop signals are not checked.

use k8s_openapi::api::core::v1::{
    Container, ExecAction, GRPCAction, HTTPGetAction, LifecycleHandler, Probe, SleepAction, TCPSocketAction,
};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::{invalid_each, list, nonnegative, text};
use crate::field::{FieldError, Path};
use crate::name_rules;

/// The ways in which a probe or a hook acts; exactly one is set.
#[derive(Default)]
struct Handler<'a> {
    exec: Option<&'a ExecAction>,
    http_get: Option<&'a HTTPGetAction>,
    tcp_socket: Option<&'a TCPSocketAction>,
    grpc: Option<&'a GRPCAction>,
    sleep: Option<&'a SleepAction>,
}

/// The probes and hooks of a container that keeps running.
pub(crate) fn of_container(container: &Container, grace_period: Option<i64>, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if let Some(lifecycle) = &container.lifecycle {
        for (name, hook) in [("postStart", &lifecycle.post_start), ("preStop", &lifecycle.pre_stop)] {
            if let Some(hook) = hook {
                errors.extend(lifecycle_handler(hook, grace_period, &path.child("lifecycle").child(name)));
            }
        }
    }
    if let Some(one) = &container.liveness_probe {
        let path = path.child("livenessProbe");
        errors.extend(probe(one, &path));
        errors.extend(one_success(one, &path));
    }
    if let Some(one) = &container.readiness_probe {
        let path = path.child("readinessProbe");
        errors.extend(probe(one, &path));
        if let Some(seconds) = one.termination_grace_period_seconds {
            errors.push(FieldError::invalid(path.child("terminationGracePeriodSeconds"), seconds, "must not be set for readinessProbes"));
        }
    }
    if let Some(one) = &container.startup_probe {
        let path = path.child("startupProbe");
        errors.extend(probe(one, &path));
        errors.extend(one_success(one, &path));
    }
    errors
}

fn one_success(probe: &Probe, path: &Path) -> Option<FieldError> {
    let threshold = probe.success_threshold.unwrap_or(0);
    (threshold != 1).then(|| FieldError::invalid(path.child("successThreshold"), threshold, "must be 1"))
}

fn probe(probe: &Probe, path: &Path) -> Vec<FieldError> {
    let way = Handler {
        exec: probe.exec.as_ref(),
        http_get: probe.http_get.as_ref(),
        tcp_socket: probe.tcp_socket.as_ref(),
        grpc: probe.grpc.as_ref(),
        sleep: None,
    };
    let mut errors = handler(&way, None, path);
    let numbers = [
        ("initialDelaySeconds", probe.initial_delay_seconds), ("timeoutSeconds", probe.timeout_seconds),
        ("periodSeconds", probe.period_seconds), ("successThreshold", probe.success_threshold),
        ("failureThreshold", probe.failure_threshold),
    ];
    for (name, number) in numbers {
        nonnegative(&mut errors, &path.child(name), number.unwrap_or(0));
    }
    if let Some(seconds) = probe.termination_grace_period_seconds.filter(|seconds| *seconds <= 0) {
        errors.push(FieldError::invalid(path.child("terminationGracePeriodSeconds"), seconds, "must be greater than 0"));
    }
    errors
}

fn lifecycle_handler(hook: &LifecycleHandler, grace_period: Option<i64>, path: &Path) -> Vec<FieldError> {
    let way = Handler {
        exec: hook.exec.as_ref(),
        http_get: hook.http_get.as_ref(),
        tcp_socket: hook.tcp_socket.as_ref(),
        grpc: None,
        sleep: hook.sleep.as_ref(),
    };
    handler(&way, grace_period, path)
}

fn handler(way: &Handler<'_>, grace_period: Option<i64>, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let found: [(&str, Option<Vec<FieldError>>); 5] = [
        ("exec", way.exec.map(|action| exec(action, &path.child("exec")))),
        ("httpGet", way.http_get.map(|action| http_get(action, &path.child("httpGet")))),
        ("tcpSocket", way.tcp_socket.map(|action| port_number_or_name(&action.port, &path.child("tcpSocket").child("port")))),
        ("grpc", way.grpc.map(|action| port_number_or_name(&IntOrString::Int(action.port), &path.child("grpc").child("port")))),
        ("sleep", way.sleep.map(|action| sleep(action, grace_period, &path.child("sleep")))),
    ];
    let mut count = 0;
    for (name, own) in found {
        let Some(own) = own else { continue };
        if count > 0 {
            errors.push(FieldError::forbidden(path.child(name), "may not specify more than 1 handler type"));
        } else {
            errors.extend(own);
        }
        count += 1;
    }
    if count == 0 {
        errors.push(FieldError::required(path, "must specify a handler type"));
    }
    errors
}

fn exec(action: &ExecAction, path: &Path) -> Vec<FieldError> {
    let empty = list(&action.command).is_empty();
    empty.then(|| FieldError::required(path.child("command"), "")).into_iter().collect()
}

fn http_get(action: &HTTPGetAction, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if text(&action.path).is_empty() {
        errors.push(FieldError::required(path.child("path"), ""));
    }
    errors.extend(port_number_or_name(&action.port, &path.child("port")));
    if !matches!(text(&action.scheme), "HTTP" | "HTTPS") {
        errors.push(FieldError::not_supported(path.child("scheme"), text(&action.scheme), &["HTTP", "HTTPS"]));
    }
    for header in list(&action.http_headers) {
        invalid_each(&mut errors, &path.child("httpHeaders"), header.name.as_str(), name_rules::http_header_name(&header.name));
    }
    errors
}

fn sleep(action: &SleepAction, grace_period: Option<i64>, path: &Path) -> Vec<FieldError> {
    let Some(most) = grace_period.filter(|most| !(0..=*most).contains(&action.seconds)) else { return Vec::new() };
    let why = format!("must be non-negative and less than terminationGracePeriodSeconds ({most})");
    vec![FieldError::invalid(path, action.seconds, why)]
}

pub(crate) fn port_number_or_name(port: &IntOrString, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    match port {
        IntOrString::Int(number) => invalid_each(&mut errors, path, *number, name_rules::port_number(i64::from(*number))),
        IntOrString::String(name) => invalid_each(&mut errors, path, name.as_str(), name_rules::port_name(name)),
    }
    errors
}
