//! Numbers, `Math`, `JSON`, and the functions without an owner.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::run::{Abrupt, Call, Native, Outcome, Run};
use super::value::{Class_, Slot, Value, number_text, text_number};

pub fn install(run: &mut Run<'_, '_>) {
    let number = run.constructor("Number", number, &[
        ("isInteger", |_, call| Ok(matches!(call.arg(0), Value::Number(n) if n.is_finite() && n.fract() == 0.0).into())),
        ("isSafeInteger", |_, call| Ok(matches!(call.arg(0), Value::Number(n) if n.fract() == 0.0 && n.abs() <= 9_007_199_254_740_991.0).into())),
        ("isFinite", |_, call| Ok(matches!(call.arg(0), Value::Number(n) if n.is_finite()).into())),
        ("isNaN", |_, call| Ok(matches!(call.arg(0), Value::Number(n) if n.is_nan()).into())),
        ("parseFloat", parse_float),
        ("parseInt", parse_int),
    ], NUMBER);
    for (name, value) in [
        ("MAX_SAFE_INTEGER", 9_007_199_254_740_991.0),
        ("MIN_SAFE_INTEGER", -9_007_199_254_740_991.0),
        ("MAX_VALUE", f64::MAX),
        ("EPSILON", f64::EPSILON),
        ("NaN", f64::NAN),
        ("POSITIVE_INFINITY", f64::INFINITY),
        ("NEGATIVE_INFINITY", f64::NEG_INFINITY),
    ] {
        run.set_hidden(number, name, value);
    }
    run.constructor("Boolean", |_, call| Ok(call.arg(0).truthy().into()), &[], &[
        ("toString", |run, call| Ok(run.plain_text(call.this).into())),
        ("valueOf", |_, call| Ok(call.this.clone())),
    ]);
    let math = run.plain();
    run.methods(math, MATH);
    run.set_hidden(math, "PI", std::f64::consts::PI);
    run.set_hidden(math, "E", std::f64::consts::E);
    run.set_hidden(math, "SQRT2", std::f64::consts::SQRT_2);
    run.set_hidden(math, "LN2", std::f64::consts::LN_2);
    run.set_hidden(math, "LN10", std::f64::consts::LN_10);
    let json = run.plain();
    run.methods(json, JSON);
    let global = run.vm.global_object;
    for (name, object) in [("Math", math), ("JSON", json)] {
        run.set_hidden(object, "\0builtin", true);
        run.set_hidden(global, name, Value::Object(object));
    }
    for (name, native) in FUNCTIONS {
        let function = run.native(name, *native);
        run.set_hidden(global, name, function);
    }
    run.set_hidden(global, "NaN", f64::NAN);
    run.set_hidden(global, "Infinity", f64::INFINITY);
}

fn number(run: &mut Run<'_, '_>, call: &Call<'_>) -> Outcome {
    if call.is_new {
        return run.not_simulated("new Number()");
    }
    Ok(if call.args.is_empty() { 0.0 } else { run.number(&call.arg(0))? }.into())
}

