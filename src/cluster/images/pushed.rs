//! Images that somebody has pushed to a registry while the world went on.
//!
//! Models: what a registry keeps: a name, and the image that was pushed last under it.
//! Simplified: everybody may pull everything.

use std::sync::Arc;

use imbl::OrdMap;

use super::{Image, ImageCatalog, PullError, Reference};

/// What was pushed, by full names.
#[derive(Clone, Debug, Default)]
pub struct Pushed(OrdMap<String, Arc<Image>>);

impl Pushed {
    /// Puts an image in, in the place of one of the same name. One whose name cannot be read is left out.
    pub fn add(&mut self, image: Image) {
        if let Ok(name) = Reference::parse(&image.name) {
            self.0.insert(name.to_string(), Arc::new(image));
        }
    }

    pub fn get(&self, name: &Reference) -> Option<&Arc<Image>> {
        self.0.get(&name.to_string())
    }

    /// What pulling gives: what was pushed, or what the catalog has, or its refusal.
    pub fn pull<'a>(&'a self, name: &Reference, catalog: &'a ImageCatalog) -> Result<&'a Arc<Image>, PullError> {
        self.get(name).map_or_else(|| catalog.pull(name), Ok)
    }
}
