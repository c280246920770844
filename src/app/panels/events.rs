//! The event feed: what the components report, as `kubectl get events --watch` would print it.

use egui::{Label, RichText, ScrollArea, Sense, TextEdit, Ui};

use super::icon;
use crate::look::Icon;
use crate::model::{Action, EventKind, EventView, Model};
use crate::theme;

/// The height of a row.
const ROW: f32 = 18.0;

/// What the person lets through.
#[derive(Clone, Default)]
struct Filter {
    warnings_only: bool,
    text: String,
}

impl Filter {
    fn admits(&self, event: &EventView) -> bool {
        let wanted = self.text.to_lowercase();
        let found = |text: &str| text.to_lowercase().contains(&wanted);
        (!self.warnings_only || event.kind == EventKind::Warning)
            && (wanted.is_empty() || found(&event.reason) || found(&event.about) || found(&event.message))
    }
}

pub fn events_ui(ui: &mut Ui, model: &Model, actions: &mut Vec<Action>) {
    let id = egui::Id::new("event filter");
    let mut filter = ui.data(|data| data.get_temp::<Filter>(id).unwrap_or_default());
    ui.horizontal(|ui| {
        icon::section(ui, "Events");
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let field = TextEdit::singleline(&mut filter.text).hint_text("Filter").desired_width(120.0);
            ui.add(field);
            ui.checkbox(&mut filter.warnings_only, "Warnings only");
        });
    });
    let shown: Vec<&EventView> = model.snapshot.cluster.events.iter().filter(|event| filter.admits(event)).collect();
    ui.data_mut(|data| data.insert_temp(id, filter));
    event_list_ui(ui, "feed", &shown, true, actions);
}

/// Oldest above; sticks to the newest. Only the rows in view are laid out.
pub fn event_list_ui(ui: &mut Ui, id: &str, events: &[&EventView], with_object: bool, actions: &mut Vec<Action>) {
    theme::well_frame().show(ui, |ui| {
        ui.set_min_size(ui.available_size());
        if events.is_empty() {
            ui.label(RichText::new("No events.").color(theme::TEXT_FAINT));
            return;
        }
        ui.spacing_mut().item_spacing.y = 2.0;
        ui.spacing_mut().interact_size.y = ROW;
        ScrollArea::vertical().id_salt(id).auto_shrink([false, false]).stick_to_bottom(true).show_rows(
            ui,
            ROW,
            events.len(),
            |ui, rows| {
                for event in &events[rows] {
                    event_ui(ui, event, with_object, actions);
                }
            },
        );
    });
}

fn event_ui(ui: &mut Ui, event: &EventView, with_object: bool, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 7.0;
        let color = theme::event(event.kind);
        ui.label(RichText::new(event.time.to_string()).monospace().size(11.5).color(theme::TEXT_FAINT));
        match event.kind {
            EventKind::Warning => icon::icon(ui, Icon::Bang, 13.0, color),
            EventKind::Normal => icon::icon(ui, Icon::Check, 13.0, theme::TEXT_FAINT),
        };
        ui.label(RichText::new(&event.reason).size(12.5).color(if event.kind == EventKind::Warning {
            color
        } else {
            theme::TEXT
        }));
        if with_object {
            let object = RichText::new(&event.about).size(12.5).color(theme::ACCENT);
            let link = ui.add(Label::new(object).sense(Sense::click()).selectable(false));
            if link.clicked() && let Some(object) = &event.object {
                actions.push(Action::Select(Some(object.clone())));
            }
        }
        let times = if event.count > 1 { format!(" (×{})", event.count) } else { String::new() };
        let message = format!("{}{times}", event.message);
        let hover = format!("{message}\n— {}", event.source);
        let text = RichText::new(message).size(12.5).color(theme::TEXT_SOFT);
        ui.add(Label::new(text).truncate()).on_hover_text(hover);
    });
}
