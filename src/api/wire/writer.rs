//! A serializer around another one that adds, where they belong, the fields that are always written, what an object is,
//! and who owns its fields.
//!
//! The types announce themselves to a serializer by the names of their structs, and their fields come in the order of
//! their names, so what is missing can be put in its place on the way. Text has Go's order: see `in_order`.
//!
//! Models: staging/src/k8s.io/apimachinery/pkg/runtime/serializer/json/json.go, v1.36.
//! Simplified: nothing.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::ser::{self, Impossible, Serialize, SerializeMap, Serializer};

use super::always::{Empty, fields_of};
use super::glance::{Glance, glance};
use super::go_fields::Struct;
use super::{in_order, not_in_objects};
use crate::managed_fields::Managed;
use crate::PlacedSpec;
use crate::placed_spec::PLACED_SPEC;

/// What is being written.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub role: Role<'a>,
    /// Go's struct for it, or for what is in it if it is a list or a map; none where the order of names is wanted.
    pub shape: Option<&'static Struct>,
    /// Whether text that is known already may be put there as it is.
    pub verbatim: bool,
}

#[derive(Clone, Copy)]
pub(super) enum Role<'a> {
    /// The object itself, which says its kind and version first if it says them at all.
    /// The text of a pod's spec may be known.
    Object { names: Option<(&'a str, &'a str)>, managed: Option<&'a Managed>, meta: &'a ObjectMeta, spec: Option<&'a PlacedSpec> },
    Metadata { managed: Option<&'a Managed> },
    /// Anything below. Some parts have numbers without a fraction written without one.
    Part { whole_numbers: bool },
}

impl<'a> Place<'a> {
    /// A place whose fields come in the order of their names.
    pub fn by_name(role: Role<'a>) -> Self {
        Place { role, shape: None, verbatim: false }
    }

    /// The place of a field of what is here.
    pub fn below(self, field: &str) -> Self {
        let role = match self.role {
            Role::Object { managed, .. } if field == "metadata" => Role::Metadata { managed },
            Role::Part { .. } => self.role,
            Role::Object { .. } | Role::Metadata { .. } => Role::Part { whole_numbers: false },
        };
        Place { role, shape: None, ..self }
    }

    /// The place in a struct of this name.
    pub fn inside(self, name: &str) -> Self {
        match self.role {
            // Limits are real numbers, which Go writes without a fraction where there is none.
            Role::Part { .. } if name == "CustomResourceDefinitionSpec" => Place { role: Role::Part { whole_numbers: true }, ..self },
            _ => self,
        }
    }

    pub fn shaped(self, shape: Option<&'static Struct>) -> Self {
        Place { shape, ..self }
    }
}

pub(super) struct Writer<'a, S> {
    inner: S,
    place: Place<'a>,
}

impl<'a, S> Writer<'a, S> {
    pub fn new(inner: S, place: Place<'a>) -> Self {
        Writer { inner, place }
    }
}

/// A value below, on its way into the serializer inside.
pub(super) struct Below<'a, T: ?Sized> {
    pub value: &'a T,
    pub place: Place<'a>,
}

impl<T: Serialize + ?Sized> Serialize for Below<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.place.shape {
            Some(shape) => in_order::write(self.value, shape, self.place, serializer),
            None => self.value.serialize(Writer::new(serializer, self.place)),
        }
    }
}

/// Structs that name an object by a `name` that may be missing.
pub(super) const REFERENCES: &[&str] = &[
    "LocalObjectReference", "ConfigMapEnvSource", "SecretEnvSource", "ConfigMapKeySelector", "SecretKeySelector", "ConfigMapProjection",
    "SecretProjection", "ConfigMapVolumeSource",
];

/// A list, map or struct that is being written.
pub(super) struct Parts<'a, C> {
    inner: C,
    place: Place<'a>,
    /// The always written fields of a struct that have not come yet.
    pending: &'static [(&'static str, Empty)],
    /// Whether an empty `name` is left out: it is the name of something else, which may be unknown yet.
    refers: bool,
}

impl<C: SerializeMap> Parts<'_, C> {
    fn write<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), C::Error> {
        if matches!(self.place.role, Role::Object { .. }) && matches!(name, "apiVersion" | "kind") {
            return Ok(());
        }
        if let [(always, Empty::List), ..] = self.pending
            && *always == name
            && glance(value) == Glance::EmptyList
        {
            return Ok(());
        }
        self.write_missing(Some(name))?;
        if self.refers && name == "name" && glance(value) == Glance::EmptyText {
            return Ok(());
        }
        self.inner.serialize_entry(name, &Below { value, place: self.place.below(name) })
    }

    /// Writes what belongs before this field, or all that is left.
    fn write_missing(&mut self, before: Option<&str>) -> Result<(), C::Error> {
        while let [(name, empty), rest @ ..] = self.pending {
            if before.is_some_and(|field| *name > field) {
                break;
            }
            self.pending = rest;
            if before != Some(name) {
                self.inner.serialize_entry(name, empty)?;
            }
        }
        if let Role::Metadata { managed: Some(managed) } = self.place.role
            && before.is_none_or(|field| field > "managedFields")
        {
            self.place.role = Role::Metadata { managed: None };
            self.inner.serialize_entry("managedFields", managed)?;
        }
        Ok(())
    }
}

