//! What is in a volume that is made of objects: the files of ConfigMaps, Secrets, the pod's own fields and its token.
//!
//! A change must not be seen half-way. So the files lie in a directory of their own with the time in its name, `..data`
//! leads there, and what a container opens are links by way of `..data`.
//!
//! Models: pkg/volume/{configmap,secret,projected,downwardapi}, pkg/volume/util/atomic_writer.go, v1.36.
//! Simplified: a token is asked for once and does not expire; bundles of trust are refused.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{DownwardAPIVolumeFile, KeyToPath, Volume as Declared};
use podarium_api::time::Epoch;
use podarium_api::{Kind, Object, Pod};
use podarium_machine::Volume;
use podarium_sim::Time;

use super::downward::{self, Place};

/// A part of a volume.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Part {
    Object { kind: Kind, name: String, items: Vec<KeyToPath> },
    Downward(Vec<DownwardAPIVolumeFile>),
    Token { path: String, audience: Option<String>, seconds: i64 },
}

/// A file: what is in it, and its permissions.
type Payload = BTreeMap<String, (Vec<u8>, u32)>;

const USUAL_MODE: u32 = 0o644;

fn mode(declared: Option<i32>) -> u32 {
    declared.and_then(|mode| u32::try_from(mode).ok()).unwrap_or(USUAL_MODE)
}

/// The parts that a declared volume is made of, and the permissions of its files; `None` for one of another kind.
pub(super) fn parts(volume: &Declared) -> Option<(Vec<Part>, u32)> {
    let object = |kind, name: &str, items: &Option<Vec<KeyToPath>>| Part::Object { kind, name: name.to_owned(), items: items.clone().unwrap_or_default() };
    if let Some(map) = &volume.config_map {
        return Some((vec![object(Kind::ConfigMap, &map.name, &map.items)], mode(map.default_mode)));
    }
    if let Some(secret) = &volume.secret {
        return Some((vec![object(Kind::Secret, secret.secret_name.as_deref().unwrap_or_default(), &secret.items)], mode(secret.default_mode)));
    }
    if let Some(fields) = &volume.downward_api {
        return Some((vec![Part::Downward(fields.items.clone().unwrap_or_default())], mode(fields.default_mode)));
    }
    let projected = volume.projected.as_ref()?;
    let mut parts = Vec::new();
    for source in projected.sources.iter().flatten() {
        if let Some(map) = &source.config_map {
            parts.push(object(Kind::ConfigMap, &map.name, &map.items));
        } else if let Some(secret) = &source.secret {
            parts.push(object(Kind::Secret, &secret.name, &secret.items));
        } else if let Some(fields) = &source.downward_api {
            parts.push(Part::Downward(fields.items.clone().unwrap_or_default()));
        } else if let Some(token) = &source.service_account_token {
            parts.push(Part::Token { path: token.path.clone(), audience: token.audience.clone(), seconds: token.expiration_seconds.unwrap_or(3600) });
        }
    }
    Some((parts, mode(projected.default_mode)))
}

/// The files of these parts. What is missing here may be missing: that has been checked.
pub(super) fn payload<'a>(parts: &[Part], default_mode: u32, pod: &Pod, place: &Place<'_>, find: impl Fn(Kind, &str) -> Option<&'a Object>) -> Result<Payload, String> {
    let mut files = Payload::new();
    for part in parts {
        match part {
            Part::Object { kind, name, items } => {
                let data = find(*kind, name).map(data).unwrap_or_default();
                if items.is_empty() {
                    files.extend(data.into_iter().map(|(key, bytes)| (key, (bytes, default_mode))));
                    continue;
                }
                for item in items {
                    let Some(bytes) = data.get(&item.key) else { continue };
                    files.insert(item.path.clone(), (bytes.clone(), item.mode.map_or(default_mode, |mode| self::mode(Some(mode)))));
                }
            }
            Part::Downward(items) => {
                for item in items {
                    let text = match (&item.field_ref, &item.resource_field_ref) {
                        (Some(field), _) => downward::field(pod, &field.field_path, place)?,
                        (None, Some(resource)) => {
                            let wanted = resource.container_name.as_deref().unwrap_or_default();
                            let all = pod.spec.containers.iter().chain(pod.spec.init_containers.iter().flatten());
                            let Some(container) = all.into_iter().find(|container| container.name == wanted) else {
                                return Err(format!("container {wanted} not found"));
                            };
                            downward::resource(resource, container, place)?
                        }
                        (None, None) => continue,
                    };
                    files.insert(item.path.clone(), (text.into_bytes(), item.mode.map_or(default_mode, |mode| self::mode(Some(mode)))));
                }
            }
            Part::Token { path, .. } => {
                let token = find(Kind::TokenRequest, "");
                let token = token.and_then(|object| match object {
                    Object::TokenRequest(request) => request.status.as_ref().and_then(|status| status.token.clone()),
                    _ => None,
                });
                files.insert(path.clone(), (token.unwrap_or_default().into_bytes(), default_mode));
            }
        }
    }
    Ok(files)
}

