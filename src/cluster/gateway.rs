//! HTTP into the cluster: requests on their way, watch streams, and the API server's calls to kubelets.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/endpoints/handlers, pkg/registry/core/pod/rest/log.go, v1.36.
//! Simplified: nothing.

use std::collections::BTreeMap;
use std::time::Duration;

use podarium_api::{Kind, Object, Resource as _, Status, decode};
use podarium_machine::{HANDSHAKE, HttpEvent, HttpRequest, NetError};
use podarium_sim::{Stream, Time};

use crate::apiserver::{Connection, Grant, Reply, Request, User};
use crate::cause::Cause;
use crate::cluster::{Cluster, Event, Origin};
use crate::component::{ComponentId, Message, WatchChange, WatchEvent, WatchId};
use crate::http::{self, Asked, Query, Rendering, ResourcePath, Server};
use crate::network::{PodCall, Proxied, Said};
use crate::store::{Key, Lines};

/// How long the server waits for a revision that is not there yet.
const FRESHNESS_TIMEOUT: Duration = Duration::from_secs(3);
/// How long it waits for its store.
const STORE_TIMEOUT: Duration = Duration::from_secs(60);
const BOOKMARK_PERIOD: Duration = Duration::from_secs(60);
const MIN_REQUEST_TIMEOUT: Duration = Duration::from_secs(1800);

/// Names an HTTP exchange with the API server. Unique within the cluster, never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HttpId(pub u64);

#[derive(Clone, Debug)]
struct HttpWatch {
    watch: WatchId,
    kind: Kind,
    rendering: Rendering,
    columns_sent: bool,
    /// Changes up to this revision are not told.
    from: u64,
    /// How many events of what there was are still to come, and the revision of the bookmark after them.
    end_of_list: Option<(usize, u64)>,
}

/// The exchanges of clients outside.
#[derive(Clone, Debug, Default)]
pub(crate) struct Gateway {
    watches: BTreeMap<HttpId, HttpWatch>,
    out: Vec<(HttpId, HttpEvent)>,
    /// When the last piece of an answer in pieces arrives: the next one must not overtake it.
    last_piece: BTreeMap<HttpId, Time>,
    /// The kubelets that clients talk with, and when what a client sent last arrives there.
    conversations: BTreeMap<HttpId, (ComponentId, Time)>,
    /// What describes the custom kinds, for `/openapi`.
    custom_documents: http::CustomDocuments,
    known_specs: decode::KnownSpecs,
    /// Requests of programs in pods.
    pub for_pods: BTreeMap<HttpId, (ComponentId, PodCall)>,
}

impl Gateway {
    /// When a piece of an answer arrives that would arrive then if none were before it.
    pub fn in_order(&mut self, id: HttpId, event: &HttpEvent, at: Time) -> Time {
        match event {
            HttpEvent::Head { .. } | HttpEvent::Chunk(_) => {
                let last = self.last_piece.entry(id).or_insert(at);
                *last = at.max(*last);
                *last
            }
            HttpEvent::Response(_) | HttpEvent::End | HttpEvent::Failed(_) => {
                self.conversations.remove(&id);
                self.last_piece.remove(&id).map_or(at, |last| last.max(at))
            }
        }
    }
}

impl Cluster {
    /// Sends an HTTP request to the API server. What comes back is found by [`Cluster::take_http_events`].
    ///
    /// The connection is the administrator's, as with the certificate that an installer leaves behind.
    pub fn http(&mut self, request: HttpRequest, cause: Cause) -> HttpId {
        self.http_over(Connection::of(User::admin()), request, cause)
    }

    /// The same over a connection of somebody's; its requests may carry a token.
    pub fn http_over(&mut self, connection: Connection, request: HttpRequest, cause: Cause) -> HttpId {
        let id = HttpId(self.new_id());
        let at = self.now() + self.outside_latency();
        self.schedule(at, Event::Http { id, connection, request: Box::new(request), cause });
        id
    }

    /// What has come back since the last call, in order.
    pub fn take_http_events(&mut self) -> Vec<(HttpId, HttpEvent)> {
        std::mem::take(&mut self.gateway.out)
    }

