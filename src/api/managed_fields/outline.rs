//! The outline of a value: which places it has, by the fields and keys that lead to them, and what stands there, as
//! numbers that are found in one walk, without building anything.
//!
//! What is written though it is empty has no place of its own: whether it is, follows from the field.
//!
//! What a write makes of the ownership of an object follows from its outline: two new objects of a kind with the same
//! *shape* are owned alike by their creators, as all pods of one ReplicaSet are, and two updates that make the same
//! *difference* change ownership alike. So it need not be computed for each of them.
//!
//! Models: nothing of Kubernetes.
//! Simplified: nothing.

use std::fmt;

use serde::ser::{Impossible, Serialize, SerializeMap, SerializeSeq, SerializeStruct, Serializer};

use super::schema::{Elements, KeyDefault, Schema as _, Type};
use crate::wire::{self, NO_TIME};

/// The shape of a new object of this type: its places, and which of them hold nothing.
pub fn shape<T: Serialize>(of: Type, value: &T) -> u128 {
    shape_at(ROOT, Some(of), value)
}

/// The same of one field of it.
pub fn shape_of_field<T: Serialize>(of: Type, name: &str, value: &T) -> u128 {
    shape_at(text(ROOT, name), of.field(name).map(|(_, of)| of), value)
}

fn shape_at<T: Serialize>(at: u64, of: Option<Type>, value: &T) -> u128 {
    let mut outline = Outline::default();
    outline.walk(at, of, value);
    let mut digest = Digest::default();
    outline.places.iter().for_each(|place| digest.place(place.at, Some(place), None));
    digest.0
}

/// What differs between two states of an object.
pub struct Difference {
    of: Type,
    old: Outline,
    new: Outline,
}

impl Difference {
    pub fn new(of: Type) -> Self {
        Difference { of, old: Outline::default(), new: Outline::default() }
    }

    /// Two states of the whole object.
    pub fn whole<T: Serialize>(mut self, old: &T, new: &T) -> Self {
        self.old.walk(ROOT, Some(self.of), old);
        self.new.walk(ROOT, Some(self.of), new);
        self
    }

    /// Two states of a field of it.
    pub fn part<T: Serialize>(&mut self, name: &str, old: &T, new: &T) {
        let (at, of) = (text(ROOT, name), self.of.field(name).map(|(_, of)| of));
        self.old.walk(at, of, old);
        self.new.walk(at, of, new);
    }

    /// A number that is equal for equal differences; `None` if a list has two elements with the same key, of which nothing
    /// can be said.
    pub fn digest(mut self) -> Option<u128> {
        let (old, new) = (self.old.sorted()?, self.new.sorted()?);
        let (mut old, mut new) = (old.iter().peekable(), new.iter().peekable());
        let mut digest = Digest::default();
        loop {
            let at = match (old.peek(), new.peek()) {
                (None, None) => return Some(digest.0),
                (Some(one), None) | (None, Some(one)) => one.at,
                (Some(old), Some(new)) => old.at.min(new.at),
            };
            let (before, after) = (old.next_if(|place| place.at == at), new.next_if(|place| place.at == at));
            if before != after {
                digest.place(at, before, after);
            }
        }
    }
}

/// One place with what stands there.
#[derive(Clone, Copy, PartialEq)]
struct Place {
    at: u64,
    content: u64,
    mark: Mark,
}

/// The form of what stands in a place.
#[derive(Clone, Copy, PartialEq)]
enum Mark {
    Null = 1,
    /// Go's zero value.
    Zero,
    Plain,
    /// A map or list whose parts have places of their own.
    Parts,
    /// One that is one value.
    Atomic,
    /// Either of them without anything in it.
    Empty,
}

#[derive(Default)]
struct Outline {
    places: Vec<Place>,
    /// The content of the value that is being walked, where it counts as a whole.
    content: u64,
    /// The key of the element that was walked last.
    key: u64,
    /// How the field counts whose name was seen last, and which of an element's keys it is.
    field: (Depth, Option<usize>),
}

