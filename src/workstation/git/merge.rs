//! Merging: of lines, and of the files of three commits.

use std::collections::{BTreeMap, BTreeSet};

use super::failure::Outcome;
use super::index::Entry;
use super::lines::{Change, compare, split};
use super::object::{Commit, Id, Kind};
use super::repository::Git;
use super::worktree::Files;

/// A stretch of a merged text.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Merged(Vec<u8>),
    /// Lines of ours and of theirs.
    Conflict(Vec<Vec<u8>>, Vec<Vec<u8>>),
}

/// How long the signs are that mark a conflict, in the files of the work tree.
const MARKER: usize = 7;

/// Merges two texts that come from one. The flag says that there are conflicts, which are marked with the two names.
fn merge_marked(base: &[u8], ours: &[u8], theirs: &[u8], (our_name, their_name): (&str, &str), length: usize) -> (Vec<u8>, bool) {
    let (base, ours, theirs) = (split(base), split(ours), split(theirs));
    let pieces = simplify(pieces(&base, &ours, &theirs));
    let conflicts = pieces.iter().any(|piece| matches!(piece, Piece::Conflict(..)));
    let mut out = Vec::new();
    let marker = |out: &mut Vec<u8>, text: String| {
        if !out.is_empty() && !out.ends_with(b"\n") {
            out.push(b'\n');
        }
        out.extend_from_slice(text.as_bytes());
    };
    for piece in pieces {
        match piece {
            Piece::Merged(bytes) => out.extend(bytes),
            Piece::Conflict(a, b) => {
                marker(&mut out, format!("{} {our_name}\n", "<".repeat(length)));
                a.iter().for_each(|line| out.extend(line));
                marker(&mut out, "=".repeat(length) + "\n");
                b.iter().for_each(|line| out.extend(line));
                marker(&mut out, format!("{} {their_name}\n", ">".repeat(length)));
            }
        }
    }
    (out, conflicts)
}

fn pieces(base: &[&[u8]], ours: &[&[u8]], theirs: &[&[u8]]) -> Vec<Piece> {
    let (a, b) = (compare(base, ours), compare(base, theirs));
    let (mut i, mut j, mut at, mut found) = (0, 0, 0, Vec::new());
    let join = |lines: &[&[u8]]| lines.concat();
    // How far the lines of each side are shifted against the base behind the changes so far.
    let (mut our_shift, mut their_shift) = (0isize, 0isize);
    while i < a.len() || j < b.len() {
        let start = a.get(i).map_or(usize::MAX, |it| it.old).min(b.get(j).map_or(usize::MAX, |it| it.old));
        let mut end = start;
        let (first_i, first_j) = (i, j);
        loop {
            let touches = |change: &Change, end: usize| change.old < end || change.old == end && (change.old == start || change.old_count == 0 || end > start);
            if i < a.len() && touches(&a[i], end) {
                end = end.max(a[i].old_end());
                i += 1;
            } else if j < b.len() && touches(&b[j], end) {
                end = end.max(b[j].old_end());
                j += 1;
            } else {
                break;
            }
        }
        found.push(Piece::Merged(join(&base[at..start])));
        let region = |lines: &[&[u8]], shift: &mut isize, changes: &[Change]| {
            let from = (start as isize + *shift) as usize;
            *shift += changes.iter().map(|it| it.new_count as isize - it.old_count as isize).sum::<isize>();
            let to = (end as isize + *shift) as usize;
            lines[from..to].iter().map(|line| line.to_vec()).collect::<Vec<_>>()
        };
        let mine = region(ours, &mut our_shift, &a[first_i..i]);
        let other = region(theirs, &mut their_shift, &b[first_j..j]);
        if first_i == i {
            found.push(Piece::Merged(other.concat()));
        } else if first_j == j || mine == other {
            found.push(Piece::Merged(mine.concat()));
        } else {
            refine(&mine, &other, &mut found);
        }
        at = end;
    }
    found.push(Piece::Merged(join(&base[at..])));
    found
}

/// What is the same on both sides of a conflict is no conflict.
fn refine(mine: &[Vec<u8>], other: &[Vec<u8>], found: &mut Vec<Piece>) {
    let (a, b): (Vec<&[u8]>, Vec<&[u8]>) = (mine.iter().map(Vec::as_slice).collect(), other.iter().map(Vec::as_slice).collect());
    if a.is_empty() || b.is_empty() {
        return found.push(Piece::Conflict(mine.to_vec(), other.to_vec()));
    }
    let mut at = 0;
    for change in compare(&a, &b) {
        found.push(Piece::Merged(a[at..change.old].concat()));
        found.push(Piece::Conflict(mine[change.old..change.old_end()].to_vec(), other[change.new..change.new_end()].to_vec()));
        at = change.old_end();
    }
    found.push(Piece::Merged(a[at..].concat()));
}

/// Conflicts with up to three lines between them are one.
fn simplify(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut out: Vec<Piece> = Vec::new();
    let mut between: Vec<u8> = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Merged(bytes) => between.extend(bytes),
            Piece::Conflict(a, b) => {
                let lines = split(&between);
                if lines.len() <= 3
                    && let Some(Piece::Conflict(before_a, before_b)) = out.last_mut()
                {
                    before_a.extend(lines.iter().map(|line| line.to_vec()).chain(a));
                    before_b.extend(lines.iter().map(|line| line.to_vec()).chain(b));
                } else {
                    out.push(Piece::Merged(between.clone()));
                    out.push(Piece::Conflict(a, b));
                }
                between.clear();
            }
        }
    }
    out.push(Piece::Merged(between));
    out
}

