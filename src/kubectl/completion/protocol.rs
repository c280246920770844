//! `kubectl __complete ARGS… LAST`: one candidate a line with its description behind a tab, then `:` and a number that
//! says what the shell shall do besides.
//!
//! Models: github.com/spf13/cobra/completions.go, as kubectl v1.36 uses it.
//! Simplified: nothing.

use podarium_machine::Process;

use super::arguments::{self, Kind};
use crate::command::{Command, GLOBAL, find, is_open};
use crate::failure::{Outcome, Stop, caught};
use crate::flags::{Flag, Flags, Takes};
use crate::help;
use crate::kubectl::Kubectl;

pub(super) const NO_SPACE: u32 = 2;
pub(super) const NO_FILES: u32 = 4;
const FILES_BY_ENDING: u32 = 8;

/// What can be typed here, and what the shell shall do besides.
#[derive(Debug, Default)]
pub(super) struct Candidates {
    pub words: Vec<String>,
    pub directive: u32,
}

impl Candidates {
    pub fn new(words: Vec<String>, directive: u32) -> Self {
        Candidates { words, directive }
    }
}

/// The hidden command.
pub fn complete(process: &mut Process<'_>, args: &[String], described: bool) -> Outcome<()> {
    let Some((last, before)) = args.split_last() else {
        return crate::failure::fail("__complete command needs at least one argument");
    };
    let found = match find_candidates(process, before, last)? {
        Ok(found) => found,
        Err(why) => {
            process.eprint(&format!("[Debug] [Error] {why}\n"))?;
            Candidates::default()
        }
    };
    let mut out = String::new();
    for word in &found.words {
        let word = if described { word } else { word.split('\t').next().unwrap_or_default() };
        out.push_str(word.lines().next().unwrap_or_default().trim());
        out.push('\n');
    }
    process.print(&format!("{out}:{}\n", found.directive))?;
    Ok(process.eprint(&format!("Completion ended with directive: {}\n", directive_name(found.directive)))?)
}

fn directive_name(directive: u32) -> String {
    let names = [(1, "Error"), (NO_SPACE, "NoSpace"), (NO_FILES, "NoFileComp"), (FILES_BY_ENDING, "FilterFileExt"), (16, "FilterDirs"), (32, "KeepOrder")];
    let set: Vec<String> = names.iter().filter(|(bit, _)| directive & bit != 0).map(|(_, name)| format!("ShellCompDirective{name}")).collect();
    if set.is_empty() { "ShellCompDirectiveDefault".to_owned() } else { set.join(", ") }
}

/// A flag whose value is being typed.
enum Typing<'f> {
    Value(&'f Flag),
    Nothing,
}

