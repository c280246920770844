//! Data: how the types of networking and discovery are owned and merged.
//!
//! Models: api/openapi-spec (x-kubernetes-list-type, -list-map-keys, -map-type, -patch-strategy, -patch-merge-key), v1.36.
//! Simplified: groups in alpha and beta are left out.

use super::core::{CORE_V1_OBJECT_REFERENCE, CORE_V1_TYPED_LOCAL_OBJECT_REFERENCE, META_V1_CONDITION, META_V1_LABEL_SELECTOR, META_V1_OBJECT_META};
use crate::managed_fields::schema::KeyDefault::Word;
use crate::managed_fields::schema::Struct;
use crate::managed_fields::schema::Type::{self, AtomicList, Flag, List, Map, Number, Scalar, Set, Text};

pub(super) static DISCOVERY_V1_ENDPOINT: Struct = Struct { atomic: false, fields: &[
    ("addresses", Set(&Text)), ("conditions", Type::Struct(&DISCOVERY_V1_ENDPOINT_CONDITIONS)), ("deprecatedTopology", Map(&Text)),
    ("hints", Type::Struct(&DISCOVERY_V1_ENDPOINT_HINTS)), ("hostname", Text), ("nodeName", Text),
    ("targetRef", Type::Struct(&CORE_V1_OBJECT_REFERENCE)), ("zone", Text),
] };
pub(super) static DISCOVERY_V1_ENDPOINT_CONDITIONS: Struct = Struct { atomic: false, fields: &[
    ("ready", Flag), ("serving", Flag), ("terminating", Flag),
] };
pub(super) static DISCOVERY_V1_ENDPOINT_HINTS: Struct = Struct { atomic: false, fields: &[
    ("forNodes", AtomicList(&Type::Struct(&DISCOVERY_V1_FOR_NODE))), ("forZones", AtomicList(&Type::Struct(&DISCOVERY_V1_FOR_ZONE))),
] };
pub(super) static DISCOVERY_V1_ENDPOINT_PORT: Struct = Struct { atomic: true, fields: &[
    ("appProtocol", Text), ("name", Text), ("port", Number), ("protocol", Text),
] };
pub(super) static DISCOVERY_V1_ENDPOINT_SLICE: Struct = Struct { atomic: false, fields: &[
    ("addressType", Text), ("apiVersion", Text), ("endpoints", AtomicList(&Type::Struct(&DISCOVERY_V1_ENDPOINT))), ("kind", Text),
    ("metadata", Type::Struct(&META_V1_OBJECT_META)), ("ports", AtomicList(&Type::Struct(&DISCOVERY_V1_ENDPOINT_PORT))),
] };
pub(super) static DISCOVERY_V1_FOR_NODE: Struct = Struct { atomic: false, fields: &[("name", Text)] };
pub(super) static DISCOVERY_V1_FOR_ZONE: Struct = Struct { atomic: false, fields: &[("name", Text)] };
pub(super) static NETWORKING_V1_HTTP_INGRESS_PATH: Struct = Struct { atomic: false, fields: &[
    ("backend", Type::Struct(&NETWORKING_V1_INGRESS_BACKEND)), ("path", Text), ("pathType", Text),
] };
pub(super) static NETWORKING_V1_HTTP_INGRESS_RULE_VALUE: Struct = Struct { atomic: false, fields: &[
    ("paths", AtomicList(&Type::Struct(&NETWORKING_V1_HTTP_INGRESS_PATH))),
] };
pub(super) static NETWORKING_V1_INGRESS: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("kind", Text), ("metadata", Type::Struct(&META_V1_OBJECT_META)), ("spec", Type::Struct(&NETWORKING_V1_INGRESS_SPEC)),
    ("status", Type::Struct(&NETWORKING_V1_INGRESS_STATUS)),
] };
pub(super) static NETWORKING_V1_INGRESS_BACKEND: Struct = Struct { atomic: false, fields: &[
    ("resource", Type::Struct(&CORE_V1_TYPED_LOCAL_OBJECT_REFERENCE)), ("service", Type::Struct(&NETWORKING_V1_INGRESS_SERVICE_BACKEND)),
] };
pub(super) static NETWORKING_V1_INGRESS_CLASS: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("kind", Text), ("metadata", Type::Struct(&META_V1_OBJECT_META)),
    ("spec", Type::Struct(&NETWORKING_V1_INGRESS_CLASS_SPEC)),
] };
pub(super) static NETWORKING_V1_INGRESS_CLASS_PARAMETERS_REFERENCE: Struct = Struct { atomic: false, fields: &[
    ("apiGroup", Text), ("kind", Text), ("name", Text), ("namespace", Text), ("scope", Text),
] };
pub(super) static NETWORKING_V1_INGRESS_CLASS_SPEC: Struct = Struct { atomic: false, fields: &[
    ("controller", Text), ("parameters", Type::Struct(&NETWORKING_V1_INGRESS_CLASS_PARAMETERS_REFERENCE)),
] };
pub(super) static NETWORKING_V1_INGRESS_LOAD_BALANCER_INGRESS: Struct = Struct { atomic: false, fields: &[
    ("hostname", Text), ("ip", Text), ("ports", AtomicList(&Type::Struct(&NETWORKING_V1_INGRESS_PORT_STATUS))),
] };
pub(super) static NETWORKING_V1_INGRESS_LOAD_BALANCER_STATUS: Struct = Struct { atomic: false, fields: &[
    ("ingress", AtomicList(&Type::Struct(&NETWORKING_V1_INGRESS_LOAD_BALANCER_INGRESS))),
] };
pub(super) static NETWORKING_V1_INGRESS_PORT_STATUS: Struct = Struct { atomic: false, fields: &[
    ("error", Text), ("port", Number), ("protocol", Text),
] };
pub(super) static NETWORKING_V1_INGRESS_RULE: Struct = Struct { atomic: false, fields: &[
    ("host", Text), ("http", Type::Struct(&NETWORKING_V1_HTTP_INGRESS_RULE_VALUE)),
] };
pub(super) static NETWORKING_V1_INGRESS_SERVICE_BACKEND: Struct = Struct { atomic: false, fields: &[
    ("name", Text), ("port", Type::Struct(&NETWORKING_V1_SERVICE_BACKEND_PORT)),
] };
pub(super) static NETWORKING_V1_INGRESS_SPEC: Struct = Struct { atomic: false, fields: &[
    ("defaultBackend", Type::Struct(&NETWORKING_V1_INGRESS_BACKEND)), ("ingressClassName", Text),
    ("rules", AtomicList(&Type::Struct(&NETWORKING_V1_INGRESS_RULE))), ("tls", AtomicList(&Type::Struct(&NETWORKING_V1_INGRESS_TLS))),
] };
pub(super) static NETWORKING_V1_INGRESS_STATUS: Struct = Struct { atomic: false, fields: &[
    ("loadBalancer", Type::Struct(&NETWORKING_V1_INGRESS_LOAD_BALANCER_STATUS)),
] };
pub(super) static NETWORKING_V1_INGRESS_TLS: Struct = Struct { atomic: false, fields: &[("hosts", AtomicList(&Text)), ("secretName", Text)] };
pub(super) static NETWORKING_V1_IP_ADDRESS: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("kind", Text), ("metadata", Type::Struct(&META_V1_OBJECT_META)), ("spec", Type::Struct(&NETWORKING_V1_IP_ADDRESS_SPEC)),
] };
pub(super) static NETWORKING_V1_IP_ADDRESS_SPEC: Struct = Struct { atomic: false, fields: &[
    ("parentRef", Type::Struct(&NETWORKING_V1_PARENT_REFERENCE)),
] };
pub(super) static NETWORKING_V1_IP_BLOCK: Struct = Struct { atomic: false, fields: &[("cidr", Text), ("except", AtomicList(&Text))] };
pub(super) static NETWORKING_V1_NETWORK_POLICY: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("kind", Text), ("metadata", Type::Struct(&META_V1_OBJECT_META)),
    ("spec", Type::Struct(&NETWORKING_V1_NETWORK_POLICY_SPEC)),
] };
pub(super) static NETWORKING_V1_NETWORK_POLICY_EGRESS_RULE: Struct = Struct { atomic: false, fields: &[
    ("ports", AtomicList(&Type::Struct(&NETWORKING_V1_NETWORK_POLICY_PORT))),
    ("to", AtomicList(&Type::Struct(&NETWORKING_V1_NETWORK_POLICY_PEER))),
] };
pub(super) static NETWORKING_V1_NETWORK_POLICY_INGRESS_RULE: Struct = Struct { atomic: false, fields: &[
    ("from", AtomicList(&Type::Struct(&NETWORKING_V1_NETWORK_POLICY_PEER))),
    ("ports", AtomicList(&Type::Struct(&NETWORKING_V1_NETWORK_POLICY_PORT))),
] };
pub(super) static NETWORKING_V1_NETWORK_POLICY_PEER: Struct = Struct { atomic: false, fields: &[
    ("ipBlock", Type::Struct(&NETWORKING_V1_IP_BLOCK)), ("namespaceSelector", Type::Struct(&META_V1_LABEL_SELECTOR)),
    ("podSelector", Type::Struct(&META_V1_LABEL_SELECTOR)),
] };
pub(super) static NETWORKING_V1_NETWORK_POLICY_PORT: Struct = Struct { atomic: false, fields: &[
    ("endPort", Number), ("port", Scalar), ("protocol", Text),
] };
pub(super) static NETWORKING_V1_NETWORK_POLICY_SPEC: Struct = Struct { atomic: false, fields: &[
    ("egress", AtomicList(&Type::Struct(&NETWORKING_V1_NETWORK_POLICY_EGRESS_RULE))),
    ("ingress", AtomicList(&Type::Struct(&NETWORKING_V1_NETWORK_POLICY_INGRESS_RULE))), ("podSelector", Type::Struct(&META_V1_LABEL_SELECTOR)),
    ("policyTypes", AtomicList(&Text)),
] };
pub(super) static NETWORKING_V1_PARENT_REFERENCE: Struct = Struct { atomic: false, fields: &[
    ("group", Text), ("name", Text), ("namespace", Text), ("resource", Text),
] };
pub(super) static NETWORKING_V1_SERVICE_BACKEND_PORT: Struct = Struct { atomic: true, fields: &[("name", Text), ("number", Number)] };
pub(super) static NETWORKING_V1_SERVICE_CIDR: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("kind", Text), ("metadata", Type::Struct(&META_V1_OBJECT_META)),
    ("spec", Type::Struct(&NETWORKING_V1_SERVICE_CIDR_SPEC)), ("status", Type::Struct(&NETWORKING_V1_SERVICE_CIDR_STATUS)),
] };
pub(super) static NETWORKING_V1_SERVICE_CIDR_SPEC: Struct = Struct { atomic: false, fields: &[("cidrs", AtomicList(&Text))] };
pub(super) static NETWORKING_V1_SERVICE_CIDR_STATUS: Struct = Struct { atomic: false, fields: &[
    ("conditions", List(&Type::Struct(&META_V1_CONDITION), &[("type", Word(""))])),
] };
