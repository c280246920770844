//! node: Debian with Node.js, which runs the programs that are put upon it.
//!
//! Models: the image node of Docker Hub, in the versions of the course and some later ones.
//! Simplified: the JavaScript that the program `node` knows; npm is not there.

use super::userland::BUILDPACK;
use super::{Base, Image};

/// Tags with the versions that they stand for.
const TAGS: [(&str, &str); 16] = [
    ("6.9.2", "6.9.2"),
    ("6", "6.17.1"),
    ("6.9", "6.9.5"),
    ("8", "8.17.0"),
    ("10", "10.24.1"),
    ("12", "12.22.12"),
    ("14", "14.21.3"),
    ("16", "16.20.2"),
    ("18", "18.20.8"),
    ("20", "20.19.5"),
    ("22", "22.14.0"),
    ("22-slim", "22.14.0"),
    ("20-slim", "20.19.5"),
    ("lts", "22.14.0"),
    ("slim", "22.14.0"),
    ("latest", "22.14.0"),
];

pub(super) fn images() -> Vec<Image> {
    TAGS.iter().map(|(tag, version)| image(tag, version)).collect()
}

fn image(tag: &str, version: &str) -> Image {
    let size = if tag.ends_with("slim") { 75 << 20 } else { 250 << 20 };
    let base = if tag.contains("alpine") { Base::Alpine } else { Base::Debian };
    let mut image = Image::running(&format!("node:{tag}"), size, base, &["node"]);
    image.tools = vec!["node", "nodejs", "npm"];
    if !tag.ends_with("slim") && base == Base::Debian {
        image.tools.extend(BUILDPACK);
    }
    let parts: Vec<&str> = version.split('.').collect();
    let header = ["MAJOR", "MINOR", "PATCH"].iter().zip(&parts).map(|(name, part)| format!("#define NODE_{name}_VERSION {part}\n")).collect();
    image.files.push(("/usr/local/include/node/node_version.h".to_owned(), header));
    image.env.push(("NODE_VERSION".to_owned(), version.to_owned()));
    image
}
