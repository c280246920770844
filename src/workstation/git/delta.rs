//! What differs between two sets of files: added, deleted, modified, renamed.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::failure::Outcome;
use super::lines::similarity;
use super::object::{Id, SYMLINK, id_of, Kind};
use super::repository::Git;
use super::worktree::Files;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Added,
    Deleted,
    Modified,
    TypeChanged,
    /// With how much is the same, from 0 to 60000.
    Renamed(u64),
}

impl Status {
    pub fn letter(self) -> char {
        match self {
            Status::Added => 'A',
            Status::Deleted => 'D',
            Status::Modified => 'M',
            Status::TypeChanged => 'T',
            Status::Renamed(_) => 'R',
        }
    }
}

#[derive(Clone, Debug)]
pub struct Side {
    pub path: String,
    pub mode: u32,
    pub id: Id,
}

#[derive(Clone, Debug)]
pub struct Delta {
    pub status: Status,
    pub old: Option<Side>,
    pub new: Option<Side>,
}

impl Delta {
    pub fn path(&self) -> &str {
        self.new.as_ref().or(self.old.as_ref()).map_or("", |side| &side.path)
    }
}

/// Where the contents of the new side are: in objects, or in the work tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum New {
    Objects,
    WorkTree,
}

impl Git<'_, '_> {
    /// The contents of one side of a difference.
    pub fn contents(&mut self, side: Option<&Side>, new: New) -> Outcome<Arc<Vec<u8>>> {
        let Some(side) = side else { return Ok(Arc::default()) };
        if new == New::WorkTree
            && let Some((_, bytes)) = self.read_work(&side.path)?
            && id_of(Kind::Blob, &bytes) == side.id
        {
            return Ok(Arc::new(bytes));
        }
        self.blob(side.id)
    }

    /// The differences, by path; files that have moved are found again if `renames`.
    pub fn deltas(&mut self, old: &Files, new: &Files, where_new: New, renames: bool) -> Outcome<Vec<Delta>> {
        let paths: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        let side = |files: &Files, path: &str| files.get(path).map(|(mode, id)| Side { path: path.to_owned(), mode: *mode, id: *id });
        let mut deltas = Vec::new();
        for path in paths {
            let (old, new) = (side(old, path), side(new, path));
            let status = match (&old, &new) {
                (None, _) => Status::Added,
                (_, None) => Status::Deleted,
                (Some(a), Some(b)) if a.mode == b.mode && a.id == b.id => continue,
                (Some(a), Some(b)) if (a.mode == SYMLINK) != (b.mode == SYMLINK) => Status::TypeChanged,
                _ => Status::Modified,
            };
            deltas.push(Delta { status, old, new });
        }
        if renames {
            self.find_renames(&mut deltas, where_new)?;
        }
        Ok(deltas)
    }

    fn find_renames(&mut self, deltas: &mut Vec<Delta>, where_new: New) -> Outcome<()> {
        const LEAST: u64 = 30_000;
        let gone: Vec<Side> = deltas.iter().filter(|it| it.status == Status::Deleted).filter_map(|it| it.old.clone()).collect();
        let come: Vec<Side> = deltas.iter().filter(|it| it.status == Status::Added).filter_map(|it| it.new.clone()).collect();
        if gone.is_empty() || come.is_empty() {
            return Ok(());
        }
        let mut pairs = Vec::new();
        for new in &come {
            let text = self.contents(Some(new), where_new)?;
            for old in &gone {
                let score = if old.id == new.id { 60_000 } else { similarity(&self.blob(old.id)?, &text) };
                let same_name = old.path.rsplit('/').next() == new.path.rsplit('/').next();
                if score >= LEAST && (!text.is_empty() || old.id == new.id) {
                    pairs.push((std::cmp::Reverse((score, same_name)), new.path.clone(), old.path.clone()));
                }
            }
        }
        pairs.sort();
        let (mut used_old, mut used_new) = (BTreeSet::new(), BTreeSet::new());
        for (std::cmp::Reverse((score, _)), new, old) in pairs {
            if used_old.contains(&old) || used_new.contains(&new) {
                continue;
            }
            let source = gone.iter().find(|side| side.path == old).cloned();
            for delta in deltas.iter_mut().filter(|delta| delta.status == Status::Added && delta.path() == new) {
                delta.status = Status::Renamed(score);
                delta.old.clone_from(&source);
            }
            used_old.insert(old);
            used_new.insert(new);
        }
        deltas.retain(|delta| delta.status != Status::Deleted || !used_old.contains(delta.path()));
        Ok(())
    }
}
