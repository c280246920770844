//! Resizing a pod in place: only the CPU and memory of its containers may change, and only so that it stays of its class.
//!
//! Models: pkg/apis/core/validation/validation.go (ValidatePodResize), v1.36.
//! Simplified: nothing.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{Container, PodSpec, ResourceRequirements};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity as RawQuantity;

use super::{list, metadata, pod, text};
use crate::field::{FieldError, Path};
use crate::resource::{is_sidecar, resource_list};
use crate::{Pod, pod_state};

type RawList = BTreeMap<String, RawQuantity>;

const ONLY_CPU_AND_MEMORY: &str = "only cpu and memory resources are mutable";

pub(crate) fn update(new: &Pod, old: &Pod) -> Vec<FieldError> {
    let whole = |why: &str| vec![FieldError::forbidden(Path::new(""), why)];
    if pod::is_mirror(old) {
        return whole("static pods cannot be resized");
    }
    if old.spec.os.as_ref().is_some_and(|os| os.name == "windows") {
        return whole("windows pods cannot be resized");
    }
    let mut errors = metadata::validate_update(&new.metadata, &old.metadata);
    errors.extend(pod::metadata_and_spec(new));
    let path = Path::new("spec");
    let class = Some(text(&old.status.qos_class)).filter(|class| !class.is_empty()).unwrap_or_else(|| pod_state::qos_class(&old.spec));
    if class != pod_state::qos_class(&new.spec) {
        errors.push(FieldError::invalid(&path, text(&new.status.qos_class), "Pod QOS Class may not change as a result of resizing"));
    }
    let running = list(&old.status.container_statuses).iter().find(|status| status.state.as_ref().is_some_and(|state| state.running.is_some()));
    if running.is_some_and(|status| status.resources.is_none()) {
        errors.push(FieldError::forbidden(&path, "Pod running on node without support for resize"));
    }
    let mut rest = (*new.spec).clone();
    if has_own_resources(&old.spec) || has_own_resources(&new.spec) {
        errors.extend(pod_level(&mut rest, &old.spec, &path));
    }
    let disorder = ordering(&new.spec, &old.spec, &path);
    if !disorder.is_empty() {
        errors.extend(disorder);
        return errors;
    }
    errors.extend(removed_of_containers(&new.spec, &old.spec, &path));
    errors.extend(immutable_parts(&mut rest, &old.spec, &path));
    if errors.is_empty() && rest != *old.spec {
        errors.push(FieldError::forbidden(path, ONLY_CPU_AND_MEMORY));
    }
    errors
}

fn has_own_resources(spec: &PodSpec) -> bool {
    spec.resources.as_ref().is_some_and(|own| own.requests.iter().chain(&own.limits).any(|list| !list.is_empty()))
}

fn removed(new: Option<&RawList>, old: Option<&RawList>) -> bool {
    old.into_iter().flatten().any(|(name, _)| !new.is_some_and(|new| new.contains_key(name)))
}

fn pod_level(rest: &mut PodSpec, old: &PodSpec, path: &Path) -> Vec<FieldError> {
    let path_of_resources = path.child("resources");
    let mut errors = Vec::new();
    if let Some(was) = &old.resources {
        let Some(is) = &rest.resources else {
            return vec![FieldError::forbidden(path_of_resources, "pod-level resources cannot be removed")];
        };
        if removed(is.requests.as_ref(), was.requests.as_ref()) {
            errors.push(FieldError::forbidden(path_of_resources.child("requests"), "pod-level resource requests cannot be removed"));
        }
        if removed(is.limits.as_ref(), was.limits.as_ref()) {
            errors.push(FieldError::forbidden(path_of_resources.child("limits"), "pod-level resource limits cannot be removed"));
        }
    }
    if !mask(&mut rest.resources, old.resources.as_ref()) {
        errors.push(FieldError::forbidden(path, "only cpu and memory resources are mutable at pod-level"));
    }
    errors
}

