//! Who owns which fields of an object: the entries of `metadata.managedFields`.
//!
//! A writer is a manager (`kubectl`, `kubelet`), how it writes (`Apply` or `Update`), in which version of the API, and
//! through which subresource. It has one entry, with the set of its fields and the time of its last change of them.
//!
//! Models: staging/src/k8s.io/apimachinery/pkg/util/managedfields/internal/managedfields.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{FieldsV1, ManagedFieldsEntry, Time};
use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::json;

use super::fields_v1;
use super::set::FieldSet;
use crate::wire::{Fields, text, time, write_json};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    Apply,
    Update,
}

impl Operation {
    pub fn name(self) -> &'static str {
        match self {
            Operation::Apply => "Apply",
            Operation::Update => "Update",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Writer {
    pub manager: String,
    pub operation: Operation,
    pub api_version: String,
    /// Empty for the main resource.
    pub subresource: String,
}

impl Writer {
    /// Whether an entry of the other is this one's: who applies keeps its entry in whatever version.
    pub fn is(&self, other: &Self) -> bool {
        self.manager == other.manager
            && self.operation == other.operation
            && self.subresource == other.subresource
            && (self.operation == Operation::Apply || self.api_version == other.api_version)
    }

    /// By which conflicts and old entries are ordered.
    pub(super) fn identifier(&self) -> String {
        let mut parts = vec![format!("\"manager\":{}", json!(self.manager)), format!("\"operation\":{}", json!(self.operation.name()))];
        if self.operation == Operation::Update {
            parts.push(format!("\"apiVersion\":{}", json!(self.api_version)));
        }
        if !self.subresource.is_empty() {
            parts.push(format!("\"subresource\":{}", json!(self.subresource)));
        }
        format!("{{{}}}", parts.join(","))
    }
}

/// One writer's fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub writer: Arc<Writer>,
    /// Seconds since 1970.
    pub time: Option<i64>,
    pub fields: FieldSet,
}

/// All entries of an object, in the order in which they are shown. Cheap to clone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Managed(Arc<[Entry]>);

impl Managed {
    /// Entries in any order; those without fields are left out.
    pub fn new(mut entries: Vec<Entry>) -> Self {
        entries.retain(|entry| !entry.fields.is_empty());
        entries.sort_by(|a, b| {
            let key = |entry: &Entry| (entry.writer.operation, entry.time.unwrap_or(0));
            key(a).cmp(&key(b)).then_with(|| {
                let (a, b) = (&a.writer, &b.writer);
                (&a.manager, &a.api_version, &a.subresource).cmp(&(&b.manager, &b.api_version, &b.subresource))
            })
        });
        Managed(entries.into())
    }

    pub fn entries(&self) -> &[Entry] {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The entries as they are read back: of several by one writer the last counts.
    pub fn read_back(&self) -> Self {
        let repeated = |at: usize| self.0[at + 1..].iter().any(|later| later.writer.is(&self.0[at].writer));
        if (0..self.0.len()).any(repeated) {
            return Managed((0..self.0.len()).filter(|at| !repeated(*at)).map(|at| self.0[at].clone()).collect());
        }
        self.clone()
    }

    pub fn of(&self, writer: &Writer) -> Option<&Entry> {
        self.0.iter().find(|entry| entry.writer.is(writer))
    }

    /// Whether both are one in memory.
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Whether nothing but times differs.
    pub fn differs_only_in_times(&self, other: &Self) -> bool {
        self.0.len() == other.0.len() && self.0.iter().zip(other.0.iter()).all(|(a, b)| a.writer == b.writer && a.fields == b.fields)
    }

    /// Reads `metadata.managedFields`. An entry that makes no sense makes all of it unreadable.
    pub fn decode(entries: &[ManagedFieldsEntry]) -> Result<Self, String> {
        let mut read: Vec<Entry> = Vec::with_capacity(entries.len());
        for (index, entry) in entries.iter().enumerate() {
            let entry = decode_entry(entry, index)?;
            match read.iter_mut().find(|other| other.writer.is(&entry.writer)) {
                Some(other) => *other = entry,
                None => read.push(entry),
            }
        }
        Ok(Managed::new(read))
    }

    /// As `metadata.managedFields` shows it.
    pub fn encode(&self) -> Vec<ManagedFieldsEntry> {
        let encode = |entry: &Entry| ManagedFieldsEntry {
            api_version: Some(entry.writer.api_version.clone()),
            fields_type: Some("FieldsV1".to_owned()),
            fields_v1: Some(FieldsV1(fields_v1::to_value(&entry.fields))),
            manager: Some(entry.writer.manager.clone()),
            operation: Some(entry.writer.operation.name().to_owned()),
            subresource: (!entry.writer.subresource.is_empty()).then(|| entry.writer.subresource.clone()),
            time: entry.shown_time(),
        };
        self.0.iter().map(encode).collect()
    }
}

impl Entry {
    /// The entry in the order of Go's struct, as JSON into which text may be put as it is.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        let Writer { manager, operation, api_version, subresource } = &*self.writer;
        let mut fields = Fields::new(std::mem::take(out));
        fields.field("manager", manager.as_str(), text);
        fields.field("operation", operation.name(), text);
        fields.field("apiVersion", api_version.as_str(), text);
        fields.optional("time", self.shown_time().as_ref(), time);
        fields.field("fieldsType", "FieldsV1", text);
        fields.field("fieldsV1", &fields_v1::Known(&self.fields), write_json);
        fields.optional("subresource", Some(subresource.as_str()).filter(|subresource| !subresource.is_empty()), text);
        *out = fields.end();
    }

