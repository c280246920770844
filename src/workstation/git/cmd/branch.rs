//! `git branch`.

use super::super::failure::{Outcome, die, fail};
use super::super::options::parse;
use super::super::refs::{Head, is_valid_name, short};
use super::super::repository::Git;

pub(super) fn run(git: &mut Git<'_, '_>) -> Outcome<i32> {
    let known = [
        "-a all", "-r remotes", "-v verbose", "-d delete", "-D", "-m move", "-M", "-f force", "-q quiet", "show-current", "-u set-upstream-to=", "unset-upstream", "-l list", "merged?=", "no-merged?=",
        "contains=", "-t track", "no-track", "-c copy",
    ];
    let options = parse("branch", &git.args, &known)?;
    let current = git.branch()?;
    if options.has("show-current") {
        if let Some(name) = current {
            git.out(&format!("{name}\n"))?;
        }
        return Ok(0);
    }
    if let Some(upstream) = options.value("set-upstream-to") {
        let name = options.operands.first().cloned().or(current).unwrap_or_default();
        return follow(git, &name, upstream);
    }
    if options.has("unset-upstream") {
        let name = options.operands.first().cloned().or(current).unwrap_or_default();
        if git.upstream(&name)?.is_none() {
            return die(format!("branch '{name}' has no upstream information"));
        }
        git.change_config(|file| {
            file.remove_section("branch", &name);
        })?;
        return Ok(0);
    }
    if options.has("delete") || options.has("D") {
        return delete(git, &options.operands, options.has("D") || options.has("force"), options.has("remotes"));
    }
    if options.has("move") || options.has("M") {
        return rename(git, &options.operands, options.has("M") || options.has("force"));
    }
    if options.has("copy") {
        return super::super::failure::not_simulated("branch -c");
    }
    if options.operands.is_empty() || options.has("list") {
        return list(git, &options, current);
    }
    let name = &options.operands[0];
    let start = options.operands.get(1).map_or("HEAD", String::as_str);
    if !is_valid_name(name) {
        return fail(128, format!("fatal: '{name}' is not a valid branch name\nhint: See `man git check-ref-format`\nhint: Disable this message with \"git config advice.refSyntax false\"\n"));
    }
    if git.read_ref(&format!("refs/heads/{name}"))?.is_some() && !options.has("force") {
        return die(format!("a branch named '{name}' already exists"));
    }
    create(git, name, start, !options.has("no-track"))?;
    Ok(0)
}

/// Makes a branch; one that starts at a branch of a remote follows it.
pub(super) fn create(git: &mut Git<'_, '_>, name: &str, start: &str, track: bool) -> Outcome<()> {
    let Some(id) = git.find_commit(start)? else {
        if start == "HEAD" {
            return die(format!("not a valid object name: '{}'", git.branch()?.unwrap_or_default()));
        }
        return die(format!("not a valid object name: '{start}'"));
    };
    git.set_ref(&format!("refs/heads/{name}"), id, &format!("branch: Created from {start}"))?;
    if track
        && let Some(full) = git.full_ref(start)?
        && let Some(rest) = full.strip_prefix("refs/remotes/")
        && let Some((remote, branch)) = rest.split_once('/')
        && branch != "HEAD"
    {
        let line = set_upstream(git, name, remote, branch)?;
        git.out(&line)?;
    }
    Ok(())
}

/// Has a branch follow one of a remote, and gives the line that says so.
pub(super) fn set_upstream(git: &mut Git<'_, '_>, name: &str, remote: &str, branch: &str) -> Outcome<String> {
    git.change_config(|file| {
        file.set(&format!("branch.{name}.remote"), remote, false);
        file.set(&format!("branch.{name}.merge"), &format!("refs/heads/{branch}"), false);
    })?;
    let there = if remote == "." { branch.to_owned() } else { format!("{remote}/{branch}") };
    Ok(format!("branch '{name}' set up to track '{there}'.\n"))
}

