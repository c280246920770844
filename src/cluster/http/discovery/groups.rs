//! The groups with their versions, and the resources of each.
//!
//! Models: pkg/controlplane/apiserver/aggregator.go (the order of groups), apimachinery/pkg/version/helpers.go, v1.36.
//! Simplified: nothing.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use podarium_api::{Kind, ResourceInfo, versions};

use super::super::{aggregation, custom};
use super::super::resources::{self, Subresource};
use crate::apiserver::api_services::CUSTOM;
use crate::store::Store;

/// The groups in the order of their priority; others come after them, by name.
const ORDER: &[&str] = &[
    "", "apiregistration.k8s.io", "extensions", "apps", "events.k8s.io", "authentication.k8s.io", "authorization.k8s.io", "autoscaling", "batch",
    "certificates.k8s.io", "networking.k8s.io", "policy", "rbac.authorization.k8s.io", "storage.k8s.io", "admissionregistration.k8s.io",
    "apiextensions.k8s.io", "scheduling.k8s.io", "coordination.k8s.io", "node.k8s.io", "discovery.k8s.io", "resource.k8s.io",
    "flowcontrol.apiserver.k8s.io",
];

/// What puts a pod on a node; it can be made and is not kept.
pub(in super::super) const BINDING: ResourceInfo = ResourceInfo {
    group: "",
    version: "v1",
    kind: "Binding",
    plural: "bindings",
    singular: "binding",
    short_names: &[],
    categories: &[],
    namespaced: true,
    has_status: false,
};

/// A group of the API; the core group has no name.
pub(in super::super) struct Group {
    pub name: String,
    /// The preferred one first.
    pub versions: Vec<GroupVersion>,
}

pub(in super::super) struct GroupVersion {
    pub version: String,
    /// Whether whoever serves it can be reached.
    pub available: bool,
    /// The kinds that this version serves, by plural.
    pub resources: BTreeMap<&'static str, Served>,
}

/// A kind as a version serves it.
pub(in super::super) struct Served {
    pub info: ResourceInfo,
    pub verbs: Vec<&'static str>,
    pub parts: Vec<Subresource>,
    /// The version that it is stored in, where discovery gives a hash of it.
    pub stored_in: Option<String>,
}

impl Served {
    fn built_in(info: ResourceInfo) -> Self {
        let verbs = resources::verbs(&info).to_vec();
        let stored_in = verbs.contains(&"update").then(|| super::legacy::stored_version(&info).to_owned());
        Served { info, stored_in, verbs, parts: resources::subresources(&info).to_vec() }
    }
}

/// All groups that the server has, with the custom kinds of its store.
pub(in super::super) fn served(course_2019: bool, store: &Store) -> Vec<Group> {
    let mut found: BTreeMap<&str, BTreeMap<&str, BTreeMap<&'static str, Served>>> = BTreeMap::new();
    for custom in custom::served(store) {
        let (group, version, plural) = (custom.info.group, custom.info.version, custom.info.plural);
        found.entry(group).or_default().entry(version).or_default().insert(plural, custom);
    }
    for info in Kind::ALL.iter().filter(|kind| !kind.verbs().is_empty()).map(|kind| kind.info()).filter(|info| aggregation::is_served(info, store)) {
        let own = (info.group, info.version);
        let others = versions::of(&info, course_2019).map(|version| (version.group, version.version));
        for (group, version) in std::iter::once(own).chain(others) {
            found.entry(group).or_default().entry(version).or_default().insert(info.plural, Served::built_in(info));
        }
    }
    found.entry("").or_default().entry("v1").or_default().insert(BINDING.plural, Served::built_in(BINDING));
    for service in aggregation::foreign(store) {
        let (group, version) = (service.spec.group.as_deref().unwrap_or_default(), service.spec.version.as_deref().unwrap_or_default());
        found.entry(group).or_default().entry(version).or_default();
    }
    let mut groups: Vec<Group> = found
        .into_iter()
        .map(|(name, versions)| {
            let mut versions: Vec<GroupVersion> = versions.into_iter().map(|(version, resources)| GroupVersion { available: !aggregation::is_unavailable(name, version, store), version: version.to_owned(), resources }).collect();
            versions.sort_by_key(|version| Reverse(rank(&version.version)));
            Group { name: name.to_owned(), versions }
        })
        .collect();
    // Groups beyond the server's own stand in the order of the priorities under which they are registered.
    let priority = |group: &str| {
        let of_group = aggregation::foreign(store).filter(|service| service.spec.group.as_deref() == Some(group));
        of_group.map(|service| service.spec.group_priority_minimum).max().unwrap_or(CUSTOM.0)
    };
    groups.sort_by_key(|group| (ORDER.iter().position(|known| *known == group.name).unwrap_or(ORDER.len()), Reverse(priority(&group.name))));
    groups
}

/// How much a version is preferred: stable ones before betas before alphas, then higher numbers before lower ones.
pub(in super::super) fn rank(version: &str) -> (u8, u32, u32) {
    let number = |text: &str| text.parse::<u32>().ok();
    let parsed = version.strip_prefix('v').and_then(|rest| {
        let split = |word: &str| rest.split_once(word).and_then(|(major, minor)| Some((number(major)?, number(minor)?)));
        if let Some((major, minor)) = split("beta") {
            return Some((2, major, minor));
        }
        if let Some((major, minor)) = split("alpha") {
            return Some((1, major, minor));
        }
        number(rest).map(|major| (3, major, 0))
    });
    parsed.unwrap_or((0, 0, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stable_and_newer_versions_are_preferred() {
        let mut versions = ["v1alpha1", "v1", "v1beta1", "v2", "v2beta2", "foo", "v10", "v1beta2"];
        versions.sort_by_key(|version| Reverse(rank(version)));
        assert_eq!(versions, ["v10", "v2", "v1", "v2beta2", "v1beta2", "v1beta1", "v1alpha1", "foo"]);
    }

    #[test]
    fn old_groups_are_there_only_when_asked_for() {
        let names = |course_2019| served(course_2019, &Store::default()).into_iter().map(|group| group.name).collect::<Vec<_>>();
        assert!(!names(false).contains(&"extensions".to_owned()));
        assert!(names(true).contains(&"extensions".to_owned()));
        let apps: Vec<String> = served(true, &Store::default()).into_iter().find(|group| group.name == "apps").unwrap().versions.into_iter().map(|version| version.version).collect();
        assert_eq!(apps, ["v1", "v1beta2", "v1beta1"]);
    }
}
