//! Request bodies of every kind, each with one thing changed, and what a real Kubernetes 1.36 said to them when they were
//! posted as dry runs: taken or refused, with which text and which warning. A file of `tests/golden/verdicts` holds a good
//! body of a kind and the changes: `set` and `absent` name places in it. With the method `PUT` the good body is made first,
//! and the changed ones are dry runs of updates.
//!
//! `tests/golden/verdicts-open.txt` says how many cases of a file are not equal yet. `VERDICTS=file` prints what differs in
//! one file, and `VERDICTS=all` in all of them.

use std::collections::BTreeMap;

use podarium_cluster::Cluster;
use serde_json::{Value, json};

use crate::client::{self, Answered};
use crate::normal;
use crate::ordered::Ordered;

const NAMESPACE: &str = "v";

struct Outcome {
    cases: usize,
    /// What differs, a text for each case.
    wrong: Vec<String>,
}

fn replay(fresh: &Cluster, groups: &Ordered) -> Outcome {
    let mut cluster = fresh.clone();
    client::make_namespace(&mut cluster, NAMESPACE);
    let mut outcome = Outcome { cases: 0, wrong: Vec::new() };
    for group in groups.items() {
        let path = group.field("path").expect("a body has a path").value();
        let mut path = path.as_str().unwrap_or_default().to_owned();
        let body = group.field("body").expect("a body");
        let updates = group.field("method").is_some_and(|method| method.value() == "PUT");
        if updates {
            let made = client::send(&mut cluster, &request("POST", &path, body));
            assert_eq!(made.code, 201, "{path}: {}", made.answer);
            let value = body.value();
            path = format!("{path}/{}", value["metadata"]["name"].as_str().expect("what is updated has a name"));
        }
        let method = if updates { "PUT" } else { "POST" };
        for changes in group.field("cases").expect("a body has cases").items() {
            let case = changes.value();
            let validation = case["fieldValidation"].as_str().map(|how| format!("&fieldValidation={how}")).unwrap_or_default();
            let ours = client::send(&mut cluster, &request(method, &format!("{path}?dryRun=All{validation}"), &changed(body, changes)));
            outcome.cases += 1;
            outcome.wrong.extend(difference(&case, &ours));
        }
    }
    outcome
}

fn request(method: &str, path: &str, body: &Ordered) -> Value {
    json!({"method": method, "path": path, "headers": {"Content-Type": "application/json"}, "body": body.to_string()})
}

/// The body with what the case changes in it.
fn changed(body: &Ordered, case: &Ordered) -> Ordered {
    let mut body = body.clone();
    for (place, value) in case.field("set").map(Ordered::fields).unwrap_or_default() {
        body.put(place, Some(value.clone()));
    }
    for place in case.field("absent").map(Ordered::items).unwrap_or_default() {
        body.put(place.value().as_str().expect("a place"), None);
    }
    body
}

fn difference(case: &Value, ours: &Answered) -> Option<String> {
    let code = case["code"].as_u64().unwrap_or_default();
    let message = normal::text(ours.answer["message"].as_str().unwrap_or_default());
    let wanted = normal::text(case["message"].as_str().unwrap_or_default());
    let same_text = code < 400 || parts(&message) == parts(&wanted);
    if code == u64::from(ours.code) && same_text && case["warning"].as_str() == ours.warning.as_deref() {
        return None;
    }
    let what = json!([case["set"], case["absent"], case["fieldValidation"]]);
    let got = if ours.code < 400 { "" } else { &message };
    Some(format!("{}\n    want {code} {wanted} {}\n     got {} {got} {:?}", normal::short(&what), case["warning"], ours.code, ours.warning))
}

/// The errors of a text, sorted: those that the reference finds while it walks a map come in any order. What is refused stands
/// before the first of them.
fn parts(message: &str) -> Vec<String> {
    let mut parts: Vec<String> = message.split(" is invalid: ").flat_map(|part| part.split(", ")).map(|part| part.replace(['[', ']'], "")).collect();
    parts.sort();
    parts
}

fn files() -> BTreeMap<String, Ordered> {
    let folder = crate::golden().join("verdicts");
    let read = |path: std::path::PathBuf| {
        let text = std::fs::read_to_string(&path).expect("a readable file");
        let groups = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let name = path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
        (name, groups)
    };
    std::fs::read_dir(folder).expect("the verdicts are there").map(|entry| read(entry.expect("a readable folder").path())).collect()
}

#[test]
fn request_bodies_get_the_verdicts_of_a_real_server() {
    let fresh = client::control_plane();
    if let Ok(only) = std::env::var("VERDICTS") {
        for (name, groups) in files().into_iter().filter(|(name, _)| only == "all" || only == *name) {
            let outcome = replay(&fresh, &groups);
            println!("{name}: {} of {} differ\n{}", outcome.wrong.len(), outcome.cases, outcome.wrong.join("\n"));
        }
        return;
    }
    let open = std::fs::read_to_string(crate::golden().join("verdicts-open.txt")).expect("the list of open verdicts is in tests/golden");
    let mut open: BTreeMap<&str, usize> = (open.lines().filter(|line| !line.starts_with('#')))
        .map(|line| line.split_once(": ").unwrap_or_else(|| panic!("`kind: how many`, not `{line}`")))
        .map(|(name, count)| (name, count.parse().expect("a number")))
        .collect();
    let (mut cases, mut wrong, mut report) = (0, 0, Vec::new());
    for (name, groups) in files() {
        let outcome = replay(&fresh, &groups);
        (cases, wrong) = (cases + outcome.cases, wrong + outcome.wrong.len());
        let allowed = open.remove(name.as_str()).unwrap_or(0);
        if outcome.wrong.len() != allowed {
            report.push(format!("{name}: {} differ, {allowed} are listed\n{}", outcome.wrong.len(), outcome.wrong.join("\n")));
        }
    }
    println!("{} of {cases} verdicts equal", cases - wrong);
    assert!(cases > 0, "no verdicts were found");
    assert!(open.is_empty(), "listed as open and not there: {open:?}");
    assert!(report.is_empty(), "{}", report.join("\n"));
}
