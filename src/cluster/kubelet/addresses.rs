//! The node's pod addresses: each sandbox gets the next free one of the node's range.
//!
//! Models: the host-local IPAM plugin of the Container Network Interface.
//! Simplified: IPv4 only.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use super::pod::Uid;
use crate::network::Ip;

#[derive(Clone, Debug)]
pub(super) struct Addresses {
    first: u32,
    count: u32,
    /// Which pod has the address at this offset.
    used: BTreeMap<u32, Uid>,
    last: u32,
}

impl Addresses {
    /// A range that cannot be read has no addresses.
    pub fn new(cidr: &str) -> Self {
        let parsed = cidr.split_once('/').and_then(|(base, bits)| Some((base.parse::<Ipv4Addr>().ok()?, bits.parse::<u32>().ok()?)));
        let (first, count) = parsed.filter(|(_, bits)| *bits <= 32).map_or((0, 0), |(base, bits)| {
            let size = 1u64 << (32 - bits);
            // Network, gateway and broadcast addresses are not for pods.
            (u32::from(base), u32::try_from(size).unwrap_or(u32::MAX).saturating_sub(3))
        });
        Addresses { first, count, used: BTreeMap::new(), last: 0 }
    }

    /// The next free address after the last one given, so that an address is not used again at once.
    pub fn allocate(&mut self, pod: &Uid) -> Option<String> {
        let next = (1..=self.count).map(|step| (self.last + step - 1) % self.count + 1).find(|offset| !self.used.contains_key(offset))?;
        self.used.insert(next, pod.clone());
        self.last = next;
        Some(Ipv4Addr::from(self.first + 1 + next).to_string())
    }

    /// The pod that has this address.
    pub fn owner(&self, address: Ip) -> Option<&Uid> {
        self.used.get(&address.0.wrapping_sub(self.first + 1))
    }

    pub fn release(&mut self, address: &str) {
        if let Ok(address) = address.parse::<Ipv4Addr>() {
            self.used.remove(&u32::from(address).wrapping_sub(self.first + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_go_round_before_they_are_used_again() {
        let mut addresses = Addresses::new("10.244.3.0/29");
        let pod: Uid = "a".into();
        let given: Vec<_> = (0..6).map(|_| addresses.allocate(&pod)).collect();
        let last = |address: &Option<String>| address.as_ref().map(|text| text.rsplit('.').next().unwrap_or_default().to_owned());
        assert_eq!(given.iter().map(last).collect::<Vec<_>>(), ["2", "3", "4", "5", "6"].map(|n| Some(n.to_owned())).into_iter().chain([None]).collect::<Vec<_>>());
        addresses.release("10.244.3.4");
        addresses.release("10.244.3.2");
        assert_eq!(addresses.allocate(&pod).as_deref(), Some("10.244.3.2"));
        assert_eq!(addresses.owner("10.244.3.2".parse().unwrap()), Some(&pod));
        assert_eq!(addresses.owner("10.244.3.4".parse().unwrap()), None);
        assert_eq!(addresses.allocate(&pod).as_deref(), Some("10.244.3.4"));
    }
}