/// Containers may neither come, go, change places nor take other names.
fn ordering(new: &PodSpec, old: &PodSpec, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let lists = [
        ("containers", new.containers.as_slice(), old.containers.as_slice()),
        ("initContainers", list(&new.init_containers), list(&old.init_containers)),
    ];
    for (name, new, old) in lists {
        let path = path.child(name);
        if new.len() != old.len() {
            errors.push(FieldError::forbidden(path, format!("{name} may not be added or removed on resize")));
            continue;
        }
        for (index, _) in new.iter().zip(old).enumerate().filter(|(_, (new, old))| new.name != old.name) {
            let why = format!("{name} may not be renamed or reordered on resize");
            errors.push(FieldError::forbidden(path.index(index).child("name"), why));
        }
    }
    errors
}

fn removed_of_containers(new: &PodSpec, old: &PodSpec, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let lists = [
        ("initContainers", list(&new.init_containers), list(&old.init_containers)),
        ("containers", new.containers.as_slice(), old.containers.as_slice()),
    ];
    for (name, new, old) in lists {
        for (index, (new, old)) in new.iter().zip(old).enumerate() {
            let path = path.child(name).index(index).child("resources");
            let of = |container: &Container| container.resources.clone().unwrap_or_default();
            let (new, old) = (of(new), of(old));
            if removed(new.requests.as_ref(), old.requests.as_ref()) {
                errors.push(FieldError::forbidden(path.child("requests"), "resource requests cannot be removed"));
            }
            if removed(new.limits.as_ref(), old.limits.as_ref()) {
                errors.push(FieldError::forbidden(path.child("limits"), "resource limits cannot be removed"));
            }
        }
    }
    errors
}

/// Puts the old amounts of CPU and memory into the containers, after which nothing may differ.
fn immutable_parts(rest: &mut PodSpec, old: &PodSpec, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (container, old) in rest.containers.iter_mut().zip(&old.containers) {
        mask(&mut container.resources, old.resources.as_ref());
        if container != old {
            errors.push(FieldError::forbidden(path, ONLY_CPU_AND_MEMORY));
        }
    }
    for (index, (container, old)) in rest.init_containers.iter_mut().flatten().zip(list(&old.init_containers)).enumerate() {
        let path = path.child("initContainers").index(index);
        let modified = container != old;
        mask(&mut container.resources, old.resources.as_ref());
        if container != old {
            errors.push(FieldError::forbidden(&path, "only cpu and memory resources for init or sidecar containers are mutable"));
        }
        let restarts = list(&container.resize_policy).iter().filter(|policy| policy.restart_policy == "RestartContainer");
        if modified && !is_sidecar(container) {
            let why = "non-sidecar init containers with a resize policy of RestartContainer cannot be resized";
            errors.extend(restarts.map(|_| FieldError::forbidden(&path, why)));
        }
    }
    errors
}

