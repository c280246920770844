//! Icons and version swatches, painted from the same outlines as the scene.

use egui::{Color32, Pos2, Response, Sense, Shape, Stroke, Ui, Vec2, WidgetInfo, WidgetType};

use crate::look::{Footprint, Icon};
use crate::model::Stage;
use crate::theme;

fn strokes(icon: Icon, center: Pos2, radius: f32, stroke: Stroke) -> Vec<Shape> {
    let place = |point: &[f32; 2]| center + Vec2::new(point[0], -point[1]) * radius;
    icon.strokes().iter().map(|line| Shape::line(line.iter().map(place).collect(), stroke)).collect()
}

pub fn paint(painter: &egui::Painter, icon: Icon, center: Pos2, radius: f32, color: Color32) {
    painter.extend(strokes(icon, center, radius, Stroke::new((radius * 0.28).max(1.3), color)));
}

/// An icon in the flow of a line of text.
pub fn icon(ui: &mut Ui, icon: Icon, size: f32, color: Color32) -> Response {
    let (area, response) = ui.allocate_exact_size(Vec2::splat(size), Sense::hover());
    paint(ui.painter(), icon, area.center(), size * 0.46, color);
    response
}

/// A button with an icon and no text; `label` is its tooltip and its name.
pub fn icon_button(ui: &mut Ui, icon: Icon, label: &str) -> Response {
    let (area, response) = ui.allocate_exact_size(Vec2::new(36.0, 32.0), Sense::click());
    let style = ui.style().interact(&response);
    ui.painter().rect(area, style.corner_radius, style.weak_bg_fill, style.bg_stroke, egui::StrokeKind::Inside);
    paint(ui.painter(), icon, area.center(), 9.0, style.fg_stroke.color);
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, label));
    response.on_hover_text(label)
}

/// The version's shape in the version's colour.
pub fn swatch(ui: &mut Ui, version: Option<usize>, size: f32) -> Response {
    let (area, response) = ui.allocate_exact_size(Vec2::splat(size), Sense::hover());
    paint_swatch(ui.painter(), version, area.center(), size * 0.43);
    response
}

pub fn paint_swatch(painter: &egui::Painter, version: Option<usize>, center: Pos2, radius: f32) {
    let outline = Footprint::of_version(version).outline();
    let points = outline.iter().map(|[x, y]| center + Vec2::new(*x, -*y) * radius).collect();
    painter.add(Shape::convex_polygon(points, theme::version(version), Stroke::NONE));
}

/// A stage as icon and word on a tinted ground.
pub fn stage_chip(ui: &mut Ui, stage: Stage, text: &str) -> Response {
    chip(ui, Some(Icon::of_stage(stage)), text, theme::stage(stage))
}

pub fn chip(ui: &mut Ui, icon: Option<Icon>, text: &str, color: Color32) -> Response {
    let font = egui::FontId::proportional(12.5);
    let galley = ui.painter().layout_no_wrap(text.to_owned(), font, color);
    let lead = if icon.is_some() { 18.0 } else { 0.0 };
    let size = Vec2::new(galley.size().x + lead + 16.0, 22.0);
    let (area, response) = ui.allocate_exact_size(size, Sense::hover());
    ui.painter().rect_filled(area, 11.0, theme::mix(theme::CARD, color, 0.16));
    if let Some(icon) = icon {
        paint(ui.painter(), icon, area.left_center() + Vec2::new(15.0, 0.0), 6.5, color);
    }
    let at = egui::pos2(area.min.x + 8.0 + lead, area.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, color);
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Label, true, text));
    response
}

/// The heading of a part of a panel.
pub fn section(ui: &mut Ui, text: &str) {
    ui.label(egui::RichText::new(text).size(12.0).color(theme::TEXT_SOFT).strong());
}
