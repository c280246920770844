//! The tables of what controls the API server itself: requests for certificates, flow schemas, priority levels, API services.
//!
//! Models: pkg/printers/internalversion/printers.go, kube-aggregator/pkg/registry/apiservice/etcd/etcd.go, v1.36.
//! Simplified: nothing.

use std::time::Duration;

use super::columns::{AGE, NAME, column};
use crate::{APIService, CertificateSigningRequest, Cell, Column, FlowSchema, ObjectMeta, PriorityLevelConfiguration, time};

pub(crate) const CERTIFICATE_SIGNING_REQUEST: &[Column] = &[
    column("Name", "string", "name", 0, NAME),
    column("Age", "string", "", 0, AGE),
    column("SignerName", "string", "", 0, "Requested signer for the request. It is a qualified name in the form: `scope-hostname.io/name`. If empty, it will be defaulted:\n 1. If it's a kubelet client certificate, it is assigned\n    \"kubernetes.io/kube-apiserver-client-kubelet\".\n 2. If it's a kubelet serving certificate, it is assigned\n    \"kubernetes.io/kubelet-serving\".\n 3. Otherwise, it is assigned \"kubernetes.io/legacy-unknown\".\nDistribution of trust for signers happens out of band. You can select on this field using `spec.signerName`."),
    column("Requestor", "string", "", 0, "Base64-encoded PKCS#10 CSR data"),
    column("RequestedDuration", "string", "", 0, "expirationSeconds is the requested duration of validity of the issued certificate. The certificate signer may issue a certificate with a different validity duration so a client must check the delta between the notBefore and and notAfter fields in the issued certificate to determine the actual duration.\n\nThe v1.22+ in-tree implementations of the well-known Kubernetes signers will honor this field as long as the requested duration is not greater than the maximum duration they will honor per the --cluster-signing-duration CLI flag to the Kubernetes controller manager.\n\nCertificate signers may not honor this field for various reasons:\n\n  1. Old signer that is unaware of the field (such as the in-tree\n     implementations prior to v1.22)\n  2. Signer whose configured maximum is shorter than the requested duration\n  3. Signer whose configured minimum is longer than the requested duration\n\nThe minimum valid value for expirationSeconds is 600, i.e. 10 minutes."),
    column("Condition", "string", "", 0, "Conditions applied to the request, such as approval or denial."),
];

pub(crate) const FLOW_SCHEMA: &[Column] = &[
    column("Name", "string", "name", 0, NAME),
    column("PriorityLevel", "string", "", 0, "`name` is the name of the priority level configuration being referenced Required."),
    column("MatchingPrecedence", "string", "", 0, "`matchingPrecedence` is used to choose among the FlowSchemas that match a given request. The chosen FlowSchema is among those with the numerically lowest (which we take to be logically highest) MatchingPrecedence.  Each MatchingPrecedence value must be ranged in [1,10000]. Note that if the precedence is not specified, it will be set to 1000 as default."),
    column("DistinguisherMethod", "string", "", 0, "`distinguisherMethod` defines how to compute the flow distinguisher for requests that match this schema. `nil` specifies that the distinguisher is disabled and thus will always be the empty string."),
    column("Age", "string", "", 0, AGE),
    column("MissingPL", "string", "", 0, "references a broken or non-existent PriorityLevelConfiguration"),
];

pub(crate) const PRIORITY_LEVEL: &[Column] = &[
    column("Name", "string", "name", 0, NAME),
    column("Type", "string", "", 0, "`type` indicates whether this priority level is subject to limitation on request execution.  A value of `\"Exempt\"` means that requests of this priority level are not subject to a limit (and thus are never queued) and do not detract from the capacity made available to other priority levels.  A value of `\"Limited\"` means that (a) requests of this priority level _are_ subject to limits and (b) some of the server's limited capacity is made available exclusively to this priority level. Required."),
    column("NominalConcurrencyShares", "string", "", 0, "`nominalConcurrencyShares` (NCS) contributes to the computation of the NominalConcurrencyLimit (NominalCL) of this level. This is the number of execution seats available at this priority level. This is used both for requests dispatched from this priority level as well as requests dispatched from other priority levels borrowing seats from this level. The server's concurrency limit (ServerCL) is divided among the Limited priority levels in proportion to their NCS values:\n\nNominalCL(i)  = ceil( ServerCL * NCS(i) / sum_ncs ) sum_ncs = sum[priority level k] NCS(k)\n\nBigger numbers mean a larger nominal concurrency limit, at the expense of every other priority level.\n\nIf not specified, this field defaults to a value of 30.\n\nSetting this field to zero supports the construction of a \"jail\" for this priority level that is used to hold some request(s)"),
    column("Queues", "string", "", 0, "`queues` is the number of queues for this priority level. The queues exist independently at each apiserver. The value must be positive.  Setting it to 1 effectively precludes shufflesharding and thus makes the distinguisher method of associated flow schemas irrelevant.  This field has a default value of 64."),
    column("HandSize", "string", "", 0, "`handSize` is a small positive number that configures the shuffle sharding of requests into queues.  When enqueuing a request at this priority level the request's flow identifier (a string pair) is hashed and the hash value is used to shuffle the list of queues and deal a hand of the size specified here.  The request is put into one of the shortest queues in that hand. `handSize` must be no larger than `queues`, and should be significantly smaller (so that a few heavy flows do not saturate most of the queues).  See the user-facing documentation for more extensive guidance on setting this field.  This field has a default value of 8."),
    column("QueueLengthLimit", "string", "", 0, "`queueLengthLimit` is the maximum number of requests allowed to be waiting in a given queue of this priority level at a time; excess requests are rejected.  This value must be positive.  If not specified, it will be defaulted to 50."),
    column("Age", "string", "", 0, AGE),
];

