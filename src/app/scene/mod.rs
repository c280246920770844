//! The picture of the cluster: nodes as plates, pods as tokens on them, drawn in parallel projection.
//!
//! `layout` decides where everything is, from the view-model alone; `nodes` and `pods` keep one entity for each;
//! `requests` draws what is under way between them;
//! `camera`, `picking` and `labels` connect the picture with the window.
//! Invariant: nothing moves for decoration. What is drawn is a function of the view-model and of which slot a pod has.

mod camera;
mod labels;
mod layout;
mod mesh;
mod nodes;
mod picking;
mod placement;
mod pods;
mod projection;
mod requests;

#[cfg(test)]
mod tests;

use bevy::prelude::*;

pub use camera::SceneView;
pub use labels::{labels_ui, tooltip_text};
pub use layout::{NodePlace, PodPlace, SceneLayout};
pub use picking::pick;
pub use placement::Placement;

pub(super) fn plugin(app: &mut App) {
    app.add_plugins((camera::plugin, layout::plugin, nodes::plugin, pods::plugin, requests::plugin));
}
