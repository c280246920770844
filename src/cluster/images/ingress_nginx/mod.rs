//! ingress-nginx: the controller that makes a web server of Ingresses. It asks the API server for them, for Services, their
//! endpoints and certificates, with its account's token; it passes requests on, and tells Ingresses their address.
//!
//! Models: the image ingress-nginx/controller of registry.k8s.io, v1.11: internal/ingress/{controller,status}, and the nginx in it.
//! Simplified: one program is controller and nginx; it asks once a second in the place of watching; no configuration but that of
//! Ingresses; answers are passed on whole.

mod annotations;
mod balance;
mod limits;
mod routes;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use podarium_machine::{ConnectionId, ExchangeId, HttpRequest, HttpResponse, NetError, Program, Signal, Sys, Turn};
use podarium_sim::Time;
use serde_json::{Value, json};

use self::limits::Buckets;
pub(super) use self::routes::text;
use self::routes::{Found, Lists, Routes};
use super::api_client::ApiClient;
use super::nginx::error_page;
use super::web::{http_date, say, time};
use super::{Base, Binary, Image};

/// What an IngressClass says that is this controller's.
pub(super) const CONTROLLER: &str = "k8s.io/ingress-nginx";
const BINARY: Binary = Binary { path: "/nginx-ingress-controller", program: Controller::program };
const HEALTH: u16 = 10_254;
const ASK: Duration = Duration::from_secs(1);
/// How often Ingresses are told their address.
const STATUS: Duration = Duration::from_secs(60);
/// How long an upstream may take, and how many are tried.
const UPSTREAM: Duration = Duration::from_secs(60);
const TRIES: usize = 3;

const LISTS: [&str; 5] = [
    "/apis/networking.k8s.io/v1/ingressclasses",
    "/apis/networking.k8s.io/v1/ingresses",
    "/api/v1/services",
    "/apis/discovery.k8s.io/v1/endpointslices",
    "/api/v1/secrets",
];

pub(super) fn images() -> Vec<Image> {
    ["v1.10.1", "v1.11.3", "v1.12.1", "v1.13.3"].iter().map(|tag| {
        let mut image = Image::of(&format!("registry.k8s.io/ingress-nginx/controller:{tag}"), 100 << 20, Base::Alpine, BINARY);
        (image.entrypoint, image.args) = (Vec::new(), vec![BINARY.path.to_owned()]);
        image.tools = vec!["bash", "curl"];
        image.env = vec![("CONTROLLER_VERSION".to_owned(), (*tag).to_owned())];
        image
    }).collect()
}

/// A request that an upstream has.
#[derive(Clone)]
struct Passed {
    connection: ConnectionId,
    request: HttpRequest,
    began: Time,
    path: String,
    upstream: String,
    /// The canary that it went to in the place of the upstream, if it did.
    alternative: Option<String>,
    /// The endpoints that are left to try, and the one that has it.
    left: Vec<String>,
    at: String,
    rules: Arc<annotations::Rules>,
    /// The cookie that the client is to have from now on.
    cookie: Option<String>,
}

#[derive(Clone)]
struct Controller {
    begun: bool,
    routes: Arc<Routes>,
    lists: Lists,
    synced: bool,
    api: ApiClient,
    status_at: Time,
    known: BTreeMap<(String, String), String>,
    complained: BTreeSet<String>,
    active: BTreeMap<ExchangeId, Passed>,
    turns: BTreeMap<String, usize>,
    buckets: Buckets,
    signals: Vec<Signal>,
    quitting: bool,
}

impl Controller {
    fn program() -> Box<dyn Program> {
        Box::new(Controller {
            begun: false,
            routes: Arc::default(),
            lists: Lists::default(),
            synced: false,
            api: ApiClient::new("nginx-ingress-controller", &LISTS, ASK),
            status_at: Time::ZERO,
            known: BTreeMap::new(),
            complained: BTreeSet::new(),
            active: BTreeMap::new(),
            turns: BTreeMap::new(),
            buckets: Buckets::default(),
            signals: Vec::new(),
            quitting: false,
        })
    }

