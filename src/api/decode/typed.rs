//! Reading a JSON value into a typed object, noting where in the object we are, so that a wrong type is reported as
//! Go's decoder does: `cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32`.
//!
//! The types announce themselves to the reader (struct names, field lists, wanted primitives), which is all it needs;
//! unknown fields and empty values are noticed on the same walk.
//!
//! Models: sigs.k8s.io/json (Go's encoding/json with case-sensitive, strict fields), v1.36.
//! Simplified: nothing.

use std::fmt;
use std::sync::LazyLock;

use serde::Deserialize as _;
use serde::de::{DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor, value::{MapDeserializer, StrDeserializer}};
use serde_json::{Map, Value};

use super::{base64_fault, go_names, go_time};
use super::omitted::is_omitted;
use super::order::{Order, Walk};
use crate::managed_fields::{Plain, Schema as _, Type};
use crate::quantity::Quantity;
use crate::sent_empty::{Empty, SentEmpty};
use crate::{Kind, Object, ObjectMeta};

/// Why a value does not fit; the text is complete.
#[derive(Debug)]
pub(super) struct Misfit(String);

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Misfit {}

impl serde::de::Error for Misfit {
    fn custom<T: fmt::Display>(text: T) -> Self {
        Misfit(text.to_string())
    }
}

enum Segment<'a> {
    /// A struct inside the struct, which JSON does not show.
    Embedded(&'static str),
    Field(&'a str),
    Index(usize),
    Key(&'a str),
}

/// Where the reader is, and what it has found on the way.
#[derive(Default)]
pub(super) struct Context<'a> {
    path: Vec<Segment<'a>>,
    /// The type of the whole, where it is known.
    root: Option<Type>,
    pub(super) strict_errors: Vec<String>,
    pub(super) sent_empty: SentEmpty,
    /// Where a value of a wrong type was found, if that has ended the reading.
    pub(super) misfit: Option<String>,
}

/// How many objections are told at most.
const MOST_STRICT_ERRORS: usize = 100;

impl Context<'_> {
    fn object(&mut self, what: &str, field: &str) {
        let error = format!("{what} field {:?}", self.full_path(field));
        if self.strict_errors.len() < MOST_STRICT_ERRORS && !self.strict_errors.contains(&error) {
            self.strict_errors.push(error);
        }
    }

    /// `spec.containers[0].image`, as strict errors name a field.
    fn full_path(&self, last: &str) -> String {
        let mut path = String::new();
        for segment in &self.path {
            match segment {
                Segment::Field(name) | Segment::Key(name) if path.is_empty() => path.push_str(name),
                Segment::Field(name) | Segment::Key(name) => path.extend([".", *name]),
                Segment::Index(index) => path.push_str(&format!("[{index}]")),
                Segment::Embedded(_) => {}
            }
        }
        if path.is_empty() { last.to_owned() } else { format!("{path}.{last}") }
    }

    /// Notes that what is read has nothing in it, or that one of its fields has.
    fn note_empty(&mut self, field: Option<&str>, value: &Value) {
        let empty = match value {
            Value::Array(items) if items.is_empty() => Empty::List,
            Value::Object(fields) if fields.is_empty() => Empty::Map,
            Value::String(text) if text.is_empty() => Empty::Text,
            _ => return,
        };
        let mut place = String::new();
        for segment in self.path.iter().chain(field.map(Segment::Field).as_ref()) {
            match segment {
                Segment::Field(name) if place.is_empty() => place.push_str(name),
                Segment::Field(name) => place.extend([".", *name]),
                Segment::Key(key) => place.extend(["[", *key, "]"]),
                Segment::Index(index) => place.push_str(&format!("[{index}]")),
                Segment::Embedded(_) => {}
            }
        }
        self.sent_empty.note(place, empty);
    }

    /// Whether this list in a struct says something though it is empty: the metadata of a claim's template may not have it at all.
    fn counts(&self, in_struct: &str, value: &Value) -> bool {
        in_struct == "ObjectMeta" && value.is_array() && matches!(self.path.as_slice(), [Segment::Field("spec"), _] | [.., Segment::Field("volumeClaimTemplate"), _])
    }

    /// The name of the field that is being read, or whose list is.
    fn field(&self) -> &str {
        let fields = self.path.iter().rev().find_map(|segment| match segment {
            Segment::Field(name) => Some(*name),
            _ => None,
        });
        fields.unwrap_or_default()
    }

    /// Whether an empty value is at least empty in the right way: `[]` is no number.
    fn fits(&self, field: &str, value: &Value) -> bool {
        let Some(wanted) = self.declared(field) else { return true };
        match value {
            Value::Array(_) => wanted.list().is_some(),
            Value::Object(_) => wanted.map().is_some(),
            Value::String(_) => matches!(wanted.plain(), Some(Plain::Text | Plain::Any)),
            Value::Number(_) => matches!(wanted.plain(), Some(Plain::Number | Plain::Any)),
            Value::Bool(_) => matches!(wanted.plain(), Some(Plain::Flag | Plain::Any)),
            Value::Null => true,
        }
    }

    fn declared(&self, field: &str) -> Option<Type> {
        let mut at = self.root?;
        for segment in &self.path {
            at = match segment {
                Segment::Field(name) => at.field(name)?.1,
                Segment::Index(_) => at.list()?.1,
                Segment::Key(_) => at.map()?.others?,
                Segment::Embedded(_) => at,
            };
        }
        at.field(field).map(|(_, of_field)| of_field)
    }

    /// The place as a JSON pointer.
    fn pointer(&self) -> String {
        let mut out = String::new();
        for segment in &self.path {
            match segment {
                Segment::Field(name) | Segment::Key(name) => out.extend(["/", &name.replace('~', "~0").replace('/', "~1")]),
                Segment::Index(index) => out.push_str(&format!("/{index}")),
                Segment::Embedded(_) => {}
            }
        }
        out
    }

    /// `spec.containers.image`, as type errors name it.
    fn go_path(&self) -> String {
        let names = self.path.iter().filter_map(|segment| match segment {
            Segment::Field(name) => Some(*name),
            Segment::Embedded(name) => Some(*name),
            _ => None,
        });
        names.collect::<Vec<_>>().join(".")
    }
}

