//! The student's computer and the cluster, on one clock and connected by HTTP.

use std::collections::{BTreeMap, VecDeque};

use podarium_cluster::apiserver::{Connection, Request};
use podarium_cluster::{Cause, Cluster, HttpId};
use podarium_machine::{ExchangeId, HttpEvent, HttpRequest, HttpResponse, Machine, NetError, Outgoing};
use podarium_sim::{Stream, Time};

use crate::browser::Browser;
use crate::completion::Completing;
use crate::docker::{Daemon, Errand};
use crate::editor::EditRequest;
use crate::gcloud::{Google, WorldErrand};
use crate::loopback::{Loopback, own_port};
use crate::sites::Sites;
use crate::terminal::Tabs;

/// The address of the API server in kubeconfigs.
pub const API_SERVER: &str = "https://10.0.0.2:6443";

/// Everything that is simulated. A clone lives its own life.
#[derive(Clone)]
pub struct World {
    pub cluster: Cluster,
    pub machine: Machine,
    /// Exchanges under way, by the cluster's number and by the machine's.
    to_machine: BTreeMap<HttpId, ExchangeId>,
    to_cluster: BTreeMap<ExchangeId, HttpId>,
    /// What came back for clients that are not simulated.
    outside: Vec<(HttpId, HttpEvent)>,
    /// Texts that wait for the person at the terminal to edit them.
    edits: VecDeque<EditRequest>,
    loopback: Loopback,
    /// The services on the net that the student's programs use.
    pub sites: Sites,
    docker: Daemon,
    google: Google,
    /// The input that the machine's programs work for.
    cause: Cause,
    pub(crate) tabs: Tabs,
    pub(crate) completing: Completing,
    pub(crate) browser: Browser,
}

impl World {
    /// Joins a cluster and a computer, and sits somebody down in front of a shell.
    pub fn new(cluster: Cluster, mut machine: Machine) -> Self {
        let epoch = cluster.config().epoch.0.as_nanosecond();
        machine.set_epoch(i64::try_from(epoch).unwrap_or(i64::MAX));
        let tabs = Tabs::new(&mut machine);
        let seed = cluster.config().seed;
        let docker = Daemon::new(cluster.images().clone(), Stream::new(seed, "docker"));
        World {
            cluster,
            machine,
            to_machine: BTreeMap::new(),
            to_cluster: BTreeMap::new(),
            outside: Vec::new(),
            edits: VecDeque::new(),
            loopback: Loopback::default(),
            sites: Sites::course(epoch),
            docker,
            google: Google::new(Stream::new(seed, "google")),
            cause: Cause::Start,
            tabs,
            completing: Completing::default(),
            browser: Browser::default(),
        }
    }

    pub fn now(&self) -> Time {
        self.cluster.now()
    }

    /// Counts an input of the person at the keyboard; what programs write from now on is caused by it.
    pub fn begin_input(&mut self) -> u64 {
        let input = self.cluster.begin_input();
        self.cause = Cause::Input(input);
        input
    }

    /// A request of the person at the screen, because of the input that was counted last.
    pub fn request(&mut self, request: Request) {
        self.cluster.request_because(request, self.cause);
    }

    /// When something happens next by itself.
    pub fn next_at(&self) -> Option<Time> {
        [self.cluster.next_at(), self.machine.next_wake(), self.docker.next_at(), self.google.next_at(), self.sites.next_at()].into_iter().flatten().min()
    }

    /// Lets virtual time pass up to `until`; however the way there is cut, the same things happen.
    pub fn advance(&mut self, until: Time) {
        while self.step(until) {}
        self.cluster.advance(until);
    }

    /// Does the one next thing if it is due by `until`; whether there was one.
    pub fn step(&mut self, until: Time) -> bool {
        self.run_machine();
        let due = self.next_at().filter(|next| *next <= until);
        let Some(next) = due else { return false };
        if self.cluster.next_at() == Some(next) {
            self.cluster.step(until);
        } else {
            self.cluster.advance(next);
        }
        self.hand_over_answers();
        if self.docker.next_at().is_some_and(|at| at <= self.now()) {
            for (exchange, event) in self.docker.run(&mut self.cluster) {
                self.machine.http_reply(exchange, event);
            }
            self.send_for_containers();
        }
        if self.google.next_at().is_some_and(|at| at <= self.now()) {
            for (id, event) in self.google.run(&mut self.cluster) {
                self.reply(id, event);
            }
            self.send_for_builds();
        }
        let now = self.now();
        for (id, event) in self.sites.take_due(now) {
            self.reply(id, event);
        }
        // Who has an answer acts upon it at this moment, so that whoever steps sees a program's end when it ends.
        self.run_machine();
        true
    }

