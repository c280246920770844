//! `find`: walks directories and acts on what an expression selects.

use std::time::Duration;

use super::arguments;
use crate::users::Names;
use crate::{FileKind, Metadata, OpenMode, Process, Spawn, Suspend};

enum Test {
    Name(String, bool),
    Path(String, bool),
    Kind(FileKind),
    Empty,
    /// `-size`, `-mmin`, `-mtime`: more (`+`), less (`-`) or just so many.
    Size(char, u64, u64),
    Age(char, u64, Duration),
    Newer(String),
    /// `-perm`: exactly these bits, all of these (`-`), any of these (`/`).
    Mode(char, u32),
    User(String),
    Group(String),
    Format(String),
    Executable,
    Always(bool),
    Print(char),
    Delete,
    Prune,
    /// The command, and whether its status counts (`;`) or all paths go into one call (`+`).
    Execute(Vec<String>, bool, usize),
    Not(Box<Test>),
    And(Vec<Test>),
    Or(Vec<Test>),
}

struct Parser<'a> {
    words: &'a [String],
    at: usize,
    acts: bool,
    batches: usize,
    depths: (usize, usize),
    deepest_first: bool,
}

pub(super) fn main(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let words = process.args();
    let starts = |word: &&String| !word.starts_with('-') && !matches!(word.as_str(), "(" | "!");
    let mut paths: Vec<String> = words[1..].iter().take_while(starts).cloned().collect();
    let expression = &words[1 + paths.len()..];
    if paths.is_empty() {
        paths.push(".".to_owned());
    }
    let mut parser =
        Parser { words: expression, at: 0, acts: false, batches: 0, depths: (0, usize::MAX), deepest_first: false };
    let test = match parser.either() {
        Ok(test) if parser.at == expression.len() => test,
        Ok(_) => {
            let word = &expression[parser.at];
            process.eprint(&format!("find: paths must precede expression: `{word}'\n"))?;
            return Ok(1);
        }
        Err(problem) => {
            let name = if problem.starts_with("not simulated") { "podarium" } else { "find" };
            process.eprint(&format!("{name}: {problem}\n"))?;
            return Ok(1);
        }
    };
    let test = if parser.acts { test } else { Test::And(vec![test, Test::Print('\n')]) };
    let mut walk = Walk { status: 0, batches: vec![(Vec::new(), Vec::new()); parser.batches], prune: false, start: String::new() };
    for path in &paths {
        walk.from(process, path, &test, parser.depths, parser.deepest_first)?;
    }
    for (command, paths) in std::mem::take(&mut walk.batches) {
        if !paths.is_empty() {
            walk.run(process, [command, paths].concat())?;
        }
    }
    Ok(walk.status)
}

