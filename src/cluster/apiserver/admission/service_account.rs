//! ServiceAccount: every pod runs as a service account, and finds a token for the API server mounted.
//!
//! Models: plugin/pkg/admission/serviceaccount/admission.go, v1.36.
//! Simplified: the annotation that limits which secrets may be mounted is not read.

use std::sync::Arc;

use k8s_openapi::api::core::v1::{
    ConfigMapProjection, DownwardAPIProjection, DownwardAPIVolumeFile, KeyToPath, ObjectFieldSelector,
    ProjectedVolumeSource, ServiceAccountTokenProjection, Volume, VolumeMount, VolumeProjection,
};
use podarium_api::{Kind, Object, Pod, ServiceAccount, Status, names};

use super::{Attributes, name_of};
use crate::apiserver::Verb;
use crate::store::Key;

const MOUNT_PATH: &str = "/var/run/secrets/kubernetes.io/serviceaccount";
/// Volumes of this name prefix hold the token.
const VOLUME_PREFIX: &str = "kube-api-access-";

pub(super) fn admit(attributes: &mut Attributes<'_>) -> Result<(), Status> {
    if attributes.verb != Verb::Create || attributes.subresource.is_some() {
        return Ok(());
    }
    let Object::Pod(pod) = &mut *attributes.object else { return Ok(()) };
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
    spec.service_account_name = Some(name.clone());
    spec.service_account = Some(name);
    if spec.image_pull_secrets.as_ref().is_none_or(Vec::is_empty) {
        spec.image_pull_secrets.clone_from(&account.image_pull_secrets);
    }
    if wants_token(pod, account) {
        mount_token(pod, &names::generate_name(VOLUME_PREFIX, attributes.stream));
    }
    Ok(())
}

fn wants_token(pod: &Pod, account: &ServiceAccount) -> bool {
    pod.spec.automount_service_account_token.or(account.automount_service_account_token).unwrap_or(true)
}

/// Adds the mount to every container that has nothing at that path yet, and the volume if anybody mounts it.
fn mount_token(pod: &mut Pod, volume: &str) {
    let spec = Arc::make_mut(&mut pod.spec);
    let mut mounted = false;
    let containers = spec.init_containers.iter_mut().flatten().chain(spec.containers.iter_mut());
    for container in containers {
        let mounts = container.volume_mounts.get_or_insert_default();
        if mounts.iter().any(|mount| mount.mount_path == MOUNT_PATH) {
            continue;
        }
        mounts.push(VolumeMount {
            name: volume.to_owned(),
            mount_path: MOUNT_PATH.to_owned(),
            read_only: Some(true),
            ..VolumeMount::default()
        });
        mounted = true;
    }
    if mounted {
        spec.volumes.get_or_insert_default().push(token_volume(volume));
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
