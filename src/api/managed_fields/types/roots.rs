//! Data: the kinds with their types, and what an empty object of each is written as.
//!
//! Models: api/openapi-spec and the JSON tags in staging/src/k8s.io/api, v1.36.
//! Simplified: groups in alpha and beta are left out.

use super::cluster::{
    ADMISSIONREGISTRATION_V1_MUTATING_ADMISSION_POLICY, ADMISSIONREGISTRATION_V1_MUTATING_ADMISSION_POLICY_BINDING,
    ADMISSIONREGISTRATION_V1_MUTATING_WEBHOOK_CONFIGURATION, ADMISSIONREGISTRATION_V1_VALIDATING_ADMISSION_POLICY,
    ADMISSIONREGISTRATION_V1_VALIDATING_ADMISSION_POLICY_BINDING, ADMISSIONREGISTRATION_V1_VALIDATING_WEBHOOK_CONFIGURATION,
    APIEXTENSIONS_V1_CUSTOM_RESOURCE_DEFINITION, APIREGISTRATION_V1_API_SERVICE, CERTIFICATES_V1_CERTIFICATE_SIGNING_REQUEST, COORDINATION_V1_LEASE, EVENTS_V1_EVENT,
    FLOWCONTROL_V1_FLOW_SCHEMA, FLOWCONTROL_V1_PRIORITY_LEVEL_CONFIGURATION, RBAC_V1_CLUSTER_ROLE, RBAC_V1_CLUSTER_ROLE_BINDING, RBAC_V1_ROLE,
    RBAC_V1_ROLE_BINDING,
};
use super::core::{
    CORE_V1_COMPONENT_STATUS, CORE_V1_CONFIG_MAP, CORE_V1_ENDPOINTS, CORE_V1_EVENT, CORE_V1_LIMIT_RANGE, CORE_V1_NAMESPACE, CORE_V1_NODE,
    CORE_V1_PERSISTENT_VOLUME, CORE_V1_PERSISTENT_VOLUME_CLAIM, CORE_V1_POD, CORE_V1_POD_TEMPLATE, CORE_V1_REPLICATION_CONTROLLER,
    CORE_V1_RESOURCE_QUOTA, CORE_V1_SECRET, CORE_V1_SERVICE, CORE_V1_SERVICE_ACCOUNT,
};
use super::network::{
    DISCOVERY_V1_ENDPOINT_SLICE, NETWORKING_V1_INGRESS, NETWORKING_V1_INGRESS_CLASS, NETWORKING_V1_IP_ADDRESS, NETWORKING_V1_NETWORK_POLICY,
    NETWORKING_V1_SERVICE_CIDR,
};
use super::resources::{
    NODE_V1_RUNTIME_CLASS, RESOURCE_V1_DEVICE_CLASS, RESOURCE_V1_RESOURCE_CLAIM, RESOURCE_V1_RESOURCE_CLAIM_TEMPLATE, RESOURCE_V1_RESOURCE_SLICE,
    SCHEDULING_V1_PRIORITY_CLASS, STORAGE_V1_CSI_DRIVER, STORAGE_V1_CSI_NODE, STORAGE_V1_CSI_STORAGE_CAPACITY, STORAGE_V1_STORAGE_CLASS,
    STORAGE_V1_VOLUME_ATTACHMENT, STORAGE_V1_VOLUME_ATTRIBUTES_CLASS,
};
use super::reviews::{AUTHENTICATION_V1_TOKEN_REQUEST, AUTHENTICATION_V1_TOKEN_REVIEW, AUTHORIZATION_V1_SUBJECT_ACCESS_REVIEW};
use super::workloads::{
    APPS_V1_CONTROLLER_REVISION, APPS_V1_DAEMON_SET, APPS_V1_DEPLOYMENT, APPS_V1_REPLICA_SET, APPS_V1_STATEFUL_SET,
    AUTOSCALING_V1_HORIZONTAL_POD_AUTOSCALER, AUTOSCALING_V1_SCALE, AUTOSCALING_V2_HORIZONTAL_POD_AUTOSCALER, BATCH_V1_CRON_JOB, BATCH_V1_JOB,
    POLICY_V1_EVICTION, POLICY_V1_POD_DISRUPTION_BUDGET,
};
use crate::managed_fields::schema::Root;

