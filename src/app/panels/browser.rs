//! The browser: what is behind an address, as from the student's laptop.

use egui::text::{LayoutJob, TextFormat};
use egui::{FontId, Key, Label, RichText, ScrollArea, Sense, Stroke, TextEdit, Ui, WidgetInfo, WidgetType};

use super::icon;
use crate::model::{Action, BrowserView, Model, PageView, ShownView, SpanView};
use crate::theme;

/// What is typed in the address bar, where the person has been, and whether the source is looked at.
#[derive(Clone, Default)]
struct Bar {
    text: String,
    /// The address that the bar followed last.
    followed: String,
    been: Vec<String>,
    source: bool,
}

pub fn browser_ui(ui: &mut Ui, model: &Model, actions: &mut Vec<Action>) {
    if !model.browsing {
        return;
    }
    let view = &model.snapshot.browser;
    let room = ui.max_rect().size();
    let mut open = true;
    egui::Window::new("Browser")
        .id(egui::Id::new("browser window"))
        .open(&mut open)
        .collapsible(false)
        .default_size([(room.x * 0.5).clamp(460.0, 760.0), (room.y * 0.6).max(320.0)])
        .default_pos([room.x * 0.24, 76.0])
        .frame(theme::panel_frame())
        .show(ui.ctx(), |ui| {
            let id = egui::Id::new("browser bar");
            let mut bar = ui.data(|data| data.get_temp::<Bar>(id).unwrap_or_default());
            if bar.followed != view.address {
                bar.text.clone_from(&view.address);
                bar.followed.clone_from(&view.address);
            }
            bar_ui(ui, view, &mut bar, actions);
            places_ui(ui, view, &mut bar, actions);
            shown_ui(ui, view, &mut bar, actions);
            ui.data_mut(|data| data.insert_temp(id, bar));
        });
    if !open {
        actions.push(Action::ShowBrowser(false));
    }
}

/// Goes somewhere, and remembers where from.
fn go(address: &str, bar: &mut Bar, actions: &mut Vec<Action>) {
    if !bar.followed.is_empty() && bar.followed != address {
        bar.been.push(bar.followed.clone());
    }
    actions.push(Action::Browse { address: address.to_owned(), trusting: false });
}

fn bar_ui(ui: &mut Ui, view: &BrowserView, bar: &mut Bar, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        if ui.add_enabled(!bar.been.is_empty(), egui::Button::new("Back")).clicked()
            && let Some(address) = bar.been.pop()
        {
            actions.push(Action::Browse { address, trusting: false });
        }
        if ui.add_enabled(!view.address.is_empty(), egui::Button::new("Reload")).clicked() {
            actions.push(Action::Browse { address: view.address.clone(), trusting: false });
        }
        let field = TextEdit::singleline(&mut bar.text).id(egui::Id::new("address")).hint_text("http://10.0.1.1:30080/").desired_width(ui.available_width() - 4.0);
        let field = ui.add(field);
        field.widget_info(|| WidgetInfo::labeled(WidgetType::TextEdit, true, "Address"));
        if field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) && !bar.text.trim().is_empty() {
            let address = bar.text.trim().to_owned();
            go(&address, bar, actions);
        }
    });
}

fn places_ui(ui: &mut Ui, view: &BrowserView, bar: &mut Bar, actions: &mut Vec<Action>) {
    ui.horizontal_wrapped(|ui| {
        icon::section(ui, "Reachable from here");
        if view.places.is_empty() {
            ui.label(RichText::new("nothing yet: expose a Service as NodePort or LoadBalancer, or forward a port").size(12.5).color(theme::TEXT_FAINT));
        }
        for place in &view.places {
            let link = ui.link(RichText::new(&place.name).size(13.0)).on_hover_text(&place.address);
            link.widget_info(|| WidgetInfo::labeled(WidgetType::Link, true, format!("Open {} at {}", place.name, place.address)));
            if link.clicked() {
                go(&place.address, bar, actions);
            }
        }
    });
    ui.add_space(4.0);
}

