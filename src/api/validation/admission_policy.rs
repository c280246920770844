//! Admission policies and their bindings.
//!
//! Models: pkg/apis/admissionregistration/validation/validation.go, v1.36.
//! Simplified: nothing.

use k8s_openapi::api::admissionregistration::v1::{AuditAnnotation, MatchResources, Mutation, ParamKind, ParamRef, Validation, Variable};
use serde_json::json;

use super::admission_rules::{failure_policy, match_conditions, match_resources};
use super::{list, metadata, text};
use crate::admission_policy::Expressions;
use crate::field::{FieldError, Path};
use crate::{MutatingAdmissionPolicy, MutatingAdmissionPolicyBinding, ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding, name_rules};

const MAX_AUDIT_ANNOTATIONS: usize = 20;
const MAX_VALUE_EXPRESSION: usize = 5 * 1024;

fn match_constraints(constraints: Option<&MatchResources>, path: &Path) -> Vec<FieldError> {
    let Some(constraints) = constraints else { return vec![FieldError::required(path, "")] };
    let mut errors = match_resources(constraints, path);
    if list(&constraints.resource_rules).is_empty() {
        errors.push(FieldError::required(path.child("resourceRules"), ""));
    }
    errors
}

/// Takes the variables in, in their order; later ones may name earlier ones.
fn variables(variables: &[Variable], expressions: &mut Expressions, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if !variables.is_empty() {
        expressions.compose();
    }
    for (index, variable) in variables.iter().enumerate() {
        let at = path.index(index);
        if variable.name.trim().is_empty() {
            errors.push(FieldError::required(at.child("name"), "name is not specified"));
        } else if !is_identifier(&variable.name) {
            errors.push(FieldError::invalid(at.child("name"), variable.name.as_str(), "must be a valid CEL identifier"));
        }
        if variable.expression.trim().is_empty() {
            errors.push(FieldError::required(at.child("expression"), "expression is not specified"));
        } else if let Err(why) = expressions.add_variable(&variable.name, &variable.expression) {
            errors.push(FieldError::invalid(at.child("expression"), variable.expression.as_str(), why));
        }
    }
    errors
}

pub(crate) fn policy(policy: &ValidatingAdmissionPolicy) -> Vec<FieldError> {
    let (spec, path) = (&policy.spec, Path::new("spec"));
    let mut errors = metadata::validate_any(&policy.metadata, false, metadata::SUBDOMAIN);
    errors.extend(failure_policy(&spec.failure_policy, &path));
    errors.extend(spec.param_kind.iter().flat_map(|kind| param_kind(kind, &path.child("paramKind"))));
    errors.extend(match_constraints(spec.match_constraints.as_ref(), &path.child("matchConstraints")));
    let mut expressions = Expressions::new(spec.param_kind.is_some());
    errors.extend(match_conditions(list(&spec.match_conditions), &expressions, &path.child("matchConditions")));
    errors.extend(variables(list(&spec.variables), &mut expressions, &path.child("variables")));
    let (validations, annotations) = (list(&spec.validations), list(&spec.audit_annotations));
    if validations.is_empty() && annotations.is_empty() {
        for name in ["validations", "auditAnnotations"] {
            errors.push(FieldError::required(path.child(name), "validations or auditAnnotations must contain at least one item"));
        }
    }
    for (index, one) in validations.iter().enumerate() {
        errors.extend(validation(one, &expressions, &path.child("validations").index(index)));
    }
    errors.extend(audit_annotations(annotations, text(&policy.metadata.name), &expressions, &path.child("auditAnnotations")));
    errors
}

fn is_identifier(name: &str) -> bool {
    let reserved = ["true", "false", "null", "in"];
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !reserved.contains(&name)
}

fn param_kind(kind: &ParamKind, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let (api_version, name) = (text(&kind.api_version), text(&kind.kind));
    let field = path.child("apiVersion");
    if api_version.is_empty() {
        errors.push(FieldError::required(field, ""));
    } else if api_version.matches('/').count() > 1 {
        errors.push(FieldError::invalid(field, api_version, format!("unexpected GroupVersion string: {api_version}")));
    } else {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        let faults = name_rules::dns1123_subdomain(group);
        if !group.is_empty() && !faults.is_empty() {
            errors.push(FieldError::invalid(&field, group, faults.join(",")));
        }
        let faults = name_rules::dns1035_label(version);
        if version.is_empty() {
            errors.push(FieldError::invalid(&field, api_version, "version must be specified"));
        } else if !faults.is_empty() {
            errors.push(FieldError::invalid(&field, version, faults.join(",")));
        }
    }
    let faults = name_rules::dns1035_label(&name.to_lowercase());
    if name.is_empty() {
        errors.push(FieldError::required(path.child("kind"), ""));
    } else if !faults.is_empty() {
        errors.push(FieldError::invalid(path.child("kind"), name, format!("may have mixed case, but should otherwise match: {}", faults.join(","))));
    }
    errors
}

