//! The API server as a proxy: `/api/v1/namespaces/NS/services/NAME:PORT/proxy/PATH`, and the same for pods. It asks the pod
//! itself and passes on what that answers; no rules of any node are in between.
//!
//! Models: pkg/registry/core/service/storage/storage.go (ResourceLocation), pkg/registry/core/pod/strategy.go
//! (ResourceLocation), staging/src/k8s.io/apimachinery/pkg/util/proxy/transport.go, v1.36.
//! Simplified: links in pages are not rewritten; nodes are asked in another way (`kubelet/node_api.rs`).

use std::sync::Arc;
use std::time::Duration;

use podarium_api::{Endpoints, Pod, Service, Status};
use podarium_machine::{HttpEvent, HttpRequest};

use super::Ip;
use super::exchange::Asked;
use super::fabric::Side;
use super::flight::{Client, Flight};
use super::rules::Endpoint;
use crate::cluster::Cluster;
use crate::gateway::HttpId;
use crate::http;
use crate::store::Key;

/// The machine of the control plane.
const API_SERVER: Ip = Ip(u32::from_be_bytes([10, 0, 0, 2]));
/// How long the API server tries to connect.
const DIAL_TIMEOUT: Duration = Duration::from_secs(30);

/// What a path asks to be passed on.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Proxied {
    is_service: bool,
    namespace: String,
    /// `NAME`, `NAME:PORT` or `SCHEME:NAME:PORT`.
    id: String,
    /// With the query.
    path: String,
}

impl Proxied {
    /// `None`: the path is about something else.
    pub fn read(url: &str) -> Option<Self> {
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest.find('/').map_or("/", |slash| &rest[slash..]));
        let (path, query) = rest.split_once('?').map_or((rest, None), |(path, query)| (path, Some(query)));
        let mut parts = path.strip_prefix("/api/v1/namespaces/")?.splitn(5, '/');
        let (namespace, plural, id, proxy) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        if proxy != "proxy" || !matches!(plural, "services" | "pods") {
            return None;
        }
        let mut path = format!("/{}", parts.next().unwrap_or_default());
        if let Some(query) = query {
            path.push('?');
            path.push_str(query);
        }
        // Some clients write `web%3A80`.
        let decoded = |part: &str| http::decode_percent(&part.replace('+', "%2B"));
        Some(Proxied { is_service: plural == "services", namespace: decoded(namespace), id: decoded(id), path })
    }

    /// Scheme, name and port of the id.
    fn parts(&self) -> Option<(&str, &str, &str)> {
        let parts: Vec<&str> = self.id.split(':').collect();
        let (scheme, name, port) = match parts[..] {
            [name] => ("", name, ""),
            [name, port] => ("", name, port),
            [scheme, name, port] => (scheme, name, port),
            _ => return None,
        };
        (!name.is_empty() && matches!(scheme, "" | "http" | "https")).then_some((scheme, name, port))
    }
}

impl Cluster {
    /// Passes a request on to a pod, or says why not.
    pub(crate) fn http_proxy(&mut self, id: HttpId, proxied: &Proxied, request: &HttpRequest) {
        match self.locate(proxied) {
            Err(status) => self.http_reply(id, HttpEvent::Response(http::error(&status)), false),
            Ok((to, tls)) => {
                let asked = Asked {
                    method: request.method.clone(),
                    host: format!("{}:{}", to.0, to.1),
                    path: proxied.path.clone(),
                    headers: request.headers.clone(),
                    body: request.body.clone(),
                    tls,
                    ..Asked::default()
                };
                let now = self.now();
                self.launch(Flight::begins(Client::Proxy(id), Arc::new(asked), (Side::ControlPlane, API_SERVER), to, now, DIAL_TIMEOUT));
            }
        }
    }

    fn locate(&mut self, proxied: &Proxied) -> Result<(Endpoint, bool), Status> {
        let kind = if proxied.is_service { "service" } else { "pod" };
        let invalid = || Status::bad_request(format!("invalid {kind} request {:?}", proxied.id));
        let (scheme, name, port) = proxied.parts().ok_or_else(invalid)?;
        let key = Key::new(&proxied.namespace, name);
        let to = if proxied.is_service { self.locate_service(&key, port, &proxied.id)? } else { self.locate_pod(&key, port)? };
        Ok((to, scheme == "https"))
    }

