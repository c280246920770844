//! Which volumes a pod would have on a node: those of its bound claims, those found for the others, and those to be made.
//!
//! Models: pkg/scheduler/framework/plugins/volumebinding/binder.go (GetPodVolumeClaims, FindPodVolumes), v1.36.
//! Simplified: drivers that were part of Kubernetes once are not translated.

use std::collections::BTreeSet;
use std::sync::Arc;

use k8s_openapi::api::core::v1::TopologySelectorTerm;
use podarium_api::quantity::Quantity;
use podarium_api::selector::LabelSelector;
use podarium_api::{CSIStorageCapacity, Node, PersistentVolume, PersistentVolumeClaim, Resource as _, StorageClass};

use crate::scheduler::framework::affinity_term::labels;
use crate::scheduler::storage_listers::StorageListers;
use crate::storage::annotations::{BIND_COMPLETED, SELECTED_NODE};
use crate::storage::matching::{self, Seeker};
use crate::storage::{annotation, claim_class, find_match, is_delayed, volume_class};

pub const NODE_CONFLICT: &str = "node(s) didn't match PersistentVolume's node affinity";
pub const BIND_CONFLICT: &str = "node(s) didn't find available persistent volumes to bind";
pub const NOT_ENOUGH_SPACE: &str = "node(s) did not have enough free storage";
pub const NO_SUCH_VOLUME: &str = "node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)";
const NO_PROVISIONER: &str = "kubernetes.io/no-provisioner";

/// A pod's claims, by what is to be done for them.
#[derive(Clone, Debug, Default)]
pub struct Claims {
    pub bound: Vec<Arc<PersistentVolumeClaim>>,
    /// They wait for their first consumer.
    pub delayed: Vec<Arc<PersistentVolumeClaim>>,
    /// The binder must bind them first.
    pub immediate: Vec<Arc<PersistentVolumeClaim>>,
}

pub fn is_fully_bound(claim: &PersistentVolumeClaim) -> bool {
    claim.spec.volume_name.as_deref().is_some_and(|name| !name.is_empty()) && annotation(&claim.metadata, BIND_COMPLETED).is_some()
}

impl Claims {
    pub fn sort(storage: &StorageListers, claims: Vec<Arc<PersistentVolumeClaim>>) -> Self {
        let mut sorted = Claims::default();
        for claim in claims {
            let class = storage.classes.get(claim_class(&claim)).map(|class| &**class);
            let unnamed = claim.spec.volume_name.as_deref().unwrap_or_default().is_empty();
            match () {
                () if is_fully_bound(&claim) => sorted.bound.push(claim),
                () if is_delayed(class) && unnamed => sorted.delayed.push(claim),
                () => sorted.immediate.push(claim),
            }
        }
        sorted
    }
}

/// What the pod would have on a node, or why it cannot be there.
#[derive(Clone, Debug, Default)]
pub struct Found {
    pub bindings: Vec<(Arc<PersistentVolume>, Arc<PersistentVolumeClaim>)>,
    pub to_make: Vec<Arc<PersistentVolumeClaim>>,
    pub reasons: Vec<&'static str>,
}

impl Found {
    fn refused(reason: &'static str) -> Self {
        Found { reasons: vec![reason], ..Found::default() }
    }
}