    /// Whether there is anything to take.
    pub fn has_http_events(&self) -> bool {
        !self.gateway.out.is_empty()
    }

    /// The client sends something more over an exchange that goes both ways.
    ///
    /// Over a connection that carries bytes, nothing means that no more will come.
    pub fn http_data(&mut self, id: HttpId, bytes: Vec<u8>, cause: Cause) {
        let said = if bytes.is_empty() { Said::End } else { Said::Data(bytes.clone()) };
        if self.outside_says(id, said) {
            return;
        }
        self.tell_kubelet(id, Message::HttpData { id, bytes }, cause);
    }

    /// A program in a pod says something more to the API server, or hangs up.
    pub(crate) fn pod_says_to_server(&mut self, kubelet: ComponentId, call: PodCall, said: Said) {
        let Some(id) = self.gateway.for_pods.iter().find(|(_, of)| **of == (kubelet, call)).map(|(id, _)| *id) else { return };
        match said {
            Said::Data(bytes) => self.http_data(id, bytes, Cause::Timer("request")),
            Said::End => {}
            Said::Gone => {
                self.gateway.for_pods.remove(&id);
                self.close_http(id);
            }
        }
    }

    fn tell_kubelet(&mut self, id: HttpId, message: Message, cause: Cause) {
        let at = self.now() + self.outside_latency();
        let Some((kubelet, last)) = self.gateway.conversations.get_mut(&id) else { return };
        *last = at.max(*last);
        let (kubelet, at) = (*kubelet, *last);
        self.deliver(kubelet, message, cause, at);
    }

    /// The client hung up.
    pub fn close_http(&mut self, id: HttpId) {
        if self.outside_says(id, Said::Gone) {
            return;
        }
        self.tell_kubelet(id, Message::HttpClosed { id }, Cause::Start);
        self.gateway.conversations.remove(&id);
        if let Some(watch) = self.gateway.watches.remove(&id) {
            self.close_watch(watch.watch);
        }
    }

    pub(crate) fn http_out(&mut self, id: HttpId, event: HttpEvent) {
        self.gateway.out.push((id, event));
        self.hand_to_pods();
    }

    /// What has come back for programs in pods goes to their kubelets.
    fn hand_to_pods(&mut self) {
        if self.gateway.for_pods.is_empty() {
            return;
        }
        for (id, event) in std::mem::take(&mut self.gateway.out) {
            let Some((kubelet, call)) = self.gateway.for_pods.get(&id).copied() else {
                self.gateway.out.push((id, event));
                continue;
            };
            if matches!(event, HttpEvent::Response(_) | HttpEvent::End | HttpEvent::Failed(_)) {
                self.gateway.for_pods.remove(&id);
            }
            let at = self.now();
            self.deliver(kubelet, Message::PodHttp { call, event }, Cause::Timer("answer"), at);
        }
    }

