//! A group and version of the API, and who serves it: this server itself, or a Service to which its requests are passed on.
//!
//! Models: staging/src/k8s.io/kube-aggregator/pkg/registry/apiservice/strategy.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use k8s_openapi::kube_aggregator::pkg::apis::apiregistration::v1::{APIServiceCondition, APIServiceSpec, APIServiceStatus};

use crate::field::FieldError;
use crate::{Cell, Column, ResourceInfo, Strategy, object_meta, spec_and_status_kind, tables, validation};

spec_and_status_kind! {
    /// APIService.
    APIService, "apiregistration.k8s.io/v1", spec: APIServiceSpec, status: APIServiceStatus
}

impl APIService {
    /// Whether this server serves the version itself.
    pub fn is_local(&self) -> bool {
        self.spec.service.is_none()
    }

    pub fn condition(&self, type_: &str) -> Option<&APIServiceCondition> {
        self.status.conditions.iter().flatten().find(|condition| condition.type_ == type_)
    }

    /// Puts the condition in the place of the one of its type; the time stays if the state does.
    pub fn set_condition(&mut self, new: APIServiceCondition) {
        let conditions = Arc::make_mut(&mut self.status).conditions.get_or_insert_default();
        match conditions.iter_mut().find(|old| old.type_ == new.type_) {
            None => conditions.push(new),
            Some(old) => {
                let since = if old.status == new.status { old.last_transition_time.clone() } else { new.last_transition_time.clone() };
                *old = APIServiceCondition { last_transition_time: since, ..new };
            }
        }
    }
}

impl Strategy for APIService {
    const INFO: ResourceInfo = ResourceInfo {
        group: "apiregistration.k8s.io",
        version: "v1",
        kind: "APIService",
        plural: "apiservices",
        singular: "apiservice",
        short_names: &[],
        categories: &["api-extensions"],
        namespaced: false,
        has_status: true,
    };

    fn set_defaults(&mut self) {
        if self.spec.service.as_ref().is_some_and(|service| service.port.is_none()) {
            let spec = Arc::make_mut(&mut self.spec);
            spec.service.iter_mut().for_each(|service| service.port = Some(443));
        }
    }

    fn prepare_for_create(&mut self) {
        self.status = Default::default();
        // What the server serves itself is there at once; it adds the time.
        if self.is_local() {
            self.set_condition(APIServiceCondition {
                type_: "Available".to_owned(),
                status: "True".to_owned(),
                reason: Some("Local".to_owned()),
                message: Some("Local APIServices are always available".to_owned()),
                last_transition_time: None,
            });
        }
    }

    fn prepare_for_update(&mut self, old: &Self) {
        self.status = Arc::clone(&old.status);
        object_meta::share(&mut self.spec, &old.spec);
    }

    fn prepare_for_status_update(&mut self, old: &Self) {
        self.spec = Arc::clone(&old.spec);
        let (meta, stored) = (&mut self.metadata, &old.metadata);
        meta.labels.clone_from(&stored.labels);
        meta.annotations.clone_from(&stored.annotations);
        meta.finalizers.clone_from(&stored.finalizers);
        meta.owner_references.clone_from(&stored.owner_references);
    }

    fn is_validated_whole_on_update() -> bool {
        true
    }

    fn validate(&self) -> Vec<FieldError> {
        validation::api_service::api_service(self)
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        validation::metadata::validate_update_any(&self.metadata, &old.metadata)
    }

    fn validate_status_update(&self, old: &Self) -> Vec<FieldError> {
        validation::api_service::status_update(self, old)
    }

    fn columns() -> Vec<Column> {
        tables::api_machinery::API_SERVICE.to_vec()
    }

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        tables::api_machinery::api_service_row(self, now)
    }
}
