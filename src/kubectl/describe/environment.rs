//! The environment variables of a container, and where they come from.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/describe/describe.go (describeContainerEnvVars, describeContainerEnvFrom), v1.36.
//! Simplified: nothing.

use k8s_openapi::api::core::v1::{Container, EnvVar, ResourceFieldSelector};
use podarium_api::Pod;
use podarium_api::quantity::Quantity;
use podarium_api::resource::resource_list;

use super::containers::Setting;
use super::page::{Page, text};

pub fn environment(page: &mut Page, container: &Container, setting: Setting) {
    sources(page, container);
    let variables = container.env.as_deref().unwrap_or_default();
    page.line(2, format_args!("Environment:{}", if variables.is_empty() { "\t<none>" } else { "" }));
    for variable in variables {
        variable_line(page, container, variable, setting);
    }
}

/// Config maps and secrets whose keys all become variables.
fn sources(page: &mut Page, container: &Container) {
    let sources = container.env_from.as_deref().unwrap_or_default();
    if !sources.is_empty() {
        page.line(2, "Environment Variables from:");
    }
    for source in sources {
        let (kind, name, optional) = match (&source.config_map_ref, &source.secret_ref) {
            (Some(map), _) => ("ConfigMap", map.name.as_str(), map.optional),
            (None, Some(secret)) => ("Secret", secret.name.as_str(), secret.optional),
            (None, None) => ("", "", None),
        };
        let with = match text(&source.prefix) {
            "" => String::new(),
            prefix => format!(" with prefix '{prefix}'"),
        };
        page.line(3, format_args!("{name}\t{kind}{with}\tOptional: {}", optional == Some(true)));
    }
}

fn variable_line(page: &mut Page, container: &Container, variable: &EnvVar, setting: Setting) {
    let name = &variable.name;
    let Some(from) = &variable.value_from else {
        let lines = text(&variable.value).split('\n').collect::<Vec<_>>();
        page.field(3, name, lines[0]);
        for line in &lines[1..] {
            page.line(3, format_args!("\t{line}"));
        }
        return;
    };
    if let Some(field) = &from.field_ref {
        let value = field_value(setting, &field.field_path);
        page.field(3, name, format_args!("{value} ({}:{})", text(&field.api_version), field.field_path));
    } else if let Some(field) = &from.resource_field_ref {
        page.field(3, name, format_args!("{} ({})", resource_value(container, field), field.resource));
    } else if let Some(key) = &from.secret_key_ref {
        let optional = key.optional == Some(true);
        page.field(3, name, format_args!("<set to the key '{}' in secret '{}'>\tOptional: {optional}", key.key, key.name));
    } else if let Some(key) = &from.config_map_key_ref {
        let optional = key.optional == Some(true);
        page.field(3, name, format_args!("<set to the key '{}' of config map '{}'>\tOptional: {optional}", key.key, key.name));
    }
}

/// kubectl can look up only the name and namespace of the pod itself: `status.podIP` and the like stay empty.
fn field_value<'p>(setting: Setting<'p>, path: &str) -> &'p str {
    let Setting::Pod(Pod { metadata, .. }) = setting else { return "" };
    match path {
        "metadata.name" => text(&metadata.name),
        "metadata.namespace" => text(&metadata.namespace),
        _ => "",
    }
}

/// The container's limit or request in units of the divisor, rounded up. No limit is what the node can give.
fn resource_value(container: &Container, field: &ResourceFieldSelector) -> String {
    let Some((list, resource)) = field.resource.split_once('.') else { return String::new() };
    let known = matches!(resource, "cpu" | "memory" | "ephemeral-storage") || resource.starts_with("hugepages-");
    let resources = container.resources.as_ref();
    let amounts = match list {
        "limits" if known => resource_list(resources.and_then(|resources| resources.limits.as_ref())),
        "requests" if known => resource_list(resources.and_then(|resources| resources.requests.as_ref())),
        _ => return String::new(),
    };
    let amount = amounts.get(resource).copied().unwrap_or_default();
    let divisor = field.divisor.as_ref().map(Quantity::of).filter(|divisor| !divisor.is_zero()).unwrap_or(Quantity::from_units(1));
    let parts = if resource == "cpu" {
        amount.milli_value() as f64 / divisor.milli_value() as f64
    } else {
        amount.value() as f64 / divisor.value() as f64
    };
    match parts.ceil() as i64 {
        0 if matches!(field.resource.as_str(), "limits.cpu" | "limits.memory") => "node allocatable".to_owned(),
        parts => parts.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use serde_json::json;

    #[test]
    fn variables_say_where_they_come_from() {
        let container: Container = serde_json::from_value(json!({
            "name": "a", "resources": {"limits": {"memory": "100Mi"}, "requests": {"cpu": "250m"}},
            "envFrom": [{"prefix": "P_", "configMapRef": {"name": "all"}}, {"secretRef": {"name": "keys", "optional": true}}],
            "env": [
                {"name": "A", "value": "x\ny"},
                {"name": "NAME", "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.name"}}},
                {"name": "IP", "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": "status.podIP"}}},
                {"name": "MEM", "valueFrom": {"resourceFieldRef": {"resource": "limits.memory", "divisor": "1Mi"}}},
                {"name": "CPU", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu"}}},
                {"name": "REQ", "valueFrom": {"resourceFieldRef": {"resource": "requests.cpu"}}},
                {"name": "KEY", "valueFrom": {"configMapKeyRef": {"name": "m", "key": "k"}}},
            ]
        })).unwrap();
        let pod: Pod = serde_json::from_value(json!({"metadata": {"name": "web"}})).unwrap();
        let mut page = Page::new(Timestamp::UNIX_EPOCH);
        environment(&mut page, &container, Setting::Pod(&pod));
        let text = "    Environment Variables from:
      all   ConfigMap with prefix 'P_'  Optional: false
      keys  Secret                      Optional: true
    Environment:
      A:     x
             y
      NAME:  web (v1:metadata.name)
      IP:     (v1:status.podIP)
      MEM:   100 (limits.memory)
      CPU:   node allocatable (limits.cpu)
      REQ:   1 (requests.cpu)
      KEY:   <set to the key 'k' of config map 'm'>  Optional: false
";
        assert_eq!(page.finish(), text);
    }
}
