//! What the controller makes of Ingresses: servers by host, their locations, and where each leads.
//!
//! Models: internal/ingress/controller/{controller.go,endpointslices.go,template}, rootfs/etc/nginx/template/nginx.tmpl of ingress-nginx, v1.11.
//! Simplified: nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use podarium_machine::{Certificate, Identity};
use regex::{Regex, RegexBuilder};
use serde_json::Value;

use super::annotations::{Canary, Rules, annotation, not_simulated};

/// The server for whoever is asked for by no other name.
const ANY: &str = "_";

/// The lists that the controller reads, as the API server gives them.
#[derive(Clone, Debug, Default)]
pub(super) struct Lists {
    pub classes: Vec<Value>,
    pub ingresses: Vec<Value>,
    pub services: Vec<Value>,
    pub slices: Vec<Value>,
    pub secrets: Vec<Value>,
}

#[derive(Clone, Debug)]
pub(super) struct Location {
    pub path: String,
    kind: Kind,
    rewrite: Option<(Regex, String)>,
    to_tls: bool,
    /// `default-web-80`
    pub upstream: String,
    /// Addresses and ports of ready pods.
    pub endpoints: Vec<String>,
    pub rules: Arc<Rules>,
}

/// Pods that get a share of the requests to others.
#[derive(Clone, Debug)]
pub(super) struct Alternative {
    pub upstream: String,
    pub endpoints: Vec<String>,
    pub canary: Canary,
    pub sticky: bool,
}

#[derive(Clone, Debug)]
enum Kind {
    Exact,
    /// The path, or what lies below it.
    Below,
    /// Whatever begins so.
    Begins,
    Pattern(Regex),
}

#[derive(Clone, Debug, Default)]
struct Server {
    locations: Vec<Location>,
    tls: bool,
    /// Where `/` leads, if somewhere else.
    app_root: Option<String>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Routes {
    servers: BTreeMap<String, Server>,
    pub identities: Vec<Identity>,
    /// The Ingresses that this controller serves: namespace, name and version.
    pub served: Vec<(String, String, String)>,
    /// The canaries, by the upstreams that they take from.
    pub alternatives: BTreeMap<String, Alternative>,
    /// What the log says of them.
    pub complaints: BTreeSet<String>,
}

/// What becomes of a request.
#[derive(Clone, Debug)]
pub(super) enum Found<'a> {
    /// Nobody has that host and path.
    Nothing,
    ToTls,
    /// The server itself says where to: the status and the address.
    Elsewhere(u16, String),
    /// To this location, with this path.
    To(&'a Location, String),
}

/// A text in a document; empty if there is none.
pub(in crate::images) fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

impl Routes {
    pub fn of(lists: &Lists) -> Self {
        let mut routes = Routes { identities: vec![Identity { hosts: Vec::new(), chain: Certificate::read_all(include_bytes!("files/fake.pem")) }], ..Routes::default() };
        let mut mine: Vec<&Value> = lists.ingresses.iter().filter(|ingress| lists.serves(ingress)).collect();
        // Of two that want the same, the older one gets it.
        mine.sort_by_key(|ingress| (text(ingress, "/metadata/creationTimestamp"), text(ingress, "/metadata/namespace"), text(ingress, "/metadata/name")));
        // A canary has no places of its own.
        let (canaries, real): (Vec<&Value>, Vec<&Value>) = mine.into_iter().partition(|ingress| Canary::of(ingress).is_some());
        for ingress in real {
            routes.add(ingress, lists);
        }
        for ingress in canaries {
            routes.add_canary(ingress, lists);
        }
        for server in routes.servers.values_mut() {
            server.locations.sort_by_key(|location| (std::cmp::Reverse(location.path.len()), !matches!(location.kind, Kind::Exact)));
        }
        routes
    }

