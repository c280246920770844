//! Simulation tests: a seed draws a cluster, workloads and faults. After every write the rules must hold that Kubernetes
//! never breaks; when the faults are over, everything that was declared must come about.
//!
//! `SIMULATION_SEEDS=1000` runs as many seeds; a failure names its seed, and `SIMULATION_SEED=17` plays that one again.

#![allow(clippy::disallowed_methods, reason = "a test is told from outside how much it is to do")]

mod history;
mod safety;
mod trial;
mod workload;

use std::time::Duration;

use trial::{Faults, Trial};

/// How many seeds run when nobody says.
const SEEDS: u64 = 5;

fn seeds() -> Vec<u64> {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    match number("SIMULATION_SEED") {
        Some(seed) => vec![seed],
        None => (1..=number("SIMULATION_SEEDS").unwrap_or(SEEDS)).collect(),
    }
}

/// Runs every seed to its end and names those that failed.
fn each_seed(run: impl Fn(u64) -> Result<(), String>) {
    let failures: Vec<String> = seeds().into_iter().filter_map(|seed| run(seed).err().map(|why| format!("SIMULATION_SEED={seed}: {why}"))).collect();
    assert!(failures.is_empty(), "{} of {} seeds failed:\n{}", failures.len(), seeds().len(), failures.join("\n"));
}

/// A seed that is played again tells its history if it fails.
fn told(trial: &mut Trial, course: impl Fn(&mut Trial) -> Result<(), String>) -> Result<(), String> {
    let result = course(trial);
    if result.is_err() && std::env::var("SIMULATION_SEED").is_ok() {
        trial.history().for_each(|line| println!("{line}"));
        trial.workloads().for_each(|object| println!("{object}"));
    }
    result
}

#[test]
fn whatever_breaks_no_rule_does_and_all_heals() {
    each_seed(|seed| {
        let mut trial = Trial::new(seed, Faults::All);
        let course = |trial: &mut Trial| {
            trial.trouble(Duration::from_secs(60))?;
            trial.heal();
            trial.converge(Duration::from_secs(900))
        };
        told(&mut trial, course)
    });
}

#[test]
fn without_faults_a_rollout_keeps_its_promises() {
    each_seed(|seed| {
        let mut trial = Trial::new(seed, Faults::None);
        let course = |trial: &mut Trial| {
            trial.converge(Duration::from_secs(120))?;
            trial.promise();
            trial.trouble(Duration::from_secs(90))?;
            trial.heal();
            trial.converge(Duration::from_secs(300))
        };
        told(&mut trial, course)
    });
}

#[test]
fn the_same_seed_gives_the_same_course() {
    let course = || {
        let mut trial = Trial::new(3, Faults::All);
        trial.trouble(Duration::from_secs(20)).expect("no rule is broken");
        trial.cluster.trace_hash()
    };
    assert_eq!(course(), course());
}

/// The checks are worth something only if they can fail.
#[test]
fn a_broken_promise_is_noticed() {
    let noticed = (1..50).find_map(|seed| {
        let mut trial = Trial::new(seed, Faults::None);
        trial.converge(Duration::from_secs(120)).expect("nothing is broken yet");
        trial.promise();
        trial.break_a_promise().then(|| trial.pass(Duration::from_secs(1)).is_err())
    });
    assert_eq!(noticed, Some(true));
}
