//! `git stash`: changes put aside as commits that no branch has.

use super::super::failure::{Outcome, die, fail, not_simulated};
use super::super::object::{Commit, Id, Kind};
use super::super::options::parse;
use super::super::repository::Git;
use super::super::worktree::Files;

const REF: &str = "refs/stash";

pub(super) fn run(git: &mut Git<'_, '_>) -> Outcome<i32> {
    let verb = git.args.first().cloned().unwrap_or_default();
    let rest = git.args.get(1..).unwrap_or_default().to_vec();
    match verb.as_str() {
        "" => push(git, &[]),
        option if option.starts_with('-') => {
            let args = git.args.clone();
            push(git, &args)
        }
        "push" => push(git, &rest),
        "save" => push(git, &[vec!["-m".to_owned()], vec![rest.join(" ")]].concat()),
        "list" => {
            for (at, (_, why)) in git.reflog(REF)?.into_iter().enumerate() {
                git.out(&format!("stash@{{{at}}}: {why}\n"))?;
            }
            Ok(0)
        }
        "pop" => take(git, &rest, true),
        "apply" => take(git, &rest, false),
        "drop" => {
            let (at, id) = entry(git, rest.first())?;
            drop_entry(git, at, id)
        }
        "clear" => {
            git.delete_ref(REF)?;
            Ok(0)
        }
        "show" => {
            let (_, id) = entry(git, rest.iter().find(|arg| !arg.starts_with('-')))?;
            let commit = git.commit(id)?;
            let (old, new) = (git.commit_files(commit.parents.first().copied())?, git.tree_files(commit.tree)?);
            let deltas = git.deltas(&old, &new, super::super::delta::New::Objects, true)?;
            let colors = git.colors();
            let text = match rest.iter().any(|arg| arg == "-p") {
                true => git.patches(&deltas, super::super::delta::New::Objects, 3, colors)?,
                false => git.stat(&deltas, super::super::delta::New::Objects, colors)?,
            };
            git.out(&text)?;
            Ok(0)
        }
        other => not_simulated(format!("stash {other}")),
    }
}

fn push(git: &mut Git<'_, '_>, args: &[String]) -> Outcome<i32> {
    let options = parse("stash push", args, &["-m message=", "-q quiet", "-u include-untracked"])?;
    if options.has("include-untracked") || !options.all().is_empty() {
        return not_simulated("stash of untracked files or of some paths");
    }
    let Some(head) = git.head_commit()? else { return fail(1, "You do not have the initial commit yet\n") };
    let index = git.index()?;
    if !index.unmerged().is_empty() {
        let list: String = index.unmerged().keys().map(|path| format!("{path}: needs merge\n")).collect();
        return fail(1, list);
    }
    let committed = git.commit_files(Some(head))?;
    let staged: Files = index.files().map(|(path, entry)| (path.to_owned(), (entry.mode, entry.id))).collect();
    let mut work = Files::new();
    for path in index.paths() {
        if let Some(entry) = git.stage(&path)? {
            work.insert(path, (entry.mode, entry.id));
        }
    }
    if staged == committed && work == committed {
        git.out("No local changes to save\n")?;
        return Ok(0);
    }
    let branch = git.branch()?.unwrap_or_else(|| "(no branch)".to_owned());
    let subject = git.commit(head)?.subject();
    let on = format!("{branch}: {} {subject}", head.short());
    let (author, committer) = (git.signature("AUTHOR")?, git.signature("COMMITTER")?);
    let tree = git.write_tree(&staged)?;
    let of_index = Commit { tree, parents: vec![head], author: author.clone(), committer: committer.clone(), message: format!("index on {on}\n") };
    let index_id = git.write_object(Kind::Commit, &of_index.to_bytes())?;
    let message = match options.value("message") {
        Some(text) => format!("On {branch}: {text}"),
        None => format!("WIP on {on}"),
    };
    let tree = git.write_tree(&work)?;
    let commit = Commit { tree, parents: vec![head, index_id], author, committer, message: message.clone() };
    let id = git.write_object(Kind::Commit, &commit.to_bytes())?;
    git.set_ref(REF, id, &message)?;
    super::reset::hard(git, None)?;
    if !options.has("quiet") {
        git.out(&format!("Saved working directory and index state {message}\n"))?;
    }
    Ok(0)
}

