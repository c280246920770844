//! The part of a pod's spec that siblings share, with what has been found out about it: whatever follows from it alone is
//! found once for all of them.
//!
//! Models: nothing of Kubernetes.
//! Simplified: nothing.

use std::borrow::Cow;
use std::ops::Deref;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use k8s_openapi::api::core::v1::PodSpec;

use super::{ANY_TOKEN_VOLUME, rename_volume};
use crate::wire::SpecText;

/// How many steps from one spec are remembered. A spec takes few, and always the same.
const MOST_STEPS: usize = 16;

#[derive(Debug, Default)]
pub struct SharedSpec {
    spec: PodSpec,
    known: Known,
}

/// What follows from a spec.
#[derive(Debug, Default)]
struct Known {
    text: OnceLock<SpecText>,
    is_sound: OnceLock<bool>,
    is_silent: OnceLock<bool>,
    shape: OnceLock<u128>,
    /// Where steps have led; nowhere if they change nothing.
    steps: Mutex<Vec<(Cow<'static, str>, Option<Arc<SharedSpec>>)>>,
}

impl SharedSpec {
    /// The spec, for changing; nothing is known of it any more.
    pub(super) fn spec_mut(&mut self) -> &mut PodSpec {
        self.known = Known::default();
        &mut self.spec
    }

    /// Where a step leads, if it has been taken before.
    pub(super) fn after(&self, step: &str) -> Option<Option<Arc<SharedSpec>>> {
        let steps = self.known.steps.lock().unwrap_or_else(PoisonError::into_inner);
        steps.iter().find(|(known, _)| known == step).map(|(_, next)| next.clone())
    }

    pub(super) fn remember(self: &Arc<Self>, step: Cow<'static, str>, next: &Arc<SharedSpec>) {
        let next = (!Arc::ptr_eq(self, next)).then(|| Arc::clone(next));
        let mut steps = self.known.steps.lock().unwrap_or_else(PoisonError::into_inner);
        if steps.len() < MOST_STEPS {
            steps.push((step, next));
        }
    }

    /// Its text as JSON, in which the volume of the token may have any name.
    pub(crate) fn text(&self) -> &SpecText {
        self.known.text.get_or_init(|| SpecText::new(&self.spec, |spec, name| rename_volume(spec, ANY_TOKEN_VOLUME, name)))
    }

    /// Whether it is a valid spec of any new pod, as `check` finds.
    pub(crate) fn is_sound(&self, check: impl FnOnce() -> bool) -> bool {
        *self.known.is_sound.get_or_init(check)
    }

    /// Whether nobody need be warned of it, as `check` finds.
    pub(crate) fn is_silent(&self, check: impl FnOnce() -> bool) -> bool {
        *self.known.is_silent.get_or_init(check)
    }

    /// The number of its shape, as `find` finds it.
    pub(crate) fn shape(&self, find: impl FnOnce() -> u128) -> u128 {
        *self.known.shape.get_or_init(find)
    }
}

impl From<PodSpec> for SharedSpec {
    fn from(spec: PodSpec) -> Self {
        SharedSpec { spec, known: Known::default() }
    }
}

impl Clone for SharedSpec {
    fn clone(&self) -> Self {
        self.spec.clone().into()
    }
}

impl Deref for SharedSpec {
    type Target = PodSpec;

    fn deref(&self) -> &PodSpec {
        &self.spec
    }
}
