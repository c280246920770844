//! `grep`: the lines that match.

use std::collections::VecDeque;

use regex::Regex;

use super::arguments::{self, Arguments, Options};
use super::lines::{Next, each_line};
use super::regular::{Syntax, compile};
use crate::{Errno, Process, Suspend};

const OPTIONS: Options = Options::new("PEFGe:f:ivwxcnlLoqshHrRm:A:B:C:ay:K::I:X:", &[
    ("extended-regexp", 'E'),
    ("fixed-strings", 'F'),
    ("basic-regexp", 'G'),
    ("regexp", 'e'),
    ("file", 'f'),
    ("ignore-case", 'i'),
    ("invert-match", 'v'),
    ("word-regexp", 'w'),
    ("line-regexp", 'x'),
    ("count", 'c'),
    ("line-number", 'n'),
    ("files-with-matches", 'l'),
    ("files-without-match", 'L'),
    ("only-matching", 'o'),
    ("quiet", 'q'),
    ("silent", 'q'),
    ("no-messages", 's'),
    ("no-filename", 'h'),
    ("with-filename", 'H'),
    ("recursive", 'r'),
    ("max-count", 'm'),
    ("after-context", 'A'),
    ("before-context", 'B'),
    ("context", 'C'),
    ("text", 'a'),
    ("line-buffered", 'a'),
    ("perl-regexp", 'P'),
    ("color", 'K'),
    ("colour", 'K'),
    ("include", 'I'),
    ("exclude", 'X'),
])
.lacking(&["b", "z", "Z", "T", "U", "byte-offset", "null", "exclude-dir", "label"])
.wrong_use(2);

#[derive(Clone, Default)]
struct Found {
    file: Option<usize>,
    number: usize,
    count: usize,
    /// The lines before, for `-B`.
    before: VecDeque<(usize, String)>,
    /// How many more lines to print for `-A`.
    after: usize,
    /// The number of the line printed last, so that `--` can stand between groups.
    printed: Option<usize>,
    any: bool,
}

struct Grep {
    arguments: Arguments,
    regexes: Vec<Regex>,
    named: bool,
    before: usize,
    after: usize,
    most: usize,
}

pub(super) fn main(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let words = with_context(process.args());
    let mut arguments = match arguments::read_words(process, &words, &OPTIONS)? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    if words[0].ends_with("egrep") {
        arguments = match arguments::read_words(process, &[vec!["grep".to_owned(), "-E".to_owned()], words[1..].to_vec()].concat(), &OPTIONS)? {
            Ok(arguments) => arguments,
            Err(status) => return Ok(status),
        };
    }
    let mut patterns: Vec<String> = arguments.values('e').flat_map(|text| text.split('\n')).map(str::to_owned).collect();
    let mut from_file = false;
    for path in arguments.values('f').map(str::to_owned).collect::<Vec<_>>() {
        from_file = true;
        match super::lines::read_all(process, &path)? {
            Ok(bytes) => patterns.extend(String::from_utf8_lossy(&bytes).lines().map(str::to_owned)),
            Err(error) => {
                process.eprint(&format!("grep: {path}: {error}\n"))?;
                return Ok(2);
            }
        }
    }
    if patterns.is_empty() && !from_file {
        if arguments.operands.is_empty() {
            process.eprint("Usage: grep [OPTION]... PATTERNS [FILE]...\nTry 'grep --help' for more information.\n")?;
            return Ok(2);
        }
        patterns = arguments.operands.remove(0).split('\n').map(str::to_owned).collect();
    }
    let regexes = match compile_all(&patterns, &arguments) {
        Ok(regexes) => regexes,
        Err(problem) => {
            let name = if problem.starts_with("not simulated") { "podarium" } else { "grep" };
            process.eprint(&format!("{name}: {problem}\n"))?;
            return Ok(2);
        }
    };
    run(process, arguments, regexes)
}

