//! Who may do what, over HTTP as everybody meets it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use podarium_machine::{HttpEvent, HttpRequest};
use serde_json::{Value, json};
use std::time::Duration;

use crate::apiserver::{Connection, Grant, User};
use crate::{Cause, Cluster, Config};

fn cluster() -> Cluster {
    let mut cluster = Cluster::new(Config::default());
    cluster.bootstrap();
    cluster.add_token("jane-token", User::with_groups("jane", &["devs"]));
    cluster.advance(podarium_sim::Time::from_secs(2));
    cluster
}

fn send(cluster: &mut Cluster, connection: Connection, request: HttpRequest) -> (u16, Value) {
    let id = cluster.http_over(connection, request, Cause::Start);
    cluster.advance(cluster.now() + Duration::from_millis(50));
    let events = cluster.take_http_events();
    let answer = events.into_iter().find_map(|(of, event)| match event {
        HttpEvent::Response(response) if of == id => Some(response),
        _ => None,
    });
    let answer = answer.expect("an answer");
    (answer.status, serde_json::from_slice(&answer.body).unwrap_or(Value::Null))
}

fn admin(cluster: &mut Cluster, method: &str, path: &str, body: Value) -> (u16, Value) {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let request = HttpRequest::new(method, path).header("Content-Type", "application/json").body(body);
    send(cluster, Connection::of(User::admin()), request)
}

fn jane(cluster: &mut Cluster, method: &str, path: &str, body: Value) -> (u16, Value) {
    let request = HttpRequest::new(method, path).header("Authorization", "Bearer jane-token").header("Content-Type", "application/json");
    send(cluster, Connection::default(), if body.is_null() { request } else { request.body(body.to_string()) })
}

fn allow_jane(cluster: &mut Cluster, rules: Value) {
    let role = json!({"metadata": {"name": "r"}, "rules": rules});
    assert_eq!(admin(cluster, "POST", "/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles", role).0, 201);
    let binding = json!({"metadata": {"name": "rb"}, "roleRef": {"kind": "Role", "name": "r"}, "subjects": [{"kind": "User", "name": "jane"}]});
    assert_eq!(admin(cluster, "POST", "/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings", binding).0, 201);
}

#[test]
fn without_credentials_one_may_look_at_the_health_and_no_more() {
    let mut cluster = cluster();
    let anonymous = |cluster: &mut Cluster, path: &str| send(cluster, Connection::default(), HttpRequest::get(path));
    assert_eq!(anonymous(&mut cluster, "/healthz").0, 200);
    assert_eq!(anonymous(&mut cluster, "/version").0, 200);
    let (code, answer) = anonymous(&mut cluster, "/api");
    assert_eq!((code, answer["message"].as_str()), (403, Some("forbidden: User \"system:anonymous\" cannot get path \"/api\"")));
    assert_eq!(answer["details"], json!({}));
    let (code, answer) = anonymous(&mut cluster, "/api/v1/namespaces/default/pods");
    assert_eq!(code, 403);
    assert_eq!(answer["message"], "pods is forbidden: User \"system:anonymous\" cannot list resource \"pods\" in API group \"\" in the namespace \"default\"");
    assert_eq!(answer["details"], json!({"kind": "pods"}));
    let (code, answer) = send(&mut cluster, Connection::default(), HttpRequest::get("/api").header("Authorization", "Bearer wrong"));
    assert_eq!((code, answer["reason"].as_str(), answer["message"].as_str()), (401, Some("Unauthorized"), Some("Unauthorized")));
}

