//! `kubectl expose deployment web --port=80`: a Service for what there is.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/expose/expose.go, pkg/polymorphichelpers, v1.36.
//! Simplified: nothing.

use serde_json::{Map, Value, json};

use super::change::{DRY_RUN, DryRun, FILES, PRINT, RECORD, SAVE_CONFIG, save_made_configuration};
use crate::builder::{Builder, Info};
use crate::client::Write;
use crate::command::Command;
use crate::failure::{Outcome, all_of, caught, fail};
use crate::flags::{Flag, Takes};
use crate::kubectl::Kubectl;
use crate::unstructured::{int, items, set, strings, text};

pub const COMMAND: Command = Command::new("expose", &[OWN, PRINT, FILES, DRY_RUN, SAVE_CONFIG, RECORD], run);

const OWN: &[Flag] = &[
    Flag::text("cluster-ip"),
    Flag::text("external-ip"),
    Flag::new("field-manager", Takes::Text, "kubectl-expose"),
    Flag::text("labels").short('l'),
    Flag::text("load-balancer-ip"),
    Flag::text("name"),
    Flag::text("overrides"),
    Flag::text("override-type"),
    Flag::text("port"),
    Flag::text("protocol"),
    Flag::text("selector"),
    Flag::text("session-affinity"),
    Flag::text("target-port"),
    Flag::text("type"),
];

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let dry_run = kubectl.dry_run()?;
    // Here `--selector` is the new Service's, not one to find objects by.
    let builder = Builder { selector: None, ..Builder::of(kubectl, &kubectl.flags.args) };
    let found = builder.find(kubectl)?;
    let mut failures = found.failures;
    for info in found.infos {
        if let Err(failure) = caught(expose(kubectl, &info, dry_run))? {
            failures.push(failure);
        }
    }
    all_of(failures)
}

fn expose(kubectl: &mut Kubectl<'_, '_>, info: &Info, dry_run: DryRun) -> Outcome<()> {
    let kind = info.mapping.kind.as_str();
    if !matches!(kind, "Pod" | "Service" | "ReplicationController" | "Deployment" | "ReplicaSet") {
        info.mapping.require_typed()?;
        return fail(format!("cannot expose a {}", info.mapping.kind_name().split_once('.').map_or(kind.to_owned(), |(_, group)| format!("{kind}.{group}"))));
    }
    let flags = kubectl.flags.clone();
    let selector = match flags.text("selector") {
        "" => selector_of(info).or_else(|why| fail(format!("couldn't retrieve selectors via --selector flag or introspection: {why}")))?,
        given => pairs(given)?,
    };
    let labels = match flags.text("labels") {
        "" => strings(&info.object, "/metadata/labels").into_iter().map(|(key, value)| (key, value.into())).collect(),
        given => pairs(given)?,
    };
    let ports = ports(kubectl, info)?;
    let name = match flags.text("name") {
        "" => info.name.chars().take(63).collect(),
        name => name.to_owned(),
    };
    let mut service = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": {"selector": selector}, "status": {"loadBalancer": {}}});
    if !labels.is_empty() {
        service["metadata"]["labels"] = Value::Object(labels);
    }
    if !ports.is_empty() {
        service["spec"]["ports"] = ports.into();
    }
    if !matches!(flags.text("session-affinity"), "" | "None" | "ClientIP") {
        return fail(format!("unknown session affinity: {}", flags.text("session-affinity")));
    }
    for (flag, field) in [("type", "type"), ("cluster-ip", "clusterIP"), ("session-affinity", "sessionAffinity")] {
        if !flags.text(flag).is_empty() {
            service["spec"][field] = flags.text(flag).into();
        }
    }
    if !flags.text("external-ip").is_empty() {
        service["spec"]["externalIPs"] = json!([flags.text("external-ip")]);
    }
    if flags.text("type") == "LoadBalancer" && !flags.text("load-balancer-ip").is_empty() {
        service["spec"]["loadBalancerIP"] = flags.text("load-balancer-ip").into();
    }
    let mut service = kubectl.overridden(service)?;
    // What Go's type has though it is empty.
    for port in service.pointer_mut("/spec/ports").and_then(Value::as_array_mut).into_iter().flatten().filter(|port| port.get("targetPort").is_none()) {
        port["targetPort"] = 0.into();
    }
    send(kubectl, service, dry_run)
}

