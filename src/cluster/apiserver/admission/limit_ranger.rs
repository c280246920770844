//! LimitRanger: fills in what the containers of a pod left out, and refuses pods and claims outside of the limits of
//! their namespace.
//!
//! Models: plugin/pkg/admission/limitranger/admission.go, v1.36.
//! Simplified: nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use k8s_openapi::api::core::v1::{Container, LimitRangeItem};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity as RawQuantity;
use podarium_api::quantity::Quantity;
use podarium_api::resource::{self, ResourceList, resource_list};
use podarium_api::{Kind, LimitRange, Object, Pod, Resource as _, Status};

use super::Attributes;
use crate::apiserver::{Subresource, Verb};
use crate::store::Store;

const ANNOTATION: &str = "kubernetes.io/limit-ranger";

fn ranges<'a>(store: &'a Store, namespace: &'a str) -> impl Iterator<Item = &'a Arc<LimitRange>> {
    store.list(Kind::LimitRange, Some(namespace)).filter_map(LimitRange::from_object)
}

/// Gives the containers of a new pod the defaults of the namespace.
pub(super) fn admit(attributes: &mut Attributes<'_>) -> Result<(), Status> {
    if attributes.verb != Verb::Create || attributes.subresource.is_some() || attributes.store.count(Kind::LimitRange) == 0 {
        return Ok(());
    }
    let Object::Pod(pod) = &mut *attributes.object else { return Ok(()) };
    let namespace = pod.metadata.namespace.clone().unwrap_or_default();
    for range in ranges(attributes.store, &namespace) {
        set_defaults(pod, range);
    }
    Ok(())
}

fn set_defaults(pod: &mut Arc<Pod>, range: &LimitRange) {
    let mut limits: BTreeMap<String, RawQuantity> = BTreeMap::new();
    let mut requests = limits.clone();
    for item in range.spec.limits.iter().filter(|item| item.type_ == "Container") {
        limits.extend(item.default.iter().flatten().map(|(name, amount)| (name.clone(), amount.clone())));
        requests.extend(item.default_request.iter().flatten().map(|(name, amount)| (name.clone(), amount.clone())));
    }
    if limits.is_empty() && requests.is_empty() {
        return;
    }
    let mut notes = Vec::new();
    let pod = Arc::make_mut(pod);
    let spec = Arc::make_mut(&mut pod.spec);
    for container in &mut spec.containers {
        merge(container, &limits, &requests, "container", &mut notes);
    }
    for container in spec.init_containers.iter_mut().flatten() {
        merge(container, &limits, &requests, "init container", &mut notes);
    }
    if !notes.is_empty() {
        let text = format!("LimitRanger plugin set: {}", notes.join("; "));
        pod.metadata.annotations.get_or_insert_default().insert(ANNOTATION.to_owned(), text);
    }
}

/// Adds the amounts that a container does not state, and notes which.
fn merge(container: &mut Container, limits: &BTreeMap<String, RawQuantity>, requests: &BTreeMap<String, RawQuantity>, what: &str, notes: &mut Vec<String>) {
    let resources = container.resources.get_or_insert_default();
    let name = &container.name;
    for (held, defaults, word) in [(&mut resources.requests, requests, "request"), (&mut resources.limits, limits, "limit")] {
        let missing: Vec<(&String, &RawQuantity)> =
            defaults.iter().filter(|(resource, _)| held.as_ref().is_none_or(|held| !held.contains_key(*resource))).collect();
        if missing.is_empty() {
            continue;
        }
        let resources: Vec<&str> = missing.iter().map(|(resource, _)| resource.as_str()).collect();
        notes.push(format!("{} {word} for {what} {name}", resources.join(", ")));
        held.get_or_insert_default().extend(missing.into_iter().map(|(resource, amount)| (resource.clone(), amount.clone())));
    }
}

/// Refuses what is outside of the limits.
pub(super) fn validate(attributes: &mut Attributes<'_>) -> Result<(), Status> {
    let of_claim = attributes.kind.info().plural == "persistentvolumeclaims";
    let is_resize = attributes.kind == Kind::Pod && attributes.subresource == Some(Subresource::Resize);
    let of_pod = attributes.kind == Kind::Pod && attributes.verb == Verb::Create || is_resize;
    if attributes.subresource.is_some() && !is_resize || !(of_pod || of_claim) || attributes.is_going() || attributes.store.count(Kind::LimitRange) == 0 {
        return Ok(());
    }
    let namespace = attributes.object.meta().namespace.clone().unwrap_or_default();
    for range in ranges(attributes.store, &namespace) {
        let faults: Vec<String> = range
            .spec
            .limits
            .iter()
            .flat_map(|item| match (&*attributes.object, item.type_.as_str()) {
                (Object::Pod(pod), "Container") => of_containers(pod, item),
                (Object::Pod(pod), "Pod") => of_whole_pod(pod, item),
                (object, "PersistentVolumeClaim") if of_claim => of_storage(object, item),
                _ => Vec::new(),
            })
            .collect();
        if let Some(why) = aggregate(&faults) {
            return Err(attributes.forbidden(why));
        }
    }
    Ok(())
}

