//! The store: etcd as the API server sees it. Objects by kind and key, one revision for every write, and the recent
//! past for watches that start from an earlier revision.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/storage (etcd3, cacher), v1.36.
//! Simplified: one member that is always there; compaction keeps the last changes by number, not by age.

mod key;
mod lines;

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use imbl::{OrdMap, OrdSet, Vector};
use podarium_api::managed_fields::Managed;
use podarium_api::{Kind, Object, Pod, Resource as _};

pub use key::Key;
pub use lines::Lines;

/// How many changes of one kind a watch can go back. The watch cache of the reference keeps at least 100 and grows
/// with the rate of changes; this is its usual size in a busy cluster.
const HISTORY: usize = 1000;

/// What happened to an object at one revision: `old` and `new` as the store had them.
#[derive(Clone, Debug)]
pub struct Revision {
    pub resource_version: u64,
    /// The store's own key of the object. Whoever keeps it shares its text.
    pub key: Key,
    pub old: Option<Object>,
    pub new: Option<Object>,
    /// The resourceVersion that a removed object had until then; `old` carries that of the removal.
    removed_version: Option<String>,
    /// Who owns what of `new`, or of the last state of an object that is gone.
    pub managed: Managed,
    /// Who owned what of `old`.
    pub old_managed: Managed,
    pub lines: Lines,
}

/// An object with the record of who owns what of it.
#[derive(Clone, Debug)]
struct Stored {
    object: Object,
    managed: Managed,
}

#[derive(Clone, Debug, Default)]
struct Shelf {
    objects: OrdMap<Key, Stored>,
    history: Vector<Revision>,
    /// Changes up to this revision are forgotten.
    compacted: u64,
}

impl Shelf {
    /// A new object with the parts that it has in common with a neighbour. Siblings are neighbours: their names begin alike.
    fn shared(&self, key: &Key, object: Object) -> Object {
        let Object::Pod(mut pod) = object else { return object };
        for neighbour in [self.objects.get_prev(key), self.objects.get_next(key)] {
            let Some((_, Stored { object: Object::Pod(sibling), .. })) = neighbour else { continue };
            if pod.spec.is_shared_with(&sibling.spec) {
                break;
            }
            if pod.spec.is_equal_in_common(&sibling.spec) {
                Arc::make_mut(&mut Arc::make_mut(&mut pod).spec).share(&sibling.spec);
                break;
            }
        }
        Object::Pod(pod)
    }
}

/// The objects of a kind as they were at an earlier revision.
#[derive(Debug, Default)]
pub struct Past<'a> {
    now: Option<&'a OrdMap<Key, Stored>>,
    /// What has changed since, as it was: nothing where there was no object.
    changed: BTreeMap<&'a Key, Option<Object>>,
}

impl Past<'_> {
    pub fn objects(&self) -> impl Iterator<Item = &Object> {
        let mut now = self.now.into_iter().flat_map(OrdMap::iter).peekable();
        let mut changed = self.changed.iter().peekable();
        std::iter::from_fn(move || {
            while let Some((key, old)) = changed.next_if(|(key, _)| now.peek().is_none_or(|(next, _)| **key <= *next)) {
                now.next_if(|(next, _)| next == key);
                if old.is_some() {
                    return old.as_ref();
                }
            }
            now.next().map(|(_, stored)| &stored.object)
        })
    }
}

#[derive(Clone, Debug)]
pub struct Store {
    revision: u64,
    shelves: BTreeMap<Kind, Shelf>,
    /// The names of namespaces, each once.
    namespaces: OrdSet<Arc<str>>,
    /// The pods that are bound to a node, by its name.
    on_node: OrdSet<(Arc<str>, Key)>,
}

impl Default for Store {
    fn default() -> Self {
        Store { revision: 1, shelves: BTreeMap::new(), namespaces: OrdSet::new(), on_node: OrdSet::new() }
    }
}

