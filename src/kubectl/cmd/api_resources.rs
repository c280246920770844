//! `kubectl api-resources`, `kubectl api-versions`: what the server has.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/apiresources, v1.36.
//! Simplified: nothing.

use serde_json::{Value, json};

use super::change::CHUNK;
use crate::command::Command;
use crate::failure::{Outcome, fail, usage};
use crate::flags::{Flag, Takes};
use crate::kubectl::Kubectl;
use crate::mapping::Mapping;
use crate::printers::format;
use crate::printers::json::Order;
use crate::printers::tabwriter::TABLE;

pub const COMMAND: Command = Command::new("api-resources", &[OWN], run);
pub const VERSIONS: Command = Command::new("api-versions", &[CHUNK], versions);

const OWN: &[Flag] = &[
    Flag::text("api-group"),
    Flag::bool("cached"),
    Flag::new("categories", Takes::List, ""),
    Flag::new("namespaced", Takes::Bool, "true"),
    Flag::bool("no-headers"),
    Flag::text("output").short('o'),
    Flag::text("sort-by"),
    Flag::new("verbs", Takes::List, ""),
];

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let flags = kubectl.flags.clone();
    if !flags.args.is_empty() {
        return usage("kubectl api-resources", format!("unexpected arguments: [{}]", flags.args.join(" ")));
    }
    let (output, sort_by) = (flags.text("output"), flags.text("sort-by"));
    match output {
        "" | "wide" | "name" => {}
        "json" | "yaml" | "kyaml" => {}
        other => {
            return fail(format!("unable to match a printer suitable for the output format {other:?}, allowed formats are: json,kyaml,name,wide,yaml"));
        }
    }
    if !matches!(sort_by, "" | "name" | "kind") {
        return fail("--sort-by accepts only name or kind");
    }
    let mut mappings: Vec<Mapping> = if flags.bool("cached") { kubectl.mapper()? } else { kubectl.discover()? }.preferred();
    mappings.retain(|mapping| {
        (!flags.is_set("api-group") || mapping.group == flags.text("api-group"))
            && (!flags.is_set("namespaced") || mapping.namespaced == flags.bool("namespaced"))
            && flags.list("verbs").iter().all(|verb| mapping.verbs.contains(verb))
            && flags.list("categories").iter().all(|category| mapping.categories.contains(category))
    });
    match sort_by {
        "name" => mappings.sort_by(|a, b| a.resource.cmp(&b.resource)),
        "kind" => mappings.sort_by(|a, b| a.kind.cmp(&b.kind)),
        // Groups keep the order of the server.
        _ => mappings.sort_by_key(|mapping| (mapping.group.clone(), mapping.resource.clone())),
    }
    if output == "name" {
        let names: String = mappings.iter().map(|mapping| format!("{}\n", mapping.group_resource())).collect();
        return kubectl.print(&names);
    }
    if matches!(output, "json" | "yaml" | "kyaml") {
        let printer = format::printer(output, "", "", format::DOCUMENT, false)?.typed(Order::Listed(ORDER));
        return kubectl.print_object(&printer, &listed(&mappings));
    }
    let wide = output == "wide";
    let mut out = String::new();
    if !flags.bool("no-headers") {
        out.push_str("NAME\tSHORTNAMES\tAPIVERSION\tNAMESPACED\tKIND");
        out.push_str(if wide { "\tVERBS\tCATEGORIES\n" } else { "\n" });
    }
    for mapping in &mappings {
        let (short, version) = (mapping.short_names.join(","), mapping.api_version());
        out.push_str(&format!("{}\t{short}\t{version}\t{}\t{}", mapping.resource, mapping.namespaced, mapping.kind));
        if wide {
            out.push_str(&format!("\t{}\t{}", mapping.verbs.join(","), mapping.categories.join(",")));
        }
        out.push('\n');
    }
    kubectl.print(&TABLE.align(&out))
}

/// The order of fields in the list.
const ORDER: &[&str] = &["name", "singularName", "namespaced", "group", "version", "kind", "apiVersion", "groupVersion", "resources", "verbs", "shortNames", "categories"];

fn listed(mappings: &[Mapping]) -> Value {
    let one = |mapping: &Mapping| {
        let mut one = json!({
            "name": mapping.resource, "singularName": mapping.singular, "namespaced": mapping.namespaced, "version": mapping.version,
            "kind": mapping.kind, "verbs": mapping.verbs,
        });
        if !mapping.group.is_empty() {
            one["group"] = mapping.group.clone().into();
        }
        for (field, words) in [("shortNames", &mapping.short_names), ("categories", &mapping.categories)] {
            if !words.is_empty() {
                one[field] = json!(words);
            }
        }
        one
    };
    json!({"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": "", "resources": mappings.iter().map(one).collect::<Vec<_>>()})
}

fn versions(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    if !kubectl.flags.args.is_empty() {
        return usage("kubectl api-versions", format!("unexpected arguments: [{}]", kubectl.flags.args.join(" ")));
    }
    let mut versions: Vec<String> = kubectl.mapper()?.mappings.iter().map(Mapping::api_version).collect();
    versions.sort();
    versions.dedup();
    let lines: String = versions.iter().map(|version| format!("{version}\n")).collect();
    kubectl.print(&lines)
}
