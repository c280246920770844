//! The recommender of the vertical pod autoscaler: from what containers have used it works out what they should ask for, and
//! writes that into the status of VerticalPodAutoscalers. It changes no pod.
//!
//! Models: the image autoscaling/vpa-recommender of registry.k8s.io, v1.7.
//! Simplified: there is no updater and no admission controller, so an update mode other than Off is told as not simulated; kills
//! for want of memory are not looked at; it asks once a minute in the place of watching.

mod histogram;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector as RawSelector;
use podarium_api::quantity::Quantity;
use podarium_api::selector::LabelSelector;
use podarium_machine::{Program, Signal, Sys, Turn};
use serde_json::{Value, json};

use self::histogram::{CPU_WEIGHT, Histogram, Resource, estimates};
use super::api_client::ApiClient;
use super::ingress_nginx::text;
use super::web::{say, time};
use super::{Base, Binary, Image};

const BINARY: Binary = Binary { path: "/recommender", program: Recommender::program };
const INTERVAL: Duration = Duration::from_secs(60);
/// Of how much memory the greatest amount is looked at together.
const PEAK_SECONDS: i64 = 86_400;
/// What a pod gets at least: cores and bytes.
const LEAST: (f64, f64) = (0.025, 250.0 * 1024.0 * 1024.0);
const VPAS: &str = "/apis/autoscaling.k8s.io/v1/verticalpodautoscalers";
/// What is asked for: the autoscalers, what pods use, pods, and what they may be controlled by.
const LISTS: [&str; 7] = [
    VPAS, "/apis/metrics.k8s.io/v1beta1/pods", "/api/v1/pods", "/apis/apps/v1/deployments", "/apis/apps/v1/statefulsets", "/apis/apps/v1/daemonsets", "/apis/apps/v1/replicasets",
];
const KINDS: [(&str, usize); 4] = [("Deployment", 3), ("StatefulSet", 4), ("DaemonSet", 5), ("ReplicaSet", 6)];

pub(super) fn images() -> Vec<Image> {
    ["1.4.2", "1.5.1", "1.6.0", "1.7.1"].iter().map(|tag| {
        let mut image = Image::of(&format!("registry.k8s.io/autoscaling/vpa-recommender:{tag}"), 22 << 20, Base::Scratch, BINARY);
        (image.entrypoint, image.args, image.user) = (vec![BINARY.path.to_owned()], Vec::new(), 65_534);
        image
    }).collect()
}

/// What containers of one name, in pods with the same labels, have used.
#[derive(Clone, Debug)]
struct Used {
    cpu: Histogram,
    memory: Histogram,
    first: Option<i64>,
    last: i64,
    samples: u32,
}

/// A container of a pod: its last sample, and the memory of the current window.
#[derive(Clone, Debug, Default)]
struct Seen {
    last: i64,
    window_end: Option<i64>,
    peak: f64,
}

/// Namespace, labels and the container's name.
type Group = (String, String, String);

#[derive(Clone)]
struct Recommender {
    begun: bool,
    api: ApiClient,
    used: BTreeMap<Group, Used>,
    seen: BTreeMap<(String, String, String), Seen>,
    complained: BTreeSet<String>,
    ended: bool,
}

impl Recommender {
    fn program() -> Box<dyn Program> {
        Box::new(Recommender {
            begun: false,
            api: ApiClient::new("vpa-recommender", &LISTS, INTERVAL),
            used: BTreeMap::new(),
            seen: BTreeMap::new(),
            complained: BTreeSet::new(),
            ended: false,
        })
    }

    fn complain(&mut self, sys: &mut Sys<'_>, level: char, text: &str) -> bool {
        let is_new = self.complained.insert(text.to_owned());
        if is_new {
            log(sys, level, text);
        }
        is_new
    }

