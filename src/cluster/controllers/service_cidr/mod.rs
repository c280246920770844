//! Networks for Services: each is kept from being deleted while an address of it is in use that no other network has, and
//! says whether it is ready.
//!
//! Models: pkg/controller/servicecidrs/servicecidrs_controller.go, v1.36.
//! Simplified: nothing.

#[cfg(test)]
mod tests;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;

use podarium_api::{IPAddress, Kind, Resource as _, ServiceCIDR};
use serde_json::{Value, json};

use super::{Controller, Enqueue, Stop, Sync};
use crate::apiserver::{Filter, PatchType, Request};
use crate::client::{Caches, Change};
use crate::store::Key;

const FINALIZER: &str = "networking.k8s.io/service-cidr-finalizer";
const MANAGER: &str = "service-cidr-controller";
const MANAGED_BY: &str = "ipaddress.kubernetes.io/managed-by";
/// How long a network that is to go stays, so that every allocator hears of it.
const GRACE: Duration = Duration::from_secs(10);

#[derive(Clone, Debug, Default)]
pub struct ServiceCidrController;

/// A network: its first address and the length of its prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Network(IpAddr, u32);

impl Network {
    fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = text.split_once('/')?;
        Some(Network(address.parse().ok()?, prefix.parse().ok()?))
    }

    fn of(networks: &ServiceCIDR) -> impl Iterator<Item = Network> + '_ {
        networks.spec.cidrs.iter().flatten().filter_map(|text| Network::parse(text))
    }

    fn masked(address: IpAddr, prefix: u32) -> IpAddr {
        match address {
            IpAddr::V4(address) => Ipv4Addr::from(u32::from(address) & u32::MAX.checked_shl(32 - prefix.min(32)).unwrap_or(0)).into(),
            IpAddr::V6(address) => Ipv6Addr::from(u128::from(address) & u128::MAX.checked_shl(128 - prefix.min(128)).unwrap_or(0)).into(),
        }
    }

    fn contains(self, address: IpAddr) -> bool {
        self.0.is_ipv4() == address.is_ipv4() && Network::masked(self.0, self.1) == Network::masked(address, self.1)
    }

    fn contains_network(self, other: Network) -> bool {
        self.1 <= other.1 && self.contains(other.0)
    }
}

/// The networks that have this address.
fn with_address(caches: &Caches, address: IpAddr) -> Vec<&Arc<ServiceCIDR>> {
    caches.list::<ServiceCIDR>().filter(|networks| Network::of(networks).any(|network| network.contains(address))).collect()
}

impl Controller for ServiceCidrController {
    const NAME: &'static str = "service-cidr-controller";
    const SERVICE_ACCOUNT: &'static str = "service-cidrs-controller";
    const WORKERS: usize = 5;

    fn watched() -> Vec<(Kind, Filter)> {
        vec![(Kind::ServiceCIDR, Filter::all()), (Kind::IPAddress, Filter::all())]
    }

    fn on_change(&mut self, change: &Change, caches: &Caches, enqueue: &mut Enqueue<'_>) {
        if change.kind == Kind::ServiceCIDR {
            enqueue.add(change.key.clone());
            let Some(new) = change.new.as_ref().filter(|_| change.old.is_none()).and_then(ServiceCIDR::from_object) else { return };
            let overlaps = |a: Network, b: Network| a.contains_network(b) || b.contains_network(a);
            for other in caches.list::<ServiceCIDR>() {
                if Network::of(other).any(|a| Network::of(new).any(|b| overlaps(a, b))) {
                    enqueue.add(Key::of_meta(&other.metadata));
                }
            }
        } else if let Ok(address) = change.key.name.parse::<IpAddr>()
            && (change.old.is_none() || change.new.is_none())
        {
            for networks in with_address(caches, address) {
                enqueue.add(Key::of_meta(&networks.metadata));
            }
        }
    }

    fn sync(&self, ctx: &mut Sync<'_>, key: &Key) -> Result<(), Stop> {
        let Some(networks) = ctx.caches().get::<ServiceCIDR>(key).cloned() else { return Ok(()) };
        let protected = networks.metadata.finalizers.iter().flatten().any(|finalizer| finalizer == FINALIZER);
        if let Some(deleted) = &networks.metadata.deletion_timestamp {
            if !can_go(&networks, ctx.caches()) {
                let why = "There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR";
                return set_condition(ctx, &networks, "False", "Terminating", why);
            }
            let passed = Duration::try_from(ctx.epoch().timestamp(ctx.now()).duration_since(deleted.0)).unwrap_or_default();
            if passed < GRACE {
                ctx.requeue_after(key, GRACE - passed);
                return Ok(());
            }
            let patch = json!({"metadata": {"$deleteFromPrimitiveList/finalizers": [FINALIZER]}});
            return if protected { patched(ctx, key, patch) } else { Ok(()) };
        }
        if !protected {
            patched(ctx, key, json!({"metadata": {"finalizers": [FINALIZER]}}))?;
        }
        set_condition(ctx, &networks, "True", "", "Kubernetes Service CIDR is ready")
    }
}

/// Whether no address needs the network: another one contains it, or no address of it is in no other.
fn can_go(networks: &ServiceCIDR, caches: &Caches) -> bool {
    let has_parent = Network::of(networks).all(|network| {
        let others = caches.list::<ServiceCIDR>().filter(|other| other.name() != networks.name());
        others.into_iter().any(|other| Network::of(other).any(|parent| parent.contains_network(network)))
    });
    if has_parent {
        return true;
    }
    let managed = |address: &&Arc<IPAddress>| {
        address.metadata.labels.as_ref().and_then(|labels| labels.get(MANAGED_BY)).map(String::as_str) == Some("ipallocator.k8s.io")
    };
    !caches.list::<IPAddress>().filter(managed).filter_map(|address| address.name().parse::<IpAddr>().ok()).any(|address| {
        let with = with_address(caches, address);
        with.len() == 1 && with[0].name() == networks.name()
    })
}

fn patched(ctx: &mut Sync<'_>, key: &Key, patch: Value) -> Result<(), Stop> {
    match ctx.send(Request::patch(Kind::ServiceCIDR, key, PatchType::Strategic, patch))? {
        Err(status) if !status.is_not_found() => Err(status.into()),
        _ => Ok(()),
    }
}

fn set_condition(ctx: &mut Sync<'_>, networks: &ServiceCIDR, status: &str, reason: &str, message: &str) -> Result<(), Stop> {
    let known = networks.status.conditions.iter().flatten().find(|condition| condition.type_ == "Ready");
    if known.is_some_and(|known| (known.status.as_str(), known.reason.as_str(), known.message.as_str()) == (status, reason, message)) {
        return Ok(());
    }
    let now = ctx.epoch().seconds(ctx.now());
    let condition = json!({"type": "Ready", "status": status, "reason": reason, "message": message, "lastTransitionTime": now});
    let applied = json!({
        "apiVersion": "networking.k8s.io/v1", "kind": "ServiceCIDR", "metadata": {"name": networks.name()}, "status": {"conditions": [condition]},
    });
    ctx.send(Request::apply_status(Kind::ServiceCIDR, &Key::of_meta(&networks.metadata), applied, MANAGER))??;
    Ok(())
}
