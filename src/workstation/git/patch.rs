//! How differences are shown: as patches, as statistics, as names.

use super::delta::{Delta, New, Side, Status};
use super::failure::Outcome;
use super::lines::{Change, compare, split};
use super::object::Id;
use super::repository::Git;

/// A path in quotes, with escapes, if there is something unusual in it.
pub fn quoted(path: &str) -> String {
    let usual = |byte: u8| (0x20..0x7f).contains(&byte) && byte != b'"' && byte != b'\\';
    if path.bytes().all(usual) {
        return path.to_owned();
    }
    let mut out = "\"".to_owned();
    for byte in path.bytes() {
        match byte {
            b'"' | b'\\' => out.push_str(&format!("\\{}", char::from(byte))),
            b'\n' => out.push_str("\\n"),
            b'\t' => out.push_str("\\t"),
            byte if usual(byte) => out.push(char::from(byte)),
            byte => out.push_str(&format!("\\{byte:03o}")),
        }
    }
    out + "\""
}

fn is_binary(bytes: &[u8]) -> bool {
    bytes.iter().take(8000).any(|byte| *byte == 0)
}

/// The colours of a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colors(pub bool);

impl Colors {
    pub fn paint(self, code: &str, text: &str) -> String {
        if self.0 && !text.is_empty() { format!("\x1b[{code}m{text}\x1b[m") } else { text.to_owned() }
    }
}

impl Git<'_, '_> {
    /// Patches of all differences.
    pub fn patches(&mut self, deltas: &[Delta], new: New, context: usize, colors: Colors) -> Outcome<String> {
        let mut out = String::new();
        for delta in deltas {
            out.push_str(&self.patch(delta, new, context, colors)?);
        }
        Ok(out)
    }

    fn patch(&mut self, delta: &Delta, new: New, context: usize, colors: Colors) -> Outcome<String> {
        let old_path = delta.old.as_ref().unwrap_or_else(|| delta.new.as_ref().expect("one side is there")).path.clone();
        let new_path = delta.path().to_owned();
        let mut head = format!("diff --git {} {}\n", quoted(&format!("a/{old_path}")), quoted(&format!("b/{new_path}")));
        let (old_mode, new_mode) = (delta.old.as_ref().map(|side| side.mode), delta.new.as_ref().map(|side| side.mode));
        match (old_mode, new_mode) {
            (None, Some(mode)) => head.push_str(&format!("new file mode {mode:06o}\n")),
            (Some(mode), None) => head.push_str(&format!("deleted file mode {mode:06o}\n")),
            (Some(a), Some(b)) if a != b => head.push_str(&format!("old mode {a:06o}\nnew mode {b:06o}\n")),
            _ => {}
        }
        if let Status::Renamed(score) = delta.status {
            head.push_str(&format!("similarity index {}%\nrename from {}\nrename to {}\n", score * 100 / 60_000, quoted(&old_path), quoted(&new_path)));
        }
        let id = |side: Option<&Side>| side.map_or(Id::ZERO, |side| side.id);
        let (old_id, new_id) = (id(delta.old.as_ref()), id(delta.new.as_ref()));
        let mut body = String::new();
        if old_id != new_id {
            let same_mode = old_mode.filter(|mode| Some(*mode) == new_mode).map_or(String::new(), |mode| format!(" {mode:06o}"));
            head.push_str(&format!("index {}..{}{same_mode}\n", old_id.short(), new_id.short()));
            let (a, b) = (self.contents(delta.old.as_ref(), New::Objects)?, self.contents(delta.new.as_ref(), new)?);
            let name = |side: Option<&Side>, letter: &str| side.map_or("/dev/null".to_owned(), |side| quoted(&format!("{letter}/{}", side.path)));
            let (old_name, new_name) = (name(delta.old.as_ref(), "a"), name(delta.new.as_ref(), "b"));
            if is_binary(&a) || is_binary(&b) {
                body = format!("Binary files {old_name} and {new_name} differ\n");
            } else {
                let tab = |name: &str| if name.contains(' ') { "\t" } else { "" };
                let hunks = hunks(&a, &b, context, colors);
                if !hunks.is_empty() {
                    head.push_str(&format!("--- {old_name}{}\n+++ {new_name}{}\n", tab(&old_name), tab(&new_name)));
                }
                body = hunks;
            }
        }
        Ok(head.lines().map(|line| colors.paint("1", line) + "\n").collect::<String>() + &body)
    }

    /// Lines added and deleted; `None`: not text.
    pub fn counts(&mut self, delta: &Delta, new: New) -> Outcome<Option<(usize, usize)>> {
        let (a, b) = (self.contents(delta.old.as_ref(), New::Objects)?, self.contents(delta.new.as_ref(), new)?);
        if is_binary(&a) || is_binary(&b) {
            return Ok(None);
        }
        let changes = compare(&split(&a), &split(&b));
        Ok(Some((changes.iter().map(|it| it.new_count).sum(), changes.iter().map(|it| it.old_count).sum())))
    }

