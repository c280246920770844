//! The difference between two texts as a unified diff, line by line, as the reference's library finds it: the longest
//! common block first, then the same before and after it. Lines that are frequent in a long text start no block.
//!
//! Models: github.com/pmezard/go-difflib/difflib, v1.0 as v1.36 has it.
//! Simplified: nothing.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;

/// How many lines stand around what changed.
const CONTEXT: usize = 3;
/// From this length on, lines that are more than a hundredth of the text are frequent.
const LONG: usize = 200;

/// Lines that both texts have: where they begin in each, and how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Block {
    old: usize,
    new: usize,
    count: usize,
}

/// A stretch of both texts, equal or changed.
#[derive(Clone, Debug)]
struct Stretch {
    equal: bool,
    old: Range<usize>,
    new: Range<usize>,
}

struct Matcher<'a> {
    old: Vec<&'a str>,
    new: Vec<&'a str>,
    /// Where each line of the new text is, but for the frequent ones.
    places: BTreeMap<&'a str, Vec<usize>>,
}

/// The changes from one text to another, each with three lines around it.
pub(super) fn unified(old: &str, new: &str) -> String {
    let matcher = Matcher::new(old, new);
    let mut out = String::new();
    for group in groups(matcher.stretches()) {
        let (Some(first), Some(last)) = (group.first(), group.last()) else { continue };
        let (old, new) = (range(first.old.start..last.old.end), range(first.new.start..last.new.end));
        // Writing to a string cannot fail.
        let _ = writeln!(out, "@@ -{old} +{new} @@");
        for stretch in &group {
            let mut add = |sign: char, lines: &[&str]| lines.iter().for_each(|line| {
                let _ = writeln!(out, "{sign}{line}");
            });
            if stretch.equal {
                add(' ', &matcher.old[stretch.old.clone()]);
            } else {
                add('-', &matcher.old[stretch.old.clone()]);
                add('+', &matcher.new[stretch.new.clone()]);
            }
        }
    }
    out
}

/// `3,4`: from which line on, and how many. No lines are after the one before.
fn range(lines: Range<usize>) -> String {
    match lines.len() {
        0 => format!("{},0", lines.start),
        1 => (lines.start + 1).to_string(),
        count => format!("{},{count}", lines.start + 1),
    }
}

impl<'a> Matcher<'a> {
    fn new(old: &'a str, new: &'a str) -> Self {
        let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
        let mut places: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, line) in new.iter().enumerate() {
            places.entry(line).or_default().push(at);
        }
        if new.len() >= LONG {
            places.retain(|_, at| at.len() <= new.len() / 100 + 1);
        }
        Matcher { old, new, places }
    }

    /// The longest block within these ranges; of several the first in the old text, then in the new one.
    fn longest(&self, old: Range<usize>, new: Range<usize>) -> Block {
        let mut best = Block { old: old.start, new: new.start, count: 0 };
        // How many equal lines end at each place of the new text.
        let mut ending: BTreeMap<usize, usize> = BTreeMap::new();
        for at in old.clone() {
            let mut next = BTreeMap::new();
            for place in self.places.get(self.old[at]).into_iter().flatten().copied().filter(|place| new.contains(place)) {
                let count = 1 + place.checked_sub(1).and_then(|before| ending.get(&before)).copied().unwrap_or(0);
                next.insert(place, count);
                if count > best.count {
                    best = Block { old: at + 1 - count, new: place + 1 - count, count };
                }
            }
            ending = next;
        }
        // Frequent lines start no block, but they lengthen one.
        while best.old > old.start && best.new > new.start && self.old[best.old - 1] == self.new[best.new - 1] {
            best = Block { old: best.old - 1, new: best.new - 1, count: best.count + 1 };
        }
        while best.old + best.count < old.end && best.new + best.count < new.end && self.old[best.old + best.count] == self.new[best.new + best.count] {
            best.count += 1;
        }
        best
    }

    /// All blocks in their order, those that touch as one, with an empty one at the end.
    fn blocks(&self) -> Vec<Block> {
        let (mut found, mut rest) = (Vec::new(), vec![(0..self.old.len(), 0..self.new.len())]);
        while let Some((old, new)) = rest.pop() {
            let block = self.longest(old.clone(), new.clone());
            if block.count == 0 {
                continue;
            }
            found.push(block);
            if old.start < block.old && new.start < block.new {
                rest.push((old.start..block.old, new.start..block.new));
            }
            if block.old + block.count < old.end && block.new + block.count < new.end {
                rest.push((block.old + block.count..old.end, block.new + block.count..new.end));
            }
        }
        found.sort_by_key(|block| block.old);
        let mut blocks: Vec<Block> = Vec::new();
        for block in found {
            match blocks.last_mut() {
                Some(last) if last.old + last.count == block.old && last.new + last.count == block.new => last.count += block.count,
                _ => blocks.push(block),
            }
        }
        blocks.push(Block { old: self.old.len(), new: self.new.len(), count: 0 });
        blocks
    }

    fn stretches(&self) -> Vec<Stretch> {
        let (mut old, mut new, mut stretches) = (0, 0, Vec::new());
        for block in self.blocks() {
            if old < block.old || new < block.new {
                stretches.push(Stretch { equal: false, old: old..block.old, new: new..block.new });
            }
            (old, new) = (block.old + block.count, block.new + block.count);
            if block.count > 0 {
                stretches.push(Stretch { equal: true, old: block.old..old, new: block.new..new });
            }
        }
        stretches
    }
}

