//! Paths to a field of a schema: `.spec.replicas`, `.spec.map['a key']`.
//!
//! Models: staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel/validation.go (ValidFieldPath), v1.36.
//! Simplified: nothing.

use super::schema::{Schema, property, values};

/// The path as errors write it, and the schema that it leads to.
pub(crate) fn resolve<'a>(path: &str, schema: &'a Schema, with_brackets: bool) -> Result<(String, &'a Schema), String> {
    let mut tokens = tokens(path).into_iter();
    let (mut found, mut schema) = (String::new(), schema);
    while let Some(token) = tokens.next() {
        let name = match token {
            "." => tokens.next().ok_or("unexpected end of JSON path")?.to_owned(),
            "[" if !with_brackets => return Err("array notation is not allowed".to_owned()),
            "[" => {
                let quoted = tokens.next().ok_or("unexpected end of JSON path")?;
                let inner = quoted.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
                let name = unescape(inner.ok_or_else(|| format!("expected single quoted string but got {quoted}"))?)?;
                let end = tokens.next().ok_or("unexpected end of JSON path")?;
                if end != "]" {
                    return Err(format!("expected ] but got {end}"));
                }
                name
            }
            other => return Err(format!("expected [ or . but got: {other}")),
        };
        if schema.properties.as_ref().is_some_and(|properties| !properties.is_empty()) {
            schema = property(schema, &name).ok_or("does not refer to a valid field")?;
            found.push_str(if found.is_empty() { "" } else { "." });
            found.push_str(&name);
        } else {
            schema = values(schema).ok_or("does not refer to a valid field")?;
            found.push_str(&format!("[{name}]"));
        }
    }
    Ok((found, schema))
}

/// Delimiters, quoted texts and what is between them.
fn tokens(path: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = path;
    while let Some(first) = rest.chars().next() {
        let end = match first {
            '.' | '[' | ']' => 1,
            '\'' => {
                let close = rest.char_indices().skip(1).find(|(at, c)| *c == '\'' && !rest[..*at].ends_with('\\'));
                close.map_or(rest.len(), |(at, _)| at + 1)
            }
            _ => rest.find(['.', '[', ']']).unwrap_or(rest.len()),
        };
        tokens.push(&rest[..end]);
        rest = &rest[end..];
    }
    tokens
}

fn unescape(text: &str) -> Result<String, String> {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        out.push(match c {
            '\\' => match chars.next() {
                Some('a') => '\u{7}',
                Some('b') => '\u{8}',
                Some('f') => '\u{c}',
                Some('n') => '\n',
                Some('r') => '\r',
                Some('t') => '\t',
                Some('v') => '\u{b}',
                Some(c @ ('\'' | '\\')) => c,
                other => return Err(format!("invalid string literal: invalid escape char \\{}", other.map(String::from).unwrap_or_default())),
            },
            c => c,
        });
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn paths_lead_through_properties_and_maps() {
        let schema: Schema = serde_json::from_value(json!({"properties": {
            "spec": {"properties": {"a b": {"type": "string"}, "m": {"additionalProperties": {"type": "integer"}}}},
        }}))
        .unwrap();
        let of = |path: &str| resolve(path, &schema, true).map(|(path, schema)| format!("{path} {}", schema.type_.clone().unwrap_or_default()));
        let cases = [
            (".spec['a b']", Ok("spec.a b string")), (".spec.m.k", Ok("spec.m[k] integer")), (".spec.m['it\\'s']", Ok("spec.m[it's] integer")),
            (".spec.x", Err("does not refer to a valid field")), ("spec", Err("expected [ or . but got: spec")), (".spec[x]", Err("expected single quoted string but got x")),
            (".", Err("unexpected end of JSON path")),
        ];
        for (path, expected) in cases {
            assert_eq!(of(path), expected.map(str::to_owned).map_err(str::to_owned), "{path}");
        }
        assert_eq!(resolve(".spec['a b']", &schema, false).map(|_| ()), Err("array notation is not allowed".to_owned()));
    }
}
