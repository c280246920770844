//! The tables of devices: classes, claims, slices.
//!
//! Models: pkg/printers/internalversion/printers.go, v1.36.
//! Simplified: nothing.

use super::columns::{AGE, NAME, column};
use crate::{Cell, Column, ObjectMeta, ResourceClaim, time};

/// Device classes and templates of claims have nothing to show but their age.
pub(crate) const NAMED: &[Column] = &[column("Name", "string", "name", 0, NAME), column("Age", "string", "", 0, AGE)];

pub(crate) const RESOURCE_CLAIM: &[Column] = &[
    column("Name", "string", "name", 0, NAME),
    column("State", "string", "", 0, "A summary of the current state (allocated, pending, reserved, etc.)."),
    column("Age", "string", "", 0, AGE),
];

pub(crate) const RESOURCE_SLICE: &[Column] = &[
    column("Name", "string", "name", 0, NAME),
    column("Node", "string", "", 0, "NodeName identifies the node which provides the resources in this pool. A field selector can be used to list only ResourceSlice objects belonging to a certain node.\n\nThis field can be used to limit access from nodes to ResourceSlices with the same node name. It also indicates to autoscalers that adding new nodes of the same type as some old node might also make new resources available.\n\nExactly one of NodeName, NodeSelector, AllNodes, and PerDeviceNodeSelection must be set. This field is immutable."),
    column("Driver", "string", "", 0, "Driver identifies the DRA driver providing the capacity information. A field selector can be used to list only ResourceSlice objects with a certain driver name.\n\nMust be a DNS subdomain and should end with a DNS domain owned by the vendor of the driver. It should use only lower case characters. This field is immutable."),
    column("Pool", "string", "", 0, "Name is used to identify the pool. For node-local devices, this is often the node name, but this is not required.\n\nIt must not be longer than 253 characters and must consist of one or more DNS sub-domains separated by slashes. This field is immutable."),
    column("Age", "string", "", 0, AGE),
];

pub(crate) fn named_row(meta: &ObjectMeta, now: jiff::Timestamp) -> Vec<Cell> {
    vec![meta.name.clone().unwrap_or_default().into(), time::age(meta.creation_timestamp.as_ref(), now).into()]
}

pub(crate) fn resource_claim_row(claim: &ResourceClaim, now: jiff::Timestamp) -> Vec<Cell> {
    let (going, allocated) = (claim.metadata.deletion_timestamp.is_some(), claim.status.allocation.is_some());
    let reserved = allocated && claim.status.reserved_for.as_ref().is_some_and(|list| !list.is_empty());
    let states = [("deleted", going), ("pending", !allocated && !going), ("allocated", allocated), ("reserved", reserved)];
    let state: Vec<&str> = states.into_iter().filter(|(_, holds)| *holds).map(|(state, _)| state).collect();
    let mut row = named_row(&claim.metadata, now);
    row.insert(1, state.join(",").into());
    row
}
