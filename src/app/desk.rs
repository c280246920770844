//! The app's own state between frames: the model that everything reads, the wishes that wait for the session, and the
//! system that carries them over and lets time pass.

use std::time::Duration;

use bevy::prelude::*;
use bevy::time::Real;
use bevy::window::RequestRedraw;
use bevy::winit::{UpdateMode, WinitSettings};
use bevy_egui::{EguiInput, EguiPreUpdateSet};

use crate::Session;
use crate::model::{Action, Model};

/// What the scene and the panels show.
#[derive(Resource, Default)]
pub struct Desk {
    pub model: Model,
}

/// What panels and keys asked for since the last frame.
#[derive(Resource, Default)]
pub struct Wishes(pub Vec<Action>);

/// The running cluster. It lives on the main thread, so it need not be `Send`.
pub struct Running(pub Box<dyn Session>);

/// In `PreUpdate`: the model is brought up to date.
#[derive(SystemSet, Clone, Debug, PartialEq, Eq, Hash)]
pub struct Refresh;

/// The longest step of wall time that one frame passes on: after a pause of the whole machine time goes on from where it was.
const LONGEST_FRAME: Duration = Duration::from_millis(100);
/// How often the window is drawn while time runs.
const FRAME: Duration = Duration::from_millis(16);
/// How often it is drawn otherwise, without input. Not `Duration::MAX`: winit's loop then keeps the deadline that it had
/// before, which lies in the past, and spins.
const REST: Duration = Duration::from_secs(3600);

pub(super) fn plugin(app: &mut App) {
    app.init_resource::<Desk>()
        .init_resource::<Wishes>()
        .add_systems(PreUpdate, refresh.in_set(Refresh))
        .add_systems(PreUpdate, drop_repeated_modifiers.after(EguiPreUpdateSet::ProcessInput).before(EguiPreUpdateSet::BeginPass))
        .add_systems(Last, (redraw_for_wishes, rest_when_nothing_moves));
}

/// Carries wishes to the session, lets wall time pass, and takes a new snapshot if there is something new to see.
fn refresh(
    mut running: NonSendMut<Running>,
    mut wishes: ResMut<Wishes>,
    mut desk: ResMut<Desk>,
    time: Option<Res<Time<Real>>>,
    mut seen: Local<Option<u64>>,
) {
    let session = running.0.as_mut();
    let mut looked_elsewhere = false;
    for action in std::mem::take(&mut wishes.0) {
        looked_elsewhere = true;
        apply(action, session, &mut desk.model);
    }
    if session.moving() {
        let wall = time.map_or(Duration::ZERO, |time| time.delta());
        session.advance(wall.min(LONGEST_FRAME));
    }
    let revision = session.revision();
    if *seen != Some(revision) || looked_elsewhere {
        *seen = Some(revision);
        desk.model.snapshot = session.snapshot(desk.model.selected.as_ref());
    }
}

/// What only concerns the app stays here; everything else is the session's.
fn apply(action: Action, session: &mut dyn Session, model: &mut Model) {
    match action {
        Action::Select(object) => model.selected = object,
        Action::Show(tab) => model.tab = tab,
        Action::Dismiss => model.notice = None,
        wish => {
            let loads = matches!(wish, Action::LoadScenario(_) | Action::Restart);
            match session.act(wish) {
                Ok(()) if loads => (model.selected, model.notice) = (None, None),
                Ok(()) => {}
                Err(reason) => model.notice = Some(reason),
            }
        }
    }
}

/// A wish made in this frame is carried out in the next one, so there must be one.
fn redraw_for_wishes(wishes: Res<Wishes>, mut redraw: MessageWriter<RequestRedraw>) {
    if !wishes.0.is_empty() {
        redraw.write(RequestRedraw);
    }
}

/// While time stands still the window is drawn only when the person does something.
fn rest_when_nothing_moves(running: NonSend<Running>, settings: Option<ResMut<WinitSettings>>) {
    let Some(mut settings) = settings else { return };
    let wait = if running.0.moving() { FRAME } else { REST };
    let mode = UpdateMode::reactive_low_power(wait);
    if settings.focused_mode != mode {
        settings.focused_mode = mode;
        settings.unfocused_mode = mode;
    }
}

/// bevy_egui 0.42 tells egui in every frame which modifier keys are down, changed or not, and egui draws again after any
/// event: the window would never rest. Only changes get through.
fn drop_repeated_modifiers(mut inputs: Query<&mut EguiInput>, mut held: Local<egui::Modifiers>) {
    for mut input in &mut inputs {
        input.events.retain(|event| match event {
            egui::Event::ModifiersChanged(now) => std::mem::replace(&mut *held, *now) != *now,
            _ => true,
        });
    }
}
