//! Which objects a `target` or a `select` means: regular expressions of whole words, and selectors of labels.
//!
//! Models: sigs.k8s.io/kustomize/api/types/selector.go, as kubectl v1.36 uses it.
//! Simplified: nothing.

use podarium_api::custom::pattern_error;
use podarium_api::selector::LabelSelector;
use regex::Regex;
use serde_json::Value;

use super::resource::{Id, Resource};
use crate::failure::{Outcome, fail};
use crate::unstructured::{strings, text};

#[derive(Clone, Debug, Default)]
pub(super) struct Selector {
    /// Of group, version, kind, name and namespace; none fits all.
    words: [Option<Regex>; 5],
    labels: String,
    annotations: String,
}

impl Selector {
    pub fn of(selector: &Value) -> Result<Self, String> {
        let mut words: [Option<Regex>; 5] = Default::default();
        for (word, field) in words.iter_mut().zip(["/group", "/version", "/kind", "/name", "/namespace"]) {
            let pattern = text(selector, field);
            if !pattern.is_empty() {
                let whole = format!("^(?:{pattern})$");
                *word = Some(self::pattern(&whole)?);
            }
        }
        Ok(Selector { words, labels: text(selector, "/labelSelector").to_owned(), annotations: text(selector, "/annotationSelector").to_owned() })
    }

    /// Whether it says nothing of what an object is called.
    pub fn names_nothing(&self) -> bool {
        self.words.iter().all(Option::is_none)
    }

    pub fn asks_for_labels(&self) -> bool {
        !self.labels.is_empty() || !self.annotations.is_empty()
    }

    fn fits(&self, at: usize, word: &str) -> bool {
        self.words[at].as_ref().is_none_or(|regex| regex.is_match(word))
    }

    fn fits_kind(&self, id: &Id) -> bool {
        self.fits(0, &id.gvk.group) && self.fits(1, &id.gvk.version) && self.fits(2, &id.gvk.kind)
    }

    pub fn fits_id(&self, id: &Id) -> bool {
        self.fits_kind(id) && self.fits(3, &id.name) && self.fits(4, &id.namespace)
    }

    pub fn fits_labels(&self, one: &Resource) -> Outcome<bool> {
        for (selector, pointer) in [(&self.annotations, "/metadata/annotations"), (&self.labels, "/metadata/labels")] {
            match LabelSelector::parse(selector) {
                Ok(parsed) if parsed.matches(Some(&strings(&one.object, pointer))) => {}
                Ok(_) => return Ok(false),
                Err(error) => return fail(error.0),
            }
        }
        Ok(true)
    }

    /// The places of the objects that are selected by what they are or were at first.
    pub fn select(&self, resources: &[Resource]) -> Outcome<Vec<usize>> {
        let mut found = Vec::new();
        for (at, one) in resources.iter().enumerate() {
            let (now, then) = (one.id(), one.original_id());
            let either = |word: usize, part: &dyn Fn(&Id) -> String| self.fits(word, &part(&then)) || self.fits(word, &part(&now));
            if either(4, &|id| id.effective_namespace().to_owned()) && either(3, &|id| id.name.clone()) && self.fits_kind(&now) && self.fits_labels(one)? {
                found.push(at);
            }
        }
        Ok(found)
    }
}

/// A regular expression, or Go's complaint about it.
pub(super) fn pattern(source: &str) -> Result<Regex, String> {
    Regex::new(source).map_err(|_| pattern_error(source).unwrap_or_else(|| format!("error parsing regexp: `{source}`")))
}

/// A selector as messages name it.
pub(super) fn shown(selector: &Value) -> String {
    let id = Id { gvk: super::fields::Gvk::of_selector(selector), name: text(selector, "/name").to_owned(), namespace: text(selector, "/namespace").to_owned() };
    format!("{id}:a={}:l={}", text(selector, "/annotationSelector"), text(selector, "/labelSelector"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_are_whole_words_or_patterns() {
        let fits = |pattern: &str, name: &str| Selector::of(&json!({"name": pattern})).map(|selector| selector.fits(3, name));
        assert_eq!((fits("web", "web"), fits("web", "web2"), fits("we.*", "web2"), fits("a|b", "b")), (Ok(true), Ok(false), Ok(true), Ok(true)));
        assert_eq!(fits("[", "["), Err("error parsing regexp: missing closing ]: `[)$`".to_owned()));
    }
}