impl Outline {
    fn walk<T: Serialize>(&mut self, at: u64, of: Option<Type>, value: &T) {
        let walker = Walker { outline: self, depth: Depth::place(at, of), is_name: false };
        value.serialize(walker).expect("a walk writes nothing that could fail");
    }

    fn sorted(&mut self) -> Option<&[Place]> {
        self.places.sort_unstable_by_key(|place| place.at);
        let is_twice = self.places.windows(2).any(|two| two[0].at == two[1].at);
        (!is_twice).then_some(&self.places)
    }

    /// Tells the places since `start` apart from those of other elements.
    fn set_key(&mut self, start: usize, key: u64) {
        self.places[start..].iter_mut().for_each(|place| place.at = mix(place.at, key));
    }

    /// A field of what counts so.
    fn enter(&mut self, parent: Depth, name: &str) {
        let key = |list: Option<Type>| list.and_then(|list| list.keys().iter().position(|(key, _)| *key == name));
        self.field = match parent {
            Depth::Place { at, of, list } => {
                let declared = of.field(name).map(|(_, of)| of).or_else(|| of.map().and_then(|map| map.others));
                (Depth::place(text(at, name), declared), key(list))
            }
            Depth::Atomic { list, .. } => {
                self.content = text(self.content, name);
                (Depth::Content, key(list))
            }
            Depth::Content => {
                self.content = text(self.content, name);
                (Depth::Content, None)
            }
        };
    }
}

#[derive(Default)]
struct Digest(u128);

impl Digest {
    fn place(&mut self, at: u64, before: Option<&Place>, after: Option<&Place>) {
        let mark = |place: Option<&Place>| place.map_or(0, |place| place.mark as u128);
        let word = u128::from(at) << 64 | mark(before) << 8 | mark(after);
        self.0 = (self.0 ^ word).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
        self.0 ^= self.0 >> 64;
    }
}

const ROOT: u64 = 0x6c62_272e_07bb_0142;
const ELEMENT: u64 = 0x62b8_2175_6295_c58d;

/// Two numbers as one: the same on every machine.
fn mix(a: u64, b: u64) -> u64 {
    let mixed = (a.rotate_left(25) ^ b).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^ (mixed >> 32)
}

fn text(mut number: u64, text: &str) -> u64 {
    let (words, rest) = text.as_bytes().as_chunks::<8>();
    for word in words {
        number = mix(number, u64::from_le_bytes(*word));
    }
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    mix(mix(number, u64::from_le_bytes(last)), text.len() as u64)
}

/// How a value counts.
#[derive(Clone, Copy, Default)]
enum Depth {
    /// As what stands in a place. An element of a keyed list has that list's type too.
    Place { at: u64, of: Type, list: Option<Type> },
    /// As what stands in a place, with all that is in it.
    Atomic { at: u64, list: Option<Type> },
    /// As a part of such a value.
    #[default]
    Content,
}

impl Depth {
    /// What no type declares is one value.
    fn place(at: u64, of: Option<Type>) -> Self {
        of.map_or(Depth::Atomic { at, list: None }, |of| Depth::Place { at, of, list: None })
    }
}

struct Walker<'a> {
    outline: &'a mut Outline,
    depth: Depth,
    /// Whether this is the name of a field of what counts so.
    is_name: bool,
}

impl<'a> Walker<'a> {
    fn plain(self, mark: Mark, content: u64) -> Result<(), fmt::Error> {
        match self.depth {
            Depth::Place { at, .. } | Depth::Atomic { at, .. } => self.outline.places.push(Place { at, content, mark }),
            Depth::Content => self.outline.content = mix(self.outline.content, content),
        }
        Ok(())
    }

    fn number(self, number: u64, tag: u64) -> Result<(), fmt::Error> {
        self.plain(if number == 0 { Mark::Zero } else { Mark::Plain }, mix(number, tag))
    }

