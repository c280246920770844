//! The ClusterRoles for people and for the system's components: data.
//!
//! Models: plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go with the default feature gates, v1.36.
//! Simplified: nothing.

use super::{Role, named, rule, urls};

#[rustfmt::skip]
pub(super) const CLUSTER_ROLES: &[Role] = &[
    Role { name: "admin", namespace: "", gathers: "admin", gathered_by: "", rules: &[] },
    Role { name: "cluster-admin", namespace: "", gathers: "", gathered_by: "", rules: &[
        rule("*", "*", "*"),
        urls("*", "*"),
    ] },
    Role { name: "edit", namespace: "", gathers: "edit", gathered_by: "admin", rules: &[] },
    Role { name: "system:aggregate-to-admin", namespace: "", gathers: "", gathered_by: "admin", rules: &[
        rule("authorization.k8s.io", "localsubjectaccessreviews", "create"),
        rule("rbac.authorization.k8s.io", "rolebindings roles", "create delete deletecollection get list patch update watch"),
    ] },
    Role { name: "system:aggregate-to-edit", namespace: "", gathers: "", gathered_by: "edit", rules: &[
        rule("core", "pods/attach pods/exec pods/portforward pods/proxy secrets services/proxy", "get list watch"),
        rule("core", "serviceaccounts", "impersonate"),
        rule("core", "pods pods/attach pods/exec pods/portforward pods/proxy", "create delete deletecollection patch update"),
        rule("core", "pods/eviction", "create"),
        rule("core", "configmaps persistentvolumeclaims replicationcontrollers replicationcontrollers/scale secrets serviceaccounts services services/proxy", "create delete deletecollection patch update"),
        rule("core", "serviceaccounts/token", "create"),
        rule("core events.k8s.io", "events", "create delete deletecollection patch update"),
        rule("apps", "daemonsets deployments deployments/rollback deployments/scale replicasets replicasets/scale statefulsets statefulsets/scale", "create delete deletecollection patch update"),
        rule("autoscaling", "horizontalpodautoscalers", "create delete deletecollection patch update"),
        rule("batch", "cronjobs jobs", "create delete deletecollection patch update"),
        rule("extensions", "daemonsets deployments deployments/rollback deployments/scale ingresses networkpolicies replicasets replicasets/scale replicationcontrollers/scale", "create delete deletecollection patch update"),
        rule("policy", "poddisruptionbudgets", "create delete deletecollection patch update"),
        rule("networking.k8s.io", "ingresses networkpolicies", "create delete deletecollection patch update"),
        rule("coordination.k8s.io", "leases", "create delete deletecollection get list patch update watch"),
        rule("resource.k8s.io", "resourceclaims resourceclaimtemplates", "create delete deletecollection patch update"),
    ] },
    Role { name: "system:aggregate-to-view", namespace: "", gathers: "", gathered_by: "view", rules: &[
        rule("core", "configmaps endpoints persistentvolumeclaims persistentvolumeclaims/status pods replicationcontrollers replicationcontrollers/scale serviceaccounts services services/status", "get list watch"),
        rule("core", "bindings limitranges namespaces/status pods/log pods/status replicationcontrollers/status resourcequotas resourcequotas/status", "get list watch"),
        rule("core", "namespaces", "get list watch"),
        rule("core events.k8s.io", "events", "get list watch"),
        rule("discovery.k8s.io", "endpointslices", "get list watch"),
        rule("apps", "controllerrevisions daemonsets daemonsets/status deployments deployments/scale deployments/status replicasets replicasets/scale replicasets/status statefulsets statefulsets/scale statefulsets/status", "get list watch"),
        rule("autoscaling", "horizontalpodautoscalers horizontalpodautoscalers/status", "get list watch"),
        rule("batch", "cronjobs cronjobs/status jobs jobs/status", "get list watch"),
        rule("extensions", "daemonsets daemonsets/status deployments deployments/scale deployments/status ingresses ingresses/status networkpolicies replicasets replicasets/scale replicasets/status replicationcontrollers/scale", "get list watch"),
        rule("policy", "poddisruptionbudgets poddisruptionbudgets/status", "get list watch"),
        rule("networking.k8s.io", "ingresses ingresses/status networkpolicies", "get list watch"),
        rule("resource.k8s.io", "resourceclaims resourceclaims/status resourceclaimtemplates", "get list watch"),
    ] },
    Role { name: "system:auth-delegator", namespace: "", gathers: "", gathered_by: "", rules: &[
        rule("authentication.k8s.io", "tokenreviews", "create"),
        rule("authorization.k8s.io", "subjectaccessreviews", "create"),
    ] },
    Role { name: "system:basic-user", namespace: "", gathers: "", gathered_by: "", rules: &[
        rule("authorization.k8s.io", "selfsubjectaccessreviews selfsubjectrulesreviews", "create"),
        rule("authentication.k8s.io", "selfsubjectreviews", "create"),
    ] },
    Role { name: "system:certificates.k8s.io:certificatesigningrequests:nodeclient", namespace: "", gathers: "", gathered_by: "", rules: &[
        rule("certificates.k8s.io", "certificatesigningrequests/nodeclient", "create"),
    ] },
    Role { name: "system:certificates.k8s.io:certificatesigningrequests:selfnodeclient", namespace: "", gathers: "", gathered_by: "", rules: &[
        rule("certificates.k8s.io", "certificatesigningrequests/selfnodeclient", "create"),
    ] },
    Role { name: "system:certificates.k8s.io:kube-apiserver-client-approver", namespace: "", gathers: "", gathered_by: "", rules: &[
        named("certificates.k8s.io", "signers", "kubernetes.io/kube-apiserver-client", "approve"),
    ] },
    Role { name: "system:certificates.k8s.io:kube-apiserver-client-kubelet-approver", namespace: "", gathers: "", gathered_by: "", rules: &[
        named("certificates.k8s.io", "signers", "kubernetes.io/kube-apiserver-client-kubelet", "approve"),
    ] },
    Role { name: "system:certificates.k8s.io:kubelet-serving-approver", namespace: "", gathers: "", gathered_by: "", rules: &[
        named("certificates.k8s.io", "signers", "kubernetes.io/kubelet-serving", "approve"),
    ] },
    Role { name: "system:certificates.k8s.io:legacy-unknown-approver", namespace: "", gathers: "", gathered_by: "", rules: &[
        named("certificates.k8s.io", "signers", "kubernetes.io/legacy-unknown", "approve"),
    ] },
    Role { name: "system:discovery", namespace: "", gathers: "", gathered_by: "", rules: &[
        urls("/api /api/* /apis /apis/* /healthz /livez /openapi /openapi/* /readyz /version /version/", "get"),
    ] },
    Role { name: "system:heapster", namespace: "", gathers: "", gathered_by: "", rules: &[
        rule("core", "events namespaces nodes pods", "get list watch"),
        rule("extensions", "deployments", "get list watch"),
    ] },
    Role { name: "system:kube-aggregator", namespace: "", gathers: "", gathered_by: "", rules: &[
        rule("core", "endpoints services", "get list watch"),
    ] },
    Role { name: "system:kube-controller-manager", namespace: "", gathers: "", gathered_by: "", rules: &[
        rule("core events.k8s.io", "events", "create patch update"),
        rule("coordination.k8s.io", "leases", "create"),
        named("coordination.k8s.io", "leases", "kube-controller-manager", "get update"),
        rule("core", "secrets serviceaccounts", "create"),
        rule("core", "secrets", "delete"),
        rule("core", "configmaps namespaces secrets serviceaccounts", "get"),
        rule("core", "secrets serviceaccounts", "update"),
        rule("authentication.k8s.io", "tokenreviews", "create"),
        rule("authorization.k8s.io", "subjectaccessreviews", "create"),
        rule("*", "*", "list watch"),
        rule("core", "serviceaccounts/token", "create"),
    ] },
    Role { name: "system:kube-dns", namespace: "", gathers: "", gathered_by: "", rules: &[
        rule("core", "endpoints services", "list watch"),
    ] },
    Role { name: "system:kube-scheduler", namespace: "", gathers: "", gathered_by: "", rules: &[
        rule("core events.k8s.io", "events", "create patch update"),
        rule("coordination.k8s.io", "leases", "create"),
        named("coordination.k8s.io", "leases", "kube-scheduler", "get list update watch"),
        rule("coordination.k8s.io", "leasecandidates", "create delete deletecollection get list patch update watch"),
        rule("core", "nodes", "get list watch"),
        rule("core", "pods", "delete get list watch"),
        rule("core", "bindings pods/binding", "create"),
        rule("core", "pods/status", "patch update"),
        rule("core", "replicationcontrollers services", "get list watch"),
        rule("apps extensions", "replicasets", "get list watch"),
        rule("apps", "statefulsets", "get list watch"),
        rule("policy", "poddisruptionbudgets", "get list watch"),
        rule("core", "persistentvolumeclaims persistentvolumes", "get list watch"),
        rule("authentication.k8s.io", "tokenreviews", "create"),
        rule("authorization.k8s.io", "subjectaccessreviews", "create"),
        rule("storage.k8s.io", "csinodes", "get list watch"),
        rule("storage.k8s.io", "volumeattachments", "get list watch"),
        rule("core", "namespaces", "get list watch"),
        rule("storage.k8s.io", "csidrivers", "get list watch"),
        rule("storage.k8s.io", "csistoragecapacities", "get list watch"),
        rule("resource.k8s.io", "deviceclasses", "get list watch"),
        rule("resource.k8s.io", "resourceclaims", "get list patch update watch"),
        rule("resource.k8s.io", "resourceclaims/status", "get list patch update watch"),
        rule("core", "pods/finalizers", "update"),
        rule("resource.k8s.io", "resourceslices", "get list watch"),
        rule("resource.k8s.io", "resourceclaims", "create delete"),
        rule("resource.k8s.io", "resourceclaims/binding", "patch update"),
    ] },
    Role { name: "system:kubelet-api-admin", namespace: "", gathers: "", gathered_by: "", rules: &[
        rule("core", "nodes", "get list watch"),
        rule("core", "nodes", "proxy"),
        rule("core", "nodes/log nodes/metrics nodes/proxy nodes/stats", "*"),
        rule("core", "nodes/configz nodes/healthz nodes/pods", "*"),
    ] },
    Role { name: "system:monitoring", namespace: "", gathers: "", gathered_by: "", rules: &[
        urls("/flagz /healthz /healthz/* /livez /livez/* /metrics /metrics/slis /readyz /readyz/* /statusz", "get"),
        rule("core", "nodes/metrics", "get"),
    ] },
    Role { name: "system:node", namespace: "", gathers: "", gathered_by: "", rules: &[
        rule("authentication.k8s.io", "tokenreviews", "create"),
        rule("authorization.k8s.io", "localsubjectaccessreviews subjectaccessreviews", "create"),
        rule("core", "services", "get list watch"),
        rule("core", "nodes", "create get list watch"),
        rule("core", "nodes/status", "patch update"),
        rule("core", "nodes", "patch update"),
        rule("core events.k8s.io", "events", "create patch update"),
        rule("core", "pods", "get list watch"),
        rule("core", "pods", "create delete"),
        rule("core", "pods/status", "patch update"),
        rule("core", "pods/eviction", "create"),
        rule("core", "configmaps secrets", "get list watch"),
        rule("core", "persistentvolumeclaims persistentvolumes", "get"),
        rule("core", "endpoints", "get"),
        rule("certificates.k8s.io", "certificatesigningrequests", "create get list watch"),
        rule("coordination.k8s.io", "leases", "create delete get patch update"),
        rule("storage.k8s.io", "volumeattachments", "get"),
        rule("core", "serviceaccounts/token", "create"),
        rule("core", "persistentvolumeclaims/status", "get patch update"),
        rule("storage.k8s.io", "csidrivers", "get list watch"),
        rule("storage.k8s.io", "csinodes", "create delete get patch update"),
        rule("node.k8s.io", "runtimeclasses", "get list watch"),
        rule("resource.k8s.io", "resourceclaims", "get"),
        rule("resource.k8s.io", "resourceslices", "deletecollection"),
        rule("core", "serviceaccounts", "get"),
    ] },
    Role { name: "system:node-bootstrapper", namespace: "", gathers: "", gathered_by: "", rules: &[
        rule("certificates.k8s.io", "certificatesigningrequests", "create get list watch"),
    ] },
    Role { name: "system:node-problem-detector", namespace: "", gathers: "", gathered_by: "", rules: &[
        rule("core", "nodes", "get"),
        rule("core", "nodes/status", "patch"),
        rule("core events.k8s.io", "events", "create patch update"),
    ] },
    Role { name: "system:node-proxier", namespace: "", gathers: "", gathered_by: "", rules: &[
        rule("core", "endpoints services", "list watch"),
        rule("core", "nodes", "get list watch"),
        rule("core events.k8s.io", "events", "create patch update"),
        rule("networking.k8s.io", "servicecidrs", "list watch"),
        rule("discovery.k8s.io", "endpointslices", "list watch"),
    ] },
    Role { name: "system:persistent-volume-provisioner", namespace: "", gathers: "", gathered_by: "", rules: &[
        rule("core", "persistentvolumes", "create delete get list watch"),
        rule("core", "persistentvolumeclaims", "get list update watch"),
        rule("storage.k8s.io", "storageclasses", "get list watch"),
        rule("core", "events", "watch"),
        rule("core events.k8s.io", "events", "create patch update"),
    ] },
    Role { name: "system:public-info-viewer", namespace: "", gathers: "", gathered_by: "", rules: &[
        urls("/healthz /livez /readyz /version /version/", "get"),
    ] },
    Role { name: "system:service-account-issuer-discovery", namespace: "", gathers: "", gathered_by: "", rules: &[
        urls("/.well-known/openid-configuration /.well-known/openid-configuration/ /openid/v1/jwks /openid/v1/jwks/", "get"),
    ] },
    Role { name: "system:volume-scheduler", namespace: "", gathers: "", gathered_by: "", rules: &[
        rule("core", "persistentvolumes", "get list patch update watch"),
        rule("storage.k8s.io", "storageclasses", "get list watch"),
        rule("core", "persistentvolumeclaims", "get list patch update watch"),
    ] },
    Role { name: "view", namespace: "", gathers: "view", gathered_by: "edit", rules: &[] },
];

