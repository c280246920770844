//! A computer with kubectl, and a cluster behind it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use podarium_cluster::images::ImageCatalog;
use podarium_cluster::kubelet::NodeConfig;
use podarium_cluster::{Cause, Cluster, Config, HttpId};
use podarium_machine::{Endpoint, ExchangeId, HttpEvent, Machine, NetError, Outgoing, Stdio};
use podarium_sim::{Stream, Time};

pub const SERVER: &str = "https://10.0.0.2:6443";

pub struct Rig {
    pub cluster: Cluster,
    pub machine: Machine,
    to_machine: BTreeMap<HttpId, ExchangeId>,
    to_cluster: BTreeMap<ExchangeId, HttpId>,
}

/// What a command line did.
#[derive(Clone, Debug, PartialEq)]
pub struct Done {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Rig {
    /// Four nodes in two zones, all up; namespace `shop` is the context's.
    pub fn new() -> Self {
        Self::with(Config::default())
    }

    pub fn with(config: Config) -> Self {
        let mut cluster = Cluster::new(config);
        cluster.bootstrap();
        cluster.set_images(Arc::new(ImageCatalog::standard()));
        for index in 0..4 {
            let mut config = NodeConfig::new(&format!("node-{}", index + 1), index);
            config.zone = Some(if index % 2 == 0 { "zone-b" } else { "zone-a" }.to_owned());
            cluster.add_node(config);
        }
        let mut machine = Machine::new("test", Stream::new(1, "test"));
        machine.set_epoch(i64::try_from(cluster.config().epoch.0.as_nanosecond()).unwrap());
        podarium_machine::install_everyday_programs(&mut machine);
        machine.install("kubectl", podarium_kubectl::main);
        let config = format!(
            "apiVersion: v1\nkind: Config\nclusters:\n- name: anchor\n  cluster: {{server: '{SERVER}'}}\ncontexts:\n- name: anchor\n  context: {{cluster: anchor, user: u, namespace: shop}}\ncurrent-context: anchor\nusers:\n- name: u\n  user: {{token: t}}\n"
        );
        machine.files.mkdir_all("/root/.kube", Time::ZERO).unwrap();
        machine.files.write("/root/.kube/config", config, 0o600, Time::ZERO).unwrap();
        let mut rig = Rig { cluster, machine, to_machine: BTreeMap::new(), to_cluster: BTreeMap::new() };
        rig.wait(Duration::from_secs(60));
        let made = rig.run("create namespace shop", "");
        assert_eq!(made.code, 0, "{made:?}");
        // Whoever clears away the taints of new nodes may not be there.
        rig.run("taint nodes --all node.kubernetes.io/not-ready:NoSchedule-", "");
        rig.wait(Duration::from_secs(3));
        rig
    }

    pub fn wait(&mut self, duration: Duration) {
        let until = self.cluster.now() + duration;
        while self.step(until) {}
        self.cluster.advance(until);
    }

    /// Runs `kubectl LINE` to its end.
    pub fn run(&mut self, line: &str, stdin: &str) -> Done {
        self.run_with(line, stdin, &[])
    }

    /// The same with more variables in the environment.
    pub fn run_with(&mut self, line: &str, stdin: &str, more: &[(&str, &str)]) -> Done {
        let argv: Vec<String> = std::iter::once("kubectl".to_owned()).chain(words(line)).collect();
        let [input, output, errors] = [(); 3].map(|()| self.machine.open_channel());
        self.machine.type_bytes(input, stdin.as_bytes());
        self.machine.end_input(input);
        let env = [("HOME", "/root"), ("COLUMNS", "120"), ("PATH", "/usr/local/bin:/usr/bin:/bin")].into_iter().chain(more.iter().copied());
        let env: BTreeMap<String, String> = env.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let stdio = Stdio { stdin: Endpoint::Tty(input), stdout: Endpoint::Tty(output), stderr: Endpoint::Tty(errors) };
        let pid = self.machine.spawn(&argv, env, "/root", stdio).unwrap();
        let until = self.cluster.now() + Duration::from_secs(120);
        while self.machine.is_running(pid) && self.step(until) {}
        let code = self.machine.take_exit(pid).map_or(-1, |status| status.code);
        let mut text = |tty| String::from_utf8(self.machine.take_output(tty)).unwrap().replace("\r\n", "\n");
        Done { code, stdout: text(output), stderr: text(errors) }
    }

    fn step(&mut self, until: Time) -> bool {
        let now = self.cluster.now();
        if self.machine.next_wake().is_some_and(|wake| wake <= now) {
            self.machine.run(now);
            for outgoing in self.machine.take_outgoing() {
                match outgoing {
                    Outgoing::Request { id, request, .. } if request.url.starts_with(SERVER) => {
                        let http = self.cluster.http(request, Cause::Start);
                        self.to_machine.insert(http, id);
                        self.to_cluster.insert(id, http);
                    }
                    Outgoing::Request { id, .. } => self.machine.http_reply(id, HttpEvent::Failed(NetError::UnknownHost)),
                    Outgoing::Close { id } => {
                        if let Some(http) = self.to_cluster.remove(&id) {
                            self.to_machine.remove(&http);
                            self.cluster.close_http(http);
                        }
                    }
                    Outgoing::Data { id, bytes } => {
                        if let Some(http) = self.to_cluster.get(&id) {
                            self.cluster.http_data(*http, bytes, Cause::Start);
                        }
                    }
                    Outgoing::Lookup { id, .. } => self.machine.lookup_reply(id, podarium_machine::LookupAnswer::TimedOut),
                }
            }
        }
        let next = [self.cluster.next_at(), self.machine.next_wake()].into_iter().flatten().min();
        let Some(next) = next.filter(|next| *next <= until) else { return false };
        if self.cluster.next_at() == Some(next) {
            self.cluster.step(until);
        } else {
            self.cluster.advance(next);
        }
        for (http, event) in self.cluster.take_http_events() {
            let Some(id) = self.to_machine.get(&http).copied() else { continue };
            let last = matches!(event, HttpEvent::Response(_) | HttpEvent::End | HttpEvent::Failed(_));
            self.machine.http_reply(id, event);
            if last {
                self.to_machine.remove(&http);
                self.to_cluster.remove(&id);
            }
        }
        true
    }
}

/// The words of a line, with the quotes of a shell.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote: Option<char> = None;
    for c in line.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), c) => word.get_or_insert_default().push(c),
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, ' ') => words.extend(word.take()),
            (None, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}
