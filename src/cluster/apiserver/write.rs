//! Writing: create, update, patch.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/registry/{rest/create.go,rest/update.go,generic/registry/store.go}, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use podarium_api::decode::Decoded;
use podarium_api::field::FieldError;
use podarium_api::managed_fields::Managed;
use podarium_api::{Kind, Object, Resource as _, Status, names, patch};

use super::authorization::Judge;
use super::empties::forget_empty;
use super::admission::{self, Attributes, validating};
use super::ownership::shown;
use super::review::is_review;
use super::{ApiServer, Body, Call, FieldValidation, PatchType, Reply, Request, Subresource, Verb, rest, storage_rules};
use crate::store::Key;

impl ApiServer {
    pub(super) fn create(&mut self, request: Request, call: &mut Call) -> Result<Reply, Status> {
        let Body::Object(mut object) = request.body else {
            return Err(Status::bad_request("the body of a create holds no object"));
        };
        match_namespace(&mut object, &request.namespace)?;
        self.create_object(object, call).map(Reply::Object)
    }

    pub(super) fn create_object(&mut self, mut object: Object, call: &mut Call) -> Result<Object, Status> {
        let kind = object.kind();
        self.check_definition(&object)?;
        forget_system_fields(&mut object);
        dedup_owners(&mut object, &mut call.warnings);
        if let Object::Pod(pod) = &mut object {
            self.specs.share(Arc::make_mut(&mut Arc::make_mut(pod).spec));
        }
        let is_versioned = call.managed.is_none() && object.meta().resource_version.as_deref().is_some_and(|version| version.parse::<u64>().is_ok_and(|version| version != 0));
        object.set_defaults();
        self.track_create(&object, None, call);
        // Admission sees an object that has no name yet if only a prefix was given.
        self.admit(kind, &mut object, None, None, call)?;
        if is_review(kind) {
            if !object.validate().is_empty() {
                // Who owns its fields is told with them.
                let errors = call.as_sent(shown(object, call.managed.as_ref().unwrap_or(&Managed::default())).validate());
                // The reference leaves out which review it is.
                let which = if kind.info().group == "authorization.k8s.io" { "" } else { kind.info().kind };
                return Err(Status::invalid_kind(kind.info().group, which, "", &errors));
            }
            return self.review(&object, call);
        }
        self.check_escalation(&call.user, &object, None)?;
        self.stamp_new(&mut object, call);
        call.warnings.extend(object.warnings_before_create());
        object.prepare_for_create();
        rest::complete_new(&mut object, &call.user, &self.epoch.seconds(call.now));
        let taken = self.allocator.assign(&self.store, &mut object, None, call.dry_run, &mut self.stream)?;
        let made = self.make(object, is_versioned, call);
        if made.is_err() || call.dry_run {
            self.allocator.give_back(&taken);
        }
        made
    }

    /// The second half of a creation: the object is complete.
    fn make(&mut self, mut object: Object, is_versioned: bool, call: &mut Call) -> Result<Object, Status> {
        let (kind, key) = (object.kind(), Key::of(&object));
        let access: Vec<FieldError> = rest::admin_access(&self.store, &object).into_iter().collect();
        let mut errors = [access, object.validate(), call.version.map_or_else(Vec::new, |version| version.validate(&object, None))].concat();
        if errors.is_empty() {
            errors = object.validate_last();
        }
        if !errors.is_empty() {
            return Err(Status::invalid(kind, &key.name, &call.as_sent(errors)));
        }
        self.check_certificates(&object, None, None, call)?;
        self.validate_admission(Some(&object), None, None, call)?;
        call.warnings.extend(object.warnings());
        self.check_admission(kind, &mut object, None, None, call)?;
        if is_versioned {
            return Err(Status::new(500, "", "resourceVersion should not be set on objects to be created"));
        }
        if self.store.get(kind, &key).is_some() {
            let generated = object.meta().generate_name.as_deref().is_some_and(|base| !base.is_empty());
            return Err(if generated { Status::generated_name_taken(kind, &key.name) } else { Status::already_exists(kind, &key.name) });
        }
        call.created = true;
        // What was written is read again, with defaults: a Job has labels of its own only then.
        if kind == Kind::Job {
            object.set_defaults();
        }
        if call.dry_run {
            return Ok(object);
        }
        self.keep_address(Some(&object), None, call)?;
        Ok(self.commit(kind, key, Some(object), call))
    }

