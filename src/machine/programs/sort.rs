//! `sort`: lines in order, in the C locale.

use std::cmp::Ordering;

use super::arguments::{self, Arguments, Options};
use super::lines::read_all;
use crate::{Process, Suspend};

const OPTIONS: Options = Options::new("nruk:t:fbhVMo:csgdim", &[
    ("numeric-sort", 'n'),
    ("reverse", 'r'),
    ("unique", 'u'),
    ("key", 'k'),
    ("field-separator", 't'),
    ("ignore-case", 'f'),
    ("ignore-leading-blanks", 'b'),
    ("human-numeric-sort", 'h'),
    ("version-sort", 'V'),
    ("month-sort", 'M'),
    ("general-numeric-sort", 'g'),
    ("output", 'o'),
    ("check", 'c'),
    ("stable", 's'),
])
.lacking(&["R", "z", "T", "S", "random-sort", "parallel", "zero-terminated"])
.wrong_use(2);

/// How two texts are compared.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Manner {
    numeric: bool,
    human: bool,
    version: bool,
    month: bool,
    fold: bool,
    dictionary: bool,
    skip_blanks: bool,
    reverse: bool,
}

/// `-k 2,3n`: from where to where, and how.
struct Key {
    from: (usize, usize),
    to: Option<(usize, usize)>,
    manner: Manner,
}

impl Manner {
    fn add(&mut self, letter: char) -> bool {
        match letter {
            'n' | 'g' => self.numeric = true,
            'h' => self.human = true,
            'V' => self.version = true,
            'M' => self.month = true,
            'f' => self.fold = true,
            'd' | 'i' => self.dictionary = true,
            'b' => self.skip_blanks = true,
            'r' => self.reverse = true,
            _ => return false,
        }
        true
    }

    fn compare(&self, a: &str, b: &str) -> Ordering {
        let (a, b) = match self.skip_blanks {
            true => (a.trim_start_matches([' ', '\t']), b.trim_start_matches([' ', '\t'])),
            false => (a, b),
        };
        let order = if self.numeric || self.human {
            let value = |text| number(text, self.human);
            value(a).partial_cmp(&value(b)).unwrap_or(Ordering::Equal)
        } else if self.month {
            month(a).cmp(&month(b))
        } else if self.version {
            version(a, b)
        } else if self.fold || self.dictionary {
            let folded = |text: &str| -> String {
                let kept = text.chars().filter(|c| !self.dictionary || c.is_alphanumeric() || c.is_whitespace());
                kept.map(|c| if self.fold { c.to_ascii_uppercase() } else { c }).collect()
            };
            folded(a).cmp(&folded(b))
        } else {
            a.cmp(b)
        };
        if self.reverse { order.reverse() } else { order }
    }
}

