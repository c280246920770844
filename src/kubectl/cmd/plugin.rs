//! Plugins: a program `kubectl-foo-bar` on the path is the command `kubectl foo bar`.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/{cmd.go,plugin/plugin.go}, v1.36.
//! Simplified: nothing.

use podarium_machine::Process;

use crate::command::{Command, find};
use crate::failure::{Failure, Outcome, fail};
use crate::flags::Flag;
use crate::kubectl::Kubectl;

pub const COMMAND: Command = Command::group("plugin", &[&Command::new("list", &[&[Flag::bool("name-only")]], list)]);

/// The folders of the path, each once.
fn folders(process: &Process<'_>) -> Vec<String> {
    let mut folders: Vec<String> = Vec::new();
    for folder in process.env("PATH").unwrap_or_default().split(':') {
        if !folder.trim().is_empty() && !folders.iter().any(|known| known == folder) {
            folders.push(folder.to_owned());
        }
    }
    folders
}

/// Runs the plugin with the longest name that the line begins with, of so many words at least; `false`: there is none.
pub fn run(process: &mut Process<'_>, args: &[String], shortest: usize) -> Outcome<bool> {
    let words: Vec<String> = args.iter().take_while(|arg| !arg.starts_with('-')).map(|arg| arg.replace('-', "_")).collect();
    if words.is_empty() {
        return Err(Failure::Plain(format!("Error: flags cannot be placed before plugin name: {}", args[0])).into());
    }
    for length in (shortest..=words.len()).rev() {
        let name = format!("kubectl-{}", words[..length].join("-"));
        for folder in folders(process) {
            let path = format!("{folder}/{name}");
            let runs = process.stat(&path)?.is_ok_and(|metadata| !metadata.is_dir() && metadata.mode & 0o111 != 0);
            if !runs {
                continue;
            }
            let argv: Vec<String> = std::iter::once(path).chain(args[length..].iter().cloned()).collect();
            return match process.run(&argv)? {
                Ok(0) => Ok(true),
                Ok(code) => Err(Failure::Exit(code).into()),
                Err(error) => Err(Failure::Plain(format!("Error: {error}")).into()),
            };
        }
    }
    Ok(false)
}

fn list(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let mut plugins = Vec::new();
    for folder in folders(kubectl.process) {
        let Ok(names) = kubectl.process.read_dir(&folder)? else {
            kubectl.eprint(&format!("Unable to read directory {folder:?} from your PATH: open {folder}: no such file or directory. Skipping...\n"))?;
            continue;
        };
        for name in names.into_iter().filter(|name| name.starts_with("kubectl-")) {
            let path = format!("{}/{name}", folder.trim_end_matches('/'));
            if kubectl.process.stat(&path)?.is_ok_and(|metadata| !metadata.is_dir()) {
                plugins.push((path, name));
            }
        }
    }
    if plugins.is_empty() {
        return fail("unable to find any kubectl plugins in your PATH");
    }
    kubectl.print("The following compatible plugins are available:\n\n")?;
    let (mut warnings, mut seen): (usize, Vec<(String, String)>) = (0, Vec::new());
    for (path, name) in plugins {
        kubectl.print(&format!("{}\n", if kubectl.flags.bool("name-only") { &name } else { &path }))?;
        let mut said = Vec::new();
        if kubectl.process.stat(&path)?.is_ok_and(|metadata| metadata.mode & 0o111 == 0) {
            said.push(format!("warning: {path} identified as a kubectl plugin, but it is not executable"));
        }
        match seen.iter().find(|(known, _)| *known == name) {
            Some((_, first)) => said.push(format!("warning: {path} is overshadowed by a similarly named plugin: {first}")),
            None => seen.push((name.clone(), path)),
        }
        let words: Vec<String> = name.split('-').skip(1).map(str::to_owned).collect();
        let (command, _) = find(&words);
        if !command.is_empty() {
            let full = command.iter().map(|command| command.name).collect::<Vec<_>>().join(" ");
            said.push(format!("warning: {name} overwrites existing command: \"kubectl {full}\""));
        }
        warnings += said.len();
        let lines: String = said.iter().map(|line| format!("  - {line}\n")).collect();
        kubectl.eprint(&lines)?;
    }
    match warnings {
        0 => Ok(()),
        1 => fail("one plugin warning was found\n"),
        count => fail(format!("{count} plugin warnings were found\n")),
    }
}
