//! `kubectl create configmap NAME --from-literal=…`.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/create/create_configmap.go, v1.36.
//! Simplified: nothing.

use serde_json::{Map, Value, json};

use super::data::{SOURCES, read};
use super::generated::{MANAGER, one_name, send};
use crate::base64;
use crate::cmd::change::{DRY_RUN, PRINT, SAVE_CONFIG, VALIDATE};
use crate::command::Command;
use crate::failure::Outcome;
use crate::kubectl::Kubectl;

pub const COMMAND: Command = Command { aliases: &["cm"], ..Command::new("configmap", &[SOURCES, PRINT, DRY_RUN, VALIDATE, SAVE_CONFIG, MANAGER], run) };

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let name = one_name(kubectl)?;
    let (mut data, mut binary) = (Map::new(), Map::new());
    for (key, bytes) in read(kubectl, "ConfigMap", &name)? {
        match String::from_utf8(bytes) {
            Ok(text) => data.insert(key, text.into()),
            Err(error) => binary.insert(key, base64::encode(error.as_bytes()).into()),
        };
    }
    let mut object = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}});
    for (field, values) in [("data", data), ("binaryData", binary)] {
        if !values.is_empty() {
            object[field] = Value::Object(values);
        }
    }
    send(kubectl, object, "failed to create configmap: ")
}
