//! `helm status`, and what is said after a release was made.

use std::sync::Arc;

use podarium_api::yaml;
use podarium_kubectl::client::{Call, TABLE, read_json};
use podarium_kubectl::failure::{Outcome, caught, fail};
use podarium_kubectl::printers::table::{Table, TableOptions, lines};
use podarium_kubectl::printers::tabwriter::TABLE as TABLE_LAYOUT;
use serde_json::Value;

use super::super::command::Helm;
use super::super::release::Release;
use super::super::time;

pub(super) fn run(helm: &mut Helm<'_, '_>) -> Outcome<()> {
    let (name, revision) = (helm.argument(0), helm.flags().int("revision"));
    let mut release = helm.release(&name, u64::try_from(revision).unwrap_or(0))?;
    if let Value::Object(map) = &mut release.0 {
        map.remove("chart");
    }
    print(helm, &release, false, true)
}

/// A release as table, JSON or YAML.
pub(super) fn print(helm: &mut Helm<'_, '_>, release: &Release, hide_notes: bool, resources: bool) -> Outcome<()> {
    match helm.flags().text("output") {
        "json" => return helm.print(&format!("{}\n", podarium_kubectl::printers::json::compact(&release.0))),
        "yaml" => return helm.print(&yaml::document(&release.0)),
        "table" | "" => {}
        other => return fail(format!("invalid argument {other:?} for \"-o, --output\" flag: invalid format type")),
    }
    let status = release.status().to_owned();
    let code = match status.as_str() {
        "deployed" => "32",
        "failed" => "31",
        "uninstalling" | "pending-install" | "pending-upgrade" | "pending-rollback" => "33",
        _ => "",
    };
    let status = if code.is_empty() { status } else { helm.colored(code, &status) };
    let namespace = helm.colored("36", release.namespace());
    let mut out = format!(
        "NAME: {}\nLAST DEPLOYED: {}\nNAMESPACE: {namespace}\nSTATUS: {status}\nREVISION: {}\nDESCRIPTION: {}\n",
        release.name(),
        time::ansi(release.info("last_deployed")),
        release.version(),
        release.info("description")
    );
    if resources {
        let text = release.manifest().to_owned();
        out.push_str(&shown_resources(helm, &text)?);
    }
    let tests: Vec<Value> = release.hooks().into_iter().filter(|hook| hook["events"].as_array().is_some_and(|events| events.iter().any(|event| event == "test"))).collect();
    if tests.is_empty() {
        out.push_str("TEST SUITE: None\n");
    }
    for hook in tests {
        let run = &hook["last_run"];
        let Some(started) = run["started_at"].as_str() else { continue };
        out.push_str(&format!(
            "TEST SUITE:     {}\nLast Started:   {}\nLast Completed: {}\nPhase:          {}\n",
            hook["name"].as_str().unwrap_or_default(),
            time::ansi(started),
            run["completed_at"].as_str().map_or("Mon Jan  1 00:00:00 0001".to_owned(), time::ansi),
            run["phase"].as_str().unwrap_or_default()
        ));
    }
    if release.info("description").eq_ignore_ascii_case("Dry run complete") {
        out.push_str("HOOKS:\n");
        for hook in release.hooks() {
            out.push_str(&format!("---\n# Source: {}\n{}\n", hook["path"].as_str().unwrap_or_default(), hook["manifest"].as_str().unwrap_or_default()));
        }
        out.push_str(&format!("MANIFEST:\n{}\n", release.manifest()));
    }
    let notes = release.info("notes");
    if !hide_notes && !notes.is_empty() {
        out.push_str(&format!("NOTES:\n{}\n", notes.trim()));
    }
    helm.print(&out)
}

/// The objects of a release in tables, and the pods that belong to them.
fn shown_resources(helm: &mut Helm<'_, '_>, text: &str) -> Outcome<String> {
    let mut groups: Vec<(String, Vec<Arc<Table>>)> = Vec::new();
    let mut selectors: Vec<String> = Vec::new();
    fn add(groups: &mut Vec<(String, Vec<Arc<Table>>)>, key: String, table: Arc<Table>) {
        match groups.iter_mut().find(|(known, _)| *known == key) {
            Some((_, tables)) => tables.push(table),
            None => groups.push((key, vec![table])),
        }
    }
    for target in helm.build(text)? {
        let Ok(table) = caught(helm.kubectl.send_and_read(&Call::get(target.path()).accept(TABLE), read_json::<Table>))? else { continue };
        add(&mut groups, format!("{}/{}", target.mapping.version, target.mapping.kind), table);
        let pointer = match target.mapping.kind.as_str() {
            "ReplicaSet" | "Deployment" | "StatefulSet" | "DaemonSet" | "Job" => "/spec/selector/matchLabels",
            "ReplicationController" => "/spec/selector",
            _ => continue,
        };
        let Some(labels) = target.object.pointer(pointer).and_then(Value::as_object) else { continue };
        let selector = labels.iter().filter_map(|(name, value)| Some(format!("{name}={}", value.as_str()?))).collect::<Vec<_>>().join(",");
        if selectors.contains(&selector) {
            continue;
        }
        selectors.push(selector.clone());
        let call = Call::get(format!("/api/v1/namespaces/{}/pods", target.namespace)).query("labelSelector", selector).accept(TABLE);
        if let Ok(table) = caught(helm.kubectl.send_and_read(&call, read_json::<Table>))?
            && !table.rows.is_empty()
        {
            add(&mut groups, "v1/Pod(related)".to_owned(), table);
        }
    }
    if groups.is_empty() {
        return Ok(String::new());
    }
    let mut out = "RESOURCES:\n".to_owned();
    for (key, tables) in groups {
        let rows: String = tables.iter().enumerate().map(|(at, table)| lines(table, None, &TableOptions::default(), at == 0)).collect();
        out.push_str(&format!("==> {key}\n{}\n", TABLE_LAYOUT.align(&rows)));
    }
    Ok(out + "\n")
}
