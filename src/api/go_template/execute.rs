//! Executing templates.
//!
//! Models: text/template/exec.go, Go 1.26; `include` and `tpl` are helm's (pkg/engine/engine.go, v4.2).
//! Simplified: templates may call each other 200 deep, not 100000.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::builtins;
use super::format::{quote, show};
use super::node::{Branch, Command, Node, Operand, Pipe, Word};
use super::parse::parse;
use super::value::Value;

/// More functions than Go's own, from whoever executes a template.
pub trait Functions {
    /// The least and the most arguments of a function; `None`: there is none of that name.
    fn arity(&self, name: &str) -> Option<(usize, usize)>;
    fn call(&mut self, name: &str, arguments: Vec<Value>) -> Result<Value, Failed>;
}

/// Only Go's own functions.
pub struct NoFunctions;

impl Functions for NoFunctions {
    fn arity(&self, _name: &str) -> Option<(usize, usize)> {
        None
    }

    fn call(&mut self, name: &str, _arguments: Vec<Value>) -> Result<Value, Failed> {
        Err(Failed::Because(format!("no function {name}")))
    }
}

/// Why a function gave nothing.
#[derive(Clone, Debug)]
pub enum Failed {
    Because(String),
    /// The host wants the execution to end; it knows why.
    Stop,
}

impl From<String> for Failed {
    fn from(why: String) -> Self {
        Failed::Because(why)
    }
}

/// Why a template was not executed.
#[derive(Clone, Debug, Default)]
pub struct Error {
    /// What Go says.
    pub text: String,
    /// The errors inside, as `errors.Unwrap` gives them one after the other.
    pub causes: Vec<String>,
    /// The host wanted the end.
    pub stopped: bool,
    /// What had been printed until then.
    pub printed: String,
}

impl Error {
    pub fn new(text: impl Into<String>) -> Self {
        Error { text: text.into(), ..Error::default() }
    }
}

/// One of a set of templates. The source is kept for the places in errors.
#[derive(Clone, Debug)]
struct Template {
    /// The text that it was defined in.
    file: Rc<str>,
    source: Rc<str>,
    nodes: Rc<Vec<Node>>,
}

/// Templates that know each other.
#[derive(Clone, Debug, Default)]
pub struct Templates {
    all: BTreeMap<String, Template>,
    /// `include` and `tpl` are there.
    includes: bool,
    /// A key that a map does not have is an error (`missingkey=error`).
    strict: bool,
}

impl Templates {
    pub fn new() -> Self {
        Templates::default()
    }

    /// With helm's functions `include` and `tpl`.
    pub fn with_includes() -> Self {
        Templates { includes: true, ..Templates::default() }
    }

    pub fn set_strict(&mut self, strict: bool) {
        self.strict = strict;
    }

    /// Adds a text under a name, and what it defines. A text of nothing but blanks does not replace one that is there.
    pub fn add(&mut self, name: &str, source: &str, functions: &dyn Functions) -> Result<(), String> {
        let includes = self.includes;
        let known = |word: &str| builtins::arity(word).is_some() || functions.arity(word).is_some() || (includes && matches!(word, "include" | "tpl"));
        let parsed = parse(name, source, &known)?;
        let (file, source): (Rc<str>, Rc<str>) = (name.into(), source.into());
        let template = |nodes: Vec<Node>| Template { file: file.clone(), source: source.clone(), nodes: Rc::new(nodes) };
        let is_empty = |nodes: &[Node]| nodes.iter().all(|node| matches!(node, Node::Text(text) if text.trim().is_empty()));
        for (name, nodes) in parsed.defined {
            if !is_empty(&nodes) || !self.all.contains_key(&name) {
                self.all.insert(name, template(nodes));
            }
        }
        if !is_empty(&parsed.nodes) || !self.all.contains_key(name) {
            self.all.insert(name.to_owned(), template(parsed.nodes));
        }
        Ok(())
    }

    pub fn has(&self, name: &str) -> bool {
        self.all.contains_key(name)
    }

    pub fn execute(&self, name: &str, dot: &Value, functions: &mut dyn Functions) -> Result<String, Error> {
        self.execute_at(name, dot, functions, 0)
    }

