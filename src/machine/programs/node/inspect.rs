//! How values look when they are printed: `console.log`, `util.inspect`, `util.format`.
//!
//! Simplified: `showHidden` and the other options of `util.inspect` are not known.

use super::run::Run;
use super::value::{Class_, Id, Value, number_text};

const WIDTH: usize = 80;
/// Objects deeper than this are only named.
const DEPTH: usize = 2;

impl Run<'_, '_> {
    pub fn inspect(&mut self, value: &Value) -> String {
        self.show(value, 0, &mut Vec::new())
    }

    /// The arguments of `console.log`, with what `%s` and the like stand for.
    pub fn format(&mut self, args: &[Value]) -> String {
        let mut parts = Vec::new();
        let mut rest = args;
        if let Some((Value::Text(format), more)) = args.split_first()
            && format.contains('%')
            && !more.is_empty()
        {
            let (text, used) = self.fill(format, more);
            parts.push(text);
            rest = &more[used..];
        }
        for value in rest {
            parts.push(match value {
                Value::Text(text) => text.to_string(),
                value => self.inspect(value),
            });
        }
        parts.join(" ")
    }

    fn fill(&mut self, format: &str, values: &[Value]) -> (String, usize) {
        let (mut out, mut used) = (String::new(), 0);
        let mut chars = format.chars().peekable();
        while let Some(c) = chars.next() {
            let Some(kind) = chars.peek().copied().filter(|_| c == '%') else {
                out.push(c);
                continue;
            };
            if kind == '%' {
                chars.next();
                out.push('%');
                continue;
            }
            let Some(value) = values.get(used).cloned().filter(|_| "sdifjoO".contains(kind)) else {
                out.push(c);
                continue;
            };
            chars.next();
            used += 1;
            out.push_str(&match kind {
                's' => match &value {
                    Value::Object(_) => self.inspect(&value),
                    value => self.plain_text(value),
                },
                'd' | 'f' => number_text(self.number(&value).unwrap_or(f64::NAN)),
                'i' => number_text(self.number(&value).unwrap_or(f64::NAN).trunc()),
                'j' => self.json(&value, "").ok().flatten().unwrap_or_else(|| "undefined".to_owned()),
                _ => self.inspect(&value),
            });
        }
        (out, used)
    }

    fn show(&mut self, value: &Value, depth: usize, open: &mut Vec<Id>) -> String {
        match value {
            Value::Text(text) => quoted(text),
            Value::Number(number) if *number == 0.0 && number.is_sign_negative() => "-0".to_owned(),
            Value::Object(id) => self.show_object(*id, depth, open),
            value => self.plain_text(value),
        }
    }

