//! What somebody with a kubectl of their own waits for: whole processes of the real kubectl against 100 nodes and 3,000 pods.
//!
//! `cargo bench -p podarium-server --bench kubectl`, with a kubectl 1.36 on the path or in `$KUBECTL`. The embedded kubectl is
//! measured by `cargo bench -p podarium-course --bench engine`.
#![expect(clippy::disallowed_methods, reason = "a benchmark that starts a server and a program")]

#[path = "../tests/support/mod.rs"]
mod support;

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use podarium_course::Audience;
use podarium_host::{Player, Speed};
use support::Served;

/// The allocator of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const PODS: usize = 3000;

fn main() {
    divan::main();
}

/// The cluster with all its pods running, served at the speed of the clock.
fn large() -> Served {
    let loaded = podarium_host::load("benches/large.yaml").expect("a scenario");
    let mut player = Player::beginning_now(loaded, Some(1), Audience::Nobody);
    player.step_by(Duration::from_secs(600));
    Served::play("large", player, Speed::Times(1.0))
}

fn run(served: &Served, kubectl: &PathBuf, line: &str) -> Vec<u8> {
    let mut command = Command::new(kubectl);
    command.arg("--kubeconfig").arg(served.kubeconfig()).args(line.split(' ')).env("HOME", served.folder());
    let done = command.output().expect("kubectl runs");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    done.stdout
}

/// The target of the first is 150 ms. What discovery found is known, as after any earlier line.
#[divan::bench(sample_count = 20, args = ["get pods -A", "get pods -A -o wide", "get pods -A -o json", "get nodes", "get pod -l app=a7"])]
fn real_kubectl_at_3000_pods(bencher: divan::Bencher<'_, '_>, line: &str) {
    let Some(kubectl) = support::kubectl() else { return };
    let served = large();
    let running = run(&served, &kubectl, "get pods -A --no-headers --field-selector status.phase=Running");
    let count = running.iter().filter(|byte| **byte == b'\n').count();
    assert!(count >= PODS, "only {count} pods run");
    bencher.bench(|| run(&served, &kubectl, line).len());
}
