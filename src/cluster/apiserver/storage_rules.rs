//! In what the kinds differ when they are stored: what a deletion answers, whether an update may create, whether it must
//! say which version it changes.
//!
//! Models: the strategies and storages in pkg/registry (AllowCreateOnUpdate, AllowUnconditionalUpdate,
//! ReturnDeletedObject), v1.36.
//! Simplified: nothing.

use podarium_api::{Kind, ResourceInfo};

type Names = &'static [(&'static str, &'static [&'static str])];

const RETURNED: Names = &[
    ("", &["namespaces", "persistentvolumeclaims", "persistentvolumes", "pods", "podtemplates", "resourcequotas", "serviceaccounts", "services"]),
    ("resource.k8s.io", &["deviceclasses", "resourceclaims", "resourceclaimtemplates", "resourceslices"]),
    ("storage.k8s.io", &["csidrivers", "csinodes", "storageclasses", "volumeattachments", "volumeattributesclasses"]),
];

const CREATED_BY_UPDATE: Names = &[
    ("", &["endpoints", "events", "limitranges", "services"]),
    ("coordination.k8s.io", &["leases"]),
    ("node.k8s.io", &["runtimeclasses"]),
    ("rbac.authorization.k8s.io", &["clusterrolebindings", "clusterroles", "rolebindings", "roles"]),
];

const NEED_A_VERSION: Names = &[
    (
        "admissionregistration.k8s.io",
        &[
            "mutatingadmissionpolicies", "mutatingadmissionpolicybindings", "mutatingwebhookconfigurations", "validatingadmissionpolicies",
            "validatingadmissionpolicybindings", "validatingwebhookconfigurations",
        ],
    ),
    ("apiextensions.k8s.io", &["customresourcedefinitions"]),
    ("apiregistration.k8s.io", &["apiservices"]),
    ("coordination.k8s.io", &["leases"]),
    ("node.k8s.io", &["runtimeclasses"]),
    ("policy", &["poddisruptionbudgets"]),
    ("storage.k8s.io", &["csidrivers", "csinodes", "csistoragecapacities", "volumeattachments"]),
];

fn is_in(kind: Kind, names: Names) -> bool {
    is_named(&kind.info(), names)
}

fn is_named(info: &ResourceInfo, names: Names) -> bool {
    names.iter().any(|(group, plurals)| *group == info.group && plurals.contains(&info.plural))
}

/// Whether a deletion answers with the object as it was, and not with its name alone.
pub(crate) fn returns_deleted(info: &ResourceInfo) -> bool {
    is_named(info, RETURNED)
}

/// Whether an update of an object that is not there creates it.
pub(super) fn is_created_by_update(kind: Kind) -> bool {
    is_in(kind, CREATED_BY_UPDATE)
}

/// Whether an update must say which version it changes.
pub(super) fn needs_a_version(kind: Kind) -> bool {
    matches!(kind, Kind::Custom(_)) || is_in(kind, NEED_A_VERSION)
}
