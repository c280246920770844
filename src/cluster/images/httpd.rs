//! httpd: the Apache web server.
//!
//! Models: the image httpd of Docker Hub.
//! Simplified: a timetable of its answers and lines in the place of the program.

use std::time::Duration;

use super::{Base, Behavior, Image};

const ROOT: &str = "/usr/local/apache2/htdocs";
const PAGE: &str = "<html><body><h1>It works!</h1></body></html>\n";

pub(super) fn images() -> Vec<Image> {
    let behavior = || Behavior {
        starts_in: Duration::from_millis(250),
        memory_bytes: 12 << 20,
        root: Some(ROOT.to_owned()),
        ..Behavior::serving(80, PAGE)
    };
    ["latest", "alpine", "2.4"].iter().map(|tag| {
        let base = if *tag == "alpine" { Base::Alpine } else { Base::Debian };
        let mut image = Image::new(&format!("httpd:{tag}"), 60 << 20).on(base).with(behavior());
        if base == Base::Debian {
            image.tools = vec!["openssl"];
        }
        image.files.push((format!("{ROOT}/index.html"), PAGE.to_owned()));
        image
    }).collect()
}
