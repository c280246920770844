//! What a new cluster holds before anybody uses it: the system's namespaces, the Service of the API server, the default
//! roles and the priority classes of the system.
//!
//! Models: pkg/controlplane/controller/{systemnamespaces,kubernetesservice}, pkg/registry/{rbac,scheduling}/rest, v1.36.
//! Simplified: the components run from the first moment; where they are pods, the pods come a little later.

use std::sync::Arc;

use k8s_openapi::api::core::v1::{ServicePort, ServiceSpec};
use k8s_openapi::api::networking::v1::ServiceCIDRSpec;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use podarium_api::{ConfigMap, Namespace, Object, ObjectMeta, PriorityClass, Resource as _, Service, ServiceAccount, ServiceCIDR, flow_control};

use crate::Cluster;
use crate::apiserver::{User, api_services};
use crate::apiserver::authentication::MASTERS;
use crate::apiserver::authorization;
use crate::cloud::ServiceController;
use crate::controllers::ControllerManager;
use crate::metrics_server::{self, MetricsServer};
use crate::flags::ServiceRange;
use crate::system;
use crate::network::{NameServer, NetworkPlugin};
use crate::scheduler::Scheduler;
use crate::scheduler::configuration::SchedulerConfiguration;

/// The namespaces that every cluster has.
pub const NAMESPACES: [&str; 4] = ["default", "kube-node-lease", "kube-public", "kube-system"];

/// The classes of pods that a cluster cannot do without.
const PRIORITY_CLASSES: [(&str, i32, &str); 2] = [
    ("system-node-critical", 2_000_001_000, "Used for system critical pods that must not be moved from their current node."),
    ("system-cluster-critical", 2_000_000_000, "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary."),
];

/// The accounts that the controller manager makes for its controllers (`--use-service-account-credentials`).
const CONTROLLER_ACCOUNTS: &[&str] = &[
    "attachdetach-controller",
    "certificate-controller",
    "clusterrole-aggregation-controller",
    "cronjob-controller",
    "daemon-set-controller",
    "deployment-controller",
    "device-taint-eviction-controller",
    "disruption-controller",
    "endpoint-controller",
    "endpointslice-controller",
    "endpointslicemirroring-controller",
    "ephemeral-volume-controller",
    "expand-controller",
    "generic-garbage-collector",
    "horizontal-pod-autoscaler",
    "job-controller",
    "legacy-service-account-token-cleaner",
    "namespace-controller",
    "node-controller",
    "persistent-volume-binder",
    "pod-garbage-collector",
    "pv-protection-controller",
    "pvc-protection-controller",
    "replicaset-controller",
    "replication-controller",
    "resource-claim-controller",
    "resourcequota-controller",
    "root-ca-cert-publisher",
    "service-account-controller",
    "service-cidrs-controller",
    "statefulset-controller",
    "ttl-after-finished-controller",
    "ttl-controller",
    "validatingadmissionpolicy-status-controller",
    "volumeattributesclass-protection-controller",
];

impl Cluster {
    /// Makes the objects that are there from the first moment and starts the control plane's components.
    pub fn bootstrap(&mut self) {
        self.bootstrap_with(&SchedulerConfiguration::default());
    }

    /// The same with a scheduler that is configured.
    pub fn bootstrap_with(&mut self, scheduler: &SchedulerConfiguration) {
        for name in NAMESPACES {
            let metadata = ObjectMeta { name: Some(name.to_owned()), ..ObjectMeta::default() };
            let namespace = Namespace { metadata, ..Namespace::default() };
            self.seed_object(Arc::new(namespace).into_object()).expect("a system namespace is valid");
        }
        self.seed_object(Arc::new(service_addresses(self.config().flags.services)).into_object()).expect("the default network of Services is valid");
        self.seed_object(Arc::new(kubernetes_service(self.config().flags.services)).into_object()).expect("the API server's Service is valid");
        for object in authorization::bootstrap::objects() {
            self.seed_object(object).expect("a default role or binding is valid");
        }
        for (name, value, description) in PRIORITY_CLASSES {
            self.seed_object(priority_class(name, value, description)).expect("a priority class of the system is valid");
        }
        for level in flow_control::priority_levels() {
            self.seed_object(Arc::new(level).into_object()).expect("a default priority level is valid");
        }
        for schema in flow_control::flow_schemas() {
            self.seed_object(Arc::new(schema).into_object()).expect("a default flow schema is valid");
        }
        for service in api_services::own(self.config().compat_2019) {
            self.seed_object(Arc::new(service).into_object()).expect("a version of the API is registered under its name");
        }
        let authority = self.authority().pem().to_owned();
        let since = self.config().epoch.timestamp(self.now()).strftime("%Y-%m-%d").to_string();
        for map in [authentication_map(&authority), config_map("kube-apiserver-legacy-service-account-token-tracking", [("since", since.as_str())])] {
            self.seed_object(map).expect("what the API server writes down is valid");
        }
        for name in CONTROLLER_ACCOUNTS {
            self.seed_object(account(name)).expect("a controller's account is valid");
        }
        let flags = self.config().flags.clone();
        self.set_authorization_modes(&flags.authorization);
        self.switch_off(&flags.switched_off);
        self.start("kube-apiserver", User::api_server(), ControllerManager::inside_api_server(self.config().metrics_server));
        self.start("kube-controller-manager", "system:kube-controller-manager", ControllerManager::standard(self));
        self.start("kube-scheduler", "system:kube-scheduler", Scheduler::configured("control-plane", scheduler));
        self.start("coredns", User::with_groups("system:serviceaccount:kube-system:coredns", &[MASTERS]), NameServer::default());
        self.start("network-plugin", User::with_groups("system:serviceaccount:kube-system:network-plugin", &[MASTERS]), NetworkPlugin::default());
        self.scheduler_configuration = scheduler.clone();
        for object in system::objects(self.config(), &authority) {
            self.seed_object(object).expect("what kubeadm applies is valid");
        }
        if self.config().metrics_server {
            for object in metrics_server::objects() {
                self.seed_object(object).expect("what the metrics server is installed with is valid");
            }
            self.start(metrics_server::COMPONENT, "system:serviceaccount:kube-system:metrics-server", MetricsServer::default());
        }
        if self.config().ingress_nginx {
            for object in system::ingress_nginx_objects(self.config().cloud) {
                self.seed_object(object).expect("what ingress-nginx is installed with is valid");
            }
        }
        if self.config().vertical_pod_autoscaler {
            for object in system::vertical_pod_autoscaler_objects() {
                self.seed_object(object).expect("what the vertical pod autoscaler is installed with is valid");
            }
        }
        if self.config().cloud {
            for object in authorization::bootstrap::objects_of_the_cloud() {
                self.seed_object(object).expect("the cloud's role and binding are valid");
            }
            self.start("cloud-controller-manager", "system:serviceaccount:kube-system:cloud-controller-manager", ServiceController::default());
        }
    }
}

