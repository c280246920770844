//! `kubectl debug POD --image=IMAGE`: adds an ephemeral container to a running pod, and attaches to it. With `--copy-to`
//! a copy of the pod gets the container, and for `node/NAME` a pod of its own.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/debug/{debug.go,profiles.go}, v1.36.
//! Simplified: `--filename` is refused for pods and nodes; the reference breaks there.

use podarium_machine::Suspend;
use serde_json::{Value, json};

use super::profiles::{Style, apply_to_container};
use super::{custom, pods, profiles};
use crate::builder::Builder;
use crate::cmd::attach::attach;
use crate::client::{Call, PatchType, Write};
use crate::command::Command;
use crate::failure::{Failure, Outcome, caught, fail, not_simulated};
use crate::flags::{Flag, Flags, Takes};
use crate::kubectl::Kubectl;
use crate::pods::{Debuggable, container_names};
use crate::unstructured::{items, name, namespace, text};

pub const COMMAND: Command = Command::new("debug", &[OWN], run);

const OWN: &[Flag] = &[
    Flag::bool("arguments-only"),
    Flag::bool("attach"),
    Flag::text("container").short('c'),
    Flag::text("copy-to"),
    Flag::text("custom"),
    Flag::new("env", Takes::Pairs, ""),
    Flag::new("filename", Takes::List, "").short('f'),
    Flag::text("image"),
    Flag::text("image-pull-policy"),
    Flag::bool("keep-annotations"),
    Flag::new("keep-init-containers", Takes::Bool, "true"),
    Flag::bool("keep-labels"),
    Flag::bool("keep-liveness"),
    Flag::bool("keep-readiness"),
    Flag::bool("keep-startup"),
    Flag::new("profile", Takes::Text, "general"),
    Flag::bool("quiet").short('q'),
    Flag::bool("replace"),
    Flag::bool("same-node"),
    Flag::new("set-image", Takes::Pairs, ""),
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
    profiles::known(flags.text("profile"))?;
    for target in targets {
        debug(kubectl, target, words, attaches)?;
    }
    Ok(())
}

fn debug(kubectl: &mut Kubectl<'_, '_>, target: &str, words: &[String], attaches: bool) -> Outcome<()> {
    let (made, chosen) = match kubectl.debuggable(target)? {
        Debuggable::Node(node) => pods::on_node(kubectl, &node, words)?,
        Debuggable::Pod(pod) if kubectl.flags.text("copy-to").is_empty() => ephemeral(kubectl, &pod, words)?,
        Debuggable::Pod(pod) => pods::copy(kubectl, &pod, words)?,
    };
    if attaches && !chosen.is_empty() { attach_when_it_runs(kubectl, &made, &chosen) } else { Ok(()) }
}

/// Adds an ephemeral container.
fn ephemeral(kubectl: &mut Kubectl<'_, '_>, pod: &Value, words: &[String]) -> Outcome<(Value, String)> {
    let mut container = debug_container(kubectl, pod, words)?;
    let chosen = text(&container, "/name").to_owned();
    // A name that is taken: the profile finds the older container by it, and only what it changes there is sent.
    if let Some(older) = items(pod, "/spec/ephemeralContainers").iter().find(|older| text(older, "/name") == chosen) {
        let mut changed = older.clone();
        apply_to_container(kubectl.flags.text("profile"), Style::Ephemeral, &mut changed);
        if changed != *older {
            container = changed;
        }
    }
    let mapping = kubectl.mapping_of_kind("", "Pod")?;
    // As in the patches of the reference, so that the new one comes last.
    let mut order: Vec<Value> = items(pod, "/spec/ephemeralContainers").iter().map(|older| json!({"name": older["name"]})).filter(|older| older["name"] != chosen.as_str()).collect();
    order.push(json!({"name": chosen}));
    let patch = json!({"spec": {"$setElementOrder/ephemeralContainers": order, "ephemeralContainers": [container]}});
    let write = Write { subresource: "ephemeralcontainers", ..Write::default() };
    let patched = kubectl.patch(&mapping, namespace(pod), name(pod), (PatchType::Strategic, &patch), &write)?;
    Ok((patched, chosen))
}

