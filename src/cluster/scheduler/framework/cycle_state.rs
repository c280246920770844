//! What the plugins remember during one scheduling cycle: PreFilter computes something about the pod once, Filter
//! looks it up for every node.
//!
//! Models: pkg/scheduler/framework/cycle_state.go, v1.36.
//! Simplified: keyed by the type of the data; there are no pod group cycles.

use std::any::{Any, TypeId};
use std::fmt::Debug;

/// Something that a plugin keeps in the state. Every `Clone` type is one.
pub trait StateData: Any + Debug + Send + Sync {
    fn clone_box(&self) -> Box<dyn StateData>;
    fn as_any(&self) -> &dyn Any;
    fn as_any_mut(&mut self) -> &mut dyn Any;
}

impl<T: Any + Debug + Clone + Send + Sync> StateData for T {
    fn clone_box(&self) -> Box<dyn StateData> {
        Box::new(self.clone())
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}

/// Preemption clones the state for every node that it tries, so that removing a pod there changes nothing elsewhere.
#[derive(Debug, Default)]
pub struct CycleState {
    /// A handful of entries: looking through them beats any map.
    entries: Vec<(TypeId, Box<dyn StateData>)>,
    /// Bit n is set when plugin n of the profile skips Filter, or Score, in this cycle.
    pub skip_filter: u32,
    pub skip_score: u32,
}

impl Clone for CycleState {
    fn clone(&self) -> Self {
        CycleState {
            // The explicit dereference clones the data, not the box that holds it.
            entries: self.entries.iter().map(|(id, data)| (*id, (**data).clone_box())).collect(),
            skip_filter: self.skip_filter,
            skip_score: self.skip_score,
        }
    }
}

impl CycleState {
    pub fn write<T: StateData>(&mut self, data: T) {
        let id = TypeId::of::<T>();
        match self.entries.iter_mut().find(|(other, _)| *other == id) {
            Some((_, old)) => *old = Box::new(data),
            None => self.entries.push((id, Box::new(data))),
        }
    }

    pub fn read<T: StateData>(&self) -> Option<&T> {
        let id = TypeId::of::<T>();
        let (_, data) = self.entries.iter().find(|(other, _)| *other == id)?;
        (**data).as_any().downcast_ref()
    }

    pub fn read_mut<T: StateData>(&mut self) -> Option<&mut T> {
        let id = TypeId::of::<T>();
        let (_, data) = self.entries.iter_mut().find(|(other, _)| *other == id)?;
        (**data).as_any_mut().downcast_mut()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clone_does_not_share() {
        let mut state = CycleState::default();
        state.write(vec![1, 2]);
        let mut copy = state.clone();
        copy.read_mut::<Vec<i32>>().expect("it was written").push(3);
        assert_eq!(state.read::<Vec<i32>>(), Some(&vec![1, 2]));
        assert_eq!(copy.read::<Vec<i32>>(), Some(&vec![1, 2, 3]));
        assert_eq!(state.read::<String>(), None);
    }
}