    /// What the server decides about a new object: its name if only a prefix was given, uid, time.
    fn stamp_new(&mut self, object: &mut Object, call: &Call) {
        let uid = names::new_uid(&mut self.stream);
        let seconds = self.epoch.seconds(call.now);
        let is_limit_range = object.kind() == Kind::LimitRange;
        let meta = object.meta_mut();
        if meta.name.as_deref().unwrap_or_default().is_empty()
            && let Some(base) = meta.generate_name.as_deref().filter(|base| !base.is_empty())
        {
            meta.name = Some(names::generate_name(base, &mut self.stream));
        }
        // A LimitRange is the one kind that needs no name.
        if is_limit_range && meta.name.as_deref().unwrap_or_default().is_empty() {
            meta.name = Some(names::new_uid(&mut self.stream));
        }
        meta.uid = Some(uid);
        meta.creation_timestamp = Some(seconds);
        meta.resource_version = None;
    }

    fn admit(&mut self, kind: Kind, object: &mut Object, old: Option<&Object>, subresource: Option<Subresource>, call: &mut Call) -> Result<(), Status> {
        let verb = if old.is_some() { Verb::Update } else { Verb::Create };
        let off = self.switched_off.clone();
        admission::admit(&off, &mut self.attributes(verb, kind, object, old, subresource, call))
    }

    /// The second half of admission, for an object that is complete and valid. Quotas are charged at its end.
    fn check_admission(&mut self, kind: Kind, object: &mut Object, old: Option<&Object>, subresource: Option<Subresource>, call: &mut Call) -> Result<(), Status> {
        let verb = if old.is_some() { Verb::Update } else { Verb::Create };
        let off = self.switched_off.clone();
        admission::validate(&off, &mut self.attributes(verb, kind, object, old, subresource, call))?;
        self.charge_quotas(object, old, subresource, call)
    }

    /// Admission of a delete: the object stays as it is, or stays.
    pub(super) fn admit_delete(&mut self, object: &Object, call: &mut Call) -> Result<(), Status> {
        let mut going = object.clone();
        let off = self.switched_off.clone();
        admission::admit(&off, &mut self.attributes(Verb::Delete, object.kind(), &mut going, Some(object), None, call))
    }

