//! The checks of each level, and running them: the registry.
//!
//! Models: staging/src/k8s.io/pod-security-admission/policy/{registry,checks}.go, v1.36.
//! Simplified: nothing.

use k8s_openapi::api::core::v1::PodSpec;
use podarium_api::ObjectMeta;

use super::labels::{Level, Policy};
use super::{baseline, restricted};

/// What a check has found.
#[derive(Debug)]
pub(super) struct Violation {
    pub reason: String,
    pub detail: String,
}

impl Violation {
    pub fn new(reason: &str, detail: String) -> Self {
        Violation { reason: reason.to_owned(), detail }
    }
}

/// A check of a pod under the policy of a minor version.
type CheckPod = fn(&ObjectMeta, &PodSpec, u32) -> Option<Violation>;

/// The newest version of the policy that there is.
const NEWEST: u32 = 36;

pub(super) struct Check {
    id: &'static str,
    level: Level,
    check: CheckPod,
    /// The baseline check that this one takes the place of, and since which minor version.
    instead_of: Option<(&'static str, u32)>,
}

const fn baseline(id: &'static str, check: CheckPod) -> Check {
    Check { id, level: Level::Baseline, check, instead_of: None }
}

const fn restricted(id: &'static str, check: CheckPod, instead_of: Option<(&'static str, u32)>) -> Check {
    Check { id, level: Level::Restricted, check, instead_of }
}

/// All checks, the baseline first, each level in the order of the ids.
#[rustfmt::skip]
pub(super) const CHECKS: &[Check] = &[
    baseline("appArmorProfile", baseline::app_armor_profile),
    baseline("capabilities_baseline", baseline::capabilities),
    baseline("hostNamespaces", baseline::host_namespaces),
    baseline("hostPathVolumes", baseline::host_path_volumes),
    baseline("hostPorts", baseline::host_ports),
    baseline("hostProbesAndHostLifecycle", baseline::host_probes_and_lifecycle),
    baseline("privileged", baseline::privileged),
    baseline("procMount", baseline::proc_mount),
    baseline("seLinuxOptions", baseline::se_linux_options),
    baseline("seccompProfile_baseline", baseline::seccomp_profile),
    baseline("sysctls", baseline::sysctls),
    baseline("windowsHostProcess", baseline::windows_host_process),
    restricted("allowPrivilegeEscalation", restricted::allow_privilege_escalation, None),
    restricted("capabilities_restricted", restricted::capabilities, Some(("capabilities_baseline", 22))),
    restricted("procMount_restricted", restricted::proc_mount, Some(("procMount", 35))),
    restricted("restrictedVolumes", restricted::volumes, Some(("hostPathVolumes", 0))),
    restricted("runAsNonRoot", restricted::run_as_non_root, None),
    restricted("runAsUser", restricted::run_as_user, None),
    restricted("seccompProfile_restricted", restricted::seccomp_profile, Some(("seccompProfile_baseline", 19))),
];

/// What a pod does against a policy, in the order of the checks.
pub(super) fn violations(policy: Policy, meta: &ObjectMeta, spec: &PodSpec) -> Vec<Violation> {
    let minor = policy.version.unwrap_or(NEWEST).min(NEWEST);
    let replaced = |id: &str| CHECKS.iter().any(|check| check.instead_of.is_some_and(|(of, since)| of == id && since <= minor));
    let applies = |check: &Check| match (policy.level, check.level) {
        (Level::Privileged, _) | (Level::Baseline, Level::Restricted) => false,
        (Level::Baseline, _) => true,
        (Level::Restricted, Level::Restricted) => check.instead_of.is_none_or(|(_, since)| since <= minor),
        (Level::Restricted, _) => !replaced(check.id),
    };
    CHECKS.iter().filter(|check| applies(check)).filter_map(|check| (check.check)(meta, spec, minor)).collect()
}

