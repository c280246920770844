//! The spec of a pod, of which siblings share what is the same in all of them.
//!
//! Pods of one template differ in the node and in the name of the volume that holds their token; everything else is one
//! value in memory for all of them, however many there are.
//!
//! Models: pkg/apis/core/types.go (PodSpec), plugin/pkg/admission/serviceaccount/admission.go (the volume's name), v1.36.
//! Simplified: nothing.

mod shared;

use std::borrow::Cow;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use k8s_openapi::api::core::v1::{PodSpec, VolumeMount};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use shared::SharedSpec;

/// What the name of the volume of a pod's token begins with; five random characters follow.
pub const TOKEN_VOLUME: &str = "kube-api-access-";
/// The name of that volume in the shared part. No random name has a zero.
const ANY_TOKEN_VOLUME: &str = "kube-api-access-00000";
/// What a serializer hears that it is given: a spec that was put together for it.
pub(crate) const PLACED_SPEC: &str = "PlacedSpec";

/// A `PodSpec` in two parts. It reads and is changed like one; but in [`PodSpec`] itself, as whoever takes a `&PodSpec` sees
/// it, `node_name` is empty, and the volume of the token has a name that stands for any. [`PlacedSpec::whole`] is the spec
/// with everything.
#[derive(Clone, Debug, Default)]
pub struct PlacedSpec {
    pub node_name: Option<String>,
    /// The end of the name of the token's volume.
    token: Option<[u8; 5]>,
    common: Arc<SharedSpec>,
}

impl PlacedSpec {
    /// The spec with everything in it.
    pub fn whole(&self) -> PodSpec {
        let mut spec = PodSpec::clone(self);
        spec.node_name.clone_from(&self.node_name);
        if let Some(token) = &self.token {
            rename_volume(&mut spec, ANY_TOKEN_VOLUME, &token_volume(token));
        }
        spec
    }

