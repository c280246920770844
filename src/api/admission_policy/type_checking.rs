//! Whether the validations of a policy fit the kinds that it is for: a misspelt field is told in the policy's status, while
//! the policy works as before.
//!
//! Only validations and their messages are told of. A variable with a fault is anything for the expressions after it.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/admission/plugin/policy/validating/typechecking.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use k8s_openapi::api::admissionregistration::v1::{ExpressionWarning, ValidatingAdmissionPolicySpec};

use super::Expressions;
use super::checked_kinds::{Served, VersionedKind, kind_of_params};
use crate::cel::Type;
use crate::custom::Definition;

/// What is to be told of a policy in a cluster that serves these definitions. Types are called by their kind and this number,
/// `Deployment527349120`, which is that of the nanosecond in which they are made.
pub fn type_warnings(spec: &ValidatingAdmissionPolicySpec, definitions: &[Arc<Definition>], number: u32) -> Vec<ExpressionWarning> {
    let kinds = kinds(spec, &Served(definitions), number);
    let mut warnings = Vec::new();
    let mut check = |index: usize, field: &str, text: &str| {
        let told: Vec<String> = kinds
            .iter()
            .filter_map(|(kind, expressions)| expressions.compile_any(text).err().map(|report| format!("{kind}: {report}\n")))
            .collect();
        if !told.is_empty() {
            warnings.push(ExpressionWarning { field_ref: format!("spec.validations[{index}].{field}"), warning: told.join("\n") });
        }
    };
    for (index, validation) in spec.validations.iter().flatten().enumerate() {
        check(index, "expression", &validation.expression);
        if let Some(text) = validation.message_expression.as_deref().filter(|text| !text.is_empty()) {
            check(index, "messageExpression", text);
        }
    }
    warnings
}

/// The kinds that the policy is for and that somebody describes, each with what an expression about it may name.
fn kinds(spec: &ValidatingAdmissionPolicySpec, served: &Served<'_>, number: u32) -> Vec<(VersionedKind, Expressions)> {
    let type_of = |kind: &VersionedKind| served.type_of(kind, &format!("{}{number}", kind.kind));
    let params = spec.param_kind.as_ref().and_then(kind_of_params).map(|kind| type_of(&kind).unwrap_or(Type::Dyn));
    let named = served.named_by(spec).into_iter();
    let typed = named.filter_map(|kind| {
        let mut expressions = Expressions::about(&type_of(&kind)?, params.clone());
        expressions.compose();
        for variable in spec.variables.iter().flatten() {
            let _ = expressions.add_variable(&variable.name, &variable.expression);
        }
        Some((kind, expressions))
    });
    typed.collect()
}
