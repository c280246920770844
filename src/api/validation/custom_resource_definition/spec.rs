//! A CustomResourceDefinition as a whole.
//!
//! What all versions have in common is told once, as if it stood in the spec itself: `spec.validation.openAPIV3Schema…`
//! for a schema that every version has. That is how the server keeps definitions internally.
//!
//! Models: staging/src/k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation/validation.go, v1.36.
//! Simplified: certificates of conversion webhooks are not read.

use std::collections::BTreeSet;
use std::sync::Arc;

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{
    CustomResourceConversion, CustomResourceDefinitionSpec, CustomResourceDefinitionVersion,
};
use serde_json::json;

use super::{columns, defaults, internal, names, openapi, structural};
use crate::CustomResourceDefinition;
use crate::custom::schema::{self, Schema};
use crate::field::{FieldError, Path};
use crate::name_rules::{dns1035_label, dns1123_subdomain};
use crate::validation::metadata::{self, immutable};
use crate::validation::text;

const APPROVED: &str = "api-approved.kubernetes.io";

pub(crate) fn validate(definition: &CustomResourceDefinition) -> Vec<FieldError> {
    let spec = &definition.spec;
    let wanted = format!("{}.{}", spec.names.plural, spec.group);
    // A prefix is no name of this form, so none is taken.
    let mut errors = metadata::validate_any(&definition.metadata, false, |name| {
        let mut faults = dns1123_subdomain(name);
        if name != wanted {
            faults.push("must be spec.names.plural+\".\"+spec.group".to_owned());
        }
        faults
    });
    errors.extend(validate_spec(spec, &Path::new("spec")));
    errors.extend(stored_versions(definition));
    errors.extend(approval(definition));
    errors
}

pub(crate) fn validate_update(new: &CustomResourceDefinition, old: &CustomResourceDefinition) -> Vec<FieldError> {
    let mut errors = metadata::validate_update_any(&new.metadata, &old.metadata);
    let path = Path::new("spec");
    if old.is("Established") {
        errors.extend(immutable(&json!(new.spec.scope), &json!(old.spec.scope), &path.child("scope")));
        errors.extend(immutable(&json!(new.spec.names.kind), &json!(old.spec.names.kind), &path.child("names").child("kind")));
    }
    errors.extend(immutable(&json!(new.spec.group), &json!(old.spec.group), &path.child("group")));
    errors.extend(immutable(&json!(new.spec.names.plural), &json!(old.spec.names.plural), &path.child("names").child("plural")));
    errors
}

pub(crate) fn validate_status_update(new: &CustomResourceDefinition, old: &CustomResourceDefinition) -> Vec<FieldError> {
    let mut errors = metadata::validate_update_any(&new.metadata, &old.metadata);
    if let Some(accepted) = &new.status.accepted_names {
        errors.extend(names::validate(accepted, &Path::new("status").child("acceptedNames")));
    }
    errors
}

fn stored_versions(definition: &CustomResourceDefinition) -> Vec<FieldError> {
    let path = Path::new("status").child("storedVersions");
    let stored = definition.status.stored_versions.as_deref().unwrap_or_default();
    if stored.is_empty() {
        return vec![FieldError::invalid(path, json!(null), "must have at least one stored version")];
    }
    let mut errors = Vec::new();
    let versions = &definition.spec.versions;
    let mut met = BTreeSet::new();
    for version in versions {
        // Of two versions with one name the second has nothing in the list any more.
        let is_listed = stored.contains(&version.name) && met.insert(version.name.as_str());
        if version.storage && !is_listed {
            errors.push(FieldError::invalid(&path, json!(stored), format!("must have the storage version {}", version.name)));
        }
    }
    for (index, name) in stored.iter().enumerate().filter(|(_, name)| !versions.iter().any(|version| version.name == **name)) {
        let why = format!("missing from spec.versions; {name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in {name} and removes {name} from status.storedVersions");
        errors.push(FieldError::invalid(path.index(index), name.as_str(), why));
    }
    errors
}