    /// `--stat`: a bar for each file, and the sums.
    pub fn stat(&mut self, deltas: &[Delta], new: New, colors: Colors) -> Outcome<String> {
        let mut rows = Vec::new();
        for delta in deltas {
            let name = match (&delta.status, &delta.old) {
                (Status::Renamed(_), Some(old)) => moved(&old.path, delta.path()),
                _ => quoted(delta.path()),
            };
            let sizes = (self.contents(delta.old.as_ref(), New::Objects)?.len(), self.contents(delta.new.as_ref(), new)?.len());
            rows.push((name, self.counts(delta, new)?, sizes));
        }
        let most = rows.iter().filter_map(|row| row.1).map(|(added, deleted)| added + deleted).max().unwrap_or(0);
        let longest = rows.iter().map(|row| row.0.chars().count()).max().unwrap_or(0);
        let bin = rows.iter().any(|row| row.1.is_none());
        let width = if self.process.is_tty(1) { self.process.columns()?.unwrap_or(80) } else { 80 };
        let number_width = most.to_string().len().max(if bin { 3 } else { 0 });
        let width = width.max(22 + number_width);
        let (mut graph, mut name_width) = (most, longest);
        if name_width + number_width + 6 + graph > width {
            let share = (width * 3 / 8).saturating_sub(number_width + 6);
            if graph > share {
                graph = share.max(6);
            }
            let left = width - number_width - 6 - graph;
            if name_width > left {
                name_width = left;
            } else {
                graph = width - number_width - 6 - name_width;
            }
        }
        let mut out = String::new();
        for (name, counts, (old_size, new_size)) in &rows {
            let mut shown = name.clone();
            if shown.chars().count() > name_width {
                let keep: String = shown.chars().skip(shown.chars().count() + 3 - name_width).collect();
                let from = keep.find('/').unwrap_or(0);
                shown = format!("...{}", &keep[from..]);
            }
            let pad = " ".repeat(name_width.saturating_sub(shown.chars().count()));
            let Some((added, deleted)) = counts else {
                let sizes = if old_size == new_size { String::new() } else { format!(" {old_size} -> {new_size} bytes") };
                out.push_str(&format!(" {shown}{pad} | {:>number_width$}{sizes}\n", "Bin"));
                continue;
            };
            let scale = |number: usize| if number == 0 { 0 } else { 1 + number * (graph - 1) / most.max(1) };
            let (mut plus, mut minus) = (*added, *deleted);
            if graph <= most {
                let mut total = scale(added + deleted);
                if total < 2 && *added > 0 && *deleted > 0 {
                    total = 2;
                }
                if added < deleted {
                    plus = scale(*added);
                    minus = total - plus;
                } else {
                    minus = scale(*deleted);
                    plus = total - minus;
                }
            }
            let bar = format!("{}{}", colors.paint("32", &"+".repeat(plus)), colors.paint("31", &"-".repeat(minus)));
            let gap = if bar.is_empty() { "" } else { " " };
            out.push_str(&format!(" {shown}{pad} | {:>number_width$}{gap}{bar}\n", added + deleted));
        }
        out.push_str(&sums(&rows.iter().map(|row| row.1).collect::<Vec<_>>()));
        Ok(out)
    }

    /// ` 2 files changed, 3 insertions(+)`
    pub fn short_stat(&mut self, deltas: &[Delta], new: New) -> Outcome<String> {
        let mut counts = Vec::new();
        for delta in deltas {
            counts.push(self.counts(delta, new)?);
        }
        Ok(sums(&counts))
    }
}

fn sums(counts: &[Option<(usize, usize)>]) -> String {
    if counts.is_empty() {
        return String::new();
    }
    let (added, deleted) = counts.iter().flatten().fold((0, 0), |(a, b), (c, d)| (a + c, b + d));
    let some = |number: usize, what: &str| format!("{number} {what}{}", if number == 1 { "" } else { "s" });
    let mut text = format!(" {} changed", some(counts.len(), "file"));
    if added > 0 || deleted == 0 {
        text.push_str(&format!(", {}(+)", some(added, "insertion")));
    }
    if deleted > 0 || added == 0 {
        text.push_str(&format!(", {}(-)", some(deleted, "deletion")));
    }
    text + "\n"
}

