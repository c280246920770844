//! Scripts whose output and status the real bash has recorded: the simulated one must do the same. `record.py` beside
//! this file makes the recordings.

use std::collections::BTreeMap;

use podarium_machine::{Machine, Stdio, install_everyday_programs};
use podarium_sim::{Stream, Time};

/// What the shell says honestly that it does not do.
const NOT_SIMULATED: &[&str] =
    &["declare", "associative arrays", "process substitution"];
/// Where it is known to differ: zeros in `{01..03}`, the `c` in `$-`, which of two syntax errors is named, `~` behind a
/// colon.
const DIFFERENT: &[&str] = &["brace expansion", "options with names", "syntax error", "assignment with quotes"];

struct Case {
    name: String,
    script: String,
    output: String,
    status: i32,
}

fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for line in [include_str!("cases.txt"), include_str!("programs.txt"), include_str!("as_typed.txt")].into_iter().flat_map(str::lines) {
        let (mark, text) = line.split_at_checked(2).unwrap_or((line, ""));
        if mark == "# " {
            cases.push(Case { name: text.to_owned(), script: String::new(), output: String::new(), status: 0 });
        }
        let Some(case) = cases.last_mut() else { continue };
        match mark.trim_end() {
            "$" if case.script.is_empty() => case.script.push_str(text),
            "$" => case.script.extend(["\n", text]),
            "|" => case.output.extend([text, "\n"]),
            "/" => case.output.push_str(text),
            "=" => case.status = text.parse().expect("a status is a number"),
            _ => {}
        }
    }
    cases
}

fn run(script: &str) -> (String, i32) {
    let mut machine = Machine::new("podarium", Stream::new(1, "workstation"));
    machine.set_next_pid(100);
    install_everyday_programs(&mut machine);
    machine.files.mkdir_all("/tmp/work", Time::ZERO).expect("an empty disk");
    let channel = machine.open_channel();
    machine.end_input(channel);
    let environment = [("PATH", "/usr/local/bin:/usr/bin:/bin"), ("HOME", "/root"), ("LC_ALL", "C"), ("TZ", "UTC"), ("USER", "root")];
    let environment: BTreeMap<String, String> = environment.map(|(name, value)| (name.into(), value.into())).into();
    let pid = machine.spawn(&["bash", "-c", script], environment, "/tmp/work", Stdio::all(channel)).expect("bash is there");
    machine.run(Time::ZERO);
    // No script takes an hour.
    while let Some(wake) = machine.next_wake().filter(|wake| *wake < Time::from_secs(3600)) {
        machine.run(wake);
    }
    let output = String::from_utf8_lossy(&machine.take_output(channel)).into_owned();
    (output, machine.take_exit(pid).map_or(-1, |exit| exit.code))
}

#[test]
fn scripts_do_what_bash_does() {
    let mut wrong = Vec::new();
    let cases = cases();
    assert!(cases.len() > 100, "only {} cases were read", cases.len());
    for case in &cases {
        let (output, status) = run(&case.script);
        if NOT_SIMULATED.contains(&case.name.as_str()) {
            assert!(output.contains("podarium: not simulated: "), "{} is simulated now\n{output}", case.name);
            continue;
        }
        if DIFFERENT.contains(&case.name.as_str()) {
            assert_ne!(output, case.output, "{} does not differ any more", case.name);
            continue;
        }
        if (&output, status) != (&case.output, case.status) {
            wrong.push(format!(
                "## {}\n{}\n-- bash: {}\n{}-- podarium: {status}\n{output}",
                case.name, case.script, case.status, case.output
            ));
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}
