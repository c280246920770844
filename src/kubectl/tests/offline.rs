//! Command lines that need no server: wrong flags and arguments, dry runs, the kubeconfig, help. What the real kubectl
//! 1.36.3 answered is in `tests/golden/kubectl/offline.json`; its server address led nowhere.

#![allow(clippy::disallowed_methods, reason = "a test records anew what it is told to")]

mod rig;

use std::collections::BTreeSet;

use podarium_sim::Time;
use rig::Rig;
use serde_json::Value;

const RECORDED: &str = include_str!("../../../tests/golden/kubectl/offline.json");
const KUBECONFIG: &str = "apiVersion: v1
kind: Config
clusters:
- name: anchor
  cluster: {server: 'http://127.0.0.1:1'}
contexts:
- name: anchor
  context: {cluster: anchor, user: u, namespace: shop}
current-context: anchor
users:
- name: u
  user: {token: t}
";

/// The log prefix `W1124 00:10:45.212709   21368 ` is different every time.
fn without_log_times(text: &str) -> String {
    let line = |line: &str| match line.find("helpers.go:").or_else(|| line.find("log.go:")) {
        Some(at) => format!("<log> {}", &line[at..]),
        None => line.to_owned(),
    };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn what_needs_no_server_is_answered_to_the_letter() {
    let recorded: Vec<Value> = serde_json::from_str(RECORDED).unwrap();
    let mut rig = Rig::new();
    let mut different = Vec::new();
    for wanted in &recorded {
        let line = wanted["line"].as_str().unwrap();
        rig.machine.files.write("/root/.kube/config", KUBECONFIG, 0o600, Time::ZERO).unwrap();
        let done = rig.run(line, "");
        let found = serde_json::json!({"line": line, "code": done.code, "stdout": done.stdout, "stderr": without_log_times(&done.stderr)});
        if found != *wanted {
            different.push(format!("kubectl {line}\n  wanted {wanted}\n  found  {found}"));
        }
    }
    assert!(different.is_empty(), "{} of {} differ:\n{}", different.len(), recorded.len(), different.join("\n"));
}

/// A user's own defaults and aliases, and kubeconfigs as YAML 1.1 has them: lines in order, between files that are written.
#[test]
fn the_kuberc_and_strange_kubeconfigs_are_read_as_kubectl_reads_them() {
    let recorded: Vec<Value> = serde_json::from_str(include_str!("../../../tests/golden/kubectl/kuberc.json")).unwrap();
    let mut rig = Rig::new();
    let mut different = Vec::new();
    for wanted in &recorded {
        if let Some(path) = wanted["file"].as_str() {
            rig.machine.files.write(path, wanted["text"].as_str().unwrap(), 0o644, Time::ZERO).unwrap();
            continue;
        }
        let line = wanted["line"].as_str().unwrap();
        let done = rig.run(line, wanted["stdin"].as_str().unwrap_or_default());
        let found = (Some(i64::from(done.code)), Some(done.stdout.as_str()), Some(done.stderr.as_str()));
        if found != (wanted["code"].as_i64(), wanted["stdout"].as_str(), wanted["stderr"].as_str()) {
            different.push(format!("kubectl {line}\n  wanted {wanted}\n  found  {found:?}"));
        }
    }
    assert!(different.is_empty(), "{} differ:\n{}", different.len(), different.join("\n"));
}

/// Kustomizations: the files of each, and what the real kubectl made of them. `"differs"` says why the answer here is
/// another one; then it must be one. `RECORD_KUSTOMIZE=KUBECTL` asks a real kubectl for all of them anew.
#[test]
fn kustomizations_are_built_to_the_letter() {
    let recorded: Vec<Value> = serde_json::from_str(include_str!("../../../tests/golden/kubectl/kustomize.json")).unwrap();
    if let Some(kubectl) = std::env::var_os("RECORD_KUSTOMIZE") {
        return record(&kubectl, recorded);
    }
    let mut rig = Rig::new();
    let mut different = Vec::new();
    for wanted in &recorded {
        let files = wanted["files"].as_object().unwrap();
        let folders: BTreeSet<String> = files.keys().map(|path| format!("/root/{}", path.split('/').next().unwrap())).collect();
        for (path, text) in files {
            let path = format!("/root/{path}");
            rig.machine.files.mkdir_all(path.rsplit_once('/').unwrap().0, Time::ZERO).unwrap();
            rig.machine.files.write(&path, text.as_str().unwrap(), 0o644, Time::ZERO).unwrap();
        }
        let line = wanted["line"].as_str().unwrap();
        let done = rig.run(line, "");
        for folder in folders {
            rig.machine.files.remove_all(&folder, Time::ZERO).unwrap();
        }
        let same = wanted["code"] == done.code && wanted["stdout"] == done.stdout.as_str() && without_chance(wanted["stderr"].as_str().unwrap()) == without_chance(&done.stderr);
        if same != wanted["differs"].is_null() {
            different.push(format!("kubectl {line}: {}\n{}\n{}  wanted\n{}\n  found {}\n{}{}", wanted["differs"], files.get("k/kustomization.yaml").unwrap_or_default(), wanted["code"], wanted["stderr"], done.code, done.stderr, lines_apart(wanted["stdout"].as_str().unwrap(), &done.stdout)));
        }
    }
    assert!(different.is_empty(), "{} of {} differ:\n{}", different.len(), recorded.len(), different.join("\n"));
}

/// Without the time of the log, and the place of a generator in memory.
fn without_chance(text: &str) -> String {
    let text = without_log_times(text);
    match text.split_once("&{0x") {
        Some((before, after)) => format!("{before}&{{{}", after.trim_start_matches(|c: char| c.is_ascii_hexdigit())),
        None => text,
    }
}

/// The lines of two texts that are not the same.
fn lines_apart(wanted: &str, found: &str) -> String {
    let (wanted, found): (Vec<&str>, Vec<&str>) = (wanted.lines().collect(), found.lines().collect());
    let line = |lines: &[&str], at: usize| lines.get(at).map_or("(nothing)".to_owned(), |line| (*line).to_owned());
    let apart = (0..wanted.len().max(found.len())).filter(|at| wanted.get(*at) != found.get(*at));
    apart.take(8).map(|at| format!("    - {}\n    + {}\n", line(&wanted, at), line(&found, at))).collect()
}

/// Runs the cases with a real kubectl, in a folder that is called `/root` in what is kept.
fn record(kubectl: &std::ffi::OsStr, mut cases: Vec<Value>) {
    let folder = std::env::temp_dir().join("kustomizations");
    for case in &mut cases {
        for (path, text) in case["files"].as_object().unwrap() {
            let path = folder.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text.as_str().unwrap()).unwrap();
        }
        let done = std::process::Command::new(kubectl).args(case["line"].as_str().unwrap().split(' ')).current_dir(&folder).output().unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        std::fs::create_dir_all(&folder).unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().replace(folder.to_str().unwrap(), "/root");
        case["code"] = done.status.code().into();
        case["stdout"] = text(done.stdout).into();
        case["stderr"] = text(done.stderr).into();
    }
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/kubectl/kustomize.json");
    std::fs::write(path, serde_json::to_string_pretty(&cases).unwrap() + "\n").unwrap();
}
