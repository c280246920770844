//! Rendering a chart's templates.
//!
//! Models: helm.sh/helm/pkg/engine, v4.2.3.
//! Simplified: functions that need cryptography, dates or a network are refused.

use std::collections::BTreeMap;

use podarium_api::go_template::{Error, Failed, Functions, Native, Templates, Value};
use serde_json::Value as Json;

use super::chart::{Chart, File};
use super::functions;

/// What the host of a rendering does for it: the cluster and chance.
pub trait Host {
    /// `lookup`; `None`: the host wants the rendering to end, and keeps why.
    fn lookup(&mut self, api_version: &str, kind: &str, namespace: &str, name: &str) -> Option<Result<Json, String>>;
    fn random_bits(&mut self) -> Option<u64>;
    /// Nanoseconds since 1970.
    fn now(&mut self) -> Option<i64>;
}

/// What `.Release` and `.Capabilities` say.
#[derive(Clone, Debug)]
pub struct Context {
    pub name: String,
    pub namespace: String,
    pub revision: u64,
    pub is_upgrade: bool,
    /// `v1.36.0`
    pub kube_version: String,
    pub api_versions: Vec<String>,
}

/// Why a chart is not rendered.
pub enum Problem {
    Error(String),
    /// The host wanted the end.
    Stopped,
}

/// `.Capabilities.APIVersions`
#[derive(Debug)]
struct ApiVersions(Vec<String>);

impl Native for ApiVersions {
    fn text(&self) -> String {
        format!("[{}]", self.0.join(" "))
    }

    fn get(&self, name: &str, arguments: &[Value]) -> Option<Result<Value, String>> {
        match (name, arguments) {
            ("Has", [Value::Text(version)]) => Some(Ok(Value::Bool(self.0.iter().any(|known| **known == **version)))),
            ("Has", _) => Some(Err("wrong number of args for Has: want 1".to_owned())),
            _ => None,
        }
    }
}

/// A struct that prints as a text.
#[derive(Debug)]
struct Struct {
    text: String,
    fields: BTreeMap<&'static str, Value>,
}

impl Native for Struct {
    fn text(&self) -> String {
        self.text.clone()
    }

    fn get(&self, name: &str, _arguments: &[Value]) -> Option<Result<Value, String>> {
        self.fields.get(name).cloned().map(Ok)
    }

    fn entries(&self) -> BTreeMap<String, Value> {
        self.fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
    }
}

/// `.Files`
#[derive(Debug)]
struct Files(Vec<File>);

impl Native for Files {
    fn text(&self) -> String {
        let shown = |(name, bytes): &File| format!("{name}:[{}]", bytes.iter().map(u8::to_string).collect::<Vec<_>>().join(" "));
        format!("map[{}]", self.0.iter().map(shown).collect::<Vec<_>>().join(" "))
    }

    fn get(&self, name: &str, arguments: &[Value]) -> Option<Result<Value, String>> {
        let text = |bytes: &[u8]| Value::text(String::from_utf8_lossy(bytes));
        let file = |path: &Value| path.as_text().and_then(|path| self.0.iter().find(|(name, _)| name == path)).map(|(_, bytes)| bytes.clone()).unwrap_or_default();
        let names = || self.0.iter().map(|(path, bytes)| (path.rsplit('/').next().unwrap_or_default().to_owned(), bytes));
        Some(Ok(match (name, arguments) {
            ("Get", [path]) => text(&file(path)),
            ("GetBytes", [path]) => Value::list(file(path).iter().map(|byte| Value::Int(i64::from(*byte))).collect()),
            ("Lines", [path]) => {
                let bytes = file(path);
                let whole = String::from_utf8_lossy(&bytes).into_owned();
                let mut lines: Vec<Value> = whole.split('\n').map(Value::text).collect();
                if whole.ends_with('\n') || whole.is_empty() {
                    lines.pop();
                }
                Value::list(lines)
            }
            ("Glob", [Value::Text(pattern)]) => {
                let chars = |text: &str| text.chars().collect::<Vec<_>>();
                Value::Native(std::rc::Rc::new(Files(self.0.iter().filter(|(path, _)| crate::git::glob(&chars(pattern), &chars(path))).cloned().collect())))
            }
            ("AsConfig", []) => {
                let map: serde_json::Map<String, Json> = names().map(|(name, bytes)| (name, String::from_utf8_lossy(bytes).into_owned().into())).collect();
                Value::text(podarium_api::yaml::document(&Json::Object(map)).trim_end_matches('\n'))
            }
            ("AsSecrets", []) => {
                let map: serde_json::Map<String, Json> = names().map(|(name, bytes)| (name, podarium_kubectl::base64::encode(bytes).into())).collect();
                Value::text(podarium_api::yaml::document(&Json::Object(map)).trim_end_matches('\n'))
            }
            ("Get" | "GetBytes" | "Lines" | "Glob" | "AsConfig" | "AsSecrets", _) => return Some(Err(format!("wrong number of args for {name}"))),
            _ => return None,
        }))
    }

