//! Discovery, health, version, OpenAPI.

use super::*;

#[test]
fn both_forms_of_discovery_agree() {
    let mut cluster = cluster();
    let form = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";
    for (path, legacy) in [("/api", vec!["/api/v1"]), ("/apis", vec!["/apis/apps/v1", "/apis/coordination.k8s.io/v1", "/apis/events.k8s.io/v1"])] {
        let response = send(&mut cluster, HttpRequest::get(path).header("Accept", form));
        assert_eq!(response.header("Content-Type"), Some("application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"));
        let all: Value = serde_json::from_slice(&response.body).unwrap();
        for one in legacy {
            let parts: Vec<&str> = one.trim_start_matches("/apis/").split('/').collect();
            let group = if one == "/api/v1" { Value::Null } else { json!(parts[0]) };
            let items = all["items"].as_array().unwrap();
            let version = &items.iter().find(|item| item["metadata"]["name"] == group).unwrap()["versions"][0];
            let mut names: Vec<String> = Vec::new();
            for resource in version["resources"].as_array().unwrap() {
                let plural = resource["resource"].as_str().unwrap();
                names.push(plural.to_owned());
                names.extend(resource["subresources"].as_array().into_iter().flatten().map(|part| format!("{plural}/{}", part["subresource"].as_str().unwrap())));
            }
            names.sort();
            let (_, list) = call(&mut cluster, "GET", one, None);
            let listed: Vec<&str> = list["resources"].as_array().unwrap().iter().map(|resource| resource["name"].as_str().unwrap()).collect();
            assert_eq!(names, listed, "{one}");
        }
        let tag = response.header("ETag").unwrap().to_owned();
        let again = send(&mut cluster, HttpRequest::get(path).header("Accept", form).header("If-None-Match", &tag));
        assert_eq!((again.status, again.body.len()), (304, 0));
    }
}

#[test]
fn the_version_is_written_as_the_reference_writes_it() {
    let response = send(&mut cluster(), HttpRequest::get("/version"));
    let text = String::from_utf8(response.body).unwrap();
    assert!(text.starts_with("{\n  \"major\": \"1\",\n  \"minor\": \"36\",\n  \"emulationMajor\": \"1\",") && text.ends_with("\"platform\": \"linux/amd64\"\n}"), "{text}");
}

#[test]
fn open_api_documents_are_found_by_their_hash() {
    let mut cluster = cluster();
    let (_, index) = call(&mut cluster, "GET", "/openapi/v3", None);
    let url = index["paths"]["apis/apps/v1"]["serverRelativeURL"].as_str().unwrap().to_owned();
    let document = send(&mut cluster, HttpRequest::get(url.as_str()));
    assert_eq!((document.status, document.header("Cache-Control")), (200, Some("public, immutable")));
    let moved = send(&mut cluster, HttpRequest::get("/openapi/v3/apis/apps/v1?hash=OLD"));
    assert_eq!((moved.status, moved.header("Location")), (301, Some(url.as_str())));
    assert_eq!(call(&mut cluster, "GET", "/openapi/v2", None).1["swagger"], "2.0");
}

