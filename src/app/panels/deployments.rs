//! Deployments: desired, current and ready, the ReplicaSets behind them, and the budget of a rolling update.

use egui::{Label, Rect, RichText, Sense, Ui, Vec2, WidgetInfo, WidgetType};

use super::icon;
use crate::look::Icon;
use crate::model::{Action, DeploymentView, Model, ReplicaSetView, RollingBudget};
use crate::theme;

pub fn deployments_ui(ui: &mut Ui, model: &Model, actions: &mut Vec<Action>) {
    icon::section(ui, "Deployments");
    if model.snapshot.cluster.deployments.is_empty() {
        ui.label(RichText::new("None yet.").color(theme::TEXT_FAINT));
    }
    for deployment in &model.snapshot.cluster.deployments {
        deployment_ui(ui, deployment, model.is_selected(&deployment.object()), actions);
        ui.add_space(4.0);
    }
}

fn deployment_ui(ui: &mut Ui, deployment: &DeploymentView, selected: bool, actions: &mut Vec<Action>) {
    let stroke = if selected { egui::Stroke::new(1.5, theme::ACCENT) } else { egui::Stroke::NONE };
    theme::card_frame().stroke(stroke).show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        head(ui, deployment, actions);
        counts(ui, deployment);
        match &deployment.rolling {
            Some(budget) => budget_ui(ui, deployment, budget),
            None => {
                ui.label(
                    RichText::new("Strategy Recreate: all old pods end before new ones start")
                        .size(12.5)
                        .color(theme::TEXT_SOFT),
                );
            }
        }
        ui.add_space(2.0);
        let live = |set: &&ReplicaSetView| set.desired > 0 || set.current > 0;
        for set in deployment.replica_sets.iter().filter(live) {
            replica_set_ui(ui, set, actions);
        }
        let old = deployment.replica_sets.iter().filter(|set| !live(set)).count();
        if old > 0 {
            let names: Vec<String> = deployment
                .replica_sets
                .iter()
                .filter(|set| !live(set))
                .map(|set| format!("revision {}: {}", set.revision, set.image))
                .collect();
            let text = if old == 1 {
                "1 older ReplicaSet with 0 pods".to_owned()
            } else {
                format!("{old} older ReplicaSets with 0 pods")
            };
            ui.label(RichText::new(text).size(12.5).color(theme::TEXT_FAINT)).on_hover_text(names.join("\n"));
        }
    });
}

fn head(ui: &mut Ui, deployment: &DeploymentView, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        let name =
            Label::new(RichText::new(&deployment.name).size(15.5).strong()).sense(Sense::click()).selectable(false);
        let name = ui.add(name);
        name.widget_info(|| WidgetInfo::labeled(WidgetType::Link, true, format!("Deployment {}", deployment.name)));
        if name.clicked() {
            actions.push(Action::Select(Some(deployment.object())));
        }
        ui.label(RichText::new(format!("revision {}", deployment.revision)).size(12.5).color(theme::TEXT_FAINT));
        if deployment.paused {
            icon::chip(ui, Some(Icon::Pause), "paused", theme::ATTENTION);
        }
        let stuck = deployment.conditions.iter().any(|condition| condition.reason == "ProgressDeadlineExceeded");
        if stuck {
            icon::chip(ui, Some(Icon::Bang), "no progress", theme::BAD);
        }
    });
}

fn counts(ui: &mut Ui, deployment: &DeploymentView) {
    ui.columns(4, |columns| {
        let met = if deployment.ready >= deployment.desired { theme::GOOD } else { theme::ATTENTION };
        let numbers = [
            ("desired", deployment.desired, theme::TEXT),
            ("current", deployment.current, theme::TEXT),
            ("updated", deployment.updated, theme::TEXT),
            ("ready", deployment.ready, met),
        ];
        for (column, (word, number, color)) in columns.iter_mut().zip(numbers) {
            column.spacing_mut().item_spacing.y = 0.0;
            let figure = column.label(RichText::new(number.to_string()).size(20.0).color(color));
            figure.widget_info(|| {
                WidgetInfo::labeled(WidgetType::Label, true, format!("{} {word} {number}", deployment.name))
            });
            column.label(RichText::new(word).size(12.0).color(theme::TEXT_SOFT));
        }
    });
}

