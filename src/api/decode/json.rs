//! Parsing JSON and YAML texts, with repeated fields noticed and Go's words for syntax errors.
//!
//! Models: encoding/json (scanner), sigs.k8s.io/yaml, v1.36.
//! Simplified: JSON that is nested more than 127 deep is refused with words of our own.

use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// The value, and a strict error for each field that comes twice in its object (the last one counts).
pub fn parse_json(body: &[u8]) -> Result<(Value, Vec<String>), String> {
    let repaired = without_half_characters(body);
    let body = repaired.as_deref().unwrap_or(body);
    let mut duplicates = Vec::new();
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let parsed = Node { path: Path::Root, duplicates: &mut duplicates }.deserialize(&mut deserializer);
    match parsed.and_then(|value| deserializer.end().map(|()| value)) {
        Ok(value) => Ok((value, duplicates)),
        Err(_) => Err(format!("couldn't get version/kind; json parse error: {}", syntax_error(body).message)),
    }
}

/// The text with what Go reads in place of half a character (`\ud800` alone), if there is any.
fn without_half_characters(body: &[u8]) -> Option<Vec<u8>> {
    // Nearly no text has any, and then it is not copied.
    if !body.windows(3).any(|three| matches!(three, b"\\ud" | b"\\uD")) {
        return None;
    }
    let escape = |at: usize| -> Option<u16> {
        let digits = body.get(at..at + 6)?.strip_prefix(b"\\u")?;
        u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    };
    let (mut out, mut at, mut found) = (Vec::new(), 0, false);
    while at < body.len() {
        let length = match (body[at], escape(at)) {
            (b'\\', Some(0xd800..=0xdbff)) if escape(at + 6).is_some_and(|next| (0xdc00..=0xdfff).contains(&next)) => 12,
            (b'\\', Some(0xd800..=0xdfff)) => {
                found = true;
                out.extend_from_slice(b"\\ufffd");
                at += 6;
                continue;
            }
            (b'\\', _) => 2,
            _ => 1,
        };
        let end = (at + length).min(body.len());
        out.extend_from_slice(&body[at..end]);
        at = end;
    }
    found.then_some(out)
}

/// Go's complaint about a text that is not a JSON object.
pub(crate) fn json_object_error(body: &[u8]) -> Option<String> {
    match serde_json::from_slice::<Value>(body) {
        Ok(Value::Object(_) | Value::Null) => None,
        Ok(other) => Some(format!("json: cannot unmarshal {} into Go value of type map[string]interface {{}}", super::typed::go_kind(&other))),
        Err(_) => Some(syntax_error(body).message),
    }
}

/// A YAML document as the JSON that it stands for.
pub fn parse_yaml(body: &[u8]) -> Result<Value, String> {
    // Of several documents the first one counts.
    let mut value = match serde_yaml::Deserializer::from_slice(body).next() {
        Some(first) => Value::deserialize(first).map_err(|error| format!("yaml: {}", yaml_error(&error, body)))?,
        None => Value::Null,
    };
    super::as_yaml_1_1(&String::from_utf8_lossy(body), &mut value);
    Ok(value)
}

/// Faults that are found between two tokens.
const SCANNER: &[&str] = &[
    "block sequence entries are not allowed in this context", "found character that cannot start any token",
    "mapping keys are not allowed in this context", "mapping values are not allowed in this context",
];

/// The fault in Go's words: the line comes first, and is missing if it is the first one.
fn yaml_error(error: &serde_yaml::Error, body: &[u8]) -> String {
    let text = error.to_string();
    if text.starts_with("unknown anchor") {
        let from = error.location().map_or(0, |location| location.index()).min(body.len());
        let name: String = String::from_utf8_lossy(&body[from..]).chars().skip_while(|c| *c == '*').take_while(|c| c.is_alphanumeric() || matches!(c, '-' | '_')).collect();
        return format!("unknown anchor '{name}' referenced");
    }
    let what = text.split(" at line ").next().unwrap_or(&text);
    let what = what.split(", while ").next().unwrap_or(what);
    match error.location().map(|location| location.line()) {
        // The scanner counts lines from one, and what reads its tokens from nought.
        Some(line @ 2..) if SCANNER.contains(&what) => format!("line {line}: {what}"),
        Some(line @ 2..) => format!("line {}: {what}", line - 1),
        _ => what.to_owned(),
    }
}

/// Go's complaint about fields that a YAML document repeats in one mapping, with their lines.
pub fn repeated_yaml(body: &[u8]) -> Option<String> {
    let mut repeated = Vec::new();
    // Each reading stops at one more repeated field, and so learns where it stands.
    loop {
        let mut left = repeated.len();
        let reading = Repeated { left: &mut left };
        match reading.deserialize(serde_yaml::Deserializer::from_slice(body)) {
            Ok(()) => break,
            Err(error) => {
                let text = error.to_string();
                let Some(name) = text.split(REPEATED).nth(1) else { break };
                let name = name.split('\u{1}').next().unwrap_or_default();
                let line = error.location().map_or(1, |location| location.line());
                repeated.push(format!("  line {line}: key {name:?} already set in map"));
            }
        }
    }
    (!repeated.is_empty()).then(|| format!("yaml: unmarshal errors:\n{}", repeated.join("\n")))
}