    fn add(&mut self, ingress: &Value, lists: &Lists) {
        let (namespace, name) = (text(ingress, "/metadata/namespace"), text(ingress, "/metadata/name"));
        self.served.push((namespace.to_owned(), name.to_owned(), text(ingress, "/metadata/resourceVersion").to_owned()));
        self.complaints.extend(not_simulated(ingress));
        for tls in ingress["spec"]["tls"].as_array().into_iter().flatten() {
            let hosts: Vec<String> = tls["hosts"].as_array().into_iter().flatten().filter_map(|host| host.as_str().map(str::to_owned)).collect();
            for host in &hosts {
                self.servers.entry(host.clone()).or_default().tls = true;
            }
            let secret = text(tls, "/secretName");
            match lists.certificate(namespace, secret) {
                Some(chain) => self.identities.push(Identity { hosts, chain }),
                None if secret.is_empty() => {}
                None => {
                    let text = format!("Error getting SSL certificate \"{namespace}/{secret}\": local SSL certificate {namespace}/{secret} was not found. Using default certificate");
                    self.complaints.insert(text);
                }
            }
        }
        let default = ingress["spec"].get("defaultBackend");
        let mut rules = 0;
        for rule in ingress["spec"]["rules"].as_array().into_iter().flatten() {
            rules += 1;
            let host = rule["host"].as_str().unwrap_or(ANY);
            for path in rule["http"]["paths"].as_array().into_iter().flatten() {
                self.locate(ingress, host, path["path"].as_str().unwrap_or("/"), path["pathType"].as_str().unwrap_or("ImplementationSpecific"), &path["backend"], lists);
            }
            if let Some(backend) = default {
                self.locate(ingress, host, "/", "Prefix", backend, lists);
            }
        }
        if let (0, Some(backend)) = (rules, default) {
            self.locate(ingress, ANY, "/", "Prefix", backend, lists);
        }
    }

    fn locate(&mut self, ingress: &Value, host: &str, path: &str, kind: &str, backend: &Value, lists: &Lists) {
        let namespace = text(ingress, "/metadata/namespace");
        let service = text(backend, "/service/name");
        let port = &backend["service"]["port"];
        let shown = port["number"].as_u64().map_or_else(|| text(port, "/name").to_owned(), |number| number.to_string());
        let rewrite = annotation(ingress, "rewrite-target").map(str::to_owned);
        let regular = rewrite.is_some() || annotation(ingress, "use-regex") == Some("true");
        let pattern = || RegexBuilder::new(&format!("^{path}")).case_insensitive(true).build().ok();
        let kind = match (kind, regular) {
            (_, true) => match pattern() {
                Some(pattern) => Kind::Pattern(pattern),
                None => {
                    self.complaints.insert(format!("podarium: not simulated: the regular expression {path}"));
                    return;
                }
            },
            ("Exact", false) => Kind::Exact,
            ("Prefix", false) => Kind::Below,
            _ => Kind::Begins,
        };
        let mut endpoints = lists.endpoints(namespace, service, port);
        if endpoints.is_empty() {
            self.complaints.insert(format!("Service \"{namespace}/{service}\" does not have any active Endpoint."));
        }
        let mut upstream = format!("{namespace}-{service}-{shown}");
        if let Some(instead) = annotation(ingress, "default-backend").filter(|_| endpoints.is_empty()) {
            let port = lists.service(namespace, instead).map(|found| serde_json::json!({"number": found["spec"]["ports"][0]["port"]})).unwrap_or_default();
            (endpoints, upstream) = (lists.endpoints(namespace, instead, &port), format!("custom-default-backend-{namespace}-{instead}"));
        }
        let rules = Arc::new(Rules::of(ingress));
        let server = self.servers.entry(host.to_owned()).or_default();
        if server.locations.iter().any(|known| known.path == path && matches!(known.kind, Kind::Exact) == matches!(kind, Kind::Exact)) {
            return;
        }
        server.app_root = server.app_root.take().or_else(|| rules.app_root.clone());
        let forced = annotation(ingress, "force-ssl-redirect") == Some("true");
        server.locations.push(Location {
            path: path.to_owned(),
            rewrite: rewrite.and_then(|target| Some((pattern()?, target))),
            kind,
            to_tls: forced || server.tls && annotation(ingress, "ssl-redirect") != Some("false"),
            upstream,
            endpoints,
            rules,
        });
    }

