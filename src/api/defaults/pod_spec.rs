//! Defaults of pods and of the pod templates inside workloads.
//!
//! A template gets less than a pod: requests are taken from limits, and service links switched on, only when the pod
//! itself is made.
//!
//! Models: pkg/apis/core/v1/defaults.go and zz_generated.defaults.go, v1.36.
//! Simplified: nothing.

use k8s_openapi::api::core::v1::{
    Container, ContainerPort, DownwardAPIVolumeFile, EnvVar, EphemeralContainer, HTTPGetAction, Lifecycle,
    ObjectFieldSelector, PodSpec, PodTemplateSpec, Probe, ResourceFieldSelector, ResourceRequirements, Volume,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity as RawQuantity;

use super::quantities;
use crate::kinds::persistent_volume_claim;
use crate::quantity::Quantity;
use crate::resource;

const FILE_MODE: i32 = 0o644;

/// The whole of a pod.
pub(crate) fn default_pod(spec: &mut PodSpec) {
    default_pod_spec(spec);
    for container in spec.containers.iter_mut().chain(spec.init_containers.iter_mut().flatten()) {
        container.resources.iter_mut().for_each(request_what_is_limited);
    }
    default_pod_level_requests(spec);
    spec.enable_service_links.get_or_insert(true);
    if spec.host_network == Some(true) {
        for container in spec.containers.iter_mut().chain(spec.init_containers.iter_mut().flatten()) {
            for port in container.ports.iter_mut().flatten().filter(|port| port.host_port.unwrap_or(0) == 0) {
                port.host_port = Some(port.container_port);
            }
        }
    }
}

pub(crate) fn default_template(template: &mut PodTemplateSpec) {
    template.metadata.get_or_insert_default();
    default_pod_spec(template.spec.get_or_insert_default());
}

/// Whether an optional text is missing or empty.
pub(crate) fn is_blank(text: &Option<String>) -> bool {
    text.as_deref().is_none_or(str::is_empty)
}

pub(crate) fn fill(text: &mut Option<String>, value: &str) {
    if is_blank(text) {
        *text = Some(value.to_owned());
    }
}

fn fill_number(number: &mut Option<i32>, value: i32) {
    if number.unwrap_or(0) == 0 {
        *number = Some(value);
    }
}

fn default_pod_spec(spec: &mut PodSpec) {
    fill(&mut spec.dns_policy, "ClusterFirst");
    fill(&mut spec.restart_policy, "Always");
    fill(&mut spec.scheduler_name, "default-scheduler");
    spec.security_context.get_or_insert_default();
    spec.termination_grace_period_seconds.get_or_insert(30);
    // The old name of the field and the new one always say the same.
    if is_blank(&spec.service_account_name) {
        spec.service_account_name = spec.service_account.take().filter(|name| !name.is_empty());
    }
    spec.service_account.clone_from(&spec.service_account_name);
    spec.volumes.iter_mut().flatten().for_each(default_volume);
    quantities::canonicalize_pod_amounts(spec);
    for container in spec.containers.iter_mut().chain(spec.init_containers.iter_mut().flatten()) {
        default_container(container.into());
    }
    for container in spec.ephemeral_containers.iter_mut().flatten() {
        default_container(container.into());
    }
}

/// The parts that containers and ephemeral containers share.
struct Parts<'a> {
    image: &'a Option<String>,
    image_pull_policy: &'a mut Option<String>,
    termination_message_path: &'a mut Option<String>,
    termination_message_policy: &'a mut Option<String>,
    ports: &'a mut Option<Vec<ContainerPort>>,
    env: &'a mut Option<Vec<EnvVar>>,
    probes: [&'a mut Option<Probe>; 3],
    lifecycle: &'a mut Option<Lifecycle>,
    resources: &'a mut Option<ResourceRequirements>,
}

macro_rules! parts_of {
    ($($name:ident),+) => {$(
        impl<'a> From<&'a mut $name> for Parts<'a> {
            fn from(container: &'a mut $name) -> Self {
                Parts {
                    image: &container.image,
                    image_pull_policy: &mut container.image_pull_policy,
                    termination_message_path: &mut container.termination_message_path,
                    termination_message_policy: &mut container.termination_message_policy,
                    ports: &mut container.ports,
                    env: &mut container.env,
                    probes: [&mut container.liveness_probe, &mut container.readiness_probe, &mut container.startup_probe],
                    lifecycle: &mut container.lifecycle,
                    resources: &mut container.resources,
                }
            }
        }
    )+};
}

parts_of!(Container, EphemeralContainer);

