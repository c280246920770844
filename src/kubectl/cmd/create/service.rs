//! `kubectl create service clusterip|nodeport|loadbalancer|externalname NAME --tcp=80:8080`.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/create/create_service.go, v1.36.
//! Simplified: nothing.

use podarium_api::name_rules::{dns1123_subdomain, port_name};
use serde_json::{Value, json};

use super::generated::{MANAGER, one_name, send};
use crate::cmd::change::{DRY_RUN, PRINT, SAVE_CONFIG, VALIDATE};
use crate::command::Command;
use crate::failure::{Outcome, fail};
use crate::flags::{Flag, Takes};
use crate::kubectl::Kubectl;

pub const COMMAND: Command = Command { aliases: &["svc"], ..Command::group("service", &[&CLUSTER_IP, &EXTERNAL_NAME, &LOAD_BALANCER, &NODE_PORT]) };

const TCP: &[Flag] = &[Flag::new("tcp", Takes::List, "")];
const CLUSTER_IP: Command = Command::new("clusterip", &[TCP, &[Flag::text("clusterip")], PRINT, DRY_RUN, VALIDATE, SAVE_CONFIG, MANAGER], cluster_ip);
const NODE_PORT: Command = Command::new("nodeport", &[TCP, &[Flag::new("node-port", Takes::Int, "0")], PRINT, DRY_RUN, VALIDATE, SAVE_CONFIG, MANAGER], node_port);
const LOAD_BALANCER: Command = Command::new("loadbalancer", &[TCP, PRINT, DRY_RUN, VALIDATE, SAVE_CONFIG, MANAGER], load_balancer);
const EXTERNAL_NAME: Command = Command {
    required: &["external-name"],
    ..Command::new("externalname", &[TCP, &[Flag::text("external-name")], PRINT, DRY_RUN, VALIDATE, SAVE_CONFIG, MANAGER], external_name)
};

fn cluster_ip(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    create(kubectl, "ClusterIP")
}

fn node_port(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    create(kubectl, "NodePort")
}

fn load_balancer(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    create(kubectl, "LoadBalancer")
}

fn external_name(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    create(kubectl, "ExternalName")
}

fn create(kubectl: &mut Kubectl<'_, '_>, kind: &str) -> Outcome<()> {
    let name = one_name(kubectl)?;
    let (pairs, address, external) = (kubectl.flags.list("tcp"), kubectl.flags.text("clusterip").to_owned(), kubectl.flags.text("external-name").to_owned());
    if address != "None" && pairs.is_empty() && kind != "ExternalName" {
        return fail("at least one tcp port specifier must be provided");
    }
    if kind == "ExternalName" && !dns1123_subdomain(&external).is_empty() {
        return fail(format!("invalid service external name {external}"));
    }
    let mut ports = Vec::new();
    for pair in &pairs {
        let (port, target) = ports_of(pair)?;
        let mut entry = json!({"name": pair.replace(':', "-"), "port": port, "targetPort": target, "protocol": "TCP"});
        if kubectl.flags.int("node-port") != 0 {
            entry["nodePort"] = kubectl.flags.int("node-port").into();
        }
        ports.push(entry);
    }
    let mut spec = json!({"type": kind, "selector": {"app": name}});
    if !ports.is_empty() {
        spec["ports"] = ports.into();
    }
    for (field, value) in [("clusterIP", address), ("externalName", external)] {
        if !value.is_empty() {
            spec[field] = value.into();
        }
    }
    let service = json!({
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "labels": {"app": name}}, "spec": spec, "status": {"loadBalancer": {}},
    });
    send(kubectl, service, &format!("failed to create {kind} service: "))
}

/// `80:8080`, `80:http`, or `80` for both.
fn ports_of(pair: &str) -> Outcome<(i64, Value)> {
    // What stands behind a second colon is not looked at.
    let mut parts = pair.split(':');
    let first = parts.next().unwrap_or_default();
    let target = parts.next().unwrap_or(first);
    let number = |text: &str| -> Outcome<i64> {
        match text.parse::<i64>() {
            Ok(number) if (0..=65535).contains(&number) => Ok(number),
            Ok(number) if number > 65535 => fail(format!("strconv.ParseUint: parsing {text:?}: value out of range")),
            _ => fail(format!("strconv.ParseUint: parsing {text:?}: invalid syntax")),
        }
    };
    let port = number(first)?;
    let target: Value = match target.parse::<i64>() {
        Ok(number) if (1..=65535).contains(&number) || target == first => number.into(),
        Ok(_) => return fail("must be between 1 and 65535, inclusive"),
        Err(_) if port_name(target).is_empty() => target.into(),
        Err(_) => return fail(port_name(target).join(",")),
    };
    Ok((port, target))
}
