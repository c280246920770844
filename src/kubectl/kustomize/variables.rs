//! `vars`: `$(NAME)` in some places of objects stands for a value of one of them.
//!
//! Models: sigs.k8s.io/kustomize/api/{filters/refvar,types/var.go,internal/accumulator/refvartransformer.go}, as kubectl v1.36 uses them.
//! Simplified: nothing.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::configuration::Configuration;
use super::fields::{Gvk, Make, visit};
use super::path::{lookup, split, written};
use super::resource::{Id, Resource, called};
use crate::failure::{Outcome, fail};
use crate::kubectl::Kubectl;
use crate::unstructured::text;

/// Variables by their names.
pub(super) type Variables = BTreeMap<String, Variable>;

#[derive(Clone, Debug)]
pub(super) struct Variable {
    of: Gvk,
    path: String,
}

fn referred(entry: &Value) -> Gvk {
    let mut of = Gvk::of_selector(&entry["objref"]);
    match text(entry, "/objref/apiVersion").split('/').collect::<Vec<_>>()[..] {
        [""] => {}
        [version] => of.version = version.to_owned(),
        [group, version] => (of.group, of.version) = (group.to_owned(), version.to_owned()),
        _ => {}
    }
    of
}

/// A variable as Go prints its fields.
fn shown(name: &str, of: &Gvk, path: &str) -> String {
    format!("{{{name} {of} {{{path}}}}}")
}

/// Takes the variables of a kustomization in, and marks the objects that they are taken from.
pub(super) fn take(entries: &[Value], variables: &mut Variables, resources: &mut [Resource]) -> Outcome<()> {
    let all = || entries.iter().map(|entry| shown(text(entry, "/name"), &Gvk::of_selector(&entry["objref"]), text(entry, "/fieldref/fieldPath"))).collect::<Vec<_>>().join(" ");
    for entry in entries {
        let wanted = Id { gvk: referred(entry), name: text(entry, "/objref/name").to_owned(), namespace: text(entry, "/objref/namespace").to_owned() };
        let anywhere = wanted.namespace.is_empty() && !wanted.is_cluster_wide();
        let found = called(resources, |id| if anywhere { id.name == wanted.name && id.gvk == wanted.gvk } else { id.equals(&wanted) });
        match found[..] {
            [] => {}
            [at] => resources[at].variables.push(text(entry, "/name").to_owned()),
            _ => {
                let variable = shown(text(entry, "/name"), &wanted.gvk, text(entry, "/fieldref/fieldPath"));
                return fail(format!("merging vars [{}]: found {} resId matches for var {variable} (unable to disambiguate)", all(), found.len()));
            }
        }
    }
    for entry in entries {
        let path = if text(entry, "/fieldref/fieldPath").is_empty() { "metadata.name" } else { text(entry, "/fieldref/fieldPath") };
        if let Err(why) = add(variables, text(entry, "/name"), Variable { of: referred(entry), path: path.to_owned() }) {
            return fail(format!("merging vars [{}]: {why}", all()));
        }
    }
    Ok(())
}

pub(super) fn add(variables: &mut Variables, name: &str, variable: Variable) -> Result<(), String> {
    match variables.insert(name.to_owned(), variable) {
        None => Ok(()),
        Some(_) => Err(format!("var '{name}' already encountered")),
    }
}

/// Puts the values in the places of the variables.
pub(super) fn resolve(kubectl: &mut Kubectl<'_, '_>, variables: &Variables, configuration: &Configuration, resources: &mut [Resource]) -> Outcome<()> {
    let mut values = BTreeMap::new();
    for (name, variable) in variables {
        let told = shown(name, &variable.of, &variable.path);
        let Some(from) = resources.iter().find(|one| one.variables.contains(name)) else {
            return fail(format!("var '{told}' cannot be mapped to a field in the set of known resources"));
        };
        // `ports[0]` is as good as `ports.0`.
        let path: Vec<String> = split(&variable.path).iter().flat_map(|part| with_index(part)).collect();
        match lookup(&from.object, &path) {
            Ok(Some(value)) => drop(values.insert(name.clone(), value.clone())),
            _ => return fail(format!("field specified in var '{told}' not found in corresponding resource")),
        }
    }
    let mut used = BTreeSet::new();
    for one in resources {
        for spec in configuration.list("varReference") {
            visit(&mut one.object, spec, Make::Nothing, &mut |place| {
                match place {
                    Value::Array(all) if all.iter().any(|one| !one.is_string()) => return Err("invalid value type expect a string".to_owned()),
                    Value::Array(all) => all.iter_mut().for_each(|text| expand(text, &values, &mut used)),
                    Value::Object(all) => all.values_mut().for_each(|text| expand(text, &values, &mut used)),
                    text => expand(text, &values, &mut used),
                }
                Ok(())
            })
            .or_else(fail)?;
        }
    }
    let unused: Vec<&str> = values.keys().filter(|name| !used.contains(*name)).map(String::as_str).collect();
    if unused.is_empty() { Ok(()) } else { kubectl.log_info(0, "log.go:244", &format!("well-defined vars that were never replaced: {}", unused.join(","))) }
}

fn with_index(part: &str) -> Vec<String> {
    match part.strip_suffix(']').and_then(|part| part.split_once('[')) {
        Some((name, index)) if !name.is_empty() && index.parse::<u32>().is_ok() => vec![name.to_owned(), index.to_owned()],
        _ => vec![part.to_owned()],
    }
}

/// A text that is one variable alone takes the type of its value. `$$` is a dollar.
fn expand(place: &mut Value, values: &BTreeMap<String, Value>, used: &mut BTreeSet<String>) {
    let Some(input) = place.as_str() else { return };
    let (mut out, mut rest) = (String::new(), input);
    while let Some(at) = rest.find('$').filter(|at| at + 1 < rest.len()) {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        if let Some(name) = after.strip_prefix('(').and_then(|inner| inner.split_once(')')).map(|(name, _)| name) {
            let value = values.get(name).filter(|value| !value.is_object() && !value.is_array());
            if let Some(value) = value {
                used.insert(name.to_owned());
                if input.len() == name.len() + 3 {
                    *place = value.clone();
                    return;
                }
                out.push_str(&written(value));
            } else {
                out.push_str(&format!("$({name})"));
            }
            rest = &after[name.len() + 2..];
        } else {
            let first = after.chars().next().expect("there is one more");
            out.push('$');
            if first != '$' {
                out.push(first);
            }
            rest = &after[first.len_utf8()..];
        }
    }
    out.push_str(rest);
    *place = out.into();
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn variables_stand_for_values() {
        let values = BTreeMap::from([("A".to_owned(), json!("x")), ("N".to_owned(), json!(80))]);
        for (text, expanded) in [("$(A):$(N)", json!("x:80")), ("$(N)", json!(80)), ("$$(A) $(B) $5 $", json!("$(A) $(B) $5 $")), ("$(A", json!("$(A"))] {
            let mut place = json!(text);
            expand(&mut place, &values, &mut BTreeSet::new());
            assert_eq!(place, expanded, "{text}");
        }
    }
}
