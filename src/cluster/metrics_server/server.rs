//! The component: asks the kubelets in turn, keeps what they said last, and forgets nodes and pods that are gone.
//!
//! Models: metrics-server pkg/server, pkg/scraper, v0.8.
//! Simplified: it runs beside the cluster as the other components do, not as a pod; a node is asked once in each round and
//! not again in it.

use std::any::Any;
use std::collections::BTreeSet;
use std::time::Duration;

use podarium_api::{Kind, Node, Resource as _};

use super::scrape::{Measured, NodeUsage, Shared};
use crate::apiserver::Filter;
use crate::client::Informers;
use crate::component::{Component, Ctx, Message};
use crate::store::Key;

const INFORMERS: u64 = 0;
const ROUND: u64 = 1;
const PUBLISH: u64 = 2;

/// `--metric-resolution`.
const PERIOD: Duration = Duration::from_secs(15);
/// How long a round of questions takes at most.
const ANSWERED: Duration = Duration::from_secs(1);

/// The add-on. Start it as [`super::COMPONENT`].
#[derive(Clone)]
pub struct MetricsServer {
    informers: Informers,
    measured: Measured,
    /// The pods of the last round: use is told of from the second time on, since it is a difference.
    known: BTreeSet<Key>,
    /// The pods of this round.
    seen: BTreeSet<Key>,
    asking: bool,
}

impl Default for MetricsServer {
    fn default() -> Self {
        MetricsServer { informers: Informers::new([(Kind::Node, Filter::all())], INFORMERS), measured: Measured::default(), known: BTreeSet::new(), seen: BTreeSet::new(), asking: false }
    }
}

impl MetricsServer {
    fn begin_round(&mut self, ctx: &mut Ctx<'_>) {
        let nodes: Vec<String> = self.informers.caches().list::<Node>().map(|node| node.name().to_owned()).collect();
        // What is told of nobody in this round is too old.
        self.measured.nodes.retain(|name, _| nodes.contains(name));
        for node in nodes {
            ctx.ask_for_usage(&node);
        }
        ctx.timer(ANSWERED, PUBLISH);
        ctx.timer(PERIOD, ROUND);
    }

    fn note(&mut self, node: &str, usage: &NodeUsage, ctx: &Ctx<'_>) {
        let now = ctx.epoch().timestamp(ctx.now());
        let (cpu, memory) = usage.total();
        self.measured.nodes.insert(node.to_owned(), (now, cpu, memory));
        for pod in &usage.pods {
            if !self.known.insert(pod.pod.clone()) {
                self.measured.pods.insert(pod.pod.clone(), (now, pod.containers.clone()));
            }
            self.seen.insert(pod.pod.clone());
        }
    }

    fn publish(&mut self, ctx: &mut Ctx<'_>) {
        let now = ctx.epoch().timestamp(ctx.now());
        let fresh = |at: &jiff::Timestamp| now.duration_since(*at) < jiff::SignedDuration::try_from(PERIOD).unwrap_or_default();
        self.measured.nodes.retain(|_, (at, ..)| fresh(at));
        self.measured.pods.retain(|_, (at, _)| fresh(at));
        self.known = std::mem::take(&mut self.seen);
        ctx.publish_usage(Shared::new(self.measured.clone()));
    }
}

impl Component for MetricsServer {
    fn on(&mut self, message: Message, ctx: &mut Ctx<'_>) {
        match &message {
            Message::Timer(ROUND) => self.begin_round(ctx),
            Message::Timer(PUBLISH) => self.publish(ctx),
            Message::Usage { node, usage } => self.note(node, usage, ctx),
            _ => {
                self.informers.on(&message, ctx);
                if self.informers.synced() && !self.asking {
                    self.asking = true;
                    ctx.timer(PERIOD, ROUND);
                }
            }
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
