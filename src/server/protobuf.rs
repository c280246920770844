//! Request bodies in Kubernetes' protobuf encoding, which kubectl's typed commands (`create deployment`, `drain`) send.
//! They become the JSON that the API server, and a recording, are given; answers go out as JSON, which such clients
//! accept too.
//!
//! Models: staging/src/k8s.io/apimachinery/pkg/runtime/serializer/protobuf, v1.36.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value};

pub const MEDIA_TYPE: &str = "application/vnd.kubernetes.protobuf";
/// What every such body begins with.
const MAGIC: &[u8] = b"k8s\0";
/// Messages in messages; the deepest of Kubernetes' own is about 15.
const DEEPEST: usize = 64;

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProtobufError {
    #[error("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]")]
    NotMarked,
    #[error("unexpected EOF")]
    CutShort,
    #[error("proto: illegal wireType {0}")]
    WireType(u64),
    #[error("proto: the message {0} is nested too deeply")]
    TooDeep(String),
    #[error("no kind \"{kind}\" is registered for version \"{api_version}\" in scheme \"k8s.io/client-go/kubernetes/scheme\"")]
    UnknownKind { api_version: String, kind: String },
}

/// One field of a message.
struct Field {
    number: u64,
    name: &'static str,
    kind: &'static str,
}

type Messages = BTreeMap<&'static str, Vec<Field>>;

static MESSAGES: LazyLock<Messages> = LazyLock::new(|| {
    let lines = include_str!("messages.txt").lines().filter(|line| !line.starts_with('#'));
    let field = |text: &'static str| {
        let mut parts = text.splitn(3, ':');
        let number = parts.next().and_then(|number| number.parse().ok()).expect("the table has numbers");
        Field { number, name: parts.next().expect("a name"), kind: parts.next().expect("a type") }
    };
    lines.map(|line| line.split_once(' ').expect("a message and its fields")).map(|(name, fields)| (name, fields.split(' ').map(field).collect())).collect()
});

/// The JSON of a body: the object in the envelope, with its apiVersion and kind.
pub fn to_json(body: &[u8]) -> Result<Value, ProtobufError> {
    let envelope = body.strip_prefix(MAGIC).ok_or(ProtobufError::NotMarked)?;
    let (mut api_version, mut kind, mut raw): (String, String, &[u8]) = Default::default();
    for part in Parts(envelope) {
        match part? {
            (1, Wire::Bytes(types)) => {
                for part in Parts(types) {
                    match part? {
                        (1, Wire::Bytes(text)) => api_version = String::from_utf8_lossy(text).into_owned(),
                        (2, Wire::Bytes(text)) => kind = String::from_utf8_lossy(text).into_owned(),
                        _ => {}
                    }
                }
            }
            (2, Wire::Bytes(bytes)) => raw = bytes,
            _ => {}
        }
    }
    let message = message_of(&api_version, &kind).ok_or_else(|| ProtobufError::UnknownKind { api_version: api_version.clone(), kind: kind.clone() })?;
    let mut object = message_to_json(&message, raw, 0)?;
    object.insert("apiVersion".into(), api_version.into());
    object.insert("kind".into(), kind.into());
    Ok(Value::Object(object))
}

/// `rbac/v1.Role` of `rbac.authorization.k8s.io/v1` and `Role`. Options are of no group, whatever group they come for.
fn message_of(api_version: &str, kind: &str) -> Option<String> {
    let (group, version) = api_version.split_once('/').unwrap_or(("core", api_version));
    let group = match group.split('.').next().unwrap_or_default() {
        "internal" => "flowcontrol",
        first => first,
    };
    let names = [format!("{group}/{version}.{kind}"), format!("meta/v1.{kind}")];
    names.into_iter().find(|name| MESSAGES.contains_key(name.as_str()))
}

