//! `kubectl run NAME --image=…`: makes a pod.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/run/run.go, pkg/generate/versioned/run.go, v1.36.
//! Simplified: nothing.

use podarium_api::name_rules::strict_env_var_name;
use serde_json::{Map, Value, json};

use super::change::{DRY_RUN, DryRun, FILES, PRINT, RECORD, SAVE_CONFIG, save_made_configuration};
use super::delete::told_propagation;
use crate::client::Write;
use crate::command::Command;
use crate::failure::{Outcome, caught, fail, usage};
use crate::flags::{Flag, Takes};
use crate::kubectl::Kubectl;
use crate::printers::format::Printer;
use crate::printers::json as json_printer;
use crate::unstructured::{set, text};

pub const COMMAND: Command = Command { required: &["image"], ..Command::new("run", &[OWN, PRINT, FILES, DRY_RUN, SAVE_CONFIG, RECORD], run) };

const OWN: &[Flag] = &[
    Flag::text("image"),
    Flag::new("annotations", Takes::Repeated, ""),
    Flag::bool("attach"),
    Flag::new("cascade", Takes::Optional("background"), "background"),
    Flag::bool("command"),
    Flag::new("env", Takes::Repeated, ""),
    Flag::bool("expose"),
    Flag::bool("force"),
    Flag::new("grace-period", Takes::Int, "-1"),
    Flag::new("field-manager", Takes::Text, "kubectl-run"),
    Flag::text("image-pull-policy"),
    Flag::text("labels").short('l'),
    Flag::bool("leave-stdin-open"),
    Flag::text("override-type"),
    Flag::text("overrides"),
    Flag::new("pod-running-timeout", Takes::Duration, "1m0s"),
    Flag::text("port"),
    Flag::bool("privileged"),
    Flag::bool("quiet").short('q'),
    Flag::new("restart", Takes::Text, "Always"),
    Flag::bool("rm"),
    Flag::bool("stdin").short('i'),
    Flag::new("timeout", Takes::Duration, "0s"),
    Flag::bool("tty").short('t'),
    Flag::bool("wait"),
];

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let flags = kubectl.flags.clone();
    let dry_run = kubectl.dry_run()?;
    let printer = kubectl.change_printer("created", dry_run)?.typed(json_printer::Order::Kind);
    // Of the flags of `delete` this is the one that counts, with `--rm`.
    let propagation = told_propagation(kubectl)?;
    let Some(name) = flags.args.first().filter(|_| flags.dash != Some(0)) else { return usage("kubectl run", "NAME is required for run") };
    if flags.duration("pod-running-timeout") <= 0 {
        return usage("kubectl run", "--pod-running-timeout must be higher than zero");
    }
    let image = flags.text("image");
    if image.is_empty() {
        return fail("--image is required");
    }
    if !is_image(image) {
        return fail(format!("Invalid image name {image:?}: invalid reference format"));
    }
    if flags.bool("tty") && !flags.bool("stdin") {
        return usage("kubectl run", "-i/--stdin is required for containers with -t/--tty=true");
    }
    if flags.bool("expose") && flags.text("port").is_empty() {
        return usage("kubectl run", "--port must be set when exposing a service");
    }
    if !matches!(flags.text("restart"), "" | "Always" | "OnFailure" | "Never") {
        return usage("kubectl run", format!("invalid restart policy: {}", flags.text("restart")));
    }
    if flags.bool("rm") && !flags.bool("attach") && !flags.bool("stdin") {
        return usage("kubectl run", "--rm should only be used for attached containers");
    }
    if !matches!(flags.text("image-pull-policy"), "" | "Always" | "IfNotPresent" | "Never") {
        return usage("kubectl run", format!("invalid image pull policy: {}", flags.text("image-pull-policy")));
    }
    let attaches = flags.bool("attach") || flags.bool("stdin") && !flags.is_set("attach");
    if attaches && dry_run != DryRun::None {
        return usage("kubectl run", "--dry-run=[server|client] can't be used with attached containers options (--attach, --stdin, or --tty)");
    }
    let labels = labels(flags.text("labels"), name)?;
    let pod = pod(kubectl, name, &labels)?;
    let mut pod = kubectl.overridden(pod)?;
    // What Go's type has though it is empty.
    for container in pod["spec"]["containers"].as_array_mut().into_iter().flatten().filter(|container| container.get("resources").is_none()) {
        container["resources"] = json!({});
    }
    // The service comes first in what is printed, though the pod is made first.
    let made = send(kubectl, pod, dry_run)?;
    if flags.bool("expose") {
        let port: i64 = flags.text("port").parse().or_else(|_| fail(format!("strconv.Atoi: parsing {:?}: invalid syntax", flags.text("port"))))?;
        let service = json!({
            "apiVersion": "v1", "kind": "Service", "metadata": {"name": name},
            "spec": {"ports": [{"port": port, "protocol": "TCP", "targetPort": port}], "selector": labels},
            "status": {"loadBalancer": {}},
        });
        let service = send(kubectl, service, dry_run)?;
        print(kubectl, &printer, &service, dry_run)?;
        if kubectl.flags.text("output") == "yaml" {
            kubectl.print("---\n")?;
        }
        // The pod has a printer of its own.
        kubectl.printed_yaml = false;
    }
    if attaches {
        let outcome = caught(super::run_attached::run(kubectl, &made))?;
        if flags.bool("rm") {
            super::run_attached::remove(kubectl, &made, propagation)?;
        }
        return outcome.map_err(Into::into);
    }
    kubectl.print_object(&printer, &made)
}

