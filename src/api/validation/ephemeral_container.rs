//! Ephemeral containers: debuggers that join a pod which runs already, and stay as they are.
//!
//! Models: pkg/apis/core/validation/validation.go (validateEphemeralContainers, ValidatePodEphemeralContainersUpdate), v1.36.
//! Simplified: nothing.

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::{Container, EphemeralContainer, PodSpec};
use serde_json::{Value, json};

use super::{container, list, metadata, pod, text};
use crate::Pod;
use crate::field::{FieldError, Path};

const NOT_FOR_THESE: &str = "cannot be set for an Ephemeral Container";

/// The fields of a container that an ephemeral one may not have, in the order of the type.
const DISALLOWED: &[&str] = &[
    "ports", "resources", "resizePolicy", "restartPolicy", "restartPolicyRules", "livenessProbe", "readinessProbe", "startupProbe", "lifecycle",
];

/// As a plain container, without the name of its target.
fn as_container(ephemeral: &EphemeralContainer) -> Container {
    serde_json::from_value(json!(ephemeral)).unwrap_or_default()
}

pub(super) fn all(spec: &PodSpec, around: &container::Pod<'_>, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let others: BTreeSet<&str> = spec.containers.iter().chain(list(&spec.init_containers)).map(|container| container.name.as_str()).collect();
    let mut names = others.clone();
    for (index, ephemeral) in list(&spec.ephemeral_containers).iter().enumerate() {
        let path = path.index(index);
        errors.extend(container::common(&as_container(ephemeral), around, &path));
        let image = text(&ephemeral.image);
        if image.trim() != image {
            errors.push(FieldError::invalid(path.child("image"), image, "must not have leading or trailing whitespace"));
        }
        if !names.insert(ephemeral.name.as_str()) {
            errors.push(FieldError::duplicate(path.child("name"), ephemeral.name.as_str()));
        }
        let target = text(&ephemeral.target_container_name);
        if !target.is_empty() && !others.contains(target) {
            errors.push(FieldError::not_found(path.child("targetContainerName"), target));
        }
        errors.extend(disallowed(ephemeral, &path));
    }
    errors
}

fn disallowed(ephemeral: &EphemeralContainer, path: &Path) -> Vec<FieldError> {
    let value = json!(ephemeral);
    let is_set = |name: &&&str| match value.get(**name) {
        None | Some(Value::Null) => false,
        Some(Value::Object(fields)) if **name == "resources" => !fields.is_empty(),
        Some(_) => true,
    };
    let mut errors: Vec<FieldError> = DISALLOWED.iter().filter(is_set).map(|name| FieldError::forbidden(path.child(name), NOT_FOR_THESE)).collect();
    for (index, mount) in list(&ephemeral.volume_mounts).iter().enumerate() {
        let path = path.child("volumeMounts").index(index);
        for (name, given) in [("subPath", &mount.sub_path), ("subPathExpr", &mount.sub_path_expr)] {
            if !text(given).is_empty() {
                errors.push(FieldError::forbidden(path.child(name), NOT_FOR_THESE));
            }
        }
    }
    errors
}