    /// The shared part with the node.
    pub fn with_node(&self) -> Cow<'_, PodSpec> {
        match &self.node_name {
            Some(node) => Cow::Owned(PodSpec { node_name: Some(node.clone()), ..PodSpec::clone(self) }),
            None => Cow::Borrowed(self),
        }
    }

    /// What a volume is really called.
    pub fn volume_name<'a>(&self, name: &'a str) -> Cow<'a, str> {
        match &self.token {
            Some(token) if name == ANY_TOKEN_VOLUME => token_volume(token).into(),
            _ => name.into(),
        }
    }

    /// The spec with everything in it, as JSON in Go's order.
    pub(crate) fn text(&self) -> Vec<u8> {
        let token = self.token.as_ref().map_or_else(|| ANY_TOKEN_VOLUME.to_owned(), token_volume);
        self.common.text().filled(self.node_name.as_deref(), &token)
    }

    /// The number of its shape; `find` finds it.
    pub(crate) fn shape(&self, find: impl FnOnce(&Self) -> u128) -> u128 {
        let is_shared = self.node_name.is_none() && self.token.is_none();
        if is_shared { self.common.shape(|| find(self)) } else { find(self) }
    }

    /// Whether the part that can be shared is equal to a sibling's.
    pub fn is_equal_in_common(&self, sibling: &PlacedSpec) -> bool {
        self.is_shared_with(sibling) || **self == **sibling
    }

    /// Whether the part that can be shared is a sibling's.
    pub fn is_shared_with(&self, sibling: &PlacedSpec) -> bool {
        Arc::ptr_eq(&self.common, &sibling.common)
    }

    /// Takes the part of a sibling that is equal to its own.
    pub fn share(&mut self, sibling: &PlacedSpec) {
        self.common = Arc::clone(&sibling.common);
    }

    /// The part that siblings share, for changing; from now on it is this pod's alone.
    pub fn common_mut(&mut self) -> &mut PodSpec {
        Arc::make_mut(&mut self.common).spec_mut()
    }

    /// The shared part.
    pub fn common(&self) -> &Arc<SharedSpec> {
        &self.common
    }

    /// Changes the shared part. What comes of it must follow from the part and from what `step` says alone: siblings that take
    /// the same step get the same one.
    pub fn step(&mut self, step: impl Into<Cow<'static, str>>, change: impl FnOnce(&mut PodSpec)) {
        if Arc::strong_count(&self.common) == 1 {
            return change(self.common_mut());
        }
        let step = step.into();
        if let Some(next) = self.common.after(&step) {
            if cfg!(debug_assertions) {
                let mut anew = PodSpec::clone(self);
                change(&mut anew);
                assert_eq!(&anew, &***next.as_ref().unwrap_or(&self.common), "a step leads where it led before: {step}");
            }
            self.common = next.unwrap_or_else(|| Arc::clone(&self.common));
            return;
        }
        let before = Arc::clone(&self.common);
        change(self.common_mut());
        if **before == **self.common {
            self.common = Arc::clone(&before);
        }
        before.remember(step, &self.common);
    }

    /// Adds the volume of the token under a random name, as `mount` does.
    pub fn mount_token(&mut self, name: &str, mount: impl FnOnce(&mut PodSpec, &str)) {
        const STEP: &str = "token";
        let token = name.strip_prefix(TOKEN_VOLUME).and_then(|end| end.as_bytes().try_into().ok());
        if self.token.is_none()
            && token.is_some()
            && let Some(Some(next)) = self.common.after(STEP)
        {
            (self.token, self.common) = (token, next);
            return;
        }
        let before = (self.token, Arc::clone(&self.common));
        mount(self.common_mut(), name);
        self.settle();
        if before.0.is_none() && self.token.is_some() && self.token == token {
            before.1.remember(STEP.into(), &self.common);
        }
    }

    /// Moves what is the pod's own out of the shared part, after a change that may have put it there.
    pub fn settle(&mut self) {
        if self.common.node_name.is_some() {
            self.node_name = self.common_mut().node_name.take();
        }
        if self.token.is_none() && let Some(token) = own_token(self) {
            rename_volume(self.common_mut(), &token_volume(&token), ANY_TOKEN_VOLUME);
            self.token = Some(token);
        }
    }
}

impl From<PodSpec> for PlacedSpec {
    fn from(spec: PodSpec) -> Self {
        let mut placed = PlacedSpec { node_name: None, token: None, common: Arc::new(spec.into()) };
        placed.settle();
        placed
    }
}

impl Deref for PlacedSpec {
    type Target = PodSpec;

    fn deref(&self) -> &PodSpec {
        &self.common
    }
}

impl DerefMut for PlacedSpec {
    fn deref_mut(&mut self) -> &mut PodSpec {
        self.common_mut()
    }
}

impl PartialEq for PlacedSpec {
    fn eq(&self, other: &Self) -> bool {
        self.is_equal_in_common(other) && self.token == other.token && self.node_name == other.node_name
    }
}

impl Serialize for PlacedSpec {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (&self.node_name, &self.token) {
            (None, None) => serializer.serialize_newtype_struct(PLACED_SPEC, &**self),
            _ => serializer.serialize_newtype_struct(PLACED_SPEC, &self.whole()),
        }
    }
}

impl<'de> Deserialize<'de> for PlacedSpec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        PodSpec::deserialize(deserializer).map(PlacedSpec::from)
    }
}

fn token_volume(token: &[u8; 5]) -> String {
    let mut name = TOKEN_VOLUME.to_owned();
    name.extend(token.iter().map(|byte| char::from(*byte)));
    name
}