impl Store {
    /// The revision of the latest write.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    pub fn get(&self, kind: Kind, key: &Key) -> Option<&Object> {
        self.shelves.get(&kind)?.objects.get(key).map(|stored| &stored.object)
    }

    /// Who owns what of an object.
    pub fn managed(&self, kind: Kind, key: &Key) -> Option<&Managed> {
        self.shelves.get(&kind)?.objects.get(key).map(|stored| &stored.managed)
    }

    /// All objects of a kind in the order of namespace and name; only one namespace's if it is given.
    pub fn list<'a>(&'a self, kind: Kind, namespace: Option<&'a str>) -> Box<dyn Iterator<Item = &'a Object> + 'a> {
        let Some(shelf) = self.shelves.get(&kind) else { return Box::new(std::iter::empty()) };
        match namespace {
            None => Box::new(shelf.objects.values().map(|stored| &stored.object)),
            Some(namespace) => Box::new(
                shelf
                    .objects
                    .range((Bound::Included(Key::new(namespace, "")), Bound::Unbounded))
                    .take_while(move |(key, _)| &*key.namespace == namespace)
                    .map(|(_, stored)| &stored.object),
            ),
        }
    }

    /// The revision after which the changes of a kind are all known.
    pub fn compacted(&self, kind: Kind) -> u64 {
        self.shelves.get(&kind).map_or(0, |shelf| shelf.compacted)
    }

    /// The objects of a kind as they were at `revision`, in order, or `None` if that is forgotten.
    pub fn list_at(&self, kind: Kind, revision: u64) -> Option<Past<'_>> {
        let Some(shelf) = self.shelves.get(&kind) else { return Some(Past::default()) };
        if revision < shelf.compacted {
            return None;
        }
        let mut changed = BTreeMap::new();
        for change in shelf.history.iter().rev().take_while(|change| change.resource_version > revision) {
            let mut old = change.old.clone();
            if let (Some(old), Some(version)) = (&mut old, &change.removed_version) {
                old.meta_mut().resource_version = Some(version.clone());
            }
            changed.insert(&change.key, old);
        }
        Some(Past { now: Some(&shelf.objects), changed })
    }

    pub fn count(&self, kind: Kind) -> usize {
        self.shelves.get(&kind).map_or(0, |shelf| shelf.objects.len())
    }

    /// The revision of the latest change of a kind.
    pub fn changed(&self, kind: Kind) -> u64 {
        self.shelves.get(&kind).and_then(|shelf| shelf.history.last()).map_or(0, |change| change.resource_version)
    }

    /// What clients see of this object of a kind, if the latest change of the kind has put it there.
    pub(crate) fn lines_of(&self, object: &Object, managed: &Managed) -> Option<&Lines> {
        let latest = self.shelves.get(&object.kind())?.history.last()?;
        let is_its = latest.new.as_ref().is_some_and(|new| std::ptr::eq(new.meta(), object.meta())) && latest.managed.is_same(managed);
        is_its.then_some(&latest.lines)
    }

    /// Writes an object (or removes it) and gives the change with its new revision. The stored object carries that
    /// revision as its resourceVersion; so does the last state of a removed one. Without a record of ownership the
    /// stored one stays.
    pub fn commit(&mut self, kind: Kind, key: Key, new: Option<Object>, managed: Option<Managed>) -> Revision {
        self.revision += 1;
        let shelf = self.shelves.entry(kind).or_default();
        let stamp = |mut object: Object| {
            object.meta_mut().resource_version = Some(self.revision.to_string());
            object
        };
        let new = new.map(stamp).map(|object| shelf.shared(&key, object));
        let key = match shelf.objects.get_key_value(&key) {
            Some((stored, _)) => stored.clone(),
            None => Key { namespace: shared(&mut self.namespaces, key.namespace), name: key.name },
        };
        let old_managed = shelf.objects.get(&key).map(|stored| stored.managed.clone()).unwrap_or_default();
        let managed = managed.unwrap_or_else(|| old_managed.clone());
        let (old, removed_version) = match &new {
            Some(object) => (shelf.objects.insert(key.clone(), Stored { object: object.clone(), managed: managed.clone() }).map(|stored| stored.object), None),
            None => {
                let removed = shelf.objects.remove(&key).map(|stored| stored.object);
                let version = removed.as_ref().and_then(|object| object.meta().resource_version.clone());
                (removed.map(stamp), version)
            }
        };
        if kind == Kind::Pod {
            self.note_node(&key, old.as_ref(), new.as_ref());
        }
        let shelf = self.shelves.entry(kind).or_default();
        let change = Revision { resource_version: self.revision, key, old, new, removed_version, managed, old_managed, lines: Lines::default() };
        shelf.history.push_back(change.clone());
        if shelf.history.len() > HISTORY {
            shelf.compacted = shelf.history.pop_front().map_or(0, |oldest| oldest.resource_version);
        }
        change
    }

    fn note_node(&mut self, key: &Key, old: Option<&Object>, new: Option<&Object>) {
        let (before, now) = (old.and_then(node_of), new.and_then(node_of));
        if before == now {
            return;
        }
        if let Some(node) = before {
            self.on_node.remove(&(node.into(), key.clone()));
        }
        if let Some(node) = now {
            self.on_node.insert((node.into(), key.clone()));
        }
    }

    /// The pods that are bound to a node in the order of namespace and name; only one namespace's if it is given.
    pub fn pods_on<'a>(&'a self, node: &str, namespace: Option<&'a str>) -> impl Iterator<Item = &'a Object> + use<'a> {
        let node: Arc<str> = node.into();
        let first = (node.clone(), Key::new(namespace.unwrap_or_default(), ""));
        let keys = self.on_node.range(first..).take_while(move |(of, key)| *of == node && namespace.is_none_or(|namespace| &*key.namespace == namespace));
        keys.filter_map(|(_, key)| self.get(Kind::Pod, key))
    }

    /// The changes of a kind after `revision`, or `None` if they are no longer all there.
    pub fn since(&self, kind: Kind, revision: u64) -> Option<Vec<Revision>> {
        let Some(shelf) = self.shelves.get(&kind) else { return Some(Vec::new()) };
        if revision < shelf.compacted {
            return None;
        }
        let mut newer: Vec<Revision> =
            shelf.history.iter().rev().take_while(|change| change.resource_version > revision).cloned().collect();
        newer.reverse();
        Some(newer)
    }
}

