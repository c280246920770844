//! The conditions of a namespace that is going away: what was found, what could not be deleted, what is left.
//!
//! Models: pkg/controller/namespace/deletion/status_condition_utils.go, v1.36.
//! Simplified: discovery never fails.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::NamespaceCondition;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time as MetaTime;

/// Type, reason and message of each condition when all is well.
const FINE: [(&str, &str, &str); 5] = [
    ("NamespaceDeletionDiscoveryFailure", "ResourcesDiscovered", "All resources successfully discovered"),
    ("NamespaceDeletionGroupVersionParsingFailure", "ParsedGroupVersions", "All legacy kube types successfully parsed"),
    (CONTENT_FAILURE, "ContentDeleted", "All content successfully deleted, may be waiting on finalization"),
    (CONTENT_REMAINING, "ContentRemoved", "All content successfully removed"),
    (FINALIZERS_REMAINING, "ContentHasNoFinalizers", "All content-preserving finalizers finished"),
];
const CONTENT_FAILURE: &str = "NamespaceDeletionContentFailure";
const CONTENT_REMAINING: &str = "NamespaceContentRemaining";
const FINALIZERS_REMAINING: &str = "NamespaceFinalizersRemaining";

/// What one round of deleting found.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    pub errors: Vec<String>,
    /// By resource, e.g. `pods.` or `deployments.apps`.
    pub remaining: BTreeMap<String, usize>,
    pub finalizers: BTreeMap<String, usize>,
}

impl Findings {
    fn trouble(&self, type_: &str) -> Option<(&'static str, String)> {
        let list = |counts: &BTreeMap<String, usize>, text: &str| {
            counts.iter().map(|(name, count)| format!("{name} {text} {count} resource instances")).collect::<Vec<_>>().join(", ")
        };
        match type_ {
            CONTENT_FAILURE if !self.errors.is_empty() => {
                let mut errors = self.errors.clone();
                errors.sort();
                let message = format!("Failed to delete all resource types, {} remaining: {}", errors.len(), errors.join(", "));
                Some(("ContentDeletionFailed", message))
            }
            CONTENT_REMAINING if !self.remaining.is_empty() => {
                Some(("SomeResourcesRemain", format!("Some resources are remaining: {}", list(&self.remaining, "has"))))
            }
            FINALIZERS_REMAINING if !self.finalizers.is_empty() => Some((
                "SomeFinalizersRemain",
                format!("Some content in the namespace has finalizers remaining: {}", list(&self.finalizers, "in")),
            )),
            _ => None,
        }
    }

    /// Brings the conditions up to date; whether any changed.
    pub fn update(&self, conditions: &mut Option<Vec<NamespaceCondition>>, now: &MetaTime) -> bool {
        let conditions = conditions.get_or_insert_default();
        let mut changed = false;
        for (type_, fine_reason, fine_message) in FINE {
            let (status, reason, message) = match self.trouble(type_) {
                Some((reason, message)) => ("True", reason, message),
                None => ("False", fine_reason, fine_message.to_owned()),
            };
            let mut condition = NamespaceCondition {
                type_: type_.to_owned(),
                status: status.to_owned(),
                reason: Some(reason.to_owned()),
                message: Some(message),
                last_transition_time: Some(now.clone()),
            };
            let Some(old) = conditions.iter_mut().find(|old| old.type_ == type_) else {
                conditions.push(condition);
                changed = true;
                continue;
            };
            if old.status == condition.status {
                condition.last_transition_time.clone_from(&old.last_transition_time);
            }
            changed |= *old != condition;
            *old = condition;
        }
        changed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_say_what_is_left_and_when_it_is_over() {
        let now = MetaTime("2026-01-05T09:00:00Z".parse().unwrap());
        let mut conditions = None;
        let mut findings = Findings::default();
        findings.remaining = BTreeMap::from([("pods.".to_owned(), 2), ("deployments.apps".to_owned(), 1)]);
        findings.finalizers = BTreeMap::from([("example.com/wait".to_owned(), 1)]);
        assert!(findings.update(&mut conditions, &now));
        assert!(!findings.update(&mut conditions, &now));
        let texts = |conditions: &Option<Vec<NamespaceCondition>>| {
            conditions.iter().flatten().map(|condition| format!("{} {}", condition.status, condition.message.as_deref().unwrap_or_default())).collect::<Vec<_>>()
        };
        assert_eq!(texts(&conditions)[3..], [
            "True Some resources are remaining: deployments.apps has 1 resource instances, pods. has 2 resource instances",
            "True Some content in the namespace has finalizers remaining: example.com/wait in 1 resource instances",
        ]);
        assert!(Findings::default().update(&mut conditions, &now));
        assert!(texts(&conditions).iter().all(|text| text.starts_with("False All ")));
    }
}
