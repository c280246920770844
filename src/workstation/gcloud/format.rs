//! How gcloud prints what it has found: `--format`, `--limit`, `--filter`.
//!
//! Simplified: the formats `json`, `yaml`, `value(…)` and `get(…)` with plain keys; filters that compare one key with one
//! value.

use podarium_machine::{Process, Suspend};
use serde_json::Value;

use super::cli::{Done, not_simulated, table};
use super::command::Given;

/// What a key like `results.images[0].name` leads to.
pub fn at<'a>(value: &'a Value, key: &str) -> &'a Value {
    key.split('.').fold(value, |value, part| {
        let (name, index) = part.split_once('[').map_or((part, None), |(name, index)| (name, index.trim_end_matches(']').parse::<usize>().ok()));
        let found = &value[name];
        index.map_or(found, |index| &found[index])
    })
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(yes) => if *yes { "True" } else { "False" }.to_owned(),
        Value::Array(list) => list.iter().map(plain).collect::<Vec<_>>().join(";"),
        other => other.to_string(),
    }
}

/// A scalar in YAML, quoted if it would be something else without.
fn scalar(value: &Value) -> String {
    let Value::String(text) = value else { return value.to_string() };
    let first = text.chars().next().unwrap_or(' ');
    let special = text.is_empty()
        || text.trim() != text
        || "!&*-?|>@`%{}[],#:'\"".contains(first) && !(first == '-' && text.len() > 1 && !text.starts_with("- "))
        || text.contains(": ")
        || text.contains(" #")
        || text.ends_with(':')
        || text.parse::<f64>().is_ok()
        || matches!(text.to_lowercase().as_str(), "true" | "false" | "null" | "yes" | "no" | "on" | "off" | "~")
        || first.is_ascii_digit() && text.len() >= 10 && text.as_bytes().get(4) == Some(&b'-') && text.contains('T');
    match special {
        true => format!("'{}'", text.replace('\'', "''")),
        false => text.clone(),
    }
}

/// A document as gcloud writes it.
pub fn yaml(value: &Value, indent: usize, out: &mut String) {
    let pad = " ".repeat(indent);
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                entry(&format!("{pad}{key}:"), value, indent, out);
            }
        }
        Value::Array(list) => {
            for value in list {
                let mut inner = String::new();
                match value {
                    Value::Object(map) if !map.is_empty() => {
                        yaml(value, indent + 2, &mut inner);
                        out.push_str(&format!("{pad}- {}", inner.trim_start()));
                    }
                    Value::String(text) if text.contains('\n') => {
                        let body: String = text.lines().map(|line| format!("{pad}  {line}\n")).collect();
                        out.push_str(&format!("{pad}- |{}\n{body}", if text.ends_with('\n') { "" } else { "-" }));
                    }
                    value => out.push_str(&format!("{pad}- {}\n", scalar(value))),
                }
            }
        }
        value => out.push_str(&format!("{pad}{}\n", scalar(value))),
    }
}

fn entry(head: &str, value: &Value, indent: usize, out: &mut String) {
    match value {
        Value::Object(map) if map.is_empty() => out.push_str(&format!("{head} {{}}\n")),
        Value::Array(list) if list.is_empty() => out.push_str(&format!("{head} []\n")),
        Value::Object(_) => {
            out.push_str(&format!("{head}\n"));
            yaml(value, indent + 2, out);
        }
        Value::Array(_) => {
            out.push_str(&format!("{head}\n"));
            yaml(value, indent, out);
        }
        Value::String(text) if text.contains('\n') => {
            let pad = " ".repeat(indent + 2);
            let body: String = text.lines().map(|line| format!("{pad}{line}\n")).collect();
            out.push_str(&format!("{head} |{}\n{body}", if text.ends_with('\n') { "" } else { "-" }));
        }
        value => out.push_str(&format!("{head} {}\n", scalar(value))),
    }
}

