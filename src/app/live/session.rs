//! A [`Session`] over the host's player.

use std::path::Path;
use std::time::Duration;

use podarium_course::{Audience, Input};
use podarium_host::{Loaded, Player};

use super::terminal::Screen;
use super::{cluster, details, lesson, traffic};
use crate::Session;
use crate::model::{Action, Clock, ClusterView, EditorView, ObjectRef, ScenarioEntry, ScenarioSource, Snapshot, Speed, TrafficView};

/// The player, its terminal's scroll-back, and the scenario menu.
pub struct Live {
    player: Player,
    audience: Audience,
    screen: Screen,
    revision: u64,
}

impl Live {
    pub fn new(mut player: Player, audience: Audience) -> Self {
        player.simulation_mut().world_mut().set_interactive(true);
        Live { player, audience, screen: Screen::default(), revision: 0 }
    }

    pub fn player_mut(&mut self) -> &mut Player {
        &mut self.player
    }

    fn input(&mut self, input: Input) -> Result<(), String> {
        self.player.input(input).map_err(|error| format!("the recording could not be written: {error}"))
    }

    fn load(&mut self, source: &ScenarioSource) -> Result<(), String> {
        let name = match source {
            ScenarioSource::Name(name) => name.clone(),
            ScenarioSource::Path(path) => path.to_string_lossy().into_owned(),
        };
        // A bare file name is a path too when it was dropped on the window.
        let name = match source {
            ScenarioSource::Path(path) if path.parent() == Some(Path::new("")) => format!("./{name}"),
            _ => name,
        };
        let loaded: Loaded = podarium_host::load(&name).map_err(|error| error.to_string())?;
        let speed = self.player.speed();
        self.player = Player::new(loaded, None, self.audience);
        self.player.set_speed(speed);
        self.begin_again();
        Ok(())
    }

    fn restart(&mut self) -> Result<(), String> {
        self.player.reload(self.audience).map_err(|error| error.to_string())?;
        self.begin_again();
        Ok(())
    }

    fn begin_again(&mut self) {
        self.player.simulation_mut().world_mut().set_interactive(true);
        self.screen = Screen::default();
        self.revision += 1;
    }

    fn follow_terminal(&mut self) {
        let output = self.player.simulation_mut().world_mut().take_output();
        if self.screen.write(&output) {
            self.revision += 1;
        }
    }
}

impl Session for Live {
    /// Ages and grace periods are shown in seconds, so each second is news too.
    fn revision(&self) -> u64 {
        let simulation = self.player.simulation();
        let notes = simulation.notes().len() as u64;
        let seconds = simulation.now().as_millis() / 1000;
        let editing = u64::from(simulation.world().waiting_edit().is_some());
        editing + self.player.revision() + self.revision + simulation.cluster().store().revision() + notes + seconds
    }

    fn clock(&self) -> Clock {
        Clock { now: self.player.now(), paused: self.player.is_paused(), speed: shown(self.player.speed()) }
    }

    fn snapshot(&self, selected: Option<&ObjectRef>) -> Snapshot {
        let simulation = self.player.simulation();
        Snapshot {
            clock: self.clock(),
            cluster: cluster::view(simulation.cluster()),
            traffic: TrafficView::default(),
            lesson: lesson::view(simulation),
            terminal: self.screen.view(simulation),
            editor: simulation.world().waiting_edit().map(|edit| EditorView { name: edit.name.clone(), text: String::from_utf8_lossy(&edit.text).into_owned() }),
            scenarios: podarium_course::SHIPPED
                .iter()
                .map(|shipped| ScenarioEntry { name: shipped.name.to_owned(), title: lesson::title_of(shipped) })
                .collect(),
            details: selected.and_then(|object| details::details(simulation, object)),
        }
    }

    fn traffic(&self, view: &ClusterView) -> TrafficView {
        traffic::view(self.player.simulation().cluster(), view)
    }

    fn act(&mut self, action: Action) -> Result<(), String> {
        match action {
            Action::Select(_) | Action::Show(_) | Action::Dismiss => Ok(()),
            Action::KillPod { namespace, name } => self.input(Input::DeletePod { namespace, name, grace_seconds: None }),
            Action::Cordon(node) => self.input(Input::Cordon { node }),
            Action::Uncordon(node) => self.input(Input::Uncordon { node }),
            Action::Drain(node) => self.input(Input::Drain { node }),
            Action::StopNode(node) => self.input(Input::StopNode { node }),
            Action::StartNode(node) => self.input(Input::StartNode { node }),
            Action::Pause => {
                self.player.set_paused(true);
                Ok(())
            }
            Action::Resume => {
                self.player.set_paused(false);
                Ok(())
            }
            Action::Step => {
                self.player.set_paused(true);
                self.player.step();
                self.follow_terminal();
                Ok(())
            }
            Action::StepBy(by) => {
                self.player.set_paused(true);
                self.player.step_by(by);
                self.follow_terminal();
                Ok(())
            }
            Action::SetSpeed(speed) => {
                self.player.set_speed(match speed {
                    Speed::Tenths(tenths) => podarium_host::Speed::Times(f64::from(tenths) / 10.0),
                    Speed::Max => podarium_host::Speed::Max,
                });
                Ok(())
            }
            Action::LoadScenario(source) => self.load(&source),
            Action::Restart => self.restart(),
            Action::Type(line) => {
                self.screen.remember(&line);
                self.input(Input::Type(line))?;
                self.follow_terminal();
                Ok(())
            }
            Action::Edited(text) => {
                self.input(Input::Edited { text: Some(text) })?;
                self.follow_terminal();
                Ok(())
            }
            Action::Interrupt => {
                self.input(Input::Interrupt)?;
                self.follow_terminal();
                Ok(())
            }
        }
    }

    fn advance(&mut self, wall: Duration) {
        self.player.advance(wall);
        self.follow_terminal();
    }

    /// Takes over a scenario file that was saved. A wrong one is reported, and the running cluster stays.
    fn notice(&mut self) -> Option<String> {
        if !self.player.file_changed() {
            return None;
        }
        self.restart().err()
    }

    fn moving(&self) -> bool {
        !self.player.is_paused()
    }
}

fn shown(speed: podarium_host::Speed) -> Speed {
    match speed {
        podarium_host::Speed::Times(times) => Speed::Tenths((times * 10.0).round() as u32),
        podarium_host::Speed::Max => Speed::Max,
    }
}
