//! The tables of admission policies and webhooks.
//!
//! Models: pkg/printers/internalversion/printers.go, v1.36.
//! Simplified: nothing.

use k8s_openapi::api::admissionregistration::v1::{ParamKind, ParamRef};

use crate::{Cell, Column, ObjectMeta, ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding, selector, time};

const NAME: Column = Column { name: "Name", kind: "string", format: "name", priority: 0, description: "Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names" };
const AGE: Column = Column { name: "Age", kind: "string", format: "", priority: 0, description: "CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata" };

const fn column(name: &'static str, kind: &'static str, description: &'static str) -> Column {
    Column { name, kind, format: "", priority: 0, description }
}

pub(crate) const WEBHOOKS: &[Column] = &[NAME, column("Webhooks", "integer", "Webhooks indicates the number of webhooks registered in this configuration"), AGE];
pub(crate) const POLICY: &[Column] = &[
    NAME,
    column("Validations", "integer", "Validations indicates the number of validation rules defined in this configuration"),
    column("ParamKind", "string", "ParamKind specifies the kind of resources used to parameterize this policy"),
    AGE,
];
pub(crate) const MUTATING_POLICY: &[Column] = &[
    NAME,
    column("Mutations", "integer", "Mutation indicates the number of mutations rules defined in this configuration"),
    column("ParamKind", "string", "ParamKind specifies the kind of resources used to parameterize this policy"),
    AGE,
];
pub(crate) const BINDING: &[Column] = &[
    NAME,
    column("PolicyName", "string", "PolicyName indicates the policy definition which the policy binding binded to"),
    column("ParamRef", "string", "ParamRef indicates the param resource which sets the configuration param"),
    AGE,
];

fn age(meta: &ObjectMeta, now: jiff::Timestamp) -> Cell {
    time::age(meta.creation_timestamp.as_ref(), now).into()
}

pub(crate) fn webhooks_row(meta: &ObjectMeta, count: usize, now: jiff::Timestamp) -> Vec<Cell> {
    vec![meta.name.clone().into(), count.into(), age(meta, now)]
}

pub(crate) fn policy_row(policy: &ValidatingAdmissionPolicy, now: jiff::Timestamp) -> Vec<Cell> {
    let count = policy.spec.validations.as_ref().map_or(0, Vec::len);
    any_policy_row(&policy.metadata, count, policy.spec.param_kind.as_ref(), now)
}

/// The row of a policy with so many rules.
pub(crate) fn any_policy_row(meta: &ObjectMeta, count: usize, param_kind: Option<&ParamKind>, now: jiff::Timestamp) -> Vec<Cell> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let param = param_kind.map(|kind| format!("{}/{}", text(&kind.api_version), text(&kind.kind)));
    vec![meta.name.clone().into(), count.into(), param.unwrap_or_else(|| "<unset>".to_owned()).into(), age(meta, now)]
}

pub(crate) fn binding_row(binding: &ValidatingAdmissionPolicyBinding, now: jiff::Timestamp) -> Vec<Cell> {
    any_binding_row(&binding.metadata, &binding.spec.policy_name, binding.spec.param_ref.as_ref(), now)
}

/// The row of a binding of a policy.
pub(crate) fn any_binding_row(meta: &ObjectMeta, policy: &str, reference: Option<&ParamRef>, now: jiff::Timestamp) -> Vec<Cell> {
    let param = reference.and_then(|reference| match (&reference.name, &reference.selector) {
        (Some(name), _) if !name.is_empty() => {
            Some(format!("{}/{name}", reference.namespace.as_deref().filter(|namespace| !namespace.is_empty()).unwrap_or("*")))
        }
        (_, Some(of)) => Some(format!("&LabelSelector{{{}}}", selector::LabelSelector::of(of))),
        _ => None,
    });
    let param = param.unwrap_or_else(|| "<unset>".to_owned());
    vec![meta.name.clone().into(), policy.into(), param.into(), age(meta, now)]
}
