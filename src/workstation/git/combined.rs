//! Differences of a merge against all its parents at once: `diff --cc`.

use super::failure::Outcome;
use super::lines::{compare, split};
use super::object::{Commit, Id};
use super::repository::Git;

/// What a merge commit has that none of its parents has.
pub fn of_merge(git: &mut Git<'_, '_>, commit: &Commit) -> Outcome<String> {
    let new = git.tree_files(commit.tree)?;
    let mut parents = Vec::new();
    for parent in &commit.parents {
        parents.push(git.commit_files(Some(*parent))?);
    }
    let mut out = String::new();
    for (path, (_, id)) in &new {
        let olds: Option<Vec<Id>> = parents.iter().map(|files| files.get(path).map(|(_, id)| *id)).collect();
        let Some(olds) = olds else { continue };
        if olds.contains(id) {
            continue;
        }
        let mut texts = Vec::new();
        for old in &olds {
            texts.push(git.blob(*old)?);
        }
        let text = git.blob(*id)?;
        let views: Vec<&[u8]> = texts.iter().map(|text| text.as_slice()).collect();
        let hunks = hunks(&views, &text, true);
        if !hunks.is_empty() {
            let ids: Vec<String> = olds.iter().map(Id::short).collect();
            out.push_str(&format!("diff --cc {path}\nindex {}..{}\n--- a/{path}\n+++ b/{path}\n{hunks}", ids.join(","), id.short()));
        }
    }
    Ok(out)
}

/// A file with a conflict, as it is in the work tree, against both sides.
pub fn of_work_tree(git: &mut Git<'_, '_>, path: &str) -> Outcome<String> {
    let index = git.index()?;
    let side = |stage: u8| index.entries.get(&(path.to_owned(), stage)).map(|entry| entry.id);
    let (Some(ours), Some(theirs), Some((_, text))) = (side(2), side(3), git.read_work(path)?) else {
        return Ok(format!("* Unmerged path {path}\n"));
    };
    let (a, b) = (git.blob(ours)?, git.blob(theirs)?);
    let hunks = hunks(&[&a, &b], &text, false);
    Ok(format!("diff --cc {path}\nindex {},{}..{}\n--- a/{path}\n+++ b/{path}\n{hunks}", ours.short(), theirs.short(), Id::ZERO.short()))
}

/// One line of the result, and what stands before it in the parents only.
#[derive(Clone, Default)]
struct Row {
    /// Lines that are gone, and from which parents.
    lost: Vec<(Vec<u8>, Vec<bool>)>,
    /// For each parent whether the line is new against it.
    new: Vec<bool>,
}

