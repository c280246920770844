//! Requests and answers of the API server as plain values; HTTP is only one way to make them.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/endpoints/request/requestinfo.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use podarium_api::{Kind, Object, Part, Resource, Status};
use podarium_api::managed_fields::Managed;
use podarium_api::sent_empty::SentEmpty;
use podarium_api::versions::Version;
pub use podarium_api::patch::PatchType;
use serde_json::Value;

use super::status_change::StatusChange;
use super::{Filter, User};
use crate::store::Key;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verb {
    Get,
    List,
    Watch,
    Create,
    Update,
    Patch,
    Delete,
    DeleteCollection,
}

impl Verb {
    /// The word that authorization and audit use.
    pub fn name(self) -> &'static str {
        match self {
            Verb::Get => "get",
            Verb::List => "list",
            Verb::Watch => "watch",
            Verb::Create => "create",
            Verb::Update => "update",
            Verb::Patch => "patch",
            Verb::Delete => "delete",
            Verb::DeleteCollection => "deletecollection",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subresource {
    Status,
    Scale,
    Binding,
    Eviction,
    Log,
    /// A token of a service account.
    Token,
    /// `/finalize` of a namespace.
    Finalize,
    /// Whether a request for a certificate is granted.
    Approval,
    /// The containers that join a running pod.
    EphemeralContainers,
    /// What the containers of a running pod may use.
    Resize,
}

impl Subresource {
    pub fn name(self) -> &'static str {
        match self {
            Subresource::Status => "status",
            Subresource::Scale => "scale",
            Subresource::Binding => "binding",
            Subresource::Eviction => "eviction",
            Subresource::Log => "log",
            Subresource::Token => "token",
            Subresource::Finalize => "finalize",
            Subresource::Approval => "approval",
            Subresource::EphemeralContainers => "ephemeralcontainers",
            Subresource::Resize => "resize",
        }
    }

    /// The part of the object that it writes, if it is one of those that the rules of the kind speak of.
    pub(crate) fn part(self) -> Option<Part> {
        match self {
            Subresource::Approval => Some(Part::Approval),
            Subresource::EphemeralContainers => Some(Part::EphemeralContainers),
            Subresource::Resize => Some(Part::Resize),
            _ => None,
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub enum Body {
    #[default]
    None,
    Object(Object),
    /// Something that is not a stored kind: a Binding, an Eviction, a Scale.
    Value(Value),
    Patch(PatchType, Value),
    /// The strategic patch of a pod's status, as what it is made from.
    StatusChange(Box<StatusChange>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Propagation {
    Orphan,
    Background,
    Foreground,
}

/// What becomes of fields that do not exist, or that come twice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FieldValidation {
    Ignore,
    #[default]
    Warn,
    Strict,
}

/// How a list's resourceVersion is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VersionMatch {
    Exact,
    NotOlderThan,
}

/// What comes as query parameters or as DeleteOptions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Options {
    pub dry_run: bool,
    pub field_manager: String,
    /// The program of a client outside; a component of the cluster has none.
    pub user_agent: Option<String>,
    /// The version of the kind in which the request speaks, if it is not the stored one.
    pub version: Option<&'static Version>,
    /// Whether the answer is for a client that sees who owns which fields.
    pub managed_fields: bool,
    /// Whether the answer's token comes without its signature, which takes longer than everything else: a kubelet adds it when a
    /// program first reads the token.
    pub unsigned_token: bool,
    pub force: bool,
    pub field_validation: FieldValidation,
    /// What of the object was sent empty.
    pub sent_empty: SentEmpty,
    /// What a strict reader objects to in the text of a patch.
    pub objections: Vec<String>,
    pub grace_period_seconds: Option<i64>,
    pub propagation: Option<Propagation>,
    /// Whether the older option `orphanDependents: false` was set: then a deletion that takes time is answered 202.
    pub dependents_deleted_by_old_option: bool,
    pub precondition_uid: Option<String>,
    pub precondition_resource_version: Option<String>,
    pub resource_version: Option<String>,
    pub resource_version_match: Option<VersionMatch>,
    pub limit: Option<usize>,
    pub continue_token: Option<String>,
    /// Whether a watch begins with what there is.
    pub send_initial_events: Option<bool>,
    pub allow_watch_bookmarks: bool,
    /// How long a watch lasts.
    pub timeout_seconds: Option<u64>,
}

/// One request.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    pub user: User,
    pub verb: Verb,
    pub kind: Kind,
    /// Empty for cluster-scoped kinds, and for lists over all namespaces.
    pub namespace: Arc<str>,
    /// Empty for lists and creates.
    pub name: Arc<str>,
    pub subresource: Option<Subresource>,
    pub body: Body,
    pub filter: Filter,
    pub options: Options,
}

impl Request {
    fn new(verb: Verb, kind: Kind, namespace: &str, name: &str) -> Self {
        Request {
            user: User::default(),
            verb,
            kind,
            namespace: namespace.into(),
            name: name.into(),
            subresource: None,
            body: Body::None,
            filter: Filter::default(),
            options: Options::default(),
        }
    }

    pub fn get(kind: Kind, key: &Key) -> Self {
        Self::new(Verb::Get, kind, &key.namespace, &key.name)
    }

    /// Lists what the filter lets through.
    pub fn list(kind: Kind, filter: Filter) -> Self {
        let namespace = filter.namespace.clone().unwrap_or_else(|| "".into());
        Request { filter, ..Self::new(Verb::List, kind, &namespace, "") }
    }

    pub fn create<T: Resource>(object: T) -> Self {
        let namespace = object.namespace().to_owned();
        let body = Body::Object(Arc::new(object).into_object());
        Request { body, ..Self::new(Verb::Create, T::KIND, &namespace, "") }
    }

    pub fn update<T: Resource>(object: T) -> Self {
        let key = Key::of_meta(object.meta());
        let body = Body::Object(Arc::new(object).into_object());
        Request { body, ..Self::new(Verb::Update, T::KIND, &key.namespace, &key.name) }
    }

    pub fn update_status<T: Resource>(object: T) -> Self {
        Request { subresource: Some(Subresource::Status), ..Self::update(object) }
    }

    pub fn patch(kind: Kind, key: &Key, patch_type: PatchType, patch: Value) -> Self {
        Request { body: Body::Patch(patch_type, patch), ..Self::new(Verb::Patch, kind, &key.namespace, &key.name) }
    }

    pub fn patch_status(kind: Kind, key: &Key, patch: Value) -> Self {
        let request = Self::patch(kind, key, PatchType::Strategic, patch);
        Request { subresource: Some(Subresource::Status), ..request }
    }

    /// Applies a part of a status under a name, and takes it from whoever owned it.
    pub fn apply_status(kind: Kind, key: &Key, configuration: Value, manager: &str) -> Self {
        let request = Self::patch(kind, key, PatchType::Apply, configuration);
        let options = Options { field_manager: manager.to_owned(), force: true, ..Options::default() };
        Request { subresource: Some(Subresource::Status), options, ..request }
    }

    pub fn change_status(key: &Key, change: StatusChange) -> Self {
        let body = Body::StatusChange(Box::new(change));
        Request { body, subresource: Some(Subresource::Status), ..Self::new(Verb::Patch, Kind::Pod, &key.namespace, &key.name) }
    }

    pub fn delete(kind: Kind, key: &Key) -> Self {
        Self::new(Verb::Delete, kind, &key.namespace, &key.name)
    }

    pub fn delete_collection(kind: Kind, filter: Filter) -> Self {
        Request { verb: Verb::DeleteCollection, ..Self::list(kind, filter) }
    }

    pub fn with_user(mut self, user: &User) -> Self {
        self.user = user.clone();
        self
    }

    pub fn with_subresource(mut self, subresource: Subresource, body: Body) -> Self {
        self.subresource = Some(subresource);
        self.body = body;
        self
    }

    /// Only if the object is still this very one, not a successor of the same name.
    pub fn if_uid(mut self, uid: &str) -> Self {
        self.options.precondition_uid = Some(uid.to_owned());
        self
    }

    /// Only if the object has not been written since this version.
    pub fn if_version(mut self, version: &str) -> Self {
        self.options.precondition_resource_version = Some(version.to_owned());
        self
    }

    pub fn grace_period(mut self, seconds: i64) -> Self {
        self.options.grace_period_seconds = Some(seconds);
        self
    }

    pub fn propagation(mut self, propagation: Propagation) -> Self {
        self.options.propagation = Some(propagation);
        self
    }

    pub fn key(&self) -> Key {
        Key { namespace: self.namespace.clone(), name: self.name.clone() }
    }
}

/// A good answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    Object(Object),
    /// A list, or a piece of one: the token asks for the next piece, and `remaining` says how much is left if that is known.
    List { kind: Kind, items: Vec<Object>, resource_version: u64, continue_token: Option<String>, remaining: Option<usize> },
    /// `status: Success` of a delete or a binding, with the details of what it was.
    Success { kind: Kind, name: Arc<str>, uid: String },
    /// A structure that is not a stored kind: a Scale, an Eviction's answer.
    Value(Value),
}

impl Reply {
    /// The object of an answer that holds one.
    pub fn object(self) -> Option<Object> {
        match self {
            Reply::Object(object) => Some(object),
            _ => None,
        }
    }
}

/// What comes back: the reply and its HTTP code, or the error. Warnings go with both.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    pub result: Result<Reply, Status>,
    pub created: bool,
    /// What was asked for takes more time.
    pub accepted: bool,
    pub warnings: Vec<String>,
    /// Who owns what of the objects of the reply, if the request asked for it.
    pub managed: Vec<Managed>,
}

impl Answer {
    /// The HTTP code.
    pub fn code(&self) -> u16 {
        match &self.result {
            Err(status) => status.code(),
            Ok(_) if self.created => 201,
            Ok(_) if self.accepted => 202,
            Ok(_) => 200,
        }
    }
}

impl From<Result<Reply, Status>> for Answer {
    fn from(result: Result<Reply, Status>) -> Self {
        Answer { result, created: false, accepted: false, warnings: Vec::new(), managed: Vec::new() }
    }
}
