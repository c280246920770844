//! Revisions: what a StatefulSet or a DaemonSet was made of, kept as ControllerRevisions so that it can be made of it
//! again.
//!
//! A revision holds a patch that puts the old template back. Its name ends in a hash of that patch, so that the same
//! template is found again under the same name.
//!
//! Models: pkg/controller/history/controller_history.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use k8s_openapi::api::core::v1::PodTemplateSpec;
use k8s_openapi::apimachinery::pkg::runtime::RawExtension;
use podarium_api::owner::{controller_of, controller_reference};
use podarium_api::selector::LabelSelector;
use podarium_api::{ControllerRevision, ObjectMeta, Resource, Status, names};
use serde_json::{Value, json};

use super::{Stop, Sync};
use crate::store::Key;

/// The label of a revision with its hash.
const HASH_LABEL: &str = "controller.kubernetes.io/hash";
/// The label of a pod with the revision that it was made from.
pub const REVISION_LABEL: &str = "controller-revision-hash";
const MAX_PREFIX: usize = 223;

/// The patch that puts this template back.
pub fn template_patch(template: &PodTemplateSpec) -> Value {
    let mut template = json!(template);
    template["$patch"] = json!("replace");
    json!({"spec": {"template": template}})
}

/// The template that a revision puts back.
pub fn template_of(revision: &ControllerRevision) -> Option<PodTemplateSpec> {
    let mut template = revision.data.as_ref()?.0.pointer("/spec/template")?.clone();
    template.as_object_mut()?.remove("$patch");
    serde_json::from_value(template).ok()
}

fn hash(data: &Value, collisions: Option<i32>) -> String {
    let text = data.to_string() + &collisions.map(|count| count.to_string()).unwrap_or_default();
    names::data_hash(text.as_bytes())
}

fn name_of<O: Resource>(owner: &O, hash: &str) -> String {
    let prefix = owner.name();
    format!("{}-{hash}", &prefix[..prefix.floor_char_boundary(MAX_PREFIX)])
}

/// A revision of `owner` with this patch, not yet written.
pub fn new_revision<O: Resource>(owner: &O, template: &PodTemplateSpec, number: i64, collisions: Option<i32>) -> ControllerRevision {
    let data = template_patch(template);
    let hash = hash(&data, collisions);
    let mut labels = template.metadata.as_ref().and_then(|meta| meta.labels.clone()).unwrap_or_default();
    labels.insert(HASH_LABEL.to_owned(), hash.clone());
    ControllerRevision {
        metadata: ObjectMeta {
            name: Some(name_of(owner, &hash)),
            namespace: owner.meta().namespace.clone(),
            labels: Some(labels),
            annotations: owner.meta().annotations.clone(),
            owner_references: Some(vec![controller_reference(owner)]),
            ..ObjectMeta::default()
        },
        data: Some(RawExtension(data)),
        revision: number,
    }
}

/// Whether two revisions put back the same.
pub fn equal(a: &ControllerRevision, b: &ControllerRevision) -> bool {
    a.data == b.data
}

/// By number; among equal ones the older comes first.
pub fn sort(revisions: &mut [Arc<ControllerRevision>]) {
    revisions.sort_by_key(|revision| {
        let created = revision.metadata.creation_timestamp.as_ref().map(|time| time.0);
        (revision.revision, created, revision.metadata.name.clone())
    });
}

/// The revisions that match the selector and belong to `owner` or to nobody.
pub fn list<O: Resource>(ctx: &Sync<'_>, owner: &O, selector: &LabelSelector) -> Vec<Arc<ControllerRevision>> {
    let caches = ctx.caches();
    let all = caches.owned_by::<ControllerRevision>(owner.uid()).chain(caches.orphans_in::<ControllerRevision>(owner.namespace()));
    let ours = |revision: &&Arc<ControllerRevision>| controller_of(&revision.metadata).is_none_or(|controller| controller.uid == owner.uid());
    all.filter(|revision| selector.matches(revision.metadata.labels.as_ref())).filter(ours).cloned().collect()
}