impl Parser<'_> {
    fn peek(&self) -> Option<&str> {
        self.words.get(self.at).map(String::as_str)
    }

    fn either(&mut self) -> Result<Test, String> {
        let mut any = vec![self.all()?];
        while matches!(self.peek(), Some("-o" | "-or")) {
            self.at += 1;
            any.push(self.all()?);
        }
        Ok(if any.len() == 1 { any.remove(0) } else { Test::Or(any) })
    }

    fn all(&mut self) -> Result<Test, String> {
        let mut all = Vec::new();
        loop {
            match self.peek() {
                None | Some("-o" | "-or" | ")") => return Ok(Test::And(all)),
                Some("-a" | "-and") => self.at += 1,
                Some(word) if !word.starts_with(['-', '(', '!']) => return Ok(Test::And(all)),
                Some(_) => all.push(self.one()?),
            }
        }
    }

    fn argument(&mut self, name: &str) -> Result<String, String> {
        let word = self.words.get(self.at).cloned().ok_or_else(|| format!("missing argument to `{name}'"))?;
        self.at += 1;
        Ok(word)
    }

    fn one(&mut self) -> Result<Test, String> {
        let name = self.argument("find")?;
        let number = |text: &str| -> Result<(char, u64), String> {
            let sign = text.chars().next().filter(|c| *c == '+' || *c == '-').unwrap_or('=');
            let value = text.trim_start_matches(['+', '-']).parse();
            value.map(|value| (sign, value)).map_err(|_| format!("invalid argument `{text}' to `{name}'"))
        };
        Ok(match name.as_str() {
            "(" => {
                let inner = self.either()?;
                if self.peek() != Some(")") {
                    return Err("invalid expression; I was expecting to find a ')' somewhere but did not see one.".to_owned());
                }
                self.at += 1;
                inner
            }
            "!" | "-not" => Test::Not(Box::new(self.one()?)),
            "-name" | "-iname" => Test::Name(self.argument(&name)?, name == "-iname"),
            "-path" | "-wholename" | "-ipath" => Test::Path(self.argument(&name)?, name == "-ipath"),
            "-type" => Test::Kind(match self.argument(&name)?.as_str() {
                "f" => FileKind::File,
                "d" => FileKind::Directory,
                "l" => FileKind::Symlink,
                "c" | "b" | "p" | "s" => FileKind::Device,
                other => return Err(format!("Unknown argument to -type: {other}")),
            }),
            "-maxdepth" | "-mindepth" => {
                let word = self.argument(&name)?;
                let depth = word.parse().map_err(|_| {
                    format!("Expected a positive decimal integer argument to {name}, but got `{word}'")
                })?;
                match name.as_str() {
                    "-maxdepth" => self.depths.1 = depth,
                    _ => self.depths.0 = depth,
                }
                Test::Always(true)
            }
            "-empty" => Test::Empty,
            "-size" => {
                let word = self.argument(&name)?;
                let unit = match word.chars().last() {
                    Some('c') => 1,
                    Some('k') => 1 << 10,
                    Some('M') => 1 << 20,
                    Some('G') => 1 << 30,
                    _ => 512,
                };
                let (sign, value) = number(word.trim_end_matches(['c', 'k', 'M', 'G', 'b']))?;
                Test::Size(sign, value, unit)
            }
            "-mmin" | "-mtime" => {
                let (sign, value) = number(&self.argument(&name)?)?;
                Test::Age(sign, value, Duration::from_secs(if name == "-mmin" { 60 } else { 86_400 }))
            }
            "-perm" => {
                let word = self.argument(&name)?;
                let sign = word.chars().next().filter(|c| *c == '-' || *c == '/').unwrap_or('=');
                let bits = super::make::changed_mode(word.trim_start_matches(['-', '/']), 0, false);
                Test::Mode(sign, bits.ok_or_else(|| format!("invalid mode `{word}'"))?)
            }
            "-user" => Test::User(self.argument(&name)?),
            "-group" => Test::Group(self.argument(&name)?),
            "-executable" => Test::Executable,
            "-printf" => {
                self.acts = true;
                let format = self.argument(&name)?;
                if let Some(at) = format.match_indices('%').map(|(at, _)| at).find(|at| !matches!(format[at + 1..].chars().next(), Some('f' | 'p' | 's' | 'h' | 'm' | 'u' | 'g' | 'y' | 'd' | 'P' | '%')) && !format[..*at].ends_with('%')) {
                    return Err(format!("not simulated: find -printf {}", &format[at..(at + 2).min(format.len())]));
                }
                Test::Format(format)
            }
            "-newer" => Test::Newer(self.argument(&name)?),
            "-true" => Test::Always(true),
            "-false" => Test::Always(false),
            "-print" | "-print0" => {
                self.acts = true;
                Test::Print(if name == "-print" { '\n' } else { '\0' })
            }
            "-delete" => {
                (self.acts, self.deepest_first) = (true, true);
                Test::Delete
            }
            "-depth" => {
                self.deepest_first = true;
                Test::Always(true)
            }
            "-prune" => Test::Prune,
            "-exec" => self.execute()?,
            "-ok" | "-execdir" | "-regex" | "-iregex" | "-ls" | "-quit"
            | "-xdev" | "-follow" | "-L" | "-H" | "-P" | "-atime" | "-ctime" | "-amin" | "-cmin" | "-links" | "-inum"
            | "-newermt" | "-readable" | "-writable" | "-fprint" => {
                return Err(format!("not simulated: find {name}"));
            }
            other => return Err(format!("unknown predicate `{other}'")),
        })
    }

    fn execute(&mut self) -> Result<Test, String> {
        self.acts = true;
        let mut command = Vec::new();
        loop {
            let word = self.argument("-exec")?;
            if word == ";" {
                return Ok(Test::Execute(command, true, 0));
            }
            if word == "+" && command.last().is_some_and(|last| last == "{}") {
                command.pop();
                self.batches += 1;
                return Ok(Test::Execute(command, false, self.batches - 1));
            }
            command.push(word);
        }
    }
}

