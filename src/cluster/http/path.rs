//! Paths: `/api/v1/namespaces/default/pods/web/status` and what they name.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/endpoints/request/requestinfo.go, server/handler.go (director), v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use podarium_api::custom::Definition;
use podarium_api::versions::{self, Version};
use podarium_api::{Kind, Status};

use super::discovery::BINDING;
use super::{Query, aggregation, query, resources};
use crate::store::Store;

/// What a path names.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ResourcePath {
    pub kind: Kind,
    /// Empty for cluster-scoped kinds and for all namespaces.
    pub namespace: String,
    /// Empty for collections.
    pub name: String,
    pub subresource: Option<&'static resources::Subresource>,
    /// The version by which the path asks for the kind, if it is not the stored one.
    pub version: Option<&'static Version>,
    /// The version of a custom kind.
    pub definition: Option<Arc<Definition>>,
    /// The old form of a watch: `/api/v1/watch/namespaces/shop/pods`.
    pub watch: bool,
}

pub(crate) enum Target {
    Resource(ResourcePath),
    /// Not about objects: discovery, version, health, or nothing at all.
    Document(Vec<String>),
}

/// Splits a URL (with or without scheme and host) into what it names and its query.
pub(crate) fn parse(url: &str, course_2019: bool, store: &Store) -> Result<(Target, Query), Status> {
    let path = match url.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("/", |slash| &rest[slash..]),
        None => url,
    };
    let path = path.split('#').next().unwrap_or_default();
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let query = Query::parse(query);
    let parts: Vec<String> = path.split('/').filter(|part| !part.is_empty()).map(query::decode_path).collect();
    let named: Vec<&str> = parts.iter().map(String::as_str).collect();
    let target = match named.as_slice() {
        ["api", "v1", rest @ ..] if !rest.is_empty() => Some(resource("", "v1", rest, course_2019, store)),
        ["apis", group, version, rest @ ..] if !rest.is_empty() => resource_of_group(group, version, rest, course_2019, store),
        _ => None,
    };
    match target {
        Some(path) => path.map(|path| (Target::Resource(path), query)),
        None => Ok((Target::Document(parts), query)),
    }
}

/// `None` if no resource can have the path since nothing has this group and version.
fn resource_of_group(group: &str, version: &str, rest: &[&str], course_2019: bool, store: &Store) -> Option<Result<ResourcePath, Status>> {
    let infos = || Kind::ALL.iter().map(|kind| kind.info()).filter(|info| aggregation::is_served(info, store));
    let stored = infos().any(|info| info.group == group && info.version == version);
    let converted = infos().flat_map(|info| versions::of(&info, course_2019)).any(|other| other.group == group && other.version == version);
    let custom = rest.iter().any(|plural| definition_of(group, version, plural, store).is_some());
    (stored || converted || custom).then(|| resource(group, version, rest, course_2019, store))
}

fn resource(group: &str, version: &str, rest: &[&str], course_2019: bool, store: &Store) -> Result<ResourcePath, Status> {
    let (watch, rest) = match rest {
        ["watch", rest @ ..] if !rest.is_empty() => (true, rest),
        rest => (false, rest),
    };
    let (namespace, rest) = match rest {
        // `namespaces/x/status` is a subresource of the namespace itself.
        ["namespaces", _, "status" | "finalize"] => ("", rest),
        ["namespaces", namespace, rest @ ..] if !rest.is_empty() => (*namespace, rest),
        rest => ("", rest),
    };
    let (plural, name, subresource) = match rest {
        [plural] => (*plural, "", None),
        [plural, name] => (*plural, *name, None),
        [plural, name, subresource] => (*plural, *name, Some(*subresource)),
        // What is proxied has a path of its own.
        [plural, name, "proxy", ..] => (*plural, *name, Some("proxy")),
        _ => return Err(Status::no_such_path()),
    };
    if (group, plural, name) == (BINDING.group, BINDING.plural, "") && subresource.is_none() {
        return if namespace.is_empty() { Err(Status::no_such_path()) } else { Ok(binding(namespace)) };
    }
    let definition = definition_of(group, version, plural, store).cloned();
    let (kind, version) = match &definition {
        Some(definition) => (definition.kind(), None),
        None => kind_of(group, version, plural, course_2019)?,
    };
    let info = kind.info();
    if watch && definition.is_none() && !kind.verbs().contains(&"watch") {
        return Err(Status::no_such_path());
    }
    if !info.namespaced && !namespace.is_empty() || info.namespaced && namespace.is_empty() && !name.is_empty() {
        return Err(Status::no_such_path());
    }
    let subresource = match subresource {
        None => None,
        Some(_) if watch => return Err(Status::no_such_path()),
        Some(part) if definition.is_some() => Some(part_of(definition.as_deref(), part).ok_or_else(|| Status::not_found(kind, name))?),
        Some(name) => Some(resources::subresources(&info).iter().find(|known| known.name == name).ok_or_else(Status::no_such_path)?),
    };
    Ok(ResourcePath { kind, namespace: namespace.to_owned(), name: name.to_owned(), subresource, version, definition, watch })
}

