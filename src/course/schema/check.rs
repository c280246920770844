//! Walking a file along its schema: unknown keys, missing keys, wrong types, words and texts of the wrong form.

use serde_json::{Map, Value};

use super::TextFormat;
use crate::error::{Errors, Source, did_you_mean};
use crate::yaml::{Node, Place, Scalar, ScalarKind, Value as Yaml};

/// Reports everything in `node` that `schema` does not allow.
pub(crate) fn check(node: &Node, schema: &Value, formats: &[TextFormat], source: Source<'_>, errors: &mut Errors) {
    Check { root: schema, formats, source, errors }.node(node, schema);
}

pub(super) struct Check<'a> {
    root: &'a Value,
    formats: &'a [TextFormat],
    pub source: Source<'a>,
    pub errors: &'a mut Errors,
}

impl<'a> Check<'a> {
    pub fn node(&mut self, node: &Node, schema: &'a Value) {
        let Some(schema) = self.resolved(schema).as_object() else { return };
        if !schema.contains_key("properties")
            && let Some(choices) = choices(schema)
        {
            return self.choose(node, choices);
        }
        if !fits_type(node, schema) {
            return self.wrong_type(node, schema);
        }
        match &node.value {
            Yaml::Scalar(scalar) => self.scalar(scalar, node.place, schema),
            Yaml::List(items) => {
                if let Some(item) = schema.get("items") {
                    items.iter().for_each(|node| self.node(node, item));
                }
                if schema.get("minItems").and_then(Value::as_u64).is_some_and(|least| (items.len() as u64) < least) {
                    self.errors.add(self.source, node.place, "an empty list").expected("at least one item");
                }
            }
            Yaml::Map(_) => self.object(node, schema),
        }
    }

