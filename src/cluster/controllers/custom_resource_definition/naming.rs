//! Names of new kinds: a name is accepted if no other kind of the group has it.
//!
//! Models: staging/src/k8s.io/apiextensions-apiserver/pkg/controller/status/naming_controller.go, v1.36.
//! Simplified: nothing.

use std::collections::BTreeSet;
use std::sync::Arc;

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{
    CustomResourceDefinitionCondition as Condition, CustomResourceDefinitionNames as Names,
};
use podarium_api::{CustomResourceDefinition, Kind};

use super::write_status;
use crate::apiserver::{Filter, set_definition_condition};
use crate::client::{Caches, Change};
use crate::controllers::{Controller, Enqueue, Stop, Sync};
use crate::store::Key;

#[derive(Clone, Debug)]
pub struct Naming;

impl Controller for Naming {
    const NAME: &'static str = "crd-naming-condition-controller";
    const WORKERS: usize = 1;

    fn watched() -> Vec<(Kind, Filter)> {
        vec![(Kind::CustomResourceDefinition, Filter::all())]
    }

    fn on_change(&mut self, change: &Change, caches: &Caches, enqueue: &mut Enqueue<'_>) {
        if change.kind != Kind::CustomResourceDefinition {
            return;
        }
        if change.new.is_some() {
            return enqueue.add(change.key.clone());
        }
        // It has freed its names, for which another may have waited.
        let group = change.key.name.split_once('.').map_or("", |(_, group)| group);
        for other in caches.list::<CustomResourceDefinition>().filter(|other| other.spec.group == group) {
            enqueue.add(Key::of_meta(&other.metadata));
        }
    }

    fn sync(&self, ctx: &mut Sync<'_>, key: &Key) -> Result<(), Stop> {
        let Some(definition) = ctx.caches().get::<CustomResourceDefinition>(key) else { return Ok(()) };
        let accepted = definition.status.accepted_names.clone().unwrap_or_default();
        if definition.spec.names == accepted {
            return Ok(());
        }
        let (names, mut condition) = judge(definition, &accepted, ctx.caches());
        let known = definition.status.conditions.iter().flatten().find(|known| known.type_ == condition.type_);
        let same = known.is_some_and(|known| (&known.status, &known.reason, &known.message) == (&condition.status, &condition.reason, &condition.message));
        if names == accepted && same {
            return Ok(());
        }
        let now = ctx.epoch().seconds(ctx.now());
        condition.last_transition_time = Some(now.clone());
        let good = condition.status == "True";
        let mut next = (**definition).clone();
        Arc::make_mut(&mut next.status).accepted_names = Some(names);
        set_definition_condition(&mut next, condition);
        let established = next.status.conditions.iter().flatten().find(|known| known.type_ == "Established").cloned();
        let (reason, message) = if good { ("Installing", "the initial names have been accepted") } else { ("NotAccepted", "not all names are accepted") };
        let installing = Condition {
            type_: "Established".to_owned(),
            status: "False".to_owned(),
            reason: Some(reason.to_owned()),
            message: Some(message.to_owned()),
            last_transition_time: Some(now),
            ..Condition::default()
        };
        let kept = established.filter(|known| known.status == "True" || !good);
        set_definition_condition(&mut next, kept.unwrap_or(installing));
        write_status(ctx, next)?;
        // Names may have become free for others of the group.
        for other in ctx.caches().list::<CustomResourceDefinition>() {
            let other_key = Key::of_meta(&other.metadata);
            if other.spec.group == definition.spec.group && other_key != *key {
                ctx.requeue_after(&other_key, std::time::Duration::ZERO);
            }
        }
        Ok(())
    }
}

/// The names that it may have now, and the condition that says whether these are all.
fn judge(definition: &CustomResourceDefinition, accepted: &Names, caches: &Caches) -> (Names, Condition) {
    let (mut resources, mut kinds) = (BTreeSet::new(), BTreeSet::new());
    let group = caches.list::<CustomResourceDefinition>().filter(|other| other.spec.group == definition.spec.group);
    for names in group.filter_map(|other| other.status.accepted_names.as_ref()) {
        resources.extend([names.plural.clone(), names.singular.clone().unwrap_or_default()]);
        resources.extend(names.short_names.iter().flatten().cloned());
        kinds.extend([names.kind.clone(), names.list_kind.clone().unwrap_or_default()]);
    }
    let wanted = &definition.spec.names;
    let mut names = accepted.clone();
    let mut conflict: Option<(&str, String)> = None;
    let used = |wanted: &str, own: &str, all: &BTreeSet<String>| (wanted != own && all.contains(wanted)).then(|| format!("{wanted:?} is already in use"));
    let text = |name: &Option<String>| name.clone().unwrap_or_default();
    match used(&wanted.plural, &accepted.plural, &resources) {
        Some(why) => conflict = Some(("PluralConflict", why)),
        None => names.plural.clone_from(&wanted.plural),
    }
    match used(&text(&wanted.singular), &text(&accepted.singular), &resources) {
        Some(why) => conflict = Some(("SingularConflict", why)),
        None => names.singular.clone_from(&wanted.singular),
    }
    let own: Vec<&String> = accepted.short_names.iter().flatten().collect();
    let new = wanted.short_names.iter().flatten().filter(|name| !own.contains(name));
    let taken: Vec<String> = new.filter_map(|name| used(name, "", &resources)).collect();
    match taken.as_slice() {
        [] => names.short_names.clone_from(&wanted.short_names),
        [one] => conflict = Some(("ShortNamesConflict", one.clone())),
        several => conflict = Some(("ShortNamesConflict", format!("[{}]", several.join(", ")))),
    }
    match used(&wanted.kind, &accepted.kind, &kinds) {
        Some(why) => conflict = Some(("KindConflict", why)),
        None => names.kind.clone_from(&wanted.kind),
    }
    match used(&text(&wanted.list_kind), &text(&accepted.list_kind), &kinds) {
        Some(why) => conflict = Some(("ListKindConflict", why)),
        None => names.list_kind.clone_from(&wanted.list_kind),
    }
    names.categories.clone_from(&wanted.categories);
    let good = conflict.is_none();
    let (reason, message) = conflict.unwrap_or(("NoConflicts", "no conflicts found".to_owned()));
    let condition = Condition {
        type_: "NamesAccepted".to_owned(),
        status: if good { "True" } else { "False" }.to_owned(),
        reason: Some(reason.to_owned()),
        message: Some(message),
        ..Condition::default()
    };
    (names, condition)
}
