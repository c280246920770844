//! Names in other objects follow when an object is renamed: `configMapKeyRef`, `serviceAccountName`, `scaleTargetRef`, …
//!
//! Models: sigs.k8s.io/kustomize/api/{filters/nameref,internal/accumulator/namereferencetransformer.go}, as kubectl v1.36 uses them.
//! Simplified: nothing.

use podarium_api::yaml::document;
use serde_json::Value;

use super::configuration::Configuration;
use super::fields::{FieldSpec, Gvk, Make, visit};
use super::path::written;
use super::resource::Resource;
use crate::failure::{Outcome, fail};
use crate::unstructured::{items, text};

/// Lets all names follow.
pub(super) fn follow(configuration: &Configuration, resources: &mut [Resource]) -> Outcome<()> {
    for at in 0..resources.len() {
        let original = resources[at].original_id().gvk;
        for (target, from) in &configuration.references {
            for spec in from.iter().filter(|spec| original.is_selected_by(&spec.of)) {
                let referrer = Referrer { own: &resources[at], resources, target, path: &spec.path };
                let mut object = resources[at].object.clone();
                let anywhere = FieldSpec::new(Gvk::default(), &spec.path, false);
                let id = resources[at].id();
                if let Err(why) = visit(&mut object, &anywhere, Make::Nothing, &mut |value| referrer.set(value)) {
                    return fail(format!("updating name reference in '{}' field of '{id}': {why}", spec.path));
                }
                resources[at].object = object;
            }
        }
    }
    Ok(())
}

/// An object, and a place in it that may name one of a kind.
struct Referrer<'r> {
    own: &'r Resource,
    resources: &'r [Resource],
    target: &'r Gvk,
    path: &'r str,
}

impl Referrer<'_> {
    fn set(&self, value: &mut Value) -> Result<(), String> {
        match value {
            Value::Null => Ok(()),
            Value::Array(all) => all.iter_mut().try_for_each(|one| if one.is_array() { Ok(()) } else { self.set(one) }),
            Value::Object(_) => self.set_pair(value),
            scalar => {
                let candidates: Vec<&Resource> = self.candidates().collect();
                if let Some(found) = self.select(&written(scalar), candidates, false)? {
                    *scalar = found.name().into();
                }
                Ok(())
            }
        }
    }

    /// A map with a name, and perhaps a namespace, which follows too.
    fn set_pair(&self, value: &mut Value) -> Result<(), String> {
        let Some(old) = value.get("name").map(written) else { return Err("path config error; no 'name' field in node".to_owned()) };
        let all: Vec<&Resource> = self.candidates().collect();
        let candidates = match value.get("namespace").map(written) {
            None => all,
            Some(namespace) => {
                let before: Vec<&Resource> = all.iter().copied().filter(|one| one.original_id().effective_namespace() == namespace).collect();
                if before.is_empty() { all.into_iter().filter(|one| one.id().effective_namespace() == namespace).collect() } else { before }
            }
        };
        let Some(found) = self.select(&old, candidates, true)? else { return Ok(()) };
        value["name"] = found.name().into();
        if !found.namespace().is_empty() {
            value["namespace"] = found.namespace().into();
        }
        Ok(())
    }

    /// The objects that this one can refer to: those of its namespace, and those of none.
    fn candidates(&self) -> impl Iterator<Item = &Resource> {
        let own = self.own.id();
        let subjects: Vec<String> = match self.own.kind() {
            "RoleBinding" => items(&self.own.object, "/subjects").iter().filter(|one| text(one, "/kind") == "ServiceAccount").map(|one| text(one, "/namespace").to_owned()).filter(|namespace| !namespace.is_empty()).collect(),
            _ => Vec::new(),
        };
        self.resources.iter().filter(move |one| {
            let id = one.id();
            own.is_cluster_wide() || id.is_cluster_wide() || id.effective_namespace() == own.effective_namespace() || subjects.iter().any(|namespace| namespace == one.namespace())
        })
    }

    fn select<'c>(&self, old: &str, candidates: Vec<&'c Resource>, with_namespace: bool) -> Result<Option<&'c Resource>, String> {
        let own = self.own.id();
        let role = match self.path.ends_with("roleRef/name") {
            true => match (self.own.object.pointer("/roleRef/apiGroup"), self.own.object.pointer("/roleRef/kind")) {
                (Some(group), Some(kind)) => Gvk::new(&written(group), "", &written(kind)),
                _ => Gvk::default(),
            },
            false => Gvk::default(),
        };
        let mut left = candidates;
        left.retain(|one| {
            let before = |wanted: &Gvk| one.previous.iter().any(|id| id.gvk.is_selected_by(wanted));
            let id = one.id();
            let near = own.is_cluster_wide() || id.is_cluster_wide() || id.gvk.kind == "ServiceAccount" || id.effective_namespace() == own.effective_namespace();
            one.previous.iter().any(|id| id.name == old) && before(self.target) && (role == Gvk::default() || before(&role)) && near
        });
        if left.len() > 1 {
            left.retain(|one| self.shares_affixes(one, true));
        }
        if left.len() > 1 {
            left.retain(|one| self.shares_affixes(one, false));
        }
        let Some(first) = left.first() else { return Ok(None) };
        if left.iter().all(|one| one.name() == first.name() && (!with_namespace || one.namespace() == first.namespace())) {
            return Ok(Some(first));
        }
        let ids: Vec<String> = left.iter().map(|one| one.id().to_string()).collect();
        let mut details = format!("\n**** Too many possible referral targets to referrer:\n{}\n", document(&self.own.with_previous()));
        for (number, one) in left.iter().enumerate() {
            details.push_str(&format!("--- possible referral {number}:\n{}\n", document(&one.with_previous())));
        }
        Err(format!("found multiple possible referrals: {}\n{details}", ids.join(", ")))
    }

    /// Whether both were given the same prefixes and suffixes at the end.
    fn shares_affixes(&self, other: &Resource, empty_fits: bool) -> bool {
        let ends = |a: &[String], b: &[String]| {
            let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
            (empty_fits && short.is_empty()) || (!short.is_empty() || long.is_empty()) && long.ends_with(short)
        };
        ends(&self.own.prefixes, &other.prefixes) && ends(&self.own.suffixes, &other.suffixes)
    }
}