/// Several complaints as one text; the same complaint counts once.
fn aggregate(faults: &[String]) -> Option<String> {
    let mut distinct: Vec<&str> = Vec::new();
    for fault in faults {
        if !distinct.contains(&fault.as_str()) {
            distinct.push(fault);
        }
    }
    match distinct.as_slice() {
        [] => None,
        [only] => Some((*only).to_owned()),
        faults => Some(format!("[{}]", faults.join(", "))),
    }
}

fn of_containers(pod: &Pod, item: &LimitRangeItem) -> Vec<String> {
    let containers = pod.spec.containers.iter().chain(pod.spec.init_containers.iter().flatten());
    containers
        .flat_map(|container| {
            let resources = container.resources.as_ref();
            let requests = resource_list(resources.and_then(|resources| resources.requests.as_ref()));
            let limits = resource_list(resources.and_then(|resources| resources.limits.as_ref()));
            check(item, &requests, &limits)
        })
        .collect()
}

/// The pod as a whole, without the overhead of its runtime.
fn of_whole_pod(pod: &Pod, item: &LimitRangeItem) -> Vec<String> {
    let mut spec = (*pod.spec).clone();
    spec.overhead = None;
    check(item, &resource::pod_requests(&spec), &resource::pod_limits(&spec))
}

fn check(item: &LimitRangeItem, requests: &ResourceList, limits: &ResourceList) -> Vec<String> {
    let mut faults = Vec::new();
    for (name, least) in resource_list(item.min.as_ref()) {
        faults.extend(minimum(&item.type_, &name, least, requests, limits));
    }
    for (name, most) in resource_list(item.max.as_ref()) {
        faults.extend(maximum(&item.type_, &name, most, requests, limits));
    }
    for (name, ratio) in resource_list(item.max_limit_request_ratio.as_ref()) {
        faults.extend(within_ratio(&item.type_, &name, ratio, requests, limits));
    }
    faults
}

fn of_storage(claim: &Object, item: &LimitRangeItem) -> Vec<String> {
    let value = claim.to_value();
    let requests = value.pointer("/spec/resources/requests").cloned().unwrap_or_default();
    let requests: BTreeMap<String, RawQuantity> = serde_json::from_value(requests).unwrap_or_default();
    let requests = resource_list(Some(&requests));
    let mut faults = Vec::new();
    for (name, least) in resource_list(item.min.as_ref()) {
        faults.extend(minimum(&item.type_, &name, least, &requests, &ResourceList::new()));
    }
    for (name, most) in resource_list(item.max.as_ref()) {
        let rule = format!("maximum {name} usage per {} is {most}", item.type_);
        match requests.get(&name) {
            None => faults.push(format!("{rule}.  No request is specified")),
            Some(request) if *request > most => faults.push(format!("{rule}, but request is {request}")),
            Some(_) => {}
        }
    }
    faults
}

fn minimum(kind: &str, name: &str, least: Quantity, requests: &ResourceList, limits: &ResourceList) -> Option<String> {
    let rule = format!("minimum {name} usage per {kind} is {least}");
    match (requests.get(name), limits.get(name)) {
        (None, _) => Some(format!("{rule}.  No request is specified")),
        (Some(request), _) if *request < least => Some(format!("{rule}, but request is {request}")),
        (_, Some(limit)) if *limit < least => Some(format!("{rule}, but limit is {limit}")),
        _ => None,
    }
}

fn maximum(kind: &str, name: &str, most: Quantity, requests: &ResourceList, limits: &ResourceList) -> Option<String> {
    let rule = format!("maximum {name} usage per {kind} is {most}");
    match (limits.get(name), requests.get(name)) {
        (None, _) => Some(format!("{rule}.  No limit is specified")),
        (Some(limit), _) if *limit > most => Some(format!("{rule}, but limit is {limit}")),
        (_, Some(request)) if *request > most => Some(format!("{rule}, but request is {request}")),
        _ => None,
    }
}

