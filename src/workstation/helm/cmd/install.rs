//! `helm install`.

use podarium_kubectl::failure::{Failure, Outcome, Stop, caught, fail};
use serde_json::{Value, json};

use super::super::cluster::{self, Target};
use super::super::command::Helm;
use super::super::engine::Context;
use super::super::release::{Release, check_name};

pub(super) fn run(helm: &mut Helm<'_, '_>) -> Outcome<()> {
    match caught(installed(helm))? {
        Ok(()) => Ok(()),
        Err(failure) => prefixed("INSTALLATION FAILED", failure),
    }
}

/// Puts words in front of what failed.
pub(super) fn prefixed<T>(what: &str, failure: Failure) -> Outcome<T> {
    match failure {
        Failure::Exit(code) => Err(Failure::Exit(code).into()),
        Failure::Connection { .. } => fail(format!("{what}: kubernetes cluster unreachable: {failure}")),
        failure => fail(format!("{what}: {}", failure.text())),
    }
}

/// The name of a release and the chart, as the arguments give them.
pub(super) fn name_and_chart(helm: &mut Helm<'_, '_>) -> Outcome<(String, String)> {
    let args = helm.flags().args.clone();
    let generate = helm.flags().bool("generate-name");
    if args.len() > 2 {
        return fail(format!("expected at most two arguments, unexpected arguments: {}", args[2..].join(", ")));
    }
    match args.as_slice() {
        [name, chart] if !generate => Ok((name.clone(), chart.clone())),
        [_, _] => fail("cannot set --generate-name and also specify a name"),
        [chart] if generate => {
            let base = chart.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
            let base = base.split('.').next().unwrap_or("chart");
            let base = if base.is_empty() || base == "." { "chart" } else { base };
            let seconds = helm.now()? / 1_000_000_000;
            Ok((format!("{base}-{seconds}"), chart.clone()))
        }
        [chart] if helm.flags().command == "helm template" => Ok(("release-name".to_owned(), chart.clone())),
        _ => fail("must either provide a name or specify --generate-name"),
    }
}

/// What is refused because it works otherwise here.
pub(super) fn refuse(helm: &Helm<'_, '_>) -> Outcome<()> {
    let flags = helm.flags();
    if flags.text("server-side") == "false" {
        return fail("not simulated: --server-side=false");
    }
    for name in ["force", "force-replace", "verify", "dependency-update"] {
        if flags.bool(name) {
            return fail(format!("not simulated: --{name}"));
        }
    }
    Ok(())
}

fn installed(helm: &mut Helm<'_, '_>) -> Outcome<()> {
    refuse(helm)?;
    let (name, reference) = name_and_chart(helm)?;
    let release = install(helm, &name, &reference)?;
    let hide = helm.flags().bool("hide-notes");
    super::status::print(helm, &release, hide, false)
}

/// `none`, `client` or `server`.
pub(super) fn dry_run(helm: &Helm<'_, '_>) -> Outcome<&'static str> {
    match helm.flags().text("dry-run") {
        "none" | "false" => Ok("none"),
        "client" | "true" | "" | "unset" => Ok("client"),
        "server" => Ok("server"),
        other => fail(format!("invalid dry-run value ({other:?}). Must be \"none\", \"server\", or \"client\"")),
    }
}

