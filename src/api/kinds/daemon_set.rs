//! Keeps one pod on every node that suits: agents for logs, networks and storage.
//!
//! Models: pkg/registry/apps/daemonset/strategy.go, pkg/apis/apps/v1/{defaults.go,conversion.go}, v1.36.
//! Simplified: nothing.

use std::num::IntErrorKind;
use std::sync::Arc;

use k8s_openapi::api::apps::v1::{DaemonSetSpec, DaemonSetStatus};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use crate::defaults::{features, pod_spec};
use crate::field::{FieldError, Path};
use crate::{Cell, Column, ObjectMeta, ResourceInfo, Strategy, object_meta, spec_and_status_kind, tables, validation, warnings};

/// Counts the versions of the template. It was a field once; inside the server it still is one, outside an annotation.
const TEMPLATE_GENERATION: &str = "deprecated.daemonset.template.generation";

spec_and_status_kind! {
    /// DaemonSet.
    DaemonSet, "apps/v1", spec: DaemonSetSpec, status: DaemonSetStatus
}

impl DaemonSet {
    /// How often the template has changed, as the old annotation counts it.
    pub fn template_generation(&self) -> Option<i64> {
        self.metadata.annotations.as_ref()?.get(TEMPLATE_GENERATION)?.parse().ok()
    }

    /// Whether that annotation is a number, which it is inside the server.
    pub(crate) fn check_template_generation(&self) -> Result<(), String> {
        let Some(text) = self.metadata.annotations.as_ref().and_then(|annotations| annotations.get(TEMPLATE_GENERATION)) else { return Ok(()) };
        text.parse::<i64>().map(drop).map_err(|error| {
            let is_large = matches!(error.kind(), IntErrorKind::PosOverflow | IntErrorKind::NegOverflow);
            format!("strconv.ParseInt: parsing {text:?}: {}", if is_large { "value out of range" } else { "invalid syntax" })
        })
    }

    /// The metadata as they are inside the server, where the count is a field of the spec.
    pub(crate) fn metadata_inside(&self) -> ObjectMeta {
        let mut metadata = self.metadata.clone();
        if let Some(annotations) = &mut metadata.annotations {
            annotations.remove(TEMPLATE_GENERATION);
        }
        metadata.annotations = metadata.annotations.filter(|annotations| !annotations.is_empty());
        metadata
    }
}

impl Strategy for DaemonSet {
    const INFO: ResourceInfo = ResourceInfo {
        group: "apps",
        version: "v1",
        kind: "DaemonSet",
        plural: "daemonsets",
        singular: "daemonset",
        short_names: &["ds"],
        categories: &["all"],
        namespaced: true,
        has_status: true,
    };

    fn set_defaults(&mut self) {
        let spec = Arc::make_mut(&mut self.spec);
        pod_spec::default_template(&mut spec.template);
        let strategy = spec.update_strategy.get_or_insert_default();
        pod_spec::fill(&mut strategy.type_, "RollingUpdate");
        if strategy.type_.as_deref() == Some("RollingUpdate") {
            let rolling = strategy.rolling_update.get_or_insert_default();
            rolling.max_unavailable.get_or_insert(IntOrString::Int(1));
            rolling.max_surge.get_or_insert(IntOrString::Int(0));
        }
        spec.revision_history_limit.get_or_insert(10);
    }

    fn prepare_for_create(&mut self) {
        if self.spec.template.spec.as_ref().is_some_and(features::is_affected) {
            features::drop_from_template(&mut Arc::make_mut(&mut self.spec).template);
        }
        self.metadata.generation = Some(1);
        self.status = Default::default();
        let given = self.template_generation().unwrap_or(0);
        set_template_generation(&mut self.metadata, given.max(1));
    }

    fn prepare_for_update(&mut self, old: &Self) {
        if self.spec.template.spec.as_ref().is_some_and(features::is_affected) {
            features::drop_from_template(&mut Arc::make_mut(&mut self.spec).template);
        }
        self.status = Arc::clone(&old.status);
        let new_template = self.spec.template != old.spec.template;
        let generation = old.template_generation().unwrap_or(0) + i64::from(new_template);
        set_template_generation(&mut self.metadata, generation);
        let changed = object_meta::share(&mut self.spec, &old.spec);
        object_meta::next_generation(&mut self.metadata, &old.metadata, changed);
    }

    fn prepare_for_status_update(&mut self, old: &Self) {
        self.spec = Arc::clone(&old.spec);
        set_template_generation(&mut self.metadata, old.template_generation().unwrap_or(0));
    }

    fn validate(&self) -> Vec<FieldError> {
        validation::daemon_set::create(self)
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        validation::daemon_set::update(self, old)
    }

    fn validate_status_update(&self, old: &Self) -> Vec<FieldError> {
        validation::daemon_set::status_update(self, old)
    }

    fn warnings(&self) -> Vec<String> {
        warnings::pod::template(&self.spec.template, &Path::new("spec").child("template"))
    }

    fn columns() -> Vec<Column> {
        tables::columns::DAEMON_SET.to_vec()
    }

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        tables::workload::daemon_set_row(self, now)
    }
}

fn set_template_generation(meta: &mut ObjectMeta, generation: i64) {
    meta.annotations.get_or_insert_default().insert(TEMPLATE_GENERATION.to_owned(), generation.to_string());
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_template_generation_rises_with_the_template_alone() {
        let set = |image: &str, min_ready: i32, annotations: serde_json::Value| -> DaemonSet {
            let template = json!({"spec": {"containers": [{"name": "c", "image": image}]}});
            serde_json::from_value(json!({"metadata": {"annotations": annotations},
                "spec": {"minReadySeconds": min_ready, "selector": {}, "template": template}})).unwrap()
        };
        let mut stored = set("a:1", 0, json!({"deprecated.daemonset.template.generation": "-3"}));
        stored.prepare_for_create();
        assert_eq!((stored.template_generation(), stored.metadata.generation), (Some(1), Some(1)));
        let mut same = set("a:1", 5, json!({"deprecated.daemonset.template.generation": "9"}));
        same.metadata.generation = stored.metadata.generation;
        same.prepare_for_update(&stored);
        assert_eq!((same.template_generation(), same.metadata.generation), (Some(1), Some(2)));
        let mut other = set("a:2", 5, json!(null));
        other.metadata.generation = same.metadata.generation;
        other.prepare_for_update(&same);
        assert_eq!((other.template_generation(), other.metadata.generation), (Some(2), Some(3)));
    }
}