pub(super) fn main(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let arguments = match arguments::read(process, &OPTIONS)? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    let keys = match arguments.values('k').map(key).collect::<Result<Vec<Key>, String>>() {
        Ok(keys) => keys,
        Err(problem) => {
            process.eprint(&format!("sort: {problem}\n"))?;
            return Ok(2);
        }
    };
    let mut bytes = Vec::new();
    for path in arguments.paths() {
        match read_all(process, &path)? {
            Ok(more) => {
                bytes.extend(more);
                if bytes.last().is_some_and(|last| *last != b'\n') {
                    bytes.push(b'\n');
                }
            }
            Err(error) => {
                let verb = if error == crate::Errno::IsDirectory { "read failed" } else { "cannot read" };
                process.eprint(&format!("sort: {verb}: {path}: {error}\n"))?;
                return Ok(2);
            }
        }
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let mut lines: Vec<&str> = text.lines().collect();
    if arguments.has('c') {
        let path = arguments.paths().remove(0);
        return check(process, &arguments, &keys, &lines, &path);
    }
    lines.sort_by(|a, b| order(&arguments, &keys, a, b, false));
    if arguments.has('u') {
        lines.dedup_by(|a, b| order(&arguments, &keys, a, b, true) == Ordering::Equal);
    }
    let mut out: String = lines.iter().flat_map(|line| [line, "\n"]).collect();
    if let Some(path) = arguments.value('o') {
        if let Err(error) = process.write_file(path, out.as_bytes(), 0o644)? {
            process.eprint(&format!("sort: open failed: {path}: {error}\n"))?;
            return Ok(2);
        }
        out.clear();
    }
    process.print(&out)?;
    Ok(0)
}

fn check(
    process: &mut Process<'_>,
    arguments: &Arguments,
    keys: &[Key],
    lines: &[&str],
    path: &str,
) -> Result<i32, Suspend> {
    for (index, pair) in lines.windows(2).enumerate() {
        let found = order(arguments, keys, pair[0], pair[1], arguments.has('u'));
        if found == Ordering::Greater || arguments.has('u') && found == Ordering::Equal {
            process.eprint(&format!("sort: {path}:{}: disorder: {}\n", index + 2, pair[1]))?;
            return Ok(1);
        }
    }
    Ok(0)
}

fn order(arguments: &Arguments, keys: &[Key], a: &str, b: &str, only_keys: bool) -> Ordering {
    let mut general = Manner::default();
    "nghVMfdib".chars().filter(|letter| arguments.has(*letter)).for_each(|letter| {
        general.add(letter);
    });
    let plain = general == Manner::default();
    general.reverse = arguments.has('r');
    let separator = arguments.value('t').and_then(|text| text.chars().next());
    let mut found = Ordering::Equal;
    for key in keys {
        // A key without letters of its own is compared in the way that is given for all.
        let manner = if key.manner == Manner::default() { general } else { key.manner };
        found = manner.compare(cut(a, key, separator), cut(b, key, separator));
        if found != Ordering::Equal {
            return found;
        }
    }
    if keys.is_empty() {
        found = general.compare(a, b);
    }
    if found != Ordering::Equal || only_keys || arguments.has('s') || keys.is_empty() && plain {
        return found;
    }
    // Lines that are equal by their keys are told apart by the whole of them.
    if general.reverse { b.cmp(a) } else { a.cmp(b) }
}

fn key(text: &str) -> Result<Key, String> {
    let (from, to) = match text.split_once(',') {
        Some((from, to)) => (from, Some(to)),
        None => (text, None),
    };
    let mut manner = Manner::default();
    let mut position = |part: &str, default: usize| -> Result<(usize, usize), String> {
        let end = part.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(part.len());
        if !part[end..].chars().all(|letter| manner.add(letter)) {
            return Err(format!("stray character in field spec: invalid field specification '{text}'"));
        }
        let (field, char) = part[..end].split_once('.').unwrap_or((&part[..end], ""));
        let number = field.parse::<usize>().map_err(|_| format!("invalid number at field start: invalid count at start of '{text}'"))?;
        if number == 0 {
            return Err(format!("field number is zero: invalid field specification '{text}'"));
        }
        Ok((number, char.parse().unwrap_or(default)))
    };
    let from = position(from, 1)?;
    let to = to.map(|to| position(to, 0)).transpose()?;
    Ok(Key { from, to, manner })
}

/// The part of a line that a key names.
fn cut<'a>(line: &'a str, key: &Key, separator: Option<char>) -> &'a str {
    let fields = fields(line, separator);
    let place = |(number, char): (usize, usize)| match fields.get(number - 1) {
        Some((start, end)) => {
            let field = &line[*start..*end];
            let skipped = if key.manner.skip_blanks { field.len() - field.trim_start().len() } else { 0 };
            field[skipped..].char_indices().nth(char).map_or(*end, |(at, _)| start + skipped + at)
        }
        None => line.len(),
    };
    let start = place((key.from.0, key.from.1.saturating_sub(1)));
    let end = match key.to {
        None => line.len(),
        Some((number, 0)) => fields.get(number - 1).map_or(line.len(), |(_, end)| *end),
        Some((number, char)) => place((number, char)),
    };
    &line[start..end.max(start)]
}

/// Where the fields lie. Without a separator a field begins with the blanks before it.
fn fields(line: &str, separator: Option<char>) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    let mut start = 0;
    match separator {
        Some(separator) => {
            for field in line.split(separator) {
                out.push((start, start + field.len()));
                start += field.len() + separator.len_utf8();
            }
        }
        None => {
            while start < line.len() {
                let rest = &line[start..];
                let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
                let end = rest[blanks..].find([' ', '\t']).map_or(line.len(), |at| start + blanks + at);
                out.push((start, end));
                start = end;
            }
        }
    }
    out
}

fn number(text: &str, human: bool) -> f64 {
    let text = text.trim_start();
    let end = text.char_indices().find(|(at, c)| !(c.is_ascii_digit() || *c == '.' || *c == '-' && *at == 0));
    let end = end.map_or(text.len(), |(at, _)| at);
    let value = text[..end].parse::<f64>().unwrap_or(0.0);
    let unit = text[end..].chars().next().filter(|_| human).and_then(|unit| "KMGTPE".find(unit.to_ascii_uppercase()));
    value * unit.map_or(1.0, |index| 1024_f64.powi(i32::try_from(index).unwrap_or(0) + 1))
}

/// The number of the month that a text begins with; 0: none.
fn month(text: &str) -> usize {
    let start: String = text.trim_start().chars().take(3).collect::<String>().to_ascii_uppercase();
    ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"].iter().position(|known| *known == start).map_or(0, |index| index + 1)
}

/// `v1.9` before `v1.10`: runs of digits count as numbers.
pub(super) fn version(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a, b);
    loop {
        if a.is_empty() || b.is_empty() {
            return a.len().cmp(&b.len());
        }
        let run = |text: &str, digits: bool| text.find(|c: char| c.is_ascii_digit() != digits).unwrap_or(text.len());
        let (text_a, text_b) = (run(a, false), run(b, false));
        let order = a[..text_a].cmp(&b[..text_b]);
        if order != Ordering::Equal {
            return order;
        }
        (a, b) = (&a[text_a..], &b[text_b..]);
        let (digits_a, digits_b) = (run(a, true), run(b, true));
        let value = |digits: &str| digits.trim_start_matches('0').to_owned();
        let (value_a, value_b) = (value(&a[..digits_a]), value(&b[..digits_b]));
        let order = value_a.len().cmp(&value_b.len()).then(value_a.cmp(&value_b));
        if order != Ordering::Equal {
            return order;
        }
        (a, b) = (&a[digits_a..], &b[digits_b..]);
    }
}