fn message_to_json(message: &str, bytes: &[u8], depth: usize) -> Result<Map<String, Value>, ProtobufError> {
    if depth > DEEPEST {
        return Err(ProtobufError::TooDeep(message.to_owned()));
    }
    let mut object = Map::new();
    let fields = MESSAGES.get(message).map(Vec::as_slice).unwrap_or_default();
    for part in Parts(bytes) {
        let (number, wire) = part?;
        // What a newer client knows and v1.36 does not is passed over, as the real decoder does.
        let Some(field) = fields.iter().find(|field| field.number == number) else { continue };
        if field.name == "~" {
            let Wire::Bytes(bytes) = wire else { continue };
            object.extend(message_to_json(field.kind, bytes, depth + 1)?);
        } else if let Some(element) = field.kind.strip_prefix("[]") {
            if let Some(value) = value(element, wire, depth)? {
                list(&mut object, field.name).push(value);
            }
        } else if let Some(element) = field.kind.strip_prefix("{}") {
            let Wire::Bytes(entry) = wire else { continue };
            let (key, value) = map_entry(element, entry, depth)?;
            let map = object.entry(field.name).or_insert_with(|| Value::Object(Map::new()));
            map.as_object_mut().expect("a map").insert(key, value);
        } else {
            let counts_when_zero = field.kind.starts_with('*');
            let found = value(field.kind.trim_start_matches('*'), wire, depth)?;
            if let Some(value) = found.filter(|value| counts_when_zero || !is_zero(value)) {
                object.insert(field.name.to_owned(), value);
            }
        }
    }
    Ok(object)
}

fn list<'a>(object: &'a mut Map<String, Value>, name: &str) -> &'a mut Vec<Value> {
    object.entry(name).or_insert_with(|| Value::Array(Vec::new())).as_array_mut().expect("a list")
}

fn map_entry(element: &str, entry: &[u8], depth: usize) -> Result<(String, Value), ProtobufError> {
    let (mut key, mut found) = (String::new(), None);
    for part in Parts(entry) {
        match part? {
            (1, Wire::Bytes(text)) => key = String::from_utf8_lossy(text).into_owned(),
            (2, wire) => found = value(element, wire, depth)?,
            _ => {}
        }
    }
    Ok((key, found.unwrap_or_else(|| zero(element))))
}

/// A map's value that is left out is its type's zero.
fn zero(kind: &str) -> Value {
    match kind {
        "s" | "y" | "Quantity" => "".into(),
        "i" => 0.into(),
        "b" => false.into(),
        kind if kind.starts_with('W') || kind.starts_with("[]") => Value::Array(Vec::new()),
        _ => Value::Object(Map::new()),
    }
}

fn is_zero(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(truth) => !truth,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
    }
}

/// `None`: the wire holds something of another shape than the field's, or a time that was never set.
fn value(kind: &str, wire: Wire<'_>, depth: usize) -> Result<Option<Value>, ProtobufError> {
    let text = |bytes: &[u8]| Value::String(String::from_utf8_lossy(bytes).into_owned());
    Ok(match (kind, wire) {
        ("s", Wire::Bytes(bytes)) => Some(text(bytes)),
        ("y", Wire::Bytes(bytes)) => Some(BASE64_STANDARD.encode(bytes).into()),
        ("i", Wire::Number(number)) => Some((number.cast_signed()).into()),
        ("b", Wire::Number(number)) => Some((number != 0).into()),
        ("d", Wire::Fixed64(bits)) => Some(f64::from_bits(bits).into()),
        ("f", Wire::Fixed32(bits)) => Some(f64::from(f32::from_bits(bits)).into()),
        ("Quantity", Wire::Bytes(bytes)) => first_bytes(bytes)?.map(text),
        // JSON in protobuf. What is not JSON is kept as a text, and the API server says what is wrong with it.
        ("Raw", Wire::Bytes(bytes)) => first_bytes(bytes)?.map(|raw| serde_json::from_slice(raw).unwrap_or_else(|_| text(raw))),
        ("IntOrString", Wire::Bytes(bytes)) => Some(int_or_string(bytes)?),
        ("Time" | "MicroTime", Wire::Bytes(bytes)) => time(bytes, kind == "MicroTime")?,
        ("Duration", Wire::Bytes(bytes)) => Some(format!("{}ns", numbers(bytes)?[1]).into()),
        (wrapped, Wire::Bytes(bytes)) if wrapped.starts_with('W') => {
            let element = wrapped.trim_start_matches("W[]");
            let mut items = Vec::new();
            for part in Parts(bytes) {
                items.extend(value(element, part?.1, depth)?);
            }
            Some(Value::Array(items))
        }
        (message, Wire::Bytes(bytes)) if message.contains('.') => Some(Value::Object(message_to_json(message, bytes, depth + 1)?)),
        _ => None,
    })
}

