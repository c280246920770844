//! Ports of the node that a pod claims for itself.
//!
//! Models: pkg/scheduler/util/utils.go (GetHostPorts), kube-scheduler/framework/types.go (HostPortInfo), v1.36.
//! Simplified: nothing.

use podarium_api::Pod;

/// Every address of the node.
const ANY: &str = "0.0.0.0";

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HostPort {
    pub ip: String,
    pub protocol: String,
    pub port: i32,
}

impl HostPort {
    /// Two claims conflict when protocol and port are the same and the addresses are, or one of them is every address.
    pub fn conflicts_with(&self, other: &HostPort) -> bool {
        self.port == other.port && self.protocol == other.protocol && (self.ip == other.ip || self.ip == ANY || other.ip == ANY)
    }
}

/// The host ports of the containers and of the init containers that keep running.
pub fn host_ports(pod: &Pod) -> Vec<HostPort> {
    let sidecars = pod.spec.init_containers.iter().flatten().filter(|c| c.restart_policy.as_deref() == Some("Always"));
    sidecars
        .chain(&pod.spec.containers)
        .flat_map(|container| container.ports.iter().flatten())
        .filter(|port| port.host_port.unwrap_or(0) > 0)
        .map(|port| HostPort {
            ip: port.host_ip.clone().filter(|ip| !ip.is_empty()).unwrap_or_else(|| ANY.to_owned()),
            protocol: port.protocol.clone().filter(|protocol| !protocol.is_empty()).unwrap_or_else(|| "TCP".to_owned()),
            port: port.host_port.unwrap_or(0),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wildcard_address_conflicts_with_every_address() {
        let port = |ip: &str, protocol: &str, port| HostPort { ip: ip.to_owned(), protocol: protocol.to_owned(), port };
        let cases = [
            (port(ANY, "TCP", 80), port(ANY, "TCP", 80), true),
            (port(ANY, "TCP", 80), port("10.0.0.1", "TCP", 80), true),
            (port("10.0.0.1", "TCP", 80), port("10.0.0.2", "TCP", 80), false),
            (port("10.0.0.1", "TCP", 80), port("10.0.0.1", "UDP", 80), false),
            (port(ANY, "TCP", 80), port(ANY, "TCP", 81), false),
        ];
        for (one, other, conflict) in cases {
            assert_eq!(one.conflicts_with(&other), conflict, "{one:?} {other:?}");
            assert_eq!(other.conflicts_with(&one), conflict, "{other:?} {one:?}");
        }
    }
}
