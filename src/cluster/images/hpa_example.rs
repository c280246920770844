//! hpa-example: a page that costs a lot of CPU.
//!
//! Models: the image hpa-example of Kubernetes' walkthrough of the horizontal pod autoscaler: Apache with PHP, which adds up
//! a million square roots for each request.
//! Simplified: a timetable of its answers and lines in the place of the program.

use std::time::Duration;

use super::{AccessFormat, Behavior, Image, LogText};

/// What the million square roots take.
const CPU: Duration = Duration::from_millis(40);

pub(super) fn images() -> Vec<Image> {
    let names = ["registry.k8s.io/hpa-example", "k8s.gcr.io/hpa-example", "gcr.io/google_containers/hpa-example", "gcr.io/google-containers/hpa-example"];
    names.iter().map(|name| {
        let image = Image::new(&format!("{name}:latest"), 195 << 20).with(behavior());
        Image { tools: vec!["curl", "gcc", "make", "openssl"], ..image }
    }).collect()
}

fn behavior() -> Behavior {
    let stamp = |text: &str| LogText::Dated(format!("[%a %b %d %H:%M:%S.%6f %Y] {text}"));
    let mut behavior = Behavior { starts_in: Duration::from_millis(300), memory_bytes: 12 << 20, ..Behavior::serving(80, "OK!") };
    behavior.serves[0].cpu = CPU;
    behavior.logs = vec![
        stamp("[mpm_prefork:notice] [pid 1] AH00163: Apache/2.4.10 (Debian) PHP/5.6.14 configured -- resuming normal operations"),
        stamp("[core:notice] [pid 1] AH00094: Command line: 'apache2 -D FOREGROUND'"),
    ];
    behavior.access_log = Some(AccessFormat::Combined);
    behavior
}
