//! Regular expressions as `grep` and `sed` write them (POSIX, basic and extended), in the form that the regex library
//! reads.
//!
//! Simplified: of several alternatives the first one that matches counts, not the longest; back-references inside an
//! expression are not simulated.

use regex::{Regex, RegexBuilder};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Syntax {
    Basic,
    Extended,
    /// The text itself (`grep -F`).
    Fixed,
}

/// Compiles an expression; the error is what GNU programs say, or `not simulated: …`.
pub(super) fn compile(pattern: &str, syntax: Syntax, ignore_case: bool) -> Result<Regex, String> {
    let translated = translate(pattern, syntax)?;
    RegexBuilder::new(&translated).case_insensitive(ignore_case).build().map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => "Regular expression too big".to_owned(),
        _ => "Invalid regular expression".to_owned(),
    })
}

pub(super) fn translate(pattern: &str, syntax: Syntax) -> Result<String, String> {
    if syntax == Syntax::Fixed {
        return Ok(regex::escape(pattern));
    }
    let mut translation = Translation { out: String::new(), open: 0, at_start: true };
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                let Some(escaped) = chars.next() else { return Err("Trailing backslash".to_owned()) };
                translation.escape(escaped, syntax)?;
            }
            '[' => {
                translation.out.push_str(&bracket(&mut chars)?);
                translation.at_start = false;
            }
            '(' | ')' | '{' | '}' | '+' | '?' | '|' if syntax == Syntax::Basic => translation.literal(c),
            '*' if translation.at_start => translation.literal('*'),
            '+' | '?' if translation.at_start => translation.at_start = true,
            '{' => match interval(&mut chars.clone()) {
                Some(_) if !translation.at_start => translation.out.push('{'),
                _ => translation.literal('{'),
            },
            '}' => match translation.out.rfind('{') {
                Some(at) if !translation.out[at..].contains('}') && !translation.out[..at].ends_with('\\') => {
                    translation.out.push('}');
                }
                _ => translation.literal('}'),
            },
            '(' => translation.open(),
            ')' => translation.close()?,
            '|' => translation.alternative(),
            '^' if syntax == Syntax::Extended || translation.at_start => translation.out.push('^'),
            '$' => {
                let rest: String = chars.clone().collect();
                let ends = rest.is_empty() || rest.starts_with("\\)") || rest.starts_with("\\|");
                match syntax == Syntax::Extended || ends {
                    true => translation.out.push('$'),
                    false => translation.literal('$'),
                }
            }
            '*' | '+' | '?' => translation.repeat(c),
            '.' => {
                translation.out.push_str("(?s:.)");
                translation.at_start = false;
            }
            c => translation.literal(c),
        }
    }
    match translation.open {
        0 => Ok(translation.out),
        _ => Err("Unmatched ( or \\(".to_owned()),
    }
}

struct Translation {
    out: String,
    open: usize,
    /// Nothing stands before that a `*` could repeat.
    at_start: bool,
}

impl Translation {
    fn literal(&mut self, c: char) {
        self.out.push_str(&regex::escape(c.encode_utf8(&mut [0; 4])));
        self.at_start = false;
    }

    /// A second repetition of the same thing (`a**`) adds nothing; the library would read `a*?` as a lazy one.
    fn repeat(&mut self, c: char) {
        match self.out.ends_with(['*', '+', '?']) && !ends_escaped(&self.out) {
            true => {
                self.out.pop();
                self.out.push('*');
            }
            false => self.out.push(c),
        }
    }

    fn open(&mut self) {
        self.out.push('(');
        self.open += 1;
        self.at_start = true;
    }

    fn close(&mut self) -> Result<(), String> {
        if self.open == 0 {
            return Err("Unmatched ) or \\)".to_owned());
        }
        self.open -= 1;
        self.out.push(')');
        self.at_start = false;
        Ok(())
    }

    fn alternative(&mut self) {
        self.out.push('|');
        self.at_start = true;
    }

    fn escape(&mut self, c: char, syntax: Syntax) -> Result<(), String> {
        let basic = syntax == Syntax::Basic;
        match c {
            '(' if basic => self.open(),
            ')' if basic => self.close()?,
            '{' | '}' if basic => self.out.push(c),
            '|' if basic => self.alternative(),
            '+' | '?' if basic && !self.at_start => self.repeat(c),
            '<' => self.out.push_str(r"\b{start}"),
            '>' => self.out.push_str(r"\b{end}"),
            '`' => self.out.push_str(r"\A"),
            '\'' => self.out.push_str(r"\z"),
            'b' | 'B' => self.out.extend(['\\', c]),
            'w' | 'W' | 's' | 'S' => {
                self.out.extend(['\\', c]);
                self.at_start = false;
            }
            'n' => self.literal('\n'),
            't' => self.literal('\t'),
            '1'..='9' => return Err("not simulated: back-references in regular expressions".to_owned()),
            c => self.literal(c),
        }
        Ok(())
    }
}

fn ends_escaped(text: &str) -> bool {
    let body = &text[..text.len() - 1];
    (body.len() - body.trim_end_matches('\\').len()) % 2 == 1
}

/// Whether `{` begins `2,3}`.
fn interval(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<()> {
    let text: String = chars.take_while(|c| *c != '}').collect();
    let well_formed = !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || c == ',');
    (well_formed && text.starts_with(|c: char| c.is_ascii_digit())).then_some(())
}

/// `[^]a-z[:digit:]]`
fn bracket(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Result<String, String> {
    let unmatched = || "Unmatched [, [^, [:, [., or [=".to_owned();
    let mut out = String::from("[");
    if chars.next_if_eq(&'^').is_some() {
        out.push('^');
    }
    let mut first = true;
    loop {
        let c = chars.next().ok_or_else(unmatched)?;
        match c {
            ']' if !first => return Ok(out + "]"),
            '[' if chars.peek() == Some(&':') => {
                let mut class = String::from("[");
                loop {
                    class.push(chars.next().ok_or_else(unmatched)?);
                    if class.len() > 2 && class.ends_with(":]") {
                        break;
                    }
                }
                out.push_str(&class);
            }
            '-' if !first && chars.peek().is_some_and(|next| *next != ']') => out.push('-'),
            '[' | ']' | '\\' | '&' | '~' | '-' | '^' => out.extend(['\\', c]),
            c => out.push(c),
        }
        first = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_syntaxes_are_read() {
        let cases = [
            (Syntax::Basic, r"a\+b", "aab", true),
            (Syntax::Basic, "a+b", "aab", false),
            (Syntax::Basic, r"\(ab\)\{2\}$", "xabab", true),
            (Syntax::Basic, "*x", "*x", true),
            (Syntax::Basic, r"a\|b", "b", true),
            (Syntax::Basic, "a$b", "a$b", true),
            (Syntax::Basic, "[]]", "]", true),
            (Syntax::Extended, "^(a|b)+$", "abba", true),
            (Syntax::Extended, "a{2,3}", "aa", true),
            (Syntax::Extended, "{", "{", true),
            (Syntax::Extended, "[[:digit:]]+", "x1", true),
            (Syntax::Extended, r"\<web\>", "a web b", true),
            (Syntax::Extended, r"\<web\>", "webs", false),
            (Syntax::Fixed, "a.b", "axb", false),
        ];
        for (syntax, pattern, text, matches) in cases {
            let regex = compile(pattern, syntax, false).unwrap_or_else(|error| panic!("{pattern}: {error}"));
            assert_eq!(regex.is_match(text), matches, "{pattern} in {text}");
        }
    }
}
