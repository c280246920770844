//! The loop: show, edit, check, send; again if the server found something wrong.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/util/editor/editoptions.go, v1.36.
//! Simplified: nothing.

use serde_json::{Map, Value, json};

use super::header::{Reason, Results};
use crate::apply::two_way;
use crate::builder::{Builder, Info};
use crate::client::{PatchType, Write};
use crate::cmd::{DryRun, LAST_APPLIED, annotate_configuration};
use crate::failure::{Failure, Outcome, caught, fail};
use crate::kubectl::Kubectl;
use crate::manifest;
use crate::printers::format::{self, omit_managed_fields};
use crate::printers::json as json_printer;
use crate::unstructured::{annotation, remove, text};

/// What is edited, and what becomes of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mode {
    Normal,
    LastApplied,
    /// Before an object is created.
    Create,
}

/// What an editing session needs to know.
struct Session {
    mode: Mode,
    /// `yaml`, `json` or `kyaml`.
    output: String,
    windows: bool,
    validation: &'static str,
    manager: String,
    subresource: String,
    save_config: bool,
    output_patch: bool,
}

/// Has objects edited, those of the command line in one file, those to be created one after the other.
pub fn edit(kubectl: &mut Kubectl<'_, '_>, mode: Mode) -> Outcome<()> {
    let output = kubectl.flags.text("output").to_owned();
    let output_patch = kubectl.flags.bool("output-patch");
    if output_patch && mode != Mode::Normal {
        return fail("the edit mode doesn't support output the patch");
    }
    let subresource = kubectl.flags.text("subresource").to_owned();
    let args = if mode == Mode::Create { Vec::new() } else { kubectl.flags.args.clone() };
    let builder = Builder { latest: mode != Mode::Create, allow_empty_selector: true, subresource: subresource.clone(), ..Builder::of(kubectl, &args) };
    let found = builder.find(kubectl)?;
    let session = Session {
        mode,
        output: if output.is_empty() { "yaml".to_owned() } else { output },
        windows: kubectl.flags.bool("windows-line-endings"),
        validation: kubectl.validation()?,
        manager: kubectl.flags.text("field-manager").to_owned(),
        subresource,
        save_config: kubectl.flags.bool("save-config"),
        output_patch,
    };
    match mode {
        Mode::Normal => {
            let infos = found.all()?;
            if infos.is_empty() {
                return fail("edit cancelled, no objects found");
            }
            session.run(kubectl, infos)
        }
        Mode::LastApplied => {
            let mut annotated = Vec::new();
            for info in found.all()? {
                let Some(last) = annotation(&info.object, LAST_APPLIED).map(str::to_owned) else { continue };
                match edited_objects(kubectl, last.as_bytes())? {
                    Ok(infos) => annotated.extend(infos.into_iter().take(1)),
                    Err(failure) => return Err(failure.into()),
                }
            }
            if annotated.is_empty() {
                return fail("no last-applied-configuration annotation found on resources, to create the annotation, use command `kubectl apply set-last-applied --create-annotation`");
            }
            session.run(kubectl, annotated)
        }
        Mode::Create => {
            let mut failures = found.failures;
            for info in found.infos {
                if let Err(failure) = caught(session.run(kubectl, vec![info]))? {
                    failures.push(failure);
                }
            }
            crate::failure::all_of(failures)
        }
    }
}

/// The objects of the file as it came back from the editor.
fn edited_objects(kubectl: &mut Kubectl<'_, '_>, bytes: &[u8]) -> Outcome<Result<Vec<Info>, Failure>> {
    let builder = Builder { as_written: true, ..Builder::default() };
    let found = builder.in_text(kubectl, "edited-file", bytes)?;
    Ok(match found.failures.len() {
        0 => Ok(found.infos),
        _ => Err(crate::failure::all_of(found.failures).err().and_then(|stop| match stop {
            crate::failure::Stop::Failed(failure) => Some(failure),
            crate::failure::Stop::Suspended(_) => None,
        }).unwrap_or(Failure::Exit(1))),
    })
}