    /// A map or list, of which the type says whether its parts have places of their own.
    fn parts(self, is_atomic: impl Fn(Type) -> bool, tag: u64) -> Result<Parts<'a>, fmt::Error> {
        let depth = match self.depth {
            Depth::Place { at, of, list } if is_atomic(of) => Depth::Atomic { at, list },
            depth => depth,
        };
        let first = self.outline.places.len();
        match depth {
            Depth::Place { at, .. } => self.outline.places.push(Place { at, content: 0, mark: Mark::Empty }),
            Depth::Atomic { .. } => self.outline.content = tag,
            Depth::Content => self.outline.content = mix(self.outline.content, tag),
        }
        Ok(Parts { outline: self.outline, depth, first, any: false, keys: [None; MOST_KEYS], field: (Depth::Content, None) })
    }
}

/// No list is keyed by more fields.
const MOST_KEYS: usize = 4;

/// A map, struct or list that is being walked.
struct Parts<'a> {
    outline: &'a mut Outline,
    depth: Depth,
    /// Its own place among the places.
    first: usize,
    any: bool,
    /// What was found of an element's keys.
    keys: [Option<u64>; MOST_KEYS],
    /// How the field counts whose name has just been seen, and which key it is.
    field: (Depth, Option<usize>),
}

impl Parts<'_> {
    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), fmt::Error> {
        self.any = true;
        let Depth::Place { at, of: list, .. } = self.depth else {
            return value.serialize(Walker { outline: self.outline, depth: Depth::Content, is_name: false });
        };
        let start = self.outline.places.len();
        let (is_keyed, element) = match list.list() {
            Some((elements, of)) => (elements == Elements::Keyed, Depth::Place { at: mix(at, ELEMENT), of, list: Some(list) }),
            None => (false, Depth::Atomic { at: mix(at, ELEMENT), list: None }),
        };
        self.outline.key = 0;
        value.serialize(Walker { outline: self.outline, depth: element, is_name: false })?;
        let key = if is_keyed { self.outline.key } else { self.outline.places.last().map_or(0, |place| place.content) };
        self.outline.set_key(start, key);
        Ok(())
    }

    fn done(self) -> Result<(), fmt::Error> {
        if let Depth::Place { list: Some(list), .. } | Depth::Atomic { list: Some(list), .. } = self.depth {
            let keys = list.keys().iter().zip(self.keys);
            self.outline.key = keys.fold(ELEMENT, |number, ((_, default), key)| mix(number, key.unwrap_or_else(|| of_default(*default))));
        }
        match self.depth {
            Depth::Place { .. } => {
                if self.any {
                    self.outline.places[self.first].mark = Mark::Parts;
                }
            }
            Depth::Atomic { at, .. } => {
                let mark = if self.any { Mark::Atomic } else { Mark::Empty };
                let content = self.outline.content;
                self.outline.places.push(Place { at, content, mark });
            }
            // Where it ends is part of it.
            Depth::Content => self.outline.content = mix(self.outline.content, ELEMENT),
        }
        Ok(())
    }
}

/// The content of a key that an element leaves out.
fn of_default(default: KeyDefault) -> u64 {
    match default {
        KeyDefault::Unset => 0,
        KeyDefault::Word(word) => text(TEXT, word),
        KeyDefault::Integer(number) => mix(number.unsigned_abs(), u64::from(number < 0)),
    }
}

const TEXT: u64 = 3;
const MAP: u64 = 5;
const LIST: u64 = 7;

macro_rules! numbers {
    ($($method:ident $type:ty => $wide:ident),+ $(,)?) => {$(
        fn $method(self, number: $type) -> Result<(), fmt::Error> {
            self.$wide(number.into())
        }
    )+};
}

macro_rules! not_in_objects {
    ($($method:ident($($type:ty),*) -> $answer:ty),+ $(,)?) => {$(
        fn $method(self, $(_: $type),*) -> Result<$answer, fmt::Error> {
            wire::not_in_objects()
        }
    )+};
}

type Never = Impossible<(), fmt::Error>;

impl<'a> Serializer for Walker<'a> {
    type Ok = ();
    type Error = fmt::Error;
    type SerializeSeq = Parts<'a>;
    type SerializeTuple = Never;
    type SerializeTupleStruct = Never;
    type SerializeTupleVariant = Never;
    type SerializeMap = Parts<'a>;
    type SerializeStruct = Parts<'a>;
    type SerializeStructVariant = Never;

