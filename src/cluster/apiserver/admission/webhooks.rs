//! Admission webhooks: nobody calls them here. A request that one would have to see is refused as not simulated, or, if
//! the webhook may fail, let through with a warning that says so.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/admission/plugin/webhook/generic/webhook.go, v1.36.
//! Simplified: webhooks are not called.

use k8s_openapi::api::admissionregistration::v1::MatchCondition;
use podarium_api::admission_policy::{conditions_hold, matches_rules, rules_of};
use podarium_api::{Kind, LabelSelector, MutatingWebhookConfiguration, Resource as _, Status, ValidatingWebhookConfiguration};

use super::policies::{is_exempt, selectors_match};
use super::validating::Validated;

/// What decides whether a webhook is asked.
struct Webhook<'a> {
    name: &'a str,
    matches: bool,
    selectors: [Option<&'a LabelSelector>; 2],
    conditions: &'a [MatchCondition],
    ignore: bool,
}

macro_rules! webhooks {
    ($write:expr, $type:ty, $kind:expr) => {
        $write.store.list($kind, None).filter_map(<$type>::from_object).flat_map(|configuration| configuration.webhooks.iter().flatten()).map(|hook| Webhook {
            name: &hook.name,
            matches: matches_rules(&rules_of(hook.rules.as_ref()), &$write.requested()),
            selectors: [hook.namespace_selector.as_ref(), hook.object_selector.as_ref()],
            conditions: hook.match_conditions.as_deref().unwrap_or_default(),
            ignore: hook.failure_policy.as_deref() == Some("Ignore"),
        })
    };
}

/// Webhooks that could change an object come before all validation; but since none is called, when they are noticed
/// makes no difference.
pub(super) fn validate(write: &mut Validated<'_>) -> Result<(), Status> {
    if is_exempt(write.kind) {
        return Ok(());
    }
    let mutating = webhooks!(write, MutatingWebhookConfiguration, Kind::MutatingWebhookConfiguration);
    let validating = webhooks!(write, ValidatingWebhookConfiguration, Kind::ValidatingWebhookConfiguration);
    let mut passed = Vec::new();
    for hook in mutating.chain(validating) {
        let asked = hook.matches
            && selectors_match(hook.selectors[0], hook.selectors[1], write)
            && conditions_hold(hook.conditions, false, &write.input()).unwrap_or(true);
        match (asked, hook.ignore) {
            (false, _) => {}
            (true, false) => return Err(Status::not_simulated(&format!("the admission webhook {}", hook.name))),
            (true, true) => passed.push(format!("not simulated: the admission webhook {} was not called", hook.name)),
        }
    }
    write.warnings.extend(passed);
    Ok(())
}
