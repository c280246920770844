//! Whether the server is well: `/livez`, `/readyz` and the older `/healthz`, with one path for each check.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/server/healthz/healthz.go, v1.36.
//! Simplified: the simulated server is always well, so every check passes.

use podarium_machine::HttpResponse;

use super::super::{Query, text};

/// The checks in their order. Those of `/readyz` alone are in [`READY`].
const CHECKS: &[&str] = &[
    "ping",
    "log",
    "loopback-serving-certificate",
    "etcd",
    "etcd-readiness",
    "informer-sync",
    "poststarthook/start-apiserver-admission-initializer",
    "poststarthook/generic-apiserver-start-informers",
    "poststarthook/priority-and-fairness-config-consumer",
    "poststarthook/priority-and-fairness-filter",
    "poststarthook/storage-object-count-tracker-hook",
    "poststarthook/start-apiextensions-informers",
    "poststarthook/start-apiextensions-controllers",
    "poststarthook/crd-informer-synced",
    "poststarthook/start-system-namespaces-controller",
    "poststarthook/peer-endpoint-reconciler-controller",
    "poststarthook/start-cluster-authentication-info-controller",
    "poststarthook/start-kube-apiserver-identity-lease-controller",
    "poststarthook/start-kube-apiserver-identity-lease-garbage-collector",
    "poststarthook/storage-readiness",
    "poststarthook/start-legacy-token-tracking-controller",
    "poststarthook/start-service-ip-repair-controllers",
    "poststarthook/rbac/bootstrap-roles",
    "poststarthook/scheduling/bootstrap-system-priority-classes",
    "poststarthook/priority-and-fairness-config-producer",
    "poststarthook/bootstrap-controller",
    "poststarthook/start-kubernetes-service-cidr-controller",
    "poststarthook/aggregator-reload-proxy-client-cert",
    "poststarthook/start-kube-aggregator-informers",
    "poststarthook/apiservice-status-local-available-controller",
    "poststarthook/apiservice-status-remote-available-controller",
    "poststarthook/apiservice-registration-controller",
    "poststarthook/apiservice-wait-for-first-sync",
    "poststarthook/apiservice-discovery-controller",
    "poststarthook/kube-apiserver-autoregistration",
    "autoregister-completion",
    "poststarthook/apiservice-openapi-controller",
    "poststarthook/apiservice-openapiv3-controller",
    "shutdown",
];

/// The checks that say whether requests may be sent, not whether the server lives.
const READY: &[&str] = &["etcd-readiness", "informer-sync", "shutdown"];
/// What says whether the server lives, and not whether requests may be sent.
const LIVE: &[&str] = &["loopback-serving-certificate"];

pub(super) fn checks(endpoint: &str) -> impl Iterator<Item = &'static str> {
    let ready = endpoint == "readyz";
    CHECKS.iter().copied().filter(move |check| if ready { !LIVE.contains(check) } else { !READY.contains(check) })
}

pub(super) fn answer(endpoint: &str, rest: &[&str], query: &Query) -> HttpResponse {
    if !rest.is_empty() {
        let wanted = rest.join("/");
        return if checks(endpoint).any(|check| check == wanted) { text::plain(200, "ok") } else { text::page_not_found() };
    }
    if !query.has("verbose") {
        return text::plain(200, "ok");
    }
    let excluded: Vec<&str> = query.all("exclude").collect();
    let mut lines = String::new();
    for check in checks(endpoint) {
        let state = if excluded.contains(&check) { "excluded: ok" } else { "ok" };
        lines.push_str(&format!("[+]{check} {state}\n"));
    }
    let unknown: Vec<String> = excluded.iter().filter(|name| !checks(endpoint).any(|check| check == **name)).map(|name| format!("{name:?}")).collect();
    if !unknown.is_empty() {
        lines.push_str(&format!("warn: some health checks cannot be excluded: no matches for {}\n", unknown.join(", ")));
    }
    lines.push_str(&format!("{endpoint} check passed\n"));
    text::plain(200, lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(endpoint: &str, rest: &[&str], query: &str) -> (u16, String) {
        let response = answer(endpoint, rest, &Query::parse(query));
        (response.status, String::from_utf8(response.body).unwrap())
    }

    #[test]
    fn checks_are_listed_and_asked_one_by_one() {
        assert_eq!(body("livez", &[], ""), (200, "ok".to_owned()));
        assert_eq!(body("readyz", &["poststarthook", "rbac", "bootstrap-roles"], ""), (200, "ok".to_owned()));
        assert_eq!(body("livez", &["shutdown"], "").0, 404, "only readiness knows of it");
        let verbose = body("readyz", &[], "verbose&exclude=etcd&exclude=foo").1;
        assert!(verbose.starts_with("[+]ping ok\n[+]log ok\n[+]etcd excluded: ok\n"), "{verbose}");
        assert!(verbose.ends_with("[+]shutdown ok\nwarn: some health checks cannot be excluded: no matches for \"foo\"\nreadyz check passed\n"), "{verbose}");
    }
}
