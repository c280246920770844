//! Cluster IPs and node ports: each is given to one Service at a time.
//!
//! Models: pkg/registry/core/service/{storage/alloc.go,ipallocator,portallocator}, v1.36.
//! Simplified: IPv4 alone; where the lower, static part of a range is used up too is not told apart.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::sync::Arc;

use podarium_api::field::FieldError;
use podarium_api::{Kind, Object, Service, Status};
use podarium_sim::Stream;

use super::ip_address;
use crate::store::Store;

const FIRST_PORT: i32 = 30_000;
const PORTS: usize = 2_768;

#[derive(Clone, Debug, Default)]
pub struct Allocator {
    ports: BTreeSet<i32>,
}

impl Allocator {
    /// Gives a Service what it needs and does not have; takes back what an update no longer needs.
    pub(in crate::apiserver) fn assign(&mut self, store: &Store, object: &mut Object, old: Option<&Object>, stream: &mut Stream) -> Result<(), Status> {
        let Object::Service(service) = object else { return Ok(()) };
        let old = old.and_then(|old| match old {
            Object::Service(old) => Some(&**old),
            _ => None,
        });
        let service = Arc::make_mut(service);
        name_families(service);
        assign_address(store, service, old, stream)?;
        self.assign_ports(service, old, stream)
    }

    /// Frees what a removed Service held.
    pub(in crate::apiserver) fn release(&mut self, object: &Object) {
        let Object::Service(service) = object else { return };
        for port in node_ports(service) {
            self.ports.remove(&port);
        }
    }

    fn assign_ports(&mut self, service: &mut Service, old: Option<&Service>, stream: &mut Stream) -> Result<(), Status> {
        let had: BTreeSet<i32> = old.map(node_ports).unwrap_or_default();
        let wants = match service.spec.type_.as_deref() {
            Some("NodePort") => true,
            Some("LoadBalancer") => service.spec.allocate_load_balancer_node_ports != Some(false),
            _ => false,
        };
        if !wants {
            for port in &had {
                self.ports.remove(port);
            }
            return Ok(());
        }
        let asked: Vec<i32> = node_ports(service).into_iter().filter(|port| !had.contains(port)).collect();
        for port in asked {
            if !(FIRST_PORT..FIRST_PORT + PORTS as i32).contains(&port) {
                return Err(invalid(service, FieldError::invalid("spec.ports[0].nodePort", port, "provided port is not in the valid range. The range of valid ports is 30000-32767")));
            }
            if !self.ports.insert(port) {
                return Err(invalid(service, FieldError::invalid("spec.ports[0].nodePort", port, "provided port is already allocated")));
            }
        }
        let spec = Arc::make_mut(&mut service.spec);
        let old_ports = old.and_then(|old| old.spec.ports.as_ref());
        for port in spec.ports.iter_mut().flatten() {
            if port.node_port.unwrap_or(0) != 0 {
                continue;
            }
            let kept = old_ports.and_then(|ports| ports.iter().find(|old| old.port == port.port && old.protocol == port.protocol)).and_then(|old| old.node_port);
            port.node_port = match kept.filter(|port| *port != 0) {
                Some(kept) => Some(kept),
                None => Some(self.free_port(stream)?),
            };
        }
        let now: BTreeSet<i32> = node_ports(service);
        for port in had.difference(&now) {
            self.ports.remove(port);
        }
        Ok(())
    }

    fn free_port(&mut self, stream: &mut Stream) -> Result<i32, Status> {
        if self.ports.len() >= PORTS {
            return Err(Status::new(500, "InternalError", "failed to allocate a nodePort: range is full"));
        }
        loop {
            let port = FIRST_PORT + i32::try_from(stream.below(PORTS)).unwrap_or(0);
            if self.ports.insert(port) {
                return Ok(port);
            }
        }
    }
}

/// An address is taken while there is an IPAddress of its name.
fn assign_address(store: &Store, service: &mut Service, old: Option<&Service>, stream: &mut Stream) -> Result<(), Status> {
    let had = old.and_then(address);
    let external = service.spec.type_.as_deref() == Some("ExternalName");
    if external || service.spec.cluster_ip.as_deref() == Some("None") {
        if !external {
            let spec = Arc::make_mut(&mut service.spec);
            spec.cluster_ips = Some(vec!["None".to_owned()]);
            spec.ip_families.get_or_insert_with(|| vec!["IPv4".to_owned()]);
            let policy = if spec.selector.is_none() { "RequireDualStack" } else { "SingleStack" };
            spec.ip_family_policy.get_or_insert_with(|| policy.to_owned());
        }
        return Ok(());
    }
    let text = match (address(service), service.spec.cluster_ip.as_deref().unwrap_or_default()) {
        (Some(asked), text) if Some(asked) != had => {
            let text = text.to_owned();
            if let Err(why) = ip_address::check(store, asked) {
                return Err(invalid(service, FieldError::invalid("spec.clusterIPs", vec![text.as_str()], format!("failed to allocate IP {text}: {why}"))));
            }
            text
        }
        (None, "") => match old.and_then(|old| old.spec.cluster_ip.clone()).filter(|text| !text.is_empty() && text != "None") {
            Some(kept) => kept,
            None => ip_address::free(store, stream)
                .map(|address| Ipv4Addr::from(address).to_string())
                .ok_or_else(|| Status::new(500, "InternalError", "failed to allocate a serviceIP: range is full"))?,
        },
        (_, text) => text.to_owned(),
    };
    let spec = Arc::make_mut(&mut service.spec);
    spec.ip_families.get_or_insert_with(|| vec!["IPv4".to_owned()]);
    spec.ip_family_policy.get_or_insert_with(|| "SingleStack".to_owned());
    spec.cluster_ips = Some(vec![text.clone()]);
    spec.cluster_ip = Some(text);
    Ok(())
}

fn invalid(service: &Service, error: FieldError) -> Status {
    Status::invalid(Kind::Service, service.metadata.name.as_deref().unwrap_or_default(), &[error])
}

/// The address of a Service, if it has one.
pub(super) fn address(service: &Service) -> Option<u32> {
    service.spec.cluster_ip.as_deref()?.parse::<Ipv4Addr>().ok().map(u32::from)
}

fn node_ports(service: &Service) -> BTreeSet<i32> {
    service.spec.ports.iter().flatten().filter_map(|port| port.node_port).filter(|port| *port != 0).collect()
}
/// A cluster with one family of addresses gives every Service that family; an alias has none.
fn name_families(service: &mut Service) {
    if service.spec.type_.as_deref() == Some("ExternalName") {
        return;
    }
    let spec = Arc::make_mut(&mut service.spec);
    let headless_without_selector = spec.cluster_ip.as_deref() == Some("None") && spec.selector.is_none();
    if spec.ip_family_policy.is_none() {
        let policy = if headless_without_selector { "RequireDualStack" } else { "SingleStack" };
        spec.ip_family_policy = Some(policy.to_owned());
    }
    if spec.ip_families.as_ref().is_none_or(Vec::is_empty) {
        let families: &[&str] = if headless_without_selector { &["IPv4", "IPv6"] } else { &["IPv4"] };
        spec.ip_families = Some(families.iter().map(|family| (*family).to_owned()).collect());
    }
}

