//! 342 command lines of kubectl, run in order as they were recorded of the real one. Those of `equal.txt` print, apart
//! from what no two runs share, exactly what the real kubectl printed, and must go on doing so.

mod normal;
#[path = "../support/mod.rs"]
mod support;

use std::collections::BTreeMap;
use std::time::Duration;

use normal::Normal;
use serde::Deserialize;
use support::laboratory::{Answer, Laboratory};

/// The real answers; those of unstable lines depend on chance or on the computer.
const RECORDED: &str = include_str!("../../../../tests/golden/kubectl/lines.json");
/// The pauses between the lines.
const SCRIPT: &str = include_str!("../../../../tests/golden/kubectl/lines.txt");
/// `number line` of each line that is equal.
const EQUAL: &str = include_str!("equal.txt");

const CONFIG: &str = "apiVersion: v1
kind: Config
preferences: {}
clusters: [{name: anchor, cluster: {server: SERVER, insecure-skip-tls-verify: true}}]
contexts: [{name: anchor, context: {cluster: anchor, user: u, namespace: shop}}]
current-context: anchor
users: [{name: u, user: {token: student-of-podarium}}]
";

#[derive(Deserialize)]
struct Recorded {
    line: String,
    #[serde(default)]
    stdin: String,
    #[serde(default)]
    unstable: bool,
    code: i32,
    stdout: String,
    stderr: String,
}

/// Seconds to wait in front of each line that has a pause there.
fn pauses() -> BTreeMap<usize, f64> {
    let (mut pauses, mut number, mut body) = (BTreeMap::new(), 0, false);
    for line in SCRIPT.lines() {
        if body {
            body = line != "EOF";
        } else if let Some(seconds) = line.strip_prefix('~') {
            *pauses.entry(number).or_default() += seconds.trim().parse::<f64>().expect("seconds");
        } else if !line.trim().is_empty() && !line.starts_with('#') {
            number += 1;
            body = line.ends_with(" <<");
        }
    }
    pauses
}

fn laboratory() -> (Laboratory, BTreeMap<String, String>) {
    let mut laboratory = Laboratory::new("shop");
    let mut environment = podarium_workstation::environment();
    environment.insert("COLUMNS".into(), "120".into());
    environment.insert("KUBECONFIG".into(), "/home/student/config".into());
    laboratory.world.put_file("config", &CONFIG.replace("SERVER", podarium_workstation::API_SERVER), false);
    laboratory.pass(Duration::from_secs(3), &mut |_, _| {});
    laboratory.run("kubectl create namespace shop", "", environment.clone(), &mut |_, _| {});
    laboratory.pass(Duration::from_secs(3), &mut |_, _| {});
    (laboratory, environment)
}

/// How an answer differs from the recorded one, in words; nothing where it does not.
fn difference(normal: &Normal, wanted: &Recorded, found: &Answer) -> Option<String> {
    if wanted.code != found.code {
        return Some(format!("exit code {} instead of {}: {}{}", found.code, wanted.code, found.stdout, found.stderr));
    }
    let parts = [("stdout", &wanted.stdout, &found.stdout), ("stderr", &wanted.stderr, &found.stderr)];
    parts.into_iter().find_map(|(part, wanted, found)| normal.difference(wanted, found).map(|text| format!("{part}: {text}")))
}

#[test]
fn recorded_lines_print_what_kubectl_printed() {
    let recorded: Vec<Recorded> = serde_json::from_str(RECORDED).expect("recorded lines");
    let (pauses, normal) = (pauses(), Normal::new());
    let (mut laboratory, environment) = laboratory();
    let (mut equal, mut refused, mut different) = (Vec::new(), Vec::new(), Vec::new());
    for (number, wanted) in recorded.iter().enumerate() {
        // A real kubectl takes its time to start; the recordings have that in them.
        let pause = pauses.get(&number).copied().unwrap_or_default() + 0.06;
        laboratory.pass(Duration::from_secs_f64(pause), &mut |_, _| {});
        let line = format!("kubectl {}", wanted.line);
        let mut found = laboratory.run(&line, &wanted.stdin, environment.clone(), &mut |_, _| {});
        // The recordings name the home directory so, wherever it was.
        for text in [&mut found.stdout, &mut found.stderr] {
            *text = text.replace("/home/student", "~");
        }
        let name = format!("{} {}", number + 1, wanted.line);
        if wanted.unstable {
            continue;
        }
        match difference(&normal, wanted, &found) {
            None => equal.push(name),
            Some(_) if found.stderr.contains("not simulated") => refused.push(name),
            Some(text) => different.push(format!("{name}\n    {text}")),
        }
    }
    println!("equal:\n{}\nnot simulated:\n{}\ndifferent:\n{}", equal.join("\n"), refused.join("\n"), different.join("\n"));
    println!("{} equal, {} not simulated, {} different", equal.len(), refused.len(), different.len());
    let lost: Vec<&str> = EQUAL.lines().filter(|line| !equal.iter().any(|found| found == line)).collect();
    assert!(lost.is_empty(), "these were equal:\n{}", lost.join("\n"));
    assert!(!EQUAL.is_empty(), "some lines are listed as equal");
}