fn find_candidates(process: &mut Process<'_>, before: &[String], last: &str) -> Outcome<Result<Candidates, String>> {
    let (path, rest) = find(before);
    let command: Option<&'static Command> = path.last().copied();
    let name = path.iter().fold("kubectl".to_owned(), |name, command| format!("{name} {}", command.name));
    if name == "kubectl help" && !last.starts_with('-') {
        let (topic, unknown) = find(&rest);
        let topic = topic.iter().fold("kubectl".to_owned(), |name, command| format!("{name} {}", command.name));
        let words = children(&topic).into_iter().filter(|child| child.starts_with(last)).collect();
        return Ok(Ok(Candidates::new(if unknown.is_empty() || topic != "kubectl" { words } else { Vec::new() }, NO_FILES)));
    }
    if command.is_none() && rest.iter().any(|word| !word.starts_with('-')) {
        // It could be a plugin, which would have to be asked.
        process.eprint("[Debug] Cleared global flags for plugin completion\n")?;
        process.eprint(&format!("[Debug] [Error] unable to find a command for arguments: [{}]\n", rest.join(" ")))?;
        return Ok(Ok(Candidates::default()));
    }
    let own: Vec<&Flag> = command.map_or(&[][..], |command| command.flags).iter().copied().flatten().filter(|flag| is_open(process, flag)).collect();
    let known: Vec<&Flag> = own.iter().copied().chain(GLOBAL).collect();
    let (typing, args, last) = match flag_in_progress(&known, &name, &rest, last) {
        Ok(found) => found,
        Err(why) => {
            let wrong = Flags::parse(&known, &rest).err();
            return Ok(Err(wrong.map_or(why, |error| format!("Error while parsing flags from args [{}]: {error}", rest.join(" ")))));
        }
    };
    let flags = match Flags::parse(&known, &args) {
        Ok(flags) => flags,
        Err(error) => return Ok(Err(format!("Error while parsing flags from args [{}]: {error}", args.join(" ")))),
    };
    let after_dashes = flags.dash.is_some();
    if flags.is_set("help") {
        return Ok(Ok(Candidates::new(Vec::new(), NO_FILES)));
    }
    let required: Vec<String> = command.map_or(&[][..], |command| command.required).iter().filter(|flag| !flags.is_set(flag)).map(|flag| (*flag).to_owned()).collect();
    if let Typing::Value(flag) = typing
        && !after_dashes
    {
        if flag.name == "filename" {
            return Ok(Ok(Candidates::new(["json", "yaml", "yml"].map(str::to_owned).to_vec(), FILES_BY_ENDING)));
        }
        let kind = arguments::of_flag(&name, flag.name);
        return sourced(process, flags, kind, &last).map(Ok);
    }
    if last.starts_with('-') && !last.contains('=') && !after_dashes {
        let wanted: Vec<&Flag> = own.iter().copied().filter(|flag| required.iter().any(|name| name == flag.name)).collect();
        let mut words: Vec<String> = wanted.iter().flat_map(|flag| flag_names(&name, flag, &last)).collect();
        if words.is_empty() {
            words = all_flags(&name, &own, &flags, &last);
        }
        return Ok(Ok(Candidates::new(words, NO_FILES)));
    }
    let mut found = Candidates::default();
    let own_flag_given = command.is_some() && own.iter().any(|flag| flags.is_set(flag.name));
    if flags.args.is_empty() && !own_flag_given {
        let children = children(&name);
        if !children.is_empty() {
            found.directive = NO_FILES;
            found.words.extend(children.into_iter().filter(|child| child.starts_with(&*last)));
        }
    }
    for flag in own.iter().filter(|flag| required.iter().any(|name| name == flag.name)) {
        found.words.extend(flag_names(&name, flag, &last));
    }
    let kind = arguments::of_command(&name);
    if matches!(kind, Kind::Files) {
        return Ok(Ok(found));
    }
    let more = sourced(process, flags, kind, &last)?;
    found.words.extend(more.words);
    found.directive = more.directive;
    Ok(Ok(found))
}


fn sourced(process: &mut Process<'_>, flags: Flags, kind: Kind, last: &str) -> Outcome<Candidates> {
    let mut kubectl = Kubectl::new(process, flags);
    match caught(super::sources::find(&mut kubectl, kind, last))? {
        Ok(found) => Ok(found),
        // Nobody is told about a cluster that does not answer while he types.
        Err(_) => Ok::<_, Stop>(Candidates::new(Vec::new(), NO_FILES)),
    }
}

