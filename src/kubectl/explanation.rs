//! How a schema of an OpenAPI document reads: the kind, the field, its description, the fields in it.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/explain/v2/templates/plaintext.tmpl, v1.36.
//! Simplified: nothing.

use serde_json::Value;

/// An OpenAPI v3 document.
pub struct Document<'a>(pub &'a Value);

impl Document<'_> {
    /// The text about a field of a resource, or about the resource itself when the path is empty.
    pub fn explain(&self, (group, version, resource): (&str, &str, &str), path: &[String], recursive: bool) -> Result<String, String> {
        let Some(gvk) = self.kind_of(group, version, resource) else {
            return Err(format!("GVR ({group}/{version}, Resource={resource}) not found in OpenAPI schema"));
        };
        let word = |key: &str| gvk[key].as_str().unwrap_or_default();
        let mut text = String::new();
        if !word("group").is_empty() {
            text.push_str(&format!("GROUP:      {}\n", word("group")));
        }
        text.push_str(&format!("KIND:       {}\nVERSION:    {}\n\n", word("kind"), word("version")));
        let schemas = self.0["components"]["schemas"].as_object();
        let is_it = |schema: &&Value| schema["x-kubernetes-group-version-kind"].as_array().is_some_and(|list| list.contains(&gvk));
        let Some(schema) = schemas.and_then(|schemas| schemas.values().find(is_it)) else {
            return Err(format!("GVK {gvk} not found in OpenAPI schema"));
        };
        let body = self.output(schema, path, recursive, &mut Vec::new());
        if body.is_empty() {
            return Err(format!("field {:?} does not exist", path.last().map_or("", String::as_str)));
        }
        Ok(format!("{text}{body}\n"))
    }

    /// The kind of a resource, as the paths of the document name it.
    fn kind_of(&self, group: &str, version: &str, resource: &str) -> Option<Value> {
        let prefix = if group.is_empty() { format!("/api/{version}") } else { format!("/apis/{group}/{version}") };
        let places = ["", "/namespaces/{namespace}"].iter().flat_map(|space| ["", "/{name}"].map(|name| format!("{prefix}{space}/{resource}{name}")));
        places.into_iter().find_map(|place| {
            let operations = self.0["paths"].get(&place)?;
            ["get", "post", "put", "patch", "delete"].iter().find_map(|method| operations.get(method)?.get("x-kubernetes-group-version-kind").cloned())
        })
    }

    fn resolve<'v>(&'v self, schema: &'v Value) -> &'v Value {
        let reference = schema["$ref"].as_str().and_then(|reference| reference.strip_prefix("#"));
        reference.and_then(|pointer| self.0.pointer(pointer)).unwrap_or(schema)
    }

    fn output(&self, schema: &Value, path: &[String], recursive: bool, seen: &mut Vec<String>) -> String {
        let reference = schema["$ref"].as_str().unwrap_or_default().to_owned();
        let resolved = self.resolve(schema);
        let Some((first, rest)) = path.split_first() else { return self.described(resolved, recursive) };
        if !reference.is_empty() && seen.contains(&reference) {
            return String::new();
        }
        if let Some(field) = resolved["properties"].get(first) {
            let mut text = String::new();
            if rest.is_empty() {
                text = format!("FIELD: {first} <{}>\n{}\n\n", self.type_of(field), long_enum(field));
            }
            text.push_str(&self.output(field, rest, recursive, &mut Vec::new()));
            return text;
        }
        seen.push(reference);
        let found = match (inner(resolved), resolved["allOf"].as_array()) {
            (Some(inner), _) => self.output(inner, path, recursive, seen),
            (None, Some(all)) => all.iter().map(|part| self.output(part, path, recursive, seen)).find(|text| !text.is_empty()).unwrap_or_default(),
            (None, None) => String::new(),
        };
        seen.pop();
        found
    }

    /// The description of a schema and the list of its fields.
    fn described(&self, schema: &Value, recursive: bool) -> String {
        let description = self.description(schema);
        let description = if description.is_empty() { "<empty>" } else { &description };
        let mut text = format!("DESCRIPTION:\n{}\n", indent(&wrap(description, 76), 4));
        text.push_str(&external(&schema["externalDocs"], 0).map(|docs| format!("\n{docs}")).unwrap_or_default());
        let fields = self.fields(schema, 1, recursive, &mut Vec::new());
        if !fields.is_empty() {
            text.push_str(&format!("FIELDS:\n{fields}"));
        }
        text
    }

    /// What is said of a schema and of what it is made of.
    fn description(&self, schema: &Value) -> String {
        let resolved = self.resolve(schema);
        let mut text = resolved["description"].as_str().filter(|text| !text.is_empty()).map(|text| format!("{text}\n")).unwrap_or_default();
        for part in resolved["allOf"].as_array().into_iter().flatten().chain(inner(resolved)) {
            text.push_str(&self.description(part));
        }
        text
    }

    fn fields(&self, schema: &Value, level: usize, recursive: bool, seen: &mut Vec<String>) -> String {
        let reference = schema["$ref"].as_str().unwrap_or_default().to_owned();
        if !reference.is_empty() && seen.contains(&reference) {
            return String::new();
        }
        let resolved = self.resolve(schema);
        let mut text = String::new();
        seen.push(reference);
        for (name, field) in resolved["properties"].as_object().into_iter().flatten() {
            let required = resolved["required"].as_array().is_some_and(|required| required.iter().any(|known| known == name));
            text.push_str(&self.field(name, field, required, level, recursive));
            if recursive {
                text.push_str(&self.fields(field, level + 1, true, seen));
            }
        }
        for part in resolved["allOf"].as_array().into_iter().flatten().chain(inner(resolved)) {
            text.push_str(&self.fields(part, level, recursive, seen));
        }
        seen.pop();
        text
    }

    fn field(&self, name: &str, field: &Value, required: bool, level: usize, short: bool) -> String {
        let margin = level * 2;
        let mut text = format!("{}\t<{}>", indent(name, margin), self.type_of(field));
        if required {
            text.push_str(" -required-");
        }
        text.push_str(&short_enum(field, margin));
        text.push('\n');
        if !short {
            let description = field["description"].as_str().filter(|text| !text.is_empty()).unwrap_or("<no description>");
            text.push_str(&format!("{}\n", indent(&wrap(description, 78 - margin), margin + 2)));
            text.push_str(&external(&field["externalDocs"], margin + 2).map(|docs| format!("\n{docs}")).unwrap_or_default());
            text.push('\n');
        }
        text
    }

    /// `string`, `[]Container`, `map[string]string`.
    fn type_of(&self, schema: &Value) -> String {
        if let Some(items) = schema.get("items") {
            return format!("[]{}", self.type_of(items));
        }
        if let Some(values) = schema.get("additionalProperties").filter(|values| values.is_object()) {
            return format!("map[string]{}", self.type_of(values));
        }
        if let (Some([only]), None) = (schema["allOf"].as_array().map(Vec::as_slice), schema.get("properties")) {
            return self.type_of(only);
        }
        let plain = |schema: &Value| schema["type"].as_str().filter(|kind| !kind.is_empty()).map(str::to_owned);
        if let Some(reference) = schema["$ref"].as_str() {
            let target = plain(self.resolve(schema)).filter(|kind| kind != "object");
            return target.unwrap_or_else(|| reference.rsplit(['/', '.']).next().unwrap_or("Object").to_owned());
        }
        match plain(schema).as_deref() {
            None | Some("object") => "Object".to_owned(),
            Some(kind) => kind.to_owned(),
        }
    }
}

