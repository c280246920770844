//! A recording: a few kilobytes from which the identical simulation comes again, on any machine.

use std::time::Duration;

use podarium_api::time::Epoch;
use podarium_sim::Time;
use serde::{Deserialize, Serialize};

use super::Input;

/// One input and when it came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    /// Virtual time in nanoseconds.
    pub at_nanos: u64,
    pub input: Input,
}

/// Scenario, seed and inputs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recording {
    /// The version of the program that made it; another version may decide differently.
    pub podarium: String,
    /// The scenario's name or path.
    pub scenario: String,
    /// The text of the scenario's file, so that the recording needs nothing else.
    pub scenario_text: String,
    pub seed: u64,
    /// The date at which virtual time 0 lies, in seconds since 1970; the usual one when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch_seconds: Option<i64>,
    pub inputs: Vec<Recorded>,
    /// How far it was played, in nanoseconds of virtual time.
    pub until_nanos: u64,
}

impl Recording {
    pub fn new(scenario: &str, scenario_text: &str, seed: u64) -> Self {
        Recording {
            podarium: env!("CARGO_PKG_VERSION").to_owned(),
            scenario: scenario.to_owned(),
            scenario_text: scenario_text.to_owned(),
            seed,
            epoch_seconds: None,
            inputs: Vec::new(),
            until_nanos: 0,
        }
    }

    /// The same on another day.
    #[must_use]
    pub fn at(mut self, epoch: Epoch) -> Self {
        self.epoch_seconds = (epoch != Epoch::default()).then(|| epoch.0.as_second());
        self
    }

    /// The date at which its virtual time 0 lies.
    pub fn epoch(&self) -> Epoch {
        self.epoch_seconds.and_then(Epoch::from_unix).unwrap_or_default()
    }

    pub fn add(&mut self, at: Time, input: Input) {
        self.inputs.push(Recorded { at_nanos: at.as_nanos(), input });
    }

    /// The moment up to which it was played.
    pub fn until(&self) -> Time {
        Time::ZERO + Duration::from_nanos(self.until_nanos)
    }
}
