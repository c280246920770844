//! From what is used to how many pods there should be. Pods of which nothing is known are assumed to speak against the
//! change: they use nothing when it is about more pods, and all they may when it is about fewer.
//!
//! Models: pkg/controller/podautoscaler/replica_calculator.go, metrics/utilization.go, v1.36.
//! Simplified: nothing.

use std::collections::BTreeMap;

use super::metrics::{Sample, Samples};
use super::pods::Groups;

/// How far from the target nothing happens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Tolerances {
    pub down: f64,
    pub up: f64,
}

impl Tolerances {
    fn hold(self, ratio: f64) -> bool {
        1.0 - self.down <= ratio && ratio <= 1.0 + self.up
    }
}

/// What is aimed at.
#[derive(Clone, Debug)]
pub(super) enum Aim {
    /// A share of what the pods asked for, in percent.
    Utilization { percent: i32, requests: BTreeMap<String, i64> },
    /// An amount for each pod, in thousandths.
    Average(i64),
}

/// What is used at present.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Usage {
    /// Of what is aimed at.
    pub ratio: f64,
    /// In percent of the requests.
    pub utilization: i32,
    /// For each pod, in thousandths.
    pub average: i64,
}

impl Aim {
    fn usage(&self, samples: &Samples) -> Result<Usage, String> {
        match self {
            Aim::Utilization { percent, requests } => {
                let known: Vec<(i64, i64)> = samples.iter().filter_map(|(pod, sample)| Some((sample.value, *requests.get(pod)?))).collect();
                let used: i64 = known.iter().map(|(used, _)| used).sum();
                let requested: i64 = known.iter().map(|(_, requested)| requested).sum();
                if requested == 0 {
                    return Err("no metrics returned matched known pods".to_owned());
                }
                let utilization = i32::try_from(used * 100 / requested).unwrap_or(i32::MAX);
                Ok(Usage { ratio: f64::from(utilization) / f64::from(*percent), utilization, average: used / count(known.len()) })
            }
            Aim::Average(target) => {
                let average = samples.values().map(|sample| sample.value).sum::<i64>() / count(samples.len());
                Ok(Usage { ratio: average as f64 / *target as f64, utilization: 0, average })
            }
        }
    }

    /// What a pod that was not measured uses at most.
    fn assumed(&self, pod: &str) -> i64 {
        match self {
            Aim::Utilization { percent, requests } => requests.get(pod).copied().unwrap_or(0) * i64::from((*percent).max(100)) / 100,
            Aim::Average(target) => *target,
        }
    }
}

