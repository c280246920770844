//! PriorityClass.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/describe/describe.go (describePriorityClass), v1.36.
//! Simplified: nothing.

use k8s_openapi::api::scheduling::v1::PriorityClass;

use super::events::events;
use super::page::{Page, text};
use super::related::Related;
use crate::printers::table::show_labels;

pub fn describe(page: &mut Page, class: &PriorityClass, related: &Related) {
    page.field(0, "Name", text(&class.metadata.name));
    page.field(0, "Value", class.value.unwrap_or(0));
    page.field(0, "GlobalDefault", class.global_default.unwrap_or(false));
    page.field(0, "PreemptionPolicy", text(&class.preemption_policy));
    page.field(0, "Description", text(&class.description));
    page.field(0, "Annotations", show_labels(&class.metadata.annotations.clone().unwrap_or_default()));
    events(page, related);
}
