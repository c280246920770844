//! Names and numbers over the scene, as text of the window: sharp at any zoom.

use bevy::math::Vec2;
use egui::{Align2, FontId, Pos2, Rect, Sense};

use super::camera::SceneView;
use super::layout::{NodePlace, PLATE, SceneLayout, THICKNESS};
use super::projection::project;
use crate::model::{Model, NodeView, ObjectRef};
use crate::theme;

fn position(point: Vec2) -> Pos2 {
    Pos2::new(point.x, point.y)
}

/// Draws the labels into the room of the scene.
pub fn labels_ui(ui: &mut egui::Ui, model: &Model, layout: &SceneLayout, view: &SceneView) {
    let painter = ui.painter().with_clip_rect(ui.max_rect());
    let cluster = &model.snapshot.cluster;
    let plate_pixels = 2.0 * PLATE / view.units_per_pixel(layout);
    for (place, node) in layout.nodes.iter().zip(&cluster.nodes) {
        let pods = cluster.pods.iter().filter(|pod| pod.node.as_deref() == Some(node.name.as_str())).count();
        node_label(ui, &painter, place, node, pods, plate_pixels, layout, view);
    }
    lane_label(&painter, model, layout, view);
}

fn node_label(
    ui: &egui::Ui,
    painter: &egui::Painter,
    place: &NodePlace,
    node: &NodeView,
    pods: usize,
    plate_pixels: f32,
    layout: &SceneLayout,
    view: &SceneView,
) {
    let front = project(place.center - Vec2::new(0.0, PLATE), -THICKNESS);
    let at = position(view.to_window(layout, front)) + egui::vec2(0.0, 3.0);
    let roomy = plate_pixels >= 190.0;
    let (word, color) = node_state(node);
    let name = if roomy { node.name.clone() } else { shortened(&node.name, (plate_pixels / 9.0) as usize) };
    let size = if roomy { 14.0 } else { 10.5 };
    let name_color = if word.is_empty() { theme::TEXT } else { color };
    let drawn = if roomy || word.is_empty() {
        painter.text(at, Align2::CENTER_TOP, &name, FontId::proportional(size), name_color)
    } else {
        painter.text(at, Align2::CENTER_TOP, format!("{name} · {}", mark(node)), FontId::proportional(size), color)
    };
    if roomy {
        let pods = if pods == 1 { "1 pod".to_owned() } else { format!("{pods} pods") };
        let below = match (&node.zone, word) {
            (_, word) if !word.is_empty() => format!("{word} · {pods}"),
            (Some(zone), _) => format!("{zone} · {pods}"),
            (None, _) => pods,
        };
        let color = if word.is_empty() { theme::TEXT_SOFT } else { color };
        painter.text(drawn.center_bottom() + egui::vec2(0.0, 1.0), Align2::CENTER_TOP, below, FontId::proportional(12.0), color);
    }
    let area = Rect::from_center_size(drawn.center(), drawn.size());
    ui.interact(area, ui.id().with(("node", &node.name)), Sense::hover())
        .widget_info(|| egui::WidgetInfo::labeled(egui::WidgetType::Label, true, describe(node, pods)));
}

/// What a screen reader says, and what the tests read.
fn describe(node: &NodeView, pods: usize) -> String {
    let (word, _) = node_state(node);
    let word = if word.is_empty() { "Ready" } else { word };
    format!("node {}: {word}, {pods} pods", node.name)
}

/// The STATUS column of `kubectl get nodes`, empty when it is just `Ready`.
fn node_state(node: &NodeView) -> (&'static str, egui::Color32) {
    match (node.ready, node.unschedulable, node.stopped) {
        (true, false, false) => ("", theme::TEXT),
        (true, true, false) => ("Ready,SchedulingDisabled", theme::ATTENTION),
        (true, _, true) => ("switched off, still Ready", theme::BAD),
        (false, false, _) => ("NotReady", theme::BAD),
        (false, true, _) => ("NotReady,SchedulingDisabled", theme::BAD),
    }
}

/// The same in one sign, for small plates.
fn mark(node: &NodeView) -> &'static str {
    match (node.ready, node.stopped) {
        (true, false) => "⊘",
        (true, true) => "off",
        (false, _) => "✖",
    }
}

/// Keeps the end of a long name, which is what tells nodes apart.
fn shortened(name: &str, length: usize) -> String {
    let count = name.chars().count();
    let length = length.max(4);
    if count <= length {
        return name.to_owned();
    }
    let tail: String = name.chars().skip(count - (length - 1)).collect();
    format!("…{tail}")
}

fn lane_label(painter: &egui::Painter, model: &Model, layout: &SceneLayout, view: &SceneView) {
    let waiting = model.snapshot.cluster.pods.iter().filter(|pod| pod.node.is_none()).count();
    let text = match waiting {
        0 => "Scheduling queue: empty".to_owned(),
        1 => "Scheduling queue: 1 pod".to_owned(),
        count => format!("Scheduling queue: {count} pods"),
    };
    let at = project(Vec2::new(layout.lane.min.x, layout.lane.max.y), 0.0);
    let at = position(view.to_window(layout, at)) + egui::vec2(2.0, -3.0);
    let color = if waiting == 0 { theme::TEXT_FAINT } else { theme::TEXT };
    painter.text(at, Align2::LEFT_BOTTOM, text, FontId::proportional(12.0), color);
}

/// What the pointer's tooltip says about a pod or node.
pub fn tooltip_text(model: &Model, object: &ObjectRef) -> Option<String> {
    let cluster = &model.snapshot.cluster;
    if let Some(pod) = cluster.pod(object).filter(|_| object.kind == crate::model::Kind::Pod) {
        let version = pod.version.and_then(|index| cluster.versions.get(index));
        let version = version.map_or(String::new(), |version| format!("\n{}", version.image));
        return Some(format!("{}\n{} · {}{version}", pod.name, pod.status, pod.stage.word()));
    }
    let node = cluster.node(&object.name)?;
    let pods = cluster.pods.iter().filter(|pod| pod.node.as_deref() == Some(node.name.as_str())).count();
    Some(describe(node, pods))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_keeps_the_part_that_differs() {
        assert_eq!(shortened("worker-17", 12), "worker-17");
        assert_eq!(shortened("gke-course-pool-1-17", 8), "…ol-1-17");
    }
}