const NUMBER: &[(&str, Native)] = &[
    ("toString", |run, call| {
        let number = run.number(call.this)?;
        let radix = if call.args.is_empty() { 10.0 } else { run.number(&call.arg(0))? };
        if radix == 10.0 {
            return Ok(number_text(number).into());
        }
        if !(2.0..=36.0).contains(&radix) {
            return run.throw("RangeError", "toString() radix argument must be between 2 and 36");
        }
        if number.abs() > 9_007_199_254_740_991.0 {
            return run.not_simulated("numbers that large in another radix");
        }
        let (mut whole, mut digits) = (number.abs().trunc() as u64, Vec::new());
        while whole > 0 || digits.is_empty() {
            digits.push(char::from_digit((whole % radix as u64) as u32, radix as u32).unwrap_or('0'));
            whole /= radix as u64;
        }
        let mut text: String = digits.into_iter().rev().collect();
        let mut rest = number.abs().fract();
        if rest > 0.0 {
            text.push('.');
            for _ in 0..11 {
                rest *= radix;
                text.push(char::from_digit(rest.trunc() as u32, radix as u32).unwrap_or('0'));
                rest = rest.fract();
                if rest == 0.0 {
                    break;
                }
            }
        }
        Ok(if number < 0.0 { format!("-{text}") } else { text }.into())
    }),
    ("toFixed", |run, call| {
        let (number, digits) = (run.number(call.this)?, run.number(&call.arg(0)).unwrap_or(0.0));
        let digits = if digits.is_nan() { 0 } else { digits.clamp(0.0, 100.0) as usize };
        // JavaScript rounds halves of what the number really is away from zero, as does the decimal expansion here.
        Ok(format!("{number:.digits$}").into())
    }),
    ("toLocaleString", |run, call| {
        let number = run.number(call.this)?;
        let text = number_text((number * 1000.0).round() / 1000.0);
        let (whole, fraction) = text.split_once('.').map_or((text.as_str(), None), |(whole, fraction)| (whole, Some(fraction)));
        let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
        let mut grouped = String::new();
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        Ok(format!("{sign}{grouped}{}", fraction.map(|fraction| format!(".{fraction}")).unwrap_or_default()).into())
    }),
    ("valueOf", |run, call| Ok(run.number(call.this)?.into())),
];

fn math1(run: &mut Run<'_, '_>, call: &Call<'_>, of: fn(f64) -> f64) -> Outcome {
    Ok(of(run.number(&call.arg(0))?).into())
}

fn extreme(run: &mut Run<'_, '_>, call: &Call<'_>, start: f64, better: fn(f64, f64) -> bool) -> Outcome {
    let mut best = start;
    for value in call.args {
        let number = run.number(value)?;
        if number.is_nan() {
            return Ok(f64::NAN.into());
        }
        if better(number, best) {
            best = number;
        }
    }
    Ok(best.into())
}

const MATH: &[(&str, Native)] = &[
    ("abs", |run, call| math1(run, call, f64::abs)),
    ("floor", |run, call| math1(run, call, f64::floor)),
    ("ceil", |run, call| math1(run, call, f64::ceil)),
    ("round", |run, call| math1(run, call, |n| (n + 0.5).floor())),
    ("trunc", |run, call| math1(run, call, f64::trunc)),
    ("sign", |run, call| math1(run, call, |n| if n == 0.0 || n.is_nan() { n } else { n.signum() })),
    ("sqrt", |run, call| math1(run, call, f64::sqrt)),
    ("cbrt", |run, call| math1(run, call, f64::cbrt)),
    ("exp", |run, call| math1(run, call, f64::exp)),
    ("log", |run, call| math1(run, call, f64::ln)),
    ("log2", |run, call| math1(run, call, f64::log2)),
    ("log10", |run, call| math1(run, call, f64::log10)),
    ("sin", |run, call| math1(run, call, f64::sin)),
    ("cos", |run, call| math1(run, call, f64::cos)),
    ("tan", |run, call| math1(run, call, f64::tan)),
    ("atan", |run, call| math1(run, call, f64::atan)),
    ("atan2", |run, call| Ok(run.number(&call.arg(0))?.atan2(run.number(&call.arg(1))?).into())),
    ("pow", |run, call| Ok(run.number(&call.arg(0))?.powf(run.number(&call.arg(1))?).into())),
    ("hypot", |run, call| {
        let mut sum = 0.0;
        for value in call.args {
            sum += run.number(value)?.powi(2);
        }
        Ok(sum.sqrt().into())
    }),
    ("max", |run, call| extreme(run, call, f64::NEG_INFINITY, |a, b| a > b)),
    ("min", |run, call| extreme(run, call, f64::INFINITY, |a, b| a < b)),
    ("random", |run, _| Ok(((run.sys.random_bits() >> 11) as f64 / (1u64 << 53) as f64).into())),
];

