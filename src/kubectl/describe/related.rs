//! What a description needs besides the object itself, and the requests that bring it.
//!
//! ```text
//! let mut related = Related::default();
//! for query in queries(&object, show_events) {
//!     related.add(query.resource, &items that the server answered);
//! }
//! let text = describe(&object, &related, now);
//! ```
//!
//! Models: staging/src/k8s.io/kubectl/pkg/describe/describe.go (the Describe methods, searchEvents), v1.36.
//! Simplified: nothing.

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::{LimitRange, ResourceQuota};
use podarium_api::selector::LabelSelector;
use podarium_api::{EndpointSlice, Event, Lease, Pod, ReplicaSet, ResourceSlice, Service};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::unstructured::strings;

/// A list (or, with a name, a single object) that a description needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// `pods`, `events`, `endpointslices`, …
    pub resource: &'static str,
    /// Empty: all namespaces.
    pub namespace: String,
    /// One object; where it is not found, nothing is added.
    pub name: Option<String>,
    pub label_selector: String,
    pub field_selector: String,
    /// Whether there is no description without the answer.
    pub needed: Needed,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Needed {
    #[default]
    No,
    Yes,
    /// Unless it fails for this reason.
    Unless(&'static str),
}

impl Query {
    /// Whether there is a description though the query has failed for this reason.
    pub fn may_fail(&self, reason: &str) -> bool {
        match self.needed {
            Needed::No => true,
            Needed::Yes => false,
            Needed::Unless(known) => known == reason,
        }
    }
}

/// Everything around an object that its description mentions.
#[derive(Clone, Debug, Default)]
pub struct Related {
    /// In the order of the server's list; `None`: events are not to be shown.
    pub events: Option<Vec<Event>>,
    /// Of a controller: those that its selector finds. Of a node: those on it that have not ended.
    pub pods: Vec<Pod>,
    /// Those that a Deployment's selector finds.
    pub replica_sets: Vec<ReplicaSet>,
    /// Those of a Service.
    pub endpoint_slices: Vec<EndpointSlice>,
    /// Those behind an Ingress.
    pub services: Vec<Service>,
    /// The lease of a node.
    pub lease: Option<Lease>,
    /// Those of a namespace.
    pub quotas: Vec<ResourceQuota>,
    pub limit_ranges: Vec<LimitRange>,
    /// Those that belong to a node alone.
    pub resource_slices: Vec<ResourceSlice>,
    /// What could not be had, and why.
    failures: Vec<(Query, String)>,
}

impl Related {
    /// Takes in the answer to a query. What cannot be read as the kind is left out.
    pub fn add(&mut self, resource: &str, items: &[Value]) {
        match resource {
            "events" => self.events.get_or_insert_default().extend(read(items)),
            "pods" => self.pods.extend(read(items)),
            "replicasets" => self.replica_sets.extend(read(items)),
            "endpointslices" => self.endpoint_slices.extend(read(items)),
            "services" => self.services.extend(read(items)),
            "leases" => self.lease = read(items).next(),
            "resourcequotas" => self.quotas.extend(read(items)),
            "limitranges" => self.limit_ranges.extend(read(items)),
            "resourceslices" => self.resource_slices.extend(read(items)),
            _ => {}
        }
    }

    /// Takes in that there is no answer to a query. Who may not see events sees that there are none.
    pub fn add_failure(&mut self, query: Query, why: String) {
        match query.resource {
            "events" => self.add("events", &[]),
            _ => self.failures.push((query, why)),
        }
    }

    /// Why something could not be had: of several, that which is called or belongs to `name`.
    pub fn failure(&self, resource: &str, name: &str) -> Option<&str> {
        let is_about = |query: &Query| query.name.as_deref().or(query.label_selector.split_once('=').map(|(_, value)| value)) == Some(name);
        let found = self.failures.iter().find(|(query, _)| query.resource == resource && (name.is_empty() || is_about(query)));
        found.map(|(_, why)| why.as_str())
    }
}

fn read<'v, T: DeserializeOwned>(items: &'v [Value]) -> impl Iterator<Item = T> + use<'v, T> {
    items.iter().filter_map(|item| serde_json::from_value(item.clone()).ok())
}