fn send(kubectl: &mut Kubectl<'_, '_>, mut service: Value, dry_run: DryRun) -> Outcome<()> {
    let connection = kubectl.connection()?;
    let printer = kubectl.change_printer("exposed", dry_run)?;
    kubectl.record(&mut service);
    if dry_run == DryRun::Client {
        if connection.enforce_namespace {
            set(&mut service, "/metadata/namespace", connection.namespace.into());
        }
        return kubectl.print_object(&printer, &service);
    }
    save_made_configuration(kubectl, &mut service);
    let mapping = kubectl.mapping_of_kind("", "Service")?;
    let manager = kubectl.flags.text("field-manager").to_owned();
    let write = Write { dry_run: dry_run == DryRun::Server, field_manager: &manager, ..Write::default() };
    let made = kubectl.create(&mapping, &connection.namespace, &service, &write)?;
    kubectl.print_object(&printer, &made)
}

fn pairs(text: &str) -> Outcome<Map<String, Value>> {
    let mut found = Map::new();
    for pair in text.split(',') {
        let parts: Vec<&str> = pair.split('=').collect();
        let [key, value] = parts[..] else { return fail(format!("unexpected label spec: {pair}")) };
        if key.is_empty() {
            return fail("unexpected empty label key");
        }
        found.insert(key.to_owned(), value.into());
    }
    Ok(found)
}

fn selector_of(info: &Info) -> Result<Map<String, Value>, String> {
    let pointer = match info.mapping.kind.as_str() {
        "Pod" => "/metadata/labels",
        "Service" | "ReplicationController" => "/spec/selector",
        _ => "/spec/selector/matchLabels",
    };
    if !items(&info.object, "/spec/selector/matchExpressions").is_empty() {
        return Err(format!("couldn't convert expressions - {:?} to map-based selector format", info.object["spec"]["selector"]["matchExpressions"].to_string()));
    }
    let found = strings(&info.object, pointer);
    if found.is_empty() {
        return Err(match info.mapping.kind.as_str() {
            "Pod" => "the pod has no labels and cannot be exposed".to_owned(),
            "Service" => "the service has no pod selector set".to_owned(),
            _ => "invalid selector: no labels".to_owned(),
        });
    }
    Ok(found.into_iter().map(|(key, value)| (key, value.into())).collect())
}

fn ports(kubectl: &Kubectl<'_, '_>, info: &Info) -> Outcome<Vec<Value>> {
    let flags = &kubectl.flags;
    let known = container_ports(info);
    let wanted: Vec<String> = match flags.text("port") {
        "" => {
            let mut numbers: Vec<String> = Vec::new();
            for (number, _) in &known {
                if !numbers.contains(&number.to_string()) {
                    numbers.push(number.to_string());
                }
            }
            numbers
        }
        given => given.split(',').map(str::to_owned).collect(),
    };
    if wanted.is_empty() && flags.text("cluster-ip") != "None" {
        return fail("couldn't find port via --port flag or introspection");
    }
    let mut ports = Vec::new();
    for (at, text) in wanted.iter().enumerate() {
        let number: i64 = text.parse().or_else(|_| fail(format!("strconv.Atoi: parsing {text:?}: invalid syntax")))?;
        let protocol = match flags.text("protocol") {
            "" => known.iter().find(|(port, _)| *port == number).map_or("TCP".to_owned(), |(_, protocol)| protocol.clone()),
            given => given.to_owned(),
        };
        let target: Value = match flags.text("target-port") {
            "" => number.into(),
            target => target.parse::<i64>().map_or_else(|_| target.into(), Value::from),
        };
        let mut port = json!({"port": number, "protocol": protocol, "targetPort": target});
        if wanted.len() > 1 {
            port["name"] = format!("port-{}", at + 1).into();
        }
        ports.push(port);
    }
    Ok(ports)
}

/// The ports of an object's containers, or of a Service.
fn container_ports(info: &Info) -> Vec<(i64, String)> {
    let protocol = |port: &Value| match text(port, "/protocol") {
        "" => "TCP".to_owned(),
        protocol => protocol.to_owned(),
    };
    let containers = match info.mapping.kind.as_str() {
        "Service" => return items(&info.object, "/spec/ports").iter().map(|port| (int(port, "/port").unwrap_or(0), protocol(port))).collect(),
        "Pod" => items(&info.object, "/spec/containers"),
        _ => items(&info.object, "/spec/template/spec/containers"),
    };
    containers.iter().flat_map(|container| items(container, "/ports")).map(|port| (int(port, "/containerPort").unwrap_or(0), protocol(port))).collect()
}
