//! For every node label that pods are spread over or tied to: its values, and how many pods of each group the nodes of
//! each value hold. Kept up to date pod by pod, because a cycle that counts them anew takes as long as there are nodes.
//!
//! "Topology" is a label key such as the zone or the host name; a "domain" is one of its values.
//!
//! Models: nothing; kube-scheduler counts the pods of all nodes in every cycle that asks.
//! Simplified: nothing.

use std::sync::Arc;

use imbl::OrdMap;

use super::framework::affinity_term::Labels;
use super::framework::node_info::NodeInfo;
use super::pod_groups::{GroupId, GroupSet};

/// The place of a topology in the list.
pub type KeyId = usize;
/// The number of a domain of a topology; 0 is that of nodes without the label.
pub type DomainId = u32;

pub const NO_DOMAIN: DomainId = 0;
pub const ZONE: &str = "topology.kubernetes.io/zone";
pub const HOSTNAME: &str = "kubernetes.io/hostname";

/// One topology. A clone shares everything.
#[derive(Clone, Debug, Default)]
pub struct Topology {
    name: Arc<str>,
    ids: OrdMap<Arc<str>, DomainId>,
    /// How many nodes each domain has, for the domains that have any; that of nodes without the label too.
    nodes: OrdMap<DomainId, u32>,
    pods: OrdMap<(GroupId, DomainId), i64>,
    /// In how many domains a group has so many pods, for more than none.
    levels: OrdMap<(GroupId, i64), u32>,
}

impl Topology {
    /// The number of a domain of this name; a new one if it has not been seen.
    fn id(&mut self, value: Option<&String>) -> DomainId {
        let Some(value) = value else { return NO_DOMAIN };
        if let Some(id) = self.ids.get(value.as_str()) {
            return *id;
        }
        let id = self.ids.len() as DomainId + 1;
        self.ids.insert(value.as_str().into(), id);
        id
    }

    fn count_node(&mut self, domain: DomainId, joins: bool) {
        let count = self.nodes.get(&domain).copied().unwrap_or(0);
        match if joins { count + 1 } else { count.saturating_sub(1) } {
            0 => self.nodes.remove(&domain),
            count => self.nodes.insert(domain, count),
        };
    }

    fn count_pods(&mut self, group: GroupId, domain: DomainId, pods: i64) {
        if domain == NO_DOMAIN || pods == 0 {
            return;
        }
        let before = self.pods.get(&(group, domain)).copied().unwrap_or(0);
        let after = before + pods;
        if after == 0 {
            self.pods.remove(&(group, domain));
        } else {
            self.pods.insert((group, domain), after);
        }
        self.count_level(group, before, false);
        self.count_level(group, after, true);
    }

    fn count_level(&mut self, group: GroupId, level: i64, joins: bool) {
        if level <= 0 {
            return;
        }
        let count = self.levels.get(&(group, level)).copied().unwrap_or(0);
        match if joins { count + 1 } else { count.saturating_sub(1) } {
            0 => self.levels.remove(&(group, level)),
            count => self.levels.insert((group, level), count),
        };
    }

    /// All numbers of domains are below this one.
    pub fn bound(&self) -> usize {
        self.ids.len() + 1
    }

    /// How many domains have nodes.
    pub fn domains(&self) -> usize {
        self.nodes.len() - usize::from(self.nodes.contains_key(&NO_DOMAIN))
    }

    pub fn domain_ids(&self) -> impl Iterator<Item = DomainId> {
        self.nodes.keys().copied().filter(|domain| *domain != NO_DOMAIN)
    }

    /// Whether every node has the label.
    pub fn covers_all_nodes(&self) -> bool {
        !self.nodes.contains_key(&NO_DOMAIN)
    }

    /// The domain of a node, also for a topology that came into use after the node was looked at.
    pub fn domain_of(&self, key: KeyId, node: &NodeInfo) -> DomainId {
        match node.domain(key) {
            Some(domain) => domain,
            None => node.labels().get(&*self.name).and_then(|value| self.ids.get(value.as_str())).copied().unwrap_or(NO_DOMAIN),
        }
    }

    /// The pods of the groups in a domain.
    pub fn pods_in(&self, groups: &GroupSet, domain: DomainId) -> i64 {
        groups.ids().iter().filter_map(|group| self.pods.get(&(*group, domain))).sum()
    }

    /// The pods of the groups in each domain, by the domain's number.
    pub fn counts(&self, groups: &GroupSet) -> Vec<i64> {
        let mut counts = vec![0; self.bound()];
        for group in groups.ids() {
            for ((_, domain), pods) in self.pods.range((*group, 0)..=(*group, DomainId::MAX)) {
                counts[*domain as usize] += pods;
            }
        }
        counts
    }

    /// Whether any domain holds a pod of the groups.
    pub fn holds_any(&self, groups: &GroupSet) -> bool {
        groups.ids().iter().any(|group| self.pods.range((*group, 0)..=(*group, DomainId::MAX)).next().is_some())
    }

    pub fn total(&self, groups: &GroupSet) -> i64 {
        self.counts(groups).iter().sum()
    }

    /// The pods of the groups in the domain that holds the fewest.
    pub fn least(&self, groups: &GroupSet) -> i64 {
        let domains = self.domains();
        match groups.ids() {
            [] => 0,
            [only] => {
                let mut filled = 0;
                let mut least = 0;
                for ((_, level), count) in self.levels.range((*only, 1)..=(*only, i64::MAX)) {
                    if filled == 0 {
                        least = *level;
                    }
                    filled += *count as usize;
                }
                if filled < domains { 0 } else { least }
            }
            _ => {
                let counts = self.counts(groups);
                self.domain_ids().map(|domain| counts[domain as usize]).min().unwrap_or(0)
            }
        }
    }
}

