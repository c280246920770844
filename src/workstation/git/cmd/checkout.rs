//! `git checkout`, `git switch`, `git restore`.

use super::super::delta::New;
use super::super::failure::{Outcome, die, error, fail};
use super::super::index::Entry;
use super::super::object::Id;
use super::super::options::{Options, parse};
use super::super::refs::{Head, is_valid_name, short};
use super::super::repository::Git;
use super::super::worktree::{Files, fits};

/// The branches of remotes that are called so.
fn remote_branches(git: &mut Git<'_, '_>, name: &str) -> Outcome<Vec<String>> {
    let ends = format!("/{name}");
    Ok(git.refs("refs/remotes/")?.into_keys().filter(|full| full.ends_with(&ends) && short(full).split('/').count() == name.split('/').count() + 1).collect())
}

pub(super) fn checkout(git: &mut Git<'_, '_>) -> Outcome<i32> {
    let options = parse("checkout", &git.args, &["-b=", "-B=", "-f force", "-q quiet", "-t track", "no-track", "detach", "ours", "theirs", "-d", "orphan="])?;
    let quiet = options.has("quiet");
    if let Some(done) = new_branch(git, &options, "b", "B") {
        return done;
    }
    if let Some(paths) = &options.behind
        && !paths.is_empty()
    {
        let from = options.operands.first().cloned();
        return check_out_paths(git, from.as_deref(), paths, &options);
    }
    if options.operands.is_empty() && !options.has("detach") {
        return Ok(0);
    }
    let name = &options.operands.first().cloned().unwrap_or_else(|| "HEAD".to_owned());
    if options.operands.len() > 1 {
        return match git.find_commit(name)? {
            Some(_) => check_out_paths(git, Some(name), &options.operands[1..], &options),
            None => check_out_paths(git, None, &options.operands, &options),
        };
    }
    let detach = options.has("detach") || options.has("d");
    if options.has("track")
        && let Some((_, branch)) = name.split_once('/')
    {
        return create_and_switch(git, branch, name, false, quiet, true);
    }
    if name == "-" || git.read_ref(&format!("refs/heads/{name}"))?.is_some() || git.find_commit(name)?.is_some() {
        return switch_to(git, name, detach, options.has("force"), quiet);
    }
    let remotes = remote_branches(git, name)?;
    let pattern = git.below_root(name)?;
    let is_file = git.index()?.paths().iter().any(|path| fits(&pattern, path));
    match remotes.as_slice() {
        [only] if !is_file => create_and_switch(git, name, short(only), false, quiet, true),
        [] | [_] if is_file => check_out_paths(git, None, std::slice::from_ref(name), &options),
        [_, _, ..] if !is_file => die(format!("'{name}' matched multiple ({}) remote tracking branches", remotes.len())),
        _ => error(format!("pathspec '{name}' did not match any file(s) known to git")),
    }
}

pub(super) fn switch(git: &mut Git<'_, '_>) -> Outcome<i32> {
    let options = parse("switch", &git.args, &["-c create=", "-C force-create=", "-f force", "discard-changes", "-q quiet", "-d detach", "-t track", "no-track", "orphan=", "guess", "no-guess"])?;
    let quiet = options.has("quiet");
    if let Some(done) = new_branch(git, &options, "create", "force-create") {
        return done;
    }
    let Some(name) = options.operands.first() else { return die("missing branch or commit argument") };
    if options.operands.len() > 1 {
        return die("only one reference expected");
    }
    let force = options.has("force") || options.has("discard-changes");
    if name == "-" || git.read_ref(&format!("refs/heads/{name}"))?.is_some() || options.has("detach") {
        if name != "-" && git.find_commit(name)?.is_none() {
            return die(format!("invalid reference: {name}"));
        }
        return switch_to(git, name, options.has("detach"), force, quiet);
    }
    let remotes = remote_branches(git, name)?;
    if let [only] = remotes.as_slice() {
        return create_and_switch(git, name, short(only), false, quiet, true);
    }
    match git.full_ref(name)? {
        Some(full) if full.starts_with("refs/tags/") => fail(
            128,
            format!("fatal: a branch is expected, got tag '{name}'\nhint: If you want to detach HEAD at the commit, try again with the --detach option.\n"),
        ),
        Some(full) if full.starts_with("refs/remotes/") => fail(
            128,
            format!("fatal: a branch is expected, got remote branch '{name}'\nhint: If you want to detach HEAD at the commit, try again with the --detach option.\n"),
        ),
        _ if git.find_commit(name)?.is_some() => fail(
            128,
            format!("fatal: a branch is expected, got commit '{name}'\nhint: If you want to detach HEAD at the commit, try again with the --detach option.\n"),
        ),
        _ => die(format!("invalid reference: {name}")),
    }
}

