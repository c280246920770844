//! Requests over HTTP to a control plane without nodes.

mod documents;
mod empties;
mod garbage;
mod lists;
mod refusals;
mod watches;

use std::time::Duration;

use podarium_machine::{HttpEvent, HttpRequest, HttpResponse};
use podarium_sim::Time;
use serde_json::{Value, json};

use crate::{Cause, Cluster, Config, HttpId};

fn cluster() -> Cluster {
    let mut cluster = Cluster::new(Config::default());
    cluster.bootstrap();
    cluster.advance(Time::from_secs(2));
    cluster
}

/// Sends a request and waits for its whole answer.
fn send(cluster: &mut Cluster, request: HttpRequest) -> HttpResponse {
    let what = format!("{} {}", request.method, request.url);
    let id = cluster.http(request, Cause::Start);
    cluster.advance(cluster.now() + Duration::from_secs(4));
    let answer = cluster.take_http_events().into_iter().find_map(|(of, event)| match event {
        HttpEvent::Response(response) if of == id => Some(response),
        _ => None,
    });
    answer.unwrap_or_else(|| panic!("no answer to {what}"))
}

fn json_request(method: &str, path: &str, body: Option<&Value>) -> HttpRequest {
    let request = HttpRequest::new(method, path);
    match body {
        Some(body) => request.header("Content-Type", "application/json").body(body.to_string()),
        None => request,
    }
}

/// The code and the JSON of an answer.
fn call(cluster: &mut Cluster, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
    let response = send(cluster, json_request(method, path, body));
    (response.status, serde_json::from_slice(&response.body).unwrap_or(Value::Null))
}

fn config_map(name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "labels": {"app": name}}, "data": {"a": "1"}})
}

const MAPS: &str = "/api/v1/namespaces/default/configmaps";

fn with_maps(names: &[&str]) -> Cluster {
    let mut cluster = cluster();
    for name in names {
        assert_eq!(call(&mut cluster, "POST", MAPS, Some(&config_map(name))).0, 201);
    }
    cluster
}

/// What a stream has brought so far, line by line.
fn lines(cluster: &mut Cluster, id: HttpId) -> (Vec<Value>, bool) {
    let (mut lines, mut ended) = (Vec::new(), false);
    for (_, event) in cluster.take_http_events().into_iter().filter(|(of, _)| *of == id) {
        match event {
            HttpEvent::Chunk(bytes) => lines.push(serde_json::from_slice(&bytes).unwrap()),
            HttpEvent::End => ended = true,
            _ => {}
        }
    }
    (lines, ended)
}
