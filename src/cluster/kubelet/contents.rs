//! What is in a volume that is made of objects: the files of ConfigMaps, Secrets, the pod's own fields and its token.
//!
//! Models: pkg/volume/{configmap,secret,projected,downwardapi}, v1.36.
//! Simplified: bundles of trust are refused.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{DownwardAPIVolumeFile, KeyToPath, Volume as Declared};
use podarium_api::{Kind, Object, Pod};
use podarium_machine::FileBytes;

use super::downward::{self, Place};
use crate::images::Payload;

/// A part of a volume.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Part {
    Object { kind: Kind, name: String, items: Vec<KeyToPath> },
    Downward(Vec<DownwardAPIVolumeFile>),
    Token { path: String, audience: Option<String> },
}

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
            parts.push(Part::Token { path: token.path.clone(), audience: token.audience.clone() });
        }
    }
    Some((parts, mode(projected.default_mode)))
}

/// The files of these parts. What is missing here may be missing: that has been checked. `token` gives the token for an
/// audience.
pub(super) fn payload<'a>(
    parts: &[Part],
    default_mode: u32,
    pod: &Pod,
    place: &Place<'_>,
    find: impl Fn(Kind, &str) -> Option<&'a Object>,
    token: impl Fn(&Option<String>) -> Option<FileBytes>,
) -> Result<Payload, String> {
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
                    files.insert(item.path.clone(), (text.into_bytes().into(), item.mode.map_or(default_mode, |mode| self::mode(Some(mode)))));
                }
            }
            Part::Token { path, audience } => {
                files.insert(path.clone(), (token(audience).unwrap_or_default(), default_mode));
            }
        }
    }
    Ok(files)
}

fn data(object: &Object) -> BTreeMap<String, FileBytes> {
    match object {
        Object::ConfigMap(map) => {
            let text = map.data.iter().flatten().map(|(key, text)| (key.clone(), text.clone().into_bytes().into()));
            text.chain(map.binary_data.iter().flatten().map(|(key, bytes)| (key.clone(), bytes.0.clone().into()))).collect()
        }
        Object::Secret(secret) => secret.data.iter().flatten().map(|(key, bytes)| (key.clone(), bytes.0.clone().into())).collect(),
        _ => BTreeMap::new(),
    }
}
