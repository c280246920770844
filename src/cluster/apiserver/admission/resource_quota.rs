//! ResourceQuota: an object is let in only if what it uses fits into every quota of its namespace, and is charged there at
//! once, so that two requests cannot both take the last of something.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/admission/plugin/resourcequota/{admission,controller}.go, v1.36.
//! Simplified: no resource is limited without a quota, as with the plugin's default configuration; requests are answered
//! one at a time, so no update of a quota meets a conflict.

use std::sync::Arc;

use podarium_api::quantity::Quantity;
use podarium_api::resource::{self, ResourceList, raw_resource_list, resource_list};
use podarium_api::{Kind, Object, Resource as _, ResourceQuota, Status};

use super::name_of;
use crate::apiserver::{ApiServer, Call, Subresource};
use crate::quota;
use crate::store::Key;

impl ApiServer {
    /// Charges the namespace's quotas for a new object, or for what an update adds.
    pub(in crate::apiserver) fn charge_quotas(&mut self, object: &Object, old: Option<&Object>, subresource: Option<Subresource>, call: &Call) -> Result<(), Status> {
        let kind = object.kind();
        let namespace = object.meta().namespace.as_deref().unwrap_or_default();
        let is_resize = kind == Kind::Pod && subresource == Some(Subresource::Resize);
        if namespace.is_empty() || subresource.is_some() && !is_resize || !quota::is_counted(kind) || self.store.count(Kind::ResourceQuota) == 0 {
            return Ok(());
        }
        if old.is_some_and(|old| !is_resize && !counts_updates(object, old)) {
            return Ok(());
        }
        let now = self.epoch.timestamp(call.now).as_second();
        let quotas: Vec<Arc<ResourceQuota>> =
            self.store.list(Kind::ResourceQuota, Some(namespace)).filter_map(ResourceQuota::from_object).cloned().collect();
        let refuse = |why: String| Status::forbidden(kind, name_of(object.meta()), why);
        let mut charged = Vec::new();
        for limit in &quotas {
            if let Some(used) = charge(limit, object, old, now).map_err(refuse)? {
                charged.push((limit, used));
            }
        }
        if call.dry_run {
            return Ok(());
        }
        for (limit, used) in charged {
            let mut next = (**limit).clone();
            Arc::make_mut(&mut next.status).used = Some(raw_resource_list(&used));
            let key = Key::of_meta(&next.metadata);
            let (old, new) = (limit.clone().into_object(), Arc::new(next).into_object());
            let managed = self.managed_after_own_write(&old, &new, call);
            let own = call.own_write(managed);
            self.commit(Kind::ResourceQuota, key, Some(new), &own);
        }
        Ok(())
    }
}

/// Most objects are charged once and for all when they are made.
fn counts_updates(new: &Object, old: &Object) -> bool {
    match (new, old) {
        (Object::Pod(new), Object::Pod(old)) => {
            let ends = |seconds: Option<i64>| seconds.is_some_and(|seconds| seconds >= 0);
            ends(new.spec.active_deadline_seconds) != ends(old.spec.active_deadline_seconds)
        }
        (Object::Service(_), _) => true,
        (new, _) => new.kind().info().plural == "persistentvolumeclaims",
    }
}