/// A binding that names its pod itself: the same as the pod's own, with the name in the body.
fn binding(namespace: &str) -> ResourcePath {
    let subresource = resources::subresources(&Kind::Pod.info()).iter().find(|known| known.name == "binding");
    ResourcePath { kind: Kind::Pod, namespace: namespace.to_owned(), name: String::new(), subresource, version: None, definition: None, watch: false }
}

/// The version of a custom kind that is served under this name.
fn definition_of<'a>(group: &str, version: &str, plural: &str, store: &'a Store) -> Option<&'a Arc<Definition>> {
    store.definition(group, plural)?.definitions.served(version)
}

/// A subresource that the definition of a custom kind has.
fn part_of(definition: Option<&Definition>, part: &str) -> Option<&'static resources::Subresource> {
    let definition = definition?;
    match part {
        "status" if definition.has_status() => Some(&resources::STATUS),
        "scale" if definition.scale().is_some() => Some(&resources::SCALE),
        _ => None,
    }
}

/// The kind that this version serves under the name, and the version if it is not the stored one.
fn kind_of(group: &str, version: &str, plural: &str, course_2019: bool) -> Result<(Kind, Option<&'static Version>), Status> {
    for kind in Kind::ALL.iter().copied() {
        let info = kind.info();
        if info.plural != plural || kind.verbs().is_empty() {
            continue;
        }
        if info.group == group && info.version == version {
            return Ok((kind, None));
        }
        if let Some(other) = versions::of(&info, course_2019).find(|other| other.group == group && other.version == version) {
            return Ok((kind, Some(other)));
        }
    }
    Err(Status::no_such_path())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path_of(url: &str) -> Result<ResourcePath, String> {
        match parse(url, false, &Store::default()) {
            Ok((Target::Resource(path), _)) => Ok(path),
            Ok((Target::Document(parts), _)) => Err(parts.join(" ")),
            Err(status) => Err(status.to_string()),
        }
    }

    #[test]
    fn old_versions_are_served_only_when_asked_for() {
        let url = "/apis/extensions/v1beta1/namespaces/a/deployments/d";
        assert!(matches!(parse(url, false, &Store::default()), Ok((Target::Document(_), _))));
        let Ok((Target::Resource(path), _)) = parse(url, true, &Store::default()) else { panic!("not served") };
        assert_eq!((path.kind, path.version.map(Version::api_version).as_deref()), (Kind::Deployment, Some("extensions/v1beta1")));
    }

    #[test]
    fn an_event_is_served_in_two_versions() {
        let path = path_of("/apis/events.k8s.io/v1/namespaces/a/events/e").unwrap();
        assert_eq!((path.kind, path.version.map(Version::api_version).as_deref()), (Kind::Event, Some("events.k8s.io/v1")));
    }

    #[test]
    fn paths_name_what_they_name() {
        let path = |kind: Kind, namespace: &str, name: &str, subresource: Option<&str>| {
            let subresource = subresource.map(|wanted| resources::subresources(&kind.info()).iter().find(|known| known.name == wanted).unwrap());
            Ok(ResourcePath { kind, namespace: namespace.to_owned(), name: name.to_owned(), subresource, version: None, definition: None, watch: false })
        };
        let nothing = || Err("the server could not find the requested resource".to_owned());
        let cases = [
            ("/api/v1/pods?watch=1", path(Kind::Pod, "", "", None)),
            ("https://10.0.0.1:6443/api/v1/namespaces/a/pods/p/log?follow=true", path(Kind::Pod, "a", "p", Some("log"))),
            ("/api/v1/namespaces/a", path(Kind::Namespace, "", "a", None)),
            ("/api/v1/namespaces/a/finalize", path(Kind::Namespace, "", "a", Some("finalize"))),
            ("/apis/apps/v1/namespaces/a/deployments/d/scale", path(Kind::Deployment, "a", "d", Some("scale"))),
            ("/api/v1/nodes/n", path(Kind::Node, "", "n", None)),
            ("/apis/resource.k8s.io/v1/deviceclasses", path(Kind::DeviceClass, "", "", None)),
            ("/api/v1/namespaces/a/bindings", path(Kind::Pod, "a", "", Some("binding"))),
            ("/apis/metrics.k8s.io/v1beta1/nodes", Err("apis metrics.k8s.io v1beta1 nodes".to_owned())),
            ("/apis/apps/v1beta1/deployments", Err("apis apps v1beta1 deployments".to_owned())),
            ("/api/v1/pods/p", nothing()),
            ("/api/v1/namespaces/a/pods/p/nope", nothing()),
            ("/api/v1/namespaces/a/widgets", nothing()),
            ("/version", Err("version".to_owned())),
        ];
        for (url, expected) in cases {
            assert_eq!(path_of(url), expected, "{url}");
        }
    }
}