fn parse_int(run: &mut Run<'_, '_>, call: &Call<'_>) -> Outcome {
    let text = run.text(&call.arg(0))?;
    let mut radix = if call.args.len() > 1 { run.number(&call.arg(1))? as u32 } else { 0 };
    let text = text.trim();
    let (negative, mut digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if let Some(rest) = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")).filter(|_| radix == 0 || radix == 16) {
        (digits, radix) = (rest, 16);
    }
    let radix = if radix == 0 { 10 } else { radix };
    if !(2..=36).contains(&radix) {
        return Ok(f64::NAN.into());
    }
    let mut value = None;
    for digit in digits.chars().map_while(|c| c.to_digit(radix)) {
        value = Some(value.unwrap_or(0.0) * f64::from(radix) + f64::from(digit));
    }
    Ok(value.map_or(f64::NAN, |value| if negative { -value } else { value }).into())
}

fn parse_float(run: &mut Run<'_, '_>, call: &Call<'_>) -> Outcome {
    let text = run.text(&call.arg(0))?;
    let text = text.trim();
    // The longest beginning that is a number.
    let ends = text.char_indices().map(|(at, c)| at + c.len_utf8()).rev();
    let found = ends.filter(|end| !text[..*end].ends_with(char::is_whitespace)).map(|end| text_number(&text[..end])).find(|number| !number.is_nan());
    Ok(found.unwrap_or(f64::NAN).into())
}

pub fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// What `encodeURIComponent` escapes.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'!').remove(b'~').remove(b'*').remove(b'\'').remove(b'(').remove(b')');
/// What `encodeURI` escapes.
const WHOLE: &AsciiSet = &COMPONENT.remove(b';').remove(b'/').remove(b'?').remove(b':').remove(b'@').remove(b'&').remove(b'=').remove(b'+').remove(b'$').remove(b',').remove(b'#');

const FUNCTIONS: &[(&str, Native)] = &[
    ("parseInt", parse_int),
    ("parseFloat", parse_float),
    ("isNaN", |run, call| Ok(run.number(&call.arg(0))?.is_nan().into())),
    ("isFinite", |run, call| Ok(run.number(&call.arg(0))?.is_finite().into())),
    ("encodeURIComponent", |run, call| Ok(utf8_percent_encode(&run.text(&call.arg(0))?, COMPONENT).to_string().into())),
    ("encodeURI", |run, call| Ok(utf8_percent_encode(&run.text(&call.arg(0))?, WHOLE).to_string().into())),
    ("decodeURIComponent", |run, call| Ok(decode(&run.text(&call.arg(0))?).into())),
    ("decodeURI", |run, call| Ok(decode(&run.text(&call.arg(0))?).into())),
];

const JSON: &[(&str, Native)] = &[
    ("stringify", |run, call| {
        if !call.arg(1).is_missing() {
            return run.not_simulated("JSON.stringify with a replacer");
        }
        let indent = match call.arg(2) {
            Value::Number(width) => " ".repeat(width.clamp(0.0, 10.0) as usize),
            Value::Text(text) => text.to_string(),
            _ => String::new(),
        };
        Ok(run.json(&call.arg(0), &indent)?.map_or(Value::Undefined, Value::from))
    }),
    ("parse", |run, call| {
        if run.is_callable(&call.arg(1)) {
            return run.not_simulated("JSON.parse with a reviver");
        }
        let text = run.text(&call.arg(0))?;
        match (Parser { run, chars: text.chars().collect(), next: 0, depth: 0 }).whole()? {
            Ok(value) => Ok(value),
            Err((at, expected)) => {
                let found = text.chars().nth(at);
                let message = match (found, run.vm.version.major < 20) {
                    (None, _) => "Unexpected end of JSON input".to_owned(),
                    (Some(c), true) => format!("Unexpected token {c} in JSON at position {at}"),
                    (Some(_), false) if !expected.is_empty() => {
                        let before: String = text.chars().take(at).collect();
                        let (line, column) = (before.matches('\n').count() + 1, before.chars().rev().take_while(|c| *c != '\n').count() + 1);
                        format!("Expected {expected} in JSON at position {at} (line {line} column {column})")
                    }
                    (Some(c), false) => format!("Unexpected token '{c}', {} is not valid JSON", excerpt(&text, at)),
                };
                run.throw("SyntaxError", &message)
            }
        }
    }),
];