fn compile_all(patterns: &[String], arguments: &Arguments) -> Result<Vec<Regex>, String> {
    let syntax = match arguments.last_of("EFG") {
        Some('E') => Syntax::Extended,
        Some('F') => Syntax::Fixed,
        _ => Syntax::Basic,
    };
    let ignore_case = arguments.has('i') || arguments.has('y');
    patterns
        .iter()
        .map(|pattern| {
            let plain = match arguments.has('P') {
                true => perl(pattern, ignore_case)?,
                false => compile(pattern, syntax, ignore_case)?,
            };
            if !arguments.has('x') && !arguments.has('w') {
                return Ok(plain);
            }
            let translated = plain.as_str();
            let framed = match arguments.has('x') {
                true => format!("^(?:{translated})$"),
                false => format!(r"\b{{start-half}}(?:{translated})\b{{end-half}}"),
            };
            let built = regex::RegexBuilder::new(&framed).case_insensitive(ignore_case).build();
            built.map_err(|_| "Invalid regular expression".to_owned())
        })
        .collect()
}

/// A pattern of Perl's kind, of which looking around and `\\K` are not simulated.
fn perl(pattern: &str, ignore_case: bool) -> Result<Regex, String> {
    let built = regex::RegexBuilder::new(pattern).case_insensitive(ignore_case).build();
    built.map_err(|_| match ["(?=", "(?!", "(?<=", "(?<!", "\\K", "(?>", "\\1"].iter().find(|part| pattern.contains(**part)) {
        Some(part) => format!("not simulated: grep -P with {part}"),
        None => "unmatched parentheses".to_owned(),
    })
}

/// `-3` is `-C 3`.
fn with_context(words: Vec<String>) -> Vec<String> {
    let number = |word: &str| word.len() > 1 && word.starts_with('-') && word[1..].bytes().all(|c| c.is_ascii_digit());
    words.into_iter().map(|word| if number(&word) { format!("-C{}", &word[1..]) } else { word }).collect()
}

fn run(process: &mut Process<'_>, arguments: Arguments, regexes: Vec<Regex>) -> Result<i32, Suspend> {
    let recursive = arguments.has('r') || arguments.has('R');
    let mut paths = arguments.paths();
    if recursive {
        let implied = arguments.operands.is_empty();
        paths = walk(process, if implied { vec![".".to_owned()] } else { paths }, &arguments, implied)?;
    }
    let named = arguments.has('H') || !arguments.has('h') && (arguments.operands.len() > 1 || recursive);
    let number = |letter| arguments.value(letter).and_then(|text| text.parse::<usize>().ok());
    let around = number('C');
    let (before, after) = (number('B').or(around).unwrap_or(0), number('A').or(around).unwrap_or(0));
    let most = number('m').unwrap_or(usize::MAX);
    let silent = arguments.has('s');
    let complaint = |path: &str, error: Errno| format!("grep: {path}: {error}\n");
    let quiet: fn(&str, Errno) -> String = |_, _| String::new();
    let grep = Grep { arguments, regexes, named, before, after, most };
    let mut out = Vec::new();
    let start = Found::default();
    let done = each_line(process, &paths, if silent { quiet } else { complaint }, false, start, |found, line, out| {
        if found.file != Some(line.file) {
            grep.end_of_file(found, &paths, line.file, out);
        }
        grep.line(found, &line.text(), line.path, out)
    })?;
    let mut found = done.state;
    if !(grep.arguments.has('q') && found.any) {
        grep.end_of_file(&mut found, &paths, paths.len(), &mut out);
    }
    if !out.is_empty() {
        process.write_stdout(&out)?;
    }
    let listed = grep.arguments.has('L') && !out.is_empty();
    Ok(match (found.any || listed, done.failed) {
        (true, false) => 0,
        (true, true) if grep.arguments.has('q') => 0,
        (_, true) => 2,
        (false, false) => 1,
    })
}

impl Grep {
    fn name(path: &str) -> &str {
        if path == "-" { "(standard input)" } else { path }
    }

    /// What is said about a file at its end, and about files between that had no lines.
    fn end_of_file(&self, found: &mut Found, paths: &[String], next: usize, out: &mut Vec<u8>) {
        let from = found.file.unwrap_or(0);
        for index in from..next {
            let count = if found.file == Some(index) { found.count } else { 0 };
            let path = Self::name(&paths[index]);
            if self.arguments.has('c') {
                let name = if self.named { format!("{path}:") } else { String::new() };
                out.extend(format!("{name}{count}\n").bytes());
            } else if self.arguments.has('L') && count == 0 {
                out.extend(format!("{path}\n").bytes());
            }
        }
        *found = Found { file: Some(next), any: found.any, printed: found.printed.map(|_| 0), ..Found::default() };
    }

