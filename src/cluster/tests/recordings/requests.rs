//! Requests that we thought of, with the answers of a kube-apiserver 1.36 that runs alone: no controllers, no scheduler, no
//! nodes. A file of `tests/golden/requests` is a list of cases in the form of the recordings.
//!
//! `tests/golden/requests-open.txt` names the cases that are not equal yet. `RECORDINGS=file` runs the cases of another
//! file and prints what differs, so that two servers can be compared on any requests. `"$RV"` in a body stands for the
//! version that the first answer told.

use std::collections::BTreeSet;

use podarium_cluster::Cluster;
use serde_json::{Value, json};

use crate::{Outcome, client, replay_in};

fn cases(text: &str) -> Vec<Value> {
    serde_json::from_str(text).expect("a list of cases")
}

/// The cases of all files.
pub fn recorded() -> Vec<Value> {
    let files = std::fs::read_dir(crate::golden().join("requests")).expect("the requests are in tests/golden");
    files.flat_map(|file| cases(&std::fs::read_to_string(file.expect("a readable folder").path()).expect("a readable file"))).collect()
}

/// A server alone, with the namespace of the case.
fn alone(fresh: &Cluster, case: &Value) -> Cluster {
    let mut cluster = fresh.clone();
    let namespace = case["namespace"].as_str().expect("a recording has a namespace");
    client::make_namespace(&mut cluster, namespace);
    for name in ["kube-controller-manager", "kube-scheduler"] {
        if let Some(id) = cluster.component_id(name) {
            cluster.stop(id);
        }
    }
    client::send(&mut cluster, &json!({"method": "DELETE", "path": format!("/api/v1/namespaces/{namespace}/configmaps/kube-root-ca.crt")}));
    cluster
}

fn name(case: &Value) -> &str {
    case["name"].as_str().unwrap_or_default()
}

#[test]
fn other_requests_get_the_answers_of_a_real_server() {
    let fresh = client::control_plane();
    let replay = |case: &Value| -> Outcome { replay_in(alone(&fresh, case), case) };
    if let Ok(path) = std::env::var("RECORDINGS") {
        let cases = cases(&std::fs::read_to_string(path).expect("RECORDINGS names a readable file"));
        let (mut steps, mut equal, mut whole) = (0, 0, 0);
        for case in &cases {
            let outcome = replay(case);
            (steps, equal, whole) = (steps + outcome.compared, equal + outcome.equal, whole + usize::from(outcome.differences.is_empty()));
            if !outcome.differences.is_empty() {
                println!("{}: {}", name(case), outcome.differences.join("\n    "));
            }
        }
        println!("{equal} of {steps} steps equal, {whole} of {} cases whole", cases.len());
        return;
    }
    let listed = std::fs::read_to_string(crate::golden().join("requests-open.txt")).expect("the list of open cases is in tests/golden");
    let mut listed: BTreeSet<&str> = listed.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split(':').next()).collect();
    let (mut count, mut wrong) = (0, Vec::new());
    for case in recorded() {
        let outcome = replay(&case);
        count += 1;
        match (listed.remove(name(&case)), outcome.differences.as_slice()) {
            (false, []) | (true, [_, ..]) => {}
            (true, []) => wrong.push(format!("{} is equal now: take it out of requests-open.txt", name(&case))),
            (false, differences) => wrong.push(format!("{}: {}", name(&case), differences.join("\n    "))),
        }
    }
    println!("{count} cases, {} of them not equal", wrong.len());
    assert!(count > 700, "only {count} cases were found");
    assert!(listed.is_empty(), "listed as open and not there: {listed:?}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
