//! Running load generators: when they send, what they send, and what becomes of the answers.
//!
//! Models: what hey, wrk or k6 do.
//! Simplified: a client on a machine that is switched off sends nothing; the others send for it.

use std::sync::Arc;
use std::time::Duration;

use podarium_sim::{Stream, Time};

use super::aim::{Aim, Aims};
use super::fabric::Side;
use super::flight::{Client, Flight, Hop};
use super::statistics::{Outcome, Statistics};
use super::traffic::{From, Generator, GeneratorId, Load, TrafficPlan, gap};
use super::Ip;
use crate::apiserver::authentication::{MASTERS, User};
use crate::cluster::{Cluster, Event};

const SECOND: Duration = Duration::from_secs(1);
/// How long a client takes to learn that a name does not exist.
const UNKNOWN_NAME: Duration = Duration::from_millis(1);
/// A closed client that has nowhere to send to looks again after this time.
const AGAIN: Duration = Duration::from_millis(100);
/// The first address of clients out on the internet.
const OUTSIDE: Ip = Ip(u32::from_be_bytes([198, 51, 100, 1]));
/// Closed clients do not begin all at once.
const STAGGER: Duration = Duration::from_millis(1);

impl Cluster {
    /// Starts a load generator, or one of that name again with another plan. Its statistics go on.
    pub fn start_traffic(&mut self, plan: TrafficPlan) {
        let seed = self.config().seed;
        let known = self.traffic_number(&plan.name);
        if known.is_some() {
            self.stop_traffic(&plan.name.clone());
        }
        let aim = Aim::new(&plan);
        let component = format!("traffic/{}", plan.name);
        let now = self.now();
        let id = known.unwrap_or_else(|| {
            let generators = &mut self.network.generators;
            generators.push(Generator {
                turn: 0,
                running: false,
                aims: Arc::default(),
                statistics: Statistics::default(),
                stream: Stream::new(seed, &format!("load/{}", plan.name)),
                count: 0,
                armed: false,
                second: now,
                over_at: None,
                plan: plan.clone(),
            });
            GeneratorId::try_from(generators.len() - 1).expect("fewer than four billion load generators")
        });
        let generator = &mut self.network.generators[id as usize];
        generator.turn += 1;
        generator.running = true;
        generator.statistics.started();
        generator.armed = false;
        generator.aims = Arc::default();
        generator.second = now;
        generator.over_at = None;
        let (turn, load) = (generator.turn, plan.load);
        generator.plan = plan;
        // Its watches stand for what name resolution and the routers tell it: nobody has to allow them.
        let component = self.start(&component, User::with_groups("system:traffic", &[MASTERS]), aim);
        self.network.own_generator(component, id);
        let clients = match load {
            Load::Open { .. } => 1,
            Load::Closed { clients, .. } => clients,
        };
        for client in 0..clients {
            self.schedule(now + STAGGER * client, Event::Network(Hop::Send(id, turn)));
        }
        self.schedule(now + SECOND, Event::Network(Hop::Second(id, turn)));
    }

    /// Stops a load generator; whether there is one of that name. What is under way still comes to its end.
    pub fn stop_traffic(&mut self, name: &str) -> bool {
        let Some(id) = self.traffic_number(name) else { return false };
        let now = self.now();
        let generator = &mut self.network.generators[id as usize];
        if generator.running {
            generator.running = false;
            generator.over_at = Some(now + generator.plan.timeout + SECOND);
            if let Some(component) = self.component_id(&format!("traffic/{name}")) {
                self.stop(component);
            }
        }
        true
    }

    /// Changes how much an open load generator sends, at once or steadily within a time; whether there is such a one.
    pub fn change_traffic(&mut self, name: &str, per_second: f64, within: Duration) -> bool {
        let Some(id) = self.traffic_number(name) else { return false };
        let now = self.now();
        let generator = &mut self.network.generators[id as usize];
        let Load::Open { rate, .. } = &mut generator.plan.load else { return false };
        *rate = rate.to(per_second, now, within);
        // What was planned by the old rate no longer counts.
        generator.turn += 1;
        generator.armed = false;
        let (turn, second) = (generator.turn, generator.second);
        self.schedule(now, Event::Network(Hop::Send(id, turn)));
        self.schedule(second + SECOND, Event::Network(Hop::Second(id, turn)));
        true
    }

    /// What a load generator has measured.
    pub fn traffic(&self, name: &str) -> Option<&Statistics> {
        let id = self.traffic_number(name)?;
        Some(&self.network.generators[id as usize].statistics)
    }

