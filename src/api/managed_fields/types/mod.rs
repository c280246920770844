//! The types of the API as ownership and merging see them: data, by groups.
//!
//! For each type its fields and what becomes of them when two writers meet: a list that is one value (`AtomicList`), a
//! set, a list whose elements are told apart by keys (`List`), a map whose entries are values of their own (`Map`) or
//! which is one value (`AtomicMap`).

mod cluster;
mod core;
mod network;
mod resources;
mod reviews;
mod roots;
mod workloads;

pub(super) use roots::ROOTS;

/// The metadata of every object.
pub(super) const OBJECT_META: &super::schema::Struct = &core::META_V1_OBJECT_META;
