//! `kubectl patch`.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/patch/patch.go, v1.36.
//! Simplified: without the server, a JSON patch that does not fit is refused without kubectl's reason unless a field is
//! missing.

use podarium_api::{Kind, patch};
use serde_json::Value;

use super::change::{DRY_RUN, DryRun, FILES, PRINT, RECORD};
use crate::builder::{Builder, Info};
use crate::client::{Call, PatchType};
use crate::command::Command;
use crate::failure::{Outcome, all_of, caught, fail, not_simulated};
use crate::flags::{Flag, Takes};
use crate::kubectl::Kubectl;
use crate::manifest::go_yaml_error;
use crate::printers::json as json_printer;

pub const COMMAND: Command = Command::new("patch", &[OWN, PRINT, FILES, DRY_RUN, RECORD], run);

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
    let local = flags.bool("local");
    if !patch.is_empty() && !file.is_empty() {
        return fail("cannot specify --patch and --patch-file together");
    }
    if patch.is_empty() && file.is_empty() {
        return fail("must specify --patch or --patch-file containing the contents of the patch");
    }
    if local && !flags.args.is_empty() {
        return fail("cannot specify --local and server resources");
    }
    if local && dry_run == DryRun::Server {
        return fail("cannot specify --local and --dry-run=server - did you mean --dry-run=client?");
    }
    let kind = match kind.as_str() {
        "strategic" | "" => PatchType::Strategic,
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
    let is_json = patch.trim_ascii_start().starts_with(b"{");
    let read = if is_json { serde_json::from_slice(&patch).map_err(|error| error.to_string()) } else { serde_yaml::from_slice(&patch).map_err(|error| go_yaml_error(&error)) };
    let patch: Value = match read {
        Ok(value) if is_json => value,
        Ok(mut value) => {
            podarium_api::decode::as_yaml_1_1(&String::from_utf8_lossy(&patch), &mut value);
            value
        }
        // What begins like JSON is sent as it is, and the server complains.
        Err(_) if is_json && !local && dry_run != DryRun::Client => {
            let text = String::from_utf8_lossy(&patch).into_owned();
            let infos = Builder { subresource: kubectl.flags.text("subresource").to_owned(), ..Builder::of(kubectl, &kubectl.flags.args) }.find(kubectl)?.all()?;
            for info in infos {
                let call = Call::new("PATCH", info.mapping.path(&info.namespace, &info.name)).raw_body(kind.content(), text.clone().into_bytes());
                kubectl.send(&call.query("fieldManager", kubectl.flags.text("field-manager")))?;
            }
            return Ok(());
        }
        Err(error) => return fail(format!("unable to parse {:?}: {error}", String::from_utf8_lossy(&patch))),
    };
    let builder = Builder { local, subresource: kubectl.flags.text("subresource").to_owned(), ..Builder::of(kubectl, &kubectl.flags.args) };
    let found = builder.find(kubectl)?;
    let mut failures = found.failures;
    let mut count = 0;
    for info in found.infos {
        count += 1;
        let patched = if local || dry_run == DryRun::Client { here(kubectl, &info, kind, &patch) } else { send(kubectl, &info, kind, &patch, dry_run) };
        if let Err(failure) = caught(patched)? {
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
    let object = match caught(kubectl.send(&call))? {
        Ok(object) => object,
        Err(failure) if failure.reason() == "UnsupportedMediaType" => {
            return fail(format!("{} is not supported by {}, Kind={}: {failure}", kind.content(), info.mapping.api_version(), info.mapping.kind));
        }
        Err(failure) => return Err(failure.into()),
    };
    let changed = object != info.object;
    let recorded = kubectl.record_after(info, &object, dry_run)?;
    say(kubectl, recorded.as_ref().unwrap_or(&object), changed)
}

fn say(kubectl: &mut Kubectl<'_, '_>, object: &Value, changed: bool) -> Outcome<()> {
    let operation = if changed { "patched" } else { "patched (no change)" };
    // kubectl forgets here to say of a dry run that it was one.
    let printer = kubectl.change_printer(operation, DryRun::None)?;
    kubectl.print_object(&printer, object)
}

/// Patches an object without sending anything.
fn here(kubectl: &mut Kubectl<'_, '_>, info: &Info, patch_type: PatchType, patch: &Value) -> Outcome<()> {
    let (group, version, kind) = (&info.mapping.group, &info.mapping.version, &info.mapping.kind);
    let known = Kind::ALL.iter().copied().find(|known| {
        let info = known.info();
        info.group == *group && info.version == *version && info.kind == *kind
    });
    let (kind, patch_type) = match (patch_type, known) {
        (PatchType::Strategic, None) => return fail(format!("strategic merge patch is not supported for {group}/{version}, Kind={kind} locally, try --type merge")),
        (PatchType::Strategic, Some(kind)) => (kind, patch::PatchType::Strategic),
        (PatchType::Json, kind) => (kind.unwrap_or(Kind::ConfigMap), patch::PatchType::Json),
        (_, kind) => (kind.unwrap_or(Kind::ConfigMap), patch::PatchType::Merge),
    };
    match patch::apply(kind, patch_type, &info.object, patch) {
        Ok(object) => say(kubectl, &object, object != info.object),
        Err(status) => match missing_field(patch, &info.object) {
            Some(path) => fail(format!("Object to be patched is missing field ({path}: missing value)")),
            None if patch_type == patch::PatchType::Json && missing_removal(patch, &info.object).is_some() => {
                let path = missing_removal(patch, &info.object).unwrap_or_default();
                let key = path.rsplit('/').next().unwrap_or_default();
                fail(format!("error in remove for path: '{path}': Unable to remove nonexistent key: {key}: missing value"))
            }
            None if patch_type == patch::PatchType::Json => not_simulated("the error of a JSON patch without the server"),
            None => fail(status.message()),
        },
    }
}

/// The path of the first `replace` whose field is not there.
fn missing_field(patch: &Value, object: &Value) -> Option<String> {
    let replaces = patch.as_array()?.iter().filter(|operation| operation["op"] == "replace");
    replaces.filter_map(|operation| operation["path"].as_str()).find(|path| object.pointer(path).is_none()).map(str::to_owned)
}

/// The path of the first `remove` of a field that is not there, of an object that is.
fn missing_removal<'p>(patch: &'p Value, object: &Value) -> Option<&'p str> {
    let removals = patch.as_array()?.iter().filter(|operation| operation["op"] == "remove");
    let parent = |path: &str| path.rsplit_once('/').and_then(|(parent, _)| object.pointer(parent)).is_some_and(Value::is_object);
    removals.filter_map(|operation| operation["path"].as_str()).find(|path| object.pointer(path).is_none() && parent(path))
}
