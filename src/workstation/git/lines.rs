//! Which lines of two texts differ: Myers' algorithm, and then git's rules on where among equal lines a change is shown.

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// A stretch in which two texts differ: these lines of the one stand for those of the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    pub old: usize,
    pub old_count: usize,
    pub new: usize,
    pub new_count: usize,
}

impl Change {
    pub fn old_end(&self) -> usize {
        self.old + self.old_count
    }

    pub fn new_end(&self) -> usize {
        self.new + self.new_count
    }
}

/// The lines of a text with their ends.
pub fn split(bytes: &[u8]) -> Vec<&[u8]> {
    bytes.split_inclusive(|byte| *byte == b'\n').collect()
}

/// The changes from one text to another, in order.
pub fn compare(old: &[&[u8]], new: &[&[u8]]) -> Vec<Change> {
    let (mut gone, mut come) = (vec![false; old.len()], vec![false; new.len()]);
    let same_start = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let most = old.len().min(new.len()) - same_start;
    let same_end = old.iter().rev().zip(new.iter().rev()).take(most).take_while(|(a, b)| a == b).count();
    let (a, b) = (&old[same_start..old.len() - same_end], &new[same_start..new.len() - same_end]);
    for op in capture_diff_slices(Algorithm::Myers, a, b) {
        if matches!(op, DiffOp::Equal { .. }) {
            continue;
        }
        op.old_range().for_each(|at| gone[same_start + at] = true);
        op.new_range().for_each(|at| come[same_start + at] = true);
    }
    settle(old, &mut gone, &come);
    settle(new, &mut come, &gone);
    changes(&gone, &come)
}

fn changes(gone: &[bool], come: &[bool]) -> Vec<Change> {
    let (mut old, mut new, mut found) = (0, 0, Vec::new());
    while old < gone.len() || new < come.len() {
        let start = (old, new);
        while old < gone.len() && gone[old] {
            old += 1;
        }
        while new < come.len() && come[new] {
            new += 1;
        }
        if start != (old, new) {
            found.push(Change { old: start.0, old_count: old - start.0, new: start.1, new_count: new - start.1 });
        } else {
            (old, new) = (old + 1, new + 1);
        }
    }
    found
}

/// A run of changed lines, perhaps an empty one between two lines that stay.
#[derive(Clone, Copy)]
struct Group {
    start: usize,
    end: usize,
}

impl Group {
    fn first(changed: &[bool]) -> Group {
        Group { start: 0, end: changed.iter().take_while(|it| **it).count() }
    }

    fn next(&mut self, changed: &[bool]) -> bool {
        if self.end == changed.len() {
            return false;
        }
        self.start = self.end + 1;
        self.end = self.start + changed[self.start..].iter().take_while(|it| **it).count();
        true
    }

    fn previous(&mut self, changed: &[bool]) {
        self.end = self.start - 1;
        self.start = self.end - changed[..self.end].iter().rev().take_while(|it| **it).count();
    }

    fn slide_up(&mut self, lines: &[&[u8]], changed: &mut [bool]) -> bool {
        if self.start == 0 || lines[self.start - 1] != lines[self.end - 1] {
            return false;
        }
        (self.start, self.end) = (self.start - 1, self.end - 1);
        (changed[self.start], changed[self.end]) = (true, false);
        self.start -= changed[..self.start].iter().rev().take_while(|it| **it).count();
        true
    }

    fn slide_down(&mut self, lines: &[&[u8]], changed: &mut [bool]) -> bool {
        if self.end == lines.len() || lines[self.start] != lines[self.end] {
            return false;
        }
        (changed[self.start], changed[self.end]) = (false, true);
        (self.start, self.end) = (self.start + 1, self.end + 1);
        self.end += changed[self.end..].iter().take_while(|it| **it).count();
        true
    }

    fn is_empty(self) -> bool {
        self.start == self.end
    }
}

/// Where a run of changed lines may stand at several places among equal lines, git puts it beside a change of the other
/// text if it can, and else where the indentation makes it look like one piece.
fn settle(lines: &[&[u8]], changed: &mut [bool], other: &[bool]) {
    const LONGEST_SLIDE: usize = 100;
    let (mut group, mut beside) = (Group::first(changed), Group::first(other));
    loop {
        if !group.is_empty() {
            let (size, top, aligned) = loop {
                let size = group.end - group.start;
                while group.slide_up(lines, changed) {
                    beside.previous(other);
                }
                let top = group.end;
                let mut aligned = !beside.is_empty();
                while group.slide_down(lines, changed) {
                    beside.next(other);
                    aligned |= !beside.is_empty();
                }
                if size == group.end - group.start {
                    break (size, top, aligned);
                }
            };
            if group.end > top && aligned {
                while beside.is_empty() && group.slide_up(lines, changed) {
                    beside.previous(other);
                }
            } else if group.end > top {
                let lowest = top.max((group.end - size).saturating_sub(1)).max(group.end.saturating_sub(LONGEST_SLIDE));
                let mut best: Option<(Score, usize)> = None;
                for end in lowest..=group.end {
                    let score = Score::default().with_split(lines, end).with_split(lines, end - size);
                    if best.is_none_or(|(so_far, _)| !score.is_worse_than(so_far)) {
                        best = Some((score, end));
                    }
                }
                let end = best.map_or(group.end, |(_, end)| end);
                while group.end > end && group.slide_up(lines, changed) {
                    beside.previous(other);
                }
            }
        }
        if !group.next(changed) {
            return;
        }
        beside.next(other);
    }
}

