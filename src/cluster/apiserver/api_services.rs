//! The versions of the API that the server registers as its own, with the priorities that order them in discovery.
//!
//! Models: pkg/controlplane/apiserver/aggregator.go (DefaultGenericAPIServicePriorities), cmd/kube-apiserver/app/aggregator.go,
//! v1.36.
//! Simplified: nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use k8s_openapi::kube_aggregator::pkg::apis::apiregistration::v1::APIServiceSpec;
use podarium_api::{APIService, Kind, ObjectMeta, versions};

/// Whether an APIService is registered once (`onstart`) or kept as it is (`true`).
pub(crate) const MANAGED: &str = "kube-aggregator.kubernetes.io/automanaged";
/// Where groups of custom kinds stand.
pub(crate) const CUSTOM: (i32, i32) = (1000, 100);

/// The priority of each group.
const GROUPS: &[(&str, i32)] = &[
    ("", 18_000), ("extensions", 17_900), ("apps", 17_800), ("events.k8s.io", 17_750), ("authentication.k8s.io", 17_700), ("authorization.k8s.io", 17_600),
    ("autoscaling", 17_500), ("batch", 17_400), ("certificates.k8s.io", 17_300), ("networking.k8s.io", 17_200), ("policy", 17_100),
    ("rbac.authorization.k8s.io", 17_000), ("storage.k8s.io", 16_800), ("admissionregistration.k8s.io", 16_700), ("apiextensions.k8s.io", 16_700),
    ("scheduling.k8s.io", 16_600), ("coordination.k8s.io", 16_500), ("node.k8s.io", 16_300), ("discovery.k8s.io", 16_200), ("resource.k8s.io", 16_200),
    ("flowcontrol.apiserver.k8s.io", 16_100),
];

/// Versions that stand otherwise among those of their group than a stable one usually does.
const VERSIONS: &[(&str, &str, i32)] = &[
    ("", "v1", 1), ("autoscaling", "v2", 30), ("flowcontrol.apiserver.k8s.io", "v1", 21), ("resource.k8s.io", "v1", 21), ("extensions", "v1beta1", 1),
    ("apps", "v1beta1", 1), ("apps", "v1beta2", 9),
];

/// The APIService of a version, registered in this way.
pub(crate) fn registered(group: &str, version: &str, (of_group, of_version): (i32, i32), managed: &str) -> APIService {
    APIService {
        metadata: ObjectMeta {
            name: Some(format!("{version}.{group}")),
            labels: Some(BTreeMap::from([(MANAGED.to_owned(), managed.to_owned())])),
            ..ObjectMeta::default()
        },
        spec: Arc::new(APIServiceSpec {
            group: (!group.is_empty()).then(|| group.to_owned()),
            version: Some(version.to_owned()),
            group_priority_minimum: of_group,
            version_priority: of_version,
            ..APIServiceSpec::default()
        }),
        ..APIService::default()
    }
}

/// All versions that the server serves itself, but for the one of API services.
pub(crate) fn own(course_2019: bool) -> Vec<APIService> {
    let mut found: Vec<(&str, &str)> = Vec::new();
    for info in Kind::ALL.iter().filter(|kind| !kind.verbs().is_empty()).map(|kind| kind.info()) {
        found.push((info.group, info.version));
        found.extend(versions::of(&info, course_2019).map(|version| (version.group, version.version)));
    }
    found.sort_unstable();
    found.dedup();
    let priority = |group: &str, version: &str| {
        let of_group = GROUPS.iter().find(|(name, _)| *name == group)?.1;
        let of_version = VERSIONS.iter().find(|(of, name, _)| (*of, *name) == (group, version)).map_or(15, |(.., priority)| *priority);
        Some((of_group, of_version))
    };
    found.into_iter().filter_map(|(group, version)| Some(registered(group, version, priority(group, version)?, "onstart"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_version_of_a_group_with_a_priority_is_registered() {
        let names: Vec<String> = own(false).into_iter().filter_map(|service| service.metadata.name).collect();
        assert_eq!(names.len(), 21, "{names:?}");
        assert!(names.contains(&"v1.".to_owned()) && names.contains(&"v2.autoscaling".to_owned()), "{names:?}");
        let of = |name: &str| own(true).into_iter().find(|service| service.metadata.name.as_deref() == Some(name)).map(|service| (service.spec.group_priority_minimum, service.spec.version_priority));
        assert_eq!((of("v1."), of("v1.apps"), of("v1beta2.apps")), (Some((18_000, 1)), Some((17_800, 15)), Some((17_800, 9))));
        assert_eq!(of("v1.apiregistration.k8s.io"), None, "it is never registered, as it is always first");
    }
}
