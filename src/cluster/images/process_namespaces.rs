//! Process numbers that containers share: all containers of a pod with `shareProcessNamespace`, where the first process
//! is the sandbox's `/pause`; or a container and the debuggers that target it. Who is in one sees the others' processes,
//! may look at their files under `/proc/PID/root`, and may signal them.
//!
//! Models: namespaceoptions of the Container Runtime Interface (POD, TARGET) and pid_namespaces(7) as runc joins them.
//! Simplified: `/proc/PID/root` is a directory and no link; nothing can be written there, and mounted volumes are not seen in it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use podarium_machine::{Machine, Neighbour, Pid, ProcessInfo, ProcessState, Signal};
use podarium_sim::Time;

/// Numbers that runc uses up for threads of its own before a process runs: `ps` by `kubectl exec` is 7, the next one 13.
const THREADS_OF_RUNC: u32 = 5;
/// As whom the sandbox's process runs.
const PAUSE_USER: u32 = 65535;

/// The name of the namespace of the machine itself.
pub const OF_NODE: &str = "node";

/// The namespaces of one pod in which there may be several containers, by name.
#[derive(Clone, Debug, Default)]
pub struct ProcessNamespaces(BTreeMap<Arc<str>, Namespace>, Vec<(Pid, Signal)>);

#[derive(Clone, Debug)]
struct Namespace {
    next_pid: u32,
    /// What each container last showed, by its number here.
    shown: BTreeMap<u64, Vec<Neighbour>>,
    signals: Vec<(Pid, Signal)>,
}

/// A container's place in a namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    pub namespace: Arc<str>,
    pub number: u64,
}

/// The number under which the sandbox's own process stands.
const SANDBOX: u64 = 0;

impl ProcessNamespaces {
    /// A pod's own namespace, whose first process is the sandbox's.
    pub fn share_pod(&mut self, namespace: &Arc<str>, now: Time) {
        let pause = ProcessInfo {
            pid: Pid(1),
            parent: Pid(0),
            uid: PAUSE_USER,
            gid: PAUSE_USER,
            args: vec!["/pause".to_owned()],
            started_at: now,
            state: ProcessState::Sleeping,
            memory_bytes: 1 << 18,
            cpu: Duration::ZERO,
            tty: None,
            is_in_front: false,
        };
        let first = || Namespace { next_pid: 2 + THREADS_OF_RUNC, shown: [(SANDBOX, vec![Neighbour::of(pause)])].into(), signals: Vec::new() };
        self.0.entry(namespace.clone()).or_insert_with(first);
    }

    /// What is to be seen of the machine, and the next number there.
    pub fn show_node(&mut self, shown: Vec<Neighbour>, next_pid: u32) {
        let found = self.0.entry(OF_NODE.into()).or_insert_with(|| Namespace { next_pid, shown: BTreeMap::new(), signals: Vec::new() });
        found.next_pid = found.next_pid.max(next_pid);
        found.shown.insert(SANDBOX, shown);
    }

    /// The number that the next process in a namespace gets.
    pub fn next_number(&self, namespace: &str) -> u32 {
        self.0.get(namespace).map_or(0, |found| found.next_pid)
    }

    /// A process of the machine that is in no container of this pod is signalled.
    pub fn signal_node(&mut self, pid: Pid, signal: Signal) {
        self.1.push((pid, signal));
    }

    pub fn take_signals_to_node(&mut self) -> Vec<(Pid, Signal)> {
        std::mem::take(&mut self.1)
    }

    /// A place in a namespace, which is made if nobody was in it.
    pub fn join(&mut self, namespace: &Arc<str>) -> Membership {
        let found = self.0.entry(namespace.clone()).or_insert_with(|| Namespace { next_pid: 1, shown: BTreeMap::new(), signals: Vec::new() });
        let number = found.shown.last_key_value().map_or(SANDBOX + 1, |(last, _)| last + 1);
        found.shown.insert(number, Vec::new());
        Membership { namespace: namespace.clone(), number }
    }

    /// A container has ended, and with it all its processes.
    pub fn leave(&mut self, member: &Membership) {
        if let Some(namespace) = self.0.get_mut(&member.namespace) {
            namespace.shown.remove(&member.number);
        }
    }

    /// Only these are there any more.
    pub fn keep(&mut self, members: &[Membership]) {
        for (name, namespace) in &mut self.0 {
            namespace.shown.retain(|number, _| *number == SANDBOX || members.iter().any(|member| member.namespace == *name && member.number == *number));
        }
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether somebody has been signalled who does not know it.
    pub fn has_signals(&self) -> bool {
        self.0.values().any(|namespace| !namespace.signals.is_empty())
    }

    /// The signals that are on their way, with the names of their namespaces.
    pub fn take_signals(&mut self) -> Vec<(Arc<str>, Pid, Signal)> {
        let all = self.0.iter_mut();
        all.flat_map(|(name, namespace)| std::mem::take(&mut namespace.signals).into_iter().map(|(pid, signal)| (name.clone(), pid, signal))).collect()
    }

    /// Whether a number is the sandbox's own process.
    pub fn is_sandbox(&self, namespace: &Arc<str>, pid: Pid) -> bool {
        pid == Pid(1) && self.0.get(namespace).is_some_and(|found| found.shown.contains_key(&SANDBOX))
    }

    /// Forgets everything: the sandbox is gone.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Shows a container's computer the others' processes.
    pub(super) fn put_in(&self, member: &Membership, machine: &mut Machine) {
        let Some(namespace) = self.0.get(&member.namespace) else { return };
        let others = namespace.shown.iter().filter(|(number, _)| **number != member.number);
        machine.set_neighbours(others.flat_map(|(_, shown)| shown.iter().cloned()).collect(), namespace.next_pid);
    }

    /// Notes what a container's computer shows, and whom it has signalled.
    pub(super) fn take_out(&mut self, member: &Membership, machine: &mut Machine) {
        let Some(namespace) = self.0.get_mut(&member.namespace) else { return };
        namespace.next_pid = namespace.next_pid.max(machine.next_pid());
        namespace.signals.extend(machine.take_signals_to_neighbours());
        if let Some(shown) = namespace.shown.get_mut(&member.number) {
            *shown = machine.shown_to_neighbours();
        }
    }
}

/// A process was started from outside, for which runc has used up more numbers.
pub(super) fn after_runc(machine: &mut Machine) {
    machine.set_next_pid(machine.next_pid() + THREADS_OF_RUNC);
}
