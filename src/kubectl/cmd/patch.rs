//! `kubectl patch`.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/patch/patch.go, v1.36.
//! Simplified: `--local` and `--dry-run=client` are refused.

use serde_json::Value;

use super::change::{DRY_RUN, DryRun, FILES, PRINT};
use crate::builder::{Builder, Info};
use crate::client::{Call, PatchType};
use crate::command::Command;
use crate::failure::{Outcome, all_of, caught, fail, not_simulated};
use crate::flags::{Flag, Takes};
use crate::kubectl::Kubectl;
use crate::printers::json as json_printer;
use crate::unstructured::remove;

pub const COMMAND: Command = Command::new("patch", &[OWN, PRINT, FILES, DRY_RUN], run);

const OWN: &[Flag] = &[
    Flag::text("patch").short('p'),
    Flag::text("patch-file"),
    Flag::new("type", Takes::Text, "strategic"),
    Flag::bool("local"),
    Flag::text("subresource"),
    Flag::new("field-manager", Takes::Text, "kubectl-patch"),
];

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let dry_run = kubectl.dry_run()?;
    let flags = &kubectl.flags;
    let (patch, file, kind) = (flags.text("patch").to_owned(), flags.text("patch-file").to_owned(), flags.text("type").to_lowercase());
    if flags.bool("local") || dry_run == DryRun::Client {
        return not_simulated("kubectl patch without the server");
    }
    if !patch.is_empty() && !file.is_empty() {
        return fail("cannot specify --patch and --patch-file together");
    }
    if patch.is_empty() && file.is_empty() {
        return fail("must specify --patch or --patch-file containing the contents of the patch");
    }
    let kind = match kind.as_str() {
        "strategic" => PatchType::Strategic,
        "merge" => PatchType::Merge,
        "json" => PatchType::Json,
        _ => return fail(format!("--type must be one of [json merge strategic], not {:?}", flags.text("type"))),
    };
    let patch = if file.is_empty() {
        patch.into_bytes()
    } else {
        match kubectl.read_file(&file)? {
            Ok(bytes) => bytes,
            Err(why) => return fail(format!("unable to read patch file: {why}")),
        }
    };
    // A patch may be written in YAML.
    let patch: Value = match serde_yaml::from_slice(&patch) {
        Ok(patch) => patch,
        Err(error) => return fail(format!("unable to parse {:?}: {error}", String::from_utf8_lossy(&patch))),
    };
    let builder = Builder { subresource: kubectl.flags.text("subresource").to_owned(), ..Builder::of(kubectl, &kubectl.flags.args) };
    let found = builder.find(kubectl)?;
    let mut failures = found.failures;
    let mut count = 0;
    for info in found.infos {
        count += 1;
        if let Err(failure) = caught(send(kubectl, &info, kind, &patch, dry_run))? {
            failures.push(failure);
        }
    }
    all_of(failures)?;
    if count == 0 { fail("no objects passed to patch") } else { Ok(()) }
}

fn send(kubectl: &mut Kubectl<'_, '_>, info: &Info, kind: PatchType, patch: &Value, dry_run: DryRun) -> Outcome<()> {
    let mut path = info.mapping.path(&info.namespace, &info.name);
    let subresource = kubectl.flags.text("subresource").to_owned();
    if !subresource.is_empty() {
        path = format!("{path}/{subresource}");
    }
    let mut call = Call::new("PATCH", path)
        .raw_body(kind.content(), json_printer::compact(patch).into_bytes())
        .query("fieldManager", kubectl.flags.text("field-manager"));
    if dry_run == DryRun::Server {
        call = call.query("dryRun", "All");
    }
    let object = kubectl.send(&call)?;
    let same = |object: &Value| {
        let mut object = object.clone();
        remove(&mut object, "/metadata/managedFields");
        object
    };
    let operation = if same(&object) == same(&info.object) { "patched (no change)" } else { "patched" };
    let printer = kubectl.change_printer(operation, dry_run)?;
    kubectl.print_object(&printer, &object)
}
