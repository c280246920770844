//! The ReplicaSet of old: it selects pods by plain labels only. Deployments never use it.
//!
//! Models: pkg/registry/core/replicationcontroller/strategy.go, pkg/apis/core/v1/defaults.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use k8s_openapi::api::core::v1::{ReplicationControllerSpec, ReplicationControllerStatus};

use crate::defaults::{features, pod_spec};
use crate::field::{FieldError, Path};
use crate::validation::text;
use crate::{Cell, Column, ResourceInfo, Strategy, object_meta, spec_and_status_kind, tables, validation, warnings};

spec_and_status_kind! {
    /// ReplicationController.
    ReplicationController, "v1", spec: ReplicationControllerSpec, status: ReplicationControllerStatus
}

impl Strategy for ReplicationController {
    const INFO: ResourceInfo = ResourceInfo {
        group: "",
        version: "v1",
        kind: "ReplicationController",
        plural: "replicationcontrollers",
        singular: "replicationcontroller",
        short_names: &["rc"],
        categories: &["all"],
        namespaced: true,
        has_status: true,
    };

    fn orphans_dependents() -> bool {
        true
    }

    fn selectable_fields(&self) -> Vec<(&'static str, String)> {
        vec![("status.replicas", self.status.replicas.to_string())]
    }

    fn set_defaults(&mut self) {
        let spec = Arc::make_mut(&mut self.spec);
        spec.template.iter_mut().for_each(pod_spec::default_template);
        let meta = spec.template.as_ref().and_then(|template| template.metadata.as_ref());
        if let Some(labels) = meta.and_then(|meta| meta.labels.clone()) {
            if spec.selector.as_ref().is_none_or(|selector| selector.is_empty()) {
                spec.selector = Some(labels.clone());
            }
            if self.metadata.labels.as_ref().is_none_or(|own| own.is_empty()) {
                self.metadata.labels = Some(labels);
            }
        }
        spec.replicas.get_or_insert(1);
    }

    fn prepare_for_create(&mut self) {
        if self.spec.template.as_ref().and_then(|template| template.spec.as_ref()).is_some_and(features::is_affected) {
            Arc::make_mut(&mut self.spec).template.iter_mut().for_each(features::drop_from_template);
        }
        self.metadata.generation = Some(1);
        self.status = Default::default();
    }

    fn prepare_for_update(&mut self, old: &Self) {
        if self.spec.template.as_ref().and_then(|template| template.spec.as_ref()).is_some_and(features::is_affected) {
            Arc::make_mut(&mut self.spec).template.iter_mut().for_each(features::drop_from_template);
        }
        self.status = Arc::clone(&old.status);
        let changed = object_meta::share(&mut self.spec, &old.spec);
        object_meta::next_generation(&mut self.metadata, &old.metadata, changed);
    }

    fn prepare_for_status_update(&mut self, old: &Self) {
        self.spec = Arc::clone(&old.spec);
    }

    fn validate(&self) -> Vec<FieldError> {
        validation::replication_controller::create(self)
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        validation::replication_controller::update(self, old)
    }

    fn validate_status_update(&self, old: &Self) -> Vec<FieldError> {
        validation::replication_controller::status_update(self, old)
    }

    fn warnings(&self) -> Vec<String> {
        let mut warnings: Vec<String> = warnings::name_of_pods(text(&self.metadata.name)).into_iter().collect();
        warnings.extend(warnings::pod::template(&self.spec.template.clone().unwrap_or_default(), &Path::new("spec").child("template")));
        warnings
    }

    fn columns() -> Vec<Column> {
        tables::columns::REPLICATION_CONTROLLER.to_vec()
    }

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        tables::workload::replication_controller_row(self, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn selector_and_labels_come_from_the_template_unless_they_are_given() {
        let cases = [
            (json!({}), json!(null), json!({"a": "b"}), json!({"a": "b"})),
            (json!({"labels": {"own": "1"}}), json!({"sel": "2"}), json!({"own": "1"}), json!({"sel": "2"})),
        ];
        for (metadata, selector, labels, selected) in cases {
            let template = json!({"metadata": {"labels": {"a": "b"}}});
            let mut set: ReplicationController =
                serde_json::from_value(json!({"metadata": metadata, "spec": {"selector": selector, "template": template}})).unwrap();
            set.set_defaults();
            assert_eq!((json!(set.metadata.labels), json!(set.spec.selector), set.spec.replicas), (labels, selected, Some(1)));
        }
    }
}