    /// Follows `$ref` to the definition.
    pub fn resolved(&self, schema: &'a Value) -> &'a Value {
        let mut schema = schema;
        while let Some(target) = schema.get("$ref").and_then(Value::as_str) {
            match target.strip_prefix('#').and_then(|pointer| self.root.pointer(pointer)) {
                Some(next) => schema = next,
                None => break,
            }
        }
        schema
    }

    fn object(&mut self, node: &Node, schema: &'a Map<String, Value>) {
        let empty = Map::new();
        let own = schema.get("properties").and_then(Value::as_object).unwrap_or(&empty);
        // An event stands beside `at` and `by` in one mapping: the keys of the choices count as keys of the mapping.
        let variants: Vec<&'a Map<String, Value>> = choices(schema)
            .unwrap_or_default()
            .iter()
            .filter_map(|choice| self.resolved(choice).get("properties").and_then(Value::as_object))
            .collect();
        let rest = schema.get("additionalProperties");
        let open = match rest {
            None => variants.is_empty() && own.is_empty(),
            Some(rest) => rest != &Value::Bool(false),
        };
        let mut chosen = Vec::new();
        for entry in node.entries() {
            if let Some(schema) = schema.get("properties").and_then(|own| own.get(&entry.key)) {
                self.node(&entry.node, schema);
            } else if let Some(schema) = variants.iter().find_map(|variant| variant.get(&entry.key)) {
                chosen.push(entry);
                self.node(&entry.node, schema);
            } else if open {
                if let Some(schema @ Value::Object(_)) = rest {
                    self.node(&entry.node, schema);
                }
            } else {
                let known = own.keys().chain(variants.iter().flat_map(|variant| variant.keys()));
                self.unknown_key(&entry.key, entry.key_place, known.map(String::as_str).collect());
            }
        }
        if !variants.is_empty() {
            let names: Vec<&str> = variants.iter().flat_map(|variant| variant.keys()).map(String::as_str).collect();
            let unknown = node.entries().iter().any(|entry| did_you_mean(&entry.key, names.iter().copied()).is_some());
            match chosen.as_slice() {
                [_] => {}
                [] if unknown => {}
                [] => {
                    self.errors.add(self.source, node.place, "nothing to do here").expected(one_of(&names));
                }
                [first, others @ ..] => {
                    for other in others {
                        self.errors
                            .add(self.source, other.key_place, format!("`{}` beside `{}`", other.key, first.key))
                            .expected("one of them: write two items");
                    }
                }
            }
        }
        self.required(node, schema);
    }

    fn required(&mut self, node: &Node, schema: &'a Map<String, Value>) {
        for name in required_keys(schema) {
            if node.get(name).is_some() {
                continue;
            }
            let field = schema.get("properties").and_then(|own| own.get(name));
            let about = field.and_then(|field| {
                let described = field.get("description").or_else(|| self.resolved(field).get("description"));
                described.and_then(Value::as_str).map(first_sentence)
            });
            let place = Place { width: 1, ..node.place };
            let error = self.errors.add(self.source, place, format!("the key `{name}` is missing"));
            if let Some(about) = about {
                error.help(format!("`{name}`: {about}"));
            }
        }
    }

    pub fn unknown_key(&mut self, key: &str, place: Place, known: Vec<&str>) {
        let error = self.errors.add(self.source, place, format!("unknown key `{key}`"));
        match did_you_mean(key, known.iter().copied()) {
            Some(help) => error.help(help),
            None => error.expected(one_of(&known)),
        };
    }

    fn wrong_type(&mut self, node: &Node, schema: &'a Map<String, Value>) {
        let expected = self.expectation(schema);
        let wants_text = types(schema).contains(&"string");
        let error = self.errors.add(self.source, node.place, node.described()).expected(expected);
        if let Some(scalar) = node.scalar().filter(|scalar| wants_text && scalar.kind != ScalarKind::Null) {
            error.help(format!("put it in quotes: \"{}\"", scalar.text));
        }
    }

    fn scalar(&mut self, scalar: &Scalar, place: Place, schema: &'a Map<String, Value>) {
        let words: Vec<&str> = words(schema);
        if !words.is_empty() && !words.contains(&scalar.text.as_str()) {
            return self.wrong_word(&scalar.text, place, &words);
        }
        if let Some(format) = self.format(schema) {
            if let Err(wrong) = (format.check)(&scalar.text) {
                let error = self.errors.add(self.source, place, format!("`{}`", scalar.text)).expected(format.expected);
                if let Some(wrong) = wrong {
                    error.help(wrong);
                }
            }
            return;
        }
        match &scalar.kind {
            ScalarKind::Text if scalar.text.trim().is_empty() && schema.contains_key("minLength") => {
                self.errors.add(self.source, place, "an empty text").expected("some text");
            }
            ScalarKind::Number(number) => self.range(number.as_f64().unwrap_or(0.0), &scalar.text, place, schema),
            _ => {}
        }
    }

    pub fn wrong_word(&mut self, word: &str, place: Place, words: &[&str]) {
        let error = self.errors.add(self.source, place, format!("`{word}`")).expected(one_of(words));
        if let Some(help) = did_you_mean(word, words.iter().copied()) {
            error.help(help);
        }
    }

    fn range(&mut self, number: f64, shown: &str, place: Place, schema: &'a Map<String, Value>) {
        let bound = |key: &str| schema.get(key).and_then(Value::as_f64);
        let (least, most) = (bound("minimum"), bound("maximum"));
        if least.is_none_or(|least| number >= least) && most.is_none_or(|most| number <= most) {
            return;
        }
        let expected = match (least, most) {
            (Some(least), Some(most)) if most < 1e9 => format!("a number from {least} to {most}"),
            (Some(least), _) => format!("a number of at least {least}"),
            (None, most) => format!("a number of at most {}", most.unwrap_or_default()),
        };
        self.errors.add(self.source, place, format!("the number `{shown}`")).expected(expected);
    }

    fn format(&self, schema: &Map<String, Value>) -> Option<TextFormat> {
        let name = schema.get("format")?.as_str()?;
        self.formats.iter().find(|format| format.name == name).copied()
    }

    /// What a schema wants, in words.
    pub fn expectation(&self, schema: &'a Map<String, Value>) -> String {
        if let Some(format) = self.format(schema) {
            return format.expected.to_string();
        }
        let words = words(schema);
        if !words.is_empty() {
            return one_of(&words);
        }
        let named: Vec<&str> = types(schema)
            .into_iter()
            .map(|one| match one {
                "string" => "text",
                "integer" => "a whole number",
                "number" => "a number",
                "boolean" => "`true` or `false`",
                "array" => "a list",
                "object" => "a mapping",
                other => other,
            })
            .collect();
        named.join(" or ")
    }
}

pub(super) fn choices(schema: &Map<String, Value>) -> Option<&[Value]> {
    schema.get("anyOf").or_else(|| schema.get("oneOf")).and_then(Value::as_array).map(Vec::as_slice)
}

/// The types that a schema allows; none means any.
pub(super) fn types(schema: &Map<String, Value>) -> Vec<&str> {
    match schema.get("type") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ => vec![],
    }
}

pub(super) fn required_keys(schema: &Map<String, Value>) -> Vec<&str> {
    schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

/// The words of an enumeration.
pub(super) fn words(schema: &Map<String, Value>) -> Vec<&str> {
    let listed = schema.get("enum").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    listed.iter().chain(schema.get("const")).filter_map(Value::as_str).collect()
}

pub(super) fn fits_type(node: &Node, schema: &Map<String, Value>) -> bool {
    let types = types(schema);
    types.is_empty()
        || types.iter().any(|one| match (&node.value, *one) {
            (Yaml::List(_), "array") | (Yaml::Map(_), "object") => true,
            (Yaml::Scalar(scalar), one) => match &scalar.kind {
                ScalarKind::Null => false,
                ScalarKind::Bool(_) => one == "boolean",
                ScalarKind::Number(number) => one == "number" || one == "integer" && !number.is_f64(),
                ScalarKind::Text => one == "string",
            },
            _ => false,
        })
}

/// `` `a`, `b` or `c` ``, with "one of" before it when there is a choice.
pub(super) fn one_of(names: &[&str]) -> String {
    let mut quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.sort();
    quoted.dedup();
    match (quoted.pop(), quoted.is_empty()) {
        (None, _) => "nothing".to_string(),
        (Some(only), true) => only,
        (Some(last), false) => format!("one of {} or {last}", quoted.join(", ")),
    }
}

fn first_sentence(text: &str) -> String {
    let flat = text.replace('\n', " ");
    flat.split_once(". ").map_or(flat.clone(), |(first, _)| first.to_string()).trim_end_matches('.').to_string()
}