    fn begin(&mut self, sys: &mut Sys<'_>) -> Result<(), i32> {
        let version = sys.env().get("CONTROLLER_VERSION").cloned().unwrap_or_default();
        let rule = "-".repeat(79);
        say(sys, 2, &format!("{rule}\nNGINX Ingress controller\n  Release:       {version}\n  Repository:    https://github.com/kubernetes/ingress-nginx\n  nginx version: nginx/1.25.5\n\n{rule}\n\n"));
        for port in [80, 443, HEALTH] {
            let taken = if port == 443 { sys.listen_tls(port, Routes::of(&Lists::default()).identities) } else { sys.listen(port) };
            if taken.is_err() {
                log(sys, 'F', "main.go:54", &format!("port {port} is already in use. Please check the flag --http-port"));
                return Err(255);
            }
        }
        sys.set_memory(90 << 20);
        self.status_at = sys.now() + STATUS;
        log(sys, 'I', "nginx.go:271", "\"Starting NGINX Ingress controller\"");
        Ok(())
    }

    /// Asks the API server, and makes routes of what it says.
    fn look(&mut self, sys: &mut Sys<'_>) {
        let (over, missed) = self.api.gather(sys);
        for (_, answer) in missed {
            let why = match answer {
                Ok(answer) => serde_json::from_slice::<Value>(&answer.body).unwrap_or_default()["message"].as_str().unwrap_or_default().to_owned(),
                Err(error) => error.to_string(),
            };
            self.complain(sys, 'W', "reflector.go:561", &format!("failed to list: {why}"));
        }
        if over && self.api.is_complete() {
            self.sync(sys);
        }
        if !self.quitting {
            self.api.ask(sys);
        }
        self.api.settle(sys);
    }

    fn complain(&mut self, sys: &mut Sys<'_>, level: char, place: &str, text: &str) {
        if self.complained.insert(text.to_owned()) {
            log(sys, level, place, text);
        }
    }

    fn sync(&mut self, sys: &mut Sys<'_>) {
        let mut take = |index: usize| self.api.take(index);
        self.lists = Lists { classes: take(0), ingresses: take(1), services: take(2), slices: take(3), secrets: take(4) };
        let routes = Routes::of(&self.lists);
        let first = !std::mem::replace(&mut self.synced, true);
        self.complained.retain(|text| text.starts_with("failed") || routes.complaints.contains(text));
        for text in routes.complaints.clone() {
            self.complain(sys, 'W', "controller.go:1214", &text);
        }
        let mut changed = first;
        for (namespace, name, version) in &routes.served {
            let key = (namespace.clone(), name.clone());
            // The status is the controller's own word.
            let spec = self.lists.ingresses.iter().find(|one| one["metadata"]["namespace"] == **namespace && one["metadata"]["name"] == **name).map(|one| one["spec"].to_string()).unwrap_or_default();
            if self.known.get(&key) != Some(&spec) {
                changed = true;
                self.known.insert(key, spec);
                self.tell(sys, namespace, name, version);
            }
        }
        let served: BTreeSet<(String, String)> = routes.served.iter().map(|(namespace, name, _)| (namespace.clone(), name.clone())).collect();
        let before = self.known.len();
        self.known.retain(|key, _| served.contains(key));
        if changed || self.known.len() != before {
            log(sys, 'I', "controller.go:196", "\"Configuration changes detected, backend reload required\"");
            log(sys, 'I', "controller.go:216", "\"Backend successfully reloaded\"");
        }
        // Who has the port already may change what it shows.
        let _ = sys.listen_tls(443, routes.identities.clone());
        self.routes = Arc::new(routes);
        if self.status_at <= sys.now() {
            self.status_at = sys.now() + STATUS;
            self.tell_addresses(sys);
        }
    }

