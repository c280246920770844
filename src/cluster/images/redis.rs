//! redis: a key-value store.
//!
//! Models: the image redis of Docker Hub.
//! Simplified: a timetable of its answers and lines in the place of the program.

use std::time::Duration;

use super::{Behavior, Image};

pub(super) fn images() -> Vec<Image> {
    let tags = ["latest", "alpine", "5", "6", "6.2", "7", "7.2", "7.4", "8"];
    tags.iter().map(|tag| Image::new(&format!("redis:{tag}"), 45 << 20).with(behavior())).collect()
}

fn behavior() -> Behavior {
    let behavior = Behavior { starts_in: Duration::from_millis(200), memory_bytes: 8 << 20, ..Behavior::serving(6379, "") };
    behavior.log("* Ready to accept connections tcp")
}
