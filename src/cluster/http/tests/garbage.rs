//! Whatever is sent, the server answers with a code and a body that fits it, nothing panics, and a refused write has
//! written nothing.

use proptest::prelude::*;

use super::*;

fn segment() -> impl Strategy<Value = String> {
    let known = [
        "api", "apis", "v1", "v2", "v1beta1", "apps", "autoscaling", "events.k8s.io", "extensions", "namespaces", "default", "pods", "web", "deployments", "configmaps", "events",
        "nodes", "horizontalpodautoscalers", "status", "scale", "log", "exec", "eviction", "binding", "token", "finalize", "watch", "openapi", "v3", "healthz", "version", "..", "%2e%2e",
        "%zz", "a b", "é", "",
    ];
    prop_oneof![9 => prop::sample::select(known.to_vec()).prop_map(str::to_owned), 1 => "[ -~]{0,6}"]
}

fn path() -> impl Strategy<Value = String> {
    let known = [
        "/api/v1/namespaces/default/configmaps", "/api/v1/namespaces/default/configmaps/a", "/api/v1/namespaces/default/pods", "/api/v1/namespaces/default/pods/web/status",
        "/apis/apps/v1/namespaces/default/deployments", "/apis/apps/v1/namespaces/default/deployments/web/scale", "/api/v1/namespaces", "/api/v1/namespaces/default/pods/web/eviction",
        "/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers", "/apis/events.k8s.io/v1/namespaces/default/events", "/api/v1/nodes/n/status",
        "/apis/extensions/v1beta1/namespaces/default/deployments", "/apis/extensions/v1beta1/namespaces/default/ingresses",
    ];
    prop_oneof![
        2 => prop::collection::vec(segment(), 0..8).prop_map(|parts| format!("/{}", parts.join("/"))),
        3 => prop::sample::select(known.to_vec()).prop_map(str::to_owned),
    ]
}

fn parameter() -> impl Strategy<Value = String> {
    let names = [
        "watch", "limit", "continue", "resourceVersion", "resourceVersionMatch", "labelSelector", "fieldSelector", "dryRun", "fieldManager", "fieldValidation", "force", "pretty",
        "propagationPolicy", "gracePeriodSeconds", "sendInitialEvents", "allowWatchBookmarks", "timeoutSeconds", "includeObject", "orphanDependents", "verbose", "hash",
    ];
    let values = ["true", "0", "1", "-1", "All", "Exact", "NotOlderThan", "99999999999999999999", "a=b", "a in (b", "Strict", "Orphan", "eyJ2IjoibWV0YS5rOHMuaW8vdjEifQ", "é", "%00", ""];
    (prop::sample::select(names.to_vec()), prop::sample::select(values.to_vec())).prop_map(|(name, value)| format!("{name}={value}"))
}

fn json() -> impl Strategy<Value = Value> {
    let words = ["a", "web", "v1", "apps/v1", "Pod", "Deployment", "Delete", "1Gi", "25%", "", "é\u{0}", "2026-01-05T09:00:00Z", "$patch"];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop::sample::select(words.to_vec()).prop_map(Value::from),
    ];
    let keys = [
        "apiVersion", "kind", "metadata", "name", "generateName", "labels", "annotations", "finalizers", "ownerReferences", "uid", "resourceVersion", "spec", "status", "data", "replicas", "selector",
        "matchLabels", "template", "containers", "image", "ports", "containerPort", "strategy", "rollingUpdate", "metrics", "targetCPUUtilizationPercentage", "rules", "http", "paths", "backend",
        "servicePort", "conditions", "type", "target", "deleteOptions", "gracePeriodSeconds", "preconditions", "propagationPolicy", "op", "path", "value", "from", "$patch", "managedFields", "note",
    ];
    leaf.prop_recursive(5, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((prop::sample::select(keys.to_vec()), inner), 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())),
        ]
    })
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        1 => Just(Vec::new()),
        6 => json().prop_map(|value| value.to_string().into_bytes()),
        1 => prop::collection::vec(any::<u8>(), 0..60),
        1 => (0_usize..400).prop_map(|depth| "[".repeat(depth).into_bytes()),
        1 => (0_usize..400).prop_map(|depth| ("{\"spec\":".repeat(depth) + "1" + &"}".repeat(depth)).into_bytes()),
        1 => "[a-z:\\- \n&*!|>{}'\"]{0,60}".prop_map(String::into_bytes),
    ]
}

fn request() -> impl Strategy<Value = HttpRequest> {
    let methods = ["GET", "GET", "POST", "POST", "PUT", "PATCH", "PATCH", "DELETE", "HEAD", "OPTIONS", "BREW"];
    let types = [
        "application/json", "application/yaml", "application/merge-patch+json", "application/json-patch+json", "application/strategic-merge-patch+json", "application/apply-patch+yaml",
        "text/plain", "application/vnd.kubernetes.protobuf", "",
    ];
    let accepts = [
        "application/json", "application/yaml", "application/json;as=Table;v=v1;g=meta.k8s.io,application/json", "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io",
        "application/json;as=PartialObjectMetadataList;v=v1beta1;g=meta.k8s.io", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList", "text/html", ";;,q=", "",
    ];
    let query = prop::collection::vec(parameter(), 0..4);
    let choose = |list: &[&'static str]| prop::sample::select(list.to_vec());
    (choose(&methods), path(), query, choose(&types), choose(&accepts), body()).prop_map(|(method, path, query, content_type, accept, body)| {
        HttpRequest::new(method, format!("{path}?{}", query.join("&"))).header("Content-Type", content_type).header("Accept", accept).body(body)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn anything_is_answered(requests in prop::collection::vec(request(), 1..4)) {
        let mut cluster = Cluster::new(Config { compat_2019: true, ..Config::default() });
        cluster.bootstrap();
        for request in requests {
            let before = cluster.writes().len();
            let id = cluster.http(request.clone(), Cause::Start);
            cluster.advance(cluster.now() + Duration::from_millis(1));
            let refused = |cluster: &mut Cluster| {
                let mut answers = cluster.take_http_events().into_iter().filter(|(of, _)| *of == id);
                match answers.next() {
                    Some((_, HttpEvent::Response(response))) => Some(response),
                    _ => None,
                }
            };
            if let Some(response) = refused(&mut cluster) {
                prop_assert!((100..600).contains(&response.status), "{request:?}: {}", response.status);
                let json = response.header("Content-Type").is_some_and(|of| of.starts_with("application/json"));
                if json && !response.body.is_empty() {
                    prop_assert!(serde_json::from_slice::<Value>(&response.body).is_ok(), "{request:?}");
                }
                let own = cluster.writes().iter().skip(before).filter(|write| write.user.as_ref() == "kubernetes-admin").count();
                prop_assert!(response.status < 400 || own == 0, "{request:?} was refused and wrote");
            }
            cluster.advance(cluster.now() + Duration::from_secs(3));
        }
    }
}
