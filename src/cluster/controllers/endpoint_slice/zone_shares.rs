//! Topology aware routing: with `service.kubernetes.io/topology-mode: Auto` the endpoints of a Service are shared out among
//! the zones in proportion to the CPUs of their nodes, so that each zone can serve itself.
//!
//! Example: zones a and b have 8 and 4 CPUs, and of six endpoints two are in a: a should have four, so two endpoints of b
//! are meant for a. Where a zone would be overloaded by more than a fifth whatever is done, nobody gets hints.
//!
//! Models: staging/src/k8s.io/endpointslice/topologycache/{topologycache.go,utils.go,sliceinfo.go,event.go}, v1.36.
//! Simplified: nodes that come or go are noticed when the Service or one of its pods changes next.

use std::collections::BTreeMap;

use k8s_openapi::api::discovery::v1::{Endpoint, EndpointHints, ForZone};
use podarium_api::quantity::Quantity;
use podarium_api::{EndpointSlice, Node, Resource as _};

const ZONE: &str = "topology.kubernetes.io/zone";
/// By how much a zone may have fewer endpoints than is fair.
const OVERLOAD: f64 = 0.2;

const NO_NODES: &str = "Insufficient Node information: allocatable CPU or zone not specified on one or more nodes";
const NO_ZONE: &str = "One or more endpoints do not have a zone specified";
const TOO_FEW: &str = "Insufficient number of endpoints";
const UNFAIR: &str = "Unable to allocate minimum required endpoints to each zone without exceeding overload threshold";

/// What part of the CPUs each zone has; nothing when that cannot be said.
pub fn ratios<'a>(nodes: impl Iterator<Item = &'a Node>) -> Option<BTreeMap<String, f64>> {
    let mut cpus: BTreeMap<String, i64> = BTreeMap::new();
    for node in nodes.filter(|node| serves(node)) {
        let zone = node.meta().labels.as_ref().and_then(|labels| labels.get(ZONE)).filter(|zone| !zone.is_empty())?;
        let cpu = node.status.allocatable.as_ref().and_then(|list| list.get("cpu")).map_or(0, |cpu| Quantity::of(cpu).milli_value());
        if cpu == 0 {
            return None;
        }
        *cpus.entry(zone.clone()).or_default() += cpu;
    }
    let total: i64 = cpus.values().sum();
    (cpus.len() >= 2).then(|| cpus.into_iter().map(|(zone, cpu)| (zone, cpu as f64 / total as f64)).collect())
}

/// Ready, and not of the control plane.
fn serves(node: &Node) -> bool {
    let labels = node.meta().labels.as_ref();
    let excluded = ["node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master"];
    let ready = node.status.conditions.iter().flatten().find(|condition| condition.type_ == "Ready");
    ready.is_some_and(|condition| condition.status == "True") && !excluded.iter().any(|label| labels.is_some_and(|labels| labels.contains_key(*label)))
}

/// How many endpoints a zone should have, and may have at most.
#[derive(Clone, Copy, Debug)]
struct Allocation {
    desired: f64,
    maximum: usize,
}

type Allocations = BTreeMap<String, Allocation>;

fn allocations(ratios: Option<&BTreeMap<String, f64>>, endpoints: usize) -> Result<Allocations, String> {
    let ratios = ratios.ok_or(NO_NODES)?;
    let counted = |why: &str| format!("{why} ({endpoints} endpoints, {} zones)", ratios.len());
    if ratios.len() > endpoints {
        return Err(counted(TOO_FEW));
    }
    let desired = |ratio: f64| ratio * endpoints as f64;
    let minimum = |ratio: f64| (desired(ratio) * (1.0 / (1.0 + OVERLOAD))).ceil() as usize;
    let least: usize = ratios.values().map(|ratio| minimum(*ratio)).sum();
    let spare = endpoints.checked_sub(least).ok_or_else(|| counted(UNFAIR))?;
    let allocation = |ratio: f64| Allocation { desired: desired(ratio).max(minimum(ratio) as f64), maximum: minimum(ratio) + spare };
    Ok(ratios.iter().map(|(zone, ratio)| (zone.clone(), allocation(*ratio))).collect())
}

fn is_ready(endpoint: &Endpoint) -> bool {
    endpoint.conditions.as_ref().and_then(|conditions| conditions.ready) == Some(true)
}

fn hinted_for(zone: &str) -> Option<EndpointHints> {
    Some(EndpointHints { for_zones: Some(vec![ForZone { name: zone.to_owned() }]), ..EndpointHints::default() })
}

