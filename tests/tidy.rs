//! The rules of the house, as a test: what may import what, how long files are, how they open, what they are called.
#![expect(clippy::disallowed_methods, reason = "a test of the source files reads them")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(".")
}

/// Every Rust file below `src`, with its path from the root and its text.
fn sources() -> Vec<(String, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("a readable folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    let mut paths = Vec::new();
    walk(&root().join("src"), &mut paths);
    paths.sort();
    let read = |path: PathBuf| {
        let name = path.strip_prefix(root()).expect("below the root").to_string_lossy().replace('\\', "/");
        (name, fs::read_to_string(path).expect("a readable file"))
    };
    paths.into_iter().map(read).collect()
}

fn is_test(path: &str) -> bool {
    path.contains("/tests/") || path.contains("/benches/") || path.contains("/examples/") || path.ends_with("tests.rs")
}

/// The lines before the file's own tests begin.
fn own_lines(text: &str) -> usize {
    text.lines().take_while(|line| !line.starts_with("#[cfg(test)]")).count()
}

#[test]
fn files_are_short_enough_to_read() {
    let long: Vec<String> = sources()
        .into_iter()
        .filter(|(path, text)| !is_test(path) && own_lines(text) > 800)
        .map(|(path, text)| format!("{path}: {} lines; split it by responsibility", own_lines(&text)))
        .collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn every_file_says_what_it_is() {
    let silent: Vec<String> =
        sources().into_iter().filter(|(_, text)| !text.starts_with("//!")).map(|(path, _)| format!("{path}: begin with `//! …`")).collect();
    assert!(silent.is_empty(), "{}", silent.join("\n"));
}

/// A file of the engine that models something, i.e. not a list of modules.
fn models_something(path: &str) -> bool {
    let engine = ["src/api/", "src/cluster/", "src/kubectl/"].iter().any(|folder| path.starts_with(folder));
    engine && !is_test(path) && !path.ends_with("/mod.rs") && !path.ends_with("/lib.rs")
}

#[test]
fn engine_files_name_their_model_and_what_they_leave_out() {
    let mut bad = Vec::new();
    for (path, text) in sources().into_iter().filter(|(path, _)| models_something(path)) {
        for line in ["//! Models: ", "//! Simplified: "] {
            if !text.lines().any(|found| found.starts_with(line)) {
                bad.push(format!("{path}: no line `{line}…` at the top"));
            }
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

#[test]
fn names_say_what_things_are() {
    let vague = ["util", "utils", "helper", "helpers", "common", "misc"];
    let bad: Vec<String> = sources()
        .into_iter()
        .map(|(path, _)| path)
        .filter(|path| path.split('/').any(|part| vague.contains(&part.trim_end_matches(".rs"))))
        .collect();
    assert!(bad.is_empty(), "name these after what is in them: {}", bad.join(", "));
}

/// What each crate may build on. Imports go one way.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("sim", &[]),
    ("machine", &["sim"]),
    ("api", &["sim"]),
    ("cluster", &["sim", "machine", "api"]),
    ("kubectl", &["sim", "machine", "api", "cluster"]),
    ("workstation", &["sim", "machine", "api", "cluster", "kubectl"]),
    ("course", &["sim", "machine", "api", "cluster", "kubectl", "workstation"]),
    ("host", &["sim", "machine", "api", "cluster", "kubectl", "workstation", "course"]),
    ("server", &["sim", "machine", "api", "cluster", "kubectl", "workstation", "course", "host"]),
    ("app", &["sim", "machine", "api", "cluster", "kubectl", "workstation", "course", "host"]),
];

#[test]
fn imports_go_one_way() {
    let allowed: BTreeMap<&str, BTreeSet<&str>> = MAY_IMPORT.iter().map(|(name, list)| (*name, list.iter().copied().collect())).collect();
    let mut bad = Vec::new();
    for entry in fs::read_dir(root().join("src")).expect("a src folder").flatten().filter(|entry| entry.path().is_dir()) {
        let name = entry.file_name().to_string_lossy().into_owned();
        let manifest = fs::read_to_string(entry.path().join("Cargo.toml")).expect("every folder in src is a crate");
        let Some(may) = allowed.get(name.as_str()) else {
            bad.push(format!("src/{name} is not in the import table"));
            continue;
        };
        let dependencies = manifest.split("[dev-dependencies]").next().unwrap_or_default();
        for line in dependencies.lines().filter_map(|line| line.strip_prefix("podarium-")) {
            let other = line.split(['.', ' ', '=']).next().unwrap_or_default();
            if !may.contains(other) {
                bad.push(format!("src/{name} may not import {other}"));
            }
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

#[test]
fn the_machine_knows_nothing_of_kubernetes() {
    let words = ["kubernetes", "kubelet", "kubectl", "apiserver", "namespace of a pod"];
    let bad: Vec<String> = sources()
        .into_iter()
        .filter(|(path, _)| (path.starts_with("src/machine/") || path.starts_with("src/sim/")) && !is_test(path))
        .filter(|(_, text)| {
            let code: String = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n").to_lowercase();
            words.iter().any(|word| code.contains(word))
        })
        .map(|(path, _)| path)
        .collect();
    assert!(bad.is_empty(), "these speak of Kubernetes: {}", bad.join(", "));
}

/// `docs/fidelity.md` is made of the `Simplified` lines. `UPDATE=1 cargo test --test tidy` writes it anew.
#[test]
fn the_fidelity_table_is_up_to_date() {
    let mut table = String::from(
        "# What Podarium leaves out\n\nMade from the `Simplified:` lines at the top of the engine's files; a part that is not listed leaves nothing out that we know of.\nWhat is not simulated at all answers `not simulated: …`.\n\n| part | models | simplified |\n|---|---|---|\n",
    );
    for (path, text) in sources().into_iter().filter(|(path, _)| models_something(path)) {
        let head: Vec<&str> = text.lines().take_while(|line| line.starts_with("//!")).collect();
        let field = |name: &str| -> String {
            let mut lines = head.iter().skip_while(|line| !line.starts_with(name));
            let first = lines.next().map_or("", |line| &line[name.len()..]);
            let more = lines.take_while(|line| line.len() > 4 && !line.starts_with("//! Simplified:")).map(|line| line.trim_start_matches("//! ").trim());
            std::iter::once(first.trim()).chain(more).collect::<Vec<_>>().join(" ").replace('|', "/")
        };
        let simplified = field("//! Simplified:");
        if !simplified.starts_with("nothing") && !simplified.is_empty() {
            table.push_str(&format!("| `{}` | {} | {simplified} |\n", path.trim_start_matches("src/"), field("//! Models:")));
        }
    }
    let path = root().join("docs/fidelity.md");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &table).expect("docs can be written");
    }
    let stored = fs::read_to_string(&path).unwrap_or_default();
    assert!(stored == table, "docs/fidelity.md is out of date: run `UPDATE=1 cargo test --test tidy`");
}
