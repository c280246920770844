//! Names and numbers over the scene, as text of the window: sharp at any zoom.

use std::collections::BTreeMap;

use bevy::math::Vec2;
use egui::{Align2, FontId, Pos2, Rect, Sense, WidgetInfo, WidgetType};

use super::camera::SceneView;
use super::layout::{PLATE, SceneLayout};
use super::projection::{AWAY, project};
use super::requests::{gate_in_use, requests_to};
use crate::look::Icon;
use crate::model::{Model, NodeView, ObjectRef};
use crate::panels::paint;
use crate::theme;

fn position(point: Vec2) -> Pos2 {
    Pos2::new(point.x, point.y)
}

/// Draws the labels into the room of the scene.
pub fn labels_ui(ui: &mut egui::Ui, model: &Model, layout: &SceneLayout, view: &SceneView) {
    let painter = ui.painter().with_clip_rect(ui.max_rect());
    let cluster = &model.snapshot.cluster;
    let pixels = 1.0 / view.units_per_pixel(layout);
    let mut pods: BTreeMap<&str, usize> = BTreeMap::new();
    for node in cluster.pods.iter().filter_map(|pod| pod.node.as_deref()) {
        *pods.entry(node).or_default() += 1;
    }
    let common = common_prefix(cluster.nodes.iter().map(|node| node.name.as_str()));
    for (place, node) in layout.nodes.iter().zip(&cluster.nodes) {
        let front = project(place.center - Vec2::new(0.0, PLATE), 0.0);
        let front = position(view.to_window(layout, front));
        let drawn = node_label(&painter, front, node, common, pixels * PLATE);
        ui.interact(drawn, ui.id().with(("node", &node.name)), Sense::hover()).widget_info(|| {
            let pods = pods.get(node.name.as_str()).copied().unwrap_or(0);
            WidgetInfo::labeled(WidgetType::Label, true, describe(node, pods))
        });
    }
    pod_labels(&painter, model, layout, view);
    rate_labels(&painter, model, layout, view);
    lane_label(&painter, model, layout, view);
}

/// The part of a pod's name that `kubectl get pods` tells replicas apart by, at the foot of its token, where tokens are
/// large enough.
fn pod_labels(painter: &egui::Painter, model: &Model, layout: &SceneLayout, view: &SceneView) {
    let units = view.units_per_pixel(layout);
    for place in &layout.pods {
        let radius = place.radius / units;
        let Some(pod) = model.snapshot.cluster.pods.get(place.index).filter(|_| radius >= 24.0) else { continue };
        let foot = project(place.center - Vec2::new(0.0, place.radius), 0.0);
        let foot = position(view.to_window(layout, foot));
        if !painter.clip_rect().contains(foot) {
            continue;
        }
        let suffix = pod.name.rsplit('-').next().unwrap_or_default().to_owned();
        let font = FontId::monospace((radius * 0.38).clamp(10.0, 14.0));
        let galley = painter.layout_no_wrap(suffix, font, theme::TEXT);
        let area = Rect::from_center_size(foot - egui::vec2(0.0, 4.0), galley.size());
        painter.rect_filled(area.expand2(egui::vec2(3.0, -1.0)), 3.0, theme::LABEL_GROUND);
        painter.galley(area.min, galley, theme::TEXT);
    }
}

/// How many requests a second reach each pod, over its token; and the gate's name.
fn rate_labels(painter: &egui::Painter, model: &Model, layout: &SceneLayout, view: &SceneView) {
    let traffic = &model.snapshot.traffic;
    if traffic.flows.is_empty() {
        return;
    }
    let units = view.units_per_pixel(layout);
    for place in layout.pods.iter().filter(|place| place.radius / units >= 14.0) {
        let Some(ip) = model.snapshot.cluster.pods.get(place.index).and_then(|pod| pod.ip.as_deref()) else { continue };
        let rate = requests_to(traffic, ip);
        if rate == 0 {
            continue;
        }
        let head = project(place.center + Vec2::new(0.0, place.radius), place.radius * 1.15);
        let head = position(view.to_window(layout, head));
        painter.text(head, Align2::CENTER_BOTTOM, format!("{rate}/s"), FontId::proportional(12.5), theme::ACCENT);
    }
    if let Some(gate) = gate_in_use(layout, &model.snapshot.cluster, traffic) {
        let at = position(view.to_window(layout, gate)) + egui::vec2(14.0, 0.0);
        painter.text(at, Align2::LEFT_CENTER, "clients outside", FontId::proportional(12.0), theme::TEXT_SOFT);
    }
}

/// The name on the plate's front corner, after a sign for what is wrong with the node. `reach` is the distance from the
/// plate's centre to a corner in pixels.
fn node_label(painter: &egui::Painter, front: Pos2, node: &NodeView, common: &str, reach: f32) -> Rect {
    let size = (reach * 0.11).clamp(9.5, 15.0);
    let (word, state_color) = node_state(node);
    let color = if word.is_empty() { theme::TEXT } else { state_color };
    let sign = if word.is_empty() { 0.0 } else { size * 1.15 };
    // At this distance above its corner a plate is wide enough for the text.
    let rise = |width: f32| (width + sign) / 2.0 * AWAY * 0.85 + reach * 0.03;
    let whole = painter.layout_no_wrap(node.name.clone(), FontId::proportional(size), color);
    let galley = if rise(whole.size().x) + whole.size().y > reach * AWAY * 0.6 {
        painter.layout_no_wrap(node.name[common.len()..].to_owned(), FontId::proportional(size), color)
    } else {
        whole
    };
    let wide = egui::vec2(galley.size().x + sign, galley.size().y);
    let area = Rect::from_min_size(egui::pos2(front.x - wide.x / 2.0, front.y - rise(galley.size().x) - wide.y), wide);
    if let Some(icon) = node_sign(node) {
        paint(painter, icon, egui::pos2(area.min.x + sign * 0.38, area.center().y + 0.5), size * 0.46, color);
    }
    painter.galley(egui::pos2(area.min.x + sign, area.min.y), galley, color);
    area
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

/// The same as a sign.
fn node_sign(node: &NodeView) -> Option<Icon> {
    match (node.stopped, node.ready, node.unschedulable) {
        (true, _, _) => Some(Icon::Power),
        (false, false, _) => Some(Icon::Cross),
        (false, true, true) => Some(Icon::Barrier),
        (false, true, false) => None,
    }
}

/// What all names begin with, up to a `-` or `.`: small plates leave it out. `worker-` of `worker-1` and `worker-2`.
fn common_prefix<'a>(names: impl Iterator<Item = &'a str> + Clone) -> &'a str {
    let Some(first) = names.clone().next() else { return "" };
    if names.clone().count() < 2 {
        return "";
    }
    let common = first
        .bytes()
        .enumerate()
        .take_while(|(at, byte)| names.clone().all(|name| name.as_bytes().get(*at) == Some(byte)));
    let shared = &first.as_bytes()[..common.count()];
    let end = shared.iter().rposition(|byte| matches!(byte, b'-' | b'.')).map_or(0, |at| at + 1);
    // A separator is one byte long, so this is a boundary between characters.
    &first[..end]
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
    fn small_plates_leave_out_what_all_names_begin_with() {
        let prefix = |names: &[&'static str]| common_prefix(names.iter().copied());
        assert_eq!(prefix(&["worker-1", "worker-12"]), "worker-");
        assert_eq!(prefix(&["gke-pool-a-1", "gke-pool-b-1"]), "gke-pool-");
        assert_eq!(prefix(&["alpha", "alps"]), "");
        assert_eq!(prefix(&["worker-1"]), "");
    }
}
