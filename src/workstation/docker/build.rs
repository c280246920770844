//! `docker build`: BuildKit's steps, one after the other, with its cache.
//!
//! Simplified: stages are built one after the other and not at once; programs in RUN reach no network.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use podarium_cluster::images::{ImageCatalog, Reference};
use podarium_machine::{Credentials, ExchangeId, Machine, Pid, Start, Stdio, TtyId};
use podarium_sim::Time;
use serde_json::{Value, json};

use super::classic::{self, Classic};
use super::dockerfile::{self, Dockerfile, Instruction};
use super::instructions::{settle, warnings};
use super::selection::{Picked, from_context, from_disk, owner_ids};
use super::daemon::pull_refusal;
use super::store::{Settings, Stored, StoredLayer, derived, difference, familiar, sha256};

/// What a client asks for.
#[derive(Clone, Debug, Default)]
pub struct Request {
    pub dockerfile: String,
    pub dockerfile_name: String,
    pub tags: Vec<String>,
    pub args: BTreeMap<String, String>,
    pub target: Option<String>,
    pub no_cache: bool,
    /// The files of the context: path, mode, contents.
    pub files: Vec<Picked>,
    /// As docker built before BuildKit: one instruction after the other, all stages up to the target.
    pub classic: bool,
}

/// A result that later builds take instead of building it again.
#[derive(Clone, Debug)]
pub struct Cached {
    machine: Arc<Shared>,
    layer: Option<StoredLayer>,
}

/// A computer that shows nothing of itself when it is printed.
pub struct Shared(pub Arc<Machine>);

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Shared")
    }
}

pub type Cache = BTreeMap<String, Cached>;

#[derive(Clone)]
struct Stage {
    machine: Arc<Machine>,
    /// The image at its bottom.
    base: Arc<podarium_cluster::images::Image>,
    settings: Settings,
    layers: Vec<StoredLayer>,
    /// What it has come from so far: the key of the cache.
    chain: String,
    variables: BTreeMap<String, String>,
}

#[derive(Clone)]
enum Step {
    Definition,
    Metadata(String),
    Ignore,
    Context,
    From(usize),
    Instruction(usize, usize),
    Export,
}

#[derive(Clone)]
struct Running {
    machine: Machine,
    pid: Pid,
    tty: TtyId,
    line: String,
    begun: Time,
    unfinished: Vec<u8>,
}

/// What a build has come to.
pub enum Progress {
    Goes,
    /// It has ended: with an image, or without one.
    Ended(Option<Box<Stored>>),
}

/// A build under way.
#[derive(Clone)]
pub struct Build {
    pub exchange: ExchangeId,
    pub request: Request,
    file: Dockerfile,
    steps: Vec<Step>,
    at: usize,
    stages: BTreeMap<usize, Stage>,
    running: Option<Box<Running>>,
    /// When the step in hand is over.
    until: Time,
    /// What the client is to be told when it is.
    then: Vec<Value>,
    images: BTreeMap<String, Arc<podarium_cluster::images::Image>>,
    result: Option<Box<Stored>>,
    failed: bool,
    classic: Option<Classic>,
}

/// What a build needs of the world around it.
pub struct Around<'a> {
    pub catalog: &'a ImageCatalog,
    pub cache: &'a mut Cache,
    pub now: Time,
    pub unix_nanos: i64,
    /// Local images by full names, and what registries say of others.
    pub find: &'a mut dyn FnMut(&Reference) -> Result<Arc<podarium_cluster::images::Image>, String>,
    /// Layers that are on the disk.
    pub layers: &'a mut std::collections::BTreeSet<String>,
}

