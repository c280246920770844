//! The scene as a panel: clicks select, the wheel zooms, dragging pans, the pointer asks what things are.

use bevy::math::Vec2;
use egui::{PointerButton, Sense, Ui, WidgetInfo, WidgetType};

use crate::model::{Action, Model};
use crate::scene::{SceneLayout, SceneView, labels_ui, pick, tooltip_text};

pub fn scene_ui(ui: &mut Ui, model: &Model, layout: &SceneLayout, view: &mut SceneView, actions: &mut Vec<Action>) {
    let room = ui.max_rect();
    let response = ui.interact(room, ui.id().with("scene"), Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Other, true, "Scene"));
    labels_ui(ui, model, layout, view);
    steer(ui, &response, layout, view);
    let cluster = &model.snapshot.cluster;
    let under = |at: egui::Pos2| pick(layout, cluster, view.to_picture(layout, Vec2::new(at.x, at.y)));
    if response.clicked()
        && let Some(at) = response.interact_pointer_pos()
    {
        ui.memory_mut(|memory| memory.stop_text_input());
        actions.push(Action::Select(under(at)));
    }
    if let Some(at) = response.hover_pos()
        && let Some(text) = under(at).and_then(|object| tooltip_text(model, &object))
    {
        response.on_hover_text_at_pointer(text);
    }
}

fn steer(ui: &Ui, response: &egui::Response, layout: &SceneLayout, view: &mut SceneView) {
    if response.dragged()
        && [PointerButton::Primary, PointerButton::Secondary, PointerButton::Middle]
            .into_iter()
            .any(|button| response.dragged_by(button))
    {
        let moved = response.drag_delta();
        if moved != egui::Vec2::ZERO {
            view.drag(layout, Vec2::new(moved.x, moved.y));
        }
    }
    if let Some(at) = response.hover_pos() {
        let (scroll, pinch) = ui.input(|input| (input.smooth_scroll_delta().y, input.zoom_delta()));
        let by = pinch * (scroll / 240.0).exp();
        if (by - 1.0).abs() > 1e-4 {
            view.zoom_at(layout, Vec2::new(at.x, at.y), by);
        }
    }
}