fn default_container(parts: Parts<'_>) {
    let image = parts.image.as_deref().unwrap_or_default();
    let policy = if is_image_reference(image) && image_tag(image) == Some("latest") { "Always" } else { "IfNotPresent" };
    fill(parts.image_pull_policy, policy);
    fill(parts.termination_message_path, "/dev/termination-log");
    fill(parts.termination_message_policy, "File");
    for port in parts.ports.iter_mut().flatten() {
        fill(&mut port.protocol, "TCP");
    }
    for source in parts.env.iter_mut().flatten().filter_map(|variable| variable.value_from.as_mut()) {
        source.field_ref.iter_mut().for_each(default_field_ref);
        source.resource_field_ref.iter_mut().for_each(default_resource_ref);
        if let Some(file) = &mut source.file_key_ref {
            file.optional.get_or_insert(false);
        }
    }
    parts.probes.into_iter().flatten().for_each(default_probe);
    if let Some(lifecycle) = parts.lifecycle {
        let handlers = [&mut lifecycle.post_start, &mut lifecycle.pre_stop];
        handlers.into_iter().flatten().filter_map(|handler| handler.http_get.as_mut()).for_each(default_http_get);
    }
    quantities::canonicalize_requirements(parts.resources.get_or_insert_default());
}

/// Whether the text can be read as a reference: `host:5000/path/name:tag@digest`, the path in lower case.
fn is_image_reference(image: &str) -> bool {
    const MAX_NAME: usize = 255;
    let name = image.split('@').next().unwrap_or_default();
    let path = match name.rsplit_once(':') {
        Some((path, tag)) if !tag.contains('/') => path,
        _ => name,
    };
    let is_host = |host: &str| host.contains(['.', ':']) || host == "localhost" || host.chars().any(|c| c.is_ascii_uppercase());
    let parts: Vec<&str> = match path.split_once('/') {
        Some((host, rest)) if is_host(host) => rest.split('/').collect(),
        _ => path.split('/').collect(),
    };
    let is_end = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_part = |part: &&str| {
        let bytes = part.as_bytes();
        let ends = bytes.first().copied().is_some_and(is_end) && bytes.last().copied().is_some_and(is_end);
        ends && bytes.iter().all(|&byte| is_end(byte) || b"._-".contains(&byte))
    };
    path.len() <= MAX_NAME && parts.iter().all(is_part)
}

/// The tag of an image reference: `latest` where there is neither tag nor digest, nothing where only a digest counts.
pub fn image_tag(image: &str) -> Option<&str> {
    let (name, digest) = match image.split_once('@') {
        Some((name, digest)) => (name, Some(digest)),
        None => (image, None),
    };
    let last = name.rsplit('/').next().unwrap_or_default();
    match last.split_once(':') {
        _ if last.is_empty() => None,
        Some((_, tag)) => Some(tag),
        None if digest.is_some() => None,
        None => Some("latest"),
    }
}

fn default_probe(probe: &mut Probe) {
    fill_number(&mut probe.timeout_seconds, 1);
    fill_number(&mut probe.period_seconds, 10);
    fill_number(&mut probe.success_threshold, 1);
    fill_number(&mut probe.failure_threshold, 3);
    probe.http_get.iter_mut().for_each(default_http_get);
    if let Some(grpc) = &mut probe.grpc {
        grpc.service.get_or_insert_default();
    }
}

fn default_http_get(action: &mut HTTPGetAction) {
    fill(&mut action.path, "/");
    fill(&mut action.scheme, "HTTP");
}

fn default_field_ref(selector: &mut ObjectFieldSelector) {
    fill(&mut selector.api_version, "v1");
}

fn default_resource_ref(selector: &mut ResourceFieldSelector) {
    quantities::canonicalize(selector.divisor.get_or_insert_with(|| RawQuantity("0".to_owned())));
}

fn default_downward_file(file: &mut DownwardAPIVolumeFile) {
    file.field_ref.iter_mut().for_each(default_field_ref);
    file.resource_field_ref.iter_mut().for_each(default_resource_ref);
}

fn default_volume(volume: &mut Volume) {
    if *volume == (Volume { name: volume.name.clone(), ..Default::default() }) {
        volume.empty_dir = Some(Default::default());
    }
    if let Some(source) = &mut volume.secret {
        source.default_mode.get_or_insert(FILE_MODE);
    }
    if let Some(source) = &mut volume.config_map {
        source.default_mode.get_or_insert(FILE_MODE);
    }
    if let Some(source) = &mut volume.host_path {
        source.type_.get_or_insert_default();
    }
    if let Some(source) = &mut volume.downward_api {
        source.default_mode.get_or_insert(FILE_MODE);
        source.items.iter_mut().flatten().for_each(default_downward_file);
    }
    if let Some(source) = &mut volume.projected {
        source.default_mode.get_or_insert(FILE_MODE);
        for projection in source.sources.iter_mut().flatten() {
            let items = projection.downward_api.iter_mut().filter_map(|part| part.items.as_mut());
            items.flatten().for_each(default_downward_file);
            if let Some(token) = &mut projection.service_account_token {
                token.expiration_seconds.get_or_insert(3600);
            }
        }
    }
    default_storage_systems(volume);
    if let Some(template) = volume.ephemeral.as_mut().and_then(|source| source.volume_claim_template.as_mut()) {
        persistent_volume_claim::default_spec(&mut template.spec);
    }
    if let Some(source) = &mut volume.image
        && is_blank(&source.pull_policy)
    {
        let tag = image_tag(source.reference.as_deref().unwrap_or_default());
        source.pull_policy = Some(if tag == Some("latest") { "Always" } else { "IfNotPresent" }.to_owned());
    }
}

