//! What is selected: what it is, what owns it, its events, its YAML, and what can be done to it.

use egui::{Button, Label, RichText, ScrollArea, Sense, Ui, WidgetInfo, WidgetType};

use super::events::event_list_ui;
use super::icon;
use super::scheduling::scheduling_ui;
use super::summary::summary_ui;
use crate::look::Icon;
use crate::model::{Action, Details, Kind, Model, ObjectRef, Tab};
use crate::theme;

pub fn inspector_ui(ui: &mut Ui, model: &Model, actions: &mut Vec<Action>) {
    let Some(object) = &model.selected else { return };
    head(ui, model, object, actions);
    buttons(ui, model, object, actions);
    let Some(details) = &model.snapshot.details else {
        let text = format!("This {} no longer exists.", object.kind.info().kind);
        ui.label(RichText::new(text).color(theme::ATTENTION));
        return;
    };
    ui.scope(|ui| owners(ui, details, object, actions));
    ui.add_space(4.0);
    ui.horizontal(|ui| {
        let tabs = [(Tab::Summary, "Summary"), (Tab::Scheduling, "Scheduling"), (Tab::Events, "Events"), (Tab::Yaml, "YAML")];
        for (tab, word) in tabs.into_iter().filter(|(tab, _)| *tab != Tab::Scheduling || object.kind == Kind::Pod) {
            let word = if tab == Tab::Events { format!("{word} ({})", details.events.len()) } else { word.to_owned() };
            if ui.add(Button::selectable(model.tab == tab, RichText::new(word).size(13.0))).clicked() {
                actions.push(Action::Show(tab));
            }
        }
    });
    match model.tab {
        Tab::Scheduling if object.kind == Kind::Pod => bounded(ui, 420.0, |ui| scheduling_ui(ui, details.scheduling.as_ref())),
        Tab::Summary | Tab::Scheduling => summary_ui(ui, model, details),
        Tab::Events => {
            let events: Vec<_> = details.events.iter().collect();
            bounded(ui, 260.0, |ui| event_list_ui(ui, "events of one", &events, false, actions));
        }
        Tab::Yaml => bounded(ui, 420.0, |ui| yaml_ui(ui, &details.yaml)),
    }
}

/// Gives a part that scrolls by itself a height of its own.
fn bounded(ui: &mut Ui, height: f32, contents: impl FnOnce(&mut Ui)) {
    ui.allocate_ui(egui::vec2(ui.available_width(), height), contents);
}

fn head(ui: &mut Ui, model: &Model, object: &ObjectRef, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        icon::section(ui, object.kind.info().kind);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let close = ui.add(Button::new(RichText::new("✖").size(12.0)).frame(false)).on_hover_text("Close (Esc)");
            close.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, "Close"));
            if close.clicked() {
                actions.push(Action::Select(None));
            }
        });
    });
    ui.horizontal(|ui| {
        let cluster = &model.snapshot.cluster;
        if let Some(pod) = cluster.pod(object).filter(|_| object.kind == Kind::Pod) {
            icon::swatch(ui, pod.version, 20.0);
        }
        ui.add(Label::new(RichText::new(&object.name).size(17.0).strong()).wrap());
    });
    status_chips(ui, model, object);
}

fn status_chips(ui: &mut Ui, model: &Model, object: &ObjectRef) {
    let cluster = &model.snapshot.cluster;
    ui.horizontal_wrapped(|ui| match object.kind {
        Kind::Pod => {
            let Some(pod) = cluster.pod(object) else { return };
            icon::stage_chip(ui, pod.stage, &pod.status);
            if pod.stage.word() != pod.status.to_lowercase() {
                ui.label(RichText::new(pod.stage.word()).size(12.5).color(theme::TEXT_SOFT));
            }
        }
        Kind::Node => {
            let Some(node) = cluster.node(&object.name) else { return };
            match node.ready {
                true => icon::chip(ui, Some(Icon::Check), "Ready", theme::GOOD),
                false => icon::chip(ui, Some(Icon::Cross), "NotReady", theme::BAD),
            };
            if node.unschedulable {
                icon::chip(ui, Some(Icon::Barrier), "SchedulingDisabled", theme::ATTENTION);
            }
            if node.stopped {
                icon::chip(ui, Some(Icon::Power), "switched off", theme::BAD);
            }
        }
        _ => {}
    });
}

