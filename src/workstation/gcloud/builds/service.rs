//! The service that builds: it takes builds, gives each a worker, and tells how far they are.
//!
//! Models: the Cloud Build API, v1, and the worker of cloud-build-local.
//! Simplified: secrets, private pools, objects in buckets and dynamic substitutions are refused.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use podarium_cluster::Cluster;
use podarium_machine::{ExchangeId, HttpEvent, HttpRequest};
use podarium_sim::{Stream, Time};
use serde_json::{Value, json};

use super::super::{PROJECT, PROJECT_NUMBER};
use super::job::{Job, Phase, Stage, Status, Step, seconds};
use super::source::unpack;
use super::substitutions::Substitutions;
use super::validate;
use super::worker::{Errand, Found, PUSH, Worker, not_simulated};
use crate::docker::nanos;

/// How long a build waits for a worker, the worker for its first words, a container for its start.
const QUEUE: Duration = Duration::from_millis(1300);
const START: Duration = Duration::from_millis(1900);
const FETCH: Duration = Duration::from_millis(1400);
const CONTAINER: Duration = Duration::from_millis(900);
const END: Duration = Duration::from_millis(700);
/// How long a build may take that says nothing of it.
const USUAL_TIMEOUT: u64 = 3600;
/// How often pushing and pulling are tried.
const ATTEMPTS: u32 = 10;
/// Numbers of what workers ask of the world, far from those of the workstation.
const FIRST_ERRAND: u64 = 1 << 62;

/// An error of the API: code and text.
type Refusal = (u16, String);

#[derive(Clone)]
pub struct Builds {
    jobs: Vec<Job>,
    /// What workers have asked of the world: whose it is, and its number there.
    asked: BTreeMap<ExchangeId, (String, ExchangeId)>,
    next: u64,
    errands: Vec<WorldErrand>,
    random: Stream,
}

/// What a worker asks of the world, by numbers of this service.
#[derive(Clone, Debug)]
pub enum WorldErrand {
    Request(ExchangeId, HttpRequest),
    Data(ExchangeId, Vec<u8>),
    Close(ExchangeId),
}

fn invalid(text: &str) -> Refusal {
    (400, format!("INVALID_ARGUMENT: {text}"))
}

fn backoff(attempts: u32) -> Duration {
    Duration::from_millis((500 << attempts.min(5)).min(10_000))
}

impl Builds {
    pub fn new(random: Stream) -> Self {
        Builds { jobs: Vec::new(), asked: BTreeMap::new(), next: 0, errands: Vec::new(), random }
    }

    pub fn next_at(&self) -> Option<Time> {
        self.jobs.iter().filter(|job| !job.status.is_over()).map(next_at).min()
    }

    /// What workers have asked of the world since the last call.
    pub fn take_errands(&mut self) -> Vec<WorldErrand> {
        std::mem::take(&mut self.errands)
    }

    /// An answer to a worker; whether it was one's.
    pub fn http_reply(&mut self, id: ExchangeId, event: &HttpEvent) -> bool {
        if id.0 < FIRST_ERRAND || id.0 >= FIRST_ERRAND << 1 {
            return false;
        }
        let last = matches!(event, HttpEvent::Response(_) | HttpEvent::End | HttpEvent::Failed(_));
        let Some((build, own)) = self.asked.get(&id).cloned() else { return true };
        if let Some(worker) = self.jobs.iter_mut().find(|job| job.id == build).and_then(|job| job.worker.as_mut()) {
            worker.http_reply(own, event.clone());
        }
        if last {
            self.asked.remove(&id);
        }
        true
    }

    fn uuid(&mut self) -> String {
        let (high, low) = (self.random.bits(), self.random.bits());
        let hex = format!("{:016x}{:016x}", high & !0xf000 | 0x4000, low & !(0xc << 60) | 0x8 << 60);
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }

