//! The network for the programs in a pod: what they answer and what they ask goes out, and what comes back finds them.
//!
//! Models: a pod's sandbox, whose network its containers share.
//! Simplified: nothing.

use std::sync::Arc;

use podarium_machine::{Answered as Answer, ExchangeId, HttpEvent, LookupAnswer, LookupId, Outgoing};

use super::host::Host;
use super::host_path;
use super::kubelet::Kubelet;
use super::pod::{PodState, Uid};
use super::runtime::Sent;
use crate::component::Ctx;
use crate::network::{Answered, PodCall, PodPlace, Said};

/// Who waits for what comes back.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    pod: Uid,
    container: Arc<str>,
    waits: Waits,
}

#[derive(Clone, Copy, Debug)]
enum Waits {
    Http(ExchangeId),
    Lookup(LookupId),
}

impl PodState {
    /// Passes on what the pod's programs have sent.
    pub fn send_all(&mut self, host: &mut Host, ctx: &mut Ctx<'_>) {
        for (container, process, sent) in self.runtime.take_sent() {
            let caller = |waits| Caller { pod: self.uid.clone(), container: container.clone(), waits };
            match sent {
                Sent::Answer(connection, answer) => {
                    if self.tunnel_answered(&container, connection, &answer, host, ctx) {
                        continue;
                    }
                    let status = match &answer {
                        Answer::Response(response) => Some(response.status),
                        _ => None,
                    };
                    if self.probe_request_ended(&container, connection.0, status, host, ctx) {
                        continue;
                    }
                    let Some(process) = process else { continue };
                    let answered = match answer {
                        Answer::Response(response) => {
                            let version = self.version_of(&container, host);
                            Some(Arc::new(Answered { status: response.status, headers: response.headers, body: response.body, version }))
                        }
                        _ => None,
                    };
                    ctx.program_answered(process, connection.0, answered);
                }
                Sent::Call(Outgoing::Request { id, request, in_hosts_network, .. }) => {
                    let place = self.place_on_network(host, in_hosts_network);
                    let call = ctx.call_from_pod(place, request);
                    host.callers.insert(call, caller(Waits::Http(id)));
                }
                Sent::Call(Outgoing::Lookup { id, name, record, in_hosts_network, .. }) => {
                    let place = self.place_on_network(host, in_hosts_network);
                    let call = ctx.look_up(place, name, record);
                    host.callers.insert(call, caller(Waits::Lookup(id)));
                }
                Sent::Call(Outgoing::Data { id, bytes }) => {
                    let said = if bytes.is_empty() { Said::End } else { Said::Data(bytes) };
                    if let Some(call) = host.call_of(&self.uid, &container, id) {
                        ctx.say_to_server(call, said);
                    }
                }
                Sent::Call(Outgoing::Close { id }) => {
                    if let Some(call) = host.call_of(&self.uid, &container, id) {
                        host.callers.remove(&call);
                        ctx.say_to_server(call, Said::Gone);
                    }
                }
            }
        }
    }

    /// What screens call the version of the program in a container.
    fn version_of(&self, id: &str, host: &Host) -> Arc<str> {
        let name = self.runtime.containers.iter().find(|container| &*container.record.id == id).map(|container| container.record.name.clone());
        let declared = self.pod.spec.containers.iter().find(|container| Some(container.name.as_str()) == name.as_deref());
        let image = declared.and_then(|container| host.puller.image(container.image.as_deref()?));
        image.map_or_else(|| "".into(), |image| image.version.as_str().into())
    }

    /// Where the pod's programs are, or those that have entered the machine's network. These have its files too, as a rule.
    fn place_on_network(&self, host: &Host, of_machine: bool) -> PodPlace {
        let (address, resolver) = match of_machine {
            true => (host.config.address.clone(), host_path::RESOLVER.to_owned()),
            false => (self.address(host), self.resolver_file(host)),
        };
        let mut place = PodPlace { ip: address.parse().unwrap_or_default(), name_server: None, searches: Vec::new(), ndots: 1 };
        for line in resolver.lines() {
            let mut words = line.split_whitespace();
            match words.next() {
                Some("nameserver") if place.name_server.is_none() => place.name_server = words.next().and_then(|ip| ip.parse().ok()),
                Some("search") => place.searches = words.map(str::to_owned).collect(),
                Some("options") => place.ndots = words.find_map(|word| word.strip_prefix("ndots:")?.parse().ok()).unwrap_or(place.ndots),
                _ => {}
            }
        }
        place
    }
}

impl Host {
    fn call_of(&self, pod: &Uid, container: &Arc<str>, exchange: ExchangeId) -> Option<PodCall> {
        let is_it = |caller: &Caller| caller.pod == *pod && caller.container == *container && matches!(caller.waits, Waits::Http(id) if id == exchange);
        self.callers.iter().find(|(_, caller)| is_it(caller)).map(|(call, _)| *call)
    }
}

/// The programs of a container have ended, so nobody waits for their answers.
pub(super) fn forget(host: &mut Host, container: &Arc<str>, ctx: &mut Ctx<'_>) {
    let of: Vec<PodCall> = host.callers.iter().filter(|(_, caller)| caller.container == *container).map(|(call, _)| *call).collect();
    for call in of {
        host.callers.remove(&call);
        ctx.say_to_server(call, Said::Gone);
    }
}

impl Kubelet {
    /// A piece of an answer has come for a program in a pod.
    pub(super) fn call_answered(&mut self, call: PodCall, event: HttpEvent, ctx: &mut Ctx<'_>) {
        let is_last = matches!(event, HttpEvent::Response(_) | HttpEvent::End | HttpEvent::Failed(_));
        let Some(caller) = self.host.callers.get(&call).cloned() else {
            // A connection that nobody wants any more.
            if !is_last {
                ctx.say_to_server(call, Said::Gone);
            }
            return;
        };
        if is_last {
            self.host.callers.remove(&call);
        }
        if let Waits::Http(exchange) = caller.waits {
            self.tell_program(&caller, ctx, |process| process.http_reply(exchange, event));
        }
    }

    pub(super) fn name_found(&mut self, call: PodCall, answer: LookupAnswer, ctx: &mut Ctx<'_>) {
        let Some(caller) = self.host.callers.remove(&call) else { return };
        if let Waits::Lookup(lookup) = caller.waits {
            self.tell_program(&caller, ctx, |process| process.lookup_reply(lookup, answer));
        }
    }

    fn tell_program(&mut self, caller: &Caller, ctx: &mut Ctx<'_>, tell: impl FnOnce(&mut crate::images::Computer)) {
        let Some(state) = self.pods.get_mut(&caller.pod) else { return };
        let state: &mut PodState = Arc::make_mut(state);
        if let Some(process) = state.runtime.get_mut(&caller.container).and_then(|container| container.process.as_mut()) {
            tell(process);
        }
        self.run_pod(&caller.pod, ctx);
    }
}