/// What marks the complaint of a reading that stops.
const REPEATED: &str = "\u{1}repeated\u{1}";

/// A reading that stops at a repeated field once it has passed over some.
struct Repeated<'a> {
    left: &'a mut usize,
}

/// The value of the field at which it stops; it fails where the value begins.
struct Stop<'a>(&'a str);

impl<'de> DeserializeSeed<'de> for Stop<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Stop<'_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{REPEATED}{}\u{1}", self.0)
    }
}

impl<'de> DeserializeSeed<'de> for Repeated<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

macro_rules! passed_over {
    ($($method:ident $type:ty),+ $(,)?) => {$(
        fn $method<E>(self, _: $type) -> Result<(), E> {
            Ok(())
        }
    )+};
}

impl<'de> Visitor<'de> for Repeated<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    passed_over! { visit_bool bool, visit_i64 i64, visit_u64 u64, visit_f64 f64, visit_str &str }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(Repeated { left: &mut *self.left })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        let mut seen = std::collections::BTreeSet::new();
        while let Some(name) = fields.next_key::<String>()? {
            if seen.insert(name.clone()) {
                fields.next_value_seed(Repeated { left: &mut *self.left })?;
            } else if *self.left == 0 {
                fields.next_value_seed(Stop(&name))?;
            } else {
                *self.left -= 1;
                fields.next_value_seed(Repeated { left: &mut *self.left })?;
            }
        }
        Ok(())
    }
}

/// Where in the text we are; only a complaint writes it out.
#[derive(Clone, Copy)]
enum Path<'a> {
    Root,
    Field(&'a Path<'a>, &'a str),
    Index(&'a Path<'a>, usize),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Path::Root => Ok(()),
            Path::Field(Path::Root, name) => f.write_str(name),
            Path::Field(above, name) => write!(f, "{above}.{name}"),
            Path::Index(above, index) => write!(f, "{above}[{index}]"),
        }
    }
}

struct Node<'a> {
    path: Path<'a>,
    duplicates: &'a mut Vec<String>,
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

macro_rules! scalars {
    ($($method:ident $type:ty),+ $(,)?) => {$(
        fn $method<E>(self, value: $type) -> Result<Value, E> {
            Ok(Value::from(value))
        }
    )+};
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    scalars! { visit_bool bool, visit_i64 i64, visit_u64 u64, visit_f64 f64, visit_str &str, visit_string String }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        Value::deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(Node { path: Path::Index(&self.path, list.len()), duplicates: &mut *self.duplicates })? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = fields.next_key::<String>()? {
            let path = Path::Field(&self.path, &name);
            if object.contains_key(&name) {
                let error = format!("duplicate field {:?}", path.to_string());
                if !self.duplicates.contains(&error) {
                    self.duplicates.push(error);
                }
            }
            let value = fields.next_value_seed(Node { path, duplicates: &mut *self.duplicates })?;
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}

/// What the scanner expects next.
#[derive(Clone, Copy, PartialEq)]
enum Expect {
    Value,
    FirstElement,
    FirstKey,
    Key,
    Colon,
    AfterMember,
    AfterElement,
    End,
}

/// The first fault in a text that is no JSON, in Go's words.
#[derive(Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// How many bytes were read up to the one that is wrong, and with it.
    pub offset: usize,
    pub message: String,
}

/// What Go says of a text that ends before its value does.
pub const UNEXPECTED_END: &str = "unexpected end of JSON input";

