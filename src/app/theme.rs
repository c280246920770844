//! Every colour, size and text style of the app, by what it means. No other file names a raw colour.
//!
//! Light on dark. Versions that follow one another differ for people with any of the common colour deficiencies, and colour
//! never carries a meaning alone: each version also has a shape, each stage an icon.
#![allow(clippy::disallowed_methods, reason = "this is where the colours are made")]

use bevy::color::LinearRgba;
use egui::{Color32, CornerRadius, FontFamily, FontId, Margin, Shadow, Stroke, TextStyle, Visuals};

use crate::model::{EventKind, LineKind, ObjectiveState, Stage};

const fn rgb(hex: u32) -> Color32 {
    Color32::from_rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

/// Behind the scene.
pub const BACKDROP: Color32 = rgb(0x0d121b);
pub const PANEL: Color32 = rgb(0x141a25);
/// A card on a panel.
pub const CARD: Color32 = rgb(0x1b2331);
pub const CARD_HOVERED: Color32 = rgb(0x243044);
/// Where text is typed or printed.
pub const WELL: Color32 = rgb(0x0b0f17);
pub const LINE: Color32 = rgb(0x2a3547);
/// Around what can be pressed or ticked.
pub const CONTROL_LINE: Color32 = rgb(0x46566f);
pub const TEXT: Color32 = rgb(0xe8edf6);
pub const TEXT_SOFT: Color32 = rgb(0xa9b5c9);
/// For what is there only to be found when looked for. Still 4.5:1 on a panel.
pub const TEXT_FAINT: Color32 = rgb(0x8492aa);
pub const ACCENT: Color32 = rgb(0x79bbff);
pub const GOOD: Color32 = rgb(0x4fd1a5);
pub const ATTENTION: Color32 = rgb(0xf2b84b);
pub const BAD: Color32 = rgb(0xff7a66);
/// Ink on a bright fill.
pub const INK: Color32 = rgb(0x0d121b);
pub const SELECTION: Color32 = rgb(0xffffff);

/// A node's plate, lit from the upper left.
pub const PLATE_TOP: Color32 = rgb(0x212b3c);
pub const PLATE_EDGE: Color32 = rgb(0x3a4960);
pub const PLATE_LEFT: Color32 = rgb(0x1a2333);
pub const PLATE_RIGHT: Color32 = rgb(0x151d2a);
pub const PLATE_SLOT: Color32 = rgb(0x1c2534);
pub const PLATE_SILENT_TOP: Color32 = rgb(0x1d1a20);
pub const PLATE_HATCH: Color32 = rgb(0x4d4530);
/// The queue of pods without a node.
pub const LANE: Color32 = rgb(0x151c29);
pub const GAUGE_CPU: Color32 = rgb(0x5d86b8);
pub const GAUGE_MEMORY: Color32 = rgb(0x4d6f98);
/// What a token's shadow makes of a plate.
pub const SHADOW: Color32 = rgb(0x151b27);
/// Behind small text that stands in the scene.
pub const LABEL_GROUND: Color32 = Color32::from_rgba_premultiplied(11, 15, 23, 215);
/// A token whose containers are not there yet, or are going away.
pub const HUSK: Color32 = rgb(0x3b475b);
/// A pod that no template made.
pub const UNVERSIONED: Color32 = rgb(0x8e9db5);

/// A page in the browser, and what is written on it.
pub const PAPER: Color32 = rgb(0xf7f9fc);
pub const PAPER_INK: Color32 = rgb(0x3a4354);
pub const PAPER_STRONG: Color32 = rgb(0x0d121b);
pub const PAPER_CODE: Color32 = rgb(0xe6eaf1);
pub const PAPER_LINK: Color32 = rgb(0x0b57d0);

/// A colour that a page names itself.
pub fn of_page([red, green, blue]: [u8; 3]) -> Color32 {
    Color32::from_rgb(red, green, blue)
}

/// In the order in which versions appear; neighbours differ most.
pub const VERSIONS: [Color32; 6] =
    [rgb(0x4797e8), rgb(0xf0a53a), rgb(0xe8a3ee), rgb(0x27a98a), rgb(0xf3e674), rgb(0xdb6a52)];

pub fn version(index: Option<usize>) -> Color32 {
    index.map_or(UNVERSIONED, |index| VERSIONS[index % VERSIONS.len()])
}

pub fn stage(stage: Stage) -> Color32 {
    match stage {
        Stage::Ready | Stage::Succeeded => GOOD,
        Stage::Pulling => ACCENT,
        Stage::Starting | Stage::NotReady => ATTENTION,
        Stage::BackOff | Stage::Failed => BAD,
        Stage::Pending => TEXT,
        Stage::Terminating => TEXT_SOFT,
        Stage::Unknown => rgb(0xc3a1ff),
    }
}

pub fn event(kind: EventKind) -> Color32 {
    match kind {
        EventKind::Normal => TEXT_SOFT,
        EventKind::Warning => ATTENTION,
    }
}

pub fn objective(state: ObjectiveState) -> Color32 {
    match state {
        ObjectiveState::Open => TEXT_FAINT,
        ObjectiveState::Holding => GOOD,
        ObjectiveState::Met => GOOD,
        ObjectiveState::Failed => BAD,
    }
}

pub fn terminal(kind: LineKind) -> Color32 {
    match kind {
        LineKind::Input => ACCENT,
        LineKind::Output => TEXT,
        LineKind::Error => BAD,
        LineKind::Note => ATTENTION,
    }
}

/// The sixteen colours that programs print in, such that all of them read on [`WELL`].
pub fn ansi(color: u8) -> Color32 {
    match color {
        0 | 8 => TEXT_FAINT,
        1 | 9 => BAD,
        2 | 10 => GOOD,
        3 | 11 => ATTENTION,
        4 | 12 => ACCENT,
        5 | 13 => rgb(0xd7a1ff),
        6 | 14 => rgb(0x6fd6e0),
        _ => TEXT,
    }
}

/// `amount` 0 gives `from`, 1 gives `to`.
pub fn mix(from: Color32, to: Color32, amount: f32) -> Color32 {
    let channel = |a: u8, b: u8| (f32::from(a) + (f32::from(b) - f32::from(a)) * amount.clamp(0.0, 1.0)).round() as u8;
    Color32::from_rgb(channel(from.r(), to.r()), channel(from.g(), to.g()), channel(from.b(), to.b()))
}

pub fn lighter(color: Color32, amount: f32) -> Color32 {
    mix(color, Color32::WHITE, amount)
}

pub fn darker(color: Color32, amount: f32) -> Color32 {
    mix(color, BACKDROP, amount)
}

/// The same colour for a mesh's vertices, which are linear.
pub fn linear(color: Color32) -> [f32; 4] {
    bevy_color(color).to_f32_array()
}

pub fn bevy_color(color: Color32) -> LinearRgba {
    bevy::color::Srgba::rgb_u8(color.r(), color.g(), color.b()).into()
}

trait ToArray {
    fn to_f32_array(self) -> [f32; 4];
}

impl ToArray for LinearRgba {
    fn to_f32_array(self) -> [f32; 4] {
        [self.red, self.green, self.blue, self.alpha]
    }
}

/// Gives egui the app's look.
pub fn apply(ctx: &egui::Context) {
    ctx.set_theme(egui::Theme::Dark);
    ctx.all_styles_mut(|style| {
        style.visuals = visuals();
        style.animation_time = 0.0;
        style.spacing.item_spacing = egui::vec2(8.0, 6.0);
        style.spacing.button_padding = egui::vec2(10.0, 5.0);
        style.spacing.interact_size.y = 26.0;
        style.interaction.selectable_labels = true;
        style.text_styles = [
            (TextStyle::Small, FontId::new(11.5, FontFamily::Proportional)),
            (TextStyle::Body, FontId::new(14.0, FontFamily::Proportional)),
            (TextStyle::Button, FontId::new(13.5, FontFamily::Proportional)),
            (TextStyle::Heading, FontId::new(18.0, FontFamily::Proportional)),
            (TextStyle::Monospace, FontId::new(12.5, FontFamily::Monospace)),
        ]
        .into();
    });
}

fn visuals() -> Visuals {
    let mut visuals = Visuals::dark();
    visuals.override_text_color = None;
    visuals.weak_text_color = Some(TEXT_SOFT);
    visuals.panel_fill = PANEL;
    visuals.window_fill = CARD;
    visuals.window_stroke = Stroke::new(1.0, LINE);
    visuals.window_corner_radius = CornerRadius::same(8);
    visuals.menu_corner_radius = CornerRadius::same(8);
    visuals.popup_shadow = Shadow { offset: [0, 6], blur: 18, spread: 0, color: Color32::from_black_alpha(120) };
    visuals.extreme_bg_color = WELL;
    visuals.code_bg_color = WELL;
    visuals.faint_bg_color = CARD;
    visuals.hyperlink_color = ACCENT;
    visuals.warn_fg_color = ATTENTION;
    visuals.error_fg_color = BAD;
    visuals.selection.bg_fill = mix(PANEL, ACCENT, 0.30);
    visuals.selection.stroke = Stroke::new(1.0, TEXT);
    visuals.button_frame = true;
    // A blinking cursor would draw the whole window twice a second.
    visuals.text_cursor.blink = false;
    let widgets = &mut visuals.widgets;
    for (state, fill, line, text) in [
        (&mut widgets.noninteractive, PANEL, LINE, TEXT),
        (&mut widgets.inactive, CARD_HOVERED, CONTROL_LINE, TEXT),
        (&mut widgets.hovered, mix(CARD_HOVERED, ACCENT, 0.18), ACCENT, TEXT),
        (&mut widgets.active, mix(CARD_HOVERED, ACCENT, 0.35), ACCENT, TEXT),
        (&mut widgets.open, CARD_HOVERED, LINE, TEXT),
    ] {
        state.bg_fill = fill;
        state.weak_bg_fill = fill;
        state.bg_stroke = Stroke::new(1.0, line);
        state.fg_stroke = Stroke::new(1.0, text);
        state.corner_radius = CornerRadius::same(5);
        state.expansion = 0.0;
    }
    visuals
}

pub fn panel_frame() -> egui::Frame {
    egui::Frame::NONE.fill(PANEL).inner_margin(Margin::symmetric(14, 12))
}

pub fn card_frame() -> egui::Frame {
    egui::Frame::NONE.fill(CARD).corner_radius(CornerRadius::same(8)).inner_margin(Margin::symmetric(12, 10))
}

pub fn well_frame() -> egui::Frame {
    egui::Frame::NONE.fill(WELL).corner_radius(CornerRadius::same(6)).inner_margin(Margin::symmetric(10, 8))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance of WCAG 2.
    fn luminance(color: Color32) -> f32 {
        let [red, green, blue, _] = linear(color);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    fn contrast(a: Color32, b: Color32) -> f32 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn every_colour_of_programs_and_pages_reads() {
        for color in (0..16).map(ansi) {
            assert!(contrast(color, WELL) >= 4.5, "{color:?}");
        }
        for ink in [PAPER_INK, PAPER_STRONG, PAPER_LINK] {
            assert!(contrast(ink, PAPER) >= 4.5 && contrast(ink, PAPER_CODE) >= 4.5, "{ink:?}");
        }
    }

    #[test]
    fn every_text_colour_reads_on_every_surface() {
        for surface in [BACKDROP, PANEL, CARD, WELL] {
            for text in [TEXT, TEXT_SOFT, TEXT_FAINT, ACCENT, GOOD, ATTENTION, BAD] {
                assert!(contrast(text, surface) >= 4.5, "{text:?} on {surface:?}: {}", contrast(text, surface));
            }
        }
    }

    /// What people without one kind of cone see, after Machado, Oliveira and Fernandes (2009), at full severity.
    const DEFICIENCIES: [[[f32; 3]; 3]; 3] = [
        [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
        [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
        [[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]],
    ];

    /// Oklab, in which equal distances look about equally different.
    fn oklab([r, g, b]: [f32; 3]) -> [f32; 3] {
        let l = (0.4122 * r + 0.5363 * g + 0.0514 * b).max(0.0).cbrt();
        let m = (0.2119 * r + 0.6807 * g + 0.1074 * b).max(0.0).cbrt();
        let s = (0.0883 * r + 0.2817 * g + 0.6300 * b).max(0.0).cbrt();
        [
            0.2105 * l + 0.7936 * m - 0.0041 * s,
            1.9780 * l - 2.4286 * m + 0.4506 * s,
            0.0259 * l + 0.7828 * m - 0.8087 * s,
        ]
    }

    #[test]
    fn an_update_shows_with_any_colour_vision() {
        for matrix in DEFICIENCIES {
            let seen = |color: Color32| {
                let [r, g, b, _] = linear(color);
                oklab(matrix.map(|row| row[0] * r + row[1] * g + row[2] * b))
            };
            // A rollout replaces a version by one of the next ones, so these must differ without their shapes.
            for (at, color) in VERSIONS.into_iter().enumerate() {
                for next in [1, 2] {
                    let (a, b) = (seen(color), seen(VERSIONS[(at + next) % VERSIONS.len()]));
                    let apart = a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f32>().sqrt();
                    assert!(apart > 0.06, "{at} and {next} on: {apart}");
                }
            }
        }
    }

    #[test]
    fn every_version_stands_out_from_the_plate() {
        for color in VERSIONS.into_iter().chain([UNVERSIONED]) {
            assert!(contrast(color, PLATE_TOP) >= 3.0, "{color:?}: {}", contrast(color, PLATE_TOP));
        }
    }
}
