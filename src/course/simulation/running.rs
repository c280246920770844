//! A scenario being played.

use std::sync::Arc;

use podarium_cluster::apiserver::{PatchType, Request};
use podarium_cluster::component::Signal;
use podarium_cluster::kubelet::NodeConfig;
use podarium_cluster::{Cluster, HttpId, Key};
use podarium_machine::{Endpoint, HttpRequest, Pid, Start, Stdio, TtyId};
use podarium_sim::Time;
use podarium_workstation::World;
use serde_json::json;

use super::{Caller, HttpInput, Input};
use crate::{Audience, Play, Report, Scenario, State};
use podarium_api::time::Epoch;
use podarium_api::{Kind, Pod};

/// When the manifests are applied: the machines have registered by then.
const MANIFESTS_AT: Time = Time::from_millis(500);

/// A line for whoever watches: the scenario says something, or something did not work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    pub at: Time,
    pub text: String,
    pub failed: bool,
}

/// A command of the scenario that is still running.
#[derive(Clone)]
struct Running {
    pid: Pid,
    output: TtyId,
    command: String,
}

/// Everything: the cluster, the student's computer, the scenario's progress. A clone lives its own life.
#[derive(Clone)]
pub struct Simulation {
    pub(super) world: World,
    pub(super) play: Play,
    /// Whether the scenario's manifests have been applied.
    applied: bool,
    notes: Vec<Note>,
    running: Vec<Running>,
    /// The revisions of the store and of the traffic's statistics that the objectives have seen.
    observed: (u64, u64),
}

impl Simulation {
    pub fn new(scenario: Arc<Scenario>, seed: Option<u64>, audience: Audience) -> Self {
        Self::at(Epoch::default(), scenario, seed, audience)
    }

    /// The same on another day: virtual time 0 lies at this date.
    pub fn at(epoch: Epoch, scenario: Arc<Scenario>, seed: Option<u64>, audience: Audience) -> Self {
        let seed = seed.unwrap_or(scenario.seed);
        let world = super::timeline::build(&scenario, seed, epoch);
        let play = Play::new(scenario, seed, audience);
        let mut simulation = Simulation { world, play, applied: false, notes: Vec::new(), running: Vec::new(), observed: (0, 0) };
        simulation.play.observe(&simulation.world.cluster);
        simulation
    }

    pub fn now(&self) -> Time {
        self.world.now()
    }

    pub fn scenario(&self) -> &Arc<Scenario> {
        self.play.scenario()
    }

    pub fn cluster(&self) -> &Cluster {
        &self.world.cluster
    }

    pub fn world(&self) -> &World {
        &self.world
    }

    pub fn world_mut(&mut self) -> &mut World {
        &mut self.world
    }

    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    pub fn reports(&self) -> Vec<Report> {
        self.play.watch().reports()
    }

    pub fn objective(&self, name: &str) -> Option<State> {
        self.play.watch().state(name)
    }

    pub fn steps_done(&self) -> usize {
        self.play.steps_done()
    }

    /// When something happens next by itself.
    pub fn next_at(&self) -> Option<Time> {
        [self.next_entry_at(), self.world.next_at(), self.play.watch().next_deadline()].into_iter().flatten().min()
    }

    /// When the scenario does something next: its manifests come first, once the machines have had time to register.
    fn next_entry_at(&self) -> Option<Time> {
        if self.applied { self.play.next_entry_at() } else { Some(MANIFESTS_AT) }
    }

    /// Lets virtual time pass up to `until`; however the way there is cut, the same things happen.
    pub fn advance(&mut self, until: Time) {
        while self.step(until) {}
        self.world.advance(until);
        self.play.advance(until);
    }

    /// Does the one next thing if it is due by `until`; whether there was one.
    pub fn step(&mut self, until: Time) -> bool {
        let entry_at = self.next_entry_at();
        let limit = entry_at.map_or(until, |at| at.min(until));
        if self.world.step(limit) {
            self.after_step();
            return true;
        }
        let Some(at) = entry_at.filter(|at| *at <= until) else { return false };
        self.world.advance(at);
        if !self.applied {
            self.applied = true;
            self.apply_manifests();
        } else if let Some(entry) = self.play.take_due(at) {
            self.carry_out(&entry);
        }
        true
    }

    /// Where the objectives stand if the run ends now.
    pub fn reports_at_end(&self) -> Vec<Report> {
        self.play.reports_at_end(&self.world.cluster)
    }

    fn after_step(&mut self) {
        self.collect_commands();
        let cluster = &self.world.cluster;
        let revision = (cluster.store().revision(), cluster.traffic_revision());
        if revision != self.observed {
            self.observed = revision;
            self.play.observe(&self.world.cluster);
        }
    }

    pub(super) fn note(&mut self, text: impl Into<String>, failed: bool) {
        self.notes.push(Note { at: self.now(), text: text.into(), failed });
    }

    /// Takes an HTTP request of a client outside, now: the input [`Input::Http`]. Its answer comes from
    /// [`World::take_outside_events`] under the number that is returned.
    pub fn http(&mut self, request: HttpInput) -> HttpId {
        self.world.begin_input();
        match request.caller.clone() {
            Caller::Admin => self.world.http_from_outside(None, request.into()),
            Caller::Other { certificate } => {
                let (connection, sent) = self.world.connection_of(certificate.as_deref(), HttpRequest::from(request));
                self.world.http_from_outside(Some(connection), sent)
            }
        }
    }

