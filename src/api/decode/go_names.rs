//! Texts that have a type of their own in Go: data, for the words in which a wrong type is refused.
//!
//! Models: staging/src/k8s.io/api/*/{v1,v2}/types.go, v1.36.
//! Simplified: two structs of one name share a row.

/// Structs, sorted by name, with those of their fields.
const NAMED: &[(&str, &[(&str, &str)])] = &[
    ("APIResourceDiscovery", &[("scope", "v2.ResourceScope")]),
    ("APIVersionDiscovery", &[("freshness", "v2.DiscoveryFreshness")]),
    ("AdmissionRequest", &[("operation", "v1.Operation"), ("uid", "types.UID")]),
    ("AdmissionResponse", &[("patchType", "v1.PatchType"), ("uid", "types.UID")]),
    ("AppArmorProfile", &[("type", "v1.AppArmorProfileType")]),
    ("AttachedVolume", &[("name", "v1.UniqueVolumeName")]),
    ("AzureDiskVolumeSource", &[("cachingMode", "v1.AzureDataDiskCachingMode"), ("kind", "v1.AzureDataDiskKind")]),
    ("BoundObjectReference", &[("uid", "types.UID")]),
    ("CSIDriverSpec", &[("fsGroupPolicy", "v1.FSGroupPolicy"), ("volumeLifecycleModes", "v1.VolumeLifecycleMode")]),
    ("Capabilities", &[("add", "v1.Capability"), ("drop", "v1.Capability")]),
    ("CertificateSigningRequestCondition", &[("status", "v1.ConditionStatus"), ("type", "v1.RequestConditionType")]),
    ("CertificateSigningRequestSpec", &[("usages", "v1.KeyUsage")]),
    ("ComponentCondition", &[("status", "v1.ConditionStatus"), ("type", "v1.ComponentConditionType")]),
    ("Condition", &[("status", "v1.ConditionStatus")]),
    ("ConfigMapNodeConfigSource", &[("uid", "types.UID")]),
    ("Container", &[("imagePullPolicy", "v1.PullPolicy"), ("restartPolicy", "v1.ContainerRestartPolicy"), ("terminationMessagePolicy", "v1.TerminationMessagePolicy")]),
    ("ContainerPort", &[("protocol", "v1.Protocol")]),
    ("ContainerResizePolicy", &[("resourceName", "v1.ResourceName"), ("restartPolicy", "v1.ResourceResizeRestartPolicy")]),
    ("ContainerResourceMetricSource", &[("name", "v1.ResourceName")]),
    ("ContainerResourceMetricStatus", &[("name", "v1.ResourceName")]),
    ("ContainerRestartRule", &[("action", "v1.ContainerRestartRuleAction")]),
    ("ContainerRestartRuleOnExitCodes", &[("operator", "v1.ContainerRestartRuleOnExitCodesOperator")]),
    ("ContainerStatus", &[("stopSignal", "v1.Signal")]),
    ("ConversionRequest", &[("uid", "types.UID")]),
    ("ConversionResponse", &[("uid", "types.UID")]),
    ("CronJobSpec", &[("concurrencyPolicy", "v1.ConcurrencyPolicy")]),
    ("CustomResourceConversion", &[("strategy", "v1.ConversionStrategyType")]),
    ("CustomResourceDefinitionCondition", &[("status", "v1.ConditionStatus"), ("type", "v1.CustomResourceDefinitionConditionType")]),
    ("CustomResourceDefinitionSpec", &[("scope", "v1.ResourceScope")]),
    ("DaemonSetCondition", &[("status", "v1.ConditionStatus"), ("type", "v1.DaemonSetConditionType")]),
    ("DaemonSetUpdateStrategy", &[("type", "v1.DaemonSetUpdateStrategyType")]),
    ("DeleteOptions", &[("propagationPolicy", "v1.DeletionPropagation")]),
    ("DeploymentCondition", &[("status", "v1.ConditionStatus"), ("type", "v1.DeploymentConditionType")]),
    ("DeploymentStrategy", &[("type", "v1.DeploymentStrategyType")]),
    ("DeviceAllocationConfiguration", &[("source", "v1.AllocationConfigSource")]),
    ("DeviceConstraint", &[("distinctAttribute", "v1.FullyQualifiedName"), ("matchAttribute", "v1.FullyQualifiedName")]),
    ("DeviceRequestAllocationResult", &[("shareID", "types.UID")]),
    ("DeviceSubRequest", &[("allocationMode", "v1.DeviceAllocationMode")]),
    ("DeviceTaint", &[("effect", "v1.DeviceTaintEffect")]),
    ("DeviceToleration", &[("effect", "v1.DeviceTaintEffect"), ("operator", "v1.DeviceTolerationOperator")]),
    ("EmptyDirVolumeSource", &[("medium", "v1.StorageMedium")]),
    ("EndpointPort", &[("protocol", "v1.Protocol")]),
    ("EndpointSlice", &[("addressType", "v1.AddressType")]),
    ("EphemeralContainerCommon", &[("imagePullPolicy", "v1.PullPolicy"), ("restartPolicy", "v1.ContainerRestartPolicy"), ("terminationMessagePolicy", "v1.TerminationMessagePolicy")]),
    ("ExactDeviceRequest", &[("allocationMode", "v1.DeviceAllocationMode")]),
    ("FieldSelectorRequirement", &[("operator", "v1.FieldSelectorOperator")]),
    ("FlowDistinguisherMethod", &[("type", "v1.FlowDistinguisherMethodType")]),
    ("FlowSchemaCondition", &[("status", "v1.ConditionStatus"), ("type", "v1.FlowSchemaConditionType")]),
    ("HPAScalingPolicy", &[("type", "v2.HPAScalingPolicyType")]),
    ("HPAScalingRules", &[("selectPolicy", "v2.ScalingPolicySelect")]),
    ("HTTPGetAction", &[("scheme", "v1.URIScheme")]),
    ("HTTPIngressPath", &[("pathType", "v1.PathType")]),
    ("HorizontalPodAutoscalerCondition", &[("status", "v1.ConditionStatus"), ("type", "v1.HorizontalPodAutoscalerConditionType")]),
    ("HostPathVolumeSource", &[("type", "v1.HostPathType")]),
    ("ImageVolumeSource", &[("pullPolicy", "v1.PullPolicy")]),
    ("IngressPortStatus", &[("protocol", "v1.Protocol")]),
    ("JobCondition", &[("status", "v1.ConditionStatus"), ("type", "v1.JobConditionType")]),
    ("JobSpec", &[("completionMode", "v1.CompletionMode"), ("podReplacementPolicy", "v1.PodReplacementPolicy")]),
    ("LabelSelectorRequirement", &[("operator", "v1.LabelSelectorOperator")]),
    ("LeaseSpec", &[("strategy", "v1.CoordinatedLeaseStrategy")]),
    ("Lifecycle", &[("stopSignal", "v1.Signal")]),
    ("LimitRangeItem", &[("type", "v1.LimitType")]),
    ("LimitResponse", &[("type", "v1.LimitResponseType")]),
    ("ListOptions", &[("resourceVersionMatch", "v1.ResourceVersionMatch")]),
    ("LoadBalancerIngress", &[("ipMode", "v1.LoadBalancerIPMode")]),
    ("ManagedFieldsEntry", &[("operation", "v1.ManagedFieldsOperationType")]),
    ("MatchResources", &[("matchPolicy", "v1.MatchPolicyType")]),
    ("MetricSpec", &[("type", "v1.MetricSourceType")]),
    ("MetricStatus", &[("type", "v1.MetricSourceType")]),
    ("MetricTarget", &[("type", "v2.MetricTargetType")]),
    ("ModifyVolumeStatus", &[("status", "v1.PersistentVolumeClaimModifyVolumeStatus")]),
    ("MutatingAdmissionPolicySpec", &[("failurePolicy", "v1.FailurePolicyType"), ("reinvocationPolicy", "v1.ReinvocationPolicyType")]),
    ("MutatingWebhook", &[("failurePolicy", "v1.FailurePolicyType"), ("matchPolicy", "v1.MatchPolicyType"), ("reinvocationPolicy", "v1.ReinvocationPolicyType"), ("sideEffects", "v1.SideEffectClass")]),
    ("Mutation", &[("patchType", "v1.PatchType")]),
    ("NamedRuleWithOperations", &[("operations", "v1.OperationType"), ("scope", "v1.ScopeType")]),
    ("NamespaceCondition", &[("status", "v1.ConditionStatus"), ("type", "v1.NamespaceConditionType")]),
    ("NamespaceSpec", &[("finalizers", "v1.FinalizerName")]),
    ("NamespaceStatus", &[("phase", "v1.NamespacePhase")]),
    ("NetworkPolicyPort", &[("protocol", "v1.Protocol")]),
    ("NetworkPolicySpec", &[("policyTypes", "v1.PolicyType")]),
    ("NodeAddress", &[("type", "v1.NodeAddressType")]),
    ("NodeAllocatableResourceMapping", &[("capacityKey", "v1.QualifiedName")]),
    ("NodeCondition", &[("status", "v1.ConditionStatus"), ("type", "v1.NodeConditionType")]),
    ("NodeSelectorRequirement", &[("operator", "v1.NodeSelectorOperator")]),
    ("NodeStatus", &[("phase", "v1.NodePhase"), ("volumesInUse", "v1.UniqueVolumeName")]),
    ("ObjectMeta", &[("uid", "types.UID")]),
    ("ObjectReference", &[("uid", "types.UID")]),
    ("OwnerReference", &[("uid", "types.UID")]),
    ("ParamRef", &[("parameterNotFoundAction", "v1.ParameterNotFoundActionType")]),
    ("PersistentVolumeClaimCondition", &[("status", "v1.ConditionStatus"), ("type", "v1.PersistentVolumeClaimConditionType")]),
    ("PersistentVolumeClaimSpec", &[("accessModes", "v1.PersistentVolumeAccessMode"), ("volumeMode", "v1.PersistentVolumeMode")]),
    ("PersistentVolumeClaimStatus", &[("accessModes", "v1.PersistentVolumeAccessMode"), ("phase", "v1.PersistentVolumeClaimPhase")]),
    ("PersistentVolumeSpec", &[("accessModes", "v1.PersistentVolumeAccessMode"), ("persistentVolumeReclaimPolicy", "v1.PersistentVolumeReclaimPolicy"), ("volumeMode", "v1.PersistentVolumeMode")]),
    ("PersistentVolumeStatus", &[("phase", "v1.PersistentVolumePhase")]),
    ("PodCondition", &[("status", "v1.ConditionStatus"), ("type", "v1.PodConditionType")]),
    ("PodDisruptionBudgetSpec", &[("unhealthyPodEvictionPolicy", "v1.UnhealthyPodEvictionPolicyType")]),
    ("PodFailurePolicyOnExitCodesRequirement", &[("operator", "v1.PodFailurePolicyOnExitCodesOperator")]),
    ("PodFailurePolicyOnPodConditionsPattern", &[("status", "v1.ConditionStatus"), ("type", "v1.PodConditionType")]),
    ("PodFailurePolicyRule", &[("action", "v1.PodFailurePolicyAction")]),
    ("PodOS", &[("name", "v1.OSName")]),
    ("PodReadinessGate", &[("conditionType", "v1.PodConditionType")]),
    ("PodSecurityContext", &[("fsGroupChangePolicy", "v1.PodFSGroupChangePolicy"), ("seLinuxChangePolicy", "v1.PodSELinuxChangePolicy"), ("supplementalGroupsPolicy", "v1.SupplementalGroupsPolicy")]),
    ("PodSpec", &[("dnsPolicy", "v1.DNSPolicy"), ("preemptionPolicy", "v1.PreemptionPolicy"), ("restartPolicy", "v1.RestartPolicy")]),
    ("PodStatus", &[("phase", "v1.PodPhase"), ("qosClass", "v1.PodQOSClass"), ("resize", "v1.PodResizeStatus")]),
    ("PortStatus", &[("protocol", "v1.Protocol")]),
    ("Preconditions", &[("uid", "types.UID")]),
    ("PriorityClass", &[("preemptionPolicy", "v1.PreemptionPolicy")]),
    ("PriorityLevelConfigurationCondition", &[("status", "v1.ConditionStatus"), ("type", "v1.PriorityLevelConfigurationConditionType")]),
    ("PriorityLevelConfigurationSpec", &[("type", "v1.PriorityLevelEnablement")]),
    ("ReplicaSetCondition", &[("status", "v1.ConditionStatus"), ("type", "v1.ReplicaSetConditionType")]),
    ("ReplicationControllerCondition", &[("status", "v1.ConditionStatus"), ("type", "v1.ReplicationControllerConditionType")]),
    ("ResourceClaimConsumerReference", &[("uid", "types.UID")]),
    ("ResourceHealth", &[("health", "v1.ResourceHealthStatus"), ("resourceID", "v1.ResourceID")]),
    ("ResourceMetricSource", &[("name", "v1.ResourceName")]),
    ("ResourceMetricStatus", &[("name", "v1.ResourceName")]),
    ("ResourceQuotaSpec", &[("scopes", "v1.ResourceQuotaScope")]),
    ("ResourceStatus", &[("name", "v1.ResourceName")]),
    ("Rule", &[("scope", "v1.ScopeType")]),
    ("RuleWithOperations", &[("operations", "v1.OperationType"), ("scope", "v1.ScopeType")]),
    ("ScopedResourceSelectorRequirement", &[("operator", "v1.ScopeSelectorOperator"), ("scopeName", "v1.ResourceQuotaScope")]),
    ("SeccompProfile", &[("type", "v1.SeccompProfileType")]),
    ("Secret", &[("type", "v1.SecretType")]),
    ("SecurityContext", &[("procMount", "v1.ProcMountType")]),
    ("ServicePort", &[("protocol", "v1.Protocol")]),
    ("ServiceSpec", &[("externalTrafficPolicy", "v1.ServiceExternalTrafficPolicy"), ("internalTrafficPolicy", "v1.ServiceInternalTrafficPolicy"), ("ipFamilies", "v1.IPFamily"), ("ipFamilyPolicy", "v1.IPFamilyPolicy"), ("sessionAffinity", "v1.ServiceAffinity"), ("type", "v1.ServiceType")]),
    ("StatefulSetCondition", &[("status", "v1.ConditionStatus"), ("type", "v1.StatefulSetConditionType")]),
    ("StatefulSetPersistentVolumeClaimRetentionPolicy", &[("whenDeleted", "v1.PersistentVolumeClaimRetentionPolicyType"), ("whenScaled", "v1.PersistentVolumeClaimRetentionPolicyType")]),
    ("StatefulSetSpec", &[("podManagementPolicy", "v1.PodManagementPolicyType")]),
    ("StatefulSetUpdateStrategy", &[("type", "v1.StatefulSetUpdateStrategyType")]),
    ("Status", &[("reason", "v1.StatusReason")]),
    ("StatusCause", &[("reason", "v1.CauseType")]),
    ("StatusDetails", &[("uid", "types.UID")]),
    ("StorageClass", &[("reclaimPolicy", "v1.PersistentVolumeReclaimPolicy"), ("volumeBindingMode", "v1.VolumeBindingMode")]),
    ("TableOptions", &[("includeObject", "v1.IncludeObjectPolicy")]),
    ("TableRowCondition", &[("status", "v1.ConditionStatus"), ("type", "v1.RowConditionType")]),
    ("Taint", &[("effect", "v1.TaintEffect")]),
    ("Toleration", &[("effect", "v1.TaintEffect"), ("operator", "v1.TolerationOperator")]),
    ("TopologySpreadConstraint", &[("nodeAffinityPolicy", "v1.NodeInclusionPolicy"), ("nodeTaintsPolicy", "v1.NodeInclusionPolicy"), ("whenUnsatisfiable", "v1.UnsatisfiableConstraintAction")]),
    ("UncountedTerminatedPods", &[("failed", "types.UID"), ("succeeded", "types.UID")]),
    ("ValidatingAdmissionPolicyBindingSpec", &[("validationActions", "v1.ValidationAction")]),
    ("ValidatingAdmissionPolicySpec", &[("failurePolicy", "v1.FailurePolicyType")]),
    ("ValidatingWebhook", &[("failurePolicy", "v1.FailurePolicyType"), ("matchPolicy", "v1.MatchPolicyType"), ("sideEffects", "v1.SideEffectClass")]),
    ("Validation", &[("reason", "v1.StatusReason")]),
    ("VolumeMount", &[("mountPropagation", "v1.MountPropagationMode"), ("recursiveReadOnly", "v1.RecursiveReadOnlyMode")]),
    ("VolumeMountStatus", &[("recursiveReadOnly", "v1.RecursiveReadOnlyMode")]),
];