/// The stretches in groups with little that is equal around them; what is equal for long parts two groups.
fn groups(mut stretches: Vec<Stretch>) -> Vec<Vec<Stretch>> {
    let head = |stretch: &mut Stretch| {
        stretch.old.end = stretch.old.end.min(stretch.old.start + CONTEXT);
        stretch.new.end = stretch.new.end.min(stretch.new.start + CONTEXT);
    };
    let tail = |stretch: &mut Stretch| {
        stretch.old.start = stretch.old.start.max(stretch.old.end.saturating_sub(CONTEXT));
        stretch.new.start = stretch.new.start.max(stretch.new.end.saturating_sub(CONTEXT));
    };
    if let Some(first) = stretches.first_mut().filter(|first| first.equal) {
        tail(first);
    }
    if let Some(last) = stretches.last_mut().filter(|last| last.equal) {
        head(last);
    }
    let (mut groups, mut group) = (Vec::new(), Vec::new());
    for mut stretch in stretches {
        if stretch.equal && stretch.old.len() > 2 * CONTEXT {
            let mut end = stretch.clone();
            head(&mut end);
            group.push(end);
            groups.push(std::mem::take(&mut group));
            tail(&mut stretch);
        }
        group.push(stretch);
    }
    groups.push(group);
    groups.retain(|group| group.iter().any(|stretch| !stretch.equal));
    groups
}

#[cfg(test)]
mod tests {
    use super::unified;

    #[test]
    fn changes_stand_among_three_lines() {
        let text = |lines: &[&str]| lines.iter().map(|line| format!("{line}\n")).collect::<String>();
        let old = text(&["a", "b", "c", "d", "e", "f", "g"]);
        assert_eq!(unified(&old, &old), "");
        assert_eq!(unified(&old, &text(&["a", "b", "c", "x", "e", "f", "g"])), "@@ -1,7 +1,7 @@\n a\n b\n c\n-d\n+x\n e\n f\n g\n");
        assert_eq!(unified("", &text(&["a"])), "@@ -0,0 +1 @@\n+a\n");
        // What is repeated is added before what was there: the later block is the longer one.
        let item = ["{", "n", "}"];
        let twice = [item, item].concat();
        assert_eq!(unified(&text(&[&["["], &item[..], &["]", "z"]].concat()), &text(&[&["["], &twice[..], &["]", "z"]].concat())), "@@ -1,4 +1,7 @@\n [\n+{\n+n\n+}\n {\n n\n }\n");
    }
}
