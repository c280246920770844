//! kelseyhightower/monolith: greets, checks passwords and issues tokens, all in one program.
//!
//! Models: the image kelseyhightower/monolith.
//! Simplified: a timetable of its answers and lines in the place of the program.

use super::auth::health;
use super::{Base, Behavior, Image};

pub(super) fn images() -> Vec<Image> {
    let behavior = health(Behavior::serving(80, "{\"message\":\"Hello\"}\n"))
        .and_serving(80, Some("/login"), 401, "authorization failed\n")
        .and_serving(80, Some("/secure"), 401, "authorization failed\n")
        .and_serving(80, Some("/version"), 200, "{\"version\":\"1.0.0\"}\n")
        .log("Starting server...")
        .log("Health service listening on 0.0.0.0:81")
        .log("HTTP service listening on 0.0.0.0:80");
    vec![Image::new("kelseyhightower/monolith:1.0.0", 3 << 20).on(Base::Alpine).with(behavior)]
}
