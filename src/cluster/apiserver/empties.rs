//! A list or map without entries is stored as none: etcd's protobuf has no way to tell them apart.
//!
//! So a finalizer or an annotation that was the last leaves nothing behind, and a slice without endpoints shows
//! `endpoints: null`, though the controller sent `[]`. What clients send is read that way already; this is for what
//! components send as values.
//!
//! Models: staging/src/k8s.io/apimachinery/pkg/runtime/serializer/protobuf, v1.36.
//! Simplified: of what is inside a spec, only that of EndpointSlices is looked at.

use std::sync::Arc;

use podarium_api::{Object, ObjectMeta};

pub(super) fn forget_empty(object: &mut Object) {
    if has_empty(object.meta()) {
        let meta = object.meta_mut();
        meta.labels.take_if(|labels| labels.is_empty());
        meta.annotations.take_if(|annotations| annotations.is_empty());
        meta.finalizers.take_if(|finalizers| finalizers.is_empty());
        meta.owner_references.take_if(|owners| owners.is_empty());
    }
    if let Object::EndpointSlice(slice) = object {
        let (endpoints, ports) = (is_empty(slice.endpoints.as_deref()), is_empty(slice.ports.as_deref()));
        if endpoints || ports {
            let slice = Arc::make_mut(slice);
            slice.endpoints.take_if(|_| endpoints);
            slice.ports.take_if(|_| ports);
        }
    }
}

fn has_empty(meta: &ObjectMeta) -> bool {
    let maps = [&meta.labels, &meta.annotations];
    maps.iter().any(|map| map.as_ref().is_some_and(|map| map.is_empty())) || is_empty(meta.finalizers.as_deref()) || is_empty(meta.owner_references.as_deref())
}

fn is_empty<T>(list: Option<&[T]>) -> bool {
    list.is_some_and(<[T]>::is_empty)
}

#[cfg(test)]
mod tests {
    use podarium_api::Kind;
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_empty_is_not_there() {
        let sent = json!({
            "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
            "metadata": {"name": "web", "finalizers": ["x.io/hold"], "labels": {"app": "web"}}, "addressType": "IPv4", "endpoints": [],
        });
        let Ok(Object::EndpointSlice(mut slice)) = Kind::EndpointSlice.parse(sent) else { panic!("a slice") };
        let whole = slice.clone();
        let part = Arc::make_mut(&mut slice);
        (part.metadata.annotations, part.metadata.owner_references, part.endpoints, part.ports) = (Some([].into()), Some([].into()), Some([].into()), Some([].into()));
        let mut object = Object::EndpointSlice(slice);
        forget_empty(&mut object);
        let Object::EndpointSlice(kept) = object else { panic!("a slice") };
        assert_eq!((&kept.metadata.annotations, &kept.metadata.owner_references, &kept.endpoints, &kept.ports), (&None, &None, &None, &None));
        assert_eq!((&kept.metadata.finalizers, &kept.metadata.labels), (&whole.metadata.finalizers, &whole.metadata.labels));
    }
}