    /// Lets a canary take from the upstreams that have its hosts and paths.
    fn add_canary(&mut self, ingress: &Value, lists: &Lists) {
        let (namespace, name) = (text(ingress, "/metadata/namespace"), text(ingress, "/metadata/name"));
        self.served.push((namespace.to_owned(), name.to_owned(), text(ingress, "/metadata/resourceVersion").to_owned()));
        self.complaints.extend(not_simulated(ingress));
        let Some(canary) = Canary::of(ingress) else { return };
        let rules = ingress["spec"]["rules"].as_array().cloned().unwrap_or_default();
        let of_rules = rules.iter().flat_map(|rule| {
            let paths = rule["http"]["paths"].as_array().into_iter().flatten();
            paths.map(|path| (rule["host"].as_str().unwrap_or(ANY), Some(path["path"].as_str().unwrap_or("/")), &path["backend"]))
        });
        for (host, path, backend) in of_rules.chain(ingress["spec"].get("defaultBackend").map(|backend| (ANY, None, backend))) {
            let service = text(backend, "/service/name");
            let port = &backend["service"]["port"];
            let shown = port["number"].as_u64().map_or_else(|| text(port, "/name").to_owned(), |number| number.to_string());
            let upstream = format!("{namespace}-{service}-{shown}");
            let endpoints = lists.endpoints(namespace, service, port);
            if endpoints.is_empty() {
                self.complaints.insert(format!("Service \"{namespace}/{service}\" does not have any active Endpoint."));
            }
            let Some(server) = self.servers.get(host) else {
                self.complaints.insert(format!("cannot merge alternative backend {upstream} into hostname {host} that does not exist"));
                continue;
            };
            let mut primaries = server.locations.iter().filter(|location| path.is_none_or(|path| location.path == path) && location.upstream != upstream).peekable();
            if primaries.peek().is_none() {
                self.complaints.insert(format!("unable to find real backend for alternative backend {upstream}. Deleting."));
            }
            for primary in primaries {
                let alternative = Alternative { upstream: upstream.clone(), endpoints: endpoints.clone(), canary: canary.clone(), sticky: primary.rules.sticky.is_some() };
                self.alternatives.entry(primary.upstream.clone()).or_insert(alternative);
            }
        }
    }

    /// Where a request to this host and path (with its query) goes.
    pub fn find(&self, host: &str, target: &str, tls: bool) -> Found<'_> {
        let host = host.to_lowercase();
        let wild = || Some(format!("*.{}", host.split_once('.')?.1));
        let server = self.servers.get(&host).or_else(|| self.servers.get(&wild()?)).or_else(|| self.servers.get(ANY));
        let Some(server) = server else { return Found::Nothing };
        let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
        if let Some(root) = server.app_root.as_ref().filter(|_| path == "/") {
            return Found::Elsewhere(302, format!("{}://{host}{root}", if tls { "https" } else { "http" }));
        }
        let Some(location) = server.locations.iter().find(|location| location.takes(path)) else { return Found::Nothing };
        if let Some((status, url)) = &location.rules.redirect {
            return Found::Elsewhere(*status, url.clone());
        }
        if location.to_tls && !tls {
            return Found::ToTls;
        }
        let rewritten = match &location.rewrite {
            // nginx fills in $1 and the like.
            Some((pattern, target)) => pattern.captures(path).map_or_else(|| path.to_owned(), |found| {
                let mut out = String::new();
                found.expand(&braced(target), &mut out);
                out
            }),
            None => path.to_owned(),
        };
        let rewritten = if rewritten.starts_with('/') { rewritten } else { format!("/{rewritten}") };
        Found::To(location, query.map_or(rewritten.clone(), |query| format!("{rewritten}?{query}")))
    }
}

/// `$1` as `${1}`, so that what follows is not taken for a part of the name.
fn braced(target: &str) -> String {
    let mut out = String::new();
    let mut rest = target;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        let digits: String = rest[at + 1..].chars().take_while(char::is_ascii_digit).take(1).collect();
        out.push_str(&if digits.is_empty() { "$$".to_owned() } else { format!("${{{digits}}}") });
        rest = &rest[at + 1 + digits.len()..];
    }
    out + rest
}

impl Location {
    fn takes(&self, path: &str) -> bool {
        match &self.kind {
            Kind::Exact => path == self.path,
            Kind::Below => {
                let whole = self.path.trim_end_matches('/');
                path == whole || path == self.path || path.strip_prefix(whole).is_some_and(|rest| rest.starts_with('/'))
            }
            Kind::Begins => path.starts_with(&self.path),
            Kind::Pattern(pattern) => pattern.is_match(path),
        }
    }
}

impl Lists {
    /// Whether an Ingress is this controller's.
    fn serves(&self, ingress: &Value) -> bool {
        let class = ingress["spec"]["ingressClassName"].as_str();
        match class {
            Some(name) => self.classes.iter().any(|class| text(class, "/metadata/name") == name && text(class, "/spec/controller") == super::CONTROLLER),
            None => ingress["metadata"]["annotations"]["kubernetes.io/ingress.class"].as_str() == Some("nginx"),
        }
    }

