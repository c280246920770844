//! JSON whose fields keep their order: a server's complaints come in the order of the text that it was sent.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

#[derive(Clone)]
pub enum Ordered {
    Object(Vec<(String, Ordered)>),
    Array(Vec<Ordered>),
    Plain(Value),
}

impl Ordered {
    pub fn field(&self, name: &str) -> Option<&Ordered> {
        self.fields().iter().find(|(found, _)| found == name).map(|(_, value)| value)
    }

    pub fn fields(&self) -> &[(String, Ordered)] {
        match self {
            Ordered::Object(fields) => fields,
            _ => &[],
        }
    }

    pub fn items(&self) -> &[Ordered] {
        match self {
            Ordered::Array(items) => items,
            _ => &[],
        }
    }

    pub fn value(&self) -> Value {
        match self {
            Ordered::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), value.value())).collect(),
            Ordered::Array(items) => items.iter().map(Ordered::value).collect(),
            Ordered::Plain(value) => value.clone(),
        }
    }

    /// Puts a value, or nothing, in a place like `/spec/containers/0`; a new field comes last.
    pub fn put(&mut self, place: &str, value: Option<Ordered>) {
        let (first, rest) = match place[1..].split_once('/') {
            Some((first, rest)) => (first, format!("/{rest}")),
            None => (&place[1..], String::new()),
        };
        let name = first.replace("~1", "/").replace("~0", "~");
        let inside = match self {
            Ordered::Array(items) if rest.is_empty() && value.is_none() => {
                items.remove(name.parse::<usize>().expect("an index"));
                return;
            }
            Ordered::Array(items) => &mut items[name.parse::<usize>().expect("an index")],
            Ordered::Object(fields) => {
                let at = fields.iter().position(|(found, _)| *found == name);
                if rest.is_empty() && value.is_none() {
                    fields.remove(at.expect("what is absent was a field"));
                    return;
                }
                let at = at.unwrap_or_else(|| {
                    fields.push((name, Ordered::Plain(Value::Null)));
                    fields.len() - 1
                });
                &mut fields[at].1
            }
            Ordered::Plain(_) => panic!("the place {place} is not in the body"),
        };
        match value {
            Some(value) if rest.is_empty() => *inside = value,
            value => inside.put(&rest, value),
        }
    }
}

impl fmt::Display for Ordered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ordered::Object(fields) => {
                f.write_str("{")?;
                for (index, (name, value)) in fields.iter().enumerate() {
                    write!(f, "{}{}:{value}", if index > 0 { "," } else { "" }, Value::from(name.as_str()))?;
                }
                f.write_str("}")
            }
            Ordered::Array(items) => {
                f.write_str("[")?;
                for (index, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if index > 0 { "," } else { "" })?;
                }
                f.write_str("]")
            }
            Ordered::Plain(value) => value.fmt(f),
        }
    }
}

impl<'de> Deserialize<'de> for Ordered {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Ordered, D::Error> {
        deserializer.deserialize_any(Reading)
    }
}

struct Reading;

macro_rules! plain {
    ($($method:ident $type:ty),+ $(,)?) => {$(
        fn $method<E>(self, value: $type) -> Result<Ordered, E> {
            Ok(Ordered::Plain(Value::from(value)))
        }
    )+};
}

impl<'de> Visitor<'de> for Reading {
    type Value = Ordered;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    plain! { visit_bool bool, visit_i64 i64, visit_u64 u64, visit_f64 f64, visit_str &str }

    fn visit_unit<E>(self) -> Result<Ordered, E> {
        Ok(Ordered::Plain(Value::Null))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Ordered, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Ordered::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Ordered, A::Error> {
        let mut list = Vec::new();
        while let Some(field) = fields.next_entry()? {
            list.push(field);
        }
        Ok(Ordered::Object(list))
    }
}
