//! What the autoscaler tells of itself in the ConfigMap `cluster-autoscaler-status`, and the events that hang on it.
//!
//! Models: cluster-autoscaler/clusterstate/{clusterstate.go,api/types.go,utils/status.go}, v1.36.
//! Simplified: no group is ever in back-off; nodes that are not ready are not told apart by what is wrong with them.

use std::collections::BTreeMap;
use std::sync::Arc;

use podarium_api::{ConfigMap, Kind, Node, Object, ObjectMeta, Resource as _};
use serde_json::{Value, json};

use super::Autoscaler;
use crate::apiserver::{Answer, PatchType, Reply, Request};
use crate::client::EventType;
use crate::component::Ctx;
use crate::store::Key;

const NAME: &str = "cluster-autoscaler-status";
const NAMESPACE: &str = "kube-system";
const UPDATED: &str = "cluster-autoscaler.kubernetes.io/last-updated";

/// What was told last.
#[derive(Clone, Debug, Default)]
pub(super) struct Told {
    object: Option<Object>,
    /// Since when each condition has been what it is.
    since: BTreeMap<String, (String, String)>,
}

/// How many nodes of a group, or of all, are how.
#[derive(Default)]
struct Count {
    total: usize,
    ready: usize,
    not_started: usize,
    being_deleted: usize,
    unready: usize,
    unregistered: usize,
}

impl Count {
    fn json(&self) -> Value {
        let mut registered = json!({"total": self.total, "ready": self.ready, "notStarted": self.not_started, "suspended": 0, "unready": {"total": self.unready, "resourceUnready": 0}});
        if self.being_deleted > 0 {
            registered["beingDeleted"] = json!(self.being_deleted);
        }
        json!({"registered": registered, "longUnregistered": 0, "unregistered": self.unregistered})
    }

    fn add(&mut self, other: &Count) {
        self.total += other.total;
        self.ready += other.ready;
        self.not_started += other.not_started;
        self.being_deleted += other.being_deleted;
        self.unready += other.unready;
        self.unregistered += other.unregistered;
    }
}

fn key() -> Key {
    Key::new(NAMESPACE, NAME)
}

impl Autoscaler {
    pub(super) fn begin_status(&mut self, ctx: &mut Ctx<'_>) {
        let time = written(ctx);
        self.create_status(&json!({"autoscalerStatus": "Initializing", "clusterWide": {}, "time": time}), ctx);
    }

    fn create_status(&mut self, status: &Value, ctx: &mut Ctx<'_>) {
        let metadata = ObjectMeta { name: Some(NAME.to_owned()), namespace: Some(NAMESPACE.to_owned()), annotations: Some([(UPDATED.to_owned(), written(ctx))].into()), ..ObjectMeta::default() };
        let data = BTreeMap::from([("status".to_owned(), podarium_api::yaml::document(status))]);
        let id = ctx.request(Request::create(ConfigMap { metadata, data: Some(data), ..ConfigMap::default() }));
        self.requests.insert(id);
    }

    pub(super) fn status_answered(&mut self, answer: Answer, ctx: &mut Ctx<'_>) {
        let is_missing = answer.code() == 404;
        match answer.result.map(Reply::object) {
            Ok(Some(object)) => self.status.object = Some(object),
            Err(_) if is_missing => self.begin_status(ctx),
            _ => {}
        }
    }

    /// An event that hangs on the ConfigMap.
    pub(super) fn status_event(&mut self, event_type: EventType, reason: &str, message: &str, ctx: &mut Ctx<'_>) {
        let metadata = ObjectMeta { name: Some(NAME.to_owned()), namespace: Some(NAMESPACE.to_owned()), ..ObjectMeta::default() };
        let about = self.status.object.clone().unwrap_or_else(|| Arc::new(ConfigMap { metadata, ..ConfigMap::default() }).into_object());
        self.event(about, event_type, reason, message, ctx);
    }

    fn count(&self, group: usize) -> Count {
        let mut count = Count::default();
        for name in &self.groups[group].machines {
            match self.node(name) {
                None => count.unregistered += 1,
                Some(_) if self.deleting.contains_key(name) => {
                    count.total += 1;
                    count.being_deleted += 1;
                }
                Some(node) => {
                    count.total += 1;
                    match (super::is_ready(node), self.is_upcoming(name)) {
                        (true, _) => count.ready += 1,
                        (false, true) => count.not_started += 1,
                        (false, false) => count.unready += 1,
                    }
                }
            }
        }
        count
    }

