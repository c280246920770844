//! What the API serves of each kind: its verbs and its subresources, as discovery lists them and as routes allow them.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/endpoints/installer.go with the storage of pkg/registry, v1.36.
//! Simplified: nothing of the kinds that are served.

use podarium_api::{Kind, ResourceInfo};

use super::discovery::BINDING;

/// What a custom kind has.
const ALL: &[&str] = &["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
const CREATE: &[&str] = &["create"];
const CONNECT: &[&str] = &["create", "get"];
const CHANGE: &[&str] = &["get", "patch", "update"];
const PROXY: &[&str] = &["create", "delete", "get", "patch", "update"];

/// A part of an object with a path of its own: `pods/web/log`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Subresource {
    pub name: &'static str,
    /// What travels; empty for the kind itself.
    pub kind: &'static str,
    /// Group and version of what travels, if they are not the object's.
    pub of: Option<(&'static str, &'static str)>,
    pub verbs: &'static [&'static str],
}

const fn sub(name: &'static str, kind: &'static str, verbs: &'static [&'static str]) -> Subresource {
    Subresource { name, kind, of: None, verbs }
}

const fn foreign(name: &'static str, kind: &'static str, of: (&'static str, &'static str), verbs: &'static [&'static str]) -> Subresource {
    Subresource { name, kind, of: Some(of), verbs }
}

pub(crate) const STATUS: Subresource = sub("status", "", CHANGE);
pub(crate) const SCALE: Subresource = foreign("scale", "Scale", ("autoscaling", "v1"), CHANGE);

const PODS: &[Subresource] = &[
    sub("attach", "PodAttachOptions", CONNECT),
    sub("binding", "Binding", CREATE),
    sub("ephemeralcontainers", "", CHANGE),
    foreign("eviction", "Eviction", ("policy", "v1"), CREATE),
    sub("exec", "PodExecOptions", CONNECT),
    sub("log", "", &["get"]),
    sub("portforward", "PodPortForwardOptions", CONNECT),
    sub("proxy", "PodProxyOptions", PROXY),
    sub("resize", "", CHANGE),
    STATUS,
];

/// Subresources beside the status, by group and plural.
const SUBRESOURCES: &[(&str, &str, &[Subresource])] = &[
    ("", "namespaces", &[sub("finalize", "", &["update"]), STATUS]),
    ("", "nodes", &[sub("proxy", "NodeProxyOptions", PROXY), STATUS]),
    ("", "pods", PODS),
    ("", "replicationcontrollers", &[SCALE, STATUS]),
    ("", "serviceaccounts", &[foreign("token", "TokenRequest", ("authentication.k8s.io", "v1"), CREATE)]),
    ("", "services", &[sub("proxy", "ServiceProxyOptions", PROXY), STATUS]),
    ("apps", "deployments", &[SCALE, STATUS]),
    ("apps", "replicasets", &[SCALE, STATUS]),
    ("apps", "statefulsets", &[SCALE, STATUS]),
    ("certificates.k8s.io", "certificatesigningrequests", &[sub("approval", "", CHANGE), STATUS]),
];

/// The verbs of a kind's objects and collections.
pub(crate) fn verbs(info: &ResourceInfo) -> &'static [&'static str] {
    if (info.group, info.plural) == (BINDING.group, BINDING.plural) {
        return CREATE;
    }
    Kind::ALL.iter().find(|kind| kind.info() == *info).map_or(ALL, |kind| kind.verbs())
}

/// Whether a group is one of the server's own.
pub(crate) fn is_built_in(group: &str) -> bool {
    Kind::ALL.iter().any(|kind| kind.info().group == group)
}

pub(crate) fn subresources(info: &ResourceInfo) -> &'static [Subresource] {
    let found = SUBRESOURCES.iter().find(|(group, plural, _)| (*group, *plural) == (info.group, info.plural));
    match found {
        Some((_, _, list)) => list,
        None if info.has_status => &[STATUS],
        None => &[],
    }
}

/// The verb of an HTTP method on a collection, an object or a subresource; `None` if the path does not have the method.
pub(crate) fn verb_of(method: &str, info: &ResourceInfo, named: bool, namespace: bool, subresource: Option<&Subresource>) -> Option<&'static str> {
    let verb = match (method, named || subresource.is_some()) {
        ("GET", true) => "get",
        ("GET", false) => "list",
        ("POST", _) if subresource.is_some() || !named => "create",
        ("PUT", true) => "update",
        ("PATCH", true) => "patch",
        ("DELETE", true) => "delete",
        ("DELETE", false) => "deletecollection",
        _ => return None,
    };
    // The collection over all namespaces can be read, and no more than that.
    let across = info.namespaced && !namespace;
    let allowed = subresource.map_or_else(|| verbs(info), |subresource| subresource.verbs);
    (allowed.contains(&verb) && (!across || verb == "list")).then_some(verb)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_are_allowed_where_the_reference_has_routes() {
        let (pod, namespace) = (Kind::Pod.info(), Kind::Namespace.info());
        let log = subresources(&pod).iter().find(|subresource| subresource.name == "log");
        let eviction = subresources(&pod).iter().find(|subresource| subresource.name == "eviction");
        let cases = [
            ("GET", &pod, false, false, None, Some("list")),
            ("POST", &pod, false, false, None, None),
            ("DELETE", &pod, false, false, None, None),
            ("DELETE", &pod, false, true, None, Some("deletecollection")),
            ("PUT", &pod, false, true, None, None),
            ("POST", &pod, true, true, None, None),
            ("PATCH", &pod, true, true, None, Some("patch")),
            ("HEAD", &pod, true, true, None, None),
            ("GET", &pod, true, true, log, Some("get")),
            ("POST", &pod, true, true, log, None),
            ("POST", &pod, true, true, eviction, Some("create")),
            ("DELETE", &namespace, false, false, None, None),
            ("DELETE", &namespace, true, false, None, Some("delete")),
        ];
        for (method, info, named, in_namespace, subresource, verb) in cases {
            assert_eq!(verb_of(method, info, named, in_namespace, subresource), verb, "{method} {} {named} {in_namespace} {subresource:?}", info.plural);
        }
    }
}
