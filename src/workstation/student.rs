//! The student's computer: who sits there, what is installed, how it finds the cluster.

use std::collections::BTreeMap;

use podarium_cluster::Cluster;
use podarium_cluster::apiserver::User;
use podarium_machine::{Credentials, Machine, Main};
use podarium_sim::{Stream, Time};

use crate::{API_SERVER, World};

const USER: &str = "student";
pub(crate) const HOME: &str = "/home/student";
const HOSTNAME: &str = "podarium";
/// The first process of a person on a computer that has been running for a while.
const FIRST_PID: u32 = 1201;
/// The number of the student and of the group with the same name.
const USER_ID: u32 = 1000;
/// The token with which the student's kubeconfig opens the API server.
pub const TOKEN: &str = "student-of-podarium";

/// What is installed beside the everyday programs, one line each.
const PROGRAMS: &[(&str, Main)] = &[
    ("docker", crate::docker::main),
    ("gcloud", crate::gcloud::main),
    ("git", crate::git::main),
    ("gke-gcloud-auth-plugin", crate::gcloud::auth_plugin_main),
    ("helm", crate::helm::main),
    ("kubectl", podarium_kubectl::main),
    ("nano", crate::editor::main),
    ("openssl", crate::openssl::main),
    ("vi", crate::editor::main),
    ("vim", crate::editor::main),
];

const BASHRC: &str = "PS1='\\u@\\h:\\w\\$ '\nalias k=kubectl\nalias ll='ls -l'\n";

/// The world of one student: the cluster, and a computer with a shell in front of it.
pub fn student(mut cluster: Cluster) -> World {
    cluster.add_token(TOKEN, User::admin());
    let random = Stream::new(cluster.config().seed, "workstation");
    let mut machine = Machine::new(HOSTNAME, random);
    machine.set_next_pid(FIRST_PID);
    podarium_machine::install_everyday_programs(&mut machine);
    for (name, main) in PROGRAMS {
        machine.install(name, *main);
    }
    podarium_machine::install_programs(&mut machine, &["node"]);
    let files = &mut machine.files;
    for directory in [HOME.to_owned(), format!("{HOME}/.kube")] {
        files.mkdir_all(&directory, Time::ZERO).expect("a new disk takes a home directory");
    }
    for (path, text, mode) in [
        (format!("{HOME}/.bashrc"), BASHRC.to_owned(), 0o644),
        (format!("{HOME}/.kube/config"), kubeconfig(), 0o600),
        ("/etc/passwd".to_owned(), passwd(), 0o644),
        ("/etc/group".to_owned(), format!("root:x:0:\n{USER}:x:{USER_ID}:\nnogroup:x:65534:\n"), 0o644),
    ] {
        files.write(&path, text, mode, Time::ZERO).expect("the directory is there");
        if path.starts_with(HOME) {
            files.chown(&path, USER_ID, USER_ID).expect("it was just written");
        }
    }
    for directory in [HOME.to_owned(), format!("{HOME}/.kube")] {
        files.chown(&directory, USER_ID, USER_ID).expect("it was just made");
    }
    World::new(cluster, machine)
}

/// What every program of the student finds in its environment.
pub fn environment() -> BTreeMap<String, String> {
    [
        ("DEVSHELL_PROJECT_ID", crate::gcloud::PROJECT),
        ("GOOGLE_CLOUD_PROJECT", crate::gcloud::PROJECT),
        ("HOME", HOME),
        ("LANG", "C.UTF-8"),
        ("LOGNAME", USER),
        ("PATH", "/usr/local/bin:/usr/bin:/bin"),
        ("PWD", HOME),
        ("SHELL", "/bin/bash"),
        ("TERM", "xterm-256color"),
        ("USER", USER),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

/// As whom the student's programs run.
pub fn credentials() -> Credentials {
    Credentials::user(USER_ID, USER_ID)
}

fn passwd() -> String {
    format!(
        "root:x:0:0:root:/root:/bin/bash\n{USER}:x:{USER_ID}:{USER_ID}::{HOME}:/bin/bash\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"
    )
}

fn kubeconfig() -> String {
    format!(
        "apiVersion: v1
clusters:
- cluster:
    server: {API_SERVER}
  name: podarium
contexts:
- context:
    cluster: podarium
    user: {USER}
  name: podarium
current-context: podarium
kind: Config
users:
- name: {USER}
  user:
    token: {TOKEN}
"
    )
}

impl World {
    /// Puts a file into the student's home directory. `path` is relative to it.
    ///
    /// A path that cannot be (it leads through a file) is left out: the loader of scenarios has checked it.
    pub fn put_file(&mut self, path: &str, text: &str, executable: bool) {
        let now = self.now();
        let path = format!("{HOME}/{path}");
        let mode = if executable { 0o755 } else { 0o644 };
        let files = &mut self.machine.files;
        let mut owned = vec![path.clone()];
        while let Some((above, _)) = owned[owned.len() - 1].rsplit_once('/').filter(|(above, _)| above.len() > HOME.len()) {
            owned.push(above.to_owned());
        }
        let directory = path.rsplit_once('/').map_or(HOME, |(directory, _)| directory);
        let written = files.mkdir_all(directory, now).and_then(|()| files.write(&path, text, mode, now));
        let written = written.and_then(|()| owned.iter().try_for_each(|path| files.chown(path, USER_ID, USER_ID)));
        debug_assert!(written.is_ok(), "{path}: {written:?}");
    }
}
