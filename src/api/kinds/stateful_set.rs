//! Keeps pods with a name, a number and a disk of their own: `db-0`, `db-1`, `db-2`, made and replaced in this order.
//!
//! Models: pkg/registry/apps/statefulset/strategy.go, pkg/apis/apps/v1/defaults.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use k8s_openapi::api::apps::v1::{StatefulSetSpec, StatefulSetStatus};

use super::persistent_volume_claim;
use crate::defaults::{features, pod_spec};
use crate::field::{FieldError, Path};
use crate::{Cell, Column, ResourceInfo, Strategy, object_meta, spec_and_status_kind, tables, validation, warnings};

spec_and_status_kind! {
    /// StatefulSet.
    StatefulSet, "apps/v1", spec: StatefulSetSpec, status: StatefulSetStatus
}

impl Strategy for StatefulSet {
    const INFO: ResourceInfo = ResourceInfo {
        group: "apps",
        version: "v1",
        kind: "StatefulSet",
        plural: "statefulsets",
        singular: "statefulset",
        short_names: &["sts"],
        categories: &["all"],
        namespaced: true,
        has_status: true,
    };

    fn set_defaults(&mut self) {
        let spec = Arc::make_mut(&mut self.spec);
        pod_spec::default_template(&mut spec.template);
        pod_spec::fill(&mut spec.pod_management_policy, "OrderedReady");
        let strategy = spec.update_strategy.get_or_insert_default();
        if pod_spec::is_blank(&strategy.type_) {
            strategy.type_ = Some("RollingUpdate".to_owned());
            strategy.rolling_update.get_or_insert_default();
        }
        if strategy.type_.as_deref() == Some("RollingUpdate")
            && let Some(rolling) = &mut strategy.rolling_update
        {
            rolling.partition.get_or_insert(0);
        }
        let retention = spec.persistent_volume_claim_retention_policy.get_or_insert_default();
        pod_spec::fill(&mut retention.when_deleted, "Retain");
        pod_spec::fill(&mut retention.when_scaled, "Retain");
        spec.replicas.get_or_insert(1);
        spec.revision_history_limit.get_or_insert(10);
        // Both are written even when they are empty.
        spec.service_name.get_or_insert_default();
        if let Some(ordinals) = &mut spec.ordinals {
            ordinals.start.get_or_insert(0);
        }
        for claim in spec.volume_claim_templates.iter_mut().flatten() {
            pod_spec::fill(&mut claim.status.get_or_insert_default().phase, "Pending");
            persistent_volume_claim::default_spec(claim.spec.get_or_insert_default());
        }
        if self.status.available_replicas.is_none() {
            Arc::make_mut(&mut self.status).available_replicas = Some(0);
        }
    }

    fn prepare_for_create(&mut self) {
        if self.spec.template.spec.as_ref().is_some_and(features::is_affected) {
            features::drop_from_template(&mut Arc::make_mut(&mut self.spec).template);
        }
        self.metadata.generation = Some(1);
        self.status = Arc::new(StatefulSetStatus { available_replicas: Some(0), ..Default::default() });
        drop_max_unavailable(self, None);
    }

    fn prepare_for_update(&mut self, old: &Self) {
        if self.spec.template.spec.as_ref().is_some_and(features::is_affected) {
            features::drop_from_template(&mut Arc::make_mut(&mut self.spec).template);
        }
        self.status = Arc::clone(&old.status);
        drop_max_unavailable(self, Some(old));
        let changed = object_meta::share(&mut self.spec, &old.spec);
        object_meta::next_generation(&mut self.metadata, &old.metadata, changed);
    }

    fn prepare_for_status_update(&mut self, old: &Self) {
        self.spec = Arc::clone(&old.spec);
    }

    fn validate(&self) -> Vec<FieldError> {
        validation::stateful_set::create(self)
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        validation::stateful_set::update(self, old)
    }

    fn validate_status_update(&self, old: &Self) -> Vec<FieldError> {
        validation::stateful_set::status_update(self, old)
    }

    fn warnings(&self) -> Vec<String> {
        let path = Path::new("spec");
        let mut warnings = warnings::pod::template(&self.spec.template, &path.child("template"));
        for (index, claim) in self.spec.volume_claim_templates.iter().flatten().enumerate() {
            warnings.extend(warnings::claim_spec(&claim.spec.clone().unwrap_or_default(), &path.child("volumeClaimTemplates").index(index)));
        }
        if self.spec.revision_history_limit.is_some_and(|limit| limit < 0) {
            let text = "a negative value retains all historical revisions; a value >= 0 is recommended";
            warnings.push(format!("{}: {text}", path.child("revisionHistoryLimit")));
        }
        warnings
    }

    fn columns() -> Vec<Column> {
        tables::columns::STATEFUL_SET.to_vec()
    }

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        tables::workload::stateful_set_row(self, now)
    }
}

/// `maxUnavailable` counts only where the feature gate MaxUnavailableStatefulSet is on, which it is not by default.
fn drop_max_unavailable(new: &mut StatefulSet, old: Option<&StatefulSet>) {
    let of = |set: &StatefulSet| -> bool {
        let rolling = set.spec.update_strategy.as_ref().and_then(|strategy| strategy.rolling_update.as_ref());
        rolling.is_some_and(|rolling| rolling.max_unavailable.is_some())
    };
    if of(new) && !old.is_some_and(of) {
        let strategy = Arc::make_mut(&mut new.spec).update_strategy.as_mut();
        if let Some(rolling) = strategy.and_then(|strategy| strategy.rolling_update.as_mut()) {
            rolling.max_unavailable = None;
        }
    }
}