    /// Sends an HTTP request of a client outside, because of the input that was counted last.
    /// Without a connection of somebody's it is the administrator's.
    pub fn http_from_outside(&mut self, connection: Option<Connection>, request: HttpRequest) -> HttpId {
        match connection {
            Some(connection) => self.cluster.http_over(connection, request, self.cause),
            None => self.cluster.http(request, self.cause),
        }
    }

    /// The connection of a client that shows this certificate (DER). Whoever shows one that is no good is refused, unless a
    /// token speaks for him.
    pub fn connection_of(&self, certificate: Option<&[u8]>, request: HttpRequest) -> (Connection, HttpRequest) {
        match certificate.map(|certificate| self.cluster.connection_with_certificate(certificate)) {
            Some(Some(connection)) => (connection, request),
            Some(None) if request.header_value("Authorization").is_none() => (Connection::default(), request.header("Authorization", "Bearer -")),
            _ => (Connection::default(), request),
        }
    }

    /// What came back for clients outside since the last call, in order.
    pub fn take_outside_events(&mut self) -> Vec<(HttpId, HttpEvent)> {
        std::mem::take(&mut self.outside)
    }

    /// A client outside says something more, over an exchange that goes both ways.
    pub fn data_from_outside(&mut self, id: HttpId, bytes: Vec<u8>) {
        self.cluster.http_data(id, bytes, self.cause);
    }

    /// A client outside wants no more of this answer.
    pub fn hang_up(&mut self, id: HttpId) {
        self.cluster.close_http(id);
        self.outside.retain(|(of, _)| *of != id);
    }

    /// The text that somebody at the terminal shall edit now.
    pub fn waiting_edit(&self) -> Option<&EditRequest> {
        self.edits.front()
    }

    /// What the text that waited has become; `None`: the editor failed.
    pub fn edited(&mut self, text: Option<Vec<u8>>) {
        let Some(request) = self.edits.pop_front() else { return };
        let answer = HttpResponse { status: if text.is_some() { 200 } else { 409 }, body: text.unwrap_or_default(), ..HttpResponse::default() };
        self.machine.http_reply(request.id, HttpEvent::Response(answer));
    }

    fn run_machine(&mut self) {
        let now = self.now();
        if self.machine.next_wake().is_none_or(|wake| wake > now) {
            return;
        }
        self.machine.run(now);
        self.tabs.look(&mut self.machine);
        self.look_for_completion();
        self.look_for_page();
        self.loopback.hand_over(&mut self.machine);
        self.hand_over_own_answers();
        for outgoing in self.machine.take_outgoing() {
            match outgoing {
                Outgoing::Request { id, request, .. } => self.send(id, request),
                Outgoing::Close { id } => self.close(id),
                Outgoing::Data { id, bytes } => self.send_data(id, bytes, now),
                Outgoing::Lookup { id, name, record, .. } => {
                    let answer = self.cluster.look_up_outside(&name, record);
                    self.machine.lookup_reply(id, answer);
                }
            }
            self.hand_over_own_answers();
        }
    }

    fn send(&mut self, id: ExchangeId, request: HttpRequest) {
        if let Some(edit) = EditRequest::of(id, &request) {
            self.edits.push_back(edit);
            return;
        }
        if self.docker.ask(id, &request, &mut self.cluster, &self.machine) || self.loopback.take(id, &request, &mut self.machine) {
            return;
        }
        self.send_out(id, request);
    }

    /// An answer from the world: to a program of the student's computer, or to a build in the cloud.
    fn reply(&mut self, id: ExchangeId, event: HttpEvent) {
        if !self.google.reply_to_build(id, &event) && !self.docker.answer_container(id, &event) {
            self.machine.http_reply(id, event);
        }
    }

