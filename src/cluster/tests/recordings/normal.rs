//! What no two recordings of the real thing share (uids, times, random parts of names, allocated addresses) becomes a
//! placeholder before two answers are compared.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use regex::Regex;
use serde_json::{Map, Value, json};

const SUFFIX: &str = "[bcdfghjklmnpqrstvwxz2456789]{5}";
const HASH: &str = "[bcdfghjklmnpqrstvwxz2456789]{6,10}";

/// Pattern and placeholder, in the order in which they are applied.
const PLACEHOLDERS: &[(&str, &str)] = &[
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "<time>"),
    ("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "<uid>"),
    ("kube-api-access-SUFFIX", "kube-api-access-<x>"),
    (r"-(HASH)-(SUFFIX)\b", "-<hash>-<x>"),
    (r"\b10\.(9[6-9]|1[01]\d)\.\d+\.\d+", "<ip>"),
    (r"\b10\.244\.\d+\.\d+", "<podip>"),
    // A node port in a table.
    (r"\b(\d+):3\d{4}/(TCP|UDP|SCTP)", "$1:<port>/$2"),
    // … and in YAML.
    (r"\b(nodePort|healthCheckNodePort): 3\d{4}", "$1: <port>"),
    // Versions that stand in a text: an object that was written into a message, or as YAML.
    (r#"(resourceVersion\\*"?:\s*\\*")\d+"#, "$1<version>"),
    (r"\b(Too large resource version: \d+, current: )\d+", "$1<version>"),
    (r"\b(ResourceVersion in record \()\d+", "$1<version>"),
    // How long ago a container was restarted.
    (r"\((\d+[smhdy])+ ago\)", "(<age> ago)"),
];

static PATTERNS: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    let pattern = |text: &str| Regex::new(&text.replace("SUFFIX", SUFFIX).replace("HASH", HASH)).expect("a valid pattern");
    PLACEHOLDERS.iter().map(|(text, placeholder)| (pattern(text), *placeholder)).collect()
});

/// Fields that say who wrote an object and when.
const DROPPED: &[&str] = &["uid", "resourceVersion", "creationTimestamp", "managedFields", "selfLink"];
/// Columns that depend on when one looks, besides those of dates.
const AGES: &[&str] = &["Age", "First Seen", "Last Seen", "Last Schedule", "Created At", "Duration"];

/// The text with what no two recordings share replaced.
pub fn text(text: &str) -> String {
    PATTERNS.iter().fold(text.to_owned(), |text, (pattern, placeholder)| match pattern.is_match(&text) {
        true => pattern.replace_all(&text, *placeholder).into_owned(),
        false => text,
    })
}

fn norm(value: &Value) -> Value {
    match value {
        Value::Object(object) => norm_object(object),
        Value::Array(items) => items.iter().map(norm).collect(),
        Value::String(found) => text(found).into(),
        other => other.clone(),
    }
}

fn norm_object(object: &Map<String, Value>) -> Value {
    let mut out: Map<String, Value> =
        object.iter().filter(|(name, _)| !DROPPED.contains(&name.as_str())).map(|(name, value)| (name.clone(), norm(value))).collect();
    let mut replace = |name: &str, placeholder: Value, replaced: fn(&Value) -> bool| {
        if let Some(value) = out.get_mut(name).filter(|value| replaced(value)) {
            *value = placeholder;
        }
    };
    replace("clusterIP", json!("<ip>"), |value| !value.is_null() && value != "None");
    replace("clusterIPs", json!(["<ip>"]), |value| value != &json!(["None"]));
    replace("token", json!("<token>"), is_set);
    replace("healthCheckNodePort", json!("<port>"), is_set);
    if let Some(place) = out.get("continue").and_then(Value::as_str).and_then(continued_at) {
        out.insert("continue".to_owned(), place.into());
    }
    if let Some(base) = out.get("generateName").filter(|base| is_set(base)).and_then(Value::as_str).map(str::to_owned) {
        out.insert("name".to_owned(), format!("{base}<x>").into());
    }
    Value::Object(out)
}

/// Where a list goes on, from a token to go on, which holds the version of the list too.
fn continued_at(token: &str) -> Option<String> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
    let mut place: Value = serde_json::from_str(&text).ok()?;
    place.as_object_mut()?.insert("rv".to_owned(), "<version>".into());
    Some(place.to_string())
}

fn is_set(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::Bool(set) => *set,
        Value::Array(items) => !items.is_empty(),
        Value::Object(object) => !object.is_empty(),
    }
}

fn table(answer: &Value) -> Value {
    let columns: Vec<&Value> = answer["columnDefinitions"].as_array().into_iter().flatten().collect();
    let is_age = |column: &Value| column["type"] == "date" || column["name"].as_str().is_some_and(|name| AGES.contains(&name));
    let cell = |index: usize, cell: &Value| match columns.get(index) {
        Some(column) if is_age(column) && !cell.is_null() => json!("<age>"),
        _ => norm(cell),
    };
    let row = |row: &Value| -> Value { row["cells"].as_array().into_iter().flatten().enumerate().map(|(index, value)| cell(index, value)).collect() };
    let rows: Vec<Value> = answer["rows"].as_array().into_iter().flatten().map(row).collect();
    let columns: Vec<Value> = columns.iter().map(|column| json!([column["name"], column["type"], column["priority"].as_i64().unwrap_or(0)])).collect();
    json!({"columns": columns, "rows": rows})
}

