//! The lines that `git log --graph` draws beside commits.
//!
//! Each line of development has a column. What a commit leads to is worked out as a mapping: at which place of the next
//! line each column stands now, and which column it has to become. As long as the two differ, slanted lines bring them
//! together.

use super::object::Id;
use super::patch::Colors;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Drawn {
    Padding,
    Commit,
    Merge,
    Collapsing,
}

pub struct Graph {
    columns: Vec<Id>,
    /// Where each place of the last line has to go.
    mapping: Vec<Option<usize>>,
    old_mapping: Vec<Option<usize>>,
    width: usize,
    edges_added: isize,
    /// A merge whose first parent is to its left is drawn as `|/|`, otherwise as `|\`.
    leans_left: bool,
    commit_index: usize,
    before: (Drawn, isize, usize),
    last: Drawn,
    colors: Colors,
}

const CODES: [&str; 6] = ["31", "32", "33", "34", "35", "36"];

impl Graph {
    pub fn new(colors: Colors) -> Self {
        Graph {
            columns: Vec::new(),
            mapping: Vec::new(),
            old_mapping: Vec::new(),
            width: 0,
            edges_added: 0,
            leans_left: false,
            commit_index: 0,
            before: (Drawn::Padding, 0, 0),
            last: Drawn::Padding,
            colors,
        }
    }

    fn edge(&self, column: usize, edge: char) -> String {
        self.colors.paint(CODES[column % CODES.len()], &edge.to_string())
    }

    fn drew(&mut self, what: Drawn) {
        self.before.0 = self.last;
        self.last = what;
    }

    /// The text of a commit with its lines beside it; with `apart`, behind an empty line.
    pub fn commit(&mut self, id: Id, parents: &[Id], text: &str, apart: bool) -> String {
        let old = std::mem::take(&mut self.columns);
        self.lay_out(&old, id, parents);
        let mut out = String::new();
        if apart {
            out = self.padded((0..old.len()).map(|column| (self.edge(column, '|') + " ", 2)).collect()) + "\n";
            self.before.0 = Drawn::Padding;
        }
        let mut lines = vec![self.commit_line(&old, id)];
        if parents.len() > 1 {
            lines.push(self.merge_line(&old, id, parents));
        }
        while !self.is_settled() {
            lines.push(self.collapsing_line());
        }
        self.drew(Drawn::Padding);
        let mut texts = text.lines();
        let padding = self.padded((0..self.columns.len()).map(|column| (self.edge(column, '|') + " ", 2)).collect());
        for line in lines {
            out.push_str(&format!("{line}{}\n", texts.next().unwrap_or_default()));
        }
        texts.for_each(|text| out.push_str(&format!("{padding}{text}\n")));
        out
    }

    /// Works out the columns behind a commit.
    fn lay_out(&mut self, old: &[Id], id: Id, parents: &[Id]) {
        (self.before.1, self.before.2) = (self.edges_added, self.commit_index);
        (self.width, self.edges_added) = (0, 0);
        self.mapping = vec![None; 2 * (old.len() + parents.len() + 2)];
        let is_new = !old.contains(&id);
        for (at, column) in old.iter().copied().chain(is_new.then_some(id)).enumerate() {
            if column != id {
                self.lead_to(column, None, parents.len());
                continue;
            }
            self.commit_index = at;
            for (number, parent) in parents.iter().enumerate() {
                self.lead_to(*parent, (number == 0).then_some(at), parents.len());
            }
            if parents.is_empty() {
                self.width += 2;
            }
        }
        while self.mapping.len() > 1 && self.mapping.last() == Some(&None) {
            self.mapping.pop();
        }
    }

    /// One line leads to a commit. `first` is the place of the merge whose first parent that is.
    fn lead_to(&mut self, to: Id, first: Option<usize>, parents: usize) {
        let column = self.columns.iter().position(|known| *known == to).unwrap_or_else(|| {
            self.columns.push(to);
            self.columns.len() - 1
        });
        let place = match first.filter(|_| parents > 1) {
            Some(at) => {
                let distance = at as isize - column as isize;
                self.leans_left = distance > 0;
                let layout = isize::from(!self.leans_left);
                self.edges_added = parents as isize + layout - 2;
                let shift = if distance > 1 { 2 * distance - 3 } else { 1 };
                let place = self.width as isize + (layout - 1) * shift;
                self.width += 2 * layout as usize;
                place as usize
            }
            None if self.edges_added > 0 && self.width >= 2 && self.mapping[self.width - 2] == Some(column) => {
                self.edges_added = -1;
                self.width - 2
            }
            None => {
                self.width += 2;
                self.width - 2
            }
        };
        self.mapping[place] = Some(column);
    }

