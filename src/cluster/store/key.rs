//! Namespace and name: what an object is found under.
//!
//! Models: staging/src/k8s.io/apimachinery/pkg/types/namespacedname.go, v1.36.
//! Simplified: nothing.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use podarium_api::{Object, ObjectMeta};

/// The place of an object among those of its kind; the namespace is empty for cluster-scoped ones.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    pub namespace: Arc<str>,
    pub name: Arc<str>,
}

impl Ord for Key {
    /// The order of the texts `namespace/name`, as etcd has it: objects of `shop-x` come before those of `shop`.
    fn cmp(&self, other: &Self) -> Ordering {
        if self.namespace == other.namespace {
            return self.name.cmp(&other.name);
        }
        let text = |key: &Self| key.namespace.bytes().chain([b'/']).chain(key.name.bytes()).collect::<Vec<u8>>();
        let shorter = self.namespace.len().min(other.namespace.len());
        match self.namespace.as_bytes()[..shorter].cmp(&other.namespace.as_bytes()[..shorter]) {
            Ordering::Equal => text(self).cmp(&text(other)),
            different => different,
        }
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Key {
    pub fn new(namespace: &str, name: &str) -> Self {
        Key { namespace: namespace.into(), name: name.into() }
    }

    pub fn of_meta(meta: &ObjectMeta) -> Self {
        Key::new(meta.namespace.as_deref().unwrap_or_default(), meta.name.as_deref().unwrap_or_default())
    }

    pub fn of(object: &Object) -> Self {
        Key::of_meta(object.meta())
    }
}

impl fmt::Display for Key {
    /// `default/web`, or `node-1` without a namespace.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.namespace.is_empty() {
            write!(f, "{}/", self.namespace)?;
        }
        f.write_str(&self.name)
    }
}
