//! git against git 2.47. Object ids are in the recordings, so they are the real ones too.

use std::fs;
use std::path::Path;
use std::process::Command;

use podarium_machine::Machine;

use super::transcript::{HOME, Recorded};

const GIT: Recorded = Recorded {
    program: "git",
    install: |machine| machine.install("git", podarium_workstation::git::main),
    prologue: "t=1767254400
tick() { t=$((t + 60)); export GIT_AUTHOR_DATE=\"$t +0000\" GIT_COMMITTER_DATE=\"$t +0000\"; }
tick
git config --global user.name Student
git config --global user.email student@example.com
git config --global init.defaultBranch main
",
    quote: '"',
    first_line_only: false,
    environment: &[("LC_ALL", "C.UTF-8"), ("GIT_CONFIG_NOSYSTEM", "1")],
};

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

#[test]
fn git_says_what_the_real_one_says() {
    GIT.says_what_the_real_one_says(400, |_| true);
}

#[test]
fn the_recordings_are_what_git_still_says() {
    GIT.is_what_the_real_one_still_says(&["--version"], "git version 2.47");
}

#[test]
fn the_real_git_reads_what_ours_wrote() {
    if GIT.version(&["--version"]).is_none() {
        return println!("skipped: this computer has no git");
    }
    for (name, script) in GIT.scripts().into_iter().filter(|(_, script)| script.contains("cd repo")) {
        let (_, machine) = GIT.simulated(&script);
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
