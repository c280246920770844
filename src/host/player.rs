//! A simulation on the wall clock: speed, pause, steps; inputs recorded as they are taken.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use podarium_api::time::Epoch;
use podarium_cluster::HttpId;
use podarium_course::{Audience, Caller, HttpInput, Input, Recording, Simulation};
use podarium_machine::HttpRequest;
use podarium_sim::Time;

use crate::Loaded;

/// How fast virtual time passes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Speed {
    /// So many virtual seconds a second.
    Times(f64),
    /// As fast as the machine can.
    Max,
}

/// How long one call of [`Player::advance`] may take in the real world, so that a window stays responsive.
const FRAME_BUDGET: Duration = Duration::from_millis(12);
/// How often a scenario's file is looked at.
const LOOK: Duration = Duration::from_millis(400);
/// How often the recording is saved while clients outside send requests.
const SAVE: Duration = Duration::from_secs(1);
/// What is simulated between two looks at the clock at full speed.
const SLICE: Duration = Duration::from_millis(250);

pub struct Player {
    simulation: Simulation,
    loaded: Loaded,
    seed: u64,
    speed: Speed,
    paused: bool,
    recording: Recording,
    record_to: Option<PathBuf>,
    revision: u64,
    /// When the scenario's file was last looked at.
    looked: Option<Instant>,
    /// When the recording was last saved because of a client outside.
    saved: Option<Instant>,
}

impl Player {
    pub fn new(loaded: Loaded, seed: Option<u64>, audience: Audience) -> Self {
        Self::at(Epoch::default(), loaded, seed, audience)
    }

