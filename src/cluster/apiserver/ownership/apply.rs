//! Server-side apply: `PATCH` with a configuration instead of a patch. It makes the object if there is none.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/endpoints/handlers/patch.go (applyPatcher),
//! staging/src/k8s.io/apimachinery/pkg/util/managedfields/internal/{structuredmerge,skipnonapplied,versioncheck}.go, v1.36.
//! Simplified: nothing.

use podarium_api::decode::{decode_unstructured, go_kind};
use podarium_api::managed_fields::{
    Applied, BEFORE_FIRST_APPLY, CustomType, Managed, Operation, Schema, Type, empty_object, last_applied, new_object_fields, validate,
};
use podarium_api::{Object, Status, custom};
use serde_json::Value;

use crate::apiserver::authorization::Attributes;
use crate::apiserver::write::{as_warnings, refuse_other_uid};
use crate::apiserver::{ApiServer, Call, FieldValidation, Reply, Request, Subresource};
use crate::store::Key;

impl ApiServer {
    pub(in crate::apiserver) fn apply(&mut self, request: &Request, configuration: &Value, call: &mut Call) -> Result<Reply, Status> {
        // Nothing at all says nothing of its kind.
        let nothing = Value::Object(serde_json::Map::new());
        let configuration = if configuration.is_null() { &nothing } else { configuration };
        let (kind, key) = (request.kind, request.key());
        let old = self.store.get(kind, &key).map(|_| self.stored_as_asked(kind, &key)).transpose()?;
        if old.is_none() && request.subresource.is_some() {
            return Err(Status::not_found(kind, &key.name));
        }
        let info = kind.info();
        let stored;
        let configuration = match call.version {
            Some(version) => {
                check_configuration(version.group, version.version, version.kind, configuration)?;
                if let Some(schema) = Type::of_kind(&version.api_version(), version.kind) {
                    return self.apply_as(schema, request, configuration, old, call);
                }
                stored = version.to_stored(configuration.clone())?;
                &stored
            }
            None => configuration,
        };
        check_configuration(info.group, info.version, info.kind, configuration)?;
        if let Some(definition) = self.store.version_of(kind).cloned() {
            return self.apply_as(CustomType::object(definition.schema_value()), request, configuration, old, call);
        }
        let Some(schema) = Type::of_kind(&info.api_version(), info.kind) else {
            return Err(Status::not_simulated(&format!("server-side apply of {}", info.group_resource())));
        };
        self.apply_as(schema, request, configuration, old, call)
    }

    /// Applies by the types of the kind.
    fn apply_as<S: Schema>(&mut self, schema: S, request: &Request, configuration: &Value, old: Option<Object>, call: &mut Call) -> Result<Reply, Status> {
        let (kind, key) = (request.kind, request.key());
        let info = kind.info();
        let version = call.version.filter(|version| Type::of_kind(&version.api_version(), version.kind).is_some());
        let live = match (&old, version) {
            (None, Some(version)) => empty_object(&version.api_version(), version.kind),
            (None, None) => empty_object(&info.api_version(), info.kind),
            (Some(old), Some(version)) => version.from_stored(old.to_value()),
            (Some(old), None) => old.to_value(),
        };
        if let Err(why) = validate(schema, configuration, false) {
            return Err(internal(format!("failed to create typed patch object ({}): {why}", named(configuration))));
        }
        let managed = self.managed_before_apply(old.as_ref(), &key, request.subresource, call);
        let write = self.write_of(kind, request.subresource, Operation::Apply, &call.manager, call);
        let applied = last_applied::apply(&write, schema, &live, configuration, &managed, request.options.force).map_err(|conflicts| conflicts.into_status())?;
        // What is said twice is objected to once the configuration has been applied.
        for objection in &request.options.objections {
            match request.options.field_validation {
                FieldValidation::Strict => return Err(Status::bad_request(format!("error strict decoding YAML: error converting YAML to JSON: {objection}"))),
                FieldValidation::Warn => call.warnings.extend(as_warnings(objection)),
                FieldValidation::Ignore => {}
            }
        }
        self.store_applied(request, configuration, old, applied, call)
    }

    /// The entries of the object; all that an object without entries has belongs to the time before the first apply.
    fn managed_before_apply(&mut self, old: Option<&Object>, key: &Key, subresource: Option<Subresource>, call: &Call) -> Managed {
        let Some(old) = old else { return Managed::default() };
        let managed = self.managed(old.kind(), key);
        if !managed.is_empty() {
            return managed;
        }
        let write = self.write_of(old.kind(), subresource, Operation::Update, BEFORE_FIRST_APPLY, call);
        write.created(write.owned_by_creator(&new_object_fields(old)))
    }

