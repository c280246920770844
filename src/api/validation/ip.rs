//! Addresses in objects: IPs, and networks in CIDR form.
//!
//! Models: staging/src/k8s.io/apimachinery/pkg/util/validation/ip.go, pkg/apis/core/validation (ValidateEndpointIP), v1.36.
//! Simplified: leading zeros in an address are refused (the reference lets old objects keep them).

use std::net::IpAddr;

use crate::field::{FieldError, Path};

pub(crate) fn address(value: &str, path: &Path) -> Option<FieldError> {
    let bad = value.parse::<IpAddr>().is_err();
    bad.then(|| FieldError::invalid(path, value, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"))
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
