//! Clears away requests that are over: issued, denied or failed an hour ago, or waiting for a day. It looks once an hour.
//!
//! Models: pkg/controller/certificates/cleaner/cleaner.go, v1.36.
//! Simplified: nothing.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use podarium_api::{CertificateSigningRequest, Kind};

use super::super::{Controller, Enqueue, Stop, Sync};
use crate::apiserver::{Filter, Request};
use crate::authority::first_certificate;
use crate::client::{Caches, Change};
use crate::store::Key;

const PERIOD: Duration = Duration::from_secs(3600);
const DONE: SignedDuration = SignedDuration::from_hours(1);
const PENDING: SignedDuration = SignedDuration::from_hours(24);

#[derive(Clone, Debug, Default)]
pub struct CleaningController;

/// The one key of the controller: all requests.
fn everything() -> Key {
    Key::new("", "requests")
}

fn is_over(request: &CertificateSigningRequest, now: Timestamp) -> bool {
    let older = |at: Option<Timestamp>, age: SignedDuration| at.is_some_and(|at| now.duration_since(at) > age);
    let conditions = request.status.conditions.as_deref().unwrap_or_default();
    let updated = |type_: &str, age: SignedDuration| {
        conditions.iter().any(|condition| condition.type_ == type_ && older(condition.last_update_time.as_ref().map(|at| at.0), age))
    };
    let created = request.metadata.creation_timestamp.as_ref().map(|at| at.0);
    let expired = || {
        let certificate = request.status.certificate.as_ref().and_then(|pem| first_certificate(&pem.0));
        request.has("Approved") && certificate.is_some_and(|(_, until)| now > until)
    };
    let issued = request.is_issued();
    issued && (updated("Approved", DONE) || expired())
        || !issued && updated("Approved", PENDING)
        || updated("Denied", DONE)
        || updated("Failed", DONE)
        || conditions.is_empty() && older(created, PENDING)
}

impl Controller for CleaningController {
    const NAME: &'static str = "csrcleaner";
    const SERVICE_ACCOUNT: &'static str = "certificate-controller";
    const WORKERS: usize = 1;

    fn watched() -> Vec<(Kind, Filter)> {
        vec![(Kind::CertificateSigningRequest, Filter::all())]
    }

    fn on_change(&mut self, _change: &Change, _caches: &Caches, _enqueue: &mut Enqueue<'_>) {}

    fn on_start(&mut self, enqueue: &mut Enqueue<'_>) {
        enqueue.add(everything());
    }

    fn sync(&self, ctx: &mut Sync<'_>, key: &Key) -> Result<(), Stop> {
        let now = ctx.epoch().timestamp(ctx.now());
        let over: Vec<Key> = ctx
            .caches()
            .list::<CertificateSigningRequest>()
            .filter(|request| is_over(request, now))
            .map(|request| Key::of_meta(&request.metadata))
            .collect();
        for request in over {
            // What cannot be deleted now is tried again in an hour.
            let _ = ctx.send(Request::delete(Kind::CertificateSigningRequest, &request))?;
        }
        ctx.requeue_after(key, PERIOD);
        Ok(())
    }
}