pub(crate) const API_SERVICE: &[Column] = &[
    column("Name", "string", "name", 0, NAME),
    column("Service", "string", "", 0, "The reference to the service that hosts this API endpoint."),
    column("Available", "string", "", 0, "Whether this service is available."),
    column("Age", "string", "", 0, AGE),
];

fn name(meta: &ObjectMeta) -> Cell {
    meta.name.clone().unwrap_or_default().into()
}

fn age(meta: &ObjectMeta, now: jiff::Timestamp) -> Cell {
    time::age(meta.creation_timestamp.as_ref(), now).into()
}

pub(crate) fn certificate_signing_request_row(request: &CertificateSigningRequest, now: jiff::Timestamp) -> Vec<Cell> {
    let spec = &request.spec;
    let none = || "<none>".to_owned();
    let signer = if spec.signer_name.is_empty() { none() } else { spec.signer_name.clone() };
    let duration = spec.expiration_seconds.map_or_else(none, |seconds| time::human_duration(Duration::from_secs(u64::try_from(seconds).unwrap_or(0))));
    let meta = &request.metadata;
    vec![name(meta), age(meta, now), signer.into(), spec.username.clone().unwrap_or_default().into(), duration.into(), request.state().into()]
}

pub(crate) fn flow_schema_row(schema: &FlowSchema, now: jiff::Timestamp) -> Vec<Cell> {
    let (meta, spec) = (&schema.metadata, &schema.spec);
    let method = spec.distinguisher_method.as_ref().map_or("<none>", |method| method.type_.as_str());
    let dangling = schema.status.conditions.iter().flatten().find(|condition| condition.type_.as_deref() == Some("Dangling"));
    let missing = dangling.map_or("?".to_owned(), |condition| condition.status.clone().unwrap_or_default());
    let level = spec.priority_level_configuration.name.clone();
    vec![name(meta), level.into(), spec.matching_precedence.unwrap_or(0).into(), method.into(), age(meta, now), missing.into()]
}

pub(crate) fn priority_level_row(level: &PriorityLevelConfiguration, now: jiff::Timestamp) -> Vec<Cell> {
    let limited = level.spec.limited.as_ref();
    let queuing = limited.and_then(|limited| limited.limit_response.as_ref()).and_then(|response| response.queuing.as_ref());
    let number = |given: bool, number: Option<i32>| if given { Cell::from(number.unwrap_or(0)) } else { "<none>".into() };
    let of_queue = |field: fn(&k8s_openapi::api::flowcontrol::v1::QueuingConfiguration) -> Option<i32>| number(queuing.is_some(), queuing.and_then(field));
    vec![
        name(&level.metadata),
        level.spec.type_.clone().into(),
        number(limited.is_some(), limited.and_then(|limited| limited.nominal_concurrency_shares)),
        of_queue(|queuing| queuing.queues),
        of_queue(|queuing| queuing.hand_size),
        of_queue(|queuing| queuing.queue_length_limit),
        age(&level.metadata, now),
    ]
}

pub(crate) fn api_service_row(service: &APIService, now: jiff::Timestamp) -> Vec<Cell> {
    let part = |text: &Option<String>| text.clone().unwrap_or_default();
    let by = service.spec.service.as_ref().map_or("Local".to_owned(), |reference| format!("{}/{}", part(&reference.namespace), part(&reference.name)));
    let available = match service.condition("Available") {
        None => "Unknown".to_owned(),
        Some(condition) => match part(&condition.reason) {
            reason if condition.status == "True" || reason.is_empty() => condition.status.clone(),
            reason => format!("{} ({reason})", condition.status),
        },
    };
    vec![name(&service.metadata), by.into(), available.into(), age(&service.metadata, now)]
}
