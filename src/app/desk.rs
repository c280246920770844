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

/// How long nothing but the clock has changed, on the wall clock.
#[derive(Resource, Default)]
struct Pace {
    unchanged: Duration,
}

/// The running cluster. It lives on the main thread, so it need not be `Send`.
pub struct Running(pub Box<dyn Session>);

/// In `PreUpdate`: the model is brought up to date.
#[derive(SystemSet, Clone, Debug, PartialEq, Eq, Hash)]
pub struct Refresh;

/// The longest step of wall time that one frame passes on: after a pause of the whole machine time goes on from where it was.
const LONGEST_FRAME: Duration = Duration::from_millis(250);
/// How often the window is drawn while things change.
const FRAME: Duration = Duration::from_millis(16);
/// How often it is drawn while only the clock moves, which is most of a cluster's life.
const TICK: Duration = Duration::from_millis(100);
/// How long after a change the next one is expected.
const LIVELY: Duration = Duration::from_millis(1000);
/// How often it is drawn otherwise, without input. Not `Duration::MAX`: winit's loop then keeps the deadline that it had
/// before, which lies in the past, and spins.
const REST: Duration = Duration::from_secs(3600);

pub(super) fn plugin(app: &mut App) {
    app.init_resource::<Desk>()
        .init_resource::<Wishes>()
        .init_resource::<Pace>()
        .add_systems(PreUpdate, refresh.in_set(Refresh))
        .add_systems(
            PreUpdate,
            drop_repeated_modifiers.after(EguiPreUpdateSet::ProcessInput).before(EguiPreUpdateSet::BeginPass),
        )
        .add_systems(Last, (redraw_for_wishes, rest_when_nothing_moves));
}

/// Carries wishes to the session, lets wall time pass, and takes a new snapshot if there is something new to see.
fn refresh(
    mut running: NonSendMut<Running>,
    mut wishes: ResMut<Wishes>,
    mut desk: ResMut<Desk>,
    mut pace: ResMut<Pace>,
    time: Option<Res<Time<Real>>>,
    mut seen: Local<Option<u64>>,
) {
    let session = running.0.as_mut();
    let wall = time.map_or(Duration::ZERO, |time| time.delta());
    pace.unchanged = pace.unchanged.saturating_add(wall);
    let mut looked_elsewhere = false;
    for action in std::mem::take(&mut wishes.0) {
        looked_elsewhere = true;
        apply(action, session, &mut desk.model);
    }
    if session.moving() {
        session.advance(wall.min(LONGEST_FRAME));
    }
    if let Some(notice) = session.notice() {
        desk.model.notice = Some(notice);
    }
    let revision = session.revision();
    if *seen != Some(revision) || looked_elsewhere {
        *seen = Some(revision);
        pace.unchanged = Duration::ZERO;
        desk.model.snapshot = session.snapshot(desk.model.selected.as_ref());
        desk.model.snapshot.traffic = session.traffic(&desk.model.snapshot.cluster);
    } else {
        // The scene does not depend on the clock and need not be arranged again for it.
        let snapshot = &mut desk.bypass_change_detection().model.snapshot;
        snapshot.clock = session.clock();
        snapshot.traffic = session.traffic(&snapshot.cluster);
        if !snapshot.traffic.requests.is_empty() {
            pace.unchanged = Duration::ZERO;
        }
    }
}

/// What only concerns the app stays here; everything else is the session's.
fn apply(action: Action, session: &mut dyn Session, model: &mut Model) {
    match action {
        Action::Select(object) => model.selected = object,
        Action::Show(tab) => model.tab = tab,
        Action::Dismiss => model.notice = None,
        Action::ShowBrowser(open) => model.browsing = open,
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
fn rest_when_nothing_moves(running: NonSend<Running>, pace: Res<Pace>, settings: Option<ResMut<WinitSettings>>) {
    let Some(mut settings) = settings else { return };
    let wait = match running.0.moving() {
        true if pace.unchanged < LIVELY => FRAME,
        true => TICK,
        false => REST,
    };
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Clock, Kind, ObjectRef, Snapshot};

    /// Counts what is asked of it.
    #[derive(Default)]
    struct Counting {
        acts: u64,
        moving: bool,
    }

    impl Session for Counting {
        fn revision(&self) -> u64 {
            self.acts
        }

        fn clock(&self) -> Clock {
            Clock { paused: !self.moving, ..Clock::default() }
        }

        fn snapshot(&self, selected: Option<&ObjectRef>) -> Snapshot {
            let mut snapshot = Snapshot { clock: self.clock(), ..Snapshot::default() };
            snapshot.terminal.prompt = format!("{} acts, {:?}", self.acts, selected.map(|object| &object.name));
            snapshot
        }

        fn act(&mut self, action: Action) -> Result<(), String> {
            self.acts += 1;
            match action {
                Action::Drain(node) => Err(format!("node {node} not found")),
                _ => Ok(()),
            }
        }

        fn advance(&mut self, _wall: Duration) {
            assert!(self.moving, "time stands still");
        }

        fn moving(&self) -> bool {
            self.moving
        }
    }

    fn app(moving: bool) -> App {
        let mut app = App::new();
        app.add_message::<RequestRedraw>().insert_resource(WinitSettings::game());
        app.insert_non_send(Running(Box::new(Counting { acts: 0, moving }))).add_plugins(plugin);
        app.update();
        app
    }

    fn wish(app: &mut App, action: Action) -> Model {
        app.world_mut().resource_mut::<Wishes>().0.push(action);
        app.update();
        app.world().resource::<Desk>().model.clone()
    }

    #[test]
    fn wishes_reach_the_session_and_show() {
        let mut app = app(false);
        let model = wish(&mut app, Action::Cordon("worker-1".into()));
        assert_eq!(model.snapshot.terminal.prompt, "1 acts, None");
    }

    #[test]
    fn selecting_stays_in_the_app_and_fetches_details() {
        let mut app = app(false);
        let model = wish(&mut app, Action::Select(Some(ObjectRef::new(Kind::Pod, "default", "web-1"))));
        assert_eq!(model.snapshot.terminal.prompt, "0 acts, Some(\"web-1\")");
    }

    #[test]
    fn a_refusal_becomes_a_notice() {
        let mut app = app(false);
        let model = wish(&mut app, Action::Drain("worker-9".into()));
        assert_eq!(model.notice.as_deref(), Some("node worker-9 not found"));
        assert_eq!(wish(&mut app, Action::Dismiss).notice, None);
    }

    #[test]
    fn the_window_rests_while_time_stands_still() {
        let wait = |app: &App| match app.world().resource::<WinitSettings>().focused_mode {
            UpdateMode::Reactive { wait, .. } => wait,
            UpdateMode::Continuous => Duration::ZERO,
        };
        assert_eq!(wait(&app(false)), REST);
        assert_eq!(wait(&app(true)), FRAME);
    }
}
