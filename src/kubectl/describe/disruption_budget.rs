//! PodDisruptionBudget.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/describe/describe.go (describePodDisruptionBudgetV1), v1.36.
//! Simplified: nothing.

use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use podarium_api::selector::LabelSelector;

use super::events::events;
use super::metadata;
use super::page::Page;
use super::related::Related;

fn shown(amount: &IntOrString) -> String {
    match amount {
        IntOrString::Int(number) => number.to_string(),
        IntOrString::String(text) => text.clone(),
    }
}

pub fn describe(page: &mut Page, budget: &PodDisruptionBudget, related: &Related) {
    let (spec, status) = (budget.spec.clone().unwrap_or_default(), budget.status.clone().unwrap_or_default());
    metadata::name(page, &budget.metadata);
    if let Some(amount) = &spec.min_available {
        page.field(0, "Min available", shown(amount));
    } else if let Some(amount) = &spec.max_unavailable {
        page.field(0, "Max unavailable", shown(amount));
    }
    page.field(0, "Selector", spec.selector.as_ref().map_or_else(|| "<unset>".to_owned(), |selector| LabelSelector::of(selector).shown()));
    page.line(0, "Status:");
    let counts = [
        ("Allowed disruptions", status.disruptions_allowed), ("Current", status.current_healthy), ("Desired", status.desired_healthy),
        ("Total", status.expected_pods),
    ];
    for (name, count) in counts {
        page.field(2, name, count.unwrap_or(0));
    }
    events(page, related);
}
