//! Single request bodies of every kind, and what a real Kubernetes 1.36 said to them: taken or refused, with which text and
//! which warning. A file of `tests/golden/verdicts` holds the cases of one kind, all of them sent to one cluster.
//!
//! `tests/golden/verdicts-open.txt` says how many cases of a file are not equal yet. `VERDICTS=folder` reads the cases from
//! elsewhere and `FILE=name` those of one file; then what differs is printed and nothing is asserted.

use std::collections::BTreeMap;
use std::path::PathBuf;

use podarium_cluster::Cluster;
use serde_json::{Value, json};

use crate::client::{self, Answered};
use crate::normal;

const NAMESPACE: &str = "v";

struct Outcome {
    cases: usize,
    /// What differs, a text for each case.
    wrong: Vec<String>,
}

fn replay(fresh: &Cluster, cases: &[Value]) -> Outcome {
    let mut cluster = fresh.clone();
    client::make_namespace(&mut cluster, NAMESPACE);
    let mut wrong = Vec::new();
    for (index, case) in cases.iter().enumerate() {
        let (mut differences, mut version) = (Vec::new(), String::new());
        for step in case["steps"].as_array().expect("a case has steps") {
            let ours = client::send(&mut cluster, &at_version(step, &version));
            if version.is_empty() {
                version.push_str(ours.answer.pointer("/metadata/resourceVersion").and_then(Value::as_str).unwrap_or_default());
            }
            // What only tidies up for the next case is not compared.
            if step["method"] == "POST" || step["method"] == "PUT" {
                differences.extend(compare(step, &ours));
            }
        }
        if !differences.is_empty() {
            let body = &case["steps"].as_array().and_then(|steps| steps.iter().rfind(|step| step["method"] == "POST" || step["method"] == "PUT")).expect("a case has steps")["body"];
            wrong.push(format!("{index} {}: {}\n    {}", case["from"], normal::short(body), differences.join("\n    ")));
        }
    }
    Outcome { cases: cases.len(), wrong }
}

/// The step with the version of the object that the case began with in place of `$RV`.
fn at_version(step: &Value, version: &str) -> Value {
    let mut step = step.clone();
    if let Some(place) = step.pointer_mut("/body/metadata/resourceVersion").filter(|place| *place == "$RV") {
        *place = json!(version);
    }
    step
}

fn compare(step: &Value, ours: &Answered) -> Vec<String> {
    if step["code"] != ours.code {
        return vec![format!("code {}: {}\n     got {}: {}", step["code"], said(&step["answer"]), ours.code, said(&ours.answer))];
    }
    let mut differences = Vec::new();
    if !step["answer"].is_null() {
        let (wanted, got) = (normal::answer(&step["answer"], &step["body"]), normal::answer(&ours.answer, &step["body"]));
        differences = if wanted["kind"] == "Status" { texts(&wanted, &got) } else { normal::differences(&wanted, &got, "") };
    }
    if step["warning"].as_str() != ours.warning.as_deref() {
        differences.push(format!("warning {}\n        != {:?}", step["warning"], ours.warning));
    }
    differences
}

/// Errors that the reference finds while it walks a map come in any order.
fn texts(wanted: &Value, got: &Value) -> Vec<String> {
    let parts = |answer: &Value| -> Vec<String> {
        let mut parts: Vec<String> = answer["message"].as_str().unwrap_or_default().split(", ").map(|part| part.replace(['[', ']'], "")).collect();
        parts.sort();
        parts
    };
    let same = parts(wanted) == parts(got) && wanted["details"] == got["details"] && wanted["reason"] == got["reason"];
    if same {
        return Vec::new();
    }
    if wanted["message"] == got["message"] {
        return normal::differences(wanted, got, "");
    }
    vec![format!("want {}\n     got {}", said(wanted), said(got))]
}

fn said(answer: &Value) -> String {
    match &answer["message"] {
        Value::String(message) => message.clone(),
        _ => normal::short(answer),
    }
}

fn files(folder: PathBuf) -> BTreeMap<String, Vec<Value>> {
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).expect("a readable file");
        let cases: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let name = path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
        (name, cases.as_array().expect("a list of cases").clone())
    };
    std::fs::read_dir(folder).expect("the verdicts are there").map(|entry| read(entry.expect("a readable folder").path())).collect()
}

#[test]
fn request_bodies_get_the_verdicts_of_a_real_server() {
    let fresh = client::control_plane();
    if let Ok(folder) = std::env::var("VERDICTS") {
        let only = std::env::var("FILE").ok();
        for (name, cases) in files(folder.into()).into_iter().filter(|(name, _)| only.as_ref().is_none_or(|only| only == name)) {
            let outcome = replay(&fresh, &cases);
            println!("== {name}: {} of {} equal\n{}", outcome.cases - outcome.wrong.len(), outcome.cases, outcome.wrong.join("\n"));
        }
        return;
    }
    let open = std::fs::read_to_string(crate::golden().join("verdicts-open.txt")).expect("the list of open verdicts is in tests/golden");
    let mut open: BTreeMap<&str, usize> = (open.lines().filter(|line| !line.starts_with('#')))
        .map(|line| line.split_once(": ").unwrap_or_else(|| panic!("`kind: how many`, not `{line}`")))
        .map(|(name, count)| (name, count.parse().expect("a number")))
        .collect();
    let (mut cases, mut wrong, mut report) = (0, 0, Vec::new());
    for (name, own) in files(crate::golden().join("verdicts")) {
        let outcome = replay(&fresh, &own);
        (cases, wrong) = (cases + outcome.cases, wrong + outcome.wrong.len());
        let allowed = open.remove(name.as_str()).unwrap_or(0);
        if outcome.wrong.len() != allowed {
            report.push(format!("{name}: {} differ, {allowed} are listed\n{}", outcome.wrong.len(), outcome.wrong.join("\n")));
        }
    }
    println!("{} of {cases} verdicts equal", cases - wrong);
    assert!(cases > 0, "no verdicts were found");
    assert!(open.is_empty(), "listed as open and not there: {:?}", json!(open));
    assert!(report.is_empty(), "{}", report.join("\n"));
}
