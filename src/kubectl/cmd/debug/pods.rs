//! Pods that are made for debugging: a copy of another one, or one that looks at a node.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/debug/debug.go (generatePodCopyWithDebugContainer, generateNodeDebugPod), v1.36.
//! Simplified: nobody is warned of a profile that the pod's namespace will not let in.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::custom;
use super::command::{environment, free_name, generated};
use super::profiles::{Style, apply_to_container, apply_to_pod};
use crate::client::Write;
use crate::failure::{Outcome, fail};
use crate::kubectl::Kubectl;
use crate::unstructured::{items, name, namespace, remove, text};

/// Makes the copy; the name of its debugging container is empty if it has none.
pub(super) fn copy(kubectl: &mut Kubectl<'_, '_>, pod: &Value, words: &[String]) -> Outcome<(Value, String)> {
    let flags = kubectl.flags.clone();
    let mut copy = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": flags.text("copy-to"), "namespace": namespace(pod)}, "spec": pod["spec"]});
    for field in ["labels", "annotations"] {
        if pod["metadata"][field].is_object() {
            copy["metadata"][field] = pod["metadata"][field].clone();
        }
    }
    remove(&mut copy, "/spec/ephemeralContainers");
    if flags.is_set("share-processes") {
        copy["spec"]["shareProcessNamespace"] = flags.bool("share-processes").into();
    }
    if !flags.bool("same-node") {
        remove(&mut copy, "/spec/nodeName");
    }
    let images = images(&flags.list("set-image"));
    for container in copy["spec"]["containers"].as_array_mut().into_iter().flatten() {
        if let Some(image) = images.get(text(container, "/name")).or_else(|| images.get("*")) {
            container["image"] = image.clone().into();
        }
    }
    let mut chosen = flags.text("container").to_owned();
    let there = items(&copy, "/spec/containers").iter().position(|container| text(container, "/name") == chosen);
    if there.is_none() {
        if flags.text("image").is_empty() {
            if images.is_empty() {
                return fail("you must specify image when creating new container");
            }
            return Ok((create(kubectl, copy, pod)?, String::new()));
        }
        if chosen.is_empty() {
            chosen = free_name(kubectl, &copy)?;
        }
    }
    let mut all = items(&copy, "/spec/containers").to_vec();
    let at = there.unwrap_or_else(|| {
        all.push(json!({"name": chosen, "resources": {}, "terminationMessagePolicy": "File"}));
        all.len() - 1
    });
    fill(kubectl, &mut all[at], words);
    apply_to_container(flags.text("profile"), Style::Copy, &mut all[at]);
    copy["spec"]["containers"] = all.into();
    apply_to_pod(&flags, Style::Copy, &mut copy, &chosen);
    custom::apply(kubectl, &mut copy["spec"]["containers"][at])?;
    Ok((create(kubectl, copy, pod)?, chosen))
}

pub(super) fn images(pairs: &[String]) -> BTreeMap<String, String> {
    pairs.iter().filter_map(|pair| pair.split_once('=')).map(|(name, image)| (name.to_owned(), image.to_owned())).collect()
}

/// What the command line says about a container.
fn fill(kubectl: &Kubectl<'_, '_>, container: &mut Value, words: &[String]) {
    let flags = &kubectl.flags;
    if !words.is_empty() {
        if flags.bool("arguments-only") {
            container["args"] = words.into();
        } else {
            container["command"] = words.into();
            remove(container, "/args");
        }
    }
    let env = environment(flags);
    if !env.is_empty() {
        container["env"] = env.into();
    }
    for (flag, field) in [("image", "image"), ("image-pull-policy", "imagePullPolicy")] {
        if !flags.text(flag).is_empty() {
            container[field] = flags.text(flag).into();
        }
    }
    for field in ["stdin", "tty"] {
        match flags.bool(field) {
            true => container[field] = true.into(),
            false => drop(remove(container, &format!("/{field}"))),
        }
    }
}

fn create(kubectl: &mut Kubectl<'_, '_>, copy: Value, of: &Value) -> Outcome<Value> {
    let mapping = kubectl.mapping_of_kind("", "Pod")?;
    let made = kubectl.create(&mapping, namespace(&copy), &copy, &Write::default())?;
    if kubectl.flags.bool("replace") {
        let options = json!({"kind": "DeleteOptions", "apiVersion": "v1", "gracePeriodSeconds": 0});
        kubectl.delete(&mapping, namespace(of), name(of), &options)?;
    }
    Ok(made)
}

/// Makes a pod that runs on a node and sees it.
pub(super) fn on_node(kubectl: &mut Kubectl<'_, '_>, node: &str, words: &[String]) -> Outcome<(Value, String)> {
    let flags = kubectl.flags.clone();
    let chosen = if flags.text("container").is_empty() { "debugger".to_owned() } else { flags.text("container").to_owned() };
    let pod_name = format!("node-debugger-{node}-{}", generated(kubectl)?);
    if !flags.bool("quiet") {
        kubectl.print(&format!("Creating debugging pod {pod_name} with container {chosen} on node {node}.\n"))?;
    }
    let mut container = json!({"name": chosen, "resources": {}, "terminationMessagePolicy": "File"});
    fill(kubectl, &mut container, words);
    apply_to_container(flags.text("profile"), Style::Node, &mut container);
    let mut pod = json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": pod_name, "labels": {"app.kubernetes.io/managed-by": "kubectl-debug"}},
        "spec": {"containers": [container], "nodeName": node, "restartPolicy": "Never", "tolerations": [{"operator": "Exists"}]},
    });
    apply_to_pod(&flags, Style::Node, &mut pod, &chosen);
    custom::apply(kubectl, &mut pod["spec"]["containers"][0])?;
    let mapping = kubectl.mapping_of_kind("", "Pod")?;
    let namespace = kubectl.namespace()?;
    let made = kubectl.create(&mapping, &namespace, &pod, &Write::default())?;
    Ok((made, chosen))
}
