//! Recordings of a real kubelet with a real container runtime: the same pods here must go through the same statuses, with
//! the same events in the same order, restart at about the same times, and kubectl must answer the same.

#![expect(clippy::disallowed_methods, reason = "a test may read its recordings and be told which to run")]

mod normal;
mod play;

use std::path::PathBuf;

use play::{Course, play};
use serde_json::Value;

fn recorded() -> Vec<Value> {
    let folder = PathBuf::from("../../tests/golden/kubelet");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(&folder).expect("the recordings are in tests/golden/kubelet").map(|entry| entry.expect("a readable folder").path()).collect();
    paths.sort();
    let read = |path: &PathBuf| serde_json::from_str(&std::fs::read_to_string(path).expect("a readable recording")).expect("a recording is JSON");
    paths.iter().map(read).collect()
}

fn lines(values: &[Value]) -> String {
    values.iter().map(|value| format!("      {value}\n")).collect()
}

/// The differences between a recording and what happens here, in words.
fn differences(recorded: &Value, course: &Course) -> Vec<String> {
    let mut bad = Vec::new();
    let expected = |key: &str| recorded[key].as_array().cloned().unwrap_or_default();
    let commands: Vec<Value> = expected("commands").iter().map(normal::command).collect();
    for (what, want, got) in [("events", &expected("events"), &course.events), ("status", &expected("status"), &course.status), ("kubectl", &commands, &course.commands)] {
        if want != got {
            bad.push(format!("{what}:\n    want\n{}    got\n{}", lines(want), lines(got)));
        }
    }
    let want: Vec<(String, i64, f64)> = serde_json::from_value(recorded["restarts"].clone()).expect("restarts with their times");
    // Back-offs are up to half as long again, at random, so a quarter is forgiven where two real runs were held to 15 %.
    let near = |(a, b): (&(String, i64, f64), &(String, i64, f64))| a.0 == b.0 && a.1 == b.1 && (a.2 - b.2).abs() <= f64::max(2.0, 0.25 * a.2);
    if want.len() != course.restarts.len() || !want.iter().zip(&course.restarts).all(near) {
        bad.push(format!("restarts: want {want:?}, got {:?}", course.restarts));
    }
    bad
}

/// In these a back-off ends close to another event or to the recording's end, so that chance decides what is seen: the
/// recording must be among what happens, and not rare.
const CLOSE: [&str; 5] = ["init-fails-always", "liveness-http-refused", "oom", "poststart-fails", "startup-fails"];

/// Runs the recordings whose names start with a text in `POD`, a list with commas (all without it), `SEEDS` times each.
#[test]
fn pods_go_through_what_they_go_through_on_a_real_node() {
    let only = std::env::var("POD").unwrap_or_default();
    let seeds: Option<u64> = std::env::var("SEEDS").ok().and_then(|seeds| seeds.parse().ok());
    let (mut equal, mut all, mut text) = (0, 0, String::new());
    for recorded in recorded() {
        let name = recorded["name"].as_str().expect("a recording has a name");
        if !only.split(',').any(|only| name.starts_with(only)) {
            continue;
        }
        all += 1;
        let is_close = CLOSE.contains(&name);
        let bad: Vec<Vec<String>> = (0..seeds.unwrap_or(if is_close { 12 } else { 3 })).map(|seed| differences(&recorded, &play(&recorded, seed))).collect();
        let good = bad.iter().filter(|bad| bad.is_empty()).count();
        if good == bad.len() || is_close && good * 4 >= bad.len() {
            equal += 1;
        } else {
            let first = bad.iter().find(|bad| !bad.is_empty()).map(|bad| bad.join("\n  ")).unwrap_or_default();
            text.push_str(&format!("{name}: {good} of {} seeds agree\n  {first}\n", bad.len()));
        }
    }
    assert!(text.is_empty(), "{equal} of {all} recordings agree\n{text}");
}
