//! From a chart and values to documents: what install, upgrade, template and lint share.

use std::collections::BTreeMap;

use podarium_kubectl::client::Call;
use podarium_kubectl::failure::{Outcome, Stop, caught, fail};
use serde_json::{Value, json};

use super::super::chart::Chart;
use super::super::command::Helm;
use super::super::engine::{self, Context, Host, Problem};
use super::super::manifest;
use super::super::values::{self, Kind};

/// What came of a chart.
pub struct Rendered {
    pub hooks: Vec<Value>,
    pub manifest: String,
    pub notes: String,
}

/// The host of a rendering. Without a cluster `lookup` finds nothing.
struct Cluster<'c, 'h, 'p> {
    helm: &'c mut Helm<'h, 'p>,
    online: bool,
    stop: Option<Stop>,
}

impl Cluster<'_, '_, '_> {
    fn keep<T>(&mut self, outcome: Outcome<T>) -> Option<T> {
        match outcome {
            Ok(value) => Some(value),
            Err(stop) => {
                self.stop = Some(stop);
                None
            }
        }
    }
}

impl Host for Cluster<'_, '_, '_> {
    fn lookup(&mut self, api_version: &str, kind: &str, namespace: &str, name: &str) -> Option<Result<Value, String>> {
        if !self.online {
            return Some(Ok(Value::Null));
        }
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        let found = self.helm.kubectl.lookup(|mapper| mapper.kind(group, version, kind).cloned());
        let Some(mapping) = self.keep(found)? else { return Some(Err(format!("unable to get apiresource from unstructured: {api_version}, Kind={kind}"))) };
        let answer = caught(self.helm.kubectl.send(&Call::get(mapping.path(namespace, name))));
        match self.keep(answer)? {
            Ok(object) => Some(Ok(object)),
            Err(failure) if failure.is_not_found() => Some(Ok(Value::Null)),
            Err(failure) => Some(Err(failure.text())),
        }
    }

    fn random_bits(&mut self) -> Option<u64> {
        let bits = self.helm.process().random_bits().map_err(Stop::from);
        self.keep(bits)
    }

    fn now(&mut self) -> Option<i64> {
        let now = self.helm.now();
        self.keep(now)
    }
}

impl Helm<'_, '_> {
    /// Values of `-f`, `--set` and the others, in the order in which they count.
    pub fn given_values(&mut self) -> Outcome<Value> {
        let mut given = json!({});
        for path in self.flags().list("values") {
            let bytes = if path == "-" {
                self.process().read_stdin_to_end()?
            } else if path.starts_with("http://") || path.starts_with("https://") {
                self.download(&path)?
            } else {
                match self.process().read_file(&path)? {
                    Ok(bytes) => bytes,
                    Err(error) => return fail(format!("open {path}: {}", error.to_string().to_lowercase())),
                }
            };
            match serde_yaml::from_slice::<Value>(&bytes) {
                Ok(Value::Null) => {}
                Ok(value @ Value::Object(_)) => values::merge(&mut given, value),
                Ok(_) => return fail(format!("failed to parse {path}: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal string into Go value of type map[string]interface {{}}")),
                Err(error) => return fail(format!("failed to parse {path}: error converting YAML to JSON: {}", podarium_kubectl::manifest::go_yaml_error(&error))),
            }
        }
        let (mut json_texts, mut plain, mut texts) = (Vec::new(), Vec::new(), Vec::new());
        json_texts.extend(self.flags().list("set-json"));
        plain.extend(self.flags().list("set"));
        texts.extend(self.flags().list("set-string"));
        for text in json_texts {
            values::set(&mut given, &text, Kind::Json).or_else(fail)?;
        }
        for text in plain {
            values::set(&mut given, &text, Kind::Plain).or_else(|why| fail(format!("failed parsing --set data: {why}")))?;
        }
        for text in texts {
            values::set(&mut given, &text, Kind::Text).or_else(|why| fail(format!("failed parsing --set-string data: {why}")))?;
        }
        for text in self.flags().list("set-file") {
            let Some((key, path)) = text.split_once('=') else { return fail(format!("failed parsing --set-file data: key {text:?} has no value")) };
            let (key, path) = (key.to_owned(), path.to_owned());
            let bytes = match self.process().read_file(&path)? {
                Ok(bytes) => bytes,
                Err(error) => return fail(format!("failed parsing --set-file data: open {path}: {}", error.to_string().to_lowercase())),
            };
            let quoted = String::from_utf8_lossy(&bytes).into_owned();
            values::set(&mut given, &format!("{key}={}", serde_json::Value::String(quoted)), Kind::Json).or_else(fail)?;
        }
        Ok(given)
    }

    /// What the server can do.
    pub fn capabilities(&mut self) -> Outcome<(String, Vec<String>)> {
        let version = self.kubectl.send(&Call::get("/version"))?;
        let mapper = self.kubectl.mapper()?;
        let mut versions: Vec<String> = Vec::new();
        for mapping in &mapper.mappings {
            for text in [mapping.api_version(), format!("{}/{}", mapping.api_version(), mapping.kind)] {
                if !versions.contains(&text) {
                    versions.push(text);
                }
            }
        }
        Ok((version["gitVersion"].as_str().unwrap_or("v1.36.0").to_owned(), versions))
    }

    /// Renders a chart with values. `online`: templates may ask the cluster.
    pub fn render(&mut self, chart: &mut Chart, given: &Value, context: &Context, online: bool) -> Outcome<Rendered> {
        values::process_dependencies(chart, given).or_else(fail)?;
        if let Some(wanted) = chart.metadata["kubeVersion"].as_str().filter(|wanted| !wanted.is_empty()) {
            let known = super::super::functions::Version::parse(&context.kube_version);
            let fits = super::super::functions::Constraint::parse(wanted).zip(known).is_some_and(|(constraint, version)| constraint.allows(&version));
            if !fits {
                return fail(format!("chart requires kubeVersion: {wanted} which is incompatible with Kubernetes {}", context.kube_version));
            }
        }
        let all = values::coalesce(chart, given);
        if !self.flags().bool("skip-schema-validation") {
            super::super::schema::validate(chart, &all).or_else(fail)?;
        }
        let mut host = Cluster { helm: self, online, stop: None };
        let files = match engine::render(chart, &all, context, &mut host, false) {
            Ok(files) => files,
            Err(Problem::Error(why)) => return fail(why),
            Err(Problem::Stopped) => return Err(host.stop.unwrap_or_else(|| podarium_kubectl::failure::Failure::Message("rendering stopped".to_owned()).into())),
        };
        let notes_path = format!("{}/templates/NOTES.txt", chart.name());
        let sub_notes = self.flags().bool("render-subchart-notes");
        let (mut notes, mut rest) = (String::new(), BTreeMap::new());
        for (path, text) in files {
            if path.ends_with("NOTES.txt") {
                if path == notes_path || sub_notes {
                    if !notes.is_empty() {
                        notes.push('\n');
                    }
                    notes.push_str(&text);
                }
                continue;
            }
            rest.insert(path, text);
        }
        let (hooks, documents) = manifest::sort(&rest).or_else(fail)?;
        let mut text = String::new();
        if self.flags().command == "helm template" && self.flags().bool("include-crds") {
            for (path, bytes) in chart.crds() {
                text.push_str(&format!("---\n# Source: {}/{path}\n{}\n", chart.name(), String::from_utf8_lossy(&bytes)));
            }
        }
        for document in &documents {
            text.push_str(&format!("---\n# Source: {}\n{}\n", document.path, document.text));
        }
        Ok(Rendered { hooks, manifest: text, notes })
    }
}