/// Groups of Kubernetes' own need the consent of its reviewers.
fn approval(definition: &CustomResourceDefinition) -> Vec<FieldError> {
    let group = definition.spec.group.as_str();
    let protected = ["k8s.io", "kubernetes.io"].iter().any(|suffix| group == *suffix || group.ends_with(&format!(".{suffix}")));
    if !protected {
        return Vec::new();
    }
    let path = Path::new("metadata").child("annotations").key(APPROVED);
    let annotation = definition.metadata.annotations.as_ref().and_then(|all| all.get(APPROVED)).map_or("", String::as_str);
    if annotation.is_empty() {
        let why = "protected groups must have approval annotation \"api-approved.kubernetes.io\", see https://github.com/kubernetes/enhancements/pull/1111";
        return vec![FieldError::required(path, why)];
    }
    let is_url = annotation.split_once("://").is_some_and(|(scheme, rest)| !scheme.is_empty() && !rest.is_empty());
    if is_url || annotation.starts_with("unapproved") {
        return Vec::new();
    }
    let why = format!("protected groups must have approval annotation \"{APPROVED}\" with either a URL or a reason starting with \"unapproved\", see https://github.com/kubernetes/enhancements/pull/1111");
    vec![FieldError::invalid(path, annotation, why)]
}

/// What every version has in the same form, if they all have it.
fn hoisted<'a, T: PartialEq>(spec: &'a CustomResourceDefinitionSpec, part: impl Fn(&'a CustomResourceDefinitionVersion) -> Option<&'a T>) -> Option<&'a T> {
    let first = part(spec.versions.first()?)?;
    spec.versions.iter().all(|version| part(version) == Some(first)).then_some(first)
}

fn schema_of(version: &CustomResourceDefinitionVersion) -> Option<&Schema> {
    version.schema.as_ref()?.open_api_v3_schema.as_ref()
}

fn validate_spec(spec: &CustomResourceDefinitionSpec, path: &Path) -> Vec<FieldError> {
    let mut errors = group_and_scope(spec, path);
    for (index, version) in spec.versions.iter().enumerate() {
        if schema_of(version).is_none() {
            errors.push(FieldError::required(path.child("versions").index(index).child("schema").child("openAPIV3Schema"), ""));
        }
    }
    let has_status = |version: &CustomResourceDefinitionVersion| version.subresources.as_ref().is_some_and(|subresources| subresources.status.is_some());
    let common_schema = hoisted(spec, |version| version.schema.as_ref());
    let common_subresources = hoisted(spec, |version| version.subresources.as_ref());
    let common_columns = hoisted(spec, |version| version.additional_printer_columns.as_ref());
    let common_fields = hoisted(spec, |version| version.selectable_fields.as_ref());
    for (index, version) in spec.versions.iter().enumerate() {
        let path = path.child("versions").index(index);
        let faults = dns1035_label(&version.name);
        if !faults.is_empty() {
            errors.push(FieldError::invalid(path.child("name"), version.name.as_str(), faults.join(",")));
        }
        errors.extend(deprecation(version, &path));
        if common_schema.is_none() && let Some(schema) = schema_of(version) {
            errors.extend(validate_schema(schema, has_status(version), &path.child("schema")));
        }
        if common_subresources.is_none() {
            errors.extend(columns::subresources(version.subresources.as_ref(), &path.child("subresources")));
        }
        if common_columns.is_none() {
            errors.extend(validate_columns(version, &path));
        }
        if let (None, Some(fields)) = (common_fields, version.selectable_fields.as_ref().filter(|fields| !fields.is_empty())) {
            let field = path.child("selectableFields");
            match schema_of(version).filter(|_| common_schema.is_none()) {
                Some(schema) => errors.extend(columns::selectable_fields(fields, schema, &field)),
                None => errors.push(FieldError::invalid(field, "", "may only be set when `version.schema.openAPIV3Schema` is not included")),
            }
        }
    }
    errors.extend(version_names(spec, path));
    // The first version is the version of the old form as well.
    if let Some(first) = spec.versions.first().filter(|first| !first.name.is_empty()) {
        let faults = dns1035_label(&first.name);
        if !faults.is_empty() {
            errors.push(FieldError::invalid(path.child("version"), first.name.as_str(), faults.join(",")));
        }
    }
    errors.extend(names::required(&spec.names, &path.child("names")));
    errors.extend(names::validate(&spec.names, &path.child("names")));
    let first = spec.versions.first();
    let common_schema = common_schema.and(first.and_then(schema_of));
    if let Some(schema) = common_schema {
        errors.extend(validate_schema(schema, spec.versions.iter().any(has_status), &path.child("validation")));
    }
    errors.extend(columns::subresources(common_subresources, &path.child("subresources")));
    if let (Some(_), Some(first)) = (common_columns, first) {
        errors.extend(validate_columns(first, path));
    }
    if let Some(fields) = common_fields.filter(|fields| !fields.is_empty()) {
        let field = path.child("selectableFields");
        match common_schema {
            Some(schema) => errors.extend(columns::selectable_fields(fields, schema, &field)),
            None => errors.push(FieldError::invalid(field, "", "may only be set when validations.schema is included")),
        }
    }
    errors.extend(conversion(spec, path));
    errors
}

