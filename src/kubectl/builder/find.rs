//! The builder: what is asked for, and the objects that are found.
//!
//! Models: staging/src/k8s.io/cli-runtime/pkg/resource/{builder,selector}.go, v1.36.
//! Simplified: all objects are found before the first is worked on.

use std::sync::Arc;

use serde_json::Value;

use super::arguments::Arguments;
use crate::client::{Call, JSON, TABLE, read_json};
use crate::failure::{Failure, Outcome, caught, fail};
use crate::kubectl::Kubectl;
use crate::mapping::Mapping;
use crate::printers::format::is_list;
use crate::printers::table::Table;
use crate::unstructured::{items, name, namespace, text};

pub const MISSING_RESOURCE: &str = "You must provide one or more resources by argument or filename.\nExample resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'\n   '<resource> <name>'\n   '<resource>'";

/// An object, where it is, and where it was read from.
#[derive(Clone, Debug)]
pub struct Info {
    pub mapping: Mapping,
    pub namespace: String,
    pub name: String,
    /// The file, or nothing.
    pub source: String,
    pub object: Value,
    /// What the server has sent in place of the object, where tables were asked for.
    pub table: Option<Arc<Table>>,
}

/// What the server answers when it is asked for objects.
pub(super) enum Page {
    Table(Arc<Table>),
    Objects(Value),
}

impl Page {
    fn read(body: Vec<u8>, asked: &Builder) -> Result<Page, Failure> {
        let table = if asked.accept == TABLE { Table::read(&body, asked.include_object) } else { None };
        match table {
            Some(table) => Ok(Page::Table(Arc::new(table))),
            None => read_json(body).map(Page::Objects),
        }
    }

    /// Where the next page begins, if there is one.
    fn next(&self) -> &str {
        match self {
            Page::Table(table) => &table.metadata.next,
            Page::Objects(list) => text(list, "/metadata/continue"),
        }
    }
}

impl Info {
    /// With what the server has sent.
    pub(super) fn take(&mut self, page: &Page) {
        match page {
            Page::Table(table) => self.table = Some(table.clone()),
            Page::Objects(object) => self.object = object.clone(),
        }
    }

    /// `deployments/web`, as messages name it.
    pub fn object_name(&self) -> String {
        format!("{}/{}", self.mapping.resource, self.name)
    }

    /// `deployment.apps/web`
    pub fn kind_and_name(&self) -> String {
        format!("{}/{}", self.mapping.kind_name(), self.name)
    }
}

/// What to look for.
#[derive(Clone, Debug)]
pub struct Builder {
    pub filenames: Vec<String>,
    pub kustomize: String,
    pub recursive: bool,
    pub args: Vec<String>,
    pub selector: Option<String>,
    pub field_selector: Option<String>,
    pub all: bool,
    pub all_namespaces: bool,
    /// A type alone means all of its objects (`get pods`, not `delete pods`).
    pub allow_empty_selector: bool,
    /// Whether named objects are fetched.
    pub require_object: bool,
    /// Whether objects of files are fetched.
    pub latest: bool,
    pub single_resource_type: bool,
    /// Lists are taken apart.
    pub flatten: bool,
    pub chunk_size: i64,
    pub accept: &'static str,
    pub include_object: bool,
    pub subresource: String,
    /// The type that is meant when only names are given (`cordon NODE`).
    pub default_type: Option<&'static str>,
    /// The server is not asked for the types of objects in files, and gives them no namespace.
    pub local: bool,
    /// Documents that are no objects are complaints of the validation, as `create` and `apply` have it.
    pub validates: bool,
    /// Objects of a text are taken as they stand there: nobody gives them a namespace.
    pub as_written: bool,
}

