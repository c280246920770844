//! The shape of a new object: a number that says which fields it has and by which keys its elements go.
//!
//! Two new objects of a kind with the same shape are owned alike by their creators, as all pods of one ReplicaSet are.
//! The number is found in one walk without building anything, so that ownership need not be computed for each of them.
//!
//! Models: nothing of Kubernetes.
//! Simplified: nothing.

use std::fmt;

use serde::ser::{self, Serialize};

use super::schema::{Elements, Schema, Type};

/// The shape of a value of this type.
pub fn shape<T: Serialize>(of: Type, value: &T) -> u128 {
    let mut digest = Digest(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d);
    let walker = Walker { digest: &mut digest, depth: Depth::Fields(of) };
    value.serialize(walker).expect("a walk writes nothing that could fail");
    digest.0
}

struct Digest(u128);

impl Digest {
    fn byte(&mut self, byte: u8) {
        self.0 = (self.0 ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
    }

    fn text(&mut self, text: &str) {
        let (words, rest) = text.as_bytes().as_chunks::<8>();
        for word in words {
            self.0 = (self.0 ^ u128::from(u64::from_le_bytes(*word))).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
            self.0 ^= self.0 >> 64;
        }
        rest.iter().for_each(|byte| self.byte(*byte));
        self.byte(0xff);
    }
}

/// How much of a value counts.
#[derive(Clone, Copy)]
enum Depth {
    /// Which fields there are, by the type.
    Fields(Type),
    /// The same of an element of a list, whose keys count entirely.
    Element { list: Type, of: Type },
    /// An element of a set, a key of an element: all of it.
    Everything,
    /// Whether there is anything in it: a part that is one value.
    Emptiness,
}

struct Walker<'a> {
    digest: &'a mut Digest,
    depth: Depth,
}

impl Walker<'_> {
    /// A plain value: what it is counts only where it is a key. Elsewhere it counts whether it is Go's zero value.
    fn plain(self, zero: bool, text: impl fmt::Display) -> Result<(), fmt::Error> {
        match self.depth {
            Depth::Everything => self.digest.text(&text.to_string()),
            Depth::Fields(_) | Depth::Element { .. } => self.digest.byte(if zero { 1 } else { 2 }),
            Depth::Emptiness => {}
        }
        Ok(())
    }
}

/// A map, struct or list that is being walked.
struct Parts<'a> {
    digest: &'a mut Digest,
    depth: Depth,
    any: bool,
    /// The depth of the value whose key has just been seen.
    next: Depth,
}

impl<'a> Parts<'a> {
    fn of(walker: Walker<'a>, mark: u8) -> Self {
        walker.digest.byte(mark);
        Parts { digest: walker.digest, depth: walker.depth, any: false, next: Depth::Emptiness }
    }

    fn field<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), fmt::Error> {
        let next = self.enter(name);
        value.serialize(Walker { digest: self.digest, depth: next })
    }

    fn enter(&mut self, name: &str) -> Depth {
        match self.depth {
            Depth::Emptiness => {
                if !self.any {
                    self.any = true;
                    self.digest.byte(3);
                }
                Depth::Emptiness
            }
            Depth::Everything => {
                self.digest.text(name);
                Depth::Everything
            }
            Depth::Fields(of) => self.declared(of, name),
            Depth::Element { list, of } => {
                let is_key = (0..).map_while(|index| list.key(index)).any(|(key, _)| key == name);
                let depth = self.declared(of, name);
                if is_key { Depth::Everything } else { depth }
            }
        }
    }

    fn declared(&mut self, of: Type, name: &str) -> Depth {
        self.digest.text(name);
        of.field(name).map(|(_, of)| of).or_else(|| of.map().and_then(|map| map.others)).map_or(Depth::Emptiness, part)
    }

    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), fmt::Error> {
        let depth = match self.depth {
            Depth::Fields(of) => match of.list() {
                Some((Elements::Keyed, element)) => Depth::Element { list: of, of: element },
                Some((Elements::Set, _)) => Depth::Everything,
                _ => Depth::Emptiness,
            },
            depth => depth,
        };
        if matches!(depth, Depth::Emptiness) {
            if !self.any {
                self.any = true;
                self.digest.byte(3);
            }
            return Ok(());
        }
        value.serialize(Walker { digest: self.digest, depth })
    }

    fn done(self) -> Result<(), fmt::Error> {
        self.digest.byte(4);
        Ok(())
    }
}

/// What counts of a part of this type.
fn part(of: Type) -> Depth {
    let atomic = of.map().is_some_and(|map| map.atomic) || matches!(of.list(), Some((Elements::Atomic, _))) && of.plain().is_none();
    if atomic { Depth::Emptiness } else { Depth::Fields(of) }
}

macro_rules! plain {
    ($($method:ident $type:ty, $zero:expr;)+) => {$(
        fn $method(self, value: $type) -> Result<(), fmt::Error> {
            self.plain(value == $zero, value)
        }
    )+};
}

