//! The API server: takes requests, applies the rules of the kinds and of admission, writes to the store and tells the
//! watches.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/{endpoints/handlers,registry/generic/registry}, v1.36.
//! Simplified: authorization lets everyone do everything so far; managed fields are not kept.

pub mod admission;
pub mod authentication;
mod continue_token;
mod delete;
mod filter;
mod read;
mod request;
mod rest;
mod storage_rules;
mod subresource;
mod watch;
mod write;

use imbl::Vector;
use podarium_api::time::Epoch;
use podarium_api::{Kind, Object, Status};
use podarium_sim::{Stream, Time};

use crate::cause::{Cause, Write};
use crate::store::{Key, Revision, Store};

pub use authentication::User;
pub use filter::Filter;
pub use request::{Answer, Body, FieldValidation, Options, PatchType, Propagation, Reply, Request, Subresource, Verb, VersionMatch};
pub use watch::Watches;
pub(crate) use storage_rules::returns_deleted;
pub(crate) use write::strictly;

#[derive(Clone, Debug)]
pub struct ApiServer {
    store: Store,
    watches: Watches,
    writes: Vector<Write>,
    /// Changes that the watches have not been told of yet.
    changes: Vec<(Kind, Revision)>,
    epoch: Epoch,
    stream: Stream,
    allocator: rest::Allocator,
}

/// The circumstances of the request in hand.
pub(crate) struct Call {
    pub now: Time,
    pub cause: Cause,
    pub user: User,
    pub verb: Verb,
    pub dry_run: bool,
    pub warnings: Vec<String>,
    pub created: bool,
    pub accepted: bool,
}

impl ApiServer {
    pub fn new(seed: u64, epoch: Epoch) -> Self {
        ApiServer {
            store: Store::default(),
            watches: Watches::default(),
            writes: Vector::new(),
            changes: Vec::new(),
            epoch,
            stream: Stream::new(seed, "apiserver"),
            allocator: rest::Allocator::default(),
        }
    }

    pub fn store(&self) -> &Store {
        &self.store
    }

    pub fn writes(&self) -> &Vector<Write> {
        &self.writes
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

    /// Answers one request. Whatever it changes, it changes at once and whole.
    pub fn handle(&mut self, request: Request, cause: Cause, now: Time) -> Answer {
        let mut call = Call {
            now,
            cause,
            user: request.user.clone(),
            verb: request.verb,
            dry_run: request.options.dry_run,
            warnings: Vec::new(),
            created: false,
            accepted: false,
        };
        let result = self.dispatch(request, &mut call);
        Answer { result, created: call.created, accepted: call.accepted, warnings: call.warnings }
    }

    fn dispatch(&mut self, request: Request, call: &mut Call) -> Result<Reply, Status> {
        match (request.verb, request.subresource) {
            (Verb::Get, None | Some(Subresource::Status)) => self.get(&request),
            (Verb::List | Verb::Watch, None) => self.list(&request),
            (Verb::Create, None) => self.create(request, call),
            (Verb::Update, None | Some(Subresource::Status | Subresource::Finalize)) => self.update(request, call),
            (Verb::Patch, None | Some(Subresource::Status)) => self.patch(request, call),
            (Verb::Delete, None) => self.delete(request, call),
            (Verb::DeleteCollection, None) => self.delete_collection(&request, call),
            (_, Some(Subresource::Scale)) => self.scale(request, call),
            (Verb::Create, Some(Subresource::Binding)) => self.bind(request, call),
            (Verb::Create, Some(Subresource::Eviction)) => self.evict(request, call),
            (verb, _) => Err(Status::method_not_allowed(request.kind, verb.name())),
        }
    }

    /// Writes an object before the cluster's time begins, through the same rules as a request.
    pub(crate) fn seed(&mut self, object: Object, now: Time) -> Result<Object, Status> {
        let mut call = Call {
            now,
            cause: Cause::Start,
            user: User::with_groups("system:apiserver", &[authentication::MASTERS]),
            verb: Verb::Create,
            dry_run: false,
            warnings: Vec::new(),
            created: false,
            accepted: false,
        };
        self.create_object(object, &mut call)
    }

    /// The one place where the store changes.
    fn commit(&mut self, kind: Kind, key: Key, new: Option<Object>, call: &Call) -> Object {
        let change = self.store.commit(kind, key.clone(), new);
        self.writes.push_back(Write {
            resource_version: change.resource_version,
            at: call.now,
            user: call.user.shared_name(),
            verb: call.verb,
            kind,
            key,
            cause: call.cause,
        });
        let object = change.new.clone().or_else(|| change.old.clone()).expect("a change has an object");
        self.changes.push((kind, change));
        object
    }
}
