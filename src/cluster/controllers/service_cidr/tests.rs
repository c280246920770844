//! Networks come and go with the addresses in them.

use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::api::core::v1::{ServicePort, ServiceSpec};
use k8s_openapi::api::networking::v1::ServiceCIDRSpec;
use podarium_api::{IPAddress, Kind, ObjectMeta, Resource as _, Service, ServiceCIDR};
use podarium_sim::Time;

use crate::apiserver::Request;
use crate::store::Key;
use crate::{Cluster, Config};

fn cluster() -> Cluster {
    let mut cluster = Cluster::new(Config::default());
    cluster.bootstrap();
    cluster.advance(Time::from_secs(3));
    cluster
}

fn send(cluster: &mut Cluster, request: Request) -> Result<(), String> {
    let id = cluster.request(request);
    cluster.advance(cluster.now() + Duration::from_secs(1));
    let answer = cluster.take_replies().into_iter().find(|(of, _)| *of == id).expect("an answer").1;
    answer.result.map(|_| ()).map_err(|status| status.message().to_owned())
}

fn network(name: &str, text: &str) -> ServiceCIDR {
    let metadata = ObjectMeta { name: Some(name.to_owned()), ..ObjectMeta::default() };
    ServiceCIDR { metadata, spec: Arc::new(ServiceCIDRSpec { cidrs: Some(vec![text.to_owned()]) }), ..ServiceCIDR::default() }
}

fn service(name: &str, address: &str) -> Service {
    Service {
        metadata: ObjectMeta { name: Some(name.to_owned()), namespace: Some("default".to_owned()), ..ObjectMeta::default() },
        spec: Arc::new(ServiceSpec {
            cluster_ip: (!address.is_empty()).then(|| address.to_owned()),
            ports: Some(vec![ServicePort { port: 80, ..ServicePort::default() }]),
            ..ServiceSpec::default()
        }),
        ..Service::default()
    }
}

#[test]
fn every_service_holds_its_address_and_gives_it_back() {
    let mut cluster = cluster();
    let of_api = cluster.get::<IPAddress>(&Key::new("", "10.96.0.1")).expect("the API server's Service has an address");
    assert_eq!((of_api.spec.parent_ref.resource.as_str(), of_api.spec.parent_ref.name.as_str()), ("services", "kubernetes"));
    let networks = cluster.get::<ServiceCIDR>(&Key::new("", "kubernetes")).expect("the default network").clone();
    let ready = networks.status.conditions.iter().flatten().next().expect("a condition");
    assert_eq!((ready.status.as_str(), ready.message.as_str()), ("True", "Kubernetes Service CIDR is ready"));
    assert_eq!(networks.metadata.finalizers.as_deref(), Some(&["networking.k8s.io/service-cidr-finalizer".to_owned()][..]));
    send(&mut cluster, Request::create(service("web", "10.96.7.7"))).unwrap();
    let key = Key::new("", "10.96.7.7");
    assert_eq!(cluster.get::<IPAddress>(&key).map(|address| address.spec.parent_ref.name.clone()).as_deref(), Some("web"));
    assert_eq!(
        send(&mut cluster, Request::create(service("other", "10.96.7.7"))).unwrap_err(),
        "Service \"other\" is invalid: spec.clusterIPs: Invalid value: [\"10.96.7.7\"]: failed to allocate IP 10.96.7.7: provided IP is already allocated"
    );
    assert_eq!(
        send(&mut cluster, Request::create(service("far", "10.200.0.1"))).unwrap_err(),
        "Service \"far\" is invalid: spec.clusterIPs: Invalid value: [\"10.200.0.1\"]: failed to allocate IP 10.200.0.1: the provided network does not match the current range"
    );
    send(&mut cluster, Request::delete(Kind::Service, &Key::new("default", "web"))).unwrap();
    assert!(cluster.get::<IPAddress>(&key).is_none());
    send(&mut cluster, Request::create(service("other", "10.96.7.7"))).unwrap();
}

#[test]
fn a_network_stays_while_an_address_needs_it() {
    let mut cluster = cluster();
    send(&mut cluster, Request::create(network("more", "10.200.0.0/24"))).unwrap();
    send(&mut cluster, Request::create(service("far", "10.200.0.9"))).unwrap();
    let key = Key::new("", "more");
    send(&mut cluster, Request::delete(Kind::ServiceCIDR, &key)).unwrap();
    cluster.advance(cluster.now() + Duration::from_secs(30));
    let going = cluster.get::<ServiceCIDR>(&key).expect("its address is in use").clone();
    let ready = going.status.conditions.iter().flatten().next().expect("a condition");
    assert_eq!((ready.status.as_str(), ready.reason.as_str()), ("False", "Terminating"));
    send(&mut cluster, Request::delete(Kind::Service, &Key::new("default", "far"))).unwrap();
    cluster.advance(cluster.now() + Duration::from_secs(30));
    assert!(cluster.get::<ServiceCIDR>(&key).is_none(), "{:?}", cluster.list::<ServiceCIDR>().map(|network| network.name().to_owned()).collect::<Vec<_>>());
}
