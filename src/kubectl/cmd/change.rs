//! What commands that change something have in common: `--dry-run`, `-o`, `web created`.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/util/helpers.go, v1.36.
//! Simplified: nothing.

use podarium_api::decode::{decode_value, go_kind, parse_json};
use podarium_api::{Kind, patch};
use serde_json::Value;

use crate::apply::{merge_patch, two_way};
use crate::builder::Info;
use crate::client::{PatchType, Write};
use crate::failure::{Failure, Outcome, all_of, caught, fail};
use crate::flags::{Flag, Takes};
use crate::kubectl::Kubectl;
use crate::printers::format::{self, Printer};
use crate::printers::json;
use crate::unstructured::{annotation, remove, set};

pub const PRINT: &[Flag] = &[
    Flag::text("output").short('o'),
    Flag::text("template"),
    Flag::new("allow-missing-template-keys", Takes::Bool, "true"),
    Flag::bool("show-managed-fields"),
];
pub const FILES: &[Flag] = &[Flag::new("filename", Takes::List, "").short('f'), Flag::text("kustomize").short('k'), Flag::bool("recursive").short('R')];
pub const DRY_RUN: &[Flag] = &[Flag::new("dry-run", Takes::Optional("unchanged"), "none")];
pub const SELECTOR: &[Flag] = &[Flag::text("selector").short('l')];
pub const FIELD_SELECTOR: &[Flag] = &[Flag::text("field-selector")];
pub const ALL: &[Flag] = &[Flag::bool("all")];
pub const ALL_NAMESPACES: &[Flag] = &[Flag::bool("all-namespaces").short('A')];
pub const VALIDATE: &[Flag] = &[Flag::new("validate", Takes::Optional("strict"), "strict")];
pub const SAVE_CONFIG: &[Flag] = &[Flag::bool("save-config")];
/// Deprecated, and still there.
pub const RECORD: &[Flag] = &[Flag::bool("record")];
pub const CHUNK: &[Flag] = &[Flag::new("chunk-size", Takes::Int, "500")];

const CHANGE_CAUSE: &str = "kubernetes.io/change-cause";
pub const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum DryRun {
    None,
    Client,
    Server,
}

impl DryRun {
    /// What is put behind `created`.
    pub fn suffix(self) -> &'static str {
        match self {
            DryRun::None => "",
            DryRun::Client => " (dry run)",
            DryRun::Server => " (server dry run)",
        }
    }
}

impl Kubectl<'_, '_> {
    pub fn dry_run(&mut self) -> Outcome<DryRun> {
        let given = self.flags.text("dry-run").to_owned();
        // The message comes from a log that says which line of kubectl wrote it.
        let (strategy, line, instead) = match given.as_str() {
            "none" => return Ok(DryRun::None),
            "" if !self.flags.is_set("dry-run") => return Ok(DryRun::None),
            "client" => return Ok(DryRun::Client),
            "server" => return Ok(DryRun::Server),
            "unchanged" => (DryRun::Client, 719, "--dry-run is deprecated and can be replaced with --dry-run=client.".to_owned()),
            "1" | "t" | "T" | "TRUE" | "true" | "True" => (DryRun::Client, 733, deprecated(&given, "client")),
            "0" | "f" | "F" | "FALSE" | "false" | "False" => (DryRun::None, 736, deprecated(&given, "none")),
            other => return fail(format!("Invalid dry-run value ({other}). Must be \"none\", \"server\", or \"client\".")),
        };
        let now = self.now()?.to_zoned(jiff::tz::TimeZone::UTC);
        let pid = self.process.pid().0;
        let line = format!("W{} {pid:>7} helpers.go:{line}] {instead}\n", now.strftime("%m%d %H:%M:%S.%6f"));
        self.eprint(&line)?;
        Ok(strategy)
    }

