//! `values.schema.json`: what values a chart takes, and what is said of others.
//!
//! Models: helm.sh/helm/pkg/chart/common/util/jsonschema.go, v4.2.3, over github.com/santhosh-tekuri/jsonschema, v6.
//! Simplified: references stay within the schema; of formats `ipv4` is checked; `unevaluatedProperties`, `unevaluatedItems`
//! and dynamic references are not looked at. Of several fields, the errors come in alphabetical order, there in any.

use regex::Regex;
use serde_json::{Map, Value};

use super::chart::Chart;

/// How deep schemas may refer to each other.
const DEPTH: usize = 100;

/// Checks the values of a chart and of its dependencies.
pub fn validate(chart: &Chart, values: &Value) -> Result<(), String> {
    let text = complaints(chart, values);
    match text.is_empty() {
        true => Ok(()),
        false => Err(format!("values don't meet the specifications of the schema(s) in the following chart(s):\n{text}")),
    }
}

fn complaints(chart: &Chart, values: &Value) -> String {
    let mut text = String::new();
    if !chart.schema.is_empty()
        && let Err(problem) = against(&chart.schema, values)
    {
        text.push_str(&format!("{}:\n{problem}", chart.name()));
    }
    for dependency in &chart.dependencies {
        match &values[dependency.name()] {
            Value::Null => {}
            values @ Value::Object(_) => text.push_str(&complaints(dependency, values)),
            other => text.push_str(&format!("{}:\ninvalid type for values: expected object (map), got {}\n", dependency.name(), go_type(other))),
        }
    }
    text
}

/// Checks values against one schema; the problems as helm writes them.
pub fn against(schema: &[u8], values: &Value) -> Result<(), String> {
    let root: Value = match serde_json::from_slice(schema) {
        Ok(root) => root,
        Err(error) => return Err(format!("{error}\n")),
    };
    let check = Check { root: &root, old: is_old(&root) };
    let Some(found) = check.against(&root, values, "", 0) else { return Ok(()) };
    let causes = if found.text == GROUP && !found.reference { found.causes } else { vec![found] };
    let mut out = String::new();
    causes.iter().for_each(|cause| cause.show(0, &mut out));
    // The last line has an end of its own, and what follows begins on the next.
    Err(out)
}

const GROUP: &str = "validation failed";

/// What is wrong at a place, and what it comes of.
struct Fault {
    at: String,
    text: String,
    causes: Vec<Fault>,
    reference: bool,
}

impl Fault {
    fn new(at: &str, text: impl Into<String>) -> Self {
        Fault { at: at.to_owned(), text: text.into(), causes: Vec::new(), reference: false }
    }

    fn because(at: &str, text: impl Into<String>, causes: Vec<Fault>) -> Self {
        Fault { causes, ..Fault::new(at, text) }
    }

    fn show(&self, depth: usize, out: &mut String) {
        let skipped = self.reference && self.causes.len() == 1;
        if !skipped {
            out.push_str(&format!("{}- at '{}': {}\n", "  ".repeat(depth), self.at, self.text));
        }
        self.causes.iter().for_each(|cause| cause.show(if skipped { depth } else { depth + 1 }, out));
    }
}

/// Up to draft 7, formats are checked, and nothing counts beside a reference.
fn is_old(root: &Value) -> bool {
    root["$schema"].as_str().is_some_and(|draft| ["draft-04", "draft-06", "draft-07"].iter().any(|old| draft.contains(old)))
}

struct Check<'a> {
    root: &'a Value,
    old: bool,
}