    fn look(&mut self, sys: &mut Sys<'_>) {
        let (over, missed) = self.api.gather(sys);
        for (path, answer) in missed {
            let why = match answer {
                Ok(answer) => format!("status={}", answer.status),
                Err(error) => format!("err=\"{error}\""),
            };
            self.complain(sys, 'E', &format!("\"Cannot list\" path=\"{path}\" {why}"));
        }
        if over {
            self.recommend(sys);
        }
        self.api.ask(sys);
        self.api.settle(sys);
    }

    fn recommend(&mut self, sys: &mut Sys<'_>) {
        let pods = self.api.take(2);
        for metrics in self.api.take(1) {
            let pod = pods.iter().find(|pod| pod["metadata"]["name"] == metrics["metadata"]["name"] && pod["metadata"]["namespace"] == metrics["metadata"]["namespace"]);
            if let Some(pod) = pod {
                self.learn(pod, &metrics);
            }
        }
        for vpa in self.api.take(0) {
            self.judge(sys, &vpa, &pods);
        }
    }

    /// Takes what a pod's containers use.
    fn learn(&mut self, pod: &Value, metrics: &Value) {
        let at = text(metrics, "/timestamp").parse::<jiff::Timestamp>().map_or(0, |at| at.as_second());
        for container in metrics["containers"].as_array().into_iter().flatten() {
            let name = text(container, "/name").to_owned();
            let amount = |resource: &str| text(container, &format!("/usage/{resource}")).parse::<Quantity>().unwrap_or_default();
            let (cores, bytes) = (amount("cpu").as_f64(), amount("memory").value() as f64);
            let group = (text(pod, "/metadata/namespace").to_owned(), pod["metadata"]["labels"].to_string(), name.clone());
            let used = self.used.entry(group).or_insert_with(|| Used { cpu: Histogram::new(Resource::Cpu), memory: Histogram::new(Resource::Memory), first: None, last: 0, samples: 0 });
            let seen = self.seen.entry((text(pod, "/metadata/namespace").to_owned(), text(pod, "/metadata/name").to_owned(), name)).or_default();
            if at <= seen.last {
                continue;
            }
            seen.last = at;
            let origin = *used.first.get_or_insert(at);
            let since = |seconds: i64| (seconds - origin) as f64;
            used.cpu.add(cores, CPU_WEIGHT, since(at));
            (used.last, used.samples) = (used.last.max(at), used.samples + 1);
            let end = *seen.window_end.get_or_insert(at);
            if at < end {
                if bytes > seen.peak {
                    used.memory.subtract(seen.peak, 1.0, since(end));
                    used.memory.add(bytes, 1.0, since(end));
                    seen.peak = bytes;
                }
            } else {
                let next = end + ((at - end) / PEAK_SECONDS + 1) * PEAK_SECONDS;
                (seen.window_end, seen.peak) = (Some(next), bytes);
                used.memory.add(bytes, 1.0, since(next));
            }
        }
    }

