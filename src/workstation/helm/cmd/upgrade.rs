//! `helm upgrade`.

use podarium_kubectl::failure::{Outcome, caught, fail};
use serde_json::{Value, json};

use super::super::cluster;
use super::super::command::Helm;
use super::super::engine::Context;
use super::super::release::{Release, check_name};
use super::super::{time, values};
use super::install::{dry_run, hooks, install, prefixed, refuse, waits};

pub(super) fn run(helm: &mut Helm<'_, '_>) -> Outcome<()> {
    refuse(helm)?;
    let (name, reference) = (helm.argument(0), helm.argument(1));
    let table = helm.flags().text("output") == "table";
    if helm.flags().bool("install") {
        let missing = match caught(helm.history(&name))? {
            Ok(found) => found.last().is_some_and(|last| last.status() == "uninstalled"),
            Err(failure) if failure.text() == "release: not found" => true,
            Err(failure) => return Err(failure.into()),
        };
        if missing {
            if table {
                helm.print(&format!("Release {name:?} does not exist. Installing it now.\n"))?;
            }
            let release = install(helm, &name, &reference)?;
            let hide = helm.flags().bool("hide-notes");
            return super::status::print(helm, &release, hide, false);
        }
    }
    let chart = helm.locate(&reference)?;
    let given = helm.given_values()?;
    helm.check_dependencies(&chart)?;
    let release = match caught(upgrade(helm, &name, chart, given))? {
        Ok(release) => release,
        Err(failure) => return prefixed("UPGRADE FAILED", failure),
    };
    if table {
        helm.print(&format!("Release {name:?} has been upgraded. Happy Helming!\n"))?;
    }
    let hide = helm.flags().bool("hide-notes");
    super::status::print(helm, &release, hide, false)
}

fn upgrade(helm: &mut Helm<'_, '_>, name: &str, mut chart: super::super::chart::Chart, given: Value) -> Outcome<Release> {
    let dry = dry_run(helm)?;
    if check_name(name).is_err() {
        return fail(format!("release name is invalid: {name}"));
    }
    let history = match caught(helm.history(name))? {
        Ok(found) => found,
        Err(failure) if failure.text() == "release: not found" => return fail(format!("{name:?} has no deployed releases")),
        Err(failure) => return Err(failure.into()),
    };
    let last = history.last().cloned().expect("a history has an entry");
    if last.status().starts_with("pending-") {
        return fail("another operation (install/upgrade/rollback) is in progress");
    }
    let deployed = history.iter().rev().find(|release| release.status() == "deployed").cloned();
    let mut current = match deployed {
        Some(current) => current,
        None if matches!(last.status(), "failed" | "superseded") => last.clone(),
        None => return fail(format!("{name:?} has no deployed releases")),
    };
    let given = reuse(helm, &mut chart, &current, given);
    let revision = last.version() + 1;
    let (kube_version, api_versions) = helm.capabilities()?;
    let context = Context { name: name.to_owned(), namespace: current.namespace().to_owned(), revision, is_upgrade: true, kube_version, api_versions };
    let rendered = helm.render(&mut chart, &given, &context, dry != "client")?;
    let now = helm.now()?;
    let mut release = Release::new(name, current.namespace(), revision, &chart, &given, now);
    release.0["info"] = json!({"first_deployed": current.0["info"]["first_deployed"], "last_deployed": time::rfc3339(now), "status": "pending-upgrade", "description": "Preparing upgrade"});
    release.0["manifest"] = rendered.manifest.clone().into();
    if !rendered.hooks.is_empty() {
        release.0["hooks"] = rendered.hooks.clone().into();
    }
    if !rendered.notes.is_empty() {
        release.0["info"]["notes"] = rendered.notes.clone().into();
    }
    let mut originals = helm.build(current.manifest())?;
    let mut targets = match caught(helm.build(&rendered.manifest))? {
        Ok(targets) => targets,
        Err(failure) => return fail(format!("unable to build kubernetes objects from new release manifest: {}", failure.text())),
    };
    cluster::own(&mut targets, name, current.namespace());
    let new: Vec<_> = targets.iter().filter(|target| !originals.iter().any(|known| known.is(target))).cloned().collect();
    let take = helm.flags().bool("take-ownership");
    let namespace = current.namespace().to_owned();
    match caught(helm.adopt(&new, name, &namespace, take))? {
        Ok(adopted) => originals.extend(adopted),
        Err(failure) => return fail(format!("unable to continue with update: {}", failure.text())),
    }
    let description = helm.flags().text("description").to_owned();
    if dry != "none" {
        release.0["info"]["description"] = if description.is_empty() { "Dry run complete".into() } else { description.into() };
        return Ok(release);
    }
    helm.prune_history(&history)?;
    helm.create_release(&release)?;
    let timeout = helm.flags().duration("timeout");
    let done = caught(perform(helm, &mut release, &originals, &targets, timeout))?;
    if let Err(failure) = done {
        let why = failure.text();
        helm.warn(&format!("msg=\"upgrade failed\" name={name} error={why:?}"))?;
        release.set_status("failed", &format!("Upgrade {name:?} failed: {why}"));
        helm.record(&release)?;
        if helm.flags().bool("rollback-on-failure") || helm.flags().bool("atomic") {
            let good = history.iter().rev().find(|release| matches!(release.status(), "deployed" | "superseded")).map(Release::version);
            let Some(good) = good else { return Err(failure.into()) };
            super::rollback::roll_back(helm, name, good)?;
            return fail(format!("release {name} failed, and has been rolled back due to rollback-on-failure being set: {why}"));
        }
        return Err(failure.into());
    }
    current.0["info"]["status"] = "superseded".into();
    helm.record(&current)?;
    release.set_status("deployed", if description.is_empty() { "Upgrade complete" } else { &description });
    helm.record(&release)?;
    Ok(release)
}

