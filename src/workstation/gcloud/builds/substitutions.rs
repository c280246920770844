//! `$PROJECT_ID`, `${_COLOR}`: what is put into a build's texts before it begins.
//!
//! Models: the service's validation, as cloud-build-local's validate.go has it.
//! Simplified: no `dynamicSubstitutions`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::config::is_own;

/// Names that the service knows; those of triggers are empty in a build that was submitted by hand.
const BUILT_IN: &[&str] = &[
    "BRANCH_NAME", "BUILD_ID", "COMMIT_SHA", "LOCATION", "PROJECT_ID", "PROJECT_NUMBER", "REF_NAME", "REPO_FULL_NAME", "REPO_NAME", "REVISION_ID",
    "SERVICE_ACCOUNT", "SERVICE_ACCOUNT_EMAIL", "SHORT_SHA", "TAG_NAME", "TRIGGER_BUILD_CONFIG_PATH", "TRIGGER_NAME",
];
/// What `--substitutions` may give of them.
const GIVEN: &[&str] = &["BRANCH_NAME", "COMMIT_SHA", "REPO_NAME", "REVISION_ID", "SHORT_SHA", "TAG_NAME"];

/// Values by their names, and which were used.
pub struct Substitutions {
    values: BTreeMap<String, String>,
    used: BTreeSet<String>,
    /// What does not match is let pass.
    loose: bool,
}

impl Substitutions {
    /// The error is the service's.
    pub fn new(given: &BTreeMap<String, String>, known: BTreeMap<String, String>, loose: bool) -> Result<Self, String> {
        if let Some(key) = given.keys().find(|key| !is_own(key) && !GIVEN.contains(&key.as_str())) {
            return Err(format!("generic::invalid_argument: invalid .substitutions field: substitution key \"{key}\" does not respect format \"^_[A-Z0-9_]+$\" and is not an overridable built-in substitutions"));
        }
        let mut values = known;
        values.extend(given.iter().map(|(key, value)| (key.clone(), value.clone())));
        Ok(Substitutions { values, used: BTreeSet::new(), loose })
    }

    /// Puts the values into a text.
    pub fn put(&mut self, text: &str) -> Result<String, String> {
        let (mut out, mut rest) = (String::new(), text);
        while let Some(at) = rest.find('$') {
            out.push_str(&rest[..at]);
            let after = &rest[at + 1..];
            if let Some(after) = after.strip_prefix('$') {
                out.push('$');
                rest = after;
                continue;
            }
            let is_name = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
            let (key, tail) = match after.strip_prefix('{').and_then(|inner| inner.split_once('}')) {
                Some((key, tail)) => (key, tail),
                None => after.split_at(after.find(|c| !is_name(c)).unwrap_or(after.len())),
            };
            if key.is_empty() || !key.chars().all(is_name) || key.starts_with(|c: char| c.is_ascii_digit()) {
                out.push('$');
                rest = after;
                continue;
            }
            match self.values.get(key) {
                Some(value) => out.push_str(value),
                None if BUILT_IN.contains(&key) || self.loose => {}
                None if is_own(key) => return Err(format!("generic::invalid_argument: key in the template \"{key}\" is not matched in the substitution data")),
                None => return Err(format!("generic::invalid_argument: invalid value for 'build.substitutions': key in the template \"{key}\" is not a valid built-in substitution")),
            }
            self.used.insert(key.to_owned());
            rest = tail;
        }
        Ok(out + rest)
    }

    /// Puts them into every text of a value.
    pub fn put_all(&mut self, value: &mut Value) -> Result<(), String> {
        match value {
            Value::String(text) => *text = self.put(text)?,
            Value::Array(list) => list.iter_mut().try_for_each(|one| self.put_all(one))?,
            Value::Object(map) => map.values_mut().try_for_each(|one| self.put_all(one))?,
            _ => {}
        }
        Ok(())
    }

    /// Whether everything that was given is used.
    pub fn check(&self, given: &BTreeMap<String, String>) -> Result<(), String> {
        match given.keys().find(|key| !self.used.contains(*key)) {
            Some(key) if !self.loose => Err(format!("generic::invalid_argument: key \"{key}\" in the substitution data is not matched in the template")),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_put_in_and_mistakes_told() {
        let given: BTreeMap<String, String> = [("_A".to_owned(), "x".to_owned())].into();
        let known = [("PROJECT_ID".to_owned(), "p".to_owned())].into();
        let mut all = Substitutions::new(&given, known, false).unwrap();
        assert_eq!(all.put("gcr.io/$PROJECT_ID/a:${_A}$SHORT_SHA $$HOME $(pwd) $lower $").unwrap(), "gcr.io/p/a:x $HOME $(pwd) $lower $");
        assert_eq!(all.check(&given), Ok(()));
        assert_eq!(all.put("$_B").unwrap_err(), "generic::invalid_argument: key in the template \"_B\" is not matched in the substitution data");
        assert_eq!(all.put("${HOME}").unwrap_err(), "generic::invalid_argument: invalid value for 'build.substitutions': key in the template \"HOME\" is not a valid built-in substitution");
        let unused = Substitutions::new(&given, BTreeMap::new(), false).unwrap().check(&given);
        assert_eq!(unused.unwrap_err(), "generic::invalid_argument: key \"_A\" in the substitution data is not matched in the template");
    }
}
