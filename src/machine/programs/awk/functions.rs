//! The functions that awk has by itself.

use podarium_sim::Stream;

use super::interpreter::{Interpreter, Local, Run, Stop, split, split_at};
use super::syntax::Expression;
use super::value::Value;

impl Interpreter {
    pub(super) fn builtin(&mut self, name: &str, arguments: &[Expression]) -> Run<Value> {
        let missing = || Stop::Failed(format!("line 1: wrong number of arguments in call to {name}"));
        let argument = |index: usize| arguments.get(index).ok_or_else(missing);
        let number = Value::Number;
        Ok(match name {
            "length" => match arguments.first() {
                None => number(self.whole().chars().count() as f64),
                Some(Expression::Variable(array)) if self.is_array(array) => number(self.array(array).len() as f64),
                Some(expression) => number(self.text(expression)?.chars().count() as f64),
            },
            "substr" => {
                let text: Vec<char> = self.text(argument(0)?)?.chars().collect();
                let start = self.number(argument(1)?)?.round();
                let end = match arguments.get(2) {
                    Some(length) => start + self.number(length)?.round(),
                    None => f64::INFINITY,
                };
                let (first, last) = (start.max(1.0), end.min(text.len() as f64 + 1.0));
                let taken = if last > first { text[first as usize - 1..last as usize - 1].iter().collect() } else { String::new() };
                Value::Text(taken)
            }
            "index" => {
                let (text, wanted) = (self.text(argument(0)?)?, self.text(argument(1)?)?);
                number(text.find(&wanted).map_or(0, |at| text[..at].chars().count() + 1) as f64)
            }
            "split" => self.split(arguments)?,
            "sub" | "gsub" => self.substitute(arguments, name == "gsub")?,
            "match" => {
                let text = self.text(argument(0)?)?;
                let found = self.regex(argument(1)?)?.find(&text).map(|found| (text[..found.start()].chars().count() + 1, found.as_str().chars().count()));
                let (start, length) = found.map_or((0.0, -1.0), |(start, length)| (start as f64, length as f64));
                self.variables.insert("RSTART".to_owned(), number(start));
                self.variables.insert("RLENGTH".to_owned(), number(length));
                number(start)
            }
            "sprintf" => {
                let values = arguments.iter().map(|argument| self.value(argument)).collect::<Run<Vec<Value>>>()?;
                Value::Text(self.formatted(&values, "sprintf")?)
            }
            "toupper" => Value::Text(self.text(argument(0)?)?.to_uppercase()),
            "tolower" => Value::Text(self.text(argument(0)?)?.to_lowercase()),
            "int" => number(self.number(argument(0)?)?.trunc()),
            "sqrt" => number(self.number(argument(0)?)?.sqrt()),
            "exp" => number(self.number(argument(0)?)?.exp()),
            "log" => number(self.number(argument(0)?)?.ln()),
            "sin" => number(self.number(argument(0)?)?.sin()),
            "cos" => number(self.number(argument(0)?)?.cos()),
            "atan2" => number(self.number(argument(0)?)?.atan2(self.number(argument(1)?)?)),
            "rand" => number(self.random.unit()),
            "srand" => {
                let before = self.seed;
                self.seed = match arguments.first() {
                    Some(seed) => self.number(seed)?,
                    None => self.now_seconds as f64,
                };
                self.random = Stream::new(self.seed.to_bits(), "awk");
                number(before)
            }
            "systime" => number(self.now_seconds as f64),
            "strftime" => {
                let format = arguments.first().map_or(Ok("%c".to_owned()), |format| self.text(format))?;
                let seconds = match arguments.get(1) {
                    Some(seconds) => self.number(seconds)? as i64,
                    None => self.now_seconds,
                };
                let time = jiff::Timestamp::from_second(seconds).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
                Value::Text(time.to_zoned(jiff::tz::TimeZone::UTC).strftime(&format).to_string())
            }
            // Everything is written in the end.
            "close" | "fflush" => number(0.0),
            other => return Err(Stop::Failed(format!("not simulated: {other}"))),
        })
    }

    fn is_array(&self, name: &str) -> bool {
        match self.local(name) {
            Some(Local::Array(_)) => true,
            Some(Local::Alias(outer)) => self.arrays.contains_key(outer) || self.frames.len() > 1,
            Some(Local::Value(_)) => false,
            None => self.arrays.contains_key(name),
        }
    }

    fn split(&mut self, arguments: &[Expression]) -> Run<Value> {
        let [text, Expression::Variable(array), rest @ ..] = arguments else {
            return Err(Stop::Failed("line 1: type error in arg(2) in call to split".to_owned()));
        };
        let text = self.text(text)?;
        let parts = match rest.first() {
            Some(Expression::Regex(regex)) => split_at(&text, regex),
            Some(separator) => {
                let separator = self.text(separator)?;
                split(&text, &separator, false)
            }
            None => {
                let separator = self.variable("FS").text("%.6g");
                split(&text, &separator, false)
            }
        };
        let count = parts.len();
        let array = self.array(array);
        array.clear();
        array.extend(parts.into_iter().enumerate().map(|(index, part)| ((index + 1).to_string(), Value::Input(part))));
        Ok(Value::Number(count as f64))
    }

    fn substitute(&mut self, arguments: &[Expression], all: bool) -> Run<Value> {
        let (Some(pattern), Some(replacement)) = (arguments.first(), arguments.get(1)) else {
            return Err(Stop::Failed("line 1: wrong number of arguments in call to sub".to_owned()));
        };
        let regex = self.regex(pattern)?;
        let replacement = self.text(replacement)?;
        let whole = Expression::Field(Box::new(Expression::Number(0.0)));
        let target = arguments.get(2).unwrap_or(&whole);
        let text = self.text(target)?;
        let (mut out, mut last, mut count) = (String::new(), 0, 0);
        for found in regex.find_iter(&text) {
            out.push_str(&text[last..found.start()]);
            out.push_str(&replaced(&replacement, found.as_str()));
            last = found.end();
            count += 1;
            if !all {
                break;
            }
        }
        if count > 0 {
            out.push_str(&text[last..]);
            self.assign(target, Value::Text(out))?;
        }
        Ok(Value::Number(f64::from(count)))
    }
}

/// In a replacement `&` stands for what was found.
fn replaced(replacement: &str, found: &str) -> String {
    let mut out = String::new();
    let mut chars = replacement.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' if chars.next_if_eq(&'&').is_some() => out.push('&'),
            '\\' if chars.next_if_eq(&'\\').is_some() => out.push('\\'),
            '&' => out.push_str(found),
            c => out.push(c),
        }
    }
    out
}