fn group_and_scope(spec: &CustomResourceDefinitionSpec, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let group = spec.group.as_str();
    let faults = dns1123_subdomain(group);
    if group.is_empty() {
        errors.push(FieldError::required(path.child("group"), ""));
    } else if !faults.is_empty() {
        errors.push(FieldError::invalid(path.child("group"), group, faults.join(",")));
    } else if !group.contains('.') {
        errors.push(FieldError::invalid(path.child("group"), group, "should be a domain with at least one dot"));
    }
    crate::validation::one_of(&mut errors, &path.child("scope"), Some(&spec.scope), &["Cluster", "Namespaced"]);
    if spec.preserve_unknown_fields == Some(true) {
        let has_defaults = spec.versions.iter().filter_map(schema_of).any(|schema| schema::any(schema, &mut |schema| schema.default.is_some()));
        if has_defaults {
            errors.push(FieldError::invalid(path.child("preserveUnknownFields"), true, "must be false in order to use defaults in the schema"));
        }
        let why = "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead";
        errors.push(FieldError::invalid(path.child("preserveUnknownFields"), true, why));
    }
    errors
}

fn validate_columns(version: &CustomResourceDefinitionVersion, path: &Path) -> Vec<FieldError> {
    let all = version.additional_printer_columns.iter().flatten().enumerate();
    all.flat_map(|(index, column)| columns::validate(column, &path.child("additionalPrinterColumns").index(index))).collect()
}

fn deprecation(version: &CustomResourceDefinitionVersion, path: &Path) -> Vec<FieldError> {
    let Some(warning) = &version.deprecation_warning else { return Vec::new() };
    let mut faults = Vec::new();
    if version.deprecated != Some(true) {
        faults.push("can only be set for deprecated versions".to_owned());
    } else {
        if warning.len() > 256 {
            faults.push("must be <= 256 characters long".to_owned());
        }
        if warning.is_empty() {
            faults.push("must not be an empty string".to_owned());
        }
        if let Some((at, _)) = warning.char_indices().find(|(_, c)| c.is_control()) {
            faults.push(format!("must only contain printable UTF-8 characters; non-printable character found at index {at}"));
        }
    }
    faults.into_iter().map(|fault| FieldError::invalid(path.child("deprecationWarning"), warning.as_str(), fault)).collect()
}

fn version_names(spec: &CustomResourceDefinitionSpec, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let versions = &spec.versions;
    let shown = internal::versions(versions, &internal::Left {
        schema: hoisted(spec, |version| version.schema.as_ref()).is_none(),
        subresources: hoisted(spec, |version| version.subresources.as_ref()).is_none(),
        columns: hoisted(spec, |version| version.additional_printer_columns.as_ref()).is_none(),
        fields: hoisted(spec, |version| version.selectable_fields.as_ref()).is_none(),
    });
    let invalid = |why: &str| match versions.as_slice() {
        [] => FieldError::invalid(path.child("versions"), json!(null), why),
        versions => FieldError::invalid(path.child("versions"), json!(versions), why).shown_as(shown.clone()),
    };
    if versions.iter().enumerate().any(|(index, version)| versions[..index].iter().any(|other| other.name == version.name)) {
        errors.push(invalid("must contain unique version names"));
    }
    if versions.iter().filter(|version| version.storage).count() != 1 {
        errors.push(invalid("must have exactly one version marked as storage version"));
    }
    errors
}

fn conversion(spec: &CustomResourceDefinitionSpec, path: &Path) -> Vec<FieldError> {
    let Some(conversion) = &spec.conversion else { return Vec::new() };
    let path = path.child("conversion");
    let mut errors = Vec::new();
    crate::validation::one_of(&mut errors, &path.child("strategy"), Some(&conversion.strategy), &["None", "Webhook"]);
    errors.extend(if conversion.strategy == "Webhook" { webhook(conversion, &path) } else { no_webhook(conversion, &path) });
    errors
}

fn no_webhook(conversion: &CustomResourceConversion, path: &Path) -> Vec<FieldError> {
    let why = "should not be set when strategy is not set to Webhook";
    let Some(webhook) = &conversion.webhook else { return Vec::new() };
    let mut errors = Vec::new();
    if webhook.client_config.is_some() {
        errors.push(FieldError::forbidden(path.child("webhookClientConfig"), why));
    }
    if !webhook.conversion_review_versions.is_empty() {
        errors.push(FieldError::forbidden(path.child("conversionReviewVersions"), why));
    }
    errors
}

