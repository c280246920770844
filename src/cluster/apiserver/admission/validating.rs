//! Validating admission: what looks at a write once it is complete and valid, and may refuse it.
//!
//! A plugin is one file and one line in [`PLUGINS`].
//!
//! Models: staging/src/k8s.io/apiserver/pkg/admission/chain.go, pkg/registry/rest/create.go (AdmissionToValidateObjectFunc), v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use podarium_api::admission_policy::{Input, Requested};
use podarium_api::{Kind, Object, Status};
use serde_json::{Value, json};

use super::{policies, webhooks};
use crate::apiserver::User;
use crate::apiserver::authorization::{Asked, Judge};
use crate::store::{Key, Store};

/// A write as validating admission sees it.
pub(in crate::apiserver) struct Validated<'a> {
    pub operation: &'static str,
    pub kind: Kind,
    /// Group, version and plural.
    pub resource: (&'static str, &'static str, &'static str),
    pub subresource: &'static str,
    pub name: &'a str,
    /// Empty for cluster-scoped objects.
    pub namespace: &'a str,
    pub object: Option<&'a Object>,
    pub old: Option<&'a Object>,
    pub store: &'a Store,
    pub judge: Judge<'a>,
    pub user: &'a User,
    pub dry_run: bool,
    pub warnings: &'a mut Vec<String>,
}

type Plugin = fn(&mut Validated<'_>) -> Result<(), Status>;

const PLUGINS: &[(&str, Plugin)] = &[("Webhooks", webhooks::validate), ("ValidatingAdmissionPolicy", policies::validate)];

pub(in crate::apiserver) fn validate(write: &mut Validated<'_>) -> Result<(), Status> {
    PLUGINS.iter().try_for_each(|(_, plugin)| plugin(write))
}

impl<'a> Validated<'a> {
    pub(super) fn requested(&self) -> Requested<'a> {
        policies::requested(self)
    }

    /// The object as it will be, or as it was.
    pub(super) fn either(&self) -> Option<&'a Object> {
        self.object.or(self.old)
    }

    pub(super) fn namespace_object(&self) -> Option<&'a Object> {
        let store = self.store;
        if self.namespace.is_empty() || self.kind == Kind::Namespace { None } else { store.get(Kind::Namespace, &Key::new("", self.namespace)) }
    }

    /// What expressions see, without parameters.
    pub(super) fn input(&self) -> Input<'a> {
        let value = |object: Option<&Object>| object.map_or(Value::Null, Object::to_value);
        let (group, version, resource) = self.resource;
        let info = self.kind.info();
        let kind = json!({"group": group, "version": version, "kind": info.kind});
        let resource = json!({"group": group, "version": version, "resource": resource});
        let mut user = json!({"username": self.user.name(), "groups": self.user.groups().iter().map(|group| &**group).collect::<Vec<_>>()});
        if !self.user.uid().is_empty() {
            user["uid"] = json!(self.user.uid());
        }
        let extra: serde_json::Map<String, Value> = self.user.extra().map(|(name, values)| (name.to_string(), json!(values.iter().map(|value| &**value).collect::<Vec<_>>()))).collect();
        if !extra.is_empty() {
            user["extra"] = Value::Object(extra);
        }
        let mut request = json!({
            "kind": kind, "resource": resource, "requestKind": kind, "requestResource": resource, "name": self.name,
            "operation": self.operation, "userInfo": user, "dryRun": self.dry_run,
        });
        if !self.subresource.is_empty() {
            request["subResource"] = json!(self.subresource);
            request["requestSubResource"] = json!(self.subresource);
        }
        if !self.namespace.is_empty() {
            request["namespace"] = json!(self.namespace);
        }
        Input { object: value(self.object), old_object: value(self.old), request, namespace: value(self.namespace_object()), params: Value::Null, authorizer: Some(Arc::new(Asked { judge: self.judge, user: self.user.clone() })) }
    }
}