    /// The event that each Ingress gets which is taken into the configuration.
    fn tell(&mut self, sys: &mut Sys<'_>, namespace: &str, name: &str, version: &str) {
        let stamp = time(sys, "%Y-%m-%dT%H:%M:%SZ");
        let pod = sys.env().get("POD_NAME").cloned().unwrap_or_else(|| sys.hostname().to_owned());
        let suffix = format!("{:016x}", sys.random_bits());
        let event = json!({
            "apiVersion": "v1", "kind": "Event", "metadata": {"name": format!("{name}.{suffix}"), "namespace": namespace},
            "involvedObject": {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "namespace": namespace, "name": name, "resourceVersion": version},
            "reason": "Sync", "message": "Scheduled for sync", "type": "Normal", "count": 1, "firstTimestamp": stamp, "lastTimestamp": stamp,
            "source": {"component": "nginx-ingress-controller"}, "reportingComponent": "nginx-ingress-controller", "reportingInstance": pod,
        });
        self.api.write(sys, "POST", &format!("/api/v1/namespaces/{namespace}/events"), "application/json", &event);
        log(sys, 'I', "event.go:377", &format!("Event(v1.ObjectReference{{Kind:\"Ingress\", Namespace:\"{namespace}\", Name:\"{name}\"}}): type: 'Normal' reason: 'Sync' Scheduled for sync"));
    }

    /// Writes the address of its own Service into the Ingresses that have another one.
    fn tell_addresses(&mut self, sys: &mut Sys<'_>) {
        let Some(published) = sys.args().iter().find_map(|word| word.strip_prefix("--publish-service=")).map(str::to_owned) else { return };
        let Some((namespace, name)) = published.split_once('/') else { return };
        let Some(service) = self.lists.service(namespace, name) else { return };
        let address = |ip: &str| json!({ "ip": ip });
        let addresses: Vec<Value> = match service["spec"]["type"].as_str() {
            Some("LoadBalancer") => service["status"]["loadBalancer"]["ingress"].as_array().into_iter().flatten().map(|one| address(one["ip"].as_str().unwrap_or_default())).collect(),
            _ => service["spec"]["clusterIP"].as_str().map(address).into_iter().collect(),
        };
        let wanted = if addresses.is_empty() { json!({}) } else { json!({"ingress": addresses}) };
        let mut writes = Vec::new();
        for ingress in &self.lists.ingresses {
            let (namespace, name) = (ingress["metadata"]["namespace"].as_str().unwrap_or_default(), ingress["metadata"]["name"].as_str().unwrap_or_default());
            let served = self.known.contains_key(&(namespace.to_owned(), name.to_owned()));
            if served && ingress["status"]["loadBalancer"] != wanted {
                let mut told = ingress.clone();
                told["status"]["loadBalancer"] = wanted.clone();
                writes.push((namespace.to_owned(), name.to_owned(), told));
            }
        }
        for (namespace, name, told) in writes {
            log(sys, 'I', "status.go:304", &format!("\"updating Ingress status\" namespace=\"{namespace}\" ingress=\"{name}\""));
            self.api.write(sys, "PUT", &format!("/apis/networking.k8s.io/v1/namespaces/{namespace}/ingresses/{name}/status"), "application/json", &told);
        }
    }

    fn serve(&mut self, sys: &mut Sys<'_>) {
        while let Some((connection, request)) = sys.accept(HEALTH) {
            let (status, body) = match request.path() {
                "/healthz" if self.synced => (200, "ok"),
                "/healthz" => (500, "not synced"),
                _ => (404, "404 page not found\n"),
            };
            sys.respond(connection, HttpResponse::new(status, body));
        }
        for port in [80, 443] {
            while let Some((connection, request)) = sys.accept(port) {
                self.take(sys, connection, request);
            }
        }
        for id in self.active.keys().copied().collect::<Vec<_>>() {
            let Some(answer) = sys.http_whole(id, None) else { continue };
            sys.http_close(id);
            let Some(passed) = self.active.remove(&id) else { continue };
            self.answered(sys, passed, answer);
        }
    }

