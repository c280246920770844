//! What kube-apiserver is started with where clusters differ: its flags by their own names.
//!
//! Models: cmd/kube-apiserver/app/options, pkg/kubeapiserver/options/{authorization,admission}.go, v1.36.
//! Simplified: the flags below alone, everything else is as kubeadm has it; IPv4 networks; AlwaysAllow comes
//! behind others, and lets nameless clients in, whom the reference then turns away.

use std::fmt;
use std::net::Ipv4Addr;

use serde_json::Value;

use crate::apiserver::authorization::{Mode, NODE_AND_RBAC};
use crate::apiserver::admission::optional_plugin;

#[derive(Clone, Debug, PartialEq)]
pub struct Flags {
    /// `--authorization-mode`
    pub authorization: Vec<Mode>,
    /// `--disable-admission-plugins`
    pub switched_off: Vec<&'static str>,
    /// `--service-cluster-ip-range`
    pub services: ServiceRange,
}

impl Default for Flags {
    fn default() -> Self {
        Flags { authorization: NODE_AND_RBAC.to_vec(), switched_off: Vec::new(), services: ServiceRange { base: Ipv4Addr::new(10, 96, 0, 0), prefix: 12 } }
    }
}

/// The network from which Services get their addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServiceRange {
    base: Ipv4Addr,
    prefix: u32,
}

impl ServiceRange {
    fn parse(text: &str) -> Result<Self, String> {
        let parsed = text.split_once('/').and_then(|(base, prefix)| Some((base.parse::<Ipv4Addr>().ok()?, prefix.parse::<u32>().ok()?)));
        // The name server's address is the tenth, and there are to be some beyond it.
        let Some((base, prefix)) = parsed.filter(|(_, prefix)| (8..=27).contains(prefix)) else {
            return Err(format!("service-cluster-ip-range: {text:?} is no IPv4 network with a mask from /8 to /27"));
        };
        let mask = u32::MAX << (32 - prefix);
        Ok(ServiceRange { base: Ipv4Addr::from(u32::from(base) & mask), prefix })
    }

    /// The address with this number.
    fn address(self, number: u32) -> String {
        Ipv4Addr::from(u32::from(self.base) + number).to_string()
    }

    /// The address of the API server's Service.
    pub fn api_server(self) -> String {
        self.address(1)
    }

    /// The address of the name server's Service, as kubeadm chooses it.
    pub fn name_server(self) -> String {
        self.address(10)
    }
}

impl fmt::Display for ServiceRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.base, self.prefix)
    }
}

impl Flags {
    /// Reads `{flag: value, …}`.
    pub fn parse(written: &Value) -> Result<Self, String> {
        let mut made = Flags::default();
        for (flag, value) in written.as_object().into_iter().flatten() {
            made.take(flag, value)?;
        }
        Ok(made)
    }

    fn take(&mut self, flag: &str, value: &Value) -> Result<(), String> {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let words = || text.split(',').map(str::trim).filter(|word| !word.is_empty());
        match flag {
            "authorization-mode" => {
                self.authorization = words().map(mode).collect::<Result<_, _>>()?;
                if matches!(self.authorization.as_slice(), [] | [Mode::AlwaysAllow, ..]) {
                    return Err(format!("not simulated: authorization-mode {text:?} without Node or RBAC in the first place"));
                }
            }
            "disable-admission-plugins" => {
                let known = |name| optional_plugin(name).ok_or_else(|| format!("not simulated: an API server without the admission plugin {name:?}"));
                self.switched_off = words().map(known).collect::<Result<_, _>>()?;
            }
            "service-cluster-ip-range" => self.services = ServiceRange::parse(&text)?,
            _ => return Err(format!("not simulated: {flag} of kube-apiserver")),
        }
        Ok(())
    }

    /// The authorizers as the flag names them.
    pub(crate) fn authorization_mode(&self) -> String {
        let name = |mode: &Mode| match mode {
            Mode::AlwaysAllow => "AlwaysAllow",
            Mode::Node => "Node",
            Mode::Rbac => "RBAC",
        };
        self.authorization.iter().map(name).collect::<Vec<_>>().join(",")
    }
}

fn mode(name: &str) -> Result<Mode, String> {
    match name {
        "AlwaysAllow" => Ok(Mode::AlwaysAllow),
        "Node" => Ok(Mode::Node),
        "RBAC" => Ok(Mode::Rbac),
        _ => Err(format!("not simulated: authorization-mode {name:?}")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn flags_are_read_by_their_names() {
        let flags = json!({"authorization-mode": "RBAC,AlwaysAllow", "service-cluster-ip-range": "10.0.0.9/24", "disable-admission-plugins": "ServiceAccount,DefaultStorageClass"});
        let made = Flags::parse(&flags).unwrap();
        assert_eq!(made.authorization, [Mode::Rbac, Mode::AlwaysAllow]);
        assert_eq!(made.switched_off, ["ServiceAccount", "DefaultStorageClass"]);
        assert_eq!((made.services.to_string().as_str(), made.services.api_server().as_str(), made.services.name_server().as_str()), ("10.0.0.0/24", "10.0.0.1", "10.0.0.10"));
    }

    #[test]
    fn what_is_not_simulated_is_refused() {
        for (flags, wanted) in [
            (json!({"authorization-mode": "AlwaysAllow"}), "not simulated: authorization-mode \"AlwaysAllow\" without Node or RBAC in the first place"),
            (json!({"authorization-mode": "Node,Webhook"}), "not simulated: authorization-mode \"Webhook\""),
            (json!({"disable-admission-plugins": "ResourceQuota"}), "not simulated: an API server without the admission plugin \"ResourceQuota\""),
            (json!({"service-cluster-ip-range": "fd00::/108"}), "service-cluster-ip-range: \"fd00::/108\" is no IPv4 network with a mask from /8 to /27"),
            (json!({"v": 5}), "not simulated: v of kube-apiserver"),
        ] {
            assert_eq!(Flags::parse(&flags).unwrap_err(), wanted);
        }
    }
}