macro_rules! numbers {
    () => {
        plain! {
            serialize_bool bool, false; serialize_i8 i8, 0; serialize_i16 i16, 0; serialize_i32 i32, 0; serialize_i64 i64, 0;
            serialize_u8 u8, 0; serialize_u16 u16, 0; serialize_u32 u32, 0; serialize_u64 u64, 0;
            serialize_f32 f32, 0.0; serialize_f64 f64, 0.0; serialize_char char, '\0'; serialize_str &str, "";
        }
        fn serialize_bytes(self, value: &[u8]) -> Result<(), fmt::Error> {
            self.plain(value.is_empty(), value.len())
        }
        fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), fmt::Error> {
            value.serialize(self)
        }
        fn serialize_none(self) -> Result<(), fmt::Error> {
            self.serialize_unit()
        }
        fn serialize_unit_struct(self, _: &'static str) -> Result<(), fmt::Error> {
            self.serialize_unit()
        }
        fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), fmt::Error> {
            self.serialize_str(variant)
        }
        fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), fmt::Error> {
            value.serialize(self)
        }
        fn serialize_newtype_variant<T: Serialize + ?Sized>(self, _: &'static str, _: u32, _: &'static str, value: &T) -> Result<(), fmt::Error> {
            value.serialize(self)
        }
        fn serialize_tuple(self, length: usize) -> Result<Self::SerializeTuple, fmt::Error> {
            self.serialize_seq(Some(length))
        }
        fn serialize_tuple_struct(self, _: &'static str, length: usize) -> Result<Self::SerializeTupleStruct, fmt::Error> {
            self.serialize_seq(Some(length))
        }
        fn serialize_tuple_variant(self, _: &'static str, _: u32, _: &'static str, length: usize) -> Result<Self::SerializeTupleVariant, fmt::Error> {
            self.serialize_seq(Some(length))
        }
        fn serialize_struct(self, _: &'static str, length: usize) -> Result<Self::SerializeStruct, fmt::Error> {
            self.serialize_map(Some(length))
        }
        fn serialize_struct_variant(self, _: &'static str, _: u32, _: &'static str, length: usize) -> Result<Self::SerializeStructVariant, fmt::Error> {
            self.serialize_map(Some(length))
        }
    };
}

impl<'a> ser::Serializer for Walker<'a> {
    type Ok = ();
    type Error = fmt::Error;
    type SerializeSeq = Parts<'a>;
    type SerializeTuple = Parts<'a>;
    type SerializeTupleStruct = Parts<'a>;
    type SerializeTupleVariant = Parts<'a>;
    type SerializeMap = Parts<'a>;
    type SerializeStruct = Parts<'a>;
    type SerializeStructVariant = Parts<'a>;

    numbers!();

    fn serialize_unit(self) -> Result<(), fmt::Error> {
        self.digest.byte(5);
        Ok(())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Parts<'a>, fmt::Error> {
        Ok(Parts::of(self, 6))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Parts<'a>, fmt::Error> {
        Ok(Parts::of(self, 7))
    }
}

macro_rules! sequences {
    ($($trait:ident $method:ident),+) => {$(
        impl ser::$trait for Parts<'_> {
            type Ok = ();
            type Error = fmt::Error;
            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), fmt::Error> {
                self.item(value)
            }
            fn end(self) -> Result<(), fmt::Error> {
                self.done()
            }
        }
    )+};
}

sequences!(SerializeSeq serialize_element, SerializeTuple serialize_element, SerializeTupleStruct serialize_field, SerializeTupleVariant serialize_field);

impl ser::SerializeMap for Parts<'_> {
    type Ok = ();
    type Error = fmt::Error;
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), fmt::Error> {
        let key = serde_json::to_value(key).map_err(|_| fmt::Error)?;
        self.next = self.enter(key.as_str().unwrap_or_default());
        Ok(())
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), fmt::Error> {
        value.serialize(Walker { digest: self.digest, depth: self.next })
    }
    fn end(self) -> Result<(), fmt::Error> {
        self.done()
    }
}

macro_rules! structs {
    ($($trait:ident),+) => {$(
        impl ser::$trait for Parts<'_> {
            type Ok = ();
            type Error = fmt::Error;
            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), fmt::Error> {
                self.field(name, value)
            }
            fn end(self) -> Result<(), fmt::Error> {
                self.done()
            }
        }
    )+};
}

structs!(SerializeStruct, SerializeStructVariant);

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(value: serde_json::Value) -> u128 {
        shape(Type::of_kind("v1", "Pod").unwrap(), &value)
    }

    #[test]
    fn names_and_images_do_not_count_but_fields_and_keys_do() {
        let pod = |name: &str, container: &str, image: &str| json!({"metadata": {"name": name, "labels": {"a": "b"}}, "spec": {"containers": [{"name": container, "image": image}]}});
        let base = of(pod("x", "c", "i"));
        assert_eq!(base, of(pod("y", "c", "j")));
        assert_ne!(base, of(pod("x", "d", "i")));
        assert_ne!(base, of(pod("x", "c", "")));
        let mut other = pod("x", "c", "i");
        other["metadata"]["labels"] = json!({"c": "b"});
        assert_ne!(base, of(other));
        let mut other = pod("x", "c", "i");
        other["spec"]["tolerations"] = json!([{"key": "a"}]);
        let one = of(other.clone());
        assert_ne!(base, one);
        other["spec"]["tolerations"] = json!([{"key": "b"}, {"key": "c"}]);
        assert_eq!(one, of(other), "an atomic list is one value");
    }
}
