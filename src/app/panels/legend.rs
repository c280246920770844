//! What the shapes, colours and icons of the scene stand for: the versions and stages that are in the picture.

use std::collections::BTreeMap;

use egui::{RichText, Ui, WidgetInfo, WidgetType};

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
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = egui::vec2(5.0, 3.0);
        for (version, count) in versions {
            let Some(what) = cluster.versions.get(version) else { continue };
            let text = format!("{} {} ×{count}", what.owner, what.tag);
            icon::swatch(ui, Some(version), 15.0).on_hover_text(format!("{}\npod-template-hash {}", what.image, what.pod_template_hash));
            entry(ui, &text);
        }
        for (stage, count) in stages {
            icon::icon(ui, Icon::of_stage(stage), 14.0, theme::stage(stage));
            entry(ui, &format!("{} ×{count}", stage.word()));
        }
    });
}

fn entry(ui: &mut Ui, text: &str) {
    let label = ui.add(egui::Label::new(RichText::new(text).size(12.5).color(theme::TEXT_SOFT)).extend());
    label.widget_info(|| WidgetInfo::labeled(WidgetType::Label, true, text));
    ui.add_space(10.0);
}
