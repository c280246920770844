//! kelseyhightower/auth: checks passwords and issues tokens.
//!
//! Models: the image kelseyhightower/auth.
//! Simplified: a timetable of its answers and lines in the place of the program.

use std::time::Duration;

use super::{Base, Behavior, Image};

pub(super) fn images() -> Vec<Image> {
    ["1.0.0", "2.0.0"].iter().map(|version| image(version)).collect()
}

fn image(version: &str) -> Image {
    let behavior = health(Behavior::serving(80, "authorization failed\n"))
        .and_serving(80, Some("/version"), 200, &format!("{{\"version\":\"{version}\"}}\n"))
        .log("Starting server...")
        .log("Health service listening on 0.0.0.0:81")
        .log("HTTP service listening on 0.0.0.0:80");
    Image::new(&format!("kelseyhightower/auth:{version}"), 3 << 20).on(Base::Alpine).with(behavior)
}

/// The health service that these programs have in common: port 81, `/healthz` and `/readiness`.
pub(super) fn health(behavior: Behavior) -> Behavior {
    let behavior = behavior.and_serving(81, Some("/healthz"), 200, "").and_serving(81, Some("/readiness"), 200, "");
    Behavior { starts_in: Duration::from_millis(50), memory_bytes: 6 << 20, ..behavior }
}
