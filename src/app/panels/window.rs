//! How the window is divided: time bar above, lesson on the left, what is selected on the right, terminal and events
//! below, and the scene in what remains.

use bevy::math::{Rect, Vec2};
use egui::Panel;

use super::{
    browser_ui, deployments_ui, editor_ui, events_ui, inspector_ui, keys, legend_ui, scene::scene_ui, steps_ui, terminal_ui, time_bar_ui,
    traffic_ui,
    workloads_ui,
};
use crate::model::{Action, Model};
use crate::scene::{SceneLayout, SceneView};
use crate::theme;

pub fn window_ui(
    ui: &mut egui::Ui,
    model: &Model,
    layout: &SceneLayout,
    view: &mut SceneView,
    actions: &mut Vec<Action>,
) {
    let window = ui.max_rect();
    let wide = window.width() >= 1250.0;
    browser_ui(ui, model, actions);
    editor_ui(ui, model, actions);
    if model.snapshot.editor.is_none() {
        keys::keys_ui(ui, model, view, actions);
    }

    Panel::top("time").exact_size(56.0).frame(bar_frame()).show(ui, |ui| time_bar_ui(ui, model, actions));
    notice_ui(ui, model, actions);
    Panel::bottom("terminal and events")
        .resizable(true)
        .default_size((window.height() * 0.25).clamp(140.0, 320.0))
        .size_range(90.0..=window.height() * 0.6)
        .frame(theme::panel_frame())
        .show(ui, |ui| {
            ui.columns(2, |columns| {
                terminal_ui(&mut columns[0], model, actions);
                events_ui(&mut columns[1], model, actions);
            });
        });
    if !model.snapshot.lesson.steps.is_empty() || !model.snapshot.lesson.title.is_empty() {
        Panel::left("steps")
            .resizable(true)
            .default_size(if wide { 300.0 } else { 230.0 })
            .size_range(180.0..=480.0)
            .frame(theme::panel_frame())
            .show(ui, |ui| scrolled(ui, "steps", |ui| steps_ui(ui, model, actions)));
    }
    Panel::right("inspector")
        .resizable(true)
        .default_size(if wide { 350.0 } else { 270.0 })
        .size_range(230.0..=640.0)
        .frame(theme::panel_frame())
        .show(ui, |ui| {
            scrolled(ui, "inspector", |ui| {
                if model.selected.is_some() {
                    inspector_ui(ui, model, actions);
                    ui.add_space(14.0);
                }
                traffic_ui(ui, model);
                deployments_ui(ui, model, actions);
                ui.add_space(10.0);
                workloads_ui(ui, model, actions);
            })
        });

    Panel::bottom("legend")
        .resizable(false)
        .show_separator_line(false)
        .frame(theme::panel_frame().fill(theme::BACKDROP).inner_margin(egui::Margin::symmetric(16, 8)))
        .show(ui, |ui| legend_ui(ui, model));
    let room = ui.available_rect_before_wrap();
    view.room = Rect::new(room.min.x, room.min.y + 14.0, room.max.x, room.max.y);
    view.window = Vec2::new(window.width(), window.height());
    ui.scope_builder(egui::UiBuilder::new().max_rect(room), |ui| {
        ui.set_clip_rect(room);
        scene_ui(ui, model, layout, view, actions);
    });
}

fn bar_frame() -> egui::Frame {
    egui::Frame::NONE.fill(theme::PANEL).inner_margin(egui::Margin::symmetric(14, 8))
}

fn scrolled(ui: &mut egui::Ui, id: &str, contents: impl FnOnce(&mut egui::Ui)) {
    egui::ScrollArea::vertical().id_salt(id).auto_shrink([false, false]).show(ui, contents);
}

/// What went wrong, in the way until it is dismissed. Errors in files come with lines and carets, hence monospaced.
fn notice_ui(ui: &mut egui::Ui, model: &Model, actions: &mut Vec<Action>) {
    let Some(notice) = &model.notice else { return };
    let frame = theme::panel_frame().fill(theme::mix(theme::PANEL, theme::BAD, 0.16));
    Panel::top("notice").frame(frame).show(ui, |ui| {
        ui.horizontal_top(|ui| {
            super::icon::icon(ui, crate::look::Icon::Bang, 16.0, theme::BAD);
            let room = ui.available_width() - 90.0;
            ui.scope(|ui| {
                ui.set_max_width(room);
                ui.add(egui::Label::new(egui::RichText::new(notice).monospace().color(theme::TEXT)).wrap());
            });
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Min), |ui| {
                if ui.button("Dismiss").clicked() {
                    actions.push(Action::Dismiss);
                }
            });
        });
    });
}
