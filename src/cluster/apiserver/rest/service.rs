//! Cluster IPs and node ports: each is given to one Service at a time.
//!
//! Models: pkg/registry/core/service/{storage/alloc.go,ipallocator,portallocator}, v1.36.
//! Simplified: IPv4 alone; where the lower, static part of a range is used up too is not told apart.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::sync::Arc;

use podarium_api::field::FieldError;
use podarium_api::{Kind, Object, Service, Status};
use podarium_sim::Stream;

use super::{ip_address, service_families};
use crate::store::Store;

const FIRST_PORT: i32 = 30_000;
const PORTS: usize = 2_768;
/// What a dry run shows for the first port that it would be given; the next ones are counted on from there.
const NO_PORT: i32 = 32_769;

/// The ports that one write takes.
struct Taken {
    ports: Vec<i32>,
    /// Ports are only looked at, and need not be in the range.
    dry_run: bool,
}

#[derive(Clone, Debug, Default)]
pub struct Allocator {
    ports: BTreeSet<i32>,
}

impl Allocator {
    /// Gives a Service what it needs and does not have; takes back what an update no longer needs. The ports that it took
    /// are told, for [`Allocator::give_back`] if the write comes to nothing. A dry run takes none and makes its own up.
    pub(in crate::apiserver) fn assign(&mut self, store: &Store, object: &mut Object, old: Option<&Object>, dry_run: bool, stream: &mut Stream) -> Result<Vec<i32>, Status> {
        let Object::Service(service) = object else { return Ok(Vec::new()) };
        let old = old.and_then(|old| match old {
            Object::Service(old) => Some(&**old),
            _ => None,
        });
        let service = Arc::make_mut(service);
        service_families::complete(service, old)?;
        assign_address(store, service, old, stream)?;
        let mut taken = Taken { ports: Vec::new(), dry_run };
        let assigned = self.assign_ports(service, old, stream, &mut taken);
        let taken = if dry_run { Vec::new() } else { taken.ports };
        if assigned.is_err() {
            self.give_back(&taken);
        }
        assigned.map(|()| taken)
    }

    /// Frees ports that a write took which was refused afterwards, or was only tried.
    pub(in crate::apiserver) fn give_back(&mut self, taken: &[i32]) {
        for port in taken {
            self.ports.remove(port);
        }
    }

    /// Frees what an update no longer needs.
    pub(in crate::apiserver) fn settle(&mut self, object: &Object, old: Option<&Object>) {
        let (Object::Service(service), Some(Object::Service(old))) = (object, old) else { return };
        for port in held_ports(old).difference(&held_ports(service)) {
            self.ports.remove(port);
        }
    }

    /// Frees what a removed Service held.
    pub(in crate::apiserver) fn release(&mut self, object: &Object) {
        let Object::Service(service) = object else { return };
        for port in held_ports(service) {
            self.ports.remove(&port);
        }
    }

    fn assign_ports(&mut self, service: &mut Service, old: Option<&Service>, stream: &mut Stream, taken: &mut Taken) -> Result<(), Status> {
        let had = old.map(held_ports).unwrap_or_default();
        let kind = service.spec.type_.clone().unwrap_or_default();
        let allocates = kind == "NodePort" || (kind == "LoadBalancer" && service.spec.allocate_load_balancer_node_ports != Some(false));
        if matches!(kind.as_str(), "NodePort" | "LoadBalancer") {
            let ports = service.spec.ports.clone().unwrap_or_default();
            // Ports of one number, of different protocols, share their node port.
            let mut shared: BTreeMap<i32, i32> = BTreeMap::new();
            let mut used: BTreeSet<(&str, i32)> = BTreeSet::new();
            for (index, port) in ports.iter().enumerate() {
                let asked = port.node_port.unwrap_or(0);
                if asked == 0 && !allocates {
                    continue;
                }
                let known = shared.get(&port.port).copied();
                let wanted = match (asked, known) {
                    (0, Some(known)) => known,
                    (0, None) if old.is_none() => ports.iter().filter(|other| other.port == port.port).find_map(|other| other.node_port).unwrap_or(0),
                    (asked, _) => asked,
                };
                let number = match wanted {
                    0 => self.free_port(stream, taken)?,
                    wanted if known == Some(wanted) || had.contains(&wanted) || (old.is_some() && taken.ports.contains(&wanted)) => wanted,
                    wanted => {
                        let field = format!("spec.ports[{index}].nodePort");
                        self.take_port(wanted, taken).map_err(|why| invalid(service, FieldError::invalid(field, wanted, why)))?;
                        wanted
                    }
                };
                if old.is_none() {
                    shared.insert(port.port, number);
                } else if !used.insert((port.protocol.as_deref().unwrap_or_default(), number)) {
                    return Err(Status::new(500, "", format!("duplicate nodePort: {{{} {number}}}", port.protocol.as_deref().unwrap_or_default())));
                }
                Arc::make_mut(&mut service.spec).ports.get_or_insert_default()[index].node_port = Some(number);
            }
        }
        self.assign_health_check(service, old, stream, taken)
    }

