//! What is wrong with a request, in the words of the reference.

use super::*;

#[test]
fn wrong_requests_get_the_texts_of_the_reference() {
    let mut cluster = with_maps(&["a"]);
    let map = format!("{MAPS}/a");
    let cases = [
        ("GET", format!("{MAPS}?limit=x"), "", 400, "strconv.ParseInt: parsing \"x\": invalid syntax"),
        ("GET", format!("{MAPS}?resourceVersion=x"), "", 400, "invalid resource version: resourceVersion: Invalid value: \"x\": strconv.ParseUint: parsing \"x\": invalid syntax"),
        ("GET", format!("{MAPS}?watch=1&resourceVersion=x"), "", 500, "resourceVersion: Invalid value: \"x\": strconv.ParseUint: parsing \"x\": invalid syntax"),
        ("GET", format!("{MAPS}?continue=x!"), "", 400, "invalid continue token: continue key is not valid: illegal base64 data at input byte 1"),
        ("GET", format!("{MAPS}?fieldSelector=spec.a%3Db"), "", 400, "\"spec.a\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\""),
        ("GET", format!("{MAPS}?labelSelector=a%3D%3D%3D"), "", 400, "unable to parse requirement: found '=', expected: identifier"),
        ("DELETE", format!("{map}?propagationPolicy=Never"), "", 422, "DeleteOptions.meta.k8s.io \"\" is invalid: propagationPolicy: Unsupported value: \"Never\": supported values: \"Foreground\", \"Background\", \"Orphan\", \"nil\""),
        ("DELETE", format!("{map}?dryRun=x"), "", 422, "DeleteOptions.meta.k8s.io \"\" is invalid: dryRun: Unsupported value: [\"x\"]: supported values: \"All\""),
        ("DELETE", "/apis/scheduling.k8s.io/v1/priorityclasses/system-node-critical".to_owned(), "", 403, "priorityclasses.scheduling.k8s.io \"system-node-critical\" is forbidden: this is a system priority class and cannot be deleted"),
        ("PATCH", map.clone(), "{}", 415, "415: Unsupported Media Type"),
        ("PUT", map.clone(), "{\"metadata\":{\"name\":\"b\"}}", 400, "the name of the object (b) does not match the name on the URL (a)"),
        ("PUT", map.clone(), "{\"metadata\":{\"name\":\"a\",\"namespace\":\"b\"}}", 400, "the namespace of the provided object does not match the namespace sent on the request"),
        ("POST", MAPS.to_owned(), "[]", 400, "the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse error: json: cannot unmarshal array into Go value of type struct { APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" } (5b5d)"),
        ("POST", "/api/v1/configmaps".to_owned(), "{}", 405, "the server does not allow this method on the requested resource"),
        ("DELETE", "/api/v1/namespaces".to_owned(), "", 405, "the server does not allow this method on the requested resource"),
        ("GET", "/api/v2".to_owned(), "", 404, "the server could not find the requested resource"),
        ("GET", "/apis/apps/v9/deployments".to_owned(), "", 404, "the server could not find the requested resource"),
        ("PUT", "/apis/coordination.k8s.io/v1/namespaces/default/leases/l".to_owned(), "{\"metadata\":{\"name\":\"l\"}}", 201, ""),
        ("PUT", "/apis/coordination.k8s.io/v1/namespaces/default/leases/l".to_owned(), "{\"metadata\":{\"name\":\"l\"}}", 422, "leases.coordination.k8s.io \"l\" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update"),
    ];
    for (method, path, body, code, message) in cases {
        let mut request = HttpRequest::new(method, path.as_str()).header("Accept", "application/json");
        if !body.is_empty() {
            request = request.header("Content-Type", "application/json").body(body);
        }
        let response = send(&mut cluster, request);
        let answer: Value = serde_json::from_slice(&response.body).unwrap_or(Value::Null);
        assert_eq!((response.status, answer["message"].as_str().unwrap_or_default()), (code, message), "{method} {path}");
    }
}

#[test]
fn paths_of_nobody_are_answered_in_plain_text() {
    let mut cluster = cluster();
    for path in ["/nothing", "/apis/nope/v1", "/apis/nope/v1/widgets", "/apis/extensions/v1beta1", "/openapi/v3/apis/nope/v1", "/healthz/nope"] {
        let response = send(&mut cluster, HttpRequest::get(path));
        assert_eq!((response.status, &*response.body), (404, &b"404 page not found\n"[..]), "{path}");
    }
}

#[test]
fn bodies_have_a_limit_and_a_format() {
    let mut cluster = cluster();
    let mut refused = |content_type: &str, body: Vec<u8>| {
        let response = send(&mut cluster, HttpRequest::new("POST", MAPS).header("Content-Type", content_type).body(body));
        let answer: Value = serde_json::from_slice(&response.body).unwrap();
        (response.status, answer["reason"].as_str().unwrap().to_owned(), answer["message"].as_str().unwrap().to_owned())
    };
    let large = refused("application/json", vec![b' '; 3 * 1024 * 1024 + 1]);
    assert_eq!(large, (413, "RequestEntityTooLarge".to_owned(), "Request entity too large: limit is 3145728".to_owned()));
    let unknown = refused("text/csv", b"a,b".to_vec());
    assert_eq!(unknown.2, "the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf");
    assert_eq!(refused("application/vnd.kubernetes.protobuf", b"k8s\0".to_vec()).0, 415);
}

#[test]
fn yaml_is_read_and_written() {
    let mut cluster = cluster();
    let body = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: m\ndata:\n  a: \"1\"\n";
    let request = HttpRequest::new("POST", MAPS).header("Content-Type", "application/yaml").header("Accept", "application/yaml").body(body);
    let response = send(&mut cluster, request);
    let text = String::from_utf8(response.body.clone()).unwrap();
    assert_eq!((response.status, response.header("Content-Type")), (201, Some("application/yaml")));
    assert!(text.starts_with("apiVersion: v1\ndata:\n  a: \"1\"\nkind: ConfigMap\nmetadata:\n"), "{text}");
}