impl Session {
    fn run(&self, kubectl: &mut Kubectl<'_, '_>, infos: Vec<Info>) -> Outcome<()> {
        let suffix = if self.output == "json" { ".json" } else { ".yaml" };
        let (mut results, mut edited, mut original) = (Results::default(), String::new(), String::new());
        let mut again = false;
        loop {
            let mut buffer = if self.output == "json" { String::new() } else { results.header(self.mode) };
            if again {
                // The header is new, the old one goes.
                buffer.push_str(&without_comments(&edited));
            } else {
                match caught(self.shown(&infos))? {
                    Ok(text) => buffer.push_str(&text),
                    Err(failure) => return preserved(kubectl, failure, &results.file),
                }
            }
            if self.windows {
                buffer = buffer.replace('\n', "\r\n");
            }
            if !again {
                original.clone_from(&buffer);
            }
            let before = std::mem::take(&mut edited);
            let came_back = kubectl.edit_file(suffix, &buffer)?;
            let file = came_back.path;
            edited = match came_back.text {
                Ok(text) => text,
                Err(failure) => return preserved(kubectl, failure, &results.file),
            };
            if again && content(&before) == content(&edited) {
                return preserved(kubectl, Failure::Message("Edit cancelled, no valid changes were saved.".to_owned()), &file);
            }
            if !results.file.is_empty() {
                // Whether there was one to remove does not matter.
                let _ = kubectl.process.remove(&results.file)?;
            }
            if let Some(why) = self.invalid(&edited) {
                results = Results::in_file(&file);
                again = true;
                let cause = format!("<nil>: Invalid value: \"The edited file failed validation\": {why}");
                let line = results.add_invalid(vec![cause], &infos[0]);
                kubectl.eprint(&line)?;
                continue;
            }
            if content(&original) == content(&edited) {
                let _ = kubectl.process.remove(&file)?;
                return kubectl.eprint("Edit cancelled, no changes made.\n");
            }
            if !edited.lines().map(str::trim).any(|line| !line.is_empty() && !line.starts_with('#')) {
                let _ = kubectl.process.remove(&file)?;
                return kubectl.eprint("Edit cancelled, saved file was empty.\n");
            }
            results = Results::in_file(&file);
            let updated = match edited_objects(kubectl, edited.as_bytes())? {
                Ok(updated) => updated,
                Err(failure) => {
                    again = true;
                    results.reasons.push(Reason { head: format!("The edited file had a syntax error: {failure}"), causes: Vec::new() });
                    continue;
                }
            };
            if let Err(failure) = caught(self.send(kubectl, &infos, updated, &mut results))? {
                return preserved(kubectl, failure, &results.file);
            }
            if results.retryable > 0 {
                kubectl.eprint(&format!("You can run `kubectl replace -f {file}` to try this update again.\n"))?;
                return Err(Failure::Exit(1).into());
            }
            if results.not_found > 0 {
                kubectl.eprint(&format!("The edits you made on deleted resources have been saved to {file:?}\n"))?;
                return Err(Failure::Exit(1).into());
            }
            if results.invalid == 0 {
                let _ = kubectl.process.remove(&file)?;
                return Ok(());
            }
            again = !results.reasons.is_empty();
        }
    }

    /// What is put into the file: the object, or all of them as a list.
    fn shown(&self, infos: &[Info]) -> Outcome<String> {
        let mut object = match infos {
            [info] => info.object.clone(),
            _ => json!({"apiVersion": "v1", "kind": "List", "metadata": {}, "items": infos.iter().map(|info| info.object.clone()).collect::<Vec<_>>()}),
        };
        omit_managed_fields(&mut object);
        format::printer(&self.output, "", "", format::DOCUMENT, false)?.print(&object, format::How::default())
    }

    /// What is so wrong with the file that it is not even sent.
    fn invalid(&self, edited: &str) -> Option<String> {
        if self.validation == "Ignore" {
            return None;
        }
        let value = match manifest::first_document(edited) {
            Ok(value) => value,
            Err(error) => return Some(error),
        };
        manifest::untyped(&value)
    }

    fn send(&self, kubectl: &mut Kubectl<'_, '_>, originals: &[Info], mut updated: Vec<Info>, results: &mut Results) -> Outcome<()> {
        let namespace = kubectl.namespace()?;
        for info in &mut updated {
            if info.mapping.namespaced && info.namespace.is_empty() {
                info.namespace.clone_from(&namespace);
                crate::unstructured::set(&mut info.object, "/metadata/namespace", namespace.clone().into());
            } else if info.mapping.namespaced && info.namespace != namespace {
                let other = &info.namespace;
                return fail(format!("the namespace from the provided object {other:?} does not match the namespace {namespace:?}. You must pass '--namespace={other}' to perform this operation."));
            }
            if self.save_config {
                annotate_configuration(&mut info.object);
            }
            kubectl.record(&mut info.object);
        }
        for info in updated {
            match self.mode {
                Mode::Create => self.create(kubectl, info)?,
                Mode::Normal => self.patch(kubectl, originals, info, results)?,
                Mode::LastApplied => self.patch_annotation(kubectl, originals, info)?,
            }
        }
        Ok(())
    }