/// All violations in one text: `host namespaces (hostPID=true), privileged (…)`.
pub(super) fn detailed(violations: &[Violation]) -> String {
    let one = |violation: &Violation| match violation.detail.as_str() {
        "" => violation.reason.clone(),
        detail => format!("{} ({detail})", violation.reason),
    };
    violations.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// The reasons alone.
pub(super) fn reasons(violations: &[Violation]) -> String {
    violations.iter().map(|violation| violation.reason.as_str()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn found(level: Level, version: Option<u32>, annotations: Value, spec: Value) -> String {
        let meta: ObjectMeta = serde_json::from_value(json!({"annotations": annotations})).unwrap();
        let spec: PodSpec = serde_json::from_value(spec).unwrap();
        detailed(&violations(Policy { level, version }, &meta, &spec))
    }

    /// A pod that is as restricted as can be, with something changed.
    fn restricted_with(pod: Value, container: Value) -> Value {
        let mut spec = json!({
            "securityContext": {"runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [{"name": "a", "securityContext": {"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}}}],
        });
        json_patch::merge(&mut spec, &pod);
        json_patch::merge(&mut spec["containers"][0], &container);
        spec
    }

    #[test]
    fn baseline_names_what_gives_away_the_node() {
        let container = |context: Value| json!({"containers": [{"name": "a", "securityContext": context}, {"name": "b"}]});
        let cases = [
            (json!({"containers": [{"name": "a"}]}), ""),
            (json!({"hostNetwork": true, "hostIPC": true, "containers": []}), "host namespaces (hostNetwork=true, hostIPC=true)"),
            (json!({"containers": [], "volumes": [{"name": "x", "hostPath": {"path": "/"}}, {"name": "y", "hostPath": {"path": "/"}}]}), "hostPath volumes (volumes \"x\", \"y\")"),
            (json!({"containers": [{"name": "a", "ports": [{"containerPort": 1, "hostPort": 80}, {"containerPort": 2, "hostPort": 443}]}]}), "hostPort (container \"a\" uses hostPorts 443, 80)"),
            (container(json!({"privileged": true})), "privileged (container \"a\" must not set securityContext.privileged=true)"),
            (container(json!({"capabilities": {"add": ["NET_RAW", "CHOWN"]}})), "non-default capabilities (container \"a\" must not include \"NET_RAW\" in securityContext.capabilities.add)"),
            (container(json!({"procMount": "Unmasked"})), "procMount (container \"a\" must not set securityContext.procMount to \"Unmasked\")"),
            (container(json!({"seccompProfile": {"type": "Unconfined"}})), "seccompProfile (container \"a\" must not set securityContext.seccompProfile.type to \"Unconfined\")"),
            (container(json!({"seLinuxOptions": {"type": "x", "user": "u"}})), "seLinuxOptions (container \"a\" set forbidden securityContext.seLinuxOptions: type \"x\"; user may not be set)"),
            (container(json!({"appArmorProfile": {"type": "Unconfined"}})), "forbidden AppArmor profile (container \"a\" must not set AppArmor profile type to \"Unconfined\")"),
            (container(json!({"windowsOptions": {"hostProcess": true}})), "hostProcess (container \"a\" must not set securityContext.windowsOptions.hostProcess=true)"),
            (json!({"containers": [], "securityContext": {"sysctls": [{"name": "kernel.msgmax", "value": "1"}, {"name": "net.ipv4.tcp_rmem", "value": "1"}]}}), "forbidden sysctls (kernel.msgmax)"),
            (
                json!({"containers": [{"name": "a", "livenessProbe": {"httpGet": {"port": 80, "host": "1.1.1.1"}}}]}),
                "probe or lifecycle host (container \"a\" uses probe or lifecycle host \"1.1.1.1\")",
            ),
        ];
        for (spec, expected) in cases {
            assert_eq!(found(Level::Baseline, None, json!({}), spec.clone()), expected, "{spec}");
        }
        let unconfined = json!({"container.apparmor.security.beta.kubernetes.io/a": "unconfined"});
        assert_eq!(
            found(Level::Baseline, None, unconfined, json!({"containers": [{"name": "a"}]})),
            "forbidden AppArmor profile (annotation must not set AppArmor profile type to \"container.apparmor.security.beta.kubernetes.io/a=\"unconfined\"\")"
        );
    }

    #[test]
    fn restricted_asks_for_every_safeguard() {
        let cases = [
            (restricted_with(json!({}), json!({})), ""),
            (
                restricted_with(json!({}), json!({"securityContext": {"allowPrivilegeEscalation": null}})),
                "allowPrivilegeEscalation != false (container \"a\" must set securityContext.allowPrivilegeEscalation=false)",
            ),
            (
                restricted_with(json!({}), json!({"securityContext": {"capabilities": {"drop": null, "add": ["CHOWN"]}}})),
                "unrestricted capabilities (container \"a\" must set securityContext.capabilities.drop=[\"ALL\"]; container \"a\" must not include \"CHOWN\" in securityContext.capabilities.add)",
            ),
            (
                restricted_with(json!({"volumes": [{"name": "n", "nfs": {"server": "s", "path": "/"}}, {"name": "h", "hostPath": {"path": "/"}}]}), json!({})),
                "restricted volume types (volumes \"n\", \"h\" use restricted volume types \"hostPath\", \"nfs\")",
            ),
            (restricted_with(json!({"securityContext": {"runAsNonRoot": false}}), json!({})), "runAsNonRoot != true (pod must not set securityContext.runAsNonRoot=false)"),
            (restricted_with(json!({"securityContext": {"runAsUser": 0}}), json!({"securityContext": {"runAsUser": 0}})), "runAsUser=0 (pod and container \"a\" must not set runAsUser=0)"),
            (restricted_with(json!({"hostUsers": false, "securityContext": {"runAsUser": 0, "runAsNonRoot": null}}), json!({})), ""),
            (
                restricted_with(json!({"securityContext": {"seccompProfile": null}}), json!({})),
                "seccompProfile (pod or container \"a\" must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\")",
            ),
            (json!({"os": {"name": "windows"}, "securityContext": {"runAsNonRoot": true}, "containers": [{"name": "a"}]}), ""),
        ];
        for (spec, expected) in cases {
            assert_eq!(found(Level::Restricted, None, json!({}), spec.clone()), expected, "{spec}");
        }
    }

    #[test]
    fn an_older_version_of_the_policy_knows_less() {
        let keepalive = json!({"containers": [], "securityContext": {"sysctls": [{"name": "net.ipv4.tcp_keepalive_time", "value": "1"}]}});
        assert_eq!(found(Level::Baseline, Some(28), json!({}), keepalive.clone()), "forbidden sysctls (net.ipv4.tcp_keepalive_time)");
        assert_eq!(found(Level::Baseline, Some(29), json!({}), keepalive), "");
        let probe = json!({"containers": [{"name": "a", "livenessProbe": {"tcpSocket": {"port": 80, "host": "1.1.1.1"}}}]});
        assert_eq!(found(Level::Baseline, Some(33), json!({}), probe), "");
        assert_eq!(found(Level::Privileged, None, json!({}), json!({"hostPID": true, "containers": []})), "");
    }
}
