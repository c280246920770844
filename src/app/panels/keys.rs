//! Keys of the whole window. They are the terminal's while it has the focus.

use egui::{Key, Ui};

use super::terminal::prompt_id;
use crate::model::{Action, Kind, Model};
use crate::scene::SceneView;

pub fn keys_ui(ui: &mut Ui, model: &Model, view: &mut SceneView, actions: &mut Vec<Action>) {
    if ui.ctx().egui_wants_keyboard_input() {
        return;
    }
    let pressed = |key| ui.input(|input| input.key_pressed(key) && !input.modifiers.ctrl && !input.modifiers.command);
    let clock = &model.snapshot.clock;
    if pressed(Key::Space) {
        actions.push(if clock.paused { Action::Resume } else { Action::Pause });
    }
    if pressed(Key::Period) {
        actions.push(Action::Step);
    }
    if pressed(Key::Plus) || pressed(Key::Equals) {
        actions.push(Action::SetSpeed(clock.speed.faster()));
    }
    if pressed(Key::Minus) {
        actions.push(Action::SetSpeed(clock.speed.slower()));
    }
    if pressed(Key::Home) {
        view.reset();
    }
    if pressed(Key::Escape) {
        actions.push(Action::Select(None));
    }
    if pressed(Key::Backtick) {
        ui.memory_mut(|memory| memory.request_focus(prompt_id()));
    }
    let Some(object) = &model.selected else { return };
    match object.kind {
        Kind::Pod if pressed(Key::Delete) || pressed(Key::K) => {
            actions.push(Action::KillPod { namespace: object.namespace.clone(), name: object.name.clone() });
        }
        Kind::Node if pressed(Key::C) => {
            let cordoned = model.snapshot.cluster.node(&object.name).is_some_and(|node| node.unschedulable);
            let name = object.name.clone();
            actions.push(if cordoned { Action::Uncordon(name) } else { Action::Cordon(name) });
        }
        Kind::Node if pressed(Key::D) => actions.push(Action::Drain(object.name.clone())),
        _ => {}
    }
}
