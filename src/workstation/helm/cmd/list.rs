//! `helm list`.

use podarium_api::yaml;
use podarium_kubectl::failure::{Outcome, fail};
use podarium_kubectl::flags::{Flag, Takes};
use serde_json::{Value, json};

use super::super::command::Helm;
use super::super::release::Release;
use super::super::time;

pub(super) const FLAGS: &[Flag] = &[
    Flag::bool("all").short('a'),
    Flag::bool("all-namespaces").short('A'),
    Flag::bool("date").short('d'),
    Flag::bool("reverse").short('r'),
    Flag::bool("short").short('q'),
    Flag::bool("deployed"),
    Flag::bool("failed"),
    Flag::bool("pending"),
    Flag::bool("superseded"),
    Flag::bool("uninstalled"),
    Flag::bool("uninstalling"),
    Flag::bool("no-headers"),
    Flag::new("filter", Takes::Text, "").short('f'),
    Flag::new("max", Takes::Int, "256").short('m'),
    Flag::new("offset", Takes::Int, "0"),
    Flag::text("selector").short('l'),
    Flag::text("time-format"),
];

pub(super) fn run(helm: &mut Helm<'_, '_>) -> Outcome<()> {
    let namespace = if helm.flags().bool("all-namespaces") { String::new() } else { helm.namespace()? };
    let selector = helm.flags().text("selector").to_owned();
    let selector = if selector.is_empty() { "owner=helm".to_owned() } else { format!("owner=helm,{selector}") };
    let all = helm.releases(&namespace, &selector)?;
    // Of each release the last revision counts.
    let mut last: Vec<Release> = Vec::new();
    for release in all {
        match last.iter_mut().find(|known| known.name() == release.name() && known.namespace() == release.namespace()) {
            Some(known) if known.version() < release.version() => *known = release,
            Some(_) => {}
            None => last.push(release),
        }
    }
    let flags = helm.flags().clone();
    let states = ["deployed", "failed", "pending", "superseded", "uninstalled", "uninstalling"];
    let asked: Vec<&str> = states.into_iter().filter(|state| flags.bool(state)).collect();
    last.retain(|release| match (flags.bool("all") || asked.is_empty(), release.status()) {
        (true, _) => true,
        (false, status) => asked.iter().any(|state| status.starts_with(state)),
    });
    let filter = flags.text("filter");
    if !filter.is_empty() {
        let Ok(pattern) = regex::Regex::new(filter) else { return fail(format!("error parsing regexp: {filter}")) };
        last.retain(|release| pattern.is_match(release.name()));
    }
    last.sort_by_key(|release| match flags.bool("date") {
        true => (release.info("last_deployed").to_owned(), release.name().to_owned()),
        false => (release.name().to_owned(), release.namespace().to_owned()),
    });
    if flags.bool("reverse") {
        last.reverse();
    }
    let (skip, most) = (usize::try_from(flags.int("offset")).unwrap_or(0), usize::try_from(flags.int("max")).unwrap_or(256));
    let last: Vec<Release> = last.into_iter().skip(skip).take(if most == 0 { usize::MAX } else { most }).collect();
    if flags.bool("short") {
        let names: String = last.iter().map(|release| format!("{}\n", release.name())).collect();
        return helm.print(&names);
    }
    let element = |release: &Release| {
        json!({
            "name": release.name(),
            "namespace": release.namespace(),
            "revision": release.version().to_string(),
            "updated": time::go_text_of(release.info("last_deployed")),
            "status": release.status(),
            "chart": release.chart_name(),
            "app_version": release.app_version(),
        })
    };
    let elements: Vec<Value> = last.iter().map(element).collect();
    match flags.text("output") {
        "json" => helm.print(&format!("{}\n", podarium_kubectl::printers::json::compact(&Value::Array(elements)))),
        "yaml" => helm.print(&yaml::document(&Value::Array(elements))),
        _ => {
            let mut rows: Vec<Vec<String>> = Vec::new();
            if !flags.bool("no-headers") {
                rows.push(["NAME", "NAMESPACE", "REVISION", "UPDATED", "STATUS", "CHART", "APP VERSION"].map(str::to_owned).into());
            }
            let names = ["name", "namespace", "revision", "updated", "status", "chart", "app_version"];
            rows.extend(elements.iter().map(|element| names.iter().map(|name| element[*name].as_str().unwrap_or_default().to_owned()).collect()));
            helm.print(&Helm::table(&rows))
        }
    }
}