    fn job(&mut self, id: &str) -> Result<&mut Job, Refusal> {
        self.jobs.iter_mut().find(|job| job.id == id).ok_or_else(|| (404, "NOT_FOUND: Requested entity was not found.".to_owned()))
    }

    pub fn answer(&mut self, method: &str, parts: &[&str], body: &[u8], cluster: &Cluster) -> Result<Value, Refusal> {
        match (method, parts) {
            ("POST", []) => self.create(body, cluster),
            // The newest first.
            ("GET", []) => Ok(self.jobs.iter().rev().map(Job::json).collect()),
            ("GET", [id]) => self.job(id).map(|job| job.json()),
            ("GET", [id, "log", from]) => {
                let job = self.job(id)?;
                let from = from.parse::<usize>().unwrap_or(0).min(job.log.len());
                Ok(json!({"text": job.log[from..], "status": job.status.name()}))
            }
            ("POST", [id, "cancel"]) => {
                let unix_nanos = nanos(cluster);
                let id = (*id).to_owned();
                let job = self.job(&id)?;
                if job.status.is_over() {
                    return Err((400, "FAILED_PRECONDITION: Cannot cancel a completed build.".to_owned()));
                }
                job.say("CANCELLED\nERROR: context canceled");
                job.end(Status::Cancelled, unix_nanos);
                let shown = job.json();
                self.forget(&id);
                Ok(shown)
            }
            _ => Err((404, "not found".to_owned())),
        }
    }

