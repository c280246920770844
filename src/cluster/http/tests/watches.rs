//! Watches: what they begin with, bookmarks, ends and errors.

use super::*;

fn open(cluster: &mut Cluster, query: &str) -> HttpId {
    let id = cluster.http(HttpRequest::get(format!("{MAPS}?watch=true&{query}")), Cause::Start);
    cluster.advance(cluster.now() + Duration::from_millis(50));
    id
}

fn short(lines: &[Value]) -> Vec<String> {
    lines.iter().map(|line| format!("{} {}", line["type"].as_str().unwrap(), line["object"]["metadata"]["name"].as_str().unwrap_or("-"))).collect()
}

#[test]
fn a_bookmark_ends_what_there_was() {
    let mut cluster = with_maps(&["a", "b"]);
    let id = open(&mut cluster, "labelSelector=app&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan");
    let (told, _) = lines(&mut cluster, id);
    assert_eq!(short(&told), ["ADDED a", "ADDED b", "BOOKMARK -"]);
    assert_eq!(told[2]["object"]["metadata"]["annotations"], json!({"k8s.io/initial-events-end": "true"}));
    assert_eq!(told[2]["object"]["kind"], "ConfigMap");
    let empty = open(&mut cluster, "labelSelector=app%3Dnone&allowWatchBookmarks=true");
    assert_eq!(short(&lines(&mut cluster, empty).0), ["BOOKMARK -"]);
}

#[test]
fn bookmarks_come_now_and_then() {
    let mut cluster = with_maps(&["a"]);
    let version = call(&mut cluster, "GET", MAPS, None).1["metadata"]["resourceVersion"].as_str().unwrap().to_owned();
    let id = open(&mut cluster, &format!("resourceVersion={version}&allowWatchBookmarks=true"));
    assert_eq!(lines(&mut cluster, id).0, Vec::<Value>::new());
    cluster.advance(cluster.now() + Duration::from_secs(125));
    assert_eq!(short(&lines(&mut cluster, id).0), ["BOOKMARK -", "BOOKMARK -"]);
}

#[test]
fn a_watch_without_what_there_is_begins_now() {
    let mut cluster = with_maps(&["a"]);
    let id = open(&mut cluster, "sendInitialEvents=false&resourceVersionMatch=NotOlderThan");
    assert_eq!(call(&mut cluster, "POST", MAPS, Some(&config_map("b"))).0, 201);
    cluster.http(json_request("DELETE", &format!("{MAPS}/b"), None), Cause::Start);
    cluster.advance(cluster.now() + Duration::from_secs(1));
    // The answer to the creation was taken together with the watch's first line.
    assert_eq!(short(&lines(&mut cluster, id).0), ["DELETED b"]);
}

#[test]
fn what_goes_with_its_last_finalizer_is_seen_with_it() {
    let mut cluster = cluster();
    let mut body = config_map("f");
    body["metadata"]["finalizers"] = json!(["example.com/hold"]);
    call(&mut cluster, "POST", MAPS, Some(&body));
    let version = call(&mut cluster, "DELETE", &format!("{MAPS}/f"), None).1["metadata"]["resourceVersion"].as_str().unwrap().to_owned();
    let id = open(&mut cluster, &format!("resourceVersion={version}"));
    let free = HttpRequest::new("PATCH", format!("{MAPS}/f")).header("Content-Type", "application/merge-patch+json").body("{\"metadata\":{\"finalizers\":null}}");
    let free = cluster.http(free, Cause::Start);
    cluster.advance(cluster.now() + Duration::from_secs(1));
    let events = cluster.take_http_events();
    let body = |id| {
        let mut bodies = events.iter().filter(|(of, _)| *of == id).filter_map(|(_, event)| match event {
            HttpEvent::Response(response) => Some(&response.body),
            HttpEvent::Chunk(bytes) => Some(bytes),
            _ => None,
        });
        serde_json::from_slice::<Value>(bodies.next().expect("an answer")).unwrap()
    };
    let told = body(id);
    assert_eq!((&told["type"], &told["object"]["metadata"]["finalizers"]), (&json!("DELETED"), &json!(["example.com/hold"])));
    let answer = &body(free)["metadata"];
    assert_eq!((&answer["name"], answer.get("finalizers"), answer["resourceVersion"].as_str()), (&json!("f"), None, Some(version.as_str())));
}

#[test]
fn a_watch_lasts_as_long_as_it_is_asked_to() {
    let mut cluster = with_maps(&["a"]);
    let id = open(&mut cluster, "timeoutSeconds=5");
    assert_eq!((!short(&lines(&mut cluster, id).0).is_empty(), lines(&mut cluster, id).1), (true, false));
    cluster.advance(cluster.now() + Duration::from_secs(6));
    assert!(lines(&mut cluster, id).1, "it has not ended");
}

#[test]
fn revisions_that_are_gone_or_not_there_yet_end_a_watch() {
    let mut cluster = with_maps(&["a"]);
    for round in 0..1005 {
        let body = json!({"data": {"a": round.to_string()}}).to_string();
        cluster.http(HttpRequest::new("PATCH", format!("{MAPS}/a")).header("Content-Type", "application/merge-patch+json").body(body), Cause::Start);
    }
    cluster.advance(cluster.now() + Duration::from_secs(20));
    cluster.take_http_events();
    let id = open(&mut cluster, "resourceVersion=5");
    let (told, ended) = lines(&mut cluster, id);
    assert!(ended);
    assert_eq!((&told[0]["type"], &told[0]["object"]["code"]), (&json!("ERROR"), &json!(410)));
    assert!(told[0]["object"]["message"].as_str().unwrap().starts_with("too old resource version: 5 ("), "{}", told[0]);
    let (code, refused) = call(&mut cluster, "GET", &format!("{MAPS}?resourceVersion=99999999"), None);
    assert_eq!((code, refused["reason"].as_str(), refused["details"]["causes"][0]["reason"].as_str()), (504, Some("Timeout"), Some("ResourceVersionTooLarge")));
}
