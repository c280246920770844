//! MutatingAdmissionPolicy: changes in CEL that users have made to everything that is written.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/admission/plugin/policy/mutating/{dispatcher,reinvocationcontext}.go,
//! plugin/policy/generic/policy_dispatcher.go, v1.36.
//! Simplified: `matchPolicy: Equivalent` finds no other versions of a kind; policies and their objects take effect at once.

use std::collections::BTreeSet;
use std::sync::Arc;

use podarium_api::admission_policy::{self, Input};
use podarium_api::managed_fields::{CustomType, Type};
use podarium_api::{Kind, MutatingAdmissionPolicy, MutatingAdmissionPolicyBinding, Object, Resource as _, Status, custom, decode};
use serde_json::{Value, json};

use super::policies::{is_exempt, matches, params_of};
use super::validating::Validated;
use super::{Attributes, name_of};
use crate::apiserver::Verb;
use crate::apiserver::authorization::Asked;

/// A policy by its binding and its parameters.
type Key = (String, String, String);

/// Which policies have been asked about a write, and which are to be asked once more.
#[derive(Default)]
pub(super) struct Invocations {
    /// Those that may be asked again.
    asked: BTreeSet<Key>,
    again: BTreeSet<Key>,
    /// The object as the last of them left it.
    left: Option<Object>,
    changed: bool,
}

impl Invocations {
    pub(super) fn changed(&self) -> bool {
        self.changed
    }

    fn ask_all_again(&mut self) {
        self.again.append(&mut self.asked);
    }
}

/// A policy that could not do what it should.
struct Failure {
    message: String,
    reason: &'static str,
}

pub(super) fn admit(attributes: &mut Attributes<'_>, invocations: &mut Invocations) -> Result<(), Status> {
    run(attributes, invocations, false)
}

/// Asks those policies that want to see what others changed after them.
pub(super) fn admit_again(attributes: &mut Attributes<'_>, invocations: &mut Invocations) -> Result<(), Status> {
    if invocations.left.as_ref() != Some(&*attributes.object) {
        invocations.ask_all_again();
    }
    run(attributes, invocations, true)
}

fn run(attributes: &mut Attributes<'_>, invocations: &mut Invocations, again: bool) -> Result<(), Status> {
    let store = attributes.store;
    let kind = attributes.kind;
    if is_exempt(kind) || attributes.verb == Verb::Delete || store.count(Kind::MutatingAdmissionPolicyBinding) == 0 {
        return Ok(());
    }
    let mut failures: Vec<Failure> = Vec::new();
    for policy in store.list(Kind::MutatingAdmissionPolicy, None).filter_map(MutatingAdmissionPolicy::from_object) {
        for binding in store.list(Kind::MutatingAdmissionPolicyBinding, None).filter_map(MutatingAdmissionPolicyBinding::from_object) {
            if binding.spec.policy_name.as_deref() == Some(policy.name()) {
                ask(policy, binding, attributes, invocations, again, &mut failures)?;
            }
        }
    }
    invocations.left = Some(attributes.object.clone());
    if failures.is_empty() { Ok(()) } else { Err(refusal(attributes, &failures)) }
}

/// Asks a policy with each of its parameters.
fn ask(
    policy: &MutatingAdmissionPolicy,
    binding: &MutatingAdmissionPolicyBinding,
    attributes: &mut Attributes<'_>,
    invocations: &mut Invocations,
    again: bool,
    failures: &mut Vec<Failure>,
) -> Result<(), Status> {
    let ignore = policy.spec.failure_policy.as_deref() == Some("Ignore");
    let mut fail = |why: String, reason: &'static str| {
        if !ignore {
            failures.push(Failure { message: format!("policy '{}' with binding '{}' denied request: {why}", policy.name(), binding.name()), reason });
        }
    };
    let constraints = policy.spec.match_constraints.as_ref();
    let params = seen(attributes, |write| {
        let within = binding.spec.match_resources.as_ref().is_none_or(|resources| matches(resources, false, write));
        let asked = within && constraints.is_some_and(|constraints| matches(constraints, true, write));
        asked.then(|| params_of(policy.spec.param_kind.as_ref(), binding.spec.param_ref.as_ref(), write))
    });
    let params = match params {
        None => return Ok(()),
        Some(Ok(params)) => params,
        Some(Err(why)) => {
            fail(why, "");
            return Ok(());
        }
    };
    for params in params {
        let text = |place: &str| params.pointer(place).and_then(Value::as_str).unwrap_or_default();
        let key = (policy.name().to_owned(), binding.name().to_owned(), format!("{}/{}", text("/metadata/namespace"), text("/metadata/name")));
        let input = input_of(attributes, &params);
        let conditions = policy.spec.match_conditions.as_deref().unwrap_or_default();
        match admission_policy::conditions_hold(conditions, policy.spec.param_kind.is_some(), &input) {
            Ok(true) => {}
            Ok(false) => continue,
            Err(why) => {
                fail(why, "Invalid");
                continue;
            }
        }
        if again && !invocations.again.contains(&key) {
            continue;
        }
        let before = attributes.object.clone();
        for mutation in admission_policy::mutations(&policy.spec) {
            let input = input_of(attributes, &params);
            match mutated(policy, mutation, attributes, &input) {
                Ok(object) => *attributes.object = object,
                Err(why) => fail(why, "Invalid"),
            }
        }
        if *attributes.object != before {
            invocations.ask_all_again();
            invocations.changed = true;
        }
        if policy.spec.reinvocation_policy.as_deref() == Some("IfNeeded") {
            invocations.asked.insert(key);
        }
    }
    Ok(())
}

