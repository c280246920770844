//! How many pods a Deployment may have too many or too few while it rolls, and what follows for its ReplicaSets.
//!
//! Models: pkg/controller/deployment/util/deployment_util.go (ResolveFenceposts, NewRSNewReplicas,
//! GetReplicaSetProportion), v1.36.
//! Simplified: nothing.

use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use podarium_api::{Deployment, ReplicaSet};

use super::annotations::{self, MAX_REPLICAS};
use super::sets::{available, replicas};

/// How many pods the Deployment should have.
pub fn wanted(deployment: &Deployment) -> i32 {
    deployment.spec.replicas.unwrap_or(1)
}

pub fn is_rolling(deployment: &Deployment) -> bool {
    strategy(deployment) == "RollingUpdate"
}

pub fn strategy(deployment: &Deployment) -> &str {
    deployment.spec.strategy.as_ref().and_then(|strategy| strategy.type_.as_deref()).unwrap_or("RollingUpdate")
}

/// A number, or a percentage of `total` that is rounded up or down.
pub fn scaled(value: Option<&IntOrString>, total: i32, round_up: bool) -> i32 {
    match value {
        None => 0,
        Some(IntOrString::Int(number)) => *number,
        Some(IntOrString::String(text)) => {
            let percent: i64 = text.strip_suffix('%').and_then(|number| number.parse().ok()).unwrap_or(0);
            let hundredfold = percent * i64::from(total);
            let rounded = if round_up { (hundredfold + 99).div_euclid(100) } else { hundredfold.div_euclid(100) };
            i32::try_from(rounded).unwrap_or(i32::MAX)
        }
    }
}

/// `maxSurge` (rounded up) and `maxUnavailable` (rounded down) in pods. If both come to nothing, no step would ever be
/// possible; then one pod may be unavailable.
///
/// 3 replicas with 25% each: ceil(0.75) = 1 too many, floor(0.75) = 0 too few.
fn fenceposts(deployment: &Deployment) -> (i32, i32) {
    let rolling = deployment.spec.strategy.as_ref().and_then(|strategy| strategy.rolling_update.as_ref());
    let surge = scaled(rolling.and_then(|rolling| rolling.max_surge.as_ref()), wanted(deployment), true);
    let unavailable = scaled(rolling.and_then(|rolling| rolling.max_unavailable.as_ref()), wanted(deployment), false);
    if surge == 0 && unavailable == 0 { (0, 1) } else { (surge, unavailable) }
}

pub fn max_surge(deployment: &Deployment) -> i32 {
    if is_rolling(deployment) { fenceposts(deployment).0 } else { 0 }
}

pub fn max_unavailable(deployment: &Deployment) -> i32 {
    if is_rolling(deployment) { fenceposts(deployment).1.min(wanted(deployment)) } else { 0 }
}

/// How large the new set may be now: as large as the Deployment wants it, while all sets together stay within
/// `replicas + maxSurge`.
///
/// 10 replicas, maxSurge 3, old set of 10, new set of 0: 13 - 10 = 3.
pub fn new_set_size(deployment: &Deployment, all_replicas: i32, new_set: i32) -> i32 {
    if !is_rolling(deployment) {
        return wanted(deployment);
    }
    let room = wanted(deployment) + max_surge(deployment) - all_replicas;
    if room <= 0 {
        return new_set;
    }
    new_set + room.min(wanted(deployment) - new_set)
}

/// Whether the new set has taken over: it is as large as wanted, knows it, and all of its pods are available.
pub fn is_saturated(deployment: &Deployment, set: &ReplicaSet) -> bool {
    let wanted = wanted(deployment);
    annotations::desired(set) == Some(wanted) && replicas(set) == wanted && available(set) == wanted
}

/// This set's share of the replicas that a scaled Deployment gains or loses, within what is left to share out.
pub fn proportion(deployment: &Deployment, set: &ReplicaSet, to_add: i32, added: i32) -> i32 {
    if replicas(set) == 0 || to_add == 0 || to_add == added {
        return 0;
    }
    let left = to_add - added;
    let share = share(deployment, set);
    if to_add > 0 { share.min(left) } else { share.max(left) }
}

