//! What makes pods besides Deployments: a card for each StatefulSet, DaemonSet, Job, …, with the columns of `kubectl get`.

use egui::{Label, RichText, Sense, Ui, WidgetInfo, WidgetType};

use super::icon;
use crate::model::{Action, Model, WorkloadView};
use crate::theme;

pub fn workloads_ui(ui: &mut Ui, model: &Model, actions: &mut Vec<Action>) {
    let workloads = &model.snapshot.cluster.workloads;
    if workloads.is_empty() {
        return;
    }
    icon::section(ui, "Other workloads");
    for workload in workloads {
        workload_ui(ui, workload, model.is_selected(&workload.object), actions);
        ui.add_space(4.0);
    }
}

fn workload_ui(ui: &mut Ui, workload: &WorkloadView, selected: bool, actions: &mut Vec<Action>) {
    let stroke = if selected { egui::Stroke::new(1.5, theme::ACCENT) } else { egui::Stroke::NONE };
    theme::card_frame().stroke(stroke).show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.horizontal(|ui| {
            let name = Label::new(RichText::new(&workload.object.name).size(15.5).strong()).sense(Sense::click()).selectable(false);
            let name = ui.add(name.truncate());
            name.widget_info(|| WidgetInfo::labeled(WidgetType::Link, true, workload.object.to_string()));
            if name.clicked() {
                actions.push(Action::Select(Some(workload.object.clone())));
            }
            ui.label(RichText::new(workload.object.kind.info().kind).size(12.5).color(theme::TEXT_FAINT));
        });
        ui.horizontal_wrapped(|ui| {
            for (version, count) in &workload.versions {
                icon::swatch(ui, Some(*version), 16.0);
                ui.label(RichText::new(format!("×{count}")).size(12.5));
            }
            if let Some(desired) = workload.desired {
                let color = if workload.ready >= desired { theme::GOOD } else { theme::ATTENTION };
                ui.label(RichText::new(format!("{} of {desired} ready", workload.ready)).size(12.5).color(color));
            }
        });
        let columns = workload.columns.iter().filter(|(_, value)| !value.is_empty());
        let line: Vec<String> = columns.map(|(name, value)| format!("{name} {value}")).collect();
        ui.add(Label::new(RichText::new(line.join(" · ")).size(12.0).color(theme::TEXT_SOFT)).wrap());
    });
}
