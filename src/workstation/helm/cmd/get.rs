//! `helm get values|manifest|notes|hooks|metadata|all`.

use podarium_api::yaml;
use podarium_kubectl::failure::Outcome;
use serde_json::Value;

use super::super::command::Helm;
use super::super::release::Release;
use super::super::{time, values as all_values};

fn asked(helm: &mut Helm<'_, '_>) -> Outcome<Release> {
    let (name, revision) = (helm.argument(0), helm.flags().int("revision"));
    helm.release(&name, u64::try_from(revision).unwrap_or(0))
}

pub(super) fn values(helm: &mut Helm<'_, '_>) -> Outcome<()> {
    let release = asked(helm)?;
    let all = helm.flags().bool("all");
    let config = release.config();
    let shown = if all { all_values::coalesce(&release.chart(), &config) } else { config };
    match helm.flags().text("output") {
        "json" => helm.print(&format!("{}\n", podarium_kubectl::printers::json::compact(&shown))),
        "yaml" => helm.print(&yaml::document(&shown)),
        _ => helm.print(&format!("{}:\n{}", if all { "COMPUTED VALUES" } else { "USER-SUPPLIED VALUES" }, yaml::document(&shown))),
    }
}

pub(super) fn manifest(helm: &mut Helm<'_, '_>) -> Outcome<()> {
    let release = asked(helm)?;
    helm.print(&format!("{}\n", release.manifest()))
}

pub(super) fn notes(helm: &mut Helm<'_, '_>) -> Outcome<()> {
    let release = asked(helm)?;
    let notes = release.info("notes");
    if notes.is_empty() { Ok(()) } else { helm.print(&format!("NOTES:\n{notes}\n")) }
}

fn hook_text(release: &Release) -> String {
    release.hooks().iter().map(|hook| format!("---\n# Source: {}\n{}\n", hook["path"].as_str().unwrap_or_default(), hook["manifest"].as_str().unwrap_or_default())).collect()
}

pub(super) fn hooks(helm: &mut Helm<'_, '_>) -> Outcome<()> {
    let release = asked(helm)?;
    helm.print(&hook_text(&release))
}

pub(super) fn metadata(helm: &mut Helm<'_, '_>) -> Outcome<()> {
    let release = asked(helm)?;
    let metadata = &release.0["chart"]["metadata"];
    let text = |name: &str| metadata[name].as_str().unwrap_or_default().to_owned();
    let annotations = metadata["annotations"].as_object().map(|map| map.iter().map(|(name, value)| format!("{name}={}", value.as_str().unwrap_or_default())).collect::<Vec<_>>().join(",")).unwrap_or_default();
    let fields = [
        ("NAME", release.name().to_owned()),
        ("CHART", text("name")),
        ("VERSION", text("version")),
        ("APP_VERSION", text("appVersion")),
        ("ANNOTATIONS", annotations),
        ("LABELS", String::new()),
        ("DEPENDENCIES", metadata["dependencies"].as_array().map(|list| list.iter().filter_map(|entry| entry["name"].as_str()).collect::<Vec<_>>().join(",")).unwrap_or_default()),
        ("NAMESPACE", release.namespace().to_owned()),
        ("REVISION", release.version().to_string()),
        ("STATUS", release.status().to_owned()),
        ("DEPLOYED_AT", release.info("last_deployed").split('.').next().unwrap_or_default().trim_end_matches('Z').to_owned() + "Z"),
        ("APPLY_METHOD", if release.0["apply_method"] == "ssa" { "server-side apply".to_owned() } else { "client-side apply (defaulted)".to_owned() }),
    ];
    let out: String = fields.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
    helm.print(&out)
}

pub(super) fn all(helm: &mut Helm<'_, '_>) -> Outcome<()> {
    let release = asked(helm)?;
    let config = release.config();
    let computed: Value = all_values::coalesce(&release.chart(), &config);
    let metadata = &release.0["chart"]["metadata"];
    let text = |name: &str| metadata[name].as_str().unwrap_or_default().to_owned();
    let (namespace, status) = (helm.colored("36", release.namespace()), helm.colored("32", release.status()));
    let mut out = format!(
        "NAME: {}\nLAST DEPLOYED: {}\nNAMESPACE: {namespace}\nSTATUS: {status}\nREVISION: {}\nCHART: {}\nVERSION: {}\nAPP_VERSION: {}\nDESCRIPTION: {}\n",
        release.name(),
        time::ansi(release.info("last_deployed")),
        release.version(),
        text("name"),
        text("version"),
        text("appVersion"),
        release.info("description")
    );
    let has_tests = release.hooks().iter().any(|hook| hook["events"].as_array().is_some_and(|events| events.iter().any(|event| event == "test")));
    if !has_tests {
        out.push_str("TEST SUITE: None\n");
    }
    out.push_str(&format!("USER-SUPPLIED VALUES:\n{}\nCOMPUTED VALUES:\n{}\n", yaml::document(&config), yaml::document(&computed)));
    out.push_str(&format!("HOOKS:\n{}MANIFEST:\n{}\n", hook_text(&release), release.manifest()));
    if !release.info("notes").is_empty() {
        out.push_str(&format!("NOTES:\n{}\n", release.info("notes").trim()));
    }
    helm.print(&out)
}
