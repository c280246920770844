//! The real kubectl on a served cluster. It is found through `$KUBECTL` or on the path; without it the tests say so.
#![expect(clippy::disallowed_methods, reason = "a test that starts a server and a program")]

mod support;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use podarium_host::Speed;

/// A served cluster with a kubectl for it.
struct Served {
    kubectl: PathBuf,
    served: support::Served,
}

impl Served {
    fn start(name: &str, scenario: &str, speed: Speed) -> Option<Served> {
        let kubectl = support::kubectl()?;
        Some(Served { kubectl, served: support::Served::start(name, scenario, speed) })
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(&self.kubectl);
        command.arg("--kubeconfig").arg(self.served.kubeconfig()).args(arguments);
        command.env("HOME", self.folder()).output().expect("kubectl runs")
    }

    /// What a command that must succeed prints.
    fn good(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "kubectl {}: {error}", arguments.join(" "));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn folder(&self) -> &Path {
        self.served.folder()
    }
}

#[test]
fn a_deployment_is_made_rolled_out_scaled_and_deleted() {
    let Some(served) = Served::start("deployment", "sandbox", Speed::Times(20.0)) else { return };
    assert_eq!(served.good(&["get", "nodes", "-o", "name"]), "node/node-1\nnode/node-2\nnode/node-3\n");
    assert_eq!(served.good(&["create", "deployment", "web", "--image=nginx:1.27", "--replicas=2"]), "deployment.apps/web created\n");
    served.good(&["rollout", "status", "deployment/web", "--timeout=60s"]);
    served.good(&["set", "image", "deployment/web", "nginx=nginx:1.28"]);
    served.good(&["rollout", "status", "deployment/web", "--timeout=60s"]);
    assert_eq!(served.good(&["get", "pods", "-l", "app=web", "-o", "jsonpath={.items[*].spec.containers[0].image}"]), "nginx:1.28 nginx:1.28");
    served.good(&["scale", "deployment/web", "--replicas=0"]);
    served.good(&["wait", "pod", "-l", "app=web", "--for=delete", "--timeout=60s"]);
    assert_eq!(served.good(&["delete", "deployment", "web"]), "deployment.apps \"web\" deleted from default namespace\n");
}

#[test]
fn files_are_applied_and_mistakes_are_answered() {
    let Some(served) = Served::start("files", "bare", Speed::Times(1.0)) else { return };
    let file = served.folder().join("pod.yaml");
    std::fs::write(&file, "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: busybox}]}\n").expect("a file");
    let path = file.to_str().expect("a plain path");
    assert_eq!(served.good(&["apply", "-f", path]), "pod/p created\n");
    assert_eq!(served.good(&["apply", "-f", path]), "pod/p unchanged\n");
    let missing = served.run(&["get", "pod", "nobody"]);
    assert_eq!(String::from_utf8_lossy(&missing.stderr), "Error from server (NotFound): pods \"nobody\" not found\n");
    assert_eq!(missing.status.code(), Some(1));
}

#[test]
fn a_command_in_a_container_ends_as_it_ended() {
    let Some(served) = Served::start("exec", "sandbox", Speed::Times(20.0)) else { return };
    served.good(&["run", "box", "--image=busybox", "--command", "--", "sleep", "100000"]);
    served.good(&["wait", "pod/box", "--for=condition=Ready", "--timeout=60s"]);
    assert_eq!(served.good(&["exec", "box", "--", "echo", "hello"]), "hello\n");
    let failed = served.run(&["exec", "box", "--", "sh", "-c", "echo out; echo err >&2; exit 3"]);
    assert_eq!(String::from_utf8_lossy(&failed.stdout), "out\n");
    assert_eq!(String::from_utf8_lossy(&failed.stderr), "err\ncommand terminated with exit code 3\n");
    assert_eq!(failed.status.code(), Some(3));
    let file = served.folder().join("note.txt");
    std::fs::write(&file, "carried over\n").expect("a file");
    served.good(&["cp", file.to_str().expect("a plain path"), "box:/tmp/note.txt"]);
    assert_eq!(served.good(&["exec", "box", "--", "cat", "/tmp/note.txt"]), "carried over\n");
}

#[test]
fn time_that_stands_still_moves_for_answers_and_steps() {
    let Some(served) = Served::start("steps", "sandbox", Speed::Times(0.0)) else { return };
    served.good(&["run", "web", "--image=nginx:1.27", "--restart=Never"]);
    let phase = |served: &Served| served.good(&["get", "pod", "web", "-o", "jsonpath={.status.phase}"]);
    assert_eq!(phase(&served), "Pending");
    served.good(&["create", "--raw", "/podarium/step?by=60s", "-f", "/dev/null"]);
    assert_eq!(phase(&served), "Running");
}

#[test]
fn without_the_token_nobody_gets_in() {
    let Some(served) = Served::start("token", "bare", Speed::Times(1.0)) else { return };
    let server = format!("--server=https://{}", served.served.address);
    let mut command = Command::new(&served.kubectl);
    command.args(["--kubeconfig=/dev/null", "--insecure-skip-tls-verify", &server, "--token=wrong", "get", "pods"]);
    let output = command.env("HOME", served.folder()).output().expect("kubectl runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("You must be logged in to the server"), "{said}");
}
