//! How many pods there should be: the replicas of everything that controls one of them.
//!
//! Models: pkg/controller/disruption/disruption.go (getExpectedPodCount, getExpectedScale, finders), v1.36.
//! Simplified: what is neither a ReplicaSet nor a Deployment is asked for its scale at the server, not in a cache.

use std::collections::BTreeMap;
use std::sync::Arc;

use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use podarium_api::owner::controller_of;
use podarium_api::{Deployment, Kind, ObjectMeta, OwnerReference, Pod, PodDisruptionBudget, ReplicaSet, Resource as _};

use super::super::{Stop, Sync};
use crate::apiserver::{Body, Reply, Request, Subresource};
use crate::store::Key;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Expected {
    pub count: i32,
    pub desired_healthy: i32,
    /// Whether some pod has no controller.
    pub unmanaged: bool,
}

/// A share of a count, rounded up.
fn scaled(amount: &IntOrString, of: i32) -> Result<i32, String> {
    match amount {
        IntOrString::Int(number) => Ok(*number),
        IntOrString::String(text) => {
            let percent: i64 = text.strip_suffix('%').and_then(|text| text.parse().ok()).ok_or("invalid value for IntOrString: invalid type: string is not a percentage")?;
            Ok(i32::try_from((percent * i64::from(of) + 99).div_euclid(100)).unwrap_or(i32::MAX))
        }
    }
}

pub(super) fn expected(ctx: &mut Sync<'_>, budget: &PodDisruptionBudget, pods: &[Arc<Pod>]) -> Result<Result<Expected, String>, Stop> {
    let spec = &budget.spec;
    let count = || i32::try_from(pods.len()).unwrap_or(i32::MAX);
    let amount = match (&spec.max_unavailable, &spec.min_available) {
        (None, None) => return Ok(Ok(Expected::default())),
        // A plain number of pods needs no controllers.
        (None, Some(IntOrString::Int(number))) => return Ok(Ok(Expected { count: count(), desired_healthy: *number, unmanaged: false })),
        (Some(amount), _) | (None, Some(amount)) => amount,
    };
    let (count, unmanaged) = match replicas(ctx, pods)? {
        Ok(found) => found,
        Err(why) => return Ok(Err(why)),
    };
    Ok(scaled(amount, count).map(|number| {
        let desired_healthy = if spec.max_unavailable.is_some() { (count - number).max(0) } else { number };
        Expected { count, desired_healthy, unmanaged }
    }))
}

/// The replicas of all controllers, and whether some pod has none.
fn replicas(ctx: &mut Sync<'_>, pods: &[Arc<Pod>]) -> Result<Result<(i32, bool), String>, Stop> {
    let mut scales: BTreeMap<String, i32> = BTreeMap::new();
    let mut unmanaged = false;
    for pod in pods {
        let Some(owner) = controller_of(&pod.metadata) else {
            unmanaged = true;
            continue;
        };
        if scales.contains_key(&owner.uid) {
            continue;
        }
        match scale_of(ctx, owner, pod.namespace())? {
            Ok(Some((uid, replicas))) => {
                scales.insert(uid, replicas);
            }
            Ok(None) => return Ok(Err(format!("found no controllers for pod {:?}", pod.name()))),
            Err(why) => return Ok(Err(why)),
        }
    }
    Ok(Ok((scales.values().sum(), unmanaged)))
}

type Scale = Option<(String, i32)>;

fn scale_of(ctx: &mut Sync<'_>, owner: &OwnerReference, namespace: &str) -> Result<Result<Scale, String>, Stop> {
    if owner.kind == "ReplicaSet" && matches!(owner.api_version.split('/').next(), Some("apps" | "extensions")) {
        let caches = ctx.caches();
        let key = Key::new(namespace, &owner.name);
        if let Some(set) = caches.get::<ReplicaSet>(&key).filter(|set| set.uid() == owner.uid) {
            if let Some(found) = deployment_of(ctx, &set.metadata, namespace) {
                return Ok(Ok(Some(found)));
            }
            if controller_of(&set.metadata).is_none_or(|owner| owner.kind != "Deployment") {
                return Ok(Ok(Some((set.uid().to_owned(), set.spec.replicas.unwrap_or(1)))));
            }
        }
    }
    at_the_server(ctx, owner, namespace)
}

fn deployment_of(ctx: &Sync<'_>, set: &ObjectMeta, namespace: &str) -> Scale {
    let owner = controller_of(set).filter(|owner| owner.kind == "Deployment")?;
    let deployment = ctx.caches().get::<Deployment>(&Key::new(namespace, &owner.name)).filter(|deployment| deployment.uid() == owner.uid)?;
    Some((deployment.uid().to_owned(), deployment.spec.replicas.unwrap_or(1)))
}

fn at_the_server(ctx: &mut Sync<'_>, owner: &OwnerReference, namespace: &str) -> Result<Result<Scale, String>, Stop> {
    let (group, version) = owner.api_version.split_once('/').unwrap_or(("", &owner.api_version));
    let Some(kind) = Kind::ALL.iter().copied().find(|kind| kind.info().kind == owner.kind && kind.info().group == group) else {
        return Ok(Err(format!("no matches for kind {:?} in version {:?}", owner.kind, owner.api_version)));
    };
    if kind.info().version != version {
        return Ok(Err(format!("no matches for kind {:?} in version {:?}", owner.kind, owner.api_version)));
    }
    let key = Key::new(namespace, &owner.name);
    let request = Request::get(kind, &key).with_subresource(Subresource::Scale, Body::None);
    match ctx.send(request)? {
        Ok(Reply::Value(scale)) => {
            let uid = scale.pointer("/metadata/uid").and_then(|uid| uid.as_str()).unwrap_or_default();
            let replicas = scale.pointer("/spec/replicas").and_then(serde_json::Value::as_i64).unwrap_or(0);
            let found = (uid.to_owned(), i32::try_from(replicas).unwrap_or(i32::MAX));
            Ok(Ok((uid == owner.uid).then_some(found)))
        }
        Ok(_) => Ok(Ok(None)),
        // Either the owner is gone, or it is of a kind that has no scale.
        Err(status) if status.is_not_found() => {
            let gone = status.as_meta().details.as_ref().is_some_and(|details| details.name.is_some());
            if gone { Ok(Ok(None)) } else { Ok(Err(format!("{} does not implement the scale subresource", kind.info().group_resource()))) }
        }
        Err(status) => Ok(Err(status.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_rounded_up() {
        let cases = [("50%", 3, 2), ("50%", 4, 2), ("34%", 3, 2), ("0%", 7, 0), ("100%", 7, 7), ("1%", 7, 1), ("30%", 10, 3)];
        for (share, of, expected) in cases {
            assert_eq!(scaled(&IntOrString::String(share.to_owned()), of), Ok(expected), "{share} of {of}");
        }
        assert_eq!(scaled(&IntOrString::Int(4), 3), Ok(4));
    }
}
