//! One request under way.
//!
//! Models: nothing of Kubernetes.
//! Simplified: nothing.

use std::sync::Arc;
use std::time::Duration;

use podarium_sim::Time;

use super::exchange::{Answered, Asked, Failure, ProcessId};
use super::fabric::{MachineId, Side};
use super::pods::PodCall;
use super::rules::Endpoint;
use super::traffic::GeneratorId;
use super::Ip;
use super::conduits::ConduitId;
use crate::component::ComponentId;
use crate::gateway::HttpId;

/// A place in the list of requests under way. The generation tells it from those that had the place before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FlightId {
    slot: u32,
    generation: u32,
}

impl FlightId {
    pub(super) fn number(self) -> u64 {
        u64::from(self.generation) << 32 | u64::from(self.slot)
    }
}

/// What happens next on the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hop {
    /// A request has come to the end of its leg, or its client's patience has.
    Flight(FlightId),
    /// A load generator sends its next request; the number tells a plan from the one before it.
    Send(GeneratorId, u32),
    /// A second of a load generator's statistics is over.
    Second(GeneratorId, u32),
}

/// Who waits for the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Client {
    /// With the number of the plan by which it was sent.
    Generator(GeneratorId, u32),
    /// A program outside the cluster.
    Program(HttpId),
    /// The API server, for the one who asked it.
    Proxy(HttpId),
    /// A program in a pod of this kubelet.
    Pod(ComponentId, PodCall),
}

/// Where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// On the way to the machine whose rules it meets.
    Entering(MachineId),
    /// On the way to the machine of its endpoint.
    Reaching(MachineId),
    /// With the process, until that says that it has an answer.
    Working(ProcessId),
    /// With the process until `leaves`, then on the way back.
    Answering { process: ProcessId, leaves: Time },
    /// A refusal or the end of a broken connection, on the way back.
    Failing(Failure),
    /// Gone: nothing will come back.
    Lost,
}

#[derive(Clone, Debug)]
pub(crate) struct Flight {
    pub client: Client,
    pub asked: Arc<Asked>,
    pub from: Side,
    /// The client's address, and the one that the endpoint sees.
    pub source: Ip,
    /// What the client connects to; after the rules, the endpoint.
    pub to: Endpoint,
    pub via: Option<MachineId>,
    pub server: Option<MachineId>,
    pub stage: Stage,
    pub sent: Time,
    /// When the present leg began, and when it ends.
    pub left: Time,
    pub due: Time,
    /// When the client gives up.
    pub deadline: Time,
    pub answered: Option<Arc<Answered>>,
    /// The connection that it has opened, where it is for that.
    pub opens: Option<ConduitId>,
}

impl Flight {
    /// A request that is sent now.
    pub fn begins(client: Client, asked: Arc<Asked>, (from, source): (Side, Ip), to: Endpoint, now: Time, patience: Duration) -> Self {
        Flight {
            client,
            asked,
            from,
            source,
            to,
            via: None,
            server: None,
            stage: Stage::Lost,
            sent: now,
            left: now,
            due: now,
            deadline: now + patience,
            answered: None,
            opens: None,
        }
    }
}

/// The requests under way. Places are used again.
#[derive(Clone, Debug, Default)]
pub(crate) struct Flights {
    slots: Vec<(u32, Option<Flight>)>,
    free: Vec<u32>,
}

impl Flights {
    pub fn add(&mut self, flight: Flight) -> FlightId {
        match self.free.pop() {
            Some(slot) => {
                let place = &mut self.slots[slot as usize];
                place.1 = Some(flight);
                FlightId { slot, generation: place.0 }
            }
            None => {
                let slot = u32::try_from(self.slots.len()).expect("fewer than four billion requests at a time");
                self.slots.push((0, Some(flight)));
                FlightId { slot, generation: 0 }
            }
        }
    }

    pub fn get_mut(&mut self, id: FlightId) -> Option<&mut Flight> {
        let place = self.slots.get_mut(id.slot as usize)?;
        if place.0 == id.generation { place.1.as_mut() } else { None }
    }

    /// Takes a request out; what was planned for it no longer finds it.
    pub fn remove(&mut self, id: FlightId) -> Option<Flight> {
        let place = self.slots.get_mut(id.slot as usize).filter(|place| place.0 == id.generation)?;
        let flight = place.1.take()?;
        place.0 = place.0.wrapping_add(1);
        self.free.push(id.slot);
        Some(flight)
    }

    /// Gives a request a new number, so that what was planned for it no longer finds it.
    pub fn renew(&mut self, id: FlightId) -> FlightId {
        let place = &mut self.slots[id.slot as usize];
        place.0 = place.0.wrapping_add(1);
        FlightId { slot: id.slot, generation: place.0 }
    }

    pub fn iter(&self) -> impl Iterator<Item = (FlightId, &Flight)> {
        let numbered = (0..).zip(&self.slots);
        numbered.filter_map(|(slot, place)| place.1.as_ref().map(|flight| (FlightId { slot, generation: place.0 }, flight)))
    }
}
