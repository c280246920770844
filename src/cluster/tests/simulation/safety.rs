//! The rules that hold at every moment, whatever happens.
//!
//! Controllers act on what they knew a moment ago. Where a rule compares with what is declared, it allows for what was
//! declared within the last while.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use podarium_api::owner::{is_controlled_by, is_terminating};
use podarium_api::pod_state::{is_pod_active, is_pod_terminal, node_name, pod_is_ready};
use podarium_api::{Deployment, EndpointSlice, Kind, Node, Pod, ReplicaSet, Resource as _};
use podarium_api::resource::{pod_requests, resource_list};
use podarium_cluster::{Cluster, Key};
use podarium_sim::Time;

use super::history::History;
use super::workload::Workload;

/// How old the knowledge may be that somebody acts on: as old as a connection was lost.
const STALE: Duration = Duration::from_secs(75);

#[derive(Default)]
pub struct Safety {
    checked: usize,
    version: u64,
    /// The sizes that each Deployment was declared with, and when.
    declared: BTreeMap<String, Vec<(Time, i32)>>,
    /// When each pod was last ready.
    ready: BTreeMap<String, Time>,
    /// What was written last, told when a rule is broken or nothing converges.
    pub history: History,
    /// Where each pod was first seen.
    homes: BTreeMap<String, String>,
    /// How many pods fewer than the statuses said there were when a Deployment last took pods away.
    unknown: BTreeMap<String, i32>,
    /// The sizes of the sets as they were written last.
    sizes: BTreeMap<Key, i32>,
    /// Whether rollouts must keep their promises about available pods from now on.
    pub promised: bool,
}

impl Safety {
    pub fn declare(&mut self, name: &str, replicas: i32, now: Time) {
        self.declared.entry(name.to_owned()).or_default().push((now, replicas));
    }

    /// Looks at everything that was written since the last time.
    pub fn check(&mut self, cluster: &Cluster, workloads: &[Workload]) -> Result<(), String> {
        let writes = cluster.writes();
        while let Some(write) = writes.get(self.checked) {
            self.checked += 1;
            if write.resource_version <= self.version {
                return Err(format!("resourceVersion {} after {}", write.resource_version, self.version));
            }
            self.version = write.resource_version;
            self.history.note(cluster, &write);
            let found = match write.kind {
                Kind::Pod => self.pod_written(cluster, &write.key, workloads),
                Kind::ReplicaSet => {
                    self.note_shrinking(cluster, &write.key, workloads);
                    self.sizes(cluster, workloads)
                }
                Kind::EndpointSlice => self.endpoints(cluster, &write.key),
                _ => Ok(()),
            };
            found.map_err(|why| format!("{why} (at {:?}, write {} by {})", cluster.now(), write.resource_version, write.user))?;
        }
        Ok(())
    }

    fn pod_written(&mut self, cluster: &Cluster, key: &Key, workloads: &[Workload]) -> Result<(), String> {
        if let Some(pod) = cluster.get::<Pod>(key) {
            if pod_is_ready(pod) {
                self.ready.insert(pod.name().to_owned(), cluster.now());
            }
            if let Some(node) = node_name(pod) {
                let home = self.homes.entry(pod.uid().to_owned()).or_insert_with(|| node.to_owned());
                if home != node {
                    return Err(format!("the pod {key} moved from {home} to {node}"));
                }
                fits(cluster, node)?;
            }
        }
        if self.promised { workloads.iter().try_for_each(|workload| self.promise(cluster, workload)) } else { Ok(()) }
    }

    /// All ReplicaSets of a Deployment together are no larger than it and its surge.
    fn sizes(&self, cluster: &Cluster, workloads: &[Workload]) -> Result<(), String> {
        for workload in workloads.iter().filter(|workload| workload.kind == Kind::Deployment) {
            let Some(deployment) = cluster.get::<Deployment>(&Key::new("default", &workload.name)) else { continue };
            let own = cluster.list::<ReplicaSet>().filter(|set| is_controlled_by(&set.metadata, deployment.uid()));
            let total: i32 = own.map(|set| set.spec.replicas.unwrap_or(1)).sum();
            let declared = self.declared.get(&workload.name).map(Vec::as_slice).unwrap_or_default();
            // What was declared last before the time that counts was in force in it too.
            let recent = |index: usize| declared.get(index + 1).is_none_or(|(until, _)| *until + STALE > cluster.now());
            let most = declared.iter().enumerate().filter(|(index, _)| recent(*index)).map(|(_, (_, size))| *size).max().unwrap_or(0);
            if total > most + workload.surge {
                return Err(format!("the ReplicaSets of {} want {total} pods, more than {most} + {}", workload.name, workload.surge));
            }
        }
        Ok(())
    }

