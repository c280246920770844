//! How a schema of an OpenAPI document of version 2 reads, as kubectl told it before there was version 3
//! (`explain --output=plaintext-openapiv2`).
//!
//! Models: staging/src/k8s.io/kubectl/pkg/explain, v1.36.
//! Simplified: nothing.

use serde_json::Value;

const WIDTH: usize = 80;
/// How far fields, descriptions, and the descriptions and fields of fields stand in.
const FIELDS: usize = 3;
const DESCRIPTION: usize = 5;
const OF_FIELD: usize = 2;

/// An OpenAPI v2 document.
pub struct Document<'a>(pub &'a Value);

/// What a schema is.
enum Shape<'a> {
    Reference(&'a str),
    /// Something with fields.
    Kind,
    List(&'a Value),
    Map(&'a Value),
    Plain(&'a str),
    Arbitrary,
}

fn shape(schema: &Value) -> Shape<'_> {
    if let Some(reference) = schema["$ref"].as_str() {
        return Shape::Reference(reference);
    }
    match schema["type"].as_str() {
        None | Some("object") if schema["properties"].is_object() => Shape::Kind,
        None => Shape::Arbitrary,
        Some("object") => Shape::Map(&schema["additionalProperties"]),
        Some("array") => Shape::List(&schema["items"]),
        Some(plain) => Shape::Plain(plain),
    }
}

impl<'a> Document<'a> {
    /// The text about a field of a kind, or about the kind itself when the path is empty.
    pub fn explain(&self, (group, version, kind): (&str, &str, &str), path: &[String], recursive: bool) -> Result<String, String> {
        let is_it = |named: &Value| named["group"] == group && named["version"] == version && named["kind"] == kind;
        let schemas = self.0["definitions"].as_object().into_iter().flatten();
        let found = schemas.map(|(_, schema)| schema).find(|schema| schema["x-kubernetes-group-version-kind"].as_array().is_some_and(|list| list.iter().any(is_it)));
        let Some(schema) = found else { return Err(format!("couldn't find resource for \"{group}/{version}, Kind={kind}\"")) };
        let schema = self.field(schema, path)?;
        let version = if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
        let mut page = Page { document: self, out: format!("KIND:     {kind}\nVERSION:  {version}\n\n"), name: path.last().map_or("", String::as_str), type_name: String::new(), descriptions: Vec::new(), recursive };
        page.model(schema);
        Ok(page.out)
    }

    fn referred(&self, reference: &str) -> &'a Value {
        reference.strip_prefix('#').and_then(|pointer| self.0.pointer(pointer)).unwrap_or(&Value::Null)
    }

    fn field(&self, schema: &'a Value, path: &[String]) -> Result<&'a Value, String> {
        let Some((first, rest)) = path.split_first() else { return Ok(schema) };
        match shape(schema) {
            Shape::Reference(reference) => self.field(self.referred(reference), path),
            Shape::List(inner) | Shape::Map(inner) => self.field(inner, path),
            Shape::Kind => match schema["properties"].get(first) {
                Some(field) => self.field(field, rest),
                None => Err(format!("field {first:?} does not exist")),
            },
            // There is nothing below it, so it is what is meant.
            Shape::Plain(_) | Shape::Arbitrary => Ok(schema),
        }
    }

    fn type_name(&self, schema: &Value) -> String {
        match shape(schema) {
            Shape::Reference(reference) => self.type_name(self.referred(reference)),
            Shape::Kind => "Object".to_owned(),
            Shape::List(inner) => format!("[]{}", self.type_name(inner)),
            Shape::Map(inner) => format!("map[string]{}", self.type_name(inner)),
            Shape::Plain(plain) => plain.to_owned(),
            Shape::Arbitrary => String::new(),
        }
    }
}

struct Page<'d, 'a> {
    document: &'d Document<'a>,
    out: String,
    name: &'d str,
    type_name: String,
    /// What is said on the way to the schema that is shown.
    descriptions: Vec<&'a str>,
    recursive: bool,
}

impl<'a> Page<'_, 'a> {
    fn line(&mut self, indent: usize, text: &str) {
        if !text.is_empty() {
            self.out.push_str(&" ".repeat(indent));
            self.out.push_str(text);
        }
        self.out.push('\n');
    }

    fn wrapped(&mut self, indent: usize, text: &str) {
        for line in wrap(text, WIDTH - indent) {
            self.line(indent, &line);
        }
    }

    fn model(&mut self, schema: &'a Value) {
        let description = schema["description"].as_str().unwrap_or_default();
        if self.type_name.is_empty() && !matches!(shape(schema), Shape::Reference(_) | Shape::Arbitrary) {
            self.type_name = self.document.type_name(schema);
        }
        match shape(schema) {
            Shape::Reference(reference) => {
                self.descriptions.push(description);
                self.model(self.document.referred(reference));
            }
            Shape::List(inner) | Shape::Map(inner) => {
                self.descriptions.push(description);
                self.model(inner);
            }
            Shape::Kind => {
                if !self.name.is_empty() {
                    self.out.push_str(&format!("RESOURCE: {} <{}>\n\n", self.name, self.type_name));
                }
                self.description(description);
                self.out.push_str("\nFIELDS:\n");
                self.fields(schema, FIELDS, &mut Vec::new());
            }
            Shape::Plain(_) => {
                self.out.push_str(&format!("FIELD:    {} <{}>\n\n", self.name, self.type_name));
                self.description(description);
            }
            Shape::Arbitrary => self.description(description),
        }
    }

    fn description(&mut self, last: &'a str) {
        self.out.push_str("DESCRIPTION:\n");
        self.descriptions.push(last);
        let said: Vec<(usize, &str)> = self.descriptions.iter().copied().enumerate().filter(|(_, text)| !text.is_empty()).collect();
        if said.is_empty() {
            self.wrapped(DESCRIPTION, "<empty>");
        }
        for (at, text) in said {
            if at != 0 {
                self.out.push('\n');
            }
            self.wrapped(DESCRIPTION, text);
        }
    }

    fn fields(&mut self, schema: &'a Value, indent: usize, seen: &mut Vec<&'a str>) {
        match shape(schema) {
            Shape::Reference(reference) if seen.contains(&reference) => {}
            Shape::Reference(reference) => {
                seen.push(reference);
                self.fields(self.document.referred(reference), indent, seen);
                seen.pop();
            }
            Shape::List(inner) | Shape::Map(inner) => self.fields(inner, indent, seen),
            Shape::Plain(_) | Shape::Arbitrary => {}
            Shape::Kind => {
                for (name, field) in crate::unstructured::fields(schema, "/properties") {
                    let required = schema["required"].as_array().is_some_and(|required| required.iter().any(|known| known == name));
                    let mark = if required && !self.recursive { " -required-" } else { "" };
                    self.line(indent, &format!("{name}\t<{}>{mark}", self.document.type_name(field)));
                    if self.recursive {
                        self.fields(field, indent + FIELDS, seen);
                    } else {
                        self.wrapped(indent + OF_FIELD, field["description"].as_str().unwrap_or_default());
                        self.out.push('\n');
                    }
                }
            }
        }
    }
}

/// Lines of words, with those ends of lines kept that mean something.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let (mut lines, mut line, mut last): (Vec<String>, String, String) = (Vec::new(), String::new(), String::new());
    for written in text.split('\n') {
        let blank = written.trim().is_empty();
        let as_is = written.starts_with("    ");
        if !line.is_empty() && (as_is || blank || last.ends_with(':') || starts_a_list(written.trim())) {
            lines.push(std::mem::take(&mut line));
            last.clear();
        }
        if as_is {
            lines.push(written.to_owned());
            continue;
        }
        if blank && !lines.is_empty() {
            lines.push(String::new());
            continue;
        }
        for word in written.split_whitespace() {
            word.clone_into(&mut last);
            if !line.is_empty() && line.len() + 1 + word.len() > width {
                lines.push(std::mem::take(&mut line));
                last.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// `1. `, `- `, `* `.
fn starts_a_list(line: &str) -> bool {
    let Some((mark, _)) = line.split_once(char::is_whitespace) else { return false };
    let number = mark.strip_suffix('.').unwrap_or(mark);
    matches!(mark, "-" | "*") || !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_are_told_with_what_they_refer_to() {
        let document = json!({"definitions": {
            "Cart": {"description": "Cart holds things.", "type": "object", "required": ["items"], "x-kubernetes-group-version-kind": [{"group": "shop", "version": "v1", "kind": "Cart"}],
                "properties": {"items": {"type": "array", "description": "What is in it:\n- this\n- that", "items": {"$ref": "#/definitions/Item"}}, "notes": {"type": "object", "additionalProperties": {"type": "string"}}}},
            "Item": {"description": "Item is a thing.", "type": "object", "properties": {"parts": {"type": "array", "items": {"$ref": "#/definitions/Item"}}}},
        }});
        let told = |path: &[&str], recursive| Document(&document).explain(("shop", "v1", "Cart"), &path.iter().map(|part| (*part).to_owned()).collect::<Vec<_>>(), recursive);
        assert_eq!(
            told(&[], false).unwrap(),
            "KIND:     Cart\nVERSION:  shop/v1\n\nDESCRIPTION:\n     Cart holds things.\n\nFIELDS:\n   items\t<[]Object> -required-\n     What is in it:\n     - this\n     - that\n\n   notes\t<map[string]string>\n\n"
        );
        assert!(told(&["items"], true).unwrap().ends_with("RESOURCE: items <[]Object>\n\nDESCRIPTION:\n     What is in it:\n     - this\n     - that\n\n     Item is a thing.\n\nFIELDS:\n   parts\t<[]Object>\n      parts\t<[]Object>\n"));
        assert!(told(&["notes"], false).unwrap().ends_with("FIELD:    notes <map[string]string>\n\nDESCRIPTION:\n     <empty>\n"));
        assert_eq!(told(&["nope"], false).unwrap_err(), "field \"nope\" does not exist");
    }
}
