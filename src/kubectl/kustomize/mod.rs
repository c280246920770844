//! kustomize: objects from files, changed by what a `kustomization.yaml` says, without templates.
//!
//! `load` reads kustomizations and what they name, `generate` makes ConfigMaps and Secrets, `patches` and `transform`
//! change objects one kustomization after the other from the inside out. At the end `references` follows the new names.

mod fields;
mod generate;
mod hash;
mod load;
mod patches;
mod references;
mod resource;
mod transform;

pub use hash::hash;
pub use load::build;
