//! Who owns which fields of the stored objects: every write of every client is recorded, as `metadata.managedFields`
//! shows it.
//!
//! Objects in the store and on watches carry no managedFields. The store keeps the entries beside each object, as one
//! shared value, and only HTTP answers show them; components in the cluster have no use for them.

mod apply;
mod scale;
mod shared;
mod show;
mod track;

pub(crate) use shared::Owners;
pub(crate) use show::shown;
pub(crate) use track::manager_of;

#[cfg(test)]
mod tests;