/// `string`, `number`, `object`, … as Go's errors call a value.
pub fn go_kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// The type that Go gives a value of JSON.
pub fn go_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "<nil>",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "float64",
        Value::Number(_) => "int64",
        Value::String(_) => "string",
        Value::Array(_) => "[]interface {}",
        Value::Object(_) => "map[string]interface {}",
    }
}

/// Reads the fields in the order of the text, where that is known, and in that of the alphabet elsewhere.
pub(super) fn read<'a>(kind: Kind, value: &'a Value, order: Option<&'a Order>, context: &mut Context<'a>) -> Result<Object, String> {
    let info = kind.info();
    let api_version = if info.group.is_empty() { info.version.to_owned() } else { format!("{}/{}", info.group, info.version) };
    context.root = Type::of_kind(&api_version, info.kind);
    kind.deserialize(Reader { value, order, context, in_struct: "" }).map_err(|misfit| misfit.0)
}

pub(super) fn read_metadata<'a>(value: &'a Value, context: &mut Context<'a>) -> Result<ObjectMeta, String> {
    ObjectMeta::deserialize(Reader { value, order: None, context, in_struct: "" }).map_err(|misfit| misfit.0)
}

struct Reader<'a, 'c> {
    value: &'a Value,
    order: Option<&'a Order>,
    context: &'c mut Context<'a>,
    /// The struct that holds this value.
    in_struct: &'static str,
}

impl Reader<'_, '_> {
    fn wrong_type(&mut self, wanted: &str) -> Misfit {
        self.wrong(go_kind(self.value), wanted)
    }

    fn wrong(&mut self, found: &str, wanted: &str) -> Misfit {
        self.context.misfit = Some(self.context.pointer());
        if self.in_struct.is_empty() && self.context.path.is_empty() {
            return Misfit(format!("json: cannot unmarshal {found} into Go value of type {wanted}"));
        }
        Misfit(format!("json: cannot unmarshal {found} into Go struct field {}.{} of type {wanted}", self.in_struct, self.context.go_path()))
    }

