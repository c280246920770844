//! Lists in pieces and of the past, dry runs, deletions, warnings.

use super::*;

fn names(list: &Value) -> Vec<&str> {
    list["items"].as_array().unwrap().iter().filter_map(|item| item["metadata"]["name"].as_str()).collect()
}

#[test]
fn a_list_in_pieces_shows_one_moment() {
    let mut cluster = with_maps(&["a", "b", "c", "d"]);
    let (_, first) = call(&mut cluster, "GET", &format!("{MAPS}?limit=2"), None);
    // `kube-root-ca.crt` would come after these if there were one.
    assert_eq!(names(&first), ["a", "b"]);
    let left = first["metadata"]["remainingItemCount"].as_i64().unwrap();
    assert!(left >= 2, "{first}");
    assert_eq!(call(&mut cluster, "DELETE", &format!("{MAPS}/c"), None).0, 200);
    assert_eq!(call(&mut cluster, "POST", MAPS, Some(&config_map("bb"))).0, 201);
    let token = first["metadata"]["continue"].as_str().unwrap();
    let (_, second) = call(&mut cluster, "GET", &format!("{MAPS}?limit=2&continue={token}"), None);
    assert_eq!(names(&second), ["c", "d"]);
    assert_eq!(second["metadata"]["resourceVersion"], first["metadata"]["resourceVersion"]);
    let (_, selected) = call(&mut cluster, "GET", &format!("{MAPS}?limit=1&labelSelector=app"), None);
    assert_eq!((names(&selected), selected["metadata"].get("remainingItemCount")), (vec!["a"], None));
    let exact = format!("{MAPS}?resourceVersion={}&resourceVersionMatch=Exact", first["metadata"]["resourceVersion"].as_str().unwrap());
    let (_, then) = call(&mut cluster, "GET", &exact, None);
    assert!(names(&then).contains(&"c") && !names(&then).contains(&"bb"), "{:?}", names(&then));
}

#[test]
fn an_expired_token_offers_the_rest_of_the_list_as_it_is() {
    let mut cluster = with_maps(&["a", "b"]);
    let (_, first) = call(&mut cluster, "GET", &format!("{MAPS}?limit=1"), None);
    let token = first["metadata"]["continue"].as_str().unwrap().to_owned();
    for round in 0..1001 {
        let body = json!({"data": {"a": round.to_string()}}).to_string();
        cluster.http(HttpRequest::new("PATCH", format!("{MAPS}/a")).header("Content-Type", "application/merge-patch+json").body(body), Cause::Start);
    }
    cluster.advance(cluster.now() + Duration::from_secs(20));
    cluster.take_http_events();
    let (code, refused) = call(&mut cluster, "GET", &format!("{MAPS}?limit=1&continue={token}"), None);
    assert_eq!((code, refused["reason"].as_str()), (410, Some("Expired")));
    let next = refused["metadata"]["continue"].as_str().unwrap();
    let (code, rest) = call(&mut cluster, "GET", &format!("{MAPS}?continue={next}"), None);
    assert_eq!((code, names(&rest)[0]), (200, "b"));
}

#[test]
fn a_dry_run_answers_and_changes_nothing() {
    let mut cluster = with_maps(&["a"]);
    let (code, made) = call(&mut cluster, "POST", &format!("{MAPS}?dryRun=All"), Some(&config_map("b")));
    assert_eq!((code, &made["metadata"]["name"]), (201, &json!("b")));
    assert_eq!(call(&mut cluster, "DELETE", &format!("{MAPS}/a?dryRun=All"), None).0, 200);
    assert_eq!((call(&mut cluster, "GET", &format!("{MAPS}/a"), None).0, call(&mut cluster, "GET", &format!("{MAPS}/b"), None).0), (200, 404));
}

#[test]
fn preconditions_hold_a_deletion_back() {
    let mut cluster = with_maps(&["a"]);
    let uid = call(&mut cluster, "GET", &format!("{MAPS}/a"), None).1["metadata"]["uid"].as_str().unwrap().to_owned();
    let (code, refused) = call(&mut cluster, "DELETE", &format!("{MAPS}/a"), Some(&json!({"preconditions": {"uid": "other"}})));
    let text = format!("Operation cannot be fulfilled on ConfigMap \"a\": the UID in the precondition (other) does not match the UID in record ({uid}). The object might have been deleted and then recreated");
    assert_eq!((code, refused["message"].as_str()), (409, Some(text.as_str())));
    let (code, gone) = call(&mut cluster, "DELETE", &format!("{MAPS}/a"), Some(&json!({"preconditions": {"uid": uid}})));
    assert_eq!((code, &gone["details"]), (200, &json!({"name": "a", "kind": "configmaps", "uid": uid})));
}

