//! Recorded requests to a real Kubernetes 1.36.2 and its answers, sent again: each case to a cluster of its own, in a
//! fresh namespace, over HTTP, with the controllers running and no nodes. Status code, body and warning are compared.
//!
//! `tests/golden/api-open.txt` names the cases that are not equal yet. `CASE=name cargo test --test recordings` runs one
//! case and prints what differs, step by step.

#![expect(clippy::disallowed_methods, reason = "a test may read its recordings and be told which to run")]

mod client;
mod normal;
mod openapi;
mod ordered;
mod requests;
mod texts;
mod unchanged;
mod verdicts;

use std::collections::BTreeMap;
use std::path::PathBuf;

use podarium_cluster::Cluster;
use serde_json::Value;

use client::Answered;

fn golden() -> PathBuf {
    PathBuf::from("../../tests/golden")
}

/// The cases by name.
fn recorded() -> BTreeMap<String, Value> {
    let files = std::fs::read_dir(golden().join("api")).expect("the recordings are in tests/golden/api");
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).expect("a readable recording");
        let case: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        (case["name"].as_str().expect("a recording has a name").to_owned(), case)
    };
    files.map(|entry| read(entry.expect("a readable folder").path())).collect()
}

/// The cases that are not equal yet, with the reason.
fn open() -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(golden().join("api-open.txt")).expect("the list of open cases is in tests/golden");
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| line.split_once(": ").unwrap_or_else(|| panic!("`case: reason`, not `{line}`"))).map(|(name, why)| (name.to_owned(), why.to_owned())).collect()
}

#[derive(Default)]
struct Outcome {
    compared: usize,
    equal: usize,
    /// What differs, a line for each step.
    differences: Vec<String>,
}

fn replay(fresh: &Cluster, case: &Value) -> Outcome {
    let mut cluster = fresh.clone();
    client::make_namespace(&mut cluster, case["namespace"].as_str().expect("a recording has a namespace"));
    replay_in(cluster, case)
}

fn replay_in(mut cluster: Cluster, case: &Value) -> Outcome {
    let (mut outcome, mut version) = (Outcome::default(), None::<String>);
    for (index, step) in case["steps"].as_array().expect("a recording has steps").iter().enumerate() {
        if let Some(seconds) = step["sleep"].as_f64() {
            client::sleep(&mut cluster, seconds);
            continue;
        }
        let mut step = step.clone();
        if let Some(version) = &version
            && step["body"].to_string().contains("\"$RV\"")
        {
            step["body"] = serde_json::from_str(&step["body"].to_string().replace("$RV", version)).expect("a version needs no escapes");
        }
        let (ours, step) = (client::send(&mut cluster, &step), &step);
        version = version.or_else(|| ours.answer.pointer("/metadata/resourceVersion").and_then(Value::as_str).map(str::to_owned));
        if step["unstable"] == true {
            continue;
        }
        outcome.compared += 1;
        let differences = compare(step, &ours);
        if differences.is_empty() {
            outcome.equal += 1;
        } else {
            let (method, path) = (step["method"].as_str().unwrap_or_default(), step["path"].as_str().unwrap_or_default());
            outcome.differences.push(format!("step {index} {method} {path}:\n        {}", differences.join("\n        ")));
        }
    }
    outcome
}

fn compare(step: &Value, ours: &Answered) -> Vec<String> {
    if step["code"] != ours.code {
        return vec![format!("code {} != {}: {}", step["code"], ours.code, normal::short(&ours.answer))];
    }
    let shown = |answer: &Value| {
        let answer = normal::answer(answer, &step["body"]);
        // What the real server says in any order may come in any.
        if step["order"] == "any" { normal::unordered(answer) } else { answer }
    };
    let mut differences = normal::differences(&shown(&step["answer"]), &shown(&ours.answer), "");
    if ours.answer["kind"] != "Table" {
        differences.extend(normal::differences(&normal::owners(&step["answer"]), &normal::owners(&ours.answer), ".managedFields"));
    }
    if step["warning"].as_str() != ours.warning.as_deref() {
        differences.push(format!("warning {} != {:?}", step["warning"], ours.warning));
    }
    differences
}

#[test]
fn recorded_requests_get_the_recorded_answers() {
    let fresh = client::control_plane();
    if let Ok(name) = std::env::var("CASE") {
        let case = recorded().remove(&name).unwrap_or_else(|| panic!("no case {name}"));
        let outcome = replay(&fresh, &case);
        println!("{name}: {} of {} steps equal\n    {}", outcome.equal, outcome.compared, outcome.differences.join("\n    "));
        return;
    }
    let mut open = open();
    let (mut steps, mut equal, mut cases, mut whole, mut wrong) = (0, 0, 0, 0, Vec::new());
    for (name, case) in recorded() {
        let outcome = replay(&fresh, &case);
        (steps, equal, cases) = (steps + outcome.compared, equal + outcome.equal, cases + 1);
        whole += usize::from(outcome.differences.is_empty());
        match (open.remove(&name), outcome.differences.as_slice()) {
            (None, []) | (Some(_), [_, ..]) => {}
            (Some(_), []) => wrong.push(format!("{name} is equal now: take it out of api-open.txt")),
            (None, differences) => wrong.push(format!("{name}: {}", differences.join("\n    "))),
        }
    }
    wrong.extend(open.keys().map(|name| format!("{name} is in api-open.txt and in no recording")));
    println!("{equal} of {steps} steps equal, {whole} of {cases} cases whole");
    assert!(cases >= 136, "only {cases} recordings were found");
    assert!(wrong.is_empty(), "{equal} of {steps} steps equal, {whole} of {cases} cases whole\n{}", wrong.join("\n"));
}
