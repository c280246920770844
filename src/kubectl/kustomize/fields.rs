//! Field specs: places in objects of some kinds, as `spec/template/metadata/labels`. A list on the way means each of its elements.
//!
//! Models: sigs.k8s.io/kustomize/api/{filters/fieldspec,types/fieldspec.go}, sigs.k8s.io/kustomize/kyaml/resid/gvk.go, as kubectl v1.36 uses them.
//! Simplified: nothing.

use std::fmt;

use serde_json::{Map, Value};

use super::sort::place_of;
use crate::unstructured::{flag, text};

/// Group, version and kind; as a selector, what is empty is any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Gvk {
    pub group: String,
    pub version: String,
    pub kind: String,
}

impl Gvk {
    pub fn new(group: &str, version: &str, kind: &str) -> Self {
        Gvk { group: group.to_owned(), version: version.to_owned(), kind: kind.to_owned() }
    }

    pub fn of(object: &Value) -> Self {
        let version = text(object, "/apiVersion");
        let (group, version) = version.split_once('/').unwrap_or(("", version));
        Gvk::new(group, version, text(object, "/kind"))
    }

    /// Of fields `group`, `version` and `kind`.
    pub fn of_selector(selector: &Value) -> Self {
        Gvk::new(text(selector, "/group"), text(selector, "/version"), text(selector, "/kind"))
    }

    pub fn is_selected_by(&self, selector: &Gvk) -> bool {
        [(&self.group, &selector.group), (&self.version, &selector.version), (&self.kind, &selector.kind)].iter().all(|(own, wanted)| wanted.is_empty() || own == wanted)
    }

    /// `apps_v1_Deployment`.
    pub fn key(&self) -> String {
        let or = |text: &str, none: &str| if text.is_empty() { none.to_owned() } else { text.to_owned() };
        format!("{}_{}_{}", or(&self.group, "~G"), or(&self.version, "~V"), or(&self.kind, "~K"))
    }
}

/// `Deployment.v1.apps`.
impl fmt::Display for Gvk {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |text: &str, none: &str| if text.is_empty() { none.to_owned() } else { text.to_owned() };
        write!(out, "{}.{}.{}", part(&self.kind, "[noKind]"), part(&self.version, "[noVer]"), part(&self.group, "[noGrp]"))
    }
}

/// A place in objects of a kind; it is made where it is missing, if `create`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FieldSpec {
    pub of: Gvk,
    pub path: String,
    pub create: bool,
}

impl FieldSpec {
    pub fn new(of: Gvk, path: &str, create: bool) -> Self {
        FieldSpec { of, path: path.to_owned(), create }
    }

    /// A list of them in a file.
    pub fn list(value: &Value) -> Vec<Self> {
        value.as_array().into_iter().flatten().map(|spec| FieldSpec::new(Gvk::of_selector(spec), text(spec, "/path"), flag(spec, "/create"))).collect()
    }
}

/// Adds what is not there yet.
pub(super) fn merge(list: &mut Vec<FieldSpec>, more: &[FieldSpec]) -> Result<(), String> {
    for spec in more {
        match list.iter().find(|known| known.of.is_selected_by(&spec.of) && known.path == spec.path) {
            Some(known) if known.create != spec.create => return Err("conflicting fieldspecs".to_owned()),
            Some(_) => {}
            None => list.push(spec.clone()),
        }
    }
    Ok(())
}

pub(super) fn sort(list: &mut [FieldSpec]) {
    list.sort_by_cached_key(|spec| (place_of(&spec.of.kind), spec.of.key()));
}

/// What is made at the end of a path that is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Make {
    Nothing,
    Text,
    Pairs,
}

type Change<'c> = &'c mut dyn FnMut(&mut Value) -> Result<(), String>;

