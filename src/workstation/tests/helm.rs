//! helm on the simulated computer against the real one: `tests/golden/helm` has scripts, and what helm 4.2 says to each
//! of their lines. They need no cluster.
//!
//! `UPDATE_HELM=1` records anew, with the helm that is in the path.
#![expect(clippy::disallowed_methods, reason = "a test reads its recordings and runs helm")]

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio as Pipe};

use podarium_machine::{Machine, Stdio};
use podarium_sim::{Stream, Time};

const HOME: &str = "/home/student";

fn folder() -> PathBuf {
    PathBuf::from("../../tests/golden/helm")
}

fn scripts() -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder()).expect("recordings").flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|extension| extension == "sh") {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            found.insert(name, fs::read_to_string(&path).expect("a readable script"));
        }
    }
    found
}

/// Commands of a script: a line, or several with a here-document or an open quote among them.
fn commands(script: &str) -> Vec<String> {
    let (mut found, mut open): (Vec<String>, Option<String>) = (Vec::new(), None);
    for line in script.lines() {
        let command = open.take().map_or(line.to_owned(), |before| format!("{before}\n{line}"));
        let in_document = command.contains("<<'X'") && line != "X";
        let in_quotes = !command.contains("<<'X'") && command.matches('\'').count() % 2 == 1;
        if in_document || in_quotes {
            open = Some(command);
        } else {
            found.push(command);
        }
    }
    found
}

/// The script that shows the first line of each command, runs it, and shows its status if that is not zero.
fn with_echo(script: &str) -> String {
    let mut out = String::new();
    for command in commands(script) {
        let shown = command.lines().next().unwrap_or_default().replace('\'', "'\\''");
        out.push_str(&format!("printf '%s\\n' '$ {shown}'\n{{ {command}\n}} > $HOME.out 2> $HOME.err\ns=$?; cat $HOME.out $HOME.err; [ $s = 0 ] || echo \"[$s]\"\n"));
    }
    out
}

fn simulated(script: &str) -> String {
    let mut machine = Machine::new("podarium", Stream::new(1, "helm"));
    podarium_machine::install_everyday_programs(&mut machine);
    machine.install("helm", podarium_workstation::helm::main);
    machine.files.mkdir_all(HOME, Time::ZERO).expect("a new disk");
    machine.files.write("/tmp/script", with_echo(script), 0o644, Time::ZERO).expect("a new disk");
    let tty = machine.open_channel();
    let env = [("HOME", HOME), ("PATH", "/usr/local/bin:/usr/bin:/bin"), ("USER", "student")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    machine.spawn(&["bash", "/tmp/script"], env.into(), HOME, Stdio::all(tty)).expect("a shell");
    machine.run(Time::ZERO);
    while let Some(wake) = machine.next_wake() {
        machine.run(wake);
    }
    String::from_utf8_lossy(&machine.take_output(tty)).into_owned()
}

/// What the real helm says; `for_what` keeps tests that run at once apart.
fn real(name: &str, script: &str, for_what: &str) -> String {
    let home = std::env::temp_dir().join(format!("podarium-helm-{}-{for_what}-{name}", std::process::id()));
    let _ = fs::remove_dir_all(&home);
    fs::create_dir_all(&home).expect("a temporary folder");
    let path = home.with_extension("sh");
    fs::write(&path, with_echo(script)).expect("a temporary file");
    let home_text = home.to_string_lossy().into_owned();
    let output = Command::new("bash")
        .arg(&path)
        .env_clear()
        .env("HOME", &home_text)
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("LC_ALL", "C.UTF-8")
        .current_dir(&home)
        .stdin(Pipe::null())
        .output()
        .expect("bash runs");
    let _ = fs::remove_dir_all(&home);
    for extension in ["sh", "out", "err"] {
        let _ = fs::remove_file(home.with_extension(extension));
    }
    String::from_utf8_lossy(&output.stdout).replace(&home_text, HOME)
}

fn version() -> Option<String> {
    let output = Command::new("helm").args(["version", "--short"]).output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn differences(name: &str, wanted: &str, found: &str) -> Vec<String> {
    let parts = |text: &str| text.split("\n$ ").map(str::to_owned).collect::<Vec<_>>();
    let (a, b) = (parts(wanted), parts(found));
    (0..a.len().max(b.len()))
        .filter_map(|at| {
            let (x, y) = (a.get(at).map_or("", String::as_str), b.get(at).map_or("", String::as_str));
            (x != y).then(|| format!("== {name}: wanted\n{x}\n-- found\n{y}"))
        })
        .collect()
}

#[test]
fn helm_says_what_the_real_one_says() {
    let (mut bad, mut count) = (Vec::new(), 0);
    for (name, script) in scripts() {
        let path = folder().join(format!("{name}.out"));
        if std::env::var_os("UPDATE_HELM").is_some() {
            fs::write(&path, real(&name, &script, "record")).expect("recordings can be written");
        }
        let wanted = fs::read_to_string(&path).unwrap_or_default();
        count += commands(&script).iter().filter(|command| command.contains("helm ") || command.starts_with("try ")).count();
        bad.extend(differences(&name, &wanted, &simulated(&script)));
    }
    assert!(count > 70, "only {count} commands are recorded");
    assert!(bad.is_empty(), "{} of {count} commands differ:\n{}", bad.len(), bad.join("\n"));
}

#[test]
fn the_recordings_are_what_helm_still_says() {
    match version() {
        Some(version) if version.starts_with("v4.2.3") => {}
        found => return println!("skipped: this computer has no helm 4.2.3 ({})", found.unwrap_or_else(|| "none at all".to_owned())),
    }
    for (name, script) in scripts() {
        let wanted = fs::read_to_string(folder().join(format!("{name}.out"))).unwrap_or_default();
        let bad = differences(&name, &wanted, &real(&name, &script, "check"));
        assert!(bad.is_empty(), "{}", bad.join("\n"));
    }
}
