//! The bindings of the default ClusterRoles, and the Roles of the system's namespaces with theirs: data.
//!
//! Models: plugin/pkg/auth/authorizer/rbac/bootstrappolicy/{policy,namespace_policy}.go with the default feature gates, v1.36.
//! Simplified: the binding of the kube-proxies, which kubeadm adds, is in every cluster.

use super::{Binding, Role, account, group, named, rule, user};

#[rustfmt::skip]
pub(super) const CLUSTER_ROLE_BINDINGS: &[Binding] = &[
    Binding { name: "cluster-admin", namespace: "", role: "cluster-admin", subjects: &[group("system:masters")] },
    Binding { name: "system:basic-user", namespace: "", role: "system:basic-user", subjects: &[group("system:authenticated")] },
    Binding { name: "system:discovery", namespace: "", role: "system:discovery", subjects: &[group("system:authenticated")] },
    Binding { name: "system:kube-controller-manager", namespace: "", role: "system:kube-controller-manager", subjects: &[user("system:kube-controller-manager")] },
    Binding { name: "system:kube-dns", namespace: "", role: "system:kube-dns", subjects: &[account("kube-system", "kube-dns")] },
    Binding { name: "system:kube-scheduler", namespace: "", role: "system:kube-scheduler", subjects: &[user("system:kube-scheduler")] },
    Binding { name: "system:monitoring", namespace: "", role: "system:monitoring", subjects: &[group("system:monitoring")] },
    Binding { name: "kubeadm:node-proxier", namespace: "", role: "system:node-proxier", subjects: &[account("kube-system", "kube-proxy")] },
    Binding { name: "system:node", namespace: "", role: "system:node", subjects: &[] },
    Binding { name: "system:node-proxier", namespace: "", role: "system:node-proxier", subjects: &[user("system:kube-proxy")] },
    Binding { name: "system:public-info-viewer", namespace: "", role: "system:public-info-viewer", subjects: &[group("system:authenticated"), group("system:unauthenticated")] },
    Binding { name: "system:service-account-issuer-discovery", namespace: "", role: "system:service-account-issuer-discovery", subjects: &[group("system:serviceaccounts")] },
    Binding { name: "system:volume-scheduler", namespace: "", role: "system:volume-scheduler", subjects: &[user("system:kube-scheduler")] },
];

#[rustfmt::skip]
pub(super) const ROLES: &[Role] = &[
    Role { name: "system:controller:bootstrap-signer", namespace: "kube-public", gathers: "", gathered_by: "", rules: &[
        rule("core", "configmaps", "get list watch"),
        named("core", "configmaps", "cluster-info", "update"),
        rule("core events.k8s.io", "events", "create patch update"),
    ] },
    Role { name: "extension-apiserver-authentication-reader", namespace: "kube-system", gathers: "", gathered_by: "", rules: &[
        named("core", "configmaps", "extension-apiserver-authentication", "get list watch"),
    ] },
    Role { name: "system::leader-locking-kube-controller-manager", namespace: "kube-system", gathers: "", gathered_by: "", rules: &[
        rule("coordination.k8s.io", "leases", "create get list update watch"),
        rule("coordination.k8s.io", "leasecandidates", "create get list update watch"),
    ] },
    Role { name: "system::leader-locking-kube-scheduler", namespace: "kube-system", gathers: "", gathered_by: "", rules: &[
        rule("coordination.k8s.io", "leases", "create get list update watch"),
        rule("coordination.k8s.io", "leasecandidates", "create get list update watch"),
    ] },
    Role { name: "system:controller:bootstrap-signer", namespace: "kube-system", gathers: "", gathered_by: "", rules: &[
        rule("core", "secrets", "get list watch"),
    ] },
    Role { name: "system:controller:cloud-provider", namespace: "kube-system", gathers: "", gathered_by: "", rules: &[
        rule("core", "configmaps", "create get list watch"),
    ] },
    Role { name: "system:controller:token-cleaner", namespace: "kube-system", gathers: "", gathered_by: "", rules: &[
        rule("core", "secrets", "delete get list watch"),
        rule("core events.k8s.io", "events", "create patch update"),
    ] },
];

#[rustfmt::skip]
pub(super) const ROLE_BINDINGS: &[Binding] = &[
    Binding { name: "system:controller:bootstrap-signer", namespace: "kube-public", role: "system:controller:bootstrap-signer", subjects: &[account("kube-system", "bootstrap-signer")] },
    Binding { name: "system::extension-apiserver-authentication-reader", namespace: "kube-system", role: "extension-apiserver-authentication-reader", subjects: &[user("system:kube-controller-manager"), user("system:kube-scheduler")] },
    Binding { name: "system::leader-locking-kube-controller-manager", namespace: "kube-system", role: "system::leader-locking-kube-controller-manager", subjects: &[user("system:kube-controller-manager"), account("kube-system", "kube-controller-manager"), account("kube-system", "leader-election-controller")] },
    Binding { name: "system::leader-locking-kube-scheduler", namespace: "kube-system", role: "system::leader-locking-kube-scheduler", subjects: &[user("system:kube-scheduler"), account("kube-system", "kube-scheduler")] },
    Binding { name: "system:controller:bootstrap-signer", namespace: "kube-system", role: "system:controller:bootstrap-signer", subjects: &[account("kube-system", "bootstrap-signer")] },
    Binding { name: "system:controller:cloud-provider", namespace: "kube-system", role: "system:controller:cloud-provider", subjects: &[account("kube-system", "cloud-provider")] },
    Binding { name: "system:controller:token-cleaner", namespace: "kube-system", role: "system:controller:token-cleaner", subjects: &[account("kube-system", "token-cleaner")] },
];
