//! Texts and regular expressions.
//!
//! Simplified: positions count characters, not UTF-16 units; look-around and back references are not simulated.

use regex::{Captures, Regex};

use super::arrays::place;
use super::run::{Abrupt, Call, Native, Outcome, Run};
use super::value::{Class_, Value};

pub fn install(run: &mut Run<'_, '_>) {
    run.constructor("String", string, &[("fromCharCode", |run, call| {
        let mut text = String::new();
        for code in call.args {
            let code = run.number(code)?;
            text.push(char::from_u32(code as u32).unwrap_or('\u{fffd}'));
        }
        Ok(text.into())
    })], METHODS);
    run.constructor("RegExp", |run, call| {
        let (pattern, flags) = match run.class(&call.arg(0)) {
            Some(Class_::Regex(pattern, flags)) => (pattern.clone(), flags.clone()),
            _ => {
                let flags = if call.args.len() > 1 { run.text(&call.arg(1))? } else { "".into() };
                (run.text(&call.arg(0))?, flags)
            }
        };
        run.regex(&pattern, &flags)
    }, &[], REGEX);
}

fn string(run: &mut Run<'_, '_>, call: &Call<'_>) -> Outcome {
    if call.is_new {
        return run.not_simulated("new String()");
    }
    if call.args.is_empty() {
        return Ok("".into());
    }
    Ok(Value::Text(run.text(&call.arg(0))?))
}

impl Run<'_, '_> {
    pub fn regex(&mut self, pattern: &str, flags: &str) -> Outcome {
        if let Some(flag) = flags.chars().find(|flag| !"gimsuy".contains(*flag)) {
            return self.throw("SyntaxError", &format!("Invalid flags supplied to RegExp constructor '{flag}'"));
        }
        self.compiled(pattern, flags)?;
        let made = self.add("RegExp", Class_::Regex(pattern.into(), flags.into()));
        self.set_hidden(made, "lastIndex", 0.0);
        self.set_hidden(made, "source", pattern);
        self.set_hidden(made, "flags", flags);
        self.set_hidden(made, "global", flags.contains('g'));
        Ok(Value::Object(made))
    }

    fn compiled(&mut self, pattern: &str, flags: &str) -> Result<Regex, Abrupt> {
        // `\d` is only ASCII in JavaScript, `$` does not match before a last newline there either, and `\/` is a slash.
        let ascii = pattern.replace("\\/", "/").replace("\\d", "[0-9]").replace("[[0-9]", "[0-9");
        let ascii = if pattern.contains('[') { pattern.replace("\\/", "/") } else { ascii };
        let inline: String = flags.chars().filter(|flag| "ims".contains(*flag)).collect();
        let text = if inline.is_empty() { ascii } else { format!("(?{inline}){ascii}") };
        match Regex::new(&text.replace("(?<", "(?P<").replace("(?P<=", "(?<=").replace("(?P<!", "(?<!")) {
            Ok(regex) => Ok(regex),
            Err(_) => self.not_simulated(&format!("the regular expression /{pattern}/")),
        }
    }

    fn regex_of(&mut self, value: &Value) -> Result<Option<(Regex, bool)>, Abrupt> {
        match self.class(value).cloned() {
            Some(Class_::Regex(pattern, flags)) => Ok(Some((self.compiled(&pattern, &flags)?, flags.contains('g')))),
            _ => Ok(None),
        }
    }

    /// A match as `exec` gives it.
    fn match_value(&mut self, found: &Captures<'_>, text: &str) -> Value {
        let groups = found.iter().map(|group| group.map_or(Value::Undefined, |group| group.as_str().into())).collect();
        let value = self.array(groups);
        if let Some(id) = value.id() {
            let start = found.get(0).map_or(0, |whole| text[..whole.start()].chars().count());
            self.set_own(id, "index", start as f64);
            self.set_own(id, "input", text);
            if self.vm.version.major >= 10 {
                self.set_own(id, "groups", Value::Undefined);
            }
        }
        value
    }

    fn replace(&mut self, text: &str, pattern: &Value, with: &Value, all: bool) -> Outcome {
        let (regex, global) = match self.regex_of(pattern)? {
            Some(found) => found,
            None => {
                let plain = self.text(pattern)?;
                (self.compiled_plain(&plain)?, all)
            }
        };
        // `$1x` names group 1 in JavaScript, and the group `1x` in Rust.
        let numbers = Regex::new(r"\$(\d{1,2})").expect("a valid expression");
        let (mut out, mut from) = (String::new(), 0);
        for found in regex.captures_iter(text).collect::<Vec<_>>() {
            let Some(whole) = found.get(0) else { continue };
            out.push_str(&text[from..whole.start()]);
            from = whole.end();
            if self.is_callable(with) {
                let mut args: Vec<Value> = found.iter().map(|group| group.map_or(Value::Undefined, |group| group.as_str().into())).collect();
                args.push(Value::Number(text[..whole.start()].chars().count() as f64));
                args.push(text.into());
                let value = self.call(with, Value::Undefined, &args)?;
                out.push_str(&self.text(&value)?);
            } else {
                let template = self.text(with)?;
                let groups = template.replace("$&", "$0");
                let mut expanded = String::new();
                let braced = numbers.replace_all(&groups, "$${$1}").into_owned();
                found.expand(&braced, &mut expanded);
                out.push_str(&expanded);
            }
            if !global {
                break;
            }
        }
        out.push_str(&text[from..]);
        Ok(out.into())
    }