/// What a list or a map holds.
fn inner(schema: &Value) -> Option<&Value> {
    schema.get("items").or_else(|| schema.get("additionalProperties").filter(|values| values.is_object()))
}

fn values(schema: &Value) -> Vec<String> {
    let shown = |value: &Value| match value.as_str() {
        Some("") => "\"\"".to_owned(),
        Some(text) => text.to_owned(),
        None => value.to_string(),
    };
    schema["enum"].as_array().into_iter().flatten().map(shown).collect()
}

fn long_enum(schema: &Value) -> String {
    let values = values(schema);
    if values.is_empty() { String::new() } else { format!("ENUM:{}", values.iter().map(|value| format!("\n    {value}")).collect::<String>()) }
}

/// The first four on one line.
fn short_enum(schema: &Value, margin: usize) -> String {
    let values = values(schema);
    if values.is_empty() {
        return String::new();
    }
    let more = if values.len() > 4 { ", ...." } else { "" };
    format!("\n{}enum: {}{more}", " ".repeat(margin), values[..values.len().min(4)].join(", "))
}

fn external(docs: &Value, margin: usize) -> Option<String> {
    docs.as_object()?;
    let mut text = format!("{}\n", indent("EXTERNAL DOCS:", margin));
    if let Some(description) = docs["description"].as_str() {
        text.push_str(&format!("{}\n", indent(&wrap(description, 76 - margin), margin + 4)));
    }
    if let Some(url) = docs["url"].as_str() {
        text.push_str(&format!("{}\n", indent(&format!("URL: {url}"), margin + 4)));
    }
    Some(text)
}

