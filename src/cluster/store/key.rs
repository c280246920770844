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
        let (mine, theirs) = (self.namespace.as_bytes(), other.namespace.as_bytes());
        let shorter = mine.len().min(theirs.len());
        // Where one ends, its slash stands.
        let (end, other_end) = (mine.get(shorter).unwrap_or(&b'/'), theirs.get(shorter).unwrap_or(&b'/'));
        match mine[..shorter].cmp(&theirs[..shorter]).then_with(|| end.cmp(other_end)) {
            Ordering::Equal => self.text().cmp(other.text()),
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

    /// The bytes of `namespace/name`.
    fn text(&self) -> impl Iterator<Item = u8> {
        self.namespace.bytes().chain([b'/']).chain(self.name.bytes())
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
