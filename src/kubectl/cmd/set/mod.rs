//! `kubectl set`: single features of objects.

mod image;

use crate::command::Command;
use crate::failure::{Outcome, not_simulated};
use crate::kubectl::Kubectl;

pub const COMMAND: Command = Command::group("set", &[
    &image::COMMAND,
    &Command::new("env", &[], refused),
    &Command { aliases: &["limits"], ..Command::new("resources", &[], refused) },
    &Command::new("selector", &[], refused),
    &Command { aliases: &["sa"], ..Command::new("serviceaccount", &[], refused) },
    &Command::new("subject", &[], refused),
]);

fn refused(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    not_simulated(kubectl.flags.command.clone())
}