    fn locate_service(&mut self, key: &Key, port: &str, id: &str) -> Result<Endpoint, Status> {
        let unavailable = |message: String| Status::new(503, "ServiceUnavailable", message);
        let mut port_name = port.to_owned();
        if let Ok(number) = port.parse::<i32>() {
            let service = self.get::<Service>(key).ok_or_else(|| Status::not_found(podarium_api::Kind::Service, &key.name))?;
            let declared = service.spec.ports.iter().flatten().find(|declared| declared.port == number);
            let declared = declared.ok_or_else(|| unavailable(format!("no service port {number} found for service {:?}", &*key.name)))?;
            port_name = declared.name.clone().unwrap_or_default();
        }
        let endpoints = self.get::<Endpoints>(key).ok_or_else(|| Status::not_found(podarium_api::Kind::Endpoints, &key.name))?.clone();
        let subsets = endpoints.subsets.as_deref().unwrap_or_default();
        if subsets.is_empty() {
            return Err(unavailable(format!("no endpoints available for service {:?}", &*key.name)));
        }
        let mut found: Vec<Endpoint> = Vec::new();
        for subset in subsets {
            let ports = subset.ports.iter().flatten().filter(|port| port.name.as_deref().unwrap_or_default() == port_name);
            for number in ports.filter_map(|port| u16::try_from(port.port).ok()) {
                let pods = subset.addresses.iter().flatten().filter(|address| address.target_ref.is_some());
                found.extend(pods.filter_map(|address| Some((address.ip.parse().ok()?, number))));
            }
        }
        if found.is_empty() {
            return Err(unavailable(format!("no endpoints available for service {id:?}")));
        }
        let chosen = self.network.draw(found.len());
        Ok(found[chosen])
    }

    fn locate_pod(&self, key: &Key, port: &str) -> Result<Endpoint, Status> {
        let pod = self.get::<Pod>(key).ok_or_else(|| Status::not_found(podarium_api::Kind::Pod, &key.name))?;
        let first = || pod.spec.containers.iter().find_map(|container| container.ports.iter().flatten().next()).map(|port| port.container_port.to_string());
        let port = if port.is_empty() { first().unwrap_or_else(|| "80".to_owned()) } else { port.to_owned() };
        let ip = pod.status.pod_ip.as_deref().and_then(|ip| ip.parse().ok());
        let ip = ip.ok_or_else(|| Status::bad_request("address not allowed"))?;
        let port = port.parse().map_err(|_| Status::new(503, "ServiceUnavailable", format!("error trying to reach service: dial tcp: lookup tcp/{port}: unknown port")))?;
        Ok((ip, port))
    }
}

/// What the API server answers when the pod did not.
pub(super) fn unreachable(to: Endpoint, failure: super::Failure) -> HttpEvent {
    let address = format!("{}:{}", to.0, to.1);
    let why = match failure {
        super::Failure::Refused => format!("dial tcp {address}: connect: connection refused"),
        super::Failure::TimedOut => format!("dial tcp {address}: i/o timeout"),
        super::Failure::Reset => "EOF".to_owned(),
        super::Failure::Certificate(problem) => format!("tls: failed to verify certificate: {}", podarium_machine::NetError::Certificate(problem)),
        super::Failure::NotTls => "http: server gave HTTP response to HTTPS client".to_owned(),
        super::Failure::UnknownHost => format!("dial tcp: lookup {}: no such host", to.0),
    };
    HttpEvent::Response(http::error(&Status::new(503, "ServiceUnavailable", format!("error trying to reach service: {why}"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_proxy_paths_are_taken() {
        let read = |url: &str| Proxied::read(url).map(|proxied| (proxied.is_service, proxied.id.clone(), proxied.path.clone(), proxied.parts().map(|parts| parts.1.to_owned())));
        let taken = |is_service, id: &str, path: &str, name: Option<&str>| Some((is_service, id.to_owned(), path.to_owned(), name.map(str::to_owned)));
        assert_eq!(read("https://10.0.0.2:6443/api/v1/namespaces/a/services/web:80/proxy/version?x=1"), taken(true, "web:80", "/version?x=1", Some("web")));
        assert_eq!(read("/api/v1/namespaces/a/services/web%3A80/proxy/a%20b"), taken(true, "web:80", "/a%20b", Some("web")));
        assert_eq!(read("/api/v1/namespaces/a/pods/https:p:443/proxy"), taken(false, "https:p:443", "/", Some("p")));
        assert_eq!(read("/api/v1/namespaces/a/services/ftp:web:80/proxy/"), taken(true, "ftp:web:80", "/", None));
        assert_eq!(read("/api/v1/namespaces/a/services/web"), None);
        assert_eq!(read("/api/v1/namespaces/a/pods/web/log"), None);
    }
}
