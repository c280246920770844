//! Why a pod is on its node or on none: the scheduler's verdict on every node.

use egui::{Label, RichText, ScrollArea, Ui};

use super::icon;
use crate::look::Icon;
use crate::model::{NodeVerdictView, SchedulingView};
use crate::theme;

/// Beyond this many nodes the rest is counted only.
const MOST_NODES: usize = 60;

pub fn scheduling_ui(ui: &mut Ui, scheduling: Option<&SchedulingView>) {
    let Some(scheduling) = scheduling else {
        let text = "The scheduler has not tried this pod, or its try is too long ago for it to remember.";
        ui.add(Label::new(RichText::new(text).size(13.0).color(theme::TEXT_SOFT)).wrap());
        return;
    };
    let color = if scheduling.scheduled { theme::GOOD } else { theme::ATTENTION };
    ui.add(Label::new(RichText::new(&scheduling.outcome).size(13.0).color(color)).wrap());
    ui.add_space(4.0);
    ScrollArea::vertical().id_salt("scheduling").auto_shrink([false, false]).show(ui, |ui| {
        scheduling.nodes.iter().take(MOST_NODES).for_each(|node| verdict_ui(ui, node));
        if let Some(more) = scheduling.nodes.len().checked_sub(MOST_NODES).filter(|more| *more > 0) {
            ui.label(RichText::new(format!("and {more} more nodes: podarium run --explain lists all")).size(12.5).color(theme::TEXT_SOFT));
        }
    });
}

fn verdict_ui(ui: &mut Ui, node: &NodeVerdictView) {
    theme::card_frame().show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 2.0;
        ui.horizontal(|ui| {
            let fits = node.objections.is_empty();
            let (sign, color) = match (node.chosen, fits) {
                (true, _) => (Icon::Check, theme::GOOD),
                (false, true) => (Icon::Ring, theme::TEXT_SOFT),
                (false, false) => (Icon::Cross, theme::BAD),
            };
            icon::icon(ui, sign, 14.0, color);
            ui.label(RichText::new(&node.node).size(13.5).strong());
            if !node.scores.is_empty() {
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    ui.label(RichText::new(format!("score {}", node.total)).size(13.0));
                });
            }
        });
        for objection in &node.objections {
            ui.add(Label::new(RichText::new(objection).size(12.5)).wrap());
        }
        if !node.scores.is_empty() {
            let parts: Vec<String> = node.scores.iter().map(|(plugin, score)| format!("{plugin} {score}")).collect();
            ui.add(Label::new(RichText::new(parts.join(" + ")).size(12.0).color(theme::TEXT_SOFT)).wrap());
        }
        if !node.remark.is_empty() {
            ui.add(Label::new(RichText::new(&node.remark).size(12.5).color(theme::TEXT_SOFT)).wrap());
        }
    });
}
