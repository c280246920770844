//! python: Debian with Python, of which the web server of the standard library is simulated.
//!
//! Models: the image python of Docker Hub.
//! Simplified: the programs that are simulated, not all that the real image has.

use super::userland::BUILDPACK;
use super::{Base, Image};

pub(super) fn images() -> Vec<Image> {
    let tags = ["latest", "3", "3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3-slim", "3.11-slim", "3.12-slim", "slim"];
    tags.iter().map(|tag| {
        let mut image = Image::running(&format!("python:{tag}"), 360 << 20, Base::Debian, &["python3"]);
        image.tools = vec!["pip", "python", "python3"];
        if !tag.ends_with("slim") {
            image.tools.extend(BUILDPACK);
        }
        image
    }).collect()
}