    /// Where a balancer asks a node whether it has pods of a Service that keeps its traffic local.
    fn assign_health_check(&mut self, service: &mut Service, old: Option<&Service>, stream: &mut Stream, taken: &mut Taken) -> Result<(), Status> {
        if !needs_health_check(service) {
            if old.is_some_and(needs_health_check) {
                Arc::make_mut(&mut service.spec).health_check_node_port = None;
            }
            return Ok(());
        }
        if old.is_some_and(needs_health_check) {
            return Ok(());
        }
        match service.spec.health_check_node_port.unwrap_or(0) {
            0 => {
                let port = self.free_port(stream, taken)?;
                Arc::make_mut(&mut service.spec).health_check_node_port = Some(port);
                Ok(())
            }
            asked => self.take_port(asked, taken).map_err(|why| Status::internal(&format!("failed to allocate requested HealthCheck NodePort {asked}: {why}"))),
        }
    }

    fn take_port(&mut self, port: i32, taken: &mut Taken) -> Result<(), &'static str> {
        if taken.dry_run {
            if self.ports.contains(&port) || taken.ports.contains(&port) {
                return Err("provided port is already allocated");
            }
            taken.ports.push(port);
            return Ok(());
        }
        if !(FIRST_PORT..FIRST_PORT + PORTS as i32).contains(&port) {
            return Err("provided port is not in the valid range. The range of valid ports is 30000-32767");
        }
        if !self.ports.insert(port) {
            return Err("provided port is already allocated");
        }
        taken.ports.push(port);
        Ok(())
    }

    fn free_port(&mut self, stream: &mut Stream, taken: &mut Taken) -> Result<i32, Status> {
        if taken.dry_run {
            let next = taken.ports.iter().max().map_or(NO_PORT, |last| last + 1);
            taken.ports.push(next);
            return Ok(next);
        }
        if self.ports.len() >= PORTS {
            return Err(Status::new(500, "InternalError", "failed to allocate a nodePort: range is full"));
        }
        loop {
            let port = FIRST_PORT + i32::try_from(stream.below(PORTS)).unwrap_or(0);
            if self.ports.insert(port) {
                taken.ports.push(port);
                return Ok(port);
            }
        }
    }
}

fn needs_health_check(service: &Service) -> bool {
    service.spec.type_.as_deref() == Some("LoadBalancer") && service.spec.external_traffic_policy.as_deref() == Some("Local")
}

/// An address is taken while there is an IPAddress of its name.
fn assign_address(store: &Store, service: &mut Service, old: Option<&Service>, stream: &mut Stream) -> Result<(), Status> {
    let had = old.and_then(address);
    let external = service.spec.type_.as_deref() == Some("ExternalName");
    if external || service.spec.cluster_ip.as_deref() == Some("None") {
        if !external {
            Arc::make_mut(&mut service.spec).cluster_ips = Some(vec!["None".to_owned()]);
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

/// All ports of nodes that a Service has.
fn held_ports(service: &Service) -> BTreeSet<i32> {
    let ports = service.spec.ports.iter().flatten().filter_map(|port| port.node_port);
    ports.chain(service.spec.health_check_node_port).filter(|port| *port != 0).collect()
}
