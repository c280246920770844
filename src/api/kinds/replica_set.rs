//! Keeps a number of equal pods running: too few and it creates some, too many and it deletes some.
//!
//! Models: pkg/registry/apps/replicaset/strategy.go, pkg/apis/apps/v1/defaults.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use k8s_openapi::api::apps::v1::{ReplicaSetSpec, ReplicaSetStatus};

use crate::defaults::{features, pod_spec};
use crate::field::{FieldError, Path};
use crate::{Cell, Column, ResourceInfo, Strategy, object_meta, spec_and_status_kind, tables, validation, warnings};

spec_and_status_kind! {
    /// ReplicaSet.
    ReplicaSet, "apps/v1", spec: ReplicaSetSpec, status: ReplicaSetStatus
}

impl Strategy for ReplicaSet {
    const INFO: ResourceInfo = ResourceInfo {
        group: "apps",
        version: "v1",
        kind: "ReplicaSet",
        plural: "replicasets",
        singular: "replicaset",
        short_names: &["rs"],
        categories: &["all"],
        namespaced: true,
        has_status: true,
    };

    fn set_defaults(&mut self) {
        let spec = Arc::make_mut(&mut self.spec);
        pod_spec::default_template(spec.template.get_or_insert_default());
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
        validation::workload::replica_set(self)
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        validation::workload::replica_set_update(self, old)
    }

    fn validate_status_update(&self, old: &Self) -> Vec<FieldError> {
        validation::workload::replica_set_status_update(self, old)
    }

    fn warnings(&self) -> Vec<String> {
        let name = self.metadata.name.as_deref().unwrap_or_default();
        warnings::name_of_pods(name).into_iter().chain(warnings::pod::template(&self.spec.template.clone().unwrap_or_default(), &Path::new("spec").child("template"))).collect()
    }

    fn columns() -> Vec<Column> {
        tables::columns::REPLICA_SET.to_vec()
    }

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        tables::workload::replica_set_row(self, now)
    }
}