    /// Writes what is recommended for the pods that an autoscaler is for.
    fn judge(&mut self, sys: &mut Sys<'_>, vpa: &Value, pods: &[Value]) {
        let (namespace, name) = (text(vpa, "/metadata/namespace").to_owned(), text(vpa, "/metadata/name").to_owned());
        let mode = vpa.pointer("/spec/updatePolicy/updateMode").and_then(Value::as_str).unwrap_or("Recreate");
        if mode != "Off" && self.complain(sys, 'W', &format!("podarium: not simulated: updateMode {mode} of {namespace}/{name}: pods keep what they request")) {
            self.tell(sys, vpa, &format!("podarium: not simulated: updateMode {mode}: pods keep what they request"));
        }
        let (kind, target) = (text(vpa, "/spec/targetRef/kind"), text(vpa, "/spec/targetRef/name"));
        let list = KINDS.iter().find(|(known, _)| *known == kind).and_then(|(_, index)| self.api.list(*index));
        let selector = list.and_then(|list| list.iter().find(|one| text(one, "/metadata/name") == target && text(one, "/metadata/namespace") == namespace)).map(|one| one["spec"]["selector"].clone());
        let now = time(sys, "%Y-%m-%dT%H:%M:%SZ");
        let Some(selector) = selector else {
            let why = format!("Cannot read targetRef. Reason: {kind} {namespace}/{target} does not exist");
            return self.write(sys, vpa, &[("ConfigUnsupported", true, "", &why), ("RecommendationProvided", false, "", "")], &json!([]), &now);
        };
        let raw: Option<RawSelector> = serde_json::from_value(selector).ok();
        let Ok(selector) = LabelSelector::from_raw(raw.as_ref()) else { return };
        let is_meant = |labels: &Value| selector.matches(serde_json::from_value(labels.clone()).ok().as_ref());
        let matched = pods.iter().any(|pod| text(pod, "/metadata/namespace") == namespace && is_meant(&pod["metadata"]["labels"]));
        let mut containers: BTreeMap<&str, Used> = BTreeMap::new();
        for ((of, labels, container), used) in &self.used {
            if *of == namespace && is_meant(&serde_json::from_str(labels).unwrap_or_default()) {
                match containers.get_mut(container.as_str()) {
                    None => drop(containers.insert(container, used.clone())),
                    Some(known) => known.merge(used),
                }
            }
        }
        let policies = &vpa["spec"]["resourcePolicy"]["containerPolicies"];
        let share = 1.0 / containers.len().max(1) as f64;
        let all: Vec<Value> = containers.iter().filter_map(|(container, used)| used.recommendation(container, share, policy(policies, container))).collect();
        let none = "No pods match this VPA object";
        let conditions: &[(&str, bool, &str, &str)] = match (matched, all.is_empty()) {
            (true, empty) => &[("RecommendationProvided", !empty, "", "")],
            (false, false) => &[("NoPodsMatched", true, "NoPodsMatched", none), ("RecommendationProvided", true, "", "")],
            (false, true) => &[("NoPodsMatched", true, "NoPodsMatched", none), ("RecommendationProvided", false, "NoPodsMatched", none)],
        };
        self.write(sys, vpa, conditions, &json!(all), &now);
    }

    fn write(&mut self, sys: &mut Sys<'_>, vpa: &Value, conditions: &[(&str, bool, &str, &str)], recommended: &Value, now: &str) {
        let before = vpa["status"]["conditions"].as_array().cloned().unwrap_or_default();
        let conditions: Vec<Value> = conditions.iter().map(|(kind, holds, reason, message)| {
            let status = if *holds { "True" } else { "False" };
            let known = before.iter().find(|known| known["type"] == *kind && known["status"] == status);
            let mut condition = json!({"type": kind, "status": status, "lastTransitionTime": known.map_or(now, |known| text(known, "/lastTransitionTime"))});
            for (key, value) in [("reason", reason), ("message", message)] {
                if !value.is_empty() {
                    condition[key] = json!(value);
                }
            }
            condition
        }).collect();
        let mut status = json!({ "conditions": conditions });
        if recommended.as_array().is_some_and(|all| !all.is_empty()) {
            status["recommendation"] = json!({ "containerRecommendations": recommended });
        }
        if vpa["status"] != status {
            let path = format!("/apis/autoscaling.k8s.io/v1/namespaces/{}/verticalpodautoscalers/{}/status", text(vpa, "/metadata/namespace"), text(vpa, "/metadata/name"));
            self.api.write(sys, "PATCH", &path, "application/merge-patch+json", &json!({ "status": status }));
        }
    }

