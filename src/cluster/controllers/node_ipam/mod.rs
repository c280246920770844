//! The node IPAM controller: gives each node a range of addresses for its pods, `10.244.N.0/24`.
//!
//! Models: pkg/controller/nodeipam/ipam/range_allocator.go, v1.36 (with `--allocate-node-cidrs --cluster-cidr=10.244.0.0/16`).
//! Simplified: one IPv4 range, which goes on at 10.129.0.0 for the nodes that 10.244.0.0/16 has no room for; Services'
//! addresses lie elsewhere.

use imbl::{OrdMap, OrdSet};
use podarium_api::{Kind, Node, Object, Resource as _};
use serde_json::json;

use super::{Controller, Enqueue, Stop, Sync};
use crate::apiserver::{Filter, PatchType, Request};
use crate::client::{Caches, Change, EventType};
use crate::store::Key;

#[derive(Clone, Debug, Default)]
pub struct NodeIpamController {
    /// The networks that were given away but that the cache may not show yet.
    given: OrdMap<String, u16>,
    /// All networks in use, those given away included.
    used: OrdSet<u16>,
    /// Where the search for a free network goes on, so that one that was just freed is not used again at once.
    next: u16,
}

/// How many networks there are: 256 from 10.244.0.0 on, and 100 times as many from 10.129.0.0 on.
const NETWORKS: u16 = 256 + 100 * 256;

/// `10.244.7.0/24` is number 7; `10.129.1.0/24` is number 257.
fn cidr(number: u16) -> String {
    let block = if number < 256 { 244 } else { 128 + number / 256 };
    format!("10.{block}.{}.0/24", number % 256)
}

fn network(node: &Node) -> Option<u16> {
    let mut parts = node.spec.pod_cidr.as_deref()?.strip_prefix("10.")?.splitn(3, '.').map(str::parse::<u16>);
    let (block, third) = (parts.next()?.ok()?, parts.next()?.ok()?);
    match block {
        244 => Some(third),
        129..=228 => Some((block - 128) * 256 + third),
        _ => None,
    }
}

impl Controller for NodeIpamController {
    const NAME: &'static str = "node-ipam-controller";
    const SERVICE_ACCOUNT: &'static str = "node-controller";
    const WORKERS: usize = 1;

    fn watched() -> Vec<(Kind, Filter)> {
        vec![(Kind::Node, Filter::all())]
    }

    fn on_change(&mut self, change: &Change, _caches: &Caches, enqueue: &mut Enqueue<'_>) {
        match (change.object(), &change.new) {
            (Object::Node(node), None) => {
                let given = self.given.remove(node.name());
                for number in given.into_iter().chain(network(node)) {
                    self.used.remove(&number);
                }
            }
            (Object::Node(node), Some(_)) => match network(node) {
                Some(number) => {
                    self.used.insert(number);
                }
                None if node.spec.pod_cidr.is_none() => enqueue.add(change.key.clone()),
                None => {}
            },
            _ => {}
        }
    }

    fn sync(&self, ctx: &mut Sync<'_>, key: &Key) -> Result<(), Stop> {
        let Some(node) = ctx.caches().get::<Node>(key) else { return Ok(()) };
        if node.spec.pod_cidr.is_some() {
            return Ok(());
        }
        let free = (0..NETWORKS).map(|step| (self.next + step) % NETWORKS).find(|number| !self.used.contains(number));
        let known = self.given.get(node.name()).copied();
        let Some(number) = known.or(free) else {
            let message = format!("Node {} status is now: CIDRNotAvailable", node.name());
            ctx.event(&node.clone().into_object(), EventType::Normal, "CIDRNotAvailable", message);
            return Err(Stop::Failed("CIDR allocation failed; there are no remaining CIDRs left to allocate in the accepted range".to_owned()));
        };
        let name = node.name().to_owned();
        ctx.remember(move |controller: &mut Self| {
            controller.given.insert(name, number);
            controller.used.insert(number);
            controller.next = (number + 1) % NETWORKS;
        });
        let cidr = cidr(number);
        let patch = json!({"spec": {"podCIDR": cidr, "podCIDRs": [cidr]}});
        match ctx.send(Request::patch(Kind::Node, key, PatchType::Merge, patch))? {
            Err(status) if !status.is_not_found() => Err(status.into()),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::controllers::testbed::TestBed;

    #[test]
    fn networks_and_their_numbers_belong_together() {
        for (number, expected) in [(0, "10.244.0.0/24"), (255, "10.244.255.0/24"), (256, "10.129.0.0/24"), (5000, "10.147.136.0/24"), (NETWORKS - 1, "10.228.255.0/24")] {
            assert_eq!(cidr(number), expected);
            let node: Node = serde_json::from_value(json!({"spec": {"podCIDR": expected}})).unwrap();
            assert_eq!(network(&node), Some(number));
        }
    }

    #[test]
    fn every_node_has_a_network_of_its_own() {
        let mut bed = TestBed::new();
        let cidrs = |bed: &TestBed| bed.list::<Node>().iter().map(|node| node.spec.pod_cidr.clone().unwrap_or_default()).collect::<BTreeSet<_>>();
        assert_eq!(cidrs(&bed).len(), 4);
        bed.delete(Kind::Node, "node-1");
        bed.restart_controllers();
        bed.create(Kind::Node, json!({"metadata": {"name": "node-9"}}));
        bed.create(Kind::Node, json!({"metadata": {"name": "node-8"}}));
        bed.run(2.0);
        assert_eq!(cidrs(&bed).len(), 5);
        assert!(cidrs(&bed).iter().all(|cidr| cidr.starts_with("10.244.") && cidr.ends_with(".0/24")));
    }
}
