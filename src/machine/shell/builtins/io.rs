//! Builtins that read, print and test: `echo`, `printf`, `read`, `test`, `getopts`.

use std::time::Duration;

use podarium_sim::Time;

use super::super::dialect::Dialect;
use super::super::frames::Kind;
use super::super::interpreter::{Flow, Shell};
use super::super::variables::is_name;
use super::Outcome;
use crate::Sys;
use crate::programs;

pub(super) fn echo(shell: &mut Shell, _: &mut Sys<'_>, arguments: &[String]) -> Outcome {
    if shell.dialect == Dialect::Dash {
        // It knows `-n` only, and always reads backslashes.
        let (words, end) = match arguments.get(1).map(String::as_str) {
            Some("-n") => (&arguments[2..], ""),
            _ => (&arguments[1..], "\n"),
        };
        let (text, stopped) = programs::unescape(&words.join(" "), programs::Escapes::Echo);
        return Outcome::Print(text + if stopped { "" } else { end });
    }
    Outcome::Print(programs::echo_text(&arguments[1..]))
}

pub(super) fn printf(shell: &mut Shell, _: &mut Sys<'_>, arguments: &[String]) -> Outcome {
    let mut words = &arguments[1..];
    let mut target = None;
    if let [option, name, rest @ ..] = words
        && option == "-v"
    {
        (target, words) = (Some(name.clone()), rest);
    }
    if words.first().is_some_and(|word| word == "--") {
        words = &words[1..];
    }
    let Some((format, values)) = words.split_first() else {
        return Outcome::Fail(2, "usage: printf [-v var] format [arguments]".to_owned());
    };
    let (text, problem) = programs::printf_text(format, values);
    if let Some(name) = target {
        return match shell.variables.set(&name, text) {
            Ok(()) => Outcome::Status(0),
            Err(_) => Outcome::Fail(1, format!("{name}: readonly variable")),
        };
    }
    match problem {
        None => Outcome::Print(text),
        Some(problem) => {
            let line = shell.complaint(&format!("printf: {problem}"));
            shell.push(Kind::Finish(1));
            shell.push(Kind::Write(1, text));
            shell.push(Kind::Write(2, line));
            Outcome::Going
        }
    }
}

pub(super) fn test(shell: &mut Shell, sys: &mut Sys<'_>, arguments: &[String]) -> Outcome {
    let mut words = &arguments[1..];
    if arguments[0] == "[" {
        match words.split_last() {
            Some((last, rest)) if last == "]" => words = rest,
            _ => return Outcome::Fail(2, "missing `]'".to_owned()),
        }
    }
    match shell.expander(sys, &[]).test(words) {
        Ok(result) => Outcome::Status(i32::from(!result)),
        Err(stop) => Outcome::Stop(stop),
    }
}

/// A `read` that waits for its line.
#[derive(Clone)]
pub(in super::super) struct Read {
    names: Vec<String>,
    array: Option<String>,
    raw: bool,
    fd: u32,
    deadline: Option<Time>,
    /// Lines read so far that ended in a backslash.
    line: String,
    /// `-n`: so many characters are enough.
    most: Option<usize>,
    /// `-d`: what ends a line, when it is not a newline.
    delimiter: Option<u8>,
    /// `mapfile`: all lines become elements of the array; whether they lose their newlines.
    lines: Option<bool>,
    elements: Vec<String>,
}

pub(super) fn read(shell: &mut Shell, sys: &mut Sys<'_>, arguments: &[String]) -> Outcome {
    let mut read = Read::new();
    let mut prompt = String::new();
    let mut words = arguments[1..].iter().peekable();
    while let Some(word) = words.next_if(|word| word.len() > 1 && word.starts_with('-')) {
        let mut letters = word[1..].chars();
        while let Some(letter) = letters.next() {
            match letter {
                'r' => read.raw = true,
                's' | 'e' => {}
                letter => {
                    let rest: String = letters.by_ref().collect();
                    let value = if rest.is_empty() { words.next().cloned().unwrap_or_default() } else { rest };
                    match letter {
                        'p' => prompt = value,
                        'a' => read.array = Some(value),
                        'n' | 'N' => read.most = Some(value.parse().unwrap_or(0)),
                        'd' => read.delimiter = Some(value.bytes().next().unwrap_or(0)),
                        'u' => read.fd = value.parse().unwrap_or(0),
                        't' => match value.parse::<f64>() {
                            Ok(seconds) if seconds >= 0.0 => {
                                read.deadline = Some(sys.now() + Duration::from_secs_f64(seconds));
                            }
                            _ => return Outcome::Fail(1, format!("{value}: invalid timeout specification")),
                        },
                        letter => return Outcome::NotSimulated(format!("read -{letter}")),
                    }
                }
            }
        }
    }
    read.names = words.cloned().collect();
    if let Some(name) = read.names.iter().find(|name| !is_name(name)) {
        return Outcome::Fail(1, format!("`{name}': not a valid identifier"));
    }
    let fd = read.fd;
    shell.push(Kind::Read(read));
    if sys.is_tty(fd) {
        shell.write_error(sys, &prompt);
    }
    Outcome::Going
}

