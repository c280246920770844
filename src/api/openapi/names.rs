//! The names under which the types of the API are defined: `io.k8s.api.apps.v1.Deployment`.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/endpoints/openapi/openapi.go, v1.36.
//! Simplified: nothing.

/// The name of the definition of a kind.
pub fn definition_name(group: &str, version: &str, kind: &str) -> String {
    match group {
        "apiextensions.k8s.io" => format!("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.{version}.{kind}"),
        "apiregistration.k8s.io" => format!("io.k8s.kube-aggregator.pkg.apis.apiregistration.{version}.{kind}"),
        "meta.k8s.io" => format!("io.k8s.apimachinery.pkg.apis.meta.{version}.{kind}"),
        "" => format!("io.k8s.api.core.{version}.{kind}"),
        // Custom kinds have the name of their group, read from its end.
        group if group.contains('.') && group != "metrics.k8s.io" && !LONG_GROUPS.iter().any(|(_, long)| *long == group) => {
            let group: Vec<&str> = group.rsplit('.').collect();
            format!("{}.{version}.{kind}", group.join("."))
        }
        group => format!("io.k8s.api.{}.{version}.{kind}", group.split('.').next().unwrap_or_default()),
    }
}

/// Groups whose names have more than the one word that their definitions show.
const LONG_GROUPS: &[(&str, &str)] = &[
    ("core", ""), ("admissionregistration", "admissionregistration.k8s.io"), ("authentication", "authentication.k8s.io"), ("authorization", "authorization.k8s.io"),
    ("certificates", "certificates.k8s.io"), ("coordination", "coordination.k8s.io"), ("discovery", "discovery.k8s.io"), ("events", "events.k8s.io"),
    ("flowcontrol", "flowcontrol.apiserver.k8s.io"), ("networking", "networking.k8s.io"), ("node", "node.k8s.io"), ("rbac", "rbac.authorization.k8s.io"),
    ("resource", "resource.k8s.io"), ("scheduling", "scheduling.k8s.io"), ("storage", "storage.k8s.io"), ("apiextensions", "apiextensions.k8s.io"),
    ("apiregistration", "apiregistration.k8s.io"),
];

/// Group, version and kind of a definition, e.g. `("apps", "v1", "Deployment")`.
pub(super) fn group_version_kind(definition: &str) -> Option<(&str, &str, &str)> {
    let mut parts = definition.rsplit('.');
    let (kind, version, word) = (parts.next()?, parts.next()?, parts.next()?);
    let group = LONG_GROUPS.iter().find(|(short, _)| *short == word).map_or(word, |(_, long)| *long);
    Some((group, version, kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_to_kinds_and_back() {
        let cases = [
            (("", "v1", "Pod"), "io.k8s.api.core.v1.Pod"),
            (("rbac.authorization.k8s.io", "v1", "Role"), "io.k8s.api.rbac.v1.Role"),
            (("apps", "v1", "Deployment"), "io.k8s.api.apps.v1.Deployment"),
            (("apiextensions.k8s.io", "v1", "CustomResourceDefinition"), "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition"),
        ];
        assert_eq!(definition_name("stable.example.com", "v1", "CronTab"), "com.example.stable.v1.CronTab");
        for ((group, version, kind), name) in cases {
            assert_eq!(definition_name(group, version, kind), name);
            assert_eq!(group_version_kind(name), Some((group, version, kind)));
        }
    }
}