    pub(crate) fn http_arrived(&mut self, id: HttpId, connection: &Connection, request: &HttpRequest, cause: Cause) {
        if self.api_is_down() {
            let at = self.now() + self.outside_latency();
            return self.schedule(at, Event::HttpOut { id, event: Box::new(HttpEvent::Failed(NetError::ConnectionRefused)) });
        }
        if self.etcd_is_down && http::RequestInfo::of(&request.method, &request.url).is_resource() {
            let status = Status::new(504, "Timeout", "request did not complete within the allotted timeout");
            return self.http_reply_after(id, HttpEvent::Response(http::error_for(&status, request)), false, STORE_TIMEOUT);
        }
        if request.method == HANDSHAKE {
            let shown = self.authority().server_certificate(&self.config().address);
            return self.http_reply(id, HttpEvent::Response(http::plain(200, shown)), false);
        }
        let (user, grant) = match self.admit_client(connection, request, cause) {
            Ok(admitted) => admitted,
            Err(status) => return self.http_reply(id, HttpEvent::Response(http::error_for(&status, request)), false),
        };
        if let Some(proxied) = Proxied::read(&request.url) {
            return self.http_proxy(id, &proxied, request);
        }
        if let Some(node) = node_of_proxy(&request.url) {
            return self.http_node(id, &node, request.clone(), cause);
        }
        let definitions = self.store().changed(Kind::CustomResourceDefinition);
        self.gateway.custom_documents.refresh(definitions);
        let config = self.config();
        let server = Server {
            course_2019: config.compat_2019,
            started: config.epoch.timestamp(Time::ZERO),
            now: config.epoch.timestamp(self.now()),
            flags: &config.flags,
            address: &config.address,
            known_specs: &self.gateway.known_specs,
            custom_documents: &self.gateway.custom_documents,
            store: self.store(),
        };
        let mut warnings = Vec::new();
        match http::read(request, &user, &server, &mut warnings) {
            Err(status) => {
                // Where there is no such method there is nothing that could be deprecated.
                let deprecation = http::kind_of(&request.url, &server).filter(|_| status.code() != 405).and_then(|kind| self.api().deprecation(kind));
                let refused = http::with_warnings(http::error_for(&status, request), deprecation.into_iter().chain(warnings));
                self.http_refuse(id, request, refused);
            }
            Ok(Asked::Now(response)) => self.http_reply(id, HttpEvent::Response(response), false),
            Ok(Asked::Request(asked, rendering)) => {
                let kind = asked.kind;
                let deprecation = self.api().deprecation(kind);
                let (mut answer, wrote) = self.serve(*asked, grant, cause);
                // That a version is deprecated is told before anything about the body.
                let own = answer.warnings.iter().take_while(|warning| Some(*warning) == deprecation.as_ref()).count();
                answer.warnings.splice(own..own, warnings);
                let now = self.config().epoch.timestamp(self.now());
                let waited = if answer.result.as_ref().is_err_and(|status| status.reason() == "Timeout") { FRESHNESS_TIMEOUT } else { Duration::ZERO };
                self.http_reply_after(id, HttpEvent::Response(http::write(answer, &rendering, self.store(), now)), wrote, waited);
            }
            Ok(Asked::Watch(request, rendering)) => self.http_watch(id, *request, rendering, grant, cause),
            Ok(Asked::Log(path, query)) => self.http_log(id, &path, &query, request.clone(), cause),
            Ok(Asked::Stream(path, query)) => self.http_stream(id, &path, &query, request.clone(), cause),
        }
    }

    /// Who the client is, for whom it acts, and whether it may do that.
    fn admit_client(&mut self, connection: &Connection, request: &HttpRequest, cause: Cause) -> Result<(User, Grant), Status> {
        let now = self.now();
        let info = http::RequestInfo::of(&request.method, &request.url);
        let api = self.api_mut();
        let user = api.authenticate(connection, &request.headers, now)?;
        let user = api.impersonate(user.clone(), &request.headers, &info.attributes(&user), now, cause)?;
        let grant = api.authorize(&info.attributes(&user), now, cause)?;
        Ok((user, grant))
    }

    /// The head of an answer alone, where nobody asked for more.
    fn http_refuse(&mut self, id: HttpId, request: &HttpRequest, mut response: podarium_machine::HttpResponse) {
        if request.method == "HEAD" {
            response.body.clear();
        }
        self.http_reply(id, HttpEvent::Response(response), false);
    }

    pub(crate) fn http_reply(&mut self, id: HttpId, event: HttpEvent, wrote: bool) {
        self.http_reply_after(id, event, wrote, Duration::ZERO);
    }

    fn http_reply_after(&mut self, id: HttpId, event: HttpEvent, wrote: bool, waited: Duration) {
        let mut at = self.now() + self.outside_latency() + waited;
        if wrote {
            at += self.write_latency();
        }
        self.schedule(at, Event::HttpOut { id, event: Box::new(event) });
    }

