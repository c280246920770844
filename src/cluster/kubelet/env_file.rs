//! Variables from a file that an init container has written into a volume: `NAME='value'`, one after the other.
//!
//! Models: pkg/kubelet/util/env/env_util.go, pkg/kubelet/kubelet_pods.go (makeEnvironmentVariables), v1.36.
//! Simplified: nothing.

use k8s_openapi::api::core::v1::FileKeySelector;

use super::pod::PodState;
use crate::images::PodVolume;

impl PodState {
    /// The value that a variable takes from a file; nothing if it may be missing and is.
    pub(super) fn value_from_file(&self, from: &FileKeySelector) -> Result<Option<String>, String> {
        let volume = match self.runtime.volumes.get(from.volume_name.as_str()) {
            Some(PodVolume::Made(volume)) => volume,
            _ => return Err(format!("cannot find the volume {:?} referenced by FileKeyRef", from.volume_name)),
        };
        let bytes = volume.read(&format!("/{}", from.path)).map_err(|_| ());
        let value = bytes.and_then(|bytes| value_of(&String::from_utf8_lossy(&bytes), &from.key)).map_err(|()| "couldn't parse env file".to_owned())?;
        match value.is_empty() {
            false => Ok(Some(value)),
            true if from.optional == Some(true) => Ok(None),
            true => {
                let path = format!("{}/{}", self.volume_directory("empty-dir", &from.volume_name), from.path);
                Err(format!("environment variable key {:?} not found in file {path:?}", from.key))
            }
        }
    }
}

/// The value of a variable in a text, empty if it has none. What is behind it is not looked at.
fn value_of(text: &str, key: &str) -> Result<String, ()> {
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let line = line.trim_start_matches([' ', '\t']);
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (name, value) = line.split_once('=').ok_or(())?;
        if name.is_empty() || name.ends_with([' ', '\t']) {
            return Err(());
        }
        // As in a shell: there the value ends before it began.
        if value.starts_with([' ', '\t']) {
            if name == key {
                return Ok(String::new());
            }
            continue;
        }
        let mut rest = value.strip_prefix('\'').ok_or(())?;
        let mut whole = String::new();
        let behind = loop {
            if let Some((end, behind)) = rest.split_once('\'') {
                whole.push_str(end);
                break behind.trim_start_matches([' ', '\t']);
            }
            whole.push_str(rest);
            whole.push('\n');
            rest = lines.next().ok_or(())?;
        };
        if !behind.is_empty() && !behind.starts_with('#') {
            return Err(());
        }
        if name == key {
            return Ok(whole);
        }
    }
    Ok(String::new())
}

#[cfg(test)]
mod tests {
    use super::value_of;

    #[test]
    fn values_stand_in_single_quotes() {
        let text = "# first\n\n  A='one'\nB='two $A \"x\"' # why\nC='three\n four'\nD= 'five'\nE=''\n";
        for (key, value) in [("A", "one"), ("B", "two $A \"x\""), ("C", "three\n four"), ("D", ""), ("E", ""), ("F", "")] {
            assert_eq!(value_of(text, key).as_deref(), Ok(value), "{key}");
        }
        for text in ["A=one", "A =' one'", "A", "='x'", "A='one' two", "A='one", "A=\"one\""] {
            assert_eq!(value_of(text, "A"), Err(()), "{text}");
        }
        // Mistakes behind what is looked for do not matter.
        assert_eq!(value_of("A='1'\nB", "A").as_deref(), Ok("1"));
        assert_eq!(value_of("B\nA='1'", "A"), Err(()));
    }
}
