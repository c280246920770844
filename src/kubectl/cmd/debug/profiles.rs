//! `--profile`: what a debugging container may do, and what its pod shares with it.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/debug/profiles.go, v1.36.
//! Simplified: nothing.

use serde_json::{Value, json};

use crate::failure::{Outcome, fail};
use crate::flags::Flags;
use crate::unstructured::{remove, set, text};

/// Where the debugging container is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Style {
    Node,
    Copy,
    Ephemeral,
}

pub(super) fn known(profile: &str) -> Outcome<()> {
    match profile {
        "legacy" | "general" | "baseline" | "restricted" | "netadmin" | "sysadmin" => Ok(()),
        other => fail(format!("unknown profile: {other}")),
    }
}

/// What the container may do.
pub(super) fn apply_to_container(profile: &str, style: Style, container: &mut Value) {
    let add = |container: &mut Value, names: &[&str]| {
        let capabilities = &mut container["securityContext"]["capabilities"]["add"];
        if !capabilities.is_array() {
            *capabilities = json!([]);
        }
        // What is there already is added once more.
        capabilities.as_array_mut().into_iter().for_each(|list| list.extend(names.iter().map(|name| json!(name))));
    };
    match profile {
        "general" if style == Style::Node => {
            remove(container, "/securityContext");
        }
        "general" => add(container, &["SYS_PTRACE"]),
        "baseline" => {
            remove(container, "/securityContext");
        }
        "restricted" => {
            container["securityContext"] =
                json!({"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}, "runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"}});
        }
        "netadmin" => add(container, &["NET_ADMIN", "NET_RAW"]),
        "sysadmin" => set(container, "/securityContext/privileged", true.into()),
        _ => {}
    }
}

/// What becomes of the pod around it.
pub(super) fn apply_to_pod(flags: &Flags, style: Style, pod: &mut Value, container: &str) {
    let profile = flags.text("profile");
    match style {
        Style::Ephemeral => {}
        Style::Node => {
            if matches!(profile, "legacy" | "general" | "sysadmin") {
                pod["spec"]["volumes"] = json!([{"name": "host-root", "hostPath": {"path": "/"}}]);
                for one in pod["spec"]["containers"].as_array_mut().into_iter().flatten().filter(|one| text(one, "/name") == container) {
                    one["volumeMounts"] = json!([{"mountPath": "/host", "name": "host-root"}]);
                }
            }
            if !matches!(profile, "baseline" | "restricted") {
                for field in ["hostNetwork", "hostPID", "hostIPC"] {
                    pod["spec"][field] = true.into();
                }
            }
        }
        Style::Copy => {
            if profile == "legacy" || !flags.bool("keep-labels") {
                remove(pod, "/metadata/labels");
            }
            if profile == "legacy" {
                return;
            }
            if !flags.bool("keep-annotations") {
                remove(pod, "/metadata/annotations");
            }
            for (flag, probe) in [("keep-liveness", "livenessProbe"), ("keep-readiness", "readinessProbe"), ("keep-startup", "startupProbe")] {
                for one in pod["spec"]["containers"].as_array_mut().into_iter().flatten().filter(|_| !flags.bool(flag)) {
                    remove(one, &format!("/{probe}"));
                }
            }
            if !flags.bool("keep-init-containers") {
                remove(pod, "/spec/initContainers");
            }
            if pod["spec"]["shareProcessNamespace"].is_null() {
                pod["spec"]["shareProcessNamespace"] = true.into();
            }
        }
    }
}
