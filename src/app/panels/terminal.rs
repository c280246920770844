//! The terminal: tabs, scroll-back, a prompt, a history of lines, completion.

use egui::text::{CCursor, CCursorRange, LayoutJob, TextFormat};
use egui::text_edit::TextEditState;
use egui::{Button, Event, FontId, Key, Label, Modifiers, Response, RichText, ScrollArea, TextEdit, Ui, WidgetInfo, WidgetType};

use super::icon;
use crate::model::{Action, CandidateView, CompletionView, Ink, Model, TerminalLine, TerminalView};
use crate::theme;

/// How many candidates are shown at once.
const OFFERED: usize = 60;
const BETWEEN_CANDIDATES: f32 = 12.0;

/// The line being typed, and how far back in the history it came from.
#[derive(Clone, Default)]
struct Line {
    text: String,
    back: usize,
    /// The line up to the cursor for which the Tab key asks, until the answer is there.
    asked: Option<String>,
    /// What the Tab key offered for the line as it is.
    offered: Vec<CandidateView>,
    /// Where the offered word begins.
    from: usize,
}

pub fn terminal_ui(ui: &mut Ui, model: &Model, actions: &mut Vec<Action>) {
    let terminal = &model.snapshot.terminal;
    tabs_ui(ui, terminal, actions);
    theme::well_frame().show(ui, |ui| {
        ui.set_min_size(ui.available_size());
        // A click anywhere leads to the prompt; what is drawn later takes its own clicks.
        let ground = ui.interact(ui.max_rect(), egui::Id::new("terminal ground"), egui::Sense::click());
        let id = egui::Id::new("terminal line").with(terminal.front);
        let mut line = ui.data(|data| data.get_temp::<Line>(id).unwrap_or_default());
        if let Some(completion) = &terminal.completion {
            take_completion(ui, &mut line, completion);
        }
        let offer_height = offer_height(ui, &line);
        ui.spacing_mut().item_spacing.y = 1.0;
        let prompt_height = ui.spacing().interact_size.y + 2.0;
        let scroll = (ui.available_height() - prompt_height - offer_height).max(20.0);
        scroll_back_ui(ui, terminal, scroll);
        let chosen = !line.offered.is_empty() && offer_ui(ui, &mut line, offer_height);
        let field = prompt_ui(ui, terminal, &mut line, actions);
        if chosen || ground.clicked() {
            // The click took the keyboard away from it.
            field.request_focus();
        }
        ui.data_mut(|data| data.insert_temp(id, line));
    });
}

/// As high as the heading of the events beside it, which has a field in it.
fn tabs_ui(ui: &mut Ui, terminal: &TerminalView, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        icon::section(ui, "Terminal");
        ui.spacing_mut().item_spacing.x = 3.0;
        for (tab, program) in terminal.tabs.iter().enumerate() {
            let chosen = tab == terminal.front;
            let color = if chosen { theme::TEXT } else { theme::TEXT_SOFT };
            let text = RichText::new(format!("{} {program}", tab + 1)).size(12.5).color(color);
            let button = ui.add(Button::selectable(chosen, text));
            button.widget_info(|| WidgetInfo::selected(WidgetType::Button, true, chosen, format!("Tab {}: {program}", tab + 1)));
            if button.clicked() && !chosen {
                actions.push(Action::SelectTab(tab));
            }
            if terminal.tabs.len() > 1 && named(ui.small_button("×"), &format!("Close tab {}", tab + 1)).clicked() {
                actions.push(Action::CloseTab(tab));
            }
        }
        if named(ui.small_button("+"), "New tab (Ctrl+Shift+T)").clicked() {
            actions.push(Action::OpenTab);
        }
    });
}

fn named(response: Response, name: &str) -> Response {
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, name));
    response.on_hover_text(name)
}

fn scroll_back_ui(ui: &mut Ui, terminal: &TerminalView, height: f32) {
    let row = ui.fonts_mut(|fonts| fonts.row_height(&font()));
    ScrollArea::both()
        .id_salt(("scroll-back", terminal.front))
        .max_height(height)
        .auto_shrink([false, true])
        .stick_to_bottom(true)
        .show_rows(ui, row, terminal.lines.len(), |ui, rows| {
            for line in &terminal.lines[rows] {
                ui.add(Label::new(coloured(line)).extend());
            }
        });
}