pub(super) fn install(helm: &mut Helm<'_, '_>, name: &str, reference: &str) -> Outcome<Release> {
    let mut chart = helm.locate(reference)?;
    let given = helm.given_values()?;
    match chart.metadata["type"].as_str().unwrap_or_default() {
        "" | "application" => {}
        other => return fail(format!("{other} charts are not installable")),
    }
    helm.check_dependencies(&chart)?;
    let dry = dry_run(helm)?;
    let namespace = helm.namespace()?;
    if let Err(why) = check_name(name) {
        return fail(format!("release name {name:?}: {why}"));
    }
    let (mut kube_version, mut api_versions) = (super::template::KUBE_VERSION.to_owned(), super::template::known_versions());
    if dry != "client" {
        (kube_version, api_versions) = helm.capabilities()?;
        let before = match caught(helm.history(name))? {
            Ok(found) => found,
            Err(failure) if failure.text() == "release: not found" => Vec::new(),
            Err(failure) => return Err(failure.into()),
        };
        if let Some(last) = before.last()
            && dry == "none"
        {
            let may = helm.flags().bool("replace") && matches!(last.status(), "uninstalled" | "failed");
            if !may {
                return fail("cannot reuse a name that is still in use");
            }
        }
    }
    if dry == "none" && !helm.flags().bool("skip-crds") {
        install_crds(helm, &chart)?;
    }
    let context = Context { name: name.to_owned(), namespace: namespace.clone(), revision: 1, is_upgrade: false, kube_version, api_versions };
    let now = helm.now()?;
    let rendered = helm.render(&mut chart, &given, &context, dry != "client")?;
    let mut release = Release::new(name, &namespace, 1, &chart, &given, now);
    release.0["manifest"] = rendered.manifest.clone().into();
    if !rendered.hooks.is_empty() {
        release.0["hooks"] = rendered.hooks.clone().into();
    }
    if !rendered.notes.is_empty() {
        release.0["info"]["notes"] = rendered.notes.clone().into();
    }
    if dry == "client" {
        release.set_status("pending-install", "Dry run complete");
        return Ok(release);
    }
    let mut targets = match caught(helm.build(&rendered.manifest))? {
        Ok(targets) => targets,
        Err(failure) => return fail(format!("unable to build kubernetes objects from release manifest: {}", failure.text())),
    };
    cluster::own(&mut targets, name, &namespace);
    let take = helm.flags().bool("take-ownership");
    let adopted = match caught(helm.adopt(&targets, name, &namespace, take))? {
        Ok(adopted) => adopted,
        Err(failure) => return fail(format!("unable to continue with install: {}", failure.text())),
    };
    if dry == "server" {
        release.set_status("pending-install", "Dry run complete");
        return Ok(release);
    }
    if helm.flags().bool("create-namespace") {
        let object = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace, "labels": {"name": namespace}}});
        let target = helm.target(object)?;
        helm.apply(&target)?;
    }
    if helm.flags().bool("replace")
        && let Ok(before) = caught(helm.history(name))?
    {
        if let Some(last) = before.last() {
            release.0["version"] = (last.version() + 1).into();
        }
        for mut old in before.into_iter().filter(|old| old.status() != "superseded") {
            old.0["info"]["status"] = "superseded".into();
            helm.record(&old)?;
        }
    }
    helm.create_release(&release)?;
    match caught(perform(helm, &mut release, &targets, &adopted))? {
        Ok(()) => Ok(release),
        Err(failure) => failed(helm, release, failure),
    }
}

fn install_crds(helm: &mut Helm<'_, '_>, chart: &super::super::chart::Chart) -> Outcome<()> {
    let mut made = Vec::new();
    for (path, bytes) in chart.crds() {
        for target in helm.build(&String::from_utf8_lossy(&bytes))? {
            if helm.find(&target)?.is_some() {
                continue;
            }
            match caught(helm.apply(&target))? {
                Ok(()) => made.push(target),
                Err(failure) => return fail(format!("failed to install CRD {path}: {}", failure.text())),
            }
        }
    }
    if !made.is_empty() {
        helm.wait_for(&made, 60_000_000_000, false)?;
        // What the server has now is not what it had when it was asked.
        helm.kubectl.discover()?;
    }
    Ok(())
}

/// Whether the ready state of everything is waited for.
pub(super) fn waits(helm: &Helm<'_, '_>) -> bool {
    let rolls_back = helm.flags().bool("rollback-on-failure") || helm.flags().bool("atomic");
    !matches!(helm.flags().text("wait"), "hookOnly" | "false") || rolls_back
}

fn perform(helm: &mut Helm<'_, '_>, release: &mut Release, targets: &[Target], adopted: &[Target]) -> Outcome<()> {
    let timeout = helm.flags().duration("timeout");
    if let Err(failure) = caught(hooks(helm, release, "pre-install", timeout))? {
        return fail(format!("failed pre-install: {}", failure.text()));
    }
    if adopted.is_empty() {
        for target in targets {
            helm.apply(target)?;
        }
    } else {
        helm.update(adopted, targets)?;
    }
    if waits(helm) {
        let jobs = helm.flags().bool("wait-for-jobs");
        helm.wait_for(targets, timeout, jobs)?;
    }
    if let Err(failure) = caught(hooks(helm, release, "post-install", timeout))? {
        return fail(format!("failed post-install: {}", failure.text()));
    }
    let description = helm.flags().text("description").to_owned();
    release.set_status("deployed", if description.is_empty() { "Install complete" } else { &description });
    helm.record(release)
}