    fn entries(&self) -> BTreeMap<String, Value> {
        self.0.iter().map(|(name, bytes)| (name.clone(), Value::text(String::from_utf8_lossy(bytes)))).collect()
    }
}

const WRAP: (&str, &str) = ("HELM_ERR_START", "HELM_ERR_END");

/// sprig, helm's own functions, and those that the host has to do.
struct All<'h> {
    host: &'h mut dyn Host,
    /// `helm lint` lets `required` and `fail` pass.
    lint: bool,
}

const OWN: &[(&str, usize, usize)] = &[
    ("date", 2, 2),
    ("fail", 1, 1),
    ("lookup", 4, 4),
    ("now", 0, 0),
    ("randAlpha", 1, 1),
    ("randAlphaNum", 1, 1),
    ("randAscii", 1, 1),
    ("randInt", 2, 2),
    ("randNumeric", 1, 1),
    ("required", 2, 2),
    ("uuidv4", 0, 0),
];

impl All<'_> {
    fn random_text(&mut self, set: &str, length: &Value) -> Result<Value, Failed> {
        let letters: Vec<char> = set.chars().collect();
        let Value::Int(length) = length else { return Err(Failed::Because(format!("wrong type for value; expected int; got {}", length.type_name()))) };
        let mut out = String::new();
        for _ in 0..(*length).clamp(0, 4096) {
            let bits = self.host.random_bits().ok_or(Failed::Stop)?;
            out.push(letters[(bits % letters.len() as u64) as usize]);
        }
        Ok(Value::text(out))
    }
}

