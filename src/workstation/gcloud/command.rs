//! Commands of gcloud as rows of a table: their flags and operands, and what is said of those that they do not have.
//!
//! Models: calliope/parser_extensions.py of gcloud 535.
//! Simplified: the usage line names the operands and no flags; flags are not abbreviated.

use podarium_machine::{Process, Suspend};

use super::cli::{Done, not_simulated};

/// What follows a flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    Nothing,
    Value,
    /// The real gcloud has it; we refuse it.
    NotSimulated,
}

/// A flag: name, letter, what follows it.
pub type Flag = (&'static str, char, Takes);

/// No letter.
pub const NONE: char = '\0';

/// Flags of every command.
const COMMON: &[Flag] = &[
    ("account", NONE, Takes::NotSimulated),
    ("configuration", NONE, Takes::NotSimulated),
    ("format", NONE, Takes::Value),
    ("help", 'h', Takes::Nothing),
    ("project", NONE, Takes::Value),
    ("quiet", 'q', Takes::Nothing),
    ("verbosity", NONE, Takes::Value),
];
/// Flags of commands that list.
pub const OF_LISTS: &[Flag] = &[
    ("filter", NONE, Takes::Value),
    ("limit", NONE, Takes::Value),
    ("page-size", NONE, Takes::Value),
    ("sort-by", NONE, Takes::NotSimulated),
    ("uri", NONE, Takes::NotSimulated),
];

/// A command: its words, its operands as its usage shows them and how many, its flags, what it does.
pub struct Command {
    pub name: &'static str,
    pub operands: &'static str,
    pub least: usize,
    pub most: usize,
    pub flags: &'static [Flag],
    pub lists: bool,
    pub run: fn(&mut Process<'_>, &Given) -> Done,
}

/// A command line that was read.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// `builds.submit`
    pub command: String,
    pub operands: Vec<String>,
    flags: Vec<(&'static str, String)>,
}

impl Given {
    pub fn flag(&self, name: &str) -> Option<&str> {
        self.flags.iter().rev().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    pub fn has(&self, name: &str) -> bool {
        self.flag(name).is_some()
    }

    /// Says what is wrong, as gcloud does; its exit code.
    pub fn fail(&self, process: &mut Process<'_>, what: &str) -> Done {
        process.eprint(&format!("ERROR: (gcloud.{}) {what}\n", self.command))?;
        Ok(1)
    }

    /// Says that a flag's value is no good.
    pub fn invalid(&self, process: &mut Process<'_>, name: &str, what: &str) -> Done {
        self.fail(process, &format!("Invalid value for [{name}]: {what}"))
    }

    /// Whether the person agrees to go on, if one is asked.
    pub fn confirmed(&self, process: &mut Process<'_>, question: &str) -> Result<bool, Suspend> {
        super::cli::ask_to_go_on(process, self.has("quiet"), question, &format!("ERROR: (gcloud.{}) Aborted by user.", self.command))
    }

    /// Prints an error of the cloud; to one that may come from the wrong account it is added which one this is.
    pub fn refused(&self, process: &mut Process<'_>, (code, text): &(u16, String)) -> Done {
        let whom = format!("This command is authenticated as {} which is the active account specified by the [core/account] property", super::ACCOUNT);
        match code {
            _ if text.starts_with("podarium:") => process.eprint(&format!("{text}\n")).map(|()| 1),
            401 | 403 | 404 if text.ends_with('.') => self.fail(process, &format!("{text} {whom}.")),
            401 | 403 | 404 => self.fail(process, &format!("{text}. {whom}")),
            _ => self.fail(process, text),
        }
    }
}

/// The length of what two texts have in common, as Python's difflib counts it.
fn in_common(a: &[char], b: &[char]) -> usize {
    let (mut best, mut at) = (0, (0, 0));
    for i in 0..a.len() {
        for j in 0..b.len() {
            let length = a[i..].iter().zip(&b[j..]).take_while(|(x, y)| x == y).count();
            if length > best {
                (best, at) = (length, (i, j));
            }
        }
    }
    if best == 0 {
        return 0;
    }
    best + in_common(&a[..at.0], &b[..at.1]) + in_common(&a[at.0 + best..], &b[at.1 + best..])
}

/// The word that comes nearest, if one is near enough.
fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let word: Vec<char> = word.to_lowercase().chars().collect();
    let likeness = |other: &str| {
        let other: Vec<char> = other.chars().collect();
        200 * in_common(&word, &other) / (word.len() + other.len()).max(1)
    };
    known.map(|other| (likeness(other), other)).filter(|(likeness, _)| *likeness >= 60).max_by_key(|(likeness, _)| *likeness).map(|(_, other)| other)
}

/// What follows an error of the command line.
const SEARCH: &str = "To search the help text of gcloud commands, run:\n  gcloud help -- SEARCH_TERMS";

fn wrong_line(process: &mut Process<'_>, command: &str, what: &str) -> Done {
    process.eprint(&format!("ERROR: (gcloud.{command}) {what}\n"))?;
    Ok(2)
}

fn usage(command: &Command) -> String {
    let operands = if command.operands.is_empty() { String::new() } else { format!(" {}", command.operands) };
    format!("Usage: gcloud {}{operands} [optional flags]\n\nFor detailed information on this command and its flags, run:\n  gcloud {} --help", command.name, command.name)
}

/// What is said of words that name no command: a group alone, or something that its group does not have.
fn not_a_command(process: &mut Process<'_>, table: &[Command], group: &str, words: &[&str]) -> Done {
    let mut at = group.to_owned();
    let below = |at: &str| table.iter().filter(|command| command.name.starts_with(&format!("{at} "))).map(|command| format!("     {}\n", command.name)).collect::<String>();
    for word in words {
        if word.starts_with('-') {
            let known = below(&at);
            return process.print(&format!("COMMANDS of this simulation\n{known}")).map(|()| 0);
        }
        let next = format!("{at} {word}");
        if below(&next).is_empty() {
            return wrong_line(process, &at.replace(' ', "."), &format!("Invalid choice: '{word}'.\n\n{SEARCH}"));
        }
        at = next;
    }
    let known = below(&at);
    wrong_line(process, &at.replace(' ', "."), &format!("Command name argument expected.\n\nAvailable commands of this simulation for gcloud {at}:\n\n{known}"))
}

/// Runs the command of a table that the words name; `group`: the words before it.
pub fn run(process: &mut Process<'_>, table: &[Command], group: &str, words: &[&str]) -> Done {
    // The longest name that fits: `docker images list` before `docker`.
    let whole = |command: &Command| command.name.strip_prefix(group).map_or(Vec::new(), |rest| rest.split_whitespace().collect::<Vec<_>>());
    let found = table.iter().filter(|command| words.starts_with(&whole(command))).max_by_key(|command| whole(command).len());
    let Some(command) = found else { return not_a_command(process, table, group, words) };
    let dotted = command.name.replace(' ', ".");
    let words = &words[whole(command).len()..];
    let flags = || command.flags.iter().chain(COMMON).chain(if command.lists { OF_LISTS } else { &[] });
    let mut given = Given { command: dotted.clone(), ..Given::default() };
    let (mut unknown, mut words) = (Vec::new(), words.iter());
    while let Some(word) = words.next() {
        let (name, value) = word.split_once('=').filter(|_| word.starts_with('-')).map_or((*word, None), |(name, value)| (name, Some(value.to_owned())));
        let flag = match name.strip_prefix("--") {
            Some(long) => flags().find(|flag| flag.0 == long),
            None => flags().find(|flag| name.len() == 2 && flag.1 != NONE && name == format!("-{}", flag.1)),
        };
        match flag {
            None if word.starts_with('-') && word.len() > 1 => unknown.push((*word).to_owned()),
            None => given.operands.push((*word).to_owned()),
            Some((name, _, Takes::NotSimulated)) => return not_simulated(process, &format!("{} --{name}", command.name)),
            Some((name, _, Takes::Nothing)) if value.is_some() => return wrong_line(process, &dotted, &format!("argument --{name}: ignored explicit argument '{}'\n{}", value.unwrap_or_default(), usage(command))),
            Some((name, _, Takes::Nothing)) => given.flags.push((name, String::new())),
            Some((name, letter, Takes::Value)) => {
                let next = words.as_slice().first().filter(|next| value.is_none() && !next.starts_with("--")).map(|next| (*next).to_owned());
                if next.is_some() {
                    words.next();
                }
                if let Some(value) = value.or(next) {
                    given.flags.push((name, value));
                } else {
                    let shown = if *letter == NONE { format!("--{name}") } else { format!("--{name}/-{letter}") };
                    return wrong_line(process, &dotted, &format!("argument {shown}: expected one argument\n{}", usage(command)));
                }
            }
        }
    }
    if given.has("help") {
        process.print(&format!("NAME\n    gcloud {}\n\nSYNOPSIS\n    gcloud {} {}\n\nFLAGS of this simulation\n{}", command.name, command.name, command.operands, help(command)))?;
        return Ok(0);
    }
    unknown.extend(given.operands.drain(command.most.min(given.operands.len())..));
    if !unknown.is_empty() {
        let names: Vec<String> = flags().map(|flag| format!("--{}", flag.0)).collect();
        let mut told: Vec<String> = Vec::new();
        for word in &unknown {
            let near = word.starts_with("--").then(|| nearest(word.split('=').next().unwrap_or(word), names.iter().map(String::as_str))).flatten();
            told.push(near.map_or_else(|| word.clone(), |near| format!("{word} (did you mean '{near}'?)")));
        }
        let (separator, before) = if told.len() > 1 { ("\n  ", "") } else { (" ", "\n\n") };
        told.push(format!("{before}{SEARCH}"));
        return wrong_line(process, &dotted, &format!("unrecognized arguments:{separator}{}", told.join(separator)));
    }
    if given.operands.len() < command.least {
        let name = command.operands.split_whitespace().nth(given.operands.len()).unwrap_or("").trim_matches(['[', ']', '(', ')']).to_owned();
        return wrong_line(process, &dotted, &format!("argument {name}: Must be specified.\n{}", usage(command)));
    }
    if let Some(project) = given.flag("project").filter(|project| *project != super::PROJECT) {
        return given.refused(process, &(403, format!("PERMISSION_DENIED: Permission denied on resource project {project}.")));
    }
    (command.run)(process, &given)
}

fn help(command: &Command) -> String {
    let own = command.flags.iter().filter(|flag| flag.2 != Takes::NotSimulated);
    own.map(|flag| format!("     --{}{}\n", flag.0, if flag.2 == Takes::Value { format!("={}", flag.0.to_uppercase().replace('-', "_")) } else { String::new() })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_flag_is_offered() {
        let known = ["--config", "--tag", "--timeout", "--async"];
        for (word, wanted) in [("--confg", Some("--config")), ("--tags", Some("--tag")), ("--asynch", Some("--async")), ("--zzzzzzzz", None)] {
            assert_eq!(nearest(word, known.into_iter()), wanted, "{word}");
        }
    }
}