    fn compiled_plain(&mut self, text: &str) -> Result<Regex, Abrupt> {
        match Regex::new(&regex::escape(text)) {
            Ok(regex) => Ok(regex),
            Err(_) => self.not_simulated("a text that long"),
        }
    }
}

const REGEX: &[(&str, Native)] = &[
    ("test", |run, call| Ok((!matches!(exec(run, call)?, Value::Null)).into())),
    ("exec", exec),
    ("toString", |run, call| match run.class(call.this) {
        Some(Class_::Regex(pattern, flags)) => Ok(format!("/{pattern}/{flags}").into()),
        _ => run.type_error("this is no RegExp"),
    }),
];

fn exec(run: &mut Run<'_, '_>, call: &Call<'_>) -> Outcome {
    let text = run.text(&call.arg(0))?;
    let Some((regex, global)) = run.regex_of(call.this)? else { return run.type_error("this is no RegExp") };
    let start = match global {
        true => {
            let last = run.get(call.this, "lastIndex")?;
            run.number(&last)? as usize
        }
        false => 0,
    };
    let offset = text.char_indices().nth(start).map_or(text.len(), |(offset, _)| offset);
    match regex.captures_at(&text, offset) {
        Some(found) if start <= text.chars().count() => {
            if global {
                let end = found.get(0).map_or(0, |whole| text[..whole.end()].chars().count());
                run.set(call.this, "lastIndex", Value::Number(end as f64))?;
            }
            Ok(run.match_value(&found, &text))
        }
        _ => {
            if global {
                run.set(call.this, "lastIndex", Value::Number(0.0))?;
            }
            Ok(Value::Null)
        }
    }
}

fn own(run: &mut Run<'_, '_>, call: &Call<'_>) -> Result<String, Abrupt> {
    if call.this.is_missing() {
        return run.type_error("String.prototype method called on null or undefined");
    }
    run.text(call.this).map(|text| text.to_string())
}

fn count(text: &str, at: usize) -> Value {
    Value::Number(text[..at].chars().count() as f64)
}

fn slice(text: &str, start: usize, end: usize) -> Value {
    text.chars().take(end).skip(start).collect::<String>().into()
}

fn pad(run: &mut Run<'_, '_>, call: &Call<'_>, at_start: bool) -> Outcome {
    let text = own(run, call)?;
    let wanted = run.number(&call.arg(0))?.clamp(0.0, 1e6) as usize;
    let fill = if call.args.len() > 1 { run.text(&call.arg(1))? } else { " ".into() };
    let missing = wanted.saturating_sub(text.chars().count());
    let filling: String = fill.chars().cycle().take(if fill.is_empty() { 0 } else { missing }).collect();
    Ok(if at_start { format!("{filling}{text}") } else { format!("{text}{filling}") }.into())
}

fn starts(run: &mut Run<'_, '_>, call: &Call<'_>, test: fn(&str, &str) -> bool) -> Outcome {
    let (text, part) = (own(run, call)?, run.text(&call.arg(0))?);
    Ok(test(&text, &part).into())
}

