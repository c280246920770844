//! The name of a custom kind, small enough to be copied like the names of the built-in ones.
//!
//! Models: staging/src/k8s.io/apimachinery/pkg/runtime/schema/group_version.go, v1.36.
//! Simplified: nothing.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use crate::ResourceInfo;

/// A kind that a CustomResourceDefinition made. Two are the same kind if group and plural are the same, whichever
/// version of it they name: the versions of a kind are one collection of objects.
///
/// The names live as long as the program, about 300 bytes each. They are made once for every version of a definition
/// and kept while its names stay as they are ([`CustomKind::named`]), so their number is bounded by the number of
/// different names that a run gives to its definitions.
#[derive(Clone, Copy)]
pub struct CustomKind(&'static ResourceInfo);

impl CustomKind {
    /// The kind of these names, which is the previous one if nothing has changed.
    pub(crate) fn named(names: &Names<'_>, previous: Option<CustomKind>) -> Self {
        if let Some(previous) = previous.filter(|previous| names.are(previous.0)) {
            return previous;
        }
        let text = |text: &str| -> &'static str { text.to_owned().leak() };
        let texts = |texts: &[String]| -> &'static [&'static str] { texts.iter().map(|one| text(one)).collect::<Vec<_>>().leak() };
        CustomKind(Box::leak(Box::new(ResourceInfo {
            group: text(names.group),
            version: text(names.version),
            kind: text(names.kind),
            plural: text(names.plural),
            singular: text(names.singular),
            short_names: texts(names.short_names),
            categories: texts(names.categories),
            namespaced: names.namespaced,
            has_status: names.has_status,
        })))
    }

    pub fn info(self) -> &'static ResourceInfo {
        self.0
    }

    fn identity(self) -> (&'static str, &'static str) {
        (self.0.group, self.0.plural)
    }
}

/// The names as a definition gives them.
pub(crate) struct Names<'a> {
    pub group: &'a str,
    pub version: &'a str,
    pub kind: &'a str,
    pub plural: &'a str,
    pub singular: &'a str,
    pub short_names: &'a [String],
    pub categories: &'a [String],
    pub namespaced: bool,
    pub has_status: bool,
}

impl Names<'_> {
    fn are(&self, info: &ResourceInfo) -> bool {
        (self.group, self.version, self.kind, self.plural, self.singular) == (info.group, info.version, info.kind, info.plural, info.singular)
            && self.short_names.iter().eq(info.short_names)
            && self.categories.iter().eq(info.categories)
            && (self.namespaced, self.has_status) == (info.namespaced, info.has_status)
    }
}

impl PartialEq for CustomKind {
    fn eq(&self, other: &Self) -> bool {
        self.identity() == other.identity()
    }
}

impl Eq for CustomKind {}

impl PartialOrd for CustomKind {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for CustomKind {
    fn cmp(&self, other: &Self) -> Ordering {
        self.identity().cmp(&other.identity())
    }
}

impl Hash for CustomKind {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.identity().hash(state);
    }
}

impl fmt::Debug for CustomKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.group_resource())
    }
}
