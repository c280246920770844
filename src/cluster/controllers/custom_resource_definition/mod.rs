//! The controllers of CustomResourceDefinitions, which run inside the API server: one accepts names, one establishes
//! the new kind, one deletes its instances when the definition goes.

mod establishing;
mod finalizing;
mod naming;

pub(super) use establishing::Establishing;
pub(super) use finalizing::Finalizing;
pub(super) use naming::Naming;

use podarium_api::CustomResourceDefinition;

use super::{Stop, Sync};

/// Writes a status; that the definition was changed or deleted in the meantime brings news of its own.
fn write_status(ctx: &mut Sync<'_>, definition: CustomResourceDefinition) -> Result<(), Stop> {
    match ctx.update_status(definition)? {
        Err(status) if !status.is_not_found() && !status.is_conflict() => Err(status.into()),
        _ => Ok(()),
    }
}