/// The answer to a request with this body, in the form that is compared.
pub fn answer(answer: &Value, body: &Value) -> Value {
    if answer["kind"] == "Table" {
        return table(answer);
    }
    let mut out = match answer.as_str().and_then(documents) {
        // A stream of changes, one document a line.
        Some(stream) => stream.iter().map(|one| self::answer(one, body)).collect(),
        None => norm(&without_made_up_name(answer, body)),
    };
    if out["kind"] == "Status"
        && let Some(causes) = out.pointer_mut("/details/causes").and_then(Value::as_array_mut)
    {
        causes.sort_by_cached_key(Value::to_string);
    }
    ports(&mut out, &body.to_string());
    out
}

/// The documents of a text that holds one in each of several lines.
fn documents(text: &str) -> Option<Vec<Value>> {
    let lines: Vec<&str> = text.lines().collect();
    (lines.len() > 1).then(|| lines.into_iter().map(|line| serde_json::from_str(line).ok()).collect()).flatten()
}

/// The answer without the letters with which the server completed a prefix of a name.
fn without_made_up_name(answer: &Value, body: &Value) -> Value {
    let Some(base) = body.pointer("/metadata/generateName").and_then(Value::as_str).filter(|base| !base.is_empty() && body.pointer("/metadata/name").is_none()) else {
        return answer.clone();
    };
    // Of a long prefix the server takes the beginning.
    let base: String = base.chars().take(58).collect();
    let pattern = Regex::new(&format!("{}{SUFFIX}", regex::escape(&base))).expect("a valid pattern");
    serde_json::from_str(&pattern.replace_all(&answer.to_string(), format!("{base}<x>").replace('$', "$$"))).expect("a placeholder keeps JSON whole")
}

/// The answer with what the server says in the order of a map of Go's in a fixed order, for steps that are marked so.
pub fn unordered(mut answer: Value) -> Value {
    if let Some(message) = answer["message"].as_str() {
        let (head, parts) = message.split_once(": [").unwrap_or(("", message));
        let mut parts: Vec<String> = parts.split(", ").map(|part| part.replace(['[', ']'], "")).collect();
        parts.sort();
        answer["message"] = json!([head, parts]);
    }
    for list in ["/status/nonResourceRules", "/status/resourceRules", "/details/causes"] {
        if let Some(list) = answer.pointer_mut(list).and_then(Value::as_array_mut) {
            list.sort_by_cached_key(Value::to_string);
        }
    }
    answer
}

/// Which fields of the answered object its clients own; controllers and kubelets own theirs at times of their own.
pub fn owners(answer: &Value) -> Value {
    let entries = answer.pointer("/metadata/managedFields").and_then(Value::as_array).into_iter().flatten();
    let by_client = entries.filter(|entry| entry["operation"] == "Apply" || entry["manager"] == "python-requests");
    let entry = |entry: &Value| {
        let mut entry = entry.clone();
        entry.as_object_mut().map(|entry| entry.remove("time"));
        (format!("{} {} {}", entry["manager"], entry["operation"], entry["subresource"]), serde_json::from_str(&text(&entry.to_string())).expect("placeholders keep JSON whole"))
    };
    Value::Object(by_client.map(entry).collect())
}

/// A node port that nobody asked for is any node port.
fn ports(value: &mut Value, asked: &str) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                if name == "nodePort" && !asked.contains(&value.to_string()) {
                    *value = json!("<port>");
                } else {
                    ports(value, asked);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| ports(item, asked)),
        _ => {}
    }
}

/// What differs, a line for each place.
pub fn differences(wanted: &Value, got: &Value, path: &str) -> Vec<String> {
    match (wanted, got) {
        (Value::Object(a), Value::Object(b)) => {
            let names: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            let of = |name: &String| match (a.get(name), b.get(name)) {
                (Some(wanted), Some(got)) => differences(wanted, got, &format!("{path}.{name}")),
                (Some(wanted), None) => vec![format!("{path}.{name}: missing, want {}", short(wanted))],
                (None, Some(got)) => vec![format!("{path}.{name}: extra {}", short(got))],
                (None, None) => Vec::new(),
            };
            names.into_iter().flat_map(of).collect()
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).enumerate().flat_map(|(index, (wanted, got))| differences(wanted, got, &format!("{path}[{index}]"))).collect()
        }
        _ if wanted == got => Vec::new(),
        _ => vec![format!("{path}: {} != {}", short(wanted), short(got))],
    }
}

pub fn short(value: &Value) -> String {
    const SHOWN: usize = 1200;
    let text = value.to_string();
    if text.chars().count() <= SHOWN { text } else { text.chars().take(SHOWN).chain("...".chars()).collect() }
}