    fn execute_at(&self, name: &str, dot: &Value, functions: &mut dyn Functions, depth: usize) -> Result<String, Error> {
        let Some(template) = self.all.get(name) else {
            return Err(Error::new(format!("template: no template {} associated with template \"gotpl\"", quote(name))));
        };
        let mut state = State { set: self, template, name, functions, out: String::new(), variables: vec![("$".to_owned(), dot.clone())], at: (0, String::new()), depth };
        let nodes = Rc::clone(&template.nodes);
        match state.walk(dot, &nodes) {
            Ok(_) => Ok(state.out),
            Err(error) => Err(Error { printed: state.out + &error.printed, ..error }),
        }
    }
}

/// How a list of nodes ended.
#[derive(PartialEq)]
enum Flow {
    On,
    Break,
    Continue,
}

/// Templates may call each other this deep; Go allows more, but its stack grows.
const DEEPEST: usize = 200;

struct State<'a> {
    set: &'a Templates,
    template: &'a Template,
    /// The name that it was called by.
    name: &'a str,
    functions: &'a mut dyn Functions,
    out: String,
    variables: Vec<(String, Value)>,
    /// The node that is looked at, for errors: its place and how it is shown.
    at: (usize, String),
    depth: usize,
}

type Executed<T> = Result<T, Error>;