    fn show_object(&mut self, id: Id, depth: usize, open: &mut Vec<Id>) -> String {
        if open.contains(&id) {
            return "[Circular *1]".to_owned();
        }
        let value = Value::Object(id);
        let type_name = self.type_name(&value);
        let class = self.object(id).class.clone();
        let is_array = matches!(class, Class_::Array(_));
        if depth > DEPTH && matches!(class, Class_::Plain | Class_::Array(_) | Class_::Map(_) | Class_::Set(_)) {
            return format!("[{}]", if is_array { "Array" } else { &type_name });
        }
        open.push(id);
        self.vm.shown_depth = depth;
        let mut items = Vec::new();
        let mut prefix = match &class {
            Class_::Plain | Class_::Array(_) => String::new(),
            Class_::Function(closure) if closure.class.is_some() => format!("[class {}]", named(&closure.code.name, "(anonymous)")),
            Class_::Function(closure) => function_shown(&closure.code.name, self.vm.version.is_old()),
            Class_::Native(_, name, _) => function_shown(name, self.vm.version.is_old()),
            Class_::Bound(..) => function_shown("bound", self.vm.version.is_old()),
            Class_::Error => self.error_shown(&value, depth),
            Class_::Date(at) => super::dates::iso(*at).unwrap_or_else(|| "Invalid Date".to_owned()),
            Class_::Regex(pattern, flags) => format!("/{pattern}/{flags}"),
            Class_::Bytes(bytes) => {
                let shown: Vec<String> = bytes.iter().take(50).map(|byte| format!("{byte:02x}")).collect();
                let more = if bytes.len() > 50 { format!(" ... {} more bytes", bytes.len() - 50) } else { String::new() };
                format!("<Buffer{}{}{more}>", if shown.is_empty() { "" } else { " " }, shown.join(" "))
            }
            Class_::Map(entries) => {
                for (key, value) in entries {
                    items.push(format!("{} => {}", self.show(key, depth + 1, open), self.show(value, depth + 1, open)));
                }
                format!("Map({})", entries.len())
            }
            Class_::Set(values) => {
                for value in values {
                    items.push(self.show(value, depth + 1, open));
                }
                format!("Set({})", values.len())
            }
            Class_::Promise(promise) => {
                items.push(match &promise.settled {
                    None => "<pending>".to_owned(),
                    Some((true, value)) => self.show(value, depth + 1, open),
                    Some((false, value)) => format!("<rejected> {}", self.show(value, depth + 1, open)),
                });
                "Promise".to_owned()
            }
            _ => type_name.clone(),
        };
        if matches!(class, Class_::Plain) && type_name != "Object" {
            prefix = type_name;
        }
        if let Class_::Array(values) = &class {
            for value in values.iter().take(100) {
                items.push(self.show(value, depth + 1, open));
            }
            if values.len() > 100 {
                items.push(format!("... {} more item{}", values.len() - 100, if values.len() == 101 { "" } else { "s" }));
            }
        }
        for name in self.keys(&value) {
            let Some(slot) = self.object(id).slot(&name).cloned() else { continue };
            if matches!(class, Class_::Error) {
                continue;
            }
            let shown = match (slot.getter, slot.setter) {
                (Some(_), Some(_)) => "[Getter/Setter]".to_owned(),
                (Some(_), None) => "[Getter]".to_owned(),
                (None, Some(_)) => "[Setter]".to_owned(),
                (None, None) => self.show(&slot.value, depth + 1, open),
            };
            let key = if is_name(&name) { name.to_string() } else { quoted(&name) };
            items.push(format!("{key}: {shown}"));
        }
        open.pop();
        let holds = matches!(class, Class_::Plain | Class_::Array(_) | Class_::Map(_) | Class_::Set(_) | Class_::Promise(_));
        if items.is_empty() && !holds {
            return if prefix.is_empty() { "{}".to_owned() } else { prefix };
        }
        let (first, last) = if is_array { ("[", "]") } else { ("{", "}") };
        let open_brace = if prefix.is_empty() || !holds { first.to_owned() } else { format!("{prefix} {first}") };
        let base = if holds { String::new() } else { prefix };
        let before = if base.is_empty() { String::new() } else { format!("{base} ") };
        if items.is_empty() {
            return format!("{before}{open_brace}{last}");
        }
        let count = items.len();
        if is_array && count > 6 {
            let numbers = matches!(&class, Class_::Array(values) if values.iter().all(|value| matches!(value, Value::Number(_))));
            items = in_columns(items, numbers, depth * 2);
        }
        // What is nested three deep stands on lines of its own, as does what is too long.
        if self.vm.shown_depth - depth < 3 && count == items.len() {
            let start = items.len() + depth * 2 + open_brace.chars().count() + base.chars().count() + 10;
            let length: usize = items.iter().map(|item| item.chars().count()).sum::<usize>() + items.len() + start;
            if length <= WIDTH && !base.contains('\n') && !items.iter().any(|item| item.contains('\n')) {
                return format!("{before}{open_brace} {} {last}", items.join(", "));
            }
        }
        let indent = "  ".repeat(depth + 1);
        format!("{before}{open_brace}\n{indent}{}\n{}{last}", items.join(&format!(",\n{indent}")), "  ".repeat(depth))
    }