/// What the options that make a branch ask for, if one is there.
fn new_branch(git: &mut Git<'_, '_>, options: &Options, create: &str, force: &str) -> Option<Outcome<i32>> {
    let quiet = options.has("quiet");
    if let Some(name) = options.value("orphan") {
        return Some(orphan(git, name, quiet));
    }
    let name = options.value(create).or(options.value(force))?;
    let start = options.operands.first().map_or("HEAD", String::as_str);
    Some(create_and_switch(git, name, start, options.has(force), quiet, !options.has("no-track")))
}

fn orphan(git: &mut Git<'_, '_>, name: &str, quiet: bool) -> Outcome<i32> {
    if git.read_ref(&format!("refs/heads/{name}"))?.is_some() {
        return die(format!("a branch named '{name}' already exists"));
    }
    git.write_own("HEAD", &format!("ref: refs/heads/{name}\n"))?;
    if !quiet {
        git.err(&format!("Switched to a new branch '{name}'\n"))?;
    }
    Ok(0)
}

fn create_and_switch(git: &mut Git<'_, '_>, name: &str, start: &str, force: bool, quiet: bool, track: bool) -> Outcome<i32> {
    if !is_valid_name(name) {
        return fail(128, format!("fatal: '{name}' is not a valid branch name\nhint: See `man git check-ref-format`\nhint: Disable this message with \"git config advice.refSyntax false\"\n"));
    }
    let existed = git.read_ref(&format!("refs/heads/{name}"))?.is_some();
    if existed && !force {
        return die(format!("a branch named '{name}' already exists"));
    }
    let before = git.head_commit()?;
    if before.is_none() && start == "HEAD" {
        git.write_own("HEAD", &format!("ref: refs/heads/{name}\n"))?;
    } else {
        let Some(to) = git.find_commit(start)? else {
            return die(format!("'{start}' is not a commit and a branch '{name}' cannot be created from it"));
        };
        let (from, files) = (git.commit_files(before)?, git.commit_files(Some(to))?);
        git.switch_files(&from, &files, "checkout", false)?;
        let was = here(git)?;
        let line = {
            git.set_ref(&format!("refs/heads/{name}"), to, &format!("branch: Created from {start}"))?;
            let remote = git.full_ref(start)?.and_then(|full| full.strip_prefix("refs/remotes/").and_then(|rest| rest.split_once('/')).map(|(a, b)| (a.to_owned(), b.to_owned())));
            match remote.filter(|_| track) {
                Some((remote, branch)) => super::branch::set_upstream(git, name, &remote, &branch)?,
                None => String::new(),
            }
        };
        git.set_head(&Head::Branch(format!("refs/heads/{name}")), &format!("checkout: moving from {was} to {name}"))?;
        if !quiet && start != "HEAD" {
            kept_changes(git)?;
        }
        git.out(&line)?;
    }
    if !quiet {
        git.err(&if existed { format!("Switched to and reset branch '{name}'\n") } else { format!("Switched to a new branch '{name}'\n") })?;
    }
    Ok(0)
}

/// Where HEAD is, as the log says it.
fn here(git: &mut Git<'_, '_>) -> Outcome<String> {
    Ok(match git.head()? {
        Head::Branch(name) => short(&name).to_owned(),
        Head::Detached(id) => id.to_string(),
    })
}

/// The changes that were taken along.
fn kept_changes(git: &mut Git<'_, '_>) -> Outcome<()> {
    let head = git.head_commit()?;
    let committed = git.commit_files(head)?;
    let index = git.index()?;
    let mut work = git.work_files(&index)?;
    work.retain(|path, _| index.has(path));
    let deltas = git.deltas(&committed, &work, New::WorkTree, false)?;
    for delta in deltas {
        git.out(&format!("{}\t{}\n", delta.status.letter(), delta.path()))?;
    }
    Ok(())
}

