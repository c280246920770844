//! The pod and the container that a command means: by a pod's name, or by the name of what makes pods.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/util/podcmd/podcmd.go,
//! staging/src/k8s.io/kubectl/pkg/polymorphichelpers/helpers.go (GetFirstPod), v1.36.
//! Simplified: nothing.

use std::ops::ControlFlow;
use std::time::Duration;

use podarium_machine::StreamItem;
use serde_json::Value;

use crate::builder::{Builder, Info};
use crate::client::Call;
use crate::failure::{Outcome, fail};
use crate::kubectl::Kubectl;
use crate::revisions::selector;
use crate::unstructured::{annotation, items, name, text};
use crate::watch::left_until;

/// The names of a pod's containers: ordinary ones, ephemeral ones, init containers.
pub fn container_names(pod: &Value) -> Vec<String> {
    let lists = ["/spec/containers", "/spec/ephemeralContainers", "/spec/initContainers"];
    lists.iter().flat_map(|list| items(pod, list)).map(|container| text(container, "/name").to_owned()).collect()
}

/// The same, as messages list them.
pub fn all_container_names(pod: &Value) -> String {
    let lists = [("/spec/containers", ""), ("/spec/ephemeralContainers", " (ephem)"), ("/spec/initContainers", " (init)")];
    let named = lists.iter().flat_map(|(list, mark)| items(pod, list).iter().map(move |container| format!("{}{mark}", text(container, "/name"))));
    named.collect::<Vec<_>>().join(", ")
}

/// What `kubectl debug` can look into.
pub enum Debuggable {
    Pod(Value),
    /// A node, by its name.
    Node(String),
}

impl Kubectl<'_, '_> {
    /// The container of this name; without a name the one that the pod prefers, or the first.
    pub fn container_of(&mut self, pod: &Value, asked: &str, quiet: bool) -> Outcome<String> {
        self.container_said_on(pod, asked, if quiet { 0 } else { 2 })
    }

    /// The same; which one was taken is said on this descriptor, if it is not 0.
    pub fn container_said_on(&mut self, pod: &Value, asked: &str, errors: u32) -> Outcome<String> {
        let preferred = annotation(pod, "kubectl.kubernetes.io/default-container").unwrap_or_default();
        let wanted = if asked.is_empty() { preferred } else { asked };
        let names = container_names(pod);
        if !wanted.is_empty() {
            if !names.iter().any(|known| known == wanted) {
                return fail(format!("container {wanted} is not valid for pod {} out of: {}", name(pod), all_container_names(pod)));
            }
            return Ok(wanted.to_owned());
        }
        let first = names.first().cloned().unwrap_or_default();
        if errors != 0 && names.len() > 1 {
            let said = format!("Defaulted container {first:?} out of: {}\n", all_container_names(pod));
            // What cannot be shown is not shown.
            let _ = self.process.write(errors, said.as_bytes())?;
        }
        Ok(first)
    }

    /// The pod that these words name: `POD`, `TYPE/NAME` or `TYPE NAME`.
    ///
    /// The first pod of a workload that has none yet is waited for as long as `patience` lasts.
    pub fn attachable_pod(&mut self, words: &[String], patience: Duration) -> Outcome<Value> {
        let default_type = (words.len() < 2).then_some("pods");
        let builder = Builder { default_type, single_resource_type: true, ..Builder::of(self, words) };
        let infos = builder.find(self)?.all()?;
        let Some(info) = infos.into_iter().next() else { return fail("expected a resource") };
        info.mapping.require_typed()?;
        if info.mapping.kind == "Service" && crate::unstructured::strings(&info.object, "/spec/selector").is_empty() {
            return fail(format!("cannot attach to *v1.Service: invalid service '{}': Service is defined without a selector", info.name));
        }
        match info.mapping.kind.as_str() {
            "Pod" => Ok(info.object),
            "Deployment" | "ReplicaSet" | "ReplicationController" | "StatefulSet" | "DaemonSet" | "Job" | "Service" => Ok(self.pods_of(&info, patience)?.swap_remove(0)),
            kind => fail(format!("cannot attach to {}: selector for {} not implemented", go_type(kind), go_type(kind))),
        }
    }

    /// What is to be debugged.
    pub fn debuggable(&mut self, word: &str) -> Outcome<Debuggable> {
        let builder = Builder { default_type: Some("pods"), ..Builder::of(self, &[word.to_owned()]) };
        let infos = builder.find(self)?.all()?;
        match infos.into_iter().next() {
            Some(info) if info.mapping.kind == "Pod" => Ok(Debuggable::Pod(info.object)),
            Some(info) if info.mapping.kind == "Node" => Ok(Debuggable::Node(info.name)),
            Some(info) => fail(format!("\"{}, Kind={}\" not supported by debug", if info.mapping.group.is_empty() { "/v1".to_owned() } else { info.mapping.api_version() }, info.mapping.kind)),
            None => fail("expected a resource"),
        }
    }

    /// How long a command waits for its pod, as it was told.
    pub fn patience(&self) -> Duration {
        Duration::from_nanos(self.flags.duration("pod-running-timeout").unsigned_abs())
    }

    /// The pods of a workload or a Service, at least one: those first that run and are ready, and of these the older ones.
    pub fn pods_of(&mut self, info: &Info, patience: Duration) -> Outcome<Vec<Value>> {
        let wanted = if info.mapping.kind == "Service" {
            let pairs = crate::unstructured::strings(&info.object, "/spec/selector");
            pairs.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(",")
        } else {
            selector(&info.object)
        };
        let call = Call::get(format!("/api/v1/namespaces/{}/pods", info.namespace)).query("labelSelector", wanted);
        let list = self.send(&call)?;
        let mut pods: Vec<Value> = items(&list, "/items").to_vec();
        if pods.is_empty() {
            return Ok(vec![self.first_pod(call.query("resourceVersion", text(&list, "/metadata/resourceVersion")).query("watch", "true"), patience)?]);
        }
        pods.sort_by_key(|pod| {
            let phase = match text(pod, "/status/phase") {
                "Running" => 0,
                "Unknown" => 1,
                _ => 2,
            };
            let ready = items(pod, "/status/conditions").iter().any(|condition| text(condition, "/type") == "Ready" && text(condition, "/status") == "True");
            (text(pod, "/spec/nodeName").is_empty(), phase, !ready)
        });
        Ok(pods)
    }
}

impl Kubectl<'_, '_> {
    /// The first pod that a watch tells of.
    fn first_pod(&mut self, watch: Call, patience: Duration) -> Outcome<Value> {
        let deadline = self.process.now()? + patience;
        let stream = self.open(&watch)?;
        let first = self.process.repeat(Vec::new(), |process, rest: &mut Vec<u8>| {
            let left = left_until(deadline, process.now()?);
            match process.http_next(stream.id, Some(left))? {
                StreamItem::Chunk(bytes) => rest.extend(bytes),
                StreamItem::TimedOut | StreamItem::End | StreamItem::Failed(_) => return Ok(ControlFlow::Break(None)),
            }
            while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = rest.drain(..=end).collect();
                let event = serde_json::from_slice::<Value>(&line).unwrap_or_default();
                if matches!(text(&event, "/type"), "ADDED" | "MODIFIED") {
                    return Ok(ControlFlow::Break(event.get("object").cloned()));
                }
            }
            Ok(ControlFlow::Continue(()))
        })?;
        self.process.http_close(stream.id)?;
        match first {
            Some(pod) => Ok(pod),
            None => fail("timed out waiting for the condition"),
        }
    }
}

fn go_type(kind: &str) -> String {
    format!("*v1.{kind}")
}
