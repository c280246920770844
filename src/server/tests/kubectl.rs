//! The real kubectl on a served cluster. It is found through `$KUBECTL` or on the path; without it the tests say so.
#![expect(clippy::disallowed_methods, reason = "a test that starts a server and a program")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use podarium_course::Audience;
use podarium_host::{Player, Speed};
use podarium_server::{Serve, serve};

fn kubectl() -> Option<PathBuf> {
    let named = std::env::var_os("KUBECTL").map(PathBuf::from);
    let on_path = || std::env::split_paths(&std::env::var_os("PATH")?).map(|folder| folder.join("kubectl")).find(|file| file.is_file());
    let is_1_36 = |path: &PathBuf| {
        let said = Command::new(path).args(["version", "--client"]).output();
        said.is_ok_and(|said| String::from_utf8_lossy(&said.stdout).contains("v1.36."))
    };
    let found = named.or_else(on_path).filter(is_1_36);
    if found.is_none() {
        eprintln!("skipped: no kubectl 1.36; set KUBECTL or put one on the path");
    }
    found
}

/// A served cluster for as long as it lives.
struct Served {
    kubectl: PathBuf,
    folder: PathBuf,
    address: std::net::SocketAddr,
    end: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Served {
    fn start(name: &str, scenario: &str, speed: Speed) -> Option<Served> {
        let kubectl = kubectl()?;
        let folder = std::env::temp_dir().join(format!("podarium-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a temporary folder");
        let how = Serve { listen: ([127, 0, 0, 1], 0).into(), kubeconfig: folder.join("config"), speed };
        let player = Player::beginning_now(podarium_host::load(scenario).expect("a shipped scenario"), Some(1), Audience::Nobody);
        let (end, ended) = tokio::sync::oneshot::channel::<()>();
        let (ready, address) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            let tell = |address| ready.send(address).expect("the test waits");
            let end = async { drop(ended.await) };
            serve(player, &how, tell, end).expect("it serves until the test ends");
        });
        let address = address.recv().expect("it listens");
        Some(Served { kubectl, folder, address, end: Some(end), thread: Some(thread) })
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(&self.kubectl);
        command.arg("--kubeconfig").arg(self.folder.join("config")).args(arguments);
        command.env("HOME", &self.folder).output().expect("kubectl runs")
    }

    /// What a command that must succeed prints.
    fn good(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "kubectl {}: {error}", arguments.join(" "));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.end.take());
        let ended = self.thread.take().map(std::thread::JoinHandle::join);
        // The folder is in the system's temporary folder; what stays there harms nobody.
        let _ = std::fs::remove_dir_all(&self.folder);
        assert!(ended.is_none_or(|ended| ended.is_ok()) || std::thread::panicking(), "the server broke");
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
    let server = format!("--server=https://{}", served.address);
    let mut command = Command::new(&served.kubectl);
    command.args(["--kubeconfig=/dev/null", "--insecure-skip-tls-verify", &server, "--token=wrong", "get", "pods"]);
    let output = command.env("HOME", served.folder()).output().expect("kubectl runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("You must be logged in to the server"), "{said}");
}
