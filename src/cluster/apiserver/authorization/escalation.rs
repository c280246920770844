//! Nobody hands out more than they have: who writes a role or a binding must hold all that it gives, or be allowed to
//! `escalate` or `bind` expressly.
//!
//! Models: pkg/registry/rbac/{escalation_check.go,helpers.go,*/policybased/storage.go}, v1.36.
//! Simplified: nothing.

use k8s_openapi::api::rbac::v1::{PolicyRule, RoleRef};
use podarium_api::{Kind, Object, Status};

use super::{Attributes, Mode, rbac, rules};
use crate::apiserver::authentication::MASTERS;
use crate::apiserver::{ApiServer, User};

const GROUP: &str = "rbac.authorization.k8s.io";

impl ApiServer {
    /// Checks a write of a role or binding; other kinds pass.
    pub(in crate::apiserver) fn check_escalation(&self, user: &User, object: &Object, old: Option<&Object>) -> Result<(), Status> {
        let kind = object.kind();
        let concerned = matches!(kind, Kind::Role | Kind::ClusterRole | Kind::RoleBinding | Kind::ClusterRoleBinding);
        if !concerned || self.modes.contains(&Mode::AlwaysAllow) || user.in_group(MASTERS) || old.is_some_and(|old| only_owners_change(object, old)) {
            return Ok(());
        }
        let meta = object.meta();
        let (namespace, name) = (meta.namespace.as_deref().unwrap_or_default(), meta.name.as_deref().unwrap_or_default());
        match object {
            Object::Role(role) => self.check_role(user, kind, namespace, name, role.rules.as_deref().unwrap_or_default(), old, false),
            Object::ClusterRole(role) => {
                let gathers = role.aggregation_rule.is_some() || matches!(old, Some(Object::ClusterRole(old)) if old.aggregation_rule.is_some());
                self.check_role(user, kind, "", name, role.rules.as_deref().unwrap_or_default(), old, gathers)
            }
            Object::RoleBinding(binding) => self.check_binding(user, kind, namespace, name, &binding.role_ref),
            Object::ClusterRoleBinding(binding) => self.check_binding(user, kind, "", name, &binding.role_ref),
            _ => Ok(()),
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of a role that roles and cluster roles have in common")]
    fn check_role(&self, user: &User, kind: Kind, namespace: &str, name: &str, rules: &[PolicyRule], old: Option<&Object>, gathers: bool) -> Result<(), Status> {
        let info = kind.info();
        // The name of a new object is not part of its URL, and so not of the question.
        let named = if old.is_some() { name } else { "" };
        if self.decide(&Attributes::resource(user, "escalate", GROUP, info.plural, namespace).named(named)).is_allowed() {
            return Ok(());
        }
        self.holds(user, namespace, rules).map_err(|why| Status::forbidden(kind, name, why))?;
        let everything = |rule: PolicyRule| PolicyRule { verbs: vec!["*".to_owned()], ..rule };
        let star = || Some(vec!["*".to_owned()]);
        let full = [
            everything(PolicyRule { api_groups: star(), resources: star(), ..PolicyRule::default() }),
            everything(PolicyRule { non_resource_urls: star(), ..PolicyRule::default() }),
        ];
        if gathers && self.holds(user, "", &full).is_err() {
            return Err(Status::forbidden(kind, name, "must have cluster-admin privileges to use the aggregationRule"));
        }
        Ok(())
    }

    fn check_binding(&self, user: &User, kind: Kind, namespace: &str, name: &str, role_ref: &RoleRef) -> Result<(), Status> {
        let resource = match role_ref.kind.as_str() {
            "ClusterRole" => "clusterroles",
            "Role" => "roles",
            // Validation refuses it.
            _ => return Ok(()),
        };
        let group = role_ref.api_group.as_deref().unwrap_or_default();
        if self.decide(&Attributes::resource(user, "bind", group, resource, namespace).named(&role_ref.name)).is_allowed() {
            return Ok(());
        }
        let (role, role_key) = rbac::role_of(role_ref, namespace);
        let rules = rbac::rules_of(&self.store, role, &role_key).map_err(|_| Status::not_found(role, &role_ref.name))?;
        self.holds(user, namespace, rules).map_err(|why| Status::forbidden(kind, name, why))
    }

    /// Whether the user has all of these rules; else the complaint.
    fn holds(&self, user: &User, namespace: &str, wanted: &[PolicyRule]) -> Result<(), String> {
        let (held, faults) = self.rbac.rules_for(&self.store, user, namespace);
        let missing = rules::missing(&held, wanted);
        if missing.is_empty() {
            return Ok(());
        }
        let mut why = format!(
            "user {:?} (groups={}) is attempting to grant RBAC permissions not currently held:\n{}",
            user.name(),
            rules::quoted(user.groups()),
            rules::describe(missing)
        );
        match faults.as_slice() {
            [] => {}
            [fault] => why.push_str(&format!("; resolution errors: [{fault}]")),
            faults => why.push_str(&format!("; resolution errors: [[{}]]", faults.join(", "))),
        }
        Err(why)
    }
}

/// Whether only owners and finalizers differ, which the garbage collector must be able to change.
fn only_owners_change(new: &Object, old: &Object) -> bool {
    let mut new = new.clone();
    let meta = new.meta_mut();
    let stored = old.meta();
    meta.owner_references.clone_from(&stored.owner_references);
    meta.finalizers.clone_from(&stored.finalizers);
    meta.managed_fields.clone_from(&stored.managed_fields);
    meta.resource_version.clone_from(&stored.resource_version);
    new == *old
}