    /// An event of an autoscaler.
    fn tell(&mut self, sys: &mut Sys<'_>, vpa: &Value, message: &str) {
        let (namespace, name) = (text(vpa, "/metadata/namespace"), text(vpa, "/metadata/name"));
        let stamp = time(sys, "%Y-%m-%dT%H:%M:%SZ");
        let event = json!({
            "apiVersion": "v1", "kind": "Event", "metadata": {"name": format!("{name}.{:016x}", sys.random_bits()), "namespace": namespace},
            "involvedObject": {"apiVersion": "autoscaling.k8s.io/v1", "kind": "VerticalPodAutoscaler", "namespace": namespace, "name": name, "uid": vpa["metadata"]["uid"]},
            "reason": "NotSimulated", "message": message, "type": "Warning", "count": 1, "firstTimestamp": stamp, "lastTimestamp": stamp,
            "source": {"component": "vpa-recommender"}, "reportingComponent": "vpa-recommender", "reportingInstance": "",
        });
        self.api.write(sys, "POST", &format!("/api/v1/namespaces/{namespace}/events"), "application/json", &event);
    }
}

/// What the autoscaler says of a container, or of all.
fn policy<'a>(policies: &'a Value, container: &str) -> Option<&'a Value> {
    let all = || policies.as_array().into_iter().flatten();
    all().find(|policy| policy["containerName"] == container).or_else(|| all().find(|policy| policy["containerName"] == "*"))
}

impl Used {
    fn merge(&mut self, other: &Used) {
        self.cpu.merge(&other.cpu);
        self.memory.merge(&other.memory);
        self.first = [self.first, other.first].into_iter().flatten().min();
        (self.last, self.samples) = (self.last.max(other.last), self.samples + other.samples);
    }

    /// The entry of a container; `None`: the policy wants none.
    fn recommendation(&self, container: &str, share: f64, policy: Option<&Value>) -> Option<Value> {
        if policy.is_some_and(|policy| policy["mode"] == "Off") {
            return None;
        }
        let days = ((self.last - self.first?) as f64 / 86_400.0).min(f64::from(self.samples) / 1440.0);
        let cpu = estimates(&self.cpu, days, LEAST.0 * share);
        let memory = estimates(&self.memory, days, LEAST.1 * share);
        let controlled = policy.and_then(|policy| policy["controlledResources"].as_array());
        let amounts = |index: usize, capped: bool| {
            let mut amounts = json!({});
            for (resource, exact, in_millis) in [("cpu", cpu[index] * 1000.0, true), ("memory", memory[index], false)] {
                if controlled.is_some_and(|all| !all.iter().any(|one| one == resource)) {
                    continue;
                }
                // Amounts are whole numbers, and none is greater than 10^14.
                let mut amount = exact.min(1e14) as i64;
                let bound = |name: &str| policy.and_then(|policy| policy[name][resource].as_str()).and_then(|text| text.parse::<Quantity>().ok()).map(|bound| if in_millis { bound.milli_value() } else { bound.value() });
                if capped {
                    amount = bound("minAllowed").map_or(amount, |least| amount.max(least));
                    amount = bound("maxAllowed").map_or(amount, |most| amount.min(most));
                }
                amounts[resource] = json!(if in_millis { Quantity::from_millis(amount) } else { Quantity::from_units(amount) }.to_string());
            }
            amounts
        };
        Some(json!({"containerName": container, "target": amounts(0, true), "lowerBound": amounts(1, true), "upperBound": amounts(2, true), "uncappedTarget": amounts(0, false)}))
    }
}

fn log(sys: &mut Sys<'_>, level: char, text: &str) {
    let stamp = time(sys, "%m%d %H:%M:%S.%6f");
    say(sys, 2, &format!("{level}{stamp}       1 recommender.go:1] {text}\n"));
}

impl Program for Recommender {
    fn resume(&mut self, sys: &mut Sys<'_>) -> Turn {
        if !std::mem::replace(&mut self.begun, true) {
            sys.set_memory(40 << 20);
            log(sys, 'I', "\"Vertical Pod Autoscaler Recommender\" version=\"1.7.1\"");
        }
        if self.ended {
            return Turn::Exit(0);
        }
        self.look(sys);
        Turn::Wait
    }

    fn signal(&mut self, signal: Signal) -> bool {
        let stops = matches!(signal, Signal::Terminate | Signal::Interrupt);
        self.ended |= stops;
        stops
    }

    fn clone_box(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}