/// The name of the type of a text, or of the texts in a list: `v1.PullPolicy` for the field `imagePullPolicy` of a container.
pub(super) fn of_text(in_struct: &str, field: &str) -> &'static str {
    if matches!((in_struct, field), ("ConfigMap", "binaryData") | ("Secret", "data") | ("CertificateSigningRequestSpec", "request") | ("CertificateSigningRequestStatus", "certificate") | ("WebhookClientConfig" | "APIServiceSpec", "caBundle")) {
        return "[]uint8";
    }
    let row = NAMED.binary_search_by_key(&in_struct, |(name, _)| name).ok().map(|at| NAMED[at].1);
    row.and_then(|fields| fields.iter().find(|(name, _)| *name == field)).map_or("string", |(_, named)| named)
}

/// Whether a type of this name is a text.
pub(crate) fn is_text(name: &str) -> bool {
    NAMED.iter().any(|(_, fields)| fields.iter().any(|(_, named)| *named == name))
}

/// A struct with its package. All but those of autoscaling/v2 are in a package `v1`.
pub(super) fn of_struct(name: &str) -> String {
    const SECOND: &[&str] = &[
        "ContainerResourceMetricSource", "ContainerResourceMetricStatus", "CrossVersionObjectReference", "ExternalMetricSource",
        "ExternalMetricStatus", "HPAScalingPolicy", "HPAScalingRules", "HorizontalPodAutoscalerBehavior",
        "HorizontalPodAutoscalerCondition", "HorizontalPodAutoscalerSpec", "HorizontalPodAutoscalerStatus", "MetricIdentifier",
        "MetricSpec", "MetricStatus", "MetricTarget", "MetricValueStatus", "ObjectMetricSource", "ObjectMetricStatus",
        "PodsMetricSource", "PodsMetricStatus", "ResourceMetricSource", "ResourceMetricStatus",
    ];
    format!("{}.{name}", if SECOND.contains(&name) { "v2" } else { "v1" })
}

