//! IP addresses and ranges.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/cel/library/{ip.go,cidr.go}, v1.36.
//! Simplified: nothing.

use std::fmt;
use std::net::IpAddr;

use super::super::value::{Fault, Value};
use super::opaque::Opaque;
use Value::{Bool, Int, Text};

/// A range of addresses, as it was written: the address need not be the range's first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Cidr {
    address: IpAddr,
    bits: u8,
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.bits)
    }
}

fn number(ip: IpAddr) -> (u128, u8) {
    match ip {
        IpAddr::V4(ip) => (u128::from(u32::from(ip)), 32),
        IpAddr::V6(ip) => (u128::from(ip), 128),
    }
}

impl Cidr {
    fn parse(text: &str) -> Option<Cidr> {
        let (address, bits) = text.split_once('/')?;
        let address = parse_ip(address).ok()?;
        let plain = !bits.is_empty() && bits.bytes().all(|byte| byte.is_ascii_digit()) && (bits == "0" || !bits.starts_with('0'));
        let bits = bits.parse::<u8>().ok().filter(|bits| plain && *bits <= number(address).1)?;
        Some(Cidr { address, bits })
    }

    fn prefix(self, ip: IpAddr) -> u128 {
        let (number, width) = number(ip);
        if self.bits == 0 { 0 } else { number >> (width - self.bits) }
    }

    fn contains(self, ip: IpAddr) -> bool {
        ip.is_ipv4() == self.address.is_ipv4() && self.prefix(ip) == self.prefix(self.address)
    }

    fn masked(self) -> Cidr {
        let width = number(self.address).1;
        let first = if self.bits == 0 { 0 } else { self.prefix(self.address) << (width - self.bits) };
        let address = match self.address {
            IpAddr::V4(_) => IpAddr::V4(u32::try_from(first).unwrap_or(0).into()),
            IpAddr::V6(_) => IpAddr::V6(first.into()),
        };
        Cidr { address, bits: self.bits }
    }
}

fn parse_ip(text: &str) -> Result<IpAddr, Fault> {
    let ip: IpAddr = text.parse().map_err(|_| {
        if text.contains('%') { format!("IP Address {text:?} with zone value is not allowed") } else { format!("IP Address {text:?} parse error during conversion from string: ParseAddr({text:?}): unable to parse IP") }
    })?;
    match ip {
        IpAddr::V6(six) if six.to_ipv4_mapped().is_some() => Err(format!("IPv4-mapped IPv6 address {text:?} is not allowed")),
        ip => Ok(ip),
    }
}

pub(super) fn call(name: &str, values: &[Value]) -> Option<Result<Value, Fault>> {
    match values {
        [Text(text)] => of_text(name, text),
        [Value::Opaque(Opaque::Ip(ip))] => of_ip(name, *ip),
        [Value::Opaque(Opaque::Cidr(cidr)), rest @ ..] => of_cidr(name, *cidr, rest),
        _ => None,
    }
}

fn of_text(name: &str, text: &str) -> Option<Result<Value, Fault>> {
    Some(match name {
        "ip" => parse_ip(text).map(|ip| Value::Opaque(Opaque::Ip(ip))),
        "isIP" => Ok(Bool(parse_ip(text).is_ok())),
        "ip.isCanonical" => parse_ip(text).map(|ip| Bool(ip.to_string() == text)),
        "cidr" => match Cidr::parse(text) {
            Some(cidr) => Ok(Value::Opaque(Opaque::Cidr(cidr))),
            None => Err(format!("network address parse error during conversion from string: netip.ParsePrefix({text:?}): no '/'")),
        },
        "isCIDR" => Ok(Bool(Cidr::parse(text).is_some())),
        _ => return None,
    })
}

fn of_ip(name: &str, ip: IpAddr) -> Option<Result<Value, Fault>> {
    let (link_local_multicast, link_local_unicast) = match ip {
        IpAddr::V4(ip) => (ip.octets()[..3] == [224, 0, 0], ip.is_link_local()),
        IpAddr::V6(ip) => (ip.segments()[0] & 0xff0f == 0xff02, ip.segments()[0] & 0xffc0 == 0xfe80),
    };
    let broadcast = matches!(ip, IpAddr::V4(ip) if ip.is_broadcast());
    let global = !(ip.is_unspecified() || ip.is_loopback() || ip.is_multicast() || link_local_unicast || broadcast);
    Some(Ok(match name {
        "family" => Int(if ip.is_ipv4() { 4 } else { 6 }),
        "isUnspecified" => Bool(ip.is_unspecified()),
        "isLoopback" => Bool(ip.is_loopback()),
        "isLinkLocalMulticast" => Bool(link_local_multicast),
        "isLinkLocalUnicast" => Bool(link_local_unicast),
        "isGlobalUnicast" => Bool(global),
        _ => return None,
    }))
}

fn of_cidr(name: &str, cidr: Cidr, rest: &[Value]) -> Option<Result<Value, Fault>> {
    let inner = |other: Cidr| other.address.is_ipv4() == cidr.address.is_ipv4() && other.bits >= cidr.bits && cidr.contains(other.address);
    Some(match (name, rest) {
        ("containsIP", [Text(text)]) => parse_ip(text).map(|ip| Bool(cidr.contains(ip))),
        ("containsIP", [Value::Opaque(Opaque::Ip(ip))]) => Ok(Bool(cidr.contains(*ip))),
        ("containsCIDR", [Text(text)]) => match Cidr::parse(text) {
            Some(other) => Ok(Bool(inner(other))),
            None => Err(format!("network address parse error during conversion from string: netip.ParsePrefix({text:?}): no '/'")),
        },
        ("containsCIDR", [Value::Opaque(Opaque::Cidr(other))]) => Ok(Bool(inner(*other))),
        ("prefixLength", []) => Ok(Int(i64::from(cidr.bits))),
        ("ip", []) => Ok(Value::Opaque(Opaque::Ip(cidr.address))),
        ("masked", []) => Ok(Value::Opaque(Opaque::Cidr(cidr.masked()))),
        _ => return None,
    })
}