fn shown_ui(ui: &mut Ui, view: &BrowserView, bar: &mut Bar, actions: &mut Vec<Action>) {
    match &view.shown {
        ShownView::Nothing => {
            ui.label(RichText::new("Type an address, or click one of the Services above.").color(theme::TEXT_SOFT));
        }
        ShownView::Loading => {
            ui.label(RichText::new(format!("Loading {} …", view.address)).color(theme::TEXT_SOFT));
        }
        ShownView::Failed(why) => {
            ui.label(RichText::new("This site can't be reached").size(17.0).strong().color(theme::BAD));
            ui.add(Label::new(RichText::new(why).monospace()).wrap());
        }
        ShownView::Untrusted(why) => {
            ui.label(RichText::new("Your connection is not private").size(17.0).strong().color(theme::ATTENTION));
            ui.add(Label::new(RichText::new(why).monospace()).wrap());
            if ui.button("Go on all the same").clicked() {
                actions.push(Action::Browse { address: view.address.clone(), trusting: true });
            }
        }
        ShownView::Page(page) => page_ui(ui, page, bar, actions),
    }
}

fn page_ui(ui: &mut Ui, page: &PageView, bar: &mut Bar, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        let color = if page.good { theme::GOOD } else { theme::ATTENTION };
        ui.label(RichText::new(&page.status).monospace().color(color));
        ui.toggle_value(&mut bar.source, RichText::new("Source").size(12.5));
    });
    if bar.source {
        theme::well_frame().show(ui, |ui| {
            ScrollArea::both().id_salt("source").auto_shrink([false, false]).show(ui, |ui| {
                for (name, value) in &page.headers {
                    ui.add(Label::new(RichText::new(format!("{name}: {value}")).monospace().color(theme::TEXT_SOFT)).extend());
                }
                ui.add_space(6.0);
                ui.add(Label::new(RichText::new(&page.source).monospace().color(theme::TEXT)).extend());
            });
        });
        return;
    }
    theme::well_frame().fill(theme::PAPER).show(ui, |ui| {
        let row = ui.fonts_mut(|fonts| fonts.row_height(&FontId::monospace(13.0)));
        ui.spacing_mut().item_spacing = egui::vec2(0.0, 2.0);
        ScrollArea::both().id_salt("page").auto_shrink([false, false]).show_rows(ui, row, page.lines.len(), |ui, rows| {
            for line in &page.lines[rows] {
                ui.horizontal(|ui| {
                    ui.set_min_height(row);
                    for span in line {
                        span_ui(ui, span, bar, actions);
                    }
                });
            }
        });
    });
}

fn span_ui(ui: &mut Ui, span: &SpanView, bar: &mut Bar, actions: &mut Vec<Action>) {
    let usual = match span {
        SpanView { link: Some(_), .. } => theme::PAPER_LINK,
        SpanView { strong: true, .. } => theme::PAPER_STRONG,
        _ => theme::PAPER_INK,
    };
    let mut format = TextFormat::simple(FontId::monospace(13.0), span.ink.map_or(usual, theme::of_page));
    let ground = span.ground.map(theme::of_page).or(span.code.then_some(theme::PAPER_CODE));
    format.background = ground.unwrap_or(format.background);
    if span.link.is_some() {
        format.underline = Stroke::new(1.0, format.color);
    }
    let mut job = LayoutJob::default();
    job.append(&span.text, 0.0, format);
    let label = Label::new(job).extend();
    let Some(target) = &span.link else {
        ui.add(label);
        return;
    };
    let link = ui.add(label.sense(Sense::click())).on_hover_cursor(egui::CursorIcon::PointingHand).on_hover_text(target);
    link.widget_info(|| WidgetInfo::labeled(WidgetType::Link, true, &span.text));
    if link.clicked() {
        go(target, bar, actions);
    }
}