pub fn find(storage: &StorageListers, claims: &Claims, node: &Node) -> Result<Found, String> {
    let mut found = Found::default();
    if let Some(reason) = claims.bound.iter().find_map(|claim| out_of_reach(storage, claim, node)) {
        found.reasons.push(reason);
    }
    let (chosen, mut open): (Vec<_>, Vec<_>) = claims.delayed.iter().cloned().partition(|claim| annotation(&claim.metadata, SELECTED_NODE).is_some());
    if chosen.iter().any(|claim| annotation(&claim.metadata, SELECTED_NODE) != Some(node.name())) {
        found.reasons.push(BIND_CONFLICT);
        found.reasons.sort_by_key(|reason| rank(reason));
        return Ok(found);
    }
    let mut to_make = chosen;
    // Small claims choose first, so that they leave the large volumes to the others.
    open.sort_by_key(|claim| matching::requested(claim));
    let mut taken = BTreeSet::new();
    for claim in open {
        let class = claim_class(&claim);
        let volumes: Vec<&Arc<PersistentVolume>> = storage.volumes.iter().filter(|volume| volume_class(volume) == class).collect();
        let best = find_match(&claim, volumes, Seeker::Scheduler { node }, &|name| taken.contains(name)).cloned();
        match best {
            Some(volume) => {
                taken.insert(volume.name().to_owned());
                found.bindings.push((volume, claim));
            }
            None => to_make.push(claim),
        }
    }
    for claim in &to_make {
        if let Some(reason) = cannot_be_made(storage, claim, node)? {
            let mut refused = Found::refused(reason);
            refused.reasons.extend(found.reasons);
            refused.reasons.sort_by_key(|reason| rank(reason));
            return Ok(refused);
        }
    }
    found.to_make = to_make;
    Ok(found)
}

/// The order in which the reasons are told.
fn rank(reason: &str) -> usize {
    [NODE_CONFLICT, BIND_CONFLICT, NOT_ENOUGH_SPACE, NO_SUCH_VOLUME].iter().position(|known| *known == reason).unwrap_or(0)
}

fn out_of_reach(storage: &StorageListers, claim: &PersistentVolumeClaim, node: &Node) -> Option<&'static str> {
    match storage.volumes.get("", claim.spec.volume_name.as_deref().unwrap_or_default()) {
        None => Some(NO_SUCH_VOLUME),
        Some(volume) => (!matching::reaches(volume, node)).then_some(NODE_CONFLICT),
    }
}

/// Why no volume can be made for the claim in reach of the node.
fn cannot_be_made(storage: &StorageListers, claim: &PersistentVolumeClaim, node: &Node) -> Result<Option<&'static str>, String> {
    let name = claim_class(claim);
    if name.is_empty() {
        return Err(format!("no class for claim \"{}/{}\"", claim.namespace(), claim.name()));
    }
    let class = storage.classes.get(name).ok_or_else(|| format!("failed to find storage class {name:?}"))?;
    let provisioner = class.provisioner.as_str();
    if provisioner.is_empty() || provisioner == NO_PROVISIONER || !is_allowed(class, node) {
        return Ok(Some(BIND_CONFLICT));
    }
    let counts = storage.drivers.get(provisioner).is_some_and(|driver| driver.spec.storage_capacity == Some(true));
    let wanted = matching::requested(claim).value();
    let room = |capacity: &&Arc<CSIStorageCapacity>| {
        capacity.storage_class_name == name
            && largest_volume(capacity).is_some_and(|largest| largest.value() >= wanted)
            && capacity.node_topology.as_ref().is_some_and(|selector| LabelSelector::of(selector).matches(node.meta().labels.as_ref()))
    };
    Ok((counts && !storage.capacities.values().any(|capacity| room(&capacity))).then_some(NOT_ENOUGH_SPACE))
}

/// The largest volume that a driver can make in one part of the cluster.
pub fn largest_volume(capacity: &CSIStorageCapacity) -> Option<Quantity> {
    capacity.maximum_volume_size.as_ref().or(capacity.capacity.as_ref()).map(Quantity::of)
}

/// Whether the class has volumes where the node is.
fn is_allowed(class: &StorageClass, node: &Node) -> bool {
    let terms: &[TopologySelectorTerm] = class.allowed_topologies.as_deref().unwrap_or_default();
    let own = labels(node.meta());
    let holds = |term: &TopologySelectorTerm| {
        let mut expressions = term.match_label_expressions.iter().flatten().peekable();
        // A term that says nothing allows no node.
        expressions.peek().is_some() && expressions.all(|expression| own.get(&expression.key).is_some_and(|value| expression.values.contains(value)))
    };
    terms.is_empty() || terms.iter().any(holds)
}