    numbers! {
        serialize_i8 i8 => serialize_i64, serialize_i16 i16 => serialize_i64, serialize_i32 i32 => serialize_i64,
        serialize_u8 u8 => serialize_u64, serialize_u16 u16 => serialize_u64, serialize_u32 u32 => serialize_u64,
        serialize_f32 f32 => serialize_f64,
    }

    not_in_objects! {
        serialize_bytes(&[u8]) -> (), serialize_tuple(usize) -> Never, serialize_tuple_struct(&'static str, usize) -> Never,
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Never,
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Never,
    }

    fn serialize_i64(self, number: i64) -> Result<(), fmt::Error> {
        self.number(number.unsigned_abs(), u64::from(number < 0))
    }

    fn serialize_u64(self, number: u64) -> Result<(), fmt::Error> {
        self.number(number, 0)
    }

    /// `1.0` is `1`.
    fn serialize_f64(self, number: f64) -> Result<(), fmt::Error> {
        if number.fract() == 0.0 && number.abs() < 9e15 { self.serialize_i64(number as i64) } else { self.number(number.to_bits(), 2) }
    }

    fn serialize_bool(self, set: bool) -> Result<(), fmt::Error> {
        self.number(u64::from(set), 4)
    }

    fn serialize_char(self, letter: char) -> Result<(), fmt::Error> {
        self.serialize_str(letter.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<(), fmt::Error> {
        if self.is_name {
            self.outline.enter(self.depth, value);
            return Ok(());
        }
        let mark = match value {
            "" => Mark::Zero,
            // It is written as `null`.
            NO_TIME => Mark::Null,
            _ => Mark::Plain,
        };
        self.plain(mark, text(TEXT, value))
    }

    fn serialize_none(self) -> Result<(), fmt::Error> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), fmt::Error> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), fmt::Error> {
        self.plain(Mark::Null, 1)
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

    fn serialize_newtype_variant<T: Serialize + ?Sized>(self, _: &'static str, _: u32, _: &'static str, _: &T) -> Result<(), fmt::Error> {
        wire::not_in_objects()
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Parts<'a>, fmt::Error> {
        self.parts(|of| !matches!(of.list(), Some((Elements::Keyed | Elements::Set, _))), LIST)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Parts<'a>, fmt::Error> {
        self.parts(|of| of.map().is_none_or(|map| map.atomic), MAP)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Parts<'a>, fmt::Error> {
        self.serialize_map(None)
    }
}

impl SerializeSeq for Parts<'_> {
    type Ok = ();
    type Error = fmt::Error;
    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), fmt::Error> {
        self.item(value)
    }
    fn end(self) -> Result<(), fmt::Error> {
        self.done()
    }
}

impl SerializeMap for Parts<'_> {
    type Ok = ();
    type Error = fmt::Error;
    fn serialize_key<T: Serialize + ?Sized>(&mut self, name: &T) -> Result<(), fmt::Error> {
        self.any = true;
        name.serialize(Walker { outline: self.outline, depth: self.depth, is_name: true })?;
        self.field = std::mem::take(&mut self.outline.field);
        Ok(())
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), fmt::Error> {
        let (depth, key) = self.field;
        if let (Some(key), Depth::Content) = (key, depth) {
            // A key of an element that is one value is looked at by itself, too.
            value.serialize(Walker { outline: self.outline, depth: Depth::Atomic { at: 0, list: None }, is_name: false })?;
            self.keys[key] = self.outline.places.pop().map(|place| place.content);
        }
        value.serialize(Walker { outline: self.outline, depth, is_name: false })?;
        if let (Some(key), Depth::Place { .. }) = (key, depth) {
            self.keys[key] = self.outline.places.last().map(|place| place.content);
        }
        Ok(())
    }
    fn end(self) -> Result<(), fmt::Error> {
        self.done()
    }
}

