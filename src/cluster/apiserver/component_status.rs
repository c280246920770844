//! ComponentStatuses: asked for, not stored. The API server asks each part of the control plane whether it is well.
//!
//! Models: pkg/registry/core/componentstatus/{rest.go,validator.go}, v1.36.
//! Simplified: nothing; the store is the API server's own and always well.

use k8s_openapi::api::core::v1::ComponentCondition;
use podarium_api::{ComponentStatus, Kind, ObjectMeta, Resource as _, Status, Strategy as _};

use super::{Answer, Reply, Request, Verb};

/// The components with the addresses under which they tell how they are, and who they are in the cluster.
const PROBED: [(&str, &str, u16); 2] = [("controller-manager", "kube-controller-manager", 10257), ("scheduler", "kube-scheduler", 10259)];
const STORE: &str = "etcd-0";

/// Answers a request about ComponentStatuses. `is_running` tells whether a component runs.
pub fn answer(request: &Request, is_running: &dyn Fn(&str) -> bool) -> Answer {
    let all = || {
        let probed = PROBED.iter().map(|(name, component, port)| (*name, (!is_running(component)).then_some(*port)));
        let mut statuses: Vec<ComponentStatus> = probed.chain([(STORE, None)]).map(|(name, refused)| status(name, refused)).collect();
        statuses.sort_by(|a, b| a.metadata.name.cmp(&b.metadata.name));
        statuses
    };
    let result = match request.verb {
        Verb::List => {
            let objects = all().into_iter().map(|status| std::sync::Arc::new(status).into_object());
            let items = objects.filter(|object| request.filter.matches(object)).collect();
            Ok(Reply::List { kind: Kind::ComponentStatus, items, resource_version: 0, continue_token: None, remaining: None })
        }
        Verb::Get => match all().into_iter().find(|status| status.name() == &*request.name) {
            Some(status) => Ok(Reply::Object(std::sync::Arc::new(status).into_object())),
            None => Err(not_found(&request.name)),
        },
        verb => Err(Status::method_not_allowed(Kind::ComponentStatus, verb.name())),
    };
    Answer { warnings: ComponentStatus::deprecation().map(str::to_owned).into_iter().collect(), ..Answer::from(result) }
}

/// What a component says of itself, or what its closed port says.
fn status(name: &str, refused_at: Option<u16>) -> ComponentStatus {
    let message = match refused_at {
        None => "ok".to_owned(),
        Some(port) => format!("Get \"https://127.0.0.1:{port}/healthz\": dial tcp 127.0.0.1:{port}: connect: connection refused"),
    };
    let condition = ComponentCondition {
        type_: "Healthy".to_owned(),
        status: if refused_at.is_none() { "True" } else { "False" }.to_owned(),
        message: Some(message),
        error: None,
    };
    ComponentStatus { conditions: Some(vec![condition]), metadata: ObjectMeta { name: Some(name.to_owned()), ..ObjectMeta::default() } }
}

/// The reference names the resource in the singular here.
fn not_found(name: &str) -> Status {
    let mut status = Status::not_found(Kind::ComponentStatus, name).as_meta().clone();
    status.message = Some(format!("componentstatus {name:?} not found"));
    if let Some(details) = &mut status.details {
        details.kind = Some("componentstatus".to_owned());
    }
    Status::from_meta(status)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Key;

    #[test]
    fn a_component_that_does_not_run_is_unhealthy() {
        let asked = |name: &str| answer(&Request::get(Kind::ComponentStatus, &Key::new("", name)), &|component| component != "kube-scheduler");
        let condition = |name: &str| {
            let object = asked(name).result.unwrap().object().unwrap();
            let status = ComponentStatus::from_object(&object).unwrap().clone();
            let condition = status.conditions.clone().unwrap().remove(0);
            (condition.status, condition.message.unwrap())
        };
        assert_eq!(condition("etcd-0"), ("True".to_owned(), "ok".to_owned()));
        let refused = "Get \"https://127.0.0.1:10259/healthz\": dial tcp 127.0.0.1:10259: connect: connection refused";
        assert_eq!(condition("scheduler"), ("False".to_owned(), refused.to_owned()));
        assert_eq!(asked("x").result.unwrap_err().message(), "componentstatus \"x\" not found");
        assert_eq!(asked("etcd-0").warnings, ["v1 ComponentStatus is deprecated in v1.19+"]);
    }
}
