//! Eviction: a deletion that asks first whether the pod's application can do without it.
//!
//! `kubectl drain` evicts. A pod that a disruption budget guards goes only if the budget allows a disruption; then the
//! budget is charged at once, so that two evictions cannot use the same one. Pods that do not run yet, or no more, may
//! always go; unready ones may where the budget says so or where enough others are ready.
//!
//! Models: pkg/registry/core/pod/storage/eviction.go, v1.36.
//! Simplified: nothing; the server does one thing at a time, so conflicts with the controller do not arise.

use std::sync::Arc;

use k8s_openapi::api::core::v1::PodCondition;
use podarium_api::condition::set_condition;
use podarium_api::disruption::update_condition;
use podarium_api::pod_state::{is_pod_terminal, phase, pod_is_ready};
use podarium_api::selector::LabelSelector;
use podarium_api::{Kind, Object, Pod, PodDisruptionBudget, Resource as _, Status};
use serde_json::{Value, json};

use super::{ApiServer, Body, Call, Options, Reply, Request};
use crate::store::Key;

/// So many evicted pods that have not gone yet are too many.
const MAX_DISRUPTED_PODS: usize = 2000;

impl ApiServer {
    pub(super) fn evict(&mut self, request: Request, call: &mut Call) -> Result<Reply, Status> {
        let key = request.key();
        let Body::Value(eviction) = &request.body else {
            return Err(Status::bad_request("the body of an eviction holds no eviction"));
        };
        if eviction.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default() != &*key.name {
            return Err(Status::bad_request("name in URL does not match name in Eviction object"));
        }
        let options = delete_options(eviction, &mut call.dry_run);
        let stored = self.stored(Kind::Pod, &key)?.clone();
        let Object::Pod(pod) = stored else { return Err(Status::not_found(Kind::Pod, &key.name)) };
        if !may_always_go(&pod) {
            let budgets = self.budgets_of(&pod);
            match budgets.as_slice() {
                [] => {}
                [budget] if unready_may_go(&pod, budget) => {}
                [budget] => self.charge(&key.name, budget, call)?,
                _ => return Err(more_than_one()),
            }
        }
        self.mark_and_delete(&pod, &key, options, call)?;
        call.created = true;
        Ok(Reply::Value(json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201})))
    }

    fn budgets_of(&self, pod: &Pod) -> Vec<Arc<PodDisruptionBudget>> {
        let budgets = self.store.list(Kind::PodDisruptionBudget, Some(pod.namespace())).filter_map(PodDisruptionBudget::from_object);
        let guards = |budget: &PodDisruptionBudget| {
            let selector = budget.spec.selector.as_ref();
            selector.is_some() && LabelSelector::from_raw(selector).is_ok_and(|selector| selector.matches(pod.metadata.labels.as_ref()))
        };
        budgets.filter(|budget| guards(budget)).cloned().collect()
    }

    /// Takes one disruption from the budget, or says why there is none.
    fn charge(&mut self, pod: &str, budget: &Arc<PodDisruptionBudget>, call: &Call) -> Result<(), Status> {
        check(budget)?;
        if call.dry_run {
            return Ok(());
        }
        let before = budget.clone().into_object();
        let mut budget = budget.clone();
        let charged = Arc::make_mut(&mut budget);
        let status = Arc::make_mut(&mut charged.status);
        let left = status.disruptions_allowed.unwrap_or(0) - 1;
        status.disruptions_allowed = Some(left);
        if left == 0 {
            update_condition(status, self.epoch.seconds(call.now));
        }
        let time = self.epoch.seconds(call.now);
        status.disrupted_pods.get_or_insert_default().insert(pod.to_owned(), time);
        let key = Key::of_meta(&budget.metadata);
        let after = budget.into_object();
        let managed = self.managed_after_own_write(&before, &after, call);
        self.commit(Kind::PodDisruptionBudget, key, Some(after), &call.own_write(managed));
        Ok(())
    }

    /// Says on the pod that it is being disrupted, and deletes it.
    fn mark_and_delete(&mut self, pod: &Arc<Pod>, key: &Key, mut options: Options, call: &mut Call) -> Result<(), Status> {
        let meta = &pod.metadata;
        let differs = |wanted: &Option<String>, found: &Option<String>| wanted.as_deref().is_some_and(|wanted| !wanted.is_empty() && Some(wanted) != found.as_deref());
        let found = |value: &Option<String>| value.clone().unwrap_or_default();
        if !call.dry_run && differs(&options.precondition_uid, &meta.uid) {
            let why = format!(
                "the UID in the precondition ({}) does not match the UID in record ({}). The object might have been deleted and then recreated",
                found(&options.precondition_uid), found(&meta.uid)
            );
            return Err(conflict(&key.name, &why));
        }
        if !call.dry_run && differs(&options.precondition_resource_version, &meta.resource_version) {
            let why = format!(
                "the ResourceVersion in the precondition ({}) does not match the ResourceVersion in record ({}). The object might have been modified",
                found(&options.precondition_resource_version), found(&meta.resource_version)
            );
            return Err(conflict(&key.name, &why));
        }
        let mut object = pod.clone().into_object();
        if !call.dry_run {
            let mut marked = pod.clone();
            let status = Arc::make_mut(&mut Arc::make_mut(&mut marked).status);
            let changed = set_condition(&mut status.conditions, PodCondition {
                type_: "DisruptionTarget".to_owned(),
                status: "True".to_owned(),
                reason: Some("EvictionByEvictionAPI".to_owned()),
                message: Some("Eviction API: evicting".to_owned()),
                last_transition_time: Some(self.epoch.seconds(call.now)),
                ..PodCondition::default()
            });
            if changed {
                object = self.commit(Kind::Pod, key.clone(), Some(marked.into_object()), call);
            }
            if options.precondition_resource_version.is_some() {
                options.precondition_resource_version.clone_from(&object.meta().resource_version);
            }
        }
        self.delete_object(object, key.clone(), &options, call)?;
        Ok(())
    }
}

