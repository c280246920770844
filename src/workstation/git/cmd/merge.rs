//! `git merge`.

use super::super::delta::New;
use super::super::failure::{Outcome, Stop, die, fail};
use super::super::object::{Commit, Id, Kind};
use super::super::options::parse;
use super::super::patch::summary;
use super::super::refs::short;
use super::super::repository::Git;

pub(super) fn run(git: &mut Git<'_, '_>) -> Outcome<i32> {
    let options = parse("merge", &git.args, &["no-ff", "ff-only", "ff", "-m message=", "abort", "continue", "-q quiet", "no-edit", "-e edit", "squash", "stat", "-n no-stat", "no-commit", "allow-unrelated-histories"])?;
    if options.has("abort") {
        return abort(git);
    }
    if options.has("continue") {
        if git.read_own("MERGE_HEAD")?.is_none() {
            return die("There is no merge in progress (MERGE_HEAD missing).");
        }
        git.args = vec!["--no-edit".to_owned()];
        return super::commit::run(git);
    }
    for absent in ["squash", "no-commit"] {
        if options.has(absent) {
            return super::super::failure::not_simulated(format!("merge --{absent}"));
        }
    }
    let name = match options.operands.as_slice() {
        [name] => name.clone(),
        [] => match git.branch()? {
            Some(branch) => match git.upstream(&branch)? {
                Some((full, ..)) => short(&full).to_owned(),
                None => return die("No remote for the current branch."),
            },
            None => return die("No current branch."),
        },
        _ => return super::super::failure::not_simulated("merge of several branches at once"),
    };
    let Some(theirs) = git.find_commit(&name)? else { return fail(1, format!("merge: {name} - not something we can merge\n")) };
    let how = How {
        no_ff: options.has("no-ff"),
        ff_only: options.has("ff-only"),
        message: options.value("message").map(str::to_owned),
        quiet: options.has("quiet"),
        unrelated: options.has("allow-unrelated-histories"),
        log: format!("merge {name}"),
        said: None,
    };
    merge(git, theirs, &name, &how)
}

/// How a merge is to be made.
#[derive(Clone, Debug, Default)]
pub(super) struct How {
    pub no_ff: bool,
    pub ff_only: bool,
    pub message: Option<String>,
    pub quiet: bool,
    pub unrelated: bool,
    /// What the log of HEAD says.
    pub log: String,
    /// `branch 'x' of URL`, where that was fetched.
    pub said: Option<String>,
}