impl Check<'_> {
    fn against(&self, schema: &Value, value: &Value, at: &str, depth: usize) -> Option<Fault> {
        let mut faults = Vec::new();
        match schema {
            Value::Bool(true) => return None,
            Value::Bool(false) => return Some(Fault::new(at, "false schema")),
            Value::Object(schema) => {
                if depth > DEPTH {
                    return Some(Fault::new(at, "podarium: not simulated: a values schema that refers to itself without an end"));
                }
                if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
                    faults.extend(self.reference(name, value, at, depth));
                }
                if !(self.old && schema.contains_key("$ref")) {
                    self.keywords(schema, value, at, depth, &mut faults);
                }
            }
            _ => return None,
        }
        match faults.len() {
            0 => None,
            1 => faults.pop(),
            _ => Some(Fault::because(at, GROUP, faults)),
        }
    }

    fn reference(&self, name: &str, value: &Value, at: &str, depth: usize) -> Option<Fault> {
        let target = match name.strip_prefix('#') {
            Some("") => Some(self.root),
            Some(pointer) => self.root.pointer(pointer),
            None => return Some(Fault::new(at, format!("podarium: not simulated: a values schema that refers to {name}"))),
        };
        let Some(target) = target else { return Some(Fault::new(at, format!("podarium: not simulated: the reference {name} leads nowhere"))) };
        let fault = self.against(target, value, at, depth + 1)?;
        let causes = if fault.text == GROUP && !fault.reference { fault.causes } else { vec![fault] };
        Some(Fault { reference: true, ..Fault::because(at, GROUP, causes) })
    }

    fn keywords(&self, schema: &Map<String, Value>, value: &Value, at: &str, depth: usize, faults: &mut Vec<Fault>) {
        if let Some(types) = schema.get("type")
            && let Some(fault) = wrong_type(types, value, at)
        {
            // A value of another type is not looked at more closely.
            return faults.push(fault);
        }
        if let Some(wanted) = schema.get("const")
            && !same(wanted, value)
        {
            faults.push(Fault::new(at, if is_simple(wanted) { format!("value must be {}", shown(wanted)) } else { "'const' failed".to_owned() }));
        }
        if let Some(all) = schema.get("enum").and_then(Value::as_array)
            && !all.iter().any(|one| same(one, value))
        {
            let texts: Vec<String> = all.iter().map(shown).collect();
            faults.push(Fault::new(at, match all.as_slice() {
                all if !all.iter().all(is_simple) => "'enum' failed".to_owned(),
                [_] => format!("value must be {}", texts[0]),
                _ => format!("value must be one of {}", texts.join(", ")),
            }));
        }
        if let (true, Some("ipv4"), Some(text)) = (self.old, schema.get("format").and_then(Value::as_str), value.as_str())
            && text.parse::<std::net::Ipv4Addr>().is_err()
        {
            faults.push(Fault::new(at, format!("{} is not valid ipv4: expected four decimals", shown(value))));
        }
        match value {
            Value::Object(fields) => self.object(schema, fields, at, depth, faults),
            Value::Array(items) => self.array(schema, items, at, depth, faults),
            Value::String(text) => string(schema, text, at, faults),
            Value::Number(_) => number(schema, value, at, faults),
            _ => {}
        }
        self.combined(schema, value, at, depth, faults);
    }

    fn object(&self, schema: &Map<String, Value>, fields: &Map<String, Value>, at: &str, depth: usize, faults: &mut Vec<Fault>) {
        count(schema, ["minProperties", "maxProperties"], fields.len(), at, faults);
        let names = |list: &Value| list.as_array().into_iter().flatten().filter_map(|name| name.as_str().map(str::to_owned)).collect::<Vec<_>>();
        let missing: Vec<String> = schema.get("required").map(names).unwrap_or_default().into_iter().filter(|name| !fields.contains_key(name)).collect();
        match missing.as_slice() {
            [] => {}
            [name] => faults.push(Fault::new(at, format!("missing property '{name}'"))),
            several => faults.push(Fault::new(at, format!("missing properties {}", quoted(several)))),
        }
        for (keyword, name, needs) in ["dependencies", "dependentRequired", "dependentSchemas"].into_iter().flat_map(|keyword| {
            schema.get(keyword).and_then(Value::as_object).into_iter().flatten().map(move |(name, needs)| (keyword, name, needs))
        }) {
            if !fields.contains_key(name) {
                continue;
            }
            match needs {
                Value::Array(_) if keyword != "dependentSchemas" => {
                    let missing: Vec<String> = names(needs).into_iter().filter(|name| !fields.contains_key(name)).collect();
                    if !missing.is_empty() {
                        faults.push(Fault::new(at, format!("properties {} required, if '{name}' exists", quoted(&missing))));
                    }
                }
                needs => faults.extend(self.against(needs, &Value::Object(fields.clone()), at, depth + 1)),
            }
        }
        let mut surplus = Vec::new();
        for (name, value) in fields {
            let below = format!("{at}/{}", escaped(name));
            let mut known = false;
            if let Some(schema) = schema.get("properties").and_then(|all| all.get(name)) {
                known = true;
                faults.extend(self.against(schema, value, &below, depth + 1));
            }
            for (pattern, schema) in schema.get("patternProperties").and_then(Value::as_object).into_iter().flatten() {
                if matches(pattern, name) {
                    known = true;
                    faults.extend(self.against(schema, value, &below, depth + 1));
                }
            }
            match schema.get("additionalProperties") {
                Some(Value::Bool(false)) if !known => surplus.push(name.clone()),
                Some(schema) if !known => faults.extend(self.against(schema, value, &below, depth + 1)),
                _ => {}
            }
        }
        if !surplus.is_empty() {
            faults.push(Fault::new(at, format!("additional properties {} not allowed", quoted(&surplus))));
        }
        if let Some(schema) = schema.get("propertyNames") {
            for name in fields.keys() {
                if let Some(fault) = self.against(schema, &name.as_str().into(), "", depth + 1) {
                    faults.push(Fault::because("", format!("invalid propertyName '{name}'"), vec![fault]));
                }
            }
        }
    }

    fn array(&self, schema: &Map<String, Value>, items: &[Value], at: &str, depth: usize, faults: &mut Vec<Fault>) {
        count(schema, ["minItems", "maxItems"], items.len(), at, faults);
        let twice = || (0..items.len()).flat_map(|second| (0..second).map(move |first| (first, second))).find(|(first, second)| same(&items[*first], &items[*second]));
        if schema.get("uniqueItems") == Some(&Value::Bool(true))
            && let Some((first, second)) = twice()
        {
            faults.push(Fault::new(at, format!("items at {first} and {second} are equal")));
        }
        let (first, rest) = match (schema.get("items"), schema.get("prefixItems")) {
            (Some(Value::Array(first)), _) => (first.as_slice(), schema.get("additionalItems")),
            (rest, Some(Value::Array(first))) => (first.as_slice(), rest),
            (rest, _) => (&[][..], rest),
        };
        for (index, item) in items.iter().enumerate() {
            let Some(schema) = first.get(index).or(rest) else { continue };
            if index >= first.len() && !first.is_empty() && *schema == Value::Bool(false) {
                faults.push(Fault::new(at, format!("last {} additionalItem(s) not allowed", items.len() - first.len())));
                break;
            }
            faults.extend(self.against(schema, item, &format!("{at}/{index}"), depth + 1));
        }
        if let Some(wanted) = schema.get("contains") {
            let found: Vec<Option<Fault>> = items.iter().enumerate().map(|(index, item)| self.against(wanted, item, &format!("{at}/{index}"), depth + 1)).collect();
            if !found.iter().any(Option::is_none) && schema.get("minContains") != Some(&0.into()) {
                faults.push(Fault::because(at, "no items match contains schema", found.into_iter().flatten().collect()));
            }
        }
    }

    fn combined(&self, schema: &Map<String, Value>, value: &Value, at: &str, depth: usize, faults: &mut Vec<Fault>) {
        let each = |keyword: &str| -> Option<Vec<Option<Fault>>> {
            let all = schema.get(keyword)?.as_array()?;
            Some(all.iter().map(|schema| self.against(schema, value, at, depth + 1)).collect())
        };
        if let Some(schema) = schema.get("not")
            && self.against(schema, value, at, depth + 1).is_none()
        {
            faults.push(Fault::new(at, "'not' failed"));
        }
        if let Some(found) = each("allOf") {
            let found: Vec<Fault> = found.into_iter().flatten().collect();
            if !found.is_empty() {
                faults.push(Fault::because(at, "'allOf' failed", found));
            }
        }
        if let Some(found) = each("anyOf")
            && !found.iter().any(Option::is_none)
        {
            faults.push(Fault::because(at, "'anyOf' failed", found.into_iter().flatten().collect()));
        }
        if let Some(found) = each("oneOf") {
            let fits: Vec<String> = found.iter().enumerate().filter(|(_, fault)| fault.is_none()).map(|(index, _)| index.to_string()).collect();
            match fits.len() {
                0 => faults.push(Fault::because(at, "'oneOf' failed, none matched", found.into_iter().flatten().collect())),
                1 => {}
                _ => faults.push(Fault::new(at, format!("'oneOf' failed, subschemas {} matched", fits[..2].join(", ")))),
            }
        }
        if let Some(condition) = schema.get("if") {
            let branch = if self.against(condition, value, at, depth + 1).is_none() { "then" } else { "else" };
            faults.extend(schema.get(branch).and_then(|schema| self.against(schema, value, at, depth + 1)));
        }
    }
}