const METHODS: &[(&str, Native)] = &[
    ("toString", |run, call| Ok(own(run, call)?.into())),
    ("valueOf", |run, call| Ok(own(run, call)?.into())),
    ("charAt", |run, call| {
        let (text, index) = (own(run, call)?, run.number(&call.arg(0))?);
        let index = if index.is_nan() { 0.0 } else { index };
        Ok(text.chars().nth(index as usize).filter(|_| index >= 0.0).map_or("".into(), |c| c.to_string().into()))
    }),
    ("at", |run, call| {
        let (text, index) = (own(run, call)?, run.number(&call.arg(0))?);
        let index = if index < 0.0 { index + text.chars().count() as f64 } else { index };
        Ok(text.chars().nth(index as usize).filter(|_| index >= 0.0).map_or(Value::Undefined, |c| c.to_string().into()))
    }),
    ("charCodeAt", |run, call| {
        let (text, index) = (own(run, call)?, run.number(&call.arg(0))?);
        let index = if index.is_nan() { 0.0 } else { index };
        Ok(Value::Number(text.encode_utf16().nth(index as usize).map_or(f64::NAN, f64::from)))
    }),
    ("toUpperCase", |run, call| Ok(own(run, call)?.to_uppercase().into())),
    ("toLowerCase", |run, call| Ok(own(run, call)?.to_lowercase().into())),
    ("trim", |run, call| Ok(own(run, call)?.trim().into())),
    ("trimStart", |run, call| Ok(own(run, call)?.trim_start().into())),
    ("trimEnd", |run, call| Ok(own(run, call)?.trim_end().into())),
    ("startsWith", |run, call| starts(run, call, |text, part| text.starts_with(part))),
    ("endsWith", |run, call| starts(run, call, |text, part| text.ends_with(part))),
    ("includes", |run, call| starts(run, call, |text, part| text.contains(part))),
    ("padStart", |run, call| pad(run, call, true)),
    ("padEnd", |run, call| pad(run, call, false)),
    ("repeat", |run, call| {
        let (text, times) = (own(run, call)?, run.number(&call.arg(0))?);
        if times < 0.0 || times.is_infinite() {
            let shown = run.plain_text(&call.arg(0));
            return run.throw("RangeError", &format!("Invalid count value: {shown}"));
        }
        if text.len() as f64 * times > (16 << 20) as f64 {
            return run.not_simulated("strings that long");
        }
        Ok(text.repeat(times as usize).into())
    }),
    ("concat", |run, call| {
        let mut text = own(run, call)?;
        for part in call.args {
            text.push_str(&run.text(part)?);
        }
        Ok(text.into())
    }),
    ("indexOf", |run, call| {
        let (text, part) = (own(run, call)?, run.text(&call.arg(0))?);
        let from = place(run, &call.arg(1), text.chars().count(), 0)?;
        let offset = text.char_indices().nth(from).map_or(text.len(), |(offset, _)| offset);
        Ok(text[offset..].find(part.as_ref()).map_or(Value::Number(-1.0), |at| count(&text, offset + at)))
    }),
    ("lastIndexOf", |run, call| {
        let (text, part) = (own(run, call)?, run.text(&call.arg(0))?);
        Ok(text.rfind(part.as_ref()).map_or(Value::Number(-1.0), |at| count(&text, at)))
    }),
    ("slice", |run, call| {
        let text = own(run, call)?;
        let length = text.chars().count();
        let (start, end) = (place(run, &call.arg(0), length, 0)?, place(run, &call.arg(1), length, length)?);
        Ok(slice(&text, start, end))
    }),
    ("substring", |run, call| {
        let text = own(run, call)?;
        let length = text.chars().count();
        let clamp = |run: &mut Run<'_, '_>, value: Value, otherwise: usize| -> Result<usize, Abrupt> {
            if matches!(value, Value::Undefined) {
                return Ok(otherwise);
            }
            Ok(run.number(&value)?.clamp(0.0, length as f64) as usize)
        };
        let (a, b) = (clamp(run, call.arg(0), 0)?, clamp(run, call.arg(1), length)?);
        Ok(slice(&text, a.min(b), a.max(b)))
    }),
    ("substr", |run, call| {
        let text = own(run, call)?;
        let length = text.chars().count();
        let start = place(run, &call.arg(0), length, 0)?;
        let count = if call.args.len() > 1 { run.number(&call.arg(1))?.max(0.0) as usize } else { length };
        Ok(slice(&text, start, start.saturating_add(count)))
    }),
    ("split", |run, call| {
        let text = own(run, call)?;
        let limit = if call.args.len() > 1 { run.number(&call.arg(1))? as usize } else { usize::MAX };
        let parts: Vec<Value> = if matches!(call.arg(0), Value::Undefined) {
            vec![text.into()]
        } else if let Some((regex, _)) = run.regex_of(&call.arg(0))? {
            regex.split(&text).map(Value::from).collect()
        } else {
            match run.text(&call.arg(0))?.as_ref() {
                "" => text.chars().map(|c| c.to_string().into()).collect(),
                separator => text.split(separator).map(Value::from).collect(),
            }
        };
        Ok(run.array(parts.into_iter().take(limit).collect()))
    }),
    ("replace", |run, call| {
        let text = own(run, call)?;
        run.replace(&text, &call.arg(0), &call.arg(1), false)
    }),
    ("replaceAll", |run, call| {
        let text = own(run, call)?;
        run.replace(&text, &call.arg(0), &call.arg(1), true)
    }),
    ("match", |run, call| {
        let text = own(run, call)?;
        let pattern = match run.regex_of(&call.arg(0))? {
            Some(found) => found,
            None => {
                let plain = run.text(&call.arg(0))?;
                (run.compiled(&plain, "")?, false)
            }
        };
        match pattern {
            (regex, true) => {
                let all: Vec<Value> = regex.find_iter(&text).map(|found| found.as_str().into()).collect();
                Ok(if all.is_empty() { Value::Null } else { run.array(all) })
            }
            (regex, false) => Ok(regex.captures(&text).map_or(Value::Null, |found| run.match_value(&found, &text))),
        }
    }),
    ("search", |run, call| {
        let text = own(run, call)?;
        let Some((regex, _)) = run.regex_of(&call.arg(0))? else { return run.not_simulated("search with a text") };
        Ok(regex.find(&text).map_or(Value::Number(-1.0), |found| count(&text, found.start())))
    }),
];
