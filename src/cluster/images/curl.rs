//! curlimages/curl: curl alone, on Alpine.
//!
//! Models: the image curlimages/curl of Docker Hub.
//! Simplified: the programs that are simulated, not all that the real image has.

use super::{Base, Image};

const ENTRYPOINT: &str = "/entrypoint.sh";
/// What is no command is for curl.
const SCRIPT: &str = "#!/bin/sh\ncommand -v \"$1\" > /dev/null 2>&1 || set -- curl \"$@\"\nexec \"$@\"\n";

pub(super) fn images() -> Vec<Image> {
    ["latest", "8.5.0", "8.10.1", "8.11.1", "8.12.1"].iter().map(|tag| {
        let mut image = Image::running(&format!("curlimages/curl:{tag}"), 9 << 20, Base::Alpine, &["curl"]);
        image.tools = vec!["curl"];
        image.entrypoint = vec![ENTRYPOINT.to_owned()];
        image.files.push((ENTRYPOINT.to_owned(), SCRIPT.to_owned()));
        image
    }).collect()
}
