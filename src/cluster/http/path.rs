//! Paths: `/api/v1/namespaces/default/pods/web/status` and what they name.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/endpoints/request/requestinfo.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use podarium_api::custom::Definition;
use podarium_api::{Kind, Status, compat};
use podarium_machine::HttpResponse;

use super::{Query, discovery};
use crate::store::Store;

/// What a path names.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ResourcePath {
    pub kind: Kind,
    /// Empty for cluster-scoped kinds and for all namespaces.
    pub namespace: String,
    /// Empty for collections.
    pub name: String,
    pub subresource: Option<String>,
    /// The old version by which the path asks for the kind, with `compat: course-2019`.
    pub old_version: Option<String>,
    /// The version of a custom kind.
    pub definition: Option<Arc<Definition>>,
}

pub(crate) enum Target {
    Resource(ResourcePath),
    /// Discovery, version and health, whose answers are always the same.
    Fixed(HttpResponse),
}

/// Kinds of Kubernetes that this cluster does not serve yet. Asking for one gets an honest answer and not a 404.
const NOT_SIMULATED: &[(&str, &[&str])] = &[
];

/// Splits a URL (with or without scheme and host) into what it names and its query.
pub(crate) fn parse(url: &str, compat: bool, store: &Store) -> Result<(Target, Query), Status> {
    let path = match url.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("/", |slash| &rest[slash..]),
        None => url,
    };
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let query = Query::parse(query);
    let parts: Vec<String> = path.split('/').filter(|part| !part.is_empty()).map(query::decode).collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    if let Some(answer) = discovery::answer(&parts, compat, store) {
        return Ok((Target::Fixed(answer), query));
    }
    let (group, version, rest) = match parts.as_slice() {
        ["api", version, rest @ ..] => ("", *version, rest),
        ["apis", group, version, rest @ ..] => (*group, *version, rest),
        _ => return Err(Status::no_such_path()),
    };
    resource(group, version, rest, compat, store).map(|path| (Target::Resource(path), query))
}

use super::query;

fn resource(group: &str, version: &str, rest: &[&str], compat: bool, store: &Store) -> Result<ResourcePath, Status> {
    let (namespace, rest) = match rest {
        // `namespaces/x/status` is a subresource of the namespace itself.
        ["namespaces", _, "status" | "finalize"] => ("", rest),
        ["namespaces", namespace, rest @ ..] if !rest.is_empty() => (*namespace, rest),
        rest => ("", rest),
    };
    let (plural, name, subresource) = match rest {
        [plural] => (*plural, "", None),
        [plural, name] => (*plural, *name, None),
        [plural, name, subresource] => (*plural, *name, Some((*subresource).to_owned())),
        _ => return Err(Status::no_such_path()),
    };
    let old_version = format!("{group}/{version}");
    let old = compat.then(|| old_kind(&old_version, plural)).flatten();
    let definition = custom(group, version, plural, store).cloned();
    let kind = match (old, &definition) {
        (Some(kind), _) => kind,
        (None, Some(definition)) => definition.kind(),
        (None, None) => kind_of(group, version, plural)?,
    };
    if let (Some(definition), Some(subresource)) = (&definition, &subresource) {
        let served = subresource == "status" && definition.has_status() || subresource == "scale" && definition.scale().is_some();
        if !served {
            return Err(Status::not_found(kind, name));
        }
    }
    let namespaced = kind.info().namespaced;
    if !namespaced && !namespace.is_empty() || namespaced && namespace.is_empty() && !name.is_empty() {
        return Err(Status::no_such_path());
    }
    Ok(ResourcePath { kind, namespace: namespace.to_owned(), name: name.to_owned(), subresource, old_version: old.map(|_| old_version), definition })
}

/// The version of a custom kind that is served under this name.
fn custom<'a>(group: &str, version: &str, plural: &str, store: &'a Store) -> Option<&'a Arc<Definition>> {
    store.definition(group, plural)?.definitions.served(version)
}

/// The kind that an old version of the API serves under this name.
fn old_kind(version: &str, plural: &str) -> Option<Kind> {
    Kind::ALL.iter().copied().find(|kind| {
        let info = kind.info();
        info.plural == plural && compat::old_versions(info.kind).any(|old| old == version)
    })
}

fn kind_of(group: &str, version: &str, plural: &str) -> Result<Kind, Status> {
    let served = Kind::ALL.iter().copied().find(|kind| {
        let info = kind.info();
        info.plural == plural && info.group == group && info.version == version
    });
    served.ok_or_else(|| {
        let known = NOT_SIMULATED.iter().any(|(of, plurals)| *of == group && plurals.contains(&plural));
        if known {
            let name = if group.is_empty() { plural.to_owned() } else { format!("{plural}.{group}") };
            Status::not_simulated(&name)
        } else {
            Status::no_such_path()
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path_of(url: &str) -> Result<ResourcePath, String> {
        match parse(url, false, &Store::default()) {
            Ok((Target::Resource(path), _)) => Ok(path),
            Ok(_) => Err("fixed".to_owned()),
            Err(status) => Err(status.to_string()),
        }
    }

    #[test]
    fn old_versions_are_served_only_when_asked_for() {
        let url = "/apis/extensions/v1beta1/namespaces/a/deployments/d";
        assert!(parse(url, false, &Store::default()).is_err());
        let Ok((Target::Resource(path), _)) = parse(url, true, &Store::default()) else { panic!("not served") };
        assert_eq!((path.kind, path.old_version.as_deref()), (Kind::Deployment, Some("extensions/v1beta1")));
    }

    #[test]
    fn paths_name_what_they_name() {
        let path = |kind, namespace: &str, name: &str, subresource: Option<&str>| {
            Ok(ResourcePath { kind, namespace: namespace.to_owned(), name: name.to_owned(), subresource: subresource.map(str::to_owned), old_version: None, definition: None })
        };
        let cases = [
            ("/api/v1/pods?watch=1", path(Kind::Pod, "", "", None)),
            ("https://10.0.0.1:6443/api/v1/namespaces/a/pods/p/log?follow=true", path(Kind::Pod, "a", "p", Some("log"))),
            ("/api/v1/namespaces/a", path(Kind::Namespace, "", "a", None)),
            ("/api/v1/namespaces/a/finalize", path(Kind::Namespace, "", "a", Some("finalize"))),
            ("/apis/apps/v1/namespaces/a/deployments/d/scale", path(Kind::Deployment, "a", "d", Some("scale"))),
            ("/api/v1/nodes/n", path(Kind::Node, "", "n", None)),
            ("/api/v1/namespaces/a/podtemplates", Err("not simulated: podtemplates".to_owned())),
            ("/apis/apps/v1beta1/deployments", Err("the server could not find the requested resource".to_owned())),
            ("/api/v1/pods/p", Err("the server could not find the requested resource".to_owned())),
            ("/version", Err("fixed".to_owned())),
        ];
        for (url, expected) in cases {
            assert_eq!(path_of(url), expected, "{url}");
        }
    }
}
