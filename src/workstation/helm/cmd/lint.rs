//! `helm lint`.
//!
//! Models: helm.sh/helm/pkg/chart/v2/lint, v4.2.3.
//! Simplified: names of objects and deprecated versions are not looked at.

use podarium_kubectl::failure::{Failure, Outcome, caught, fail};
use serde_json::Value;

use super::super::chart::Chart;
use super::super::command::Helm;
use super::super::engine::Context;
use super::super::{schema, values};

pub(super) fn run(helm: &mut Helm<'_, '_>) -> Outcome<()> {
    let mut paths = helm.flags().args.clone();
    if paths.is_empty() {
        paths.push(".".to_owned());
    }
    let given = helm.given_values()?;
    let (mut out, mut failed) = (String::new(), 0);
    let quiet = helm.flags().bool("quiet");
    for path in &paths {
        let mut messages: Vec<(&str, String)> = Vec::new();
        match helm.process().stat(path)? {
            Ok(found) if found.is_dir() => look_at(helm, path, &given, &mut messages)?,
            Ok(_) => return fail("not simulated: lint of an archive"),
            Err(_) => messages.push(("Error", format!("unable to check Chart.yaml file in chart: stat {path}/Chart.yaml: no such file or directory"))),
        }
        let has_errors = messages.iter().any(|(level, _)| level.eq_ignore_ascii_case("error") || (*level == "WARNING" && helm.flags().bool("strict")));
        failed += usize::from(has_errors);
        let shown: Vec<&(&str, String)> = messages.iter().filter(|(level, _)| !quiet || *level != "INFO").collect();
        if quiet && shown.is_empty() {
            continue;
        }
        out.push_str(&format!("==> Linting {path}\n"));
        for (level, text) in shown {
            // What could not be looked at at all stands without brackets.
            out.push_str(&if *level == "Error" { format!("Error {text}\n") } else { format!("[{level}] {text}\n") });
        }
        out.push('\n');
    }
    let summary = format!("{} chart(s) linted, {failed} chart(s) failed", paths.len());
    if failed > 0 {
        helm.print(&out)?;
        return fail(summary);
    }
    if !quiet {
        out.push_str(&format!("{summary}\n"));
    }
    helm.print(&out)
}

fn look_at(helm: &mut Helm<'_, '_>, path: &str, given: &Value, messages: &mut Vec<(&'static str, String)>) -> Outcome<()> {
    let chart = match caught(Chart::from_folder(helm.process(), path.trim_end_matches('/')))? {
        Ok(chart) => chart,
        Err(Failure::Exit(code)) => return Err(Failure::Exit(code).into()),
        Err(failure) => {
            let text = failure.text();
            if text.starts_with("Chart.yaml file is missing") {
                messages.push(("ERROR", format!("Chart.yaml: unable to load chart\n\tstat {path}/Chart.yaml: no such file or directory")));
            }
            messages.push(("ERROR", format!("templates/: {text}")));
            return Ok(());
        }
    };
    let written: Value = serde_yaml::from_str(&chart.raw_metadata).unwrap_or_default();
    for field in ["version", "appVersion"] {
        if written[field].is_number() {
            messages.push(("ERROR", format!("Chart.yaml: {field} should be of type string but it's of type float64")));
        }
    }
    if chart.metadata["icon"].as_str().unwrap_or_default().is_empty() {
        messages.push(("INFO", "Chart.yaml: icon is recommended".to_owned()));
    }
    if chart.raw_values.is_empty() && chart.values.as_object().is_some_and(serde_json::Map::is_empty) {
        messages.push(("INFO", "values.yaml: file does not exist".to_owned()));
    }
    if !chart.schema.is_empty() && !helm.flags().bool("skip-schema-validation") {
        let mut copy = chart.clone();
        let _ = values::process_dependencies(&mut copy, given);
        if let Err(problem) = schema::against(&chart.schema, &values::coalesce(&copy, given)) {
            messages.push(("ERROR", format!("values.yaml: {problem}")));
        }
    }
    if chart.templates.is_empty() {
        messages.push(("WARNING", "templates/: directory does not exist".to_owned()));
        return Ok(());
    }
    let context = Context {
        name: "test-release".to_owned(),
        namespace: "default".to_owned(),
        revision: 1,
        is_upgrade: false,
        kube_version: super::template::KUBE_VERSION.to_owned(),
        api_versions: super::template::known_versions(),
    };
    let mut copy = chart.clone();
    let rendered = match caught(helm.render(&mut copy, given, &context, false))? {
        Ok(rendered) => rendered,
        Err(failure) => {
            messages.push(("ERROR", format!("templates/: {}", failure.text())));
            return Ok(());
        }
    };
    for document in super::super::manifest::split(&rendered.manifest) {
        let path = document.lines().next().and_then(|line| line.strip_prefix("# Source: ")).and_then(|path| path.split_once('/')).map_or(String::new(), |(_, path)| path.to_owned());
        let data: Value = serde_yaml::from_str(&document).unwrap_or_default();
        let kind = data["kind"].as_str().unwrap_or_default();
        let selects = data.pointer("/spec/selector/matchLabels").is_some() || data.pointer("/spec/selector/matchExpressions").is_some();
        if matches!(kind, "Deployment" | "ReplicaSet" | "DaemonSet" | "StatefulSet") && !selects {
            let name = data.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
            messages.push(("ERROR", format!("{path}: a {kind} must contain matchLabels or matchExpressions, and {name:?} does not")));
        }
    }
    Ok(())
}