fn string(schema: &Map<String, Value>, text: &str, at: &str, faults: &mut Vec<Fault>) {
    count(schema, ["minLength", "maxLength"], text.chars().count(), at, faults);
    if let Some(pattern) = schema.get("pattern").and_then(Value::as_str)
        && !matches(pattern, text)
    {
        faults.push(Fault::new(at, format!("'{text}' does not match pattern '{pattern}'")));
    }
}

fn number(schema: &Map<String, Value>, value: &Value, at: &str, faults: &mut Vec<Fault>) {
    let Some(got) = value.as_f64() else { return };
    type Holds = fn(f64, f64) -> bool;
    let rules: [(&str, Holds); 5] = [
        ("minimum", |got, want| got >= want),
        ("maximum", |got, want| got <= want),
        ("exclusiveMinimum", |got, want| got > want),
        ("exclusiveMaximum", |got, want| got < want),
        ("multipleOf", |got, want| (got / want).fract() == 0.0),
    ];
    for (name, holds) in rules {
        if let Some(want) = schema.get(name).and_then(Value::as_f64)
            && !holds(got, want)
        {
            faults.push(Fault::new(at, format!("{name}: got {}, want {}", grouped(got), grouped(want))));
        }
    }
}

fn count(schema: &Map<String, Value>, [least, most]: [&str; 2], got: usize, at: &str, faults: &mut Vec<Fault>) {
    for (name, wrong) in [(least, std::cmp::Ordering::Less), (most, std::cmp::Ordering::Greater)] {
        if let Some(want) = schema.get(name).and_then(Value::as_f64)
            && (got as f64).partial_cmp(&want) == Some(wrong)
        {
            faults.push(Fault::new(at, format!("{name}: got {}, want {}", grouped(got as f64), grouped(want))));
        }
    }
}

