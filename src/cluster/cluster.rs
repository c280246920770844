//! The cluster as a value: virtual time, the queue of what happens next, the API server and the components.
//!
//! Models: nothing of Kubernetes; this is the world in which it runs.
//! Simplified: nothing.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use podarium_api::{Kind, Object, Status};
use podarium_machine::{HttpEvent, HttpRequest};
use podarium_sim::{EventQueue, Fingerprint, Stream, Time};

use crate::apiserver::authorization::{Attributes, Mode};
use crate::apiserver::{Answer, ApiServer, Connection, Filter, Grant, Request, User, component_status};
use crate::authority::{self, Authority};
use crate::cause::Cause;
use crate::component::{Component, ComponentId, Ctx, Effect, Message, RequestId, Signal, WatchId};
use crate::config::Config;
use crate::gateway::{Gateway, HttpId};
use crate::images::{Disks, Pushed};
use crate::metrics_server::{self, Measured};
use crate::network::{Arrival, Connected, Hop, Network};
use crate::nodes::Machines;
use crate::refusals::Refusals;
use crate::scheduler::configuration::SchedulerConfiguration;
use crate::store::{Key, Store};
use crate::writes::Writes;

/// How long a client waits for an answer that does not come.
const CLIENT_TIMEOUT: Duration = Duration::from_secs(10);
/// From the start of the API server's container until it answers.
const API_SERVER_START_UP: Duration = Duration::from_secs(3);
/// The reason of the error that stands for such an answer. No server sends it.
const TIMEOUT: &str = "ClientTimeout";

fn is_timeout(answer: &Answer) -> bool {
    answer.result.as_ref().is_err_and(|status| status.reason() == TIMEOUT)
}

/// What will happen.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// A request reaches the API server.
    Arrive { from: Origin, id: RequestId, request: Box<Request>, cause: Cause },
    Deliver { to: ComponentId, life: u32, message: Box<Message>, cause: Cause },
    /// The API server's process has started up, if nothing has happened to it since.
    ApiServerUp(u32),
    /// The time of the events of a lease is over.
    LeaseOver,
    /// The first event under way to this watch arrives.
    Wake(WatchId),
    /// A watch request reaches the API server.
    OpenWatch { id: WatchId, kind: Kind, filter: Box<Filter>, from: u64 },
    /// An answer reaches a client outside the cluster.
    Reply { id: RequestId, answer: Box<Answer> },
    /// An HTTP request reaches the API server.
    Http { id: HttpId, connection: Connection, request: Box<HttpRequest>, cause: Cause },
    /// Something of an HTTP answer reaches its client.
    HttpOut { id: HttpId, event: Box<HttpEvent> },
    /// It is time to tell the client of a watch how far it has come.
    Bookmark(HttpId),
    /// A watch has lasted as long as it may.
    WatchOver(HttpId),
    /// Something happens on the network.
    Network(Hop),
    /// A question for what containers use reaches a kubelet.
    AskForUsage { node: String, from: ComponentId, life: u32 },
    /// What was measured reaches the API server.
    Measured(Arc<Measured>),
}

/// Who waits for an answer or a watch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    Component(ComponentId, u32),
    Outside,
    /// The stream of an HTTP watch.
    Http(HttpId),
}

/// A place for a component. Its life counts starts, so that what was under way to a crashed one is lost with it.
#[derive(Clone)]
struct Slot {
    user: User,
    component: Option<Shared>,
    stream: Stream,
    life: u32,
    /// A component that cannot reach the API server sends and hears nothing, but its clocks run.
    cut_off: bool,
}

/// Copy on write for components: a clone of the cluster shares them until one of the two changes.
#[derive(Clone)]
struct Shared(Arc<Box<dyn Component>>);

impl Shared {
    fn get_mut(&mut self) -> &mut dyn Component {
        if Arc::get_mut(&mut self.0).is_none() {
            self.0 = Arc::new(self.0.clone_component());
        }
        Arc::get_mut(&mut self.0).expect("a component just copied has one owner").as_mut()
    }
}