#[test]
fn a_binding_gives_what_its_role_says() {
    let mut cluster = cluster();
    let pods = "/api/v1/namespaces/default/pods";
    assert_eq!(jane(&mut cluster, "GET", pods, Value::Null).0, 403);
    allow_jane(&mut cluster, json!([{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}]));
    assert_eq!(jane(&mut cluster, "GET", pods, Value::Null).0, 200);
    assert_eq!(jane(&mut cluster, "GET", "/api/v1/namespaces/kube-system/pods", Value::Null).0, 403);
    assert_eq!(jane(&mut cluster, "GET", &format!("{pods}?watch=true"), Value::Null).0, 403);
    assert_eq!(jane(&mut cluster, "DELETE", &format!("{pods}/x"), Value::Null).0, 403);
    let refusal = cluster.refusals().last().expect("the refusal is kept");
    assert_eq!((&*refusal.user, refusal.verb.as_str(), refusal.resource.as_str(), &*refusal.name, refusal.code), ("jane", "delete", "pods", "x", 403));
    assert_eq!(refusal.message, "pods \"x\" is forbidden: User \"jane\" cannot delete resource \"pods\" in API group \"\" in the namespace \"default\"");
    let path = "/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings/rb";
    assert_eq!(admin(&mut cluster, "DELETE", path, Value::Null).0, 200);
    assert_eq!(jane(&mut cluster, "GET", pods, Value::Null).0, 403);
}

#[test]
fn a_binding_to_a_missing_role_is_named_in_the_refusal() {
    let mut cluster = cluster();
    let binding = json!({"metadata": {"name": "rb"}, "roleRef": {"kind": "Role", "name": "ghost"}, "subjects": [{"kind": "Group", "name": "devs"}]});
    admin(&mut cluster, "POST", "/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings", binding);
    let (_, answer) = jane(&mut cluster, "GET", "/api/v1/namespaces/default/pods", Value::Null);
    let text = "pods is forbidden: User \"jane\" cannot list resource \"pods\" in API group \"\" in the namespace \"default\": RBAC: role.rbac.authorization.k8s.io \"ghost\" not found";
    assert_eq!(answer["message"], text);
}

