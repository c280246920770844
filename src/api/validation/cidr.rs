//! Networks in CIDR form, read as loosely as old objects need and judged as strictly as new ones must be.
//!
//! Models: staging/src/k8s.io/apimachinery/pkg/util/validation/ip.go (parseCIDR, IsValidCIDR, GetWarningsForCIDR), v1.36.
//! Simplified: nothing.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::field::{FieldError, Path};

/// An address with the length of its prefix; the address may have bits beyond it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    pub address: IpAddr,
    pub prefix: u32,
}

impl Network {
    /// Reads `10.0.0.0/8`. Leading zeros are let through, and an IPv4 address in IPv6's clothes becomes an IPv4 address.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = text.split_once('/')?;
        let address = sloppy_address(address)?;
        let prefix: u32 = Some(prefix).filter(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()))?.parse().ok()?;
        match address {
            IpAddr::V6(long) if prefix >= 96 && long.to_ipv4_mapped().is_some() => {
                Some(Network { address: IpAddr::V4(long.to_ipv4_mapped()?), prefix: prefix - 96 })
            }
            IpAddr::V6(long) if long.to_ipv4_mapped().is_some() => None,
            _ => (prefix <= bits(address)).then_some(Network { address, prefix }),
        }
    }

    /// The network itself, with nothing set beyond the prefix.
    pub fn masked(self) -> Self {
        let beyond = bits(self.address) - self.prefix;
        let address = match self.address {
            IpAddr::V4(ip) => IpAddr::V4(Ipv4Addr::from(u32::from(ip).checked_shr(beyond).unwrap_or(0).checked_shl(beyond).unwrap_or(0))),
            IpAddr::V6(ip) => IpAddr::V6(Ipv6Addr::from(u128::from(ip).checked_shr(beyond).unwrap_or(0).checked_shl(beyond).unwrap_or(0))),
        };
        Network { address, prefix: self.prefix }
    }

    pub fn contains(self, address: IpAddr) -> bool {
        bits(self.address) == bits(address) && Network { address, prefix: self.prefix }.masked().address == self.masked().address
    }
}

impl std::fmt::Display for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

fn bits(address: IpAddr) -> u32 {
    if address.is_ipv4() { 32 } else { 128 }
}

/// An address whose numbers may have leading zeros.
fn sloppy_address(text: &str) -> Option<IpAddr> {
    if text.contains(':') {
        return text.parse().ok();
    }
    let parts: Vec<&str> = text.split('.').collect();
    let numbers: Option<Vec<String>> = parts
        .iter()
        .map(|part| Some(*part).filter(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit())))
        .map(|part| part.and_then(|part| part.parse::<u32>().ok()).map(|number| number.to_string()))
        .collect();
    numbers?.join(".").parse().ok()
}

fn has_leading_zeros(text: &str) -> bool {
    let zero = |part: &str| part.len() > 1 && part.starts_with('0');
    let (address, prefix) = text.split_once('/').unwrap_or((text, ""));
    zero(prefix) || !address.contains(':') && address.split('.').any(zero)
}

fn is_mapped(text: &str) -> bool {
    let address = text.split('/').next().unwrap_or_default();
    address.parse::<Ipv6Addr>().is_ok_and(|ip| ip.to_ipv4_mapped().is_some())
}

/// The checks of a field that held anything once; values of the stored object stay as they are.
pub(crate) fn legacy(value: &str, stored: &[&str], path: &Path) -> Vec<FieldError> {
    if stored.contains(&value) { Vec::new() } else { readable(value, path) }
}

fn readable(value: &str, path: &Path) -> Vec<FieldError> {
    let Some(network) = Network::parse(value) else {
        return vec![FieldError::invalid(path, value, "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)")];
    };
    let why = match () {
        () if has_leading_zeros(value) => "must not have leading 0s in IP or prefix length",
        () if is_mapped(value) => "must not have an IPv4-mapped IPv6 address",
        () if network.masked() != network => "must not have bits set beyond the prefix length",
        () => return Vec::new(),
    };
    vec![FieldError::invalid(path, value, why)]
}