fn account(name: &str) -> Object {
    let metadata = ObjectMeta { name: Some(name.to_owned()), namespace: Some("kube-system".to_owned()), ..ObjectMeta::default() };
    Arc::new(ServiceAccount { metadata, ..ServiceAccount::default() }).into_object()
}

fn config_map<const N: usize>(name: &str, data: [(&str, &str); N]) -> Object {
    let metadata = ObjectMeta { name: Some(name.to_owned()), namespace: Some("kube-system".to_owned()), ..ObjectMeta::default() };
    let data = Some(data.into_iter().map(|(key, text)| (key.to_owned(), text.to_owned())).collect());
    Arc::new(ConfigMap { metadata, data, ..ConfigMap::default() }).into_object()
}

/// How servers that stand behind the API server know its users.
fn authentication_map(authority: &str) -> Object {
    config_map("extension-apiserver-authentication", [
        ("client-ca-file", authority),
        ("requestheader-allowed-names", "[\"front-proxy-client\"]"),
        ("requestheader-client-ca-file", authority),
        ("requestheader-extra-headers-prefix", "[\"X-Remote-Extra-\"]"),
        ("requestheader-group-headers", "[\"X-Remote-Group\"]"),
        ("requestheader-username-headers", "[\"X-Remote-User\"]"),
    ])
}

fn priority_class(name: &str, value: i32, description: &str) -> Object {
    let metadata = ObjectMeta { name: Some(name.to_owned()), ..ObjectMeta::default() };
    let class = PriorityClass { metadata, value: Some(value), description: Some(description.to_owned()), ..PriorityClass::default() };
    Arc::new(class).into_object()
}

/// The network from which Services get their addresses (`--service-cluster-ip-range`).
fn service_addresses(range: ServiceRange) -> ServiceCIDR {
    ServiceCIDR {
        metadata: ObjectMeta { name: Some("kubernetes".to_owned()), ..ObjectMeta::default() },
        spec: Arc::new(ServiceCIDRSpec { cidrs: Some(vec![range.to_string()]) }),
        ..ServiceCIDR::default()
    }
}

fn kubernetes_service(range: ServiceRange) -> Service {
    let labels = [("component", "apiserver"), ("provider", "kubernetes")];
    Service {
        metadata: ObjectMeta {
            name: Some("kubernetes".to_owned()),
            namespace: Some("default".to_owned()),
            labels: Some(labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()),
            ..ObjectMeta::default()
        },
        spec: Arc::new(ServiceSpec {
            cluster_ip: Some(range.api_server()),
            ports: Some(vec![ServicePort {
                name: Some("https".to_owned()),
                protocol: Some("TCP".to_owned()),
                port: 443,
                target_port: Some(IntOrString::Int(6443)),
                ..ServicePort::default()
            }]),
            ..ServiceSpec::default()
        }),
        ..Service::default()
    }
}

#[cfg(test)]
mod tests {
    use podarium_api::ServiceAccount;
    use podarium_sim::Time;

    use super::*;
    use crate::{Config, Key};

    fn bootstrapped() -> Cluster {
        let mut cluster = Cluster::new(Config::default());
        cluster.bootstrap();
        cluster
    }

    #[test]
    fn every_namespace_gets_its_service_account_soon() {
        let mut cluster = bootstrapped();
        cluster.advance(Time::from_secs(2));
        for namespace in NAMESPACES {
            assert!(cluster.get::<ServiceAccount>(&Key::new(namespace, "default")).is_some(), "{namespace}");
        }
    }

    #[test]
    fn it_makes_no_difference_how_time_is_cut() {
        let mut at_once = bootstrapped();
        at_once.advance(Time::from_secs(3));
        let mut in_steps = bootstrapped();
        for step in 1..=300 {
            in_steps.advance(Time::from_millis(step * 10));
            if step == 7 {
                in_steps = in_steps.clone();
            }
        }
        assert_eq!(at_once.trace_hash(), in_steps.trace_hash());
        assert!(at_once.writes().len() > 10);
    }
}