    fn attributes<'a>(
        &'a mut self,
        verb: Verb,
        kind: Kind,
        object: &'a mut Object,
        old: Option<&'a Object>,
        subresource: Option<Subresource>,
        call: &'a mut Call,
    ) -> Attributes<'a> {
        Attributes {
            verb,
            kind,
            subresource,
            object,
            old,
            store: &self.store,
            stream: &mut self.stream,
            dry_run: call.dry_run,
            judge: Judge { store: &self.store, rbac: &self.rbac, modes: &self.modes },
            user: &call.user,
            warnings: &mut call.warnings,
        }
    }

    /// Asks validating admission about a write that is complete and valid.
    pub(super) fn validate_admission(&self, object: Option<&Object>, old: Option<&Object>, subresource: Option<Subresource>, call: &mut Call) -> Result<(), Status> {
        let Some(either) = object.or(old) else { return Ok(()) };
        let (kind, meta) = (either.kind(), either.meta());
        let info = kind.info();
        let operation = match (object.is_some(), old.is_some()) {
            (true, false) => "CREATE",
            (true, true) => "UPDATE",
            (false, _) => "DELETE",
        };
        // The namespace of a Namespace is itself.
        let namespace = if kind == Kind::Namespace { meta.name.as_deref() } else { meta.namespace.as_deref() };
        validating::validate(&mut validating::Validated {
            operation,
            kind,
            resource: (info.group, info.version, info.plural),
            subresource: subresource.map_or("", Subresource::name),
            // Whoever deletes all names none.
            name: if call.verb == Verb::DeleteCollection { "" } else { meta.name.as_deref().unwrap_or_default() },
            namespace: namespace.unwrap_or_default(),
            object,
            old,
            store: &self.store,
            judge: Judge { store: &self.store, rbac: &self.rbac, modes: &self.modes },
            user: &call.user,
            dry_run: call.dry_run,
            warnings: &mut call.warnings,
        })
    }

    pub(super) fn update(&mut self, request: Request, call: &mut Call) -> Result<Reply, Status> {
        let key = request.key();
        let Body::Object(mut object) = request.body else {
            return Err(Status::bad_request("the body of an update holds no object"));
        };
        match_namespace(&mut object, &key.namespace)?;
        match_name(&object, &key.name)?;
        dedup_owners(&mut object, &mut call.warnings);
        let old = match self.store.get(request.kind, &key) {
            Some(_) => self.stored_as_asked(request.kind, &key)?,
            None if storage_rules::is_created_by_update(request.kind) && request.subresource.is_none() => {
                return self.create_object(object, call).map(Reply::Object);
            }
            None => return Err(Status::not_found(request.kind, &key.name)),
        };
        self.replace(object, old, request.subresource, call).map(Reply::Object)
    }

    pub(super) fn patch(&mut self, mut request: Request, call: &mut Call) -> Result<Reply, Status> {
        let key = request.key();
        let (patch_type, body) = match std::mem::take(&mut request.body) {
            Body::Patch(patch_type, body) => (patch_type, body),
            Body::StatusChange(change) => match change.result(self.stored(request.kind, &key)?) {
                Some((old, new)) => return self.replace(new, old, request.subresource, call).map(Reply::Object),
                None => (PatchType::Strategic, change.patch()),
            },
            _ => return Err(Status::bad_request("the body of a patch holds no patch")),
        };
        if patch_type == PatchType::Apply {
            return self.apply(&request, &body, call);
        }
        let old = self.stored_as_asked(request.kind, &key)?;
        let mut decoded = match patch::apply_to_object(patch_type, &self.patched_state(&old, &body), &body, call.version) {
            Ok(decoded) => decoded,
            // What cannot be read is shown with its entries.
            Err(_) => patch::apply_to_object(patch_type, &self.with_entries(&old), &body, call.version)?,
        };
        decoded.strict_errors.splice(0..0, std::mem::take(&mut request.options.objections));
        if request.options.field_validation == FieldValidation::Strict && !decoded.strict_errors.is_empty() {
            let why = format!("strict decoding error: {}", decoded.strict_errors.join(", "));
            let current = patch::shown_in(call.version, &self.with_entries(&old));
            let patched = patch::apply(request.kind, patch_type, &current, &body)?;
            return Err(patch::unreadable(patch_type, patch::type_of(request.kind, call.version), &current, &body, &patched, &why));
        }
        call.sent_empty = std::mem::take(&mut decoded.sent_empty);
        let mut object = strictly(decoded, request.options.field_validation, &mut call.warnings)?;
        match_namespace(&mut object, &key.namespace)?;
        match_name(&object, &key.name)?;
        refuse_other_uid(&object, &old)?;
        self.replace(object, old, request.subresource, call).map(Reply::Object)
    }

    /// Puts `object` in the place of `old` by the rules of an update. An update that changes nothing writes nothing.
    pub(super) fn replace(&mut self, mut object: Object, old: Object, subresource: Option<Subresource>, call: &mut Call) -> Result<Object, Status> {
        let kind = old.kind();
        let key = Key::of(&old);
        check_preconditions(&object, &old, kind, &key)?;
        if matches!(object.meta().resource_version.as_deref().unwrap_or_default(), "" | "0") {
            if storage_rules::needs_a_version(kind) {
                let info = kind.info();
                let error = FieldError::invalid("metadata.resourceVersion", 0, "must be specified for an update");
                return Err(Status::invalid_kind(info.group, info.plural, &key.name, &[error]));
            }
            // Whoever names no version means the one that is stored.
            object.meta_mut().resource_version.clone_from(&old.meta().resource_version);
        }
        object.set_defaults_after(&old);
        self.track_update(&object, &old, subresource, call);
        keep_identity(&mut object, &old);
        // Before the kind's own rules: what admission puts back has not changed.
        self.admit(kind, &mut object, Some(&old), subresource, call)?;
        self.check_escalation(&call.user, &object, Some(&old))?;
        let status_only = subresource == Some(Subresource::Status);
        let part = subresource.and_then(Subresource::part);
        if status_only {
            object.prepare_for_status_update(&old);
            rest::persistent_volume::note_phase_transition(&mut object, &old, &self.epoch.seconds(call.now));
        } else if let Some(part) = part {
            object.prepare_for_part_update(part, &old);
        } else if subresource == Some(Subresource::Finalize) {
            object = finalized(&object, &old);
        } else {
            object.prepare_for_update(&old);
            object.count_sent_empty(&old, &call.sent_empty);
        }
        rest::certificate_signing_request::stamp_conditions(&mut object, &old, &self.epoch.seconds(call.now));
        let taken = self.allocator.assign(&self.store, &mut object, Some(&old), call.dry_run, &mut self.stream)?;
        let put = self.put_in_place(object, &old, subresource, call);
        match &put {
            Ok(object) if !call.dry_run => self.allocator.settle(object, Some(&old)),
            _ => self.allocator.give_back(&taken),
        }
        put
    }

    /// The second half of an update: the object is complete.
    fn put_in_place(&mut self, mut object: Object, old: &Object, subresource: Option<Subresource>, call: &mut Call) -> Result<Object, Status> {
        let (kind, key) = (old.kind(), Key::of(old));
        let status_only = subresource == Some(Subresource::Status);
        let part = subresource.and_then(Subresource::part);
        let errors = match part {
            Some(part) => object.validate_part_update(part, old),
            None => [object.validate_replacement(old, status_only), call.version.map_or_else(Vec::new, |version| version.validate(&object, Some(old)))].concat(),
        };
        let errors = call.as_sent(errors);
        if !errors.is_empty() {
            return Err(Status::invalid(kind, &key.name, &errors));
        }
        self.check_certificates(&object, Some(old), subresource, call)?;
        self.validate_admission(Some(&object), Some(old), subresource, call)?;
        if subresource.is_none() {
            call.warnings.extend(object.warnings_on_update(old));
        }
        self.check_admission(kind, &mut object, Some(old), subresource, call)?;
        object.meta_mut().resource_version.clone_from(&old.meta().resource_version);
        forget_empty(&mut object);
        if object == *old && self.owned_as_before(kind, &key, call) {
            return Ok(old.clone());
        }
        if call.dry_run {
            return Ok(object);
        }
        if is_finished(&object) {
            // Who took the last finalizer away is told what they sent; those who watch see, as the last state, what was stored.
            self.remove(kind, key, old.clone(), call);
            return Ok(object);
        }
        self.keep_address(Some(&object), Some(old), call)?;
        Ok(self.commit(kind, key, Some(object), call))
    }
}