    /// Takes a build: a line of JSON, and the archive of the source.
    fn create(&mut self, body: &[u8], cluster: &Cluster) -> Result<Value, Refusal> {
        let end = body.iter().position(|byte| *byte == b'\n').unwrap_or(body.len());
        let mut asked: Value = serde_json::from_slice(&body[..end]).map_err(|error| invalid(&error.to_string()))?;
        let refused = |what: &str| Err((501, format!("podarium: not simulated: {what} of Cloud Build")));
        for field in ["secrets", "availableSecrets", "serviceAccount", "logsBucket", "artifacts", "dependencies"] {
            if !asked[field].is_null() && !(field == "artifacts" && asked[field].as_object().is_some_and(|map| map.keys().all(|key| key == "images"))) {
                return refused(&format!("`{field}`"));
            }
        }
        for field in ["pool", "workerPool", "dynamicSubstitutions", "automapSubstitutions", "secretEnv"] {
            if asked["options"][field].as_bool() != Some(false) && !asked["options"][field].is_null() {
                return refused(&format!("`options.{field}`"));
            }
        }
        validate::steps(asked["steps"].as_array().map(Vec::as_slice).unwrap_or_default()).map_err(|text| invalid(&text))?;
        let id = self.uuid();
        let given: BTreeMap<String, String> = asked["substitutions"].as_object().into_iter().flatten().map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned())).collect();
        let known = [("PROJECT_ID", PROJECT), ("PROJECT_NUMBER", PROJECT_NUMBER), ("BUILD_ID", id.as_str()), ("LOCATION", "global")].map(|(key, value)| (key.to_owned(), value.to_owned()));
        let loose = asked["options"]["substitutionOption"] == "ALLOW_LOOSE";
        let mut substitutions = Substitutions::new(&given, known.into(), loose).map_err(|text| invalid(&text))?;
        for step in asked["steps"].as_array_mut().into_iter().flatten() {
            for (field, value) in step.as_object_mut().into_iter().flatten() {
                if !matches!(field.as_str(), "script" | "timeout") {
                    substitutions.put_all(value).map_err(|text| invalid(&text))?;
                }
            }
        }
        for field in ["images", "tags"] {
            substitutions.put_all(&mut asked[field]).map_err(|text| invalid(&text))?;
            if asked[field].is_null() {
                asked.as_object_mut().map(|build| build.remove(field));
            }
        }
        if let Some(options) = asked.get_mut("options") {
            substitutions.put_all(&mut options["env"]).map_err(|text| invalid(&text))?;
        }
        substitutions.check(&given).map_err(|text| invalid(&text))?;
        let steps = asked["steps"].as_array().cloned().unwrap_or_default();
        let common = Step::of(&json!({"env": asked["options"]["env"], "volumes": asked["options"]["volumes"]}));
        let mut own = Vec::new();
        for value in &steps {
            let mut step = Step::of(value);
            if let Some(what) = not_simulated(&step.name) {
                return Err((501, what));
            }
            if value["secretEnv"].as_array().is_some_and(|list| !list.is_empty()) {
                return refused("`secretEnv`");
            }
            step.env = common.env.clone().into_iter().chain(step.env).collect();
            step.volumes.splice(0..0, common.volumes.iter().cloned());
            own.push(step);
        }
        let texts = |value: &Value| -> Vec<String> { value.as_array().into_iter().flatten().filter_map(|one| one.as_str().map(str::to_owned)).collect() };
        let mut images = texts(&asked["images"]);
        images.extend(texts(&asked["artifacts"]["images"]));
        validate::names(&steps, &images).map_err(|text| invalid(&text))?;
        let timeout = match &asked["timeout"] {
            Value::Null => USUAL_TIMEOUT,
            text => text.as_str().and_then(seconds).ok_or_else(|| invalid(&format!("Invalid value at 'build.timeout' (type.googleapis.com/google.protobuf.Duration), Field 'timeout', Invalid duration format '{}'", text.as_str().unwrap_or_default())))?,
        };
        if timeout > 86_400 {
            return Err(invalid("generic::invalid_argument: timeout exceeds the timeout limit of 24h0m0s"));
        }
        asked["timeout"] = json!(format!("{timeout}s"));
        if asked["options"].is_null() {
            asked["options"] = json!({});
        }
        if asked["options"]["logging"].is_null() {
            asked["options"]["logging"] = json!("LEGACY");
        }
        let now = cluster.now();
        let job = Job {
            id,
            created_nanos: nanos(cluster),
            started_nanos: None,
            finished_nanos: None,
            status: Status::Queued,
            step_status: vec![Status::Queued; own.len()],
            stages: vec![Stage::Waiting; own.len()],
            asked,
            steps: own,
            images,
            archive: Arc::new(body.get(end + 1..).unwrap_or_default().to_vec()),
            log: String::new(),
            results: Vec::new(),
            failure: None,
            phase: Phase::Queued,
            until: now + QUEUE + Duration::from_millis(self.random.below(600) as u64),
            deadline: now + QUEUE + Duration::from_secs(timeout),
            worker: None,
        };
        let shown = job.json();
        self.jobs.push(job);
        Ok(shown)
    }

    /// Lets the builds do what is due.
    pub fn run(&mut self, cluster: &mut Cluster) {
        let now = cluster.now();
        for index in 0..self.jobs.len() {
            while !self.jobs[index].status.is_over() && next_at(&self.jobs[index]) <= now {
                let mut errands = Vec::new();
                let random = Stream::new(self.random.bits(), "worker");
                advance(&mut self.jobs[index], cluster, random, &mut errands);
                let id = self.jobs[index].id.clone();
                errands.into_iter().for_each(|errand| self.send(&id, errand));
                if self.jobs[index].worker.as_ref().is_none_or(|worker| !worker.is_running()) {
                    self.forget(&id);
                }
            }
        }
    }

    fn send(&mut self, build: &str, errand: Errand) {
        let known = |own: ExchangeId| self.asked.iter().find(|(_, (of, number))| of == build && *number == own).map(|(id, _)| *id);
        match errand {
            Errand::Request(own, request) => {
                self.next += 1;
                let id = ExchangeId(FIRST_ERRAND + self.next);
                self.asked.insert(id, (build.to_owned(), own));
                self.errands.push(WorldErrand::Request(id, request));
            }
            Errand::Data(own, bytes) => self.errands.extend(known(own).map(|id| WorldErrand::Data(id, bytes))),
            Errand::Close(own) => {
                if let Some(id) = known(own) {
                    self.asked.remove(&id);
                    self.errands.push(WorldErrand::Close(id));
                }
            }
        }
    }

    /// The program of a build has ended: nobody waits for what it had asked.
    fn forget(&mut self, build: &str) {
        let gone: Vec<ExchangeId> = self.asked.iter().filter(|(_, (of, _))| of == build).map(|(id, _)| *id).collect();
        for id in gone {
            self.asked.remove(&id);
            self.errands.push(WorldErrand::Close(id));
        }
    }
}