/// The lists that the description of this object needs.
pub fn queries(object: &Value, show_events: bool) -> Vec<Query> {
    let at = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (kind, name, namespace) = (at("/kind"), at("/metadata/name"), at("/metadata/namespace"));
    let group = at("/apiVersion").split_once('/').map(|(group, _)| group.to_owned()).unwrap_or_default();
    let list = |resource, namespace: &str| Query { resource, namespace: namespace.to_owned(), ..Query::default() };
    let by_selector = |resource| Query { label_selector: selector(object), ..list(resource, &namespace) };
    let mut queries = match (group.as_str(), kind.as_str()) {
        ("apps", "Deployment") => vec![by_selector("replicasets")],
        ("apps", "ReplicaSet") => vec![by_selector("pods")],
        ("", "ReplicationController") | ("apps", "StatefulSet" | "DaemonSet") => vec![Query { needed: Needed::Yes, ..by_selector("pods") }],
        ("", "Service") => {
            vec![Query { label_selector: format!("kubernetes.io/service-name={name}"), ..list("endpointslices", &namespace) }]
        }
        ("", "PersistentVolumeClaim") => vec![Query { needed: Needed::Yes, ..list("pods", &namespace) }],
        ("networking.k8s.io", "Ingress") => {
            let of = |service: String| {
                let label_selector = format!("kubernetes.io/service-name={service}");
                [Query { label_selector, ..list("endpointslices", &namespace) }, Query { name: Some(service), ..list("services", &namespace) }]
            };
            backends(object).into_iter().flat_map(of).collect()
        }
        ("", "Namespace") => ["resourcequotas", "limitranges"].map(|resource| Query { needed: Needed::Unless("NotFound"), ..list(resource, &name) }).to_vec(),
        ("", "Node") => {
            let field_selector = format!("spec.nodeName={name},status.phase!=Succeeded,status.phase!=Failed");
            vec![Query { field_selector, needed: Needed::Unless("Forbidden"), ..list("pods", "") }]
        }
        _ => Vec::new(),
    };
    let silent = matches!((group.as_str(), kind.as_str()), ("", "Secret" | "Namespace" | "ResourceQuota" | "LimitRange") | ("networking.k8s.io", "NetworkPolicy"));
    if show_events && !silent {
        let uids = match kind.as_str() {
            // A kubelet writes its events with the node's name for a uid.
            "Node" => vec![at("/metadata/uid"), name.clone()],
            // Those of a mirror pod are about the pod that it stands for.
            "Pod" if !at(MIRROR).is_empty() => vec![at(MIRROR)],
            _ => vec![at("/metadata/uid")],
        };
        // The events of a pod are found whatever kind they name.
        let kind = if kind == "Pod" { String::new() } else { format!("involvedObject.kind={kind},") };
        queries.extend(uids.into_iter().map(|uid| {
            let field_selector = format!("{kind}involvedObject.name={name},involvedObject.namespace={namespace},involvedObject.uid={uid}");
            Query { field_selector, ..list("events", &namespace) }
        }));
    }
    if (group.as_str(), kind.as_str()) == ("", "Node") {
        queries.push(Query { field_selector: format!("spec.nodeName={name}"), ..list("resourceslices", "") });
        queries.push(Query { name: Some(name), ..list("leases", "kube-node-lease") });
    }
    queries
}

/// Where a mirror pod names the pod that it stands for.
const MIRROR: &str = "/metadata/annotations/kubernetes.io~1config.mirror";

/// The Services behind an Ingress.
fn backends(ingress: &Value) -> BTreeSet<String> {
    let name = |backend: Option<&Value>| backend?.pointer("/service/name")?.as_str().map(str::to_owned);
    let list = |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
    let rules = list(ingress.pointer("/spec/rules"));
    let paths = rules.iter().flat_map(|rule| list(rule.pointer("/http/paths")));
    let of_paths: Vec<_> = paths.filter_map(|path| name(path.get("backend"))).collect();
    name(ingress.pointer("/spec/defaultBackend")).into_iter().chain(of_paths).collect()
}

/// The selector of a controller as a query has it.
fn selector(object: &Value) -> String {
    if object.get("kind").and_then(Value::as_str) == Some("ReplicationController") {
        return LabelSelector::from_labels(&strings(object, "/spec/selector")).to_string();
    }
    let raw = object.pointer("/spec/selector").cloned().and_then(|raw| serde_json::from_value(raw).ok());
    LabelSelector::from_raw(raw.as_ref()).map(|selector| selector.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_description_says_what_it_needs() {
        let rs = json!({"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": {"name": "rs", "namespace": "n", "uid": "u"}, "spec": {"selector": {"matchLabels": {"app": "web"}}}});
        let queries = queries(&rs, true);
        assert_eq!(queries[0], Query { resource: "pods", namespace: "n".into(), label_selector: "app=web".into(), ..Query::default() });
        assert_eq!(queries[1].field_selector, "involvedObject.kind=ReplicaSet,involvedObject.name=rs,involvedObject.namespace=n,involvedObject.uid=u");
        assert_eq!(super::queries(&json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}}), true), []);
        let node = super::queries(&json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "node-1", "uid": "u"}}), true);
        let wanted: Vec<_> = node.iter().map(|query| (query.resource, query.namespace.as_str())).collect();
        assert_eq!(wanted, [("pods", ""), ("events", ""), ("events", ""), ("resourceslices", ""), ("leases", "kube-node-lease")]);
    }
}