/// Sorted by version and kind.
pub(in crate::managed_fields) const ROOTS: &[Root] = &[
    Root {
        version: "admissionregistration.k8s.io/v1",
        kind: "MutatingAdmissionPolicy",
        of: &ADMISSIONREGISTRATION_V1_MUTATING_ADMISSION_POLICY,
        empty: r#"{"spec":{}}"#,
    },
    Root {
        version: "admissionregistration.k8s.io/v1",
        kind: "MutatingAdmissionPolicyBinding",
        of: &ADMISSIONREGISTRATION_V1_MUTATING_ADMISSION_POLICY_BINDING,
        empty: r#"{"spec":{}}"#,
    },
    Root {
        version: "admissionregistration.k8s.io/v1",
        kind: "MutatingWebhookConfiguration",
        of: &ADMISSIONREGISTRATION_V1_MUTATING_WEBHOOK_CONFIGURATION,
        empty: r#"{}"#,
    },
    Root {
        version: "admissionregistration.k8s.io/v1",
        kind: "ValidatingAdmissionPolicy",
        of: &ADMISSIONREGISTRATION_V1_VALIDATING_ADMISSION_POLICY,
        empty: r#"{"spec":{},"status":{}}"#,
    },
    Root {
        version: "admissionregistration.k8s.io/v1",
        kind: "ValidatingAdmissionPolicyBinding",
        of: &ADMISSIONREGISTRATION_V1_VALIDATING_ADMISSION_POLICY_BINDING,
        empty: r#"{"spec":{}}"#,
    },
    Root {
        version: "admissionregistration.k8s.io/v1",
        kind: "ValidatingWebhookConfiguration",
        of: &ADMISSIONREGISTRATION_V1_VALIDATING_WEBHOOK_CONFIGURATION,
        empty: r#"{}"#,
    },
    Root {
        version: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        of: &APIEXTENSIONS_V1_CUSTOM_RESOURCE_DEFINITION,
        empty: r#"{"spec":{"group":"","names":{"plural":"","kind":""},"scope":"","versions":null},"status":{"conditions":null,"acceptedNames":{"plural":"","kind":""},"storedVersions":null}}"#,
    },
    Root {
        version: "apiregistration.k8s.io/v1",
        kind: "APIService",
        of: &APIREGISTRATION_V1_API_SERVICE,
        empty: r#"{"spec":{"groupPriorityMinimum":0,"versionPriority":0},"status":{}}"#,
    },
    Root { version: "apps/v1", kind: "ControllerRevision", of: &APPS_V1_CONTROLLER_REVISION, empty: r#"{"revision":0}"# },
    Root {
        version: "apps/v1",
        kind: "DaemonSet",
        of: &APPS_V1_DAEMON_SET,
        empty: r#"{"spec":{"selector":null,"template":{"metadata":{},"spec":{"containers":null}},"updateStrategy":{}},"status":{"currentNumberScheduled":0,"numberMisscheduled":0,"desiredNumberScheduled":0,"numberReady":0}}"#,
    },
    Root {
        version: "apps/v1",
        kind: "Deployment",
        of: &APPS_V1_DEPLOYMENT,
        empty: r#"{"spec":{"selector":null,"template":{"metadata":{},"spec":{"containers":null}},"strategy":{}},"status":{}}"#,
    },
    Root {
        version: "apps/v1",
        kind: "ReplicaSet",
        of: &APPS_V1_REPLICA_SET,
        empty: r#"{"spec":{"selector":null,"template":{"metadata":{},"spec":{"containers":null}}},"status":{"replicas":0}}"#,
    },
    Root {
        version: "apps/v1",
        kind: "StatefulSet",
        of: &APPS_V1_STATEFUL_SET,
        empty: r#"{"spec":{"selector":null,"template":{"metadata":{},"spec":{"containers":null}},"serviceName":"","updateStrategy":{}},"status":{"replicas":0,"availableReplicas":0}}"#,
    },
    Root {
        version: "authentication.k8s.io/v1",
        kind: "TokenRequest",
        of: &AUTHENTICATION_V1_TOKEN_REQUEST,
        empty: r#"{"spec":{"audiences":null,"expirationSeconds":null,"boundObjectRef":null},"status":{"token":"","expirationTimestamp":null}}"#,
    },
    Root {
        version: "authentication.k8s.io/v1",
        kind: "TokenReview",
        of: &AUTHENTICATION_V1_TOKEN_REVIEW,
        empty: r#"{"spec":{},"status":{"user":{}}}"#,
    },
    Root {
        version: "authorization.k8s.io/v1",
        kind: "LocalSubjectAccessReview",
        of: &AUTHORIZATION_V1_SUBJECT_ACCESS_REVIEW,
        empty: r#"{"spec":{},"status":{"allowed":false}}"#,
    },
    Root {
        version: "authorization.k8s.io/v1",
        kind: "SelfSubjectAccessReview",
        of: &AUTHORIZATION_V1_SUBJECT_ACCESS_REVIEW,
        empty: r#"{"spec":{},"status":{"allowed":false}}"#,
    },
    Root {
        version: "authorization.k8s.io/v1",
        kind: "SubjectAccessReview",
        of: &AUTHORIZATION_V1_SUBJECT_ACCESS_REVIEW,
        empty: r#"{"spec":{},"status":{"allowed":false}}"#,
    },
    Root {
        version: "autoscaling/v1",
        kind: "HorizontalPodAutoscaler",
        of: &AUTOSCALING_V1_HORIZONTAL_POD_AUTOSCALER,
        empty: r#"{"spec":{"scaleTargetRef":{"kind":"","name":""},"maxReplicas":0},"status":{"currentReplicas":0,"desiredReplicas":0}}"#,
    },
    Root { version: "autoscaling/v1", kind: "Scale", of: &AUTOSCALING_V1_SCALE, empty: r#"{"spec":{},"status":{"replicas":0}}"# },
    Root {
        version: "autoscaling/v2",
        kind: "HorizontalPodAutoscaler",
        of: &AUTOSCALING_V2_HORIZONTAL_POD_AUTOSCALER,
        empty: r#"{"spec":{"scaleTargetRef":{"kind":"","name":""},"maxReplicas":0},"status":{"desiredReplicas":0,"currentMetrics":null}}"#,
    },
    Root {
        version: "batch/v1",
        kind: "CronJob",
        of: &BATCH_V1_CRON_JOB,
        empty: r#"{"spec":{"schedule":"","jobTemplate":{"metadata":{},"spec":{"template":{"metadata":{},"spec":{"containers":null}}}}},"status":{}}"#,
    },
    Root {
        version: "batch/v1",
        kind: "Job",
        of: &BATCH_V1_JOB,
        empty: r#"{"spec":{"template":{"metadata":{},"spec":{"containers":null}}},"status":{}}"#,
    },
    Root {
        version: "certificates.k8s.io/v1",
        kind: "CertificateSigningRequest",
        of: &CERTIFICATES_V1_CERTIFICATE_SIGNING_REQUEST,
        empty: r#"{"spec":{"request":null,"signerName":""},"status":{}}"#,
    },
    Root { version: "coordination.k8s.io/v1", kind: "Lease", of: &COORDINATION_V1_LEASE, empty: r#"{"spec":{}}"# },
    Root {
        version: "discovery.k8s.io/v1",
        kind: "EndpointSlice",
        of: &DISCOVERY_V1_ENDPOINT_SLICE,
        empty: r#"{"addressType":"","endpoints":null,"ports":null}"#,
    },
    Root {
        version: "events.k8s.io/v1",
        kind: "Event",
        of: &EVENTS_V1_EVENT,
        empty: r#"{"eventTime":null,"regarding":{},"deprecatedSource":{},"deprecatedFirstTimestamp":null,"deprecatedLastTimestamp":null}"#,
    },
    Root {
        version: "flowcontrol.apiserver.k8s.io/v1",
        kind: "FlowSchema",
        of: &FLOWCONTROL_V1_FLOW_SCHEMA,
        empty: r#"{"spec":{"priorityLevelConfiguration":{"name":""},"matchingPrecedence":0},"status":{}}"#,
    },
    Root {
        version: "flowcontrol.apiserver.k8s.io/v1",
        kind: "PriorityLevelConfiguration",
        of: &FLOWCONTROL_V1_PRIORITY_LEVEL_CONFIGURATION,
        empty: r#"{"spec":{"type":""},"status":{}}"#,
    },
    Root { version: "networking.k8s.io/v1", kind: "IPAddress", of: &NETWORKING_V1_IP_ADDRESS, empty: r#"{"spec":{}}"# },
    Root { version: "networking.k8s.io/v1", kind: "Ingress", of: &NETWORKING_V1_INGRESS, empty: r#"{"spec":{},"status":{"loadBalancer":{}}}"# },
    Root { version: "networking.k8s.io/v1", kind: "IngressClass", of: &NETWORKING_V1_INGRESS_CLASS, empty: r#"{"spec":{}}"# },
    Root { version: "networking.k8s.io/v1", kind: "NetworkPolicy", of: &NETWORKING_V1_NETWORK_POLICY, empty: r#"{"spec":{"podSelector":{}}}"# },
    Root { version: "networking.k8s.io/v1", kind: "ServiceCIDR", of: &NETWORKING_V1_SERVICE_CIDR, empty: r#"{"spec":{},"status":{}}"# },
    Root { version: "node.k8s.io/v1", kind: "RuntimeClass", of: &NODE_V1_RUNTIME_CLASS, empty: r#"{"handler":""}"# },
    Root { version: "policy/v1", kind: "Eviction", of: &POLICY_V1_EVICTION, empty: r#"{}"# },
    Root {
        version: "policy/v1",
        kind: "PodDisruptionBudget",
        of: &POLICY_V1_POD_DISRUPTION_BUDGET,
        empty: r#"{"spec":{},"status":{"disruptionsAllowed":0,"currentHealthy":0,"desiredHealthy":0,"expectedPods":0}}"#,
    },
    Root { version: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", of: &RBAC_V1_CLUSTER_ROLE, empty: r#"{"rules":null}"# },
    Root {
        version: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRoleBinding",
        of: &RBAC_V1_CLUSTER_ROLE_BINDING,
        empty: r#"{"roleRef":{"apiGroup":"","kind":"","name":""}}"#,
    },
    Root { version: "rbac.authorization.k8s.io/v1", kind: "Role", of: &RBAC_V1_ROLE, empty: r#"{"rules":null}"# },
    Root {
        version: "rbac.authorization.k8s.io/v1",
        kind: "RoleBinding",
        of: &RBAC_V1_ROLE_BINDING,
        empty: r#"{"roleRef":{"apiGroup":"","kind":"","name":""}}"#,
    },
    Root { version: "resource.k8s.io/v1", kind: "DeviceClass", of: &RESOURCE_V1_DEVICE_CLASS, empty: r#"{"spec":{}}"# },
    Root {
        version: "resource.k8s.io/v1",
        kind: "ResourceClaim",
        of: &RESOURCE_V1_RESOURCE_CLAIM,
        empty: r#"{"spec":{"devices":{"requests":null}},"status":{}}"#,
    },
    Root {
        version: "resource.k8s.io/v1",
        kind: "ResourceClaimTemplate",
        of: &RESOURCE_V1_RESOURCE_CLAIM_TEMPLATE,
        empty: r#"{"spec":{"metadata":{},"spec":{"devices":{"requests":null}}}}"#,
    },
    Root {
        version: "resource.k8s.io/v1",
        kind: "ResourceSlice",
        of: &RESOURCE_V1_RESOURCE_SLICE,
        empty: r#"{"spec":{"driver":"","pool":{"name":"","generation":0,"resourceSliceCount":0}}}"#,
    },
    Root { version: "scheduling.k8s.io/v1", kind: "PriorityClass", of: &SCHEDULING_V1_PRIORITY_CLASS, empty: r#"{"value":0}"# },
    Root { version: "storage.k8s.io/v1", kind: "CSIDriver", of: &STORAGE_V1_CSI_DRIVER, empty: r#"{"spec":{}}"# },
    Root { version: "storage.k8s.io/v1", kind: "CSINode", of: &STORAGE_V1_CSI_NODE, empty: r#"{"spec":{"drivers":null}}"# },
    Root { version: "storage.k8s.io/v1", kind: "CSIStorageCapacity", of: &STORAGE_V1_CSI_STORAGE_CAPACITY, empty: r#"{"storageClassName":""}"# },
    Root { version: "storage.k8s.io/v1", kind: "StorageClass", of: &STORAGE_V1_STORAGE_CLASS, empty: r#"{"provisioner":""}"# },
    Root {
        version: "storage.k8s.io/v1",
        kind: "VolumeAttachment",
        of: &STORAGE_V1_VOLUME_ATTACHMENT,
        empty: r#"{"spec":{"attacher":"","source":{},"nodeName":""},"status":{"attached":false}}"#,
    },
    Root { version: "storage.k8s.io/v1", kind: "VolumeAttributesClass", of: &STORAGE_V1_VOLUME_ATTRIBUTES_CLASS, empty: r#"{"driverName":""}"# },
    Root { version: "v1", kind: "ComponentStatus", of: &CORE_V1_COMPONENT_STATUS, empty: r#"{}"# },
    Root { version: "v1", kind: "ConfigMap", of: &CORE_V1_CONFIG_MAP, empty: r#"{}"# },
    Root { version: "v1", kind: "Endpoints", of: &CORE_V1_ENDPOINTS, empty: r#"{}"# },
    Root {
        version: "v1",
        kind: "Event",
        of: &CORE_V1_EVENT,
        empty: r#"{"involvedObject":{},"source":{},"firstTimestamp":null,"lastTimestamp":null,"eventTime":null,"reportingComponent":"","reportingInstance":""}"#,
    },
    Root { version: "v1", kind: "LimitRange", of: &CORE_V1_LIMIT_RANGE, empty: r#"{"spec":{"limits":null}}"# },
    Root { version: "v1", kind: "Namespace", of: &CORE_V1_NAMESPACE, empty: r#"{"spec":{},"status":{}}"# },
    Root {
        version: "v1",
        kind: "Node",
        of: &CORE_V1_NODE,
        empty: r#"{"spec":{},"status":{"daemonEndpoints":{"kubeletEndpoint":{"Port":0}},"nodeInfo":{"machineID":"","systemUUID":"","bootID":"","kernelVersion":"","osImage":"","containerRuntimeVersion":"","kubeletVersion":"","kubeProxyVersion":"","operatingSystem":"","architecture":""}}}"#,
    },
    Root { version: "v1", kind: "PersistentVolume", of: &CORE_V1_PERSISTENT_VOLUME, empty: r#"{"spec":{},"status":{}}"# },
    Root { version: "v1", kind: "PersistentVolumeClaim", of: &CORE_V1_PERSISTENT_VOLUME_CLAIM, empty: r#"{"spec":{"resources":{}},"status":{}}"# },
    Root { version: "v1", kind: "Pod", of: &CORE_V1_POD, empty: r#"{"spec":{"containers":null},"status":{}}"# },
    Root { version: "v1", kind: "PodTemplate", of: &CORE_V1_POD_TEMPLATE, empty: r#"{"template":{"metadata":{},"spec":{"containers":null}}}"# },
    Root { version: "v1", kind: "ReplicationController", of: &CORE_V1_REPLICATION_CONTROLLER, empty: r#"{"spec":{},"status":{"replicas":0}}"# },
    Root { version: "v1", kind: "ResourceQuota", of: &CORE_V1_RESOURCE_QUOTA, empty: r#"{"spec":{},"status":{}}"# },
    Root { version: "v1", kind: "Secret", of: &CORE_V1_SECRET, empty: r#"{}"# },
    Root { version: "v1", kind: "Service", of: &CORE_V1_SERVICE, empty: r#"{"spec":{},"status":{"loadBalancer":{}}}"# },
    Root { version: "v1", kind: "ServiceAccount", of: &CORE_V1_SERVICE_ACCOUNT, empty: r#"{}"# },
];
