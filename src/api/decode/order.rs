//! The order in which a JSON text names its fields, and which of them it names twice. A `Value` keeps neither; complaints
//! come in this order. It is read only when there is something to complain about.
//!
//! Models: sigs.k8s.io/json (Go's encoding/json with case-sensitive, strict fields), v1.36.
//! Simplified: of a field that comes twice the last value is looked at, once, where Go reads both into the same place.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

pub(super) enum Order {
    Plain,
    Fields(Vec<(String, Order)>),
    Items(Vec<Order>),
}

impl Order {
    /// The order of a text that is known to be JSON.
    pub(super) fn of(body: &[u8]) -> Option<Order> {
        serde_json::from_slice(body).ok()
    }

    pub(super) fn item(&self, index: usize) -> Option<&Order> {
        match self {
            Order::Items(items) => items.get(index),
            _ => None,
        }
    }
}

impl<'de> Deserialize<'de> for Order {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Order, D::Error> {
        deserializer.deserialize_any(Reading)
    }
}

struct Reading;

macro_rules! plain {
    ($($method:ident $type:ty),+ $(,)?) => {$(
        fn $method<E>(self, _: $type) -> Result<Order, E> {
            Ok(Order::Plain)
        }
    )+};
}

impl<'de> Visitor<'de> for Reading {
    type Value = Order;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    plain! { visit_bool bool, visit_i64 i64, visit_u64 u64, visit_f64 f64, visit_str &str }

    fn visit_unit<E>(self) -> Result<Order, E> {
        Ok(Order::Plain)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Order, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Order::Items(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Order, A::Error> {
        let mut list = Vec::new();
        while let Some(field) = fields.next_entry()? {
            list.push(field);
        }
        Ok(Order::Fields(list))
    }
}

/// A field on a walk through an object.
pub(super) struct Found<'a> {
    pub(super) name: &'a str,
    pub(super) value: &'a Value,
    pub(super) order: Option<&'a Order>,
    /// Whether the text has named it before.
    pub(super) again: bool,
}

pub(super) enum Walk<'a> {
    ByName(serde_json::map::Iter<'a>),
    AsWritten { fields: std::slice::Iter<'a, (String, Order)>, object: &'a Map<String, Value>, seen: BTreeSet<&'a str> },
}

impl<'a> Walk<'a> {
    pub(super) fn through(object: &'a Map<String, Value>, order: Option<&'a Order>) -> Walk<'a> {
        match order {
            Some(Order::Fields(fields)) => Walk::AsWritten { fields: fields.iter(), object, seen: BTreeSet::new() },
            _ => Walk::ByName(object.iter()),
        }
    }

    pub(super) fn next(&mut self) -> Option<Found<'a>> {
        match self {
            Walk::ByName(fields) => fields.next().map(|(name, value)| Found { name, value, order: None, again: false }),
            Walk::AsWritten { fields, object, seen } => loop {
                let (name, order) = fields.next()?;
                if let Some(value) = object.get(name) {
                    return Some(Found { name, value, order: Some(order), again: !seen.insert(name) });
                }
            },
        }
    }
}
