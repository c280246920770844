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

use super::framework::affinity_term::{Labels, labels};
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

    /// The groups of a namespace that a selector matches, without those that are going away. A selector that selects
    /// everything counts, in the spreading of pods, as selecting nothing.
    pub fn matching(&self, selector: &LabelSelector, namespace: &str) -> GroupSet {
        let mut set = GroupSet(vec![false; self.groups.len() + self.free.len()]);
        if selector.is_empty() {
            return set;
        }
        for (group, (id, _)) in &self.groups {
            if !group.terminating && *group.namespace == *namespace && selector.matches(Some(&group.labels)) {
                set.0[*id as usize] = true;
            }
        }
        set
    }
}

/// A set of groups.
#[derive(Clone, Debug)]
pub struct GroupSet(Vec<bool>);

impl GroupSet {
    pub fn contains(&self, group: GroupId) -> bool {
        self.0[group as usize]
    }

    /// How many pods of these groups there are, given the pods of each group on a node.
    pub fn count(&self, on_node: &[(GroupId, u32)]) -> i64 {
        on_node.iter().filter(|(id, _)| self.0[*id as usize]).map(|(_, count)| i64::from(*count)).sum()
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
