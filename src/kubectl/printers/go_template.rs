//! `-o go-template='{{range .items}}{{.metadata.name}} {{end}}'`.
//!
//! Models: Go's text/template, staging/src/k8s.io/cli-runtime/pkg/printers/template.go, v1.36.
//! Simplified: fields, texts, `range`, `if`, `else`, `with`, `end`, `index`, `len`, `eq`, `ne`, `not`, `printf`-less; the rest is refused.

use serde_json::Value;

use super::jsonpath::go_value;

#[derive(Clone, Debug)]
pub struct Template {
    pub source: String,
    nodes: Vec<Node>,
}

#[derive(Clone, Debug)]
enum Node {
    Text(String),
    Show(Vec<Word>),
    Block { kind: Block, pipe: Vec<Word>, body: Vec<Node>, otherwise: Vec<Node> },
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Block {
    Range,
    If,
    With,
}

#[derive(Clone, Debug)]
enum Word {
    /// `.a.b`; `$.a` starts at the whole object.
    Field { root: bool, path: Vec<String> },
    Literal(Value),
    Name(String),
    Nested(Vec<Word>),
}

/// Reads a template.
pub fn parse(source: &str) -> Result<Template, String> {
    let mut tokens: Vec<(bool, String)> = Vec::new();
    let mut rest = source;
    while let Some(at) = rest.find("{{") {
        let (text, after) = rest.split_at(at);
        let after = &after[2..];
        let Some(end) = after.find("}}") else { return Err("template: output:1: unclosed action".to_owned()) };
        let mut action = &after[..end];
        let mut text = text.to_owned();
        if let Some(trimmed) = action.strip_prefix("- ") {
            action = trimmed;
            text.truncate(text.trim_end().len());
        }
        rest = &after[end + 2..];
        if let Some(trimmed) = action.strip_suffix(" -") {
            action = trimmed;
            rest = rest.trim_start();
        }
        tokens.push((false, text));
        tokens.push((true, action.trim().to_owned()));
    }
    tokens.push((false, rest.to_owned()));
    let mut tokens = tokens.into_iter();
    let (nodes, end) = read(&mut tokens)?;
    match end.as_deref() {
        None => Ok(Template { source: source.to_owned(), nodes }),
        Some(word) => Err(format!("template: output:1: unexpected {{{{{word}}}}}")),
    }
}

/// Reads to `end` or `else`, which is given back.
fn read(tokens: &mut std::vec::IntoIter<(bool, String)>) -> Result<(Vec<Node>, Option<String>), String> {
    let mut nodes = Vec::new();
    while let Some((action, text)) = tokens.next() {
        if !action {
            nodes.push(Node::Text(text));
            continue;
        }
        let (first, pipe) = text.split_once(' ').unwrap_or((&text, ""));
        let kind = match first {
            "end" | "else" => return Ok((nodes, Some(text))),
            "range" => Block::Range,
            "if" => Block::If,
            "with" => Block::With,
            _ if text.starts_with("/*") => continue,
            _ => {
                nodes.push(Node::Show(words(&text)?));
                continue;
            }
        };
        let (body, end) = read(tokens)?;
        let (otherwise, end) = if end.as_deref() == Some("else") { read(tokens)? } else { (Vec::new(), end) };
        if end.as_deref() != Some("end") {
            return Err("template: output:1: unexpected EOF".to_owned());
        }
        nodes.push(Node::Block { kind, pipe: words(pipe)?, body, otherwise });
    }
    Ok((nodes, None))
}

fn words(text: &str) -> Result<Vec<Word>, String> {
    let chars: Vec<char> = text.chars().collect();
    let mut at = 0;
    let found = words_until(&chars, &mut at, false)?;
    Ok(found)
}

fn words_until(chars: &[char], at: &mut usize, nested: bool) -> Result<Vec<Word>, String> {
    let mut found = Vec::new();
    while let Some(&c) = chars.get(*at) {
        *at += 1;
        match c {
            ' ' | '\t' => {}
            ')' if nested => return Ok(found),
            '(' => found.push(Word::Nested(words_until(chars, at, true)?)),
            '|' => {
                let so_far = std::mem::take(&mut found);
                let mut rest = words_until(chars, at, nested)?;
                rest.push(Word::Nested(so_far));
                return Ok(rest);
            }
            '"' | '`' => {
                let mut text = String::new();
                loop {
                    let Some(&next) = chars.get(*at) else { return Err("template: output:1: unterminated quoted string".to_owned()) };
                    *at += 1;
                    match next {
                        next if next == c => break,
                        '\\' if c == '"' => {
                            let escaped = chars.get(*at).copied().unwrap_or('\\');
                            *at += 1;
                            text.push(match escaped {
                                'n' => '\n',
                                't' => '\t',
                                other => other,
                            });
                        }
                        next => text.push(next),
                    }
                }
                found.push(Word::Literal(text.into()));
            }
            _ => {
                let mut word = c.to_string();
                while let Some(&next) = chars.get(*at).filter(|next| !matches!(next, ' ' | ')' | '(' | '|' | '\t')) {
                    word.push(next);
                    *at += 1;
                }
                found.push(word_of(&word)?);
            }
        }
    }
    Ok(found)
}

fn word_of(word: &str) -> Result<Word, String> {
    let path = |text: &str| text.split('.').filter(|part| !part.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    if let Ok(number) = word.parse::<i64>() {
        return Ok(Word::Literal(number.into()));
    }
    match word {
        "true" => return Ok(Word::Literal(true.into())),
        "false" => return Ok(Word::Literal(false.into())),
        _ => {}
    }
    if word.starts_with('.') {
        return Ok(Word::Field { root: false, path: path(word) });
    }
    if word == "$" || word.starts_with("$.") {
        return Ok(Word::Field { root: true, path: path(&word[1..]) });
    }
    match word {
        "index" | "len" | "eq" | "ne" | "not" | "and" | "or" | "print" | "base64decode" => Ok(Word::Name(word.to_owned())),
        other => Err(format!("template: output:1: not simulated: {other:?} in a Go template")),
    }
}

impl Template {
    pub fn print(&self, object: &Value) -> Result<String, String> {
        let mut out = String::new();
        run(&self.nodes, object, object, &mut out)?;
        Ok(out)
    }
}

fn run(nodes: &[Node], dot: &Value, root: &Value, out: &mut String) -> Result<(), String> {
    for node in nodes {
        match node {
            Node::Text(text) => out.push_str(text),
            Node::Show(pipe) => match evaluate(pipe, dot, root)? {
                Some(Value::Null) | None => out.push_str("<no value>"),
                Some(value) => out.push_str(&go_value(&value)),
            },
            Node::Block { kind, pipe, body, otherwise } => {
                let value = evaluate(pipe, dot, root)?.unwrap_or(Value::Null);
                match kind {
                    _ if !truth(&value) => run(otherwise, dot, root, out)?,
                    Block::If => run(body, dot, root, out)?,
                    Block::With => run(body, &value, root, out)?,
                    Block::Range => {
                        let mut all: Vec<Value> = match value {
                            Value::Array(items) => items,
                            Value::Object(fields) => {
                                let mut sorted: Vec<_> = fields.into_iter().collect();
                                sorted.sort_by(|a, b| a.0.cmp(&b.0));
                                sorted.into_iter().map(|(_, value)| value).collect()
                            }
                            other => return Err(format!("template: output: range can't iterate over {}", go_value(&other))),
                        };
                        for item in all.drain(..) {
                            run(body, &item, root, out)?;
                        }
                    }
                }
            }
        }
    }
    Ok(())
}

fn evaluate(pipe: &[Word], dot: &Value, root: &Value) -> Result<Option<Value>, String> {
    let Some((first, rest)) = pipe.split_first() else { return Ok(None) };
    let one = |word: &Word| -> Result<Option<Value>, String> {
        Ok(match word {
            Word::Literal(value) => Some(value.clone()),
            Word::Field { root: from_root, path } => {
                let mut here = Some(if *from_root { root } else { dot });
                for part in path {
                    here = here.and_then(|value| value.get(part));
                }
                here.cloned()
            }
            Word::Nested(words) => evaluate(words, dot, root)?,
            Word::Name(name) => return Err(format!("template: output: wrong number of args for {name}")),
        })
    };
    let Word::Name(name) = first else { return one(first) };
    let arguments: Result<Vec<Value>, String> = rest.iter().map(|word| Ok(one(word)?.unwrap_or(Value::Null))).collect();
    let arguments = arguments?;
    let argument = |at: usize| arguments.get(at).cloned().unwrap_or(Value::Null);
    Ok(Some(match name.as_str() {
        "index" => arguments.iter().skip(1).fold(argument(0), |value, key| match key {
            Value::String(key) => value.get(key).cloned().unwrap_or(Value::Null),
            key => key.as_u64().and_then(|at| value.get(at as usize).cloned()).unwrap_or(Value::Null),
        }),
        "len" => match argument(0) {
            Value::Array(items) => items.len().into(),
            Value::Object(fields) => fields.len().into(),
            Value::String(text) => text.len().into(),
            _ => 0.into(),
        },
        "eq" => arguments.iter().skip(1).any(|other| *other == argument(0)).into(),
        "ne" => (argument(0) != argument(1)).into(),
        "not" => (!truth(&argument(0))).into(),
        "and" => arguments.iter().find(|value| !truth(value)).cloned().unwrap_or_else(|| arguments.last().cloned().unwrap_or(Value::Null)),
        "or" => arguments.iter().find(|value| truth(value)).cloned().unwrap_or_else(|| arguments.last().cloned().unwrap_or(Value::Null)),
        "base64decode" => {
            let bytes = crate::base64::decode(argument(0).as_str().unwrap_or_default()).ok_or("illegal base64 data")?;
            String::from_utf8_lossy(&bytes).into_owned().into()
        }
        _ => arguments.iter().map(go_value).collect::<String>().into(),
    }))
}

fn truth(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(flag) => *flag,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
    }
}
