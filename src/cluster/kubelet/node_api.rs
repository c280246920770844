//! What the kubelet tells of its node over HTTP, as `kubectl get --raw /api/v1/nodes/NODE/proxy/PATH` asks it: its pods, what
//! they use, its settings.
//!
//! Models: pkg/kubelet/server/server.go, pkg/kubelet/server/stats/{handler,summary}.go, pkg/kubelet/stats/cri_stats_provider.go,
//! pkg/kubelet/metrics/collectors/resource_metrics.go, v1.36.
//! Simplified: all that a process holds is its working set and resident; no page faults, no traffic of interfaces, no inodes; of
//! `/metrics/cadvisor` CPU, memory and limits; of `/configz` the defaults and what scenarios may change. `/metrics`,
//! `/metrics/probes`, `/logs` and commands say that they are not simulated.

use std::collections::BTreeMap;
use std::time::Duration;

use podarium_api::quantity::Quantity;
use podarium_api::{InGoOrder, Resource as _, Written, escaped};
use podarium_machine::{HttpEvent, HttpRequest, HttpResponse};
use podarium_sim::Time;
use serde::Serialize as _;
use serde_json::ser::PrettyFormatter;
use serde_json::{Value, json};

use super::families::Families;
use super::eviction::{Amount, MOST_PROCESSES, SYSTEM_DISK, SYSTEM_PROCESSES};
use super::kubelet::Kubelet;
use super::pod::PodState;
use super::resize::Applied;
use super::runtime::Container;
use crate::component::Ctx;
use crate::gateway::HttpId;
use crate::http::plain;
use crate::metrics_server::{SYSTEM_CPU_MILLIS, SYSTEM_MEMORY};

/// What is behind `/api/v1/nodes/NODE/proxy`, with the query.
fn path(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("/api/v1/nodes/")?;
    let (_, rest) = rest.split_once("/proxy")?;
    Some(if rest.is_empty() { "/" } else { rest })
}

/// What a container uses.
struct Usage {
    cpu_nanos: u64,
    cpu_total: Duration,
    memory: u64,
    disk: u64,
    log: u64,
    processes: u64,
}

impl Usage {
    fn of(container: &Container, now: Time) -> Option<Self> {
        let process = container.process.as_ref()?;
        Some(Usage {
            cpu_nanos: process.cpu_millis(now) * 1_000_000,
            cpu_total: process.cpu_total(now),
            memory: process.memory_bytes(now),
            disk: process.written_bytes(),
            log: container.log.iter().map(|line| line.text.to_string().len() as u64 + LOG_PREFIX).sum(),
            processes: process.processes(),
        })
    }
}

/// What stands before each line in the file of a log: the time, the stream, a mark, and the end of the line.
const LOG_PREFIX: u64 = 46;

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

fn psi() -> Value {
    let none = json!({"total": 0, "avg10": 0, "avg60": 0, "avg300": 0});
    json!({"full": none, "some": none})
}

/// A duration as Go writes it, in whole seconds: `5m0s`.
fn go_duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds}s"),
        (0, minutes, seconds) => format!("{minutes}m{seconds}s"),
        (hours, minutes, seconds) => format!("{hours}h{minutes}m{seconds}s"),
    }
}

fn amount(amount: Amount) -> String {
    match amount {
        Amount::Bytes(bytes) => Quantity::from_bytes(i64::try_from(bytes).unwrap_or(i64::MAX)).to_string(),
        Amount::Part(part) => format!("{}%", part * 100.0),
    }
}

