//! The disk behind a volume, as a machine sees it.
//!
//! Models: pkg/volume/csi/csi_mounter.go, v1.36.
//! Simplified: a disk has a name; what is written on it is the business of whoever runs the containers.

use std::fmt::Write as _;

use podarium_api::PersistentVolume;
use sha2::{Digest as _, Sha256};

/// What a pod's containers find mounted. It outlives pods: whoever keeps what is written keeps it by the volume's name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Disk {
    /// The PersistentVolume.
    pub volume: String,
    /// The name under which nodes list it as attached, if it is one that is attached.
    pub attached_as: Option<String>,
    pub read_only: bool,
}

/// `kubernetes.io/csi/DRIVER^HANDLE`.
pub fn attached_name(volume: &PersistentVolume) -> Option<String> {
    let source = volume.spec.csi.as_ref()?;
    Some(format!("kubernetes.io/csi/{}^{}", source.driver, source.volume_handle))
}

/// The name of the order to attach a volume's disk to a node. A volume without a disk has none.
pub fn attachment_name(volume: &PersistentVolume, node: &str) -> Option<String> {
    let source = volume.spec.csi.as_ref()?;
    let hash = Sha256::digest(format!("{}{}{node}", source.volume_handle, source.driver));
    let mut name = "csi-".to_owned();
    for byte in hash {
        let _ = write!(name, "{byte:02x}");
    }
    Some(name)
}