    fn shown_time(&self) -> Option<Time> {
        self.time.and_then(|seconds| jiff::Timestamp::from_second(seconds).ok()).map(Time)
    }
}

/// As `metadata.managedFields` shows it, too, but without making anything of it.
impl Managed {
    /// The entries with their fields in the order of Go's struct; without it they come in the order of their names.
    pub(crate) fn in_go_order(&self) -> impl Serialize {
        InGoOrder(self)
    }
}

impl Serialize for Managed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        const ORDER: [&str; 7] = ["apiVersion", "fieldsType", "fieldsV1", "manager", "operation", "subresource", "time"];
        serializer.collect_seq(self.0.iter().map(|entry| Ordered { entry, order: &ORDER }))
    }
}

struct InGoOrder<'a>(&'a Managed);

impl Serialize for InGoOrder<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        const ORDER: [&str; 7] = ["manager", "operation", "apiVersion", "time", "fieldsType", "fieldsV1", "subresource"];
        serializer.collect_seq(self.0.0.iter().map(|entry| Ordered { entry, order: &ORDER }))
    }
}

struct Ordered<'a> {
    entry: &'a Entry,
    order: &'static [&'static str],
}

impl Serialize for Ordered<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let writer = &self.entry.writer;
        let mut out = serializer.serialize_map(None)?;
        for field in self.order {
            match *field {
                "apiVersion" => out.serialize_entry(field, &writer.api_version)?,
                "fieldsType" => out.serialize_entry(field, "FieldsV1")?,
                "fieldsV1" => out.serialize_entry(field, &self.entry.fields)?,
                "manager" => out.serialize_entry(field, &writer.manager)?,
                "operation" => out.serialize_entry(field, writer.operation.name())?,
                "subresource" if !writer.subresource.is_empty() => out.serialize_entry(field, &writer.subresource)?,
                "time" => if let Some(time) = self.entry.shown_time() { out.serialize_entry(field, &time)? },
                _ => {}
            }
        }
        out.end()
    }
}

/// Whether a request asks for all ownership to be forgotten: `managedFields: []` or `managedFields: [{}]`.
pub fn is_reset(entries: &[ManagedFieldsEntry]) -> bool {
    entries.is_empty() || entries.len() == 1 && entries[0] == ManagedFieldsEntry::default()
}

fn decode_entry(entry: &ManagedFieldsEntry, index: usize) -> Result<Entry, String> {
    let operation = match entry.operation.as_deref() {
        Some("Apply") => Operation::Apply,
        Some("Update") => Operation::Update,
        _ => return Err("operation must be `Apply` or `Update`".to_owned()),
    };
    let api_version = entry.api_version.clone().unwrap_or_default();
    if api_version.is_empty() {
        return Err("apiVersion must not be empty".to_owned());
    }
    match entry.fields_type.as_deref().unwrap_or_default() {
        "FieldsV1" => {}
        "" => return Err(format!("missing fieldsType in managed fields entry {index}")),
        other => return Err(format!("invalid fieldsType {other:?} in managed fields entry {index}")),
    }
    let fields = match &entry.fields_v1 {
        Some(fields) => fields_v1::from_value(&fields.0)?,
        None => FieldSet::default(),
    };
    let writer = Writer {
        manager: entry.manager.clone().unwrap_or_default(),
        operation,
        api_version,
        subresource: entry.subresource.clone().unwrap_or_default(),
    };
    Ok(Entry { writer: Arc::new(writer), time: entry.time.as_ref().map(|time| time.0.as_second()), fields })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn decode(value: Value) -> Result<Managed, String> {
        Managed::decode(&serde_json::from_value::<Vec<ManagedFieldsEntry>>(value).unwrap())
    }

    fn entry(manager: &str, operation: &str, time: &str) -> Value {
        json!({"manager": manager, "operation": operation, "apiVersion": "v1", "time": time, "fieldsType": "FieldsV1", "fieldsV1": {"f:data": {}}})
    }

    #[test]
    fn entries_are_ordered_by_operation_time_and_manager() {
        let managed = decode(json!([
            entry("z", "Update", "2020-01-01T00:00:02Z"), entry("b", "Update", "2020-01-01T00:00:01Z"),
            entry("a", "Update", "2020-01-01T00:00:02Z"), entry("late", "Apply", "2030-01-01T00:00:00Z"),
        ]));
        let names: Vec<_> = managed.unwrap().encode().into_iter().filter_map(|entry| entry.manager).collect();
        assert_eq!(names, ["late", "b", "a", "z"]);
    }

    #[test]
    fn what_was_written_is_read_again() {
        let shown = json!([entry("a", "Apply", "2020-01-01T00:00:02Z"), entry("b", "Update", "2020-01-01T00:00:01Z")]);
        let managed = decode(shown.clone()).unwrap();
        assert_eq!(serde_json::to_value(managed.encode()).unwrap(), shown);
        assert_eq!(serde_json::to_value(managed).unwrap(), shown);
    }

    #[test]
    fn entries_that_make_no_sense_are_refused() {
        let cases = [
            (json!({"operation": "Delete"}), "operation must be `Apply` or `Update`"),
            (json!({"operation": "Apply"}), "apiVersion must not be empty"),
            (json!({"operation": "Apply", "apiVersion": "v1"}), "missing fieldsType in managed fields entry 0"),
            (json!({"operation": "Apply", "apiVersion": "v1", "fieldsType": "X"}), "invalid fieldsType \"X\" in managed fields entry 0"),
        ];
        for (entry, why) in cases {
            assert_eq!(decode(json!([entry])), Err(why.to_owned()));
        }
        assert!(is_reset(&[]) && is_reset(&[ManagedFieldsEntry::default()]));
    }
}
