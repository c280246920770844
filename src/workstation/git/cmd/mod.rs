//! The commands, one line each.

mod add;
mod branch;
mod checkout;
mod commit;
mod config;
mod diff;
pub(super) mod init;
mod log;
mod merge;
mod plumbing;
mod remote;
mod reset;
mod stash;
mod status;
mod sync;
mod tag;

use podarium_machine::{Process, Suspend};

use super::failure::{Outcome, Stop, die, fail, not_simulated};
use super::patch::Colors;
use super::repository::Git;

type Run = fn(&mut Git<'_, '_>) -> Outcome<i32>;

/// Where a command can be used.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Needs {
    Nothing,
    Repository,
    WorkTree,
}

const COMMANDS: &[(&str, Needs, Run)] = &[
    ("add", Needs::WorkTree, add::add),
    ("branch", Needs::Repository, branch::run),
    ("cat-file", Needs::Repository, plumbing::cat_file),
    ("checkout", Needs::WorkTree, checkout::checkout),
    ("clone", Needs::Nothing, init::clone),
    ("commit", Needs::WorkTree, commit::run),
    ("config", Needs::Nothing, config::run),
    ("diff", Needs::Repository, diff::run),
    ("fetch", Needs::Repository, sync::fetch),
    ("hash-object", Needs::Nothing, plumbing::hash_object),
    ("init", Needs::Nothing, init::init),
    ("log", Needs::Repository, log::log),
    ("ls-files", Needs::WorkTree, plumbing::ls_files),
    ("ls-remote", Needs::Nothing, plumbing::ls_remote),
    ("ls-tree", Needs::Repository, plumbing::ls_tree),
    ("merge", Needs::WorkTree, merge::run),
    ("merge-base", Needs::Repository, plumbing::merge_base),
    ("mv", Needs::WorkTree, add::mv),
    ("pull", Needs::WorkTree, sync::pull),
    ("push", Needs::Repository, sync::push),
    ("reflog", Needs::Repository, log::reflog),
    ("remote", Needs::Repository, remote::run),
    ("reset", Needs::Repository, reset::run),
    ("restore", Needs::WorkTree, checkout::restore),
    ("rev-parse", Needs::Nothing, plumbing::rev_parse),
    ("rm", Needs::WorkTree, add::rm),
    ("show", Needs::Repository, log::show),
    ("stash", Needs::WorkTree, stash::run),
    ("status", Needs::WorkTree, status::run),
    ("switch", Needs::WorkTree, checkout::switch),
    ("symbolic-ref", Needs::Repository, plumbing::symbolic_ref),
    ("tag", Needs::Repository, tag::run),
    ("write-tree", Needs::Repository, plumbing::write_tree),
];

/// Commands that git has and that are not simulated.
const ABSENT: &[&str] = &[
    "am", "annotate", "apply", "archive", "bisect", "blame", "bundle", "cherry", "cherry-pick", "check-attr", "check-ignore", "check-ref-format", "citool", "clean", "commit-tree", "count-objects", "describe", "difftool",
    "fast-export", "filter-branch", "for-each-ref", "format-patch", "fsck", "gc", "gitk", "grep", "gui", "help", "hook", "maintenance", "mergetool", "notes", "range-diff", "rebase",
    "repack", "replace", "rev-list", "revert", "scalar", "send-email", "shortlog", "show-branch", "show-ref", "sparse-checkout", "submodule", "update-index", "update-ref", "verify-commit",
    "verify-tag", "whatchanged", "worktree",
];

const USAGE: &str = "usage: git [-v | --version] [-h | --help] [-C <path>] [-c <name>=<value>]
           [--exec-path[=<path>]] [--html-path] [--man-path] [--info-path]
           [-p | --paginate | -P | --no-pager] [--no-replace-objects] [--no-lazy-fetch]
           [--no-optional-locks] [--no-advice] [--bare] [--git-dir=<path>]
           [--work-tree=<path>] [--namespace=<name>] [--config-env=<name>=<envvar>]
           <command> [<args>]
";

/// The program.
pub fn main(process: &mut Process<'_>) -> Result<i32, Suspend> {
    match run(process) {
        Ok(code) => Ok(code),
        Err(Stop::Suspended(suspend)) => Err(suspend),
        Err(Stop::Ended { code, text }) => {
            if !text.is_empty() {
                process.eprint(&text)?;
            }
            Ok(code)
        }
    }
}

