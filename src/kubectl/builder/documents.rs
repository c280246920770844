//! Objects from files: documents, what is missing in them, their types and namespaces.
//!
//! Models: staging/src/k8s.io/cli-runtime/pkg/resource/{visitor,mapper}.go, v1.36.
//! Simplified: nothing.

use podarium_api::selector::LabelSelector;
use serde_json::Value;

use super::arguments::Arguments;
use super::find::{Builder, Found, Info};
use crate::failure::{Failure, Outcome, caught, fail};
use crate::kubectl::Kubectl;
use crate::kustomize::{Allowed, build};
use crate::manifest;
use crate::mapping::Mapping;
use crate::printers::format::is_list;
use crate::printers::json;
use crate::unstructured::{items, name, namespace, set, strings, text};

impl Builder {
    pub(super) fn by_files(&self, kubectl: &mut Kubectl<'_, '_>, arguments: &Arguments) -> Outcome<Found> {
        if !arguments.pairs.is_empty() {
            return fail("resource/name arguments cannot be provided when a path is specified");
        }
        if !arguments.types.is_empty() {
            return fail("when paths, URLs, or stdin is provided as input, you may not specify resource arguments as well");
        }
        if self.all {
            return fail("setting 'all' parameter but found a non empty resource. ");
        }
        let sources = match kubectl.sources(&self.filenames, self.recursive)? {
            Ok(sources) => sources,
            Err(mut errors) if errors.len() == 1 => return fail(errors.remove(0)),
            Err(errors) => return Err(Failure::Many(errors.into_iter().map(Failure::Message).collect()).into()),
        };
        if !self.kustomize.is_empty() && !self.filenames.is_empty() {
            return fail("only one of -f or -k can be specified");
        }
        if !self.kustomize.is_empty() && self.recursive {
            return fail("the -k flag can't be used with -f or -R");
        }
        let selector = match self.selector.as_deref().map(LabelSelector::parse).transpose() {
            Ok(selector) => selector,
            Err(error) => return fail(format!("the provided selector {:?} is not valid: {}", self.selector.as_deref().unwrap_or_default(), error.0)),
        };
        let mut found = Found::default();
        if !self.kustomize.is_empty() {
            let documents = match caught(build(kubectl, &self.kustomize, Allowed::default()))? {
                Ok(documents) => documents,
                Err(failure) => {
                    found.failures.push(failure);
                    return Ok(found);
                }
            };
            for document in documents {
                self.take_document(kubectl, &self.kustomize, document, selector.as_ref(), &mut found)?;
            }
        }
        for source in sources {
            self.take_text(kubectl, (&source.name, &source.bytes), selector.as_ref(), &mut found)?;
        }
        found.single = found.infos.len() == 1;
        Ok(found)
    }

    /// The objects of a text that is no file.
    pub fn in_text(&self, kubectl: &mut Kubectl<'_, '_>, name: &str, bytes: &[u8]) -> Outcome<Found> {
        let mut found = Found::default();
        self.take_text(kubectl, (name, bytes), None, &mut found)?;
        Ok(found)
    }

    fn take_text(&self, kubectl: &mut Kubectl<'_, '_>, text: (&str, &[u8]), selector: Option<&LabelSelector>, found: &mut Found) -> Outcome<()> {
        let (name, bytes) = text;
        let (documents, error) = manifest::documents(bytes);
        let validates = self.checks(kubectl)?;
        for document in documents {
            // What is no object is found before anything is made of its document, and nothing behind it is read.
            let all = if is_list(&document) { items(&document, "/items") } else { std::slice::from_ref(&document) };
            if validates && let Some(failure) = all.iter().find_map(|one| incomplete(name, one, true)) {
                found.failures.push(failure);
                return Ok(());
            }
            self.take_document(kubectl, name, document, selector, found)?;
        }
        found.failures.extend(error.map(|error| Failure::Message(format!("error parsing {name}: {error}"))));
        Ok(())
    }

    /// Whether documents are validated here.
    fn checks(&self, kubectl: &Kubectl<'_, '_>) -> Outcome<bool> {
        Ok(self.validates && kubectl.validation()? != "Ignore")
    }

