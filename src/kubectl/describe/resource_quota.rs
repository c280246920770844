//! ResourceQuota: how much of what may be used in a namespace, and how much is.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/describe/describe.go (describeQuota, DescribeResourceQuotas), v1.36.
//! Simplified: nothing.

use k8s_openapi::api::core::v1::ResourceQuota;
use podarium_api::quantity::Quantity;
use podarium_api::resource::resource_list;

use super::metadata;
use super::page::{Page, text};
use super::related::Related;

pub fn describe(page: &mut Page, quota: &ResourceQuota, _: &Related) {
    metadata::name(page, &quota.metadata);
    scopes(page, 0, " * ", quota);
    page.row(0, &["Resource", "Used", "Hard"]);
    page.row(0, &["--------", "----", "----"]);
    // Used amounts in the format of the hard ones, which rounds them up.
    amounts(page, 0, quota, |used, hard| if used.format() == hard.format() { used } else { Quantity::in_format(used.value(), hard.format()) });
}

/// The quotas in the description of their namespace.
pub fn of_namespace(page: &mut Page, quotas: &[ResourceQuota]) {
    if quotas.is_empty() {
        return page.line(0, "No resource quota.");
    }
    let mut quotas: Vec<_> = quotas.iter().collect();
    quotas.sort_by_key(|quota| &quota.metadata.name);
    page.line(0, "Resource Quotas");
    for quota in quotas {
        page.field(1, "Name", text(&quota.metadata.name));
        scopes(page, 1, "* ", quota);
        page.row(1, &["Resource", "Used", "Hard"]);
        page.row(1, &["--------", "---", "---"]);
        amounts(page, 1, quota, |used, _| used);
    }
}

fn amounts(page: &mut Page, level: usize, quota: &ResourceQuota, shown: impl Fn(Quantity, Quantity) -> Quantity) {
    let status = quota.status.as_ref();
    let used = resource_list(status.and_then(|status| status.used.as_ref()));
    for (resource, hard) in resource_list(status.and_then(|status| status.hard.as_ref())) {
        let used = used.get(&resource).copied().unwrap_or_default();
        page.row(level, &[&resource, &shown(used, hard).to_string(), &hard.to_string()]);
    }
}

fn scopes(page: &mut Page, level: usize, bullet: &str, quota: &ResourceQuota) {
    let mut scopes = quota.spec.as_ref().and_then(|spec| spec.scopes.clone()).unwrap_or_default();
    if scopes.is_empty() {
        return;
    }
    scopes.sort();
    page.field(level, "Scopes", scopes.join(", "));
    for help in scopes.iter().filter_map(|scope| help(scope)) {
        page.line(level, format_args!("{bullet}{help}"));
    }
}

fn help(scope: &str) -> Option<&'static str> {
    Some(match scope {
        "Terminating" => "Matches all pods that have an active deadline. These pods have a limited lifespan on a node before being actively terminated by the system.",
        "NotTerminating" => "Matches all pods that do not have an active deadline. These pods usually include long running pods whose container command is not expected to terminate.",
        "BestEffort" => "Matches all pods that do not have resource requirements set. These pods have a best effort quality of service.",
        "NotBestEffort" => "Matches all pods that have at least one resource requirement set. These pods have a burstable or guaranteed quality of service.",
        _ => return None,
    })
}
