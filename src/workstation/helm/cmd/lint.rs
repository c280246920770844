//! `helm lint`.

use podarium_kubectl::failure::{Failure, Outcome, caught, fail};
use serde_json::Value;

use super::super::chart::Chart;
use super::super::command::Helm;
use super::super::engine::Context;

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
            Err(_) => messages.push(("ERROR", format!("unable to check Chart.yaml file in chart: stat {path}/Chart.yaml: no such file or directory"))),
        }
        let has_errors = messages.iter().any(|(level, _)| *level == "ERROR" || (*level == "WARNING" && helm.flags().bool("strict")));
        failed += usize::from(has_errors);
        let shown: Vec<&(&str, String)> = messages.iter().filter(|(level, _)| !quiet || *level != "INFO").collect();
        if quiet && shown.is_empty() {
            continue;
        }
        out.push_str(&format!("==> Linting {path}\n"));
        shown.iter().for_each(|(level, text)| out.push_str(&format!("[{level}] {text}\n")));
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
    if chart.metadata["icon"].as_str().unwrap_or_default().is_empty() {
        messages.push(("INFO", "Chart.yaml: icon is recommended".to_owned()));
    }
    if chart.raw_values.is_empty() && chart.values.as_object().is_some_and(serde_json::Map::is_empty) {
        messages.push(("INFO", "values.yaml: file does not exist".to_owned()));
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
    if let Err(failure) = caught(helm.render(&mut copy, given, &context, false))? {
        messages.push(("ERROR", format!("templates/: {}", failure.text())));
    }
    Ok(())
}
