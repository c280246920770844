//! Texts with a form of their own, such as durations and quantities: how they are read, and what the schema and the
//! errors say about them.

use schemars::Schema;
use serde_json::{Value, json};

/// A type that is written as one text in a file.
pub(crate) trait ParsedText: Sized {
    /// The `format` in the schema.
    const FORMAT: &'static str;
    /// A regular expression for editors. It may let through what [`Self::parse`] refuses, but not the other way round.
    const PATTERN: &'static str;
    /// What is expected there, with examples, for errors.
    const EXPECTED: &'static str;
    /// Whether a bare number will do, such as `cpu: 4`.
    const NUMBER: bool = false;

    /// The value, or what exactly is wrong with the text (or nothing, where [`Self::EXPECTED`] says it all).
    fn parse(text: &str) -> Result<Self, Option<String>>;
}

/// One entry of the list of formats that the checker knows.
#[derive(Clone, Copy)]
pub(crate) struct TextFormat {
    pub name: &'static str,
    pub expected: &'static str,
    pub check: fn(&str) -> Result<(), Option<String>>,
}

impl TextFormat {
    pub const fn of<T: ParsedText>() -> TextFormat {
        TextFormat { name: T::FORMAT, expected: T::EXPECTED, check: |text| T::parse(text).map(|_| ()) }
    }
}

/// The schema of a parsed text.
pub(crate) fn text_schema<T: ParsedText>() -> Schema {
    let kind = if T::NUMBER { json!(["string", "number"]) } else { json!("string") };
    let fields = [
        ("type", kind),
        ("format", json!(T::FORMAT)),
        ("pattern", json!(T::PATTERN)),
        ("description", json!(sentence(T::EXPECTED))),
    ];
    Schema::from(serde_json::Map::from_iter(fields.map(|(key, value)| (key.to_string(), value))))
}

fn sentence(text: &str) -> Value {
    let mut letters = text.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    Value::String(format!("{first}{}.", letters.as_str()))
}

/// Implements reading and the schema for a type with [`ParsedText`].
macro_rules! parsed_text {
    ($($type:ident),* $(,)?) => {$(
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                use serde::de::Error as _;
                use $crate::schema::ParsedText as _;
                let text = match serde_json::Value::deserialize(deserializer)? {
                    serde_json::Value::String(text) => text,
                    other => other.to_string(),
                };
                Self::parse(&text).map_err(|wrong| D::Error::custom(wrong.unwrap_or(Self::EXPECTED.to_string())))
            }
        }

        impl schemars::JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                $crate::schema::text_schema::<$type>()
            }
        }
    )*};
}
pub(crate) use parsed_text;
