//! From the wished number of pods to the one that is set: no hasty steps, and none outside of what is allowed.
//!
//! Models: pkg/controller/podautoscaler/horizontal.go (normalizeDesiredReplicas…, stabilizeRecommendation…), v1.36.
//! Simplified: nothing.

use std::time::Duration;

use k8s_openapi::api::autoscaling::v2::{HPAScalingRules, HorizontalPodAutoscalerBehavior};
use podarium_sim::Time;

use super::rates::Steps;

/// How long a higher wish keeps the number up, where nothing else is said.
const DOWNSCALE_STABILISATION: Duration = Duration::from_secs(300);

/// What was wished and done lately.
#[derive(Clone, Debug, Default)]
pub(super) struct History {
    wishes: Option<Vec<(Time, i32)>>,
    pub steps: Steps,
}

/// The number to set, with why it may not be the wished one.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Limited {
    pub replicas: i32,
    /// The reason and message of `AbleToScale`.
    pub able: (&'static str, &'static str),
    /// Status, reason and message of `ScalingLimited`.
    pub limited: (bool, &'static str, &'static str),
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub current: i32,
    pub least: i32,
    pub most: i32,
}

const READY: (&str, &str) = ("ReadyForNewScale", "recommended size matches current size");
const UP_STABILISED: (&str, &str) = ("ScaleUpStabilized", "recent recommendations were lower than current one, applying the lowest recent recommendation");
const DOWN_STABILISED: (&str, &str) = ("ScaleDownStabilized", "recent recommendations were higher than current one, applying the highest recent recommendation");
const IN_RANGE: (&str, &str) = ("DesiredWithinRange", "the desired count is within the acceptable range");
const TOO_FAST: (&str, &str) = ("ScaleUpLimit", "the desired replica count is increasing faster than the maximum scale rate");
const TOO_FAST_DOWN: (&str, &str) = ("ScaleDownLimit", "the desired replica count is decreasing faster than the maximum scale rate");
const TOO_MANY: (&str, &str) = ("TooManyReplicas", "the desired replica count is more than the maximum replica count");
const TOO_FEW: (&str, &str) = ("TooFewReplicas", "the desired replica count is less than the minimum replica count");

impl History {
    /// The number of pods at the first look counts as a wish.
    pub fn begin(&mut self, current: i32, now: Time) {
        self.wishes.get_or_insert_with(|| vec![(now, current)]);
    }

    /// The wish within what is allowed.
    pub fn limit(&mut self, wish: i32, bounds: Bounds, behavior: Option<&HorizontalPodAutoscalerBehavior>, now: Time) -> Limited {
        match behavior.and_then(|behavior| Some((behavior.scale_up.as_ref()?, behavior.scale_down.as_ref()?))) {
            Some((up, down)) => self.limit_by_rules(wish, bounds, up, down, now),
            None => self.limit_plainly(wish, bounds, now),
        }
    }

    fn limit_plainly(&mut self, wish: i32, bounds: Bounds, now: Time) -> Limited {
        let wishes = self.wishes.get_or_insert_default();
        wishes.retain(|(at, _)| now.since(*at) <= DOWNSCALE_STABILISATION);
        let stable = wishes.iter().map(|(_, wish)| *wish).fold(wish, i32::max);
        wishes.push((now, wish));
        let fastest = bounds.current.saturating_mul(2).max(4);
        let (most, why) = if bounds.most > fastest { (fastest, TOO_FAST) } else { (bounds.most, TOO_MANY) };
        let able = if stable == wish { READY } else { DOWN_STABILISED };
        if stable < bounds.least {
            limited(bounds.least, able, Some(TOO_FEW))
        } else if stable > most {
            limited(most, able, Some(why))
        } else {
            limited(stable, able, None)
        }
    }

    fn limit_by_rules(&mut self, wish: i32, bounds: Bounds, up: &HPAScalingRules, down: &HPAScalingRules, now: Time) -> Limited {
        let current = bounds.current;
        let stable = self.stabilise(wish, current, window(up, Duration::ZERO), window(down, DOWNSCALE_STABILISATION), now);
        let able = match stable == wish {
            true => READY,
            false if wish >= current => UP_STABILISED,
            false => DOWN_STABILISED,
        };
        if stable > current {
            let fastest = self.steps.most(current, up, now).max(current);
            let (most, why) = if bounds.most > fastest { (fastest, TOO_FAST) } else { (bounds.most, TOO_MANY) };
            return limited(stable.min(most), able, (stable > most).then_some(why));
        }
        if stable < current {
            let fastest = self.steps.least(current, down, now).min(current);
            let (least, why) = if bounds.least < fastest { (fastest, TOO_FAST_DOWN) } else { (bounds.least, TOO_FEW) };
            return limited(stable.max(least), able, (stable < least).then_some(why));
        }
        limited(stable, able, None)
    }

