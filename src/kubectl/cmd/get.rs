//! `kubectl get`: lists and shows objects, and watches them.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/get/get.go, v1.36.
//! Simplified: nothing.

use std::iter;
use std::ops::ControlFlow;
use std::sync::Arc;

use podarium_machine::StreamItem;
use podarium_api::time::age;
use serde::Deserialize;
use serde_json::{Value, json};

use super::change::{ALL_NAMESPACES, CHUNK, FIELD_SELECTOR, FILES, PRINT, SELECTOR};
use crate::builder::{Builder, Info};
use crate::client::{Call, JSON, TABLE};
use crate::command::Command;
use crate::failure::{Failure, Outcome, fail, usage};
use crate::flags::{Flag, Takes};
use crate::kubectl::Kubectl;
use crate::printers::format::{self, Printer, list_of};
use crate::printers::sort::{self, SortError};
use crate::printers::table::{self, Column, Table, TableOptions};
use crate::printers::tabwriter::TABLE as LAYOUT;
use crate::unstructured::{items, name, text};
use crate::watch::left_until;

pub const COMMAND: Command = Command::new("get", &[PRINT, OWN, FILES, SELECTOR, FIELD_SELECTOR, ALL_NAMESPACES, CHUNK], run);

const OWN: &[Flag] = &[
    Flag::text("raw"),
    Flag::bool("watch").short('w'),
    Flag::bool("watch-only"),
    Flag::bool("output-watch-events"),
    Flag::bool("ignore-not-found"),
    Flag::new("server-print", Takes::Bool, "true"),
    Flag::text("subresource"),
    Flag::bool("show-labels"),
    Flag::bool("show-kind"),
    Flag::bool("no-headers"),
    Flag::text("sort-by"),
    Flag::new("label-columns", Takes::List, "").short('L'),
];

struct Options {
    output: String,
    template: String,
    sort_by: String,
    all_namespaces: bool,
    ignore_not_found: bool,
    no_headers: bool,
    /// Tables, not whole objects.
    human_readable: bool,
    watch: bool,
    watch_only: bool,
}

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let options = complete(kubectl)?;
    validate(kubectl, &options)?;
    let raw = kubectl.flags.text("raw").to_owned();
    if !raw.is_empty() {
        // Of an address, the path alone counts.
        let path = match raw.split_once("://") {
            Some((_, rest)) if !raw.starts_with('/') => rest.find('/').map_or("/", |at| &rest[at..]).to_owned(),
            _ => raw,
        };
        let body = kubectl.send_for_bytes(&Call::get(path))?;
        return Ok(kubectl.process.write_stdout(&body)?);
    }
    match (options.watch || options.watch_only, options.human_readable) {
        (true, _) => watch(kubectl, &options),
        (false, true) => tables(kubectl, &options),
        (false, false) => objects(kubectl, &options),
    }
}

fn complete(kubectl: &mut Kubectl<'_, '_>) -> Outcome<Options> {
    if !kubectl.flags.text("raw").is_empty() && !kubectl.flags.args.is_empty() {
        return fail("arguments may not be passed when --raw is specified");
    }
    kubectl.namespace()?;
    let (output, template) = kubectl.output_and_template()?;
    let flags = &kubectl.flags;
    let options = Options {
        human_readable: (output.is_empty() && template.is_empty()) || output == "wide",
        output,
        template,
        sort_by: flags.text("sort-by").to_owned(),
        all_namespaces: flags.bool("all-namespaces"),
        ignore_not_found: flags.bool("ignore-not-found"),
        no_headers: flags.bool("no-headers"),
        watch: flags.bool("watch"),
        watch_only: flags.bool("watch-only"),
    };
    let asks = !flags.args.is_empty() || !flags.list("filename").is_empty() || !flags.text("kustomize").is_empty() || !flags.text("raw").is_empty();
    if options.watch && !options.sort_by.is_empty() {
        kubectl.eprint("warning: --watch requested, --sort-by will be ignored for watch events received\n")?;
    } else if options.watch_only && !options.sort_by.is_empty() {
        kubectl.eprint("warning: --watch-only requested, --sort-by will be ignored\n")?;
    } else if !options.watch && !options.watch_only && !asks {
        let hint = "Use \"kubectl api-resources\" for a complete list of supported resources.";
        kubectl.eprint(&format!("You must specify the type of resource to get. {hint}\n\n"))?;
        return usage(
            "kubectl get",
            "Required resource not specified.\nUse \"kubectl explain <resource>\" for a detailed description of that resource (e.g. kubectl explain pods).",
        );
    }
    Ok(options)
}

