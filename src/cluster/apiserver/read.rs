//! Reading: get and list, of the latest revision or of an earlier one, whole or in pieces.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/endpoints/handlers/get.go, storage/{etcd3/store.go,cacher/delegator.go}, v1.36.
//! Simplified: a version that does not exist yet is refused at once; the caller adds the time of waiting for it.

use podarium_api::field::FieldError;
use podarium_api::{Kind, Object, Status};

use super::continue_token::{ContinueToken, LATEST};
use super::{ApiServer, Reply, Request, Verb, VersionMatch};
use crate::store::Key;

const EXPIRED: &str = "The resourceVersion for the provided list is too old.";
const TOKEN_EXPIRED: &str = "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.";

/// The pieces of the name by which a list is ordered: what etcd's key has below the place that is listed.
fn below<'a>(request: &Request, object: &'a Object) -> impl Iterator<Item = &'a str> {
    let meta = object.meta();
    let namespace = meta.namespace.as_deref().filter(|_| request.namespace.is_empty());
    namespace.into_iter().flat_map(|namespace| [namespace, "/"]).chain(meta.name.as_deref())
}

/// A resourceVersion as a number, or why it is none.
fn parse_version(text: &str) -> Result<u64, FieldError> {
    text.parse().map_err(|_| {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let why = if digits { "value out of range" } else { "invalid syntax" };
        FieldError::invalid("resourceVersion", text, format!("strconv.ParseUint: parsing {text:?}: {why}"))
    })
}

impl ApiServer {
    pub(super) fn get(&self, request: &Request) -> Result<Reply, Status> {
        if let Some(text) = &request.options.resource_version {
            let wanted = parse_version(text).map_err(|error| Status::new(500, "", error.to_string()))?;
            self.has_reached(wanted)?;
        }
        self.stored(request.kind, &request.key()).cloned().map(Reply::Object)
    }

    pub(super) fn stored(&self, kind: Kind, key: &Key) -> Result<&Object, Status> {
        self.store.get(kind, key).ok_or_else(|| Status::not_found(kind, &key.name))
    }

    fn has_reached(&self, wanted: u64) -> Result<(), Status> {
        let current = self.store.revision();
        if wanted > current { Err(Status::version_too_large(wanted, current)) } else { Ok(()) }
    }

    pub(super) fn list(&self, request: &Request) -> Result<Reply, Status> {
        let options = &request.options;
        let version = options.resource_version.as_deref();
        if request.verb == Verb::Watch {
            let wanted = version.map_or(Ok(0), parse_version);
            wanted.map_err(|error| Status::new(500, "", error.to_string()))?;
            return Ok(self.list_latest(request, None));
        }
        if let Some(token) = &options.continue_token {
            let token = ContinueToken::decode(token).map_err(|why| Status::bad_request(format!("invalid continue token: {why}")))?;
            if version.is_some_and(|version| version != "0") {
                return Err(Status::bad_request("specifying resource version is not allowed when using continue"));
            }
            return self.list_on(request, &token);
        }
        let wanted = version.map_or(Ok(0), parse_version).map_err(|error| Status::bad_request(format!("invalid resource version: {error}")))?;
        let exact = match options.resource_version_match {
            Some(VersionMatch::Exact) => true,
            Some(VersionMatch::NotOlderThan) => false,
            None => options.limit.is_some() && wanted > 0,
        };
        if exact && wanted > self.store.revision() {
            return Err(Status::exact_version_too_large(wanted, self.store.revision()));
        }
        self.has_reached(wanted)?;
        // What comes from the cache comes whole.
        if version == Some("0") && options.limit.is_some() {
            let mut whole = request.clone();
            whole.options.limit = None;
            return Ok(self.list_latest(&whole, None));
        }
        if exact { self.list_at(request, wanted, None, || Status::expired(EXPIRED)) } else { Ok(self.list_latest(request, None)) }
    }

    fn list_latest(&self, request: &Request, start: Option<&str>) -> Reply {
        let namespace = (!request.namespace.is_empty()).then_some(&*request.namespace);
        let node = request.filter.fields.required("spec.nodeName").filter(|node| request.kind == Kind::Pod && !node.is_empty());
        match node {
            Some(node) => self.piece(request, self.store.pods_on(node, namespace), self.store.revision(), start),
            None => self.piece(request, self.store.list(request.kind, namespace), self.store.revision(), start),
        }
    }

    fn list_at(&self, request: &Request, revision: u64, start: Option<&str>, gone: impl Fn() -> Status) -> Result<Reply, Status> {
        let then = self.store.list_at(request.kind, revision).ok_or_else(gone)?;
        let objects = then.objects().filter(|object| request.namespace.is_empty() || object.meta().namespace.as_deref() == Some(&*request.namespace));
        Ok(self.piece(request, objects, revision, start))
    }

    /// The next piece of a list that was begun earlier.
    fn list_on(&self, request: &Request, token: &ContinueToken) -> Result<Reply, Status> {
        match u64::try_from(token.resource_version) {
            Err(_) => Ok(self.list_latest(request, Some(&token.start))),
            Ok(revision) => {
                self.has_reached(revision)?;
                let gone = || {
                    let mut status = Status::expired(TOKEN_EXPIRED).as_meta().clone();
                    let next = ContinueToken { resource_version: LATEST, start: token.start.clone() };
                    status.metadata.continue_ = Some(next.encode());
                    Status::from_meta(status)
                };
                self.list_at(request, revision, Some(&token.start), gone)
            }
        }
    }

    /// What the filter lets through of `objects`, from `start` on and as many as the limit allows.
    fn piece<'a>(&self, request: &Request, objects: impl Iterator<Item = &'a Object>, revision: u64, start: Option<&str>) -> Reply {
        let filter = &request.filter;
        let matching = objects.filter(|object| filter.matches(object));
        let is_before = |object: &Object, start: &str| below(request, object).flat_map(str::bytes).lt(start.bytes());
        let Some(limit) = request.options.limit else {
            let items: Vec<Object> = matching.filter(|object| !start.is_some_and(|start| is_before(object, start))).cloned().collect();
            return Reply::List { kind: request.kind, items, resource_version: revision, continue_token: None, remaining: None };
        };
        let mut rest = matching.skip_while(|object| start.is_some_and(|start| is_before(object, start)));
        let items: Vec<Object> = rest.by_ref().take(limit).cloned().collect();
        let left = rest.count();
        let last = items.last().filter(|_| left > 0).map(|last| {
            let resource_version = i64::try_from(revision).unwrap_or(i64::MAX);
            ContinueToken { resource_version, start: below(request, last).chain(["\0"]).collect() }.encode()
        });
        // With a selector, the reference does not know how many are left.
        let remaining = (last.is_some() && filter.labels.is_empty() && filter.fields.is_empty()).then_some(left);
        Reply::List { kind: request.kind, items, resource_version: revision, continue_token: last, remaining }
    }
}