impl Build {
    /// Reads the Dockerfile; what is wrong with it comes out as the events of a failed build.
    pub fn new(exchange: ExchangeId, request: Request, now: Time) -> Result<Build, Vec<Value>> {
        let begun = vec![json!({"start": 1, "name": format!("[internal] load build definition from {}", request.dockerfile_name)})];
        let size = request.dockerfile.len();
        let mut told = begun;
        told.push(json!({"log": 1, "text": format!("transferring dockerfile: {}", bytes_text(size as u64)), "done": true}));
        told.push(json!({"done": 1, "seconds": 0.0}));
        let fail = |mut told: Vec<Value>, text: &str, lines: (usize, usize)| {
            told.push(json!({"failed": text, "lines": [lines.0, lines.1]}));
            Err(told)
        };
        let file = match dockerfile::parse(&request.dockerfile) {
            Ok(file) => file,
            Err(mistake) => return fail(told, &mistake.text, mistake.lines),
        };
        if file.stages.is_empty() {
            return fail(told, "no build stage in current context", (0, 0));
        }
        let target = match &request.target {
            None => file.stages.len() - 1,
            Some(name) => match file.stages.iter().position(|stage| stage.name.as_deref() == Some(name.as_str())) {
                Some(index) => index,
                None => return fail(told, &format!("target stage \"{name}\" could not be found"), (0, 0)),
            },
        };
        let mut build = Build {
            exchange,
            classic: request.classic.then(Classic::default),
            request,
            file,
            steps: vec![Step::Definition],
            at: 0,
            stages: BTreeMap::new(),
            running: None,
            until: now,
            then: Vec::new(),
            images: BTreeMap::new(),
            result: None,
            failed: false,
        };
        build.plan(target);
        Ok(build)
    }

    /// The stages that the target needs, in their order, and all steps.
    fn plan(&mut self, target: usize) {
        let mut needed = vec![target];
        let mut open = vec![target];
        while let Some(index) = open.pop() {
            let stage = &self.file.stages[index];
            let mut names = vec![self.substituted_base(index)];
            for instruction in stage.instructions.iter().filter(|instruction| instruction.name == "COPY") {
                names.extend(instruction.rest.split_whitespace().find_map(|word| word.strip_prefix("--from=")).map(str::to_owned));
            }
            for name in names {
                if let Some(found) = self.stage_named(&name, index)
                    && !needed.contains(&found)
                {
                    needed.push(found);
                    open.push(found);
                }
            }
        }
        needed.sort_unstable();
        if self.classic.is_some() {
            return self.plan_classic(target);
        }
        let mut images = Vec::new();
        for index in &needed {
            let base = self.substituted_base(*index);
            if base != "scratch" && self.stage_named(&base, *index).is_none() && !images.contains(&base) {
                images.push(base);
            }
        }
        self.steps.extend(images.into_iter().map(Step::Metadata));
        self.steps.push(Step::Ignore);
        let uses_context = needed.iter().any(|index| self.file.stages[*index].instructions.iter().any(|it| matches!(it.name.as_str(), "COPY" | "ADD") && !it.rest.contains("--from=")));
        if uses_context {
            self.steps.push(Step::Context);
        }
        for index in needed {
            self.steps.push(Step::From(index));
            self.steps.extend((0..self.file.stages[index].instructions.len()).map(|instruction| Step::Instruction(index, instruction)));
        }
        self.steps.push(Step::Export);
    }

    /// Every stage up to the target, each image when it is needed.
    fn plan_classic(&mut self, target: usize) {
        self.steps.push(Step::Context);
        let mut known = Vec::new();
        for index in 0..=target {
            let base = self.substituted_base(index);
            if base != "scratch" && self.stage_named(&base, index).is_none() && !known.contains(&base) {
                self.steps.push(Step::Metadata(base.clone()));
                known.push(base);
            }
            self.steps.push(Step::From(index));
            self.steps.extend((0..self.file.stages[index].instructions.len()).map(|instruction| Step::Instruction(index, instruction)));
        }
        self.steps.push(Step::Export);
    }

    /// Tells a classic client which step begins.
    fn announce(&mut self, step: &Step, told: &mut Vec<Value>) {
        let Some(classic) = self.classic.as_mut() else { return };
        let total = self.file.args.len() + self.steps.iter().filter(|step| matches!(step, Step::From(_) | Step::Instruction(..))).count();
        // What comes before a FROM that needs an image is the search for it.
        let searched = self.at > 1 && matches!(self.steps[self.at - 2], Step::Metadata(_));
        match (step, self.steps.get(self.at)) {
            (Step::Definition, _) => {
                for (name, value) in &self.file.args {
                    let value = value.as_ref().map(|value| format!("={value}")).unwrap_or_default();
                    told.push(classic.begin(total, &format!("ARG {name}{value}")));
                }
            }
            (Step::Metadata(_), Some(Step::From(index))) => told.push(classic.begin(total, &format!("FROM {}", self.file.stages[*index].from.rest))),
            (Step::From(index), _) if !searched => told.push(classic.begin(total, &format!("FROM {}", self.file.stages[*index].from.rest))),
            (Step::Instruction(index, at), _) => {
                let instruction = &self.file.stages[*index].instructions[*at];
                told.push(classic.begin(total, &format!("{} {}", instruction.name, instruction.rest)));
            }
            _ => {}
        }
    }