struct Walk {
    status: i32,
    batches: Vec<(Vec<String>, Vec<String>)>,
    prune: bool,
    /// Where it began to walk.
    start: String,
}

impl Walk {
    fn from(
        &mut self,
        process: &mut Process<'_>,
        start: &str,
        test: &Test,
        depths: (usize, usize),
        deepest_first: bool,
    ) -> Result<(), Suspend> {
        // Each entry: the path, its depth, and whether what is below it has been visited.
        start.clone_into(&mut self.start);
        let mut todo = vec![(start.to_owned(), 0, false)];
        while let Some((path, depth, visited)) = todo.pop() {
            let found = match process.lstat(&path)? {
                Ok(found) => found,
                Err(error) => {
                    process.eprint(&format!("find: '{path}': {error}\n"))?;
                    self.status = 1;
                    continue;
                }
            };
            self.prune = false;
            if (visited || !deepest_first) && depth >= depths.0 {
                self.holds(process, test, &path, &found)?;
            }
            if visited || !found.is_dir() || depth >= depths.1 || self.prune {
                if !visited && deepest_first && !self.prune && depth >= depths.0 {
                    self.holds(process, test, &path, &found)?;
                }
                continue;
            }
            if deepest_first {
                todo.push((path.clone(), depth, true));
            }
            let names = process.read_dir(&path)?.unwrap_or_default();
            let base = path.trim_end_matches('/');
            todo.extend(names.into_iter().rev().map(|name| (format!("{base}/{name}"), depth + 1, false)));
        }
        Ok(())
    }

    fn holds(&mut self, process: &mut Process<'_>, test: &Test, path: &str, found: &Metadata) -> Result<bool, Suspend> {
        let glob = |pattern: &str, text: &str, folds: bool| match folds {
            true => crate::shell::glob_matches(&pattern.to_lowercase(), &text.to_lowercase()),
            false => crate::shell::glob_matches(pattern, text),
        };
        let compare = |sign: char, value: u64, wanted: u64| match sign {
            '+' => value > wanted,
            '-' => value < wanted,
            _ => value == wanted,
        };
        Ok(match test {
            Test::Name(pattern, folds) => glob(pattern, super::paths::last_name(path), *folds),
            Test::Path(pattern, folds) => glob(pattern, path, *folds),
            Test::Kind(kind) => found.kind == *kind,
            Test::Empty => match found.is_dir() {
                true => process.read_dir(path)?.is_ok_and(|names| names.is_empty()),
                false => found.kind == FileKind::File && found.size == 0,
            },
            Test::Size(sign, wanted, unit) => compare(*sign, found.size.div_ceil(*unit), *wanted),
            Test::Age(sign, wanted, unit) => {
                let age = process.now()?.since(found.modified);
                compare(*sign, age.as_secs() / unit.as_secs(), *wanted)
            }
            Test::Newer(other) => process.stat(other)?.is_ok_and(|other| found.modified > other.modified),
            Test::Mode(sign, bits) => match sign {
                '-' => found.mode & bits == *bits,
                '/' => *bits == 0 || found.mode & bits != 0,
                _ => found.mode & 0o7777 == *bits,
            },
            Test::User(name) => {
                let names = Names::read(process)?;
                names.user_named(name).map(|user| user.uid).or_else(|| name.parse().ok()) == Some(found.uid)
            }
            Test::Group(name) => {
                let names = Names::read(process)?;
                names.group_named(name).map(|group| group.gid).or_else(|| name.parse().ok()) == Some(found.gid)
            }
            Test::Executable => process.access(path, 1)?.is_ok(),
            Test::Format(format) => {
                let names = Names::read(process)?;
                let text = self.formatted(format, path, found, &names);
                process.print(&text)?;
                true
            }
            Test::Always(holds) => *holds,
            Test::Print(end) => {
                process.print(&format!("{path}{end}"))?;
                true
            }
            Test::Delete => match process.remove(path)? {
                Ok(()) => true,
                Err(error) => {
                    process.eprint(&format!("find: cannot delete '{path}': {error}\n"))?;
                    self.status = 1;
                    false
                }
            },
            Test::Prune => {
                self.prune = true;
                true
            }
            Test::Execute(command, true, _) => {
                let command = command.iter().map(|word| word.replace("{}", path)).collect();
                self.run(process, command)?
            }
            Test::Execute(command, false, batch) => {
                self.batches[*batch].0.clone_from(command);
                self.batches[*batch].1.push(path.to_owned());
                true
            }
            Test::Not(inner) => !self.holds(process, inner, path, found)?,
            Test::And(all) => {
                for test in all {
                    if !self.holds(process, test, path, found)? {
                        return Ok(false);
                    }
                }
                true
            }
            Test::Or(any) => {
                for test in any {
                    if self.holds(process, test, path, found)? {
                        return Ok(true);
                    }
                }
                false
            }
        })
    }