fn entry(git: &mut Git<'_, '_>, name: Option<&String>) -> Outcome<(usize, Id)> {
    let at = match name {
        None => 0,
        Some(text) => {
            let number = text.trim_start_matches("stash@{").trim_end_matches('}');
            match number.parse::<usize>() {
                Ok(at) => at,
                Err(_) => return fail(1, format!("error: {text} is not a valid reference\n")),
            }
        }
    };
    let log = git.reflog(REF)?;
    if log.is_empty() && name.is_none() {
        return fail(1, "No stash entries found.\n");
    }
    match log.get(at) {
        Some((id, _)) => Ok((at, *id)),
        None => fail(1, format!("error: stash@{{{at}}} is not a valid reference\n")),
    }
}

fn take(git: &mut Git<'_, '_>, args: &[String], drop_it: bool) -> Outcome<i32> {
    let options = parse("stash apply", args, &["index", "-q quiet"])?;
    let (at, id) = entry(git, options.operands.first())?;
    let commit = git.commit(id)?;
    let base = git.commit_files(commit.parents.first().copied())?;
    let theirs = git.tree_files(commit.tree)?;
    let index = git.index()?;
    let ours: Files = index.files().map(|(path, entry)| (path.to_owned(), (entry.mode, entry.id))).collect();
    let merged = git.merge_files(&base, &ours, &theirs, ("Updated upstream", "Stashed changes"))?;
    git.apply_merge(&ours, &merged, "merge").or_else(|stop| match stop {
        super::super::failure::Stop::Ended { text, .. } => fail(1, text),
        other => Err(other),
    })?;
    let messages: String = merged.messages.iter().map(|line| format!("{line}\n")).collect();
    git.out(&messages)?;
    if merged.conflicts.is_empty() {
        // What is known keeps its place in the index as it was; only new files are staged.
        let mut after = git.index()?;
        for (path, (mode, id)) in &ours {
            if !merged.files.contains_key(path) || !options.has("index") {
                after.insert(path, super::super::index::Entry::new(*mode, *id));
            }
        }
        git.write_index(&after)?;
    }
    if !options.has("quiet") {
        let state = git.state(false)?;
        let colors = git.colors();
        let text = git.long_status(&state, Some(false), colors)?;
        git.out(&text)?;
    }
    if !merged.conflicts.is_empty() {
        if drop_it {
            git.out("The stash entry is kept in case you need it again.\n")?;
        }
        return Ok(1);
    }
    if drop_it {
        return drop_entry(git, at, id);
    }
    Ok(0)
}

fn drop_entry(git: &mut Git<'_, '_>, at: usize, id: Id) -> Outcome<i32> {
    let text = git.read_own(&format!("logs/{REF}"))?.unwrap_or_default();
    let mut lines: Vec<&str> = text.lines().collect();
    if at >= lines.len() {
        return die("log for refs/stash is broken");
    }
    lines.remove(lines.len() - 1 - at);
    match lines.last() {
        None => git.delete_ref(REF)?,
        Some(last) => {
            let tip = last.get(41..81).unwrap_or_default().to_owned();
            git.write_own(REF, &format!("{tip}\n"))?;
            let kept: String = lines.iter().map(|line| format!("{line}\n")).collect();
            git.write_own(&format!("logs/{REF}"), &kept)?;
        }
    }
    git.out(&format!("Dropped refs/stash@{{{at}}} ({id})\n"))?;
    Ok(0)
}
