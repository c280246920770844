//! Conditions: the list of findings in an object's status (`Ready`, `PodScheduled`, `Progressing`, …).
//!
//! Each type stands in the list once; its transition time changes only when its status does.
//!
//! Models: pkg/api/v1/pod/util.go, pkg/controller/deployment/util/deployment_util.go, v1.36.
//! Simplified: nothing.

use k8s_openapi::api::apps::v1::{DaemonSetCondition, DeploymentCondition, ReplicaSetCondition, StatefulSetCondition};
use k8s_openapi::api::core::v1::{NamespaceCondition, NodeCondition, PodCondition, ReplicationControllerCondition};
use k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscalerCondition;
use k8s_openapi::api::batch::v1::JobCondition;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time as MetaTime;

/// What the condition types of all kinds have in common.
pub trait Condition {
    fn type_(&self) -> &str;
    fn status(&self) -> &str;
    fn reason(&self) -> &str;
    fn message(&self) -> &str;
    fn last_transition_time(&self) -> Option<&MetaTime>;
    fn set_last_transition_time(&mut self, time: Option<MetaTime>);

    fn is_true(&self) -> bool {
        self.status() == "True"
    }
}

macro_rules! conditions {
    ($($name:ident),+) => {$(
        impl Condition for $name {
            fn type_(&self) -> &str {
                &self.type_
            }
            fn status(&self) -> &str {
                &self.status
            }
            fn reason(&self) -> &str {
                self.reason.as_deref().unwrap_or_default()
            }
            fn message(&self) -> &str {
                self.message.as_deref().unwrap_or_default()
            }
            fn last_transition_time(&self) -> Option<&MetaTime> {
                self.last_transition_time.as_ref()
            }
            fn set_last_transition_time(&mut self, time: Option<MetaTime>) {
                self.last_transition_time = time;
            }
        }
    )+};
}

conditions!(
    PodCondition, NodeCondition, NamespaceCondition, DeploymentCondition, ReplicaSetCondition, StatefulSetCondition,
    DaemonSetCondition, ReplicationControllerCondition, JobCondition, HorizontalPodAutoscalerCondition
);

/// The condition of this type, if there is one.
pub fn get_condition<'a, C: Condition>(conditions: &'a Option<Vec<C>>, type_: &str) -> Option<&'a C> {
    conditions.iter().flatten().find(|condition| condition.type_() == type_)
}

/// Puts the condition in the place of the one of its type, or at the end. The old transition time stays if the status
/// is the same. Returns whether anything changed: the rule for pods and nodes.
pub fn set_condition<C: Condition + PartialEq>(conditions: &mut Option<Vec<C>>, mut condition: C) -> bool {
    let conditions = conditions.get_or_insert_default();
    let Some(old) = conditions.iter_mut().find(|old| old.type_() == condition.type_()) else {
        conditions.push(condition);
        return true;
    };
    if old.status() == condition.status() {
        condition.set_last_transition_time(old.last_transition_time().cloned());
    }
    let changed = *old != condition;
    *old = condition;
    changed
}

/// Takes the condition of this type out of the list and appends the new one, unless status and reason are the same:
/// the rule for Deployments and ReplicaSets, which is why their conditions change places. Returns whether anything changed.
pub fn replace_condition<C: Condition>(conditions: &mut Option<Vec<C>>, mut condition: C) -> bool {
    let conditions = conditions.get_or_insert_default();
    if let Some(old) = conditions.iter().find(|old| old.type_() == condition.type_()) {
        if old.status() == condition.status() && old.reason() == condition.reason() {
            return false;
        }
        if old.status() == condition.status() {
            condition.set_last_transition_time(old.last_transition_time().cloned());
        }
    }
    conditions.retain(|old| old.type_() != condition.type_());
    conditions.push(condition);
    true
}

pub fn remove_condition<C: Condition>(conditions: &mut Option<Vec<C>>, type_: &str) -> bool {
    let before = conditions.as_ref().map_or(0, Vec::len);
    conditions.iter_mut().for_each(|list| list.retain(|condition| condition.type_() != type_));
    before != conditions.as_ref().map_or(0, Vec::len)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pod_condition(type_: &str, status: &str, second: i64) -> PodCondition {
        PodCondition {
            type_: type_.to_owned(),
            status: status.to_owned(),
            last_transition_time: jiff::Timestamp::from_second(second).ok().map(MetaTime),
            ..Default::default()
        }
    }

    #[test]
    fn the_transition_time_moves_only_with_the_status() {
        let mut conditions = Some(vec![pod_condition("A", "True", 1), pod_condition("Ready", "False", 1)]);
        assert!(!set_condition(&mut conditions, pod_condition("Ready", "False", 9)));
        assert_eq!(get_condition(&conditions, "Ready"), Some(&pod_condition("Ready", "False", 1)));
        assert!(set_condition(&mut conditions, pod_condition("A", "False", 9)));
        assert_eq!(conditions.unwrap()[0], pod_condition("A", "False", 9));
    }

    #[test]
    fn a_replaced_condition_moves_to_the_end() {
        let condition = |type_: &str, status: &str, reason: &str| DeploymentCondition {
            type_: type_.to_owned(),
            status: status.to_owned(),
            reason: Some(reason.to_owned()),
            ..Default::default()
        };
        let mut conditions = Some(vec![condition("Available", "False", "x"), condition("Progressing", "True", "y")]);
        assert!(!replace_condition(&mut conditions, condition("Available", "False", "x")));
        assert!(replace_condition(&mut conditions, condition("Available", "True", "z")));
        let types: Vec<String> = conditions.unwrap().into_iter().map(|condition| condition.type_).collect();
        assert_eq!(types, ["Progressing", "Available"]);
    }
}
