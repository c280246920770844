//! Which versions of the API are registered, and whether they are there.

use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::kube_aggregator::pkg::apis::apiregistration::v1::{APIServiceSpec, ServiceReference};
use podarium_api::{APIService, CustomResourceDefinition, Kind, ObjectMeta};
use podarium_machine::{HttpEvent, HttpRequest};
use podarium_sim::Time;
use serde_json::json;

use crate::apiserver::Request;
use crate::store::Key;
use crate::{Cause, Cluster, Config};

fn cluster() -> Cluster {
    let mut cluster = Cluster::new(Config::default());
    cluster.bootstrap();
    cluster.advance(Time::from_secs(3));
    cluster
}

fn available(cluster: &Cluster, name: &str) -> Option<(String, String, String)> {
    let service = cluster.get::<APIService>(&Key::new("", name))?;
    let condition = service.condition("Available")?;
    Some((condition.status.clone(), condition.reason.clone().unwrap_or_default(), condition.message.clone().unwrap_or_default()))
}

#[test]
fn versions_of_custom_kinds_are_registered_while_they_are_served() {
    let mut cluster = cluster();
    let local = ("True".to_owned(), "Local".to_owned(), "Local APIServices are always available".to_owned());
    assert_eq!(available(&cluster, "v1.apps"), Some(local.clone()));
    let definition: CustomResourceDefinition = serde_json::from_value(json!({
        "metadata": {"name": "widgets.example.com"},
        "spec": {
            "group": "example.com", "scope": "Namespaced", "names": {"plural": "widgets", "kind": "Widget", "singular": "widget", "listKind": "WidgetList"},
            "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": {"type": "object"}}}],
        },
    }))
    .unwrap();
    cluster.request(Request::create(definition));
    cluster.advance(cluster.now() + Duration::from_secs(3));
    assert_eq!(available(&cluster, "v1.example.com"), Some(local));
    let registered = cluster.get::<APIService>(&Key::new("", "v1.example.com")).unwrap();
    assert_eq!((registered.spec.group_priority_minimum, registered.spec.version_priority), (1000, 100));
    cluster.request(Request::delete(Kind::CustomResourceDefinition, &Key::new("", "widgets.example.com")));
    cluster.advance(cluster.now() + Duration::from_secs(10));
    assert_eq!(available(&cluster, "v1.example.com"), None);
}

#[test]
fn a_version_that_another_server_serves_is_told_of_and_not_answered() {
    let mut cluster = cluster();
    let reference = ServiceReference { name: Some("shop-api".to_owned()), namespace: Some("default".to_owned()), port: None };
    let spec = APIServiceSpec {
        group: Some("shop.example.com".to_owned()),
        version: Some("v1alpha1".to_owned()),
        group_priority_minimum: 1500,
        version_priority: 10,
        service: Some(reference),
        insecure_skip_tls_verify: Some(true),
        ..APIServiceSpec::default()
    };
    let metadata = ObjectMeta { name: Some("v1alpha1.shop.example.com".to_owned()), ..ObjectMeta::default() };
    cluster.request(Request::create(APIService { metadata, spec: Arc::new(spec), ..APIService::default() }));
    cluster.advance(cluster.now() + Duration::from_secs(2));
    let missing = ("False".to_owned(), "ServiceNotFound".to_owned(), "service/shop-api in \"default\" is not present".to_owned());
    assert_eq!(available(&cluster, "v1alpha1.shop.example.com"), Some(missing));
    let mut answer = |path: &str| {
        let id = cluster.http(HttpRequest::get(path), Cause::Start);
        cluster.advance(cluster.now() + Duration::from_millis(50));
        let events = cluster.take_http_events();
        let Some((_, HttpEvent::Response(response))) = events.into_iter().find(|(of, _)| *of == id) else { panic!("no answer to {path}") };
        (response.status, String::from_utf8_lossy(&response.body).into_owned())
    };
    assert_eq!(answer("/apis/shop.example.com/v1alpha1/orders"), (503, "service unavailable\n".to_owned()));
    assert_eq!(answer("/apis/shop.example.com/v1alpha1").0, 503);
    let groups = answer("/apis").1;
    assert!(groups.contains("\"shop.example.com/v1alpha1\""), "{groups}");
    assert_eq!(answer("/apis/other.example.com/v1").0, 404);
}