/// What Kubernetes 1.36 serves by default: in namespaces, and in the cluster as a whole.
const SERVED: &[(&str, &str, &str)] = &[
    (
        "v1",
        "bindings configmaps endpoints events limitranges persistentvolumeclaims persistentvolumeclaims/status pods pods/attach pods/binding \
         pods/ephemeralcontainers pods/eviction pods/exec pods/log pods/portforward pods/proxy pods/resize pods/status podtemplates \
         replicationcontrollers replicationcontrollers/scale replicationcontrollers/status resourcequotas resourcequotas/status secrets \
         serviceaccounts serviceaccounts/token services services/proxy services/status",
        "componentstatuses namespaces namespaces/finalize namespaces/status nodes nodes/proxy nodes/status persistentvolumes persistentvolumes/status",
    ),
    (
        "admissionregistration.k8s.io/v1", "",
        "mutatingadmissionpolicies mutatingadmissionpolicybindings mutatingwebhookconfigurations validatingadmissionpolicies \
         validatingadmissionpolicies/status validatingadmissionpolicybindings validatingwebhookconfigurations",
    ),
    ("apiextensions.k8s.io/v1", "", "customresourcedefinitions customresourcedefinitions/status"),
    ("apiregistration.k8s.io/v1", "", "apiservices apiservices/status"),
    (
        "apps/v1",
        "controllerrevisions daemonsets daemonsets/status deployments deployments/scale deployments/status replicasets replicasets/scale \
         replicasets/status statefulsets statefulsets/scale statefulsets/status",
        "",
    ),
    ("authentication.k8s.io/v1", "", "selfsubjectreviews tokenreviews"),
    ("authorization.k8s.io/v1", "localsubjectaccessreviews", "selfsubjectaccessreviews selfsubjectrulesreviews subjectaccessreviews"),
    ("autoscaling/v1", "horizontalpodautoscalers horizontalpodautoscalers/status", ""),
    ("autoscaling/v2", "horizontalpodautoscalers horizontalpodautoscalers/status", ""),
    ("batch/v1", "cronjobs cronjobs/status jobs jobs/status", ""),
    ("certificates.k8s.io/v1", "", "certificatesigningrequests certificatesigningrequests/approval certificatesigningrequests/status"),
    ("coordination.k8s.io/v1", "leases", ""),
    ("discovery.k8s.io/v1", "endpointslices", ""),
    ("events.k8s.io/v1", "events", ""),
    ("flowcontrol.apiserver.k8s.io/v1", "", "flowschemas flowschemas/status prioritylevelconfigurations prioritylevelconfigurations/status"),
    ("networking.k8s.io/v1", "ingresses ingresses/status networkpolicies", "ingressclasses ipaddresses servicecidrs servicecidrs/status"),
    ("node.k8s.io/v1", "", "runtimeclasses"),
    ("policy/v1", "poddisruptionbudgets poddisruptionbudgets/status", ""),
    ("rbac.authorization.k8s.io/v1", "rolebindings roles", "clusterrolebindings clusterroles"),
    ("resource.k8s.io/v1", "resourceclaims resourceclaims/status resourceclaimtemplates", "deviceclasses resourceslices"),
    ("scheduling.k8s.io/v1", "", "priorityclasses"),
    (
        "storage.k8s.io/v1", "csistoragecapacities",
        "csidrivers csinodes storageclasses volumeattachments volumeattachments/status volumeattributesclasses",
    ),
];

#[test]
fn whatever_the_reference_serves_is_served_or_said_not_to_be() {
    let mut cluster = cluster();
    for (version, in_namespaces, in_cluster) in SERVED {
        let base = if *version == "v1" { "/api/v1".to_owned() } else { format!("/apis/{version}") };
        for (place, names) in [("/namespaces/default", in_namespaces), ("", in_cluster)] {
            for name in names.split_whitespace() {
                let path = match name.split_once('/') {
                    None => format!("{base}{place}/{name}"),
                    Some((plural, part)) => format!("{base}{place}/{plural}/x/{part}"),
                };
                // Of a path that does not exist nothing is told but that.
                let (code, answer) = call(&mut cluster, "GET", &path, None);
                assert!(code != 404 || answer["details"]["name"] == "x", "{path}: {answer}");
            }
        }
    }
    for (path, expected) in [("/logs/", 501), ("/metrics/slis", 501), ("/nothing", 404)] {
        let (code, answer) = call(&mut cluster, "GET", path, None);
        assert_eq!(code, expected, "{path}: {answer}");
        assert!(code == 404 || answer["message"].as_str().unwrap().starts_with("not simulated: /"), "{answer}");
    }
    let (code, openid) = call(&mut cluster, "GET", "/.well-known/openid-configuration", None);
    assert_eq!((code, &openid["issuer"]), (200, &Value::from("https://kubernetes.default.svc.cluster.local")));
    let (code, keys) = call(&mut cluster, "GET", "/openid/v1/jwks", None);
    assert_eq!((code, &keys["keys"][0]["alg"], &keys["keys"][0]["e"]), (200, &Value::from("RS256"), &Value::from("AQAB")));
    let statusz = String::from_utf8(send(&mut cluster, HttpRequest::get("/statusz")).body).unwrap();
    assert!(statusz.contains("\nUp: 0 hr ") && statusz.contains("\nBinary version: 1.36.2\n"), "{statusz}");
    let metrics = String::from_utf8(send(&mut cluster, HttpRequest::get("/metrics")).body).unwrap();
    assert!(metrics.contains("\napiserver_resource_objects{group=\"\",resource=\"namespaces\"} 4\n"), "{metrics}");
}

#[test]
fn the_root_lists_its_paths() {
    let (_, root) = call(&mut cluster(), "GET", "/", None);
    let paths: Vec<&str> = root["paths"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    for path in ["/api", "/apis/apps/v1", "/readyz/shutdown", "/openapi/v3", "/version"] {
        assert!(paths.contains(&path), "{path} is not in {paths:?}");
    }
    assert!(paths.is_sorted());
}
