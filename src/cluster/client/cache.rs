//! A component's copy of the objects that it watches. It lags behind the server, as it does in a real cluster.
//!
//! Models: staging/src/k8s.io/client-go/tools/cache/{store.go,thread_safe_store.go}, v1.36.
//! Simplified: two indices, by owner and by node, for all kinds.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use imbl::{OrdMap, OrdSet};
use podarium_api::{Kind, Object, Resource};

use super::tally::{Labels, Tallies, Tally};
use crate::store::Key;

/// The objects of one kind.
#[derive(Clone, Debug, Default)]
pub struct Cache {
    objects: OrdMap<Key, Object>,
    /// Uid of the controlling owner and the key of what it owns; orphans stand under `/` and their namespace.
    owned: OrdSet<(Arc<str>, Key)>,
    /// Node name and the key of the pod on it.
    on_node: OrdSet<(Arc<str>, Key)>,
    tallies: Tallies,
    synced: bool,
    /// The resourceVersion up to which the watch has brought this cache.
    revision: u64,
}

impl Cache {
    pub fn get(&self, key: &Key) -> Option<&Object> {
        self.objects.get(key)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&Key, &Object)> {
        self.objects.iter()
    }

    pub fn len(&self) -> usize {
        self.objects.len()
    }

    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    /// Puts an object in and gives the one it replaces.
    pub(super) fn insert(&mut self, key: Key, object: Object) -> Option<Object> {
        let old = self.objects.insert(key.clone(), object.clone());
        self.tallies.replace(old.as_ref(), Some(&object));
        for (index, place) in [(&mut self.owned, owner_uid as fn(&Object) -> Option<Cow<'_, str>>), (&mut self.on_node, node_name)] {
            let (before, now) = (old.as_ref().and_then(place), place(&object));
            if before == now {
                continue;
            }
            if let Some(before) = before {
                index.remove(&(Arc::from(&*before), key.clone()));
            }
            if let Some(now) = now {
                index.insert((shared(index, &now), key.clone()));
            }
        }
        old
    }

    pub(super) fn remove(&mut self, key: &Key) -> Option<Object> {
        let old = self.objects.remove(key)?;
        self.tallies.replace(Some(&old), None);
        self.unindex_owner(key, &old);
        self.unindex_node(key, &old);
        Some(old)
    }

    fn unindex_owner(&mut self, key: &Key, old: &Object) {
        if let Some(uid) = owner_uid(old) {
            self.owned.remove(&(Arc::from(&*uid), key.clone()));
        }
    }

    fn unindex_node(&mut self, key: &Key, old: &Object) {
        if let Some(node) = node_name(old) {
            self.on_node.remove(&(Arc::from(&*node), key.clone()));
        }
    }

    /// How far the cache has come: it has seen every write up to this resourceVersion.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    pub(super) fn set_revision(&mut self, revision: u64) {
        self.revision = revision;
    }

    pub(super) fn set_synced(&mut self) {
        self.synced = true;
    }

    fn indexed<'a>(&'a self, index: &'a OrdSet<(Arc<str>, Key)>, value: &str) -> impl Iterator<Item = &'a Object> + use<'a> {
        let value: Arc<str> = value.into();
        let first = (value.clone(), Key::new("", ""));
        index.range(first..).take_while(move |(of, _)| *of == value).filter_map(|(_, key)| self.objects.get(key))
    }
}

/// The name as the entry beside it has it, so that all pods of one owner name it with the same memory.
fn shared(index: &OrdSet<(Arc<str>, Key)>, name: &str) -> Arc<str> {
    let name: Arc<str> = name.into();
    let next = index.range((name.clone(), Key::new("", ""))..).next();
    next.filter(|(known, _)| *known == name).map_or(name, |(known, _)| known.clone())
}

/// The place of an object in the index of owners. Orphans are kept only for the kinds that controllers adopt.
fn owner_uid(object: &Object) -> Option<Cow<'_, str>> {
    let meta = object.meta();
    let controller = meta.owner_references.iter().flatten().find(|owner| owner.controller == Some(true));
    match (controller, object) {
        (Some(owner), _) => Some(Cow::Borrowed(&owner.uid)),
        (None, Object::Pod(_) | Object::ReplicaSet(_) | Object::ControllerRevision(_)) => {
            Some(Cow::Owned(orphans_of(meta.namespace.as_deref().unwrap_or_default())))
        }
        (None, _) => None,
    }
}

/// No uid begins with a slash.
fn orphans_of(namespace: &str) -> String {
    format!("/{namespace}")
}