fn validate(kubectl: &mut Kubectl<'_, '_>, targets: &[String], attaches: bool) -> Outcome<()> {
    let flags = kubectl.flags.clone();
    let image = flags.text("image");
    if attaches && flags.is_set("attach") && image.is_empty() && flags.text("container").is_empty() {
        return fail("you must specify --container or create a new container using --image in order to attach.");
    }
    let copies = !flags.text("copy-to").is_empty();
    let arguments = flags.dash.is_some_and(|dash| dash < flags.args.len());
    if copies {
        if image.is_empty() && flags.list("set-image").is_empty() && !arguments {
            return fail("you must specify --image, --set-image or command arguments.");
        }
        if arguments && flags.text("container").is_empty() && image.is_empty() {
            return fail("you must specify an existing container or a new image when specifying args.");
        }
    }
    for (flag, given) in [("replace", flags.bool("replace")), ("same-node", flags.bool("same-node")), ("set-image", !flags.list("set-image").is_empty())] {
        if given && !copies {
            return fail(format!("--{flag} may only be used with --copy-to."));
        }
    }
    if image.is_empty() && !copies {
        return fail("you must specify --image when not using --copy-to.");
    }
    if !image.is_empty() && !crate::cmd::run::is_image(image) {
        return fail(format!("invalid image name {image:?}: invalid reference format"));
    }
    for (name, image) in super::pods::images(&flags.list("set-image")) {
        if !crate::cmd::run::is_image(&image) {
            return fail(format!("invalid image name {image:?} for container {name:?}: invalid reference format"));
        }
    }
    if targets.is_empty() && flags.list("filename").is_empty() {
        return fail("NAME or filename is required for debug");
    }
    let policy = flags.text("image-pull-policy");
    if !matches!(policy, "" | "Always" | "IfNotPresent" | "Never") {
        return fail(format!("invalid image pull policy: {policy}"));
    }
    if !flags.text("target").is_empty() && copies {
        return fail("--target is incompatible with --copy-to. Use --share-processes instead.");
    }
    if !flags.text("target").is_empty() && !flags.bool("quiet") {
        let target = flags.text("target");
        kubectl.print(&format!("Targeting container {target:?}. If you don't see processes from this container it may be because the container runtime doesn't support this feature.\n"))?;
    }
    if flags.bool("tty") && !flags.bool("stdin") {
        return fail("-i/--stdin is required for containers with -t/--tty=true");
    }
    if !flags.list("filename").is_empty() {
        if !targets.is_empty() {
            return fail("resource/name arguments cannot be provided when a path is specified");
        }
        let infos = Builder::of(kubectl, &[]).find(kubectl)?.all()?;
        if let Some(other) = infos.iter().find(|info| !matches!(info.mapping.kind.as_str(), "Pod" | "Node")) {
            let mapping = &other.mapping;
            return fail(format!("{:?} not supported by debug", format!("{}/{}, Kind={}", mapping.group, mapping.version, mapping.kind)));
        }
        return not_simulated("kubectl debug with --filename, at which the reference breaks");
    }
    custom::check(kubectl)?;
    if flags.text("profile") == "legacy" {
        kubectl.eprint("--profile=legacy is deprecated and planned to be removed in v1.39. It is recommended to specify other profile, for example \"--profile=general\".\n")?;
    }
    Ok(())
}

fn debug_container(kubectl: &mut Kubectl<'_, '_>, pod: &Value, words: &[String]) -> Outcome<Value> {
    let flags = kubectl.flags.clone();
    let chosen = match flags.text("container") {
        "" => free_name(kubectl, pod)?,
        chosen => chosen.to_owned(),
    };
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
    let env = environment(&flags);
    if !env.is_empty() {
        set("env", env.into());
    }
    apply_to_container(flags.text("profile"), Style::Ephemeral, &mut container);
    custom::apply(kubectl, &mut container)?;
    Ok(container)
}

/// The variables of `--env`.
pub(super) fn environment(flags: &Flags) -> Vec<Value> {
    let pairs = flags.list("env");
    pairs.iter().filter_map(|pair| pair.split_once('=')).map(|(name, value)| json!({"name": name, "value": value})).collect()
}

/// Five letters that nobody has chosen.
pub(super) fn generated(kubectl: &mut Kubectl<'_, '_>) -> Result<String, Suspend> {
    let (mut bits, letters) = (kubectl.process.random_bits()?, LETTERS.len() as u64);
    let letter = |_| {
        let letter = LETTERS[usize::try_from(bits % letters).unwrap_or(0)];
        bits /= letters;
        char::from(letter)
    };
    Ok((0..5).map(letter).collect())
}

/// A name for the container, which is said.
pub(super) fn free_name(kubectl: &mut Kubectl<'_, '_>, pod: &Value) -> Outcome<String> {
    let taken = container_names(pod);
    let chosen = loop {
        let chosen = format!("debugger-{}", generated(kubectl)?);
        if !taken.contains(&chosen) {
            break chosen;
        }
    };
    if !kubectl.flags.bool("quiet") {
        kubectl.print(&format!("Defaulting debug container name to {chosen}.\n"))?;
    }
    Ok(chosen)
}

fn attach_when_it_runs(kubectl: &mut Kubectl<'_, '_>, pod: &Value, container: &str) -> Outcome<()> {
    let mapping = kubectl.mapping_of_kind("", "Pod")?;
    let place = (namespace(pod).to_owned(), name(pod).to_owned());
    let status_of = |pod: &Value| {
        let all = ["/status/ephemeralContainerStatuses", "/status/containerStatuses"].into_iter().flat_map(|list| items(pod, list));
        all.clone().find(|status| text(status, "/name") == container).cloned()
    };
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
