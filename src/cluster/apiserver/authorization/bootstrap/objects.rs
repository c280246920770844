//! Makes the default roles and bindings out of their tables.
//!
//! Models: plugin/pkg/auth/authorizer/rbac/bootstrappolicy, pkg/registry/rbac/rest/storage_rbac.go, v1.36.
//! Simplified: a default role that is changed is not mended, as there is no restart of the server to mend it.

use std::collections::BTreeMap;
use std::sync::Arc;

use k8s_openapi::api::rbac::v1::{AggregationRule, PolicyRule, RoleRef, Subject};
use podarium_api::{ClusterRole, ClusterRoleBinding, LabelSelector, Object, ObjectMeta, Resource as _, RoleBinding};

use super::bindings::{CLUSTER_ROLE_BINDINGS, ROLE_BINDINGS, ROLES};
use super::cluster_roles::{CLUSTER_ROLES, OF_THE_CLOUD, OF_THE_CSI_DRIVER};
use super::controller_roles::CONTROLLER_ROLES;

const GROUP: &str = "rbac.authorization.k8s.io";
const AGGREGATE: &str = "rbac.authorization.k8s.io/aggregate-to-";

/// A role as its table gives it. The namespace is empty for ClusterRoles.
pub(super) struct Role {
    pub name: &'static str,
    pub namespace: &'static str,
    /// The role takes its rules from those that are labelled for it under this name.
    pub gathers: &'static str,
    /// The label under which it gives its own rules away.
    pub gathered_by: &'static str,
    pub rules: &'static [Rule],
}

/// Words separated by blanks; `core` stands for the group without a name.
pub(super) struct Rule {
    groups: &'static str,
    resources: &'static str,
    names: &'static str,
    urls: &'static str,
    verbs: &'static str,
}

pub(super) struct Binding {
    pub name: &'static str,
    pub namespace: &'static str,
    /// A ClusterRole for a binding of the cluster, a Role for one in a namespace.
    pub role: &'static str,
    pub subjects: &'static [BoundSubject],
}

pub(super) struct BoundSubject {
    kind: &'static str,
    namespace: &'static str,
    name: &'static str,
}

pub(super) const fn rule(groups: &'static str, resources: &'static str, verbs: &'static str) -> Rule {
    Rule { groups, resources, names: "", urls: "", verbs }
}

pub(super) const fn named(groups: &'static str, resources: &'static str, names: &'static str, verbs: &'static str) -> Rule {
    Rule { groups, resources, names, urls: "", verbs }
}

pub(super) const fn urls(urls: &'static str, verbs: &'static str) -> Rule {
    Rule { groups: "", resources: "", names: "", urls, verbs }
}

pub(super) const fn user(name: &'static str) -> BoundSubject {
    BoundSubject { kind: "User", namespace: "", name }
}

pub(super) const fn group(name: &'static str) -> BoundSubject {
    BoundSubject { kind: "Group", namespace: "", name }
}

pub(super) const fn account(namespace: &'static str, name: &'static str) -> BoundSubject {
    BoundSubject { kind: "ServiceAccount", namespace, name }
}

/// All default roles and bindings, in the order in which kube-apiserver makes them.
pub(crate) fn objects() -> Vec<Object> {
    let cluster_roles = CLUSTER_ROLES.iter().chain(CONTROLLER_ROLES).map(cluster_role);
    let cluster_bindings = CLUSTER_ROLE_BINDINGS.iter().map(cluster_binding);
    let of_controllers = CONTROLLER_ROLES.iter().map(controller_binding);
    let roles = ROLES.iter().map(namespaced_role);
    let bindings = ROLE_BINDINGS.iter().map(namespaced_binding);
    cluster_roles.chain(cluster_bindings).chain(of_controllers).chain(roles).chain(bindings).collect()
}

/// What the cloud's manifests add: the role of cloud-controller-manager and its binding.
pub(crate) fn objects_of_the_cloud() -> Vec<Object> {
    role_and_binding(&OF_THE_CLOUD, "cloud-controller-manager")
}

/// What a CSI driver's manifests add: its role and the binding.
pub(crate) fn objects_of_the_csi_driver() -> Vec<Object> {
    role_and_binding(&OF_THE_CSI_DRIVER, "csi-driver")
}

/// A role that does not belong to Kubernetes itself, given to an account in kube-system.
fn role_and_binding(role: &Role, to: &'static str) -> Vec<Object> {
    let binding = bound_cluster_role(role.name, role.name, &[account("kube-system", to)]);
    let plain = |mut object: Object| {
        let meta = object.meta_mut();
        (meta.labels, meta.annotations) = (None, None);
        object
    };
    [cluster_role(role), binding].into_iter().map(plain).collect()
}

