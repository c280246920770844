//! hello-app: Google's sample web server, in two versions.
//!
//! Models: the image google-samples/hello-app.
//! Simplified: a timetable of its answers and lines in the place of the program.

use std::time::Duration;

use super::{Base, Behavior, Image};

pub(super) fn images() -> Vec<Image> {
    let repositories = ["gcr.io/google-samples/hello-app", "us-docker.pkg.dev/google-samples/containers/gke/hello-app"];
    let all = repositories.iter().flat_map(|repository| ["1.0", "2.0"].map(|version| image(repository, version)));
    all.collect()
}

fn image(repository: &str, version: &str) -> Image {
    let text = format!("Hello, world!\nVersion: {version}.0\n");
    let behavior = Behavior { starts_in: Duration::from_millis(100), memory_bytes: 7 << 20, ..Behavior::serving(8080, &text) };
    Image::new(&format!("{repository}:{version}"), 10 << 20).on(Base::Scratch).with(behavior.log("Server listening on port 8080"))
}
