//! The time bar: the virtual clock, pause, step, speed; and the menu of scenarios.

use std::time::Duration;

use egui::{Align, Button, Layout, RichText, Ui};

use super::icon::icon_button;
use super::scenarios_ui;
use crate::look::Icon;
use crate::model::{Action, Model, Speed};
use crate::theme;

pub fn time_bar_ui(ui: &mut Ui, model: &Model, actions: &mut Vec<Action>) {
    let wide = ui.available_width() >= 1100.0;
    ui.horizontal_centered(|ui| {
        if wide {
            ui.label(RichText::new("Podarium").size(19.0).strong());
            ui.add_space(10.0);
        }
        scenarios_ui(ui, model, actions);
        if icon_button(ui, Icon::Restart, "Restart the scenario").clicked() {
            actions.push(Action::Restart);
        }
        let browser = ui.add(Button::selectable(model.browsing, "Browser")).on_hover_text("Look at the cluster's Services from outside");
        if browser.clicked() {
            actions.push(Action::ShowBrowser(!model.browsing));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            clock(ui, model);
            ui.add_space(8.0);
            speeds(ui, model, actions, wide);
            ui.add_space(8.0);
            run_controls(ui, model, actions);
        });
    });
}

fn clock(ui: &mut Ui, model: &Model) {
    let clock = &model.snapshot.clock;
    let color = if clock.paused { theme::ATTENTION } else { theme::TEXT };
    ui.label(RichText::new(clock.now.to_string()).monospace().size(21.0).color(color))
        .on_hover_text("Virtual time since the scenario began");
    if clock.paused {
        ui.label(RichText::new("paused").size(13.0).color(theme::ATTENTION));
    }
}

/// Drawn from the right.
fn run_controls(ui: &mut Ui, model: &Model, actions: &mut Vec<Action>) {
    let second = ui.add(Button::new("+1 s")).on_hover_text("Advance by one second");
    if second.clicked() {
        actions.push(Action::StepBy(Duration::from_secs(1)));
    }
    if icon_button(ui, Icon::Step, "Step to the next event (.)").clicked() {
        actions.push(Action::Step);
    }
    let (icon, label, action) = match model.snapshot.clock.paused {
        true => (Icon::Play, "Run (Space)", Action::Resume),
        false => (Icon::Pause, "Pause (Space)", Action::Pause),
    };
    if icon_button(ui, icon, label).clicked() {
        actions.push(action);
    }
}

fn speeds(ui: &mut Ui, model: &Model, actions: &mut Vec<Action>, wide: bool) {
    let now = model.snapshot.clock.speed;
    if !wide {
        egui::ComboBox::from_id_salt("speed").width(70.0).selected_text(now.to_string()).show_ui(ui, |ui| {
            for speed in Speed::OFFERED {
                if ui.selectable_label(speed == now, speed.to_string()).clicked() {
                    actions.push(Action::SetSpeed(speed));
                }
            }
        });
        return;
    }
    ui.spacing_mut().item_spacing.x = 3.0;
    for speed in Speed::OFFERED.into_iter().rev() {
        let chosen = speed == now;
        let color = if chosen { theme::TEXT } else { theme::TEXT_SOFT };
        let text = RichText::new(speed.to_string()).size(12.5).color(color);
        let button = Button::selectable(chosen, text).min_size(egui::vec2(38.0, 28.0));
        if ui.add(button).on_hover_text(format!("Speed {speed}")).clicked() {
            actions.push(Action::SetSpeed(speed));
        }
    }
    ui.spacing_mut().item_spacing.x = 8.0;
}
