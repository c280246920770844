//! Data: how the types of the core group and the metadata of every object are owned and merged.
//!
//! Models: api/openapi-spec (x-kubernetes-list-type, -list-map-keys, -map-type, -patch-strategy, -patch-merge-key), v1.36.
//! Simplified: groups in alpha and beta are left out.

use crate::managed_fields::schema::KeyDefault::{Integer, Unset, Word};
use crate::managed_fields::schema::Struct;
use crate::managed_fields::schema::Type::{self, Any, AtomicList, AtomicMap, Flag, Granular, List, Map, Number, Scalar, Set, Text};

pub(super) static CORE_V1_AFFINITY: Struct = Struct { atomic: false, fields: &[
    ("nodeAffinity", Type::Struct(&CORE_V1_NODE_AFFINITY)), ("podAffinity", Type::Struct(&CORE_V1_POD_AFFINITY)),
    ("podAntiAffinity", Type::Struct(&CORE_V1_POD_ANTI_AFFINITY)),
] };
pub(super) static CORE_V1_APP_ARMOR_PROFILE: Struct = Struct { atomic: false, fields: &[("localhostProfile", Text), ("type", Text)] };
pub(super) static CORE_V1_ATTACHED_VOLUME: Struct = Struct { atomic: false, fields: &[("devicePath", Text), ("name", Text)] };
pub(super) static CORE_V1_AWS_ELASTIC_BLOCK_STORE_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("fsType", Text), ("partition", Number), ("readOnly", Flag), ("volumeID", Text),
] };
pub(super) static CORE_V1_AZURE_DISK_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("cachingMode", Text), ("diskName", Text), ("diskURI", Text), ("fsType", Text), ("kind", Text), ("readOnly", Flag),
] };
pub(super) static CORE_V1_AZURE_FILE_PERSISTENT_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("readOnly", Flag), ("secretName", Text), ("secretNamespace", Text), ("shareName", Text),
] };
pub(super) static CORE_V1_AZURE_FILE_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("readOnly", Flag), ("secretName", Text), ("shareName", Text),
] };
pub(super) static CORE_V1_CAPABILITIES: Struct = Struct { atomic: false, fields: &[("add", AtomicList(&Text)), ("drop", AtomicList(&Text))] };
pub(super) static CORE_V1_CEPH_FS_PERSISTENT_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("monitors", AtomicList(&Text)), ("path", Text), ("readOnly", Flag), ("secretFile", Text),
    ("secretRef", Type::Struct(&CORE_V1_SECRET_REFERENCE)), ("user", Text),
] };
pub(super) static CORE_V1_CEPH_FS_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("monitors", AtomicList(&Text)), ("path", Text), ("readOnly", Flag), ("secretFile", Text),
    ("secretRef", Type::Struct(&CORE_V1_LOCAL_OBJECT_REFERENCE)), ("user", Text),
] };
pub(super) static CORE_V1_CINDER_PERSISTENT_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("fsType", Text), ("readOnly", Flag), ("secretRef", Type::Struct(&CORE_V1_SECRET_REFERENCE)), ("volumeID", Text),
] };
pub(super) static CORE_V1_CINDER_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("fsType", Text), ("readOnly", Flag), ("secretRef", Type::Struct(&CORE_V1_LOCAL_OBJECT_REFERENCE)), ("volumeID", Text),
] };
pub(super) static CORE_V1_CLIENT_IP_CONFIG: Struct = Struct { atomic: false, fields: &[("timeoutSeconds", Number)] };
pub(super) static CORE_V1_CLUSTER_TRUST_BUNDLE_PROJECTION: Struct = Struct { atomic: false, fields: &[
    ("labelSelector", Type::Struct(&META_V1_LABEL_SELECTOR)), ("name", Text), ("optional", Flag), ("path", Text), ("signerName", Text),
] };
pub(super) static CORE_V1_COMPONENT_CONDITION: Struct = Struct { atomic: false, fields: &[
    ("error", Text), ("message", Text), ("status", Text), ("type", Text),
] };
pub(super) static CORE_V1_COMPONENT_STATUS: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("conditions", List(&Type::Struct(&CORE_V1_COMPONENT_CONDITION), &[("type", Word(""))])), ("kind", Text),
    ("metadata", Type::Struct(&META_V1_OBJECT_META)),
] };
pub(super) static CORE_V1_CONFIG_MAP: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("binaryData", Map(&Text)), ("data", Map(&Text)), ("immutable", Flag), ("kind", Text),
    ("metadata", Type::Struct(&META_V1_OBJECT_META)),
] };
pub(super) static CORE_V1_CONFIG_MAP_ENV_SOURCE: Struct = Struct { atomic: false, fields: &[("name", Text), ("optional", Flag)] };
pub(super) static CORE_V1_CONFIG_MAP_KEY_SELECTOR: Struct = Struct { atomic: true, fields: &[("key", Text), ("name", Text), ("optional", Flag)] };
pub(super) static CORE_V1_CONFIG_MAP_NODE_CONFIG_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("kubeletConfigKey", Text), ("name", Text), ("namespace", Text), ("resourceVersion", Text), ("uid", Text),
] };
pub(super) static CORE_V1_CONFIG_MAP_PROJECTION: Struct = Struct { atomic: false, fields: &[
    ("items", AtomicList(&Type::Struct(&CORE_V1_KEY_TO_PATH))), ("name", Text), ("optional", Flag),
] };
pub(super) static CORE_V1_CONFIG_MAP_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("defaultMode", Number), ("items", AtomicList(&Type::Struct(&CORE_V1_KEY_TO_PATH))), ("name", Text), ("optional", Flag),
] };
pub(super) static CORE_V1_CONTAINER: Struct = Struct { atomic: false, fields: &[
    ("args", AtomicList(&Text)), ("command", AtomicList(&Text)), ("env", List(&Type::Struct(&CORE_V1_ENV_VAR), &[("name", Word(""))])),
    ("envFrom", AtomicList(&Type::Struct(&CORE_V1_ENV_FROM_SOURCE))), ("image", Text), ("imagePullPolicy", Text),
    ("lifecycle", Type::Struct(&CORE_V1_LIFECYCLE)), ("livenessProbe", Type::Struct(&CORE_V1_PROBE)), ("name", Text),
    ("ports", List(&Type::Struct(&CORE_V1_CONTAINER_PORT), &[("containerPort", Integer(0)), ("protocol", Word("TCP"))])),
    ("readinessProbe", Type::Struct(&CORE_V1_PROBE)), ("resizePolicy", AtomicList(&Type::Struct(&CORE_V1_CONTAINER_RESIZE_POLICY))),
    ("resources", Type::Struct(&CORE_V1_RESOURCE_REQUIREMENTS)), ("restartPolicy", Text),
    ("restartPolicyRules", AtomicList(&Type::Struct(&CORE_V1_CONTAINER_RESTART_RULE))),
    ("securityContext", Type::Struct(&CORE_V1_SECURITY_CONTEXT)), ("startupProbe", Type::Struct(&CORE_V1_PROBE)), ("stdin", Flag),
    ("stdinOnce", Flag), ("terminationMessagePath", Text), ("terminationMessagePolicy", Text), ("tty", Flag),
    ("volumeDevices", List(&Type::Struct(&CORE_V1_VOLUME_DEVICE), &[("devicePath", Word(""))])),
    ("volumeMounts", List(&Type::Struct(&CORE_V1_VOLUME_MOUNT), &[("mountPath", Word(""))])), ("workingDir", Text),
] };
pub(super) static CORE_V1_CONTAINER_EXTENDED_RESOURCE_REQUEST: Struct = Struct { atomic: false, fields: &[
    ("containerName", Text), ("requestName", Text), ("resourceName", Text),
] };
pub(super) static CORE_V1_CONTAINER_IMAGE: Struct = Struct { atomic: false, fields: &[("names", AtomicList(&Text)), ("sizeBytes", Number)] };
pub(super) static CORE_V1_CONTAINER_PORT: Struct = Struct { atomic: false, fields: &[
    ("containerPort", Number), ("hostIP", Text), ("hostPort", Number), ("name", Text), ("protocol", Text),
] };
pub(super) static CORE_V1_CONTAINER_RESIZE_POLICY: Struct = Struct { atomic: false, fields: &[("resourceName", Text), ("restartPolicy", Text)] };
pub(super) static CORE_V1_CONTAINER_RESTART_RULE: Struct = Struct { atomic: false, fields: &[
    ("action", Text), ("exitCodes", Type::Struct(&CORE_V1_CONTAINER_RESTART_RULE_ON_EXIT_CODES)),
] };
pub(super) static CORE_V1_CONTAINER_RESTART_RULE_ON_EXIT_CODES: Struct = Struct { atomic: false, fields: &[
    ("operator", Text), ("values", Set(&Number)),
] };
pub(super) static CORE_V1_CONTAINER_STATE: Struct = Struct { atomic: false, fields: &[
    ("running", Type::Struct(&CORE_V1_CONTAINER_STATE_RUNNING)), ("terminated", Type::Struct(&CORE_V1_CONTAINER_STATE_TERMINATED)),
    ("waiting", Type::Struct(&CORE_V1_CONTAINER_STATE_WAITING)),
] };
pub(super) static CORE_V1_CONTAINER_STATE_RUNNING: Struct = Struct { atomic: false, fields: &[("startedAt", Scalar)] };
pub(super) static CORE_V1_CONTAINER_STATE_TERMINATED: Struct = Struct { atomic: false, fields: &[
    ("containerID", Text), ("exitCode", Number), ("finishedAt", Scalar), ("message", Text), ("reason", Text), ("signal", Number),
    ("startedAt", Scalar),
] };
pub(super) static CORE_V1_CONTAINER_STATE_WAITING: Struct = Struct { atomic: false, fields: &[("message", Text), ("reason", Text)] };
pub(super) static CORE_V1_CONTAINER_STATUS: Struct = Struct { atomic: false, fields: &[
    ("allocatedResources", Map(&Scalar)), ("allocatedResourcesStatus", List(&Type::Struct(&CORE_V1_RESOURCE_STATUS), &[("name", Word(""))])),
    ("containerID", Text), ("image", Text), ("imageID", Text), ("lastState", Type::Struct(&CORE_V1_CONTAINER_STATE)), ("name", Text),
    ("ready", Flag), ("resources", Type::Struct(&CORE_V1_RESOURCE_REQUIREMENTS)), ("restartCount", Number), ("started", Flag),
    ("state", Type::Struct(&CORE_V1_CONTAINER_STATE)), ("stopSignal", Text), ("user", Type::Struct(&CORE_V1_CONTAINER_USER)),
    ("volumeMounts", List(&Type::Struct(&CORE_V1_VOLUME_MOUNT_STATUS), &[("mountPath", Word(""))])),
] };
pub(super) static CORE_V1_CONTAINER_USER: Struct = Struct { atomic: false, fields: &[("linux", Type::Struct(&CORE_V1_LINUX_CONTAINER_USER))] };
pub(super) static CORE_V1_CSI_PERSISTENT_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("controllerExpandSecretRef", Type::Struct(&CORE_V1_SECRET_REFERENCE)),
    ("controllerPublishSecretRef", Type::Struct(&CORE_V1_SECRET_REFERENCE)), ("driver", Text), ("fsType", Text),
    ("nodeExpandSecretRef", Type::Struct(&CORE_V1_SECRET_REFERENCE)), ("nodePublishSecretRef", Type::Struct(&CORE_V1_SECRET_REFERENCE)),
    ("nodeStageSecretRef", Type::Struct(&CORE_V1_SECRET_REFERENCE)), ("readOnly", Flag), ("volumeAttributes", Map(&Text)), ("volumeHandle", Text),
] };
pub(super) static CORE_V1_CSI_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("driver", Text), ("fsType", Text), ("nodePublishSecretRef", Type::Struct(&CORE_V1_LOCAL_OBJECT_REFERENCE)), ("readOnly", Flag),
    ("volumeAttributes", Map(&Text)),
] };
pub(super) static CORE_V1_DAEMON_ENDPOINT: Struct = Struct { atomic: false, fields: &[("Port", Number)] };
pub(super) static CORE_V1_DOWNWARD_API_PROJECTION: Struct = Struct { atomic: false, fields: &[
    ("items", AtomicList(&Type::Struct(&CORE_V1_DOWNWARD_API_VOLUME_FILE))),
] };
pub(super) static CORE_V1_DOWNWARD_API_VOLUME_FILE: Struct = Struct { atomic: false, fields: &[
    ("fieldRef", Type::Struct(&CORE_V1_OBJECT_FIELD_SELECTOR)), ("mode", Number), ("path", Text),
    ("resourceFieldRef", Type::Struct(&CORE_V1_RESOURCE_FIELD_SELECTOR)),
] };
pub(super) static CORE_V1_DOWNWARD_API_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("defaultMode", Number), ("items", AtomicList(&Type::Struct(&CORE_V1_DOWNWARD_API_VOLUME_FILE))),
] };
pub(super) static CORE_V1_EMPTY_DIR_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[("medium", Text), ("sizeLimit", Scalar)] };
pub(super) static CORE_V1_ENDPOINTS: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("kind", Text), ("metadata", Type::Struct(&META_V1_OBJECT_META)),
    ("subsets", AtomicList(&Type::Struct(&CORE_V1_ENDPOINT_SUBSET))),
] };
pub(super) static CORE_V1_ENDPOINT_ADDRESS: Struct = Struct { atomic: true, fields: &[
    ("hostname", Text), ("ip", Text), ("nodeName", Text), ("targetRef", Type::Struct(&CORE_V1_OBJECT_REFERENCE)),
] };
pub(super) static CORE_V1_ENDPOINT_PORT: Struct = Struct { atomic: true, fields: &[
    ("appProtocol", Text), ("name", Text), ("port", Number), ("protocol", Text),
] };
pub(super) static CORE_V1_ENDPOINT_SUBSET: Struct = Struct { atomic: false, fields: &[
    ("addresses", AtomicList(&Type::Struct(&CORE_V1_ENDPOINT_ADDRESS))),
    ("notReadyAddresses", AtomicList(&Type::Struct(&CORE_V1_ENDPOINT_ADDRESS))), ("ports", AtomicList(&Type::Struct(&CORE_V1_ENDPOINT_PORT))),
] };
pub(super) static CORE_V1_ENV_FROM_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("configMapRef", Type::Struct(&CORE_V1_CONFIG_MAP_ENV_SOURCE)), ("prefix", Text), ("secretRef", Type::Struct(&CORE_V1_SECRET_ENV_SOURCE)),
] };
pub(super) static CORE_V1_ENV_VAR: Struct = Struct { atomic: false, fields: &[
    ("name", Text), ("value", Text), ("valueFrom", Type::Struct(&CORE_V1_ENV_VAR_SOURCE)),
] };
pub(super) static CORE_V1_ENV_VAR_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("configMapKeyRef", Type::Struct(&CORE_V1_CONFIG_MAP_KEY_SELECTOR)), ("fieldRef", Type::Struct(&CORE_V1_OBJECT_FIELD_SELECTOR)),
    ("fileKeyRef", Type::Struct(&CORE_V1_FILE_KEY_SELECTOR)), ("resourceFieldRef", Type::Struct(&CORE_V1_RESOURCE_FIELD_SELECTOR)),
    ("secretKeyRef", Type::Struct(&CORE_V1_SECRET_KEY_SELECTOR)),
] };
pub(super) static CORE_V1_EPHEMERAL_CONTAINER: Struct = Struct { atomic: false, fields: &[
    ("args", AtomicList(&Text)), ("command", AtomicList(&Text)), ("env", List(&Type::Struct(&CORE_V1_ENV_VAR), &[("name", Word(""))])),
    ("envFrom", AtomicList(&Type::Struct(&CORE_V1_ENV_FROM_SOURCE))), ("image", Text), ("imagePullPolicy", Text),
    ("lifecycle", Type::Struct(&CORE_V1_LIFECYCLE)), ("livenessProbe", Type::Struct(&CORE_V1_PROBE)), ("name", Text),
    ("ports", List(&Type::Struct(&CORE_V1_CONTAINER_PORT), &[("containerPort", Integer(0)), ("protocol", Word("TCP"))])),
    ("readinessProbe", Type::Struct(&CORE_V1_PROBE)), ("resizePolicy", AtomicList(&Type::Struct(&CORE_V1_CONTAINER_RESIZE_POLICY))),
    ("resources", Type::Struct(&CORE_V1_RESOURCE_REQUIREMENTS)), ("restartPolicy", Text),
    ("restartPolicyRules", AtomicList(&Type::Struct(&CORE_V1_CONTAINER_RESTART_RULE))),
    ("securityContext", Type::Struct(&CORE_V1_SECURITY_CONTEXT)), ("startupProbe", Type::Struct(&CORE_V1_PROBE)), ("stdin", Flag),
    ("stdinOnce", Flag), ("targetContainerName", Text), ("terminationMessagePath", Text), ("terminationMessagePolicy", Text), ("tty", Flag),
    ("volumeDevices", List(&Type::Struct(&CORE_V1_VOLUME_DEVICE), &[("devicePath", Word(""))])),
    ("volumeMounts", List(&Type::Struct(&CORE_V1_VOLUME_MOUNT), &[("mountPath", Word(""))])), ("workingDir", Text),
] };
pub(super) static CORE_V1_EPHEMERAL_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("volumeClaimTemplate", Type::Struct(&CORE_V1_PERSISTENT_VOLUME_CLAIM_TEMPLATE)),
] };
pub(super) static CORE_V1_EVENT: Struct = Struct { atomic: false, fields: &[
    ("action", Text), ("apiVersion", Text), ("count", Number), ("eventTime", Scalar), ("firstTimestamp", Scalar),
    ("involvedObject", Type::Struct(&CORE_V1_OBJECT_REFERENCE)), ("kind", Text), ("lastTimestamp", Scalar), ("message", Text),
    ("metadata", Type::Struct(&META_V1_OBJECT_META)), ("reason", Text), ("related", Type::Struct(&CORE_V1_OBJECT_REFERENCE)),
    ("reportingComponent", Text), ("reportingInstance", Text), ("series", Type::Struct(&CORE_V1_EVENT_SERIES)),
    ("source", Type::Struct(&CORE_V1_EVENT_SOURCE)), ("type", Text),
] };
pub(super) static CORE_V1_EVENT_SERIES: Struct = Struct { atomic: false, fields: &[("count", Number), ("lastObservedTime", Scalar)] };
pub(super) static CORE_V1_EVENT_SOURCE: Struct = Struct { atomic: false, fields: &[("component", Text), ("host", Text)] };
pub(super) static CORE_V1_EXEC_ACTION: Struct = Struct { atomic: false, fields: &[("command", AtomicList(&Text))] };
pub(super) static CORE_V1_FC_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("fsType", Text), ("lun", Number), ("readOnly", Flag), ("targetWWNs", AtomicList(&Text)), ("wwids", AtomicList(&Text)),
] };
pub(super) static CORE_V1_FILE_KEY_SELECTOR: Struct = Struct { atomic: true, fields: &[
    ("key", Text), ("optional", Flag), ("path", Text), ("volumeName", Text),
] };
pub(super) static CORE_V1_FLEX_PERSISTENT_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("driver", Text), ("fsType", Text), ("options", Map(&Text)), ("readOnly", Flag), ("secretRef", Type::Struct(&CORE_V1_SECRET_REFERENCE)),
] };
pub(super) static CORE_V1_FLEX_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("driver", Text), ("fsType", Text), ("options", Map(&Text)), ("readOnly", Flag), ("secretRef", Type::Struct(&CORE_V1_LOCAL_OBJECT_REFERENCE)),
] };
pub(super) static CORE_V1_FLOCKER_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[("datasetName", Text), ("datasetUUID", Text)] };
pub(super) static CORE_V1_GCE_PERSISTENT_DISK_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("fsType", Text), ("partition", Number), ("pdName", Text), ("readOnly", Flag),
] };
pub(super) static CORE_V1_GIT_REPO_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("directory", Text), ("repository", Text), ("revision", Text),
] };
pub(super) static CORE_V1_GLUSTERFS_PERSISTENT_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("endpoints", Text), ("endpointsNamespace", Text), ("path", Text), ("readOnly", Flag),
] };
pub(super) static CORE_V1_GLUSTERFS_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("endpoints", Text), ("path", Text), ("readOnly", Flag),
] };
pub(super) static CORE_V1_GRPC_ACTION: Struct = Struct { atomic: false, fields: &[("port", Number), ("service", Text)] };
pub(super) static CORE_V1_HOST_ALIAS: Struct = Struct { atomic: false, fields: &[("hostnames", AtomicList(&Text)), ("ip", Text)] };
pub(super) static CORE_V1_HOST_IP: Struct = Struct { atomic: false, fields: &[("ip", Text)] };
pub(super) static CORE_V1_HOST_PATH_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[("path", Text), ("type", Text)] };
pub(super) static CORE_V1_HTTP_GET_ACTION: Struct = Struct { atomic: false, fields: &[
    ("host", Text), ("httpHeaders", AtomicList(&Type::Struct(&CORE_V1_HTTP_HEADER))), ("path", Text), ("port", Scalar), ("scheme", Text),
] };
pub(super) static CORE_V1_HTTP_HEADER: Struct = Struct { atomic: false, fields: &[("name", Text), ("value", Text)] };
pub(super) static CORE_V1_IMAGE_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[("pullPolicy", Text), ("reference", Text)] };
pub(super) static CORE_V1_IMAGE_VOLUME_STATUS: Struct = Struct { atomic: false, fields: &[("imageRef", Text)] };
pub(super) static CORE_V1_ISCSI_PERSISTENT_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("chapAuthDiscovery", Flag), ("chapAuthSession", Flag), ("fsType", Text), ("initiatorName", Text), ("iqn", Text), ("iscsiInterface", Text),
    ("lun", Number), ("portals", AtomicList(&Text)), ("readOnly", Flag), ("secretRef", Type::Struct(&CORE_V1_SECRET_REFERENCE)),
    ("targetPortal", Text),
] };
pub(super) static CORE_V1_ISCSI_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("chapAuthDiscovery", Flag), ("chapAuthSession", Flag), ("fsType", Text), ("initiatorName", Text), ("iqn", Text), ("iscsiInterface", Text),
    ("lun", Number), ("portals", AtomicList(&Text)), ("readOnly", Flag), ("secretRef", Type::Struct(&CORE_V1_LOCAL_OBJECT_REFERENCE)),
    ("targetPortal", Text),
] };
pub(super) static CORE_V1_KEY_TO_PATH: Struct = Struct { atomic: false, fields: &[("key", Text), ("mode", Number), ("path", Text)] };
pub(super) static CORE_V1_LIFECYCLE: Struct = Struct { atomic: false, fields: &[
    ("postStart", Type::Struct(&CORE_V1_LIFECYCLE_HANDLER)), ("preStop", Type::Struct(&CORE_V1_LIFECYCLE_HANDLER)), ("stopSignal", Text),
] };
pub(super) static CORE_V1_LIFECYCLE_HANDLER: Struct = Struct { atomic: false, fields: &[
    ("exec", Type::Struct(&CORE_V1_EXEC_ACTION)), ("httpGet", Type::Struct(&CORE_V1_HTTP_GET_ACTION)),
    ("sleep", Type::Struct(&CORE_V1_SLEEP_ACTION)), ("tcpSocket", Type::Struct(&CORE_V1_TCP_SOCKET_ACTION)),
] };
pub(super) static CORE_V1_LIMIT_RANGE: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("kind", Text), ("metadata", Type::Struct(&META_V1_OBJECT_META)), ("spec", Type::Struct(&CORE_V1_LIMIT_RANGE_SPEC)),
] };
pub(super) static CORE_V1_LIMIT_RANGE_ITEM: Struct = Struct { atomic: false, fields: &[
    ("default", Map(&Scalar)), ("defaultRequest", Map(&Scalar)), ("max", Map(&Scalar)), ("maxLimitRequestRatio", Map(&Scalar)),
    ("min", Map(&Scalar)), ("type", Text),
] };
pub(super) static CORE_V1_LIMIT_RANGE_SPEC: Struct = Struct { atomic: false, fields: &[
    ("limits", AtomicList(&Type::Struct(&CORE_V1_LIMIT_RANGE_ITEM))),
] };
pub(super) static CORE_V1_LINUX_CONTAINER_USER: Struct = Struct { atomic: false, fields: &[
    ("gid", Number), ("supplementalGroups", AtomicList(&Number)), ("uid", Number),
] };
pub(super) static CORE_V1_LOAD_BALANCER_INGRESS: Struct = Struct { atomic: false, fields: &[
    ("hostname", Text), ("ip", Text), ("ipMode", Text), ("ports", AtomicList(&Type::Struct(&CORE_V1_PORT_STATUS))),
] };
pub(super) static CORE_V1_LOAD_BALANCER_STATUS: Struct = Struct { atomic: false, fields: &[
    ("ingress", AtomicList(&Type::Struct(&CORE_V1_LOAD_BALANCER_INGRESS))),
] };
pub(super) static CORE_V1_LOCAL_OBJECT_REFERENCE: Struct = Struct { atomic: true, fields: &[("name", Text)] };
pub(super) static CORE_V1_LOCAL_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[("fsType", Text), ("path", Text)] };
pub(super) static CORE_V1_MODIFY_VOLUME_STATUS: Struct = Struct { atomic: false, fields: &[
    ("status", Text), ("targetVolumeAttributesClassName", Text),
] };
pub(super) static CORE_V1_NAMESPACE: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("kind", Text), ("metadata", Type::Struct(&META_V1_OBJECT_META)), ("spec", Type::Struct(&CORE_V1_NAMESPACE_SPEC)),
    ("status", Type::Struct(&CORE_V1_NAMESPACE_STATUS)),
] };
pub(super) static CORE_V1_NAMESPACE_CONDITION: Struct = Struct { atomic: false, fields: &[
    ("lastTransitionTime", Scalar), ("message", Text), ("reason", Text), ("status", Text), ("type", Text),
] };
pub(super) static CORE_V1_NAMESPACE_SPEC: Struct = Struct { atomic: false, fields: &[("finalizers", AtomicList(&Text))] };
pub(super) static CORE_V1_NAMESPACE_STATUS: Struct = Struct { atomic: false, fields: &[
    ("conditions", List(&Type::Struct(&CORE_V1_NAMESPACE_CONDITION), &[("type", Word(""))])), ("phase", Text),
] };
pub(super) static CORE_V1_NFS_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[("path", Text), ("readOnly", Flag), ("server", Text)] };
pub(super) static CORE_V1_NODE: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("kind", Text), ("metadata", Type::Struct(&META_V1_OBJECT_META)), ("spec", Type::Struct(&CORE_V1_NODE_SPEC)),
    ("status", Type::Struct(&CORE_V1_NODE_STATUS)),
] };
pub(super) static CORE_V1_NODE_ADDRESS: Struct = Struct { atomic: false, fields: &[("address", Text), ("type", Text)] };
pub(super) static CORE_V1_NODE_AFFINITY: Struct = Struct { atomic: false, fields: &[
    ("preferredDuringSchedulingIgnoredDuringExecution", AtomicList(&Type::Struct(&CORE_V1_PREFERRED_SCHEDULING_TERM))),
    ("requiredDuringSchedulingIgnoredDuringExecution", Type::Struct(&CORE_V1_NODE_SELECTOR)),
] };
pub(super) static CORE_V1_NODE_ALLOCATABLE_RESOURCE_CLAIM_STATUS: Struct = Struct { atomic: false, fields: &[
    ("containers", Set(&Text)), ("resourceClaimName", Text), ("resources", Map(&Scalar)),
] };
pub(super) static CORE_V1_NODE_CONDITION: Struct = Struct { atomic: false, fields: &[
    ("lastHeartbeatTime", Scalar), ("lastTransitionTime", Scalar), ("message", Text), ("reason", Text), ("status", Text), ("type", Text),
] };
pub(super) static CORE_V1_NODE_CONFIG_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("configMap", Type::Struct(&CORE_V1_CONFIG_MAP_NODE_CONFIG_SOURCE)),
] };
pub(super) static CORE_V1_NODE_CONFIG_STATUS: Struct = Struct { atomic: false, fields: &[
    ("active", Type::Struct(&CORE_V1_NODE_CONFIG_SOURCE)), ("assigned", Type::Struct(&CORE_V1_NODE_CONFIG_SOURCE)), ("error", Text),
    ("lastKnownGood", Type::Struct(&CORE_V1_NODE_CONFIG_SOURCE)),
] };
pub(super) static CORE_V1_NODE_DAEMON_ENDPOINTS: Struct = Struct { atomic: false, fields: &[
    ("kubeletEndpoint", Type::Struct(&CORE_V1_DAEMON_ENDPOINT)),
] };
pub(super) static CORE_V1_NODE_FEATURES: Struct = Struct { atomic: false, fields: &[("supplementalGroupsPolicy", Flag)] };
pub(super) static CORE_V1_NODE_RUNTIME_HANDLER: Struct = Struct { atomic: false, fields: &[
    ("features", Type::Struct(&CORE_V1_NODE_RUNTIME_HANDLER_FEATURES)), ("name", Text),
] };
pub(super) static CORE_V1_NODE_RUNTIME_HANDLER_FEATURES: Struct = Struct { atomic: false, fields: &[
    ("recursiveReadOnlyMounts", Flag), ("userNamespaces", Flag),
] };
pub(super) static CORE_V1_NODE_SELECTOR: Struct = Struct { atomic: true, fields: &[
    ("nodeSelectorTerms", AtomicList(&Type::Struct(&CORE_V1_NODE_SELECTOR_TERM))),
] };
pub(super) static CORE_V1_NODE_SELECTOR_REQUIREMENT: Struct = Struct { atomic: false, fields: &[
    ("key", Text), ("operator", Text), ("values", AtomicList(&Text)),
] };
pub(super) static CORE_V1_NODE_SELECTOR_TERM: Struct = Struct { atomic: true, fields: &[
    ("matchExpressions", AtomicList(&Type::Struct(&CORE_V1_NODE_SELECTOR_REQUIREMENT))),
    ("matchFields", AtomicList(&Type::Struct(&CORE_V1_NODE_SELECTOR_REQUIREMENT))),
] };
pub(super) static CORE_V1_NODE_SPEC: Struct = Struct { atomic: false, fields: &[
    ("configSource", Type::Struct(&CORE_V1_NODE_CONFIG_SOURCE)), ("externalID", Text), ("podCIDR", Text), ("podCIDRs", Set(&Text)),
    ("providerID", Text), ("taints", AtomicList(&Type::Struct(&CORE_V1_TAINT))), ("unschedulable", Flag),
] };
pub(super) static CORE_V1_NODE_STATUS: Struct = Struct { atomic: false, fields: &[
    ("addresses", List(&Type::Struct(&CORE_V1_NODE_ADDRESS), &[("type", Word(""))])), ("allocatable", Map(&Scalar)), ("capacity", Map(&Scalar)),
    ("conditions", List(&Type::Struct(&CORE_V1_NODE_CONDITION), &[("type", Word(""))])), ("config", Type::Struct(&CORE_V1_NODE_CONFIG_STATUS)),
    ("daemonEndpoints", Type::Struct(&CORE_V1_NODE_DAEMON_ENDPOINTS)), ("declaredFeatures", AtomicList(&Text)),
    ("features", Type::Struct(&CORE_V1_NODE_FEATURES)), ("images", AtomicList(&Type::Struct(&CORE_V1_CONTAINER_IMAGE))),
    ("nodeInfo", Type::Struct(&CORE_V1_NODE_SYSTEM_INFO)), ("phase", Text),
    ("runtimeHandlers", AtomicList(&Type::Struct(&CORE_V1_NODE_RUNTIME_HANDLER))),
    ("volumesAttached", AtomicList(&Type::Struct(&CORE_V1_ATTACHED_VOLUME))), ("volumesInUse", AtomicList(&Text)),
] };
pub(super) static CORE_V1_NODE_SWAP_STATUS: Struct = Struct { atomic: false, fields: &[("capacity", Number)] };
pub(super) static CORE_V1_NODE_SYSTEM_INFO: Struct = Struct { atomic: false, fields: &[
    ("architecture", Text), ("bootID", Text), ("containerRuntimeVersion", Text), ("kernelVersion", Text), ("kubeProxyVersion", Text),
    ("kubeletVersion", Text), ("machineID", Text), ("operatingSystem", Text), ("osImage", Text), ("swap", Type::Struct(&CORE_V1_NODE_SWAP_STATUS)),
    ("systemUUID", Text),
] };
pub(super) static CORE_V1_OBJECT_FIELD_SELECTOR: Struct = Struct { atomic: true, fields: &[("apiVersion", Text), ("fieldPath", Text)] };
pub(super) static CORE_V1_OBJECT_REFERENCE: Struct = Struct { atomic: true, fields: &[
    ("apiVersion", Text), ("fieldPath", Text), ("kind", Text), ("name", Text), ("namespace", Text), ("resourceVersion", Text), ("uid", Text),
] };
pub(super) static CORE_V1_PERSISTENT_VOLUME: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("kind", Text), ("metadata", Type::Struct(&META_V1_OBJECT_META)),
    ("spec", Type::Struct(&CORE_V1_PERSISTENT_VOLUME_SPEC)), ("status", Type::Struct(&CORE_V1_PERSISTENT_VOLUME_STATUS)),
] };
pub(super) static CORE_V1_PERSISTENT_VOLUME_CLAIM: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("kind", Text), ("metadata", Type::Struct(&META_V1_OBJECT_META)),
    ("spec", Type::Struct(&CORE_V1_PERSISTENT_VOLUME_CLAIM_SPEC)), ("status", Type::Struct(&CORE_V1_PERSISTENT_VOLUME_CLAIM_STATUS)),
] };
pub(super) static CORE_V1_PERSISTENT_VOLUME_CLAIM_CONDITION: Struct = Struct { atomic: false, fields: &[
    ("lastProbeTime", Scalar), ("lastTransitionTime", Scalar), ("message", Text), ("reason", Text), ("status", Text), ("type", Text),
] };
pub(super) static CORE_V1_PERSISTENT_VOLUME_CLAIM_SPEC: Struct = Struct { atomic: false, fields: &[
    ("accessModes", AtomicList(&Text)), ("dataSource", Type::Struct(&CORE_V1_TYPED_LOCAL_OBJECT_REFERENCE)),
    ("dataSourceRef", Type::Struct(&CORE_V1_TYPED_OBJECT_REFERENCE)), ("resources", Type::Struct(&CORE_V1_VOLUME_RESOURCE_REQUIREMENTS)),
    ("selector", Type::Struct(&META_V1_LABEL_SELECTOR)), ("storageClassName", Text), ("volumeAttributesClassName", Text), ("volumeMode", Text),
    ("volumeName", Text),
] };
pub(super) static CORE_V1_PERSISTENT_VOLUME_CLAIM_STATUS: Struct = Struct { atomic: false, fields: &[
    ("accessModes", AtomicList(&Text)), ("allocatedResourceStatuses", Map(&Text)), ("allocatedResources", Map(&Scalar)),
    ("capacity", Map(&Scalar)), ("conditions", List(&Type::Struct(&CORE_V1_PERSISTENT_VOLUME_CLAIM_CONDITION), &[("type", Word(""))])),
    ("currentVolumeAttributesClassName", Text), ("modifyVolumeStatus", Type::Struct(&CORE_V1_MODIFY_VOLUME_STATUS)), ("phase", Text),
] };
pub(super) static CORE_V1_PERSISTENT_VOLUME_CLAIM_TEMPLATE: Struct = Struct { atomic: false, fields: &[
    ("metadata", Type::Struct(&META_V1_OBJECT_META)), ("spec", Type::Struct(&CORE_V1_PERSISTENT_VOLUME_CLAIM_SPEC)),
] };
pub(super) static CORE_V1_PERSISTENT_VOLUME_CLAIM_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("claimName", Text), ("readOnly", Flag),
] };
pub(super) static CORE_V1_PERSISTENT_VOLUME_SPEC: Struct = Struct { atomic: false, fields: &[
    ("accessModes", AtomicList(&Text)), ("awsElasticBlockStore", Type::Struct(&CORE_V1_AWS_ELASTIC_BLOCK_STORE_VOLUME_SOURCE)),
    ("azureDisk", Type::Struct(&CORE_V1_AZURE_DISK_VOLUME_SOURCE)), ("azureFile", Type::Struct(&CORE_V1_AZURE_FILE_PERSISTENT_VOLUME_SOURCE)),
    ("capacity", Map(&Scalar)), ("cephfs", Type::Struct(&CORE_V1_CEPH_FS_PERSISTENT_VOLUME_SOURCE)),
    ("cinder", Type::Struct(&CORE_V1_CINDER_PERSISTENT_VOLUME_SOURCE)), ("claimRef", Granular(&CORE_V1_OBJECT_REFERENCE)),
    ("csi", Type::Struct(&CORE_V1_CSI_PERSISTENT_VOLUME_SOURCE)), ("fc", Type::Struct(&CORE_V1_FC_VOLUME_SOURCE)),
    ("flexVolume", Type::Struct(&CORE_V1_FLEX_PERSISTENT_VOLUME_SOURCE)), ("flocker", Type::Struct(&CORE_V1_FLOCKER_VOLUME_SOURCE)),
    ("gcePersistentDisk", Type::Struct(&CORE_V1_GCE_PERSISTENT_DISK_VOLUME_SOURCE)),
    ("glusterfs", Type::Struct(&CORE_V1_GLUSTERFS_PERSISTENT_VOLUME_SOURCE)), ("hostPath", Type::Struct(&CORE_V1_HOST_PATH_VOLUME_SOURCE)),
    ("iscsi", Type::Struct(&CORE_V1_ISCSI_PERSISTENT_VOLUME_SOURCE)), ("local", Type::Struct(&CORE_V1_LOCAL_VOLUME_SOURCE)),
    ("mountOptions", AtomicList(&Text)), ("nfs", Type::Struct(&CORE_V1_NFS_VOLUME_SOURCE)),
    ("nodeAffinity", Type::Struct(&CORE_V1_VOLUME_NODE_AFFINITY)), ("persistentVolumeReclaimPolicy", Text),
    ("photonPersistentDisk", Type::Struct(&CORE_V1_PHOTON_PERSISTENT_DISK_VOLUME_SOURCE)),
    ("portworxVolume", Type::Struct(&CORE_V1_PORTWORX_VOLUME_SOURCE)), ("quobyte", Type::Struct(&CORE_V1_QUOBYTE_VOLUME_SOURCE)),
    ("rbd", Type::Struct(&CORE_V1_RBD_PERSISTENT_VOLUME_SOURCE)), ("scaleIO", Type::Struct(&CORE_V1_SCALE_IO_PERSISTENT_VOLUME_SOURCE)),
    ("storageClassName", Text), ("storageos", Type::Struct(&CORE_V1_STORAGE_OS_PERSISTENT_VOLUME_SOURCE)), ("volumeAttributesClassName", Text),
    ("volumeMode", Text), ("vsphereVolume", Type::Struct(&CORE_V1_VSPHERE_VIRTUAL_DISK_VOLUME_SOURCE)),
] };
pub(super) static CORE_V1_PERSISTENT_VOLUME_STATUS: Struct = Struct { atomic: false, fields: &[
    ("lastPhaseTransitionTime", Scalar), ("message", Text), ("phase", Text), ("reason", Text),
] };
pub(super) static CORE_V1_PHOTON_PERSISTENT_DISK_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[("fsType", Text), ("pdID", Text)] };
pub(super) static CORE_V1_POD: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("kind", Text), ("metadata", Type::Struct(&META_V1_OBJECT_META)), ("spec", Type::Struct(&CORE_V1_POD_SPEC)),
    ("status", Type::Struct(&CORE_V1_POD_STATUS)),
] };
pub(super) static CORE_V1_POD_AFFINITY: Struct = Struct { atomic: false, fields: &[
    ("preferredDuringSchedulingIgnoredDuringExecution", AtomicList(&Type::Struct(&CORE_V1_WEIGHTED_POD_AFFINITY_TERM))),
    ("requiredDuringSchedulingIgnoredDuringExecution", AtomicList(&Type::Struct(&CORE_V1_POD_AFFINITY_TERM))),
] };
pub(super) static CORE_V1_POD_AFFINITY_TERM: Struct = Struct { atomic: false, fields: &[
    ("labelSelector", Type::Struct(&META_V1_LABEL_SELECTOR)), ("matchLabelKeys", AtomicList(&Text)), ("mismatchLabelKeys", AtomicList(&Text)),
    ("namespaceSelector", Type::Struct(&META_V1_LABEL_SELECTOR)), ("namespaces", AtomicList(&Text)), ("topologyKey", Text),
] };
pub(super) static CORE_V1_POD_ANTI_AFFINITY: Struct = Struct { atomic: false, fields: &[
    ("preferredDuringSchedulingIgnoredDuringExecution", AtomicList(&Type::Struct(&CORE_V1_WEIGHTED_POD_AFFINITY_TERM))),
    ("requiredDuringSchedulingIgnoredDuringExecution", AtomicList(&Type::Struct(&CORE_V1_POD_AFFINITY_TERM))),
] };
pub(super) static CORE_V1_POD_CERTIFICATE_PROJECTION: Struct = Struct { atomic: false, fields: &[
    ("certificateChainPath", Text), ("credentialBundlePath", Text), ("keyPath", Text), ("keyType", Text), ("maxExpirationSeconds", Number),
    ("signerName", Text), ("userAnnotations", Map(&Text)),
] };
pub(super) static CORE_V1_POD_CONDITION: Struct = Struct { atomic: false, fields: &[
    ("lastProbeTime", Scalar), ("lastTransitionTime", Scalar), ("message", Text), ("observedGeneration", Number), ("reason", Text),
    ("status", Text), ("type", Text),
] };
pub(super) static CORE_V1_POD_DNS_CONFIG: Struct = Struct { atomic: false, fields: &[
    ("nameservers", AtomicList(&Text)), ("options", AtomicList(&Type::Struct(&CORE_V1_POD_DNS_CONFIG_OPTION))), ("searches", AtomicList(&Text)),
] };
pub(super) static CORE_V1_POD_DNS_CONFIG_OPTION: Struct = Struct { atomic: false, fields: &[("name", Text), ("value", Text)] };
pub(super) static CORE_V1_POD_EXTENDED_RESOURCE_CLAIM_STATUS: Struct = Struct { atomic: false, fields: &[
    ("requestMappings", AtomicList(&Type::Struct(&CORE_V1_CONTAINER_EXTENDED_RESOURCE_REQUEST))), ("resourceClaimName", Text),
] };
pub(super) static CORE_V1_POD_IP: Struct = Struct { atomic: false, fields: &[("ip", Text)] };
pub(super) static CORE_V1_POD_OS: Struct = Struct { atomic: false, fields: &[("name", Text)] };
pub(super) static CORE_V1_POD_READINESS_GATE: Struct = Struct { atomic: false, fields: &[("conditionType", Text)] };
pub(super) static CORE_V1_POD_RESOURCE_CLAIM: Struct = Struct { atomic: false, fields: &[
    ("name", Text), ("resourceClaimName", Text), ("resourceClaimTemplateName", Text),
] };
pub(super) static CORE_V1_POD_RESOURCE_CLAIM_STATUS: Struct = Struct { atomic: false, fields: &[("name", Text), ("resourceClaimName", Text)] };
pub(super) static CORE_V1_POD_SCHEDULING_GATE: Struct = Struct { atomic: false, fields: &[("name", Text)] };
pub(super) static CORE_V1_POD_SCHEDULING_GROUP: Struct = Struct { atomic: false, fields: &[("podGroupName", Text)] };
pub(super) static CORE_V1_POD_SECURITY_CONTEXT: Struct = Struct { atomic: false, fields: &[
    ("appArmorProfile", Type::Struct(&CORE_V1_APP_ARMOR_PROFILE)), ("fsGroup", Number), ("fsGroupChangePolicy", Text), ("runAsGroup", Number),
    ("runAsNonRoot", Flag), ("runAsUser", Number), ("seLinuxChangePolicy", Text), ("seLinuxOptions", Type::Struct(&CORE_V1_SE_LINUX_OPTIONS)),
    ("seccompProfile", Type::Struct(&CORE_V1_SECCOMP_PROFILE)), ("supplementalGroups", AtomicList(&Number)), ("supplementalGroupsPolicy", Text),
    ("sysctls", AtomicList(&Type::Struct(&CORE_V1_SYSCTL))), ("windowsOptions", Type::Struct(&CORE_V1_WINDOWS_SECURITY_CONTEXT_OPTIONS)),
] };
pub(super) static CORE_V1_POD_SPEC: Struct = Struct { atomic: false, fields: &[
    ("activeDeadlineSeconds", Number), ("affinity", Type::Struct(&CORE_V1_AFFINITY)), ("automountServiceAccountToken", Flag),
    ("containers", List(&Type::Struct(&CORE_V1_CONTAINER), &[("name", Word(""))])), ("dnsConfig", Type::Struct(&CORE_V1_POD_DNS_CONFIG)),
    ("dnsPolicy", Text), ("enableServiceLinks", Flag),
    ("ephemeralContainers", List(&Type::Struct(&CORE_V1_EPHEMERAL_CONTAINER), &[("name", Word(""))])),
    ("hostAliases", List(&Type::Struct(&CORE_V1_HOST_ALIAS), &[("ip", Word(""))])), ("hostIPC", Flag), ("hostNetwork", Flag), ("hostPID", Flag),
    ("hostUsers", Flag), ("hostname", Text), ("hostnameOverride", Text),
    ("imagePullSecrets", List(&Type::Struct(&CORE_V1_LOCAL_OBJECT_REFERENCE), &[("name", Word(""))])),
    ("initContainers", List(&Type::Struct(&CORE_V1_CONTAINER), &[("name", Word(""))])), ("nodeName", Text), ("nodeSelector", AtomicMap(&Text)),
    ("os", Type::Struct(&CORE_V1_POD_OS)), ("overhead", Map(&Scalar)), ("preemptionPolicy", Text), ("priority", Number),
    ("priorityClassName", Text), ("readinessGates", AtomicList(&Type::Struct(&CORE_V1_POD_READINESS_GATE))),
    ("resourceClaims", List(&Type::Struct(&CORE_V1_POD_RESOURCE_CLAIM), &[("name", Word(""))])),
    ("resources", Type::Struct(&CORE_V1_RESOURCE_REQUIREMENTS)), ("restartPolicy", Text), ("runtimeClassName", Text), ("schedulerName", Text),
    ("schedulingGates", List(&Type::Struct(&CORE_V1_POD_SCHEDULING_GATE), &[("name", Word(""))])),
    ("schedulingGroup", Type::Struct(&CORE_V1_POD_SCHEDULING_GROUP)), ("securityContext", Type::Struct(&CORE_V1_POD_SECURITY_CONTEXT)),
    ("serviceAccount", Text), ("serviceAccountName", Text), ("setHostnameAsFQDN", Flag), ("shareProcessNamespace", Flag), ("subdomain", Text),
    ("terminationGracePeriodSeconds", Number), ("tolerations", AtomicList(&Type::Struct(&CORE_V1_TOLERATION))),
    ("topologySpreadConstraints", List(&Type::Struct(&CORE_V1_TOPOLOGY_SPREAD_CONSTRAINT), &[("topologyKey", Word("")), ("whenUnsatisfiable", Word(""))])),
    ("volumes", List(&Type::Struct(&CORE_V1_VOLUME), &[("name", Word(""))])),
] };
pub(super) static CORE_V1_POD_STATUS: Struct = Struct { atomic: false, fields: &[
    ("allocatedResources", Map(&Scalar)), ("conditions", List(&Type::Struct(&CORE_V1_POD_CONDITION), &[("type", Word(""))])),
    ("containerStatuses", AtomicList(&Type::Struct(&CORE_V1_CONTAINER_STATUS))),
    ("ephemeralContainerStatuses", AtomicList(&Type::Struct(&CORE_V1_CONTAINER_STATUS))),
    ("extendedResourceClaimStatus", Type::Struct(&CORE_V1_POD_EXTENDED_RESOURCE_CLAIM_STATUS)), ("hostIP", Text),
    ("hostIPs", AtomicList(&Type::Struct(&CORE_V1_HOST_IP))), ("initContainerStatuses", AtomicList(&Type::Struct(&CORE_V1_CONTAINER_STATUS))),
    ("message", Text), ("nodeAllocatableResourceClaimStatuses", AtomicList(&Type::Struct(&CORE_V1_NODE_ALLOCATABLE_RESOURCE_CLAIM_STATUS))),
    ("nominatedNodeName", Text), ("observedGeneration", Number), ("phase", Text), ("podIP", Text),
    ("podIPs", List(&Type::Struct(&CORE_V1_POD_IP), &[("ip", Word(""))])), ("qosClass", Text), ("reason", Text), ("resize", Text),
    ("resourceClaimStatuses", List(&Type::Struct(&CORE_V1_POD_RESOURCE_CLAIM_STATUS), &[("name", Word(""))])),
    ("resources", Type::Struct(&CORE_V1_RESOURCE_REQUIREMENTS)), ("startTime", Scalar),
] };
pub(super) static CORE_V1_POD_TEMPLATE: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("kind", Text), ("metadata", Type::Struct(&META_V1_OBJECT_META)), ("template", Type::Struct(&CORE_V1_POD_TEMPLATE_SPEC)),
] };
pub(super) static CORE_V1_POD_TEMPLATE_SPEC: Struct = Struct { atomic: false, fields: &[
    ("metadata", Type::Struct(&META_V1_OBJECT_META)), ("spec", Type::Struct(&CORE_V1_POD_SPEC)),
] };
pub(super) static CORE_V1_PORTWORX_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("fsType", Text), ("readOnly", Flag), ("volumeID", Text),
] };
pub(super) static CORE_V1_PORT_STATUS: Struct = Struct { atomic: false, fields: &[("error", Text), ("port", Number), ("protocol", Text)] };
pub(super) static CORE_V1_PREFERRED_SCHEDULING_TERM: Struct = Struct { atomic: false, fields: &[
    ("preference", Type::Struct(&CORE_V1_NODE_SELECTOR_TERM)), ("weight", Number),
] };
pub(super) static CORE_V1_PROBE: Struct = Struct { atomic: false, fields: &[
    ("exec", Type::Struct(&CORE_V1_EXEC_ACTION)), ("failureThreshold", Number), ("grpc", Type::Struct(&CORE_V1_GRPC_ACTION)),
    ("httpGet", Type::Struct(&CORE_V1_HTTP_GET_ACTION)), ("initialDelaySeconds", Number), ("periodSeconds", Number), ("successThreshold", Number),
    ("tcpSocket", Type::Struct(&CORE_V1_TCP_SOCKET_ACTION)), ("terminationGracePeriodSeconds", Number), ("timeoutSeconds", Number),
] };
pub(super) static CORE_V1_PROJECTED_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("defaultMode", Number), ("sources", AtomicList(&Type::Struct(&CORE_V1_VOLUME_PROJECTION))),
] };
pub(super) static CORE_V1_QUOBYTE_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("group", Text), ("readOnly", Flag), ("registry", Text), ("tenant", Text), ("user", Text), ("volume", Text),
] };
pub(super) static CORE_V1_RBD_PERSISTENT_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("fsType", Text), ("image", Text), ("keyring", Text), ("monitors", AtomicList(&Text)), ("pool", Text), ("readOnly", Flag),
    ("secretRef", Type::Struct(&CORE_V1_SECRET_REFERENCE)), ("user", Text),
] };
pub(super) static CORE_V1_RBD_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("fsType", Text), ("image", Text), ("keyring", Text), ("monitors", AtomicList(&Text)), ("pool", Text), ("readOnly", Flag),
    ("secretRef", Type::Struct(&CORE_V1_LOCAL_OBJECT_REFERENCE)), ("user", Text),
] };
pub(super) static CORE_V1_REPLICATION_CONTROLLER: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("kind", Text), ("metadata", Type::Struct(&META_V1_OBJECT_META)),
    ("spec", Type::Struct(&CORE_V1_REPLICATION_CONTROLLER_SPEC)), ("status", Type::Struct(&CORE_V1_REPLICATION_CONTROLLER_STATUS)),
] };
pub(super) static CORE_V1_REPLICATION_CONTROLLER_CONDITION: Struct = Struct { atomic: false, fields: &[
    ("lastTransitionTime", Scalar), ("message", Text), ("reason", Text), ("status", Text), ("type", Text),
] };
pub(super) static CORE_V1_REPLICATION_CONTROLLER_SPEC: Struct = Struct { atomic: false, fields: &[
    ("minReadySeconds", Number), ("replicas", Number), ("selector", AtomicMap(&Text)), ("template", Type::Struct(&CORE_V1_POD_TEMPLATE_SPEC)),
] };
pub(super) static CORE_V1_REPLICATION_CONTROLLER_STATUS: Struct = Struct { atomic: false, fields: &[
    ("availableReplicas", Number), ("conditions", List(&Type::Struct(&CORE_V1_REPLICATION_CONTROLLER_CONDITION), &[("type", Word(""))])),
    ("fullyLabeledReplicas", Number), ("observedGeneration", Number), ("readyReplicas", Number), ("replicas", Number),
] };
pub(super) static CORE_V1_RESOURCE_CLAIM: Struct = Struct { atomic: false, fields: &[("name", Text), ("request", Text)] };
pub(super) static CORE_V1_RESOURCE_FIELD_SELECTOR: Struct = Struct { atomic: true, fields: &[
    ("containerName", Text), ("divisor", Scalar), ("resource", Text),
] };
pub(super) static CORE_V1_RESOURCE_HEALTH: Struct = Struct { atomic: false, fields: &[("health", Text), ("message", Text), ("resourceID", Text)] };
pub(super) static CORE_V1_RESOURCE_QUOTA: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("kind", Text), ("metadata", Type::Struct(&META_V1_OBJECT_META)), ("spec", Type::Struct(&CORE_V1_RESOURCE_QUOTA_SPEC)),
    ("status", Type::Struct(&CORE_V1_RESOURCE_QUOTA_STATUS)),
] };
pub(super) static CORE_V1_RESOURCE_QUOTA_SPEC: Struct = Struct { atomic: false, fields: &[
    ("hard", Map(&Scalar)), ("scopeSelector", Type::Struct(&CORE_V1_SCOPE_SELECTOR)), ("scopes", AtomicList(&Text)),
] };
pub(super) static CORE_V1_RESOURCE_QUOTA_STATUS: Struct = Struct { atomic: false, fields: &[("hard", Map(&Scalar)), ("used", Map(&Scalar))] };
pub(super) static CORE_V1_RESOURCE_REQUIREMENTS: Struct = Struct { atomic: false, fields: &[
    ("claims", List(&Type::Struct(&CORE_V1_RESOURCE_CLAIM), &[("name", Word(""))])), ("limits", Map(&Scalar)), ("requests", Map(&Scalar)),
] };
pub(super) static CORE_V1_RESOURCE_STATUS: Struct = Struct { atomic: false, fields: &[
    ("name", Text), ("resources", List(&Type::Struct(&CORE_V1_RESOURCE_HEALTH), &[("resourceID", Word(""))])),
] };
pub(super) static CORE_V1_SCALE_IO_PERSISTENT_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("fsType", Text), ("gateway", Text), ("protectionDomain", Text), ("readOnly", Flag), ("secretRef", Type::Struct(&CORE_V1_SECRET_REFERENCE)),
    ("sslEnabled", Flag), ("storageMode", Text), ("storagePool", Text), ("system", Text), ("volumeName", Text),
] };
pub(super) static CORE_V1_SCALE_IO_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("fsType", Text), ("gateway", Text), ("protectionDomain", Text), ("readOnly", Flag),
    ("secretRef", Type::Struct(&CORE_V1_LOCAL_OBJECT_REFERENCE)), ("sslEnabled", Flag), ("storageMode", Text), ("storagePool", Text),
    ("system", Text), ("volumeName", Text),
] };
pub(super) static CORE_V1_SCOPED_RESOURCE_SELECTOR_REQUIREMENT: Struct = Struct { atomic: false, fields: &[
    ("operator", Text), ("scopeName", Text), ("values", AtomicList(&Text)),
] };
pub(super) static CORE_V1_SCOPE_SELECTOR: Struct = Struct { atomic: true, fields: &[
    ("matchExpressions", AtomicList(&Type::Struct(&CORE_V1_SCOPED_RESOURCE_SELECTOR_REQUIREMENT))),
] };
pub(super) static CORE_V1_SECCOMP_PROFILE: Struct = Struct { atomic: false, fields: &[("localhostProfile", Text), ("type", Text)] };
pub(super) static CORE_V1_SECRET: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("data", Map(&Text)), ("immutable", Flag), ("kind", Text), ("metadata", Type::Struct(&META_V1_OBJECT_META)),
    ("stringData", Map(&Text)), ("type", Text),
] };
pub(super) static CORE_V1_SECRET_ENV_SOURCE: Struct = Struct { atomic: false, fields: &[("name", Text), ("optional", Flag)] };
pub(super) static CORE_V1_SECRET_KEY_SELECTOR: Struct = Struct { atomic: true, fields: &[("key", Text), ("name", Text), ("optional", Flag)] };
pub(super) static CORE_V1_SECRET_PROJECTION: Struct = Struct { atomic: false, fields: &[
    ("items", AtomicList(&Type::Struct(&CORE_V1_KEY_TO_PATH))), ("name", Text), ("optional", Flag),
] };
pub(super) static CORE_V1_SECRET_REFERENCE: Struct = Struct { atomic: true, fields: &[("name", Text), ("namespace", Text)] };
pub(super) static CORE_V1_SECRET_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("defaultMode", Number), ("items", AtomicList(&Type::Struct(&CORE_V1_KEY_TO_PATH))), ("optional", Flag), ("secretName", Text),
] };
pub(super) static CORE_V1_SECURITY_CONTEXT: Struct = Struct { atomic: false, fields: &[
    ("allowPrivilegeEscalation", Flag), ("appArmorProfile", Type::Struct(&CORE_V1_APP_ARMOR_PROFILE)),
    ("capabilities", Type::Struct(&CORE_V1_CAPABILITIES)), ("privileged", Flag), ("procMount", Text), ("readOnlyRootFilesystem", Flag),
    ("runAsGroup", Number), ("runAsNonRoot", Flag), ("runAsUser", Number), ("seLinuxOptions", Type::Struct(&CORE_V1_SE_LINUX_OPTIONS)),
    ("seccompProfile", Type::Struct(&CORE_V1_SECCOMP_PROFILE)), ("windowsOptions", Type::Struct(&CORE_V1_WINDOWS_SECURITY_CONTEXT_OPTIONS)),
] };
pub(super) static CORE_V1_SERVICE: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("kind", Text), ("metadata", Type::Struct(&META_V1_OBJECT_META)), ("spec", Type::Struct(&CORE_V1_SERVICE_SPEC)),
    ("status", Type::Struct(&CORE_V1_SERVICE_STATUS)),
] };
pub(super) static CORE_V1_SERVICE_ACCOUNT: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("automountServiceAccountToken", Flag), ("imagePullSecrets", AtomicList(&Type::Struct(&CORE_V1_LOCAL_OBJECT_REFERENCE))),
    ("kind", Text), ("metadata", Type::Struct(&META_V1_OBJECT_META)),
    ("secrets", List(&Type::Struct(&CORE_V1_OBJECT_REFERENCE), &[("name", Unset)])),
] };
pub(super) static CORE_V1_SERVICE_ACCOUNT_TOKEN_PROJECTION: Struct = Struct { atomic: false, fields: &[
    ("audience", Text), ("expirationSeconds", Number), ("path", Text),
] };
pub(super) static CORE_V1_SERVICE_PORT: Struct = Struct { atomic: false, fields: &[
    ("appProtocol", Text), ("name", Text), ("nodePort", Number), ("port", Number), ("protocol", Text), ("targetPort", Scalar),
] };
pub(super) static CORE_V1_SERVICE_SPEC: Struct = Struct { atomic: false, fields: &[
    ("allocateLoadBalancerNodePorts", Flag), ("clusterIP", Text), ("clusterIPs", AtomicList(&Text)), ("externalIPs", AtomicList(&Text)),
    ("externalName", Text), ("externalTrafficPolicy", Text), ("healthCheckNodePort", Number), ("internalTrafficPolicy", Text),
    ("ipFamilies", AtomicList(&Text)), ("ipFamilyPolicy", Text), ("loadBalancerClass", Text), ("loadBalancerIP", Text),
    ("loadBalancerSourceRanges", AtomicList(&Text)),
    ("ports", List(&Type::Struct(&CORE_V1_SERVICE_PORT), &[("port", Integer(0)), ("protocol", Word("TCP"))])), ("publishNotReadyAddresses", Flag),
    ("selector", AtomicMap(&Text)), ("sessionAffinity", Text), ("sessionAffinityConfig", Type::Struct(&CORE_V1_SESSION_AFFINITY_CONFIG)),
    ("trafficDistribution", Text), ("type", Text),
] };
pub(super) static CORE_V1_SERVICE_STATUS: Struct = Struct { atomic: false, fields: &[
    ("conditions", List(&Type::Struct(&META_V1_CONDITION), &[("type", Word(""))])), ("loadBalancer", Type::Struct(&CORE_V1_LOAD_BALANCER_STATUS)),
] };
pub(super) static CORE_V1_SESSION_AFFINITY_CONFIG: Struct = Struct { atomic: false, fields: &[
    ("clientIP", Type::Struct(&CORE_V1_CLIENT_IP_CONFIG)),
] };
pub(super) static CORE_V1_SE_LINUX_OPTIONS: Struct = Struct { atomic: false, fields: &[
    ("level", Text), ("role", Text), ("type", Text), ("user", Text),
] };
pub(super) static CORE_V1_SLEEP_ACTION: Struct = Struct { atomic: false, fields: &[("seconds", Number)] };
pub(super) static CORE_V1_STORAGE_OS_PERSISTENT_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("fsType", Text), ("readOnly", Flag), ("secretRef", Type::Struct(&CORE_V1_OBJECT_REFERENCE)), ("volumeName", Text), ("volumeNamespace", Text),
] };
pub(super) static CORE_V1_STORAGE_OS_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("fsType", Text), ("readOnly", Flag), ("secretRef", Type::Struct(&CORE_V1_LOCAL_OBJECT_REFERENCE)), ("volumeName", Text),
    ("volumeNamespace", Text),
] };
pub(super) static CORE_V1_SYSCTL: Struct = Struct { atomic: false, fields: &[("name", Text), ("value", Text)] };
pub(super) static CORE_V1_TAINT: Struct = Struct { atomic: false, fields: &[
    ("effect", Text), ("key", Text), ("timeAdded", Scalar), ("value", Text),
] };
pub(super) static CORE_V1_TCP_SOCKET_ACTION: Struct = Struct { atomic: false, fields: &[("host", Text), ("port", Scalar)] };
pub(super) static CORE_V1_TOLERATION: Struct = Struct { atomic: false, fields: &[
    ("effect", Text), ("key", Text), ("operator", Text), ("tolerationSeconds", Number), ("value", Text),
] };
pub(super) static CORE_V1_TOPOLOGY_SELECTOR_LABEL_REQUIREMENT: Struct = Struct { atomic: false, fields: &[
    ("key", Text), ("values", AtomicList(&Text)),
] };
pub(super) static CORE_V1_TOPOLOGY_SELECTOR_TERM: Struct = Struct { atomic: true, fields: &[
    ("matchLabelExpressions", AtomicList(&Type::Struct(&CORE_V1_TOPOLOGY_SELECTOR_LABEL_REQUIREMENT))),
] };
pub(super) static CORE_V1_TOPOLOGY_SPREAD_CONSTRAINT: Struct = Struct { atomic: false, fields: &[
    ("labelSelector", Type::Struct(&META_V1_LABEL_SELECTOR)), ("matchLabelKeys", AtomicList(&Text)), ("maxSkew", Number), ("minDomains", Number),
    ("nodeAffinityPolicy", Text), ("nodeTaintsPolicy", Text), ("topologyKey", Text), ("whenUnsatisfiable", Text),
] };
pub(super) static CORE_V1_TYPED_LOCAL_OBJECT_REFERENCE: Struct = Struct { atomic: true, fields: &[
    ("apiGroup", Text), ("kind", Text), ("name", Text),
] };
pub(super) static CORE_V1_TYPED_OBJECT_REFERENCE: Struct = Struct { atomic: false, fields: &[
    ("apiGroup", Text), ("kind", Text), ("name", Text), ("namespace", Text),
] };
pub(super) static CORE_V1_VOLUME: Struct = Struct { atomic: false, fields: &[
    ("awsElasticBlockStore", Type::Struct(&CORE_V1_AWS_ELASTIC_BLOCK_STORE_VOLUME_SOURCE)),
    ("azureDisk", Type::Struct(&CORE_V1_AZURE_DISK_VOLUME_SOURCE)), ("azureFile", Type::Struct(&CORE_V1_AZURE_FILE_VOLUME_SOURCE)),
    ("cephfs", Type::Struct(&CORE_V1_CEPH_FS_VOLUME_SOURCE)), ("cinder", Type::Struct(&CORE_V1_CINDER_VOLUME_SOURCE)),
    ("configMap", Type::Struct(&CORE_V1_CONFIG_MAP_VOLUME_SOURCE)), ("csi", Type::Struct(&CORE_V1_CSI_VOLUME_SOURCE)),
    ("downwardAPI", Type::Struct(&CORE_V1_DOWNWARD_API_VOLUME_SOURCE)), ("emptyDir", Type::Struct(&CORE_V1_EMPTY_DIR_VOLUME_SOURCE)),
    ("ephemeral", Type::Struct(&CORE_V1_EPHEMERAL_VOLUME_SOURCE)), ("fc", Type::Struct(&CORE_V1_FC_VOLUME_SOURCE)),
    ("flexVolume", Type::Struct(&CORE_V1_FLEX_VOLUME_SOURCE)), ("flocker", Type::Struct(&CORE_V1_FLOCKER_VOLUME_SOURCE)),
    ("gcePersistentDisk", Type::Struct(&CORE_V1_GCE_PERSISTENT_DISK_VOLUME_SOURCE)), ("gitRepo", Type::Struct(&CORE_V1_GIT_REPO_VOLUME_SOURCE)),
    ("glusterfs", Type::Struct(&CORE_V1_GLUSTERFS_VOLUME_SOURCE)), ("hostPath", Type::Struct(&CORE_V1_HOST_PATH_VOLUME_SOURCE)),
    ("image", Type::Struct(&CORE_V1_IMAGE_VOLUME_SOURCE)), ("iscsi", Type::Struct(&CORE_V1_ISCSI_VOLUME_SOURCE)), ("name", Text),
    ("nfs", Type::Struct(&CORE_V1_NFS_VOLUME_SOURCE)), ("persistentVolumeClaim", Type::Struct(&CORE_V1_PERSISTENT_VOLUME_CLAIM_VOLUME_SOURCE)),
    ("photonPersistentDisk", Type::Struct(&CORE_V1_PHOTON_PERSISTENT_DISK_VOLUME_SOURCE)),
    ("portworxVolume", Type::Struct(&CORE_V1_PORTWORX_VOLUME_SOURCE)), ("projected", Type::Struct(&CORE_V1_PROJECTED_VOLUME_SOURCE)),
    ("quobyte", Type::Struct(&CORE_V1_QUOBYTE_VOLUME_SOURCE)), ("rbd", Type::Struct(&CORE_V1_RBD_VOLUME_SOURCE)),
    ("scaleIO", Type::Struct(&CORE_V1_SCALE_IO_VOLUME_SOURCE)), ("secret", Type::Struct(&CORE_V1_SECRET_VOLUME_SOURCE)),
    ("storageos", Type::Struct(&CORE_V1_STORAGE_OS_VOLUME_SOURCE)), ("vsphereVolume", Type::Struct(&CORE_V1_VSPHERE_VIRTUAL_DISK_VOLUME_SOURCE)),
] };
pub(super) static CORE_V1_VOLUME_DEVICE: Struct = Struct { atomic: false, fields: &[("devicePath", Text), ("name", Text)] };
pub(super) static CORE_V1_VOLUME_MOUNT: Struct = Struct { atomic: false, fields: &[
    ("mountPath", Text), ("mountPropagation", Text), ("name", Text), ("readOnly", Flag), ("recursiveReadOnly", Text), ("subPath", Text),
    ("subPathExpr", Text),
] };
pub(super) static CORE_V1_VOLUME_MOUNT_STATUS: Struct = Struct { atomic: false, fields: &[
    ("mountPath", Text), ("name", Text), ("readOnly", Flag), ("recursiveReadOnly", Text), ("volumeStatus", Type::Struct(&CORE_V1_VOLUME_STATUS)),
] };
pub(super) static CORE_V1_VOLUME_NODE_AFFINITY: Struct = Struct { atomic: false, fields: &[("required", Type::Struct(&CORE_V1_NODE_SELECTOR))] };
pub(super) static CORE_V1_VOLUME_PROJECTION: Struct = Struct { atomic: false, fields: &[
    ("clusterTrustBundle", Type::Struct(&CORE_V1_CLUSTER_TRUST_BUNDLE_PROJECTION)), ("configMap", Type::Struct(&CORE_V1_CONFIG_MAP_PROJECTION)),
    ("downwardAPI", Type::Struct(&CORE_V1_DOWNWARD_API_PROJECTION)), ("podCertificate", Type::Struct(&CORE_V1_POD_CERTIFICATE_PROJECTION)),
    ("secret", Type::Struct(&CORE_V1_SECRET_PROJECTION)), ("serviceAccountToken", Type::Struct(&CORE_V1_SERVICE_ACCOUNT_TOKEN_PROJECTION)),
] };
pub(super) static CORE_V1_VOLUME_RESOURCE_REQUIREMENTS: Struct = Struct { atomic: false, fields: &[
    ("limits", Map(&Scalar)), ("requests", Map(&Scalar)),
] };
pub(super) static CORE_V1_VOLUME_STATUS: Struct = Struct { atomic: false, fields: &[("image", Type::Struct(&CORE_V1_IMAGE_VOLUME_STATUS))] };
pub(super) static CORE_V1_VSPHERE_VIRTUAL_DISK_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("fsType", Text), ("storagePolicyID", Text), ("storagePolicyName", Text), ("volumePath", Text),
] };
pub(super) static CORE_V1_WEIGHTED_POD_AFFINITY_TERM: Struct = Struct { atomic: false, fields: &[
    ("podAffinityTerm", Type::Struct(&CORE_V1_POD_AFFINITY_TERM)), ("weight", Number),
] };
pub(super) static CORE_V1_WINDOWS_SECURITY_CONTEXT_OPTIONS: Struct = Struct { atomic: false, fields: &[
    ("gmsaCredentialSpec", Text), ("gmsaCredentialSpecName", Text), ("hostProcess", Flag), ("runAsUserName", Text),
] };
pub(super) static META_V1_CONDITION: Struct = Struct { atomic: false, fields: &[
    ("lastTransitionTime", Scalar), ("message", Text), ("observedGeneration", Number), ("reason", Text), ("status", Text), ("type", Text),
] };
pub(super) static META_V1_DELETE_OPTIONS: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("dryRun", AtomicList(&Text)), ("gracePeriodSeconds", Number),
    ("ignoreStoreReadErrorWithClusterBreakingPotential", Flag), ("kind", Text), ("orphanDependents", Flag),
    ("preconditions", Type::Struct(&META_V1_PRECONDITIONS)), ("propagationPolicy", Text),
] };
pub(super) static META_V1_LABEL_SELECTOR: Struct = Struct { atomic: true, fields: &[
    ("matchExpressions", AtomicList(&Type::Struct(&META_V1_LABEL_SELECTOR_REQUIREMENT))), ("matchLabels", Map(&Text)),
] };
pub(super) static META_V1_LABEL_SELECTOR_REQUIREMENT: Struct = Struct { atomic: false, fields: &[
    ("key", Text), ("operator", Text), ("values", AtomicList(&Text)),
] };
pub(super) static META_V1_MANAGED_FIELDS_ENTRY: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("fieldsType", Text), ("fieldsV1", Map(&Any)), ("manager", Text), ("operation", Text), ("subresource", Text),
    ("time", Scalar),
] };
pub(super) static META_V1_OBJECT_META: Struct = Struct { atomic: false, fields: &[
    ("annotations", Map(&Text)), ("creationTimestamp", Scalar), ("deletionGracePeriodSeconds", Number), ("deletionTimestamp", Scalar),
    ("finalizers", Set(&Text)), ("generateName", Text), ("generation", Number), ("labels", Map(&Text)),
    ("managedFields", AtomicList(&Type::Struct(&META_V1_MANAGED_FIELDS_ENTRY))), ("name", Text), ("namespace", Text),
    ("ownerReferences", List(&Type::Struct(&META_V1_OWNER_REFERENCE), &[("uid", Word(""))])), ("resourceVersion", Text), ("selfLink", Text),
    ("uid", Text),
] };
pub(super) static META_V1_OWNER_REFERENCE: Struct = Struct { atomic: true, fields: &[
    ("apiVersion", Text), ("blockOwnerDeletion", Flag), ("controller", Flag), ("kind", Text), ("name", Text), ("uid", Text),
] };
pub(super) static META_V1_PRECONDITIONS: Struct = Struct { atomic: false, fields: &[("resourceVersion", Text), ("uid", Text)] };
