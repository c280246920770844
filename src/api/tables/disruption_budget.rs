//! The table of disruption budgets.
//!
//! Models: pkg/printers/internalversion/printers.go (printPodDisruptionBudget), v1.36.
//! Simplified: nothing.

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::columns::{AGE, NAME, column};
use crate::time::age;
use crate::{Cell, Column, PodDisruptionBudget};

pub(crate) const COLUMNS: &[Column] = &[
    column("Name", "string", "name", 0, NAME),
    column("Min Available", "string", "", 0, "The minimum number of pods that must be available."),
    column("Max Unavailable", "string", "", 0, "The maximum number of pods that may be unavailable."),
    column("Allowed Disruptions", "integer", "", 0, "Calculated number of pods that may be disrupted at this time."),
    column("Age", "string", "", 0, AGE),
];

pub(crate) fn row(budget: &PodDisruptionBudget, now: Timestamp) -> Vec<Cell> {
    let amount = |amount: &Option<IntOrString>| match amount {
        Some(IntOrString::Int(number)) => number.to_string(),
        Some(IntOrString::String(text)) => text.clone(),
        None => "N/A".to_owned(),
    };
    vec![
        budget.metadata.name.clone().into(),
        amount(&budget.spec.min_available).into(),
        amount(&budget.spec.max_unavailable).into(),
        budget.status.disruptions_allowed.unwrap_or(0).into(),
        age(budget.metadata.creation_timestamp.as_ref(), now).into(),
    ]
}
