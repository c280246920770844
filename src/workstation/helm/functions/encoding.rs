//! JSON, YAML, base64, sums, paths.

use podarium_api::go_template::Value;
use podarium_api::yaml;
use sha1::Digest as _;

use super::{Row, string_of, text_of};

type Done = Result<Value, String>;

fn text(text: impl AsRef<str>) -> Done {
    Ok(Value::text(text))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// JSON as Go writes it: sorted, and with `<`, `>` and `&` escaped.
fn json(value: &Value, escape: bool) -> String {
    let text = podarium_kubectl::printers::json::compact(&value.to_json());
    let plain = [("\\u003c", "<"), ("\\u003e", ">"), ("\\u0026", "&")];
    match escape {
        true => plain.iter().fold(text, |text, (escaped, c)| text.replace(c, escaped)),
        false => plain.iter().fold(text, |text, (escaped, c)| text.replace(escaped, c)),
    }
}

fn to_json(a: &[Value]) -> Done {
    text(json(&a[0], true))
}

fn to_raw_json(a: &[Value]) -> Done {
    text(json(&a[0], false))
}

fn to_pretty_json(a: &[Value]) -> Done {
    let pretty = serde_json::to_string_pretty(&a[0].to_json()).unwrap_or_default();
    text(pretty)
}

fn to_yaml(a: &[Value]) -> Done {
    let document = yaml::document(&a[0].to_json());
    text(document.strip_suffix('\n').unwrap_or(&document))
}

/// What is no document becomes a map with the complaint under `Error`, as helm has it.
fn from_yaml(a: &[Value]) -> Done {
    Ok(match serde_yaml::from_str::<serde_json::Value>(text_of(&a[0])?) {
        Ok(serde_json::Value::Null) => Value::map([]),
        Ok(value @ serde_json::Value::Object(_)) => Value::from_json(&value),
        Ok(_) => Value::map([("Error".to_owned(), Value::text("error unmarshaling JSON: while decoding JSON: json: cannot unmarshal into Go value of type map[string]interface {}"))]),
        Err(error) => Value::map([("Error".to_owned(), Value::text(format!("error converting YAML to JSON: yaml: {error}")))]),
    })
}

fn from_yaml_array(a: &[Value]) -> Done {
    Ok(match serde_yaml::from_str::<serde_json::Value>(text_of(&a[0])?) {
        Ok(value @ serde_json::Value::Array(_)) => Value::from_json(&value),
        Ok(_) => Value::list(vec![Value::text("error unmarshaling JSON: while decoding JSON: json: cannot unmarshal object into Go value of type []interface {}")]),
        Err(error) => Value::list(vec![Value::text(format!("error converting YAML to JSON: yaml: {error}"))]),
    })
}

fn from_json(a: &[Value]) -> Done {
    Ok(match serde_json::from_str::<serde_json::Value>(text_of(&a[0])?) {
        Ok(value) => Value::from_json(&value),
        Err(error) => Value::map([("Error".to_owned(), Value::text(error.to_string()))]),
    })
}

fn base64_decode(a: &[Value]) -> Done {
    let source = text_of(&a[0])?;
    text(match podarium_kubectl::base64::decode(source) {
        Some(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        None => "illegal base64 data at input byte 0".to_owned(),
    })
}

pub const FUNCTIONS: &[Row] = &[
    ("adler32sum", 1, 1, |a| {
        let (mut low, mut high) = (1u32, 0u32);
        for byte in text_of(&a[0])?.bytes() {
            low = (low + u32::from(byte)) % 65_521;
            high = (high + low) % 65_521;
        }
        text((high << 16 | low).to_string())
    }),
    ("b64dec", 1, 1, base64_decode),
    ("b64enc", 1, 1, |a| text(podarium_kubectl::base64::encode(text_of(&a[0])?.as_bytes()))),
    ("base", 1, 1, |a| text(text_of(&a[0])?.trim_end_matches('/').rsplit('/').next().unwrap_or("."))),
    ("clean", 1, 1, |a| {
        let source = text_of(&a[0])?;
        let clean = crate::git::clean_path(source);
        text(if source.starts_with('/') { clean } else { clean.trim_start_matches('/').to_owned() })
    }),
    ("dir", 1, 1, |a| {
        let source = text_of(&a[0])?;
        text(source.rsplit_once('/').map_or(".", |(above, _)| if above.is_empty() { "/" } else { above }))
    }),
    ("ext", 1, 1, |a| {
        let name = text_of(&a[0])?.rsplit('/').next().unwrap_or_default().to_owned();
        text(name.rfind('.').map_or("", |at| &name[at..]))
    }),
    ("isAbs", 1, 1, |a| Ok(Value::Bool(text_of(&a[0])?.starts_with('/')))),
    ("fromJson", 1, 1, from_json),
    ("mustFromJson", 1, 1, from_json),
    ("fromJsonArray", 1, 1, from_json),
    ("fromYaml", 1, 1, from_yaml),
    ("fromYamlArray", 1, 1, from_yaml_array),
    ("sha1sum", 1, 1, |a| text(hex(&sha1::Sha1::digest(text_of(&a[0])?.as_bytes())))),
    ("sha256sum", 1, 1, |a| text(hex(&sha2::Sha256::digest(text_of(&a[0])?.as_bytes())))),
    ("sha512sum", 1, 1, |a| text(hex(&sha2::Sha512::digest(text_of(&a[0])?.as_bytes())))),
    ("toJson", 1, 1, to_json),
    ("mustToJson", 1, 1, to_json),
    ("toPrettyJson", 1, 1, to_pretty_json),
    ("mustToPrettyJson", 1, 1, to_pretty_json),
    ("toRawJson", 1, 1, to_raw_json),
    ("mustToRawJson", 1, 1, to_raw_json),
    ("toYaml", 1, 1, to_yaml),
    ("mustToYaml", 1, 1, to_yaml),
    ("toYamlPretty", 1, 1, |a| text(pretty_yaml(&a[0].to_json(), 0).trim_end())),
    ("getHostByName", 1, 1, |_| text("")),
    ("osBase", 1, 1, |a| text(string_of(&a[0]).rsplit('/').next().unwrap_or_default())),
    ("osExt", 1, 1, |a| {
        let name = string_of(&a[0]);
        text(name.rfind('.').map_or("", |at| &name[at..]))
    }),
];

/// YAML whose lists are indented below their names.
fn pretty_yaml(value: &serde_json::Value, depth: usize) -> String {
    let pad = "  ".repeat(depth);
    match value {
        serde_json::Value::Object(fields) if !fields.is_empty() => {
            let mut out = String::new();
            for (name, inner) in fields {
                let nested = matches!(inner, serde_json::Value::Object(map) if !map.is_empty()) || matches!(inner, serde_json::Value::Array(list) if !list.is_empty());
                match nested {
                    true => out.push_str(&format!("{pad}{name}:\n{}", pretty_yaml(inner, depth + 1))),
                    false => out.push_str(&format!("{pad}{name}: {}", yaml::document(inner))),
                }
            }
            out
        }
        serde_json::Value::Array(items) if !items.is_empty() => {
            let mut out = String::new();
            for item in items {
                let inner = pretty_yaml(item, depth + 1);
                out.push_str(&format!("{pad}- {}", inner.trim_start()));
            }
            out
        }
        other => format!("{pad}{}", yaml::document(other)),
    }
}
