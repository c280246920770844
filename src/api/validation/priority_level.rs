//! Validation of priority levels.
//!
//! Models: pkg/apis/flowcontrol/validation/validation.go, apiserver/pkg/util/flowcontrol/…/shufflesharding, v1.36.
//! Simplified: a bad spec of a fixed level is shown as JSON.

use k8s_openapi::api::flowcontrol::v1::{LimitResponse, PriorityLevelConfigurationSpec, QueuingConfiguration};
use serde_json::json;

use super::{flow_control, list, metadata, text};
use crate::PriorityLevelConfiguration;
use crate::field::{FieldError, Path};

const ROUND_TRIP: &str = "flowcontrol.k8s.io/v1beta3-preserve-zero-concurrency-shares";
const MAX_QUEUES: i32 = 10_000_000;
/// How many bits of a hash may be used up for a hand.
const MAX_HASH_BITS: i32 = 60;

pub(crate) fn priority_level(level: &PriorityLevelConfiguration) -> Vec<FieldError> {
    let mut errors = metadata::validate(&level.metadata, false, metadata::SUBDOMAIN);
    if level.metadata.annotations.as_ref().is_some_and(|annotations| annotations.contains_key(ROUND_TRIP)) {
        errors.push(FieldError::forbidden("metadata.annotations", format!("annotation '{ROUND_TRIP}' is forbidden")));
    }
    let name = text(&level.metadata.name);
    errors.extend(spec(name, &level.spec));
    errors.extend(fixed(name, &level.spec));
    errors.extend(status(level));
    errors
}

pub(crate) fn status(level: &PriorityLevelConfiguration) -> Vec<FieldError> {
    flow_control::conditions(list(&level.status.conditions).iter().map(|condition| text(&condition.type_)))
}

/// The two levels that there must be have a spec that does not change, but for how much the exempt one lends.
fn fixed(name: &str, spec: &PriorityLevelConfigurationSpec) -> Option<FieldError> {
    let wanted = crate::flow_control::mandatory_priority_level(name)?;
    let mut own = spec.clone();
    let why = if name == "exempt" {
        own.exempt.clone_from(&wanted.spec.exempt);
        format!("spec of '{name}' except the 'spec.exempt' field must equal the fixed value")
    } else {
        format!("spec of '{name}' must equal the fixed value")
    };
    (own != *wanted.spec).then(|| FieldError::invalid("spec", json!(spec), why))
}

fn spec(name: &str, spec: &PriorityLevelConfigurationSpec) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let path = Path::new("spec");
    let type_ = spec.type_.as_str();
    if (name == "exempt") != (type_ == "Exempt") {
        errors.push(FieldError::invalid(path.child("type"), type_, "must be 'Exempt' if and only if `name` is 'exempt'"));
    }
    match type_ {
        "Exempt" => {
            if spec.limited.is_some() {
                errors.push(FieldError::forbidden(path.child("limited"), "must be nil if the type is not Limited"));
            }
            if let Some(exempt) = &spec.exempt {
                let at = path.child("exempt");
                shares(&mut errors, exempt.nominal_concurrency_shares, &at);
                percent(&mut errors, exempt.lendable_percent, &at);
            }
        }
        "Limited" => {
            if spec.exempt.is_some() {
                errors.push(FieldError::forbidden(path.child("exempt"), "must be nil if the type is Limited"));
            }
            let at = path.child("limited");
            match &spec.limited {
                None => errors.push(FieldError::required(at, "must not be empty when type is Limited")),
                Some(limited) => {
                    shares(&mut errors, limited.nominal_concurrency_shares, &at);
                    errors.extend(response(limited.limit_response.as_ref(), &at.child("limitResponse")));
                    percent(&mut errors, limited.lendable_percent, &at);
                    if let Some(limit) = limited.borrowing_limit_percent.filter(|limit| *limit < 0) {
                        errors.push(FieldError::invalid(at.child("borrowingLimitPercent"), limit, "if specified, must be a non-negative integer"));
                    }
                }
            }
        }
        _ => errors.push(FieldError::not_supported(path.child("type"), type_, &["Exempt", "Limited"])),
    }
    errors
}

fn shares(errors: &mut Vec<FieldError>, shares: Option<i32>, path: &Path) {
    if let Some(shares) = shares.filter(|shares| *shares < 0) {
        errors.push(FieldError::invalid(path.child("nominalConcurrencyShares"), shares, "must be a non-negative integer"));
    }
}

fn percent(errors: &mut Vec<FieldError>, percent: Option<i32>, path: &Path) {
    if let Some(percent) = percent.filter(|percent| !(0..=100).contains(percent)) {
        errors.push(FieldError::invalid(path.child("lendablePercent"), percent, "must be between 0 and 100, inclusive"));
    }
}