fn count(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

/// Rounded up to whole pods.
fn whole(replicas: f64) -> i32 {
    // A float is brought into the range of the integer.
    replicas.ceil() as i32
}

/// How many pods there should be, and what is used now. `samples` are those of the pods that count.
pub(super) fn replicas(current: i32, aim: &Aim, mut samples: Samples, groups: &Groups, tolerances: Tolerances) -> Result<(i32, Usage), String> {
    let usage = aim.usage(&samples)?;
    let unready_matter = !groups.unready.is_empty() && usage.ratio > 1.0;
    if !unready_matter && groups.missing.is_empty() {
        let wanted = if tolerances.hold(usage.ratio) { current } else { whole(usage.ratio * groups.ready as f64) };
        return Ok((wanted, usage));
    }
    for pod in &groups.missing {
        if usage.ratio < 1.0 {
            samples.insert(pod.clone(), Sample { value: aim.assumed(pod), ..Sample::default() });
        } else if usage.ratio > 1.0 {
            samples.insert(pod.clone(), Sample::default());
        }
    }
    if unready_matter {
        samples.extend(groups.unready.iter().map(|pod| (pod.clone(), Sample::default())));
    }
    let assumed = aim.usage(&samples)?.ratio;
    if tolerances.hold(assumed) || (usage.ratio < 1.0 && assumed > 1.0) || (usage.ratio > 1.0 && assumed < 1.0) {
        return Ok((current, usage));
    }
    let wanted = whole(assumed * samples.len() as f64);
    let turned = (assumed < 1.0 && wanted > current) || (assumed > 1.0 && wanted < current);
    Ok((if turned { current } else { wanted }, usage))
}

/// The same for one number that stands for all pods.
pub(super) fn replicas_for_value(current: i32, used: i64, target: i64, ready: Result<usize, String>, tolerances: Tolerances) -> Result<i32, String> {
    let ratio = used as f64 / target as f64;
    if current == 0 {
        return Ok(whole(ratio));
    }
    if tolerances.hold(ratio) {
        return Ok(current);
    }
    let ready = ready.map_err(|why| format!("unable to calculate ready pods: {why}"))?;
    Ok(whole(ratio * ready as f64))
}

/// The same for one number that the pods share evenly; with what falls to each.
pub(super) fn replicas_for_share(pods: i32, used: i64, each: i64, tolerances: Tolerances) -> (i32, i64) {
    let ratio = used as f64 / (each as f64 * f64::from(pods));
    let wanted = if tolerances.hold(ratio) { pods } else { whole(used as f64 / each as f64) };
    (wanted, (used as f64 / f64::from(pods)).ceil() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TENTH: Tolerances = Tolerances { down: 0.1, up: 0.1 };

    /// Pods of which these were measured; more are unready and not measured.
    fn scene(used: &[i64], unready: usize, missing: usize) -> (Samples, Groups) {
        let samples = used.iter().enumerate().map(|(index, value)| (format!("pod-{index}"), Sample { value: *value, ..Sample::default() })).collect();
        let names = |what: &str, count: usize| (0..count).map(|index| format!("{what}-{index}")).collect();
        (samples, Groups { ready: used.len(), unready: names("unready", unready), missing: names("missing", missing), ..Groups::default() })
    }

    fn utilization(percent: i32, request: i64) -> Aim {
        let names = ["pod", "unready", "missing"].into_iter().flat_map(|what| (0..20).map(move |index| format!("{what}-{index}")));
        Aim::Utilization { percent, requests: names.map(|name| (name, request)).collect() }
    }

    #[test]
    fn a_share_of_the_requests_is_aimed_at() {
        // (what it is about, now, aim, request, used, unready, not measured, wanted, utilisation)
        let cases: [(&str, i32, i32, i64, &[i64], usize, usize, i32, i32); 14] = [
            ("too busy", 3, 30, 1000, &[300, 500, 700], 0, 0, 5, 50),
            ("one unready that might use nothing", 3, 30, 1000, &[500, 700], 1, 0, 4, 60),
            ("two unready that might use nothing", 3, 30, 1000, &[400], 2, 0, 3, 40),
            ("unready pods under load: still enough for all", 3, 30, 1000, &[900], 2, 0, 3, 90),
            ("idle", 5, 50, 1000, &[100, 300, 500, 250, 250], 0, 0, 3, 28),
            ("idle, unready pods do not matter", 5, 50, 1000, &[100, 300, 500], 2, 0, 2, 30),
            ("near enough above", 3, 100, 900, &[920, 970, 870], 0, 0, 3, 102),
            ("near enough below", 3, 100, 900, &[850, 900, 800], 0, 0, 3, 94),
            ("far too busy", 4, 80, 100, &[190, 190, 190, 190], 0, 0, 10, 190),
            ("some not measured: no change of direction", 2, 50, 1000, &[1000], 0, 1, 2, 100),
            ("more not measured than busy", 2, 50, 1000, &[700], 0, 1, 2, 70),
            ("idle and some not measured", 4, 50, 1000, &[100, 100], 0, 2, 4, 10),
            ("idle, one of many not measured", 4, 100, 1000, &[300, 300, 300], 0, 1, 2, 30),
            ("unready and not measured under load", 4, 50, 100, &[450], 1, 2, 9, 450),
        ];
        for (what, now, percent, request, used, unready, missing, wanted, expected) in cases {
            let (samples, groups) = scene(used, unready, missing);
            let (replicas, usage) = replicas(now, &utilization(percent, request), samples, &groups, TENTH).unwrap();
            assert_eq!((replicas, usage.utilization), (wanted, expected), "{what}");
        }
    }

    #[test]
    fn an_amount_for_each_pod_is_aimed_at() {
        let cases: [(&str, i32, i64, &[i64], usize, usize, i32, i64); 8] = [
            ("too busy", 3, 15_000, &[20_000, 10_000, 30_000], 0, 0, 4, 20_000),
            ("one unready", 3, 15_000, &[50_000, 10_000], 1, 0, 4, 30_000),
            ("unready pods that use nothing", 3, 15_000, &[20_000], 2, 0, 3, 20_000),
            ("idle", 5, 20_000, &[12_000; 5], 0, 0, 3, 12_000),
            ("near enough", 3, 20_000, &[20_660, 20_000, 20_000], 0, 0, 3, 20_220),
            ("some not measured", 3, 20_000, &[50_000, 50_000], 0, 1, 5, 50_000),
            ("idle, some not measured", 3, 20_000, &[5_000, 5_000], 0, 1, 2, 5_000),
            ("idle, most not measured", 3, 20_000, &[19_000], 0, 2, 3, 19_000),
        ];
        for (what, now, target, used, unready, missing, wanted, average) in cases {
            let (samples, groups) = scene(used, unready, missing);
            let (replicas, usage) = replicas(now, &Aim::Average(target), samples, &groups, TENTH).unwrap();
            assert_eq!((replicas, usage.average), (wanted, average), "{what}");
        }
    }

    #[test]
    fn requests_that_are_missing_make_no_share() {
        let (samples, groups) = scene(&[1], 0, 0);
        let aim = Aim::Utilization { percent: 50, requests: BTreeMap::new() };
        assert_eq!(replicas(1, &aim, samples, &groups, TENTH), Err("no metrics returned matched known pods".to_owned()));
    }

    #[test]
    fn one_number_stands_for_all() {
        assert_eq!(replicas_for_value(3, 20_000, 15_000, Ok(3), TENTH), Ok(4));
        assert_eq!(replicas_for_value(3, 16_000, 15_000, Ok(3), TENTH), Ok(3));
        assert_eq!(replicas_for_value(0, 20_000, 15_000, Ok(0), TENTH), Ok(2), "from nothing");
        assert_eq!(replicas_for_value(3, 30_000, 15_000, Err("no pods".to_owned()), TENTH), Err("unable to calculate ready pods: no pods".to_owned()));
        assert_eq!(replicas_for_share(5, 8_600, 2_150, TENTH), (4, 1_720));
        assert_eq!(replicas_for_share(4, 8_700, 2_150, TENTH), (4, 2_175));
    }

    #[test]
    fn tolerances_may_be_of_two_sizes() {
        let lenient = Tolerances { down: 0.6, up: 0.01 };
        let (samples, groups) = scene(&[103, 103], 0, 0);
        assert_eq!(replicas(2, &utilization(100, 100), samples, &groups, lenient).unwrap().0, 3);
        let (samples, groups) = scene(&[45, 45], 0, 0);
        assert_eq!(replicas(2, &utilization(100, 100), samples, &groups, lenient).unwrap().0, 2);
    }
}