/// Everything there is. A clone is cheap and lives its own life.
#[derive(Clone)]
pub struct Cluster {
    config: Config,
    now: Time,
    queue: EventQueue<Event>,
    api: ApiServer,
    authority: Authority,
    /// What the add-on that measures has told last.
    measured: Arc<Measured>,
    slots: Vec<Slot>,
    ids: imbl::OrdMap<Arc<str>, ComponentId>,
    watch_owners: BTreeMap<WatchId, Origin>,
    next_id: u64,
    inputs: u64,
    outside: Stream,
    replies: Vec<(RequestId, Answer)>,
    watch_news: Vec<WatchId>,
    pub(crate) gateway: Gateway,
    pub(crate) machines: Machines,
    pub(crate) network: Network,
    disks: Disks,
    pub(crate) pushed: Pushed,
    /// The API server's container does not run, or etcd's.
    api_is_down: bool,
    /// How often that has changed: who is started late finds out that it was stopped meanwhile.
    api_changes: u32,
    pub(crate) etcd_is_down: bool,
    /// What its scheduler is started with.
    pub(crate) scheduler_configuration: SchedulerConfiguration,
    trace: Fingerprint,
    writes_traced: usize,
}

impl Cluster {
    /// A cluster with an API server and nothing else; components are started with [`Cluster::start`].
    pub fn new(config: Config) -> Self {
        let api = ApiServer::new(config.seed, config.epoch);
        let authority = Authority::new(config.seed, config.epoch);
        let outside = Stream::new(config.seed, "outside");
        let network = Network::new(config.seed);
        Cluster {
            config,
            now: Time::ZERO,
            queue: EventQueue::default(),
            api,
            authority,
            measured: Arc::default(),
            slots: Vec::new(),
            ids: imbl::OrdMap::new(),
            watch_owners: BTreeMap::new(),
            next_id: 0,
            inputs: 0,
            outside,
            replies: Vec::new(),
            watch_news: Vec::new(),
            gateway: Gateway::default(),
            machines: Machines::default(),
            network,
            disks: Disks::default(),
            pushed: Pushed::default(),
            api_is_down: false,
            api_changes: 0,
            etcd_is_down: false,
            scheduler_configuration: SchedulerConfiguration::default(),
            trace: Fingerprint::default(),
            writes_traced: 0,
        }
    }

    pub fn now(&self) -> Time {
        self.now
    }

    pub fn config(&self) -> &Config {
        &self.config
    }

    pub fn store(&self) -> &Store {
        self.api.store()
    }

    pub fn api(&self) -> &ApiServer {
        &self.api
    }

    /// Who signs the cluster's certificates.
    pub fn authority(&self) -> &Authority {
        &self.authority
    }

    /// The connection of a client that shows this certificate (DER), if the cluster gave it out and it holds.
    pub fn connection_with_certificate(&self, certificate: &[u8]) -> Option<Connection> {
        let user = self.authority.user_of(certificate, self.config.epoch.timestamp(self.now))?;
        self.api.has_issued(&authority::fingerprint(certificate)).then(|| Connection::of(user))
    }

    pub(crate) fn api_mut(&mut self) -> &mut ApiServer {
        &mut self.api
    }

    /// Accepts a bearer token as this user's.
    pub fn add_token(&mut self, token: &str, user: User) {
        self.api.add_token(token, user);
    }

    /// Who is asked about requests. A new cluster allows everybody everything until it is bootstrapped.
    pub fn set_authorization_modes(&mut self, modes: &[Mode]) {
        self.api.set_authorization_modes(modes);
    }