fn run(process: &mut Process<'_>) -> Outcome<i32> {
    let args: Vec<String> = process.args()[1..].to_vec();
    let (mut overrides, mut at) = (Vec::new(), 0);
    while let Some(arg) = args.get(at) {
        match arg.as_str() {
            "-C" => {
                let folder = args.get(at + 1).cloned().unwrap_or_default();
                if let Err(error) = process.set_cwd(&folder)? {
                    return die(format!("cannot change to '{folder}': {error}"));
                }
                at += 1;
            }
            "-c" => {
                let pair = args.get(at + 1).cloned().unwrap_or_default();
                let (name, value) = pair.split_once('=').unwrap_or((&pair, "true"));
                overrides.push((super::config::canonical(name), value.to_owned()));
                at += 1;
            }
            "--no-pager" | "-P" | "-p" | "--paginate" | "--no-optional-locks" => {}
            "-v" | "--version" => {
                process.print("git version 2.47.3\n")?;
                return Ok(0);
            }
            "-h" | "--help" => {
                process.print(USAGE)?;
                return Ok(0);
            }
            option if option.starts_with('-') => return not_simulated(option),
            _ => break,
        }
        at += 1;
    }
    let Some(name) = args.get(at).cloned() else {
        process.print(USAGE)?;
        return Ok(1);
    };
    if name == "version" {
        process.print("git version 2.47.3\n")?;
        return Ok(0);
    }
    let rest = args[at + 1..].to_vec();
    let mut git = Git::outside(process, rest, overrides);
    let mut command = COMMANDS.iter().find(|(known, ..)| *known == name);
    if command.is_none()
        && let Some(alias) = git.setting(&format!("alias.{name}"))?
    {
        if alias.starts_with('!') {
            return not_simulated(format!("alias '{name}' that is a shell command"));
        }
        let words: Vec<String> = alias.split_whitespace().map(str::to_owned).collect();
        command = COMMANDS.iter().find(|(known, ..)| Some(known) == words.first().map(String::as_str).as_ref());
        git.args.splice(0..0, words.into_iter().skip(1));
    }
    let Some((_, needs, run)) = command else {
        if ABSENT.contains(&name.as_str()) {
            return not_simulated(name);
        }
        let close = suggestions(&name);
        let mut text = format!("git: '{name}' is not a git command. See 'git --help'.\n");
        if let [_, ..] = close.as_slice() {
            text.push_str(&format!("\nThe most similar command{}\n", if close.len() == 1 { " is" } else { "s are" }));
            close.iter().for_each(|word| text.push_str(&format!("\t{word}\n")));
        }
        return fail(1, text);
    };
    if *needs == Needs::Nothing {
        if name != "clone" && name != "init" {
            git.discover()?;
        }
        return run(&mut git);
    }
    if !git.discover()? {
        if name == "diff" {
            return fail(129, "warning: Not a git repository. Use --no-index to compare two paths outside a working tree\n");
        }
        return die("not a git repository (or any of the parent directories): .git");
    }
    if *needs == Needs::WorkTree && git.place.root.is_none() {
        return die("this operation must be run in a work tree");
    }
    run(&mut git)
}

/// Commands that are spelt nearly like this. As git weighs it, a missing letter is the lightest mistake.
fn suggestions(word: &str) -> Vec<&'static str> {
    const FARTHEST: usize = 6;
    let distance = |name: &str| {
        let (a, b): (Vec<char>, Vec<char>) = (word.chars().collect(), name.chars().collect());
        let mut row: Vec<usize> = (0..=b.len()).collect();
        for (i, x) in a.iter().enumerate() {
            let mut before = row[0];
            row[0] = 3 * (i + 1);
            for (j, y) in b.iter().enumerate() {
                let here = row[j + 1];
                row[j + 1] = (before + if x == y { 0 } else { 2 }).min(row[j] + 1).min(here + 3);
                before = here;
            }
        }
        row[b.len()]
    };
    let names = COMMANDS.iter().map(|(name, ..)| *name).chain(ABSENT.iter().copied());
    let mut scored: Vec<(usize, &str)> = names.map(|name| (if name.starts_with(word) { 0 } else { distance(name) + 1 }, name)).collect();
    scored.sort();
    let best = scored.first().map_or(0, |(score, _)| *score);
    scored.into_iter().filter(|(score, _)| best <= FARTHEST && *score == best).map(|(_, name)| name).collect()
}

impl Git<'_, '_> {
    /// Colours, where standard output is a terminal.
    pub(super) fn colors(&mut self) -> Colors {
        Colors(self.process.is_tty(1))
    }
}
