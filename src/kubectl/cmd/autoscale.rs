//! `kubectl autoscale deployment web --min=1 --max=5 --cpu=50%`: an autoscaler for what there is.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/autoscale/autoscale.go, v1.36.
//! Simplified: `--record` is refused.

use podarium_api::quantity::Quantity;
use serde_json::{Value, json};

use super::change::{DRY_RUN, DryRun, FILES, PRINT, RECORD, SAVE_CONFIG, save_made_configuration};
use crate::builder::{Builder, Info};
use crate::client::{Call, Write};
use crate::command::Command;
use crate::failure::{Outcome, all_of, caught, fail};
use crate::flags::{Flag, Takes};
use crate::kubectl::Kubectl;
use crate::mapping::Mapping;
use crate::unstructured::{items, set, text};

pub const COMMAND: Command = Command { required: &["max"], ..Command::new("autoscale", &[OWN, PRINT, FILES, DRY_RUN, SAVE_CONFIG, RECORD], run) };

const OWN: &[Flag] = &[
    Flag::new("min", Takes::Int32, "-1"),
    Flag::new("max", Takes::Int32, "-1"),
    Flag::new("cpu-percent", Takes::Int32, "-1"),
    Flag::text("cpu"),
    Flag::text("memory"),
    Flag::text("name"),
    Flag::new("field-manager", Takes::Text, "kubectl-autoscale"),
];

/// What an amount on the command line aims at.
enum Target {
    Utilization(i64),
    AverageValue(String),
}

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    if kubectl.flags.is_set("cpu-percent") {
        kubectl.eprint("Flag --cpu-percent has been deprecated, Use --cpu with percentage or resource quantity format (e.g., '70%' for utilization or '500m' for milliCPU).\n")?;
    }
    let dry_run = kubectl.dry_run()?;
    check(kubectl)?;
    let found = Builder { selector: None, ..Builder::of(kubectl, &kubectl.flags.args) }.find(kubectl)?;
    let mut failures = found.failures;
    let none = found.infos.is_empty() && failures.is_empty();
    for info in found.infos {
        if let Err(failure) = caught(autoscale(kubectl, &info, dry_run))? {
            failures.push(failure);
        }
    }
    if none {
        return fail("no objects passed to autoscale");
    }
    all_of(failures)
}

fn check(kubectl: &Kubectl<'_, '_>) -> Outcome<()> {
    let flags = &kubectl.flags;
    let (min, max) = (flags.int("min"), flags.int("max"));
    if max < 1 {
        return fail(format!("--max=MAXPODS is required and must be at least 1, max: {max}"));
    }
    if max < min {
        return fail(format!("--max=MAXPODS must be larger or equal to --min=MINPODS, max: {max}, min: {min}"));
    }
    if flags.int("cpu-percent") > 0 && !flags.text("cpu").is_empty() {
        return fail("--cpu-percent and --cpu are mutually exclusive");
    }
    for (flag, unit) in [("cpu", "m"), ("memory", "Mi")] {
        if !flags.text(flag).is_empty() {
            target(flags.text(flag), flag, unit).or_else(fail)?;
        }
    }
    Ok(())
}

/// `70%`, `500m`, `500` (which is `500m` of CPU, `500Mi` of memory).
fn target(given: &str, resource: &str, unit: &str) -> Result<Target, String> {
    let given = given.trim();
    if given.is_empty() {
        return Err("empty input".to_owned());
    }
    if let Some(percent) = given.strip_suffix('%') {
        let value = percent.parse::<i32>().ok().filter(|value| *value >= 0);
        return value.map(|value| Target::Utilization(value.into())).ok_or_else(|| format!("invalid percentage value: {percent}"));
    }
    let amount = if given.parse::<f64>().is_ok() { format!("{given}{unit}") } else { given.to_owned() };
    Quantity::canonicalize(&amount).map(Target::AverageValue).map_err(|_| format!("invalid resource {resource} value: {given}"))
}