    /// Hands over what programs of the student's computer have answered to those who asked on it.
    fn hand_over_own_answers(&mut self) {
        for (id, event) in self.loopback.take_told() {
            self.reply(id, event);
        }
    }

    /// Carries what docker's containers ask of others than containers.
    fn send_for_containers(&mut self) {
        let now = self.now();
        for errand in self.docker.take_errands() {
            match errand {
                Errand::Request(id, request, through_gateway) => self.send_for_container(id, request, through_gateway),
                Errand::Data(id, bytes) => self.send_data(id, bytes, now),
                Errand::Close(id) => self.close(id),
            }
        }
        self.hand_over_own_answers();
    }

    fn send_for_container(&mut self, id: ExchangeId, request: HttpRequest, through_gateway: bool) {
        if self.docker.ask(id, &request, &mut self.cluster, &self.machine) {
            return;
        }
        // kubectl's own servers listen for this computer alone.
        let server = own_port(&request.url).and_then(|port| self.machine.listeners().into_iter().find(|(taken, _)| *taken == port));
        let is_kubectl = |pid| self.machine.process_list().iter().any(|(known, words)| *known == pid && words[0].ends_with("kubectl"));
        if through_gateway && server.is_some_and(|(_, pid)| is_kubectl(pid)) {
            return self.reply(id, HttpEvent::Failed(NetError::ConnectionRefused));
        }
        if !self.loopback.take(id, &request, &mut self.machine) {
            self.send_out(id, request);
        }
    }

    fn send_data(&mut self, id: ExchangeId, bytes: Vec<u8>, now: Time) {
        if self.docker.data(id, &bytes, now) || self.loopback.data(id, &bytes, &mut self.machine) {
            return;
        }
        if let Some(http) = self.to_cluster.get(&id) {
            self.cluster.http_data(*http, bytes, self.cause);
        }
    }

    /// Who asked does not want an answer any more.
    fn close(&mut self, id: ExchangeId) {
        self.edits.retain(|edit| edit.id != id);
        self.docker.close(id);
        self.google.close(id);
        if self.loopback.close(id, &mut self.machine) || self.sites.close(id) {
            return;
        }
        if let Some(http) = self.to_cluster.remove(&id) {
            self.to_machine.remove(&http);
            self.cluster.close_http(http);
        }
    }

    /// Carries what builds in the cloud ask.
    fn send_for_builds(&mut self) {
        for errand in self.google.take_errands() {
            match errand {
                WorldErrand::Request(id, request) => self.send_out(id, request),
                WorldErrand::Data(id, bytes) => {
                    if let Some(http) = self.to_cluster.get(&id) {
                        self.cluster.http_data(*http, bytes, self.cause);
                    }
                }
                WorldErrand::Close(id) => {
                    self.google.close(id);
                    if self.sites.close(id) {
                        continue;
                    }
                    if let Some(http) = self.to_cluster.remove(&id) {
                        self.to_machine.remove(&http);
                        self.cluster.close_http(http);
                    }
                }
            }
        }
    }

    /// Sends a request away from the computer that makes it.
    fn send_out(&mut self, id: ExchangeId, request: HttpRequest) {
        let now = self.now();
        if self.sites.take(id, &request, now) {
            return;
        }
        let Err(request) = self.google.ask(id, request, &mut self.cluster) else { return };
        let http = if request.url.starts_with(API_SERVER) {
            let certificate = Some(request.certificate.clone()).filter(|certificate| !certificate.is_empty());
            let (connection, request) = self.connection_of(certificate.as_deref(), request);
            self.cluster.http_over(connection, request, self.cause)
        } else {
            self.cluster.http_outside(request)
        };
        self.to_machine.insert(http, id);
        self.to_cluster.insert(id, http);
    }

    fn hand_over_answers(&mut self) {
        for (http, event) in self.cluster.take_http_events() {
            let Some(id) = self.to_machine.get(&http).copied() else {
                self.outside.push((http, event));
                continue;
            };
            let last = matches!(event, HttpEvent::Response(_) | HttpEvent::End | HttpEvent::Failed(_));
            self.reply(id, event);
            if last {
                self.to_machine.remove(&http);
                self.to_cluster.remove(&id);
            }
        }
    }
}
