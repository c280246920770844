//! The flow schemas and priority levels that every API server has: those that must be, and those that are suggested.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/apis/flowcontrol/bootstrap/default.go, v1.36.
//! Simplified: nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use k8s_openapi::api::flowcontrol::v1::{
    ExemptPriorityLevelConfiguration, FlowDistinguisherMethod, FlowSchemaSpec, GroupSubject, LimitResponse, LimitedPriorityLevelConfiguration,
    NonResourcePolicyRule, PolicyRulesWithSubjects, PriorityLevelConfigurationReference, PriorityLevelConfigurationSpec, QueuingConfiguration,
    ResourcePolicyRule, ServiceAccountSubject, Subject, UserSubject,
};

use crate::{FlowSchema, ObjectMeta, PriorityLevelConfiguration};

/// Whether the server may bring the object up to date by itself.
const AUTO_UPDATE: &str = "apf.kubernetes.io/autoupdate-spec";

const ALL: &[&str] = &["*"];
const EVERYBODY: [Who; 2] = [Who::Group("system:unauthenticated"), Who::Group("system:authenticated")];

/// The order in which the schemas are tried, in which tables show them too.
pub fn matching_order(schema: &FlowSchema) -> (i32, &str) {
    (schema.spec.matching_precedence.unwrap_or_default(), schema.metadata.name.as_deref().unwrap_or_default())
}