    /// Puts pieces together, each with its width, and fills up to the width of the graph.
    fn padded(&self, pieces: Vec<(String, usize)>) -> String {
        let width: usize = pieces.iter().map(|(_, width)| width).sum();
        let text: String = pieces.into_iter().map(|(text, _)| text).collect();
        text + &" ".repeat(self.width.saturating_sub(width))
    }

    fn commit_line(&mut self, old: &[Id], id: Id) -> String {
        let (mut pieces, mut seen) = (Vec::new(), false);
        let is_new = !old.contains(&id);
        for (at, column) in old.iter().copied().chain(is_new.then_some(id)).enumerate() {
            let went_left = self.old_mapping.get(2 * at + 1) == Some(&Some(at)) && self.mapping.get(2 * at).copied().flatten().is_some_and(|target| target < at);
            let (last, edges, index) = self.before;
            let edge = match () {
                () if column == id => {
                    seen = true;
                    pieces.push(("* ".to_owned(), 2));
                    continue;
                }
                () if seen && self.edges_added > 1 => '\\',
                () if seen && self.edges_added == 1 => if last == Drawn::Merge && edges > 0 && index < at { '\\' } else { '|' },
                () if last == Drawn::Collapsing && went_left => '/',
                () => '|',
            };
            pieces.push((self.edge(at, edge) + " ", 2));
        }
        self.drew(Drawn::Commit);
        self.padded(pieces)
    }

    fn merge_line(&mut self, old: &[Id], id: Id, parents: &[Id]) -> String {
        let (mut pieces, mut seen, mut under) = (Vec::new(), false, None);
        let is_new = !old.contains(&id);
        for (at, column) in old.iter().copied().chain(is_new.then_some(id)).enumerate() {
            if column == id {
                seen = true;
                let mut stroke = if self.leans_left { 0 } else { 1 };
                for (number, parent) in parents.iter().enumerate() {
                    let to = self.columns.iter().position(|known| known == parent).unwrap_or(0);
                    pieces.push((self.edge(to, ['/', '|', '\\'][stroke]), 1));
                    if stroke < 2 {
                        stroke += 1;
                    } else if self.edges_added > 0 || number + 1 < parents.len() {
                        pieces.push((" ".to_owned(), 1));
                    }
                }
                if self.edges_added == 0 {
                    pieces.push((" ".to_owned(), 1));
                }
            } else if seen {
                pieces.push((self.edge(at, if self.edges_added > 0 { '\\' } else { '|' }) + " ", 2));
            } else {
                pieces.push((self.edge(at, '|'), 1));
                if !self.leans_left || at + 1 != self.commit_index {
                    let gap = if let Some(column) = under { self.edge(column, '_') } else { " ".to_owned() };
                    pieces.push((gap, 1));
                }
                if Some(&column) == parents.first() {
                    under = Some(at);
                }
            }
        }
        self.drew(Drawn::Merge);
        self.padded(pieces)
    }

    fn is_settled(&self) -> bool {
        self.mapping.iter().enumerate().all(|(place, target)| target.is_none_or(|target| target == place / 2))
    }

    /// Each line that is not yet where it belongs goes one step to the left, one of them as far as it can.
    fn collapsing_line(&mut self) -> String {
        let from = std::mem::take(&mut self.mapping);
        let mut to: Vec<Option<usize>> = vec![None; from.len()];
        let mut flat: Option<(usize, usize)> = None;
        for (place, target) in from.iter().enumerate().filter_map(|(place, target)| target.map(|target| (place, target))) {
            if target * 2 == place {
                to[place] = Some(target);
                continue;
            }
            let (step, edge) = match to[place - 1] {
                None => (place - 1, place),
                Some(left) if left == target => continue,
                Some(_) => (place - 2, place - 1),
            };
            to[step] = Some(target);
            if flat.is_none() {
                flat = Some((edge, target));
                (target * 2 + 3..place.saturating_sub(2)).step_by(2).for_each(|between| to[between] = Some(target));
            }
        }
        self.old_mapping.clone_from(&to);
        if to.last() == Some(&None) {
            to.pop();
        }
        let (mut pieces, mut is_flat) = (Vec::new(), false);
        for place in 0..to.len() {
            let Some(target) = to[place] else {
                pieces.push((" ".to_owned(), 1));
                continue;
            };
            let edge = match flat {
                _ if target * 2 == place => '|',
                Some((edge, flat_target)) if target == flat_target && place + 1 != edge => {
                    if place != target * 2 + 3 {
                        to[place] = None;
                    }
                    is_flat = true;
                    '_'
                }
                _ => {
                    if is_flat && flat.is_some_and(|(edge, _)| place < edge) {
                        to[place] = None;
                    }
                    '/'
                }
            };
            pieces.push((self.edge(target, edge), 1));
        }
        self.mapping = to;
        self.drew(Drawn::Collapsing);
        self.padded(pieces)
    }
}
