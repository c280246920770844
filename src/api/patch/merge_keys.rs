//! How the lists of each type are merged: data, as the types of the API declare it.
//!
//! Models: the patchStrategy and patchMergeKey tags in staging/src/k8s.io/api, v1.36.
//! Simplified: nothing of the kinds that are served.

/// A field's name, the type of its value or elements, its strategies, and the key that tells its elements apart.
pub(super) type Field = (&'static str, &'static str, &'static str, &'static str);

/// The types with fields that are merged in a special way, or that lead to one, sorted by name.
pub(super) const TYPES: &[(&str, &[Field])] = &[
    ("ClusterRole", &[("metadata", "ObjectMeta", "", "")]),
    ("ClusterRoleBinding", &[("metadata", "ObjectMeta", "", "")]),
    ("ConfigMap", &[("metadata", "ObjectMeta", "", "")]),
    ("Container", &[
        ("ports", "", "merge", "containerPort"), ("env", "", "merge", "name"),
        ("volumeMounts", "", "merge", "mountPath"), ("volumeDevices", "", "merge", "devicePath"),
    ]),
    ("ContainerStatus", &[
        ("volumeMounts", "", "merge", "mountPath"), ("allocatedResourcesStatus", "", "merge", "name"),
    ]),
    ("Deployment", &[
        ("metadata", "ObjectMeta", "", ""), ("spec", "DeploymentSpec", "", ""),
        ("status", "DeploymentStatus", "", ""),
    ]),
    ("DeploymentSpec", &[("template", "PodTemplateSpec", "", ""), ("strategy", "", "retainKeys", "")]),
    ("DeploymentStatus", &[("conditions", "", "merge", "type")]),
    ("EndpointSlice", &[("metadata", "ObjectMeta", "", "")]),
    ("Endpoints", &[("metadata", "ObjectMeta", "", "")]),
    ("EphemeralContainer", &[
        ("ports", "", "merge", "containerPort"), ("env", "", "merge", "name"),
        ("volumeMounts", "", "merge", "mountPath"), ("volumeDevices", "", "merge", "devicePath"),
    ]),
    ("EphemeralVolumeSource", &[("volumeClaimTemplate", "PersistentVolumeClaimTemplate", "", "")]),
    ("Event", &[("metadata", "ObjectMeta", "", "")]),
    ("Lease", &[("metadata", "ObjectMeta", "", "")]),
    ("LimitRange", &[("metadata", "ObjectMeta", "", "")]),
    ("Namespace", &[("metadata", "ObjectMeta", "", ""), ("status", "NamespaceStatus", "", "")]),
    ("NamespaceStatus", &[("conditions", "", "merge", "type")]),
    ("Node", &[
        ("metadata", "ObjectMeta", "", ""), ("spec", "NodeSpec", "", ""), ("status", "NodeStatus", "", ""),
    ]),
    ("NodeSpec", &[("podCIDRs", "", "merge", "")]),
    ("NodeStatus", &[("conditions", "", "merge", "type"), ("addresses", "", "merge", "type")]),
    ("ObjectMeta", &[("ownerReferences", "", "merge", "uid"), ("finalizers", "", "merge", "")]),
    ("PersistentVolumeClaimTemplate", &[("metadata", "ObjectMeta", "", "")]),
    ("Pod", &[("metadata", "ObjectMeta", "", ""), ("spec", "PodSpec", "", ""), ("status", "PodStatus", "", "")]),
    ("PodSpec", &[
        ("volumes", "Volume", "merge,retainKeys", "name"), ("initContainers", "Container", "merge", "name"),
        ("containers", "Container", "merge", "name"), ("ephemeralContainers", "EphemeralContainer", "merge", "name"),
        ("imagePullSecrets", "", "merge", "name"), ("hostAliases", "", "merge", "ip"),
        ("topologySpreadConstraints", "", "merge", "topologyKey"), ("schedulingGates", "", "merge", "name"),
        ("resourceClaims", "", "merge,retainKeys", "name"),
    ]),
    ("PodStatus", &[
        ("conditions", "", "merge", "type"), ("hostIPs", "", "merge", "ip"), ("podIPs", "", "merge", "ip"),
        ("initContainerStatuses", "ContainerStatus", "", ""), ("containerStatuses", "ContainerStatus", "", ""),
        ("ephemeralContainerStatuses", "ContainerStatus", "", ""),
        ("resourceClaimStatuses", "", "merge,retainKeys", "name"),
    ]),
    ("PodTemplateSpec", &[("metadata", "ObjectMeta", "", ""), ("spec", "PodSpec", "", "")]),
    ("PriorityClass", &[("metadata", "ObjectMeta", "", "")]),
    ("ReplicaSet", &[
        ("metadata", "ObjectMeta", "", ""), ("spec", "ReplicaSetSpec", "", ""),
        ("status", "ReplicaSetStatus", "", ""),
    ]),
    ("ReplicaSetSpec", &[("template", "PodTemplateSpec", "", "")]),
    ("ReplicaSetStatus", &[("conditions", "", "merge", "type")]),
    ("ResourceQuota", &[("metadata", "ObjectMeta", "", "")]),
    ("Role", &[("metadata", "ObjectMeta", "", "")]),
    ("RoleBinding", &[("metadata", "ObjectMeta", "", "")]),
    ("RuntimeClass", &[("metadata", "ObjectMeta", "", "")]),
    ("Secret", &[("metadata", "ObjectMeta", "", "")]),
    ("Service", &[
        ("metadata", "ObjectMeta", "", ""), ("spec", "ServiceSpec", "", ""), ("status", "ServiceStatus", "", ""),
    ]),
    ("ServiceAccount", &[("metadata", "ObjectMeta", "", ""), ("secrets", "", "merge", "name")]),
    ("ServiceSpec", &[("ports", "", "merge", "port")]),
    ("ServiceStatus", &[("conditions", "", "merge", "type")]),
    ("Volume", &[("ephemeral", "EphemeralVolumeSource", "", "")]),
];