fn coloured(line: &TerminalLine) -> LayoutJob {
    let (mut job, mut from) = (LayoutJob::default(), 0);
    let usual = theme::terminal(line.kind);
    for (end, ink) in line.inks.iter().copied().chain([(line.text.len(), Ink::Usual)]) {
        let color = match ink {
            Ink::Usual => usual,
            Ink::Ansi(color) => theme::ansi(color),
        };
        job.append(&line.text[from..end], 0.0, TextFormat::simple(font(), color));
        from = end;
    }
    job
}

fn font() -> FontId {
    FontId::monospace(12.5)
}

pub fn prompt_id() -> egui::Id {
    egui::Id::new("terminal prompt")
}

/// Takes over the answer to the Tab key, if the line is still the one that it is about.
fn take_completion(ui: &Ui, line: &mut Line, completion: &CompletionView) {
    if line.asked.as_deref() != Some(&completion.line) {
        return;
    }
    line.asked = None;
    if !line.text.starts_with(&completion.line) {
        return;
    }
    line.from = completion.from;
    let word = &completion.line[completion.from..];
    let texts: Vec<&str> = completion.candidates.iter().map(|candidate| candidate.text.as_str()).collect();
    match texts.as_slice() {
        [] => {}
        [only] => insert(ui, line, completion.line.len(), &finished(only)),
        _ => {
            let common = common_start(&texts);
            if common.len() > word.len() {
                insert(ui, line, completion.line.len(), &common);
            }
            line.offered = completion.candidates.clone();
        }
    }
}

/// A whole word, after which the next one can be typed; a folder and a flag that wants a value go on.
fn finished(word: &str) -> String {
    if word.ends_with(['/', '=']) { word.to_owned() } else { format!("{word} ") }
}

/// What all texts begin with.
fn common_start(texts: &[&str]) -> String {
    let first = texts.first().copied().unwrap_or_default();
    let same = |index: usize, c: char| texts.iter().all(|text| text[index..].starts_with(c));
    first.char_indices().take_while(|(index, c)| texts.iter().all(|text| text.is_char_boundary(*index)) && same(*index, *c)).map(|(_, c)| c).collect()
}

/// Puts a text in the place of the word that ends at `to`, and the cursor behind it.
fn insert(ui: &Ui, line: &mut Line, to: usize, text: &str) {
    line.text.replace_range(line.from..to.min(line.text.len()), text);
    line.offered.clear();
    let cursor = line.text[..line.from + text.len()].chars().count();
    let mut state = TextEditState::load(ui.ctx(), prompt_id()).unwrap_or_default();
    state.cursor.set_char_range(Some(CCursorRange::one(CCursor::new(cursor))));
    state.store(ui.ctx(), prompt_id());
}

/// As many rows as the candidates take, and never more than half of the terminal.
fn offer_height(ui: &Ui, line: &Line) -> f32 {
    let (cell, row) = ui.fonts_mut(|fonts| (fonts.glyph_width(&font(), '0'), fonts.row_height(&font())));
    let (mut rows, mut across) = (f32::from(!line.offered.is_empty()), 0.0);
    for candidate in line.offered.iter().take(OFFERED) {
        let width = candidate.text.chars().count() as f32 * cell + BETWEEN_CANDIDATES;
        if across > 0.0 && across + width > ui.available_width() {
            (rows, across) = (rows + 1.0, 0.0);
        }
        across += width;
    }
    (rows * (row + 4.0)).min(ui.available_height() * 0.5)
}

/// Whether one was chosen.
fn offer_ui(ui: &mut Ui, line: &mut Line, height: f32) -> bool {
    let mut chosen = None;
    ScrollArea::vertical().id_salt("offered").min_scrolled_height(0.0).max_height(height).auto_shrink([false, false]).show(ui, |ui| {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = egui::vec2(BETWEEN_CANDIDATES, 2.0);
            for candidate in line.offered.iter().take(OFFERED) {
                let text = RichText::new(&candidate.text).font(font()).color(theme::ACCENT);
                let mut link = ui.add(Label::new(text).sense(egui::Sense::click()));
                if !candidate.about.is_empty() {
                    link = link.on_hover_text(&candidate.about);
                }
                link.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, format!("Complete {}", candidate.text)));
                if link.clicked() {
                    chosen = Some(candidate.text.clone());
                }
            }
            if line.offered.len() > OFFERED {
                ui.label(RichText::new(format!("and {} more", line.offered.len() - OFFERED)).font(font()).color(theme::TEXT_FAINT));
            }
        });
    });
    if let Some(text) = &chosen {
        let end = line.text[line.from..].find(char::is_whitespace).map_or(line.text.len(), |at| line.from + at);
        insert(ui, line, end, &finished(text));
    }
    chosen.is_some()
}

