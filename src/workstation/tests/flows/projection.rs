//! What of a log is compared: the work of the controllers, with everything that no two runs share replaced. The rules
//! are those of the recordings' own comparison.

use std::collections::BTreeMap;

use regex::Regex;
use serde_json::{Map, Value, json};

const WORK: [&str; 6] = ["deployments", "replicasets", "statefulsets", "daemonsets", "jobs", "cronjobs"];

/// Random names → stable ones: `web-6bdd6c7d58` → `web-#1`, in order of appearance.
fn names(log: &[Value]) -> BTreeMap<String, String> {
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for entry in log.iter().filter(|entry| entry["kind"] == "replicasets") {
        let name = entry["object"]["metadata"]["name"].as_str().unwrap_or_default();
        if names.contains_key(name) {
            continue;
        }
        let stable = match entry["object"]["metadata"]["ownerReferences"][0]["name"].as_str() {
            Some(owner) => {
                let count = counts.entry(owner.to_owned()).or_default();
                *count += 1;
                format!("{owner}-#{count}")
            }
            None => name.to_owned(),
        };
        names.insert(name.to_owned(), stable);
    }
    names
}

struct Text {
    names: Vec<(String, String)>,
    rules: Vec<(Regex, &'static str)>,
}

impl Text {
    fn new(log: &[Value]) -> Self {
        let mut names: Vec<_> = names(log).into_iter().collect();
        names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        let suffix = "[bcdfghjklmnpqrstvwxz2456789]{5}";
        let hash = "[bcdfghjklmnpqrstvwxz2456789]{6,10}";
        let rules = [
            (format!(r"(-#\d+)-{suffix}\b"), "${1}-<x>"),
            (format!(r"\b(agent|rs|work|tick-\d+|manual|work-\d+)-{suffix}\b"), "${1}-<x>"),
            (r"\btick-\d{8}\b".to_owned(), "tick-<min>"),
            (format!(r"\b(agent|db)-{hash}\b"), "${1}-<hash>"),
            (r"pod-template-hash=\S+".to_owned(), "pod-template-hash=<hash>"),
            (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z".to_owned(), "<time>"),
            ("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}".to_owned(), "<uid>"),
            (format!("kube-api-access-{suffix}"), "kube-api-access-<x>"),
            (format!(r"-({hash})-({suffix})\b"), "-<hash>-<x>"),
            (r"\b10\.(9[6-9]|1[01]\d)\.\d+\.\d+".to_owned(), "<ip>"),
            (r"\b10\.244\.\d+\.\d+".to_owned(), "<podip>"),
            (r"node-\d".to_owned(), "node-N"),
            (r"\b\d+(ms|s|m|h|d)(\d+(s|m|h))?\b".to_owned(), "<age>"),
            (r"\d+(\.\d+)?s\b".to_owned(), "<age>"),
        ];
        let rules = rules.into_iter().map(|(rule, by)| (Regex::new(&rule).expect("a valid rule"), by)).collect();
        Text { names, rules }
    }

    fn name(&self, name: &str) -> String {
        let known = self.names.iter().find(|(random, _)| random == name).map(|(_, stable)| stable.clone());
        known.unwrap_or_else(|| self.of(name))
    }

    fn of(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (random, stable) in &self.names {
            text = text.replace(random, stable);
        }
        for (rule, by) in &self.rules {
            text = rule.replace_all(&text, *by).into_owned();
        }
        text
    }
}

pub fn project(log: &[Value]) -> Value {
    let text = Text::new(log);
    json!({
        "events": events(log, &text),
        "replicas": replicas(log, &text),
        "final": last(log, &text),
        "pods": pods(log),
        "endpoints_final": endpoints(log),
        "kubectl": commands(log, &text),
    })
}

fn events(log: &[Value], text: &Text) -> Value {
    let mut events: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for entry in log.iter().filter(|entry| entry["kind"] == "events" && entry["type"] != "DELETED") {
        let object = &entry["object"];
        let kind = object["involvedObject"]["kind"].as_str().unwrap_or_default();
        if kind == "Pod" {
            continue;
        }
        let line = json!([object["reason"], text.of(object["message"].as_str().unwrap_or_default()), object["type"]]);
        let lines = events.entry(kind.to_owned()).or_default();
        if entry["type"] == "ADDED" || !lines.is_empty() && !lines.contains(&line) {
            lines.push(line);
        }
    }
    events.remove("Node");
    for (kind, lines) in &mut events {
        if kind != "Deployment" {
            lines.sort_by_key(|line| [0, 1, 2].map(|part| line[part].as_str().unwrap_or_default().to_owned()));
        }
    }
    json!(events)
}

fn work<'a>(log: &'a [Value], text: &Text) -> Vec<(String, &'a Value)> {
    let work = log.iter().filter(|entry| entry["kind"].as_str().is_some_and(|kind| WORK.contains(&kind)));
    work.map(|entry| {
        let name = text.name(entry["object"]["metadata"]["name"].as_str().unwrap_or_default());
        (format!("{}/{name}", entry["kind"].as_str().unwrap_or_default()), entry)
    })
    .collect()
}

fn replicas(log: &[Value], text: &Text) -> Value {
    let mut sequences: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for (key, entry) in work(log, text).into_iter().filter(|(_, entry)| entry["type"] != "DELETED") {
        let count = &entry["object"]["spec"]["replicas"];
        if count.is_null() {
            continue;
        }
        let sequence = sequences.entry(key).or_default();
        if sequence.last() != Some(count) {
            sequence.push(count.clone());
        }
    }
    json!(sequences)
}

fn last(log: &[Value], text: &Text) -> Value {
    let mut last: BTreeMap<String, Value> = BTreeMap::new();
    let budgets = log.iter().filter(|entry| entry["kind"] == "poddisruptionbudgets");
    let budgets = budgets.map(|entry| (format!("poddisruptionbudgets/{}", entry["object"]["metadata"]["name"].as_str().unwrap_or_default()), entry));
    for (key, entry) in work(log, text).into_iter().chain(budgets) {
        if entry["type"] == "DELETED" {
            last.insert(key, json!("deleted"));
            continue;
        }
        let (meta, status) = (&entry["object"]["metadata"], &entry["object"]["status"]);
        // In a status names of pods lose their hash before names of ReplicaSets are replaced.
        let pod_name = Regex::new("-[bcdfghjklmnpqrstvwxz2456789]{6,10}-[bcdfghjklmnpqrstvwxz2456789]{5}\\b").expect("a valid rule");
        let field = |condition: &Value, name: &str| text.of(&pod_name.replace_all(condition[name].as_str().unwrap_or_default(), "-<hash>-<x>"));
        let mut conditions: Vec<[String; 4]> = status["conditions"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|condition| ["type", "status", "reason", "message"].map(|name| field(condition, name)))
            .collect();
        conditions.sort();
        let counts: Map<String, Value> = status
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(name, value)| *name != "observedGeneration" && (value.is_number() || value.is_boolean()))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let annotations: Map<String, Value> = meta["annotations"]
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(name, _)| name.starts_with("deployment.kubernetes.io"))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        last.insert(key, json!({"status": counts, "conditions": conditions, "annotations": annotations, "generation": meta["generation"]}));
    }
    json!(last)
}

