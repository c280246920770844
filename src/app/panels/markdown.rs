//! Markdown text, such as a step's.

use std::sync::{Arc, Mutex};

use egui::Ui;
use egui_commonmark::{CommonMarkCache, CommonMarkViewer};

/// The renderer keeps what it has parsed between frames, in egui's memory.
#[derive(Clone, Default)]
struct Parsed(Arc<Mutex<CommonMarkCache>>);

pub fn markdown_ui(ui: &mut Ui, text: &str) {
    let id = ui.id().with("markdown");
    let parsed = ui.data_mut(|data| data.get_temp_mut_or_default::<Parsed>(id).clone());
    // Poisoned only if a panel panicked while it held the cache; the cache itself is still good.
    let mut cache = parsed.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 5.0;
        CommonMarkViewer::new().show(ui, &mut cache, text);
    });
}
