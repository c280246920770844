//! One or more containers that run together on one node: the smallest thing that Kubernetes runs.
//!
//! A pod's spec is all but fixed once it exists; whoever wants another one makes another pod.
//!
//! Models: pkg/registry/core/pod/strategy.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use k8s_openapi::api::core::v1::{Container, PodCondition, PodIP, PodSpec, PodStatus};

use crate::defaults::{creation, features, pod_spec};
use crate::field::FieldError;
use crate::{Cell, Column, Part, PlacedSpec, ResourceInfo, Strategy, object_meta, pod_state, spec_and_status_kind, tables, validation, warnings};

spec_and_status_kind! {
    /// Pod.
    Pod, "v1", spec: PlacedSpec, status: PodStatus
}

impl Pod {
    /// A pod has its address among its addresses too: whoever says one alone means the other.
    fn complete_addresses(&mut self) {
        let Some(address) = self.status.pod_ip.as_deref().filter(|address| !address.is_empty()) else { return };
        let first = self.status.pod_ips.as_deref().unwrap_or_default().first().map(|first| first.ip.as_str());
        if first != Some(address) {
            let only = PodIP { ip: address.to_owned() };
            Arc::make_mut(&mut self.status).pod_ips = Some(vec![only]);
        }
    }
}

impl Strategy for Pod {
    const INFO: ResourceInfo = ResourceInfo {
        group: "",
        version: "v1",
        kind: "Pod",
        plural: "pods",
        singular: "pod",
        short_names: &["po"],
        categories: &["all"],
        namespaced: true,
        has_status: true,
    };

    fn selectable_fields(&self) -> Vec<(&'static str, String)> {
        let (spec, status) = (&self.spec, &self.status);
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        vec![
            ("spec.nodeName", text(&spec.node_name)),
            ("spec.restartPolicy", text(&spec.restart_policy)),
            ("spec.schedulerName", text(&spec.scheduler_name)),
            ("spec.serviceAccountName", text(&spec.service_account_name)),
            ("status.podIPs", text(&status.pod_ip)),
            ("spec.hostNetwork", spec.host_network.unwrap_or(false).to_string()),
            ("status.phase", text(&status.phase)),
            ("status.podIP", text(&status.pod_ip)),
            ("status.nominatedNodeName", text(&status.nominated_node_name)),
        ]
    }

    fn set_defaults(&mut self) {
        Arc::make_mut(&mut self.spec).step("defaults", |spec| {
            pod_spec::default_pod(spec);
            // A negative grace period means the shortest one, of a pod and not of a template.
            if spec.termination_grace_period_seconds.is_some_and(|seconds| seconds < 0) {
                spec.termination_grace_period_seconds = Some(1);
            }
        });
        self.complete_addresses();
    }

    fn set_defaults_after(&mut self, old: &Self) {
        if Arc::ptr_eq(&self.spec, &old.spec) {
            self.complete_addresses();
        } else {
            self.set_defaults();
        }
    }

    fn prepare_for_create(&mut self) {
        self.metadata.generation = Some(1);
        if creation::applies_to(self) {
            creation::complete(Arc::make_mut(&mut self.spec).common_mut(), &self.metadata);
        }
        let mut status = PodStatus {
            phase: Some("Pending".to_owned()),
            // Whoever names a class gets it, as the reference has it.
            qos_class: self.status.qos_class.clone().filter(|class| !class.is_empty()).or_else(|| Some(pod_state::qos_class(&self.spec).to_owned())),
            ..Default::default()
        };
        if self.spec.scheduling_gates.as_ref().is_some_and(|gates| !gates.is_empty()) {
            status.conditions = Some(vec![PodCondition {
                type_: "PodScheduled".to_owned(),
                status: "False".to_owned(),
                reason: Some("SchedulingGated".to_owned()),
                message: Some("Scheduling is blocked due to non-empty scheduling gates".to_owned()),
                last_transition_time: self.metadata.creation_timestamp.clone(),
                ..Default::default()
            }]);
        }
        self.status = Arc::new(status);
    }

    fn prepare_for_update(&mut self, old: &Self) {
        self.status = Arc::clone(&old.status);
        if features::is_affected(&self.spec) {
            features::drop_from_pod(Arc::make_mut(&mut self.spec).common_mut());
        }
        let changed = object_meta::share(&mut self.spec, &old.spec);
        object_meta::next_generation(&mut self.metadata, &old.metadata, changed);
    }

    fn prepare_for_status_update(&mut self, old: &Self) {
        self.spec = Arc::clone(&old.spec);
        self.metadata.owner_references.clone_from(&old.metadata.owner_references);
        if pod_spec::is_blank(&self.status.qos_class) && !pod_spec::is_blank(&old.status.qos_class) {
            Arc::make_mut(&mut self.status).qos_class.clone_from(&old.status.qos_class);
        }
    }

    fn prepare_for_part_update(&mut self, part: Part, old: &Self) {
        let new = std::mem::replace(&mut self.spec, Arc::clone(&old.spec));
        match part {
            Part::EphemeralContainers => Arc::make_mut(&mut self.spec).ephemeral_containers.clone_from(&new.ephemeral_containers),
            // An attempt to move or rename containers is left for the validation to refuse.
            Part::Resize if !has_same_containers(&new, &old.spec) => {
                self.spec = new;
                return;
            }
            Part::Resize => resize(Arc::make_mut(&mut self.spec).common_mut(), &new),
            Part::Approval => {}
        }
        self.status = Arc::clone(&old.status);
        object_meta::keep_for_part(&mut self.metadata, &old.metadata);
        let changed = object_meta::share(&mut self.spec, &old.spec);
        object_meta::next_generation(&mut self.metadata, &old.metadata, changed);
    }

    fn validate(&self) -> Vec<FieldError> {
        validation::pod::validate_create(self)
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        validation::pod_update::validate(self, old)
    }

    fn validate_status_update(&self, old: &Self) -> Vec<FieldError> {
        validation::pod_status::validate(self, old)
    }

    fn validate_part_update(&self, part: Part, old: &Self) -> Vec<FieldError> {
        match part {
            Part::EphemeralContainers => validation::ephemeral_container::update(self, old),
            Part::Resize => validation::pod_resize::update(self, old),
            Part::Approval => Vec::new(),
        }
    }

    fn warnings_before_create(&self) -> Vec<String> {
        warnings::pod::old_app_armor(self)
    }

    fn warns_on_update() -> bool {
        false
    }

    fn warnings(&self) -> Vec<String> {
        warnings::pod::pod(self)
    }

    fn columns() -> Vec<Column> {
        tables::columns::POD.to_vec()
    }

    fn row(&self, now: jiff::Timestamp) -> Vec<Cell> {
        tables::pod::row(self, now)
    }
}

fn has_same_containers(new: &PodSpec, old: &PodSpec) -> bool {
    let names = |list: &[Container]| list.iter().map(|container| container.name.clone()).collect::<Vec<_>>();
    let init = |spec: &PodSpec| names(spec.init_containers.as_deref().unwrap_or_default());
    names(&new.containers) == names(&old.containers) && init(new) == init(old)
}

/// Takes the amounts, and what a change of them means for a container, from the new spec.
fn resize(spec: &mut PodSpec, new: &PodSpec) {
    spec.resources.clone_from(&new.resources);
    let olds = spec.containers.iter_mut().chain(spec.init_containers.iter_mut().flatten());
    for (old, new) in olds.zip(new.containers.iter().chain(new.init_containers.iter().flatten())) {
        old.resources.clone_from(&new.resources);
        old.resize_policy.clone_from(&new.resize_policy);
    }
}
