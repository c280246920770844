//! `helm history`.

use podarium_api::yaml;
use podarium_kubectl::failure::Outcome;
use serde_json::{Value, json};

use super::super::command::Helm;
use super::super::time;

pub(super) fn run(helm: &mut Helm<'_, '_>) -> Outcome<()> {
    let name = helm.argument(0);
    let all = helm.history(&name)?;
    let most = usize::try_from(helm.flags().int("max")).unwrap_or(256);
    let shown = &all[all.len().saturating_sub(most)..];
    let rows: Vec<Vec<String>> = shown
        .iter()
        .map(|release| {
            vec![
                release.version().to_string(),
                time::ansi(release.info("last_deployed")),
                release.status().to_owned(),
                release.chart_name(),
                release.app_version(),
                release.info("description").to_owned(),
            ]
        })
        .collect();
    let data = || {
        let element = |release: &super::super::release::Release| {
            json!({
                "revision": release.version(),
                "updated": release.info("last_deployed"),
                "status": release.status(),
                "chart": release.chart_name(),
                "app_version": release.app_version(),
                "description": release.info("description"),
            })
        };
        Value::Array(shown.iter().map(element).collect())
    };
    match helm.flags().text("output") {
        "json" => helm.print(&format!("{}\n", podarium_kubectl::printers::json::compact(&data()))),
        "yaml" => helm.print(&yaml::document(&data())),
        _ => {
            let head = ["REVISION", "UPDATED", "STATUS", "CHART", "APP VERSION", "DESCRIPTION"].map(str::to_owned).to_vec();
            helm.print(&Helm::table(&[vec![head], rows].concat()))
        }
    }
}
