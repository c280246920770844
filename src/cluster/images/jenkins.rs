//! jenkins: the start page and the lines of its log. What Jenkins does is simulated elsewhere, where a course needs it.
//!
//! Models: the image jenkins/jenkins of Docker Hub.
//! Simplified: a timetable of its answers and lines in the place of the program; nobody can log in.

use std::time::Duration;

use super::userland::PROCPS;
use super::{Behavior, Image, LogText};

const LOGIN: &str = "<!DOCTYPE html><html lang=\"en\"><head><title>Sign in - Jenkins</title></head><body><p>podarium: not simulated: Jenkins beyond this page</p></body></html>\n";
const AWAY: &str = "<html><head><meta http-equiv='refresh' content='1;url=/login?from=%2F'/><script id='redirect' data-redirect-url='/login?from=%2F' src='/static/redirect.js'></script></head><body style='background-color:white; color:white;'>\nAuthentication required\n</body></html>\n";

pub(super) fn images() -> Vec<Image> {
    let tags = ["latest", "lts", "lts-jdk17", "lts-jdk21", "2.462.3", "2.479.1"];
    let names = ["jenkins/jenkins", "docker.io/jenkins/jenkins"];
    let mut images: Vec<Image> = tags.iter().map(|tag| Image::new(&format!("{}:{tag}", names[0]), 280 << 20).with(behavior())).collect();
    images.iter_mut().for_each(|image| {
        (image.user, image.programs) = (1000, vec!["jenkins.sh".to_owned()]);
        image.tools = [PROCPS, &["curl", "git", "java", "openssl", "ssh", "unzip"]].concat();
    });
    images
}

fn behavior() -> Behavior {
    let serving = Behavior::default().and_serving(8080, None, 403, AWAY).and_serving(8080, Some("/login"), 200, LOGIN);
    let mut behavior = Behavior { starts_in: Duration::from_secs(12), stops_in: Some(Duration::from_millis(900)), stop_code: 143, memory_bytes: 420 << 20, cpu_millis: 8, ..serving };
    let stamp = |text: &str| LogText::Dated(format!("%Y-%m-%d %H:%M:%S.000+0000 {text}"));
    behavior.logs = vec![
        LogText::Once("Running from: /usr/share/jenkins/jenkins.war".to_owned()),
        stamp("[id=1]\tINFO\twinstone.Logger#logInternal: Beginning extraction from war file"),
    ];
    behavior
}
