//! Apply sets, which `KUBECTL_APPLYSET=true` opens: `kubectl apply --prune --applyset=secret/set`.
//!
//! A parent object (a Secret unless something else is named) says in its annotations which kinds and namespaces the set has
//! members in; its members carry a label with the identity of the set. So what is pruned is known exactly.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/apply/{applyset,applyset_pruner}.go, v1.36.
//! Simplified: kinds and namespaces are gone through in the order of their names.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::command::Applying;
use super::prune::delete;
use crate::base64;
use crate::builder::Info;
use crate::client::{Call, PatchType};
use crate::cmd::VERSION;
use crate::cmd::change::DryRun;
use crate::failure::{Failure, Outcome, all_of, caught, fail};
use crate::kubectl::Kubectl;
use crate::mapping::Mapping;
use crate::printers::json as json_printer;
use crate::unstructured::{annotation, items, name, set, strings, text};

pub(super) const GATE: &str = "KUBECTL_APPLYSET";

const TOOL: &str = "kubectl";
const TOOLING: &str = "applyset.kubernetes.io/tooling";
const NAMESPACES: &str = "applyset.kubernetes.io/additional-namespaces";
const KINDS: &str = "applyset.kubernetes.io/contains-group-kinds";
const RESOURCES: &str = "applyset.kubernetes.io/contains-group-resources";
const ID: &str = "applyset.kubernetes.io/id";
const PART_OF: &str = "applyset.kubernetes.io/part-of";
const PARENT_TYPE: &str = "applyset.kubernetes.io/is-parent-type";

/// Types by their group and kind, `Deployment.apps`.
type Kinds = BTreeMap<String, Mapping>;

pub(super) struct ApplySet {
    parent: Mapping,
    namespace: String,
    name: String,
    /// Where the set had members before this command.
    kinds: Kinds,
    namespaces: BTreeSet<String>,
    /// Where it has members afterwards.
    new_kinds: Kinds,
    new_namespaces: BTreeSet<String>,
}

fn group_kind(mapping: &Mapping) -> String {
    if mapping.group.is_empty() { mapping.kind.clone() } else { format!("{}.{}", mapping.kind, mapping.group) }
}

fn joined<'a>(words: impl Iterator<Item = &'a String>) -> String {
    words.map(String::as_str).collect::<Vec<_>>().join(",")
}

impl ApplySet {
    /// The set that `--applyset` names, if it does.
    pub(super) fn given(kubectl: &mut Kubectl<'_, '_>) -> Outcome<Option<Self>> {
        let given = kubectl.flags.text("applyset").to_owned();
        if given.is_empty() {
            return Ok(None);
        }
        let wrong = |why: String| fail(format!("invalid parent reference {given:?}: {why}"));
        let (resource, name) = given.split_once('/').unwrap_or(("secrets", &given));
        if name.is_empty() {
            return wrong("name cannot be blank".to_owned());
        }
        let Some(parent) = kubectl.lookup(|mapper| mapper.resource(resource).cloned())? else {
            let (resource, group) = resource.split_once('.').unwrap_or((resource, ""));
            return wrong(format!("no matches for {group}/, Resource={resource}"));
        };
        let connection = kubectl.connection()?;
        // The namespace of the kubeconfig does not count here.
        let namespace = if connection.enforce_namespace && parent.namespaced { connection.namespace } else { String::new() };
        let empty = (BTreeMap::new(), BTreeSet::new());
        let (kinds, namespaces) = empty.clone();
        let (new_kinds, new_namespaces) = empty;
        Ok(Some(ApplySet { parent, namespace, name: name.to_owned(), kinds, namespaces, new_kinds, new_namespaces }))
    }

    /// Whether the parent may be one.
    pub(super) fn validate(&self, kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
        let mut failures = Vec::new();
        if self.parent.namespaced && self.namespace.is_empty() {
            failures.push(Failure::Message("namespace is required to use namespace-scoped ApplySet".to_owned()));
        }
        if !self.is_builtin() {
            let path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
            let permitted = match caught(kubectl.send(&Call::get(path).query("labelSelector", PARENT_TYPE)))? {
                Ok(list) => items(&list, "/items").iter().any(|definition| name(definition) == self.parent.group_resource()),
                Err(failure) => {
                    failures.push(Failure::Message(format!("identifying allowed custom resource parent types: {failure}")));
                    false
                }
            };
            if !permitted {
                failures.push(Failure::Message(format!("resource {:?} is not permitted as an ApplySet parent", self.parent.go_string())));
            }
        }
        all_of(failures)
    }