/// Through `/ephemeralcontainers` containers are added; those that are there stay.
pub(crate) fn update(new: &Pod, old: &Pod) -> Vec<FieldError> {
    if pod::is_mirror(old) {
        return vec![FieldError::forbidden(Path::new(""), "static pods do not support ephemeral containers")];
    }
    let mut errors = metadata::validate_update(&new.metadata, &old.metadata);
    errors.extend(pod::metadata_and_spec(new));
    let path = Path::new("spec").child("ephemeralContainers");
    for was in list(&old.spec.ephemeral_containers) {
        // Of two with one name the later one counts.
        let is = list(&new.spec.ephemeral_containers).iter().enumerate().rev().find(|(_, is)| is.name == was.name);
        match is {
            None => errors.push(FieldError::forbidden(&path, format!("existing ephemeral containers {:?} may not be removed\n", was.name))),
            Some((index, is)) if is != was => {
                let error = FieldError::forbidden(&path, format!("existing ephemeral containers {:?} may not be changed\n", was.name));
                errors.push(error.in_place(path.index(index)).with_difference("EphemeralContainer", json!(was), json!(is), Vec::new()));
            }
            Some(_) => {}
        }
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pod(ephemeral: &Value) -> Pod {
        let mut pod: Pod = serde_json::from_value(json!({
            "metadata": {"name": "p", "namespace": "default", "resourceVersion": "1"},
            "spec": {"containers": [{"name": "web", "image": "nginx"}], "initContainers": [{"name": "first", "image": "nginx"}],
                "volumes": [{"name": "data", "emptyDir": {}}], "ephemeralContainers": ephemeral},
        })).unwrap();
        crate::Strategy::set_defaults(&mut pod);
        pod
    }

    fn faults(new: &Value, old: &Value) -> Vec<String> {
        update(&pod(new), &pod(old)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_a_debugger_may_have() {
        let none = json!([]);
        let cases = [
            (json!([{"name": "debug", "image": "busybox", "targetContainerName": "web", "stdin": true, "tty": true}]), vec![]),
            (json!([{"name": "debug", "image": "busybox", "targetContainerName": "first", "volumeMounts": [{"name": "data", "mountPath": "/data"}]}]), vec![]),
            (json!([{"name": "web", "image": "busybox"}]), vec![r#"spec.ephemeralContainers[0].name: Duplicate value: "web""#]),
            (json!([{"name": "a", "image": "busybox"}, {"name": "a", "image": "busybox"}]), vec![r#"spec.ephemeralContainers[1].name: Duplicate value: "a""#]),
            (json!([{"name": "a", "image": "busybox", "targetContainerName": "db"}]), vec![r#"spec.ephemeralContainers[0].targetContainerName: Not found: "db""#]),
            (json!([{"image": "busybox"}]), vec!["spec.ephemeralContainers[0].name: Required value"]),
            (json!([{"name": "a"}]), vec!["spec.ephemeralContainers[0].image: Required value"]),
            (
                json!([{"name": "a", "image": "busybox", "ports": [{"containerPort": 80}], "lifecycle": {"preStop": {"sleep": {"seconds": 1}}}}]),
                vec![
                    "spec.ephemeralContainers[0].ports: Forbidden: cannot be set for an Ephemeral Container",
                    "spec.ephemeralContainers[0].lifecycle: Forbidden: cannot be set for an Ephemeral Container",
                ],
            ),
            (
                json!([{"name": "a", "image": "busybox", "resources": {"limits": {"cpu": "1"}}}]),
                vec!["spec.ephemeralContainers[0].resources: Forbidden: cannot be set for an Ephemeral Container"],
            ),
            (
                json!([{"name": "a", "image": "busybox", "volumeMounts": [{"name": "data", "mountPath": "/data", "subPath": "x"}]}]),
                vec!["spec.ephemeralContainers[0].volumeMounts[0].subPath: Forbidden: cannot be set for an Ephemeral Container"],
            ),
        ];
        for (new, expected) in cases {
            assert_eq!(faults(&new, &none), expected, "{new}");
        }
    }

    #[test]
    fn what_is_there_stays() {
        let one = json!([{"name": "a", "image": "busybox"}]);
        assert_eq!(faults(&json!([{"name": "b", "image": "alpine"}, {"name": "a", "image": "busybox"}]), &one), Vec::<String>::new());
        let gone = "spec.ephemeralContainers: Forbidden: existing ephemeral containers \"a\" may not be removed\n";
        assert_eq!(faults(&json!([]), &one), [gone]);
        let changed = faults(&json!([{"name": "a", "image": "alpine"}]), &one);
        assert_eq!(changed.len(), 1);
        assert!(changed[0].starts_with("spec.ephemeralContainers: Forbidden: existing ephemeral containers \"a\" may not be changed\n"), "{changed:?}");
        assert!(changed[0].contains("- \"Image\": \"busybox\",\n+ \"Image\": \"alpine\","), "{changed:?}");
    }
}
