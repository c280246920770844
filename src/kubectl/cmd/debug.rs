//! `kubectl debug POD --image=IMAGE`: adds an ephemeral container to a running pod, and attaches to it.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/debug/{debug.go,profiles.go}, v1.36.
//! Simplified: copies of pods (`--copy-to`), nodes and `--custom` are refused; so is the profile sysadmin's view of a node.

use podarium_machine::Suspend;
use serde_json::{Value, json};

use super::attach::attach;
use super::change::FILES;
use crate::client::{Call, PatchType, Write};
use crate::command::Command;
use crate::failure::{Failure, Outcome, caught, fail, not_simulated};
use crate::flags::{Flag, Takes};
use crate::kubectl::Kubectl;
use crate::pods::container_names;
use crate::unstructured::{items, name, namespace, text};

pub const COMMAND: Command = Command::new("debug", &[OWN, FILES], run);

const OWN: &[Flag] = &[
    Flag::bool("arguments-only"),
    Flag::bool("attach"),
    Flag::text("container").short('c'),
    Flag::text("copy-to"),
    Flag::text("custom"),
    Flag::new("env", Takes::Repeated, ""),
    Flag::text("image"),
    Flag::text("image-pull-policy"),
    Flag::bool("keep-annotations"),
    Flag::bool("keep-init-containers"),
    Flag::bool("keep-labels"),
    Flag::bool("keep-liveness"),
    Flag::bool("keep-readiness"),
    Flag::bool("keep-startup"),
    Flag::new("profile", Takes::Text, "general"),
    Flag::bool("quiet").short('q'),
    Flag::bool("replace"),
    Flag::bool("same-node"),
    Flag::new("set-image", Takes::Repeated, ""),
    Flag::bool("share-processes"),
    Flag::bool("stdin").short('i'),
    Flag::text("target"),
    Flag::bool("tty").short('t'),
];

/// The letters of generated names.
const LETTERS: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let flags = kubectl.flags.clone();
    let attaches = flags.bool("attach") || flags.bool("stdin") && !flags.is_set("attach");
    let dash = flags.dash.filter(|dash| *dash < flags.args.len()).unwrap_or(flags.args.len());
    let (targets, words) = flags.args.split_at(dash);
    validate(kubectl, targets, attaches)?;
    let pod = match targets {
        [target] => kubectl.debuggable_pod(target)?,
        _ => return not_simulated("debugging several things at once"),
    };
    let container = debug_container(kubectl, &pod, words)?;
    let chosen = text(&container, "/name").to_owned();
    let mapping = kubectl.mapping_of_kind("", "Pod")?;
    let patch = json!({"spec": {"ephemeralContainers": [container]}});
    let write = Write { subresource: "ephemeralcontainers", ..Write::default() };
    let patched = kubectl.patch(&mapping, namespace(&pod), name(&pod), (PatchType::Strategic, &patch), &write)?;
    if attaches { attach_when_it_runs(kubectl, &patched, &chosen) } else { Ok(()) }
}

fn validate(kubectl: &mut Kubectl<'_, '_>, targets: &[String], attaches: bool) -> Outcome<()> {
    let flags = kubectl.flags.clone();
    let image = flags.text("image");
    if attaches && flags.is_set("attach") && image.is_empty() && flags.text("container").is_empty() {
        return fail("you must specify --container or create a new container using --image in order to attach.");
    }
    if !flags.text("copy-to").is_empty() {
        return not_simulated("kubectl debug --copy-to");
    }
    for (flag, given) in [("replace", flags.bool("replace")), ("same-node", flags.bool("same-node")), ("set-image", !flags.list("set-image").is_empty())] {
        if given {
            return fail(format!("--{flag} may only be used with --copy-to."));
        }
    }
    if image.is_empty() {
        return fail("you must specify --image when not using --copy-to.");
    }
    if !super::run::is_image(image) {
        return fail(format!("invalid image name {image:?}: invalid reference format"));
    }
    if targets.is_empty() && flags.list("filename").is_empty() {
        return fail("NAME or filename is required for debug");
    }
    let policy = flags.text("image-pull-policy");
    if !matches!(policy, "" | "Always" | "IfNotPresent" | "Never") {
        return fail(format!("invalid image pull policy: {policy}"));
    }
    if !flags.text("target").is_empty() && !flags.bool("quiet") {
        let target = flags.text("target");
        kubectl.print(&format!("Targeting container {target:?}. If you don't see processes from this container it may be because the container runtime doesn't support this feature.\n"))?;
    }
    if flags.bool("tty") && !flags.bool("stdin") {
        return fail("-i/--stdin is required for containers with -t/--tty=true");
    }
    if !flags.text("custom").is_empty() || !flags.list("filename").is_empty() {
        return not_simulated("kubectl debug with --custom or --filename");
    }
    if flags.text("profile") == "legacy" {
        kubectl.eprint("--profile=legacy is deprecated and planned to be removed in v1.39. It is recommended to specify other profile, for example \"--profile=general\".\n")?;
    }
    Ok(())
}