fn prompt_ui(ui: &mut Ui, terminal: &TerminalView, line: &mut Line, actions: &mut Vec<Action>) -> Response {
    if ui.memory(|memory| memory.has_focus(prompt_id())) {
        keys(ui, terminal, line, actions);
    }
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
        field.widget_info(|| WidgetInfo::labeled(WidgetType::TextEdit, true, "Terminal line"));
        if field.changed() {
            line.offered.clear();
            line.asked = None;
        }
        if field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
            actions.push(Action::Type(std::mem::take(&mut line.text)));
            *line = Line::default();
            field.request_focus();
        }
        field
    })
    .inner
}

/// The keys that mean something else here than in a field of text.
fn keys(ui: &mut Ui, terminal: &TerminalView, line: &mut Line, actions: &mut Vec<Action>) {
    paste(ui, line, actions);
    let pressed = |modifiers, key| ui.input_mut(|input| input.consume_key(modifiers, key));
    let (shifted, control) = (Modifiers::CTRL | Modifiers::SHIFT, Modifiers::CTRL);
    let (open, close, next) = (pressed(shifted, Key::T), pressed(shifted, Key::W), pressed(control, Key::PageDown));
    let (tab, up, down) = (pressed(Modifiers::NONE, Key::Tab), pressed(Modifiers::NONE, Key::ArrowUp), pressed(Modifiers::NONE, Key::ArrowDown));
    let (end, erase, clear) = (pressed(control, Key::D), pressed(control, Key::U), pressed(control, Key::L));
    let interrupt = ui.input(|input| input.modifiers.ctrl && !input.modifiers.shift && input.key_pressed(Key::C));
    if open {
        actions.push(Action::OpenTab);
    }
    if close {
        actions.push(Action::CloseTab(terminal.front));
    }
    if next {
        actions.push(Action::SelectTab((terminal.front + 1) % terminal.tabs.len().max(1)));
    }
    if tab {
        let cursor = TextEditState::load(ui.ctx(), prompt_id()).and_then(|state| state.cursor.char_range()).map(|range| range.primary.index);
        let cursor = cursor.and_then(|index| line.text.char_indices().nth(usize::from(index))).map_or(line.text.len(), |(at, _)| at);
        line.asked = Some(line.text[..cursor].to_owned());
        actions.push(Action::Complete { line: line.text.clone(), cursor });
    }
    if up || down {
        recall(line, &terminal.history, up);
        line.from = 0;
        let text = line.text.clone();
        insert(ui, line, text.len(), &text);
    }
    if interrupt {
        *line = Line::default();
        actions.push(Action::Interrupt);
    }
    if end && line.text.is_empty() {
        actions.push(Action::EndOfInput);
    }
    if erase {
        *line = Line::default();
    }
    if clear && !terminal.busy {
        actions.push(Action::Type("clear".to_owned()));
    }
}

/// Several lines that are pasted are typed one after the other; the last one waits to be completed.
fn paste(ui: &mut Ui, line: &mut Line, actions: &mut Vec<Action>) {
    let pasted = ui.input_mut(|input| {
        let at = input.events.iter().position(|event| matches!(event, Event::Paste(text) if text.contains('\n')))?;
        match input.events.remove(at) {
            Event::Paste(text) => Some(text),
            _ => None,
        }
    });
    let Some(text) = pasted else { return };
    let text = format!("{}{}", std::mem::take(&mut line.text), text.replace("\r\n", "\n"));
    let (whole, rest) = text.rsplit_once('\n').unwrap_or(("", &text));
    actions.extend(whole.split('\n').map(|line| Action::Type(line.to_owned())));
    *line = Line { text: rest.to_owned(), ..Line::default() };
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

    #[test]
    fn what_candidates_share_is_found() {
        for (texts, wanted) in [(&["pods", "podtemplates"][..], "pod"), (&["a", "b"], ""), (&["näher", "nähen"], "nähe"), (&["ä", "ö"], ""), (&[], "")] {
            assert_eq!(common_start(texts), wanted, "{texts:?}");
        }
    }
}
