//! The disk behind a volume, as a machine sees it.
//!
//! Models: pkg/volume/csi/csi_mounter.go, v1.36.
//! Simplified: a disk has a name; what is written on it is the business of whoever runs the containers.

use podarium_api::PersistentVolume;
use podarium_sim::Fingerprint;

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

/// A long name in hexadecimal that stands for these words.
pub fn digest(words: &[&str]) -> String {
    let part = |part: u8| {
        let mut fingerprint = Fingerprint::default();
        fingerprint.write(&[part]);
        words.iter().for_each(|word| fingerprint.write(word.as_bytes()));
        fingerprint.to_string()
    };
    (0..4).map(part).collect()
}
