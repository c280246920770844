//! How the lists of each type are merged: data, as the types of the API declare it.
//!
//! Models: the patchStrategy and patchMergeKey tags in staging/src/k8s.io/api, v1.36.
//! Simplified: nothing of the kinds that are served.

/// A field's name, the type of its value or elements, its strategies, and the key that tells its elements apart.
pub(super) type Field = (&'static str, &'static str, &'static str, &'static str);

/// The types with fields that are merged in a special way, or that lead to one, sorted by name.
pub(super) const TYPES: &[(&str, &[Field])] = &[
    ("CSIDriver", &[("metadata", "ObjectMeta", "", "")]),
    ("CSINode", &[("metadata", "ObjectMeta", "", ""), ("spec", "CSINodeSpec", "", "")]),
    ("CSINodeSpec", &[("drivers", "", "merge", "name")]),
    ("CSIStorageCapacity", &[("metadata", "ObjectMeta", "", "")]),
    ("CertificateSigningRequest", &[("metadata", "ObjectMeta", "", "")]),
    ("ComponentStatus", &[("metadata", "ObjectMeta", "", ""), ("conditions", "", "merge", "type")]),
    ("ConfigMap", &[("metadata", "ObjectMeta", "", "")]),
    ("Container", &[
        ("ports", "", "merge", "containerPort"), ("env", "", "merge", "name"),
        ("volumeMounts", "", "merge", "mountPath"), ("volumeDevices", "", "merge", "devicePath"),
    ]),
    ("ContainerStatus", &[
        ("volumeMounts", "", "merge", "mountPath"), ("allocatedResourcesStatus", "", "merge", "name"),
    ]),
    ("ControllerRevision", &[("metadata", "ObjectMeta", "", "")]),
    ("DaemonSet", &[
        ("metadata", "ObjectMeta", "", ""), ("spec", "DaemonSetSpec", "", ""), ("status", "DaemonSetStatus", "", ""),
    ]),
    ("DaemonSetSpec", &[("template", "PodTemplateSpec", "", "")]),
    ("DaemonSetStatus", &[("conditions", "", "merge", "type")]),
    ("Deployment", &[
        ("metadata", "ObjectMeta", "", ""), ("spec", "DeploymentSpec", "", ""),
        ("status", "DeploymentStatus", "", ""),
    ]),
    ("DeploymentSpec", &[("template", "PodTemplateSpec", "", ""), ("strategy", "", "retainKeys", "")]),
    ("DeploymentStatus", &[("conditions", "", "merge", "type")]),
    ("DeviceClass", &[("metadata", "ObjectMeta", "", "")]),
    ("EndpointSlice", &[("metadata", "ObjectMeta", "", "")]),
    ("Endpoints", &[("metadata", "ObjectMeta", "", "")]),
    ("EphemeralContainer", &[
        ("ports", "", "merge", "containerPort"), ("env", "", "merge", "name"),
        ("volumeMounts", "", "merge", "mountPath"), ("volumeDevices", "", "merge", "devicePath"),
    ]),
    ("EphemeralVolumeSource", &[("volumeClaimTemplate", "PersistentVolumeClaimTemplate", "", "")]),
    ("Event", &[("metadata", "ObjectMeta", "", "")]),
    ("FlowSchema", &[("metadata", "ObjectMeta", "", ""), ("status", "FlowSchemaStatus", "", "")]),
    ("FlowSchemaStatus", &[("conditions", "", "merge", "type")]),
    ("IPAddress", &[("metadata", "ObjectMeta", "", "")]),
    ("Ingress", &[("metadata", "ObjectMeta", "", "")]),
    ("IngressClass", &[("metadata", "ObjectMeta", "", "")]),
    ("Lease", &[("metadata", "ObjectMeta", "", "")]),
    ("Namespace", &[("metadata", "ObjectMeta", "", ""), ("status", "NamespaceStatus", "", "")]),
    ("NamespaceStatus", &[("conditions", "", "merge", "type")]),
    ("NetworkPolicy", &[("metadata", "ObjectMeta", "", "")]),
    ("Node", &[
        ("metadata", "ObjectMeta", "", ""), ("spec", "NodeSpec", "", ""), ("status", "NodeStatus", "", ""),
    ]),
    ("NodeSpec", &[("podCIDRs", "", "merge", "")]),
    ("NodeStatus", &[("conditions", "", "merge", "type"), ("addresses", "", "merge", "type")]),
    ("ObjectMeta", &[("ownerReferences", "", "merge", "uid"), ("finalizers", "", "merge", "")]),
    ("PersistentVolume", &[("metadata", "ObjectMeta", "", "")]),
    ("PersistentVolumeClaim", &[("metadata", "ObjectMeta", "", ""), ("status", "PersistentVolumeClaimStatus", "", "")]),
    ("PersistentVolumeClaimStatus", &[("conditions", "", "merge", "type")]),
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
    ("PodTemplate", &[("metadata", "ObjectMeta", "", ""), ("template", "PodTemplateSpec", "", "")]),
    ("PodTemplateSpec", &[("metadata", "ObjectMeta", "", ""), ("spec", "PodSpec", "", "")]),
    ("PriorityLevelConfiguration", &[("metadata", "ObjectMeta", "", ""), ("status", "PriorityLevelConfigurationStatus", "", "")]),
    ("PriorityLevelConfigurationStatus", &[("conditions", "", "merge", "type")]),
    ("ReplicaSet", &[
        ("metadata", "ObjectMeta", "", ""), ("spec", "ReplicaSetSpec", "", ""),
        ("status", "ReplicaSetStatus", "", ""),
    ]),
    ("ReplicaSetSpec", &[("template", "PodTemplateSpec", "", "")]),
    ("ReplicaSetStatus", &[("conditions", "", "merge", "type")]),
    ("ReplicationController", &[
        ("metadata", "ObjectMeta", "", ""), ("spec", "ReplicationControllerSpec", "", ""),
        ("status", "ReplicationControllerStatus", "", ""),
    ]),
    ("ReplicationControllerSpec", &[("template", "PodTemplateSpec", "", "")]),
    ("ReplicationControllerStatus", &[("conditions", "", "merge", "type")]),
    ("ResourceClaim", &[("metadata", "ObjectMeta", "", ""), ("status", "ResourceClaimStatus", "", "")]),
    ("ResourceClaimStatus", &[("reservedFor", "", "merge", "uid")]),
    ("ResourceClaimTemplate", &[("metadata", "ObjectMeta", "", "")]),
    ("ResourceSlice", &[("metadata", "ObjectMeta", "", "")]),
    ("Secret", &[("metadata", "ObjectMeta", "", "")]),
    ("Service", &[
        ("metadata", "ObjectMeta", "", ""), ("spec", "ServiceSpec", "", ""), ("status", "ServiceStatus", "", ""),
    ]),
    ("ServiceAccount", &[("metadata", "ObjectMeta", "", ""), ("secrets", "", "merge", "name")]),
    ("ServiceCIDR", &[("metadata", "ObjectMeta", "", ""), ("status", "ServiceCIDRStatus", "", "")]),
    ("ServiceCIDRStatus", &[("conditions", "", "merge", "type")]),
    ("ServiceSpec", &[("ports", "", "merge", "port")]),
    ("ServiceStatus", &[("conditions", "", "merge", "type")]),
    ("StatefulSet", &[
        ("metadata", "ObjectMeta", "", ""), ("spec", "StatefulSetSpec", "", ""),
        ("status", "StatefulSetStatus", "", ""),
    ]),
    ("StatefulSetSpec", &[("template", "PodTemplateSpec", "", "")]),
    ("StatefulSetStatus", &[("conditions", "", "merge", "type")]),
    ("StorageClass", &[("metadata", "ObjectMeta", "", "")]),
    ("Volume", &[("ephemeral", "EphemeralVolumeSource", "", "")]),
    ("VolumeAttachment", &[("metadata", "ObjectMeta", "", "")]),
    ("VolumeAttributesClass", &[("metadata", "ObjectMeta", "", "")]),
];
