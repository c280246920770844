//! Scenario files: their types, how they are read, and what must be consistent in them.
//!
//! [`Scenario`] is both what a file says and what the runner plays. Its JSON schema is derived from the same types,
//! and [`load`] checks a file against that schema before it reads it, so the two cannot drift apart.

mod check;
mod cluster;
mod condition;
mod event;
mod image;
mod load;
mod manifest;
mod objective;
mod reference;
mod values;

pub use cluster::{Addon, Autoscale, Cluster, ControllerManager, NodeGroup, NodeSpec, Nodes, Storage, System};
pub use condition::{
    AllOf, AnyOf, Bounds, Comparison, Condition, DeploymentCondition, EventCondition, ExistsCondition, GoneCondition,
    NodeCondition, NodesCondition, Not, Phase, PodsCondition, ServiceCondition, TrafficCondition,
};
pub use event::{
    Actor, Arrivals, ChangeTraffic, Event, KillProcess, OneOrMany, PodChoice, PodSelection, Scale, SetImage,
    StartTraffic, TimelineEntry, TrafficFrom, TrafficPlace, TrafficPods, Which,
};
pub(crate) use event::default_namespace;
pub use image::{Base, Exit, Image, Layer, Leaks, LogLine, RepeatedLine, Serves};
pub use load::{load, scenario_schema};
pub use manifest::{HomeFile, Manifest};
pub use objective::{Always, Eventually, Objective, Timing};
pub use values::{ImageName, Moment, Name, ObjectRef, Period, Quantity, Selector, Taint};

use schemars::JsonSchema;
use serde::Deserialize;

/// A scenario of Podarium: a cluster, what happens in it, and the lesson that goes with it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Scenario {
    /// The name by which the scenario is started: `podarium run NAME`.
    pub name: Name,
    /// The title in the menu and above the steps.
    #[schemars(length(min = 1))]
    pub title: String,
    /// One sentence for the menu.
    #[serde(default)]
    pub summary: String,
    /// The day of the course that the scenario belongs to.
    #[schemars(range(min = 1, max = 4))]
    pub day: Option<u8>,
    /// Which old API versions the cluster serves as well.
    #[serde(default)]
    pub compat: Compat,
    /// The seed of everything random, unless `--seed` gives another.
    #[serde(default = "first_seed")]
    pub seed: u64,
    /// How long `podarium run` plays the scenario, unless `--until` says otherwise.
    #[serde(default = "two_minutes")]
    pub until: Period,
    /// The machines.
    #[serde(default)]
    pub cluster: Cluster,
    /// Images that the scenario brings along, with what their containers do.
    #[serde(default)]
    pub images: Vec<Image>,
    /// Objects that are applied at the start, in this order.
    #[serde(default)]
    #[schemars(with = "Vec<manifest::ManifestSource>")]
    pub manifests: Vec<Manifest>,
    /// Files in the student's home folder.
    #[serde(default)]
    #[schemars(with = "Vec<manifest::HomeFileSource>")]
    pub files: Vec<HomeFile>,
    /// What happens, in the order of time.
    #[serde(default)]
    pub timeline: Vec<TimelineEntry>,
    /// What is checked while the scenario runs.
    #[serde(default)]
    pub objectives: Vec<Objective>,
    /// The lesson: what to read and to try, one step after the other.
    #[serde(default)]
    pub steps: Vec<Step>,
}

fn first_seed() -> u64 {
    1
}

fn two_minutes() -> Period {
    Period::from_secs(120)
}

/// Old API versions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Compat {
    /// What Kubernetes 1.36 serves, and nothing else.
    #[default]
    None,
    /// Also `extensions/v1beta1` and `apps/v1beta1` and `v1beta2`, as in the manifests of 2019.
    #[serde(rename = "course-2019")]
    Course2019,
}

/// One step of the lesson.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Step {
    #[schemars(length(min = 1))]
    pub title: String,
    /// A few lines of Markdown: what this is about, and what to watch for.
    #[schemars(length(min = 1))]
    pub text: String,
    /// What to try: command lines, and other things to do.
    #[serde(default, rename = "try")]
    pub tries: Vec<Try>,
    /// The objective that completes the step.
    pub done_when: Name,
}

/// One thing to try.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Try {
    /// A line for the terminal.
    Command(#[schemars(length(min = 1))] String),
    Action(Action),
}

/// Something to do outside the terminal, in words.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// For example `select the pod and press Delete`.
    #[serde(rename = "do")]
    pub what: String,
}
