//! kustomize: objects from files, changed by what a `kustomization.yaml` says, without templates.
//!
//! `load` reads kustomizations and what they name, `shape` knows their fields. `build` goes through them from the inside
//! out: `generate` makes ConfigMaps and Secrets, `transform` and what it names (`patches`, `replacements`) change objects at
//! the places that `configuration` and its `defaults` list, `plugins` are the same from files of their own. At the end
//! `references` follows the new names, `variables` are put in, `sort` and `origin` finish.

mod build;
mod configuration;
mod defaults;
mod fields;
mod generate;
mod hash;
mod load;
mod origin;
mod patches;
mod path;
mod plugins;
mod references;
mod replacements;
mod resource;
mod selector;
mod shape;
mod sort;
mod transform;
mod variables;

pub use build::{Allowed, build};
pub use hash::hash;
