//! Discovery in its older form: one document for the groups, and one for each version.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/endpoints/discovery/{group,legacy,root,version,storageversionhash}.go, v1.36.
//! Simplified: nothing.

use base64::Engine as _;
use podarium_api::ResourceInfo;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::super::resources::Subresource;
use super::groups::{Group, Served};

pub(super) fn versions(address: &str) -> Value {
    json!({"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": [{"clientCIDR": "0.0.0.0/0", "serverAddress": address}]})
}

pub(super) fn group_list(groups: &[Group]) -> Value {
    let groups: Vec<Value> = groups.iter().filter(|group| !group.name.is_empty()).map(described).collect();
    json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": groups})
}

pub(super) fn group(group: &Group) -> Value {
    let mut value = described(group);
    value["kind"] = "APIGroup".into();
    value["apiVersion"] = "v1".into();
    value
}

fn described(group: &Group) -> Value {
    let name = &group.name;
    let versions: Vec<Value> = group.versions.iter().map(|version| json!({"groupVersion": format!("{name}/{}", version.version), "version": version.version})).collect();
    json!({"name": name, "versions": versions, "preferredVersion": versions.first()})
}

/// The resources of one version, if the server has it.
pub(super) fn resource_list(group: &str, version: &str, groups: &[Group]) -> Option<Value> {
    let found = groups.iter().find(|known| known.name == group)?.versions.iter().find(|known| known.version == version)?;
    let mut list: Vec<Value> = found.resources.values().flat_map(entries).collect();
    // Built-in kinds stand in the order of all names; the subresources of a custom kind follow it in an order of their own.
    if super::super::resources::is_built_in(group) {
        list.sort_by(|a, b| a["name"].as_str().cmp(&b["name"].as_str()));
    }
    let group_version = if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
    let mut document = json!({"kind": "APIResourceList", "groupVersion": group_version, "resources": list});
    // The oldest document has never said its own version.
    if !group.is_empty() {
        document["apiVersion"] = json!("v1");
    }
    Some(document)
}

/// A resource and its subresources.
fn entries(served: &Served) -> Vec<Value> {
    let info = &served.info;
    let mut own = json!({"name": info.plural, "singularName": info.singular, "namespaced": info.namespaced, "kind": info.kind, "verbs": served.verbs});
    if !info.short_names.is_empty() {
        own["shortNames"] = json!(info.short_names);
    }
    if !info.categories.is_empty() {
        own["categories"] = json!(info.categories);
    }
    if let Some(version) = &served.stored_in {
        own["storageVersionHash"] = json!(storage_version_hash(info, version));
    }
    let mut list = vec![own];
    list.extend(served.parts.iter().map(|subresource| part(info, subresource)));
    list
}

fn part(info: &ResourceInfo, subresource: &Subresource) -> Value {
    let kind = if subresource.kind.is_empty() { info.kind } else { subresource.kind };
    let name = format!("{}/{}", info.plural, subresource.name);
    let mut value = json!({"name": name, "singularName": "", "namespaced": info.namespaced, "kind": kind, "verbs": subresource.verbs});
    if let Some((group, version)) = subresource.of {
        value["group"] = group.into();
        value["version"] = version.into();
    }
    value
}

/// Kinds that v1.36 stores in an older version than the one served here, so that a server of the version before can read
/// them.
const STORED_OTHERWISE: &[(&str, &str)] = &[("MutatingAdmissionPolicy", "v1beta1"), ("MutatingAdmissionPolicyBinding", "v1beta1")];

pub(super) fn stored_version(info: &ResourceInfo) -> &'static str {
    let older = STORED_OTHERWISE.iter().find(|(kind, _)| *kind == info.kind);
    older.map_or(info.version, |(_, version)| version)
}

/// Differs when a kind comes to be stored in another version.
fn storage_version_hash(info: &ResourceInfo, version: &str) -> String {
    let digest = Sha256::digest(format!("{}/{version}/{}", info.group, info.kind));
    base64::engine::general_purpose::STANDARD.encode(&digest[..8])
}

#[cfg(test)]
mod tests {
    use podarium_api::Kind;

    use super::*;

    #[test]
    fn the_hash_is_that_of_the_stored_version() {
        let cases = [(Kind::Pod, "xPOwRZ+Yhw8="), (Kind::Deployment, "8aSe+NMegvE="), (Kind::Event, "r2yiGXH7wu8=")];
        for (kind, hash) in cases {
            assert_eq!(storage_version_hash(&kind.info(), stored_version(&kind.info())), hash, "{kind:?}");
        }
    }
}
