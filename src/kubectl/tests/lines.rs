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

/// What differs between two runs of the real thing: names that are made up, ages, times, addresses, numbers of versions.
/// Columns are not compared by their widths, which follow from those, and lines not by their order.
fn normalized(text: &str) -> Vec<String> {
    let line = |line: &str| {
        // Behind these comes what is different every time: a date, a revision, an address.
        let volatile = ["resourceVersion", "Mon, ", "Tue, ", "Wed, ", "Thu, ", "Fri, ", "Sat, ", "Sun, ", "https://"];
        let end = volatile.iter().filter_map(|start| line.find(start)).min().unwrap_or(line.len());
        line[..end].split_whitespace().map(word).collect::<Vec<_>>().join(" ")
    };
    let mut lines: Vec<String> = text.lines().map(line).collect();
    lines.sort();
    lines
}

fn word(word: &str) -> String {
    let bare = word.trim_matches(['"', ',', '(', ')']);
    let (prefix, name) = bare.rsplit_once('/').map_or(("", bare), |(prefix, name)| (prefix, name));
    let made_up = ["web-", "api-", "web2-", "hello-", "tick-", "kube-api-access-"].iter().find(|start| name.starts_with(**start));
    let is_age = !bare.is_empty() && bare.starts_with(|c: char| c.is_ascii_digit()) && bare.ends_with(['s', 'm', 'h', 'd']) && bare.chars().all(|c| c.is_ascii_digit() || "smhd".contains(c));
    let is_address = bare.split([':', ',', '/']).next().is_some_and(|host| host.split('.').count() == 4 && host.split('.').all(|part| part.parse::<u8>().is_ok()));
    let is_uid = bare.len() == 36 && bare.chars().filter(|c| *c == '-').count() == 4;
    let is_time = bare.len() == 20 && bare.ends_with('Z') && bare.contains('T');
    let is_hash = (8..=10).contains(&bare.len()) && bare.chars().all(|c| c.is_ascii_digit() || "bcdfghjklmnpqrstvwxz".contains(c));
    let is_port = bare.split('/').next().is_some_and(|port| port.len() == 5 && port.starts_with('3') && port.parse::<u16>().is_ok());
    match made_up {
        Some(start) if name != "api-svc" => format!("{prefix}/{start}<made up>"),
        _ if is_age => "<age>".to_owned(),
        _ if is_address => "<address>".to_owned(),
        _ if is_uid => "<uid>".to_owned(),
        _ if is_time => "<time>".to_owned(),
        _ if is_hash => "<hash>".to_owned(),
        _ if is_port => "<port>".to_owned(),
        _ if bare.parse::<u64>().is_ok_and(|number| number > 100) => "<number>".to_owned(),
        _ if bare.starts_with("node-") => "node-<n>".to_owned(),
        _ if bare.contains("pod-template-hash=") => "<labels>".to_owned(),
        _ => word.to_owned(),
    }
}

/// So many of the recorded lines print what the real kubectl printed. The others want kinds and subresources that the
/// cluster does not have, or verbs that say that they are not simulated. Raise it when there are more.
const EQUAL: usize = 131;

#[test]
fn recorded_command_lines_print_what_kubectl_prints() {
    let recorded: Vec<Value> = serde_json::from_str(RECORDED).unwrap();
    let mut recorded = recorded.iter();
    let mut rig = Rig::new();
    let (mut equal, mut all, mut different) = (0, 0, Vec::new());
    for step in script() {
        let (line, stdin) = match step {
            Step::Wait(duration) => {
                rig.wait(duration);
                continue;
            }
            Step::Line(line, stdin) => (line, stdin),
        };
        let Done { code, stdout, stderr } = rig.run(&line, &stdin);
        let wanted = recorded.next().unwrap();
        assert_eq!(wanted["line"], line.as_str());
        if wanted["unstable"] == true {
            continue;
        }
        all += 1;
        let same = |field: &str, found: &str| normalized(wanted[field].as_str().unwrap_or_default()) == normalized(found);
        if wanted["code"] == code && same("stdout", &stdout) && same("stderr", &stderr) {
            equal += 1;
        } else {
            different.push(format!("kubectl {line}: {code}\n{stdout}{stderr}"));
        }
    }
    println!("{}\n{equal} of {all} lines are equal", different.join("\n"));
    assert!(equal >= EQUAL, "{equal} of {all} recorded lines are equal, it has been {EQUAL}");
}