pub(super) fn merge(git: &mut Git<'_, '_>, theirs: Id, name: &str, how: &How) -> Outcome<i32> {
    if git.read_own("MERGE_HEAD")?.is_some() {
        let unmerged = !git.index()?.unmerged().is_empty();
        return if unmerged {
            fail(
                128,
                "error: Merging is not possible because you have unmerged files.\nhint: Fix them up in the work tree, and then use 'git add/rm <file>'\nhint: as appropriate to mark resolution and make a commit.\nfatal: Exiting because of an unresolved conflict.\n",
            )
        } else {
            die("You have not concluded your merge (MERGE_HEAD exists).\nPlease, commit your changes before you merge.")
        };
    }
    let Some(ours) = git.head_commit()? else {
        let files = git.commit_files(Some(theirs))?;
        git.switch_files(&Default::default(), &files, "merge", false)?;
        git.move_head(theirs, &format!("{}: initial pull", how.log))?;
        return Ok(0);
    };
    if git.is_ancestor(theirs, ours)? {
        git.out("Already up to date.\n")?;
        return Ok(0);
    }
    let (our_files, their_files) = (git.commit_files(Some(ours))?, git.commit_files(Some(theirs))?);
    if git.is_ancestor(ours, theirs)? && !how.no_ff {
        if !how.quiet {
            git.out(&format!("Updating {}..{}\n", ours.short(), theirs.short()))?;
        }
        match git.switch_files(&our_files, &their_files, "merge", false) {
            Err(Stop::Ended { text, .. }) => return fail(1, text),
            other => other?,
        }
        git.write_own("ORIG_HEAD", &format!("{ours}\n"))?;
        git.move_head(theirs, &format!("{}: Fast-forward", how.log))?;
        if !how.quiet {
            git.out("Fast-forward\n")?;
            show_stat(git, &our_files, &their_files)?;
        }
        return Ok(0);
    }
    if how.ff_only {
        return fail(
            128,
            "hint: Diverging branches can't be fast-forwarded, you need to either:\nhint:\nhint: \tgit merge --no-ff\nhint:\nhint: or:\nhint:\nhint: \tgit rebase\nhint:\nhint: Disable this message with \"git config advice.diverging false\"\nfatal: Not possible to fast-forward, aborting.\n",
        );
    }
    let bases = git.merge_bases(ours, theirs)?;
    if bases.is_empty() && !how.unrelated {
        return die("refusing to merge unrelated histories");
    }
    let base = git.common_files(ours, theirs, 0)?;
    // What is staged and differs from HEAD would be lost in the merge.
    let index = git.index()?;
    let staged: Vec<String> = index.paths().into_iter().filter(|path| index.get(path).map(|entry| (entry.mode, entry.id)) != our_files.get(path).copied()).collect();
    if !staged.is_empty() {
        let list: String = staged.iter().map(|path| format!("  {path}\n")).collect();
        return fail(2, format!("error: Your local changes to the following files would be overwritten by merge:\n{list}Merge with strategy ort failed.\n"))
            .or_else(|stop| if staged.is_empty() { Ok(0) } else { Err(stop) });
    }
    let message = how.message.clone().map_or_else(|| default_message(git, name, how.said.as_deref()), Ok)?;
    let merged = git.merge_files(&base, &our_files, &their_files, ("HEAD", name))?;
    match git.apply_merge(&our_files, &merged, "merge") {
        Err(Stop::Ended { text, code }) => return fail(code, format!("{}Merge with strategy ort failed.\n", text)),
        other => other?,
    }
    let mut text: String = merged.messages.iter().map(|line| format!("{line}\n")).collect();
    if !merged.conflicts.is_empty() {
        text.push_str("Automatic merge failed; fix conflicts and then commit the result.\n");
        git.out(&text)?;
        let list: String = merged.conflicts.keys().map(|path| format!("#\t{path}\n")).collect();
        git.write_own("MERGE_HEAD", &format!("{theirs}\n"))?;
        git.write_own("MERGE_MSG", &format!("{message}\n\n# Conflicts:\n{list}"))?;
        git.write_own("MERGE_MODE", if how.no_ff { "no-ff" } else { "" })?;
        git.write_own("ORIG_HEAD", &format!("{ours}\n"))?;
        return Ok(1);
    }
    let tree = git.write_tree(&merged.files)?;
    let (author, committer) = (git.signature("AUTHOR")?, git.signature("COMMITTER")?);
    let commit = Commit { tree, parents: vec![ours, theirs], author, committer, message: super::commit::cleaned(&message, false) };
    let id = git.write_object(Kind::Commit, &commit.to_bytes())?;
    git.write_own("ORIG_HEAD", &format!("{ours}\n"))?;
    git.move_head(id, &format!("{}: Merge made by the 'ort' strategy.", how.log))?;
    git.out(&text)?;
    if !how.quiet {
        git.out("Merge made by the 'ort' strategy.\n")?;
        show_stat(git, &our_files, &merged.files)?;
    }
    Ok(0)
}

fn show_stat(git: &mut Git<'_, '_>, old: &super::super::worktree::Files, new: &super::super::worktree::Files) -> Outcome<()> {
    let colors = git.colors();
    let deltas = git.deltas(old, new, New::Objects, true)?;
    let text = git.stat(&deltas, New::Objects, colors)? + &summary(&deltas);
    git.out(&text)
}

fn default_message(git: &mut Git<'_, '_>, name: &str, said: Option<&str>) -> Outcome<String> {
    let full = git.full_ref(name)?.unwrap_or_default();
    let what = match said {
        Some(text) => text.to_owned(),
        None if full.starts_with("refs/heads/") => format!("branch '{name}'"),
        None if full.starts_with("refs/remotes/") => format!("remote-tracking branch '{name}'"),
        None if full.starts_with("refs/tags/") => format!("tag '{name}'"),
        None => format!("commit '{name}'"),
    };
    let into = match git.branch()?.as_deref() {
        Some("master" | "main") | None => String::new(),
        Some(branch) => format!(" into {branch}"),
    };
    // `main` is left out only where it is the default; git looks at init.defaultBranch for that.
    let default = git.setting("init.defaultbranch")?.unwrap_or_else(|| "master".to_owned());
    let into = match git.branch()? {
        Some(branch) if branch == default || branch == "master" => String::new(),
        Some(branch) => format!(" into {branch}"),
        None => into,
    };
    Ok(format!("Merge {what}{into}"))
}

fn abort(git: &mut Git<'_, '_>) -> Outcome<i32> {
    if git.read_own("MERGE_HEAD")?.is_none() {
        return die("There is no merge to abort (MERGE_HEAD missing).");
    }
    super::reset::hard(git, None)?;
    Ok(0)
}
