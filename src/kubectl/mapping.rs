//! Resource types as discovery names them, and finding the one that a word on the command line means.
//!
//! Models: staging/src/k8s.io/client-go/restmapper, staging/src/k8s.io/apimachinery/pkg/api/meta, v1.36.
//! Simplified: nothing.

use podarium_api::{Kind, versions};
use serde_json::Value;

use crate::failure::{Outcome, fail};
use crate::unstructured::{flag, items, text};

/// A resource type in one version.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Mapping {
    pub group: String,
    pub version: String,
    /// `deployments`
    pub resource: String,
    /// `deployment`
    pub singular: String,
    /// `Deployment`
    pub kind: String,
    pub namespaced: bool,
    pub short_names: Vec<String>,
    pub categories: Vec<String>,
    pub verbs: Vec<String>,
}

/// `deployment.apps`, `pod`.
pub fn kind_name(group: &str, kind: &str) -> String {
    let kind = kind.to_lowercase();
    if group.is_empty() { kind } else { format!("{kind}.{group}") }
}

impl Mapping {
    pub fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.clone() } else { format!("{}/{}", self.group, self.version) }
    }

    /// `deployments.apps`
    pub fn group_resource(&self) -> String {
        if self.group.is_empty() { self.resource.clone() } else { format!("{}.{}", self.resource, self.group) }
    }

    /// `deployment.apps`
    pub fn kind_name(&self) -> String {
        kind_name(&self.group, &self.kind)
    }

    /// The type that a kind most likely has, where no server can be asked.
    pub fn guessed(group: &str, version: &str, kind: &str) -> Mapping {
        let singular = kind.to_lowercase();
        let text = str::to_owned;
        Mapping {
            group: text(group), version: text(version), resource: format!("{singular}s"), singular, kind: text(kind), namespaced: true,
            short_names: Vec::new(), categories: Vec::new(), verbs: Vec::new(),
        }
    }

    /// Some commands know the types that Kubernetes is made with and no others.
    pub fn require_typed(&self) -> Outcome<()> {
        let of_others = ["apiextensions.k8s.io", "apiregistration.k8s.io", "metrics.k8s.io"].contains(&self.group.as_str());
        let is_known = |kind: &Kind| kind.info().group == self.group && kind.info().kind == self.kind;
        let in_another_group = versions::all().any(|version| version.group == self.group && version.kind == self.kind);
        if !of_others && (Kind::ALL.iter().any(is_known) || in_another_group) {
            return Ok(());
        }
        fail(format!("no kind {:?} is registered for version {:?} in scheme \"pkg/scheme/scheme.go:28\"", self.kind, self.api_version()))
    }

    /// How Go prints the type: `apps/v1, Resource=deployments`.
    pub fn go_string(&self) -> String {
        format!("{}/{}, Resource={}", self.group, self.version, self.resource)
    }

    /// Where objects of the type are; `name` may be empty, and so may the namespace for all of them.
    pub fn path(&self, namespace: &str, name: &str) -> String {
        let mut path = if self.group.is_empty() { format!("/api/{}", self.version) } else { format!("/apis/{}/{}", self.group, self.version) };
        if self.namespaced && !namespace.is_empty() {
            path.push_str(&format!("/namespaces/{namespace}"));
        }
        path.push_str(&format!("/{}", self.resource));
        if !name.is_empty() {
            path.push_str(&format!("/{name}"));
        }
        path
    }

    fn is_called(&self, word: &str) -> bool {
        self.resource == word || self.singular == word || (self.singular.is_empty() && self.kind.to_lowercase() == word)
    }
}

/// All types of a server, in the order of discovery.
#[derive(Clone, Debug, Default)]
pub struct Mapper {
    pub mappings: Vec<Mapping>,
}

impl Mapper {
    /// Adds the types of one group and version, in the older form of discovery.
    pub fn add_legacy(&mut self, list: &Value) {
        let group_version = text(list, "/groupVersion");
        let (group, version) = group_version.split_once('/').unwrap_or(("", group_version));
        for entry in items(list, "/resources") {
            let words = |name: &str| items(entry, name).iter().filter_map(Value::as_str).map(str::to_owned).collect();
            if text(entry, "/name").contains('/') {
                continue;
            }
            self.mappings.push(Mapping {
                group: group.to_owned(),
                version: version.to_owned(),
                resource: text(entry, "/name").to_owned(),
                singular: text(entry, "/singularName").to_owned(),
                kind: text(entry, "/kind").to_owned(),
                namespaced: flag(entry, "/namespaced"),
                short_names: words("/shortNames"),
                categories: words("/categories"),
                verbs: words("/verbs"),
            });
        }
    }

    /// Adds all types of an aggregated discovery document.
    pub fn add_aggregated(&mut self, list: &Value) {
        for group in items(list, "/items") {
            for version in items(group, "/versions") {
                for entry in items(version, "/resources") {
                    let words = |name: &str| items(entry, name).iter().filter_map(Value::as_str).map(str::to_owned).collect();
                    self.mappings.push(Mapping {
                        group: text(group, "/metadata/name").to_owned(),
                        version: text(version, "/version").to_owned(),
                        resource: text(entry, "/resource").to_owned(),
                        singular: text(entry, "/singularResource").to_owned(),
                        kind: text(entry, "/responseKind/kind").to_owned(),
                        namespaced: text(entry, "/scope") == "Namespaced",
                        short_names: words("/shortNames"),
                        categories: words("/categories"),
                        verbs: words("/verbs"),
                    });
                }
            }
        }
    }