    fn is_builtin(&self) -> bool {
        self.parent.group.is_empty() && matches!(self.parent.resource.as_str(), "secrets" | "configmaps")
    }

    /// The identity of the set: a hash of where its parent is.
    fn id(&self) -> String {
        let place = [&self.name, &self.namespace, &self.parent.kind, &self.parent.group].map(String::as_str).join(".");
        let hash = base64::encode(&Sha256::digest(place.as_bytes())).trim_end_matches('=').replace('+', "-").replace('/', "_");
        format!("applyset-{hash}-v1")
    }

    /// How messages name the parent: `secrets./set`.
    fn reference(&self) -> String {
        format!("{}.{}/{}", self.parent.resource, self.parent.group, self.name)
    }

    /// Makes the objects members.
    pub(super) fn label(&self, infos: &mut [Info]) -> Outcome<()> {
        for info in infos {
            let pointer = format!("/metadata/labels/{}", crate::unstructured::escape(PART_OF));
            if info.object.pointer(&pointer).is_some() {
                return fail(format!("ApplySet label {PART_OF:?} already set in input data"));
            }
            set(&mut info.object, &pointer, self.id().into());
        }
        Ok(())
    }

    /// Before the first object is applied the parent learns of all that will be there, so that nothing is lost if this breaks off.
    pub(super) fn begin(&mut self, kubectl: &mut Kubectl<'_, '_>, infos: &[Info], applying: &Applying) -> Outcome<()> {
        self.fetch(kubectl)?;
        for info in infos {
            self.new_kinds.insert(group_kind(&info.mapping), info.mapping.clone());
            if info.mapping.namespaced && !info.namespace.is_empty() {
                self.new_namespaces.insert(info.namespace.clone());
            }
        }
        let kinds: BTreeSet<String> = self.kinds.keys().chain(self.new_kinds.keys()).cloned().collect();
        let namespaces: BTreeSet<String> = self.namespaces.union(&self.new_namespaces).cloned().collect();
        self.update(kubectl, &joined(kinds.iter()), &namespaces, applying)
    }

    fn fetch(&mut self, kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
        let (reference, id) = (self.reference(), self.id());
        let parent = match caught(kubectl.get(&self.parent, &self.namespace, &self.name))? {
            Ok(parent) => parent,
            Err(failure) if failure.is_not_found() && self.is_builtin() => return Ok(()),
            Err(failure) if failure.is_not_found() => return fail("custom resource ApplySet parents cannot be created automatically"),
            Err(failure) => return fail(format!("failed to fetch ApplySet parent object {reference:?}: {failure}")),
        };
        let Some(tooling) = annotation(&parent, TOOLING) else {
            return fail(format!("ApplySet parent object {reference:?} already exists and is missing required annotation {TOOLING:?}"));
        };
        let tool = tooling.rsplit_once('/').map_or(tooling, |(tool, _)| tool);
        if tool != TOOL {
            return fail(format!("ApplySet parent object {reference:?} already exists and is managed by tooling {tool:?} instead of {TOOL:?}"));
        }
        match strings(&parent, "/metadata/labels").get(ID) {
            None => return fail(format!("ApplySet parent object {reference:?} exists and does not have required label {ID}")),
            Some(found) if *found != id => {
                return fail(format!("ApplySet parent object {reference:?} exists and has incorrect value for label {ID:?} (got: {found}, want: {id})"));
            }
            Some(_) => {}
        }
        self.kinds = match caught(kinds_of(kubectl, &parent))? {
            Ok(kinds) => kinds,
            Err(failure) => return fail(format!("parsing ApplySet annotation on {reference:?}: {failure}")),
        };
        let listed = annotation(&parent, NAMESPACES).unwrap_or_default();
        self.namespaces = listed.split(',').filter(|_| !listed.is_empty()).map(str::to_owned).collect();
        if self.parent.namespaced {
            self.namespaces.insert(self.namespace.clone());
        }
        Ok(())
    }

