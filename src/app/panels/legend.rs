//! What the shapes, colours and icons of the scene stand for: the versions and stages that are in the picture.

use std::collections::BTreeMap;

use egui::{Ui, WidgetInfo, WidgetType};

use super::icon;
use crate::look::Icon;
use crate::model::{Model, Stage};
use crate::theme;

pub fn legend_ui(ui: &mut Ui, model: &Model) {
    let cluster = &model.snapshot.cluster;
    let mut stages: BTreeMap<Stage, usize> = BTreeMap::new();
    let mut versions: BTreeMap<usize, usize> = BTreeMap::new();
    for pod in &cluster.pods {
        *stages.entry(pod.stage).or_default() += 1;
        if let Some(version) = pod.version {
            *versions.entry(version).or_default() += 1;
        }
    }
    // In a low window the signs alone have to do; hovering tells what they mean.
    let terse = ui.ctx().content_rect().height() < 640.0;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = egui::vec2(16.0, 4.0);
        for (version, count) in versions {
            let Some(what) = cluster.versions.get(version) else { continue };
            let paint = |painter: &egui::Painter, at| icon::paint_swatch(painter, Some(version), at, 6.5);
            entry(ui, terse, &format!("{} {} ×{count}", what.owner, what.tag), paint)
                .on_hover_text(format!("{}\npod-template-hash {}", what.image, what.pod_template_hash));
        }
        for (stage, count) in stages {
            let paint = |painter: &egui::Painter, at| icon::paint(painter, Icon::of_stage(stage), at, 6.5, theme::stage(stage));
            entry(ui, terse, &format!("{} ×{count}", stage.word()), paint);
        }
        // The front sides of a plate are gauges.
        entry(ui, terse, "CPU and memory requested", |painter, at| {
            let (left, front, right) = (at + egui::vec2(-7.0, -2.0), at + egui::vec2(0.0, 2.5), at + egui::vec2(7.0, -2.0));
            painter.line_segment([left, front], egui::Stroke::new(2.5, theme::GAUGE_CPU));
            painter.line_segment([front, right], egui::Stroke::new(2.5, theme::GAUGE_MEMORY));
        })
        .on_hover_text("The left front side of a node shows how much of its CPU is requested, the right one how much of its memory.");
    });
}

/// A sign and its meaning, which a line break never parts.
fn entry(ui: &mut Ui, terse: bool, text: &str, sign: impl FnOnce(&egui::Painter, egui::Pos2)) -> egui::Response {
    let shown = if terse { text.rsplit(' ').next().unwrap_or(text) } else { text };
    let galley = ui.painter().layout_no_wrap(shown.to_owned(), egui::FontId::proportional(12.5), theme::TEXT_SOFT);
    let size = egui::vec2(galley.size().x + 20.0, 18.0);
    let (area, response) = ui.allocate_exact_size(size, egui::Sense::hover());
    sign(ui.painter(), area.left_center() + egui::vec2(7.0, 0.0));
    let at = egui::pos2(area.min.x + 20.0, area.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, theme::TEXT_SOFT);
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Label, true, text));
    if terse { response.on_hover_text(text) } else { response }
}
