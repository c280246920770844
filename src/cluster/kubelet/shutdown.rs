//! A machine that is shut down in good order: the kubelet learns of it, says that the node is not ready, and ends the pods,
//! the least important first, before the machine goes off.
//!
//! Models: pkg/kubelet/nodeshutdown/{nodeshutdown_manager.go,nodeshutdown_manager_linux.go}, v1.36.
//! Simplified: the machine waits for as long as the kubelet asks; a shutdown is never called off.

use std::sync::Arc;
use std::time::Duration;

use podarium_sim::Time;

use super::agenda::Sleeper;
use super::configuration::ShutdownPeriod;
use super::kubelet::Kubelet;
use super::pod::Uid;
use super::worker::{Killing, Verdict};
use crate::client::EventType;
use crate::component::Ctx;

/// From the kubelet's leave until the machine is off: its other programs are stopped meanwhile.
const POWER_OFF: Duration = Duration::from_secs(2);
const LOOK: Duration = Duration::from_millis(100);

/// A shutdown under way.
#[derive(Clone, Debug)]
pub(super) struct Shutdown {
    /// Pods that wait for their turn, with what they get.
    groups: Vec<(ShutdownPeriod, Vec<Uid>)>,
    /// The group whose turn it is, and until when it has.
    ending: Option<(Vec<Uid>, Time)>,
    off_at: Option<Time>,
}

/// Puts pods of these priorities into the groups that they belong to: each into the highest that it reaches, those below
/// all of them into the lowest.
fn group<T>(periods: &[ShutdownPeriod], pods: impl Iterator<Item = (i32, T)>) -> Vec<(ShutdownPeriod, Vec<T>)> {
    let mut groups: Vec<(ShutdownPeriod, Vec<T>)> = periods.iter().map(|period| (*period, Vec::new())).collect();
    for (priority, pod) in pods {
        let index = periods.iter().rposition(|period| period.priority <= priority).unwrap_or(0);
        if let Some((_, group)) = groups.get_mut(index) {
            group.push(pod);
        }
    }
    groups
}

impl Kubelet {
    /// The machine is being shut down.
    pub(super) fn shut_down(&mut self, ctx: &mut Ctx<'_>) {
        let periods = self.host.config.kubelet.shutdown.clone();
        if periods.is_empty() {
            return ctx.power_off();
        }
        if self.shutdown.is_some() {
            return;
        }
        self.node_event(EventType::Normal, "NodeShutdown", "Shutdown manager detected shutdown event", ctx);
        self.host.shutting_down = true;
        self.check_node_now(ctx);
        let active = self.pods.values().filter(|state| state.is_active()).map(|state| (state.pod.spec.priority.unwrap_or(0), state.uid.clone()));
        self.shutdown = Some(Shutdown { groups: group(&periods, active), ending: None, off_at: None });
        self.run_shutdown(ctx);
    }

    pub(super) fn run_shutdown(&mut self, ctx: &mut Ctx<'_>) {
        let now = ctx.now();
        let Some(mut run) = self.shutdown.take() else { return };
        if let Some((uids, until)) = &run.ending {
            let gone = |uid: &Uid| self.pods.get(uid).is_none_or(|state| state.worker.finished);
            if uids.iter().all(gone) || *until <= now {
                run.ending = None;
            }
        }
        while run.ending.is_none() && !run.groups.is_empty() {
            let (period, uids) = run.groups.remove(0);
            if uids.is_empty() {
                continue;
            }
            uids.iter().for_each(|uid| self.end_for_shutdown(uid, period.seconds, ctx));
            run.ending = Some((uids, now + Duration::from_secs(u64::try_from(period.seconds).unwrap_or(0))));
        }
        if run.ending.is_none() {
            match run.off_at {
                None => run.off_at = Some(now + POWER_OFF),
                Some(at) if at <= now => return ctx.power_off(),
                Some(_) => {}
            }
        }
        self.host.agenda.set(Sleeper::Shutdown, Some(run.off_at.unwrap_or(now + LOOK)));
        self.shutdown = Some(run);
    }

    fn end_for_shutdown(&mut self, uid: &Uid, seconds: i64, ctx: &mut Ctx<'_>) {
        let Some(state) = self.pods.get_mut(uid) else { return };
        let state = Arc::make_mut(state);
        let grace_seconds = state.pod.spec.termination_grace_period_seconds.map_or(seconds, |own| own.min(seconds));
        let verdict = Verdict { reason: "Terminated", message: "Pod was terminated in response to imminent node shutdown.".to_owned(), spares_success: true, disruption: true };
        state.kill(Killing { grace_seconds, verdict }, ctx.now());
        self.run_pod(uid, ctx);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The reference's table of groups.
    #[test]
    fn pods_belong_to_the_highest_group_that_they_reach() {
        let period = |priority, seconds| ShutdownPeriod { priority, seconds };
        let groups = group(&[period(0, 20), period(1000, 10), period(2_000_000_000, 5)], [-10, 0, 1, 999, 1000, 1001, 2_000_000_000, 2_000_001_000].map(|priority| (priority, priority)).into_iter());
        let pods: Vec<Vec<i32>> = groups.into_iter().map(|(_, pods)| pods).collect();
        assert_eq!(pods, [vec![-10, 0, 1, 999], vec![1000, 1001], vec![2_000_000_000, 2_000_001_000]]);
    }
}