/// Two bars on one scale from 0 to the most pods allowed. Worked example: desired 4, maxSurge 1, maxUnavailable 1. The
/// first bar may fill up to 5; the second should never fall short of the mark at 3.
fn budget_ui(ui: &mut Ui, deployment: &DeploymentView, budget: &RollingBudget) {
    let most = deployment.desired + budget.max_surge;
    let least = deployment.desired.saturating_sub(budget.max_unavailable);
    let scale = most.max(deployment.current).max(1);
    ui.add_space(4.0);
    let over = if deployment.current > most { theme::BAD } else { theme::ACCENT };
    bar(
        ui,
        "pods",
        deployment.current,
        scale,
        over,
        most,
        &format!("at most {most} = {} + maxSurge {}", deployment.desired, budget.max_surge_text),
    );
    let short = if deployment.available < least { theme::BAD } else { theme::GOOD };
    bar(
        ui,
        "available",
        deployment.available,
        scale,
        short,
        least,
        &format!("at least {least} = {} − maxUnavailable {}", deployment.desired, budget.max_unavailable_text),
    );
}

fn bar(ui: &mut Ui, word: &str, value: u32, scale: u32, color: egui::Color32, mark: u32, limit: &str) {
    let count = RichText::new(format!("{value} {word}")).size(12.5);
    let limit_text = RichText::new(limit).size(12.0).color(theme::TEXT_SOFT);
    // Side by side where there is room for the longest of both.
    if ui.available_width() >= 290.0 {
        ui.horizontal(|ui| {
            ui.label(count);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| ui.label(limit_text));
        });
    } else {
        ui.label(count);
        ui.label(limit_text);
    }
    let (area, response) = ui.allocate_exact_size(Vec2::new(ui.available_width(), 10.0), Sense::hover());
    response
        .widget_info(|| WidgetInfo::labeled(WidgetType::ProgressIndicator, true, format!("{value} {word}, {limit}")));
    let painter = ui.painter();
    let x = |count: u32| area.min.x + area.width() * count as f32 / scale as f32;
    if scale <= 40 {
        for unit in 0..scale {
            let cell = Rect::from_min_max(egui::pos2(x(unit), area.min.y), egui::pos2(x(unit + 1) - 2.0, area.max.y));
            painter.rect_filled(cell, 2.0, if unit < value { color } else { theme::LINE });
        }
    } else {
        painter.rect_filled(area, 2.0, theme::LINE);
        painter.rect_filled(Rect::from_min_max(area.min, egui::pos2(x(value), area.max.y)), 2.0, color);
    }
    let at = (x(mark) - 1.0).clamp(area.min.x, area.max.x);
    painter.vline(at, area.min.y - 3.0..=area.max.y + 3.0, egui::Stroke::new(2.0, theme::TEXT));
}

fn replica_set_ui(ui: &mut Ui, set: &ReplicaSetView, actions: &mut Vec<Action>) {
    let row = ui.horizontal(|ui| {
        icon::swatch(ui, set.version, 16.0);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            ui.horizontal(|ui| {
                ui.add(Label::new(RichText::new(&set.name).size(13.0)).selectable(false).truncate());
            });
            let line = format!("revision {} · {} · {}/{} ready", set.revision, set.image, set.ready, set.desired);
            ui.add(Label::new(RichText::new(line).size(12.0).color(theme::TEXT_SOFT)).selectable(false).truncate());
        });
    });
    let row = ui.interact(row.response.rect, ui.id().with(&set.name), Sense::click());
    row.widget_info(|| WidgetInfo::labeled(WidgetType::Link, true, format!("ReplicaSet {}", set.name)));
    if row.clicked() {
        actions.push(Action::Select(Some(set.object())));
    }
}
