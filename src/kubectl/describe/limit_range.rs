//! LimitRange: the bounds and defaults for what the pods of a namespace ask.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/describe/describe.go (describeLimitRange, DescribeLimitRanges), v1.36.
//! Simplified: resources are in alphabetical order (the reference shows them in any).

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::{LimitRange, LimitRangeItem};
use podarium_api::quantity::Quantity;

use super::metadata;
use super::page::Page;
use super::related::Related;

const COLUMNS: [&str; 7] = ["Type", "Resource", "Min", "Max", "Default Request", "Default Limit", "Max Limit/Request Ratio"];

pub fn describe(page: &mut Page, range: &LimitRange, _: &Related) {
    metadata::name(page, &range.metadata);
    page.header(0, &COLUMNS);
    rows(page, "", range);
}

/// The limits in the description of their namespace.
pub fn of_namespace(page: &mut Page, ranges: &[LimitRange]) {
    if ranges.is_empty() {
        return page.line(0, "No LimitRange resource.");
    }
    page.line(0, "Resource Limits");
    let lines = COLUMNS.map(|name| "-".repeat(name.len()));
    page.line(0, format_args!(" {}\n {}", COLUMNS.join("\t"), lines.join("\t")));
    for range in ranges {
        rows(page, " ", range);
    }
}

fn rows(page: &mut Page, indent: &str, range: &LimitRange) {
    for item in range.spec.iter().flat_map(|spec| &spec.limits) {
        let LimitRangeItem { type_, min, max, default_request, default, max_limit_request_ratio } = item;
        let lists = [min, max, default_request, default, max_limit_request_ratio];
        let resources: BTreeSet<&String> = lists.iter().flat_map(|list| list.iter().flatten()).map(|(name, _)| name).collect();
        for resource in resources {
            let amounts = lists.map(|list| {
                let amount = list.as_ref().and_then(|list| list.get(resource));
                amount.map_or_else(|| "-".to_owned(), |amount| Quantity::of(amount).to_string())
            });
            page.line(0, format_args!("{indent}{type_}\t{resource}\t{}", amounts.join("\t")));
        }
    }
}