impl Default for Builder {
    fn default() -> Self {
        Builder {
            filenames: Vec::new(),
            kustomize: String::new(),
            recursive: false,
            args: Vec::new(),
            selector: None,
            field_selector: None,
            all: false,
            all_namespaces: false,
            allow_empty_selector: false,
            require_object: true,
            latest: false,
            single_resource_type: false,
            flatten: true,
            chunk_size: 0,
            accept: JSON,
            include_object: false,
            subresource: String::new(),
            default_type: None,
            local: false,
            validates: false,
            as_written: false,
        }
    }
}

/// What was found, in order, with what went wrong in between.
#[derive(Clone, Debug, Default)]
pub struct Found {
    pub infos: Vec<Info>,
    pub failures: Vec<Failure>,
    /// One object was asked for by its name.
    pub single: bool,
}

impl Found {
    /// All objects, or the first thing that went wrong.
    pub fn all(self) -> Outcome<Vec<Info>> {
        crate::failure::all_of(self.failures)?;
        Ok(self.infos)
    }
}

impl Found {
    /// All objects, or what went wrong first; what is behind that is not looked at.
    pub fn all_or_first_failure(self) -> Outcome<Vec<Info>> {
        match self.failures.into_iter().next() {
            Some(failure) => Err(failure.into()),
            None => Ok(self.infos),
        }
    }
}

impl Builder {
    /// With the flags that most commands share.
    pub fn of(kubectl: &Kubectl<'_, '_>, args: &[String]) -> Self {
        let flags = &kubectl.flags;
        let given = |name: &str| flags.is_set(name).then(|| flags.text(name).to_owned()).filter(|text| !text.is_empty());
        Builder {
            filenames: flags.list("filename"),
            kustomize: flags.text("kustomize").to_owned(),
            recursive: flags.bool("recursive"),
            args: args.to_vec(),
            selector: given("selector"),
            field_selector: given("field-selector"),
            all: flags.bool("all"),
            all_namespaces: flags.bool("all-namespaces"),
            ..Builder::default()
        }
    }

    pub fn find(&self, kubectl: &mut Kubectl<'_, '_>) -> Outcome<Found> {
        let mut arguments = Arguments::read(&self.args).or_else(fail)?;
        if let Some(default_type) = self.default_type
            && arguments.pairs.is_empty()
            && !self.args.is_empty()
        {
            if self.args.iter().all(String::is_empty) {
                return fail(MISSING_RESOURCE);
            }
            arguments = Arguments { types: vec![default_type.to_owned()], names: self.args.clone(), pairs: Vec::new() };
        }
        if let Some(default_type) = self.default_type
            && self.args.is_empty()
            && self.filenames.is_empty()
            && self.kustomize.is_empty()
        {
            arguments.types = vec![default_type.to_owned()];
        }
        if self.all && (self.selector.is_some() || self.field_selector.is_some()) {
            return fail("setting 'all' parameter but found a non empty selector. ");
        }
        if !self.filenames.is_empty() || !self.kustomize.is_empty() {
            return self.by_files(kubectl, &arguments);
        }
        let everything = self.allow_empty_selector && !arguments.types.is_empty() && arguments.names.is_empty();
        // Where everything may be meant, names mean less.
        if self.all && !(self.allow_empty_selector && self.selector.is_none() && self.field_selector.is_none() && !arguments.names.is_empty()) || self.selector.is_some() || self.field_selector.is_some() || everything {
            return self.by_selector(kubectl, &arguments);
        }
        if !arguments.pairs.is_empty() {
            return self.by_pairs(kubectl, &arguments);
        }
        if !arguments.names.is_empty() {
            return self.by_names(kubectl, &arguments);
        }
        if arguments.types.is_empty() {
            return fail(MISSING_RESOURCE);
        }
        for word in self.expand(kubectl, &arguments.types)? {
            kubectl.mapping(&word)?;
        }
        fail("resource(s) were provided, but no name was specified")
    }

    /// Categories become the types that are in them.
    fn expand(&self, kubectl: &mut Kubectl<'_, '_>, types: &[String]) -> Outcome<Vec<String>> {
        let mapper = kubectl.mapper()?;
        Ok(types
            .iter()
            .flat_map(|word| match mapper.category(word) {
                category if category.is_empty() || mapper.resource(word).is_some() => vec![word.clone()],
                category => category,
            })
            .collect())
    }

