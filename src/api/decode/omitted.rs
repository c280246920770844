//! Which empty values an object keeps.
//!
//! The reference leaves out `false`, `0` and `""` when it writes an object, except where the field is a pointer in Go:
//! there `automountServiceAccountToken: false` says something that its absence does not. This is the list of those.
//!
//! Models: staging/src/k8s.io/api/core/v1/types.go and its siblings, v1.36.
//! Simplified: nothing of the kinds that are served.

/// Structs with the fields that keep an empty value.
const KEPT: &[(&str, &[&str])] = &[
    ("AppArmorProfile", &["localhostProfile"]),
    ("AzureDiskVolumeSource", &["cachingMode", "fsType", "kind", "readOnly"]),
    ("AzureFilePersistentVolumeSource", &["secretNamespace"]),
    ("CSIVolumeSource", &["fsType", "readOnly"]),
    ("ClientIPConfig", &["timeoutSeconds"]),
    ("ClusterTrustBundleProjection", &["name", "optional", "signerName"]),
    ("ConfigMap", &["immutable"]),
    ("ConfigMapEnvSource", &["optional"]),
    ("ConfigMapKeySelector", &["optional"]),
    ("ConfigMapProjection", &["optional"]),
    ("ConfigMapVolumeSource", &["defaultMode", "optional"]),
    ("Container", &["restartPolicy"]),
    ("ContainerStatus", &["started", "stopSignal"]),
    ("CustomResourceDefinitionVersion", &["deprecationWarning", "served", "storage"]),
    ("CustomResourceSubresourceScale", &["labelSelectorPath", "specReplicasPath", "statusReplicasPath"]),
    ("DeploymentSpec", &["progressDeadlineSeconds", "replicas", "revisionHistoryLimit"]),
    ("DeploymentStatus", &["collisionCount", "terminatingReplicas"]),
    ("DownwardAPIVolumeFile", &["mode"]),
    ("DownwardAPIVolumeSource", &["defaultMode"]),
    ("Endpoint", &["hostname", "nodeName", "zone"]),
    ("EndpointAddress", &["nodeName"]),
    ("EndpointConditions", &["ready", "serving", "terminating"]),
    ("EndpointPort", &["appProtocol", "name", "port", "protocol"]),
    ("EphemeralContainer", &["restartPolicy"]),
    ("Event", &["reportingComponent", "reportingInstance"]),
    ("FCVolumeSource", &["lun"]),
    ("FileKeySelector", &["optional"]),
    ("GRPCAction", &["service"]),
    ("GlusterfsPersistentVolumeSource", &["endpointsNamespace"]),
    ("HostPathVolumeSource", &["type"]),
    ("ISCSIPersistentVolumeSource", &["initiatorName"]),
    ("ISCSIVolumeSource", &["initiatorName"]),
    ("JSONSchemaProps", &[
        "$ref", "default", "example", "maxItems", "maxLength", "maxProperties", "maximum", "minItems", "minLength", "minProperties", "minimum",
        "multipleOf", "additionalProperties", "additionalItems", "x-kubernetes-list-type", "x-kubernetes-map-type", "x-kubernetes-preserve-unknown-fields",
    ]),
    ("KeyToPath", &["mode"]),
    ("LeaseSpec", &["holderIdentity", "leaseDurationSeconds", "leaseTransitions", "preferredHolder", "strategy"]),
    ("Lifecycle", &["stopSignal"]),
    ("LoadBalancerIngress", &["ipMode"]),
    ("LocalVolumeSource", &["fsType"]),
    ("NodeFeatures", &["supplementalGroupsPolicy"]),
    ("NodeRuntimeHandlerFeatures", &["recursiveReadOnlyMounts", "userNamespaces"]),
    ("NodeSwapStatus", &["capacity"]),
    ("ObjectMeta", &["deletionGracePeriodSeconds"]),
    ("OwnerReference", &["blockOwnerDeletion", "controller"]),
    ("PersistentVolumeClaimSpec", &["storageClassName", "volumeAttributesClassName", "volumeMode"]),
    ("PersistentVolumeClaimStatus", &["currentVolumeAttributesClassName"]),
    ("PersistentVolumeSpec", &["volumeAttributesClassName", "volumeMode"]),
    ("PodCertificateProjection", &["maxExpirationSeconds"]),
    ("PodDNSConfigOption", &["value"]),
    ("PodLogOptions", &["limitBytes", "sinceSeconds", "stream", "tailLines"]),
    ("PodResourceClaim", &["resourceClaimName", "resourceClaimTemplateName"]),
    ("PodResourceClaimStatus", &["resourceClaimName"]),
    ("PodSchedulingGroup", &["podGroupName"]),
    ("PodSecurityContext", &["fsGroup", "fsGroupChangePolicy", "runAsGroup", "runAsNonRoot", "runAsUser", "seLinuxChangePolicy", "supplementalGroupsPolicy"]),
    ("PodSpec", &["activeDeadlineSeconds", "automountServiceAccountToken", "enableServiceLinks", "hostUsers", "hostnameOverride", "preemptionPolicy", "priority", "runtimeClassName", "setHostnameAsFQDN", "shareProcessNamespace", "terminationGracePeriodSeconds"]),
    ("PortStatus", &["error"]),
    ("Preconditions", &["uid"]),
    ("Probe", &["terminationGracePeriodSeconds"]),
    ("ProjectedVolumeSource", &["defaultMode"]),
    ("ReplicaSetSpec", &["replicas"]),
    ("ReplicaSetStatus", &["terminatingReplicas"]),
    ("ReplicationControllerSpec", &["replicas"]),
    ("ResourceHealth", &["message"]),
    ("RollingUpdateDeployment", &["maxSurge", "maxUnavailable"]),
    ("SeccompProfile", &["localhostProfile"]),
    ("Secret", &["immutable"]),
    ("SecretEnvSource", &["optional"]),
    ("SecretKeySelector", &["optional"]),
    ("SecretProjection", &["optional"]),
    ("SecretVolumeSource", &["defaultMode", "optional"]),
    ("SecurityContext", &["allowPrivilegeEscalation", "privileged", "procMount", "readOnlyRootFilesystem", "runAsGroup", "runAsNonRoot", "runAsUser"]),
    ("ServiceAccount", &["automountServiceAccountToken"]),
    ("ServiceAccountTokenProjection", &["expirationSeconds"]),
    ("ServicePort", &["appProtocol"]),
    ("ServiceSpec", &["allocateLoadBalancerNodePorts", "internalTrafficPolicy", "ipFamilyPolicy", "loadBalancerClass", "trafficDistribution"]),
    ("TokenRequestSpec", &["expirationSeconds"]),
    ("Toleration", &["tolerationSeconds"]),
    ("TopologySpreadConstraint", &["minDomains", "nodeAffinityPolicy", "nodeTaintsPolicy"]),
    ("TypedLocalObjectReference", &["apiGroup"]),
    ("TypedObjectReference", &["apiGroup", "namespace"]),
    ("ValidationRule", &["optionalOldSelf", "reason", "rule"]),
    ("VolumeMount", &["mountPropagation", "recursiveReadOnly"]),
    ("VolumeMountStatus", &["recursiveReadOnly"]),
    ("WindowsSecurityContextOptions", &["gmsaCredentialSpec", "gmsaCredentialSpecName", "hostProcess", "runAsUserName"]),
];