    fn named<'a>(&self, list: &'a [Value], namespace: &str, name: &str) -> Option<&'a Value> {
        list.iter().find(|one| text(one, "/metadata/namespace") == namespace && text(one, "/metadata/name") == name)
    }

    pub fn service(&self, namespace: &str, name: &str) -> Option<&Value> {
        self.named(&self.services, namespace, name)
    }

    fn certificate(&self, namespace: &str, secret: &str) -> Option<Vec<Certificate>> {
        use base64::Engine as _;
        let encoded = self.named(&self.secrets, namespace, secret)?["data"]["tls.crt"].as_str()?;
        let pem = base64::engine::general_purpose::STANDARD.decode(encoded).ok()?;
        Some(Certificate::read_all(&pem)).filter(|chain| !chain.is_empty())
    }

    fn endpoints(&self, namespace: &str, service: &str, port: &Value) -> Vec<String> {
        let Some(found) = self.service(namespace, service) else { return Vec::new() };
        let ports = found["spec"]["ports"].as_array().cloned().unwrap_or_default();
        let wanted = ports.iter().find(|one| match port["number"].as_u64() {
            Some(number) => one["port"].as_u64() == Some(number),
            None => !text(port, "/name").is_empty() && text(one, "/name") == text(port, "/name"),
        });
        let Some(wanted) = wanted else { return Vec::new() };
        if text(found, "/spec/type") == "ExternalName" {
            return vec![format!("{}:{}", text(found, "/spec/externalName"), wanted["port"])];
        }
        let own = |slice: &&Value| text(slice, "/metadata/namespace") == namespace && slice["metadata"]["labels"]["kubernetes.io/service-name"].as_str() == Some(service);
        let mut all = BTreeSet::new();
        for slice in self.slices.iter().filter(own) {
            let number = slice["ports"].as_array().into_iter().flatten().find(|one| text(one, "/name") == text(wanted, "/name")).and_then(|one| one["port"].as_u64());
            let Some(number) = number else { continue };
            for endpoint in slice["endpoints"].as_array().into_iter().flatten().filter(|endpoint| endpoint["conditions"]["ready"].as_bool() != Some(false)) {
                all.extend(endpoint["addresses"].as_array().into_iter().flatten().filter_map(Value::as_str).map(|address| format!("{address}:{number}")));
            }
        }
        all.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn lists(ingress: Value) -> Lists {
        let service = |name: &str| json!({"metadata": {"namespace": "default", "name": name}, "spec": {"ports": [{"port": 80, "targetPort": 8080}]}});
        let slice = |name: &str, address: &str| json!({"metadata": {"namespace": "default", "labels": {"kubernetes.io/service-name": name}}, "ports": [{"port": 8080}], "endpoints": [{"addresses": [address], "conditions": {"ready": true}}]});
        Lists {
            classes: vec![json!({"metadata": {"name": "nginx"}, "spec": {"controller": super::super::CONTROLLER}})],
            ingresses: vec![ingress],
            services: vec![service("a"), service("b"), service("empty")],
            slices: vec![slice("a", "10.0.0.1"), slice("b", "10.0.0.2")],
            secrets: Vec::new(),
        }
    }

    fn ingress(annotations: Value, spec: Value) -> Value {
        let mut spec = spec;
        spec["ingressClassName"] = json!("nginx");
        json!({"metadata": {"namespace": "default", "name": "i", "annotations": annotations}, "spec": spec})
    }

    fn path(path: &str, kind: &str, service: &str) -> Value {
        json!({"path": path, "pathType": kind, "backend": {"service": {"name": service, "port": {"number": 80}}}})
    }

    fn shown(routes: &Routes, host: &str, path: &str, tls: bool) -> String {
        match routes.find(host, path, tls) {
            Found::Nothing => "404".to_owned(),
            Found::ToTls => "308".to_owned(),
            Found::Elsewhere(status, to) => format!("{status} {to}"),
            Found::To(location, path) if location.endpoints.is_empty() => format!("503 {path}"),
            Found::To(location, path) => format!("{} {path}", location.endpoints.join(",")),
        }
    }

    #[test]
    fn hosts_and_paths_are_matched_as_nginx_does() {
        let rules = json!({"rules": [
            {"host": "shop.example", "http": {"paths": [path("/", "Prefix", "a"), path("/api", "Prefix", "b"), path("/exact", "Exact", "b"), path("/pre", "ImplementationSpecific", "b"), path("/none", "Prefix", "empty")]}},
            {"host": "*.wild.example", "http": {"paths": [path("/", "Prefix", "b")]}},
        ]});
        let routes = Routes::of(&lists(ingress(json!({}), rules)));
        for (host, path, wanted) in [
            ("shop.example", "/", "10.0.0.1:8080 /"),
            ("SHOP.example", "/x?y=1", "10.0.0.1:8080 /x?y=1"),
            ("shop.example", "/api", "10.0.0.2:8080 /api"),
            ("shop.example", "/api/v1", "10.0.0.2:8080 /api/v1"),
            ("shop.example", "/apis", "10.0.0.1:8080 /apis"),
            ("shop.example", "/exact", "10.0.0.2:8080 /exact"),
            ("shop.example", "/exact/", "10.0.0.1:8080 /exact/"),
            ("shop.example", "/prefix", "10.0.0.2:8080 /prefix"),
            ("shop.example", "/none", "503 /none"),
            ("a.wild.example", "/", "10.0.0.2:8080 /"),
            ("wild.example", "/", "404"),
            ("other.example", "/", "404"),
        ] {
            assert_eq!(shown(&routes, host, path, false), wanted, "{host}{path}");
        }
        assert!(routes.complaints.contains("Service \"default/empty\" does not have any active Endpoint."));
    }

    #[test]
    fn a_canary_takes_from_the_upstream_that_has_its_place() {
        let real = ingress(json!({}), json!({"rules": [{"host": "s.example", "http": {"paths": [path("/", "Prefix", "a")]}}]}));
        let canary = |host: &str, at: &str| {
            let mut found = ingress(json!({"nginx.ingress.kubernetes.io/canary": "true", "nginx.ingress.kubernetes.io/canary-weight": "20"}), json!({"rules": [{"host": host, "http": {"paths": [path(at, "Prefix", "b")]}}]}));
            found["metadata"]["name"] = json!("c");
            found
        };
        let with = |canary: Value| {
            let mut all = lists(real.clone());
            all.ingresses.insert(0, canary);
            Routes::of(&all)
        };
        let routes = with(canary("s.example", "/"));
        let found = &routes.alternatives["default-a-80"];
        assert_eq!((found.upstream.as_str(), found.canary.weight), ("default-b-80", 20));
        assert_eq!(shown(&routes, "s.example", "/x", false), "10.0.0.1:8080 /x");
        assert_eq!(routes.served.len(), 2);
        let elsewhere = with(canary("other.example", "/"));
        assert!(elsewhere.alternatives.is_empty() && elsewhere.complaints.contains("cannot merge alternative backend default-b-80 into hostname other.example that does not exist"));
        assert!(with(canary("s.example", "/x")).complaints.contains("unable to find real backend for alternative backend default-b-80. Deleting."));
    }

    #[test]
    fn a_server_may_send_clients_elsewhere() {
        let rules = || json!({"rules": [{"host": "s.example", "http": {"paths": [path("/", "Prefix", "a")]}}]});
        let root = Routes::of(&lists(ingress(json!({"nginx.ingress.kubernetes.io/app-root": "/app"}), rules())));
        assert_eq!((shown(&root, "s.example", "/", false), shown(&root, "s.example", "/x", false)), ("302 http://s.example/app".to_owned(), "10.0.0.1:8080 /x".to_owned()));
        let moved = Routes::of(&lists(ingress(json!({"nginx.ingress.kubernetes.io/permanent-redirect": "https://new.example"}), rules())));
        assert_eq!(shown(&moved, "s.example", "/x", false), "301 https://new.example");
        let empty = json!({"rules": [{"host": "s.example", "http": {"paths": [path("/", "Prefix", "empty")]}}]});
        let instead = Routes::of(&lists(ingress(json!({"nginx.ingress.kubernetes.io/default-backend": "b"}), empty)));
        assert_eq!(shown(&instead, "s.example", "/", false), "10.0.0.2:8080 /");
    }

    #[test]
    fn targets_are_rewritten_and_tls_is_asked_for() {
        let rules = json!({"rules": [{"http": {"paths": [path("/something(/|$)(.*)", "ImplementationSpecific", "a")]}}]});
        let routes = Routes::of(&lists(ingress(json!({"nginx.ingress.kubernetes.io/rewrite-target": "/$2"}), rules.clone())));
        for (path, wanted) in [("/something", "10.0.0.1:8080 /"), ("/something/new?a=b", "10.0.0.1:8080 /new?a=b"), ("/other", "404")] {
            assert_eq!(shown(&routes, "any", path, false), wanted, "{path}");
        }
        let tls = json!({"tls": [{"hosts": ["s.example"], "secretName": "gone"}], "rules": [{"host": "s.example", "http": {"paths": [path("/", "Prefix", "a")]}}]});
        let routes = Routes::of(&lists(ingress(json!({}), tls)));
        assert_eq!((shown(&routes, "s.example", "/", false).as_str(), shown(&routes, "s.example", "/", true).as_str()), ("308", "10.0.0.1:8080 /"));
        let foreign = json!({"metadata": {"namespace": "default", "name": "i"}, "spec": {"ingressClassName": "other", "rules": rules["rules"]}});
        assert!(Routes::of(&lists(foreign)).served.is_empty());
    }
}
