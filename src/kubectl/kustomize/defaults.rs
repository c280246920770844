//! The field specs that kustomize knows by itself: where labels, names, images and references are.
//!
//! Models: sigs.k8s.io/kustomize/api/internal/konfig/builtinpluginconsts, as kubectl v1.36 uses it.
//! Simplified: nothing.

use super::configuration::Configuration;
use super::fields::{FieldSpec, Gvk};

/// Kinds as `kind`, `group/kind` or `group/version/kind`, and a place in them.
type Row = (&'static [&'static str], &'static str, bool);

const ANY: &[&str] = &[""];
const SPREADING: &[&str] = &["apps//Deployment", "apps//StatefulSet"];
const POLICY: &[&str] = &["networking.k8s.io//NetworkPolicy"];

const TEMPLATE_LABELS: &[Row] = &[
    (ANY, "metadata/labels", true),
    (&["/v1/ReplicationController", "Deployment", "ReplicaSet", "DaemonSet", "apps//StatefulSet"], "spec/template/metadata/labels", true),
    (&["apps//StatefulSet"], "spec/volumeClaimTemplates[]/metadata/labels", true),
    (&["batch//Job"], "spec/template/metadata/labels", true),
    (&["batch//CronJob"], "spec/jobTemplate/metadata/labels", true),
    (&["batch//CronJob"], "spec/jobTemplate/spec/template/metadata/labels", true),
];
const SELECTORS: &[Row] = &[
    (&["/v1/Service", "/v1/ReplicationController"], "spec/selector", true),
    (&["Deployment", "ReplicaSet", "DaemonSet", "apps//StatefulSet"], "spec/selector/matchLabels", true),
    (SPREADING, "spec/template/spec/affinity/podAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels", false),
    (SPREADING, "spec/template/spec/affinity/podAffinity/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels", false),
    (SPREADING, "spec/template/spec/affinity/podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels", false),
    (SPREADING, "spec/template/spec/affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels", false),
    (SPREADING, "spec/template/spec/topologySpreadConstraints/labelSelector/matchLabels", false),
    (&["batch//Job", "policy//PodDisruptionBudget"], "spec/selector/matchLabels", false),
    (&["batch//CronJob"], "spec/jobTemplate/spec/selector/matchLabels", false),
    (POLICY, "spec/podSelector/matchLabels", false),
    (POLICY, "spec/ingress/from/podSelector/matchLabels", false),
    (POLICY, "spec/egress/to/podSelector/matchLabels", false),
];
const ANNOTATIONS: &[Row] = &[
    (ANY, "metadata/annotations", true),
    (&["/v1/ReplicationController", "Deployment", "ReplicaSet", "DaemonSet", "StatefulSet", "batch//Job"], "spec/template/metadata/annotations", true),
    (&["batch//CronJob"], "spec/jobTemplate/metadata/annotations", true),
    (&["batch//CronJob"], "spec/jobTemplate/spec/template/metadata/annotations", true),
];
const IMAGES: &[Row] = &[
    (ANY, "spec/containers[]/image", true),
    (ANY, "spec/initContainers[]/image", true),
    (ANY, "spec/volumes[]/image/reference", true),
    (ANY, "spec/template/spec/containers[]/image", true),
    (ANY, "spec/template/spec/initContainers[]/image", true),
    (ANY, "spec/template/spec/volumes[]/image/reference", true),
];
const NAMESPACES: &[Row] = &[
    (&["Namespace"], "metadata/name", true),
    (&["apiregistration.k8s.io//APIService"], "spec/service/namespace", true),
    (&["apiextensions.k8s.io//CustomResourceDefinition"], "spec/conversion/webhook/clientConfig/service/namespace", false),
];
const REPLICAS: &[Row] = &[(&["Deployment", "ReplicationController", "ReplicaSet", "StatefulSet"], "spec/replicas", true)];
const NAMES: &[Row] = &[(ANY, "metadata/name", false)];

const TEMPLATED: &[&str] = &["Deployment", "ReplicaSet", "DaemonSet", "StatefulSet", "Job"];
/// Those whose accounts, claims and priorities are followed.
const NAMING: &[&str] = &["StatefulSet", "Deployment", "ReplicationController", "Job", "DaemonSet"];