/// The name of an object is that of its path.
pub(super) fn match_name(object: &Object, name: &str) -> Result<(), Status> {
    match object.meta().name.as_deref().unwrap_or_default() {
        own if own == name => Ok(()),
        "" => Err(Status::bad_request(format!("the name of the object ({name} based on URL) was undeterminable: name must be provided"))),
        own => Err(Status::bad_request(format!("the name of the object ({own}) does not match the name on the URL ({name})"))),
    }
}

/// Whoever patches the uid is told that it stays, not that there is another object. Twice, as of a name.
pub(super) fn refuse_other_uid(object: &Object, old: &Object) -> Result<(), Status> {
    let uid = object.meta().uid.as_deref().unwrap_or_default();
    if uid.is_empty() || Some(uid) == old.meta().uid.as_deref() {
        return Ok(());
    }
    let error = FieldError::invalid("metadata.uid", uid, "field is immutable");
    Err(Status::invalid(old.kind(), old.meta().name.as_deref().unwrap_or_default(), &[error.clone(), error]))
}

/// A version is a number.
fn refuse_odd_version(object: &Object) -> Result<(), Status> {
    let version = object.meta().resource_version.as_deref().unwrap_or_default();
    if version.is_empty() || version.parse::<u64>().is_ok() {
        return Ok(());
    }
    Err(Status::new(500, "", format!("strconv.ParseUint: parsing {version:?}: invalid syntax")))
}

/// Owners that are named twice count once, with a warning.
fn dedup_owners(object: &mut Object, warnings: &mut Vec<String>) {
    let owners = object.meta().owner_references.as_deref().unwrap_or_default();
    let is_again = |at: usize| owners[..at].contains(&owners[at]);
    let again: Vec<String> = (0..owners.len()).filter(|at| is_again(*at)).map(|at| owners[at].uid.clone()).collect();
    if again.is_empty() {
        return;
    }
    let once = (0..owners.len()).filter(|at| !is_again(*at)).map(|at| owners[at].clone()).collect();
    object.meta_mut().owner_references = Some(once);
    warnings.push(format!(".metadata.ownerReferences contains duplicate entries; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: {}", again.join(", ")));
}

