//! ServiceAccount: every pod runs as a service account, and finds a token for the API server mounted.
//!
//! Models: plugin/pkg/admission/serviceaccount/admission.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use k8s_openapi::api::core::v1::{
    ConfigMapProjection, Container, DownwardAPIProjection, DownwardAPIVolumeFile, KeyToPath, ObjectFieldSelector, PodSpec,
    ProjectedVolumeSource, ServiceAccountTokenProjection, Volume, VolumeMount, VolumeProjection,
};
use podarium_api::placed_spec::TOKEN_VOLUME;
use podarium_api::{Kind, Object, Pod, Resource as _, ServiceAccount, Status, names};

use super::{Attributes, name_of};
use crate::apiserver::Verb;
use crate::store::Key;

const MOUNT_PATH: &str = "/var/run/secrets/kubernetes.io/serviceaccount";
const MIRROR: &str = "kubernetes.io/config.mirror";
const STRICT: &str = "kubernetes.io/enforce-mountable-secrets";

pub(super) fn admit(attributes: &mut Attributes<'_>) -> Result<(), Status> {
    if attributes.verb != Verb::Create || attributes.subresource.is_some() {
        return Ok(());
    }
    let Object::Pod(pod) = &mut *attributes.object else { return Ok(()) };
    if is_mirror(pod) {
        return Ok(());
    }
    let pod = Arc::make_mut(pod);
    let namespace = pod.metadata.namespace.clone().unwrap_or_default();
    let asked = pod.spec.service_account_name.clone().filter(|name| !name.is_empty());
    let name = asked.unwrap_or_else(|| "default".to_owned());
    let found = attributes.store.get(Kind::ServiceAccount, &Key::new(&namespace, &name));
    let Some(Object::ServiceAccount(account)) = found else {
        let text = Status::not_found(Kind::ServiceAccount, &name).message().replace("serviceaccounts", "serviceaccount");
        let why = format!("error looking up service account {namespace}/{name}: {text}");
        return Err(Status::forbidden(Kind::Pod, name_of(&pod.metadata), why));
    };
    let spec = Arc::make_mut(&mut pod.spec);
    spec.step(format!("account {name}"), |spec| {
        spec.service_account_name = Some(name.clone());
        spec.service_account = Some(name);
    });
    let given = account.image_pull_secrets.as_ref().filter(|secrets| !secrets.is_empty());
    if given.is_some() && spec.image_pull_secrets.as_ref().is_none_or(Vec::is_empty) {
        spec.image_pull_secrets = given.cloned();
    }
    if wants_token(pod, account) {
        let volume = names::generate_name(TOKEN_VOLUME, attributes.stream);
        Arc::make_mut(&mut pod.spec).mount_token(&volume, mount_token);
    }
    Ok(())
}

/// A pod that stands for one that a kubelet runs by itself, without the API.
fn is_mirror(pod: &Pod) -> bool {
    pod.metadata.annotations.as_ref().is_some_and(|annotations| annotations.contains_key(MIRROR))
}

/// Looks at what the pod refers to, once it is complete.
pub(super) fn validate(attributes: &mut Attributes<'_>) -> Result<(), Status> {
    let Object::Pod(pod) = &*attributes.object else { return Ok(()) };
    if attributes.verb != Verb::Create || attributes.subresource.is_some() {
        return Ok(());
    }
    let fault = if is_mirror(pod) {
        mirror_fault(pod)
    } else {
        let key = Key::new(pod.namespace(), pod.spec.service_account_name.as_deref().unwrap_or_default());
        match attributes.store.get(Kind::ServiceAccount, &key) {
            Some(Object::ServiceAccount(account)) if is_strict(account) => unlisted_secret(pod, account),
            _ => None,
        }
    };
    fault.map_or(Ok(()), |why| Err(attributes.forbidden(why)))
}

fn mirror_fault(pod: &Pod) -> Option<String> {
    if !pod.spec.service_account_name.as_deref().unwrap_or_default().is_empty() {
        return Some("a mirror pod may not reference service accounts".to_owned());
    }
    let volumes = || pod.spec.volumes.iter().flatten();
    let projected = || volumes().filter_map(|volume| volume.projected.as_ref()).flat_map(|part| part.sources.iter().flatten());
    let secrets = containers(pod).any(|(_, container)| secret_of(container).is_some())
        || volumes().any(|volume| volume.secret.is_some())
        || projected().any(|source| source.secret.is_some())
        || pod.spec.image_pull_secrets.as_ref().is_some_and(|secrets| !secrets.is_empty());
    if secrets {
        return Some("a mirror pod may not reference secrets".to_owned());
    }
    let token = projected().any(|source| source.service_account_token.is_some());
    token.then(|| "a mirror pod may not use ServiceAccountToken volume projections".to_owned())
}

/// Whether pods of the account may use only the Secrets that it lists.
fn is_strict(account: &ServiceAccount) -> bool {
    let value = account.metadata.annotations.as_ref().and_then(|annotations| annotations.get(STRICT));
    value.is_some_and(|value| matches!(value.as_str(), "1" | "t" | "T" | "true" | "TRUE" | "True"))
}

