//! Scales an application by what its pods use: more of them while they are busy, fewer while they are idle.
//!
//! 4 pods use 80 % of the CPU that they asked for, the target is 50 %: 4 · 80 / 50 = 6.4, so 7 pods. Within a tolerance
//! of 10 % nothing happens; upwards at most twice as many, downwards only after five minutes without a higher wish.
//!
//! Models: pkg/controller/podautoscaler/horizontal.go, replica_calculator.go, v1.36.
//! Simplified: metrics other than CPU and memory are answered as on a cluster that has no add-on for them. Old
//! recommendations and changes are forgotten, not overwritten.

mod calculator;
mod limits;
mod metrics;
mod pods;
mod proposal;
mod rates;
mod reconcile;
mod target;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::time::Duration;

use podarium_api::selector::LabelSelector;
use podarium_api::{HorizontalPodAutoscaler, Kind};

use super::{Controller, Enqueue, Stop, Sync};
use crate::apiserver::Filter;
use crate::client::{Caches, Change, EventType};
use crate::store::Key;
use limits::History;

/// How often an autoscaler is looked at.
const PERIOD: Duration = Duration::from_secs(15);

#[derive(Clone, Debug, Default)]
pub struct PodAutoscalerController {
    known: BTreeMap<Key, Known>,
}

/// What the controller remembers of an autoscaler.
#[derive(Clone, Debug, Default)]
struct Known {
    history: History,
    /// Which pods it counts, once that is known.
    selector: Option<LabelSelector>,
}

impl Controller for PodAutoscalerController {
    const NAME: &'static str = "horizontal-pod-autoscaler";
    const WORKERS: usize = 5;
    const BACK_OFF: (Duration, Duration) = (PERIOD, PERIOD);

    fn watched() -> Vec<(Kind, Filter)> {
        [Kind::HorizontalPodAutoscaler, Kind::Pod].map(|kind| (kind, Filter::all())).to_vec()
    }

    fn on_change(&mut self, change: &Change, _caches: &Caches, enqueue: &mut Enqueue<'_>) {
        if change.kind != Kind::HorizontalPodAutoscaler {
            return;
        }
        if change.new.is_none() {
            self.known.remove(&change.key);
            return;
        }
        self.known.entry(change.key.clone()).or_default();
        enqueue.add_after(change.key.clone(), PERIOD);
    }

    fn sync(&self, ctx: &mut Sync<'_>, key: &Key) -> Result<(), Stop> {
        let Some(autoscaler) = ctx.caches().get::<HorizontalPodAutoscaler>(key).cloned() else { return Ok(()) };
        let mut known = self.known.get(key).cloned().unwrap_or_default();
        let others: Vec<(&Key, &LabelSelector)> = self
            .known
            .iter()
            .filter(|(other, _)| *other != key && other.namespace == key.namespace)
            .filter_map(|(other, known)| Some((other, known.selector.as_ref()?)))
            .collect();
        let outcome = reconcile::Work::new(ctx, &autoscaler, &others).run(&mut known);
        if matches!(outcome, Err(Stop::Pending)) {
            return outcome;
        }
        let remembered = key.clone();
        ctx.remember(move |controller: &mut PodAutoscalerController| {
            // It may have been deleted meanwhile.
            if let Some(entry) = controller.known.get_mut(&remembered) {
                *entry = known;
            }
        });
        if outcome.is_ok() {
            ctx.requeue_after(key, PERIOD);
        }
        outcome
    }
}
