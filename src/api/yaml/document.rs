//! YAML as kubectl writes it: sorted names, lists not indented, quotes where a reader would take a text for something
//! else, long texts folded after 80 columns.
//!
//! Models: sigs.k8s.io/yaml/goyaml.v2, as staging/src/k8s.io/cli-runtime/pkg/printers/yaml.go uses it, v1.36.
//! Simplified: names longer than 128 characters are written like others.

use std::cmp::Ordering;
use std::fmt::Write as _;

use serde_json::Value;

use super::scalar::{Style, style_of};

/// Where folded texts are broken.
const BEST_WIDTH: usize = 80;

/// A whole document.
pub fn document(value: &Value) -> String {
    let mut writer = Writer::default();
    writer.node(value, 0, At::Start);
    writer.out
}

/// What stands before a value on its line.
#[derive(Clone, Copy, PartialEq)]
enum At {
    Start,
    /// Behind `name:`.
    Name,
    /// Behind `-`.
    Dash,
}

#[derive(Default)]
struct Writer {
    out: String,
    column: usize,
}

impl Writer {
    fn push(&mut self, text: &str) {
        for c in text.chars() {
            self.column = if c == '\n' { 0 } else { self.column + 1 };
        }
        self.out.push_str(text);
    }

    fn new_line(&mut self, indent: usize) {
        self.push("\n");
        self.push(&" ".repeat(indent));
    }

    /// A value, at the end of which the line is ended.
    fn node(&mut self, value: &Value, indent: usize, at: At) {
        match value {
            Value::Object(fields) if !fields.is_empty() => {
                let mut sorted: Vec<_> = fields.iter().collect();
                sorted.sort_by(|(a, _), (b, _)| natural(a, b));
                let mut first = true;
                for (name, value) in sorted {
                    self.start_entry(indent, at, first);
                    first = false;
                    self.scalar(name, indent, true);
                    self.push(":");
                    // Lists stand at the indent of their name, everything else further in.
                    let inner = if value.is_array() { indent } else { indent + 2 };
                    self.node(value, inner, At::Name);
                }
            }
            Value::Array(items) if !items.is_empty() => {
                let mut first = true;
                for item in items {
                    self.start_entry(indent, at, first);
                    first = false;
                    self.push("-");
                    self.node(item, indent + 2, At::Dash);
                }
            }
            scalar => {
                if at != At::Start {
                    self.push(" ");
                }
                match scalar {
                    Value::Object(_) => self.push("{}"),
                    Value::Array(_) => self.push("[]"),
                    // A text directly in a list is folded to the indent of the text, as under a name.
                    Value::String(text) => self.scalar(text, indent, false),
                    other => self.push(&other.to_string()),
                }
                if !self.out.ends_with('\n') || self.column > 0 {
                    self.push("\n");
                }
            }
        }
    }

    fn start_entry(&mut self, indent: usize, at: At, first: bool) {
        match (at, first) {
            (At::Dash, true) => self.push(" "),
            (At::Name, true) => self.new_line(indent),
            _ => self.push(&" ".repeat(indent)),
        }
    }

    fn scalar(&mut self, text: &str, indent: usize, name: bool) {
        match style_of(text, name) {
            Style::Plain => self.folded(text, indent, name),
            Style::Single => {
                self.push("'");
                self.folded(&text.replace('\'', "''"), indent, name);
                self.push("'");
            }
            Style::Double => self.double_quoted(text, indent, name),
            Style::Literal => self.literal(text, indent),
        }
    }

    /// Breaks at a single space once the line is too long.
    fn folded(&mut self, text: &str, indent: usize, name: bool) {
        let chars: Vec<char> = text.chars().collect();
        for (at, &c) in chars.iter().enumerate() {
            let alone = c == ' ' && at > 0 && chars[at - 1] != ' ' && chars.get(at + 1).is_some_and(|next| *next != ' ');
            if alone && !name && self.column > BEST_WIDTH {
                self.new_line(indent);
            } else {
                self.push(c.encode_utf8(&mut [0; 4]));
            }
        }
    }

    fn double_quoted(&mut self, text: &str, indent: usize, name: bool) {
        self.push("\"");
        let chars: Vec<char> = text.chars().collect();
        let mut after_space = false;
        for (at, &c) in chars.iter().enumerate() {
            match c {
                ' ' if !name && !after_space && self.column > BEST_WIDTH && at > 0 && at + 1 < chars.len() => {
                    self.new_line(indent);
                    if chars[at + 1] == ' ' {
                        self.push("\\");
                    }
                    after_space = true;
                }
                ' ' => {
                    self.push(" ");
                    after_space = true;
                }
                c => {
                    let escaped = escape(c);
                    self.push(&escaped);
                    after_space = false;
                }
            }
        }
        self.push("\"");
    }

    fn literal(&mut self, text: &str, indent: usize) {
        self.push("|");
        if text.starts_with([' ', '\n']) {
            self.push("2");
        }
        if !text.ends_with('\n') {
            self.push("-");
        } else if text == "\n" || text.ends_with("\n\n") {
            self.push("+");
        }
        self.push("\n");
        for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
            if !line.is_empty() {
                self.push(&" ".repeat(indent.max(2)));
                self.push(line);
            }
            self.push("\n");
        }
    }
}

