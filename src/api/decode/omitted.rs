//! Which empty values an object keeps.
//!
//! The reference leaves out `false`, `0` and `""` when it writes an object, except where the field is a pointer in Go:
//! there `automountServiceAccountToken: false` says something that its absence does not. This is the list of those.
//!
//! Models: staging/src/k8s.io/api/core/v1/types.go and its siblings, v1.36.
//! Simplified: nothing of the kinds that are served.

/// Structs with the fields that keep an empty value.
const KEPT: &[(&str, &[&str])] = &[
    ("AllocatedDeviceStatus", &["shareID"]),
    ("AppArmorProfile", &["localhostProfile"]),
    ("AzureDiskVolumeSource", &["cachingMode", "fsType", "kind", "readOnly"]),
    ("AzureFilePersistentVolumeSource", &["secretNamespace"]),
    ("CSIDriverSpec", &["attachRequired", "fsGroupPolicy", "nodeAllocatableUpdatePeriodSeconds", "podInfoOnMount", "preventPodSchedulingIfMissing", "requiresRepublish", "seLinuxMount", "serviceAccountTokenInSecrets", "storageCapacity"]),
    ("CSIVolumeSource", &["fsType", "readOnly"]),
    ("CertificateSigningRequestSpec", &["expirationSeconds", "request"]),
    ("ClientIPConfig", &["timeoutSeconds"]),
    ("ClusterTrustBundleProjection", &["name", "optional", "signerName"]),
    ("ConfigMap", &["immutable"]),
    ("ConfigMapEnvSource", &["optional"]),
    ("ConfigMapKeySelector", &["optional"]),
    ("ConfigMapProjection", &["optional"]),
    ("ConfigMapVolumeSource", &["defaultMode", "optional"]),
    ("Container", &["restartPolicy"]),
    ("ContainerStatus", &["started", "stopSignal"]),
    ("CronJobSpec", &["failedJobsHistoryLimit", "startingDeadlineSeconds", "successfulJobsHistoryLimit", "suspend", "timeZone"]),
    ("CustomResourceDefinitionVersion", &["deprecationWarning", "served", "storage"]),
    ("CustomResourceSubresourceScale", &["labelSelectorPath", "specReplicasPath", "statusReplicasPath"]),
    ("DaemonSetSpec", &["revisionHistoryLimit"]),
    ("DaemonSetStatus", &["collisionCount"]),
    ("DeploymentSpec", &["progressDeadlineSeconds", "replicas", "revisionHistoryLimit"]),
    ("DeploymentStatus", &["collisionCount", "terminatingReplicas"]),
    ("Device", &["allNodes", "allowMultipleAllocations", "bindsToNode", "nodeName"]),
    ("DeviceAttribute", &["bool", "int", "string", "version"]),
    ("DeviceClassSpec", &["extendedResourceName"]),
    ("DeviceConstraint", &["distinctAttribute", "matchAttribute"]),
    ("DeviceRequestAllocationResult", &["adminAccess", "shareID"]),
    ("DeviceToleration", &["tolerationSeconds"]),
    ("DownwardAPIVolumeFile", &["mode"]),
    ("DownwardAPIVolumeSource", &["defaultMode"]),
    ("Endpoint", &["hostname", "nodeName", "zone"]),
    ("EndpointAddress", &["nodeName"]),
    ("EndpointConditions", &["ready", "serving", "terminating"]),
    ("EndpointPort", &["appProtocol", "name", "port", "protocol"]),
    ("EphemeralContainer", &["restartPolicy"]),
    ("Event", &["reportingComponent", "reportingInstance"]),
    ("ExactDeviceRequest", &["adminAccess"]),
    ("ExemptPriorityLevelConfiguration", &["lendablePercent", "nominalConcurrencyShares"]),
    ("FCVolumeSource", &["lun"]),
    ("FileKeySelector", &["optional"]),
    ("GRPCAction", &["service"]),
    ("GlusterfsPersistentVolumeSource", &["endpointsNamespace"]),
    ("HPAScalingRules", &["selectPolicy", "stabilizationWindowSeconds", "tolerance"]),
    ("HTTPIngressPath", &["pathType"]),
    ("HorizontalPodAutoscalerSpec", &["minReplicas"]),
    ("HorizontalPodAutoscalerStatus", &["observedGeneration"]),
    ("HostPathVolumeSource", &["type"]),
    ("ISCSIPersistentVolumeSource", &["initiatorName"]),
    ("ISCSIVolumeSource", &["initiatorName"]),
    ("IngressClassParametersReference", &["apiGroup", "namespace", "scope"]),
    ("IngressPortStatus", &["error"]),
    ("IngressSpec", &["ingressClassName"]),
    ("JSONSchemaProps", &[
        "$ref", "default", "example", "maxItems", "maxLength", "maxProperties", "maximum", "minItems", "minLength", "minProperties", "minimum",
        "multipleOf", "additionalProperties", "additionalItems", "x-kubernetes-list-type", "x-kubernetes-map-type", "x-kubernetes-preserve-unknown-fields",
    ]),
    ("JobSpec", &["activeDeadlineSeconds", "backoffLimit", "backoffLimitPerIndex", "completionMode", "completions", "managedBy", "manualSelector", "maxFailedIndexes", "parallelism", "podReplacementPolicy", "suspend", "ttlSecondsAfterFinished"]),
    ("JobStatus", &["failedIndexes", "ready", "terminating"]),
    ("KeyToPath", &["mode"]),
    ("LeaseSpec", &["holderIdentity", "leaseDurationSeconds", "leaseTransitions", "preferredHolder", "strategy"]),
    ("Lifecycle", &["stopSignal"]),
    ("LimitedPriorityLevelConfiguration", &["borrowingLimitPercent", "lendablePercent", "nominalConcurrencyShares"]),
    ("LoadBalancerIngress", &["ipMode"]),
    ("LocalVolumeSource", &["fsType"]),
    ("MatchResources", &["matchPolicy"]),
    ("MetricTarget", &["averageUtilization", "averageValue", "value"]),
    ("MetricValueStatus", &["averageUtilization", "averageValue", "value"]),
    ("MutatingAdmissionPolicySpec", &["failurePolicy"]),
    ("MutatingWebhook", &["failurePolicy", "matchPolicy", "reinvocationPolicy", "sideEffects", "timeoutSeconds"]),
    ("NetworkPolicyPort", &["endPort", "port", "protocol"]),
    ("NodeAllocatableResourceMapping", &["capacityKey"]),
    ("NodeFeatures", &["supplementalGroupsPolicy"]),
    ("NodeRuntimeHandlerFeatures", &["recursiveReadOnlyMounts", "userNamespaces"]),
    ("NodeSwapStatus", &["capacity"]),
    ("ObjectMeta", &["deletionGracePeriodSeconds"]),
    ("OwnerReference", &["blockOwnerDeletion", "controller"]),
    ("ParamRef", &["parameterNotFoundAction"]),
    ("PersistentVolumeClaimSpec", &["storageClassName", "volumeAttributesClassName", "volumeMode"]),
    ("PersistentVolumeClaimStatus", &["currentVolumeAttributesClassName"]),
    ("PersistentVolumeSpec", &["volumeAttributesClassName", "volumeMode"]),
    ("PodCertificateProjection", &["maxExpirationSeconds"]),
    ("PodDNSConfigOption", &["value"]),
    ("PodDisruptionBudgetSpec", &["maxUnavailable", "minAvailable", "unhealthyPodEvictionPolicy"]),
    ("PodDisruptionBudgetStatus", &["currentHealthy", "desiredHealthy", "disruptionsAllowed", "expectedPods"]),
    ("PodFailurePolicyOnExitCodesRequirement", &["containerName"]),
    ("PodLogOptions", &["limitBytes", "sinceSeconds", "stream", "tailLines"]),
    ("PodResourceClaim", &["resourceClaimName", "resourceClaimTemplateName"]),
    ("PodResourceClaimStatus", &["resourceClaimName"]),
    ("PodSchedulingGroup", &["podGroupName"]),
    ("PodSecurityContext", &["fsGroup", "fsGroupChangePolicy", "runAsGroup", "runAsNonRoot", "runAsUser", "seLinuxChangePolicy", "supplementalGroupsPolicy"]),
    ("PodSpec", &["activeDeadlineSeconds", "automountServiceAccountToken", "enableServiceLinks", "hostUsers", "hostnameOverride", "preemptionPolicy", "priority", "runtimeClassName", "setHostnameAsFQDN", "shareProcessNamespace", "terminationGracePeriodSeconds"]),
    ("PortStatus", &["error"]),
    ("Preconditions", &["uid"]),
    ("PriorityClass", &["preemptionPolicy"]),
    ("Probe", &["terminationGracePeriodSeconds"]),
    ("ProjectedVolumeSource", &["defaultMode"]),
    ("ReplicaSetSpec", &["replicas"]),
    ("ReplicaSetStatus", &["terminatingReplicas"]),
    ("ReplicationControllerSpec", &["replicas"]),
    ("ResourceHealth", &["message"]),
    ("ResourceSliceSpec", &["allNodes", "nodeName", "perDeviceNodeSelection"]),
    ("RollingUpdateDaemonSet", &["maxSurge", "maxUnavailable"]),
    ("RollingUpdateDeployment", &["maxSurge", "maxUnavailable"]),
    ("RollingUpdateStatefulSetStrategy", &["maxUnavailable", "partition"]),
    ("RuleWithOperations", &["scope"]),
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
    ("ServiceReference", &["path", "port"]),
    ("ServiceSpec", &["allocateLoadBalancerNodePorts", "internalTrafficPolicy", "ipFamilyPolicy", "loadBalancerClass", "trafficDistribution"]),
    ("StatefulSetOrdinals", &["start"]),
    ("StatefulSetSpec", &["replicas", "revisionHistoryLimit", "serviceName"]),
    ("StatefulSetStatus", &["availableReplicas", "collisionCount"]),
    ("StorageClass", &["allowVolumeExpansion", "reclaimPolicy", "volumeBindingMode"]),
    ("SuccessPolicyRule", &["succeededCount", "succeededIndexes"]),
    ("TokenRequest", &["expirationSeconds"]),
    ("TokenRequestSpec", &["expirationSeconds"]),
    ("Toleration", &["tolerationSeconds"]),
    ("TopologySpreadConstraint", &["minDomains", "nodeAffinityPolicy", "nodeTaintsPolicy"]),
    ("TypedLocalObjectReference", &["apiGroup"]),
    ("TypedObjectReference", &["apiGroup", "namespace"]),
    ("ValidatingAdmissionPolicySpec", &["failurePolicy"]),
    ("ValidatingWebhook", &["failurePolicy", "matchPolicy", "sideEffects", "timeoutSeconds"]),
    ("Validation", &["reason"]),
    ("ValidationRule", &["optionalOldSelf", "reason", "rule"]),
    ("VolumeAttachmentSource", &["persistentVolumeName"]),
    ("VolumeAttachmentStatus", &["attached"]),
    ("VolumeError", &["errorCode"]),
    ("VolumeMount", &["mountPropagation", "recursiveReadOnly"]),
    ("VolumeMountStatus", &["recursiveReadOnly"]),
    ("VolumeNodeResources", &["count"]),
    ("WebhookClientConfig", &["url"]),
    ("WindowsSecurityContextOptions", &["gmsaCredentialSpec", "gmsaCredentialSpecName", "hostProcess", "runAsUserName"]),
];

