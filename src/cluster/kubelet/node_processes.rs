//! The processes of a node, as a pod with `hostPID` sees them: those of the machine itself, and of each pod its shim, its
//! `/pause` and its containers'. A signal to a container's process reaches it.
//!
//! Models: pid_namespaces(7): the machine's own namespace holds all others', under numbers of its own.
//! Simplified: of the machine's own processes the well-known ones, no threads of the kernel; a signal to them or to a shim is lost;
//! a number is given when somebody first looks.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use podarium_machine::{Neighbour, Pid, ProcessInfo, ProcessState, Signal};
use podarium_sim::Time;

use super::kubelet::Kubelet;
use super::pod::{PodState, Uid};
use super::tunnels::sandbox_id;
use crate::component::Ctx;
use crate::images::{OF_NODE, Output};

/// The machine's own: number, user, memory in MiB, command line.
const SYSTEM: [(u32, u32, u64, &str); 8] = [
    (1, 0, 12, "/sbin/init"),
    (231, 0, 24, "/lib/systemd/systemd-journald"),
    (262, 0, 7, "/lib/systemd/systemd-udevd"),
    (419, 100, 5, "/usr/bin/dbus-daemon --system --address=systemd: --nofork --nopidfile --systemd-activation --syslog-only"),
    (431, 0, 8, "/lib/systemd/systemd-logind"),
    (467, 0, 9, "sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups"),
    (512, 0, 58, "/usr/bin/containerd"),
    (734, 0, 96, "/usr/bin/kubelet --bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf --kubeconfig=/etc/kubernetes/kubelet.conf --config=/var/lib/kubelet/config.yaml"),
];
const FIRST: u32 = 1180;
const PAUSE_USER: u32 = 65_535;

/// The inner number that stands for a pod's shim, which is in no container.
const SHIM: u32 = 0;

/// Which number on the machine belongs to which process of which container or sandbox.
#[derive(Clone, Debug)]
pub(super) struct NodeProcesses {
    next: u32,
    numbers: BTreeMap<(Arc<str>, u32), u32>,
}

impl Default for NodeProcesses {
    fn default() -> Self {
        NodeProcesses { next: FIRST, numbers: BTreeMap::new() }
    }
}

impl NodeProcesses {
    fn number(&mut self, of: &Arc<str>, inner: u32) -> u32 {
        let next = &mut self.next;
        *self.numbers.entry((of.clone(), inner)).or_insert_with(|| {
            *next += 1;
            *next - 1
        })
    }

    fn find(&self, number: u32) -> Option<(Arc<str>, u32)> {
        self.numbers.iter().find(|(_, known)| **known == number).map(|((of, inner), _)| (of.clone(), *inner))
    }
}

fn process(pid: u32, parent: u32, uid: u32, mib: u64, args: Vec<String>, started_at: Time) -> Neighbour {
    Neighbour::of(ProcessInfo {
        pid: Pid(pid),
        parent: Pid(parent),
        uid,
        gid: uid,
        args,
        started_at,
        state: ProcessState::Sleeping,
        memory_bytes: mib << 20,
        cpu: Duration::ZERO,
        tty: None,
        is_in_front: false,
    })
}

fn words(line: &str) -> Vec<String> {
    line.split(' ').map(str::to_owned).collect()
}

impl PodState {
    pub(super) fn sees_node(&self) -> bool {
        self.pod.spec.host_pid == Some(true)
    }
}

