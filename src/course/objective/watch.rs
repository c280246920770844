//! Objectives over time: which are open, met or failed, and since when.
//!
//! The cluster changes at moments and stands still between them. [`Watch::observe`] is called after every change;
//! deadlines that fall between two changes are decided with what held in between, so it makes no difference how often
//! or when exactly it is called.

use std::collections::BTreeMap;
use std::time::Duration;

use podarium_sim::Time;
use serde_json::{Value, json};

use super::condition::Verdict;
use super::world::World;
use crate::{Always, Eventually, Moment, Objective, Scenario, Timing};

/// Where an objective stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The moment from which it counts has not come.
    Waiting,
    /// It counts, and is not decided. `since` is the moment from which it counts.
    Open { since: Time },
    Met { at: Time },
    Failed { at: Time },
}

/// The result of one objective.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    pub name: String,
    pub title: Option<String>,
    pub met: bool,
    /// When it was met or failed.
    pub at: Option<Time>,
    /// Why it was not met.
    pub why: Option<String>,
}

impl Report {
    /// As `run -o json` prints it; `at` is seconds with milliseconds, as a text.
    pub fn json(&self) -> Value {
        let at = self.at.map(|at| format!("{}.{:03}s", at.as_millis() / 1000, at.as_millis() % 1000));
        json!({"name": self.name, "met": self.met, "at": at, "why": self.why})
    }
}

/// The objectives of a scenario while it is played.
#[derive(Clone, Debug)]
pub struct Watch {
    now: Time,
    /// When timeline entries with a name took place.
    happened: BTreeMap<String, Time>,
    tracks: Vec<Track>,
}

/// One objective, and what is known of it.
#[derive(Clone, Debug)]
struct Track {
    objective: Objective,
    timing: Timing,
    state: State,
    /// Since when the condition holds without a break, or why it does not hold.
    holds: Result<Time, String>,
    why: Option<String>,
}

impl Watch {
    pub fn new(scenario: &Scenario) -> Self {
        let track = |objective: &Objective| Track {
            timing: objective.timing(),
            objective: objective.clone(),
            state: State::Waiting,
            holds: Err("nothing has happened yet".to_string()),
            why: None,
        };
        let tracks = scenario.objectives.iter().map(track).collect();
        Watch { now: Time::ZERO, happened: BTreeMap::new(), tracks }
    }

    /// Notes that the timeline entry of that name has taken place now.
    pub fn happened(&mut self, name: &str, at: Time) {
        self.advance(at);
        self.happened.entry(name.to_string()).or_insert(at);
        self.settle(at);
    }

    /// Looks at the cluster after a change.
    pub fn observe(&mut self, world: &dyn World) {
        self.advance(world.now());
        let now = self.now;
        for track in self.tracks.iter_mut().filter(|track| !track.decided()) {
            track.see(track.objective.that.verdict(world), now);
        }
        self.settle(now);
    }

    /// Lets time pass up to `to` with nothing changing in the cluster. What falls due at `to` itself is decided with
    /// what held up to then, so that a change at the same moment cannot come before or after it by chance.
    pub fn advance(&mut self, to: Time) {
        while let Some(next) = self.next_deadline().filter(|next| *next <= to) {
            self.settle(next);
        }
        self.now = self.now.max(to);
    }

    /// When an objective may be decided although nothing changes, if that can be.
    pub fn next_deadline(&self) -> Option<Time> {
        let moments = self.tracks.iter().filter(|track| !track.decided());
        moments.flat_map(|track| track.deadlines(self)).filter(|at| *at > self.now).min()
    }

    /// Ends the run: what must hold at the end, or up to the end, is decided.
    pub fn finish(&mut self, world: &dyn World) {
        self.observe(world);
        let now = self.now;
        for index in 0..self.tracks.len() {
            let missing = self.missing_moment(index);
            let track = &mut self.tracks[index];
            match (&track.timing, track.state) {
                (Timing::AtEnd, State::Open { .. }) => match track.holds.clone() {
                    Ok(_) => track.state = State::Met { at: now },
                    Err(why) => track.fail(now, why),
                },
                (Timing::Always(always), State::Open { .. }) if always.until.is_none() && always.lasting.is_none() => {
                    track.state = State::Met { at: now };
                }
                (Timing::Always(_), State::Open { .. }) => track.why = Some("the run ended before it".to_string()),
                (Timing::Eventually(_), State::Open { .. }) => {
                    let why = track.holds.clone().err();
                    track.why = Some(why.unwrap_or_else(|| "it held, but not long enough".to_string()));
                }
                (_, State::Waiting) => track.why = missing.map(|name| format!("`{name}` did not come")),
                (_, State::Met { .. } | State::Failed { .. }) => {}
            }
        }
    }

    pub fn state(&self, name: &str) -> Option<State> {
        self.tracks.iter().find(|track| track.objective.name.0 == name).map(|track| track.state)
    }

    pub fn reports(&self) -> Vec<Report> {
        let report = |track: &Track| Report {
            name: track.objective.name.0.clone(),
            title: track.objective.title.clone(),
            met: matches!(track.state, State::Met { .. }),
            at: match track.state {
                State::Met { at } | State::Failed { at } => Some(at),
                State::Waiting | State::Open { .. } => None,
            },
            why: match track.state {
                State::Met { .. } => None,
                State::Open { .. } => track.why.clone().or_else(|| track.holds.clone().err()),
                State::Waiting | State::Failed { .. } => track.why.clone(),
            },
        };
        self.tracks.iter().map(report).collect()
    }

