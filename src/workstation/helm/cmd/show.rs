//! `helm show chart|values|readme|all`.

use podarium_api::yaml;
use podarium_kubectl::failure::Outcome;

use super::super::chart::Chart;
use super::super::command::Helm;

fn asked(helm: &mut Helm<'_, '_>) -> Outcome<Chart> {
    let reference = helm.argument(0);
    helm.locate(&reference)
}

fn readme_of(chart: &Chart) -> Option<String> {
    chart.files.iter().find(|(path, _)| path.eq_ignore_ascii_case("readme.md") || path.eq_ignore_ascii_case("readme.txt") || path.eq_ignore_ascii_case("readme")).map(|(_, bytes)| String::from_utf8_lossy(bytes).into_owned())
}

pub(super) fn chart(helm: &mut Helm<'_, '_>) -> Outcome<()> {
    let chart = asked(helm)?;
    helm.print(&yaml::document(&chart.metadata))
}

pub(super) fn values(helm: &mut Helm<'_, '_>) -> Outcome<()> {
    let chart = asked(helm)?;
    helm.print(&format!("{}\n", chart.raw_values))
}

pub(super) fn readme(helm: &mut Helm<'_, '_>) -> Outcome<()> {
    let chart = asked(helm)?;
    helm.print(&readme_of(&chart).map_or(String::new(), |text| format!("{text}\n")))
}

pub(super) fn all(helm: &mut Helm<'_, '_>) -> Outcome<()> {
    let chart = asked(helm)?;
    let readme = readme_of(&chart).map_or(String::new(), |text| format!("---\n{text}\n"));
    helm.print(&format!("{}\n---\n{}\n{readme}", yaml::document(&chart.metadata), chart.raw_values))
}