    /// `Strict`, `Warn`, `Ignore`: what the server shall do with unknown fields.
    pub fn validation(&self) -> Outcome<&'static str> {
        match self.flags.text("validate") {
            "strict" | "1" | "t" | "T" | "TRUE" | "true" | "True" => Ok("Strict"),
            "warn" => Ok("Warn"),
            "ignore" | "0" | "f" | "F" | "FALSE" | "false" | "False" => Ok("Ignore"),
            other => fail(format!("invalid - validate option {other:?}; must be one of: strict (or true), warn, ignore (or false)")),
        }
    }

    /// The printer that `-o` asks for; without it, one that says what was done.
    pub fn change_printer(&mut self, operation: &str, dry_run: DryRun) -> Outcome<Printer> {
        let (output, template) = self.output_and_template()?;
        format::printer(&output, &template, &format!("{operation}{}", dry_run.suffix()), format::CHANGE, false)
    }

    /// `-o` and `--template`, with the contents of files that they name.
    pub fn output_and_template(&mut self) -> Outcome<(String, String)> {
        let (output, template) = (self.flags.text("output").to_owned(), self.flags.text("template").to_owned());
        let from_file = ["jsonpath-file", "go-template-file", "templatefile", "custom-columns-file"];
        let named = |format: &str| format == "custom-columns-file";
        if from_file.contains(&output.as_str()) && !template.is_empty() {
            return match self.read_file(&template)? {
                Ok(bytes) => Ok((output, String::from_utf8_lossy(&bytes).into_owned())),
                Err(why) => fail(format!("error reading {}template {template}, {why}", if named(&output) { "" } else { "--" })),
            };
        }
        let Some((format, path)) = output.split_once('=').filter(|(format, path)| from_file.contains(format) && !path.is_empty()) else { return Ok((output, template)) };
        match self.read_file(path)? {
            Ok(bytes) => Ok((format!("{format}={}", String::from_utf8_lossy(&bytes)), template)),
            Err(why) => fail(format!("error reading {}template {path}, {why}", if named(format) { "" } else { "--" })),
        }
    }

    pub fn print_object(&mut self, printer: &Printer, object: &Value) -> Outcome<()> {
        let strict = self.flags.text("allow-missing-template-keys");
        let how = format::How { managed_fields: self.flags.bool("show-managed-fields"), strict: !strict.is_empty() && !self.flags.bool("allow-missing-template-keys") };
        let text = printer.print(object, how)?;
        if matches!(printer, Printer::Yaml) && std::mem::replace(&mut self.printed_yaml, true) {
            self.print("---\n")?;
        }
        self.print(&text)
    }

    /// `-f` or `-k` there must be, and not both.
    pub fn require_files(&self) -> Outcome<()> {
        let (files, kustomize) = (!self.flags.list("filename").is_empty(), !self.flags.text("kustomize").is_empty());
        match (files, kustomize) {
            (false, false) => fail("must specify one of -f and -k"),
            (true, true) => fail("only one of -f or -k can be specified"),
            _ => Ok(()),
        }
    }
}

fn deprecated(given: &str, instead: &str) -> String {
    format!("--dry-run={given} is deprecated (boolean value) and can be replaced with --dry-run={instead}.")
}

/// An object as it was asked for, one line of JSON, for the annotation that `apply` compares with.
pub fn configuration(object: &Value) -> String {
    let mut object = object.clone();
    remove(&mut object, &format!("/metadata/annotations/{}", crate::unstructured::escape(LAST_APPLIED)));
    if !object["metadata"]["annotations"].is_object() {
        set(&mut object, "/metadata/annotations", serde_json::json!({}));
    }
    format!("{}\n", json::compact(&object))
}

/// Writes the annotation into an object.
pub fn annotate_configuration(object: &mut Value) {
    let configuration = configuration(object);
    if !object["metadata"]["annotations"].is_object() {
        set(object, "/metadata/annotations", serde_json::json!({}));
    }
    object["metadata"]["annotations"][LAST_APPLIED] = configuration.into();
}

/// The same for an object that kubectl itself has made, which is written in the order of its Go type.
pub fn save_made_configuration(kubectl: &Kubectl<'_, '_>, object: &mut Value) {
    if kubectl.flags.bool("save-config") {
        let configuration = json::compact_in(object, json::Order::Kind);
        set(object, &format!("/metadata/annotations/{}", crate::unstructured::escape(LAST_APPLIED)), format!("{configuration}\n").into());
    }
}

/// `--save-config`: the annotation is written when it is asked for, and kept up when it is there.
pub fn save_configuration(kubectl: &Kubectl<'_, '_>, object: &mut Value) {
    if kubectl.flags.bool("save-config") || annotation(object, LAST_APPLIED).is_some() {
        annotate_configuration(object);
    }
}

impl Kubectl<'_, '_> {
    /// Makes an object what it shall be, sending what differs. `None`: nothing does.
    pub fn send_change(&mut self, info: &Info, wanted: &Value, dry_run: DryRun, manager: &str) -> Outcome<Option<Value>> {
        self.send_patch(info, two_way(&info.mapping, &info.object, wanted), wanted, dry_run, manager)
    }

    /// The same with a merge patch, for labels and annotations.
    pub fn send_merge(&mut self, info: &Info, wanted: &Value, dry_run: DryRun, manager: &str) -> Outcome<Option<Value>> {
        self.send_patch(info, (PatchType::Merge, merge_patch(&info.object, wanted)), wanted, dry_run, manager)
    }

    fn send_patch(&mut self, info: &Info, patch: (PatchType, Value), wanted: &Value, dry_run: DryRun, manager: &str) -> Outcome<Option<Value>> {
        let (kind, patch) = patch;
        if patch == serde_json::json!({}) {
            return Ok(None);
        }
        if dry_run == DryRun::Client || self.flags.bool("local") {
            return Ok(Some(wanted.clone()));
        }
        let write = Write { dry_run: dry_run == DryRun::Server, field_manager: manager, ..Write::default() };
        self.patch(&info.mapping, &info.namespace, &info.name, (kind, &patch), &write).map(Some)
    }
}