fn validate(kubectl: &Kubectl<'_, '_>, options: &Options) -> Outcome<()> {
    let flags = &kubectl.flags;
    if !flags.text("raw").is_empty() {
        if options.watch || options.watch_only || !flags.text("selector").is_empty() {
            return fail("--raw may not be specified with other flags that filter the server request or alter the output");
        }
        if !options.output.is_empty() {
            return fail("--raw and --output are mutually exclusive");
        }
        let raw = flags.text("raw");
        let host = raw.split_once("://").filter(|(scheme, _)| !scheme.is_empty() && scheme.chars().all(|letter| letter.is_ascii_alphabetic()));
        if !raw.starts_with('/') && host.is_none() {
            return fail(format!("--raw must be a valid URL path: parse {:?}: invalid URI for request", flags.text("raw")));
        }
    }
    if flags.bool("show-labels") && !options.output.is_empty() && options.output != "wide" {
        return fail(format!("--show-labels option cannot be used with {} printer", options.output));
    }
    if flags.bool("output-watch-events") && !(options.watch || options.watch_only) {
        return fail("--output-watch-events option can only be used with --watch or --watch-only");
    }
    Ok(())
}

fn builder(kubectl: &Kubectl<'_, '_>, options: &Options) -> Builder {
    let sorted = !options.sort_by.is_empty();
    let server_print = kubectl.flags.bool("server-print") && options.human_readable;
    Builder {
        allow_empty_selector: true,
        latest: true,
        chunk_size: if sorted { 0 } else { kubectl.flags.int("chunk-size") },
        accept: if server_print { TABLE } else { JSON },
        include_object: server_print && sorted,
        subresource: kubectl.flags.text("subresource").to_owned(),
        ..Builder::of(kubectl, &kubectl.flags.args)
    }
}

fn table_options(kubectl: &Kubectl<'_, '_>, options: &Options, info: &Info, with_kind: bool) -> TableOptions {
    let flags = &kubectl.flags;
    TableOptions {
        no_headers: options.no_headers,
        with_namespace: options.all_namespaces && info.mapping.namespaced,
        kind: (with_kind || flags.bool("show-kind")).then(|| info.mapping.kind_name()),
        wide: options.output == "wide",
        show_labels: flags.bool("show-labels"),
        label_columns: flags.list("label-columns"),
    }
}

/// The object as a table: the server's, or one by name and age.
fn as_table(kubectl: &mut Kubectl<'_, '_>, info: &Info) -> Outcome<Arc<Table>> {
    if let Some(table) = &info.table {
        return Ok(table.clone());
    }
    let now = kubectl.now()?;
    let created = info.object.pointer("/metadata/creationTimestamp").and_then(|created| serde_json::from_value(created.clone()).ok());
    Ok(Arc::new(Table::of_object(&info.object, &age(created.as_ref(), now))))
}

/// Which row comes when.
fn order(table: &Table, sort_by: &str) -> Result<Vec<usize>, SortError> {
    sort::order_of_rows(&table.objects.iter().collect::<Vec<_>>(), sort_by)
}

fn tables(kubectl: &mut Kubectl<'_, '_>, options: &Options) -> Outcome<()> {
    let mut found = builder(kubectl, options).find(kubectl)?;
    if options.ignore_not_found {
        found.failures.retain(|failure| !failure.is_not_found());
    }
    let with_kind = found.infos.iter().any(|info| info.mapping.kind_name() != found.infos[0].mapping.kind_name());
    // Where there are several answers they are put in order themselves, though most are tables, which have few fields.
    if !options.sort_by.is_empty() && found.infos.len() > 1 {
        let heads: Vec<Value> = found.infos.iter().map(|info| info.table.as_ref().map_or_else(|| info.object.clone(), |table| table.head())).collect();
        match sort::order(&heads.iter().collect::<Vec<_>>(), &options.sort_by) {
            Ok(order) => found.infos = order.into_iter().map(|at| found.infos[at].clone()).collect(),
            Err(SortError::Path(why)) => return fail(why),
            Err(error) => return unsortable(kubectl, "sorter.go:329", &error.text("*unstructured.Unstructured")),
        }
    }
    let (mut out, mut block) = (String::new(), String::new());
    let mut last: Option<&Info> = None;
    let mut all_namespaced = !options.all_namespaces;
    let flush = |out: &mut String, block: &mut String, separate: bool| {
        if !block.is_empty() {
            if separate && !out.is_empty() {
                out.push('\n');
            }
            out.push_str(&LAYOUT.align(block));
            block.clear();
        }
    };
    for info in &found.infos {
        all_namespaced &= info.mapping.namespaced;
        let other = last.is_none_or(|last| last.mapping != info.mapping);
        if other {
            flush(&mut out, &mut block, !options.no_headers);
        }
        last = Some(info);
        let table = as_table(kubectl, info)?;
        let order = match (!options.sort_by.is_empty()).then(|| order(&table, &options.sort_by)).transpose() {
            Ok(order) => order,
            Err(SortError::Path(_)) => continue,
            Err(error) => return unsortable(kubectl, "sorter.go:375", &error.text("[][][]reflect.Value")),
        };
        // One table a type has headings; the rows of named objects follow below.
        if !table.rows.is_empty() {
            block.push_str(&table::lines(&table, order.as_deref(), &table_options(kubectl, options, info, with_kind), block.is_empty()));
        }
    }
    flush(&mut out, &mut block, !options.no_headers);
    if out.is_empty() && !options.ignore_not_found && found.failures.is_empty() {
        let namespace = kubectl.namespace()?;
        let message = if all_namespaced { format!("No resources found in {namespace} namespace.\n") } else { "No resources found\n".to_owned() };
        kubectl.eprint(&message)?;
    }
    kubectl.print(&out)?;
    // What went wrong with a file is one of several things, though it is the only one.
    match found.failures {
        failures if failures.is_empty() || kubectl.flags.list("filename").is_empty() => kubectl.visited(failures),
        failures => Err(Failure::Many(failures).into()),
    }
}

