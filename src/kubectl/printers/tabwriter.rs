//! Text in columns.
//!
//! Cells are ended by tabs. A column is a run of lines that have a cell there, and is as wide as its widest cell; what
//! stands behind the last tab of a line belongs to no column.
//!
//! Models: github.com/liggitt/tabwriter, as staging/src/k8s.io/cli-runtime/pkg/printers/tabwriter.go uses it, v1.36.
//! Simplified: nothing.

/// Tables: columns of at least six characters, three apart.
pub const TABLE: Layout = Layout { min_width: 6, padding: 3 };
/// Descriptions: two apart.
pub const DESCRIPTION: Layout = Layout { min_width: 0, padding: 2 };

#[derive(Clone, Copy, Debug)]
pub struct Layout {
    pub min_width: usize,
    pub padding: usize,
}

impl Layout {
    /// Aligns the cells of a whole text.
    pub fn align(self, text: &str) -> String {
        self.align_remembering(text, &mut Vec::new())
    }

    /// Aligns the cells, no column being narrower than it was the last time: a watch prints line by line.
    pub fn align_remembering(self, text: &str, widths: &mut Vec<usize>) -> String {
        let (body, end) = match text.strip_suffix('\n') {
            Some(body) => (body, "\n"),
            None => (text, ""),
        };
        let mut cells: Vec<Cell<'_>> = Vec::new();
        let mut starts = vec![0];
        for line in body.split('\n') {
            cells.extend(line.split('\t').map(|text| Cell { text, length: text.chars().count(), width: 0 }));
            starts.push(cells.len());
        }
        let mut remembered = widths.clone();
        self.column(&mut cells, &starts, 0..starts.len() - 1, 0, widths, &mut remembered);
        *widths = remembered;
        let mut out = String::with_capacity(cells.iter().map(|cell| cell.text.len().max(cell.width) + 1).sum());
        for line in starts.windows(2) {
            if line[0] > 0 {
                out.push('\n');
            }
            for cell in &cells[line[0]..line[1]] {
                out.push_str(cell.text);
                let mut missing = cell.width.saturating_sub(cell.length);
                while missing > 0 {
                    let some = missing.min(BLANKS.len());
                    out.push_str(&BLANKS[..some]);
                    missing -= some;
                }
            }
        }
        out + end
    }

    /// Finds how wide column `at` is in some lines, then those to the right of it.
    fn column(self, cells: &mut [Cell<'_>], starts: &[usize], range: std::ops::Range<usize>, at: usize, old: &[usize], new: &mut Vec<usize>) {
        // The last cell of a line is not ended by a tab.
        let has_it = |line: usize| starts[line] + at + 1 < starts[line + 1];
        let mut next = range.start;
        while next < range.end {
            if !has_it(next) {
                next += 1;
                continue;
            }
            let start = next;
            while next < range.end && has_it(next) {
                next += 1;
            }
            let widest = (start..next).map(|line| cells[starts[line] + at].length + self.padding).max().unwrap_or_default();
            let width = widest.max(self.min_width).max(old.get(at).copied().unwrap_or_default());
            if new.len() <= at {
                new.resize(at + 1, 0);
            }
            new[at] = new[at].max(width);
            for line in start..next {
                cells[starts[line] + at].width = width;
            }
            self.column(cells, starts, start..next, at + 1, old, new);
        }
    }
}

const BLANKS: &str = "                                                                ";

struct Cell<'t> {
    text: &'t str,
    /// In characters.
    length: usize,
    /// How wide its column is; nothing behind the last tab.
    width: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_runs_of_lines() {
        let text = "NAME\tREADY\tAGE\nweb-1\t1/1\t5s\n";
        assert_eq!(TABLE.align(text), "NAME    READY   AGE\nweb-1   1/1     5s\n");
        let text = "Name:\tp\nLabels:\ta=b\n\tc=d\nPod Template:\n  Labels:\tx=y\n";
        assert_eq!(DESCRIPTION.align(text), "Name:    p\nLabels:  a=b\n         c=d\nPod Template:\n  Labels:  x=y\n");
    }

    #[test]
    fn a_watch_keeps_the_widths_of_its_columns() {
        let mut widths = Vec::new();
        TABLE.align_remembering("NAME\tSTATUS\tAGE\n", &mut widths);
        TABLE.align_remembering("long-name-here\tPending\t1s\n", &mut widths);
        assert_eq!(TABLE.align_remembering("a\tRunning\t2s\n", &mut widths), "a                Running   2s\n");
    }
}
