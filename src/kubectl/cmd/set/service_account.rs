//! `kubectl set serviceaccount deployment/web robot`.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/set/set_serviceaccount.go, v1.36.
//! Simplified: nothing.

use super::template::{OWN, find, pod_spec, send};
use crate::cmd::change::{ALL, DRY_RUN, DryRun, FILES, PRINT, RECORD};
use crate::command::Command;
use crate::failure::{Outcome, all_of, caught, fail};
use crate::kubectl::Kubectl;

pub const COMMAND: Command = Command { aliases: &["sa"], ..Command::new("serviceaccount", &[OWN, PRINT, FILES, DRY_RUN, ALL, RECORD], run) };

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let dry_run = kubectl.dry_run()?;
    if kubectl.flags.bool("local") && dry_run == DryRun::Server {
        return fail("cannot specify --local and --dry-run=server - did you mean --dry-run=client?");
    }
    let printer = kubectl.change_printer("serviceaccount updated", dry_run)?;
    let args = kubectl.flags.args.clone();
    let Some((account, resources)) = args.split_last() else { return fail("serviceaccount is required") };
    let mut failures = Vec::new();
    for info in find(kubectl, resources, None)? {
        let mut wanted = info.object.clone();
        let spec = match caught(pod_spec(&info, &mut wanted))? {
            Ok(spec) => spec,
            Err(failure) => {
                failures.push(failure);
                continue;
            }
        };
        spec["serviceAccountName"] = account.clone().into();
        if let Err(failure) = caught(send(kubectl, &info, &wanted, dry_run, &printer, "ServiceAccountName"))? {
            failures.push(failure);
        }
    }
    all_of(failures)
}
