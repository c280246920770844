//! The `-o` flag: which printer is meant, and printing whole objects with it.
//!
//! Models: staging/src/k8s.io/cli-runtime/pkg/genericclioptions/print_flags.go, v1.36.
//! Simplified: within a `range` of JSONPath a missing key is no error.

use serde_json::{Value, json};

use super::custom_columns::CustomColumns;
use super::json::Order;
use super::{go_template, json as json_printer, jsonpath, kyaml, yaml};
use crate::failure::{Failure, Outcome, fail};
use crate::mapping::kind_name;
use crate::unstructured::{items, name, remove, text};

/// The printers of `get`, in the order of its error message.
pub const GET: &str = "custom-columns,custom-columns-file,go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,kyaml,name,template,templatefile,wide,yaml";
/// The printers of commands that change something.
pub const CHANGE: &str = "go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,kyaml,name,template,templatefile,yaml";

/// The printers of a file that is edited.
pub const DOCUMENT: &str = "json,kyaml,yaml";

/// A printer of whole objects.
#[derive(Clone, Debug)]
pub enum Printer {
    Json(Order),
    Yaml,
    Kyaml(Order),
    /// `pod/web`, with what was done to it, if anything.
    Name { operation: String, short: bool },
    JsonPath { template: String, nodes: Vec<jsonpath::Node>, as_json: bool },
    Columns(CustomColumns),
    /// Where it fails, the object is shown in this order.
    GoTemplate(go_template::Template, Order),
}

/// Reads `-o`; files that it names have been read by the caller. `operation` is what the default output says.
pub fn printer(output: &str, template: &str, operation: &str, allowed: &str, no_headers: bool) -> Outcome<Printer> {
    // With a template of its own, what stands behind `-o` is the format and no more.
    let (format, argument) = match output.split_once('=') {
        Some((format, argument)) if template.is_empty() && !format.is_empty() => (format, argument),
        _ => (output, template),
    };
    let format = if format.is_empty() && !template.is_empty() { "go-template" } else { format };
    let lower = format.to_lowercase();
    let format = if matches!(lower.as_str(), "json" | "yaml" | "kyaml" | "name") { lower.as_str() } else { format };
    let columns = allowed == GET;
    if output.contains('=') && matches!(format, "json" | "yaml" | "kyaml" | "name" | "wide") {
        return unsuitable(output, allowed);
    }
    if allowed == DOCUMENT && !matches!(format, "json" | "kyaml" | "yaml") {
        return unsuitable(output, allowed);
    }
    Ok(match format {
        "" => Printer::Name { operation: operation.to_owned(), short: false },
        "name" => Printer::Name { operation: String::new(), short: true },
        "json" => Printer::Json(Order::Names),
        "yaml" => Printer::Yaml,
        "kyaml" => Printer::Kyaml(Order::Names),
        "jsonpath" | "jsonpath-file" | "jsonpath-as-json" => {
            if argument.is_empty() {
                return fail("template format specified but no template given");
            }
            let nodes = jsonpath::parse(argument).or_else(|why| fail(format!("error parsing jsonpath {argument}, {why}")))?;
            Printer::JsonPath { template: argument.to_owned(), nodes, as_json: format == "jsonpath-as-json" }
        }
        "go-template" | "go-template-file" | "template" | "templatefile" => {
            if argument.is_empty() {
                return fail("template format specified but no template given");
            }
            Printer::GoTemplate(go_template::parse(argument).or_else(|why| fail(format!("error parsing template {argument}, {why}")))?, Order::Names)
        }
        "custom-columns" | "custom-columns-file" if columns && argument.is_empty() => return fail("custom-columns format specified but no custom columns given"),
        "custom-columns" | "custom-columns-file" if columns => {
            let read = if format == "custom-columns" { CustomColumns::parse(argument) } else { CustomColumns::parse_file(argument) };
            let mut columns = read.or_else(fail)?;
            columns.no_headers = no_headers;
            Printer::Columns(columns)
        }
        _ => return unsuitable(output, allowed),
    })
}

fn unsuitable<T>(output: &str, allowed: &str) -> Outcome<T> {
    fail(format!("unable to match a printer suitable for the output format {output:?}, allowed formats are: {allowed}"))
}

/// How a printer is to go about it.
#[derive(Clone, Copy, Debug, Default)]
pub struct How {
    pub managed_fields: bool,
    /// A key that a template names and that is not there is an error.
    pub strict: bool,
}

impl Printer {
    /// For what kubectl makes itself: its JSON has another order of fields.
    #[must_use]
    pub fn typed(self, order: Order) -> Printer {
        match self {
            Printer::Json(_) => Printer::Json(order),
            Printer::Kyaml(_) => Printer::Kyaml(order),
            Printer::GoTemplate(template, _) => Printer::GoTemplate(template, order),
            other => other,
        }
    }