/// Calls `change` at each place of a spec that is there, or is made.
pub(super) fn visit(object: &mut Value, spec: &FieldSpec, make: Make, change: Change<'_>) -> Result<(), String> {
    if !Gvk::of(object).is_selected_by(&spec.of) {
        return Ok(());
    }
    let make = if spec.create { make } else { Make::Nothing };
    let id = super::resource::Id::of(object);
    walk(object, &split(&spec.path, '/'), make, change).map_err(|why| format!("considering field '{}' of object {id}: {why}", spec.path))
}

fn walk(value: &mut Value, path: &[String], make: Make, change: Change<'_>) -> Result<(), String> {
    let Some((first, rest)) = path.split_first() else { return change(value) };
    match value {
        Value::Null => Ok(()),
        Value::Array(all) => {
            for one in all {
                walk(one, path, make, change).map_err(|why| format!("visit traversal on path: [{}]: {why}", path.join(" ")))?;
            }
            Ok(())
        }
        Value::Object(fields) => {
            let (name, listed) = first.strip_suffix("[]").map_or((first.as_str(), false), |name| (name, true));
            if name.is_empty() {
                return Err("cannot set or create an empty field name".to_owned());
            }
            let makes = make != Make::Nothing && !listed;
            let missing = fields.get(name).is_none_or(Value::is_null);
            if missing && makes {
                let made = if rest.is_empty() && make == Make::Text { Value::from("") } else { Value::Object(Map::new()) };
                fields.insert(name.to_owned(), made);
            }
            fields.get_mut(name).map_or(Ok(()), |field| walk(field, rest, make, change))
        }
        _ => Err("expected sequence or mapping node".to_owned()),
    }
}

/// Adds pairs to the maps at some places.
pub(super) fn add_pairs(object: &mut Value, specs: &[FieldSpec], pairs: &[(String, String)]) -> Result<(), String> {
    for (key, value) in pairs {
        for spec in specs {
            visit(object, spec, Make::Pairs, &mut |map| {
                if map.is_null() {
                    *map = Value::Object(Map::new());
                }
                match map.as_object_mut() {
                    Some(map) => {
                        map.insert(key.clone(), value.as_str().into());
                        Ok(())
                    }
                    None => Err(super::path::wrong_kind("MappingNode", map)),
                }
            })?;
        }
    }
    Ok(())
}

/// The parts of a path; a delimiter behind a backslash is none.
pub(super) fn split(path: &str, delimiter: char) -> Vec<String> {
    let path = path.strip_prefix(delimiter).unwrap_or(path);
    let mut parts: Vec<String> = Vec::new();
    for part in path.split(delimiter) {
        match parts.last_mut().filter(|last| last.ends_with('\\')) {
            Some(last) => {
                last.pop();
                last.push(delimiter);
                last.push_str(part);
            }
            None => parts.push(part.to_owned()),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_delimiter_behind_a_backslash_is_part_of_a_name() {
        assert_eq!(split("metadata/annotations/example.com\\/a", '/'), ["metadata", "annotations", "example.com/a"]);
        assert_eq!(split("/a/b", '/'), ["a", "b"]);
    }

    #[test]
    fn places_are_made_where_that_is_wanted() {
        let add = |object: &Value, path: &str, create: bool| {
            let mut object = object.clone();
            add_pairs(&mut object, &[FieldSpec::new(Gvk::default(), path, create)], &[("a".to_owned(), "b".to_owned())]).map(|()| object)
        };
        let object = json!({"kind": "X", "metadata": {"name": "x"}, "list": [{"m": {}}, {}], "n": 1});
        assert_eq!(add(&object, "spec/labels", false), Ok(object.clone()));
        assert_eq!(add(&object, "spec/labels", true).unwrap()["spec"], json!({"labels": {"a": "b"}}));
        assert_eq!(add(&object, "list/m", false).unwrap()["list"], json!([{"m": {"a": "b"}}, {}]));
        assert_eq!(add(&object, "none[]/m", true), Ok(object.clone()));
        assert_eq!(add(&object, "n/m", true).unwrap_err(), "considering field 'n/m' of object X.[noVer].[noGrp]/x.[noNs]: expected sequence or mapping node");
    }
}