impl Kubectl<'_, '_> {
    /// An object with what `--overrides` says, in the way of `--override-type`.
    pub fn overridden(&self, object: Value) -> Outcome<Value> {
        let text = self.flags.text("overrides");
        if text.is_empty() {
            return Ok(object);
        }
        let how = self.flags.text("override-type");
        let patch = match (parse_json(text.as_bytes()), how) {
            (Ok((patch, _)), _) => patch,
            (Err(why), "json") => return fail(why.rsplit("json parse error: ").next().unwrap_or(&why)),
            (Err(_), "strategic") => return fail("invalid JSON document"),
            (Err(_), _) => return fail("Invalid JSON Patch"),
        };
        let (version, kind) = (crate::unstructured::text(&object, "/apiVersion"), crate::unstructured::text(&object, "/kind"));
        let known = |version: &str, kind: &str| Kind::ALL.iter().copied().find(|known| known.info().kind == kind && known.info().api_version() == version);
        let patched = match how {
            "json" => {
                let Some(operations) = patch.as_array() else { return fail(format!("json: cannot unmarshal {} into Go value of type jsonpatch.Patch", go_kind(&patch))) };
                patch::json_operations(&object, operations).or_else(|undone| fail(undone.text()))?
            }
            "merge" | "" if !patch.is_object() => patch,
            "strategic" | "merge" | "" => {
                let how = if how == "strategic" { patch::PatchType::Strategic } else { patch::PatchType::Merge };
                patch::apply(known(version, kind).unwrap_or(Kind::Pod), how, &object, &patch).or_else(|status| fail(status.message().to_owned()))?
            }
            other => return fail(format!("invalid override type: {other}")),
        };
        // What comes of it must be an object of a type that kubectl is made with.
        if !patched.is_object() {
            let typed = "struct { APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" }";
            return fail(format!("couldn't get version/kind; json parse error: json: cannot unmarshal {} into Go value of type {typed}", go_kind(&patched)));
        }
        let (new_version, new_kind) = (crate::unstructured::text(&patched, "/apiVersion"), crate::unstructured::text(&patched, "/kind"));
        let Some(read_as) = known(new_version, new_kind) else {
            return fail(format!("no kind {new_kind:?} is registered for version {new_version:?} in scheme \"pkg/scheme/scheme.go:28\""));
        };
        let read = decode_value(read_as, &patched).or_else(fail)?;
        // Of another kind, only what that kind has is left.
        Ok(if new_kind == kind { patched } else { read.object.to_value() })
    }

    /// What went wrong with one object or another. What a kustomization lacks is told like what an object lacks.
    pub fn visited(&self, failures: Vec<Failure>) -> Outcome<()> {
        if self.flags.text("kustomize").is_empty() || failures.is_empty() { all_of(failures) } else { Err(Failure::Many(failures).into()) }
    }

    /// `--local` goes with files alone.
    pub fn require_local_files(&self, resources: &[String], file: &str) -> Outcome<()> {
        if !self.flags.bool("local") {
            return Ok(());
        }
        if self.flags.text("dry-run") == "server" {
            return fail("cannot specify --local and --dry-run=server - did you mean --dry-run=client?");
        }
        if !resources.is_empty() {
            return fail(format!("can only use local files by -f {file}.yaml or --filename={file}.json when --local=true is set"));
        }
        if self.flags.list("filename").is_empty() && self.flags.text("kustomize").is_empty() {
            return fail("one or more files must be specified as -f when --local=true is set");
        }
        Ok(())
    }

    /// `--record`: writes the command line into the annotation that `rollout history` shows.
    pub fn record(&self, object: &mut Value) {
        if !self.flags.bool("record") {
            return;
        }
        let mut line = self.flags.command.clone();
        self.flags.args.iter().for_each(|arg| line.push_str(&format!(" {arg}")));
        self.flags.given.iter().for_each(|(name, value)| line.push_str(&format!(" --{name}={value}")));
        set(object, &format!("/metadata/annotations/{}", crate::unstructured::escape(CHANGE_CAUSE)), line.into());
    }

    /// The same as a request of its own, after a change that cannot carry it. The object as it is then.
    pub fn record_after(&mut self, info: &Info, object: &Value, dry_run: DryRun) -> Outcome<Option<Value>> {
        let mut wanted = object.clone();
        self.record(&mut wanted);
        let patch = merge_patch(object, &wanted);
        if patch == serde_json::json!({}) {
            return Ok(None);
        }
        let write = Write { dry_run: dry_run == DryRun::Server, ..Write::default() };
        // That it could not be written is told nobody, as in the reference.
        Ok(caught(self.patch(&info.mapping, &info.namespace, &info.name, (PatchType::Merge, &patch), &write))?.ok())
    }
}

/// Splits `pod web a=b c-` into what is named and what is changed.
pub fn resources_and_pairs(args: &[String], what: &str) -> Outcome<(Vec<String>, Vec<String>)> {
    let (mut resources, mut pairs) = (Vec::new(), Vec::new());
    for arg in args {
        let is_pair = (arg.contains('=') && !arg.starts_with('=')) || (arg.ends_with('-') && arg != "-");
        match (is_pair, pairs.is_empty()) {
            (true, _) => pairs.push(arg.clone()),
            (false, true) => resources.push(arg.clone()),
            (false, false) => return fail(format!("all resources must be specified before {what} changes: {arg}")),
        }
    }
    Ok((resources, pairs))
}