/// The checks of a field that was strict from its beginning.
pub(crate) fn strict(value: &str, path: &Path) -> Vec<FieldError> {
    let mut errors = readable(value, path);
    let canonical = Network::parse(value).map(|network| network.masked().to_string());
    if let Some(canonical) = canonical.filter(|canonical| errors.is_empty() && canonical != value) {
        errors.push(FieldError::invalid(path, value, format!("must be in canonical form ({canonical:?})")));
    }
    errors
}

/// What is accepted in an old field and should still be written otherwise.
pub(crate) fn warnings(value: &str, path: &Path) -> Vec<String> {
    let Some(network) = Network::parse(value) else { return Vec::new() };
    let mut warnings = Vec::new();
    if network.masked() != network {
        let single = Network { address: network.address, prefix: bits(network.address) };
        warnings.push(format!("{path}: CIDR value {value:?} is ambiguous in this context (should be \"{}\" or \"{single}\"?)", network.masked()));
    }
    if has_leading_zeros(value) || is_mapped(value) {
        warnings.push(format!("{path}: non-standard CIDR value {value:?} is invalid: use \"{}\"", network.masked()));
    }
    if warnings.is_empty() && network.address.is_ipv6() && network.to_string() != value {
        warnings.push(format!("{path}: IPv6 CIDR value {value:?} should be in RFC 5952 canonical format (\"{network}\")"));
    }
    warnings
}

/// The name of an IPAddress object: the address itself, in its one form.
pub(crate) fn address_name(value: &str) -> Vec<String> {
    let Some(address) = sloppy_address(value) else {
        return vec!["must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)".to_owned()];
    };
    match () {
        () if has_leading_zeros(value) => vec!["must not have leading 0s".to_owned()],
        () if is_mapped(value) => vec!["must not be an IPv4-mapped IPv6 address".to_owned()],
        () if address.to_string() != value => vec![format!("must be in canonical form ({:?})", address.to_string())],
        () => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_are_read_and_judged_as_kubernetes_does() {
        let cases = [
            ("10.0.0.0/8", ""), ("fd00::/64", ""), ("0.0.0.0/0", ""), ("::/0", ""),
            ("10.0.0.0/40", "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"),
            ("10.0.0.0", "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"),
            ("10.0.0/8", "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"),
            ("010.0.0.0/8", "must not have leading 0s in IP or prefix length"),
            ("10.0.0.0/08", "must not have leading 0s in IP or prefix length"),
            ("::ffff:10.0.0.0/104", "must not have an IPv4-mapped IPv6 address"),
            ("10.1.2.3/8", "must not have bits set beyond the prefix length"),
        ];
        for (text, why) in cases {
            let found = legacy(text, &[], &Path::new("cidr")).first().map(|error| error.detail.clone()).unwrap_or_default();
            assert_eq!(found, why, "{text}");
            assert!(legacy(text, &[text], &Path::new("cidr")).is_empty(), "{text} is in the stored object");
        }
        assert_eq!(strict("FD00::/64", &Path::new("cidr"))[0].detail, "must be in canonical form (\"fd00::/64\")");
    }

    #[test]
    fn a_network_contains_what_shares_its_prefix() {
        let network = Network::parse("10.1.0.0/16").unwrap();
        let cases = [("10.1.255.1", true), ("10.2.0.0", false), ("fd00::1", false)];
        for (address, inside) in cases {
            assert_eq!(network.contains(address.parse().unwrap()), inside, "{address}");
        }
        assert!(Network::parse("0.0.0.0/0").unwrap().contains("1.2.3.4".parse().unwrap()));
    }

    #[test]
    fn odd_spellings_are_warned_of() {
        let path = Path::new("f");
        assert_eq!(warnings("10.1.2.3/8", &path), ["f: CIDR value \"10.1.2.3/8\" is ambiguous in this context (should be \"10.0.0.0/8\" or \"10.1.2.3/32\"?)"]);
        assert_eq!(warnings("FD00::/64", &path), ["f: IPv6 CIDR value \"FD00::/64\" should be in RFC 5952 canonical format (\"fd00::/64\")"]);
        assert!(warnings("10.0.0.0/8", &path).is_empty());
        assert_eq!(address_name("10.096.0.1"), ["must not have leading 0s"]);
    }
}
