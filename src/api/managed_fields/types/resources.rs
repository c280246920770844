//! Data: how the types of storage, devices, scheduling and runtimes are owned and merged.
//!
//! Models: api/openapi-spec (x-kubernetes-list-type, -list-map-keys, -map-type, -patch-strategy, -patch-merge-key), v1.36.
//! Simplified: groups in alpha and beta are left out.

use super::core::{
    CORE_V1_NODE_SELECTOR, CORE_V1_PERSISTENT_VOLUME_SPEC, CORE_V1_TOLERATION, CORE_V1_TOPOLOGY_SELECTOR_TERM, META_V1_CONDITION,
    META_V1_LABEL_SELECTOR, META_V1_OBJECT_META,
};
use crate::managed_fields::schema::KeyDefault::{Unset, Word};
use crate::managed_fields::schema::Struct;
use crate::managed_fields::schema::Type::{self, AnyAtomic, AtomicList, AtomicMap, Flag, List, Map, Number, Scalar, Set, Text};

pub(super) static NODE_V1_OVERHEAD: Struct = Struct { atomic: false, fields: &[("podFixed", Map(&Scalar), 0)] };
pub(super) static NODE_V1_RUNTIME_CLASS: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("handler", Text, 3), ("kind", Text, 0), ("metadata", Type::Struct(&META_V1_OBJECT_META), 2),
    ("overhead", Type::Struct(&NODE_V1_OVERHEAD), 4), ("scheduling", Type::Struct(&NODE_V1_SCHEDULING), 5),
] };
pub(super) static NODE_V1_SCHEDULING: Struct = Struct { atomic: false, fields: &[
    ("nodeSelector", AtomicMap(&Text), 0), ("tolerations", AtomicList(&Type::Struct(&CORE_V1_TOLERATION)), 1),
] };
pub(super) static RESOURCE_V1_ALLOCATED_DEVICE_STATUS: Struct = Struct { atomic: false, fields: &[
    ("conditions", List(&Type::Struct(&META_V1_CONDITION), &[("type", Word(""))]), 4), ("data", AnyAtomic, 5), ("device", Text, 2), ("driver", Text, 0),
    ("networkData", Type::Struct(&RESOURCE_V1_NETWORK_DEVICE_DATA), 6), ("pool", Text, 1), ("shareID", Text, 3),
] };
pub(super) static RESOURCE_V1_ALLOCATION_RESULT: Struct = Struct { atomic: false, fields: &[
    ("allocationTimestamp", Scalar, 2), ("devices", Type::Struct(&RESOURCE_V1_DEVICE_ALLOCATION_RESULT), 0),
    ("nodeSelector", Type::Struct(&CORE_V1_NODE_SELECTOR), 1),
] };
pub(super) static RESOURCE_V1_CAPACITY_REQUEST_POLICY: Struct = Struct { atomic: false, fields: &[
    ("default", Scalar, 0), ("validRange", Type::Struct(&RESOURCE_V1_CAPACITY_REQUEST_POLICY_RANGE), 2), ("validValues", AtomicList(&Scalar), 1),
] };
pub(super) static RESOURCE_V1_CAPACITY_REQUEST_POLICY_RANGE: Struct = Struct { atomic: false, fields: &[
    ("max", Scalar, 1), ("min", Scalar, 0), ("step", Scalar, 2),
] };
pub(super) static RESOURCE_V1_CAPACITY_REQUIREMENTS: Struct = Struct { atomic: false, fields: &[("requests", Map(&Scalar), 0)] };
pub(super) static RESOURCE_V1_CEL_DEVICE_SELECTOR: Struct = Struct { atomic: false, fields: &[("expression", Text, 0)] };
pub(super) static RESOURCE_V1_COUNTER: Struct = Struct { atomic: false, fields: &[("value", Scalar, 0)] };
pub(super) static RESOURCE_V1_COUNTER_SET: Struct = Struct { atomic: false, fields: &[
    ("counters", Map(&Type::Struct(&RESOURCE_V1_COUNTER)), 1), ("name", Text, 0),
] };
pub(super) static RESOURCE_V1_DEVICE: Struct = Struct { atomic: false, fields: &[
    ("allNodes", Flag, 6), ("allowMultipleAllocations", Flag, 11), ("attributes", Map(&Type::Struct(&RESOURCE_V1_DEVICE_ATTRIBUTE)), 1),
    ("bindingConditions", AtomicList(&Text), 9), ("bindingFailureConditions", AtomicList(&Text), 10), ("bindsToNode", Flag, 8),
    ("capacity", Map(&Type::Struct(&RESOURCE_V1_DEVICE_CAPACITY)), 2),
    ("consumesCounters", AtomicList(&Type::Struct(&RESOURCE_V1_DEVICE_COUNTER_CONSUMPTION)), 3), ("name", Text, 0),
    ("nodeAllocatableResourceMappings", Map(&Type::Struct(&RESOURCE_V1_NODE_ALLOCATABLE_RESOURCE_MAPPING)), 12), ("nodeName", Text, 4),
    ("nodeSelector", Type::Struct(&CORE_V1_NODE_SELECTOR), 5), ("taints", AtomicList(&Type::Struct(&RESOURCE_V1_DEVICE_TAINT)), 7),
] };
pub(super) static RESOURCE_V1_DEVICE_ALLOCATION_CONFIGURATION: Struct = Struct { atomic: false, fields: &[
    ("opaque", Type::Struct(&RESOURCE_V1_OPAQUE_DEVICE_CONFIGURATION), 2), ("requests", AtomicList(&Text), 1), ("source", Text, 0),
] };
pub(super) static RESOURCE_V1_DEVICE_ALLOCATION_RESULT: Struct = Struct { atomic: false, fields: &[
    ("config", AtomicList(&Type::Struct(&RESOURCE_V1_DEVICE_ALLOCATION_CONFIGURATION)), 1),
    ("results", AtomicList(&Type::Struct(&RESOURCE_V1_DEVICE_REQUEST_ALLOCATION_RESULT)), 0),
] };
pub(super) static RESOURCE_V1_DEVICE_ATTRIBUTE: Struct = Struct { atomic: false, fields: &[
    ("bool", Flag, 1), ("bools", AtomicList(&Flag), 5), ("int", Number, 0), ("ints", AtomicList(&Number), 4), ("string", Text, 2), ("strings", AtomicList(&Text), 6),
    ("version", Text, 3), ("versions", AtomicList(&Text), 7),
] };
pub(super) static RESOURCE_V1_DEVICE_CAPACITY: Struct = Struct { atomic: false, fields: &[
    ("requestPolicy", Type::Struct(&RESOURCE_V1_CAPACITY_REQUEST_POLICY), 1), ("value", Scalar, 0),
] };
pub(super) static RESOURCE_V1_DEVICE_CLAIM: Struct = Struct { atomic: false, fields: &[
    ("config", AtomicList(&Type::Struct(&RESOURCE_V1_DEVICE_CLAIM_CONFIGURATION)), 2),
    ("constraints", AtomicList(&Type::Struct(&RESOURCE_V1_DEVICE_CONSTRAINT)), 1),
    ("requests", AtomicList(&Type::Struct(&RESOURCE_V1_DEVICE_REQUEST)), 0),
] };
pub(super) static RESOURCE_V1_DEVICE_CLAIM_CONFIGURATION: Struct = Struct { atomic: false, fields: &[
    ("opaque", Type::Struct(&RESOURCE_V1_OPAQUE_DEVICE_CONFIGURATION), 1), ("requests", AtomicList(&Text), 0),
] };
pub(super) static RESOURCE_V1_DEVICE_CLASS: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("kind", Text, 0), ("metadata", Type::Struct(&META_V1_OBJECT_META), 2), ("spec", Type::Struct(&RESOURCE_V1_DEVICE_CLASS_SPEC), 3),
] };
pub(super) static RESOURCE_V1_DEVICE_CLASS_CONFIGURATION: Struct = Struct { atomic: false, fields: &[
    ("opaque", Type::Struct(&RESOURCE_V1_OPAQUE_DEVICE_CONFIGURATION), 0),
] };
pub(super) static RESOURCE_V1_DEVICE_CLASS_SPEC: Struct = Struct { atomic: false, fields: &[
    ("config", AtomicList(&Type::Struct(&RESOURCE_V1_DEVICE_CLASS_CONFIGURATION)), 1), ("extendedResourceName", Text, 2),
    ("selectors", AtomicList(&Type::Struct(&RESOURCE_V1_DEVICE_SELECTOR)), 0),
] };
pub(super) static RESOURCE_V1_DEVICE_CONSTRAINT: Struct = Struct { atomic: false, fields: &[
    ("distinctAttribute", Text, 2), ("matchAttribute", Text, 1), ("requests", AtomicList(&Text), 0),
] };
pub(super) static RESOURCE_V1_DEVICE_COUNTER_CONSUMPTION: Struct = Struct { atomic: false, fields: &[
    ("counterSet", Text, 0), ("counters", Map(&Type::Struct(&RESOURCE_V1_COUNTER)), 1),
] };
pub(super) static RESOURCE_V1_DEVICE_REQUEST: Struct = Struct { atomic: false, fields: &[
    ("exactly", Type::Struct(&RESOURCE_V1_EXACT_DEVICE_REQUEST), 1), ("firstAvailable", AtomicList(&Type::Struct(&RESOURCE_V1_DEVICE_SUB_REQUEST)), 2),
    ("name", Text, 0),
] };
pub(super) static RESOURCE_V1_DEVICE_REQUEST_ALLOCATION_RESULT: Struct = Struct { atomic: false, fields: &[
    ("adminAccess", Flag, 4), ("bindingConditions", AtomicList(&Text), 6), ("bindingFailureConditions", AtomicList(&Text), 7),
    ("consumedCapacity", Map(&Scalar), 9), ("device", Text, 3), ("driver", Text, 1), ("pool", Text, 2), ("request", Text, 0), ("shareID", Text, 8),
    ("tolerations", AtomicList(&Type::Struct(&RESOURCE_V1_DEVICE_TOLERATION)), 5),
] };
pub(super) static RESOURCE_V1_DEVICE_SELECTOR: Struct = Struct { atomic: false, fields: &[("cel", Type::Struct(&RESOURCE_V1_CEL_DEVICE_SELECTOR), 0)] };
pub(super) static RESOURCE_V1_DEVICE_SUB_REQUEST: Struct = Struct { atomic: false, fields: &[
    ("allocationMode", Text, 3), ("capacity", Type::Struct(&RESOURCE_V1_CAPACITY_REQUIREMENTS), 6), ("count", Number, 4), ("deviceClassName", Text, 1),
    ("name", Text, 0), ("selectors", AtomicList(&Type::Struct(&RESOURCE_V1_DEVICE_SELECTOR)), 2),
    ("tolerations", AtomicList(&Type::Struct(&RESOURCE_V1_DEVICE_TOLERATION)), 5),
] };
pub(super) static RESOURCE_V1_DEVICE_TAINT: Struct = Struct { atomic: false, fields: &[
    ("effect", Text, 2), ("key", Text, 0), ("timeAdded", Scalar, 3), ("value", Text, 1),
] };
pub(super) static RESOURCE_V1_DEVICE_TOLERATION: Struct = Struct { atomic: false, fields: &[
    ("effect", Text, 3), ("key", Text, 0), ("operator", Text, 1), ("tolerationSeconds", Number, 4), ("value", Text, 2),
] };
pub(super) static RESOURCE_V1_EXACT_DEVICE_REQUEST: Struct = Struct { atomic: false, fields: &[
    ("adminAccess", Flag, 4), ("allocationMode", Text, 2), ("capacity", Type::Struct(&RESOURCE_V1_CAPACITY_REQUIREMENTS), 6), ("count", Number, 3),
    ("deviceClassName", Text, 0), ("selectors", AtomicList(&Type::Struct(&RESOURCE_V1_DEVICE_SELECTOR)), 1),
    ("tolerations", AtomicList(&Type::Struct(&RESOURCE_V1_DEVICE_TOLERATION)), 5),
] };
pub(super) static RESOURCE_V1_NETWORK_DEVICE_DATA: Struct = Struct { atomic: false, fields: &[
    ("hardwareAddress", Text, 2), ("interfaceName", Text, 0), ("ips", AtomicList(&Text), 1),
] };
pub(super) static RESOURCE_V1_NODE_ALLOCATABLE_RESOURCE_MAPPING: Struct = Struct { atomic: false, fields: &[
    ("allocationMultiplier", Scalar, 1), ("capacityKey", Text, 0),
] };
pub(super) static RESOURCE_V1_OPAQUE_DEVICE_CONFIGURATION: Struct = Struct { atomic: false, fields: &[("driver", Text, 0), ("parameters", AnyAtomic, 1)] };
pub(super) static RESOURCE_V1_RESOURCE_CLAIM: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("kind", Text, 0), ("metadata", Type::Struct(&META_V1_OBJECT_META), 2),
    ("spec", Type::Struct(&RESOURCE_V1_RESOURCE_CLAIM_SPEC), 3), ("status", Type::Struct(&RESOURCE_V1_RESOURCE_CLAIM_STATUS), 4),
] };
pub(super) static RESOURCE_V1_RESOURCE_CLAIM_CONSUMER_REFERENCE: Struct = Struct { atomic: false, fields: &[
    ("apiGroup", Text, 0), ("name", Text, 2), ("resource", Text, 1), ("uid", Text, 3),
] };
pub(super) static RESOURCE_V1_RESOURCE_CLAIM_SPEC: Struct = Struct { atomic: false, fields: &[("devices", Type::Struct(&RESOURCE_V1_DEVICE_CLAIM), 0)] };
pub(super) static RESOURCE_V1_RESOURCE_CLAIM_STATUS: Struct = Struct { atomic: false, fields: &[
    ("allocation", Type::Struct(&RESOURCE_V1_ALLOCATION_RESULT), 0),
    ("devices", List(&Type::Struct(&RESOURCE_V1_ALLOCATED_DEVICE_STATUS), &[("driver", Word("")), ("device", Word("")), ("pool", Word("")), ("shareID", Unset)]), 2),
    ("reservedFor", List(&Type::Struct(&RESOURCE_V1_RESOURCE_CLAIM_CONSUMER_REFERENCE), &[("uid", Word(""))]), 1),
] };
pub(super) static RESOURCE_V1_RESOURCE_CLAIM_TEMPLATE: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("kind", Text, 0), ("metadata", Type::Struct(&META_V1_OBJECT_META), 2),
    ("spec", Type::Struct(&RESOURCE_V1_RESOURCE_CLAIM_TEMPLATE_SPEC), 3),
] };
pub(super) static RESOURCE_V1_RESOURCE_CLAIM_TEMPLATE_SPEC: Struct = Struct { atomic: false, fields: &[
    ("metadata", Type::Struct(&META_V1_OBJECT_META), 0), ("spec", Type::Struct(&RESOURCE_V1_RESOURCE_CLAIM_SPEC), 1),
] };
pub(super) static RESOURCE_V1_RESOURCE_POOL: Struct = Struct { atomic: false, fields: &[
    ("generation", Number, 1), ("name", Text, 0), ("resourceSliceCount", Number, 2),
] };
pub(super) static RESOURCE_V1_RESOURCE_SLICE: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("kind", Text, 0), ("metadata", Type::Struct(&META_V1_OBJECT_META), 2),
    ("spec", Type::Struct(&RESOURCE_V1_RESOURCE_SLICE_SPEC), 3),
] };
pub(super) static RESOURCE_V1_RESOURCE_SLICE_SPEC: Struct = Struct { atomic: false, fields: &[
    ("allNodes", Flag, 4), ("devices", AtomicList(&Type::Struct(&RESOURCE_V1_DEVICE)), 5), ("driver", Text, 0), ("nodeName", Text, 2),
    ("nodeSelector", Type::Struct(&CORE_V1_NODE_SELECTOR), 3), ("perDeviceNodeSelection", Flag, 6), ("pool", Type::Struct(&RESOURCE_V1_RESOURCE_POOL), 1),
    ("sharedCounters", AtomicList(&Type::Struct(&RESOURCE_V1_COUNTER_SET)), 7),
] };
pub(super) static SCHEDULING_V1_PRIORITY_CLASS: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("description", Text, 5), ("globalDefault", Flag, 4), ("kind", Text, 0), ("metadata", Type::Struct(&META_V1_OBJECT_META), 2),
    ("preemptionPolicy", Text, 6), ("value", Number, 3),
] };
pub(super) static STORAGE_V1_CSI_DRIVER: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("kind", Text, 0), ("metadata", Type::Struct(&META_V1_OBJECT_META), 2), ("spec", Type::Struct(&STORAGE_V1_CSI_DRIVER_SPEC), 3),
] };
pub(super) static STORAGE_V1_CSI_DRIVER_SPEC: Struct = Struct { atomic: false, fields: &[
    ("attachRequired", Flag, 0), ("fsGroupPolicy", Text, 4), ("nodeAllocatableUpdatePeriodSeconds", Number, 8), ("podInfoOnMount", Flag, 1),
    ("preventPodSchedulingIfMissing", Flag, 10), ("requiresRepublish", Flag, 6), ("seLinuxMount", Flag, 7), ("serviceAccountTokenInSecrets", Flag, 9),
    ("storageCapacity", Flag, 3), ("tokenRequests", AtomicList(&Type::Struct(&STORAGE_V1_TOKEN_REQUEST)), 5), ("volumeLifecycleModes", Set(&Text), 2),
] };
pub(super) static STORAGE_V1_CSI_NODE: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("kind", Text, 0), ("metadata", Type::Struct(&META_V1_OBJECT_META), 2), ("spec", Type::Struct(&STORAGE_V1_CSI_NODE_SPEC), 3),
] };
pub(super) static STORAGE_V1_CSI_NODE_DRIVER: Struct = Struct { atomic: false, fields: &[
    ("allocatable", Type::Struct(&STORAGE_V1_VOLUME_NODE_RESOURCES), 3), ("name", Text, 0), ("nodeID", Text, 1), ("topologyKeys", AtomicList(&Text), 2),
] };
pub(super) static STORAGE_V1_CSI_NODE_SPEC: Struct = Struct { atomic: false, fields: &[
    ("drivers", List(&Type::Struct(&STORAGE_V1_CSI_NODE_DRIVER), &[("name", Word(""))]), 0),
] };
pub(super) static STORAGE_V1_CSI_STORAGE_CAPACITY: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("capacity", Scalar, 5), ("kind", Text, 0), ("maximumVolumeSize", Scalar, 6), ("metadata", Type::Struct(&META_V1_OBJECT_META), 2),
    ("nodeTopology", Type::Struct(&META_V1_LABEL_SELECTOR), 3), ("storageClassName", Text, 4),
] };
pub(super) static STORAGE_V1_STORAGE_CLASS: Struct = Struct { atomic: false, fields: &[
    ("allowVolumeExpansion", Flag, 7), ("allowedTopologies", AtomicList(&Type::Struct(&CORE_V1_TOPOLOGY_SELECTOR_TERM)), 9), ("apiVersion", Text, 1),
    ("kind", Text, 0), ("metadata", Type::Struct(&META_V1_OBJECT_META), 2), ("mountOptions", AtomicList(&Text), 6), ("parameters", Map(&Text), 4),
    ("provisioner", Text, 3), ("reclaimPolicy", Text, 5), ("volumeBindingMode", Text, 8),
] };
pub(super) static STORAGE_V1_TOKEN_REQUEST: Struct = Struct { atomic: false, fields: &[("audience", Text, 0), ("expirationSeconds", Number, 1)] };
pub(super) static STORAGE_V1_VOLUME_ATTACHMENT: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("kind", Text, 0), ("metadata", Type::Struct(&META_V1_OBJECT_META), 2),
    ("spec", Type::Struct(&STORAGE_V1_VOLUME_ATTACHMENT_SPEC), 3), ("status", Type::Struct(&STORAGE_V1_VOLUME_ATTACHMENT_STATUS), 4),
] };
pub(super) static STORAGE_V1_VOLUME_ATTACHMENT_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("inlineVolumeSpec", Type::Struct(&CORE_V1_PERSISTENT_VOLUME_SPEC), 1), ("persistentVolumeName", Text, 0),
] };
pub(super) static STORAGE_V1_VOLUME_ATTACHMENT_SPEC: Struct = Struct { atomic: false, fields: &[
    ("attacher", Text, 0), ("nodeName", Text, 2), ("source", Type::Struct(&STORAGE_V1_VOLUME_ATTACHMENT_SOURCE), 1),
] };
pub(super) static STORAGE_V1_VOLUME_ATTACHMENT_STATUS: Struct = Struct { atomic: false, fields: &[
    ("attachError", Type::Struct(&STORAGE_V1_VOLUME_ERROR), 2), ("attached", Flag, 0), ("attachmentMetadata", Map(&Text), 1),
    ("detachError", Type::Struct(&STORAGE_V1_VOLUME_ERROR), 3),
] };
pub(super) static STORAGE_V1_VOLUME_ATTRIBUTES_CLASS: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("driverName", Text, 3), ("kind", Text, 0), ("metadata", Type::Struct(&META_V1_OBJECT_META), 2), ("parameters", Map(&Text), 4),
] };
pub(super) static STORAGE_V1_VOLUME_ERROR: Struct = Struct { atomic: false, fields: &[("errorCode", Number, 2), ("message", Text, 1), ("time", Scalar, 0)] };
pub(super) static STORAGE_V1_VOLUME_NODE_RESOURCES: Struct = Struct { atomic: false, fields: &[("count", Number, 0)] };
