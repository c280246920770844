//! `kubectl scale`: sets how many replicas there shall be.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/scale/scale.go, pkg/scale/scale.go, v1.36.
//! Simplified: nothing.

use std::time::Duration;

use serde_json::json;

use super::change::{ALL, DRY_RUN, DryRun, FILES, PRINT, RECORD, SELECTOR};
use crate::builder::{Builder, Info};
use crate::client::{Call, JSON, PatchType, Write};
use crate::command::Command;
use crate::failure::{Outcome, all_of, caught, fail};
use crate::flags::{Flag, Takes};
use crate::kubectl::Kubectl;
use crate::unstructured::{int, set, text};

pub const COMMAND: Command = Command { required: &["replicas"], ..Command::new("scale", &[OWN, PRINT, FILES, DRY_RUN, SELECTOR, ALL, RECORD], run) };

const OWN: &[Flag] = &[
    Flag::new("replicas", Takes::Int, "0"),
    Flag::new("current-replicas", Takes::Int, "-1"),
    Flag::text("resource-version"),
    Flag::new("timeout", Takes::Duration, "0s"),
];

/// How often a scale that somebody else changed is tried again, and for how long.
const INTERVAL: Duration = Duration::from_secs(1);
const RETRIES: Duration = Duration::from_secs(300);

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let dry_run = kubectl.dry_run()?;
    let printer = kubectl.change_printer("scaled", dry_run)?;
    let (replicas, current) = (kubectl.flags.int("replicas"), kubectl.flags.int("current-replicas"));
    let revision = kubectl.flags.text("resource-version").to_owned();
    if replicas < 0 {
        return fail("The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0");
    }
    if current < -1 {
        return fail("The --current-replicas must specify an integer of -1 or greater");
    }
    let timeout = Duration::from_nanos(kubectl.flags.duration("timeout").unsigned_abs());
    let builder = Builder { allow_empty_selector: kubectl.flags.bool("all"), latest: false, ..Builder::of(kubectl, &kubectl.flags.args) };
    let found = builder.find(kubectl)?;
    if !revision.is_empty() && found.infos.len() > 1 {
        return fail("cannot use --resource-version with multiple resources");
    }
    if found.infos.is_empty() {
        all_of(found.failures)?;
        return fail("no objects passed to scale");
    }
    for mut info in found.infos {
        if dry_run != DryRun::Client {
            let deadline = kubectl.process.now()? + RETRIES;
            while let Err(failure) = caught(write(kubectl, &info, replicas, (current, &revision), dry_run))? {
                if failure.reason() != "Conflict" {
                    return Err(failure.into());
                }
                if kubectl.process.now()? >= deadline {
                    return fail("timed out waiting for the condition");
                }
                kubectl.process.sleep(INTERVAL)?;
            }
            if !timeout.is_zero() && dry_run == DryRun::None {
                wait(kubectl, &info, replicas, timeout)?;
            }
        }
        set(&mut info.object, "/spec/replicas", replicas.into());
        if dry_run != DryRun::Client {
            // Written though the rest was only tried, as the reference does.
            kubectl.record_after(&info, &info.object, DryRun::None)?;
        }
        kubectl.print_object(&printer, &info.object)?;
    }
    all_of(found.failures)
}

/// Writes the scale, if it is what it is expected to be: a number of replicas (-1: any) and a version (empty: any).
fn write(kubectl: &mut Kubectl<'_, '_>, info: &Info, replicas: i64, expected: (i64, &str), dry_run: DryRun) -> Outcome<()> {
    let (current, revision) = expected;
    if current == -1 && revision.is_empty() {
        let options = Write { dry_run: dry_run == DryRun::Server, subresource: "scale", ..Write::default() };
        let patch = json!({"spec": {"replicas": replicas}});
        kubectl.patch(&info.mapping, &info.namespace, &info.name, (PatchType::Merge, &patch), &options)?;
        return Ok(());
    }
    let path = scale_of(info);
    let mut scale = kubectl.send(&Call::get(path.clone()))?;
    let (have, version) = (int(&scale, "/spec/replicas").unwrap_or(0), text(&scale, "/metadata/resourceVersion").to_owned());
    if current != -1 && have != current {
        return fail(format!("Expected replicas to be {current}, was {have}"));
    }
    if !revision.is_empty() && version != revision {
        return fail(format!("Expected resource version to be {revision}, was {version}"));
    }
    set(&mut scale, "/spec/replicas", replicas.into());
    let mut call = Call::new("PUT", path).body(JSON, &scale);
    if dry_run == DryRun::Server {
        call = call.query("dryRun", "All");
    }
    kubectl.send(&call)?;
    Ok(())
}

/// Waits until there are as many replicas as were asked for, or somebody asks for another number.
fn wait(kubectl: &mut Kubectl<'_, '_>, info: &Info, replicas: i64, timeout: Duration) -> Outcome<()> {
    let deadline = kubectl.process.now()? + timeout;
    loop {
        let scale = kubectl.send(&Call::get(scale_of(info)))?;
        let (wanted, have) = (int(&scale, "/spec/replicas").unwrap_or(0), int(&scale, "/status/replicas").unwrap_or(0));
        if wanted != replicas || have == replicas {
            return Ok(());
        }
        if kubectl.process.now()? + INTERVAL > deadline {
            return fail(format!("timed out waiting for {:?} to be synced", info.name));
        }
        kubectl.process.sleep(INTERVAL)?;
    }
}

fn scale_of(info: &Info) -> String {
    format!("{}/scale", info.mapping.path(&info.namespace, &info.name))
}