fn next_at(job: &Job) -> Time {
    let of_worker = |key: usize| job.worker.as_ref().and_then(|worker| worker.next_at(key));
    let own: Vec<Time> = match job.phase {
        Phase::Steps => (0..job.stages.len()).filter_map(|step| next_of_step(job, step)).collect(),
        Phase::Push { .. } => of_worker(PUSH).into_iter().collect(),
        _ => vec![job.until],
    };
    own.into_iter().chain([job.deadline]).min().unwrap_or(job.deadline)
}

/// When something happens next in a step.
fn next_of_step(job: &Job, step: usize) -> Option<Time> {
    match job.stages[step] {
        Stage::Waiting | Stage::Done => None,
        Stage::Image { at, .. } | Stage::Container { at } => Some(at),
        Stage::Running { deadline } => job.worker.as_ref().and_then(|worker| worker.next_at(step)).into_iter().chain(deadline).min(),
    }
}

fn fail(job: &mut Job, unix_nanos: i64, detail: &str, of_step: bool) {
    job.say(&format!("ERROR\nERROR: {detail}"));
    if of_step {
        job.failure = Some(format!("Build step failure: {detail}"));
    }
    job.end(Status::Failure, unix_nanos);
}

/// Does the one next thing of a build.
fn advance(job: &mut Job, cluster: &mut Cluster, random: Stream, errands: &mut Vec<Errand>) {
    let (now, unix_nanos) = (cluster.now(), nanos(cluster));
    if job.deadline <= now {
        job.say("TIMEOUT\nERROR: context deadline exceeded");
        return job.end(Status::Timeout, unix_nanos);
    }
    match job.phase.clone() {
        Phase::Queued => {
            job.status = Status::Working;
            job.started_nanos = Some(unix_nanos);
            (job.phase, job.until) = (Phase::Starting, now + START);
        }
        Phase::Starting => {
            job.say(&format!("starting build \"{}\"\n\nFETCHSOURCE", job.id));
            let mut worker = Worker::new(cluster.images().clone(), random, now);
            let source = &job.asked["source"]["storageSource"];
            if let Some(object) = source["object"].as_str() {
                let place = format!("gs://{}/{object}#{}", source["bucket"].as_str().unwrap_or_default(), source["generation"].as_str().unwrap_or_default());
                job.say(&format!("Fetching storage object: {place}"));
                worker.fetch(unpack(&job.archive).unwrap_or_default(), now);
                let size = storage_size(job.archive.len() as u64);
                job.say(&format!("Copying {place}...\n/ [1 files][{size:>9}/{size:>9}]{:48}\nOperation completed over 1 objects/{size}.", ""));
            }
            job.worker = Some(Box::new(worker));
            (job.phase, job.until) = (Phase::Fetching, now + FETCH + Duration::from_millis(job.archive.len() as u64 / 20_000));
        }
        Phase::Fetching => {
            job.say("BUILD");
            job.phase = Phase::Steps;
            job.start_steps(now);
        }
        Phase::Steps => {
            for step in 0..job.stages.len() {
                if job.phase == Phase::Steps && next_of_step(job, step).is_some_and(|at| at <= now) {
                    advance_step(job, step, cluster, errands);
                }
            }
        }
        Phase::Push { image, attempts } => push(job, image, attempts, cluster, errands),
        Phase::PushAgain { image, attempts } => begin_push(job, image, attempts, cluster),
        Phase::Over => {}
    }
}