    /// A watch begins with all that there is, or after a revision.
    fn http_watch(&mut self, id: HttpId, request: Request, rendering: Rendering, grant: Grant, cause: Cause) {
        let (kind, filter, options) = (request.kind, request.filter.clone(), request.options.clone());
        let (answer, _) = self.serve(request, grant, cause);
        let (items, revision) = match answer.result {
            Ok(Reply::List { items, resource_version, .. }) => (items, resource_version),
            Ok(_) => (Vec::new(), 0),
            Err(status) => return self.http_reply(id, HttpEvent::Response(http::error(&status)), false),
        };
        let headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
        self.http_reply(id, HttpEvent::Head { status: 200, headers }, false);
        let asked = options.resource_version.as_deref().and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
        let initial = options.send_initial_events == Some(true);
        // Without a revision, and without what there is, a watch begins now.
        let from = if initial || asked == 0 { revision } else { asked };
        if initial && asked > revision {
            return self.http_watch_refused(id, &Status::version_too_large(asked, revision), FRESHNESS_TIMEOUT);
        }
        let Some(missed) = self.store().since(kind, from) else {
            let oldest = self.store().compacted(kind);
            return self.http_watch_refused(id, &Status::expired(format!("too old resource version: {from} ({oldest})")), Duration::ZERO);
        };
        let watch = WatchId(self.new_id());
        self.own_watch(watch, Origin::Http(id));
        let bookmarks = options.allow_watch_bookmarks;
        let end_of_list = (initial && bookmarks).then_some((items.len(), revision));
        self.gateway.watches.insert(id, HttpWatch { watch, kind, rendering, columns_sent: false, from: if initial { 0 } else { from }, end_of_list });
        self.open_watch_at(watch, kind, filter);
        if initial {
            for object in items {
                let key = Key::of(&object);
                let managed = self.store().managed(kind, &key).cloned().unwrap_or_default();
                self.send(watch, WatchEvent { change: WatchChange::Added, key, object, resource_version: revision, managed, lines: Lines::default() });
            }
        }
        for change in missed {
            self.replay(watch, &change);
        }
        let lasts = options.timeout_seconds.map_or_else(|| self.default_watch_timeout(id), Duration::from_secs);
        self.schedule(self.now() + lasts, Event::WatchOver(id));
        if bookmarks {
            self.schedule(self.now() + BOOKMARK_PERIOD, Event::Bookmark(id));
            if end_of_list.is_some_and(|(left, _)| left == 0) {
                self.schedule(self.now() + self.config().network * 2, Event::Bookmark(id));
            }
        }
    }

    /// The stream ends with an error as its only event.
    fn http_watch_refused(&mut self, id: HttpId, status: &Status, waited: Duration) {
        self.http_reply_after(id, HttpEvent::Chunk(http::error_line(status)), false, waited);
        self.http_reply_after(id, HttpEvent::End, false, waited + self.config().network);
    }

    /// A watch lasts between half an hour and an hour if the client does not say how long.
    fn default_watch_timeout(&self, id: HttpId) -> Duration {
        Stream::new(self.config().seed, &format!("watch {}", id.0)).jitter(MIN_REQUEST_TIMEOUT, 1.0)
    }

    /// Events have arrived for the watch of this exchange.
    pub(crate) fn http_watch_events(&mut self, id: HttpId, events: &[WatchEvent]) {
        let now = self.config().epoch.timestamp(self.now());
        let Some(watch) = self.gateway.watches.get_mut(&id) else { return };
        for event in events.iter().filter(|event| event.resource_version > watch.from) {
            let line = http::watch_line(event, &watch.rendering, now, !watch.columns_sent);
            watch.columns_sent = true;
            self.gateway.out.push((id, HttpEvent::Chunk(line)));
            if let Some((left, revision)) = watch.end_of_list.as_mut() {
                *left = left.saturating_sub(1);
                if *left == 0 {
                    let line = http::bookmark_line(watch.kind, *revision, true, &watch.rendering, now, false);
                    watch.end_of_list = None;
                    self.gateway.out.push((id, HttpEvent::Chunk(line)));
                }
            }
        }
        self.hand_to_pods();
    }

    pub(crate) fn http_watch_over(&mut self, id: HttpId) {
        if self.gateway.watches.contains_key(&id) {
            self.close_http(id);
            self.http_out(id, HttpEvent::End);
        }
    }

