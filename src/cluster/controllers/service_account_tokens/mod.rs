//! The tokens controller: fills Secrets of the old kind with a token of the account that they name, and takes them away
//! when the account goes. Pods no longer need them; they are for programs outside of the cluster.
//!
//! Models: pkg/controller/serviceaccount/tokens_controller.go, v1.36.
//! Simplified: nothing.

use k8s_openapi::ByteString;
use podarium_api::{Kind, Object, Resource as _, Secret, ServiceAccount};

use super::{Controller, Enqueue, Stop, Sync};
use crate::apiserver::authentication::Issuer;
use crate::apiserver::{Filter, Request};
use crate::authority::Authority;
use crate::client::{Caches, Change};
use crate::store::Key;

const TYPE: &str = "kubernetes.io/service-account-token";
const ACCOUNT_NAME: &str = "kubernetes.io/service-account.name";
const ACCOUNT_UID: &str = "kubernetes.io/service-account.uid";

#[derive(Clone, Debug)]
pub struct TokensController {
    authority: Authority,
}

impl TokensController {
    pub fn new(authority: Authority) -> Self {
        TokensController { authority }
    }
}

fn annotation<'a>(secret: &'a Secret, name: &str) -> &'a str {
    secret.metadata.annotations.as_ref().and_then(|annotations| annotations.get(name)).map_or("", String::as_str)
}

fn is_token(secret: &Secret) -> bool {
    secret.type_.as_deref() == Some(TYPE)
}

impl Controller for TokensController {
    const NAME: &'static str = "tokens-controller";
    /// It works before there are accounts, so it acts as kube-controller-manager itself.
    const SERVICE_ACCOUNT: &'static str = "";
    const WORKERS: usize = 5;

    fn watched() -> Vec<(Kind, Filter)> {
        vec![(Kind::Secret, Filter::all()), (Kind::ServiceAccount, Filter::all())]
    }

    fn on_change(&mut self, change: &Change, caches: &Caches, enqueue: &mut Enqueue<'_>) {
        match change.object() {
            Object::Secret(secret) if change.new.is_some() && is_token(secret) => enqueue.add(change.key.clone()),
            Object::ServiceAccount(account) => {
                let of_account = |secret: &&std::sync::Arc<Secret>| is_token(secret) && annotation(secret, ACCOUNT_NAME) == account.name();
                for secret in caches.list_in::<Secret>(&change.key.namespace).filter(of_account) {
                    enqueue.add(Key::of_meta(&secret.metadata));
                }
            }
            _ => {}
        }
    }

    fn sync(&self, ctx: &mut Sync<'_>, key: &Key) -> Result<(), Stop> {
        let Some(secret) = ctx.caches().get::<Secret>(key).cloned() else { return Ok(()) };
        if !is_token(&secret) || secret.metadata.deletion_timestamp.is_some() {
            return Ok(());
        }
        let account = Key::new(&key.namespace, annotation(&secret, ACCOUNT_NAME));
        let cached = ctx.caches().get::<ServiceAccount>(&account).cloned();
        let found = match cached {
            Some(account) => Some(account),
            None => match ctx.get_live::<ServiceAccount>(&account)? {
                Ok(account) => Some(account),
                Err(status) if status.is_not_found() => None,
                Err(status) => return Err(status.into()),
            },
        };
        let uid = annotation(&secret, ACCOUNT_UID);
        let Some(account) = found.filter(|account| uid.is_empty() || uid == account.uid()) else {
            let gone = ctx.send(Request::delete(Kind::Secret, key).if_uid(secret.uid()))?;
            return match gone {
                Err(status) if !status.is_not_found() && !status.is_conflict() => Err(status.into()),
                _ => Ok(()),
            };
        };
        let next = filled(&secret, &account, self.authority.pem());
        if next != *secret {
            ctx.update(next)??;
        }
        Ok(())
    }
}

/// The Secret with all that a token Secret holds.
fn filled(secret: &Secret, account: &ServiceAccount, certificate: &str) -> Secret {
    let mut next = secret.clone();
    let data = next.data.get_or_insert_default();
    data.insert("ca.crt".to_owned(), ByteString(certificate.into()));
    data.entry("namespace".to_owned()).or_insert_with(|| ByteString(secret.namespace().into()));
    data.entry("token".to_owned()).or_insert_with(|| ByteString(Issuer.legacy_token(account, secret.name()).into()));
    let annotations = next.metadata.annotations.get_or_insert_default();
    annotations.insert(ACCOUNT_NAME.to_owned(), account.name().to_owned());
    annotations.insert(ACCOUNT_UID.to_owned(), account.uid().to_owned());
    next
}
