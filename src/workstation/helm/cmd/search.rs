//! `helm search repo`.

use podarium_api::yaml;
use podarium_kubectl::failure::{Outcome, fail};
use serde_json::{Value, json};

use super::super::command::Helm;
use super::super::functions::{Constraint, Version};

struct Found {
    name: String,
    version: String,
    app_version: String,
    description: String,
    score: usize,
}

pub(super) fn run(helm: &mut Helm<'_, '_>) -> Outcome<()> {
    let all = helm.repositories()?;
    if all.is_empty() {
        return fail("no repositories configured");
    }
    let words = helm.flags().args.join(" ").to_lowercase();
    let (every, devel) = (helm.flags().bool("versions"), helm.flags().bool("devel"));
    let asked = helm.flags().text("version").to_owned();
    let range = if !asked.is_empty() { asked } else if devel { ">0.0.0-0".to_owned() } else { ">0.0.0".to_owned() };
    let Some(constraint) = Constraint::parse(&range) else { return fail(format!("an invalid version/constraint format: improper constraint: {range}")) };
    let mut found: Vec<Found> = Vec::new();
    for (repo, _) in &all {
        let Some(index) = helm.read_index(repo)? else {
            helm.warn(&format!("msg=\"repo is corrupt or missing\" repo={repo}"))?;
            continue;
        };
        for (name, versions) in index["entries"].as_object().into_iter().flatten() {
            for entry in versions.as_array().into_iter().flatten() {
                let text = |field: &str| entry[field].as_str().unwrap_or_default().to_owned();
                let keywords: Vec<String> = entry["keywords"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_lowercase).collect();
                let full = format!("{repo}/{name}");
                // Where the word stands is what counts: the earlier, the better.
                let line = format!("{full}\u{b}{}\u{b}{}", text("description"), keywords.join(" ")).to_lowercase();
                let Some(score) = line.find(&words) else { continue };
                if !Version::parse(&text("version")).is_some_and(|version| constraint.allows(&version)) {
                    continue;
                }
                found.push(Found { name: full, version: text("version"), app_version: text("appVersion"), description: text("description"), score });
            }
        }
    }
    found.sort_by(|a, b| a.score.cmp(&b.score).then_with(|| a.name.cmp(&b.name)).then_with(|| Version::parse(&b.version).cmp(&Version::parse(&a.version))));
    if !every {
        found.dedup_by(|b, a| a.name == b.name);
    }
    let data = || Value::Array(found.iter().map(|it| json!({"name": it.name, "version": it.version, "app_version": it.app_version, "description": it.description})).collect());
    match helm.flags().text("output") {
        "json" => return helm.print(&format!("{}\n", podarium_kubectl::printers::json::compact(&data()))),
        "yaml" => return helm.print(&yaml::document(&data())),
        _ => {}
    }
    if found.is_empty() {
        return helm.print("No results found\n");
    }
    let width = usize::try_from(helm.flags().int("max-col-width")).unwrap_or(50).max(4);
    let cut = |text: &str| if text.chars().count() > width { format!("{}...", text.chars().take(width - 3).collect::<String>()) } else { text.to_owned() };
    let mut rows = vec![["NAME", "CHART VERSION", "APP VERSION", "DESCRIPTION"].map(str::to_owned).to_vec()];
    rows.extend(found.iter().map(|it| vec![cut(&it.name), cut(&it.version), cut(&it.app_version), cut(&it.description)]));
    helm.print(&Helm::table(&rows))
}
