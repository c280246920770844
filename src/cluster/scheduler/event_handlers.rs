//! What the scheduler does with the news of the cluster: it corrects its picture, and wakes the pods that may gain.
//!
//! Models: pkg/scheduler/eventhandlers.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use podarium_api::{Node, Object, Pod, Resource as _};

use super::component::Scheduler;
use super::framework::cluster_event::{ActionType, Change as ClusterChange, ClusterEvent, node_update_events, pod_update_events};
use super::framework::pod_info::PodInfo;
use super::listers::key;
use crate::cause::Cause;
use crate::client::Change;
use crate::component::Ctx;

fn is_assigned(pod: &Pod) -> bool {
    pod.spec.node_name.as_ref().is_some_and(|node| !node.is_empty())
}

impl Scheduler {
    pub(super) fn on_change(&mut self, change: Change, ctx: &mut Ctx<'_>) {
        let cause = change.cause;
        match (change.old, change.new) {
            (Some(Object::Pod(old)), Some(Object::Pod(new))) if old.uid() != new.uid() => {
                // The pod was replaced by another of the same name while nobody watched.
                self.pod_deleted(&old, cause, ctx);
                self.pod_added(new, cause, ctx);
            }
            (None, Some(Object::Pod(new))) => self.pod_added(new, cause, ctx),
            (Some(Object::Pod(old)), Some(Object::Pod(new))) => self.pod_updated(&old, new, cause, ctx),
            (Some(Object::Pod(old)), None) => self.pod_deleted(&old, cause, ctx),
            (None, Some(Object::Node(new))) => self.node_added(new, cause, ctx),
            (Some(Object::Node(old)), Some(Object::Node(new))) => self.node_updated(old, new, cause, ctx),
            (Some(Object::Node(old)), None) => self.node_deleted(old, cause, ctx),
            (_, Some(Object::Namespace(new))) => self.listers.set_namespace(new.meta()),
            (Some(Object::Namespace(old)), None) => {
                self.listers.namespaces.remove(old.name());
            }
            (_, Some(Object::Service(new))) => self.listers.set_service(new),
            (Some(Object::Service(old)), None) => {
                self.listers.services.remove(&key(old.namespace(), old.name()));
            }
            (_, Some(Object::ReplicaSet(new))) => self.listers.set_replica_set(new),
            (Some(Object::ReplicaSet(old)), None) => {
                self.listers.replica_sets.remove(&key(old.namespace(), old.name()));
            }
            (_, Some(Object::StatefulSet(new))) => self.listers.set_owner("StatefulSet", new.meta(), Some(new.spec.selector.clone())),
            (_, Some(Object::ReplicationController(new))) => {
                let selector = new.spec.selector.clone().map(|labels| LabelSelector { match_labels: Some(labels), ..LabelSelector::default() });
                self.listers.set_owner("ReplicationController", new.meta(), selector);
            }
            (Some(Object::StatefulSet(old)), None) => self.listers.set_owner("StatefulSet", old.meta(), None),
            (Some(Object::ReplicationController(old)), None) => self.listers.set_owner("ReplicationController", old.meta(), None),
            (_, Some(Object::PodDisruptionBudget(new))) => self.listers.set_disruption_budget(&new),
            (Some(Object::PodDisruptionBudget(old)), None) => {
                self.listers.disruption_budgets.remove(&key(old.namespace(), old.name()));
            }
            (old, new) => self.storage_changed(old, new, cause, ctx),
        }
    }

    fn storage_changed(&mut self, old: Option<Object>, new: Option<Object>, cause: Cause, ctx: &Ctx<'_>) {
        let storage = &mut self.listers.storage;
        let (resource, action) = match (&old, &new) {
            (None, Some(new)) => (storage.set(new), ActionType::ADD),
            (Some(_), Some(new)) => (storage.set(new), ActionType::UPDATE),
            (Some(old), None) => (storage.remove(old), ActionType::DELETE),
            (None, None) => return,
        };
        if let Some(resource) = resource {
            self.wake(ClusterEvent::new(resource, action), &ClusterChange::Storage { old, new }, cause, ctx);
        }
    }

    /// Pods that name another scheduler are not this one's business.
    fn is_responsible(&self, pod: &Pod) -> bool {
        self.profiles.of(pod).is_some()
    }

    fn wake(&mut self, event: ClusterEvent, change: &ClusterChange, cause: Cause, ctx: &Ctx<'_>) {
        self.queue.move_all(event, change, ctx.now(), &self.listers, cause, |_| true);
    }

    fn pod_added(&mut self, pod: Arc<Pod>, cause: Cause, ctx: &Ctx<'_>) {
        self.preemptor.saw(&pod, &mut self.queue.preempting);
        if is_assigned(&pod) {
            self.assigned_pod_added(pod, cause, ctx);
        } else if self.is_responsible(&pod) {
            self.queue.add(pod, ctx.now(), cause);
        }
    }

