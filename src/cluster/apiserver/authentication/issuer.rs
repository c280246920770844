//! Tokens of service accounts: JSON Web Tokens that say whose they are, until when they hold, and to which pod, node or
//! Secret they are bound. A token dies with the object that it is bound to.
//!
//! Models: pkg/serviceaccount/{jwt,claims,legacy}.go, v1.36.
//! Simplified: an object of another uid than the token names is as one that is gone; nobody remembers for ten seconds who a
//! token was.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use podarium_api::{Kind, Object, Resource as _, Secret, ServiceAccount, Status};
use serde_json::{Value, json};

use super::{User, UserInfo, signing_key};
use crate::store::{Key, Store};

/// The name under which the cluster signs, and the audience of tokens that name none.
pub(crate) const ISSUER: &str = "https://kubernetes.default.svc.cluster.local";
const LEGACY_ISSUER: &str = "kubernetes/serviceaccount";
const LEGACY: &str = "kubernetes.io/serviceaccount/";
/// By how much clocks may differ.
const LEEWAY_SECONDS: i64 = 60;

/// Something a token is bound to: the word for it in the claims, its kind, name and uid.
#[derive(Clone, Debug)]
pub(super) struct Binding {
    pub word: &'static str,
    pub kind: Kind,
    pub key: Key,
    pub uid: String,
}

/// Signs tokens and knows its own again. kube-apiserver and kube-controller-manager share the key.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Issuer;

impl Issuer {
    /// A token for an account that holds from `issued` to `expires` (seconds), without its signature.
    pub(super) fn token(self, account: &ServiceAccount, bindings: &[Binding], audiences: &[String], id: &str, issued: i64, expires: (i64, Option<i64>)) -> String {
        let (namespace, name) = (account.namespace(), account.name());
        let mut cluster = json!({"namespace": namespace, "serviceaccount": {"name": name, "uid": account.uid()}});
        for binding in bindings {
            cluster[binding.word] = json!({"name": &*binding.key.name, "uid": binding.uid});
        }
        if let Some(warn) = expires.1 {
            cluster["warnafter"] = warn.into();
        }
        signing_key::unsigned(&json!({
            "aud": audiences, "exp": expires.0, "iat": issued, "iss": ISSUER, "jti": id, "kubernetes.io": cluster, "nbf": issued,
            "sub": format!("system:serviceaccount:{namespace}:{name}"),
        }))
    }

    /// The token of a Secret of the old kind, which never expires.
    pub(crate) fn legacy_token(self, account: &ServiceAccount, secret: &str) -> String {
        let (namespace, name) = (account.namespace(), account.name());
        let claim = |word: &str| format!("{LEGACY}{word}");
        signing_key::signed(&signing_key::unsigned(&json!({
            "iss": LEGACY_ISSUER, claim("namespace"): namespace, claim("secret.name"): secret, claim("service-account.name"): name,
            claim("service-account.uid"): account.uid(), "sub": format!("system:serviceaccount:{namespace}:{name}"),
        })))
    }

    /// The user of a token that is ours, holds now, and whose account and bound object are still there, with those of the
    /// wanted audiences for which it is.
    pub(super) fn user(self, store: &Store, token: &str, audiences: &[String], now: i64) -> Result<(User, Vec<String>), Refused> {
        let claims = claims(token).ok_or(Refused::Unknown)?;
        let legacy = claims["iss"] == LEGACY_ISSUER;
        if !legacy && claims["iss"] != ISSUER {
            return Err(Refused::Unknown);
        }
        if !signing_key::verifies(token) {
            return Err(because("go-jose/go-jose: error in cryptographic primitive"));
        }
        let own = || claims["aud"].as_array().map(|list| list.iter().filter_map(Value::as_str).map(str::to_owned).collect());
        let own: Vec<String> = own().filter(|own: &Vec<String>| !own.is_empty()).unwrap_or_else(|| vec![ISSUER.to_owned()]);
        let both: Vec<String> = audiences.iter().filter(|audience| own.contains(audience)).cloned().collect();
        if both.is_empty() {
            let shown = |list: &[String]| list.iter().map(|audience| format!("{audience:?}")).collect::<Vec<_>>().join(" ");
            return Err(because(&format!("token audiences [{}] is invalid for the target audiences [{}]", shown(&own), shown(audiences))));
        }
        let user = if legacy { legacy_user(store, &claims, token).ok_or_else(|| because("Token has been invalidated"))? } else { bound_user(store, &claims, now)? };
        Ok((user, both))
    }
}