fn perform(helm: &mut Helm<'_, '_>, release: &mut Release, originals: &[cluster::Target], targets: &[cluster::Target], timeout: i64) -> Outcome<()> {
    if let Err(failure) = caught(hooks(helm, release, "pre-upgrade", timeout))? {
        return fail(format!("pre-upgrade hooks failed: {}", failure.text()));
    }
    helm.update(originals, targets)?;
    if waits(helm) {
        let jobs = helm.flags().bool("wait-for-jobs");
        helm.wait_for(targets, timeout, jobs)?;
    }
    match caught(hooks(helm, release, "post-upgrade", timeout))? {
        Ok(()) => Ok(()),
        Err(failure) => fail(format!("post-upgrade hooks failed: {}", failure.text())),
    }
}

/// Which values an upgrade starts from.
fn reuse(helm: &Helm<'_, '_>, chart: &mut super::super::chart::Chart, current: &Release, given: Value) -> Value {
    let flags = helm.flags();
    let old = match current.config() {
        Value::Object(map) => Value::Object(map),
        _ => json!({}),
    };
    let is_empty = given.as_object().is_some_and(serde_json::Map::is_empty);
    if flags.bool("reset-values") {
        return given;
    }
    if flags.bool("reuse-values") {
        // The defaults are those of the chart as it was.
        let before = current.chart();
        let mut merged = values::coalesce(&before, &old);
        chart.values = merged.clone();
        merged = old;
        values::merge(&mut merged, given);
        return merged;
    }
    if flags.bool("reset-then-reuse-values") {
        let mut merged = old;
        values::merge(&mut merged, given);
        return merged;
    }
    if is_empty && old.as_object().is_some_and(|map| !map.is_empty()) {
        return old;
    }
    given
}

impl Helm<'_, '_> {
    /// Forgets the oldest revisions where there are more than are kept.
    fn prune_history(&mut self, history: &[Release]) -> Outcome<()> {
        let most = usize::try_from(self.flags().int("history-max")).unwrap_or(0);
        if most == 0 || history.len() < most {
            return Ok(());
        }
        let surplus = history.len() + 1 - most;
        let old: Vec<Release> = history.iter().filter(|release| release.status() != "deployed").take(surplus).cloned().collect();
        old.iter().try_for_each(|release| self.forget(release))
    }
}
