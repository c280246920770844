//! A pod template as Kubernetes prints it to take its hash: every field of the Go structs, set or not, with its type.
//!
//! The hash names the ReplicaSets of a Deployment (`pod-template-hash`), so they are called here what they are called in a real
//! cluster.
//!
//! Models: k8s.io/utils/dump (ForHash) over PodTemplateSpec as controllers have it from their watches, v1.36.
//! Simplified: times and owners of fields in a template's metadata, which the API server would have to have put there, count as
//! missing.

mod structs;

use std::fmt::Write as _;

use k8s_openapi::api::core::v1::PodTemplateSpec;
use serde_json::Value;

use crate::quantity::InMemory;
use structs::{Field, STRUCTS};

/// The template as it is hashed.
pub(crate) fn dump(template: &PodTemplateSpec) -> String {
    let mut out = String::from("(v1.PodTemplateSpec)");
    let value = serde_json::to_value(template).expect("a template has only string keys");
    structure(&mut out, fields("v1.PodTemplateSpec").unwrap_or_default(), &value);
    out
}

fn fields(of: &str) -> Option<&'static [Field]> {
    let name = of.strip_prefix("v1.")?;
    STRUCTS.binary_search_by_key(&name, |(name, _)| name).ok().map(|at| STRUCTS[at].1)
}

fn structure(out: &mut String, fields: &[Field], value: &Value) {
    out.push('{');
    for (at, (name, json, of)) in fields.iter().enumerate() {
        if at > 0 {
            out.push(' ');
        }
        let inside = if json.is_empty() { value } else { &value[*json] };
        let _ = write!(out, "{name}:({of})");
        content(out, of, inside);
    }
    out.push('}');
}

/// What stands behind a type. Controllers read protobuf, in which an empty list is a missing one.
fn content(out: &mut String, of: &str, value: &Value) {
    if let Some(target) = of.strip_prefix('*') {
        return if value.is_null() { out.push_str("<nil>") } else { content(out, target, value) };
    }
    if let Some(item) = of.strip_prefix("[]") {
        let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
        return sequence(out, "[", items, |out, value| content(out, item, value));
    }
    let values = match of {
        "map[string]string" => "string",
        "v1.ResourceList" => "resource.Quantity",
        _ => return single(out, of, value),
    };
    let mut entries: Vec<_> = value.as_object().into_iter().flatten().collect();
    entries.sort_by_key(|(key, _)| *key);
    sequence(out, "map[", &entries, |out, (key, value)| {
        let _ = write!(out, "{key}:");
        content(out, values, value);
    });
}

fn sequence<T>(out: &mut String, begin: &str, items: &[T], mut each: impl FnMut(&mut String, &T)) {
    if items.is_empty() {
        return out.push_str("<nil>");
    }
    out.push_str(begin);
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push(' ');
        }
        each(out, item);
    }
    out.push(']');
}

fn single(out: &mut String, of: &str, value: &Value) {
    match of {
        "bool" => out.push_str(if value == &Value::Bool(true) { "true" } else { "false" }),
        "int32" | "int64" => {
            let _ = write!(out, "{}", value.as_i64().unwrap_or_default());
        }
        "v1.Time" => out.push_str("{Time:(time.Time){wall:(uint64)0 ext:(int64)0 loc:(*time.Location)<nil>}}"),
        "intstr.IntOrString" => {
            let (kind, text) = value.as_str().map_or((0, ""), |text| (1, text));
            let _ = write!(out, "{{Type:(intstr.Type){kind} IntVal:(int32){} StrVal:(string){text}}}", value.as_i64().unwrap_or_default());
        }
        "resource.Quantity" => quantity(out, value.as_str().unwrap_or("0")),
        _ => match fields(of) {
            Some(fields) => structure(out, fields, value),
            None => out.push_str(value.as_str().unwrap_or_default()),
        },
    }
}

fn quantity(out: &mut String, text: &str) {
    let InMemory { value, scale, large, text, format } = InMemory::of(text);
    let _ = write!(out, "{{i:(resource.int64Amount){{value:(int64){value} scale:(resource.Scale){scale}}} d:(resource.infDecAmount){{Dec:(*inf.Dec)");
    match large {
        None => out.push_str("<nil>"),
        Some(nanos) => {
            let words = [nanos.unsigned_abs() as u64, (nanos.unsigned_abs() >> 64) as u64];
            let used: Vec<String> = words.iter().take(if words[1] == 0 { 1 } else { 2 }).map(u64::to_string).collect();
            let _ = write!(out, "{{unscaled:(big.Int){{neg:(bool){} abs:(big.nat)[{}]}} scale:(inf.Scale)9}}", nanos < 0, used.join(" "));
        }
    }
    let _ = write!(out, "}} s:(string){text} Format:(resource.Format){format}}}");
}
