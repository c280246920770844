//! The API server: takes requests, applies the rules of the kinds and of admission, writes to the store and tells the
//! watches.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/{endpoints/handlers,registry/generic/registry}, v1.36.
//! Simplified: nothing.

pub mod admission;
pub(crate) mod api_services;
mod custom;
pub(crate) mod component_status;
pub mod authentication;
mod continue_token;
pub mod authorization;
mod delete;
mod empties;
mod eviction;
mod expiry;
mod filter;
mod ownership;
mod read;
mod request;
mod rest;
mod review;
mod specs;
mod status_change;
mod storage_rules;
mod subresource;
mod watch;
mod write;

use std::sync::Arc;

use imbl::{OrdMap, OrdSet};
use podarium_api::field::FieldError;
use podarium_api::managed_fields::Managed;
use podarium_api::sent_empty::SentEmpty;
use podarium_api::versions::Version;
use podarium_api::time::Epoch;
use podarium_api::{Kind, Object, Status};
use podarium_sim::{Stream, Time};

use empties::forget_empty;

use crate::cause::{Cause, Write};
use crate::refusals::{Refusals, Subject};
use crate::writes::Writes;
use crate::store::{Key, Revision, Store};

pub(crate) use custom::{CLEANUP, set_condition as set_definition_condition};
pub(crate) use authentication::{ISSUER, SIGNATURE_LENGTH, key_set, signed};
pub(crate) use authorization::Attributes;
pub use authentication::{Connection, User};
pub use authorization::Grant;
pub use filter::Filter;
pub use status_change::StatusChange;
pub(crate) use status_change::status_patch;
pub use request::{Answer, Body, FieldValidation, Options, PatchType, Propagation, Reply, Request, Subresource, Verb, VersionMatch};
pub use watch::Watches;
pub(crate) use storage_rules::returns_deleted;
pub(crate) use write::strictly;

#[derive(Clone, Debug)]
pub struct ApiServer {
    store: Store,
    watches: Watches,
    writes: Writes,
    /// Changes that the watches have not been told of yet.
    changes: Vec<(Kind, Revision)>,
    epoch: Epoch,
    stream: Stream,
    allocator: rest::Allocator,
    /// Who is asked about requests, in this order.
    modes: Arc<[authorization::Mode]>,
    /// The admission plugins that do not run.
    switched_off: Arc<[&'static str]>,
    rbac: authorization::Rbac,
    refusals: Refusals,
    /// Static tokens and whose they are.
    tokens: OrdMap<Arc<str>, User>,
    issuer: authentication::Issuer,
    owners: ownership::Owners,
    specs: specs::Specs,
    leases: expiry::Leases,
    /// The certificates that the cluster has given out, by their digests.
    issued: OrdSet<[u8; 32]>,
}

/// The circumstances of the request in hand.
pub(crate) struct Call {
    pub now: Time,
    pub cause: Cause,
    pub user: User,
    /// Why the request is allowed.
    pub grant: Grant,
    pub verb: Verb,
    pub dry_run: bool,
    /// Under which name the fields that are written are owned.
    pub manager: String,
    /// The version of the kind in which it is written, if it is not the stored one.
    pub version: Option<&'static Version>,
    /// What of the object was sent empty.
    pub sent_empty: SentEmpty,
    /// Who owns what of the object after the write.
    pub managed: Option<Managed>,
    pub warnings: Vec<String>,
    pub created: bool,
    pub accepted: bool,
}

impl Call {
    /// A request that the server sends to itself.
    fn of_the_server(verb: Verb, cause: Cause, now: Time) -> Self {
        Call {
            now,
            cause,
            user: User::with_groups("system:apiserver", &[authentication::MASTERS]),
            grant: Grant::Masters,
            verb,
            dry_run: false,
            manager: "kube-apiserver".to_owned(),
            version: None,
            sent_empty: SentEmpty::default(),
            managed: None,
            warnings: Vec::new(),
            created: false,
            accepted: false,
        }
    }

    /// Errors that show what was sent empty as such.
    fn as_sent(&self, errors: Vec<FieldError>) -> Vec<FieldError> {
        errors.into_iter().flat_map(|error| error.as_sent(&self.sent_empty)).collect()
    }

    /// What the server writes on the way, for the same cause.
    fn own_write(&self, managed: Managed) -> Self {
        Call { managed: Some(managed), ..Call::of_the_server(Verb::Update, self.cause, self.now) }
    }
}

impl ApiServer {
    pub fn new(seed: u64, epoch: Epoch) -> Self {
        ApiServer {
            store: Store::default(),
            watches: Watches::default(),
            writes: Writes::default(),
            changes: Vec::new(),
            epoch,
            stream: Stream::new(seed, "apiserver"),
            allocator: rest::Allocator::default(),
            modes: Arc::new([authorization::Mode::AlwaysAllow]),
            switched_off: Arc::new([]),
            rbac: authorization::Rbac::default(),
            refusals: Refusals::default(),
            tokens: OrdMap::new(),
            issuer: authentication::Issuer,
            owners: ownership::Owners::default(),
            specs: specs::Specs::default(),
            leases: expiry::Leases::default(),
            issued: OrdSet::new(),
        }
    }

