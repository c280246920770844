//! Admission: what looks at every write before it is stored, and may change or refuse it.
//!
//! A plugin is one file and one line in [`PLUGINS`]; they run in the order of kube-apiserver's list.

mod default_ingress_class;
mod default_storage_class;
mod default_toleration_seconds;
mod namespace_lifecycle;
mod persistent_volume_claim_resize;
pub(super) mod pod_topology_labels;
mod priority;
mod service_account;
mod storage_object_in_use_protection;
mod taint_nodes_by_condition;

use podarium_api::{Kind, Object, Status};
use podarium_sim::Stream;

use super::{Subresource, User, Verb};
use crate::store::Store;

/// One write as admission sees it.
pub struct Attributes<'a> {
    /// Create or update.
    pub verb: Verb,
    pub kind: Kind,
    pub subresource: Option<Subresource>,
    pub object: &'a mut Object,
    pub old: Option<&'a Object>,
    pub store: &'a Store,
    pub stream: &'a mut Stream,
    pub user: &'a User,
    pub warnings: &'a mut Vec<String>,
}

/// The name as refusals give it: the prefix, if the server is still to make the name.
pub(super) fn name_of(meta: &podarium_api::ObjectMeta) -> &str {
    let name = meta.name.as_deref().filter(|name| !name.is_empty());
    name.or(meta.generate_name.as_deref()).unwrap_or_default()
}

type Plugin = fn(&mut Attributes<'_>) -> Result<(), Status>;

const PLUGINS: &[(&str, Plugin)] = &[
    ("NamespaceLifecycle", namespace_lifecycle::admit),
    ("ServiceAccount", service_account::admit),
    ("TaintNodesByCondition", taint_nodes_by_condition::admit),
    ("Priority", priority::admit),
    ("DefaultTolerationSeconds", default_toleration_seconds::admit),
    ("DefaultStorageClass", default_storage_class::admit),
    ("StorageObjectInUseProtection", storage_object_in_use_protection::admit),
    ("PersistentVolumeClaimResize", persistent_volume_claim_resize::admit),
    ("DefaultIngressClass", default_ingress_class::admit),
    ("PodTopologyLabels", pod_topology_labels::admit),
];

pub(super) fn admit(attributes: &mut Attributes<'_>) -> Result<(), Status> {
    PLUGINS.iter().try_for_each(|(_, plugin)| plugin(attributes))
}
