//! Charts: read from a folder or an archive, and as releases keep them.
//!
//! Models: helm.sh/helm/pkg/chart/v2, v4.2.3.
//! Simplified: no signatures; dependencies are those in `charts/`; bare `yes`, `y`, `on` are texts, as in
//! YAML 1.2.

use std::collections::BTreeMap;
use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use podarium_kubectl::failure::{Outcome, fail};
use podarium_machine::Process;
use serde_json::{Map, Value, json};

/// A file of a chart: its path in it, and what it holds.
pub type File = (String, Vec<u8>);

#[derive(Clone, Debug, Default)]
pub struct Chart {
    /// `Chart.yaml` as data.
    pub metadata: Value,
    pub lock: Value,
    pub values: Value,
    /// `values.yaml` as it was written.
    pub raw_values: String,
    pub raw_metadata: String,
    /// `values.schema.json`; empty if there is none.
    pub schema: Vec<u8>,
    pub templates: Vec<File>,
    /// What is neither template nor metadata.
    pub files: Vec<File>,
    pub dependencies: Vec<Chart>,
}

impl Chart {
    pub fn name(&self) -> &str {
        self.metadata["name"].as_str().unwrap_or_default()
    }

    pub fn version(&self) -> &str {
        self.metadata["version"].as_str().unwrap_or_default()
    }

    /// Puts a chart together from its files; paths start below its folder.
    pub fn from_files(files: Vec<File>) -> Outcome<Chart> {
        let mut chart = Chart { values: json!({}), metadata: Value::Null, ..Chart::default() };
        let mut inner: BTreeMap<String, Vec<File>> = BTreeMap::new();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        for (path, bytes) in files {
            match path.as_str() {
                "Chart.yaml" => {
                    chart.raw_metadata = text(&bytes);
                    chart.metadata = match serde_yaml::from_slice(&bytes) {
                        Ok(value) => value,
                        Err(error) => return fail(format!("cannot load Chart.yaml: error converting YAML to JSON: yaml: {error}")),
                    };
                }
                "values.schema.json" => chart.schema = bytes,
                "Chart.lock" => chart.lock = serde_yaml::from_slice(&bytes).unwrap_or(Value::Null),
                "values.yaml" => {
                    chart.raw_values = text(&bytes);
                    chart.values = match serde_yaml::from_slice::<Value>(&bytes) {
                        Ok(Value::Null) => json!({}),
                        Ok(value) => value,
                        Err(error) => return fail(format!("cannot load values.yaml: error converting YAML to JSON: yaml: {error}")),
                    };
                    chart.files.push((path, bytes));
                }
                _ if path.starts_with("templates/") => chart.templates.push((path, bytes)),
                _ if path.starts_with("charts/") => {
                    let rest = &path["charts/".len()..];
                    if rest.starts_with(['_', '.']) {
                        continue;
                    }
                    if rest.ends_with(".tgz") && !rest.contains('/') {
                        chart.dependencies.push(Chart::from_archive(&bytes)?);
                    } else if let Some((name, below)) = rest.split_once('/') {
                        inner.entry(name.to_owned()).or_default().push((below.to_owned(), bytes));
                    }
                }
                _ => chart.files.push((path, bytes)),
            }
        }
        if chart.metadata.is_null() {
            return fail("Chart.yaml file is missing");
        }
        chart.files.retain(|(path, _)| path != "values.yaml");
        for (_, files) in inner {
            if files.iter().any(|(path, _)| path == "Chart.yaml") {
                chart.dependencies.push(Chart::from_files(files)?);
            }
        }
        chart.validate()?;
        Ok(chart)
    }

    fn validate(&mut self) -> Outcome<()> {
        // `version: 1.0` is a number in YAML and a text here.
        for field in ["version", "appVersion", "name", "kubeVersion"] {
            if self.metadata[field].is_number() {
                self.metadata[field] = self.metadata[field].to_string().into();
            }
        }
        for (field, what) in [("name", "chart.metadata.name is required"), ("version", "chart.metadata.version is required")] {
            if self.metadata[field].as_str().unwrap_or_default().is_empty() {
                return fail(format!("validation: {what}"));
            }
        }
        if super::functions::Version::parse(self.version()).is_none() {
            return fail(format!("validation: chart.metadata.version {:?} is invalid", self.version()));
        }
        Ok(())
    }