/// Why a token is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::apiserver) enum Refused {
    /// Nobody claims to have given it out.
    Unknown,
    Because(String),
}

fn because(why: &str) -> Refused {
    Refused::Because(why.to_owned())
}

/// What a token says of itself, true or not.
fn claims(token: &str) -> Option<Value> {
    let [_, claims, _] = token.split('.').collect::<Vec<_>>().try_into().ok()?;
    serde_json::from_slice(&BASE64.decode(claims).ok()?).ok()
}

fn bound_user(store: &Store, claims: &Value, now: i64) -> Result<User, Refused> {
    let (broken, invalidated) = (|| because("service account token claims could not be validated"), || because("service account token has been invalidated"));
    let second = |name: &str| claims[name].as_i64();
    if second("exp").is_some_and(|end| end < now - LEEWAY_SECONDS) {
        return Err(because("service account token has expired"));
    }
    if second("nbf").is_some_and(|start| start > now + LEEWAY_SECONDS) {
        return Err(because("service account token is not valid yet"));
    }
    let cluster = &claims["kubernetes.io"];
    let account = &cluster["serviceaccount"];
    let (namespace, name) = (cluster["namespace"].as_str().ok_or_else(broken)?, account["name"].as_str().ok_or_else(broken)?);
    let key = Key::new(namespace, name);
    let uid = account["uid"].as_str().unwrap_or_default();
    match store.get(Kind::ServiceAccount, &key).map(|found| found.meta().uid.as_deref().unwrap_or_default()) {
        None => return Err(because(Status::not_found(Kind::ServiceAccount, name).message())),
        Some(found) if found != uid => return Err(because(&format!("service account UID ({found}) does not match claim ({uid})"))),
        Some(_) => {}
    }
    let mut extra: BTreeMap<Arc<str>, Vec<Arc<str>>> = BTreeMap::new();
    let mut note = |name: &str, value: &str| extra.insert(format!("authentication.kubernetes.io/{name}").into(), vec![value.into()]);
    note("credential-id", &format!("JTI={}", claims["jti"].as_str().unwrap_or_default()));
    for (word, kind, place) in [("pod", Kind::Pod, namespace), ("secret", Kind::Secret, namespace), ("node", Kind::Node, "")] {
        let Some(bound) = cluster.get(word) else { continue };
        let name = bound["name"].as_str().ok_or_else(broken)?;
        // The node of a pod is only noted; a token bound to a node alone dies with it.
        let binds = word != "node" || cluster.get("pod").is_none();
        if binds && !is_there(store, kind, &Key::new(place, name), bound) {
            return Err(invalidated());
        }
        if word != "secret" {
            note(&format!("{word}-name"), name);
            note(&format!("{word}-uid"), bound["uid"].as_str().unwrap_or_default());
        }
    }
    Ok(user(&key, uid, extra))
}

fn user(account: &Key, uid: &str, extra: BTreeMap<Arc<str>, Vec<Arc<str>>>) -> User {
    let named = User::service_account(&account.namespace, &account.name);
    UserInfo { name: named.shared_name(), uid: uid.into(), groups: named.groups().to_vec(), extra }.into()
}

fn is_there(store: &Store, kind: Kind, key: &Key, claim: &Value) -> bool {
    store.get(kind, key).is_some_and(|object| object.meta().uid.as_deref() == claim["uid"].as_str())
}

fn legacy_user(store: &Store, claims: &Value, token: &str) -> Option<User> {
    let claim = |word: &str| claims[format!("{LEGACY}{word}")].as_str();
    let namespace = claim("namespace")?;
    let account = Key::new(namespace, claim("service-account.name")?);
    let uid = claim("service-account.uid")?;
    let Some(Object::Secret(secret)) = store.get(Kind::Secret, &Key::new(namespace, claim("secret.name")?)) else { return None };
    let found = store.get(Kind::ServiceAccount, &account)?;
    let same = found.meta().uid.as_deref() == Some(uid) && held(secret) == Some(token.as_bytes());
    same.then(|| user(&account, uid, BTreeMap::new()))
}

/// The token in a Secret.
fn held(secret: &Secret) -> Option<&[u8]> {
    secret.data.as_ref()?.get("token").map(|token| token.0.as_slice())
}