/// Init containers, then containers, with what messages call them.
fn containers(pod: &Pod) -> impl Iterator<Item = (&'static str, &Container)> {
    let init = pod.spec.init_containers.iter().flatten().map(|container| ("init container", container));
    init.chain(pod.spec.containers.iter().map(|container| ("container", container)))
}

/// The Secrets that the variables of a container come from, with where they are named.
fn secrets_of(container: &Container) -> impl Iterator<Item = (String, &str)> {
    let keys = container.env.iter().flatten().filter_map(|variable| {
        let key = variable.value_from.as_ref()?.secret_key_ref.as_ref()?;
        Some((format!("envVar {}", variable.name), key.name.as_str()))
    });
    let whole = container.env_from.iter().flatten().filter_map(|source| source.secret_ref.as_ref());
    keys.chain(whole.map(|secret| ("envFrom".to_owned(), secret.name.as_str())))
}

fn secret_of(container: &Container) -> Option<&str> {
    secrets_of(container).next().map(|(_, name)| name)
}

/// The first Secret that the pod uses and its account does not list.
fn unlisted_secret(pod: &Pod, account: &ServiceAccount) -> Option<String> {
    let listed = |name: &str| account.secrets.iter().flatten().any(|secret| secret.name.as_deref() == Some(name));
    let refused = format!("is not allowed because service account {} does not reference that", account.name());
    for secret in pod.spec.volumes.iter().flatten().filter_map(|volume| volume.secret.as_ref()) {
        let name = secret.secret_name.as_deref().unwrap_or_default();
        if !listed(name) {
            return Some(format!("volume with secret.secretName={name:?} {refused} secret"));
        }
    }
    for (what, container) in containers(pod) {
        if let Some((place, name)) = secrets_of(container).find(|(_, name)| !listed(name)) {
            return Some(format!("{what} {} with {place} referencing secret.secretName={name:?} {refused} secret", container.name));
        }
    }
    let pulls = |name: &str| account.image_pull_secrets.iter().flatten().any(|secret| secret.name == name);
    let mut used = pod.spec.image_pull_secrets.iter().flatten().enumerate();
    let (index, secret) = used.find(|(_, secret)| !pulls(&secret.name))?;
    Some(format!("imagePullSecrets[{index}].name={:?} {refused} imagePullSecret", secret.name))
}

fn wants_token(pod: &Pod, account: &ServiceAccount) -> bool {
    pod.spec.automount_service_account_token.or(account.automount_service_account_token).unwrap_or(true)
}

/// Adds the mount to every container that has nothing at that path yet, and the volume if anybody mounts it.
fn mount_token(spec: &mut PodSpec, volume: &str) {
    let mut mounted = false;
    let containers = spec.init_containers.iter_mut().flatten().chain(spec.containers.iter_mut());
    for container in containers {
        let mounts = container.volume_mounts.get_or_insert_default();
        if mounts.iter().any(|mount| mount.mount_path == MOUNT_PATH) {
            continue;
        }
        mounts.reserve_exact(1);
        mounts.push(VolumeMount {
            name: volume.to_owned(),
            mount_path: MOUNT_PATH.to_owned(),
            read_only: Some(true),
            ..VolumeMount::default()
        });
        mounted = true;
    }
    if mounted {
        let volumes = spec.volumes.get_or_insert_default();
        // A volume is large, and a list that doubles would have room for more that never come.
        volumes.reserve_exact(1);
        volumes.push(token_volume(volume));
    }
}

/// A token that lives for an hour, the cluster's CA, and the pod's namespace.
fn token_volume(name: &str) -> Volume {
    let token = VolumeProjection {
        service_account_token: Some(ServiceAccountTokenProjection {
            expiration_seconds: Some(3607),
            path: "token".to_owned(),
            ..ServiceAccountTokenProjection::default()
        }),
        ..VolumeProjection::default()
    };
    let root_ca = VolumeProjection {
        config_map: Some(ConfigMapProjection {
            name: "kube-root-ca.crt".to_owned(),
            items: Some(vec![KeyToPath { key: "ca.crt".to_owned(), path: "ca.crt".to_owned(), mode: None }]),
            optional: None,
        }),
        ..VolumeProjection::default()
    };
    let namespace = VolumeProjection {
        downward_api: Some(DownwardAPIProjection {
            items: Some(vec![DownwardAPIVolumeFile {
                path: "namespace".to_owned(),
                field_ref: Some(ObjectFieldSelector {
                    api_version: Some("v1".to_owned()),
                    field_path: "metadata.namespace".to_owned(),
                }),
                ..DownwardAPIVolumeFile::default()
            }]),
        }),
        ..VolumeProjection::default()
    };
    Volume {
        name: name.to_owned(),
        projected: Some(ProjectedVolumeSource { default_mode: Some(0o644), sources: Some(vec![token, root_ca, namespace]) }),
        ..Volume::default()
    }
}
