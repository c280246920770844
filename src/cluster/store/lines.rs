//! What clients outside see of a change, written once for all of them: whoever made it and everybody who watches.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/storage/cacher/caching_object.go, v1.36.
//! Simplified: nothing.

use std::sync::{Arc, OnceLock};

use crate::component::WatchChange;

/// The object of a change in its stored form as JSON, kept with the change: as it is now, and as it last was for those who
/// see it go.
#[derive(Clone, Debug, Default)]
pub struct Lines(Arc<[OnceLock<Box<[u8]>>; 2]>);

impl Lines {
    pub(crate) fn get_or_write(&self, change: WatchChange, write: impl FnOnce() -> Vec<u8>) -> &[u8] {
        self.0[usize::from(change == WatchChange::Deleted)].get_or_init(|| write().into())
    }
}