    fn by_selector(&self, kubectl: &mut Kubectl<'_, '_>, arguments: &Arguments) -> Outcome<Found> {
        if !arguments.names.is_empty() {
            return fail("name cannot be provided when a selector is specified");
        }
        if !arguments.pairs.is_empty() {
            return fail("selectors and the all flag cannot be used when passing resource/name arguments");
        }
        if arguments.types.is_empty() {
            return fail("at least one resource must be specified to use a selector");
        }
        if !self.subresource.is_empty() {
            return fail("subresource cannot be used when bulk resources are specified");
        }
        let types = self.expand(kubectl, &arguments.types)?;
        if types.len() > 1 && self.single_resource_type {
            return fail("you may only specify a single resource type");
        }
        let mut found = Found::default();
        let mut mappings: Vec<Mapping> = Vec::new();
        for word in &types {
            match caught(kubectl.mapping(word))? {
                Ok(mapping) if mappings.contains(&mapping) => {}
                Ok(mapping) => mappings.push(mapping),
                Err(failure) => return Err(failure.into()),
            }
        }
        let namespace = if self.all_namespaces { String::new() } else { kubectl.namespace()? };
        for mapping in mappings {
            match caught(self.list(kubectl, &mapping, &namespace))? {
                Ok(pages) => {
                    for page in pages {
                        self.take_list(&mapping, &namespace, &page, &mut found);
                    }
                }
                Err(failure) => found.failures.push(failure),
            }
        }
        Ok(found)
    }

    /// The objects of a type, page by page.
    fn list(&self, kubectl: &mut Kubectl<'_, '_>, mapping: &Mapping, namespace: &str) -> Outcome<Vec<Arc<Page>>> {
        let (labels, fields) = (self.selector.clone().unwrap_or_default(), self.field_selector.clone().unwrap_or_default());
        let mut pages = Vec::new();
        let mut next = String::new();
        loop {
            let mut call = Call::get(mapping.path(namespace, "")).accept(self.accept).maybe("labelSelector", &labels).maybe("fieldSelector", &fields).maybe("continue", &next);
            if self.chunk_size > 0 {
                call = call.query("limit", self.chunk_size.to_string());
            }
            if self.include_object {
                call = call.query("includeObject", "Object");
            }
            let page = match caught(self.ask(kubectl, &call))? {
                Ok(page) => page,
                Err(Failure::Server(mut status)) if matches!(text(&status, "/reason"), "BadRequest" | "NotFound") => {
                    let message = text(&status, "/message").to_owned();
                    let what = mapping.go_string();
                    status["message"] = if labels.is_empty() && fields.is_empty() {
                        format!("Unable to list {what:?}: {message}").into()
                    } else {
                        format!("Unable to find {what:?} that match label selector {labels:?}, field selector {fields:?}: {message}").into()
                    };
                    return Err(Failure::Server(status).into());
                }
                Err(failure) => return Err(failure.into()),
            };
            next = page.next().to_owned();
            pages.push(page);
            if next.is_empty() {
                return Ok(pages);
            }
        }
    }

    fn ask(&self, kubectl: &mut Kubectl<'_, '_>, call: &Call) -> Outcome<Arc<Page>> {
        kubectl.send_and_read(call, |body| Page::read(body, self))
    }

    fn take_list(&self, mapping: &Mapping, in_namespace: &str, page: &Page, found: &mut Found) {
        let list = match page {
            Page::Objects(list) if is_list(list) && self.flatten => list,
            _ => {
                let mut info = Info { mapping: mapping.clone(), namespace: in_namespace.to_owned(), name: String::new(), source: String::new(), object: Value::Null, table: None };
                info.take(page);
                found.infos.push(info);
                return;
            }
        };
        for item in items(list, "/items") {
            let mut object = item.clone();
            // An item of a list is silent about what it is.
            object["apiVersion"] = mapping.api_version().into();
            object["kind"] = mapping.kind.clone().into();
            found.infos.push(Info {
                mapping: mapping.clone(),
                namespace: namespace(item).to_owned(),
                name: name(item).to_owned(),
                source: String::new(),
                object,
                table: None,
            });
        }
    }

