//! Where the bytes of a volume are, for volumes of pods and for PersistentVolumes: one line of a table for each kind.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/describe/describe.go (print…VolumeSource), v1.36.
//! Simplified: nothing.

use serde_json::Value;

use super::page::Page;

/// Who describes a source. Some kinds have more to say of a PersistentVolume.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    Pod,
    PersistentVolume,
}

/// What a field shows that is missing, and how it is written.
enum Shown {
    Text,
    /// A text, or `<none>`.
    TextOrNone,
    /// A text, or `<unset>`.
    TextOrUnset,
    Number,
    NumberOrNone,
    Bool,
    /// As Go prints a slice: `[a b]`.
    Slice,
    Joined,
    /// As Go prints a map: `map[a:b]`.
    Map,
    /// As Go prints a reference to a Secret, which a PersistentVolume finds in any namespace.
    Secret,
}
use Shown::{Bool, Joined, Map, Number, NumberOrNone, Secret, Slice, Text, TextOrNone, TextOrUnset};

/// The field of the API, what it is called, its type; the description of the type.
type Source = (&'static str, &'static str, &'static [(&'static str, &'static str, Shown)]);

const FS_TYPE: (&str, &str, Shown) = ("FSType", "fsType", Text);
const READ_ONLY: (&str, &str, Shown) = ("ReadOnly", "readOnly", Bool);
const SECRET: (&str, &str, Shown) = ("SecretRef", "secretRef", Secret);

#[rustfmt::skip]
const SOURCES: &[Source] = &[
    ("hostPath", "HostPath (bare host directory volume)", &[("Path", "path", Text), ("HostPathType", "type", TextOrNone)]),
    ("gcePersistentDisk", "GCEPersistentDisk (a Persistent Disk resource in Google Compute Engine)", &[("PDName", "pdName", Text), FS_TYPE, ("Partition", "partition", Number), READ_ONLY]),
    ("awsElasticBlockStore", "AWSElasticBlockStore (a Persistent Disk resource in AWS)", &[("VolumeID", "volumeID", Text), FS_TYPE, ("Partition", "partition", Number), READ_ONLY]),
    ("gitRepo", "GitRepo (a volume that is pulled from git when the pod is created)", &[("Repository", "repository", Text), ("Revision", "revision", Text)]),
    ("secret", "Secret (a volume populated by a Secret)", &[("SecretName", "secretName", Text), ("Optional", "optional", Bool)]),
    ("configMap", "ConfigMap (a volume populated by a ConfigMap)", &[("Name", "name", Text), ("Optional", "optional", Bool)]),
    ("nfs", "NFS (an NFS mount that lasts the lifetime of a pod)", &[("Server", "server", Text), ("Path", "path", Text), READ_ONLY]),
    ("iscsi", "ISCSI (an ISCSI Disk resource that is attached to a kubelet's host machine and then exposed to the pod)", &[
        ("TargetPortal", "targetPortal", Text), ("IQN", "iqn", Text), ("Lun", "lun", Number), ("ISCSIInterface", "iscsiInterface", Text), FS_TYPE, READ_ONLY,
        ("Portals", "portals", Slice), ("DiscoveryCHAPAuth", "chapAuthDiscovery", Bool), ("SessionCHAPAuth", "chapAuthSession", Bool), SECRET, ("InitiatorName", "initiatorName", TextOrNone)]),
    ("persistentVolumeClaim", "PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)", &[("ClaimName", "claimName", Text), READ_ONLY]),
    ("rbd", "RBD (a Rados Block Device mount on the host that shares a pod's lifetime)", &[
        ("CephMonitors", "monitors", Slice), ("RBDImage", "image", Text), FS_TYPE, ("RBDPool", "pool", Text), ("RadosUser", "user", Text), ("Keyring", "keyring", Text), SECRET, READ_ONLY]),
    ("quobyte", "Quobyte (a Quobyte mount on the host that shares a pod's lifetime)", &[("Registry", "registry", Text), ("Volume", "volume", Text), READ_ONLY]),
    ("azureDisk", "AzureDisk (an Azure Data Disk mount on the host and bind mount to the pod)", &[
        ("DiskName", "diskName", Text), ("DiskURI", "diskURI", Text), ("Kind", "kind", Text), FS_TYPE, ("CachingMode", "cachingMode", Text), READ_ONLY]),
    ("vsphereVolume", "vSphereVolume (a Persistent Disk resource in vSphere)", &[("VolumePath", "volumePath", Text), FS_TYPE, ("StoragePolicyName", "storagePolicyName", Text)]),
    ("cinder", "Cinder (a Persistent Disk resource in OpenStack)", &[("VolumeID", "volumeID", Text), FS_TYPE, READ_ONLY, SECRET]),
    ("photonPersistentDisk", "PhotonPersistentDisk (a Persistent Disk resource in photon platform)", &[("PdID", "pdID", Text), FS_TYPE]),
    ("portworxVolume", "PortworxVolume (a Portworx Volume resource)", &[("VolumeID", "volumeID", Text)]),
    ("local", "LocalVolume (a persistent volume backed by local storage on a node)", &[("Path", "path", Text)]),
    ("cephfs", "CephFS (a CephFS mount on the host that shares a pod's lifetime)", &[
        ("Monitors", "monitors", Slice), ("Path", "path", Text), ("User", "user", Text), ("SecretFile", "secretFile", Text), SECRET, READ_ONLY]),
    ("storageos", "StorageOS (a StorageOS Persistent Disk resource)", &[("VolumeName", "volumeName", Text), ("VolumeNamespace", "volumeNamespace", Text), FS_TYPE, READ_ONLY]),
    ("fc", "FC (a Fibre Channel disk)", &[("TargetWWNs", "targetWWNs", Joined), ("LUN", "lun", NumberOrNone), FS_TYPE, READ_ONLY]),
    ("flexVolume", "FlexVolume (a generic volume resource that is provisioned/attached using an exec based plugin)", &[("Driver", "driver", Text), FS_TYPE, SECRET, READ_ONLY, ("Options", "options", Map)]),
    ("flocker", "Flocker (a Flocker volume mounted by the Flocker agent)", &[("DatasetName", "datasetName", Text), ("DatasetUUID", "datasetUUID", Text)]),
    ("image", "Image (a container image or OCI artifact)", &[("Reference", "reference", Text), ("PullPolicy", "pullPolicy", Text)]),
];

const GLUSTERFS: &str = "Glusterfs (a Glusterfs mount on the host that shares a pod's lifetime)";
const AZURE_FILE: &str = "AzureFile (an Azure File Service mount on the host and bind mount to the pod)";
const SCALE_IO: &str = "ScaleIO (a persistent volume backed by a block device in ScaleIO)";
const SCALE_IO_SYSTEM: [(&str, &str, Shown); 6] = [
    ("Gateway", "gateway", Text),
    ("System", "system", Text),
    ("Protection Domain", "protectionDomain", Text),
    ("Storage Pool", "storagePool", Text),
    ("Storage Mode", "storageMode", Text),
    ("VolumeName", "volumeName", Text),
];

/// Those that say something else of pods than of PersistentVolumes.
const OF_PODS: &[Source] = &[
    ("glusterfs", GLUSTERFS, &[("EndpointsName", "endpoints", Text), ("Path", "path", Text), READ_ONLY]),
    ("azureFile", AZURE_FILE, &[("SecretName", "secretName", Text), ("ShareName", "shareName", Text), READ_ONLY]),
    ("scaleIO", SCALE_IO, &{
        let [gateway, system, domain, pool, mode, name] = SCALE_IO_SYSTEM;
        [gateway, system, domain, pool, mode, name, FS_TYPE, READ_ONLY]
    }),
];

const OF_PERSISTENT_VOLUMES: &[Source] = &[
    ("glusterfs", GLUSTERFS, &[("EndpointsName", "endpoints", Text), ("EndpointsNamespace", "endpointsNamespace", TextOrUnset), ("Path", "path", Text), READ_ONLY]),
    ("azureFile", AZURE_FILE, &[("SecretName", "secretName", Text), ("SecretNamespace", "secretNamespace", Text), ("ShareName", "shareName", Text), READ_ONLY]),
    ("scaleIO", SCALE_IO, &{
        let [gateway, system, domain, pool, mode, name] = SCALE_IO_SYSTEM;
        [gateway, system, domain, pool, mode, name, ("SecretName", "secretRef/name", Text), ("SecretNamespace", "secretRef/namespace", Text), FS_TYPE, READ_ONLY]
    }),
];

/// Describes the source in `volume`, which is a pod's volume or the spec of a PersistentVolume. False if it is none of
/// these.
pub(super) fn describe(page: &mut Page, volume: &Value, of: Of) -> bool {
    let own = if of == Of::Pod { OF_PODS } else { OF_PERSISTENT_VOLUMES };
    let Some((source, (_, title, fields))) = own.iter().chain(SOURCES).find_map(|known| Some((volume.get(known.0)?, known))) else { return false };
    page.field(2, "Type", title);
    for (label, path, shown) in *fields {
        let value = show(source.pointer(&format!("/{path}")).unwrap_or(&Value::Null), shown, of);
        match *label {
            // The reference writes these two so.
            "ISCSIInterface" => page.line(2, format_args!("{label}\t{value}")),
            "Kind" => page.line(2, format_args!("{label}: \t{value}")),
            _ => page.field(2, label, value),
        }
    }
    true
}

fn show(value: &Value, shown: &Shown, of: Of) -> String {
    let text = value.as_str();
    match shown {
        Text => text.unwrap_or_default().to_owned(),
        TextOrNone => text.unwrap_or("<none>").to_owned(),
        TextOrUnset => text.unwrap_or("<unset>").to_owned(),
        Number => value.as_i64().unwrap_or_default().to_string(),
        NumberOrNone => value.as_i64().map_or_else(|| "<none>".to_owned(), |number| number.to_string()),
        Bool => value.as_bool().unwrap_or_default().to_string(),
        Slice => format!("[{}]", texts(value).join(" ")),
        Joined => texts(value).join(", "),
        Map => {
            let pairs = value.as_object().into_iter().flatten();
            format!("map[{}]", pairs.map(|(key, value)| format!("{key}:{}", value.as_str().unwrap_or_default())).collect::<Vec<_>>().join(" "))
        }
        Secret => {
            let part = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default();
            match (value.is_null(), of) {
                (true, _) => "nil".to_owned(),
                (false, Of::Pod) => format!("&LocalObjectReference{{Name:{},}}", part("name")),
                (false, Of::PersistentVolume) => format!("&SecretReference{{Name:{},Namespace:{},}}", part("name"), part("namespace")),
            }
        }
    }
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}
