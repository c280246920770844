//! ControllerRevisions: their data is an object, and never changes.
//!
//! Models: pkg/apis/apps/validation/validation.go (ValidateControllerRevision…), v1.36.
//! Simplified: nothing.

use serde_json::{Value, json};

use super::{metadata, nonnegative};
use crate::ControllerRevision;
use crate::field::{FieldError, Path};

fn common(revision: &ControllerRevision) -> Vec<FieldError> {
    let mut errors = metadata::validate(&revision.metadata, true, metadata::SUBDOMAIN);
    nonnegative(&mut errors, &Path::new("revision"), revision.revision);
    errors
}

pub(crate) fn create(revision: &ControllerRevision) -> Vec<FieldError> {
    let mut errors = common(revision);
    let why = match revision.data.as_ref().map(|data| &data.0) {
        None | Some(Value::Null) => "data is mandatory",
        Some(Value::Object(_)) => return errors,
        Some(_) => "data must be a valid JSON object",
    };
    errors.push(FieldError::required(Path::new("data"), why));
    errors
}

pub(crate) fn update(new: &ControllerRevision, old: &ControllerRevision) -> Vec<FieldError> {
    let mut errors = metadata::validate_update(&new.metadata, &old.metadata);
    errors.extend(common(new));
    errors.extend(metadata::immutable(&json!(new.data), &json!(old.data), &Path::new("data")));
    errors
}

#[cfg(test)]
mod tests {
    use super::*;

    fn revision(data: Value, number: i64) -> ControllerRevision {
        let meta = json!({"name": "r", "namespace": "default", "resourceVersion": "1"});
        serde_json::from_value(json!({"metadata": meta, "revision": number, "data": data})).unwrap()
    }

    #[test]
    fn the_data_is_an_object_that_stays() {
        let cases = [
            (revision(json!({"spec": {}}), 1), vec![]),
            (revision(json!({}), -1), vec!["revision: Invalid value: -1: must be greater than or equal to 0"]),
            (revision(json!(null), 1), vec!["data: Required value: data is mandatory"]),
            (revision(json!([1]), 1), vec!["data: Required value: data must be a valid JSON object"]),
        ];
        for (revision, wanted) in cases {
            let got: Vec<String> = create(&revision).iter().map(ToString::to_string).collect();
            assert_eq!(got, wanted);
        }
        let changed = update(&revision(json!({"spec": {"a": 1}}), 2), &revision(json!({"spec": {}}), 1));
        let texts: Vec<String> = changed.iter().map(ToString::to_string).collect();
        assert_eq!(texts, ["data: Invalid value: {\"spec\":{\"a\":1}}: field is immutable"], "the number may change");
    }
}
