//! Addresses in objects: IPs, and networks in CIDR form.
//!
//! Models: staging/src/k8s.io/apimachinery/pkg/util/validation/ip.go, pkg/apis/core/validation (ValidateEndpointIP), v1.36.
//! Simplified: leading zeros in an address are refused (the reference lets old objects keep them).

use std::net::IpAddr;

use crate::field::{FieldError, Path};

pub(crate) fn address(value: &str, path: &Path) -> Option<FieldError> {
    if value.parse::<IpAddr>().is_ok() {
        return None;
    }
    let why = if has_leading_zeros(value) { "must not have leading 0s" } else { "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)" };
    Some(FieldError::invalid(path, value, why))
}

/// `010.001.02.3`: an address but for the zeros, which some take as octal numbers.
fn has_leading_zeros(value: &str) -> bool {
    let plain = |part: &str| (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit()) && part.parse::<u8>().is_ok();
    value.split('.').count() == 4 && value.split('.').all(plain)
}

/// An address that is not written in its shortest form: `FE80::0202` for `fe80::202`.
pub(crate) fn unusual_form(value: &str, path: &Path) -> Option<String> {
    let ip: IpAddr = value.parse().ok()?;
    (ip.to_string() != value).then(|| format!("{path}: IPv6 address {value:?} should be in RFC 5952 canonical format (\"{ip}\")"))
}

/// A network whose address has more bits than its prefix, or that is not written in its shortest form.
pub(crate) fn unusual_network(value: &str, path: &Path) -> Option<String> {
    let (address, bits) = value.split_once('/')?;
    let (ip, bits): (IpAddr, u32) = (address.parse().ok()?, bits.parse().ok()?);
    let (own, width): (u128, u32) = match ip {
        IpAddr::V4(ip) => (u128::from(u32::from(ip)), 32),
        IpAddr::V6(ip) => (u128::from(ip), 128),
    };
    let host_bits = width.checked_sub(bits).filter(|bits| *bits > 0)?;
    let masked = own >> (host_bits - 1) >> 1 << (host_bits - 1) << 1;
    let network: IpAddr = match ip {
        IpAddr::V4(_) => std::net::Ipv4Addr::from(u32::try_from(masked).ok()?).into(),
        IpAddr::V6(_) => std::net::Ipv6Addr::from(masked).into(),
    };
    if masked != own {
        return Some(format!("{path}: CIDR value {value:?} is ambiguous in this context (should be \"{network}/{bits}\" or \"{ip}/{width}\"?)"));
    }
    (ip.to_string() != address).then(|| format!("{path}: IPv6 CIDR value {value:?} should be in RFC 5952 canonical format (\"{network}/{bits}\")"))
}

pub(crate) fn network(value: &str, path: &Path) -> Option<FieldError> {
    let parsed = value.split_once('/').and_then(|(address, bits)| {
        let most = if address.parse::<IpAddr>().ok()?.is_ipv4() { 32 } else { 128 };
        let plain = !bits.is_empty() && bits.bytes().all(|byte| byte.is_ascii_digit());
        bits.parse::<u8>().ok().filter(|bits| plain && *bits <= most)
    });
    parsed.is_none().then(|| FieldError::invalid(path, value, "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"))
}

/// An address that traffic may be sent to: not one that means "here" or "everybody".
pub(crate) fn endpoint(value: &str, path: &Path) -> Vec<FieldError> {
    let Ok(ip) = value.parse::<IpAddr>() else { return Vec::new() };
    let multicast_local = match ip {
        IpAddr::V4(ip) => ip.octets()[..3] == [224, 0, 0],
        IpAddr::V6(ip) => ip.segments()[0] == 0xff02,
    };
    let link_local = match ip {
        IpAddr::V4(ip) => ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_unicast_link_local(),
    };
    let faults = [
        (ip.is_unspecified(), format!("may not be unspecified ({ip})")),
        (ip.is_loopback(), "may not be in the loopback range (127.0.0.0/8, ::1/128)".to_owned()),
        (link_local, "may not be in the link-local range (169.254.0.0/16, fe80::/10)".to_owned()),
        (multicast_local, "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)".to_owned()),
    ];
    faults.into_iter().filter(|(bad, _)| *bad).map(|(_, why)| FieldError::invalid(path, value, why)).collect()
}
