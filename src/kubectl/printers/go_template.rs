//! Go templates: `-o go-template='{{range .items}}{{.metadata.name}} {{end}}'`.
//!
//! Models: staging/src/k8s.io/cli-runtime/pkg/printers/template.go, v1.36.
//! Simplified: nothing.

use podarium_api::go_template::{Failed, Functions, Templates, Value as GoValue};
use serde_json::Value;

/// The name by which errors call the template.
const NAME: &str = "output";

/// A template that has been read once, so that it is known to be one.
#[derive(Clone, Debug)]
pub struct Template {
    pub source: String,
}

pub fn parse(source: &str) -> Result<Template, String> {
    Templates::new().add(NAME, source, &Own)?;
    Ok(Template { source: source.to_owned() })
}

impl Template {
    /// What the template prints, or what it had printed and why it stopped. With `strict` a key that is not there is an
    /// error.
    pub fn print(&self, object: &Value, strict: bool) -> Result<String, (String, String)> {
        let mut templates = Templates::new();
        templates.set_strict(strict);
        templates.add(NAME, &self.source, &Own).map_err(|why| (String::new(), why))?;
        templates.execute(NAME, &go_value(object), &mut Own).map_err(|error| (error.printed, error.text))
    }
}

/// Kubernetes reads whole numbers as such, where Go's own decoder makes floats of them.
fn go_value(value: &Value) -> GoValue {
    match value {
        Value::Number(number) => number.as_i64().map_or_else(|| GoValue::from_json(value), GoValue::Int64),
        Value::Array(items) => GoValue::list(items.iter().map(go_value).collect()),
        Value::Object(fields) => GoValue::map(fields.iter().map(|(name, value)| (name.clone(), go_value(value)))),
        other => GoValue::from_json(other),
    }
}

/// The two functions that kubectl adds to Go's.
struct Own;

impl Functions for Own {
    fn arity(&self, name: &str) -> Option<(usize, usize)> {
        match name {
            "exists" => Some((1, usize::MAX)),
            "base64decode" => Some((1, 1)),
            _ => None,
        }
    }

    fn call(&mut self, name: &str, arguments: Vec<GoValue>) -> Result<GoValue, Failed> {
        if name == "exists" {
            return Ok(GoValue::Bool(exists(&arguments)));
        }
        match &arguments[0] {
            GoValue::Text(text) => match crate::base64::decode(text) {
                Some(bytes) => Ok(GoValue::text(String::from_utf8_lossy(&bytes))),
                None => Err(Failed::Because(format!("base64 decode failed: illegal base64 data at input byte {}", first_bad_byte(text)))),
            },
            GoValue::Nil => Err(Failed::Because("invalid value; expected string".to_owned())),
            other => Err(Failed::Because(format!("wrong type for value; expected string; got {}", other.type_name()))),
        }
    }
}

/// Whether a path of keys and indexes leads to something.
fn exists(arguments: &[GoValue]) -> bool {
    let mut at = arguments[0].clone();
    for key in &arguments[1..] {
        let next = match (&at, key) {
            (GoValue::Map(_), GoValue::Text(name)) => at.get(name),
            (GoValue::List(items), GoValue::Int(index) | GoValue::Int64(index)) => usize::try_from(*index).ok().and_then(|index| items.get(index).cloned()),
            _ => None,
        };
        let Some(next) = next else { return false };
        at = next;
    }
    true
}

fn first_bad_byte(text: &str) -> usize {
    let good = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'\n' | b'\r');
    text.bytes().position(|byte| !good(&byte)).unwrap_or(text.len() / 4 * 4)
}
