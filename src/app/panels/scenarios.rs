//! The menu of scenarios.

use egui::{RichText, Ui};

use crate::model::{Action, Model, ScenarioSource};
use crate::theme;

pub fn scenarios_ui(ui: &mut Ui, model: &Model, actions: &mut Vec<Action>) {
    let title = match model.snapshot.lesson.title.as_str() {
        "" => "Scenarios",
        title => title,
    };
    ui.menu_button(RichText::new(format!("{title}  ⏷")).size(14.5), |ui| {
        ui.set_min_width(300.0);
        for entry in &model.snapshot.scenarios {
            let chosen = entry.title == model.snapshot.lesson.title;
            let title = if entry.title.is_empty() { &entry.name } else { &entry.title };
            if ui.selectable_label(chosen, title).on_hover_text(&entry.name).clicked() {
                actions.push(Action::LoadScenario(ScenarioSource::Name(entry.name.clone())));
                ui.close();
            }
        }
        if !model.snapshot.scenarios.is_empty() {
            ui.separator();
        }
        ui.label(RichText::new("Or drop a scenario file (.yaml) on the window.").color(theme::TEXT_SOFT).size(12.5));
    });
}