/// Writes a revision. If another one has its name, the collision count rises, which gives another name.
pub fn create<O: Resource>(
    ctx: &mut Sync<'_>,
    owner: &O,
    revision: &ControllerRevision,
    collisions: &mut i32,
) -> Result<Result<Arc<ControllerRevision>, Status>, Stop> {
    let mut revision = revision.clone();
    let data = revision.data.clone().unwrap_or_default().0;
    loop {
        let name = name_of(owner, &hash(&data, Some(*collisions)));
        revision.metadata.name = Some(name.clone());
        match ctx.create(revision.clone())? {
            Err(status) if status.is_already_exists() => {
                let existing = match ctx.get_live::<ControllerRevision>(&Key::new(owner.namespace(), &name))? {
                    Ok(existing) => existing,
                    Err(status) => return Ok(Err(status)),
                };
                if equal(&existing, &revision) {
                    return Ok(Ok(existing));
                }
                *collisions += 1;
            }
            answer => return Ok(answer),
        }
    }
}

/// Gives a revision another number: going back to it makes it the latest.
pub fn renumber(ctx: &mut Sync<'_>, revision: &Arc<ControllerRevision>, number: i64) -> Result<Result<Arc<ControllerRevision>, Status>, Stop> {
    if revision.revision == number {
        return Ok(Ok(revision.clone()));
    }
    let renumbered = ControllerRevision { revision: number, ..(**revision).clone() };
    match ctx.update(renumbered)? {
        Err(status) if status.is_conflict() => {
            let fresh = match ctx.get_live::<ControllerRevision>(&Key::of_meta(&revision.metadata))? {
                Ok(fresh) => fresh,
                Err(status) => return Ok(Err(status)),
            };
            ctx.update(ControllerRevision { revision: number, ..(*fresh).clone() })
        }
        answer => Ok(answer),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use podarium_api::StatefulSet;

    fn set(name: &str) -> StatefulSet {
        serde_json::from_value(json!({"metadata": {"name": name, "namespace": "default", "uid": "u"}})).unwrap()
    }

    fn template(image: &str) -> PodTemplateSpec {
        serde_json::from_value(json!({"metadata": {"labels": {"app": "web"}}, "spec": {
            "containers": [{"image": image, "imagePullPolicy": "IfNotPresent", "name": "app", "resources": {"requests": {"cpu": "50m"}},
                "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File"}],
            "dnsPolicy": "ClusterFirst", "restartPolicy": "Always", "schedulerName": "default-scheduler", "securityContext": {},
            "terminationGracePeriodSeconds": 1}}))
        .unwrap()
    }

    #[test]
    fn the_hash_is_that_of_a_real_cluster() {
        let revision = new_revision(&set("db"), &template("app:1"), 1, Some(0));
        assert_eq!(revision.metadata.name.as_deref(), Some("db-5bf5ffddfd"));
        assert_eq!(new_revision(&set("db"), &template("app:2"), 1, Some(0)).metadata.name.as_deref(), Some("db-864fd96ddf"));
        assert_ne!(new_revision(&set("db"), &template("app:1"), 1, Some(1)).metadata.name, revision.metadata.name);
        assert_eq!(new_revision(&set(&"x".repeat(250)), &template("app:1"), 1, Some(0)).metadata.name.unwrap().len(), 223 + 1 + 10);
    }

    #[test]
    fn a_revision_gives_its_template_back() {
        let revision = new_revision(&set("db"), &template("app:1"), 1, None);
        assert_eq!(template_of(&revision), Some(template("app:1")));
        assert_eq!(revision.metadata.labels.unwrap().get("app").map(String::as_str), Some("web"));
    }

    #[test]
    fn revisions_are_ordered_by_number_age_and_name() {
        let revision = |name: &str, number: i64, created: &str| -> Arc<ControllerRevision> {
            Arc::new(serde_json::from_value(json!({"metadata": {"name": name, "creationTimestamp": created}, "revision": number})).unwrap())
        };
        let (early, late) = ("2026-01-05T09:00:00Z", "2026-01-05T09:00:01Z");
        let mut revisions = [revision("d", 2, early), revision("c", 1, late), revision("b", 1, late), revision("e", 1, early)];
        sort(&mut revisions);
        let names: Vec<_> = revisions.iter().map(|revision| revision.metadata.name.clone().unwrap()).collect();
        assert_eq!(names, ["e", "b", "c", "d"]);
    }
}
