//! What becomes of ownership when an object is written.
//!
//! An *update* makes its writer the owner of all that it changes, and takes that from the others. An *apply* lays a
//! configuration over the object: its manager owns what the configuration mentions, what it mentioned last time and
//! nobody else owns is removed, and a change of what somebody else owns is a conflict unless it is forced.
//!
//! Models: vendor/sigs.k8s.io/structured-merge-diff/v6/merge/update.go and
//! staging/src/k8s.io/apimachinery/pkg/util/managedfields/internal, v1.36.
//! Simplified: entries in another version of a built-in kind's API are kept as they are, without conflicts; ownership does
//! not follow a schema that changes between granular and atomic.

use std::sync::Arc;

use serde_json::Value;

use super::compare::{Comparison, compare};
use super::conflict::Conflicts;
use super::element::PathElement;
use super::entry::{Entry, Managed, Operation, Writer};
use super::merge::merge;
use super::owned::field_set;
use super::remove::remove;
use super::reset::Reset;
use super::schema::Schema;
use super::set::FieldSet;

/// How many updaters have entries of their own; older ones share one.
pub const MAX_UPDATE_MANAGERS: usize = 10;
const ANCIENT_CHANGES: &str = "ancient-changes";
pub const BEFORE_FIRST_APPLY: &str = "before-first-apply";

/// Metadata that nobody owns: it is the server's or it is the object's identity.
const UNOWNED: &[&[&str]] = &[
    &["apiVersion"],
    &["kind"],
    &["metadata"],
    &["metadata", "name"],
    &["metadata", "namespace"],
    &["metadata", "creationTimestamp"],
    &["metadata", "selfLink"],
    &["metadata", "uid"],
    &["metadata", "clusterName"],
    &["metadata", "generation"],
    &["metadata", "managedFields"],
    &["metadata", "resourceVersion"],
];

/// One write: by whom, when, and what it may set.
#[derive(Clone, Debug)]
pub struct Write {
    pub writer: Arc<Writer>,
    /// Seconds since 1970.
    pub now: i64,
    pub reset: Reset,
    /// Whether all versions of the kind have the same fields, as those of a custom kind do.
    pub versions_alike: bool,
}

/// The result of an apply.
#[derive(Clone, Debug)]
pub struct Applied {
    /// `None` if the object stays as it is.
    pub object: Option<Value>,
    pub managed: Managed,
}

impl Write {
    /// Ownership after an update that changed `comparison`, from what was before.
    pub fn update(&self, managed: &Managed, comparison: &Comparison) -> Managed {
        let managed = &managed.read_back();
        let comparison = self.reset.filter_comparison(comparison);
        if comparison.is_same() && managed.entries().iter().all(|entry| self.serves(&entry.writer)) {
            return managed.clone();
        }
        let changed = comparison.modified.union(&comparison.added);
        let mut entries = self.without(managed, &changed, &comparison.removed);
        let own = stripped(&self.reset.filter(&changed));
        if !own.is_empty() {
            match entries.iter_mut().find(|entry| entry.writer.is(&self.writer)) {
                Some(entry) => {
                    entry.fields = own.union(&entry.fields);
                    entry.time = Some(self.now);
                }
                None => entries.push(Entry { writer: self.writer.clone(), time: Some(self.now), fields: own }),
            }
        }
        capped(entries)
    }

    /// Ownership of a new object: all of its fields.
    pub fn created(&self, fields: FieldSet) -> Managed {
        Managed::new(vec![Entry { writer: self.writer.clone(), time: Some(self.now), fields }])
    }

    /// The fields that the creator of a new object owns, from its comparison with an empty one.
    pub fn owned_by_creator(&self, comparison: &Comparison) -> FieldSet {
        stripped(&self.reset.filter(&comparison.modified.union(&comparison.added)))
    }

    /// Whether entries of this writer can be read in the version of this write.
    fn serves(&self, writer: &Writer) -> bool {
        let group = |version: &str| version.rsplit_once('/').map_or(String::new(), |(group, _)| group.to_owned());
        group(&writer.api_version) == group(&self.writer.api_version)
    }

    /// Whether the fields of an entry mean the same in the version of this write.
    fn understands(&self, entry: &Entry) -> bool {
        self.versions_alike || entry.writer.api_version == self.writer.api_version
    }

    /// The entries without what somebody else has changed or removed.
    fn without(&self, managed: &Managed, changed: &FieldSet, removed: &FieldSet) -> Vec<Entry> {
        let served = managed.entries().iter().filter(|entry| self.serves(&entry.writer)).cloned();
        served
            .map(|mut entry| {
                if self.understands(&entry) {
                    entry.fields = entry.fields.difference(&entry.fields.intersection(changed)).difference(removed);
                }
                entry
            })
            .filter(|entry| !entry.fields.is_empty())
            .collect()
    }

