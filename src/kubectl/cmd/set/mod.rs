//! `kubectl set`: single features of objects.

mod env;
mod image;
mod resources;
mod selector;
mod service_account;
mod subject;
mod template;

use crate::command::Command;

pub const COMMAND: Command = Command::group(
    "set",
    &[&image::COMMAND, &env::COMMAND, &resources::COMMAND, &selector::COMMAND, &service_account::COMMAND, &subject::COMMAND],
);