fn autoscale(kubectl: &mut Kubectl<'_, '_>, info: &Info, dry_run: DryRun) -> Outcome<()> {
    let mapping = info.mapping.clone();
    if !has_scale(kubectl, &mapping)? {
        let why = format!("could not find scale subresource for {} in discovery information", mapping.go_string());
        return fail(format!("cannot autoscale a {}: {why}", mapping.kind));
    }
    let flags = kubectl.flags.clone();
    let name = if flags.text("name").is_empty() { info.name.as_str() } else { flags.text("name") };
    let mut spec = json!({
        "scaleTargetRef": {"apiVersion": mapping.api_version(), "kind": mapping.kind, "name": info.name},
        "maxReplicas": flags.int("max"),
    });
    if flags.int("min") > 0 {
        spec["minReplicas"] = flags.int("min").into();
    }
    let mut object = json!({
        "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": name}, "spec": spec,
        "status": {"currentMetrics": null, "desiredReplicas": 0},
    });
    let connection = kubectl.connection()?;
    if connection.enforce_namespace {
        set(&mut object, "/metadata/namespace", connection.namespace.into());
    }
    let older = older_form(&object, &flags);
    let metrics = metrics(&flags);
    if !metrics.is_empty() {
        object["spec"]["metrics"] = metrics.into();
    }
    let mut mapping = kubectl.mapping_of_kind("autoscaling", "HorizontalPodAutoscaler")?;
    if caught(send(kubectl, object, &mapping, dry_run))?.is_ok() {
        return Ok(());
    }
    // What is wrong with the newer form is not said: the older one is tried where it can say the same.
    let cannot = "failed to create autoscaling/v2 HPA and the configuration is incompatible with autoscaling/v1: ";
    match target(flags.text("cpu"), "cpu", "m") {
        Err(why) => return fail(format!("{cannot}{why}")),
        Ok(aim) => {
            let sayable = flags.text("memory").is_empty() && (flags.int("cpu-percent") >= 0 || matches!(aim, Target::Utilization(_)));
            if !sayable {
                return fail(format!("{cannot}%!w(<nil>)"));
            }
        }
    }
    mapping.version = "v1".to_owned();
    send(kubectl, older, &mapping, dry_run)
}

/// Whether the server can scale objects of this type.
fn has_scale(kubectl: &mut Kubectl<'_, '_>, mapping: &Mapping) -> Outcome<bool> {
    let path = if mapping.group.is_empty() { format!("/api/{}", mapping.version) } else { format!("/apis/{}", mapping.api_version()) };
    let resources = kubectl.send(&Call::get(path))?;
    let wanted = format!("{}/scale", mapping.resource);
    Ok(items(&resources, "/resources").iter().any(|resource| text(resource, "/name") == wanted))
}

fn metrics(flags: &crate::flags::Flags) -> Vec<Value> {
    let metric = |name: &str, target: Value| json!({"type": "Resource", "resource": {"name": name, "target": target}});
    let mut metrics = Vec::new();
    if flags.int("cpu-percent") > 0 {
        metrics.push(metric("cpu", json!({"type": "Utilization", "averageUtilization": flags.int("cpu-percent")})));
    }
    for (name, unit) in [("cpu", "m"), ("memory", "Mi")] {
        match target(flags.text(name), name, unit) {
            Ok(Target::Utilization(percent)) => metrics.push(metric(name, json!({"type": "Utilization", "averageUtilization": percent}))),
            Ok(Target::AverageValue(amount)) => metrics.push(metric(name, json!({"type": "AverageValue", "averageValue": amount}))),
            Err(_) => {}
        }
    }
    metrics
}

/// The same as `autoscaling/v1`, which knows only a share of the CPU.
fn older_form(object: &Value, flags: &crate::flags::Flags) -> Value {
    let mut older = object.clone();
    older["apiVersion"] = "autoscaling/v1".into();
    older["status"] = json!({"currentReplicas": 0, "desiredReplicas": 0});
    if flags.int("cpu-percent") >= 0 {
        older["spec"]["targetCPUUtilizationPercentage"] = flags.int("cpu-percent").into();
    }
    older
}

fn send(kubectl: &mut Kubectl<'_, '_>, mut object: Value, mapping: &Mapping, dry_run: DryRun) -> Outcome<()> {
    kubectl.record(&mut object);
    if dry_run == DryRun::Client {
        let printer = kubectl.change_printer("created", dry_run)?;
        return kubectl.print_object(&printer, &object);
    }
    save_made_configuration(kubectl, &mut object);
    let printer = kubectl.change_printer("autoscaled", dry_run)?;
    let namespace = kubectl.connection()?.namespace;
    let manager = kubectl.flags.text("field-manager").to_owned();
    let write = Write { dry_run: dry_run == DryRun::Server, field_manager: &manager, ..Write::default() };
    let made = kubectl.create(mapping, &namespace, &object, &write)?;
    kubectl.print_object(&printer, &made)
}
