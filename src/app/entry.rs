//! The two ways into the app: a window, and one picture without a window.

use std::path::{Path, PathBuf};
use std::time::Duration;

use podarium_course::Audience;
use podarium_host::{Loaded, Player};
use podarium_sim::Time;

use crate::{AppError, Live, Picture, draw_session, open};

/// The moment of virtual time at which a person first sees the cluster.
const FIRST_SIGHT: Duration = Duration::from_millis(560);

/// Opens the window on a scenario and returns when it is closed.
pub fn run(loaded: Loaded, seed: Option<u64>, record: Option<PathBuf>) -> Result<(), AppError> {
    let mut player = Player::new(loaded, seed, Audience::Student);
    if let Some(path) = record {
        player.record_to(path.clone()).map_err(|error| AppError::Write { path, reason: error.to_string() })?;
    }
    let mut live = Live::new(player, Audience::Student);
    // The machines register and the manifests are applied in the first half second; the window opens on what comes next.
    live.player_mut().simulation_mut().advance(Time::ZERO + FIRST_SIGHT);
    open(live)
}

/// Draws a scenario as it is at a moment of virtual time; the student's part is played.
pub fn render(loaded: Loaded, seed: Option<u64>, at: Duration, (width, height): (u32, u32), out: &Path) -> Result<(), AppError> {
    let mut live = Live::new(Player::new(loaded, seed, Audience::Nobody), Audience::Nobody);
    live.player_mut().simulation_mut().advance(Time::ZERO + at);
    live.player_mut().set_paused(true);
    draw_session(live, &Picture { width, height, ..Picture::default() }, out)
}