impl Kubelet {
    /// Answers what the API server passes on to the node, if it is that. Whether it was.
    pub(super) fn serve_node_api(&mut self, id: HttpId, request: &HttpRequest, ctx: &mut Ctx<'_>) -> bool {
        let Some(asked) = path(&request.url) else { return false };
        let (path, query) = asked.split_once('?').unwrap_or((asked, ""));
        let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
        if let ["containerLogs", namespace, pod, container] = parts[..] {
            let more = if query.is_empty() { String::new() } else { format!("&{query}") };
            let url = format!("/api/v1/namespaces/{namespace}/pods/{pod}/log?container={container}{more}");
            self.serve_log(id, &HttpRequest { url, ..request.clone() }, ctx);
            return true;
        }
        let response = match parts[..] {
            ["healthz"] => plain(200, "ok"),
            ["healthz", "ping" | "log" | "syncloop"] => plain(200, "ok"),
            ["pods"] => self.pod_list(),
            ["runningpods"] => self.running_pods(),
            ["configz"] => self.configz(),
            ["stats", "summary"] => {
                as_json(indented(&self.summary(query.contains("only_cpu_and_memory=true"), ctx)))
            }
            ["metrics", "resource"] => metrics(&self.resource_metrics(ctx), ctx),
            ["metrics", "cadvisor"] => metrics(&self.container_metrics(ctx), ctx),
            ["metrics"] => metrics(&self.own_metrics(ctx), ctx),
            ["metrics", "probes"] => metrics(&self.probe_metrics(ctx), ctx),
            ["logs", ..] => self.log_files(&parts[1..], ctx),
            ["exec" | "attach" | "run" | "portForward" | "checkpoint" | "debug", ..] => {
                plain(501, format!("podarium: not simulated: {path} of the kubelet\n"))
            }
            ["stats", ..] => plain(404, "404: Page Not Found"),
            _ => plain(404, "404 page not found\n"),
        };
        ctx.http_reply(id, HttpEvent::Response(response));
        true
    }

    fn alive(&self) -> impl Iterator<Item = &PodState> {
        self.pods.values().map(AsRef::as_ref).filter(|state| !state.vanished)
    }

    fn pod_list(&self) -> HttpResponse {
        let written = |state: &PodState| {
            let object = state.pod.clone().into_object();
            serde_json::to_string(&Written { object: &object, managed: None, typed: false, verbatim: false }).expect("an object has only string keys")
        };
        list_of_pods(self.alive().map(written))
    }

    fn running_pods(&self) -> HttpResponse {
        let text = |text: &str| Value::from(text).to_string();
        let written = |state: &PodState| {
            let running = state.runtime.containers.iter().filter(|container| container.record.is_running());
            let containers: Vec<String> = running.map(|container| format!("{{\"name\":{},\"image\":{},\"resources\":{{}}}}", text(&container.record.name), text(&container.record.image_id))).collect();
            format!(
                "{{\"metadata\":{{\"name\":{},\"namespace\":{},\"uid\":{}}},\"spec\":{{\"containers\":[{}]}},\"status\":{{}}}}",
                text(state.pod.name()), text(state.pod.namespace()), text(&state.uid), containers.join(","),
            )
        };
        list_of_pods(self.alive().filter(|state| state.runtime.sandbox.is_some()).map(written))
    }

    /// CPU in thousandths, CPU time so far, memory, processes of the whole node; and what is on its disk.
    fn node_totals(&self, now: Time) -> (u64, Duration, u64, u64, u64) {
        let age = now.since(self.host.started);
        let mut totals = (SYSTEM_CPU_MILLIS, age * u32::try_from(SYSTEM_CPU_MILLIS).unwrap_or(0) / 1000, SYSTEM_MEMORY, SYSTEM_PROCESSES, SYSTEM_DISK + self.host.puller.bytes());
        for state in self.alive() {
            for usage in state.runtime.containers.iter().filter_map(|container| Usage::of(container, now)) {
                totals = (totals.0 + usage.cpu_nanos / 1_000_000, totals.1 + usage.cpu_total, totals.2 + usage.memory, totals.3 + usage.processes, totals.4 + usage.disk + usage.log);
            }
            let on_disk = state.runtime.volumes.values().filter(|volume| !volume.is_in_memory());
            totals.4 += on_disk.map(|volume| volume.used_bytes()).sum::<u64>();
        }
        totals
    }

