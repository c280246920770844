//! busybox: a shell and the everyday programs in a few megabytes.
//!
//! Models: the image busybox of Docker Hub.
//! Simplified: its programs behave as Debian's do, except for the words of their complaints.

use super::{Base, Image};

pub(super) fn images() -> Vec<Image> {
    // Its own command is `sh`, which ends at once when nobody types.
    let tags = ["latest", "glibc", "musl", "1.28", "1.31", "1.35", "1.36", "1.36.1", "1.37"];
    tags.iter().map(|tag| Image::running(&format!("busybox:{tag}"), 2_200_000, Base::Busybox, &["sh"])).collect()
}