fn buttons(ui: &mut Ui, model: &Model, object: &ObjectRef, actions: &mut Vec<Action>) {
    let name = || object.name.clone();
    ui.horizontal_wrapped(|ui| match object.kind {
        Kind::Pod => {
            let text = RichText::new("Kill (K)").color(theme::INK);
            let kill = ui.add(Button::new(text).fill(theme::BAD)).on_hover_text("kubectl delete pod");
            if kill.clicked() {
                actions.push(Action::KillPod { namespace: object.namespace.clone(), name: name() });
            }
        }
        Kind::Node => {
            let Some(node) = model.snapshot.cluster.node(&object.name) else { return };
            match node.unschedulable {
                true if ui.button("Uncordon (C)").clicked() => actions.push(Action::Uncordon(name())),
                false if ui.button("Cordon (C)").clicked() => actions.push(Action::Cordon(name())),
                _ => {}
            }
            if ui.button("Drain (D)").clicked() {
                actions.push(Action::Drain(name()));
            }
            match node.stopped {
                true if ui.button("Switch on").clicked() => actions.push(Action::StartNode(name())),
                false
                    if ui
                        .add(Button::new(RichText::new("Switch off").color(theme::INK)).fill(theme::BAD))
                        .clicked() =>
                {
                    actions.push(Action::StopNode(name()));
                }
                _ => {}
            }
        }
        _ => {}
    });
}

/// From the top down, each line hanging from the one above: the Deployment made the ReplicaSet, which made the pod.
fn owners(ui: &mut Ui, details: &Details, object: &ObjectRef, actions: &mut Vec<Action>) {
    if details.owners.is_empty() {
        return;
    }
    ui.add_space(2.0);
    ui.spacing_mut().interact_size.y = 18.0;
    ui.spacing_mut().item_spacing.y = 2.0;
    for (depth, owner) in details.owners.iter().rev().enumerate() {
        hanging(ui, depth, |ui| {
            let text = RichText::new(owner.to_string()).size(13.0).color(theme::ACCENT);
            if ui.add(Label::new(text).sense(Sense::click()).selectable(false).truncate()).clicked() {
                actions.push(Action::Select(Some(owner.clone())));
            }
        });
    }
    hanging(ui, details.owners.len(), |ui| {
        ui.add(Label::new(RichText::new(object.to_string()).size(13.0)).truncate());
    });
}

/// A line indented by its depth, with an elbow from the line above.
fn hanging(ui: &mut Ui, depth: usize, contents: impl FnOnce(&mut Ui)) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        if depth > 0 {
            ui.add_space(14.0 * (depth as f32 - 1.0));
            let (area, _) = ui.allocate_exact_size(egui::vec2(14.0, 18.0), Sense::hover());
            let corner = egui::pos2(area.min.x + 5.0, area.center().y);
            let line = vec![egui::pos2(corner.x, area.min.y - 1.0), corner, egui::pos2(area.max.x, corner.y)];
            ui.painter().add(egui::Shape::line(line, egui::Stroke::new(1.3, theme::TEXT_FAINT)));
        }
        contents(ui);
    });
}

fn yaml_ui(ui: &mut Ui, yaml: &str) {
    theme::well_frame().show(ui, |ui| {
        ui.set_min_size(ui.available_size());
        ScrollArea::both().id_salt("yaml").auto_shrink([false, false]).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            ui.add(Label::new(highlighted(yaml)).extend());
        });
    });
}

/// Keys in one colour, values in another.
pub(super) fn highlighted(yaml: &str) -> egui::text::LayoutJob {
    let mut job = egui::text::LayoutJob::default();
    let font = egui::FontId::monospace(12.0);
    let mut add = |text: &str, color| job.append(text, 0.0, egui::TextFormat::simple(font.clone(), color));
    for (at, line) in yaml.split('\n').enumerate() {
        if at > 0 {
            add("\n", theme::TEXT);
        }
        match line.split_once(':') {
            Some((key, value)) if value.is_empty() || value.starts_with(' ') => {
                add(key, theme::ACCENT);
                add(":", theme::TEXT_SOFT);
                add(value, theme::TEXT);
            }
            _ if line.starts_with('#') => add(line, theme::TEXT_FAINT),
            _ => add(line, theme::TEXT),
        }
    }
    job
}
