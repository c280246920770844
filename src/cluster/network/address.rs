//! Addresses as numbers: copied and compared without a thought.
//!
//! Models: nothing of Kubernetes.
//! Simplified: IPv4 only.

use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;

/// An IPv4 address.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ip(pub u32);

impl Ip {
    /// A machine, as it names itself.
    pub const LOCAL: Ip = Ip(u32::from_be_bytes([127, 0, 0, 1]));
}

impl FromStr for Ip {
    type Err = std::net::AddrParseError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse::<Ipv4Addr>().map(|address| Ip(address.into()))
    }
}

impl fmt::Display for Ip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ipv4Addr::from(self.0).fmt(f)
    }
}

impl fmt::Debug for Ip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A range of addresses, such as `10.244.1.0/24`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Range {
    pub first: Ip,
    pub last: Ip,
}

impl Range {
    pub fn contains(self, ip: Ip) -> bool {
        self.first <= ip && ip <= self.last
    }
}

impl FromStr for Range {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || format!("{text:?} is no range of addresses");
        let (base, bits) = text.split_once('/').ok_or_else(wrong)?;
        let base: Ip = base.parse().map_err(|_| wrong())?;
        let bits: u32 = bits.parse().ok().filter(|bits| *bits <= 32).ok_or_else(wrong)?;
        let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
        Ok(Range { first: Ip(base.0 & mask), last: Ip(base.0 | !mask) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_holds_what_its_bits_say() {
        let cases = [
            ("10.244.1.0/24", "10.244.1.255", true),
            ("10.244.1.0/24", "10.244.2.0", false),
            ("10.0.0.7/32", "10.0.0.7", true),
            ("10.0.0.7/32", "10.0.0.8", false),
            ("0.0.0.0/0", "255.255.255.255", true),
            ("10.1.2.3/8", "10.0.0.0", true),
        ];
        for (range, ip, holds) in cases {
            assert_eq!(range.parse::<Range>().unwrap().contains(ip.parse().unwrap()), holds, "{range} {ip}");
        }
        assert!("10.0.0.0/33".parse::<Range>().is_err() && "10.0.0.0".parse::<Range>().is_err());
    }
}
