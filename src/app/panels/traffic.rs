//! Load generators: what they send, how it ends, how long it takes, and which version answers.

use std::time::Duration;

use egui::{Label, Rect, RichText, Sense, Ui, Vec2, WidgetInfo, WidgetType};

use super::icon;
use crate::look::Icon;
use crate::model::{GeneratorView, Model};
use crate::theme;

pub fn traffic_ui(ui: &mut Ui, model: &Model) {
    let generators = &model.snapshot.traffic.generators;
    if generators.is_empty() {
        return;
    }
    icon::section(ui, "Traffic");
    for generator in generators {
        theme::card_frame().show(ui, |ui| {
            ui.set_min_width(ui.available_width());
            generator_ui(ui, generator);
        });
        ui.add_space(4.0);
    }
}

fn generator_ui(ui: &mut Ui, generator: &GeneratorView) {
    ui.horizontal(|ui| {
        ui.add(Label::new(RichText::new(&generator.name).size(15.5).strong()));
        ui.label(RichText::new(format!("to {} · {}", generator.target, generator.load)).size(12.5).color(theme::TEXT_FAINT));
        if !generator.running {
            icon::chip(ui, Some(Icon::Pause), "stopped", theme::TEXT_SOFT);
        }
    });
    figures(ui, generator);
    chart(ui, generator);
    if !generator.shares.is_empty() {
        shares(ui, generator);
    }
    if !generator.failures.is_empty() {
        let kinds: Vec<String> = generator.failures.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
        let text = format!("Failed since the start: {}", kinds.join(", "));
        ui.add(Label::new(RichText::new(text).size(12.5).color(theme::BAD)).wrap());
    }
}

fn figures(ui: &mut Ui, generator: &GeneratorView) {
    let success = generator.success_percent;
    let good = if success.is_none_or(|percent| percent >= 100.0) { theme::GOOD } else { theme::BAD };
    let numbers = [
        ("sent", generator.sent.to_string(), theme::TEXT),
        ("succeed", success.map_or("–".to_owned(), percent), good),
        ("median", generator.median.map_or("–".to_owned(), short), theme::TEXT),
        ("99 of 100", generator.slowest_percent.map_or("–".to_owned(), short), theme::TEXT),
    ];
    // Two by two in a narrow panel.
    let across = if ui.available_width() >= 290.0 { 4 } else { 2 };
    for row in numbers.chunks(across) {
        ui.columns(across, |columns| {
            for (column, (word, number, color)) in columns.iter_mut().zip(row) {
                column.spacing_mut().item_spacing.y = 0.0;
                let figure = column.add(Label::new(RichText::new(number).size(17.0).color(*color)).extend());
                figure.widget_info(|| WidgetInfo::labeled(WidgetType::Label, true, format!("{} {word} {number}", generator.name)));
                column.add(Label::new(RichText::new(*word).size(12.0).color(theme::TEXT_SOFT)).extend());
            }
        });
    }
}

/// Never rounded up to 100: one lost request in a thousand is news.
fn percent(percent: f64) -> String {
    if percent >= 100.0 { "100%".to_owned() } else { format!("{:.1}%", (percent * 10.0).floor() / 10.0) }
}

fn short(time: Duration) -> String {
    let millis = time.as_secs_f64() * 1000.0;
    if millis < 10.0 {
        format!("{millis:.1} ms")
    } else if millis < 1000.0 {
        format!("{millis:.0} ms")
    } else {
        format!("{:.1} s", millis / 1000.0)
    }
}

/// A bar for each second of the last minute: good ends below, bad ones above them.
fn chart(ui: &mut Ui, generator: &GeneratorView) {
    let (area, response) = ui.allocate_exact_size(Vec2::new(ui.available_width(), 34.0), Sense::hover());
    let painter = ui.painter();
    painter.rect_filled(area, 2.0, theme::WELL);
    let most = generator.seconds.iter().map(|(good, bad)| good + bad).max().unwrap_or(0).max(1) as f32;
    let wide = area.width() / 60.0;
    let first = 60_usize.saturating_sub(generator.seconds.len());
    for (place, (good, bad)) in generator.seconds.iter().enumerate() {
        let left = area.min.x + (first + place) as f32 * wide;
        let mut bottom = area.max.y;
        for (count, color) in [(*good, theme::GOOD), (*bad, theme::BAD)] {
            let high = area.height() * count as f32 / most;
            // A single failure among hundreds must be seen.
            let high = if count > 0 { high.max(2.0) } else { 0.0 };
            let bar = Rect::from_min_max(egui::pos2(left, bottom - high), egui::pos2(left + wide - 1.0, bottom));
            painter.rect_filled(bar.intersect(area), 0.0, color);
            bottom -= high;
        }
    }
    response.on_hover_text(format!("Requests that ended in each second of the last minute; the highest bar is {most}."));
}

/// One bar divided by the versions that answered in the last ten seconds.
fn shares(ui: &mut Ui, generator: &GeneratorView) {
    let (area, _) = ui.allocate_exact_size(Vec2::new(ui.available_width(), 9.0), Sense::hover());
    let mut left = area.min.x;
    for share in &generator.shares {
        let wide = area.width() * share.percent as f32 / 100.0;
        let part = Rect::from_min_max(egui::pos2(left, area.min.y), egui::pos2(left + wide - 1.0, area.max.y));
        ui.painter().rect_filled(part, 2.0, theme::version(share.version));
        left += wide;
    }
    ui.horizontal_wrapped(|ui| {
        for share in &generator.shares {
            icon::swatch(ui, share.version, 14.0);
            let text = format!("{} {:.0}%", share.name, share.percent);
            let label = ui.label(RichText::new(&text).size(12.5).color(theme::TEXT_SOFT));
            label.widget_info(|| WidgetInfo::labeled(WidgetType::Label, true, format!("{} answers from {text}", generator.name)));
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_request_is_never_rounded_away() {
        assert_eq!([percent(100.0), percent(99.99), percent(33.33)], ["100%", "99.9%", "33.3%"]);
    }

    #[test]
    fn times_read_in_their_unit() {
        let texts = [400, 12_000, 3_400_000].map(|micros| short(Duration::from_micros(micros)));
        assert_eq!(texts, ["0.4 ms", "12 ms", "3.4 s"]);
    }
}
