//! Data: how the types of admission, certificates, custom resources, events, flow control, leases and roles are owned and merged.
//!
//! Models: api/openapi-spec (x-kubernetes-list-type, -list-map-keys, -map-type, -patch-strategy, -patch-merge-key), v1.36.
//! Simplified: groups in alpha and beta are left out.

use super::core::{CORE_V1_EVENT_SOURCE, CORE_V1_OBJECT_REFERENCE, META_V1_CONDITION, META_V1_LABEL_SELECTOR, META_V1_OBJECT_META};
use crate::managed_fields::schema::KeyDefault::{Unset, Word};
use crate::managed_fields::schema::Struct;
use crate::managed_fields::schema::Type::{self, Any, AnyAtomic, AtomicList, Flag, List, Map, Number, Scalar, Set, Text};

pub(super) static ADMISSIONREGISTRATION_V1_APPLY_CONFIGURATION: Struct = Struct { atomic: false, fields: &[("expression", Text)] };
pub(super) static ADMISSIONREGISTRATION_V1_AUDIT_ANNOTATION: Struct = Struct { atomic: false, fields: &[("key", Text), ("valueExpression", Text)] };
pub(super) static ADMISSIONREGISTRATION_V1_EXPRESSION_WARNING: Struct = Struct { atomic: false, fields: &[("fieldRef", Text), ("warning", Text)] };
pub(super) static ADMISSIONREGISTRATION_V1_JSON_PATCH: Struct = Struct { atomic: false, fields: &[("expression", Text)] };
pub(super) static ADMISSIONREGISTRATION_V1_MATCH_CONDITION: Struct = Struct { atomic: false, fields: &[("expression", Text), ("name", Text)] };
pub(super) static ADMISSIONREGISTRATION_V1_MATCH_RESOURCES: Struct = Struct { atomic: true, fields: &[
    ("excludeResourceRules", AtomicList(&Type::Struct(&ADMISSIONREGISTRATION_V1_NAMED_RULE_WITH_OPERATIONS))), ("matchPolicy", Text),
    ("namespaceSelector", Type::Struct(&META_V1_LABEL_SELECTOR)), ("objectSelector", Type::Struct(&META_V1_LABEL_SELECTOR)),
    ("resourceRules", AtomicList(&Type::Struct(&ADMISSIONREGISTRATION_V1_NAMED_RULE_WITH_OPERATIONS))),
] };
pub(super) static ADMISSIONREGISTRATION_V1_MUTATING_ADMISSION_POLICY: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("kind", Text), ("metadata", Type::Struct(&META_V1_OBJECT_META)),
    ("spec", Type::Struct(&ADMISSIONREGISTRATION_V1_MUTATING_ADMISSION_POLICY_SPEC)),
] };
pub(super) static ADMISSIONREGISTRATION_V1_MUTATING_ADMISSION_POLICY_BINDING: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("kind", Text), ("metadata", Type::Struct(&META_V1_OBJECT_META)),
    ("spec", Type::Struct(&ADMISSIONREGISTRATION_V1_MUTATING_ADMISSION_POLICY_BINDING_SPEC)),
] };
pub(super) static ADMISSIONREGISTRATION_V1_MUTATING_ADMISSION_POLICY_BINDING_SPEC: Struct = Struct { atomic: false, fields: &[
    ("matchResources", Type::Struct(&ADMISSIONREGISTRATION_V1_MATCH_RESOURCES)), ("paramRef", Type::Struct(&ADMISSIONREGISTRATION_V1_PARAM_REF)),
    ("policyName", Text),
] };
pub(super) static ADMISSIONREGISTRATION_V1_MUTATING_ADMISSION_POLICY_SPEC: Struct = Struct { atomic: false, fields: &[
    ("failurePolicy", Text), ("matchConditions", List(&Type::Struct(&ADMISSIONREGISTRATION_V1_MATCH_CONDITION), &[("name", Word(""))])),
    ("matchConstraints", Type::Struct(&ADMISSIONREGISTRATION_V1_MATCH_RESOURCES)),
    ("mutations", AtomicList(&Type::Struct(&ADMISSIONREGISTRATION_V1_MUTATION))),
    ("paramKind", Type::Struct(&ADMISSIONREGISTRATION_V1_PARAM_KIND)), ("reinvocationPolicy", Text),
    ("variables", AtomicList(&Type::Struct(&ADMISSIONREGISTRATION_V1_VARIABLE))),
] };
pub(super) static ADMISSIONREGISTRATION_V1_MUTATING_WEBHOOK: Struct = Struct { atomic: false, fields: &[
    ("admissionReviewVersions", AtomicList(&Text)), ("clientConfig", Type::Struct(&ADMISSIONREGISTRATION_V1_WEBHOOK_CLIENT_CONFIG)),
    ("failurePolicy", Text), ("matchConditions", List(&Type::Struct(&ADMISSIONREGISTRATION_V1_MATCH_CONDITION), &[("name", Word(""))])),
    ("matchPolicy", Text), ("name", Text), ("namespaceSelector", Type::Struct(&META_V1_LABEL_SELECTOR)),
    ("objectSelector", Type::Struct(&META_V1_LABEL_SELECTOR)), ("reinvocationPolicy", Text),
    ("rules", AtomicList(&Type::Struct(&ADMISSIONREGISTRATION_V1_RULE_WITH_OPERATIONS))), ("sideEffects", Text), ("timeoutSeconds", Number),
] };
pub(super) static ADMISSIONREGISTRATION_V1_MUTATING_WEBHOOK_CONFIGURATION: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("kind", Text), ("metadata", Type::Struct(&META_V1_OBJECT_META)),
    ("webhooks", List(&Type::Struct(&ADMISSIONREGISTRATION_V1_MUTATING_WEBHOOK), &[("name", Word(""))])),
] };
pub(super) static ADMISSIONREGISTRATION_V1_MUTATION: Struct = Struct { atomic: false, fields: &[
    ("applyConfiguration", Type::Struct(&ADMISSIONREGISTRATION_V1_APPLY_CONFIGURATION)),
    ("jsonPatch", Type::Struct(&ADMISSIONREGISTRATION_V1_JSON_PATCH)), ("patchType", Text),
] };
pub(super) static ADMISSIONREGISTRATION_V1_NAMED_RULE_WITH_OPERATIONS: Struct = Struct { atomic: true, fields: &[
    ("apiGroups", AtomicList(&Text)), ("apiVersions", AtomicList(&Text)), ("operations", AtomicList(&Text)), ("resourceNames", AtomicList(&Text)),
    ("resources", AtomicList(&Text)), ("scope", Text),
] };
pub(super) static ADMISSIONREGISTRATION_V1_PARAM_KIND: Struct = Struct { atomic: true, fields: &[("apiVersion", Text), ("kind", Text)] };
pub(super) static ADMISSIONREGISTRATION_V1_PARAM_REF: Struct = Struct { atomic: true, fields: &[
    ("name", Text), ("namespace", Text), ("parameterNotFoundAction", Text), ("selector", Type::Struct(&META_V1_LABEL_SELECTOR)),
] };
pub(super) static ADMISSIONREGISTRATION_V1_RULE_WITH_OPERATIONS: Struct = Struct { atomic: false, fields: &[
    ("apiGroups", AtomicList(&Text)), ("apiVersions", AtomicList(&Text)), ("operations", AtomicList(&Text)), ("resources", AtomicList(&Text)),
    ("scope", Text),
] };
pub(super) static ADMISSIONREGISTRATION_V1_SERVICE_REFERENCE: Struct = Struct { atomic: false, fields: &[
    ("name", Text), ("namespace", Text), ("path", Text), ("port", Number),
] };
pub(super) static ADMISSIONREGISTRATION_V1_TYPE_CHECKING: Struct = Struct { atomic: false, fields: &[
    ("expressionWarnings", AtomicList(&Type::Struct(&ADMISSIONREGISTRATION_V1_EXPRESSION_WARNING))),
] };
pub(super) static ADMISSIONREGISTRATION_V1_VALIDATING_ADMISSION_POLICY: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("kind", Text), ("metadata", Type::Struct(&META_V1_OBJECT_META)),
    ("spec", Type::Struct(&ADMISSIONREGISTRATION_V1_VALIDATING_ADMISSION_POLICY_SPEC)),
    ("status", Type::Struct(&ADMISSIONREGISTRATION_V1_VALIDATING_ADMISSION_POLICY_STATUS)),
] };
pub(super) static ADMISSIONREGISTRATION_V1_VALIDATING_ADMISSION_POLICY_BINDING: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("kind", Text), ("metadata", Type::Struct(&META_V1_OBJECT_META)),
    ("spec", Type::Struct(&ADMISSIONREGISTRATION_V1_VALIDATING_ADMISSION_POLICY_BINDING_SPEC)),
] };
pub(super) static ADMISSIONREGISTRATION_V1_VALIDATING_ADMISSION_POLICY_BINDING_SPEC: Struct = Struct { atomic: false, fields: &[
    ("matchResources", Type::Struct(&ADMISSIONREGISTRATION_V1_MATCH_RESOURCES)), ("paramRef", Type::Struct(&ADMISSIONREGISTRATION_V1_PARAM_REF)),
    ("policyName", Text), ("validationActions", Set(&Text)),
] };
pub(super) static ADMISSIONREGISTRATION_V1_VALIDATING_ADMISSION_POLICY_SPEC: Struct = Struct { atomic: false, fields: &[
    ("auditAnnotations", AtomicList(&Type::Struct(&ADMISSIONREGISTRATION_V1_AUDIT_ANNOTATION))), ("failurePolicy", Text),
    ("matchConditions", List(&Type::Struct(&ADMISSIONREGISTRATION_V1_MATCH_CONDITION), &[("name", Word(""))])),
    ("matchConstraints", Type::Struct(&ADMISSIONREGISTRATION_V1_MATCH_RESOURCES)),
    ("paramKind", Type::Struct(&ADMISSIONREGISTRATION_V1_PARAM_KIND)),
    ("validations", AtomicList(&Type::Struct(&ADMISSIONREGISTRATION_V1_VALIDATION))),
    ("variables", List(&Type::Struct(&ADMISSIONREGISTRATION_V1_VARIABLE), &[("name", Word(""))])),
] };
pub(super) static ADMISSIONREGISTRATION_V1_VALIDATING_ADMISSION_POLICY_STATUS: Struct = Struct { atomic: false, fields: &[
    ("conditions", List(&Type::Struct(&META_V1_CONDITION), &[("type", Word(""))])), ("observedGeneration", Number),
    ("typeChecking", Type::Struct(&ADMISSIONREGISTRATION_V1_TYPE_CHECKING)),
] };
pub(super) static ADMISSIONREGISTRATION_V1_VALIDATING_WEBHOOK: Struct = Struct { atomic: false, fields: &[
    ("admissionReviewVersions", AtomicList(&Text)), ("clientConfig", Type::Struct(&ADMISSIONREGISTRATION_V1_WEBHOOK_CLIENT_CONFIG)),
    ("failurePolicy", Text), ("matchConditions", List(&Type::Struct(&ADMISSIONREGISTRATION_V1_MATCH_CONDITION), &[("name", Word(""))])),
    ("matchPolicy", Text), ("name", Text), ("namespaceSelector", Type::Struct(&META_V1_LABEL_SELECTOR)),
    ("objectSelector", Type::Struct(&META_V1_LABEL_SELECTOR)),
    ("rules", AtomicList(&Type::Struct(&ADMISSIONREGISTRATION_V1_RULE_WITH_OPERATIONS))), ("sideEffects", Text), ("timeoutSeconds", Number),
] };
pub(super) static ADMISSIONREGISTRATION_V1_VALIDATING_WEBHOOK_CONFIGURATION: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("kind", Text), ("metadata", Type::Struct(&META_V1_OBJECT_META)),
    ("webhooks", List(&Type::Struct(&ADMISSIONREGISTRATION_V1_VALIDATING_WEBHOOK), &[("name", Word(""))])),
] };
pub(super) static ADMISSIONREGISTRATION_V1_VALIDATION: Struct = Struct { atomic: false, fields: &[
    ("expression", Text), ("message", Text), ("messageExpression", Text), ("reason", Text),
] };
pub(super) static ADMISSIONREGISTRATION_V1_VARIABLE: Struct = Struct { atomic: true, fields: &[("expression", Text), ("name", Text)] };
pub(super) static ADMISSIONREGISTRATION_V1_WEBHOOK_CLIENT_CONFIG: Struct = Struct { atomic: false, fields: &[
    ("caBundle", Text), ("service", Type::Struct(&ADMISSIONREGISTRATION_V1_SERVICE_REFERENCE)), ("url", Text),
] };
pub(super) static APIEXTENSIONS_V1_CUSTOM_RESOURCE_COLUMN_DEFINITION: Struct = Struct { atomic: false, fields: &[
    ("description", Text), ("format", Text), ("jsonPath", Text), ("name", Text), ("priority", Number), ("type", Text),
] };
pub(super) static APIEXTENSIONS_V1_CUSTOM_RESOURCE_CONVERSION: Struct = Struct { atomic: false, fields: &[
    ("strategy", Text), ("webhook", Type::Struct(&APIEXTENSIONS_V1_WEBHOOK_CONVERSION)),
] };
pub(super) static APIEXTENSIONS_V1_CUSTOM_RESOURCE_DEFINITION: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("kind", Text), ("metadata", Type::Struct(&META_V1_OBJECT_META)),
    ("spec", Type::Struct(&APIEXTENSIONS_V1_CUSTOM_RESOURCE_DEFINITION_SPEC)),
    ("status", Type::Struct(&APIEXTENSIONS_V1_CUSTOM_RESOURCE_DEFINITION_STATUS)),
] };
pub(super) static APIEXTENSIONS_V1_CUSTOM_RESOURCE_DEFINITION_CONDITION: Struct = Struct { atomic: false, fields: &[
    ("lastTransitionTime", Scalar), ("message", Text), ("observedGeneration", Number), ("reason", Text), ("status", Text), ("type", Text),
] };
pub(super) static APIEXTENSIONS_V1_CUSTOM_RESOURCE_DEFINITION_NAMES: Struct = Struct { atomic: false, fields: &[
    ("categories", AtomicList(&Text)), ("kind", Text), ("listKind", Text), ("plural", Text), ("shortNames", AtomicList(&Text)), ("singular", Text),
] };
pub(super) static APIEXTENSIONS_V1_CUSTOM_RESOURCE_DEFINITION_SPEC: Struct = Struct { atomic: false, fields: &[
    ("conversion", Type::Struct(&APIEXTENSIONS_V1_CUSTOM_RESOURCE_CONVERSION)), ("group", Text),
    ("names", Type::Struct(&APIEXTENSIONS_V1_CUSTOM_RESOURCE_DEFINITION_NAMES)), ("preserveUnknownFields", Flag), ("scope", Text),
    ("versions", AtomicList(&Type::Struct(&APIEXTENSIONS_V1_CUSTOM_RESOURCE_DEFINITION_VERSION))),
] };
pub(super) static APIEXTENSIONS_V1_CUSTOM_RESOURCE_DEFINITION_STATUS: Struct = Struct { atomic: false, fields: &[
    ("acceptedNames", Type::Struct(&APIEXTENSIONS_V1_CUSTOM_RESOURCE_DEFINITION_NAMES)),
    ("conditions", List(&Type::Struct(&APIEXTENSIONS_V1_CUSTOM_RESOURCE_DEFINITION_CONDITION), &[("type", Word(""))])),
    ("observedGeneration", Number), ("storedVersions", AtomicList(&Text)),
] };
pub(super) static APIEXTENSIONS_V1_CUSTOM_RESOURCE_DEFINITION_VERSION: Struct = Struct { atomic: false, fields: &[
    ("additionalPrinterColumns", AtomicList(&Type::Struct(&APIEXTENSIONS_V1_CUSTOM_RESOURCE_COLUMN_DEFINITION))), ("deprecated", Flag),
    ("deprecationWarning", Text), ("name", Text), ("schema", Type::Struct(&APIEXTENSIONS_V1_CUSTOM_RESOURCE_VALIDATION)),
    ("selectableFields", AtomicList(&Type::Struct(&APIEXTENSIONS_V1_SELECTABLE_FIELD))), ("served", Flag), ("storage", Flag),
    ("subresources", Type::Struct(&APIEXTENSIONS_V1_CUSTOM_RESOURCE_SUBRESOURCES)),
] };
pub(super) static APIEXTENSIONS_V1_CUSTOM_RESOURCE_SUBRESOURCES: Struct = Struct { atomic: false, fields: &[
    ("scale", Type::Struct(&APIEXTENSIONS_V1_CUSTOM_RESOURCE_SUBRESOURCE_SCALE)), ("status", Map(&Any)),
] };
pub(super) static APIEXTENSIONS_V1_CUSTOM_RESOURCE_SUBRESOURCE_SCALE: Struct = Struct { atomic: false, fields: &[
    ("labelSelectorPath", Text), ("specReplicasPath", Text), ("statusReplicasPath", Text),
] };
pub(super) static APIEXTENSIONS_V1_CUSTOM_RESOURCE_VALIDATION: Struct = Struct { atomic: false, fields: &[
    ("openAPIV3Schema", Type::Struct(&APIEXTENSIONS_V1_JSON_SCHEMA_PROPS)),
] };
pub(super) static APIEXTENSIONS_V1_EXTERNAL_DOCUMENTATION: Struct = Struct { atomic: false, fields: &[("description", Text), ("url", Text)] };
pub(super) static APIEXTENSIONS_V1_JSON_SCHEMA_PROPS: Struct = Struct { atomic: false, fields: &[
    ("$ref", Text), ("$schema", Text), ("additionalItems", AnyAtomic), ("additionalProperties", AnyAtomic),
    ("allOf", AtomicList(&Type::Struct(&APIEXTENSIONS_V1_JSON_SCHEMA_PROPS))),
    ("anyOf", AtomicList(&Type::Struct(&APIEXTENSIONS_V1_JSON_SCHEMA_PROPS))), ("default", AnyAtomic),
    ("definitions", Map(&Type::Struct(&APIEXTENSIONS_V1_JSON_SCHEMA_PROPS))), ("dependencies", Map(&AnyAtomic)), ("description", Text),
    ("enum", AtomicList(&AnyAtomic)), ("example", AnyAtomic), ("exclusiveMaximum", Flag), ("exclusiveMinimum", Flag),
    ("externalDocs", Type::Struct(&APIEXTENSIONS_V1_EXTERNAL_DOCUMENTATION)), ("format", Text), ("id", Text), ("items", AnyAtomic),
    ("maxItems", Number), ("maxLength", Number), ("maxProperties", Number), ("maximum", Number), ("minItems", Number), ("minLength", Number),
    ("minProperties", Number), ("minimum", Number), ("multipleOf", Number), ("not", Type::Struct(&APIEXTENSIONS_V1_JSON_SCHEMA_PROPS)),
    ("nullable", Flag), ("oneOf", AtomicList(&Type::Struct(&APIEXTENSIONS_V1_JSON_SCHEMA_PROPS))), ("pattern", Text),
    ("patternProperties", Map(&Type::Struct(&APIEXTENSIONS_V1_JSON_SCHEMA_PROPS))),
    ("properties", Map(&Type::Struct(&APIEXTENSIONS_V1_JSON_SCHEMA_PROPS))), ("required", AtomicList(&Text)), ("title", Text), ("type", Text),
    ("uniqueItems", Flag), ("x-kubernetes-embedded-resource", Flag), ("x-kubernetes-int-or-string", Flag),
    ("x-kubernetes-list-map-keys", AtomicList(&Text)), ("x-kubernetes-list-type", Text), ("x-kubernetes-map-type", Text),
    ("x-kubernetes-preserve-unknown-fields", Flag),
    ("x-kubernetes-validations", List(&Type::Struct(&APIEXTENSIONS_V1_VALIDATION_RULE), &[("rule", Word(""))])),
] };
pub(super) static APIEXTENSIONS_V1_SELECTABLE_FIELD: Struct = Struct { atomic: false, fields: &[("jsonPath", Text)] };
pub(super) static APIEXTENSIONS_V1_SERVICE_REFERENCE: Struct = Struct { atomic: false, fields: &[
    ("name", Text), ("namespace", Text), ("path", Text), ("port", Number),
] };
pub(super) static APIEXTENSIONS_V1_VALIDATION_RULE: Struct = Struct { atomic: false, fields: &[
    ("fieldPath", Text), ("message", Text), ("messageExpression", Text), ("optionalOldSelf", Flag), ("reason", Text), ("rule", Text),
] };
pub(super) static APIEXTENSIONS_V1_WEBHOOK_CLIENT_CONFIG: Struct = Struct { atomic: false, fields: &[
    ("caBundle", Text), ("service", Type::Struct(&APIEXTENSIONS_V1_SERVICE_REFERENCE)), ("url", Text),
] };
pub(super) static APIEXTENSIONS_V1_WEBHOOK_CONVERSION: Struct = Struct { atomic: false, fields: &[
    ("clientConfig", Type::Struct(&APIEXTENSIONS_V1_WEBHOOK_CLIENT_CONFIG)), ("conversionReviewVersions", AtomicList(&Text)),
] };
pub(super) static CERTIFICATES_V1_CERTIFICATE_SIGNING_REQUEST: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("kind", Text), ("metadata", Type::Struct(&META_V1_OBJECT_META)),
    ("spec", Type::Struct(&CERTIFICATES_V1_CERTIFICATE_SIGNING_REQUEST_SPEC)),
    ("status", Type::Struct(&CERTIFICATES_V1_CERTIFICATE_SIGNING_REQUEST_STATUS)),
] };
pub(super) static CERTIFICATES_V1_CERTIFICATE_SIGNING_REQUEST_CONDITION: Struct = Struct { atomic: false, fields: &[
    ("lastTransitionTime", Scalar), ("lastUpdateTime", Scalar), ("message", Text), ("reason", Text), ("status", Text), ("type", Text),
] };
pub(super) static CERTIFICATES_V1_CERTIFICATE_SIGNING_REQUEST_SPEC: Struct = Struct { atomic: false, fields: &[
    ("expirationSeconds", Number), ("extra", Map(&AtomicList(&Text))), ("groups", AtomicList(&Text)), ("request", Text), ("signerName", Text),
    ("uid", Text), ("usages", AtomicList(&Text)), ("username", Text),
] };
pub(super) static CERTIFICATES_V1_CERTIFICATE_SIGNING_REQUEST_STATUS: Struct = Struct { atomic: false, fields: &[
    ("certificate", Text), ("conditions", List(&Type::Struct(&CERTIFICATES_V1_CERTIFICATE_SIGNING_REQUEST_CONDITION), &[("type", Word(""))])),
] };
pub(super) static COORDINATION_V1_LEASE: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("kind", Text), ("metadata", Type::Struct(&META_V1_OBJECT_META)), ("spec", Type::Struct(&COORDINATION_V1_LEASE_SPEC)),
] };
pub(super) static COORDINATION_V1_LEASE_SPEC: Struct = Struct { atomic: false, fields: &[
    ("acquireTime", Scalar), ("holderIdentity", Text), ("leaseDurationSeconds", Number), ("leaseTransitions", Number), ("preferredHolder", Text),
    ("renewTime", Scalar), ("strategy", Text),
] };
pub(super) static EVENTS_V1_EVENT: Struct = Struct { atomic: false, fields: &[
    ("action", Text), ("apiVersion", Text), ("deprecatedCount", Number), ("deprecatedFirstTimestamp", Scalar), ("deprecatedLastTimestamp", Scalar),
    ("deprecatedSource", Type::Struct(&CORE_V1_EVENT_SOURCE)), ("eventTime", Scalar), ("kind", Text),
    ("metadata", Type::Struct(&META_V1_OBJECT_META)), ("note", Text), ("reason", Text), ("regarding", Type::Struct(&CORE_V1_OBJECT_REFERENCE)),
    ("related", Type::Struct(&CORE_V1_OBJECT_REFERENCE)), ("reportingController", Text), ("reportingInstance", Text),
    ("series", Type::Struct(&EVENTS_V1_EVENT_SERIES)), ("type", Text),
] };
pub(super) static EVENTS_V1_EVENT_SERIES: Struct = Struct { atomic: false, fields: &[("count", Number), ("lastObservedTime", Scalar)] };
pub(super) static FLOWCONTROL_V1_EXEMPT_PRIORITY_LEVEL_CONFIGURATION: Struct = Struct { atomic: false, fields: &[
    ("lendablePercent", Number), ("nominalConcurrencyShares", Number),
] };
pub(super) static FLOWCONTROL_V1_FLOW_DISTINGUISHER_METHOD: Struct = Struct { atomic: false, fields: &[("type", Text)] };
pub(super) static FLOWCONTROL_V1_FLOW_SCHEMA: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("kind", Text), ("metadata", Type::Struct(&META_V1_OBJECT_META)),
    ("spec", Type::Struct(&FLOWCONTROL_V1_FLOW_SCHEMA_SPEC)), ("status", Type::Struct(&FLOWCONTROL_V1_FLOW_SCHEMA_STATUS)),
] };
pub(super) static FLOWCONTROL_V1_FLOW_SCHEMA_CONDITION: Struct = Struct { atomic: false, fields: &[
    ("lastTransitionTime", Scalar), ("message", Text), ("reason", Text), ("status", Text), ("type", Text),
] };
pub(super) static FLOWCONTROL_V1_FLOW_SCHEMA_SPEC: Struct = Struct { atomic: false, fields: &[
    ("distinguisherMethod", Type::Struct(&FLOWCONTROL_V1_FLOW_DISTINGUISHER_METHOD)), ("matchingPrecedence", Number),
    ("priorityLevelConfiguration", Type::Struct(&FLOWCONTROL_V1_PRIORITY_LEVEL_CONFIGURATION_REFERENCE)),
    ("rules", AtomicList(&Type::Struct(&FLOWCONTROL_V1_POLICY_RULES_WITH_SUBJECTS))),
] };
pub(super) static FLOWCONTROL_V1_FLOW_SCHEMA_STATUS: Struct = Struct { atomic: false, fields: &[
    ("conditions", List(&Type::Struct(&FLOWCONTROL_V1_FLOW_SCHEMA_CONDITION), &[("type", Unset)])),
] };
pub(super) static FLOWCONTROL_V1_GROUP_SUBJECT: Struct = Struct { atomic: false, fields: &[("name", Text)] };
pub(super) static FLOWCONTROL_V1_LIMITED_PRIORITY_LEVEL_CONFIGURATION: Struct = Struct { atomic: false, fields: &[
    ("borrowingLimitPercent", Number), ("lendablePercent", Number), ("limitResponse", Type::Struct(&FLOWCONTROL_V1_LIMIT_RESPONSE)),
    ("nominalConcurrencyShares", Number),
] };
pub(super) static FLOWCONTROL_V1_LIMIT_RESPONSE: Struct = Struct { atomic: false, fields: &[
    ("queuing", Type::Struct(&FLOWCONTROL_V1_QUEUING_CONFIGURATION)), ("type", Text),
] };
pub(super) static FLOWCONTROL_V1_NON_RESOURCE_POLICY_RULE: Struct = Struct { atomic: false, fields: &[
    ("nonResourceURLs", Set(&Text)), ("verbs", Set(&Text)),
] };
pub(super) static FLOWCONTROL_V1_POLICY_RULES_WITH_SUBJECTS: Struct = Struct { atomic: false, fields: &[
    ("nonResourceRules", AtomicList(&Type::Struct(&FLOWCONTROL_V1_NON_RESOURCE_POLICY_RULE))),
    ("resourceRules", AtomicList(&Type::Struct(&FLOWCONTROL_V1_RESOURCE_POLICY_RULE))),
    ("subjects", AtomicList(&Type::Struct(&FLOWCONTROL_V1_SUBJECT))),
] };
pub(super) static FLOWCONTROL_V1_PRIORITY_LEVEL_CONFIGURATION: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("kind", Text), ("metadata", Type::Struct(&META_V1_OBJECT_META)),
    ("spec", Type::Struct(&FLOWCONTROL_V1_PRIORITY_LEVEL_CONFIGURATION_SPEC)),
    ("status", Type::Struct(&FLOWCONTROL_V1_PRIORITY_LEVEL_CONFIGURATION_STATUS)),
] };
pub(super) static FLOWCONTROL_V1_PRIORITY_LEVEL_CONFIGURATION_CONDITION: Struct = Struct { atomic: false, fields: &[
    ("lastTransitionTime", Scalar), ("message", Text), ("reason", Text), ("status", Text), ("type", Text),
] };
pub(super) static FLOWCONTROL_V1_PRIORITY_LEVEL_CONFIGURATION_REFERENCE: Struct = Struct { atomic: false, fields: &[("name", Text)] };
pub(super) static FLOWCONTROL_V1_PRIORITY_LEVEL_CONFIGURATION_SPEC: Struct = Struct { atomic: false, fields: &[
    ("exempt", Type::Struct(&FLOWCONTROL_V1_EXEMPT_PRIORITY_LEVEL_CONFIGURATION)),
    ("limited", Type::Struct(&FLOWCONTROL_V1_LIMITED_PRIORITY_LEVEL_CONFIGURATION)), ("type", Text),
] };
pub(super) static FLOWCONTROL_V1_PRIORITY_LEVEL_CONFIGURATION_STATUS: Struct = Struct { atomic: false, fields: &[
    ("conditions", List(&Type::Struct(&FLOWCONTROL_V1_PRIORITY_LEVEL_CONFIGURATION_CONDITION), &[("type", Unset)])),
] };
pub(super) static FLOWCONTROL_V1_QUEUING_CONFIGURATION: Struct = Struct { atomic: false, fields: &[
    ("handSize", Number), ("queueLengthLimit", Number), ("queues", Number),
] };
pub(super) static FLOWCONTROL_V1_RESOURCE_POLICY_RULE: Struct = Struct { atomic: false, fields: &[
    ("apiGroups", Set(&Text)), ("clusterScope", Flag), ("namespaces", Set(&Text)), ("resources", Set(&Text)), ("verbs", Set(&Text)),
] };
pub(super) static FLOWCONTROL_V1_SERVICE_ACCOUNT_SUBJECT: Struct = Struct { atomic: false, fields: &[("name", Text), ("namespace", Text)] };
pub(super) static FLOWCONTROL_V1_SUBJECT: Struct = Struct { atomic: false, fields: &[
    ("group", Type::Struct(&FLOWCONTROL_V1_GROUP_SUBJECT)), ("kind", Text),
    ("serviceAccount", Type::Struct(&FLOWCONTROL_V1_SERVICE_ACCOUNT_SUBJECT)), ("user", Type::Struct(&FLOWCONTROL_V1_USER_SUBJECT)),
] };
pub(super) static FLOWCONTROL_V1_USER_SUBJECT: Struct = Struct { atomic: false, fields: &[("name", Text)] };
pub(super) static RBAC_V1_AGGREGATION_RULE: Struct = Struct { atomic: false, fields: &[
    ("clusterRoleSelectors", AtomicList(&Type::Struct(&META_V1_LABEL_SELECTOR))),
] };
pub(super) static RBAC_V1_CLUSTER_ROLE: Struct = Struct { atomic: false, fields: &[
    ("aggregationRule", Type::Struct(&RBAC_V1_AGGREGATION_RULE)), ("apiVersion", Text), ("kind", Text),
    ("metadata", Type::Struct(&META_V1_OBJECT_META)), ("rules", AtomicList(&Type::Struct(&RBAC_V1_POLICY_RULE))),
] };
pub(super) static RBAC_V1_CLUSTER_ROLE_BINDING: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("kind", Text), ("metadata", Type::Struct(&META_V1_OBJECT_META)), ("roleRef", Type::Struct(&RBAC_V1_ROLE_REF)),
    ("subjects", AtomicList(&Type::Struct(&RBAC_V1_SUBJECT))),
] };
pub(super) static RBAC_V1_POLICY_RULE: Struct = Struct { atomic: false, fields: &[
    ("apiGroups", AtomicList(&Text)), ("nonResourceURLs", AtomicList(&Text)), ("resourceNames", AtomicList(&Text)),
    ("resources", AtomicList(&Text)), ("verbs", AtomicList(&Text)),
] };
pub(super) static RBAC_V1_ROLE: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("kind", Text), ("metadata", Type::Struct(&META_V1_OBJECT_META)),
    ("rules", AtomicList(&Type::Struct(&RBAC_V1_POLICY_RULE))),
] };
pub(super) static RBAC_V1_ROLE_BINDING: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("kind", Text), ("metadata", Type::Struct(&META_V1_OBJECT_META)), ("roleRef", Type::Struct(&RBAC_V1_ROLE_REF)),
    ("subjects", AtomicList(&Type::Struct(&RBAC_V1_SUBJECT))),
] };
pub(super) static RBAC_V1_ROLE_REF: Struct = Struct { atomic: true, fields: &[("apiGroup", Text), ("kind", Text), ("name", Text)] };
pub(super) static RBAC_V1_SUBJECT: Struct = Struct { atomic: true, fields: &[
    ("apiGroup", Text), ("kind", Text), ("name", Text), ("namespace", Text),
] };
pub(super) static APIREGISTRATION_V1_API_SERVICE: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text), ("kind", Text), ("metadata", Type::Struct(&META_V1_OBJECT_META)), ("spec", Type::Struct(&APIREGISTRATION_V1_API_SERVICE_SPEC)),
    ("status", Type::Struct(&APIREGISTRATION_V1_API_SERVICE_STATUS)),
] };
pub(super) static APIREGISTRATION_V1_API_SERVICE_CONDITION: Struct = Struct { atomic: false, fields: &[
    ("lastTransitionTime", Scalar), ("message", Text), ("reason", Text), ("status", Text), ("type", Text),
] };
pub(super) static APIREGISTRATION_V1_API_SERVICE_SPEC: Struct = Struct { atomic: false, fields: &[
    ("caBundle", Text), ("group", Text), ("groupPriorityMinimum", Number), ("insecureSkipTLSVerify", Flag),
    ("service", Type::Struct(&APIREGISTRATION_V1_SERVICE_REFERENCE)), ("version", Text), ("versionPriority", Number),
] };
pub(super) static APIREGISTRATION_V1_API_SERVICE_STATUS: Struct = Struct { atomic: false, fields: &[
    ("conditions", List(&Type::Struct(&APIREGISTRATION_V1_API_SERVICE_CONDITION), &[("type", Word(""))])),
] };
pub(super) static APIREGISTRATION_V1_SERVICE_REFERENCE: Struct = Struct { atomic: false, fields: &[("name", Text), ("namespace", Text), ("port", Number)] };
