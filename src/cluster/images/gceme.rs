//! gceme: shows the machine that it runs on; as frontend or, with `-frontend=false`, as backend.
//!
//! Models: the image cloud-solutions-images/gceme.
//! Simplified: a timetable of its answers and lines in the place of the program.

use std::time::Duration;

use super::{Behavior, Image};

pub(super) fn images() -> Vec<Image> {
    ["1.0.0", "2.0.0"].iter().map(|version| image(version)).collect()
}

fn image(version: &str) -> Image {
    let serving = |port: u16, mode: &str| {
        let behavior = Behavior { starts_in: Duration::from_millis(300), memory_bytes: 12 << 20, ..Behavior::serving(port, "") };
        behavior
            .and_serving(port, Some("/healthz"), 200, "")
            .and_serving(port, Some("/version"), 200, &format!("{version}\n"))
            .log(&format!("Operating in {mode} mode..."))
    };
    Image::new(&format!("gcr.io/cloud-solutions-images/gceme:{version}"), 220 << 20)
        .with(serving(80, "frontend"))
        .with_command("-frontend=true", serving(80, "frontend"))
        .with_command("gceme", serving(8080, "backend"))
}
