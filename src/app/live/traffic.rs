//! What the network carries, as the scene and the panel show it.

use podarium_cluster::Cluster;
use podarium_cluster::network::{Failure, InFlight, Load, Part, Place, Statistics, TrafficPlan};

use crate::model::{ClusterView, FlowView, GeneratorView, Leg, RequestView, ShareView, Spot, TrafficView};

/// Over how many seconds shares and times are taken.
const RECENT: usize = 10;
/// How many seconds the small chart shows.
const CHART: usize = 60;

pub(super) fn view(cluster: &Cluster, shown: &ClusterView) -> TrafficView {
    TrafficView {
        generators: cluster.all_traffic().map(|(plan, running, statistics)| generator(cluster, plan, running, statistics, shown)).collect(),
        flows: cluster.request_flows().map(|flow| FlowView {
            client: flow.client.map_or(Spot::Outside, |node| Spot::On { node: node.to_owned(), ip: String::new() }),
            via: flow.via.map(str::to_owned),
            server: Spot::On { node: flow.server.0.to_owned(), ip: flow.server.1.to_string() },
            per_second: flow.requests,
        }).collect(),
        requests: cluster.requests_in_flight().map(|flight| request(cluster, &flight, shown)).collect(),
    }
}

fn generator(cluster: &Cluster, plan: &TrafficPlan, running: bool, statistics: &Statistics, shown: &ClusterView) -> GeneratorView {
    let recent = statistics.last(RECENT);
    let total = statistics.total();
    let by_kind = Failure::ALL.map(|failure| (failure.name(), total.failed_by(failure)));
    let by_status = [("answered 4xx", total.client_errors), ("answered 5xx", total.server_errors)];
    let failures = by_kind.into_iter().chain(by_status).filter(|(_, count)| *count > 0);
    let percent = |part: u64, whole: u64| part as f64 * 100.0 / whole as f64;
    let shares = statistics.versions().iter().filter(|_| recent.succeeded > 0).map(|version| ShareView {
        name: version.to_string(),
        version: version_named(version, shown),
        percent: percent(statistics.of_version(&recent, version), recent.succeeded),
    });
    let seconds: Vec<(u64, u64)> = statistics.seconds().rev().take(CHART).map(|second| (second.tally.succeeded, second.tally.failures())).collect();
    GeneratorView {
        name: plan.name.to_string(),
        target: format!("{}:{}", plan.service.name, plan.port),
        load: match plan.load {
            Load::Open { rate, .. } => format!("{:.0} a second", rate.at(cluster.now())),
            Load::Closed { clients: 1, .. } => "1 client".to_owned(),
            Load::Closed { clients, .. } => format!("{clients} clients"),
        },
        running,
        sent: total.sent,
        success_percent: (recent.ended() > 0).then(|| percent(recent.succeeded, recent.ended())),
        failures: failures.map(|(name, count)| (name.to_owned(), count)).collect(),
        median: recent.latency(0.5),
        slowest_percent: recent.latency(0.99),
        shares: shares.filter(|share| share.percent > 0.0).collect(),
        seconds: seconds.into_iter().rev().collect(),
    }
}

/// The newest version in the picture whose image has this tag.
fn version_named(name: &str, shown: &ClusterView) -> Option<usize> {
    shown.versions.iter().rposition(|version| version.tag == name)
}

fn spot(place: Place<'_>) -> Spot {
    match place {
        // The API server stands on no node of the picture.
        Place::Outside | Place::ControlPlane => Spot::Outside,
        Place::On { node, ip } => Spot::On { node: node.to_owned(), ip: ip.to_string() },
    }
}

fn request(cluster: &Cluster, flight: &InFlight<'_>, shown: &ClusterView) -> RequestView {
    let length = flight.until.as_nanos().saturating_sub(flight.from.as_nanos());
    let gone = cluster.now().as_nanos().saturating_sub(flight.from.as_nanos());
    RequestView {
        client: spot(flight.client),
        via: flight.via.map(str::to_owned),
        server: flight.endpoint.map(|(place, _)| spot(place)),
        leg: match flight.part {
            Part::ToEntry => Leg::ToEntry,
            Part::ToEndpoint => Leg::ToEndpoint,
            Part::AtProcess => Leg::AtProcess,
            Part::Answer(..500) => Leg::Answer,
            Part::Answer(_) | Part::Failure => Leg::Failure,
            Part::Lost => Leg::Lost,
        },
        share: if length == 0 { 1.0 } else { (gone as f64 / length as f64).clamp(0.0, 1.0) as f32 },
        version: flight.version.and_then(|name| version_named(name, shown)),
    }
}