fn response(response: Option<&LimitResponse>, path: &Path) -> Vec<FieldError> {
    let type_ = response.map_or("", |response| response.type_.as_str());
    let queuing = response.and_then(|response| response.queuing.as_ref());
    let at = path.child("queuing");
    match (type_, queuing) {
        ("Reject", None) => Vec::new(),
        ("Reject", Some(_)) => vec![FieldError::forbidden(at, "must be nil if limited.limitResponse.type is not Limited")],
        ("Queue", None) => vec![FieldError::required(at, "must not be empty if limited.limitResponse.type is Limited")],
        ("Queue", Some(queuing)) => queues(queuing, &at),
        _ => vec![FieldError::not_supported(path.child("type"), type_, &["Queue", "Reject"])],
    }
}

fn queues(queuing: &QueuingConfiguration, path: &Path) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let (limit, queues, hand) = (queuing.queue_length_limit.unwrap_or(0), queuing.queues.unwrap_or(0), queuing.hand_size.unwrap_or(0));
    if limit <= 0 {
        errors.push(FieldError::invalid(path.child("queueLengthLimit"), limit, "must be positive"));
    }
    if queues <= 0 {
        errors.push(FieldError::invalid(path.child("queues"), queues, "must be positive"));
    } else if queues > MAX_QUEUES {
        errors.push(FieldError::invalid(path.child("queues"), queues, format!("must not be greater than {MAX_QUEUES}")));
    }
    let why = if hand <= 0 {
        Some("must be positive".to_owned())
    } else if hand > queues {
        Some(format!("should not be greater than queues ({queues})"))
    } else if entropy_bits(queues, hand) > MAX_HASH_BITS {
        Some(format!("required entropy bits of deckSize {queues} and handSize {hand} should not be greater than {MAX_HASH_BITS}"))
    } else {
        None
    };
    errors.extend(why.map(|why| FieldError::invalid(path.child("handSize"), hand, why)));
    errors
}

/// How many bits of a hash it takes to deal a hand out of so many queues.
fn entropy_bits(deck: i32, hand: i32) -> i32 {
    (f64::from(deck).log2() * f64::from(hand)).ceil() as i32
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::{Kind, Object};

    fn errors(name: &str, spec: Value) -> Vec<String> {
        let value = json!({"apiVersion": "flowcontrol.apiserver.k8s.io/v1", "kind": "PriorityLevelConfiguration", "metadata": {"name": name}, "spec": spec});
        let mut object = Kind::PriorityLevelConfiguration.parse(value).unwrap();
        object.set_defaults();
        let Object::PriorityLevelConfiguration(level) = object else { panic!("not a priority level") };
        priority_level(&level).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn levels_are_refused_in_the_words_of_the_reference() {
        let queue = |queuing: Value| json!({"type": "Limited", "limited": {"limitResponse": {"type": "Queue", "queuing": queuing}}});
        let cases: Vec<(&str, Value, &[&str])> = vec![
            ("a", queue(json!({})), &[]),
            ("a", json!({"type": "Limited"}), &["spec.limited: Required value: must not be empty when type is Limited"]),
            ("a", json!({"type": "Exempt"}), &["spec.type: Invalid value: \"Exempt\": must be 'Exempt' if and only if `name` is 'exempt'"]),
            ("a", queue(json!({"queues": 4})), &["spec.limited.limitResponse.queuing.handSize: Invalid value: 8: should not be greater than queues (4)"]),
            (
                "a",
                queue(json!({"queues": 512, "handSize": 8})),
                &["spec.limited.limitResponse.queuing.handSize: Invalid value: 8: required entropy bits of deckSize 512 and handSize 8 should not be greater than 60"],
            ),
            (
                "a",
                json!({"type": "Limited", "limited": {"nominalConcurrencyShares": -1, "lendablePercent": 101, "limitResponse": {"type": "Reject", "queuing": {}}}}),
                &[
                    "spec.limited.nominalConcurrencyShares: Invalid value: -1: must be a non-negative integer",
                    "spec.limited.limitResponse.queuing: Forbidden: must be nil if limited.limitResponse.type is not Limited",
                    "spec.limited.lendablePercent: Invalid value: 101: must be between 0 and 100, inclusive",
                ],
            ),
            ("exempt", json!({"type": "Exempt", "exempt": {"nominalConcurrencyShares": 7}}), &[]),
        ];
        for (name, spec, expected) in cases {
            assert_eq!(errors(name, spec.clone()), expected, "{spec}");
        }
        for level in crate::flow_control::priority_levels() {
            assert_eq!(priority_level(&level), [], "{:?}", level.metadata.name);
        }
    }
}