fn indent(text: &str, by: usize) -> String {
    let pad = " ".repeat(by);
    format!("{pad}{}", text.replace('\n', &format!("\n{pad}")))
}

/// Breaks lines between words so that none is longer than `width`, unless a word is.
fn wrap(text: &str, width: usize) -> String {
    let (mut out, mut space, mut word) = (String::new(), String::new(), String::new());
    let length = |text: &str| text.chars().count();
    let mut column = 0;
    for letter in text.chars() {
        if letter == '\n' {
            if !word.is_empty() || column + length(&space) <= width {
                out.push_str(&space);
            }
            out.push_str(&word);
            out.push('\n');
            (space, word, column) = (String::new(), String::new(), 0);
        } else if letter.is_whitespace() && letter != '\u{a0}' {
            if !word.is_empty() {
                column += length(&space) + length(&word);
                out.push_str(&std::mem::take(&mut space));
                out.push_str(&std::mem::take(&mut word));
            }
            space.push(letter);
        } else {
            word.push(letter);
            if column + length(&space) + length(&word) > width && length(&word) < width {
                out.push('\n');
                column = 0;
                space.clear();
            }
        }
    }
    if !word.is_empty() || column + length(&space) <= width {
        out.push_str(&space);
    }
    out.push_str(&word);
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn document() -> Value {
        let gvk = json!({"group": "shop", "kind": "Cart", "version": "v1"});
        json!({
            "paths": {"/apis/shop/v1/namespaces/{namespace}/carts": {"get": {"x-kubernetes-group-version-kind": gvk}}},
            "components": {"schemas": {
                "shop.Cart": {
                    "description": "Cart holds things.", "type": "object", "x-kubernetes-group-version-kind": [gvk], "required": ["items"],
                    "properties": {
                        "color": {"type": "string", "enum": ["", "a", "b", "c", "d"]},
                        "items": {"type": "array", "description": "What is in it.", "items": {"allOf": [{"$ref": "#/components/schemas/shop.Item"}]}},
                        "labels": {"type": "object", "additionalProperties": {"type": "string"}},
                    },
                },
                "shop.Item": {"description": "Item is a thing.", "type": "object", "properties": {"name": {"type": "string", "description": "Its name."}, "parts": {"type": "array", "items": {"$ref": "#/components/schemas/shop.Item"}}}},
            }},
        })
    }

    fn explained(path: &[&str], recursive: bool) -> Result<String, String> {
        let path: Vec<String> = path.iter().map(|part| (*part).to_owned()).collect();
        Document(&document()).explain(("shop", "v1", "carts"), &path, recursive)
    }

    #[test]
    fn a_kind_is_told_with_its_fields() {
        let expected = "GROUP:      shop\nKIND:       Cart\nVERSION:    v1\n\nDESCRIPTION:\n    Cart holds things.\n    \nFIELDS:\n  color\t<string>\n  enum: \"\", a, b, c, ....\n    <no description>\n\n  items\t<[]Item> -required-\n    What is in it.\n\n  labels\t<map[string]string>\n    <no description>\n\n\n";
        assert_eq!(explained(&[], false).unwrap(), expected);
    }

    #[test]
    fn a_field_is_found_through_lists_and_cycles_end() {
        let expected = "GROUP:      shop\nKIND:       Cart\nVERSION:    v1\n\nFIELD: name <string>\n\n\nDESCRIPTION:\n    Its name.\n    \n\n";
        assert_eq!(explained(&["items", "name"], false).unwrap(), expected);
        assert!(explained(&["items"], true).unwrap().ends_with("FIELDS:\n  name\t<string>\n  parts\t<[]Item>\n\n"));
        assert_eq!(explained(&["items", "nope"], false).unwrap_err(), "field \"nope\" does not exist");
    }

    #[test]
    fn lines_break_between_words() {
        assert_eq!(wrap("one two three", 7), "one two\nthree");
        assert_eq!(wrap("a\nlongerthanthis b", 5), "a\nlongerthanthis\nb");
    }
}
