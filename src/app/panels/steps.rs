//! The scenario as a lesson: steps one after the other, each with a text, something to try, and an objective.

use egui::{Button, RichText, Ui, Vec2, WidgetInfo, WidgetType};

use super::icon;
use super::markdown::markdown_ui;
use crate::look::Icon;
use crate::model::{Action, Model, ObjectiveState, ObjectiveView, StepView};
use crate::theme;

pub fn steps_ui(ui: &mut Ui, model: &Model, actions: &mut Vec<Action>) {
    let lesson = &model.snapshot.lesson;
    ui.label(RichText::new(&lesson.title).size(18.0).strong());
    if !lesson.steps.is_empty() {
        let done = lesson.steps.iter().filter(|step| step.done).count();
        ui.label(
            RichText::new(format!("{done} of {} steps done", lesson.steps.len())).color(theme::TEXT_SOFT).size(12.5),
        );
        progress_bar(ui, done as f32 / lesson.steps.len() as f32);
    }
    ui.add_space(8.0);
    for (at, step) in lesson.steps.iter().enumerate() {
        step_ui(ui, at, step, at == lesson.current, actions);
        ui.add_space(4.0);
    }
    if !lesson.objectives.is_empty() {
        ui.add_space(6.0);
        icon::section(ui, "Throughout");
        for objective in &lesson.objectives {
            objective_ui(ui, objective);
        }
    }
}

fn progress_bar(ui: &mut Ui, share: f32) {
    let (area, _) = ui.allocate_exact_size(Vec2::new(ui.available_width(), 4.0), egui::Sense::hover());
    ui.painter().rect_filled(area, 2.0, theme::LINE);
    let done = egui::Rect::from_min_size(area.min, Vec2::new(area.width() * share, area.height()));
    ui.painter().rect_filled(done, 2.0, theme::GOOD);
}

/// The current step is open; the others open with a click on their title.
fn step_ui(ui: &mut Ui, at: usize, step: &StepView, current: bool, actions: &mut Vec<Action>) {
    let id = ui.id().with(("step", at));
    let toggled = ui.data(|data| data.get_temp::<bool>(id).unwrap_or(false));
    let open = current != toggled;
    let fill = if current { theme::CARD } else { theme::PANEL };
    theme::card_frame().fill(fill).show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        let title = ui.horizontal(|ui| {
            number(ui, at, step.done, current);
            let color = if current || step.done { theme::TEXT } else { theme::TEXT_SOFT };
            ui.add(egui::Label::new(RichText::new(&step.title).size(14.5).color(color)).wrap().selectable(false));
        });
        let title = ui.interact(title.response.rect, id.with("title"), egui::Sense::click());
        let state = if step.done { "done" } else { "not done" };
        title.widget_info(|| {
            WidgetInfo::selected(
                WidgetType::CollapsingHeader,
                true,
                open,
                format!("Step {}: {}, {state}", at + 1, step.title),
            )
        });
        if title.clicked() {
            ui.data_mut(|data| data.insert_temp(id, !toggled));
        }
        if open {
            ui.add_space(4.0);
            ui.push_id(at, |ui| markdown_ui(ui, &step.text));
            for command in &step.commands {
                command_ui(ui, command, actions);
            }
            if let Some(objective) = &step.objective {
                ui.add_space(4.0);
                objective_ui(ui, objective);
            }
        }
    });
}

fn number(ui: &mut Ui, at: usize, done: bool, current: bool) {
    let (area, _) = ui.allocate_exact_size(Vec2::splat(22.0), egui::Sense::hover());
    let (fill, ink) = match (done, current) {
        (true, _) => (theme::GOOD, theme::INK),
        (false, true) => (theme::ACCENT, theme::INK),
        (false, false) => (theme::LINE, theme::TEXT_SOFT),
    };
    ui.painter().circle_filled(area.center(), 10.5, fill);
    if done {
        icon::paint(ui.painter(), Icon::Check, area.center(), 7.0, ink);
    } else {
        let font = egui::FontId::proportional(12.5);
        ui.painter().text(area.center(), egui::Align2::CENTER_CENTER, (at + 1).to_string(), font, ink);
    }
}

/// A command line; the button types it.
fn command_ui(ui: &mut Ui, command: &str, actions: &mut Vec<Action>) {
    theme::well_frame().show(ui, |ui| {
        ui.horizontal(|ui| {
            let room = (ui.available_width() - 58.0).max(60.0);
            ui.scope(|ui| {
                ui.set_max_width(room);
                ui.set_min_width(room);
                ui.add(egui::Label::new(RichText::new(command).monospace().color(theme::TEXT)).wrap());
            });
            let run = ui.add(Button::new(RichText::new("Run").size(12.5)).min_size(Vec2::new(46.0, 24.0)));
            run.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, format!("Run {command}")));
            if run.clicked() {
                actions.push(Action::Type(command.to_owned()));
            }
        });
    });
}

fn objective_ui(ui: &mut Ui, objective: &ObjectiveView) {
    let color = theme::objective(objective.state);
    let sign = match objective.state {
        ObjectiveState::Open | ObjectiveState::Holding => Icon::Ring,
        ObjectiveState::Met => Icon::Check,
        ObjectiveState::Failed => Icon::Cross,
    };
    ui.horizontal_top(|ui| {
        let sign = icon::icon(ui, sign, 16.0, color);
        let said = format!("Objective {}: {}", objective.name, objective.state.word());
        sign.widget_info(|| WidgetInfo::labeled(WidgetType::Label, true, &said));
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 1.0;
            ui.add(egui::Label::new(RichText::new(&objective.name).size(13.5)).wrap());
            let why = match objective.why.as_str() {
                "" => objective.state.word().to_owned(),
                why => format!("{}: {why}", objective.state.word()),
            };
            ui.add(egui::Label::new(RichText::new(why).size(12.5).color(color)).wrap());
        });
    });
}
