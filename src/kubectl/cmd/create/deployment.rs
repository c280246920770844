//! `kubectl create deployment NAME --image=…`.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/create/create_deployment.go, v1.36.
//! Simplified: nothing.

use podarium_api::names::safe_encode;
use serde_json::{Value, json};

use super::generated::{MANAGER, one_name, send};
use crate::cmd::change::{DRY_RUN, PRINT, SAVE_CONFIG, VALIDATE};
use crate::command::Command;
use crate::failure::{Outcome, fail};
use crate::flags::{Flag, Takes};
use crate::kubectl::Kubectl;

pub const COMMAND: Command =
    Command { aliases: &["deploy"], required: &["image"], ..Command::new("deployment", &[OWN, PRINT, DRY_RUN, VALIDATE, SAVE_CONFIG, MANAGER], run) };

const OWN: &[Flag] = &[
    Flag::new("image", Takes::List, ""),
    Flag::new("port", Takes::Int32, "-1"),
    Flag::new("replicas", Takes::Int32, "1").short('r'),
];

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let name = one_name(kubectl)?;
    let command: Vec<String> = kubectl.flags.args[1..].to_vec();
    let images = kubectl.flags.list("image");
    if images.len() > 1 && !command.is_empty() {
        return fail("cannot specify multiple --image options and command");
    }
    let mut containers = Vec::new();
    for image in &images {
        let mut container = json!({"name": container_name(kubectl, image)?, "image": image, "resources": {}});
        if !command.is_empty() {
            container["command"] = command.clone().into();
        }
        containers.push(container);
    }
    let port = kubectl.flags.int("port");
    if let Some(first) = containers.first_mut().filter(|_| port >= 0) {
        first["ports"] = json!([{"containerPort": port}]);
    }
    let containers = if containers.is_empty() { Value::Null } else { Value::Array(containers) };
    let deployment = json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "labels": {"app": name}},
        "spec": {
            "replicas": kubectl.flags.int("replicas"),
            "selector": {"matchLabels": {"app": name}},
            "strategy": {},
            "template": {"metadata": {"labels": {"app": name}}, "spec": {"containers": containers}},
        },
        "status": {},
    });
    send(kubectl, deployment, "failed to create deployment: ")
}

/// `registry/team/app_one:1` is `app-one-x7k2p`: what is no part of a name is replaced, and then it must not collide.
fn container_name(kubectl: &mut Kubectl<'_, '_>, image: &str) -> Outcome<String> {
    let last = image.rsplit('/').next().unwrap_or_default();
    let name = last.split(':').next().unwrap_or_default().split('@').next().unwrap_or_default();
    if !name.contains(['_', '.']) {
        return Ok(name.to_owned());
    }
    let bits = kubectl.process.random_bits()?;
    let suffix: String = safe_encode(&bits.to_string()).chars().take(5).collect();
    Ok(format!("{}-{suffix}", name.replace(['_', '.'], "-")))
}