fn follow(git: &mut Git<'_, '_>, name: &str, upstream: &str) -> Outcome<i32> {
    if git.read_ref(&format!("refs/heads/{name}"))?.is_none() {
        return die(format!("no commit on branch '{name}' yet"));
    }
    let Some(full) = git.full_ref(upstream)? else {
        return fail(
            1,
            format!(
                "fatal: the requested upstream branch '{upstream}' does not exist\nhint:\nhint: If you are planning on basing your work on an upstream\nhint: branch that already exists at the remote, you may need to\nhint: run \"git fetch\" to retrieve it.\nhint:\nhint: If you are planning to push out a new local branch that\nhint: will track its remote counterpart, you may want to use\nhint: \"git push -u\" to set the upstream config as you push.\nhint: Disable this message with \"git config advice.setUpstreamFailure false\"\n"
            ),
        )
        .or_else(|stop| match stop {
            super::super::failure::Stop::Ended { text, .. } => fail(128, text),
            other => Err(other),
        });
    };
    let line = match full.strip_prefix("refs/remotes/").and_then(|rest| rest.split_once('/')) {
        Some((remote, branch)) => {
            let (remote, branch) = (remote.to_owned(), branch.to_owned());
            set_upstream(git, name, &remote, &branch)?
        }
        None => set_upstream(git, name, ".", short(&full))?,
    };
    git.out(&line)?;
    Ok(0)
}

fn delete(git: &mut Git<'_, '_>, names: &[String], force: bool, remotes: bool) -> Outcome<i32> {
    if names.is_empty() {
        return die("branch name required");
    }
    let (mut status, head) = (0, git.head_commit()?);
    for name in names {
        let full = if remotes { format!("refs/remotes/{name}") } else { format!("refs/heads/{name}") };
        let what = if remotes { "remote-tracking branch" } else { "branch" };
        if git.head()? == Head::Branch(full.clone()) {
            let root = git.place.root.clone().unwrap_or_else(|| git.place.dir.clone());
            git.err(&format!("error: cannot delete branch '{name}' used by worktree at '{root}'\n"))?;
            status = 1;
            continue;
        }
        let Some(id) = git.read_ref(&full)? else {
            git.err(&format!("error: {what} '{name}' not found\n"))?;
            status = 1;
            continue;
        };
        let upstream = git.upstream(name)?;
        let reference = match &upstream {
            Some((full, ..)) => git.read_ref(full)?,
            None => None,
        };
        let reference = reference.or(head);
        let merged = match reference {
            Some(reference) => git.is_ancestor(id, reference)?,
            None => false,
        };
        if !merged && !force && !remotes {
            git.err(&format!(
                "error: the branch '{name}' is not fully merged\nhint: If you are sure you want to delete it, run 'git branch -D {name}'\nhint: Disable this message with \"git config advice.forceDeleteBranch false\"\n"
            ))?;
            status = 1;
            continue;
        }
        if !force && !remotes && upstream.is_some() && reference != head {
            let in_head = match head {
                Some(head) => git.is_ancestor(id, head)?,
                None => false,
            };
            if !in_head {
                let (full, ..) = upstream.clone().unwrap_or_default();
                git.err(&format!("warning: deleting branch '{name}' that has been merged to\n         '{full}', but not yet merged to HEAD\n"))?;
            }
        }
        git.delete_ref(&full)?;
        git.change_config(|file| {
            file.remove_section("branch", name);
        })?;
        git.out(&format!("Deleted {what} {name} (was {}).\n", id.short()))?;
    }
    Ok(status)
}

fn rename(git: &mut Git<'_, '_>, names: &[String], force: bool) -> Outcome<i32> {
    let current = git.branch()?;
    let (old, new) = match names {
        [new] => match current.clone() {
            Some(old) => (old, new.clone()),
            None => return die("cannot rename the current branch while not on any"),
        },
        [old, new] => (old.clone(), new.clone()),
        [] => return die("branch name required"),
        _ => return die("too many arguments for a rename operation"),
    };
    if !is_valid_name(&new) {
        return die(format!("'{new}' is not a valid branch name"));
    }
    let (from, to) = (format!("refs/heads/{old}"), format!("refs/heads/{new}"));
    let id = git.read_ref(&from)?;
    if id.is_none() && current.as_deref() != Some(old.as_str()) {
        return die(format!("no branch named '{old}'"));
    }
    if git.read_ref(&to)?.is_some() && !force && old != new {
        return die(format!("a branch named '{new}' already exists"));
    }
    if let Some(id) = id {
        let log = git.read_own(&format!("logs/{from}"))?;
        git.delete_ref(&from)?;
        git.write_own(&to, &format!("{id}\n"))?;
        if let Some(log) = log {
            git.write_own(&format!("logs/{to}"), &log)?;
        }
        git.log_ref(&to, id, id, &format!("Branch: renamed {from} to {to}"))?;
    }
    if current.as_deref() == Some(old.as_str()) {
        git.write_own("HEAD", &format!("ref: {to}\n"))?;
        if let Some(id) = id {
            git.log_ref("HEAD", id, id, &format!("Branch: renamed {from} to {to}"))?;
        }
    }
    git.change_config(|file| file.rename_section("branch", &old, &new))?;
    Ok(0)
}