    fn assigned_pod_added(&mut self, pod: Arc<Pod>, cause: Cause, ctx: &Ctx<'_>) {
        self.cache.set(&pod);
        self.wake(ClusterEvent::ASSIGNED_POD_ADD, &ClusterChange::Pod { old: None, new: Some(pod) }, cause, ctx);
    }

    fn pod_updated(&mut self, old: &Arc<Pod>, new: Arc<Pod>, cause: Cause, ctx: &mut Ctx<'_>) {
        self.preemptor.saw(&new, &mut self.queue.preempting);
        if is_assigned(old) {
            self.cache.set(&new);
            let change = ClusterChange::Pod { old: Some(old.clone()), new: Some(new.clone()) };
            for event in pod_update_events(old, &new) {
                self.wake(event, &change, cause, ctx);
            }
        } else if is_assigned(&new) {
            self.assigned_pod_added(new, cause, ctx);
            if self.is_responsible(old) {
                self.queue.delete(old.uid());
            }
        } else if self.is_responsible(old) {
            self.waiting_pod_updated(old, new, cause, ctx);
        }
    }

    fn waiting_pod_updated(&mut self, old: &Arc<Pod>, new: Arc<Pod>, cause: Cause, ctx: &mut Ctx<'_>) {
        if old.meta().resource_version == new.meta().resource_version {
            return;
        }
        if self.cache.is_assumed(new.uid()) {
            if new.meta().deletion_timestamp.is_some() && old.meta().deletion_timestamp.is_none() {
                self.assumed_pod_deleted(new.uid(), cause, ctx);
            }
            return;
        }
        self.queue.update(old, new.clone(), ctx.now(), &self.listers, cause);
        let nominated = |pod: &Pod| pod.status.nominated_node_name.clone().unwrap_or_default();
        if !nominated(old).is_empty() && nominated(old) != nominated(&new) {
            self.nomination_freed(old, cause, ctx);
        }
    }

    /// A nominated node counted as taken for pods of the same or a lower priority; they may go there now.
    fn nomination_freed(&mut self, pod: &Arc<Pod>, cause: Cause, ctx: &Ctx<'_>) {
        let priority = pod.spec.priority.unwrap_or(0);
        let change = ClusterChange::Pod { old: Some(pod.clone()), new: None };
        let concerns = |other: &PodInfo| other.priority <= priority;
        self.queue.move_all(ClusterEvent::ASSIGNED_POD_DELETE, &change, ctx.now(), &self.listers, cause, concerns);
    }

    /// The pod goes away while its binding is under way: what it was to take is free again.
    fn assumed_pod_deleted(&mut self, uid: &str, cause: Cause, ctx: &mut Ctx<'_>) {
        if self.reject_waiting(uid, ctx) {
            return;
        }
        if let Some(forgotten) = self.cache.forget(uid) {
            let change = ClusterChange::Pod { old: Some(forgotten.pod_on_node()), new: None };
            self.wake(ClusterEvent::ASSIGNED_POD_DELETE, &change, cause, ctx);
        }
    }

    fn pod_deleted(&mut self, pod: &Arc<Pod>, cause: Cause, ctx: &mut Ctx<'_>) {
        self.preemptor.gone(pod.uid(), &mut self.queue.preempting);
        if is_assigned(pod) {
            self.cache.remove(pod.uid());
            // It may never have been seen with its node.
            self.queue.delete(pod.uid());
            self.wake(ClusterEvent::ASSIGNED_POD_DELETE, &ClusterChange::Pod { old: Some(pod.clone()), new: None }, cause, ctx);
        } else if self.is_responsible(pod) {
            self.queue.delete(pod.uid());
            if self.cache.is_assumed(pod.uid()) {
                self.assumed_pod_deleted(pod.uid(), cause, ctx);
            } else if pod.status.nominated_node_name.as_ref().is_some_and(|node| !node.is_empty()) {
                self.nomination_freed(pod, cause, ctx);
            }
        }
    }

    fn node_added(&mut self, node: Arc<Node>, cause: Cause, ctx: &Ctx<'_>) {
        self.cache.snapshot.set_node(node.clone());
        self.wake(ClusterEvent::NODE_ADD, &ClusterChange::Node { old: None, new: Some(node) }, cause, ctx);
    }

    fn node_updated(&mut self, old: Arc<Node>, new: Arc<Node>, cause: Cause, ctx: &Ctx<'_>) {
        self.cache.snapshot.set_node(new.clone());
        let events = node_update_events(&old, &new);
        let change = ClusterChange::Node { old: Some(old), new: Some(new) };
        for event in events {
            self.wake(event, &change, cause, ctx);
        }
    }

    fn node_deleted(&mut self, node: Arc<Node>, cause: Cause, ctx: &Ctx<'_>) {
        let change = ClusterChange::Node { old: Some(node.clone()), new: None };
        self.wake(ClusterEvent::NODE_DELETE, &change, cause, ctx);
        self.cache.snapshot.remove_node(node.name());
    }
}