/// The struct inside a struct by which Go reaches a field, which its errors name too: `spec.volumes.VolumeSource.emptyDir`.
pub(super) fn embedded(in_struct: &str, field: &str) -> Option<&'static str> {
    let own: (&[&str], &'static str) = match in_struct {
        "Volume" => (&["name"], "VolumeSource"),
        "IngressRule" => (&["host"], "IngressRuleValue"),
        "EphemeralContainer" => (&["targetContainerName"], "EphemeralContainerCommon"),
        "Probe" => (
            &["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold", "terminationGracePeriodSeconds"],
            "ProbeHandler",
        ),
        "PersistentVolumeSpec" => (
            &[
                "capacity", "accessModes", "claimRef", "persistentVolumeReclaimPolicy", "storageClassName", "mountOptions", "volumeMode",
                "nodeAffinity", "volumeAttributesClassName",
            ],
            "PersistentVolumeSource",
        ),
        "ConfigMapEnvSource" | "SecretEnvSource" | "ConfigMapKeySelector" | "SecretKeySelector" | "ConfigMapProjection"
        | "SecretProjection" | "ConfigMapVolumeSource" => {
            return (field == "name").then_some("LocalObjectReference");
        }
        "DeviceClassConfiguration" => (&[], "DeviceConfiguration"),
        "DeviceClaimConfiguration" => (&["requests"], "DeviceConfiguration"),
        "NamedRuleWithOperations" if field == "operations" => return Some("RuleWithOperations"),
        "NamedRuleWithOperations" => (&["resourceNames"], "RuleWithOperations.Rule"),
        "RuleWithOperations" => (&["operations"], "Rule"),
        "PersistentVolumeClaim" => return matches!(field, "kind" | "apiVersion").then_some("TypeMeta"),
        _ => return None,
    };
    (!own.0.contains(&field)).then_some(own.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_and_embedded_structs_are_found() {
        assert!(NAMED.is_sorted_by_key(|(name, _)| *name));
        assert_eq!(of_text("Container", "imagePullPolicy"), "v1.PullPolicy");
        assert_eq!(of_text("Container", "image"), "string");
        assert_eq!(embedded("Volume", "emptyDir"), Some("VolumeSource"));
        assert_eq!(embedded("Volume", "name"), None);
    }
}