    /// Addresses that are said to be ready belong to pods that are, or were a moment ago.
    fn endpoints(&self, cluster: &Cluster, key: &Key) -> Result<(), String> {
        let Some(slice) = cluster.get::<EndpointSlice>(key) else { return Ok(()) };
        for endpoint in slice.endpoints.iter().flatten() {
            let is_ready = endpoint.conditions.as_ref().and_then(|conditions| conditions.ready) == Some(true);
            let Some(pod) = endpoint.target_ref.as_ref().and_then(|target| target.name.as_deref()).filter(|_| is_ready) else { continue };
            let pod_is_ready_now = cluster.get::<Pod>(&Key::new("default", pod)).is_some_and(|pod| pod_is_ready(pod));
            let recently = self.ready.get(pod).is_some_and(|at| *at + STALE > cluster.now());
            if !pod_is_ready_now && !recently {
                return Err(format!("the slice {key} sends requests to {pod}, which is not ready"));
            }
        }
        Ok(())
    }
}

/// What runs on a node has room there.
fn fits(cluster: &Cluster, node: &str) -> Result<(), String> {
    let Some(there) = cluster.get::<Node>(&Key::new("", node)) else { return Ok(()) };
    let room = resource_list(there.status.allocatable.as_ref());
    let pods = cluster.list::<Pod>().filter(|pod| node_name(pod) == Some(node) && !is_pod_terminal(pod));
    let mut used: BTreeMap<String, i64> = BTreeMap::new();
    for pod in pods {
        for (name, amount) in pod_requests(&pod.spec) {
            *used.entry(name).or_default() += amount.milli_value();
        }
    }
    for (name, millis) in used {
        let most = room.get(&name).map_or(0, |amount| amount.milli_value());
        if !room.is_empty() && millis > most {
            return Err(format!("the pods on {node} request {millis} thousandths of {name}, and it has {most}"));
        }
    }
    Ok(())
}

/// The sets of a workload.
fn sets_of<'a>(cluster: &'a Cluster, workload: &'a Workload) -> impl Iterator<Item = &'a Arc<ReplicaSet>> {
    let is_its = |set: &&Arc<ReplicaSet>| set.metadata.labels.as_ref().and_then(|labels| labels.get("app")) == Some(&workload.name);
    cluster.list::<ReplicaSet>().filter(is_its)
}

fn pods_of<'a>(cluster: &'a Cluster, set: &'a ReplicaSet) -> impl Iterator<Item = &'a Arc<Pod>> {
    cluster.list::<Pod>().filter(|pod| is_controlled_by(&pod.metadata, set.uid()))
}

fn count(pods: usize) -> i32 {
    i32::try_from(pods).unwrap_or(i32::MAX)
}

fn is_ready(pod: &Pod) -> bool {
    pod_is_ready(pod) && !is_terminating(&pod.metadata)
}

impl Safety {
    /// A Deployment decides by the statuses of its sets, which lag behind the pods by some milliseconds. When it makes a set
    /// smaller, pods that a status still counts and that are gone may be missed.
    fn note_shrinking(&mut self, cluster: &Cluster, key: &Key, workloads: &[Workload]) {
        let Some(set) = cluster.get::<ReplicaSet>(key) else { return };
        let size = set.spec.replicas.unwrap_or(1);
        let before = self.sizes.insert(key.clone(), size).unwrap_or(0);
        let Some(workload) = workloads.iter().find(|workload| sets_of(cluster, workload).any(|own| own.uid() == set.uid())) else { return };
        if size < before {
            let unknown = |set: &Arc<ReplicaSet>| {
                (set.status.available_replicas.unwrap_or(0) - count(pods_of(cluster, set).filter(|pod| is_ready(pod)).count())).max(0)
            };
            self.unknown.insert(workload.name.clone(), sets_of(cluster, workload).map(unknown).sum());
        }
    }

    /// A rollout without faults: never more pods than declared and the surge, but for those that their sets have still to
    /// delete; never fewer ready ones than it may miss, but for those that nobody could know of.
    fn promise(&self, cluster: &Cluster, workload: &Workload) -> Result<(), String> {
        if workload.kind != Kind::Deployment || workload.is_recreated() {
            return Ok(());
        }
        let (mut active, mut ready) = (0, 0);
        for set in sets_of(cluster, workload) {
            active += count(pods_of(cluster, set).filter(|pod| is_pod_active(pod)).count()).min(set.spec.replicas.unwrap_or(1));
            ready += count(pods_of(cluster, set).filter(|pod| is_ready(pod)).count());
        }
        if active > workload.replicas + workload.surge {
            return Err(format!("{} has {active} pods, more than {} + {}", workload.name, workload.replicas, workload.surge));
        }
        let unknown = self.unknown.get(&workload.name).copied().unwrap_or(0);
        if ready < workload.replicas - workload.unavailable - unknown {
            return Err(format!("{} has {ready} ready pods, fewer than {} - {} - {unknown}", workload.name, workload.replicas, workload.unavailable));
        }
        Ok(())
    }
}
