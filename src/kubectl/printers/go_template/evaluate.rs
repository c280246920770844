//! Running a template over an object.
//!
//! Models: Go's text/template/exec.go, staging/src/k8s.io/cli-runtime/pkg/printers/template.go, v1.36.
//! Simplified: nothing.

use serde_json::{Map, Value};

use super::functions::{self, show, truth};
use super::parse::{Block, Node, Pipe, Template, What, Word};

/// How a list of nodes ended.
#[derive(PartialEq)]
enum Flow {
    Goes,
    Breaks,
    Continues,
}

struct Run<'t> {
    variables: Vec<(String, Value)>,
    out: String,
    /// A key that is not there is an error.
    strict: bool,
    _template: &'t Template,
}

impl Template {
    /// What the template prints, or what it had printed and why it stopped.
    pub fn print(&self, object: &Value, strict: bool) -> Result<String, (String, String)> {
        let object = as_read(object);
        let mut run = Run { variables: vec![("$".to_owned(), object.clone())], out: String::new(), strict, _template: self };
        match run.nodes(&self.nodes, &object) {
            Ok(_) => Ok(run.out),
            Err(why) => Err((run.out, why)),
        }
    }
}

/// The object as kubectl's own reading of its JSON has it: every number is one with a fraction.
fn as_read(value: &Value) -> Value {
    match value {
        Value::Number(number) => number.as_f64().map_or(Value::Null, Value::from),
        Value::Array(items) => items.iter().map(as_read).collect(),
        Value::Object(fields) => Value::Object(fields.iter().map(|(name, value)| (name.clone(), as_read(value))).collect::<Map<_, _>>()),
        other => other.clone(),
    }
}

impl Run<'_> {
    fn nodes(&mut self, nodes: &[Node], dot: &Value) -> Result<Flow, String> {
        let known = self.variables.len();
        for node in nodes {
            let flow = self.node(node, dot)?;
            if flow != Flow::Goes {
                self.variables.truncate(known);
                return Ok(flow);
            }
        }
        self.variables.truncate(known);
        Ok(Flow::Goes)
    }

    fn node(&mut self, node: &Node, dot: &Value) -> Result<Flow, String> {
        match node {
            Node::Text(text) => self.out.push_str(text),
            Node::Break => return Ok(Flow::Breaks),
            Node::Continue => return Ok(Flow::Continues),
            Node::Show(pipe) => {
                let value = self.pipe(pipe, dot)?;
                if pipe.variables.is_empty() {
                    self.out.push_str(&value.map_or_else(|| "<no value>".to_owned(), |value| if value.is_null() { "<no value>".to_owned() } else { show(&value) }));
                }
            }
            Node::Block { kind: Block::Range, pipe, body, otherwise } => return self.range(pipe, body, otherwise, dot),
            Node::Block { kind, pipe, body, otherwise } => {
                let known = self.variables.len();
                let value = self.pipe(pipe, dot)?.unwrap_or(Value::Null);
                let flow = match (truth(&value), kind) {
                    (false, _) => self.nodes(otherwise, dot),
                    (true, Block::With) => self.nodes(body, &value),
                    (true, _) => self.nodes(body, dot),
                };
                self.variables.truncate(known);
                return flow;
            }
        }
        Ok(Flow::Goes)
    }

    fn range(&mut self, pipe: &Pipe, body: &[Node], otherwise: &[Node], dot: &Value) -> Result<Flow, String> {
        let known = self.variables.len();
        let value = self.commands(pipe, dot)?.unwrap_or(Value::Null);
        let pairs: Vec<(Value, Value)> = match value {
            Value::Array(items) => items.into_iter().enumerate().map(|(at, item)| (at.into(), item)).collect(),
            Value::Object(fields) => {
                let mut sorted: Vec<_> = fields.into_iter().collect();
                sorted.sort_by(|a, b| a.0.cmp(&b.0));
                sorted.into_iter().map(|(key, value)| (key.into(), value)).collect()
            }
            Value::Null => Vec::new(),
            Value::Number(number) if number.is_i64() => (0..number.as_i64().unwrap_or_default()).map(|at| (at.into(), at.into())).collect(),
            other => {
                let word = pipe.commands.first().and_then(|command| command.first());
                return Err(at(word, &format!("range can't iterate over {}", show(&other))));
            }
        };
        if pairs.is_empty() {
            return self.nodes(otherwise, dot);
        }
        for (key, item) in pairs {
            match &pipe.variables[..] {
                [one] => self.variables.push((one.clone(), item.clone())),
                [first, second] => self.variables.extend([(first.clone(), key), (second.clone(), item.clone())]),
                _ => {}
            }
            let flow = self.nodes(body, &item)?;
            self.variables.truncate(known);
            if flow == Flow::Breaks {
                break;
            }
        }
        Ok(Flow::Goes)
    }

    fn pipe(&mut self, pipe: &Pipe, dot: &Value) -> Result<Option<Value>, String> {
        let value = self.commands(pipe, dot)?;
        for name in &pipe.variables {
            let new = value.clone().unwrap_or(Value::Null);
            match self.variables.iter_mut().rev().find(|(known, _)| known == name).filter(|_| !pipe.declares) {
                Some((_, old)) => *old = new,
                None => self.variables.push((name.clone(), new)),
            }
        }
        Ok(value)
    }

    fn commands(&mut self, pipe: &Pipe, dot: &Value) -> Result<Option<Value>, String> {
        let mut last: Option<Option<Value>> = None;
        for command in &pipe.commands {
            last = Some(self.command(command, last, dot)?);
        }
        Ok(last.flatten())
    }

    /// The first word says what is done; what came out of the command before is the last argument.
    fn command(&mut self, words: &[Word], last: Option<Option<Value>>, dot: &Value) -> Result<Option<Value>, String> {
        let Some((first, rest)) = words.split_first() else { return Ok(None) };
        let What::Call(name) = &first.what else {
            if !rest.is_empty() || last.is_some() {
                return Err(at(Some(first), &format!("can't give argument to non-function {}", first.text)));
            }
            return self.word(first, dot);
        };
        // The first that decides is the answer, and the rest is not looked at.
        if matches!(name.as_str(), "and" | "or") {
            let mut value = Value::Null;
            for word in rest {
                value = self.word(word, dot)?.unwrap_or(Value::Null);
                if truth(&value) == (name == "or") {
                    return Ok(Some(value));
                }
            }
            return Ok(Some(last.flatten().unwrap_or(value)));
        }
        let mut arguments = Vec::new();
        for word in rest {
            arguments.push(self.word(word, dot)?.unwrap_or(Value::Null));
        }
        arguments.extend(last.map(|value| value.unwrap_or(Value::Null)));
        functions::call(name, &arguments).map(Some).map_err(|why| at(Some(first), &why))
    }

    fn word(&mut self, word: &Word, dot: &Value) -> Result<Option<Value>, String> {
        match &word.what {
            What::Dot => Ok(Some(dot.clone())),
            What::Literal(value) => Ok(Some(value.clone())),
            What::Field(path) => self.path(dot, path, word),
            What::Variable(name, path) => {
                let value = self.variables.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.clone()).unwrap_or(Value::Null);
                self.path(&value, path, word)
            }
            What::Nested(pipe, path) => {
                let value = self.pipe(pipe, dot)?;
                if path.is_empty() { Ok(value) } else { self.path(&value.unwrap_or(Value::Null), path, word) }
            }
            What::Call(name) => functions::call(name, &[]).map(Some).map_err(|why| at(Some(word), &why)),
        }
    }

    fn path(&self, value: &Value, path: &[String], word: &Word) -> Result<Option<Value>, String> {
        let mut here = Some(value);
        for name in path {
            here = match here {
                Some(Value::Object(fields)) => match fields.get(name) {
                    Some(value) => Some(value),
                    None if self.strict => return Err(at(Some(word), &format!("map has no entry for key {name:?}"))),
                    None => None,
                },
                Some(Value::Null) | None if self.strict => return Err(at(Some(word), &format!("nil data; no entry for key {name:?}"))),
                Some(Value::Null) | None => None,
                Some(other) => return Err(at(Some(word), &format!("can't evaluate field {name} in type {}", functions::go_type(other)))),
            };
        }
        Ok(here.cloned())
    }
}

