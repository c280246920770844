//! The versions of what runs: every pod template that the cluster remembers, oldest first, so that an old version keeps
//! its colour and shape when a new one comes.

use std::collections::BTreeMap;

use podarium_api::{ControllerRevision, ObjectMeta, Pod, ReplicaSet, Resource, owner};
use podarium_cluster::Cluster;

use crate::model::VersionView;

const TEMPLATE_HASH: &str = "pod-template-hash";
/// StatefulSets and DaemonSets mark their pods with the revision.
const REVISION_HASH: &str = "controller-revision-hash";

/// What tells the versions of one owner apart: namespace, the owner's uid, and the hash of the template.
type Mark = (String, String, String);

pub(super) struct Versions {
    pub list: Vec<VersionView>,
    of_mark: BTreeMap<Mark, usize>,
}

struct Found {
    created: (Option<i64>, String),
    mark: Mark,
    view: VersionView,
}

impl Versions {
    pub fn of(cluster: &Cluster) -> Self {
        let sets = cluster.list::<ReplicaSet>().map(|set| of_replica_set(set));
        let revisions = cluster.list::<ControllerRevision>().filter_map(|revision| of_revision(revision));
        let mut found: Vec<Found> = sets.chain(revisions).collect();
        found.sort_by(|a, b| a.created.cmp(&b.created));
        let mut versions = Versions { list: Vec::new(), of_mark: BTreeMap::new() };
        for each in found {
            versions.of_mark.insert(each.mark, versions.list.len());
            versions.list.push(each.view);
        }
        // Pods of other owners (Jobs) stand for their owner's one version.
        for pod in cluster.list::<Pod>() {
            versions.add_owner_of(pod);
        }
        versions
    }

    fn add_owner_of(&mut self, pod: &Pod) {
        let (Some(mark), Some(owner)) = (mark_of_pod(pod), owner::controller_of(&pod.metadata)) else { return };
        if self.of_mark.contains_key(&mark) || owner.kind == "Node" {
            return;
        }
        let image = pod.spec.containers.first().and_then(|container| container.image.clone()).unwrap_or_default();
        let view = VersionView { owner: owner.name.clone(), tag: tag_of(&image), image, pod_template_hash: mark.2.clone() };
        self.of_mark.insert(mark, self.list.len());
        self.list.push(view);
    }

    pub fn of_pod(&self, pod: &Pod) -> Option<usize> {
        self.of_mark.get(&mark_of_pod(pod)?).copied()
    }

    pub fn of_replica_set(&self, set: &ReplicaSet) -> Option<usize> {
        self.of_mark.get(&mark_of_replica_set(set)).copied()
    }
}

fn label<'a>(meta: &'a ObjectMeta, name: &str) -> &'a str {
    meta.labels.as_ref().and_then(|labels| labels.get(name)).map(String::as_str).unwrap_or_default()
}

fn created(meta: &ObjectMeta) -> (Option<i64>, String) {
    (meta.creation_timestamp.as_ref().map(|time| time.0.as_second()), meta.name.clone().unwrap_or_default())
}

fn mark_of_pod(pod: &Pod) -> Option<Mark> {
    let owner = owner::controller_of(&pod.metadata)?;
    let hash = match owner.kind.as_str() {
        "ReplicaSet" => "",
        _ => label(&pod.metadata, REVISION_HASH),
    };
    Some((pod.namespace().to_owned(), owner.uid.clone(), hash.to_owned()))
}

fn mark_of_replica_set(set: &ReplicaSet) -> Mark {
    (set.namespace().to_owned(), set.uid().to_owned(), String::new())
}

fn of_replica_set(set: &ReplicaSet) -> Found {
    let template = set.spec.template.as_ref().and_then(|template| template.spec.as_ref());
    let image = template.and_then(|spec| spec.containers.first()).and_then(|container| container.image.clone()).unwrap_or_default();
    let owner = owner::controller_of(&set.metadata).map_or_else(|| set.name().to_owned(), |owner| owner.name.clone());
    let hash = label(&set.metadata, TEMPLATE_HASH).to_owned();
    let view = VersionView { owner, tag: tag_of(&image), image, pod_template_hash: hash };
    Found { created: created(&set.metadata), mark: mark_of_replica_set(set), view }
}

fn of_revision(revision: &ControllerRevision) -> Option<Found> {
    let owner = owner::controller_of(&revision.metadata)?;
    let data = revision.data.as_ref().map(|data| &data.0);
    let image = data.and_then(|data| data.pointer("/spec/template/spec/containers/0/image")).and_then(|image| image.as_str());
    let image = image.unwrap_or_default().to_owned();
    // A DaemonSet's pods carry the hash alone, a StatefulSet's the revision's whole name.
    let hash = match owner.kind.as_str() {
        "DaemonSet" => label(&revision.metadata, REVISION_HASH),
        _ => revision.name(),
    };
    let view = VersionView { owner: owner.name.clone(), tag: tag_of(&image), image, pod_template_hash: hash.to_owned() };
    let mark = (revision.namespace().to_owned(), owner.uid.clone(), hash.to_owned());
    Some(Found { created: created(&revision.metadata), mark, view })
}

/// `1.25` of `nginx:1.25`; the whole name of an image without a tag.
fn tag_of(image: &str) -> String {
    let last = image.rsplit('/').next().unwrap_or(image);
    last.rsplit_once(':').map_or_else(|| image.to_owned(), |(_, tag)| tag.to_owned())
}
