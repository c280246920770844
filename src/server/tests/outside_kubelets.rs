//! Somebody else's kubelets: the programs that recorded the flows of `tests/golden/flows` and the command lines of
//! `tests/golden/kubectl` on a real cluster, run as they are against a served one without nodes. They bring four nodes, play
//! their kubelets, type with the real kubectl, and watch. What comes out is compared by their own `compare.py`.
//!
//! `GOLDEN_TOOLS` names the folder with these programs, beside one with the recordings as they were made; without it there is
//! nothing to run. All flows are run, which takes five minutes, or those that `FLOWS` names.
#![expect(clippy::disallowed_methods, reason = "a test that starts a server and programs")]

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use podarium_host::Speed;
use support::{Served, run_with};

/// Flows in which two recordings of a real cluster differ as well: which events are combined is drawn, a rollout is
/// stopped at the moment at which kubectl gets to it, and a drained node has the pods of other flows.
const BY_CHANCE: [&str; 3] = ["drain", "rollout-pause-resume", "rollout-undo"];
/// How long all of them may take.
const LIMIT: Duration = Duration::from_secs(1500);

/// The programs, and a cluster to run them against.
struct Recorder {
    tools: PathBuf,
    kubectl: PathBuf,
    served: Served,
}

impl Recorder {
    /// Nothing if a program is missing, which is said.
    fn new(name: &str) -> Option<Recorder> {
        let Some(tools) = std::env::var_os("GOLDEN_TOOLS").map(PathBuf::from) else {
            eprintln!("skipped: set GOLDEN_TOOLS to the folder with flows.py and compare.py");
            return None;
        };
        let kubectl = support::kubectl()?;
        if !Command::new("python3").args(["-c", "import requests, yaml"]).output().is_ok_and(|done| done.status.success()) {
            eprintln!("skipped: no python3 with requests and yaml");
            return None;
        }
        Some(Recorder { tools, kubectl, served: Served::start(name, "tests/support/no-nodes.yaml", Speed::Times(1.0)) })
    }

    /// Runs one of the programs to its end; what it printed.
    fn run(&self, program: &str, arguments: &[&Path], names: &[String]) -> String {
        let mut command = Command::new("python3");
        command.arg(self.tools.join(program)).args(arguments).args(names).env("KUBECTL", &self.kubectl).env("HOME", self.served.folder());
        let done = run_with(&mut command, LIMIT, || {}).expect("it ends in time");
        assert!(done.status.success(), "{program}: {}", String::from_utf8_lossy(&done.stderr));
        let said = String::from_utf8_lossy(&done.stdout).into_owned();
        println!("{said}");
        said
    }
}

#[test]
fn flows_of_other_peoples_kubelets_are_those_of_a_real_cluster() {
    let Some(recorder) = Recorder::new("flows") else { return };
    let (config, out, recorded) = (recorder.served.kubeconfig(), recorder.served.folder().join("flows"), recorder.tools.join("../flows"));
    // Runs the flows, or all; the names of those that differ.
    let different = |names: &[String]| {
        recorder.run("flows.py", &[Path::new("record"), &config, &out], names);
        let said = recorder.run("compare.py", &[Path::new("flows"), &recorded, &out], names);
        assert!(said.trim_end().ends_with(" cases whole"), "compare.py did not come to its end");
        // A line with the name of each flow that differs, with or without details, and one with the sum.
        let different = said.lines().filter(|line| !line.starts_with(' ')).filter_map(|line| line.split(':').next());
        different.filter(|name| !name.is_empty() && *name != "flows").map(str::to_owned).collect::<Vec<_>>()
    };
    let wanted: Vec<String> = std::env::var("FLOWS").unwrap_or_default().split_whitespace().map(str::to_owned).collect();
    let mut left = different(&wanted);
    left.retain(|name| !BY_CHANCE.contains(&name.as_str()));
    // It may be the moment at which a busy computer did something.
    if !left.is_empty() {
        left = different(&left);
    }
    assert!(left.is_empty(), "these flows differ: {left:?}");
}

#[test]
fn command_lines_of_the_real_kubectl_are_answered_as_a_real_cluster_answers_them() {
    let Some(recorder) = Recorder::new("lines") else { return };
    let (config, out, recorded) = (recorder.served.kubeconfig(), recorder.served.folder().join("lines.json"), Path::new("../../tests/golden/kubectl/lines.json"));
    recorder.run("kubectl_table.py", &[&config, &out], &[]);
    let said = recorder.run("compare.py", &[Path::new("lines"), recorded, &out, Path::new("-v")], &[]);
    let different: Vec<&str> = said.lines().filter_map(|line| line.strip_prefix("kubectl ")).filter(|line| !LINES_THAT_DIFFER.iter().any(|(known, _)| line.starts_with(known))).collect();
    assert!(said.contains("kubectl: "), "compare.py did not come to its end");
    assert!(different.is_empty(), "these lines are answered otherwise: {different:#?}");
}

/// Lines that differ, and why.
const LINES_THAT_DIFFER: &[(&str, &str)] = &[
    ("config view: ", "the recorded server was trusted without a certificate"),
    ("describe node node-1: ", "which pods are there was drawn"),
    ("describe pod probe: ", "the zone of its node, likewise"),
    ("get pod web2 -o yaml: ", "likewise"),
    ("label pods -l app=web2 x=y --list: ", "likewise"),
];