    /// A player whose virtual clock begins now, for clients that compare it with their own.
    pub fn beginning_now(loaded: Loaded, seed: Option<u64>, audience: Audience) -> Self {
        let seconds = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).ok();
        let epoch = seconds.and_then(|since| Epoch::from_unix(i64::try_from(since.as_secs()).ok()?));
        Self::at(epoch.unwrap_or_default(), loaded, seed, audience)
    }

    fn at(epoch: Epoch, loaded: Loaded, seed: Option<u64>, audience: Audience) -> Self {
        let seed = seed.unwrap_or(loaded.scenario.seed);
        let simulation = Simulation::at(epoch, loaded.scenario.clone(), Some(seed), audience);
        let recording = Recording::new(&loaded.name, &loaded.text, seed).at(epoch);
        Player { simulation, loaded, seed, speed: Speed::Times(1.0), paused: false, recording, record_to: None, revision: 0, looked: None, saved: None }
    }

    /// Keeps the recording up to date in this file from now on.
    pub fn record_to(&mut self, path: PathBuf) -> std::io::Result<()> {
        self.record_to = Some(path);
        self.save()
    }

    /// Writes the recording, if one is kept: to a file beside it first, so that a crash loses nothing.
    pub fn save(&mut self) -> std::io::Result<()> {
        let Some(path) = &self.record_to else { return Ok(()) };
        self.recording.until_nanos = self.simulation.now().as_nanos();
        let text = serde_json::to_string_pretty(&self.recording)?;
        let beside = path.with_extension("part");
        fs::write(&beside, text)?;
        fs::rename(&beside, path)
    }

    pub fn simulation(&self) -> &Simulation {
        &self.simulation
    }

    pub fn simulation_mut(&mut self) -> &mut Simulation {
        &mut self.simulation
    }

    pub fn loaded(&self) -> &Loaded {
        &self.loaded
    }

    pub fn seed(&self) -> u64 {
        self.seed
    }

    pub fn now(&self) -> Time {
        self.simulation.now()
    }

    pub fn speed(&self) -> Speed {
        self.speed
    }

    pub fn set_speed(&mut self, speed: Speed) {
        self.speed = speed;
        self.revision += 1;
    }

    pub fn is_paused(&self) -> bool {
        self.paused
    }

    pub fn set_paused(&mut self, paused: bool) {
        self.paused = paused;
        self.revision += 1;
    }

    /// Counts what was done to the player: inputs, pauses, speeds.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Takes an input at this moment, and records it.
    pub fn input(&mut self, input: Input) -> std::io::Result<()> {
        self.recording.add(self.simulation.now(), input.clone());
        self.simulation.input(input);
        self.revision += 1;
        self.save()
    }

    /// Takes an HTTP request of a client outside, and records it. Its answer comes from the world under this number.
    pub fn http(&mut self, request: HttpRequest, caller: Caller) -> std::io::Result<HttpId> {
        let input = HttpInput { caller, ..HttpInput::from(request) };
        self.recording.add(self.simulation.now(), Input::Http(input.clone()));
        self.revision += 1;
        let id = self.simulation.http(input);
        self.save_now_and_then()?;
        Ok(id)
    }

    /// A client outside says something more, over an exchange that goes both ways.
    pub fn http_data(&mut self, id: HttpId, bytes: Vec<u8>) -> std::io::Result<()> {
        let input = Input::HttpData { exchange: id.0, bytes };
        self.recording.add(self.simulation.now(), input.clone());
        self.simulation.input(input);
        self.save_now_and_then()
    }

    /// A client outside wants no more of an answer.
    pub fn hang_up(&mut self, id: HttpId) -> std::io::Result<()> {
        let input = Input::HangUp { exchange: id.0 };
        self.recording.add(self.simulation.now(), input.clone());
        self.simulation.input(input);
        self.save_now_and_then()
    }

    /// Programs send many requests a second, and each save writes the whole recording.
    fn save_now_and_then(&mut self) -> std::io::Result<()> {
        if self.saved.is_some_and(|saved| saved.elapsed() < SAVE) {
            return Ok(());
        }
        self.saved = Some(Instant::now());
        self.save()
    }

    /// Lets so much time of the wall clock pass. At full speed it simulates for as long as a frame may take.
    pub fn advance(&mut self, wall: Duration) {
        if self.paused {
            return;
        }
        let began = Instant::now();
        match self.speed {
            Speed::Times(times) => {
                let until = self.simulation.now() + wall.mul_f64(times.max(0.0));
                while self.simulation.step(until) {
                    if began.elapsed() > FRAME_BUDGET {
                        // The machine is slower than asked for: virtual time falls behind and nothing is skipped.
                        return;
                    }
                }
                self.simulation.advance(until);
            }
            Speed::Max => {
                while began.elapsed() < FRAME_BUDGET {
                    let until = self.simulation.now() + SLICE;
                    self.simulation.advance(until);
                }
            }
        }
    }

    /// Goes on to the next thing that happens, and no further.
    pub fn step(&mut self) {
        if let Some(next) = self.simulation.next_at() {
            self.simulation.advance(next);
            self.revision += 1;
        }
    }

    /// Lets so much virtual time pass at once.
    pub fn step_by(&mut self, by: Duration) {
        let until = self.simulation.now() + by;
        self.simulation.advance(until);
        self.revision += 1;
    }

    /// Whether the scenario's file has been saved since this was last asked. The disk is looked at now and then only.
    pub fn file_changed(&mut self) -> bool {
        if self.looked.is_some_and(|looked| looked.elapsed() < LOOK) {
            return false;
        }
        self.looked = Some(Instant::now());
        let changed = self.loaded.changed_on_disk();
        if changed {
            self.loaded.look_again();
        }
        changed
    }

    /// Starts the scenario again, from its file as it is now. The running one stays if the file is wrong.
    pub fn reload(&mut self, audience: Audience) -> Result<(), crate::LoadError> {
        let loaded = crate::load(&self.loaded.name)?;
        let record_to = self.record_to.take();
        let (speed, paused, revision) = (self.speed, self.paused, self.revision + 1);
        *self = Player { speed, paused, revision, record_to, ..Player::new(loaded, Some(self.seed), audience) };
        Ok(())
    }
}