/// `70,000`: numbers as they are written for people.
fn grouped(number: f64) -> String {
    let text = number.to_string();
    let (whole, fraction) = text.split_once('.').map_or((text.as_str(), String::new()), |(whole, fraction)| (whole, format!(".{fraction}")));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    format!("{sign}{out}{fraction}")
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn go_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "<nil>",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_i64() => "int64",
        Value::Number(_) => "float64",
        Value::String(_) => "string",
        Value::Array(_) => "[]interface {}",
        Value::Object(_) => "map[string]interface {}",
    }
}

fn wrong_type(types: &Value, value: &Value, at: &str) -> Option<Fault> {
    let wanted: Vec<&str> = match types {
        Value::String(one) => vec![one],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => return None,
    };
    let is_whole = value.as_f64().is_some_and(|number| number.fract() == 0.0);
    if wanted.iter().any(|wanted| *wanted == type_of(value) || *wanted == "integer" && is_whole) {
        return None;
    }
    let all = ["null", "boolean", "number", "integer", "string", "array", "object"];
    let shown: Vec<&str> = all.into_iter().filter(|one| wanted.contains(one)).collect();
    Some(Fault::new(at, format!("got {}, want {}", type_of(value), shown.join(" or "))))
}

fn is_simple(value: &Value) -> bool {
    !matches!(value, Value::Array(_) | Value::Object(_))
}

