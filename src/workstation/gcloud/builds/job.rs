//! One build: what was asked for, how far it has come, and its log.

use std::collections::BTreeMap;
use std::sync::Arc;

use podarium_sim::Time;
use serde_json::{Value, json};

use super::super::PROJECT;
use super::worker::Worker;
use crate::docker::stamp;
use crate::gcloud::PROJECT_NUMBER;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Queued,
    Working,
    Success,
    Failure,
    Timeout,
    Cancelled,
}

impl Status {
    pub fn name(self) -> &'static str {
        match self {
            Status::Queued => "QUEUED",
            Status::Working => "WORKING",
            Status::Success => "SUCCESS",
            Status::Failure => "FAILURE",
            Status::Timeout => "TIMEOUT",
            Status::Cancelled => "CANCELLED",
        }
    }

    pub fn is_over(self) -> bool {
        !matches!(self, Status::Queued | Status::Working)
    }
}

/// A step, after the substitutions.
#[derive(Clone, Debug, Default)]
pub struct Step {
    pub name: String,
    pub id: String,
    pub entrypoint: Option<String>,
    pub args: Vec<String>,
    pub script: Option<String>,
    pub env: BTreeMap<String, String>,
    pub dir: String,
    /// Names and paths of what it shares with other steps besides the workspace.
    pub volumes: Vec<(String, String)>,
    /// The ids of the steps that it waits for, or `-` for none; nothing: for all that stand before it.
    pub wait_for: Vec<String>,
    pub timeout: Option<u64>,
    pub allow_failure: bool,
    pub allow_exit_codes: Vec<i64>,
}

impl Step {
    pub fn of(value: &Value) -> Self {
        let texts = |name: &str| -> Vec<String> { value[name].as_array().into_iter().flatten().filter_map(|one| one.as_str().map(str::to_owned)).collect() };
        let text = |name: &str| value[name].as_str().map(str::to_owned);
        Step {
            name: text("name").unwrap_or_default(),
            id: text("id").unwrap_or_default(),
            entrypoint: text("entrypoint").filter(|entrypoint| !entrypoint.is_empty()),
            args: texts("args"),
            script: text("script"),
            env: texts("env").iter().map(|pair| pair.split_once('=').unwrap_or((pair, ""))).map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            dir: text("dir").unwrap_or_default(),
            volumes: value["volumes"].as_array().into_iter().flatten().map(|volume| (volume["name"].as_str().unwrap_or_default().to_owned(), volume["path"].as_str().unwrap_or_default().to_owned())).collect(),
            wait_for: texts("waitFor"),
            timeout: value["timeout"].as_str().and_then(seconds),
            allow_failure: value["allowFailure"].as_bool().unwrap_or(false),
            allow_exit_codes: value["allowExitCodes"].as_array().into_iter().flatten().filter_map(Value::as_i64).collect(),
        }
    }
}

/// `600s`
pub fn seconds(text: &str) -> Option<u64> {
    text.strip_suffix('s')?.parse::<f64>().ok().map(|seconds| seconds as u64)
}

/// How far a build has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    Queued,
    Starting,
    Fetching,
    /// The steps run, each as far as its stage says.
    Steps,
    /// An image is pushed: which, and how often it failed.
    Push { image: usize, attempts: u32 },
    /// One failed, and is tried again.
    PushAgain { image: usize, attempts: u32 },
    Over,
}

/// How far a step has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Waiting,
    /// Its image is looked for; so many times it was not got.
    Image { attempts: u32, at: Time },
    /// Its container is made.
    Container { at: Time },
    Running { deadline: Option<Time> },
    Done,
}

