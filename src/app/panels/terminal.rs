//! The terminal: scroll-back, a prompt, a history of lines.

use egui::{FontId, Key, Label, RichText, ScrollArea, TextEdit, Ui};

use super::icon;
use crate::model::{Action, Model};
use crate::theme;

/// The line being typed, and how far back in the history it came from.
#[derive(Clone, Default)]
struct Line {
    text: String,
    back: usize,
}

pub fn terminal_ui(ui: &mut Ui, model: &Model, actions: &mut Vec<Action>) {
    // As high as the heading of the events beside it, which has a field in it.
    ui.horizontal(|ui| icon::section(ui, "Terminal"));
    theme::well_frame().show(ui, |ui| {
        ui.set_min_size(ui.available_size());
        let prompt_height = 24.0;
        let scroll = (ui.available_height() - prompt_height).max(20.0);
        let terminal = &model.snapshot.terminal;
        ui.spacing_mut().item_spacing.y = 1.0;
        let row = ui.fonts_mut(|fonts| fonts.row_height(&font()));
        ScrollArea::both()
            .id_salt("scroll-back")
            .max_height(scroll)
            .auto_shrink([false, true])
            .stick_to_bottom(true)
            .show_rows(ui, row, terminal.lines.len(), |ui, rows| {
                for line in &terminal.lines[rows] {
                    let text = RichText::new(&line.text).font(font()).color(theme::terminal(line.kind));
                    ui.add(Label::new(text).extend());
                }
            });
        prompt_ui(ui, model, actions);
    });
}

fn font() -> FontId {
    FontId::monospace(12.5)
}

pub fn prompt_id() -> egui::Id {
    egui::Id::new("terminal prompt")
}

fn prompt_ui(ui: &mut Ui, model: &Model, actions: &mut Vec<Action>) {
    let terminal = &model.snapshot.terminal;
    let id = egui::Id::new("terminal line");
    let mut line = ui.data(|data| data.get_temp::<Line>(id).unwrap_or_default());
    ui.horizontal(|ui| {
        ui.label(RichText::new(&terminal.prompt).font(font()).color(theme::ACCENT));
        let hint = if terminal.busy { "running: Ctrl-C stops it" } else { "kubectl get pods" };
        let field = TextEdit::singleline(&mut line.text)
            .id(prompt_id())
            .font(font())
            .hint_text(hint)
            .frame(egui::Frame::NONE)
            .lock_focus(true)
            .desired_width(f32::INFINITY);
        let field = ui.add(field);
        field.widget_info(|| egui::WidgetInfo::labeled(egui::WidgetType::TextEdit, true, "Terminal line"));
        let (enter, up, down, interrupt) = ui.input(|input| {
            let interrupt = input.modifiers.ctrl && input.key_pressed(Key::C);
            (
                input.key_pressed(Key::Enter),
                input.key_pressed(Key::ArrowUp),
                input.key_pressed(Key::ArrowDown),
                interrupt,
            )
        });
        if field.lost_focus() && enter {
            actions.push(Action::Type(std::mem::take(&mut line.text)));
            line.back = 0;
            field.request_focus();
        }
        if field.has_focus() && interrupt {
            line = Line::default();
            actions.push(Action::Interrupt);
        }
        if field.has_focus() && (up || down) {
            recall(&mut line, &terminal.history, up);
        }
    });
    ui.data_mut(|data| data.insert_temp(id, line));
}

/// Up goes back in the history, Down forward, and past its end to an empty line.
fn recall(line: &mut Line, history: &[String], up: bool) {
    line.back = if up { (line.back + 1).min(history.len()) } else { line.back.saturating_sub(1) };
    line.text = match line.back {
        0 => String::new(),
        back => history[history.len() - back].clone(),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn history_is_walked_back_and_forth() {
        let history = ["first".to_owned(), "second".to_owned()];
        let mut line = Line::default();
        let mut press = |up| {
            recall(&mut line, &history, up);
            line.text.clone()
        };
        assert_eq!([true, true, true, false, false].map(&mut press), ["second", "first", "first", "second", ""]);
    }
}
