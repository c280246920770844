//! One load balancer of the cloud, from the order until it is taken down.
//!
//! Models: a network load balancer that passes packets on as they are (ipMode VIP), as GKE's or MetalLB's.
//! Simplified: addresses come from 203.0.113.0/24.

use podarium_sim::Time;

use crate::network::Ip;

/// 203.0.113.0/24 is for documentation; its first addresses are left to the cloud itself.
const FIRST: Ip = Ip(u32::from_be_bytes([203, 0, 113, 10]));
const ADDRESSES: u32 = 240;

/// What the cloud is doing with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Being made or changed, until then.
    Ensuring(Time),
    Ready,
    /// Being taken down, until then.
    Deleting(Time),
}

/// A load balancer.
#[derive(Clone, Debug)]
pub(super) struct Balancer {
    /// The Service that it is for, by its uid.
    pub uid: String,
    pub address: Ip,
    pub state: State,
    /// The machines behind it.
    pub hosts: Vec<String>,
}

impl Balancer {
    pub fn busy_until(&self) -> Option<Time> {
        match self.state {
            State::Ensuring(until) | State::Deleting(until) => Some(until),
            State::Ready => None,
        }
    }
}

/// The address that a new one gets: the asked one if it is free, or the next free one.
pub(super) fn free_address<'a>(asked: Option<Ip>, all: impl Iterator<Item = &'a Balancer>) -> Option<Ip> {
    let used: std::collections::BTreeSet<Ip> = all.map(|balancer| balancer.address).collect();
    let free = |ip: &Ip| !used.contains(ip);
    asked.filter(free).or_else(|| (0..ADDRESSES).map(|offset| Ip(FIRST.0 + offset)).find(free))
}