fn data(object: &Object) -> BTreeMap<String, Vec<u8>> {
    match object {
        Object::ConfigMap(map) => {
            let text = map.data.iter().flatten().map(|(key, text)| (key.clone(), text.clone().into_bytes()));
            text.chain(map.binary_data.iter().flatten().map(|(key, bytes)| (key.clone(), bytes.0.clone()))).collect()
        }
        Object::Secret(secret) => secret.data.iter().flatten().map(|(key, bytes)| (key.clone(), bytes.0.clone())).collect(),
        _ => BTreeMap::new(),
    }
}

/// Puts the files into a volume, in the place of those that are there. Whether anything changed.
pub(super) fn write(volume: &mut Volume, files: &Payload, now: Time, epoch: Epoch) -> bool {
    let same = |(path, (bytes, mode)): (&String, &(Vec<u8>, u32))| {
        let path = format!("/..data/{path}");
        volume.read(&path).is_ok_and(|there| there == *bytes) && volume.stat(&path, true).is_ok_and(|there| there.mode & 0o777 == *mode)
    };
    let top = |path: &str| path.split('/').next().unwrap_or_default().to_owned();
    let shown: Vec<String> = volume.read_dir("/").unwrap_or_default().into_iter().filter(|name| !name.starts_with("..")).collect();
    let wanted: std::collections::BTreeSet<String> = files.keys().map(|path| top(path)).collect();
    let is_made = volume.stat("/..data", false).is_ok();
    if is_made && files.iter().all(same) && shown.iter().eq(wanted.iter()) {
        return false;
    }
    let before = volume.stat("/..data", false).ok().and_then(|link| link.target);
    let stamp = epoch.timestamp(now);
    let directory = format!("..{}.{:09}", stamp.strftime("%Y_%m_%d_%H_%M_%S"), stamp.subsec_nanosecond());
    let written = (|| {
        volume.mkdir_all(&format!("/{directory}"), now)?;
        for (path, (bytes, mode)) in files {
            let path = format!("/{directory}/{path}");
            volume.mkdir_all(path.rsplit_once('/').map_or("/", |(above, _)| above), now)?;
            volume.write(&path, bytes.as_slice(), *mode, now)?;
        }
        volume.symlink(&directory, "/..data_tmp", now)?;
        volume.rename("/..data_tmp", "/..data", now)?;
        for name in wanted.iter().filter(|name| !shown.contains(name)) {
            volume.symlink(&format!("..data/{name}"), &format!("/{name}"), now)?;
        }
        for name in shown.iter().filter(|name| !wanted.contains(*name)) {
            volume.remove(&format!("/{name}"), now)?;
        }
        match before.filter(|before| *before != directory) {
            Some(before) => volume.remove_all(&format!("/{before}"), now),
            None => Ok(()),
        }
    })();
    debug_assert!(written.is_ok(), "the API server has checked the paths: {written:?}");
    true
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn filled(volume: &mut Volume, map: &serde_json::Value, seconds: u64) -> bool {
        let declared: Declared = serde_json::from_value(json!({"name": "v", "configMap": {"name": "cm"}})).unwrap();
        let (parts, mode) = parts(&declared).unwrap();
        let object = Kind::ConfigMap.parse(json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "cm"}, "data": map})).unwrap();
        let pod: Pod = serde_json::from_value(json!({"metadata": {"name": "p"}, "spec": {"containers": []}})).unwrap();
        let place = Place { pod_ip: "", host_ip: "", cpu_millis: 0, memory_bytes: 0 };
        let files = payload(&parts, mode, &pod, &place, |_, _| Some(&object)).unwrap();
        write(volume, &files, Time::from_secs(seconds), Epoch::default())
    }

    #[test]
    fn files_are_links_by_way_of_data_and_change_together() {
        let mut volume = Volume::default();
        assert!(filled(&mut volume, &json!({"a": "1", "b.conf": "x"}), 1));
        assert_eq!(volume.read_dir("/").unwrap(), ["..2026_01_05_09_00_01.000000000", "..data", "a", "b.conf"]);
        assert_eq!(volume.stat("/a", false).unwrap().target.as_deref(), Some("..data/a"));
        assert!(!filled(&mut volume, &json!({"a": "1", "b.conf": "x"}), 2), "nothing is written when nothing changed");
        assert!(filled(&mut volume, &json!({"a": "2", "c": "y"}), 3));
        assert_eq!(volume.read_dir("/").unwrap(), ["..2026_01_05_09_00_03.000000000", "..data", "a", "c"]);
        assert_eq!(volume.read("/a").unwrap(), b"2");
    }
}
