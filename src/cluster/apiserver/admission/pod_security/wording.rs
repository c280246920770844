//! How violations are worded: containers by name, one or several.
//!
//! Models: staging/src/k8s.io/pod-security-admission/policy/{helpers,visitor}.go, v1.36.
//! Simplified: nothing.

use std::borrow::Cow;
use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::{Container, ContainerPort, Lifecycle, PodSpec, Probe, SecurityContext};

/// What checks look at in a container of any sort.
pub(super) struct AnyContainer<'a> {
    pub name: &'a str,
    pub context: Cow<'a, SecurityContext>,
    pub ports: &'a [ContainerPort],
    pub probes: [Option<&'a Probe>; 3],
    pub lifecycle: Option<&'a Lifecycle>,
}

fn plain(container: &Container) -> AnyContainer<'_> {
    AnyContainer {
        name: &container.name,
        context: container.security_context.as_ref().map_or_else(|| Cow::Owned(SecurityContext::default()), Cow::Borrowed),
        ports: container.ports.as_deref().unwrap_or_default(),
        probes: [container.liveness_probe.as_ref(), container.readiness_probe.as_ref(), container.startup_probe.as_ref()],
        lifecycle: container.lifecycle.as_ref(),
    }
}

/// Init containers, containers, ephemeral containers.
pub(super) fn containers(spec: &PodSpec) -> Vec<AnyContainer<'_>> {
    let ephemeral = spec.ephemeral_containers.iter().flatten().map(|container| AnyContainer {
        name: &container.name,
        context: container.security_context.as_ref().map_or_else(|| Cow::Owned(SecurityContext::default()), Cow::Borrowed),
        ports: container.ports.as_deref().unwrap_or_default(),
        probes: [container.liveness_probe.as_ref(), container.readiness_probe.as_ref(), container.startup_probe.as_ref()],
        lifecycle: container.lifecycle.as_ref(),
    });
    spec.init_containers.iter().flatten().chain(&spec.containers).map(plain).chain(ephemeral).collect()
}

pub(super) fn plural<'a>(one: &'a str, many: &'a str, count: usize) -> &'a str {
    if count == 1 { one } else { many }
}

/// `"a", "b"`
pub(super) fn quoted<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let words: Vec<String> = words.into_iter().map(|word| format!("\"{word}\"")).collect();
    words.join(", ")
}

/// `container "a"` or `containers "a", "b"`
pub(super) fn named(names: &[&str]) -> String {
    format!("{} {}", plural("container", "containers", names.len()), quoted(names.iter().copied()))
}

/// `pod and containers "a", "b"`: who sets something bad, if anybody does.
pub(super) fn setters(pod: bool, names: &[&str]) -> Option<String> {
    let mut parts: Vec<String> = Vec::new();
    parts.extend(pod.then(|| "pod".to_owned()));
    parts.extend((!names.is_empty()).then(|| named(names)));
    (!parts.is_empty()).then(|| parts.join(" and "))
}

/// Distinct words in their order.
pub(super) fn sorted<'a>(words: &BTreeSet<&'a str>) -> Vec<&'a str> {
    words.iter().copied().collect()
}