fn first_bytes(message: &[u8]) -> Result<Option<&[u8]>, ProtobufError> {
    for part in Parts(message) {
        if let (1, Wire::Bytes(bytes)) = part? {
            return Ok(Some(bytes));
        }
    }
    Ok(None)
}

/// The integers of a message by their numbers, up to 3; 0 where there is none.
fn numbers(message: &[u8]) -> Result<[i64; 4], ProtobufError> {
    let mut found = [0; 4];
    for part in Parts(message) {
        if let (number @ 1..=3, Wire::Number(value)) = part? {
            found[usize::try_from(number).expect("at most 3")] = value.cast_signed();
        }
    }
    Ok(found)
}

fn int_or_string(message: &[u8]) -> Result<Value, ProtobufError> {
    let [_, which, number, _] = numbers(message)?;
    if which == 0 {
        return Ok(number.into());
    }
    let mut text = String::new();
    for part in Parts(message) {
        if let (3, Wire::Bytes(bytes)) = part? {
            text = String::from_utf8_lossy(bytes).into_owned();
        }
    }
    Ok(text.into())
}

fn time(message: &[u8], micros: bool) -> Result<Option<Value>, ProtobufError> {
    let [_, seconds, nanos, _] = numbers(message)?;
    if message.is_empty() {
        return Ok(None);
    }
    let at = jiff::Timestamp::new(seconds, i32::try_from(nanos).unwrap_or(0)).ok();
    let format = if micros { "%Y-%m-%dT%H:%M:%S.%6fZ" } else { "%Y-%m-%dT%H:%M:%SZ" };
    Ok(at.map(|at| at.strftime(format).to_string().into()))
}

/// A field's content on the wire.
enum Wire<'a> {
    Number(u64),
    Fixed64(u64),
    Fixed32(u32),
    Bytes(&'a [u8]),
}

/// The fields of a message, with their numbers. Ends after the first error.
struct Parts<'a>(&'a [u8]);

impl<'a> Parts<'a> {
    fn varint(&mut self) -> Result<u64, ProtobufError> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.0.split_first().ok_or(ProtobufError::CutShort)?;
            self.0 = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(ProtobufError::CutShort)
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], ProtobufError> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(ProtobufError::CutShort)?;
        self.0 = rest;
        Ok(taken)
    }

    fn part(&mut self) -> Result<(u64, Wire<'a>), ProtobufError> {
        let key = self.varint()?;
        let wire = match key & 7 {
            0 => Wire::Number(self.varint()?),
            1 => Wire::Fixed64(u64::from_le_bytes(self.take(8)?.try_into().expect("8 bytes"))),
            2 => {
                let count = usize::try_from(self.varint()?).map_err(|_| ProtobufError::CutShort)?;
                Wire::Bytes(self.take(count)?)
            }
            5 => Wire::Fixed32(u32::from_le_bytes(self.take(4)?.try_into().expect("4 bytes"))),
            other => return Err(ProtobufError::WireType(other)),
        };
        Ok((key >> 3, wire))
    }
}

