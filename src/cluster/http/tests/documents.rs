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

#[test]
fn the_root_lists_its_paths() {
    let (_, root) = call(&mut cluster(), "GET", "/", None);
    let paths: Vec<&str> = root["paths"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    for path in ["/api", "/apis/apps/v1", "/readyz/shutdown", "/openapi/v3", "/version"] {
        assert!(paths.contains(&path), "{path} is not in {paths:?}");
    }
    assert!(paths.is_sorted());
}
