//! Whether a pod puts up with what a node's taints threaten.
//!
//! Models: k8s.io/component-helpers/scheduling/corev1/helpers.go, k8s.io/api/core/v1/toleration.go, v1.36.
//! Simplified: nothing of the default feature gates.

use k8s_openapi::api::core::v1::{Taint, Toleration};

/// A taint with this effect, or `NoExecute`, keeps pods away.
pub const NO_SCHEDULE: &str = "NoSchedule";
pub const NO_EXECUTE: &str = "NoExecute";
/// A taint with this effect only makes a node less welcome.
pub const PREFER_NO_SCHEDULE: &str = "PreferNoSchedule";

/// An empty effect tolerates every effect, an empty key with `Exists` every taint.
pub fn tolerates(toleration: &Toleration, taint: &Taint) -> bool {
    let effect = toleration.effect.as_deref().unwrap_or_default();
    if !effect.is_empty() && effect != taint.effect {
        return false;
    }
    let key = toleration.key.as_deref().unwrap_or_default();
    if !key.is_empty() && key != taint.key {
        return false;
    }
    match toleration.operator.as_deref().unwrap_or_default() {
        "" | "Equal" => toleration.value.as_deref().unwrap_or_default() == taint.value.as_deref().unwrap_or_default(),
        "Exists" => true,
        _ => false,
    }
}

pub fn tolerated(tolerations: Option<&[Toleration]>, taint: &Taint) -> bool {
    tolerations.into_iter().flatten().any(|toleration| tolerates(toleration, taint))
}

/// The first taint that keeps the pod away.
pub fn find_untolerated<'t>(taints: Option<&'t [Taint]>, tolerations: Option<&[Toleration]>) -> Option<&'t Taint> {
    let hard = |taint: &&Taint| taint.effect == NO_SCHEDULE || taint.effect == NO_EXECUTE;
    taints.into_iter().flatten().filter(hard).find(|taint| !tolerated(tolerations, taint))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tolerations_match_key_value_and_effect() {
        let taint = Taint { key: "foo".into(), value: Some("bar".into()), effect: NO_SCHEDULE.into(), time_added: None };
        let cases = [
            ("foo", "Equal", "bar", NO_SCHEDULE, true),
            ("foo", "", "bar", "", true),
            ("foo", "Equal", "other", NO_SCHEDULE, false),
            ("foo", "Exists", "", NO_SCHEDULE, true),
            ("", "Exists", "", "", true),
            ("other", "Exists", "", "", false),
            ("foo", "Equal", "bar", NO_EXECUTE, false),
            ("", "Equal", "bar", "", true),
            ("foo", "Near", "bar", "", false),
        ];
        for (key, operator, value, effect, expected) in cases {
            let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            let toleration = Toleration {
                key: some(key),
                operator: some(operator),
                value: some(value),
                effect: some(effect),
                toleration_seconds: None,
            };
            assert_eq!(tolerates(&toleration, &taint), expected, "{toleration:?}");
        }
    }

    #[test]
    fn only_hard_effects_keep_a_pod_away() {
        let taint = |effect: &str| Taint { key: "k".into(), value: None, effect: effect.into(), time_added: None };
        let taints = [taint(PREFER_NO_SCHEDULE), taint(NO_EXECUTE)];
        assert_eq!(find_untolerated(Some(&taints), None).map(|t| t.effect.as_str()), Some(NO_EXECUTE));
        assert_eq!(find_untolerated(Some(&taints[..1]), None), None);
    }
}