fn metadata(name: &str, namespace: &str, gathered_by: &str) -> ObjectMeta {
    // What kubeadm has made, nobody mends.
    if name.starts_with("kubeadm:") {
        return ObjectMeta { name: Some(name.to_owned()), ..ObjectMeta::default() };
    }
    let mut labels = BTreeMap::from([("kubernetes.io/bootstrapping".to_owned(), "rbac-defaults".to_owned())]);
    labels.extend(gathered_by.split_whitespace().map(|to| (format!("{AGGREGATE}{to}"), "true".to_owned())));
    let annotations = BTreeMap::from([("rbac.authorization.kubernetes.io/autoupdate".to_owned(), "true".to_owned())]);
    ObjectMeta {
        name: Some(name.to_owned()),
        namespace: (!namespace.is_empty()).then(|| namespace.to_owned()),
        labels: Some(labels),
        annotations: Some(annotations),
        ..ObjectMeta::default()
    }
}

fn rules(role: &Role) -> Option<Vec<PolicyRule>> {
    (!role.rules.is_empty()).then(|| role.rules.iter().map(policy_rule).collect())
}

fn policy_rule(rule: &Rule) -> PolicyRule {
    let words = |text: &str| -> Option<Vec<String>> {
        let words = text.split_whitespace().map(|word| if word == "core" { String::new() } else { word.to_owned() });
        (!text.is_empty()).then(|| words.collect())
    };
    PolicyRule {
        api_groups: words(rule.groups),
        resources: words(rule.resources),
        resource_names: words(rule.names),
        non_resource_urls: words(rule.urls),
        verbs: rule.verbs.split_whitespace().map(str::to_owned).collect(),
    }
}

fn cluster_role(role: &Role) -> Object {
    let selector = || LabelSelector {
        match_labels: Some(BTreeMap::from([(format!("{AGGREGATE}{}", role.gathers), "true".to_owned())])),
        match_expressions: None,
    };
    let aggregation_rule = (!role.gathers.is_empty()).then(|| AggregationRule { cluster_role_selectors: Some(vec![selector()]) });
    let metadata = metadata(role.name, "", role.gathered_by);
    Arc::new(ClusterRole { metadata, aggregation_rule, rules: rules(role) }).into_object()
}

fn namespaced_role(role: &Role) -> Object {
    let metadata = metadata(role.name, role.namespace, role.gathered_by);
    Arc::new(podarium_api::Role { metadata, rules: rules(role) }).into_object()
}

fn subject(subject: &BoundSubject) -> Subject {
    let of_account = subject.kind == "ServiceAccount";
    Subject {
        api_group: (!of_account).then(|| GROUP.to_owned()),
        kind: subject.kind.to_owned(),
        name: subject.name.to_owned(),
        namespace: of_account.then(|| subject.namespace.to_owned()),
    }
}

fn role_ref(kind: &str, name: &str) -> RoleRef {
    RoleRef { api_group: Some(GROUP.to_owned()), kind: kind.to_owned(), name: name.to_owned() }
}

fn bound_cluster_role(name: &str, role: &str, subjects: &[BoundSubject]) -> Object {
    let subjects = (!subjects.is_empty()).then(|| subjects.iter().map(subject).collect());
    let binding = ClusterRoleBinding { metadata: metadata(name, "", ""), role_ref: role_ref("ClusterRole", role), subjects };
    Arc::new(binding).into_object()
}

fn cluster_binding(binding: &Binding) -> Object {
    bound_cluster_role(binding.name, binding.role, binding.subjects)
}

/// A controller's role belongs to the service account that bears the rest of its name.
fn controller_binding(role: &Role) -> Object {
    let name = role.name.strip_prefix("system:controller:").unwrap_or(role.name);
    bound_cluster_role(role.name, role.name, &[account("kube-system", name)])
}

fn namespaced_binding(binding: &Binding) -> Object {
    let subjects = Some(binding.subjects.iter().map(subject).collect());
    let metadata = metadata(binding.name, binding.namespace, "");
    Arc::new(RoleBinding { metadata, role_ref: role_ref("Role", binding.role), subjects }).into_object()
}

#[cfg(test)]
mod tests {
    use podarium_api::Kind;

    use super::*;

    #[test]
    fn every_default_object_is_valid_and_every_binding_has_its_role() {
        let objects = objects();
        for object in &objects {
            let mut object = object.clone();
            object.set_defaults();
            assert_eq!(object.validate(), [], "{:?}", object.meta().name);
        }
        let has = |kind: Kind, namespace: &Option<String>, name: &str| {
            objects.iter().any(|object| object.kind() == kind && object.meta().namespace == *namespace && object.meta().name.as_deref() == Some(name))
        };
        for object in &objects {
            match object {
                Object::ClusterRoleBinding(binding) => assert!(has(Kind::ClusterRole, &None, &binding.role_ref.name), "{}", binding.role_ref.name),
                Object::RoleBinding(binding) => assert!(has(Kind::Role, &binding.metadata.namespace, &binding.role_ref.name), "{}", binding.role_ref.name),
                _ => {}
            }
        }
        assert!(objects.len() > 120);
    }
}