/// Whether a text can name an image: no spaces, and no capital letters in the repository.
pub(super) fn is_image(text: &str) -> bool {
    let (host, rest) = text.split_once('/').unwrap_or(("", text));
    let repository = rest.split(['@', ':']).next().unwrap_or_default();
    !host.starts_with(':') && !repository.is_empty() && !text.contains(char::is_whitespace) && !repository.chars().any(char::is_uppercase)
}

/// A service in a dry run is a document of its own.
fn print(kubectl: &mut Kubectl<'_, '_>, printer: &Printer, object: &Value, dry_run: DryRun) -> Outcome<()> {
    kubectl.print_object(printer, object)?;
    if dry_run != DryRun::None && matches!(printer, Printer::Yaml) {
        kubectl.print("---\n")?;
    }
    Ok(())
}

fn labels(given: &str, name: &str) -> Outcome<Map<String, Value>> {
    if given.is_empty() {
        return Ok(Map::from_iter([("run".to_owned(), name.into())]));
    }
    let mut labels = Map::new();
    for pair in given.split(',') {
        let parts: Vec<&str> = pair.split('=').collect();
        let [key, value] = parts[..] else { return fail(format!("unexpected label spec: {pair}")) };
        if key.is_empty() {
            return fail("unexpected empty label key");
        }
        labels.insert(key.to_owned(), value.into());
    }
    Ok(labels)
}

fn pod(kubectl: &Kubectl<'_, '_>, name: &str, labels: &Map<String, Value>) -> Outcome<Value> {
    let flags = &kubectl.flags;
    let mut container = json!({"name": name, "image": flags.text("image"), "resources": {}});
    let words: Vec<String> = flags.args[1..].to_vec();
    if flags.bool("stdin") {
        container["stdin"] = true.into();
        container["stdinOnce"] = (!flags.bool("leave-stdin-open")).into();
    }
    if flags.bool("tty") {
        container["tty"] = true.into();
    }
    if !words.is_empty() {
        container[if flags.bool("command") { "command" } else { "args" }] = words.into();
    }
    let mut env = Vec::new();
    for pair in flags.list("env") {
        let Some((key, value)) = pair.split_once('=').filter(|(key, _)| strict_env_var_name(key).is_empty()) else { return fail(format!("invalid env: {pair}")) };
        env.push(json!({"name": key, "value": value}));
    }
    if !env.is_empty() {
        container["env"] = env.into();
    }
    if !flags.text("port").is_empty() {
        let port: i64 = flags.text("port").parse().or_else(|_| fail(format!("strconv.Atoi: parsing {:?}: invalid syntax", flags.text("port"))))?;
        container["ports"] = json!([{"containerPort": port}]);
    }
    if !flags.text("image-pull-policy").is_empty() {
        container["imagePullPolicy"] = flags.text("image-pull-policy").into();
    }
    if flags.bool("privileged") {
        container["securityContext"] = json!({"privileged": true});
    }
    let mut pod = json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": labels},
        "spec": {"containers": [container], "dnsPolicy": "ClusterFirst", "restartPolicy": if flags.text("restart").is_empty() { "Always" } else { flags.text("restart") }},
        "status": {},
    });
    for pair in flags.list("annotations") {
        let Some((key, value)) = pair.split_once('=') else { return fail(format!("invalid annotations format: {pair}")) };
        set(&mut pod, &format!("/metadata/annotations/{}", crate::unstructured::escape(key)), value.into());
    }
    Ok(pod)
}

fn send(kubectl: &mut Kubectl<'_, '_>, mut object: Value, dry_run: DryRun) -> Outcome<Value> {
    let connection = kubectl.connection()?;
    if connection.enforce_namespace {
        set(&mut object, "/metadata/namespace", connection.namespace.clone().into());
    }
    kubectl.record(&mut object);
    let (version, kind) = (text(&object, "/apiVersion").to_owned(), text(&object, "/kind").to_owned());
    let Some(mapping) = kubectl.lookup(|mapper| mapper.mappings.iter().find(|mapping| mapping.api_version() == version && mapping.kind == kind).cloned())? else {
        return fail(format!("no kind {kind:?} is registered for version {version:?} in scheme \"pkg/scheme/scheme.go:28\""));
    };
    if dry_run == DryRun::Client {
        return Ok(object);
    }
    save_made_configuration(kubectl, &mut object);
    let manager = kubectl.flags.text("field-manager").to_owned();
    let write = Write { dry_run: dry_run == DryRun::Server, field_manager: &manager, ..Write::default() };
    kubectl.create(&mapping, &connection.namespace, &object, &write)
}
