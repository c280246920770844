//! ValidatingAdmissionPolicy: rules in CEL that users write for everything that is written.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/admission/plugin/policy/validating/dispatcher.go,
//! plugin/policy/generic/policy_dispatcher.go, v1.36.
//! Simplified: `matchPolicy: Equivalent` finds no other versions of a kind; policies and their objects take effect at
//! once; what is audited is nowhere to be read.

use k8s_openapi::api::admissionregistration::v1::{MatchResources, ParamKind, ParamRef};
use podarium_api::admission_policy::{self, Input, Requested, matches_rules, rules_of};
use podarium_api::selector::LabelSelector;
use podarium_api::{Kind, Object, Resource as _, Status, ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding};
use serde_json::{Value, json};

use super::validating::Validated;
use crate::store::{Key, Store};

/// Objects that no policy and no webhook is asked about, lest a bad one could never be mended.
pub(super) fn is_exempt(kind: Kind) -> bool {
    kind.info().group == "admissionregistration.k8s.io"
}

/// A request that is refused, with the policy's name.
struct Denial {
    policy: String,
    binding: String,
    message: String,
    reason: String,
}

pub(super) fn validate(write: &mut Validated<'_>) -> Result<(), Status> {
    let store = write.store;
    if is_exempt(write.kind) || store.count(Kind::ValidatingAdmissionPolicyBinding) == 0 {
        return Ok(());
    }
    let mut denied: Vec<Denial> = Vec::new();
    for policy in store.list(Kind::ValidatingAdmissionPolicy, None).filter_map(ValidatingAdmissionPolicy::from_object) {
        let constraints = policy.spec.match_constraints.as_ref();
        if !constraints.is_some_and(|constraints| matches(constraints, true, write)) {
            continue;
        }
        for binding in store.list(Kind::ValidatingAdmissionPolicyBinding, None).filter_map(ValidatingAdmissionPolicyBinding::from_object) {
            let bound = binding.spec.policy_name == policy.name();
            let within = binding.spec.match_resources.as_ref().is_none_or(|resources| matches(resources, false, write));
            if bound && within {
                ask(policy, binding, write, &mut denied);
            }
        }
    }
    match denied.into_iter().next() {
        None => Ok(()),
        Some(denial) => Err(refusal(write, &denial)),
    }
}

/// Whether match resources are about the request. Those of a policy must have a rule for it.
pub(super) fn matches(resources: &MatchResources, needs_rule: bool, write: &Validated<'_>) -> bool {
    let request = write.requested();
    let rules = rules_of(resources.resource_rules.as_ref());
    let excluded = matches_rules(&rules_of(resources.exclude_resource_rules.as_ref()), &request);
    let included = if rules.is_empty() { !needs_rule } else { matches_rules(&rules, &request) };
    included && !excluded && selectors_match(resources.namespace_selector.as_ref(), resources.object_selector.as_ref(), write)
}

/// Whether the namespace and the object (as it is or as it was) have the labels.
pub(super) fn selectors_match(namespace: Option<&podarium_api::LabelSelector>, object: Option<&podarium_api::LabelSelector>, write: &Validated<'_>) -> bool {
    let of_namespace = namespace.map(LabelSelector::of).filter(|selector| !selector.is_empty()).is_none_or(|selector| {
        if write.kind == Kind::Namespace {
            return write.either().is_some_and(|object| selector.matches(object.meta().labels.as_ref()));
        }
        let namespace = write.namespace_object();
        namespace.is_none_or(|namespace| selector.matches(namespace.meta().labels.as_ref()))
    });
    let of_object = object.map(LabelSelector::of).filter(|selector| !selector.is_empty()).is_none_or(|selector| {
        [write.object, write.old].into_iter().flatten().any(|object| selector.matches(object.meta().labels.as_ref()))
    });
    of_namespace && of_object
}

/// Asks a policy with each of its parameters.
fn ask(policy: &ValidatingAdmissionPolicy, binding: &ValidatingAdmissionPolicyBinding, write: &mut Validated<'_>, denied: &mut Vec<Denial>) {
    let ignore = policy.spec.failure_policy.as_deref() == Some("Ignore");
    let denial = |message: String, reason: String| Denial { policy: policy.name().to_owned(), binding: binding.name().to_owned(), message, reason };
    let params = match params_of(policy.spec.param_kind.as_ref(), binding.spec.param_ref.as_ref(), write) {
        Ok(params) => params,
        Err(_) if ignore => return,
        Err(why) => return denied.push(denial(format!("failed to configure binding: {why}"), String::new())),
    };
    for params in params {
        let input = Input { params, ..write.input() };
        let conditions = policy.spec.match_conditions.as_deref().unwrap_or_default();
        match admission_policy::conditions_hold(conditions, policy.spec.param_kind.is_some(), &input) {
            Ok(true) => {}
            Ok(false) => continue,
            Err(_) if ignore => continue,
            Err(why) => {
                act(binding, &why, String::new(), write, |message, reason| denied.push(denial(message, reason)));
                continue;
            }
        }
        for decision in admission_policy::evaluate(&policy.spec, &input) {
            act(binding, &decision.message, decision.reason, write, |message, reason| denied.push(denial(message, reason)));
        }
        for (_, value) in admission_policy::audit_annotations(&policy.spec, &input) {
            if let (Err(why), false) = (value, ignore) {
                denied.push(denial(why, String::new()));
            }
        }
    }
}

