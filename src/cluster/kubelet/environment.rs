//! The environment of a container: what is declared, what comes from ConfigMaps, Secrets and the pod itself, and the
//! addresses of the Services that there were when it started.
//!
//! Models: pkg/kubelet/kubelet_pods.go (makeEnvironmentVariables, getServiceEnvVarMap), pkg/kubelet/envvars/envvars.go,
//! third_party/forked/golang/expansion, v1.36.
//! Simplified: nothing.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{Container, FileKeySelector};
use podarium_api::{Object, Pod, Resource as _, Service};

use super::downward::{self, Place};

pub(super) type Variables = BTreeMap<String, String>;

/// Replaces `$(NAME)` by the variable's value; `$$` stands for `$`, and what is not known stays as it is.
pub(super) fn expand(text: &str, lookup: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        if let Some(more) = after.strip_prefix('$') {
            out.push('$');
            rest = more;
        } else if let Some((name, more)) = after.strip_prefix('(').and_then(|inner| inner.split_once(')')) {
            out.push_str(&lookup(name).unwrap_or_else(|| format!("$({name})")));
            rest = more;
        } else {
            out.push('$');
            rest = after;
        }
    }
    out.push_str(rest);
    out
}

/// The environment. `find` gives the ConfigMap or Secret of a name; those that must be there are. `from_file` gives what a
/// file of a volume says, or nothing if that may be.
pub(super) fn variables<'a>(
    pod: &Pod,
    container: &Container,
    services: &Variables,
    place: &Place<'_>,
    find: impl Fn(&str, bool) -> Option<&'a Object>,
    from_file: impl Fn(&FileKeySelector) -> Result<Option<String>, String>,
) -> Result<Variables, String> {
    let mut all = Variables::new();
    for from in container.env_from.iter().flatten() {
        let object = match (&from.config_map_ref, &from.secret_ref) {
            (Some(map), _) => find(&map.name, false),
            (_, Some(secret)) => find(&secret.name, true),
            _ => None,
        };
        let prefix = from.prefix.as_deref().unwrap_or_default();
        all.extend(object.map(texts).unwrap_or_default().into_iter().map(|(key, value)| (format!("{prefix}{key}"), value)));
    }
    for variable in container.env.iter().flatten() {
        let value = match (variable.value.as_deref().unwrap_or_default(), &variable.value_from) {
            ("", Some(source)) => {
                if let Some(reference) = &source.field_ref {
                    downward::field(pod, &reference.field_path, place)?
                } else if let Some(reference) = &source.resource_field_ref {
                    downward::resource(reference, container, place)?
                } else if let Some(reference) = &source.file_key_ref {
                    let Some(value) = from_file(reference)? else { continue };
                    value
                } else {
                    let (name, key, is_secret) = match (&source.config_map_key_ref, &source.secret_key_ref) {
                        (Some(map), _) => (&map.name, &map.key, false),
                        (_, Some(secret)) => (&secret.name, &secret.key, true),
                        _ => continue,
                    };
                    // What is missing here may be missing.
                    let Some(value) = find(name, is_secret).and_then(|object| texts(object).remove(key)) else { continue };
                    value
                }
            }
            (text, _) => expand(text, |name| all.get(name).or_else(|| services.get(name)).cloned()),
        };
        all.insert(variable.name.clone(), value);
    }
    for (name, value) in services {
        all.entry(name.clone()).or_insert_with(|| value.clone());
    }
    Ok(all)
}

fn texts(object: &Object) -> Variables {
    match object {
        Object::ConfigMap(map) => map.data.clone().unwrap_or_default(),
        Object::Secret(secret) => {
            let data = secret.data.iter().flatten();
            data.map(|(key, bytes)| (key.clone(), String::from_utf8_lossy(&bytes.0).into_owned())).collect()
        }
        _ => Variables::new(),
    }
}

/// The variables of the Services that a pod of this namespace is told of.
pub(super) fn service_variables<'a>(services: impl Iterator<Item = &'a Service>, namespace: &str, links: bool) -> Variables {
    let mut all = Variables::new();
    for service in services {
        let is_master = service.namespace() == "default" && service.name() == "kubernetes";
        if is_master || links && service.namespace() == namespace {
            add_service(&mut all, service);
        }
    }
    all
}