/// Nobody but the server says these of a new object.
fn forget_system_fields(object: &mut Object) {
    let meta = object.meta_mut();
    (meta.creation_timestamp, meta.deletion_timestamp, meta.uid) = (None, None, None);
    (meta.deletion_grace_period_seconds, meta.self_link) = (None, None);
}

/// What was read, unless the writer wants unknown fields refused; they are warned of by default.
pub(crate) fn strictly(decoded: Decoded, validation: FieldValidation, warnings: &mut Vec<String>) -> Result<Object, Status> {
    match validation {
        FieldValidation::Strict => return decoded.strict(),
        FieldValidation::Warn => warnings.extend(decoded.strict_errors.iter().flat_map(|error| as_warnings(error))),
        FieldValidation::Ignore => {}
    }
    decoded.accepted()
}

/// What the reader of YAML objects to is one error of several lines, and a warning for each.
pub(super) fn as_warnings(error: &str) -> Vec<String> {
    match error.strip_prefix("yaml: unmarshal errors:\n") {
        Some(lines) => lines.lines().map(|line| line.trim().to_owned()).collect(),
        None => vec![error.to_owned()],
    }
}

/// A namespace as in the request, but for its status.
fn finalized(object: &Object, old: &Object) -> Object {
    let (Object::Namespace(new), Object::Namespace(old)) = (object, old) else { return old.clone() };
    let mut next = (**new).clone();
    next.status = Arc::clone(&old.status);
    Arc::new(next).into_object()
}

fn check_preconditions(object: &Object, old: &Object, kind: Kind, key: &Key) -> Result<(), Status> {
    let (meta, stored) = (object.meta(), old.meta());
    let uid = meta.uid.as_deref().unwrap_or_default();
    if !uid.is_empty() && Some(uid) != stored.uid.as_deref() {
        return Err(uid_conflict(kind, key, uid, stored.uid.as_deref().unwrap_or_default()));
    }
    refuse_odd_version(object)?;
    let version = meta.resource_version.as_deref().unwrap_or_default();
    if !matches!(version, "" | "0") && Some(version) != stored.resource_version.as_deref() {
        return Err(Status::modified(kind, &key.name));
    }
    Ok(())
}

pub(super) fn uid_conflict(kind: Kind, key: &Key, wanted: &str, stored: &str) -> Status {
    Status::conflict(
        kind,
        &key.name,
        &format!("StorageError: invalid object, Code: 4, Key: /registry/{}/{key}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: {wanted}, UID in object meta: {stored}", kind.info().plural),
    )
}

/// The namespace of an object is that of its path; a kind without namespaces has none, whatever its object says.
fn match_namespace(object: &mut Object, namespace: &str) -> Result<(), Status> {
    let meta = object.meta_mut();
    let own = meta.namespace.as_deref().unwrap_or_default();
    if own == namespace {
        return Ok(());
    }
    if !own.is_empty() && !namespace.is_empty() {
        return Err(Status::bad_request("the namespace of the provided object does not match the namespace sent on the request"));
    }
    meta.namespace = (!namespace.is_empty()).then(|| namespace.to_owned());
    Ok(())
}

/// What no update can change: who the object is and whether it is going away.
fn keep_identity(object: &mut Object, old: &Object) {
    let stored = old.meta();
    let meta = object.meta_mut();
    meta.uid.clone_from(&stored.uid);
    meta.creation_timestamp.clone_from(&stored.creation_timestamp);
    // Nobody takes back a deletion; to begin one by an update is refused later.
    meta.deletion_timestamp = stored.deletion_timestamp.clone().or(meta.deletion_timestamp.take());
    meta.deletion_grace_period_seconds = meta.deletion_grace_period_seconds.or(stored.deletion_grace_period_seconds);
    meta.generate_name = meta.generate_name.take().or_else(|| stored.generate_name.clone());
    meta.generation = stored.generation;
    meta.self_link = None;
}

/// An object that was asked to go, has no finalizer left and no time to wait for.
fn is_finished(object: &Object) -> bool {
    let meta = object.meta();
    let finalizers_done = meta.finalizers.as_ref().is_none_or(Vec::is_empty);
    let namespace_done = match object {
        Object::Namespace(namespace) => namespace.spec.finalizers.as_ref().is_none_or(Vec::is_empty),
        _ => true,
    };
    meta.deletion_timestamp.is_some() && finalizers_done && namespace_done && meta.deletion_grace_period_seconds.unwrap_or(0) == 0
}