fn within_ratio(kind: &str, name: &str, ratio: Quantity, requests: &ResourceList, limits: &ResourceList) -> Option<String> {
    let rule = format!("{name} max limit to request ratio per {kind} is {ratio}");
    let get = |list: &ResourceList| list.get(name).copied().filter(|amount| !amount.is_zero());
    let Some(request) = get(requests) else { return Some(format!("{rule}, but no request is specified or request is 0")) };
    let Some(limit) = get(limits) else { return Some(format!("{rule}, but no limit is specified or limit is 0")) };
    let found = limit.as_f64() / request.as_f64();
    (found > ratio.as_f64()).then(|| format!("{rule}, but provided ratio is {found:.6}"))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn item(value: Value) -> LimitRangeItem {
        serde_json::from_value(value).unwrap()
    }

    fn pod(containers: Value) -> Arc<Pod> {
        Arc::new(serde_json::from_value(json!({"spec": {"containers": containers}})).unwrap())
    }

    fn faults(limits: Value, containers: Value) -> Option<String> {
        let (item, pod) = (item(limits), pod(containers));
        aggregate(&if item.type_ == "Pod" { of_whole_pod(&pod, &item) } else { of_containers(&pod, &item) })
    }

    #[test]
    fn what_is_outside_of_the_limits_is_said() {
        let resources = |requests: Value, limits: Value| json!([{"name": "a", "resources": {"requests": requests, "limits": limits}}]);
        let cases = [
            (json!({"type": "Container", "min": {"cpu": "50m"}}), resources(json!({"cpu": "100m"}), json!({})), None),
            (json!({"type": "Container", "min": {"cpu": "50m"}}), resources(json!({}), json!({})), Some("minimum cpu usage per Container is 50m.  No request is specified")),
            (json!({"type": "Container", "min": {"cpu": "50m"}}), resources(json!({"cpu": "40m"}), json!({})), Some("minimum cpu usage per Container is 50m, but request is 40m")),
            (json!({"type": "Container", "min": {"cpu": "50m"}}), resources(json!({"cpu": "50m"}), json!({"cpu": "40m"})), Some("minimum cpu usage per Container is 50m, but limit is 40m")),
            (json!({"type": "Container", "max": {"cpu": "1"}}), resources(json!({}), json!({})), Some("maximum cpu usage per Container is 1.  No limit is specified")),
            (json!({"type": "Container", "max": {"cpu": "1"}}), resources(json!({}), json!({"cpu": "2"})), Some("maximum cpu usage per Container is 1, but limit is 2")),
            (json!({"type": "Container", "maxLimitRequestRatio": {"cpu": "2"}}), resources(json!({"cpu": "1"}), json!({"cpu": "3"})), Some("cpu max limit to request ratio per Container is 2, but provided ratio is 3.000000")),
            (json!({"type": "Container", "maxLimitRequestRatio": {"cpu": "2"}}), resources(json!({}), json!({"cpu": "3"})), Some("cpu max limit to request ratio per Container is 2, but no request is specified or request is 0")),
            (
                json!({"type": "Container", "max": {"cpu": "1", "memory": "1Gi"}}),
                resources(json!({}), json!({"cpu": "2", "memory": "2Gi"})),
                Some("[maximum cpu usage per Container is 1, but limit is 2, maximum memory usage per Container is 1Gi, but limit is 2Gi]"),
            ),
        ];
        for (limits, containers, expected) in cases {
            assert_eq!(faults(limits.clone(), containers.clone()).as_deref(), expected, "{limits} {containers}");
        }
        let two = json!([{"name": "a", "resources": {"requests": {"cpu": "1"}}}, {"name": "b", "resources": {"requests": {"cpu": "1"}}}]);
        assert_eq!(faults(json!({"type": "Pod", "min": {"cpu": "3"}}), two).as_deref(), Some("minimum cpu usage per Pod is 3, but request is 2"));
    }

    #[test]
    fn defaults_are_filled_in_and_noted() {
        let range: LimitRange = serde_json::from_value(json!({"spec": {"limits": [
            {"type": "Container", "default": {"cpu": "500m", "memory": "1Gi"}, "defaultRequest": {"cpu": "100m"}},
        ]}})).unwrap();
        let mut pod = pod(json!([{"name": "a", "resources": {"limits": {"cpu": "1"}}}, {"name": "b", "resources": {"requests": {"cpu": "1"}, "limits": {"cpu": "1", "memory": "1"}}}]));
        set_defaults(&mut pod, &range);
        let resources = pod.spec.containers[0].resources.as_ref().map(|resources| json!(resources));
        assert_eq!(resources, Some(json!({"limits": {"cpu": "1", "memory": "1Gi"}, "requests": {"cpu": "100m"}})));
        let note = pod.metadata.annotations.as_ref().and_then(|annotations| annotations.get(ANNOTATION));
        assert_eq!(note.map(String::as_str), Some("LimitRanger plugin set: cpu request for container a; memory limit for container a"));
    }
}
