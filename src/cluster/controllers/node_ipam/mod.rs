//! The node IPAM controller: gives each node a range of addresses for its pods, `10.244.N.0/24`.
//!
//! Models: pkg/controller/nodeipam/ipam/range_allocator.go, v1.36 (with `--allocate-node-cidrs --cluster-cidr=10.244.0.0/16`).
//! Simplified: one IPv4 range of 256 networks; Services' addresses lie elsewhere.

use std::collections::BTreeSet;

use imbl::OrdMap;
use podarium_api::{Kind, Node, Object, Resource as _};
use serde_json::json;

use super::{Controller, Enqueue, Stop, Sync};
use crate::apiserver::{Filter, PatchType, Request};
use crate::client::{Caches, Change, EventType};
use crate::store::Key;

#[derive(Clone, Debug, Default)]
pub struct NodeIpamController {
    /// The networks that were given away but that the cache may not show yet.
    given: OrdMap<String, u8>,
    /// Where the search for a free network goes on, so that one that was just freed is not used again at once.
    next: u8,
}

fn network(node: &Node) -> Option<u8> {
    let mut parts = node.spec.pod_cidr.as_deref()?.strip_prefix("10.244.")?.splitn(2, '.');
    parts.next()?.parse().ok()
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
                self.given.remove(node.name());
            }
            (Object::Node(node), Some(_)) if node.spec.pod_cidr.is_none() => enqueue.add(change.key.clone()),
            _ => {}
        }
    }

    fn sync(&self, ctx: &mut Sync<'_>, key: &Key) -> Result<(), Stop> {
        let Some(node) = ctx.caches().get::<Node>(key) else { return Ok(()) };
        if node.spec.pod_cidr.is_some() {
            return Ok(());
        }
        let used: BTreeSet<u8> = ctx.caches().list::<Node>().filter_map(|node| network(node)).chain(self.given.values().copied()).collect();
        let free = (0..=u8::MAX).map(|step| self.next.wrapping_add(step)).find(|number| !used.contains(number));
        let known = self.given.get(node.name()).copied();
        let Some(number) = known.or(free) else {
            let message = format!("Node {} status is now: CIDRNotAvailable", node.name());
            ctx.event(&node.clone().into_object(), EventType::Normal, "CIDRNotAvailable", message);
            return Err(Stop::Failed("CIDR allocation failed; there are no remaining CIDRs left to allocate in the accepted range".to_owned()));
        };
        let name = node.name().to_owned();
        ctx.remember(move |controller: &mut Self| {
            controller.given.insert(name, number);
            controller.next = number.wrapping_add(1);
        });
        let cidr = format!("10.244.{number}.0/24");
        let patch = json!({"spec": {"podCIDR": cidr, "podCIDRs": [cidr]}});
        match ctx.send(Request::patch(Kind::Node, key, PatchType::Merge, patch))? {
            Err(status) if !status.is_not_found() => Err(status.into()),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::controllers::testbed::TestBed;

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