    /// All load generators, running or stopped, in the order in which they were started.
    pub fn all_traffic(&self) -> impl Iterator<Item = (&TrafficPlan, bool, &Statistics)> {
        self.network.generators.iter().map(|generator| (&generator.plan, generator.running, &generator.statistics))
    }

    /// Goes up when an objective over traffic may have something to see.
    pub fn traffic_revision(&self) -> u64 {
        self.network.generators.iter().map(|generator| generator.statistics.revision()).sum()
    }

    fn traffic_number(&self, name: &str) -> Option<GeneratorId> {
        let place = self.network.generators.iter().position(|generator| &*generator.plan.name == name)?;
        GeneratorId::try_from(place).ok()
    }

    /// It is time for a load generator to send.
    pub(super) fn traffic_wakes(&mut self, id: GeneratorId, turn: u32) {
        let now = self.now();
        let generator = &mut self.network.generators[id as usize];
        if generator.turn != turn || !generator.running {
            return;
        }
        match generator.plan.load {
            Load::Open { rate, arrivals } => {
                let sends = generator.armed;
                let (next, armed) = gap(rate, arrivals, now, &mut generator.stream);
                generator.armed = armed;
                self.schedule(now + next, Event::Network(Hop::Send(id, turn)));
                if sends {
                    self.send_request(id);
                }
            }
            Load::Closed { .. } => {
                if !self.send_request(id) {
                    self.schedule(now + AGAIN, Event::Network(Hop::Send(id, turn)));
                }
            }
        }
    }

    /// Sends one request, if there is a client to send it. Whether it was sent.
    fn send_request(&mut self, id: GeneratorId) -> bool {
        let now = self.now();
        let Some((from, source)) = self.client_of(id) else { return false };
        let generator = &mut self.network.generators[id as usize];
        generator.count += 1;
        generator.statistics.sent();
        let targets = &generator.aims.targets;
        let to = match targets.len() {
            0 => None,
            1 => Some(targets[0]),
            count => Some(targets[generator.stream.below(count)]),
        };
        let flight = Flight::begins(Client::Generator(id, generator.turn), generator.plan.asked.clone(), (from, source), to.unwrap_or_default(), now, generator.plan.timeout);
        match to {
            Some(_) => {
                self.launch(flight);
            }
            None => self.launch_nowhere(flight, UNKNOWN_NAME),
        }
        true
    }

    /// The next client in turn whose machine is on, with its address.
    fn client_of(&mut self, id: GeneratorId) -> Option<(Side, Ip)> {
        let generator = &self.network.generators[id as usize];
        let Aims { clients, known, .. } = &*generator.aims;
        if !known {
            return None;
        }
        let count = generator.count;
        if let From::Outside { addresses } = generator.plan.from {
            let number = u32::try_from(count % u64::from(addresses.max(1))).unwrap_or(0);
            return Some((Side::Outside, Ip(OUTSIDE.0 + number)));
        }
        let all = clients.len();
        (0..all).find_map(|step| {
            let ip = clients[(usize::try_from(count).unwrap_or(0) + step) % all];
            let machine = self.network.machine_of(ip)?;
            let is_on = self.is_running(self.network.machines[machine as usize].kubelet);
            is_on.then_some((Side::Machine(machine), ip))
        })
    }

    /// One of its requests has ended.
    pub(super) fn traffic_ended(&mut self, id: GeneratorId, turn: u32, took: Duration, outcome: &Outcome) {
        let now = self.now();
        let generator = &mut self.network.generators[id as usize];
        generator.statistics.ended(took, outcome);
        if let Load::Closed { pause, .. } = generator.plan.load {
            self.schedule(now + pause, Event::Network(Hop::Send(id, turn)));
        }
    }

    /// One of its requests is gone with the machine of its client: another client takes its place.
    pub(super) fn traffic_lost(&mut self, id: GeneratorId, turn: u32) {
        if let Load::Closed { .. } = self.network.generators[id as usize].plan.load {
            let at = self.now() + AGAIN;
            self.schedule(at, Event::Network(Hop::Send(id, turn)));
        }
    }

    /// A second of its statistics is over.
    pub(super) fn traffic_second(&mut self, id: GeneratorId, turn: u32) {
        let now = self.now();
        let generator = &mut self.network.generators[id as usize];
        if generator.turn != turn {
            return;
        }
        generator.statistics.close(generator.second);
        generator.second = now;
        if generator.over_at.is_none_or(|over: Time| now < over) {
            self.schedule(now + SECOND, Event::Network(Hop::Second(id, turn)));
        }
    }
}