/// The text around what is wrong, as V8 shows it.
fn excerpt(text: &str, at: usize) -> String {
    let chars: Vec<char> = text.chars().collect();
    if chars.len() <= 20 {
        return format!("\"{text}\"");
    }
    let (start, end) = (at.saturating_sub(10), (at + 10).min(chars.len()));
    let part: String = chars[start..end].iter().collect();
    format!("{}\"{part}\"{}", if start > 0 { "..." } else { "" }, if end < chars.len() { "..." } else { "" })
}

impl Run<'_, '_> {
    /// JSON text; `None` for what has none.
    pub fn json(&mut self, value: &Value, indent: &str) -> Result<Option<String>, Abrupt> {
        self.write_json(value, indent, "", 0)
    }

    fn write_json(&mut self, value: &Value, indent: &str, around: &str, depth: usize) -> Result<Option<String>, Abrupt> {
        self.step()?;
        if depth > 60 {
            return self.type_error("Converting circular structure to JSON");
        }
        let Value::Object(id) = value else {
            return Ok(match value {
                Value::Undefined => None,
                Value::Number(number) if !number.is_finite() => Some("null".to_owned()),
                Value::Text(text) => Some(json_text(text)),
                value => Some(self.plain_text(value)),
            });
        };
        let own = self.get(value, "toJSON")?;
        if self.is_callable(&own) {
            let inner = self.call(&own, value.clone(), &[])?;
            return self.write_json(&inner, indent, around, depth + 1);
        }
        let inner = format!("{around}{indent}");
        let (mut parts, is_array) = (Vec::new(), matches!(self.object(*id).class, Class_::Array(_)));
        if self.is_callable(value) {
            return Ok(None);
        }
        if is_array {
            for item in self.items(value)? {
                parts.push(self.write_json(&item, indent, &inner, depth + 1)?.unwrap_or_else(|| "null".to_owned()));
            }
        } else {
            for key in self.keys(value) {
                let item = self.get(value, &key)?;
                if let Some(text) = self.write_json(&item, indent, &inner, depth + 1)? {
                    parts.push(format!("{}:{}{text}", json_text(&key), if indent.is_empty() { "" } else { " " }));
                }
            }
        }
        let (first, last) = if is_array { ('[', ']') } else { ('{', '}') };
        Ok(Some(match (parts.is_empty(), indent.is_empty()) {
            (true, _) => format!("{first}{last}"),
            (false, true) => format!("{first}{}{last}", parts.join(",")),
            (false, false) => format!("{first}\n{inner}{}\n{around}{last}", parts.join(&format!(",\n{inner}"))),
        }))
    }
}

fn json_text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

struct Parser<'r, 'a, 'b> {
    run: &'r mut Run<'a, 'b>,
    chars: Vec<char>,
    next: usize,
    depth: u32,
}