/// Does the one next thing of a step.
fn advance_step(job: &mut Job, step: usize, cluster: &mut Cluster, errands: &mut Vec<Errand>) {
    let (now, unix_nanos) = (cluster.now(), nanos(cluster));
    match job.stages[step] {
        Stage::Waiting | Stage::Done => {}
        Stage::Image { attempts, .. } => find_image(job, step, attempts, cluster),
        Stage::Container { .. } => {
            let wanted = job.steps[step].clone();
            let Some(worker) = job.worker.as_mut() else { return };
            match worker.start(step, &wanted, cluster) {
                Ok(()) => job.stages[step] = Stage::Running { deadline: wanted.timeout.map(|seconds| now + Duration::from_secs(seconds)) },
                Err(error) => {
                    let why = format!("starting step container failed: Error response from daemon: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: {error}: unknown");
                    step_failed(job, step, &why, unix_nanos);
                }
            }
        }
        Stage::Running { deadline } => {
            if deadline.is_some_and(|at| at <= now) {
                job.step_status[step] = Status::Timeout;
                return step_failed(job, step, "context deadline exceeded", unix_nanos);
            }
            let Some(worker) = job.worker.as_mut() else { return };
            let (lines, ended) = worker.run(step, cluster, errands);
            lines.iter().for_each(|line| job.step_says(step, line));
            if let Some(code) = ended {
                step_ended(job, step, code, now, unix_nanos);
            }
        }
    }
}

/// `983.0 B`, `3.7 KiB`: sizes as gsutil writes them.
fn storage_size(bytes: u64) -> String {
    let mut value = bytes as f64;
    for unit in ["B", "KiB", "MiB"] {
        if value < 1024.0 || unit == "MiB" {
            return format!("{value:.1} {unit}");
        }
        value /= 1024.0;
    }
    String::new()
}

fn find_image(job: &mut Job, step: usize, attempts: u32, cluster: &Cluster) {
    let (now, unix_nanos) = (cluster.now(), nanos(cluster));
    let name = job.steps[step].name.clone();
    let title = job.step_name(step);
    if attempts == 0 && !title.is_empty() {
        job.say(&format!("Starting {title}"));
    }
    job.step_status[step] = Status::Working;
    let Some(worker) = job.worker.as_mut() else { return };
    let wait = match worker.find(&name, cluster) {
        Found::Present => {
            job.step_says(step, &format!("Already have image (with digest): {name}"));
            CONTAINER
        }
        Found::Local => {
            job.step_says(step, &format!("Already have image: {name}"));
            CONTAINER
        }
        Found::Pulled(text) => {
            job.step_says(step, &format!("Pulling image: {name}"));
            text.lines().for_each(|line| job.step_says(step, line));
            Duration::from_secs(4)
        }
        Found::Missing(why) if why.starts_with("podarium:") => {
            job.step_says(step, &why);
            job.step_status[step] = Status::Failure;
            return fail(job, unix_nanos, &format!("build step {step} \"{name}\" failed: {why}"), true);
        }
        Found::Missing(why) => {
            if attempts == 0 {
                job.step_says(step, &format!("Pulling image: {name}"));
            }
            job.step_says(step, &format!("Error response from daemon: {why}"));
            if attempts < ATTEMPTS {
                job.stages[step] = Stage::Image { attempts: attempts + 1, at: now + backoff(attempts) };
                return;
            }
            job.say("ERROR: failed to pull because we ran out of retries.");
            let detail = format!("build step {step} \"{name}\" failed: error pulling build step {step} \"{name}\": generic::unknown: retry budget exhausted ({ATTEMPTS} attempts): step exited with non-zero status: 1");
            job.step_status[step] = Status::Failure;
            return fail(job, unix_nanos, &detail, true);
        }
    };
    job.stages[step] = Stage::Container { at: now + wait };
}