    fn write(&self) -> Write<'_> {
        Write { field_manager: &self.manager, validation: self.validation, subresource: &self.subresource, ..Write::default() }
    }

    fn say(&self, kubectl: &mut Kubectl<'_, '_>, operation: &str, object: &Value) -> Outcome<()> {
        let printer = kubectl.change_printer(operation, DryRun::None)?;
        kubectl.print_object(&printer, object)
    }

    fn create(&self, kubectl: &mut Kubectl<'_, '_>, info: Info) -> Outcome<()> {
        let made = kubectl.create(&info.mapping, &info.namespace, &info.object, &self.write())?;
        self.say(kubectl, "created", &made)
    }

    fn patch(&self, kubectl: &mut Kubectl<'_, '_>, originals: &[Info], info: Info, results: &mut Results) -> Outcome<()> {
        let original = original_of(originals, &info)?;
        if original == info.object {
            return self.say(kubectl, "skipped", &info.object);
        }
        let (kind, patch) = two_way(&info.mapping, &original, &info.object);
        let changed = patch.as_object().cloned().unwrap_or_else(Map::new);
        if changed.contains_key("apiVersion") || changed.contains_key("kind") || patch.pointer("/metadata/name").is_some() {
            return fail("At least one of apiVersion, kind and name was changed");
        }
        if self.output_patch {
            kubectl.print(&format!("Patch: {}\n", json_printer::compact(&patch)))?;
        }
        match caught(kubectl.patch(&info.mapping, &info.namespace, &info.name, (kind, &patch), &self.write()))? {
            Ok(patched) => self.say(kubectl, "edited", &patched),
            Err(failure) => {
                let line = results.add(&failure, &info);
                kubectl.eprint(&line)
            }
        }
    }

    /// The annotation becomes what the file says; the object itself stays as it is.
    fn patch_annotation(&self, kubectl: &mut Kubectl<'_, '_>, originals: &[Info], info: Info) -> Outcome<()> {
        let original = original_of(originals, &info)?;
        if original == info.object {
            return self.say(kubectl, "skipped", &info.object);
        }
        let configuration = format!("{}\n", json_printer::compact(&info.object));
        let mut patch = json!({"metadata": {"annotations": {}}});
        patch["metadata"]["annotations"][LAST_APPLIED] = configuration.into();
        let namespace = kubectl.namespace()?;
        kubectl.patch(&info.mapping, &namespace, &info.name, (PatchType::Merge, &patch), &self.write())?;
        self.say(kubectl, "edited", &info.object)
    }
}

/// The object as it was before it was edited, found by its uid.
fn original_of(originals: &[Info], info: &Info) -> Outcome<Value> {
    let uid = text(&info.object, "/metadata/uid");
    let found = originals.iter().find(|original| text(&original.object, "/metadata/uid") == uid);
    match found {
        Some(original) => {
            let mut object = original.object.clone();
            remove(&mut object, "/metadata/managedFields");
            Ok(object)
        }
        None => fail(format!("no original object found for {}", format::go_pointer(&info.object))),
    }
}

/// Says where the file with the changes is, and fails.
fn preserved(kubectl: &mut Kubectl<'_, '_>, failure: Failure, file: &str) -> Outcome<()> {
    if !file.is_empty() && kubectl.process.stat(file)?.is_ok() {
        kubectl.eprint(&format!("A copy of your changes has been stored to {file:?}\n"))?;
    }
    Err(failure.into())
}

/// A file as far as it counts: its data, or its lines if it cannot be read.
fn content(text: &str) -> String {
    match manifest::first_document(text) {
        Ok(value) => json_printer::compact(&value),
        Err(_) => without_comments(text),
    }
}

fn without_comments(text: &str) -> String {
    let is_comment = |line: &&str| line.trim().starts_with('#') && !line.trim().starts_with("#!");
    text.split_inclusive('\n').filter(|line| !is_comment(line)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_do_not_count() {
        assert_eq!(content("# head\na: 1\n"), content("a: 1 # tail\n"));
        assert_eq!(without_comments("# head\na: [\n  #x\n#!b"), "a: [\n#!b");
        assert_ne!(content("a: ["), content("a: [1"));
    }
}
