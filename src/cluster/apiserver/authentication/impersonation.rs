//! Impersonation: a request that asks to be taken as somebody else's (`kubectl --as`). Who may do so is a matter of
//! roles: with the verb `impersonate` for everything, or with its narrower forms for one verb of one kind of user.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/endpoints/filters/impersonation, v1.36.
//! Simplified: the shape of extra keys is not checked.

use std::collections::BTreeMap;
use std::sync::Arc;

use podarium_api::Status;
use podarium_sim::Time;

use super::connection::header;
use super::user::{ANONYMOUS, AUTHENTICATED, MASTERS, UNAUTHENTICATED};
use super::{User, UserInfo};
use crate::apiserver::authorization::{Attributes, Decision};
use crate::apiserver::ApiServer;
use crate::cause::Cause;

const EXTRA_PREFIX: &str = "impersonate-extra-";
const AUTHENTICATION: &str = "authentication.k8s.io";

/// The ways to become somebody else, from the narrowest to the one that allows everything.
const MODES: [&str; 5] = ["associated-node", "arbitrary-node", "serviceaccount", "user-info", ""];

/// Who the request wants to be, word for word.
fn wanted(headers: &[(String, String)]) -> Result<Option<UserInfo>, Status> {
    let text = |name: &str| header(headers, name).unwrap_or_default();
    let groups: Vec<Arc<str>> =
        headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("Impersonate-Group")).map(|(_, value)| value.as_str().into()).collect();
    let mut extra: BTreeMap<Arc<str>, Vec<Arc<str>>> = BTreeMap::new();
    for (name, value) in headers {
        if let Some(key) = name.to_ascii_lowercase().strip_prefix(EXTRA_PREFIX) {
            extra.entry(crate::http::decode_percent(key).into()).or_default().push(value.as_str().into());
        }
    }
    let info = UserInfo { name: text("Impersonate-User").into(), uid: text("Impersonate-Uid").into(), groups, extra };
    if !info.name.is_empty() {
        return Ok(Some(info));
    }
    if info.uid.is_empty() && info.groups.is_empty() && info.extra.is_empty() {
        return Ok(None);
    }
    Err(Status::bad_request(format!("requested {} without impersonating a user name", go_dump(&info))))
}

/// The user as Go's `%#v` writes it.
fn go_dump(info: &UserInfo) -> String {
    let list = |words: &[Arc<str>]| format!("[]string{{{}}}", words.iter().map(|word| format!("{word:?}")).collect::<Vec<_>>().join(", "));
    let groups = if info.groups.is_empty() { "[]string(nil)".to_owned() } else { list(&info.groups) };
    let extra = if info.extra.is_empty() {
        "map[string][]string(nil)".to_owned()
    } else {
        let entries: Vec<String> = info.extra.iter().map(|(key, values)| format!("{key:?}:{}", list(values))).collect();
        format!("map[string][]string{{{}}}", entries.join(", "))
    };
    format!("&user.DefaultInfo{{Name:{:?}, UID:{:?}, Groups:{groups}, Extra:{extra}}}", info.name, info.uid)
}

fn node_of(name: &str) -> Option<&str> {
    let node = name.strip_prefix("system:node:")?;
    podarium_api::name_rules::dns1123_subdomain(node).is_empty().then_some(node)
}

/// Whether a mode is about such users at all.
fn applies(mode: &str, wanted: &UserInfo, requestor: &User) -> bool {
    let name_only = wanted.uid.is_empty() && wanted.groups.is_empty() && wanted.extra.is_empty();
    let account = User::named(&wanted.name);
    match mode {
        "associated-node" => {
            let own = requestor.extra().find(|(key, _)| &***key == "authentication.kubernetes.io/node-name").and_then(|(_, names)| names.first());
            name_only && requestor.account().is_some() && own.is_some_and(|own| node_of(&wanted.name) == Some(own))
        }
        "arbitrary-node" => name_only && node_of(&wanted.name).is_some(),
        "serviceaccount" => name_only && account.account().is_some(),
        "user-info" => node_of(&wanted.name).is_none() && account.account().is_none(),
        _ => true,
    }
}

