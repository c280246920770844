//! Tokens of service accounts: JSON Web Tokens that say whose they are, until when they hold, and to which pod, node or
//! Secret they are bound. A token dies with the object that it is bound to.
//!
//! Models: pkg/serviceaccount/{jwt,claims,legacy,openidmetadata}.go, v1.36.
//! Simplified: the signature is a keyed checksum of the right length, not one that withstands an attacker.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use podarium_api::{Kind, Object, Resource as _, Secret, ServiceAccount};
use podarium_sim::Fingerprint;
use serde_json::{Value, json};

use super::{User, UserInfo};
use crate::store::{Key, Store};

/// The name under which the cluster signs, and the audience of tokens that name none.
pub(crate) const ISSUER: &str = "https://kubernetes.default.svc.cluster.local";
const LEGACY_ISSUER: &str = "kubernetes/serviceaccount";
const LEGACY: &str = "kubernetes.io/serviceaccount/";
/// As long as the signature of a key of 2048 bits.
const SIGNATURE_BYTES: u64 = 256;

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
    fn checksum(self, text: &str, bytes: u64) -> String {
        let blocks = (0..bytes.div_ceil(8)).flat_map(|block| {
            let mut checksum = Fingerprint::default();
            checksum.write(b"the key of the cluster's service accounts");
            checksum.write(&block.to_be_bytes());
            checksum.write(text.as_bytes());
            checksum.finish().to_be_bytes()
        });
        BASE64.encode(blocks.collect::<Vec<u8>>())
    }

    fn sign(self, claims: &Value) -> String {
        let header = json!({"alg": "RS256", "kid": self.checksum("key", 32)});
        let text = format!("{}.{}", BASE64.encode(header.to_string()), BASE64.encode(claims.to_string()));
        let signature = self.checksum(&text, SIGNATURE_BYTES);
        format!("{text}.{signature}")
    }

    /// A token for an account that holds from `issued` to `expires` (seconds).
    pub(super) fn token(self, account: &ServiceAccount, bindings: &[Binding], audiences: &[String], id: &str, issued: i64, expires: (i64, Option<i64>)) -> String {
        let (namespace, name) = (account.namespace(), account.name());
        let mut cluster = json!({"namespace": namespace, "serviceaccount": {"name": name, "uid": account.uid()}});
        for binding in bindings {
            cluster[binding.word] = json!({"name": &*binding.key.name, "uid": binding.uid});
        }
        if let Some(warn) = expires.1 {
            cluster["warnafter"] = warn.into();
        }
        self.sign(&json!({
            "aud": audiences, "exp": expires.0, "iat": issued, "iss": ISSUER, "jti": id, "kubernetes.io": cluster, "nbf": issued,
            "sub": format!("system:serviceaccount:{namespace}:{name}"),
        }))
    }

    /// The token of a Secret of the old kind, which never expires.
    pub(crate) fn legacy_token(self, account: &ServiceAccount, secret: &str) -> String {
        let (namespace, name) = (account.namespace(), account.name());
        let claim = |word: &str| format!("{LEGACY}{word}");
        self.sign(&json!({
            "iss": LEGACY_ISSUER, claim("namespace"): namespace, claim("secret.name"): secret, claim("service-account.name"): name,
            claim("service-account.uid"): account.uid(), "sub": format!("system:serviceaccount:{namespace}:{name}"),
        }))
    }

    /// The claims of a token with our signature.
    fn claims(self, token: &str) -> Option<Value> {
        let (text, signature) = token.rsplit_once('.')?;
        if self.checksum(text, SIGNATURE_BYTES) != signature {
            return None;
        }
        serde_json::from_slice(&BASE64.decode(text.split_once('.')?.1).ok()?).ok()
    }

    /// The user of a token that is ours, holds now, and whose account and bound object are still there.
    pub(super) fn user(self, store: &Store, token: &str, now: i64) -> Option<User> {
        let claims = self.claims(token)?;
        if claims["iss"] == LEGACY_ISSUER {
            return legacy_user(store, &claims, token);
        }
        let second = |name: &str| claims[name].as_i64();
        let for_us = claims["aud"].as_array()?.iter().any(|audience| audience == ISSUER);
        if !for_us || second("exp")? <= now || second("nbf")? > now {
            return None;
        }
        let cluster = &claims["kubernetes.io"];
        let namespace = cluster["namespace"].as_str()?;
        let account = &cluster["serviceaccount"];
        let key = Key::new(namespace, account["name"].as_str()?);
        let mut extra: BTreeMap<Arc<str>, Vec<Arc<str>>> = BTreeMap::new();
        let mut note = |name: &str, value: &str| extra.insert(format!("authentication.kubernetes.io/{name}").into(), vec![value.into()]);
        note("credential-id", &format!("JTI={}", claims["jti"].as_str()?));
        if !is_there(store, Kind::ServiceAccount, &key, account) {
            return None;
        }
        for (word, kind, place) in [("pod", Kind::Pod, namespace), ("secret", Kind::Secret, namespace), ("node", Kind::Node, "")] {
            let Some(bound) = cluster.get(word) else { continue };
            let name = bound["name"].as_str()?;
            // The node of a pod is only noted; a token bound to a node alone dies with it.
            let binds = word != "node" || cluster.get("pod").is_none();
            if binds && !is_there(store, kind, &Key::new(place, name), bound) {
                return None;
            }
            if word != "secret" {
                note(&format!("{word}-name"), name);
                note(&format!("{word}-uid"), bound["uid"].as_str().unwrap_or_default());
            }
        }
        Some(user(&key, account["uid"].as_str()?, extra))
    }
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