    fn take(&mut self, sys: &mut Sys<'_>, connection: ConnectionId, request: HttpRequest) {
        sys.use_cpu(Duration::from_micros(150));
        let tls = request.url.starts_with("https://");
        let authority = request.header_value("host").unwrap_or_else(|| request.url.split("://").nth(1).unwrap_or_default().split('/').next().unwrap_or_default()).to_owned();
        let host = authority.split(':').next().unwrap_or_default().to_owned();
        let target = request.path().to_owned();
        let routes = self.routes.clone();
        let began = sys.now();
        match routes.find(&host, &target, tls) {
            Found::Nothing => self.own(sys, connection, &request, 404, None, began),
            Found::ToTls => self.own(sys, connection, &request, 308, Some(format!("https://{host}{target}")), began),
            Found::Elsewhere(status, location) => self.own(sys, connection, &request, status, Some(location), began),
            Found::To(location, path) => {
                if let Some(status) = self.refuses(sys, &location.rules, &request) {
                    return self.own(sys, connection, &request, status, None, began);
                }
                match self.choose(sys, &routes, location, &request, tls) {
                    None => self.own(sys, connection, &request, 503, None, began),
                    Some(chosen) => {
                        let (upstream, rules) = (location.upstream.clone(), location.rules.clone());
                        let balance::Chosen { alternative, at, left, cookie } = chosen;
                        self.pass(sys, Passed { connection, request, began, path, upstream, alternative, left, at, rules, cookie });
                    }
                }
            }
        }
    }

    fn pass(&mut self, sys: &mut Sys<'_>, passed: Passed) {
        let request = &passed.request;
        let scheme = if request.url.starts_with("https://") { "https" } else { "http" };
        let from = request.from.rsplit_once(':').map_or(request.from.as_str(), |(ip, _)| ip).to_owned();
        let host = request.header_value("host").unwrap_or_default().to_owned();
        let mut out = HttpRequest::new(&request.method, format!("http://{}{}", passed.at, passed.path));
        out.headers = request.headers.iter().filter(|(name, _)| !name.to_lowercase().starts_with("x-forwarded-") && !name.eq_ignore_ascii_case("connection")).cloned().collect();
        let id = format!("{:016x}{:016x}", sys.random_bits(), sys.random_bits());
        for (name, value) in [
            ("X-Request-ID", id.as_str()), ("X-Real-IP", &from), ("X-Forwarded-For", &from), ("X-Forwarded-Host", &host),
            ("X-Forwarded-Port", if scheme == "https" { "443" } else { "80" }), ("X-Forwarded-Proto", scheme), ("X-Forwarded-Scheme", scheme), ("X-Scheme", scheme),
        ] {
            out.headers.push((name.to_owned(), value.to_owned()));
        }
        if let Some(prefix) = &passed.rules.forwarded_prefix {
            out.headers.push(("X-Forwarded-Prefix".to_owned(), prefix.clone()));
        }
        if let Some(host) = &passed.rules.upstream_host {
            out.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("host"));
            out.headers.push(("Host".to_owned(), host.clone()));
        }
        out.body.clone_from(&request.body);
        out.timeout = Some(passed.rules.read_seconds.map_or(UPSTREAM, Duration::from_secs));
        let id = sys.http_send(out);
        drop(sys.http_whole(id, None));
        self.active.insert(id, passed);
    }

    fn answered(&mut self, sys: &mut Sys<'_>, mut passed: Passed, answer: Result<HttpResponse, NetError>) {
        match answer {
            Ok(mut answer) => {
                answer.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("server") && !name.eq_ignore_ascii_case("connection"));
                let (status, length) = (answer.status, answer.body.len());
                if passed.request.url.starts_with("https://") {
                    answer = answer.with_header("Strict-Transport-Security", "max-age=31536000; includeSubDomains");
                }
                if let Some(cookie) = &passed.cookie {
                    answer = answer.with_header("Set-Cookie", cookie);
                }
                write_down(sys, &passed.request, status, length, Some((&passed.upstream, passed.alternative.as_deref().unwrap_or_default(), &passed.at)), passed.began);
                sys.respond(passed.connection, answer);
            }
            Err(NetError::TimedOut) => self.own(sys, passed.connection, &passed.request, 504, None, passed.began),
            Err(_) if !passed.left.is_empty() => {
                passed.at = passed.left.remove(0);
                self.pass(sys, passed);
            }
            Err(_) => self.own(sys, passed.connection, &passed.request, 502, None, passed.began),
        }
    }

    /// An answer of nginx's own.
    fn own(&mut self, sys: &mut Sys<'_>, connection: ConnectionId, request: &HttpRequest, status: u16, location: Option<String>, began: Time) {
        let body = error_page(status);
        let mut answer = HttpResponse::new(status, body.clone()).with_header("Date", &http_date(sys)).with_header("Content-Type", "text/html").with_header("Content-Length", &body.len().to_string());
        if let Some(location) = location {
            answer = answer.with_header("Location", &location);
        }
        if request.url.starts_with("https://") {
            answer = answer.with_header("Strict-Transport-Security", "max-age=31536000; includeSubDomains");
        }
        write_down(sys, request, status, body.len(), None, began);
        sys.respond(connection, answer);
    }
}