/// What the manifests of a CSI driver give its provisioner, attacher, resizer and registrar.
#[rustfmt::skip]
pub(super) const OF_THE_CSI_DRIVER: Role = Role { name: "csi-driver", namespace: "", gathers: "", gathered_by: "", rules: &[
    rule("core events.k8s.io", "events", "create list patch update watch"),
    rule("core", "nodes pods", "get list watch"),
    rule("core", "persistentvolumes", "create delete get list patch update watch"),
    rule("core", "persistentvolumeclaims", "get list patch update watch"),
    rule("core", "persistentvolumeclaims/status", "patch update"),
    rule("storage.k8s.io", "storageclasses volumeattributesclasses", "get list watch"),
    rule("storage.k8s.io", "csidrivers csinodes csistoragecapacities", "create delete get list patch update watch"),
    rule("storage.k8s.io", "volumeattachments", "get list patch update watch"),
    rule("storage.k8s.io", "volumeattachments/status", "patch update"),
] };

/// The role that the documentation gives the managers of clouds.
#[rustfmt::skip]
pub(super) const OF_THE_CLOUD: Role = Role { name: "system:cloud-controller-manager", namespace: "", gathers: "", gathered_by: "", rules: &[
    rule("core events.k8s.io", "events", "create patch update"),
    rule("core", "nodes", "*"),
    rule("core", "nodes/status", "patch"),
    rule("core", "services", "list patch update watch"),
    rule("core", "services/status", "list patch update watch"),
    rule("core", "serviceaccounts", "create"),
    rule("core", "persistentvolumes", "get list update watch"),
    rule("core", "endpoints", "create get list watch update"),
] };