/// What each profile lets the container do.
fn security_context(profile: &str) -> Outcome<Option<Value>> {
    Ok(match profile {
        "legacy" | "baseline" => None,
        "general" => Some(json!({"capabilities": {"add": ["SYS_PTRACE"]}})),
        "netadmin" => Some(json!({"capabilities": {"add": ["NET_ADMIN", "NET_RAW"]}})),
        "restricted" => Some(json!({"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}, "runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"}})),
        "sysadmin" => Some(json!({"privileged": true})),
        other => return fail(format!("unknown profile: {other}")),
    })
}

fn debug_container(kubectl: &mut Kubectl<'_, '_>, pod: &Value, words: &[String]) -> Outcome<Value> {
    let flags = kubectl.flags.clone();
    let mut chosen = flags.text("container").to_owned();
    if chosen.is_empty() {
        chosen = free_name(kubectl, pod)?;
        if !flags.bool("quiet") {
            kubectl.print(&format!("Defaulting debug container name to {chosen}.\n"))?;
        }
    }
    let mut container = json!({"name": chosen, "image": flags.text("image"), "resources": {}, "terminationMessagePolicy": "File"});
    let mut set = |key: &str, value: Value| container[key] = value;
    if !words.is_empty() {
        set(if flags.bool("arguments-only") { "args" } else { "command" }, words.into());
    }
    if !flags.text("image-pull-policy").is_empty() {
        set("imagePullPolicy", flags.text("image-pull-policy").into());
    }
    for (flag, key) in [("stdin", "stdin"), ("tty", "tty")] {
        if flags.bool(flag) {
            set(key, true.into());
        }
    }
    if !flags.text("target").is_empty() {
        set("targetContainerName", flags.text("target").into());
    }
    let env: Vec<Value> = flags.list("env").iter().filter_map(|pair| pair.split_once('=')).map(|(name, value)| json!({"name": name, "value": value})).collect();
    if !env.is_empty() {
        set("env", env.into());
    }
    if let Some(context) = security_context(flags.text("profile"))? {
        set("securityContext", context);
    }
    Ok(container)
}

fn free_name(kubectl: &mut Kubectl<'_, '_>, pod: &Value) -> Result<String, Suspend> {
    let taken = container_names(pod);
    loop {
        let mut bits = kubectl.process.random_bits()?;
        let mut chosen = String::from("debugger-");
        for _ in 0..5 {
            let letters = LETTERS.len() as u64;
            chosen.push(char::from(LETTERS[usize::try_from(bits % letters).unwrap_or(0)]));
            bits /= letters;
        }
        if !taken.contains(&chosen) {
            return Ok(chosen);
        }
    }
}

fn attach_when_it_runs(kubectl: &mut Kubectl<'_, '_>, pod: &Value, container: &str) -> Outcome<()> {
    let mapping = kubectl.mapping_of_kind("", "Pod")?;
    let place = (namespace(pod).to_owned(), name(pod).to_owned());
    let status_of = |pod: &Value| items(pod, "/status/ephemeralContainerStatuses").iter().find(|status| text(status, "/name") == container).cloned();
    let mut check = |found: Option<&Value>| match found {
        None => Some(None),
        Some(found) => {
            let status = status_of(found)?;
            let runs = status["state"].get("running").is_some() || status["state"].get("terminated").is_some();
            runs.then(|| Some(found.clone()))
        }
    };
    let Some(Some(found)) = kubectl.watch_until(&mapping, (&place.0, &place.1), None, &mut check)? else {
        return Err(Failure::Server(Box::new(json!({"kind": "Status", "reason": "NotFound", "message": "pods \"\" not found"}))).into());
    };
    let is_over = status_of(&found).is_some_and(|status| status["state"].get("terminated").is_some());
    if !is_over {
        match caught(attach(kubectl, &found, container))? {
            Ok(()) => return Ok(()),
            Err(failure) => kubectl.eprint(&format!("warning: couldn't attach to pod/{}, falling back to streaming logs: {failure}\n", place.1))?,
        }
    }
    let call = Call::get(format!("/api/v1/namespaces/{}/pods/{}/log", place.0, place.1)).query("container", container);
    let bytes = kubectl.send_for_bytes(&call)?;
    kubectl.process.write_stdout(&bytes)?;
    Ok(())
}
