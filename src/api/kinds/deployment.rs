//! A ReplicaSet for each version of an application, and the way from one version to the next.
//!
//! Models: pkg/registry/apps/deployment/strategy.go, pkg/apis/apps/v1/defaults.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use k8s_openapi::api::apps::v1::{DeploymentSpec, DeploymentStatus};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use crate::defaults::{features, pod_spec};
use crate::field::{FieldError, Path};
use crate::{Cell, Column, ResourceInfo, Strategy, object_meta, spec_and_status_kind, tables, validation, warnings};

spec_and_status_kind! {
    /// Deployment.
    Deployment, "apps/v1", spec: DeploymentSpec, status: DeploymentStatus
}

impl Strategy for Deployment {
    const INFO: ResourceInfo = ResourceInfo {
        group: "apps",
        version: "v1",
        kind: "Deployment",
        plural: "deployments",
        singular: "deployment",
        short_names: &["deploy"],
        categories: &["all"],
        namespaced: true,
        has_status: true,
    };

    fn set_defaults(&mut self) {
        let spec = Arc::make_mut(&mut self.spec);
        pod_spec::default_template(&mut spec.template);
        spec.replicas.get_or_insert(1);
        let strategy = spec.strategy.get_or_insert_default();
        pod_spec::fill(&mut strategy.type_, "RollingUpdate");
        if strategy.type_.as_deref() == Some("RollingUpdate") {
            let quarter = || IntOrString::String("25%".to_owned());
            let rolling = strategy.rolling_update.get_or_insert_default();
            rolling.max_unavailable.get_or_insert_with(quarter);
            rolling.max_surge.get_or_insert_with(quarter);
        }
        spec.revision_history_limit.get_or_insert(10);
        spec.progress_deadline_seconds.get_or_insert(600);
    }

    fn prepare_for_create(&mut self) {
        if self.spec.template.spec.as_ref().is_some_and(features::is_affected) {
            features::drop_from_template(&mut Arc::make_mut(&mut self.spec).template);
        }
        self.metadata.generation = Some(1);
        self.status = Default::default();
    }

    fn prepare_for_update(&mut self, old: &Self) {
        if self.spec.template.spec.as_ref().is_some_and(features::is_affected) {
            features::drop_from_template(&mut Arc::make_mut(&mut self.spec).template);
        }
        self.status = Arc::clone(&old.status);
        let changed = object_meta::share(&mut self.spec, &old.spec) || self.metadata.annotations != old.metadata.annotations;
        object_meta::next_generation(&mut self.metadata, &old.metadata, changed);
    }

    fn prepare_for_status_update(&mut self, old: &Self) {
        self.spec = Arc::clone(&old.spec);
        self.metadata.labels.clone_from(&old.metadata.labels);
    }

    fn validate(&self) -> Vec<FieldError> {
        validation::workload::deployment(self)
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        validation::workload::deployment_update(self, old)
    }

    fn validate_status_update(&self, old: &Self) -> Vec<FieldError> {
        validation::workload::deployment_status_update(self, old)
    }

    fn warnings(&self) -> Vec<String> {
        let name = self.metadata.name.as_deref().unwrap_or_default();
        warnings::name_of_pods(name).into_iter().chain(warnings::pod::template(&self.spec.template, &Path::new("spec").child("template"))).collect()
    }

    fn columns() -> Vec<Column> {
        tables::columns::DEPLOYMENT.to_vec()
    }

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        tables::workload::deployment_row(self, now)
    }
}