fn objects(kubectl: &mut Kubectl<'_, '_>, options: &Options) -> Outcome<()> {
    let mut found = builder(kubectl, options).find(kubectl)?;
    if options.ignore_not_found {
        found.failures.retain(|failure| !failure.is_not_found());
    }
    if found.single && !found.failures.is_empty() {
        return kubectl.visited(found.failures);
    }
    if found.infos.is_empty() && options.ignore_not_found {
        return kubectl.visited(found.failures);
    }
    let printer = format::printer(&options.output, &options.template, "", format::GET, options.no_headers)?;
    let mut objects: Vec<Value> = found.infos.into_iter().map(|info| info.object).collect();
    if !options.sort_by.is_empty() && !(found.single && objects.len() == 1) {
        let order = match sort::order(&objects.iter().collect::<Vec<_>>(), &options.sort_by) {
            Ok(order) => order,
            Err(SortError::Path(why)) => return fail(why),
            Err(error) => return unsortable(kubectl, "sorter.go:329", &error.text("*unstructured.Unstructured")),
        };
        objects = order.into_iter().map(|at| objects[at].clone()).collect();
    }
    let object = if found.single && objects.len() == 1 { objects.remove(0) } else { list_of(objects) };
    kubectl.log_info(2, "table_printer.go:45", "Unable to decode server response into a Table. Falling back to hardcoded types: attempt to decode non-Table object")?;
    kubectl.print_object(&printer, &object)?;
    kubectl.visited(found.failures)
}

/// The reference ends there and then, with a line of its log.
fn unsortable(kubectl: &mut Kubectl<'_, '_>, place: &str, why: &str) -> Outcome<()> {
    kubectl.log_fatal(place, why)?;
    Err(Failure::Exit(1).into())
}

/// What is carried from one event of a watch to the next.
#[derive(Clone, Default)]
struct Seen {
    rest: Vec<u8>,
    widths: Vec<usize>,
    headed: bool,
    columns: Vec<Column>,
}