/// Below the spec of a pod: what is referred to, and where.
const IN_POD: &[(&str, &str)] = &[
    ("/v1/ConfigMap", "volumes/configMap/name"),
    ("/v1/ConfigMap", "containers/env/valueFrom/configMapKeyRef/name"),
    ("/v1/ConfigMap", "initContainers/env/valueFrom/configMapKeyRef/name"),
    ("/v1/ConfigMap", "containers/envFrom/configMapRef/name"),
    ("/v1/ConfigMap", "initContainers/envFrom/configMapRef/name"),
    ("/v1/ConfigMap", "volumes/projected/sources/configMap/name"),
    ("/v1/Secret", "volumes/secret/secretName"),
    ("/v1/Secret", "containers/env/valueFrom/secretKeyRef/name"),
    ("/v1/Secret", "initContainers/env/valueFrom/secretKeyRef/name"),
    ("/v1/Secret", "containers/envFrom/secretRef/name"),
    ("/v1/Secret", "initContainers/envFrom/secretRef/name"),
    ("/v1/Secret", "imagePullSecrets/name"),
    ("/v1/Secret", "volumes/projected/sources/secret/name"),
];
const NAMED_IN_POD: &[(&str, &str)] = &[
    ("/v1/ServiceAccount", "serviceAccountName"),
    ("/v1/PersistentVolumeClaim", "volumes/persistentVolumeClaim/claimName"),
    ("scheduling.k8s.io/v1/PriorityClass", "priorityClassName"),
];
const RBAC_BINDINGS: &[&str] = &["rbac.authorization.k8s.io//RoleBinding", "rbac.authorization.k8s.io//ClusterRoleBinding"];
const WEBHOOKS: &[&str] = &["admissionregistration.k8s.io//ValidatingWebhookConfiguration", "admissionregistration.k8s.io//MutatingWebhookConfiguration"];
/// What is referred to, by whom, and where.
const REFERENCES: &[(&[&str], &[&str], &str)] = &[
    (&["Deployment", "ReplicationController", "ReplicaSet", "StatefulSet"], &["HorizontalPodAutoscaler"], "spec/scaleTargetRef/name"),
    (&["/v1/ConfigMap"], &["Node"], "spec/configSource/configMap"),
    (&["/v1/ConfigMap", "/v1/Secret"], &["Role", "ClusterRole"], "rules/resourceNames"),
    (&["/v1/ConfigMap"], &["Ingress"], "metadata/annotations/nginx.ingress.kubernetes.io\\/fastcgi-params-configmap"),
    (&["/v1/Secret"], &["Ingress"], "spec/tls/secretName"),
    (&["/v1/Secret"], &["Ingress"], "metadata/annotations/ingress.kubernetes.io\\/auth-secret"),
    (&["/v1/Secret"], &["Ingress"], "metadata/annotations/nginx.ingress.kubernetes.io\\/auth-secret"),
    (&["/v1/Secret"], &["Ingress"], "metadata/annotations/nginx.ingress.kubernetes.io\\/auth-tls-secret"),
    (&["/v1/Secret"], &["ServiceAccount"], "imagePullSecrets/name"),
    (&["/v1/Secret"], &["StorageClass"], "parameters/secretName"),
    (&["/v1/Secret"], &["StorageClass"], "parameters/adminSecretName"),
    (&["/v1/Secret"], &["StorageClass"], "parameters/userSecretName"),
    (&["/v1/Secret"], &["StorageClass"], "parameters/secretRef"),
    (&["/v1/Secret"], &["serving.knative.dev/v1/Service"], "spec/template/spec/containers/env/valueFrom/secretKeyRef/name"),
    (&["/v1/Secret"], &["PersistentVolume"], "spec/azureFile/secretName"),
    (&["/v1/Service"], &["apps//StatefulSet"], "spec/serviceName"),
    (&["/v1/Service"], &["Ingress"], "spec/rules/http/paths/backend/serviceName"),
    (&["/v1/Service"], &["Ingress"], "spec/backend/serviceName"),
    (&["/v1/Service"], &["Ingress"], "spec/rules/http/paths/backend/service/name"),
    (&["/v1/Service"], &["Ingress"], "spec/defaultBackend/service/name"),
    (&["/v1/Service"], &["apiregistration.k8s.io//APIService"], "spec/service/name"),
    (&["/v1/Service"], WEBHOOKS, "webhooks/clientConfig/service"),
    (&["rbac.authorization.k8s.io//Role"], &["rbac.authorization.k8s.io//RoleBinding"], "roleRef/name"),
    (&["rbac.authorization.k8s.io//ClusterRole"], RBAC_BINDINGS, "roleRef/name"),
    (&["/v1/ServiceAccount"], RBAC_BINDINGS, "subjects"),
    (&["/v1/PersistentVolume"], &["PersistentVolumeClaim"], "spec/volumeName"),
    (&["/v1/PersistentVolume"], &["ClusterRole"], "rules/resourceNames"),
    (&["storage.k8s.io/v1/StorageClass"], &["PersistentVolume", "PersistentVolumeClaim"], "spec/storageClassName"),
    (&["storage.k8s.io/v1/StorageClass"], &["StatefulSet"], "spec/volumeClaimTemplates/spec/storageClassName"),
    (&["admissionregistration.k8s.io//ValidatingAdmissionPolicy"], &["admissionregistration.k8s.io//ValidatingAdmissionPolicyBinding"], "spec/policyName"),
];