impl Kubelet {
    /// Before a pod with `hostPID` runs: what it sees of the node.
    pub(super) fn show_node(&mut self, uid: &Uid, ctx: &mut Ctx<'_>) {
        let now = ctx.now();
        let mut shown: Vec<Neighbour> = SYSTEM.iter().map(|(pid, user, mib, line)| process(*pid, u32::from(*pid != 1), *user, *mib, words(line), self.host.started)).collect();
        let numbers = &mut self.host.processes;
        for state in self.pods.values_mut().filter(|state| !state.vanished).map(Arc::make_mut) {
            let Some(sandbox) = &state.runtime.sandbox else { continue };
            let id: Arc<str> = sandbox_id(&state.uid, sandbox.attempt).into();
            let first_start = state.runtime.containers.iter().filter_map(|container| container.record.started_at).min().unwrap_or(now);
            let shim = numbers.number(&id, SHIM);
            shown.push(process(shim, 1, 0, 14, words(&format!("/usr/bin/containerd-shim-runc-v2 -namespace k8s.io -id {id} -address /run/containerd/containerd.sock")), first_start));
            shown.push(process(numbers.number(&id, 1), shim, PAUSE_USER, 1, vec!["/pause".to_owned()], first_start));
            // Its own containers are there by themselves.
            if state.uid == *uid {
                continue;
            }
            let of_node = state.sees_node();
            let ids: Vec<Arc<str>> = state.runtime.containers.iter().map(|container| container.record.id.clone()).collect();
            for id in ids {
                let Some((container, mut storage)) = state.runtime.with_storage(&id, ctx.disks) else { continue };
                let Some(computer) = container.process.as_mut() else { continue };
                let list = computer.shown(now, &mut storage);
                let first = list.first().map_or(Pid(1), |first| first.info.pid);
                for mut neighbour in list {
                    let (pid, parent) = (neighbour.info.pid, neighbour.info.parent);
                    let mut number = |pid: Pid| if of_node { pid.0 } else { numbers.number(&id, pid.0) };
                    neighbour.info.pid = Pid(number(pid));
                    neighbour.info.parent = if pid == first || parent == Pid(0) { Pid(shim) } else { Pid(number(parent)) };
                    shown.push(neighbour);
                }
            }
        }
        let next = numbers.next;
        if let Some(state) = self.pods.get_mut(uid) {
            Arc::make_mut(state).runtime.processes.show_node(shown, next);
        }
    }

    /// After it has run: the numbers that it has used, and the signals that it has sent to others.
    pub(super) fn hear_from_node(&mut self, uid: &Uid, ctx: &mut Ctx<'_>) {
        let now = ctx.now();
        let Some(state) = self.pods.get_mut(uid).map(Arc::make_mut) else { return };
        self.host.processes.next = self.host.processes.next.max(state.runtime.processes.next_number(OF_NODE));
        for (pid, signal) in state.runtime.processes.take_signals_to_node() {
            let known = self.host.processes.find(pid.0);
            let found = self.pods.iter_mut().filter(|(of, _)| *of != uid).find_map(|(of, state)| {
                let (id, inner) = match &known {
                    Some((id, inner)) => (id.clone(), *inner),
                    // A process of another pod that sees the node has its own number.
                    None if state.sees_node() => (state.runtime.containers.iter().find(|it| it.process.as_ref().is_some_and(|it| it.runs(pid)))?.record.id.clone(), pid.0),
                    None => return None,
                };
                let is_pause = state.runtime.sandbox.as_ref().is_some_and(|sandbox| *sandbox_id(&state.uid, sandbox.attempt) == *id);
                let is_own = state.runtime.containers.iter().any(|container| container.record.id == id);
                (is_pause || is_own).then(|| (of.clone(), id, inner, is_pause))
            });
            let Some((of, id, inner, is_pause)) = found else { continue };
            let Some(state) = self.pods.get_mut(&of).map(Arc::make_mut) else { continue };
            if is_pause {
                state.runtime.sandbox_ended |= inner != SHIM && matches!(signal, Signal::Terminate | Signal::Interrupt | Signal::Kill);
            } else if let Some((container, mut storage)) = state.runtime.with_storage(&id, ctx.disks) {
                let mut out = Output::default();
                if let Some(process) = container.process.as_mut() {
                    process.signal(Pid(inner), signal, now, &mut storage, &mut out);
                }
                let ended = container.take(out, now);
                state.runtime.ended_meanwhile |= ended;
            }
            self.run_pod(&of, ctx);
        }
    }
}