macro_rules! forward {
    ($($method:ident $type:ty),+ $(,)?) => {$(
        fn $method(self, value: $type) -> Result<S::Ok, S::Error> {
            self.inner.$method(value)
        }
    )+};
}

impl<'a, S: Serializer> Serializer for Writer<'a, S> {
    type Ok = S::Ok;
    type Error = S::Error;
    type SerializeSeq = Parts<'a, S::SerializeSeq>;
    type SerializeTuple = Parts<'a, S::SerializeSeq>;
    type SerializeTupleStruct = Impossible<S::Ok, S::Error>;
    type SerializeTupleVariant = Impossible<S::Ok, S::Error>;
    type SerializeMap = Parts<'a, S::SerializeMap>;
    type SerializeStruct = Parts<'a, S::SerializeMap>;
    type SerializeStructVariant = Impossible<S::Ok, S::Error>;

    forward! {
        serialize_bool bool, serialize_i8 i8, serialize_i16 i16, serialize_i32 i32, serialize_i64 i64, serialize_u8 u8, serialize_u16 u16,
        serialize_u32 u32, serialize_u64 u64, serialize_f32 f32, serialize_char char, serialize_str &str, serialize_bytes &[u8],
    }

    fn serialize_f64(self, value: f64) -> Result<S::Ok, S::Error> {
        let whole = matches!(self.place.role, Role::Part { whole_numbers: true }) && value.fract() == 0.0 && value.abs() < 1e15;
        if whole { self.inner.serialize_i64(value as i64) } else { self.inner.serialize_f64(value) }
    }

    fn serialize_none(self) -> Result<S::Ok, S::Error> {
        self.inner.serialize_none()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<S::Ok, S::Error> {
        self.inner.serialize_unit()
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<S::Ok, S::Error> {
        self.inner.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<S::Ok, S::Error> {
        self.inner.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, name: &'static str, value: &T) -> Result<S::Ok, S::Error> {
        if name == "Time" && glance(value) == Glance::NoTime {
            return self.inner.serialize_unit();
        }
        if name == PLACED_SPEC {
            return Below { value, place: self.place.shaped(Struct::named("core/v1.PodSpec")) }.serialize(self.inner);
        }
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(self, _: &'static str, _: u32, _: &'static str, _: &T) -> Result<S::Ok, S::Error> {
        not_in_objects()
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Self::SerializeSeq, S::Error> {
        Ok(Parts { inner: self.inner.serialize_seq(length)?, place: self.place, pending: &[], refers: false })
    }

    fn serialize_tuple(self, length: usize) -> Result<Self::SerializeTuple, S::Error> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeTupleStruct, S::Error> {
        not_in_objects()
    }

    fn serialize_tuple_variant(self, _: &'static str, _: u32, _: &'static str, _: usize) -> Result<Self::SerializeTupleVariant, S::Error> {
        not_in_objects()
    }

    fn serialize_map(self, length: Option<usize>) -> Result<Self::SerializeMap, S::Error> {
        Ok(Parts { inner: self.inner.serialize_map(length)?, place: self.place, pending: &[], refers: false })
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Self::SerializeStruct, S::Error> {
        // How many fields it will be is not known.
        let mut inner = self.inner.serialize_map(None)?;
        let place = self.place.inside(name);
        if let Role::Object { names: Some((kind, api_version)), .. } = place.role {
            inner.serialize_entry("kind", kind)?;
            inner.serialize_entry("apiVersion", api_version)?;
        }
        Ok(Parts { inner, place, pending: fields_of(name), refers: REFERENCES.contains(&name) })
    }

    fn serialize_struct_variant(self, _: &'static str, _: u32, _: &'static str, _: usize) -> Result<Self::SerializeStructVariant, S::Error> {
        not_in_objects()
    }
}

macro_rules! sequences {
    ($($trait:ident),+) => {$(
        impl<C: ser::SerializeSeq> ser::$trait for Parts<'_, C> {
            type Ok = C::Ok;
            type Error = C::Error;
            fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), C::Error> {
                self.inner.serialize_element(&Below { value, place: self.place })
            }
            fn end(self) -> Result<C::Ok, C::Error> {
                self.inner.end()
            }
        }
    )+};
}

sequences!(SerializeSeq, SerializeTuple);

impl<C: SerializeMap> SerializeMap for Parts<'_, C> {
    type Ok = C::Ok;
    type Error = C::Error;
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), C::Error> {
        self.inner.serialize_key(key)
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), C::Error> {
        self.inner.serialize_value(&Below { value, place: self.place.below("").shaped(self.place.shape) })
    }
    fn end(self) -> Result<C::Ok, C::Error> {
        self.inner.end()
    }
}

impl<C: SerializeMap> ser::SerializeStruct for Parts<'_, C> {
    type Ok = C::Ok;
    type Error = C::Error;
    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), C::Error> {
        self.write(name, value)
    }
    fn end(mut self) -> Result<C::Ok, C::Error> {
        self.write_missing(None)?;
        self.inner.end()
    }
}
