//! `helm package`, `helm pull`, `helm dependency list`.

use podarium_kubectl::failure::{Outcome, fail};

use super::super::chart::{Chart, read_folder};
use super::super::command::Helm;

pub(super) fn run(helm: &mut Helm<'_, '_>) -> Outcome<()> {
    let destination = helm.flags().text("destination").to_owned();
    for path in helm.flags().args.clone() {
        let folder = path.trim_end_matches('/').to_owned();
        if helm.process().stat(&folder)?.is_err() {
            return fail(format!("path {path:?} not found"));
        }
        let mut files = read_folder(helm.process(), &folder)?;
        let mut chart = Chart::from_files(files.clone())?;
        helm.check_dependencies(&chart)?;
        for (flag, field) in [("version", "version"), ("app-version", "appVersion")] {
            let given = helm.flags().text(flag).to_owned();
            if !given.is_empty() {
                chart.metadata[field] = given.into();
            }
        }
        for (name, bytes) in &mut files {
            if name == "Chart.yaml" {
                *bytes = podarium_api::yaml::document(&chart.metadata).into_bytes();
            }
        }
        let seconds = u64::try_from(helm.now()? / 1_000_000_000).unwrap_or(0);
        let name = chart.name().to_owned();
        let archive = chart.to_archive(&name, &files, seconds);
        let cwd = helm.process().cwd()?;
        let base = if destination == "." { cwd } else { destination.clone() };
        let target = format!("{}/{name}-{}.tgz", base.trim_end_matches('/'), chart.version());
        helm.write_file(&target, &archive)?;
        helm.print(&format!("Successfully packaged chart and saved it to: {target}\n"))?;
    }
    Ok(())
}

pub(super) fn pull(helm: &mut Helm<'_, '_>) -> Outcome<()> {
    for reference in helm.flags().args.clone() {
        let (name, bytes) = helm.download_chart(&reference)?;
        let destination = helm.flags().text("destination").to_owned();
        if helm.flags().bool("untar") {
            let folder = helm.flags().text("untardir").to_owned();
            let chart = Chart::from_archive(&bytes)?;
            for (path, bytes) in super::super::repository::unpack(&bytes) {
                helm.write_file(&format!("{folder}/{}/{path}", chart.name()), &bytes)?;
            }
            continue;
        }
        helm.write_file(&format!("{destination}/{name}"), &bytes)?;
    }
    Ok(())
}

pub(super) fn dependencies(helm: &mut Helm<'_, '_>) -> Outcome<()> {
    let path = helm.argument(0);
    let path = if path.is_empty() { ".".to_owned() } else { path };
    let chart = helm.locate(&path)?;
    let wanted = chart.metadata["dependencies"].as_array().cloned().unwrap_or_default();
    if wanted.is_empty() {
        return helm.print(&format!("WARNING: no dependencies at {path}/charts\n"));
    }
    let mut rows = vec![["NAME", "VERSION", "REPOSITORY", "STATUS"].map(str::to_owned).to_vec()];
    for entry in &wanted {
        let text = |name: &str| entry[name].as_str().unwrap_or_default().to_owned();
        let there = chart.dependencies.iter().any(|dependency| dependency.name() == text("name"));
        rows.push(vec![text("name"), text("version"), text("repository"), if there { "unpacked" } else { "missing" }.to_owned()]);
    }
    helm.print(&format!("{}\n", Helm::table(&rows)))
}