fn default_storage_systems(volume: &mut Volume) {
    if let Some(source) = &mut volume.rbd {
        fill(&mut source.pool, "rbd");
        fill(&mut source.user, "admin");
        fill(&mut source.keyring, "/etc/ceph/keyring");
    }
    if let Some(source) = &mut volume.iscsi {
        fill(&mut source.iscsi_interface, "default");
    }
    if let Some(source) = &mut volume.azure_disk {
        source.caching_mode.get_or_insert_with(|| "ReadWrite".to_owned());
        source.kind.get_or_insert_with(|| "Shared".to_owned());
        source.fs_type.get_or_insert_with(|| "ext4".to_owned());
        source.read_only.get_or_insert(false);
    }
    if let Some(source) = &mut volume.scale_io {
        fill(&mut source.storage_mode, "ThinProvisioned");
        fill(&mut source.fs_type, "xfs");
    }
}

/// A container that states a limit but no request requests its limit.
fn request_what_is_limited(resources: &mut ResourceRequirements) {
    let Some(limits) = resources.limits.clone().filter(|limits| !limits.is_empty()) else { return };
    let requests = resources.requests.get_or_insert_default();
    for (name, amount) in limits {
        requests.entry(name).or_insert(amount);
    }
}

/// Requests of the whole pod: those of its containers, else the pod's limits.
fn default_pod_level_requests(spec: &mut PodSpec) {
    let Some(limits) = spec.resources.as_ref().and_then(|whole_pod| whole_pod.limits.clone()) else { return };
    let containers_only = PodSpec { resources: None, overhead: None, ..spec.clone() };
    let of_containers = resource::pod_requests(&containers_only);
    let supported = |name: &str| matches!(name, "cpu" | "memory") || name.starts_with("hugepages-");
    let Some(whole_pod) = &mut spec.resources else { return };
    let requests = whole_pod.requests.get_or_insert_default();
    for (name, amount) in of_containers.iter().filter(|(name, _)| matches!(name.as_str(), "cpu" | "memory")) {
        requests.entry(name.clone()).or_insert_with(|| Quantity::into_raw(*amount));
    }
    for (name, amount) in limits.into_iter().filter(|(name, _)| supported(name)) {
        requests.entry(name).or_insert(amount);
    }
    if requests.is_empty() {
        whole_pod.requests = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tag_of_an_image_decides_its_pull_policy() {
        let cases = [
            ("nginx", Some("latest")), ("nginx:1.27", Some("1.27")), ("registry:5000/nginx", Some("latest")),
            ("registry:5000/nginx:2", Some("2")), ("nginx@sha256:abc", None), ("nginx:latest@sha256:abc", Some("latest")), ("", None),
        ];
        for (image, tag) in cases {
            assert_eq!(image_tag(image), tag, "{image:?}");
        }
    }

    #[test]
    fn a_pod_requests_what_it_limits_but_a_template_does_not() {
        let spec = serde_json::json!({"containers": [{"name": "c", "resources": {"limits": {"cpu": "0.5", "memory": "1024Mi"}, "requests": {"cpu": "0.1"}}}]});
        let mut template: PodSpec = serde_json::from_value(spec).unwrap();
        let mut pod = template.clone();
        default_pod_spec(&mut template);
        default_pod(&mut pod);
        let requests = |spec: &PodSpec| {
            let resources = spec.containers[0].resources.clone().unwrap_or_default();
            resources.requests.unwrap_or_default().into_iter().map(|(name, amount)| (name, amount.0)).collect::<Vec<_>>()
        };
        assert_eq!(requests(&template), [("cpu".to_owned(), "100m".to_owned())]);
        assert_eq!(requests(&pod), [("cpu".to_owned(), "100m".to_owned()), ("memory".to_owned(), "1Gi".to_owned())]);
        assert_eq!((template.enable_service_links, pod.enable_service_links), (None, Some(true)));
    }
}