/// With `interesting_only`, stretches that are as in one of the parents are left out, as `git show` does.
fn hunks(parents: &[&[u8]], text: &[u8], interesting_only: bool) -> String {
    const CONTEXT: usize = 3;
    let lines = split(text);
    let mut rows = vec![Row { lost: Vec::new(), new: vec![false; parents.len()] }; lines.len() + 1];
    let mut offsets: Vec<Vec<usize>> = Vec::new();
    for (number, parent) in parents.iter().enumerate() {
        let old = split(parent);
        for change in compare(&old, &lines) {
            rows[change.new..change.new_end()].iter_mut().for_each(|row| row.new[number] = true);
            let mut position = 0;
            for line in &old[change.old..change.old_end()] {
                let lost = &mut rows[change.new].lost;
                // A line that another parent lost here too is shown once.
                match lost[position.min(lost.len())..].iter().position(|(known, by)| known == line && !by[number]) {
                    Some(found) => {
                        let found = found + position;
                        lost[found].1[number] = true;
                        position = found + 1;
                    }
                    None => {
                        let mut by = vec![false; parents.len()];
                        by[number] = true;
                        lost.push((line.to_vec(), by));
                        position = lost.len();
                    }
                }
            }
        }
        // The number of the parent's line that each line of the result stands at.
        let (mut at, mut numbers) = (0, Vec::new());
        let changes = compare(&old, &lines);
        let mut next = changes.iter().peekable();
        for line in 0..=lines.len() {
            while let Some(change) = next.peek().filter(|change| change.new <= line) {
                if line == change.new {
                    break;
                }
                next.next();
            }
            numbers.push(at);
            let in_change = changes.iter().find(|change| (change.new..change.new_end()).contains(&line));
            let lost_here: usize = changes.iter().filter(|change| change.new == line).map(|change| change.old_count).sum();
            at += lost_here + usize::from(in_change.is_none());
        }
        offsets.push(numbers);
    }
    if interesting_only {
        leave_out_dull(&mut rows, parents.len(), CONTEXT);
    }
    let touched: Vec<bool> = rows.iter().map(|row| !row.lost.is_empty() || row.new.iter().any(|new| *new)).collect();
    let mut groups: Vec<(usize, usize)> = Vec::new();
    for at in (0..rows.len()).filter(|at| touched[*at]) {
        match groups.last_mut() {
            Some((_, end)) if at <= *end + 2 * CONTEXT => *end = at + 1,
            _ => groups.push((at, at + 1)),
        }
    }
    let mut out = String::new();
    let mut behind = 0;
    for (start, end) in groups {
        let (from, to) = (start.saturating_sub(CONTEXT), (end + CONTEXT).min(lines.len()));
        let marks = "@".repeat(parents.len() + 1);
        out.push_str(&marks);
        for (number, numbers) in offsets.iter().enumerate() {
            let lost: usize = rows[from..(to + 1).min(rows.len())].iter().enumerate().filter(|(at, _)| from + at < to || to == lines.len()).map(|(_, row)| row.lost.iter().filter(|(_, by)| by[number]).count()).sum();
            let kept = rows[from..to].iter().filter(|row| !row.new[number]).count();
            out.push_str(&format!(" -{},{}", numbers[from] + 1, lost + kept));
        }
        // git cuts the last letter of the heading here, and so does this.
        let heading = lines[behind..from].iter().rev().find(|line| line.first().is_some_and(|c| c.is_ascii_alphabetic() || *c == b'_' || *c == b'$'));
        let heading = heading.map_or(String::new(), |line| {
            let text = String::from_utf8_lossy(&line[..line.len().min(40)]).trim_end().to_owned();
            format!(" {}", &text[..text.len().saturating_sub(1)])
        });
        behind = to;
        out.push_str(&format!(" +{},{} {marks}{}\n", from + 1, to - from, heading.trim_end()));
        for at in from..=to {
            if at < to || to == lines.len() {
                for (line, by) in &rows[at].lost {
                    let signs: String = by.iter().map(|by| if *by { '-' } else { ' ' }).collect();
                    out.push_str(&format!("{signs}{}", String::from_utf8_lossy(line)));
                }
            }
            if at < to {
                let signs: String = rows[at].new.iter().map(|new| if *new { '+' } else { ' ' }).collect();
                out.push_str(&format!("{signs}{}", String::from_utf8_lossy(lines[at])));
            }
        }
    }
    out
}

/// Forgets the changes of stretches that are as one of the parents has them: only what was put together is worth showing.
fn leave_out_dull(rows: &mut [Row], parents: usize, context: usize) {
    let touched: Vec<usize> = (0..rows.len()).filter(|at| !rows[*at].lost.is_empty() || rows[*at].new.iter().any(|new| *new)).collect();
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for at in touched {
        match groups.last_mut() {
            Some(group) if group.last().is_some_and(|last| at <= last + context) => group.push(at),
            _ => groups.push(vec![at]),
        }
    }
    for group in groups {
        let mut kinds: Vec<&Vec<bool>> = Vec::new();
        for at in &group {
            kinds.extend(Some(&rows[*at].new).filter(|new| new.iter().any(|it| *it)));
            kinds.extend(rows[*at].lost.iter().map(|(_, by)| by));
        }
        let is_put_together = kinds.iter().any(|kind| *kind != kinds[0]) || kinds[0].iter().all(|it| *it);
        if !is_put_together {
            for at in group {
                rows[at] = Row { lost: Vec::new(), new: vec![false; parents] };
            }
        }
    }
}