/// What came of merging three sets of files.
#[derive(Clone, Debug, Default)]
pub struct Merged {
    /// The files of the work tree.
    pub files: Files,
    /// Paths with conflicts: the entries of the stages 1, 2 and 3.
    pub conflicts: BTreeMap<String, [Option<(u32, Id)>; 3]>,
    /// What git says about it.
    pub messages: Vec<String>,
}

impl Git<'_, '_> {
    pub fn merge_files(&mut self, base: &Files, ours: &Files, theirs: &Files, names: (&str, &str)) -> Outcome<Merged> {
        self.merge_at(base, ours, theirs, names, 0)
    }

    /// The files that two commits come from. Where several commits are the nearest that both come from, these are merged
    /// first, and theirs, and so on: what conflicts there stays in the files, with its marks.
    pub fn common_files(&mut self, ours: Id, theirs: Id, depth: usize) -> Outcome<Files> {
        let bases = self.merge_bases(ours, theirs)?;
        let Some((last, others)) = bases.split_last() else { return Ok(Files::default()) };
        let (mut merged, mut files) = (*last, self.commit_files(Some(*last))?);
        for next in others.iter().rev() {
            let base = self.common_files(merged, *next, depth + 1)?;
            let theirs = self.commit_files(Some(*next))?;
            files = self.merge_at(&base, &files, &theirs, ("Temporary merge branch 1", "Temporary merge branch 2"), depth + 1)?.files;
            let tree = self.write_tree(&files)?;
            let (author, committer) = (self.signature("AUTHOR")?, self.signature("COMMITTER")?);
            let commit = Commit { tree, parents: vec![merged, *next], author, committer, message: "merged tree".to_owned() };
            merged = self.write_object(Kind::Commit, &commit.to_bytes())?;
        }
        Ok(files)
    }

    /// `depth`: how many merges this one is made for.
    fn merge_at(&mut self, base: &Files, ours: &Files, theirs: &Files, names: (&str, &str), depth: usize) -> Outcome<Merged> {
        let paths: BTreeSet<&String> = base.keys().chain(ours.keys()).chain(theirs.keys()).collect();
        let mut merged = Merged::default();
        for path in paths {
            let (o, a, b) = (base.get(path).copied(), ours.get(path).copied(), theirs.get(path).copied());
            let taken = if a == b || b == o { Some(a) } else if a == o { Some(b) } else { None };
            if let Some(taken) = taken {
                if let Some(file) = taken {
                    merged.files.insert(path.clone(), file);
                }
                continue;
            }
            match (a, b) {
                (Some((mode, ours)), Some((their_mode, theirs))) => {
                    let (x, y) = (self.blob(ours)?, self.blob(theirs)?);
                    let base_text = match o {
                        Some((_, id)) => self.blob(id)?,
                        None => Default::default(),
                    };
                    let (text, conflicts) = merge_marked(&base_text, &x, &y, names, MARKER + 2 * depth);
                    let mode = if o.is_some_and(|(old, _)| old == mode) { their_mode } else { mode };
                    merged.messages.push(format!("Auto-merging {path}"));
                    let id = self.write_object(Kind::Blob, &text)?;
                    merged.files.insert(path.clone(), (mode, id));
                    if conflicts {
                        let what = if o.is_none() { "add/add" } else { "content" };
                        merged.messages.push(format!("CONFLICT ({what}): Merge conflict in {path}"));
                        merged.conflicts.insert(path.clone(), [o, a, b]);
                    }
                }
                // Within a merge of what others come from, the old version stands.
                (None, _) | (_, None) if depth > 0 => merged.files.extend(o.map(|file| (path.clone(), file))),
                (mine, other) => {
                    let (gone, kept) = if mine.is_none() { (names.0, names.1) } else { (names.1, names.0) };
                    merged.messages.push(format!(
                        "CONFLICT (modify/delete): {path} deleted in {gone} and modified in {kept}.  Version {kept} of {path} left in tree."
                    ));
                    if let Some(file) = mine.or(other) {
                        merged.files.insert(path.clone(), file);
                    }
                    merged.conflicts.insert(path.clone(), [o, a, b]);
                }
            }
        }
        Ok(merged)
    }

    /// Writes what a merge came to into work tree and index.
    pub fn apply_merge(&mut self, from: &Files, merged: &Merged, what: &str) -> Outcome<()> {
        self.switch_files(from, &merged.files, what, false)?;
        let mut index = self.index()?;
        for (path, stages) in &merged.conflicts {
            index.remove(path);
            for (at, stage) in stages.iter().enumerate() {
                if let Some((mode, id)) = stage {
                    index.entries.insert((path.clone(), at as u8 + 1), Entry::new(*mode, *id));
                }
            }
        }
        self.write_index(&index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_far_apart_merge_and_near_ones_conflict() {
        let base = b"1\n2\n3\n4\n5\n6\n7\n";
        let (text, conflicts) = merge_marked(base, b"one\n2\n3\n4\n5\n6\n7\n", b"1\n2\n3\n4\n5\n6\nseven\n", ("HEAD", "x"), MARKER);
        assert_eq!((text.as_slice(), conflicts), (b"one\n2\n3\n4\n5\n6\nseven\n".as_slice(), false));
        let (text, conflicts) = merge_marked(base, b"1\n2\nA\n4\n5\n6\n7\n", b"1\n2\nB\n4\n5\n6\n7\n", ("HEAD", "x"), MARKER);
        assert_eq!(String::from_utf8(text).unwrap(), "1\n2\n<<<<<<< HEAD\nA\n=======\nB\n>>>>>>> x\n4\n5\n6\n7\n");
        assert!(conflicts);
    }
}