fn switch_to(git: &mut Git<'_, '_>, name: &str, detach: bool, force: bool, quiet: bool) -> Outcome<i32> {
    let previous = name == "-";
    let name = match name {
        "-" => match git.previous_branch()? {
            Some(name) => name,
            None => return die("invalid reference: @{-1}"),
        },
        other => other.to_owned(),
    };
    if git.read_own("MERGE_HEAD")?.is_some() && !force {
        let unmerged = git.index()?.unmerged();
        if !unmerged.is_empty() {
            let list: String = unmerged.keys().map(|path| format!("{path}: needs merge\n")).collect();
            return fail(1, format!("{list}error: you need to resolve your current index first\n"));
        }
    }
    let full = format!("refs/heads/{name}");
    let is_branch = git.read_ref(&full)?.is_some() && !detach;
    if previous && git.find_commit(&name)?.is_none() {
        return die("invalid reference: @{-1}");
    }
    let Some(to) = git.find_commit(&name)? else { return error(format!("pathspec '{name}' did not match any file(s) known to git")) };
    let (before, old_head) = (git.head_commit()?, git.head()?);
    let was = here(git)?;
    if force {
        let index = git.index()?;
        let tracked: Files = index.files().map(|(path, entry)| (path.to_owned(), (entry.mode, entry.id))).collect();
        let files = git.commit_files(Some(to))?;
        git.write_index(&Default::default())?;
        git.switch_files(&tracked, &files, "checkout", true)?;
        for name in ["MERGE_HEAD", "MERGE_MSG", "MERGE_MODE"] {
            git.remove_own(name)?;
        }
    } else {
        let (from, files) = (git.commit_files(before)?, git.commit_files(Some(to))?);
        git.switch_files(&from, &files, "checkout", false)?;
    }
    let head = if is_branch { Head::Branch(full.clone()) } else { Head::Detached(to) };
    git.set_head(&head, &format!("checkout: moving from {was} to {name}"))?;
    if quiet {
        return Ok(0);
    }
    kept_changes(git)?;
    if let (Head::Detached(old), Some(left)) = (&old_head, before)
        && head != old_head
        && *old != to
    {
        leave(git, left)?;
    }
    if is_branch {
        git.err(&if head == old_head { format!("Already on '{name}'\n") } else { format!("Switched to branch '{name}'\n") })?;
        if let Some(text) = git.tracking(&name, true)? {
            git.out(&text)?;
        }
        return Ok(0);
    }
    let commit = git.commit(to)?;
    if !matches!(old_head, Head::Detached(_)) && !detach {
        git.err(&format!(
            "Note: switching to '{name}'.\n\nYou are in 'detached HEAD' state. You can look around, make experimental\nchanges and commit them, and you can discard any commits you make in this\nstate without impacting any branches by switching back to a branch.\n\nIf you want to create a new branch to retain commits you create, you may\ndo so (now or later) by using -c with the switch command. Example:\n\n  git switch -c <new-branch-name>\n\nOr undo this operation with:\n\n  git switch -\n\nTurn off this advice by setting config variable advice.detachedHead to false\n\n"
        ))?;
    }
    git.err(&format!("HEAD is now at {} {}\n", to.short(), commit.subject()))?;
    Ok(0)
}

/// What is said when commits are left that no branch has.
fn leave(git: &mut Git<'_, '_>, left: Id) -> Outcome<()> {
    let tips: Vec<Id> = git.refs("refs/")?.into_values().collect();
    let mut commits = Vec::new();
    for id in tips {
        commits.push(git.peel(id)?);
    }
    let lost = git.walk(&[left], &commits, false)?;
    if lost.is_empty() {
        let commit = git.commit(left)?;
        return git.err(&format!("Previous HEAD position was {} {}\n", left.short(), commit.subject()));
    }
    let (them, number) = if lost.len() == 1 { ("it", "1 commit") } else { ("them", &*format!("{} commits", lost.len())) };
    let list: String = lost.iter().take(4).map(|(id, commit)| format!("  {} {}\n", id.short(), commit.subject())).collect();
    let more = if lost.len() > 4 { format!(" ... and {} more.\n", lost.len() - 4) } else { String::new() };
    git.err(&format!(
        "Warning: you are leaving {number} behind, not connected to\nany of your branches:\n\n{list}{more}\nIf you want to keep {them} by creating a new branch, this may be a good time\nto do so with:\n\n git branch <new-branch-name> {}\n\n",
        left.short()
    ))
}