/// Whether the last word is the value of a flag; the words before it, and what of it counts.
fn flag_in_progress<'f>(known: &[&'f Flag], command: &str, before: &[String], last: &str) -> Result<(Typing<'f>, Vec<String>, String), String> {
    let nothing = |last: &str| Ok((Typing::Nothing, before.to_vec(), last.to_owned()));
    let named = |name: &str| known.iter().copied().find(|flag| flag.name == name || name.chars().count() == 1 && flag.short == name.chars().next());
    let unknown = |name: &str| Err(format!("Subcommand '{}' does not support flag '{name}'", command.rsplit(' ').next().unwrap_or_default()));
    if last.starts_with('-') {
        let Some((flag, value)) = last.split_once('=') else { return nothing(last) };
        let name = flag.strip_prefix("--").map_or_else(|| flag.chars().last().map(String::from).unwrap_or_default(), str::to_owned);
        return match named(&name) {
            Some(flag) => Ok((Typing::Value(flag), before.to_vec(), value.to_owned())),
            None => unknown(&name),
        };
    }
    let Some((previous, earlier)) = before.split_last() else { return nothing(last) };
    let is_flag = previous.len() > 2 && previous.starts_with("--") || previous.len() == 2 && previous.starts_with('-') && previous != "--";
    let is_shorts = previous.starts_with('-') && !previous.starts_with("--") && previous.len() > 1;
    if !(is_flag || is_shorts) || previous.contains('=') {
        return nothing(last);
    }
    let name = previous.strip_prefix("--").map_or_else(|| previous.chars().last().map(String::from).unwrap_or_default(), str::to_owned);
    match named(&name) {
        None => unknown(&name),
        Some(flag) if matches!(flag.takes, Takes::Bool | Takes::Optional(_)) => nothing(last),
        Some(flag) => Ok((Typing::Value(flag), earlier.to_vec(), last.to_owned())),
    }
}

/// The subcommands of a command with what they are for, as its help lists them.
fn children(name: &str) -> Vec<String> {
    let text = help::text(name).unwrap_or_default();
    let lists = match (name, text.split_once("Available Commands:\n")) {
        ("kubectl", _) => text.split("\nUsage:").next().unwrap_or_default(),
        (_, Some((_, list))) => list.split("\n\n").next().unwrap_or_default(),
        (_, None) => return Vec::new(),
    };
    let line = |line: &str| {
        let (word, said) = line.strip_prefix("  ")?.split_once(' ')?;
        (!word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c == '-')).then(|| format!("{word}\t{}", said.trim()))
    };
    let mut found: Vec<String> = lists.lines().filter_map(line).collect();
    if name == "kubectl" {
        found.push("help\tHelp about any command".to_owned());
        found.push("options\tPrint the list of flags inherited by all commands".to_owned());
    }
    found.sort();
    found.dedup();
    found
}

/// The flags that all commands have come first, each list in the order of names.
fn all_flags(name: &str, own: &[&Flag], flags: &Flags, last: &str) -> Vec<String> {
    let open = |flag: &&Flag| !flags.is_set(flag.name) || matches!(flag.takes, Takes::List | Takes::Repeated);
    let sorted = |list: Vec<&Flag>| {
        let mut list: Vec<Flag> = list.into_iter().copied().collect();
        list.sort_by_key(|flag| flag.name);
        list
    };
    let help = Flag::bool("help").short('h');
    let inherited = GLOBAL.iter().filter(|flag| flag.name != "help" && !own.iter().any(|own| own.name == flag.name)).filter(open).collect();
    let local = own.iter().copied().chain([&help]).filter(open).collect();
    let lists: Vec<Flag> = if name == "kubectl" {
        let all = GLOBAL.iter().filter(open).collect();
        sorted(all)
    } else {
        sorted(inherited).into_iter().chain(sorted(local)).collect()
    };
    lists.iter().flat_map(|flag| flag_names(name, flag, last)).collect()
}

/// `--output` and `-o`, with what help says about the flag; what help does not know is hidden.
fn flag_names(command: &str, flag: &Flag, last: &str) -> Vec<String> {
    let Some(usage) = usage(command, flag) else { return Vec::new() };
    let long = format!("--{}\t{usage}", flag.name);
    let short = flag.short.map(|short| format!("-{short}\t{usage}"));
    std::iter::once(long).chain(short).filter(|word| word.split('\t').next().is_some_and(|word| word.starts_with(last))).collect()
}

fn usage(command: &str, flag: &Flag) -> Option<String> {
    if flag.name == "help" {
        return Some(format!("help for {}", command.rsplit(' ').next().unwrap_or_default()));
    }
    let mark = format!("--{}=", flag.name);
    [command, "kubectl options"].iter().find_map(|name| {
        let mut lines = help::text(name)?.lines();
        lines.find(|line| line.trim_start().starts_with(&mark) || line.trim_start().starts_with('-') && line.contains(&format!(", {mark}")))?;
        Some(lines.next()?.trim().to_owned())
    })
}
