//! The identity under which the processes of a pod talk to the API.
//!
//! Models: pkg/registry/core/serviceaccount/strategy.go, v1.36.
//! Simplified: nothing.

pub use k8s_openapi::api::core::v1::ServiceAccount;

use k8s_openapi::api::core::v1::ObjectReference;

use crate::field::FieldError;
use crate::{Cell, Column, ResourceInfo, Strategy, resource_impl, tables, validation};

resource_impl!(ServiceAccount, metadata);

impl Strategy for ServiceAccount {
    const INFO: ResourceInfo = ResourceInfo {
        group: "",
        version: "v1",
        kind: "ServiceAccount",
        plural: "serviceaccounts",
        singular: "serviceaccount",
        short_names: &["sa"],
        categories: &[],
        namespaced: true,
        has_status: false,
    };

    fn prepare_for_create(&mut self) {
        self.keep_only_names();
    }

    fn prepare_for_update(&mut self, _old: &Self) {
        self.keep_only_names();
    }

    fn validate(&self) -> Vec<FieldError> {
        validation::metadata::validate(&self.metadata, true, validation::metadata::SUBDOMAIN)
    }

    fn is_validated_whole_on_update() -> bool {
        true
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        validation::metadata::validate_update(&self.metadata, &old.metadata)
    }

    fn columns() -> Vec<Column> {
        tables::columns::SERVICE_ACCOUNT.to_vec()
    }

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        vec![self.metadata.name.clone().into(), crate::time::age(self.metadata.creation_timestamp.as_ref(), now).into()]
    }
}

/// Of the references to Secrets only the names count.
trait KeepOnlyNames {
    fn keep_only_names(&mut self);
}

impl KeepOnlyNames for ServiceAccount {
    fn keep_only_names(&mut self) {
        for secret in self.secrets.iter_mut().flatten() {
            *secret = ObjectReference { name: secret.name.take(), ..Default::default() };
        }
    }
}
