//! What a run was: its objectives, the events of the cluster, and the state at the end; for people and for programs.

use std::fmt::Write as _;

use podarium_api::{Deployment, Event, Node, Pod, Resource as _, pod_state};
use podarium_sim::Time;
use serde_json::{Value, json};

use super::Simulation;

/// An event of the cluster, as the summary lists it.
struct Seen {
    at: Time,
    count: i32,
    kind: String,
    object: String,
    event_type: String,
    reason: String,
    message: String,
}

impl Simulation {
    fn seen(&self) -> Vec<Seen> {
        let epoch = self.cluster().config().epoch;
        let mut seen: Vec<(u64, Seen)> = self
            .cluster()
            .list::<Event>()
            .map(|event| {
                let first = event.first_timestamp.as_ref().map(|time| time.0);
                let at = event.event_time.as_ref().map(|time| time.0).or(first);
                let about = &event.involved_object;
                let text = |field: &Option<String>| field.clone().unwrap_or_default();
                let revision = event.metadata.resource_version.as_deref().and_then(|text| text.parse().ok()).unwrap_or(0);
                let seen = Seen {
                    at: at.map_or(Time::ZERO, |at| epoch.time(at)),
                    count: event.count.unwrap_or(1),
                    kind: text(&about.kind),
                    object: text(&about.name),
                    event_type: text(&event.type_),
                    reason: text(&event.reason),
                    message: text(&event.message),
                };
                (revision, seen)
            })
            .collect();
        seen.sort_by_key(|(revision, seen)| (seen.at, *revision));
        seen.into_iter().map(|(_, seen)| seen).collect()
    }

    /// The document that `podarium run -o json` prints. It explains the scheduler's decisions about the pods of the names
    /// given (`NAME` or `NAMESPACE/NAME`); when none are given, about pods that have no node.
    pub fn document(&self, seed: u64, explain: &[String]) -> Value {
        let events: Vec<Value> = self
            .seen()
            .into_iter()
            .map(|seen| {
                json!({
                    "at": seconds(seen.at), "count": seen.count, "kind": seen.kind, "object": seen.object,
                    "type": seen.event_type, "reason": seen.reason, "message": seen.message,
                })
            })
            .collect();
        let notes: Vec<Value> =
            self.notes().iter().map(|note| json!({"at": seconds(note.at), "text": note.text, "failed": note.failed})).collect();
        let objectives: Vec<Value> = self.reports_at_end().iter().map(crate::Report::json).collect();
        json!({
            "scenario": self.scenario().name.0,
            "seed": seed,
            "until": seconds(self.now()),
            "trace_hash": self.cluster().trace_hash().to_string(),
            "objectives": objectives,
            "events": events,
            "notes": notes,
            "traffic": super::traffic::documents(self.cluster()),
            "decisions": if explain.is_empty() { self.decisions_about_pending() } else { self.decisions_about(explain) },
            "summary": self.counts(),
        })
    }

    fn counts(&self) -> Value {
        let cluster = self.cluster();
        let ready_nodes = cluster.list::<Node>().filter(|node| {
            let conditions = node.status.conditions.as_deref().unwrap_or_default();
            conditions.iter().any(|condition| condition.type_ == "Ready" && condition.status == "True")
        });
        let deployments: Vec<Value> = cluster
            .list::<Deployment>()
            .map(|deployment| {
                json!({
                    "name": deployment.name(), "namespace": deployment.namespace(), "replicas": deployment.spec.replicas,
                    "ready": deployment.status.ready_replicas.unwrap_or(0), "updated": deployment.status.updated_replicas.unwrap_or(0),
                })
            })
            .collect();
        json!({
            "nodes": cluster.list::<Node>().count(),
            "nodes_ready": ready_nodes.count(),
            "pods": cluster.list::<Pod>().count(),
            "pods_ready": cluster.list::<Pod>().filter(|pod| pod_state::pod_is_ready(pod)).count(),
            "deployments": deployments,
            "writes": cluster.writes().len(),
            "steps_done": self.steps_done(),
        })
    }

    /// The same for people; decisions are explained only if they are asked for.
    pub fn text(&self, explain: &[String]) -> String {
        let mut out = String::new();
        let mut lines: Vec<(Time, String)> = self
            .seen()
            .into_iter()
            .map(|seen| {
                let times = if seen.count > 1 { format!(" (x{})", seen.count) } else { String::new() };
                let object = format!("{}/{}", seen.kind.to_lowercase(), seen.object);
                (seen.at, format!("{:<8} {:<20} {object:<40} {}{times}", seen.event_type, seen.reason, seen.message))
            })
            .chain(super::traffic::losses(self.cluster()).into_iter().map(|(at, line)| (at, format!("! {line}"))))
            .chain(self.notes().iter().map(|note| (note.at, format!("{} {}", if note.failed { "!" } else { ">" }, note.text))))
            .collect();
        lines.sort_by_key(|(at, _)| *at);
        for (at, line) in lines {
            let _ = writeln!(out, "{at}  {line}");
        }
        let traffic = super::traffic::lines(self.cluster());
        if !traffic.is_empty() {
            let _ = writeln!(out);
        }
        for line in traffic {
            let _ = writeln!(out, "{line}");
        }
        let reports = self.reports_at_end();
        if !reports.is_empty() {
            let _ = writeln!(out);
        }
        for report in reports {
            let mark = if report.met { "met   " } else { "FAILED" };
            let at = report.at.map_or_else(|| "         ".to_owned(), |at| at.to_string());
            let title = report.title.as_deref().unwrap_or(&report.name);
            let why = report.why.map(|why| format!(": {why}")).unwrap_or_default();
            let _ = writeln!(out, "{mark} {at}  {title}{why}");
        }
        for decision in self.decisions_about(explain) {
            let _ = write!(out, "\n{}", decision.table());
        }
        out
    }

    /// Whether every objective was met.
    pub fn succeeded(&self) -> bool {
        self.reports_at_end().iter().all(|report| report.met)
    }
}

fn seconds(at: Time) -> String {
    format!("{}.{:03}s", at.as_millis() / 1000, at.as_millis() % 1000)
}
