//! What merging must know of a type: whether it is a plain value, a list or a map, and how their parts belong together.
//!
//! A list may be one value that is replaced as a whole (*atomic*), a *set* of plain values, or a list whose elements are
//! told apart by *keys*: two writers can then own different containers of one pod. A map is atomic or every entry is a
//! value of its own. Built-in kinds have their types in tables, custom resources bring a schema; both are a [`Schema`].
//!
//! Models: vendor/sigs.k8s.io/structured-merge-diff/v6/schema/elements.go, v1.36.
//! Simplified: nothing.

use std::borrow::Cow;

use serde_json::Value;

use super::types::{OBJECT_META, ROOTS};

/// What a plain value must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plain {
    Number,
    Text,
    Flag,
    /// Any of them: times, quantities that may be numbers, ports that may be names.
    Any,
}

/// How the elements of a list belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Elements {
    /// The list is one value.
    Atomic,
    /// Plain values, each of them once.
    Set,
    /// Maps that are told apart by keys.
    Keyed,
}

/// A type as a map or a struct.
#[derive(Clone, Copy, Debug)]
pub struct MapType<S> {
    pub atomic: bool,
    /// The type of the fields that are not declared; `None` if there may be none.
    pub others: Option<S>,
}

/// A type of the API. A type may be several things at once: one of unknown content is a value, a list and a map.
pub trait Schema: Copy {
    fn plain(self) -> Option<Plain>;
    /// How the elements belong together, and their type.
    fn list(self) -> Option<(Elements, Self)>;
    fn map(self) -> Option<MapType<Self>>;
    /// A declared field, under its name.
    fn field(self, name: &str) -> Option<(Cow<'static, str>, Self)>;
    /// The key number `index` of a keyed list, with the value that it has when it is left out.
    fn key(&self, index: usize) -> Option<(&str, Option<Value>)>;
}

/// A built-in type, see the tables in `types`.
#[derive(Clone, Copy, Debug)]
pub enum Type {
    Number,
    Text,
    Flag,
    Scalar,
    Struct(&'static Struct),
    /// A struct that is atomic by itself, but not in this field.
    Granular(&'static Struct),
    Map(&'static Type),
    AtomicMap(&'static Type),
    List(&'static Type, &'static [(&'static str, KeyDefault)]),
    Set(&'static Type),
    AtomicList(&'static Type),
    /// Of unknown content, every field of it a value of its own.
    Any,
    /// Of unknown content, which is one value.
    AnyAtomic,
}

/// The value of a key that an element leaves out.
#[derive(Clone, Copy, Debug)]
pub enum KeyDefault {
    Unset,
    Word(&'static str),
    Integer(i64),
}

/// The fields of a type, sorted by name, each with its place in the Go struct.
#[derive(Debug)]
pub struct Struct {
    pub atomic: bool,
    pub fields: &'static [(&'static str, Type, u8)],
}

/// A kind.
#[derive(Debug)]
pub(super) struct Root {
    pub version: &'static str,
    pub kind: &'static str,
    pub of: &'static Struct,
    /// The JSON of an object without any content, without its metadata.
    pub empty: &'static str,
}

fn root(api_version: &str, kind: &str) -> Option<&'static Root> {
    ROOTS.binary_search_by(|root| (root.version, root.kind).cmp(&(api_version, kind))).ok().map(|at| &ROOTS[at])
}

impl Type {
    /// The type of a built-in kind, e.g. of `apps/v1` `Deployment`.
    pub fn of_kind(api_version: &str, kind: &str) -> Option<Self> {
        root(api_version, kind).map(|root| Type::Struct(root.of))
    }

    /// The place of a field among those of its struct, as Go writes them.
    pub fn place(self, name: &str) -> Option<u8> {
        let (Type::Struct(of) | Type::Granular(of)) = self else { return None };
        let at = of.fields.binary_search_by_key(&name, |(name, ..)| name).ok()?;
        Some(of.fields[at].2)
    }

    /// The keys of a keyed list.
    pub(super) fn keys(self) -> &'static [(&'static str, KeyDefault)] {
        if let Type::List(_, keys) = self { keys } else { &[] }
    }

    /// The metadata of every object.
    pub fn object_meta() -> Self {
        Type::Struct(OBJECT_META)
    }
}

/// What an object of the kind is written as before anything is set: what a new object is compared with.
pub fn empty_object(api_version: &str, kind: &str) -> Value {
    let mut value = match root(api_version, kind) {
        Some(root) => serde_json::from_str(root.empty).expect("the table holds JSON"),
        None => Value::Object(serde_json::Map::new()),
    };
    value["apiVersion"] = api_version.into();
    value["kind"] = kind.into();
    value["metadata"] = Value::Object(serde_json::Map::new());
    value
}

impl Schema for Type {
    fn plain(self) -> Option<Plain> {
        match self {
            Type::Number => Some(Plain::Number),
            Type::Text => Some(Plain::Text),
            Type::Flag => Some(Plain::Flag),
            Type::Scalar | Type::Any | Type::AnyAtomic => Some(Plain::Any),
            _ => None,
        }
    }

    fn list(self) -> Option<(Elements, Self)> {
        match self {
            Type::List(element, _) => Some((Elements::Keyed, *element)),
            Type::Set(element) => Some((Elements::Set, *element)),
            Type::AtomicList(element) => Some((Elements::Atomic, *element)),
            Type::Any | Type::AnyAtomic => Some((Elements::Atomic, Type::AnyAtomic)),
            _ => None,
        }
    }

    fn map(self) -> Option<MapType<Self>> {
        match self {
            Type::Struct(of) => Some(MapType { atomic: of.atomic, others: None }),
            Type::Granular(_) => Some(MapType { atomic: false, others: None }),
            Type::Map(element) => Some(MapType { atomic: false, others: Some(*element) }),
            Type::AtomicMap(element) => Some(MapType { atomic: true, others: Some(*element) }),
            Type::Any => Some(MapType { atomic: false, others: Some(Type::Any) }),
            Type::AnyAtomic => Some(MapType { atomic: true, others: Some(Type::AnyAtomic) }),
            _ => None,
        }
    }

    fn field(self, name: &str) -> Option<(Cow<'static, str>, Self)> {
        let (Type::Struct(of) | Type::Granular(of)) = self else { return None };
        let at = of.fields.binary_search_by_key(&name, |(name, ..)| name).ok()?;
        Some((Cow::Borrowed(of.fields[at].0), of.fields[at].1))
    }

    fn key(&self, index: usize) -> Option<(&str, Option<Value>)> {
        let Type::List(_, keys) = self else { return None };
        let (name, default) = keys.get(index)?;
        let default = match default {
            KeyDefault::Unset => None,
            KeyDefault::Word(word) => Some(Value::from(*word)),
            KeyDefault::Integer(number) => Some(Value::from(*number)),
        };
        Some((name, default))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted_and_hold_what_they_say() {
        assert!(ROOTS.is_sorted_by_key(|root| (root.version, root.kind)));
        let mut seen = Vec::new();
        for root in ROOTS {
            assert!(empty_object(root.version, root.kind).is_object(), "{}", root.kind);
            assert_sorted(root.of, &mut seen);
        }
    }

    fn assert_sorted(of: &'static Struct, seen: &mut Vec<*const Struct>) {
        if seen.contains(&std::ptr::from_ref(of)) {
            return;
        }
        seen.push(of);
        assert!(of.fields.is_sorted_by_key(|(name, ..)| name), "{:?}", of.fields.first());
        for (_, field, _) in of.fields {
            let mut field = field;
            while let Type::List(inner, _) | Type::Set(inner) | Type::AtomicList(inner) | Type::Map(inner) | Type::AtomicMap(inner) = field {
                field = inner;
            }
            if let Type::Struct(of) | Type::Granular(of) = field {
                assert_sorted(of, seen);
            }
        }
    }

    #[test]
    fn an_empty_object_is_written_as_go_writes_it() {
        assert_eq!(
            empty_object("apps/v1", "Deployment"),
            serde_json::json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {}, "status": {},
                "spec": {"selector": null, "strategy": {}, "template": {"metadata": {}, "spec": {"containers": null}}}})
        );
    }
}