    /// Tells a classic client why it does not go on.
    fn refuse(&mut self, text: &str) {
        if self.classic.is_some() {
            self.then.push(classic::refused(text));
        }
    }

    fn substituted_base(&self, stage: usize) -> String {
        let value = |name: &str| {
            let declared = self.file.args.iter().find(|(known, _)| known == name)?;
            self.request.args.get(name).cloned().or_else(|| declared.1.clone())
        };
        dockerfile::substitute(&self.file.stages[stage].base, &value)
    }

    /// The earlier stage that a name means.
    fn stage_named(&self, name: &str, before: usize) -> Option<usize> {
        let by_name = self.file.stages[..before].iter().rposition(|stage| stage.name.as_deref() == Some(name.to_lowercase().as_str()));
        by_name.or_else(|| name.parse().ok().filter(|index| *index < before))
    }

    pub fn next_at(&self) -> Option<Time> {
        match &self.running {
            Some(running) => running.machine.next_wake(),
            None => Some(self.until),
        }
    }

    /// The label of a step within its stage: `[2/3]`, `[build 2/3]`.
    fn label(&self, stage: usize, instruction: Option<usize>) -> String {
        let counts = |instruction: &Instruction| matches!(instruction.name.as_str(), "RUN" | "COPY" | "ADD" | "WORKDIR");
        let all = &self.file.stages[stage].instructions;
        let total = 1 + all.iter().filter(|it| counts(it)).count();
        let number = 1 + instruction.map_or(0, |index| all[..=index].iter().filter(|it| counts(it)).count());
        let several = self.steps.iter().filter(|step| matches!(step, Step::From(_))).count() > 1;
        let name = match (several, &self.file.stages[stage].name) {
            (false, _) => String::new(),
            (true, Some(name)) => format!("{name} "),
            (true, None) => format!("stage-{stage} "),
        };
        let width = total.to_string().len();
        format!("[{name}{number:>width$}/{total}]")
    }

    /// Does what is due, and gives what the client is told.
    pub fn run(&mut self, around: &mut Around<'_>) -> (Vec<Value>, Progress) {
        let mut told = Vec::new();
        loop {
            if let Some(running) = self.running.as_mut() {
                running.machine.run(around.now);
                let number = self.at;
                let fresh = running.machine.take_output(running.tty);
                running.unfinished.extend(fresh);
                while let Some(end) = running.unfinished.iter().position(|byte| *byte == b'\n') {
                    let line: Vec<u8> = running.unfinished.drain(..=end).collect();
                    let seconds = (around.now - running.begun).as_secs_f64();
                    told.push(json!({"log": number, "text": String::from_utf8_lossy(&line).trim_end(), "at": seconds}));
                    told.extend(self.classic.as_ref().map(|classic| classic.says(String::from_utf8_lossy(&line).trim_end())));
                }
                for outgoing in running.machine.take_outgoing() {
                    if let podarium_machine::Outgoing::Request { id, .. } = outgoing {
                        running.machine.http_reply(id, podarium_machine::HttpEvent::Failed(podarium_machine::NetError::NetworkUnreachable));
                    }
                }
                let Some(exit) = running.machine.take_exit(running.pid) else { return (told, Progress::Goes) };
                self.finish_run(exit.code, around, &mut told);
            }
            if self.until > around.now {
                return (told, Progress::Goes);
            }
            told.append(&mut self.then);
            if self.failed {
                return (told, Progress::Ended(None));
            }
            if self.at == self.steps.len() {
                return (told, Progress::Ended(self.result.take()));
            }
            let step = self.steps[self.at].clone();
            self.at += 1;
            self.begin(step, around, &mut told);
        }
    }

