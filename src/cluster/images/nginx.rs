//! nginx: the web server that everybody starts with.
//!
//! Models: the image nginx of Docker Hub.
//! Simplified: it hands out files as if it had its own configuration: what is mounted in /etc/nginx is not read.

use std::time::Duration;

use super::{Base, Behavior, Image, Layer};

const TAGS: [&str; 22] = [
    "latest", "stable", "alpine", "1.7.9", "1.9.14", "1.10", "1.10.0", "1.11", "1.12", "1.13", "1.14", "1.14.2", "1.15", "1.16",
    "1.16.1", "1.17", "1.19", "1.21", "1.25", "1.27", "1.28", "1.29",
];

const ROOT: &str = "/usr/share/nginx/html";

const WELCOME: &str = "<!DOCTYPE html>\n<html>\n<head>\n<title>Welcome to nginx!</title>\n</head>\n<body>\n<h1>Welcome to nginx!</h1>\n</body>\n</html>\n";

pub(super) fn images() -> Vec<Image> {
    TAGS.iter().map(|tag| image(tag)).collect()
}

fn image(tag: &str) -> Image {
    let behavior = Behavior {
        starts_in: Duration::from_millis(150),
        stops_in: Some(Duration::from_millis(60)),
        memory_bytes: 9 << 20,
        root: Some(ROOT.to_owned()),
        ..Behavior::serving(80, WELCOME)
    };
    let behavior = behavior
        .log("/docker-entrypoint.sh: /docker-entrypoint.d/ is not empty, will attempt to perform configuration")
        .log("/docker-entrypoint.sh: Configuration complete; ready for start up");
    let size = if tag == "alpine" { 18 << 20 } else { 30 << 20 };
    // All versions stand on the same base, so the second one is pulled faster.
    let mut image = Image::new(&format!("nginx:{tag}"), size).with(behavior);
    image.files.push((format!("{ROOT}/index.html"), WELCOME.to_owned()));
    if tag == "alpine" {
        image.base = Base::Alpine;
    } else {
        image.layers.push(Layer { name: "debian".to_owned(), bytes: 28 << 20 });
    }
    image
}
