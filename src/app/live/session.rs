//! A [`Session`] over the host's player.

use std::cell::RefCell;
use std::path::Path;
use std::time::Duration;

use podarium_course::{Audience, Input};
use podarium_host::{Loaded, Player};
use podarium_workstation::{Completion, Shown};

use super::browser::Pages;
use super::terminal::Screen;
use super::{cluster, details, lesson, traffic};
use crate::Session;
use crate::model::{
    Action, CandidateView, Clock, ClusterView, CompletionView, EditorView, LineKind, ObjectRef, ScenarioEntry, ScenarioSource, Snapshot, Speed, TerminalView,
    TrafficView,
};

/// The player, its terminal's scroll-back, and the scenario menu.
pub struct Live {
    player: Player,
    audience: Audience,
    /// One for each tab of the terminal.
    screens: Vec<Screen>,
    pages: RefCell<Pages>,
    /// How many of the scenario's remarks the terminal shows.
    notes: usize,
    revision: u64,
    /// What went wrong since the person was told last.
    problem: Option<String>,
}

impl Live {
    pub fn new(mut player: Player, audience: Audience) -> Self {
        player.simulation_mut().world_mut().set_interactive(true);
        Live { player, audience, screens: vec![Screen::default()], pages: RefCell::default(), notes: 0, revision: 0, problem: None }
    }

    pub fn player_mut(&mut self) -> &mut Player {
        &mut self.player
    }

    fn input(&mut self, input: Input) -> Result<(), String> {
        self.player.input(input).map_err(|error| format!("the recording could not be written: {error}"))
    }

    fn at_terminal(&mut self, input: Input) -> Result<(), String> {
        self.input(input)?;
        self.follow_terminal()
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
        self.screens = vec![Screen::default()];
        self.notes = 0;
        self.revision += 1;
    }

    /// Takes over what programs and the scenario have said, and closes tabs whose shell has ended.
    fn follow_terminal(&mut self) -> Result<(), String> {
        let tabs = self.player.simulation().world().tabs();
        self.screens.resize_with(tabs, Screen::default);
        let front = self.player.simulation().world().front_tab();
        for note in &self.player.simulation().notes()[self.notes..] {
            let kind = if note.failed { LineKind::Error } else { LineKind::Note };
            self.screens[front].remark(kind, format!("{}  {}", note.at, note.text));
        }
        self.notes = self.player.simulation().notes().len();
        for (tab, screen) in self.screens.iter_mut().enumerate() {
            let output = self.player.simulation_mut().world_mut().take_output_of(tab);
            self.revision += u64::from(screen.write(&output));
        }
        let ended = (0..tabs).find(|tab| self.player.simulation().world().tab_ended(*tab));
        if let Some(tab) = ended {
            // There is always a shell to type to.
            if tabs == 1 {
                self.open_tab()?;
            }
            self.close_tab(tab)?;
        }
        Ok(())
    }

    fn open_tab(&mut self) -> Result<(), String> {
        self.screens.push(Screen::default());
        self.input(Input::OpenTab)
    }

    fn close_tab(&mut self, tab: usize) -> Result<(), String> {
        if tab < self.screens.len() && self.screens.len() > 1 {
            self.screens.remove(tab);
        }
        self.input(Input::CloseTab { tab })
    }

    fn terminal(&self) -> TerminalView {
        let world = self.player.simulation().world();
        let front = world.front_tab();
        let screen = self.screens.get(front);
        let candidates = |completion: &Completion| completion.candidates.iter().map(|it| CandidateView { text: it.text.clone(), about: it.about.clone() }).collect();
        TerminalView {
            tabs: (0..world.tabs()).map(|tab| world.program_of_tab(tab)).collect(),
            front,
            lines: screen.map(|screen| screen.lines().to_vec()).unwrap_or_default(),
            prompt: screen.map(Screen::prompt).unwrap_or_default(),
            busy: !world.is_idle(),
            history: world.typed_lines().to_vec(),
            completion: world.completion().map(|it| CompletionView { line: it.line.clone(), from: it.from, candidates: candidates(it) }),
        }
    }
}

impl Session for Live {
    /// Ages and grace periods are shown in seconds, so each second is news too.
    fn revision(&self) -> u64 {
        let simulation = self.player.simulation();
        let notes = simulation.notes().len() as u64;
        let seconds = simulation.now().as_millis() / 1000;
        let world = simulation.world();
        let waiting = [world.waiting_edit().is_some(), world.completion().is_some(), world.page().is_some_and(|page| page.shown == Shown::Loading)];
        let waiting: u64 = waiting.into_iter().map(u64::from).sum();
        waiting + self.player.revision() + self.revision + simulation.cluster().store().revision() + notes + seconds
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
            terminal: self.terminal(),
            browser: self.pages.borrow_mut().view(simulation.world().page(), simulation.cluster()),
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
            Action::Select(_) | Action::Show(_) | Action::ShowBrowser(_) | Action::Dismiss => Ok(()),
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
                self.follow_terminal()
            }
            Action::StepBy(by) => {
                self.player.set_paused(true);
                self.player.step_by(by);
                self.follow_terminal()
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
            Action::Type(line) => self.at_terminal(Input::Type(line)),
            Action::Edited(text) => self.at_terminal(Input::Edited { text: Some(text) }),
            Action::Interrupt => self.at_terminal(Input::Interrupt),
            Action::EndOfInput => self.at_terminal(Input::EndOfInput),
            Action::OpenTab => self.open_tab(),
            Action::SelectTab(tab) => self.input(Input::SelectTab { tab }),
            Action::CloseTab(tab) => self.close_tab(tab),
            Action::Complete { line, cursor } => self.input(Input::Complete { line, cursor }),
            Action::Browse { address, trusting } => self.input(Input::Browse { address, trusting }),
        }
    }

    fn advance(&mut self, wall: Duration) {
        self.player.advance(wall);
        if let Err(problem) = self.follow_terminal() {
            self.problem = Some(problem);
        }
    }

    /// Takes over a scenario file that was saved. A wrong one is reported, and the running cluster stays.
    fn notice(&mut self) -> Option<String> {
        if let Some(problem) = self.problem.take() {
            return Some(problem);
        }
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