/// How bad it looks to split a text at some places: the deeper the indentation there, the worse.
#[derive(Clone, Copy, Default)]
struct Score {
    indent: i64,
    penalty: i64,
}

/// Columns before the first character; `None` for a blank line.
fn indent_of(line: &[u8]) -> Option<i64> {
    let mut columns = 0;
    for byte in line {
        match byte {
            b' ' => columns += 1,
            b'\t' => columns += 8 - columns % 8,
            b'\n' | b'\r' | 0x0b | 0x0c => {}
            _ => return Some(columns.min(200)),
        }
    }
    None
}

impl Score {
    fn with_split(mut self, lines: &[&[u8]], at: usize) -> Score {
        const MOST_BLANKS: usize = 20;
        let around = |mut beyond: Box<dyn Iterator<Item = &&[u8]> + '_>| {
            let mut blanks = 0;
            loop {
                match beyond.next().map(|line| indent_of(line)) {
                    None => return (blanks, None),
                    Some(Some(indent)) => return (blanks, Some(indent)),
                    Some(None) => blanks += 1,
                }
                if blanks == MOST_BLANKS {
                    return (blanks, Some(0));
                }
            }
        };
        let here = lines.get(at).and_then(|line| indent_of(line));
        let (blanks_before, before) = around(Box::new(lines[..at].iter().rev()));
        let (blanks_after, after) = around(Box::new(lines.iter().skip(at + 1)));
        if before.is_none() && blanks_before == 0 {
            self.penalty += 1;
        }
        if at >= lines.len() {
            self.penalty += 21;
        }
        let blanks_from_here = if here.is_none() { 1 + blanks_after as i64 } else { 0 };
        let blanks = blanks_before as i64 + blanks_from_here;
        self.penalty += 6 * blanks_from_here - 30 * blanks;
        let indent = here.or(after);
        self.indent += indent.unwrap_or(-1);
        if let (Some(indent), Some(before)) = (indent, before) {
            self.penalty += match (indent.cmp(&before), blanks != 0) {
                (std::cmp::Ordering::Greater, false) => -4,
                (std::cmp::Ordering::Greater, true) => 10,
                (std::cmp::Ordering::Equal, _) => 0,
                (std::cmp::Ordering::Less, blank) => match (after.is_some_and(|after| after > indent), blank) {
                    (true, false) => 24,
                    (false, false) => 23,
                    (_, true) => 17,
                },
            };
        }
        self
    }

    fn is_worse_than(self, other: Score) -> bool {
        60 * (self.indent - other.indent).signum() + self.penalty - other.penalty > 0
    }
}

/// How much of one text is in another, from 0 to 60000, as git measures it for renames: in pieces of a line, or 64 bytes.
pub fn similarity(old: &[u8], new: &[u8]) -> u64 {
    let most = old.len().max(new.len()) as u64;
    if most == 0 {
        return 0;
    }
    let pieces = |bytes: &[u8]| {
        let mut found: std::collections::BTreeMap<Vec<u8>, u64> = std::collections::BTreeMap::new();
        for line in split(bytes) {
            for piece in line.chunks(64) {
                *found.entry(piece.to_vec()).or_default() += piece.len() as u64;
            }
        }
        found
    };
    let (a, b) = (pieces(old), pieces(new));
    let copied: u64 = a.iter().map(|(piece, count)| (*count).min(b.get(piece).copied().unwrap_or(0))).sum();
    copied * 60_000 / most
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_added_before_another_is_shown_in_one_piece() {
        let old = b"fn a() {\n    1\n}\n\nfn c() {\n    3\n}\n";
        let new = b"fn a() {\n    1\n}\n\nfn b() {\n    2\n}\n\nfn c() {\n    3\n}\n";
        let found = compare(&split(old), &split(new));
        assert_eq!(found, [Change { old: 4, old_count: 0, new: 4, new_count: 4 }]);
    }

    #[test]
    fn changes_at_both_ends() {
        let found = compare(&split(b"a\nb\nc\n"), &split(b"x\nb\nc\nd\n"));
        let wanted = [Change { old: 0, old_count: 1, new: 0, new_count: 1 }, Change { old: 3, old_count: 0, new: 3, new_count: 1 }];
        assert_eq!(found, wanted);
    }
}