impl Functions for All<'_> {
    fn arity(&self, name: &str) -> Option<(usize, usize)> {
        let own = OWN.iter().find(|row| row.0 == name).map(|row| (row.1, row.2));
        own.or_else(|| functions::find(name).map(|row| (row.1, row.2))).or_else(|| functions::ABSENT.contains(&name).then_some((0, usize::MAX)))
    }

    fn call(&mut self, name: &str, arguments: Vec<Value>) -> Result<Value, Failed> {
        let lower = "abcdefghijklmnopqrstuvwxyz";
        let alpha = format!("{lower}{}", lower.to_uppercase());
        match name {
            "fail" if self.lint => Ok(Value::text("")),
            "fail" => Err(Failed::Because(format!("{}{}{}", WRAP.0, podarium_api::go_template::show(&arguments[0]), WRAP.1))),
            "required" => {
                let missing = matches!(&arguments[1], Value::Nil) || arguments[1].as_text() == Some("");
                match (missing, self.lint) {
                    (false, _) => Ok(arguments[1].clone()),
                    (true, true) => Ok(Value::text("")),
                    (true, false) => Err(Failed::Because(format!("{}{}{}", WRAP.0, podarium_api::go_template::show(&arguments[0]), WRAP.1))),
                }
            }
            "lookup" => {
                let text = |at: usize| arguments[at].as_text().unwrap_or_default().to_owned();
                match self.host.lookup(&text(0), &text(1), &text(2), &text(3)) {
                    None => Err(Failed::Stop),
                    Some(Ok(found)) => Ok(if found.is_null() { Value::map([]) } else { Value::from_json(&found) }),
                    Some(Err(why)) => Err(Failed::Because(why)),
                }
            }
            "randAlphaNum" => self.random_text(&format!("{alpha}0123456789"), &arguments[0]),
            "randAlpha" => self.random_text(&alpha, &arguments[0]),
            "randNumeric" => self.random_text("0123456789", &arguments[0]),
            "randAscii" => self.random_text(&(33u8..127).map(char::from).collect::<String>(), &arguments[0]),
            "randInt" => {
                let (Value::Int(from), Value::Int(to)) = (&arguments[0], &arguments[1]) else { return Err(Failed::Because("wrong type for value; expected int".to_owned())) };
                let bits = self.host.random_bits().ok_or(Failed::Stop)?;
                Ok(Value::Int(from + (bits % (to - from).max(1).unsigned_abs()) as i64))
            }
            "uuidv4" => {
                let (a, b) = (self.host.random_bits().ok_or(Failed::Stop)?, self.host.random_bits().ok_or(Failed::Stop)?);
                let hex = format!("{a:016x}{b:016x}");
                let variant = ["8", "9", "a", "b"][(b % 4) as usize];
                Ok(Value::text(format!("{}-{}-4{}-{variant}{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..32])))
            }
            "now" => {
                let nanos = self.host.now().ok_or(Failed::Stop)?;
                let fields = BTreeMap::from([("Nanos", Value::Int(nanos))]);
                Ok(Value::Native(std::rc::Rc::new(Struct { text: super::time::go_text(nanos), fields })))
            }
            "date" => {
                let nanos = match &arguments[1] {
                    Value::Native(thing) => thing.entries().get("Nanos").and_then(|value| if let Value::Int(nanos) = value { Some(*nanos) } else { None }),
                    Value::Int(seconds) => Some(seconds * 1_000_000_000),
                    _ => None,
                };
                let nanos = match nanos {
                    Some(nanos) => nanos,
                    None => self.host.now().ok_or(Failed::Stop)?,
                };
                Ok(Value::text(super::time::layout(nanos, arguments[0].as_text().unwrap_or_default())))
            }
            _ => match functions::find(name) {
                Some(row) => (row.3)(&arguments).map_err(Failed::Because),
                None => Err(Failed::Because(format!("not simulated: the function {name}"))),
            },
        }
    }
}

/// Which template belongs to which chart, and what that chart's templates see.
fn collect(chart: &Chart, prefix: &str, values: &Json, context: &Context, found: &mut BTreeMap<String, (String, Value, String)>, is_library: bool) -> Value {
    let full = if prefix.is_empty() { chart.name().to_owned() } else { format!("{prefix}/charts/{}", chart.name()) };
    let scope = Value::map([]);
    let mut subcharts = Vec::new();
    for dependency in &chart.dependencies {
        let own = values.get(dependency.name()).cloned().unwrap_or_else(|| serde_json::json!({}));
        let library = dependency.metadata["type"].as_str() == Some("library");
        subcharts.push((dependency.name().to_owned(), collect(dependency, &full, &own, context, found, library)));
    }
    let metadata = capitalized(&chart.metadata, prefix.is_empty());
    let release = [
        ("IsInstall", Value::Bool(!context.is_upgrade)),
        ("IsUpgrade", Value::Bool(context.is_upgrade)),
        ("Name", Value::text(&context.name)),
        ("Namespace", Value::text(&context.namespace)),
        ("Revision", Value::Int(context.revision as i64)),
        ("Service", Value::text("Helm")),
    ];
    let minor = context.kube_version.trim_start_matches('v').split('.').map(str::to_owned).collect::<Vec<_>>();
    let part = |at: usize| Value::text(minor.get(at).map_or("", String::as_str));
    let version = Struct {
        text: context.kube_version.clone(),
        fields: BTreeMap::from([("Version", Value::text(&context.kube_version)), ("GitVersion", Value::text(&context.kube_version)), ("Major", part(0)), ("Minor", part(1))]),
    };
    let helm = Struct { text: "{v4.2.3 43e8b7feece8beb0fcba47059ec9b522fd929a64 clean go1.26.5 v1.36}".to_owned(), fields: BTreeMap::from([("Version", Value::text("v4.2.3")), ("GoVersion", Value::text("go1.26.5"))]) };
    let capabilities = Struct {
        text: String::new(),
        fields: BTreeMap::from([
            ("KubeVersion", Value::Native(std::rc::Rc::new(version))),
            ("HelmVersion", Value::Native(std::rc::Rc::new(helm))),
            ("APIVersions", Value::Native(std::rc::Rc::new(ApiVersions(context.api_versions.clone())))),
        ]),
    };
    if let Value::Map(map) = &scope {
        let mut map = map.borrow_mut();
        map.insert("Chart".to_owned(), metadata);
        map.insert("Files".to_owned(), Value::Native(std::rc::Rc::new(Files(chart.files.clone()))));
        map.insert("Release".to_owned(), Value::map(release.map(|(name, value)| (name.to_owned(), value))));
        map.insert("Capabilities".to_owned(), Value::Native(std::rc::Rc::new(capabilities)));
        map.insert("Values".to_owned(), Value::from_json(values));
        map.insert("Subcharts".to_owned(), Value::map(subcharts));
    }
    for (path, bytes) in &chart.templates {
        let name = path.rsplit('/').next().unwrap_or_default();
        // A library has nothing of its own to show.
        if is_library && !name.starts_with('_') {
            continue;
        }
        found.insert(format!("{full}/{path}"), (String::from_utf8_lossy(bytes).into_owned(), scope.clone(), format!("{full}/templates")));
    }
    scope
}

/// `Chart.yaml` with the names of its fields in Go.
fn capitalized(metadata: &Json, is_root: bool) -> Value {
    let field = |name: &str| match name {
        "apiVersion" => "APIVersion".to_owned(),
        "appVersion" => "AppVersion".to_owned(),
        "kubeVersion" => "KubeVersion".to_owned(),
        other => other.chars().next().map(|first| first.to_uppercase().collect::<String>() + &other[first.len_utf8()..]).unwrap_or_default(),
    };
    let texts = ["Name", "Home", "Version", "Description", "Icon", "APIVersion", "Condition", "Tags", "AppVersion", "KubeVersion", "Type"];
    let mut entries: BTreeMap<String, Value> = texts.iter().map(|name| ((*name).to_owned(), Value::text(""))).collect();
    entries.insert("Deprecated".to_owned(), Value::Bool(false));
    entries.insert("IsRoot".to_owned(), Value::Bool(is_root));
    for (name, value) in metadata.as_object().into_iter().flatten() {
        entries.insert(field(name), Value::from_json(value));
    }
    Value::map(entries)
}

/// Renders every template but the partials.
pub fn render(chart: &Chart, values: &Json, context: &Context, host: &mut dyn Host, lint: bool) -> Result<BTreeMap<String, String>, Problem> {
    let mut templates = BTreeMap::new();
    collect(chart, "", values, context, &mut templates, chart.metadata["type"].as_str() == Some("library"));
    let mut names: Vec<&String> = templates.keys().collect();
    // Those deep below come first, so that the upper ones win where two define the same.
    names.sort_by_key(|name| std::cmp::Reverse((name.matches('/').count(), (*name).clone())));
    let mut functions = All { host, lint };
    let mut set = Templates::with_includes();
    for name in &names {
        set.add(name, &templates[*name].0, &functions).map_err(|why| Problem::Error(parse_error(name, &why)))?;
    }
    let mut rendered = BTreeMap::new();
    for name in names {
        if name.rsplit('/').next().is_some_and(|base| base.starts_with('_')) {
            continue;
        }
        let (_, scope, base) = &templates[name];
        if let Value::Map(map) = scope {
            let template = [("Name".to_owned(), Value::text(name)), ("BasePath".to_owned(), Value::text(base))];
            map.borrow_mut().insert("Template".to_owned(), Value::map(template));
        }
        match set.execute(name, scope, &mut functions) {
            Ok(text) => drop(rendered.insert(name.clone(), text.replace("<no value>", ""))),
            Err(error) if error.stopped => return Err(Problem::Stopped),
            Err(error) => return Err(Problem::Error(execution_error(name, &error))),
        }
    }
    Ok(rendered)
}

fn parse_error(file: &str, why: &str) -> String {
    let tokens: Vec<&str> = why.split(": ").collect();
    match tokens.as_slice() {
        [_] => format!("parse error in ({file}): {why}"),
        [_, location, .., last] => format!("parse error at ({location}): {last}"),
        _ => format!("parse error at ({file}): {why}"),
    }
}

/// The errors of a template, one below the other.
fn execution_error(file: &str, error: &Error) -> String {
    let tokens: Vec<&str> = error.text.splitn(3, ": ").collect();
    let [_, location, rest] = tokens.as_slice() else { return format!("execution error in ({file}): {}", error.text) };
    if let (Some(start), Some(end)) = (rest.find(WRAP.0), rest.rfind(WRAP.1)) {
        return format!("execution error at ({location}): {}", &rest[start + WRAP.0.len()..end]);
    }
    let mut out: Vec<String> = Vec::new();
    for text in std::iter::once(&error.text).chain(&error.causes) {
        let Some(shown) = traced(text) else { return error.text.clone() };
        if out.last() != Some(&shown) {
            out.push(shown);
        }
    }
    out.concat().trim().to_owned()
}

fn traced(text: &str) -> Option<String> {
    let rest = text.strip_prefix("template: ")?;
    let cut = |message: &str| message.find(" template:").map_or(message.to_owned(), |at| message[..at].to_owned());
    if rest.starts_with("no template ") {
        return Some(format!("{text}\n"));
    }
    if let Some((location, after)) = rest.split_once(": executing ")
        && let Some((function, at)) = after.strip_prefix('"').and_then(|after| after.split_once("\" at <"))
        && let Some((place, message)) = at.split_once(">: ")
    {
        return Some(format!("{location}\n  executing \"{function}\" at <{place}>:\n    {}\n", cut(message)));
    }
    let at = rest.rfind(": ")?;
    Some(format!("{}\n  {}\n", &rest[..at], cut(&rest[at + 2..])))
}