#[test]
fn nobody_gives_away_what_they_do_not_have() {
    let mut cluster = cluster();
    allow_jane(&mut cluster, json!([
        {"apiGroups": ["rbac.authorization.k8s.io"], "resources": ["roles", "rolebindings"], "verbs": ["create", "get"]},
        {"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]},
    ]));
    let roles = "/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles";
    let role = |verbs: Value| json!({"metadata": {"name": "mine"}, "rules": [{"apiGroups": [""], "resources": ["pods", "secrets"], "verbs": verbs}]});
    let (code, answer) = jane(&mut cluster, "POST", roles, role(json!(["list", "get"])));
    assert_eq!(code, 403);
    assert_eq!(
        answer["message"],
        "roles.rbac.authorization.k8s.io \"mine\" is forbidden: user \"jane\" (groups=[\"devs\" \"system:authenticated\"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[\"\"], Resources:[\"secrets\"], Verbs:[\"list\" \"get\"]}"
    );
    let only_pods = json!({"metadata": {"name": "mine"}, "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]});
    assert_eq!(jane(&mut cluster, "POST", roles, only_pods).0, 201);
    let bindings = "/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings";
    let binding = |role: &str, kind: &str| json!({"metadata": {"name": role}, "roleRef": {"kind": kind, "name": role}, "subjects": [{"kind": "User", "name": "joe"}]});
    assert_eq!(jane(&mut cluster, "POST", bindings, binding("mine", "Role")).0, 201);
    let (code, answer) = jane(&mut cluster, "POST", bindings, binding("cluster-admin", "ClusterRole"));
    assert_eq!(code, 403);
    let text = answer["message"].as_str().unwrap_or_default();
    assert!(text.starts_with("rolebindings.rbac.authorization.k8s.io \"cluster-admin\" is forbidden: user \"jane\""), "{text}");
    assert!(text.contains("{APIGroups:[\"*\"], Resources:[\"*\"], Verbs:[\"*\"]}\n{NonResourceURLs:[\"*\"], Verbs:[\"*\"]}"), "{text}");
    let (code, answer) = jane(&mut cluster, "POST", bindings, binding("ghost", "Role"));
    assert_eq!((code, answer["message"].as_str()), (404, Some("roles.rbac.authorization.k8s.io \"ghost\" not found")));
}

#[test]
fn acting_for_somebody_else_needs_a_right_of_its_own() {
    let mut cluster = cluster();
    let as_joe = || HttpRequest::get("/api/v1/namespaces/default/pods").header("Impersonate-User", "joe");
    let (code, answer) = send(&mut cluster, Connection::default(), as_joe().header("Authorization", "Bearer jane-token"));
    assert_eq!(code, 403);
    assert_eq!(answer["message"], "pods is forbidden: User \"jane\" cannot impersonate-on:user-info:list resource \"pods\" in API group \"\" in the namespace \"default\"");
    let (code, answer) = send(&mut cluster, Connection::of(User::admin()), as_joe());
    assert_eq!(code, 403);
    assert_eq!(answer["message"], "pods is forbidden: User \"joe\" cannot list resource \"pods\" in API group \"\" in the namespace \"default\"");
    let (code, _) = send(&mut cluster, Connection::of(User::admin()), as_joe().header("Impersonate-Group", "system:masters"));
    assert_eq!(code, 200);
    let group_alone = HttpRequest::get("/api/v1/namespaces/default/pods").header("Impersonate-Group", "devs");
    let (code, answer) = send(&mut cluster, Connection::of(User::admin()), group_alone);
    let text = "requested &user.DefaultInfo{Name:\"\", UID:\"\", Groups:[]string{\"devs\"}, Extra:map[string][]string(nil)} without impersonating a user name";
    assert_eq!((code, answer["message"].as_str()), (400, Some(text)));
}

#[test]
fn a_token_is_its_accounts_until_it_ends() {
    let mut cluster = cluster();
    let path = "/api/v1/namespaces/default/serviceaccounts/default/token";
    let (code, answer) = admin(&mut cluster, "POST", path, json!({"spec": {"expirationSeconds": 600}}));
    assert_eq!(code, 201, "{answer}");
    let token = answer["status"]["token"].as_str().unwrap_or_default().to_owned();
    let whoami = |cluster: &mut Cluster| {
        let request = HttpRequest::new("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews").header("Authorization", &format!("Bearer {token}")).body("{}");
        send(cluster, Connection::default(), request)
    };
    let (code, answer) = whoami(&mut cluster);
    assert_eq!(code, 201, "{answer}");
    let user = &answer["status"]["userInfo"];
    assert_eq!(user["username"], "system:serviceaccount:default:default");
    assert_eq!(user["groups"], json!(["system:serviceaccounts", "system:serviceaccounts:default", "system:authenticated"]));
    let review = json!({"spec": {"token": token}});
    let (_, answer) = admin(&mut cluster, "POST", "/apis/authentication.k8s.io/v1/tokenreviews", review);
    assert_eq!(answer["status"]["authenticated"], true, "{answer}");
    // Clocks may differ by a minute.
    cluster.advance(cluster.now() + Duration::from_secs(661));
    assert_eq!(whoami(&mut cluster).0, 401);
    let (_, answer) = admin(&mut cluster, "POST", "/apis/authentication.k8s.io/v1/tokenreviews", json!({"spec": {"token": token}}));
    assert_eq!(answer["status"], json!({"user": {}, "error": "[invalid bearer token, service account token has expired]"}));
}

#[test]
fn a_review_tells_for_whom_a_token_is_and_why_it_is_not_taken() {
    let mut cluster = cluster();
    let path = "/api/v1/namespaces/default/serviceaccounts/default/token";
    let (_, answer) = admin(&mut cluster, "POST", path, json!({"spec": {"audiences": ["a", "b"]}}));
    let token = answer["status"]["token"].as_str().unwrap_or_default().to_owned();
    let review = |cluster: &mut Cluster, token: &str, audiences: &[&str]| {
        let body = json!({"spec": {"token": token, "audiences": audiences}});
        admin(cluster, "POST", "/apis/authentication.k8s.io/v1/tokenreviews", body).1["status"].clone()
    };
    assert_eq!(review(&mut cluster, &token, &["b", "a", "c"])["audiences"], json!(["b", "a"]));
    let not_for_us = "[invalid bearer token, token audiences [\"a\" \"b\"] is invalid for the target audiences [\"https://kubernetes.default.svc.cluster.local\"]]";
    assert_eq!(review(&mut cluster, &token, &[]), json!({"user": {}, "error": not_for_us}));
    // Other claims under the same signature.
    let parts: Vec<&str> = token.split('.').collect();
    let claims = String::from_utf8(URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap().replace("default:default", "default:root");
    let forged = format!("{}.{}.{}", parts[0], URL_SAFE_NO_PAD.encode(claims), parts[2]);
    assert_eq!(review(&mut cluster, &forged, &["a"]), json!({"user": {}, "error": "[invalid bearer token, go-jose/go-jose: error in cryptographic primitive]"}));
    assert_eq!(review(&mut cluster, "a.b.c", &["a"]), json!({"user": {}, "error": "invalid bearer token"}));
    assert_eq!(admin(&mut cluster, "DELETE", "/api/v1/namespaces/default/serviceaccounts/default", Value::Null).0, 200);
    let error = review(&mut cluster, &token, &["a"])["error"].clone();
    // The account may be there again, under another uid.
    assert!(error.as_str().is_some_and(|error| error.contains("service account UID") || error.contains("not found")), "{error}");
}

#[test]
fn what_is_refused_after_the_roles_have_allowed_it_is_kept_with_its_right() {
    let mut cluster = cluster();
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": []}});
    assert_eq!(admin(&mut cluster, "POST", "/api/v1/namespaces/default/pods", pod).0, 422);
    let refusal = cluster.refusals().last().expect("the refusal is kept");
    assert_eq!((refusal.verb.as_str(), refusal.resource.as_str(), &*refusal.namespace, &*refusal.name), ("create", "pods", "default", "p"));
    assert_eq!((refusal.code, refusal.reason.as_str(), &refusal.grant), (422, "Invalid", &Some(Grant::Masters)));
}

#[test]
fn questions_are_answered_with_the_reason() {
    let mut cluster = cluster();
    allow_jane(&mut cluster, json!([{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]));
    let ask = |cluster: &mut Cluster, spec: Value| admin(cluster, "POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", json!({"spec": spec})).1["status"].clone();
    let pods = |verb: &str| json!({"resource": "pods", "verb": verb, "namespace": "default"});
    assert_eq!(
        ask(&mut cluster, json!({"user": "jane", "resourceAttributes": pods("get")})),
        json!({"allowed": true, "reason": "RBAC: allowed by RoleBinding \"rb/default\" of Role \"r\" to User \"jane\""})
    );
    assert_eq!(ask(&mut cluster, json!({"user": "jane", "resourceAttributes": pods("delete")})), json!({"allowed": false}));
    assert_eq!(ask(&mut cluster, json!({"user": "root", "groups": ["system:masters"], "resourceAttributes": pods("delete")})), json!({"allowed": true}));
    let (code, answer) = jane(&mut cluster, "POST", "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", json!({"spec": {"namespace": "default"}}));
    assert_eq!(code, 201, "{answer}");
    let rules = answer["status"]["resourceRules"].as_array().expect("rules");
    assert!(rules.iter().any(|rule| rule["resources"] == json!(["pods"]) && rule["verbs"] == json!(["get"])), "{answer}");
}

#[test]
fn a_write_knows_who_allowed_it() {
    let mut cluster = cluster();
    let write = cluster.writes().iter().find(|write| write.user.ends_with("service-account-controller")).expect("a controller's write");
    let text = "RBAC: allowed by ClusterRoleBinding \"system:controller:service-account-controller\" of ClusterRole \"system:controller:service-account-controller\" to ServiceAccount \"service-account-controller/kube-system\"";
    assert_eq!(write.grant.to_string(), text);
    assert_eq!(admin(&mut cluster, "POST", "/api/v1/namespaces", json!({"metadata": {"name": "shop"}})).0, 201);
}
