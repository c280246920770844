//! How fast it may go: so many pods, or such a share of them, in such a time.
//!
//! Models: pkg/controller/podautoscaler/horizontal.go (calculateScaleUpLimit…, calculateScaleDownLimit…), v1.36.
//! Simplified: nothing.

use std::time::Duration;

use k8s_openapi::api::autoscaling::v2::HPAScalingRules;
use podarium_sim::Time;

/// By how many pods it went up or down, and when.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Step {
    pub at: Time,
    pub pods: i32,
}

/// The steps up and down that are not forgotten yet.
#[derive(Clone, Debug, Default)]
pub(super) struct Steps {
    pub up: Vec<Step>,
    pub down: Vec<Step>,
}

fn seconds(seconds: i32) -> Duration {
    Duration::from_secs(u64::try_from(seconds).unwrap_or(0))
}

fn within(steps: &[Step], period: i32, now: Time) -> i32 {
    steps.iter().filter(|step| now.since(step.at) < seconds(period)).map(|step| step.pods).sum()
}

impl Steps {
    /// Remembers a step, and forgets those that no rule asks for any more.
    pub fn record(&mut self, from: i32, to: i32, up: &HPAScalingRules, down: &HPAScalingRules, now: Time) {
        let (steps, rules, pods) = if to > from { (&mut self.up, up, to - from) } else { (&mut self.down, down, from - to) };
        let longest = rules.policies.iter().flatten().map(|policy| policy.period_seconds).max().unwrap_or(0);
        steps.retain(|step| now.since(step.at) <= seconds(longest));
        steps.push(Step { at: now, pods });
    }

    /// How many pods there may be now by each rule, by the kind of it.
    fn proposals<'a>(&'a self, current: i32, rules: &'a HPAScalingRules, now: Time, share: impl Fn(i32, i32) -> i32 + 'a, number: impl Fn(i32, i32) -> i32 + 'a) -> impl Iterator<Item = i32> + 'a {
        rules.policies.iter().flatten().map(move |policy| {
            let period = policy.period_seconds;
            let start = current - within(&self.up, period, now) + within(&self.down, period, now);
            if policy.type_ == "Percent" { share(start, policy.value) } else { number(start, policy.value) }
        })
    }

    pub fn most(&self, current: i32, rules: &HPAScalingRules, now: Time) -> i32 {
        // Rounded up: otherwise one pod would stay one for ever.
        let share = |start: i32, percent: i32| (f64::from(start) * (1.0 + f64::from(percent) / 100.0)).ceil() as i32;
        let proposals = self.proposals(current, rules, now, share, |start, pods| start.saturating_add(pods));
        match rules.select_policy.as_deref() {
            Some("Disabled") => current,
            Some("Min") => proposals.min().unwrap_or(i32::MAX),
            _ => proposals.max().unwrap_or(i32::MIN),
        }
    }

    pub fn least(&self, current: i32, rules: &HPAScalingRules, now: Time) -> i32 {
        let share = |start: i32, percent: i32| (f64::from(start) * (1.0 - f64::from(percent) / 100.0)) as i32;
        let proposals = self.proposals(current, rules, now, share, |start, pods| start.saturating_sub(pods));
        match rules.select_policy.as_deref() {
            Some("Disabled") => current,
            Some("Min") => proposals.max().unwrap_or(i32::MIN),
            _ => proposals.min().unwrap_or(i32::MAX),
        }
    }
}

#[cfg(test)]
mod tests {
    use k8s_openapi::api::autoscaling::v2::HPAScalingPolicy;

    use super::*;

    fn rules(select: &str, policies: &[(&str, i32, i32)]) -> HPAScalingRules {
        let policies = policies.iter().map(|(type_, value, period)| HPAScalingPolicy { type_: (*type_).to_owned(), value: *value, period_seconds: *period });
        HPAScalingRules { select_policy: Some(select.to_owned()), policies: Some(policies.collect()), ..HPAScalingRules::default() }
    }

    fn steps(up: &[(u64, i32)], down: &[(u64, i32)]) -> Steps {
        let list = |steps: &[(u64, i32)]| steps.iter().map(|(second, pods)| Step { at: Time::from_secs(*second), pods: *pods }).collect();
        Steps { up: list(up), down: list(down) }
    }

    #[test]
    fn growth_is_limited() {
        let now = Time::from_secs(100);
        let cases = [
            ("more of the two", 3, rules("Max", &[("Pods", 4, 60), ("Percent", 100, 60)]), steps(&[], &[]), 7),
            ("a share wins when there are many", 10, rules("Max", &[("Pods", 4, 60), ("Percent", 100, 60)]), steps(&[], &[]), 20),
            ("less of the two", 10, rules("Min", &[("Pods", 4, 60), ("Percent", 100, 60)]), steps(&[], &[]), 14),
            ("a share is rounded up", 1, rules("Max", &[("Percent", 10, 60)]), steps(&[], &[]), 2),
            ("not at all", 5, rules("Disabled", &[("Pods", 4, 60)]), steps(&[], &[]), 5),
            ("what was added lately counts", 8, rules("Max", &[("Pods", 4, 60)]), steps(&[(70, 3), (30, 9)], &[]), 9),
            ("exactly a period ago is over", 8, rules("Max", &[("Pods", 4, 60)]), steps(&[(40, 3)], &[]), 12),
            ("what was taken away lately may come back", 8, rules("Max", &[("Pods", 4, 60)]), steps(&[], &[(90, 2)]), 14),
        ];
        for (what, current, rules, steps, expected) in cases {
            assert_eq!(steps.most(current, &rules, now), expected, "{what}");
        }
    }

    #[test]
    fn shrinking_is_limited() {
        let now = Time::from_secs(100);
        let cases = [
            ("fewer of the two", 10, rules("Max", &[("Pods", 4, 60), ("Percent", 50, 60)]), steps(&[], &[]), 5),
            ("more of the two", 10, rules("Min", &[("Pods", 4, 60), ("Percent", 50, 60)]), steps(&[], &[]), 6),
            ("a share is rounded down", 5, rules("Max", &[("Percent", 10, 60)]), steps(&[], &[]), 4),
            ("not at all", 5, rules("Disabled", &[("Pods", 4, 60)]), steps(&[], &[]), 5),
            ("what was taken away lately counts", 8, rules("Max", &[("Pods", 4, 60)]), steps(&[], &[(70, 3)]), 7),
        ];
        for (what, current, rules, steps, expected) in cases {
            assert_eq!(steps.least(current, &rules, now), expected, "{what}");
        }
    }

    #[test]
    fn old_steps_are_forgotten() {
        let mut steps = steps(&[(1, 1), (50, 2)], &[]);
        let rules = rules("Max", &[("Pods", 4, 60), ("Pods", 9, 30)]);
        steps.record(3, 5, &rules, &rules, Time::from_secs(100));
        assert_eq!(steps.up.iter().map(|step| step.pods).collect::<Vec<_>>(), [2, 2]);
        steps.record(5, 1, &rules, &rules, Time::from_secs(100));
        assert_eq!(steps.down, [Step { at: Time::from_secs(100), pods: 4 }]);
    }
}
