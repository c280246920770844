//! Data: how the types of the core group and the metadata of every object are owned and merged.
//!
//! Models: api/openapi-spec (x-kubernetes-list-type, -list-map-keys, -map-type, -patch-strategy, -patch-merge-key), v1.36.
//! Simplified: groups in alpha and beta are left out.

use crate::managed_fields::schema::KeyDefault::{Integer, Unset, Word};
use crate::managed_fields::schema::Struct;
use crate::managed_fields::schema::Type::{self, Any, AtomicList, AtomicMap, Flag, Granular, List, Map, Number, Scalar, Set, Text};

pub(super) static CORE_V1_AFFINITY: Struct = Struct { atomic: false, fields: &[
    ("nodeAffinity", Type::Struct(&CORE_V1_NODE_AFFINITY), 0), ("podAffinity", Type::Struct(&CORE_V1_POD_AFFINITY), 1),
    ("podAntiAffinity", Type::Struct(&CORE_V1_POD_ANTI_AFFINITY), 2),
] };
pub(super) static CORE_V1_APP_ARMOR_PROFILE: Struct = Struct { atomic: false, fields: &[("localhostProfile", Text, 1), ("type", Text, 0)] };
pub(super) static CORE_V1_ATTACHED_VOLUME: Struct = Struct { atomic: false, fields: &[("devicePath", Text, 1), ("name", Text, 0)] };
pub(super) static CORE_V1_AWS_ELASTIC_BLOCK_STORE_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("fsType", Text, 1), ("partition", Number, 2), ("readOnly", Flag, 3), ("volumeID", Text, 0),
] };
pub(super) static CORE_V1_AZURE_DISK_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("cachingMode", Text, 2), ("diskName", Text, 0), ("diskURI", Text, 1), ("fsType", Text, 3), ("kind", Text, 5), ("readOnly", Flag, 4),
] };
pub(super) static CORE_V1_AZURE_FILE_PERSISTENT_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("readOnly", Flag, 2), ("secretName", Text, 0), ("secretNamespace", Text, 3), ("shareName", Text, 1),
] };
pub(super) static CORE_V1_AZURE_FILE_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("readOnly", Flag, 2), ("secretName", Text, 0), ("shareName", Text, 1),
] };
pub(super) static CORE_V1_CAPABILITIES: Struct = Struct { atomic: false, fields: &[("add", AtomicList(&Text), 0), ("drop", AtomicList(&Text), 1)] };
pub(super) static CORE_V1_CEPH_FS_PERSISTENT_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("monitors", AtomicList(&Text), 0), ("path", Text, 1), ("readOnly", Flag, 5), ("secretFile", Text, 3),
    ("secretRef", Type::Struct(&CORE_V1_SECRET_REFERENCE), 4), ("user", Text, 2),
] };
pub(super) static CORE_V1_CEPH_FS_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("monitors", AtomicList(&Text), 0), ("path", Text, 1), ("readOnly", Flag, 5), ("secretFile", Text, 3),
    ("secretRef", Type::Struct(&CORE_V1_LOCAL_OBJECT_REFERENCE), 4), ("user", Text, 2),
] };
pub(super) static CORE_V1_CINDER_PERSISTENT_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("fsType", Text, 1), ("readOnly", Flag, 2), ("secretRef", Type::Struct(&CORE_V1_SECRET_REFERENCE), 3), ("volumeID", Text, 0),
] };
pub(super) static CORE_V1_CINDER_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("fsType", Text, 1), ("readOnly", Flag, 2), ("secretRef", Type::Struct(&CORE_V1_LOCAL_OBJECT_REFERENCE), 3), ("volumeID", Text, 0),
] };
pub(super) static CORE_V1_CLIENT_IP_CONFIG: Struct = Struct { atomic: false, fields: &[("timeoutSeconds", Number, 0)] };
pub(super) static CORE_V1_CLUSTER_TRUST_BUNDLE_PROJECTION: Struct = Struct { atomic: false, fields: &[
    ("labelSelector", Type::Struct(&META_V1_LABEL_SELECTOR), 2), ("name", Text, 0), ("optional", Flag, 3), ("path", Text, 4), ("signerName", Text, 1),
] };
pub(super) static CORE_V1_COMPONENT_CONDITION: Struct = Struct { atomic: false, fields: &[
    ("error", Text, 3), ("message", Text, 2), ("status", Text, 1), ("type", Text, 0),
] };
pub(super) static CORE_V1_COMPONENT_STATUS: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("conditions", List(&Type::Struct(&CORE_V1_COMPONENT_CONDITION), &[("type", Word(""))]), 3), ("kind", Text, 0),
    ("metadata", Type::Struct(&META_V1_OBJECT_META), 2),
] };
pub(super) static CORE_V1_CONFIG_MAP: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("binaryData", Map(&Text), 5), ("data", Map(&Text), 4), ("immutable", Flag, 3), ("kind", Text, 0),
    ("metadata", Type::Struct(&META_V1_OBJECT_META), 2),
] };
pub(super) static CORE_V1_CONFIG_MAP_ENV_SOURCE: Struct = Struct { atomic: false, fields: &[("name", Text, 0), ("optional", Flag, 1)] };
pub(super) static CORE_V1_CONFIG_MAP_KEY_SELECTOR: Struct = Struct { atomic: true, fields: &[("key", Text, 1), ("name", Text, 0), ("optional", Flag, 2)] };
pub(super) static CORE_V1_CONFIG_MAP_NODE_CONFIG_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("kubeletConfigKey", Text, 4), ("name", Text, 1), ("namespace", Text, 0), ("resourceVersion", Text, 3), ("uid", Text, 2),
] };
pub(super) static CORE_V1_CONFIG_MAP_PROJECTION: Struct = Struct { atomic: false, fields: &[
    ("items", AtomicList(&Type::Struct(&CORE_V1_KEY_TO_PATH)), 1), ("name", Text, 0), ("optional", Flag, 2),
] };
pub(super) static CORE_V1_CONFIG_MAP_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("defaultMode", Number, 2), ("items", AtomicList(&Type::Struct(&CORE_V1_KEY_TO_PATH)), 1), ("name", Text, 0), ("optional", Flag, 3),
] };
pub(super) static CORE_V1_CONTAINER: Struct = Struct { atomic: false, fields: &[
    ("args", AtomicList(&Text), 3), ("command", AtomicList(&Text), 2), ("env", List(&Type::Struct(&CORE_V1_ENV_VAR), &[("name", Word(""))]), 7),
    ("envFrom", AtomicList(&Type::Struct(&CORE_V1_ENV_FROM_SOURCE)), 6), ("image", Text, 1), ("imagePullPolicy", Text, 20),
    ("lifecycle", Type::Struct(&CORE_V1_LIFECYCLE), 17), ("livenessProbe", Type::Struct(&CORE_V1_PROBE), 14), ("name", Text, 0),
    ("ports", List(&Type::Struct(&CORE_V1_CONTAINER_PORT), &[("containerPort", Integer(0)), ("protocol", Word("TCP"))]), 5),
    ("readinessProbe", Type::Struct(&CORE_V1_PROBE), 15), ("resizePolicy", AtomicList(&Type::Struct(&CORE_V1_CONTAINER_RESIZE_POLICY)), 9),
    ("resources", Type::Struct(&CORE_V1_RESOURCE_REQUIREMENTS), 8), ("restartPolicy", Text, 10),
    ("restartPolicyRules", AtomicList(&Type::Struct(&CORE_V1_CONTAINER_RESTART_RULE)), 11),
    ("securityContext", Type::Struct(&CORE_V1_SECURITY_CONTEXT), 21), ("startupProbe", Type::Struct(&CORE_V1_PROBE), 16), ("stdin", Flag, 22),
    ("stdinOnce", Flag, 23), ("terminationMessagePath", Text, 18), ("terminationMessagePolicy", Text, 19), ("tty", Flag, 24),
    ("volumeDevices", List(&Type::Struct(&CORE_V1_VOLUME_DEVICE), &[("devicePath", Word(""))]), 13),
    ("volumeMounts", List(&Type::Struct(&CORE_V1_VOLUME_MOUNT), &[("mountPath", Word(""))]), 12), ("workingDir", Text, 4),
] };
pub(super) static CORE_V1_CONTAINER_EXTENDED_RESOURCE_REQUEST: Struct = Struct { atomic: false, fields: &[
    ("containerName", Text, 0), ("requestName", Text, 2), ("resourceName", Text, 1),
] };
pub(super) static CORE_V1_CONTAINER_IMAGE: Struct = Struct { atomic: false, fields: &[("names", AtomicList(&Text), 0), ("sizeBytes", Number, 1)] };
pub(super) static CORE_V1_CONTAINER_PORT: Struct = Struct { atomic: false, fields: &[
    ("containerPort", Number, 2), ("hostIP", Text, 4), ("hostPort", Number, 1), ("name", Text, 0), ("protocol", Text, 3),
] };
pub(super) static CORE_V1_CONTAINER_RESIZE_POLICY: Struct = Struct { atomic: false, fields: &[("resourceName", Text, 0), ("restartPolicy", Text, 1)] };
pub(super) static CORE_V1_CONTAINER_RESTART_RULE: Struct = Struct { atomic: false, fields: &[
    ("action", Text, 0), ("exitCodes", Type::Struct(&CORE_V1_CONTAINER_RESTART_RULE_ON_EXIT_CODES), 1),
] };
pub(super) static CORE_V1_CONTAINER_RESTART_RULE_ON_EXIT_CODES: Struct = Struct { atomic: false, fields: &[
    ("operator", Text, 0), ("values", Set(&Number), 1),
] };
pub(super) static CORE_V1_CONTAINER_STATE: Struct = Struct { atomic: false, fields: &[
    ("running", Type::Struct(&CORE_V1_CONTAINER_STATE_RUNNING), 1), ("terminated", Type::Struct(&CORE_V1_CONTAINER_STATE_TERMINATED), 2),
    ("waiting", Type::Struct(&CORE_V1_CONTAINER_STATE_WAITING), 0),
] };
pub(super) static CORE_V1_CONTAINER_STATE_RUNNING: Struct = Struct { atomic: false, fields: &[("startedAt", Scalar, 0)] };
pub(super) static CORE_V1_CONTAINER_STATE_TERMINATED: Struct = Struct { atomic: false, fields: &[
    ("containerID", Text, 6), ("exitCode", Number, 0), ("finishedAt", Scalar, 5), ("message", Text, 3), ("reason", Text, 2), ("signal", Number, 1),
    ("startedAt", Scalar, 4),
] };
pub(super) static CORE_V1_CONTAINER_STATE_WAITING: Struct = Struct { atomic: false, fields: &[("message", Text, 1), ("reason", Text, 0)] };
pub(super) static CORE_V1_CONTAINER_STATUS: Struct = Struct { atomic: false, fields: &[
    ("allocatedResources", Map(&Scalar), 9), ("allocatedResourcesStatus", List(&Type::Struct(&CORE_V1_RESOURCE_STATUS), &[("name", Word(""))]), 13),
    ("containerID", Text, 7), ("image", Text, 5), ("imageID", Text, 6), ("lastState", Type::Struct(&CORE_V1_CONTAINER_STATE), 2), ("name", Text, 0),
    ("ready", Flag, 3), ("resources", Type::Struct(&CORE_V1_RESOURCE_REQUIREMENTS), 10), ("restartCount", Number, 4), ("started", Flag, 8),
    ("state", Type::Struct(&CORE_V1_CONTAINER_STATE), 1), ("stopSignal", Text, 14), ("user", Type::Struct(&CORE_V1_CONTAINER_USER), 12),
    ("volumeMounts", List(&Type::Struct(&CORE_V1_VOLUME_MOUNT_STATUS), &[("mountPath", Word(""))]), 11),
] };
pub(super) static CORE_V1_CONTAINER_USER: Struct = Struct { atomic: false, fields: &[("linux", Type::Struct(&CORE_V1_LINUX_CONTAINER_USER), 0)] };
pub(super) static CORE_V1_CSI_PERSISTENT_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("controllerExpandSecretRef", Type::Struct(&CORE_V1_SECRET_REFERENCE), 8),
    ("controllerPublishSecretRef", Type::Struct(&CORE_V1_SECRET_REFERENCE), 5), ("driver", Text, 0), ("fsType", Text, 3),
    ("nodeExpandSecretRef", Type::Struct(&CORE_V1_SECRET_REFERENCE), 9), ("nodePublishSecretRef", Type::Struct(&CORE_V1_SECRET_REFERENCE), 7),
    ("nodeStageSecretRef", Type::Struct(&CORE_V1_SECRET_REFERENCE), 6), ("readOnly", Flag, 2), ("volumeAttributes", Map(&Text), 4), ("volumeHandle", Text, 1),
] };
pub(super) static CORE_V1_CSI_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("driver", Text, 0), ("fsType", Text, 2), ("nodePublishSecretRef", Type::Struct(&CORE_V1_LOCAL_OBJECT_REFERENCE), 4), ("readOnly", Flag, 1),
    ("volumeAttributes", Map(&Text), 3),
] };
pub(super) static CORE_V1_DAEMON_ENDPOINT: Struct = Struct { atomic: false, fields: &[("Port", Number, 0)] };
pub(super) static CORE_V1_DOWNWARD_API_PROJECTION: Struct = Struct { atomic: false, fields: &[
    ("items", AtomicList(&Type::Struct(&CORE_V1_DOWNWARD_API_VOLUME_FILE)), 0),
] };
pub(super) static CORE_V1_DOWNWARD_API_VOLUME_FILE: Struct = Struct { atomic: false, fields: &[
    ("fieldRef", Type::Struct(&CORE_V1_OBJECT_FIELD_SELECTOR), 1), ("mode", Number, 3), ("path", Text, 0),
    ("resourceFieldRef", Type::Struct(&CORE_V1_RESOURCE_FIELD_SELECTOR), 2),
] };
pub(super) static CORE_V1_DOWNWARD_API_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("defaultMode", Number, 1), ("items", AtomicList(&Type::Struct(&CORE_V1_DOWNWARD_API_VOLUME_FILE)), 0),
] };
pub(super) static CORE_V1_EMPTY_DIR_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[("medium", Text, 0), ("sizeLimit", Scalar, 1)] };
pub(super) static CORE_V1_ENDPOINTS: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("kind", Text, 0), ("metadata", Type::Struct(&META_V1_OBJECT_META), 2),
    ("subsets", AtomicList(&Type::Struct(&CORE_V1_ENDPOINT_SUBSET)), 3),
] };
pub(super) static CORE_V1_ENDPOINT_ADDRESS: Struct = Struct { atomic: true, fields: &[
    ("hostname", Text, 1), ("ip", Text, 0), ("nodeName", Text, 2), ("targetRef", Type::Struct(&CORE_V1_OBJECT_REFERENCE), 3),
] };
pub(super) static CORE_V1_ENDPOINT_PORT: Struct = Struct { atomic: true, fields: &[
    ("appProtocol", Text, 3), ("name", Text, 0), ("port", Number, 1), ("protocol", Text, 2),
] };
pub(super) static CORE_V1_ENDPOINT_SUBSET: Struct = Struct { atomic: false, fields: &[
    ("addresses", AtomicList(&Type::Struct(&CORE_V1_ENDPOINT_ADDRESS)), 0),
    ("notReadyAddresses", AtomicList(&Type::Struct(&CORE_V1_ENDPOINT_ADDRESS)), 1), ("ports", AtomicList(&Type::Struct(&CORE_V1_ENDPOINT_PORT)), 2),
] };
pub(super) static CORE_V1_ENV_FROM_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("configMapRef", Type::Struct(&CORE_V1_CONFIG_MAP_ENV_SOURCE), 1), ("prefix", Text, 0), ("secretRef", Type::Struct(&CORE_V1_SECRET_ENV_SOURCE), 2),
] };
pub(super) static CORE_V1_ENV_VAR: Struct = Struct { atomic: false, fields: &[
    ("name", Text, 0), ("value", Text, 1), ("valueFrom", Type::Struct(&CORE_V1_ENV_VAR_SOURCE), 2),
] };
pub(super) static CORE_V1_ENV_VAR_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("configMapKeyRef", Type::Struct(&CORE_V1_CONFIG_MAP_KEY_SELECTOR), 2), ("fieldRef", Type::Struct(&CORE_V1_OBJECT_FIELD_SELECTOR), 0),
    ("fileKeyRef", Type::Struct(&CORE_V1_FILE_KEY_SELECTOR), 4), ("resourceFieldRef", Type::Struct(&CORE_V1_RESOURCE_FIELD_SELECTOR), 1),
    ("secretKeyRef", Type::Struct(&CORE_V1_SECRET_KEY_SELECTOR), 3),
] };
pub(super) static CORE_V1_EPHEMERAL_CONTAINER: Struct = Struct { atomic: false, fields: &[
    ("args", AtomicList(&Text), 3), ("command", AtomicList(&Text), 2), ("env", List(&Type::Struct(&CORE_V1_ENV_VAR), &[("name", Word(""))]), 7),
    ("envFrom", AtomicList(&Type::Struct(&CORE_V1_ENV_FROM_SOURCE)), 6), ("image", Text, 1), ("imagePullPolicy", Text, 20),
    ("lifecycle", Type::Struct(&CORE_V1_LIFECYCLE), 17), ("livenessProbe", Type::Struct(&CORE_V1_PROBE), 14), ("name", Text, 0),
    ("ports", List(&Type::Struct(&CORE_V1_CONTAINER_PORT), &[("containerPort", Integer(0)), ("protocol", Word("TCP"))]), 5),
    ("readinessProbe", Type::Struct(&CORE_V1_PROBE), 15), ("resizePolicy", AtomicList(&Type::Struct(&CORE_V1_CONTAINER_RESIZE_POLICY)), 9),
    ("resources", Type::Struct(&CORE_V1_RESOURCE_REQUIREMENTS), 8), ("restartPolicy", Text, 10),
    ("restartPolicyRules", AtomicList(&Type::Struct(&CORE_V1_CONTAINER_RESTART_RULE)), 11),
    ("securityContext", Type::Struct(&CORE_V1_SECURITY_CONTEXT), 21), ("startupProbe", Type::Struct(&CORE_V1_PROBE), 16), ("stdin", Flag, 22),
    ("stdinOnce", Flag, 23), ("targetContainerName", Text, 25), ("terminationMessagePath", Text, 18), ("terminationMessagePolicy", Text, 19), ("tty", Flag, 24),
    ("volumeDevices", List(&Type::Struct(&CORE_V1_VOLUME_DEVICE), &[("devicePath", Word(""))]), 13),
    ("volumeMounts", List(&Type::Struct(&CORE_V1_VOLUME_MOUNT), &[("mountPath", Word(""))]), 12), ("workingDir", Text, 4),
] };
pub(super) static CORE_V1_EPHEMERAL_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("volumeClaimTemplate", Type::Struct(&CORE_V1_PERSISTENT_VOLUME_CLAIM_TEMPLATE), 0),
] };
pub(super) static CORE_V1_EVENT: Struct = Struct { atomic: false, fields: &[
    ("action", Text, 13), ("apiVersion", Text, 1), ("count", Number, 9), ("eventTime", Scalar, 11), ("firstTimestamp", Scalar, 7),
    ("involvedObject", Type::Struct(&CORE_V1_OBJECT_REFERENCE), 3), ("kind", Text, 0), ("lastTimestamp", Scalar, 8), ("message", Text, 5),
    ("metadata", Type::Struct(&META_V1_OBJECT_META), 2), ("reason", Text, 4), ("related", Type::Struct(&CORE_V1_OBJECT_REFERENCE), 14),
    ("reportingComponent", Text, 15), ("reportingInstance", Text, 16), ("series", Type::Struct(&CORE_V1_EVENT_SERIES), 12),
    ("source", Type::Struct(&CORE_V1_EVENT_SOURCE), 6), ("type", Text, 10),
] };
pub(super) static CORE_V1_EVENT_SERIES: Struct = Struct { atomic: false, fields: &[("count", Number, 0), ("lastObservedTime", Scalar, 1)] };
pub(super) static CORE_V1_EVENT_SOURCE: Struct = Struct { atomic: false, fields: &[("component", Text, 0), ("host", Text, 1)] };
pub(super) static CORE_V1_EXEC_ACTION: Struct = Struct { atomic: false, fields: &[("command", AtomicList(&Text), 0)] };
pub(super) static CORE_V1_FC_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("fsType", Text, 2), ("lun", Number, 1), ("readOnly", Flag, 3), ("targetWWNs", AtomicList(&Text), 0), ("wwids", AtomicList(&Text), 4),
] };
pub(super) static CORE_V1_FILE_KEY_SELECTOR: Struct = Struct { atomic: true, fields: &[
    ("key", Text, 2), ("optional", Flag, 3), ("path", Text, 1), ("volumeName", Text, 0),
] };
pub(super) static CORE_V1_FLEX_PERSISTENT_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("driver", Text, 0), ("fsType", Text, 1), ("options", Map(&Text), 4), ("readOnly", Flag, 3), ("secretRef", Type::Struct(&CORE_V1_SECRET_REFERENCE), 2),
] };
pub(super) static CORE_V1_FLEX_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("driver", Text, 0), ("fsType", Text, 1), ("options", Map(&Text), 4), ("readOnly", Flag, 3), ("secretRef", Type::Struct(&CORE_V1_LOCAL_OBJECT_REFERENCE), 2),
] };
pub(super) static CORE_V1_FLOCKER_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[("datasetName", Text, 0), ("datasetUUID", Text, 1)] };
pub(super) static CORE_V1_GCE_PERSISTENT_DISK_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("fsType", Text, 1), ("partition", Number, 2), ("pdName", Text, 0), ("readOnly", Flag, 3),
] };
pub(super) static CORE_V1_GIT_REPO_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("directory", Text, 2), ("repository", Text, 0), ("revision", Text, 1),
] };
pub(super) static CORE_V1_GLUSTERFS_PERSISTENT_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("endpoints", Text, 0), ("endpointsNamespace", Text, 3), ("path", Text, 1), ("readOnly", Flag, 2),
] };
pub(super) static CORE_V1_GLUSTERFS_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("endpoints", Text, 0), ("path", Text, 1), ("readOnly", Flag, 2),
] };
pub(super) static CORE_V1_GRPC_ACTION: Struct = Struct { atomic: false, fields: &[("port", Number, 0), ("service", Text, 1)] };
pub(super) static CORE_V1_HOST_ALIAS: Struct = Struct { atomic: false, fields: &[("hostnames", AtomicList(&Text), 1), ("ip", Text, 0)] };
pub(super) static CORE_V1_HOST_IP: Struct = Struct { atomic: false, fields: &[("ip", Text, 0)] };
pub(super) static CORE_V1_HOST_PATH_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[("path", Text, 0), ("type", Text, 1)] };
pub(super) static CORE_V1_HTTP_GET_ACTION: Struct = Struct { atomic: false, fields: &[
    ("host", Text, 2), ("httpHeaders", AtomicList(&Type::Struct(&CORE_V1_HTTP_HEADER)), 4), ("path", Text, 0), ("port", Scalar, 1), ("scheme", Text, 3),
] };
pub(super) static CORE_V1_HTTP_HEADER: Struct = Struct { atomic: false, fields: &[("name", Text, 0), ("value", Text, 1)] };
pub(super) static CORE_V1_IMAGE_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[("pullPolicy", Text, 1), ("reference", Text, 0)] };
pub(super) static CORE_V1_IMAGE_VOLUME_STATUS: Struct = Struct { atomic: false, fields: &[("imageRef", Text, 0)] };
pub(super) static CORE_V1_ISCSI_PERSISTENT_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("chapAuthDiscovery", Flag, 7), ("chapAuthSession", Flag, 8), ("fsType", Text, 4), ("initiatorName", Text, 10), ("iqn", Text, 1), ("iscsiInterface", Text, 3),
    ("lun", Number, 2), ("portals", AtomicList(&Text), 6), ("readOnly", Flag, 5), ("secretRef", Type::Struct(&CORE_V1_SECRET_REFERENCE), 9),
    ("targetPortal", Text, 0),
] };
pub(super) static CORE_V1_ISCSI_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("chapAuthDiscovery", Flag, 7), ("chapAuthSession", Flag, 8), ("fsType", Text, 4), ("initiatorName", Text, 10), ("iqn", Text, 1), ("iscsiInterface", Text, 3),
    ("lun", Number, 2), ("portals", AtomicList(&Text), 6), ("readOnly", Flag, 5), ("secretRef", Type::Struct(&CORE_V1_LOCAL_OBJECT_REFERENCE), 9),
    ("targetPortal", Text, 0),
] };
pub(super) static CORE_V1_KEY_TO_PATH: Struct = Struct { atomic: false, fields: &[("key", Text, 0), ("mode", Number, 2), ("path", Text, 1)] };
pub(super) static CORE_V1_LIFECYCLE: Struct = Struct { atomic: false, fields: &[
    ("postStart", Type::Struct(&CORE_V1_LIFECYCLE_HANDLER), 0), ("preStop", Type::Struct(&CORE_V1_LIFECYCLE_HANDLER), 1), ("stopSignal", Text, 2),
] };
pub(super) static CORE_V1_LIFECYCLE_HANDLER: Struct = Struct { atomic: false, fields: &[
    ("exec", Type::Struct(&CORE_V1_EXEC_ACTION), 0), ("httpGet", Type::Struct(&CORE_V1_HTTP_GET_ACTION), 1),
    ("sleep", Type::Struct(&CORE_V1_SLEEP_ACTION), 3), ("tcpSocket", Type::Struct(&CORE_V1_TCP_SOCKET_ACTION), 2),
] };
pub(super) static CORE_V1_LIMIT_RANGE: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("kind", Text, 0), ("metadata", Type::Struct(&META_V1_OBJECT_META), 2), ("spec", Type::Struct(&CORE_V1_LIMIT_RANGE_SPEC), 3),
] };
pub(super) static CORE_V1_LIMIT_RANGE_ITEM: Struct = Struct { atomic: false, fields: &[
    ("default", Map(&Scalar), 3), ("defaultRequest", Map(&Scalar), 4), ("max", Map(&Scalar), 1), ("maxLimitRequestRatio", Map(&Scalar), 5),
    ("min", Map(&Scalar), 2), ("type", Text, 0),
] };
pub(super) static CORE_V1_LIMIT_RANGE_SPEC: Struct = Struct { atomic: false, fields: &[
    ("limits", AtomicList(&Type::Struct(&CORE_V1_LIMIT_RANGE_ITEM)), 0),
] };
pub(super) static CORE_V1_LINUX_CONTAINER_USER: Struct = Struct { atomic: false, fields: &[
    ("gid", Number, 1), ("supplementalGroups", AtomicList(&Number), 2), ("uid", Number, 0),
] };
pub(super) static CORE_V1_LOAD_BALANCER_INGRESS: Struct = Struct { atomic: false, fields: &[
    ("hostname", Text, 1), ("ip", Text, 0), ("ipMode", Text, 2), ("ports", AtomicList(&Type::Struct(&CORE_V1_PORT_STATUS)), 3),
] };
pub(super) static CORE_V1_LOAD_BALANCER_STATUS: Struct = Struct { atomic: false, fields: &[
    ("ingress", AtomicList(&Type::Struct(&CORE_V1_LOAD_BALANCER_INGRESS)), 0),
] };
pub(super) static CORE_V1_LOCAL_OBJECT_REFERENCE: Struct = Struct { atomic: true, fields: &[("name", Text, 0)] };
pub(super) static CORE_V1_LOCAL_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[("fsType", Text, 1), ("path", Text, 0)] };
pub(super) static CORE_V1_MODIFY_VOLUME_STATUS: Struct = Struct { atomic: false, fields: &[
    ("status", Text, 1), ("targetVolumeAttributesClassName", Text, 0),
] };
pub(super) static CORE_V1_NAMESPACE: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("kind", Text, 0), ("metadata", Type::Struct(&META_V1_OBJECT_META), 2), ("spec", Type::Struct(&CORE_V1_NAMESPACE_SPEC), 3),
    ("status", Type::Struct(&CORE_V1_NAMESPACE_STATUS), 4),
] };
pub(super) static CORE_V1_NAMESPACE_CONDITION: Struct = Struct { atomic: false, fields: &[
    ("lastTransitionTime", Scalar, 2), ("message", Text, 4), ("reason", Text, 3), ("status", Text, 1), ("type", Text, 0),
] };
pub(super) static CORE_V1_NAMESPACE_SPEC: Struct = Struct { atomic: false, fields: &[("finalizers", AtomicList(&Text), 0)] };
pub(super) static CORE_V1_NAMESPACE_STATUS: Struct = Struct { atomic: false, fields: &[
    ("conditions", List(&Type::Struct(&CORE_V1_NAMESPACE_CONDITION), &[("type", Word(""))]), 1), ("phase", Text, 0),
] };
pub(super) static CORE_V1_NFS_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[("path", Text, 1), ("readOnly", Flag, 2), ("server", Text, 0)] };
pub(super) static CORE_V1_NODE: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("kind", Text, 0), ("metadata", Type::Struct(&META_V1_OBJECT_META), 2), ("spec", Type::Struct(&CORE_V1_NODE_SPEC), 3),
    ("status", Type::Struct(&CORE_V1_NODE_STATUS), 4),
] };
pub(super) static CORE_V1_NODE_ADDRESS: Struct = Struct { atomic: false, fields: &[("address", Text, 1), ("type", Text, 0)] };
pub(super) static CORE_V1_NODE_AFFINITY: Struct = Struct { atomic: false, fields: &[
    ("preferredDuringSchedulingIgnoredDuringExecution", AtomicList(&Type::Struct(&CORE_V1_PREFERRED_SCHEDULING_TERM)), 1),
    ("requiredDuringSchedulingIgnoredDuringExecution", Type::Struct(&CORE_V1_NODE_SELECTOR), 0),
] };
pub(super) static CORE_V1_NODE_ALLOCATABLE_RESOURCE_CLAIM_STATUS: Struct = Struct { atomic: false, fields: &[
    ("containers", Set(&Text), 1), ("resourceClaimName", Text, 0), ("resources", Map(&Scalar), 2),
] };
pub(super) static CORE_V1_NODE_CONDITION: Struct = Struct { atomic: false, fields: &[
    ("lastHeartbeatTime", Scalar, 2), ("lastTransitionTime", Scalar, 3), ("message", Text, 5), ("reason", Text, 4), ("status", Text, 1), ("type", Text, 0),
] };
pub(super) static CORE_V1_NODE_CONFIG_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("configMap", Type::Struct(&CORE_V1_CONFIG_MAP_NODE_CONFIG_SOURCE), 0),
] };
pub(super) static CORE_V1_NODE_CONFIG_STATUS: Struct = Struct { atomic: false, fields: &[
    ("active", Type::Struct(&CORE_V1_NODE_CONFIG_SOURCE), 1), ("assigned", Type::Struct(&CORE_V1_NODE_CONFIG_SOURCE), 0), ("error", Text, 3),
    ("lastKnownGood", Type::Struct(&CORE_V1_NODE_CONFIG_SOURCE), 2),
] };
pub(super) static CORE_V1_NODE_DAEMON_ENDPOINTS: Struct = Struct { atomic: false, fields: &[
    ("kubeletEndpoint", Type::Struct(&CORE_V1_DAEMON_ENDPOINT), 0),
] };
pub(super) static CORE_V1_NODE_FEATURES: Struct = Struct { atomic: false, fields: &[("supplementalGroupsPolicy", Flag, 0)] };
pub(super) static CORE_V1_NODE_RUNTIME_HANDLER: Struct = Struct { atomic: false, fields: &[
    ("features", Type::Struct(&CORE_V1_NODE_RUNTIME_HANDLER_FEATURES), 1), ("name", Text, 0),
] };
pub(super) static CORE_V1_NODE_RUNTIME_HANDLER_FEATURES: Struct = Struct { atomic: false, fields: &[
    ("recursiveReadOnlyMounts", Flag, 0), ("userNamespaces", Flag, 1),
] };
pub(super) static CORE_V1_NODE_SELECTOR: Struct = Struct { atomic: true, fields: &[
    ("nodeSelectorTerms", AtomicList(&Type::Struct(&CORE_V1_NODE_SELECTOR_TERM)), 0),
] };
pub(super) static CORE_V1_NODE_SELECTOR_REQUIREMENT: Struct = Struct { atomic: false, fields: &[
    ("key", Text, 0), ("operator", Text, 1), ("values", AtomicList(&Text), 2),
] };
pub(super) static CORE_V1_NODE_SELECTOR_TERM: Struct = Struct { atomic: true, fields: &[
    ("matchExpressions", AtomicList(&Type::Struct(&CORE_V1_NODE_SELECTOR_REQUIREMENT)), 0),
    ("matchFields", AtomicList(&Type::Struct(&CORE_V1_NODE_SELECTOR_REQUIREMENT)), 1),
] };
pub(super) static CORE_V1_NODE_SPEC: Struct = Struct { atomic: false, fields: &[
    ("configSource", Type::Struct(&CORE_V1_NODE_CONFIG_SOURCE), 5), ("externalID", Text, 6), ("podCIDR", Text, 0), ("podCIDRs", Set(&Text), 1),
    ("providerID", Text, 2), ("taints", AtomicList(&Type::Struct(&CORE_V1_TAINT)), 4), ("unschedulable", Flag, 3),
] };
pub(super) static CORE_V1_NODE_STATUS: Struct = Struct { atomic: false, fields: &[
    ("addresses", List(&Type::Struct(&CORE_V1_NODE_ADDRESS), &[("type", Word(""))]), 4), ("allocatable", Map(&Scalar), 1), ("capacity", Map(&Scalar), 0),
    ("conditions", List(&Type::Struct(&CORE_V1_NODE_CONDITION), &[("type", Word(""))]), 3), ("config", Type::Struct(&CORE_V1_NODE_CONFIG_STATUS), 10),
    ("daemonEndpoints", Type::Struct(&CORE_V1_NODE_DAEMON_ENDPOINTS), 5), ("declaredFeatures", AtomicList(&Text), 13),
    ("features", Type::Struct(&CORE_V1_NODE_FEATURES), 12), ("images", AtomicList(&Type::Struct(&CORE_V1_CONTAINER_IMAGE)), 7),
    ("nodeInfo", Type::Struct(&CORE_V1_NODE_SYSTEM_INFO), 6), ("phase", Text, 2),
    ("runtimeHandlers", AtomicList(&Type::Struct(&CORE_V1_NODE_RUNTIME_HANDLER)), 11),
    ("volumesAttached", AtomicList(&Type::Struct(&CORE_V1_ATTACHED_VOLUME)), 9), ("volumesInUse", AtomicList(&Text), 8),
] };
pub(super) static CORE_V1_NODE_SWAP_STATUS: Struct = Struct { atomic: false, fields: &[("capacity", Number, 0)] };
pub(super) static CORE_V1_NODE_SYSTEM_INFO: Struct = Struct { atomic: false, fields: &[
    ("architecture", Text, 9), ("bootID", Text, 2), ("containerRuntimeVersion", Text, 5), ("kernelVersion", Text, 3), ("kubeProxyVersion", Text, 7),
    ("kubeletVersion", Text, 6), ("machineID", Text, 0), ("operatingSystem", Text, 8), ("osImage", Text, 4), ("swap", Type::Struct(&CORE_V1_NODE_SWAP_STATUS), 10),
    ("systemUUID", Text, 1),
] };
pub(super) static CORE_V1_OBJECT_FIELD_SELECTOR: Struct = Struct { atomic: true, fields: &[("apiVersion", Text, 0), ("fieldPath", Text, 1)] };
pub(super) static CORE_V1_OBJECT_REFERENCE: Struct = Struct { atomic: true, fields: &[
    ("apiVersion", Text, 4), ("fieldPath", Text, 6), ("kind", Text, 0), ("name", Text, 2), ("namespace", Text, 1), ("resourceVersion", Text, 5), ("uid", Text, 3),
] };
pub(super) static CORE_V1_PERSISTENT_VOLUME: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("kind", Text, 0), ("metadata", Type::Struct(&META_V1_OBJECT_META), 2),
    ("spec", Type::Struct(&CORE_V1_PERSISTENT_VOLUME_SPEC), 3), ("status", Type::Struct(&CORE_V1_PERSISTENT_VOLUME_STATUS), 4),
] };
pub(super) static CORE_V1_PERSISTENT_VOLUME_CLAIM: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("kind", Text, 0), ("metadata", Type::Struct(&META_V1_OBJECT_META), 2),
    ("spec", Type::Struct(&CORE_V1_PERSISTENT_VOLUME_CLAIM_SPEC), 3), ("status", Type::Struct(&CORE_V1_PERSISTENT_VOLUME_CLAIM_STATUS), 4),
] };
pub(super) static CORE_V1_PERSISTENT_VOLUME_CLAIM_CONDITION: Struct = Struct { atomic: false, fields: &[
    ("lastProbeTime", Scalar, 2), ("lastTransitionTime", Scalar, 3), ("message", Text, 5), ("reason", Text, 4), ("status", Text, 1), ("type", Text, 0),
] };
pub(super) static CORE_V1_PERSISTENT_VOLUME_CLAIM_SPEC: Struct = Struct { atomic: false, fields: &[
    ("accessModes", AtomicList(&Text), 0), ("dataSource", Type::Struct(&CORE_V1_TYPED_LOCAL_OBJECT_REFERENCE), 6),
    ("dataSourceRef", Type::Struct(&CORE_V1_TYPED_OBJECT_REFERENCE), 7), ("resources", Type::Struct(&CORE_V1_VOLUME_RESOURCE_REQUIREMENTS), 2),
    ("selector", Type::Struct(&META_V1_LABEL_SELECTOR), 1), ("storageClassName", Text, 4), ("volumeAttributesClassName", Text, 8), ("volumeMode", Text, 5),
    ("volumeName", Text, 3),
] };
pub(super) static CORE_V1_PERSISTENT_VOLUME_CLAIM_STATUS: Struct = Struct { atomic: false, fields: &[
    ("accessModes", AtomicList(&Text), 1), ("allocatedResourceStatuses", Map(&Text), 5), ("allocatedResources", Map(&Scalar), 4),
    ("capacity", Map(&Scalar), 2), ("conditions", List(&Type::Struct(&CORE_V1_PERSISTENT_VOLUME_CLAIM_CONDITION), &[("type", Word(""))]), 3),
    ("currentVolumeAttributesClassName", Text, 6), ("modifyVolumeStatus", Type::Struct(&CORE_V1_MODIFY_VOLUME_STATUS), 7), ("phase", Text, 0),
] };
pub(super) static CORE_V1_PERSISTENT_VOLUME_CLAIM_TEMPLATE: Struct = Struct { atomic: false, fields: &[
    ("metadata", Type::Struct(&META_V1_OBJECT_META), 0), ("spec", Type::Struct(&CORE_V1_PERSISTENT_VOLUME_CLAIM_SPEC), 1),
] };
pub(super) static CORE_V1_PERSISTENT_VOLUME_CLAIM_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("claimName", Text, 0), ("readOnly", Flag, 1),
] };
pub(super) static CORE_V1_PERSISTENT_VOLUME_SPEC: Struct = Struct { atomic: false, fields: &[
    ("accessModes", AtomicList(&Text), 23), ("awsElasticBlockStore", Type::Struct(&CORE_V1_AWS_ELASTIC_BLOCK_STORE_VOLUME_SOURCE), 2),
    ("azureDisk", Type::Struct(&CORE_V1_AZURE_DISK_VOLUME_SOURCE), 16), ("azureFile", Type::Struct(&CORE_V1_AZURE_FILE_PERSISTENT_VOLUME_SOURCE), 13),
    ("capacity", Map(&Scalar), 0), ("cephfs", Type::Struct(&CORE_V1_CEPH_FS_PERSISTENT_VOLUME_SOURCE), 9),
    ("cinder", Type::Struct(&CORE_V1_CINDER_PERSISTENT_VOLUME_SOURCE), 8), ("claimRef", Granular(&CORE_V1_OBJECT_REFERENCE), 24),
    ("csi", Type::Struct(&CORE_V1_CSI_PERSISTENT_VOLUME_SOURCE), 22), ("fc", Type::Struct(&CORE_V1_FC_VOLUME_SOURCE), 10),
    ("flexVolume", Type::Struct(&CORE_V1_FLEX_PERSISTENT_VOLUME_SOURCE), 12), ("flocker", Type::Struct(&CORE_V1_FLOCKER_VOLUME_SOURCE), 11),
    ("gcePersistentDisk", Type::Struct(&CORE_V1_GCE_PERSISTENT_DISK_VOLUME_SOURCE), 1),
    ("glusterfs", Type::Struct(&CORE_V1_GLUSTERFS_PERSISTENT_VOLUME_SOURCE), 4), ("hostPath", Type::Struct(&CORE_V1_HOST_PATH_VOLUME_SOURCE), 3),
    ("iscsi", Type::Struct(&CORE_V1_ISCSI_PERSISTENT_VOLUME_SOURCE), 7), ("local", Type::Struct(&CORE_V1_LOCAL_VOLUME_SOURCE), 20),
    ("mountOptions", AtomicList(&Text), 27), ("nfs", Type::Struct(&CORE_V1_NFS_VOLUME_SOURCE), 5),
    ("nodeAffinity", Type::Struct(&CORE_V1_VOLUME_NODE_AFFINITY), 29), ("persistentVolumeReclaimPolicy", Text, 25),
    ("photonPersistentDisk", Type::Struct(&CORE_V1_PHOTON_PERSISTENT_DISK_VOLUME_SOURCE), 17),
    ("portworxVolume", Type::Struct(&CORE_V1_PORTWORX_VOLUME_SOURCE), 18), ("quobyte", Type::Struct(&CORE_V1_QUOBYTE_VOLUME_SOURCE), 15),
    ("rbd", Type::Struct(&CORE_V1_RBD_PERSISTENT_VOLUME_SOURCE), 6), ("scaleIO", Type::Struct(&CORE_V1_SCALE_IO_PERSISTENT_VOLUME_SOURCE), 19),
    ("storageClassName", Text, 26), ("storageos", Type::Struct(&CORE_V1_STORAGE_OS_PERSISTENT_VOLUME_SOURCE), 21), ("volumeAttributesClassName", Text, 30),
    ("volumeMode", Text, 28), ("vsphereVolume", Type::Struct(&CORE_V1_VSPHERE_VIRTUAL_DISK_VOLUME_SOURCE), 14),
] };
pub(super) static CORE_V1_PERSISTENT_VOLUME_STATUS: Struct = Struct { atomic: false, fields: &[
    ("lastPhaseTransitionTime", Scalar, 3), ("message", Text, 1), ("phase", Text, 0), ("reason", Text, 2),
] };
pub(super) static CORE_V1_PHOTON_PERSISTENT_DISK_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[("fsType", Text, 1), ("pdID", Text, 0)] };
pub(super) static CORE_V1_POD: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("kind", Text, 0), ("metadata", Type::Struct(&META_V1_OBJECT_META), 2), ("spec", Type::Struct(&CORE_V1_POD_SPEC), 3),
    ("status", Type::Struct(&CORE_V1_POD_STATUS), 4),
] };
pub(super) static CORE_V1_POD_AFFINITY: Struct = Struct { atomic: false, fields: &[
    ("preferredDuringSchedulingIgnoredDuringExecution", AtomicList(&Type::Struct(&CORE_V1_WEIGHTED_POD_AFFINITY_TERM)), 1),
    ("requiredDuringSchedulingIgnoredDuringExecution", AtomicList(&Type::Struct(&CORE_V1_POD_AFFINITY_TERM)), 0),
] };
pub(super) static CORE_V1_POD_AFFINITY_TERM: Struct = Struct { atomic: false, fields: &[
    ("labelSelector", Type::Struct(&META_V1_LABEL_SELECTOR), 0), ("matchLabelKeys", AtomicList(&Text), 4), ("mismatchLabelKeys", AtomicList(&Text), 5),
    ("namespaceSelector", Type::Struct(&META_V1_LABEL_SELECTOR), 3), ("namespaces", AtomicList(&Text), 1), ("topologyKey", Text, 2),
] };
pub(super) static CORE_V1_POD_ANTI_AFFINITY: Struct = Struct { atomic: false, fields: &[
    ("preferredDuringSchedulingIgnoredDuringExecution", AtomicList(&Type::Struct(&CORE_V1_WEIGHTED_POD_AFFINITY_TERM)), 1),
    ("requiredDuringSchedulingIgnoredDuringExecution", AtomicList(&Type::Struct(&CORE_V1_POD_AFFINITY_TERM)), 0),
] };
pub(super) static CORE_V1_POD_CERTIFICATE_PROJECTION: Struct = Struct { atomic: false, fields: &[
    ("certificateChainPath", Text, 5), ("credentialBundlePath", Text, 3), ("keyPath", Text, 4), ("keyType", Text, 1), ("maxExpirationSeconds", Number, 2),
    ("signerName", Text, 0), ("userAnnotations", Map(&Text), 6),
] };
pub(super) static CORE_V1_POD_CONDITION: Struct = Struct { atomic: false, fields: &[
    ("lastProbeTime", Scalar, 3), ("lastTransitionTime", Scalar, 4), ("message", Text, 6), ("observedGeneration", Number, 1), ("reason", Text, 5),
    ("status", Text, 2), ("type", Text, 0),
] };
pub(super) static CORE_V1_POD_DNS_CONFIG: Struct = Struct { atomic: false, fields: &[
    ("nameservers", AtomicList(&Text), 0), ("options", AtomicList(&Type::Struct(&CORE_V1_POD_DNS_CONFIG_OPTION)), 2), ("searches", AtomicList(&Text), 1),
] };
pub(super) static CORE_V1_POD_DNS_CONFIG_OPTION: Struct = Struct { atomic: false, fields: &[("name", Text, 0), ("value", Text, 1)] };
pub(super) static CORE_V1_POD_EXTENDED_RESOURCE_CLAIM_STATUS: Struct = Struct { atomic: false, fields: &[
    ("requestMappings", AtomicList(&Type::Struct(&CORE_V1_CONTAINER_EXTENDED_RESOURCE_REQUEST)), 0), ("resourceClaimName", Text, 1),
] };
pub(super) static CORE_V1_POD_IP: Struct = Struct { atomic: false, fields: &[("ip", Text, 0)] };
pub(super) static CORE_V1_POD_OS: Struct = Struct { atomic: false, fields: &[("name", Text, 0)] };
pub(super) static CORE_V1_POD_READINESS_GATE: Struct = Struct { atomic: false, fields: &[("conditionType", Text, 0)] };
pub(super) static CORE_V1_POD_RESOURCE_CLAIM: Struct = Struct { atomic: false, fields: &[
    ("name", Text, 0), ("resourceClaimName", Text, 1), ("resourceClaimTemplateName", Text, 2),
] };
pub(super) static CORE_V1_POD_RESOURCE_CLAIM_STATUS: Struct = Struct { atomic: false, fields: &[("name", Text, 0), ("resourceClaimName", Text, 1)] };
pub(super) static CORE_V1_POD_SCHEDULING_GATE: Struct = Struct { atomic: false, fields: &[("name", Text, 0)] };
pub(super) static CORE_V1_POD_SCHEDULING_GROUP: Struct = Struct { atomic: false, fields: &[("podGroupName", Text, 0)] };
pub(super) static CORE_V1_POD_SECURITY_CONTEXT: Struct = Struct { atomic: false, fields: &[
    ("appArmorProfile", Type::Struct(&CORE_V1_APP_ARMOR_PROFILE), 11), ("fsGroup", Number, 7), ("fsGroupChangePolicy", Text, 9), ("runAsGroup", Number, 3),
    ("runAsNonRoot", Flag, 4), ("runAsUser", Number, 2), ("seLinuxChangePolicy", Text, 12), ("seLinuxOptions", Type::Struct(&CORE_V1_SE_LINUX_OPTIONS), 0),
    ("seccompProfile", Type::Struct(&CORE_V1_SECCOMP_PROFILE), 10), ("supplementalGroups", AtomicList(&Number), 5), ("supplementalGroupsPolicy", Text, 6),
    ("sysctls", AtomicList(&Type::Struct(&CORE_V1_SYSCTL)), 8), ("windowsOptions", Type::Struct(&CORE_V1_WINDOWS_SECURITY_CONTEXT_OPTIONS), 1),
] };
pub(super) static CORE_V1_POD_SPEC: Struct = Struct { atomic: false, fields: &[
    ("activeDeadlineSeconds", Number, 6), ("affinity", Type::Struct(&CORE_V1_AFFINITY), 21), ("automountServiceAccountToken", Flag, 11),
    ("containers", List(&Type::Struct(&CORE_V1_CONTAINER), &[("name", Word(""))]), 2), ("dnsConfig", Type::Struct(&CORE_V1_POD_DNS_CONFIG), 27),
    ("dnsPolicy", Text, 7), ("enableServiceLinks", Flag, 30),
    ("ephemeralContainers", List(&Type::Struct(&CORE_V1_EPHEMERAL_CONTAINER), &[("name", Word(""))]), 3),
    ("hostAliases", List(&Type::Struct(&CORE_V1_HOST_ALIAS), &[("ip", Word(""))]), 24), ("hostIPC", Flag, 15), ("hostNetwork", Flag, 13), ("hostPID", Flag, 14),
    ("hostUsers", Flag, 36), ("hostname", Text, 19), ("hostnameOverride", Text, 40),
    ("imagePullSecrets", List(&Type::Struct(&CORE_V1_LOCAL_OBJECT_REFERENCE), &[("name", Word(""))]), 18),
    ("initContainers", List(&Type::Struct(&CORE_V1_CONTAINER), &[("name", Word(""))]), 1), ("nodeName", Text, 12), ("nodeSelector", AtomicMap(&Text), 8),
    ("os", Type::Struct(&CORE_V1_POD_OS), 35), ("overhead", Map(&Scalar), 32), ("preemptionPolicy", Text, 31), ("priority", Number, 26),
    ("priorityClassName", Text, 25), ("readinessGates", AtomicList(&Type::Struct(&CORE_V1_POD_READINESS_GATE)), 28),
    ("resourceClaims", List(&Type::Struct(&CORE_V1_POD_RESOURCE_CLAIM), &[("name", Word(""))]), 38),
    ("resources", Type::Struct(&CORE_V1_RESOURCE_REQUIREMENTS), 39), ("restartPolicy", Text, 4), ("runtimeClassName", Text, 29), ("schedulerName", Text, 22),
    ("schedulingGates", List(&Type::Struct(&CORE_V1_POD_SCHEDULING_GATE), &[("name", Word(""))]), 37),
    ("schedulingGroup", Type::Struct(&CORE_V1_POD_SCHEDULING_GROUP), 41), ("securityContext", Type::Struct(&CORE_V1_POD_SECURITY_CONTEXT), 17),
    ("serviceAccount", Text, 10), ("serviceAccountName", Text, 9), ("setHostnameAsFQDN", Flag, 34), ("shareProcessNamespace", Flag, 16), ("subdomain", Text, 20),
    ("terminationGracePeriodSeconds", Number, 5), ("tolerations", AtomicList(&Type::Struct(&CORE_V1_TOLERATION)), 23),
    ("topologySpreadConstraints", List(&Type::Struct(&CORE_V1_TOPOLOGY_SPREAD_CONSTRAINT), &[("topologyKey", Word("")), ("whenUnsatisfiable", Word(""))]), 33),
    ("volumes", List(&Type::Struct(&CORE_V1_VOLUME), &[("name", Word(""))]), 0),
] };
pub(super) static CORE_V1_POD_STATUS: Struct = Struct { atomic: false, fields: &[
    ("allocatedResources", Map(&Scalar), 18), ("conditions", List(&Type::Struct(&CORE_V1_POD_CONDITION), &[("type", Word(""))]), 2),
    ("containerStatuses", AtomicList(&Type::Struct(&CORE_V1_CONTAINER_STATUS)), 12),
    ("ephemeralContainerStatuses", AtomicList(&Type::Struct(&CORE_V1_CONTAINER_STATUS)), 14),
    ("extendedResourceClaimStatus", Type::Struct(&CORE_V1_POD_EXTENDED_RESOURCE_CLAIM_STATUS), 17), ("hostIP", Text, 6),
    ("hostIPs", AtomicList(&Type::Struct(&CORE_V1_HOST_IP)), 7), ("initContainerStatuses", AtomicList(&Type::Struct(&CORE_V1_CONTAINER_STATUS)), 11),
    ("message", Text, 3), ("nodeAllocatableResourceClaimStatuses", AtomicList(&Type::Struct(&CORE_V1_NODE_ALLOCATABLE_RESOURCE_CLAIM_STATUS)), 20),
    ("nominatedNodeName", Text, 5), ("observedGeneration", Number, 0), ("phase", Text, 1), ("podIP", Text, 8),
    ("podIPs", List(&Type::Struct(&CORE_V1_POD_IP), &[("ip", Word(""))]), 9), ("qosClass", Text, 13), ("reason", Text, 4), ("resize", Text, 15),
    ("resourceClaimStatuses", List(&Type::Struct(&CORE_V1_POD_RESOURCE_CLAIM_STATUS), &[("name", Word(""))]), 16),
    ("resources", Type::Struct(&CORE_V1_RESOURCE_REQUIREMENTS), 19), ("startTime", Scalar, 10),
] };
pub(super) static CORE_V1_POD_TEMPLATE: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("kind", Text, 0), ("metadata", Type::Struct(&META_V1_OBJECT_META), 2), ("template", Type::Struct(&CORE_V1_POD_TEMPLATE_SPEC), 3),
] };
pub(super) static CORE_V1_POD_TEMPLATE_SPEC: Struct = Struct { atomic: false, fields: &[
    ("metadata", Type::Struct(&META_V1_OBJECT_META), 0), ("spec", Type::Struct(&CORE_V1_POD_SPEC), 1),
] };
pub(super) static CORE_V1_PORTWORX_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("fsType", Text, 1), ("readOnly", Flag, 2), ("volumeID", Text, 0),
] };
pub(super) static CORE_V1_PORT_STATUS: Struct = Struct { atomic: false, fields: &[("error", Text, 2), ("port", Number, 0), ("protocol", Text, 1)] };
pub(super) static CORE_V1_PREFERRED_SCHEDULING_TERM: Struct = Struct { atomic: false, fields: &[
    ("preference", Type::Struct(&CORE_V1_NODE_SELECTOR_TERM), 1), ("weight", Number, 0),
] };
pub(super) static CORE_V1_PROBE: Struct = Struct { atomic: false, fields: &[
    ("exec", Type::Struct(&CORE_V1_EXEC_ACTION), 0), ("failureThreshold", Number, 8), ("grpc", Type::Struct(&CORE_V1_GRPC_ACTION), 3),
    ("httpGet", Type::Struct(&CORE_V1_HTTP_GET_ACTION), 1), ("initialDelaySeconds", Number, 4), ("periodSeconds", Number, 6), ("successThreshold", Number, 7),
    ("tcpSocket", Type::Struct(&CORE_V1_TCP_SOCKET_ACTION), 2), ("terminationGracePeriodSeconds", Number, 9), ("timeoutSeconds", Number, 5),
] };
pub(super) static CORE_V1_PROJECTED_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("defaultMode", Number, 1), ("sources", AtomicList(&Type::Struct(&CORE_V1_VOLUME_PROJECTION)), 0),
] };
pub(super) static CORE_V1_QUOBYTE_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("group", Text, 4), ("readOnly", Flag, 2), ("registry", Text, 0), ("tenant", Text, 5), ("user", Text, 3), ("volume", Text, 1),
] };
pub(super) static CORE_V1_RBD_PERSISTENT_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("fsType", Text, 2), ("image", Text, 1), ("keyring", Text, 5), ("monitors", AtomicList(&Text), 0), ("pool", Text, 3), ("readOnly", Flag, 7),
    ("secretRef", Type::Struct(&CORE_V1_SECRET_REFERENCE), 6), ("user", Text, 4),
] };
pub(super) static CORE_V1_RBD_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("fsType", Text, 2), ("image", Text, 1), ("keyring", Text, 5), ("monitors", AtomicList(&Text), 0), ("pool", Text, 3), ("readOnly", Flag, 7),
    ("secretRef", Type::Struct(&CORE_V1_LOCAL_OBJECT_REFERENCE), 6), ("user", Text, 4),
] };
pub(super) static CORE_V1_REPLICATION_CONTROLLER: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("kind", Text, 0), ("metadata", Type::Struct(&META_V1_OBJECT_META), 2),
    ("spec", Type::Struct(&CORE_V1_REPLICATION_CONTROLLER_SPEC), 3), ("status", Type::Struct(&CORE_V1_REPLICATION_CONTROLLER_STATUS), 4),
] };
pub(super) static CORE_V1_REPLICATION_CONTROLLER_CONDITION: Struct = Struct { atomic: false, fields: &[
    ("lastTransitionTime", Scalar, 2), ("message", Text, 4), ("reason", Text, 3), ("status", Text, 1), ("type", Text, 0),
] };
pub(super) static CORE_V1_REPLICATION_CONTROLLER_SPEC: Struct = Struct { atomic: false, fields: &[
    ("minReadySeconds", Number, 1), ("replicas", Number, 0), ("selector", AtomicMap(&Text), 2), ("template", Type::Struct(&CORE_V1_POD_TEMPLATE_SPEC), 3),
] };
pub(super) static CORE_V1_REPLICATION_CONTROLLER_STATUS: Struct = Struct { atomic: false, fields: &[
    ("availableReplicas", Number, 3), ("conditions", List(&Type::Struct(&CORE_V1_REPLICATION_CONTROLLER_CONDITION), &[("type", Word(""))]), 5),
    ("fullyLabeledReplicas", Number, 1), ("observedGeneration", Number, 4), ("readyReplicas", Number, 2), ("replicas", Number, 0),
] };
pub(super) static CORE_V1_RESOURCE_CLAIM: Struct = Struct { atomic: false, fields: &[("name", Text, 0), ("request", Text, 1)] };
pub(super) static CORE_V1_RESOURCE_FIELD_SELECTOR: Struct = Struct { atomic: true, fields: &[
    ("containerName", Text, 0), ("divisor", Scalar, 2), ("resource", Text, 1),
] };
pub(super) static CORE_V1_RESOURCE_HEALTH: Struct = Struct { atomic: false, fields: &[("health", Text, 1), ("message", Text, 2), ("resourceID", Text, 0)] };
pub(super) static CORE_V1_RESOURCE_QUOTA: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("kind", Text, 0), ("metadata", Type::Struct(&META_V1_OBJECT_META), 2), ("spec", Type::Struct(&CORE_V1_RESOURCE_QUOTA_SPEC), 3),
    ("status", Type::Struct(&CORE_V1_RESOURCE_QUOTA_STATUS), 4),
] };
pub(super) static CORE_V1_RESOURCE_QUOTA_SPEC: Struct = Struct { atomic: false, fields: &[
    ("hard", Map(&Scalar), 0), ("scopeSelector", Type::Struct(&CORE_V1_SCOPE_SELECTOR), 2), ("scopes", AtomicList(&Text), 1),
] };
pub(super) static CORE_V1_RESOURCE_QUOTA_STATUS: Struct = Struct { atomic: false, fields: &[("hard", Map(&Scalar), 0), ("used", Map(&Scalar), 1)] };
pub(super) static CORE_V1_RESOURCE_REQUIREMENTS: Struct = Struct { atomic: false, fields: &[
    ("claims", List(&Type::Struct(&CORE_V1_RESOURCE_CLAIM), &[("name", Word(""))]), 2), ("limits", Map(&Scalar), 0), ("requests", Map(&Scalar), 1),
] };
pub(super) static CORE_V1_RESOURCE_STATUS: Struct = Struct { atomic: false, fields: &[
    ("name", Text, 0), ("resources", List(&Type::Struct(&CORE_V1_RESOURCE_HEALTH), &[("resourceID", Word(""))]), 1),
] };
pub(super) static CORE_V1_SCALE_IO_PERSISTENT_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("fsType", Text, 8), ("gateway", Text, 0), ("protectionDomain", Text, 4), ("readOnly", Flag, 9), ("secretRef", Type::Struct(&CORE_V1_SECRET_REFERENCE), 2),
    ("sslEnabled", Flag, 3), ("storageMode", Text, 6), ("storagePool", Text, 5), ("system", Text, 1), ("volumeName", Text, 7),
] };
pub(super) static CORE_V1_SCALE_IO_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("fsType", Text, 8), ("gateway", Text, 0), ("protectionDomain", Text, 4), ("readOnly", Flag, 9),
    ("secretRef", Type::Struct(&CORE_V1_LOCAL_OBJECT_REFERENCE), 2), ("sslEnabled", Flag, 3), ("storageMode", Text, 6), ("storagePool", Text, 5),
    ("system", Text, 1), ("volumeName", Text, 7),
] };
pub(super) static CORE_V1_SCOPED_RESOURCE_SELECTOR_REQUIREMENT: Struct = Struct { atomic: false, fields: &[
    ("operator", Text, 1), ("scopeName", Text, 0), ("values", AtomicList(&Text), 2),
] };
pub(super) static CORE_V1_SCOPE_SELECTOR: Struct = Struct { atomic: true, fields: &[
    ("matchExpressions", AtomicList(&Type::Struct(&CORE_V1_SCOPED_RESOURCE_SELECTOR_REQUIREMENT)), 0),
] };
pub(super) static CORE_V1_SECCOMP_PROFILE: Struct = Struct { atomic: false, fields: &[("localhostProfile", Text, 1), ("type", Text, 0)] };
pub(super) static CORE_V1_SECRET: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("data", Map(&Text), 4), ("immutable", Flag, 3), ("kind", Text, 0), ("metadata", Type::Struct(&META_V1_OBJECT_META), 2),
    ("stringData", Map(&Text), 5), ("type", Text, 6),
] };
pub(super) static CORE_V1_SECRET_ENV_SOURCE: Struct = Struct { atomic: false, fields: &[("name", Text, 0), ("optional", Flag, 1)] };
pub(super) static CORE_V1_SECRET_KEY_SELECTOR: Struct = Struct { atomic: true, fields: &[("key", Text, 1), ("name", Text, 0), ("optional", Flag, 2)] };
pub(super) static CORE_V1_SECRET_PROJECTION: Struct = Struct { atomic: false, fields: &[
    ("items", AtomicList(&Type::Struct(&CORE_V1_KEY_TO_PATH)), 1), ("name", Text, 0), ("optional", Flag, 2),
] };
pub(super) static CORE_V1_SECRET_REFERENCE: Struct = Struct { atomic: true, fields: &[("name", Text, 0), ("namespace", Text, 1)] };
pub(super) static CORE_V1_SECRET_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("defaultMode", Number, 2), ("items", AtomicList(&Type::Struct(&CORE_V1_KEY_TO_PATH)), 1), ("optional", Flag, 3), ("secretName", Text, 0),
] };
pub(super) static CORE_V1_SECURITY_CONTEXT: Struct = Struct { atomic: false, fields: &[
    ("allowPrivilegeEscalation", Flag, 8), ("appArmorProfile", Type::Struct(&CORE_V1_APP_ARMOR_PROFILE), 11),
    ("capabilities", Type::Struct(&CORE_V1_CAPABILITIES), 0), ("privileged", Flag, 1), ("procMount", Text, 9), ("readOnlyRootFilesystem", Flag, 7),
    ("runAsGroup", Number, 5), ("runAsNonRoot", Flag, 6), ("runAsUser", Number, 4), ("seLinuxOptions", Type::Struct(&CORE_V1_SE_LINUX_OPTIONS), 2),
    ("seccompProfile", Type::Struct(&CORE_V1_SECCOMP_PROFILE), 10), ("windowsOptions", Type::Struct(&CORE_V1_WINDOWS_SECURITY_CONTEXT_OPTIONS), 3),
] };
pub(super) static CORE_V1_SERVICE: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("kind", Text, 0), ("metadata", Type::Struct(&META_V1_OBJECT_META), 2), ("spec", Type::Struct(&CORE_V1_SERVICE_SPEC), 3),
    ("status", Type::Struct(&CORE_V1_SERVICE_STATUS), 4),
] };
pub(super) static CORE_V1_SERVICE_ACCOUNT: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("automountServiceAccountToken", Flag, 5), ("imagePullSecrets", AtomicList(&Type::Struct(&CORE_V1_LOCAL_OBJECT_REFERENCE)), 4),
    ("kind", Text, 0), ("metadata", Type::Struct(&META_V1_OBJECT_META), 2),
    ("secrets", List(&Type::Struct(&CORE_V1_OBJECT_REFERENCE), &[("name", Unset)]), 3),
] };
pub(super) static CORE_V1_SERVICE_ACCOUNT_TOKEN_PROJECTION: Struct = Struct { atomic: false, fields: &[
    ("audience", Text, 0), ("expirationSeconds", Number, 1), ("path", Text, 2),
] };
pub(super) static CORE_V1_SERVICE_PORT: Struct = Struct { atomic: false, fields: &[
    ("appProtocol", Text, 2), ("name", Text, 0), ("nodePort", Number, 5), ("port", Number, 3), ("protocol", Text, 1), ("targetPort", Scalar, 4),
] };
pub(super) static CORE_V1_SERVICE_SPEC: Struct = Struct { atomic: false, fields: &[
    ("allocateLoadBalancerNodePorts", Flag, 16), ("clusterIP", Text, 2), ("clusterIPs", AtomicList(&Text), 3), ("externalIPs", AtomicList(&Text), 5),
    ("externalName", Text, 9), ("externalTrafficPolicy", Text, 10), ("healthCheckNodePort", Number, 11), ("internalTrafficPolicy", Text, 18),
    ("ipFamilies", AtomicList(&Text), 14), ("ipFamilyPolicy", Text, 15), ("loadBalancerClass", Text, 17), ("loadBalancerIP", Text, 7),
    ("loadBalancerSourceRanges", AtomicList(&Text), 8),
    ("ports", List(&Type::Struct(&CORE_V1_SERVICE_PORT), &[("port", Integer(0)), ("protocol", Word("TCP"))]), 0), ("publishNotReadyAddresses", Flag, 12),
    ("selector", AtomicMap(&Text), 1), ("sessionAffinity", Text, 6), ("sessionAffinityConfig", Type::Struct(&CORE_V1_SESSION_AFFINITY_CONFIG), 13),
    ("trafficDistribution", Text, 19), ("type", Text, 4),
] };
pub(super) static CORE_V1_SERVICE_STATUS: Struct = Struct { atomic: false, fields: &[
    ("conditions", List(&Type::Struct(&META_V1_CONDITION), &[("type", Word(""))]), 1), ("loadBalancer", Type::Struct(&CORE_V1_LOAD_BALANCER_STATUS), 0),
] };
pub(super) static CORE_V1_SESSION_AFFINITY_CONFIG: Struct = Struct { atomic: false, fields: &[
    ("clientIP", Type::Struct(&CORE_V1_CLIENT_IP_CONFIG), 0),
] };
pub(super) static CORE_V1_SE_LINUX_OPTIONS: Struct = Struct { atomic: false, fields: &[
    ("level", Text, 3), ("role", Text, 1), ("type", Text, 2), ("user", Text, 0),
] };
pub(super) static CORE_V1_SLEEP_ACTION: Struct = Struct { atomic: false, fields: &[("seconds", Number, 0)] };
pub(super) static CORE_V1_STORAGE_OS_PERSISTENT_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("fsType", Text, 2), ("readOnly", Flag, 3), ("secretRef", Type::Struct(&CORE_V1_OBJECT_REFERENCE), 4), ("volumeName", Text, 0), ("volumeNamespace", Text, 1),
] };
pub(super) static CORE_V1_STORAGE_OS_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("fsType", Text, 2), ("readOnly", Flag, 3), ("secretRef", Type::Struct(&CORE_V1_LOCAL_OBJECT_REFERENCE), 4), ("volumeName", Text, 0),
    ("volumeNamespace", Text, 1),
] };
pub(super) static CORE_V1_SYSCTL: Struct = Struct { atomic: false, fields: &[("name", Text, 0), ("value", Text, 1)] };
pub(super) static CORE_V1_TAINT: Struct = Struct { atomic: false, fields: &[
    ("effect", Text, 2), ("key", Text, 0), ("timeAdded", Scalar, 3), ("value", Text, 1),
] };
pub(super) static CORE_V1_TCP_SOCKET_ACTION: Struct = Struct { atomic: false, fields: &[("host", Text, 1), ("port", Scalar, 0)] };
pub(super) static CORE_V1_TOLERATION: Struct = Struct { atomic: false, fields: &[
    ("effect", Text, 3), ("key", Text, 0), ("operator", Text, 1), ("tolerationSeconds", Number, 4), ("value", Text, 2),
] };
pub(super) static CORE_V1_TOPOLOGY_SELECTOR_LABEL_REQUIREMENT: Struct = Struct { atomic: false, fields: &[
    ("key", Text, 0), ("values", AtomicList(&Text), 1),
] };
pub(super) static CORE_V1_TOPOLOGY_SELECTOR_TERM: Struct = Struct { atomic: true, fields: &[
    ("matchLabelExpressions", AtomicList(&Type::Struct(&CORE_V1_TOPOLOGY_SELECTOR_LABEL_REQUIREMENT)), 0),
] };
pub(super) static CORE_V1_TOPOLOGY_SPREAD_CONSTRAINT: Struct = Struct { atomic: false, fields: &[
    ("labelSelector", Type::Struct(&META_V1_LABEL_SELECTOR), 3), ("matchLabelKeys", AtomicList(&Text), 7), ("maxSkew", Number, 0), ("minDomains", Number, 4),
    ("nodeAffinityPolicy", Text, 5), ("nodeTaintsPolicy", Text, 6), ("topologyKey", Text, 1), ("whenUnsatisfiable", Text, 2),
] };
pub(super) static CORE_V1_TYPED_LOCAL_OBJECT_REFERENCE: Struct = Struct { atomic: true, fields: &[
    ("apiGroup", Text, 0), ("kind", Text, 1), ("name", Text, 2),
] };
pub(super) static CORE_V1_TYPED_OBJECT_REFERENCE: Struct = Struct { atomic: false, fields: &[
    ("apiGroup", Text, 0), ("kind", Text, 1), ("name", Text, 2), ("namespace", Text, 3),
] };
pub(super) static CORE_V1_VOLUME: Struct = Struct { atomic: false, fields: &[
    ("awsElasticBlockStore", Type::Struct(&CORE_V1_AWS_ELASTIC_BLOCK_STORE_VOLUME_SOURCE), 4),
    ("azureDisk", Type::Struct(&CORE_V1_AZURE_DISK_VOLUME_SOURCE), 22), ("azureFile", Type::Struct(&CORE_V1_AZURE_FILE_VOLUME_SOURCE), 18),
    ("cephfs", Type::Struct(&CORE_V1_CEPH_FS_VOLUME_SOURCE), 14), ("cinder", Type::Struct(&CORE_V1_CINDER_VOLUME_SOURCE), 13),
    ("configMap", Type::Struct(&CORE_V1_CONFIG_MAP_VOLUME_SOURCE), 19), ("csi", Type::Struct(&CORE_V1_CSI_VOLUME_SOURCE), 28),
    ("downwardAPI", Type::Struct(&CORE_V1_DOWNWARD_API_VOLUME_SOURCE), 16), ("emptyDir", Type::Struct(&CORE_V1_EMPTY_DIR_VOLUME_SOURCE), 2),
    ("ephemeral", Type::Struct(&CORE_V1_EPHEMERAL_VOLUME_SOURCE), 29), ("fc", Type::Struct(&CORE_V1_FC_VOLUME_SOURCE), 17),
    ("flexVolume", Type::Struct(&CORE_V1_FLEX_VOLUME_SOURCE), 12), ("flocker", Type::Struct(&CORE_V1_FLOCKER_VOLUME_SOURCE), 15),
    ("gcePersistentDisk", Type::Struct(&CORE_V1_GCE_PERSISTENT_DISK_VOLUME_SOURCE), 3), ("gitRepo", Type::Struct(&CORE_V1_GIT_REPO_VOLUME_SOURCE), 5),
    ("glusterfs", Type::Struct(&CORE_V1_GLUSTERFS_VOLUME_SOURCE), 9), ("hostPath", Type::Struct(&CORE_V1_HOST_PATH_VOLUME_SOURCE), 1),
    ("image", Type::Struct(&CORE_V1_IMAGE_VOLUME_SOURCE), 30), ("iscsi", Type::Struct(&CORE_V1_ISCSI_VOLUME_SOURCE), 8), ("name", Text, 0),
    ("nfs", Type::Struct(&CORE_V1_NFS_VOLUME_SOURCE), 7), ("persistentVolumeClaim", Type::Struct(&CORE_V1_PERSISTENT_VOLUME_CLAIM_VOLUME_SOURCE), 10),
    ("photonPersistentDisk", Type::Struct(&CORE_V1_PHOTON_PERSISTENT_DISK_VOLUME_SOURCE), 23),
    ("portworxVolume", Type::Struct(&CORE_V1_PORTWORX_VOLUME_SOURCE), 25), ("projected", Type::Struct(&CORE_V1_PROJECTED_VOLUME_SOURCE), 24),
    ("quobyte", Type::Struct(&CORE_V1_QUOBYTE_VOLUME_SOURCE), 21), ("rbd", Type::Struct(&CORE_V1_RBD_VOLUME_SOURCE), 11),
    ("scaleIO", Type::Struct(&CORE_V1_SCALE_IO_VOLUME_SOURCE), 26), ("secret", Type::Struct(&CORE_V1_SECRET_VOLUME_SOURCE), 6),
    ("storageos", Type::Struct(&CORE_V1_STORAGE_OS_VOLUME_SOURCE), 27), ("vsphereVolume", Type::Struct(&CORE_V1_VSPHERE_VIRTUAL_DISK_VOLUME_SOURCE), 20),
] };
pub(super) static CORE_V1_VOLUME_DEVICE: Struct = Struct { atomic: false, fields: &[("devicePath", Text, 1), ("name", Text, 0)] };
pub(super) static CORE_V1_VOLUME_MOUNT: Struct = Struct { atomic: false, fields: &[
    ("mountPath", Text, 3), ("mountPropagation", Text, 5), ("name", Text, 0), ("readOnly", Flag, 1), ("recursiveReadOnly", Text, 2), ("subPath", Text, 4),
    ("subPathExpr", Text, 6),
] };
pub(super) static CORE_V1_VOLUME_MOUNT_STATUS: Struct = Struct { atomic: false, fields: &[
    ("mountPath", Text, 1), ("name", Text, 0), ("readOnly", Flag, 2), ("recursiveReadOnly", Text, 3), ("volumeStatus", Type::Struct(&CORE_V1_VOLUME_STATUS), 4),
] };
pub(super) static CORE_V1_VOLUME_NODE_AFFINITY: Struct = Struct { atomic: false, fields: &[("required", Type::Struct(&CORE_V1_NODE_SELECTOR), 0)] };
pub(super) static CORE_V1_VOLUME_PROJECTION: Struct = Struct { atomic: false, fields: &[
    ("clusterTrustBundle", Type::Struct(&CORE_V1_CLUSTER_TRUST_BUNDLE_PROJECTION), 4), ("configMap", Type::Struct(&CORE_V1_CONFIG_MAP_PROJECTION), 2),
    ("downwardAPI", Type::Struct(&CORE_V1_DOWNWARD_API_PROJECTION), 1), ("podCertificate", Type::Struct(&CORE_V1_POD_CERTIFICATE_PROJECTION), 5),
    ("secret", Type::Struct(&CORE_V1_SECRET_PROJECTION), 0), ("serviceAccountToken", Type::Struct(&CORE_V1_SERVICE_ACCOUNT_TOKEN_PROJECTION), 3),
] };
pub(super) static CORE_V1_VOLUME_RESOURCE_REQUIREMENTS: Struct = Struct { atomic: false, fields: &[
    ("limits", Map(&Scalar), 0), ("requests", Map(&Scalar), 1),
] };
pub(super) static CORE_V1_VOLUME_STATUS: Struct = Struct { atomic: false, fields: &[("image", Type::Struct(&CORE_V1_IMAGE_VOLUME_STATUS), 0)] };
pub(super) static CORE_V1_VSPHERE_VIRTUAL_DISK_VOLUME_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("fsType", Text, 1), ("storagePolicyID", Text, 3), ("storagePolicyName", Text, 2), ("volumePath", Text, 0),
] };
pub(super) static CORE_V1_WEIGHTED_POD_AFFINITY_TERM: Struct = Struct { atomic: false, fields: &[
    ("podAffinityTerm", Type::Struct(&CORE_V1_POD_AFFINITY_TERM), 1), ("weight", Number, 0),
] };
pub(super) static CORE_V1_WINDOWS_SECURITY_CONTEXT_OPTIONS: Struct = Struct { atomic: false, fields: &[
    ("gmsaCredentialSpec", Text, 1), ("gmsaCredentialSpecName", Text, 0), ("hostProcess", Flag, 3), ("runAsUserName", Text, 2),
] };
pub(super) static META_V1_CONDITION: Struct = Struct { atomic: false, fields: &[
    ("lastTransitionTime", Scalar, 3), ("message", Text, 5), ("observedGeneration", Number, 2), ("reason", Text, 4), ("status", Text, 1), ("type", Text, 0),
] };
pub(super) static META_V1_DELETE_OPTIONS: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("dryRun", AtomicList(&Text), 6), ("gracePeriodSeconds", Number, 2),
    ("ignoreStoreReadErrorWithClusterBreakingPotential", Flag, 7), ("kind", Text, 0), ("orphanDependents", Flag, 4),
    ("preconditions", Type::Struct(&META_V1_PRECONDITIONS), 3), ("propagationPolicy", Text, 5),
] };
pub(super) static META_V1_LABEL_SELECTOR: Struct = Struct { atomic: true, fields: &[
    ("matchExpressions", AtomicList(&Type::Struct(&META_V1_LABEL_SELECTOR_REQUIREMENT)), 1), ("matchLabels", Map(&Text), 0),
] };
pub(super) static META_V1_LABEL_SELECTOR_REQUIREMENT: Struct = Struct { atomic: false, fields: &[
    ("key", Text, 0), ("operator", Text, 1), ("values", AtomicList(&Text), 2),
] };
pub(super) static META_V1_MANAGED_FIELDS_ENTRY: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 2), ("fieldsType", Text, 4), ("fieldsV1", Map(&Any), 5), ("manager", Text, 0), ("operation", Text, 1), ("subresource", Text, 6),
    ("time", Scalar, 3),
] };
pub(super) static META_V1_OBJECT_META: Struct = Struct { atomic: false, fields: &[
    ("annotations", Map(&Text), 11), ("creationTimestamp", Scalar, 7), ("deletionGracePeriodSeconds", Number, 9), ("deletionTimestamp", Scalar, 8),
    ("finalizers", Set(&Text), 13), ("generateName", Text, 1), ("generation", Number, 6), ("labels", Map(&Text), 10),
    ("managedFields", AtomicList(&Type::Struct(&META_V1_MANAGED_FIELDS_ENTRY)), 14), ("name", Text, 0), ("namespace", Text, 2),
    ("ownerReferences", List(&Type::Struct(&META_V1_OWNER_REFERENCE), &[("uid", Word(""))]), 12), ("resourceVersion", Text, 5), ("selfLink", Text, 3),
    ("uid", Text, 4),
] };
pub(super) static META_V1_OWNER_REFERENCE: Struct = Struct { atomic: true, fields: &[
    ("apiVersion", Text, 0), ("blockOwnerDeletion", Flag, 5), ("controller", Flag, 4), ("kind", Text, 1), ("name", Text, 2), ("uid", Text, 3),
] };
pub(super) static META_V1_PRECONDITIONS: Struct = Struct { atomic: false, fields: &[("resourceVersion", Text, 1), ("uid", Text, 0)] };