/// The object with a mutation made and defaults filled in.
fn mutated(
    policy: &MutatingAdmissionPolicy,
    mutation: &k8s_openapi::api::admissionregistration::v1::Mutation,
    attributes: &Attributes<'_>,
    input: &Input<'_>,
) -> Result<Object, String> {
    let info = attributes.kind.info();
    let mut object = match attributes.store.version_of(attributes.kind) {
        Some(definition) => {
            let schema = CustomType::object(definition.schema_value());
            custom::decode_value(definition, admission_policy::mutate(&policy.spec, mutation, schema, input)?)?.object
        }
        None => {
            let schema = Type::of_kind(&info.api_version(), info.kind).ok_or_else(|| format!("not simulated: mutations of {}", info.group_resource()))?;
            decode::decode_value(attributes.kind, &admission_policy::mutate(&policy.spec, mutation, schema, input)?)?.object
        }
    };
    object.set_defaults();
    Ok(object)
}

/// What expressions see of the write as it is by now.
fn input_of<'s>(attributes: &mut Attributes<'s>, params: &Value) -> Input<'s> {
    let parts = seen(attributes, |write| {
        let Input { object, old_object, request, namespace, .. } = write.input();
        (object, old_object, request, namespace)
    });
    let (object, old_object, request, namespace) = parts;
    let authorizer = Asked { judge: attributes.judge, user: attributes.user.clone() };
    Input { object, old_object, request, namespace, params: params.clone(), authorizer: Some(Arc::new(authorizer)) }
}

/// The write as the rules of policies see it.
fn seen<T>(attributes: &mut Attributes<'_>, look: impl FnOnce(&Validated<'_>) -> T) -> T {
    let object = attributes.object.clone();
    let (meta, info) = (object.meta().clone(), attributes.kind.info());
    let namespace = if attributes.kind == Kind::Namespace { meta.name.clone() } else { meta.namespace.clone() };
    look(&Validated {
        operation: if attributes.old.is_some() { "UPDATE" } else { "CREATE" },
        kind: attributes.kind,
        resource: (info.group, info.version, info.plural),
        subresource: attributes.subresource.map_or("", |subresource| subresource.name()),
        name: meta.name.as_deref().unwrap_or_default(),
        namespace: namespace.as_deref().unwrap_or_default(),
        object: Some(&object),
        old: attributes.old,
        store: attributes.store,
        judge: attributes.judge,
        user: attributes.user,
        dry_run: attributes.dry_run,
        warnings: &mut *attributes.warnings,
    })
}

/// The answer to a request that a policy could not be asked about: it tells of the first, and names all.
fn refusal(attributes: &Attributes<'_>, failures: &[Failure]) -> Status {
    let name = name_of(attributes.object.meta());
    let mut status = Status::forbidden(attributes.kind, name, "admission request denied by policy").as_meta().clone();
    if let Some(first) = failures.first() {
        status.message = Some(first.message.clone());
        if !first.reason.is_empty() {
            status.reason = Some(first.reason.to_owned());
        }
    }
    let causes = status.details.get_or_insert_default().causes.get_or_insert_default();
    causes.extend(failures.iter().map(|failure| serde_json::from_value(json!({"message": failure.message})).unwrap_or_default()));
    Status::from_meta(status)
}