fn list(git: &mut Git<'_, '_>, options: &super::super::options::Options, current: Option<String>) -> Outcome<i32> {
    let colors = git.colors();
    let mut rows: Vec<(bool, String, super::super::object::Id, Option<String>, bool)> = Vec::new();
    if current.is_none()
        && !options.has("remotes")
        && let Some(id) = git.head_commit()?
    {
        rows.push((true, format!("(HEAD detached {})", git.detached_name(id)?), id, None, false));
    }
    if !options.has("remotes") {
        for (full, id) in git.refs("refs/heads/")? {
            let name = short(&full).to_owned();
            rows.push((current.as_deref() == Some(&name), name, id, None, false));
        }
    }
    if options.has("remotes") || options.has("all") {
        for (full, id) in git.refs("refs/remotes/")? {
            let symbolic = git.read_own(&full)?.and_then(|text| text.trim().strip_prefix("ref: ").map(|to| short(to).to_owned()));
            let name = if options.has("all") { full.trim_start_matches("refs/").to_owned() } else { short(&full).to_owned() };
            rows.push((false, name, id, symbolic, true));
        }
    }
    for (flag, wanted) in [("merged", true), ("no-merged", false)] {
        if options.has(flag) {
            let into = git.revision(options.value(flag).unwrap_or("HEAD"))?;
            let reached = git.ancestors(&[into])?;
            rows.retain(|row| reached.contains(&row.2) == wanted);
        }
    }
    if let Some(commit) = options.value("contains") {
        let id = git.revision(commit)?;
        let mut kept = Vec::new();
        for row in rows {
            if git.is_ancestor(id, row.2)? {
                kept.push(row);
            }
        }
        rows = kept;
    }
    if !options.operands.is_empty() {
        let fits = |name: &str| {
            let text: Vec<char> = name.chars().collect();
            options.operands.iter().any(|pattern| super::super::ignore::glob(&pattern.chars().collect::<Vec<_>>(), &text))
        };
        rows.retain(|row| fits(&row.1));
    }
    let width = rows.iter().map(|row| row.1.chars().count()).max().unwrap_or(0);
    for (is_current, name, id, symbolic, is_remote) in rows {
        let mark = if is_current { "* " } else { "  " };
        let code = if is_current { "32" } else if is_remote { "31" } else { "" };
        let paint = |text: &str| if code.is_empty() { text.to_owned() } else { colors.paint(code, text) };
        let arrow = symbolic.map_or(String::new(), |to| format!(" -> {to}"));
        if !options.has("verbose") {
            git.out(&format!("{mark}{}{arrow}\n", paint(&name)))?;
            continue;
        }
        let pad = " ".repeat(width - name.chars().count());
        if !arrow.is_empty() {
            git.out(&format!("{mark}{}{pad}{arrow}\n", paint(&name)))?;
            continue;
        }
        let commit = git.commit(id)?;
        let mut track = String::new();
        if !is_remote && let Some((full, ..)) = git.upstream(&name)? {
            let very = git.args.iter().any(|arg| arg == "-vv") || git.args.iter().filter(|arg| *arg == "-v").count() > 1;
            let there = short(&full).to_owned();
            let counts = match git.read_ref(&full)? {
                None => "gone".to_owned(),
                Some(theirs) => match git.ahead_behind(id, theirs)? {
                    (0, 0) => String::new(),
                    (ahead, 0) => format!("ahead {ahead}"),
                    (0, behind) => format!("behind {behind}"),
                    (ahead, behind) => format!("ahead {ahead}, behind {behind}"),
                },
            };
            track = match (very, counts.is_empty()) {
                (true, true) => format!(" [{there}]"),
                (true, false) => format!(" [{there}: {counts}]"),
                (false, true) => String::new(),
                (false, false) => format!(" [{counts}]"),
            };
        }
        git.out(&format!("{mark}{}{pad} {}{track} {}\n", paint(&name), id.short(), commit.subject()))?;
    }
    Ok(0)
}