    fn formatted(&self, format: &str, path: &str, found: &Metadata, names: &Names) -> String {
        let (mut out, mut rest) = (String::new(), format.chars());
        while let Some(c) = rest.next() {
            match (c, if matches!(c, '%' | '\\') { rest.next() } else { None }) {
                ('%', Some('f')) => out.push_str(super::paths::last_name(path)),
                ('%', Some('p')) => out.push_str(path),
                ('%', Some('P')) => out.push_str(path.strip_prefix(&self.start).unwrap_or(path).trim_start_matches('/')),
                ('%', Some('h')) => out.push_str(path.rsplit_once('/').map_or(".", |(above, _)| above)),
                ('%', Some('s')) => out.push_str(&found.size.to_string()),
                ('%', Some('m')) => out.push_str(&format!("{:o}", found.mode & 0o7777)),
                ('%', Some('u')) => out.push_str(&names.user_or_number(found.uid)),
                ('%', Some('g')) => out.push_str(&names.group_or_number(found.gid)),
                ('%', Some('d')) => out.push_str(&path.strip_prefix(&self.start).unwrap_or_default().matches('/').count().to_string()),
                ('%', Some('y')) => out.push(match found.kind {
                    FileKind::File => 'f',
                    FileKind::Directory => 'd',
                    FileKind::Symlink => 'l',
                    FileKind::Device => 'c',
                }),
                ('\\', Some('n')) => out.push('\n'),
                ('\\', Some('t')) => out.push('\t'),
                ('\\', Some('0')) => out.push('\0'),
                ('%' | '\\', Some(other)) => out.push(other),
                (c, _) => out.push(c),
            }
        }
        out
    }

    fn run(&mut self, process: &mut Process<'_>, command: Vec<String>) -> Result<bool, Suspend> {
        let mut spawn = Spawn::new(&command);
        let null = process.open("/dev/null", OpenMode::Read)?;
        if let Ok(null) = null {
            spawn = spawn.fd(0, null);
        }
        let status = match process.spawn(spawn)? {
            Ok(child) => process.wait(child)?.map_or(127, |status| status.code),
            Err(error) => {
                let name = command.first().map_or("", String::as_str);
                process.eprint(&format!("find: '{}': {error}\n", arguments::program_name(name)))?;
                1
            }
        };
        if let Ok(null) = null {
            process.close(null)?;
        }
        Ok(status == 0)
    }
}
