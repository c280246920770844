//! The timeline: what happens in a scenario, and when.

use schemars::JsonSchema;
use serde::Deserialize;

use super::manifest::{Manifest, ManifestSource};
use super::values::{ImageName, Name, ObjectRef, Period, Selector};

/// Something that happens at a time. Beside `at` stands one event.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(extend("unevaluatedProperties" = false))]
pub struct TimelineEntry {
    /// The time since the start. The entries stand in the order of time.
    pub at: Period,
    /// A name by which objectives refer to this moment.
    pub name: Option<Name>,
    /// Who does it.
    #[serde(default)]
    pub by: Actor,
    #[serde(flatten)]
    pub event: Event,
    /// The line of the file, for messages about this entry.
    #[serde(default)]
    #[schemars(skip)]
    pub line: usize,
}

/// Who does what happens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Actor {
    /// It happens in every run.
    #[default]
    Scenario,
    /// A stand-in for what the steps ask the student to do: played by `run` and `render`, left out where a person is
    /// at the keyboard.
    Student,
}

/// What happens.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// Applies objects as `kubectl apply` does.
    #[serde(deserialize_with = "resolved_manifests")]
    Apply(#[schemars(with = "OneOrMany<ManifestSource>")] Vec<Manifest>),
    /// Deletes objects as `kubectl delete` does.
    Delete(OneOrMany<ObjectRef>),
    /// Deletes pods: by name, or chosen by their labels.
    KillPod(PodChoice),
    /// Kills the process in a container; the kubelet sees it end.
    KillProcess(KillProcess),
    /// Adds a machine of 4 CPU and 8Gi to the cluster and switches it on.
    AddNode(Name),
    /// Switches a machine off, without a warning.
    StopNode(Name),
    /// Switches it on again.
    StartNode(Name),
    /// Cuts a machine off the network; its containers go on running.
    CutOffNode(Name),
    /// Connects it again.
    ReconnectNode(Name),
    /// Sets the number of replicas.
    Scale(Scale),
    /// Sets a container's image.
    SetImage(SetImage),
    /// Sends requests to a Service, at a steady rate.
    StartTraffic(StartTraffic),
    /// Ends the traffic of that name.
    StopTraffic(Name),
    /// Shows a line of text.
    Say(#[schemars(length(min = 1))] String),
    /// Types a line into the terminal.
    Type(#[schemars(length(min = 1))] String),
}

/// By the time that the types are read, the loader has put the objects in place of their sources.
fn resolved_manifests<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<Manifest>, D::Error> {
    Vec::deserialize(deserializer)
}

/// One, or a list of several.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum OneOrMany<T> {
    One(T),
    Many(#[schemars(length(min = 1))] Vec<T>),
}

impl<T> OneOrMany<T> {
    pub fn as_slice(&self) -> &[T] {
        match self {
            OneOrMany::One(one) => std::slice::from_ref(one),
            OneOrMany::Many(many) => many,
        }
    }
}

/// Which pods.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum PodChoice {
    Name(Name),
    Selected(PodSelection),
}

/// Pods chosen by their labels.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PodSelection {
    pub selector: Selector,
    /// Which of the selected pods. Pods that are already terminating do not count.
    #[serde(default)]
    pub which: Which,
    #[serde(default = "default_namespace")]
    pub namespace: Name,
    /// The grace period; the pod's own when it is left out, and `0s` kills at once.
    pub grace: Option<Period>,
}

/// Which of several pods.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Which {
    #[default]
    Oldest,
    Newest,
    /// One of them, drawn with the scenario's seed.
    Any,
    All,
}

/// Kills the first process of a container.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct KillProcess {
    pub selector: Selector,
    #[serde(default)]
    pub which: Which,
    #[serde(default = "default_namespace")]
    pub namespace: Name,
    /// The container; the first one when it is left out.
    pub container: Option<Name>,
    /// The exit code that the kubelet sees; 137, as after a kill, when it is left out.
    #[serde(default = "killed")]
    #[schemars(range(min = 0, max = 255))]
    pub exit_code: i32,
}

fn killed() -> i32 {
    137
}

/// A new number of replicas.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Scale {
    /// Such as `deployment/hello`.
    pub target: ObjectRef,
    #[schemars(range(min = 0, max = 100_000))]
    pub replicas: u32,
    #[serde(default = "default_namespace")]
    pub namespace: Name,
}

/// A new image.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SetImage {
    /// Such as `deployment/hello`.
    pub target: ObjectRef,
    /// The container; all of them when it is left out.
    pub container: Option<Name>,
    pub image: ImageName,
    #[serde(default = "default_namespace")]
    pub namespace: Name,
}

/// A source of requests.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct StartTraffic {
    /// The name by which it is stopped.
    pub name: Name,
    pub service: Name,
    #[serde(default = "default_namespace")]
    pub namespace: Name,
    #[serde(default = "http_port")]
    #[schemars(range(min = 1, max = 65535))]
    pub port: u16,
    #[serde(default = "root_path")]
    pub path: String,
    #[schemars(range(min = 1, max = 10_000))]
    pub per_second: u32,
}

fn http_port() -> u16 {
    80
}

fn root_path() -> String {
    "/".to_string()
}

pub(crate) fn default_namespace() -> Name {
    Name("default".to_string())
}
