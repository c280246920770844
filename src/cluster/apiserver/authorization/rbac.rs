//! RBAC: bindings give users the rules of roles. An index from subjects to bindings keeps the question cheap.
//!
//! Models: plugin/pkg/auth/authorizer/rbac/rbac.go, pkg/registry/rbac/validation/rule.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use imbl::OrdMap;
use k8s_openapi::api::rbac::v1::{PolicyRule, RoleRef, Subject};
use podarium_api::{Kind, Object};

use super::decision::Grant;
use super::{Attributes, rules};
use crate::apiserver::User;
use crate::store::{Key, Store};

/// A binding as authorization needs it.
#[derive(Debug, PartialEq)]
pub struct Bound {
    /// The namespace is empty for a ClusterRoleBinding.
    pub key: Key,
    pub role: Kind,
    pub role_key: Key,
    subjects: Vec<Subject>,
}

impl Bound {
    fn of(object: &Object) -> Option<Self> {
        let (role_ref, subjects) = match object {
            Object::RoleBinding(binding) => (&binding.role_ref, &binding.subjects),
            Object::ClusterRoleBinding(binding) => (&binding.role_ref, &binding.subjects),
            _ => return None,
        };
        let key = Key::of(object);
        let (role, role_key) = role_of(role_ref, &key.namespace);
        Some(Bound { key, role, role_key, subjects: subjects.clone().unwrap_or_default() })
    }

    /// `RoleBinding "rb/shop" of Role "pod-reader" to User "jane"`
    pub(super) fn describe(&self, subject: usize) -> String {
        let binding = match &*self.key.namespace {
            "" => format!("ClusterRoleBinding {:?}", self.key.name),
            namespace => format!("RoleBinding {:?}", format!("{}/{namespace}", self.key.name)),
        };
        let role = self.role.info().kind;
        let subject = &self.subjects[subject];
        let who = match (subject.kind.as_str(), subject.namespace.as_deref().unwrap_or_default()) {
            ("ServiceAccount", namespace) => format!("ServiceAccount {:?}", format!("{}/{namespace}", subject.name)),
            (kind, _) => format!("{kind} {:?}", subject.name),
        };
        format!("{binding} of {role} {:?} to {who}", self.role_key.name)
    }

    /// The first subject that the user is.
    fn subject_of(&self, user: &User) -> Option<usize> {
        self.subjects.iter().position(|subject| match subject.kind.as_str() {
            "User" => user.name() == subject.name,
            "Group" => user.in_group(&subject.name),
            "ServiceAccount" => {
                let namespace = subject.namespace.as_deref().filter(|namespace| !namespace.is_empty()).unwrap_or(&self.key.namespace);
                user.account() == Some((namespace, &subject.name))
            }
            _ => false,
        })
    }
}

/// The kind and key of the role that a binding in this namespace refers to.
pub(super) fn role_of(role: &RoleRef, namespace: &str) -> (Kind, Key) {
    match role.kind.as_str() {
        "Role" => (Kind::Role, Key::new(namespace, &role.name)),
        _ => (Kind::ClusterRole, Key::new("", &role.name)),
    }
}

/// The rules of a role, or the complaint that there is none of that name.
pub(super) fn rules_of<'a>(store: &'a Store, kind: Kind, key: &Key) -> Result<&'a [PolicyRule], String> {
    let rules = match store.get(kind, key) {
        Some(Object::Role(role)) => &role.rules,
        Some(Object::ClusterRole(role)) => &role.rules,
        _ => return Err(format!("{}.rbac.authorization.k8s.io {:?} not found", kind.info().singular, key.name)),
    };
    Ok(rules.as_deref().unwrap_or_default())
}

type ByName = OrdMap<Arc<str>, Arc<Bound>>;

/// The bindings of one namespace, or of the cluster, by those whom they concern.
#[derive(Clone, Debug, Default)]
struct Bindings {
    users: OrdMap<Arc<str>, ByName>,
    groups: OrdMap<Arc<str>, ByName>,
}

