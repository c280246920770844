//! Discovery in one document: all groups, versions, resources and subresources.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/endpoints/discovery/aggregated, v1.36.
//! Simplified: nothing.

use std::fmt::Write as _;

use podarium_api::{InGoOrder, ResourceInfo};
use podarium_machine::{HttpRequest, HttpResponse};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha512};

use super::super::accept::header;
use super::super::resources::Subresource;
use super::super::text;
use super::groups::{Group, Served};

/// The answer to a client that accepts this form; `core` is for the path `/api`, which has the group without a name.
pub(super) fn answer(http: &HttpRequest, groups: &[Group], core: bool) -> Option<HttpResponse> {
    let version = accepted(header(http, "Accept"))?;
    let groups = groups.iter().filter(|group| group.name.is_empty() == core);
    let items: Vec<Value> = groups.map(item).collect();
    let list = json!({"kind": "APIGroupDiscoveryList", "apiVersion": format!("apidiscovery.k8s.io/{version}"), "metadata": {}, "items": items});
    let body = text::line(&InGoOrder::new(&list));
    let tag = format!("\"{}\"", Sha512::digest(&body).iter().fold(String::new(), |mut tag, byte| {
        let _ = write!(tag, "{byte:02X}");
        tag
    }));
    let mut headers = text::content_type(&format!("application/json;g=apidiscovery.k8s.io;v={version};as=APIGroupDiscoveryList"));
    headers.push(("ETag".to_owned(), tag.clone()));
    headers.push(("Vary".to_owned(), "Accept".to_owned()));
    if header(http, "If-None-Match") == tag {
        return Some(HttpResponse { status: 304, headers, body: Vec::new() });
    }
    Some(HttpResponse { status: 200, headers, body })
}

/// The version of the form in the first clause that the server can answer, unless that is the older form.
fn accepted(accept: &str) -> Option<&'static str> {
    for clause in accept.split(',') {
        let parts: Vec<&str> = clause.split(';').map(str::trim).collect();
        let [media_type, parameters @ ..] = parts.as_slice() else { continue };
        let json = matches!(*media_type, "application/json" | "*/*" | "application/*");
        if parameters.contains(&"as=APIGroupDiscoveryList") && parameters.contains(&"g=apidiscovery.k8s.io") {
            for (parameter, version) in [("v=v2", "v2"), ("v=v2beta1", "v2beta1")] {
                if json && parameters.contains(&parameter) {
                    return Some(version);
                }
            }
        } else if json {
            return None;
        }
    }
    None
}

fn item(group: &Group) -> Value {
    let metadata = if group.name.is_empty() { json!({}) } else { json!({"name": group.name}) };
    let versions: Vec<Value> = group
        .versions
        .iter()
        .map(|version| {
            let resources: Vec<Value> = version.resources.values().map(|served| resource(&group.name, &version.version, served)).collect();
            json!({"version": version.version, "resources": resources, "freshness": if version.available { "Current" } else { "Stale" }})
        })
        .collect();
    json!({"metadata": metadata, "versions": versions})
}

fn resource(group: &str, version: &str, served: &Served) -> Value {
    let info = &served.info;
    let mut value = json!({
        "resource": info.plural,
        "responseKind": {"group": group, "version": version, "kind": info.kind},
        "scope": if info.namespaced { "Namespaced" } else { "Cluster" },
        "singularResource": info.singular,
        "verbs": served.verbs,
    });
    if !info.short_names.is_empty() {
        value["shortNames"] = json!(info.short_names);
    }
    if !info.categories.is_empty() {
        value["categories"] = json!(info.categories);
    }
    let parts: Vec<Value> = served.parts.iter().map(|part| subresource(group, version, info, part)).collect();
    if !parts.is_empty() {
        value["subresources"] = parts.into();
    }
    value
}

fn subresource(group: &str, version: &str, info: &ResourceInfo, part: &Subresource) -> Value {
    let kind = if part.kind.is_empty() { info.kind } else { part.kind };
    let (group, version) = part.of.unwrap_or((group, version));
    json!({"subresource": part.name, "responseKind": {"group": group, "version": version, "kind": kind}, "verbs": part.verbs})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_is_answered_to_who_prefers_it() {
        let v2 = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
        let cases = [
            (format!("{v2},application/json"), Some("v2")),
            (format!("application/json,{v2}"), None),
            (format!("application/vnd.kubernetes.protobuf,{v2}"), Some("v2")),
            ("application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList".to_owned(), Some("v2beta1")),
            ("application/json".to_owned(), None),
            (String::new(), None),
        ];
        for (accept, version) in cases {
            assert_eq!(accepted(&accept), version, "{accept}");
        }
    }
}