#[test]
fn what_waits_for_a_finalizer_is_marked_and_answered() {
    let mut cluster = cluster();
    let mut body = config_map("f");
    body["metadata"]["finalizers"] = json!(["example.com/hold"]);
    call(&mut cluster, "POST", MAPS, Some(&body));
    let (code, marked) = call(&mut cluster, "DELETE", &format!("{MAPS}/f"), Some(&json!({"orphanDependents": false})));
    assert_eq!((code, &marked["metadata"]["deletionGracePeriodSeconds"]), (202, &json!(0)));
    let freed = HttpRequest::new("PATCH", format!("{MAPS}/f")).header("Content-Type", "application/merge-patch+json").body("{\"metadata\":{\"finalizers\":null}}");
    assert_eq!(send(&mut cluster, freed).status, 200);
    assert_eq!(call(&mut cluster, "GET", &format!("{MAPS}/f"), None).0, 404);
}

#[test]
fn unknown_fields_are_warned_of_refused_or_ignored() {
    let mut cluster = cluster();
    let mut body = config_map("w");
    body["dta"] = json!({});
    let warned = send(&mut cluster, json_request("POST", &format!("{MAPS}?dryRun=All"), Some(&body)));
    assert_eq!((warned.status, warned.header("Warning")), (201, Some("299 - \"unknown field \\\"dta\\\"\"")));
    let (code, refused) = call(&mut cluster, "POST", &format!("{MAPS}?fieldValidation=Strict"), Some(&body));
    assert_eq!((code, refused["message"].as_str()), (400, Some("ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding error: unknown field \"dta\"")));
    let ignored = send(&mut cluster, json_request("POST", &format!("{MAPS}?fieldValidation=Ignore"), Some(&body)));
    assert_eq!((ignored.status, ignored.header("Warning")), (201, None));
}

#[test]
fn tables_and_metadata_come_as_they_are_asked_for() {
    let mut cluster = with_maps(&["a"]);
    let mut shown = |accept: &str, query: &str| -> Value {
        let request = HttpRequest::get(format!("{MAPS}?labelSelector=app%3Da{query}")).header("Accept", accept);
        serde_json::from_slice(&send(&mut cluster, request).body).unwrap()
    };
    let table = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
    assert_eq!(shown(table, "")["rows"][0]["object"]["kind"], "PartialObjectMetadata");
    assert_eq!(shown(table, "&includeObject=None")["rows"][0]["object"], Value::Null);
    assert_eq!(shown(table, "&includeObject=Object")["rows"][0]["object"]["data"], json!({"a": "1"}));
    let refused = shown(table, "&includeObject=Some");
    assert_eq!(refused["message"], "Unable to convert to Table as requested: includeObject: Invalid value: \"Some\": must be 'Metadata', 'Object', 'None', or empty");
    let list = shown("application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io", "");
    assert_eq!((&list["kind"], &list["items"][0]["kind"]), (&json!("PartialObjectMetadataList"), &json!("PartialObjectMetadata")));
    let wrong = shown("application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io", "");
    assert_eq!(wrong["message"], "you requested PartialObjectMetadata, but the requested object is a list (*core.ConfigMapList)");
}

#[test]
fn an_event_is_the_same_object_in_both_versions() {
    let mut cluster = cluster();
    let event = json!({"apiVersion": "events.k8s.io/v1", "kind": "Event", "metadata": {"name": "e", "namespace": "default"}, "eventTime": "2026-01-05T09:00:00.000000Z",
        "reportingController": "example.com/c", "reportingInstance": "c-1", "action": "Binding", "reason": "Started", "type": "Normal", "note": "hello",
        "regarding": {"kind": "Pod", "name": "web", "namespace": "default"}});
    let (code, made) = call(&mut cluster, "POST", "/apis/events.k8s.io/v1/namespaces/default/events", Some(&event));
    assert_eq!((code, &made["apiVersion"], &made["note"]), (201, &json!("events.k8s.io/v1"), &json!("hello")), "{made}");
    let (_, old) = call(&mut cluster, "GET", "/api/v1/namespaces/default/events/e", None);
    assert_eq!((&old["message"], &old["involvedObject"]["name"]), (&json!("hello"), &json!("web")));
}