/// The end of the name of the only volume that looks like that of a token; none if something else would be mistaken for it.
fn own_token(spec: &PodSpec) -> Option<[u8; 5]> {
    let mut names = spec.volumes.iter().flatten().filter(|volume| volume.projected.is_some()).filter_map(|volume| volume.name.strip_prefix(TOKEN_VOLUME));
    let token: [u8; 5] = names.next()?.as_bytes().try_into().ok().filter(|token: &[u8; 5]| token.is_ascii())?;
    let is_usual = names.next().is_none() && spec.volumes.iter().flatten().all(|volume| volume.name != ANY_TOKEN_VOLUME) && !mounts(spec).any(|mount| mount.name == ANY_TOKEN_VOLUME) && !has_devices(spec);
    is_usual.then_some(token)
}

fn mounts(spec: &PodSpec) -> impl Iterator<Item = &VolumeMount> {
    let usual = spec.init_containers.iter().flatten().chain(&spec.containers).flat_map(|container| container.volume_mounts.iter().flatten());
    usual.chain(spec.ephemeral_containers.iter().flatten().flat_map(|container| container.volume_mounts.iter().flatten()))
}

fn has_devices(spec: &PodSpec) -> bool {
    spec.init_containers.iter().flatten().chain(&spec.containers).any(|container| container.volume_devices.is_some())
}