    /// Switches admission plugins off, by their names.
    pub(crate) fn switch_off(&mut self, plugins: &[&'static str]) {
        self.api.switch_off(plugins);
    }

    /// Every write since the start, in order of resourceVersion.
    pub fn writes(&self) -> &Writes {
        self.api.writes()
    }

    /// The latest requests that were refused, and why.
    pub fn refusals(&self) -> &Refusals {
        self.api.refusals()
    }

    /// The fingerprint of all writes so far: equal for equal runs.
    pub fn trace_hash(&self) -> Fingerprint {
        self.trace
    }

    /// When something happens next, if anything is under way.
    pub fn next_at(&self) -> Option<Time> {
        self.queue.next_at()
    }

    /// Lets virtual time pass up to `until`. How the way there is cut into calls makes no difference.
    pub fn advance(&mut self, until: Time) {
        while let Some((at, event)) = self.queue.pop_until(until) {
            debug_assert!(at >= self.now, "time went backwards");
            self.now = at;
            self.happen(event);
        }
        self.now = self.now.max(until);
    }

    /// Handles the one next event if it is due by `until`; whether there was one.
    pub fn step(&mut self, until: Time) -> bool {
        let Some((at, event)) = self.queue.pop_until(until) else { return false };
        self.now = at;
        self.happen(event);
        true
    }

    /// Starts a component under a name of its own, e.g. `kubelet/node-1`, as this API user.
    pub fn start(&mut self, name: &str, user: impl Into<User>, component: impl Component + 'static) -> ComponentId {
        let id = ComponentId(u32::try_from(self.slots.len()).expect("fewer than four billion components"));
        let name: Arc<str> = name.into();
        self.ids.insert(name.clone(), id);
        self.slots.push(Slot {
            user: user.into(),
            component: Some(Shared(Arc::new(Box::new(component)))),
            stream: Stream::new(self.config.seed, &name),
            life: 0,
            cut_off: false,
        });
        self.deliver(id, Message::Start, Cause::Start, self.now);
        id
    }

    pub fn component_id(&self, name: &str) -> Option<ComponentId> {
        self.ids.get(name).copied()
    }

    pub fn component<C: Component + 'static>(&self, id: ComponentId) -> Option<&C> {
        let shared = self.slots.get(id.0 as usize)?.component.as_ref()?;
        shared.0.as_any().downcast_ref()
    }

    pub fn is_running(&self, id: ComponentId) -> bool {
        self.slots.get(id.0 as usize).is_some_and(|slot| slot.component.is_some())
    }

    pub fn is_cut_off(&self, id: ComponentId) -> bool {
        self.slots.get(id.0 as usize).is_some_and(|slot| slot.cut_off)
    }

    /// The component crashes: its memory, its watches and what was under way to it are gone.
    pub fn stop(&mut self, id: ComponentId) {
        let slot = &mut self.slots[id.0 as usize];
        slot.component = None;
        slot.life += 1;
        let gone: Vec<WatchId> =
            self.watch_owners.iter().filter(|(_, owner)| matches!(owner, Origin::Component(of, _) if *of == id)).map(|(watch, _)| *watch).collect();
        for watch in gone {
            self.close_watch(watch);
        }
    }

    /// Starts a stopped component again, with fresh memory.
    pub fn restart(&mut self, id: ComponentId, component: impl Component + 'static) {
        let slot = &mut self.slots[id.0 as usize];
        slot.component = Some(Shared(Arc::new(Box::new(component))));
        self.deliver(id, Message::Start, Cause::Input(self.inputs), self.now);
    }

    /// Cuts a component off from the API server, or connects it again. A reconnected client finds its watches broken.
    pub fn set_cut_off(&mut self, id: ComponentId, cut_off: bool) {
        let slot = &mut self.slots[id.0 as usize];
        if slot.cut_off == cut_off {
            return;
        }
        slot.cut_off = cut_off;
        if cut_off {
            return;
        }
        let broken: Vec<WatchId> =
            self.watch_owners.iter().filter(|(_, owner)| matches!(owner, Origin::Component(of, _) if *of == id)).map(|(watch, _)| *watch).collect();
        for watch in broken {
            self.close_watch(watch);
            self.deliver(id, Message::WatchClosed { id: watch }, Cause::Timer("reconnect"), self.now);
        }
    }

    /// Does something to a component from outside the API, e.g. kills a process on its node.
    pub fn signal(&mut self, id: ComponentId, signal: Signal) {
        let cause = Cause::Input(self.begin_input());
        self.deliver(id, Message::Signal(signal), cause, self.now);
    }

    /// Counts a recorded input; writes that come of it carry its number.
    pub fn begin_input(&mut self) -> u64 {
        self.inputs += 1;
        self.inputs
    }

    /// Sends a request from outside (a person's kubectl, a click), as the administrator unless it names a user.
    /// The answer is found by [`Cluster::take_replies`].
    pub fn request(&mut self, request: Request) -> RequestId {
        let cause = Cause::Input(self.begin_input());
        self.request_because(request, cause)
    }

    /// The same for a request that belongs to an input already counted.
    pub fn request_because(&mut self, mut request: Request, cause: Cause) -> RequestId {
        if request.user.is_nobody() {
            request.user = User::admin();
        }
        self.next_id += 1;
        let id = RequestId(self.next_id);
        let at = self.now + self.outside.jitter(self.config.network, 0.5);
        self.queue.schedule(at, Event::Arrive { from: Origin::Outside, id, request: Box::new(request), cause });
        id
    }

