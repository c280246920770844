//! What runs in the cluster: a component gets messages, and does all it does through its `Ctx`.
//!
//! Models: the processes of a cluster (kube-controller-manager, kube-scheduler, kubelet, …), v1.36.
//! Simplified: a component is one thread of control; what runs in parallel in the reference it keeps as state.

use std::sync::Arc;
use std::time::Duration;

use podarium_api::managed_fields::Managed;
use podarium_api::time::Epoch;
use podarium_api::{Kind, Object};
use podarium_machine::{HttpEvent, HttpRequest, LookupAnswer, RecordType};
use podarium_sim::{Stream, Time};

use crate::apiserver::{Answer, Filter, Request, User};
use crate::cause::Cause;
use crate::cloud::autoscaler::Lent;
use crate::gateway::HttpId;
use crate::images::{Disks, Pushed};
use crate::metrics_server::{Measured, NodeUsage};
use crate::network::{Aims, Answered, Arrival, ConduitId, Connected, Ip, Names, PodCall, PodPlace, Policies, ProcessId, Rules, Said};
use crate::store::{Key, Lines};
use crate::system::Part;

/// A component's number, in the order in which they were started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ComponentId(pub u32);

/// Identifies an answer to come. Unique within the cluster, never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u64);

/// Identifies an open watch. Unique within the cluster, never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WatchId(pub u64);

