//! Lists that are maps in disguise: containers are told apart by name, ports by number. All others are replaced whole.
//!
//! Models: the `patchMergeKey` and `patchStrategy` tags of staging/src/k8s.io/api, v1.36.
//! Simplified: the tags are found by the names of fields, not by kinds.

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ListKind {
    /// Replaced as a whole.
    Atomic,
    /// Elements are told apart by this field.
    ByKey(&'static str),
    /// A set of plain values.
    Set,
}

/// What kind of list is at a path of field names; indices are not in it.
pub fn list_kind(path: &[&str]) -> ListKind {
    let Some((field, parents)) = path.split_last() else { return ListKind::Atomic };
    let parent = parents.last().copied().unwrap_or_default();
    let in_container = matches!(parent, "containers" | "initContainers" | "ephemeralContainers");
    match *field {
        "containers" | "initContainers" | "ephemeralContainers" | "volumes" | "imagePullSecrets" | "resourceClaims" | "secrets" => ListKind::ByKey("name"),
        "env" if in_container => ListKind::ByKey("name"),
        "ports" if in_container => ListKind::ByKey("containerPort"),
        "ports" if parent == "spec" => ListKind::ByKey("port"),
        "volumeMounts" => ListKind::ByKey("mountPath"),
        "volumeDevices" => ListKind::ByKey("devicePath"),
        "hostAliases" => ListKind::ByKey("ip"),
        "topologySpreadConstraints" => ListKind::ByKey("topologyKey"),
        "conditions" if parent == "status" => ListKind::ByKey("type"),
        "ownerReferences" => ListKind::ByKey("uid"),
        "finalizers" => ListKind::Set,
        _ => ListKind::Atomic,
    }
}

/// Structures of which a part rules out the others: when they change, what the file does not name goes.
pub fn retains_keys(path: &[&str]) -> bool {
    matches!(path, [.., "spec", "strategy"] | [.., "volumes"])
}