/// Fields that hold a map: an empty one is left out, while an empty struct (`emptyDir: {}`) is kept.
const MAPS: &[&str] = &[
    "labels", "annotations", "matchLabels", "nodeSelector", "data", "stringData", "binaryData", "limits", "requests",
    "overhead", "selector", "capacity", "allocatable", "allocatedResources", "attributes", "volumeAttributes", "options",
    "properties", "patternProperties", "definitions", "dependencies",
];

/// Whether `value` says no more in this field than its absence would.
pub(super) fn is_omitted(in_struct: &str, field: &str, value: &serde_json::Value) -> bool {
    use serde_json::Value;
    let empty = match value {
        Value::Null => return true,
        Value::Array(items) => return items.is_empty(),
        Value::Object(object) => return object.is_empty() && MAPS.contains(&field),
        Value::Bool(set) => !set,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
    };
    empty && !KEPT.binary_search_by_key(&in_struct, |(name, _)| name).is_ok_and(|at| KEPT[at].1.contains(&field))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_list_is_sorted_for_searching() {
        assert!(KEPT.is_sorted_by_key(|(name, _)| *name));
    }

    #[test]
    fn pointers_keep_what_others_lose() {
        assert!(is_omitted("PodSpec", "hostNetwork", &json!(false)));
        assert!(!is_omitted("PodSpec", "enableServiceLinks", &json!(false)));
        assert!(!is_omitted("DeploymentSpec", "replicas", &json!(0)));
        assert!(is_omitted("PodSpec", "nodeSelector", &json!({})));
        assert!(!is_omitted("Volume", "emptyDir", &json!({})));
    }
}
