//! `helm rollback`.

use podarium_kubectl::failure::{Outcome, caught, fail};
use serde_json::json;

use super::super::cluster;
use super::super::command::Helm;
use super::super::release::Release;
use super::super::time;
use super::install::{hooks, refuse, waits};

pub(super) fn run(helm: &mut Helm<'_, '_>) -> Outcome<()> {
    refuse(helm)?;
    let (name, revision) = (helm.argument(0), helm.argument(1));
    let version = match revision.as_str() {
        "" => 0,
        text => match text.parse::<u64>() {
            Ok(version) => version,
            Err(_) => return fail(format!("could not convert revision to a number: strconv.Atoi: parsing {text:?}: invalid syntax")),
        },
    };
    roll_back(helm, &name, version)?;
    helm.print("Rollback was a success! Happy Helming!\n")
}

pub(super) fn roll_back(helm: &mut Helm<'_, '_>, name: &str, version: u64) -> Outcome<()> {
    let history = helm.history(name)?;
    let mut current = history.last().cloned().expect("a history has an entry");
    let wanted = if version == 0 { current.version().saturating_sub(1) } else { version };
    let Some(previous) = history.iter().find(|release| release.version() == wanted).cloned() else {
        return fail(format!("release has no {wanted} version"));
    };
    let now = helm.now()?;
    let mut target = Release(previous.0.clone());
    target.0["version"] = (current.version() + 1).into();
    target.0["apply_method"] = "ssa".into();
    let mut info = json!({
        "first_deployed": current.0["info"]["first_deployed"],
        "last_deployed": time::rfc3339(now),
        "status": "pending-rollback",
        "description": format!("Rollback to {wanted}"),
    });
    if !previous.info("notes").is_empty() {
        info["notes"] = previous.info("notes").into();
    }
    target.0["info"] = info;
    if super::install::dry_run(helm)? != "none" {
        return Ok(());
    }
    helm.create_release(&target)?;
    let originals = helm.build(current.manifest())?;
    let mut targets = helm.build(target.manifest())?;
    cluster::own(&mut targets, name, target.namespace());
    let timeout = helm.flags().duration("timeout");
    hooks(helm, &mut target, "pre-rollback", timeout)?;
    if let Err(failure) = caught(helm.update(&originals, &targets))? {
        let text = format!("Rollback {name:?} failed: {}", failure.text());
        current.0["info"]["status"] = "superseded".into();
        helm.record(&current)?;
        target.set_status("failed", &text);
        helm.record(&target)?;
        return Err(failure.into());
    }
    if waits(helm) {
        let jobs = helm.flags().bool("wait-for-jobs");
        if let Err(failure) = caught(helm.wait_for(&targets, timeout, jobs))? {
            target.set_status("failed", &format!("Release {name:?} failed: {}", failure.text()));
            helm.record(&target)?;
            return fail(format!("release {name} failed: {}", failure.text()));
        }
    }
    hooks(helm, &mut target, "post-rollback", timeout)?;
    for mut old in helm.history(name)?.into_iter().filter(|release| release.status() == "deployed") {
        old.0["info"]["status"] = "superseded".into();
        helm.record(&old)?;
    }
    target.0["info"]["status"] = "deployed".into();
    helm.record(&target)
}
