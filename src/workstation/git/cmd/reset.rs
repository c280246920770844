//! `git reset`.

use super::super::failure::{Outcome, die};
use super::super::index::{Entry, Index};
use super::super::object::{Id, Kind, id_of};
use super::super::options::parse;
use super::super::refs::ambiguous;
use super::super::repository::Git;
use super::super::worktree::{Files, fits};

pub(super) fn run(git: &mut Git<'_, '_>) -> Outcome<i32> {
    let options = parse("reset", &git.args, &["soft", "mixed", "hard", "-q quiet", "keep", "merge"])?;
    let mode = options.last_of(&["soft", "mixed", "hard", "keep", "merge"]).unwrap_or("mixed").to_owned();
    if mode == "keep" || mode == "merge" {
        return super::super::failure::not_simulated(format!("reset --{mode}"));
    }
    let mut paths: Vec<String> = options.behind.clone().unwrap_or_default();
    let mut revision = "HEAD".to_owned();
    let mut operands = options.operands.iter();
    if let Some(first) = operands.next() {
        match git.find_commit(first)? {
            Some(_) => revision.clone_from(first),
            None => {
                let path = git.below_root(first)?;
                let known = git.index()?.paths().iter().any(|known| fits(&path, known));
                if options.behind.is_none() && !known && git.process.lstat(&format!("{}/{path}", git.root()?))?.is_err() {
                    return ambiguous(first);
                }
                paths.push(first.clone());
            }
        }
    }
    paths.extend(operands.cloned());
    let head = git.head_commit()?;
    let to = match (git.find_commit(&revision)?, head) {
        (Some(id), _) => Some(id),
        (None, None) => None,
        (None, _) => return ambiguous(&revision),
    };
    if !paths.is_empty() {
        if mode != "mixed" {
            return die(format!("Cannot do {mode} reset with paths."));
        }
        let files = git.commit_files(to)?;
        let mut index = git.index()?;
        for argument in &paths {
            let pattern = git.below_root(argument)?;
            let all: Vec<String> = index.paths().into_iter().chain(files.keys().cloned()).filter(|path| fits(&pattern, path)).collect();
            for path in all {
                index.remove(&path);
                if let Some((mode, id)) = files.get(&path) {
                    index.insert(&path, Entry::new(*mode, *id));
                }
            }
        }
        git.write_index(&index)?;
        if !options.has("quiet") {
            unstaged(git)?;
        }
        return Ok(0);
    }
    let Some(to) = to else {
        // Without a commit there is only an index to empty.
        if mode != "soft" {
            git.write_index(&Index::default())?;
        }
        return Ok(0);
    };
    if mode == "soft" && git.read_own("MERGE_HEAD")?.is_some() {
        return die("Cannot do a soft reset in the middle of a merge.");
    }
    if let Some(head) = head {
        git.write_own("ORIG_HEAD", &format!("{head}\n"))?;
    }
    match mode.as_str() {
        "hard" => hard(git, Some(to))?,
        "mixed" => {
            let files = git.commit_files(Some(to))?;
            let old = git.index()?;
            let mut index = Index::default();
            for (path, (mode, id)) in files {
                let same = old.get(&path).filter(|entry| entry.mode == mode && entry.id == id).cloned();
                index.insert(&path, same.unwrap_or_else(|| Entry::new(mode, id)));
            }
            git.write_index(&index)?;
        }
        _ => {}
    }
    git.move_head(to, &format!("reset: moving to {revision}"))?;
    if mode != "soft" {
        for name in ["MERGE_HEAD", "MERGE_MSG", "MERGE_MODE"] {
            git.remove_own(name)?;
        }
    }
    if !options.has("quiet") {
        match mode.as_str() {
            "hard" => {
                let commit = git.commit(to)?;
                git.out(&format!("HEAD is now at {} {}\n", to.short(), commit.subject()))?;
            }
            "mixed" => unstaged(git)?,
            _ => {}
        }
    }
    Ok(0)
}

/// Makes index and work tree equal to a commit: HEAD, if none is given. A merge that is under way is forgotten.
pub(super) fn hard(git: &mut Git<'_, '_>, to: Option<Id>) -> Outcome<()> {
    let to = match to {
        Some(id) => Some(id),
        None => git.head_commit()?,
    };
    let index = git.index()?;
    let mut tracked: Files = Files::new();
    for path in index.paths() {
        let entry = (0..4).find_map(|stage| index.entries.get(&(path.clone(), stage)));
        if let Some(entry) = entry {
            tracked.insert(path, (entry.mode, entry.id));
        }
    }
    let files = git.commit_files(to)?;
    git.write_index(&Index::default())?;
    git.switch_files(&tracked, &files, "checkout", true)?;
    for name in ["MERGE_HEAD", "MERGE_MSG", "MERGE_MODE"] {
        git.remove_own(name)?;
    }
    Ok(())
}

fn unstaged(git: &mut Git<'_, '_>) -> Outcome<()> {
    let index = git.index()?;
    let mut lines = String::new();
    for (path, entry) in index.files() {
        let letter = match git.read_work(path)? {
            None => 'D',
            Some((mode, bytes)) if mode != entry.mode || id_of(Kind::Blob, &bytes) != entry.id => 'M',
            Some(_) => continue,
        };
        lines.push_str(&format!("{letter}\t{path}\n"));
    }
    if !lines.is_empty() {
        git.out(&format!("Unstaged changes after reset:\n{lines}"))?;
    }
    Ok(())
}