    /// Tells a client how far its watch has come, now and then.
    pub(crate) fn http_bookmark(&mut self, id: HttpId) {
        let now = self.config().epoch.timestamp(self.now());
        let revision = self.store().revision();
        let Some(watch) = self.gateway.watches.get(&id) else { return };
        let idle = self.api().watches().is_idle(watch.watch);
        let Some(watch) = self.gateway.watches.get_mut(&id) else { return };
        match watch.end_of_list {
            Some((0, revision)) => {
                watch.end_of_list = None;
                let line = http::bookmark_line(watch.kind, revision, true, &watch.rendering, now, !watch.columns_sent);
                watch.columns_sent = true;
                self.gateway.out.push((id, HttpEvent::Chunk(line)));
            }
            // What is under way must not come after a bookmark that says it has come.
            _ if !idle => self.schedule(self.now() + self.config().network * 4, Event::Bookmark(id)),
            _ => {
                let line = http::bookmark_line(watch.kind, revision, false, &watch.rendering, now, !watch.columns_sent);
                watch.columns_sent = true;
                self.gateway.out.push((id, HttpEvent::Chunk(line)));
                self.schedule(self.now() + BOOKMARK_PERIOD, Event::Bookmark(id));
            }
        }
    }

    /// The API server asks the pod's kubelet for a log and passes on what it says.
    fn http_log(&mut self, id: HttpId, path: &ResourcePath, query: &Query, request: HttpRequest, cause: Cause) {
        let key = Key::new(&path.namespace, &path.name);
        let found = self.store().get(path.kind, &key).cloned();
        let refuse = |cluster: &mut Cluster, status: &Status| cluster.http_reply(id, HttpEvent::Response(http::error(status)), false);
        if let Err(status) = http::check_log_options(query, &path.name) {
            return refuse(self, &status);
        }
        let Some(Object::Pod(pod)) = found else { return refuse(self, &Status::not_found(path.kind, &path.name)) };
        if let Err(status) = container_of(&pod, query.get("container")) {
            return refuse(self, &status);
        }
        let node = pod.spec.node_name.clone().unwrap_or_default();
        if node.is_empty() {
            // A pod that is nowhere has written nothing.
            return self.http_reply(id, HttpEvent::Response(http::plain(204, "")), false);
        }
        let Some(kubelet) = self.reachable_kubelet(&node) else {
            let status = Status::new(500, "InternalError", format!("Get \"https://{node}:10250/containerLogs/{}/{}\": dial tcp: connect: no route to host", path.namespace, path.name));
            return refuse(self, &status);
        };
        let at = self.now() + self.outside_latency();
        self.deliver(kubelet, Message::Http { id, request: Box::new(request) }, cause, at);
    }

    /// The API server passes a request on to the kubelet of a node.
    fn http_node(&mut self, id: HttpId, node: &str, request: HttpRequest, cause: Cause) {
        let refuse = |cluster: &mut Cluster, status: &Status| cluster.http_reply(id, HttpEvent::Response(http::error(status)), false);
        let (node, port) = match node.trim_start_matches("https:").split_once(':') {
            Some((node, port)) => (node, port),
            None => (node.trim_start_matches("https:"), "10250"),
        };
        let Some(Object::Node(found)) = self.store().get(Kind::Node, &Key::new("", node)).cloned() else { return refuse(self, &Status::not_found(Kind::Node, node)) };
        let addresses = found.status.addresses.iter().flatten();
        let address = addresses.clone().find(|address| address.type_ == "InternalIP").map_or(node, |address| address.address.as_str());
        let unreachable = |why: &str| Status::new(503, "ServiceUnavailable", format!("error trying to reach service: dial tcp {address}:{port}: {why}"));
        let Some(kubelet) = self.reachable_kubelet(node) else { return refuse(self, &unreachable("connect: no route to host")) };
        if port != "10250" {
            return refuse(self, &unreachable("connect: connection refused"));
        }
        let at = self.now() + self.outside_latency();
        self.deliver(kubelet, Message::Http { id, request: Box::new(request) }, cause, at);
    }

    fn reachable_kubelet(&self, node: &str) -> Option<ComponentId> {
        self.component_id(&format!("kubelet/{node}")).filter(|kubelet| self.is_running(*kubelet) && !self.is_cut_off(*kubelet))
    }

