//! Requests that reach the machine: which pod has the address, which of its processes listens on the port.
//!
//! Models: the network of a pod's sandbox, which its containers share; host ports of pods in the machine's own network.
//! Simplified: nobody on the machine itself asks, so a host port on 127.0.0.1 is never reached.

use std::sync::Arc;

use super::admission::{HostPort, host_ports};
use super::agenda::Sleeper;
use super::kubelet::Kubelet;
use super::pod::{PodState, Uid};
use super::tunnels::Near;
use crate::component::Ctx;
use crate::images::Taken;
use crate::network::{Arrival, Connected, Protocol, Wanted};

impl Kubelet {
    pub(super) fn serve(&mut self, arrival: Arrival<'_>, ctx: &mut Ctx<'_>) -> Connected {
        if let Some(uid) = self.host.addresses.owner(arrival.to).cloned() {
            return self.serve_in(&uid, arrival, ctx);
        }
        if self.host.config.address.parse() != Ok(arrival.to) {
            return Connected::Dropped;
        }
        if arrival.asked.wanted == Wanted::Echo {
            return Connected::Alive;
        }
        if let Some((uid, port)) = self.host_port(arrival) {
            return self.serve_in(&uid, Arrival { port, ..arrival }, ctx);
        }
        let on_host: Vec<Uid> = self.pods.values().filter(|state| state.is_host_network() && !state.vanished).map(|state| state.uid.clone()).collect();
        let answers = on_host.iter().map(|uid| self.serve_in(uid, arrival, ctx));
        let answered = answers.into_iter().find(|connected| !matches!(connected, Connected::Refused));
        answered.unwrap_or(Connected::Refused)
    }

    /// The pod that has a port of the machine, and the port of its own that is meant by it.
    fn host_port(&self, arrival: Arrival<'_>) -> Option<(Uid, u16)> {
        let stands = |state: &PodState| !state.vanished && !state.is_host_network() && state.runtime.sandbox.as_ref().is_some_and(|sandbox| sandbox.ready);
        self.pods.values().filter(|state| stands(state)).find_map(|state| {
            // The cloud has put the machine's own address in the place of its public one.
            let is_here = |ip: &String| ip.parse() == Ok(arrival.to);
            let wanted = |port: &HostPort| port.port == i32::from(arrival.port) && Protocol::named(Some(port.protocol.as_str())) == Some(arrival.asked.wanted.protocol()) && port.ip.as_ref().is_none_or(is_here);
            let found = host_ports(&state.pod).find(wanted)?;
            Some((state.uid.clone(), u16::try_from(found.own).ok()?))
        })
    }

    fn serve_in(&mut self, uid: &Uid, arrival: Arrival<'_>, ctx: &mut Ctx<'_>) -> Connected {
        let now = ctx.now();
        let Some(state) = self.pods.get_mut(uid) else { return Connected::Dropped };
        let state: &mut PodState = Arc::make_mut(state);
        match arrival.asked.wanted {
            Wanted::Answer | Wanted::Handshake => {}
            Wanted::Echo => return Connected::Alive,
            Wanted::Datagrams => {
                let opened = state.open_flow(arrival, &mut self.host, ctx);
                self.host.agenda.sooner(Sleeper::Pod(uid.clone()), now);
                let played = || state.runtime.takes_datagrams(arrival.port, now);
                return match opened {
                    Some((conduit, process)) => Connected::Opened { process, conduit },
                    None if played() => Connected::Alive,
                    None => Connected::Refused,
                };
            }
            Wanted::Listener => return if state.runtime.takes_datagrams(arrival.port, now) { Connected::Alive } else { Connected::Refused },
            Wanted::Bytes => {
                let opened = state.open_tunnel(arrival.port, &arrival.from.ip.to_string(), Near::Network, &mut self.host, ctx);
                // Whoever accepts it does so at once.
                self.host.agenda.sooner(Sleeper::Pod(uid.clone()), now);
                return opened.map_or(Connected::Refused, |(conduit, process)| Connected::Opened { process, conduit });
            }
        }
        let (connected, wake) = match state.runtime.take(arrival.port, arrival.asked, arrival.from, now, ctx.disks) {
            None => return Connected::Refused,
            Some((container, taken)) => {
                let wake = container.process.as_ref().and_then(|process| process.next_at());
                match (taken, container.connected) {
                    (Taken::NotTls, _) => (Connected::NotTls, wake),
                    (Taken::Untrusted(problem), _) => (Connected::Untrusted(problem), wake),
                    (Taken::Later(connection), Some(process)) => (Connected::Pending { process, connection: connection.0 }, wake),
                    (Taken::Answer { at, answered }, Some(process)) => (Connected::Accepted { process, at, answered }, wake),
                    _ => return Connected::Refused,
                }
            }
        };
        // The request may have given the process something to do.
        if let Some(at) = wake {
            self.host.agenda.sooner(Sleeper::Pod(uid.clone()), at.max(now));
        }
        connected
    }
}
