//! curlimages/curl: curl alone, on Alpine.
//!
//! Models: the image curlimages/curl of Docker Hub.
//! Simplified: the programs that are simulated, not all that the real image has.

use super::{Base, Image};

pub(super) fn images() -> Vec<Image> {
    ["latest", "8.5.0", "8.10.1", "8.11.1", "8.12.1"].iter().map(|tag| Image::running(&format!("curlimages/curl:{tag}"), 9 << 20, Base::Alpine, &["curl"])).collect()
}