fn pods(log: &[Value]) -> Value {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for entry in log.iter().filter(|entry| entry["kind"] == "pods") {
        match entry["type"].as_str() {
            Some("ADDED") => *counts.entry("created").or_default() += 1,
            Some("DELETED") => *counts.entry("deleted").or_default() += 1,
            _ => {}
        }
    }
    json!(counts)
}

fn endpoints(log: &[Value]) -> Value {
    let slices = log.iter().filter(|entry| entry["kind"] == "endpointslices" && entry["type"] != "DELETED");
    let mut ready = slices.map(|entry| {
        let endpoints = entry["object"]["endpoints"].as_array().into_iter().flatten();
        endpoints.filter(|endpoint| endpoint["conditions"]["ready"] == true).count()
    });
    json!(ready.next_back().into_iter().collect::<Vec<_>>())
}

fn commands(log: &[Value], text: &Text) -> Value {
    let kubeconfig = Regex::new(r" --kubeconfig \S+").expect("a valid rule");
    let commands = log.iter().filter_map(|entry| Some((entry, entry["kubectl"].as_str()?)));
    let commands = commands.map(|(entry, command)| {
        let field = |name: &str| text.of(entry[name].as_str().unwrap_or_default());
        let command = text.of(&kubeconfig.replace_all(command, ""));
        let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| command.starts_with(prefix));
        let mut stdout = field("stdout");
        if starts(&["rollout status", "drain", "delete"]) && !stdout.is_empty() {
            stdout = stdout.trim().rsplit('\n').next().unwrap_or_default().to_owned();
        }
        // An age of five characters makes its column wider than one of two.
        let lines: Vec<String> = stdout.split('\n').map(one_space).collect();
        let mut lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        lines.sort_unstable();
        let raw = starts(&["get all", "get dep", "get events", "describe dep", "describe node"]);
        json!({"cmd": command, "code": entry["code"], "stdout": if raw { Value::Null } else { json!(lines) }, "stderr": field("stderr")})
    });
    commands.collect()
}

fn one_space(line: &str) -> String {
    line.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The recorded answers as they are compared.
pub fn settled(mut wanted: Value) -> Value {
    for command in wanted["kubectl"].as_array_mut().into_iter().flatten() {
        let Some(lines) = command["stdout"].as_array_mut() else { continue };
        let mut texts: Vec<String> = lines.iter().map(|line| one_space(line.as_str().unwrap_or_default())).collect();
        // They were recorded in order with all their spaces; without these, the order is another.
        texts.sort_unstable();
        command["stdout"] = json!(texts);
    }
    wanted
}

/// Where two values differ, each with its path.
pub fn differences(wanted: &Value, got: &Value, path: &str) -> Vec<String> {
    match (wanted, got) {
        (Value::Object(a), Value::Object(b)) => {
            let keys: std::collections::BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            keys.into_iter().flat_map(|key| differences(a.get(key).unwrap_or(&Value::Null), b.get(key).unwrap_or(&Value::Null), &format!("{path}.{key}"))).collect()
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).enumerate().flat_map(|(index, (a, b))| differences(a, b, &format!("{path}[{index}]"))).collect()
        }
        _ if wanted == got => Vec::new(),
        _ => vec![format!("{path}: wanted {wanted}, got {got}")],
    }
}
