//! Kubernetes' own tests of kubectl (`test/cmd/*.sh`), one function at a time, each on a fresh served cluster without nodes,
//! whose control plane has the flags of theirs.
//!
//! `KUBERNETES_SOURCE` names a tree of Kubernetes 1.36 with `test`, `hack` and `third_party`; without it there is nothing to
//! run. `failing.txt` lists the functions that do not pass, with the reason. `UPSTREAM` runs those whose names have one
//! of its words; what they print goes into the folder `UPSTREAM_LOGS`.
#![expect(clippy::disallowed_methods, reason = "a test that starts a server and programs")]

#[path = "../support/mod.rs"]
mod support;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use podarium_host::Speed;
use support::Served;

const FAILING: &str = include_str!("failing.txt");
/// How long a function may take.
const LIMIT: Duration = Duration::from_secs(300);

/// The functions that `legacy-script.sh` runs, in its order.
fn functions(source: &Path) -> Vec<String> {
    let script = std::fs::read_to_string(source.join("test/cmd/legacy-script.sh")).expect("a tree of Kubernetes has test/cmd/legacy-script.sh");
    script.lines().filter_map(|line| line.trim().strip_prefix("record_command ")).filter(|name| name.starts_with("run_")).map(str::to_owned).collect()
}

/// Whether it passed, and what it printed.
fn run(source: &Path, function: &str) -> (bool, String) {
    let served = Served::start(&format!("upstream-{function}"), "tests/upstream/cluster.yaml", Speed::Times(1.0));
    let script = std::fs::canonicalize("tests/upstream/run.sh").expect("the script");
    let mut command = Command::new("bash");
    command.arg(script).arg(source).arg(served.address.port().to_string()).arg(served.setting("token")).arg(function);
    // A file instead of a pipe, since what runs in the background would keep a pipe open.
    let log = served.folder().join("log");
    let out = std::fs::File::create(&log).expect("a file");
    let errors = out.try_clone().expect("a file");
    let folder = served.folder().join("work");
    std::fs::create_dir_all(&folder).expect("a folder");
    let status = support::run_into(command.current_dir(&folder), out, errors, LIMIT);
    let said = String::from_utf8_lossy(&std::fs::read(&log).unwrap_or_default()).into_owned();
    (status.is_some_and(|status| status.success()) && said.lines().next_back() == Some("passed"), said)
}

#[test]
fn kubernetes_own_tests_of_kubectl_pass() {
    let Some(source) = std::env::var_os("KUBERNETES_SOURCE").map(PathBuf::from) else {
        eprintln!("skipped: no tree of Kubernetes; set KUBERNETES_SOURCE to one");
        return;
    };
    if support::kubectl().is_none() {
        return;
    }
    let only = std::env::var("UPSTREAM").unwrap_or_default();
    let (mut passed, mut failed) = (Vec::new(), Vec::new());
    for function in functions(&source).into_iter().filter(|function| only.is_empty() || only.split_whitespace().any(|word| function.contains(word))) {
        let (good, said) = run(&source, &function);
        println!("{} {function}", if good { "passed" } else { "FAILED" });
        if let Some(folder) = std::env::var_os("UPSTREAM_LOGS") {
            std::fs::write(Path::new(&folder).join(&function), &said).expect("a log");
        }
        if good { passed.push(function) } else { failed.push(function) };
    }
    println!("{} of {} functions pass", passed.len(), passed.len() + failed.len());
    let listed = |function: &str| FAILING.lines().any(|line| line.split(':').next() == Some(function));
    let unlisted: Vec<&String> = failed.iter().filter(|function| !listed(function)).collect();
    assert!(unlisted.is_empty(), "these fail and are not listed: {unlisted:?}");
    let mended: Vec<&String> = passed.iter().filter(|function| listed(function)).collect();
    assert!(mended.is_empty(), "these are listed and pass: {mended:?}");
}