/// Fields that hold a map: an empty one is left out, while an empty struct (`emptyDir: {}`) is kept.
const MAPS: &[&str] = &[
    "labels", "annotations", "matchLabels", "nodeSelector", "data", "stringData", "binaryData", "limits", "requests",
    "overhead", "capacity", "allocatable", "hard", "used", "allocatedResources", "attributes", "volumeAttributes", "options",
    "parameters", "attachmentMetadata", "allocatedResourceStatuses", "extra", "consumedCapacity", "counters",
    "properties", "patternProperties", "definitions", "dependencies", "podFixed",
];

/// Whether a text in the field is read by its type, which an empty one does not please: times and quantities.
fn is_read(in_struct: &str, field: &str) -> bool {
    let is_time = field.ends_with("Timestamp") || (field.ends_with("Time") && !field.starts_with("since")) || matches!(field, "time" | "startedAt" | "finishedAt" | "timeAdded");
    is_time || matches!((in_struct, field), ("CSIStorageCapacity", "capacity" | "maximumVolumeSize") | ("ResourceFieldSelector", "divisor") | ("EmptyDirVolumeSource", "sizeLimit") | ("DeviceCapacity" | "Counter", "value") | ("CapacityRequestPolicy", "default") | ("CapacityRequestPolicyRange", "min" | "max" | "step"))
}

