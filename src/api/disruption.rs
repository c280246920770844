//! The condition `DisruptionAllowed` of a disruption budget, which both the controller and evictions keep.
//!
//! Models: pkg/apis/policy/helper (UpdateDisruptionAllowedCondition, ConditionsAreUpToDate),
//! staging/src/k8s.io/apimachinery/pkg/api/meta/conditions.go, v1.36.
//! Simplified: nothing.

use k8s_openapi::api::policy::v1::PodDisruptionBudgetStatus;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};

use crate::PodDisruptionBudget;

const DISRUPTION_ALLOWED: &str = "DisruptionAllowed";

fn status_and_reason(allowed: Option<i32>) -> (&'static str, &'static str) {
    if allowed.unwrap_or(0) > 0 { ("True", "SufficientPods") } else { ("False", "InsufficientPods") }
}

/// Puts the condition in the place of the one of its type, or at the end. The transition time stays while the status does.
pub fn set_condition(status: &mut PodDisruptionBudgetStatus, condition: &str, reason: &str, message: &str, now: Time) {
    let new = Condition {
        type_: DISRUPTION_ALLOWED.to_owned(),
        status: condition.to_owned(),
        reason: reason.to_owned(),
        message: message.to_owned(),
        observed_generation: status.observed_generation,
        last_transition_time: now,
    };
    let conditions = status.conditions.get_or_insert_default();
    match conditions.iter_mut().find(|old| old.type_ == DISRUPTION_ALLOWED) {
        None => conditions.push(new),
        Some(old) if old.status == new.status => *old = Condition { last_transition_time: old.last_transition_time.clone(), ..new },
        Some(old) => *old = new,
    }
}

/// Says whether disruptions are allowed, by the count in the status.
pub fn update_condition(status: &mut PodDisruptionBudgetStatus, now: Time) {
    let (condition, reason) = status_and_reason(status.disruptions_allowed);
    set_condition(status, condition, reason, "", now);
}

/// Whether the condition says what the count says, for the budget as it is now.
pub fn condition_is_current(budget: &PodDisruptionBudget) -> bool {
    let status = &budget.status;
    let wanted = status_and_reason(status.disruptions_allowed);
    let condition = status.conditions.iter().flatten().find(|condition| condition.type_ == DISRUPTION_ALLOWED);
    status.observed_generation == budget.metadata.generation
        && condition.is_some_and(|condition| (condition.status.as_str(), condition.reason.as_str()) == wanted)
}