fn add_service(all: &mut Variables, service: &Service) {
    let Some(ip) = service.spec.cluster_ip.as_deref().filter(|ip| !ip.is_empty() && *ip != "None") else { return };
    let upper = |name: &str| name.replace('-', "_").to_uppercase();
    let name = upper(service.name());
    all.insert(format!("{name}_SERVICE_HOST"), ip.to_owned());
    for (place, port) in service.spec.ports.iter().flatten().enumerate() {
        let number = port.port;
        let protocol = port.protocol.as_deref().unwrap_or("TCP");
        let url = format!("{}://{ip}:{number}", protocol.to_lowercase());
        if place == 0 {
            all.insert(format!("{name}_SERVICE_PORT"), number.to_string());
            all.insert(format!("{name}_PORT"), url.clone());
        }
        if let Some(port_name) = port.name.as_deref().filter(|name| !name.is_empty()) {
            all.insert(format!("{name}_SERVICE_PORT_{}", upper(port_name)), number.to_string());
        }
        let prefix = format!("{name}_PORT_{number}_{}", protocol.to_uppercase());
        all.insert(prefix.clone(), url);
        all.insert(format!("{prefix}_PROTO"), protocol.to_lowercase());
        all.insert(format!("{prefix}_PORT"), number.to_string());
        all.insert(format!("{prefix}_ADDR"), ip.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn references_are_expanded_as_upstream_does() {
        let lookup = |name: &str| (name == "A").then(|| "1".to_owned());
        let cases = [
            ("$(A)", "1"),
            ("x$(A)y$(A)", "x1y1"),
            ("$(B)", "$(B)"),
            ("$$(A)", "$(A)"),
            ("$$$(A)", "$1"),
            ("$A ${A} $", "$A ${A} $"),
            ("$(A", "$(A"),
            ("$()", "$()"),
        ];
        for (text, expected) in cases {
            assert_eq!(expand(text, lookup), expected, "{text}");
        }
    }

    #[test]
    fn later_variables_see_earlier_ones_and_override_what_comes_from_elsewhere() {
        let pod: Pod = serde_json::from_value(json!({"metadata": {"name": "p"}, "spec": {"containers": []}})).unwrap();
        let container: Container = serde_json::from_value(json!({"name": "c",
            "envFrom": [{"prefix": "C_", "configMapRef": {"name": "cm"}}],
            "env": [
                {"name": "NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
                {"name": "TEXT", "value": "$(NAME)-$(C_a)-$(LATE)-$(WEB_PORT)"},
                {"name": "LATE", "value": "x"},
                {"name": "C_a", "value": "2"},
                {"name": "FILE", "valueFrom": {"fileKeyRef": {"volumeName": "v", "path": "f", "key": "k"}}},
                {"name": "NOT_IN_FILE", "valueFrom": {"fileKeyRef": {"volumeName": "v", "path": "f", "key": "l", "optional": true}}},
                {"name": "GONE", "valueFrom": {"secretKeyRef": {"name": "none", "key": "k", "optional": true}}},
            ]})).unwrap();
        let map = podarium_api::Kind::ConfigMap.parse(json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "cm"}, "data": {"a": "1"}})).unwrap();
        let services = Variables::from([("WEB_PORT".to_owned(), "tcp://1.2.3.4:80".to_owned()), ("LATE".to_owned(), "service".to_owned())]);
        let place = Place { pod_ip: "", host_ip: "", cpu_millis: 0, memory_bytes: 0 };
        let all = variables(&pod, &container, &services, &place, |name, secret| (name == "cm" && !secret).then_some(&map), |file| Ok((file.key == "k").then(|| file.path.clone()))).unwrap();
        let expected = [("C_a", "2"), ("FILE", "f"), ("LATE", "x"), ("NAME", "p"), ("TEXT", "p-1-service-tcp://1.2.3.4:80"), ("WEB_PORT", "tcp://1.2.3.4:80")];
        assert_eq!(all, expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
    }
}
