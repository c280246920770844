//! alpine: a small Linux distribution.
//!
//! Models: the image alpine of Docker Hub.
//! Simplified: a timetable of its answers and lines in the place of the program.

use super::{Base, Image};

pub(super) fn images() -> Vec<Image> {
    let tags = ["latest", "3", "3.8", "3.12", "3.18", "3.19", "3.20", "3.21", "3.22"];
    tags.iter().map(|tag| Image::running(&format!("alpine:{tag}"), 3_700_000, Base::Alpine, &["/bin/sh"])).collect()
}