fn same(a: &Value, b: &Value) -> bool {
    a == b || a.as_f64().zip(b.as_f64()).is_some_and(|(a, b)| a == b)
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".to_owned(),
        Value::String(text) => format!("'{text}'"),
        other => other.to_string(),
    }
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>().join(", ")
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// A pattern that cannot be read fits nothing.
fn matches(pattern: &str, text: &str) -> bool {
    Regex::new(pattern).is_ok_and(|regex| regex.is_match(text))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const SCHEMA: &str = r##"{"$schema":"http://json-schema.org/draft-07/schema#","type":"object","required":["image","replicas"],
        "definitions":{"port":{"type":"integer","minimum":1,"maximum":65535},"two":{"type":"object","required":["a","b"],"properties":{"a":{"type":"string"}}}},
        "properties":{"replicas":{"type":"integer","minimum":1},"image":{"type":"object","additionalProperties":false,"required":["tag"],
            "properties":{"tag":{"type":"string","pattern":"^v[0-9]+$","minLength":2},"pullPolicy":{"enum":["Always","IfNotPresent"]}}},
        "port":{"$ref":"#/definitions/port"},"two":{"$ref":"#/definitions/two"},"list":{"type":"array","items":{"type":"string"},"maxItems":2,"uniqueItems":true},
        "any":{"anyOf":[{"type":"string"},{"type":"integer","minimum":5}]},"one":{"oneOf":[{"type":"integer"},{"type":"number"}]},"n":{"type":["string","null"]},
        "c":{"const":3},"no":{"not":{"type":"string"}},"m":{"multipleOf":2},"all":{"allOf":[{"minimum":3},{"maximum":1}]},
        "iff":{"if":{"type":"string"},"then":{"minLength":3},"else":{"minimum":3}},
        "dep":{"dependencies":{"a":["b"]},"minProperties":3,"propertyNames":{"pattern":"^[a-z]$"},"patternProperties":{"^x":{"type":"string"}}},
        "con":{"contains":{"type":"string"}},"fmt":{"format":"ipv4"},"e3":{"enum":[1,null,true,"s"]},"e4":{"enum":[[1],{}]}}}"##;

    /// What helm 4.2.3 says.
    #[test]
    fn it_says_what_helm_says() {
        for (given, said) in [
            (json!({}), ""),
            (json!({"replicas": "abc"}), "- at '/replicas': got string, want integer\n"),
            (json!({"image": {"tag": "x", "foo": 1, "bar": 2, "pullPolicy": "Never"}}), "- at '/image/pullPolicy': value must be one of 'Always', 'IfNotPresent'\n- at '/image/tag': validation failed\n  - at '/image/tag': minLength: got 1, want 2\n  - at '/image/tag': 'x' does not match pattern '^v[0-9]+$'\n- at '/image': additional properties 'bar', 'foo' not allowed\n"),
            (json!({"port": 70000}), "- at '/port': maximum: got 70,000, want 65,535\n"),
            (json!({"two": {"a": 5}}), "- at '/two': validation failed\n  - at '/two': missing property 'b'\n  - at '/two/a': got number, want string\n"),
            (json!({"two": {"a": 5, "b": 1}}), "- at '/two/a': got number, want string\n"),
            (json!({"list": ["a", "a", "b"]}), "- at '/list': maxItems: got 3, want 2\n- at '/list': items at 0 and 1 are equal\n"),
            (json!({"any": 3}), "- at '/any': 'anyOf' failed\n  - at '/any': got number, want string\n  - at '/any': minimum: got 3, want 5\n"),
            (json!({"one": 3}), "- at '/one': 'oneOf' failed, subschemas 0, 1 matched\n"),
            (json!({"one": "x"}), "- at '/one': 'oneOf' failed, none matched\n  - at '/one': got string, want integer\n  - at '/one': got string, want number\n"),
            (json!({"n": 5}), "- at '/n': got number, want null or string\n"),
            (json!({"c": 4}), "- at '/c': value must be 3\n"),
            (json!({"no": "x"}), "- at '/no': 'not' failed\n"),
            (json!({"m": 3}), "- at '/m': multipleOf: got 3, want 2\n"),
            (json!({"all": 2}), "- at '/all': 'allOf' failed\n  - at '/all': minimum: got 2, want 3\n  - at '/all': maximum: got 2, want 1\n"),
            (json!({"iff": "ab"}), "- at '/iff': minLength: got 2, want 3\n"),
            (json!({"iff": 2}), "- at '/iff': minimum: got 2, want 3\n"),
            (json!({"dep": {"a": 1}}), "- at '/dep': minProperties: got 1, want 3\n- at '/dep': properties 'b' required, if 'a' exists\n"),
            (json!({"dep": {"A": 1, "x": 2, "z": 1}}), "- at '/dep/x': got number, want string\n- at '': invalid propertyName 'A'\n  - at '': 'A' does not match pattern '^[a-z]$'\n"),
            (json!({"con": [1]}), "- at '/con': no items match contains schema\n  - at '/con/0': got number, want string\n"),
            (json!({"fmt": "x"}), "- at '/fmt': 'x' is not valid ipv4: expected four decimals\n"),
            (json!({"e3": "y"}), "- at '/e3': value must be one of 1, <nil>, true, 's'\n"),
            (json!({"e4": "y"}), "- at '/e4': 'enum' failed\n"),
        ] {
            let mut values = json!({"image": {"tag": "v1"}, "replicas": 2});
            values.as_object_mut().unwrap().extend(given.as_object().unwrap().clone());
            assert_eq!(against(SCHEMA.as_bytes(), &values).err().unwrap_or_default(), said, "{given}");
        }
    }
}
