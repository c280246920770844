//! Ownership of objects: what has changed between two states, and what is in a new one.
//!
//! Models: staging/src/k8s.io/apimachinery/pkg/util/managedfields/internal/structuredmerge.go, v1.36.
//! Simplified: kinds in alpha and beta are not tracked.

use super::compare::{Comparison, compare};
use super::custom::CustomType;
use super::outline::{shape, shape_of_field};
use super::schema::{Type, empty_object};
use crate::{Kind, Object};

fn type_of(kind: Kind) -> Option<Type> {
    let info = kind.info();
    Type::of_kind(&info.api_version(), info.kind)
}

/// What differs between two states of an object. Parts that they share are not looked at.
pub fn compare_objects(old: &Object, new: &Object) -> Comparison {
    if let (Object::Custom(old), Object::Custom(new)) = (old, new) {
        return compare(CustomType::object(new.definition().schema_value()), &old.to_value(), &new.to_value());
    }
    let Some(schema) = type_of(old.kind()) else { return Comparison::default() };
    let (before, after) = old.differing_values(new);
    compare(schema, &before, &after)
}

/// What a new object has that an empty one has not.
pub fn new_object_fields(object: &Object) -> Comparison {
    let info = object.kind().info();
    if let Object::Custom(custom) = object {
        let schema = CustomType::object(custom.definition().schema_value());
        return compare(schema, &empty_object(&info.api_version(), info.kind), &custom.to_value());
    }
    let Some(schema) = type_of(object.kind()) else { return Comparison::default() };
    compare(schema, &empty_object(&info.api_version(), info.kind), &object.to_value())
}

/// A number that is equal for new objects of a kind with equal fields; `None` for kinds that are not tracked.
pub fn new_object_shape(object: &Object) -> Option<u128> {
    let of = type_of(object.kind())?;
    let Object::Pod(pod) = object else { return Some(shape(of, object)) };
    // Its spec is in most cases one that others have too.
    let parts = [pod.spec.shape(|spec| shape_of_field(of, "spec", spec)), shape_of_field(of, "metadata", &pod.metadata), shape_of_field(of, "status", &pod.status)];
    Some(parts.into_iter().fold(0, |number, part| (number.rotate_left(43) ^ part).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b)))
}

/// A number that is equal for updates of a kind that change the same fields; `None` where that cannot be said of it.
pub fn difference(old: &Object, new: &Object) -> Option<u128> {
    old.difference(new, type_of(old.kind())?)
}