impl State<'_> {
    fn mark(&mut self, at: usize, node: &dyn std::fmt::Display) {
        self.at = (at, node.to_string());
    }

    fn fail<T>(&self, why: impl AsRef<str>) -> Executed<T> {
        self.fail_because(why.as_ref(), Vec::new())
    }

    fn fail_because<T>(&self, why: &str, causes: Vec<String>) -> Executed<T> {
        let before = &self.template.source[..self.at.0.min(self.template.source.len())];
        let line = 1 + before.matches('\n').count();
        let column = before.len() - before.rfind('\n').map_or(0, |at| at + 1);
        let text = format!("template: {}:{line}:{column}: executing {} at <{}>: {why}", self.template.file, quote(self.name), self.at.1);
        Err(Error { text, causes, ..Error::default() })
    }

    fn walk(&mut self, dot: &Value, nodes: &[Node]) -> Executed<Flow> {
        for node in nodes {
            match node {
                Node::Text(text) => self.out.push_str(text),
                Node::Action(pipe) => {
                    let value = self.pipe(dot, pipe)?;
                    if pipe.variables.is_empty() {
                        self.print(&value);
                    }
                }
                Node::If(branch) | Node::With(branch) => {
                    let depth = self.variables.len();
                    let value = self.pipe(dot, &branch.pipe)?;
                    let flow = match (value.truth(), matches!(node, Node::With(_))) {
                        (true, true) => self.walk(&value, &branch.body)?,
                        (true, false) => self.walk(dot, &branch.body)?,
                        (false, _) => self.walk(dot, &branch.otherwise)?,
                    };
                    self.variables.truncate(depth);
                    if flow != Flow::On {
                        return Ok(flow);
                    }
                }
                Node::Range(branch) => {
                    let depth = self.variables.len();
                    let flow = self.range(dot, branch)?;
                    self.variables.truncate(depth);
                    if flow != Flow::On {
                        return Ok(flow);
                    }
                }
                Node::Template(at, name, pipe) => {
                    let shown = pipe.as_ref().map_or(format!("{{{{template {}}}}}", quote(name)), |pipe| format!("{{{{template {} {pipe}}}}}", quote(name)));
                    self.at = (*at, shown);
                    if !self.set.has(name) {
                        return self.fail(format!("template {} not defined", quote(name)));
                    }
                    if self.depth >= DEEPEST {
                        return self.fail("exceeded maximum template depth (100000)");
                    }
                    let value = match pipe {
                        Some(pipe) => self.pipe(dot, pipe)?,
                        None => Value::Nil,
                    };
                    let text = self.set.execute_at(name, &value, self.functions, self.depth + 1)?;
                    self.out.push_str(&text);
                }
                Node::Break => return Ok(Flow::Break),
                Node::Continue => return Ok(Flow::Continue),
            }
        }
        Ok(Flow::On)
    }

    fn print(&mut self, value: &Value) {
        match value {
            Value::Nil => self.out.push_str("<no value>"),
            other => self.out.push_str(&show(other)),
        }
    }

    fn range(&mut self, dot: &Value, branch: &Branch) -> Executed<Flow> {
        let mut pipe = branch.pipe.clone();
        let names = std::mem::take(&mut pipe.variables);
        let value = self.pipe(dot, &pipe)?;
        let items: Vec<(Value, Value)> = match &value {
            Value::List(items) => items.iter().enumerate().map(|(at, item)| (Value::Int(at as i64), item.clone())).collect(),
            Value::Map(map) => map.borrow().iter().map(|(name, item)| (Value::text(name), item.clone())).collect(),
            Value::Int64(count) => (0..*count).map(|at| (Value::Int64(at), Value::Int64(at))).collect(),
            Value::Int(count) => (0..*count).map(|at| (Value::Int(at), Value::Int(at))).collect(),
            Value::Nil => Vec::new(),
            Value::Native(thing) => thing.entries().into_iter().map(|(name, item)| (Value::text(name), item)).collect(),
            other => return self.fail(format!("range can't iterate over {}", show(other))),
        };
        if items.is_empty() {
            return self.walk(dot, &branch.otherwise);
        }
        for (key, item) in items {
            let depth = self.variables.len();
            let values = if names.len() > 1 { vec![key, item.clone()] } else { vec![item.clone()] };
            for (name, value) in names.iter().zip(values) {
                match branch.pipe.assigns {
                    true => self.assign(name, value),
                    false => self.variables.push((name.clone(), value)),
                }
            }
            let flow = self.walk(&item, &branch.body)?;
            self.variables.truncate(depth);
            if flow == Flow::Break {
                break;
            }
        }
        Ok(Flow::On)
    }

    fn assign(&mut self, name: &str, value: Value) {
        if let Some(variable) = self.variables.iter_mut().rev().find(|(known, _)| known == name) {
            variable.1 = value;
        }
    }

    fn pipe(&mut self, dot: &Value, pipe: &Pipe) -> Executed<Value> {
        self.mark(pipe.at, pipe);
        let mut value = None;
        for command in &pipe.commands {
            value = Some(self.command(dot, command, value)?);
        }
        let value = value.unwrap_or_default();
        for name in &pipe.variables {
            match pipe.assigns {
                true => self.assign(name, value.clone()),
                false => self.variables.push((name.clone(), value.clone())),
            }
        }
        Ok(value)
    }

    fn command(&mut self, dot: &Value, command: &Command, last: Option<Value>) -> Executed<Value> {
        let first = &command.words[0];
        if let Operand::Function(name) = &first.what {
            self.mark(first.at, first);
            return self.function(dot, name, command, last);
        }
        let arguments = &command.words[1..];
        let takes = |state: &mut Self, arguments: &[Word], last: Option<Value>| -> Executed<Vec<Value>> {
            let mut values = Vec::new();
            for word in arguments {
                values.push(state.operand(dot, word)?);
            }
            values.extend(last);
            Ok(values)
        };
        match &first.what {
            Operand::Field(names) => {
                self.mark(first.at, first);
                let values = takes(self, arguments, last)?;
                self.mark(first.at, first);
                self.fields(dot.clone(), names, &values)
            }
            Operand::Variable(name, names) => {
                let value = self.variable(name);
                self.mark(first.at, first);
                let values = takes(self, arguments, last)?;
                self.mark(first.at, first);
                self.fields(value, names, &values)
            }
            Operand::Chain(inner, names) => {
                self.mark(first.at, first);
                let value = self.operand(dot, inner)?;
                let values = takes(self, arguments, last)?;
                self.mark(first.at, first);
                self.fields(value, names, &values)
            }
            _ => {
                self.mark(first.at, first);
                if !arguments.is_empty() || last.is_some() {
                    return self.fail(format!("can't give argument to non-function {first}"));
                }
                if matches!(first.what, Operand::Nil) {
                    return self.fail("nil is not a command");
                }
                self.operand(dot, first)
            }
        }
    }

    fn variable(&self, name: &str) -> Value {
        self.variables.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.clone()).unwrap_or_default()
    }

    fn operand(&mut self, dot: &Value, word: &Word) -> Executed<Value> {
        self.mark(word.at, word);
        Ok(match &word.what {
            Operand::Dot => dot.clone(),
            Operand::Nil => Value::Nil,
            Operand::Bool(flag) => Value::Bool(*flag),
            Operand::Int(_, number) => Value::Int(*number),
            Operand::Float(_, number) => Value::Float(*number),
            Operand::Text(_, text) => Value::text(text),
            Operand::Field(names) => self.fields(dot.clone(), names, &[])?,
            Operand::Variable(name, names) => {
                let value = self.variable(name);
                self.fields(value, names, &[])?
            }
            Operand::Function(name) => {
                let command = Command { at: word.at, words: vec![word.clone()] };
                self.function(dot, name, &command, None)?
            }
            Operand::Pipe(pipe) => self.pipe(dot, pipe)?,
            Operand::Chain(inner, names) => {
                let value = self.operand(dot, inner)?;
                self.mark(word.at, word);
                self.fields(value, names, &[])?
            }
        })
    }

    /// Follows fields; the last may be a method with arguments.
    fn fields(&mut self, mut value: Value, names: &[String], arguments: &[Value]) -> Executed<Value> {
        for (at, name) in names.iter().enumerate() {
            let is_last = at + 1 == names.len();
            let given = if is_last { arguments } else { &[] };
            value = match &value {
                Value::Map(map) => {
                    if !given.is_empty() {
                        return self.fail(format!("{name} is not a method but has arguments"));
                    }
                    let found = map.borrow().get(name).cloned();
                    match found {
                        None if self.set.strict => return self.fail(format!("map has no entry for key {}", quote(name))),
                        // helm asks for the zero value of what is missing, which is nil and has no fields; for others it
                        // is no value at all, and so is everything below it.
                        None if !self.set.includes => return Ok(Value::Nil),
                        found => found.unwrap_or_default(),
                    }
                }
                Value::Native(thing) => match thing.get(name, given) {
                    Some(Ok(found)) => found,
                    Some(Err(why)) => return self.fail_because(&format!("error calling {name}: {why}"), vec![why]),
                    None => return self.fail(format!("can't evaluate field {name} in type {}", value.type_name())),
                },
                // Go looks at the value's static type here, which is an interface.
                Value::Nil => return self.fail(format!("nil pointer evaluating interface {{}}.{name}")),
                _ => return self.fail(format!("can't evaluate field {name} in type interface {{}}")),
            };
        }
        if names.is_empty() && !arguments.is_empty() {
            return self.fail(format!("can't give argument to non-function {}", self.at.1.clone()));
        }
        Ok(value)
    }

    fn function(&mut self, dot: &Value, name: &str, command: &Command, last: Option<Value>) -> Executed<Value> {
        let given = command.words.len() - 1 + usize::from(last.is_some());
        let arity = builtins::arity(name).or_else(|| self.functions.arity(name)).or(if matches!(name, "include" | "tpl") { Some((2, 2)) } else { None });
        let Some((least, most)) = arity else { return self.fail(format!("{} is not a defined function", quote(name))) };
        if given < least || given > most {
            let wanted = if most == usize::MAX { format!("at least {least}") } else { least.to_string() };
            return self.fail(format!("wrong number of args for {name}: want {wanted} got {given}"));
        }
        if name == "and" || name == "or" {
            let mut value = Value::Nil;
            let words = command.words[1..].to_vec();
            for word in &words {
                value = self.operand(dot, word)?;
                if value.truth() == (name == "or") {
                    return Ok(value);
                }
            }
            return Ok(last.unwrap_or(value));
        }
        let mut arguments = Vec::new();
        for word in &command.words[1..] {
            arguments.push(self.operand(dot, word)?);
        }
        arguments.extend(last);
        let done = match name {
            "call" => Err(Error::new(match &arguments[0] {
                Value::Nil => "call of nil".to_owned(),
                value => {
                    let called = command.words.get(1).map_or_else(|| show(value), |word| word.to_string().trim_matches(['(', ')']).to_owned());
                    format!("non-function {called} of type {}", value.type_name())
                }
            })),
            _ if builtins::arity(name).is_some() => builtins::call(name, &arguments, !self.set.includes).map_err(Error::new),
            "include" | "tpl" => self.include(name, &arguments),
            _ => match self.functions.call(name, arguments) {
                Ok(value) => Ok(value),
                Err(Failed::Because(why)) => Err(Error::new(why)),
                Err(Failed::Stop) => Err(Error { stopped: true, ..Error::default() }),
            },
        };
        match done {
            Ok(value) => Ok(value),
            Err(error) if error.stopped => Err(error),
            Err(error) => {
                self.mark(command.at, command);
                let causes = [vec![error.text.clone()], error.causes].concat();
                self.fail_because(&format!("error calling {name}: {}", error.text), causes)
            }
        }
    }

    fn include(&mut self, name: &str, arguments: &[Value]) -> Executed<Value> {
        let Value::Text(text) = &arguments[0] else {
            return Err(Error::new(format!("wrong type for value; expected string; got {}", arguments[0].type_name())));
        };
        if self.depth >= DEEPEST {
            return Err(Error::new(format!("rendering template has a nested reference name: {text}: unable to execute template")));
        }
        if name == "include" {
            return self.set.execute_at(text, &arguments[1], self.functions, self.depth + 1).map(Value::text);
        }
        // A copy, so that what the text defines is forgotten behind it.
        let mut set = self.set.clone();
        let own = "gotpl".to_owned();
        set.all.remove(&own);
        if let Err(why) = set.add(&own, text, self.functions) {
            return Err(Error::new(format!("cannot parse template {}: {why}", quote(text))));
        }
        match set.execute_at(&own, &arguments[1], self.functions, self.depth + 1) {
            Ok(done) => Ok(Value::text(done.replace("<no value>", ""))),
            Err(error) if error.stopped => Err(error),
            Err(error) => {
                let causes = [vec![error.text.clone()], error.causes].concat();
                Err(Error { text: format!("error during tpl function execution for {}: {}", quote(text), error.text), causes, ..Error::default() })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(source: &str, data: serde_json::Value) -> Result<String, String> {
        let mut set = Templates::with_includes();
        set.add("t", source, &NoFunctions)?;
        set.execute("t", &Value::from_json(&data), &mut NoFunctions).map_err(|error| error.text)
    }

    #[test]
    fn templates_do_what_go_does() {
        let data = serde_json::json!({"a": {"b": "x"}, "l": [1, "two", 2.5], "n": null, "t": true});
        for (source, wanted) in [
            ("{{.a.b}} {{ .l }} {{.a}}", "x [1 two 2.5] map[b:x]"),
            ("{{range $i, $e := .l}}{{$i}}={{$e}};{{end}}", "0=1;1=two;2=2.5;"),
            ("{{range .none}}x{{else}}none{{end}}", "none"),
            ("a {{- if .t }} yes {{- else }} no {{- end }} b", "a yes b"),
            ("{{if .n}}1{{else if eq .a.b \"x\"}}2{{else}}3{{end}}", "2"),
            ("{{with .a}}{{.b}}{{$.t}}{{end}}", "xtrue"),
            ("{{define \"d\"}}<{{.}}>{{end}}{{template \"d\" .a.b}}{{include \"d\" 1}}", "<x><1>"),
            ("{{$x := 1}}{{range .l}}{{$x = 2}}{{end}}{{$x}}", "2"),
            ("{{printf \"%s-%v\" .a.b (len .l)}} {{not .t}} {{and .t .a.b}} {{or .n \"o\"}}", "x-3 false x o"),
            ("{{tpl \"{{.b}}!\" .a}}", "x!"),
            ("{{range .l}}{{if eq (printf \"%v\" .) \"two\"}}{{continue}}{{end}}{{.}}{{break}}{{end}}", "1"),
            ("{{/* a comment */ -}}  x {{.zip}}", "x <no value>"),
            ("{{block \"bl\" .a}}{{.b}}{{end}} {{(index .l 1)}} {{index .a \"b\" | printf \"%q\"}}", "x two \"x\""),
        ] {
            assert_eq!(run(source, data.clone()), Ok(wanted.to_owned()), "{source}");
        }
    }

    #[test]
    fn errors_are_those_of_go() {
        let data = serde_json::json!({"a": {"b": "x"}});
        for (source, wanted) in [
            ("{{.a.z.y}}", "template: t:1:4: executing \"t\" at <.a.z.y>: nil pointer evaluating interface {}.y"),
            ("\n {{if eq .a.b 1}}{{end}}", "template: t:2:6: executing \"t\" at <eq .a.b 1>: error calling eq: incompatible types for comparison: string and int"),
            ("{{nope}}", "template: t:1: function \"nope\" not defined"),
            ("{{end}}", "template: t:1: unexpected {{end}}"),
            ("{{if}}{{end}}", "template: t:1: missing value for if"),
            ("{{$x}}", "template: t:1: undefined variable \"$x\""),
        ] {
            assert_eq!(run(source, data.clone()), Err(wanted.to_owned()), "{source}");
        }
    }
}