    /// The step in hand takes so long.
    fn takes(&mut self, millis: u64, around: &Around<'_>) {
        self.until = around.now + Duration::from_millis(millis);
        self.then.push(json!({"done": self.at, "seconds": millis as f64 / 1000.0}));
    }

    fn fail(&mut self, text: &str, whole: &str, lines: (usize, usize)) {
        self.then.push(json!({"error": self.at, "text": text}));
        self.then.push(json!({"failed": whole, "lines": [lines.0, lines.1], "step": self.at}));
        self.failed = true;
    }

    fn begin(&mut self, step: Step, around: &mut Around<'_>, told: &mut Vec<Value>) {
        let number = self.at;
        self.announce(&step, told);
        let mut start = |name: String| told.push(json!({"start": number, "name": name}));
        match step {
            Step::Definition => {
                start(format!("[internal] load build definition from {}", self.request.dockerfile_name));
                told.push(json!({"log": number, "text": format!("transferring dockerfile: {}", bytes_text(self.request.dockerfile.len() as u64)), "done": true}));
                self.takes(30, around);
            }
            Step::Metadata(name) => {
                let parsed = Reference::parse(&name);
                let full = parsed.as_ref().map_or_else(|_| name.clone(), ToString::to_string);
                start(format!("[internal] load metadata for {full}"));
                let line = self.file.stages.iter().find(|stage| stage.base == name).map_or((1, 1), |stage| (stage.from.first, stage.from.last));
                match parsed.map_err(|_| "invalid reference format".to_owned()).and_then(|parsed| (around.find)(&parsed)) {
                    Ok(image) => {
                        self.images.insert(name, image);
                        self.takes(620, around);
                    }
                    Err(error) => {
                        let refusal = Reference::parse(&name).map_or_else(|_| "invalid reference format".to_owned(), |name| pull_refusal(&name, &error).1);
                        self.refuse(&refusal);
                        let reason = error.rsplit("failed to resolve reference ").next().unwrap_or(&error);
                        let reason = reason.split_once("\": ").map_or(reason, |(_, reason)| reason).to_owned();
                        self.until = around.now + Duration::from_millis(900);
                        self.fail(&reason, &format!("{name}: failed to resolve source metadata for {full}: {reason}"), line);
                    }
                }
            }
            Step::Ignore => {
                start("[internal] load .dockerignore".to_owned());
                told.push(json!({"log": number, "text": "transferring context: 2B", "done": true}));
                self.takes(10, around);
            }
            Step::Context => {
                start("[internal] load build context".to_owned());
                let size: u64 = self.request.files.iter().map(|(path, _, bytes)| (bytes.len() + path.len() + 32) as u64).sum();
                told.push(json!({"log": number, "text": format!("transferring context: {}", bytes_text(size)), "done": true}));
                self.takes(20 + size / 50_000, around);
            }
            Step::From(stage) => self.begin_stage(stage, around, told),
            Step::Instruction(stage, index) => self.begin_instruction(stage, index, around, told),
            Step::Export => self.export(around, told),
        }
    }

    fn begin_stage(&mut self, index: usize, around: &mut Around<'_>, told: &mut Vec<Value>) {
        let number = self.at;
        let base = self.substituted_base(index);
        if let Some(other) = self.stage_named(&base, index) {
            let stage = self.stages[&other].clone();
            if let Some(classic) = self.classic.as_mut() {
                classic.made(&sha256(stage.chain.as_bytes()));
            }
            self.stages.insert(index, stage);
            return;
        }
        if base == "scratch" {
            let base = Arc::new(podarium_cluster::images::Image { behavior: None, ..podarium_cluster::images::Image::running("scratch", 0, podarium_cluster::images::Base::Scratch, &[]) });
            let machine = Arc::new(around.catalog.contents(&base));
            let stage = Stage { machine, base, settings: Settings::default(), layers: Vec::new(), chain: "scratch".to_owned(), variables: BTreeMap::new() };
            self.stages.insert(index, stage);
            return;
        }
        let Some(image) = self.images.get(&base).cloned() else { return };
        let stored = Stored::pulled(&image, around.unix_nanos);
        let full = Reference::parse(&base).map_or_else(|_| base.clone(), |name| name.to_string());
        told.push(json!({"start": number, "name": format!("{} FROM {full}@{}", self.label(index, None), stored.manifest_digest())}));
        let missing: u64 = stored.layers.iter().filter(|layer| !around.layers.contains(&layer.digest)).map(|layer| layer.bytes).sum();
        if let Some(classic) = self.classic.as_mut() {
            if let (true, Ok(name)) = (missing > 0, Reference::parse(&base)) {
                let (begins, ends) = classic::pull(&name, &stored, |digest| !around.layers.contains(digest));
                told.push(begins);
                self.then.push(ends);
            }
            classic.made(&stored.id);
        }
        around.layers.extend(stored.layers.iter().map(|layer| layer.digest.clone()));
        told.push(json!({"log": number, "text": format!("resolve {full}@{}", stored.manifest_digest()), "done": true}));
        if missing == 0 {
            self.then.push(json!({"cached": number}));
        } else {
            for layer in &stored.layers {
                told.push(json!({"log": number, "text": format!("{} {}", layer.digest, bytes_text(layer.bytes)), "done": true}));
            }
            self.takes(400 + missing / 60_000, around);
        }
        let machine = Arc::new(around.catalog.contents(&image));
        let stage = Stage { machine, base: image, settings: stored.settings.clone(), layers: stored.layers.clone(), chain: stored.id.clone(), variables: BTreeMap::new() };
        self.stages.insert(index, stage);
    }