fn delete_options(eviction: &Value, dry_run: &mut bool) -> Options {
    let text = |place: &str| eviction.pointer(place).and_then(Value::as_str).map(str::to_owned);
    *dry_run |= eviction.pointer("/deleteOptions/dryRun").and_then(Value::as_array).is_some_and(|all| !all.is_empty());
    Options {
        grace_period_seconds: eviction.pointer("/deleteOptions/gracePeriodSeconds").and_then(Value::as_i64),
        precondition_uid: text("/deleteOptions/preconditions/uid"),
        precondition_resource_version: text("/deleteOptions/preconditions/resourceVersion"),
        ..Options::default()
    }
}

fn may_always_go(pod: &Pod) -> bool {
    is_pod_terminal(pod) || phase(pod) == "Pending" || pod.metadata.deletion_timestamp.is_some()
}

/// An unready pod does not count as healthy, so its end changes no count.
fn unready_may_go(pod: &Pod, budget: &PodDisruptionBudget) -> bool {
    let (healthy, wanted) = (budget.status.current_healthy.unwrap_or(0), budget.status.desired_healthy.unwrap_or(0));
    let always = budget.spec.unhealthy_pod_eviction_policy.as_deref() == Some("AlwaysAllow");
    !pod_is_ready(pod) && (always || healthy >= wanted && wanted > 0)
}

/// It comes from the storage as an answer, and the server makes an error of it.
fn more_than_one() -> Status {
    Status::new(500, "", "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.")
}

fn conflict(name: &str, why: &str) -> Status {
    Status::new(409, "Conflict", format!("Operation cannot be fulfilled on Pod {name:?}: {why}"))
}

fn too_many_requests(cause: String) -> Status {
    let status = Status::new(429, "TooManyRequests", "Cannot evict pod as it would violate the pod's disruption budget.");
    status.with_cause("", "DisruptionBudget", cause)
}

/// Whether the budget has a disruption left.
fn check(budget: &PodDisruptionBudget) -> Result<(), Status> {
    let (name, status) = (budget.name(), &budget.status);
    if status.observed_generation.unwrap_or(0) < budget.metadata.generation.unwrap_or(0) {
        return Err(too_many_requests(format!("The disruption budget {name} is still being processed by the server.")).with_retry_after(10));
    }
    let forbidden = |why: &str| {
        Status::new(403, "Forbidden", format!("poddisruptionbudget.policy {name:?} is forbidden: {why}"))
    };
    let allowed = status.disruptions_allowed.unwrap_or(0);
    if allowed < 0 {
        return Err(forbidden("pdb disruptions allowed is negative"));
    }
    if status.disrupted_pods.as_ref().is_some_and(|pods| pods.len() > MAX_DISRUPTED_PODS) {
        return Err(forbidden("DisruptedPods map too big - too many evictions not confirmed by PDB controller"));
    }
    if allowed > 0 {
        return Ok(());
    }
    let conditions = status.conditions.iter().flatten();
    let refusal = conditions.into_iter().find(|condition| condition.type_ == "DisruptionAllowed" && condition.status == "False" && !condition.message.is_empty());
    let (healthy, wanted) = (status.current_healthy.unwrap_or(0), status.desired_healthy.unwrap_or(0));
    let does_not_allow = format!("The disruption budget {name} does not allow evicting pods currently");
    Err(too_many_requests(match refusal {
        Some(condition) if condition.reason == "SyncFailed" => format!("{does_not_allow} because it failed sync: {}", condition.message),
        _ if healthy <= wanted => format!("The disruption budget {name} needs {wanted} healthy pods and has {healthy} currently"),
        Some(condition) => format!("{does_not_allow} ({}): {}", condition.reason, condition.message),
        None => does_not_allow,
    }))
}