fn webhook(conversion: &CustomResourceConversion, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let client = conversion.webhook.as_ref().and_then(|webhook| webhook.client_config.as_ref());
    let field = path.child("webhookClientConfig");
    match client {
        None => errors.push(FieldError::required(&field, "required when strategy is set to Webhook")),
        Some(client) if client.url.is_none() == client.service.is_none() => {
            errors.push(FieldError::required(&field, "exactly one of url or service is required"));
        }
        Some(client) => {
            errors.extend(client.url.as_ref().map(|url| crate::validation::webhook::url(url, &field.child("url"))).unwrap_or_default());
            if let Some(service) = &client.service {
                errors.extend(crate::validation::webhook::service(&service.namespace, &service.name, service.path.as_deref(), service.port, &field.child("service")));
            }
        }
    }
    let field = path.child("conversionReviewVersions");
    let versions = conversion.webhook.as_ref().map(|webhook| webhook.conversion_review_versions.as_slice()).unwrap_or_default();
    if versions.is_empty() {
        errors.push(FieldError::required(field, ""));
        return errors;
    }
    for (index, version) in versions.iter().enumerate() {
        if versions[..index].contains(version) {
            errors.push(FieldError::invalid(field.index(index), version.as_str(), "duplicate version"));
            continue;
        }
        errors.extend(dns1035_label(version).into_iter().map(|fault| FieldError::invalid(field.index(index), version.as_str(), fault)));
    }
    if !versions.iter().any(|version| version == "v1" || version == "v1beta1") {
        errors.push(FieldError::invalid(field, json!(versions), "must include at least one of v1, v1beta1"));
    }
    errors
}

/// One schema, of a version or of all.
fn validate_schema(schema: &Schema, has_status: bool, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let field = path.child("openAPIV3Schema");
    if has_status {
        errors.extend(root_with_status(schema, path));
    }
    if schema.nullable == Some(true) {
        errors.push(FieldError::forbidden(path.child("openAPIV3Schema.nullable"), "nullable cannot be true at the root"));
    }
    let obstacle = structural::obstacle(schema);
    let mut structural = if obstacle.is_none() { structural::validate(schema, &field) } else { Vec::new() };
    if structural.is_empty() && obstacle.is_none() {
        structural = defaults::validate(schema, &field);
    }
    let with_rules = structural.is_empty() && obstacle.is_none();
    errors.extend(structural);
    errors.extend(openapi::validate(schema, &field, with_rules));
    if let Some(why) = obstacle.filter(|_| errors.is_empty()) {
        errors.push(FieldError::invalid(field, "", why));
    }
    errors
}

const AT_ROOT: &str = "[Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength MinLength Pattern MaxItems MinItems UniqueItems MultipleOf Required Items Properties ExternalDocs Example XPreserveUnknownFields XValidations]";

/// With a status of its own, the root of a schema may say only what is not lost when the status is taken out of it.
fn root_with_status(schema: &Schema, path: &Path) -> Vec<FieldError> {
    if schema.type_.as_deref().is_some_and(|name| !name.is_empty() && name != "object") {
        let why = "only \"object\" is allowed as the type at the root of the schema if the status subresource is enabled";
        return vec![FieldError::invalid(path.child("openAPIV3Schema.type"), schema.type_.clone(), why)];
    }
    let rest = Schema {
        description: None, type_: None, format: None, title: None, maximum: None, exclusive_maximum: None, minimum: None,
        exclusive_minimum: None, max_length: None, min_length: None, pattern: None, max_items: None, min_items: None,
        unique_items: None, multiple_of: None, required: None, items: None, properties: None, external_docs: None,
        example: None, x_kubernetes_preserve_unknown_fields: None, x_kubernetes_validations: None,
        ..schema.clone()
    };
    if rest == Schema::default() {
        return Vec::new();
    }
    let why = format!("only {AT_ROOT} fields are allowed at the root of the schema if the status subresource is enabled");
    vec![FieldError::invalid(path.child("openAPIV3Schema"), json!(schema), why).shown_as(internal::schema(schema))]
}

/// Formats that mean nothing to the server, of all versions; what all versions share is told once.
pub(crate) fn unrecognized_formats(spec: &Arc<CustomResourceDefinitionSpec>) -> Vec<String> {
    let common = hoisted(spec, |version| version.schema.as_ref()).is_some();
    let versions = spec.versions.iter().take(if common { 1 } else { usize::MAX });
    let mut formats = Vec::new();
    for schema in versions.filter_map(schema_of) {
        schema::any(schema, &mut |schema| {
            let format = text(&schema.format);
            if !format.is_empty() && !schema::format_is_recognized(text(&schema.type_), format) {
                formats.push(format.to_owned());
            }
            false
        });
    }
    formats
}