impl SerializeStruct for Parts<'_> {
    type Ok = ();
    type Error = fmt::Error;
    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), fmt::Error> {
        self.any = true;
        self.outline.enter(self.depth, name);
        self.field = std::mem::take(&mut self.outline.field);
        self.serialize_value(value)
    }
    fn end(self) -> Result<(), fmt::Error> {
        self.done()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Comparison, compare};
    use super::*;
    use serde_json::{Value, json};

    fn of(value: Value) -> u128 {
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

    fn pod(conditions: Value, spec: Value) -> Value {
        json!({"metadata": {"name": "a", "finalizers": ["x/y"]}, "spec": spec, "status": {"conditions": conditions, "phase": "Running"}})
    }

    /// States of a pod, any two of which are compared.
    fn states() -> Vec<Value> {
        let ports = |ports: Value| json!({"containers": [{"name": "c", "ports": ports}]});
        let mut states = vec![
            pod(json!([]), json!({})),
            pod(json!([{"type": "Ready", "status": "True"}]), json!({})),
            pod(json!([{"type": "Ready", "status": "False"}]), json!({"nodeName": "n"})),
            pod(json!([{"type": "Ready", "status": "True"}, {"type": "Mine", "status": "True"}]), json!({"nodeName": "m"})),
            pod(json!([{"type": "Mine", "status": "True"}, {"type": "Ready", "status": "True", "message": "m"}]), json!({"nodeName": ""})),
            pod(json!([{"status": "True"}]), json!({"tolerations": [{"key": "a"}]})),
            pod(Value::Null, json!({"tolerations": [{"key": "b"}]})),
            pod(json!([]), json!({"tolerations": []})),
            pod(json!([]), ports(json!([{"containerPort": 80}]))),
            pod(json!([]), ports(json!([{"containerPort": 80, "protocol": "TCP"}]))),
            pod(json!([]), ports(json!([{"containerPort": 80, "protocol": "UDP"}, {"containerPort": 80}]))),
            pod(json!([]), ports(json!([{"containerPort": 81, "hostPort": 1}]))),
        ];
        let mut moved = states[1].clone();
        moved["metadata"]["finalizers"] = json!(["z/z", "x/y"]);
        states.push(moved.clone());
        moved["metadata"]["finalizers"] = json!([]);
        // Elements that are one value, and have a key all the same.
        for owners in [json!([{"uid": ""}]), json!([{"uid": "1"}]), json!([{"uid": "1", "name": "a"}, {"uid": "2"}]), json!([{"uid": "2"}, {"uid": "1"}])] {
            moved["metadata"]["ownerReferences"] = owners;
            states.push(moved.clone());
        }
        for secrets in [json!([{}]), json!([{"name": ""}]), json!([{"name": "a"}])] {
            moved["spec"]["imagePullSecrets"] = secrets;
            states.push(moved.clone());
        }
        states.push(moved);
        states
    }

    #[test]
    fn what_has_the_same_digest_is_the_same_difference() {
        let schema = Type::of_kind("v1", "Pod").unwrap();
        let mut known: Vec<(u128, Comparison)> = Vec::new();
        let states = states();
        for old in &states {
            for new in &states {
                let digest = Difference::new(schema).whole(old, new).digest().expect("no key comes twice");
                let comparison = compare(schema, old, new);
                match known.iter().find(|(other, _)| *other == digest) {
                    Some((_, other)) => assert_eq!(*other, comparison, "{old} {new}"),
                    None => known.push((digest, comparison)),
                }
            }
        }
        assert!(known.len() > 100, "{} differences", known.len());
        let other = |state: &Value| {
            let mut state = state.clone();
            (state["metadata"]["name"], state["status"]["phase"]) = (json!("b"), json!("Pending"));
            state
        };
        let digest = |old: &Value, new: &Value| Difference::new(schema).whole(old, new).digest();
        assert_eq!(digest(&states[1], &states[3]), digest(&other(&states[1]), &other(&states[3])), "what stays the same does not count");
    }

    #[test]
    fn nothing_is_said_of_a_key_that_comes_twice() {
        let schema = Type::of_kind("v1", "Pod").unwrap();
        let twice = pod(json!([]), json!({"containers": [{"name": "c", "ports": [{"containerPort": 80}, {"containerPort": 80, "protocol": "TCP"}]}]}));
        assert_eq!(Difference::new(schema).whole(&twice, &twice).digest(), None);
    }
}
