//! NetworkPolicy, and the objects of a cluster's Service addresses: ServiceCIDR and IPAddress.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/describe/describe.go (describeNetworkPolicy, describeServiceCIDRV1,
//! describeIPAddressV1), v1.36.
//! Simplified: nothing.

use k8s_openapi::api::networking::v1::{NetworkPolicyPeer, NetworkPolicyPort};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector as RawSelector;
use podarium_api::selector::LabelSelector;
use podarium_api::{IPAddress, NetworkPolicy, ServiceCIDR};

use super::events::events;
use super::metadata;
use super::page::{Page, date, text};
use super::probe::port_text;
use super::related::Related;

pub fn describe(page: &mut Page, policy: &NetworkPolicy, _related: &Related) {
    let spec = &policy.spec;
    metadata::name(page, &policy.metadata);
    let created = policy.metadata.creation_timestamp.as_ref();
    let created = created.map_or_else(|| "0001-01-01 00:00:00 +0000 UTC".to_owned(), |time| time.0.strftime("%Y-%m-%d %H:%M:%S +0000 UTC").to_string());
    page.field(0, "Created on", created);
    metadata::labels_and_annotations(page, &policy.metadata);
    page.line(0, "Spec:");
    let everybody = |selector: &RawSelector| {
        selector.match_labels.as_ref().is_none_or(|labels| labels.is_empty()) && selector.match_expressions.as_ref().is_none_or(Vec::is_empty)
    };
    let pods = match &spec.pod_selector {
        Some(selector) if !everybody(selector) => shown(Some(selector)),
        _ => "<none> (Allowing the specific traffic to all pods in this namespace)".to_owned(),
    };
    // The reference writes this line in two goes, each with its indentation.
    page.line(1, format_args!("PodSelector:     {pods}"));
    let types = spec.policy_types.as_deref().unwrap_or_default();
    if types.iter().any(|one| one == "Ingress") {
        page.line(1, "Allowing ingress traffic:");
        let rules = spec.ingress.iter().flatten().map(|rule| (rule.ports.as_deref(), rule.from.as_deref()));
        let any = ["<none> (Selected pods are isolated for ingress connectivity)", "From: <any> (traffic not restricted by source)", "From:"];
        traffic(page, &rules.collect::<Vec<_>>(), any);
    } else {
        page.line(1, "Not affecting ingress traffic");
    }
    if types.iter().any(|one| one == "Egress") {
        page.line(1, "Allowing egress traffic:");
        let rules = spec.egress.iter().flatten().map(|rule| (rule.ports.as_deref(), rule.to.as_deref()));
        let any = ["<none> (Selected pods are isolated for egress connectivity)", "To: <any> (traffic not restricted by destination)", "To:"];
        traffic(page, &rules.collect::<Vec<_>>(), any);
    } else {
        page.line(1, "Not affecting egress traffic");
    }
    page.line(1, format_args!("Policy Types: {}", types.join(", ")));
}

fn shown(selector: Option<&RawSelector>) -> String {
    selector.map_or_else(|| "<none>".to_owned(), |selector| LabelSelector::of(selector).shown())
}

/// The ports and peers of the rules of one direction.
type Rule<'r> = (Option<&'r [NetworkPolicyPort]>, Option<&'r [NetworkPolicyPeer]>);

fn traffic(page: &mut Page, rules: &[Rule<'_>], [isolated, anybody, title]: [&str; 3]) {
    if rules.is_empty() {
        page.line(2, isolated);
    }
    for (index, (ports, peers)) in rules.iter().enumerate() {
        let (ports, peers) = (ports.unwrap_or_default(), peers.unwrap_or_default());
        if ports.is_empty() {
            page.line(2, "To Port: <any> (traffic allowed to all ports)");
        }
        for port in ports {
            let protocol = port.protocol.as_deref().unwrap_or("TCP");
            let number = port.port.as_ref().map_or_else(|| "<nil>".to_owned(), port_text);
            match port.end_port {
                None => page.line(2, format_args!("To Port: {number}/{protocol}")),
                Some(end) => page.line(2, format_args!("To Port Range: {number}-{end}/{protocol}")),
            }
        }
        if peers.is_empty() {
            page.line(2, anybody);
        }
        for peer in peers {
            page.line(2, title);
            if peer.namespace_selector.is_some() {
                page.line(3, format_args!("NamespaceSelector: {}", shown(peer.namespace_selector.as_ref())));
            }
            if peer.pod_selector.is_some() {
                page.line(3, format_args!("PodSelector: {}", shown(peer.pod_selector.as_ref())));
            }
            if let (None, None, Some(block)) = (&peer.namespace_selector, &peer.pod_selector, &peer.ip_block) {
                page.line(3, "IPBlock:");
                page.line(4, format_args!("CIDR: {}", block.cidr));
                page.line(4, format_args!("Except: {}", block.except.clone().unwrap_or_default().join(", ")));
            }
        }
        if index + 1 != rules.len() {
            page.line(2, "----------");
        }
    }
}

pub fn describe_service_cidr(page: &mut Page, cidr: &ServiceCIDR, related: &Related) {
    page.field(0, "Name", text(&cidr.metadata.name));
    metadata::labels_and_annotations(page, &cidr.metadata);
    page.field(0, "CIDRs", cidr.spec.cidrs.clone().unwrap_or_default().join(", "));
    let conditions = cidr.status.conditions.as_deref().unwrap_or_default();
    if !conditions.is_empty() {
        page.line(0, "Status:");
        page.line(0, "Conditions:");
        page.row(1, &["Type", "Status", "LastTransitionTime", "Reason", "Message"]);
        page.row(1, &["----", "------", "------------------", "------", "-------"]);
    }
    for condition in conditions {
        let changed = date(Some(&condition.last_transition_time));
        page.row(1, &[&condition.type_, &condition.status, &changed, &condition.reason, &condition.message]);
    }
    events(page, related);
}

pub fn describe_ip_address(page: &mut Page, address: &IPAddress, related: &Related) {
    page.field(0, "Name", text(&address.metadata.name));
    metadata::labels_and_annotations(page, &address.metadata);
    let parent = &address.spec.parent_ref;
    page.line(0, "Parent Reference:");
    page.field(1, "Group", text(&parent.group));
    page.field(1, "Resource", &parent.resource);
    page.field(1, "Namespace", text(&parent.namespace));
    page.field(1, "Name", &parent.name);
    events(page, related);
}