fn failed(helm: &mut Helm<'_, '_>, mut release: Release, failure: Failure) -> Outcome<Release> {
    let (name, why) = (release.name().to_owned(), failure.text());
    release.set_status("failed", &format!("Release {name:?} failed: {why}"));
    if helm.flags().bool("rollback-on-failure") || helm.flags().bool("atomic") {
        helm.record(&release)?;
        super::uninstall::uninstall(helm, &name, false)?;
        return fail(format!("release {name} failed, and has been uninstalled due to rollback-on-failure being set: {why}"));
    }
    helm.record(&release)?;
    Err(Stop::Failed(failure))
}

/// Runs the hooks of an event, the lightest first.
pub(super) fn hooks(helm: &mut Helm<'_, '_>, release: &mut Release, event: &str, timeout: i64) -> Outcome<()> {
    if helm.flags().bool("no-hooks") {
        return Ok(());
    }
    let all = release.hooks();
    let has = |hook: &Value| hook["events"].as_array().is_some_and(|events| events.iter().any(|it| it == event));
    let mut order: Vec<usize> = (0..all.len()).filter(|at| has(&all[*at])).collect();
    order.sort_by_key(|at| (all[*at]["weight"].as_i64().unwrap_or(0), all[*at]["name"].as_str().unwrap_or_default().to_owned()));
    let policies = |hook: &Value| match hook["delete_policies"].as_array() {
        Some(list) if !list.is_empty() => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => vec!["before-hook-creation".to_owned()],
    };
    let stamp = |helm: &mut Helm<'_, '_>| -> Outcome<String> { Ok(super::super::time::rfc3339(helm.fresh_now()?)) };
    for (round, at) in order.iter().enumerate() {
        let hook = all[*at].clone();
        let text = hook["manifest"].as_str().unwrap_or_default().to_owned();
        if policies(&hook).contains(&"before-hook-creation".to_owned()) {
            remove_hook(helm, &hook, timeout)?;
        }
        let targets = match caught(helm.build(&text))? {
            Ok(targets) => targets,
            Err(failure) => return fail(format!("unable to build kubernetes object for {event} hook {}: {}", hook["path"].as_str().unwrap_or_default(), failure.text())),
        };
        release.0["hooks"][*at]["last_run"] = json!({"started_at": stamp(helm)?, "phase": "Running"});
        helm.record(release)?;
        for target in &targets {
            if let Err(failure) = caught(helm.apply(target))? {
                release.0["hooks"][*at]["last_run"]["completed_at"] = stamp(helm)?.into();
                release.0["hooks"][*at]["last_run"]["phase"] = "Failed".into();
                return fail(format!("warning: Hook {event} {} failed: {}", hook["path"].as_str().unwrap_or_default(), failure.text()));
            }
        }
        let ended = caught(helm.wait_for_hook(&targets, timeout))?;
        release.0["hooks"][*at]["last_run"]["completed_at"] = stamp(helm)?.into();
        match ended {
            Ok(()) => release.0["hooks"][*at]["last_run"]["phase"] = "Succeeded".into(),
            Err(failure) => {
                release.0["hooks"][*at]["last_run"]["phase"] = "Failed".into();
                if policies(&hook).contains(&"hook-failed".to_owned()) {
                    remove_hook(helm, &hook, timeout)?;
                }
                for before in &order[..round] {
                    if policies(&all[*before]).contains(&"hook-succeeded".to_owned()) {
                        remove_hook(helm, &all[*before], timeout)?;
                    }
                }
                return Err(failure.into());
            }
        }
    }
    for at in order.iter().rev() {
        if policies(&all[*at]).contains(&"hook-succeeded".to_owned()) {
            remove_hook(helm, &all[*at], timeout)?;
        }
    }
    Ok(())
}

fn remove_hook(helm: &mut Helm<'_, '_>, hook: &Value, timeout: i64) -> Outcome<()> {
    if hook["kind"] == "CustomResourceDefinition" {
        return Ok(());
    }
    let targets = helm.build(hook["manifest"].as_str().unwrap_or_default())?;
    let mut removed = Vec::new();
    for target in targets {
        match helm.delete(&target)? {
            Ok(()) => removed.push(target),
            Err(failure) if failure.is_not_found() => {}
            Err(failure) => return Err(failure.into()),
        }
    }
    if waits(helm) || !removed.is_empty() {
        helm.wait_for_removal(&removed, timeout)?;
    }
    Ok(())
}
