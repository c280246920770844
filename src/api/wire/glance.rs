//! What a value begins with, seen without writing it.
//!
//! Models: nothing of Kubernetes.
//! Simplified: nothing.

use std::fmt;

use serde::ser::{self, Impossible, Serialize, SerializeStruct, Serializer};

use super::in_order::Present;

/// What is seen of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Glance {
    EmptyList,
    EmptyText,
    /// The text of the time that stands for none.
    NoTime,
    /// A struct, if one was looked for.
    Struct,
    Other,
}

/// Looks at a value. The serializer gives up as soon as it knows.
pub(super) fn glance<T: Serialize + ?Sized>(value: &T) -> Glance {
    value.serialize(Look(None)).unwrap_or_else(|seen| seen)
}

/// Looks whether a value is a struct, and which fields it has.
pub(super) fn survey<T: Serialize + ?Sized>(value: &T, present: &mut Present) -> Glance {
    value.serialize(Look(Some(present))).unwrap_or_else(|seen| seen)
}

struct Look<'p>(Option<&'p mut Present>);

/// A struct whose fields are looked at.
struct Fields<'p>(&'p mut Present);

impl SerializeStruct for Fields<'_> {
    type Ok = Glance;
    type Error = Glance;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, _: &T) -> Result<(), Glance> {
        self.0.add(name);
        Ok(())
    }

    fn end(self) -> Result<Glance, Glance> {
        Ok(Glance::Struct)
    }
}

impl fmt::Display for Glance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl std::error::Error for Glance {}

impl ser::Error for Glance {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Glance::Other
    }
}

macro_rules! others {
    ($($method:ident ($($type:ty),*) -> $answer:ty),+ $(,)?) => {$(
        fn $method(self, $(_: $type),*) -> Result<$answer, Glance> {
            Err(Glance::Other)
        }
    )+};
}

type Never = Impossible<Glance, Glance>;

impl<'p> Serializer for Look<'p> {
    type Ok = Glance;
    type Error = Glance;
    type SerializeSeq = Never;
    type SerializeTuple = Never;
    type SerializeTupleStruct = Never;
    type SerializeTupleVariant = Never;
    type SerializeMap = Never;
    type SerializeStruct = Fields<'p>;
    type SerializeStructVariant = Never;

    others! {
        serialize_bool(bool) -> Glance, serialize_i8(i8) -> Glance, serialize_i16(i16) -> Glance, serialize_i32(i32) -> Glance,
        serialize_i64(i64) -> Glance, serialize_u8(u8) -> Glance, serialize_u16(u16) -> Glance, serialize_u32(u32) -> Glance,
        serialize_u64(u64) -> Glance, serialize_f32(f32) -> Glance, serialize_f64(f64) -> Glance, serialize_char(char) -> Glance,
        serialize_bytes(&[u8]) -> Glance, serialize_none() -> Glance, serialize_unit() -> Glance, serialize_unit_struct(&'static str) -> Glance,
        serialize_unit_variant(&'static str, u32, &'static str) -> Glance, serialize_tuple(usize) -> Never,
        serialize_tuple_struct(&'static str, usize) -> Never, serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Never,
        serialize_map(Option<usize>) -> Never,
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Never,
    }

    fn serialize_str(self, text: &str) -> Result<Glance, Glance> {
        Ok(match text {
            "" => Glance::EmptyText,
            super::NO_TIME => Glance::NoTime,
            _ => Glance::Other,
        })
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Glance, Glance> {
        value.serialize(self)
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Fields<'p>, Glance> {
        let present = self.0.ok_or(Glance::Other)?;
        present.name = name;
        Ok(Fields(present))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<Glance, Glance> {
        value.serialize(Look(None))
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(self, _: &'static str, _: u32, _: &'static str, _: &T) -> Result<Glance, Glance> {
        Err(Glance::Other)
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Never, Glance> {
        Err(if length == Some(0) { Glance::EmptyList } else { Glance::Other })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glance_tells_what_is_empty() {
        let none: Vec<String> = Vec::new();
        assert_eq!((glance(&none), glance(&Some(&none)), glance(&vec![""])), (Glance::EmptyList, Glance::EmptyList, Glance::Other));
        assert_eq!((glance(""), glance(super::super::NO_TIME), glance("a"), glance(&1)), (Glance::EmptyText, Glance::NoTime, Glance::Other, Glance::Other));
        assert_eq!((glance(&serde_json::json!({})), glance(&None::<u8>), glance(&serde_json::json!([]))), (Glance::Other, Glance::Other, Glance::EmptyList));
    }
}