fn escape(c: char) -> String {
    let short = match c {
        '\0' => "\\0",
        '\u{7}' => "\\a",
        '\u{8}' => "\\b",
        '\t' => "\\t",
        '\n' => "\\n",
        '\u{b}' => "\\v",
        '\u{c}' => "\\f",
        '\r' => "\\r",
        '\u{1b}' => "\\e",
        '"' => "\\\"",
        '\\' => "\\\\",
        '\u{85}' => "\\N",
        '\u{a0}' => "\\_",
        '\u{2028}' => "\\L",
        '\u{2029}' => "\\P",
        c if super::scalar::is_printable(c) => return c.to_string(),
        c => {
            let mut out = String::new();
            let code = u32::from(c);
            let _ = match code {
                0..=0xff => write!(out, "\\x{code:02X}"),
                0x100..=0xffff => write!(out, "\\u{code:04X}"),
                _ => write!(out, "\\U{code:08X}"),
            };
            return out;
        }
    };
    short.to_owned()
}

/// The order of names: numbers in them count as numbers (`a2` before `a10`), letters come after everything else.
fn natural(a: &str, b: &str) -> Ordering {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let Some(at) = (0..a.len().min(b.len())).find(|&at| a[at] != b[at]) else { return a.len().cmp(&b.len()) };
    let (x, y) = (a[at], b[at]);
    match (x.is_alphabetic(), y.is_alphabetic()) {
        (true, true) => return x.cmp(&y),
        (true, false) => return Ordering::Greater,
        (false, true) => return Ordering::Less,
        (false, false) => {}
    }
    // Digits after the same digits: `10` and `102` differ in their rest, which counts as behind a leading 1.
    let behind = (x == '0' || y == '0') && a[..at].iter().rev().take_while(|c| c.is_ascii_digit()).any(|c| *c != '0');
    let number = |chars: &[char]| {
        let digits: Vec<u64> = chars[at..].iter().map_while(|c| c.to_digit(10)).map(u64::from).collect();
        let value = digits.iter().fold(u64::from(behind), |sum, digit| sum.saturating_mul(10).saturating_add(*digit));
        (value, digits.len())
    };
    number(&a).cmp(&number(&b)).then(x.cmp(&y))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Written by kubectl 1.36 for a ConfigMap of these values.
    #[test]
    fn texts_are_quoted_and_folded_as_kubectl_does() {
        let long = "0/1 nodes are available: 1 node(s) had untolerated taint(s). preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling and so on. Even more text here to see two folds in a row.";
        let quoted = "\"quoted text\" at start and long long long long long long long long long long long long long long: end";
        let value = json!({"data": {
            "a": long, "a2": "1", "a10": "1",
            "b": "plain text without a colon that is long enough to be folded by the writer at eighty columns surely",
            "c": "l1\nl2", "d": "x\n", "e": "  lead\nb\n\n", "f": "yes", "g": "0x1F", "h": "1e3", "i": "tab\there",
            "j": "it's: # \"q\"", "k": "- x", "l": "trail ", "m": "sp \nb", "n": "2026-11-23T09:50:14Z", "o": "~",
            "p": "1:30", "q": "<a&b>", "r": "", "s": "é ü", "t": "a: b", "u": "100m", "v": "0777", "w": "null", "x": ".5",
            "y": "@x", "z": "!x", "zq": "...", "zr": "---", "zs": "y", "zt": "off", "zu": "2026-11-23", "zv": "+5",
            "zw": "1_000", "zx": quoted, "zy": "<<", "zz": "=",
        }, "list": [{"a": 1, "b": []}, "x", ["y", {}]], "none": null});
        let expected = r#"data:
  a: '0/1 nodes are available: 1 node(s) had untolerated taint(s). preemption: 0/1
    nodes are available: 1 Preemption is not helpful for scheduling and so on. Even
    more text here to see two folds in a row.'
  a2: "1"
  a10: "1"
  b: plain text without a colon that is long enough to be folded by the writer at
    eighty columns surely
  c: |-
    l1
    l2
  d: |
    x
  e: |2+
      lead
    b

  f: "yes"
  g: "0x1F"
  h: "1e3"
  i: "tab\there"
  j: 'it''s: # "q"'
  k: '- x'
  l: 'trail '
  m: "sp \nb"
  "n": "2026-11-23T09:50:14Z"
  o: "~"
  p: "1:30"
  q: <a&b>
  r: ""
  s: é ü
  t: 'a: b'
  u: 100m
  v: "0777"
  w: "null"
  x: ".5"
  "y": '@x'
  z: '!x'
  zq: '...'
  zr: '---'
  zs: "y"
  zt: "off"
  zu: "2026-11-23"
  zv: "+5"
  zw: "1_000"
  zx: '"quoted text" at start and long long long long long long long long long long
    long long long long: end'
  zy: <<
  zz: =
list:
- a: 1
  b: []
- x
- - "y"
  - {}
none: null
"#;
        assert_eq!(document(&value), expected);
    }
}