    fn store_applied(&mut self, request: &Request, configuration: &Value, old: Option<Object>, applied: Applied, call: &mut Call) -> Result<Reply, Status> {
        let (kind, key) = (request.kind, request.key());
        // Nothing if nothing changes.
        let sent = match &old {
            Some(_) => applied.object.as_ref(),
            None => Some(applied.object.as_ref().unwrap_or(configuration)),
        };
        let object = match (sent, &old) {
            (Some(value), _) => {
                let version = call.version.filter(|version| value["apiVersion"] == version.api_version());
                let stored = version.map(|version| version.to_stored(value.clone())).transpose()?;
                let stored = stored.as_ref().unwrap_or(value);
                let read = match self.store.version_of(kind) {
                    Some(definition) => custom::decode_value(definition, stored.clone()),
                    None => decode_unstructured(kind, stored),
                };
                let unconverted = |why| format!("failed to convert new object ({}) to proper version: unable to convert unstructured object to {}: {why}", named(configuration), type_name(value));
                let read = read.map_err(|why| internal(unconverted(why)))?;
                call.sent_empty = read.sent_empty;
                read.object
            }
            (None, Some(old)) => old.clone(),
            (None, None) => unreachable!("what is new is what was sent"),
        };
        let object = addressed(object, request)?;
        let before = self.managed(kind, &key);
        call.managed = Some(self.owners.share(applied.managed, &before));
        match old {
            Some(old) => {
                refuse_other_uid(&object, &old)?;
                self.replace(object, old, request.subresource, call).map(Reply::Object)
            }
            None => {
                let uid = object.meta().uid.as_deref().unwrap_or_default();
                if !uid.is_empty() {
                    let why = format!("uid mismatch: the provided object specified uid {uid}, and no existing object was found");
                    return Err(Status::conflict(kind, &key.name, &why));
                }
                // Who may patch may not yet create.
                let create = Attributes { verb: "create".into(), ..Attributes::of(request) };
                self.authorize(&create, call.now, call.cause)?;
                self.create_object(object, call).map(Reply::Object)
            }
        }
    }
}

fn internal(message: String) -> Status {
    Status::new(500, "", message)
}

/// `shop/web; apps/v1, Kind=Deployment`, as errors name what is applied.
fn named(configuration: &Value) -> String {
    let text = |pointer: &str| configuration.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    format!("{}/{}; {}", text("/metadata/namespace"), text("/metadata/name"), type_name(configuration))
}

/// `apps/v1, Kind=Deployment`, or `/v1, Kind=Pod`.
fn type_name(value: &Value) -> String {
    let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default();
    let (group, version) = text("apiVersion").split_once('/').unwrap_or(("", text("apiVersion")));
    format!("{group}/{version}, Kind={}", text("kind"))
}

/// A configuration is of the kind and version of its path, and says nothing of entries.
pub(super) fn check_configuration(group: &str, version: &str, kind: &str, configuration: &Value) -> Result<(), Status> {
    if !configuration.is_object() {
        return Err(Status::bad_request(format!(
            "error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {} into Go value of type map[string]interface {{}}",
            go_kind(configuration)
        )));
    }
    let text = |name: &str| configuration.get(name).and_then(Value::as_str).unwrap_or_default();
    let api_version = if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
    if text("apiVersion") != api_version || text("kind") != kind {
        let (group, version) = text("apiVersion").split_once('/').unwrap_or(("", text("apiVersion")));
        return Err(Status::bad_request(format!("invalid object type: {group}/{version}, Kind={}", text("kind"))));
    }
    if configuration.pointer("/metadata/managedFields").is_some_and(Value::is_array) {
        return Err(Status::bad_request("metadata.managedFields must be nil"));
    }
    Ok(())
}

/// The object under the name and namespace of the path.
fn addressed(mut object: Object, request: &Request) -> Result<Object, Status> {
    let key = request.key();
    let namespace = object.meta().namespace.clone().unwrap_or_default();
    if !namespace.is_empty() && *namespace != *key.namespace {
        return Err(Status::bad_request("the namespace of the provided object does not match the namespace sent on the request"));
    }
    let name = object.meta().name.clone().unwrap_or_default();
    if name.is_empty() {
        return Err(Status::bad_request(format!("the name of the object ({} based on URL) was undeterminable: name must be provided", key.name)));
    }
    if *name != *key.name {
        return Err(Status::bad_request(format!("the name of the object ({name}) does not match the name on the URL ({})", key.name)));
    }
    object.meta_mut().namespace = (!key.namespace.is_empty()).then(|| key.namespace.to_string());
    Ok(object)
}
