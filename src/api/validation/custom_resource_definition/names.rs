//! The names of a custom kind.
//!
//! Models: staging/src/k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation/validation.go
//! (ValidateCustomResourceDefinitionNames), v1.36.
//! Simplified: nothing.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinitionNames;

use crate::field::{FieldError, Path};
use crate::name_rules::dns1035_label;
use crate::validation::{list, text};

/// Names that a spec must have.
pub(super) fn required(names: &CustomResourceDefinitionNames, path: &Path) -> Vec<FieldError> {
    let all = [("plural", names.plural.as_str()), ("singular", text(&names.singular)), ("kind", &names.kind), ("listKind", text(&names.list_kind))];
    all.into_iter().filter(|(_, name)| name.is_empty()).map(|(field, _)| FieldError::required(path.child(field), "")).collect()
}

pub(super) fn validate(names: &CustomResourceDefinitionNames, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (field, name) in [("plural", names.plural.as_str()), ("singular", text(&names.singular))] {
        errors.extend(fault(name).map(|why| FieldError::invalid(path.child(field), name, why)));
    }
    let (kind, list_kind) = (names.kind.as_str(), text(&names.list_kind));
    for (field, name) in [("kind", kind), ("listKind", list_kind)] {
        let why = fault(&name.to_lowercase()).map(|why| format!("may have mixed case, but should otherwise match: {why}"));
        errors.extend(why.map(|why| FieldError::invalid(path.child(field), name, why)));
    }
    errors.extend(each(list(&names.short_names), &path.child("shortNames")));
    if !kind.is_empty() && kind == list_kind {
        errors.push(FieldError::invalid(path.child("listKind"), list_kind, "kind and listKind may not be the same"));
    }
    errors.extend(each(list(&names.categories), &path.child("categories")));
    errors
}

fn each(names: &[String], path: &Path) -> Vec<FieldError> {
    let fault = |(index, name): (usize, &String)| {
        let faults = dns1035_label(name);
        (!faults.is_empty()).then(|| FieldError::invalid(path.index(index), name.as_str(), faults.join(",")))
    };
    names.iter().enumerate().filter_map(fault).collect()
}

fn fault(name: &str) -> Option<String> {
    let faults = dns1035_label(name);
    (!name.is_empty() && !faults.is_empty()).then(|| faults.join(","))
}
