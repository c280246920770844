//! JSON Schema as the one description of a file: editors read it, and the loader checks files against it.
//!
//! The Rust types of a file are written once; their schema is derived from them. [`check`] walks a file along that
//! schema and reports everything that does not fit, with its place. After it the types can be read without error.

mod check;
mod choose;
mod text;

pub(crate) use check::check;
pub(crate) use text::{ParsedText, TextFormat, parsed_text, text_schema};

use schemars::{JsonSchema, generate::SchemaSettings, transform::RecursiveTransform};
use serde_json::Value;

/// The schema of a file type. An optional key may be left out, but it may not be written with nothing behind it: a
/// key without a value is a slip, so `null` is taken out of the schema everywhere.
pub(crate) fn schema_of<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().with_transform(RecursiveTransform(without_null));
    let schema = settings.into_generator().into_root_schema_for::<T>();
    serde_json::to_value(schema).unwrap_or_default()
}

fn without_null(schema: &mut schemars::Schema) {
    let Some(object) = schema.as_object_mut() else { return };
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|one| one != "null");
        if types.len() == 1 {
            let only = types.remove(0);
            object.insert("type".to_string(), only);
        }
    }
    for key in ["anyOf", "oneOf"] {
        let Some(Value::Array(choices)) = object.get_mut(key) else { continue };
        choices.retain(|choice| choice.get("type") != Some(&Value::String("null".to_string())));
        if choices.len() == 1
            && let Value::Object(only) = choices.remove(0)
        {
            object.remove(key);
            for (name, value) in only {
                object.entry(name).or_insert(value);
            }
        }
    }
    if object.get("default") == Some(&Value::Null) {
        object.remove("default");
    }
}
