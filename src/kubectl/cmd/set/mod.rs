//! `kubectl set`: single features of objects.

mod image;

use crate::command::Command;

pub const COMMAND: Command = Command {
    refused: &["env", "resources", "limits", "selector", "serviceaccount", "sa", "subject"],
    ..Command::group("set", &[&image::COMMAND])
};