    fn summary(&self, only_usage: bool, ctx: &Ctx<'_>) -> Value {
        let (now, epoch) = (ctx.now(), ctx.epoch());
        let stamp = |at: Time| json!(epoch.timestamp(at).strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
        let time = stamp(now);
        let config = &self.host.config;
        let (cpu, cpu_total, memory, processes, disk) = self.node_totals(now);
        let fs = |used: u64| json!({"time": time, "availableBytes": config.ephemeral_storage_bytes.saturating_sub(disk), "capacityBytes": config.ephemeral_storage_bytes, "usedBytes": used});
        let mut of_pods = (0, Duration::ZERO, 0);
        let mut pods = Vec::new();
        for state in self.alive().filter(|state| state.runtime.sandbox.is_some()) {
            let mut sum = (0, Duration::ZERO, 0, 0);
            let mut containers = Vec::new();
            for container in &state.runtime.containers {
                let (Some(usage), Some(started)) = (Usage::of(container, now), container.record.started_at) else { continue };
                sum = (sum.0 + usage.cpu_nanos, sum.1 + usage.cpu_total, sum.2 + usage.memory, sum.3 + usage.disk + usage.log);
                let mut held = json!({"time": time, "usageBytes": usage.memory, "workingSetBytes": usage.memory, "rssBytes": usage.memory, "pageFaults": 0, "majorPageFaults": 0});
                if let Some(limit) = limit_of(state, &container.record.name) {
                    held["availableBytes"] = json!(limit.saturating_sub(usage.memory));
                }
                let mut told = json!({
                    "name": &*container.record.name, "startTime": stamp(started),
                    "cpu": {"time": time, "usageNanoCores": usage.cpu_nanos, "usageCoreNanoSeconds": nanos(usage.cpu_total)}, "memory": held,
                });
                if !only_usage {
                    told["rootfs"] = fs(usage.disk);
                    told["logs"] = fs(usage.log);
                    told["swap"] = json!({"time": time, "swapAvailableBytes": 0, "swapUsageBytes": 0});
                }
                containers.push(told);
            }
            of_pods = (of_pods.0 + sum.0, of_pods.1 + sum.1, of_pods.2 + sum.2);
            let started = state.pod.status.start_time.as_ref().map_or_else(|| time.clone(), |at| json!(at));
            let mut told = json!({
                "podRef": {"name": state.pod.name(), "namespace": state.pod.namespace(), "uid": &*state.uid}, "startTime": started, "containers": containers,
                "cpu": {"time": time, "usageNanoCores": sum.0, "usageCoreNanoSeconds": nanos(sum.1), "psi": psi()},
                "memory": {"time": time, "usageBytes": sum.2, "workingSetBytes": sum.2, "rssBytes": sum.2, "pageFaults": 0, "majorPageFaults": 0, "psi": psi()},
            });
            if !only_usage {
                let volumes: Vec<(&str, u64, bool)> = state.runtime.volumes.iter().filter(|(name, _)| !name.starts_with('/')).map(|(name, volume)| (&**name, volume.used_bytes(), volume.is_in_memory())).collect();
                let on_disk: u64 = volumes.iter().filter(|(.., in_memory)| !in_memory).map(|(_, used, _)| used).sum();
                let volume = |(name, used, in_memory): &(&str, u64, bool)| {
                    let capacity = if *in_memory { config.memory_bytes } else { config.ephemeral_storage_bytes };
                    json!({"time": time, "availableBytes": capacity.saturating_sub(*used), "capacityBytes": capacity, "usedBytes": used, "name": name})
                };
                told["volume"] = volumes.iter().map(volume).collect();
                told["ephemeral-storage"] = fs(sum.3 + on_disk);
                told["swap"] = json!({"time": time, "swapUsageBytes": 0});
            }
            pods.push(told);
        }
        let mut node = json!({
            "nodeName": config.name,
            "systemContainers": [{
                "name": "pods", "startTime": stamp(self.host.started),
                "cpu": {"time": time, "usageNanoCores": of_pods.0, "usageCoreNanoSeconds": nanos(of_pods.1), "psi": psi()},
                "memory": {"time": time, "availableBytes": config.memory_bytes.saturating_sub(of_pods.2), "usageBytes": of_pods.2, "workingSetBytes": of_pods.2, "rssBytes": of_pods.2, "pageFaults": 0, "majorPageFaults": 0, "psi": psi()},
            }],
            "startTime": stamp(self.host.started),
            "cpu": {"time": time, "usageNanoCores": cpu * 1_000_000, "usageCoreNanoSeconds": nanos(cpu_total), "psi": psi()},
            "memory": {"time": time, "availableBytes": config.memory_bytes.saturating_sub(memory), "usageBytes": memory, "workingSetBytes": memory, "rssBytes": memory, "pageFaults": 0, "majorPageFaults": 0, "psi": psi()},
        });
        if !only_usage {
            node["fs"] = fs(disk);
            node["runtime"] = json!({"imageFs": fs(self.host.puller.bytes()), "containerFs": fs(self.host.puller.bytes())});
            node["rlimit"] = json!({"time": time, "maxpid": MOST_PROCESSES, "curproc": processes});
            node["swap"] = json!({"time": time, "swapAvailableBytes": 0, "swapUsageBytes": 0});
        }
        json!({"node": node, "pods": pods})
    }

    fn resource_metrics(&self, ctx: &Ctx<'_>) -> Families {
        let (now, mut all) = (ctx.now(), Families::default());
        let (_, cpu_total, memory, ..) = self.node_totals(now);
        all.add("node_cpu_usage_seconds_total", "[STABLE] Cumulative cpu time consumed by the node in core-seconds", "counter", String::new(), cpu_total.as_secs_f64(), true);
        all.add("node_memory_working_set_bytes", "[STABLE] Current working set of the node in bytes", "gauge", String::new(), memory as f64, true);
        all.add("node_swap_usage_bytes", "[ALPHA] Current swap usage of the node in bytes. Reported only on non-windows systems", "gauge", String::new(), 0.0, true);
        all.add("resource_scrape_error", "[STABLE] 1 if there was an error while getting container metrics, 0 otherwise", "gauge", String::new(), 0.0, false);
        for state in self.alive() {
            let of_pod = format!("namespace=\"{}\",pod=\"{}\"", state.pod.namespace(), state.pod.name());
            let (mut cpu, mut memory, mut any) = (Duration::ZERO, 0, false);
            for container in &state.runtime.containers {
                let (Some(usage), Some(started)) = (Usage::of(container, now), container.record.started_at) else { continue };
                let labels = format!("container=\"{}\",{of_pod}", container.record.name);
                let started = ctx.epoch().timestamp(started).as_nanosecond() as f64 / 1e9;
                all.add("container_cpu_usage_seconds_total", "[STABLE] Cumulative cpu time consumed by the container in core-seconds", "counter", labels.clone(), usage.cpu_total.as_secs_f64(), true);
                all.add("container_memory_working_set_bytes", "[STABLE] Current working set of the container in bytes", "gauge", labels.clone(), usage.memory as f64, true);
                all.add("container_start_time_seconds", "[STABLE] Start time of the container since unix epoch in seconds", "gauge", labels.clone(), started, false);
                all.add("container_swap_limit_bytes", "[ALPHA] Current amount of the container swap limit in bytes. Reported only on non-windows systems", "gauge", labels.clone(), 0.0, true);
                all.add("container_swap_usage_bytes", "[ALPHA] Current amount of the container swap usage in bytes. Reported only on non-windows systems", "gauge", labels, 0.0, true);
                (cpu, memory, any) = (cpu + usage.cpu_total, memory + usage.memory, true);
            }
            if any {
                all.add("pod_cpu_usage_seconds_total", "[STABLE] Cumulative cpu time consumed by the pod in core-seconds", "counter", of_pod.clone(), cpu.as_secs_f64(), true);
                all.add("pod_memory_working_set_bytes", "[STABLE] Current working set of the pod in bytes", "gauge", of_pod.clone(), memory as f64, true);
                all.add("pod_swap_usage_bytes", "[ALPHA] Current amount of the pod swap usage in bytes. Reported only on non-windows systems", "gauge", of_pod, 0.0, true);
            }
        }
        all
    }

    fn container_metrics(&self, ctx: &Ctx<'_>) -> Families {
        let (now, mut all) = (ctx.now(), Families::default());
        let config = &self.host.config;
        all.add("machine_cpu_cores", "Number of logical CPU cores.", "gauge", String::new(), (config.cpu_millis / 1000) as f64, false);
        all.add("machine_memory_bytes", "Amount of memory installed on the machine.", "gauge", String::new(), config.memory_bytes as f64, false);
        for state in self.alive() {
            for container in &state.runtime.containers {
                let (Some(usage), Some(started)) = (Usage::of(container, now), container.record.started_at) else { continue };
                let id = container.record.id.trim_start_matches("containerd://");
                let (name, namespace, pod) = (&container.record.name, state.pod.namespace(), state.pod.name());
                let labels = |more: &str| format!("container=\"{name}\",{more}id=\"/kubepods/pod{}/{id}\",image=\"{}\",name=\"{id}\",namespace=\"{namespace}\",pod=\"{pod}\"", state.uid, container.record.image);
                let started = ctx.epoch().timestamp(started).as_nanosecond() / 1_000_000_000;
                all.add("container_cpu_usage_seconds_total", "Cumulative cpu time consumed in seconds.", "counter", labels("cpu=\"total\","), usage.cpu_total.as_secs_f64(), true);
                all.add("container_memory_usage_bytes", "Current memory usage in bytes, including all memory regardless of when it was accessed", "gauge", labels(""), usage.memory as f64, true);
                all.add("container_memory_working_set_bytes", "Current working set in bytes.", "gauge", labels(""), usage.memory as f64, true);
                all.add("container_processes", "Number of processes running inside the container.", "gauge", labels(""), usage.processes as f64, true);
                all.add("container_spec_memory_limit_bytes", "Memory limit for the container.", "gauge", labels(""), limit_of(state, name).unwrap_or(0) as f64, false);
                all.add("container_start_time_seconds", "Start time of the container since unix epoch in seconds.", "gauge", labels(""), started as f64, false);
            }
        }
        all
    }

    /// Its settings, most of which are those that nobody has changed.
    fn configz(&self) -> HttpResponse {
        let config = &self.host.config;
        let thresholds: BTreeMap<&str, String> = config.kubelet.thresholds.iter().filter(|one| one.is_hard()).map(|one| (one.signal.name(), amount(one.amount))).collect();
        let settings: String = include_str!("configz.json").lines().map(str::trim_start).map(|line| line.replacen("\": ", "\":", 1)).collect();
        let settings = settings
            .replace("@evictionHard", &json!(thresholds).to_string())
            .replace("@transition", &go_duration(config.kubelet.pressure_transition))
            .replace("@maxPods", &config.pods.to_string())
            .replace("@podCIDR", &config.pod_cidr)
            .replace("@clusterDNS", &config.kubelet.cluster_dns);
        as_json(format!("{{\"kubeletconfig\":{settings}}}"))
    }
}

fn limit_of(state: &PodState, container: &str) -> Option<u64> {
    let declared = state.pod.spec.containers.iter().chain(state.pod.spec.init_containers.iter().flatten()).find(|declared| declared.name == container)?;
    Applied::of(&state.pod.spec, declared).memory()
}

fn as_json(text: String) -> HttpResponse {
    HttpResponse::new(200, text).with_header("Content-Type", "application/json")
}

fn list_of_pods(items: impl Iterator<Item = String>) -> HttpResponse {
    as_json(format!("{{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\"metadata\":{{}},\"items\":[{}]}}", items.collect::<Vec<_>>().join(",")))
}

/// The fields of a summary in the order of Go's structs, which no two of them contradict.
const ORDER: [&str; 43] = [
    "node", "pods", "nodeName", "systemContainers", "podRef", "time", "maxpid", "curproc", "usageNanoCores", "usageCoreNanoSeconds", "availableBytes", "capacityBytes", "usedBytes", "usageBytes",
    "workingSetBytes", "rssBytes", "pageFaults", "majorPageFaults", "swapAvailableBytes", "swapUsageBytes", "psi", "full", "some", "total", "avg10", "avg60", "avg300", "name", "namespace", "uid",
    "startTime", "containers", "cpu", "memory", "fs", "runtime", "imageFs", "containerFs", "rlimit", "rootfs", "logs", "volume", "ephemeral-storage",
];

/// With one space a level, as go-restful writes it.
fn indented(value: &Value) -> String {
    let mut out = serde_json::Serializer::with_formatter(Vec::new(), PrettyFormatter::with_indent(b" "));
    InGoOrder::listed(value, &ORDER).serialize(&mut out).expect("a summary is JSON");
    String::from_utf8(escaped(out.into_inner())).expect("JSON is text")
}

fn metrics(families: &Families, ctx: &Ctx<'_>) -> HttpResponse {
    let text = families.text(ctx.epoch().timestamp(ctx.now()).as_millisecond());
    HttpResponse::new(200, text).with_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8; escaping=underscores")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_behind_a_node_is_taken() {
        assert_eq!(path("https://10.0.0.2:6443/api/v1/nodes/n/proxy/stats/summary?x=1"), Some("/stats/summary?x=1"));
        assert_eq!(path("/api/v1/nodes/n/proxy"), Some("/"));
        assert_eq!(path("/api/v1/namespaces/a/pods/p/log"), None);
    }
}