    pub fn store(&self) -> &Store {
        &self.store
    }

    pub fn writes(&self) -> &Writes {
        &self.writes
    }

    pub fn refusals(&self) -> &Refusals {
        &self.refusals
    }

    /// Whether the cluster has given out the certificate with this digest.
    pub(crate) fn has_issued(&self, digest: &[u8; 32]) -> bool {
        self.issued.contains(digest)
    }

    pub(crate) fn watches(&self) -> &Watches {
        &self.watches
    }

    pub(crate) fn watches_mut(&mut self) -> &mut Watches {
        &mut self.watches
    }

    pub(crate) fn take_changes(&mut self) -> Vec<(Kind, Revision)> {
        std::mem::take(&mut self.changes)
    }

    /// Answers one request, which is allowed. Whatever it changes, it changes at once and whole.
    pub(crate) fn serve(&mut self, mut request: Request, grant: Grant, cause: Cause, now: Time) -> Answer {
        let mut call = Call {
            now,
            cause,
            user: request.user.clone(),
            grant,
            verb: request.verb,
            dry_run: request.options.dry_run,
            manager: ownership::manager_of(&request),
            version: request.options.version,
            sent_empty: std::mem::take(&mut request.options.sent_empty),
            managed: None,
            warnings: self.deprecation(request.kind).into_iter().collect(),
            created: false,
            accepted: false,
        };
        let shows_managed = request.options.managed_fields;
        let info = request.kind.info();
        let subject = Subject {
            user: request.user.shared_name(),
            verb: request.verb.name(),
            group: info.group,
            resource: info.plural,
            subresource: request.subresource.map_or("", Subresource::name),
            namespace: request.namespace.clone(),
            name: request.name.clone(),
        };
        let result = self.dispatch(request, &mut call);
        if let Err(status) = &result {
            self.refusals.answered(subject, &call.grant, status, now, cause);
        }
        let managed = match &result {
            Ok(reply) if shows_managed => self.managed_of_reply(reply, &call),
            _ => Vec::new(),
        };
        Answer { result, created: call.created, accepted: call.accepted, warnings: call.warnings, managed }
    }

    fn dispatch(&mut self, request: Request, call: &mut Call) -> Result<Reply, Status> {
        match (request.verb, request.subresource) {
            (Verb::Get, None | Some(Subresource::Status | Subresource::Approval | Subresource::EphemeralContainers | Subresource::Resize)) => self.get(&request),
            (Verb::List | Verb::Watch, None) => self.list(&request),
            (Verb::Create, None) => self.create(request, call),
            (Verb::Update, None | Some(Subresource::Status | Subresource::Approval | Subresource::EphemeralContainers | Subresource::Resize | Subresource::Finalize)) => self.update(request, call),
            (Verb::Patch, None | Some(Subresource::Status | Subresource::Approval | Subresource::EphemeralContainers | Subresource::Resize)) => self.patch(request, call),
            (Verb::Delete, None) => self.delete(request, call),
            (Verb::DeleteCollection, None) => self.delete_collection(&request, call),
            (_, Some(Subresource::Scale)) => self.scale(request, call),
            (Verb::Create, Some(Subresource::Binding)) => self.bind(request, call),
            (Verb::Create, Some(Subresource::Eviction)) => self.evict(request, call),
            (Verb::Create, Some(Subresource::Token)) => self.request_token(request, call),
            (verb, _) => Err(Status::method_not_allowed(request.kind, verb.name())),
        }
    }

    /// Writes an object before the cluster's time begins, through the same rules as a request.
    pub(crate) fn seed(&mut self, object: Object, now: Time) -> Result<Object, Status> {
        let mut call = Call::of_the_server(Verb::Create, Cause::Start, now);
        self.create_object(object, &mut call)
    }

    /// The one place where the store changes.
    fn commit(&mut self, kind: Kind, key: Key, new: Option<Object>, call: &Call) -> Object {
        let new = new.map(|mut object| {
            forget_empty(&mut object);
            self.as_stored(object, &key)
        });
        self.keep_lease(kind, &key, new.as_ref(), call.now);
        let change = self.store.commit(kind, key, new, call.managed.clone());
        self.writes.push(Write {
            resource_version: change.resource_version,
            at: call.now,
            user: call.user.shared_name(),
            grant: call.grant.clone(),
            verb: call.verb,
            kind,
            key: change.key.clone(),
            cause: call.cause,
        });
        if matches!(kind, Kind::RoleBinding | Kind::ClusterRoleBinding) {
            self.rbac.changed(change.old.as_ref(), change.new.as_ref());
        }
        if let Some(Object::CertificateSigningRequest(request)) = &change.new {
            self.issued.extend(rest::certificate_signing_request::issued(request));
        }
        let object = change.new.clone().or_else(|| change.old.clone()).expect("a change has an object");
        self.changes.push((kind, change));
        object
    }
}
