//! The shell as an embedder runs it.

use std::collections::BTreeMap;

use podarium_machine::{Machine, Stdio, install_everyday_programs};
use podarium_sim::{Stream, Time};

fn machine() -> Machine {
    let mut machine = Machine::new("podarium", Stream::new(1, "workstation"));
    install_everyday_programs(&mut machine);
    machine
}

/// Runs a command line to its end: what it wrote on both outputs, and its status.
fn run(line: &str) -> (String, i32) {
    let mut machine = machine();
    let channel = machine.open_channel();
    machine.end_input(channel);
    let pid = machine.spawn(&["bash", "-c", line], BTreeMap::new(), "/", Stdio::all(channel)).expect("bash is there");
    machine.run(Time::ZERO);
    while let Some(wake) = machine.next_wake() {
        machine.run(wake);
    }
    let output = String::from_utf8_lossy(&machine.take_output(channel)).into_owned();
    (output, machine.take_exit(pid).expect("it ends").code)
}

#[test]
fn substitutions_loops_and_pipes_work_together() {
    let (output, status) = run("echo a; x=$(echo b | echo c); for i in 1 2; do echo $i; done; echo $x");
    assert_eq!((output.as_str(), status), ("a\n1\n2\nc\n", 0));
}

/// Runs a command line for a while: what a script without sense does may go on for ever.
fn run_a_little(line: &str) {
    let mut machine = machine();
    let channel = machine.open_channel();
    machine.end_input(channel);
    machine.spawn(&["bash", "-c", line], BTreeMap::new(), "/", Stdio::all(channel)).expect("bash is there");
    machine.run(Time::ZERO);
    for _ in 0..20 {
        let Some(wake) = machine.next_wake().filter(|wake| *wake < Time::from_secs(10)) else { return };
        machine.run(wake);
    }
}

/// Pieces that make up scripts which are nearly right.
const PIECES: &[&str] = &[
    "echo", " ", "$x", "${", "}", "(", ")", "((", "))", "$(", "`", "'", "\"", "\\", "\n", ";", "&&", "||", "|", "&", "<", ">",
    "<<EOF\n", "EOF\n", "if", "then", "fi", "for", "in", "do", "done", "while", "case", "esac", "*", "?", "[", "]", "[[", "]]",
    "x=", "1", "a", "#", "{", "..", ",", "-", "+", "%", "/", ":", "!", "~", "é", "=~", "read", "printf", "%d", "test", "exit",
    "sed s/a/b/", "grep a", "cut -f1", "sort -k1", "tr a-z A-Z", "local", "function f", "return", "break", "99999999999", "~", "set -e", "trap",
];

#[test]
fn what_the_grammar_does_not_expect_is_refused() {
    for line in ["x=$(cat <<EOF\n)", "echo a 99999999999>f", "echo ~99999999999999999999", "echo {1..999999999}", "echo {1..99999999999999999999}"] {
        let (output, _) = run(line);
        assert!(output.len() < 200, "{line}: {output}");
    }
}

#[test]
fn a_here_document_may_stand_in_a_substitution() {
    let (output, status) = run("x=$(cat <<EOF\nhi $((1+1))\nEOF\n); echo \"$x\"");
    assert_eq!((output.as_str(), status), ("hi 2\n", 0));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 200, failure_persistence: None, ..Default::default() })]

    #[test]
    fn no_bytes_make_the_shell_panic(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..60)) {
        run_a_little(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn no_script_makes_the_shell_panic(pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..25)) {
        run_a_little(&pieces.concat());
        run_a_little(&pieces.join(" "));
    }
}