    /// Takes an input, now.
    pub fn input(&mut self, input: Input) {
        if let Input::Http(request) = input {
            self.http(request);
            return;
        }
        self.world.begin_input();
        match input {
            Input::Type(line) => self.world.type_line(&line),
            Input::Interrupt => self.world.interrupt(),
            Input::OpenTab => {
                self.world.open_tab();
            }
            Input::SelectTab { tab } => self.world.select_tab(tab),
            Input::CloseTab { tab } => self.world.close_tab(tab),
            Input::Complete { line, cursor } => self.world.complete(&line, cursor),
            Input::Browse { address, trusting } => self.world.browse(&address, trusting),
            Input::EndOfInput => self.world.end_input(),
            Input::Edited { text } => self.world.edited(text.map(String::into_bytes)),
            Input::DeletePod { namespace, name, grace_seconds } => {
                let mut request = Request::delete(Kind::Pod, &Key::new(&namespace, &name));
                request.options.grace_period_seconds = grace_seconds;
                self.world.request(request);
            }
            Input::KillProcess { namespace, pod, container, exit_code } => {
                self.kill_process(&Key::new(&namespace, &pod), container, exit_code);
            }
            Input::Cordon { node } => self.cordon(&node, true),
            Input::Uncordon { node } => self.cordon(&node, false),
            Input::Drain { node } => {
                let command = ["kubectl", "drain", &node, "--ignore-daemonsets", "--delete-emptydir-data", "--force"];
                self.run(command.map(str::to_owned).to_vec(), "");
            }
            Input::AddNode { node } => self.add_node(&node),
            Input::StopNode { node } => self.on_node(&node, Cluster::stop_node),
            Input::ShutDownNode { node } => self.on_node(&node, Cluster::shut_down_node),
            Input::StartNode { node } => self.on_node(&node, Cluster::start_node),
            Input::CutOffNode { node } => self.on_node(&node, |cluster, node| cluster.cut_off_node(node, true)),
            Input::ReconnectNode { node } => self.on_node(&node, |cluster, node| cluster.cut_off_node(node, false)),
            Input::Command { argv, stdin } => self.run(argv, &stdin),
            Input::Http(_) => unreachable!("taken above"),
            Input::HttpData { exchange, bytes } => self.world.data_from_outside(HttpId(exchange), bytes),
            Input::HangUp { exchange } => self.world.hang_up(HttpId(exchange)),
        }
    }

    fn add_node(&mut self, node: &str) {
        let cluster = &mut self.world.cluster;
        if cluster.kubelet_id(node).is_some() {
            return self.note(format!("there is a machine {node:?} already"), true);
        }
        let index = u32::try_from(cluster.machines()).unwrap_or(u32::MAX);
        cluster.add_node(NodeConfig::new(node, index));
    }

    fn on_node(&mut self, node: &str, act: impl FnOnce(&mut Cluster, &str) -> bool) {
        if !act(&mut self.world.cluster, node) {
            self.note(format!("there is no machine {node:?}"), true);
        }
    }

    fn cordon(&mut self, node: &str, unschedulable: bool) {
        let patch = json!({"spec": {"unschedulable": unschedulable.then_some(true)}});
        self.world.request(Request::patch(Kind::Node, &Key::new("", node), PatchType::Strategic, patch));
    }

    fn kill_process(&mut self, key: &Key, container: String, exit_code: i32) {
        let node = self.cluster().get::<Pod>(key).and_then(|pod| pod.spec.node_name.clone()).unwrap_or_default();
        let kubelet = self.cluster().component_id(&format!("kubelet/{node}"));
        match kubelet {
            Some(id) => self.world.cluster.signal(id, Signal::KillProcess { pod: key.clone(), container, exit_code }),
            None => self.note(format!("the pod {key} runs nowhere: there is no process to kill"), true),
        }
    }

    /// Runs a command of the scenario beside the student's terminal.
    pub(super) fn run(&mut self, argv: Vec<String>, stdin: &str) {
        let machine = &mut self.world.machine;
        let (input, output) = (machine.open_channel(), machine.open_channel());
        machine.type_bytes(input, stdin.as_bytes());
        machine.end_input(input);
        let stdio = Stdio { stdin: Endpoint::Tty(input), stdout: Endpoint::Tty(output), stderr: Endpoint::Tty(output) };
        let command = argv.join(" ");
        let start = Start { argv, env: podarium_workstation::environment(), cwd: "/home/student".to_owned(), stdio, credentials: podarium_workstation::credentials() };
        match machine.start(start) {
            Ok(pid) => self.running.push(Running { pid, output, command }),
            Err(error) => self.note(format!("{command}: {error}"), true),
        }
    }

    fn collect_commands(&mut self) {
        let mut index = 0;
        while index < self.running.len() {
            let pid = self.running[index].pid;
            let Some(status) = self.world.machine.take_exit(pid) else {
                index += 1;
                continue;
            };
            let running = self.running.remove(index);
            let said = self.world.machine.take_output(running.output);
            if status.code != 0 {
                let said = String::from_utf8_lossy(&said).trim().to_owned();
                self.note(format!("{}: {said}", running.command), true);
            }
        }
    }
}
