//! The tree of a YAML document, with the place of every node.

use serde_json::Number;

/// Where something stands in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// In characters, on this line.
    pub width: usize,
}

/// One node: a value and where it begins.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub place: Place,
    pub value: Value,
}

#[derive(Clone, Debug)]
pub(crate) enum Value {
    Scalar(Scalar),
    List(Vec<Node>),
    /// In the order of the file, keys unique.
    Map(Vec<Entry>),
}

/// One key of a mapping with its value.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub key: String,
    pub key_place: Place,
    pub node: Node,
}

/// A value without parts. `text` is what the file says, so that `1.10` is still `1.10` where text is wanted.
#[derive(Clone, Debug)]
pub(crate) struct Scalar {
    pub text: String,
    pub kind: ScalarKind,
    /// For block text (`|` or `>`): where its lines stand.
    pub block: Option<Block>,
}

/// Text of several lines, indented.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block {
    /// The line of the file on which the text's first line stands.
    pub first_line: usize,
    /// How many characters the lines are indented by.
    pub indent: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ScalarKind {
    Null,
    Bool(bool),
    Number(Number),
    Text,
}

impl Scalar {
    /// The kind of an unquoted scalar, by the core schema of YAML 1.2.
    pub fn plain(text: String) -> Scalar {
        let kind = match text.as_str() {
            "" | "~" | "null" | "Null" | "NULL" => ScalarKind::Null,
            "true" | "True" | "TRUE" => ScalarKind::Bool(true),
            "false" | "False" | "FALSE" => ScalarKind::Bool(false),
            other => number(other).map_or(ScalarKind::Text, ScalarKind::Number),
        };
        Scalar { text, kind, block: None }
    }
}

/// A number by the core schema: `12`, `-3`, `0x1f`, `0o17`, `0.5`, `1e3`. Infinities are no JSON numbers and stay text.
fn number(text: &str) -> Option<Number> {
    if let Some(digits) = text.strip_prefix("0x") {
        return u64::from_str_radix(digits, 16).ok().map(Number::from);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return u64::from_str_radix(digits, 8).ok().map(Number::from);
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let looks_numeric = unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && unsigned.contains(|c: char| c.is_ascii_digit())
        && unsigned.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-'));
    if !looks_numeric {
        return None;
    }
    let text = text.strip_prefix('+').unwrap_or(text);
    if let Ok(whole) = text.parse::<u64>() {
        return Some(Number::from(whole));
    }
    if let Ok(whole) = text.parse::<i64>() {
        return Some(Number::from(whole));
    }
    text.parse::<f64>().ok().and_then(Number::from_f64)
}

impl Node {
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.node)
    }

    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    /// The entries of a mapping; nothing for other values.
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; nothing for other values.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    pub fn scalar(&self) -> Option<&Scalar> {
        match &self.value {
            Value::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// Text, and nothing that YAML reads as a number, a truth value or null.
    pub fn text(&self) -> Option<&str> {
        self.scalar().filter(|scalar| scalar.kind == ScalarKind::Text).map(|scalar| scalar.text.as_str())
    }

    /// The node at a path of keys and indices, or the nearest node above it that there is.
    pub fn nearest(&self, path: &[&str]) -> &Node {
        let mut node = self;
        for step in path {
            let next = match &node.value {
                Value::Map(_) => node.get(step),
                Value::List(items) => step.parse::<usize>().ok().and_then(|index| items.get(index)),
                Value::Scalar(_) => None,
            };
            match next {
                Some(next) => node = next,
                None => break,
            }
        }
        node
    }

    /// The JSON value, with mappings in the order of the file.
    pub fn json(&self) -> serde_json::Value {
        match &self.value {
            Value::Scalar(scalar) => match &scalar.kind {
                ScalarKind::Null => serde_json::Value::Null,
                ScalarKind::Bool(value) => serde_json::Value::Bool(*value),
                ScalarKind::Number(number) => serde_json::Value::Number(number.clone()),
                ScalarKind::Text => serde_json::Value::String(scalar.text.clone()),
            },
            Value::List(items) => items.iter().map(Node::json).collect(),
            Value::Map(entries) => {
                serde_json::Value::Object(entries.iter().map(|entry| (entry.key.clone(), entry.node.json())).collect())
            }
        }
    }

    /// What is there, in words for an error: ``the text `abc` ``, `a list`, `nothing`.
    pub fn described(&self) -> String {
        match &self.value {
            Value::List(items) if items.is_empty() => "an empty list".to_string(),
            Value::List(_) => "a list".to_string(),
            Value::Map(entries) if entries.is_empty() => "an empty mapping".to_string(),
            Value::Map(_) => "a mapping".to_string(),
            Value::Scalar(scalar) => {
                let shown: String = scalar.text.chars().take(40).collect();
                let shown = if shown.len() < scalar.text.len() { format!("{shown}…") } else { shown };
                let shown = shown.replace('\n', " ");
                match scalar.kind {
                    ScalarKind::Null => "nothing".to_string(),
                    ScalarKind::Bool(_) => format!("the truth value `{shown}`"),
                    ScalarKind::Number(_) => format!("the number `{shown}`"),
                    ScalarKind::Text if shown.is_empty() => "an empty text".to_string(),
                    ScalarKind::Text => format!("the text `{shown}`"),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_have_the_kinds_of_yaml_1_2() {
        let cases = [
            ("3", ScalarKind::Number(3.into())),
            ("-3", ScalarKind::Number((-3).into())),
            ("0x10", ScalarKind::Number(16.into())),
            ("0o17", ScalarKind::Number(15.into())),
            ("0.5", ScalarKind::Number(Number::from_f64(0.5).unwrap())),
            ("1e3", ScalarKind::Number(Number::from_f64(1000.0).unwrap())),
            ("true", ScalarKind::Bool(true)),
            ("~", ScalarKind::Null),
            ("", ScalarKind::Null),
            ("1.0.0", ScalarKind::Text),
            ("off", ScalarKind::Text),
            ("10s", ScalarKind::Text),
            ("-", ScalarKind::Text),
            (".", ScalarKind::Text),
            (".inf", ScalarKind::Text),
            ("1e999", ScalarKind::Text),
            ("18446744073709551616", ScalarKind::Number(Number::from_f64(18446744073709551616.0).unwrap())),
        ];
        for (text, kind) in cases {
            assert_eq!(Scalar::plain(text.to_string()).kind, kind, "{text}");
        }
    }
}
