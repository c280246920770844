//! perl: Debian with Perl, of which the one line of Kubernetes' documentation is simulated.
//!
//! Models: the image perl of Docker Hub.
//! Simplified: the programs that are simulated, not all that the real image has.

use super::userland::BUILDPACK;
use super::{Base, Image};

pub(super) fn images() -> Vec<Image> {
    let tags = ["latest", "5", "5.34", "5.34.0", "5.34.1", "slim"];
    tags.iter().map(|tag| {
        let mut image = Image::running(&format!("perl:{tag}"), 330 << 20, Base::Debian, &["perl", "-de0"]);
        image.tools = vec!["perl"];
        if *tag != "slim" {
            image.tools.extend(BUILDPACK);
        }
        image
    }).collect()
}