/// What is wrong with a text that is no JSON.
pub fn syntax_error(body: &[u8]) -> SyntaxError {
    let mut stack = Vec::new();
    let (mut expect, mut at) = (Expect::Value, 0);
    let after_value = |stack: &[u8]| match stack.last() {
        None => Expect::End,
        Some(b'{') => Expect::AfterMember,
        Some(_) => Expect::AfterElement,
    };
    while at < body.len() {
        let byte = body[at];
        if matches!(byte, b' ' | b'\t' | b'\r' | b'\n') {
            at += 1;
            continue;
        }
        let context = match (expect, byte) {
            (Expect::FirstElement, b']') | (Expect::FirstKey, b'}') | (Expect::AfterMember, b'}') | (Expect::AfterElement, b']') => {
                stack.pop();
                expect = after_value(&stack);
                at += 1;
                continue;
            }
            (Expect::Value | Expect::FirstElement, b'{' | b'[') => {
                stack.push(byte);
                expect = if byte == b'{' { Expect::FirstKey } else { Expect::FirstElement };
                at += 1;
                continue;
            }
            (Expect::FirstKey | Expect::Key, b'"') => match string_end(body, at) {
                Ok(end) => {
                    (at, expect) = (end, Expect::Colon);
                    continue;
                }
                Err(error) => return error,
            },
            (Expect::Value | Expect::FirstElement, _) => match scalar_end(body, at) {
                Ok(end) => {
                    (at, expect) = (end, after_value(&stack));
                    continue;
                }
                Err(error) => return error,
            },
            (Expect::Colon, b':') => {
                (at, expect) = (at + 1, Expect::Value);
                continue;
            }
            (Expect::AfterMember, b',') => {
                (at, expect) = (at + 1, Expect::Key);
                continue;
            }
            (Expect::AfterElement, b',') => {
                (at, expect) = (at + 1, Expect::Value);
                continue;
            }
            (Expect::FirstKey | Expect::Key, _) => "looking for beginning of object key string",
            (Expect::Colon, _) => "after object key",
            (Expect::AfterMember, _) => "after object key:value pair",
            (Expect::AfterElement, _) => "after array element",
            (Expect::End, _) => "after top-level value",
        };
        return invalid_character(at, byte, context);
    }
    let message = if matches!(expect, Expect::End) { "not simulated: JSON that is nested more than 127 deep" } else { UNEXPECTED_END };
    SyntaxError { offset: body.len(), message: message.to_owned() }
}

fn go_escape(byte: u8) -> String {
    match byte {
        7 => r"'\a'".to_owned(),
        8 => r"'\b'".to_owned(),
        9 => r"'\t'".to_owned(),
        10 => r"'\n'".to_owned(),
        11 => r"'\v'".to_owned(),
        12 => r"'\f'".to_owned(),
        13 => r"'\r'".to_owned(),
        0x80.. => format!("'\\u{byte:04x}'"),
        _ => format!("'\\x{byte:02x}'"),
    }
}

fn invalid_character(at: usize, byte: u8, context: &str) -> SyntaxError {
    let shown = match byte {
        b'\'' => r"'\''".to_owned(),
        b'"' => "'\"'".to_owned(),
        // Go shows the byte as the character of that number, if it can be printed.
        0x20..=0x7e | 0xa1..=0xac | 0xae.. => format!("'{}'", char::from(byte)),
        _ => go_escape(byte),
    };
    SyntaxError { offset: at + 1, message: format!("invalid character {shown} {context}") }
}

/// The byte at a place, without which there is no JSON.
fn byte_at(body: &[u8], at: usize) -> Result<u8, SyntaxError> {
    body.get(at).copied().ok_or_else(|| SyntaxError { offset: body.len(), message: UNEXPECTED_END.to_owned() })
}

fn string_end(body: &[u8], start: usize) -> Result<usize, SyntaxError> {
    let mut at = start + 1;
    loop {
        match byte_at(body, at)? {
            b'"' => return Ok(at + 1),
            b'\\' => {
                let escape = byte_at(body, at + 1)?;
                if !br#"bfnrt\/"u"#.contains(&escape) {
                    return Err(invalid_character(at + 1, escape, "in string escape code"));
                }
                at += 2;
            }
            byte if byte < 0x20 => return Err(invalid_character(at, byte, "in string literal")),
            _ => at += 1,
        }
    }
}

fn scalar_end(body: &[u8], start: usize) -> Result<usize, SyntaxError> {
    let literal = |text: &str| {
        for (index, expected) in text.bytes().enumerate().skip(1) {
            let byte = byte_at(body, start + index)?;
            if byte != expected {
                return Err(invalid_character(start + index, byte, &format!("in literal {text} (expecting '{}')", char::from(expected))));
            }
        }
        Ok(start + text.len())
    };
    match body[start] {
        b'"' => string_end(body, start),
        b't' => literal("true"),
        b'f' => literal("false"),
        b'n' => literal("null"),
        b'-' | b'0'..=b'9' => number_end(body, start),
        byte => Err(invalid_character(start, byte, "looking for beginning of value")),
    }
}

fn number_end(body: &[u8], start: usize) -> Result<usize, SyntaxError> {
    let digits = |at: usize, context: &str| {
        let first = byte_at(body, at)?;
        match first.is_ascii_digit() {
            true => Ok(at + body[at..].iter().take_while(|byte| byte.is_ascii_digit()).count()),
            false => Err(invalid_character(at, first, context)),
        }
    };
    let mut at = start + usize::from(body[start] == b'-');
    // Nothing follows a zero at the beginning.
    at = if body.get(at) == Some(&b'0') { at + 1 } else { digits(at, "in numeric literal")? };
    if body.get(at) == Some(&b'.') {
        at = digits(at + 1, "after decimal point in numeric literal")?;
    }
    if matches!(body.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(body.get(at + 1), Some(b'+' | b'-')));
        at = digits(at + 1 + sign, "in exponent of numeric literal")?;
    }
    Ok(at)
}