fn validation(one: &Validation, expressions: &Expressions, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if one.expression.trim().is_empty() {
        errors.push(FieldError::required(path.child("expression"), "expression is not specified"));
    } else if let Err(why) = expressions.compile(&one.expression, &["bool"]) {
        errors.push(FieldError::invalid(path.child("expression"), one.expression.as_str(), why));
    }
    let message_expression = text(&one.message_expression);
    if !message_expression.is_empty() && message_expression.trim().is_empty() {
        errors.push(FieldError::invalid(path.child("messageExpression"), message_expression, "must be non-empty if specified"));
    } else if !message_expression.is_empty()
        && let Err(why) = expressions.compile(message_expression, &["string"])
    {
        errors.push(FieldError::invalid(path.child("messageExpression"), message_expression, why));
    }
    let message = text(&one.message);
    if !message.is_empty() && message.trim().is_empty() {
        errors.push(FieldError::invalid(path.child("message"), message, "must be non-empty if specified"));
    } else if message.trim().contains(['\n', '\r']) {
        errors.push(FieldError::invalid(path.child("message"), message, "must not contain line breaks"));
    }
    const REASONS: &[&str] = &["Forbidden", "Invalid", "RequestEntityTooLarge"];
    if let Some(reason) = one.reason.as_deref().filter(|reason| !REASONS.contains(reason)) {
        errors.push(FieldError::not_supported(path.child("reason"), reason, REASONS));
    }
    errors
}

fn audit_annotations(annotations: &[AuditAnnotation], policy: &str, expressions: &Expressions, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if annotations.len() > MAX_AUDIT_ANNOTATIONS {
        errors.push(FieldError::invalid(path, json!(annotations), format!("must not have more than {MAX_AUDIT_ANNOTATIONS} auditAnnotations")));
    }
    for (index, annotation) in annotations.iter().enumerate() {
        let at = path.index(index);
        let key = annotation.key.as_str();
        if policy.is_empty() {
            errors.push(FieldError::invalid(at.child("key"), key, "requires metadata.name be non-empty"));
        } else {
            let full = format!("{policy}/{key}");
            errors.extend(name_rules::label_key(&full).into_iter().map(|fault| FieldError::invalid(at.child("key"), full.as_str(), fault)));
        }
        let expression = annotation.value_expression.trim();
        let field = at.child("valueExpression");
        if expression.is_empty() {
            errors.push(FieldError::required(field, "valueExpression is not specified"));
        } else if expression.len() > MAX_VALUE_EXPRESSION {
            errors.push(FieldError::required(field, format!("must not exceed {MAX_VALUE_EXPRESSION} bytes in length")));
        } else if let Err(why) = expressions.compile(expression, &["string", "null_type"]) {
            errors.push(FieldError::invalid(field, annotation.value_expression.as_str(), why));
        }
        if annotations[..index].iter().any(|other| other.key == key) {
            errors.push(FieldError::duplicate(at.child("key"), key));
        }
    }
    errors
}

pub(crate) fn mutating_policy(policy: &MutatingAdmissionPolicy) -> Vec<FieldError> {
    let (spec, path) = (&policy.spec, Path::new("spec"));
    let mut errors = metadata::validate_any(&policy.metadata, false, metadata::SUBDOMAIN);
    errors.extend(failure_policy(&spec.failure_policy, &path));
    errors.extend(spec.param_kind.iter().flat_map(|kind| param_kind(kind, &path.child("paramKind"))));
    let constraints = path.child("matchConstraints");
    errors.extend(match_constraints(spec.match_constraints.as_ref(), &constraints));
    const OPERATIONS: &[&str] = &["*", "CONNECT", "CREATE", "UPDATE"];
    let rules = spec.match_constraints.iter().flat_map(|constraints| list(&constraints.resource_rules));
    for operation in rules.flat_map(|rule| list(&rule.operations)).filter(|operation| !OPERATIONS.contains(&operation.as_str())) {
        errors.push(FieldError::not_supported(constraints.child("resourceRules").child("operations"), operation.as_str(), OPERATIONS));
    }
    let mut expressions = Expressions::new(spec.param_kind.is_some());
    errors.extend(match_conditions(list(&spec.match_conditions), &expressions, &path.child("matchConditions")));
    errors.extend(variables(list(&spec.variables), &mut expressions, &path.child("variables")));
    expressions.compose();
    let mutations = list(&spec.mutations);
    if mutations.is_empty() {
        errors.push(FieldError::required(path.child("mutations"), "mutations must contain at least one item"));
    }
    for (index, one) in mutations.iter().enumerate() {
        errors.extend(mutation(one, &expressions, &path.child("mutations").index(index)));
    }
    super::one_of(&mut errors, &path.child("reinvocationPolicy"), spec.reinvocation_policy.as_deref(), &["IfNeeded", "Never"]);
    errors
}

