//! Deployment, with its old and its new ReplicaSet.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/describe/describe.go (describeDeployment), pkg/util/deployment/deployment.go, v1.36.
//! Simplified: nothing.

use k8s_openapi::api::core::v1::PodTemplateSpec;
use podarium_api::owner::is_controlled_by;
use podarium_api::selector::LabelSelector;
use podarium_api::{Deployment, ReplicaSet};

use super::events::events;
use super::metadata;
use super::page::{Page, date, joined, text};
use super::pod_template::pod_template;
use super::probe::port_text;
use super::related::Related;
use super::workload::conditions;

const HASH_LABEL: &str = "pod-template-hash";

pub fn describe(page: &mut Page, deployment: &Deployment, related: &Related) {
    let (meta, spec, status) = (&deployment.metadata, &deployment.spec, &deployment.status);
    metadata::name(page, meta);
    page.field(0, "CreationTimestamp", date(meta.creation_timestamp.as_ref()));
    metadata::labels_and_annotations(page, meta);
    page.field(0, "Selector", LabelSelector::of(&spec.selector));
    let count = |number: Option<i32>| number.unwrap_or_default();
    page.field(0, "Replicas", format_args!(
        "{} desired | {} updated | {} total | {} available | {} unavailable",
        count(spec.replicas), count(status.updated_replicas), count(status.replicas), count(status.available_replicas), count(status.unavailable_replicas)
    ));
    let strategy = spec.strategy.clone().unwrap_or_default();
    page.field(0, "StrategyType", text(&strategy.type_));
    page.field(0, "MinReadySeconds", count(spec.min_ready_seconds));
    if let Some(rolling) = strategy.rolling_update {
        let budget = |part: Option<_>| part.as_ref().map_or_else(|| "<nil>".to_owned(), port_text);
        let (unavailable, surge) = (budget(rolling.max_unavailable), budget(rolling.max_surge));
        page.field(0, "RollingUpdateStrategy", format_args!("{unavailable} max unavailable, {surge} max surge"));
    }
    pod_template(page, &spec.template);
    conditions(page, status.conditions.as_ref());
    replica_sets(page, deployment, related);
    events(page, related);
}

/// The ReplicaSet with the Deployment's template is the new one (the oldest, if there are several), the others are old.
fn replica_sets(page: &mut Page, deployment: &Deployment, related: &Related) {
    let uid = text(&deployment.metadata.uid);
    let mut all: Vec<&ReplicaSet> = related.replica_sets.iter().filter(|rs| is_controlled_by(&rs.metadata, uid)).collect();
    if all.is_empty() {
        return;
    }
    all.sort_by_key(|rs| (rs.metadata.creation_timestamp.as_ref().map(|time| time.0), &rs.metadata.name));
    let wanted = without_hash(&deployment.spec.template);
    let new = all.iter().position(|rs| without_hash(&rs.spec.template.clone().unwrap_or_default()) == wanted);
    let new: Vec<&ReplicaSet> = new.map(|index| all.remove(index)).into_iter().collect();
    page.field(0, "OldReplicaSets", counts(&all));
    page.field(0, "NewReplicaSet", counts(&new));
}

/// `web-6bdd6c7d58 (4/4 replicas created)`
fn counts(sets: &[&ReplicaSet]) -> String {
    let shown = |rs: &&ReplicaSet| {
        format!("{} ({}/{} replicas created)", text(&rs.metadata.name), rs.status.replicas, rs.spec.replicas.unwrap_or_default())
    };
    joined(&sets.iter().map(shown).collect::<Vec<_>>(), ", ")
}

/// The template as the Deployment has it: the label that tells ReplicaSets apart is taken off.
fn without_hash(template: &PodTemplateSpec) -> PodTemplateSpec {
    let mut template = template.clone();
    if let Some(labels) = template.metadata.as_mut().and_then(|meta| meta.labels.as_mut()) {
        labels.remove(HASH_LABEL);
    }
    template
}
