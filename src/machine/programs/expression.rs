//! `expr`: arithmetic, comparisons and pieces of text from its arguments.

use crate::{Process, Suspend};

/// Why there is no value.
enum Problem {
    Syntax(String),
    NotANumber,
    DivisionByZero,
}

pub(super) fn main(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let words: Vec<String> = process.args().into_iter().skip(1).collect();
    if words.is_empty() {
        process.eprint("expr: missing operand\nTry 'expr --help' for more information.\n")?;
        return Ok(2);
    }
    let mut reader = Reader { words: &words, at: 0 };
    let value = reader.or().and_then(|value| match reader.peek() {
        None => Ok(value),
        Some(extra) => Err(Problem::Syntax(format!("syntax error: unexpected argument '{extra}'"))),
    });
    match value {
        Ok(value) => {
            process.print(&format!("{value}\n"))?;
            Ok(i32::from(!is_true(&value)))
        }
        Err(problem) => {
            let text = match problem {
                Problem::Syntax(text) => text,
                Problem::NotANumber => "non-integer argument".to_owned(),
                Problem::DivisionByZero => "division by zero".to_owned(),
            };
            process.eprint(&format!("expr: {text}\n"))?;
            Ok(2)
        }
    }
}

fn is_true(value: &str) -> bool {
    !value.is_empty() && value.trim_start_matches('-').chars().any(|c| c != '0')
}

struct Reader<'a> {
    words: &'a [String],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<&str> {
        self.words.get(self.at).map(String::as_str)
    }

    fn take(&mut self, operators: &[&str]) -> Option<String> {
        let word = self.peek().filter(|word| operators.contains(word))?.to_owned();
        self.at += 1;
        Some(word)
    }

    fn or(&mut self) -> Result<String, Problem> {
        let mut left = self.and()?;
        while self.take(&["|"]).is_some() {
            let right = self.and()?;
            if !is_true(&left) {
                left = if is_true(&right) { right } else { "0".to_owned() };
            }
        }
        Ok(left)
    }

    fn and(&mut self) -> Result<String, Problem> {
        let mut left = self.comparison()?;
        while self.take(&["&"]).is_some() {
            let right = self.comparison()?;
            if !is_true(&left) || !is_true(&right) {
                left = "0".to_owned();
            }
        }
        Ok(left)
    }

    fn comparison(&mut self) -> Result<String, Problem> {
        let mut left = self.sum()?;
        while let Some(operator) = self.take(&["<", "<=", "=", "==", "!=", ">=", ">"]) {
            let right = self.sum()?;
            let order = match (left.parse::<i64>(), right.parse::<i64>()) {
                (Ok(left), Ok(right)) => left.cmp(&right),
                _ => left.cmp(&right),
            };
            let holds = match operator.as_str() {
                "<" => order.is_lt(),
                "<=" => order.is_le(),
                "!=" => order.is_ne(),
                ">=" => order.is_ge(),
                ">" => order.is_gt(),
                _ => order.is_eq(),
            };
            left = i32::from(holds).to_string();
        }
        Ok(left)
    }

    fn sum(&mut self) -> Result<String, Problem> {
        let mut left = self.product()?;
        while let Some(operator) = self.take(&["+", "-"]) {
            let (a, b) = (number(&left)?, number(&self.product()?)?);
            left = if operator == "+" { a.wrapping_add(b) } else { a.wrapping_sub(b) }.to_string();
        }
        Ok(left)
    }

    fn product(&mut self) -> Result<String, Problem> {
        let mut left = self.matching()?;
        while let Some(operator) = self.take(&["*", "/", "%"]) {
            let (a, b) = (number(&left)?, number(&self.matching()?)?);
            if operator != "*" && b == 0 {
                return Err(Problem::DivisionByZero);
            }
            left = match operator.as_str() {
                "*" => a.wrapping_mul(b),
                "/" => a.wrapping_div(b),
                _ => a.wrapping_rem(b),
            }
            .to_string();
        }
        Ok(left)
    }

    fn matching(&mut self) -> Result<String, Problem> {
        let mut left = self.primary()?;
        while self.take(&[":"]).is_some() {
            let pattern = self.primary()?;
            left = matched(&left, &pattern);
        }
        Ok(left)
    }

    fn primary(&mut self) -> Result<String, Problem> {
        let Some(word) = self.peek().map(str::to_owned) else {
            let last = self.words.last().map_or("", String::as_str);
            return Err(Problem::Syntax(format!("syntax error: missing argument after '{last}'")));
        };
        self.at += 1;
        match word.as_str() {
            "(" => {
                let value = self.or()?;
                match self.take(&[")"]) {
                    Some(_) => Ok(value),
                    None => Err(Problem::Syntax(format!("syntax error: expecting ')' after '{value}'"))),
                }
            }
            "length" if self.peek().is_some() => Ok(self.primary()?.chars().count().to_string()),
            "substr" if self.peek().is_some() => {
                let (text, start, length) = (self.primary()?, number(&self.primary()?)?, number(&self.primary()?)?);
                let (start, length) = (usize::try_from(start).unwrap_or(0), usize::try_from(length).unwrap_or(0));
                Ok(if start == 0 { String::new() } else { text.chars().skip(start - 1).take(length).collect() })
            }
            "index" if self.peek().is_some() => {
                let (text, set) = (self.primary()?, self.primary()?);
                Ok(text.chars().position(|c| set.contains(c)).map_or(0, |at| at + 1).to_string())
            }
            "match" if self.peek().is_some() => {
                let (text, pattern) = (self.primary()?, self.primary()?);
                Ok(matched(&text, &pattern))
            }
            "+" if self.peek().is_some() => {
                self.at += 1;
                Ok(self.words[self.at - 1].clone())
            }
            ")" | "|" | "&" | "<" | "<=" | "=" | "!=" | ">=" | ">" | "*" | "/" | "%" | ":" if self.words.len() > 1 => {
                Err(Problem::Syntax(format!("syntax error: unexpected argument '{word}'")))
            }
            _ => Ok(word),
        }
    }
}

fn number(text: &str) -> Result<i64, Problem> {
    text.parse().map_err(|_| Problem::NotANumber)
}

/// How many characters match from the start on; or what the first group of the pattern holds.
fn matched(text: &str, pattern: &str) -> String {
    let regex = super::regular::compile(&format!("^{}", pattern.strip_prefix('^').unwrap_or(pattern)), super::regular::Syntax::Basic, false);
    let has_group = pattern.contains("\\(");
    match regex.ok().and_then(|regex| regex.captures(text).map(|found| (found.get(0).map_or(0, |it| it.as_str().chars().count()), found.get(1).map(|it| it.as_str().to_owned())))) {
        Some((_, group)) if has_group => group.unwrap_or_default(),
        Some((length, _)) => length.to_string(),
        None if has_group => String::new(),
        None => "0".to_owned(),
    }
}
