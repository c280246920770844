//! Data: how the types of admission, certificates, custom resources, events, flow control, leases and roles are owned and merged.
//!
//! Models: api/openapi-spec (x-kubernetes-list-type, -list-map-keys, -map-type, -patch-strategy, -patch-merge-key), v1.36.
//! Simplified: groups in alpha and beta are left out.

use super::core::{CORE_V1_EVENT_SOURCE, CORE_V1_OBJECT_REFERENCE, META_V1_CONDITION, META_V1_LABEL_SELECTOR, META_V1_OBJECT_META};
use crate::managed_fields::schema::KeyDefault::{Unset, Word};
use crate::managed_fields::schema::Struct;
use crate::managed_fields::schema::Type::{self, Any, AnyAtomic, AtomicList, Flag, List, Map, Number, Scalar, Set, Text};

pub(super) static ADMISSIONREGISTRATION_V1_APPLY_CONFIGURATION: Struct = Struct { atomic: false, fields: &[("expression", Text, 0)] };
pub(super) static ADMISSIONREGISTRATION_V1_AUDIT_ANNOTATION: Struct = Struct { atomic: false, fields: &[("key", Text, 0), ("valueExpression", Text, 1)] };
pub(super) static ADMISSIONREGISTRATION_V1_EXPRESSION_WARNING: Struct = Struct { atomic: false, fields: &[("fieldRef", Text, 0), ("warning", Text, 1)] };
pub(super) static ADMISSIONREGISTRATION_V1_JSON_PATCH: Struct = Struct { atomic: false, fields: &[("expression", Text, 0)] };
pub(super) static ADMISSIONREGISTRATION_V1_MATCH_CONDITION: Struct = Struct { atomic: false, fields: &[("expression", Text, 1), ("name", Text, 0)] };
pub(super) static ADMISSIONREGISTRATION_V1_MATCH_RESOURCES: Struct = Struct { atomic: true, fields: &[
    ("excludeResourceRules", AtomicList(&Type::Struct(&ADMISSIONREGISTRATION_V1_NAMED_RULE_WITH_OPERATIONS)), 3), ("matchPolicy", Text, 4),
    ("namespaceSelector", Type::Struct(&META_V1_LABEL_SELECTOR), 0), ("objectSelector", Type::Struct(&META_V1_LABEL_SELECTOR), 1),
    ("resourceRules", AtomicList(&Type::Struct(&ADMISSIONREGISTRATION_V1_NAMED_RULE_WITH_OPERATIONS)), 2),
] };
pub(super) static ADMISSIONREGISTRATION_V1_MUTATING_ADMISSION_POLICY: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("kind", Text, 0), ("metadata", Type::Struct(&META_V1_OBJECT_META), 2),
    ("spec", Type::Struct(&ADMISSIONREGISTRATION_V1_MUTATING_ADMISSION_POLICY_SPEC), 3),
] };
pub(super) static ADMISSIONREGISTRATION_V1_MUTATING_ADMISSION_POLICY_BINDING: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("kind", Text, 0), ("metadata", Type::Struct(&META_V1_OBJECT_META), 2),
    ("spec", Type::Struct(&ADMISSIONREGISTRATION_V1_MUTATING_ADMISSION_POLICY_BINDING_SPEC), 3),
] };
pub(super) static ADMISSIONREGISTRATION_V1_MUTATING_ADMISSION_POLICY_BINDING_SPEC: Struct = Struct { atomic: false, fields: &[
    ("matchResources", Type::Struct(&ADMISSIONREGISTRATION_V1_MATCH_RESOURCES), 2), ("paramRef", Type::Struct(&ADMISSIONREGISTRATION_V1_PARAM_REF), 1),
    ("policyName", Text, 0),
] };
pub(super) static ADMISSIONREGISTRATION_V1_MUTATING_ADMISSION_POLICY_SPEC: Struct = Struct { atomic: false, fields: &[
    ("failurePolicy", Text, 4), ("matchConditions", List(&Type::Struct(&ADMISSIONREGISTRATION_V1_MATCH_CONDITION), &[("name", Word(""))]), 5),
    ("matchConstraints", Type::Struct(&ADMISSIONREGISTRATION_V1_MATCH_RESOURCES), 1),
    ("mutations", AtomicList(&Type::Struct(&ADMISSIONREGISTRATION_V1_MUTATION)), 3),
    ("paramKind", Type::Struct(&ADMISSIONREGISTRATION_V1_PARAM_KIND), 0), ("reinvocationPolicy", Text, 6),
    ("variables", AtomicList(&Type::Struct(&ADMISSIONREGISTRATION_V1_VARIABLE)), 2),
] };
pub(super) static ADMISSIONREGISTRATION_V1_MUTATING_WEBHOOK: Struct = Struct { atomic: false, fields: &[
    ("admissionReviewVersions", AtomicList(&Text), 9), ("clientConfig", Type::Struct(&ADMISSIONREGISTRATION_V1_WEBHOOK_CLIENT_CONFIG), 1),
    ("failurePolicy", Text, 3), ("matchConditions", List(&Type::Struct(&ADMISSIONREGISTRATION_V1_MATCH_CONDITION), &[("name", Word(""))]), 11),
    ("matchPolicy", Text, 4), ("name", Text, 0), ("namespaceSelector", Type::Struct(&META_V1_LABEL_SELECTOR), 5),
    ("objectSelector", Type::Struct(&META_V1_LABEL_SELECTOR), 6), ("reinvocationPolicy", Text, 10),
    ("rules", AtomicList(&Type::Struct(&ADMISSIONREGISTRATION_V1_RULE_WITH_OPERATIONS)), 2), ("sideEffects", Text, 7), ("timeoutSeconds", Number, 8),
] };
pub(super) static ADMISSIONREGISTRATION_V1_MUTATING_WEBHOOK_CONFIGURATION: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("kind", Text, 0), ("metadata", Type::Struct(&META_V1_OBJECT_META), 2),
    ("webhooks", List(&Type::Struct(&ADMISSIONREGISTRATION_V1_MUTATING_WEBHOOK), &[("name", Word(""))]), 3),
] };
pub(super) static ADMISSIONREGISTRATION_V1_MUTATION: Struct = Struct { atomic: false, fields: &[
    ("applyConfiguration", Type::Struct(&ADMISSIONREGISTRATION_V1_APPLY_CONFIGURATION), 1),
    ("jsonPatch", Type::Struct(&ADMISSIONREGISTRATION_V1_JSON_PATCH), 2), ("patchType", Text, 0),
] };
pub(super) static ADMISSIONREGISTRATION_V1_NAMED_RULE_WITH_OPERATIONS: Struct = Struct { atomic: true, fields: &[
    ("apiGroups", AtomicList(&Text), 2), ("apiVersions", AtomicList(&Text), 3), ("operations", AtomicList(&Text), 1), ("resourceNames", AtomicList(&Text), 0),
    ("resources", AtomicList(&Text), 4), ("scope", Text, 5),
] };
pub(super) static ADMISSIONREGISTRATION_V1_PARAM_KIND: Struct = Struct { atomic: true, fields: &[("apiVersion", Text, 0), ("kind", Text, 1)] };
pub(super) static ADMISSIONREGISTRATION_V1_PARAM_REF: Struct = Struct { atomic: true, fields: &[
    ("name", Text, 0), ("namespace", Text, 1), ("parameterNotFoundAction", Text, 3), ("selector", Type::Struct(&META_V1_LABEL_SELECTOR), 2),
] };
pub(super) static ADMISSIONREGISTRATION_V1_RULE_WITH_OPERATIONS: Struct = Struct { atomic: false, fields: &[
    ("apiGroups", AtomicList(&Text), 1), ("apiVersions", AtomicList(&Text), 2), ("operations", AtomicList(&Text), 0), ("resources", AtomicList(&Text), 3),
    ("scope", Text, 4),
] };
pub(super) static ADMISSIONREGISTRATION_V1_SERVICE_REFERENCE: Struct = Struct { atomic: false, fields: &[
    ("name", Text, 1), ("namespace", Text, 0), ("path", Text, 2), ("port", Number, 3),
] };
pub(super) static ADMISSIONREGISTRATION_V1_TYPE_CHECKING: Struct = Struct { atomic: false, fields: &[
    ("expressionWarnings", AtomicList(&Type::Struct(&ADMISSIONREGISTRATION_V1_EXPRESSION_WARNING)), 0),
] };
pub(super) static ADMISSIONREGISTRATION_V1_VALIDATING_ADMISSION_POLICY: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("kind", Text, 0), ("metadata", Type::Struct(&META_V1_OBJECT_META), 2),
    ("spec", Type::Struct(&ADMISSIONREGISTRATION_V1_VALIDATING_ADMISSION_POLICY_SPEC), 3),
    ("status", Type::Struct(&ADMISSIONREGISTRATION_V1_VALIDATING_ADMISSION_POLICY_STATUS), 4),
] };
pub(super) static ADMISSIONREGISTRATION_V1_VALIDATING_ADMISSION_POLICY_BINDING: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("kind", Text, 0), ("metadata", Type::Struct(&META_V1_OBJECT_META), 2),
    ("spec", Type::Struct(&ADMISSIONREGISTRATION_V1_VALIDATING_ADMISSION_POLICY_BINDING_SPEC), 3),
] };
pub(super) static ADMISSIONREGISTRATION_V1_VALIDATING_ADMISSION_POLICY_BINDING_SPEC: Struct = Struct { atomic: false, fields: &[
    ("matchResources", Type::Struct(&ADMISSIONREGISTRATION_V1_MATCH_RESOURCES), 2), ("paramRef", Type::Struct(&ADMISSIONREGISTRATION_V1_PARAM_REF), 1),
    ("policyName", Text, 0), ("validationActions", Set(&Text), 3),
] };
pub(super) static ADMISSIONREGISTRATION_V1_VALIDATING_ADMISSION_POLICY_SPEC: Struct = Struct { atomic: false, fields: &[
    ("auditAnnotations", AtomicList(&Type::Struct(&ADMISSIONREGISTRATION_V1_AUDIT_ANNOTATION)), 4), ("failurePolicy", Text, 3),
    ("matchConditions", List(&Type::Struct(&ADMISSIONREGISTRATION_V1_MATCH_CONDITION), &[("name", Word(""))]), 5),
    ("matchConstraints", Type::Struct(&ADMISSIONREGISTRATION_V1_MATCH_RESOURCES), 1),
    ("paramKind", Type::Struct(&ADMISSIONREGISTRATION_V1_PARAM_KIND), 0),
    ("validations", AtomicList(&Type::Struct(&ADMISSIONREGISTRATION_V1_VALIDATION)), 2),
    ("variables", List(&Type::Struct(&ADMISSIONREGISTRATION_V1_VARIABLE), &[("name", Word(""))]), 6),
] };
pub(super) static ADMISSIONREGISTRATION_V1_VALIDATING_ADMISSION_POLICY_STATUS: Struct = Struct { atomic: false, fields: &[
    ("conditions", List(&Type::Struct(&META_V1_CONDITION), &[("type", Word(""))]), 2), ("observedGeneration", Number, 0),
    ("typeChecking", Type::Struct(&ADMISSIONREGISTRATION_V1_TYPE_CHECKING), 1),
] };
pub(super) static ADMISSIONREGISTRATION_V1_VALIDATING_WEBHOOK: Struct = Struct { atomic: false, fields: &[
    ("admissionReviewVersions", AtomicList(&Text), 9), ("clientConfig", Type::Struct(&ADMISSIONREGISTRATION_V1_WEBHOOK_CLIENT_CONFIG), 1),
    ("failurePolicy", Text, 3), ("matchConditions", List(&Type::Struct(&ADMISSIONREGISTRATION_V1_MATCH_CONDITION), &[("name", Word(""))]), 10),
    ("matchPolicy", Text, 4), ("name", Text, 0), ("namespaceSelector", Type::Struct(&META_V1_LABEL_SELECTOR), 5),
    ("objectSelector", Type::Struct(&META_V1_LABEL_SELECTOR), 6),
    ("rules", AtomicList(&Type::Struct(&ADMISSIONREGISTRATION_V1_RULE_WITH_OPERATIONS)), 2), ("sideEffects", Text, 7), ("timeoutSeconds", Number, 8),
] };
pub(super) static ADMISSIONREGISTRATION_V1_VALIDATING_WEBHOOK_CONFIGURATION: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("kind", Text, 0), ("metadata", Type::Struct(&META_V1_OBJECT_META), 2),
    ("webhooks", List(&Type::Struct(&ADMISSIONREGISTRATION_V1_VALIDATING_WEBHOOK), &[("name", Word(""))]), 3),
] };
pub(super) static ADMISSIONREGISTRATION_V1_VALIDATION: Struct = Struct { atomic: false, fields: &[
    ("expression", Text, 0), ("message", Text, 1), ("messageExpression", Text, 3), ("reason", Text, 2),
] };
pub(super) static ADMISSIONREGISTRATION_V1_VARIABLE: Struct = Struct { atomic: true, fields: &[("expression", Text, 1), ("name", Text, 0)] };
pub(super) static ADMISSIONREGISTRATION_V1_WEBHOOK_CLIENT_CONFIG: Struct = Struct { atomic: false, fields: &[
    ("caBundle", Text, 2), ("service", Type::Struct(&ADMISSIONREGISTRATION_V1_SERVICE_REFERENCE), 1), ("url", Text, 0),
] };
pub(super) static APIEXTENSIONS_V1_CUSTOM_RESOURCE_COLUMN_DEFINITION: Struct = Struct { atomic: false, fields: &[
    ("description", Text, 3), ("format", Text, 2), ("jsonPath", Text, 5), ("name", Text, 0), ("priority", Number, 4), ("type", Text, 1),
] };
pub(super) static APIEXTENSIONS_V1_CUSTOM_RESOURCE_CONVERSION: Struct = Struct { atomic: false, fields: &[
    ("strategy", Text, 0), ("webhook", Type::Struct(&APIEXTENSIONS_V1_WEBHOOK_CONVERSION), 1),
] };
pub(super) static APIEXTENSIONS_V1_CUSTOM_RESOURCE_DEFINITION: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("kind", Text, 0), ("metadata", Type::Struct(&META_V1_OBJECT_META), 2),
    ("spec", Type::Struct(&APIEXTENSIONS_V1_CUSTOM_RESOURCE_DEFINITION_SPEC), 3),
    ("status", Type::Struct(&APIEXTENSIONS_V1_CUSTOM_RESOURCE_DEFINITION_STATUS), 4),
] };
pub(super) static APIEXTENSIONS_V1_CUSTOM_RESOURCE_DEFINITION_CONDITION: Struct = Struct { atomic: false, fields: &[
    ("lastTransitionTime", Scalar, 2), ("message", Text, 4), ("observedGeneration", Number, 5), ("reason", Text, 3), ("status", Text, 1), ("type", Text, 0),
] };
pub(super) static APIEXTENSIONS_V1_CUSTOM_RESOURCE_DEFINITION_NAMES: Struct = Struct { atomic: false, fields: &[
    ("categories", AtomicList(&Text), 5), ("kind", Text, 3), ("listKind", Text, 4), ("plural", Text, 0), ("shortNames", AtomicList(&Text), 2), ("singular", Text, 1),
] };
pub(super) static APIEXTENSIONS_V1_CUSTOM_RESOURCE_DEFINITION_SPEC: Struct = Struct { atomic: false, fields: &[
    ("conversion", Type::Struct(&APIEXTENSIONS_V1_CUSTOM_RESOURCE_CONVERSION), 4), ("group", Text, 0),
    ("names", Type::Struct(&APIEXTENSIONS_V1_CUSTOM_RESOURCE_DEFINITION_NAMES), 1), ("preserveUnknownFields", Flag, 5), ("scope", Text, 2),
    ("versions", AtomicList(&Type::Struct(&APIEXTENSIONS_V1_CUSTOM_RESOURCE_DEFINITION_VERSION)), 3),
] };
pub(super) static APIEXTENSIONS_V1_CUSTOM_RESOURCE_DEFINITION_STATUS: Struct = Struct { atomic: false, fields: &[
    ("acceptedNames", Type::Struct(&APIEXTENSIONS_V1_CUSTOM_RESOURCE_DEFINITION_NAMES), 1),
    ("conditions", List(&Type::Struct(&APIEXTENSIONS_V1_CUSTOM_RESOURCE_DEFINITION_CONDITION), &[("type", Word(""))]), 0),
    ("observedGeneration", Number, 3), ("storedVersions", AtomicList(&Text), 2),
] };
pub(super) static APIEXTENSIONS_V1_CUSTOM_RESOURCE_DEFINITION_VERSION: Struct = Struct { atomic: false, fields: &[
    ("additionalPrinterColumns", AtomicList(&Type::Struct(&APIEXTENSIONS_V1_CUSTOM_RESOURCE_COLUMN_DEFINITION)), 7), ("deprecated", Flag, 3),
    ("deprecationWarning", Text, 4), ("name", Text, 0), ("schema", Type::Struct(&APIEXTENSIONS_V1_CUSTOM_RESOURCE_VALIDATION), 5),
    ("selectableFields", AtomicList(&Type::Struct(&APIEXTENSIONS_V1_SELECTABLE_FIELD)), 8), ("served", Flag, 1), ("storage", Flag, 2),
    ("subresources", Type::Struct(&APIEXTENSIONS_V1_CUSTOM_RESOURCE_SUBRESOURCES), 6),
] };
pub(super) static APIEXTENSIONS_V1_CUSTOM_RESOURCE_SUBRESOURCES: Struct = Struct { atomic: false, fields: &[
    ("scale", Type::Struct(&APIEXTENSIONS_V1_CUSTOM_RESOURCE_SUBRESOURCE_SCALE), 1), ("status", Map(&Any), 0),
] };
pub(super) static APIEXTENSIONS_V1_CUSTOM_RESOURCE_SUBRESOURCE_SCALE: Struct = Struct { atomic: false, fields: &[
    ("labelSelectorPath", Text, 2), ("specReplicasPath", Text, 0), ("statusReplicasPath", Text, 1),
] };
pub(super) static APIEXTENSIONS_V1_CUSTOM_RESOURCE_VALIDATION: Struct = Struct { atomic: false, fields: &[
    ("openAPIV3Schema", Type::Struct(&APIEXTENSIONS_V1_JSON_SCHEMA_PROPS), 0),
] };
pub(super) static APIEXTENSIONS_V1_EXTERNAL_DOCUMENTATION: Struct = Struct { atomic: false, fields: &[("description", Text, 0), ("url", Text, 1)] };
pub(super) static APIEXTENSIONS_V1_JSON_SCHEMA_PROPS: Struct = Struct { atomic: false, fields: &[
    ("$ref", Text, 2), ("$schema", Text, 1), ("additionalItems", AnyAtomic, 32), ("additionalProperties", AnyAtomic, 29),
    ("allOf", AtomicList(&Type::Struct(&APIEXTENSIONS_V1_JSON_SCHEMA_PROPS)), 24),
    ("anyOf", AtomicList(&Type::Struct(&APIEXTENSIONS_V1_JSON_SCHEMA_PROPS)), 26), ("default", AnyAtomic, 7),
    ("definitions", Map(&Type::Struct(&APIEXTENSIONS_V1_JSON_SCHEMA_PROPS)), 33), ("dependencies", Map(&AnyAtomic), 31), ("description", Text, 3),
    ("enum", AtomicList(&AnyAtomic), 19), ("example", AnyAtomic, 35), ("exclusiveMaximum", Flag, 9), ("exclusiveMinimum", Flag, 11),
    ("externalDocs", Type::Struct(&APIEXTENSIONS_V1_EXTERNAL_DOCUMENTATION), 34), ("format", Text, 5), ("id", Text, 0), ("items", AnyAtomic, 23),
    ("maxItems", Number, 15), ("maxLength", Number, 12), ("maxProperties", Number, 20), ("maximum", Number, 8), ("minItems", Number, 16), ("minLength", Number, 13),
    ("minProperties", Number, 21), ("minimum", Number, 10), ("multipleOf", Number, 18), ("not", Type::Struct(&APIEXTENSIONS_V1_JSON_SCHEMA_PROPS), 27),
    ("nullable", Flag, 36), ("oneOf", AtomicList(&Type::Struct(&APIEXTENSIONS_V1_JSON_SCHEMA_PROPS)), 25), ("pattern", Text, 14),
    ("patternProperties", Map(&Type::Struct(&APIEXTENSIONS_V1_JSON_SCHEMA_PROPS)), 30),
    ("properties", Map(&Type::Struct(&APIEXTENSIONS_V1_JSON_SCHEMA_PROPS)), 28), ("required", AtomicList(&Text), 22), ("title", Text, 6), ("type", Text, 4),
    ("uniqueItems", Flag, 17), ("x-kubernetes-embedded-resource", Flag, 38), ("x-kubernetes-int-or-string", Flag, 39),
    ("x-kubernetes-list-map-keys", AtomicList(&Text), 40), ("x-kubernetes-list-type", Text, 41), ("x-kubernetes-map-type", Text, 42),
    ("x-kubernetes-preserve-unknown-fields", Flag, 37),
    ("x-kubernetes-validations", List(&Type::Struct(&APIEXTENSIONS_V1_VALIDATION_RULE), &[("rule", Word(""))]), 43),
] };
pub(super) static APIEXTENSIONS_V1_SELECTABLE_FIELD: Struct = Struct { atomic: false, fields: &[("jsonPath", Text, 0)] };
pub(super) static APIEXTENSIONS_V1_SERVICE_REFERENCE: Struct = Struct { atomic: false, fields: &[
    ("name", Text, 1), ("namespace", Text, 0), ("path", Text, 2), ("port", Number, 3),
] };
pub(super) static APIEXTENSIONS_V1_VALIDATION_RULE: Struct = Struct { atomic: false, fields: &[
    ("fieldPath", Text, 4), ("message", Text, 1), ("messageExpression", Text, 2), ("optionalOldSelf", Flag, 5), ("reason", Text, 3), ("rule", Text, 0),
] };
pub(super) static APIEXTENSIONS_V1_WEBHOOK_CLIENT_CONFIG: Struct = Struct { atomic: false, fields: &[
    ("caBundle", Text, 2), ("service", Type::Struct(&APIEXTENSIONS_V1_SERVICE_REFERENCE), 1), ("url", Text, 0),
] };
pub(super) static APIEXTENSIONS_V1_WEBHOOK_CONVERSION: Struct = Struct { atomic: false, fields: &[
    ("clientConfig", Type::Struct(&APIEXTENSIONS_V1_WEBHOOK_CLIENT_CONFIG), 0), ("conversionReviewVersions", AtomicList(&Text), 1),
] };
pub(super) static CERTIFICATES_V1_CERTIFICATE_SIGNING_REQUEST: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("kind", Text, 0), ("metadata", Type::Struct(&META_V1_OBJECT_META), 2),
    ("spec", Type::Struct(&CERTIFICATES_V1_CERTIFICATE_SIGNING_REQUEST_SPEC), 3),
    ("status", Type::Struct(&CERTIFICATES_V1_CERTIFICATE_SIGNING_REQUEST_STATUS), 4),
] };
pub(super) static CERTIFICATES_V1_CERTIFICATE_SIGNING_REQUEST_CONDITION: Struct = Struct { atomic: false, fields: &[
    ("lastTransitionTime", Scalar, 5), ("lastUpdateTime", Scalar, 4), ("message", Text, 3), ("reason", Text, 2), ("status", Text, 1), ("type", Text, 0),
] };
pub(super) static CERTIFICATES_V1_CERTIFICATE_SIGNING_REQUEST_SPEC: Struct = Struct { atomic: false, fields: &[
    ("expirationSeconds", Number, 2), ("extra", Map(&AtomicList(&Text)), 7), ("groups", AtomicList(&Text), 6), ("request", Text, 0), ("signerName", Text, 1),
    ("uid", Text, 5), ("usages", AtomicList(&Text), 3), ("username", Text, 4),
] };
pub(super) static CERTIFICATES_V1_CERTIFICATE_SIGNING_REQUEST_STATUS: Struct = Struct { atomic: false, fields: &[
    ("certificate", Text, 1), ("conditions", List(&Type::Struct(&CERTIFICATES_V1_CERTIFICATE_SIGNING_REQUEST_CONDITION), &[("type", Word(""))]), 0),
] };
pub(super) static COORDINATION_V1_LEASE: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("kind", Text, 0), ("metadata", Type::Struct(&META_V1_OBJECT_META), 2), ("spec", Type::Struct(&COORDINATION_V1_LEASE_SPEC), 3),
] };
pub(super) static COORDINATION_V1_LEASE_SPEC: Struct = Struct { atomic: false, fields: &[
    ("acquireTime", Scalar, 2), ("holderIdentity", Text, 0), ("leaseDurationSeconds", Number, 1), ("leaseTransitions", Number, 4), ("preferredHolder", Text, 6),
    ("renewTime", Scalar, 3), ("strategy", Text, 5),
] };
pub(super) static EVENTS_V1_EVENT: Struct = Struct { atomic: false, fields: &[
    ("action", Text, 7), ("apiVersion", Text, 1), ("deprecatedCount", Number, 16), ("deprecatedFirstTimestamp", Scalar, 14), ("deprecatedLastTimestamp", Scalar, 15),
    ("deprecatedSource", Type::Struct(&CORE_V1_EVENT_SOURCE), 13), ("eventTime", Scalar, 3), ("kind", Text, 0),
    ("metadata", Type::Struct(&META_V1_OBJECT_META), 2), ("note", Text, 11), ("reason", Text, 8), ("regarding", Type::Struct(&CORE_V1_OBJECT_REFERENCE), 9),
    ("related", Type::Struct(&CORE_V1_OBJECT_REFERENCE), 10), ("reportingController", Text, 5), ("reportingInstance", Text, 6),
    ("series", Type::Struct(&EVENTS_V1_EVENT_SERIES), 4), ("type", Text, 12),
] };
pub(super) static EVENTS_V1_EVENT_SERIES: Struct = Struct { atomic: false, fields: &[("count", Number, 0), ("lastObservedTime", Scalar, 1)] };
pub(super) static FLOWCONTROL_V1_EXEMPT_PRIORITY_LEVEL_CONFIGURATION: Struct = Struct { atomic: false, fields: &[
    ("lendablePercent", Number, 1), ("nominalConcurrencyShares", Number, 0),
] };
pub(super) static FLOWCONTROL_V1_FLOW_DISTINGUISHER_METHOD: Struct = Struct { atomic: false, fields: &[("type", Text, 0)] };
pub(super) static FLOWCONTROL_V1_FLOW_SCHEMA: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("kind", Text, 0), ("metadata", Type::Struct(&META_V1_OBJECT_META), 2),
    ("spec", Type::Struct(&FLOWCONTROL_V1_FLOW_SCHEMA_SPEC), 3), ("status", Type::Struct(&FLOWCONTROL_V1_FLOW_SCHEMA_STATUS), 4),
] };
pub(super) static FLOWCONTROL_V1_FLOW_SCHEMA_CONDITION: Struct = Struct { atomic: false, fields: &[
    ("lastTransitionTime", Scalar, 2), ("message", Text, 4), ("reason", Text, 3), ("status", Text, 1), ("type", Text, 0),
] };
pub(super) static FLOWCONTROL_V1_FLOW_SCHEMA_SPEC: Struct = Struct { atomic: false, fields: &[
    ("distinguisherMethod", Type::Struct(&FLOWCONTROL_V1_FLOW_DISTINGUISHER_METHOD), 2), ("matchingPrecedence", Number, 1),
    ("priorityLevelConfiguration", Type::Struct(&FLOWCONTROL_V1_PRIORITY_LEVEL_CONFIGURATION_REFERENCE), 0),
    ("rules", AtomicList(&Type::Struct(&FLOWCONTROL_V1_POLICY_RULES_WITH_SUBJECTS)), 3),
] };
pub(super) static FLOWCONTROL_V1_FLOW_SCHEMA_STATUS: Struct = Struct { atomic: false, fields: &[
    ("conditions", List(&Type::Struct(&FLOWCONTROL_V1_FLOW_SCHEMA_CONDITION), &[("type", Unset)]), 0),
] };
pub(super) static FLOWCONTROL_V1_GROUP_SUBJECT: Struct = Struct { atomic: false, fields: &[("name", Text, 0)] };
pub(super) static FLOWCONTROL_V1_LIMITED_PRIORITY_LEVEL_CONFIGURATION: Struct = Struct { atomic: false, fields: &[
    ("borrowingLimitPercent", Number, 3), ("lendablePercent", Number, 2), ("limitResponse", Type::Struct(&FLOWCONTROL_V1_LIMIT_RESPONSE), 1),
    ("nominalConcurrencyShares", Number, 0),
] };
pub(super) static FLOWCONTROL_V1_LIMIT_RESPONSE: Struct = Struct { atomic: false, fields: &[
    ("queuing", Type::Struct(&FLOWCONTROL_V1_QUEUING_CONFIGURATION), 1), ("type", Text, 0),
] };
pub(super) static FLOWCONTROL_V1_NON_RESOURCE_POLICY_RULE: Struct = Struct { atomic: false, fields: &[
    ("nonResourceURLs", Set(&Text), 1), ("verbs", Set(&Text), 0),
] };
pub(super) static FLOWCONTROL_V1_POLICY_RULES_WITH_SUBJECTS: Struct = Struct { atomic: false, fields: &[
    ("nonResourceRules", AtomicList(&Type::Struct(&FLOWCONTROL_V1_NON_RESOURCE_POLICY_RULE)), 2),
    ("resourceRules", AtomicList(&Type::Struct(&FLOWCONTROL_V1_RESOURCE_POLICY_RULE)), 1),
    ("subjects", AtomicList(&Type::Struct(&FLOWCONTROL_V1_SUBJECT)), 0),
] };
pub(super) static FLOWCONTROL_V1_PRIORITY_LEVEL_CONFIGURATION: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("kind", Text, 0), ("metadata", Type::Struct(&META_V1_OBJECT_META), 2),
    ("spec", Type::Struct(&FLOWCONTROL_V1_PRIORITY_LEVEL_CONFIGURATION_SPEC), 3),
    ("status", Type::Struct(&FLOWCONTROL_V1_PRIORITY_LEVEL_CONFIGURATION_STATUS), 4),
] };
pub(super) static FLOWCONTROL_V1_PRIORITY_LEVEL_CONFIGURATION_CONDITION: Struct = Struct { atomic: false, fields: &[
    ("lastTransitionTime", Scalar, 2), ("message", Text, 4), ("reason", Text, 3), ("status", Text, 1), ("type", Text, 0),
] };
pub(super) static FLOWCONTROL_V1_PRIORITY_LEVEL_CONFIGURATION_REFERENCE: Struct = Struct { atomic: false, fields: &[("name", Text, 0)] };
pub(super) static FLOWCONTROL_V1_PRIORITY_LEVEL_CONFIGURATION_SPEC: Struct = Struct { atomic: false, fields: &[
    ("exempt", Type::Struct(&FLOWCONTROL_V1_EXEMPT_PRIORITY_LEVEL_CONFIGURATION), 2),
    ("limited", Type::Struct(&FLOWCONTROL_V1_LIMITED_PRIORITY_LEVEL_CONFIGURATION), 1), ("type", Text, 0),
] };
pub(super) static FLOWCONTROL_V1_PRIORITY_LEVEL_CONFIGURATION_STATUS: Struct = Struct { atomic: false, fields: &[
    ("conditions", List(&Type::Struct(&FLOWCONTROL_V1_PRIORITY_LEVEL_CONFIGURATION_CONDITION), &[("type", Unset)]), 0),
] };
pub(super) static FLOWCONTROL_V1_QUEUING_CONFIGURATION: Struct = Struct { atomic: false, fields: &[
    ("handSize", Number, 1), ("queueLengthLimit", Number, 2), ("queues", Number, 0),
] };
pub(super) static FLOWCONTROL_V1_RESOURCE_POLICY_RULE: Struct = Struct { atomic: false, fields: &[
    ("apiGroups", Set(&Text), 1), ("clusterScope", Flag, 3), ("namespaces", Set(&Text), 4), ("resources", Set(&Text), 2), ("verbs", Set(&Text), 0),
] };
pub(super) static FLOWCONTROL_V1_SERVICE_ACCOUNT_SUBJECT: Struct = Struct { atomic: false, fields: &[("name", Text, 1), ("namespace", Text, 0)] };
pub(super) static FLOWCONTROL_V1_SUBJECT: Struct = Struct { atomic: false, fields: &[
    ("group", Type::Struct(&FLOWCONTROL_V1_GROUP_SUBJECT), 2), ("kind", Text, 0),
    ("serviceAccount", Type::Struct(&FLOWCONTROL_V1_SERVICE_ACCOUNT_SUBJECT), 3), ("user", Type::Struct(&FLOWCONTROL_V1_USER_SUBJECT), 1),
] };
pub(super) static FLOWCONTROL_V1_USER_SUBJECT: Struct = Struct { atomic: false, fields: &[("name", Text, 0)] };
pub(super) static RBAC_V1_AGGREGATION_RULE: Struct = Struct { atomic: false, fields: &[
    ("clusterRoleSelectors", AtomicList(&Type::Struct(&META_V1_LABEL_SELECTOR)), 0),
] };
pub(super) static RBAC_V1_CLUSTER_ROLE: Struct = Struct { atomic: false, fields: &[
    ("aggregationRule", Type::Struct(&RBAC_V1_AGGREGATION_RULE), 4), ("apiVersion", Text, 1), ("kind", Text, 0),
    ("metadata", Type::Struct(&META_V1_OBJECT_META), 2), ("rules", AtomicList(&Type::Struct(&RBAC_V1_POLICY_RULE)), 3),
] };
pub(super) static RBAC_V1_CLUSTER_ROLE_BINDING: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("kind", Text, 0), ("metadata", Type::Struct(&META_V1_OBJECT_META), 2), ("roleRef", Type::Struct(&RBAC_V1_ROLE_REF), 4),
    ("subjects", AtomicList(&Type::Struct(&RBAC_V1_SUBJECT)), 3),
] };
pub(super) static RBAC_V1_POLICY_RULE: Struct = Struct { atomic: false, fields: &[
    ("apiGroups", AtomicList(&Text), 1), ("nonResourceURLs", AtomicList(&Text), 4), ("resourceNames", AtomicList(&Text), 3),
    ("resources", AtomicList(&Text), 2), ("verbs", AtomicList(&Text), 0),
] };
pub(super) static RBAC_V1_ROLE: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("kind", Text, 0), ("metadata", Type::Struct(&META_V1_OBJECT_META), 2),
    ("rules", AtomicList(&Type::Struct(&RBAC_V1_POLICY_RULE)), 3),
] };
pub(super) static RBAC_V1_ROLE_BINDING: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("kind", Text, 0), ("metadata", Type::Struct(&META_V1_OBJECT_META), 2), ("roleRef", Type::Struct(&RBAC_V1_ROLE_REF), 4),
    ("subjects", AtomicList(&Type::Struct(&RBAC_V1_SUBJECT)), 3),
] };
pub(super) static RBAC_V1_ROLE_REF: Struct = Struct { atomic: true, fields: &[("apiGroup", Text, 0), ("kind", Text, 1), ("name", Text, 2)] };
pub(super) static RBAC_V1_SUBJECT: Struct = Struct { atomic: true, fields: &[
    ("apiGroup", Text, 1), ("kind", Text, 0), ("name", Text, 2), ("namespace", Text, 3),
] };
pub(super) static APIREGISTRATION_V1_API_SERVICE: Struct = Struct { atomic: false, fields: &[
    ("apiVersion", Text, 1), ("kind", Text, 0), ("metadata", Type::Struct(&META_V1_OBJECT_META), 2), ("spec", Type::Struct(&APIREGISTRATION_V1_API_SERVICE_SPEC), 3),
    ("status", Type::Struct(&APIREGISTRATION_V1_API_SERVICE_STATUS), 4),
] };
pub(super) static APIREGISTRATION_V1_API_SERVICE_CONDITION: Struct = Struct { atomic: false, fields: &[
    ("lastTransitionTime", Scalar, 2), ("message", Text, 4), ("reason", Text, 3), ("status", Text, 1), ("type", Text, 0),
] };
pub(super) static APIREGISTRATION_V1_API_SERVICE_SPEC: Struct = Struct { atomic: false, fields: &[
    ("caBundle", Text, 4), ("group", Text, 1), ("groupPriorityMinimum", Number, 5), ("insecureSkipTLSVerify", Flag, 3),
    ("service", Type::Struct(&APIREGISTRATION_V1_SERVICE_REFERENCE), 0), ("version", Text, 2), ("versionPriority", Number, 6),
] };
pub(super) static APIREGISTRATION_V1_API_SERVICE_STATUS: Struct = Struct { atomic: false, fields: &[
    ("conditions", List(&Type::Struct(&APIREGISTRATION_V1_API_SERVICE_CONDITION), &[("type", Word(""))]), 0),
] };
pub(super) static APIREGISTRATION_V1_SERVICE_REFERENCE: Struct = Struct { atomic: false, fields: &[("name", Text, 1), ("namespace", Text, 0), ("port", Number, 2)] };
