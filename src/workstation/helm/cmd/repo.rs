//! `helm repo`, `helm env`, `helm version`.

use podarium_api::yaml;
use podarium_kubectl::failure::{Outcome, caught, fail};
use serde_json::{Value, json};

use super::super::command::Helm;

pub(super) fn add(helm: &mut Helm<'_, '_>) -> Outcome<()> {
    let (name, url) = (helm.argument(0), helm.argument(1).trim_end_matches('/').to_owned());
    if name.contains('/') {
        return fail(format!("repository name ({name}) contains '/', please specify a different name without '/'"));
    }
    let mut all = helm.repositories()?;
    if let Some(known) = all.iter().find(|(known, _)| *known == name)
        && !helm.flags().bool("force-update")
    {
        if known.1 == url {
            return helm.print(&format!("{name:?} already exists with the same configuration, skipping\n"));
        }
        return fail(format!("repository name ({name}) already exists, please specify a different name"));
    }
    if let Err(failure) = caught(helm.download_index(&name, &url))? {
        return fail(format!("looks like {url:?} is not a valid chart repository or cannot be reached: {}", failure.text()));
    }
    all.retain(|(known, _)| *known != name);
    all.push((name.clone(), url));
    helm.write_repositories(&all)?;
    helm.print(&format!("{name:?} has been added to your repositories\n"))
}

pub(super) fn list(helm: &mut Helm<'_, '_>) -> Outcome<()> {
    let all = helm.repositories()?;
    if all.is_empty() && !matches!(helm.flags().text("output"), "json" | "yaml") {
        return fail("no repositories to show");
    }
    let data = || Value::Array(all.iter().map(|(name, url)| json!({"name": name, "url": url})).collect());
    match helm.flags().text("output") {
        "json" => helm.print(&format!("{}\n", podarium_kubectl::printers::json::compact(&data()))),
        "yaml" => helm.print(&yaml::document(&data())),
        _ => {
            let mut rows = vec![vec!["NAME".to_owned(), "URL".to_owned()]];
            rows.extend(all.into_iter().map(|(name, url)| vec![name, url]));
            helm.print(&Helm::table(&rows))
        }
    }
}

pub(super) fn remove(helm: &mut Helm<'_, '_>) -> Outcome<()> {
    let mut all = helm.repositories()?;
    if all.is_empty() {
        return fail("no repositories configured");
    }
    for name in helm.flags().args.clone() {
        if !all.iter().any(|(known, _)| *known == name) {
            return fail(format!("no repo named {name:?} found"));
        }
        all.retain(|(known, _)| *known != name);
        helm.write_repositories(&all)?;
        let index = helm.index_path(&name);
        let _ = helm.process().remove(&index)?;
        helm.print(&format!("{name:?} has been removed from your repositories\n"))?;
    }
    Ok(())
}

pub(super) fn update(helm: &mut Helm<'_, '_>) -> Outcome<()> {
    let all = helm.repositories()?;
    if all.is_empty() {
        return fail("no repositories found. You must add one before updating");
    }
    let asked = helm.flags().args.clone();
    let missing: Vec<String> = asked.iter().filter(|name| !all.iter().any(|(known, _)| known == *name)).map(|name| format!("no repositories found matching '{name}'.  Nothing will be updated")).collect();
    if let Some(why) = missing.first() {
        return fail(why.clone());
    }
    helm.print("Hang tight while we grab the latest from your chart repositories...\n")?;
    let mut failed = Vec::new();
    for (name, url) in all.iter().filter(|(name, _)| asked.is_empty() || asked.contains(name)) {
        match caught(helm.download_index(name, url))? {
            Ok(()) => helm.print(&format!("...Successfully got an update from the {name:?} chart repository\n"))?,
            Err(failure) => {
                helm.print(&format!("...Unable to get an update from the {name:?} chart repository ({url}):\n\t{}\n", failure.text()))?;
                failed.push(url.clone());
            }
        }
    }
    if !failed.is_empty() {
        return fail(format!("failed to update the following repositories: [{}]", failed.join(" ")));
    }
    helm.print("Update Complete. ⎈Happy Helming!⎈\n")
}

pub(super) fn env(helm: &mut Helm<'_, '_>) -> Outcome<()> {
    let home = helm.process().env("HOME").unwrap_or_default();
    let namespace = helm.namespace()?;
    let rows = [
        ("HELM_BIN", "helm".to_owned()),
        ("HELM_BURST_LIMIT", "100".to_owned()),
        ("HELM_CACHE_HOME", format!("{home}/.cache/helm")),
        ("HELM_CONFIG_HOME", format!("{home}/.config/helm")),
        ("HELM_DATA_HOME", format!("{home}/.local/share/helm")),
        ("HELM_DEBUG", "false".to_owned()),
        ("HELM_MAX_HISTORY", "10".to_owned()),
        ("HELM_NAMESPACE", namespace),
        ("HELM_REPOSITORY_CACHE", format!("{home}/.cache/helm/repository")),
        ("HELM_REPOSITORY_CONFIG", format!("{home}/.config/helm/repositories.yaml")),
    ];
    let wanted = helm.argument(0);
    if !wanted.is_empty() {
        let value = rows.iter().find(|(name, _)| *name == wanted).map_or("", |(_, value)| value.as_str());
        return helm.print(&format!("{value}\n"));
    }
    let out: String = rows.iter().map(|(name, value)| format!("{name}={value:?}\n")).collect();
    helm.print(&out)
}

pub(super) fn version(helm: &mut Helm<'_, '_>) -> Outcome<()> {
    if helm.flags().bool("short") {
        return helm.print("v4.2.3+g43e8b7f\n");
    }
    let template = helm.flags().text("template").to_owned();
    if !template.is_empty() {
        let fields = [("Version", "v4.2.3"), ("GitCommit", "43e8b7feece8beb0fcba47059ec9b522fd929a64"), ("GitTreeState", "clean"), ("GoVersion", "go1.26.5"), ("KubeClientVersion", "v1.36")];
        let data = podarium_api::go_template::Value::map(fields.map(|(name, value)| (name.to_owned(), podarium_api::go_template::Value::text(value))));
        let mut set = podarium_api::go_template::Templates::new();
        let mut none = podarium_api::go_template::NoFunctions;
        set.add("_", &template, &none).or_else(fail)?;
        return match set.execute("_", &data, &mut none) {
            Ok(text) => helm.print(&text),
            Err(error) => fail(error.text),
        };
    }
    helm.print("version.BuildInfo{Version:\"v4.2.3\", GitCommit:\"43e8b7feece8beb0fcba47059ec9b522fd929a64\", GitTreeState:\"clean\", GoVersion:\"go1.26.5\", KubeClientVersion:\"v1.36\"}\n")
}
