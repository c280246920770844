//! `generators`, `transformers` and `validators`: those that kustomize knows, with configurations of their own.
//!
//! Models: sigs.k8s.io/kustomize/api/internal/plugins/loader, as kubectl v1.36 uses it.
//! Simplified: plugins and functions that the flags allow are refused.

use serde_json::Value;

use super::build::Target;
use super::load::within;
use super::origin::Origin;
use super::resource::Resource;
use super::transform::Transformer;
use crate::failure::{Outcome, fail, not_simulated};
use crate::kubectl::Kubectl;
use crate::unstructured::text;

const GENERATORS: [(&str, &str); 2] = [("ConfigMapGenerator", "ConfigMap"), ("SecretGenerator", "Secret")];

/// Whether it comes with kustomize; all others are refused.
fn is_builtin(target: &Target, config: &Resource) -> Outcome<()> {
    match text(&config.object, "/apiVersion") {
        "builtin" => Ok(()),
        _ if target.allowed.plugins => not_simulated("plugins of kustomize"),
        _ => fail(format!("external plugins disabled; unable to load external plugin '{}'", config.kind())),
    }
}

pub(super) fn transformers(kubectl: &mut Kubectl<'_, '_>, target: &Target, field: &str) -> Outcome<Vec<(Transformer, Option<Origin>)>> {
    let mut all = Vec::new();
    for config in target.configurations(kubectl, field)? {
        is_builtin(target, &config)?;
        let id = config.id();
        if GENERATORS.iter().any(|(kind, _)| *kind == config.kind()) {
            return fail(format!("plugin {id} not a transformer"));
        }
        let made = within(Transformer::of(kubectl, &target.loader, config.kind(), &config.object), |why| format!("plugin {id} fails configuration: {why}"))?;
        match made {
            Some(transformer) => all.push((transformer, Origin::plugin(&config))),
            None => return fail(format!("unable to load builtin {}", id.gvk)),
        }
    }
    Ok(all)
}

/// What generators are given, with the kind of the object that each makes.
pub(super) fn generators(kubectl: &mut Kubectl<'_, '_>, target: &Target) -> Outcome<Vec<(&'static str, Value, Option<Origin>)>> {
    let told = |why: &str| format!("loading generator plugins: {why}");
    let failed = |why: &str| told(&format!("failed to load generator: {why}"));
    let mut all = Vec::new();
    for config in within(target.configurations(kubectl, "/generators"), told)? {
        within(is_builtin(target, &config), failed)?;
        let id = config.id();
        let Some((_, kind)) = GENERATORS.iter().find(|(kind, _)| *kind == config.kind()) else {
            let known = within(Transformer::of(kubectl, &target.loader, config.kind(), &config.object), |why| failed(&format!("plugin {id} fails configuration: {why}")))?;
            return fail(failed(&if known.is_some() { format!("plugin {id} not a generator") } else { format!("unable to load builtin {}", id.gvk) }));
        };
        let mut entry = config.object.clone();
        // The name of the configuration is that of the object.
        for field in ["name", "namespace"] {
            if let (None, Some(value)) = (entry.get(field), config.object["metadata"].get(field)) {
                entry[field] = value.clone();
            }
        }
        all.push((*kind, entry, Origin::plugin(&config)));
    }
    Ok(all)
}