    fn line(&self, found: &mut Found, text: &str, path: &str, out: &mut Vec<u8>) -> Next {
        found.number += 1;
        let matches = self.regexes.iter().any(|regex| regex.is_match(text)) != self.arguments.has('v');
        if !matches {
            if found.after > 0 {
                found.after -= 1;
                self.print(found, found.number, text, path, '-', out);
            } else if self.before > 0 {
                found.before.push_back((found.number, text.to_owned()));
                if found.before.len() > self.before {
                    found.before.pop_front();
                }
            }
            return if found.count >= self.most && found.after == 0 { Next::File } else { Next::Line };
        }
        if found.count >= self.most {
            return Next::File;
        }
        found.count += 1;
        found.any = true;
        let has = |letter| self.arguments.has(letter);
        if has('q') {
            return Next::Stop;
        }
        if has('l') {
            out.extend(format!("{}\n", Self::name(path)).bytes());
            return Next::File;
        }
        if has('L') {
            return Next::File;
        }
        if !has('c') {
            for (number, line) in std::mem::take(&mut found.before) {
                self.print(found, number, &line, path, '-', out);
            }
            match has('o') {
                true if has('v') => {}
                true => self.print_matches(found, text, path, out),
                false => self.print(found, found.number, text, path, ':', out),
            }
            found.after = self.after;
        }
        if found.count >= self.most && found.after == 0 { Next::File } else { Next::Line }
    }

    fn prefix(&self, number: usize, path: &str, mark: char) -> String {
        let mut prefix = String::new();
        if self.named {
            prefix.push_str(&format!("{}{mark}", Self::name(path)));
        }
        if self.arguments.has('n') {
            prefix.push_str(&format!("{number}{mark}"));
        }
        prefix
    }

    fn print(&self, found: &mut Found, number: usize, text: &str, path: &str, mark: char, out: &mut Vec<u8>) {
        let context = self.before > 0 || self.after > 0;
        if context && found.printed.is_some_and(|last| last + 1 != number) {
            out.extend(b"--\n");
        }
        found.printed = Some(number);
        out.extend(format!("{}{text}\n", self.prefix(number, path, mark)).bytes());
    }

    fn print_matches(&self, found: &Found, text: &str, path: &str, out: &mut Vec<u8>) {
        let mut at = 0;
        while at <= text.len() {
            let next = self.regexes.iter().filter_map(|regex| regex.find_at(text, at));
            let Some(next) = next.min_by_key(|it| (it.start(), std::cmp::Reverse(it.end()))) else { return };
            if !next.is_empty() {
                out.extend(format!("{}{}\n", self.prefix(found.number, path, ':'), next.as_str()).bytes());
            }
            at = match next.is_empty() {
                true => next.end() + text[next.end()..].chars().next().map_or(1, char::len_utf8),
                false => next.end(),
            };
        }
    }
}

/// The files below directories, in order.
fn walk(
    process: &mut Process<'_>,
    paths: Vec<String>,
    arguments: &Arguments,
    implied: bool,
) -> Result<Vec<String>, Suspend> {
    let glob = |pattern: &str, name: &str| crate::shell::glob_matches(pattern, name);
    let (mut todo, mut files) = (paths, Vec::new());
    todo.reverse();
    while let Some(path) = todo.pop() {
        let found = process.lstat(&path)?;
        if !found.as_ref().is_ok_and(|it| it.is_dir()) {
            let name = super::paths::last_name(&path);
            let included = arguments.value('I').is_none() || arguments.values('I').any(|pattern| glob(pattern, name));
            if included && !arguments.values('X').any(|pattern| glob(pattern, name)) {
                files.push(path);
            }
            continue;
        }
        let mut names = process.read_dir(&path)?.unwrap_or_default();
        names.reverse();
        let base = match path.as_str() {
            "." if implied => String::new(),
            path if path.ends_with('/') => path.to_owned(),
            path => format!("{path}/"),
        };
        todo.extend(names.into_iter().map(|name| format!("{base}{name}")));
    }
    Ok(files)
}