impl Read {
    fn new() -> Self {
        Read {
            names: Vec::new(),
            array: None,
            raw: false,
            fd: 0,
            deadline: None,
            line: String::new(),
            most: None,
            delimiter: None,
            lines: None,
            elements: Vec::new(),
        }
    }
}

/// `mapfile [-t] [ARRAY]`: every line of the input is an element.
pub(super) fn mapfile(shell: &mut Shell, _: &mut Sys<'_>, arguments: &[String]) -> Outcome {
    let (mut name, mut strips) = ("MAPFILE".to_owned(), false);
    for word in &arguments[1..] {
        match word.as_str() {
            "-t" => strips = true,
            option if option.starts_with('-') => return Outcome::NotSimulated(format!("mapfile {option}")),
            word => word.clone_into(&mut name),
        }
    }
    shell.push(Kind::Read(Read { array: Some(name), lines: Some(strips), raw: true, ..Read::new() }));
    Outcome::Going
}

impl Shell {
    /// `read -n 3`, `read -d :`: byte after byte, so that what comes behind stays in the input.
    fn step_read_bytes(&mut self, sys: &mut Sys<'_>, mut read: Read) -> Flow {
        let end = read.delimiter.unwrap_or(b'\n');
        loop {
            let is_full = read.most.is_some_and(|most| read.line.chars().count() >= most);
            let taken = if is_full { Some(Ok(vec![end])) } else { sys.read(read.fd, 1) };
            let Some(taken) = taken else {
                if read.deadline.is_some_and(|deadline| sys.sleep_until(deadline).is_some()) {
                    self.assign_read(sys, &read);
                    self.finish(sys, 142);
                    return Flow::Go;
                }
                self.push(Kind::Read(read));
                return Flow::Wait;
            };
            let byte = taken.ok().and_then(|bytes| bytes.first().copied());
            match byte {
                Some(byte) if byte != end => read.line.push(char::from(byte)),
                byte => {
                    if self.assign_read(sys, &read) {
                        self.finish(sys, i32::from(byte.is_none()));
                    }
                    return Flow::Go;
                }
            }
        }
    }

    fn step_mapfile(&mut self, sys: &mut Sys<'_>, mut read: Read, strips: bool) -> Flow {
        while let Some(bytes) = sys.read_line(read.fd) {
            if bytes.is_empty() {
                let name = read.array.unwrap_or_default();
                let set = self.variables.set_array(&name, (0..).zip(read.elements).collect());
                self.finish(sys, i32::from(set.is_err()));
                return Flow::Go;
            }
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let kept = if strips { text.strip_suffix('\n').unwrap_or(&text).to_owned() } else { text };
            read.elements.push(kept);
        }
        self.push(Kind::Read(read));
        Flow::Wait
    }

    pub(in super::super) fn step_read(&mut self, sys: &mut Sys<'_>, mut read: Read) -> Flow {
        if let Some(strips) = read.lines {
            return self.step_mapfile(sys, read, strips);
        }
        if read.most.is_some() || read.delimiter.is_some() {
            return self.step_read_bytes(sys, read);
        }
        loop {
            let Some(bytes) = sys.read_line(read.fd) else {
                if read.deadline.is_some_and(|deadline| sys.sleep_until(deadline).is_some()) {
                    self.assign_read(sys, &read);
                    self.finish(sys, 142);
                    return Flow::Go;
                }
                self.push(Kind::Read(read));
                return Flow::Wait;
            };
            let line = String::from_utf8_lossy(&bytes).into_owned();
            let complete = line.ends_with('\n');
            read.line.push_str(line.strip_suffix('\n').unwrap_or(&line));
            let backslashes = read.line.len() - read.line.trim_end_matches('\\').len();
            if complete && !read.raw && backslashes % 2 == 1 {
                read.line.pop();
                continue;
            }
            if self.assign_read(sys, &read) {
                self.finish(sys, i32::from(!complete));
            }
            return Flow::Go;
        }
    }

    /// Splits the line among the variables; the last one gets what is left. `false`: one of them is read-only.
    fn assign_read(&mut self, sys: &mut Sys<'_>, read: &Read) -> bool {
        let separators = self.separators().to_owned();
        let pairs = mark_escapes(&read.line, read.raw);
        let result = if let Some(array) = &read.array {
            let fields = split(&pairs, &separators, usize::MAX);
            self.variables.set_array(array, (0..).zip(fields).collect())
        } else if read.names.is_empty() {
            self.variables.set("REPLY", pairs.iter().map(|(c, _)| *c).collect::<String>())
        } else {
            let fields = split(&pairs, &separators, read.names.len());
            let mut fields = fields.into_iter();
            read.names.iter().try_for_each(|name| self.variables.set(name, fields.next().unwrap_or_default()))
        };
        match result {
            Ok(()) => true,
            Err(error) => {
                self.complain(sys, &format!("{}: readonly variable", error.0));
                self.finish(sys, 1);
                false
            }
        }
    }
}

