//! Images that a scenario brings along, and what their containers do.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::values::{ImageName, Period, Quantity};

/// An image in the simulated registry. An image that is in no scenario and not built in cannot be pulled.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Image {
    /// The name with the tag, as pods ask for it.
    pub name: ImageName,
    /// The version that the scene and the objectives speak of; the tag when it is left out.
    pub version: Option<String>,
    /// How much is pulled, 50Mi when it is left out. With `layers`, their sum.
    pub size: Option<Quantity>,
    /// The layers. A node that has a layer already does not pull it again.
    #[serde(default)]
    pub layers: Vec<Layer>,
    /// From the container's start until the program works.
    #[serde(default = "half_a_second")]
    pub starts_in: Period,
    /// From then until it says that it is ready, to readiness probes and on its ports.
    #[serde(default)]
    pub ready_after: Period,
    /// How long the program takes to end when it is asked to.
    #[serde(default = "tenth_of_a_second")]
    pub stops_in: Period,
    /// When the program ends by itself; it runs for ever when this is left out.
    pub exits: Option<Exit>,
    /// What it needs at work. More than the container's limit gets it killed for memory.
    pub memory: Option<Quantity>,
    /// What it uses at work.
    pub cpu: Option<Quantity>,
    /// Memory that it never gives back.
    pub leaks: Option<Leaks>,
    /// Files of its own.
    #[serde(default)]
    pub files: BTreeMap<String, String>,
    /// Which everyday programs there are: those of Debian when it is left out.
    #[serde(default)]
    pub base: Base,
    /// The command line of a program that really runs, such as a script of `files`, in the place of what `serves`, `logs` and
    /// `exits` play.
    #[serde(default)]
    pub command: Vec<String>,
    /// The number of the user that its programs run as; 0, which is root, when it is left out.
    #[serde(default)]
    pub user: u32,
    /// How many requests it works on at a time; more wait for their turn. All at once when it is left out.
    #[schemars(range(min = 1, max = 10_000))]
    pub workers: Option<u32>,
    /// What it writes to its log.
    #[serde(default)]
    pub logs: Vec<LogLine>,
    /// What it answers over HTTP.
    #[serde(default)]
    pub serves: Vec<Serves>,
}

/// What an image stands on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Base {
    /// Nothing, not even a shell.
    Scratch,
    Busybox,
    Alpine,
    #[default]
    Debian,
}

/// Memory that a program loses.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Leaks {
    /// For each request that it answers.
    pub per_request: Option<Quantity>,
    pub per_second: Option<Quantity>,
}

impl Image {
    pub fn version(&self) -> &str {
        self.version.as_deref().unwrap_or(self.name.tag())
    }
}

fn half_a_second() -> Period {
    Period(std::time::Duration::from_millis(500))
}

fn tenth_of_a_second() -> Period {
    Period(std::time::Duration::from_millis(100))
}

/// A layer of an image.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Layer {
    /// Layers with the same name are the same layer.
    #[schemars(length(min = 1))]
    pub name: String,
    pub size: Quantity,
}

/// The end of a program that ends by itself.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Exit {
    /// 0 is success; anything else is a crash.
    #[schemars(range(min = 0, max = 255))]
    pub code: i32,
    /// How long after the container's start.
    #[serde(default)]
    pub after: Period,
}

/// A line of the log.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum LogLine {
    /// Written once, at the start.
    Once(String),
    Repeated(RepeatedLine),
}

/// A line that is written again and again.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RepeatedLine {
    pub every: Period,
    pub line: String,
}

/// What an image answers on one port and path.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Serves {
    #[schemars(range(min = 1, max = 65535))]
    pub port: u16,
    /// The path; every path that no other entry names when it is left out.
    pub path: Option<String>,
    /// The HTTP status.
    #[serde(default = "status_ok")]
    #[schemars(range(min = 100, max = 599))]
    pub status: u16,
    /// The body of the answer.
    #[serde(default)]
    pub body: String,
    /// How long an answer takes.
    #[serde(default)]
    pub takes: Period,
    /// The CPU time that an answer costs.
    #[serde(default)]
    pub cpu: Period,
    /// The memory that it needs until it is given.
    pub memory: Option<Quantity>,
}

fn status_ok() -> u16 {
    200
}