/// Gives hints to the slices that change anyway, and to those of `unchanged` that must change because of them, which move
/// to `changing`. An error says why nobody can have hints.
pub fn share_out(ratios: Option<&BTreeMap<String, f64>>, changing: &mut Vec<EndpointSlice>, unchanged: Vec<EndpointSlice>) -> Result<(), String> {
    let ready = changing.iter().chain(&unchanged).flat_map(|slice| slice.endpoints.iter().flatten()).filter(|endpoint| is_ready(endpoint)).count();
    let allocations = allocations(ratios, ready)?;
    let mut given: BTreeMap<String, usize> = BTreeMap::new();
    for slice in unchanged {
        match kept_hints(&slice, &given, &allocations) {
            Some(hints) => hints.into_iter().for_each(|(zone, count)| *given.entry(zone).or_default() += count),
            None => changing.push(slice),
        }
    }
    for endpoint in changing.iter_mut().flat_map(|slice| slice.endpoints.iter_mut().flatten()) {
        endpoint.hints = None;
        if is_ready(endpoint) {
            let zone = endpoint.zone.clone().filter(|zone| !zone.is_empty()).ok_or(NO_ZONE)?;
            endpoint.hints = hinted_for(&zone);
            *given.entry(zone).or_default() += 1;
        }
    }
    let (giving, receiving) = exchanges(&allocations, &given);
    redistribute(changing, giving, receiving);
    Ok(())
}

/// The hints of a slice by zone, if it can stay as it is.
fn kept_hints(slice: &EndpointSlice, given: &BTreeMap<String, usize>, allocations: &Allocations) -> Option<BTreeMap<String, usize>> {
    let mut hints: BTreeMap<String, usize> = BTreeMap::new();
    for endpoint in slice.endpoints.iter().flatten().filter(|endpoint| is_ready(endpoint)) {
        let zones = endpoint.hints.as_ref()?.for_zones.as_ref().filter(|zones| !zones.is_empty())?;
        for zone in zones {
            allocations.get(&zone.name)?;
            *hints.entry(zone.name.clone()).or_default() += 1;
        }
    }
    let fits = |(zone, count): (&String, &usize)| count + given.get(zone).copied().unwrap_or(0) <= allocations[zone].maximum;
    hints.iter().all(fits).then_some(hints)
}

/// Which zones have endpoints to give, and which need some; as many in all on both sides.
fn exchanges(allocations: &Allocations, given: &BTreeMap<String, usize>) -> (BTreeMap<String, usize>, BTreeMap<String, usize>) {
    let mut surplus: BTreeMap<&String, f64> = BTreeMap::new();
    let mut lack: BTreeMap<&String, f64> = BTreeMap::new();
    for (zone, allocation) in allocations {
        let difference = given.get(zone).copied().unwrap_or(0) as f64 - allocation.desired;
        if difference > 0.0 {
            surplus.insert(zone, difference);
        } else if difference < 0.0 {
            lack.insert(zone, -difference);
        }
    }
    let most = |zones: &BTreeMap<&String, f64>| zones.iter().fold(None, |most: Option<(String, f64)>, (zone, number)| match most {
        Some((_, greatest)) if greatest >= *number => most,
        _ if *number > 0.0 => Some(((*zone).clone(), *number)),
        _ => most,
    });
    let (mut giving, mut receiving) = (BTreeMap::new(), BTreeMap::new());
    while let (Some((giver, gives)), Some((receiver, needs))) = (most(&surplus), most(&lack)) {
        if (gives < 1.0 && needs < 1.0) || gives < 0.5 || needs < 0.5 {
            break;
        }
        for (zones, numbers, zone) in [(&mut giving, &mut surplus, &giver), (&mut receiving, &mut lack, &receiver)] {
            *zones.entry(zone.clone()).or_insert(0) += 1;
            if let Some(number) = numbers.get_mut(zone) {
                *number -= 1.0;
            }
        }
    }
    (giving, receiving)
}

