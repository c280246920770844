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

pub(super) static NODE_V1_OVERHEAD: Struct = Struct { atomic: false, fields: &[("podFixed", Map(&Scalar))] };
pub(super) static NODE_V1_RUNTIME_CLASS: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("handler", Text), ("kind", Text), ("metadata", Type::Struct(&META_V1_OBJECT_META)),
    ("overhead", Type::Struct(&NODE_V1_OVERHEAD)), ("scheduling", Type::Struct(&NODE_V1_SCHEDULING)),
] };
pub(super) static NODE_V1_SCHEDULING: Struct = Struct { atomic: false, fields: &[
    ("nodeSelector", AtomicMap(&Text)), ("tolerations", AtomicList(&Type::Struct(&CORE_V1_TOLERATION))),
] };
pub(super) static RESOURCE_V1_ALLOCATED_DEVICE_STATUS: Struct = Struct { atomic: false, fields: &[
    ("conditions", List(&Type::Struct(&META_V1_CONDITION), &[("type", Word(""))])), ("data", AnyAtomic), ("device", Text), ("driver", Text),
    ("networkData", Type::Struct(&RESOURCE_V1_NETWORK_DEVICE_DATA)), ("pool", Text), ("shareID", Text),
] };
pub(super) static RESOURCE_V1_ALLOCATION_RESULT: Struct = Struct { atomic: false, fields: &[
    ("allocationTimestamp", Scalar), ("devices", Type::Struct(&RESOURCE_V1_DEVICE_ALLOCATION_RESULT)),
    ("nodeSelector", Type::Struct(&CORE_V1_NODE_SELECTOR)),
] };
pub(super) static RESOURCE_V1_CAPACITY_REQUEST_POLICY: Struct = Struct { atomic: false, fields: &[
    ("default", Scalar), ("validRange", Type::Struct(&RESOURCE_V1_CAPACITY_REQUEST_POLICY_RANGE)), ("validValues", AtomicList(&Scalar)),
] };
pub(super) static RESOURCE_V1_CAPACITY_REQUEST_POLICY_RANGE: Struct = Struct { atomic: false, fields: &[
    ("max", Scalar), ("min", Scalar), ("step", Scalar),
] };
pub(super) static RESOURCE_V1_CAPACITY_REQUIREMENTS: Struct = Struct { atomic: false, fields: &[("requests", Map(&Scalar))] };
pub(super) static RESOURCE_V1_CEL_DEVICE_SELECTOR: Struct = Struct { atomic: false, fields: &[("expression", Text)] };
pub(super) static RESOURCE_V1_COUNTER: Struct = Struct { atomic: false, fields: &[("value", Scalar)] };
pub(super) static RESOURCE_V1_COUNTER_SET: Struct = Struct { atomic: false, fields: &[
    ("counters", Map(&Type::Struct(&RESOURCE_V1_COUNTER))), ("name", Text),
] };
pub(super) static RESOURCE_V1_DEVICE: Struct = Struct { atomic: false, fields: &[
    ("allNodes", Flag), ("allowMultipleAllocations", Flag), ("attributes", Map(&Type::Struct(&RESOURCE_V1_DEVICE_ATTRIBUTE))),
    ("bindingConditions", AtomicList(&Text)), ("bindingFailureConditions", AtomicList(&Text)), ("bindsToNode", Flag),
    ("capacity", Map(&Type::Struct(&RESOURCE_V1_DEVICE_CAPACITY))),
    ("consumesCounters", AtomicList(&Type::Struct(&RESOURCE_V1_DEVICE_COUNTER_CONSUMPTION))), ("name", Text),
    ("nodeAllocatableResourceMappings", Map(&Type::Struct(&RESOURCE_V1_NODE_ALLOCATABLE_RESOURCE_MAPPING))), ("nodeName", Text),
    ("nodeSelector", Type::Struct(&CORE_V1_NODE_SELECTOR)), ("taints", AtomicList(&Type::Struct(&RESOURCE_V1_DEVICE_TAINT))),
] };
pub(super) static RESOURCE_V1_DEVICE_ALLOCATION_CONFIGURATION: Struct = Struct { atomic: false, fields: &[
    ("opaque", Type::Struct(&RESOURCE_V1_OPAQUE_DEVICE_CONFIGURATION)), ("requests", AtomicList(&Text)), ("source", Text),
] };
pub(super) static RESOURCE_V1_DEVICE_ALLOCATION_RESULT: Struct = Struct { atomic: false, fields: &[
    ("config", AtomicList(&Type::Struct(&RESOURCE_V1_DEVICE_ALLOCATION_CONFIGURATION))),
    ("results", AtomicList(&Type::Struct(&RESOURCE_V1_DEVICE_REQUEST_ALLOCATION_RESULT))),
] };
pub(super) static RESOURCE_V1_DEVICE_ATTRIBUTE: Struct = Struct { atomic: false, fields: &[
    ("bool", Flag), ("bools", AtomicList(&Flag)), ("int", Number), ("ints", AtomicList(&Number)), ("string", Text), ("strings", AtomicList(&Text)),
    ("version", Text), ("versions", AtomicList(&Text)),
] };
pub(super) static RESOURCE_V1_DEVICE_CAPACITY: Struct = Struct { atomic: false, fields: &[
    ("requestPolicy", Type::Struct(&RESOURCE_V1_CAPACITY_REQUEST_POLICY)), ("value", Scalar),
] };
pub(super) static RESOURCE_V1_DEVICE_CLAIM: Struct = Struct { atomic: false, fields: &[
    ("config", AtomicList(&Type::Struct(&RESOURCE_V1_DEVICE_CLAIM_CONFIGURATION))),
    ("constraints", AtomicList(&Type::Struct(&RESOURCE_V1_DEVICE_CONSTRAINT))),
    ("requests", AtomicList(&Type::Struct(&RESOURCE_V1_DEVICE_REQUEST))),
] };
pub(super) static RESOURCE_V1_DEVICE_CLAIM_CONFIGURATION: Struct = Struct { atomic: false, fields: &[
    ("opaque", Type::Struct(&RESOURCE_V1_OPAQUE_DEVICE_CONFIGURATION)), ("requests", AtomicList(&Text)),
] };
pub(super) static RESOURCE_V1_DEVICE_CLASS: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("kind", Text), ("metadata", Type::Struct(&META_V1_OBJECT_META)), ("spec", Type::Struct(&RESOURCE_V1_DEVICE_CLASS_SPEC)),
] };
pub(super) static RESOURCE_V1_DEVICE_CLASS_CONFIGURATION: Struct = Struct { atomic: false, fields: &[
    ("opaque", Type::Struct(&RESOURCE_V1_OPAQUE_DEVICE_CONFIGURATION)),
] };
pub(super) static RESOURCE_V1_DEVICE_CLASS_SPEC: Struct = Struct { atomic: false, fields: &[
    ("config", AtomicList(&Type::Struct(&RESOURCE_V1_DEVICE_CLASS_CONFIGURATION))), ("extendedResourceName", Text),
    ("selectors", AtomicList(&Type::Struct(&RESOURCE_V1_DEVICE_SELECTOR))),
] };
pub(super) static RESOURCE_V1_DEVICE_CONSTRAINT: Struct = Struct { atomic: false, fields: &[
    ("distinctAttribute", Text), ("matchAttribute", Text), ("requests", AtomicList(&Text)),
] };
pub(super) static RESOURCE_V1_DEVICE_COUNTER_CONSUMPTION: Struct = Struct { atomic: false, fields: &[
    ("counterSet", Text), ("counters", Map(&Type::Struct(&RESOURCE_V1_COUNTER))),
] };
pub(super) static RESOURCE_V1_DEVICE_REQUEST: Struct = Struct { atomic: false, fields: &[
    ("exactly", Type::Struct(&RESOURCE_V1_EXACT_DEVICE_REQUEST)), ("firstAvailable", AtomicList(&Type::Struct(&RESOURCE_V1_DEVICE_SUB_REQUEST))),
    ("name", Text),
] };
pub(super) static RESOURCE_V1_DEVICE_REQUEST_ALLOCATION_RESULT: Struct = Struct { atomic: false, fields: &[
    ("adminAccess", Flag), ("bindingConditions", AtomicList(&Text)), ("bindingFailureConditions", AtomicList(&Text)),
    ("consumedCapacity", Map(&Scalar)), ("device", Text), ("driver", Text), ("pool", Text), ("request", Text), ("shareID", Text),
    ("tolerations", AtomicList(&Type::Struct(&RESOURCE_V1_DEVICE_TOLERATION))),
] };
pub(super) static RESOURCE_V1_DEVICE_SELECTOR: Struct = Struct { atomic: false, fields: &[("cel", Type::Struct(&RESOURCE_V1_CEL_DEVICE_SELECTOR))] };
pub(super) static RESOURCE_V1_DEVICE_SUB_REQUEST: Struct = Struct { atomic: false, fields: &[
    ("allocationMode", Text), ("capacity", Type::Struct(&RESOURCE_V1_CAPACITY_REQUIREMENTS)), ("count", Number), ("deviceClassName", Text),
    ("name", Text), ("selectors", AtomicList(&Type::Struct(&RESOURCE_V1_DEVICE_SELECTOR))),
    ("tolerations", AtomicList(&Type::Struct(&RESOURCE_V1_DEVICE_TOLERATION))),
] };
pub(super) static RESOURCE_V1_DEVICE_TAINT: Struct = Struct { atomic: false, fields: &[
    ("effect", Text), ("key", Text), ("timeAdded", Scalar), ("value", Text),
] };
pub(super) static RESOURCE_V1_DEVICE_TOLERATION: Struct = Struct { atomic: false, fields: &[
    ("effect", Text), ("key", Text), ("operator", Text), ("tolerationSeconds", Number), ("value", Text),
] };
pub(super) static RESOURCE_V1_EXACT_DEVICE_REQUEST: Struct = Struct { atomic: false, fields: &[
    ("adminAccess", Flag), ("allocationMode", Text), ("capacity", Type::Struct(&RESOURCE_V1_CAPACITY_REQUIREMENTS)), ("count", Number),
    ("deviceClassName", Text), ("selectors", AtomicList(&Type::Struct(&RESOURCE_V1_DEVICE_SELECTOR))),
    ("tolerations", AtomicList(&Type::Struct(&RESOURCE_V1_DEVICE_TOLERATION))),
] };
pub(super) static RESOURCE_V1_NETWORK_DEVICE_DATA: Struct = Struct { atomic: false, fields: &[
    ("hardwareAddress", Text), ("interfaceName", Text), ("ips", AtomicList(&Text)),
] };
pub(super) static RESOURCE_V1_NODE_ALLOCATABLE_RESOURCE_MAPPING: Struct = Struct { atomic: false, fields: &[
    ("allocationMultiplier", Scalar), ("capacityKey", Text),
] };
pub(super) static RESOURCE_V1_OPAQUE_DEVICE_CONFIGURATION: Struct = Struct { atomic: false, fields: &[("driver", Text), ("parameters", AnyAtomic)] };
pub(super) static RESOURCE_V1_RESOURCE_CLAIM: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("kind", Text), ("metadata", Type::Struct(&META_V1_OBJECT_META)),
    ("spec", Type::Struct(&RESOURCE_V1_RESOURCE_CLAIM_SPEC)), ("status", Type::Struct(&RESOURCE_V1_RESOURCE_CLAIM_STATUS)),
] };
pub(super) static RESOURCE_V1_RESOURCE_CLAIM_CONSUMER_REFERENCE: Struct = Struct { atomic: false, fields: &[
    ("apiGroup", Text), ("name", Text), ("resource", Text), ("uid", Text),
] };
pub(super) static RESOURCE_V1_RESOURCE_CLAIM_SPEC: Struct = Struct { atomic: false, fields: &[("devices", Type::Struct(&RESOURCE_V1_DEVICE_CLAIM))] };
pub(super) static RESOURCE_V1_RESOURCE_CLAIM_STATUS: Struct = Struct { atomic: false, fields: &[
    ("allocation", Type::Struct(&RESOURCE_V1_ALLOCATION_RESULT)),
    ("devices", List(&Type::Struct(&RESOURCE_V1_ALLOCATED_DEVICE_STATUS), &[("driver", Word("")), ("device", Word("")), ("pool", Word("")), ("shareID", Unset)])),
    ("reservedFor", List(&Type::Struct(&RESOURCE_V1_RESOURCE_CLAIM_CONSUMER_REFERENCE), &[("uid", Word(""))])),
] };
pub(super) static RESOURCE_V1_RESOURCE_CLAIM_TEMPLATE: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("kind", Text), ("metadata", Type::Struct(&META_V1_OBJECT_META)),
    ("spec", Type::Struct(&RESOURCE_V1_RESOURCE_CLAIM_TEMPLATE_SPEC)),
] };
pub(super) static RESOURCE_V1_RESOURCE_CLAIM_TEMPLATE_SPEC: Struct = Struct { atomic: false, fields: &[
    ("metadata", Type::Struct(&META_V1_OBJECT_META)), ("spec", Type::Struct(&RESOURCE_V1_RESOURCE_CLAIM_SPEC)),
] };
pub(super) static RESOURCE_V1_RESOURCE_POOL: Struct = Struct { atomic: false, fields: &[
    ("generation", Number), ("name", Text), ("resourceSliceCount", Number),
] };
pub(super) static RESOURCE_V1_RESOURCE_SLICE: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("kind", Text), ("metadata", Type::Struct(&META_V1_OBJECT_META)),
    ("spec", Type::Struct(&RESOURCE_V1_RESOURCE_SLICE_SPEC)),
] };
pub(super) static RESOURCE_V1_RESOURCE_SLICE_SPEC: Struct = Struct { atomic: false, fields: &[
    ("allNodes", Flag), ("devices", AtomicList(&Type::Struct(&RESOURCE_V1_DEVICE))), ("driver", Text), ("nodeName", Text),
    ("nodeSelector", Type::Struct(&CORE_V1_NODE_SELECTOR)), ("perDeviceNodeSelection", Flag), ("pool", Type::Struct(&RESOURCE_V1_RESOURCE_POOL)),
    ("sharedCounters", AtomicList(&Type::Struct(&RESOURCE_V1_COUNTER_SET))),
] };
pub(super) static SCHEDULING_V1_PRIORITY_CLASS: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("description", Text), ("globalDefault", Flag), ("kind", Text), ("metadata", Type::Struct(&META_V1_OBJECT_META)),
    ("preemptionPolicy", Text), ("value", Number),
] };
pub(super) static STORAGE_V1_CSI_DRIVER: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("kind", Text), ("metadata", Type::Struct(&META_V1_OBJECT_META)), ("spec", Type::Struct(&STORAGE_V1_CSI_DRIVER_SPEC)),
] };
pub(super) static STORAGE_V1_CSI_DRIVER_SPEC: Struct = Struct { atomic: false, fields: &[
    ("attachRequired", Flag), ("fsGroupPolicy", Text), ("nodeAllocatableUpdatePeriodSeconds", Number), ("podInfoOnMount", Flag),
    ("preventPodSchedulingIfMissing", Flag), ("requiresRepublish", Flag), ("seLinuxMount", Flag), ("serviceAccountTokenInSecrets", Flag),
    ("storageCapacity", Flag), ("tokenRequests", AtomicList(&Type::Struct(&STORAGE_V1_TOKEN_REQUEST))), ("volumeLifecycleModes", Set(&Text)),
] };
pub(super) static STORAGE_V1_CSI_NODE: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("kind", Text), ("metadata", Type::Struct(&META_V1_OBJECT_META)), ("spec", Type::Struct(&STORAGE_V1_CSI_NODE_SPEC)),
] };
pub(super) static STORAGE_V1_CSI_NODE_DRIVER: Struct = Struct { atomic: false, fields: &[
    ("allocatable", Type::Struct(&STORAGE_V1_VOLUME_NODE_RESOURCES)), ("name", Text), ("nodeID", Text), ("topologyKeys", AtomicList(&Text)),
] };
pub(super) static STORAGE_V1_CSI_NODE_SPEC: Struct = Struct { atomic: false, fields: &[
    ("drivers", List(&Type::Struct(&STORAGE_V1_CSI_NODE_DRIVER), &[("name", Word(""))])),
] };
pub(super) static STORAGE_V1_CSI_STORAGE_CAPACITY: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("capacity", Scalar), ("kind", Text), ("maximumVolumeSize", Scalar), ("metadata", Type::Struct(&META_V1_OBJECT_META)),
    ("nodeTopology", Type::Struct(&META_V1_LABEL_SELECTOR)), ("storageClassName", Text),
] };
pub(super) static STORAGE_V1_STORAGE_CLASS: Struct = Struct { atomic: false, fields: &[
    ("allowVolumeExpansion", Flag), ("allowedTopologies", AtomicList(&Type::Struct(&CORE_V1_TOPOLOGY_SELECTOR_TERM))), ("apiVersion", Text),
    ("kind", Text), ("metadata", Type::Struct(&META_V1_OBJECT_META)), ("mountOptions", AtomicList(&Text)), ("parameters", Map(&Text)),
    ("provisioner", Text), ("reclaimPolicy", Text), ("volumeBindingMode", Text),
] };
pub(super) static STORAGE_V1_TOKEN_REQUEST: Struct = Struct { atomic: false, fields: &[("audience", Text), ("expirationSeconds", Number)] };
pub(super) static STORAGE_V1_VOLUME_ATTACHMENT: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("kind", Text), ("metadata", Type::Struct(&META_V1_OBJECT_META)),
    ("spec", Type::Struct(&STORAGE_V1_VOLUME_ATTACHMENT_SPEC)), ("status", Type::Struct(&STORAGE_V1_VOLUME_ATTACHMENT_STATUS)),
] };
pub(super) static STORAGE_V1_VOLUME_ATTACHMENT_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("inlineVolumeSpec", Type::Struct(&CORE_V1_PERSISTENT_VOLUME_SPEC)), ("persistentVolumeName", Text),
] };
pub(super) static STORAGE_V1_VOLUME_ATTACHMENT_SPEC: Struct = Struct { atomic: false, fields: &[
    ("attacher", Text), ("nodeName", Text), ("source", Type::Struct(&STORAGE_V1_VOLUME_ATTACHMENT_SOURCE)),
] };
pub(super) static STORAGE_V1_VOLUME_ATTACHMENT_STATUS: Struct = Struct { atomic: false, fields: &[
    ("attachError", Type::Struct(&STORAGE_V1_VOLUME_ERROR)), ("attached", Flag), ("attachmentMetadata", Map(&Text)),
    ("detachError", Type::Struct(&STORAGE_V1_VOLUME_ERROR)),
] };
pub(super) static STORAGE_V1_VOLUME_ATTRIBUTES_CLASS: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("driverName", Text), ("kind", Text), ("metadata", Type::Struct(&META_V1_OBJECT_META)), ("parameters", Map(&Text)),
] };
pub(super) static STORAGE_V1_VOLUME_ERROR: Struct = Struct { atomic: false, fields: &[("errorCode", Number), ("message", Text), ("time", Scalar)] };
pub(super) static STORAGE_V1_VOLUME_NODE_RESOURCES: Struct = Struct { atomic: false, fields: &[("count", Number)] };