    /// The API server joins a client and a container, by way of the kubelet.
    fn http_stream(&mut self, id: HttpId, path: &ResourcePath, query: &Query, request: HttpRequest, cause: Cause) {
        let refuse = |cluster: &mut Cluster, status: &Status| cluster.http_reply(id, HttpEvent::Response(http::error(status)), false);
        let found = self.store().get(path.kind, &Key::new(&path.namespace, &path.name)).cloned();
        let Some(Object::Pod(pod)) = found else { return refuse(self, &Status::not_found(path.kind, &path.name)) };
        let subresource = path.subresource.map_or("", |subresource| subresource.name);
        if subresource != "portforward"
            && let Err(status) = stream_container(&pod, query.get("container"))
        {
            return refuse(self, &status);
        }
        let node = pod.spec.node_name.clone().unwrap_or_default();
        if subresource == "portforward"
            && let Some(port) = query.all("ports").find(|port| port.parse::<u16>().is_err())
        {
            let why = if port.bytes().all(|digit| digit.is_ascii_digit()) && !port.is_empty() { "value out of range" } else { "invalid syntax" };
            return refuse(self, &Status::bad_request(format!("cannot convert to []int32: strconv.ParseUint: parsing {port:?}: {why}")));
        }
        if node.is_empty() {
            return refuse(self, &Status::bad_request(format!("pod {} does not have a host assigned", path.name)));
        }
        let upgrades = request.headers.iter().any(|(name, value)| name.eq_ignore_ascii_case("upgrade") && value.eq_ignore_ascii_case("websocket"));
        if !upgrades {
            return refuse(self, &Status::bad_request("Upgrade request required"));
        }
        let Some(kubelet) = self.reachable_kubelet(&node) else {
            let status = Status::new(500, "InternalError", format!("error dialing backend: dial tcp {node}:10250: connect: no route to host"));
            return refuse(self, &status);
        };
        let at = self.now() + self.outside_latency();
        self.gateway.conversations.insert(id, (kubelet, at));
        self.deliver(kubelet, Message::Http { id, request: Box::new(request) }, cause, at);
    }
}

/// The node that a request is to be passed on to: `NODE`, `NODE:PORT` or `https:NODE:PORT`.
fn node_of_proxy(url: &str) -> Option<String> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest.find('/').map_or("/", |slash| &rest[slash..]));
    let path = rest.split('?').next()?.strip_prefix("/api/v1/nodes/")?;
    let mut parts = path.split('/');
    let node = parts.next()?;
    (parts.next()? == "proxy").then(|| http::decode_percent(&node.replace('+', "%2B")))
}

/// Whether a client can talk with this container of a pod.
fn stream_container(pod: &podarium_api::Pod, asked: Option<&str>) -> Result<(), Status> {
    let names = container_names(pod);
    match asked.filter(|name| !name.is_empty()) {
        Some(name) if names.contains(&name) => Ok(()),
        Some(name) => Err(Status::bad_request(format!("container {name} is not valid for pod {}", pod.name()))),
        None if pod.spec.containers.len() == 1 => Ok(()),
        None => Err(Status::bad_request(format!("a container name must be specified for pod {}, choose one of: [{}]", pod.name(), names.join(" ")))),
    }
}

/// The container that a log request means, or the server's complaint.
fn container_of(pod: &podarium_api::Pod, asked: Option<&str>) -> Result<(), Status> {
    match asked {
        Some(_) => stream_container(pod, asked),
        None if pod.spec.containers.len() == 1 => Ok(()),
        None => Err(Status::bad_request(format!("a container name must be specified for pod {}, choose one of: [{}]", pod.name(), container_names(pod).join(" ")))),
    }
}