    /// The answers that have come back to the outside since the last call.
    pub fn take_replies(&mut self) -> Vec<(RequestId, Answer)> {
        std::mem::take(&mut self.replies)
    }

    /// Opens a watch for a client outside.
    pub fn watch(&mut self, kind: Kind, filter: Filter, from: u64) -> WatchId {
        self.next_id += 1;
        let id = WatchId(self.next_id);
        self.watch_owners.insert(id, Origin::Outside);
        let at = self.now + self.outside.jitter(self.config.network, 0.5);
        self.queue.schedule(at, Event::OpenWatch { id, kind, filter: Box::new(filter), from });
        id
    }

    pub fn close_watch(&mut self, id: WatchId) {
        self.watch_owners.remove(&id);
        self.api.watches_mut().close(id);
    }

    /// The watches of outside clients that have events to take (with [`Cluster::take_watch_events`]).
    pub fn take_watch_news(&mut self) -> Vec<WatchId> {
        std::mem::take(&mut self.watch_news)
    }

    pub fn take_watch_events(&mut self, id: WatchId) -> Vec<crate::component::WatchEvent> {
        let (events, next) = self.api.watches_mut().arrived(id, self.now);
        if let Some(at) = next {
            self.queue.schedule(at, Event::Wake(id));
        }
        events
    }

    /// Writes an object before time begins, as if it had always been there.
    pub fn seed_object(&mut self, object: Object) -> Result<Object, Status> {
        let answer = self.api.seed(object, self.now)?;
        self.announce();
        Ok(answer)
    }