/// A value, or where the text is no JSON.
type Parsed = Result<Result<Value, (usize, &'static str)>, Abrupt>;

impl Parser<'_, '_, '_> {
    fn whole(mut self) -> Parsed {
        let value = self.value()?;
        self.blanks();
        Ok(if value.is_ok() && self.next < self.chars.len() { Err((self.next, "")) } else { value })
    }

    fn blanks(&mut self) {
        while self.chars.get(self.next).is_some_and(|c| matches!(c, ' ' | '\n' | '\r' | '\t')) {
            self.next += 1;
        }
    }

    fn eat(&mut self, c: char) -> bool {
        self.blanks();
        let found = self.chars.get(self.next) == Some(&c);
        self.next += usize::from(found);
        found
    }

    fn value(&mut self) -> Parsed {
        self.run.step()?;
        self.blanks();
        if self.depth > 60 {
            return self.run.not_simulated("JSON that deep");
        }
        self.depth += 1;
        let value = self.value_here();
        self.depth -= 1;
        value
    }

    fn value_here(&mut self) -> Parsed {
        let start = self.next;
        match self.chars.get(start).copied() {
            Some('"') => Ok(self.text().map(Value::from).map_err(|at| (at, ""))),
            Some('[') => {
                self.next += 1;
                let mut items = Vec::new();
                if self.eat(']') {
                    return Ok(Ok(self.run.array(items)));
                }
                loop {
                    match self.value()? {
                        Ok(item) => items.push(item),
                        Err(at) => return Ok(Err(at)),
                    }
                    if self.eat(']') {
                        return Ok(Ok(self.run.array(items)));
                    }
                    if !self.eat(',') {
                        return Ok(Err((self.next, "',' or ']' after array element")));
                    }
                }
            }
            Some('{') => {
                self.next += 1;
                let object = self.run.plain();
                if self.eat('}') {
                    return Ok(Ok(Value::Object(object)));
                }
                let mut expected = "property name or '}'";
                loop {
                    self.blanks();
                    if self.chars.get(self.next) != Some(&'"') {
                        return Ok(Err((self.next, expected)));
                    }
                    expected = "double-quoted property name";
                    let key = match self.text() {
                        Ok(key) => key,
                        Err(at) => return Ok(Err((at, ""))),
                    };
                    if !self.eat(':') {
                        return Ok(Err((self.next, "':' after property name")));
                    }
                    let value = match self.value()? {
                        Ok(value) => value,
                        Err(at) => return Ok(Err(at)),
                    };
                    let object_now = self.run.vm.heap.object_mut(object);
                    match object_now.slot(&key).is_some() {
                        true => object_now.set(&key, value),
                        false => object_now.properties.push((key.into(), Slot::of(value))),
                    }
                    if self.eat('}') {
                        return Ok(Ok(Value::Object(object)));
                    }
                    if !self.eat(',') {
                        return Ok(Err((self.next, "',' or '}' after property value")));
                    }
                }
            }
            Some(c) if c == '-' || c.is_ascii_digit() => {
                while self.chars.get(self.next).is_some_and(|c| c.is_ascii_digit() || "+-.eE".contains(*c)) {
                    self.next += 1;
                }
                let text: String = self.chars[start..self.next].iter().collect();
                Ok(text.parse().map(Value::Number).map_err(|_| (start, "")))
            }
            _ => {
                for (word, value) in [("true", Value::Bool(true)), ("false", Value::Bool(false)), ("null", Value::Null)] {
                    if self.chars[start..].iter().take(word.len()).copied().eq(word.chars()) {
                        self.next += word.len();
                        return Ok(Ok(value));
                    }
                }
                Ok(Err((start, "")))
            }
        }
    }

    fn text(&mut self) -> Result<String, usize> {
        if self.chars.get(self.next) != Some(&'"') {
            return Err(self.next);
        }
        self.next += 1;
        let mut out = String::new();
        loop {
            let c = *self.chars.get(self.next).ok_or(self.next)?;
            self.next += 1;
            match c {
                '"' => return Ok(out),
                '\\' => {
                    let escape = *self.chars.get(self.next).ok_or(self.next)?;
                    self.next += 1;
                    out.push(match escape {
                        'n' => '\n',
                        't' => '\t',
                        'r' => '\r',
                        'b' => '\u{8}',
                        'f' => '\u{c}',
                        'u' => {
                            let digits: String = self.chars.iter().skip(self.next).take(4).collect();
                            self.next += 4;
                            u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32).unwrap_or('\u{fffd}')
                        }
                        c @ ('"' | '\\' | '/') => c,
                        _ => return Err(self.next - 1),
                    });
                }
                c if (c as u32) < 32 => return Err(self.next - 1),
                c => out.push(c),
            }
        }
    }
}