/// Does with a validation that does not hold what the binding says.
fn act(binding: &ValidatingAdmissionPolicyBinding, message: &str, reason: String, write: &mut Validated<'_>, mut deny: impl FnMut(String, String)) {
    for action in &binding.spec.validation_actions {
        match action.as_str() {
            "Deny" => deny(message.to_owned(), reason.clone()),
            "Warn" => {
                let policy = &binding.spec.policy_name;
                write.warnings.push(format!("Validation failed for ValidatingAdmissionPolicy '{policy}' with binding '{}': {message}", binding.name()));
            }
            _ => {}
        }
    }
}

/// The kind that a policy takes its parameters from.
fn kind_of(store: &Store, api_version: &str, name: &str) -> Option<Kind> {
    let built_in = Kind::ALL.iter().copied().find(|kind| kind.info().kind == name && kind.info().api_version() == api_version);
    built_in.or_else(|| {
        let (group, version) = api_version.split_once('/')?;
        let definitions = store.list(Kind::CustomResourceDefinition, None).filter_map(podarium_api::CustomResourceDefinition::from_object);
        let mut served = definitions.filter(|definition| definition.spec.group == group).filter_map(|definition| definition.definitions.served(version));
        served.find(|definition| definition.info().kind == name).map(|definition| definition.kind())
    })
}

/// The parameters that a binding refers to; one that is null if it refers to none.
pub(super) fn params_of(param_kind: Option<&ParamKind>, reference: Option<&ParamRef>, write: &Validated<'_>) -> Result<Vec<Value>, String> {
    let (Some(param_kind), Some(reference)) = (param_kind, reference) else { return Ok(vec![Value::Null]) };
    let (api_version, name) = (param_kind.api_version.as_deref().unwrap_or_default(), param_kind.kind.as_deref().unwrap_or_default());
    let Some(kind) = kind_of(write.store, api_version, name) else {
        return Err(format!("paramKind kind `&ParamKind{{APIVersion:{api_version},Kind:{name},}}` not known"));
    };
    let stated = reference.namespace.as_deref().unwrap_or_default();
    let namespace = match (kind.info().namespaced, stated, write.namespace) {
        (false, "", _) => "",
        (false, _, _) => return Err("paramRef.namespace must not be provided for a cluster-scoped `paramKind`".to_owned()),
        (true, "", "") => return Err("cannot use namespaced paramRef in policy binding that matches cluster-scoped resources".to_owned()),
        (true, "", own) => own,
        (true, stated, _) => stated,
    };
    let found: Vec<Value> = match (&reference.name, &reference.selector) {
        (Some(name), _) if !name.is_empty() => write.store.get(kind, &Key::new(namespace, name)).map(Object::to_value).into_iter().collect(),
        (_, Some(selector)) => {
            let selector = LabelSelector::of(selector);
            let all = write.store.list(kind, kind.info().namespaced.then_some(namespace));
            all.filter(|object| selector.matches(object.meta().labels.as_ref())).map(Object::to_value).collect()
        }
        _ => return Err("one of name or selector must be provided".to_owned()),
    };
    if found.is_empty() && reference.parameter_not_found_action.as_deref() == Some("Deny") {
        return Err("no params found for policy binding with `Deny` parameterNotFoundAction".to_owned());
    }
    Ok(found)
}

/// The answer to a refused request.
fn refusal(write: &Validated<'_>, denial: &Denial) -> Status {
    let message = format!("ValidatingAdmissionPolicy '{}' with binding '{}' denied request: {}", denial.policy, denial.binding, denial.message);
    let mut status = Status::forbidden(write.kind, if write.name.is_empty() { "Unknown" } else { write.name }, &message).as_meta().clone();
    let reason = if denial.reason.is_empty() { "Invalid" } else { &denial.reason };
    status.code = Some(match reason {
        "Unauthorized" => 401,
        "Forbidden" => 403,
        "RequestEntityTooLarge" => 413,
        _ => 422,
    });
    status.reason = Some(reason.to_owned());
    let cause = serde_json::from_value(json!({"message": message})).unwrap_or_default();
    status.details.get_or_insert_default().causes.get_or_insert_default().push(cause);
    Status::from_meta(status)
}

/// A request as rules see it.
pub(super) fn requested<'a>(write: &Validated<'a>) -> Requested<'a> {
    let (group, version, resource) = write.resource;
    Requested { operation: write.operation, group, version, resource, subresource: write.subresource, name: write.name, namespace: write.namespace }
}