fn step_ended(job: &mut Job, step: usize, code: i32, now: Time, unix_nanos: i64) {
    let wanted = &job.steps[step];
    let allowed = wanted.allow_failure || wanted.allow_exit_codes.contains(&i64::from(code));
    if code != 0 && !allowed {
        return step_failed(job, step, &format!("step exited with non-zero status: {code}"), unix_nanos);
    }
    job.step_status[step] = if code == 0 { Status::Success } else { Status::Failure };
    job.stages[step] = Stage::Done;
    let title = job.step_name(step);
    if !title.is_empty() {
        job.say(&format!("Finished {title}"));
    }
    if job.stages.iter().any(|stage| *stage != Stage::Done) {
        return job.start_steps(now + Duration::from_millis(300));
    }
    let missing: Vec<String> = job.images.iter().filter(|image| job.worker.as_ref().is_none_or(|worker| worker.digest(image).is_none())).map(|image| format!("\"{image}\"")).collect();
    if !missing.is_empty() {
        return fail(job, unix_nanos, &format!("failed to find one or more images after execution of build steps: [{}]", missing.join(" ")), false);
    }
    job.say("PUSH");
    (job.phase, job.until) = (Phase::PushAgain { image: 0, attempts: 1 }, now + END);
}

fn step_failed(job: &mut Job, step: usize, why: &str, unix_nanos: i64) {
    if job.step_status[step] == Status::Working {
        job.step_status[step] = Status::Failure;
    }
    let title = job.step_name(step);
    if !title.is_empty() {
        job.say(&format!("Finished {title}"));
    }
    let detail = format!("build step {step} \"{}\" failed: {why}", job.steps[step].name);
    fail(job, unix_nanos, &detail, true);
}

/// Begins to push an image; after the last one the build is done.
fn begin_push(job: &mut Job, image: usize, attempts: u32, cluster: &Cluster) {
    let Some(name) = job.images.get(image).cloned() else {
        job.say("DONE");
        return job.end(Status::Success, nanos(cluster));
    };
    job.say(&format!("Pushing {name}"));
    let Some(worker) = job.worker.as_mut() else { return };
    match worker.push(&name, cluster) {
        Ok(()) => job.phase = Phase::Push { image, attempts },
        Err(error) => fail(job, nanos(cluster), &error, false),
    }
}

fn push(job: &mut Job, image: usize, attempts: u32, cluster: &mut Cluster, errands: &mut Vec<Errand>) {
    let (now, name) = (cluster.now(), job.images[image].clone());
    let Some(worker) = job.worker.as_mut() else { return };
    let (lines, ended) = worker.run(PUSH, cluster, errands);
    lines.iter().filter(|line| *line != "Using default tag: latest").for_each(|line| job.say(line));
    match ended {
        None => {}
        Some(0) => {
            let digest = job.worker.as_ref().and_then(|worker| worker.digest(&name)).unwrap_or_default();
            let has_tag = name.rsplit('/').next().unwrap_or_default().contains(':');
            job.results.push((name.clone(), digest.clone()));
            if !has_tag {
                job.results.push((format!("{name}:latest"), digest.clone()));
            } else if let Some(bare) = name.strip_suffix(":latest") {
                job.results.insert(job.results.len() - 1, (bare.to_owned(), digest));
            }
            (job.phase, job.until) = (Phase::PushAgain { image: image + 1, attempts: 1 }, now + END);
        }
        Some(_) if attempts < ATTEMPTS => (job.phase, job.until) = (Phase::PushAgain { image, attempts: attempts + 1 }, now + backoff(attempts)),
        Some(_) => {
            job.say("ERROR: failed to push because we ran out of retries.");
            fail(job, nanos(cluster), &format!("error pushing image \"{name}\": retry budget exhausted ({ATTEMPTS} attempts): step exited with non-zero status: 1"), false);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_written_as_gsutil_does() {
        assert_eq!((storage_size(983), storage_size(3789)), ("983.0 B".to_owned(), "3.7 KiB".to_owned()));
    }
}