/// Characters, and whether a backslash stood before them.
fn mark_escapes(line: &str, raw: bool) -> Vec<(char, bool)> {
    let mut out = Vec::new();
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' if !raw => out.extend(chars.next().map(|c| (c, true))),
            c => out.push((c, false)),
        }
    }
    out
}

fn split(line: &[(char, bool)], separators: &str, most: usize) -> Vec<String> {
    let is_space = |&(c, escaped): &(char, bool)| !escaped && c.is_ascii_whitespace() && separators.contains(c);
    let is_separator = |&(c, escaped): &(char, bool)| !escaped && separators.contains(c);
    let text = |part: &[(char, bool)]| part.iter().map(|(c, _)| *c).collect::<String>();
    let skip = |part: &[(char, bool)]| part.iter().take_while(|c| is_space(c)).count();
    let mut rest = &line[skip(line)..];
    let mut fields = Vec::new();
    while !rest.is_empty() {
        let end = rest.iter().position(is_separator).unwrap_or(rest.len());
        let after_space = end + skip(&rest[end..]);
        let after = match rest.get(after_space) {
            Some(c) if is_separator(c) && !is_space(c) => after_space + 1 + skip(&rest[after_space + 1..]),
            _ => after_space,
        };
        if fields.len() + 1 == most && after < rest.len() {
            let trailing = rest.iter().rev().take_while(|c| is_space(c)).count();
            fields.push(text(&rest[..rest.len() - trailing]));
            return fields;
        }
        fields.push(text(&rest[..end]));
        rest = &rest[after..];
    }
    fields
}

/// `getopts SPEC NAME [ARGS]`: one option a call, with `OPTIND` and `OPTARG`.
pub(super) fn getopts(shell: &mut Shell, sys: &mut Sys<'_>, arguments: &[String]) -> Outcome {
    let [_, spec, name, rest @ ..] = arguments else {
        return Outcome::Fail(2, "usage: getopts optstring name [arg ...]".to_owned());
    };
    let words = if rest.is_empty() { shell.positional.to_vec() } else { rest.to_vec() };
    let number = |name: &str| shell.variables.text(name).and_then(|text| text.parse::<usize>().ok());
    let index = number("OPTIND").unwrap_or(1).max(1);
    // Where in a word of several letters (`-abc`) the next one stands.
    let place = number("_OPTPLACE").unwrap_or(1).max(1);
    let silent = spec.starts_with(':');
    let mut set = |name: &str, text: String| {
        // `getopts` and its variables are nothing that scripts make read-only.
        let _ = shell.variables.set(name, text);
    };
    let word = words.get(index - 1).filter(|word| word.len() > 1 && word.starts_with('-'));
    let Some(word) = word.filter(|word| *word != "--") else {
        set(name, "?".to_owned());
        let is_end_mark = words.get(index - 1).is_some_and(|word| word == "--");
        set("OPTIND", (index + usize::from(is_end_mark)).to_string());
        return Outcome::Status(1);
    };
    let letters: Vec<char> = word.chars().collect();
    let letter = letters[place.min(letters.len() - 1)];
    let mut next = if place + 1 < letters.len() { (index, place + 1) } else { (index + 1, 1) };
    let known = spec.trim_start_matches(':').find(letter).filter(|_| letter != ':');
    let (mut found, mut argument, mut complaint) = (letter.to_string(), None, None);
    match known {
        None => {
            found = "?".to_owned();
            argument = silent.then(|| letter.to_string());
            complaint = (!silent).then(|| format!("illegal option -- {letter}"));
        }
        Some(at) if spec.trim_start_matches(':')[at..].chars().nth(1) == Some(':') => {
            let rest: String = letters[place + 1..].iter().collect();
            let value = if rest.is_empty() { words.get(index).cloned() } else { Some(rest.clone()) };
            next = (index + if rest.is_empty() { 2 } else { 1 }, 1);
            match value {
                Some(value) => argument = Some(value),
                None => {
                    found = if silent { ":" } else { "?" }.to_owned();
                    argument = silent.then(|| letter.to_string());
                    complaint = (!silent).then(|| format!("option requires an argument -- {letter}"));
                }
            }
        }
        Some(_) => {}
    }
    set(name, found);
    set("OPTIND", next.0.to_string());
    set("_OPTPLACE", next.1.to_string());
    match argument {
        Some(argument) => set("OPTARG", argument),
        None => drop(shell.variables.unset("OPTARG")),
    }
    shell.push(Kind::Finish(0));
    if let Some(complaint) = complaint {
        let text = format!("{}: {complaint}\n", shell.name);
        shell.write_error(sys, &text);
    }
    Outcome::Going
}