    fn by_pairs(&self, kubectl: &mut Kubectl<'_, '_>, arguments: &Arguments) -> Outcome<Found> {
        if self.single_resource_type && arguments.pairs.iter().any(|(word, _)| *word != arguments.pairs[0].0) {
            return fail("you may only specify a single resource type");
        }
        let mut found = Found { single: arguments.pairs.len() == 1, ..Found::default() };
        let mut wanted = Vec::new();
        for (word, name) in &arguments.pairs {
            wanted.push((kubectl.mapping(word)?, name.clone()));
        }
        for (mapping, name) in wanted {
            self.one(kubectl, &mapping, &name, &mut found)?;
        }
        Ok(found)
    }

    fn by_names(&self, kubectl: &mut Kubectl<'_, '_>, arguments: &Arguments) -> Outcome<Found> {
        let types = self.expand(kubectl, &arguments.types)?;
        let [word] = &types[..] else {
            return fail(if types.is_empty() { "you must provide a resource and a resource name together" } else { "you must specify only one resource" });
        };
        let mapping = kubectl.mapping(word)?;
        let mut found = Found { single: arguments.names.len() == 1, ..Found::default() };
        for name in &arguments.names {
            self.one(kubectl, &mapping, name, &mut found)?;
        }
        Ok(found)
    }

    fn one(&self, kubectl: &mut Kubectl<'_, '_>, mapping: &Mapping, name: &str, found: &mut Found) -> Outcome<()> {
        if mapping.namespaced && self.all_namespaces {
            return fail("a resource cannot be retrieved by name across all namespaces");
        }
        if mapping.namespaced && self.as_written {
            return fail("namespace may not be empty when retrieving a resource by name");
        }
        let namespace = if mapping.namespaced { kubectl.namespace()? } else { String::new() };
        let mut info = Info { mapping: mapping.clone(), namespace, name: name.to_owned(), source: String::new(), object: Value::Null, table: None };
        if self.require_object {
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

    pub(super) fn fetch(&self, kubectl: &mut Kubectl<'_, '_>, info: &Info) -> Outcome<Arc<Page>> {
        if info.name.is_empty() {
            return fail("resource name may not be empty");
        }
        let fault = match info.name.as_str() {
            "." | ".." => Some(format!("may not be '{}'", info.name)),
            name => ['/', '%'].into_iter().find(|letter| name.contains(*letter)).map(|letter| format!("may not contain '{letter}'")),
        };
        if let Some(fault) = fault {
            return fail(format!("invalid resource name {:?}: [{fault}]", info.name));
        }
        let mut path = info.mapping.path(&info.namespace, &info.name);
        // A file that says no version is asked for in none, which no server has.
        if !info.source.is_empty() && text(&info.object, "/apiVersion").is_empty() {
            path = path.replacen(&format!("/{}/", info.mapping.version), "/", 1);
        }
        if !self.subresource.is_empty() {
            path = format!("{path}/{}", self.subresource);
        }
        let mut call = Call::get(path).accept(self.accept);
        if self.include_object {
            call = call.query("includeObject", "Object");
        }
        match caught(self.ask(kubectl, &call))? {
            Ok(page) => Ok(page),
            // Where the namespace itself is missing, this is what is said.
            Err(failure) if failure.is_not_found() && !matches!(info.namespace.as_str(), "" | "default") => {
                match caught(kubectl.send(&Call::get(format!("/api/v1/namespaces/{}", info.namespace))))? {
                    Err(missing) if missing.is_not_found() => Err(missing.into()),
                    _ => Err(failure.into()),
                }
            }
            Err(failure) => Err(failure.into()),
        }
    }
}