/// A line of the access log.
fn write_down(sys: &mut Sys<'_>, request: &HttpRequest, status: u16, length: usize, upstream: Option<(&str, &str, &str)>, began: Time) {
    let stamp = time(sys, "%d/%b/%Y:%H:%M:%S +0000");
    let from = request.from.rsplit_once(':').map_or(request.from.as_str(), |(ip, _)| ip).to_owned();
    let header = |name: &str| request.header_value(name).unwrap_or("-").to_owned();
    let took = (sys.now() - began).as_secs_f64();
    let (name, alternative, rest) = match upstream {
        Some((name, alternative, at)) => (name, alternative, format!("{at} {length} {took:.3} {status}")),
        None => ("", "", "- - - -".to_owned()),
    };
    let id = format!("{:016x}{:016x}", sys.random_bits(), sys.random_bits());
    let asked = request.body.len() + request.headers.iter().map(|(name, value)| name.len() + value.len() + 4).sum::<usize>() + request.path().len() + request.method.len() + 14;
    let line = format!("{from} - - [{stamp}] \"{} {} HTTP/1.1\" {status} {length} \"{}\" \"{}\" {asked} {took:.3} [{name}] [{alternative}] {rest} {id}\n", request.method, request.path(), header("referer"), header("user-agent"));
    say(sys, 1, &line);
}

/// A line of the controller's log, as klog writes it.
fn log(sys: &mut Sys<'_>, level: char, place: &str, text: &str) {
    let stamp = time(sys, "%m%d %H:%M:%S.%6f");
    say(sys, 2, &format!("{level}{stamp}       7 {place}] {text}\n"));
}

impl Program for Controller {
    fn resume(&mut self, sys: &mut Sys<'_>) -> Turn {
        if !std::mem::replace(&mut self.begun, true)
            && let Err(code) = self.begin(sys)
        {
            return Turn::Exit(code);
        }
        for _ in std::mem::take(&mut self.signals) {
            if !std::mem::replace(&mut self.quitting, true) {
                log(sys, 'I', "sigterm.go:36", "\"Received SIGTERM, shutting down\"");
                log(sys, 'I', "nginx.go:379", "\"Shutting down controller queues\"");
                [80, 443].into_iter().for_each(|port| sys.stop_listening(port));
            }
        }
        self.look(sys);
        self.serve(sys);
        if self.quitting && self.active.is_empty() {
            log(sys, 'I', "nginx.go:395", "\"Stopping NGINX process\"");
            log(sys, 'I', "sigterm.go:47", "Exiting code=0");
            return Turn::Exit(0);
        }
        Turn::Wait
    }

    fn signal(&mut self, signal: Signal) -> bool {
        let stops = matches!(signal, Signal::Terminate | Signal::Interrupt | Signal::Quit);
        if stops {
            self.signals.push(signal);
        }
        stops
    }

    fn clone_box(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}