    /// Lays a configuration over an object. The values are of the type `schema`.
    pub fn apply<S: Schema>(&self, schema: S, live: &Value, configuration: &Value, managed: &Managed, force: bool) -> Result<Applied, Conflicts> {
        let managed = &managed.read_back();
        let merged = merge(schema, live, configuration);
        let own = self.reset.filter(&field_set(schema, configuration));
        let last = managed.of(&self.writer).map(|entry| entry.fields.clone()).unwrap_or_default();
        let others: Vec<Entry> = managed.entries().iter().filter(|entry| !entry.writer.is(&self.writer)).cloned().collect();
        let owned = others.iter().fold(own.clone(), |owned, entry| owned.union(&entry.fields));
        let merged = if last.is_empty() { merged } else { pruned(schema, &merged, &last, &owned) };

        let comparison = self.reset.filter_comparison(&compare(schema, live, &merged));
        let changed = comparison.modified.union(&comparison.added);
        let others = Managed::new(others);
        if !force {
            Conflicts::check(&others, &changed, |entry| self.understands(entry))?;
        }
        let mut entries = self.without(&others, &changed, &comparison.removed);
        let unchanged = super::element::equal_values(live, &merged);
        let own = stripped(&own);
        if !own.is_empty() {
            let before = managed.of(&self.writer).and_then(|entry| entry.time);
            let time = if unchanged { before } else { Some(self.now) };
            entries.push(Entry { writer: self.writer.clone(), time, fields: own });
        }
        Ok(Applied { object: (!unchanged).then_some(merged), managed: Managed::new(entries) })
    }
}

/// Without the fields that nobody owns.
fn stripped(set: &FieldSet) -> FieldSet {
    UNOWNED.iter().fold(set.clone(), |set, path| {
        if set.get(&PathElement::known(path[0])).is_none() { set } else { set.difference(&FieldSet::of_fields(path)) }
    })
}

/// The merged object without what its applier no longer wants and nobody else owns.
fn pruned<S: Schema>(schema: S, merged: &Value, last: &FieldSet, owned: &FieldSet) -> Value {
    let named = |set: &FieldSet| set.with_named_fields(Some(schema));
    let last = named(last);
    let without_last = remove(schema, merged, &last);
    // Back comes what anybody owns, …
    let merged_fields = named(&field_set(schema, merged));
    let kept = named(&field_set(schema, &without_last)).union(&named(owned));
    let with_owned = remove(schema, merged, &merged_fields.difference(&kept));
    // … and what the applier never owned.
    let left = named(&field_set(schema, &with_owned));
    remove(schema, merged, &merged_fields.difference(&left).intersection(&last))
}

/// Lets the oldest updaters share one entry if there are too many.
fn capped(mut entries: Vec<Entry>) -> Managed {
    let updates = entries.iter().filter(|entry| entry.writer.operation == Operation::Update);
    let mut count = updates.clone().count();
    if count <= MAX_UPDATE_MANAGERS {
        return Managed::new(entries);
    }
    let mut updaters: Vec<(i64, String, Arc<Writer>)> = updates.map(|entry| (entry.time.unwrap_or(0), entry.writer.identifier(), entry.writer.clone())).collect();
    updaters.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    let mut firsts: Vec<Arc<Writer>> = Vec::new();
    for (_, _, writer) in updaters {
        if count <= MAX_UPDATE_MANAGERS {
            break;
        }
        let Some(first) = firsts.iter().find(|first| first.api_version == writer.api_version).cloned() else {
            firsts.push(writer);
            continue;
        };
        let bucket = Writer {
            manager: ANCIENT_CHANGES.to_owned(),
            operation: Operation::Update,
            api_version: writer.api_version.clone(),
            subresource: String::new(),
        };
        let at = |entries: &[Entry], writer: &Writer| entries.iter().position(|entry| entry.writer.is(writer));
        if at(&entries, &bucket).is_none()
            && let Some(first) = at(&entries, &first)
        {
            entries[first].writer = Arc::new(bucket.clone());
        }
        if writer.is(&bucket) {
            continue;
        }
        let Some(old) = at(&entries, &writer) else { continue };
        let old = entries.remove(old);
        if let Some(into) = at(&entries, &bucket) {
            entries[into].fields = old.fields.union(&entries[into].fields);
            entries[into].time = old.time;
        }
        count -= 1;
    }
    Managed::new(entries)
}

#[cfg(test)]
mod tests;