    fn begin_instruction(&mut self, index: usize, at: usize, around: &mut Around<'_>, told: &mut Vec<Value>) {
        let instruction = self.file.stages[index].instructions[at].clone();
        let lines = (instruction.first, instruction.last);
        let Some(mut stage) = self.stages.remove(&index) else { return };
        let value = |name: &str| stage.settings.env.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()).or_else(|| stage.variables.get(name).cloned());
        let rest = match instruction.name.as_str() {
            "RUN" | "CMD" | "ENTRYPOINT" | "HEALTHCHECK" => instruction.rest.clone(),
            _ => dockerfile::substitute(&instruction.rest, &value),
        };
        stage.chain = sha256(format!("{} {} {rest}", stage.chain, instruction.name).as_bytes());
        match instruction.name.as_str() {
            "RUN" => {
                told.push(json!({"start": self.at, "name": format!("{} RUN {}", self.label(index, Some(at)), instruction.rest)}));
                return self.begin_run(index, stage, &rest, around, told);
            }
            "COPY" | "ADD" => {
                told.push(json!({"start": self.at, "name": format!("{} {} {rest}", self.label(index, Some(at)), instruction.name)}));
                let copied = self.copy(index, &mut stage, &instruction.name, &rest, around);
                if let (Ok(()), Some(classic)) = (&copied, self.classic.as_mut()) {
                    classic.made(&sha256(stage.chain.as_bytes()));
                }
                if let Err(problem) = copied {
                    let missing = problem.strip_suffix("\": not found").and_then(|problem| problem.strip_prefix("\"/"));
                    self.refuse(&missing.map_or_else(|| problem.clone(), |path| match rest.contains("--from=") {
                        true => format!("{} failed: stat {path}: file does not exist", instruction.name),
                        false => format!("{} failed: file not found in build context or excluded by .dockerignore: stat {path}: file does not exist", instruction.name),
                    }));
                    self.until = around.now + Duration::from_millis(40);
                    let digest = sha256(stage.chain.as_bytes());
                    let text = format!("failed to calculate checksum of ref {}::{}: {problem}", &digest[7..19], &digest[19..44]);
                    let simulated = problem.starts_with("podarium:");
                    let whole = if simulated { problem.clone() } else { format!("failed to compute cache key: {text}") };
                    self.fail(if simulated { &problem } else { &text }, &whole, lines);
                }
            }
            "WORKDIR" => {
                told.push(json!({"start": self.at, "name": format!("{} WORKDIR {rest}", self.label(index, Some(at)))}));
                let above = stage.settings.workdir.clone().unwrap_or_else(|| "/".to_owned());
                let path = if rest.starts_with('/') { rest.clone() } else { format!("{}/{rest}", above.trim_end_matches('/')) };
                stage.settings.workdir = Some(path.clone());
                told.extend(self.classic.as_mut().map(|classic| classic.runs(&stage.chain)));
                self.change(&mut stage, around, &format!("WORKDIR {path}"), |machine, now| {
                    // A path through a file is left as it is: nothing can run there.
                    let _ = machine.files.mkdir_all(&path, now);
                });
                if let Some(classic) = self.classic.as_mut() {
                    classic.made(&sha256(stage.chain.as_bytes()));
                }
            }
            name => {
                if let Err(what) = settle(&mut stage.settings, &mut stage.variables, name, &rest, &self.request.args, &self.file.args) {
                    self.refuse(&what);
                    self.until = around.now;
                    self.fail(&what, &what, lines);
                } else if let Some(classic) = self.classic.as_mut() {
                    match around.cache.contains_key(&stage.chain) && !self.request.no_cache {
                        true => classic.cached(),
                        false => {
                            told.push(classic.runs(&stage.chain));
                            around.cache.insert(stage.chain.clone(), Cached { machine: Arc::new(Shared(stage.machine.clone())), layer: None });
                            self.until = around.now + Duration::from_millis(80);
                        }
                    }
                    classic.made(&sha256(stage.chain.as_bytes()));
                }
            }
        }
        self.stages.insert(index, stage);
    }

    /// Changes a stage's disk, or takes the result of an earlier build.
    fn change(&mut self, stage: &mut Stage, around: &mut Around<'_>, created_by: &str, change: impl FnOnce(&mut Machine, Time)) {
        if let Some(cached) = around.cache.get(&stage.chain).filter(|_| !self.request.no_cache) {
            stage.machine = cached.machine.0.clone();
            stage.layers.extend(cached.layer.clone());
            self.then.push(json!({"cached": self.at}));
            if let Some(classic) = self.classic.as_mut() {
                classic.cached();
            }
            return;
        }
        let mut machine = stage.machine.as_ref().clone();
        change(&mut machine, around.now);
        self.takes(60, around);
        keep(stage, machine, created_by, around);
    }

    fn copy(&mut self, index: usize, stage: &mut Stage, name: &str, rest: &str, around: &mut Around<'_>) -> Result<(), String> {
        let mut from = None;
        let mut owner = None;
        let words = match dockerfile::exec_form(rest) {
            Some(words) => words,
            None => dockerfile::words(rest),
        };
        let mut paths = Vec::new();
        for word in words {
            if let Some(stage) = word.strip_prefix("--from=") {
                from = Some(stage.to_owned());
            } else if let Some(user) = word.strip_prefix("--chown=") {
                owner = Some(user.to_owned());
            } else if word.starts_with("--") {
                return Err(format!("podarium: not simulated: {name} {word}"));
            } else {
                paths.push(word);
            }
        }
        let Some((target, sources)) = paths.split_last().filter(|(_, sources)| !sources.is_empty()) else {
            return Err(format!("{name} requires at least two arguments, but only one was provided. Destination could not be determined"));
        };
        if name == "ADD" && sources.iter().any(|source| source.contains("://") || source.ends_with(".tar.gz") || source.ends_with(".tgz")) {
            return Err("podarium: not simulated: ADD of addresses and archives (COPY is)".to_owned());
        }
        let mut found: Vec<Picked> = Vec::new();
        for source in sources {
            let files = match &from {
                None => from_context(&self.request.files, source),
                Some(name) => match self.stage_named(name, index).and_then(|other| self.stages.get(&other)) {
                    Some(other) => from_disk(&other.machine, source),
                    None => match Reference::parse(name).map_err(|_| "invalid reference format".to_owned()).and_then(|name| (around.find)(&name)) {
                        Ok(image) => from_disk(&around.catalog.contents(&image), source),
                        Err(error) => return Err(error),
                    },
                },
            };
            if files.is_empty() {
                return Err(format!("\"/{}\": not found", source.trim_start_matches("./").trim_start_matches('/')));
            }
            found.extend(files);
        }
        // The contents count for the cache, not only the names.
        for (path, mode, bytes) in &found {
            stage.chain = sha256(format!("{} {path} {mode:o} {}", stage.chain, sha256(bytes)).as_bytes());
        }
        let workdir = stage.settings.workdir.clone().unwrap_or_else(|| "/".to_owned());
        let absolute = if target.starts_with('/') { target.clone() } else { format!("{}/{target}", workdir.trim_end_matches('/')) };
        let into = target.ends_with('/') || target == "." || target.ends_with("/.") || sources.len() > 1 || found.len() > 1 || found[0].0.contains('/');
        let directory_exists = stage.machine.files.stat(&absolute, true).is_ok_and(|found| found.is_dir());
        let into = into || directory_exists;
        let ids = owner.map(|owner| owner_ids(&owner, &stage.machine));
        self.change(stage, around, &format!("{name} {} # buildkit", paths.join(" ")), |machine, now| {
            for (path, mode, bytes) in &found {
                let path = match into {
                    true => format!("{}/{path}", absolute.trim_end_matches('/').trim_end_matches("/.")),
                    false => absolute.clone(),
                };
                let above = path.rsplit_once('/').map_or("/", |(above, _)| above);
                let written = machine.files.mkdir_all(if above.is_empty() { "/" } else { above }, now).and_then(|()| machine.files.write(&path, bytes.as_ref().clone(), *mode, now));
                // What cannot be written is missing afterwards, as the next step finds out.
                if written.is_ok()
                    && let Some((uid, gid)) = ids
                {
                    let _ = machine.files.chown(&path, uid, gid);
                }
            }
        });
        Ok(())
    }

    fn begin_run(&mut self, index: usize, mut stage: Stage, rest: &str, around: &mut Around<'_>, told: &mut Vec<Value>) {
        let lines = self.file.stages[index].instructions.iter().find(|it| it.rest == rest).map_or((1, 1), |it| (it.first, it.last));
        let variables: String = stage.variables.iter().map(|(name, value)| format!("{name}={value} ")).collect();
        stage.chain = sha256(format!("{} {variables}", stage.chain).as_bytes());
        if let Some(cached) = around.cache.get(&stage.chain).filter(|_| !self.request.no_cache) {
            stage.machine = cached.machine.0.clone();
            stage.layers.extend(cached.layer.clone());
            self.then.push(json!({"cached": self.at}));
            if let Some(classic) = self.classic.as_mut() {
                classic.cached();
                classic.made(&sha256(stage.chain.as_bytes()));
            }
            self.stages.insert(index, stage);
            return;
        }
        if rest.starts_with("--") {
            self.until = around.now;
            let what = match (self.classic.is_some(), rest.starts_with("--mount")) {
                (true, true) => "the --mount option requires BuildKit. Refer to https://docs.docker.com/go/buildkit/ to learn how to build images with BuildKit enabled".to_owned(),
                _ => format!("podarium: not simulated: RUN {}", rest.split_whitespace().next().unwrap_or_default()),
            };
            self.refuse(&what);
            self.fail(&what, &what, lines);
            self.stages.insert(index, stage);
            return;
        }
        let argv = dockerfile::exec_form(rest).unwrap_or_else(|| ["/bin/sh", "-c", rest].map(str::to_owned).to_vec());
        let mut machine = stage.machine.as_ref().clone();
        machine.set_next_pid(7);
        machine.set_started_at(around.now);
        let tty = machine.open_channel();
        let stdio = Stdio { stdin: podarium_machine::Endpoint::Null, ..Stdio::all(tty) };
        let mut env: BTreeMap<String, String> = [("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"), ("HOME", "/root")].map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        env.extend(stage.variables.clone());
        env.extend(stage.settings.env.iter().cloned());
        let (uid, gid) = owner_ids(&stage.settings.user, &machine);
        let start = Start { argv: argv.clone(), env, cwd: stage.settings.workdir.clone().unwrap_or_else(|| "/".to_owned()), stdio, credentials: Credentials::user(uid, gid) };
        let line = argv.join(" ");
        match machine.start(start) {
            Ok(pid) => {
                told.extend(self.classic.as_mut().map(|classic| classic.runs(&stage.chain)));
                self.running = Some(Box::new(Running { machine, pid, tty, line, begun: around.now, unfinished: Vec::new() }));
            }
            Err(error) => {
                self.until = around.now + Duration::from_millis(200);
                let text = format!("process \"{line}\" did not complete successfully: failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: {error}: unknown");
                self.refuse(text.split_once("successfully: ").map_or(&text, |(_, why)| why));
                self.fail(&text, &text, lines);
            }
        }
        self.stages.insert(index, stage);
    }

    fn finish_run(&mut self, code: i32, around: &mut Around<'_>, told: &mut Vec<Value>) {
        let Some(running) = self.running.take() else { return };
        let Step::Instruction(index, at) = self.steps[self.at - 1].clone() else { return };
        if !running.unfinished.is_empty() {
            let seconds = (around.now - running.begun).as_secs_f64();
            told.push(json!({"log": self.at, "text": String::from_utf8_lossy(&running.unfinished), "at": seconds}));
            told.extend(self.classic.as_ref().map(|classic| classic.says(&String::from_utf8_lossy(&running.unfinished))));
        }
        let instruction = &self.file.stages[index].instructions[at];
        let lines = (instruction.first, instruction.last);
        if code != 0 {
            self.until = around.now + Duration::from_millis(30);
            let text = format!("process \"{}\" did not complete successfully: exit code: {code}", running.line);
            self.refuse(&format!("The command '{}' returned a non-zero code: {code}", running.line));
            return self.fail(&text, &text, lines);
        }
        let took = (around.now - running.begun).as_secs_f64() + 0.2;
        self.until = around.now + Duration::from_millis(200);
        self.then.push(json!({"done": self.at, "seconds": took}));
        let created_by = format!("RUN {} # buildkit", instruction.rest);
        if let Some(mut stage) = self.stages.remove(&index) {
            keep(&mut stage, running.machine.at_rest(), &created_by, around);
            if let Some(classic) = self.classic.as_mut() {
                classic.made(&sha256(stage.chain.as_bytes()));
            }
            self.stages.insert(index, stage);
        }
    }

    fn export(&mut self, around: &mut Around<'_>, told: &mut Vec<Value>) {
        let number = self.at;
        let Some((_, stage)) = self.stages.iter().next_back().map(|(index, stage)| (*index, stage.clone())) else { return };
        let image = derived(&stage.base, &stage.settings, &stage.machine, &stage.layers);
        let mut stored = Stored { id: String::new(), settings: stage.settings, layers: stage.layers, created_nanos: around.unix_nanos, image: Arc::new(image) };
        // The same instructions and files give the same image: what is in the cache has kept its time.
        let layers: String = stored.layers.iter().map(|layer| layer.digest.as_str()).collect();
        stored.id = sha256(format!("{}{}{layers}", stored.config(), stage.chain).as_bytes());
        told.push(json!({"start": number, "name": "exporting to image"}));
        if let Some(classic) = self.classic.as_mut() {
            told.push(classic.done(&stored.id, &self.request.tags));
        }
        for text in ["exporting layers".to_owned(), format!("writing image {}", stored.id)] {
            told.push(json!({"log": number, "text": text, "done": true}));
        }
        for tag in &self.request.tags {
            if let Ok(name) = Reference::parse(tag) {
                told.push(json!({"log": number, "text": format!("naming to {name}"), "done": true}));
            }
        }
        self.takes(90, around);
        self.then.push(json!({"image": stored.id, "warnings": warnings(&self.file)}));
        self.result = Some(Box::new(stored));
    }
}

/// Keeps what a stage has come to: as its disk, as a layer, and for later builds.
fn keep(stage: &mut Stage, machine: Machine, created_by: &str, around: &mut Around<'_>) {
    let (digest, bytes) = difference(&stage.machine.files, &machine.files);
    let layer = StoredLayer { digest: digest.clone(), bytes, created_by: created_by.to_owned() };
    stage.machine = Arc::new(machine);
    stage.layers.push(layer.clone());
    around.layers.insert(digest);
    around.cache.insert(stage.chain.clone(), Cached { machine: Arc::new(Shared(stage.machine.clone())), layer: Some(layer) });
}

/// `99B`, `1.46kB`: sizes as BuildKit writes them.
pub fn bytes_text(bytes: u64) -> String {
    let mut value = bytes as f64;
    for unit in ["B", "kB", "MB", "GB"] {
        if value < 1000.0 || unit == "GB" {
            return if unit == "B" { format!("{bytes}B") } else { format!("{value:.2}{unit}") };
        }
        value /= 1000.0;
    }
    String::new()
}

/// The name of an image for people.
pub fn shown(name: &Reference) -> String {
    let (repository, tag) = familiar(name);
    format!("{repository}:{tag}")
}
