//! `kubectl auth`: who am I, and what may I do?

mod can_i;
mod reconcile;
mod whoami;

use crate::command::Command;

pub const COMMAND: Command = Command::group("auth", &[&can_i::COMMAND, &whoami::COMMAND, &reconcile::COMMAND]);
