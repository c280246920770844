//! Answers about `metrics.k8s.io`: what was measured last of the pods and nodes that there are.
//!
//! Models: metrics-server pkg/api/{node,pod}.go, v0.8.
//! Simplified: nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::api::resource::Quantity as RawQuantity;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time as MetaTime;
use podarium_api::quantity::Quantity;
use podarium_api::{ContainerMetrics, Kind, NodeMetrics, Object, ObjectMeta, PodMetrics, Resource as _, Status};

use super::scrape::Measured;
use crate::apiserver::{Answer, Reply, Request, Verb};
use crate::store::{Key, Store};

/// Over which time what is told was measured.
const WINDOW: &str = "10s";

/// Answers a request about what pods or nodes use.
pub(crate) fn answer(request: &Request, measured: &Measured, store: &Store, now: Timestamp) -> Answer {
    let result = match request.verb {
        Verb::Get => get(request, measured, store, now),
        Verb::List => Ok(list(request, measured, store, now)),
        verb => Err(Status::method_not_allowed(request.kind, verb.name())),
    };
    Answer::from(result)
}

/// The kind of what was measured.
fn source(kind: Kind) -> Kind {
    if kind == Kind::NodeMetrics { Kind::Node } else { Kind::Pod }
}

fn get(request: &Request, measured: &Measured, store: &Store, now: Timestamp) -> Result<Reply, Status> {
    let key = request.key();
    let of = store.get(source(request.kind), &key).ok_or_else(|| Status::not_found(source(request.kind), &key.name))?;
    let (plural, name) = if request.kind == Kind::NodeMetrics { ("nodemetrics", key.name.to_string()) } else { ("podmetrics", key.to_string()) };
    metrics(request.kind, of, measured, now).map(Reply::Object).ok_or_else(|| not_measured(plural, &name))
}

fn not_measured(plural: &str, name: &str) -> Status {
    let mut status = Status::not_found(Kind::PodMetrics, name).as_meta().clone();
    status.message = Some(format!("{plural}.metrics.k8s.io {name:?} not found"));
    if let Some(details) = &mut status.details {
        details.kind = Some(plural.to_owned());
    }
    Status::from_meta(status)
}

fn list(request: &Request, measured: &Measured, store: &Store, now: Timestamp) -> Reply {
    let namespace = (!request.namespace.is_empty()).then_some(&*request.namespace);
    let all = store.list(source(request.kind), namespace).filter(|object| request.filter.matches(object));
    let items = all.filter_map(|object| metrics(request.kind, object, measured, now)).collect();
    Reply::List { kind: request.kind, items, resource_version: 0, continue_token: None, remaining: None }
}

fn usage(cpu: u64, memory: u64) -> BTreeMap<String, RawQuantity> {
    let millis = Quantity::from_millis(i64::try_from(cpu).unwrap_or(i64::MAX)).into_raw();
    // Whole kibibytes, as the kernel counts.
    let kibibytes = RawQuantity(format!("{}Ki", memory / 1024));
    BTreeMap::from([("cpu".to_owned(), millis), ("memory".to_owned(), kibibytes)])
}

fn metadata(of: &ObjectMeta, now: Timestamp) -> ObjectMeta {
    let created = Timestamp::from_second(now.as_second()).unwrap_or(now);
    ObjectMeta {
        name: of.name.clone(),
        namespace: of.namespace.clone(),
        labels: of.labels.clone(),
        creation_timestamp: Some(MetaTime(created)),
        ..ObjectMeta::default()
    }
}

fn seconds(at: Timestamp) -> Option<MetaTime> {
    Timestamp::from_second(at.as_second()).ok().map(MetaTime)
}

/// What was measured of this node or pod.
fn metrics(kind: Kind, of: &Object, measured: &Measured, now: Timestamp) -> Option<Object> {
    let meta = of.meta();
    if kind == Kind::NodeMetrics {
        let (at, cpu, memory) = measured.nodes.get(meta.name.as_deref()?)?;
        let node = NodeMetrics {
            metadata: metadata(meta, now),
            timestamp: Arc::new(seconds(*at)),
            window: Arc::new(WINDOW.to_owned()),
            usage: Arc::new(usage(*cpu, *memory)),
        };
        return Some(Arc::new(node).into_object());
    }
    let (at, used) = measured.pods.get(&Key::of(of))?;
    let containers = used.iter().map(|(name, cpu, memory)| ContainerMetrics { name: name.clone(), usage: usage(*cpu, *memory) }).collect();
    let pod = PodMetrics {
        metadata: metadata(meta, now),
        timestamp: Arc::new(seconds(*at)),
        window: Arc::new(WINDOW.to_owned()),
        containers: Arc::new(containers),
    };
    Some(Arc::new(pod).into_object())
}
