//! The first tab of what is selected: facts, containers, conditions.

use egui::{Grid, Label, RichText, Sense, Ui, Vec2, WidgetInfo, WidgetType};

use super::icon;
use crate::look::Icon;
use crate::model::{ConditionView, ContainerView, Details, Kind, Model, NodeView};
use crate::theme;

pub fn summary_ui(ui: &mut Ui, model: &Model, details: &Details) {
    theme::card_frame().show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        facts(ui, &details.facts);
        if details.object.kind == Kind::Node
            && let Some(node) = model.snapshot.cluster.node(&details.object.name)
        {
            requests(ui, node);
        }
        if !details.containers.is_empty() {
            ui.add_space(4.0);
            icon::section(ui, "Containers");
            details.containers.iter().for_each(|container| container_ui(ui, container));
        }
        if !details.conditions.is_empty() {
            ui.add_space(4.0);
            icon::section(ui, "Conditions");
            details.conditions.iter().for_each(|condition| condition_ui(ui, condition));
        }
    });
}

fn facts(ui: &mut Ui, facts: &[(String, String)]) {
    ui.spacing_mut().interact_size.y = 19.0;
    Grid::new("facts").num_columns(2).spacing([14.0, 4.0]).min_col_width(74.0).show(ui, |ui| {
        for (name, value) in facts {
            ui.label(RichText::new(name).size(13.0).color(theme::TEXT_SOFT));
            ui.add(Label::new(RichText::new(value).size(13.0)).truncate()).on_hover_text(value);
            ui.end_row();
        }
    });
}

fn requests(ui: &mut Ui, node: &NodeView) {
    ui.add_space(4.0);
    icon::section(ui, "Requested");
    let cpu =
        format!("{} of {} CPU", decimal(node.cpu_requested_millis, 1000), decimal(node.cpu_allocatable_millis, 1000));
    gauge(ui, &cpu, node.cpu_requested_millis, node.cpu_allocatable_millis);
    let gi = 1 << 30;
    let memory = format!(
        "{} of {} Gi memory",
        decimal(node.memory_requested_bytes, gi),
        decimal(node.memory_allocatable_bytes, gi)
    );
    gauge(ui, &memory, node.memory_requested_bytes, node.memory_allocatable_bytes);
}

/// `1500` thousandths read `1.5`.
fn decimal(amount: u64, unit: u64) -> String {
    let text = format!("{:.2}", amount as f64 / unit as f64);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn gauge(ui: &mut Ui, text: &str, part: u64, whole: u64) {
    ui.label(RichText::new(text).size(12.5));
    let (area, response) = ui.allocate_exact_size(Vec2::new(ui.available_width(), 7.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::ProgressIndicator, true, text));
    let share = if whole == 0 { 0.0 } else { (part as f32 / whole as f32).min(1.0) };
    ui.painter().rect_filled(area, 3.0, theme::LINE);
    let done = egui::Rect::from_min_size(area.min, Vec2::new(area.width() * share, area.height()));
    ui.painter().rect_filled(done, 3.0, theme::ACCENT);
}

fn container_ui(ui: &mut Ui, container: &ContainerView) {
    ui.horizontal(|ui| {
        let (sign, color) = if container.ready { (Icon::Check, theme::GOOD) } else { (Icon::Ring, theme::ATTENTION) };
        icon::icon(ui, sign, 15.0, color);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            ui.label(RichText::new(format!("{} · {}", container.name, container.state)).size(13.0));
            let restarts = match container.restarts {
                0 => String::new(),
                1 => " · 1 restart".to_owned(),
                count => format!(" · {count} restarts"),
            };
            let text = format!("{}{restarts}", container.image);
            ui.add(Label::new(RichText::new(text).size(12.0).color(theme::TEXT_SOFT)).truncate());
        });
    });
}

fn condition_ui(ui: &mut Ui, condition: &ConditionView) {
    ui.horizontal(|ui| {
        let (sign, color) = match condition.status.as_str() {
            "True" => (Icon::Check, theme::GOOD),
            "False" => (Icon::Cross, theme::TEXT_SOFT),
            _ => (Icon::Question, theme::ATTENTION),
        };
        icon::icon(ui, sign, 14.0, color);
        let reason = if condition.reason.is_empty() { String::new() } else { format!(" · {}", condition.reason) };
        let text = format!("{} {}{reason}", condition.kind, condition.status);
        ui.add(Label::new(RichText::new(text).size(12.5)).truncate()).on_hover_text(&condition.message);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_read_without_trailing_zeros() {
        assert_eq!([decimal(1500, 1000), decimal(4000, 1000), decimal(0, 1000)], ["1.5", "4", "0"]);
    }
}