fn at(word: Option<&Word>, why: &str) -> String {
    match word {
        Some(word) => format!("template: output:{}: executing \"output\" at <{}>: {why}", word.place, word.text),
        None => format!("template: output: {why}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::parse;

    fn run(template: &str) -> Result<String, String> {
        let object = json!({"name": "box", "n": 1_500_000, "list": [{"a": 1}, {"a": 2}], "map": {"y": "2", "x": "1"}, "empty": [], "t": true});
        parse(template)?.print(&object, false).map_err(|(_, why)| why)
    }

    #[test]
    fn templates_print_what_go_prints() {
        for (template, expected) in [
            ("{{.name}} {{.nope}} {{.nope.deep}}", "box <no value> <no value>"),
            ("{{.n}} {{.list}} {{.t}}", "1.5e+06 [map[a:1] map[a:2]] true"),
            ("{{range $i, $x := .list}}{{$i}}={{$x.a}};{{end}}", "0=1;1=2;"),
            ("{{range $k, $v := .map}}{{$k}}{{$v}}{{end}}", "x1y2"),
            ("{{range .empty}}x{{else}}none{{end}}", "none"),
            ("{{if eq .name \"x\"}}a{{else if eq .name \"box\"}}b{{else}}c{{end}}", "b"),
            ("{{with .map}}{{.x}}{{$.name}}{{end}}", "1box"),
            ("a {{- .name -}} b", "aboxb"),
            ("{{/* no */}}{{\"q\" | printf \"%s-%q\" .name}}", "box-\"q\""),
            ("{{$x := 1}}{{if .t}}{{$x = 2}}{{end}}{{$x}}", "2"),
            ("{{range .list}}{{if eq .a 2.0}}{{break}}{{end}}{{.a}}{{end}}", "1"),
            ("{{len .list}} {{index .list 1 \"a\"}} {{index .map \"x\"}} {{slice .name 1 2}}", "2 2 1 o"),
            ("{{and .t .name}} {{or .empty \"d\"}} {{not .t}} {{lt 1 2}}", "box d false true"),
            ("{{(index .list 0).a}}", "1"),
            ("{{printf \"%5.1f|%-4s|%03d|%v|%T\" 1.25 \"a\" 7 .t .n}}", "  1.2|a   |007|true|float64"),
        ] {
            assert_eq!(run(template).as_deref(), Ok(expected), "{template}");
        }
    }

    #[test]
    fn mistakes_get_gos_words() {
        for (template, expected) in [
            ("{{.name", "template: output:1: unclosed action"),
            ("{{nope}}", "template: output:1: function \"nope\" not defined"),
            ("{{$x}}", "template: output:1: undefined variable \"$x\""),
            ("{{if .t}}", "template: output:1: unexpected EOF"),
            ("{{end}}", "template: output:1: unexpected {{end}}"),
            ("{{.name.deep}}", "template: output:1:7: executing \"output\" at <.name.deep>: can't evaluate field deep in type interface {}"),
        ] {
            assert_eq!(run(template).unwrap_err(), expected, "{template}");
        }
    }
}