/// Takes files out of the index or a commit.
fn check_out_paths(git: &mut Git<'_, '_>, from: Option<&str>, paths: &[String], options: &Options) -> Outcome<i32> {
    let mut index = git.index()?;
    let source: Option<Files> = match from {
        Some(revision) => {
            let id = git.revision(revision)?;
            Some(git.commit_files(Some(id))?)
        }
        None => None,
    };
    let mut updated = 0;
    for argument in paths {
        let pattern = git.below_root(argument)?;
        let found: Vec<String> = match &source {
            Some(files) => files.keys().filter(|path| fits(&pattern, path)).cloned().collect(),
            None => index.paths().into_iter().filter(|path| fits(&pattern, path)).collect(),
        };
        if found.is_empty() {
            return error(format!("pathspec '{argument}' did not match any file(s) known to git"));
        }
        for path in found {
            let stage = if options.has("ours") { 2 } else if options.has("theirs") { 3 } else { 0 };
            let wanted = match &source {
                Some(files) => files.get(&path).copied(),
                None => {
                    let entry = index.get(&path).or(index.entries.get(&(path.clone(), stage)));
                    if entry.is_none() {
                        return error(format!("path '{path}' is unmerged"));
                    }
                    entry.map(|entry| (entry.mode, entry.id))
                }
            };
            let Some((mode, id)) = wanted else { continue };
            let there = git.read_work(&path)?.map(|(mode, bytes)| (mode, super::super::object::id_of(super::super::object::Kind::Blob, &bytes)));
            let staged = index.get(&path).map(|entry| (entry.mode, entry.id));
            if there != wanted || (source.is_some() && staged != wanted) {
                updated += 1;
            }
            if there != wanted {
                git.check_out_file(&path, mode, id)?;
            }
            if source.is_some() && staged != wanted {
                index.insert(&path, Entry::new(mode, id));
            }
        }
    }
    git.write_index(&index)?;
    if from.is_none() || !options.has("quiet") {
        let name = match from {
            Some(revision) => {
                let id = git.revision(revision)?;
                let tree = git.commit(id)?.tree;
                tree.short()
            }
            None => "the index".to_owned(),
        };
        if !options.has("quiet") && options.behind.is_none() {
            git.err(&format!("Updated {updated} path{} from {name}\n", if updated == 1 { "" } else { "s" }))?;
        }
    }
    Ok(0)
}

pub(super) fn restore(git: &mut Git<'_, '_>) -> Outcome<i32> {
    let options = parse("restore", &git.args, &["-S staged", "-W worktree", "-s source=", "-q quiet", "ours", "theirs"])?;
    let paths = options.all();
    if paths.is_empty() {
        return die("you must specify path(s) to restore");
    }
    let staged = options.has("staged");
    let in_work = options.has("worktree") || !staged;
    let source: Option<Files> = match (options.value("source"), staged) {
        (Some(revision), _) => match git.find_commit(revision)? {
            Some(id) => Some(git.commit_files(Some(id))?),
            None => return die(format!("could not resolve {revision}")),
        },
        (None, true) => match git.head_commit()? {
            Some(id) => Some(git.commit_files(Some(id))?),
            None => return die("could not resolve HEAD"),
        },
        (None, false) => None,
    };
    let mut index = git.index()?;
    for argument in &paths {
        let pattern = git.below_root(argument)?;
        let mut found: Vec<String> = index.paths().into_iter().filter(|path| fits(&pattern, path)).collect();
        if let Some(files) = &source {
            found.extend(files.keys().filter(|path| fits(&pattern, path) && !index.has(path)).cloned());
        }
        if found.is_empty() {
            return error(format!("pathspec '{argument}' did not match any file(s) known to git"));
        }
        for path in found {
            let stage = if options.has("ours") { 2 } else if options.has("theirs") { 3 } else { 0 };
            let wanted = match &source {
                Some(files) => files.get(&path).copied(),
                None => match index.get(&path).or(index.entries.get(&(path.clone(), stage))) {
                    Some(entry) => Some((entry.mode, entry.id)),
                    None => return error(format!("path '{path}' is unmerged")),
                },
            };
            if in_work {
                match wanted {
                    Some((mode, id)) => {
                        git.check_out_file(&path, mode, id)?;
                    }
                    None => git.remove_work(&path)?,
                }
            }
            if staged {
                index.remove(&path);
                if let Some((mode, id)) = wanted {
                    index.insert(&path, Entry::new(mode, id));
                }
            }
        }
    }
    git.write_index(&index)?;
    Ok(0)
}