fn node_name(object: &Object) -> Option<Cow<'_, str>> {
    match object {
        Object::Pod(pod) => pod.spec.node_name.as_deref().map(Cow::Borrowed),
        _ => None,
    }
}

/// All caches of a component. A clone is a picture of the moment.
#[derive(Clone, Debug, Default)]
pub struct Caches {
    kinds: BTreeMap<Kind, Cache>,
}

impl Caches {
    pub(super) fn kind_mut(&mut self, kind: Kind) -> &mut Cache {
        self.kinds.entry(kind).or_default()
    }

    pub(super) fn remove_kind(&mut self, kind: Kind) {
        self.kinds.remove(&kind);
    }

    /// The cache of a kind, if the component watches it.
    pub fn kind(&self, kind: Kind) -> Option<&Cache> {
        self.kinds.get(&kind)
    }

    /// Whether every cache has been filled once.
    pub fn synced(&self) -> bool {
        self.kinds.values().all(|cache| cache.synced)
    }

    pub fn get<T: Resource>(&self, key: &Key) -> Option<&Arc<T>> {
        T::from_object(self.kinds.get(&T::KIND)?.get(key)?)
    }

    /// All objects of a kind, ordered by namespace and name.
    pub fn list<T: Resource>(&self) -> impl Iterator<Item = &Arc<T>> {
        self.kinds.get(&T::KIND).into_iter().flat_map(|cache| cache.objects.values()).filter_map(T::from_object)
    }

    /// The objects of one namespace, ordered by name.
    pub fn list_in<'a, T: Resource>(&'a self, namespace: &'a str) -> impl Iterator<Item = &'a Arc<T>> {
        let first = Key::new(namespace, "");
        self.kinds
            .get(&T::KIND)
            .into_iter()
            .flat_map(move |cache| cache.objects.range(first.clone()..))
            .take_while(move |(key, _)| &*key.namespace == namespace)
            .filter_map(|(_, object)| T::from_object(object))
    }

    /// The objects of any kind in one namespace, ordered by name.
    pub fn of_namespace<'a>(&'a self, kind: Kind, namespace: &'a str) -> impl Iterator<Item = &'a Object> + use<'a> {
        let first = Key::new(namespace, "");
        let objects = self.kinds.get(&kind).into_iter().flat_map(move |cache| cache.objects.range(first.clone()..));
        objects.take_while(move |(key, _)| &*key.namespace == namespace).map(|(_, object)| object)
    }

    /// The objects whose controlling owner has this uid.
    pub fn owned_by<'a, T: Resource>(&'a self, uid: &'a str) -> impl Iterator<Item = &'a Arc<T>> {
        let cache = self.kinds.get(&T::KIND);
        cache.into_iter().flat_map(move |cache| cache.indexed(&cache.owned, uid)).filter_map(T::from_object)
    }

    /// How many pods the ReplicaSet or ReplicationController with this uid has, by their labels.
    pub fn tally(&self, uid: &str) -> &[(Labels, Tally)] {
        self.kinds.get(&Kind::Pod).map_or(&[], |cache| cache.tallies.of(uid))
    }

    /// The pods, ReplicaSets or ControllerRevisions of a namespace that no controller owns.
    pub fn orphans_in<'a, T: Resource>(&'a self, namespace: &str) -> impl Iterator<Item = &'a Arc<T>> + use<'a, T> {
        let cache = self.kinds.get(&T::KIND);
        let place = orphans_of(namespace);
        cache.into_iter().flat_map(move |cache| cache.indexed(&cache.owned, &place)).filter_map(T::from_object)
    }

    /// The names of the nodes that pods are bound to, in their order. It takes as long as there are nodes, not pods.
    pub fn nodes_of_pods(&self) -> impl Iterator<Item = &str> {
        let index = self.kinds.get(&Kind::Pod).map(|cache| &cache.on_node);
        let mut least: Arc<str> = "".into();
        let names = std::iter::from_fn(move || {
            let (node, _) = index?.range((least.clone(), Key::new("", ""))..).next()?;
            // The least text that is greater.
            least = format!("{node}\0").into();
            Some(&**node)
        });
        names.filter(|name| !name.is_empty())
    }

    /// The pods that are bound to a node.
    pub fn on_node<'a>(&'a self, node: &'a str) -> impl Iterator<Item = &'a Arc<podarium_api::Pod>> {
        let cache = self.kinds.get(&Kind::Pod);
        cache
            .into_iter()
            .flat_map(move |cache| cache.indexed(&cache.on_node, node))
            .filter_map(<podarium_api::Pod as Resource>::from_object)
    }
}