/// A change as a watch reports it.
#[derive(Clone, Debug)]
pub struct WatchEvent {
    pub change: WatchChange,
    /// The object's name, as the store has it.
    pub key: Key,
    /// The object after the change; its last state if it was deleted.
    pub object: Object,
    pub resource_version: u64,
    /// Who owns what of the object, for clients that see it.
    pub managed: Managed,
    /// What clients outside are told of it.
    pub lines: Lines,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WatchChange {
    Added,
    Modified,
    Deleted,
}

/// What reaches a component.
#[derive(Clone, Debug)]
pub enum Message {
    /// It was started, or started again after a crash: its memory is fresh.
    Start,
    /// The alarm that it set under this token.
    Timer(u64),
    Answer { id: RequestId, answer: Answer },
    Watch { id: WatchId, events: Vec<WatchEvent> },
    /// The server ended the watch (it fell behind, or the server restarted): list again.
    WatchClosed { id: WatchId },
    /// The API server passes on an HTTP request that this component serves (a kubelet: logs, commands). It answers with
    /// [`Ctx::http_reply`], at once or bit by bit.
    Http { id: HttpId, request: Box<HttpRequest> },
    /// The client of an HTTP exchange that this component serves sends something more.
    HttpData { id: HttpId, bytes: Vec<u8> },
    /// It has hung up.
    HttpClosed { id: HttpId },
    /// What came of a request that a program in a pod of this kubelet has sent.
    PodHttp { call: PodCall, event: HttpEvent },
    /// What came of a name that such a program has asked for.
    Named { call: PodCall, answer: LookupAnswer },
    /// What the client says on a connection that a program in a pod of this kubelet has accepted.
    Conduit { id: ConduitId, said: Said },
    /// A kubelet's answer to [`Ctx::ask_for_usage`].
    Usage { node: String, usage: NodeUsage },
    /// Something outside the cluster's API happened to the component, e.g. a process was killed on a node.
    Signal(Signal),
}

/// What the outside does to a component directly.
#[derive(Clone, Debug, PartialEq)]
pub enum Signal {
    /// A container's main process on this node dies with the exit code. The container `""` means the first one.
    KillProcess { pod: crate::Key, container: String, exit_code: i32 },
    /// The machine is being shut down.
    ShutDown,
}

/// A component of the cluster. All of its state is in itself, so a clone of it continues as it would.
pub trait Component: CloneComponent + Send + Sync {
    fn on(&mut self, message: Message, ctx: &mut Ctx<'_>);

    /// A request reaches the machine on which this component is the kubelet. Nothing of the component but the processes
    /// in its containers deals with it. Other components are on no machine.
    fn connect(&mut self, _arrival: Arrival<'_>, _ctx: &mut Ctx<'_>) -> Connected {
        Connected::Dropped
    }

    /// What the containers on this component's machine use, if it is a kubelet.
    fn usage_report(&self, _now: Time) -> Option<NodeUsage> {
        None
    }

    /// For tests and views that know the type.
    fn as_any(&self) -> &dyn std::any::Any;
}

/// Cloning behind a pointer; every component that is `Clone` has it.
pub trait CloneComponent {
    fn clone_component(&self) -> Box<dyn Component>;
}

impl<C: Component + Clone + 'static> CloneComponent for C {
    fn clone_component(&self) -> Box<dyn Component> {
        Box::new(self.clone())
    }
}

/// What a component wants done; the cluster does it after the turn.
#[derive(Clone, Debug)]
pub(crate) enum Effect {
    Request { id: RequestId, request: Box<Request>, cause: Cause, delay: Duration },
    Watch { id: WatchId, kind: Kind, filter: Filter, from: u64 },
    StopWatch { id: WatchId },
    Http { id: HttpId, event: HttpEvent },
    Timer { at: Time, token: u64 },
    Network(NetworkEffect),
    /// Asks the kubelet of this node what its containers use.
    AskForUsage(String),
    /// A component of Kubernetes that is a pod has started on this kubelet's machine, or has ended.
    Part(Part, bool),
    /// Switches off the machine of this kubelet.
    PowerOff,
    /// Shows the API server what was measured.
    PublishUsage(Arc<Measured>),
    /// Has the cloud lend a machine, or take one back.
    Lend(Lent),
}

/// What a component does to the network of its machine.
#[derive(Clone, Debug)]
pub(crate) enum NetworkEffect {
    /// kube-proxy has written the rules.
    Program(Rules),
    /// A load generator has learned where to send.
    Aim(Arc<Aims>),
    /// A process has ended.
    HangUp(ProcessId),
    /// The network plugin has worked out who may talk to whom.
    Policies(Arc<Policies>),
    /// What the name server knows.
    Names(Arc<Names>),
    /// A program has answered a request that it was busy with; `None`: it ended over it.
    Answered { process: ProcessId, connection: u64, answered: Option<Arc<Answered>> },
    /// A program in a pod sends a request.
    Call { call: PodCall, place: PodPlace, request: Box<HttpRequest> },
    /// A program in a pod asks for a name.
    LookUp { call: PodCall, place: PodPlace, name: String, record: RecordType },
    /// A program in a pod says something on a connection that it has accepted, or on one that it has opened.
    Said { conduit: ConduitId, said: Said },
    Say { call: PodCall, said: Said },
    /// The cloud's load balancer with this address sends to these machines; to none: it is no more.
    Balance(Ip, Vec<String>),
}

/// A component's only way to act: its clock, its random stream, its connection to the API server.
pub struct Ctx<'a> {
    pub(crate) now: Time,
    pub(crate) epoch: Epoch,
    pub(crate) stream: &'a mut Stream,
    pub(crate) next_id: &'a mut u64,
    pub(crate) effects: &'a mut Vec<Effect>,
    pub(crate) user: &'a User,
    /// The disks of all machines and of the storage: kubelets mount what is theirs.
    pub(crate) disks: &'a mut Disks,
    /// What was pushed to registries.
    pub(crate) pushed: &'a Pushed,
    /// What this turn's message came from; requests carry it unless they name another.
    pub cause: Cause,
}

