//! Other objects that some plugins look at: namespaces, services, owners of pods, disruption budgets, storage.
//!
//! Models: the informers of pkg/scheduler/scheduler.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use imbl::OrdMap;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use podarium_api::{PodDisruptionBudget, ReplicaSet, Resource as _, Service};

use super::framework::affinity_term::{Labels, labels};
use super::storage_listers::StorageListers;

/// A namespaced name.
pub type Key = (Arc<str>, Arc<str>);

#[derive(Clone, Debug, Default)]
pub struct Listers {
    pub namespaces: OrdMap<Arc<str>, Arc<Labels>>,
    pub services: OrdMap<Key, Arc<Service>>,
    pub replica_sets: OrdMap<Key, Arc<ReplicaSet>>,
    /// Selectors of the other owners that spread their pods, by kind and name.
    pub other_owners: OrdMap<(&'static str, Key), Arc<LabelSelector>>,
    pub disruption_budgets: OrdMap<Key, Arc<DisruptionBudget>>,
    pub storage: StorageListers,
}

/// What preemption needs to know of a PodDisruptionBudget.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DisruptionBudget {
    pub namespace: String,
    pub selector: Option<LabelSelector>,
    pub disruptions_allowed: i32,
    /// Pods whose eviction has been granted already.
    pub disrupted_pods: Vec<String>,
}

pub fn key(namespace: &str, name: &str) -> Key {
    (namespace.into(), name.into())
}

impl Listers {
    pub fn set_namespace(&mut self, meta: &podarium_api::ObjectMeta) {
        self.namespaces.insert(meta.name.as_deref().unwrap_or_default().into(), Arc::new(labels(meta).clone()));
    }

    /// The labels of a namespace; a namespace that has not been seen has none.
    pub fn namespace_labels(&self, name: &str) -> Arc<Labels> {
        self.namespaces.get(name).cloned().unwrap_or_default()
    }

    pub fn namespaces(&self) -> impl Iterator<Item = (&str, &Labels)> {
        self.namespaces.iter().map(|(name, labels)| (&**name, &**labels))
    }

    pub fn services_in<'a>(&'a self, namespace: &'a str) -> impl Iterator<Item = &'a Arc<Service>> {
        let start: Key = key(namespace, "");
        self.services.range(start..).take_while(move |((other, _), _)| &**other == namespace).map(|(_, service)| service)
    }

    pub fn replica_set(&self, namespace: &str, name: &str) -> Option<&Arc<ReplicaSet>> {
        self.replica_sets.get(&key(namespace, name))
    }

    pub fn set_service(&mut self, service: Arc<Service>) {
        self.services.insert(key(service.namespace(), service.name()), service);
    }

    pub fn set_replica_set(&mut self, replica_set: Arc<ReplicaSet>) {
        self.replica_sets.insert(key(replica_set.namespace(), replica_set.name()), replica_set);
    }

    /// What an owner of pods selects; nothing when it is gone.
    pub fn set_owner(&mut self, kind: &'static str, meta: &podarium_api::ObjectMeta, selector: Option<LabelSelector>) {
        let name = |name: &Option<String>| name.clone().unwrap_or_default();
        let key = (kind, key(&name(&meta.namespace), &name(&meta.name)));
        match selector {
            Some(selector) => self.other_owners.insert(key, Arc::new(selector)),
            None => self.other_owners.remove(&key),
        };
    }

    pub fn set_disruption_budget(&mut self, budget: &PodDisruptionBudget) {
        let known = DisruptionBudget {
            namespace: budget.namespace().to_owned(),
            selector: budget.spec.selector.clone(),
            disruptions_allowed: budget.status.disruptions_allowed.unwrap_or(0),
            disrupted_pods: budget.status.disrupted_pods.iter().flatten().map(|(pod, _)| pod.clone()).collect(),
        };
        self.disruption_budgets.insert(key(budget.namespace(), budget.name()), Arc::new(known));
    }
}