/// All bindings.
#[derive(Clone, Debug, Default)]
pub(in crate::apiserver) struct Rbac {
    namespaces: OrdMap<Arc<str>, Bindings>,
}

impl Rbac {
    /// Takes note of a write.
    pub fn changed(&mut self, old: Option<&Object>, new: Option<&Object>) {
        if let Some(bound) = old.and_then(Bound::of) {
            self.each(&bound, |by_name| {
                by_name.remove(&bound.key.name);
            });
        }
        if let Some(bound) = new.and_then(Bound::of).map(Arc::new) {
            self.each(&bound, |by_name| {
                by_name.insert(bound.key.name.clone(), bound.clone());
            });
        }
    }

    fn each(&mut self, bound: &Bound, change: impl Fn(&mut ByName)) {
        let bindings = self.namespaces.entry(bound.key.namespace.clone()).or_default();
        for subject in &bound.subjects {
            match subject.kind.as_str() {
                "User" => change(bindings.users.entry(subject.name.as_str().into()).or_default()),
                "Group" => change(bindings.groups.entry(subject.name.as_str().into()).or_default()),
                _ => {
                    let namespace = subject.namespace.as_deref().filter(|namespace| !namespace.is_empty()).unwrap_or(&bound.key.namespace);
                    let user = format!("system:serviceaccount:{namespace}:{}", subject.name);
                    change(bindings.users.entry(user.into()).or_default());
                }
            }
        }
    }

    /// The bindings that concern a user in a namespace: those of the cluster, then those of the namespace.
    fn bindings<'a>(&'a self, user: &'a User, namespace: &'a str) -> impl Iterator<Item = &'a Arc<Bound>> {
        let namespaces = std::iter::once("").chain(Some(namespace).filter(|namespace| !namespace.is_empty()));
        let bindings = namespaces.filter_map(|namespace| self.namespaces.get(namespace));
        let by_name = bindings.flat_map(|bindings| {
            bindings.users.get(user.name()).into_iter().chain(user.groups().iter().filter_map(|group| bindings.groups.get(group)))
        });
        by_name.flat_map(OrdMap::values)
    }

    /// Looks for a rule that allows the request.
    pub fn authorize(&self, store: &Store, request: &Attributes<'_>) -> Result<Grant, String> {
        let mut faults: Vec<String> = Vec::new();
        for bound in self.bindings(request.user, &request.namespace) {
            match rules_of(store, bound.role, &bound.role_key) {
                Ok(found) if found.iter().any(|rule| rules::allows(rule, request)) => {
                    let subject = bound.subject_of(request.user).unwrap_or(0);
                    return Ok(Grant::Rbac { binding: bound.clone(), subject });
                }
                Ok(_) => {}
                Err(fault) => faults.extend((!faults.contains(&fault)).then_some(fault)),
            }
        }
        match faults.as_slice() {
            [] => Err(String::new()),
            [fault] => Err(format!("RBAC: {fault}")),
            faults => Err(format!("RBAC: [{}]", faults.join(", "))),
        }
    }

    /// All rules that the user has in a namespace, and what could not be found out.
    pub fn rules_for(&self, store: &Store, user: &User, namespace: &str) -> (Vec<PolicyRule>, Vec<String>) {
        let (mut rules, mut faults, mut seen) = (Vec::new(), Vec::new(), Vec::new());
        for bound in self.bindings(user, namespace) {
            // A binding that names both the user and a group of theirs counts once.
            if seen.iter().any(|other| Arc::ptr_eq(other, bound)) {
                continue;
            }
            seen.push(bound.clone());
            match rules_of(store, bound.role, &bound.role_key) {
                Ok(found) => rules.extend(found.iter().cloned()),
                Err(fault) => faults.push(fault),
            }
        }
        (rules, faults)
    }
}
