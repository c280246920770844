//! The panels around the scene, in egui. Each is a function `xxx_ui(ui, model, actions)` that reads and asks, so each is
//! tested by itself, through the labels that a screen reader gets.

mod browser;
mod deployments;
mod editor;
mod events;
mod icon;
mod inspector;
mod keys;
mod legend;
mod markdown;
mod scenarios;
mod scheduling;
mod scene;
mod steps;
mod summary;
mod terminal;
mod time_bar;
mod traffic;
mod window;
mod workloads;

#[cfg(test)]
mod tests;

use bevy::prelude::*;
use bevy_egui::{EguiContexts, EguiPrimaryContextPass};

pub use browser::browser_ui;
pub use deployments::deployments_ui;
pub use editor::editor_ui;
pub use events::events_ui;
pub(crate) use icon::paint;
pub use inspector::inspector_ui;
pub use legend::legend_ui;
pub use scenarios::scenarios_ui;
pub use steps::steps_ui;
pub use terminal::terminal_ui;
pub use time_bar::time_bar_ui;
pub use traffic::traffic_ui;
pub use window::window_ui;
pub use workloads::workloads_ui;

use crate::desk::{Desk, Wishes};
use crate::scene::{SceneLayout, SceneView};
use crate::theme;

pub(super) fn plugin(app: &mut App) {
    app.add_systems(EguiPrimaryContextPass, draw_panels);
}

fn draw_panels(
    mut contexts: EguiContexts,
    desk: Res<Desk>,
    layout: Res<SceneLayout>,
    mut view: ResMut<SceneView>,
    mut wishes: ResMut<Wishes>,
    mut styled: Local<bool>,
) {
    // There is no context before the camera has a target to draw on.
    let Ok(ctx) = contexts.ctx_mut() else { return };
    if !*styled {
        theme::apply(ctx);
        *styled = true;
        // The style holds from the next pass on.
        ctx.request_discard("first style");
    }
    let whole = egui::UiBuilder::new().layer_id(egui::LayerId::background()).max_rect(ctx.viewport_rect());
    let mut ui = egui::Ui::new(ctx.clone(), "window".into(), whole);
    let mut seen = view.clone();
    let actions = &mut wishes.bypass_change_detection().0;
    window_ui(&mut ui, &desk.model, &layout, &mut seen, actions);
    if view.set_if_neq(seen) {
        // The scene is arranged for the new room in the next frame.
        ctx.request_repaint();
    }
}
