//! The recorded flows of a real Kubernetes 1.36.2, driven against the simulated one: the same commands, the same
//! stand-in for kubelets, and then the work of the controllers compared part by part.

#![expect(clippy::disallowed_methods, reason = "a test may read its recordings and be told which to run")]

mod driver;
mod projection;
#[path = "../support/mod.rs"]
mod support;

use std::path::PathBuf;

use serde_json::Value;

fn recorded() -> Vec<(String, Value)> {
    let folder = PathBuf::from("../../tests/golden/flows");
    let mut flows: Vec<(String, Value)> = std::fs::read_dir(&folder)
        .expect("the recordings are in tests/golden/flows")
        .map(|entry| {
            let path = entry.expect("a readable folder").path();
            let text = std::fs::read_to_string(&path).expect("a readable recording");
            let flow: Value = serde_json::from_str(&text).expect("a recording is JSON");
            (flow["name"].as_str().expect("a recording has a name").to_owned(), flow)
        })
        .collect();
    flows.sort_by(|a, b| a.0.cmp(&b.0));
    flows
}

/// Something in which two recordings of the real thing differ from each other, or which holds what other flows did that
/// were recorded at the same time.
struct Noise {
    flow: &'static str,
    part: &'static str,
    /// Where in the part.
    pointer: &'static str,
    /// How many entries of the list there are compared all the same.
    firm: usize,
}

const NOISE: &[Noise] = &[
    // The drained node held pods of other flows, whose eviction timed out.
    Noise { flow: "drain", part: "kubectl", pointer: "/2", firm: 0 },
    // Which of the four pods lay on the drained node is chance.
    Noise { flow: "drain", part: "events", pointer: "/ReplicaSet", firm: 4 },
    // How far the rollout came before the pause is chance.
    Noise { flow: "rollout-pause-resume", part: "events", pointer: "/Deployment", firm: 2 },
    // Which of the combined events come to be is chance.
    Noise { flow: "deploy-adopts-old-set", part: "events", pointer: "/Deployment", firm: 12 },
    // Whether the claim changes while its owner is being written is chance.
    Noise { flow: "sts-claims-delete-both", part: "events", pointer: "/StatefulSet", firm: 0 },
    // Every 15 s the claims are looked at; whether that falls into the time in which a pod waits is chance.
    Noise { flow: "pv-wait-first-consumer", part: "events", pointer: "/PersistentVolumeClaim", firm: 2 },
    Noise { flow: "pv-wait-first-consumer", part: "kubectl", pointer: "/15/stdout", firm: 0 },
    Noise { flow: "rollout-undo", part: "events", pointer: "/Deployment", firm: 13 },
];

/// The part without what is chance.
fn firm(flow: &str, part: &str, mut value: Value) -> Value {
    for noise in NOISE.iter().filter(|noise| noise.flow == flow && noise.part == part) {
        match value.pointer_mut(noise.pointer) {
            Some(Value::Array(entries)) => entries.truncate(noise.firm),
            Some(other) => *other = Value::Null,
            None => {}
        }
    }
    value
}

/// Runs the flows whose names start with the text in `FLOW` (all without it), and demands that every part is equal.
#[test]
fn controllers_do_what_the_recorded_ones_did() {
    let only = std::env::var("FLOW").unwrap_or_default();
    let (mut parts, mut equal, mut failures) = (0, 0, Vec::new());
    for (name, flow) in recorded() {
        if !name.starts_with(&only) {
            continue;
        }
        let log = driver::run(&name, &flow["steps"]);
        if std::env::var_os("FLOW_LOG").is_some() {
            for entry in &log {
                println!("{entry}");
            }
        }
        let got = projection::project(&log);
        let expected = projection::settled(flow["expected"].clone());
        for (part, wanted) in expected.as_object().expect("expected parts") {
            parts += 1;
            let (wanted, got) = (firm(&name, part, wanted.clone()), firm(&name, part, got[part].clone()));
            let differences = projection::differences(&wanted, &got, part);
            if differences.is_empty() {
                equal += 1;
            } else {
                failures.push(format!("{name}: {}", differences.into_iter().take(4).collect::<Vec<_>>().join("\n      ")));
            }
        }
    }
    println!("{equal} of {parts} parts equal");
    assert!(failures.is_empty(), "{equal} of {parts} parts equal\n{}", failures.join("\n"));
}
