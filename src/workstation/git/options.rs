//! Options of git's commands.

use super::failure::{Outcome, fail, not_simulated};

/// A command line that was read.
#[derive(Clone, Debug, Default)]
pub struct Options {
    given: Vec<(String, Option<String>)>,
    pub operands: Vec<String>,
    /// What came behind `--`, if that was there.
    pub behind: Option<Vec<String>>,
}

impl Options {
    pub fn has(&self, name: &str) -> bool {
        self.given.iter().any(|(found, _)| found == name)
    }

    /// The value of an option; of the last one, if it was given several times.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.given.iter().rev().find(|(found, _)| found == name).and_then(|(_, value)| value.as_deref())
    }

    pub fn values(&self, name: &str) -> Vec<&str> {
        self.given.iter().filter(|(found, _)| found == name).filter_map(|(_, value)| value.as_deref()).collect()
    }

    /// Which of two opposites came last.
    pub fn last_of(&self, names: &[&str]) -> Option<&str> {
        self.given.iter().rev().map(|(name, _)| name.as_str()).find(|name| names.contains(name))
    }

    /// Operands and what came behind `--` together.
    pub fn all(&self) -> Vec<String> {
        self.operands.iter().chain(self.behind.iter().flatten()).cloned().collect()
    }
}

/// Reads arguments. An option is given as `short long`; `-m message=` takes a value, `-u upstream?=` may have one
/// attached. Numbers (`-3`) stand for `-n 3` where there is an option `n`.
pub fn parse(command: &str, args: &[String], known: &[&str]) -> Outcome<Options> {
    struct Known<'a> {
        short: Option<char>,
        long: &'a str,
        takes: bool,
        maybe: bool,
    }
    let known: Vec<Known<'_>> = known
        .iter()
        .map(|text| {
            let (takes, maybe) = (text.ends_with('='), text.ends_with("?="));
            let name = text.trim_end_matches('=').trim_end_matches('?');
            let (short, long) = match name.split_once(' ') {
                Some((short, long)) => (short.chars().nth(1), long),
                None if name.chars().count() == 2 && name.starts_with('-') => (name.chars().nth(1), &name[1..]),
                None => (None, name),
            };
            Known { short, long, takes: takes && !maybe, maybe }
        })
        .collect();
    let mut options = Options::default();
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        if arg == "--" {
            options.behind = Some(args.cloned().collect());
            break;
        }
        if let Some(long) = arg.strip_prefix("--") {
            let (name, attached) = long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value.to_owned())));
            let exact = known.iter().find(|it| it.long == name);
            let begins: Vec<&Known<'_>> = known.iter().filter(|it| it.long.starts_with(name)).collect();
            let Some(found) = exact.or(if begins.len() == 1 { Some(begins[0]) } else { None }) else {
                return not_simulated(format!("{command} --{name}"));
            };
            let value = match attached {
                Some(value) if found.takes || found.maybe => Some(value),
                Some(_) => return fail(129, format!("error: option `{name}' takes no value\n")),
                None if found.takes => match args.next() {
                    Some(value) => Some(value.clone()),
                    None => return fail(129, format!("error: option `{name}' requires a value\n")),
                },
                None => None,
            };
            options.given.push((found.long.to_owned(), value));
        } else if arg.len() > 1 && arg.starts_with('-') {
            let is_number = arg[1..].bytes().all(|byte| byte.is_ascii_digit());
            if is_number && known.iter().any(|it| it.short == Some('n')) {
                options.given.push(("n".to_owned(), Some(arg[1..].to_owned())));
                continue;
            }
            let mut letters = arg[1..].chars();
            while let Some(letter) = letters.next() {
                let Some(found) = known.iter().find(|it| it.short == Some(letter)) else {
                    return not_simulated(format!("{command} -{letter}"));
                };
                let rest = letters.as_str().to_owned();
                let value = match (found.takes, found.maybe, rest.is_empty()) {
                    (true, _, false) | (_, true, false) => Some(rest),
                    (true, _, true) => match args.next() {
                        Some(value) => Some(value.clone()),
                        None => return fail(129, format!("error: switch `{letter}' requires a value\n")),
                    },
                    _ => None,
                };
                let took = value.is_some();
                options.given.push((found.long.to_owned(), value));
                if took {
                    break;
                }
            }
        } else {
            options.operands.push(arg.clone());
        }
    }
    Ok(options)
}
