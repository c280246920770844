//! Giving out tokens: `POST …/serviceaccounts/NAME/token`.
//!
//! Models: pkg/registry/core/serviceaccount/storage/token.go, v1.36.
//! Simplified: nothing.

use k8s_openapi::api::authentication::v1::{BoundObjectReference, TokenRequestStatus};
use podarium_api::field::FieldError;
use podarium_api::time::Epoch;
use podarium_api::{Kind, Object, Resource as _, ServiceAccount, Status, TokenRequest, names};

use super::issuer::{Binding, ISSUER};
use super::signed;
use crate::apiserver::{ApiServer, Body, Call, Reply, Request, Subresource};
use crate::store::Key;

/// What kubelets ask for; a token of such a pod goes on working for a year, with a warning in the audit log.
const WARN_ONLY_SECONDS: i64 = 3607;
const YEAR_SECONDS: i64 = 365 * 24 * 60 * 60;

impl ApiServer {
    pub(in crate::apiserver) fn request_token(&mut self, request: Request, call: &mut Call) -> Result<Reply, Status> {
        let (key, signs_itself) = (request.key(), request.options.unsigned_token);
        let Body::Object(mut object) = request.body else {
            return Err(Status::bad_request("the body of a token request holds no TokenRequest"));
        };
        object.set_defaults();
        self.track_create(&object, Some(Subresource::Token), call);
        let Object::TokenRequest(asked) = object else {
            return Err(Status::bad_request("the body of a token request holds no TokenRequest"));
        };
        let mut asked = (*asked).clone();
        same(asked.metadata.name.as_deref(), &key.name, "name", "must match the service account name if specified", &key)?;
        same(asked.metadata.namespace.as_deref(), &key.namespace, "namespace", "must match the service account namespace if specified", &key)?;
        let Object::ServiceAccount(account) = self.stored(Kind::ServiceAccount, &key)?.clone() else {
            return Err(Status::not_found(Kind::ServiceAccount, &key.name));
        };
        self.complete(&mut asked, &account, call)?;
        let errors = Object::validate(&Object::TokenRequest(asked.clone().into()));
        if !errors.is_empty() {
            return Err(Status::invalid(Kind::TokenRequest, "", &errors));
        }
        let spec = asked.spec.get_or_insert_default();
        let bindings = match &spec.bound_object_ref {
            Some(bound) => self.bind_token(bound, &key)?,
            None => Vec::new(),
        };
        let issued = self.epoch.timestamp(call.now).as_second();
        let asked_for = spec.expiration_seconds.unwrap_or(WARN_ONLY_SECONDS);
        let to_pod = bindings.first().is_some_and(|binding| binding.kind == Kind::Pod);
        let audiences = spec.audiences.clone().unwrap_or_default();
        let for_us = audiences.iter().all(|audience| audience == ISSUER);
        let expires = if to_pod && for_us && asked_for == WARN_ONLY_SECONDS {
            (issued + YEAR_SECONDS, Some(issued + asked_for))
        } else {
            (issued + asked_for, None)
        };
        let id = names::new_uid(&mut self.stream);
        let unsigned = self.issuer.token(&account, &bindings, &audiences, &id, issued, expires);
        let token = if signs_itself { unsigned } else { signed(&unsigned) };
        let expiration_timestamp = Some(expiry(self.epoch, call, asked_for));
        asked.status = Some(TokenRequestStatus { expiration_timestamp, token: Some(token) });
        call.created = true;
        Ok(Reply::Object(std::sync::Arc::new(asked).into_object()))
    }

    /// Fills in what the request left out.
    fn complete(&self, asked: &mut TokenRequest, account: &ServiceAccount, call: &Call) -> Result<(), Status> {
        let uid = asked.metadata.uid.clone().unwrap_or_default();
        if !uid.is_empty() && uid != account.uid() {
            let why = format!("the UID in the token request ({uid}) does not match the UID of the service account ({})", account.uid());
            return Err(conflict("TokenRequest", account.name(), &why));
        }
        asked.metadata.name.clone_from(&account.metadata.name);
        asked.metadata.namespace.clone_from(&account.metadata.namespace);
        asked.metadata.uid.clone_from(&account.metadata.uid);
        asked.metadata.creation_timestamp = Some(self.epoch.seconds(call.now));
        asked.status = None;
        let audiences = asked.spec.get_or_insert_default().audiences.get_or_insert_default();
        if audiences.is_empty() {
            audiences.push(ISSUER.to_owned());
        }
        Ok(())
    }

    /// The object that the token shall die with, if it is what the request takes it for.
    fn bind_token(&self, bound: &BoundObjectReference, account: &Key) -> Result<Vec<Binding>, Status> {
        let (version, kind) = (bound.api_version.as_deref().unwrap_or_default(), bound.kind.as_deref().unwrap_or_default());
        let name = bound.name.as_deref().unwrap_or_default();
        let (word, kind, namespace) = match (version.contains('/'), kind) {
            (false, "Pod") => ("pod", Kind::Pod, &*account.namespace),
            (false, "Secret") => ("secret", Kind::Secret, &*account.namespace),
            (false, "Node") => ("node", Kind::Node, ""),
            _ => {
                let (group, version) = version.split_once('/').unwrap_or(("", version));
                return Err(Status::bad_request(format!("cannot bind token to object of type {group}/{version}, Kind={kind}")));
            }
        };
        let key = Key::new(namespace, name);
        let object = self.stored(kind, &key)?;
        let uid = object.meta().uid.clone().unwrap_or_default();
        let mut bindings = vec![Binding { word, kind, key, uid: uid.clone() }];
        if let Object::Pod(pod) = object {
            if pod.spec.service_account_name.as_deref() != Some(&*account.name) {
                let why = format!("cannot bind token for serviceaccount {:?} to pod running with different serviceaccount name.", account.name);
                return Err(Status::bad_request(why));
            }
            if let Some(node) = pod.spec.node_name.as_deref().filter(|node| !node.is_empty()) {
                let key = Key::new("", node);
                let uid = self.store.get(Kind::Node, &key).and_then(|node| node.meta().uid.clone()).unwrap_or_default();
                bindings.push(Binding { word: "node", kind: Kind::Node, key, uid });
            }
        }
        let wanted = bound.uid.as_deref().unwrap_or_default();
        if !wanted.is_empty() && wanted != uid {
            let why = format!("the UID in the bound object reference ({wanted}) does not match the UID in record. The object might have been deleted and then recreated");
            return Err(conflict(kind.info().kind, name, &why));
        }
        Ok(bindings)
    }
}

fn expiry(epoch: Epoch, call: &Call, seconds: i64) -> k8s_openapi::apimachinery::pkg::apis::meta::v1::Time {
    let wait = std::time::Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
    epoch.seconds(call.now + wait)
}

/// What the body says about the account, it must say as the URL does.
fn same(given: Option<&str>, wanted: &str, field: &str, why: &str, key: &Key) -> Result<(), Status> {
    match given.filter(|given| !given.is_empty() && *given != wanted) {
        Some(given) => Err(Status::invalid(Kind::TokenRequest, &key.name, &[FieldError::invalid(format!("metadata.{field}"), given, why)])),
        None => Ok(()),
    }
}

/// A conflict that is named after a kind in the group of tokens, as upstream writes it.
fn conflict(kind: &str, name: &str, why: &str) -> Status {
    let resource = if kind == "TokenRequest" { "TokenRequest.authentication.k8s.io" } else { kind };
    Status::new(409, "Conflict", format!("Operation cannot be fulfilled on {resource} {name:?}: {why}"))
}