/// Where variables are looked for below the spec of a pod, and elsewhere.
const VARIABLES_IN_POD: &[&str] = &[
    "containers/args", "containers/command", "containers/env/value", "containers/volumeMounts/mountPath", "initContainers/args", "initContainers/command",
    "initContainers/env/value", "initContainers/volumeMounts/mountPath",
];
const VARIABLES: &[Row] = &[
    (&["CronJob"], "spec/jobTemplate/spec/template/volumes/nfs/server", false),
    (&["DaemonSet", "Deployment", "Job", "ReplicaSet"], "spec/template/spec/volumes/nfs/server", false),
    (&["Deployment"], "spec/template/metadata/annotations", false),
    (&["Ingress"], "spec/rules/host", false),
    (&["Ingress"], "spec/tls/hosts", false),
    (&["Ingress"], "spec/tls/secretName", false),
    (&["Pod"], "spec/volumes/nfs/server", false),
    (&["Service"], "spec/ports/port", false),
    (&["Service"], "spec/ports/targetPort", false),
    (&["StatefulSet"], "spec/volumeClaimTemplates/spec/nfs/server", false),
    (&["PersistentVolume"], "spec/nfs/server", false),
    (ANY, "metadata/labels", false),
    (ANY, "metadata/annotations", false),
];

fn gvk(text: &str) -> Gvk {
    match text.split('/').collect::<Vec<_>>()[..] {
        [group, version, kind] => Gvk::new(group, version, kind),
        _ => Gvk::new("", "", text),
    }
}

fn specs(rows: &[Row]) -> Vec<FieldSpec> {
    rows.iter().flat_map(|(kinds, path, create)| kinds.iter().map(|kind| FieldSpec::new(gvk(kind), path, *create))).collect()
}

/// Places below the specs of the pods of these kinds, and of pods alone and those of a CronJob.
fn in_pods(path: &str, version: &str, templated: &[&str]) -> Vec<FieldSpec> {
    let mut all = vec![FieldSpec::new(Gvk::new("", version, "Pod"), &format!("spec/{path}"), false)];
    all.extend(templated.iter().map(|kind| FieldSpec::new(gvk(kind), &format!("spec/template/spec/{path}"), false)));
    all.push(FieldSpec::new(gvk("CronJob"), &format!("spec/jobTemplate/spec/template/spec/{path}"), false));
    all
}

/// All of it, sorted as after each merge.
pub(super) fn configuration() -> Configuration {
    let mut all = Configuration::default();
    let mut lists = |name: &'static str, specs: Vec<FieldSpec>| drop(all.lists.insert(name, specs));
    lists("namePrefix", specs(NAMES));
    lists("nameSuffix", specs(NAMES));
    lists("namespace", specs(NAMESPACES));
    lists("commonLabels", specs(SELECTORS).into_iter().chain(specs(TEMPLATE_LABELS)).collect());
    lists("templateLabels", specs(TEMPLATE_LABELS));
    lists("commonAnnotations", specs(ANNOTATIONS));
    lists("images", specs(IMAGES));
    lists("replicas", specs(REPLICAS));
    lists("varReference", VARIABLES_IN_POD.iter().flat_map(|path| in_pods(path, "", TEMPLATED)).chain(specs(VARIABLES)).collect());
    for (target, path) in IN_POD {
        let template = FieldSpec::new(gvk("PodTemplate"), &format!("template/spec/{path}"), false);
        all.refer(gvk(target), in_pods(path, "v1", TEMPLATED).into_iter().chain([template]).collect());
    }
    for (target, path) in NAMED_IN_POD {
        all.refer(gvk(target), in_pods(path, "", NAMING));
    }
    for (targets, kinds, path) in REFERENCES {
        for target in *targets {
            all.refer(gvk(target), specs(&[(kinds, path, false)]));
        }
    }
    // Of this one, kustomize writes the version into the group as well, so that nothing is ever followed.
    all.refer(Gvk::new("networking.k8s.io/v1", "v1", "IngressClass"), specs(&[(&["Ingress"], "spec/ingressClassName", false)]));
    all
}