#[derive(Clone, Copy)]
enum Who {
    User(&'static str),
    Group(&'static str),
    /// All service accounts of kube-system.
    SystemAccounts,
}

impl Who {
    fn subject(self) -> Subject {
        match self {
            Who::User(name) => Subject { kind: "User".to_owned(), user: Some(UserSubject { name: name.to_owned() }), ..Subject::default() },
            Who::Group(name) => Subject { kind: "Group".to_owned(), group: Some(GroupSubject { name: name.to_owned() }), ..Subject::default() },
            Who::SystemAccounts => Subject {
                kind: "ServiceAccount".to_owned(),
                service_account: Some(ServiceAccountSubject { name: "*".to_owned(), namespace: "kube-system".to_owned() }),
                ..Subject::default()
            },
        }
    }
}

/// What of the API a rule is about: verbs, group, resources, and whether objects without a namespace too.
type About = (&'static [&'static str], &'static str, &'static [&'static str], bool);

const EVERYTHING: &[About] = &[(ALL, "*", ALL, true)];

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn metadata(name: &str) -> ObjectMeta {
    ObjectMeta { name: Some(name.to_owned()), annotations: Some(BTreeMap::from([(AUTO_UPDATE.to_owned(), "true".to_owned())])), ..ObjectMeta::default() }
}

fn schema(name: &str, level: &str, precedence: i32, by: &str, subjects: &[Who], about: &[About], paths: &[&str]) -> FlowSchema {
    let resource_rules: Vec<ResourcePolicyRule> = about
        .iter()
        .map(|(verbs, group, resources, clusters)| ResourcePolicyRule {
            verbs: texts(verbs),
            api_groups: texts(&[group]),
            resources: texts(resources),
            namespaces: Some(texts(ALL)),
            cluster_scope: clusters.then_some(true),
        })
        .collect();
    let verbs = if paths == ALL { texts(ALL) } else { texts(&["get"]) };
    let others = (!paths.is_empty()).then(|| vec![NonResourcePolicyRule { verbs, non_resource_urls: texts(paths) }]);
    let rules = PolicyRulesWithSubjects {
        subjects: subjects.iter().map(|who| who.subject()).collect(),
        resource_rules: (!resource_rules.is_empty()).then_some(resource_rules),
        non_resource_rules: others,
    };
    FlowSchema {
        metadata: metadata(name),
        spec: Arc::new(FlowSchemaSpec {
            priority_level_configuration: PriorityLevelConfigurationReference { name: level.to_owned() },
            matching_precedence: Some(precedence),
            distinguisher_method: (!by.is_empty()).then(|| FlowDistinguisherMethod { type_: by.to_owned() }),
            rules: Some(vec![rules]),
        }),
        ..FlowSchema::default()
    }
}

fn level(name: &str, spec: PriorityLevelConfigurationSpec) -> PriorityLevelConfiguration {
    PriorityLevelConfiguration { metadata: metadata(name), spec: Arc::new(spec), ..PriorityLevelConfiguration::default() }
}

/// A level with queues; without any, what is too much is refused.
fn limited(name: &str, shares: i32, lendable: i32, queues: Option<(i32, i32)>) -> PriorityLevelConfiguration {
    let queuing = queues.map(|(queues, hand)| QueuingConfiguration { queues: Some(queues), hand_size: Some(hand), queue_length_limit: Some(50) });
    let response = LimitResponse { type_: if queuing.is_some() { "Queue" } else { "Reject" }.to_owned(), queuing };
    let limited = LimitedPriorityLevelConfiguration {
        nominal_concurrency_shares: Some(shares),
        lendable_percent: Some(lendable),
        limit_response: Some(response),
        borrowing_limit_percent: None,
    };
    level(name, PriorityLevelConfigurationSpec { type_: "Limited".to_owned(), limited: Some(limited), exempt: None })
}

/// All of them; first the two that must be.
pub fn priority_levels() -> Vec<PriorityLevelConfiguration> {
    let exempt = ExemptPriorityLevelConfiguration { nominal_concurrency_shares: Some(0), lendable_percent: Some(0) };
    vec![
        level("exempt", PriorityLevelConfigurationSpec { type_: "Exempt".to_owned(), exempt: Some(exempt), limited: None }),
        limited("catch-all", 5, 0, None),
        limited("system", 30, 33, Some((64, 6))),
        limited("node-high", 40, 25, Some((64, 6))),
        limited("leader-election", 10, 0, Some((16, 4))),
        limited("workload-high", 40, 50, Some((128, 6))),
        limited("workload-low", 100, 90, Some((128, 6))),
        limited("global-default", 20, 50, Some((128, 6))),
    ]
}

/// All of them; first the two that must be.
pub fn flow_schemas() -> Vec<FlowSchema> {
    let (by_user, by_namespace) = ("ByUser", "ByNamespace");
    let leases: About = (&["get", "create", "update"], "coordination.k8s.io", &["leases"], false);
    let node_health: [About; 2] = [(ALL, "", &["nodes", "nodes/status"], true), (ALL, "coordination.k8s.io", &["leases"], false)];
    let (manager, scheduler) = (Who::User("system:kube-controller-manager"), Who::User("system:kube-scheduler"));
    let nodes = [Who::Group("system:nodes")];
    vec![
        schema("exempt", "exempt", 1, "", &[Who::Group("system:masters")], EVERYTHING, ALL),
        schema("catch-all", "catch-all", 10_000, by_user, &EVERYBODY, EVERYTHING, ALL),
        schema("system-nodes", "system", 500, by_user, &nodes, EVERYTHING, ALL),
        schema("system-node-high", "node-high", 400, by_user, &nodes, &node_health, &[]),
        schema("probes", "exempt", 2, "", &EVERYBODY, &[], &["/healthz", "/readyz", "/livez"]),
        schema("system-leader-election", "leader-election", 100, by_user, &[manager, scheduler, Who::SystemAccounts], &[leases], &[]),
        schema("kube-controller-manager", "workload-high", 800, by_namespace, &[manager], EVERYTHING, ALL),
        schema("kube-scheduler", "workload-high", 800, by_namespace, &[scheduler], EVERYTHING, ALL),
        schema("kube-system-service-accounts", "workload-high", 900, by_namespace, &[Who::SystemAccounts], EVERYTHING, ALL),
        schema("service-accounts", "workload-low", 9000, by_user, &[Who::Group("system:serviceaccounts")], EVERYTHING, ALL),
        schema("global-default", "global-default", 9900, by_user, &EVERYBODY, EVERYTHING, ALL),
    ]
}

const MANDATORY: &[&str] = &["exempt", "catch-all"];

/// The schema of this name if there must be one.
pub(crate) fn mandatory_flow_schema(name: &str) -> Option<FlowSchema> {
    flow_schemas().into_iter().find(|schema| MANDATORY.contains(&name) && schema.metadata.name.as_deref() == Some(name))
}

/// The level of this name if there must be one.
pub(crate) fn mandatory_priority_level(name: &str) -> Option<PriorityLevelConfiguration> {
    priority_levels().into_iter().find(|level| MANDATORY.contains(&name) && level.metadata.name.as_deref() == Some(name))
}
