//! How many pods of each group every zone holds, kept up to date pod by pod, because spreading over zones asks for it
//! in nearly every cycle.
//!
//! Models: nothing; kube-scheduler counts the pods of all nodes anew.
//! Simplified: nothing.

use std::sync::Arc;

use imbl::OrdMap;

use super::pod_groups::{GroupId, GroupSet};

/// The number of a zone; 0 is that of nodes without the label.
pub type ZoneId = u32;

#[derive(Clone, Debug, Default)]
pub struct Zones {
    ids: OrdMap<Arc<str>, ZoneId>,
    pods: OrdMap<(ZoneId, GroupId), i64>,
}

impl Zones {
    /// The number of the zone of this name.
    pub fn id(&mut self, name: Option<&str>) -> ZoneId {
        let Some(name) = name else { return 0 };
        if let Some(id) = self.ids.get(name) {
            return *id;
        }
        let id = self.ids.len() as ZoneId + 1;
        self.ids.insert(name.into(), id);
        id
    }

    /// All numbers are below this one.
    pub fn len(&self) -> usize {
        self.ids.len() + 1
    }

    /// Counts pods of a group into a zone, or out of it.
    pub fn count(&mut self, zone: ZoneId, group: GroupId, pods: i64) {
        let count = self.pods.get(&(zone, group)).copied().unwrap_or(0) + pods;
        if count == 0 {
            self.pods.remove(&(zone, group));
        } else {
            self.pods.insert((zone, group), count);
        }
    }

    /// The pods of the groups in each zone.
    pub fn counts(&self, groups: &GroupSet) -> Vec<i64> {
        let mut counts = vec![0; self.len()];
        for ((zone, group), pods) in &self.pods {
            if groups.contains(*group) {
                counts[*zone as usize] += pods;
            }
        }
        counts
    }
}