fn redistribute(slices: &mut [EndpointSlice], mut giving: BTreeMap<String, usize>, mut receiving: BTreeMap<String, usize>) {
    let endpoints = slices.iter_mut().flat_map(|slice| slice.endpoints.iter_mut().flatten());
    for endpoint in endpoints.filter(|endpoint| is_ready(endpoint)) {
        let Some(to_give) = endpoint.zone.as_ref().and_then(|zone| giving.get_mut(zone)).filter(|count| **count > 0) else { continue };
        let Some((zone, needed)) = receiving.iter_mut().find(|(_, count)| **count > 0) else { return };
        endpoint.hints = hinted_for(zone);
        *to_give -= 1;
        *needed -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn node(zone: &str, cpu: &str, change: Value) -> Node {
        let mut node = json!({"metadata": {"labels": {ZONE: zone}}, "status": {"allocatable": {"cpu": cpu}, "conditions": [{"type": "Ready", "status": "True"}]}});
        json_patch::merge(&mut node, &change);
        serde_json::from_value(node).unwrap()
    }

    #[test]
    fn zones_count_by_their_cpus() {
        let of = |nodes: &[Node]| ratios(nodes.iter());
        let two = [node("a", "3", json!({})), node("b", "1", json!({}))];
        assert_eq!(of(&two), Some([("a".to_owned(), 0.75), ("b".to_owned(), 0.25)].into()));
        assert_eq!(of(&two[..1]), None, "one zone alone");
        assert_eq!(of(&[two[0].clone(), node("", "1", json!({}))]), None, "a node without a zone");
        assert_eq!(of(&[two[0].clone(), node("b", "0", json!({}))]), None, "a node without CPUs");
        let (down, control) = (json!({"status": {"conditions": [{"type": "Ready", "status": "False"}]}}), json!({"metadata": {"labels": {"node-role.kubernetes.io/control-plane": ""}}}));
        let more = [two[0].clone(), two[1].clone(), node("c", "9", down), node("d", "9", control)];
        assert_eq!(of(&more), of(&two), "nodes that are down, or of the control plane, do not count");
    }

    fn slice(name: &str, endpoints: &[(&str, Option<&str>)]) -> EndpointSlice {
        let endpoint = |(zone, hint): &(&str, Option<&str>)| json!({"addresses": ["10.0.0.1"], "conditions": {"ready": true}, "zone": zone,
            "hints": hint.map(|hint| json!({"forZones": [{"name": hint}]}))});
        serde_json::from_value(json!({"metadata": {"name": name}, "addressType": "IPv4", "endpoints": endpoints.iter().map(endpoint).collect::<Vec<_>>()})).unwrap()
    }

    fn shares(pairs: &[(&str, f64)]) -> BTreeMap<String, f64> {
        pairs.iter().map(|(zone, ratio)| ((*zone).to_owned(), *ratio)).collect()
    }

    fn hints(slices: &[EndpointSlice]) -> Vec<String> {
        let of = |endpoint: &Endpoint| endpoint.hints.as_ref().and_then(|hints| Some(hints.for_zones.as_ref()?[0].name.clone())).unwrap_or_default();
        slices.iter().flat_map(|slice| slice.endpoints.iter().flatten().map(of)).collect()
    }

    #[test]
    fn endpoints_are_moved_until_each_zone_has_its_share() {
        let half = shares(&[("a", 0.5), ("b", 0.5)]);
        let mut even = vec![slice("s", &[("a", None), ("b", None)])];
        share_out(Some(&half), &mut even, vec![]).unwrap();
        assert_eq!(hints(&even), ["a", "b"]);
        let mut uneven = vec![slice("s", &[("b", None), ("b", None), ("b", None), ("a", None)])];
        share_out(Some(&half), &mut uneven, vec![]).unwrap();
        assert_eq!(hints(&uneven), ["a", "b", "b", "a"]);
        let mut two_thirds = vec![slice("s", &[("a", None), ("a", None), ("b", None), ("b", None), ("b", None), ("b", None)])];
        share_out(Some(&shares(&[("a", 2.0 / 3.0), ("b", 1.0 / 3.0)])), &mut two_thirds, vec![]).unwrap();
        assert_eq!(hints(&two_thirds), ["a", "a", "a", "a", "b", "b"]);
    }

    #[test]
    fn a_slice_that_can_stay_as_it_is_stays() {
        let half = shares(&[("a", 0.5), ("b", 0.5)]);
        let kept = slice("kept", &[("a", Some("a")), ("b", Some("b"))]);
        let mut changing = vec![slice("new", &[("a", None), ("b", None)])];
        share_out(Some(&half), &mut changing, vec![kept]).unwrap();
        assert_eq!(changing.len(), 1);
        let mut changing = vec![];
        share_out(Some(&half), &mut changing, vec![slice("bare", &[("a", None), ("b", None)])]).unwrap();
        assert_eq!(hints(&changing), ["a", "b"], "one without hints gets them");
    }

    #[test]
    fn where_it_cannot_be_fair_nobody_gets_hints() {
        let refused = |ratios: Option<BTreeMap<String, f64>>, endpoints: &[(&str, Option<&str>)]| share_out(ratios.as_ref(), &mut vec![slice("s", endpoints)], vec![]).unwrap_err();
        assert_eq!(refused(None, &[("a", None)]), NO_NODES);
        assert_eq!(refused(Some(shares(&[("a", 0.5), ("b", 0.5)])), &[("a", None)]), "Insufficient number of endpoints (1 endpoints, 2 zones)");
        assert_eq!(refused(Some(shares(&[("a", 0.5), ("b", 0.5)])), &[("a", None), ("", None)]), NO_ZONE);
        let half = shares(&[("a", 0.5), ("b", 0.5)]);
        assert_eq!(refused(Some(half), &[("a", None), ("b", None), ("b", None)]), format!("{UNFAIR} (3 endpoints, 2 zones)"));
    }
}