    /// The type that a word means: `deploy`, `deployments`, `Deployment`, `deployments.apps`, `deployments.v1.apps`.
    pub fn resource(&self, word: &str) -> Option<&Mapping> {
        // Names of groups and versions are taken as they are.
        let (name, rest) = word.split_once('.').map_or((word, ""), |(name, rest)| (name, rest));
        let name = &*name.to_lowercase();
        if rest.is_empty() {
            // `PODS` is a name of pods, but `PO` is not short for them.
            let short = || self.mappings.iter().find(|mapping| mapping.short_names.iter().any(|short| short == word));
            return self.mappings.iter().find(|mapping| mapping.is_called(name)).or_else(short);
        }
        let group_only = |group: &str| {
            self.mappings.iter().find(|mapping| mapping.group == group && (mapping.is_called(name) || mapping.short_names.iter().any(|short| short == name)))
        };
        if let Some((version, group)) = rest.split_once('.')
            && let Some(found) = self.mappings.iter().find(|mapping| mapping.group == group && mapping.version == version && mapping.is_called(name))
        {
            return Some(found);
        }
        // Of a short name the version does not count.
        if let Some((_, group)) = rest.split_once('.')
            && let Some(found) = self.mappings.iter().find(|mapping| mapping.group == group && mapping.short_names.iter().any(|short| short == name))
        {
            return Some(found);
        }
        // `deployments.v1.` names a version of any group.
        if let Some(version) = rest.strip_suffix('.')
            && let Some(found) = self.mappings.iter().find(|mapping| mapping.version == version && mapping.is_called(name))
        {
            return Some(found);
        }
        group_only(rest).or_else(|| {
            // A group may be cut short: `ingresses.networking`.
            self.mappings.iter().find(|mapping| mapping.group.starts_with(&format!("{rest}.")) && mapping.is_called(name))
        })
    }

    /// What else a short name could mean, of lower priority.
    pub fn other_meanings(&self, word: &str) -> Vec<String> {
        if word.contains('.') || self.mappings.iter().any(|mapping| mapping.is_called(&word.to_lowercase())) {
            return Vec::new();
        }
        let mut meant: Vec<String> = Vec::new();
        for mapping in self.mappings.iter().filter(|mapping| mapping.short_names.iter().any(|short| short == word)) {
            let resource = mapping.group_resource();
            if !meant.contains(&resource) {
                meant.push(resource);
            }
        }
        meant.into_iter().skip(1).collect()
    }

    /// The type of a kind in a version; without a version, the first there is.
    pub fn kind(&self, group: &str, version: &str, kind: &str) -> Option<&Mapping> {
        self.mappings.iter().find(|mapping| mapping.group == group && mapping.kind == kind && (version.is_empty() || mapping.version == version))
    }

    /// Each type once: of several versions of a group, the first that has it counts.
    pub fn preferred(&self) -> Vec<Mapping> {
        let mut found: Vec<Mapping> = Vec::new();
        for mapping in &self.mappings {
            if !found.iter().any(|known| known.group == mapping.group && known.resource == mapping.resource) {
                found.push(mapping.clone());
            }
        }
        found
    }

    /// The types of a category such as `all`.
    pub fn category(&self, word: &str) -> Vec<String> {
        let in_it = |mapping: &&Mapping| mapping.categories.iter().any(|category| category == word);
        let mut names: Vec<String> = Vec::new();
        for mapping in self.mappings.iter().filter(in_it) {
            let name = mapping.group_resource();
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn types_have_many_names() {
        let mut mapper = Mapper::default();
        mapper.add_legacy(&json!({"groupVersion": "v1", "resources": [
            {"name": "pods", "singularName": "pod", "kind": "Pod", "namespaced": true, "shortNames": ["po"], "categories": ["all"]},
            {"name": "pods/log", "singularName": "", "kind": "Pod", "namespaced": true},
            {"name": "events", "singularName": "event", "kind": "Event", "namespaced": true, "shortNames": ["ev"]}]}));
        mapper.add_legacy(&json!({"groupVersion": "apps/v1", "resources": [
            {"name": "deployments", "singularName": "deployment", "kind": "Deployment", "namespaced": true, "shortNames": ["deploy"], "categories": ["all"]}]}));
        mapper.add_legacy(&json!({"groupVersion": "events.k8s.io/v1", "resources": [
            {"name": "events", "singularName": "event", "kind": "Event", "namespaced": true, "shortNames": ["ev"]}]}));
        for (word, found) in [
            ("po", "pods"), ("Pod", "pods"), ("pods", "pods"), ("pods.v1.", "pods"), ("deployments.v1.", "deployments.apps"), ("pods.", "pods"), ("deploy", "deployments.apps"),
            ("deployments.apps", "deployments.apps"), ("deployment.v1.apps", "deployments.apps"), ("deploy.v9.apps", "deployments.apps"), ("deploy.apps", "deployments.apps"),
            ("events", "events"), ("events.events.k8s.io", "events.events.k8s.io"), ("events.events", "events.events.k8s.io"),
        ] {
            assert_eq!(mapper.resource(word).map(Mapping::group_resource).as_deref(), Some(found), "{word}");
        }
        for word in ["nosuch", "pods.v1", "Deployment.Apps"] {
            assert_eq!(mapper.resource(word), None, "{word}");
        }
        assert_eq!(mapper.category("all"), ["pods", "deployments.apps"]);
        let deployment = mapper.resource("deploy").unwrap();
        assert_eq!(deployment.path("shop", "web"), "/apis/apps/v1/namespaces/shop/deployments/web");
    }
}
