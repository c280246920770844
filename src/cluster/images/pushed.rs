//! Images that somebody has pushed to a registry while the world went on.
//!
//! Models: what a registry keeps: images by their digests, and the tag that was pushed last for each.
//! Simplified: everybody may pull everything.

use std::sync::Arc;

use imbl::OrdMap;
use podarium_sim::Time;

use super::{Image, ImageCatalog, PullError, Reference};

/// What was pushed, by full names: `gcr.io/p/web:v1`, and `gcr.io/p/web@sha256:…` for the image itself, which stays when its
/// tag moves on.
#[derive(Clone, Debug, Default)]
pub struct Pushed(OrdMap<String, Kept>);

/// An image in a registry, and when it came.
#[derive(Clone, Debug)]
pub struct Kept {
    pub image: Arc<Image>,
    pub at: Time,
}

impl Pushed {
    /// Puts an image in, in the place of one of the same name. One whose name cannot be read is left out.
    pub fn add(&mut self, image: Image, at: Time) {
        let Ok(name) = Reference::parse(&image.name) else { return };
        let kept = Kept { image: Arc::new(image), at };
        if let Some(digest) = &kept.image.digest {
            let by_digest = Reference { version: digest.clone(), is_digest: true, ..name.clone() };
            self.0.entry(by_digest.to_string()).or_insert_with(|| kept.clone());
        }
        self.0.insert(name.to_string(), kept);
    }

    pub fn get(&self, name: &Reference) -> Option<&Arc<Image>> {
        self.0.get(&name.to_string()).map(|kept| &kept.image)
    }

    /// Takes a tag or an image away; whether it was there.
    pub fn remove(&mut self, name: &Reference) -> bool {
        self.0.remove(&name.to_string()).is_some()
    }

    /// Everything whose name begins like this, in the order of the names.
    pub fn below<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (Reference, &'a Kept)> {
        let begun = self.0.range(prefix.to_owned()..).take_while(move |(name, _)| name.starts_with(prefix));
        begun.filter_map(|(name, kept)| Some((Reference::parse(name).ok()?, kept)))
    }

    /// What pulling gives: what was pushed, or what the catalog has, or its refusal.
    pub fn pull<'a>(&'a self, name: &Reference, catalog: &'a ImageCatalog) -> Result<&'a Arc<Image>, PullError> {
        self.get(name).map_or_else(|| catalog.pull(name), Ok)
    }
}
