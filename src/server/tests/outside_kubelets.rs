//! Somebody else's kubelets: the program that recorded the flows of `tests/golden/flows` on a real cluster, run as it is
//! against a served one without nodes. It brings four nodes, plays their kubelets, types with the real kubectl, and watches.
//!
//! `GOLDEN_TOOLS` names the folder with `flows.py` and `compare.py`, beside one with the recordings as they were made;
//! without it there is nothing to run. `FLOWS` names other flows than the usual few, `all` runs them all. What comes out is
//! compared by `compare.py`, part by part.
#![expect(clippy::disallowed_methods, reason = "a test that starts a server and programs")]

mod support;

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use podarium_host::Speed;
use support::{Served, run_with};

/// Flows that end soon and in which two recordings of a real cluster do not differ.
const USUAL: &str = "deployment-scale job-one rollout-1-default selfheal-kill-one service-endpoints sts-ordered";

#[test]
fn flows_of_other_peoples_kubelets_are_those_of_a_real_cluster() {
    let Some(tools) = std::env::var_os("GOLDEN_TOOLS").map(PathBuf::from) else {
        eprintln!("skipped: set GOLDEN_TOOLS to the folder with flows.py and compare.py");
        return;
    };
    let Some(kubectl) = support::kubectl() else { return };
    let python = |arguments: &[&str]| {
        let mut command = Command::new("python3");
        command.args(arguments).env("KUBECTL", &kubectl);
        command
    };
    if !python(&["-c", "import requests, yaml"]).output().is_ok_and(|done| done.status.success()) {
        eprintln!("skipped: no python3 with requests and yaml");
        return;
    }
    let served = Served::start("flows", "tests/support/no-nodes.yaml", Speed::Times(1.0));
    let wanted = std::env::var("FLOWS").unwrap_or_else(|_| USUAL.to_owned());
    let names: Vec<&str> = if wanted == "all" { Vec::new() } else { wanted.split_whitespace().collect() };
    let path = |path: PathBuf| path.to_str().expect("a plain path").to_owned();
    let (config, out) = (path(served.kubeconfig()), path(served.folder().join("flows")));
    let [flows, compare, recorded_there] = ["flows.py", "compare.py", "../flows"].map(|name| path(tools.join(name)));
    let mut record = python(&[&flows, "record", &config, &out]);
    let recorded = run_with(record.args(&names).env("HOME", served.folder()), Duration::from_secs(1500), || {}).expect("it ends in time");
    assert!(recorded.status.success(), "{}", String::from_utf8_lossy(&recorded.stderr));
    let mut comparing = python(&[&compare, "flows", &recorded_there, &out]);
    let compared = comparing.args(&names).output().expect("python runs");
    let said = String::from_utf8_lossy(&compared.stdout);
    println!("{said}");
    let whole = said.lines().next_back().and_then(|line| line.split(", ").nth(1)?.split(" of ").next()?.parse::<usize>().ok());
    assert!(wanted != USUAL || whole == Some(names.len()), "the flows differ:\n{said}");
}
