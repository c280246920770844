//! Commands: finding the one that a command line means, reading its flags, running it, and the exit code.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/cmd.go and github.com/spf13/cobra, v1.36.
//! Simplified: nothing.

use podarium_machine::{Process, Suspend};

use crate::cmd::{COMMANDS, HIDDEN, RECORD, plugin};
use crate::completion::complete;
use crate::failure::{Failure, Outcome, Stop, caught, fail, not_simulated, usage};
use crate::flags::{Flag, Flags, Takes};
use crate::help;
use crate::kubectl::Kubectl;
use crate::kuberc;

/// A verb, or a group of verbs.
#[derive(Debug)]
pub struct Command {
    pub name: &'static str,
    pub aliases: &'static [&'static str],
    pub flags: &'static [&'static [Flag]],
    /// Flags without which nothing goes.
    pub required: &'static [&'static str],
    /// What the command does; a group has nothing to do by itself.
    pub run: Option<Run>,
    pub children: &'static [&'static Command],
}

pub type Run = fn(&mut Kubectl<'_, '_>) -> Outcome<()>;

impl Command {
    /// The usual form; groups and aliases are set on top of it.
    pub const fn new(name: &'static str, flags: &'static [&'static [Flag]], run: Run) -> Self {
        Command { name, aliases: &[], flags, required: &[], run: Some(run), children: &[] }
    }

    pub const fn group(name: &'static str, children: &'static [&'static Command]) -> Self {
        Command { name, aliases: &[], flags: &[], required: &[], run: None, children }
    }

    fn is_called(&self, word: &str) -> bool {
        self.name == word || self.aliases.contains(&word)
    }
}

/// The flags of every command.
pub(crate) const GLOBAL: &[Flag] = &[
    Flag::text("as"),
    Flag::new("as-group", Takes::Repeated, ""),
    Flag::text("as-uid"),
    Flag::new("as-user-extra", Takes::Repeated, ""),
    Flag::text("cache-dir"),
    Flag::text("certificate-authority"),
    Flag::text("client-certificate"),
    Flag::text("client-key"),
    Flag::text("cluster"),
    Flag::text("context"),
    Flag::bool("disable-compression"),
    Flag::bool("help").short('h'),
    Flag::bool("insecure-skip-tls-verify"),
    Flag::text("kubeconfig"),
    Flag::text("kuberc"),
    Flag::new("log-flush-frequency", Takes::Duration, "5s"),
    Flag::bool("match-server-version"),
    Flag::text("namespace").short('n'),
    Flag::text("password"),
    Flag::new("profile", Takes::Text, "none"),
    Flag::new("profile-output", Takes::Text, "profile.pprof"),
    Flag::new("request-timeout", Takes::Text, "0"),
    Flag::text("server").short('s'),
    Flag::text("tls-server-name"),
    Flag::text("token"),
    Flag::text("user"),
    Flag::text("username"),
    Flag::new("v", Takes::Int, "0").short('v'),
    Flag::new("vmodule", Takes::Modules, ""),
    Flag::bool("warnings-as-errors"),
];

/// There are no such commands in this version.
pub(crate) const NO_ALPHA: &str = "No alpha commands are available in this version of kubectl\n";

/// The program.
pub fn main(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let failure = match run(process) {
        Ok(()) => return Ok(0),
        Err(Stop::Suspended(suspend)) => return Err(suspend),
        Err(Stop::Failed(failure)) => failure,
    };
    if let Failure::Shown { text, .. } = &failure {
        process.print(text)?;
    }
    let (message, code) = failure.report();
    if !message.is_empty() {
        process.eprint(&message)?;
    }
    // A script gets what kubectl says and no more.
    if process.is_tty(2)
        && let Some(advice) = old_version(&message)
    {
        process.eprint(&advice)?;
    }
    Ok(code)
}

fn run(process: &mut Process<'_>) -> Outcome<()> {
    let args: Vec<String> = process.args()[1..].to_vec();
    match args.first().map(String::as_str) {
        Some("__complete") => return complete(process, &args[1..], true),
        Some("__completeNoDesc") => return complete(process, &args[1..], false),
        _ => {}
    }
    let applied = kuberc::apply(process, args)?;
    let (name, path, rest) = match applied.alias {
        Some((alias, path)) => (format!("kubectl {alias}"), path, applied.args),
        None => {
            let (path, rest) = find(&applied.args);
            let before = applied.args.len() - rest.len();
            if path.last().is_some_and(|command| command.name == "create") && rest.first().is_some_and(|word| !word.starts_with('-')) && plugin::run(process, &applied.args, before + 1)? {
                return Ok(());
            }
            // Nobody knows of `help` before it is known that there is no plugin.
            let first = applied.args.iter().find(|arg| !arg.starts_with('-'));
            if path.first().is_some_and(|command| command.name == "help") && first.is_none_or(|word| word != "help") && plugin::run(process, &applied.args, 1)? {
                return Ok(());
            }
            (path.iter().fold("kubectl".to_owned(), |name, command| format!("{name} {}", command.name)), path, rest)
        }
    };
    let Some(command) = path.last() else { return root(process, &rest) };
    let known: Vec<&Flag> = command.flags.iter().copied().flatten().chain(GLOBAL).filter(|flag| is_open(process, flag)).collect();
    let mut flags = match Flags::parse(&known, &rest) {
        Ok(flags) => flags,
        // 1 would say that there are differences.
        Err(error) if name == "kubectl diff" => return Err(Failure::Command { code: 2, message: format!("error: {error}\nSee 'kubectl diff -h' for help and examples") }.into()),
        Err(error) if name == "kubectl options" => return fail(format!("{error}\nRun 'kubectl options' without flags.")),
        Err(error) => return fail(format!("{error}\nSee '{name} --help' for usage.{}", replaced(&error))),
    };
    if flags.bool("help") {
        return show_help(process, &name);
    }
    if flags.is_set(RECORD[0].name) {
        process.eprint("Flag --record has been deprecated, --record will be removed in the future\n")?;
    }
    flags.shadowed = command.flags.iter().copied().flatten().map(|flag| flag.name).filter(|name| GLOBAL.iter().any(|flag| flag.name == *name)).collect();
    let profile = flags.global_text("profile");
    if !matches!(profile, "" | "none" | "cpu" | "heap" | "goroutine" | "threadcreate" | "block" | "mutex") {
        return fail(format!("unknown profile '{profile}'"));
    }
    let missing: Vec<String> = command.required.iter().filter(|flag| !flags.is_set(flag)).map(|flag| format!("{flag:?}")).collect();
    if !missing.is_empty() {
        return fail(format!("required flag(s) {} not set", missing.join(", ")));
    }
    flags.command = name.clone();
    let Some(run) = command.run else {
        if name == "kubectl certificate" {
            return show_help(process, &name);
        }
        if !flags.args.is_empty() {
            return usage(&name, format!("unknown command {:?}", flags.args.join(" ")));
        }
        // All groups but one show their help where errors go.
        if name == "kubectl rollout" || help::text(&name).is_none() {
            show_help(process, &name)?;
        } else {
            process.eprint(help::text(&name).unwrap_or_default())?;
        }
        return Err(Failure::Exit(1).into());
    };
    let mut kubectl = Kubectl::new(process, flags);
    kubectl.plugin_policy = applied.policy;
    if let Err(failure) = caught(run(&mut kubectl))? {
        kubectl.log_failure(&failure)?;
        return Err(failure.into());
    }
    match kubectl.warned.len() {
        count if count > 0 && kubectl.flags.bool("warnings-as-errors") => fail(format!("{count} {} received", if count == 1 { "warning" } else { "warnings" })),
        _ => Ok(()),
    }
}

/// Whether the environment asks for something that is not yet for everybody.
fn is_enabled(process: &Process<'_>, gate: &str) -> bool {
    process.env(gate).is_some_and(|value| value.eq_ignore_ascii_case("true"))
}

/// Whether a flag exists in this environment.
pub(crate) fn is_open(process: &Process<'_>, flag: &Flag) -> bool {
    flag.gate.is_none_or(|gate| is_enabled(process, gate))
}

/// The command and its parents, and the line without their names.
pub(crate) fn find(args: &[String]) -> (Vec<&'static Command>, Vec<String>) {
    let (mut path, mut rest): (Vec<&'static Command>, Vec<String>) = (Vec::new(), args.to_vec());
    let mut children: Vec<&'static Command> = [COMMANDS, HIDDEN].concat();
    loop {
        let known: Vec<&Flag> = path.last().map_or(&[][..], |command: &&Command| command.flags).iter().copied().flatten().chain(GLOBAL).collect();
        let Some(at) = first_word(&known, &rest) else { return (path, rest) };
        let Some(child) = children.iter().find(|child| child.is_called(&rest[at])) else { return (path, rest) };
        rest.remove(at);
        path.push(child);
        children = child.children.to_vec();
    }
}

/// Where the first argument is that is neither a flag nor the value of one. Of a flag that is not known, as `help` is
/// not while the command is looked for, it is thought that it has a value.
fn first_word(known: &[&Flag], args: &[String]) -> Option<usize> {
    let stands_alone = |flag: &&&Flag| matches!(flag.takes, Takes::Bool | Takes::Optional(_)) && flag.name != "help";
    let mut at = 0;
    while let Some(arg) = args.get(at) {
        if arg == "--" {
            return None;
        }
        if !arg.is_empty() && !arg.starts_with('-') {
            return Some(at);
        }
        let with_value = match arg.strip_prefix("--") {
            _ if arg.contains('=') => false,
            Some(long) => !known.iter().any(|flag| flag.name == long && stands_alone(&flag)),
            None => arg.len() == 2 && !known.iter().any(|flag| flag.short == arg.chars().nth(1) && stands_alone(&flag)),
        };
        at += if with_value { 2 } else { 1 };
    }
    None
}

/// kubectl without a verb that it knows.
fn root(process: &mut Process<'_>, args: &[String]) -> Outcome<()> {
    let known: Vec<&Flag> = GLOBAL.iter().collect();
    let Some(at) = first_word(&known, args) else {
        return match Flags::parse(&known, args) {
            Ok(_) => show_help(process, "kubectl"),
            Err(error) => fail(format!("{error}\nSee 'kubectl --help' for usage.")),
        };
    };
    if plugin::run(process, args, 1)? {
        return Ok(());
    }
    let word = &args[at];
    let close = suggestions(word);
    let hint = if close.is_empty() { String::new() } else { format!("\n\nDid you mean this?\n{}", close.iter().map(|name| format!("\t{name}\n")).collect::<String>()) };
    fail(format!("unknown command {word:?} for \"kubectl\"{hint}"))
}

pub(crate) fn show_help(process: &mut Process<'_>, name: &str) -> Outcome<()> {
    if name == "kubectl alpha" {
        return Ok(process.eprint(NO_ALPHA)?);
    }
    match help::text_in(name, |gate| is_enabled(process, gate)) {
        Some(text) => {
            let home = process.env("HOME").unwrap_or_default();
            Ok(process.print(&text.replace("$HOME", &home))?)
        }
        None => not_simulated(format!("the help of {name}")),
    }
}

/// Commands that are spelt nearly so.
fn suggestions(word: &str) -> Vec<&'static str> {
    let names = COMMANDS.iter().chain(HIDDEN.iter().filter(|command| command.name == "options")).map(|command| command.name);
    names.filter(|name| distance(word, name) <= 2 || name.to_lowercase().starts_with(&word.to_lowercase())).collect()
}

/// How many letters must be changed to make one word of the other.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.to_lowercase().chars().collect(), b.to_lowercase().chars().collect());
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let change = corner + usize::from(x != y);
            corner = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[b.len()]
}

/// What to write in place of a version that older courses and books use.
fn old_version(message: &str) -> Option<String> {
    let old = podarium_api::versions::all().filter(|version| version.course_2019);
    let mut found = old.filter(|old| message.contains(&format!("no matches for kind {:?} in version {:?}", old.kind, old.api_version())));
    let old = found.next()?;
    Some(format!("{} is gone: write `apiVersion: {}`; `kubectl explain {}` shows its fields.\n", old.api_version(), old.stored, old.kind.to_lowercase()))
}

/// What has taken the place of flags that older courses and books use.
fn replaced(error: &str) -> &'static str {
    match error {
        "unknown flag: --generator" => "\n--generator is gone since Kubernetes 1.18: `kubectl run` makes a pod, `kubectl create deployment` a Deployment.",
        "unknown flag: --record" => "\n--record is deprecated and gone from this command: `kubectl annotate … kubernetes.io/change-cause='…'` says why a revision came.",
        "unknown flag: --export" => "\n--export is gone since Kubernetes 1.18: `-o yaml` shows the whole object.",
        "unknown flag: --replicas" => "\n`kubectl run --replicas` is gone since Kubernetes 1.18: `kubectl create deployment NAME --image=… --replicas=…`.",
        "unknown flag: --requests" | "unknown flag: --limits" => {
            "\n`kubectl run --requests` and `--limits` are gone since Kubernetes 1.24: write resources in a manifest, or `kubectl set resources` for a Deployment."
        }
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(line: &str) -> (String, Vec<String>) {
        let (path, rest) = find(&line.split(' ').map(str::to_owned).collect::<Vec<_>>());
        (path.iter().map(|command| command.name).collect::<Vec<_>>().join(" "), rest)
    }

    #[test]
    fn versions_of_older_courses_have_a_successor() {
        let message = |kind: &str, version: &str| format!("error: resource mapping not found for name: \"a\" namespace: \"\" from \"f\": no matches for kind {kind:?} in version {version:?}\n");
        let advice = "extensions/v1beta1 is gone: write `apiVersion: apps/v1`; `kubectl explain deployment` shows its fields.\n";
        assert_eq!(old_version(&message("Deployment", "extensions/v1beta1")).as_deref(), Some(advice));
        assert_eq!(old_version(&message("Pod", "v2")), None);
    }

    #[test]
    fn a_command_is_found_between_its_flags() {
        for (line, command, rest) in [
            ("get pods", "get", "pods"),
            ("-n get get pods", "get", "-n get pods"),
            ("--context=x rollout status deploy/web", "rollout status", "--context=x deploy/web"),
            ("create deploy web --image=x", "create deployment", "web --image=x"),
            ("create -f deployment", "create", "-f deployment"),
            ("frobnicate x", "", "frobnicate x"),
        ] {
            let (name, args) = found(line);
            assert_eq!((name.as_str(), args.join(" ").as_str()), (command, rest), "{line}");
        }
    }

    #[test]
    fn words_are_compared_by_their_letters() {
        assert_eq!((distance("gte", "get"), distance("rolout", "rollout"), distance("deploy", "debug")), (2, 1, 4));
    }
}
