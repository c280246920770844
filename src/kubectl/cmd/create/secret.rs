//! `kubectl create secret generic|tls|docker-registry NAME …`.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/create/create_secret{,_tls,_docker}.go, v1.36.
//! Simplified: nothing.

use podarium_api::key_pair::key_pair_fault;
use serde_json::{Map, Value, json};

use super::data::{SOURCES, read, read_files};
use super::generated::{MANAGER, one_name, send};
use crate::base64;
use crate::cmd::change::{DRY_RUN, PRINT, SAVE_CONFIG, VALIDATE};
use crate::command::Command;
use crate::failure::{Outcome, fail};
use crate::flags::{Flag, Takes};
use crate::kubectl::Kubectl;
use crate::printers::json as json_printer;

pub const COMMAND: Command = Command::group("secret", &[&GENERIC, &TLS, &DOCKER]);

const GENERIC: Command = Command::new("generic", &[&[Flag::text("type")], SOURCES, PRINT, DRY_RUN, VALIDATE, SAVE_CONFIG, MANAGER], generic);
const TLS: Command = Command::new("tls", &[&[Flag::text("cert"), Flag::text("key"), Flag::bool("append-hash")], PRINT, DRY_RUN, VALIDATE, SAVE_CONFIG, MANAGER], tls);
const DOCKER: Command = Command::new("docker-registry", &[DOCKER_FLAGS, PRINT, DRY_RUN, VALIDATE, SAVE_CONFIG, MANAGER], docker);
const DOCKER_FLAGS: &[Flag] = &[
    Flag::text("docker-username"),
    Flag::text("docker-password"),
    Flag::text("docker-email"),
    Flag::new("docker-server", Takes::Text, "https://index.docker.io/v1/"),
    Flag::new("from-file", Takes::List, ""),
    Flag::bool("append-hash"),
];

fn secret(kubectl: &mut Kubectl<'_, '_>, name: &str, kind: &str, data: Vec<(String, Vec<u8>)>, prefix: &str) -> Outcome<()> {
    let data: Map<String, Value> = data.into_iter().map(|(key, bytes)| (key, base64::encode(&bytes).into())).collect();
    let mut object = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}});
    if !data.is_empty() {
        object["data"] = Value::Object(data);
    }
    if !kind.is_empty() {
        object["type"] = kind.into();
    }
    send(kubectl, object, prefix)
}

fn generic(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let name = one_name(kubectl)?;
    let data = read(kubectl, "Secret", &name)?;
    let kind = kubectl.flags.text("type").to_owned();
    secret(kubectl, &name, &kind, data.into_iter().collect(), "failed to create secret ")
}

fn tls(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let name = one_name(kubectl)?;
    let (certificate, key) = (kubectl.flags.text("cert").to_owned(), kubectl.flags.text("key").to_owned());
    if certificate.is_empty() || key.is_empty() {
        return fail("key and cert must be specified");
    }
    let mut data = Vec::new();
    for (field, path) in [("tls.crt", certificate), ("tls.key", key)] {
        match kubectl.read_file(&path)? {
            Ok(bytes) => data.push((field.to_owned(), bytes)),
            Err(why) => return fail(format!("Cannot read file {path}, {why}")),
        }
    }
    if let Some(fault) = key_pair_fault(&data[0].1, &data[1].1) {
        return fail(fault);
    }
    secret(kubectl, &name, "kubernetes.io/tls", data, "failed to create secret ")
}

fn docker(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let name = one_name(kubectl)?;
    let flag = |name: &str| kubectl.flags.text(name).to_owned();
    let (user, password, email, server) = (flag("docker-username"), flag("docker-password"), flag("docker-email"), flag("docker-server"));
    const DOCKER_CONFIG: &str = ".dockerconfigjson";
    let files = kubectl.flags.list("from-file");
    if !files.is_empty() {
        let named: Vec<String> = files.into_iter().map(|file| if file.contains('=') { file } else { format!("{DOCKER_CONFIG}={file}") }).collect();
        let data = read_files(kubectl, "Secret", &name, &named)?;
        return secret(kubectl, &name, "kubernetes.io/dockerconfigjson", data.into_iter().collect(), "failed to create secret ");
    }
    if user.is_empty() || password.is_empty() || server.is_empty() {
        return fail("either --from-file or the combination of --docker-username, --docker-password and --docker-server is required");
    }
    // The order of the fields is part of what is stored.
    let quoted = |text: &str| json_printer::compact(&Value::from(text));
    let email = if email.is_empty() { String::new() } else { format!("\"email\":{},", quoted(&email)) };
    let auth = base64::encode(format!("{user}:{password}").as_bytes());
    let config = format!(
        "{{\"auths\":{{{}:{{\"username\":{},\"password\":{},{email}\"auth\":{}}}}}}}",
        quoted(&server),
        quoted(&user),
        quoted(&password),
        quoted(&auth)
    );
    secret(kubectl, &name, "kubernetes.io/dockerconfigjson", vec![(DOCKER_CONFIG.to_owned(), config.into_bytes())], "failed to create secret ")
}
