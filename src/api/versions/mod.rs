//! Other versions of kinds than the one that is stored: the version belongs to a request and its answer, and is converted
//! at the edge. A version is one line in the list of its file; a file is one line in [`all`].
//!
//! Models: staging/src/k8s.io/apimachinery/pkg/runtime/scheme.go (conversion), v1.36.
//! Simplified: nothing.

mod autoscaling_v1;
mod course_2019;
mod event_v1;

use std::borrow::Cow;

use serde_json::{Value, json};

use crate::field::FieldError;
use crate::{Object, ResourceInfo, Status};

/// A version that asks nothing of its own.
fn nothing(_: &Object, _: Option<&Object>) -> Vec<FieldError> {
    Vec::new()
}

/// A version in which a kind is served but not stored.
#[derive(Clone, Copy, Debug)]
pub struct Version {
    /// `""` for the core group.
    pub group: &'static str,
    pub version: &'static str,
    pub kind: &'static str,
    /// The `apiVersion` under which the kind is stored.
    pub stored: &'static str,
    /// Whether only clusters with `compat: course-2019` serve it.
    pub course_2019: bool,
    /// Fields that have other names here, and those names in the stored version.
    names: &'static [(&'static str, &'static str)],
    /// Fields that are in another struct of Go here, as errors of wrong types name them, and there.
    places: &'static [(&'static str, &'static str)],
    /// What the version asks beyond what its stored one does, of a new object or of an update of an old one.
    asks: fn(&Object, Option<&Object>) -> Vec<FieldError>,
    to_stored: fn(&Version, Value) -> Result<Value, Status>,
    from_stored: fn(&Version, Value) -> Value,
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        (self.group, self.version, self.kind) == (other.group, other.version, other.kind)
    }
}

impl Eq for Version {}

/// All of them.
pub fn all() -> impl Iterator<Item = &'static Version> {
    [course_2019::VERSIONS, autoscaling_v1::VERSIONS, event_v1::VERSIONS].into_iter().flatten()
}

/// The versions beside its stored one that serve this kind.
pub fn of(info: &ResourceInfo, course_2019: bool) -> impl Iterator<Item = &'static Version> + use<> {
    let (kind, stored) = (info.kind, info.api_version());
    all().filter(move |version| version.kind == kind && version.stored == stored && (course_2019 || !version.course_2019))
}

impl Version {
    /// `v1` or `autoscaling/v1`.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.to_owned() } else { format!("{}/{}", self.group, self.version) }
    }

    /// Rewrites an object of this version as the stored one. What says that it is something else comes back as it is,
    /// for the reader to refuse; but the stored version, sent to the path of this one, is refused here.
    pub fn to_stored(&self, value: Value) -> Result<Value, Status> {
        let text = |name: &str| value.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let found = text("apiVersion").unwrap_or_default().to_owned();
        let is_kind = value.is_object() && text("kind").is_none_or(|kind| kind == self.kind);
        let own = self.api_version();
        if is_kind && found == self.stored {
            return Err(Status::bad_request(format!("the API version in the data ({found}) does not match the expected API version ({own})")));
        }
        if !is_kind || (!found.is_empty() && found != own) {
            return Ok(value);
        }
        let mut stored = (self.to_stored)(self, value)?;
        stored["apiVersion"] = json!(self.stored);
        stored["kind"] = json!(self.kind);
        Ok(stored)
    }

    /// What is wrong with an object by the rules of this version alone.
    pub fn validate(&self, object: &Object, old: Option<&Object>) -> Vec<FieldError> {
        (self.asks)(object, old)
    }

    /// An error or warning about the stored version, in the words of this one: its names of fields and its group.
    pub fn in_its_words(&self, text: &str) -> String {
        let stored = self.stored.rsplit('/').next().unwrap_or_default();
        // In another version of a group the types are those of that version.
        let mut text = match self.stored.strip_prefix(self.group) {
            Some(_) if stored != self.version => text.replace(&format!("in version {stored:?}"), &format!("in version {:?}", self.version)).replace(&format!("of type {stored}."), &format!("of type {}.", self.version)),
            _ => text.to_owned(),
        };
        for (here, there) in self.names {
            for after in [".", "\""] {
                text = text.replace(&format!("\"{there}{after}"), &format!("\"{here}{after}"));
            }
        }
        for (here, there) in self.places {
            text = text.replace(&format!(" {there} "), &format!(" {here} "));
        }
        self.wrong_type_in_its_words(text)
    }

    /// An error of a wrong type, which names the struct before the field.
    fn wrong_type_in_its_words(&self, text: String) -> String {
        const STRUCT: &str = " Go struct field ";
        let Some((before, place)) = text.split_once(STRUCT) else { return text };
        let Some((of, path)) = place.split_once('.') else { return text };
        let (first, rest) = path.split_at(path.find(['.', ' ']).unwrap_or(path.len()));
        match self.names.iter().find(|(_, there)| *there == first) {
            Some((here, _)) => format!("{before}{STRUCT}{of}.{here}{rest}"),
            None => text,
        }
    }

    /// The name of a selectable field in the stored version.
    pub fn selectable<'a>(&self, field: &'a str) -> Option<Cow<'a, str>> {
        let (first, rest) = field.split_once('.').map_or((field, ""), |(first, rest)| (first, rest));
        if self.names.iter().any(|(_, there)| *there == first) {
            return None;
        }
        let stored = self.names.iter().find(|(here, _)| *here == first);
        Some(stored.map_or(Cow::Borrowed(field), |(_, there)| Cow::Owned(if rest.is_empty() { (*there).to_owned() } else { format!("{there}.{rest}") })))
    }

    /// Rewrites a stored object for a client of this version.
    pub fn from_stored(&self, value: Value) -> Value {
        let mut shown = (self.from_stored)(self, value);
        shown["apiVersion"] = json!(self.api_version());
        shown
    }
}

/// Moves fields of an object to other names.
fn rename(object: &mut serde_json::Map<String, Value>, names: &[(&str, &str)]) {
    for (from, to) in names {
        if let Some(value) = object.remove(*from) {
            object.insert((*to).to_owned(), value);
        }
    }
}
