//! The text of an object's metadata, which is a third of most objects and in the way of every request: written in one walk.
//! Debug builds compare it with what the type itself hands over.
//!
//! Models: `ObjectMeta` in staging/src/k8s.io/apimachinery/pkg/apis/meta/v1/types.go, v1.36.
//! Simplified: nothing.

use std::collections::BTreeMap;

use jiff::fmt::temporal::DateTimePrinter;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, OwnerReference, Time};

use super::text::write_json;
use crate::managed_fields::Managed;

const SECONDS: DateTimePrinter = DateTimePrinter::new().precision(Some(0));

/// The metadata in Go's order, with who owns what.
pub(super) fn metadata_text(meta: &ObjectMeta, managed: Option<&Managed>) -> Vec<u8> {
    let mut out = Fields::new(Vec::with_capacity(1024));
    out.optional("name", meta.name.as_deref(), text);
    out.optional("generateName", meta.generate_name.as_deref(), text);
    out.optional("namespace", meta.namespace.as_deref(), text);
    out.optional("selfLink", meta.self_link.as_deref(), text);
    out.optional("uid", meta.uid.as_deref(), text);
    out.optional("resourceVersion", meta.resource_version.as_deref(), text);
    out.optional("generation", meta.generation.as_ref(), write_json);
    out.optional("creationTimestamp", meta.creation_timestamp.as_ref(), time);
    out.optional("deletionTimestamp", meta.deletion_timestamp.as_ref(), time);
    out.optional("deletionGracePeriodSeconds", meta.deletion_grace_period_seconds.as_ref(), write_json);
    out.optional("labels", meta.labels.as_ref(), texts_by_name);
    out.optional("annotations", meta.annotations.as_ref(), texts_by_name);
    out.optional("ownerReferences", meta.owner_references.as_deref(), |out, owners| list(out, owners, owner));
    out.optional("finalizers", meta.finalizers.as_deref(), |out, finalizers| list(out, finalizers, |out, name| text(out, name)));
    out.optional("managedFields", managed, |out, managed| list(out, managed.entries(), |out, entry| entry.write(out)));
    out.end()
}

/// An object in JSON that is being written.
pub(crate) struct Fields {
    out: Vec<u8>,
    next: u8,
}

impl Fields {
    pub fn new(out: Vec<u8>) -> Self {
        Fields { out, next: b'{' }
    }

    /// A field, whose name needs no escaping.
    pub fn field<T: ?Sized>(&mut self, name: &str, value: &T, write: impl FnOnce(&mut Vec<u8>, &T)) {
        self.out.push(std::mem::replace(&mut self.next, b','));
        self.out.push(b'"');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\":");
        write(&mut self.out, value);
    }

    pub fn optional<T: ?Sized>(&mut self, name: &str, value: Option<&T>, write: impl FnOnce(&mut Vec<u8>, &T)) {
        if let Some(value) = value {
            self.field(name, value, write);
        }
    }

    pub fn end(mut self) -> Vec<u8> {
        if self.next == b'{' {
            self.out.push(b'{');
        }
        self.out.push(b'}');
        self.out
    }
}

/// A text with its quotes. Few have anything to escape.
pub(crate) fn text(out: &mut Vec<u8>, text: &str) {
    if text.bytes().fold(false, |found, byte| found | (byte < b' ') | (byte == b'"') | (byte == b'\\')) {
        write_json(out, text);
    } else {
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
    }
}

/// A moment in whole seconds.
pub(crate) fn time(out: &mut Vec<u8>, time: &Time) {
    out.push(b'"');
    SECONDS.print_timestamp(&time.0, &mut *out).expect("memory takes what is written");
    out.push(b'"');
}

fn texts_by_name(out: &mut Vec<u8>, texts: &BTreeMap<String, String>) {
    let mut next = b'{';
    for (name, value) in texts {
        out.push(std::mem::replace(&mut next, b','));
        text(out, name);
        out.push(b':');
        text(out, value);
    }
    if next == b'{' {
        out.push(b'{');
    }
    out.push(b'}');
}

fn list<T>(out: &mut Vec<u8>, items: &[T], write: impl Fn(&mut Vec<u8>, &T)) {
    out.push(b'[');
    for (place, item) in items.iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        write(out, item);
    }
    out.push(b']');
}

fn owner(out: &mut Vec<u8>, owner: &OwnerReference) {
    let mut fields = Fields::new(std::mem::take(out));
    fields.field("apiVersion", owner.api_version.as_str(), text);
    fields.field("kind", owner.kind.as_str(), text);
    fields.field("name", owner.name.as_str(), text);
    fields.field("uid", owner.uid.as_str(), text);
    fields.optional("controller", owner.controller.as_ref(), write_json);
    fields.optional("blockOwnerDeletion", owner.block_owner_deletion.as_ref(), write_json);
    *out = fields.end();
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Kind, Object, Written};

    #[test]
    fn the_text_is_what_the_type_itself_hands_over() {
        let whole = json!({"name": "a", "generateName": "b\"\\", "namespace": "c", "selfLink": "/d", "uid": "e", "resourceVersion": "5", "generation": 6,
            "creationTimestamp": "2026-01-02T03:04:05Z", "deletionTimestamp": "1969-12-31T23:59:59Z", "deletionGracePeriodSeconds": 0, "labels": {"x/y": "z", "a": ""},
            "annotations": {"line": "one\ntwo\u{1}", "<&>": "é"}, "finalizers": ["f", "g\t"],
            "ownerReferences": [{"apiVersion": "v1", "kind": "Pod", "name": "p", "uid": "u"}, {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "r", "uid": "v", "controller": true, "blockOwnerDeletion": false}]});
        let entry = |subresource: &str| json!({"manager": "m", "operation": "Update", "apiVersion": "v1", "fieldsType": "FieldsV1", "time": "2026-01-01T00:00:00Z", "subresource": subresource,
            "fieldsV1": {"f:spec": {"f:containers": {".": {}, "k:{\"name\":\"a\"}": {".": {}, "f:image": {}}}}}});
        let entries = [serde_json::from_value(entry("")).unwrap(), serde_json::from_value(entry("status")).unwrap()];
        let managed = Managed::decode(&entries).unwrap();
        for metadata in [json!({}), json!({"labels": {}, "finalizers": [], "ownerReferences": []}), whole] {
            for managed in [None, Some(&managed)] {
                let object: Object = Kind::ConfigMap.parse(json!({"metadata": metadata})).unwrap();
                let text = |verbatim| String::from_utf8(crate::json(&Written { object: &object, managed, typed: true, verbatim })).unwrap();
                assert_eq!(text(true), text(false));
                let alone = |verbatim| String::from_utf8(crate::json(&crate::WrittenMetadata { object: &object, managed, alone: true, verbatim })).unwrap();
                assert_eq!(alone(true), alone(false));
            }
        }
    }
}
