//! The families of a Service's addresses, in a cluster that has IPv4 alone.
//!
//! Models: pkg/registry/core/service/storage/alloc.go (initIPFamilyFields), v1.36.
//! Simplified: clusters have one family of addresses, IPv4.

use std::sync::Arc;

use podarium_api::field::FieldError;
use podarium_api::{Kind, Service, Status};

/// Fills in families and policy, and refuses what the cluster does not have.
pub(super) fn complete(service: &mut Service, old: Option<&Service>) -> Result<(), Status> {
    if service.spec.type_.as_deref() == Some("ExternalName") {
        return Ok(());
    }
    let headless_without_selector = service.spec.cluster_ip.as_deref() == Some("None") && service.spec.selector.as_ref().is_none_or(|selector| selector.is_empty());
    if service.spec.ip_family_policy.is_none() {
        let before = old.and_then(|old| old.spec.ip_family_policy.clone());
        let policy = before.unwrap_or_else(|| if headless_without_selector { "RequireDualStack" } else { "SingleStack" }.to_owned());
        Arc::make_mut(&mut service.spec).ip_family_policy = Some(policy);
    }
    refuse(service, service.address_faults())?;
    let policy = service.spec.ip_family_policy.clone().unwrap_or_default();
    let mut families = service.spec.ip_families.clone().unwrap_or_default();
    let addresses = service.spec.cluster_ips.clone().unwrap_or_default();
    let mut faults = Vec::new();
    if policy == "SingleStack" {
        let two = [("multiple cluster IPs", addresses.len() == 2), ("multiple IP families", families.len() == 2)];
        for (what, _) in two.into_iter().filter(|(_, two)| *two) {
            let why = format!("must be 'RequireDualStack' or 'PreferDualStack' when {what} are specified");
            faults.push(FieldError::invalid("spec.ipFamilyPolicy", policy.as_str(), why));
        }
    }
    for (index, address) in addresses.iter().enumerate().take_while(|(_, address)| *address != "None") {
        if index < families.len() {
            continue;
        }
        if address.contains(':') {
            faults.push(FieldError::invalid(format!("spec.clusterIPs[{index}]"), addresses.clone(), "IPv6 is not configured on this cluster"));
        } else {
            families.push("IPv4".to_owned());
        }
    }
    refuse(service, faults)?;
    if headless_without_selector {
        // Nobody allocates addresses for it, so it may have both families.
        if families.is_empty() {
            families.push("IPv4".to_owned());
        }
        if families.len() < 2 && policy != "SingleStack" {
            families.push(if families[0] == "IPv4" { "IPv6" } else { "IPv4" }.to_owned());
        }
    } else {
        let mut faults = Vec::new();
        if policy == "RequireDualStack" {
            faults.push(FieldError::invalid("spec.ipFamilyPolicy", policy.as_str(), "this cluster is not configured for dual-stack services"));
        }
        for (index, family) in families.iter().enumerate().filter(|(_, family)| *family != "IPv4") {
            faults.push(FieldError::invalid(format!("spec.ipFamilies[{index}]"), family.as_str(), "not configured on this cluster"));
        }
        refuse(service, faults)?;
        if families.is_empty() {
            families.push("IPv4".to_owned());
        }
    }
    Arc::make_mut(&mut service.spec).ip_families = Some(families);
    Ok(())
}

fn refuse(service: &Service, faults: Vec<FieldError>) -> Result<(), Status> {
    let name = service.metadata.name.as_deref().unwrap_or_default();
    if faults.is_empty() { Ok(()) } else { Err(Status::invalid(Kind::Service, name, &faults)) }
}
