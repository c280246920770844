//! The command lines that were recorded of the real kubectl, run here.

mod rig;

use std::time::Duration;

use rig::{Done, Rig};
use serde_json::Value;

const RECORDED: &str = include_str!("../../../tests/golden/kubectl/lines.json");
const LINES: &str = include_str!("../../../tests/golden/kubectl/lines.txt");

enum Step {
    Line(String, String),
    Wait(Duration),
}

/// The script: command lines with their standard input, and pauses.
fn script() -> Vec<Step> {
    let mut steps = Vec::new();
    let mut rest = LINES.lines();
    while let Some(line) = rest.next() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(seconds) = line.strip_prefix('~') {
            steps.push(Step::Wait(Duration::from_secs_f64(seconds.trim().parse().unwrap())));
            continue;
        }
        match line.strip_suffix(" <<") {
            Some(line) => {
                let body: String = rest.by_ref().take_while(|line| *line != "EOF").map(|line| format!("{line}\n")).collect();
                steps.push(Step::Line(line.to_owned(), body));
            }
            None => steps.push(Step::Line(line.to_owned(), String::new())),
        }
    }
    steps
}

#[test]
fn dump() {
    let mut rig = Rig::new();
    let mut all: Vec<Value> = Vec::new();
    for step in script() {
        match step {
            Step::Wait(duration) => rig.wait(duration),
            Step::Line(line, stdin) => {
                let Done { code, stdout, stderr } = rig.run(&line, &stdin);
                all.push(serde_json::json!({"line": line, "code": code, "stdout": stdout, "stderr": stderr}));
            }
        }
    }
    let recorded: Vec<Value> = serde_json::from_str(RECORDED).unwrap();
    assert_eq!(recorded.len(), all.len());
    println!("DUMP{}", Value::Array(all));
}
