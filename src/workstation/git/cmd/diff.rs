//! `git diff`.

use super::super::delta::{Delta, New};
use super::super::failure::Outcome;
use super::super::object::Id;
use super::super::options::{Options, parse};
use super::super::patch::quoted;
use super::super::refs::ambiguous;
use super::super::repository::Git;
use super::super::worktree::{Files, fits};

/// Options of everything that shows differences.
pub(super) const SHOWN: &[&str] = &["stat", "shortstat", "name-only", "name-status", "-p patch", "-u", "-U unified=", "-s no-patch", "no-renames", "color?=", "no-color", "summary", "numstat", "patch-with-stat"];

pub(super) fn run(git: &mut Git<'_, '_>) -> Outcome<i32> {
    let known: Vec<&str> = SHOWN.iter().copied().chain(["staged", "cached", "quiet", "exit-code", "merge-base"]).collect();
    let options = parse("diff", &git.args, &known)?;
    let (revisions, patterns) = split_operands(git, &options)?;
    let staged = options.has("staged") || options.has("cached");
    let index = git.index()?;
    let in_index: Files = index.files().map(|(path, entry)| (path.to_owned(), (entry.mode, entry.id))).collect();
    let (mut old, mut new, where_new) = match (revisions.as_slice(), staged) {
        ([], true) => {
            let head = git.head_commit()?;
            (git.commit_files(head)?, in_index, New::Objects)
        }
        ([from], true) => (git.commit_files(Some(*from))?, in_index, New::Objects),
        ([], false) => (in_index, git.work_files(&index)?, New::WorkTree),
        ([from], false) => (git.commit_files(Some(*from))?, git.work_files(&index)?, New::WorkTree),
        ([from, to, ..], _) => (git.commit_files(Some(*from))?, git.commit_files(Some(*to))?, New::Objects),
    };
    let unmerged: Vec<String> = index.unmerged().into_keys().collect();
    let wanted = |path: &str| patterns.is_empty() || patterns.iter().any(|pattern| fits(pattern, path));
    old.retain(|path, _| wanted(path) && (!unmerged.contains(path) || revisions.len() > 1));
    new.retain(|path, _| wanted(path) && (!unmerged.contains(path) || revisions.len() > 1));
    let deltas = git.deltas(&old, &new, where_new, !options.has("no-renames"))?;
    let mut text = shown(git, &options, &deltas, where_new, true)?;
    if revisions.len() < 2 && options.last_of(&["stat", "name-only", "name-status", "shortstat", "numstat"]).is_none() {
        for path in unmerged.iter().filter(|path| wanted(path)) {
            text.push_str(&if staged { format!("* Unmerged path {}\n", quoted(path)) } else { super::super::combined::of_work_tree(git, path)? });
        }
    }
    if !options.has("quiet") {
        git.out(&text)?;
    }
    Ok(i32::from((options.has("exit-code") || options.has("quiet")) && !text.is_empty()))
}

/// Which operands are revisions (`a`, `a..b`, `a...b`) and which are paths.
fn split_operands(git: &mut Git<'_, '_>, options: &Options) -> Outcome<(Vec<Id>, Vec<String>)> {
    let (mut revisions, mut patterns) = (Vec::new(), Vec::new());
    for operand in &options.operands {
        if let Some((from, to)) = operand.split_once("...") {
            let head = |text: &str| if text.is_empty() { "HEAD".to_owned() } else { text.to_owned() };
            let (from, to) = (git.revision(&head(from))?, git.revision(&head(to))?);
            revisions.extend(git.merge_bases(from, to)?.first().copied());
            revisions.push(to);
        } else if let Some((from, to)) = operand.split_once("..").filter(|_| !operand.contains('/') || !operand.starts_with('.')) {
            let head = |text: &str| if text.is_empty() { "HEAD".to_owned() } else { text.to_owned() };
            revisions.push(git.revision(&head(from))?);
            revisions.push(git.revision(&head(to))?);
        } else if patterns.is_empty()
            && let Some(id) = git.find_commit(operand)?
        {
            revisions.push(id);
        } else {
            let path = git.below_root(operand)?;
            let full = format!("{}/{path}", git.root()?);
            let known = git.index()?.paths().iter().any(|known| fits(&path, known));
            if git.process.lstat(&full)?.is_err() && !known {
                return ambiguous(operand);
            }
            patterns.push(path);
        }
    }
    for path in options.behind.iter().flatten() {
        patterns.push(git.below_root(path)?);
    }
    Ok((revisions, patterns))
}

/// Differences in the form that the options ask for; `patch`: as patches, if they ask for nothing.
pub(super) fn shown(git: &mut Git<'_, '_>, options: &Options, deltas: &[Delta], new: New, patch: bool) -> Outcome<String> {
    let colors = git.colors();
    if options.has("no-patch") {
        return Ok(String::new());
    }
    let mut out = String::new();
    if options.has("numstat") {
        for delta in deltas {
            let counts = git.counts(delta, new)?.map_or("-\t-".to_owned(), |(added, deleted)| format!("{added}\t{deleted}"));
            out.push_str(&format!("{counts}\t{}\n", quoted(delta.path())));
        }
    }
    if options.has("stat") || options.has("patch-with-stat") {
        out.push_str(&git.stat(deltas, new, colors)?);
    }
    if options.has("shortstat") {
        out.push_str(&git.short_stat(deltas, new)?);
    }
    if options.has("summary") {
        out.push_str(&super::super::patch::summary(deltas));
    }
    if options.has("name-only") {
        deltas.iter().for_each(|delta| out.push_str(&format!("{}\n", quoted(delta.path()))));
    }
    if options.has("name-status") {
        for delta in deltas {
            let line = match (&delta.status, &delta.old) {
                (super::super::delta::Status::Renamed(score), Some(old)) => format!("R{:03}\t{}\t{}\n", score * 100 / 60_000, quoted(&old.path), quoted(delta.path())),
                (status, _) => format!("{}\t{}\n", status.letter(), quoted(delta.path())),
            };
            out.push_str(&line);
        }
    }
    let asked = options.has("patch") || options.has("u") || options.has("unified") || options.has("patch-with-stat");
    if asked || (patch && out.is_empty() && options.last_of(&["stat", "shortstat", "name-only", "name-status", "numstat", "summary"]).is_none()) {
        let context = options.value("unified").and_then(|text| text.parse().ok()).unwrap_or(3);
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&git.patches(deltas, new, context, colors)?);
    }
    Ok(out)
}
