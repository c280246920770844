//! References between timeline entries, objectives and steps.

use std::collections::BTreeMap;

use super::check::items;
use super::values::{Moment, Period};
use crate::error::{Errors, Source, did_you_mean};
use crate::schema::ParsedText;
use crate::yaml::Node;

/// Everything in a scenario that has a name which others may use.
pub(super) struct References<'a> {
    root: &'a Node,
    named: BTreeMap<&'a str, Named<'a>>,
    again: Vec<(&'a Node, usize)>,
}

#[derive(Clone, Copy)]
enum Named<'a> {
    Objective(&'a Node),
    Entry(&'a Node),
}

impl<'a> Named<'a> {
    fn node(self) -> &'a Node {
        match self {
            Named::Objective(node) | Named::Entry(node) => node,
        }
    }
}

impl<'a> References<'a> {
    pub fn of(root: &'a Node) -> Self {
        let mut named: BTreeMap<&str, Named<'a>> = BTreeMap::new();
        let mut again = Vec::new();
        let entries = items(root, "timeline").iter().map(Named::Entry);
        for one in entries.chain(items(root, "objectives").iter().map(Named::Objective)) {
            let Some(name) = one.node().get("name") else { continue };
            let Some(text) = name.text() else { continue };
            match named.get(text) {
                Some(first) => again.push((name, first.node().nearest(&["name"]).place.line)),
                None => {
                    named.insert(text, one);
                }
            }
        }
        References { root, named, again }
    }

    pub fn check(&self, source: Source<'_>, errors: &mut Errors) {
        for (node, line) in &self.again {
            errors
                .add(source, node.place, format!("a second {}", node.described().replace("the text", "name")))
                .expected(format!("names that differ: objectives and timeline entries share them, and line {line} has it"));
        }
        for objective in items(self.root, "objectives") {
            self.timing(objective, source, errors);
            for moment in moments(objective) {
                self.moment(moment, source, errors);
            }
            self.cycle(objective, source, errors);
        }
        for step in items(self.root, "steps") {
            if let Some(done) = step.get("done-when") {
                self.step(done, source, errors);
            }
        }
    }

    /// At most one kind of timing, and a window that has a beginning before its end.
    fn timing(&self, objective: &Node, source: Source<'_>, errors: &mut Errors) {
        let kinds = ["eventually", "always", "at-end"].map(|key| objective.entry(key));
        for extra in kinds.iter().flatten().skip(1) {
            errors
                .add(source, extra.key_place, format!("`{}` beside another timing", extra.key))
                .expected("one of `eventually`, `always` and `at-end`");
        }
        if let Some(entry) = objective.entry("at-end").filter(|entry| {
            entry.node.scalar().is_some_and(|scalar| scalar.text.eq_ignore_ascii_case("false"))
        }) {
            errors.add(source, entry.node.place, "`at-end: false`").expected("`at-end: true`, or no `at-end`");
        }
        let Some(always) = objective.get("always") else { return };
        if let (Some(_), Some(lasting)) = (always.entry("until"), always.entry("for")) {
            errors.add(source, lasting.key_place, "`for` beside `until`").expected("one of them");
        }
        let time = |key: &str| always.get(key).and_then(Node::text).and_then(|text| Period::parse(text).ok());
        if let (Some(from), Some(until)) = (time("from"), time("until"))
            && until <= from
        {
            let place = always.nearest(&["until"]).place;
            errors.add(source, place, format!("until {until}, but from {from}")).expected("a later time");
        }
    }

    fn moment(&self, node: &'a Node, source: Source<'_>, errors: &mut Errors) {
        let Some(Ok(Moment::Of(name))) = node.text().map(Moment::parse) else { return };
        match self.named.get(name.as_str()) {
            Some(Named::Objective(_)) => {}
            Some(Named::Entry(entry)) if entry.get("by").and_then(Node::text) != Some("student") => {}
            Some(Named::Entry(_)) => {
                errors
                    .add(source, node.place, format!("`{name}` is done by the student"))
                    .expected("a moment of every run: with a person at the keyboard this entry is left out")
                    .help("refer to an objective that sees what the student did");
            }
            None => {
                let help = did_you_mean(&name, self.named.keys().copied());
                let error = errors.add(source, node.place, format!("unknown moment `{name}`"));
                error.expected(Moment::EXPECTED);
                if let Some(help) = help {
                    error.help(help);
                }
            }
        }
    }

    /// An objective that waits for itself, over others or not, can never be met.
    fn cycle(&self, objective: &'a Node, source: Source<'_>, errors: &mut Errors) {
        let Some(start) = objective.get("name").and_then(Node::text) else { return };
        let mut open: Vec<&Node> = moments(objective);
        let mut seen: Vec<&str> = Vec::new();
        while let Some(moment) = open.pop() {
            let Some(name) = moment.text() else { continue };
            if name == start {
                let place = moments(objective).first().map_or(objective.place, |first| first.place);
                errors.add(source, place, format!("`{start}` waits for itself")).expected("objectives in some order");
                return;
            }
            if let Some(Named::Objective(next)) = self.named.get(name)
                && !seen.contains(&name)
            {
                seen.push(name);
                open.extend(moments(next));
            }
        }
    }

    fn step(&self, done: &Node, source: Source<'_>, errors: &mut Errors) {
        let Some(name) = done.text() else { return };
        let objectives = self.named.iter().filter(|(_, one)| matches!(one, Named::Objective(_)));
        match self.named.get(name) {
            Some(Named::Objective(objective)) if !ends(objective) => {
                errors
                    .add(source, done.place, format!("`{name}` is decided only at the end of the run"))
                    .expected("an objective that is met in between: give its `always` an `until` or a `for`");
            }
            Some(Named::Objective(_)) => {}
            _ => {
                let names: Vec<&str> = objectives.map(|(name, _)| *name).collect();
                let error = errors.add(source, done.place, format!("unknown objective `{name}`"));
                match (did_you_mean(name, names.iter().copied()), names.is_empty()) {
                    (Some(help), _) => error.help(help),
                    (None, true) => error.expected("the name of an objective, and there are none"),
                    (None, false) => error.expected(format!("an objective: {}", names.join(", "))),
                };
            }
        }
    }
}

/// The moments that an objective's timing names.
fn moments(objective: &Node) -> Vec<&Node> {
    let keys = [["eventually", "after"], ["always", "from"], ["always", "until"]];
    keys.iter().filter_map(|[timing, key]| objective.get(timing)?.get(key)).collect()
}

fn ends(objective: &Node) -> bool {
    match (objective.get("always"), objective.get("at-end")) {
        (Some(always), _) => always.get("until").is_some() || always.get("for").is_some(),
        (None, at_end) => at_end.is_none(),
    }
}
