//! What the pods on a node request, each and together, and which share of the node that is.
//!
//! Worked example: pods with requests of 50m and 500m on a node with 4 CPUs: `50m (1%)`, `500m (12%)`, together
//! `550m (13%)`. Shares are cut to whole percents.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/describe/describe.go (describeNodeResource), v1.36.
//! Simplified: nothing.

use podarium_api::quantity::Quantity;
use podarium_api::resource::{ResourceList, add, pod_limits, pod_limits_in_effect, pod_requests, pod_requests_in_effect, resource_list};
use podarium_api::{Node, Pod};

use super::page::{Page, text};

pub fn node_resources(page: &mut Page, node: &Node, pods: &[Pod]) {
    let allocatable = node.status.allocatable.as_ref().filter(|list| !list.is_empty());
    let allocatable = resource_list(allocatable.or(node.status.capacity.as_ref()));
    page.field(0, "Non-terminated Pods", format_args!("({} in total)", pods.len()));
    page.header(1, &["Namespace", "Name", "", "CPU Requests", "CPU Limits", "Memory Requests", "Memory Limits", "Age"]);
    let (mut requests, mut limits) = (ResourceList::new(), ResourceList::new());
    for pod in pods {
        let (own_requests, own_limits) = (pod_requests_in_effect(pod), pod_limits_in_effect(pod));
        let shares = ["cpu", "memory"].map(|name| {
            let part = |list: &ResourceList| format!("{} ({}%)", amount(list, name), pod_percent(list, &allocatable, name));
            format!("{}\t{}", part(&own_requests), part(&own_limits))
        });
        let age = page.age(pod.metadata.creation_timestamp.as_ref());
        page.row(1, &[text(&pod.metadata.namespace), text(&pod.metadata.name), "", &shares[0], &shares[1], &age]);
        // Together they are what they ask for, whether or not they have it yet.
        add(&mut requests, &pod_requests(&pod.spec));
        add(&mut limits, &pod_limits(&pod.spec));
    }
    totals(page, &allocatable, &requests, &limits);
}

fn totals(page: &mut Page, allocatable: &ResourceList, requests: &ResourceList, limits: &ResourceList) {
    page.line(0, "Allocated resources:\n  (Total limits may be over 100 percent, i.e., overcommitted.)");
    page.header(1, &["Resource", "Requests", "Limits"]);
    let huge_pages = allocatable.keys().map(String::as_str).filter(|name| name.starts_with("hugepages-"));
    for name in ["cpu", "memory", "ephemeral-storage"].into_iter().chain(huge_pages) {
        let part = |list: &ResourceList| format!("{} ({}%)", amount(list, name), percent(list, allocatable, name).unwrap_or_default());
        page.row(1, &[name, &part(requests), &part(limits)]);
    }
    let known = |name: &str| matches!(name, "cpu" | "memory" | "ephemeral-storage" | "pods") || name.starts_with("hugepages-");
    for name in allocatable.keys().filter(|name| !known(name)) {
        page.row(1, &[name, &amount(requests, name).to_string(), &amount(limits, name).to_string()]);
    }
}

fn amount(list: &ResourceList, name: &str) -> Quantity {
    list.get(name).copied().unwrap_or_default()
}

/// `None` where the node has nothing of it.
fn percent(list: &ResourceList, whole: &ResourceList, name: &str) -> Option<i64> {
    let units = |amount: Quantity| if name == "cpu" { amount.milli_value() } else { amount.value() };
    let whole = units(amount(whole, name));
    (whole != 0).then(|| (units(amount(list, name)) as f64 / whole as f64 * 100.0) as i64)
}

/// The share of one pod. Of a node that has nothing, the reference shows what its division by zero makes.
fn pod_percent(list: &ResourceList, whole: &ResourceList, name: &str) -> i64 {
    percent(list, whole, name).unwrap_or(i64::MIN)
}
