//! Volumes, claims and what belongs to them, as the scheduler knows them. Volumes and claims may be assumed to be in a
//! state that the API server does not show yet, so that the next pod does not get the same volume.
//!
//! Models: pkg/scheduler/util/assumecache/assume_cache.go, pkg/scheduler/framework/plugins/volumebinding/assume_cache.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use imbl::OrdMap;
use podarium_api::{
    CSIDriver, CSINode, CSIStorageCapacity, Object, PersistentVolume, PersistentVolumeClaim, Pod, Resource, StorageClass, VolumeAttachment,
};

use super::framework::cluster_event::EventResource;
use super::listers::{Key, key};

/// Objects of a kind with the states that some of them are assumed to be in.
#[derive(Clone, Debug)]
pub struct AssumeCache<T: Clone> {
    known: OrdMap<Key, Arc<T>>,
    assumed: OrdMap<Key, Arc<T>>,
}

impl<T: Clone> Default for AssumeCache<T> {
    fn default() -> Self {
        AssumeCache { known: OrdMap::new(), assumed: OrdMap::new() }
    }
}

fn version<T: Resource>(object: &T) -> u64 {
    object.meta().resource_version.as_deref().and_then(|version| version.parse().ok()).unwrap_or(0)
}

impl<T: Resource> AssumeCache<T> {
    pub fn get(&self, namespace: &str, name: &str) -> Option<&Arc<T>> {
        let key = key(namespace, name);
        let known = self.known.get(&key)?;
        Some(self.assumed.get(&key).unwrap_or(known))
    }

    /// The state that the API server showed last.
    pub fn shown(&self, namespace: &str, name: &str) -> Option<&Arc<T>> {
        self.known.get(&key(namespace, name))
    }

    pub fn iter(&self) -> impl Iterator<Item = &Arc<T>> {
        self.known.iter().map(|(key, known)| self.assumed.get(key).unwrap_or(known))
    }

    /// News from the API server; a newer state takes the place of an assumption.
    pub fn set(&mut self, object: Arc<T>) {
        let key = key(object.namespace(), object.name());
        if self.known.get(&key).is_none_or(|known| version(&**known) < version(&*object)) {
            self.assumed.remove(&key);
            self.known.insert(key, object);
        }
    }

    pub fn remove(&mut self, object: &T) {
        let key = key(object.namespace(), object.name());
        self.assumed.remove(&key);
        self.known.remove(&key);
    }

    pub fn assume(&mut self, object: Arc<T>) {
        self.assumed.insert(key(object.namespace(), object.name()), object);
    }

    /// Takes the assumption about an object back.
    pub fn restore(&mut self, object: &T) {
        self.assumed.remove(&key(object.namespace(), object.name()));
    }
}

#[derive(Clone, Debug, Default)]
pub struct StorageListers {
    pub volumes: AssumeCache<PersistentVolume>,
    pub claims: AssumeCache<PersistentVolumeClaim>,
    pub classes: OrdMap<String, Arc<StorageClass>>,
    pub nodes: OrdMap<String, Arc<CSINode>>,
    pub drivers: OrdMap<String, Arc<CSIDriver>>,
    pub capacities: OrdMap<Key, Arc<CSIStorageCapacity>>,
    pub attachments: OrdMap<String, Arc<VolumeAttachment>>,
}

impl StorageListers {
    /// Takes news about an object of storage, and says which kind it is of; `None` for other objects.
    pub fn set(&mut self, object: &Object) -> Option<EventResource> {
        Some(match object {
            Object::PersistentVolume(volume) => {
                self.volumes.set(volume.clone());
                EventResource::PersistentVolume
            }
            Object::PersistentVolumeClaim(claim) => {
                self.claims.set(claim.clone());
                EventResource::PersistentVolumeClaim
            }
            Object::StorageClass(class) => {
                self.classes.insert(class.name().to_owned(), class.clone());
                EventResource::StorageClass
            }
            Object::CSINode(node) => {
                self.nodes.insert(node.name().to_owned(), node.clone());
                EventResource::CsiNode
            }
            Object::CSIDriver(driver) => {
                self.drivers.insert(driver.name().to_owned(), driver.clone());
                EventResource::CsiDriver
            }
            Object::CSIStorageCapacity(capacity) => {
                self.capacities.insert(key(capacity.namespace(), capacity.name()), capacity.clone());
                EventResource::CsiStorageCapacity
            }
            Object::VolumeAttachment(attachment) => {
                self.attachments.insert(attachment.name().to_owned(), attachment.clone());
                EventResource::VolumeAttachment
            }
            _ => return None,
        })
    }

    /// The same for an object that is gone.
    pub fn remove(&mut self, object: &Object) -> Option<EventResource> {
        Some(match object {
            Object::PersistentVolume(volume) => {
                self.volumes.remove(volume);
                EventResource::PersistentVolume
            }
            Object::PersistentVolumeClaim(claim) => {
                self.claims.remove(claim);
                EventResource::PersistentVolumeClaim
            }
            Object::StorageClass(class) => {
                self.classes.remove(class.name());
                EventResource::StorageClass
            }
            Object::CSINode(node) => {
                self.nodes.remove(node.name());
                EventResource::CsiNode
            }
            Object::CSIDriver(driver) => {
                self.drivers.remove(driver.name());
                EventResource::CsiDriver
            }
            Object::CSIStorageCapacity(capacity) => {
                self.capacities.remove(&key(capacity.namespace(), capacity.name()));
                EventResource::CsiStorageCapacity
            }
            Object::VolumeAttachment(attachment) => {
                self.attachments.remove(attachment.name());
                EventResource::VolumeAttachment
            }
            _ => return None,
        })
    }
}

/// The claims that a pod's volumes name: the name, and whether the claim is made for an ephemeral volume.
pub fn claim_names(pod: &Pod) -> impl Iterator<Item = (String, bool)> + '_ {
    pod.spec.volumes.iter().flatten().filter_map(|volume| match (&volume.persistent_volume_claim, &volume.ephemeral) {
        (Some(source), _) => Some((source.claim_name.clone(), false)),
        (None, Some(_)) => Some((format!("{}-{}", pod.name(), volume.name), true)),
        (None, None) => None,
    })
}

/// The text of a lister that does not know a claim.
pub fn claim_not_found(name: &str) -> String {
    format!("persistentvolumeclaim {name:?} not found")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn volume(version: &str, class: &str) -> Arc<PersistentVolume> {
        let value = serde_json::json!({"metadata": {"name": "v", "resourceVersion": version}, "spec": {"storageClassName": class}});
        Arc::new(serde_json::from_value(value).unwrap())
    }

    #[test]
    fn an_assumption_holds_until_news_or_until_it_is_taken_back() {
        let mut cache = AssumeCache::default();
        let class = |cache: &AssumeCache<PersistentVolume>| cache.get("", "v").unwrap().spec.storage_class_name.clone().unwrap();
        cache.set(volume("1", "shown"));
        cache.assume(volume("1", "assumed"));
        assert_eq!(class(&cache), "assumed");
        cache.set(volume("1", "shown"));
        assert_eq!(class(&cache), "assumed", "the same state again is no news");
        cache.restore(&*volume("1", ""));
        assert_eq!(class(&cache), "shown");
        cache.assume(volume("1", "assumed"));
        cache.set(volume("2", "newer"));
        assert_eq!(class(&cache), "newer");
    }
}