impl<'a> Iterator for Parts<'a> {
    type Item = Result<(u64, Wire<'a>), ProtobufError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let part = self.part();
        if part.is_err() {
            self.0 = &[];
        }
        Some(part)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn bytes(number: u8, content: &[u8]) -> Vec<u8> {
        let mut field = vec![number << 3 | 2, u8::try_from(content.len()).expect("short")];
        field.extend(content);
        field
    }

    fn envelope(api_version: &str, kind: &str, raw: &[u8]) -> Vec<u8> {
        let types = [bytes(1, api_version.as_bytes()), bytes(2, kind.as_bytes())].concat();
        [MAGIC.to_vec(), bytes(1, &types), bytes(2, raw)].concat()
    }

    #[test]
    fn every_type_of_the_table_is_known() {
        let known = ["s", "i", "b", "y", "d", "f", "Quantity", "Raw", "IntOrString", "Time", "MicroTime", "Duration"];
        for (message, fields) in MESSAGES.iter() {
            for field in fields {
                let base = field.kind.trim_start_matches(['*', '[', ']', '{', '}', 'W']);
                assert!(known.contains(&base) || MESSAGES.contains_key(base), "{message} {}: {}", field.name, field.kind);
            }
        }
    }

    #[test]
    fn zero_counts_only_behind_a_pointer() {
        let meta = bytes(1, b"web");
        let spec = [vec![1 << 3, 0], vec![5 << 3, 0], vec![7 << 3, 0]].concat();
        let raw = [bytes(1, &meta), bytes(2, &spec), bytes(3, &[])].concat();
        let object = to_json(&envelope("apps/v1", "Deployment", &raw)).expect("a Deployment");
        assert_eq!(object, json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {"replicas": 0}}));
    }

    #[test]
    fn amounts_ports_and_sources_are_written_as_in_json() {
        let port = [vec![3 << 3, 80], bytes(4, &[vec![1 << 3, 1], bytes(3, b"http")].concat())].concat();
        let service = bytes(2, &bytes(1, &port));
        let object = to_json(&envelope("v1", "Service", &service)).expect("a Service");
        assert_eq!(object["spec"]["ports"], json!([{"port": 80, "targetPort": "http"}]));
        let limits = bytes(1, &[bytes(1, b"cpu"), bytes(2, &bytes(1, b"500m"))].concat());
        let container = [bytes(1, b"app"), bytes(8, &limits)].concat();
        let volume = [bytes(1, b"data"), bytes(2, &bytes(2, &[]))].concat();
        let pod = bytes(2, &[bytes(1, &volume), bytes(2, &container)].concat());
        let object = to_json(&envelope("v1", "Pod", &pod)).expect("a Pod");
        assert_eq!(object["spec"]["containers"][0]["resources"]["limits"], json!({"cpu": "500m"}));
        assert_eq!(object["spec"]["volumes"][0], json!({"name": "data", "emptyDir": {}}));
    }

    #[test]
    fn options_are_found_for_any_group() {
        let object = to_json(&envelope("apps/v1", "DeleteOptions", &[1 << 3, 0])).expect("options");
        assert_eq!(object["gracePeriodSeconds"], json!(0));
    }

    #[test]
    fn nonsense_is_refused_and_never_panics() {
        assert_eq!(to_json(b"{}"), Err(ProtobufError::NotMarked));
        assert_eq!(to_json(b"k8s\0\x0a\x7f"), Err(ProtobufError::CutShort));
        assert_eq!(to_json(b"k8s\0\x0b"), Err(ProtobufError::WireType(3)));
        let mut seed = 7_u64;
        for length in 0..2000 {
            let noise: Vec<u8> = (0..length % 90)
                .map(|_| {
                    seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    (seed >> 57) as u8
                })
                .collect();
            // Whatever it is, it is an answer.
            let _ = to_json(&envelope("v1", "Pod", &noise));
        }
    }
}