    pub(crate) fn deliver(&mut self, to: ComponentId, message: Message, cause: Cause, at: Time) {
        let life = self.slots[to.0 as usize].life;
        self.queue.schedule(at, Event::Deliver { to, life, message: Box::new(message), cause });
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Arrive { from, id, request, cause } => self.arrive(from, id, *request, cause),
            Event::Deliver { to, life, message, cause } => self.hear(to, life, *message, cause),
            Event::Wake(id) => self.wake(id),
            Event::OpenWatch { id, kind, filter, from } => self.open_watch(id, kind, *filter, from),
            Event::Reply { id, answer } => self.replies.push((id, *answer)),
            Event::Http { id, connection, request, cause } => self.http_arrived(id, &connection, &request, cause),
            Event::HttpOut { id, event } => self.http_out(id, *event),
            Event::Bookmark(id) => self.http_bookmark(id),
            Event::WatchOver(id) => self.http_watch_over(id),
            Event::Network(hop) => self.hop(hop),
            Event::ApiServerUp(change) if change == self.api_changes => self.api_is_down = false,
            Event::ApiServerUp(_) => {}
            Event::LeaseOver => {
                self.api.expire(self.now);
                self.announce();
            }
            Event::AskForUsage { node, from, life } => self.report_usage(node, from, life),
            Event::Measured(measured) => self.measured = measured,
        }
    }

    /// A message reaches a component, unless it was meant for an earlier life of it or cannot get through.
    fn hear(&mut self, to: ComponentId, life: u32, message: Message, cause: Cause) {
        let slot = &self.slots[to.0 as usize];
        if slot.life != life {
            return;
        }
        match message {
            Message::Answer { id, answer } if slot.cut_off && !is_timeout(&answer) => self.time_out(to, life, id, cause),
            message => self.turn(to, message, cause),
        }
    }

    /// The client waits in vain for an answer, and gives up after its time-out.
    fn time_out(&mut self, to: ComponentId, life: u32, id: RequestId, cause: Cause) {
        let status = Status::new(504, TIMEOUT, "net/http: request canceled (Client.Timeout exceeded while awaiting headers)");
        let message = Box::new(Message::Answer { id, answer: Err(status).into() });
        self.queue.schedule(self.now + CLIENT_TIMEOUT, Event::Deliver { to, life, message, cause });
    }

    /// The API server's process ends, or is there again. Its clients find their watches broken.
    pub(crate) fn set_api_server_down(&mut self, down: bool) {
        if self.api_is_down == down {
            return;
        }
        self.api_changes += 1;
        if !down {
            self.queue.schedule(self.now + API_SERVER_START_UP, Event::ApiServerUp(self.api_changes));
            return;
        }
        self.api_is_down = true;
        let broken: Vec<(WatchId, Origin)> = self.watch_owners.iter().map(|(watch, owner)| (*watch, *owner)).collect();
        for (watch, owner) in broken {
            match owner {
                Origin::Component(to, _) => {
                    self.close_watch(watch);
                    self.deliver(to, Message::WatchClosed { id: watch }, Cause::Timer("broken"), self.now);
                }
                Origin::Http(exchange) => self.http_watch_over(exchange),
                Origin::Outside => {}
            }
        }
    }

    pub(crate) fn api_is_down(&self) -> bool {
        self.api_is_down
    }

    /// Files on the disk of a machine, as an installer writes them.
    pub(crate) fn write_to_disk(&mut self, disk: Arc<str>, files: &[(String, String)]) {
        let now = self.now;
        let volume = self.disks.0.entry(disk).or_default();
        for (path, text) in files {
            let directory = path.rsplit_once('/').map_or("/", |(directory, _)| directory);
            let written = volume.mkdir_all(directory, now).and_then(|()| volume.write(path, text.as_bytes(), 0o600, now));
            debug_assert!(written.is_ok(), "{path}: {written:?}");
        }
    }

    fn arrive(&mut self, from: Origin, id: RequestId, request: Request, cause: Cause) {
        if let Origin::Component(component, life) = from {
            let slot = &self.slots[component.0 as usize];
            if slot.life != life {
                return;
            }
            if slot.cut_off || self.api_is_down || self.etcd_is_down {
                return self.time_out(component, life, id, cause);
            }
        }
        let (answer, wrote) = self.ask(request, cause);
        let stream = match from {
            Origin::Component(component, _) => &mut self.slots[component.0 as usize].stream,
            Origin::Outside | Origin::Http(_) => &mut self.outside,
        };
        let mut takes = stream.jitter(self.config.network, 0.5);
        if wrote {
            takes += stream.jitter(self.config.write, 0.5);
        }
        let at = self.now + takes;
        match from {
            Origin::Component(to, life) => {
                let message = Box::new(Message::Answer { id, answer });
                self.queue.schedule(at, Event::Deliver { to, life, message, cause });
            }
            Origin::Outside | Origin::Http(_) => self.queue.schedule(at, Event::Reply { id, answer: Box::new(answer) }),
        }
    }

    /// The API server answers; whether it wrote anything.
    pub(crate) fn ask(&mut self, request: Request, cause: Cause) -> (Answer, bool) {
        match self.api.authorize(&Attributes::of(&request), self.now, cause) {
            Ok(grant) => self.serve(request, grant, cause),
            Err(status) => (Err(status).into(), false),
        }
    }

    /// The same for a request that is allowed already.
    pub(crate) fn serve(&mut self, request: Request, grant: Grant, cause: Cause) -> (Answer, bool) {
        if request.kind == Kind::ComponentStatus {
            let is_running = |name: &str| self.component_id(name).is_some_and(|id| self.is_running(id));
            return (component_status::answer(&request, &is_running), false);
        }
        if metrics_server::is_measured(request.kind) {
            return (self.usage_of(&request), false);
        }
        let writes = self.api.writes().len();
        let answer = self.api.serve(request, grant, cause, self.now);
        let wrote = self.api.writes().len() > writes;
        self.announce();
        (answer, wrote)
    }

    /// What the add-on that measures says, if it is there.
    fn usage_of(&self, request: &Request) -> Answer {
        if !metrics_server::is_available(self.store()) {
            return Err(Status::no_such_path()).into();
        }
        let runs = self.component_id(metrics_server::COMPONENT).is_some_and(|id| self.is_running(id) && !self.is_cut_off(id));
        if !runs {
            return Err(Status::new(503, "ServiceUnavailable", "the server is currently unable to handle the request")).into();
        }
        metrics_server::answer(request, &self.measured, self.store(), self.config.epoch.timestamp(self.now))
    }

    /// A kubelet that can be reached tells what its containers use.
    fn report_usage(&mut self, node: String, from: ComponentId, life: u32) {
        let Some(kubelet) = self.kubelet_id(&node).filter(|kubelet| !self.is_cut_off(*kubelet)) else { return };
        let report = self.slots[kubelet.0 as usize].component.as_ref().and_then(|component| component.0.usage_report(self.now));
        let Some(usage) = report else { return };
        let at = self.now + self.slots[from.0 as usize].stream.jitter(self.config.network, 0.5);
        let message = Box::new(Message::Usage { node, usage });
        self.queue.schedule(at, Event::Deliver { to: from, life, message, cause: Cause::Timer("scrape") });
    }

    pub(crate) fn new_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    pub(crate) fn schedule(&mut self, at: Time, event: Event) {
        self.queue.schedule(at, event);
    }

    pub(crate) fn outside_latency(&mut self) -> Duration {
        self.outside.jitter(self.config.network, 0.5)
    }

    pub(crate) fn write_latency(&mut self) -> Duration {
        self.outside.jitter(self.config.write, 0.5)
    }

    pub(crate) fn own_watch(&mut self, id: WatchId, owner: Origin) {
        self.watch_owners.insert(id, owner);
    }

    pub(crate) fn open_watch_at(&mut self, id: WatchId, kind: Kind, filter: Filter) {
        self.api.watches_mut().open(id, kind, filter);
    }

    /// Tells a watch of a change that came before it.
    pub(crate) fn replay(&mut self, id: WatchId, change: &crate::store::Revision) {
        if let Some(event) = self.api.watches().replayed(id, change) {
            self.send(id, event);
        }
    }

    /// Sends the changes of the latest writes on their way to the watches that they concern.
    fn announce(&mut self) {
        if let Some(over) = self.api.granted_lease() {
            self.queue.schedule(over, Event::LeaseOver);
        }
        for (kind, change) in self.api.take_changes() {
            for (id, event) in self.api.watches().concerned(kind, &change) {
                self.send(id, event);
            }
        }
        while let Some(write) = self.api.writes().get(self.writes_traced) {
            // A fingerprint takes any text, so this cannot fail.
            let _ = write!(self.trace, "{} {:?} {:?} {} {}", write.at.as_nanos(), write.verb, write.kind, write.key, write.user);
            self.writes_traced += 1;
        }
    }

    pub(crate) fn send(&mut self, id: WatchId, event: crate::component::WatchEvent) {
        let stream = match self.watch_owners.get(&id) {
            Some(Origin::Component(component, _)) => &mut self.slots[component.0 as usize].stream,
            _ => &mut self.outside,
        };
        // A change is told as soon as it is written; the writer's answer, which waits for the same write, comes about
        // as late.
        let arrives = self.now + stream.jitter(self.config.network, 0.5) + self.config.write;
        if let Some(at) = self.api.watches_mut().send(id, arrives, event) {
            self.queue.schedule(at, Event::Wake(id));
        }
    }

    fn wake(&mut self, id: WatchId) {
        match self.watch_owners.get(&id).copied() {
            Some(Origin::Outside) => self.watch_news.push(id),
            Some(Origin::Http(exchange)) => {
                let (events, next) = self.api.watches_mut().arrived(id, self.now);
                if let Some(at) = next {
                    self.queue.schedule(at, Event::Wake(id));
                }
                self.http_watch_events(exchange, &events);
            }
            Some(Origin::Component(to, life)) => {
                let (events, next) = self.api.watches_mut().arrived(id, self.now);
                if let Some(at) = next {
                    self.queue.schedule(at, Event::Wake(id));
                }
                let slot = &self.slots[to.0 as usize];
                let Some(last) = events.last() else { return };
                let cause = Cause::Write(last.resource_version);
                if slot.life == life && !slot.cut_off {
                    self.turn(to, Message::Watch { id, events }, cause);
                }
            }
            None => {}
        }
    }

    fn open_watch(&mut self, id: WatchId, kind: Kind, filter: Filter, from: u64) {
        let Some(owner) = self.watch_owners.get(&id).copied() else { return };
        let Some(missed) = self.api.store().since(kind, from) else {
            self.watch_owners.remove(&id);
            if let Origin::Component(to, _) = owner {
                self.deliver(to, Message::WatchClosed { id }, Cause::Timer("watch expired"), self.now + self.config.network);
            }
            return;
        };
        self.open_watch_at(id, kind, filter);
        for change in missed {
            self.replay(id, &change);
        }
    }

    /// Gives a component one message and carries out what it wants.
    fn turn(&mut self, id: ComponentId, message: Message, cause: Cause) {
        let slot = &mut self.slots[id.0 as usize];
        let Some(component) = slot.component.as_mut() else { return };
        let mut effects = Vec::new();
        let mut ctx = Ctx {
            now: self.now,
            epoch: self.config.epoch,
            stream: &mut slot.stream,
            next_id: &mut self.next_id,
            effects: &mut effects,
            user: &slot.user,
            disks: &mut self.disks,
            pushed: &self.pushed,
            cause,
        };
        component.get_mut().on(message, &mut ctx);
        for effect in effects {
            self.carry_out(id, effect);
        }
    }

    /// A request reaches the machine of a kubelet.
    pub(crate) fn connect(&mut self, id: ComponentId, arrival: Arrival<'_>) -> Connected {
        let slot = &mut self.slots[id.0 as usize];
        let Some(component) = slot.component.as_mut() else { return Connected::Dropped };
        let mut effects = Vec::new();
        let mut ctx = Ctx {
            now: self.now,
            epoch: self.config.epoch,
            stream: &mut slot.stream,
            next_id: &mut self.next_id,
            effects: &mut effects,
            user: &slot.user,
            disks: &mut self.disks,
            pushed: &self.pushed,
            cause: Cause::Timer("request"),
        };
        let connected = component.get_mut().connect(arrival, &mut ctx);
        for effect in effects {
            self.carry_out(id, effect);
        }
        connected
    }

    /// Makes a number part of the trace.
    pub(crate) fn trace_number(&mut self, number: u64) {
        self.trace.write(&number.to_le_bytes());
    }

    fn carry_out(&mut self, id: ComponentId, effect: Effect) {
        let slot = &mut self.slots[id.0 as usize];
        let life = slot.life;
        match effect {
            Effect::Request { id: request_id, request, cause, delay } => {
                let at = self.now + delay + slot.stream.jitter(self.config.network, 0.5);
                let from = Origin::Component(id, life);
                self.queue.schedule(at, Event::Arrive { from, id: request_id, request, cause });
            }
            Effect::Watch { id: watch, kind, filter, from } => {
                self.watch_owners.insert(watch, Origin::Component(id, life));
                let at = self.now + slot.stream.jitter(self.config.network, 0.5);
                self.queue.schedule(at, Event::OpenWatch { id: watch, kind, filter: Box::new(filter), from });
            }
            Effect::StopWatch { id: watch } => self.close_watch(watch),
            Effect::Http { id: exchange, event } => {
                let at = self.now + slot.stream.jitter(self.config.network * 2, 0.5);
                let at = self.gateway.in_order(exchange, &event, at);
                self.queue.schedule(at, Event::HttpOut { id: exchange, event: Box::new(event) });
            }
            Effect::Network(effect) => self.network_effect(id, effect),
            Effect::AskForUsage(node) => {
                let at = self.now + slot.stream.jitter(self.config.network, 0.5);
                self.queue.schedule(at, Event::AskForUsage { node, from: id, life });
            }
            Effect::Part(part, runs) => self.part_changed(id, part, runs),
            Effect::Lend(lent) => self.lend(lent),
            Effect::PowerOff => {
                if let Some(node) = self.node_of_kubelet(id) {
                    self.stop_node(&node);
                }
            }
            Effect::PublishUsage(measured) => {
                let at = self.now + slot.stream.jitter(self.config.network, 0.5);
                self.queue.schedule(at, Event::Measured(measured));
            }
            Effect::Timer { at, token } => {
                let message = Box::new(Message::Timer(token));
                self.queue.schedule(at, Event::Deliver { to: id, life, message, cause: Cause::Timer("alarm") });
            }
        }
    }

    /// The object under a key, as the store has it now. For views and checks, not for components.
    pub fn get<T: podarium_api::Resource>(&self, key: &Key) -> Option<&Arc<T>> {
        T::from_object(self.store().get(T::KIND, key)?)
    }

    /// All objects of a kind, as the store has them now. For views and checks, not for components.
    pub fn list<T: podarium_api::Resource>(&self) -> impl Iterator<Item = &Arc<T>> {
        self.store().list(T::KIND, None).filter_map(T::from_object)
    }
}