/// Whether `value` says no more in this field than its absence would.
pub(super) fn is_omitted(in_struct: &str, field: &str, value: &serde_json::Value) -> bool {
    use serde_json::Value;
    // Of any shape, and a struct that is there although it is empty.
    if matches!((in_struct, field), ("ControllerRevision", "data") | ("CSINodeDriver", "allocatable")) {
        return value.is_null();
    }
    // These are read by whoever they are for, who is told of nothing at all too; and these are structs that are there.
    if matches!((in_struct, field), ("OpaqueDeviceConfiguration", "parameters") | ("IngressClassSpec", "parameters")) {
        return value.is_null();
    }
    // An empty name of a port is a name.
    if matches!((in_struct, field), ("HTTPGetAction" | "TCPSocketAction", "port")) && value.is_string() {
        return false;
    }
    let empty = match value {
        Value::Null => return true,
        Value::Object(_) if (in_struct, field) == ("PersistentVolumeSpec", "capacity") => return false,
        // These are not left out in Go, where an empty one is not yet a missing one.
        Value::Array(_) if matches!((in_struct, field), ("Role" | "ClusterRole", "rules") | ("HPAScalingRules", "policies")) => return false,
        // Containers of this sort are refused if they have these at all.
        Value::Array(_) if matches!((in_struct, field), ("EphemeralContainer", "ports" | "resizePolicy" | "restartPolicyRules")) => return false,
        // An empty list of owners is a request to forget them.
        Value::Array(items) => return items.is_empty() && !matches!(field, "managedFields" | "metadata" | "spec" | "status"),
        // A selector by labels is a struct, where an empty one selects everything; these two have a plain map.
        Value::Object(object) if field == "selector" => return object.is_empty() && matches!(in_struct, "ServiceSpec" | "ReplicationControllerSpec"),
        // What a claim asks for is always written, even if it is nothing.
        Value::Object(object) if (in_struct, field) == ("PersistentVolumeClaimSpec", "resources") => return object.is_empty(),
        Value::Object(object) => return object.is_empty() && MAPS.contains(&field),
        Value::Bool(set) => !set,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty() && !is_read(in_struct, field),
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
        assert!(is_omitted("ServiceSpec", "selector", &json!({})));
        assert!(!is_omitted("StatefulSetSpec", "selector", &json!({})));
    }
}