impl ApiServer {
    /// The user that the request is made as: the one who sends it, or whom it wants to be, if that is allowed.
    pub(crate) fn impersonate(&mut self, user: User, headers: &[(String, String)], request: &Attributes<'_>, now: Time, cause: Cause) -> Result<User, Status> {
        let Some(wanted) = wanted(headers)? else { return Ok(user) };
        let mut first = None;
        for mode in MODES.into_iter().filter(|mode| applies(mode, &wanted, &user)) {
            match self.become_user(mode, &wanted, &user, request) {
                Ok(actual) => return Ok(actual.into()),
                Err(status) => first = first.or(Some(status)),
            }
        }
        let status = first.unwrap_or_else(|| Status::new(500, "InternalError", "all impersonation modes failed"));
        self.refusals.forbidden(request, &status, now, cause);
        Err(status)
    }

    fn check_impersonation(&self, attributes: &Attributes<'_>) -> Result<(), Status> {
        match self.decide(attributes) {
            Decision::Allowed(_) => Ok(()),
            Decision::NoOpinion(reason) => Err(attributes.forbidden(&reason)),
        }
    }

    /// One way to become somebody else: each thing that is claimed must be allowed.
    fn become_user(&self, mode: &str, wanted: &UserInfo, requestor: &User, request: &Attributes<'_>) -> Result<UserInfo, Status> {
        let constrained = !mode.is_empty();
        let verb = if constrained { format!("impersonate:{mode}") } else { "impersonate".to_owned() };
        if constrained {
            let on = Attributes { user: requestor, verb: format!("impersonate-on:{mode}:{}", request.verb).into(), ..request.clone() };
            self.check_impersonation(&on)?;
        }
        let group = if constrained { AUTHENTICATION } else { "" };
        let mut actual = wanted.clone();
        let named = User::named(&wanted.name);
        let mut username = Attributes::resource(requestor, &verb, group, "users", "").named(&wanted.name);
        if let Some(node) = node_of(&wanted.name).filter(|_| constrained) {
            let name = if mode == "associated-node" { "*" } else { node };
            username = Attributes::resource(requestor, &verb, group, "nodes", "").named(name);
            actual.groups = vec!["system:nodes".into()];
        }
        if let Some((namespace, name)) = named.account() {
            username = Attributes::resource(requestor, &verb, group, "serviceaccounts", namespace).named(name);
            if wanted.groups.is_empty() {
                actual.groups = named.groups().iter().filter(|group| &***group != AUTHENTICATED).cloned().collect();
            }
        }
        self.check_impersonation(&username)?;
        if !wanted.uid.is_empty() {
            self.check_impersonation(&Attributes::resource(requestor, &verb, AUTHENTICATION, "uids", "").named(&wanted.uid))?;
        }
        let refuse = |name: &str, why: &str| Attributes::resource(requestor, &verb, group, "groups", "").named(name).forbidden(why);
        for name in &wanted.groups {
            match &**name {
                "" if constrained => return Err(refuse("", "impersonating the empty string group is not allowed")),
                MASTERS if constrained => return Err(refuse(MASTERS, "impersonating the system:masters group is not allowed")),
                _ => {}
            }
            self.check_impersonation(&Attributes::resource(requestor, &verb, group, "groups", "").named(name))?;
        }
        for (key, values) in &wanted.extra {
            for value in values {
                let question = Attributes::resource(requestor, &verb, AUTHENTICATION, "userextras", "").of_subresource(key).named(value);
                self.check_impersonation(&question)?;
            }
        }
        let has = |groups: &[Arc<str>], group: &str| groups.iter().any(|one| &**one == group);
        let everybody = if &*actual.name == ANONYMOUS { UNAUTHENTICATED } else { AUTHENTICATED };
        if !has(&actual.groups, everybody) && !has(&actual.groups, UNAUTHENTICATED) {
            actual.groups.push(everybody.into());
        }
        Ok(actual)
    }
}
