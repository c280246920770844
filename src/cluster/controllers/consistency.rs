//! What a controller has written but its caches have not shown yet. It waits for its own writes to come back before it
//! looks at the object again: otherwise it would act on a world of the past.
//!
//! Models: pkg/controller/util/consistency/consistency.go, v1.36.
//! Simplified: nothing.

use std::collections::BTreeMap;

use imbl::OrdMap;
use podarium_api::{Kind, Object};

use crate::client::Caches;
use crate::store::Key;

/// For each owner, the latest write of each kind made on its behalf.
#[derive(Clone, Debug, Default)]
pub struct OwnWrites(OrdMap<Key, BTreeMap<Kind, u64>>);

impl OwnWrites {
    pub fn wrote(&mut self, owner: &Key, object: &Object) {
        let version = object.meta().resource_version.as_deref().and_then(|version| version.parse().ok()).unwrap_or(0);
        let latest = self.0.entry(owner.clone()).or_default().entry(object.kind()).or_default();
        *latest = version.max(*latest);
    }

    pub fn forget(&mut self, owner: &Key) {
        self.0.remove(owner);
    }

    /// Why the owner may not be looked at yet: the caches are behind what was written for it.
    pub fn unseen(&self, owner: &Key, caches: &Caches) -> Option<String> {
        let behind = |(kind, wrote): (&Kind, &u64)| {
            let read = caches.kind(*kind)?.revision();
            let resource = kind.info().group_resource();
            (read < *wrote).then(|| format!("read version: {read} is not as new as written version: {wrote} for group resource {resource}"))
        };
        self.0.get(owner)?.iter().find_map(behind)
    }
}
