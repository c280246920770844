//! Picking the alternative that a value is meant to be, so that errors speak of that one alone.
//!
//! `nodes: 3` and `nodes: [{count: 3}]` differ by type. Conditions are all mappings; each has one key that no other
//! has (`pods`, `deployment`, …), and that key decides.

use serde_json::{Map, Value};

use super::check::{Check, fits_type, one_of, required_keys, words};
use crate::error::did_you_mean;
use crate::yaml::{Node, ScalarKind};

impl<'a> Check<'a> {
    pub(super) fn choose(&mut self, node: &Node, choices: &'a [Value]) {
        let mut all = Vec::new();
        self.flatten(choices, &mut all);
        let enumerated: Vec<&str> = all.iter().flat_map(|(schema, _)| words(schema)).collect();
        // A text among alternatives that are words or mappings is meant to be one of the words.
        let fitting: Vec<_> = all.iter().filter(|(schema, _)| fits_type(node, schema)).collect();
        let meant: Vec<_> = if fitting.is_empty() { all.iter().collect() } else { fitting.clone() };
        if meant.iter().all(|(schema, _)| !words(schema).is_empty()) {
            match node.scalar().filter(|scalar| scalar.kind == ScalarKind::Text) {
                Some(scalar) if enumerated.contains(&scalar.text.as_str()) => {}
                Some(scalar) => self.wrong_word(&scalar.text, node.place, &enumerated),
                None => {
                    self.errors.add(self.source, node.place, node.described()).expected(one_of(&enumerated));
                }
            }
            return;
        }
        match fitting.as_slice() {
            [] => {
                let mut wanted: Vec<String> = all.iter().map(|(schema, _)| self.expectation(schema)).collect();
                wanted.dedup();
                self.errors.add(self.source, node.place, node.described()).expected(wanted.join(", or "));
            }
            [(_, only)] => self.node(node, only),
            several => self.by_keys(node, several),
        }
    }

    /// The alternatives, with those of a nested choice in its place.
    fn flatten(&self, choices: &'a [Value], all: &mut Vec<(&'a Map<String, Value>, &'a Value)>) {
        for choice in choices {
            let Some(schema) = self.resolved(choice).as_object() else { continue };
            match super::check::choices(schema) {
                Some(inner) if !schema.contains_key("properties") => self.flatten(inner, all),
                _ => all.push((schema, choice)),
            }
        }
    }

    fn by_keys(&mut self, node: &Node, fitting: &[&(&'a Map<String, Value>, &'a Value)]) {
        let has = |key: &&str| node.get(key).is_some();
        let complete: Vec<_> = fitting.iter().filter(|(schema, _)| required_keys(schema).iter().all(has)).collect();
        let begun: Vec<_> = fitting.iter().filter(|(schema, _)| required_keys(schema).iter().any(has)).collect();
        match (complete.as_slice(), begun.as_slice()) {
            ([(_, only)], _) | ([], [(_, only)]) => self.node(node, only),
            ([], []) => {
                let deciding: Vec<&str> = fitting.iter().flat_map(|(schema, _)| required_keys(schema)).collect();
                let near = node.entries().iter().find_map(|entry| {
                    did_you_mean(&entry.key, deciding.iter().copied()).map(|help| (entry, help))
                });
                match near {
                    Some((entry, help)) => {
                        let found = format!("unknown key `{}`", entry.key);
                        self.errors.add(self.source, entry.key_place, found).help(help);
                    }
                    None => {
                        let found = format!("{} that does not say what it is about", node.described());
                        self.errors.add(self.source, node.place, found).expected(one_of(&deciding));
                    }
                }
            }
            (several, _) => {
                let keys: Vec<&str> = several.iter().flat_map(|(schema, _)| required_keys(schema)).collect();
                let found = format!("{} together", one_of(&keys).trim_start_matches("one of ").replace(" or ", " and "));
                self.errors.add(self.source, node.place, found).expected("one of them");
            }
        }
    }
}