/// The node that a pod is bound to.
fn node_of(object: &Object) -> Option<&str> {
    Pod::from_object(object)?.spec.node_name.as_deref().filter(|name| !name.is_empty())
}

/// The one copy of a name.
fn shared(names: &mut OrdSet<Arc<str>>, name: Arc<str>) -> Arc<str> {
    if let Some(known) = names.get(&name) {
        return known.clone();
    }
    names.insert(name.clone());
    name
}

#[cfg(test)]
mod tests {
    use podarium_api::ConfigMap;

    use super::*;

    fn config_map(namespace: &str, name: &str) -> (Key, Object) {
        let mut object = ConfigMap::default();
        object.metadata.namespace = Some(namespace.to_owned());
        object.metadata.name = Some(name.to_owned());
        (Key::new(namespace, name), Arc::new(object).into_object())
    }

    #[test]
    fn a_list_of_one_namespace_leaves_out_its_neighbours() {
        let mut store = Store::default();
        for (namespace, name) in [("a", "x"), ("ab", "y"), ("a-b", "z"), ("ab", "a")] {
            let (key, object) = config_map(namespace, name);
            store.commit(Kind::ConfigMap, key, Some(object), None);
        }
        let all: Vec<String> = store.list(Kind::ConfigMap, None).map(|object| Key::of(object).to_string()).collect();
        assert_eq!(all, ["a-b/z", "a/x", "ab/a", "ab/y"], "as texts are ordered");
        let names: Vec<_> = store.list(Kind::ConfigMap, Some("ab")).map(|object| object.meta().name.clone()).collect();
        assert_eq!(names, [Some("a".to_owned()), Some("y".to_owned())]);
        assert_eq!(store.list(Kind::ConfigMap, None).count(), 4);
    }

    #[test]
    fn the_pods_of_a_node_are_those_that_are_bound_to_it() {
        let mut store = Store::default();
        let mut bind = |namespace: &str, name: &str, node: Option<&str>| {
            let mut pod = Pod::default();
            pod.metadata.namespace = Some(namespace.to_owned());
            pod.metadata.name = Some(name.to_owned());
            Arc::make_mut(&mut pod.spec).node_name = node.map(str::to_owned);
            store.commit(Kind::Pod, Key::new(namespace, name), Some(Arc::new(pod).into_object()), None);
        };
        for (namespace, name, node) in [("a", "x", None), ("a", "x", Some("n")), ("a", "y", Some("n")), ("a", "z", Some("m")), ("b", "x", Some("n")), ("ab", "x", Some("n"))] {
            bind(namespace, name, node);
        }
        let on = |store: &Store, node: &str| store.pods_on(node, Some("a")).map(|pod| pod.meta().name.as_deref().unwrap().to_owned()).collect::<Vec<_>>();
        assert_eq!((on(&store, "n"), on(&store, "m")), (vec!["x".to_owned(), "y".to_owned()], vec!["z".to_owned()]));
        store.commit(Kind::Pod, Key::new("a", "x"), None, None);
        assert_eq!(on(&store, "n"), ["y"]);
    }

    #[test]
    fn history_is_complete_or_refused() {
        let mut store = Store::default();
        let (key, object) = config_map("a", "x");
        let first = store.commit(Kind::ConfigMap, key.clone(), Some(object.clone()), None).resource_version;
        for _ in 0..HISTORY {
            store.commit(Kind::ConfigMap, key.clone(), Some(object.clone()), None);
        }
        assert_eq!(store.since(Kind::ConfigMap, first).map(|changes| changes.len()), Some(HISTORY));
        assert!(store.since(Kind::ConfigMap, first - 1).is_none());
    }

    #[test]
    fn the_past_can_be_listed() {
        let mut store = Store::default();
        let (key, object) = config_map("a", "x");
        let (other, second) = config_map("a", "y");
        let first = store.commit(Kind::ConfigMap, key.clone(), Some(object), None).resource_version;
        store.commit(Kind::ConfigMap, other.clone(), Some(second), None);
        store.commit(Kind::ConfigMap, key.clone(), None, None);
        let listed = |revision| store.list_at(Kind::ConfigMap, revision).unwrap().objects().map(|object| (Key::of(object), object.meta().resource_version.clone().unwrap())).collect::<Vec<_>>();
        let (at_first, at_second) = ((key, first.to_string()), (other, (first + 1).to_string()));
        assert_eq!(listed(first), std::slice::from_ref(&at_first));
        assert_eq!(listed(first + 1), [at_first, at_second.clone()]);
        assert_eq!(listed(first + 2), [at_second]);
    }

    #[test]
    fn a_clone_goes_its_own_way() {
        let mut store = Store::default();
        let (key, object) = config_map("a", "x");
        store.commit(Kind::ConfigMap, key.clone(), Some(object), None);
        let before = store.clone();
        store.commit(Kind::ConfigMap, key.clone(), None, None);
        assert!(before.get(Kind::ConfigMap, &key).is_some());
        assert!(store.get(Kind::ConfigMap, &key).is_none());
    }
}
