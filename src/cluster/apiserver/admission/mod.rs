//! Admission: what looks at every write before it is stored, and may change or refuse it.
//!
//! A plugin is one file and one line in [`PLUGINS`]; they run in the order of kube-apiserver's list.

mod certificates;
mod default_ingress_class;
mod default_storage_class;
mod default_toleration_seconds;
mod limit_ranger;
mod mutating;
mod namespace_lifecycle;
mod node_restriction;
mod pod_resize;
mod pod_security;
mod persistent_volume_claim_resize;
pub(super) mod pod_topology_labels;
mod policies;
mod priority;
mod resource_quota;
mod runtime_class;
mod service_account;
mod storage_object_in_use_protection;
mod taint_nodes_by_condition;
pub(super) mod validating;
mod webhooks;

use podarium_api::{Kind, Object, Status};
use podarium_sim::Stream;

use super::authorization::Judge;
use super::{Subresource, User, Verb};
use crate::store::Store;

/// One write as admission sees it.
pub struct Attributes<'a> {
    /// Create, update or delete.
    pub verb: Verb,
    pub kind: Kind,
    pub subresource: Option<Subresource>,
    pub object: &'a mut Object,
    pub old: Option<&'a Object>,
    pub store: &'a Store,
    pub stream: &'a mut Stream,
    pub dry_run: bool,
    pub(in crate::apiserver) judge: Judge<'a>,
    pub user: &'a User,
    pub warnings: &'a mut Vec<String>,
}

impl Attributes<'_> {
    /// The answer of a plugin that does not let the request through.
    pub(super) fn forbidden(&self, why: impl std::fmt::Display) -> Status {
        Status::forbidden(self.kind, name_of(self.object.meta()), why)
    }

    /// Whether the stored object waits for its end.
    fn is_going(&self) -> bool {
        self.old.is_some_and(|old| old.meta().deletion_timestamp.is_some())
    }
}

/// The name as refusals give it: the prefix, if the server is still to make the name.
pub(super) fn name_of(meta: &podarium_api::ObjectMeta) -> &str {
    let name = meta.name.as_deref().filter(|name| !name.is_empty());
    name.or(meta.generate_name.as_deref()).unwrap_or_default()
}

type Plugin = fn(&mut Attributes<'_>) -> Result<(), Status>;

/// The plugins that may change the object, before it is validated.
const PLUGINS: &[(&str, Plugin)] = &[
    ("NamespaceLifecycle", namespace_lifecycle::admit),
    ("LimitRanger", limit_ranger::admit),
    ("ServiceAccount", service_account::admit),
    ("NodeRestriction", node_restriction::admit),
    ("TaintNodesByCondition", taint_nodes_by_condition::admit),
    ("Priority", priority::admit),
    ("DefaultTolerationSeconds", default_toleration_seconds::admit),
    ("DefaultStorageClass", default_storage_class::admit),
    ("StorageObjectInUseProtection", storage_object_in_use_protection::admit),
    ("RuntimeClass", runtime_class::admit),
    ("DefaultIngressClass", default_ingress_class::admit),
    ("PodTopologyLabels", pod_topology_labels::admit),
];

/// The plugins that look at the object once it is complete and valid. Quotas come after them, as the last.
const VALIDATORS: &[(&str, Plugin)] = &[
    ("LimitRanger", limit_ranger::validate),
    ("ServiceAccount", service_account::validate),
    ("PodSecurity", pod_security::validate),
    ("Priority", priority::validate),
    ("PersistentVolumeClaimResize", persistent_volume_claim_resize::validate),
    ("RuntimeClass", runtime_class::validate),
    ("PodResizeValidator", pod_resize::validate),
];

/// The plugin of this name, if a server can be started without it (`--disable-admission-plugins`).
pub(crate) fn optional_plugin(name: &str) -> Option<&'static str> {
    PLUGINS.iter().chain(VALIDATORS).map(|(known, _)| *known).find(|known| *known == name)
}

/// Runs those that are not switched off.
fn run(plugins: &[(&str, Plugin)], off: &[&str], attributes: &mut Attributes<'_>) -> Result<(), Status> {
    plugins.iter().filter(|(name, _)| !off.contains(name)).try_for_each(|(_, plugin)| plugin(attributes))
}

pub(super) fn admit(off: &[&str], attributes: &mut Attributes<'_>) -> Result<(), Status> {
    run(PLUGINS, off, attributes)?;
    let mut invocations = mutating::Invocations::default();
    mutating::admit(attributes, &mut invocations)?;
    if !invocations.changed() {
        return Ok(());
    }
    // What a policy has changed, the others look at once more.
    run(PLUGINS, off, attributes)?;
    mutating::admit_again(attributes, &mut invocations)
}

pub(super) fn validate(off: &[&str], attributes: &mut Attributes<'_>) -> Result<(), Status> {
    run(VALIDATORS, off, attributes)
}
