//! What the app needs of a running cluster.

use std::time::Duration;

use crate::model::{Action, Clock, ClusterView, ObjectRef, Snapshot, TrafficView};

/// A cluster that can be looked at, acted on and advanced. The app calls it from one thread.
pub trait Session: 'static {
    /// Changes whenever [`Session::snapshot`] would show something else, apart from its clock.
    fn revision(&self) -> u64;

    /// The clock alone, which is cheap enough for every frame.
    fn clock(&self) -> Clock;

    /// What there is to see now, with the details of one object.
    fn snapshot(&self, selected: Option<&ObjectRef>) -> Snapshot;

    /// What the network carries now, which changes from frame to frame; `cluster` is what is shown of the rest.
    fn traffic(&self, _cluster: &ClusterView) -> TrafficView {
        TrafficView::default()
    }

    /// Carries a wish to the cluster. The error is a text for the person who made it.
    fn act(&mut self, action: Action) -> Result<(), String>;

    /// Lets this much time of the wall clock pass.
    fn advance(&mut self, wall: Duration);

    /// Something that the person should read, such as a mistake in a scenario file that was just saved. Asked for in
    /// every frame, also while paused.
    fn notice(&mut self) -> Option<String> {
        None
    }

    /// Whether [`Session::advance`] would change anything: false while paused.
    fn moving(&self) -> bool;
}
