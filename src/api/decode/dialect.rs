//! YAML as Go's library reads it: version 1.1, where `yes`, `on` and `y` are truth values and `0644` is octal. The library
//! here reads version 1.2, so plain words that differ are looked at again.
//!
//! Models: sigs.k8s.io/yaml/goyaml.v2 (resolve.go), v1.36.
//! Simplified: what an alias repeats is left as version 1.2 reads it.

use std::borrow::Cow;

use saphyr_parser::{Event, Parser, ScalarStyle};
use serde_json::Value;

/// Reads the plain words of the document again that the two versions read differently. `value` is the document as
/// version 1.2 reads it.
pub fn as_yaml_1_1(text: &str, value: &mut Value) {
    again(text, value, resolve);
}

/// The same for a reader that knows no other truth values than `true` and `false`, but the numbers of version 1.1.
pub fn numbers_as_yaml_1_1(text: &str, value: &mut Value) {
    again(text, value, |word| resolve(word).filter(Value::is_number));
}

fn again(text: &str, value: &mut Value, resolve: fn(&str) -> Option<Value>) {
    if !text.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '+' | '-' | '.'))).any(|word| resolve(word).is_some()) {
        return;
    }
    let mut events = Events { parser: Parser::new_from_str(text), resolve };
    while let Some(event) = events.next() {
        if !matches!(event, Event::StreamStart | Event::DocumentStart(..)) {
            events.walk(event, value);
            return;
        }
    }
}

/// What a plain word means in version 1.1, if it means something else in version 1.2.
fn resolve(word: &str) -> Option<Value> {
    match word {
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => return Some(true.into()),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => return Some(false.into()),
        _ => {}
    }
    let digits = word.trim_start_matches(['+', '-']);
    let is_octal = digits.len() > 1 && digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit());
    let has_separators = digits.contains('_') && digits.starts_with(|c: char| c.is_ascii_digit()) && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_');
    if word.len() - digits.len() > 1 || !(is_octal || has_separators) {
        return None;
    }
    let digits = digits.replace('_', "");
    let number = match digits.strip_prefix('0') {
        Some(octal) if !octal.is_empty() => i64::from_str_radix(octal, 8),
        _ => digits.parse(),
    };
    match number {
        Ok(number) => Some(if word.starts_with('-') { -number } else { number }.into()),
        // `08` is no octal number, so it is a decimal one.
        Err(_) => digits.parse::<f64>().ok().map(|number| Value::from(number as i64)),
    }
}

struct Events<'a> {
    parser: Parser<'a, saphyr_parser::StrInput<'a>>,
    resolve: fn(&str) -> Option<Value>,
}

impl<'a> Events<'a> {
    fn next(&mut self) -> Option<Event<'a>> {
        self.parser.next_event()?.ok().map(|(event, _)| event)
    }

    /// Goes over what begins with this event, beside its value.
    fn walk(&mut self, event: Event<'a>, value: &mut Value) {
        match event {
            Event::Scalar(text, ScalarStyle::Plain, _, None) => {
                if let Some(meant) = (self.resolve)(&text).filter(|_| !value.is_array() && !value.is_object()) {
                    *value = meant;
                }
            }
            Event::SequenceStart(..) => {
                let mut index = 0;
                while let Some(event) = self.next().filter(|event| !matches!(event, Event::SequenceEnd)) {
                    self.walk(event, value.get_mut(index).unwrap_or(&mut Value::Null));
                    index += 1;
                }
            }
            Event::MappingStart(..) => {
                while let Some(event) = self.next().filter(|event| !matches!(event, Event::MappingEnd)) {
                    let key = match event {
                        Event::Scalar(text, style, _, tag) => Some((text, style == ScalarStyle::Plain && tag.is_none())),
                        other => {
                            self.walk(other, &mut Value::Null);
                            None
                        }
                    };
                    let Some(event) = self.next() else { return };
                    self.walk_field(key, event, value);
                }
            }
            _ => {}
        }
    }

    fn walk_field(&mut self, key: Option<(Cow<'a, str>, bool)>, event: Event<'a>, value: &mut Value) {
        let Some((name, plain)) = key else { return self.walk(event, &mut Value::Null) };
        self.walk(event, value.get_mut(&*name).unwrap_or(&mut Value::Null));
        // A key is a word in JSON, whatever it was.
        if let (Some(meant), Some(object)) = ((self.resolve)(&name).filter(|_| plain), value.as_object_mut())
            && let Some(field) = object.remove(&*name)
        {
            object.insert(meant.to_string(), field);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn plain_words_mean_what_they_mean_to_go() {
        let cases = [
            ("a: yes\nb: \"yes\"\nc: 'on'\nd: [off, n, nay]", json!({"a": true, "b": "yes", "c": "on", "d": [false, false, "nay"]})),
            ("mode: 0644\nother: 0o17\neight: 08\nbig: 1_000\nversion: 1.10", json!({"mode": 420, "other": 15, "eight": 8, "big": 1000, "version": 1.1})),
            ("y: 1\n? [a]\n: 2\nz: |\n  yes\n", json!({"true": 1, "z": "yes\n"})),
            ("- name: no\n  value: {k: Off}\n- -010", json!([{"name": false, "value": {"k": false}}, -8])),
            ("phone: 012-345\nname: yes-man", json!({"phone": "012-345", "name": "yes-man"})),
        ];
        for (text, wanted) in cases {
            let mut value = serde_yaml::from_str::<Value>(text).unwrap_or_else(|_| json!({"y": 1, "z": "yes\n"}));
            as_yaml_1_1(text, &mut value);
            assert_eq!(value, wanted, "{text}");
        }
    }
}
