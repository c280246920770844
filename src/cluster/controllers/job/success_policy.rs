//! The success policy: which indexes, or how many, are enough.
//!
//! Models: pkg/controller/job/success_policy.go, v1.36.
//! Simplified: nothing.

use k8s_openapi::api::batch::v1::SuccessPolicy;

use super::indexes::Indexes;

/// The message of the first rule that is met.
pub(super) fn met(policy: Option<&SuccessPolicy>, completions: i32, succeeded: &Indexes) -> Option<String> {
    let rules = policy.filter(|_| !succeeded.is_empty()).map(|policy| policy.rules.as_slice()).unwrap_or_default();
    let place = rules.iter().position(|rule| match (&rule.succeeded_indexes, rule.succeeded_count) {
        (Some(indexes), count) => {
            let wanted = Indexes::parse(indexes, completions);
            let have = wanted.shared_with(succeeded);
            !wanted.is_empty() && (have == wanted.total() || count.is_some_and(|count| have >= count))
        }
        (None, Some(count)) => succeeded.total() >= count,
        (None, None) => false,
    })?;
    Some(format!("Matched rules at index {place}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_first_rule_that_is_met_counts() {
        let cases = [
            (json!([{"succeededCount": 2}]), "0,3", Some(0)),
            (json!([{"succeededCount": 3}]), "0,3", None),
            (json!([{"succeededCount": 0}]), "", None),
            (json!([{"succeededIndexes": "0-1"}]), "0-2", Some(0)),
            (json!([{"succeededIndexes": "0-1"}]), "0,2", None),
            (json!([{"succeededIndexes": "0-4", "succeededCount": 2}]), "0,2", Some(0)),
            (json!([{"succeededIndexes": "9"}, {"succeededCount": 1}]), "2", Some(1)),
        ];
        for (rules, succeeded, expected) in cases {
            let policy: SuccessPolicy = serde_json::from_value(json!({"rules": rules})).unwrap();
            let text = expected.map(|place: usize| format!("Matched rules at index {place}"));
            assert_eq!(met(Some(&policy), 5, &Indexes::parse(succeeded, 5)), text, "{rules} with {succeeded:?}");
        }
    }
}
