//! The Go structs behind the specs of pods and volumes, with their fields in order: data, for showing a spec as Go prints it.
//!
//! Models: pkg/apis/core/types.go, v1.36.
//! Simplified: the metadata of a claim template is left out.

use Type::{Bool, Embedded, IntOrString, List, Map, Number, Optional, Plain, Pointer, Quantity, Structs, Text};

/// What a field holds, which decides how it looks when it is empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Text,
    Number,
    Bool,
    /// A scalar that may be missing.
    Pointer,
    List,
    Map,
    Quantity,
    IntOrString,
    /// A struct, a struct that may be missing, a list of structs.
    Plain(&'static str),
    Optional(&'static str),
    Structs(&'static str),
    /// A struct whose fields are those of the whole. Its name in JSON is empty where they are so there too.
    Embedded(&'static str),
}

/// Go's name of a field, its name in JSON, and what it holds.
pub(super) type Field = (&'static str, &'static str, Type);

/// The structs, sorted by name.
pub(super) const STRUCTS: &[(&str, &[Field])] = &[
    ("AWSElasticBlockStoreVolumeSource", &[
        ("VolumeID", "volumeID", Text), ("FSType", "fsType", Text), ("Partition", "partition", Number),
        ("ReadOnly", "readOnly", Bool),
    ]),
    ("Affinity", &[
        ("NodeAffinity", "nodeAffinity", Optional("NodeAffinity")),
        ("PodAffinity", "podAffinity", Optional("PodAffinity")),
        ("PodAntiAffinity", "podAntiAffinity", Optional("PodAntiAffinity")),
    ]),
    ("AppArmorProfile", &[("Type", "type", Text), ("LocalhostProfile", "localhostProfile", Pointer)]),
    ("AzureDiskVolumeSource", &[
        ("DiskName", "diskName", Text), ("DataDiskURI", "diskURI", Text), ("CachingMode", "cachingMode", Pointer),
        ("FSType", "fsType", Pointer), ("ReadOnly", "readOnly", Pointer), ("Kind", "kind", Pointer),
    ]),
    ("AzureFilePersistentVolumeSource", &[
        ("SecretName", "secretName", Text), ("ShareName", "shareName", Text), ("ReadOnly", "readOnly", Bool),
        ("SecretNamespace", "secretNamespace", Pointer),
    ]),
    ("AzureFileVolumeSource", &[
        ("SecretName", "secretName", Text), ("ShareName", "shareName", Text), ("ReadOnly", "readOnly", Bool),
    ]),
    ("CELDeviceSelector", &[("Expression", "expression", Text)]),
    ("CSINodeDriver", &[
        ("Name", "name", Text), ("NodeID", "nodeID", Text), ("TopologyKeys", "topologyKeys", List),
        ("Allocatable", "allocatable", Pointer),
    ]),
    ("CSIPersistentVolumeSource", &[
        ("Driver", "driver", Text), ("VolumeHandle", "volumeHandle", Text), ("ReadOnly", "readOnly", Bool),
        ("FSType", "fsType", Text), ("VolumeAttributes", "volumeAttributes", Map),
        ("ControllerPublishSecretRef", "controllerPublishSecretRef", Optional("SecretReference")),
        ("NodeStageSecretRef", "nodeStageSecretRef", Optional("SecretReference")),
        ("NodePublishSecretRef", "nodePublishSecretRef", Optional("SecretReference")),
        ("ControllerExpandSecretRef", "controllerExpandSecretRef", Optional("SecretReference")),
        ("NodeExpandSecretRef", "nodeExpandSecretRef", Optional("SecretReference")),
    ]),
    ("CSIVolumeSource", &[
        ("Driver", "driver", Text), ("ReadOnly", "readOnly", Pointer), ("FSType", "fsType", Pointer),
        ("VolumeAttributes", "volumeAttributes", Map),
        ("NodePublishSecretRef", "nodePublishSecretRef", Optional("LocalObjectReference")),
    ]),
    ("Capabilities", &[("Add", "add", List), ("Drop", "drop", List)]),
    ("CapacityRequirements", &[("Requests", "requests", Map)]),
    ("CephFSPersistentVolumeSource", &[
        ("Monitors", "monitors", List), ("Path", "path", Text), ("User", "user", Text),
        ("SecretFile", "secretFile", Text), ("SecretRef", "secretRef", Optional("SecretReference")),
        ("ReadOnly", "readOnly", Bool),
    ]),
    ("CephFSVolumeSource", &[
        ("Monitors", "monitors", List), ("Path", "path", Text), ("User", "user", Text),
        ("SecretFile", "secretFile", Text), ("SecretRef", "secretRef", Optional("LocalObjectReference")),
        ("ReadOnly", "readOnly", Bool),
    ]),
    ("CinderPersistentVolumeSource", &[
        ("VolumeID", "volumeID", Text), ("FSType", "fsType", Text), ("ReadOnly", "readOnly", Bool),
        ("SecretRef", "secretRef", Optional("SecretReference")),
    ]),
    ("CinderVolumeSource", &[
        ("VolumeID", "volumeID", Text), ("FSType", "fsType", Text), ("ReadOnly", "readOnly", Bool),
        ("SecretRef", "secretRef", Optional("LocalObjectReference")),
    ]),
    ("ClusterTrustBundleProjection", &[
        ("Name", "name", Pointer), ("SignerName", "signerName", Pointer),
        ("LabelSelector", "labelSelector", Optional("LabelSelector")), ("Optional", "optional", Pointer),
        ("Path", "path", Text),
    ]),
    ("ConfigMapEnvSource", &[("Name", "name", Text), ("Optional", "optional", Pointer)]),
    ("ConfigMapKeySelector", &[("Name", "name", Text), ("Key", "key", Text), ("Optional", "optional", Pointer)]),
    ("ConfigMapProjection", &[
        ("Name", "name", Text), ("Items", "items", Structs("KeyToPath")), ("Optional", "optional", Pointer),
    ]),
    ("ConfigMapVolumeSource", &[
        ("Name", "name", Text), ("Items", "items", Structs("KeyToPath")), ("DefaultMode", "defaultMode", Pointer),
        ("Optional", "optional", Pointer),
    ]),
    ("Container", &[
        ("Name", "name", Text), ("Image", "image", Text), ("Command", "command", List), ("Args", "args", List),
        ("WorkingDir", "workingDir", Text), ("Ports", "ports", Structs("ContainerPort")),
        ("EnvFrom", "envFrom", Structs("EnvFromSource")), ("Env", "env", Structs("EnvVar")),
        ("Resources", "resources", Plain("ResourceRequirements")),
        ("ResizePolicy", "resizePolicy", Structs("ContainerResizePolicy")),
        ("RestartPolicy", "restartPolicy", Pointer),
        ("RestartPolicyRules", "restartPolicyRules", Structs("ContainerRestartRule")),
        ("VolumeMounts", "volumeMounts", Structs("VolumeMount")),
        ("VolumeDevices", "volumeDevices", Structs("VolumeDevice")),
        ("LivenessProbe", "livenessProbe", Optional("Probe")), ("ReadinessProbe", "readinessProbe", Optional("Probe")),
        ("StartupProbe", "startupProbe", Optional("Probe")), ("Lifecycle", "lifecycle", Optional("Lifecycle")),
        ("TerminationMessagePath", "terminationMessagePath", Text),
        ("TerminationMessagePolicy", "terminationMessagePolicy", Text), ("ImagePullPolicy", "imagePullPolicy", Text),
        ("SecurityContext", "securityContext", Optional("SecurityContext")), ("Stdin", "stdin", Bool),
        ("StdinOnce", "stdinOnce", Bool), ("TTY", "tty", Bool),
    ]),
    ("ContainerPort", &[
        ("Name", "name", Text), ("HostPort", "hostPort", Number), ("ContainerPort", "containerPort", Number),
        ("Protocol", "protocol", Text), ("HostIP", "hostIP", Text),
    ]),
    ("ContainerResizePolicy", &[("ResourceName", "resourceName", Text), ("RestartPolicy", "restartPolicy", Text)]),
    ("ContainerRestartRule", &[
        ("Action", "action", Text), ("ExitCodes", "exitCodes", Optional("ContainerRestartRuleOnExitCodes")),
    ]),
    ("ContainerRestartRuleOnExitCodes", &[("Operator", "operator", Text), ("Values", "values", List)]),
    ("DeviceAttribute", &[
        ("IntValue", "int", Pointer), ("BoolValue", "bool", Pointer), ("StringValue", "string", Pointer),
        ("VersionValue", "version", Pointer), ("IntValues", "ints", List), ("BoolValues", "bools", List),
        ("StringValues", "strings", List), ("VersionValues", "versions", List),
    ]),
    ("DeviceClaim", &[
        ("Requests", "requests", Structs("DeviceRequest")), ("Constraints", "constraints", Structs("DeviceConstraint")),
        ("Config", "config", Structs("DeviceClaimConfiguration")),
    ]),
    ("DeviceClaimConfiguration", &[("Requests", "requests", List), ("Opaque", "opaque", Optional("OpaqueDeviceConfiguration"))]),
    ("DeviceConstraint", &[
        ("Requests", "requests", List), ("MatchAttribute", "matchAttribute", Pointer), ("DistinctAttribute", "distinctAttribute", Pointer),
    ]),
    ("DeviceRequest", &[
        ("Name", "name", Text), ("Exactly", "exactly", Optional("ExactDeviceRequest")), ("FirstAvailable", "firstAvailable", Structs("DeviceSubRequest")),
    ]),
    ("DeviceSelector", &[("CEL", "cel", Optional("CELDeviceSelector"))]),
    ("DeviceSubRequest", &[
        ("Name", "name", Text), ("DeviceClassName", "deviceClassName", Text), ("Selectors", "selectors", Structs("DeviceSelector")),
        ("AllocationMode", "allocationMode", Text), ("Count", "count", Number), ("Tolerations", "tolerations", Structs("DeviceToleration")),
        ("Capacity", "capacity", Optional("CapacityRequirements")),
    ]),
    ("DeviceToleration", &[
        ("Key", "key", Text), ("Operator", "operator", Text), ("Value", "value", Text), ("Effect", "effect", Text),
        ("TolerationSeconds", "tolerationSeconds", Pointer),
    ]),
    ("DownwardAPIProjection", &[("Items", "items", Structs("DownwardAPIVolumeFile"))]),
    ("DownwardAPIVolumeFile", &[
        ("Path", "path", Text), ("FieldRef", "fieldRef", Optional("ObjectFieldSelector")),
        ("ResourceFieldRef", "resourceFieldRef", Optional("ResourceFieldSelector")), ("Mode", "mode", Pointer),
    ]),
    ("DownwardAPIVolumeSource", &[
        ("Items", "items", Structs("DownwardAPIVolumeFile")), ("DefaultMode", "defaultMode", Pointer),
    ]),
    ("EmptyDirVolumeSource", &[("Medium", "medium", Text), ("SizeLimit", "sizeLimit", Pointer)]),
    ("EnvFromSource", &[
        ("Prefix", "prefix", Text), ("ConfigMapRef", "configMapRef", Optional("ConfigMapEnvSource")),
        ("SecretRef", "secretRef", Optional("SecretEnvSource")),
    ]),
    ("EnvVar", &[
        ("Name", "name", Text), ("Value", "value", Text), ("ValueFrom", "valueFrom", Optional("EnvVarSource")),
    ]),
    ("EnvVarSource", &[
        ("FieldRef", "fieldRef", Optional("ObjectFieldSelector")),
        ("ResourceFieldRef", "resourceFieldRef", Optional("ResourceFieldSelector")),
        ("ConfigMapKeyRef", "configMapKeyRef", Optional("ConfigMapKeySelector")),
        ("SecretKeyRef", "secretKeyRef", Optional("SecretKeySelector")),
        ("FileKeyRef", "fileKeyRef", Optional("FileKeySelector")),
    ]),
    ("EphemeralContainer", &[
        ("Name", "name", Text), ("Image", "image", Text), ("Command", "command", List), ("Args", "args", List),
        ("WorkingDir", "workingDir", Text), ("Ports", "ports", Structs("ContainerPort")),
        ("EnvFrom", "envFrom", Structs("EnvFromSource")), ("Env", "env", Structs("EnvVar")),
        ("Resources", "resources", Plain("ResourceRequirements")),
        ("ResizePolicy", "resizePolicy", Structs("ContainerResizePolicy")),
        ("RestartPolicy", "restartPolicy", Pointer),
        ("RestartPolicyRules", "restartPolicyRules", Structs("ContainerRestartRule")),
        ("VolumeMounts", "volumeMounts", Structs("VolumeMount")),
        ("VolumeDevices", "volumeDevices", Structs("VolumeDevice")),
        ("LivenessProbe", "livenessProbe", Optional("Probe")), ("ReadinessProbe", "readinessProbe", Optional("Probe")),
        ("StartupProbe", "startupProbe", Optional("Probe")), ("Lifecycle", "lifecycle", Optional("Lifecycle")),
        ("TerminationMessagePath", "terminationMessagePath", Text),
        ("TerminationMessagePolicy", "terminationMessagePolicy", Text), ("ImagePullPolicy", "imagePullPolicy", Text),
        ("SecurityContext", "securityContext", Optional("SecurityContext")), ("Stdin", "stdin", Bool),
        ("StdinOnce", "stdinOnce", Bool), ("TTY", "tty", Bool), ("TargetContainerName", "targetContainerName", Text),
    ]),
    ("EphemeralVolumeSource", &[
        ("VolumeClaimTemplate", "volumeClaimTemplate", Optional("PersistentVolumeClaimTemplate")),
    ]),
    ("EventSource", &[("Component", "component", Text), ("Host", "host", Text)]),
    ("ExactDeviceRequest", &[
        ("DeviceClassName", "deviceClassName", Text), ("Selectors", "selectors", Structs("DeviceSelector")),
        ("AllocationMode", "allocationMode", Text), ("Count", "count", Number), ("AdminAccess", "adminAccess", Pointer),
        ("Tolerations", "tolerations", Structs("DeviceToleration")), ("Capacity", "capacity", Optional("CapacityRequirements")),
    ]),
    ("ExecAction", &[("Command", "command", List)]),
    ("FCVolumeSource", &[
        ("TargetWWNs", "targetWWNs", List), ("Lun", "lun", Pointer), ("FSType", "fsType", Text),
        ("ReadOnly", "readOnly", Bool), ("WWIDs", "wwids", List),
    ]),
    ("FileKeySelector", &[
        ("VolumeName", "volumeName", Text), ("Path", "path", Text), ("Key", "key", Text),
        ("Optional", "optional", Pointer),
    ]),
    ("FlexPersistentVolumeSource", &[
        ("Driver", "driver", Text), ("FSType", "fsType", Text),
        ("SecretRef", "secretRef", Optional("SecretReference")), ("ReadOnly", "readOnly", Bool),
        ("Options", "options", Map),
    ]),
    ("FlexVolumeSource", &[
        ("Driver", "driver", Text), ("FSType", "fsType", Text),
        ("SecretRef", "secretRef", Optional("LocalObjectReference")), ("ReadOnly", "readOnly", Bool),
        ("Options", "options", Map),
    ]),
    ("FlockerVolumeSource", &[("DatasetName", "datasetName", Text), ("DatasetUUID", "datasetUUID", Text)]),
    ("GCEPersistentDiskVolumeSource", &[
        ("PDName", "pdName", Text), ("FSType", "fsType", Text), ("Partition", "partition", Number),
        ("ReadOnly", "readOnly", Bool),
    ]),
    ("GRPCAction", &[("Port", "port", Number), ("Service", "service", Pointer)]),
    ("GitRepoVolumeSource", &[
        ("Repository", "repository", Text), ("Revision", "revision", Text), ("Directory", "directory", Text),
    ]),
    ("GlusterfsPersistentVolumeSource", &[
        ("EndpointsName", "endpoints", Text), ("Path", "path", Text), ("ReadOnly", "readOnly", Bool),
        ("EndpointsNamespace", "endpointsNamespace", Pointer),
    ]),
    ("GlusterfsVolumeSource", &[
        ("EndpointsName", "endpoints", Text), ("Path", "path", Text), ("ReadOnly", "readOnly", Bool),
    ]),
    ("HTTPGetAction", &[
        ("Path", "path", Text), ("Port", "port", IntOrString), ("Host", "host", Text), ("Scheme", "scheme", Text),
        ("HTTPHeaders", "httpHeaders", Structs("HTTPHeader")),
    ]),
    ("HTTPHeader", &[("Name", "name", Text), ("Value", "value", Text)]),
    ("HostAlias", &[("IP", "ip", Text), ("Hostnames", "hostnames", List)]),
    ("HostPathVolumeSource", &[("Path", "path", Text), ("Type", "type", Pointer)]),
    ("ISCSIPersistentVolumeSource", &[
        ("TargetPortal", "targetPortal", Text), ("IQN", "iqn", Text), ("Lun", "lun", Number),
        ("ISCSIInterface", "iscsiInterface", Text), ("FSType", "fsType", Text), ("ReadOnly", "readOnly", Bool),
        ("Portals", "portals", List), ("DiscoveryCHAPAuth", "chapAuthDiscovery", Bool),
        ("SessionCHAPAuth", "chapAuthSession", Bool), ("SecretRef", "secretRef", Optional("SecretReference")),
        ("InitiatorName", "initiatorName", Pointer),
    ]),
    ("ISCSIVolumeSource", &[
        ("TargetPortal", "targetPortal", Text), ("IQN", "iqn", Text), ("Lun", "lun", Number),
        ("ISCSIInterface", "iscsiInterface", Text), ("FSType", "fsType", Text), ("ReadOnly", "readOnly", Bool),
        ("Portals", "portals", List), ("DiscoveryCHAPAuth", "chapAuthDiscovery", Bool),
        ("SessionCHAPAuth", "chapAuthSession", Bool), ("SecretRef", "secretRef", Optional("LocalObjectReference")),
        ("InitiatorName", "initiatorName", Pointer),
    ]),
    ("ImageVolumeSource", &[("Reference", "reference", Text), ("PullPolicy", "pullPolicy", Text)]),
    ("KeyToPath", &[("Key", "key", Text), ("Path", "path", Text), ("Mode", "mode", Pointer)]),
    ("LabelSelector", &[
        ("matchLabels", "matchLabels", Map),
        ("matchExpressions", "matchExpressions", Structs("LabelSelectorRequirement")),
    ]),
    ("LabelSelectorRequirement", &[
        ("key", "key", Text), ("operator", "operator", Text), ("values", "values", List),
    ]),
    ("Lifecycle", &[
        ("PostStart", "postStart", Optional("LifecycleHandler")), ("PreStop", "preStop", Optional("LifecycleHandler")),
        ("StopSignal", "stopSignal", Pointer),
    ]),
    ("LifecycleHandler", &[
        ("Exec", "exec", Optional("ExecAction")), ("HTTPGet", "httpGet", Optional("HTTPGetAction")),
        ("TCPSocket", "tcpSocket", Optional("TCPSocketAction")), ("Sleep", "sleep", Optional("SleepAction")),
    ]),
    ("LocalObjectReference", &[("Name", "name", Text)]),
    ("LocalVolumeSource", &[
        ("Path", "path", Text), ("FSType", "fsType", Pointer),
    ]),
    ("NFSVolumeSource", &[("Server", "server", Text), ("Path", "path", Text), ("ReadOnly", "readOnly", Bool)]),
    ("NodeAffinity", &[

        ("RequiredDuringSchedulingIgnoredDuringExecution", "requiredDuringSchedulingIgnoredDuringExecution", Optional("NodeSelector")),
        ("PreferredDuringSchedulingIgnoredDuringExecution", "preferredDuringSchedulingIgnoredDuringExecution", Structs("PreferredSchedulingTerm")),
    ]),
    ("NodeSelector", &[("NodeSelectorTerms", "nodeSelectorTerms", Structs("NodeSelectorTerm"))]),
    ("NodeSelectorRequirement", &[("Key", "key", Text), ("Operator", "operator", Text), ("Values", "values", List)]),
    ("NodeSelectorTerm", &[
        ("MatchExpressions", "matchExpressions", Structs("NodeSelectorRequirement")),
        ("MatchFields", "matchFields", Structs("NodeSelectorRequirement")),
    ]),
    ("ObjectFieldSelector", &[("APIVersion", "apiVersion", Text), ("FieldPath", "fieldPath", Text)]),
    ("ObjectMeta", &[
        ("name", "name", Pointer), ("generateName", "generateName", Pointer), ("namespace", "namespace", Pointer),
        ("selfLink", "selfLink", Pointer), ("uid", "uid", Pointer), ("resourceVersion", "resourceVersion", Pointer),
        ("generation", "generation", Pointer), ("creationTimestamp", "creationTimestamp", Pointer),
        ("deletionTimestamp", "deletionTimestamp", Pointer),
        ("deletionGracePeriodSeconds", "deletionGracePeriodSeconds", Pointer), ("labels", "labels", Map),
        ("annotations", "annotations", Map), ("ownerReferences", "ownerReferences", List),
        ("finalizers", "finalizers", List), ("managedFields", "managedFields", List),
    ]),
    ("ObjectReference", &[
        ("Kind", "kind", Text), ("Namespace", "namespace", Text), ("Name", "name", Text), ("UID", "uid", Text),
        ("APIVersion", "apiVersion", Text), ("ResourceVersion", "resourceVersion", Text),
        ("FieldPath", "fieldPath", Text),
    ]),
    ("OpaqueDeviceConfiguration", &[("Driver", "driver", Text), ("Parameters", "parameters", Pointer)]),
    ("PersistentVolumeClaimSpec", &[
        ("AccessModes", "accessModes", List), ("Selector", "selector", Optional("LabelSelector")),
        ("Resources", "resources", Plain("VolumeResourceRequirements")), ("VolumeName", "volumeName", Text),
        ("StorageClassName", "storageClassName", Pointer), ("VolumeMode", "volumeMode", Pointer),
        ("DataSource", "dataSource", Optional("TypedLocalObjectReference")),
        ("DataSourceRef", "dataSourceRef", Optional("TypedObjectReference")),
        ("VolumeAttributesClassName", "volumeAttributesClassName", Pointer),
    ]),
    ("PersistentVolumeClaimTemplate", &[("Spec", "spec", Plain("PersistentVolumeClaimSpec"))]),
    ("PersistentVolumeClaimVolumeSource", &[("ClaimName", "claimName", Text), ("ReadOnly", "readOnly", Bool)]),
    ("PersistentVolumeSource", &[
        ("GCEPersistentDisk", "gcePersistentDisk", Optional("GCEPersistentDiskVolumeSource")),
        ("AWSElasticBlockStore", "awsElasticBlockStore", Optional("AWSElasticBlockStoreVolumeSource")),
        ("HostPath", "hostPath", Optional("HostPathVolumeSource")),
        ("Glusterfs", "glusterfs", Optional("GlusterfsPersistentVolumeSource")),
        ("NFS", "nfs", Optional("NFSVolumeSource")), ("RBD", "rbd", Optional("RBDPersistentVolumeSource")),
        ("Quobyte", "quobyte", Optional("QuobyteVolumeSource")),
        ("ISCSI", "iscsi", Optional("ISCSIPersistentVolumeSource")),
        ("FlexVolume", "flexVolume", Optional("FlexPersistentVolumeSource")),
        ("Cinder", "cinder", Optional("CinderPersistentVolumeSource")),
        ("CephFS", "cephfs", Optional("CephFSPersistentVolumeSource")), ("FC", "fc", Optional("FCVolumeSource")),
        ("Flocker", "flocker", Optional("FlockerVolumeSource")),
        ("AzureFile", "azureFile", Optional("AzureFilePersistentVolumeSource")),
        ("VsphereVolume", "vsphereVolume", Optional("VsphereVirtualDiskVolumeSource")),
        ("AzureDisk", "azureDisk", Optional("AzureDiskVolumeSource")),
        ("PhotonPersistentDisk", "photonPersistentDisk", Optional("PhotonPersistentDiskVolumeSource")),
        ("PortworxVolume", "portworxVolume", Optional("PortworxVolumeSource")),
        ("ScaleIO", "scaleIO", Optional("ScaleIOPersistentVolumeSource")),
        ("Local", "local", Optional("LocalVolumeSource")),
        ("StorageOS", "storageos", Optional("StorageOSPersistentVolumeSource")),
        ("CSI", "csi", Optional("CSIPersistentVolumeSource")),
    ]),
    ("PersistentVolumeSpec", &[
        ("Capacity", "capacity", Map), ("PersistentVolumeSource", "", Embedded("PersistentVolumeSource")),
        ("AccessModes", "accessModes", List), ("ClaimRef", "claimRef", Optional("ObjectReference")),
        ("PersistentVolumeReclaimPolicy", "persistentVolumeReclaimPolicy", Text),
        ("StorageClassName", "storageClassName", Text), ("MountOptions", "mountOptions", List),
        ("VolumeMode", "volumeMode", Pointer), ("NodeAffinity", "nodeAffinity", Optional("VolumeNodeAffinity")),
        ("VolumeAttributesClassName", "volumeAttributesClassName", Pointer),
    ]),
    ("PhotonPersistentDiskVolumeSource", &[("PdID", "pdID", Text), ("FSType", "fsType", Text)]),
    ("PodAffinity", &[

        ("RequiredDuringSchedulingIgnoredDuringExecution", "requiredDuringSchedulingIgnoredDuringExecution", Structs("PodAffinityTerm")),
        ("PreferredDuringSchedulingIgnoredDuringExecution", "preferredDuringSchedulingIgnoredDuringExecution", Structs("WeightedPodAffinityTerm")),
    ]),
    ("PodAffinityTerm", &[
        ("LabelSelector", "labelSelector", Optional("LabelSelector")), ("Namespaces", "namespaces", List),
        ("TopologyKey", "topologyKey", Text), ("NamespaceSelector", "namespaceSelector", Optional("LabelSelector")),
        ("MatchLabelKeys", "matchLabelKeys", List), ("MismatchLabelKeys", "mismatchLabelKeys", List),
    ]),
    ("PodAntiAffinity", &[

        ("RequiredDuringSchedulingIgnoredDuringExecution", "requiredDuringSchedulingIgnoredDuringExecution", Structs("PodAffinityTerm")),
        ("PreferredDuringSchedulingIgnoredDuringExecution", "preferredDuringSchedulingIgnoredDuringExecution", Structs("WeightedPodAffinityTerm")),
    ]),
    ("PodCertificateProjection", &[
        ("SignerName", "signerName", Text), ("KeyType", "keyType", Text),
        ("MaxExpirationSeconds", "maxExpirationSeconds", Pointer),
        ("CredentialBundlePath", "credentialBundlePath", Text), ("KeyPath", "keyPath", Text),
        ("CertificateChainPath", "certificateChainPath", Text), ("UserAnnotations", "userAnnotations", Map),
    ]),
    ("PodDNSConfig", &[
        ("Nameservers", "nameservers", List), ("Searches", "searches", List),
        ("Options", "options", Structs("PodDNSConfigOption")),
    ]),
    ("PodDNSConfigOption", &[("Name", "name", Text), ("Value", "value", Pointer)]),
    ("PodDisruptionBudgetSpec", &[
        ("MinAvailable", "minAvailable", Pointer), ("Selector", "selector", Optional("LabelSelector")),
        ("MaxUnavailable", "maxUnavailable", Pointer),
        ("UnhealthyPodEvictionPolicy", "unhealthyPodEvictionPolicy", Pointer),
    ]),
    ("PodFailurePolicy", &[("Rules", "rules", Structs("PodFailurePolicyRule"))]),
    ("PodFailurePolicyOnExitCodesRequirement", &[
        ("ContainerName", "containerName", Pointer), ("Operator", "operator", Text), ("Values", "values", List),
    ]),
    ("PodFailurePolicyOnPodConditionsPattern", &[("Type", "type", Text), ("Status", "status", Text)]),
    ("PodFailurePolicyRule", &[
        ("Action", "action", Text),
        ("OnExitCodes", "onExitCodes", Optional("PodFailurePolicyOnExitCodesRequirement")),
        ("OnPodConditions", "onPodConditions", Structs("PodFailurePolicyOnPodConditionsPattern")),
    ]),
    ("PodOS", &[("Name", "name", Text)]),
    ("PodReadinessGate", &[("ConditionType", "conditionType", Text)]),
    ("PodResourceClaim", &[
        ("Name", "name", Text), ("ResourceClaimName", "resourceClaimName", Pointer),
        ("ResourceClaimTemplateName", "resourceClaimTemplateName", Pointer),
    ]),
    ("PodSchedulingGate", &[("Name", "name", Text)]),
    ("PodSchedulingGroup", &[("PodGroupName", "podGroupName", Pointer)]),
    ("PodSecurityContext", &[
        ("HostNetwork", "hostNetwork", Bool), ("HostPID", "hostPID", Bool), ("HostIPC", "hostIPC", Bool),
        ("ShareProcessNamespace", "shareProcessNamespace", Pointer), ("HostUsers", "hostUsers", Pointer),
        ("SELinuxOptions", "seLinuxOptions", Optional("SELinuxOptions")),
        ("WindowsOptions", "windowsOptions", Optional("WindowsSecurityContextOptions")),
        ("RunAsUser", "runAsUser", Pointer), ("RunAsGroup", "runAsGroup", Pointer),
        ("RunAsNonRoot", "runAsNonRoot", Pointer), ("SupplementalGroups", "supplementalGroups", List),
        ("SupplementalGroupsPolicy", "supplementalGroupsPolicy", Pointer), ("FSGroup", "fsGroup", Pointer),
        ("FSGroupChangePolicy", "fsGroupChangePolicy", Pointer), ("Sysctls", "sysctls", Structs("Sysctl")),
        ("SeccompProfile", "seccompProfile", Optional("SeccompProfile")),
        ("AppArmorProfile", "appArmorProfile", Optional("AppArmorProfile")),
        ("SELinuxChangePolicy", "seLinuxChangePolicy", Pointer),
    ]),
    ("PodSpec", &[
        ("Volumes", "volumes", Structs("Volume")), ("InitContainers", "initContainers", Structs("Container")),
        ("Containers", "containers", Structs("Container")),
        ("EphemeralContainers", "ephemeralContainers", Structs("EphemeralContainer")),
        ("RestartPolicy", "restartPolicy", Text),
        ("TerminationGracePeriodSeconds", "terminationGracePeriodSeconds", Pointer),
        ("ActiveDeadlineSeconds", "activeDeadlineSeconds", Pointer), ("DNSPolicy", "dnsPolicy", Text),
        ("NodeSelector", "nodeSelector", Map), ("ServiceAccountName", "serviceAccountName", Text),
        ("AutomountServiceAccountToken", "automountServiceAccountToken", Pointer), ("NodeName", "nodeName", Text),
        ("SecurityContext", "securityContext", Optional("PodSecurityContext")),
        ("ImagePullSecrets", "imagePullSecrets", Structs("LocalObjectReference")), ("Hostname", "hostname", Text),
        ("Subdomain", "subdomain", Text), ("SetHostnameAsFQDN", "setHostnameAsFQDN", Pointer),
        ("Affinity", "affinity", Optional("Affinity")), ("SchedulerName", "schedulerName", Text),
        ("Tolerations", "tolerations", Structs("Toleration")), ("HostAliases", "hostAliases", Structs("HostAlias")),
        ("PriorityClassName", "priorityClassName", Text), ("Priority", "priority", Pointer),
        ("PreemptionPolicy", "preemptionPolicy", Pointer), ("DNSConfig", "dnsConfig", Optional("PodDNSConfig")),
        ("ReadinessGates", "readinessGates", Structs("PodReadinessGate")),
        ("RuntimeClassName", "runtimeClassName", Pointer), ("Overhead", "overhead", Map),
        ("EnableServiceLinks", "enableServiceLinks", Pointer),
        ("TopologySpreadConstraints", "topologySpreadConstraints", Structs("TopologySpreadConstraint")),
        ("OS", "os", Optional("PodOS")), ("SchedulingGates", "schedulingGates", Structs("PodSchedulingGate")),
        ("ResourceClaims", "resourceClaims", Structs("PodResourceClaim")),
        ("Resources", "resources", Optional("ResourceRequirements")),
        ("HostnameOverride", "hostnameOverride", Pointer),
        ("SchedulingGroup", "schedulingGroup", Optional("PodSchedulingGroup")),
    ]),
    ("PodTemplateSpec", &[("ObjectMeta", "metadata", Embedded("ObjectMeta")), ("Spec", "spec", Plain("PodSpec"))]),
    ("PortworxVolumeSource", &[
        ("VolumeID", "volumeID", Text), ("FSType", "fsType", Text), ("ReadOnly", "readOnly", Bool),
    ]),
    ("PreferredSchedulingTerm", &[
        ("Weight", "weight", Number), ("Preference", "preference", Plain("NodeSelectorTerm")),
    ]),
    ("Probe", &[
        ("Exec", "exec", Optional("ExecAction")), ("HTTPGet", "httpGet", Optional("HTTPGetAction")),
        ("TCPSocket", "tcpSocket", Optional("TCPSocketAction")), ("GRPC", "grpc", Optional("GRPCAction")),
        ("InitialDelaySeconds", "initialDelaySeconds", Number), ("TimeoutSeconds", "timeoutSeconds", Number),
        ("PeriodSeconds", "periodSeconds", Number), ("SuccessThreshold", "successThreshold", Number),
        ("FailureThreshold", "failureThreshold", Number),
        ("TerminationGracePeriodSeconds", "terminationGracePeriodSeconds", Pointer),
    ]),
    ("ProjectedVolumeSource", &[
        ("Sources", "sources", Structs("VolumeProjection")), ("DefaultMode", "defaultMode", Pointer),
    ]),
    ("QuobyteVolumeSource", &[
        ("Registry", "registry", Text), ("Volume", "volume", Text), ("ReadOnly", "readOnly", Bool),
        ("User", "user", Text), ("Group", "group", Text), ("Tenant", "tenant", Text),
    ]),
    ("RBDPersistentVolumeSource", &[
        ("CephMonitors", "monitors", List), ("RBDImage", "image", Text), ("FSType", "fsType", Text),
        ("RBDPool", "pool", Text), ("RadosUser", "user", Text), ("Keyring", "keyring", Text),
        ("SecretRef", "secretRef", Optional("SecretReference")), ("ReadOnly", "readOnly", Bool),
    ]),
    ("RBDVolumeSource", &[
        ("CephMonitors", "monitors", List), ("RBDImage", "image", Text), ("FSType", "fsType", Text),
        ("RBDPool", "pool", Text), ("RadosUser", "user", Text), ("Keyring", "keyring", Text),
        ("SecretRef", "secretRef", Optional("LocalObjectReference")), ("ReadOnly", "readOnly", Bool),
    ]),
    ("ResourceClaim", &[("Name", "name", Text), ("Request", "request", Text)]),
    ("ResourceClaimSpec", &[("Devices", "devices", Plain("DeviceClaim"))]),
    ("ResourceClaimTemplateSpec", &[
        ("ObjectMeta", "metadata", Embedded("ObjectMeta")), ("Spec", "spec", Plain("ResourceClaimSpec")),
    ]),
    ("ResourceFieldSelector", &[
        ("ContainerName", "containerName", Text), ("Resource", "resource", Text), ("Divisor", "divisor", Quantity),
    ]),
    ("ResourceRequirements", &[
        ("Limits", "limits", Map), ("Requests", "requests", Map), ("Claims", "claims", Structs("ResourceClaim")),
    ]),
    ("SELinuxOptions", &[
        ("User", "user", Text), ("Role", "role", Text), ("Type", "type", Text), ("Level", "level", Text),
    ]),
    ("ScaleIOPersistentVolumeSource", &[
        ("Gateway", "gateway", Text), ("System", "system", Text),
        ("SecretRef", "secretRef", Optional("SecretReference")), ("SSLEnabled", "sslEnabled", Bool),
        ("ProtectionDomain", "protectionDomain", Text), ("StoragePool", "storagePool", Text),
        ("StorageMode", "storageMode", Text), ("VolumeName", "volumeName", Text), ("FSType", "fsType", Text),
        ("ReadOnly", "readOnly", Bool),
    ]),
    ("ScaleIOVolumeSource", &[
        ("Gateway", "gateway", Text), ("System", "system", Text),
        ("SecretRef", "secretRef", Optional("LocalObjectReference")), ("SSLEnabled", "sslEnabled", Bool),
        ("ProtectionDomain", "protectionDomain", Text), ("StoragePool", "storagePool", Text),
        ("StorageMode", "storageMode", Text), ("VolumeName", "volumeName", Text), ("FSType", "fsType", Text),
        ("ReadOnly", "readOnly", Bool),
    ]),
    ("ScopeSelector", &[
        ("MatchExpressions", "matchExpressions", Structs("ScopedResourceSelectorRequirement")),
    ]),
    ("ScopedResourceSelectorRequirement", &[
        ("ScopeName", "scopeName", Text), ("Operator", "operator", Text), ("Values", "values", List),
    ]),
    ("SeccompProfile", &[("Type", "type", Text), ("LocalhostProfile", "localhostProfile", Pointer)]),
    ("SecretEnvSource", &[("Name", "name", Text), ("Optional", "optional", Pointer)]),
    ("SecretKeySelector", &[("Name", "name", Text), ("Key", "key", Text), ("Optional", "optional", Pointer)]),
    ("SecretProjection", &[
        ("Name", "name", Text), ("Items", "items", Structs("KeyToPath")), ("Optional", "optional", Pointer),
    ]),
    ("SecretReference", &[
        ("Name", "name", Text), ("Namespace", "namespace", Text),
    ]),
    ("SecretVolumeSource", &[
        ("SecretName", "secretName", Text), ("Items", "items", Structs("KeyToPath")),
        ("DefaultMode", "defaultMode", Pointer), ("Optional", "optional", Pointer),
    ]),
    ("SecurityContext", &[
        ("Capabilities", "capabilities", Optional("Capabilities")), ("Privileged", "privileged", Pointer),
        ("SELinuxOptions", "seLinuxOptions", Optional("SELinuxOptions")),
        ("WindowsOptions", "windowsOptions", Optional("WindowsSecurityContextOptions")),
        ("RunAsUser", "runAsUser", Pointer), ("RunAsGroup", "runAsGroup", Pointer),
        ("RunAsNonRoot", "runAsNonRoot", Pointer), ("ReadOnlyRootFilesystem", "readOnlyRootFilesystem", Pointer),
        ("AllowPrivilegeEscalation", "allowPrivilegeEscalation", Pointer), ("ProcMount", "procMount", Pointer),
        ("SeccompProfile", "seccompProfile", Optional("SeccompProfile")),
        ("AppArmorProfile", "appArmorProfile", Optional("AppArmorProfile")),
    ]),
    ("ServiceAccountTokenProjection", &[
        ("Audience", "audience", Text), ("ExpirationSeconds", "expirationSeconds", Number), ("Path", "path", Text),
    ]),
    ("SleepAction", &[("Seconds", "seconds", Number)]),
    ("StorageOSPersistentVolumeSource", &[
        ("VolumeName", "volumeName", Text), ("VolumeNamespace", "volumeNamespace", Text), ("FSType", "fsType", Text),
        ("ReadOnly", "readOnly", Bool), ("SecretRef", "secretRef", Optional("ObjectReference")),
    ]),
    ("StorageOSVolumeSource", &[
        ("VolumeName", "volumeName", Text), ("VolumeNamespace", "volumeNamespace", Text), ("FSType", "fsType", Text),
        ("ReadOnly", "readOnly", Bool), ("SecretRef", "secretRef", Optional("LocalObjectReference")),
    ]),
    ("SuccessPolicy", &[("Rules", "rules", Structs("SuccessPolicyRule"))]),
    ("SuccessPolicyRule", &[
        ("SucceededIndexes", "succeededIndexes", Pointer), ("SucceededCount", "succeededCount", Pointer),
    ]),
    ("Sysctl", &[("Name", "name", Text), ("Value", "value", Text)]),
    ("TCPSocketAction", &[("Port", "port", IntOrString), ("Host", "host", Text)]),
    ("Toleration", &[
        ("Key", "key", Text), ("Operator", "operator", Text), ("Value", "value", Text), ("Effect", "effect", Text),
        ("TolerationSeconds", "tolerationSeconds", Pointer),
    ]),
    ("TopologySpreadConstraint", &[
        ("MaxSkew", "maxSkew", Number), ("TopologyKey", "topologyKey", Text),
        ("WhenUnsatisfiable", "whenUnsatisfiable", Text),
        ("LabelSelector", "labelSelector", Optional("LabelSelector")), ("MinDomains", "minDomains", Pointer),
        ("NodeAffinityPolicy", "nodeAffinityPolicy", Pointer), ("NodeTaintsPolicy", "nodeTaintsPolicy", Pointer),
        ("MatchLabelKeys", "matchLabelKeys", List),
    ]),
    ("TypedLocalObjectReference", &[
        ("APIGroup", "apiGroup", Pointer), ("Kind", "kind", Text), ("Name", "name", Text),
    ]),
    ("TypedObjectReference", &[
        ("APIGroup", "apiGroup", Pointer), ("Kind", "kind", Text), ("Name", "name", Text),
        ("Namespace", "namespace", Pointer),
    ]),
    ("UncountedTerminatedPods", &[("Succeeded", "succeeded", List), ("Failed", "failed", List)]),
    ("Volume", &[
        ("Name", "name", Text), ("HostPath", "hostPath", Optional("HostPathVolumeSource")),
        ("EmptyDir", "emptyDir", Optional("EmptyDirVolumeSource")),
        ("GCEPersistentDisk", "gcePersistentDisk", Optional("GCEPersistentDiskVolumeSource")),
        ("AWSElasticBlockStore", "awsElasticBlockStore", Optional("AWSElasticBlockStoreVolumeSource")),
        ("GitRepo", "gitRepo", Optional("GitRepoVolumeSource")), ("Secret", "secret", Optional("SecretVolumeSource")),
        ("NFS", "nfs", Optional("NFSVolumeSource")), ("ISCSI", "iscsi", Optional("ISCSIVolumeSource")),
        ("Glusterfs", "glusterfs", Optional("GlusterfsVolumeSource")),
        ("PersistentVolumeClaim", "persistentVolumeClaim", Optional("PersistentVolumeClaimVolumeSource")),
        ("RBD", "rbd", Optional("RBDVolumeSource")), ("Quobyte", "quobyte", Optional("QuobyteVolumeSource")),
        ("FlexVolume", "flexVolume", Optional("FlexVolumeSource")),
        ("Cinder", "cinder", Optional("CinderVolumeSource")), ("CephFS", "cephfs", Optional("CephFSVolumeSource")),
        ("Flocker", "flocker", Optional("FlockerVolumeSource")),
        ("DownwardAPI", "downwardAPI", Optional("DownwardAPIVolumeSource")), ("FC", "fc", Optional("FCVolumeSource")),
        ("AzureFile", "azureFile", Optional("AzureFileVolumeSource")),
        ("ConfigMap", "configMap", Optional("ConfigMapVolumeSource")),
        ("VsphereVolume", "vsphereVolume", Optional("VsphereVirtualDiskVolumeSource")),
        ("AzureDisk", "azureDisk", Optional("AzureDiskVolumeSource")),
        ("PhotonPersistentDisk", "photonPersistentDisk", Optional("PhotonPersistentDiskVolumeSource")),
        ("Projected", "projected", Optional("ProjectedVolumeSource")),
        ("PortworxVolume", "portworxVolume", Optional("PortworxVolumeSource")),
        ("ScaleIO", "scaleIO", Optional("ScaleIOVolumeSource")),
        ("StorageOS", "storageos", Optional("StorageOSVolumeSource")), ("CSI", "csi", Optional("CSIVolumeSource")),
        ("Ephemeral", "ephemeral", Optional("EphemeralVolumeSource")),
        ("Image", "image", Optional("ImageVolumeSource")),
    ]),
    ("VolumeAttachmentSource", &[
        ("PersistentVolumeName", "persistentVolumeName", Pointer),
        ("InlineVolumeSpec", "inlineVolumeSpec", Optional("PersistentVolumeSpec")),
    ]),
    ("VolumeAttachmentSpec", &[
        ("Attacher", "attacher", Text), ("Source", "source", Plain("VolumeAttachmentSource")), ("NodeName", "nodeName", Text),
    ]),
    ("VolumeDevice", &[("Name", "name", Text), ("DevicePath", "devicePath", Text)]),
    ("VolumeMount", &[
        ("Name", "name", Text), ("ReadOnly", "readOnly", Bool), ("RecursiveReadOnly", "recursiveReadOnly", Pointer),
        ("MountPath", "mountPath", Text), ("SubPath", "subPath", Text),
        ("MountPropagation", "mountPropagation", Pointer), ("SubPathExpr", "subPathExpr", Text),
    ]),
    ("VolumeNodeAffinity", &[("Required", "required", Optional("NodeSelector"))]),
    ("VolumeProjection", &[
        ("Secret", "secret", Optional("SecretProjection")),
        ("DownwardAPI", "downwardAPI", Optional("DownwardAPIProjection")),
        ("ConfigMap", "configMap", Optional("ConfigMapProjection")),
        ("ServiceAccountToken", "serviceAccountToken", Optional("ServiceAccountTokenProjection")),
        ("ClusterTrustBundle", "clusterTrustBundle", Optional("ClusterTrustBundleProjection")),
        ("PodCertificate", "podCertificate", Optional("PodCertificateProjection")),
    ]),
    ("VolumeResourceRequirements", &[("Limits", "limits", Map), ("Requests", "requests", Map)]),
    ("VsphereVirtualDiskVolumeSource", &[
        ("VolumePath", "volumePath", Text), ("FSType", "fsType", Text),
        ("StoragePolicyName", "storagePolicyName", Text), ("StoragePolicyID", "storagePolicyID", Text),
    ]),
    ("WeightedPodAffinityTerm", &[
        ("Weight", "weight", Number), ("PodAffinityTerm", "podAffinityTerm", Plain("PodAffinityTerm")),
    ]),
    ("WindowsSecurityContextOptions", &[
        ("GMSACredentialSpecName", "gmsaCredentialSpecName", Pointer),
        ("GMSACredentialSpec", "gmsaCredentialSpec", Pointer), ("RunAsUserName", "runAsUserName", Pointer),
        ("HostProcess", "hostProcess", Pointer),
    ]),
];