fn container_names(pod: &podarium_api::Pod) -> Vec<&str> {
    let spec = &pod.spec;
    let ephemeral = spec.ephemeral_containers.iter().flatten().map(|container| container.name.as_str());
    spec.init_containers.iter().flatten().chain(&spec.containers).map(|container| container.name.as_str()).chain(ephemeral).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::{Value, json};

    use super::*;
    use crate::Config;

    fn call(cluster: &mut Cluster, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let mut request = HttpRequest::new(method, format!("https://10.0.0.2:6443{path}"));
        if let Some(body) = body {
            request = request.header("Content-Type", "application/json").body(body.to_string());
        }
        let id = cluster.http(request, Cause::Start);
        cluster.advance(cluster.now() + Duration::from_millis(50));
        let events = cluster.take_http_events();
        let Some((_, HttpEvent::Response(response))) = events.iter().find(|(of, _)| *of == id) else { panic!("no answer to {path}") };
        (response.status, serde_json::from_slice(&response.body).unwrap_or(Value::Null))
    }

    fn cluster() -> Cluster {
        let mut cluster = Cluster::new(Config::default());
        cluster.bootstrap();
        cluster.advance(podarium_sim::Time::from_secs(1));
        cluster
    }

    #[test]
    fn an_object_is_made_found_and_deleted() {
        let mut cluster = cluster();
        let body = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"a": "1"}});
        let path = "/api/v1/namespaces/default/configmaps";
        let (code, made) = call(&mut cluster, "POST", path, Some(body.clone()));
        assert_eq!((code, &made["data"]["a"]), (201, &json!("1")));
        assert_eq!(call(&mut cluster, "POST", path, Some(body)).1["reason"], "AlreadyExists");
        let (_, list) = call(&mut cluster, "GET", path, None);
        assert_eq!(list["kind"], "ConfigMapList");
        assert_eq!(list["items"][0]["metadata"]["uid"], made["metadata"]["uid"]);
        assert_eq!(call(&mut cluster, "DELETE", &format!("{path}/c"), None).1["status"], "Success");
        let (code, gone) = call(&mut cluster, "GET", &format!("{path}/c"), None);
        assert_eq!((code, gone["message"].as_str()), (404, Some("configmaps \"c\" not found")));
    }

    #[test]
    fn a_watch_begins_with_what_is_there_and_goes_on() {
        let mut cluster = cluster();
        let id = cluster.http(HttpRequest::get("/api/v1/namespaces?watch=true"), Cause::Start);
        cluster.advance(cluster.now() + Duration::from_millis(50));
        let lines = |cluster: &mut Cluster| -> Vec<String> {
            let chunks = cluster.take_http_events().into_iter().filter(|(of, _)| *of == id).filter_map(|(_, event)| match event {
                HttpEvent::Chunk(bytes) => serde_json::from_slice::<Value>(&bytes).ok(),
                _ => None,
            });
            chunks.map(|line| format!("{} {}", line["type"], line["object"]["metadata"]["name"]).replace('"', "")).collect()
        };
        assert_eq!(lines(&mut cluster), ["ADDED default", "ADDED kube-node-lease", "ADDED kube-public", "ADDED kube-system"]);
        let made = json!({"metadata": {"name": "shop"}}).to_string();
        cluster.http(HttpRequest::new("POST", "/api/v1/namespaces").body(made), Cause::Start);
        cluster.advance(cluster.now() + Duration::from_millis(10));
        assert_eq!(lines(&mut cluster), ["ADDED shop"]);
    }

    #[test]
    fn whoever_makes_a_change_is_answered_what_watches_are_told() {
        let mut cluster = cluster();
        let watch = cluster.http(HttpRequest::get("/api/v1/namespaces?watch=true"), Cause::Start);
        cluster.advance(cluster.now() + Duration::from_millis(50));
        cluster.take_http_events();
        let mut said = |request: HttpRequest| {
            let id = cluster.http(request, Cause::Start);
            cluster.advance(cluster.now() + Duration::from_millis(50));
            let (mut answer, mut told) = (String::new(), String::new());
            for (of, event) in cluster.take_http_events() {
                match event {
                    HttpEvent::Response(response) if of == id => answer = String::from_utf8(response.body).unwrap(),
                    HttpEvent::Chunk(bytes) if of == watch => told = String::from_utf8(bytes).unwrap(),
                    _ => {}
                }
            }
            (answer, told)
        };
        let post = |name: &str| HttpRequest::new("POST", "/api/v1/namespaces").body(json!({"metadata": {"name": name}}).to_string());
        let (made, told) = said(post("shop"));
        assert!(made.contains("\"managedFields\":[{"), "{made}");
        assert_eq!(told, format!("{{\"type\":\"ADDED\",\"object\":{}}}\n", made.trim_end()));
        said(post("other"));
        assert_eq!(said(HttpRequest::get("/api/v1/namespaces/shop")).0, made, "written anew");
    }
}
