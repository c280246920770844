//! pause: does nothing, for ever.
//!
//! Models: the image pause of registry.k8s.io.
//! Simplified: a timetable of its answers and lines in the place of the program.

use std::time::Duration;

use super::{Base, Behavior, Image};

pub(super) fn images() -> Vec<Image> {
    let behavior = || Behavior { starts_in: Duration::ZERO, stops_in: Some(Duration::from_millis(10)), memory_bytes: 1 << 20, ..Behavior::default() };
    ["3.1", "3.9", "3.10"].iter().map(|tag| Image::new(&format!("registry.k8s.io/pause:{tag}"), 320_000).on(Base::Scratch).with(behavior())).collect()
}
