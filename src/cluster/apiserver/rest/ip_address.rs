//! Which addresses there are for Services, and the IPAddress that stands for each one in use.
//!
//! Models: pkg/registry/core/service/ipallocator/{ipallocator,cidrallocator}.go, v1.36.
//! Simplified: IPv4 alone; an IPAddress that somebody deletes under a Service is not made again.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::Arc;

use k8s_openapi::api::networking::v1::{IPAddressSpec, ParentReference};
use podarium_api::{IPAddress, Kind, Object, ObjectMeta, Resource as _, Service, ServiceCIDR, Status};
use podarium_sim::Stream;

use super::service::address;
use crate::apiserver::{ApiServer, Call, Verb};
use crate::store::{Key, Store};

/// A network of addresses for Services: its first address and how many it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Range {
    base: u32,
    size: u64,
}

/// 10.96.0.0/12, as kubeadm gives it.
const DEFAULT: Range = Range { base: u32::from_be_bytes([10, 96, 0, 0]), size: 1 << 20 };

impl Range {
    fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = text.split_once('/')?;
        let (address, prefix): (Ipv4Addr, u32) = (address.parse().ok()?, prefix.parse().ok()?);
        (prefix <= 32).then(|| Range { base: u32::from(address), size: 1 << (32 - prefix) })
    }

    /// The network's own address and the last one belong to nobody.
    fn has(self, address: u32) -> bool {
        let place = u64::from(address.wrapping_sub(self.base));
        address > self.base && place + 1 < self.size
    }

    /// How many addresses at the beginning are for those who ask for one by name.
    fn reserved(self) -> u64 {
        if self.size <= 16 { 0 } else { (self.size / 16).clamp(16, 256) }
    }
}

/// The networks that are ready, the default one first.
fn ranges(store: &Store) -> impl Iterator<Item = Range> + '_ {
    let ready = |network: &&Arc<ServiceCIDR>| {
        let conditions = network.status.conditions.iter().flatten();
        let unready = conditions.into_iter().any(|condition| condition.type_ == "Ready" && condition.status == "False");
        network.metadata.deletion_timestamp.is_none() && !unready
    };
    let networks = store.list(Kind::ServiceCIDR, None).filter_map(ServiceCIDR::from_object).filter(ready);
    let known = networks.flat_map(|network| network.spec.cidrs.iter().flatten().filter_map(|text| Range::parse(text)));
    // A server that was told of no network yet goes by its default.
    let none = store.list(Kind::ServiceCIDR, None).next().is_none();
    known.chain(none.then_some(DEFAULT))
}

fn key(address: u32) -> Key {
    Key::new("", &Ipv4Addr::from(address).to_string())
}

fn is_taken(store: &Store, address: u32) -> bool {
    store.get(Kind::IPAddress, &key(address)).is_some()
}

/// Whether a Service may have just this address, or why not.
pub(super) fn check(store: &Store, address: u32) -> Result<(), &'static str> {
    if !ranges(store).any(|range| range.has(address)) {
        return Err("the provided network does not match the current range");
    }
    if is_taken(store, address) { Err("provided IP is already allocated") } else { Ok(()) }
}

/// An address that nobody has, drawn from the upper part of a network as long as there is one.
pub(super) fn free(store: &Store, stream: &mut Stream) -> Option<u32> {
    ranges(store).find_map(|range| {
        let all = range.size.saturating_sub(2);
        let reserved = range.reserved();
        let upper = usize::try_from(all.saturating_sub(reserved)).ok().filter(|upper| *upper > 0)?;
        let start = stream.below(upper) as u64;
        let place = |step: u64| range.base + 1 + u32::try_from(reserved + (start + step) % upper as u64).unwrap_or(0);
        let found = (0..upper as u64).map(place).find(|address| !is_taken(store, *address));
        found.or_else(|| (0..reserved).map(|step| range.base + 1 + u32::try_from(step).unwrap_or(0)).find(|address| !is_taken(store, *address)))
    })
}

fn of_service(service: &Service, address: u32) -> IPAddress {
    let labels = [("ipaddress.kubernetes.io/ip-family", "IPv4"), ("ipaddress.kubernetes.io/managed-by", "ipallocator.k8s.io")];
    IPAddress {
        metadata: ObjectMeta {
            name: Some(Ipv4Addr::from(address).to_string()),
            labels: Some(labels.map(|(key, value)| (key.to_owned(), value.to_owned())).into_iter().collect::<BTreeMap<_, _>>()),
            ..ObjectMeta::default()
        },
        spec: Arc::new(IPAddressSpec {
            parent_ref: ParentReference {
                group: None,
                name: service.name().to_owned(),
                namespace: Some(service.namespace().to_owned()),
                resource: "services".to_owned(),
            },
        }),
    }
}

impl ApiServer {
    /// Keeps the IPAddress of a Service that is about to be written: makes that of its new address, deletes that of the old.
    pub(in crate::apiserver) fn keep_address(&mut self, new: Option<&Object>, old: Option<&Object>, call: &Call) -> Result<(), Status> {
        let of = |object: Option<&Object>| match object {
            Some(Object::Service(service)) => address(service).map(|address| (address, service.clone())),
            _ => None,
        };
        let (now, was) = (of(new), of(old));
        let (new_address, old_address) = (now.as_ref().map(|(address, _)| *address), was.as_ref().map(|(address, _)| *address));
        if new_address == old_address {
            return Ok(());
        }
        if let Some((address, service)) = now {
            let mut own = Call::of_the_server(Verb::Create, call.cause, call.now);
            self.create_object(Arc::new(of_service(&service, address)).into_object(), &mut own)?;
        }
        if let Some((address, _)) = was
            && let Some(object) = self.store.get(Kind::IPAddress, &key(address)).cloned()
        {
            let own = Call::of_the_server(Verb::Delete, call.cause, call.now);
            self.remove(Kind::IPAddress, key(address), object, &own);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_has_addresses_between_its_own_and_the_last() {
        let range = Range::parse("10.0.0.0/24").unwrap();
        let at = |last: u8| u32::from_be_bytes([10, 0, 0, last]);
        assert_eq!((range.has(at(0)), range.has(at(1)), range.has(at(254)), range.has(at(255))), (false, true, true, false));
        assert!(!range.has(u32::from_be_bytes([9, 255, 255, 255])));
        // Numbers of the enhancement that set the lower part apart.
        for (network, reserved) in [("10.0.0.0/24", 16), ("10.0.0.0/12", 256), ("10.0.0.0/28", 0), ("10.0.0.0/25", 16)] {
            assert_eq!(Range::parse(network).unwrap().reserved(), reserved, "{network}");
        }
    }
}
