//! How a program in a pod asks the API server with its account's token: lists, all together and again and again, and writes whose
//! answers nobody looks at.
//!
//! Models: staging/src/k8s.io/client-go/rest/config.go (InClusterConfig), v1.36.
//! Simplified: lists are asked for anew in the place of being watched.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use podarium_machine::{ExchangeId, HttpRequest, HttpResponse, NetError, Sys};
use podarium_sim::Time;
use serde_json::Value;

const TOKEN: &str = "/var/run/secrets/kubernetes.io/serviceaccount/token";
const TIMEOUT: Duration = Duration::from_secs(10);

/// A list that did not come: its path, and what came in its place.
pub(super) type Missed = (&'static str, Result<HttpResponse, NetError>);

#[derive(Clone)]
pub(super) struct ApiClient {
    /// The name under which the program asks.
    agent: &'static str,
    lists: &'static [&'static str],
    /// How long it is from one round of lists to the next.
    interval: Duration,
    asking: BTreeMap<ExchangeId, usize>,
    came: BTreeMap<usize, Vec<Value>>,
    ask_at: Time,
    writing: BTreeSet<ExchangeId>,
}

impl ApiClient {
    pub fn new(agent: &'static str, lists: &'static [&'static str], interval: Duration) -> Self {
        ApiClient { agent, lists, interval, asking: BTreeMap::new(), came: BTreeMap::new(), ask_at: Time::ZERO, writing: BTreeSet::new() }
    }

    fn send(&self, sys: &mut Sys<'_>, method: &str, path: &str, body: Option<(&str, &Value)>) -> ExchangeId {
        let host = sys.env().get("KUBERNETES_SERVICE_HOST").cloned().unwrap_or_else(|| "kubernetes.default.svc".to_owned());
        let token = sys.read_file(TOKEN).map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned()).unwrap_or_default();
        let mut request = HttpRequest::new(method, format!("https://{host}{path}")).header("Authorization", &format!("Bearer {token}")).header("Accept", "application/json").header("User-Agent", self.agent);
        if let Some((kind, body)) = body {
            request = request.header("Content-Type", kind).body(body.to_string());
        }
        request.timeout = Some(TIMEOUT);
        let id = sys.http_send(request);
        // Looking for the answer is waiting for it.
        drop(sys.http_whole(id, None));
        id
    }

    pub fn write(&mut self, sys: &mut Sys<'_>, method: &str, path: &str, kind: &str, body: &Value) {
        let id = self.send(sys, method, path, Some((kind, body)));
        self.writing.insert(id);
    }

    /// Takes what has come: whether a round of lists is over by it, and what did not come.
    pub fn gather(&mut self, sys: &mut Sys<'_>) -> (bool, Vec<Missed>) {
        let mut missed = Vec::new();
        let waited = !self.asking.is_empty();
        for id in self.asking.keys().copied().collect::<Vec<_>>() {
            let Some(answer) = sys.http_whole(id, None) else { continue };
            sys.http_close(id);
            let Some(index) = self.asking.remove(&id) else { continue };
            match answer {
                Ok(answer) if answer.status == 200 => {
                    let list: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
                    self.came.insert(index, list["items"].as_array().cloned().unwrap_or_default());
                }
                other => missed.push((self.lists[index], other)),
            }
        }
        (waited && self.asking.is_empty(), missed)
    }

    /// Begins the next round when its time has come.
    pub fn ask(&mut self, sys: &mut Sys<'_>) {
        if !self.asking.is_empty() || sys.sleep_until(self.ask_at).is_none() {
            return;
        }
        self.came.clear();
        for (index, path) in self.lists.iter().enumerate() {
            let id = self.send(sys, "GET", path, None);
            self.asking.insert(id, index);
        }
        self.ask_at = sys.now() + self.interval;
    }

    /// Forgets the writes that have been answered.
    pub fn settle(&mut self, sys: &mut Sys<'_>) {
        self.writing.retain(|id| {
            let waits = sys.http_whole(*id, None).is_none();
            if !waits {
                sys.http_close(*id);
            }
            waits
        });
    }

    /// Whether the last round brought all of its lists.
    pub fn is_complete(&self) -> bool {
        self.came.len() == self.lists.len()
    }

    pub fn list(&self, index: usize) -> Option<&Vec<Value>> {
        self.came.get(&index)
    }

    pub fn take(&mut self, index: usize) -> Vec<Value> {
        self.came.remove(&index).unwrap_or_default()
    }
}