fn mutation(one: &Mutation, expressions: &Expressions, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let (patch, configuration) = (one.json_patch.is_some(), one.apply_configuration.is_some());
    let (own, other) = match one.patch_type.as_str() {
        "" => return vec![FieldError::required(path.child("patchType"), "")],
        "JSONPatch" => (("jsonPatch", patch), ("applyConfiguration", configuration)),
        "ApplyConfiguration" => (("applyConfiguration", configuration), ("jsonPatch", patch)),
        other => return vec![FieldError::not_supported(path.child("patchType"), other, &["ApplyConfiguration", "JSONPatch"])],
    };
    if !own.1 {
        errors.push(FieldError::required(path.child(own.0), format!("must be specified when patchType is {}", one.patch_type)));
    }
    if other.1 {
        let why = format!("must not be specified when patchType is {}", one.patch_type);
        errors.push(FieldError::invalid(path.child(other.0), format!("{{{}}}", other.0), why));
    }
    let field = path.child(own.0).child("expression");
    let text = match own.0 {
        "jsonPatch" => one.json_patch.as_ref().map(|patch| text(&patch.expression).trim()),
        _ => one.apply_configuration.as_ref().map(|configuration| text(&configuration.expression).trim()),
    };
    match text {
        None => {}
        Some("") => errors.push(FieldError::required(field, "")),
        Some(text) => {
            let compiled = if own.0 == "jsonPatch" { expressions.compile_patch(text) } else { expressions.compile_configuration(text) };
            errors.extend(compiled.err().map(|why| FieldError::invalid(field, text, why)));
        }
    }
    errors
}

pub(crate) fn mutating_binding(binding: &MutatingAdmissionPolicyBinding) -> Vec<FieldError> {
    let (spec, path) = (&binding.spec, Path::new("spec"));
    let mut errors = metadata::validate_any(&binding.metadata, false, metadata::SUBDOMAIN);
    errors.extend(bound(text(&spec.policy_name), spec.param_ref.as_ref(), spec.match_resources.as_ref(), &path));
    errors
}

/// What bindings of both types say.
fn bound(name: &str, param: Option<&ParamRef>, resources: Option<&MatchResources>, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if name.is_empty() {
        errors.push(FieldError::required(path.child("policyName"), ""));
    } else {
        errors.extend(name_rules::dns1123_subdomain(name).into_iter().map(|fault| FieldError::invalid(path.child("policyName"), name, fault)));
    }
    errors.extend(param.iter().flat_map(|reference| param_ref(reference, &path.child("paramRef"))));
    errors.extend(resources.iter().flat_map(|resources| match_resources(resources, &path.child("matchResources"))));
    errors
}

pub(crate) fn binding(binding: &ValidatingAdmissionPolicyBinding) -> Vec<FieldError> {
    let (spec, path) = (&binding.spec, Path::new("spec"));
    let mut errors = metadata::validate_any(&binding.metadata, false, metadata::SUBDOMAIN);
    errors.extend(bound(&spec.policy_name, spec.param_ref.as_ref(), spec.match_resources.as_ref(), &path));
    errors.extend(actions(&spec.validation_actions, &path.child("validationActions")));
    errors
}

fn param_ref(reference: &ParamRef, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let name = text(&reference.name);
    let both = "name and selector are mutually exclusive";
    if !name.is_empty() {
        errors.extend(name_rules::path_segment(name).into_iter().map(|fault| FieldError::invalid(path.child("name"), name, fault)));
        if reference.selector.is_some() {
            errors.push(FieldError::forbidden(path.child("name"), both));
        }
    }
    errors.extend(metadata::label_selector(reference.selector.as_ref(), &path.child("selector")));
    if reference.selector.is_some() && !name.is_empty() {
        errors.push(FieldError::forbidden(path.child("selector"), both));
    }
    if name.is_empty() && reference.selector.is_none() {
        errors.push(FieldError::required(path, "one of name or selector must be specified"));
    }
    super::pointed_to(&mut errors, &path.child("parameterNotFoundAction"), reference.parameter_not_found_action.as_deref().filter(|action| !action.is_empty()), &["Deny", "Allow"]);
    errors
}

fn actions(actions: &[String], path: &Path) -> Vec<FieldError> {
    const ACTIONS: &[&str] = &["Audit", "Deny", "Warn"];
    let mut errors = Vec::new();
    for (index, action) in actions.iter().enumerate() {
        if !ACTIONS.contains(&action.as_str()) {
            errors.push(FieldError::not_supported(path.index(index), action.as_str(), ACTIONS));
        }
        if actions[..index].contains(action) {
            errors.push(FieldError::duplicate(path.index(index), action.as_str()));
        }
    }
    let has = |name: &str| actions.iter().any(|action| action == name);
    if has("Deny") && has("Warn") {
        let why = "must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)";
        errors.push(FieldError::invalid(path, json!(actions), why));
    }
    if actions.is_empty() {
        errors.push(FieldError::required(path, "at least one validation action is required"));
    }
    errors
}