    /// Bytes that are given as a list of numbers, which is as good in Go, in base64.
    fn bytes(&mut self, items: &[Value]) -> Result<String, Misfit> {
        let mut bytes = Vec::with_capacity(items.len());
        for item in items {
            bytes.push(match item {
                Value::Null => 0,
                Value::Number(number) => match number.as_u64().and_then(|number| u8::try_from(number).ok()) {
                    Some(byte) => byte,
                    None => return Err(self.wrong(&format!("number {}", written(number)), "uint8")),
                },
                other => return Err(self.wrong(go_kind(other), "uint8")),
            });
        }
        Ok(serde_json::json!(k8s_openapi::ByteString(bytes)).as_str().unwrap_or_default().to_owned())
    }

    fn integer(&mut self, wanted: &str, low: i64, high: i64) -> Result<i64, Misfit> {
        match self.value {
            Value::Null => Ok(0),
            Value::Number(number) => match number.as_i64().filter(|number| (low..=high).contains(number)) {
                Some(number) => Ok(number),
                None => Err(self.wrong(&format!("number {}", written(number)), wanted)),
            },
            _ => Err(self.wrong_type(wanted)),
        }
    }
}

impl<'a> Reader<'a, '_> {
    /// Where a schema, a truth value or a list may stand. Go reads these apart, with a reader that is not strict; what is of
    /// the wrong type is told with its whole place all the same.
    fn schema_or_other<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        let takes_bool = matches!(self.context.field(), "additionalProperties" | "additionalItems");
        let context = self.context;
        let before = context.strict_errors.len();
        let read = match self.value {
            Value::Object(object) => visitor.visit_map(Fields::of_struct(object, None, context, SCHEMA, schema_fields())),
            Value::Bool(set) if takes_bool => visitor.visit_bool(*set),
            _ if takes_bool => Err(Misfit("boolean or JSON schema expected".to_owned())),
            Value::Array(items) => visitor.visit_seq(Items { items: items.iter().enumerate(), order: None, context, in_struct: SCHEMA }),
            _ => visitor.visit_seq(Items { items: [].iter().enumerate(), order: None, context, in_struct: SCHEMA }),
        };
        context.strict_errors.truncate(before);
        read
    }
}

/// A number as it was most likely written: one that no integer can hold comes in as a floating-point number.
fn written(number: &serde_json::Number) -> String {
    match number.as_f64() {
        Some(real) if number.is_f64() && real.fract() == 0.0 && real.abs() >= 1e18 => format!("{real:.0}"),
        _ => number.to_string(),
    }
}

/// The field names whose maps hold something other than text.
fn map_type(field: &str, in_struct: &str) -> &'static str {
    match field {
        "capacity" if in_struct == "Device" => "map[v1.QualifiedName]v1.DeviceCapacity",
        "attributes" if in_struct == "Device" => "map[v1.QualifiedName]v1.DeviceAttribute",
        "extra" => "map[string]v1.ExtraValue",
        "limits" | "requests" | "overhead" | "capacity" | "allocatable" => "v1.ResourceList",
        "max" | "min" | "default" | "defaultRequest" | "maxLimitRequestRatio" if in_struct == "LimitRangeItem" => "v1.ResourceList",
        "hard" | "used" | "podFixed" => "v1.ResourceList",
        "data" if in_struct == "Secret" => "map[string][]uint8",
        "binaryData" => "map[string][]uint8",
        "properties" | "patternProperties" | "definitions" if in_struct == SCHEMA => "map[string]v1.JSONSchemaProps",
        "dependencies" if in_struct == SCHEMA => "map[string]v1.JSONSchemaPropsOrStringArray",
        _ => "map[string]string",
    }
}

macro_rules! integers {
    ($($method:ident $visit:ident $type:ty, $name:literal);+ $(;)?) => {$(
        fn $method<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Misfit> {
            let number = self.integer($name, <$type>::MIN as i64, i64::try_from(<$type>::MAX).unwrap_or(i64::MAX))?;
            visitor.$visit(number as $type)
        }
    )+};
}

impl<'de> Deserializer<'de> for Reader<'_, '_> {
    type Error = Misfit;

    integers! {
        deserialize_i8 visit_i8 i8, "int8"; deserialize_i16 visit_i16 i16, "int16"; deserialize_i32 visit_i32 i32, "int32";
        deserialize_i64 visit_i64 i64, "int64"; deserialize_u8 visit_u8 u8, "uint8"; deserialize_u16 visit_u16 u16, "uint16";
        deserialize_u32 visit_u32 u32, "uint32"; deserialize_u64 visit_u64 u64, "uint64";
    }

