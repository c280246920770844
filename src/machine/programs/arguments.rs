//! Command-line options in the manner of GNU: `-abc`, `-n5`, `-n 5`, `--lines=5`, `--lines 5`, and `--`.

use crate::{Process, Suspend};

/// What options a program has.
pub(super) struct Options {
    /// The letters; one with an argument is followed by `:`, one whose argument may only be attached by `::`.
    pub letters: &'static str,
    /// Long names, and the letter that each stands for.
    pub long: &'static [(&'static str, char)],
    /// Letters and long names that the real program has and this one does not.
    pub lacking: &'static [&'static str],
    /// The status for wrong use.
    pub wrong_use: i32,
    /// Everything behind the first operand is an operand, as for programs that run others.
    pub stops_at_operand: bool,
}

impl Options {
    pub const fn new(letters: &'static str, long: &'static [(&'static str, char)]) -> Self {
        Options { letters, long, lacking: &[], wrong_use: 1, stops_at_operand: false }
    }

    pub const fn lacking(self, lacking: &'static [&'static str]) -> Self {
        Options { lacking, ..self }
    }

    pub const fn wrong_use(self, wrong_use: i32) -> Self {
        Options { wrong_use, ..self }
    }

    pub const fn stops_at_operand(self) -> Self {
        Options { stops_at_operand: true, ..self }
    }
}

/// A command line that was read.
#[derive(Clone, Debug, Default)]
pub(super) struct Arguments {
    options: Vec<(char, Option<String>)>,
    pub operands: Vec<String>,
}

impl Arguments {
    pub fn has(&self, letter: char) -> bool {
        self.options.iter().any(|(found, _)| *found == letter)
    }

    /// How often an option was given.
    pub fn count(&self, letter: char) -> usize {
        self.options.iter().filter(|(found, _)| *found == letter).count()
    }

    /// The argument of an option; of the last one, if there are several.
    pub fn value(&self, letter: char) -> Option<&str> {
        self.options.iter().rev().find(|(found, _)| *found == letter).and_then(|(_, value)| value.as_deref())
    }

    pub fn values(&self, letter: char) -> impl Iterator<Item = &str> {
        self.options.iter().filter(move |(found, _)| *found == letter).filter_map(|(_, value)| value.as_deref())
    }

    /// Which of several letters came last.
    pub fn last_of(&self, letters: &str) -> Option<char> {
        self.options.iter().rev().map(|(letter, _)| *letter).find(|letter| letters.contains(*letter))
    }