/// The new usage of a quota that the object concerns, or the complaint.
fn charge(limit: &ResourceQuota, object: &Object, old: Option<&Object>, now: i64) -> Result<Option<ResourceList>, String> {
    let hard = resource_list(limit.status.hard.as_ref());
    let names = quota::matching(object.kind(), hard.keys());
    if names.is_empty() || !quota::in_scope(limit, object) {
        return Ok(None);
    }
    let name = limit.name();
    quota::constraints(object, &names).map_err(|why| format!("failed quota: {name}: {why}"))?;
    let used = resource_list(limit.status.used.as_ref());
    if names.iter().any(|resource| !used.contains_key(*resource)) {
        let mut names = names;
        names.sort_unstable();
        return Err(format!("status unknown for quota: {name}, resources: {}", names.join(",")));
    }
    let usage = quota::usage(object, now);
    let negative: Vec<&str> = usage.iter().filter(|(_, amount)| amount.sign() < 0).map(|(name, _)| name.as_str()).collect();
    if !negative.is_empty() {
        return Err(format!("quota usage is negative for resource(s): {}", negative.join(",")));
    }
    let mut added = usage;
    if let Some(old) = old.filter(|old| quota::in_scope(limit, old)) {
        for (name, before) in quota::usage(old, now) {
            if let Some(amount) = added.get_mut(&name) {
                *amount = if *amount > before { *amount - before } else { Quantity::ZERO };
            }
        }
    }
    added.retain(|name, amount| !amount.is_zero() && hard.contains_key(name));
    if added.is_empty() {
        return Ok(None);
    }
    let mut next = used.clone();
    resource::add(&mut next, &added);
    let exceeded: Vec<&String> = added.keys().filter(|name| next[*name] > hard[*name]).collect();
    if exceeded.is_empty() {
        return Ok(Some(next));
    }
    let shown = |list: &ResourceList| {
        let parts = exceeded.iter().map(|name| format!("{name}={}", list.get(*name).copied().unwrap_or_default()));
        parts.collect::<Vec<_>>().join(",")
    };
    Err(format!("exceeded quota: {name}, requested: {}, used: {}, limited: {}", shown(&added), shown(&used), shown(&hard)))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn charged(status: Value, object: &Object, old: Option<&Object>) -> Result<Option<Vec<String>>, String> {
        let limit: ResourceQuota = serde_json::from_value(json!({"metadata": {"name": "q"}, "status": status})).unwrap();
        let used = charge(&limit, object, old, 0)?;
        Ok(used.map(|used| used.iter().map(|(name, amount)| format!("{name}={amount}")).collect()))
    }

    fn pod(cpu: &str) -> Object {
        Kind::Pod.parse(json!({"spec": {"containers": [{"name": "a", "resources": {"requests": {"cpu": cpu}}}]}})).unwrap()
    }

    #[test]
    fn what_fits_is_charged_and_the_rest_is_refused() {
        let status = |used: Value| json!({"hard": {"requests.cpu": "1", "pods": "2"}, "used": used});
        assert_eq!(
            charged(status(json!({"requests.cpu": "300m", "pods": "1"})), &pod("700m"), None),
            Ok(Some(vec!["pods=2".to_owned(), "requests.cpu=1".to_owned()]))
        );
        assert_eq!(
            charged(status(json!({"requests.cpu": "600m", "pods": "2"})), &pod("600m"), None),
            Err("exceeded quota: q, requested: pods=1,requests.cpu=600m, used: pods=2,requests.cpu=600m, limited: pods=2,requests.cpu=1".to_owned())
        );
        assert_eq!(charged(status(json!({"pods": "0"})), &pod("1"), None), Err("status unknown for quota: q, resources: pods,requests.cpu".to_owned()));
        assert_eq!(charged(json!({}), &pod("100"), None), Ok(None), "a quota that has not been counted yet limits nothing");
    }

    #[test]
    fn an_update_is_charged_for_what_it_adds() {
        let service = |ports: Value| Kind::Service.parse(json!({"spec": {"type": "NodePort", "ports": ports}})).unwrap();
        let (one, three) = (service(json!([{"port": 1}])), service(json!([{"port": 1}, {"port": 2}, {"port": 3}])));
        let status = |hard: &str| json!({"hard": {"services.nodeports": hard, "services": "1"}, "used": {"services.nodeports": "1", "services": "1"}});
        assert_eq!(charged(status("3"), &three, Some(&one)), Ok(Some(vec!["services=1".to_owned(), "services.nodeports=3".to_owned()])));
        assert_eq!(charged(status("3"), &one, Some(&three)), Ok(None));
        let text = "exceeded quota: q, requested: services.nodeports=2, used: services.nodeports=1, limited: services.nodeports=2";
        assert_eq!(charged(status("2"), &three, Some(&one)), Err(text.to_owned()));
    }
}
