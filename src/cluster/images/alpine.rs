//! alpine: a small Linux distribution.
//!
//! Models: the image alpine of Docker Hub.
//! Simplified: its programs behave as Debian's do, except for the words of their complaints.

use super::{Base, Image};

pub(super) fn images() -> Vec<Image> {
    let tags = ["latest", "3", "3.8", "3.12", "3.18", "3.19", "3.20", "3.21", "3.22"];
    tags.iter().map(|tag| Image::running(&format!("alpine:{tag}"), 3_700_000, Base::Alpine, &["/bin/sh"])).collect()
}
