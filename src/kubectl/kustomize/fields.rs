//! Places in objects, as tables: `spec/template/metadata/labels`. A list on the way means each of its elements.
//!
//! Models: sigs.k8s.io/kustomize/api/internal/konfig/builtinpluginconsts, as kubectl v1.36 uses it.
//! Simplified: nothing.

use serde_json::{Map, Value};

/// A place in objects of these kinds (none: of all); it is made where it is missing, if `create`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    pub kinds: &'static [&'static str],
    pub path: &'static str,
    pub create: bool,
}

const fn field(kinds: &'static [&'static str], path: &'static str, create: bool) -> Field {
    Field { kinds, path, create }
}

const TEMPLATED: &[&str] = &["ReplicationController", "Deployment", "ReplicaSet", "DaemonSet", "StatefulSet", "Job"];
const SPREADING: &[&str] = &["Deployment", "StatefulSet"];

pub(super) const TEMPLATE_LABELS: &[Field] = &[
    field(TEMPLATED, "spec/template/metadata/labels", true),
    field(&["CronJob"], "spec/jobTemplate/metadata/labels", true),
    field(&["CronJob"], "spec/jobTemplate/spec/template/metadata/labels", true),
    field(&["StatefulSet"], "spec/volumeClaimTemplates/metadata/labels", true),
];
pub(super) const SELECTORS: &[Field] = &[
    field(&["Service", "ReplicationController"], "spec/selector", true),
    field(&["Deployment", "ReplicaSet", "DaemonSet", "StatefulSet"], "spec/selector/matchLabels", true),
    field(&["Job", "PodDisruptionBudget"], "spec/selector/matchLabels", false),
    field(&["CronJob"], "spec/jobTemplate/spec/selector/matchLabels", false),
    field(SPREADING, "spec/template/spec/affinity/podAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels", false),
    field(SPREADING, "spec/template/spec/affinity/podAffinity/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels", false),
    field(SPREADING, "spec/template/spec/affinity/podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels", false),
    field(SPREADING, "spec/template/spec/affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels", false),
    field(SPREADING, "spec/template/spec/topologySpreadConstraints/labelSelector/matchLabels", false),
    field(&["NetworkPolicy"], "spec/podSelector/matchLabels", false),
    field(&["NetworkPolicy"], "spec/ingress/from/podSelector/matchLabels", false),
    field(&["NetworkPolicy"], "spec/egress/to/podSelector/matchLabels", false),
];
pub(super) const TEMPLATE_ANNOTATIONS: &[Field] = &[
    field(TEMPLATED, "spec/template/metadata/annotations", true),
    field(&["CronJob"], "spec/jobTemplate/metadata/annotations", true),
    field(&["CronJob"], "spec/jobTemplate/spec/template/metadata/annotations", true),
];

impl Field {
    pub fn is_for(&self, kind: &str) -> bool {
        self.kinds.is_empty() || self.kinds.contains(&kind)
    }
}

/// Calls `change` at each place of a path that is there, or is made.
pub(super) fn visit(value: &mut Value, path: &str, create: bool, change: &mut dyn FnMut(&mut Value)) {
    if let Value::Array(all) = value {
        for one in all {
            visit(one, path, create, change);
        }
        return;
    }
    if path.is_empty() {
        change(value);
        return;
    }
    let (first, rest) = path.split_once('/').unwrap_or((path, ""));
    if value.is_null() && create {
        *value = Value::Object(Map::new());
    }
    let Some(fields) = value.as_object_mut() else { return };
    match fields.get_mut(first) {
        Some(inner) if rest.is_empty() && inner.is_array() => change(inner),
        Some(inner) => visit(inner, rest, create, change),
        None if create => {
            let mut made = Value::Null;
            visit(&mut made, rest, true, change);
            if !made.is_null() {
                fields.insert(first.to_owned(), made);
            }
        }
        None => {}
    }
}

/// Adds pairs to the map at a place.
pub(super) fn add_pairs(object: &mut Value, path: &str, create: bool, pairs: &[(String, String)]) {
    visit(object, path, create, &mut |map| {
        if map.is_null() {
            *map = Value::Object(Map::new());
        }
        if let Some(map) = map.as_object_mut() {
            map.extend(pairs.iter().map(|(key, value)| (key.clone(), Value::from(value.as_str()))));
        }
    });
}