#[derive(Clone)]
pub struct Job {
    pub id: String,
    pub created_nanos: i64,
    pub started_nanos: Option<i64>,
    pub finished_nanos: Option<i64>,
    pub status: Status,
    /// What was asked for, after the substitutions.
    pub asked: Value,
    pub steps: Vec<Step>,
    pub images: Vec<String>,
    pub archive: Arc<Vec<u8>>,
    pub log: String,
    /// What was pushed: names and digests.
    pub results: Vec<(String, String)>,
    pub step_status: Vec<Status>,
    pub stages: Vec<Stage>,
    pub failure: Option<String>,
    pub phase: Phase,
    /// When the phase is over that takes a fixed time.
    pub until: Time,
    /// When the build takes too long.
    pub deadline: Time,
    pub worker: Option<Box<Worker>>,
}

impl Job {
    pub fn say(&mut self, line: &str) {
        self.log.push_str(&format!("{line}\n"));
    }

    /// `Step #1 - "test"`; nothing where there is one step only.
    pub fn step_name(&self, index: usize) -> String {
        match (self.steps.len(), self.steps[index].id.as_str()) {
            (1, _) => String::new(),
            (_, "") => format!("Step #{index}"),
            (_, id) => format!("Step #{index} - \"{id}\""),
        }
    }

    /// A line that a step has written.
    pub fn step_says(&mut self, index: usize, line: &str) {
        match self.step_name(index) {
            name if name.is_empty() => self.say(line),
            name => self.say(&format!("{name}: {line}")),
        }
    }

    pub fn end(&mut self, status: Status, unix_nanos: i64) {
        self.status = status;
        self.finished_nanos = Some(unix_nanos);
        self.phase = Phase::Over;
        self.worker = None;
        // Where one step has failed the others are stopped.
        let of_others = if status == Status::Failure { Status::Cancelled } else { status };
        for step in self.step_status.iter_mut().filter(|step| **step == Status::Working) {
            *step = of_others;
        }
    }

    /// Lets those steps begin that wait for nothing any more.
    pub fn start_steps(&mut self, at: Time) {
        let is_done = |index: usize| self.stages[index] == Stage::Done;
        let has_waited = |step: usize| match &self.steps[step].wait_for[..] {
            [] => (0..step).all(is_done),
            ids => (0..step).filter(|other| ids.contains(&self.steps[*other].id)).all(is_done),
        };
        let begin: Vec<usize> = (0..self.steps.len()).filter(|step| self.stages[*step] == Stage::Waiting && has_waited(*step)).collect();
        for step in begin {
            self.stages[step] = Stage::Image { attempts: 0, at };
        }
    }

    pub fn log_url(&self) -> String {
        format!("https://console.cloud.google.com/cloud-build/builds/{}?project={PROJECT_NUMBER}", self.id)
    }

    /// As the API shows it.
    pub fn json(&self) -> Value {
        let mut shown = self.asked.clone();
        let time = |nanos: i64| json!(stamp(nanos));
        shown["id"] = json!(self.id);
        shown["name"] = json!(format!("projects/{PROJECT_NUMBER}/locations/global/builds/{}", self.id));
        shown["projectId"] = json!(PROJECT);
        shown["status"] = json!(self.status.name());
        shown["createTime"] = time(self.created_nanos);
        shown["logUrl"] = json!(self.log_url());
        shown["logsBucket"] = json!(format!("gs://{PROJECT_NUMBER}.cloudbuild-logs.googleusercontent.com"));
        shown["queueTtl"] = json!("3600s");
        if let Some(at) = self.started_nanos {
            shown["startTime"] = time(at);
        }
        if let Some(at) = self.finished_nanos {
            shown["finishTime"] = time(at);
        }
        for (step, status) in shown["steps"].as_array_mut().into_iter().flatten().zip(&self.step_status) {
            step["status"] = json!(status.name());
        }
        if !self.results.is_empty() {
            shown["results"] = json!({"images": self.results.iter().map(|(name, digest)| json!({"digest": digest, "name": name})).collect::<Vec<_>>()});
        }
        if !self.images.is_empty() {
            shown["artifacts"] = json!({"images": self.images});
        }
        if let Some(detail) = &self.failure {
            shown["failureInfo"] = json!({"detail": detail, "type": "USER_BUILD_STEP"});
        }
        shown
    }
}
