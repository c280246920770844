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
