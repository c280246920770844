//! Resource types as discovery names them, and finding the one that a word on the command line means.
//!
//! Models: staging/src/k8s.io/client-go/restmapper, staging/src/k8s.io/apimachinery/pkg/api/meta, v1.36.
//! Simplified: nothing.

use podarium_api::{Kind, versions};
use serde::Deserialize;

use crate::failure::{Outcome, fail};
use crate::unstructured::or_none;

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

/// A discovery document: all groups in one, or a group and version in the older form.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Listed {
    #[serde(deserialize_with = "or_none")]
    items: Vec<Group>,
    group_version: String,
    #[serde(deserialize_with = "or_none")]
    resources: Vec<OldResource>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Group {
    metadata: GroupName,
    #[serde(deserialize_with = "or_none")]
    versions: Vec<Version>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct GroupName {
    name: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Version {
    version: String,
    #[serde(deserialize_with = "or_none")]
    resources: Vec<Resource>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Resource {
    resource: String,
    singular_resource: String,
    response_kind: ResponseKind,
    scope: String,
    #[serde(deserialize_with = "or_none")]
    short_names: Vec<String>,
    #[serde(deserialize_with = "or_none")]
    categories: Vec<String>,
    #[serde(deserialize_with = "or_none")]
    verbs: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ResponseKind {
    kind: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct OldResource {
    name: String,
    singular_name: String,
    kind: String,
    namespaced: bool,
    #[serde(deserialize_with = "or_none")]
    short_names: Vec<String>,
    #[serde(deserialize_with = "or_none")]
    categories: Vec<String>,
    #[serde(deserialize_with = "or_none")]
    verbs: Vec<String>,
}

/// All types of a server, in the order of discovery.
#[derive(Clone, Debug, Default)]
pub struct Mapper {
    pub mappings: Vec<Mapping>,
}

impl Mapper {
    /// Adds all types of a discovery document.
    pub fn add(&mut self, list: Listed) {
        let (group, version) = list.group_version.split_once('/').unwrap_or(("", &list.group_version));
        for entry in list.resources {
            if entry.name.contains('/') {
                continue;
            }
            self.mappings.push(Mapping {
                group: group.to_owned(),
                version: version.to_owned(),
                resource: entry.name,
                singular: entry.singular_name,
                kind: entry.kind,
                namespaced: entry.namespaced,
                short_names: entry.short_names,
                categories: entry.categories,
                verbs: entry.verbs,
            });
        }
        for group in list.items {
            for version in group.versions {
                for entry in version.resources {
                    self.mappings.push(Mapping {
                        group: group.metadata.name.clone(),
                        version: version.version.clone(),
                        resource: entry.resource,
                        singular: entry.singular_resource,
                        kind: entry.response_kind.kind,
                        namespaced: entry.scope == "Namespaced",
                        short_names: entry.short_names,
                        categories: entry.categories,
                        verbs: entry.verbs,
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
            self.mappings.iter().find(|mapping| mapping.group.starts_with(rest) && mapping.is_called(name))
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

    /// The type of a kind in a version; without a version, the first there is. A kind in small letters is one, too.
    pub fn kind(&self, group: &str, version: &str, kind: &str) -> Option<&Mapping> {
        self.mappings.iter().find(|mapping| mapping.group == group && (mapping.kind == kind || mapping.kind.to_lowercase() == kind) && (version.is_empty() || mapping.version == version))
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

    fn listed(value: serde_json::Value) -> Listed {
        serde_json::from_value(value).expect("a document")
    }

    #[test]
    fn types_have_many_names() {
        let mut mapper = Mapper::default();
        mapper.add(listed(json!({"groupVersion": "v1", "resources": [
            {"name": "pods", "singularName": "pod", "kind": "Pod", "namespaced": true, "shortNames": ["po"], "categories": ["all"]},
            {"name": "pods/log", "singularName": "", "kind": "Pod", "namespaced": true},
            {"name": "events", "singularName": "event", "kind": "Event", "namespaced": true, "shortNames": ["ev"]}]})));
        mapper.add(listed(json!({"groupVersion": "apps/v1", "resources": [
            {"name": "deployments", "singularName": "deployment", "kind": "Deployment", "namespaced": true, "shortNames": ["deploy"], "categories": ["all"]}]})));
        mapper.add(listed(json!({"groupVersion": "events.k8s.io/v1", "resources": [
            {"name": "events", "singularName": "event", "kind": "Event", "namespaced": true, "shortNames": ["ev"]}]})));
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