    /// The operands, or `-` for standard input when there are none.
    pub fn paths(&self) -> Vec<String> {
        if self.operands.is_empty() { vec!["-".to_owned()] } else { self.operands.clone() }
    }
}

/// Why a command line makes no sense.
enum Problem {
    Wrong(String),
    NotSimulated(String),
}

/// Reads the process's command line. `Err`: the error is written, and the program ends with this status.
pub(super) fn read(process: &mut Process<'_>, options: &Options) -> Result<Result<Arguments, i32>, Suspend> {
    let words = process.args();
    read_words(process, &words, options)
}

/// Reads a command line that was prepared: `head -5` as `head -n 5`.
pub(super) fn read_words(
    process: &mut Process<'_>,
    words: &[String],
    options: &Options,
) -> Result<Result<Arguments, i32>, Suspend> {
    let name = program_name(&words[0]);
    Ok(match parse(&words[1..], options) {
        Ok(arguments) => Ok(arguments),
        Err(Problem::Wrong(text)) => Err(wrong_use(process, name, &text, options.wrong_use)?),
        Err(Problem::NotSimulated(what)) => Err(not_simulated(process, &format!("{name} {what}"))?),
    })
}

pub(super) fn program_name(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

/// Complains and points to `--help`, as the programs of coreutils do.
pub(super) fn wrong_use(process: &mut Process<'_>, name: &str, text: &str, status: i32) -> Result<i32, Suspend> {
    let usage = if name == "grep" { "Usage: grep [OPTION]... PATTERNS [FILE]...\n" } else { "" };
    process.eprint(&format!("{name}: {text}\n{usage}Try '{name} --help' for more information.\n"))?;
    Ok(status)
}

/// Says that the real program can do this and the simulated one cannot.
pub(super) fn not_simulated(process: &mut Process<'_>, what: &str) -> Result<i32, Suspend> {
    process.eprint(&format!("podarium: not simulated: {what}\n"))?;
    Ok(2)
}

fn parse(words: &[String], options: &Options) -> Result<Arguments, Problem> {
    let mut arguments = Arguments::default();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if word == "--" {
            arguments.operands.extend(words.cloned());
            break;
        }
        if let Some(long) = word.strip_prefix("--") {
            let (name, attached) = match long.split_once('=') {
                Some((name, value)) => (name, Some(value.to_owned())),
                None => (long, None),
            };
            let (name, letter) = long_option(name, word, options)?;
            let value = match (takes(options, letter), attached) {
                (Takes::Nothing, None) => None,
                (Takes::Nothing, Some(_)) => {
                    return Err(Problem::Wrong(format!("option '--{name}' doesn't allow an argument")));
                }
                (Takes::Maybe, attached) => attached,
                (Takes::Argument, Some(value)) => Some(value),
                (Takes::Argument, None) => match words.next() {
                    Some(value) => Some(value.clone()),
                    None => return Err(Problem::Wrong(format!("option '--{name}' requires an argument"))),
                },
            };
            arguments.options.push((letter, value));
        } else if word.len() > 1 && word.starts_with('-') {
            let mut letters = word[1..].chars();
            while let Some(letter) = letters.next() {
                let rest = letters.as_str();
                let value = match known(options, letter)? {
                    Takes::Nothing => None,
                    _ if !rest.is_empty() => Some(rest.to_owned()),
                    Takes::Maybe => None,
                    Takes::Argument => match words.next() {
                        Some(value) => Some(value.clone()),
                        None => return Err(Problem::Wrong(format!("option requires an argument -- '{letter}'"))),
                    },
                };
                let took_rest = value.is_some() || takes(options, letter) == Takes::Argument;
                arguments.options.push((letter, value));
                if took_rest {
                    break;
                }
            }
        } else {
            arguments.operands.push(word.clone());
            if options.stops_at_operand {
                arguments.operands.extend(words.cloned());
                break;
            }
        }
    }
    Ok(arguments)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    Nothing,
    Argument,
    Maybe,
}

fn takes(options: &Options, letter: char) -> Takes {
    let after = options.letters.split_once(letter).map_or("", |(_, after)| after);
    match (after.starts_with("::"), after.starts_with(':')) {
        (true, _) => Takes::Maybe,
        (false, true) => Takes::Argument,
        (false, false) => Takes::Nothing,
    }
}

fn known(options: &Options, letter: char) -> Result<Takes, Problem> {
    if letter != ':' && options.letters.contains(letter) && letter.is_ascii() && !letter.is_ascii_control() {
        return Ok(takes(options, letter));
    }
    match options.lacking.iter().any(|lacking| lacking.chars().eq([letter])) {
        true => Err(Problem::NotSimulated(format!("-{letter}"))),
        false => Err(Problem::Wrong(format!("invalid option -- '{letter}'"))),
    }
}

/// The option that a long name, or the beginning of just one, stands for.
fn long_option(name: &str, word: &str, options: &Options) -> Result<(&'static str, char), Problem> {
    if let Some(found) = options.long.iter().find(|(long, _)| *long == name) {
        return Ok(*found);
    }
    if ["help", "version"].contains(&name) || options.lacking.contains(&name) {
        return Err(Problem::NotSimulated(format!("--{name}")));
    }
    let begins: Vec<_> = options.long.iter().filter(|(long, _)| !name.is_empty() && long.starts_with(name)).collect();
    match begins.as_slice() {
        [only] => Ok(**only),
        [first, rest @ ..] if rest.iter().all(|(_, letter)| *letter == first.1) => Ok(**first),
        _ => Err(Problem::Wrong(format!("unrecognized option '{word}'"))),
    }
}
