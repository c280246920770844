//! Pods that no selector can tell apart: the same namespace, the same labels, and both going away or neither.
//!
//! The replicas of a Deployment are one group. Counting the pods that a selector matches then takes one comparison for
//! each group in the cluster, instead of one for each pod.
//!
//! Models: nothing; kube-scheduler compares pod by pod.
//! Simplified: nothing.

use std::sync::Arc;

use imbl::OrdMap;
use podarium_api::Resource as _;
use podarium_api::selector::LabelSelector;

use super::framework::affinity_term::{AffinityTerm, Labels, labels};
use super::framework::pod_info::PodInfo;

/// A group's number; numbers of groups without pods are given out again.
pub type GroupId = u32;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Group {
    namespace: Arc<str>,
    labels: Labels,
    terminating: bool,
}

#[derive(Clone, Debug, Default)]
pub struct PodGroups {
    /// Each group's number, and how many pods it has.
    groups: OrdMap<Arc<Group>, (GroupId, u32)>,
    /// By uid, so that a pod that leaves need not be compared again.
    of_pod: OrdMap<Arc<str>, Arc<Group>>,
    free: Vec<GroupId>,
}

impl PodGroups {
    pub fn add(&mut self, pod: &PodInfo) -> GroupId {
        let group = Group {
            namespace: pod.namespace().into(),
            labels: labels(pod.pod.meta()).clone(),
            terminating: pod.is_terminating(),
        };
        let (shared, id, count) = match self.groups.get_key_value(&group) {
            Some((shared, (id, count))) => (shared.clone(), *id, count + 1),
            None => {
                let next = self.groups.len() as GroupId;
                (Arc::new(group), self.free.pop().unwrap_or(next), 1)
            }
        };
        self.groups.insert(shared.clone(), (id, count));
        self.of_pod.insert(pod.uid.clone(), shared);
        id
    }

    /// The group that the pod was in.
    pub fn remove(&mut self, uid: &str) -> Option<GroupId> {
        let group = self.of_pod.remove(uid)?;
        let (id, count) = self.groups.get(&group).copied()?;
        if count == 1 {
            self.groups.remove(&group);
            self.free.push(id);
        } else {
            self.groups.insert(group, (id, count - 1));
        }
        Some(id)
    }

    fn in_namespace(&self, namespace: &str) -> impl Iterator<Item = (&Group, GroupId)> {
        let first = Group { namespace: namespace.into(), labels: Labels::new(), terminating: false };
        let all = self.groups.range(first.clone()..).take_while(move |(group, _)| group.namespace == first.namespace);
        all.map(|(group, (id, _))| (&**group, *id))
    }

    /// The groups of a namespace that a selector matches, without those that are going away. A selector that selects
    /// everything counts, in the spreading of pods, as selecting nothing.
    pub fn matching(&self, selector: &LabelSelector, namespace: &str) -> GroupSet {
        if selector.is_empty() {
            return GroupSet::default();
        }
        let matching = self.in_namespace(namespace).filter(|(group, _)| !group.terminating && selector.matches(Some(&group.labels)));
        GroupSet::new(matching.map(|(_, id)| id).collect())
    }

    /// The groups whose pods satisfy every term; no terms are satisfied by nobody. The terms' namespaces have been
    /// unrolled.
    pub fn satisfying(&self, terms: &[AffinityTerm]) -> GroupSet {
        let Some((first, others)) = terms.split_first() else { return GroupSet::default() };
        let matches = |term: &AffinityTerm, group: &Group| term.matches_labels(&group.namespace, None, Some(&group.labels));
        let satisfies = |group: &Group| matches(first, group) && others.iter().all(|term| matches(term, group));
        let everywhere = first.namespace_selector.matches(None);
        let ids = if everywhere {
            self.groups.iter().filter(|(group, _)| satisfies(group)).map(|(_, (id, _))| *id).collect()
        } else {
            let in_its_namespaces = first.namespaces.iter().flat_map(|namespace| self.in_namespace(namespace));
            in_its_namespaces.filter(|(group, _)| satisfies(group)).map(|(_, id)| id).collect()
        };
        GroupSet::new(ids)
    }
}

/// A set of groups.
#[derive(Clone, Debug, Default)]
pub struct GroupSet {
    /// In no particular order.
    ids: Vec<GroupId>,
    /// Bit `id % 64` of word `id / 64`.
    bits: Vec<u64>,
}

impl GroupSet {
    fn new(ids: Vec<GroupId>) -> Self {
        let mut bits = vec![0; ids.iter().max().map_or(0, |id| *id as usize / 64 + 1)];
        for id in &ids {
            bits[*id as usize / 64] |= 1 << (id % 64);
        }
        GroupSet { ids, bits }
    }

    pub fn ids(&self) -> &[GroupId] {
        &self.ids
    }

    pub fn contains(&self, group: GroupId) -> bool {
        self.bits.get(group as usize / 64).is_some_and(|word| word >> (group % 64) & 1 == 1)
    }

    /// How many pods of these groups there are, given the pods of each group on a node.
    pub fn count(&self, on_node: &[(GroupId, u32)]) -> i64 {
        on_node.iter().filter(|(id, _)| self.contains(*id)).map(|(_, count)| i64::from(*count)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduler::tests::building::pod;

    #[test]
    fn like_pods_share_a_group_and_numbers_come_back() {
        let mut groups = PodGroups::default();
        let web = |name: &str| pod(name).label("app", "web").info();
        let first = groups.add(&web("a"));
        assert_eq!(groups.add(&web("b")), first);
        let other = groups.add(&pod("c").label("app", "db").info());
        assert_ne!(other, first);
        let web_only = LabelSelector::parse("app=web").expect("a selector");
        let set = groups.matching(&web_only, "default");
        assert_eq!(set.count(&[(first, 2), (other, 5)]), 2);
        assert_eq!(groups.matching(&web_only, "elsewhere").count(&[(first, 2)]), 0);
        assert_eq!(groups.matching(&LabelSelector::everything(), "default").count(&[(first, 2)]), 0);
        groups.remove("a");
        groups.remove("b");
        assert_eq!(groups.add(&pod("d").namespace("n").info()), first);
        assert_ne!(groups.add(&web("t")), first);
    }
}
