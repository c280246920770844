//! Hints: for which zones, or for which nodes, an endpoint is meant. kube-proxy sends traffic to endpoints that are meant
//! for its zone or node, as long as there are any.
//!
//! `trafficDistribution: PreferSameZone` (or `PreferClose`, its old name) means each endpoint for its own zone,
//! `PreferSameNode` for its own node too.
//!
//! Models: staging/src/k8s.io/endpointslice/trafficdist/trafficdist.go, v1.36.
//! Simplified: nothing; `zone_shares` is about the annotation `service.kubernetes.io/topology-mode: Auto`.

use k8s_openapi::api::discovery::v1::{Endpoint, EndpointHints, ForNode, ForZone};
use podarium_api::{EndpointSlice, Resource as _, Service};

const MODE: &str = "service.kubernetes.io/topology-mode";
const OLD_MODE: &str = "service.kubernetes.io/topology-aware-hints";

/// What an endpoint's hints follow from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Distribution {
    Anywhere,
    SameZone,
    SameNode,
}

impl Distribution {
    pub fn of(service: &Service) -> Self {
        if has_topology_mode(service) {
            return Distribution::Anywhere;
        }
        match service.spec.traffic_distribution.as_deref() {
            Some("PreferClose" | "PreferSameZone") => Distribution::SameZone,
            Some("PreferSameNode") => Distribution::SameNode,
            _ => Distribution::Anywhere,
        }
    }

    /// The hints that an endpoint should have. Those of an endpoint that is not ready stay as they are.
    fn hints(self, endpoint: &Endpoint) -> Option<EndpointHints> {
        if self == Distribution::Anywhere {
            return None;
        }
        if endpoint.conditions.as_ref().and_then(|conditions| conditions.ready) != Some(true) {
            return endpoint.hints.clone();
        }
        let zones = endpoint.zone.as_ref().map(|zone| vec![ForZone { name: zone.clone() }]);
        let nodes = endpoint.node_name.as_ref().filter(|_| self == Distribution::SameNode).map(|node| vec![ForNode { name: node.clone() }]);
        (zones.is_some() || nodes.is_some()).then_some(EndpointHints { for_zones: zones, for_nodes: nodes })
    }

    pub fn needs_update(self, slice: &EndpointSlice) -> bool {
        slice.endpoints.iter().flatten().any(|endpoint| self.hints(endpoint) != endpoint.hints)
    }

    pub fn update(self, slice: &mut EndpointSlice) {
        for endpoint in slice.endpoints.iter_mut().flatten() {
            endpoint.hints = self.hints(endpoint);
        }
    }
}

/// Whether the annotation asks for hints by the zones' CPUs. It comes before `trafficDistribution`.
pub fn has_topology_mode(service: &Service) -> bool {
    let annotations = service.meta().annotations.as_ref();
    let mode = annotations.and_then(|annotations| annotations.get(OLD_MODE).or_else(|| annotations.get(MODE)));
    mode.is_some_and(|mode| !matches!(mode.as_str(), "" | "disabled" | "Disabled"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn service(distribution: &str, annotations: Value) -> Service {
        serde_json::from_value(json!({"metadata": {"name": "web", "annotations": annotations}, "spec": {"trafficDistribution": distribution}})).unwrap()
    }

    fn slice(endpoints: Value) -> EndpointSlice {
        serde_json::from_value(json!({"metadata": {"name": "web-1"}, "addressType": "IPv4", "endpoints": endpoints})).unwrap()
    }

    #[test]
    fn the_service_says_how_near_endpoints_are_preferred() {
        let cases = [
            ("PreferClose", json!({}), Distribution::SameZone),
            ("PreferSameZone", json!({}), Distribution::SameZone),
            ("PreferSameNode", json!({}), Distribution::SameNode),
            ("", json!({}), Distribution::Anywhere),
            ("PreferClose", json!({MODE: "Auto"}), Distribution::Anywhere),
            ("PreferClose", json!({OLD_MODE: "auto"}), Distribution::Anywhere),
            ("PreferClose", json!({MODE: "Disabled"}), Distribution::SameZone),
        ];
        for (distribution, annotations, expected) in cases {
            assert_eq!(Distribution::of(&service(distribution, annotations.clone())), expected, "{distribution} {annotations}");
        }
    }

    #[test]
    fn hints_name_the_zone_and_the_node_of_ready_endpoints() {
        let ready = |zone: Value, node: Value| json!({"addresses": ["10.0.0.1"], "conditions": {"ready": true}, "zone": zone, "nodeName": node});
        let unready = json!({"addresses": ["10.0.0.2"], "conditions": {"ready": false}, "zone": "a", "nodeName": "n"});
        let before = slice(json!([ready(json!("a"), json!("n")), ready(Value::Null, json!("m")), unready]));
        let hints = |distribution: Distribution, mut slice: EndpointSlice| -> Vec<Value> {
            let needed = distribution.needs_update(&slice);
            let old = slice.clone();
            distribution.update(&mut slice);
            assert_eq!(needed, old != slice);
            slice.endpoints.iter().flatten().map(|endpoint| json!(endpoint.hints)).collect()
        };
        let (zone, node) = (json!([{"name": "a"}]), |name: &str| json!([{"name": name}]));
        assert_eq!(hints(Distribution::SameZone, before.clone()), [json!({"forZones": zone}), Value::Null, Value::Null]);
        let same_node = [json!({"forZones": zone, "forNodes": node("n")}), json!({"forNodes": node("m")}), Value::Null];
        assert_eq!(hints(Distribution::SameNode, before.clone()), same_node);
        let mut hinted = before;
        Distribution::SameNode.update(&mut hinted);
        assert!(!Distribution::SameNode.needs_update(&hinted));
        assert_eq!(hints(Distribution::Anywhere, hinted), [Value::Null, Value::Null, Value::Null]);
    }
}
