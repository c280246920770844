//! Data: how the types of apps, batch, autoscaling and policy are owned and merged.
//!
//! Models: api/openapi-spec (x-kubernetes-list-type, -list-map-keys, -map-type, -patch-strategy, -patch-merge-key), v1.36.
//! Simplified: groups in alpha and beta are left out.

use super::core::{
    CORE_V1_OBJECT_REFERENCE, CORE_V1_PERSISTENT_VOLUME_CLAIM, CORE_V1_POD_TEMPLATE_SPEC, META_V1_CONDITION, META_V1_DELETE_OPTIONS,
    META_V1_LABEL_SELECTOR, META_V1_OBJECT_META,
};
use crate::managed_fields::schema::KeyDefault::Word;
use crate::managed_fields::schema::Struct;
use crate::managed_fields::schema::Type::{self, AnyAtomic, AtomicList, Flag, List, Map, Number, Scalar, Set, Text};

pub(super) static APPS_V1_CONTROLLER_REVISION: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("data", AnyAtomic, 3), ("kind", Text, 0), ("metadata", Type::Struct(&META_V1_OBJECT_META), 2), ("revision", Number, 4),
] };
pub(super) static APPS_V1_DAEMON_SET: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("kind", Text, 0), ("metadata", Type::Struct(&META_V1_OBJECT_META), 2), ("spec", Type::Struct(&APPS_V1_DAEMON_SET_SPEC), 3),
    ("status", Type::Struct(&APPS_V1_DAEMON_SET_STATUS), 4),
] };
pub(super) static APPS_V1_DAEMON_SET_CONDITION: Struct = Struct { atomic: false, fields: &[
    ("lastTransitionTime", Scalar, 2), ("message", Text, 4), ("reason", Text, 3), ("status", Text, 1), ("type", Text, 0),
] };
pub(super) static APPS_V1_DAEMON_SET_SPEC: Struct = Struct { atomic: false, fields: &[
    ("minReadySeconds", Number, 3), ("revisionHistoryLimit", Number, 4), ("selector", Type::Struct(&META_V1_LABEL_SELECTOR), 0),
    ("template", Type::Struct(&CORE_V1_POD_TEMPLATE_SPEC), 1), ("updateStrategy", Type::Struct(&APPS_V1_DAEMON_SET_UPDATE_STRATEGY), 2),
] };
pub(super) static APPS_V1_DAEMON_SET_STATUS: Struct = Struct { atomic: false, fields: &[
    ("collisionCount", Number, 8), ("conditions", List(&Type::Struct(&APPS_V1_DAEMON_SET_CONDITION), &[("type", Word(""))]), 9),
    ("currentNumberScheduled", Number, 0), ("desiredNumberScheduled", Number, 2), ("numberAvailable", Number, 6), ("numberMisscheduled", Number, 1),
    ("numberReady", Number, 3), ("numberUnavailable", Number, 7), ("observedGeneration", Number, 4), ("updatedNumberScheduled", Number, 5),
] };
pub(super) static APPS_V1_DAEMON_SET_UPDATE_STRATEGY: Struct = Struct { atomic: false, fields: &[
    ("rollingUpdate", Type::Struct(&APPS_V1_ROLLING_UPDATE_DAEMON_SET), 1), ("type", Text, 0),
] };
pub(super) static APPS_V1_DEPLOYMENT: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("kind", Text, 0), ("metadata", Type::Struct(&META_V1_OBJECT_META), 2), ("spec", Type::Struct(&APPS_V1_DEPLOYMENT_SPEC), 3),
    ("status", Type::Struct(&APPS_V1_DEPLOYMENT_STATUS), 4),
] };
pub(super) static APPS_V1_DEPLOYMENT_CONDITION: Struct = Struct { atomic: false, fields: &[
    ("lastTransitionTime", Scalar, 3), ("lastUpdateTime", Scalar, 2), ("message", Text, 5), ("reason", Text, 4), ("status", Text, 1), ("type", Text, 0),
] };
pub(super) static APPS_V1_DEPLOYMENT_SPEC: Struct = Struct { atomic: false, fields: &[
    ("minReadySeconds", Number, 4), ("paused", Flag, 6), ("progressDeadlineSeconds", Number, 7), ("replicas", Number, 0), ("revisionHistoryLimit", Number, 5),
    ("selector", Type::Struct(&META_V1_LABEL_SELECTOR), 1), ("strategy", Type::Struct(&APPS_V1_DEPLOYMENT_STRATEGY), 3),
    ("template", Type::Struct(&CORE_V1_POD_TEMPLATE_SPEC), 2),
] };
pub(super) static APPS_V1_DEPLOYMENT_STATUS: Struct = Struct { atomic: false, fields: &[
    ("availableReplicas", Number, 4), ("collisionCount", Number, 8),
    ("conditions", List(&Type::Struct(&APPS_V1_DEPLOYMENT_CONDITION), &[("type", Word(""))]), 7), ("observedGeneration", Number, 0),
    ("readyReplicas", Number, 3), ("replicas", Number, 1), ("terminatingReplicas", Number, 6), ("unavailableReplicas", Number, 5), ("updatedReplicas", Number, 2),
] };
pub(super) static APPS_V1_DEPLOYMENT_STRATEGY: Struct = Struct { atomic: false, fields: &[
    ("rollingUpdate", Type::Struct(&APPS_V1_ROLLING_UPDATE_DEPLOYMENT), 1), ("type", Text, 0),
] };
pub(super) static APPS_V1_REPLICA_SET: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("kind", Text, 0), ("metadata", Type::Struct(&META_V1_OBJECT_META), 2), ("spec", Type::Struct(&APPS_V1_REPLICA_SET_SPEC), 3),
    ("status", Type::Struct(&APPS_V1_REPLICA_SET_STATUS), 4),
] };
pub(super) static APPS_V1_REPLICA_SET_CONDITION: Struct = Struct { atomic: false, fields: &[
    ("lastTransitionTime", Scalar, 2), ("message", Text, 4), ("reason", Text, 3), ("status", Text, 1), ("type", Text, 0),
] };
pub(super) static APPS_V1_REPLICA_SET_SPEC: Struct = Struct { atomic: false, fields: &[
    ("minReadySeconds", Number, 1), ("replicas", Number, 0), ("selector", Type::Struct(&META_V1_LABEL_SELECTOR), 2),
    ("template", Type::Struct(&CORE_V1_POD_TEMPLATE_SPEC), 3),
] };
pub(super) static APPS_V1_REPLICA_SET_STATUS: Struct = Struct { atomic: false, fields: &[
    ("availableReplicas", Number, 3), ("conditions", List(&Type::Struct(&APPS_V1_REPLICA_SET_CONDITION), &[("type", Word(""))]), 6),
    ("fullyLabeledReplicas", Number, 1), ("observedGeneration", Number, 5), ("readyReplicas", Number, 2), ("replicas", Number, 0),
    ("terminatingReplicas", Number, 4),
] };
pub(super) static APPS_V1_ROLLING_UPDATE_DAEMON_SET: Struct = Struct { atomic: false, fields: &[("maxSurge", Scalar, 1), ("maxUnavailable", Scalar, 0)] };
pub(super) static APPS_V1_ROLLING_UPDATE_DEPLOYMENT: Struct = Struct { atomic: false, fields: &[("maxSurge", Scalar, 1), ("maxUnavailable", Scalar, 0)] };
pub(super) static APPS_V1_ROLLING_UPDATE_STATEFUL_SET_STRATEGY: Struct = Struct { atomic: false, fields: &[
    ("maxUnavailable", Scalar, 1), ("partition", Number, 0),
] };
pub(super) static APPS_V1_STATEFUL_SET: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("kind", Text, 0), ("metadata", Type::Struct(&META_V1_OBJECT_META), 2), ("spec", Type::Struct(&APPS_V1_STATEFUL_SET_SPEC), 3),
    ("status", Type::Struct(&APPS_V1_STATEFUL_SET_STATUS), 4),
] };
pub(super) static APPS_V1_STATEFUL_SET_CONDITION: Struct = Struct { atomic: false, fields: &[
    ("lastTransitionTime", Scalar, 2), ("message", Text, 4), ("reason", Text, 3), ("status", Text, 1), ("type", Text, 0),
] };
pub(super) static APPS_V1_STATEFUL_SET_ORDINALS: Struct = Struct { atomic: false, fields: &[("start", Number, 0)] };
pub(super) static APPS_V1_STATEFUL_SET_PERSISTENT_VOLUME_CLAIM_RETENTION_POLICY: Struct = Struct { atomic: false, fields: &[
    ("whenDeleted", Text, 0), ("whenScaled", Text, 1),
] };
pub(super) static APPS_V1_STATEFUL_SET_SPEC: Struct = Struct { atomic: false, fields: &[
    ("minReadySeconds", Number, 8), ("ordinals", Type::Struct(&APPS_V1_STATEFUL_SET_ORDINALS), 10),
    ("persistentVolumeClaimRetentionPolicy", Type::Struct(&APPS_V1_STATEFUL_SET_PERSISTENT_VOLUME_CLAIM_RETENTION_POLICY), 9),
    ("podManagementPolicy", Text, 5), ("replicas", Number, 0), ("revisionHistoryLimit", Number, 7), ("selector", Type::Struct(&META_V1_LABEL_SELECTOR), 1),
    ("serviceName", Text, 4), ("template", Type::Struct(&CORE_V1_POD_TEMPLATE_SPEC), 2),
    ("updateStrategy", Type::Struct(&APPS_V1_STATEFUL_SET_UPDATE_STRATEGY), 6),
    ("volumeClaimTemplates", AtomicList(&Type::Struct(&CORE_V1_PERSISTENT_VOLUME_CLAIM)), 3),
] };
pub(super) static APPS_V1_STATEFUL_SET_STATUS: Struct = Struct { atomic: false, fields: &[
    ("availableReplicas", Number, 9), ("collisionCount", Number, 7),
    ("conditions", List(&Type::Struct(&APPS_V1_STATEFUL_SET_CONDITION), &[("type", Word(""))]), 8), ("currentReplicas", Number, 3),
    ("currentRevision", Text, 5), ("observedGeneration", Number, 0), ("readyReplicas", Number, 2), ("replicas", Number, 1), ("updateRevision", Text, 6),
    ("updatedReplicas", Number, 4),
] };
pub(super) static APPS_V1_STATEFUL_SET_UPDATE_STRATEGY: Struct = Struct { atomic: false, fields: &[
    ("rollingUpdate", Type::Struct(&APPS_V1_ROLLING_UPDATE_STATEFUL_SET_STRATEGY), 1), ("type", Text, 0),
] };
pub(super) static AUTOSCALING_V1_CROSS_VERSION_OBJECT_REFERENCE: Struct = Struct { atomic: true, fields: &[
    ("apiVersion", Text, 2), ("kind", Text, 0), ("name", Text, 1),
] };
pub(super) static AUTOSCALING_V1_HORIZONTAL_POD_AUTOSCALER: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("kind", Text, 0), ("metadata", Type::Struct(&META_V1_OBJECT_META), 2),
    ("spec", Type::Struct(&AUTOSCALING_V1_HORIZONTAL_POD_AUTOSCALER_SPEC), 3),
    ("status", Type::Struct(&AUTOSCALING_V1_HORIZONTAL_POD_AUTOSCALER_STATUS), 4),
] };
pub(super) static AUTOSCALING_V1_HORIZONTAL_POD_AUTOSCALER_SPEC: Struct = Struct { atomic: false, fields: &[
    ("maxReplicas", Number, 2), ("minReplicas", Number, 1), ("scaleTargetRef", Type::Struct(&AUTOSCALING_V1_CROSS_VERSION_OBJECT_REFERENCE), 0),
    ("targetCPUUtilizationPercentage", Number, 3),
] };
pub(super) static AUTOSCALING_V1_HORIZONTAL_POD_AUTOSCALER_STATUS: Struct = Struct { atomic: false, fields: &[
    ("currentCPUUtilizationPercentage", Number, 4), ("currentReplicas", Number, 2), ("desiredReplicas", Number, 3), ("lastScaleTime", Scalar, 1),
    ("observedGeneration", Number, 0),
] };
pub(super) static AUTOSCALING_V1_SCALE: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("kind", Text, 0), ("metadata", Type::Struct(&META_V1_OBJECT_META), 2), ("spec", Type::Struct(&AUTOSCALING_V1_SCALE_SPEC), 3),
    ("status", Type::Struct(&AUTOSCALING_V1_SCALE_STATUS), 4),
] };
pub(super) static AUTOSCALING_V1_SCALE_SPEC: Struct = Struct { atomic: false, fields: &[("replicas", Number, 0)] };
pub(super) static AUTOSCALING_V1_SCALE_STATUS: Struct = Struct { atomic: false, fields: &[("replicas", Number, 0), ("selector", Text, 1)] };
pub(super) static AUTOSCALING_V2_CONTAINER_RESOURCE_METRIC_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("container", Text, 2), ("name", Text, 0), ("target", Type::Struct(&AUTOSCALING_V2_METRIC_TARGET), 1),
] };
pub(super) static AUTOSCALING_V2_CONTAINER_RESOURCE_METRIC_STATUS: Struct = Struct { atomic: false, fields: &[
    ("container", Text, 2), ("current", Type::Struct(&AUTOSCALING_V2_METRIC_VALUE_STATUS), 1), ("name", Text, 0),
] };
pub(super) static AUTOSCALING_V2_CROSS_VERSION_OBJECT_REFERENCE: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 2), ("kind", Text, 0), ("name", Text, 1),
] };
pub(super) static AUTOSCALING_V2_EXTERNAL_METRIC_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("metric", Type::Struct(&AUTOSCALING_V2_METRIC_IDENTIFIER), 0), ("target", Type::Struct(&AUTOSCALING_V2_METRIC_TARGET), 1),
] };
pub(super) static AUTOSCALING_V2_EXTERNAL_METRIC_STATUS: Struct = Struct { atomic: false, fields: &[
    ("current", Type::Struct(&AUTOSCALING_V2_METRIC_VALUE_STATUS), 1), ("metric", Type::Struct(&AUTOSCALING_V2_METRIC_IDENTIFIER), 0),
] };
pub(super) static AUTOSCALING_V2_HORIZONTAL_POD_AUTOSCALER: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("kind", Text, 0), ("metadata", Type::Struct(&META_V1_OBJECT_META), 2),
    ("spec", Type::Struct(&AUTOSCALING_V2_HORIZONTAL_POD_AUTOSCALER_SPEC), 3),
    ("status", Type::Struct(&AUTOSCALING_V2_HORIZONTAL_POD_AUTOSCALER_STATUS), 4),
] };
pub(super) static AUTOSCALING_V2_HORIZONTAL_POD_AUTOSCALER_BEHAVIOR: Struct = Struct { atomic: false, fields: &[
    ("scaleDown", Type::Struct(&AUTOSCALING_V2_HPA_SCALING_RULES), 1), ("scaleUp", Type::Struct(&AUTOSCALING_V2_HPA_SCALING_RULES), 0),
] };
pub(super) static AUTOSCALING_V2_HORIZONTAL_POD_AUTOSCALER_CONDITION: Struct = Struct { atomic: false, fields: &[
    ("lastTransitionTime", Scalar, 2), ("message", Text, 4), ("reason", Text, 3), ("status", Text, 1), ("type", Text, 0),
] };
pub(super) static AUTOSCALING_V2_HORIZONTAL_POD_AUTOSCALER_SPEC: Struct = Struct { atomic: false, fields: &[
    ("behavior", Type::Struct(&AUTOSCALING_V2_HORIZONTAL_POD_AUTOSCALER_BEHAVIOR), 4), ("maxReplicas", Number, 2),
    ("metrics", AtomicList(&Type::Struct(&AUTOSCALING_V2_METRIC_SPEC)), 3), ("minReplicas", Number, 1),
    ("scaleTargetRef", Type::Struct(&AUTOSCALING_V2_CROSS_VERSION_OBJECT_REFERENCE), 0),
] };
pub(super) static AUTOSCALING_V2_HORIZONTAL_POD_AUTOSCALER_STATUS: Struct = Struct { atomic: false, fields: &[
    ("conditions", List(&Type::Struct(&AUTOSCALING_V2_HORIZONTAL_POD_AUTOSCALER_CONDITION), &[("type", Word(""))]), 5),
    ("currentMetrics", AtomicList(&Type::Struct(&AUTOSCALING_V2_METRIC_STATUS)), 4), ("currentReplicas", Number, 2), ("desiredReplicas", Number, 3),
    ("lastScaleTime", Scalar, 1), ("observedGeneration", Number, 0),
] };
pub(super) static AUTOSCALING_V2_HPA_SCALING_POLICY: Struct = Struct { atomic: false, fields: &[
    ("periodSeconds", Number, 2), ("type", Text, 0), ("value", Number, 1),
] };
pub(super) static AUTOSCALING_V2_HPA_SCALING_RULES: Struct = Struct { atomic: false, fields: &[
    ("policies", AtomicList(&Type::Struct(&AUTOSCALING_V2_HPA_SCALING_POLICY)), 2), ("selectPolicy", Text, 1), ("stabilizationWindowSeconds", Number, 0),
    ("tolerance", Scalar, 3),
] };
pub(super) static AUTOSCALING_V2_METRIC_IDENTIFIER: Struct = Struct { atomic: false, fields: &[
    ("name", Text, 0), ("selector", Type::Struct(&META_V1_LABEL_SELECTOR), 1),
] };
pub(super) static AUTOSCALING_V2_METRIC_SPEC: Struct = Struct { atomic: false, fields: &[
    ("containerResource", Type::Struct(&AUTOSCALING_V2_CONTAINER_RESOURCE_METRIC_SOURCE), 4),
    ("external", Type::Struct(&AUTOSCALING_V2_EXTERNAL_METRIC_SOURCE), 5), ("object", Type::Struct(&AUTOSCALING_V2_OBJECT_METRIC_SOURCE), 1),
    ("pods", Type::Struct(&AUTOSCALING_V2_PODS_METRIC_SOURCE), 2), ("resource", Type::Struct(&AUTOSCALING_V2_RESOURCE_METRIC_SOURCE), 3), ("type", Text, 0),
] };
pub(super) static AUTOSCALING_V2_METRIC_STATUS: Struct = Struct { atomic: false, fields: &[
    ("containerResource", Type::Struct(&AUTOSCALING_V2_CONTAINER_RESOURCE_METRIC_STATUS), 4),
    ("external", Type::Struct(&AUTOSCALING_V2_EXTERNAL_METRIC_STATUS), 5), ("object", Type::Struct(&AUTOSCALING_V2_OBJECT_METRIC_STATUS), 1),
    ("pods", Type::Struct(&AUTOSCALING_V2_PODS_METRIC_STATUS), 2), ("resource", Type::Struct(&AUTOSCALING_V2_RESOURCE_METRIC_STATUS), 3), ("type", Text, 0),
] };
pub(super) static AUTOSCALING_V2_METRIC_TARGET: Struct = Struct { atomic: false, fields: &[
    ("averageUtilization", Number, 3), ("averageValue", Scalar, 2), ("type", Text, 0), ("value", Scalar, 1),
] };
pub(super) static AUTOSCALING_V2_METRIC_VALUE_STATUS: Struct = Struct { atomic: false, fields: &[
    ("averageUtilization", Number, 2), ("averageValue", Scalar, 1), ("value", Scalar, 0),
] };
pub(super) static AUTOSCALING_V2_OBJECT_METRIC_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("describedObject", Type::Struct(&AUTOSCALING_V2_CROSS_VERSION_OBJECT_REFERENCE), 0), ("metric", Type::Struct(&AUTOSCALING_V2_METRIC_IDENTIFIER), 2),
    ("target", Type::Struct(&AUTOSCALING_V2_METRIC_TARGET), 1),
] };
pub(super) static AUTOSCALING_V2_OBJECT_METRIC_STATUS: Struct = Struct { atomic: false, fields: &[
    ("current", Type::Struct(&AUTOSCALING_V2_METRIC_VALUE_STATUS), 1),
    ("describedObject", Type::Struct(&AUTOSCALING_V2_CROSS_VERSION_OBJECT_REFERENCE), 2), ("metric", Type::Struct(&AUTOSCALING_V2_METRIC_IDENTIFIER), 0),
] };
pub(super) static AUTOSCALING_V2_PODS_METRIC_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("metric", Type::Struct(&AUTOSCALING_V2_METRIC_IDENTIFIER), 0), ("target", Type::Struct(&AUTOSCALING_V2_METRIC_TARGET), 1),
] };
pub(super) static AUTOSCALING_V2_PODS_METRIC_STATUS: Struct = Struct { atomic: false, fields: &[
    ("current", Type::Struct(&AUTOSCALING_V2_METRIC_VALUE_STATUS), 1), ("metric", Type::Struct(&AUTOSCALING_V2_METRIC_IDENTIFIER), 0),
] };
pub(super) static AUTOSCALING_V2_RESOURCE_METRIC_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("name", Text, 0), ("target", Type::Struct(&AUTOSCALING_V2_METRIC_TARGET), 1),
] };
pub(super) static AUTOSCALING_V2_RESOURCE_METRIC_STATUS: Struct = Struct { atomic: false, fields: &[
    ("current", Type::Struct(&AUTOSCALING_V2_METRIC_VALUE_STATUS), 1), ("name", Text, 0),
] };
pub(super) static BATCH_V1_CRON_JOB: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("kind", Text, 0), ("metadata", Type::Struct(&META_V1_OBJECT_META), 2), ("spec", Type::Struct(&BATCH_V1_CRON_JOB_SPEC), 3),
    ("status", Type::Struct(&BATCH_V1_CRON_JOB_STATUS), 4),
] };
pub(super) static BATCH_V1_CRON_JOB_SPEC: Struct = Struct { atomic: false, fields: &[
    ("concurrencyPolicy", Text, 3), ("failedJobsHistoryLimit", Number, 7), ("jobTemplate", Type::Struct(&BATCH_V1_JOB_TEMPLATE_SPEC), 5),
    ("schedule", Text, 0), ("startingDeadlineSeconds", Number, 2), ("successfulJobsHistoryLimit", Number, 6), ("suspend", Flag, 4), ("timeZone", Text, 1),
] };
pub(super) static BATCH_V1_CRON_JOB_STATUS: Struct = Struct { atomic: false, fields: &[
    ("active", AtomicList(&Type::Struct(&CORE_V1_OBJECT_REFERENCE)), 0), ("lastScheduleTime", Scalar, 1), ("lastSuccessfulTime", Scalar, 2),
] };
pub(super) static BATCH_V1_JOB: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("kind", Text, 0), ("metadata", Type::Struct(&META_V1_OBJECT_META), 2), ("spec", Type::Struct(&BATCH_V1_JOB_SPEC), 3),
    ("status", Type::Struct(&BATCH_V1_JOB_STATUS), 4),
] };
pub(super) static BATCH_V1_JOB_CONDITION: Struct = Struct { atomic: false, fields: &[
    ("lastProbeTime", Scalar, 2), ("lastTransitionTime", Scalar, 3), ("message", Text, 5), ("reason", Text, 4), ("status", Text, 1), ("type", Text, 0),
] };
pub(super) static BATCH_V1_JOB_SPEC: Struct = Struct { atomic: false, fields: &[
    ("activeDeadlineSeconds", Number, 2), ("backoffLimit", Number, 5), ("backoffLimitPerIndex", Number, 6), ("completionMode", Text, 12),
    ("completions", Number, 1), ("managedBy", Text, 15), ("manualSelector", Flag, 9), ("maxFailedIndexes", Number, 7), ("parallelism", Number, 0),
    ("podFailurePolicy", Type::Struct(&BATCH_V1_POD_FAILURE_POLICY), 3), ("podReplacementPolicy", Text, 14),
    ("selector", Type::Struct(&META_V1_LABEL_SELECTOR), 8), ("successPolicy", Type::Struct(&BATCH_V1_SUCCESS_POLICY), 4), ("suspend", Flag, 13),
    ("template", Type::Struct(&CORE_V1_POD_TEMPLATE_SPEC), 10), ("ttlSecondsAfterFinished", Number, 11),
] };
pub(super) static BATCH_V1_JOB_STATUS: Struct = Struct { atomic: false, fields: &[
    ("active", Number, 3), ("completedIndexes", Text, 7), ("completionTime", Scalar, 2), ("conditions", AtomicList(&Type::Struct(&BATCH_V1_JOB_CONDITION)), 0),
    ("failed", Number, 5), ("failedIndexes", Text, 8), ("ready", Number, 10), ("startTime", Scalar, 1), ("succeeded", Number, 4), ("terminating", Number, 6),
    ("uncountedTerminatedPods", Type::Struct(&BATCH_V1_UNCOUNTED_TERMINATED_PODS), 9),
] };
pub(super) static BATCH_V1_JOB_TEMPLATE_SPEC: Struct = Struct { atomic: false, fields: &[
    ("metadata", Type::Struct(&META_V1_OBJECT_META), 0), ("spec", Type::Struct(&BATCH_V1_JOB_SPEC), 1),
] };
pub(super) static BATCH_V1_POD_FAILURE_POLICY: Struct = Struct { atomic: false, fields: &[
    ("rules", AtomicList(&Type::Struct(&BATCH_V1_POD_FAILURE_POLICY_RULE)), 0),
] };
pub(super) static BATCH_V1_POD_FAILURE_POLICY_ON_EXIT_CODES_REQUIREMENT: Struct = Struct { atomic: false, fields: &[
    ("containerName", Text, 0), ("operator", Text, 1), ("values", Set(&Number), 2),
] };
pub(super) static BATCH_V1_POD_FAILURE_POLICY_ON_POD_CONDITIONS_PATTERN: Struct = Struct { atomic: false, fields: &[
    ("status", Text, 1), ("type", Text, 0),
] };
pub(super) static BATCH_V1_POD_FAILURE_POLICY_RULE: Struct = Struct { atomic: false, fields: &[
    ("action", Text, 0), ("onExitCodes", Type::Struct(&BATCH_V1_POD_FAILURE_POLICY_ON_EXIT_CODES_REQUIREMENT), 1),
    ("onPodConditions", AtomicList(&Type::Struct(&BATCH_V1_POD_FAILURE_POLICY_ON_POD_CONDITIONS_PATTERN)), 2),
] };
pub(super) static BATCH_V1_SUCCESS_POLICY: Struct = Struct { atomic: false, fields: &[
    ("rules", AtomicList(&Type::Struct(&BATCH_V1_SUCCESS_POLICY_RULE)), 0),
] };
pub(super) static BATCH_V1_SUCCESS_POLICY_RULE: Struct = Struct { atomic: false, fields: &[("succeededCount", Number, 1), ("succeededIndexes", Text, 0)] };
pub(super) static BATCH_V1_UNCOUNTED_TERMINATED_PODS: Struct = Struct { atomic: false, fields: &[("failed", Set(&Text), 1), ("succeeded", Set(&Text), 0)] };
pub(super) static POLICY_V1_EVICTION: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("deleteOptions", Type::Struct(&META_V1_DELETE_OPTIONS), 3), ("kind", Text, 0),
    ("metadata", Type::Struct(&META_V1_OBJECT_META), 2),
] };
pub(super) static POLICY_V1_POD_DISRUPTION_BUDGET: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("kind", Text, 0), ("metadata", Type::Struct(&META_V1_OBJECT_META), 2),
    ("spec", Type::Struct(&POLICY_V1_POD_DISRUPTION_BUDGET_SPEC), 3), ("status", Type::Struct(&POLICY_V1_POD_DISRUPTION_BUDGET_STATUS), 4),
] };
pub(super) static POLICY_V1_POD_DISRUPTION_BUDGET_SPEC: Struct = Struct { atomic: false, fields: &[
    ("maxUnavailable", Scalar, 2), ("minAvailable", Scalar, 0), ("selector", Type::Struct(&META_V1_LABEL_SELECTOR), 1),
    ("unhealthyPodEvictionPolicy", Text, 3),
] };
pub(super) static POLICY_V1_POD_DISRUPTION_BUDGET_STATUS: Struct = Struct { atomic: false, fields: &[
    ("conditions", List(&Type::Struct(&META_V1_CONDITION), &[("type", Word(""))]), 6), ("currentHealthy", Number, 3), ("desiredHealthy", Number, 4),
    ("disruptedPods", Map(&Scalar), 1), ("disruptionsAllowed", Number, 2), ("expectedPods", Number, 5), ("observedGeneration", Number, 0),
] };
