//! Who sends a request: a name, and the groups that come with it. Kubernetes keeps no list of users: whatever the
//! credentials say is who one is.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/authentication/user/user.go, serviceaccount/util.go, v1.36.
//! Simplified: nothing.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

pub const MASTERS: &str = "system:masters";
pub const AUTHENTICATED: &str = "system:authenticated";
pub const UNAUTHENTICATED: &str = "system:unauthenticated";
pub const ANONYMOUS: &str = "system:anonymous";
const NODES: &str = "system:nodes";
const NODE_PREFIX: &str = "system:node:";
const SERVICE_ACCOUNTS: &str = "system:serviceaccounts";
const SERVICE_ACCOUNT_PREFIX: &str = "system:serviceaccount:";

/// What authentication found out about a user.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct UserInfo {
    pub name: Arc<str>,
    /// Empty for users of certificates and static tokens.
    pub uid: Arc<str>,
    pub groups: Vec<Arc<str>>,
    pub extra: BTreeMap<Arc<str>, Vec<Arc<str>>>,
}

/// A user, shared: a clone counts a reference. The default is nobody, for a request that is not sent yet.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct User(Option<Arc<UserInfo>>);

impl User {
    /// A user whose credentials the cluster gave out itself, with the groups that belong to such a name: a kubelet is in
    /// `system:nodes`, a service account in the groups of all accounts and of its namespace.
    pub fn named(name: &str) -> Self {
        let mut groups: Vec<Arc<str>> = Vec::new();
        if name.starts_with(NODE_PREFIX) {
            groups.push(NODES.into());
        }
        if let Some((namespace, _)) = service_account(name) {
            groups.push(SERVICE_ACCOUNTS.into());
            groups.push(format!("{SERVICE_ACCOUNTS}:{namespace}").into());
        }
        groups.push(AUTHENTICATED.into());
        UserInfo { name: name.into(), groups, ..UserInfo::default() }.into()
    }

    /// A user of a certificate or a static token.
    pub fn with_groups(name: &str, groups: &[&str]) -> Self {
        let groups = groups.iter().copied().chain([AUTHENTICATED]).map(Arc::from).collect();
        UserInfo { name: name.into(), groups, ..UserInfo::default() }.into()
    }

    /// Who installs a cluster: may do everything, whatever the roles say.
    pub fn admin() -> Self {
        Self::with_groups("kubernetes-admin", &[MASTERS])
    }

    /// The API server to itself: may do everything too.
    pub fn api_server() -> Self {
        Self::with_groups("system:apiserver", &[MASTERS])
    }

    /// A request without credentials.
    pub fn anonymous() -> Self {
        UserInfo { name: ANONYMOUS.into(), groups: vec![UNAUTHENTICATED.into()], ..UserInfo::default() }.into()
    }

    /// The account of this namespace and name, as a token of its own says it.
    pub fn service_account(namespace: &str, name: &str) -> Self {
        Self::named(&format!("{SERVICE_ACCOUNT_PREFIX}{namespace}:{name}"))
    }

    /// The name; empty for nobody.
    pub fn name(&self) -> &str {
        self.0.as_deref().map_or("", |info| &info.name)
    }

    /// The name as a shared text.
    pub fn shared_name(&self) -> Arc<str> {
        self.0.as_deref().map_or_else(|| "".into(), |info| info.name.clone())
    }

    pub fn uid(&self) -> &str {
        self.0.as_deref().map_or("", |info| &info.uid)
    }

    pub fn groups(&self) -> &[Arc<str>] {
        self.0.as_deref().map_or(&[], |info| &info.groups)
    }

    pub fn extra(&self) -> impl Iterator<Item = (&Arc<str>, &Vec<Arc<str>>)> {
        self.0.iter().flat_map(|info| &info.extra)
    }

    pub fn in_group(&self, group: &str) -> bool {
        self.groups().iter().any(|of| &**of == group)
    }

    pub fn is_nobody(&self) -> bool {
        self.0.is_none()
    }

    /// The node whose kubelet this is.
    pub fn node_name(&self) -> Option<&str> {
        self.name().strip_prefix(NODE_PREFIX).filter(|_| self.in_group(NODES))
    }

    /// Namespace and name of the service account that this user is.
    pub fn account(&self) -> Option<(&str, &str)> {
        service_account(self.name())
    }
}

/// Splits `system:serviceaccount:shop:robot` into namespace and name.
fn service_account(name: &str) -> Option<(&str, &str)> {
    let (namespace, account) = name.strip_prefix(SERVICE_ACCOUNT_PREFIX)?.split_once(':')?;
    (!namespace.is_empty() && !account.is_empty() && !account.contains(':')).then_some((namespace, account))
}

impl From<UserInfo> for User {
    fn from(info: UserInfo) -> Self {
        User(Some(Arc::new(info)))
    }
}

impl From<&str> for User {
    fn from(name: &str) -> Self {
        User::named(name)
    }
}

impl From<&String> for User {
    fn from(name: &String) -> Self {
        User::named(name)
    }
}

impl fmt::Display for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}", self.name(), self.groups())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_system_bring_their_groups() {
        let cases: [(&str, &[&str]); 5] = [
            ("system:node:node-1", &["system:nodes", "system:authenticated"]),
            ("system:serviceaccount:shop:robot", &["system:serviceaccounts", "system:serviceaccounts:shop", "system:authenticated"]),
            ("system:kube-scheduler", &["system:authenticated"]),
            ("system:serviceaccount:shop", &["system:authenticated"]),
            ("jane", &["system:authenticated"]),
        ];
        for (name, groups) in cases {
            let found: Vec<String> = User::named(name).groups().iter().map(ToString::to_string).collect();
            assert_eq!(found, groups, "{name}");
        }
    }

    #[test]
    fn kubelets_and_accounts_are_recognized() {
        assert_eq!(User::named("system:node:node-1").node_name(), Some("node-1"));
        assert_eq!(User::with_groups("system:node:node-1", &[]).node_name(), None, "without the group it is a name like any other");
        assert_eq!(User::service_account("shop", "robot").account(), Some(("shop", "robot")));
        assert_eq!(User::named("system:serviceaccount::robot").account(), None);
    }
}
