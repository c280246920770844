//! Containers: image, ports, command, state, resources, probes, environment, mounts.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/describe/describe.go (describeContainers), v1.36.
//! Simplified: nothing.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{Container, ContainerPort, ContainerState, ContainerStatus, ResourceRequirements, SeccompProfile};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity as RawQuantity;
use podarium_api::Pod;
use podarium_api::quantity::Quantity;

use super::page::{Page, date, text};
use super::{environment, probe};

/// Where containers and volumes stand: in a pod, or in a template (a little further to the right, with nothing to tell
/// of a state).
#[derive(Clone, Copy)]
pub enum Setting<'p> {
    Pod(&'p Pod),
    Template,
}

impl Setting<'_> {
    /// The start of a title such as `Containers:`.
    pub fn title_indent(self) -> &'static str {
        match self {
            Setting::Pod(_) => "",
            Setting::Template => "  ",
        }
    }

    /// The start of a name below such a title, beyond its level.
    pub fn name_indent(self) -> &'static str {
        match self {
            Setting::Pod(_) => "",
            Setting::Template => " ",
        }
    }
}

pub fn containers<'c>(page: &mut Page, title: &str, containers: impl IntoIterator<Item = &'c Container>, statuses: Option<&Vec<ContainerStatus>>, setting: Setting) {
    let mut containers = containers.into_iter().peekable();
    let none = if containers.peek().is_none() { " <none>" } else { "" };
    page.line(0, format_args!("{}{title}:{none}", setting.title_indent()));
    for container in containers {
        let status = statuses.into_iter().flatten().rfind(|status| status.name == container.name);
        identity(page, container, status, setting);
        command(page, container);
        if let Some(status) = status {
            state(page, "State", status.state.as_ref());
            if status.last_state.as_ref().is_some_and(|state| state.terminated.is_some()) {
                state(page, "Last State", status.last_state.as_ref());
            }
            page.field(2, "Ready", if status.ready { "True" } else { "False" });
            page.field(2, "Restart Count", status.restart_count);
        }
        resources(page, 2, container.resources.as_ref());
        probe::probes(page, container);
        environment::environment(page, container, setting);
        mounts(page, container);
    }
}

fn identity(page: &mut Page, container: &Container, status: Option<&ContainerStatus>, setting: Setting) {
    page.line(1, format_args!("{}{}:", setting.name_indent(), container.name));
    if let Some(status) = status {
        page.field(2, "Container ID", text(&status.container_id));
    }
    page.field(2, "Image", text(&container.image));
    if let Some(status) = status {
        page.field(2, "Image ID", &status.image_id);
    }
    ports(page, "Port", container, |port| port.container_port);
    ports(page, "Host Port", container, |port| port.host_port.unwrap_or_default());
    seccomp(page, 2, 3, container.security_context.as_ref().and_then(|context| context.seccomp_profile.as_ref()));
}

/// The profile that filters system calls, if one is set.
pub fn seccomp(page: &mut Page, level: usize, file_level: usize, profile: Option<&SeccompProfile>) {
    let Some(profile) = profile else { return };
    page.field(level, "SeccompProfile", &profile.type_);
    if profile.type_ == "Localhost" {
        page.field(file_level, "LocalhostProfile", text(&profile.localhost_profile));
    }
}

/// `80/TCP (http), 443/TCP`: one port is a `Port`, several are `Ports`.
fn ports(page: &mut Page, title: &str, container: &Container, number: impl Fn(&ContainerPort) -> i32) {
    let shown = |port: &ContainerPort| match text(&port.name) {
        "" => format!("{}/{}", number(port), text(&port.protocol)),
        name => format!("{}/{} ({name})", number(port), text(&port.protocol)),
    };
    let ports: Vec<String> = container.ports.iter().flatten().map(shown).collect();
    match ports.as_slice() {
        [] => page.field(2, title, "<none>"),
        [port] => page.field(2, title, port),
        ports => page.field(2, &format!("{title}s"), ports.join(", ")),
    }
}

fn command(page: &mut Page, container: &Container) {
    for (title, words) in [("Command", &container.command), ("Args", &container.args)] {
        let Some(words) = words.as_ref().filter(|words| !words.is_empty()) else { continue };
        page.line(2, format_args!("{title}:"));
        for line in words.iter().flat_map(|word| word.split('\n')) {
            page.line(3, line);
        }
    }
}

fn state(page: &mut Page, title: &str, state: Option<&ContainerState>) {
    let state = state.cloned().unwrap_or_default();
    if let Some(running) = state.running {
        page.field(2, title, "Running");
        page.field(3, "Started", date(running.started_at.as_ref()));
    } else if let Some(ended) = state.terminated.filter(|_| state.waiting.is_none()) {
        page.field(2, title, "Terminated");
        page.field_unless_empty(3, "Reason", ended.reason.as_deref());
        page.field_unless_empty(3, "Message", ended.message.as_deref());
        page.field(3, "Exit Code", ended.exit_code);
        if let Some(signal) = ended.signal.filter(|signal| *signal > 0) {
            page.field(3, "Signal", signal);
        }
        page.field(3, "Started", date(ended.started_at.as_ref()));
        page.field(3, "Finished", date(ended.finished_at.as_ref()));
    } else {
        page.field(2, title, "Waiting");
        page.field_unless_empty(3, "Reason", state.waiting.and_then(|waiting| waiting.reason).as_deref());
    }
}

/// Limits and requests of a container, or of a whole pod.
pub fn resources(page: &mut Page, level: usize, resources: Option<&ResourceRequirements>) {
    let Some(resources) = resources else { return };
    for (title, list) in [("Limits", &resources.limits), ("Requests", &resources.requests)] {
        if let Some(list) = list.as_ref().filter(|list| !list.is_empty()) {
            page.line(level, format_args!("{title}:"));
            resource_list(page, level + 1, list);
        }
    }
}

/// `cpu: 500m`, by name.
pub fn resource_list(page: &mut Page, level: usize, list: &BTreeMap<String, RawQuantity>) {
    for (name, amount) in list {
        page.field(level, name, Quantity::of(amount));
    }
}

/// What is mounted where, by path.
fn mounts(page: &mut Page, container: &Container) {
    let mut mounts: Vec<_> = container.volume_mounts.iter().flatten().collect();
    mounts.sort_by_key(|mount| &mount.mount_path);
    let none = if mounts.is_empty() { "\t<none>" } else { "" };
    page.line(2, format_args!("Mounts:{none}"));
    for mount in mounts {
        let mode = if mount.read_only == Some(true) { "ro" } else { "rw" };
        let part = match text(&mount.sub_path) {
            "" => String::new(),
            path => format!(",path={path:?}"),
        };
        page.line(3, format_args!("{} from {} ({mode}{part})", mount.mount_path, mount.name));
    }
    let mut devices: Vec<_> = container.volume_devices.iter().flatten().collect();
    devices.sort_by_key(|device| &device.device_path);
    if !devices.is_empty() {
        page.line(2, format_args!("Devices:{none}"));
    }
    for device in devices {
        page.line(3, format_args!("{} from {}", device.device_path, device.name));
    }
}
