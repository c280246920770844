//! The controller that fills ClusterRoles which gather their rules from others: `admin`, `edit` and `view` of every cluster,
//! so that a new kind of resource only needs a labelled role to be in them.
//!
//! Models: pkg/controller/clusterroleaggregation/clusterroleaggregation_controller.go, v1.36.
//! Simplified: the rules are written with an update instead of an apply.

use k8s_openapi::api::rbac::v1::PolicyRule;
use podarium_api::selector::LabelSelector;
use podarium_api::{ClusterRole, Kind, Resource as _};

use super::{Controller, Enqueue, Stop, Sync};
use crate::apiserver::Filter;
use crate::client::{Caches, Change};
use crate::store::Key;

#[derive(Clone, Debug, Default)]
pub struct ClusterRoleAggregationController;

impl Controller for ClusterRoleAggregationController {
    const NAME: &'static str = "clusterrole-aggregation-controller";
    const WORKERS: usize = 5;

    fn watched() -> Vec<(Kind, Filter)> {
        vec![(Kind::ClusterRole, Filter::all())]
    }

    /// Any role may be gathered by any of those that gather.
    fn on_change(&mut self, change: &Change, caches: &Caches, enqueue: &mut Enqueue<'_>) {
        if change.kind != Kind::ClusterRole {
            return;
        }
        for role in caches.list::<ClusterRole>().filter(|role| role.aggregation_rule.is_some()) {
            enqueue.add(Key::of_meta(&role.metadata));
        }
    }

    fn sync(&self, ctx: &mut Sync<'_>, key: &Key) -> Result<(), Stop> {
        let Some(role) = ctx.caches().get::<ClusterRole>(key) else { return Ok(()) };
        let Some(aggregation) = &role.aggregation_rule else { return Ok(()) };
        let mut rules: Vec<PolicyRule> = Vec::new();
        for selector in aggregation.cluster_role_selectors.iter().flatten().map(LabelSelector::of) {
            for other in ctx.caches().list::<ClusterRole>() {
                if other.name() == role.name() || !selector.matches(other.metadata.labels.as_ref()) {
                    continue;
                }
                for rule in other.rules.iter().flatten() {
                    if !rules.contains(rule) {
                        rules.push(rule.clone());
                    }
                }
            }
        }
        if rules == role.rules.as_deref().unwrap_or_default() {
            return Ok(());
        }
        let rules = (!rules.is_empty()).then_some(rules);
        ctx.update(ClusterRole { rules, ..(**role).clone() })??;
        Ok(())
    }
}
