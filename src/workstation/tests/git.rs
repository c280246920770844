//! git on the simulated computer against the real one: `tests/golden/git` has scripts, and what git 2.47 says to each of
//! their lines. Object ids are in there, so they are the real ones too.
//!
//! `UPDATE_GIT=1` records anew, with the git of this computer.
#![expect(clippy::disallowed_methods, reason = "a test reads its recordings and runs git")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio as Pipe};

use podarium_machine::{Machine, Stdio};
use podarium_sim::{Stream, Time};

const HOME: &str = "/home/student";

const PROLOGUE: &str = "t=1767254400
tick() { t=$((t + 60)); export GIT_AUTHOR_DATE=\"$t +0000\" GIT_COMMITTER_DATE=\"$t +0000\"; }
tick
git config --global user.name Student
git config --global user.email student@example.com
git config --global init.defaultBranch main
";

fn folder() -> PathBuf {
    PathBuf::from("../../tests/golden/git")
}

/// Every script by its name.
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
        let in_document = command.contains("<<'X'") && !line.eq("X");
        let in_quotes = command.matches('"').count() % 2 == 1;
        if in_document || in_quotes {
            open = Some(command);
        } else {
            found.push(command);
        }
    }
    found
}

/// The script that shows each command, runs it, and shows its status if that is not zero.
fn with_echo(script: &str) -> String {
    let mut out = PROLOGUE.to_owned();
    for command in commands(script) {
        let shown = command.replace('\'', "'\\''");
        // First what goes to standard output, then what goes to standard error: how the two mix depends on buffers.
        out.push_str(&format!("printf '%s\\n' '$ {shown}'\n{{ {command}\n}} > $HOME.out 2> $HOME.err\ns=$?; cat $HOME.out $HOME.err; [ $s = 0 ] || echo \"[$s]\"\n"));
    }
    out
}

fn environment(home: &str) -> BTreeMap<String, String> {
    [("HOME", home), ("PATH", "/usr/local/bin:/usr/bin:/bin"), ("LC_ALL", "C.UTF-8"), ("GIT_CONFIG_NOSYSTEM", "1"), ("USER", "student")].map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

fn simulated(script: &str) -> String {
    run(script).0
}

/// What a script says, and the computer behind it.
fn run(script: &str) -> (String, Machine) {
    let mut machine = Machine::new("podarium", Stream::new(1, "git"));
    podarium_machine::install_everyday_programs(&mut machine);
    machine.install("git", podarium_workstation::git::main);
    machine.files.mkdir_all(HOME, Time::ZERO).expect("a new disk");
    machine.files.write("/tmp/script", with_echo(script), 0o644, Time::ZERO).expect("a new disk");
    let tty = machine.open_channel();
    machine.spawn(&["bash", "/tmp/script"], environment(HOME), HOME, Stdio::all(tty)).expect("a shell");
    machine.run(Time::ZERO);
    while let Some(wake) = machine.next_wake() {
        machine.run(wake);
    }
    let said = String::from_utf8_lossy(&machine.take_output(tty)).into_owned();
    (said, machine)
}

/// Copies a folder of the simulated computer to this one.
fn copy_out(machine: &Machine, from: &str, to: &Path) {
    fs::create_dir_all(to).expect("a temporary folder");
    for name in machine.files.read_dir(from).expect("a folder") {
        let (inside, outside) = (format!("{from}/{name}"), to.join(&name));
        if machine.files.stat(&inside, false).expect("it is there").is_dir() {
            copy_out(machine, &inside, &outside);
        } else {
            fs::write(outside, machine.files.read(&inside).expect("a file")).expect("a temporary file");
        }
    }
}

/// What the real git says; `for_what` keeps tests that run at once apart.
fn real(name: &str, script: &str, for_what: &str) -> String {
    let home = std::env::temp_dir().join(format!("podarium-git-{}-{for_what}-{name}", std::process::id()));
    let _ = fs::remove_dir_all(&home);
    fs::create_dir_all(&home).expect("a temporary folder");
    let path = home.with_extension("sh");
    fs::write(&path, with_echo(script)).expect("a temporary file");
    let home_text = home.to_string_lossy().into_owned();
    let output = Command::new("bash")
        .arg(&path)
        .env_clear()
        .envs(environment(&home_text))
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

/// The real git's version, if there is one.
fn version() -> Option<String> {
    let output = Command::new("git").arg("--version").output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// What differs, command by command.
fn differences(name: &str, wanted: &str, found: &str) -> Vec<String> {
    let parts = |text: &str| text.split("\n$ ").map(str::to_owned).collect::<Vec<_>>();
    let (a, b) = (parts(wanted), parts(found));
    let mut out = Vec::new();
    for at in 0..a.len().max(b.len()) {
        let (x, y) = (a.get(at).map_or("", String::as_str), b.get(at).map_or("", String::as_str));
        if x != y {
            out.push(format!("== {name}: wanted\n{x}\n-- found\n{y}"));
        }
    }
    out
}

#[test]
fn git_says_what_the_real_one_says() {
    let (mut bad, mut count) = (Vec::new(), 0);
    for (name, script) in scripts() {
        let path = folder().join(format!("{name}.out"));
        if std::env::var_os("UPDATE_GIT").is_some() {
            fs::write(&path, real(&name, &script, "record")).expect("recordings can be written");
        }
        let wanted = fs::read_to_string(&path).unwrap_or_default();
        count += commands(&script).len();
        bad.extend(differences(&name, &wanted, &simulated(&script)));
    }
    assert!(count > 400, "only {count} commands are recorded");
    assert!(bad.is_empty(), "{} of {count} commands differ:\n{}", bad.len(), bad.join("\n"));
}

#[test]
fn the_recordings_are_what_git_still_says() {
    match version() {
        Some(version) if version.starts_with("git version 2.47") => {}
        found => return println!("skipped: this computer has no git 2.47 ({})", found.unwrap_or_else(|| "none at all".to_owned())),
    }
    for (name, script) in scripts() {
        let wanted = fs::read_to_string(folder().join(format!("{name}.out"))).unwrap_or_default();
        let bad = differences(&name, &wanted, &real(&name, &script, "check"));
        assert!(bad.is_empty(), "{}", bad.join("\n"));
    }
}

#[test]
fn the_real_git_reads_what_ours_wrote() {
    if version().is_none() {
        return println!("skipped: this computer has no git");
    }
    for (name, script) in scripts().into_iter().filter(|(_, script)| script.contains("cd repo")) {
        let (_, machine) = run(&script);
        let folder = std::env::temp_dir().join(format!("podarium-git-read-{}-{name}", std::process::id()));
        copy_out(&machine, &format!("{HOME}/repo"), &folder);
        for args in [&["fsck", "--strict"][..], &["status"], &["log", "--all", "--oneline"], &["ls-files", "--stage"]] {
            let output = Command::new("git").args(args).current_dir(&folder).env("GIT_CONFIG_COUNT", "1").env("GIT_CONFIG_KEY_0", "safe.directory").env("GIT_CONFIG_VALUE_0", "*").output().expect("git runs");
            let errors = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success() && !errors.contains("error"), "{name}: git {}: {errors}", args.join(" "));
        }
        let _ = fs::remove_dir_all(&folder);
    }
}
