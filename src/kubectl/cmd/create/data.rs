//! `--from-literal`, `--from-file`, `--from-env-file`: the data of ConfigMaps and Secrets.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/create/create_{configmap,secret}.go, pkg/util/util.go, v1.36.
//! Simplified: nothing.

use std::collections::BTreeMap;

use podarium_api::name_rules::{config_map_key, strict_env_var_name};

use crate::failure::{Outcome, fail};
use crate::flags::{Flag, Takes};
use crate::kubectl::Kubectl;

pub const SOURCES: &[Flag] = &[
    Flag::new("from-literal", Takes::Repeated, ""),
    Flag::new("from-file", Takes::List, ""),
    Flag::new("from-env-file", Takes::List, ""),
    Flag::bool("append-hash"),
];

/// Reads the data that the flags name. `kind` and `name` are for the messages.
pub fn read(kubectl: &mut Kubectl<'_, '_>, kind: &str, name: &str) -> Outcome<BTreeMap<String, Vec<u8>>> {
    let flags = &kubectl.flags;
    let (literals, files, env_files) = (flags.list("from-literal"), flags.list("from-file"), flags.list("from-env-file"));
    if !env_files.is_empty() && (!literals.is_empty() || !files.is_empty()) {
        return fail("from-env-file cannot be combined with from-file or from-literal");
    }
    let mut data = Data { kind: kind.to_owned(), name: name.to_owned(), values: read_files(kubectl, kind, name, &files)? };
    for literal in literals {
        let Some((key, value)) = literal.split_once('=').filter(|(key, _)| !key.is_empty()) else {
            return fail(format!("invalid literal source {literal}, expected key=value"));
        };
        data.add(key, value.as_bytes().to_vec())?;
    }
    for path in env_files {
        env_file(kubectl, &path, &mut data)?;
    }
    Ok(data.values)
}

struct Data {
    kind: String,
    name: String,
    values: BTreeMap<String, Vec<u8>>,
}

impl Data {
    fn add(&mut self, key: &str, value: Vec<u8>) -> Outcome<()> {
        let errors = config_map_key(key);
        if !errors.is_empty() {
            let what = if self.kind == "ConfigMap" { "a ConfigMap" } else { "a Secret" };
            let said = if self.kind == "ConfigMap" { format!("{key:?} is not a valid key name for {what}: {}", errors.join(",")) } else { format!("{key:?} is not valid key name for {what} {}", errors.join(";")) };
            return fail(said);
        }
        if self.values.insert(key.to_owned(), value).is_some() {
            let message = match self.kind.as_str() {
                "ConfigMap" => format!("cannot add key {key:?}, another key by that name already exists in Data for ConfigMap {:?}", self.name),
                _ => format!("cannot add key {key}, another key by that name already exists"),
            };
            return fail(message);
        }
        Ok(())
    }
}

/// The data that these files hold, each `NAME=PATH`.
pub fn read_files(kubectl: &mut Kubectl<'_, '_>, kind: &str, name: &str, sources: &[String]) -> Outcome<BTreeMap<String, Vec<u8>>> {
    let mut data = Data { kind: kind.to_owned(), name: name.to_owned(), values: BTreeMap::new() };
    for source in sources {
        file(kubectl, source, &mut data)?;
    }
    Ok(data.values)
}

fn file(kubectl: &mut Kubectl<'_, '_>, source: &str, data: &mut Data) -> Outcome<()> {
    let base = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    let (key, path) = match source.split_once('=') {
        None => (base(source), source.to_owned()),
        Some(("", _)) => return fail(format!("key name for file path {} missing", source.trim_start_matches('='))),
        Some((key, "")) => return fail(format!("file path for key name {key} missing")),
        Some((_, path)) if path.contains('=') => return fail("key names or file paths cannot contain '='"),
        Some((key, path)) => (key.to_owned(), path.to_owned()),
    };
    let metadata = match kubectl.process.stat(&path)? {
        Ok(metadata) => metadata,
        Err(error) => return fail(format!("error reading {path}: {}", error.to_string().to_lowercase())),
    };
    if !metadata.is_dir() {
        return one_file(kubectl, &key, &path, data);
    }
    if source.contains('=') {
        return fail("cannot give a key name for a directory path");
    }
    for name in kubectl.process.read_dir(&path)?.unwrap_or_default() {
        let inner = format!("{}/{name}", path.trim_end_matches('/'));
        if kubectl.process.stat(&inner)?.is_ok_and(|metadata| !metadata.is_dir()) {
            one_file(kubectl, &name, &inner, data)?;
        }
    }
    Ok(())
}

fn one_file(kubectl: &mut Kubectl<'_, '_>, key: &str, path: &str, data: &mut Data) -> Outcome<()> {
    match kubectl.read_file(path)? {
        Ok(bytes) => data.add(key, bytes),
        Err(why) => fail(why),
    }
}

fn env_file(kubectl: &mut Kubectl<'_, '_>, path: &str, data: &mut Data) -> Outcome<()> {
    let bytes = match kubectl.process.read_file(path)? {
        Ok(bytes) => bytes,
        Err(error) => return fail(format!("error reading {path}: {}", error.to_string().to_lowercase())),
    };
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes);
    for (at, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let Ok(line) = std::str::from_utf8(line) else {
            return fail(format!("env file {path} contains invalid utf8 bytes at line {}: {line:?}", at + 1));
        };
        let line = line.strip_suffix('\r').unwrap_or(line).trim_start();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (key, value) = line.split_once('=').map_or((line, None), |(key, value)| (key, Some(value.to_owned())));
        let errors = strict_env_var_name(key);
        if !errors.is_empty() {
            return fail(format!("{key:?} is not a valid key name: {}", errors.join(";")));
        }
        // A name alone takes the value that it has here.
        let value = value.or_else(|| kubectl.process.env(key)).unwrap_or_default();
        data.add(key, value.into_bytes())?;
    }
    Ok(())
}