    /// Only a number or a text is read without a wanted type: a port or a percentage.
    fn deserialize_any<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Misfit> {
        if self.in_struct == SCHEMA {
            return self.schema_or_other(visitor);
        }
        match self.value {
            Value::String(text) => visitor.visit_str(text),
            Value::Number(number) => match number.as_i64().and_then(|number| i32::try_from(number).ok()) {
                Some(number) => visitor.visit_i32(number),
                None => Err(self.wrong(&format!("number {}", written(number)), "int32")),
            },
            _ => Err(self.wrong_type("int32")),
        }
    }

    fn deserialize_f64<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Misfit> {
        match self.value {
            Value::Number(number) => visitor.visit_f64(number.as_f64().unwrap_or_default()),
            Value::Null => visitor.visit_f64(0.0),
            _ => Err(self.wrong_type("float64")),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Misfit> {
        match self.value {
            Value::Bool(set) => visitor.visit_bool(*set),
            Value::Null => visitor.visit_bool(false),
            _ => Err(self.wrong_type("bool")),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Misfit> {
        match self.value {
            // Of texts, only base64 can be wrong.
            Value::String(text) => visitor.visit_str(text).map_err(|misfit| match base64_fault(text) {
                Some(at) => Misfit(format!("illegal base64 data at input byte {at}")),
                None => misfit,
            }),
            Value::Null => visitor.visit_str(""),
            _ => {
                let wanted = match go_names::of_text(self.in_struct, self.context.field()) {
                    // There are two structs of this name.
                    _ if self.in_struct == "Subject" && self.context.go_path().ends_with("rules.subjects.kind") => "v1.SubjectKind",
                    wanted => wanted,
                };
                if let (Value::Array(items), "[]uint8") = (self.value, wanted) {
                    let bytes = self.bytes(items)?;
                    return visitor.visit_string(bytes);
                }
                Err(self.wrong_type(wanted))
            },
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        if self.value.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(mut self, name: &'static str, visitor: V) -> Result<V::Value, Misfit> {
        match name {
            "Quantity" => {
                let text = match self.value {
                    Value::String(text) => text.clone(),
                    Value::Number(number) => number.to_string(),
                    Value::Null => "0".to_owned(),
                    _ => String::new(),
                };
                let canonical = Quantity::canonicalize(&text).map_err(|error| Misfit(error.to_string()))?;
                visitor.visit_newtype_struct(StrDeserializer::new(&canonical))
            }
            "Time" | "MicroTime" => {
                let Value::String(text) = self.value else {
                    return Err(self.wrong_type("string"));
                };
                if name == "MicroTime"
                    && let Some(why) = go_time::micro_error(text)
                {
                    return Err(Misfit(why));
                }
                visitor.visit_newtype_struct(StrDeserializer::<Misfit>::new(text)).map_err(|_| {
                    Misfit(go_time::error(text))
                })
            }
            "CustomResourceSubresourceStatus" if self.value.is_object() => {
                // A struct without fields.
                self.value.as_object().into_iter().flatten().for_each(|(field, _)| self.context.object("unknown", field));
                visitor.visit_newtype_struct(Value::Object(Map::new())).map_err(|error| Misfit(error.to_string()))
            }
            "FieldsV1" | "RawExtension" | "JSON" | "CustomResourceSubresourceStatus" => visitor.visit_newtype_struct(self.value.clone()).map_err(|error| Misfit(error.to_string())),
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Misfit> {
        match self.value {
            Value::Array(items) => {
                self.context.note_empty(None, self.value);
                visitor.visit_seq(Items { items: items.iter().enumerate(), order: self.order, context: self.context, in_struct: self.in_struct })
            }
            Value::Null => visitor.visit_seq(Items { items: [].iter().enumerate(), order: None, context: self.context, in_struct: self.in_struct }),
            _ => {
                let mut wanted = String::new();
                let _ = visitor.visit_seq(Ask(&mut wanted));
                if self.context.field() == "extra" && matches!(self.context.path.last(), Some(Segment::Key(_))) {
                    return Err(self.wrong_type("v1.ExtraValue"));
                }
                if wanted == "string" {
                    wanted = go_names::of_text(self.in_struct, self.context.field()).to_owned();
                }
                Err(self.wrong_type(&format!("[]{wanted}")))
            }
        }
    }

    fn deserialize_map<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Misfit> {
        match self.value {
            Value::Object(object) => {
                self.context.note_empty(None, self.value);
                visitor.visit_map(Fields::of_map(object, self.order, self.context, self.in_struct))
            }
            _ => {
                let field = match self.context.path.last() {
                    Some(Segment::Field(name)) => name,
                    _ => "",
                };
                Err(self.wrong_type(map_type(field, self.in_struct)))
            }
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(mut self, name: &'static str, fields: &'static [&'static str], visitor: V) -> Result<V::Value, Misfit> {
        let object = match self.value {
            Value::Object(object) => object,
            // A `null` in a list of structs is an empty struct.
            Value::Null => return visitor.visit_map(MapDeserializer::<_, Misfit>::new(std::iter::empty::<(&str, &str)>())),
            _ => return Err(self.wrong_type(&go_names::of_struct(name))),
        };
        // These hold their selector by value here and by pointer in Go. One that selects everything must not read as a
        // missing one, so it says what it is: `{}` comes in as `{matchLabels: {}}`.
        if name == "ParentReference" {
            self.context.note_empty(None, self.value);
        }
        let required = matches!(self.in_struct, "DeploymentSpec" | "ReplicaSetSpec" | "StatefulSetSpec" | "DaemonSetSpec");
        let is_known = |field: &str| fields.contains(&field);
        let says_nothing = |(field, value): (&String, &Value)| !is_known(field) || is_omitted(name, field, value) && self.context.fits(field, value);
        if required && name == "LabelSelector" && object.iter().all(says_nothing) {
            object.keys().filter(|field| !is_known(field)).for_each(|field| self.context.object("unknown", field));
            let everything = Map::from_iter([("matchLabels".to_owned(), Value::Object(Map::new()))]);
            return visitor.visit_map(Fields::of_map(&everything, None, &mut Context::default(), name));
        }
        visitor.visit_map(Fields::of_struct(object, self.order, self.context, name, fields))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! {
        f32 char bytes byte_buf unit unit_struct tuple tuple_struct enum identifier i128 u128
    }
}

struct Items<'a, 'c> {
    items: std::iter::Enumerate<std::slice::Iter<'a, Value>>,
    order: Option<&'a Order>,
    context: &'c mut Context<'a>,
    in_struct: &'static str,
}

impl<'de> SeqAccess<'de> for Items<'_, '_> {
    type Error = Misfit;
    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Misfit> {
        let Some((index, value)) = self.items.next() else { return Ok(None) };
        self.context.path.push(Segment::Index(index));
        let order = self.order.and_then(|order| order.item(index));
        let read = seed.deserialize(Reader { value, order, context: self.context, in_struct: self.in_struct });
        self.context.path.pop();
        read.map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len())
    }
}

struct Fields<'a, 'c> {
    fields: Walk<'a>,
    current: Option<(&'a str, &'a Value, Option<&'a Order>)>,
    context: &'c mut Context<'a>,
    in_struct: &'static str,
    /// The field names, if this is a struct and not a map.
    of_struct: Option<&'static [&'static str]>,
    /// A field that our type needs and Go's does not, if it has not come yet.
    owed: Option<&'static str>,
}

/// What stands for no time where our type needs one.
static NO_TIME: LazyLock<Value> = LazyLock::new(|| crate::wire::NO_TIME.into());

impl<'a, 'c> Fields<'a, 'c> {
    fn of_map(object: &'a Map<String, Value>, order: Option<&'a Order>, context: &'c mut Context<'a>, in_struct: &'static str) -> Self {
        Fields { fields: Walk::through(object, order), current: None, context, in_struct, of_struct: None, owed: None }
    }

    fn of_struct(object: &'a Map<String, Value>, order: Option<&'a Order>, context: &'c mut Context<'a>, name: &'static str, fields: &'static [&'static str]) -> Self {
        Fields { of_struct: Some(fields), owed: (name == "Condition").then_some("lastTransitionTime"), ..Fields::of_map(object, order, context, name) }
    }
}

impl<'de> MapAccess<'de> for Fields<'_, '_> {
    type Error = Misfit;
    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Misfit> {
        let at_root = self.context.path.is_empty();
        self.current = None;
        while let Some(found) = self.fields.next() {
            let (field, value) = (found.name, found.value);
            // A claim in a set is what it is, whatever it says.
            if self.in_struct == "PersistentVolumeClaim" && !at_root && matches!(field, "apiVersion" | "kind") {
                continue;
            }
            let known = self.of_struct.is_none_or(|fields| fields.contains(&field));
            let of_root = at_root && matches!(field, "apiVersion" | "kind");
            if !(known || of_root) {
                self.context.object("unknown", field);
            } else if found.again {
                self.context.object("duplicate", field);
            } else if self.of_struct.is_some() && is_omitted(self.in_struct, field, value) && !self.context.counts(self.in_struct, value) && self.context.fits(field, value) {
                if !value.is_string() {
                    self.context.note_empty(Some(field), value);
                }
            } else {
                if self.of_struct.is_some() && value.is_string() {
                    self.context.note_empty(Some(field), value);
                }
                self.current = Some((field, value, found.order));
                self.owed = self.owed.filter(|owed| *owed != field);
                break;
            }
        }
        if self.current.is_none()
            && let Some(owed) = self.owed.take()
        {
            self.current = Some((owed, &NO_TIME, None));
        }
        let Some((field, ..)) = self.current else { return Ok(None) };
        seed.deserialize(IntoDeserializer::<Misfit>::into_deserializer(field)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Misfit> {
        let (field, value, order) = self.current.take().expect("a value is asked for after its key");
        let depth = self.context.path.len();
        if self.of_struct.is_some() {
            self.context.path.extend(go_names::embedded(self.in_struct, field).map(Segment::Embedded));
            self.context.path.push(Segment::Field(field));
        } else {
            self.context.path.push(Segment::Key(field));
        }
        let read = seed.deserialize(Reader { value, order, context: self.context, in_struct: self.in_struct });
        self.context.path.truncate(depth);
        read
    }
}

/// The type of a CustomResourceDefinition's schemas, which hold themselves in several forms.
const SCHEMA: &str = "JSONSchemaProps";

/// The names of a schema's fields, as its type announces them.
fn schema_fields() -> &'static [&'static str] {
    struct Listen<'a>(&'a mut &'static [&'static str]);
    impl<'de> Deserializer<'de> for Listen<'_> {
        type Error = Misfit;
        fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Misfit> {
            Err(Misfit(String::new()))
        }
        fn deserialize_struct<V: Visitor<'de>>(self, _: &'static str, fields: &'static [&'static str], _: V) -> Result<V::Value, Misfit> {
            *self.0 = fields;
            Err(Misfit(String::new()))
        }
        serde::forward_to_deserialize_any! {
            bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
            newtype_struct seq tuple tuple_struct map enum identifier ignored_any
        }
    }
    let mut fields: &'static [&'static str] = &[];
    let _ = k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::JSONSchemaProps::deserialize(Listen(&mut fields));
    fields
}

/// A reader that only listens to which type is wanted, for `[]v1.Container`.
struct Ask<'a>(&'a mut String);

impl<'de> SeqAccess<'de> for Ask<'_> {
    type Error = Misfit;
    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Misfit> {
        seed.deserialize(Ask(self.0)).map(Some)
    }
}

macro_rules! answers {
    ($($method:ident $name:literal),+ $(,)?) => {$(
        fn $method<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Misfit> {
            *self.0 = $name.to_owned();
            Err(Misfit(String::new()))
        }
    )+};
}

impl<'de> Deserializer<'de> for Ask<'_> {
    type Error = Misfit;
    answers! {
        deserialize_str "string", deserialize_string "string", deserialize_i32 "int32", deserialize_i64 "int64",
        deserialize_bool "bool", deserialize_any "",
    }
    fn deserialize_struct<V: Visitor<'de>>(self, name: &'static str, _: &'static [&'static str], _: V) -> Result<V::Value, Misfit> {
        *self.0 = go_names::of_struct(name);
        Err(Misfit(String::new()))
    }
    serde::forward_to_deserialize_any! {
        i8 i16 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf option unit unit_struct newtype_struct seq tuple
        tuple_struct map enum identifier ignored_any
    }
}

/// Reads an object of this kind.
impl<'de> DeserializeSeed<'de> for Kind {
    type Value = Object;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Object, D::Error> {
        self.read(deserializer)
    }
}
