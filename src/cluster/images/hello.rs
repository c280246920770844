//! kelseyhightower/hello: greets.
//!
//! Models: the image kelseyhightower/hello.
//! Simplified: a timetable of its answers and lines in the place of the program.

use super::auth::health;
use super::{Base, Behavior, Image};

pub(super) fn images() -> Vec<Image> {
    ["1.0.0", "2.0.0"].iter().map(|version| image(version)).collect()
}

fn image(version: &str) -> Image {
    let behavior = health(Behavior::serving(80, "{\"message\":\"Hello\"}\n"))
        .and_serving(80, Some("/version"), 200, &format!("{{\"version\":\"{version}\"}}\n"))
        .and_serving(80, Some("/secure"), 401, "authorization failed\n")
        .log("Starting server...")
        .log("Health service listening on 0.0.0.0:81")
        .log("HTTP service listening on 0.0.0.0:80");
    Image::new(&format!("kelseyhightower/hello:{version}"), 3 << 20).on(Base::Alpine).with(behavior)
}
