//! What watches are told of a change, written once for all of them.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/storage/cacher/caching_object.go, v1.36.
//! Simplified: nothing.

use std::sync::{Arc, OnceLock};

use crate::component::WatchChange;

/// The lines about a change in the stored form of its object, kept with it: as one that was added, modified or deleted.
#[derive(Clone, Debug, Default)]
pub struct Lines(Arc<[OnceLock<Box<[u8]>>; 3]>);

impl Lines {
    pub(crate) fn get_or_write(&self, change: WatchChange, write: impl FnOnce() -> Vec<u8>) -> &[u8] {
        self.0[change as usize].get_or_init(|| write().into())
    }
}
