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
    ("apiVersion", Text), ("data", AnyAtomic), ("kind", Text), ("metadata", Type::Struct(&META_V1_OBJECT_META)), ("revision", Number),
] };
pub(super) static APPS_V1_DAEMON_SET: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("kind", Text), ("metadata", Type::Struct(&META_V1_OBJECT_META)), ("spec", Type::Struct(&APPS_V1_DAEMON_SET_SPEC)),
    ("status", Type::Struct(&APPS_V1_DAEMON_SET_STATUS)),
] };
pub(super) static APPS_V1_DAEMON_SET_CONDITION: Struct = Struct { atomic: false, fields: &[
    ("lastTransitionTime", Scalar), ("message", Text), ("reason", Text), ("status", Text), ("type", Text),
] };
pub(super) static APPS_V1_DAEMON_SET_SPEC: Struct = Struct { atomic: false, fields: &[
    ("minReadySeconds", Number), ("revisionHistoryLimit", Number), ("selector", Type::Struct(&META_V1_LABEL_SELECTOR)),
    ("template", Type::Struct(&CORE_V1_POD_TEMPLATE_SPEC)), ("updateStrategy", Type::Struct(&APPS_V1_DAEMON_SET_UPDATE_STRATEGY)),
] };
pub(super) static APPS_V1_DAEMON_SET_STATUS: Struct = Struct { atomic: false, fields: &[
    ("collisionCount", Number), ("conditions", List(&Type::Struct(&APPS_V1_DAEMON_SET_CONDITION), &[("type", Word(""))])),
    ("currentNumberScheduled", Number), ("desiredNumberScheduled", Number), ("numberAvailable", Number), ("numberMisscheduled", Number),
    ("numberReady", Number), ("numberUnavailable", Number), ("observedGeneration", Number), ("updatedNumberScheduled", Number),
] };
pub(super) static APPS_V1_DAEMON_SET_UPDATE_STRATEGY: Struct = Struct { atomic: false, fields: &[
    ("rollingUpdate", Type::Struct(&APPS_V1_ROLLING_UPDATE_DAEMON_SET)), ("type", Text),
] };
pub(super) static APPS_V1_DEPLOYMENT: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("kind", Text), ("metadata", Type::Struct(&META_V1_OBJECT_META)), ("spec", Type::Struct(&APPS_V1_DEPLOYMENT_SPEC)),
    ("status", Type::Struct(&APPS_V1_DEPLOYMENT_STATUS)),
] };
pub(super) static APPS_V1_DEPLOYMENT_CONDITION: Struct = Struct { atomic: false, fields: &[
    ("lastTransitionTime", Scalar), ("lastUpdateTime", Scalar), ("message", Text), ("reason", Text), ("status", Text), ("type", Text),
] };
pub(super) static APPS_V1_DEPLOYMENT_SPEC: Struct = Struct { atomic: false, fields: &[
    ("minReadySeconds", Number), ("paused", Flag), ("progressDeadlineSeconds", Number), ("replicas", Number), ("revisionHistoryLimit", Number),
    ("selector", Type::Struct(&META_V1_LABEL_SELECTOR)), ("strategy", Type::Struct(&APPS_V1_DEPLOYMENT_STRATEGY)),
    ("template", Type::Struct(&CORE_V1_POD_TEMPLATE_SPEC)),
] };
pub(super) static APPS_V1_DEPLOYMENT_STATUS: Struct = Struct { atomic: false, fields: &[
    ("availableReplicas", Number), ("collisionCount", Number),
    ("conditions", List(&Type::Struct(&APPS_V1_DEPLOYMENT_CONDITION), &[("type", Word(""))])), ("observedGeneration", Number),
    ("readyReplicas", Number), ("replicas", Number), ("terminatingReplicas", Number), ("unavailableReplicas", Number), ("updatedReplicas", Number),
] };
pub(super) static APPS_V1_DEPLOYMENT_STRATEGY: Struct = Struct { atomic: false, fields: &[
    ("rollingUpdate", Type::Struct(&APPS_V1_ROLLING_UPDATE_DEPLOYMENT)), ("type", Text),
] };
pub(super) static APPS_V1_REPLICA_SET: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("kind", Text), ("metadata", Type::Struct(&META_V1_OBJECT_META)), ("spec", Type::Struct(&APPS_V1_REPLICA_SET_SPEC)),
    ("status", Type::Struct(&APPS_V1_REPLICA_SET_STATUS)),
] };
pub(super) static APPS_V1_REPLICA_SET_CONDITION: Struct = Struct { atomic: false, fields: &[
    ("lastTransitionTime", Scalar), ("message", Text), ("reason", Text), ("status", Text), ("type", Text),
] };
pub(super) static APPS_V1_REPLICA_SET_SPEC: Struct = Struct { atomic: false, fields: &[
    ("minReadySeconds", Number), ("replicas", Number), ("selector", Type::Struct(&META_V1_LABEL_SELECTOR)),
    ("template", Type::Struct(&CORE_V1_POD_TEMPLATE_SPEC)),
] };
pub(super) static APPS_V1_REPLICA_SET_STATUS: Struct = Struct { atomic: false, fields: &[
    ("availableReplicas", Number), ("conditions", List(&Type::Struct(&APPS_V1_REPLICA_SET_CONDITION), &[("type", Word(""))])),
    ("fullyLabeledReplicas", Number), ("observedGeneration", Number), ("readyReplicas", Number), ("replicas", Number),
    ("terminatingReplicas", Number),
] };
pub(super) static APPS_V1_ROLLING_UPDATE_DAEMON_SET: Struct = Struct { atomic: false, fields: &[("maxSurge", Scalar), ("maxUnavailable", Scalar)] };
pub(super) static APPS_V1_ROLLING_UPDATE_DEPLOYMENT: Struct = Struct { atomic: false, fields: &[("maxSurge", Scalar), ("maxUnavailable", Scalar)] };
pub(super) static APPS_V1_ROLLING_UPDATE_STATEFUL_SET_STRATEGY: Struct = Struct { atomic: false, fields: &[
    ("maxUnavailable", Scalar), ("partition", Number),
] };
pub(super) static APPS_V1_STATEFUL_SET: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("kind", Text), ("metadata", Type::Struct(&META_V1_OBJECT_META)), ("spec", Type::Struct(&APPS_V1_STATEFUL_SET_SPEC)),
    ("status", Type::Struct(&APPS_V1_STATEFUL_SET_STATUS)),
] };
pub(super) static APPS_V1_STATEFUL_SET_CONDITION: Struct = Struct { atomic: false, fields: &[
    ("lastTransitionTime", Scalar), ("message", Text), ("reason", Text), ("status", Text), ("type", Text),
] };
pub(super) static APPS_V1_STATEFUL_SET_ORDINALS: Struct = Struct { atomic: false, fields: &[("start", Number)] };
pub(super) static APPS_V1_STATEFUL_SET_PERSISTENT_VOLUME_CLAIM_RETENTION_POLICY: Struct = Struct { atomic: false, fields: &[
    ("whenDeleted", Text), ("whenScaled", Text),
] };
pub(super) static APPS_V1_STATEFUL_SET_SPEC: Struct = Struct { atomic: false, fields: &[
    ("minReadySeconds", Number), ("ordinals", Type::Struct(&APPS_V1_STATEFUL_SET_ORDINALS)),
    ("persistentVolumeClaimRetentionPolicy", Type::Struct(&APPS_V1_STATEFUL_SET_PERSISTENT_VOLUME_CLAIM_RETENTION_POLICY)),
    ("podManagementPolicy", Text), ("replicas", Number), ("revisionHistoryLimit", Number), ("selector", Type::Struct(&META_V1_LABEL_SELECTOR)),
    ("serviceName", Text), ("template", Type::Struct(&CORE_V1_POD_TEMPLATE_SPEC)),
    ("updateStrategy", Type::Struct(&APPS_V1_STATEFUL_SET_UPDATE_STRATEGY)),
    ("volumeClaimTemplates", AtomicList(&Type::Struct(&CORE_V1_PERSISTENT_VOLUME_CLAIM))),
] };
pub(super) static APPS_V1_STATEFUL_SET_STATUS: Struct = Struct { atomic: false, fields: &[
    ("availableReplicas", Number), ("collisionCount", Number),
    ("conditions", List(&Type::Struct(&APPS_V1_STATEFUL_SET_CONDITION), &[("type", Word(""))])), ("currentReplicas", Number),
    ("currentRevision", Text), ("observedGeneration", Number), ("readyReplicas", Number), ("replicas", Number), ("updateRevision", Text),
    ("updatedReplicas", Number),
] };
pub(super) static APPS_V1_STATEFUL_SET_UPDATE_STRATEGY: Struct = Struct { atomic: false, fields: &[
    ("rollingUpdate", Type::Struct(&APPS_V1_ROLLING_UPDATE_STATEFUL_SET_STRATEGY)), ("type", Text),
] };
pub(super) static AUTOSCALING_V1_CROSS_VERSION_OBJECT_REFERENCE: Struct = Struct { atomic: true, fields: &[
    ("apiVersion", Text), ("kind", Text), ("name", Text),
] };
pub(super) static AUTOSCALING_V1_HORIZONTAL_POD_AUTOSCALER: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("kind", Text), ("metadata", Type::Struct(&META_V1_OBJECT_META)),
    ("spec", Type::Struct(&AUTOSCALING_V1_HORIZONTAL_POD_AUTOSCALER_SPEC)),
    ("status", Type::Struct(&AUTOSCALING_V1_HORIZONTAL_POD_AUTOSCALER_STATUS)),
] };
pub(super) static AUTOSCALING_V1_HORIZONTAL_POD_AUTOSCALER_SPEC: Struct = Struct { atomic: false, fields: &[
    ("maxReplicas", Number), ("minReplicas", Number), ("scaleTargetRef", Type::Struct(&AUTOSCALING_V1_CROSS_VERSION_OBJECT_REFERENCE)),
    ("targetCPUUtilizationPercentage", Number),
] };
pub(super) static AUTOSCALING_V1_HORIZONTAL_POD_AUTOSCALER_STATUS: Struct = Struct { atomic: false, fields: &[
    ("currentCPUUtilizationPercentage", Number), ("currentReplicas", Number), ("desiredReplicas", Number), ("lastScaleTime", Scalar),
    ("observedGeneration", Number),
] };
pub(super) static AUTOSCALING_V1_SCALE: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("kind", Text), ("metadata", Type::Struct(&META_V1_OBJECT_META)), ("spec", Type::Struct(&AUTOSCALING_V1_SCALE_SPEC)),
    ("status", Type::Struct(&AUTOSCALING_V1_SCALE_STATUS)),
] };
pub(super) static AUTOSCALING_V1_SCALE_SPEC: Struct = Struct { atomic: false, fields: &[("replicas", Number)] };
pub(super) static AUTOSCALING_V1_SCALE_STATUS: Struct = Struct { atomic: false, fields: &[("replicas", Number), ("selector", Text)] };
pub(super) static AUTOSCALING_V2_CONTAINER_RESOURCE_METRIC_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("container", Text), ("name", Text), ("target", Type::Struct(&AUTOSCALING_V2_METRIC_TARGET)),
] };
pub(super) static AUTOSCALING_V2_CONTAINER_RESOURCE_METRIC_STATUS: Struct = Struct { atomic: false, fields: &[
    ("container", Text), ("current", Type::Struct(&AUTOSCALING_V2_METRIC_VALUE_STATUS)), ("name", Text),
] };
pub(super) static AUTOSCALING_V2_CROSS_VERSION_OBJECT_REFERENCE: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("kind", Text), ("name", Text),
] };
pub(super) static AUTOSCALING_V2_EXTERNAL_METRIC_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("metric", Type::Struct(&AUTOSCALING_V2_METRIC_IDENTIFIER)), ("target", Type::Struct(&AUTOSCALING_V2_METRIC_TARGET)),
] };
pub(super) static AUTOSCALING_V2_EXTERNAL_METRIC_STATUS: Struct = Struct { atomic: false, fields: &[
    ("current", Type::Struct(&AUTOSCALING_V2_METRIC_VALUE_STATUS)), ("metric", Type::Struct(&AUTOSCALING_V2_METRIC_IDENTIFIER)),
] };
pub(super) static AUTOSCALING_V2_HORIZONTAL_POD_AUTOSCALER: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("kind", Text), ("metadata", Type::Struct(&META_V1_OBJECT_META)),
    ("spec", Type::Struct(&AUTOSCALING_V2_HORIZONTAL_POD_AUTOSCALER_SPEC)),
    ("status", Type::Struct(&AUTOSCALING_V2_HORIZONTAL_POD_AUTOSCALER_STATUS)),
] };
pub(super) static AUTOSCALING_V2_HORIZONTAL_POD_AUTOSCALER_BEHAVIOR: Struct = Struct { atomic: false, fields: &[
    ("scaleDown", Type::Struct(&AUTOSCALING_V2_HPA_SCALING_RULES)), ("scaleUp", Type::Struct(&AUTOSCALING_V2_HPA_SCALING_RULES)),
] };
pub(super) static AUTOSCALING_V2_HORIZONTAL_POD_AUTOSCALER_CONDITION: Struct = Struct { atomic: false, fields: &[
    ("lastTransitionTime", Scalar), ("message", Text), ("reason", Text), ("status", Text), ("type", Text),
] };
pub(super) static AUTOSCALING_V2_HORIZONTAL_POD_AUTOSCALER_SPEC: Struct = Struct { atomic: false, fields: &[
    ("behavior", Type::Struct(&AUTOSCALING_V2_HORIZONTAL_POD_AUTOSCALER_BEHAVIOR)), ("maxReplicas", Number),
    ("metrics", AtomicList(&Type::Struct(&AUTOSCALING_V2_METRIC_SPEC))), ("minReplicas", Number),
    ("scaleTargetRef", Type::Struct(&AUTOSCALING_V2_CROSS_VERSION_OBJECT_REFERENCE)),
] };
pub(super) static AUTOSCALING_V2_HORIZONTAL_POD_AUTOSCALER_STATUS: Struct = Struct { atomic: false, fields: &[
    ("conditions", List(&Type::Struct(&AUTOSCALING_V2_HORIZONTAL_POD_AUTOSCALER_CONDITION), &[("type", Word(""))])),
    ("currentMetrics", AtomicList(&Type::Struct(&AUTOSCALING_V2_METRIC_STATUS))), ("currentReplicas", Number), ("desiredReplicas", Number),
    ("lastScaleTime", Scalar), ("observedGeneration", Number),
] };
pub(super) static AUTOSCALING_V2_HPA_SCALING_POLICY: Struct = Struct { atomic: false, fields: &[
    ("periodSeconds", Number), ("type", Text), ("value", Number),
] };
pub(super) static AUTOSCALING_V2_HPA_SCALING_RULES: Struct = Struct { atomic: false, fields: &[
    ("policies", AtomicList(&Type::Struct(&AUTOSCALING_V2_HPA_SCALING_POLICY))), ("selectPolicy", Text), ("stabilizationWindowSeconds", Number),
    ("tolerance", Scalar),
] };
pub(super) static AUTOSCALING_V2_METRIC_IDENTIFIER: Struct = Struct { atomic: false, fields: &[
    ("name", Text), ("selector", Type::Struct(&META_V1_LABEL_SELECTOR)),
] };
pub(super) static AUTOSCALING_V2_METRIC_SPEC: Struct = Struct { atomic: false, fields: &[
    ("containerResource", Type::Struct(&AUTOSCALING_V2_CONTAINER_RESOURCE_METRIC_SOURCE)),
    ("external", Type::Struct(&AUTOSCALING_V2_EXTERNAL_METRIC_SOURCE)), ("object", Type::Struct(&AUTOSCALING_V2_OBJECT_METRIC_SOURCE)),
    ("pods", Type::Struct(&AUTOSCALING_V2_PODS_METRIC_SOURCE)), ("resource", Type::Struct(&AUTOSCALING_V2_RESOURCE_METRIC_SOURCE)), ("type", Text),
] };
pub(super) static AUTOSCALING_V2_METRIC_STATUS: Struct = Struct { atomic: false, fields: &[
    ("containerResource", Type::Struct(&AUTOSCALING_V2_CONTAINER_RESOURCE_METRIC_STATUS)),
    ("external", Type::Struct(&AUTOSCALING_V2_EXTERNAL_METRIC_STATUS)), ("object", Type::Struct(&AUTOSCALING_V2_OBJECT_METRIC_STATUS)),
    ("pods", Type::Struct(&AUTOSCALING_V2_PODS_METRIC_STATUS)), ("resource", Type::Struct(&AUTOSCALING_V2_RESOURCE_METRIC_STATUS)), ("type", Text),
] };
pub(super) static AUTOSCALING_V2_METRIC_TARGET: Struct = Struct { atomic: false, fields: &[
    ("averageUtilization", Number), ("averageValue", Scalar), ("type", Text), ("value", Scalar),
] };
pub(super) static AUTOSCALING_V2_METRIC_VALUE_STATUS: Struct = Struct { atomic: false, fields: &[
    ("averageUtilization", Number), ("averageValue", Scalar), ("value", Scalar),
] };
pub(super) static AUTOSCALING_V2_OBJECT_METRIC_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("describedObject", Type::Struct(&AUTOSCALING_V2_CROSS_VERSION_OBJECT_REFERENCE)), ("metric", Type::Struct(&AUTOSCALING_V2_METRIC_IDENTIFIER)),
    ("target", Type::Struct(&AUTOSCALING_V2_METRIC_TARGET)),
] };
pub(super) static AUTOSCALING_V2_OBJECT_METRIC_STATUS: Struct = Struct { atomic: false, fields: &[
    ("current", Type::Struct(&AUTOSCALING_V2_METRIC_VALUE_STATUS)),
    ("describedObject", Type::Struct(&AUTOSCALING_V2_CROSS_VERSION_OBJECT_REFERENCE)), ("metric", Type::Struct(&AUTOSCALING_V2_METRIC_IDENTIFIER)),
] };
pub(super) static AUTOSCALING_V2_PODS_METRIC_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("metric", Type::Struct(&AUTOSCALING_V2_METRIC_IDENTIFIER)), ("target", Type::Struct(&AUTOSCALING_V2_METRIC_TARGET)),
] };
pub(super) static AUTOSCALING_V2_PODS_METRIC_STATUS: Struct = Struct { atomic: false, fields: &[
    ("current", Type::Struct(&AUTOSCALING_V2_METRIC_VALUE_STATUS)), ("metric", Type::Struct(&AUTOSCALING_V2_METRIC_IDENTIFIER)),
] };
pub(super) static AUTOSCALING_V2_RESOURCE_METRIC_SOURCE: Struct = Struct { atomic: false, fields: &[
    ("name", Text), ("target", Type::Struct(&AUTOSCALING_V2_METRIC_TARGET)),
] };
pub(super) static AUTOSCALING_V2_RESOURCE_METRIC_STATUS: Struct = Struct { atomic: false, fields: &[
    ("current", Type::Struct(&AUTOSCALING_V2_METRIC_VALUE_STATUS)), ("name", Text),
] };
pub(super) static BATCH_V1_CRON_JOB: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("kind", Text), ("metadata", Type::Struct(&META_V1_OBJECT_META)), ("spec", Type::Struct(&BATCH_V1_CRON_JOB_SPEC)),
    ("status", Type::Struct(&BATCH_V1_CRON_JOB_STATUS)),
] };
pub(super) static BATCH_V1_CRON_JOB_SPEC: Struct = Struct { atomic: false, fields: &[
    ("concurrencyPolicy", Text), ("failedJobsHistoryLimit", Number), ("jobTemplate", Type::Struct(&BATCH_V1_JOB_TEMPLATE_SPEC)),
    ("schedule", Text), ("startingDeadlineSeconds", Number), ("successfulJobsHistoryLimit", Number), ("suspend", Flag), ("timeZone", Text),
] };
pub(super) static BATCH_V1_CRON_JOB_STATUS: Struct = Struct { atomic: false, fields: &[
    ("active", AtomicList(&Type::Struct(&CORE_V1_OBJECT_REFERENCE))), ("lastScheduleTime", Scalar), ("lastSuccessfulTime", Scalar),
] };
pub(super) static BATCH_V1_JOB: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("kind", Text), ("metadata", Type::Struct(&META_V1_OBJECT_META)), ("spec", Type::Struct(&BATCH_V1_JOB_SPEC)),
    ("status", Type::Struct(&BATCH_V1_JOB_STATUS)),
] };
pub(super) static BATCH_V1_JOB_CONDITION: Struct = Struct { atomic: false, fields: &[
    ("lastProbeTime", Scalar), ("lastTransitionTime", Scalar), ("message", Text), ("reason", Text), ("status", Text), ("type", Text),
] };
pub(super) static BATCH_V1_JOB_SPEC: Struct = Struct { atomic: false, fields: &[
    ("activeDeadlineSeconds", Number), ("backoffLimit", Number), ("backoffLimitPerIndex", Number), ("completionMode", Text),
    ("completions", Number), ("managedBy", Text), ("manualSelector", Flag), ("maxFailedIndexes", Number), ("parallelism", Number),
    ("podFailurePolicy", Type::Struct(&BATCH_V1_POD_FAILURE_POLICY)), ("podReplacementPolicy", Text),
    ("selector", Type::Struct(&META_V1_LABEL_SELECTOR)), ("successPolicy", Type::Struct(&BATCH_V1_SUCCESS_POLICY)), ("suspend", Flag),
    ("template", Type::Struct(&CORE_V1_POD_TEMPLATE_SPEC)), ("ttlSecondsAfterFinished", Number),
] };
pub(super) static BATCH_V1_JOB_STATUS: Struct = Struct { atomic: false, fields: &[
    ("active", Number), ("completedIndexes", Text), ("completionTime", Scalar), ("conditions", AtomicList(&Type::Struct(&BATCH_V1_JOB_CONDITION))),
    ("failed", Number), ("failedIndexes", Text), ("ready", Number), ("startTime", Scalar), ("succeeded", Number), ("terminating", Number),
    ("uncountedTerminatedPods", Type::Struct(&BATCH_V1_UNCOUNTED_TERMINATED_PODS)),
] };
pub(super) static BATCH_V1_JOB_TEMPLATE_SPEC: Struct = Struct { atomic: false, fields: &[
    ("metadata", Type::Struct(&META_V1_OBJECT_META)), ("spec", Type::Struct(&BATCH_V1_JOB_SPEC)),
] };
pub(super) static BATCH_V1_POD_FAILURE_POLICY: Struct = Struct { atomic: false, fields: &[
    ("rules", AtomicList(&Type::Struct(&BATCH_V1_POD_FAILURE_POLICY_RULE))),
] };
pub(super) static BATCH_V1_POD_FAILURE_POLICY_ON_EXIT_CODES_REQUIREMENT: Struct = Struct { atomic: false, fields: &[
    ("containerName", Text), ("operator", Text), ("values", Set(&Number)),
] };
pub(super) static BATCH_V1_POD_FAILURE_POLICY_ON_POD_CONDITIONS_PATTERN: Struct = Struct { atomic: false, fields: &[
    ("status", Text), ("type", Text),
] };
pub(super) static BATCH_V1_POD_FAILURE_POLICY_RULE: Struct = Struct { atomic: false, fields: &[
    ("action", Text), ("onExitCodes", Type::Struct(&BATCH_V1_POD_FAILURE_POLICY_ON_EXIT_CODES_REQUIREMENT)),
    ("onPodConditions", AtomicList(&Type::Struct(&BATCH_V1_POD_FAILURE_POLICY_ON_POD_CONDITIONS_PATTERN))),
] };
pub(super) static BATCH_V1_SUCCESS_POLICY: Struct = Struct { atomic: false, fields: &[
    ("rules", AtomicList(&Type::Struct(&BATCH_V1_SUCCESS_POLICY_RULE))),
] };
pub(super) static BATCH_V1_SUCCESS_POLICY_RULE: Struct = Struct { atomic: false, fields: &[("succeededCount", Number), ("succeededIndexes", Text)] };
pub(super) static BATCH_V1_UNCOUNTED_TERMINATED_PODS: Struct = Struct { atomic: false, fields: &[("failed", Set(&Text)), ("succeeded", Set(&Text))] };
pub(super) static POLICY_V1_EVICTION: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("deleteOptions", Type::Struct(&META_V1_DELETE_OPTIONS)), ("kind", Text),
    ("metadata", Type::Struct(&META_V1_OBJECT_META)),
] };
pub(super) static POLICY_V1_POD_DISRUPTION_BUDGET: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("kind", Text), ("metadata", Type::Struct(&META_V1_OBJECT_META)),
    ("spec", Type::Struct(&POLICY_V1_POD_DISRUPTION_BUDGET_SPEC)), ("status", Type::Struct(&POLICY_V1_POD_DISRUPTION_BUDGET_STATUS)),
] };
pub(super) static POLICY_V1_POD_DISRUPTION_BUDGET_SPEC: Struct = Struct { atomic: false, fields: &[
    ("maxUnavailable", Scalar), ("minAvailable", Scalar), ("selector", Type::Struct(&META_V1_LABEL_SELECTOR)),
    ("unhealthyPodEvictionPolicy", Text),
] };
pub(super) static POLICY_V1_POD_DISRUPTION_BUDGET_STATUS: Struct = Struct { atomic: false, fields: &[
    ("conditions", List(&Type::Struct(&META_V1_CONDITION), &[("type", Word(""))])), ("currentHealthy", Number), ("desiredHealthy", Number),
    ("disruptedPods", Map(&Scalar)), ("disruptionsAllowed", Number), ("expectedPods", Number), ("observedGeneration", Number),
] };
