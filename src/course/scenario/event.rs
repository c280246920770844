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
    /// Shuts a machine down in good order: its kubelet ends the pods first, if `shutdownGracePeriod` says so.
    ShutDownNode(Name),
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
    /// Sends requests to a Service from now on.
    StartTraffic(StartTraffic),
    /// Changes how many requests a second are sent, at once or steadily.
    ChangeTraffic(ChangeTraffic),
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

/// A source of requests. Either `per-second` or `clients` says how many.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct StartTraffic {
    /// The name by which it is stopped, and by which objectives speak of it.
    pub name: Name,
    pub service: Name,
    #[serde(default = "default_namespace")]
    pub namespace: Name,
    #[serde(default = "http_port")]
    #[schemars(range(min = 1, max = 65535))]
    pub port: u16,
    #[serde(default = "root_path")]
    pub path: String,
    /// So many requests a second, however fast the answers come.
    #[schemars(range(min = 1, max = 10_000))]
    pub per_second: Option<u32>,
    /// How those are spaced.
    #[serde(default)]
    pub arrivals: Arrivals,
    /// So many clients, each of which waits for its answer before it asks again.
    #[schemars(range(min = 1, max = 10_000))]
    pub clients: Option<u32>,
    /// How long each of those waits between an answer and its next request.
    #[serde(default)]
    pub pause: Period,
    /// Where the requests come from.
    #[serde(default)]
    pub from: TrafficFrom,
    /// From how many addresses they come, if they come from outside.
    #[serde(default = "twenty")]
    #[schemars(range(min = 1, max = 200))]
    pub addresses: u32,
    /// How long a client waits for an answer.
    #[serde(default = "five_seconds")]
    pub timeout: Period,
}

/// How requests are spaced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Arrivals {
    /// All gaps are the same.
    #[default]
    Even,
    /// At random, as of many people who know nothing of each other.
    Poisson,
}

/// Where requests come from.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum TrafficFrom {
    Place(TrafficPlace),
    Pods(TrafficPods),
}

impl Default for TrafficFrom {
    fn default() -> Self {
        TrafficFrom::Place(TrafficPlace::Cluster)
    }
}

/// A place that requests come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TrafficPlace {
    /// The nodes of the cluster, each in turn.
    Cluster,
    /// The internet: it reaches Services with an external IP or a node port.
    Outside,
}

/// Pods that requests come from, each in turn. They are in the namespace of the Service.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TrafficPods {
    pub pods: Selector,
}

/// Another number of requests a second.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ChangeTraffic {
    /// The name of traffic that was started with `per-second`.
    pub name: Name,
    #[schemars(range(min = 0, max = 10_000))]
    pub per_second: u32,
    /// How long the change takes; it comes at once when this is left out.
    #[serde(default)]
    pub within: Period,
}

fn twenty() -> u32 {
    20
}

fn five_seconds() -> Period {
    Period(std::time::Duration::from_secs(5))
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
