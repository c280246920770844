//! What a request is about, read off its method and URL alone. Authorization comes before anything else looks at the
//! request, so this also takes paths that nothing serves.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/endpoints/request/requestinfo.go, v1.36.
//! Simplified: nothing.

use podarium_api::name_rules;
use podarium_api::selector::FieldSelector;

use super::{Query, query};
use crate::apiserver::User;
use crate::apiserver::authorization::Attributes;

/// The parts that authorization is asked about. A path that is no resource has an empty resource.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct RequestInfo {
    pub verb: String,
    pub namespace: String,
    pub group: String,
    pub resource: String,
    pub subresource: String,
    pub name: String,
    pub path: String,
    pub fields: Option<FieldSelector>,
}

impl RequestInfo {
    /// Whether it is about something that is stored.
    pub fn is_resource(&self) -> bool {
        !self.resource.is_empty()
    }

    pub fn of(method: &str, url: &str) -> Self {
        let path = match url.split_once("://") {
            Some((_, rest)) => rest.find('/').map_or("/", |slash| &rest[slash..]),
            None => url,
        };
        let (path, rest) = path.split_once('?').unwrap_or((path, ""));
        let path = query::decode(path);
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let (group, parts) = match parts.as_slice() {
            ["api", _, parts @ ..] if !parts.is_empty() => ("", parts),
            ["apis", group, _, parts @ ..] if !parts.is_empty() => (*group, parts),
            _ => return RequestInfo { verb: method.to_ascii_lowercase(), path, ..RequestInfo::default() },
        };
        let mut info = RequestInfo { group: group.to_owned(), ..RequestInfo::default() };
        let parts = match parts {
            [verb @ ("watch" | "proxy"), parts @ ..] if !parts.is_empty() => {
                (*verb).clone_into(&mut info.verb);
                parts
            }
            parts => {
                verb(method).clone_into(&mut info.verb);
                parts
            }
        };
        info.place(parts);
        info.look_at(&Query::parse(rest));
        info
    }

    /// Namespace, resource, name and subresource.
    fn place(&mut self, parts: &[&str]) {
        let parts = match parts {
            ["namespaces", namespace, rest @ ..] => {
                (*namespace).clone_into(&mut self.namespace);
                if rest.is_empty() || matches!(rest[0], "status" | "finalize") { parts } else { rest }
            }
            parts => parts,
        };
        let part = |index: usize| parts.get(index).copied().unwrap_or_default().to_owned();
        self.resource = part(0);
        self.name = part(1);
        if self.verb != "proxy" {
            self.subresource = part(2);
        }
    }

    /// A get without a name is a list or a watch; a delete without one is of a collection.
    fn look_at(&mut self, query: &Query) {
        if self.name.is_empty() && self.verb == "get" {
            self.verb = if query.flag("watch") { "watch" } else { "list" }.to_owned();
        } else if self.name.is_empty() && self.verb == "delete" {
            self.verb = "deletecollection".to_owned();
        }
        if !matches!(self.verb.as_str(), "list" | "watch" | "deletecollection") {
            return;
        }
        self.fields = FieldSelector::parse(query.get("fieldSelector").unwrap_or_default()).ok();
        let named = self.fields.as_ref().and_then(|fields| fields.required("metadata.name"));
        if self.name.is_empty()
            && let Some(name) = named.filter(|name| name_rules::path_segment(name).is_empty())
        {
            self.name = name.to_owned();
        }
    }

    /// The question to authorization.
    pub fn attributes<'a>(&'a self, user: &'a User) -> Attributes<'a> {
        if self.resource.is_empty() {
            return Attributes::path(user, &self.verb, &self.path);
        }
        let attributes = Attributes::resource(user, &self.verb, &self.group, &self.resource, &self.namespace);
        Attributes { fields: self.fields.as_ref(), ..attributes.named(&self.name).of_subresource(&self.subresource) }
    }
}

fn verb(method: &str) -> &'static str {
    match method {
        "POST" => "create",
        "GET" | "HEAD" => "get",
        "PUT" => "update",
        "PATCH" => "patch",
        "DELETE" => "delete",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_say_what_is_wanted() {
        let cases = [
            ("GET", "/api/v1/namespaces/shop/pods", "list ''/pods in shop"),
            ("GET", "/api/v1/namespaces/shop/pods?watch=true", "watch ''/pods in shop"),
            ("GET", "/api/v1/watch/namespaces/shop/pods", "watch ''/pods in shop"),
            ("GET", "/api/v1/namespaces/shop/pods?fieldSelector=metadata.name%3Dweb", "list ''/pods web in shop"),
            ("GET", "https://10.0.0.2:6443/api/v1/namespaces/shop/pods/web/log?follow=true", "get ''/pods/log web in shop"),
            ("GET", "/api/v1/namespaces/shop", "get ''/namespaces shop in shop"),
            ("PUT", "/api/v1/namespaces/shop/finalize", "update ''/namespaces/finalize shop in shop"),
            ("DELETE", "/apis/apps/v1/namespaces/shop/deployments", "deletecollection 'apps'/deployments in shop"),
            ("PATCH", "/apis/apps/v1/namespaces/shop/deployments/web/scale", "patch 'apps'/deployments/scale web in shop"),
            ("POST", "/api/v1/nodes", "create ''/nodes"),
            ("GET", "/apis/example.com/v1/widgets/w", "get 'example.com'/widgets w"),
            ("GET", "/apis/apps/v1", "get /apis/apps/v1"),
            ("GET", "/api", "get /api"),
            ("GET", "/healthz/etcd?verbose", "get /healthz/etcd"),
        ];
        for (method, url, expected) in cases {
            let info = RequestInfo::of(method, url);
            let user = User::named("jane");
            let attributes = info.attributes(&user);
            let text = if attributes.is_resource() {
                let named = if info.name.is_empty() { String::new() } else { format!(" {}", info.name) };
                let place = if info.namespace.is_empty() { String::new() } else { format!(" in {}", info.namespace) };
                format!("{} '{}'/{}{named}{place}", info.verb, info.group, attributes.combined_resource())
            } else {
                format!("{} {}", info.verb, info.path)
            };
            assert_eq!(text, expected, "{method} {url}");
        }
    }
}
