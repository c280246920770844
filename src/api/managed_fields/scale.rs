//! Ownership of the replica count through `/scale`: the entries of the scaled object as entries of its Scale, and back.
//!
//! Models: staging/src/k8s.io/apimachinery/pkg/util/managedfields/scalehandler.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use super::element::PathElement;
use super::entry::{Entry, Managed, Writer};
use super::set::FieldSet;

pub const SCALE_VERSION: &str = "autoscaling/v1";

fn replicas() -> [PathElement; 2] {
    [PathElement::known("spec"), PathElement::known("replicas")]
}

/// The entries that own the replicas, as those of the Scale. `path` is where the object has its replicas.
pub fn of_scale(parent: &Managed, path: &[PathElement]) -> Managed {
    let owners = parent.entries().iter().filter(|entry| entry.fields.has(path));
    Managed::new(
        owners
            .map(|entry| Entry {
                writer: Arc::new(Writer { api_version: SCALE_VERSION.to_owned(), ..(*entry.writer).clone() }),
                time: entry.time,
                fields: FieldSet::path(&replicas()),
            })
            .collect(),
    )
}

/// The object's entries after its Scale has got `scale`: whoever no longer owns the Scale's replicas loses the object's.
///
/// An updater's entry names a version, so the Scale's entry of the same updater counts as another one: it comes back
/// as an entry of its own, without a time.
pub fn to_parent(parent: &Managed, scale: &Managed, api_version: &str, path: &[PathElement]) -> Managed {
    let own = FieldSet::path(path);
    let mut entries: Vec<Entry> = parent.entries().to_vec();
    for entry in entries.iter_mut().filter(|entry| entry.fields.has(path)) {
        if !scale.entries().iter().any(|other| other.writer.is(&entry.writer)) {
            entry.fields = entry.fields.difference(&own);
        }
    }
    for entry in scale.entries().iter().filter(|entry| entry.fields.has(&replicas())) {
        if !parent.entries().iter().any(|other| other.writer.is(&entry.writer) && other.fields.has(path)) {
            let time = parent.of(&entry.writer).and_then(|entry| entry.time);
            let writer = Writer { api_version: api_version.to_owned(), ..(*entry.writer).clone() };
            entries.push(Entry { writer: Arc::new(writer), time, fields: own.clone() });
        }
    }
    Managed::new(entries)
}

#[cfg(test)]
mod tests {
    use super::super::entry::Operation;
    use super::*;

    fn entry(manager: &str, operation: Operation, version: &str, subresource: &str, fields: &[&[&'static str]], time: Option<i64>) -> Entry {
        let fields = fields.iter().fold(FieldSet::default(), |set, path| set.union(&FieldSet::of_fields(path)));
        let writer = Writer { manager: manager.to_owned(), operation, api_version: version.to_owned(), subresource: subresource.to_owned() };
        Entry { writer: Arc::new(writer), time, fields }
    }

    const REPLICAS: &[&str] = &["spec", "replicas"];
    const SELECTOR: &[&str] = &["spec", "selector"];

    #[test]
    fn who_scales_takes_the_replicas() {
        let path = [PathElement::known("spec"), PathElement::known("replicas")];
        let applier = entry("a", Operation::Apply, "apps/v1", "", &[REPLICAS, SELECTOR], Some(5));
        let parent = Managed::new(vec![applier.clone()]);
        assert_eq!(of_scale(&parent, &path).entries(), [entry("a", Operation::Apply, SCALE_VERSION, "", &[REPLICAS], Some(5))]);
        let scaled = Managed::new(vec![entry("s", Operation::Update, SCALE_VERSION, "scale", &[REPLICAS], Some(9))]);
        assert_eq!(
            to_parent(&parent, &scaled, "apps/v1", &path).entries(),
            [entry("a", Operation::Apply, "apps/v1", "", &[SELECTOR], Some(5)), entry("s", Operation::Update, "apps/v1", "scale", &[REPLICAS], None)]
        );
        assert_eq!(to_parent(&parent, &of_scale(&parent, &path), "apps/v1", &path), parent, "an applier keeps its entry");
    }
}