fn watch(kubectl: &mut Kubectl<'_, '_>, options: &Options) -> Outcome<()> {
    let found = Builder { single_resource_type: true, flatten: false, ..builder(kubectl, options) }.find(kubectl)?;
    if options.ignore_not_found && found.failures.iter().any(Failure::is_not_found) {
        return Ok(());
    }
    let infos = found.all_or_first_failure()?;
    let Some(info) = infos.first() else { return fail("you may only watch a single resource or type of resource at a time") };
    let table_options = table_options(kubectl, options, info, false);
    let printer = if options.human_readable { None } else { Some(format::printer(&options.output, &options.template, "", format::GET, options.no_headers)?) };
    let mut seen = Seen::default();
    let show_events = kubectl.flags.bool("output-watch-events");
    let revision = match &info.table {
        None => text(&info.object, "/metadata/resourceVersion").to_owned(),
        Some(table) => {
            let of_rows = table.rows.iter().map(|row| row.object.metadata.resource_version.clone());
            iter::once(table.metadata.resource_version.clone()).chain(of_rows).find(|revision| !revision.is_empty()).unwrap_or_default()
        }
    };
    let revision = if revision.is_empty() { "0".to_owned() } else { revision };
    for info in infos.iter().filter(|_| !options.watch_only) {
        let mut out = String::new();
        if let Some(table) = &info.table {
            out = show_table(&mut seen, "ADDED", Table::clone(table), &table_options, show_events);
        } else {
            let objects = if format::is_list(&info.object) { items(&info.object, "/items").to_vec() } else { vec![info.object.clone()] };
            for mut object in objects {
                if text(&object, "/kind").is_empty() {
                    object["apiVersion"] = info.mapping.api_version().into();
                    object["kind"] = info.mapping.kind.clone().into();
                }
                out.push_str(&show(&mut seen, "ADDED", &object, printer.as_ref(), &table_options, show_events)?);
            }
        }
        kubectl.print(&out)?;
    }
    if infos.len() > 1 {
        return fail("you may only watch a single resource or type of resource at a time");
    }
    let fields = match info.name.as_str() {
        "" => kubectl.flags.text("field-selector").to_owned(),
        name => format!("metadata.name={name}"),
    };
    let call = Call::get(info.mapping.path(&info.namespace, ""))
        .accept(if options.human_readable { TABLE } else { JSON })
        .query("watch", "true")
        .query("resourceVersion", revision)
        .maybe("labelSelector", kubectl.flags.text("selector"))
        .maybe("fieldSelector", &fields);
    let timeout = kubectl.flags.text("request-timeout").to_owned();
    let deadline = crate::duration::parse_duration(&timeout).ok().filter(|nanos| *nanos > 0).map(|nanos| std::time::Duration::from_nanos(nanos.unsigned_abs()));
    let until = match deadline {
        Some(deadline) => Some(kubectl.process.now()? + deadline),
        None => None,
    };
    let stream = kubectl.open(&call)?;
    kubectl.process.repeat(seen, |process, seen| {
        let left = match until {
            Some(until) => Some(left_until(until, process.now()?)),
            None => None,
        };
        match process.http_next(stream.id, left)? {
            StreamItem::Chunk(bytes) => seen.rest.extend(bytes),
            _ => return Ok(ControlFlow::Break(())),
        }
        let mut out = String::new();
        while let Some(end) = seen.rest.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = seen.rest.drain(..=end).collect();
            let Ok(event) = serde_json::from_slice::<Value>(&line) else { continue };
            match text(&event, "/type") {
                "ERROR" => return Ok(ControlFlow::Break(())),
                "BOOKMARK" => {}
                change => out.push_str(&show(seen, change, &event["object"], printer.as_ref(), &table_options, show_events).unwrap_or_default()),
            }
        }
        if !out.is_empty() {
            process.print(&out)?;
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(())
}

/// One event as it is printed.
fn show(seen: &mut Seen, event: &str, object: &Value, printer: Option<&Printer>, options: &TableOptions, show_events: bool) -> Outcome<String> {
    if let Some(printer) = printer {
        // The headings of columns are printed once.
        let without_heads = match printer {
            Printer::Columns(columns) if std::mem::replace(&mut seen.headed, true) => Some(Printer::Columns(columns.without_heads())),
            _ => None,
        };
        let printer = without_heads.as_ref().unwrap_or(printer);
        let wrapped = json!({"type": event, "object": object});
        let text = printer.print(if show_events { &wrapped } else { object }, format::How::default())?;
        let separator = if matches!(printer, Printer::Yaml) && std::mem::replace(&mut seen.headed, true) { "---\n" } else { "" };
        return Ok(format!("{separator}{text}"));
    }
    let table = match text(object, "/kind") {
        "Table" => Table::deserialize(object).unwrap_or_default(),
        _ => Table::of_object(object, name(object)),
    };
    Ok(show_table(seen, event, table, options, show_events))
}

fn show_table(seen: &mut Seen, event: &str, mut table: Table, options: &TableOptions, show_events: bool) -> String {
    // The server says once what the columns are.
    if table.column_definitions.is_empty() {
        table.column_definitions = seen.columns.clone();
    }
    seen.columns.clone_from(&table.column_definitions);
    if show_events {
        with_event_column(&mut table, event);
    }
    let lines = table::lines(&table, None, options, !seen.headed && !table.rows.is_empty());
    seen.headed |= !lines.is_empty();
    if lines.is_empty() { lines } else { LAYOUT.align_remembering(&lines, &mut seen.widths) }
}

fn with_event_column(table: &mut Table, event: &str) {
    table.column_definitions.insert(0, Column { name: "Event".to_owned(), ..Column::default() });
    for row in &mut table.rows {
        row.cells.insert(0, event.into());
    }
}
