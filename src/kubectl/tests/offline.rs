//! Command lines that need no server: wrong flags and arguments, dry runs, the kubeconfig, help. What the real kubectl
//! 1.36.3 answered is in `tests/golden/kubectl/offline.json`; its server address led nowhere.

mod rig;

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
    let line = |line: &str| match line.find("helpers.go:") {
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