    /// How many of the scenario's steps are done, from the first one on without a gap.
    pub fn steps_done(&self, scenario: &Scenario) -> usize {
        let done = |step: &&crate::Step| matches!(self.state(&step.done_when.0), Some(State::Met { .. }));
        scenario.steps.iter().take_while(done).count()
    }

    /// Decides what can be decided at one moment. An objective that is met may open another, so this goes on until
    /// nothing changes any more; each round decides or opens at least one.
    fn settle(&mut self, now: Time) {
        self.now = self.now.max(now);
        loop {
            let mut changed = false;
            for index in 0..self.tracks.len() {
                let next = self.next_state(index, now);
                let track = &mut self.tracks[index];
                if let Some((state, why)) = next.filter(|(state, _)| *state != track.state) {
                    (track.state, changed) = (state, true);
                    track.why = why;
                }
            }
            if !changed {
                return;
            }
        }
    }

    fn next_state(&self, index: usize, now: Time) -> Option<(State, Option<String>)> {
        let track = &self.tracks[index];
        match (track.state, &track.timing) {
            (State::Waiting, Timing::Eventually(Eventually { after: start, .. }))
            | (State::Waiting, Timing::Always(Always { from: start, .. })) => {
                let since = self.moment(start.as_ref())?;
                (since <= now).then_some((State::Open { since }, None))
            }
            (State::Waiting, Timing::AtEnd) => Some((State::Open { since: Time::ZERO }, None)),
            (State::Open { since }, Timing::Eventually(timing)) => eventually(track, timing, since, now),
            (State::Open { since }, Timing::Always(timing)) => self.always(track, timing, since, now),
            (State::Open { .. }, Timing::AtEnd) | (State::Met { .. } | State::Failed { .. }, _) => None,
        }
    }

    fn always(&self, track: &Track, timing: &Always, since: Time, now: Time) -> Option<(State, Option<String>)> {
        let end = match timing.lasting {
            Some(lasting) => Some(since + lasting.0),
            None => timing.until.as_ref().and_then(|until| self.moment(Some(until))),
        };
        match (end, &track.holds) {
            // The window ends before the end itself: a change at that very moment comes too late to matter.
            (Some(end), _) if end <= now => Some((State::Met { at: end.max(since) }, None)),
            (_, Err(why)) => Some((State::Failed { at: now }, Some(why.clone()))),
            (_, Ok(_)) => None,
        }
    }

    /// When a moment was or will be, if that is known.
    fn moment(&self, moment: Option<&Moment>) -> Option<Time> {
        match moment {
            None => Some(Time::ZERO),
            Some(Moment::At(period)) => Some(Time::ZERO + period.0),
            Some(Moment::Of(name)) => match self.state(name) {
                Some(State::Met { at }) => Some(at),
                Some(_) => None,
                None => self.happened.get(name).copied(),
            },
        }
    }

    fn missing_moment(&self, index: usize) -> Option<String> {
        let start = match &self.tracks[index].timing {
            Timing::Eventually(timing) => timing.after.as_ref(),
            Timing::Always(timing) => timing.from.as_ref(),
            Timing::AtEnd => None,
        };
        match start? {
            Moment::At(period) => Some(period.to_string()),
            Moment::Of(name) => Some(name.clone()),
        }
    }
}

/// `within: 10s` includes the tenth second itself. A condition that must last counts from when it began to hold, but
/// not from before the objective's own beginning.
fn eventually(track: &Track, timing: &Eventually, since: Time, now: Time) -> Option<(State, Option<String>)> {
    let lasting = timing.lasting.map_or(Duration::ZERO, |lasting| lasting.0);
    let deadline = timing.within.map(|within| since + within.0);
    if let Ok(held_since) = track.holds {
        let met = held_since.max(since) + lasting;
        if met <= now && deadline.is_none_or(|deadline| met <= deadline) {
            return Some((State::Met { at: met }, None));
        }
    }
    let deadline = deadline.filter(|deadline| *deadline < now)?;
    let why = track.holds.clone().err().unwrap_or_else(|| "it held too late".to_string());
    Some((State::Failed { at: deadline }, Some(why)))
}

impl Track {
    fn decided(&self) -> bool {
        matches!(self.state, State::Met { .. } | State::Failed { .. })
    }

    fn fail(&mut self, at: Time, why: String) {
        self.state = State::Failed { at };
        self.why = Some(why);
    }

    fn see(&mut self, verdict: Verdict, now: Time) {
        match (verdict, &self.holds) {
            (Ok(()), Ok(_)) => {}
            (Ok(()), Err(_)) => self.holds = Ok(now),
            (Err(why), _) => self.holds = Err(why),
        }
    }

    /// The moments at which this objective may open or be decided by the passing of time alone.
    fn deadlines(&self, watch: &Watch) -> Vec<Time> {
        let mut moments = Vec::new();
        match (&self.timing, self.state) {
            (Timing::Eventually(timing), State::Waiting) => moments.extend(watch.moment(timing.after.as_ref())),
            (Timing::Always(timing), State::Waiting) => moments.extend(watch.moment(timing.from.as_ref())),
            (Timing::Eventually(timing), State::Open { since }) => {
                // One nanosecond later, because the deadline itself is still in time.
                moments.extend(timing.within.map(|within| since + within.0 + Duration::from_nanos(1)));
                if let (Ok(held_since), Some(lasting)) = (&self.holds, timing.lasting) {
                    moments.push((*held_since).max(since) + lasting.0);
                }
            }
            (Timing::Always(timing), State::Open { since }) => match timing.lasting {
                Some(lasting) => moments.push(since + lasting.0),
                None => moments.extend(timing.until.as_ref().and_then(|until| watch.moment(Some(until)))),
            },
            _ => {}
        }
        moments
    }
}
