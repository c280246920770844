//! The services on the net that the student's programs use: where the course's repositories are, where `gcloud source
//! repos create` makes new ones, where helm finds its charts. They are part of the world's value, so a clone takes along
//! what was pushed.
//!
//! A site is one line in [`SITES`]: its name, and what answers. Whoever simulates another service adds a line.

mod charts;
mod course;
mod source;

use std::collections::BTreeMap;
use std::time::Duration;

use podarium_machine::{ExchangeId, HttpEvent, HttpRequest, HttpResponse};
use podarium_sim::Time;

use crate::git::BareRepository;

/// How long an answer takes, without its bytes.
const ROUND_TRIP: Duration = Duration::from_millis(60);
/// Bytes a millisecond that come in.
const BYTES_A_MILLISECOND: usize = 2_000;

type Answer = fn(&mut Sites, &HttpRequest) -> HttpResponse;

/// Host names, and who answers there.
const SITES: &[(&str, Answer)] = &[
    ("charts.helm.sh", charts::answer),
    ("charts.jenkins.io", charts::answer),
    ("charts.podarium.example", charts::answer),
    ("github.com", source::answer),
    ("raw.githubusercontent.com", source::file),
    ("source.developers.google.com", source::answer),
    ("sourcerepo.googleapis.com", source::manage),
];

/// All of them, with what they keep.
#[derive(Clone, Debug, Default)]
pub struct Sites {
    /// Repositories by their address without `https://`: `github.com/owner/name`, `source.developers.google.com/p/x/r/y`.
    pub repositories: BTreeMap<String, BareRepository>,
    pending: BTreeMap<(Time, u64), (ExchangeId, HttpEvent)>,
    next: u64,
    /// When virtual time began, in seconds since 1970.
    epoch: i64,
}

fn host_of(url: &str) -> &str {
    let authority = url.split_once("://").map_or("", |(_, rest)| rest).split(['/', '?']).next().unwrap_or_default();
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    authority.split(':').next().unwrap_or_default()
}

impl Sites {
    /// The services as a student of the course finds them; the epoch in nanoseconds.
    pub fn course(epoch: i128) -> Self {
        let mut sites = Sites { epoch: i64::try_from(epoch / 1_000_000_000).unwrap_or(0), ..Sites::default() };
        sites.repositories = course::repositories(sites.epoch);
        sites
    }

    /// Takes a request if one of the sites has that name.
    pub(crate) fn take(&mut self, id: ExchangeId, request: &HttpRequest, now: Time) -> bool {
        let Some((_, answer)) = SITES.iter().find(|(host, _)| *host == host_of(&request.url)) else { return false };
        if request.url.starts_with("icmp:") {
            self.reply(id, now + ROUND_TRIP, HttpResponse::new(56, ""));
            return true;
        }
        let response = answer(self, request);
        let bytes = request.body.len() + response.body.len();
        let due = now + ROUND_TRIP + Duration::from_millis((bytes / BYTES_A_MILLISECOND) as u64);
        self.reply(id, due, response);
        true
    }

    fn reply(&mut self, id: ExchangeId, due: Time, response: HttpResponse) {
        self.pending.insert((due, self.next), (id, HttpEvent::Response(response)));
        self.next += 1;
    }

    pub(crate) fn next_at(&self) -> Option<Time> {
        self.pending.keys().next().map(|(due, _)| *due)
    }

    pub(crate) fn take_due(&mut self, now: Time) -> Vec<(ExchangeId, HttpEvent)> {
        let later = self.pending.split_off(&(now + Duration::from_nanos(1), 0));
        std::mem::replace(&mut self.pending, later).into_values().collect()
    }

    /// Nobody waits for the answer any more; whether it was one of these.
    pub(crate) fn close(&mut self, id: ExchangeId) -> bool {
        let before = self.pending.len();
        self.pending.retain(|_, (of, _)| *of != id);
        self.pending.len() < before
    }
}