    /// Writes down in the parent where the set has members.
    fn update(&self, kubectl: &mut Kubectl<'_, '_>, kinds: &str, namespaces: &BTreeSet<String>, applying: &Applying) -> Outcome<()> {
        if applying.dry_run == DryRun::Client {
            return Ok(());
        }
        let namespaces = joined(namespaces.iter().filter(|namespace| **namespace != self.namespace));
        let mut parent = json!({
            "kind": self.parent.kind,
            "apiVersion": self.parent.api_version(),
            "metadata": {
                "name": self.name,
                "annotations": {TOOLING: format!("{TOOL}/{VERSION}"), KINDS: kinds, NAMESPACES: namespaces},
                "labels": {ID: self.id()},
            },
        });
        if !self.namespace.is_empty() {
            parent["metadata"]["namespace"] = self.namespace.clone().into();
        }
        let send = |kubectl: &mut Kubectl<'_, '_>, force: &str| {
            let mut call = Call::new("PATCH", self.parent.path(&self.namespace, &self.name))
                .raw_body(PatchType::Apply.content(), json_printer::compact(&parent).into_bytes())
                .query("fieldManager", format!("{TOOL}-applyset"))
                .query("fieldValidation", applying.validation)
                .query("force", force);
            if applying.dry_run == DryRun::Server {
                call = call.query("dryRun", "All");
            }
            caught(kubectl.send(&call))
        };
        let mut answer = send(kubectl, "false")?;
        if let Err(failure) = &answer
            && failure.is_conflict()
        {
            let why = format!(
                "WARNING: failed to update ApplySet: {failure}\nApplySet field manager {TOOL}-applyset should own these fields. Retrying with conflicts forced."
            );
            kubectl.log_warning("applyset.go:447", &why)?;
            answer = send(kubectl, "true")?;
        }
        match answer {
            Ok(_) => Ok(()),
            Err(failure) => fail(format!("failed to update ApplySet: {failure}")),
        }
    }

    /// Deletes the members that were not applied, and then the parent forgets where they were.
    pub(super) fn prune(&self, kubectl: &mut Kubectl<'_, '_>, applying: &Applying) -> Outcome<()> {
        let selector = format!("{PART_OF}={}", self.id());
        let mut members: Vec<(&Mapping, String, Value)> = Vec::new();
        for mapping in self.kinds.values() {
            let places = if mapping.namespaced { self.namespaces.iter().cloned().collect() } else { vec![String::new()] };
            for namespace in places {
                let list = match caught(kubectl.send(&Call::get(mapping.path(&namespace, "")).query("labelSelector", &selector)))? {
                    Ok(list) => list,
                    Err(failure) => return fail(format!("listing {}, Kind={} objects for pruning: {failure}", go_group_version(mapping), mapping.kind)),
                };
                let left = items(&list, "/items").iter().filter(|item| !applying.visited.contains(text(item, "/metadata/uid")));
                members.extend(left.map(|item| (mapping, namespace.clone(), item.clone())));
            }
        }
        kubectl.printed_yaml = false;
        for (mapping, namespace, object) in members {
            let place = if namespace.is_empty() { String::new() } else { format!("{namespace}/") };
            let what = format!("{} {place}{}", group_kind(mapping), name(&object));
            if let Err(failure) = caught(delete(kubectl, applying, mapping, &namespace, object))? {
                return fail(format!("pruning {what}: {failure}"));
            }
        }
        match caught(self.update(kubectl, &joined(self.new_kinds.keys()), &self.new_namespaces, applying))? {
            Ok(()) => Ok(()),
            Err(failure) => fail(format!("apply and prune succeeded, but ApplySet update failed: {failure}")),
        }
    }
}

/// `apps/v1`, and `/v1` for the core group.
fn go_group_version(mapping: &Mapping) -> String {
    format!("{}/{}", mapping.group, mapping.version)
}

/// The kinds that the annotations of a parent name.
fn kinds_of(kubectl: &mut Kubectl<'_, '_>, parent: &Value) -> Outcome<Kinds> {
    let mut kinds = Kinds::new();
    let Some(listed) = annotation(parent, KINDS) else {
        let older = annotation(parent, RESOURCES).unwrap_or_default();
        if older.is_empty() {
            return fail(format!("kubectl requires the {KINDS:?} annotation to be set on all ApplySet parent objects"));
        }
        for word in older.split(',') {
            let Some(mapping) = kubectl.lookup(|mapper| mapper.resource(word).cloned())? else {
                let (resource, group) = word.split_once('.').unwrap_or((word, ""));
                return fail(format!("invalid group resource in {RESOURCES:?} annotation: no matches for {group}/, Resource={resource}"));
            };
            kinds.insert(group_kind(&mapping), mapping);
        }
        return Ok(kinds);
    };
    for word in listed.split(',').filter(|_| !listed.is_empty()) {
        let (kind, group) = word.split_once('.').unwrap_or((word, ""));
        let Some(mapping) = kubectl.lookup(|mapper| mapper.kind(group, "", kind).cloned())? else {
            return fail(format!("could not find mapping for kind in {KINDS:?} annotation: no matches for kind {kind:?} in group {group:?}"));
        };
        kinds.insert(word.to_owned(), mapping);
    }
    Ok(kinds)
}