    fn take_document(&self, kubectl: &mut Kubectl<'_, '_>, source: &str, document: Value, selector: Option<&LabelSelector>, found: &mut Found) -> Outcome<()> {
        let validates = self.checks(kubectl)?;
        if let Some(failure) = incomplete(source, &document, validates) {
            found.failures.push(failure);
            return Ok(());
        }
        if let Some(why) = manifest::wrong_metadata(&document) {
            found.failures.push(Failure::Message(format!("unable to decode {source:?}: {why}")));
            return Ok(());
        }
        if is_list(&document) && self.flatten {
            for item in items(&document, "/items") {
                self.take_document(kubectl, source, item.clone(), selector, found)?;
            }
            return Ok(());
        }
        if selector.is_some_and(|selector| !selector.matches(Some(&strings(&document, "/metadata/labels")))) {
            return Ok(());
        }
        let (api_version, kind) = (text(&document, "/apiVersion"), text(&document, "/kind"));
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        let mapping = if self.local {
            Some(Mapping::guessed(group, version, kind))
        } else {
            match caught(kubectl.check_reachable(self.validates))? {
                Ok(()) => match caught(kubectl.learn_types())? {
                    Err(failure) if failure.is_unreachable() => {
                        found.failures.push(Failure::Message(format!("unable to recognize {source:?}: {failure}")));
                        return Ok(());
                    }
                    _ => kubectl.lookup(|mapper| mapper.kind(group, version, kind).cloned())?,
                },
                Err(failure) => {
                    return fail(format!(
                        "error validating {source:?}: error validating data: failed to download openapi: {failure}; if you choose to ignore these errors, turn validation off with --validate=false"
                    ));
                }
            }
        };
        let mut info = match mapped(mapping, source, document) {
            Ok(info) => info,
            Err(failure) => {
                found.failures.push(failure);
                return Ok(());
            }
        };
        if info.mapping.namespaced && !self.as_written && !self.local && !self.place(kubectl, &mut info, found)? {
            return Ok(());
        }
        if !info.mapping.namespaced {
            info.namespace.clear();
        }
        if self.latest && info.mapping.namespaced && info.namespace.is_empty() {
            found.failures.push(Failure::Message(format!("no namespace set on resource {} {:?}", info.mapping.go_string(), info.name)));
            return Ok(());
        }
        if self.latest {
            match caught(self.fetch(kubectl, &info))? {
                Ok(page) => info.take(&page),
                Err(failure) => {
                    found.failures.push(failure);
                    return Ok(());
                }
            }
        }
        found.infos.push(info);
        Ok(())
    }

    /// Gives the object its namespace; `false` when it names another one than `-n`.
    fn place(&self, kubectl: &mut Kubectl<'_, '_>, info: &mut Info, found: &mut Found) -> Outcome<bool> {
        let connection = kubectl.connection()?;
        if info.namespace.is_empty() {
            info.namespace = connection.namespace;
            set(&mut info.object, "/metadata/namespace", info.namespace.clone().into());
        } else if connection.enforce_namespace && info.namespace != connection.namespace {
            found.failures.push(Failure::Message(format!(
                "the namespace from the provided object {:?} does not match the namespace {:?}. You must pass '--namespace={}' to perform this operation.",
                info.namespace, connection.namespace, info.namespace
            )));
            return Ok(false);
        }
        Ok(true)
    }
}

/// A document without a kind or a version is no object.
fn incomplete(source: &str, document: &Value, validates: bool) -> Option<Failure> {
    let missing = manifest::untyped(document)?;
    if !validates {
        let kind = match document {
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Bool(_) => "bool",
            Value::Number(_) => "number",
            _ if text(document, "/kind").is_empty() => {
                let shown = json::compact(document);
                return Some(Failure::Message(format!("unable to decode {source:?}: Object 'Kind' is missing in '{shown}'")));
            }
            // Any version will do.
            _ => return None,
        };
        return Some(Failure::Message(format!("unable to decode {source:?}: json: cannot unmarshal {kind} into Go value of type unstructured.detector")));
    }
    Some(Failure::Message(format!(
        "error validating {source:?}: error validating data: {missing}; if you choose to ignore these errors, turn validation off with --validate=false"
    )))
}

fn mapped(mapping: Option<Mapping>, source: &str, object: Value) -> Result<Info, Failure> {
    let Some(mapping) = mapping else {
        return Err(Failure::Message(format!(
            "resource mapping not found for name: {:?} namespace: {:?} from {source:?}: no matches for kind {:?} in version {:?}\nensure CRDs are installed first",
            name(&object),
            namespace(&object),
            text(&object, "/kind"),
            text(&object, "/apiVersion")
        )));
    };
    Ok(Info { mapping, namespace: namespace(&object).to_owned(), name: name(&object).to_owned(), source: source.to_owned(), object, table: None })
}
