//! A pod template that stands alone. Hardly anybody uses it: workloads carry their templates in them.
//!
//! Models: pkg/registry/core/podtemplate/strategy.go, v1.36.
//! Simplified: nothing.

pub use k8s_openapi::api::core::v1::PodTemplate;

use crate::defaults::{features, pod_spec};
use crate::field::{FieldError, Path};
use crate::{Cell, Column, ResourceInfo, Strategy, object_meta, resource_impl, tables, validation, warnings};

resource_impl!(PodTemplate, metadata);

impl Strategy for PodTemplate {
    const INFO: ResourceInfo = ResourceInfo {
        group: "",
        version: "v1",
        kind: "PodTemplate",
        plural: "podtemplates",
        singular: "podtemplate",
        short_names: &[],
        categories: &[],
        namespaced: true,
        has_status: false,
    };

    fn set_defaults(&mut self) {
        pod_spec::default_template(self.template.get_or_insert_default());
    }

    fn prepare_for_create(&mut self) {
        self.template.iter_mut().for_each(features::drop_from_template);
        self.metadata.generation = Some(1);
    }

    fn prepare_for_update(&mut self, old: &Self) {
        self.template.iter_mut().for_each(features::drop_from_template);
        object_meta::next_generation(&mut self.metadata, &old.metadata, self.template != old.template);
    }

    fn validate(&self) -> Vec<FieldError> {
        let mut errors = validation::metadata::validate(&self.metadata, true, validation::metadata::SUBDOMAIN);
        errors.extend(validation::pod::template(&self.template.clone().unwrap_or_default(), &Path::new("template")));
        errors
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        let mut errors = validation::metadata::validate_update(&self.metadata, &old.metadata);
        errors.extend(validation::pod::template(&self.template.clone().unwrap_or_default(), &Path::new("template")));
        errors
    }

    fn warnings(&self) -> Vec<String> {
        warnings::pod::template(&self.template.clone().unwrap_or_default(), &Path::new("template"))
    }

    fn columns() -> Vec<Column> {
        tables::columns::POD_TEMPLATE.to_vec()
    }

    fn row(&self, _now: jiff::Timestamp) -> Vec<Cell> {
        tables::workload::pod_template_row(self)
    }
}
