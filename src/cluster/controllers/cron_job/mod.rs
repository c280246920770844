//! The CronJob controller: makes a Job whenever the schedule says so, and keeps a few of those that have ended.
//!
//! The Job of a time is named after the minute (`tick-29460065`), so that it cannot be made twice.
//!
//! Models: pkg/controller/cronjob/cronjob_controllerv2.go, v1.36.
//! Simplified: nothing.

mod history;
mod new_job;
mod starting;
#[cfg(test)]
mod tests;
mod times;

use std::sync::Arc;

use jiff::Timestamp;
use k8s_openapi::api::batch::v1::CronJobStatus;
use podarium_api::cron::{Schedule, time_zone};
use podarium_api::owner::{controller_of, is_terminating};
use podarium_api::{CronJob, Job, Kind, Object, ObjectMeta, Resource as _};

use super::{Controller, Enqueue, Stop, Sync};
use crate::apiserver::Filter;
use crate::client::{Caches, Change, EventType};
use crate::store::Key;

#[derive(Clone, Default)]
pub struct CronJobController;

impl Controller for CronJobController {
    const NAME: &'static str = "cronjob-controller";
    const WORKERS: usize = 5;

    fn watched() -> Vec<(Kind, Filter)> {
        vec![(Kind::CronJob, Filter::all()), (Kind::Job, Filter::all())]
    }

    fn on_change(&mut self, change: &Change, caches: &Caches, enqueue: &mut Enqueue<'_>) {
        match change.kind {
            Kind::CronJob => cron_job_changed(change, enqueue),
            Kind::Job => {
                let metas = [&change.old, &change.new].into_iter().flatten().map(Object::meta);
                let owners: Vec<&Arc<CronJob>> = metas.filter_map(|meta| owner(meta, caches)).collect();
                owners.into_iter().for_each(|owner| enqueue.add(Key::of_meta(&owner.metadata)));
            }
            _ => {}
        }
    }

    fn sync(&self, ctx: &mut Sync<'_>, key: &Key) -> Result<(), Stop> {
        let Some(cron_job) = ctx.caches().get::<CronJob>(key).cloned() else { return Ok(()) };
        let mine = |job: &&Arc<Job>| controller_of(&job.metadata).is_some_and(|owner| owner.name == cron_job.name());
        let jobs: Vec<Arc<Job>> = ctx.caches().list_in::<Job>(&key.namespace).filter(mine).cloned().collect();
        let mut look = Look {
            now: ctx.epoch().timestamp(ctx.now()),
            about: Arc::clone(&cron_job).into_object(),
            status: (*cron_job.status).clone(),
            cron_job,
            changed: false,
        };
        history::clean_up(ctx, &mut look, &jobs)?;
        let outcome = look.work(ctx, key, &jobs);
        if matches!(outcome, Err(Stop::Pending)) {
            return outcome;
        }
        if look.changed {
            let mut next = (*look.cron_job).clone();
            look.status.active = look.status.active.take().filter(|active| !active.is_empty());
            next.status = Arc::new(look.status);
            ctx.update_status(next)??;
        }
        outcome
    }
}

fn owner<'a>(job: &ObjectMeta, caches: &'a Caches) -> Option<&'a Arc<CronJob>> {
    let owner = controller_of(job).filter(|owner| owner.kind == "CronJob")?;
    let key = Key::new(job.namespace.as_deref().unwrap_or_default(), &owner.name);
    caches.get::<CronJob>(&key).filter(|cron_job| cron_job.uid() == owner.uid)
}

fn cron_job_changed(change: &Change, enqueue: &mut Enqueue<'_>) {
    let old = change.old.as_ref().and_then(CronJob::from_object);
    let new = change.new.as_ref().and_then(CronJob::from_object);
    if let (Some(old), Some(new)) = (old, new)
        && (&old.spec.schedule, &old.spec.time_zone) != (&new.spec.schedule, &new.spec.time_zone)
    {
        // Another schedule: the next time may come sooner.
        let Ok(plan) = times::Plan::of(new) else { return };
        let now = enqueue.epoch().timestamp(enqueue.now());
        return enqueue.add_after(change.key.clone(), plan.until_next(new, &new.status, now));
    }
    enqueue.add(change.key.clone());
}

/// One look at a CronJob, with its status as it is going to be.
struct Look {
    cron_job: Arc<CronJob>,
    about: Object,
    status: CronJobStatus,
    changed: bool,
    now: Timestamp,
}

impl Look {
    fn work(&mut self, ctx: &mut Sync<'_>, key: &Key, jobs: &[Arc<Job>]) -> Result<(), Stop> {
        history::reconcile(ctx, self, key, jobs)?;
        let spec = &self.cron_job.spec;
        if is_terminating(&self.cron_job.metadata) {
            return Ok(());
        }
        if let Some(zone) = &spec.time_zone
            && let Err(why) = time_zone(zone)
        {
            ctx.event(&self.about, EventType::Warning, "UnknownTimeZone", format!("invalid timeZone: {zone:?}: {why}"));
            return Ok(());
        }
        if spec.suspend == Some(true) {
            return Ok(());
        }
        if spec.schedule.contains("TZ") {
            let why = format!(
                "CRON_TZ or TZ used in schedule {:?} is not officially supported, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details",
                spec.schedule
            );
            ctx.event(&self.about, EventType::Warning, "UnsupportedSchedule", why);
        }
        if let Err(why) = Schedule::parse(&spec.schedule) {
            let why = format!("unparseable schedule: {:?} : {why}", spec.schedule);
            ctx.event(&self.about, EventType::Warning, "UnparseableSchedule", why);
            return Ok(());
        }
        let Ok(plan) = times::Plan::of(&self.cron_job) else { return Ok(()) };
        if starting::start(ctx, self, &plan)? {
            let wait = plan.until_next(&self.cron_job, &self.status, self.now);
            ctx.requeue_after(key, wait);
        }
        Ok(())
    }
}
