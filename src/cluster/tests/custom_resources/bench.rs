//! A cluster to send requests to, and the definition that the tests work with.

use std::time::Duration;

use podarium_cluster::{Cause, Cluster, Config};
use podarium_machine::{HttpEvent, HttpRequest};
use serde_json::{Value, json};

pub const DEFINITIONS: &str = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
pub const CRON_TABS: &str = "/apis/stable.example.com/v1/namespaces/default/crontabs";

pub struct Bench(Cluster);

pub struct Answer {
    pub code: u16,
    pub body: Value,
    pub warnings: Vec<String>,
}

impl Answer {
    pub fn message(&self) -> &str {
        self.body["message"].as_str().unwrap_or_default()
    }
}

impl Bench {
    pub fn new() -> Self {
        let mut cluster = Cluster::new(Config::default());
        cluster.bootstrap();
        let mut bench = Bench(cluster);
        bench.run(2.0);
        bench
    }

    pub fn run(&mut self, seconds: f64) {
        self.0.advance(self.0.now() + Duration::from_secs_f64(seconds));
    }

    pub fn send(&mut self, method: &str, path: &str, content: &str, accept: &str, body: Option<Value>) -> Answer {
        let mut request = HttpRequest::new(method, format!("https://10.0.0.2:6443{path}")).header("Accept", accept);
        if let Some(body) = body {
            request = request.header("Content-Type", content).body(body.to_string());
        }
        let id = self.0.http(request, Cause::Start);
        self.run(0.1);
        let events = self.0.take_http_events();
        let Some((_, HttpEvent::Response(response))) = events.into_iter().find(|(of, _)| *of == id) else { panic!("no answer to {path}") };
        let warnings = response.headers.iter().filter(|(name, _)| name == "Warning").map(|(_, text)| text.clone()).collect();
        Answer { code: response.status, body: serde_json::from_slice(&response.body).unwrap_or(Value::Null), warnings }
    }

    pub fn call(&mut self, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.send(method, path, "application/json", "application/json", body)
    }

    pub fn get(&mut self, path: &str) -> Answer {
        self.call("GET", path, None)
    }

    pub fn merge(&mut self, path: &str, patch: Value) -> Answer {
        self.send("PATCH", path, "application/merge-patch+json", "application/json", Some(patch))
    }

    /// Makes the definition and waits until it is established.
    pub fn define(&mut self, definition: Value) {
        let made = self.call("POST", DEFINITIONS, Some(definition));
        assert_eq!(made.code, 201, "{}", made.message());
        self.run(1.0);
    }
}

pub fn version(name: &str, storage: bool) -> Value {
    json!({
        "name": name, "served": true, "storage": storage,
        "schema": {"openAPIV3Schema": {"type": "object", "properties": {
            "spec": {"type": "object", "required": ["cronSpec"], "properties": {
                "cronSpec": {"type": "string", "pattern": "^(\\d+|\\*)(/\\d+)?(\\s+(\\d+|\\*)(/\\d+)?){4}$"},
                "image": {"type": "string", "default": "busybox"},
                "replicas": {"type": "integer", "minimum": 1, "maximum": 10, "default": 1},
            }},
            "status": {"type": "object", "properties": {"replicas": {"type": "integer"}, "labelSelector": {"type": "string"}}},
        }}},
        "subresources": {"status": {}, "scale": {"specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas", "labelSelectorPath": ".status.labelSelector"}},
        "additionalPrinterColumns": [
            {"name": "Spec", "type": "string", "jsonPath": ".spec.cronSpec"},
            {"name": "Replicas", "type": "integer", "jsonPath": ".spec.replicas"},
            {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"},
        ],
    })
}

pub fn definition() -> Value {
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "crontabs.stable.example.com"},
        "spec": {
            "group": "stable.example.com", "scope": "Namespaced", "versions": [version("v1", true)],
            "names": {"plural": "crontabs", "kind": "CronTab", "shortNames": ["ct"]},
        },
    })
}

pub fn cron_tab(name: &str, spec: Value) -> Value {
    json!({"apiVersion": "stable.example.com/v1", "kind": "CronTab", "metadata": {"name": name}, "spec": spec})
}