    /// An object or a list.
    pub fn print(&self, object: &Value, how: How) -> Outcome<String> {
        let mut object = object.clone();
        // Templates see everything.
        if !how.managed_fields && matches!(self, Printer::Json(_) | Printer::Yaml | Printer::Kyaml(_)) {
            omit_managed_fields(&mut object);
        }
        match self {
            Printer::Json(order) => Ok(json_printer::pretty_in(&object, *order)),
            Printer::Yaml => Ok(yaml::document(&object)),
            Printer::Kyaml(order) => Ok(kyaml::document_in(&object, *order)),
            Printer::Name { operation, .. } => {
                let all = if is_list(&object) { items(&object, "/items").iter().collect() } else { vec![&object] };
                Ok(all.into_iter().map(|object| name_line(object, operation)).collect())
            }
            Printer::JsonPath { template, nodes, as_json } => {
                let missing = if how.strict { missing_key(nodes, &object) } else { None };
                let printed = missing.map_or_else(|| if *as_json { as_json_list(nodes, &object) } else { jsonpath::print(nodes, &object) }, |key| Err(format!("{key} is not found")));
                printed.or_else(|why| {
                    fail(format!(
                        "error executing jsonpath {template:?}: Error executing template: {why}. Printing more information for debugging the template:\n\ttemplate was:\n\t\t{template}\n\tobject given to jsonpath engine was:\n\t\t{}\n\n\n",
                        go_syntax(&object)
                    ))
                })
            }
            Printer::Columns(columns) => {
                let all = if is_list(&object) { items(&object, "/items").iter().collect() } else { vec![&object] };
                columns.print(&all).map_err(|(printed, why)| Failure::Shown { text: printed, failure: Box::new(Failure::Message(why)) }.into())
            }
            Printer::GoTemplate(template, order) => template.print(&object, how.strict).map_err(|(printed, why)| {
                let source = &template.source;
                let raw = json_printer::compact_in(&object, *order);
                // The explanation goes where the result would have gone, so that it is seen.
                let text = format!(
                    "{printed}Error executing template: {why}. Printing more information for debugging the template:\n\ttemplate was:\n\t\t{source}\n\traw data was:\n\t\t{raw}\n\tobject given to template engine was:\n\t\t{}\n\n",
                    jsonpath::go_value(&object)
                );
                let failure = Failure::Message(format!("error executing template {source:?}: {why}"));
                Failure::Shown { text, failure: Box::new(failure) }.into()
            }),
        }
    }
}

/// The first key of a template that no object has of those that could have it.
fn missing_key<'n>(nodes: &'n [jsonpath::Node], object: &Value) -> Option<&'n str> {
    nodes.iter().find_map(|node| match node {
        jsonpath::Node::Text(_) => None,
        jsonpath::Node::Path(steps) | jsonpath::Node::Range(steps, _) => missing_step(steps, object),
    })
}

fn missing_step<'n>(steps: &'n [jsonpath::Step], object: &Value) -> Option<&'n str> {
    steps.iter().enumerate().find_map(|(at, step)| {
        let reached = |count: usize| jsonpath::find(&steps[..count], object).unwrap_or_default();
        match step {
            jsonpath::Step::Field(name) => (!name.is_empty() && !reached(at).is_empty() && reached(at + 1).is_empty()).then_some(name.as_str()),
            jsonpath::Step::Filter { left, operator, .. } if operator != "exists" => {
                reached(at).iter().flat_map(|list| list.as_array().cloned().unwrap_or_default()).find_map(|item| missing_step(left, &item))
            }
            _ => None,
        }
    })
}

/// Each piece of the template as a list of its own.
fn as_json_list(nodes: &[jsonpath::Node], object: &Value) -> Result<String, String> {
    Ok(jsonpath::results(nodes, object)?.into_iter().map(|found| json_printer::pretty(&Value::Array(found))).collect())
}

/// `deployment.apps/web created`.
fn name_line(object: &Value, operation: &str) -> String {
    let (version, kind) = (text(object, "/apiVersion"), text(object, "/kind"));
    let group = version.split_once('/').map_or("", |(group, _)| group);
    let operation = if operation.is_empty() { String::new() } else { format!(" {operation}") };
    let name = match name(object) {
        "" => "<unknown>",
        name => name,
    };
    format!("{}/{name}{operation}\n", kind_name(group, kind))
}

pub fn is_list(object: &Value) -> bool {
    text(object, "/kind").ends_with("List") && object.get("items").is_some_and(Value::is_array)
}

/// What other clients wrote into an object is its own subject and is left out.
pub fn omit_managed_fields(object: &mut Value) {
    remove(object, "/metadata/managedFields");
    if let Some(Value::Array(all)) = object.get_mut("items") {
        for item in all {
            remove(item, "/metadata/managedFields");
        }
    }
}

/// Several objects as one.
pub fn list_of(objects: Vec<Value>) -> Value {
    json!({"apiVersion": "v1", "kind": "List", "metadata": {"resourceVersion": ""}, "items": objects})
}

/// A pointer to an object as Go's `%#v` shows it.
pub fn go_pointer(object: &Value) -> String {
    format!("&unstructured.Unstructured{{Object:{}}}", go_syntax(object))
}

/// A value as Go's `%#v` shows it.
fn go_syntax(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let mut sorted: Vec<_> = fields.iter().collect();
            sorted.sort_by_key(|(name, _)| *name);
            let fields: Vec<String> = sorted.into_iter().map(|(name, value)| format!("{name:?}:{}", go_syntax(value))).collect();
            format!("map[string]interface {{}}{{{}}}", fields.join(", "))
        }
        Value::Array(items) => format!("[]interface {{}}{{{}}}", items.iter().map(go_syntax).collect::<Vec<_>>().join(", ")),
        Value::Null => "interface {}(nil)".to_owned(),
        other => other.to_string(),
    }
}