/// ` create mode 100644 a`, ` rename a => b (90%)`, and so on.
pub fn summary(deltas: &[Delta]) -> String {
    let mut out = String::new();
    for delta in deltas {
        let path = quoted(delta.path());
        match (&delta.status, &delta.old, &delta.new) {
            (Status::Added, _, Some(new)) => out.push_str(&format!(" create mode {:06o} {path}\n", new.mode)),
            (Status::Deleted, Some(old), _) => out.push_str(&format!(" delete mode {:06o} {path}\n", old.mode)),
            (Status::Renamed(score), Some(old), Some(new)) => {
                out.push_str(&format!(" rename {} ({}%)\n", moved(&old.path, &new.path), score * 100 / 60_000));
                if old.mode != new.mode {
                    out.push_str(&format!(" mode change {:06o} => {:06o}\n", old.mode, new.mode));
                }
            }
            (_, Some(old), Some(new)) if old.mode != new.mode => out.push_str(&format!(" mode change {:06o} => {:06o} {path}\n", old.mode, new.mode)),
            _ => {}
        }
    }
    out
}

/// `dir/{old => new}/file`
pub fn moved(old: &str, new: &str) -> String {
    let (a, b) = (old.as_bytes(), new.as_bytes());
    let mut start = 0;
    for at in 0..a.len().min(b.len()) {
        if a[at] != b[at] {
            break;
        }
        if a[at] == b'/' {
            start = at + 1;
        }
    }
    let mut end = 0;
    for at in 1..=a.len().min(b.len()) {
        let (i, j) = (a.len() - at, b.len() - at);
        // The slash before the middle may serve as the one behind it too.
        if a[i] != b[j] || i + 1 < start || j + 1 < start {
            break;
        }
        if a[i] == b'/' {
            end = at;
        }
    }
    if start == 0 && end == 0 {
        return format!("{} => {}", quoted(old), quoted(new));
    }
    let middle = |text: &str| text.get(start..(text.len() - end).max(start)).unwrap_or_default().to_owned();
    format!("{}{{{} => {}}}{}", &old[..start], middle(old), middle(new), &old[old.len() - end..])
}

/// The hunks of a patch.
pub fn hunks(old: &[u8], new: &[u8], context: usize, colors: Colors) -> String {
    let (a, b) = (split(old), split(new));
    let changes = compare(&a, &b);
    let mut out = String::new();
    let mut at = 0;
    while at < changes.len() {
        let mut last = at;
        while last + 1 < changes.len() && changes[last + 1].old - changes[last].old_end() <= 2 * context {
            last += 1;
        }
        hunk(&a, &b, &changes[at..=last], context, colors, &mut out);
        at = last + 1;
    }
    out
}

fn hunk(a: &[&[u8]], b: &[&[u8]], changes: &[Change], context: usize, colors: Colors, out: &mut String) {
    let (first, last) = (changes[0], changes[changes.len() - 1]);
    let before = context.min(first.old);
    let (old_from, new_from) = (first.old - before, first.new - before);
    let after = context.min(a.len() - last.old_end());
    let (old_count, new_count) = (last.old_end() + after - old_from, last.new_end() + after - new_from);
    let range = |from: usize, count: usize| match count {
        0 => format!("{from},0"),
        1 => format!("{}", from + 1),
        _ => format!("{},{count}", from + 1),
    };
    let heading = a[..old_from].iter().rev().find(|line| line.first().is_some_and(|c| c.is_ascii_alphabetic() || *c == b'_' || *c == b'$'));
    let heading = heading.map_or(String::new(), |line| {
        let cut = &line[..line.len().min(80)];
        format!(" {}", String::from_utf8_lossy(cut).trim_end())
    });
    let place = format!("@@ -{} +{} @@", range(old_from, old_count), range(new_from, new_count));
    out.push_str(&format!("{}{heading}\n", colors.paint("36", &place)));
    let mut show = |sign: char, line: &[u8]| {
        let text = String::from_utf8_lossy(line);
        let code = match sign {
            '+' => "32",
            '-' => "31",
            _ => "",
        };
        let bare = text.strip_suffix('\n').unwrap_or(&text);
        let line = format!("{sign}{bare}");
        out.push_str(&if code.is_empty() { line } else { colors.paint(code, &line) });
        out.push('\n');
        if !text.ends_with('\n') {
            out.push_str("\\ No newline at end of file\n");
        }
    };
    let mut at = old_from;
    for change in changes {
        a[at..change.old].iter().for_each(|line| show(' ', line));
        a[change.old..change.old_end()].iter().for_each(|line| show('-', line));
        b[change.new..change.new_end()].iter().for_each(|line| show('+', line));
        at = change.old_end();
    }
    a[at..last.old_end() + after].iter().for_each(|line| show(' ', line));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moves_are_shown_short() {
        for (old, new, wanted) in [
            ("a", "b", "a => b"),
            ("dir/a", "dir/b", "dir/{a => b}"),
            ("a/x/f", "a/y/f", "a/{x => y}/f"),
            ("f", "dir/f", "f => dir/f"),
            ("a/f", "a/b/f", "a/{ => b}/f"),
        ] {
            assert_eq!(moved(old, new), wanted);
        }
    }
}