    /// Up only as far as all wishes of the window agree, and down likewise.
    fn stabilise(&mut self, wish: i32, current: i32, up: Duration, down: Duration, now: Time) -> i32 {
        let wishes = self.wishes.get_or_insert_default();
        let (mut lowest, mut highest) = (wish, wish);
        for (at, wish) in wishes.iter() {
            let age = now.since(*at);
            if age < up {
                lowest = lowest.min(*wish);
            }
            if age < down {
                highest = highest.max(*wish);
            }
        }
        wishes.retain(|(at, _)| now.since(*at) <= up.max(down));
        wishes.push((now, wish));
        current.max(lowest).min(highest)
    }
}

fn window(rules: &HPAScalingRules, default: Duration) -> Duration {
    rules.stabilization_window_seconds.map_or(default, |seconds| Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}

fn limited(replicas: i32, able: (&'static str, &'static str), why: Option<(&'static str, &'static str)>) -> Limited {
    let (reason, message) = why.unwrap_or(IN_RANGE);
    Limited { replicas, able, limited: (why.is_some(), reason, message) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: Time = Time::from_secs(1000);

    fn bounds(current: i32, least: i32, most: i32) -> Bounds {
        Bounds { current, least, most }
    }

    fn history(wishes: &[(u64, i32)]) -> History {
        History { wishes: Some(wishes.iter().map(|(second, wish)| (Time::from_secs(*second), *wish)).collect()), ..History::default() }
    }

    #[test]
    fn without_rules_it_at_most_doubles_and_waits_before_it_shrinks() {
        let cases = [
            ("in range", 5, bounds(4, 1, 10), history(&[]), limited(5, READY, None)),
            ("at most twice as many", 20, bounds(4, 1, 30), history(&[]), limited(8, READY, Some(TOO_FAST))),
            ("four at once are always allowed", 9, bounds(1, 1, 30), history(&[]), limited(4, READY, Some(TOO_FAST))),
            ("not more than the most", 20, bounds(8, 1, 10), history(&[]), limited(10, READY, Some(TOO_MANY))),
            ("not fewer than the least", 1, bounds(8, 2, 10), history(&[]), limited(2, READY, Some(TOO_FEW))),
            ("a higher wish of late", 2, bounds(8, 1, 10), history(&[(800, 7)]), limited(7, DOWN_STABILISED, None)),
            ("a higher wish five minutes ago", 2, bounds(8, 1, 10), history(&[(700, 7)]), limited(7, DOWN_STABILISED, None)),
            ("a higher wish longer ago", 2, bounds(8, 1, 10), history(&[(699, 7)]), limited(2, READY, None)),
        ];
        for (what, wish, bounds, mut history, expected) in cases {
            assert_eq!(history.limit(wish, bounds, None, NOW), expected, "{what}");
        }
    }

    #[test]
    fn with_rules_the_windows_of_both_directions_count() {
        let behavior: HorizontalPodAutoscalerBehavior = serde_json::from_value(json!({
            "scaleUp": {"stabilizationWindowSeconds": 60, "policies": [{"type": "Pods", "value": 4, "periodSeconds": 60}]},
            "scaleDown": {"policies": [{"type": "Percent", "value": 50, "periodSeconds": 60}]},
        }))
        .unwrap();
        let cases = [
            ("at once", 6, bounds(4, 1, 10), history(&[]), limited(6, READY, None)),
            ("by four", 10, bounds(4, 1, 20), history(&[]), limited(8, READY, Some(TOO_FAST))),
            ("a lower wish of late", 8, bounds(4, 1, 20), history(&[(950, 5)]), limited(5, UP_STABILISED, None)),
            ("a lower wish a minute ago", 8, bounds(4, 1, 20), history(&[(940, 5)]), limited(8, READY, None)),
            ("by half", 1, bounds(8, 1, 20), history(&[]), limited(4, READY, Some(TOO_FAST_DOWN))),
            ("a higher wish of late", 1, bounds(8, 1, 20), history(&[(701, 7)]), limited(7, DOWN_STABILISED, None)),
            ("a higher wish five minutes ago", 5, bounds(8, 1, 20), history(&[(700, 7)]), limited(5, READY, None)),
            ("not fewer than the least", 1, bounds(3, 2, 20), history(&[]), limited(2, READY, Some(TOO_FEW))),
            ("not more than the most", 9, bounds(3, 2, 5), history(&[]), limited(5, READY, Some(TOO_MANY))),
        ];
        for (what, wish, bounds, mut history, expected) in cases {
            assert_eq!(history.limit(wish, bounds, Some(&behavior), NOW), expected, "{what}");
        }
    }
}
