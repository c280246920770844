//! Data: how the types of networking and discovery are owned and merged.
//!
//! Models: api/openapi-spec (x-kubernetes-list-type, -list-map-keys, -map-type, -patch-strategy, -patch-merge-key), v1.36.
//! Simplified: groups in alpha and beta are left out.

use super::core::{CORE_V1_OBJECT_REFERENCE, CORE_V1_TYPED_LOCAL_OBJECT_REFERENCE, META_V1_CONDITION, META_V1_LABEL_SELECTOR, META_V1_OBJECT_META};
use crate::managed_fields::schema::KeyDefault::Word;
use crate::managed_fields::schema::Struct;
use crate::managed_fields::schema::Type::{self, AtomicList, Flag, List, Map, Number, Scalar, Set, Text};

pub(super) static DISCOVERY_V1_ENDPOINT: Struct = Struct { atomic: false, fields: &[
    ("addresses", Set(&Text), 0), ("conditions", Type::Struct(&DISCOVERY_V1_ENDPOINT_CONDITIONS), 1), ("deprecatedTopology", Map(&Text), 4),
    ("hints", Type::Struct(&DISCOVERY_V1_ENDPOINT_HINTS), 7), ("hostname", Text, 2), ("nodeName", Text, 5),
    ("targetRef", Type::Struct(&CORE_V1_OBJECT_REFERENCE), 3), ("zone", Text, 6),
] };
pub(super) static DISCOVERY_V1_ENDPOINT_CONDITIONS: Struct = Struct { atomic: false, fields: &[
    ("ready", Flag, 0), ("serving", Flag, 1), ("terminating", Flag, 2),
] };
pub(super) static DISCOVERY_V1_ENDPOINT_HINTS: Struct = Struct { atomic: false, fields: &[
    ("forNodes", AtomicList(&Type::Struct(&DISCOVERY_V1_FOR_NODE)), 1), ("forZones", AtomicList(&Type::Struct(&DISCOVERY_V1_FOR_ZONE)), 0),
] };
pub(super) static DISCOVERY_V1_ENDPOINT_PORT: Struct = Struct { atomic: true, fields: &[
    ("appProtocol", Text, 3), ("name", Text, 0), ("port", Number, 2), ("protocol", Text, 1),
] };
pub(super) static DISCOVERY_V1_ENDPOINT_SLICE: Struct = Struct { atomic: false, fields: &[
    ("addressType", Text, 3), ("apiVersion", Text, 1), ("endpoints", AtomicList(&Type::Struct(&DISCOVERY_V1_ENDPOINT)), 4), ("kind", Text, 0),
    ("metadata", Type::Struct(&META_V1_OBJECT_META), 2), ("ports", AtomicList(&Type::Struct(&DISCOVERY_V1_ENDPOINT_PORT)), 5),
] };
pub(super) static DISCOVERY_V1_FOR_NODE: Struct = Struct { atomic: false, fields: &[("name", Text, 0)] };
pub(super) static DISCOVERY_V1_FOR_ZONE: Struct = Struct { atomic: false, fields: &[("name", Text, 0)] };
pub(super) static NETWORKING_V1_HTTP_INGRESS_PATH: Struct = Struct { atomic: false, fields: &[
    ("backend", Type::Struct(&NETWORKING_V1_INGRESS_BACKEND), 2), ("path", Text, 0), ("pathType", Text, 1),
] };
pub(super) static NETWORKING_V1_HTTP_INGRESS_RULE_VALUE: Struct = Struct { atomic: false, fields: &[
    ("paths", AtomicList(&Type::Struct(&NETWORKING_V1_HTTP_INGRESS_PATH)), 0),
] };
pub(super) static NETWORKING_V1_INGRESS: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("kind", Text, 0), ("metadata", Type::Struct(&META_V1_OBJECT_META), 2), ("spec", Type::Struct(&NETWORKING_V1_INGRESS_SPEC), 3),
    ("status", Type::Struct(&NETWORKING_V1_INGRESS_STATUS), 4),
] };
pub(super) static NETWORKING_V1_INGRESS_BACKEND: Struct = Struct { atomic: false, fields: &[
    ("resource", Type::Struct(&CORE_V1_TYPED_LOCAL_OBJECT_REFERENCE), 1), ("service", Type::Struct(&NETWORKING_V1_INGRESS_SERVICE_BACKEND), 0),
] };
pub(super) static NETWORKING_V1_INGRESS_CLASS: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("kind", Text, 0), ("metadata", Type::Struct(&META_V1_OBJECT_META), 2),
    ("spec", Type::Struct(&NETWORKING_V1_INGRESS_CLASS_SPEC), 3),
] };
pub(super) static NETWORKING_V1_INGRESS_CLASS_PARAMETERS_REFERENCE: Struct = Struct { atomic: false, fields: &[
    ("apiGroup", Text, 0), ("kind", Text, 1), ("name", Text, 2), ("namespace", Text, 4), ("scope", Text, 3),
] };
pub(super) static NETWORKING_V1_INGRESS_CLASS_SPEC: Struct = Struct { atomic: false, fields: &[
    ("controller", Text, 0), ("parameters", Type::Struct(&NETWORKING_V1_INGRESS_CLASS_PARAMETERS_REFERENCE), 1),
] };
pub(super) static NETWORKING_V1_INGRESS_LOAD_BALANCER_INGRESS: Struct = Struct { atomic: false, fields: &[
    ("hostname", Text, 1), ("ip", Text, 0), ("ports", AtomicList(&Type::Struct(&NETWORKING_V1_INGRESS_PORT_STATUS)), 2),
] };
pub(super) static NETWORKING_V1_INGRESS_LOAD_BALANCER_STATUS: Struct = Struct { atomic: false, fields: &[
    ("ingress", AtomicList(&Type::Struct(&NETWORKING_V1_INGRESS_LOAD_BALANCER_INGRESS)), 0),
] };
pub(super) static NETWORKING_V1_INGRESS_PORT_STATUS: Struct = Struct { atomic: false, fields: &[
    ("error", Text, 2), ("port", Number, 0), ("protocol", Text, 1),
] };
pub(super) static NETWORKING_V1_INGRESS_RULE: Struct = Struct { atomic: false, fields: &[
    ("host", Text, 0), ("http", Type::Struct(&NETWORKING_V1_HTTP_INGRESS_RULE_VALUE), 1),
] };
pub(super) static NETWORKING_V1_INGRESS_SERVICE_BACKEND: Struct = Struct { atomic: false, fields: &[
    ("name", Text, 0), ("port", Type::Struct(&NETWORKING_V1_SERVICE_BACKEND_PORT), 1),
] };
pub(super) static NETWORKING_V1_INGRESS_SPEC: Struct = Struct { atomic: false, fields: &[
    ("defaultBackend", Type::Struct(&NETWORKING_V1_INGRESS_BACKEND), 1), ("ingressClassName", Text, 0),
    ("rules", AtomicList(&Type::Struct(&NETWORKING_V1_INGRESS_RULE)), 3), ("tls", AtomicList(&Type::Struct(&NETWORKING_V1_INGRESS_TLS)), 2),
] };
pub(super) static NETWORKING_V1_INGRESS_STATUS: Struct = Struct { atomic: false, fields: &[
    ("loadBalancer", Type::Struct(&NETWORKING_V1_INGRESS_LOAD_BALANCER_STATUS), 0),
] };
pub(super) static NETWORKING_V1_INGRESS_TLS: Struct = Struct { atomic: false, fields: &[("hosts", AtomicList(&Text), 0), ("secretName", Text, 1)] };
pub(super) static NETWORKING_V1_IP_ADDRESS: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("kind", Text, 0), ("metadata", Type::Struct(&META_V1_OBJECT_META), 2), ("spec", Type::Struct(&NETWORKING_V1_IP_ADDRESS_SPEC), 3),
] };
pub(super) static NETWORKING_V1_IP_ADDRESS_SPEC: Struct = Struct { atomic: false, fields: &[
    ("parentRef", Type::Struct(&NETWORKING_V1_PARENT_REFERENCE), 0),
] };
pub(super) static NETWORKING_V1_IP_BLOCK: Struct = Struct { atomic: false, fields: &[("cidr", Text, 0), ("except", AtomicList(&Text), 1)] };
pub(super) static NETWORKING_V1_NETWORK_POLICY: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("kind", Text, 0), ("metadata", Type::Struct(&META_V1_OBJECT_META), 2),
    ("spec", Type::Struct(&NETWORKING_V1_NETWORK_POLICY_SPEC), 3),
] };
pub(super) static NETWORKING_V1_NETWORK_POLICY_EGRESS_RULE: Struct = Struct { atomic: false, fields: &[
    ("ports", AtomicList(&Type::Struct(&NETWORKING_V1_NETWORK_POLICY_PORT)), 0),
    ("to", AtomicList(&Type::Struct(&NETWORKING_V1_NETWORK_POLICY_PEER)), 1),
] };
pub(super) static NETWORKING_V1_NETWORK_POLICY_INGRESS_RULE: Struct = Struct { atomic: false, fields: &[
    ("from", AtomicList(&Type::Struct(&NETWORKING_V1_NETWORK_POLICY_PEER)), 1),
    ("ports", AtomicList(&Type::Struct(&NETWORKING_V1_NETWORK_POLICY_PORT)), 0),
] };
pub(super) static NETWORKING_V1_NETWORK_POLICY_PEER: Struct = Struct { atomic: false, fields: &[
    ("ipBlock", Type::Struct(&NETWORKING_V1_IP_BLOCK), 2), ("namespaceSelector", Type::Struct(&META_V1_LABEL_SELECTOR), 1),
    ("podSelector", Type::Struct(&META_V1_LABEL_SELECTOR), 0),
] };
pub(super) static NETWORKING_V1_NETWORK_POLICY_PORT: Struct = Struct { atomic: false, fields: &[
    ("endPort", Number, 2), ("port", Scalar, 1), ("protocol", Text, 0),
] };
pub(super) static NETWORKING_V1_NETWORK_POLICY_SPEC: Struct = Struct { atomic: false, fields: &[
    ("egress", AtomicList(&Type::Struct(&NETWORKING_V1_NETWORK_POLICY_EGRESS_RULE)), 2),
    ("ingress", AtomicList(&Type::Struct(&NETWORKING_V1_NETWORK_POLICY_INGRESS_RULE)), 1), ("podSelector", Type::Struct(&META_V1_LABEL_SELECTOR), 0),
    ("policyTypes", AtomicList(&Text), 3),
] };
pub(super) static NETWORKING_V1_PARENT_REFERENCE: Struct = Struct { atomic: false, fields: &[
    ("group", Text, 0), ("name", Text, 3), ("namespace", Text, 2), ("resource", Text, 1),
] };
pub(super) static NETWORKING_V1_SERVICE_BACKEND_PORT: Struct = Struct { atomic: true, fields: &[("name", Text, 0), ("number", Number, 1)] };
pub(super) static NETWORKING_V1_SERVICE_CIDR: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("kind", Text, 0), ("metadata", Type::Struct(&META_V1_OBJECT_META), 2),
    ("spec", Type::Struct(&NETWORKING_V1_SERVICE_CIDR_SPEC), 3), ("status", Type::Struct(&NETWORKING_V1_SERVICE_CIDR_STATUS), 4),
] };
pub(super) static NETWORKING_V1_SERVICE_CIDR_SPEC: Struct = Struct { atomic: false, fields: &[("cidrs", AtomicList(&Text), 0)] };
pub(super) static NETWORKING_V1_SERVICE_CIDR_STATUS: Struct = Struct { atomic: false, fields: &[
    ("conditions", List(&Type::Struct(&META_V1_CONDITION), &[("type", Word(""))]), 0),
] };