impl Ctx<'_> {
    pub fn now(&self) -> Time {
        self.now
    }

    pub fn epoch(&self) -> Epoch {
        self.epoch
    }

    pub fn stream(&mut self) -> &mut Stream {
        self.stream
    }

    /// The user that this component is for the API server.
    pub fn user(&self) -> &User {
        self.user
    }

    /// Sends a request. The answer comes as a message with this id.
    pub fn request(&mut self, request: Request) -> RequestId {
        let cause = self.cause;
        self.request_after(request, cause, Duration::ZERO)
    }

    /// Sends a request for a cause of its own, held back by `delay` first (a client-side rate limit).
    pub fn request_after(&mut self, mut request: Request, cause: Cause, delay: Duration) -> RequestId {
        if request.user.is_nobody() {
            request.user = self.user.clone();
        }
        let id = RequestId(self.id());
        self.effects.push(Effect::Request { id, request: Box::new(request), cause, delay });
        id
    }

    /// Opens a watch from a revision that a list gave.
    pub fn watch(&mut self, kind: Kind, filter: Filter, from: u64) -> WatchId {
        let id = WatchId(self.id());
        self.effects.push(Effect::Watch { id, kind, filter, from });
        id
    }

    pub fn stop_watch(&mut self, id: WatchId) {
        self.effects.push(Effect::StopWatch { id });
    }

    /// Asks a kubelet for what its containers use. One that cannot be reached does not answer.
    pub fn ask_for_usage(&mut self, node: &str) {
        self.effects.push(Effect::AskForUsage(node.to_owned()));
    }

    /// The container of a component of Kubernetes has started or ended.
    pub(crate) fn part_changed(&mut self, part: Part, runs: bool) {
        self.effects.push(Effect::Part(part, runs));
    }

    /// The machine goes off.
    pub(crate) fn power_off(&mut self) {
        self.effects.push(Effect::PowerOff);
    }

    /// The cloud lends a machine, or takes one back.
    pub(crate) fn lend(&mut self, lent: Lent) {
        self.effects.push(Effect::Lend(lent));
    }

    pub(crate) fn publish_usage(&mut self, measured: Arc<Measured>) {
        self.effects.push(Effect::PublishUsage(measured));
    }

    /// Sends something of the answer to an HTTP request that this component serves.
    pub fn http_reply(&mut self, id: HttpId, event: HttpEvent) {
        self.effects.push(Effect::Http { id, event });
    }

    /// Sets an alarm. Alarms cannot be taken back; a component ignores those that it no longer wants.
    pub fn timer(&mut self, after: Duration, token: u64) {
        self.timer_at(self.now + after, token);
    }

    pub fn timer_at(&mut self, at: Time, token: u64) {
        self.effects.push(Effect::Timer { at: at.max(self.now), token });
    }

    /// Puts these rules in the place of the machine's old ones.
    pub(crate) fn program(&mut self, rules: Rules) {
        self.effects.push(Effect::Network(NetworkEffect::Program(rules)));
    }

    pub(crate) fn aim(&mut self, aims: Arc<Aims>) {
        self.effects.push(Effect::Network(NetworkEffect::Aim(aims)));
    }

    pub(crate) fn set_policies(&mut self, policies: Arc<Policies>) {
        self.effects.push(Effect::Network(NetworkEffect::Policies(policies)));
    }

    pub(crate) fn set_names(&mut self, names: Arc<Names>) {
        self.effects.push(Effect::Network(NetworkEffect::Names(names)));
    }

    /// Hands over the answer of a program, or that there will be none.
    pub(crate) fn program_answered(&mut self, process: ProcessId, connection: u64, answered: Option<Arc<Answered>>) {
        self.effects.push(Effect::Network(NetworkEffect::Answered { process, connection, answered }));
    }

    /// Sends a request of a program in a pod.
    pub(crate) fn call_from_pod(&mut self, place: PodPlace, request: HttpRequest) -> PodCall {
        let call = PodCall(self.id());
        self.effects.push(Effect::Network(NetworkEffect::Call { call, place, request: Box::new(request) }));
        call
    }

    /// Asks the cluster's name server for a program in a pod.
    pub(crate) fn look_up(&mut self, place: PodPlace, name: String, record: RecordType) -> PodCall {
        let call = PodCall(self.id());
        self.effects.push(Effect::Network(NetworkEffect::LookUp { call, place, name, record }));
        call
    }

    /// A number for a connection that carries bytes.
    pub(crate) fn new_conduit(&mut self) -> ConduitId {
        ConduitId(self.id())
    }

    /// A program in a pod says something on a connection that it has accepted.
    pub(crate) fn say_to_client(&mut self, conduit: ConduitId, said: Said) {
        self.effects.push(Effect::Network(NetworkEffect::Said { conduit, said }));
    }

    /// The same on one that it has opened.
    pub(crate) fn say_to_server(&mut self, call: PodCall, said: Said) {
        self.effects.push(Effect::Network(NetworkEffect::Say { call, said }));
    }

    /// Has the cloud's load balancer with this address send to these machines.
    pub(crate) fn balance(&mut self, address: Ip, machines: Vec<String>) {
        self.effects.push(Effect::Network(NetworkEffect::Balance(address, machines)));
    }

    /// Closes the connections to a process that has ended.
    pub(crate) fn hang_up(&mut self, process: ProcessId) {
        self.effects.push(Effect::Network(NetworkEffect::HangUp(process)));
    }

    /// A number for a process that starts.
    pub(crate) fn new_process(&mut self) -> ProcessId {
        ProcessId(self.id())
    }

    fn id(&mut self) -> u64 {
        *self.next_id += 1;
        *self.next_id
    }
}
