//! debian and ubuntu: the usual Linux, with bash and the everyday programs.
//!
//! Models: the images debian and ubuntu of Docker Hub.
//! Simplified: the programs that are simulated, not all that the real image has.

use super::{Base, Image};

pub(super) fn images() -> Vec<Image> {
    let debian = ["latest", "11", "12", "13", "bookworm", "bookworm-slim", "bullseye", "trixie", "stable", "stable-slim"].map(|tag| format!("debian:{tag}"));
    let ubuntu = ["latest", "20.04", "22.04", "24.04", "focal", "jammy", "noble"].map(|tag| format!("ubuntu:{tag}"));
    debian.iter().map(|name| Image::running(name, 49 << 20, Base::Debian, &["bash"])).chain(ubuntu.iter().map(|name| Image::running(name, 30 << 20, Base::Ubuntu, &["/bin/bash"]))).collect()
}