/// By how much the set grows if it keeps its part of the whole. The annotation says how large the whole was.
///
/// A set of 8 in a Deployment that went from 10 + 3 to 15 + 3 pods: round(8 * 18 / 13) - 8 = 3.
fn share(deployment: &Deployment, set: &ReplicaSet) -> i32 {
    let size = replicas(set);
    if wanted(deployment) == 0 {
        return -size;
    }
    let before = annotations::number(set, MAX_REPLICAS).filter(|before| *before != 0).or(deployment.status.replicas).unwrap_or(0);
    if before == 0 {
        return 0;
    }
    let after = wanted(deployment) + max_surge(deployment);
    let grown = f64::from(size.wrapping_mul(after)) / f64::from(before);
    grown.round() as i32 - size
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn deployment(replicas: i32, surge: Value, unavailable: Value) -> Deployment {
        serde_json::from_value(json!({"spec": {"replicas": replicas, "selector": {}, "template": {},
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": surge, "maxUnavailable": unavailable}}}}))
        .unwrap()
    }

    fn set(replicas: i32, max_replicas: Option<&str>) -> ReplicaSet {
        let annotations = max_replicas.map(|max| json!({MAX_REPLICAS: max}));
        serde_json::from_value(json!({"metadata": {"annotations": annotations}, "spec": {"replicas": replicas, "selector": {}}})).unwrap()
    }

    #[test]
    fn surge_rounds_up_and_unavailability_down() {
        let cases = [
            (10, json!("0%"), json!("0%"), 0, 1),
            (1, json!("0%"), json!("0%"), 0, 1),
            (1, json!("25%"), json!("25%"), 1, 0),
            (3, json!("25%"), json!("25%"), 1, 0),
            (4, json!("25%"), json!("25%"), 1, 1),
            (10, json!("39%"), json!("39%"), 4, 3),
            (10, json!("oops"), json!("39%"), 0, 3),
            (10, json!(3), json!(2), 3, 2),
            (2, json!(0), json!(5), 0, 2),
            (0, json!(1), json!(1), 1, 0),
            (4, json!("100%"), json!(0), 4, 0),
        ];
        for (replicas, surge, unavailable, max_surge_pods, max_unavailable_pods) in cases {
            let deployment = deployment(replicas, surge.clone(), unavailable.clone());
            let found = (max_surge(&deployment), max_unavailable(&deployment));
            assert_eq!(found, (max_surge_pods, max_unavailable_pods), "{replicas} with {surge} and {unavailable}");
        }
    }

    #[test]
    fn recreate_allows_neither() {
        let mut deployment = deployment(10, json!(3), json!(2));
        let spec = std::sync::Arc::make_mut(&mut deployment.spec);
        spec.strategy.as_mut().unwrap().type_ = Some("Recreate".to_owned());
        assert_eq!((max_surge(&deployment), max_unavailable(&deployment)), (0, 0));
        assert_eq!(new_set_size(&deployment, 5, 5), 10);
    }

    #[test]
    fn the_new_set_grows_within_the_surge_and_never_beyond_what_is_wanted() {
        // replicas, maxSurge, pods of all sets, pods of the new set, its next size
        let cases = [(1, 0, 10, 5, 5), (6, 2, 6, 0, 2), (6, 2, 8, 2, 2), (6, 2, 7, 5, 6), (10, 3, 10, 0, 3), (10, 5, 5, 5, 10), (3, 1, 4, 1, 1)];
        for (replicas, surge, all, new, next) in cases {
            assert_eq!(new_set_size(&deployment(replicas, json!(surge), json!(0)), all, new), next, "{replicas} + {surge}, {all} now");
        }
    }

    #[test]
    fn sets_keep_their_part_of_the_whole() {
        // size of the set, maxReplicas before, replicas now, maxSurge, share
        let cases = [(8, Some("13"), 15, 3, 3), (5, Some("13"), 15, 3, 2), (8, Some("13"), 6, 3, -2), (9, Some("10"), 0, 0, -9), (5, Some("0"), 10, 0, 0), (5, None, 10, 0, 0)];
        for (size, before, now, surge, expected) in cases {
            assert_eq!(share(&deployment(now, json!(surge), json!(1)), &set(size, before)), expected, "{size} of {before:?}, now {now}");
        }
        let deployment = deployment(15, json!(3), json!(2));
        assert_eq!(proportion(&deployment, &set(8, Some("13")), 5, 4), 1, "no more than is left");
        assert_eq!(proportion(&deployment, &set(0, Some("13")), 5, 0), 0, "an empty set stays empty");
    }
}