/// Takes the old amounts of CPU and memory; and the whole old part if nothing else has changed, which it says.
fn mask(part: &mut Option<ResourceRequirements>, old: Option<&ResourceRequirements>) -> bool {
    let of = |part: Option<&ResourceRequirements>| {
        let others = |list: Option<&RawList>| {
            let mut list = resource_list(list);
            list.retain(|name, _| !matches!(name.as_str(), "cpu" | "memory"));
            list
        };
        (others(part.and_then(|part| part.limits.as_ref())), others(part.and_then(|part| part.requests.as_ref())))
    };
    let claims = |part: Option<&ResourceRequirements>| part.and_then(|part| part.claims.clone()).unwrap_or_default();
    let same = of(part.as_ref()) == of(old) && claims(part.as_ref()) == claims(old);
    if same {
        *part = old.cloned();
    }
    same
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn pod(containers: Value, init: Value, status: Value) -> Pod {
        let mut pod: Pod = serde_json::from_value(json!({
            "metadata": {"name": "p", "namespace": "default", "resourceVersion": "1"},
            "spec": {"containers": containers, "initContainers": init}, "status": status,
        })).unwrap();
        crate::Strategy::set_defaults(&mut pod);
        pod
    }

    fn one(resources: Value) -> Value {
        json!([{"name": "web", "image": "nginx", "resources": resources}])
    }

    fn amounts(requests: Value, limits: Value) -> Value {
        one(json!({"requests": requests, "limits": limits}))
    }

    #[test]
    fn only_the_amounts_change() {
        let old = amounts(json!({"cpu": "100m", "memory": "64Mi"}), json!({"cpu": "200m", "memory": "128Mi"}));
        let removed = "spec.containers[0].resources.limits: Forbidden: resource limits cannot be removed";
        let cases = [
            (amounts(json!({"cpu": "150m", "memory": "32Mi"}), json!({"cpu": "300m", "memory": "128Mi"})), vec![]),
            (amounts(json!({"cpu": "100m", "memory": "64Mi"}), json!({"cpu": "200m"})), vec![removed]),
            (
                amounts(json!({"cpu": "200m", "memory": "128Mi"}), json!({"cpu": "200m", "memory": "128Mi"})),
                vec![r#"spec: Invalid value: "Burstable": Pod QOS Class may not change as a result of resizing"#],
            ),
            (
                amounts(json!({"cpu": "100m", "memory": "64Mi", "ephemeral-storage": "1Gi"}), json!({"cpu": "200m", "memory": "128Mi"})),
                vec!["spec: Forbidden: only cpu and memory resources are mutable"],
            ),
            (
                json!([{"name": "other", "image": "nginx"}]),
                vec![
                    r#"spec: Invalid value: "Burstable": Pod QOS Class may not change as a result of resizing"#,
                    "spec.containers[0].name: Forbidden: containers may not be renamed or reordered on resize",
                ],
            ),
        ];
        let status = json!({"qosClass": "Burstable"});
        for (new, expected) in cases {
            let errors = update(&pod(new.clone(), json!([]), status.clone()), &pod(old.clone(), json!([]), status.clone()));
            assert_eq!(errors.iter().map(ToString::to_string).collect::<Vec<_>>(), expected, "{new}");
        }
    }

    #[test]
    fn a_node_that_tells_no_amounts_cannot_resize() {
        let containers = |cpu: &str| amounts(json!({"cpu": cpu}), json!({}));
        let status = json!({"qosClass": "Burstable", "containerStatuses": [{"name": "web", "image": "nginx", "imageID": "", "ready": true,
            "restartCount": 0, "state": {"running": {}}}]});
        let errors = update(&pod(containers("2"), json!([]), status.clone()), &pod(containers("1"), json!([]), status));
        assert_eq!(errors.iter().map(ToString::to_string).collect::<Vec<_>>(), ["spec: Forbidden: Pod running on node without support for resize"]);
    }

    #[test]
    fn init_containers_change_too_unless_they_would_restart() {
        let init = |cpu: &str, policy: &str| {
            json!([{"name": "first", "image": "nginx", "resources": {"requests": {"cpu": cpu}},
                "resizePolicy": [{"resourceName": "cpu", "restartPolicy": policy}]}])
        };
        let status = json!({"qosClass": "Burstable"});
        let web = amounts(json!({"cpu": "1"}), json!({}));
        let errors = |policy: &str| {
            let [new, old] = ["2", "1"].map(|cpu| pod(web.clone(), init(cpu, policy), status.clone()));
            update(&new, &old).iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(errors("NotRequired"), Vec::<String>::new());
        let why = "spec.initContainers[0]: Forbidden: non-sidecar init containers with a resize policy of RestartContainer cannot be resized";
        let never = "spec.initContainers[0].resizePolicy[0].restartPolicy: Invalid value: \"RestartContainer\": must not be set to 'RestartContainer' for non-sidecar initContainers";
        assert_eq!(errors("RestartContainer"), [never, why]);
    }
}