    /// An error with its stack and its other properties.
    pub fn error_shown(&mut self, error: &Value, depth: usize) -> String {
        let stack = self.look(error, "stack").map(|stack| self.plain_text(&stack)).unwrap_or_default();
        let stack = if stack.is_empty() || stack == "undefined" { format!("[{}]", self.error_title(error)) } else { stack };
        let mut items = Vec::new();
        if let Some(id) = error.id() {
            for (name, slot) in self.object(id).properties.clone() {
                if !slot.hidden && !name.starts_with('\0') && name.as_ref() != "stack" && name.as_ref() != "message" {
                    items.push(format!("{name}: {}", self.show(&slot.value, depth + 1, &mut Vec::new())));
                }
            }
        }
        if items.is_empty() || self.vm.version.is_old() {
            return stack;
        }
        let indent = "  ".repeat(depth + 1);
        format!("{stack} {{\n{indent}{}\n{}}}", items.join(&format!(",\n{indent}")), "  ".repeat(depth))
    }
}

/// Sets many items in columns, as Node does.
fn in_columns(items: Vec<String>, numbers: bool, indent: usize) -> Vec<String> {
    let more = items.last().is_some_and(|last| last.starts_with("... ") && last.contains(" more item"));
    let count = items.len() - usize::from(more);
    let lengths: Vec<usize> = items[..count].iter().map(|item| item.chars().count()).collect();
    let total: usize = lengths.iter().map(|length| length + 2).sum();
    let longest = lengths.iter().copied().max().unwrap_or_default();
    let widest = longest + 2;
    if widest * 3 + indent >= WIDTH || !(total as f64 / widest as f64 > 5.0 || longest <= 6) {
        return items;
    }
    let bias = (widest as f64 - total as f64 / items.len() as f64).sqrt();
    let biased = (widest as f64 - 3.0 - bias).max(1.0);
    let by_shape = ((2.5 * biased * count as f64).sqrt() / biased).round() as usize;
    let columns = by_shape.min((WIDTH - indent) / widest).min(12).min(15);
    if columns <= 1 {
        return items;
    }
    let widths: Vec<usize> = (0..columns).map(|column| lengths.iter().skip(column).step_by(columns).copied().max().unwrap_or_default() + 2).collect();
    let mut lines = Vec::new();
    for start in (0..count).step_by(columns) {
        let end = (start + columns).min(count);
        let mut line = String::new();
        for index in start..end {
            let (width, is_last) = (widths[index - start], index + 1 == end);
            let item = if is_last { items[index].clone() } else { format!("{}, ", items[index]) };
            let width = if is_last { width - 2 } else { width };
            line.push_str(&match (numbers, is_last) {
                (true, _) => format!("{item:>width$}"),
                (false, true) => item,
                (false, false) => format!("{item:<width$}"),
            });
        }
        lines.push(line);
    }
    lines.extend(items.into_iter().skip(count));
    lines
}

fn function_shown(name: &str, old: bool) -> String {
    match (name, old) {
        ("", true) => "[Function]".to_owned(),
        ("", false) => "[Function (anonymous)]".to_owned(),
        (name, _) => format!("[Function: {name}]"),
    }
}

fn named<'a>(name: &'a str, otherwise: &'a str) -> &'a str {
    if name.is_empty() { otherwise } else { name }
}

fn is_name(key: &str) -> bool {
    key.chars().next().is_some_and(|c| !c.is_ascii_digit()) && key.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '$')
}

/// A text in the quotes that need the fewest escapes.
fn quoted(text: &str) -> String {
    let quote = match (text.contains('\''), text.contains('"'), text.contains('`')) {
        (false, ..) => '\'',
        (true, false, _) => '"',
        (true, true, false) => '`',
        _ => '\'',
    };
    let mut out = String::from(quote);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\\' => out.push_str("\\\\"),
            c if c == quote => out.extend(['\\', c]),
            c if (c as u32) < 32 => out.push_str(&format!("\\x{:02X}", c as u32)),
            c => out.push(c),
        }
    }
    out.push(quote);
    out
}
