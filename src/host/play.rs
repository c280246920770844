//! `podarium run`: plays a scenario without a screen and reports.

use std::io::{IsTerminal as _, Write as _};
use std::time::Duration;

use podarium_course::Audience;
use podarium_sim::Time;

use crate::{Loaded, Player};

/// How the report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Text,
    Json,
}

/// What a run is asked for beyond its scenario.
#[derive(Clone, Debug)]
pub struct Run {
    pub seed: Option<u64>,
    pub until: Option<Duration>,
    pub format: Format,
    /// The pods whose way to their nodes is explained, `NAME` or `NAMESPACE/NAME`.
    pub explain: Vec<String>,
    pub record: Option<std::path::PathBuf>,
}

/// Plays until the moment given, or until the scenario's own end. Returns the report and whether every objective was
/// met.
pub fn run(loaded: Loaded, run: Run) -> std::io::Result<(String, bool)> {
    let Run { seed, until, format, explain, record } = run;
    let until = Time::ZERO + until.unwrap_or(loaded.scenario.until.0);
    let mut player = Player::new(loaded, seed, Audience::Nobody);
    if let Some(path) = record {
        player.record_to(path)?;
    }
    let progress = std::io::stderr().is_terminal();
    while player.now() < until {
        let next = until.min(player.now() + Duration::from_secs(10));
        player.simulation_mut().advance(next);
        if progress {
            eprint!("\r{next} of {until} ");
            std::io::stderr().flush()?;
        }
    }
    if progress {
        eprint!("\r                              \r");
    }
    let seed = player.seed();
    player.save()?;
    let simulation = player.simulation();
    let report = match format {
        Format::Text => simulation.text(&explain),
        Format::Json => format!("{:#}\n", simulation.document(seed, &explain)),
    };
    Ok((report, simulation.succeeded()))
}
