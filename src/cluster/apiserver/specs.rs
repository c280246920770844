//! The specs of the pods that were made last: a pod like them shares theirs, and with it what became of it on its way to the
//! store.
//!
//! Models: nothing of Kubernetes.
//! Simplified: nothing.

use podarium_api::PlacedSpec;

/// How many are remembered.
const MOST: usize = 16;

#[derive(Clone, Debug, Default)]
pub(super) struct Specs(Vec<PlacedSpec>);

impl Specs {
    /// Has a new pod share its spec with an earlier one, if there is one like it.
    pub fn share(&mut self, spec: &mut PlacedSpec) {
        match self.0.iter().position(|known| known.is_equal_in_common(spec)) {
            Some(at) => {
                spec.share(&self.0[at]);
                self.0[..=at].rotate_right(1);
            }
            None => {
                self.0.truncate(MOST - 1);
                self.0.insert(0, spec.clone());
            }
        }
    }
}
