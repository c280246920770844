//! A container's environment comes from ConfigMaps and Secrets, among others; it cannot be created while one of them is
//! missing.
//!
//! Models: pkg/kubelet/kubelet_pods.go (makeEnvironmentVariables), v1.36.
//! Simplified: nothing.

use std::time::Duration;

use k8s_openapi::api::core::v1::Container;
use podarium_api::{Kind, Object};

use super::downward::Place;
use super::environment::{Variables, service_variables, variables};
use super::host::Host;
use super::pod::PodState;
use crate::apiserver::{Answer, Reply, Request};
use crate::component::{Ctx, RequestId};
use crate::store::Key;

/// An object that the environment comes from; all of it, or one key.
#[derive(Clone, Debug, PartialEq)]
struct Need {
    kind: Kind,
    name: String,
    key: Option<String>,
    optional: bool,
}

#[derive(Clone, Debug, Default)]
pub(super) struct ConfigRun {
    asked: bool,
    /// In the order of the declaration; the first complaint counts.
    waiting: Vec<(RequestId, Need, Option<Answer>)>,
}

impl ConfigRun {
    fn answered(&mut self, id: RequestId, answer: &Answer) -> bool {
        let found = self.waiting.iter_mut().find(|(asked, ..)| *asked == id);
        found.map(|(.., slot)| *slot = Some(answer.clone())).is_some()
    }
}

fn needs(container: &Container) -> Vec<Need> {
    let mut needs = Vec::new();
    for from in container.env_from.iter().flatten() {
        if let Some(map) = &from.config_map_ref {
            needs.push(Need { kind: Kind::ConfigMap, name: map.name.clone(), key: None, optional: map.optional == Some(true) });
        } else if let Some(secret) = &from.secret_ref {
            needs.push(Need { kind: Kind::Secret, name: secret.name.clone(), key: None, optional: secret.optional == Some(true) });
        }
    }
    for source in container.env.iter().flatten().filter_map(|variable| variable.value_from.as_ref()) {
        if let Some(map) = &source.config_map_key_ref {
            needs.push(Need { kind: Kind::ConfigMap, name: map.name.clone(), key: Some(map.key.clone()), optional: map.optional == Some(true) });
        } else if let Some(secret) = &source.secret_key_ref {
            needs.push(Need { kind: Kind::Secret, name: secret.name.clone(), key: Some(secret.key.clone()), optional: secret.optional == Some(true) });
        }
    }
    needs
}

fn complaint(need: &Need, answer: &Answer, namespace: &str) -> Option<String> {
    let object = match &answer.result {
        Ok(Reply::Object(object)) => object,
        Ok(_) => return None,
        Err(status) if status.is_not_found() => {
            let kind = if need.kind == Kind::Secret { "secret" } else { "configmap" };
            return (!need.optional).then(|| format!("{kind} {:?} not found", need.name));
        }
        Err(status) => return Some(status.message().to_owned()),
    };
    let key = need.key.as_ref().filter(|_| !need.optional)?;
    let (has, kind) = match object {
        Object::Secret(secret) => (secret.data.as_ref().is_some_and(|data| data.contains_key(key)), "Secret"),
        Object::ConfigMap(map) => (map.data.as_ref().is_some_and(|data| data.contains_key(key)), "ConfigMap"),
        _ => (true, ""),
    };
    (!has).then(|| format!("couldn't find key {key} in {kind} {namespace}/{}", need.name))
}

/// What the downward API says of the place of a pod with this address.
pub(super) fn place<'a>(address: &'a str, host: &'a Host) -> Place<'a> {
    Place { pod_ip: address, host_ip: &host.config.address, cpu_millis: host.config.cpu_millis, memory_bytes: host.config.memory_bytes }
}

impl PodState {
    /// `None` while it waits for answers; then the environment, or what is missing.
    pub fn find_config(&mut self, run: &mut ConfigRun, container: &Container, host: &mut Host, ctx: &mut Ctx<'_>) -> Option<Result<Variables, String>> {
        if !run.asked {
            run.asked = true;
            for need in needs(container) {
                let request = Request::get(need.kind, &Key::new(&self.key.namespace, &need.name));
                let id = ctx.request_after(request, self.cause, Duration::ZERO);
                host.asked.insert(id, self.uid.clone());
                run.waiting.push((id, need, None));
            }
        }
        let mut error = None;
        for (_, need, answer) in &run.waiting {
            let answer = answer.as_ref()?;
            error = error.or_else(|| complaint(need, answer, &self.key.namespace));
        }
        if let Some(error) = error {
            return Some(Err(error));
        }
        let find = |name: &str, is_secret: bool| {
            let kind = if is_secret { Kind::Secret } else { Kind::ConfigMap };
            let found = run.waiting.iter().find(|(_, need, _)| need.kind == kind && need.name == name);
            match &found?.2.as_ref()?.result {
                Ok(Reply::Object(object)) => Some(object),
                _ => None,
            }
        };
        let links = self.pod.spec.enable_service_links != Some(false);
        let services = service_variables(host.services.values().map(AsRef::as_ref), &self.key.namespace, links);
        let address = self.address(host);
        Some(variables(&self.pod, container, &services, &place(&address, host), find, |reference| self.value_from_file(reference)))
    }

    /// The pod's address, which is the node's if it uses that network.
    pub fn address(&self, host: &Host) -> String {
        match self.is_host_network() {
            true => host.config.address.clone(),
            false => self.runtime.ip.as_deref().unwrap_or_default().to_owned(),
        }
    }

    /// Hands an answer to the container that is being started.
    pub fn config_answered(&mut self, id: RequestId, answer: &Answer) -> bool {
        match &mut self.worker.work {
            Some(super::worker::Work::Sync(run)) => run.config().is_some_and(|config| config.answered(id, answer)),
            _ => false,
        }
    }
}
