//! The editor: what `kubectl edit`, `vi` and `nano` open.

use egui::{Button, Key, Modifiers, RichText, ScrollArea, TextEdit, Ui};

use super::inspector::highlighted;
use crate::model::{Action, EditorView, Model};
use crate::theme;

/// The text as it is being written, and the one that it began with.
#[derive(Clone, Default)]
struct Draft {
    from: EditorView,
    text: String,
}

/// A window over all others for as long as a program waits for the text.
pub fn editor_ui(ui: &mut Ui, model: &Model, actions: &mut Vec<Action>) {
    let id = egui::Id::new("editor");
    let Some(asked) = &model.snapshot.editor else {
        ui.data_mut(|data| data.remove::<Draft>(id));
        return;
    };
    let mut draft = ui.data(|data| data.get_temp::<Draft>(id)).unwrap_or_default();
    let fresh = draft.from != *asked;
    if fresh {
        draft = Draft { from: asked.clone(), text: asked.text.clone() };
    }
    let room = ui.max_rect().size();
    egui::Window::new(format!("Editing {}", asked.name))
        .id(id.with("window"))
        .collapsible(false)
        .default_size([(room.x * 0.6).max(420.0), (room.y * 0.75).max(260.0)])
        .anchor(egui::Align2::CENTER_CENTER, [0.0, 0.0])
        .frame(theme::panel_frame())
        .show(ui.ctx(), |ui| {
            let save = ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::S));
            let leave = ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape));
            theme::well_frame().show(ui, |ui| {
                // What is left below the title and above the buttons.
                let height = (room.y * 0.75 - 120.0).max(160.0);
                ScrollArea::both().id_salt("text").max_height(height).auto_shrink([false, false]).show(ui, |ui| {
                    let mut layouter = |ui: &Ui, text: &dyn egui::TextBuffer, _: f32| ui.fonts_mut(|fonts| fonts.layout_job(highlighted(text.as_str())));
                    let field = ui.add(TextEdit::multiline(&mut draft.text).code_editor().desired_width(f32::INFINITY).frame(egui::Frame::NONE).layouter(&mut layouter));
                    field.widget_info(|| egui::WidgetInfo::labeled(egui::WidgetType::TextEdit, true, "Text"));
                    if fresh {
                        field.request_focus();
                    }
                });
            });
            ui.add_space(6.0);
            ui.horizontal(|ui| {
                let text = RichText::new("Save and close (Ctrl+S)").color(theme::INK);
                if ui.add(Button::new(text).fill(theme::GOOD)).clicked() || save {
                    actions.push(Action::Edited(draft.text.clone()));
                }
                if ui.button("Leave as it was (Esc)").clicked() || leave {
                    actions.push(Action::Edited(draft.from.text.clone()));
                }
            });
        });
    ui.data_mut(|data| data.insert_temp(id, draft));
}
