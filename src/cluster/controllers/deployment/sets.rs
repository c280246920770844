//! The ReplicaSets of a Deployment, and sums over them.
//!
//! The set whose template is the Deployment's own is the new one; all others are old.
//!
//! Models: pkg/controller/deployment/util/deployment_util.go (FindNewReplicaSet and sums), v1.36.
//! Simplified: nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use k8s_openapi::api::core::v1::PodTemplateSpec;
use podarium_api::{Deployment, ObjectMeta, ReplicaSet, Resource as _};

pub const HASH_LABEL: &str = "pod-template-hash";

/// The new set, if it exists, and the old ones, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Sets {
    pub new: Option<Arc<ReplicaSet>>,
    pub old: Vec<Arc<ReplicaSet>>,
}

impl Sets {
    /// Tells the sets of a Deployment apart. If several have its template, the oldest is the new one.
    pub fn of(deployment: &Deployment, mut sets: Vec<Arc<ReplicaSet>>) -> Self {
        sets.sort_by_key(age_order);
        let template = &deployment.spec.template;
        let is_new = |set: &Arc<ReplicaSet>| set.spec.template.as_ref().is_some_and(|other| same_template(other, template));
        let new = sets.iter().position(is_new).map(|index| sets.remove(index));
        Sets { new, old: sets }
    }

    pub fn all(&self) -> impl Iterator<Item = &Arc<ReplicaSet>> {
        self.old.iter().chain(&self.new)
    }

    /// The sets that have pods, or ought to.
    pub fn active(&self) -> Vec<Arc<ReplicaSet>> {
        self.all().filter(|set| replicas(set) > 0).cloned().collect()
    }

    pub fn active_old(&self) -> Vec<Arc<ReplicaSet>> {
        self.old.iter().filter(|set| replicas(set) > 0).cloned().collect()
    }
}

/// Oldest first; of the same second, by name.
pub fn age_order(set: &Arc<ReplicaSet>) -> (Option<jiff::Timestamp>, String) {
    (set.metadata.creation_timestamp.as_ref().map(|time| time.0), set.name().to_owned())
}

/// How many pods the set should have.
pub fn replicas(set: &ReplicaSet) -> i32 {
    set.spec.replicas.unwrap_or(1)
}

pub fn available(set: &ReplicaSet) -> i32 {
    set.status.available_replicas.unwrap_or(0)
}

pub fn total<'a>(sets: impl IntoIterator<Item = &'a Arc<ReplicaSet>>, of: impl Fn(&ReplicaSet) -> i32) -> i32 {
    sets.into_iter().map(|set| of(set)).sum()
}

/// Whether the templates are the same but for the hash label, which only those of ReplicaSets have.
pub fn same_template(a: &PodTemplateSpec, b: &PodTemplateSpec) -> bool {
    let none = ObjectMeta::default();
    let (meta, other) = (a.metadata.as_ref().unwrap_or(&none), b.metadata.as_ref().unwrap_or(&none));
    let same_labels = entries(&meta.labels).filter(not_hash).eq(entries(&other.labels).filter(not_hash));
    a.spec == b.spec && same_labels && entries(&meta.annotations).eq(entries(&other.annotations)) && rest(meta) == rest(other)
}

fn entries(map: &Option<BTreeMap<String, String>>) -> impl Iterator<Item = (&String, &String)> {
    map.iter().flatten()
}

fn not_hash((name, _): &(&String, &String)) -> bool {
    *name != HASH_LABEL
}

/// What metadata say beside labels and annotations.
fn rest(meta: &ObjectMeta) -> impl PartialEq + use<'_> {
    let identity = (&meta.name, &meta.generate_name, &meta.namespace, &meta.uid, &meta.resource_version, &meta.self_link, &meta.generation);
    let life = (&meta.creation_timestamp, &meta.deletion_timestamp, &meta.deletion_grace_period_seconds);
    (identity, life, &meta.finalizers, &meta.owner_references, &meta.managed_fields)
}