    /// Nodes of no group.
    fn others(&self) -> Count {
        let mut count = Count::default();
        for node in self.caches().list::<Node>().filter(|node| !self.groups.iter().any(|group| group.machines.contains(node.name()))) {
            count.total += 1;
            match (super::is_ready(node), self.deleting.contains_key(node.name())) {
                (_, true) => count.being_deleted += 1,
                (true, _) => count.ready += 1,
                (false, _) => count.unready += 1,
            }
        }
        count
    }

    /// A condition with the times at which it was looked at and has turned.
    fn condition(&mut self, place: &str, status: &str, more: Value, now: &str) -> Value {
        let known = self.status.since.entry(place.to_owned()).or_insert_with(|| (status.to_owned(), now.to_owned()));
        if known.0 != status {
            *known = (status.to_owned(), now.to_owned());
        }
        let mut condition = json!({"status": status, "lastProbeTime": now, "lastTransitionTime": known.1});
        for (key, value) in more.as_object().into_iter().flatten() {
            condition[key] = value.clone();
        }
        condition
    }

    pub(super) fn tell_status(&mut self, ctx: &mut Ctx<'_>) {
        let now = ctx.epoch().seconds(ctx.now()).0.to_string();
        let mut all = self.others();
        let (mut groups, mut any_upcoming) = (Vec::new(), false);
        for index in 0..self.groups.len() {
            let (count, group) = (self.count(index), self.groups[index].clone());
            all.add(&count);
            let upcoming = group.machines.iter().any(|name| self.is_upcoming(name));
            any_upcoming |= upcoming;
            let candidates = group.machines.iter().filter(|name| self.unneeded.contains_key(*name)).count();
            let more = json!({"nodeCounts": count.json(), "cloudProviderTarget": group.machines.len(), "minSize": group.min, "maxSize": group.max});
            let id = &group.id;
            let health = self.condition(&format!("{id}/health"), "Healthy", more, &now);
            let up = self.condition(&format!("{id}/up"), if upcoming { "InProgress" } else { "NoActivity" }, json!({"backoffInfo": {}}), &now);
            let down = self.scale_down_condition(&format!("{id}/down"), candidates, &now);
            groups.push(json!({"name": id, "health": health, "scaleUp": up, "scaleDown": down}));
        }
        let candidates = self.unneeded.len();
        let health = self.condition("health", "Healthy", json!({"nodeCounts": all.json()}), &now);
        let up = self.condition("up", if any_upcoming { "InProgress" } else { "NoActivity" }, json!({}), &now);
        let down = self.scale_down_condition("down", candidates, &now);
        let time = written(ctx);
        let status = json!({
            "time": time, "autoscalerStatus": "Running", "clusterWide": {"health": health, "scaleUp": up, "scaleDown": down}, "nodeGroups": groups,
        });
        let patch = json!({"metadata": {"annotations": {UPDATED: time}}, "data": {"status": podarium_api::yaml::document(&status)}});
        let id = ctx.request(Request::patch(Kind::ConfigMap, &key(), PatchType::Merge, patch));
        self.requests.insert(id);
    }

    fn scale_down_condition(&mut self, place: &str, candidates: usize, now: &str) -> Value {
        match candidates {
            0 => self.condition(place, "NoCandidates", json!({}), now),
            some => self.condition(place, "CandidatesPresent", json!({"candidates": some}), now),
        }
    }
}

/// The time as Go's `2006-01-02 15:04:05.999999999 -0700 MST` writes it.
fn written(ctx: &Ctx<'_>) -> String {
    let at = ctx.epoch().timestamp(ctx.now());
    let fraction = format!("{:09}", at.subsec_nanosecond());
    let fraction = fraction.trim_end_matches('0');
    let dot = if fraction.is_empty() { "" } else { "." };
    format!("{}{dot}{fraction} +0000 UTC", at.strftime("%Y-%m-%d %H:%M:%S"))
}
