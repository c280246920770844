//! `helm uninstall`.

use podarium_kubectl::failure::{Outcome, caught, fail};

use super::super::command::Helm;
use super::super::time;
use super::install::{hooks, waits};

pub(super) fn run(helm: &mut Helm<'_, '_>) -> Outcome<()> {
    if helm.flags().text("cascade") != "background" {
        return fail(format!("not simulated: --cascade={}", helm.flags().text("cascade")));
    }
    let keep = helm.flags().bool("keep-history");
    for name in helm.flags().args.clone() {
        let dry = super::install::dry_run(helm)? != "none";
        let outcome = if dry { caught(helm.history(&name))?.map(|_| String::new()) } else { caught(uninstall(helm, &name, keep))? };
        match outcome {
            Ok(kept) if dry => {
                let _ = kept;
                helm.print(&format!("release {name:?} uninstalled\n"))?;
            }
            Ok(kept) => {
                if !kept.is_empty() {
                    helm.print(&format!("{kept}\n"))?;
                }
                helm.print(&format!("release {name:?} uninstalled\n"))?;
            }
            Err(failure) if failure.text().ends_with("release: not found") && helm.flags().bool("ignore-not-found") => {}
            Err(failure) => return Err(failure.into()),
        }
    }
    Ok(())
}

/// Removes a release; what is kept, in helm's words.
pub(super) fn uninstall(helm: &mut Helm<'_, '_>, name: &str, keep: bool) -> Outcome<String> {
    let history = match caught(helm.history(name))? {
        Ok(history) => history,
        Err(failure) => return fail(format!("uninstall: Release not loaded: {name}: {}", failure.text())),
    };
    let mut release = history.last().cloned().expect("a history has an entry");
    if release.status() == "uninstalled" {
        if keep {
            return fail(format!("the release named {name:?} is already deleted"));
        }
        history.iter().try_for_each(|release| helm.forget(release))?;
        return Ok(String::new());
    }
    let now = helm.now()?;
    release.0["info"]["deleted"] = time::rfc3339(now).into();
    release.set_status("uninstalling", "Deletion in progress (or silently failed)");
    let timeout = helm.flags().duration("timeout");
    hooks(helm, &mut release, "pre-delete", timeout)?;
    helm.record(&release)?;
    let (kept, removed) = helm.remove_all(release.manifest(), name)?;
    if waits(helm) {
        helm.wait_for_removal(&removed, timeout)?;
    }
    hooks(helm, &mut release, "post-delete", timeout)?;
    let description = helm.flags().text("description").to_owned();
    release.set_status("uninstalled", if description.is_empty() { "Uninstallation complete" } else { &description });
    if keep {
        helm.record(&release)?;
        for mut old in history.into_iter().filter(|old| old.status() == "deployed" && old.version() != release.version()) {
            old.0["info"]["status"] = "superseded".into();
            helm.record(&old)?;
        }
    } else {
        history.iter().try_for_each(|release| helm.forget(release))?;
    }
    Ok(if kept.is_empty() { kept } else { format!("These resources were kept due to the resource policy:\n{kept}") })
}
