//! Validation of API services: the name is made of version and group, and only a foreign one has a certificate authority.
//!
//! Models: staging/src/k8s.io/kube-aggregator/pkg/apis/apiregistration/validation/validation.go, v1.36.
//! Simplified: nothing.

use super::{invalid_each, metadata, text};
use crate::field::{FieldError, Path};
use crate::{APIService, name_rules};

pub(crate) fn api_service(service: &APIService) -> Vec<FieldError> {
    let spec = &service.spec;
    let (group, version) = (text(&spec.group), text(&spec.version));
    let wanted = format!("{version}.{group}");
    // A prefix is no name of this form, so none is taken.
    let mut errors = metadata::validate(&service.metadata, false, |name| match name_rules::path_segment(name) {
        faults if faults.is_empty() && name != wanted => vec![format!("must be `spec.version+\".\"+spec.group`: {wanted:?}")],
        faults => faults,
    });
    let path = Path::new("spec");
    if group.is_empty() && version != "v1" {
        errors.push(FieldError::required(path.child("group"), "only v1 may have an empty group and it better be legacy kube"));
    }
    if !group.is_empty() {
        invalid_each(&mut errors, &path.child("group"), group, name_rules::dns1123_subdomain(group));
    }
    invalid_each(&mut errors, &path.child("version"), version, name_rules::dns1035_label(version));
    let ranges = [("groupPriorityMinimum", spec.group_priority_minimum, 20_000), ("versionPriority", spec.version_priority, 1000)];
    for (field, value, max) in ranges.into_iter().filter(|(_, value, max)| !(1..=*max).contains(value)) {
        errors.push(FieldError::invalid(path.child(field), value, format!("must be positive and less than {max}")));
    }
    errors.extend(service_reference(service, &path));
    errors
}

fn service_reference(service: &APIService, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let spec = &service.spec;
    let bundle = spec.ca_bundle.as_ref().map_or(0, |bundle| bundle.0.len());
    let insecure = spec.insecure_skip_tls_verify == Some(true);
    let Some(reference) = &spec.service else {
        if bundle > 0 {
            errors.push(FieldError::invalid(path.child("caBundle"), format!("{bundle} bytes"), "local APIServices may not have a caBundle"));
        }
        if insecure {
            errors.push(FieldError::invalid(path.child("insecureSkipTLSVerify"), true, "local APIServices may not have insecureSkipTLSVerify"));
        }
        return errors;
    };
    let at = path.child("service");
    for (field, value) in [("namespace", &reference.namespace), ("name", &reference.name)] {
        if text(value).is_empty() {
            errors.push(FieldError::required(at.child(field), ""));
        }
    }
    let port = reference.port.unwrap_or(0);
    let faults = name_rules::port_number(i64::from(port));
    if !faults.is_empty() {
        errors.push(FieldError::invalid(at.child("port"), port, format!("port is not valid: {}", faults.join(", "))));
    }
    if insecure && bundle > 0 {
        errors.push(FieldError::invalid(path.child("insecureSkipTLSVerify"), true, "may not be true if caBundle is present"));
    }
    errors
}

pub(crate) fn status_update(new: &APIService, old: &APIService) -> Vec<FieldError> {
    let mut errors = metadata::validate_update_any(&new.metadata, &old.metadata);
    for (index, condition) in super::list(&new.status.conditions).iter().enumerate() {
        if !["True", "False", "Unknown"].contains(&condition.status.as_str()) {
            let at = Path::new("status").child("conditions").index(index).child("status");
            errors.push(FieldError::not_supported(at, condition.status.as_str(), &["True", "False", "Unknown"]));
        }
    }
    errors
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::{Kind, Object};

    #[test]
    fn services_are_refused_in_the_words_of_the_reference() {
        let good = json!({"group": "a.io", "version": "v1", "groupPriorityMinimum": 100, "versionPriority": 10});
        let with = |changes: Value| {
            let mut spec = good.clone();
            spec.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
            spec
        };
        let cases: Vec<(&str, Value, &[&str])> = vec![
            ("v1.a.io", good.clone(), &[]),
            ("a.io", good.clone(), &["metadata.name: Invalid value: \"a.io\": must be `spec.version+\".\"+spec.group`: \"v1.a.io\""]),
            ("v2.", with(json!({"group": "", "version": "v2"})), &["spec.group: Required value: only v1 may have an empty group and it better be legacy kube"]),
            (
                "v1.a.io",
                with(json!({"groupPriorityMinimum": 0, "versionPriority": 1001})),
                &[
                    "spec.groupPriorityMinimum: Invalid value: 0: must be positive and less than 20000",
                    "spec.versionPriority: Invalid value: 1001: must be positive and less than 1000",
                ],
            ),
            (
                "v1.a.io",
                with(json!({"insecureSkipTLSVerify": true, "caBundle": "YWJj"})),
                &[
                    "spec.caBundle: Invalid value: \"3 bytes\": local APIServices may not have a caBundle",
                    "spec.insecureSkipTLSVerify: Invalid value: true: local APIServices may not have insecureSkipTLSVerify",
                ],
            ),
            (
                "v1.a.io",
                with(json!({"service": {"name": "", "namespace": "b", "port": 70000}})),
                &[
                    "spec.service.name: Required value",
                    "spec.service.port: Invalid value: 70000: port is not valid: must be between 1 and 65535, inclusive",
                ],
            ),
        ];
        for (name, spec, expected) in cases {
            let value = json!({"apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService", "metadata": {"name": name}, "spec": spec});
            let Object::APIService(service) = Kind::APIService.parse(value).unwrap() else { panic!("no APIService") };
            assert_eq!(api_service(&service).iter().map(ToString::to_string).collect::<Vec<_>>(), expected, "{spec}");
        }
    }
}
