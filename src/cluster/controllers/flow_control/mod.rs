//! Priority and fairness, as far as its objects go: the server notes whether a flow schema's priority level is there, and makes
//! the objects again that must always be there.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/util/flowcontrol/apf_controller.go, pkg/registry/flowcontrol/rest, v1.36.
//! Simplified: requests are neither sorted nor queued by them; suggested objects that were changed are left so.

#[cfg(test)]
mod tests;

use std::time::Duration;

use podarium_api::{FlowSchema, Kind, Object, PriorityLevelConfiguration, Resource as _, flow_control};
use serde_json::json;

use super::{Controller, Enqueue, Stop, Sync};
use crate::apiserver::{Filter, Request};
use crate::client::{Caches, Change};
use crate::store::Key;

const MANAGER: &str = "api-priority-and-fairness-config-consumer-v1";
/// How often the server looks whether what must be is there.
const PERIOD: Duration = Duration::from_secs(60);
/// The key under which it looks; no object has a namespace here.
const MANDATORY: (&str, &str) = ("mandatory", "objects");

#[derive(Clone, Debug, Default)]
pub struct FlowControl;

impl Controller for FlowControl {
    const NAME: &'static str = "apf-controller";
    const WORKERS: usize = 1;

    fn watched() -> Vec<(Kind, Filter)> {
        [Kind::FlowSchema, Kind::PriorityLevelConfiguration].map(|kind| (kind, Filter::all())).to_vec()
    }

    fn on_change(&mut self, change: &Change, caches: &Caches, enqueue: &mut Enqueue<'_>) {
        match change.object() {
            Object::FlowSchema(_) if change.new.is_some() => enqueue.add(change.key.clone()),
            Object::PriorityLevelConfiguration(level) if change.old.is_none() || change.new.is_none() => {
                let of_level = |schema: &&std::sync::Arc<FlowSchema>| schema.spec.priority_level_configuration.name == level.name();
                for schema in caches.list::<FlowSchema>().filter(of_level) {
                    enqueue.add(Key::of_meta(&schema.metadata));
                }
            }
            _ => {}
        }
    }

    fn on_start(&mut self, enqueue: &mut Enqueue<'_>) {
        enqueue.add_after(Key::new(MANDATORY.0, MANDATORY.1), PERIOD);
    }

    fn sync(&self, ctx: &mut Sync<'_>, key: &Key) -> Result<(), Stop> {
        if (&*key.namespace, &*key.name) == MANDATORY {
            return keep_mandatory(ctx, key);
        }
        let Some(schema) = ctx.caches().get::<FlowSchema>(key).cloned() else { return Ok(()) };
        let level = &schema.spec.priority_level_configuration.name;
        let found = ctx.caches().get::<PriorityLevelConfiguration>(&Key::new("", level)).is_some();
        let (status, reason, end) = if found { ("False", "Found", "and it exists") } else { ("True", "NotFound", "but there is no such object") };
        let message = format!("This FlowSchema references the PriorityLevelConfiguration object named {level:?} {end}");
        let known = schema.status.conditions.iter().flatten().find(|condition| condition.type_.as_deref() == Some("Dangling"));
        let same = |known: &k8s_openapi::api::flowcontrol::v1::FlowSchemaCondition| {
            (known.status.as_deref(), known.reason.as_deref(), known.message.as_deref()) == (Some(status), Some(reason), Some(message.as_str()))
        };
        if known.is_some_and(same) {
            return Ok(());
        }
        let now = ctx.epoch().seconds(ctx.now());
        let condition = json!({"type": "Dangling", "status": status, "reason": reason, "message": message, "lastTransitionTime": now});
        let applied = json!({
            "apiVersion": "flowcontrol.apiserver.k8s.io/v1", "kind": "FlowSchema", "metadata": {"name": schema.name()}, "status": {"conditions": [condition]},
        });
        match ctx.send(Request::apply_status(Kind::FlowSchema, key, applied, MANAGER))? {
            Err(status) if !status.is_not_found() => Err(status.into()),
            _ => Ok(()),
        }
    }
}

/// Makes the two levels and the two schemas again without which no request has a place.
fn keep_mandatory(ctx: &mut Sync<'_>, key: &Key) -> Result<(), Stop> {
    let is = |name: Option<&str>| matches!(name, Some("exempt" | "catch-all"));
    for level in flow_control::priority_levels().into_iter().filter(|level| is(level.metadata.name.as_deref())) {
        if ctx.caches().get::<PriorityLevelConfiguration>(&Key::of_meta(&level.metadata)).is_none() {
            super::service_account::unless_there(ctx.create(level)?)?;
        }
    }
    for schema in flow_control::flow_schemas().into_iter().filter(|schema| is(schema.metadata.name.as_deref())) {
        if ctx.caches().get::<FlowSchema>(&Key::of_meta(&schema.metadata)).is_none() {
            super::service_account::unless_there(ctx.create(schema)?)?;
        }
    }
    ctx.requeue_after(key, PERIOD);
    Ok(())
}
