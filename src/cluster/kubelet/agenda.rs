//! Who wants to be woken when. Each pod has one entry, its earliest wish; the component keeps one timer for the earliest
//! of all.
//!
//! Models: nothing of Kubernetes, where goroutines sleep.
//! Simplified: nothing.

use std::collections::{BTreeMap, BTreeSet};

use podarium_sim::Time;

use super::pod::Uid;
use crate::component::Ctx;

/// Who is woken. Of those with the same time, the earlier one in this order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sleeper {
    Node,
    Lease,
    Puller,
    Statuses,
    Tunnels,
    Manifests,
    Eviction,
    Shutdown,
    Pod(Uid),
}

#[derive(Clone, Debug, Default)]
pub(super) struct Agenda {
    wakes: BTreeMap<Sleeper, Time>,
    order: BTreeSet<(Time, Sleeper)>,
    /// When the timer that is set goes off.
    armed: Option<Time>,
}

impl Agenda {
    /// Puts a wish in the place of the sleeper's earlier one.
    pub fn set(&mut self, sleeper: Sleeper, at: Option<Time>) {
        let old = match at {
            Some(at) => self.wakes.insert(sleeper.clone(), at),
            None => self.wakes.remove(&sleeper),
        };
        if old == at {
            return;
        }
        if let Some(old) = old {
            self.order.remove(&(old, sleeper.clone()));
        }
        if let Some(at) = at {
            self.order.insert((at, sleeper));
        }
    }

    /// Wakes a sleeper at this time, if it did not want to be woken before that.
    pub fn sooner(&mut self, sleeper: Sleeper, at: Time) {
        if self.wakes.get(&sleeper).is_none_or(|wake| *wake > at) {
            self.set(sleeper, Some(at));
        }
    }

    pub fn take_due(&mut self, now: Time) -> Option<Sleeper> {
        let due = self.order.first().filter(|(at, _)| *at <= now)?.1.clone();
        self.set(due.clone(), None);
        Some(due)
    }

    /// Sets the component's timer if the one that runs is too late.
    pub fn arm(&mut self, token: u64, ctx: &mut Ctx<'_>) {
        let Some((first, _)) = self.order.first() else { return };
        let first = (*first).max(ctx.now());
        if self.armed.is_none_or(|armed| armed > first || armed < ctx.now()) {
            self.armed = Some(first);
            ctx.timer_at(first, token);
        }
    }

    /// The timer went off.
    pub fn rang(&mut self, now: Time) {
        if self.armed.is_some_and(|armed| armed <= now) {
            self.armed = None;
        }
    }
}