/// All topologies in use. A clone shares everything.
#[derive(Clone, Debug)]
pub struct Topologies(Arc<Vec<Topology>>);

impl Default for Topologies {
    /// Zones are counted in nearly every cycle.
    fn default() -> Self {
        Topologies(Arc::new(vec![Topology { name: ZONE.into(), ..Topology::default() }]))
    }
}

impl Topologies {
    pub fn find(&self, name: &str) -> Option<KeyId> {
        self.0.iter().position(|topology| *topology.name == *name)
    }

    pub fn get(&self, key: KeyId) -> &Topology {
        &self.0[key]
    }

    /// Brings a topology into use. `nodes` are all nodes that exist; each is to be told its domain.
    pub fn register<'a>(&mut self, name: &str, nodes: impl Iterator<Item = &'a mut NodeInfo>) {
        if self.find(name).is_some() {
            return;
        }
        let key = self.0.len();
        let mut topology = Topology { name: name.into(), ..Topology::default() };
        for node in nodes {
            let domain = topology.id(node.labels().get(name));
            topology.count_node(domain, true);
            for (group, pods) in node.groups() {
                topology.count_pods(*group, domain, i64::from(*pods));
            }
            node.set_domain(key, domain);
        }
        Arc::make_mut(&mut self.0).push(topology);
    }

    /// A node appears with pods on it; its domains.
    pub fn node_joins(&mut self, labels: &Labels, groups: &[(GroupId, u32)]) -> Vec<DomainId> {
        let join = |topology: &mut Topology| {
            let domain = topology.id(labels.get(&*topology.name));
            topology.count_node(domain, true);
            for (group, pods) in groups {
                topology.count_pods(*group, domain, i64::from(*pods));
            }
            domain
        };
        Arc::make_mut(&mut self.0).iter_mut().map(join).collect()
    }

    pub fn node_leaves(&mut self, domains: &[DomainId], groups: &[(GroupId, u32)]) {
        for (topology, domain) in Arc::make_mut(&mut self.0).iter_mut().zip(domains) {
            topology.count_node(*domain, false);
            for (group, pods) in groups {
                topology.count_pods(*group, *domain, -i64::from(*pods));
            }
        }
    }

    /// Counts pods of a group onto a node, or off it.
    pub fn count(&mut self, domains: &[DomainId], group: GroupId, pods: i64) {
        for (topology, domain) in Arc::make_mut(&mut self.0).iter_mut().zip(domains) {
            topology.count_pods(group, *domain, pods);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::scheduler::tests::building::{Scene, node, pod};
    use podarium_api::selector::LabelSelector;

    /// The index after a course of changes is the one that counting anew gives.
    #[test]
    fn the_index_follows_nodes_and_pods() {
        let labelled = |name: &str, rack: &str| node(name).label("rack", rack);
        let mut scene = Scene::new(vec![labelled("a", "1"), labelled("b", "1"), labelled("c", "2"), node("d")], vec![]);
        scene.snapshot.register("rack");
        let web = |name: &str, on: &str| pod(name).label("app", "web").on(on).info();
        for (name, on) in [("p1", "a"), ("p2", "b"), ("p3", "c"), ("p4", "d"), ("p5", "a")] {
            scene.snapshot.add_pod(web(name, on));
        }
        scene.snapshot.set_node(labelled("b", "3").arc());
        scene.snapshot.remove_pod("a", "p5");
        scene.snapshot.remove_node("c");
        scene.snapshot.set_node(labelled("e", "4").arc());
        scene.snapshot.refresh();
        let key = scene.snapshot.topologies.find("rack").expect("it is registered");
        let topology = scene.snapshot.topologies.get(key);
        let selector = LabelSelector::parse("app=web").expect("a selector");
        let groups = scene.snapshot.pod_groups.matching(&selector, "default");
        let of = |rack: &str| topology.pods_in(&groups, topology.ids[rack]);
        assert_eq!(["1", "2", "3", "4"].map(of), [1, 0, 1, 0]);
        assert_eq!((topology.domains(), topology.covers_all_nodes()), (3, false));
        assert_eq!((topology.least(&groups), topology.total(&groups)), (0, 2));
        scene.snapshot.add_pod(web("p6", "e"));
        assert_eq!(scene.snapshot.topologies.get(key).least(&groups), 1, "one, one and one");
    }

    #[test]
    fn the_least_is_the_same_for_one_group_and_for_several() {
        let mut scene = Scene::new(["a", "b", "c"].map(|name| node(name).label("rack", name)).to_vec(), vec![]);
        scene.snapshot.register("rack");
        let places = [("a", "1", 3), ("b", "1", 2), ("b", "2", 2), ("c", "1", 4), ("c", "2", 1)];
        for (on, version, count) in places {
            for n in 0..count {
                let name = format!("{on}{version}{n}");
                scene.snapshot.add_pod(pod(&name).label("app", "web").label("version", version).on(on).info());
            }
        }
        let least = |selector: &str| {
            let selector = LabelSelector::parse(selector).expect("a selector");
            let groups = scene.snapshot.pod_groups.matching(&selector, "default");
            let topology = scene.snapshot.topologies.get(scene.snapshot.topologies.find("rack").expect("it is registered"));
            topology.least(&groups)
        };
        assert_eq!(["app=web", "version=1", "version=2", "app=none"].map(least), [3, 2, 0, 0]);
    }
}