fn rename_volume(spec: &mut PodSpec, from: &str, to: &str) {
    let rename = |name: &mut String| {
        if name == from {
            to.clone_into(name);
        }
    };
    spec.volumes.iter_mut().flatten().for_each(|volume| rename(&mut volume.name));
    let containers = spec.init_containers.iter_mut().flatten().chain(&mut spec.containers);
    containers.flat_map(|container| container.volume_mounts.iter_mut().flatten()).for_each(|mount| rename(&mut mount.name));
    let late = spec.ephemeral_containers.iter_mut().flatten();
    late.flat_map(|container| container.volume_mounts.iter_mut().flatten()).for_each(|mount| rename(&mut mount.name));
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Pod, Resource as _, Written};

    fn spec(volume: &str, node: &str) -> PodSpec {
        serde_json::from_value(json!({
            "nodeName": node,
            "containers": [{"name": "c", "volumeMounts": [{"name": volume, "mountPath": "/token"}, {"name": "data", "mountPath": "/data"}]}],
            "initContainers": [{"name": "i", "volumeMounts": [{"name": volume, "mountPath": "/token"}]}],
            "volumes": [{"name": "data", "projected": {"sources": []}}, {"name": volume, "projected": {"sources": []}}],
        }))
        .unwrap()
    }

    #[test]
    fn siblings_on_different_nodes_share_everything_else() {
        let first = PlacedSpec::from(spec("kube-api-access-abcde", "a"));
        let mut second = PlacedSpec::from(spec("kube-api-access-fghij", "b"));
        assert_ne!(first, second);
        assert!(second.is_equal_in_common(&first));
        second.share(&first);
        assert!(Arc::ptr_eq(second.common(), first.common()));
        assert_eq!(first.whole(), spec("kube-api-access-abcde", "a"));
        assert_eq!(second.whole(), spec("kube-api-access-fghij", "b"));
        assert_eq!(second.volume_name(&second.volumes.as_ref().unwrap()[1].name), "kube-api-access-fghij");
        assert_eq!(serde_json::from_value::<PlacedSpec>(json!(second)).unwrap(), second);
    }

    #[test]
    fn a_change_of_one_leaves_its_sibling_alone() {
        let first = PlacedSpec::from(spec("kube-api-access-abcde", "a"));
        let mut second = first.clone();
        second.node_name = None;
        second.containers[0].image = Some("nginx".to_owned());
        assert!(!Arc::ptr_eq(second.common(), first.common()));
        assert_eq!((first.node_name.as_deref(), first.whole()), (Some("a"), spec("kube-api-access-abcde", "a")));
    }

    #[test]
    fn names_that_could_be_mistaken_stay() {
        let mut twice = spec("kube-api-access-abcde", "a");
        twice.volumes.as_mut().unwrap()[0].name = "kube-api-access-fghij".to_owned();
        let zeros = spec("kube-api-access-00000", "a");
        let longer = spec("kube-api-access-abcdef", "a");
        let mut mounted = spec("kube-api-access-abcde", "a");
        mounted.containers[0].volume_mounts.as_mut().unwrap()[1].name = ANY_TOKEN_VOLUME.to_owned();
        for spec in [twice, zeros, longer, mounted] {
            assert_eq!(PlacedSpec::from(spec.clone()).whole(), spec);
        }
    }

    /// What is written from pieces is what is written anew.
    #[test]
    fn the_text_of_siblings_is_their_own() {
        let mut zeros = spec("kube-api-access-00000", "a");
        zeros.containers[0].args = Some(vec!["gap-0-node <kube-api-access-abcde>".to_owned()]);
        zeros.containers[0].name = "kube-api-access-00000".to_owned();
        let mut named = spec("kube-api-access-abcde", "");
        named.containers[0].name = "kube-api-access-00000".to_owned();
        for spec in [spec("kube-api-access-abcde", "a"), spec("kube-api-access-fghij", "b\"c"), spec("data-2", ""), zeros, named, PodSpec::default()] {
            let pod = Pod { spec: Arc::new(spec.into()), ..Pod::default() };
            let object = Arc::new(pod).into_object();
            let text = |verbatim| String::from_utf8(crate::json(&Written { object: &object, managed: None, typed: true, verbatim })).unwrap();
            assert_eq!(text(true), text(false));
        }
    }

    #[test]
    fn the_same_step_leads_to_the_same_spec() {
        let first = PlacedSpec::from(spec("data-2", "a"));
        let step = |mut spec: PlacedSpec, name: &str| {
            spec.step(name.to_owned(), |spec| spec.hostname = Some("h".to_owned()));
            spec
        };
        let (one, two) = (step(first.clone(), "host"), step(first.clone(), "host"));
        assert!(one.is_shared_with(&two));
        assert_eq!((first.hostname.as_deref(), one.hostname.as_deref(), one.node_name.as_deref()), (None, Some("h"), Some("a")));
        let mut three = first.clone();
        three.step("nothing", |_| {});
        assert!(three.is_shared_with(&first), "what changes nothing leads nowhere");
        three.common_mut().hostname = Some("i".to_owned());
        assert_eq!(step(three, "host").hostname.as_deref(), Some("h"), "of another spec nothing is known");
        assert_eq!((first.hostname.as_deref(), two.hostname.as_deref()), (None, Some("h")));
    }

    #[test]
    fn a_token_is_mounted_once_for_all_siblings() {
        let mount = |spec: &mut PodSpec, name: &str| {
            spec.volumes.get_or_insert_default().push(serde_json::from_value(json!({"name": name, "projected": {"sources": []}})).unwrap());
            spec.containers[0].volume_mounts.get_or_insert_default().push(VolumeMount { name: name.to_owned(), ..VolumeMount::default() });
        };
        let plain = PlacedSpec::from(PodSpec { containers: vec![Default::default()], ..PodSpec::default() });
        let (mut one, mut two, mut alone) = (plain.clone(), plain.clone(), plain.whole());
        one.mount_token("kube-api-access-abcde", mount);
        two.mount_token("kube-api-access-fghij", mount);
        mount(&mut alone, "kube-api-access-fghij");
        assert!(one.is_shared_with(&two));
        assert_eq!(two.whole(), alone);
        let mut taken = PlacedSpec::from(spec("kube-api-access-zzzzz", ""));
        taken.mount_token("kube-api-access-abcde", mount);
        taken.mount_token("kube-api-access-fghij", mount);
        assert_eq!(taken.whole().volumes.unwrap().iter().map(|volume| volume.name.as_str()).collect::<Vec<_>>(), ["data", "kube-api-access-zzzzz", "kube-api-access-abcde", "kube-api-access-fghij"]);
    }
}
