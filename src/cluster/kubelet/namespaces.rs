//! Namespaces that containers share or have for themselves: process numbers (`shareProcessNamespace`, the target of a
//! debugger) and users (`hostUsers: false`, where root in the container is nobody outside).
//!
//! Models: pkg/kubelet/kuberuntime/util/util.go (PidNamespaceForPod), pkg/kubelet/kuberuntime/kuberuntime_container.go
//! (getTargetID), pkg/kubelet/userns/userns_manager.go, v1.36.
//! Simplified: two pods on a node may draw the same users.

use std::sync::Arc;

use podarium_machine::Signal;
use podarium_sim::Time;

use super::pod::PodState;
use super::runtime::PodRuntime;
use crate::component::Ctx;
use crate::images::{Disks, Ended, Membership, OF_NODE, Output, Storage};

/// How many users a pod has; the first ones are the machine's own.
const USERS_OF_POD: u32 = 1 << 16;
const BLOCKS: u64 = (1 << 16) - 1;

/// The name of the namespace that all containers of a pod share.
const OF_POD: &str = "";

impl PodState {
    /// Which container a debugger is to join.
    fn target_of(&self, name: &str) -> Option<&str> {
        let debugger = self.pod.spec.ephemeral_containers.iter().flatten().find(|container| container.name == name)?;
        debugger.target_container_name.as_deref().filter(|target| !target.is_empty())
    }

    /// The container whose processes one sees beside its own, if it runs.
    pub(super) fn target_container(&self, name: &str) -> Option<Arc<str>> {
        let target = self.runtime.find(self.target_of(name)?, false)?;
        target.record.is_running().then(|| target.record.id.clone())
    }

    /// What the kubelet says when there is no such container to join.
    pub(super) fn lacks_target(&self, name: &str) -> Option<String> {
        let target = self.target_of(name)?;
        self.seen.find(target).is_none().then(|| format!("unable to find target container {target}"))
    }

    /// Where a container that is started now shares process numbers.
    pub(super) fn shared_processes(&mut self, name: &str, ctx: &mut Ctx<'_>) -> Option<Membership> {
        let now = ctx.now();
        if self.pod.spec.share_process_namespace == Some(true) {
            let namespace: Arc<str> = OF_POD.into();
            self.runtime.processes.share_pod(&namespace, now);
            return Some(self.runtime.processes.join(&namespace));
        }
        if self.sees_node() {
            return Some(self.runtime.processes.join(&OF_NODE.into()));
        }
        let namespace = self.target_container(name)?;
        let (container, mut storage) = self.runtime.with_storage(&namespace, ctx.disks)?;
        let process = container.process.as_mut()?;
        if process.shares_processes().is_none() {
            let member = storage.processes.join(&namespace);
            process.share_processes(member, now, &mut storage);
        }
        Some(self.runtime.processes.join(&namespace))
    }

    /// Draws the users of a pod that is not to have the machine's, once for each sandbox.
    pub(super) fn draw_users(&mut self, ctx: &mut Ctx<'_>) {
        if self.pod.spec.host_users == Some(false) && self.runtime.user_namespace.is_none() {
            let block = 1 + ctx.stream().bits() % BLOCKS;
            self.runtime.user_namespace = u32::try_from(block).ok().map(|block| block * USERS_OF_POD);
        }
    }
}

impl PodRuntime {
    /// Delivers the signals that containers have sent each other, and ends those whose first process is gone. Whether any
    /// container ended.
    pub(super) fn settle_processes(&mut self, now: Time, disks: &mut Disks) -> bool {
        if self.processes.is_empty() {
            return false;
        }
        let mut any = false;
        for (namespace, pid, signal) in self.processes.take_signals() {
            if *namespace != *OF_NODE && self.processes.is_sandbox(&namespace, pid) {
                self.sandbox_ended |= matches!(signal, Signal::Terminate | Signal::Interrupt);
                continue;
            }
            let mut reached = false;
            let mut storage = Storage { pod: &mut self.volumes, disks, processes: &mut self.processes };
            for container in &mut self.containers {
                let Some(process) = container.process.as_mut() else { continue };
                let is_member = process.shares_processes().is_some_and(|member| member.namespace == namespace);
                let mut out = Output::default();
                if is_member && process.signal(pid, signal, now, &mut storage, &mut out) {
                    any |= container.take(out, now);
                    reached = true;
                    break;
                }
            }
            if !reached && *namespace == *OF_NODE {
                self.processes.signal_node(pid, signal);
            }
        }
        any | self.end_with_first(now)
    }

    /// When the first process of a namespace ends, the kernel kills all others.
    fn end_with_first(&mut self, now: Time) -> bool {
        let member = |container: &super::runtime::Container| container.process.as_ref()?.shares_processes().cloned();
        let is_over = |namespace: &str| match namespace {
            OF_POD => self.sandbox_ended,
            first => self.containers.iter().any(|container| &*container.record.id == first && !container.record.is_running()),
        };
        let over: Vec<Arc<str>> = self.containers.iter().filter(|container| member(container).is_some_and(|member| is_over(&member.namespace))).map(|container| container.record.id.clone()).collect();
        for container in self.containers.iter_mut().filter(|container| over.contains(&container.record.id)) {
            container.end(Ended::code(137), now);
        }
        let left: Vec<Membership> = self.containers.iter().filter_map(member).collect();
        self.processes.keep(&left);
        !over.is_empty()
    }
}