    pub fn from_archive(bytes: &[u8]) -> Outcome<Chart> {
        let mut plain = Vec::new();
        if GzDecoder::new(bytes).read_to_end(&mut plain).is_err() {
            return fail("file does not appear to be a gzipped archive; got 'text/plain; charset=utf-8'");
        }
        let mut files = Vec::new();
        let mut archive = tar::Archive::new(plain.as_slice());
        let Ok(entries) = archive.entries() else { return fail("chart archive is broken") };
        for mut entry in entries.flatten() {
            let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            let mut bytes = Vec::new();
            if path.ends_with('/') || entry.read_to_end(&mut bytes).is_err() {
                continue;
            }
            if let Some((_, below)) = path.split_once('/') {
                files.push((below.to_owned(), bytes));
            }
        }
        Chart::from_files(files)
    }

    /// Reads a chart's folder.
    pub fn from_folder(process: &mut Process<'_>, folder: &str) -> Outcome<Chart> {
        let files = read_folder(process, folder)?;
        Chart::from_files(files)
    }

    /// The archive that `helm package` makes.
    pub fn to_archive(&self, name: &str, files: &[File], seconds: u64) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        for (path, bytes) in files {
            let mut header = tar::Header::new_gnu();
            header.set_size(bytes.len() as u64);
            header.set_mode(0o644);
            header.set_mtime(seconds);
            // A path that tar cannot take is one that no chart has.
            let _ = builder.append_data(&mut header, format!("{name}/{path}"), bytes.as_slice());
        }
        let plain = builder.into_inner().unwrap_or_default();
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        let _ = encoder.write_all(&plain);
        encoder.finish().unwrap_or_default()
    }

    /// As a release keeps it.
    pub fn to_json(&self) -> Value {
        let files = |files: &[File]| Value::Array(files.iter().map(|(name, bytes)| json!({"name": name, "data": podarium_kubectl::base64::encode(bytes)})).collect());
        let list = |list: &[File]| if list.is_empty() { json!([]) } else { files(list) };
        json!({
            "metadata": self.metadata,
            "lock": self.lock,
            "templates": list(&self.templates),
            "values": self.values,
            "schema": if self.schema.is_empty() { Value::Null } else { podarium_kubectl::base64::encode(&self.schema).into() },
            "schemamodtime": "0001-01-01T00:00:00Z",
            "files": list(&self.files),
        })
    }

    pub fn from_json(value: &Value) -> Chart {
        let files = |name: &str| {
            let file = |file: &Value| {
                let bytes = podarium_kubectl::base64::decode(file["data"].as_str().unwrap_or_default()).unwrap_or_default();
                (file["name"].as_str().unwrap_or_default().to_owned(), bytes)
            };
            value[name].as_array().map(|list| list.iter().map(file).collect()).unwrap_or_default()
        };
        Chart {
            metadata: value["metadata"].clone(),
            lock: value["lock"].clone(),
            values: match &value["values"] {
                Value::Object(map) => Value::Object(map.clone()),
                _ => Value::Object(Map::new()),
            },
            schema: value["schema"].as_str().and_then(podarium_kubectl::base64::decode).unwrap_or_default(),
            templates: files("templates"),
            files: files("files"),
            ..Chart::default()
        }
    }

    /// The custom resource definitions in `crds/`.
    pub fn crds(&self) -> Vec<File> {
        let own = self.files.iter().filter(|(path, _)| path.starts_with("crds/") && (path.ends_with(".yaml") || path.ends_with(".yml") || path.ends_with(".json"))).cloned();
        own.chain(self.dependencies.iter().flat_map(Chart::crds)).collect()
    }
}

/// The files of a folder, without what `.helmignore` names.
pub fn read_folder(process: &mut Process<'_>, folder: &str) -> Outcome<Vec<File>> {
    let ignored = process.read_file(&format!("{folder}/.helmignore"))?.unwrap_or_default();
    let ignored: Vec<String> = String::from_utf8_lossy(&ignored).lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    let (mut found, mut todo) = (Vec::new(), vec![String::new()]);
    while let Some(below) = todo.pop() {
        for name in process.read_dir(&format!("{folder}/{below}"))?.unwrap_or_default() {
            let path = format!("{below}{name}");
            let is_folder = process.stat(&format!("{folder}/{path}"))?.is_ok_and(|it| it.is_dir());
            let fits = |pattern: &String| {
                let bare = pattern.trim_end_matches('/');
                let chars = |text: &str| text.chars().collect::<Vec<_>>();
                (!pattern.ends_with('/') || is_folder) && (crate::git::glob(&chars(bare), &chars(&name)) || crate::git::glob(&chars(bare.trim_start_matches('/')), &chars(&path)))
            };
            if ignored.iter().any(fits) || name == ".helmignore" {
                continue;
            }
            if is_folder {
                todo.push(format!("{path}/"));
            } else if let Ok(bytes) = process.read_file(&format!("{folder}/{path}"))? {
                found.push((path, bytes));
            }
        }
    }
    found.sort();
    Ok(found)
}