/// The rows that `--filter` and `--limit` leave; `None`: a filter that is not simulated.
fn chosen(given: &Given, rows: Vec<Value>) -> Option<Vec<Value>> {
    let limit = given.flag("limit").and_then(|limit| limit.parse().ok()).unwrap_or(usize::MAX);
    let Some(filter) = given.flag("filter") else { return Some(rows.into_iter().take(limit).collect()) };
    let (filter, wanted) = filter.strip_prefix('-').or_else(|| filter.strip_prefix("NOT ")).map_or((filter.trim(), true), |rest| (rest.trim(), false));
    let split = filter.find(['=', ':', '<', '>', '~', '!', '(']).filter(|at| matches!(&filter[*at..=*at], "=" | ":"))?;
    let (key, exact, pattern) = (filter[..split].trim(), filter[split..].starts_with('='), filter[split + 1..].trim().trim_matches(['"', '\'']));
    if pattern.contains([' ', '(', ')']) {
        return None;
    }
    let fits = |row: &Value| {
        let found = at(row, key);
        let each: Vec<String> = match found {
            Value::Null => Vec::new(),
            Value::Array(list) => list.iter().map(plain).collect(),
            found => vec![plain(found)],
        };
        each.iter().any(|text| match exact {
            true => text == pattern,
            false => pattern == "*" || pattern.strip_suffix('*').map_or_else(|| text.to_lowercase().contains(&pattern.to_lowercase()), |begin| text.starts_with(begin)),
        })
    };
    Some(rows.into_iter().filter(|row| fits(row) == wanted).take(limit).collect())
}

/// Prints a list: as a table with these heads, or as `--format` says.
pub fn list(process: &mut Process<'_>, given: &Given, rows: Vec<Value>, heads: &[&str], cells: impl Fn(&Value) -> Vec<String>) -> Done {
    let Some(rows) = chosen(given, rows) else {
        return not_simulated(process, &format!("{} --filter={}", given.command.replace('.', " "), given.flag("filter").unwrap_or_default()));
    };
    if let Some(format) = given.flag("format") {
        return formatted(process, given, format, &Value::Array(rows));
    }
    if rows.is_empty() {
        process.eprint("Listed 0 items.\n")?;
        return Ok(0);
    }
    let all: Vec<Vec<String>> = std::iter::once(heads.iter().map(|head| (*head).to_owned()).collect()).chain(rows.iter().map(cells)).collect();
    process.print(&table(&all))?;
    Ok(0)
}

/// Prints one thing.
pub fn one(process: &mut Process<'_>, given: &Given, value: &Value) -> Done {
    formatted(process, given, given.flag("format").unwrap_or("yaml"), value)
}

fn formatted(process: &mut Process<'_>, given: &Given, format: &str, value: &Value) -> Done {
    let rows: Vec<&Value> = value.as_array().map_or_else(|| vec![value], |rows| rows.iter().collect());
    let text = match format {
        "json" => format!("{}\n", serde_json::to_string_pretty(value).unwrap_or_default()),
        "yaml" | "default" => {
            let documents: Vec<String> = rows.iter().map(|row| document(row)).collect();
            match value.is_array() {
                true => documents.iter().map(|document| format!("---\n{document}")).collect(),
                false => documents.concat(),
            }
        }
        format => {
            let Some(keys) = format.strip_prefix("value(").or_else(|| format.strip_prefix("get(")).and_then(|keys| keys.strip_suffix(')')).filter(|keys| !keys.contains('(')) else {
                return not_simulated(process, &format!("{} --format={format}", given.command.replace('.', " ")));
            };
            rows.iter().map(|row| format!("{}\n", keys.split(',').map(|key| plain(at(row, key.trim()))).collect::<Vec<_>>().join("\t"))).collect()
        }
    };
    process.print(&text)?;
    Ok(0)
}

fn document(value: &Value) -> String {
    let mut out = String::new();
    yaml(value, 0, &mut out);
    out
}

/// Waits for an operation while dots appear, as gcloud does.
pub fn progress(process: &mut Process<'_>, text: &str, seconds: u64) -> Result<(), Suspend> {
    process.eprint(text)?;
    for _ in 0..seconds {
        process.sleep(std::time::Duration::from_secs(1))?;
        process.eprint(".")?;
    }
    process.eprint("done.\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn documents_are_written_as_gcloud_does() {
        let value = json!({"createTime": "2026-01-05T10:00:00.5Z", "empty": {}, "images": ["gcr.io/p/x"], "n": "30", "steps": [{"args": ["build", "-t"], "name": "docker"}], "timeout": "600s"});
        assert_eq!(document(&value), "createTime: '2026-01-05T10:00:00.5Z'\nempty: {}\nimages:\n- gcr.io/p/x\nn: '30'\nsteps:\n- args:\n  - build\n  - -t\n  name: docker\ntimeout: 600s\n");
        assert_eq!(at(&value, "steps[0].name"), "docker");
    }
}
